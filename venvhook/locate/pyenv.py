"""pyenv and pyenv-virtualenv: `$PYENV_ROOT/versions/NAME`.

NAME is the marker's, else what pyenv itself takes: `PYENV_VERSION`, the nearest `.python-version`,
`$PYENV_ROOT/version`. A name that leads out of the folder of versions is refused (CVE-2022-35861).
Sources: pyenv 2.6, libexec/pyenv-version-name, -version-file and -version-file-read.
"""

from __future__ import annotations

import os

from venvhook.environment import lines
from venvhook.errors import VenvhookError
from venvhook.files import entries
from venvhook.locate.search import Candidate, counts
from venvhook.system import HERE, WINDOWS, System, above, parts, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.locate import Search


def candidates(search: Search, name: str | None = None) -> list[Candidate]:
    """The virtualenv of that name; of several names, those that are virtualenvs, and any that is not there."""
    versions = os.path.join(_root(search), "versions")
    names, why, path = ([name], "the marker names it", versions) if name else _names(search, versions)
    if not names:
        raise VenvhookError(
            "names no version, so pyenv has no environment for it", path, remedy="name it: pyenv local NAME"
        )
    found = []
    for each in names:
        place = os.path.join(versions, each)
        if _leads_out(versions, each, search.system):
            problem = f"{each} leads out of {versions}, where pyenv's environments are"
            raise VenvhookError(problem, path, remedy="name one that is in there")
        if os.path.isdir(place) and not os.path.exists(os.path.join(place, "pyvenv.cfg")) and not _is_old(place):
            search.notes.append(f"{each} ({why}) is one of pyenv's Pythons, no virtualenv")
        elif os.path.lexists(place) or not each[0].isdigit():
            found.append(Candidate("pyenv", os.path.realpath(place) if os.path.exists(place) else place, why))
    return found


def _names(search: Search, versions: str) -> tuple[list[str], str, str]:
    """The names, why they, and what says so."""
    said = search.variable("PYENV_VERSION")
    if said and not search.variable(
        "PYENV_ACTIVATE_SHELL"
    ):  # that one is set by `pyenv activate`: it happens to be active
        return said.split(":"), "PYENV_VERSION names it", versions
    path = nearest(search.folder) or os.path.join(os.path.dirname(versions), "version")
    said_words = [line.split() for line in lines(search.text(path) or "")]
    names = [words[0] for words in said_words if words and not words[0].startswith("#")]
    return names, f"{path} names it", path


def nearest(folder: str) -> str | None:
    """The nearest `.python-version`, from FOLDER upwards; another user's does not count."""
    for each in (folder, *above(folder)):
        path = os.path.join(each, ".python-version")
        if os.path.isfile(path) and counts(path):
            return path
    return None


def _leads_out(versions: str, name: str, system: System = HERE) -> bool:
    base, inside = os.path.realpath(versions), os.path.realpath(os.path.join(versions, name))
    return ".." in parts(name, system) or inside == base or not within(inside, base, system)


def _is_old(place: str) -> bool:
    """An environment of a virtualenv before 20 has no pyvenv.cfg."""
    library = os.path.join(place, "lib")
    return any(os.path.exists(os.path.join(library, name, "orig-prefix.txt")) for name in entries(library))


def _root(search: Search) -> str:
    """pyenv-win, which is another program, has its own folder below pyenv's."""
    usual = "~/.pyenv/pyenv-win" if search.system is WINDOWS else "~/.pyenv"
    return search.expand(search.variable("PYENV_ROOT") or usual)
