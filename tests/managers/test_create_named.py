"""pyenv's and conda's environments, which have names; each by the real tool where this machine has it."""

from __future__ import annotations

import bz2
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from . import creating
from .creating import Maker

index, maker = creating.index, creating.maker  # fixtures

HERE = ".".join(map(str, sys.version_info[:3]))
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"


# ---- pyenv -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def pyenv(maker: Maker) -> Path:
    """A root of pyenv with its plugin and one Python: the commands are this machine's, the versions are not."""
    real = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    base = Path(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))
    if not (real / "plugins/pyenv-virtualenv").is_dir():
        pytest.skip("no pyenv with pyenv-virtualenv here")
    root = maker.world.home / ".pyenv"
    python = root / "versions" / HERE
    (python / "bin").mkdir(parents=True)
    for name in ("bin", "libexec", "plugins"):
        (root / name).symlink_to(real / name)
    shutil.copy(base, python / "bin" / "python3")
    (python / "bin/python").symlink_to("python3")
    (python / "lib").symlink_to(base.parents[1] / "lib")
    maker.world.environ.update(PYENV_ROOT=str(root), PATH=f"{root}/bin:{maker.world.environ['PATH']}")
    (root / "cache").mkdir()
    (root / "shims").mkdir()
    return root


def test_pyenv(maker: Maker, pyenv: Path) -> None:
    maker.write(requirements__txt="toy==1.0\n")
    maker.world.write(maker.shop / ".python-version", "shop-env\n")
    marker = f'manager = "pyenv"\npython = "{pyenv}/versions/{HERE}/bin/python"\nrequirements = ["requirements.txt"]\n'
    maker.marker(marker)
    before = maker.paths()
    root = maker.made()
    assert root == pyenv / "versions" / HERE / "envs/shop-env" and maker.toy(root) == "1.0"
    assert os.readlink(pyenv / "versions/shop-env") == str(root)
    maker.write(requirements__txt="toy==9.9\n")
    maker.fails("rebuild", "--yes")
    maker.write(requirements__txt="toy==2.0\n")
    assert maker.made("rebuild", "--yes") == root and maker.toy(root) == "2.0"
    assert maker.run("remove", "--yes").status == 0
    left = {path for path in maker.paths() - before if not path.startswith(".pyenv/shims/")}
    assert left <= {f".pyenv/versions/{HERE}/envs"}
    maker.write(requirements__txt="toy==9.9\n")
    maker.fails()


def test_pyenv_by_the_markers_name(maker: Maker, pyenv: Path) -> None:
    maker.marker(f'manager = "pyenv"\nvenv = "other"\npython = "{pyenv}/versions/{HERE}/bin/python"\n')
    assert maker.made() == pyenv / "versions" / HERE / "envs/other"
    maker.marker('manager = "pyenv"\nvenv = "./other"\n')
    maker.fails(problem="shop/other: pyenv cannot put an environment here; ")


def test_pyenv_without_its_plugin(maker: Maker, pyenv: Path) -> None:
    (pyenv / "plugins").unlink()
    maker.marker('manager = "pyenv"\nvenv = "other"\n')
    maker.fails(problem="plugin pyenv-virtualenv, which is not there; to get it: git clone ")


def test_no_pyenv(maker: Maker) -> None:
    maker.marker('manager = "pyenv"\nvenv = "other"\n')
    maker.fails(problem="the command pyenv is not on PATH; install pyenv, as its README says; or, to do without: ")


# ---- conda -----------------------------------------------------------------------------------------------------------


