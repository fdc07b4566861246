"""The proof that installing worked: in each shell, an interactive session enters a throw-away project and leaves it.

The session is what a terminal would start: the person's own startup files, on a terminal of its own. Decided is whether
`python` is the project's on the very command line that enters, and whether the environment is the same again after
leaving. The project, its trust and its plans go afterwards, and nothing gets into the shell's history.

On Windows there is no terminal of one's own. There a PowerShell that has read its profile does the same by a script
(`shell/prove.ps1`), and what a terminal would have shown besides is told as not shown.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile

from venvhook import folders, hookfiles, install, keep, marker, symptoms, trust, undo, windows
from venvhook.errors import VenvhookError, shown
from venvhook.shells import emitter, pwsh, served
from venvhook.system import HERE, MACOS, WINDOWS, above, alike, decode, encode, fold
from venvhook.terminal import Over, Session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from venvhook.folders import Folders
    from venvhook.system import System

SECONDS = 40  # that one shell may take
NAME = "venvhook-proof"  # what the prompt shows
_PATIENCE = 20  # seconds that a line may take in which `python` answers
_DRAWN = 1  # seconds that a prompt may take to show the name, once it stands
_OUTSIDE = "/"
_PROBE = """\
import os, sys
with open(sys.argv[1] + ".new", "wb") as file:
    file.write(b"\\0".join(name + b"=" + value for name, value in os.environb.items()))
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""
_PREFIX = """\
import sys
with open(sys.argv[1], "wb") as file:
    file.write(sys.prefix.encode("utf-8", "surrogateescape"))
"""
_UNTYPED = "Windows gives no terminal to try it in, so a script entered the project, and not a line that was typed"
_UNREAD = "nobody can type here, so a script loaded the hook, and not the profile"


class Unproved(Exception):
    """The shell did not do what it should; the reason."""


def prove(
    places: Folders,
    shells: Iterable[str] | None = None,
    rc: bool = True,
    question: Callable[[str], bytes] | None = None,
    system: System = HERE,
) -> list[Proof | Asked]:
    """Try the hook in SHELLS (those installed, unless named), one after the other.

    Without RC the session loads the hook file itself. QUESTION gives text of a shell, which is sourced in the session
    before it enters, with the path of a file for the answer. Raises VenvhookError where no project can be made.
    """
    with _Project(places) as project:
        chosen = install.installed(system) if shells is None else shells
        if system is not WINDOWS:
            return [_prove(places, project, shell, rc, question) for shell in chosen]
        return [Asked(places, project, program, rc) for program in _programs(chosen, system)]


def _programs(shells: Iterable[str], system: System) -> list[str]:
    """The programs of SHELLS on Windows that read a profile. VenvhookError where there are only others."""
    names = [name for shell in shells if shell in served(system) for name in emitter(shell).PROGRAMS]
    told = {name: windows.policies(name) for name in names if windows.which(name, system=system)}
    told = {name: scopes for name, scopes in told.items() if scopes} or told  # one that answers nothing is none
    refused = {name: windows.policy(scopes, name) if scopes else None for name, scopes in told.items()}
    closed = list(filter(None, refused.values()))
    if closed and len(closed) == len(told):
        raise closed[0]
    return [name for name, error in refused.items() if not error]


class _Project:
    """A throw-away project with an environment, allowed; it lies in the cache folder, which is the user's alone."""

    def __init__(self, places: Folders) -> None:
        self.places = places

    def __enter__(self) -> _Project:
        folders.make_private(self.places.cache)
        self.base = os.path.realpath(tempfile.mkdtemp(prefix="proof-", dir=self.places.cache))
        self.folder = os.path.join(self.base, "project")
        self.environment = os.path.join(self.folder, ".venv")
        self.probe, self.prefix = (os.path.join(self.base, name) for name in ("probe.py", "prefix.py"))
        try:
            self._make()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        trust.forget(self.places.data, self.folder)
        plans = keep.place(self.places.cache, self.folder)
        for folder in (self.base, plans):
            shutil.rmtree(folder, ignore_errors=True)
        top = os.path.join(self.places.cache, "plans")
        for folder in above(plans):
            if folder == top or not _rmdir(folder):
                return

    def _make(self) -> None:
        command = [sys.executable, "-I", "-m", "venv", "--without-pip", self.environment]
        made = subprocess.run(command, capture_output=True, check=False)
        if made.returncode:
            said = decode(made.stderr + made.stdout).strip()
            raise VenvhookError(f"no environment can be made: {said}", self.environment)
        path, text = os.path.join(self.folder, marker.NAME), encode(f'venv = ".venv"\nprompt = "{NAME}"\n')
        for name, data in ((path, text), (self.probe, encode(_PROBE)), (self.prefix, encode(_PREFIX))):
            folders.write(name, data)
        trust.decide(self.places.data, trust.Record(self.folder, True, text, marker.parse(text, path)))


