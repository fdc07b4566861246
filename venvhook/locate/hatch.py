"""hatch: the `path` option, else `<folder of environments>/<project>/<digest of the folder>/<name>`.

Sources: hatch 1.18, env/virtual.py, cli/application.py and utils/fs.py. The environment is "default", which is called
like the project, unless the marker's `venv` names another one. Not followed: what a plugin or an override
(`overrides.…`) decides.
"""

from __future__ import annotations

import os

from venvhook.errors import VenvhookError
from venvhook.locate.naming import normalized, sha256, short
from venvhook.locate.places import folder as platform_folder
from venvhook.locate.search import Candidate
from venvhook.system import HERE, MACOS, WINDOWS, System, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.locate import Search


def candidates(search: Search, name: str | None = None) -> list[Candidate]:
    """The one place of the environment NAME."""
    project = os.path.join(search.folder, "pyproject.toml")
    if search.data(project) is None and search.data(os.path.join(search.folder, "hatch.toml")) is None:
        raise VenvhookError(
            "does not exist, so hatch has no environment for it", project, remedy="to make it: hatch new --init"
        )
    name = name or "default"
    path, why = search.variable("HATCH_ENV_TYPE_VIRTUAL_PATH"), "HATCH_ENV_TYPE_VIRTUAL_PATH names it"
    if not path:
        path, why = _option(search, project, name), f"the option path of hatch's environment {name}"
    if path:
        return [Candidate("hatch", os.path.join(search.folder, path), why)]
    called = _project(search, project)
    return [
        Candidate("hatch", _place(search, called, called if name == "default" else name), f"hatch's environment {name}")
    ]


def identity(folder: str, system: System = HERE) -> str:
    """The digest of a project's folder in its environments' paths; the same for all spellings where case is ignored."""
    return short(sha256(folder.casefold() if system in (WINDOWS, MACOS) else folder))


def _place(search: Search, project: str, name: str) -> str:
    """Flat in ~/.virtualenvs and in a folder inside the project, below project and digest in any other."""
    base = _environments(search)
    real = os.path.realpath(base)
    inside = real != search.folder and within(real, search.folder, search.system)
    if inside or base == os.path.join(search.home(), ".virtualenvs"):
        return os.path.join(base, name)
    return os.path.join(base, project, identity(search.folder, search.system), name)


def _project(search: Search, path: str) -> str:
    return normalized(search.string(path, "project", "name") or os.path.basename(search.folder))


def _option(search: Search, project: str, name: str) -> str | None:
    """`path` of an environment, its own or its template's; hatch.toml replaces the tables of pyproject.toml."""
    own = os.path.join(search.folder, "hatch.toml")
    file, keys = (own, ("envs",)) if search.value(own, "envs") else (project, ("tool", "hatch", "envs"))
    for _ in range(9):  # templates of templates
        path = search.string(file, *keys, name, "path")
        if path or name == "default" or search.value(file, *keys, name, "detached"):
            return path
        name = search.string(file, *keys, name, "template") or "default"
    return None


def _environments(search: Search) -> str:
    """Where hatch keeps environments of its type "virtual"."""
    settings = search.variable("HATCH_CONFIG") or os.path.join(
        platform_folder(search, "config", "hatch"), "config.toml"
    )
    chosen = search.string(settings, "dirs", "env", "virtual")
    if chosen:
        return search.expand(chosen)
    data = search.variable("HATCH_DATA_DIR") or search.string(settings, "dirs", "data")
    return os.path.join(search.expand(data or platform_folder(search, "data", "hatch")), "env", "virtual")
