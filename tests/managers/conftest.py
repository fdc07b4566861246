"""Real managers, each in an environment of its own that is made once and kept below pytest's cache folder.

What they make is compared with what is located when none of them is on PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from .world import BASE, NAMES, World


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "managers: installs and runs the real managers; slow, needs a package index once"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("managers")


@pytest.fixture(scope="session")
def installed(pytestconfig: pytest.Config) -> Callable[..., Path]:
    """The folder of commands of a manager, which is installed at its first use; other workers wait for that.

    By uv, which pip gets: pip itself would take ten times as long for each of the others.
    """
    home = Path(pytestconfig.cache.mkdir(f"managers-3.{sys.version_info[1]}"))  # type: ignore[union-attr]

    def install(name: str, *requirements: str) -> Path:
        place = home / name
        wanted = requirements or (name,)
        if name == "uv":
            _once(place, [sys.executable, "-m", "pip", "install", "--quiet", "--target", place, *wanted])
        else:
            uv = install("uv") / "uv"
            making = [uv, "venv", "--quiet", "--no-project", "--python", BASE, place]
            _once(place, making, [uv, "pip", "install", "--quiet", "--python", place / "bin/python", *wanted])
        return place / "bin"

    return install


def _once(place: Path, *commands: list[str | Path]) -> None:
    """Run what makes the folder PLACE, unless that is done; where there is no index, the test is skipped."""
    with _locked(place.with_suffix(".lock")):
        done = place / "installed"
        if done.exists():
            return
        shutil.rmtree(place, ignore_errors=True)
        for command in commands:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=600)
            if answer.returncode and not os.environ.get("CI"):
                pytest.skip(f"{place.name} cannot be installed: {answer.stderr[-300:]}")
            assert answer.returncode == 0, answer.stderr
        done.touch()


class _locked:
    """Only one process at a time gets in."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        import fcntl

        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *exception: object) -> None:
        self.file.close()


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A folder for what need not be found out by each test anew; all workers of this run use it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if hasattr(pytestconfig, "workerinput") else base) / "caches"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@pytest.fixture
def world(tmp_path: Path, caches: Path) -> World:
    return World(tmp_path, caches)


@pytest.fixture(params=NAMES, ids=["plain", "blanks", "unicode", "long", "dots", "signs"])
def odd(request: pytest.FixtureRequest) -> str:
    return str(request.param)