def _rmdir(path: str) -> bool:
    """Whether the folder PATH is gone."""
    try:
        os.rmdir(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _prove(places: Folders, project: _Project, shell: str, rc: bool, question: Callable[[str], bytes] | None) -> Proof:
    proof = Proof(shell, Session(_command(shell), _environment(), SECONDS), project)
    try:
        proof.outside(None if rc else hookfiles.hook_path(places, shell))
        if question:
            proof.ask(question(shell))
        proof.enter()
        proof.leave()
    except (Over, Unproved) as problem:
        proof.reason = str(problem)
    finally:
        proof.session.close()
    return proof


def _command(shell: str) -> list[str]:
    """How a terminal starts the shell, but for what keeps our lines out of its history."""
    program = next(filter(None, map(windows.which, emitter(shell).PROGRAMS)), None)
    if program is None:
        raise VenvhookError(f"{shell} is not installed")
    login = emitter(shell).LOGIN if HERE is MACOS else ()  # as terminals start every shell there
    return [program, *emitter(shell).INTERACTIVE, *login]


def _environment() -> dict[str, str]:
    """What a terminal would give the shell: a project that is entered where we run is no part of it."""
    environ = {name: value for name, value in undo.outside(os.environ).items() if "VENVHOOK" not in fold(name)}
    if environ.get("TERM", "dumb") == "dumb":
        environ["TERM"] = "xterm-256color"
    return environ


class Proof:
    """The steps of one session, and what came of them.

    `reason` says why the shell does not work, "" when it does; `prompt` who drew the project's name, if anybody;
    `answer` is what the shell answered to a question; `unseen` what could not be shown.
    """

    unseen: Sequence[str] = ()

    def __init__(self, shell: str, session: Session, project: _Project) -> None:
        self.shell, self.session, self.project = shell, session, project
        self.quote, self.suffix = emitter(shell).quote, emitter(shell).SUFFIX
        self.reason, self.prompt, self.answer = "", "no name in the prompt", b""
        self.first = 0  # the row of the screen that is the first worth showing
        self.seen: list[str] = []
        self.before: dict[bytes, bytes] = {}
        self.noise: set[bytes] = set()

    def outside(self, hook: str | None) -> None:
        """Wait for the shell; what a mere `cd` away and back changes is not ours."""
        self.session.settle()
        first = self._probed(emitter(self.shell).UNRECORDED, f"cd {self.quote(_OUTSIDE)}")
        self.before = self._probed(f"cd {self.quote(self.project.base)}", f"cd {self.quote(_OUTSIDE)}")
        # PS1 is exported where an activate script ran before; the first prompt puts our reference into it.
        self.noise = _changed(first, self.before) | {b"_", b"PWD", b"OLDPWD", b"PS1"}
        self.first = self.session.screen.row
        if hook:
            self._line(f". {self.quote(hook)}")

    def ask(self, text: bytes) -> None:
        """Have the shell run TEXT, of its own kind, and keep what it answers."""
        path, answer = (os.path.join(self.project.base, name) for name in ("question" + self.suffix, "told"))
        folders.write(path, text)
        self.answer = self._told(f". {self.quote(path)} {self.quote(answer)}", answer)
        self.first = self.session.screen.row

    def enter(self) -> None:
        """Enter, and use the environment on the same line."""
        screen, expected = self.session.screen, self.project.environment
        typed = screen.row
        answer = "'import sys; print(sys.prefix)'"
        self.session.type(f"cd {self.quote(self.project.folder)} && python -c {answer}")
        self.session.wait(lambda: expected in screen.lines(typed) or self.session.reading, _PATIENCE)
        self.session.settle()
        right = expected in screen.lines(typed)
        if right:
            self.session.wait(lambda: NAME in "".join(screen.lines(typed + 1)), _DRAWN)
        self.prompt = _prompt(screen.lines(typed + 1))
        self.seen = screen.lines(self.first)
        inside = self._probed()
        if inside.get(b"VIRTUAL_ENV") != encode(expected):
            raise Unproved("entering did nothing: is the hook loaded in an interactive shell?")
        if not right:
            raise Unproved("`python` on the line that enters was not the environment's")

    def leave(self) -> None:
        """Leave; the environment is the one before."""
        typed = self.session.screen.row
        self._line(f"cd {self.quote(_OUTSIDE)}")
        lines = self.session.screen.lines(typed)
        self.seen[-1:] = lines
        if NAME in "".join(lines[1:]):
            self.prompt += ", still there after leaving"
        changed = _changed(self.before, self._probed()) - self.noise
        if changed:
            raise Unproved("leaving left something behind: " + shown(" ".join(sorted(map(decode, changed)))))

    @property
    def transcript(self) -> str:
        """What was typed and shown from outside on; our own questions only where it does not work."""
        lines = self.session.screen.lines(self.first) if self.reason else self.seen
        return "\n".join(shown(re.sub(" {20,}", "  ", line)) for line in lines if line)

    def _line(self, text: str) -> None:
        self.session.type(text)
        self.session.settle()

    def _probed(self, *lines: str) -> dict[bytes, bytes]:
        """The environment of a command after LINES: a program tells it, since shells differ in how they would."""
        for line in lines:
            self.session.type(line)
        answer = os.path.join(self.project.base, "answer")
        command = ["env", *map(self.quote, (sys.executable, "-I", self.project.probe, answer))]
        data = self._told(" ".join(command), answer)
        return {name: value for name, _, value in (entry.partition(b"=") for entry in data.split(b"\0"))}

    def _told(self, line: str, answer: str) -> bytes:
        """The content of the file ANSWER, which LINE has made, whole when it comes into being."""
        self.session.type(line)
        self.session.wait(lambda: os.path.exists(answer) or self.session.reading)
        if not os.path.exists(answer):
            raise Unproved("it did not answer a question about itself")
        self.session.settle()
        with open(answer, "rb") as file:
            data = file.read()
        os.unlink(answer)
        return data


def _changed(one: Mapping[bytes, bytes], other: Mapping[bytes, bytes]) -> set[bytes]:
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}


