"""pdm: what it makes and what `pdm info --env` and `.pdm-python` say."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from .world import BASE, World

PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\n[tool.pdm]\ndistribution = false\n'


@pytest.fixture
def pdm(installed: Callable[..., Path]) -> Path:
    return installed("pdm") / "pdm"


def make(world: World, pdm: Path, folder: Path) -> str:
    """Let pdm make the environment; what pdm says where it is."""
    world.run(folder, pdm, "use", "--first", "--ignore-remembered", BASE)
    return asked(world, pdm, folder)


def asked(world: World, pdm: Path, folder: Path) -> str:
    python = world.run(folder, pdm, "info", "--python")
    saved = folder / ".pdm-python"  # the same; what pdm prints loses `[y]`, which it takes for a colour
    return str(Path(saved.read_text() if saved.exists() else python).parent.parent)


def test_in_the_project(world: World, pdm: Path, odd: str) -> None:
    folder = world.project(odd, pyproject__toml=PROJECT)
    world.run(folder, pdm, "venv", "create", "--with", "venv", BASE, PDM_VENV_IN_PROJECT="1")
    expected = asked(world, pdm, folder)
    assert expected == str(folder / ".venv")
    world.finds(folder, expected, None, "auto", "pdm")


def test_in_its_own_folder(world: World, pdm: Path, odd: str) -> None:
    folder = world.project(odd, pyproject__toml=PROJECT)
    world.environ["PDM_VENV_IN_PROJECT"] = "false"
    world.run(folder, pdm, "venv", "create", BASE)
    expected = asked(world, pdm, folder)
    assert expected.startswith(str(world.home / ".local" / "share" / "pdm" / "venvs"))
    assert (folder / ".pdm-python").exists()
    world.finds(folder, expected, None, "auto", "pdm")
    (folder / ".pdm-python").unlink()
    world.finds(folder, expected, None, "auto", "pdm")


SETTINGS: dict[str, dict[str, Any]] = {
    "location": {"config": '[venv]\nlocation = "{home}/my envs"\nin_project = false\n'},
    "location with a tilde": {"config": '[venv]\nlocation = "~/envs"\nin_project = false\n'},
    "in_project in pdm.toml": {"local": "[venv]\nin_project = false\n"},
    "XDG_DATA_HOME": {"variables": {"XDG_DATA_HOME": "{home}/data"}, "local": "[venv]\nin_project = false\n"},
    "XDG_CONFIG_HOME": {
        "variables": {"XDG_CONFIG_HOME": "{home}/settings"},
        "config": '[venv]\nlocation = "{home}/mine"\nin_project = false\n',
        "place": "settings/pdm/config.toml",
    },
    "PDM_CONFIG_FILE": {
        "variables": {"PDM_CONFIG_FILE": "{home}/pdm.toml"},
        "config": '[venv]\nlocation = "{home}/mine"\nin_project = false\n',
        "place": "pdm.toml",
    },
}


@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "found"])
@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_that_move_it(world: World, pdm: Path, setting: dict[str, Any], remembered: bool) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT)
    home = str(world.home)
    world.environ.update({name: value.format(home=home) for name, value in setting.get("variables", {}).items()})
    if "local" in setting:
        world.write(folder / "pdm.toml", setting["local"])
    if "config" in setting:
        world.write(world.home / setting.get("place", ".config/pdm/config.toml"), setting["config"].format(home=home))
    before = world.locate(folder, "pdm")
    world.run(folder, pdm, "venv", "create", BASE)
    expected = asked(world, pdm, folder)
    assert not expected.startswith(str(folder))
    assert before.problem and before.problem.path and expected.startswith(before.problem.path.rstrip("*"))
    if not remembered:
        (folder / ".pdm-python").unlink()
    world.finds(folder, expected, None, "pdm")


def test_one_that_was_chosen(world: World, pdm: Path) -> None:
    """`pdm use` of an environment anywhere."""
    folder = world.project("shop", pyproject__toml=PROJECT)
    world.run(folder, BASE, "-m", "venv", "--without-pip", world.home / "other")
    world.run(folder, pdm, "use", "--first", world.home / "other" / "bin" / "python")
    expected = asked(world, pdm, folder)
    assert expected == str(world.home / "other")
    world.finds(folder, expected, None, "pdm")


def test_the_variable(world: World, pdm: Path) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT)
    world.run(folder, BASE, "-m", "venv", "--without-pip", world.home / "other")
    world.environ["PDM_PYTHON"] = str(world.home / "other" / "bin" / "python")
    expected = asked(world, pdm, folder)
    assert expected == str(world.home / "other")
    world.finds(folder, expected, None, "pdm")


@pytest.mark.parametrize("name", ["venv", "env"])
def test_other_folders_in_the_project(world: World, pdm: Path, name: str) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT)
    world.run(folder, BASE, "-m", "venv", "--without-pip", name)
    expected = asked(world, pdm, folder)
    assert expected == str(folder / name)
    (folder / ".pdm-python").unlink(missing_ok=True)
    world.finds(folder, expected, None, "pdm")


def test_an_interpreter_that_is_no_environments(world: World, pdm: Path) -> None:
    folder = world.project("shop", pyproject__toml=PROJECT)
    world.write(folder / ".pdm-python", BASE)
    search = world.locate(folder, "pdm")
    assert search.found is None and BASE in " ".join(search.notes)


def test_a_workspace(world: World, pdm: Path) -> None:
    root = world.project("shop", pyproject__toml=PROJECT + '[tool.pdm.workspace]\nmembers = ["packages/*"]\n')
    folder = world.project("shop/packages/a", pyproject__toml=PROJECT.replace("shop", "a"))
    world.run(root, pdm, "venv", "create", "--with", "venv", BASE)
    expected = asked(world, pdm, root)
    assert world.run(folder, pdm, "run", "python", "-c", "import sys; print(sys.prefix)") == expected
    world.finds(folder, expected, None, "pdm")
