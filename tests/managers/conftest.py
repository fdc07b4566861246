"""Real managers, each in an environment of its own that is made once and kept below pytest's cache folder.

What they make is compared with what is located when none of them is on PATH.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Callable

import pytest
from once import once

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
            item.add_marker(pytest.mark.scenario(43 if "create" in item.path.name else 40))


@pytest.fixture(scope="session")
def installed(pytestconfig: pytest.Config) -> Callable[..., Path]:
    """The folder of commands of a manager, which is installed at its first use; other workers wait for that.

    By uv, which pip gets: pip itself would take ten times as long for each of the others.
    """
    home = Path(pytestconfig.cache.mkdir(f"managers-3.{sys.version_info[1]}"))  # type: ignore[union-attr]

    def install(name: str, *requirements: str) -> Path:
        place, wanted = home / name, requirements or (name,)
        if name == "uv":
            getting = [sys.executable, "-m", "pip", "install", "--quiet", "--target", place, *wanted]
            return once(place, getting, from_index=True) / "bin"
        uv = install("uv") / "uv"
        making = [uv, "venv", "--quiet", "--no-project", "--python", BASE, place]
        getting = [uv, "pip", "install", "--quiet", "--python", place / "bin/python", *wanted]
        return once(place, making, getting, from_index=True) / "bin"

    return install


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
