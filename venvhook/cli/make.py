"""`create`, `rebuild` and `remove`: from an allowed marker to an environment, anew, and away."""

from __future__ import annotations

import os
import sys

from venvhook import create as making
from venvhook.cli import allow, edit, show
from venvhook.cli.wanted import Options, Wanted
from venvhook.create import guard, packages
from venvhook.create.before import Redirect
from venvhook.create.order import Order
from venvhook.create.running import Failed, alone, unfinished
from venvhook.environment import Environment, Unfit, inspect, settings
from venvhook.errors import VenvhookError, shown
from venvhook.files import is_link
from venvhook.locate import locate
from venvhook.versions import short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry
    from venvhook.create.order import Recipe
    from venvhook.folders import Folders


def create(folders: Folders, directory: str | None, options: Options) -> None:
    """Make the environment. VenvhookError, and nothing changed on disk, where it cannot be made."""
    wanted = Wanted(folders, directory).nothing_left()
    root = wanted.root
    if os.path.lexists(root):
        half = root == unfinished(folders.data, wanted.asked.folder)
        remade = (half or guard.was_environment(root)) and not is_link(root)
        remedy = "to make it anew: venvhook rebuild" if remade else "move it away, or name another with venv = …"
        problem = "exists already" if guard.is_environment(root) else "exists, and is no environment"
        raise VenvhookError(problem, root, remedy=remedy)
    order = wanted.order(options)
    _make(wanted, order, making.recipe(wanted.manager, order), None)
    _remember(wanted, options.python)


def rebuild(folders: Folders, directory: str | None, options: Options) -> None:
    """Make the environment again, as the kind that it was, with the Python that it had unless another one is asked for.

    Asks before an environment outside of the project is replaced, and before packages are lost.
    """
    wanted = Wanted(folders, directory).nothing_left()
    old = wanted.root if os.path.lexists(wanted.root) else None
    if is_link(wanted.root):
        remedy = "to take the link away and make an environment there: venvhook remove, venvhook create"
        raise VenvhookError(f"is a link, to {os.path.realpath(wanted.root)}", wanted.root, remedy=remedy)
    if old:
        _removable(wanted, damaged=True)
        _same_kind(wanted)
        odd = _odd_place(wanted)
        if odd:
            question = f"delete the environment {old} ({_described(old)}){odd}, and make it again?"
            _ask(question, "rebuild", old, options.yes)
    order = wanted.order(options, _version(old) if old else "")
    half = old == unfinished(folders.data, wanted.asked.folder)  # of that, nothing is worth a question
    if old and not half:
        _carry(order, wanted, old)
    _make(wanted, order, making.recipe(wanted.manager, order), old, options.yes or half)
    _remember(wanted, options.python)


def _odd_place(wanted: Wanted) -> str:
    """What the person should know of where the environment is before it is deleted, as a part of the question."""
    before = wanted.asked.moved(wanted.root)
    parts = [] if guard.inside(wanted.root, wanted.asked.folder) else ["not in the project"]
    parts += [f"not the one that you allowed ({before})"] if before else []
    return f", which is {' and '.join(parts)}" if parts else ""


def _removable(wanted: Wanted, damaged: bool = False) -> None:
    """VenvhookError where the environment must not be deleted."""
    folders = wanted.folders
    own = (folders.data, folders.cache, folders.config)
    half = unfinished(folders.data, wanted.asked.folder)
    guard.removable(wanted.root, wanted.asked.folder, folders.home, damaged, own, half)


def _same_kind(wanted: Wanted) -> None:
    """VenvhookError where what would be made is of another kind than what is there."""
    root, manager = wanted.root, wanted.manager
    if os.path.exists(os.path.join(root, "conda-meta", "pixi")):
        raise VenvhookError("is pixi's environment", root, remedy="to make it again: pixi reinstall")
    conda = guard.is_conda(root)
    if conda == (manager == "conda") or not (conda or guard.is_environment(root)):
        return
    kind = "a conda environment" if conda else "not a conda environment"
    remedy = "if you want that: venvhook remove, then venvhook create"
    raise VenvhookError(f"is {kind}, and {manager} would make another kind in its place", root, remedy=remedy)


def _carry(order: Order, wanted: Wanted, old: str) -> None:
    """Give ORDER what the marker does not say and the environment OLD does."""
    said = settings(os.path.join(old, "pyvenv.cfg"))
    order.system_packages = said.get("include-system-site-packages", "").lower() == "true"
    if wanted.meaning.prompt is None:
        order.kept_prompt = Environment(old, os.path.join(old, "pyvenv.cfg"), said).prompt
        order.prompt = order.kept_prompt or order.prompt


