"""`pythons`: the interpreters of this machine, and which one `create` would take."""

from __future__ import annotations

import os

from venvhook import pythons as all_pythons
from venvhook import completion, report
from venvhook.cli import place, show
from venvhook.errors import VenvhookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.folders import Folders


def pythons(folders: Folders, as_json: bool) -> None:
    """Show the interpreters; one of them is marked if this folder's project, or `create` without a wish, takes it."""
    environ = place.outside(os.environ)
    project = place.find(folders, None)
    wanted = _wanted(folders, project)
    with show.working("looking for interpreters"):
        found = all_pythons.found(folders.cache, environ)
        problem, chosen = "", ""
        try:
            chosen = os.path.realpath(all_pythons.choose(wanted, project or place.here(), folders.cache, environ).path)
        except VenvhookError as error:
            problem = str(error)
    marked = [(python, os.path.realpath(python.path) == chosen) for python in found]
    if as_json:
        each = [{"path": p.path, "version": p.version, "kind": p.kind, "chosen": mark} for p, mark in marked]
        show.data({"wanted": wanted, "pythons": each})
        return
    show.table(("", "Python", "kind", "path"), [("*" if mark else "", p.version, p.kind, p.path) for p, mark in marked])
    show.line(problem or f"* is what venvhook create takes here{f' (python = {wanted})' if wanted else ''}")


def names() -> None:
    """Print what `--python` may name, for completion: none is asked, which takes a second and more."""
    for name in completion.pythons(os.environ):
        show.line(name)


def _wanted(folders: Folders, project: str | None) -> str | None:
    meaning = report.look(place.asked(folders, project)).meaning if project else None
    return meaning.python if meaning else None
