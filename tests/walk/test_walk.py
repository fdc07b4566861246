"""A few short random walks in each shell, always the same ones. Many: `python -m tests.walk --help`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell.conftest import shells_are_required
from shell.world import Installation

from .ground import Ground
from .walker import minimise, start_of, walk

SEEDS = (2, 3, 6, 7)
STEPS = 50
WITHOUT = ("set",)  # a list that is set but not exported is exported after leaving, in bash and fish


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    ground = Ground(Installation(Path(os.path.realpath(tmp_path_factory.mktemp("walk")))))
    yield ground
    ground.close()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_walk(ground: Ground, kind: str, seed: int) -> None:
    if shutil.which(kind) is None:
        assert not shells_are_required(), f"{kind} is not installed"
        pytest.skip(f"{kind} is not installed")
    found = walk(ground, kind, seed, STEPS, WITHOUT)
    if found:
        pytest.fail(str(minimise(ground, found, start_of(seed), tries=30)), pytrace=False)
