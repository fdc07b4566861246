"""Where a tool is: given, on PATH, or fetched from its registry into a folder of the benchmark's own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .tools import Tool

BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)
FETCH = {  # run in the folder that is to hold it
    "apt": "apt-get download {package} && dpkg -x {package}_*.deb .",
    "npm": "npm install --no-audit --no-fund --prefix . {package}",
    "pypi": "{python} -m venv . && bin/pip install --quiet --disable-pip-version-check {package}",
}
VERSION = r"\D*?v?(\d+(?:\.\d+)+)"


class NotHere(Exception):
    """Why a tool cannot be measured on this machine."""


def obtain(tool: Tool, folder: Path, given: Mapping[str, Path]) -> Path:
    """The tool's program. Raises NotHere."""
    registry, _, package = tool.origin.partition(" ")
    name = Path(tool.program).name
    if tool.name in given:
        return _found(given[tool.name] / tool.program)
    on_path = shutil.which(name)
    if on_path and registry in FETCH:
        return Path(on_path).resolve()
    if registry not in FETCH:
        raise NotHere(f"in no registry; give a checkout of it: --from {tool.name}=FOLDER")
    place = folder / package.replace("/", "+")
    if not (place / tool.program).exists():
        _fetch(FETCH[registry].format(package=package, python=BASE_PYTHON), place)
    return _found(place / tool.program)


def version(command: str, name: str) -> str:
    """The first version in what COMMAND prints, behind NAME where that is named."""
    said = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False).stdout
    found = re.search(rf"\b{name}" + VERSION, said) or re.search(VERSION, said)
    return found.group(1) if found else "?"


def _fetch(command: str, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    done = subprocess.run(["sh", "-c", command], cwd=place, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise NotHere(f"could not be fetched: {done.stderr.strip().splitlines()[-1:]}")


def _found(program: Path) -> Path:
    if not program.exists():
        raise NotHere(f"{program} does not exist")
    return program
