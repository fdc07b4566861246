"""Several projects beside each other, with packages and Pythons of their own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Callable

import pytest

from venvhook.environment import inspect, version_fits

from . import creating
from .creating import KITS, Maker, pypy

index, maker, with_tool = creating.index, creating.maker, creating.with_tool  # fixtures

WithTool = Callable[[str], Maker]
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def project(maker: Maker, name: str, marker: str, needs: str) -> Path:
    folder = maker.world.project(name)
    (folder / "requirements.txt").write_text(needs)
    maker.marker(f'requirements = ["requirements.txt"]\n{marker}', folder)
    return folder


def test_each_project_has_its_own_version_of_a_package(maker: Maker) -> None:
    """Two that need different ones, and a third with another Python beside them."""
    one = project(maker, "one", "", "toy==1.0\n")
    two = project(maker, "two", "", "toy==2.0\n")
    other = project(maker, "other", f'python = "{pypy()}"\n', "toy\n")
    roots = [maker.made(folder=folder) for folder in (one, two, other)]
    assert roots == [folder / ".venv" for folder in (one, two, other)]
    assert [maker.toy(root) for root in roots] == ["1.0", "2.0", "2.0"]
    kinds = [maker.asks(root, "import sys; print(sys.implementation.name)") for root in roots]
    assert kinds == ["cpython", "cpython", "pypy"]
    for folder, version in ((one, "1.0"), (two, "2.0"), (other, "2.0")):
        said = maker.run("run", "python", "-c", "import toy; print(toy.VERSION)", folder=folder)
        assert said.out == f"{version}\n", said.err
    known = {entry["project"]: entry for entry in json.loads(maker.run("list", "--json").out)}
    assert [known[str(each)]["healthy"] for each in (one, two, other)] == [True, True, True]


# pipenv itself needs 3.10 in an environment by now, and pdm, below that, a package of its own from the index
@pytest.mark.parametrize("manager", ["venv", "virtualenv", "uv", "uv sync", "poetry", "hatch"])
def test_pypy(with_tool: WithTool, manager: str) -> None:
    path = pypy()
    maker = with_tool(manager)
    version = maker.world.run(maker.shop, path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    KITS[manager].lay(maker, marker=f'python = "pypy{version}"\n')
    before = maker.paths()
    root = maker.made()
    assert maker.asks(root, "import sys; print(sys.implementation.name)") == "pypy" and maker.toy(root) == "1.0"
    assert version_fits(inspect(str(root)), f"pypy{version}")
    assert maker.made("rebuild", "--yes") == root
    assert maker.run("remove", "--yes").status == 0
    assert not any("site-packages" in path for path in maker.paths() - before)


def test_pythons(maker: Maker) -> None:
    version = maker.world.run(maker.shop, pypy(), "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    maker.marker(f'python = "pypy{version}"\n')
    found = json.loads(maker.run("pythons", "--json").out)
    assert [each["kind"] for each in found["pythons"] if each["chosen"]] == ["PyPy"]
    maker.marker('python = ">=3.9"\n')
    (chosen,) = [each for each in json.loads(maker.run("pythons", "--json").out)["pythons"] if each["chosen"]]
    assert chosen["kind"] == "CPython" and chosen["version"].startswith(HERE)
    maker.marker('python = "3.99"\n')
    out = maker.run("pythons").out
    assert "no Python 3.99 on this machine; there are " in out and "to get it: uv python install 3.99" in out


def test_what_the_project_itself_asks_for(maker: Maker) -> None:
    """No `python` in the marker."""
    maker.marker("")
    for name, text in {
        "Pipfile": '[requires]\npython_version = "3.99"\n',
        "pyproject.toml": '[project]\nrequires-python = ">=3.98,<4"\n',
        ".python-version": "3.97\n",
    }.items():
        maker.world.write(maker.shop / name, text)
        wanted = text.split('"')[1] if '"' in text else text.strip()
        if name == "pyproject.toml":
            (maker.shop / "Pipfile").unlink()
        maker.marker('manager = "venv"\n')
        maker.fails(problem=f"no Python {wanted} on this machine; there are ")
    (maker.shop / ".python-version").write_text(f"{HERE}\n")
    assert maker.asks(maker.made(), "import sys; print(sys.version_info[1])") == str(sys.version_info[1])


def test_no_version_managers_shim_is_started(maker: Maker) -> None:
    shims = maker.world.home / "shims"
    shims.mkdir()
    for name in ("python", "python3", "python3.99"):
        (shims / name).write_text(f"#!/bin/sh\necho started >> {maker.world.home}/started\nexit 1\n")
        (shims / name).chmod(0o755)
    maker.world.environ["PATH"] = f"{shims}:{maker.world.environ['PATH']}"
    assert maker.run("pythons").status == 0
    assert not os.path.exists(maker.world.home / "started")
