"""What a rebuild keeps of the environment that it replaces, what it asks, and what a removal takes along."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from venvhook.environment import inspect, settings

from . import creating
from .creating import KITS, PROJECT, Kit, Maker

index, maker, with_tool = creating.index, creating.maker, creating.with_tool  # fixtures

WithTool = Callable[[str], Maker]
CENTRAL = ("poetry", "pipenv", "hatch", "virtualenvwrapper")  # whose places are not in the project
every = pytest.mark.parametrize("manager", KITS)


def install(maker: Maker, root: Path, *requirements: str) -> None:
    """Install into an environment by hand, whether it has pip or not."""
    tools = maker.world.home / "pip"
    if not tools.exists():
        maker.world.run(maker.shop, "python3", "-I", "-m", "venv", str(tools))
    pip = [str(tools / "bin/python"), "-I", "-m", "pip", "--quiet", "--python", str(root / "bin/python")]
    maker.world.run(maker.shop, *pip, "install", *requirements)


@every
def test_what_is_installed_by_hand_is_not_lost_unasked(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    root = maker.made()
    install(maker, root, "large==1.0")
    before = maker.tree()
    result = maker.run("rebuild")
    assert result.status == 1
    said = "is only deleted when you say so" if manager in CENTRAL else "would lose large 1.0, so it is as it was"
    assert said in result.line
    maker.unchanged(before)
    result = maker.run("rebuild", "--yes")
    assert result.status == 0 and "not kept: large 1.0\n" in result.out
    assert not list(root.glob("lib/*/site-packages/large*")) and maker.toy(root) == "1.0"


@every
def test_the_systems_packages_and_its_name_are_carried_over(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    root = maker.made()
    path = root / "pyvenv.cfg"
    lines = [line for line in path.read_text().splitlines() if not line.startswith(("include-", "prompt"))]
    path.write_text("\n".join([*lines, "include-system-site-packages = true", "prompt = my own", ""]))
    assert maker.made("rebuild", "--yes") == root
    assert settings(str(path))["include-system-site-packages"] == "true"
    assert inspect(str(root)).prompt == "my own" and maker.toy(root) == "1.0"


@pytest.mark.parametrize("manager", ["virtualenv", "hatch"])
def test_the_redirect_beside_it_goes_too(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    place = 'venv = "env312"\n' if manager == "virtualenv" else ""
    kit = KITS[manager]
    files = {"pyproject__toml": PROJECT.replace("NAME==VERSION", "toy==1.0"), **kit.files}
    if manager == "hatch":
        files["pyproject__toml"] += 'path = "env312"\n'
    Kit(kit.marker + place, **files).lay(maker)
    before = maker.paths()
    root = maker.made()
    assert root == maker.shop / "env312"
    assert maker.run("remove", "--yes").status == 0
    assert {path for path in maker.paths() - before if "shop" in path} == set()
    assert maker.made() == root


def test_the_environment_that_uvs_redirect_names(with_tool: WithTool) -> None:
    maker = with_tool("uv sync")
    KITS["uv sync"].lay(maker)
    maker.world.run(maker.shop, "python3", "-I", "-m", "venv", "--without-pip", "named")
    maker.world.write(maker.shop / ".venv", "named\n")
    assert maker.run("which").out == f"{maker.shop}/named/bin/python\n"
    assert maker.made("rebuild", "--yes") == maker.shop / "named"
    assert maker.run("remove", "--yes").status == 0 and (maker.shop / ".venv").read_text() == "named\n"


def test_what_hatch_makes_of_a_matrix_is_named(with_tool: WithTool) -> None:
    maker = with_tool("hatch")
    KITS["hatch"].lay(maker)
    path = maker.shop / "pyproject.toml"
    path.write_text(path.read_text() + '[[tool.hatch.envs.default.matrix]]\nkind = ["one", "two"]\n')
    result = maker.run("create")
    assert result.status == 1 and "no environment was made here; its tool made or used " in result.line


def test_poetry_makes_it_in_another_place(with_tool: WithTool) -> None:
    maker = with_tool("poetry")
    KITS["poetry"].lay(maker)
    maker.write(poetry__toml='[virtualenvs]\npath = "{data-dir}/venvs"\n')
    result = maker.run("create")
    assert result.status == 0 or "its tool made or used " in result.line


@pytest.mark.parametrize("manager", ["uv sync", "poetry", "pdm", "pipenv"])
def test_locked_leaves_the_lock_file_alone(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    maker.made()
    (lock,) = maker.shop.glob("*.lock")
    text = lock.read_bytes()
    assert maker.run("rebuild", "--yes", "--locked").status == 0
    assert lock.read_bytes() == text
