"""Which projects may act: the user's decisions, kept as records, and whose files are trusted at all.

A decision is about a project *folder* (without links) and, for an allow, about the very bytes of its marker. Every one
writes a record under a new name into `<data>/trust/<digest of the folder>/` and takes the earlier ones away: a plan
tests that its record exists, so a decision reaches every open shell.
"""

from __future__ import annotations

import os
import stat
import time

from venvhook.digest import digest, digest_of_bytes
from venvhook.errors import VenvhookError
from venvhook.files import discard, entries, write_whole
from venvhook.marker import Marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_HEAD = b"venvhook record 2"
_LIMIT = 1 << 20  # bytes: no record is as long


class Record:
    """One decision. `marker` are the bytes that were allowed, `meaning` what they say; both empty in a deny."""

    __slots__ = ("allowed", "dotenv_names", "folder", "marker", "meaning", "path")

    def __init__(self, folder: str, allowed: bool, marker: bytes = b"", meaning: Marker | None = None) -> None:
        self.folder, self.allowed, self.marker, self.meaning = folder, allowed, marker, meaning or Marker()
        self.dotenv_names: Sequence[str] = ()
        self.path = ""

    def dump(self) -> bytes:
        """The record as bytes: fields with a NUL between, which none of them holds, and a digest of all of them."""
        fields = [_HEAD, b"allow" if self.allowed else b"deny", os.fsencode(self.folder), self.marker]
        fields += [b" ".join(map(os.fsencode, self.dotenv_names)), *map(os.fsencode, self.meaning.fields())]
        whole = b"\0".join(fields)
        return whole + b"\0" + _seal(whole)

    @classmethod
    def load(cls, data: bytes) -> Record:
        """The record that was dumped. Raises ValueError for anything else, cut and garbled ones included."""
        whole, _, seal = data.rpartition(b"\0")
        fields = whole.split(b"\0")
        if seal != _seal(whole) or len(fields) < 5 or fields[0] != _HEAD or fields[1] not in (b"allow", b"deny"):
            raise ValueError("not a whole record")
        meaning = Marker.from_fields([os.fsdecode(field) for field in fields[5:]])
        record = cls(os.fsdecode(fields[2]), fields[1] == b"allow", fields[3], meaning)
        record.dotenv_names = os.fsdecode(fields[4]).split()
        return record


def _seal(data: bytes) -> bytes:
    """What a disk that garbles DATA does not hit by chance. Against people it is no protection: the store is."""
    return digest_of_bytes(data).encode()


def place(data: str, folder: str) -> str:
    """The folder that holds a project's record; it does not exist before the first decision."""
    return os.path.join(data, "trust", digest(folder) + digest(folder + "/"))


def find(data: str, folder: str) -> Record | None:
    """The last decision about FOLDER, or None. What is not the user's own, or not whole, decides nothing."""
    where = place(data, folder)
    for _ in range(3):  # a decision made meanwhile takes away what has just been listed
        try:
            names = _decisions(where) if _private(os.path.dirname(where)) and _private(where) else []
        except OSError:
            return None
        records = (_read(os.path.join(where, name)) for name in names)
        found = next((record for record in records if record is not None and record.folder == folder), None)
        if found is not None or not names:
            return found
    return None


def decide(data: str, record: Record) -> Record:
    """Write a decision, and take away the earlier ones. Raises VenvhookError where the store cannot be written.

    Of decisions made at one moment the one with the greatest name stays, whoever wrote it.
    """
    where = place(data, record.folder)
    record.path = os.path.join(where, f"{max(time.time_ns(), _newest(where) + 1):020d}-{os.getpid()}")
    try:
        os.makedirs(os.path.dirname(where), mode=0o700, exist_ok=True)  # the mode is only the last one's
        os.makedirs(where, mode=0o700, exist_ok=True)
        write_whole(record.path, record.dump())
    except OSError as error:
        problem = f"the decision cannot be written ({error.strerror})"
        raise VenvhookError(problem, where, remedy="make the folder writable") from None
    for name in _decisions(where)[1:]:
        discard(os.path.join(where, name))  # another decision may have taken it away
    return record


