"""How the commands show things: plain lines on stdout; tables and progress by rich where a person looks on."""

from __future__ import annotations

import contextlib
import os
import sys

from venvhook.errors import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def line(text: str) -> None:
    """One line on stdout, harmless for a terminal."""
    print(shown(text))


def path(text: str) -> None:
    """A path on stdout: to a terminal harmless, to another program as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(os.fsencode(shown(text) if sys.stdout.isatty() else text) + b"\n")


def note(text: str) -> None:
    """One line on stderr, for the person."""
    print(f"venvhook: {shown(text)}", file=sys.stderr)


def rows(pairs: Iterable[tuple[str, str]]) -> None:
    """Labels and texts in two columns; a label that is that of the row before is not repeated."""
    pairs = list(pairs)
    width = max((len(label) for label, _ in pairs), default=0)
    before = ""
    for label, text in pairs:
        print(f"  {'' if label == before else label:<{width}}  {shown(text)}".rstrip())
        before = label


def data(value: object) -> None:
    """VALUE as JSON, in ASCII: no locale can break it."""
    import json

    print(json.dumps(value, indent=2))


def table(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A table: drawn by rich on a terminal, else columns with blanks between."""
    safe = [[shown(cell) for cell in row] for row in cells]
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _drawn(headers, safe)
        return
    widths = [max(len(row[at]) for row in (headers, *safe)) for at in range(len(headers))]
    for row in (headers, *safe):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip())


def _drawn(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        drawn.add_column(header, overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))  # as Text: nothing in a path is markup
    Console().print(drawn)


@contextlib.contextmanager
def working(text: str) -> Iterator[None]:
    """While something takes its time: a spinner with TEXT on stderr, where that is a terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(shown(text))):
        yield
