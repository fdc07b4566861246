"""Which projects may act: the user's decisions, kept as records, and whose files are trusted at all.

A decision is about a project *folder* (without symlinks). An allow is also about the very bytes of its marker; the
newest contents that were allowed in one folder are kept, so that people who work on branches are asked once for each.
Every decision writes a record under a new name into `<data>/trust/<digest of the folder>/` and takes the earlier one
away: a plan tests that its record exists, so a decision reaches every open shell.
"""

from __future__ import annotations

import os
import stat
import time

from venvhook.digest import digest, digest_of_bytes
from venvhook.errors import VenvhookError
from venvhook.files import discard, entries, status, write_whole
from venvhook.marker import KEYS, Marker, parse
from venvhook.system import BINARY, HERE, NOFOLLOW, NONBLOCK, System, decode, encode
from venvhook.system import within as is_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Statuses = dict[str, os.stat_result]  # by path

_HEAD = b"venvhook record 3"
_HEAD_2 = b"venvhook record 2"  # one content, and no layout
_LAYOUT = digest(" ".join(KEYS)).encode()  # what the fields of a meaning are
_CONTENTS = 16  # that are remembered for one folder
_LIMIT = 1 << 20  # bytes: no record is as long
_LINKS = 40  # symlinks that Linux follows in one path (path_resolution(7))


class Content:
    """One content of a marker that was allowed: its bytes, what they mean, and what the user saw besides.

    `names` are the variables that other files (dotenv files, conda's) set. `place` is where the environment was; ""
    where there was none, or that is not known. `meaning` is None where the record was written with other keys: then
    the bytes are parsed again.
    """

    __slots__ = ("marker", "meaning", "names", "place")

    def __init__(self, marker: bytes, meaning: Marker | None, names: Sequence[str] = (), place: str = "") -> None:
        self.marker, self.meaning, self.names, self.place = marker, meaning, names, place

    def meant(self, path: str) -> Marker:
        """What the marker at PATH (for messages only) says. VenvhookError where this version understands it no more."""
        return self.meaning or parse(self.marker, path)

    def fields(self) -> list[bytes]:
        """The content as fields without NUL; `_contents` makes the same content of them."""
        meant = [] if self.meaning is None else self.meaning.fields()
        said = [" ".join(self.names), self.place, str(len(meant)), *meant]
        return [self.marker, *map(encode, said)]


class Record:
    """One decision. `contents` are those that were allowed, the newest first; there are none in a deny.

    MARKER, MEANING, NAMES and SITE (the place of the environment) describe the content that is allowed now.
    """

    __slots__ = ("allowed", "contents", "folder", "path")

    def __init__(
        self,
        folder: str,
        allowed: bool,
        marker: bytes = b"",
        meaning: Marker | None = None,
        names: Sequence[str] = (),
        site: str = "",
    ) -> None:
        self.folder, self.allowed = folder, allowed
        self.contents = [Content(marker, meaning or Marker(), names, site)] if allowed else []
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
        fields = [_HEAD, b"allow" if self.allowed else b"deny", encode(self.folder), _LAYOUT]
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
        record = cls(decode(folder), False)
        record.allowed = verdict == b"allow"
        if record.allowed:
            record.contents = _contents(rest) if head == _HEAD else _only_content(rest)
        return record


def _contents(fields: Sequence[bytes]) -> list[Content]:
    """The contents in the fields of a record after its folder. ValueError: there are none, or not whole ones."""
    layout, *left = fields
    contents = []
    while left:
        marker, names, site, count, *left = left
        meant, left = left[: int(count)], left[int(count) :]
        if len(meant) < int(count):
            raise ValueError("a record is cut off")
        meaning = Marker.from_fields(list(map(decode, meant))) if layout == _LAYOUT and meant else None
        contents.append(Content(marker, meaning, decode(names).split(), decode(site)))
    if not contents:
        raise ValueError("a record of an allow has no content")
    return contents


