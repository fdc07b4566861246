"""Fixtures of the crowd: the world of the scenarios, with a prompt whose end can be told whatever draws it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from outside import ENVIRON
from shell.conftest import installation, pytest_generate_tests, shell
from shell.dialects import Dialect
from shell.world import Installation

from .crowd import Crowd

__all__ = ["crowd", "installation", "pytest_generate_tests", "shell"]


@pytest.fixture
def crowd(shell: Dialect, installation: Installation) -> Iterator[Crowd]:
    """A clean home for `shell`, with venvhook in it, where neighbours can move in."""
    crowd = Crowd(installation, shell)
    yield crowd
    crowd.close()


@pytest.fixture(scope="session")
def fetched(pytestconfig: pytest.Config) -> Callable[[str], Path]:
    """The folder of an npm package, which is fetched at its first use and kept below pytest's cache folder."""
    home = Path(pytestconfig.cache.mkdir("crowd"))  # type: ignore[union-attr]

    def fetch(name: str) -> Path:
        if not (home / name).exists():
            if shutil.which("npm") is None:
                pytest.skip(f"{name} cannot be had: npm is not installed")
            with tempfile.TemporaryDirectory(dir=home) as new:
                command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", new, name]
                done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=ENVIRON)
                if done.returncode:
                    pytest.skip(f"{name} cannot be had: {done.stderr[-200:]}")
                (home / name).parent.mkdir(exist_ok=True)  # of a package with a scope
                try:
                    os.rename(Path(new, "node_modules", name), home / name)
                except OSError:
                    assert (home / name).exists()  # another worker was faster
        return home / name

    return fetch
