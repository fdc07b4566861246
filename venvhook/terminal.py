"""An interactive program on a terminal of its own: what it shows, and what is typed to it, within a limit of time.

Decides when a line is done: a line editor that reads again says so by switching bracketed paste on; where it does not,
as in PowerShell and old bash, it is quiet for a moment.
"""

from __future__ import annotations

import os
import select
import signal
import struct
import time

from venvhook.screen import COLUMNS, ROWS, Screen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
