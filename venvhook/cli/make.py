"""`create`, `rebuild` and `remove`: from an allowed marker to an environment, anew, and away."""

from __future__ import annotations

import os
import sys

from venvhook import create as making
from venvhook.cli import edit, show
from venvhook.cli.wanted import Options, Wanted
from venvhook.create import guard
from venvhook.create.order import Order
from venvhook.create.running import Failed, alone
from venvhook.environment import Environment, Unfit, inspect, settings
from venvhook.errors import VenvhookError, shown
from venvhook.locate import locate
from venvhook.versions import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.order import Recipe
    from venvhook.folders import Folders


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
    sign = os.path.join(root, "pyvenv.cfg")
    found = Environment(root, sign, settings(sign))
    pypy = os.path.lexists(os.path.join(found.bin, "pypy3"))
    version = ".".join(found.version.split(".")[:2])
    return f"pypy{version}" if version and pypy else version


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
        found = inspect(root)
    except Unfit as unfit:
        return unfit.problem
    return f"Python {short(found.version)}"
