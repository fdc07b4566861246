"""Where a project's environment is, by rule: no manager is started, and nothing is taken from what happens to be active."""

from __future__ import annotations

import os

from venvhook.environment import Unfit, inspect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

    from venvhook.environment import Environment
    from venvhook.marker import Marker
    from venvhook.plan import Condition


class Candidate:
    """A place that was looked at: for which manager, where, and why there."""

    __slots__ = ("manager", "path", "why")

    def __init__(self, manager: str, path: str, why: str) -> None:
        self.manager, self.path, self.why = manager, path, why


class Search:
    """What was found, what else was looked at, and what the answer rests on."""

    __slots__ = ("candidates", "conditions", "found", "problem")

    def __init__(self) -> None:
        self.candidates: list[Candidate] = []
        self.conditions: list[Condition] = []
        self.found: Optional[Environment] = None
        self.problem: Optional[Unfit] = None


def locate(folder: str, marker: Marker, environ: Mapping[str, str]) -> Search:
    """The environment that MARKER, in FOLDER, leads to: the one that it names, else the first that exists.

    FOLDER/.venv counts as soon as it is there, the other usual names when they are environments.
    """
    search = Search()
    if marker.venv is not None:
        _look(search, Candidate(marker.manager or "auto", resolve(folder, marker.venv, environ), "the marker names it"))
        return search
    if _look(search, Candidate("venv", os.path.join(folder, ".venv"), "the usual place")):
        return search
    for name in ("venv", "env", ".env", "virtualenv"):
        path = os.path.join(folder, name)
        if os.path.exists(os.path.join(path, "pyvenv.cfg")):
            _look(search, Candidate("venv", path, "a usual name, and it has a pyvenv.cfg"))
            break
        search.conditions.append(("absent", os.path.join(path, "pyvenv.cfg")))
    return search


def resolve(folder: str, path: str, environ: Mapping[str, str]) -> str:
    """PATH as a marker in FOLDER means it: absolute, below the home folder (`~/…`), or relative to FOLDER."""
    if path == "~" or path.startswith(("~/", "~" + os.sep)):
        path = environ.get("HOME" if os.name != "nt" else "USERPROFILE", "~") + path[1:]
    return os.path.normpath(os.path.join(folder, path))


def _look(search: Search, candidate: Candidate) -> bool:
    """Look at one place; whether it decides the search: it is there, in order or not."""
    search.candidates.append(candidate)
    try:
        search.found = inspect(candidate.path)
    except Unfit as unfit:
        search.problem = unfit
        search.conditions += unfit.mended
        return os.path.lexists(candidate.path)
    search.problem = None
    search.conditions += [("exists", search.found.sign), ("exists", search.found.python)]
    return True