def _make(wanted: Wanted, order: Order, how: Recipe, old: str | None, yes: bool = False) -> None:
    done: list[str] = []

    def settle(aside: str, found: Environment) -> None:
        done.extend(_settle(order, aside, found, yes))

    try:
        with alone(wanted.folders.data, wanted.asked.folder, order.root):
            found = (
                making.remake(old, order, how, show.working, settle) if old else making.make(order, how, show.working)
            )
    except Failed as failed:
        print(failed.output, file=sys.stderr)
        raise
    finally:
        for each in order.told:
            show.note(str(each))
    made = "made anew" if old else "made"
    source = f"{wanted.manager}, {order.python}" if order.python else wanted.manager
    show.line(f"{found.root}: {made} with Python {short(found.version)} ({source})")
    for line in done:
        show.line(line)
    search = locate(wanted.asked.folder, wanted.meaning, wanted.asked.environ)
    if search.found is None or os.path.realpath(search.found.root) != os.path.realpath(found.root):
        other = search.chosen.path if search.chosen else "none"
        show.note(f"but the project's environment is {other}; to see why: venvhook status")
    elif search.chosen:
        allow.remember_place(wanted.folders, wanted.asked, search.chosen.path)


def _settle(order: Order, aside: str, found: Environment, yes: bool) -> list[str]:
    """Let the person decide about what only the old environment, now in ASIDE, has; the line that tells of it."""
    gone, files = packages.lost(aside, found.root), packages.files_lost(aside, found.root)
    if not gone and not files:
        return []
    named = ", ".join([*map(str, gone), *files])
    answer = "drop" if yes else _chosen(found.root, len(gone) + len(files), named)
    if answer == "cancel":
        raise VenvhookError("was not rebuilt: it is as it was", found.root)
    if answer == "install":
        making.install_again(order, gone, show.working)
        packages.carry(aside, found.root, files)
    return [f"{'installed again' if answer == 'install' else 'not kept'}: {named}"]


def _chosen(root: str, count: int, named: str) -> str:
    """Ask what happens with NAMED, which a rebuild of ROOT would lose: "install", "drop" or "cancel"."""
    if not sys.stdin.isatty():
        problem = f"would lose {named}, so it is as it was"
        remedy = "to do without them: venvhook rebuild --yes; or list them in the marker"
        raise VenvhookError(problem, root, remedy=remedy)
    import typer

    show.note(f"the new environment lacks what was in the old one ({count}): {named}")
    words = {"i": "install", "d": "drop", "c": "cancel"}
    while True:
        answer = str(typer.prompt("install them again (i), drop them (d), or cancel (c)?", default="c", err=True))
        if answer.strip().lower()[:1] in words:
            return words[answer.strip().lower()[:1]]


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
    conda = guard.is_conda(root)
    sign = os.path.join(root, "conda-meta" if conda else "pyvenv.cfg")
    found = Environment(root, sign, {} if conda else settings(sign))
    pypy = os.path.lexists(os.path.join(found.bin, "pypy3"))
    version = ".".join(found.version.split(".")[:2])
    return f"pypy{version}" if version and pypy else version


def remove(folders: Folders, directory: str | None, yes: bool) -> None:
    """Delete the environment, after asking."""
    wanted = Wanted(folders, directory)
    root, folder = wanted.root, wanted.asked.folder
    _removable(wanted)
    others = ", ".join([] if is_link(root) else packages.files_lost(root, os.path.join(root, ".none")))
    held = f", with what is no part of an environment: {others}" if others else ""
    _ask(f"delete the environment {root} ({_described(root)}){_odd_place(wanted)}{held}?", "remove", root, yes)
    with alone(folders.data, folder, root):
        left = making.remove(root, folder, _entries(wanted))
    show.line(f"{root}: removed" + (f"; it was a link, and {left} was left as it is" if left else ""))


def _entries(wanted: Wanted) -> list[Entry]:
    """What goes with the environment: what its manager has noted, and the `.venv` file that a tool wrote beside it.

    A `.venv` file by which the environment was found stays: it says where the next one is to be made.
    """
    root, folder = wanted.root, wanted.asked.folder
    about = Order(folder, root, "", wanted.asked.environ)
    about.name = wanted.name
    files = {os.path.join(place, ".venv") for place in (folder, os.path.dirname(root))} - {root}
    files -= {wanted.search.chosen.file} if wanted.search.chosen else set()
    return [*making.entries(wanted.manager, about), *(Redirect(path, root) for path in sorted(files))]


def _ask(question: str, command: str, root: str, yes: bool) -> None:
    """Ask QUESTION about the environment ROOT. VenvhookError for a no, and where nobody is there to ask."""
    if yes:
        return
    if not sys.stdin.isatty():
        remedy = f"to do it without being asked: venvhook {command} --yes"
        raise VenvhookError("is only deleted when you say so", root, remedy=remedy)
    import typer

    if not typer.confirm(shown(question), err=True):
        raise VenvhookError("was not deleted", root)


def _described(root: str) -> str:
    if is_link(root):
        return f"a link to {os.path.realpath(root)}"
    try:
        found = inspect(root)
    except Unfit as unfit:
        return unfit.problem
    return f"Python {short(found.version)}"
