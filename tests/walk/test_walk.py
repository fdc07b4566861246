"""A few short random walks in each shell, always the same ones. Many: `python -m tests.walk --help`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell.conftest import shells_are_required
from shell.world import Installation

from .found import FOUND
from .ground import Ground
from .walker import Walk, minimise, start_of, walk

SEEDS = (2, 3, 6, 7)
STEPS = 50


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    ground = Ground(Installation(Path(os.path.realpath(tmp_path_factory.mktemp("walk")))))
    yield ground
    ground.close()


@pytest.fixture(params=["bash", "zsh", "fish", "pwsh"])
def kind(request: pytest.FixtureRequest) -> str:
    if shutil.which(request.param) is None:
        assert not shells_are_required(), f"{request.param} is not installed"
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


@pytest.mark.parametrize("seed", SEEDS)
def test_walk(ground: Ground, kind: str, seed: int) -> None:
    found = walk(ground, kind, seed, STEPS)
    if found:
        pytest.fail(str(minimise(ground, found, start_of(seed), tries=30)), pytrace=False)


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found(ground: Ground, kind: str, name: str) -> None:
    found = Walk(ground, kind, {}).walk(FOUND[name])
    if found:
        pytest.fail(str(found), pytrace=False)
