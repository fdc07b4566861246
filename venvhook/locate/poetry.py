"""poetry: `.venv` in the project, or `<virtualenvs.path>/<name>-<digest of the folder>-py<X.Y>`.

Sources: poetry 2.5, utils/env/env_manager.py and config/config.py. Settings, each wins over the next: `POETRY_…`
variables, poetry.toml beside pyproject.toml, the user's config.toml.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.locate.naming import normalized, replaced, sha256, short
from venvhook.locate.places import folder as platform_folder
from venvhook.locate.search import Candidate
from venvhook.system import HERE, System, alike, placed
from venvhook.versions import fits, numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.locate import Search

TRUE = ("true", "1")


def candidates(search: Search, name: str | None = None) -> list[Candidate]:
    """The project's own `.venv`, where poetry takes it, and the one in poetry's folder."""
    project = os.path.join(search.folder, "pyproject.toml")
    if search.data(project) is None:
        raise VenvhookError(
            "does not exist, so poetry has no environment for it", project, remedy="to make it: poetry init"
        )
    inside = _flag(search, "in-project")
    local = os.path.join(search.folder, ".venv")
    found = []
    if inside or (inside is None and os.path.isdir(local)):
        found.append(Candidate("poetry", local, "poetry keeps it in the project" if inside else "poetry takes a .venv"))
    if _flag(search, "create") is False:
        search.notes.append("poetry is told to make no environments (virtualenvs.create)")
        return found
    return found + _central(search, project)


def base_name(name: str, folder: str, system: System = HERE) -> str:
    """What the names of all of a project's environments begin with: NAME and the digest of FOLDER."""
    path = alike(os.path.realpath(folder), system)
    return replaced(normalized(name), ' $`!*@"\\\r\n\t') + "-" + short(sha256(path))


def _central(search: Search, project: str) -> list[Candidate]:
    """Of the environments in poetry's folder: the one of `poetry env use`, else the newest Python that fits."""
    name = search.string(project, "project", "name") or search.string(project, "tool", "poetry", "name")
    base = base_name(name or "non-package-mode", search.folder)
    parent = _path(search)
    minor = search.string(os.path.join(parent, "envs.toml"), base, "minor")
    if minor and not search.python:
        return [Candidate("poetry", os.path.join(parent, f"{base}-py{minor.strip()}"), "poetry's envs.toml names it")]
    made = [entry[len(base) + 3 :] for entry in search.names(parent) if entry.startswith(base + "-py")]
    plain = ".".join(search.python.split(".")[:2]) if search.python.replace(".", "").isdigit() else ""
    wanted = plain or search.python or _requires(search, project)
    fitting = [version for version in made if fits(version, wanted)] or made
    fitting.sort(key=numbers, reverse=True)
    why = "poetry's only one for the project" if len(made) == 1 else f"the newest of poetry's {len(made)} that fits"
    if not made:
        fitting, why = [plain or "*"], "poetry's folder, by the project's name and folder"
    return [Candidate("poetry", os.path.join(parent, f"{base}-py{version}"), why) for version in fitting]


def _requires(search: Search, project: str) -> str:
    return (
        search.string(project, "project", "requires-python")
        or search.string(project, "tool", "poetry", "dependencies", "python")
        or ""
    )


def _path(search: Search) -> str:
    """`virtualenvs.path`, in which `{cache-dir}` stands for the other setting."""
    path = _setting(search, "POETRY_VIRTUALENVS_PATH", "virtualenvs", "path")
    path = path if isinstance(path, str) and path else os.path.join("{cache-dir}", "virtualenvs")
    if "{cache-dir}" in path:
        cache = _setting(search, "POETRY_CACHE_DIR", "cache-dir")
        path = path.replace("{cache-dir}", str(cache or platform_folder(search, "cache", "pypoetry")))
    home = search.home() if path.startswith("~") else ""
    return placed(home + path[1:] if home else path, search.folder, search.system)


def _flag(search: Search, key: str) -> bool | None:
    value = _setting(search, "POETRY_VIRTUALENVS_" + key.upper().replace("-", "_"), "virtualenvs", key)
    return value.lower() in TRUE if isinstance(value, str) else value if isinstance(value, bool) else None


def _setting(search: Search, variable: str, *keys: str) -> object:
    value: object = search.variable(variable)
    if value is None:
        value = search.value(os.path.join(search.folder, "poetry.toml"), *keys)
    if value is None:
        own = search.variable("POETRY_CONFIG_DIR") or platform_folder(search, "config", "pypoetry", roaming=True)
        value = search.value(os.path.join(own, "config.toml"), *keys)
    return value
