"""Does venvhook work in the shells of this machine, and what is in its way?

Each shell that has a hook is started as a terminal would start it, answers a question about itself (`shell/probe.*`),
and enters a throw-away project (proof.py). The answer are keys and values, a NUL behind each:

    version                   of the shell
    python, launcher          the literals of the loaded hook; empty, where none is loaded
    live, dead                a trigger of the hook that is in its place, or that is not
    microseconds              what the hook takes at a prompt outside of every project
    past                      a command that an alias leads past the hook
    prompt, cd                a text of what runs at prompts, and of what cd is
    function                  a function's name
    VENVHOOK_DISABLE, ...     a variable's value

What keeps it from working is a problem; all else that is worth knowing is a note.
"""

from __future__ import annotations

import getpass
import os
import re
import shlex
import stat
import subprocess
import sys
import time

from venvhook import __version__, config, install, neighbours, proof, rcfile
from venvhook.errors import VenvhookError
from venvhook.neighbours import Neighbour
from venvhook.shells import INTERFACE, emitter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from venvhook.folders import Folders
    from venvhook.proof import Proof

SLOW = 0.5  # seconds from which on the helper is called slow
# What says that an environment is active, which word in a startup file does that, what to say and to do.
_ACTIVE = (
    ("CONDA_DEFAULT_ENV", "conda", "conda activates {}", "run: conda config --set auto_activate_base false"),
    ("VIRTUAL_ENV", "activate", "{} is active", "take that out of the startup files"),
)
_PATIENCE = 10  # seconds that the helper may take


class Finding:
    """What is wrong, or worth knowing, and how it is mended; about one shell, or (SHELL empty) about all."""

    __slots__ = ("error", "serious", "shell")

    def __init__(self, serious: bool, shell: str, error: VenvhookError) -> None:
        self.serious, self.shell, self.error = serious, shell, error

    def __repr__(self) -> str:
        return f"Finding({self.serious}, {self.shell!r}, {str(self.error)!r})"


