"""From outside the shells: the helper at a first visit, beside an interpreter that does nothing; the command line."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table
from shell.world import make_environment

from venvhook.locate.poetry import base_name

from .ground import Ground
from .result import Asked, Result, show
from .tools import MARKER, VENVHOOK

POETRY = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\n[tool.poetry]\npackage-mode = false\n'


def run(result: Result, asked: Asked) -> None:
    ground = Ground(asked, VENVHOOK)
    plans = ground.home / ".cache/venvhook/plans"
    times: dict[str, list[float]] = {}
    for _ in range(asked.rounds):
        for name, command in commands(ground).items():
            shutil.rmtree(plans, ignore_errors=True)  # so that each visit is the first
            times.setdefault(name, []).append(milliseconds(command, ground.environ))
    show(_table({name: statistics.median(each) for name, each in times.items()}))


def commands(ground: Ground) -> dict[str, Sequence[str]]:
    """What is compared, by name; the goal stands behind it, in times of the first or in ms."""
    start = [ground.python, "-I", "-S", "-X", "utf8"]
    launcher = str(ground.program / "launch.py")
    cli = [ground.python, "-I", "-X", "utf8", launcher, "cli"]
    poetry = poetry_project(ground)
    return {
        "python -I -S -c pass": [ground.python, "-I", "-S", "-c", "pass"],
        "first visit (2 x)": [*start, launcher, "hook", "1", "plan", "bash", str(ground.app)],
        "first visit, poetry's files (4 x)": [*start, launcher, "hook", "1", "plan", "bash", str(poetry)],
        "venvhook --help (250 ms)": [*cli, "--help"],
        "venvhook status (250 ms)": [*cli, "status", str(ground.app)],
    }


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


def milliseconds(command: Sequence[str], environ: dict[str, str]) -> float:
    began = time.perf_counter()
    child = subprocess.Popen(command, env=environ, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    child.wait()
    if child.returncode:
        raise OSError(f"{os.fspath(command[0])} ended with {child.returncode}: {' '.join(command)}")
    return (time.perf_counter() - began) * 1000


def _table(found: dict[str, float]) -> Table:
    bare = next(iter(found.values()))
    table = Table("command", "ms", "times the first", title="from outside the shells", title_justify="left")
    for name, taken in found.items():
        table.add_row(name, f"{taken:.1f}", f"{taken / bare:.2f}")
    return table
