"""`create`, `rebuild` and `remove`: from an allowed marker to an environment, anew, and away."""

from __future__ import annotations

import contextlib
import os
import sys

from venvhook import create as making
from venvhook import pythons
from venvhook.cli import edit, place, show
from venvhook.create import guard
from venvhook.create.order import Order, requirement_arguments
from venvhook.create.running import Failed, alone
from venvhook.create.wish import own_wish
from venvhook.environment import Unfit, inspect
from venvhook.errors import VenvhookError, shown
from venvhook.locate import auto, is_name, locate, resolve
from venvhook.managers import NAMED
from venvhook.project import Notice
from venvhook.versions import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.order import Recipe
    from venvhook.environment import Environment
    from venvhook.folders import Folders
    from venvhook.locate import Search
    from venvhook.marker import Marker
    from venvhook.project import Project

# What an active environment exports: it would make a tool install there. Also what would make it speak in colours.
_MISLEADING = (
    "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_SHLVL", "PYTHONHOME", "PYTHONPATH",
    "__PYVENV_LAUNCHER__", "PIPENV_ACTIVE", "POETRY_ACTIVE", "HATCH_ENV_ACTIVE", "PYENV_VIRTUAL_ENV", "FORCE_COLOR",
    "CLICOLOR_FORCE", "PY_COLORS",
)  # fmt: skip


class Options:
    """What the person said on the command line."""

    __slots__ = ("install", "locked", "python")

    def __init__(self, python: str | None = None, install: bool = True, locked: bool = False) -> None:
        self.python, self.install, self.locked = python, install, locked


class Wanted:
    """An allowed project and where its environment is, or would be."""

    def __init__(self, folders: Folders, directory: str | None) -> None:
        self.folders = folders
        self.asked: Project = place.asked(folders, place.project(folders, directory))
        self.meaning = self._allowed()
        self.search: Search = locate(self.asked.folder, self.meaning, self.asked.environ)
        self.root = self.search.chosen.path if self.search.chosen else os.path.join(self.asked.folder, ".venv")
        problem = self.search.problem
        if problem and not isinstance(problem, Unfit):
            raise problem  # what is in the way is no environment: a manager's file that is missing or cannot be read
        guard.keep_off(self.root, self.asked.folder, folders.home)

    def nothing_left(self) -> Wanted:
        """The same. VenvhookError for what a rebuild that was cut off has left."""
        left = making.left_over(self.root)
        if left:
            raise left
        return self

    def _allowed(self) -> Marker:
        try:
            self.asked.read()
            meaning = self.asked.judge()
            self.asked.owned(self.asked.marker_path, self.asked.folder)
            return meaning
        except Notice as notice:
            raise place.told(notice, self.asked.marker_path) from None

    @property
    def fixed(self) -> bool:
        """Whether the marker says where, not only by a name."""
        venv = self.meaning.venv
        return venv is not None and not (self.meaning.manager in NAMED and is_name(venv))

    @property
    def manager(self) -> str:
        """The manager that the marker names, else the one whose place was found, else whose files the project has."""
        if self.meaning.manager not in (None, "auto"):
            return str(self.meaning.manager)
        if self.fixed and not (self.meaning.requirements or self.meaning.packages):
            able = (each for each in auto.managers(self.search) if each != "conda")
            return next(able, "venv")
        chosen = self.search.chosen
        return chosen.manager if chosen and chosen.manager != "auto" else "venv"

    @property
    def name(self) -> str:
        """Which of hatch's environments."""
        return self.meaning.venv if self.meaning.venv and not self.fixed else "default"

    def order(self, options: Options, otherwise: str = "") -> Order:
        """What the marker asks for; with a Python like OTHERWISE where nobody asks for one."""
        asked, meaning = self.asked, self.meaning
        order = Order(asked.folder, self.root, "", self._environ())
        order.fixed, order.install, order.locked = self.fixed, options.install, options.locked
        order.prompt = meaning.prompt or os.path.basename(asked.folder)
        order.name = self.name
        self._choose(order, options.python, otherwise)
        listed = bool(meaning.requirements or meaning.packages) and options.install
        if listed and not making.has_own_list(self.manager):
            files = [resolve(asked.folder, entry, asked.environ) for entry in meaning.requirements]
            _exist(files)
            order.installs = requirement_arguments(files, meaning.packages)
        elif listed:
            show.note(f"left out: requirements and packages; {self.manager} installs what its own files list")
        return order

    def _environ(self) -> dict[str, str]:
        """What the tools run with: the marker's variables too, which may say where packages come from.

        Those that the place was found by stay as they are outside; and nothing of the environment itself is on PATH.
        """
        outside = self.asked.environ
        environ = {name: value for name, value in outside.items() if name not in _MISLEADING}
        try:
            values = self.asked.values(self.meaning)
        except Notice as notice:
            raise place.told(notice, self.asked.marker_path) from None
        placing = {condition[1] for condition in self.search.conditions if condition[0] == "variable"}
        for name, value in values.items():
            if name not in placing:
                environ.pop(name, None)
                environ.update({} if value is None else {name: value})
        path = [each for each in environ.get("PATH", os.defpath).split(os.pathsep) if not guard.within(each, self.root)]
        return {**environ, "PATH": os.pathsep.join(path), "PIP_USER": "0", "NO_COLOR": "1"}

    def _choose(self, order: Order, named: str | None, otherwise: str) -> None:
        """Give ORDER its Python: NAMED, the marker's, one like OTHERWISE, what the project asks for, or our own."""
        order.wish = named or self.meaning.python or ""
        if self.manager == "conda":
            return
        with show.working("looking for the interpreter"):
            found = self._python(named or self.meaning.python, otherwise)
        order.python, order.version = found.path, found.version

    def _python(self, wish: str | None, otherwise: str) -> pythons.Interpreter:
        ask = (self.folders.cache, self.asked.environ)
        if wish:
            return pythons.choose(wish, self.asked.folder, *ask)
        with contextlib.suppress(VenvhookError):
            if otherwise:
                return pythons.choose(otherwise, self.asked.folder, *ask)
        return pythons.fitting(own_wish(self.asked.folder), *ask)


