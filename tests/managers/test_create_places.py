"""Where managers put their environments, with the marker's `venv` and without; lock files; missing managers."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

import pytest

from . import creating
from .creating import KITS, PROJECT, Kit, Maker, pypy

index, maker, with_tool = creating.index, creating.maker, creating.with_tool  # fixtures

WithTool = Callable[[str], Maker]
LOCKING = ("uv sync", "poetry", "pipenv", "pdm")
OWN_PLACES = ("poetry", "pipenv", "pdm")


@pytest.mark.parametrize("manager", ["uv sync", "poetry", "pipenv", "pdm", "hatch"])
def test_in_the_project(with_tool: WithTool, manager: str) -> None:
    """`.venv`, as the marker says; the manager is found by its files."""
    maker = with_tool(manager)
    kit = KITS[manager]
    Kit('venv = ".venv"\n', **kit.files).lay(maker)
    if manager == "uv sync":
        (maker.shop / "uv.lock").write_text('version = 1\nrequires-python = ">=3.9"\n')
    before = maker.paths()
    root = maker.made()
    assert root == maker.shop / ".venv" and maker.toy(root) == "1.0"
    assert maker.made("rebuild", "--yes") == root
    assert maker.run("remove", "--yes").status == 0
    assert not any("site-packages" in path for path in maker.paths() - before)


@pytest.mark.parametrize("manager", ["uv", "uv sync", "hatch", "venv", "virtualenv", "virtualenvwrapper"])
def test_anywhere(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    kit = KITS[manager]
    place = maker.world.home / "envs/of shop"
    marker = "".join(line for line in kit.marker.splitlines(True) if not line.startswith("venv"))
    Kit(f'{marker}venv = "~/envs/of shop"\n', **kit.files).lay(maker)
    assert maker.made() == place and maker.toy(place) == "1.0"


@pytest.mark.parametrize("manager", OWN_PLACES)
def test_a_place_that_a_manager_has_not(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker, marker='venv = "envs/shop"\n')
    result = maker.fails(problem=f"envs/shop: {manager} cannot put an environment here; ")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("manager", LOCKING)
def test_locked(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    maker.fails("create", "--locked", problem=".lock: does not exist, so nothing is locked; leave --locked out")
    root = maker.made()
    (lock,) = maker.shop.glob("*.lock")
    text = lock.read_bytes()
    assert maker.run("remove", "--yes").status == 0
    assert maker.toy(maker.made("create", "--locked")) == "1.0" and lock.read_bytes() == text
    KITS[manager].lay(maker, "toy==2.0")
    maker.fails("rebuild", "--yes", "--locked", problem=" failed (status ")
    assert maker.toy(root) == "1.0"
    if manager == "poetry":  # which never takes a lock file that is out of date
        maker.fails("rebuild", "--yes", problem=" failed (status ")
        lock.unlink()
    assert maker.toy(maker.made("rebuild", "--yes")) == "2.0" and lock.read_bytes() != text


@pytest.mark.parametrize("manager", ["venv", "virtualenv", "virtualenvwrapper"])
def test_nothing_to_lock_by(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    maker.fails("create", "--locked", problem=f"{manager} has no lock file; leave --locked out")


@pytest.mark.parametrize("manager", ["uv sync", "poetry", "pipenv", "pdm", "venv"])
def test_without_installing(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker, "toy==9.9")
    root = maker.made("create", "--no-install")
    assert not list(root.glob("lib/*/site-packages/toy*"))


def test_two_pythons_of_poetry(with_tool: WithTool) -> None:
    """Each has an environment of its own; a rebuild replaces the one that the project uses."""
    maker = with_tool("poetry")
    KITS["poetry"].lay(maker)
    first = maker.made()
    note = first.parent / "envs.toml"
    text = note.read_text()
    maker.fails("rebuild", "--yes", "--python", "3.99", problem="no Python 3.99")
    KITS["poetry"].lay(maker, "toy==9.9")
    maker.fails("rebuild", "--yes")
    assert note.read_text() == text
    other = '[other-abcdefgh]\nminor = "3.9"\npatch = "3.9.1"\n'
    note.write_text(text + other)
    assert maker.run("remove", "--yes").status == 0
    assert note.read_text().strip() == other.strip()


def test_pdms_own_folder(with_tool: WithTool) -> None:
    maker = with_tool("pdm")
    kit = KITS["pdm"]
    kit.lay(maker)
    maker.write(pdm__toml="[venv]\nin_project = false\n")
    before = maker.paths()
    root = maker.made()
    assert root.parent == maker.world.home / ".local/share/pdm/venvs" and maker.toy(root) == "1.0"
    assert (maker.shop / ".pdm-python").read_text() == f"{root}/bin/python"
    kit.lay(maker, "toy==9.9")
    maker.fails("rebuild", "--yes")
    kit.lay(maker)
    assert maker.made("rebuild", "--yes") == root
    assert maker.run("remove", "--yes").status == 0
    left = {path for path in maker.paths() - before if not path.endswith(".lock")}
    assert left <= {".local/share/pdm", ".local/share/pdm/venvs"}


def test_hatchs_other_environment(with_tool: WithTool) -> None:
    maker = with_tool("hatch")
    files = {
        "pyproject__toml": PROJECT.replace("dependencies", "keywords") + "[tool.hatch.envs.docs]\ndetached = true\n"
    }
    files["pyproject__toml"] += 'dependencies = ["toy==1.0"]\n'
    Kit('manager = "hatch"\nvenv = "docs"\n', **files).lay(maker)
    root = maker.made()
    assert root.name == "docs" and maker.toy(root) == "1.0"


def test_hatch_has_another_python_than_the_marker(with_tool: WithTool) -> None:
    maker = with_tool("hatch")
    here = maker.world.run(maker.shop, "python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    KITS["hatch"].lay(maker, marker=f'python = "{pypy()}"\n')
    path = maker.shop / "pyproject.toml"
    path.write_text(path.read_text() + f'python = "{here}"\n')
    maker.marker('manager = "hatch"\npython = "pypy"\n')
    maker.fails(problem=f"it would have Python {here}")


def test_virtualenvwrapper_is_told_of_the_project(with_tool: WithTool) -> None:
    maker = with_tool("virtualenvwrapper")
    KITS["virtualenvwrapper"].lay(maker)
    root = maker.made()
    assert root == maker.world.home / ".virtualenvs/shop-env"
    assert (root / ".project").read_text() == f"{maker.shop}\n"
    maker.marker("")  # found by that file, too
    assert maker.run("which").out == f"{root}/bin/python\n"


@pytest.mark.parametrize("manager", ["poetry", "pdm", "hatch", "uv sync", "pipenv", "uv", "virtualenv"])
def test_a_manager_that_is_missing(maker: Maker, manager: str) -> None:
    command = manager.partition(" ")[0]
    maker.world.environ["PATH"] = str(maker.tools)  # the machine may have it
    KITS[manager].lay(maker)
    line = maker.fails(problem=f"the command {command} is not on PATH; to get it: pipx install {command}").line
    instead = {"pipenv": "", "uv": 'manager = "venv"', "virtualenv": 'manager = "venv"'}
    other = instead.get(manager, 'manager = "venv" and packages = ["-e ."]' if command != "uv" else 'manager = "venv"')
    assert line.endswith(f"; or, to do without: {other} in the marker" if other else f"install {command}")


def test_a_manager_that_is_missing_where_uv_is_there(with_tool: WithTool) -> None:
    maker = with_tool("uv")
    KITS["poetry"].lay(maker)
    maker.write(requirements__txt="toy==1.0\n")
    line = maker.fails().line
    assert "to get it: uv tool install poetry; or, to do without: " in line
    alternative = 'manager = "uv"\nrequirements = ["requirements.txt"]\n'
    assert line.endswith(f"{alternative.strip()} in the marker".replace("\n", " and "))
    maker.marker(alternative)
    (maker.shop / "pyproject.toml").unlink()
    assert maker.toy(maker.made()) == "1.0"


def test_listed_packages_are_not_for_poetry(with_tool: WithTool) -> None:
    maker = with_tool("poetry")
    KITS["poetry"].lay(maker, marker='packages = ["toy==2.0"]\n')
    result = maker.run("create")
    assert (
        result.status == 0
        and "left out: requirements and packages; poetry installs what its own files list" in result.err
    )
    root = Path(result.out.rpartition(": made")[0])
    assert maker.toy(root) == "1.0"
