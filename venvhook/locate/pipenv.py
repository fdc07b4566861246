"""pipenv: `.venv` in the project, or `<WORKON_HOME>/<folder's name>-<digest of the Pipfile's path>`.

Source: pipenv 2026.10, utils/venv_locator.py, utils/shell.py and environments.py. A Pipfile that is a link is not
resolved. `VIRTUAL_ENV`, which pipenv itself would follow, is not asked.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.locate.naming import replaced, sha256, short
from venvhook.locate.search import Candidate, counts
from venvhook.locate.venv import LONGEST, NAMED_BY_FILE, first_line
from venvhook.system import WINDOWS, above, parts, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.locate import Search

TRUE, FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")
DEPTH = 10  # folders upwards in which pipenv looks for a Pipfile


def candidates(search: Search, name: str | None = None) -> list[Candidate]:
    """The one place that pipenv would take."""
    pipfile = _pipfile(search)
    project = os.path.dirname(pipfile)
    local = os.path.join(project, ".venv")
    central = os.path.join(_home(search), environment_name(search, pipfile))
    if os.path.isfile(local):
        return [_named(search, local, central)]
    inside = _in_project(search, pipfile)
    if inside:
        return [Candidate("pipenv", local, "pipenv keeps it in the project")]
    if inside is None and os.path.isdir(local) and not os.path.exists(central):
        return [Candidate("pipenv", local, "pipenv takes a .venv")]
    return [Candidate("pipenv", central, "pipenv's folder, by the Pipfile's path")]


def environment_name(search: Search, pipfile: str) -> str:
    """What pipenv calls the environment of the Pipfile at the absolute path PIPFILE."""
    custom = search.variable("PIPENV_CUSTOM_VENV_NAME")
    if custom:
        return custom
    folder = replaced(os.path.basename(os.path.dirname(pipfile)), ' &$`!*@"()[]\\\r\n\t')
    python = search.variable("PIPENV_PYTHON")
    return f"{folder}-{short(sha256(pipfile))}" + (f"-{os.path.basename(python)}" if python else "")


def _pipfile(search: Search) -> str:
    """The Pipfile that decides: the one that PIPENV_PIPFILE names, else the nearest, from the project upwards."""
    named = search.variable("PIPENV_PIPFILE")
    if named:
        return placed(named, search.folder)
    for folder in (search.folder, *above(search.folder))[:DEPTH]:
        path = os.path.join(folder, "Pipfile")
        if os.path.isfile(path) and counts(path):  # above the project, another user's does not count
            return path
    path = os.path.join(search.folder, "Pipfile")
    raise VenvhookError(
        "does not exist, so pipenv has no environment for it", path, remedy="to make it: pipenv install"
    )


def _named(search: Search, file: str, central: str) -> Candidate:
    """What the `.venv` FILE says: a path relative to it, a name in pipenv's folder, or nothing."""
    named = first_line(search.text(file) or "")
    if not 0 < len(named) <= LONGEST:
        return Candidate("pipenv", central, "pipenv's folder, by the Pipfile's path")
    base = os.path.dirname(file) if len(parts(named, search.system)) > 1 else _home(search)
    return Candidate("pipenv", os.path.join(base, named), NAMED_BY_FILE, binding=True, file=file)


def _in_project(search: Search, pipfile: str) -> bool | None:
    for variable, said in (("PIPENV_VENV_IN_PROJECT", True), ("PIPENV_NO_VENV_IN_PROJECT", False)):
        value = (search.variable(variable) or "").lower()
        if value in TRUE + FALSE:
            return (value in TRUE) == said
    # the Pipfile is parsed only where it may say something
    text = search.text(pipfile)
    value_there = search.value(pipfile, "pipenv", "venv_in_project") if text and "venv_in_project" in text else None
    return None if value_there is None else bool(value_there)


def _home(search: Search) -> str:
    home = search.variable("WORKON_HOME")
    if not home and search.system is WINDOWS:
        home = "~/.virtualenvs"
    return search.expand(home or os.path.join(search.variable("XDG_DATA_HOME") or "~/.local/share", "virtualenvs"))
