"""The order of `manager = "auto"`: the first place that exists.

`.venv` (a folder, a link to one, or a file that names one); the last line of `.python-envs`; the environment of the
manager whose files the project has; a pyenv virtualenv that `.python-version` names; `venv`, `env`, `.env` and
`virtualenv` with a `pyvenv.cfg`; a folder of conda's in the project; what virtualenvwrapper has bound to the project.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.locate import rule
from venvhook.locate.search import Candidate
from venvhook.managers import SIGNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search

_TOLD = (*(manager for manager, _, _ in SIGNS), "pyenv")  # of which a file tells even before an environment is made


def choose(search: Search, thorough: bool = False) -> None:
    """Take the first place that exists; where there is none, say where one would be made."""
    broken: list[tuple[Candidate, VenvhookError]] = []
    managed = None
    for candidate in _places(search, broken):
        managed = managed or (candidate if candidate.manager in _TOLD else None)
        if search.look(candidate) and not thorough:
            return
    if search.chosen:
        return
    if broken:
        search.refuse(*broken[0])
        return
    place = managed or Candidate("venv", os.path.join(search.folder, ".venv"), "the usual place")
    if not search.look(place):  # an empty .venv file is in the way
        search.missing(place)


def managers(search: Search) -> Iterator[str]:
    """The managers whose files the project has: by a file of their own first, then by a table in pyproject.toml."""
    by_file = [manager for manager, files, _ in SIGNS if search.there(*files)]
    yield from by_file
    text = search.text(os.path.join(search.folder, "pyproject.toml"))
    by_table = [manager for manager, _, tables in SIGNS if text and any(table in text for table in tables)]
    yield from (manager for manager in by_table if manager not in by_file)
    if text is not None and not by_file and not by_table:
        from venvhook.locate import uv

        if uv.workspace_root(search) != search.folder:
            yield "uv"  # a member of a workspace needs to say nothing of uv


def _places(search: Search, broken: list[tuple[Candidate, VenvhookError]]) -> Iterator[Candidate]:
    """The places in order. What is in a manager's way (a broken file of it) is kept for when nothing else is found."""
    from venvhook.locate import venv

    yield from venv.usual(search)
    yield from _of(search, "envs", broken)
    try:
        for manager in managers(search):
            yield from _of(search, manager, broken)
    except VenvhookError as error:  # pyproject.toml itself
        broken.append((Candidate("auto", error.path or search.folder, "a manager's file"), error))
    if search.there(".python-version"):
        yield from _of(search, "pyenv", broken)
    yield from venv.others(search)
    yield from _bound(search)


def _of(search: Search, manager: str, broken: list[tuple[Candidate, VenvhookError]]) -> Iterator[Candidate]:
    try:
        yield from rule(manager).candidates(search)
    except VenvhookError as error:
        broken.append((Candidate(manager, error.path or search.folder, f"{manager}'s rule"), error))


def _bound(search: Search) -> Iterator[Candidate]:
    """What is bound to the project without a file of it saying so."""
    from venvhook.locate import conda

    yield from conda.inside(search)
    from venvhook.locate import virtualenvwrapper

    yield from virtualenvwrapper.bound(search)
