"""environment.py and project.py: what is wrong with an environment, told without starting anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from venvhook import environment, trust
from venvhook.environment import Unfit
from venvhook.marker import parse
from venvhook.plan import Plan
from venvhook.project import Places, Project

pytestmark = [pytest.mark.scenario(45), pytest.mark.skipif(os.name == "nt", reason="POSIX environments")]
VERSION = ".".join(map(str, sys.version_info[:2]))


class World:
    """An allowed project with a real environment."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / "shop"
        self.folder.mkdir()
        venv.create(self.folder / ".venv", symlinks=True)
        self.allow("")

    def allow(self, text: str, *names: str) -> None:
        (self.folder / ".venvhook.toml").write_text(text)
        record = trust.Record(str(self.folder), True, text.encode(), parse(text.encode(), "x"), names)
        trust.decide(str(self.root / "data"), record)

    def plan(self, **environ: str) -> Plan:
        places = Places(str(self.root / "data"), str(self.root / "cache"), str(self.root / "config"), str(self.root))
        (self.root / "data" / "trust").chmod(0o700)
        return Project(str(self.folder), places, {"HOME": str(self.root), **environ}).plan()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Path(os.path.realpath(tmp_path)))


def test_in_order(world: World) -> None:
    assert world.plan().notice == ""


def test_moved(world: World) -> None:
    moved = world.root / "renamed"
    world.folder.rename(moved)
    world.folder = moved
    world.allow("")
    plan = world.plan()
    assert plan.sign == "VIRTUAL_ENV"  # told, and entered
    assert plan.notice.count("\n") == 0
    assert f"made for {world.root}/shop/.venv: it was moved or copied; to make it anew: venvhook rebuild" in plan.notice
    assert ("exists", str(moved / ".venv/pyvenv.cfg")) in plan.conditions
    shutil.rmtree(moved / ".venv")
    venv.create(moved / ".venv", symlinks=True)
    assert world.plan().notice == ""


def test_copied(world: World) -> None:
    shutil.copytree(world.folder / ".venv", world.folder / "copy", symlinks=True)
    world.allow('venv = "copy"')
    assert f"made for {world.folder}/.venv" in world.plan().notice


def test_reached_by_a_link(world: World) -> None:
    """The same folder by another path is not moved."""
    (world.root / "link").symlink_to(world.folder)
    shutil.rmtree(world.folder / ".venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=world.root / "link", check=True)
    assert environment.made_for(environment.inspect(str(world.folder / ".venv"))) is None
    assert world.plan().notice == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('VIRTUAL_ENV="/old"\nexport VIRTUAL_ENV\n', "/old"),
        ("    export VIRTUAL_ENV=/old\n", "/old"),
        ("VIRTUAL_ENV='/it'\"'\"'s'\n", "/it's"),  # what shlex.quote gives for a quote
        ("VIRTUAL_ENV='/a\nb'\n", None),  # a path can hold a line break
        ("VIRTUAL_ENV='\n", None),
        ('    export VIRTUAL_ENV=$(cygpath "/c")\nelse\n    export VIRTUAL_ENV="/old"\n', "/old"),
        ('VIRTUAL_ENV="$(dirname "$0")"\n', None),
        ('VIRTUAL_ENV="/`dirname x`"\n', None),
        ("VIRTUAL_ENV=relative\n", None),
        ("VIRTUAL_ENV=\n", None),
        ("", None),
    ],
)
def test_what_activate_scripts_say(world: World, text: str, expected: str | None) -> None:
    (world.folder / ".venv/bin/activate").write_text(text)
    assert environment.made_for(environment.inspect(str(world.folder / ".venv"))) == expected


@pytest.mark.parametrize("asked", [VERSION, f">={VERSION}", f"=={VERSION}.*", "python" + VERSION, "*", "3"])
def test_the_python_that_is_asked_for(world: World, asked: str) -> None:
    world.allow(f'python = "{asked}"')
    assert world.plan().notice == ""


@pytest.mark.parametrize("asked", ["3.4", "<3.9", "pypy" + VERSION, "pypy"])
def test_another_python_than_asked_for(world: World, asked: str) -> None:
    world.allow(f'python = "{asked}"')
    plan = world.plan()
    assert plan.sign == "VIRTUAL_ENV"
    assert f"the marker asks for {asked}; to make it anew: venvhook rebuild" in plan.notice


