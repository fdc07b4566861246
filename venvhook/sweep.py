"""Deletes what venvhook has made in its folders, by a list of the names that it gives, and nothing else.

Data, cache and settings may be one folder (macOS, Windows, XDG_* variables with one value), or lie in one another, and
a person may keep files there. So no folder is deleted with what is in it: each file of ours goes by its name, and each
folder of ours when it is empty. Links are not followed, since venvhook makes none there.
"""

from __future__ import annotations

import os
import re
import shutil
from typing import NamedTuple

from venvhook.files import is_link
from venvhook.shells import PARTS, SHELLS, emitter
from venvhook.system import within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PART = r"(\.[0-9]+\.part)?"  # a file that was being written when venvhook was killed
_HEX = "[0-9a-f]"
# What is in each folder of the data folder (trust, locks) and of the cache folder (plans, pythons), as patterns of the
# path inside of it, with `/` between its parts. Those of `pythons` are python-discovery's.
_OURS = {
    "trust": rf"{_HEX}{{16,64}}/[0-9]{{20}}-[0-9]+{_PART}",
    "locks": rf"{_HEX}{{16}}",
    "plans": rf"(.+/)?\.venvhook-([0-9]+\.[a-z0-9]+|stamp-[0-9a-f-]+){_PART}",
    "pythons": rf"py_info/[0-9]+/(locks-v[0-9]+/)?\.?{_HEX}{{64}}\.[A-Za-z0-9_]+",
}
# The folders of ours, by the same rule.
_FOLDERS = {
    "hook": "__pycache__",
    "trust": rf"{_HEX}{{16,64}}",
    "plans": ".*",
    "pythons": r"py_info(/[0-9]+(/locks-v[0-9]+)?)?",
}
_PROOF = re.compile(r"proof-[a-z0-9_]{8}")  # a throw-away project, where a proof was killed (tempfile.mkdtemp)
_INSTALLER = ("env", "env.new", "env-a", "env-b", "hook.old", "install.log", "made")  # these install.sh takes away


class Swept(NamedTuple):
    """The paths that are gone, as few as say it all, and those that are in the way of a folder and not venvhook's."""

    gone: list[str]
    left: list[str]


def hooks(hook: str, shells: Sequence[str] = SHELLS) -> Swept:
    """Delete the files of SHELLS, every version of them, in the folder HOOK; with those of all shells, HOOK too.

    OSError for what cannot be deleted.
    """
    endings = "|".join(re.escape(emitter(shell).SUFFIX) for shell in shells)
    ours = rf"(venvhook|complete|({'|'.join(PARTS)})-[0-9]+)({endings}){_PART}"
    if len(shells) < len(SHELLS):
        files = [(path, inside) for path, inside, is_folder in _below(hook) if not is_folder]
        return Swept([path for path, inside in files if _unlinked(path, inside, ours)], [])
    ours += rf"|launch\.py{_PART}|__pycache__/launch\.[a-z0-9.-]+\.pyc"
    return _swept(hook, ours, _FOLDERS["hook"])


def kept(data: str) -> Swept:
    """Delete the decisions and locks in the folder DATA."""
    return _together([_known(data, name) for name in ("trust", "locks")])


def cached(cache: str) -> Swept:
    """Delete the kept plans, what is known of interpreters, and what is left of proofs in the folder CACHE."""
    found = _together([_known(cache, name) for name in ("plans", "pythons")])
    proofs = [os.path.join(cache, name) for name in _names(cache) if _PROOF.fullmatch(name)]
    proofs = [path for path in proofs if _is_proof(path)]
    for path in proofs:
        shutil.rmtree(path)  # an environment, made for this alone
    return Swept([*found.gone, *proofs], found.left)


def emptied(folders: Iterable[str]) -> None:
    """Delete those of FOLDERS that are empty."""
    for folder in sorted(folders, key=len, reverse=True):  # one may be in the other
        if not is_link(folder):
            _rmdir(folder)


def others(data: str, cache: str) -> list[str]:
    """The paths in the folders DATA and CACHE of what is not venvhook's."""
    real = (os.path.realpath(data), os.path.realpath(cache))
    ours = [(data, ("hook", "trust", "locks", *_INSTALLER)), (cache, ("plans", "pythons"))]
    if real[0] == real[1]:
        ours = [(data, (*ours[0][1], *ours[1][1]))]
    found = [os.path.join(folder, name) for folder, names in ours for name in _names(folder) if name not in names]
    return [path for path in found if not any(within(folder, os.path.realpath(path)) for folder in real)]


def _known(folder: str, name: str) -> Swept:
    return _swept(os.path.join(folder, name), _OURS[name], _FOLDERS.get(name, ""))


def _together(parts: Sequence[Swept]) -> Swept:
    return Swept([path for part in parts for path in part.gone], [path for part in parts for path in part.left])


def _swept(top: str, files: str, folders: str) -> Swept:
    """Delete what is below TOP and, by its path there, is one of FILES; then those of FOLDERS, and TOP, when empty."""
    if is_link(top) or (os.path.lexists(top) and not os.path.isdir(top)):
        return Swept([], [top])
    if not os.path.isdir(top):
        return Swept([], [])
    gone = []
    for path, inside, is_folder in _below(top):
        if is_folder:
            if re.fullmatch(folders, inside):
                _rmdir(path)
        elif _unlinked(path, inside, files):
            gone.append(path)
    if _rmdir(top):
        return Swept([top], [])
    return Swept(gone, _others(top, folders))


def _below(top: str, inside: str = "") -> Iterator[tuple[str, str, bool]]:
    """All that is below TOP, a folder after what is in it: path, path inside of TOP with `/`, and if it is a folder.

    A link is none, wherever it leads.
    """
    for name in _names(os.path.join(top, inside)):
        here = f"{inside}/{name}" if inside else name
        path = os.path.join(top, *here.split("/"))
        is_folder = os.path.isdir(path) and not is_link(path)
        if is_folder:
            yield from _below(top, here)
        yield path, here, is_folder


def _others(top: str, folders: str) -> list[str]:
    """What is left below TOP and not ours: the files, and the folders that are not in one that is named already."""
    left = list(_below(top))
    files = [path for path, _, is_folder in left if not is_folder]
    foreign = [path for path, inside, is_folder in left if is_folder and not re.fullmatch(folders, inside)]
    return files + [path for path in foreign if not _names(path)]


def _unlinked(path: str, inside: str, ours: str) -> bool:
    if not re.fullmatch(ours, inside, re.DOTALL) or is_link(path):
        return False
    os.unlink(path)
    return True


def _is_proof(path: str) -> bool:
    """Whether nothing else is in the folder PATH than a proof puts there."""
    known = re.compile(r"project|(probe|prefix)\.py|(question|prove)\.[a-z0-9]+|(answer|told)(\.new|\.prefix)?")
    return not is_link(path) and all(map(known.fullmatch, _names(path)))


def _names(folder: str) -> list[str]:
    """What is in FOLDER, sorted; nothing where there is no such folder. OSError where it cannot be listed."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def _rmdir(folder: str) -> bool:
    """Delete FOLDER if it is empty; whether it is gone."""
    try:
        os.rmdir(folder)
    except OSError:
        return not os.path.lexists(folder)
    return True
