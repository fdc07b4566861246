"""The proof that installing worked: in each shell, an interactive session enters a throw-away project and leaves it.

The session is what a terminal would start: the person's own startup files, on a terminal of its own. Decided is whether
`python` is the project's on the very command line that enters, and whether the environment is the same again after
leaving. The project, its trust and its plans go afterwards, and nothing gets into the shell's history.
"""

from __future__ import annotations

import argparse
import codecs
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

from venvhook import folders, install, keep, marker, trust, undo
from venvhook.errors import VenvhookError, shown
from venvhook.shells import emitter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from venvhook.folders import Folders

SECONDS = 20  # that one shell may take
NAME = "venvhook-proof"  # what the prompt shows
_QUIET = 0.4  # seconds without output after which a prompt is taken to be drawn
_PATIENCE = 5  # seconds that `python` may take to answer
_ROWS, _COLUMNS = 50, 1000  # so wide that no line of ours is folded
_OUTSIDE = "/"
# How a terminal starts the shell, but for what keeps our lines out of its history; and a line that does the latter.
_LOGIN = ["-l"] if sys.platform == "darwin" else []
_START = {
    "bash": (["+o", "history", "-i", *_LOGIN], ""),
    "zsh": (["-o", "hist_ignore_space", "-i", *_LOGIN], " unset HISTFILE"),
    "fish": (["-i", "--private", *_LOGIN], ""),
    "pwsh": (["-NoLogo"], "Set-PSReadLineOption -HistorySaveStyle SaveNothing"),
}
_PROBE = """\
import os, sys
with open(sys.argv[1] + ".new", "wb") as file:
    file.write(b"\\0".join(name + b"=" + value for name, value in os.environb.items()))
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""


class Proof:
    """What one shell showed. `ok`, or the `reason` why not; `prompt` says who drew the project's name, if anybody.

    `answer` is what it answered to a question that `prove` was given.
    """

    __slots__ = ("answer", "ok", "prompt", "reason", "shell", "transcript")

    def __init__(self, shell: str, reason: str, visit: _Visit) -> None:
        self.shell, self.ok, self.reason = shell, not reason, reason
        self.prompt, self.answer = visit.prompt, visit.answer
        self.transcript = visit.transcript(whole=bool(reason))


class Unproved(Exception):
    """The session did not do what it should; the reason."""


def prove(
    places: Folders,
    shells: Iterable[str] | None = None,
    rc: bool = True,
    question: Callable[[str], bytes] | None = None,
) -> list[Proof]:
    """Try the hook in SHELLS (those installed, unless named), one after the other.

    Without RC the session loads the hook file itself. QUESTION gives text of a shell, which is sourced in the session
    before it enters, with the path of a file for the answer. Raises VenvhookError where no project can be made or no
    terminal can be had (Windows).
    """
    if os.name != "posix":
        raise VenvhookError("a terminal of one's own cannot be had here", remedy="open a shell and enter a project")
    with _Project(places) as project:
        chosen = install.installed() if shells is None else shells
        return [_prove(places, project, shell, rc, question) for shell in chosen]


class _Project:
    """A throw-away project with an environment, allowed; it lies in the cache folder, which is the user's alone."""

    def __init__(self, places: Folders) -> None:
        self.places = places

    def __enter__(self) -> _Project:
        folders.make_private(self.places.cache)
        self.base = os.path.realpath(tempfile.mkdtemp(prefix="proof-", dir=self.places.cache))
        self.folder = os.path.join(self.base, "project")
        self.environment = os.path.join(self.folder, ".venv")
        self.probe = os.path.join(self.base, "probe.py")
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
        while plans != os.path.join(self.places.cache, "plans") and _rmdir(plans):
            plans = os.path.dirname(plans)

    def _make(self) -> None:
        command = [sys.executable, "-I", "-m", "venv", "--without-pip", self.environment]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            raise VenvhookError(f"no environment can be made: {(made.stderr + made.stdout).strip()}", self.environment)
        path, text = os.path.join(self.folder, marker.NAME), f'venv = ".venv"\nprompt = "{NAME}"\n'.encode()
        for name, data in ((path, text), (self.probe, _PROBE.encode())):
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
    session = _Session(shell, _environment())
    visit = _Visit(session, project, shell)
    try:
        visit.outside(None if rc else install.hook_path(places, shell))
        if question:
            visit.ask(question(shell))
        visit.enter()
        visit.leave()
        reason = ""
    except Unproved as problem:
        reason = str(problem)
    finally:
        session.close()
    return Proof(shell, reason, visit)


