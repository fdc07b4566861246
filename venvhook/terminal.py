"""An interactive program on a terminal of its own: what it shows, and what is typed to it, within a limit of time.

Decides when a line is done: a line editor that reads again says so by switching bracketed paste on; where it does not,
as in PowerShell and old bash, it is quiet for a moment.
"""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import struct
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ROWS, COLUMNS = 50, 1000  # so wide that no line of ours is folded
_QUIET = 0.4  # seconds without output after which a prompt is taken to be drawn
_DRAWN = 0.2  # the same, where the line editor has said that it reads: fish says so before it makes its prompt
_PATIENCE = 5  # seconds to wait for a line editor to say so


class Over(Exception):
    """The session has ended, or taken too long; how."""


class Session:
    """COMMAND with the variables ENVIRON in the home folder; it may take that many SECONDS in all."""

    def __init__(self, command: list[str], environ: Mapping[str, str], seconds: float) -> None:
        import pty

        self.seconds, self.limit = seconds, time.monotonic() + seconds
        self.screen = Screen()
        self.child, self.terminal = pty.fork()
        if not self.child:
            _become(command, environ)

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        self.screen.reading = False
        os.write(self.terminal, os.fsencode(line) + b"\r")

    def settle(self) -> None:
        """Wait until the line editor reads again, or, of those that do not say so, until it is quiet for a moment."""
        if self.screen.tells:
            self.wait(lambda: self.screen.reading, _PATIENCE)
        while self._read(_DRAWN if self.screen.reading else _QUIET):
            pass

    def wait(self, done: Callable[[], bool], seconds: float | None = None) -> bool:
        """Read until DONE, at most for SECONDS and for the time that the session has; whether it is."""
        limit = time.monotonic() + (self.seconds if seconds is None else seconds)
        while not done():
            if time.monotonic() > limit:
                return False
            self._read(0.05)
        return True

    def close(self) -> None:
        """End the program, and only this one; the terminal's end tells what it started."""
        os.close(self.terminal)
        for number, patience in ((signal.SIGHUP, 1.0), (signal.SIGKILL, 5.0)):
            os.kill(self.child, number)
            limit = time.monotonic() + patience
            while time.monotonic() < limit:
                if os.waitpid(self.child, os.WNOHANG)[0]:
                    return
                time.sleep(0.02)

    def _read(self, seconds: float) -> bool:
        """Put on the screen what comes within SECONDS; whether something came. Raises Over."""
        if time.monotonic() > self.limit:
            raise Over(f"it was not done within {self.seconds} s")
        if not select.select([self.terminal], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.terminal, 65536)
        except OSError:
            data = b""
        if not data:
            raise Over("the shell ended by itself")
        answer = self.screen.feed(data)
        if answer:
            os.write(self.terminal, answer)
        return True


def _become(command: list[str], environ: Mapping[str, str]) -> None:
    """In the child: be the program."""
    try:
        import fcntl
        import termios

        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.chdir(os.path.expanduser("~"))
        os.execve(command[0], command, environ)
    finally:
        os._exit(127)


class Screen:
    """What a terminal would show of a shell's output, as lines that never scroll away.

    Only what line editors use is understood (ECMA-48: cursor movements, erasing, inserting); colours, titles and
    questions are taken out. The questions that a shell waits for are answered. `reading`: a line editor has switched
    bracketed paste on; `tells`: one ever did.
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
        self.reading = self.tells = False
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
            if token["intro"] == "?" and 2004 in numbers:
                self.reading = token["final"] == "h"
                self.tells |= self.reading
            if not token["intro"]:
                self._move(token["final"], numbers)
                self._erase(token["final"], numbers[0])
        return b""

    def _answer(self, question: str, number: int) -> bytes:
        if question == "c":  # which terminal is this: a VT220
            return b"\x1b[?62c"
        if question == "n" and number == 6:
            return b"\x1b[%d;%dR" % (min(self.row, ROWS - 1) + 1, min(self._column, COLUMNS - 1) + 1)
        return b"\x1b[0n" if question == "n" else b""

    def _put(self, character: str) -> None:
        if self._column >= COLUMNS:
            self._to(self.row + 1, 0)
        row = self._rows[self.row]
        row += " " * (self._column + 1 - len(row))
        row[self._column] = character
        self._column += 1

    def _control(self, character: str) -> None:
        column = min(self._column, COLUMNS - 1)
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
