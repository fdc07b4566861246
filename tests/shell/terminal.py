"""A live interactive shell on a real terminal: type a line, wait for the next prompt, read what the screen shows.

Nothing here sleeps while a shell runs, and nothing here knows a shell. The one thing a shell must do is draw, at the
end of its prompt, the invisible mark `ESC ] 7337 ; <process id> : <count> BEL` with a count that grows (dialects.py
says how each does it). A line has finished when a mark has come that was not seen before. A prompt that is only drawn
again has an old mark.

Some line editors take what was typed before they read for text, and not for keys. Their shells draw the mark with
`;early` before the BEL. Then the driver types nothing before the editor takes Ctrl-C for itself: the terminal tells.
"""

from __future__ import annotations

import os
import re
import select
import signal
import termios
import time
from collections.abc import Mapping
from typing import Callable

import ptyprocess
import pyte

ROWS, COLUMNS = 50, 250
LIMIT = float(os.environ.get("VENVHOOK_TEST_LIMIT", "20"))
MARK = re.compile(rb"\x1b\]7337;(\d+):(\d+)(;early)?\x07")
STATUS = re.compile(r"(-?\d+|True|False)> ?$")


class Screen(pyte.Screen):
    """A screen that remembers the lines that scrolled away, and answers what a shell asks of its terminal."""

    def __init__(self, answer: Callable[[bytes], object]) -> None:
        self.above: list[str] = []
        self.answer = answer
        super().__init__(COLUMNS, ROWS)

    def index(self) -> None:
        if self.cursor.y == ROWS - 1:
            self.above.append(self._row(0).rstrip())
        super().index()

    def write_process_input(self, data: str) -> None:
        self.answer(data.encode())

    def rows(self) -> list[str]:
        """Everything shown so far, down to the cursor; the cursor's own line ends where the cursor is."""
        shown = [self._row(y).rstrip() for y in range(self.cursor.y)]
        return [*self.above, *shown, self._row(self.cursor.y, self.cursor.x)]

    def _row(self, y: int, width: int = COLUMNS) -> str:
        cells = self.buffer[y]  # pyte's own `display` takes 10 ms; a wide character's second cell is ''
        return "".join(cells[x].data for x in range(min(width, max(cells, default=-1) + 1)))


class Terminal:
    """The shell `argv`, started in `cwd` with just the variables of `env`; `dump` is the program that writes them."""

    above = 0  # how many lines the prompt has above the one that is typed in

    def __init__(self, argv: list[str], env: Mapping[str, str], cwd: str, dump: str) -> None:
        self.dump = dump
        self.raw = b""
        self.mark = (b"", b"", b"")
        self.status: str | None = None
        self.process = ptyprocess.PtyProcess.spawn(argv, cwd=cwd, env=dict(env), dimensions=(ROWS, COLUMNS))
        self.screen = Screen(self.process.write)
        self.stream = pyte.ByteStream(self.screen)
        self.wait()
        self.first = "\n".join(self.screen.rows()[:-1])

    def send(self, text: str) -> None:
        """Type `text` as it is; a line is ended with "\\r". Does not wait."""
        self.process.write(os.fsencode(text))

    def run(self, line: str, limit: float = LIMIT) -> str:
        """Type a line; what it printed, rows joined by newlines, once the next prompt stands."""
        assert line.isprintable() or "\udc80" <= max(line) <= "\udcff", f"only what can be typed: {line!r}"
        typed_at = len(self.screen.rows()) - 1
        echo = (self.screen.cursor.x + len(line)) // COLUMNS + 1
        self.send(line + "\r")
        self.wait(limit)
        return "\n".join(self.screen.rows()[typed_at + echo : -1 - self.above])

    def wait(self, limit: float = LIMIT) -> None:
        """Until a prompt stands that was not there before, and its line editor reads."""
        self.raw = b""
        self.until(self._new_prompt, limit, "no new prompt")
        self.until(self._reads, limit, "the line editor does not read")
        shown = STATUS.search(self.screen.rows()[-1])
        self.status = shown.group(1) if shown else None

    def _new_prompt(self) -> bool:
        marks = MARK.findall(self.raw)
        if not marks or marks[-1] == self.mark:
            return False
        self.mark = marks[-1]
        return True

    def _reads(self) -> bool:
        """Whether keys reach the line editor: it has told so with its mark, or no key is a signal any more (ISIG)."""
        return not self.mark[2] or not termios.tcgetattr(self.process.fd)[3] & termios.ISIG

    def until(self, happened: Callable[[], bool], limit: float = LIMIT, otherwise: str = "it did not happen") -> None:
        """Read the terminal until `happened()`; AssertionError with the screen after `limit` s."""
        end = time.monotonic() + limit
        while not happened():
            left = end - time.monotonic()
            assert left > 0, f"{otherwise} within {limit} s; {self}"
            if not select.select([self.process.fd], [], [], min(left, 0.02))[0]:
                continue
            try:
                data = os.read(self.process.fd, 65536)
            except OSError:
                data = b""
            assert data, f"{otherwise}: the shell has ended; {self}"
            self.raw += data
            self.stream.feed(data)

    def prompt(self) -> str:
        """The last line of the prompt, as it stands on the screen."""
        return self.screen.rows()[-1]

    def whole_prompt(self) -> str:
        """The prompt with the lines above."""
        return "\n".join(self.screen.rows()[-1 - self.above :])

    def prefix(self) -> str:
        """What stands before the test's own prompt, `0> `: `(name) ` or nothing."""
        return STATUS.sub("", self.prompt())

    def environ(self) -> dict[bytes, bytes]:
        """The exact environment that a child of the shell gets (without `_`, which names the child)."""
        printed = self.run(self.dump)
        assert not printed, f"the environment could not be dumped; {self}"
        with open(self.dump + ".out", "rb") as file:
            pairs = file.read().split(b"\0")[:-1]
        os.unlink(self.dump + ".out")
        found = dict(pair.split(b"=", 1) for pair in pairs)
        found.pop(b"_", None)
        return found

    def get(self, name: str) -> str | None:
        """One exported variable as a child sees it, None when it is unset."""
        value = self.environ().get(os.fsencode(name))
        return None if value is None else os.fsdecode(value)

    def interrupt(self) -> None:
        """Ctrl-C while something runs, and the prompt after it."""
        self.send("\x03")
        self.wait()

    def close(self) -> None:
        """End the shell and what it started on this terminal.

        ptyprocess sleeps for 0.1 s before it looks whether the shell has ended: after most tests, it has within 5 ms.
        """
        if self.process.isalive():
            os.killpg(self.process.pid, signal.SIGHUP)
        self.process.fileobj.close()
        end = time.monotonic() + self.process.delayafterclose
        while self.process.isalive() and time.monotonic() < end:
            time.sleep(0.002)
        self.process.delayafterclose = 0
        self.process.close(force=True)

    def __str__(self) -> str:
        return "the screen:\n" + "\n".join(f"    | {line}" for line in self.screen.rows()[-30:])
