"""uv: what it makes; it has no command that only says where, so what `uv sync` makes is looked for."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from .world import BASE, World

PROJECT = '[project]\nname = "{name}"\nversion = "1"\nrequires-python = ">=3.9"\n'


@pytest.fixture
def uv(installed: Callable[..., Path]) -> Path:
    return installed("uv") / "uv"


def make(world: World, uv: Path, folder: Path) -> str:
    """Let uv make the environment; what uv's own `run` says where it is."""
    world.run(folder, uv, "sync", "--offline", "--no-managed-python", "--python", BASE)
    return world.run(folder, uv, "run", "--offline", "--no-sync", "python", "-c", "import sys; print(sys.prefix)")


def test_in_the_project(world: World, uv: Path, odd: str) -> None:
    folder = world.project(odd, pyproject__toml=PROJECT.format(name="shop"))
    expected = make(world, uv, folder)
    world.finds(folder, expected, None, "auto", "uv", "venv")


@pytest.mark.parametrize("said", ["elsewhere", "{home}/envs/shop", "../shared env"])
def test_the_variable(world: World, uv: Path, said: str) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    world.environ["UV_PROJECT_ENVIRONMENT"] = said.format(home=world.home)
    world.finds(folder, make(world, uv, folder), None, "uv")


WORKSPACE = PROJECT.format(name="root") + "[tool.uv.workspace]\nmembers = {members}\nexclude = {exclude}\n"


@pytest.mark.parametrize(
    "members, exclude, member",
    [
        ('["packages/*"]', "[]", "packages/a"),
        ('["packages/*"]', "[]", "packages/group/a"),
        ('["./packages/a"]', "[]", "packages/a"),
        ('["packages/**"]', "[]", "packages/a"),
        ('["packages/[ab]"]', "[]", "packages/b"),
        ('["packages/*"]', '["packages/a"]', "packages/a"),
        ('["packages/*"]', "[]", "examples/a"),
    ],
)
def test_a_workspace(world: World, uv: Path, members: str, exclude: str, member: str) -> None:
    root = world.project("shop", pyproject__toml=WORKSPACE.format(members=members, exclude=exclude))
    folder = world.project(f"shop/{member}", pyproject__toml=PROJECT.format(name="member"))
    expected = make(world, uv, folder)
    assert expected in (str(root / ".venv"), str(folder / ".venv"))
    world.finds(folder, expected, None, "uv")
    shared = world.locate(root, "uv").found
    assert bool(shared) == (expected == str(root / ".venv"))


def test_a_workspace_whose_root_is_no_project(world: World, uv: Path) -> None:
    root = world.project("shop", pyproject__toml='[tool.uv.workspace]\nmembers = ["a"]\n')
    folder = world.project("shop/a", pyproject__toml=PROJECT.format(name="a"))
    world.environ["UV_PROJECT_ENVIRONMENT"] = "envs/here"
    expected = make(world, uv, folder)
    assert expected == str(root / "envs" / "here")
    world.finds(folder, expected, None, "uv")
    world.finds(root, expected, None, "uv")


def test_a_project_between(world: World, uv: Path) -> None:
    """The next project above decides; a workspace farther up does not count."""
    world.project("shop", pyproject__toml=WORKSPACE.format(members='["middle/inner"]', exclude="[]"))
    world.project("shop/middle", pyproject__toml=PROJECT.format(name="middle"))
    folder = world.project("shop/middle/inner", pyproject__toml=PROJECT.format(name="inner"))
    expected = make(world, uv, folder)
    assert expected == str(folder / ".venv")
    world.finds(folder, expected, None, "uv")


def test_an_environment_of_uv_venv(world: World, uv: Path) -> None:
    folder = world.project("shop")
    world.run(folder, uv, "venv", "--offline", "--no-managed-python", "--python", BASE, "--prompt", "my shop", "env")
    found = world.locate(folder).found
    assert found and found.name == "my shop" and found.version.startswith("3.")
    world.finds(folder, folder / "env", None, "venv", "virtualenv")


def test_an_environment_in_uvs_cache(world: World, uv: Path) -> None:
    """A preview feature: `.venv` is a link, or a file where that cannot be."""
    folder = world.project("shop", pyproject__toml=PROJECT.format(name="shop"))
    world.environ["UV_PREVIEW_FEATURES"] = "centralized-project-envs"
    expected = make(world, uv, folder)
    assert (folder / ".venv").is_symlink()
    world.finds(folder, expected, None, "uv")
    (folder / ".venv").unlink()
    world.write(folder / ".venv", expected)
    world.finds(folder, expected, None, "uv")


def test_nothing_made_yet(world: World, uv: Path) -> None:
    root = world.project("shop", pyproject__toml=WORKSPACE.format(members='["a"]', exclude="[]"), uv__lock="")
    folder = world.project("shop/a", pyproject__toml=PROJECT.format(name="a"))
    problem = world.locate(folder).problem
    (root / "uv.lock").unlink()
    assert problem and problem.path == make(world, uv, folder)
