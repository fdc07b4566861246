"""Does venvhook work in the shells of this machine, and what is in its way?

Each shell that has a hook is started as a terminal would start it, answers a question about itself (`shell/probe.*`),
and enters a throw-away project (proof.py); what it answers is for symptoms.py.

What keeps it from working is a problem; all else that is worth knowing is a note.
"""

from __future__ import annotations

import getpass
import os
import stat
import subprocess
import sys
import time
from typing import NamedTuple

from venvhook import __version__, config, hookfiles, install, proof, windows
from venvhook.errors import VenvhookError
from venvhook.shells import INTERFACE, emitter, pwsh
from venvhook.shells.advice import move, word
from venvhook.symptoms import Shell, again, causes, notes
from venvhook.system import HERE, WINDOWS, decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from venvhook.folders import Folders
    from venvhook.system import System

SLOW = 0.5  # seconds from which on the helper is called slow
_PATIENCE = 10  # seconds that the helper may take


class Finding(NamedTuple):
    """What is wrong, or worth knowing, and how it is mended; about one shell, or (SHELL empty) about all."""

    serious: bool
    shell: str
    error: VenvhookError


class Diagnosis:
    """The shells that were tried, how long the helper took (seconds; None: it did not answer), and all findings."""

    __slots__ = ("findings", "helper", "shells")

    def __init__(self) -> None:
        self.shells: list[Shell] = []
        self.findings: list[Finding] = []
        self.helper: float | None = None

    @property
    def works(self) -> bool:
        """Whether there is no problem."""
        return not any(finding.serious for finding in self.findings)

    def add(self, serious: bool, shell: str, errors: Iterable[VenvhookError]) -> None:
        """Take up findings."""
        self.findings += [Finding(serious, shell, error) for error in errors]


def examine(places: Folders, environ: Mapping[str, str], system: System = HERE) -> Diagnosis:
    """Look at everything; ENVIRON is what the person's own shell exports."""
    seen = Diagnosis()
    seen.add(True, "", _settings(places))
    seen.add(True, "", _folders(places))  # before a proof, which makes them private by itself
    installed = install.installed(system)
    with_hook = [shell for shell in hookfiles.there(places) if shell in installed]
    if not with_hook:
        seen.add(True, "", [VenvhookError("no hook is installed", remedy="to install it: venvhook install")])
    for shell in [shell for shell in installed if with_hook and shell not in with_hook]:
        remedy = f"to have it there too: venvhook install --shell {shell}"
        seen.add(False, shell, [VenvhookError("has no hook", remedy=remedy)])
    _files(seen, places, with_hook)
    for shell in with_hook:
        _try(seen, places, shell, system)
    if with_hook:
        _helper(seen, places, with_hook[0])
    if environ.get("VENVHOOK_DISABLE") and not any(shell.fact("VENVHOOK_DISABLE") for shell in seen.shells):
        problem = "VENVHOOK_DISABLE is set where doctor was called, so nothing is entered there"
        seen.add(False, "", [VenvhookError(problem, remedy="unset it, or open a new shell")])
    return seen


# ---- what is on disk -------------------------------------------------------------------------------------------------


def _settings(places: Folders) -> Iterator[VenvhookError]:
    try:
        config.read(places.config, places.home)
    except VenvhookError as error:
        yield VenvhookError(f"{error.problem} (so the defaults hold)", error.path, error.line, error.remedy)


def _folders(places: Folders) -> Iterator[VenvhookError]:
    """Those that are not the user's alone, or cannot be written. What is not there yet is made when it is needed."""
    for path in (
        places.data,
        os.path.join(places.data, "trust"),
        places.hook,
        places.cache,
        os.path.join(places.cache, "plans"),
    ):
        problem = _trouble(path)
        if problem:
            yield VenvhookError(problem[0], path, remedy=problem[1])


