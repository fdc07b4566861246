"""The interpreters of this machine, found by python-discovery, and which one a project's `python` chooses.

An environment is made with an interpreter itself, never with a version manager's shim or another environment's.
python-discovery looks through PATH, the registry of Windows (PEP 514), uv's folders, and at what venvhook runs on. What
it does not know is added: pyenv, pyenv-win, asdf, mise, Scoop and conda.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from venvhook.create.order import which
from venvhook.errors import VenvhookError
from venvhook.files import entries, is_link
from venvhook.locate import Search, resolve
from venvhook.system import HERE, WINDOWS, System, alike, is_path, join_list, split_list
from venvhook.versions import fits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from python_discovery import DiskCache, PythonInfo

# Version managers: the variables that say where one is, where it is without, and where the Pythons are in there.
_ON_POSIX = (
    (("PYENV_ROOT",), "~/.pyenv", "versions"),
    (("ASDF_DATA_DIR",), "~/.asdf", "installs/python"),
    (("MISE_DATA_DIR",), "~/.local/share/mise", "installs/python"),
)
_ON_WINDOWS = (
    (("PYENV_ROOT", "PYENV"), "~/.pyenv/pyenv-win", "versions"),
    (("MISE_DATA_DIR",), "$LOCALAPPDATA/mise", "installs/python"),
    (("SCOOP",), "~/scoop", "apps/python"),  # PACKAGE/VERSION; `current` is a junction to one of them
)

_NAMED = re.compile(r"(?:python(3\.[0-9]+)|(pypy3\.[0-9]+))(?:\.exe)?", re.IGNORECASE)
_KEPT = re.compile(r"((?:pypy)?3[0-9.]*[0-9])")


class Interpreter(NamedTuple):
    """An interpreter: its path, its version such as 3.12.4, and its kind, such as CPython."""

    path: str
    version: str
    kind: str

    def __str__(self) -> str:
        return f"{self.kind} {self.version} ({self.path})"


@contextlib.contextmanager
def _store(cache: str) -> Iterator[DiskCache]:
    """What the interpreters have said: for the user's eyes only, as all that is kept below CACHE."""
    from python_discovery import DiskCache

    logging.getLogger("python_discovery").setLevel(logging.CRITICAL)  # it warns of each interpreter that is too old
    before = os.umask(0o077)
    try:
        yield DiskCache(Path(cache) / "pythons")
    finally:
        os.umask(before)


def found(cache: str, environ: Mapping[str, str]) -> list[Interpreter]:
    """All interpreters, the newest first. Each is asked once, what it said is kept below CACHE."""
    from python_discovery import iter_interpreters

    with _store(cache) as store:
        infos = list(iter_interpreters(None, None, store, _without_shims(environ)))
        infos += _asked([own().path, *others(environ)], store)
    each = {os.path.realpath(i.path): i for i in map(_interpreter, infos)}
    return sorted(each.values(), key=lambda i: (_numbers(i.version), i.kind, i.path), reverse=True)


def names(environ: Mapping[str, str]) -> list[str]:
    """What `python` may name on this machine, by file names alone: none is started. The newest first."""
    files = [name for folder in split_list(environ.get("PATH", "")) for name in entries(folder)]
    kept = [name for folder in holders(Search(os.sep, environ)) for name in entries(folder)]
    matches = [*map(_NAMED.fullmatch, files), *map(_KEPT.fullmatch, kept)]
    named = {"".join(filter(None, match.groups())).lower() for match in matches if match}
    return sorted(named, key=lambda name: (not name.startswith("p"), _numbers(name)), reverse=True)


def choose(wanted: str | None, folder: str, cache: str, environ: Mapping[str, str]) -> Interpreter:
    """The interpreter that WANTED asks for: `3.12`, `>=3.11`, `pypy3.10`, or a path, relative to FOLDER.

    Without a wish, the one that venvhook itself runs on; it is also the first of those that fit a version.
    VenvhookError for none, which names those that there are and the command that gets one.
    """
    if not wanted:
        return own()
    if is_path(wanted):
        return _at(spelled(resolve(folder, wanted, environ)), cache, environ)
    if "||" in wanted or (wanted[0] in "^~" and not wanted.startswith("~=")):  # poetry's, which nobody else reads
        return fitting(wanted, cache, environ)
    info = _search(f"=={wanted}" if wanted.endswith(".*") and wanted[0].isdigit() else wanted, cache, environ)
    if info is None:
        raise _none(wanted, cache, environ)
    return _interpreter(info)


