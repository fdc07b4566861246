"""`pythons`: the interpreters of this machine, and which one `create` would take."""

from __future__ import annotations

import os

from venvhook import pythons as all_pythons
from venvhook import report, undo
from venvhook.cli import place, show
from venvhook.create.wish import own_wish
from venvhook.errors import VenvhookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from venvhook.folders import Folders


def pythons(folders: Folders, named: str | None, as_json: bool) -> None:
    """Show the interpreters; the one is marked that NAMED, else this folder's project, else `create` itself chooses."""
    environ = undo.outside(os.environ)
    project = place.find(folders, None)
    wanted, why = _wanted(folders, named, project)
    with show.working("looking for interpreters"):
        found = all_pythons.found(folders.cache, environ)
        chosen, problem = _chosen(wanted, why, project or place.here(), folders.cache, environ)
    marked = [(python, os.path.realpath(python.path) == chosen) for python in found]
    if as_json:
        each = [{"path": p.path, "version": p.version, "kind": p.kind, "chosen": mark} for p, mark in marked]
        show.data({"wanted": wanted or None, "problem": problem or None, "pythons": each})
        return
    cells = [(f"{'*' if mark else ' '} {python.version}", python.kind, python.path) for python, mark in marked]
    show.table(("  Python", "kind", "path"), cells)
    left_out = all_pythons.aliases(environ)
    if left_out:
        show.note(f"left out: {', '.join(left_out)}: the Microsoft Store's aliases, which may lead to no Python at all")
    show.line(problem or f"* is what venvhook create takes here{f' ({why}{wanted})' if wanted else ''}")


def names() -> None:
    """Print what `--python` may name, for completion: none is asked, which takes a second and more."""
    for name in all_pythons.names(os.environ):
        show.line(name)


def _wanted(folders: Folders, named: str | None, project: str | None) -> tuple[str, str]:
    """What is asked for, and who does."""
    if named:
        return named, "--python "
    seen = report.look(place.asked(folders, project)) if project else None
    # A path in the marker is started to be asked for its version: not before the user has allowed that.
    if seen and seen.trust in report.TRUSTED and seen.meaning and seen.meaning.python:
        return seen.meaning.python, "python = "
    return (own_wish(project), "the project asks for ") if project else ("", "")


def _chosen(wanted: str, why: str, folder: str, cache: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """The real path of the one that is chosen, or what is wrong with the wish."""
    try:
        if why.startswith("the project"):
            python = all_pythons.fitting(wanted, cache, environ)
        else:
            python = all_pythons.choose(wanted, folder, cache, environ)
        return os.path.realpath(python.path), ""
    except VenvhookError as error:
        return "", str(error)