def _only_content(fields: Sequence[bytes]) -> list[Content]:
    """The content of a record of the layout before; its meaning is parsed again."""
    marker, names, *_ = fields
    return [Content(marker, None, decode(names).split())]


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
    for name in entries(where):
        if _moment(name.partition(".")[0]):  # also one that was not finished
            os.unlink(os.path.join(where, name))
    try:
        os.rmdir(where)
    except OSError:
        pass  # it was not there, or holds what is not ours


def within(folder: str, allowed: Iterable[str]) -> bool:
    """Whether FOLDER (without links) is one of the allowed folders or below one, by path components."""
    return any(is_within(folder, os.path.realpath(each)) for each in allowed)


def check_owners(*paths: str) -> None:
    """VenvhookError, with the command that fixes it, for the first of PATHS that somebody else could have put there.

    See `trace`. What does not exist is nobody's.
    """
    for path in paths:
        trace(path)


def trace(path: str, known: Statuses | None = None, system: System = HERE) -> tuple[str, os.stat_result | None]:
    """Walk the absolute PATH as the kernel does, component by component; where it leads, and the status of that.

    VenvhookError where somebody else could have put that there, or could lead it elsewhere:

    - what it leads to, a symlink on the way, or a folder that holds such a symlink belongs neither to the user nor to
      root, or everybody may write to it (in a sticky folder nobody can exchange a symlink of the user's);
    - it leads through proc(5), where `self/cwd` is the folder that each program happens to be in;
    - it passes more than 40 symlinks (path_resolution(7)), or it cannot be looked at to its end.

    KNOWN has the statuses that are known already, and is added to. Where nothing is there, the status is None. Windows
    has no such owners: nothing is looked at there.
    """
    if not system.owners:
        return path, None
    known = {} if known is None else known
    at, links = "/", 0
    left = path.split("/")[::-1]
    try:
        while left:
            name = left.pop()
            if name in ("", os.curdir):
                continue
            if name == os.pardir:
                at = os.path.dirname(at)
                continue
            step = os.path.join(at, name)
            seen = _lstat(step, known)
            if _through_proc(seen, known):
                problem = "it leads through /proc, so it is another place for each program"
                raise Unwalkable(problem, path, remedy="use the folder that it stands for")
            if not stat.S_ISLNK(seen.st_mode):
                at = step
                continue
            links += 1
            if links > _LINKS:
                problem = f"it leads through more than {_LINKS} symlinks"
                raise Unwalkable(problem, path, remedy="use the folder that it stands for")
            _check_link(step, seen, at, _lstat(at, known))
            target = os.readlink(step)
            at = "/" if target.startswith("/") else at
            left += target.split("/")[::-1]
        seen = _lstat(at, known)
    except (FileNotFoundError, NotADirectoryError):
        return at, None
    except OSError as error:
        problem = f"it cannot be looked at: {(error.strerror or 'unknown reason').lower()}"
        raise Unwalkable(problem, path, remedy="use another folder") from None
    _check(at, seen)
    return at, seen


def check_put(path: str, known: Statuses | None = None, system: System = HERE) -> None:
    """VenvhookError where somebody else could have put the file PATH there: as `trace`; and its folder counts too.

    For files that decide by where they are, above a project or in a folder of settings.
    """
    trace(path, known, system)
    folder = os.path.dirname(path)
    seen = status(folder)
    if seen is not None and system.owners:
        _check_holder(folder, seen)


class Unwalkable(VenvhookError):
    """A path whose end depends on who looks, or cannot be told."""


def _lstat(path: str, known: Statuses) -> os.stat_result:
    if path not in known:
        known[path] = os.lstat(path)
    return known[path]


def _through_proc(seen: os.stat_result, known: Statuses) -> bool:
    """Whether a file of this status lies in a proc(5), told by the file system and not by any name of it.

    The symlinks there, which are made up at each reading, have no size; any other is as long as what it says.
    """
    if stat.S_ISLNK(seen.st_mode) and not seen.st_size and not os.major(seen.st_dev):
        return True
    try:
        proc, root = _lstat("/proc", known), _lstat("/", known)
    except OSError:
        return False
    return seen.st_dev == proc.st_dev != root.st_dev