def _trouble(path: str) -> tuple[str, str] | None:
    try:
        seen = os.lstat(path)
    except FileNotFoundError:
        return None
    quoted = word(path)
    if not stat.S_ISDIR(seen.st_mode):
        return (
            "is not a plain folder, so nothing is kept there",
            f"to move it away: {move(path, path + '.old')}; venvhook install",
        )
    if not HERE.owners:
        return None
    if seen.st_uid != os.geteuid():
        return (
            "belongs to another user, so nothing in it is believed",
            f"to make it yours: sudo chown -R {getpass.getuser()} {quoted}",
        )
    if stat.S_IMODE(seen.st_mode) & 0o077:
        return "can be read or written by others", f"to make it private: chmod 700 {quoted}"
    if not os.access(path, os.W_OK | os.X_OK):
        return "cannot be written", f"to make it writable: chmod 700 {quoted}"
    return None


def _files(seen: Diagnosis, places: Folders, shells: Sequence[str]) -> None:
    """The files of the hooks, against what this venvhook would install."""
    try:
        wanted = hookfiles.wanted(places, shells) if shells else {}
    except VenvhookError as error:
        seen.add(True, "", [error])
        return
    old = []
    for path, (shell, data) in wanted.items():
        try:
            with open(path, "rb") as file:
                same = _same(file.read(), data, shell)
        except OSError as error:
            same = False
            if "complete" not in os.path.basename(path):
                problem = f"cannot be read ({error.strerror})"
                seen.add(True, shell, [VenvhookError(problem, path, remedy="to write it anew: venvhook install")])
        old += [] if same else [os.path.basename(path)]
    if old:
        problem = f"not as venvhook {__version__} and your {config.NAME} would have them: {', '.join(old)}"
        seen.add(False, "", [VenvhookError(problem, places.hook, remedy="to renew them: venvhook install")])


def _same(data: bytes, wanted: bytes, shell: str) -> bool:
    """Whether it is the same text, by whatever of its names the environment's Python is called in it."""
    names = [
        os.path.join(os.path.dirname(sys.executable), name)
        for name in ("python", "python3", f"python3.{sys.version_info[1]}")
    ]
    quoted = [encode(emitter(shell).quote(name)) for name in (sys.executable, *names)] if shell else [b""]
    return any(wanted.replace(quoted[0], name) == data for name in quoted)


def _helper(seen: Diagnosis, places: Folders, shell: str) -> None:
    """Start the helper as the hook does; its best time of three."""
    python = next(filter(None, (live.fact("python") for live in seen.shells)), sys.executable)
    command = [
        python,
        "-I",
        "-S",
        "-X",
        "utf8",
        os.path.join(places.hook, "launch.py"),
        "hook",
        INTERFACE,
        "undo",
        shell,
    ]
    times = []
    for _ in range(3):
        began = time.perf_counter()
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            said = decode(getattr(error, "stderr", None) or b"").strip().rpartition("\n")[2]
            seen.add(True, "", [VenvhookError(f"the helper fails: {said or error}", remedy=f"to renew it: {again()}")])
            return
        times.append(time.perf_counter() - began)
    seen.helper = min(times)
    if seen.helper > SLOW:
        problem = f"the helper takes {seen.helper:.1f} s, which the first visit of a project waits for"
        seen.add(False, "", [VenvhookError(problem, python, remedy="see what makes this Python slow to start")])


# ---- live shells -----------------------------------------------------------------------------------------------------


def _try(seen: Diagnosis, places: Folders, shell: str, system: System) -> None:
    if system is WINDOWS and shell == "pwsh":
        there = [program for program in pwsh.PROGRAMS if windows.which(program, system=system)]
        refused = list(filter(None, map(windows.closed, there)))
        # Who has two of them may use but one. A PowerShell that reads no profile is not asked any more.
        seen.add(len(refused) == len(there), shell, refused)
        if len(refused) == len(there):
            return
    try:
        proved = proof.prove(places, [shell], question=lambda name: hookfiles.shipped("probe", name), system=system)
    except VenvhookError as error:
        seen.add(True, shell, [error])
        return
    for each in proved:
        _judge(seen, places, Shell(each))


def _judge(seen: Diagnosis, places: Folders, live: Shell) -> None:
    seen.shells.append(live)
    found = list(causes(live, places))
    if live.reason and not found:
        remedy = "what it showed stands below" if live.transcript else f"to see why, start it: {live.name} -i"
        found = [VenvhookError(live.reason, remedy=remedy)]
    serious = bool(live.reason) or bool(live.fact("loaded") and not live.loaded_by)
    seen.add(serious, live.name, found)
    seen.add(False, live.name, notes(live, places))