def fitting(wanted: str, cache: str, environ: Mapping[str, str]) -> Interpreter:
    """The interpreter that a project's own files ask for (`requires-python` and the like): venvhook's if it fits."""
    if fits(own().version, wanted):
        return own()
    for each in found(cache, environ):
        if each.kind == "CPython" and fits(each.version, wanted):
            return each
    raise _none(wanted, cache, environ)


def own() -> Interpreter:
    """The interpreter that venvhook runs on; where that is an environment's, the one it was made of."""
    path = getattr(sys, "_base_executable", None) or sys.executable
    if os.path.exists(_settings(path)):  # before 3.10, it is the environment's own
        path = os.path.realpath(path)
    genuine(path, 'name one in the marker: python = "3.12"')
    return Interpreter(path, ".".join(map(str, sys.version_info[:3])), _kind())


def genuine(path: str, remedy: str) -> str:
    """The interpreter PATH. VenvhookError, with REMEDY, for a script, which may start another one in each folder."""
    try:
        with open(path, "rb") as file:
            script = file.read(2) == b"#!"
    except OSError:  # what venvhook runs on may be the Store's: that starts, and cannot be read
        script = not _is_alias(path)
    if script:
        raise VenvhookError("is not a Python interpreter", path or "sys.executable", remedy=remedy)
    return path


def _kind() -> str:
    return {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)


def _search(wanted: str, cache: str, environ: Mapping[str, str]) -> PythonInfo | None:
    from python_discovery import PythonSpec, get_interpreter

    with _store(cache) as store:
        info = get_interpreter(wanted, None, store, _without_shims(environ))
        spec = PythonSpec.from_string_spec(wanted)
        if info is not None or spec.path is not None:
            return info
        asked = _asked(others(environ), store)
        return next((each for each in asked if each.satisfies(spec, impl_must_match=True)), None)


def spelled(path: str, system: System = HERE) -> str:
    """PATH with the ending that its file has: Windows starts `C:\\Python312\\python`, too."""
    return next((path + end for end in ("", *system.endings) if os.path.isfile(path + end)), path)


def _at(path: str, cache: str, environ: Mapping[str, str]) -> Interpreter:
    from python_discovery import get_interpreter

    try:
        with _store(cache) as store:
            info = get_interpreter(path, None, store, environ) if os.path.isfile(path) else None
    except (RuntimeError, OSError, ValueError):  # it is something else, or it is broken
        info = None
    if info is None and _is_alias(path):
        raise VenvhookError(ALIAS, path, remedy=UNALIASED)
    if info is None:
        problem = "is no Python interpreter" if os.path.lexists(path) else "does not exist"
        raise VenvhookError(problem, path, remedy="to see those that there are: venvhook pythons")
    return _interpreter(info)


# ---- When none fits --------------------------------------------------------------------------------------------------


def _none(wanted: str, cache: str, environ: Mapping[str, str]) -> VenvhookError:
    versions = dict.fromkeys(f"{'' if i.kind == 'CPython' else i.kind + ' '}{i.version}" for i in found(cache, environ))
    problem = f"no Python {wanted} on this machine; there are {', '.join(versions)}"
    get = " or ".join(_commands(wanted, environ))
    remedy = "ask for one of these (python = … in the marker, or --python)"
    return VenvhookError(problem, remedy=f"to get it: {get}; or {remedy}" if get else remedy)


def _commands(wanted: str, environ: Mapping[str, str]) -> list[str]:
    """The commands that get an interpreter: of the tools that are installed, else of both."""
    match = re.match(r"(?:c?python|(pypy|graalpy))?[=>~^ ]*(\d[^, ]*)", wanted)
    if match is None:
        return []
    plain = (match[1] or "") + match[2].rstrip(".*")
    commands = {"uv": f"uv python install {plain}", "pyenv": f"pyenv install {plain}"}
    there = [command for tool, command in commands.items() if which(tool, environ)]
    return there or list(commands.values())