def _environment() -> dict[str, str]:
    """What a terminal would give the shell: a project that is entered where we run is no part of it."""
    environ = dict(os.environ)
    for name, value in undo.operations(environ):
        environ.pop(name, None)
        environ.update({} if value is None else {name: value})
    environ = {name: value for name, value in environ.items() if "VENVHOOK" not in name}
    if environ.get("TERM", "dumb") == "dumb":
        environ["TERM"] = "xterm-256color"
    return environ


class _Visit:
    """The steps of one session, and which rows of its screen are worth showing."""

    def __init__(self, session: _Session, project: _Project, shell: str) -> None:
        self.session, self.project = session, project
        self.quote, self.suffix = emitter(shell).quote, emitter(shell).SUFFIX
        self.still = _START[shell][1]
        self.prompt = "no name in the prompt"
        self.answer = b""
        self.first = 0
        self.seen: list[str] = []
        self.before: dict[bytes, bytes] = {}
        self.noise: set[bytes] = set()

    def outside(self, hook: str | None) -> None:
        """Wait for the shell; what a mere `cd` away and back changes is not ours."""
        self.session.settle()
        first = self._probed(self.still, f"cd {self.quote(_OUTSIDE)}")
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
        right = self.session.wait(lambda: expected in screen.lines(typed), _PATIENCE)
        self.session.settle()
        self.prompt = _prompt(screen.lines(typed + 1))
        self.seen = screen.lines(self.first)
        inside = self._probed()
        if inside.get(b"VIRTUAL_ENV") != os.fsencode(expected):
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
            raise Unproved("leaving left something behind: " + shown(" ".join(sorted(map(os.fsdecode, changed)))))

    def transcript(self, whole: bool) -> str:
        """What was typed and shown from outside on; our own questions only if it is to be the WHOLE of it."""
        lines = self.session.screen.lines(self.first) if whole else self.seen
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
        if not self.session.wait(lambda: os.path.exists(answer)):
            raise Unproved(f"it did not answer within {SECONDS} s")
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


class _Session:
    """An interactive shell on a terminal of its own, with a limit to its time."""

    def __init__(self, shell: str, environ: Mapping[str, str]) -> None:
        import pty

        program = next(filter(None, map(shutil.which, install.PROGRAMS[shell])), None)
        if program is None:
            raise VenvhookError(f"{shell} is not installed")
        self.limit = time.monotonic() + SECONDS
        self.screen = Screen()
        self.child, self.terminal = pty.fork()
        if not self.child:
            _become([program, *_START[shell][0]], environ)

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        os.write(self.terminal, os.fsencode(line) + b"\r")

    def settle(self) -> None:
        """Wait until the shell has been quiet for a moment."""
        while self._read(_QUIET):
            pass

    def wait(self, done: Callable[[], bool], seconds: float = SECONDS) -> bool:
        """Read until DONE, at most for SECONDS and for the time that the session has; whether it is."""
        limit = time.monotonic() + seconds
        while not done():
            if time.monotonic() > limit:
                return False
            self._read(0.05)
        return True

    def close(self) -> None:
        """End the shell, and only this one; the terminal's end tells what it started."""
        os.close(self.terminal)
        for number, patience in ((signal.SIGHUP, 1.0), (signal.SIGKILL, 5.0)):
            os.kill(self.child, number)
            limit = time.monotonic() + patience
            while time.monotonic() < limit:
                if os.waitpid(self.child, os.WNOHANG)[0]:
                    return
                time.sleep(0.02)

    def _read(self, seconds: float) -> bool:
        """Put on the screen what comes within SECONDS; whether something came. Raises Unproved at the session's end."""
        if time.monotonic() > self.limit:
            raise Unproved(f"it was not done within {SECONDS} s")
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        if not data:
            raise Unproved("the shell ended by itself")
        answer = self.screen.feed(data)
        if answer:
            os.write(self.terminal, answer)
        return True


def _become(command: list[str], environ: Mapping[str, str]) -> None:
    """In the child: be the shell."""
    try:
        import fcntl
        import termios

        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", _ROWS, _COLUMNS, 0, 0))
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.chdir(os.path.expanduser("~"))
        os.execve(command[0], command, environ)
    finally:
        os._exit(127)


