"""Environments that nobody but their folder's name tells of, made by venv, virtualenv or `uv venv`; and `.venv` files.

`.venv` may be a file whose first line names the environment, relative to the file (PEP 832; virtualenv and uv write
it). Four older tools write such a line, and each means something else by a bare name: pipenv, virtualfish, oh-my-zsh's
virtualenvwrapper plugin and zsh-autoswitch-virtualenv.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.locate.search import Candidate
from venvhook.system import parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search

OTHERS = ("venv", "env", ".env", "virtualenv")
NAMED_BY_FILE = "the file .venv names it"
LONGEST = 4096  # characters of a `.venv` file's first line: no path that a system takes is longer
_SIGNS = ("pyvenv.cfg", "conda-meta")


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
    """What the first line of the `.venv` file PATH names: a path relative to it, or a name.

    What lies beside the file wins over a namesake in one of the dialects' folders. When there is nothing of that name,
    the place beside the file is where an environment would be made.
    """
    itself = Candidate("venv", path, "a file that names the environment")
    try:
        line = first_line(search.text(path) or "")
    except VenvhookError as error:
        search.refuse(itself, error)
        return
    if len(line) > LONGEST:
        problem = f"its first line has more than {LONGEST} characters"
        search.refuse(itself, VenvhookError(problem, path, remedy="write the environment's path there, or delete it"))
    elif line:  # an empty one is pipenv's for "as if it were not there"
        yield Candidate("venv", _meant(search, line, os.path.dirname(path)), NAMED_BY_FILE, binding=True, file=path)


def first_line(text: str) -> str:
    """What the first line of a `.venv` file says."""
    return text.partition("\n")[0].strip()


def _meant(search: Search, line: str, folder: str) -> str:
    """The place that LINE of a `.venv` file in FOLDER names."""
    place = search.below(line, folder)
    if len(parts(line, search.system)) > 1:
        return place
    signs = [os.path.join(place, sign) for sign in _SIGNS]
    if any(map(os.path.exists, signs)):
        return place
    search.rest_on(*(("absent", sign) for sign in signs))
    for named in (os.path.join(home, line) for home in _homes(search)):
        if os.path.isdir(named):
            return named
        search.rest_on(("absent", named))
    return place


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
