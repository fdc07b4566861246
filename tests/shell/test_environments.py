"""Environments that are not what they should be: told in one line with what mends it, and active as soon as mended.

Guards scenarios 41, 44 and 45 as far as a shell shows them; the rules themselves are tested in tests/unit.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Callable

import pytest

from .world import World, make_environment, same_but_moves


def _dangling(app: Path) -> None:
    for name in os.listdir(app / ".venv/bin"):
        if name.startswith("python"):
            (app / ".venv/bin" / name).unlink()
            (app / ".venv/bin" / name).symlink_to("/usr/lost/python")


def _no_cfg(app: Path) -> None:
    (app / ".venv/pyvenv.cfg").unlink()


def _empty(app: Path) -> None:
    os.rename(app / ".venv", app.parent.parent / "away")
    (app / ".venv").mkdir()


BROKEN: dict[str, Callable[[Path], None]] = {"dangling": _dangling, "no pyvenv.cfg": _no_cfg, "an empty folder": _empty}


@pytest.mark.scenario(45)
@pytest.mark.parametrize("how", BROKEN)
def test_broken_is_told_once_and_mended_is_seen(world: World, how: str) -> None:
    app = world.project()
    os.rename(app / ".venv", world.root / "good")
    make_environment(app / ".venv")
    BROKEN[how](app)
    live = world.start()
    before = live.environ()
    said = live.run("cd app")
    assert said.startswith("venvhook: ") and "\n" not in said and "venvhook " in said.partition("; ")[2], said
    assert live.prefix() == ""
    assert live.run("") == ""
    same_but_moves(live.environ(), before)
    os.rename(app / ".venv", world.root / "broken")
    os.rename(world.root / "good", app / ".venv")
    assert live.run("") == ""
    assert live.prefix() == "(app) "


@pytest.mark.scenario(45)
def test_an_interpreter_that_goes_while_the_shell_is_there(world: World) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    _dangling(app)
    said = live.run("")
    assert said.startswith("venvhook: ") and "\n" not in said
    assert live.prefix() == ""
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(44)
def test_another_version_than_asked_for_is_told(world: World) -> None:
    right = f"{sys.version_info[0]}.{sys.version_info[1]}"
    world.project("right", f'python = "{right}"')
    world.project("wrong", 'python = "3.4"')
    live = world.start()
    assert live.run("cd right") == ""
    assert live.prefix() == "(right) "
    said = live.run("cd ../wrong")
    assert said.startswith("venvhook: ") and "\n" not in said and "3.4" in said and right in said


@pytest.mark.scenario(41)
def test_two_candidates_are_both_named(world: World) -> None:
    app = world.project()
    make_environment(app / "venv")
    live = world.start(cwd=app)
    assert live.get("VIRTUAL_ENV") == str(app / ".venv")
    said = live.run("venvhook status")
    assert f"{app}/.venv" in said and f"{app}/venv" in said


@pytest.mark.scenario(42)
def test_init_and_the_hook_say_it_once(world: World) -> None:
    (world.root / "empty").mkdir()
    live = world.start()
    live.run("cd empty")
    said = live.run("venvhook init")
    assert "allowed" in said and said.count("no environment yet") == said.count("venvhook create") == 1


@pytest.mark.scenario(42)
def test_entering_creates_nothing_on_disk(world: World) -> None:
    app = world.project(env=False)
    before = sorted(str(path) for path in world.root.rglob("*"))
    live = world.start()
    live.run("cd app")
    live.run("")
    after = sorted(str(path) for path in world.root.rglob("*"))
    assert [path for path in after if path not in before and "/home/" not in path] == []
    assert os.listdir(app) == [".venvhook.toml"]
