"""Files and folders that other people's programs write too, read with care; our own, written whole or not at all.

Decides what is read at all: a plain file, of bounded size; as text, UTF-8 without NUL.
"""

from __future__ import annotations

import os
import stat

from venvhook import system
from venvhook.errors import VenvhookError
from venvhook.system import HERE, System


class TooLarge(VenvhookError):
    """A plain file that is longer than the limit. It may be growing: no size and no time says that it is the same."""


class HasNul(VenvhookError):
    """A file that is meant to be text and holds a NUL byte."""


class MadeUp(VenvhookError):
    """What looks like a plain file and is made up whenever it is read (proc(5), sysfs). Two readings may differ."""


def read_plain(path: str, limit: int) -> bytes:
    """Return the bytes of the plain text file (or symlink to one) PATH: `read_bytes`, without a NUL in them."""
    data = read_bytes(path, limit)
    check_no_nul(data, path)
    return data


def read_text(path: str, limit: int) -> str:
    """Return the text of the plain text file (or symlink to one) PATH, whatever its bytes are; errors as `read_plain`.

    `system.encode` makes the same bytes of it. For files in which UTF-8 is a rule, `decode` names the line at fault.
    """
    return system.decode(read_plain(path, limit))


def read_bytes(path: str, limit: int) -> bytes:
    """Return the bytes of the plain file (or symlink to one) PATH; errors as `read_with_status`."""
    return read_with_status(path, limit)[0]


def read_with_status(path: str, limit: int) -> tuple[bytes, os.stat_result]:
    """Return the bytes of the plain file (or symlink to one) PATH, and its status from before they were read.

    VenvhookError when it is anything else (MadeUp), cannot be read, or is longer than LIMIT bytes (TooLarge). Never
    waits for another process, as an open fifo or a leased file would, and never takes a terminal.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | system.NONBLOCK | system.NOCTTY | system.BINARY)
        try:
            seen = os.fstat(descriptor)
            data = _read(descriptor, seen, path, limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) > limit:
        raise TooLarge(f"is larger than {limit} bytes", path, remedy="make it shorter")
    return data, seen


def _read(descriptor: int, seen: os.stat_result, path: str, limit: int) -> bytes:
    if not stat.S_ISREG(seen.st_mode):
        raise _not_plain(path, seen.st_mode)
    if made_up(seen):
        raise MadeUp("is made up by the system at each reading", path, remedy="it must be a plain file")
    data = bytearray()
    while len(data) <= limit:
        more = os.read(descriptor, min(limit + 1 - len(data), 1 << 16))
        if not more:
            break
        data += more
    return bytes(data)


def made_up(seen: os.stat_result, system: System = HERE) -> bool:
    """Whether a file of this status lies in /proc or /sys, told by its file system and not by any name of it.

    Linux gives such file systems device numbers whose major part is 0. Windows has neither.
    """
    if not system.owners or os.major(seen.st_dev):
        return False
    devices = []
    for path in ("/", "/proc", "/sys"):
        try:
            devices.append(os.stat(path).st_dev)
        except OSError:
            continue
    return seen.st_dev in devices[1:] and seen.st_dev != devices[0]


def status(path: str) -> os.stat_result | None:
    """Return the status of what PATH leads to; None where there is nothing, or nothing that may be looked at."""
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def kind(mode: int) -> str:
    """What a file of this mode is: "file", "folder", "fifo", "socket" or "device"."""
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFIFO: "fifo", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")


def _not_plain(path: str, mode: int) -> VenvhookError:
    return VenvhookError(f"is a {kind(mode)}", path, remedy="it must be a plain file")


def _unreadable(path: str, error: OSError) -> VenvhookError:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        if isinstance(error, FileNotFoundError):
            return VenvhookError("is a link to nothing" if os.path.islink(path) else "does not exist", path)
    else:
        if not stat.S_ISREG(mode):  # a socket, or a folder on Windows, does not even open
            return _not_plain(path, mode)
    return VenvhookError(f"cannot be read: {(error.strerror or 'unknown reason').lower()}", path)


def check_no_nul(data: bytes, path: str) -> None:
    """VenvhookError, with its line, for a NUL in DATA, which was read from PATH."""
    at = data.find(b"\0")
    if at >= 0:
        _check_encoding(data, path)
        raise HasNul("holds a NUL byte", path, data.count(b"\n", 0, at) + 1, "save it as UTF-8 text")


def _check_encoding(data: bytes, path: str) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        kind_of_error = HasNul if b"\0" in data else VenvhookError
        raise kind_of_error("is UTF-16", path, 1, "save it as UTF-8")


def decode(data: bytes, path: str) -> str:
    """DATA as text without BOM and with LF line ends; VenvhookError with the line where it is not UTF-8."""
    check_no_nul(data, path)
    _check_encoding(data, path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"is not UTF-8 (byte 0x{data[error.start]:02x})"
        raise VenvhookError(problem, path, line, "save it as UTF-8") from None
    return text.replace("\r\n", "\n")


def line_at(text: str, at: int) -> int:
    """The line, from 1, of the character AT in TEXT."""
    return text.count("\n", 0, at) + 1


def is_link(path: str) -> bool:
    """Whether PATH is a symlink, or a junction of Windows. `os.path.islink` knows no junctions."""
    try:
        return system.is_link(os.lstat(path))
    except (OSError, ValueError):
        return False


def entries(folder: str) -> list[str]:
    """What is in FOLDER, sorted; nothing where it cannot be listed."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def write_whole(path: str, data: bytes, mode: int = 0o600) -> None:
    """Make DATA the content of PATH in one step. OSError: it is as it was."""
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | system.BINARY, mode), "wb") as file:
            file.write(data)
        os.replace(part, path)
    except BaseException:
        discard(part)
        raise


def write_text(path: str, text: str, mode: int = 0o600) -> None:
    """The same with TEXT, in the bytes that `read_text` makes the same text of."""
    write_whole(path, system.encode(text), mode)


def discard(path: str) -> None:
    """Remove a file, if that can be done."""
    try:
        os.unlink(path)
    except OSError:
        pass