# ---- Where they are --------------------------------------------------------------------------------------------------


def _without_shims(environ: Mapping[str, str], system: System = HERE) -> dict[str, str]:
    """PATH without folders of what only starts something else, most often to say that there is nothing to start."""
    folders = split_list(environ.get("PATH", os.defpath), system)
    return {**environ, "PATH": join_list((folder for folder in folders if not is_shims(folder, system)), system)}


def is_shims(folder: str, system: System = HERE) -> bool:
    """Whether FOLDER has the shims of a version manager, or the Microsoft Store's aliases."""
    path = alike(folder, system).rstrip(system.separator)
    return system.path.basename(path) == "shims" or (system is WINDOWS and path.endswith(_STORE))


def holders(search: Search) -> list[str]:
    """The folders in which version managers have an installation of Python in each folder."""
    found = []
    for names, usual, inside in _ON_WINDOWS if search.system is WINDOWS else _ON_POSIX:
        said = next((value for value in map(search.variable, names) if value), usual)
        found.append(os.path.join(search.expand(said), *inside.split("/")))
    return found


def programs(prefix: str, system: System = HERE) -> list[str]:
    """Where the interpreter may be in an installation PREFIX: on Windows, only environments have it in `Scripts`."""
    inside = ("python.exe", "pypy3.exe", "bin/python.exe") if system is WINDOWS else ("bin/python",)
    return [os.path.join(prefix, *path.split("/")) for path in inside]


def others(environ: Mapping[str, str], system: System = HERE) -> list[str]:
    """The interpreters of the version managers, and of conda and its environments, the newest first."""
    from venvhook.locate.conda import roots

    search = Search(os.sep, environ, system=system)
    prefixes = [os.path.join(folder, name) for folder in holders(search) for name in _newest(folder)]
    for root in roots(search):
        envs = os.path.join(root, "envs")
        prefixes += [root, *(os.path.join(envs, name) for name in _newest(envs))]
    there = [next(filter(os.path.isfile, programs(prefix, system)), "") for prefix in prefixes]
    return [path for path in there if path and not os.path.exists(_settings(path))]


def _newest(folder: str) -> list[str]:
    """What is in FOLDER, the newest first; links there are other names for the same."""
    own = (name for name in entries(folder) if not is_link(os.path.join(folder, name)))
    return sorted(own, key=lambda name: (_numbers(name), name), reverse=True)


# ---- The Microsoft Store's aliases -----------------------------------------------------------------------------------

_STORE = "\\microsoft\\windowsapps"
ALIAS = "is an alias of the Microsoft Store, which may lead to no Python at all"
UNALIASED = "name an interpreter itself; to see those that there are: venvhook pythons"


def aliases(environ: Mapping[str, str], system: System = HERE) -> list[str]:
    """The Store's aliases of Python on PATH. They are files without content, which only Windows can start."""
    folders = [folder for folder in split_list(environ.get("PATH", ""), system) if is_alias(folder, system)]
    named = re.compile(r"(python|pypy)[0-9.]*\.exe", re.IGNORECASE)
    return [os.path.join(folder, name) for folder in folders for name in entries(folder) if named.fullmatch(name)]


def is_alias(path: str, system: System = HERE) -> bool:
    """Whether PATH is the folder of the Store's aliases, or in it."""
    return system is WINDOWS and _STORE + "\\" in alike(path, system) + "\\"


def _is_alias(path: str) -> bool:
    try:
        return is_alias(path) and os.lstat(path).st_size == 0
    except OSError:
        return False


def _asked(paths: Iterable[str], store: DiskCache) -> list[PythonInfo]:
    """What the interpreters PATHS say of themselves; those that are too old to say it, or broken, are left out."""
    from python_discovery import PythonInfo

    infos = [PythonInfo.from_exe(path, store, raise_on_error=False) for path in paths]
    return [info for info in infos if info is not None]


def _settings(python: str) -> str:
    return os.path.join(os.path.dirname(os.path.dirname(python)), "pyvenv.cfg")


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall("[0-9]+", version)]


def _interpreter(info: PythonInfo) -> Interpreter:
    version = ".".join(map(str, info.version_info[:3]))
    return Interpreter(info.system_executable or info.executable or "", version, info.implementation)
