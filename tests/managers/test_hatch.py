"""hatch: what it makes and what `hatch env find` says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from .world import World

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "{name}"
version = "1"
[tool.hatch.envs.default]
skip-install = true
"""


@pytest.fixture
def hatch(installed: Callable[..., Path]) -> Path:
    return installed("hatch") / "hatch"


def make(world: World, hatch: Path, folder: Path, name: str = "default") -> str:
    """Let hatch make the environment; what hatch says where it is."""
    world.run(folder, hatch, "env", "create", name)
    return world.run(folder, hatch, "env", "find", name)


def test_in_its_own_folder(world: World, hatch: Path, odd: str) -> None:
    folder = world.project(odd, pyproject__toml=PROJECT.format(name="shop"))
    expected = make(world, hatch, folder)
    assert expected.startswith(str(world.home / ".local" / "share" / "hatch" / "env" / "virtual"))
    world.finds(folder, expected, None, "auto", "hatch")


@pytest.mark.parametrize("name", ["My_Proj.x", "A" * 60, "dots.and_under--scores"])
def test_names(world: World, hatch: Path, name: str) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name=name))
    world.finds(folder, make(world, hatch, folder), None, "hatch")


SETTINGS: dict[str, dict[str, Any]] = {
    "the option path": {"more": 'path = ".envs/shop"\n'},
    "the option path, absolute": {"more": 'path = "{home}/envs/shop"\n'},
    "the option's variable": {"variables": {"HATCH_ENV_TYPE_VIRTUAL_PATH": "{home}/by variable"}},
    "HATCH_DATA_DIR": {"variables": {"HATCH_DATA_DIR": "{home}/my data"}},
    "XDG_DATA_HOME": {"variables": {"XDG_DATA_HOME": "{home}/data"}},
    "dirs.env in its settings": {"config": '[dirs.env]\nvirtual = "{home}/envs"\n'},
    "dirs.env with a variable": {"config": '[dirs.env]\nvirtual = "$HOME/envs-${{LANG}}"\n'},
    "dirs.env in the project": {"config": '[dirs.env]\nvirtual = ".hatch"\n'},
    "dirs.env, ~/.virtualenvs": {"config": '[dirs.env]\nvirtual = "~/.virtualenvs"\n'},
    "dirs.data in its settings": {"config": '[dirs]\ndata = "~/data"\n'},
    "HATCH_CONFIG": {
        "variables": {"HATCH_CONFIG": "{home}/hatch.toml"},
        "config": '[dirs.env]\nvirtual = "{home}/envs"\n',
        "place": "hatch.toml",
    },
    "hatch.toml": {"file": '[envs.default]\nskip-install = true\npath = "here"\n'},
    "hatch.toml over pyproject.toml": {"more": 'path = "there"\n', "file": "[envs.default]\nskip-install = true\n"},
}


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_that_move_it(world: World, hatch: Path, setting: dict[str, Any]) -> None:
    home = str(world.home)
    text = PROJECT.format(name="shop") + setting.get("more", "").format(home=home)
    folder = world.project("shop", pyproject__toml=text)
    world.environ.update({name: value.format(home=home) for name, value in setting.get("variables", {}).items()})
    if "file" in setting:
        world.write(folder / "hatch.toml", setting["file"])
    if "config" in setting:
        world.write(world.home / setting.get("place", ".config/hatch/config.toml"), setting["config"].format(home=home))
    world.finds(folder, make(world, hatch, folder), None, "hatch")


@pytest.mark.parametrize(
    "more, name",
    [
        ("[tool.hatch.envs.docs]\n", "docs"),
        ('[tool.hatch.envs.docs]\npath = "docs-env"\n', "docs"),
        ('path = "same"\n[tool.hatch.envs.docs]\ndependencies = []\n', "docs"),
        ('path = "same"\n[tool.hatch.envs.docs]\ndetached = true\n', "docs"),
        ('[tool.hatch.envs.base]\npath = "base"\n[tool.hatch.envs.docs]\ntemplate = "base"\n', "docs"),
    ],
    ids=["own", "own path", "path of default", "detached", "template"],
)
def test_another_environment(world: World, hatch: Path, more: str, name: str) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop") + more)
    world.finds(folder, make(world, hatch, folder, name), "hatch", venv=name)


def test_no_project_table(world: World, hatch: Path) -> None:
    folder = world.project("shop", pyproject__toml="[tool.hatch.envs.default]\nskip-install = true\n")
    world.finds(folder, make(world, hatch, folder), None, "hatch")


def test_nothing_made_yet(world: World, hatch: Path) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    problem = world.locate(folder).problem
    assert problem and problem.path == make(world, hatch, folder)
