"""A TOML file that a person writes: its values, and checks of them whose errors know the line.

The marker and the user's config.toml are read with it, and what managers have in TOML files.
"""

from __future__ import annotations

import os
import sys

from venvhook.errors import VenvhookError
from venvhook.files import decode, line_at


PARTS = 32  # of a dotted key: managers' files have eight


class Document:
    """A parsed TOML file: `values`, and checks of them whose VenvhookErrors know the line."""

    __slots__ = ("path", "text", "values")

    def __init__(self, data: bytes, path: str) -> None:
        self.path = path
        self.text = decode(data, path)
        _check_depth(self.text, path)
        try:
            self.values = _load(self.text)
        except (ValueError, RecursionError) as error:
            raise _toml_error(error, self.text, path) from None

    def wrong(self, keys: tuple[str, ...], problem: str, remedy: str | None = None) -> VenvhookError:
        """The error that the value at KEYS, from the top downwards, has PROBLEM."""
        return VenvhookError(f"{'.'.join(keys)} {problem}", self.path, self._line(keys), remedy)

    def _line(self, keys: tuple[str, ...]) -> int:
        """Where the value at KEYS begins: behind the last line with which the text up to there is TOML without it."""
        lines = self.text.split("\n")
        before, looked, behind = 0, 0, len(lines)
        while behind - looked > 1:  # halved each time: to parse the text up to each single line would take too long
            middle = number = (looked + behind) // 2
            values = _whole(lines[:number])
            while values is None and number - 1 > looked:
                number -= 1
                values = _whole(lines[:number])
            if values is not None and _holds(values, keys):
                behind = number
            else:
                before, looked = before if values is None else number, middle
        return before + 1

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


def _whole(lines: list[str]) -> dict[str, object] | None:
    """The values of LINES; None where they end in the midst of a value."""
    try:
        return _load("\n".join(lines))
    except ValueError:
        return None


def _check_depth(text: str, path: str) -> None:
    """VenvhookError for a key of more than PARTS parts: what the parser needs for one grows with their square."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") >= PARTS and _parts(line) > PARTS:
            raise VenvhookError(f"has a key of more than {PARTS} parts", path, number, "write it with fewer dots")


def _parts(line: str) -> int:
    """How many parts the longest key in LINE has. What looks like one in a text counts too."""
    import re

    longest = run = 0
    dotted = False
    for token in re.findall(r"""[\w-]+|"[^"]*"|'[^']*'|[^ \t]""", line):
        if token == ".":
            dotted = True
            continue
        is_part = token[0] in "\"'_-" or token[0].isalnum()
        run = (run + 1 if dotted else 1) if is_part else 0
        dotted = False
        longest = max(longest, run)
    return longest


def _holds(value: object, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


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