def create(folders: Folders, directory: str | None, options: Options) -> None:
    """Make the environment. VenvhookError, and nothing changed on disk, where it cannot be made."""
    wanted = Wanted(folders, directory).nothing_left()
    root = wanted.root
    if os.path.lexists(root):
        remade = guard.was_environment(root) and not os.path.islink(root)
        remedy = "to make it anew: venvhook rebuild" if remade else "move it away, or name another with venv = …"
        problem = "exists already" if guard.is_environment(root) else "exists, and is no environment"
        raise VenvhookError(problem, root, remedy=remedy)
    order = wanted.order(options)
    _make(wanted, order, making.recipe(wanted.manager, order), None)
    _remember(wanted, options.python)


def rebuild(folders: Folders, directory: str | None, options: Options) -> None:
    """Make the environment anew, with the Python that it had unless the marker asks for another one."""
    wanted = Wanted(folders, directory).nothing_left()
    old = wanted.root if os.path.lexists(wanted.root) else None
    if os.path.islink(wanted.root):
        remedy = "to take the link away and make an environment there: venvhook remove, venvhook create"
        raise VenvhookError(f"is a link, to {os.path.realpath(wanted.root)}", wanted.root, remedy=remedy)
    if old:
        guard.removable(old, wanted.asked.folder, folders.home, damaged=True)
    order = wanted.order(options, _version(old) if old else "")
    _make(wanted, order, making.recipe(wanted.manager, order), old)
    _remember(wanted, options.python)


def _make(wanted: Wanted, order: Order, how: Recipe, old: str | None) -> None:
    try:
        with alone(wanted.asked.marker_path):
            found = making.remake(old, order, how, show.working) if old else making.make(order, how, show.working)
    except Failed as failed:
        print(failed.output, file=sys.stderr)
        raise
    made = "made anew" if old else "made"
    source = f"{wanted.manager}, {order.python}" if order.python else wanted.manager
    show.line(f"{found.root}: {made} with Python {short(found.version)} ({source})")
    search = locate(wanted.asked.folder, wanted.meaning, wanted.asked.environ)
    if search.found is None or os.path.realpath(search.found.root) != os.path.realpath(found.root):
        other = search.chosen.path if search.chosen else "none"
        show.note(f"but the project's environment is {other}; to see why: venvhook status")


def _remember(wanted: Wanted, named: str | None) -> None:
    """Write the Python that the person NAMED into the marker, where it says another one or none; and allow that."""
    if not named or named == wanted.meaning.python:
        return
    try:
        edit.change(wanted.folders, wanted.asked, {"python": named})
        show.line(f'{wanted.asked.marker_path}: python = "{named}" is noted there, and allowed')
    except VenvhookError as error:
        show.note(f'{error}; to have it asked for from now on, write python = "{named}" there')


def _version(root: str) -> str:
    """The version, such as 3.12, of the Python that ROOT has, or had before that was taken away; with its kind."""
    from venvhook.environment import Environment, settings

    sign = os.path.join(root, "pyvenv.cfg")
    found = Environment(root, sign, settings(sign))
    pypy = os.path.lexists(os.path.join(found.bin, "pypy3"))
    version = ".".join(found.version.split(".")[:2])
    return f"pypy{version}" if version and pypy else version


def _exist(files: list[str]) -> None:
    for path in files:
        if not os.path.isfile(path):
            raise VenvhookError("does not exist", path, remedy="write it, or take it out of requirements in the marker")


def remove(folders: Folders, directory: str | None, yes: bool) -> None:
    """Delete the environment, after asking."""
    wanted = Wanted(folders, directory)
    root, folder = wanted.root, wanted.asked.folder
    guard.removable(root, folder, folders.home)
    if not yes:
        _ask(root)
    about = Order(folder, root, "", wanted.asked.environ)
    about.name = wanted.name
    entries = making.entries(wanted.manager, about)
    with alone(wanted.asked.marker_path):
        left = making.remove(root, folder, entries)
    show.line(f"{root}: removed" + (f"; it was a link, and {left} was left as it is" if left else ""))


def _ask(root: str) -> None:
    if not sys.stdin.isatty():
        remedy = "to do it without being asked: venvhook remove --yes"
        raise VenvhookError("is only deleted when you say so", root, remedy=remedy)
    import typer

    if not typer.confirm(shown(f"delete the environment {root} ({_described(root)})?"), err=True):
        raise VenvhookError("was not deleted", root)


def _described(root: str) -> str:
    if os.path.islink(root):
        return f"a link to {os.path.realpath(root)}"
    try:
        found: Environment = inspect(root)
    except Unfit as unfit:
        return unfit.problem
    return f"Python {short(found.version)}"
