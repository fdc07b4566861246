"""conda, and mamba, which shares its folders: a folder with `conda-meta/`, by name or inside the project.

Sources: conda 26.7, base/context.py (`envs_dirs`, `locate_prefix_by_name`), base/constants.py (`SEARCH_PATH`). Of a
.condarc, which is YAML, only a plain `envs_dirs` is understood.
"""

from __future__ import annotations

import os

from venvhook.environment import lines
from venvhook.errors import VenvhookError
from venvhook.locate.search import Candidate
from venvhook.system import WINDOWS, is_path, split_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search

INSIDE = (".conda", "envs", "env")  # what `conda create --prefix` is commonly given, VS Code's first
SPECIFICATIONS = ("environment.yml", "environment.yaml")
# Where installers put conda, when no variable tells: the folders of this name below the home folder, and other places.
NAMES = ("miniforge3", "miniconda3", "anaconda3", "mambaforge", "micromamba")
POSIX = (
    "/opt/conda", "/opt/miniforge3", "/opt/miniconda3", "/opt/anaconda3", "/opt/homebrew/Caskroom/miniforge/base",
    "/opt/homebrew/Caskroom/miniconda/base",
)  # fmt: skip


def candidates(search: Search, name: str | None = None) -> Iterator[Candidate]:
    """The environment NAME in each of conda's folders; without a name the project's own, then environment.yml's."""
    why = "the marker names it"
    if name is None:
        yield from inside(search)
        name, why = _specified(search)
    if name in ("base", "root"):
        yield from (Candidate("conda", root, "conda's base environment") for root in roots(search))
        return
    for folder in folders(search):
        yield Candidate("conda", os.path.join(folder, name), why)
    for prefix in _registered(search):
        if os.path.basename(prefix) == name:
            yield Candidate("conda", prefix, f"{why}, ~/.conda/environments.txt has it")


def inside(search: Search) -> list[Candidate]:
    """Environments in the project's folder."""
    paths = [os.path.join(search.folder, name) for name in INSIDE]
    found = [path for path in paths if os.path.isdir(os.path.join(path, "conda-meta"))]
    return [Candidate("conda", path, "in the project, and it has conda-meta") for path in found]


def _specified(search: Search) -> tuple[str, str]:
    """The name in the project's environment.yml."""
    for file in SPECIFICATIONS:
        text = search.text(os.path.join(search.folder, file))
        name = next((_plain(line[5:]) for line in lines(text or "") if line.startswith("name:")), "")
        if is_path(name, search.system):  # conda itself takes no such name
            path = os.path.join(search.folder, file)
            raise VenvhookError(f"{name} is no name of an environment", path, remedy="write a name without a path")
        if name:
            return name, f"{file} names it"
    path = os.path.join(search.folder, SPECIFICATIONS[0])
    there = search.there(*SPECIFICATIONS)
    problem = "names no environment" if there else "does not exist, so conda has no environment for it"
    raise VenvhookError(problem, path, remedy='to name one, in the marker: venv = "NAME"')


def roots(search: Search) -> Iterator[str]:
    """Where conda is installed, by its own variables, its register and the usual places."""
    seen = [_root(search.variable("CONDA_EXE") or ""), search.variable("MAMBA_ROOT_PREFIX") or ""]
    yield from (root for root in dict.fromkeys(seen) if os.path.isabs(root))
    registered = (prefix for prefix in _registered(search) if os.path.isdir(os.path.join(prefix, "condabin")))
    known = [*registered, *usual(search)]
    for root in dict.fromkeys(known):
        if root not in seen and (
            os.path.isdir(os.path.join(root, "conda-meta")) or os.path.isdir(os.path.join(root, "envs"))
        ):
            yield root


def _root(program: str) -> str:
    """The folder in which conda is installed whose PROGRAM is in `bin`, `Scripts`, `condabin` or `Library/bin`."""
    root = os.path.dirname(os.path.dirname(program))
    return os.path.dirname(root) if os.path.basename(root) == "Library" else root


def usual(search: Search) -> list[str]:
    """Where installers put conda. On Windows for one user, for all users, or by a manager of packages."""
    home = search.home()
    if search.system is not WINDOWS:
        return [*(os.path.join(home, name) for name in (*NAMES, ".local/share/mamba")), *POSIX]
    variables = ("LOCALAPPDATA", "PROGRAMDATA")
    bases = [home, *(base for base in map(search.variable, variables) if base)]
    found = [os.path.join(base, name) for base in bases for name in NAMES]
    roaming = search.variable("APPDATA")
    found += [os.path.join(roaming, "mamba")] if roaming else []
    return [*found, *(os.path.join(home, "scoop", "apps", name, "current") for name in NAMES)]


def folders(search: Search) -> Iterator[str]:
    """The folders that hold environments, in conda's order, each once."""
    seen: set[str] = set()
    for folder in _folders(search):
        if folder not in seen:
            seen.add(folder)
            yield folder


def _folders(search: Search) -> Iterator[str]:
    for variable in ("CONDA_ENVS_DIRS", "CONDA_ENVS_PATH"):
        said = split_list(search.variable(variable) or "", search.system)
        yield from (search.expand(each.strip()) for each in said if each.strip())
    installed = list(roots(search))
    for file in _settings(search, installed):
        yield from (search.expand(each) for each in _dirs(search.text(file) or ""))
    own = search.expand("~/.conda/envs")
    below = [os.path.join(root, "envs") for root in installed]
    writable = bool(installed) and os.access(os.path.join(installed[0], "conda-meta", "history"), os.W_OK)
    yield from [*below[:1], own, *below[1:]] if writable else [own, *below]
    local = search.variable("LOCALAPPDATA") if search.system is WINDOWS else None
    if local:
        yield os.path.join(local, "conda", "conda", "envs")


def _settings(search: Search, installed: list[str]) -> list[str]:
    """The files of settings, the one that wins first."""
    home, named = search.home(), search.variable("CONDARC")
    xdg = search.variable("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    own = [
        os.path.join(home, ".condarc"),
        os.path.join(home, ".conda", ".condarc"),
        os.path.join(xdg, "conda", ".condarc"),
    ]
    base = search.variable("PROGRAMDATA") if search.system is WINDOWS else "/etc"
    shared = [os.path.join(base, "conda", ".condarc")] if base else []
    return [*([named] if named else []), *own, *(os.path.join(root, ".condarc") for root in installed[:1]), *shared]


def _dirs(text: str) -> list[str]:
    """`envs_dirs` of a .condarc: a list of lines with `- `, or one in brackets."""
    found: list[str] = []
    inside = False
    for line in lines(text):
        entry = line.strip()
        if inside and entry.startswith("- "):
            found.append(_plain(entry[2:]))
        elif entry and not entry.startswith("#"):
            key, _, rest = line.partition(":")
            inside = key in ("envs_dirs", "envs_path")
            if inside and rest.strip().startswith("["):
                found += [_plain(each) for each in rest.strip().strip("[]").split(",") if each.strip()]
    return found


def _plain(text: str) -> str:
    """A scalar of YAML without comment and quotes."""
    return text.partition(" #")[0].strip().strip("'\"")


def _registered(search: Search) -> list[str]:
    """Every environment that conda ever made for this user."""
    text = search.text(os.path.join(search.home(), ".conda", "environments.txt"))
    return [line.strip() for line in lines(text or "") if os.path.isabs(line.strip())]
