"""Kept plans: `<cache>/plans`, and below it the project's own path, so that a hook finds one by joining two strings.

What cannot be kept (folder read-only, disk full, path too long) is asked for again, nothing else: no error leaves here.
"""

from __future__ import annotations

import os

from venvhook.digest import digest
from venvhook.files import discard, write_whole
from venvhook.shells import INTERFACE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_STAMP = ".venvhook-stamp-"


def place(cache: str, project: str) -> str:
    """The folder of a project's kept plans. A drive's colon goes: `C:\\\\shop` is kept below `C\\\\shop`."""
    drive, path = os.path.splitdrive(project)
    return os.path.join(cache, "plans") + os.sep * bool(drive) + drive.rstrip(":") + path.rstrip(os.sep)


def usable(cache: str) -> bool:
    """Whether plans may be kept there: root, with the home of somebody else, would take that person's cache away."""
    try:
        return os.name == "nt" or os.stat(cache).st_uid == os.geteuid()
    except OSError:
        return True  # it will be made


def write(folder: str, suffix: str, text: str) -> bool:
    """Keep TEXT, whole or not at all, for the user's eyes only; whether that worked."""
    try:
        _make(folder)
        write_whole(os.path.join(folder, f".venvhook-{INTERFACE}{suffix}"), text.encode("utf-8", "surrogateescape"))
    except OSError:
        return False
    return True


def stamp(folder: str, files: Mapping[str, os.stat_result], time: int) -> str:
    """The path of a file that is as old as the moment (TIME, ns since 1970) when FILES, with their status, were read.

    Hooks can compare two files' times, but not a time with a number. Its name says what state the files were in: a
    change makes another stamp and takes this one away, so that a plan already loaded by some shell cannot mistake the
    one for the other. "" where none can be made.
    """
    states = [(path, seen.st_mtime_ns, seen.st_size, seen.st_ino) for path, seen in files.items()]
    path = os.path.join(folder, _STAMP + digest(repr(states)))
    try:
        _make(folder)
        for name in os.listdir(folder):
            if name.startswith(_STAMP) and name != os.path.basename(path):
                discard(os.path.join(folder, name))
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        os.utime(path, ns=(time, time))
    except OSError:
        return ""
    return path


def _make(folder: str) -> None:
    """Make a folder for the user's eyes only. Most often the one above it is there, so that is not asked first."""
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        pass
    except FileNotFoundError:
        os.makedirs(folder, mode=0o700, exist_ok=True)
