"""Clocks: what is edited is noticed by its time, whatever clock the file system has and wherever that stands.

A file system that stamps with whole seconds (FAT: with two) is played by giving files such times.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Callable

import pytest
from shell.world import World

Stamp = Callable[[Path], None]


def every(seconds: int) -> Stamp:
    """As a file system would stamp it whose clock ticks that seldom."""

    def stamp(path: Path) -> None:
        now = int(time.time())
        os.utime(path, (now - now % seconds, now - now % seconds))

    return stamp


def ahead(path: Path) -> None:
    """Made on a machine whose clock is ahead; or this one's has been set back."""
    os.utime(path, (path.stat().st_mtime + 86400, path.stat().st_mtime + 86400))


@pytest.mark.parametrize("stamp", [every(1), every(2), ahead], ids=["seconds", "two seconds", "ahead"])
def test_edits_in_a_row(world: World, stamp: Stamp) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    secrets = app / ".env"

    def write(value: str) -> None:
        secrets.write_text(f"A={value}\n")
        stamp(secrets)

    write("0")
    for path in (app / ".venv/pyvenv.cfg", secrets):
        os.utime(path, (1_600_000_000, 1_600_000_000))
    world.cli("allow", str(app))
    live = world.start(cwd=app)
    for value in ("1", "2", "3"):
        write(value)
        assert live.run("") == ""
        assert live.get("A") == value
    write("4")
    assert live.run("cd ..") == ""
    assert live.run("cd app") == ""
    assert live.get("A") == "4"