class Screen:
    """What a terminal would show of a shell's output, as lines that never scroll away.

    Only what line editors use is understood (ECMA-48: cursor movements, erasing, inserting); colours, titles and
    questions are taken out. The questions that a shell waits for are answered.
    """

    _TOKEN = re.compile(
        r"\x1b\[(?P<intro>[<-?]*)(?P<numbers>[\d;:]*)[ -/]*(?P<final>[@-~])"  # control sequence
        r"|\x1b[]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)"  # title, colour question and the like
        r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
        r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
        r"|(?P<text>[^\x00-\x1f\x7f]+)"
    )
    _BROKEN = 4096  # characters after which an escape without an end is none

    def __init__(self) -> None:
        self._rows: list[list[str]] = [[]]
        self.row = self._column = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""

    def lines(self, first: int) -> list[str]:
        """The lines from the row FIRST on."""
        return ["".join(row).rstrip() for row in self._rows[first:]]

    def feed(self, data: bytes) -> bytes:
        """Draw DATA; what a terminal would answer."""
        text, at, answer = self._rest + self._decode(data), 0, b""
        while at < len(text):
            token = self._TOKEN.match(text, at)
            if token is None:
                if len(text) - at < self._BROKEN:
                    break  # the rest of it is still to come
                at += 1
                continue
            answer += self._draw(token)
            at = token.end()
        self._rest = text[at:]
        return answer

    def _draw(self, token: re.Match[str]) -> bytes:
        if token["text"]:
            for character in token["text"]:
                self._put(character)
        elif token["control"]:
            self._control(token["control"])
        elif token["final"]:
            numbers = [int(number or 0) for number in re.split("[;:]", token["numbers"])]
            if token["final"] in "cn":
                return self._answer(token["intro"] + token["final"], numbers[0])
            if not token["intro"]:
                self._move(token["final"], numbers)
                self._erase(token["final"], numbers[0])
        return b""

    def _answer(self, question: str, number: int) -> bytes:
        if question == "c":  # which terminal is this: a VT220
            return b"\x1b[?62c"
        if question == "n" and number == 6:
            return b"\x1b[%d;%dR" % (min(self.row, _ROWS - 1) + 1, min(self._column, _COLUMNS - 1) + 1)
        return b"\x1b[0n" if question == "n" else b""

    def _put(self, character: str) -> None:
        if self._column >= _COLUMNS:
            self._to(self.row + 1, 0)
        row = self._rows[self.row]
        row += " " * (self._column + 1 - len(row))
        row[self._column] = character
        self._column += 1

    def _control(self, character: str) -> None:
        column = min(self._column, _COLUMNS - 1)
        moves = {
            "\n": (self.row + 1, self._column),
            "\r": (self.row, 0),
            "\b": (self.row, column - 1),
            "\t": (self.row, (column // 8 + 1) * 8),
        }
        if character in moves:
            self._to(*moves[character])

    def _move(self, final: str, numbers: Sequence[int]) -> None:
        count = numbers[0] or 1
        moves = {
            "A": (self.row - count, self._column),
            "B": (self.row + count, self._column),
            "C": (self.row, self._column + count),
            "D": (self.row, self._column - count),
            "G": (self.row, count - 1),
            "H": (count - 1, (numbers[1] or 1) - 1 if len(numbers) > 1 else 0),
        }
        if final in moves:
            self._to(*moves[final])

    def _to(self, row: int, column: int) -> None:
        self.row, self._column = max(row, 0), max(column, 0)
        while len(self._rows) <= self.row:
            self._rows.append([])

    def _erase(self, final: str, number: int) -> None:
        row, at, count = self._rows[self.row], self._column, number or 1
        if final in "JK" and number == 0:
            del row[at:]
        elif final == "K":
            row[: at + 1 if number == 1 else len(row)] = " " * (min(at + 1, len(row)) if number == 1 else 0)
        elif final == "P":
            del row[at : at + count]
        elif final == "X":
            row[at : at + count] = " " * len(row[at : at + count])
        elif final == "@":
            row[at:at] = " " * count
        if final == "J":
            del self._rows[self.row + 1 :]
            if number:
                self._rows[:] = [[] for _ in range(self.row + 1)]


def main(arguments: Sequence[str] | None = None) -> int:
    """What install.sh runs last: print the transcripts; 0 when every shell showed what it should."""
    parser = argparse.ArgumentParser(prog="python -m venvhook.proof", description=str(__doc__).splitlines()[0])
    parser.add_argument("--shell", action="append", metavar="NAME", help="only this shell; may be repeated")
    parser.add_argument("--no-rc", action="store_true", help="load the hook in the session instead of by startup files")
    options = parser.parse_args(arguments)
    try:
        proofs = prove(folders.find(), options.shell, not options.no_rc)
    except VenvhookError as error:
        print(f"venvhook: {error}", file=sys.stderr)
        return 1
    for proof in proofs:
        verdict = f"works; {proof.prompt}" if proof.ok else f"does NOT work: {proof.reason}"
        print(f"--- {proof.shell}: {verdict}", *(f"    {line}" for line in proof.transcript.split("\n")), sep="\n")
    return 0 if proofs and all(proof.ok for proof in proofs) else 1


if __name__ == "__main__":
    sys.exit(main())
