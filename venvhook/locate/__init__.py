"""Where a project's environment is, by rule: no manager is started, nothing is taken from what happens to be active."""

from __future__ import annotations

import os

from venvhook.locate.search import Candidate, Search
from venvhook.managers import NAMED
from venvhook.system import HERE, System, expand_home, is_path, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Protocol

    from venvhook.marker import Marker

    class Rule(Protocol):
        def candidates(self, search: Search, name: str | None = None) -> Iterable[Candidate]: ...


__all__ = ["Candidate", "Search", "locate", "resolve", "rule"]


def locate(
    folder: str, marker: Marker, environ: Mapping[str, str], thorough: bool = False, system: System = HERE
) -> Search:
    """The environment that MARKER, in FOLDER (without links), leads to: the one it names, else the one of its manager.

    THOROUGH goes on to the places behind the one that decides, for whoever asks what else there was.
    """
    search = Search(folder, environ, marker.python or "", system)
    manager = marker.manager or "auto"
    if marker.venv is not None and not (manager in NAMED and is_name(marker.venv, system)):
        _fixed(search, manager, resolve(folder, marker.venv, environ, system))
    elif manager == "auto":
        from venvhook.locate.auto import choose

        choose(search, thorough)
    else:
        _ask(search, manager, marker.venv, thorough)
    return search


def _fixed(search: Search, manager: str, path: str) -> None:
    """The place that the marker names; a `.venv` file there is followed, as it is without a marker's word."""
    if os.path.basename(path) == ".venv" and os.path.isfile(path):
        from venvhook.locate import venv

        for candidate in venv.named(search, path):
            search.look(candidate)
        if search.chosen:
            return
    search.look(Candidate(manager, path, "the marker names it", binding=True))


def resolve(folder: str, path: str, environ: Mapping[str, str], system: System = HERE) -> str:
    """PATH as a marker in FOLDER means it: absolute, below the home folder (`~/…`), or relative to FOLDER."""
    return placed(expand_home(path, environ.get(system.home, "~"), system), folder)


def is_name(text: str, system: System = HERE) -> bool:
    """Whether a marker's `venv` is a name: no separator in it, and no path of its own as `.`, `..` and `~` are."""
    return not is_path(text, system)


def rule(manager: str) -> Rule:
    """The rule of a manager: its `candidates` are the places in the manager's own order.

    When none of them is there, the first is where the manager would put it. VenvhookError: what is in its way.
    """
    name = "venv" if manager == "virtualenv" else manager
    module: Rule = getattr(__import__("venvhook.locate." + name).locate, name)
    return module


def _ask(search: Search, manager: str, name: str | None, thorough: bool) -> None:
    """Only the places of one manager."""
    from venvhook.errors import VenvhookError

    first = None
    try:
        for candidate in rule(manager).candidates(search, name):
            first = first or candidate
            if search.look(candidate) and not thorough:
                return
    except VenvhookError as error:
        search.refuse(Candidate(manager, error.path or search.folder, f"{manager}'s rule"), error)
    if search.chosen:
        return
    if first:
        search.missing(first)
    else:
        problem = "; ".join(search.notes) or f"{manager} has no environment for it"
        none = VenvhookError(problem, search.folder, remedy="to name another manager or environment: edit the marker")
        search.refuse(Candidate(manager, search.folder, f"{manager}'s rule"), none)