def _check_link(path: str, seen: os.stat_result, folder: str, around: os.stat_result) -> None:
    """VenvhookError where another user made the symlink PATH, or could exchange it in the FOLDER that holds it."""
    if not ours(seen):
        raise _anothers(path, seen)
    _check_holder(folder, around)


def _check_holder(folder: str, seen: os.stat_result) -> None:
    """VenvhookError where another user could exchange in FOLDER what is the user's; nobody can in a sticky one."""
    if not ours(seen):
        raise _anothers(folder, seen)
    if not seen.st_mode & stat.S_ISVTX:
        _check(folder, seen)


def check_owner(path: str, seen: os.stat_result | None) -> None:
    """VenvhookError where what PATH leads to, of that status, belongs to neither the user nor root."""
    if seen is not None and not ours(seen):
        raise _anothers(path, seen)


def ours(seen: os.stat_result, system: System = HERE) -> bool:
    """Whether a file of this status belongs to the user or to root. Windows has no such owners: there, all do."""
    return not system.owners or seen.st_uid in (os.geteuid(), 0)


def _anothers(path: str, seen: os.stat_result) -> VenvhookError:
    """The error of what belongs to another user.

    Root should not take it from that user. And a folder that holds what another user put there does not become
    trustworthy by becoming the user's.
    """
    remedy = "to make it yours: " + _command(f"chown -h {os.geteuid()}", path, seen)
    if os.geteuid() == 0:
        remedy = "use it as that user, not as root"
    elif stat.S_ISDIR(seen.st_mode) and another_users(path):
        remedy = "use a folder of your own, with files of your own"
    return VenvhookError(f"it belongs to another user ({seen.st_uid})", path, remedy=remedy)


def _check(path: str, seen: os.stat_result) -> None:
    """VenvhookError where PATH, which is no symlink, is another user's, or everybody may write to it."""
    if not ours(seen):
        raise _anothers(path, seen)
    if seen.st_mode & 0o002:
        remedy = "to forbid that: " + _command("chmod o-w", path, seen)
        raise VenvhookError("everybody may write to it", path, remedy=remedy)


def another_users(folder: str) -> str | None:
    """The first of what is in FOLDER that belongs to another user; None: there is none. Folders are not looked into."""
    for name in entries(folder) if HERE.owners else ():
        path = os.path.join(folder, name)
        try:
            if not ours(os.lstat(path)):
                return path
        except OSError:
            continue  # it went away meanwhile
    return None


def _command(command: str, path: str, seen: os.stat_result) -> str:
    """COMMAND for PATH; who neither owns that nor is root has to ask root."""
    from shlex import quote

    by = "" if os.geteuid() in (seen.st_uid, 0) else "sudo "
    return f"{by}{command} {quote(path)}"


def mine(path: str) -> bool:
    """Whether what PATH leads to belongs to the user. On Windows nothing does."""
    try:
        return is_mine(os.stat(path))
    except OSError:
        return False


def is_mine(seen: os.stat_result | None, system: System = HERE) -> bool:
    """Whether a file of this status belongs to the user. On Windows none does."""
    return system.owners and seen is not None and seen.st_uid == os.geteuid()


def _private(path: str) -> bool:
    seen = os.lstat(path)
    return stat.S_ISDIR(seen.st_mode) and (not HERE.owners or seen.st_uid == os.geteuid())


def _read(path: str) -> Record | None:
    try:
        with open(os.open(path, os.O_RDONLY | NOFOLLOW | NONBLOCK | BINARY), "rb") as file:
            seen = os.fstat(file.fileno())
            if seen.st_size > _LIMIT or (HERE.owners and seen.st_uid != os.geteuid()):
                return None
            record = Record.load(file.read())
    except (OSError, ValueError):
        return None
    record.path = path
    return record
