"""How many processes and file calls: strace looks at the live shell and all that it starts."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Callable, NamedTuple

from .session import Session
from .shells import Shell

STRACE = ["strace", "-f", "-qq", "-e", "trace=%file,clone,clone3,fork,vfork", "-e", "signal=none", "-o"]
CALL = re.compile(r"^\d+ +(\w+)\((.*)$", re.MULTILINE)
FORKS = {"clone", "clone3", "fork", "vfork"}


class Counts(NamedTuple):
    processes: float
    file_calls: float

    def less(self, other: Counts) -> Counts:
        return Counts(self.processes - other.processes, self.file_calls - other.file_calls)

    def of(self, turns: int) -> Counts:
        return Counts(self.processes / turns, self.file_calls / turns)

    def rounded(self) -> Counts:
        return Counts(*(max(0.0, round(each, 1)) for each in self))


def available() -> bool:
    return shutil.which("strace") is not None


def counted(session: Session, log: Path, action: Callable[[], object]) -> Counts:
    """What the shell does, and what it starts, while ACTION types something."""
    tracer = subprocess.Popen([*STRACE, str(log), "-p", str(session.process.pid)], stderr=subprocess.DEVNULL)
    try:
        while "TracerPid:\t0\n" in Path(f"/proc/{session.process.pid}/status").read_text():
            if tracer.poll() is not None:
                raise OSError("strace may not look at other processes here")
            time.sleep(0.005)
        action()
    finally:
        tracer.terminate()
        tracer.wait()
    return _read(log)


def counted_start(shell: Shell, environ: Mapping[str, str], log: Path) -> Counts:
    """What an interactive shell does that starts and ends at once."""
    return counted_command([str(shell.program), *shell.arguments, *shell.ends], environ, log)


def counted_command(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Counts:
    """What a program does from its start to its end, and what it starts."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    traced = [*STRACE, str(log), *command]
    subprocess.run(traced, env=environ, cwd=environ["HOME"], check=False, start_new_session=True, **quiet)
    return _read(log)


def _read(log: Path) -> Counts:
    """Threads are no processes; a call on an open file only looks like one on a name."""
    calls = CALL.findall(log.read_text(errors="replace"))
    forks = [rest for name, rest in calls if name in FORKS and "CLONE_THREAD" not in rest]
    files = [name for name, rest in calls if name not in FORKS and "AT_EMPTY_PATH" not in rest]
    return Counts(len(forks), len(files))
