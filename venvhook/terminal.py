"""An interactive program on a terminal of its own: what it shows, and what is typed to it, within a limit of time.

Decides when a line is done, which is when the line editor reads again. There are two signs of that. bash, zsh and fish
switch bracketed paste on. PowerShell's editor asks for the other codes of the cursor keys and takes Ctrl-C for itself,
and gives both back before it runs a line; what is typed in between would be text that no Enter accepts. Where neither
sign comes, as in old bash, a line is done when a prompt stands and nothing comes for a moment.
"""

from __future__ import annotations

import os
import select
import signal
import struct
import time

from venvhook.screen import COLUMNS, ROWS, Screen
from venvhook.system import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_QUIET = 0.4  # seconds without output after which a prompt of an editor that gives no sign is taken to be whole
_DRAWN = 0.2  # the same after a sign: fish gives it before it makes its prompt
_PATIENCE = 10  # seconds to wait for a sign


class Over(Exception):
    """The session has ended, or taken too long; how."""


class Session:
    """COMMAND with the variables ENVIRON in the home folder; it may take that many SECONDS in all."""

    def __init__(self, command: list[str], environ: Mapping[str, str], seconds: float) -> None:
        import pty

        self.seconds, self.limit = seconds, time.monotonic() + seconds
        self.screen = Screen()
        self.tells = False  # whether there was a sign ever
        self.typed = -1  # the row of the line that was typed last
        self.child, self.terminal = pty.fork()
        if not self.child:
            _become(command, environ)

    @property
    def reading(self) -> bool:
        """Whether the line editor has given the sign that it reads."""
        reads = self.screen.reading or (self.screen.cursor_keys and not self._has("ISIG"))
        self.tells |= reads
        return reads

    def type(self, line: str) -> None:
        """Type a line and Enter, once the line editor reads."""
        if self.tells:
            self.wait(lambda: self.reading, _PATIENCE)
        self.screen.reading = self.screen.cursor_keys = False
        self.typed = self.screen.row
        os.write(self.terminal, encode(line) + b"\r")

    def settle(self) -> None:
        """Wait until the line editor reads again, and its prompt is drawn."""
        self.wait(lambda: self.reading or self._stands(), _PATIENCE)
        while self._read(_DRAWN if self.reading else _QUIET):
            pass

    def _stands(self) -> bool:
        """Whether a prompt of an editor that gives no sign stands below the line typed last."""
        screen = self.screen
        if self.tells or screen.cursor_keys:  # .NET asks for them before PowerShell's editor does
            return False
        return screen.row > self.typed and bool(screen.lines(screen.row)[0]) and not self._has("ICANON")

    def _has(self, mode: str) -> bool:
        """Whether the terminal edits lines by itself (ICANON), or makes a signal of Ctrl-C (ISIG)."""
        import termios

        try:
            return bool(termios.tcgetattr(self.terminal)[3] & int(getattr(termios, mode)))
        except termios.error:
            return True

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
