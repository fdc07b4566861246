"""Environments of conda, mamba or micromamba: what environment.yml says, else Python and what the marker lists.

conda brings its own interpreter: `python` in the marker is what is asked of it.
"""

from __future__ import annotations

import os
import platform

from venvhook.create.order import Order, Recipe, Step, missing, unlockable, which
from venvhook.create.venv import pip
from venvhook.errors import VenvhookError
from venvhook.locate import Search
from venvhook.locate.conda import SPECIFICATIONS, roots
from venvhook.system import HERE, WINDOWS, System, alike, decode, encode, is_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry

ADD = "conda install"
COMMANDS = ("conda", "mamba", "micromamba")
_SYSTEMS = {"linux": "linux", "macos": "osx", "windows": "win"}
_MACHINES = {"x86_64": "64", "AMD64": "64", "aarch64": "aarch64", "arm64": "arm64", "ARM64": "arm64"}


def recipe(order: Order) -> Recipe:
    """An explicit lock file if that is asked for, else environment.yml, else a bare Python; then pip."""
    conda, file = _conda(order), order.has(*SPECIFICATIONS)
    place = ["--prefix", order.root]
    if order.locked:
        command = [conda, "create", "--yes", *place, "--file", _lock(order)]
    elif file and order.install:
        create = ["create", "--yes"] if _named(conda) == "micromamba" else ["env", "create"]
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
    found = [which(name, order.environ) or "" for name in COMMANDS]
    inside = [path for root in roots(Search(order.folder, order.environ)) for path in programs(root)]
    for path in [*named, *found, *inside]:
        if os.path.isabs(path) and os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    raise missing("conda", order, "install Miniforge, which has it")


def programs(root: str, system: System = HERE) -> list[str]:
    """Where conda's command may be in the folder ROOT that conda is installed in, the best first.

    On Windows the program itself comes before `condabin\\conda.bat`: cmd.exe reads what it is given in its own way.
    """
    if system is not WINDOWS:
        return [system.path.join(root, "bin", "conda")]
    inside = (("Scripts", "conda.exe"), ("condabin", "conda.bat"), ("Library", "bin", "micromamba.exe"))
    return [system.path.join(root, *parts) for parts in inside]


def _named(command: str, system: System = HERE) -> str:
    """The name of COMMAND, a path: `conda` of `conda.exe`, too."""
    base: str = system.path.basename(command)
    return next((base[: -len(end)] for end in system.endings if end and base.lower().endswith(end)), base)


def _specification(order: Order) -> list[str]:
    """What conda is asked for, in its own words, by what the marker asks for."""
    wish = order.wish or order.earlier
    if is_path(wish):
        problem = "conda brings its own Python, and takes none by its path"
        raise VenvhookError(problem, wish, remedy='ask for a version: python = "3.12"')
    if wish.startswith("pypy"):
        return [wish, "pip"]
    version = wish[len("python") :] if wish.startswith("python") else wish
    return [f"python{'=' if version[:1].isdigit() else ''}{version}", "pip"]


def _lock(order: Order) -> str:
    """The explicit specification for this platform, `conda-linux-64.lock`, as conda-lock names it."""
    name = lock_name(platform.machine())
    found = order.has(name)
    if found is None:
        raise unlockable("conda", order, name)
    return found


def lock_name(machine: str, system: System = HERE) -> str:
    """What conda-lock calls the explicit specification for the processor MACHINE, as `platform.machine` names it."""
    return f"conda-{_SYSTEMS[system.name]}-{_MACHINES.get(machine, machine)}.lock"


class Line:
    """One line of a file, that is a path; the others are other environments, and stay byte for byte."""

    def __init__(self, path: str, line: str) -> None:
        self.path, self.line = path, line

    def now(self) -> object:
        return True if any(map(self._is_it, self._read())) else None

    def put(self, state: object) -> None:
        lines = self._read()
        others = [line for line in lines if not self._is_it(line)]
        if state or len(others) == len(lines):
            return
        with open(self.path, "wb") as file:
            file.writelines(others)

    def about(self, root: str) -> bool:
        return alike(root) == alike(self.line)

    def _is_it(self, line: bytes) -> bool:
        return encode(alike(decode(line.strip(b"\r\n")))) == encode(alike(self.line))

    def _read(self) -> list[bytes]:
        try:
            with open(self.path, "rb") as file:
                return file.read().splitlines(keepends=True)
        except OSError:
            return []
