"""Fixtures of the scenarios: a test that takes `shell` is run once for each shell that it is meant for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .dialects import DIALECTS, Dialect
from .terminal import Terminal
from .world import Installation, World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    named = [name for mark in metafunc.definition.iter_markers("parametrize") for name in mark.args[0]]
    if "shell" in metafunc.fixturenames and "shell" not in named:
        meant = metafunc.definition.get_closest_marker("shells")
        metafunc.parametrize("shell", meant.args if meant else tuple(DIALECTS), indirect=True)


@pytest.fixture
def shell(request: pytest.FixtureRequest) -> Dialect:
    """The shell's dialect; a shell that is missing is skipped by name, but fails where all are required."""
    dialect = DIALECTS[request.param]
    if shutil.which(dialect.name) is None:
        if shells_are_required() and (dialect.name != "pwsh" or shutil.which("dotnet")):
            pytest.fail(f"{dialect.name} is not installed")
        pytest.skip(f"{dialect.name} is not installed")
    return dialect


def shells_are_required() -> bool:
    """True in CI, where a missing shell is an error; PowerShell only where .NET is, which brings it."""
    return os.environ.get("CI") == "true" or os.environ.get("VENVHOOK_TEST_REQUIRE_SHELLS") == "1"


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """venvhook as its installer installs it; one for each test process."""
    return Installation(Path(os.path.realpath(tmp_path_factory.mktemp("installed"))))


@pytest.fixture
def world(shell: Dialect, installation: Installation) -> Iterator[World]:
    """A clean home for `shell`, with venvhook in it."""
    world = World(installation, shell)
    yield world
    world.close()


@pytest.fixture
def live(world: World) -> Terminal:
    """A shell of that home at its first prompt."""
    return world.start()