class Shell:
    """What a live shell showed: FACTS by key; `reason` is why it does not work, or empty."""

    __slots__ = ("facts", "loaded_by", "name", "prompt", "reason", "transcript")

    def __init__(self, seen: Proof) -> None:
        self.name, self.reason, self.prompt, self.transcript = seen.shell, seen.reason, seen.prompt, seen.transcript
        self.facts = facts(seen.answer)
        files = install.startup_files(seen.shell)
        self.loaded_by = where(files, rcfile.BEGIN.decode()) or where(files, "venvhook")

    def fact(self, key: str) -> str:
        """The first value of a key, or nothing."""
        return next(iter(self.facts.get(key, ())), "")

    def texts(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """What tells of other tools: names of functions, what runs at prompts, what cd is."""
        functions, prompt, cd = (self.facts.get(key, []) for key in ("function", "prompt", "cd"))
        return functions, prompt, cd

    @property
    def neighbours(self) -> list[Neighbour]:
        """The other tools that are loaded in it."""
        return neighbours.found(*self.texts())


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


def facts(answer: bytes) -> dict[str, list[str]]:
    """The values of an answer by their keys."""
    found: dict[str, list[str]] = {}
    fields = os.fsdecode(answer).split("\0")
    for key, value in zip(fields[::2], fields[1::2]):
        found.setdefault(key, []).append(value)
    return found


def where(paths: Sequence[str], word: str, behind: int = 0) -> list[tuple[str, int]]:
    """The lines of the files PATHS, counted from 1, with WORD in them before any comment; only those BEHIND a line."""
    sign = re.compile(r"^[^#]*(?<!\w)" + re.escape(word) + r"(?!\w)")
    found = []
    for path in filter(os.path.isfile, paths):  # a fifo would wait for its writer
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                lines = list(enumerate(file, 1))
        except OSError:
            continue
        found += [(path, number) for number, text in lines if number > behind and sign.match(text)]
    return found


def examine(
    places: Folders, environ: Mapping[str, str], telling: Callable[[str], None] = lambda text: None
) -> Diagnosis:
    """Look at everything. TELLING hears what is being looked at."""
    seen = Diagnosis()
    seen.add(True, "", _settings(places))
    seen.add(True, "", _folders(places))  # before a proof, which makes them private by itself
    with_hook = [shell for shell in install.installed() if os.path.exists(install.hook_path(places, shell))]
    if not with_hook:
        seen.add(True, "", [VenvhookError("no hook is installed", remedy="to install it: venvhook install")])
    for shell in [shell for shell in install.installed() if with_hook and shell not in with_hook]:
        remedy = f"to have it there too: venvhook install --shell {shell}"
        seen.add(False, shell, [VenvhookError("has no hook", remedy=remedy)])
    _files(seen, places, with_hook)
    for shell in with_hook:
        telling(shell)
        _try(seen, places, shell)
    if with_hook:
        _helper(seen, places, with_hook[0])
    if environ.get("VENVHOOK_DISABLE") and not any(shell.fact("VENVHOOK_DISABLE") for shell in seen.shells):
        problem = "VENVHOOK_DISABLE is set where doctor was called, so nothing is entered there"
        seen.add(False, "", [VenvhookError(problem, remedy="unset it, or open a new shell")])
    return seen


# ---- what is on disk -------------------------------------------------------------------------------------------------


def _settings(places: Folders) -> Iterator[VenvhookError]:
    path = os.path.join(places.config, config.NAME)
    try:
        config.parse(config.load(path) or b"", path, places.home)
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
    quoted = shlex.quote(path)
    if not stat.S_ISDIR(seen.st_mode):
        return (
            "is not a plain folder, so nothing is kept there",
            f"to move it away: mv {quoted} {quoted}.old; venvhook install",
        )
    if os.name != "posix":
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
        wanted = install.hook_files(places, shells) if shells else {}
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
    quoted = [os.fsencode(emitter(shell).quote(name)) for name in (sys.executable, *names)] if shell else [b""]
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
            said = os.fsdecode(getattr(error, "stderr", None) or b"").strip().rpartition("\n")[2]
            seen.add(True, "", [VenvhookError(f"the helper fails: {said or error}", remedy=f"to renew it: {_again()}")])
            return
        times.append(time.perf_counter() - began)
    seen.helper = min(times)
    if seen.helper > SLOW:
        problem = f"the helper takes {seen.helper:.1f} s, which the first visit of a project waits for"
        seen.add(False, "", [VenvhookError(problem, python, remedy="see what makes this Python slow to start")])


def _again() -> str:
    """The command that installs the hooks anew, whatever has become of the one that the shells know."""
    return f"{sys.executable} -m venvhook install"


# ---- live shells -----------------------------------------------------------------------------------------------------


def _try(seen: Diagnosis, places: Folders, shell: str) -> None:
    try:
        (proved,) = proof.prove(places, [shell], question=lambda name: install.shipped("probe", name))
    except VenvhookError as error:
        seen.add(True, shell, [error])
        return
    live = Shell(proved)
    seen.shells.append(live)
    causes = list(_causes(live, places))
    if live.reason and not causes:
        remedy = "what it showed stands below" if live.transcript else f"to see why, start it: {shell} -i"
        causes = [VenvhookError(live.reason, remedy=remedy)]
    seen.add(bool(live.reason), shell, causes)
    seen.add(False, shell, _notes(live, places))


def _causes(live: Shell, places: Folders) -> Iterator[VenvhookError]:
    """What can keep venvhook from working in a shell that has answered."""
    if not live.facts:
        return
    if live.fact("VENVHOOK_DISABLE"):
        path, line = _place(live, "VENVHOOK_DISABLE")
        yield VenvhookError(
            "VENVHOOK_DISABLE is set in each new shell, so nothing is entered", path, line, "take that out"
        )
    if not live.fact("python"):
        yield _unloaded(live, places)
        return
    if not os.access(live.fact("python"), os.X_OK):
        yield VenvhookError("the hook's Python is gone", live.fact("python"), remedy=f"to renew it: {_again()}")
    dead = live.facts.get("dead", [])
    if dead:
        yield _disarmed(live, dead)


def _place(live: Shell, word: str) -> tuple[str | None, int | None]:
    """The last line of the startup files that holds WORD."""
    found = where(install.startup_files(live.name), word)
    return found[-1] if found else (None, None)


def _unloaded(live: Shell, places: Folders) -> VenvhookError:
    if not live.loaded_by:
        line = install.load_line(places, live.name)
        remedy = f"to have it loaded: venvhook install --shell {live.name}; or put this line there yourself: {line}"
        return VenvhookError("no startup file of the shell loads the hook", remedy=remedy)
    path, line_number = live.loaded_by[0]
    problem = "loads the hook, but a new shell does not get that far, or does not read this file"
    return VenvhookError(problem, path, line_number, "look above that line for a return or an exit")


def _disarmed(live: Shell, dead: Sequence[str]) -> VenvhookError:
    """Something has taken triggers away: which lines behind ours speak of them."""
    suspects = [found for path, line in live.loaded_by for name in dead for found in where([path], name, behind=line)]
    path, number = suspects[-1] if suspects else (None, None)
    again = f"venvhook uninstall --shell {live.name}; venvhook install --shell {live.name}"
    remedy = (
        f"to load the hook behind it: {again}" if suspects else "load the hook last, or have the other tool add to it"
    )
    others = ", ".join(each.name for each in live.neighbours if each.hooks)
    by = f" (loaded are {others})" if others and not suspects else ""
    return VenvhookError(
        f"something has replaced the hook's {', '.join(dict.fromkeys(dead))}{by}", path, number, remedy
    )


def _notes(live: Shell, places: Folders) -> Iterator[VenvhookError]:
    launcher = os.path.join(places.hook, "launch.py")
    if live.fact("launcher") not in ("", launcher):
        problem = f"the hook of another installation is loaded, not that of {launcher}"
        yield VenvhookError(
            problem, live.fact("launcher"), remedy="take the line that loads it out of the startup files"
        )
    for name in live.facts.get("past", []):
        path, line = _place(live, f"alias {name}")
        problem = f"{name} is an alias that goes past the hook, so a project is entered at the next prompt, not at once"
        yield VenvhookError(problem, path, line, f"take it away behind what sets it: unalias {name}")
    for name, word in neighbours.rivals(*live.texts()):
        path, line = _place(live, word)
        remedy = "where venvhook is to do that, take its line out of the startup file"
        yield VenvhookError(f"{name} activates environments too", path, line, remedy)
    yield from _active(live)
    if live.fact("VIRTUAL_ENV_DISABLE_PROMPT") and live.prompt.startswith("no name"):
        path, line = _place(live, "VIRTUAL_ENV_DISABLE_PROMPT")
        remedy = "to have it shown, unset it there"
        yield VenvhookError("VIRTUAL_ENV_DISABLE_PROMPT is set, so no name is shown", path, line, remedy)


def _active(live: Shell) -> Iterator[VenvhookError]:
    """An environment that a new shell begins with, not one that it merely inherits from the shell of the person."""
    for name, word, problem, remedy in _ACTIVE:
        value, (path, line) = live.fact(name), _place(live, word)
        if value and (path or os.environ.get(name) != value):
            told = f"{problem.format(value)} in each new shell; it comes back on leaving a project"
            yield VenvhookError(told, path, line, f"to have none, {remedy}")
            return