def test_a_python_by_path(world: World) -> None:
    base = os.path.realpath(sys.executable)
    for path, told in (
        (base, False),
        (str(world.folder / ".venv/bin/python"), False),
        ("/no/such/python", False),
        ("/bin/sh", True),
    ):
        world.allow(f'python = "{path}"')
        assert bool(world.plan().notice) is told, path


def test_dangling(world: World) -> None:
    python = world.folder / ".venv/bin/python"
    for name in os.listdir(python.parent):
        if name.startswith("python"):
            (python.parent / name).unlink()
    python.symlink_to("/gone/python3.9")
    plan = world.plan()
    assert not plan.sign
    assert (
        plan.notice == f"{world.folder}/.venv: its Python is gone (/gone/python3.9); to make it anew: venvhook rebuild"
    )
    assert ("absent", str(python)) in plan.conditions


def test_without_pyvenv_cfg(world: World) -> None:
    (world.folder / ".venv/pyvenv.cfg").unlink()
    plan = world.plan()
    assert not plan.sign and "it has no pyvenv.cfg; to make it anew: venvhook rebuild" in plan.notice


def test_made_for_windows(world: World) -> None:
    shutil.rmtree(world.folder / ".venv/bin")
    (world.folder / ".venv/Scripts").mkdir()
    (world.folder / ".venv/Scripts/python.exe").touch()
    assert "made for Windows" in world.plan().notice


def test_an_old_virtualenv_tells_its_version(tmp_path: Path) -> None:
    for name in ("bin", "lib/python2.7"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "bin/python").touch()
    (tmp_path / "lib/python2.7/orig-prefix.txt").write_text("/usr")
    found = environment.inspect(str(tmp_path))
    assert (found.version, environment.version_fits(found, "2.7"), environment.version_fits(found, "3.9")) == (
        "2.7",
        True,
        False,
    )


def test_a_file_that_became_an_environment(tmp_path: Path) -> None:
    """What has to hold for another look fails as soon as there is one."""
    place = tmp_path / ".venv"
    for make in (place.touch, lambda: place.symlink_to("nowhere")):
        make()
        with pytest.raises(Unfit) as caught:
            environment.inspect(str(place))
        place.unlink()
        assert caught.value.mended[0] == ("absent", str(place / "pyvenv.cfg"))


# ---- conda, in a plan ------------------------------------------------------------------------------------------------


def test_a_conda_environment(world: World) -> None:
    root = world.folder / ".conda"
    shutil.rmtree(world.folder / ".venv")
    (root / "conda-meta").mkdir(parents=True)
    (root / "bin").mkdir()
    (root / "bin/python").symlink_to(sys.executable)
    (root / "conda-meta/state").write_text('{"env_vars": {"OWN": "1", "MINE": "theirs"}}')
    world.allow('prompt = "my shop"\n[variables]\nMINE = "ours"\n', "OWN")
    plan = world.plan(VIRTUAL_ENV="/other", CONDA_SHLVL="1", CONDA_PREFIX="/base")
    assert (plan.sign, plan.home, plan.bin, plan.name) == ("CONDA_PREFIX", str(root), f"{root}/bin", "my shop")
    variables = dict(plan.variables)
    assert len(variables) == len(plan.variables)  # each once: the marker wins
    assert variables["OWN"] == "1" and variables["MINE"] == "ours"
    assert variables["CONDA_SHLVL"] == "2" and variables["CONDA_PREFIX_1"] == "/base"
    assert variables["VIRTUAL_ENV"] is None and variables["PYTHONHOME"] is None
    assert variables["CONDA_PROMPT_MODIFIER"] == "(my shop) "
    assert ("exists", str(root / "conda-meta/state")) in plan.conditions
    assert ("absent", str(root / "etc/conda/env_vars.d")) in plan.conditions
    (root / "conda-meta/state").write_text("{")
    broken = world.plan()
    assert not broken.sign and broken.notice.startswith(f"{root}/conda-meta/state: is not JSON; ")
