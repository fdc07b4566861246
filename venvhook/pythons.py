"""The interpreters of this machine, found by python-discovery, and which one a project's `python` chooses.

An environment is made with an interpreter itself, never with a version manager's shim or another environment's. To what
python-discovery looks through (PATH, uv's, what venvhook runs on) are added those of pyenv, asdf, mise and conda.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys

from venvhook.errors import VenvhookError
from venvhook.locate import Search, resolve
from venvhook.versions import fits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from python_discovery import DiskCache, PythonInfo

# Version managers: the variable that says where one is, where it is without, and where the Pythons are in there.
_MANAGERS = (
    ("PYENV_ROOT", "~/.pyenv", "versions"),
    ("ASDF_DATA_DIR", "~/.asdf", "installs/python"),
    ("MISE_DATA_DIR", "~/.local/share/mise", "installs/python"),
)


class Interpreter:
    """An interpreter: its path, its version such as 3.12.4, and its kind, such as CPython."""

    __slots__ = ("kind", "path", "version")

    def __init__(self, path: str, version: str, kind: str) -> None:
        self.path, self.version, self.kind = path, version, kind

    def __str__(self) -> str:
        return f"{self.kind} {self.version} ({self.path})"


@contextlib.contextmanager
def _private() -> Iterator[None]:
    """What is noted of the interpreters is for the user's eyes only, as all that is kept; what is made by them not."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@_private()
def found(cache: str, environ: Mapping[str, str]) -> list[Interpreter]:
    """All interpreters, the newest first. Each is asked once, what it said is kept below CACHE."""
    from python_discovery import iter_interpreters

    store = _asked_before(cache)
    listed = iter_interpreters(None, None, store, _without_shims(environ))
    infos = [*listed, *_asked([own().path, *_others(environ)], store)]
    each = {os.path.realpath(i.path): i for i in map(_interpreter, infos)}
    return sorted(each.values(), key=lambda i: (_parts(i.version), i.kind, i.path), reverse=True)


def choose(wanted: str | None, folder: str, cache: str, environ: Mapping[str, str]) -> Interpreter:
    """The interpreter that WANTED asks for: `3.12`, `>=3.11`, `pypy3.10`, or a path, relative to FOLDER.

    Without a wish, the one that venvhook itself runs on; it is also the first of those that fit a version.
    VenvhookError for none, which names those that there are and the command that gets one.
    """
    if not wanted:
        return own()
    if _is_path(wanted):
        return _at(resolve(folder, wanted, environ), cache, environ)
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
    except OSError:
        script = True
    if script:
        raise VenvhookError("is not a Python interpreter", path or "sys.executable", remedy=remedy)
    return path


def _kind() -> str:
    return {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)


@_private()
def _search(wanted: str, cache: str, environ: Mapping[str, str]) -> PythonInfo | None:
    from python_discovery import PythonSpec, get_interpreter

    store = _asked_before(cache)
    info = get_interpreter(wanted, None, store, _without_shims(environ))
    if info is not None:
        return info
    spec = PythonSpec.from_string_spec(wanted)
    others = _asked(_others(environ), store) if spec.path is None else ()
    return next((each for each in others if each.satisfies(spec, impl_must_match=True)), None)


@_private()
def _at(path: str, cache: str, environ: Mapping[str, str]) -> Interpreter:
    from python_discovery import get_interpreter

    remedy = "to see those that there are: venvhook pythons"
    try:
        info = get_interpreter(path, None, _asked_before(cache), environ) if os.path.isfile(path) else None
    except (RuntimeError, OSError, ValueError):  # it is something else, or it is broken
        info = None
    if info is None:
        problem = "is no Python interpreter" if os.path.lexists(path) else "does not exist"
        raise VenvhookError(problem, path, remedy=remedy)
    return _interpreter(info)


def _is_path(wanted: str) -> bool:
    return os.sep in wanted or wanted == "~" or (os.name == "nt" and "/" in wanted)


