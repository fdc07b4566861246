"""A live shell on a pseudo-terminal: type a line, wait until the next prompt stands."""

from __future__ import annotations

import os
import re
import select
import termios
import time
from collections.abc import Mapping
from pathlib import Path

import ptyprocess

from .shells import READY, Shell

SECONDS = 120
ANSWER = re.compile(rb"T(-?\d+)T.*?" + READY.encode(), re.DOTALL)
VALUE = re.compile(rb"<(|/[^>]*)>.*?" + READY.encode(), re.DOTALL)
PROMPT = re.compile(READY.encode())


class Session:
    """SHELL, started in CWD with the start-up file that loads a tool, at its first prompt.

    What it takes is wall time, or the processor time of the shell alone.
    """

    def __init__(
        self, shell: Shell, home: Path, load: str, environ: Mapping[str, str], cwd: Path, processor: bool = False
    ) -> None:
        rc = home / shell.rc
        rc.parent.mkdir(parents=True, exist_ok=True)
        rc.write_text(shell.start_up(load))
        self.shell, self.processor = shell, processor
        self.seen = b""
        self.process = ptyprocess.PtyProcess.spawn(
            [str(shell.program), *shell.arguments],
            cwd=str(cwd),
            env={**environ, "TERM": "dumb"},  # no colours, no questions to the terminal
            dimensions=(50, 1000),  # no line is wrapped, so none is drawn twice
        )
        self._wait(PROMPT)

    def loop(self, turns: int, *commands: str) -> float:
        """Microseconds that one turn of these typed lines takes, hooks and prompts included."""
        return self.body(turns, self.shell.typed(*commands))

    def body(self, turns: int, text: str) -> float:
        """Microseconds that one turn of TEXT takes."""
        before = self._spent()
        wall = self.ask(f"bench {turns} '{text}'") / 1000
        if not self.processor:
            return wall
        between = self._spent()
        self.ask(f"bench 1 '{self.shell.idle}'")  # what the typed line takes by itself
        return (2 * between - before - self._spent()) / 1000 / turns

    def ask(self, line: str) -> int:
        """Type a line; the figure that it answers, once the next prompt stands."""
        self._type(line)
        return int(self._wait(ANSWER).group(1))

    def go(self, folder: Path | str) -> None:
        """As a person does, with a real prompt behind it."""
        self.ask(f"bench 1 'cd {folder}'")

    def value(self, name: str) -> str:
        """What a child of this shell gets as NAME."""
        self._type(f"sh -c 'echo \"<${name}>\"'")
        return self._wait(VALUE).group(1).decode()

    def wall(self, line: str) -> float:
        """Microseconds from the typed line to the prompt behind it, as the terminal sees it."""
        began = time.perf_counter()
        self._type(line)
        self._wait(PROMPT)
        return (time.perf_counter() - began) * 1e6

    def close(self) -> None:
        self.process.close(force=True)

    def _spent(self) -> int:
        """Nanoseconds of processor time so far: firm on a busy machine, blind to what the shell starts."""
        return int(Path(f"/proc/{self.process.pid}/schedstat").read_text().split()[0]) if self.processor else 0

    def _type(self, line: str) -> None:
        self.seen = b""
        self.process.write(os.fsencode(line + "\r"))

    def _wait(self, pattern: re.Pattern[bytes]) -> re.Match[bytes]:
        end = time.monotonic() + SECONDS
        while not (found := pattern.search(self.seen)):
            if time.monotonic() > end:
                raise TimeoutError(f"{self.shell.name}: no answer, but {self.seen!r}")
            self._read()
        while self.shell.early and termios.tcgetattr(self.process.fd)[3] & termios.ISIG:  # a signal of Ctrl-C: not yet
            self._read()
        return found

    def _read(self) -> None:
        """Take what comes within a moment; who asks where the cursor is (DSR) is answered something."""
        if not select.select([self.process.fd], [], [], 0.05 if self.shell.early else 1)[0]:
            return
        new = os.read(self.process.fd, 65536)
        self.seen += new
        for _ in range(new.count(b"\x1b[6n")):
            self.process.write(b"\x1b[1;1R")
