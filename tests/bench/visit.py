"""From outside the shells: the helper at a first visit, beside an interpreter that does nothing; the command line."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.table import Table
from shell.world import make_environment

from venvhook.locate.poetry import base_name

from . import ROOT
from . import count as counting
from .ground import Ground
from .result import Asked, Result, show
from .tools import MARKER, VENVHOOK

POETRY = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\n[tool.poetry]\npackage-mode = false\n'


IMPORTS = """if True:
    import sys
    sys.path.insert(0, sys.argv[1])
    from venvhook import helper
    helper.emitter("bash")
    helper.os._exit(0)
"""


class Spent(NamedTuple):
    """What one start takes: ms by the clock, and ms of the processor, which a busy machine falsifies less."""

    clock: float
    processor: float


def run(result: Result, asked: Asked) -> None:
    ground = Ground(asked, VENVHOOK)
    rows = commands(ground)
    spent: dict[str, list[Spent]] = {name: [] for name in rows}
    for _ in range(asked.rounds):
        for name, command in rows.items():
            forget(ground, command)
            spent[name].append(start(command, ground.environ))
    calls = {name: file_calls(ground, command) for name, command in rows.items()} if counting.available() else {}
    show(_table(spent, calls))


def commands(ground: Ground) -> dict[str, Sequence[str]]:
    """What is compared, by name; the goal stands behind it, in times of the first or in ms."""
    bare = [ground.python, "-I", "-S"]
    launcher = str(ground.program / "launch.py")
    visit = [*bare, "-X", "utf8", launcher, "hook", "2", "plan", "bash"]
    cli = [ground.python, "-I", "-X", "utf8", launcher, "cli"]
    return {
        "python -I -S -c pass": [*bare, "-c", "pass"],
        "of a first visit: what it imports": [*bare, "-X", "utf8", "-c", IMPORTS, str(ROOT)],
        "first visit (2 x)": [*visit, str(ground.app)],
        "first visit, poetry's files (4 x)": [*visit, str(poetry_project(ground))],
        "venvhook --help (250 ms)": [*cli, "--help"],
        "venvhook status (250 ms)": [*cli, "status", str(ground.app)],
    }


def forget(ground: Ground, command: Sequence[str]) -> None:
    """Make the next visit to the project that COMMAND ends with the first, among others that are known."""
    shutil.rmtree(f"{ground.home}/.cache/venvhook/plans{command[-1]}", ignore_errors=True)


def file_calls(ground: Ground, command: Sequence[str]) -> int:
    """How often the file system is asked about a name."""
    forget(ground, command)
    return int(counting.counted_command(command, ground.environ, ground.work / "strace").file_calls)


def poetry_project(ground: Ground) -> Path:
    """A project whose environment is found by reading a TOML file; made once."""
    folder = ground.work / "poetry"
    if not folder.exists():
        folder.mkdir()
        (folder / "pyproject.toml").write_text(POETRY)
        (folder / "poetry.lock").write_text("")
        make_environment(ground.home / ".cache/pypoetry/virtualenvs" / f"{base_name('shop', str(folder))}-py3.99")
        (folder / ".venvhook.toml").write_text('manager = "poetry"\n' + MARKER)
        ground.allow(folder)
    return folder


def start(command: Sequence[str], environ: dict[str, str]) -> Spent:
    began = time.perf_counter()
    with open(os.devnull, "r+") as nothing:
        child = subprocess.Popen(command, env=environ, cwd="/", stdin=nothing, stdout=nothing)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.WEXITSTATUS(status)
    if status:
        raise OSError(f"{os.fspath(command[0])} ended with {child.returncode}: {' '.join(command)}")
    return Spent((time.perf_counter() - began) * 1000, (usage.ru_utime + usage.ru_stime) * 1000)


def _table(spent: dict[str, list[Spent]], calls: dict[str, int]) -> Table:
    """Ratios are medians over the rounds: in each, a command and the first have run side by side."""
    table = Table("command", "ms", "times the first", "by processor time", "file calls", title_justify="left")
    table.title = "from outside the shells"
    first = next(iter(spent.values()))
    for name, each in spent.items():
        clock = statistics.median(one.clock / bare.clock for one, bare in zip(each, first))
        processor = statistics.median(one.processor / bare.processor for one, bare in zip(each, first))
        ms = statistics.median(one.clock for one in each)
        table.add_row(name, f"{ms:.1f}", f"{clock:.2f}", f"{processor:.2f}", str(calls.get(name, "-")))
    return table
