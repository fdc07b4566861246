"""Files and folders that other people's programs write too, read with care; our own, written whole or not at all.

Decides what is read at all: a plain file, of bounded size; as text, UTF-8 without NUL.
"""

from __future__ import annotations

import os
import stat

from venvhook.errors import VenvhookError


def read_plain(path: str, limit: int) -> bytes:
    """The bytes of the plain text file (or link to one) PATH: `read_bytes`, without a NUL in them."""
    data = read_bytes(path, limit)
    _check_bytes(data, path)
    return data


class Fleeting(VenvhookError):
    """What looks like a plain file and is made up whenever it is read (proc(5)): no two readings need be equal."""


def read_bytes(path: str, limit: int) -> bytes:
    """The bytes of the plain file (or link to one) PATH.

    VenvhookError when it is anything else (Fleeting: see there), cannot be read, or is longer than LIMIT bytes.
    Never waits for another process, as an open fifo would, and never takes a terminal.
    """
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
        try:
            data = _read_plain(descriptor, path, limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(data) > limit:
        raise VenvhookError(f"is larger than {limit} bytes", path, remedy="make it shorter")
    return data


def _read_plain(descriptor: int, path: str, limit: int) -> bytes:
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        raise _not_plain(path, mode)
    data = bytearray()
    while len(data) <= limit:
        more = os.read(descriptor, min(limit + 1 - len(data), 1 << 16))
        if not more:
            break
        data += more
    if data and not os.fstat(descriptor).st_size:
        raise Fleeting("is made up by the system at each reading", path, remedy="it must be a plain file")
    return bytes(data)


def _not_plain(path: str, mode: int) -> VenvhookError:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a fifo", stat.S_IFSOCK: "a socket"}
    return VenvhookError(f"is {kinds.get(stat.S_IFMT(mode), 'a device')}", path, remedy="it must be a plain file")


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


def _check_bytes(data: bytes, path: str) -> None:
    at = data.find(b"\0")
    if at >= 0:
        _check_encoding(data, path)
        raise VenvhookError("holds a NUL byte", path, data.count(b"\n", 0, at) + 1, "save it as UTF-8 text")


def _check_encoding(data: bytes, path: str) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise VenvhookError("is UTF-16", path, 1, "save it as UTF-8")


def decode(data: bytes, path: str) -> str:
    """DATA as text without BOM and with LF line ends; VenvhookError with the line where it is not UTF-8."""
    _check_bytes(data, path)
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
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
        os.replace(part, path)
    except BaseException:
        discard(part)
        raise


def discard(path: str) -> None:
    """Remove a file, if that can be done."""
    try:
        os.unlink(path)
    except OSError:
        pass
