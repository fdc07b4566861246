"""What venvhook tells a user who made a mistake, and how text that a project chose is shown on a terminal.

Nothing that a project names (a path, a key, a value) reaches a terminal raw: the name of a folder must not set the
title of the window, and a newline in a path must not forge a second message.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as surrogateescape (PEP 383) holds it
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def shown(text: str) -> str:
    """TEXT made harmless for a terminal and encodable as UTF-8.

    What `str.isprintable` denies (C0, C1, DEL, bidirectional overrides, U+2028, ...) becomes an escape such as `\\n`,
    `\\x1b` or `\\u202e`, an undecodable byte `\\xNN`. The rest, backslashes too, stays: the result is to be read, not
    to be decoded.
    """
    return "".join(c if c.isprintable() else _NAMED.get(c) or _escape(c) for c in text)


class VenvhookError(Exception):
    """A mistake of the user's, or a state of the machine, that one line explains.

    `str()` gives `PATH:LINE: problem; remedy` without the parts that are None, all of it `shown`. LINE counts from 1.
    """

    def __init__(
        self, problem: str, path: str | None = None, line: int | None = None, remedy: str | None = None
    ) -> None:
        super().__init__(problem, path, line, remedy)
        self.problem = problem
        self.path = path
        self.line = line
        self.remedy = remedy
        self.others: Sequence[VenvhookError] = ()  # told behind this one

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        where = f"{place}: " if place else ""
        meant = "" if self.remedy is None else f"; {self.remedy}"
        return shown(where + self.problem + meant)
