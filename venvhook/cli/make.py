"""`create`, `rebuild` and `remove`: from an allowed marker to an environment, anew, and away."""

from __future__ import annotations

import os
import sys

from venvhook import create as making
from venvhook import pythons
from venvhook.cli import place, show
from venvhook.create import Failed, Order
from venvhook.environment import Unfit, inspect
from venvhook.errors import VenvhookError
from venvhook.locate import locate, resolve
from venvhook.project import Notice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create import Step
    from venvhook.environment import Environment
    from venvhook.folders import Folders
    from venvhook.locate import Search
    from venvhook.marker import Marker
    from venvhook.project import Project

# What would make a tool install elsewhere than into the new environment.
_MISLEADING = ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")


class Wanted:
    """An allowed project and where its environment is, or would be."""

    def __init__(self, folders: Folders, directory: str | None) -> None:
        self.folders = folders
        self.asked: Project = place.asked(folders, place.project(folders, directory))
        self.meaning = self._allowed()
        self.search: Search = locate(self.asked.folder, self.meaning, self.asked.environ)
        self.root = self.search.chosen.path if self.search.chosen else os.path.join(self.asked.folder, ".venv")
        problem = self.search.problem
        if problem and not isinstance(problem, Unfit) and os.path.lexists(self.root):
            raise problem  # what is in the way is no environment: a manager's file that cannot be read
        making.keep_off(self.root, self.asked.folder, folders.home)

    def _allowed(self) -> Marker:
        try:
            self.asked.read()
            meaning = self.asked.judge()
            self.asked.owned(self.asked.marker_path, self.asked.folder)
            return meaning
        except Notice as notice:
            raise place.told(notice, self.asked.marker_path) from None

    @property
    def manager(self) -> str:
        """The manager that the marker names, else the one whose place was found."""
        if self.meaning.manager not in (None, "auto"):
            return str(self.meaning.manager)
        chosen = self.search.chosen
        return chosen.manager if chosen and chosen.manager != "auto" else "venv"

    def order(self, python: pythons.Interpreter, install: bool) -> Order:
        """What the marker asks for, made with PYTHON."""
        asked, meaning = self.asked, self.meaning
        order = Order(asked.folder, self.root, python.path, self._environ())
        order.prompt = meaning.prompt or os.path.basename(asked.folder)
        if install:
            files = [resolve(asked.folder, entry, asked.environ) for entry in meaning.requirements]
            _exist(files)
            order.installs = making.requirement_arguments(files, meaning.packages)
        return order

    def _environ(self) -> dict[str, str]:
        """What the tools run with: the marker's variables too, which may say where packages come from."""
        environ = {name: value for name, value in self.asked.environ.items() if name not in _MISLEADING}
        try:
            values = self.asked.values(self.meaning)
        except Notice as notice:
            raise place.told(notice, self.asked.marker_path) from None
        for name, value in values.items():
            environ.pop(name, None)
            environ.update({} if value is None else {name: value})
        return {**environ, "PIP_USER": "0"}

    def python(self, named: str | None, otherwise: str = "") -> pythons.Interpreter:
        """The interpreter that was NAMED, that the marker asks for, OTHERWISE if it is there, or venvhook's own."""
        with show.working("looking for the interpreter"):
            ask = (self.asked.folder, self.folders.cache, self.asked.environ)
            wish = named or self.meaning.python
            if wish is None and otherwise:
                try:
                    return pythons.choose(otherwise, *ask)
                except VenvhookError:
                    return pythons.own()
            return pythons.choose(wish, *ask)


def create(folders: Folders, directory: str | None, python: str | None, install: bool) -> None:
    """Make the environment. VenvhookError, and nothing changed on disk, where it cannot be made."""
    wanted = Wanted(folders, directory)
    if os.path.lexists(wanted.root):
        remade = making.was_environment(wanted.root) and not os.path.islink(wanted.root)
        remedy = "to make it anew: venvhook rebuild" if remade else "move it away, or name another with venv = …"
        problem = "exists already" if making.is_environment(wanted.root) else "exists, and is no environment"
        raise VenvhookError(problem, wanted.root, remedy=remedy)
    order = wanted.order(wanted.python(python), install)
    _made(order, making.steps(wanted.manager, order), anew=False)


def rebuild(folders: Folders, directory: str | None) -> None:
    """Make the environment anew, with the Python that it had unless the marker asks for another one."""
    wanted = Wanted(folders, directory)
    there = os.path.lexists(wanted.root)
    if os.path.islink(wanted.root):
        remedy = "to take the link away and make an environment there: venvhook remove, venvhook create"
        raise VenvhookError(f"is a link, to {os.path.realpath(wanted.root)}", wanted.root, remedy=remedy)
    if there and not making.was_environment(wanted.root):
        raise VenvhookError("is no environment", wanted.root, remedy="move it away, then: venvhook create")
    order = wanted.order(wanted.python(None, _version(wanted.root) if there else ""), install=True)
    _made(order, making.steps(wanted.manager, order), anew=there)


def _made(order: Order, todo: list[Step], anew: bool) -> None:
    try:
        found = (making.remake if anew else making.make)(order, todo, show.working)
    except Failed as failed:
        print(failed.output, file=sys.stderr)
        raise
    show.line(f"{found.root}: {'made anew' if anew else 'made'} with Python {found.version} ({order.python})")


def _version(root: str) -> str:
    """The version, such as 3.12, of the Python that ROOT has, or had before that was taken away."""
    from venvhook.environment import Environment, settings

    sign = os.path.join(root, "pyvenv.cfg")
    version = Environment(root, sign, settings(sign)).version
    return ".".join(version.split(".")[:2])


def _exist(files: list[str]) -> None:
    for path in files:
        if not os.path.isfile(path):
            raise VenvhookError("does not exist", path, remedy="write it, or take it out of requirements in the marker")


def remove(folders: Folders, directory: str | None, yes: bool) -> None:
    """Delete the environment, after asking."""
    wanted = Wanted(folders, directory)
    making.removable(wanted.root, wanted.asked.folder, folders.home)
    if not yes:
        _ask(wanted.root)
    left = making.remove(wanted.root, wanted.asked.folder)
    show.line(f"{wanted.root}: removed" + (f"; it was a link, and {left} was left as it is" if left else ""))


def _ask(root: str) -> None:
    if not sys.stdin.isatty():
        raise VenvhookError("is only deleted when you say so", root, remedy="to do it without being asked: --yes")
    import typer

    from venvhook.errors import shown

    if not typer.confirm(shown(f"delete the environment {root} ({_described(root)})?"), err=True):
        raise VenvhookError("was not deleted", root)


def _described(root: str) -> str:
    if os.path.islink(root):
        return f"a link to {os.path.realpath(root)}"
    try:
        found: Environment = inspect(root)
    except Unfit as unfit:
        return unfit.problem
    return f"Python {found.version}"
