"""Where venvhook keeps what is its own: decided once, when it is installed, and then read from no variable.

A checkout that carries a "cache" and gets `XDG_CACHE_HOME` pointed at it must not be believed. So installing writes the
three folders into the launcher that the hooks start, and into a record in the environment that holds venvhook, for
a `venvhook` that is called directly. Where there is no record, platformdirs decides.
"""

from __future__ import annotations

import os
import stat
import sys
from typing import NamedTuple

from venvhook.errors import VenvhookError
from venvhook.files import read_with_status, write_whole
from venvhook.system import HERE, decode, encode


_RECORD = 1 << 16  # bytes: no record is as long


class Folders(NamedTuple):
    """The user's own folders, absolute: data, cache and config of venvhook, and the home that `~` stands for."""

    data: str
    cache: str
    config: str
    home: str

    @property
    def hook(self) -> str:
        """The folder of what the rc files load: hooks and launcher, with the literals of this installation."""
        return os.path.join(self.data, "hook")


def find(prefix: str = sys.prefix) -> Folders:
    """The folders fixed for the environment PREFIX; where none are, the platform's."""
    return recorded(prefix) or by_platform()


def documents() -> str:
    """The person's folder of documents, which Windows' startup files are in."""
    from platformdirs import user_documents_dir

    return user_documents_dir()


def by_platform() -> Folders:
    """The folders that platformdirs names. VenvhookError for a relative one (XDG Base Directory Specification)."""
    from platformdirs import PlatformDirs

    platform = PlatformDirs("venvhook", appauthor=False)
    folders = Folders(
        platform.user_data_dir, platform.user_cache_dir, platform.user_config_dir, os.path.expanduser("~")
    )
    for path in folders:
        if not os.path.isabs(path):
            raise VenvhookError("is not an absolute path", path, remedy="make HOME and the XDG_* variables absolute")
    return folders


def record_path(prefix: str = sys.prefix) -> str:
    """The file in the environment PREFIX that fixes the folders."""
    return os.path.join(prefix, "share", "venvhook", "folders")


def recorded(prefix: str = sys.prefix) -> Folders | None:
    """The folders that are fixed for the environment PREFIX.

    None where there is no record, or one that somebody else owns or may write: such a record is not this user's word.
    """
    import json

    try:
        data, seen = read_with_status(record_path(prefix), _RECORD)
        if not _only_mine(seen):
            return None
        parts = json.loads(decode(data))
        return Folders(*(os.path.abspath(parts[name]) for name in Folders._fields))
    except (VenvhookError, ValueError, KeyError, TypeError):
        return None


def record(folders: Folders, prefix: str = sys.prefix) -> bool:
    """Fix the folders for the environment PREFIX; False where that cannot be (a shared prefix of root's)."""
    import json

    path = record_path(prefix)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, encode(json.dumps(folders._asdict(), indent=1) + "\n"))
    except OSError:
        return False
    return recorded(prefix) == folders


def fix(data: str, earlier: str) -> None:
    """Record DATA, which install.sh chose; the rest is as in the environment EARLIER, else the platform's.

    Raises VenvhookError where that cannot be.
    """
    places = (recorded(earlier) or by_platform())._replace(data=data)
    if not record(places):
        raise VenvhookError("cannot be written", record_path(), remedy="make room or permit it")


def make_private(path: str) -> None:
    """Make the folder PATH, and those above it, for this user alone (0700); one that is there is narrowed.

    Raises VenvhookError for a link, for what is no folder, for one of another user, and when it cannot be made.
    """
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            _narrow(path)
    except OSError as error:
        raise VenvhookError(f"cannot be made: {error.strerror}", path, remedy="make it writable for you") from error


def _narrow(path: str) -> None:
    status = os.lstat(path)
    if not stat.S_ISDIR(status.st_mode):
        raise VenvhookError("is not a plain folder", path, remedy="venvhook keeps its own files there: move it away")
    if not _mine(status):
        raise VenvhookError("belongs to another user", path, remedy="run venvhook as its owner, or move it away")
    if HERE.owners and stat.S_IMODE(status.st_mode) != 0o700:
        os.chmod(path, 0o700)


def write(path: str, data: bytes, mode: int = 0o600) -> bool:
    """Make DATA the content of PATH, in one step; False when it is already, and then nothing is touched. OSError."""
    if _holds(path, data, mode):
        return False
    write_whole(path, data, mode)
    return True


def _holds(path: str, data: bytes, mode: int) -> bool:
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or (HERE.owners and stat.S_IMODE(status.st_mode) != mode):
            return False
        with open(path, "rb") as file:
            return file.read() == data
    except FileNotFoundError:
        return False


def _mine(status: os.stat_result) -> bool:
    return not HERE.owners or status.st_uid == os.geteuid()


def _only_mine(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and _mine(status) and not (HERE.owners and status.st_mode & 0o022)
