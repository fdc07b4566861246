"""Managers as a shell meets them: found by rule with none of them on PATH, made and removed by a command typed there.

Guards scenarios 38, 40, 43 and 44. That the rules are right is proved against the real managers in tests/managers.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .dialects import Dialect
from .test_trust import one_line
from .world import World, make_environment, same_but_moves


def _poetry(app: Path, folder: Path) -> Path:
    (app / "pyproject.toml").write_text('[tool.poetry]\nname = "shop"\n')
    (app / "poetry.toml").write_text(f'[virtualenvs]\npath = "{folder}"\nin-project = true\n')
    (app / "poetry.lock").touch()
    return app / ".venv"


def _pipenv(app: Path, folder: Path) -> Path:
    (app / "Pipfile").touch()
    (app / ".venv").write_text(f"{folder}/by-file\n")
    return folder / "by-file"


def _pdm(app: Path, folder: Path) -> Path:
    (app / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (app / "pdm.lock").touch()
    (app / ".pdm-python").write_text(f"{folder}/chosen/bin/python")
    return folder / "chosen"


def _hatch(app: Path, folder: Path) -> Path:
    (app / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (app / "hatch.toml").write_text(f'[envs.default]\npath = "{folder}/hatched"\n')
    return folder / "hatched"


def _uv(app: Path, folder: Path) -> Path:
    (app / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (app / "uv.lock").touch()
    return app / ".venv"


def _pyenv(app: Path, folder: Path) -> Path:
    (app / ".python-version").write_text("shop-env\n")
    return folder.parent / "home/.pyenv/versions/shop-env"


LAYOUTS = {"poetry": _poetry, "pipenv": _pipenv, "pdm": _pdm, "hatch": _hatch, "uv": _uv, "pyenv": _pyenv}


@pytest.mark.scenario(40)
@pytest.mark.parametrize("manager", LAYOUTS)
@pytest.mark.parametrize("outer", [False, True], ids=["", "inside another"])
def test_found_without_the_manager(world: World, shell: Dialect, manager: str, outer: bool) -> None:
    app = world.project(env=False, allow=False)
    place = make_environment(LAYOUTS[manager](app, world.root / "envs"))
    world.cli("allow", str(app))
    live = world.start()
    if outer:
        live.run(shell.activate(str(make_environment(world.root / "outer"))))
    assert live.run("cd app") == ""
    assert live.get("VIRTUAL_ENV") == str(place)
    assert live.run("python -c 'import sys; print(sys.prefix)'") == str(place)


HARM = "$(touch {0})`touch {0}`';touch {0};'\"; touch {0} #"
FILES = {
    "poetry": ("poetry.toml", "[virtualenvs]\nin-project = false\npath = '''{harm}'''\n"),
    "pipenv": (".venv", "{harm}/x\n"),
    "pdm": (".pdm-python", "{harm}/bin/python\n"),
    "hatch": ("hatch.toml", "[envs.default]\npath = '''{harm}'''\n"),
    "conda": ("environment.yml", "name: {harm}\n"),
    "pyenv": (".python-version", "x{harm}\n"),
}


@pytest.mark.scenario(38)
@pytest.mark.parametrize("manager", FILES)
def test_nothing_of_a_managers_file_is_executed(world: World, shell: Dialect, manager: str) -> None:
    harm = HARM.format(world.root / "HARM").replace("'''", "")
    app = world.project("app", f'manager = "{manager}"', env=False, allow=False)
    (app / "pyproject.toml").write_text('[project]\nname = "shop"\n[tool.poetry]\nname = "shop"\n')
    (app / "Pipfile").touch()
    name, text = FILES[manager]
    (app / name).write_text(text.format(harm=harm))
    world.cli("allow", str(app))
    live = world.start()
    before = live.environ()
    said = live.run("cd app")
    assert said.startswith("venvhook: ") and "Traceback" not in said, said
    live.run("venvhook status")
    same_but_moves(live.environ(), before)
    assert not (world.root / "HARM").exists()


@pytest.mark.scenario(43)
def test_created_remade_and_removed_in_the_shell(world: World, shell: Dialect) -> None:
    """Each takes effect at the next prompt, and nothing is left behind."""
    app = world.project(env=False)
    live = world.start()
    before = live.environ()
    assert "venvhook create" in live.run("cd app")
    live.run("venvhook create", limit=120)
    assert (live.status, live.prefix()) == ("0", "(app) ")
    assert live.run("python -c 'import sys; print(sys.prefix)'") == str(app / ".venv")
    (app / ".venv/mine").touch()
    live.run("venvhook rebuild --yes", limit=120)
    assert live.prefix() == "(app) " and not (app / ".venv/mine").exists()
    live.run("venvhook remove --yes")
    assert live.prefix() == "" and os.listdir(app) == [".venvhook.toml"]
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(43)
def test_what_fails_leaves_what_was_there(world: World) -> None:
    app = world.project("app", 'requirements = ["none.txt"]')
    (app / ".venv/mine").touch()
    live = world.start(cwd=app)
    assert "none.txt" in live.run("venvhook rebuild", limit=120)
    assert live.status != "0"
    assert (live.prefix(), (app / ".venv/mine").exists()) == ("(app) ", True)


@pytest.mark.scenario(43)
@pytest.mark.parametrize("what", ["no environment", "the home folder"])
def test_remove_refuses(world: World, what: str) -> None:
    place = world.home if what == "the home folder" else world.work / "precious"
    place.mkdir(exist_ok=True)
    (place / "mine").touch()
    world.project("app", f'venv = "{place}"', env=False)
    live = world.start(env={"HOME": str(world.home)})
    live.run("cd app")
    assert live.run("venvhook remove --yes").splitlines()[-1].startswith("venvhook: ")
    assert live.status != "0" and (place / "mine").exists()


@pytest.mark.scenario(44)
def test_a_python_that_there_is_not(world: World) -> None:
    """Those that there are, are named."""
    app = world.project("app", 'python = "3.4"', env=False)
    live = world.start()
    live.run("cd app")
    said = live.run("venvhook create", limit=120)
    assert "no Python 3.4" in said and "there are 3." in said, said
    assert live.status != "0" and os.listdir(app) == [".venvhook.toml"]


@pytest.mark.scenario(45)
def test_a_moved_environment_is_told_once(world: World) -> None:
    app = world.project(env=False)
    make_environment(world.work / "old")
    os.rename(world.work / "old", app / ".venv")
    live = world.start()
    said = live.run("cd app")
    assert one_line(said) and str(world.work / "old") in said and "venvhook rebuild" in said
    assert live.run("") + live.run("cd .") == ""
    live.run("venvhook rebuild", limit=120)
    assert live.prefix() == "(app) "
    live.run("cd ..")
    assert live.run("cd app") == ""
