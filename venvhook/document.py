"""Files that a person writes, read with care: plain files, text, TOML whose errors know their line, and flat fields.

Decides what is read at all (a plain file, of bounded size, UTF-8, without NUL) and where in it a mistake is. The
marker, dotenv files and the user's config.toml are read with it.
"""

from __future__ import annotations

import os
import stat
import sys

from venvhook.errors import VenvhookError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


# ---- Plain files and text --------------------------------------------------------------------------------------------


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
    for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
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
    data = b""
    while len(data) <= limit:
        more = os.read(descriptor, limit + 1 - len(data))
        if not more:
            break
        data += more
    if data and not os.fstat(descriptor).st_size:
        raise Fleeting("is made up by the system at each reading", path, remedy="it must be a plain file")
    return data


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


# ---- TOML ------------------------------------------------------------------------------------------------------------


class Document:
    """A parsed TOML file: `values`, and checks of them whose VenvhookErrors know the line."""

    __slots__ = ("path", "text", "values")

    def __init__(self, data: bytes, path: str) -> None:
        self.path = path
        self.text = decode(data, path)
        try:
            self.values = _load(self.text)
        except (ValueError, RecursionError) as error:
            raise _toml_error(error, self.text, path) from None

    def wrong(self, keys: tuple[str, ...], problem: str, remedy: str | None = None) -> VenvhookError:
        """The error that the value at KEYS, from the top downwards, has PROBLEM."""
        return VenvhookError(f"{'.'.join(keys)} {problem}", self.path, self._line(keys), remedy)

    def _line(self, keys: tuple[str, ...]) -> int | None:
        lines = _lines_of_keys(self.text)
        for length in range(len(keys), 0, -1):
            if keys[:length] in lines:
                return lines[keys[:length]]
        return None

    def only(self, known: tuple[str, ...]) -> None:
        """Error for the first key at the top that is not KNOWN; names the nearest one that is."""
        for key in self.values:
            if key not in known:
                raise VenvhookError(f"unknown key {key}", self.path, self._line((key,)), nearest(key, known))

    def string(self, value: object, *keys: str) -> str:
        """VALUE, if it is a string with something in it and without NUL."""
        if not isinstance(value, str):
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            raise self.wrong(keys, "must be a string", "write it in quotes" if number else None)
        if not value:
            raise self.wrong(keys, "is empty", "leave it out")
        return self.without_nul(value, *keys)

    def without_nul(self, value: str, *keys: str) -> str:
        """VALUE, if it has no NUL, which no variable and no path can hold."""
        if "\0" in value:
            raise self.wrong(keys, "holds a NUL", "take it out")
        return value

    def strings(self, value: object, *keys: str) -> tuple[str, ...]:
        """VALUE, if it is a list of what `string` accepts."""
        if not isinstance(value, list):
            remedy = "write it in brackets, [...]" if isinstance(value, str) else None
            raise self.wrong(keys, "must be a list of strings", remedy)
        if not all(isinstance(entry, str) for entry in value):
            raise self.wrong(keys, "must be a list of strings", "write each entry in quotes")
        return tuple([self.string(entry, *keys) for entry in value])

    def table(self, key: str) -> dict[str, object]:
        """The table KEY; empty when there is none."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong((key,), "must be a table", f"write [{key}] on a line of its own")
        return value


def nearest(key: str, known: tuple[str, ...]) -> str:
    """The remedy for KEY, which is none of those KNOWN: the one that was meant, else all of them."""
    import difflib

    near = difflib.get_close_matches(key.lower(), known, 1)
    return f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"


def _load(text: str) -> dict[str, object]:
    # Imported here: it costs twice what the helper's start does, and only `allow` and its like parse.
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            # Hooks start Python without site-packages (-S). tomli is installed in the folder where this package is,
            # which the launcher takes off the path again; at the path's end it hides nothing of the standard library.
            sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
            import tomli as tomllib
    return tomllib.loads(text)


def _toml_error(error: Exception, text: str, path: str) -> VenvhookError:
    """ERROR of the parser with its line taken out of the words, which is where it stands before Python 3.14."""
    if isinstance(error, RecursionError):
        return VenvhookError("is not TOML: nested too deeply", path)
    said, _, place = str(error).rpartition(" (at ")
    if not said:
        return VenvhookError(f"is not TOML: {error}", path)
    number = place[len("line ") :].partition(",")[0]
    line = int(number) if number.isascii() and number.isdigit() else line_at(text.rstrip(), len(text))
    return VenvhookError(f"is not TOML: {said[0].lower()}{said[1:]}", path, line)


def _lines_of_keys(text: str) -> dict[tuple[str, ...], int]:
    """The line of each table and key in TEXT, which must be valid TOML with LF line ends.

    Keys inside an inline table are not listed: who asks takes the key above.
    """
    lines: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    at = 0
    while at < len(text):
        if text[at] in " \t\n":
            at += 1
        elif text[at] == "#":
            at = _line_end(text, at)
        elif text[at] == "[":
            table, end = _read_key(text, at + text.startswith("[[", at) + 1)
            lines.setdefault(table, line_at(text, at))
            at = _line_end(text, end)
        else:
            keys, end = _read_key(text, at)
            lines.setdefault(table + keys, line_at(text, at))
            at = _skip_value(text, end + 1)
    return lines


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _read_key(text: str, at: int) -> tuple[tuple[str, ...], int]:
    """The parts of the dotted key that begins AT, and where its `=` or `]` is."""
    parts = []
    while at < len(text) and text[at] not in "=]":
        end = at
        if text[at] in "\"'":
            end = _skip_string(text, at)
            quoted = text[at:end]
            parts.append(str(_load(f"key = {quoted}")["key"]) if "\\" in quoted else quoted[1:-1])
        elif text[at] in " \t.":
            end += 1
        else:
            while end < len(text) and text[end] not in " \t.=]":
                end += 1
            parts.append(text[at:end])
        at = end
    return tuple(parts), at


def _skip_value(text: str, at: int) -> int:
    """Where the line ends on which the value that begins AT does."""
    depth = 0
    while at < len(text) and (depth or text[at] != "\n"):
        if text[at] in "\"'":
            at = _skip_string(text, at)
        elif text[at] == "#":
            at = _line_end(text, at)
        else:
            depth += (text[at] in "[{") - (text[at] in "]}")
            at += 1
    return at


def _skip_string(text: str, at: int) -> int:
    """Where the string that begins AT has ended."""
    quote = text[at]
    mark = quote * 3 if text.startswith(quote * 3, at) else quote
    at += len(mark)
    while at < len(text) and not text.startswith(mark, at):
        at += 2 if quote == '"' and text[at] == "\\" else 1
    at += len(mark)
    while len(mark) == 3 and text.startswith(quote, at):  # """a""""" ends with two quotes of its own
        at += 1
    return at


# ---- Fields of a record ----------------------------------------------------------------------------------------------


def optional_field(value: str | None) -> str:
    """VALUE as one field, None and "" told apart; `Fields.optional` undoes it."""
    return "" if value is None else "=" + value


class Fields:
    """Takes typed values from the front of a list of strings; VenvhookError when they are not what was written."""

    __slots__ = ("_left",)

    def __init__(self, fields: list[str]) -> None:
        self._left: Iterator[str] = iter(fields)

    @staticmethod
    def broken() -> VenvhookError:
        return VenvhookError("a record is damaged")

    def string(self) -> str:
        value = next(self._left, None)
        if not isinstance(value, str) or "\0" in value:
            raise self.broken()
        return value

    def optional(self) -> str | None:
        value = self.string()
        if value and value[0] != "=":
            raise self.broken()
        return value[1:] if value else None

    def count(self) -> int:
        value = self.string()
        if len(value) > 6 or not (value.isascii() and value.isdigit()) or str(int(value)) != value:
            raise self.broken()
        return int(value)

    def strings(self) -> tuple[str, ...]:
        return tuple([self.string() for _ in range(self.count())])

    def end(self) -> None:
        if next(self._left, None) is not None:
            raise self.broken()
