"""Environments of conda, mamba or micromamba: what environment.yml says, else Python and what the marker lists.

conda brings its own interpreter: `python` in the marker is what is asked of it.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys

from venvhook.create.order import Order, Recipe, Step, missing, unlockable
from venvhook.create.venv import pip
from venvhook.errors import VenvhookError
from venvhook.locate import Search
from venvhook.locate.conda import SPECIFICATIONS, roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry

ADD = "conda install"
COMMANDS = ("conda", "mamba", "micromamba")
_SYSTEMS = {"linux": "linux", "darwin": "osx", "win32": "win"}
_MACHINES = {"x86_64": "64", "AMD64": "64", "aarch64": "aarch64", "arm64": "arm64"}


def recipe(order: Order) -> Recipe:
    """An explicit lock file if that is asked for, else environment.yml, else a bare Python; then pip."""
    conda, file = _conda(order), order.has(*SPECIFICATIONS)
    place = ["--prefix", order.root]
    if order.locked:
        command = [conda, "create", "--yes", *place, "--file", _lock(order)]
    elif file and order.install:
        create = ["create", "--yes"] if os.path.basename(conda) == "micromamba" else ["env", "create"]
        command = [conda, *create, "--file", file, *place]
    else:
        command = [conda, "create", "--yes", *place, *_specification(order)]
    return Recipe([Step("making the environment", command), *pip(order)], entries(order))


def again(order: Order, packages: list[str]) -> Step:
    """Install PACKAGES (NAME=VERSION), which a rebuild would lose."""
    return Step("installing again", [_conda(order), "install", "--yes", "--prefix", order.root, *packages])


def entries(order: Order) -> list[Entry]:
    """The line in conda's list of all environments."""
    return [Line(os.path.join(Search(order.folder, order.environ).home(), ".conda", "environments.txt"), order.root)]


def _conda(order: Order) -> str:
    """The command: what CONDA_EXE says, on PATH, or where conda is installed."""
    named = [order.environ.get("CONDA_EXE") or "", order.environ.get("MAMBA_EXE") or ""]
    found = [shutil.which(name, path=order.environ.get("PATH")) for name in COMMANDS]
    inside = [os.path.join(root, "bin", "conda") for root in roots(Search(order.folder, order.environ))]
    for path in [*named, *found, *inside]:
        if path and os.access(path, os.X_OK):
            return path
    raise missing("conda", order, "install Miniforge, which has it")


def _specification(order: Order) -> list[str]:
    """What conda is asked for, in its own words, by what the marker asks for."""
    wish = order.wish or order.earlier
    if "/" in wish or os.sep in wish:
        problem = "conda brings its own Python, and takes none by its path"
        raise VenvhookError(problem, wish, remedy='ask for a version: python = "3.12"')
    if wish.startswith("pypy"):
        return [wish, "pip"]
    version = wish[len("python") :] if wish.startswith("python") else wish
    return [f"python{'=' if version[:1].isdigit() else ''}{version}", "pip"]


def _lock(order: Order) -> str:
    """The explicit specification for this platform, `conda-linux-64.lock`, as conda-lock names it."""
    name = (
        f"conda-{_SYSTEMS.get(sys.platform, sys.platform)}-{_MACHINES.get(platform.machine(), platform.machine())}.lock"
    )
    found = order.has(name)
    if found is None:
        raise unlockable("conda", order, name)
    return found


class Line:
    """One line of a file; the others are other environments."""

    def __init__(self, path: str, line: str) -> None:
        self.path, self.line = path, line

    def now(self) -> object:
        return True if self.line in self._read() else None

    def put(self, state: object) -> None:
        lines = self._read()
        if state or self.line not in lines:
            return
        with open(self.path, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(line + "\n" for line in lines if line != self.line)

    def about(self, root: str) -> bool:
        return root == self.line

    def _read(self) -> list[str]:
        try:
            with open(self.path, encoding="utf-8", errors="surrogateescape") as file:
                return file.read().splitlines()
        except OSError:
            return []
