"""Kept plans: `<cache>/plans`, and below it the project's own path, so that a hook finds one by joining two strings.

What cannot be kept (folder read-only, disk full, path too long) is asked for again, nothing else: no error leaves here.
"""

from __future__ import annotations

import os

from venvhook.digest import digest
from venvhook.files import discard, write_text
from venvhook.shells import INTERFACE
from venvhook.system import BINARY, HERE, NOFOLLOW, WINDOWS, System, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_STAMP = ".venvhook-stamp-"
_SHARES = "UNC"  # the folder for projects on shares of other machines; no drive is called so


def place(cache: str, project: str, system: System = HERE) -> str:
    r"""The folder of a project's kept plans, the project's own path below the cache.

    On Windows `C:\shop` is kept below `C\shop`, and `\\host\share` below `UNC\host\share`. PROJECT is `usable`.
    """
    separator = system.separator
    if system is WINDOWS:
        project = project.replace("/", separator)
        if project.startswith(separator * 2):
            project = _SHARES + project[1:]
        project = separator + project.replace(":", "", 1)
    return str(system.path.join(cache, "plans")) + project.rstrip(separator)


def kept_for(cache: str, folder: str, system: System = HERE) -> str:
    """The project whose plans are in FOLDER: the inverse of `place`."""
    path = folder[len(system.path.join(cache, "plans")) :]
    if system is not WINDOWS:
        return path or "/"
    drive, _, rest = path[1:].partition(system.separator)
    return system.separator * 2 + rest if drive == _SHARES else f"{drive}:{system.separator}{rest}"


def usable(cache: str, project: str, system: System = HERE) -> bool:
    r"""Whether the plans of PROJECT, a folder as its hook names it, may be kept in CACHE.

    A PWD that was handed on may hold `..`, which would lead out of the cache. A path that begins with `\\?\` or
    `\\.\` goes around the rules for names of files. And root, with the home of another user, would take that user's
    cache away.
    """
    inside = parts(project, system)
    if ".." in inside or (system is WINDOWS and inside[:3] in (["", "", "?"], ["", "", "."])):
        return False
    try:
        return not system.owners or os.stat(cache).st_uid == os.geteuid()
    except OSError:
        return True  # it will be made


def write(folder: str, suffix: str, text: str) -> bool:
    """Keep TEXT, whole or not at all, for the user's eyes only; whether that worked."""
    try:
        _make(folder)
        write_text(os.path.join(folder, f".venvhook-{INTERFACE}{suffix}"), text)
    except OSError:
        return False
    return True


def stamps(folder: str, files: Mapping[str, tuple[os.stat_result, int]]) -> dict[str, str]:
    """Return, for each path of FILES, the path of a stamp: a file that has the time (ns since 1970) after its status.

    A hook can compare two files' times, but not a time with a number. The name of a stamp says which file it is for,
    and in what state the file was: a change makes another stamp and takes this one away, so that a plan that some shell
    has loaded cannot mistake the one state for the other. A file is left out if it could not be stamped, or if its
    stamp did not take the time: not every disk keeps nanoseconds.
    """
    made: dict[str, str] = {}
    try:
        _make(folder)
        there = [name for name in os.listdir(folder) if name.startswith(_STAMP)]
    except OSError:
        return made
    for path, (seen, time) in files.items():
        owner = f"{_STAMP}{digest(path)}-"
        name = owner + digest(repr((time, seen.st_mtime_ns, seen.st_size, seen.st_ino)))
        for other in there:
            if other.startswith(owner) and other != name:
                discard(os.path.join(folder, other))
        stamp = os.path.join(folder, name)
        if _stamped(stamp, time):
            made[path] = stamp
    return made


def _stamped(stamp: str, time: int) -> bool:
    """Have the file STAMP the modification time TIME; whether it has."""
    try:
        with open(os.open(stamp, os.O_WRONLY | os.O_CREAT | NOFOLLOW | BINARY, 0o600), "wb") as file:
            place = file.fileno() if os.utime in os.supports_fd else stamp
            os.utime(place, ns=(time, time))
            return os.fstat(file.fileno()).st_mtime_ns == time
    except OSError:
        return False


def _make(folder: str) -> None:
    """Make a folder for the user's eyes only. Most often the one above it is there, so that is not asked first."""
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(folder, mode=0o700, exist_ok=True)
