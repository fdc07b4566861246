"""pipenv: what it makes and what `pipenv --venv` says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from .world import BASE, World

PIPFILE = "[packages]\n"


@pytest.fixture
def pipenv(installed: Callable[..., Path]) -> Path:
    return installed("pipenv") / "pipenv"


def make(world: World, pipenv: Path, folder: Path) -> str:
    """Let pipenv make the environment; what pipenv says where it is."""
    # the variable that tells pipenv not to take the environment it runs in for an active one
    world.run(folder, pipenv, "--python", BASE, PIPENV_IGNORE_VIRTUALENVS="1")
    return world.run(folder, pipenv, "--venv", PIPENV_IGNORE_VIRTUALENVS="1")


def test_in_its_own_folder(world: World, pipenv: Path, odd: str) -> None:
    folder = world.project(odd, Pipfile=PIPFILE)
    expected = make(world, pipenv, folder)
    assert expected.startswith(str(world.home / ".local" / "share" / "virtualenvs"))
    world.finds(folder, expected, None, "auto", "pipenv")


SETTINGS: dict[str, dict[str, Any]] = {
    "WORKON_HOME": {"variables": {"WORKON_HOME": "{home}/my envs"}},
    "WORKON_HOME with a tilde": {"variables": {"WORKON_HOME": "~/envs"}},
    "XDG_DATA_HOME": {"variables": {"XDG_DATA_HOME": "{home}/data"}},
    "in the project by variable": {"variables": {"PIPENV_VENV_IN_PROJECT": "1"}},
    "in the project by Pipfile": {"pipfile": "[packages]\n[pipenv]\nvenv_in_project = true\n"},
    "variable over Pipfile": {
        "variables": {"PIPENV_VENV_IN_PROJECT": "false"},
        "pipfile": "[packages]\n[pipenv]\nvenv_in_project = true\n",
    },
    "not in the project": {"variables": {"PIPENV_NO_VENV_IN_PROJECT": "1"}},
    "a name of its own": {"variables": {"PIPENV_CUSTOM_VENV_NAME": "shop-env"}},
    "a .venv file with a name": {"venv": "shop-env\n"},
    "a .venv file with a path": {"venv": "envs/shop\n"},
    "an empty .venv file": {"venv": ""},
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_that_move_it(world: World, pipenv: Path, setting: dict[str, Any]) -> None:
    folder = world.project("shop", Pipfile=setting.get("pipfile", PIPFILE))
    world.environ.update({name: value.format(home=world.home) for name, value in setting.get("variables", {}).items()})
    if "venv" in setting:
        world.write(folder / ".venv", setting["venv"])
    world.finds(folder, make(world, pipenv, folder), None, "pipenv")


def test_a_python_of_its_own(world: World, pipenv: Path) -> None:
    world.environ["PIPENV_PYTHON"] = BASE
    folder = world.project("shop", Pipfile=PIPFILE)
    world.finds(folder, make(world, pipenv, folder), None, "pipenv")


def test_a_pipfile_that_is_a_link(world: World, pipenv: Path) -> None:
    shared = world.project("shared", Pipfile=PIPFILE)
    folder = world.project("shop")
    (folder / "Pipfile").symlink_to(shared / "Pipfile")
    expected = make(world, pipenv, folder)
    assert "/shop-" in expected
    world.finds(folder, expected, None, "pipenv")


def test_a_pipfile_elsewhere(world: World, pipenv: Path) -> None:
    shared = world.project("shared", Pipfile=PIPFILE)
    folder = world.project("shop")
    world.environ["PIPENV_PIPFILE"] = str(shared / "Pipfile")
    world.finds(folder, make(world, pipenv, folder), "pipenv")


def test_a_pipfile_above(world: World, pipenv: Path) -> None:
    root = world.project("shop", Pipfile=PIPFILE)
    (root / "a" / "b").mkdir(parents=True)
    expected = make(world, pipenv, root)
    world.finds(root / "a" / "b", expected, "pipenv")


def test_a_venv_folder_that_was_there(world: World, pipenv: Path) -> None:
    folder = world.project("shop", Pipfile=PIPFILE)
    world.run(folder, BASE, "-m", "venv", "--without-pip", ".venv")
    expected = world.run(folder, pipenv, "--venv", PIPENV_IGNORE_VIRTUALENVS="1")
    assert expected == str(folder / ".venv")
    world.finds(folder, expected, None, "pipenv")


def test_a_venv_folder_made_after_its_own(world: World, pipenv: Path) -> None:
    folder = world.project("shop", Pipfile=PIPFILE)
    make(world, pipenv, folder)
    world.run(folder, BASE, "-m", "venv", "--without-pip", ".venv")
    expected = world.run(folder, pipenv, "--venv", PIPENV_IGNORE_VIRTUALENVS="1")
    assert expected != str(folder / ".venv")
    world.finds(folder, expected, "pipenv")


def test_nothing_made_yet(world: World, pipenv: Path) -> None:
    folder = world.project("shop", Pipfile=PIPFILE)
    search = world.locate(folder)
    assert search.problem and search.found is None
    assert make(world, pipenv, folder) == search.problem.path