# ---- When none fits --------------------------------------------------------------------------------------------------


def _none(wanted: str, cache: str, environ: Mapping[str, str]) -> VenvhookError:
    versions = dict.fromkeys(f"{'' if i.kind == 'CPython' else i.kind + ' '}{i.version}" for i in found(cache, environ))
    problem = f"no Python {wanted} on this machine; there are {', '.join(versions)}"
    get = " or ".join(_commands(wanted, environ))
    remedy = "ask for one of these (python = … in the marker, or --python)"
    return VenvhookError(problem, remedy=f"to get it: {get}; or {remedy}" if get else remedy)


def _commands(wanted: str, environ: Mapping[str, str]) -> list[str]:
    """The commands that get an interpreter: of the tools that are installed, else of both."""
    name = wanted[1:] if wanted[:1] == "c" and wanted.startswith("cpython") else wanted
    number = name.lstrip("abcdefghijklmnopqrstuvwxyz=<>~^ ").partition(",")[0].strip()
    kind = name[: len(name) - len(name.lstrip("abcdefghijklmnopqrstuvwxyz"))].replace("python", "")
    if not number[:1].isdigit() or kind not in ("", "pypy", "graalpy"):
        return []
    plain = kind + number.rstrip(".*")
    commands = {"uv": f"uv python install {plain}", "pyenv": f"pyenv install {plain}"}
    there = [command for tool, command in commands.items() if shutil.which(tool, path=environ.get("PATH"))]
    return [] if "<" in wanted.partition(",")[0] else there or list(commands.values())


# ---- Where they are --------------------------------------------------------------------------------------------------


def _without_shims(environ: Mapping[str, str]) -> dict[str, str]:
    """PATH without version managers' shims: each starts a shell, most only to say that it is not for now."""
    folders = environ.get("PATH", os.defpath).split(os.pathsep)
    kept = [folder for folder in folders if os.path.basename(folder.rstrip(os.sep)) != "shims"]
    return {**environ, "PATH": os.pathsep.join(kept)}


def _others(environ: Mapping[str, str]) -> list[str]:
    """The interpreters of the version managers, and of conda's environments, the newest first."""
    from venvhook.locate.conda import roots

    search = Search(os.sep, environ)
    folders = [os.path.join(search.expand(search.variable(name) or usual), inside) for name, usual, inside in _MANAGERS]
    prefixes = [os.path.join(folder, name) for folder in folders for name in _newest(_names(folder))]
    for root in roots(search):
        envs = os.path.join(root, "envs")
        prefixes += [root, *(os.path.join(envs, name) for name in _newest(_names(envs)))]
    paths = [os.path.join(prefix, "bin", "python") for prefix in prefixes]
    return [path for path in paths if os.path.exists(path) and not os.path.exists(_settings(path))]


def _newest(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (_parts(name), name), reverse=True)


def _asked(paths: Iterable[str], store: DiskCache) -> list[PythonInfo]:
    """What the interpreters PATHS say of themselves; those that are too old to say it, or broken, are left out."""
    from python_discovery import PythonInfo

    infos = [PythonInfo.from_exe(path, store, raise_on_error=False) for path in paths]
    return [info for info in infos if info is not None]


def _settings(python: str) -> str:
    return os.path.join(os.path.dirname(os.path.dirname(python)), "pyvenv.cfg")


def _names(folder: str) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            yield from (entry.name for entry in entries if not entry.is_symlink())
    except OSError:
        return


def _parts(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isascii() and part.isdigit()]


def _asked_before(cache: str) -> DiskCache:
    import logging
    from pathlib import Path

    from python_discovery import DiskCache

    logging.getLogger("python_discovery").setLevel(logging.CRITICAL)  # it warns of each interpreter that is too old
    return DiskCache(Path(cache) / "pythons")


def _interpreter(info: PythonInfo) -> Interpreter:
    version = ".".join(map(str, info.version_info[:3]))
    return Interpreter(info.system_executable or info.executable or "", version, info.implementation)
