"""create/order.py, create/wish.py: what is to be made, with which Python, and how to get a tool or do without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from venvhook.create import order as orders
from venvhook.create.order import Order
from venvhook.create.wish import own_wish
from venvhook.errors import VenvhookError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX programs")


def an_order(folder: Path, *tools: str) -> Order:
    """An order for a project in FOLDER, where only TOOLS are on PATH."""
    path = folder.parent / "bin"
    path.mkdir(exist_ok=True)
    for name in tools:
        (path / name).touch(mode=0o755)
    return Order(str(folder), str(folder / "env"), "/usr/bin/python", {"PATH": str(path)})


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    return tmp_path / "shop"


def test_an_order_says_what_is_usual(shop: Path) -> None:
    order = an_order(shop)
    assert (order.name, order.install, order.locked, order.fixed) == ("default", True, False, False)
    assert (order.version, order.wish, order.prompt, order.installs) == ("", "", "", ())
    assert order.local == str(shop / ".venv")
    order.version = "3.12.4"
    assert order.minor == "3.12"


def test_the_first_file_that_the_project_has(shop: Path) -> None:
    (shop / "folder").mkdir()
    (shop / "b").touch()
    (shop / "c").touch()
    order = an_order(shop)
    assert order.has("a", "folder", "b", "c") == str(shop / "b")
    assert order.has("a") is None


@pytest.mark.parametrize(
    ("name", "tools", "expected"),
    [
        ("poetry", [], "to get it: pipx install poetry"),
        ("poetry", ["uv"], "to get it: uv tool install poetry"),
        ("uv", [], 'to get it: pipx install uv; or, to do without: manager = "venv" in the marker'),
        (
            "virtualenv",
            ["uv"],
            'to get it: uv tool install virtualenv; or, to do without: manager = "uv" in the marker',
        ),
    ],
)
def test_a_tool_that_is_not_installed(shop: Path, name: str, tools: list[str], expected: str) -> None:
    with pytest.raises(VenvhookError) as caught:
        orders.tool(name, an_order(shop, *tools))
    assert str(caught.value) == f"{shop}: the command {name} is not on PATH; {expected}"


def test_a_tool_that_is_installed(shop: Path) -> None:
    assert orders.tool("poetry", an_order(shop, "poetry")) == str(shop.parent / "bin/poetry")


def test_a_tool_that_is_got_otherwise(shop: Path) -> None:
    assert orders.missing("conda", an_order(shop), "to get it: see there").remedy == "to get it: see there"


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("requirements.txt", "", 'manager = "venv" and requirements = ["requirements.txt"]'),
        ("setup.py", "", 'manager = "venv" and packages = ["-e ."]'),
        ("pyproject.toml", "[project]\n", 'manager = "venv" and packages = ["-e ."]'),
        ("pyproject.toml", "[build-system]\n", 'manager = "venv" and packages = ["-e ."]'),
        ("pyproject.toml", "\udcff[tool.poetry]\n", ""),
        ("nothing", "", ""),
    ],
)
def test_what_does_without_a_manager(shop: Path, file: str, text: str, expected: str) -> None:
    (shop / file).write_bytes(os.fsencode(text))
    order = an_order(shop)
    assert orders.without("poetry", order) == expected
    for name in ("uv", "virtualenv", "virtualenvwrapper", "pyenv"):
        assert orders.without(name, order) == 'manager = "venv"'
    order.installs = ["x"]
    assert orders.without("poetry", order) == 'manager = "venv"'
    an_order(shop, "uv")
    assert orders.without("poetry", order) == 'manager = "uv"'
    assert orders.without("uv", order) == 'manager = "venv"'


def test_what_cannot_be_locked_or_placed(shop: Path) -> None:
    order = an_order(shop)
    missing = orders.unlockable("uv", order, "uv.lock")
    assert str(missing) == f"{shop}/uv.lock: does not exist, so nothing is locked; leave --locked out"
    assert str(orders.unlockable("venv", order)) == f"{shop}: venv has no lock file; leave --locked out"
    error = orders.misplaced("poetry", order)
    assert error.path == order.root and error.problem == "poetry cannot put an environment here"
    assert error.remedy and '".venv"' in error.remedy


def test_packages_that_are_paths() -> None:
    assert orders.requirement_arguments([], ["-e  ./a ", "--editable b", "c"]) == ["-e", "./a", "-e", "b", "c"]
    for package in ("-e", "-e ", "-r x", "--index-url=x"):
        with pytest.raises(VenvhookError, match="is no requirement"):
            orders.requirement_arguments([], [package])


# ---- which Python a project asks for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, ""),
        ({".python-version": "# ours\n\n 3.12 \n3.11\n"}, "3.12"),
        ({".python-version": "shop-env\n"}, ""),
        ({".python-version": "\n"}, ""),
        ({".python-version": "\udcff\n"}, ""),
        ({"Pipfile": '[requires]\npython_version = "3.11"\n'}, "3.11"),
        ({"Pipfile": '[requires]\npython_version = "3.11"\npython_full_version = "3.11.4"\n'}, "3.11.4"),
        ({"Pipfile": 'requires = "3.11"\n'}, ""),
        ({"Pipfile": "[requires]\npython_version = 3\n"}, ""),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.10"\n'}, ">=3.10"),
        ({"pyproject.toml": '[tool.poetry.dependencies]\npython = "^3.10"\n'}, "^3.10"),
        ({".python-version": "env\n", "pyproject.toml": '[project]\nrequires-python = ">=3.10"\n'}, ">=3.10"),
        ({".python-version": "3.9\n", "Pipfile": '[requires]\npython_version = "3.11"\n'}, "3.9"),
    ],
)
def test_the_python_that_a_project_asks_for(shop: Path, files: dict[str, str], expected: str) -> None:
    for name, text in files.items():
        (shop / name).write_bytes(os.fsencode(text))
    assert own_wish(str(shop)) == expected


def test_folders_of_those_names_ask_for_nothing(shop: Path) -> None:
    for name in (".python-version", "Pipfile", "pyproject.toml"):
        (shop / name).mkdir()
    assert own_wish(str(shop)) == ""