def _decisions(where: str) -> list[str]:
    """The names of the records in a folder, the last decision first; other files are none of ours."""
    return sorted(filter(_moment, os.listdir(where)), reverse=True)


def _newest(where: str) -> int:
    """When the last decision in a folder was made (ns since 1970), by a clock that may have been ahead; 0: never."""
    return max(map(_moment, entries(where)), default=0)


def _moment(name: str) -> int:
    """When the decision was made whose record has this NAME (ns since 1970); 0: it is not a record's name."""
    moment, _, process = name.partition("-")
    return int(moment) if len(moment) == 20 and (moment + process).isdecimal() and process else 0


def forget(data: str, folder: str) -> None:
    """As if nothing had ever been decided about FOLDER."""
    where = place(data, folder)
    for name in os.listdir(where) if os.path.isdir(where) else ():
        os.unlink(os.path.join(where, name))
    if os.path.isdir(where):
        os.rmdir(where)


def within(folder: str, allowed: Iterable[str]) -> bool:
    """Whether FOLDER (without links) is one of the allowed folders or below one, by path components."""
    for each in allowed:
        root = os.path.realpath(each)
        if folder == root or folder.startswith(root.rstrip(os.sep) + os.sep):
            return True
    return False


def check_owners(*paths: str) -> None:
    """VenvhookError, with the command that mends it, for the first of PATHS that somebody else could have put there.

    That is what belongs neither to the user nor to root, links on the way included, or what everybody may write to;
    and what leads through /proc (proc(5)), where `self/cwd` is the folder that each program happens to be in.
    Windows has no such owners: there, nothing is found.
    """
    for path in paths if os.name != "nt" else ():
        for step, seen in _steps(path):
            _check_owner(step, seen)


def _steps(path: str) -> Iterator[tuple[str, os.stat_result]]:
    """PATH, and where it leads, link by link, each with its own status."""
    for _ in range(40):
        try:
            seen = os.lstat(path)
            yield path, seen
            if not stat.S_ISLNK(seen.st_mode):
                return
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:
            return


def _check_owner(path: str, seen: os.stat_result) -> None:
    me = os.geteuid()
    if os.path.normpath(path).startswith("/proc/"):
        problem = "it is another place for each program"
        raise VenvhookError(problem, os.path.normpath(path), remedy="use the folder that it stands for")
    if seen.st_uid not in (me, 0):
        remedy = "to make it yours: " + _command(f"chown -h {me}", path, seen)
        raise VenvhookError(f"it belongs to another user ({seen.st_uid})", path, remedy=remedy)
    if seen.st_mode & 0o002 and not stat.S_ISLNK(seen.st_mode):
        remedy = "to forbid that: " + _command("chmod o-w", path, seen)
        raise VenvhookError("everybody may write to it", path, remedy=remedy)


def _command(command: str, path: str, seen: os.stat_result) -> str:
    """COMMAND for PATH; who neither owns that nor is root has to ask root."""
    from shlex import quote

    by = "" if os.geteuid() in (seen.st_uid, 0) else "sudo "
    return f"{by}{command} {quote(path)}"


def mine(path: str) -> bool:
    """Whether what PATH leads to belongs to the user. On Windows nothing does."""
    try:
        return os.name != "nt" and os.stat(path).st_uid == os.geteuid()
    except OSError:
        return False


def _private(path: str) -> bool:
    seen = os.lstat(path)
    return os.name == "nt" or (seen.st_uid == os.geteuid() and stat.S_ISDIR(seen.st_mode))


def _read(path: str) -> Record | None:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags), "rb") as file:
            seen = os.fstat(file.fileno())
            if seen.st_size > _LIMIT or (os.name != "nt" and seen.st_uid != os.geteuid()):
                return None
            record = Record.load(file.read())
    except (OSError, ValueError):
        return None
    record.path = path
    return record
