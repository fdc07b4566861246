"""create/: the very commands that each manager's recipe is made of, and what it notes elsewhere; no manager runs."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from pathlib import Path

import pytest

from venvhook.create import conda, hatch, poetry, virtualenvwrapper
from venvhook.create.before import Before
from venvhook.create.order import Order, Recipe
from venvhook.errors import VenvhookError
from venvhook.locate.hatch import identity
from venvhook.locate.pdm import prefix

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX programs")


class World:
    """A project `shop` and the tools that are on PATH."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "shop"
        self.folder.mkdir()
        (root / "bin").mkdir()
        for name in ("conda", "hatch", "pdm", "pipenv", "poetry", "uv", "virtualenv"):
            (root / "bin" / name).touch(mode=0o755)

    def order(self, place: str, **settings: object) -> Order:
        environ = {"PATH": f"{self.root}/bin", "HOME": str(self.root)}
        order = Order(str(self.folder), os.path.normpath(self.folder / place), "/usr/bin/python3", environ)
        order.version, order.prompt = "3.12.4", "it"
        for name, value in settings.items():
            setattr(order, name, value)
        return order

    def short(self, text: str) -> str:
        text = text.replace(str(self.folder), "SHOP").replace(str(self.root), "ROOT")
        return text.replace(prefix(str(self.folder)), "PDM-")

    def commands(self, recipe: Recipe) -> list[str]:
        assert all(step.doing for step in recipe.steps)
        return [self.short(" ".join(step.command)).replace("ROOT/bin/", "") for step in recipe.steps]

    def recipe(self, manager: str, order: Order) -> Recipe:
        found: Recipe = importlib.import_module(f"venvhook.create.{manager}").recipe(order)
        return found


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Path(os.path.realpath(tmp_path)))


PIP = "SHOP/env/bin/python -I -m pip --disable-pip-version-check --no-input install"
LOCKED = {"locked": True}
BARE = {"install": False}
FIXED = {"fixed": True}
PDM_USE = "pdm --non-interactive use --first --ignore-remembered --no-version-file"


@pytest.mark.parametrize(
    ("manager", "files", "place", "settings", "expected"),
    [
        ("venv", [], "env", {}, ["/usr/bin/python3 -I -m venv --prompt=it SHOP/env"]),
        ("venv", [], "env", {"installs": ["x"]}, ["/usr/bin/python3 -I -m venv --prompt=it SHOP/env", PIP + " x"]),
        ("virtualenv", [], "env", {}, ["virtualenv --python /usr/bin/python3 --prompt=it SHOP/env"]),
        ("virtualenvwrapper", [], "env", {}, ["virtualenv --python /usr/bin/python3 --prompt=it SHOP/env"]),
        ("uv", [], "env", {}, ["uv venv --no-project --python /usr/bin/python3 --prompt=it SHOP/env"]),
        ("uv", ["uv.lock"], "env", {}, ["uv sync --python /usr/bin/python3"]),
        ("uv", ["uv.lock"], "env", LOCKED, ["uv sync --python /usr/bin/python3 --locked"]),
        ("uv", ["uv.lock"], "env", BARE, ["uv venv --no-project --python /usr/bin/python3 --prompt=it SHOP/env"]),
        ("uv", ["uv.lock"], "env", {"installs": ["x"]},
            ["uv sync --python /usr/bin/python3", "uv pip install --python SHOP/env/bin/python x"]),
        ("hatch", [], "env", {}, ["hatch --no-interactive --no-color env create default"]),
        ("hatch", [], "env", {"locked": True, "name": "test"},
            ["hatch --no-interactive --no-color env lock --check test",
             "hatch --no-interactive --no-color env create test"]),
        ("pipenv", ["Pipfile"], "env", {}, ["pipenv --python /usr/bin/python3", "pipenv install --dev"]),
        ("pipenv", ["Pipfile"], "env", BARE, ["pipenv --python /usr/bin/python3"]),
        ("pipenv", ["Pipfile", "Pipfile.lock"], "env", LOCKED,
            ["pipenv --python /usr/bin/python3", "pipenv install --dev --deploy"]),
        ("poetry", [], "../v/shop-x-py3.9", {},
            ["poetry env use --no-interaction --no-ansi /usr/bin/python3",
             "poetry install --no-interaction --no-ansi"]),
        ("poetry", ["poetry.lock"], ".venv", {**LOCKED, **BARE},
            ["poetry check --lock --no-interaction --no-ansi",
             "poetry env use --no-interaction --no-ansi /usr/bin/python3"]),
        ("pdm", [], ".venv", {},
            ["pdm --non-interactive venv create /usr/bin/python3", f"{PDM_USE} SHOP/.venv/bin/python",
             "pdm --non-interactive install"]),
        ("pdm", ["pdm.lock"], ".venv", LOCKED,
            ["pdm --non-interactive venv create /usr/bin/python3", f"{PDM_USE} SHOP/.venv/bin/python",
             "pdm --non-interactive install --check"]),
        ("conda", [], "env", {}, ["conda create --yes --prefix SHOP/env python pip"]),
        ("conda", [], "env", {"wish": "3.12", "installs": ["x"]},
            ["conda create --yes --prefix SHOP/env python=3.12 pip", PIP + " x"]),
        ("conda", [], "env", {"wish": "python>=3.9"}, ["conda create --yes --prefix SHOP/env python>=3.9 pip"]),
        ("conda", [], "env", {"wish": "pypy3.9"}, ["conda create --yes --prefix SHOP/env pypy3.9 pip"]),
        ("conda", ["environment.yml"], "env", {},
            ["conda env create --file SHOP/environment.yml --prefix SHOP/env"]),
        ("conda", ["environment.yml"], "env", BARE, ["conda create --yes --prefix SHOP/env python pip"]),
    ],
)  # fmt: skip
def test_the_commands(
    world: World, manager: str, files: list[str], place: str, settings: dict[str, object], expected: list[str]
) -> None:
    for name in files:
        (world.folder / name).touch()
    assert world.commands(world.recipe(manager, world.order(place, **settings))) == expected


