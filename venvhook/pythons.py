"""The interpreters of this machine, found by python-discovery, and which one a project's `python` chooses.

An environment is made with an interpreter itself, never with a pyenv shim or another environment's.
"""

from __future__ import annotations

import os
import sys

from venvhook.errors import VenvhookError
from venvhook.locate import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from python_discovery import DiskCache, PythonInfo


class Interpreter:
    """An interpreter: its path, its version such as 3.12.4, and its kind, such as CPython."""

    __slots__ = ("kind", "path", "version")

    def __init__(self, path: str, version: str, kind: str) -> None:
        self.path, self.version, self.kind = path, version, kind

    def __str__(self) -> str:
        return f"{self.kind} {self.version} ({self.path})"


def found(cache: str, environ: Mapping[str, str]) -> list[Interpreter]:
    """All interpreters, the newest first. Each is asked once, what it said is kept below CACHE."""
    from python_discovery import iter_interpreters

    store = _asked_before(cache)
    infos = [*iter_interpreters(None, None, store, environ), *_asked([own().path, *_pyenv(environ)], store)]
    each = {os.path.realpath(i.path): i for i in map(_interpreter, infos)}
    return sorted(each.values(), key=lambda i: (_parts(i.version), i.kind, i.path), reverse=True)


def choose(wanted: str | None, folder: str, cache: str, environ: Mapping[str, str]) -> Interpreter:
    """The interpreter that WANTED asks for: `3.12`, `>=3.11`, `pypy3.10`, or a path, relative to FOLDER.

    Without a wish, the one that venvhook itself runs on. VenvhookError, naming those that there are, for none.
    """
    if not wanted:
        return own()
    from python_discovery import get_interpreter

    path = resolve(folder, wanted, environ) if _is_path(wanted) else None
    store = _asked_before(cache)
    info = get_interpreter(path or wanted, None, store, environ)
    if info is None and path is None:  # among pyenv's too; those that can be asked
        info = get_interpreter(
            wanted, [str(each.executable) for each in _asked(_pyenv(environ), store)], store, environ
        )
    if info is None:
        raise _none(wanted, path, cache, environ)
    return _interpreter(info)


def own() -> Interpreter:
    """The interpreter that venvhook runs on; where that is an environment's, the one it was made of."""
    path = getattr(sys, "_base_executable", None) or sys.executable
    if os.path.exists(_settings(path)):  # before 3.10, it is the environment's own
        path = os.path.realpath(path)
    try:
        with open(path, "rb") as file:
            script = file.read(2) == b"#!"
    except OSError:
        script = True
    if script:
        raise VenvhookError("is not a Python interpreter", path, remedy='name one in the marker: python = "3.12"')
    return Interpreter(path, ".".join(map(str, sys.version_info[:3])), _kind())


def _kind() -> str:
    return {"cpython": "CPython", "pypy": "PyPy"}.get(sys.implementation.name, sys.implementation.name)


def _none(wanted: str, path: str | None, cache: str, environ: Mapping[str, str]) -> VenvhookError:
    if path is not None:
        problem = "is no Python interpreter" if os.path.lexists(path) else "does not exist"
        return VenvhookError(problem, path, remedy="to see those that there are: venvhook pythons")
    versions = dict.fromkeys(f"{'' if i.kind == 'CPython' else i.kind + ' '}{i.version}" for i in found(cache, environ))
    problem = f"no Python {wanted} on this machine; there are {', '.join(versions)}"
    return VenvhookError(problem, remedy="install it, or ask for one of these (python = … in the marker, or --python)")


def _is_path(wanted: str) -> bool:
    return os.sep in wanted or wanted.startswith("~") or (os.name == "nt" and "/" in wanted)


def _pyenv(environ: Mapping[str, str]) -> list[str]:
    """The interpreters that pyenv built, the newest first; its shims show only the selected ones."""
    versions = os.path.join(environ.get("PYENV_ROOT") or os.path.expanduser(os.path.join("~", ".pyenv")), "versions")
    paths = [
        os.path.join(versions, name, "bin", "python") for name in sorted(_names(versions), key=_parts, reverse=True)
    ]
    return [path for path in paths if os.path.exists(path) and not os.path.exists(_settings(path))]


def _asked(paths: list[str], store: DiskCache) -> list[PythonInfo]:
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
