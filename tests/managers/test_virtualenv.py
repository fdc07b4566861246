"""virtualenv, old and new, and virtualenvwrapper."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest

from .world import NAMES, World


@pytest.fixture
def virtualenv(installed: Callable[..., Path]) -> Path:
    return installed("virtualenv") / "virtualenv"


@pytest.mark.parametrize("name", [".venv", "venv", "env", ".env", "virtualenv"])
def test_virtualenv(world: World, virtualenv: Path, odd: str, name: str) -> None:
    folder = world.project(odd)
    world.run(folder, virtualenv, "--no-seed", "--prompt", "my shop", name)
    found = world.locate(folder).found
    assert found and found.name == "my shop"
    world.finds(folder, folder / name, None, "auto", "venv", "virtualenv")


class Wrapper:
    """virtualenvwrapper's shell functions, in a bash of their own."""

    def __init__(self, world: World, commands: Path) -> None:
        self.world, self.commands = world, commands

    def __call__(self, folder: Path, script: str) -> None:
        text = f"source {self.commands}/virtualenvwrapper.sh && {script}"
        path = f"{self.commands}:{self.world.environ['PATH']}"
        python = str(self.commands / "python")
        self.world.run(folder, "bash", "-c", text, PATH=path, VIRTUALENVWRAPPER_PYTHON=python)


@pytest.fixture
def wrapper(world: World, installed: Callable[..., Path]) -> Wrapper:
    return Wrapper(world, installed("virtualenvwrapper", "virtualenvwrapper", "setuptools"))


@pytest.mark.parametrize("name", NAMES[:-1])  # signs are more than virtualenvwrapper itself can bear
@pytest.mark.parametrize("home", [None, "~/envs", "relative/envs", "{home}/my envs"])
def test_virtualenvwrapper(world: World, wrapper: Wrapper, name: str, home: str | None) -> None:
    folder = world.project(name)
    if home:
        world.environ["WORKON_HOME"] = home.format(home=world.home)
    wrapper(folder, 'mkvirtualenv --no-seed shop-env && setvirtualenvproject "$VIRTUAL_ENV" "$PWD"')
    places = {None: ".virtualenvs", "~/envs": "envs", "relative/envs": "relative/envs", "{home}/my envs": "my envs"}
    expected = world.home / places[home] / "shop-env"
    world.finds(folder, expected, None, "auto", "virtualenvwrapper")
    world.finds(folder, expected, "virtualenvwrapper", venv="shop-env")


def test_an_environment_bound_to_another_project(world: World, wrapper: Wrapper) -> None:
    folder, other = world.project("shop"), world.project("other/shop")
    wrapper(other, 'mkvirtualenv --no-seed -a "$PWD" shop')
    assert world.locate(folder).found is None
    world.finds(other, world.home / ".virtualenvs" / "shop", None)


def test_a_name_that_is_not_there(world: World) -> None:
    folder = world.project("shop")
    problem = world.locate(folder, "virtualenvwrapper", venv="nope").problem
    assert problem and problem.path == str(world.home / ".virtualenvs" / "nope")


OLD = ("python3.6", "python3.7", "python3.8", "python2.7")


@pytest.mark.parametrize("version", ["16.7.12", "15.2.0"])
def test_an_old_virtualenv(world: World, tmp_path: Path, version: str) -> None:
    """Before 20: no pyvenv.cfg, but lib/python*/orig-prefix.txt. It needs an old Python to be made."""
    python = next(filter(None, map(_old_python, OLD)), None)
    if python is None:
        pytest.skip("no Python from before 3.9 on this machine, which an old virtualenv needs")
    folder = world.project("shop")
    source = tmp_path / "old"
    # without its dependencies, of which there are none, by the pip that runs these tests
    import sys

    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(source),
        f"virtualenv=={version}",
    ]
    if subprocess.run(pip, capture_output=True).returncode:
        pytest.skip(f"virtualenv {version} cannot be installed")
    world.run(
        folder, python, source / "virtualenv.py", "--no-pip", "--no-setuptools", "--no-wheel", "--no-download", ".venv"
    )
    assert not (folder / ".venv" / "pyvenv.cfg").exists()
    found = world.locate(folder).found
    assert found and found.sign.endswith("orig-prefix.txt") and found.version in python
    world.finds(folder, folder / ".venv", None, "venv", "virtualenv")


def _old_python(name: str) -> str | None:
    """An interpreter on PATH, or one of pyenv's; never a shim, which would ask pyenv."""
    versions = Path.home() / ".pyenv" / "versions"
    for found in [*sorted(versions.glob(f"*/bin/{name}")), *filter(None, [shutil.which(name)])]:
        if "shims" not in str(found):
            return str(found)
    return None
