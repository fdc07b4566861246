"""pdm: the interpreter in `.pdm-python`; else `.venv`, `venv`, `env`; else `<venv.location>/<folder>-<digest>-…`.

Source: pdm 2.29, project/core.py (`resolve_interpreter`), cli/commands/venv/utils.py. A member of a workspace uses the
environment of the workspace's root.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.locate import workspace
from venvhook.locate.naming import md5, short
from venvhook.locate.places import folder as platform_folder
from venvhook.locate.search import Candidate
from venvhook.system import HERE, System, alike
from venvhook.versions import fits, numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.locate import Search

FALSE = ("false", "no", "0", "")


def candidates(search: Search, name: str | None = None) -> list[Candidate]:
    """What pdm remembers, then what it finds in the project, then what it has in its own folder."""
    root = _root(search)
    project = os.path.join(root, "pyproject.toml")
    if search.data(project) is None:
        raise VenvhookError("does not exist, so pdm has no environment for it", project, remedy="to make it: pdm init")
    found = _saved(search, root)
    for place in (".venv", "venv", "env"):
        if os.path.exists(os.path.join(root, place, search.system.bin, search.system.python)):
            found.append(Candidate("pdm", os.path.join(root, place), "pdm takes one in the project"))
            break
    # read only where nothing before it is there: it costs the reading of two files of settings
    return found or _central(search, root, project)


def prefix(folder: str, system: System = HERE) -> str:
    """What the names of all of a project's environments in pdm's folder begin with."""
    return f"{system.path.basename(folder)}-{short(md5(folder.replace(system.separator, '/')))}-"


def _root(search: Search) -> str:
    for root in workspace.above(search.folder):
        members = workspace.says(search, root, "pdm", "members")
        if members and workspace.matches(search.folder, root, members):
            return root
    return search.folder


def _saved(search: Search, root: str) -> list[Candidate]:
    """The environment of the interpreter that pdm remembers, if it is one's."""
    if (search.variable("PDM_IGNORE_SAVED_PYTHON") or "").lower() not in FALSE:
        return []
    python, why = search.variable("PDM_PYTHON"), "PDM_PYTHON"
    if not python:
        python, why = (search.text(os.path.join(root, ".pdm-python")) or "").strip(), ".pdm-python"
    if not python or not os.path.isabs(python):
        return []
    prefix = os.path.dirname(python)
    if alike(os.path.basename(prefix), search.system) == alike(search.system.bin, search.system):
        prefix = os.path.dirname(prefix)
    signs = ("pyvenv.cfg", "conda-meta")
    if any(os.path.exists(os.path.join(prefix, sign)) for sign in signs):
        return [Candidate("pdm", prefix, f"{why} names its interpreter")]
    search.notes.append(f"pdm's interpreter is no environment's: {python} ({why})")
    return []


def _central(search: Search, root: str, project: str) -> list[Candidate]:
    """What is in pdm's own folder, Pythons that fit first; nothing there: where pdm would make one."""
    start = prefix(root, search.system)
    parent = _location(search)
    made = [entry for entry in search.names(parent) if entry.startswith(start)]
    wanted = search.python or search.string(project, "project", "requires-python") or ""
    made.sort(key=lambda entry: (fits(entry[len(start) :], wanted), numbers(entry[len(start) :])), reverse=True)
    found = [Candidate("pdm", os.path.join(parent, entry), "in pdm's folder, by the project's path") for entry in made]
    if _in_project(search, root):
        return [Candidate("pdm", os.path.join(root, ".venv"), "pdm makes it in the project"), *found]
    return found or [Candidate("pdm", os.path.join(parent, start + "*"), "pdm's folder, by the project's path")]


def _location(search: Search) -> str:
    location = search.string(_settings(search), "venv", "location")
    return search.expand(location or os.path.join(platform_folder(search, "data", "pdm", author=True), "venvs"))


def _in_project(search: Search, root: str) -> bool:
    value: object = search.variable("PDM_VENV_IN_PROJECT")
    for path in (os.path.join(root, "pdm.toml"), _settings(search)):
        value = search.value(path, "venv", "in_project") if value is None else value
    return value.lower() not in FALSE if isinstance(value, str) else value is not False


def _settings(search: Search) -> str:
    """The user's own settings of pdm."""
    named = search.variable("PDM_CONFIG_FILE")
    return named or os.path.join(platform_folder(search, "config", "pdm", author=True), "config.toml")
