"""Real managers, each in an environment of its own that is made once and kept below pytest's cache folder.

What they make is compared with what is located when none of them is on PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Callable

import pytest

from .world import NAMES, World


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
def installed(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """The folder of commands of a manager, which is installed at its first use; other workers wait for that."""
    home = Path(pytestconfig.cache.mkdir(f"managers-3.{sys.version_info[1]}"))  # type: ignore[union-attr]

    def install(name: str, *requirements: str) -> Path:
        place = home / name
        done = place / "installed"
        with _locked(home / f"{name}.lock"):
            if not done.exists():
                shutil.rmtree(place, ignore_errors=True)
                venv.create(place, with_pip=True)
                asked = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", *(requirements or [name])]
                answer = subprocess.run(asked, capture_output=True, text=True, timeout=600)
                if answer.returncode and not os.environ.get("CI"):
                    pytest.skip(f"{name} cannot be installed: {answer.stderr[-300:]}")
                assert answer.returncode == 0, answer.stderr
                done.touch()
        return place / "bin"

    return install


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


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture(params=NAMES, ids=["plain", "blanks", "unicode", "long", "dots", "signs"])
def odd(request: pytest.FixtureRequest) -> str:
    return str(request.param)