def package(channel: Path, name: str, version: str, files: dict[str, str], **links: str) -> None:
    """A package of conda's in a channel on this disk."""
    place = channel / "noarch"
    place.mkdir(parents=True, exist_ok=True)
    about = {"name": name, "version": version, "build": "0", "build_number": 0, "depends": [], "subdir": "noarch"}
    listed = {"paths_version": 1, "paths": [{"_path": path, "path_type": "hardlink"} for path in files]}
    listed["paths"] += [{"_path": path, "path_type": "softlink"} for path in links.values()]
    inside = {**files, "info/index.json": json.dumps(about), "info/paths.json": json.dumps(listed)}
    inside["info/files"] = "".join(f"{path}\n" for path in [*files, *links.values()])
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        for path, text in inside.items():
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(text.encode()), 0o755
            archive.addfile(member, io.BytesIO(text.encode()))
    data = bz2.compress(raw.getvalue())
    file = place / f"{name}-{version}-0.tar.bz2"
    file.write_bytes(data)
    index = place / "repodata.json"
    known: dict[str, Any] = (
        json.loads(index.read_text()) if index.exists() else {"info": {"subdir": "noarch"}, "packages": {}}
    )
    digests = {"md5": hashlib.md5(data).hexdigest(), "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    known["packages"][file.name] = {**about, **digests}
    index.write_text(json.dumps(known))


@pytest.fixture
def conda(maker: Maker) -> Path:
    """The real conda, and a channel that has a Python which only starts this one, pip, and toy."""
    command = shutil.which("conda") or os.environ.get("CONDA_EXE")
    if command is None:
        pytest.skip("no conda here")
    channel = maker.world.home / "channel"
    python = f'#!/bin/sh\nexec {getattr(sys, "_base_executable", sys.executable)} "$@"\n'
    package(channel, "python", HERE, {"bin/python": python})
    package(channel, "pip", "1.0", {"share/pip": ""})
    package(channel, "toy", "1.0", {"share/toy": "1.0"})
    settings = f"channels: [file://{channel}]\ndefault_channels: []\nenvs_dirs: [{maker.world.home}/envs]\n"
    settings += f"pkgs_dirs: [{maker.world.home}/.cache/conda]\nsolver: classic\nnotify_outdated_conda: false\n"
    maker.world.write(maker.world.home / ".condarc", settings)
    maker.tool(Path(command))
    (maker.world.home / "envs").mkdir()
    (maker.world.home / ".conda").mkdir()
    (maker.world.home / ".conda/environments.txt").write_text("/elsewhere\n")
    return channel


def environment_file(maker: Maker, *packages: str) -> None:
    lines = "".join(f"  - {name}\n" for name in packages)
    maker.write(environment__yml=f"name: shop-env\ndependencies:\n{lines}")


def test_conda(maker: Maker, conda: Path) -> None:
    environment_file(maker, "python", "toy")
    maker.marker("")
    root = maker.made()
    assert root == maker.world.home / "envs/shop-env" and (root / "share/toy").exists()
    environment_file(maker, "python", "toy=9.9")
    maker.fails("rebuild", "--yes")
    environment_file(maker, "python")
    assert maker.made("rebuild", "--yes") == root and not (root / "share/toy").exists()
    assert str(root) in (maker.world.home / ".conda/environments.txt").read_text()
    assert maker.run("remove", "--yes").out == f"{root}: removed\n"
    assert (maker.world.home / ".conda/environments.txt").read_text() == "/elsewhere\n"
    environment_file(maker, "python", "toy=9.9")
    maker.fails()


def test_conda_without_a_file(maker: Maker, conda: Path) -> None:
    maker.marker(f'manager = "conda"\nvenv = "other"\npython = "{MINOR}"\n')
    root = maker.made()
    assert root == maker.world.home / "envs/other" and (root / "share/pip").exists()
    assert maker.run("remove", "--yes").status == 0
    maker.marker('manager = "conda"\nvenv = "./env"\n')
    assert maker.made() == maker.shop / "env"
    assert maker.run("remove", "--yes").status == 0
    maker.marker('manager = "conda"\nvenv = "other"\npython = "2.0"\n')
    maker.fails(problem="making the environment failed")


def test_conda_by_a_lock_file(maker: Maker, conda: Path) -> None:
    environment_file(maker, "python", "toy")
    maker.marker("")
    maker.fails("create", "--locked", problem=".lock: does not exist, so nothing is locked")
    name = maker.fails("create", "--locked").line.split(": ")[1]
    packages = sorted((conda / "noarch").glob("*.tar.bz2"))
    Path(name).write_text("@EXPLICIT\n" + "".join(f"file://{path}\n" for path in packages))
    root = maker.made("create", "--locked")
    assert (root / "share/toy").exists()


def test_conda_takes_no_interpreter_by_its_path(maker: Maker, conda: Path) -> None:
    maker.marker('manager = "conda"\nvenv = "other"\npython = "/usr/bin/python3"\n')
    maker.fails(problem="conda brings its own Python, and takes none by its path; ")


def test_no_conda(maker: Maker) -> None:
    environment_file(maker, "python")
    maker.marker("")
    maker.fails(problem="the command conda is not on PATH; install Miniforge, which has it")
