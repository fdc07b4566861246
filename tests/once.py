"""What takes long to make is made once, and kept in the tests' cache folder, for other workers and later runs."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from outside import ENVIRON


def without_index() -> bool:
    """Whether pip may ask no package index; it reads 0, false and the like as no."""
    return os.environ.get("PIP_NO_INDEX", "").lower() not in ("", "0", "false", "f", "no", "n", "off")


def once(place: Path, *commands: Sequence[str | Path], from_index: bool = False) -> Path:
    """Return the folder PLACE, which COMMANDS fill unless that is done.

    Where they fail, the test is skipped by name. In CI it fails, unless what is wanted comes FROM_INDEX only and no
    package index may be asked.
    """
    required = os.environ.get("CI") and not (from_index and without_index())
    with open(place.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = place / "made"
        if done.exists():
            return place
        shutil.rmtree(place, ignore_errors=True)
        for command in commands:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=600, env=ENVIRON)
            if answer.returncode and not required:
                pytest.skip(f"{place.name} cannot be installed here: {answer.stderr[-300:]}")
            assert answer.returncode == 0, answer.stderr
        done.touch()
    return place
