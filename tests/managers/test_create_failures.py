"""Failures that have nothing to do with whose environment it is: a full disk, what building leaves, killed tools."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from . import creating
from .creating import KITS, Maker, equip
from .world import World

index, maker, with_tool = creating.index, creating.maker, creating.with_tool  # fixtures

WithTool = Callable[[str], Maker]

BUILDING = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """\
import os

def build_editable(*arguments):
    raise SystemExit("not reached")

def prepare_metadata_for_build_editable(folder, settings=None):
    os.mkdir("shop.egg-info")
    os.makedirs("build/lib")
    os.mkdir(os.path.join(folder, "shop-1.dist-info"))
    with open(os.path.join(folder, "shop-1.dist-info", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: shop\\nVersion: 1\\nRequires-Dist: toy==9.9\\n")
    return "shop-1.dist-info"
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 60 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=60m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk: only root may mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("manager", [name for name in KITS if name != "uv sync"])
def test_a_full_disk(small_disk: Path, caches: Path, index: str, installed: Callable[..., Path], manager: str) -> None:
    maker = Maker(World(small_disk, caches), index)
    equip(maker, manager, installed)
    KITS[manager].lay(maker, "large==1.0")
    with open(small_disk / "filler", "wb") as file:
        file.write(b"x" * 30_000_000)
    maker.fails(problem="the disk is full; what it said is above")


def test_what_building_leaves_goes_too(maker: Maker) -> None:
    """A project installed from its folder, with a requirement that there is not."""
    maker.write(pyproject__toml=BUILDING, backend__py=BACKEND)
    maker.world.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    maker.marker('packages = ["-e ."]\n')
    result = maker.fails(problem="not every requirement can be met")
    assert "toy==9.9" in result.err
    (maker.shop / "build").mkdir()  # one that was there stays
    (maker.shop / "build/mine").touch()
    maker.world.write(maker.shop / "backend.py", BACKEND.replace('    os.makedirs("build/lib")\n', ""))
    maker.fails(problem="not every requirement can be met")


def test_a_tool_that_is_killed(maker: Maker) -> None:
    """While it writes uv.lock, as uv does, by way of .tmp and six characters; another file of such a name stays."""
    tool = maker.tools / "uv"
    doing = 'mkdir -p "$last/bin"; echo making; touch .tmpivoZX6; kill -9 $$'
    tool.write_text(f"#!/bin/sh\nfor last; do :; done\n{doing}\n")
    (maker.shop / ".tmpaaaaaa").touch()
    tool.chmod(0o755)
    KITS["uv"].lay(maker)
    result = maker.fails(problem="making the environment failed (status -9)")
    assert "making\n" in result.err


def test_a_tool_that_makes_nothing(maker: Maker) -> None:
    tool = maker.tools / "uv"
    tool.write_text("#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    maker.marker('manager = "uv"\n')
    maker.fails(problem="shop/.venv: no environment was made here; ")


def test_a_tool_that_makes_one_that_does_not_run(maker: Maker) -> None:
    tool = maker.tools / "uv"
    script = 'mkdir -p "$last/bin"; touch "$last/pyvenv.cfg"; printf "#!/bin/sh\\nexit 3\\n" > "$last/bin/python"\n'
    tool.write_text(f'#!/bin/sh\nfor last; do :; done\n{script}chmod +x "$last/bin/python"\n')
    tool.chmod(0o755)
    maker.marker('manager = "uv"\n')
    maker.fails(problem="trying it failed (status 3)")
    maker.world.run(maker.shop, "/usr/bin/env", "python3", "-m", "venv", "--without-pip", ".venv")
    (maker.shop / ".venv/mine").touch()
    maker.fails("rebuild", "--yes", problem="trying it failed (status 3)")


def test_read_only_folders_in_an_environment(maker: Maker) -> None:
    maker.marker("")
    root = maker.made("create", "--no-install")
    closed = root / "closed"
    closed.mkdir()
    (closed / "file").touch()
    closed.chmod(0o500)
    assert maker.run("remove", "--yes").status == 0
    assert not root.exists()


def test_a_folder_that_cannot_be_written(with_tool: WithTool) -> None:
    maker = with_tool("venv")
    maker.marker('venv = "closed/env"\n')
    (maker.shop / "closed").write_text("a file")
    maker.fails()
