"""Dotenv files: lines of NAME=value that a marker's `dotenv` key names.

The syntax is what python-dotenv and docker compose have in common, and nothing is ever expanded or run:

- blank lines and `#` lines count for nothing; `export ` in front and blanks around `=` are allowed;
- an unquoted value ends at the end of the line or at a `#` behind a blank, and loses the blanks around it;
- 'single quotes' hold every character as it is, "double quotes" know \\n \\r \\t \\" \\\\ \\$ and leave any other
  backslash alone; both may span lines, and only a comment may follow them;
- a name given twice has its last value.

Where this differs on purpose: `$NAME` and `${NAME}` stay as they are (both others expand them; a value must not depend
on the shell it is read in). A line with only a NAME is an error (python-dotenv: no value; compose: taken from the
environment). `'it\\'s'` is an error (both others allow the escape). Any line that is not understood is an error, where
python-dotenv warns and skips it. `docker run --env-file` reads another format, without quotes.

No message shows anything of a value, or of a line that is not understood: it may be a secret.
"""

from __future__ import annotations

from venvhook.errors import VenvhookError
from venvhook.files import decode, line_at, read_plain
from venvhook.names import refuse
from venvhook.system import HERE, System, fold

LIMIT = 64 * 1024  # bytes
_BLANKS = " \t"
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def read(path: str) -> bytes:
    """The bytes of the dotenv file PATH; VenvhookError when it is not a plain text file of at most LIMIT bytes."""
    return read_plain(path, LIMIT)


def parse(data: bytes, path: str, system: System = HERE) -> list[tuple[str, str]]:
    """The (name, value) pairs of DATA, names once each, in the order of the file.

    PATH is for messages only. VenvhookError, with the line, for what is not UTF-8, not understood, or sets a variable
    that `names.refuse` refuses.
    """
    text = decode(data, path)
    values: dict[str, tuple[str, str]] = {}
    at = _skip_blanks(text, 0)
    while at < len(text):
        if text[at] == "\n":
            at += 1
        elif text[at] == "#":
            at = _line_end(text, at)
        else:
            name, at = _name(text, at, path)
            value, at = _value(text, at, path)
            values[fold(name, system)] = name, value
        at = _skip_blanks(text, at)
    return list(values.values())


def _wrong(text: str, at: int, path: str, problem: str, remedy: str) -> VenvhookError:
    return VenvhookError(problem, path, line_at(text, at), remedy)


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _name(text: str, at: int, path: str) -> tuple[str, int]:
    """The name that is set on the line AT, and where its value begins."""
    name, equals, _ = text[at : _line_end(text, at)].partition("=")
    value_at = at + len(name) + 1
    words = name.split()
    if len(words) > 1 and words[0] == "export":
        del words[0]
    name = words[0] if len(words) == 1 else ""
    if not equals:
        raise _wrong(text, at, path, "a line without =", "write NAME=value, or NAME= for an empty one")
    reason = refuse(name)
    if reason:
        shown = name if name.isascii() and name.isidentifier() else "what stands before ="
        raise _wrong(text, at, path, f"{shown} {reason}", "take it out")
    return name, value_at


def _value(text: str, at: int, path: str) -> tuple[str, int]:
    """The value that begins AT, and where its last line ends."""
    start = _skip_blanks(text, at)
    if start < len(text) and text[start] in "\"'":
        value, start = _quoted(text, start, path)
        return value, _behind_quotes(text, start, path)
    end = _line_end(text, at)
    return _before_comment(text[at:end]).strip(_BLANKS), end


def _before_comment(value: str) -> str:
    for at in range(1, len(value)):
        if value[at] == "#" and value[at - 1] in _BLANKS:
            return value[:at]
    return value


def _behind_quotes(text: str, at: int, path: str) -> int:
    rest = _skip_blanks(text, at)
    comment = rest > at and text.startswith("#", rest)
    if rest < len(text) and text[rest] != "\n" and not comment:
        remedy = 'quote the whole value, with \\" for a double quote inside double quotes'
        raise _wrong(text, at, path, "text behind the closing quote", remedy)
    return _line_end(text, rest)


def _quoted(text: str, at: int, path: str) -> tuple[str, int]:
    """The value whose opening quote is AT, and the place behind the closing one."""
    quote, parts, last = text[at], [], at + 1
    end = last
    while end < len(text) and text[end] != quote:
        if quote == '"' and text[end] == "\\" and text[end + 1 : end + 2] in _ESCAPES:
            parts += [text[last:end], _ESCAPES[text[end + 1]]]
            last = end = end + 2
        else:
            end += 1
    if end >= len(text):
        raise _wrong(text, at, path, "the quote that opens here is never closed", f"write {quote} behind the value")
    return "".join([*parts, text[last:end]]), end + 1
