"""Which projects may act: the user's decisions, kept as records, and whose files are trusted at all.

A decision is about a project *folder* (without symlinks). An allow is also about the very bytes of its marker; the newest
contents that were allowed in one folder are kept, so that people who work on branches are asked once for each. Every
decision writes a record under a new name into `<data>/trust/<digest of the folder>/` and takes the earlier one away: a
plan tests that its record exists, so a decision reaches every open shell.
"""

from __future__ import annotations

import os
import stat
import time

from venvhook.digest import digest, digest_of_bytes
from venvhook.errors import VenvhookError
from venvhook.files import discard, entries, write_whole
from venvhook.marker import KEYS, Marker, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_HEAD = b"venvhook record 3"
_HEAD_2 = b"venvhook record 2"  # one content, and no layout
_LAYOUT = digest(" ".join(KEYS)).encode()  # what the fields of a meaning are
_CONTENTS = 16  # that are remembered for one folder
_LIMIT = 1 << 20  # bytes: no record is as long


class Content:
    """One content of a marker that was allowed: its bytes, what they mean, and the names that its dotenv files set.

    `meaning` is None where the record was written with other keys: then the bytes are parsed again.
    """

    __slots__ = ("dotenv_names", "marker", "meaning")

    def __init__(self, marker: bytes, meaning: Marker | None, dotenv_names: Sequence[str] = ()) -> None:
        self.marker, self.meaning, self.dotenv_names = marker, meaning, dotenv_names

    def meant(self, path: str) -> Marker:
        """What the marker at PATH (for messages only) says. VenvhookError where this version understands it no more."""
        return self.meaning or parse(self.marker, path)

    def fields(self) -> list[bytes]:
        """The content as fields without NUL; `_contents` makes the same content of them."""
        meant = [] if self.meaning is None else self.meaning.fields()
        return [self.marker, b" ".join(map(os.fsencode, self.dotenv_names)), b"%d" % len(meant), *map(os.fsencode, meant)]


class Record:
    """One decision. `contents` are those that were allowed, the newest first; there are none in a deny.

    MARKER, MEANING and DOTENV_NAMES describe the content that is allowed now.
    """

    __slots__ = ("allowed", "contents", "folder", "path")

    def __init__(
        self,
        folder: str,
        allowed: bool,
        marker: bytes = b"",
        meaning: Marker | None = None,
        dotenv_names: Sequence[str] = (),
    ) -> None:
        self.folder, self.allowed = folder, allowed
        self.contents = [Content(marker, meaning or Marker(), dotenv_names)] if allowed else []
        self.path = ""

    @property
    def newest(self) -> Content:
        """What was allowed last."""
        return self.contents[0]

    def of(self, marker: bytes) -> Content | None:
        """The content with these bytes, if it is allowed."""
        return next((content for content in self.contents if content.marker == marker), None)

    def add(self, earlier: Sequence[Content]) -> None:
        """Keep EARLIER contents too, as many as are remembered."""
        others = [content for content in earlier if content.marker != self.newest.marker]
        self.contents = [self.newest, *others][:_CONTENTS]

    def dump(self) -> bytes:
        """The record as bytes: fields with a NUL between, which none of them holds, and a digest of all of them."""
        fields = [_HEAD, b"allow" if self.allowed else b"deny", os.fsencode(self.folder), _LAYOUT]
        whole = b"\0".join([*fields, *(field for content in self.contents for field in content.fields())])
        return whole + b"\0" + _seal(whole)

    @classmethod
    def load(cls, data: bytes) -> Record:
        """The record that was dumped, by this version or the one before. ValueError for anything else, cut and garbled
        ones included."""
        whole, _, seal = data.rpartition(b"\0")
        fields = whole.split(b"\0")
        if seal != _seal(whole) or len(fields) < 4 or fields[1] not in (b"allow", b"deny"):
            raise ValueError("not a whole record")
        head, verdict, folder, *rest = fields
        if head not in (_HEAD, _HEAD_2):
            raise ValueError("a record of another kind")
        record = cls(os.fsdecode(folder), False)
        record.allowed = verdict == b"allow"
        if record.allowed:
            record.contents = _contents(rest) if head == _HEAD else _only_content(rest)
        return record


def _contents(fields: Sequence[bytes]) -> list[Content]:
    """The contents in the fields of a record behind its folder. ValueError: there are none, or not whole ones."""
    layout, *left = fields
    contents = []
    while left:
        marker, names, count, *left = left
        meant, left = left[: int(count)], left[int(count) :]
        if len(meant) < int(count):
            raise ValueError("a record is cut off")
        meaning = Marker.from_fields(list(map(os.fsdecode, meant))) if layout == _LAYOUT and meant else None
        contents.append(Content(marker, meaning, os.fsdecode(names).split()))
    if not contents:
        raise ValueError("a record of an allow has no content")
    return contents


def _only_content(fields: Sequence[bytes]) -> list[Content]:
    """The content of a record of the layout before; its meaning is parsed again."""
    marker, names, *_ = fields
    return [Content(marker, None, os.fsdecode(names).split())]


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
    """Write a decision, and take away the earlier ones, whose contents an allow adds to. Raises VenvhookError where the
    store cannot be written.

    Of decisions made at one moment the one with the greatest name stays, whoever wrote it.
    """
    where = place(data, record.folder)
    earlier = find(data, record.folder)
    if record.allowed and earlier:
        record.add(earlier.contents)
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
            _check_step(step, seen)


def check_owner(path: str, seen: os.stat_result | None) -> None:
    """VenvhookError where what PATH leads to, of that status, belongs to neither the user nor root."""
    if seen is not None and not ours(seen):
        raise _anothers(path, seen)


def ours(seen: os.stat_result) -> bool:
    """Whether a file of this status belongs to the user or to root. Windows has no such owners: there, all do."""
    return os.name == "nt" or seen.st_uid in (os.geteuid(), 0)


def _anothers(path: str, seen: os.stat_result) -> VenvhookError:
    """The error of what belongs to another user; root should not take it from that user."""
    remedy = "to make it yours: " + _command(f"chown -h {os.geteuid()}", path, seen)
    if os.geteuid() == 0:
        remedy = "use it as that user, not as root"
    return VenvhookError(f"it belongs to another user ({seen.st_uid})", path, remedy=remedy)


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


def _check_step(path: str, seen: os.stat_result) -> None:
    if os.path.normpath(path).startswith("/proc/"):
        problem = "it is another place for each program"
        raise VenvhookError(problem, os.path.normpath(path), remedy="use the folder that it stands for")
    if not ours(seen):
        raise _anothers(path, seen)
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
