"""What unit tests build on disk: an environment that can be entered, and things that belong to another user."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pytest


@pytest.fixture
def make_environment() -> Callable[..., Path]:
    """A function that makes a folder an environment, as far as its files tell."""

    def make(root: Path, settings: str = "version = 3.11.4\n", sign: str = "pyvenv.cfg") -> Path:
        (root / "bin").mkdir(parents=True)
        (root / "bin/python").write_text("#!/bin/sh\n")
        (root / "bin/python").chmod(0o755)
        (root / sign).parent.mkdir(parents=True, exist_ok=True)
        (root / sign).write_text(settings)
        return root

    return make


@pytest.fixture
def give_away() -> Callable[[Path], None]:
    """A function that makes a file another user's; only root can."""
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("only root can give files away")

    def chown(path: Path) -> None:
        os.chown(path, 54321, -1, follow_symlinks=False)

    return chown