def _prompt(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if f"({NAME}) " in text:
        return "the name is in the prompt"
    return "a prompt engine shows the name" if NAME in text else "no name in the prompt"


class Asked:
    """What the PowerShell PROGRAM answers without a terminal: as a Proof, whose parts it has.

    The answer has, besides that of `shell/probe.ps1`: `keyboard`, whether somebody could type there ("yes", "no");
    `loaded`, "by hand" where the profile could not; `entered`, the environment in the project, and `prefix`, the one
    that `python` was of there; `shown` and `after`, the prompt in the project and after leaving; `changed`, each
    variable that is not as it was.
    """

    def __init__(self, places: Folders, project: _Project, program: str, rc: bool = True) -> None:
        self.shell, self.program, self.project = "pwsh", program, project
        self.reason, self.prompt, self.answer, self.transcript = "", "no name in the prompt", b"", ""
        self.unseen: Sequence[str] = (_UNTYPED,)
        facts = self._facts(places, rc)
        try:
            self._judge(facts)
        except Unproved as problem:
            self.reason = str(problem)

    def _facts(self, places: Folders, rc: bool) -> dict[str, list[str]]:
        names = ("question.ps1", "prove.ps1", "answer", "told")
        files = {name: os.path.join(self.project.base, name) for name in names}
        for name in ("question", "prove"):
            folders.write(files[f"{name}.ps1"], hookfiles.shipped({"question": "probe"}.get(name, name), "pwsh"))
        hook, alone = hookfiles.hook_path(places, "pwsh"), "" if rc else "alone"
        words = (files["question.ps1"], files["answer"], files["told"], self.project.prefix, hook, alone)
        within = (self.project.base, self.project.folder, os.path.abspath(_OUTSIDE))
        self.transcript = _said(self.program, pwsh.asking(files["prove.ps1"], *words, *within))
        self.answer = b"".join(_taken(files[name]) for name in ("answer", "told"))
        return symptoms.facts(self.answer)

    def _judge(self, facts: dict[str, list[str]]) -> None:
        """Unproved, where it does not work."""
        if facts.get("keyboard") == ["no"]:
            self.unseen = (*self.unseen, _UNREAD)
        if "version" not in facts:
            raise Unproved(f"{self.program} did not answer a question about itself")
        if not self._is(facts.get("entered")):
            raise Unproved("entering did nothing: is the hook loaded in an interactive shell?")
        if not self._is(facts.get("prefix")):
            raise Unproved("`python` after entering was not the environment's")
        self.prompt = _prompt(facts.get("shown", []))
        if NAME in "".join(facts.get("after", [])):
            self.prompt += ", still there after leaving"
        changed = facts.get("changed")
        if changed:
            raise Unproved("leaving left something behind: " + shown(" ".join(sorted(changed))))

    def _is(self, told: Sequence[str] | None) -> bool:
        """Whether one path was told, and is the environment's."""
        return [alike(path) for path in told or ()] == [alike(self.project.environment)]


def _said(program: str, arguments: Sequence[str]) -> str:
    """Start PROGRAM, which is to end by itself; what it shows, line by line."""
    keyboard = _keyboard()
    try:
        done = subprocess.run(
            [windows.which(program) or program, *arguments],
            stdin=subprocess.DEVNULL if keyboard is None else keyboard,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            cwd=os.path.expanduser("~"),
            env=_environment(),
            check=False,
        )
        said = done.stdout
    except subprocess.TimeoutExpired as late:
        said = late.output or b""
    except OSError as error:
        said = encode(str(error))
    finally:
        if keyboard is not None:
            os.close(keyboard)
    return "\n".join(shown(line) for line in decode(said).splitlines() if line.strip())


def _keyboard() -> int | None:
    """A descriptor of the console that this process has, where it has one."""
    try:
        return os.open("CONIN$", os.O_RDWR) if HERE is WINDOWS else None
    except OSError:
        return None


def _taken(path: str) -> bytes:
    """The content of the file PATH, which goes; nothing where there is none."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        os.unlink(path)
    except OSError:
        return b""
    return data
