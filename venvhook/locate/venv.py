"""Environments that nobody but their folder's name tells of, made by venv, virtualenv or `uv venv`; and `.venv` files.

`.venv` may be a file with one line. Four tools write such a line, and each means something else by a bare name:
pipenv, virtualfish, oh-my-zsh's virtualenvwrapper plugin and zsh-autoswitch-virtualenv. uv writes a path.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.locate.search import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search

OTHERS = ("venv", "env", ".env", "virtualenv")


def candidates(search: Search, name: str | None = None) -> Iterator[Candidate]:
    """The usual places: `.venv`, then the other names that are environments."""
    yield from usual(search)
    yield from others(search)


def usual(search: Search) -> Iterator[Candidate]:
    """`.venv`: a folder, a link to one, or what a file of that name says."""
    path = os.path.join(search.folder, ".venv")
    if os.path.isfile(path):
        yield from named(search, path)
    else:
        yield Candidate("venv", path, "the usual place")


def others(search: Search) -> Iterator[Candidate]:
    """The other usual names. They mean other things too, so there has to be a pyvenv.cfg."""
    for name in OTHERS:
        path = os.path.join(search.folder, name)
        if os.path.exists(os.path.join(path, "pyvenv.cfg")):
            yield Candidate("venv", path, "a usual name, and it has a pyvenv.cfg")
        else:
            search.rest_on(("absent", os.path.join(path, "pyvenv.cfg")))


def named(search: Search, path: str) -> Iterator[Candidate]:
    """What the `.venv` file PATH names: a path relative to it, or a name in one of the dialects' folders."""
    itself = Candidate("venv", path, "a file that names the environment")
    try:
        line = (search.text(path) or "").strip()
    except VenvhookError as error:
        search.refuse(itself, error)
        return
    if not line or "\n" in line:
        return  # an empty one is pipenv's for "as if it were not there"
    if "/" in line or os.sep in line:
        yield Candidate("venv", search.expand(line), "the file .venv names it", binding=True)
        return
    places = [os.path.join(folder, line) for folder in _homes(search)] + [os.path.join(search.folder, line)]
    place = next((place for place in places if os.path.isdir(place)), None)
    if place:
        yield Candidate("venv", place, "the file .venv names it", binding=True)
        return
    problem = f"it names {line}, which is not in {', '.join(dict.fromkeys(map(os.path.dirname, places)))}"
    search.refuse(itself, VenvhookError(problem, path, remedy="mend it, or take it away"))


def _homes(search: Search) -> list[str]:
    """Where a bare name in a `.venv` file may be: pipenv's and oh-my-zsh's, virtualfish's, autoswitch's folder."""
    home = search.home()
    found = [
        search.variable("WORKON_HOME"),
        search.variable("VIRTUALFISH_HOME"),
        search.variable("AUTOSWITCH_VIRTUAL_ENV_DIR"),
    ]
    data = search.variable("XDG_DATA_HOME") or os.path.join(home, ".local", "share")
    found += [os.path.join(home, ".virtualenvs"), os.path.join(data, "virtualenvs")]
    return [search.expand(folder, home) for folder in found if folder]