@pytest.mark.parametrize(
    ("manager", "place", "settings", "expected"),
    [
        ("uv", "env", {}, {}),
        ("uv", "env", FIXED, {"UV_PROJECT_ENVIRONMENT": "SHOP/env"}),
        ("hatch", "env", {}, {"HATCH_PYTHON": "/usr/bin/python3"}),
        ("hatch", "env", FIXED, {"HATCH_PYTHON": "/usr/bin/python3", "HATCH_ENV_TYPE_VIRTUAL_PATH": "SHOP/env"}),
        ("pipenv", ".venv", FIXED, {"PIPENV_VENV_IN_PROJECT": "1", "PIPENV_YES": "1", "PIPENV_NOSPIN": "1",
            "PIPENV_IGNORE_VIRTUALENVS": "1", "PIPENV_VERBOSITY": "-1"}),
        ("poetry", ".venv", FIXED,
            {"POETRY_VIRTUALENVS_CREATE": "true", "POETRY_VIRTUALENVS_IN_PROJECT": "true"}),
        ("poetry", "../v/x-py*", {}, {"POETRY_VIRTUALENVS_CREATE": "true"}),
        ("pdm", ".venv", FIXED, {"PDM_IGNORE_ACTIVE_VENV": "1", "PDM_VENV_IN_PROJECT": "1"}),
        ("pdm", "../.venv", {}, {"PDM_IGNORE_ACTIVE_VENV": "1", "PDM_VENV_IN_PROJECT": "1"}),
        ("pdm", "../v/PDM-*", {}, {"PDM_IGNORE_ACTIVE_VENV": "1", "PDM_VENV_IN_PROJECT": "0"}),
    ],
)  # fmt: skip
def test_the_variables(
    world: World, manager: str, place: str, settings: dict[str, object], expected: dict[str, str]
) -> None:
    order = world.order(place.replace("PDM-", prefix(str(world.folder))), **settings)
    before = dict(order.environ)
    world.recipe(manager, order)
    assert {name: world.short(value) for name, value in order.environ.items() if name not in before} == expected


@pytest.mark.parametrize(
    ("manager", "place", "expected"),
    [("poetry", "../v/shop-x-py*", "ROOT/v/shop-x-py3.12"), ("pdm", "../v/PDM-*", "ROOT/v/PDM-3.12")],
)
def test_the_place_is_made_exact(world: World, manager: str, place: str, expected: str) -> None:
    order = world.order(place.replace("PDM-", prefix(str(world.folder))))
    world.recipe(manager, order)
    assert world.short(order.root) == expected


@pytest.mark.parametrize(
    ("manager", "settings", "problem"),
    [
        *((each, LOCKED, f"{each} has no lock file") for each in ("venv", "virtualenv", "virtualenvwrapper", "pyenv")),
        *(
            (each, LOCKED, "does not exist, so nothing is locked")
            for each in ("uv", "poetry", "pipenv", "pdm", "conda")
        ),
        *((each, FIXED, f"{each} cannot put an environment here") for each in ("poetry", "pipenv", "pdm")),
        ("pdm", {}, "pdm cannot put an environment here"),
        ("pyenv", {}, "pyenv cannot put an environment here"),
        ("hatch", BARE, "hatch installs what it makes"),
        ("conda", {"wish": "/usr/bin/python3"}, "conda brings its own Python, and takes none by its path"),
    ],
)
def test_what_a_manager_does_not_do(world: World, manager: str, settings: dict[str, object], problem: str) -> None:
    with pytest.raises(VenvhookError) as caught:
        world.recipe(manager, world.order("env", **settings))
    assert caught.value.problem == problem and caught.value.remedy


