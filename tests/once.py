"""What takes long to make is made once, and kept in the tests' cache folder, for other workers and later runs."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest


def once(place: Path, *commands: Sequence[str | Path]) -> Path:
    """The folder PLACE, which COMMANDS fill unless that is done. Where they cannot, it skips; in CI, it fails."""
    with open(place.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = place / "made"
        if done.exists():
            return place
        shutil.rmtree(place, ignore_errors=True)
        for command in commands:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=600)
            if answer.returncode and not os.environ.get("CI"):
                pytest.skip(f"{place.name} cannot be had: {answer.stderr[-300:]}")
            assert answer.returncode == 0, answer.stderr
        done.touch()
    return place
