"""poetry: what it makes and what `poetry env info --path` says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import pytest

from .world import BASE, World

PROJECT = """\
[project]
name = "{name}"
version = "1"
requires-python = ">=3.9"
[tool.poetry]
package-mode = false
"""


@pytest.fixture
def poetry(installed: Callable[..., Path]) -> Path:
    return installed("poetry") / "poetry"


def make(world: World, poetry: Path, folder: Path, **variables: str) -> str:
    """Let poetry make the environment; what poetry says where it is."""
    world.run(folder, poetry, "env", "use", "--no-interaction", BASE, **variables)
    return world.run(folder, poetry, "env", "info", "--path", **variables)


def test_in_its_own_folder(world: World, poetry: Path, odd: str) -> None:
    folder = world.project(odd, pyproject__toml=PROJECT.format(name="demo"))
    expected = make(world, poetry, folder)
    assert expected.startswith(str(world.home / ".cache" / "pypoetry" / "virtualenvs"))
    world.finds(folder, expected, None, "auto", "poetry")


@pytest.mark.parametrize("name", ["My_Proj.x", "A" * 60, "dots.and_under--scores"])
def test_names(world: World, poetry: Path, name: str) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name=name))
    world.finds(folder, make(world, poetry, folder), None, "poetry")


SETTINGS: dict[str, dict[str, Any]] = {
    "path by variable": {"variables": {"POETRY_VIRTUALENVS_PATH": "{home}/my envs"}},
    "path with a tilde": {"variables": {"POETRY_VIRTUALENVS_PATH": "~/elsewhere"}},
    "path below the cache": {
        "variables": {"POETRY_VIRTUALENVS_PATH": "{{cache-dir}}/envs", "POETRY_CACHE_DIR": "{home}/c"}
    },
    "cache by variable": {"variables": {"POETRY_CACHE_DIR": "{home}/cache"}},
    "cache by XDG": {"variables": {"XDG_CACHE_HOME": "{home}/xdg"}},
    "path in poetry.toml": {"local": '[virtualenvs]\npath = "{home}/local"\n'},
    "relative path in poetry.toml": {"local": '[virtualenvs]\npath = "envs"\n'},
    "cache in poetry.toml": {"local": 'cache-dir = "{home}/local cache"\n'},
    "in-project in poetry.toml": {"local": "[virtualenvs]\nin-project = true\n"},
    "in-project by variable": {"variables": {"POETRY_VIRTUALENVS_IN_PROJECT": "1"}},
    "variable over poetry.toml": {
        "variables": {"POETRY_VIRTUALENVS_IN_PROJECT": "false"},
        "local": "[virtualenvs]\nin-project = true\n",
    },
    "the user's config.toml": {"config": '[virtualenvs]\npath = "{home}/mine"\n'},
    "poetry.toml over config.toml": {
        "config": '[virtualenvs]\npath = "{home}/mine"\n',
        "local": '[virtualenvs]\npath = "{home}/local"\n',
    },
    "another folder of settings": {
        "variables": {"POETRY_CONFIG_DIR": "{home}/settings"},
        "config": '[virtualenvs]\npath = "{home}/mine"\n',
        "place": "settings/config.toml",
    },
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_that_move_it(world: World, poetry: Path, setting: dict[str, Any]) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    home = str(world.home)
    world.environ.update({name: value.format(home=home) for name, value in setting.get("variables", {}).items()})
    if "local" in setting:
        world.write(folder / "poetry.toml", setting["local"].format(home=home))
    if "config" in setting:
        world.write(
            world.home / setting.get("place", ".config/pypoetry/config.toml"), setting["config"].format(home=home)
        )
    world.finds(folder, folder / make(world, poetry, folder), None, "poetry")


def test_a_venv_folder_that_was_there(world: World, poetry: Path) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    world.run(folder, BASE, "-m", "venv", "--without-pip", ".venv")
    expected = world.run(folder, poetry, "env", "info", "--path")
    assert expected == str(folder / ".venv")
    world.finds(folder, expected, None, "poetry")


def test_poetry_told_to_leave_the_venv_folder_alone(world: World, poetry: Path) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    world.environ["POETRY_VIRTUALENVS_IN_PROJECT"] = "false"
    world.run(folder, BASE, "-m", "venv", "--without-pip", ".venv")
    expected = make(world, poetry, folder)
    world.finds(folder, expected, "poetry")
    world.finds(folder, folder / ".venv", "auto")  # the documented order


def test_without_envs_toml(world: World, poetry: Path) -> None:
    """As after `poetry install`, which makes an environment without noting it."""
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    expected = make(world, poetry, folder)
    (Path(expected).parent / "envs.toml").unlink()
    world.finds(folder, expected, None, "poetry")


def test_of_the_old_kind(world: World, poetry: Path) -> None:
    """Name and Python in `[tool.poetry]`, no `[project]`."""
    text = '[tool.poetry]\nname = "Old_Name"\nversion = "1"\ndescription = ""\nauthors = []\n'
    text += '[tool.poetry.dependencies]\npython = "^3.8"\n'
    folder = world.project("shop", pyproject__toml=text)
    world.finds(folder, make(world, poetry, folder), None, "poetry")


def test_no_name_at_all(world: World, poetry: Path) -> None:
    folder = world.project("shop", pyproject__toml="[tool.poetry]\npackage-mode = false\n")
    world.finds(folder, make(world, poetry, folder), None, "poetry")


def test_a_project_reached_by_a_link(world: World, poetry: Path) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    (world.projects / "link").symlink_to(folder)
    expected = make(world, poetry, world.projects / "link")
    world.finds(world.projects / "link", expected, None, "poetry")


def test_nothing_made_yet(world: World, poetry: Path) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    search = world.locate(folder)
    assert search.found is None
    assert search.problem and search.problem.path
    expected = make(world, poetry, folder)
    assert os.path.dirname(search.problem.path) == os.path.dirname(expected)
    assert os.path.basename(expected).startswith(os.path.basename(search.problem.path).rstrip("*"))
    assert os.path.dirname(expected) in search.files