@pytest.mark.parametrize("manager", ["conda", "hatch", "pdm", "pipenv", "poetry", "uv", "virtualenv"])
def test_a_manager_that_is_not_installed(world: World, manager: str) -> None:
    (world.root / "bin" / manager).unlink()
    with pytest.raises(VenvhookError, match=f"the command {manager} is not on PATH"):
        world.recipe(manager, world.order(".venv"))


# ---- pyenv -----------------------------------------------------------------------------------------------------------


def test_pyenv(world: World) -> None:
    python = world.root / "pyenv/versions/3.12.4/bin/python"
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)
    order = world.order("../pyenv/versions/env", python=str(python))
    with pytest.raises(VenvhookError, match="the command pyenv is not on PATH; install pyenv"):
        world.recipe("pyenv", order)
    (world.root / "bin/pyenv").touch(mode=0o755)
    with pytest.raises(VenvhookError, match="its plugin pyenv-virtualenv, which is not there"):
        world.recipe("pyenv", order)
    (world.root / "pyenv/plugins/pyenv-virtualenv").mkdir(parents=True)
    recipe = world.recipe("pyenv", order)
    assert world.commands(recipe) == ["pyenv virtualenv --force 3.12.4 env"]
    assert order.root == f"{world.root}/pyenv/versions/3.12.4/envs/env"
    assert order.environ["PYENV_ROOT"] == f"{world.root}/pyenv"
    assert [each.path for each in recipe.entries] == [f"{world.root}/pyenv/versions/env"]  # type: ignore[attr-defined]
    with pytest.raises(VenvhookError, match="is none of pyenv's Pythons"):
        world.recipe("pyenv", world.order("../pyenv/versions/env"))


# ---- what is noted elsewhere -----------------------------------------------------------------------------------------


def test_condas_lock_file_is_this_platforms(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    (world.folder / "conda-linux-64.lock").touch()
    (command,) = world.commands(world.recipe("conda", world.order("env", locked=True)))
    assert command == "conda create --yes --prefix SHOP/env --file SHOP/conda-linux-64.lock"


def test_condas_command_by_its_variable(world: World) -> None:
    order = world.order("env")
    (world.root / "mine").touch(mode=0o755)
    order.environ["CONDA_EXE"] = f"{world.root}/mine"
    assert world.commands(world.recipe("conda", order))[0].startswith("ROOT/mine create ")


def test_condas_list(world: World) -> None:
    path = world.root / ".conda/environments.txt"
    path.parent.mkdir()
    path.write_text("/before\n")
    (line,) = conda.entries(world.order("env"))
    assert line.about(f"{world.folder}/env") and not line.about("/before")
    run = Before(f"{world.folder}/env", str(world.folder), [line])
    path.write_text(f"/before\n{world.folder}/env\n/later\n")
    run.stepped()
    run.restore()
    assert path.read_text() == "/before\n/later\n"
    path.write_text(f"{world.folder}/env\n")
    Before(f"{world.folder}/env", str(world.folder), [line]).restore()
    assert path.read_text() == f"{world.folder}/env\n"


def test_poetrys_list(world: World) -> None:
    path = world.root / "envs.toml"
    (table,) = poetry.entries(world.order("../shop-x-py3.12"))
    assert table.now() is None and not table.about("/x-py3.12")
    path.write_text('[shop-x]\nminor = "3.12"\n')
    assert table.about("/x-py3.12") and not table.about("/x-py3.9")
    table.put(None)
    assert not path.exists()
    path.write_text('[other]\nminor = "3.9"\n[shop-x]\nminor = "3.12"\n')
    table.put({"minor": "3.10"})
    assert "3.10" in path.read_text() and "3.12" not in path.read_text()
    table.put(None)
    assert path.read_text().rstrip() == '[other]\nminor = "3.9"'
    assert poetry.entries(world.order(".venv")) == []


def test_hatchs_notes(world: World) -> None:
    digest = identity(str(world.folder))
    order = world.order(f"../data/env/virtual/shop/{digest}/shop")
    note, *holders = hatch.entries(order)
    notes = f"ROOT/data/env/.metadata/{digest}"
    assert world.short(note.path) == f"{notes}/virtual/default.json"  # type: ignore[attr-defined]
    assert note.about("/any")  # type: ignore[attr-defined]
    assert [world.short(each.path) for each in holders] == [  # type: ignore[attr-defined]
        f"{notes}/virtual", notes, "ROOT/data/env/.metadata",
        f"ROOT/data/env/virtual/shop/{digest}", "ROOT/data/env/virtual/shop",
    ]  # fmt: skip
    assert hatch.entries(world.order("env")) == []


def test_virtualenvwrapper_binds(world: World) -> None:
    (world.root / "bin/virtualenv").unlink()
    order = world.order("env")
    recipe = virtualenvwrapper.recipe(order)
    assert world.commands(recipe) == ["/usr/bin/python3 -I -m venv --prompt=it SHOP/env"]
    os.mkdir(order.root)
    assert recipe.finish is not None
    recipe.finish()
    assert (world.folder / "env/.project").read_text() == f"{world.folder}\n"
