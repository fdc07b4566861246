"""What is to be made, and by which commands: what every manager's module gets, and what it answers."""

from __future__ import annotations

import os
from typing import NamedTuple

from venvhook.errors import VenvhookError
from venvhook.system import HERE
from venvhook.windows import places_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from venvhook.create.before import Entry


class Order:
    """An environment that is to be made in ROOT for the project FOLDER; its tools run with ENVIRON.

    `python` is the interpreter, of `version` (3.12.4); conda brings its own: then both are "". `wish` is what was asked
    for, "" for nothing. `fixed`: the marker says where; else the manager itself does. `name`: which of hatch's
    environments. `installs` are pip's arguments.
    `install`: the packages too; `locked`: as the manager's lock file says, and not otherwise.

    A rebuild carries over from the environment that it replaces: `system_packages`, whether that sees the system's
    packages; `kept_prompt`, its own name; `earlier`, its Python's version, for a manager that chooses its Python.
    `said` are the last lines that the tools wrote. `told` is what the person should know, however it ends.
    """

    def __init__(self, folder: str, root: str, python: str, environ: Mapping[str, str]) -> None:
        self.folder, self.root, self.python, self.environ = folder, root, python, dict(environ)
        self.version = self.wish = self.prompt = ""
        self.name = "default"
        self.installs: Sequence[str] = ()
        self.fixed = self.locked = self.system_packages = False
        self.install = True
        self.kept_prompt = self.earlier = ""
        self.said: list[str] = []
        self.told: list[VenvhookError] = []

    @property
    def minor(self) -> str:
        """The version as 3.12."""
        return ".".join(self.version.split(".")[:2])

    @property
    def local(self) -> str:
        """The usual place in the project."""
        return os.path.join(self.folder, ".venv")

    def has(self, *names: str) -> str | None:
        """The path of the first of these files that the project has."""
        paths = [os.path.join(self.folder, name) for name in names]
        return next((path for path in paths if os.path.isfile(path)), None)

    def naming(self) -> list[str]:
        """The option that names the environment, if its activate scripts, which do not all quote it, can bear it."""
        plain = self.prompt.replace("-", "").replace("_", "").replace(".", "").isalnum()
        return [f"--prompt={self.prompt}"] if plain and self.prompt.isascii() else []


class Step(NamedTuple):
    """One command, and what it does, for the person."""

    doing: str
    command: Sequence[str]


class Recipe:
    """How a manager makes what an order says.

    `entries` is its bookkeeping about the environment, which goes with it; `writes` are other files that the commands
    may write; `finish` is done after them.
    """

    def __init__(self, steps: Sequence[Step], entries: Sequence[Entry] = (), writes: Sequence[str] = ()) -> None:
        self.steps, self.entries, self.writes = list(steps), list(entries), list(writes)
        self.finish: Callable[[], None] | None = None


def interpreter(root: str) -> str:
    """The Python that an environment in ROOT will have."""
    return os.path.join(root, HERE.bin, HERE.python)


def requirement_arguments(requirements: Sequence[str], packages: Sequence[str]) -> list[str]:
    """What pip is told to install. VenvhookError for a package that is an option: `-e PATH` is the only one."""
    arguments = [word for path in requirements for word in ("-r", path)]
    for package in packages:
        option, _, path = package.partition(" ")
        if option in ("-e", "--editable") and path.strip():
            arguments += ["-e", path.strip()]
        elif package.startswith("-"):
            remedy = "write options into a requirements file"
            raise VenvhookError(f"{package} in packages is no requirement", remedy=remedy)
        else:
            arguments.append(package)
    return arguments


def which(name: str, environ: Mapping[str, str]) -> str | None:
    """The path of the command NAME; None where no folder of PATH has it: the current one may be a project's."""
    paths = places_of(name, environ.get("PATH", ""), environ.get("PATHEXT", ""))
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), None)


def tool(name: str, order: Order) -> str:
    """The path of a manager's command. VenvhookError, with how to get it or do without, when it is not installed."""
    found = which(name, order.environ)
    if found is None:
        raise missing(name, order)
    return found


def missing(name: str, order: Order, get: str = "") -> VenvhookError:
    """That a manager's command is not installed; GET says how it is, where that is not as most are."""
    by = "uv tool" if _has(order, "uv") and name != "uv" else "pipx"
    get = get or f"to get it: {by} install {name}"
    other = without(name, order)
    remedy = get + (f"; or, to do without: {other} in the marker" if other else "")
    return VenvhookError(f"the command {name} is not on PATH", order.folder, remedy=remedy)


def without(name: str, order: Order) -> str:
    """What a marker says to have pip or uv make the environment instead of the manager NAME; "" where they cannot."""
    manager = 'manager = "uv"' if _has(order, "uv") and name != "uv" else 'manager = "venv"'
    if order.installs or name in ("uv", "virtualenv", "virtualenvwrapper", "pyenv"):
        return manager
    file = order.has("requirements.txt")
    if file:
        return f'{manager} and requirements = ["{os.path.basename(file)}"]'
    text = _text(order.has("pyproject.toml"))
    if order.has("setup.py") or "[project]" in text or "[build-system]" in text:
        return f'{manager} and packages = ["-e ."]'
    return ""


def unlockable(manager: str, order: Order, file: str = "") -> VenvhookError:
    """That `--locked` has nothing to go by."""
    if file:
        path = os.path.join(order.folder, file)
        return VenvhookError("does not exist, so nothing is locked", path, remedy="leave --locked out")
    return VenvhookError(f"{manager} has no lock file", order.folder, remedy="leave --locked out")


def misplaced(manager: str, order: Order) -> VenvhookError:
    """That a manager cannot put its environment where the marker says."""
    remedy = f'take venv = … out of the marker, or make it ".venv": {manager} has no other place of one\'s choice'
    return VenvhookError(f"{manager} cannot put an environment here", order.root, remedy=remedy)


def _has(order: Order, name: str) -> bool:
    return which(name, order.environ) is not None


def _text(path: str | None) -> str:
    if path is None:
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(1 << 20)
