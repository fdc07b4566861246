"""virtualenvwrapper: `<WORKON_HOME>/NAME`; without a name the environment whose `.project` file points at the project.

Source: virtualenvwrapper 6.1, virtualenvwrapper.sh (`virtualenvwrapper_derive_workon_home`, `setvirtualenvproject`).
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.files import read_text
from venvhook.locate.search import Candidate
from venvhook.system import alike

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search


def candidates(search: Search, name: str | None = None) -> list[Candidate]:
    """The one that is named; else those bound to the project; else the one that would be called like its folder."""
    if name:
        return [Candidate("virtualenvwrapper", os.path.join(_home(search), name), "the marker names it")]
    plain = os.path.join(_home(search), os.path.basename(search.folder))
    found = list(bound(search))
    return found or [Candidate("virtualenvwrapper", plain, "WORKON_HOME, by the name of the project's folder")]


def bound(search: Search) -> Iterator[Candidate]:
    """The environments whose `.project` file holds the project's folder."""
    home = _home(search)
    for name in search.names(home):
        path = os.path.join(home, name, ".project")
        if _holds(path, search.folder):
            search.data(path)
            yield Candidate("virtualenvwrapper", os.path.join(home, name), f"its file .project names {search.folder}")


def _holds(path: str, folder: str) -> bool:
    try:
        line = read_text(path, 8192).strip()
    except VenvhookError:
        return False
    named = os.path.isabs(line) and alike(os.path.basename(line)) == alike(os.path.basename(folder))
    return named and alike(os.path.realpath(line)) == alike(folder)


def _home(search: Search) -> str:
    """WORKON_HOME, relative to the home folder."""
    return search.expand(search.variable("WORKON_HOME") or ".virtualenvs", search.home())
