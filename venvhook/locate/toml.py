"""The plain values of a TOML file, without the parser: importing that takes twice as long as starting Python does.

What is read are tables and keys with strings and booleans. Any other value is UNREAD, and for any line that is not
understood at once there is no answer at all: then the real parser has to be asked, which also knows what is wrong.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

UNREAD = object()  # a value that is there


class _Odd(Exception):
    """Valid or not, it is not for this reader."""


def load(text: str) -> dict[str, object] | None:
    """The values of TEXT; None: ask the real parser."""
    try:
        return _load(text)
    except (_Odd, IndexError):
        return None


def below(value: object, keys: Sequence[str]) -> object:
    """The value at KEYS, from the top downwards: None where there is none, UNREAD when it is in what was not read."""
    for key in keys:
        if value is not UNREAD:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def _load(text: str) -> dict[str, object]:
    root: dict[str, object] = {}
    table = root
    at = 0
    while at < len(text):
        end = _line_end(text, at)
        line = text[at:end].strip(" \t\r")
        if line.startswith("["):
            table, at = _header(root, line), end + 1
        elif not line or line[0] == "#":
            at = end + 1
        else:
            at = _pair(table, text, at, end)
    return root


def _header(root: dict[str, object], line: str) -> dict[str, object]:
    """The table that a line `[a.b]` begins; those of a list, `[[a.b]]`, are read by nobody."""
    double = line.startswith("[[")
    inside, bracket, rest = line[1 + double :].partition("]]" if double else "]")
    if not bracket or not _is_rest(rest):
        raise _Odd
    keys = _keys(inside)
    if double:
        _descend(root, keys[:-1])[keys[-1]] = UNREAD
        return {}
    return _descend(root, keys)


def _pair(table: dict[str, object], text: str, at: int, end: int) -> int:
    """Read `key = value`; where the next line begins."""
    equals = text.find("=", at, end)
    keys = _keys(text[at : max(equals, at)])
    start = equals + 1
    while text[start] in " \t":
        start += 1
    value, at = _value(text, start)
    end = _line_end(text, at)
    inner = _descend(table, keys[:-1])
    if keys[-1] in inner or not _is_rest(text[at:end]):
        raise _Odd
    inner[keys[-1]] = value
    return end + 1


def _descend(table: dict[str, object], keys: list[str]) -> dict[str, object]:
    for key in keys:
        below = table.setdefault(key, {})
        if below is UNREAD:
            return {}
        if not isinstance(below, dict):
            raise _Odd
        table = below
    return table


def _keys(text: str) -> list[str]:
    """The parts of a dotted key."""
    found = []
    while True:
        text = text.strip(" \t")
        quote = text[0] if text[0] in "'\"" else ""
        key, dot, rest = text[1:].partition(quote) if quote else text.partition(".")
        if quote:
            dot, rest = rest.strip(" \t")[:1], rest.strip(" \t")[1:]
        elif not key.strip(" \t").isascii() or not key.strip(" \t").replace("-", "").replace("_", "").isalnum():
            raise _Odd
        if dot not in ("", ".") or (quote and ("\\" in key or "\n" in key)):
            raise _Odd
        found.append(key if quote else key.strip(" \t"))
        if not dot:
            return found
        text = rest


def _value(text: str, at: int) -> tuple[object, int]:
    """The value that begins AT, and where it has ended."""
    first = text[at]
    if first in "'\"":
        end = _string_end(text, at)
        inside = text[at + 1 : end - 1]
        plain = not text.startswith(first * 3, at) and not (first == '"' and "\\" in inside)
        return (inside if plain else UNREAD), end
    if first in "[{":
        return UNREAD, _bracket_end(text, at)
    line = text[at : _line_end(text, at)]
    word = line.partition("#")[0].strip(" \t\r")
    if word in ("true", "false"):
        return word == "true", at + len(word)
    if not word or word[0] not in "0123456789+-in":
        raise _Odd
    return UNREAD, at + len(word)


def _string_end(text: str, at: int) -> int:
    """Behind the string that begins AT. A text that ends inside one is odd (IndexError)."""
    quote = text[at]
    mark = quote * 3 if text.startswith(quote * 3, at) else quote
    at += len(mark)
    while not text.startswith(mark, at):
        if text[at] == "\n" and len(mark) == 1:
            raise _Odd
        at += 2 if text[at] == "\\" and quote == '"' else 1
    at += len(mark)
    while len(mark) == 3 and text.startswith(quote, at):
        at += 1
    return at


def _bracket_end(text: str, at: int) -> int:
    """Behind the list or table in brackets that begins AT."""
    depth = 0
    while True:
        if text[at] in "'\"":
            at = _string_end(text, at)
            continue
        if text[at] == "#":
            at = _line_end(text, at)
        depth += (text[at] in "[{") - (text[at] in "]}")
        at += 1
        if not depth:
            return at


def _is_rest(text: str) -> bool:
    """Whether only blanks and a comment are left of a line."""
    return text.strip(" \t\r")[:1] in ("", "#")


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end
