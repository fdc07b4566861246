"""Locating an environment, beside asking its manager. Goal: at most 1/20.

The managers are those that tests/managers installed (run these once before). Each makes an environment in a HOME of its
own and is asked where it is; then the same is located as hooks have it done, in a fresh `python -I -S`.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.table import Table

from . import ROOT
from .obtain import BASE_PYTHON
from .result import Asked, Result, show
from .visit import POETRY

CACHE = ROOT / ".cache/pytest/d"
START = [BASE_PYTHON, "-I", "-S", "-X", "utf8", "-c"]
LOCATE = """if True:
    import sys, os
    sys.path.insert(0, sys.argv[1])
    import time
    from venvhook.marker import Marker
    began = time.perf_counter()
    from venvhook.locate import locate
    found = locate(sys.argv[2], Marker(manager=sys.argv[3]), os.environ).found
    took = time.perf_counter() - began
    print(took * 1000, found.root)
"""
PROJECT = POETRY.partition("[tool")[0]


class Manager(NamedTuple):
    """A project's files, how its environment is made, how the manager is asked for it."""

    files: Mapping[str, str]
    make: Sequence[str]
    ask: Sequence[str]


MANAGERS = {
    "poetry": Manager({"pyproject.toml": POETRY}, ["env", "use", BASE_PYTHON], ["env", "info", "--path"]),
    "pipenv": Manager({"Pipfile": "[packages]\n"}, ["--python", BASE_PYTHON], ["--venv"]),
    "pdm": Manager(
        {
            "pyproject.toml": PROJECT + "[tool.pdm]\ndistribution = false\n",
            "pdm.toml": "[venv]\nin_project = false\n",
        },
        ["venv", "create", BASE_PYTHON],
        ["info", "--python"],
    ),
    "hatch": Manager(
        {"pyproject.toml": PROJECT + "[tool.hatch.envs.default]\nskip-install = true\n"},
        ["env", "create"],
        ["env", "find"],
    ),
    "uv": Manager(
        {"pyproject.toml": PROJECT},
        ["sync", "--offline", "--python", BASE_PYTHON],
        ["run", "--offline", "--no-sync", "python", "-c", "import sys; print(sys.prefix)"],
    ),
}


def run(result: Result, asked: Asked) -> None:
    environ = {"HOME": str(asked.root), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PIPENV_IGNORE_VIRTUALENVS": "1"}
    table = Table("manager", "asked, ms", "located, ms", "ratio", title="locating, beside asking", title_justify="left")
    for name, manager in MANAGERS.items():
        program = next(CACHE.glob(f"managers-*/{name}/bin/{name}"), None)
        if program is None:
            result.missing[name] = f"to install it: python -m pytest tests/managers/test_{name}.py"
            continue
        folder = project(asked.root / f"{name}-project", manager)
        said([str(program), *manager.make], folder, environ)
        by_manager, located = times(name, [str(program), *manager.ask], folder, environ, asked.rounds)
        table.add_row(name, f"{by_manager:.0f}", f"{located:.2f}", f"1/{by_manager / located:.0f}")
    show(table)


def project(folder: Path, manager: Manager) -> Path:
    folder.mkdir()
    for file, text in manager.files.items():
        (folder / file).write_text(text)
    return folder


def times(name: str, ask: Sequence[str], folder: Path, environ: Mapping[str, str], rounds: int) -> tuple[float, float]:
    """ms of asking, and of locating, imports included; medians of interleaved rounds."""
    asked, located = [], []
    for _ in range(rounds):
        began = time.perf_counter()
        said(ask, folder, environ)
        asked.append((time.perf_counter() - began) * 1000)
        located.append(float(said([*START, LOCATE, str(ROOT), str(folder), name], folder, environ).split()[0]))
    return statistics.median(asked), statistics.median(located)


def said(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> str:
    """What a command prints that must succeed."""
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout
