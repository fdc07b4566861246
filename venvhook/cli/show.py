"""How the commands show things: plain lines on stdout; tables and progress by rich where a person looks on.

No code that only a terminal understands reaches anything else. With `TERM=dumb` there is none at all, with `NO_COLOR`
(no-color.org) neither colours nor bold. Nothing is drawn with characters beyond ASCII, so every locale will do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys

from venvhook.errors import shown
from venvhook.system import HERE, WINDOWS, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from venvhook.errors import VenvhookError
    from venvhook.system import System


def line(text: str) -> None:
    """One line on stdout, harmless for a terminal."""
    print(shown(text))


def path(text: str) -> None:
    """A path on stdout: to a terminal harmless, to another program as it is."""
    sys.stdout.flush()
    sys.stdout.buffer.write(printed(shown(text) if sys.stdout.isatty() else text, sys.stdout.encoding) + b"\n")


def printed(text: str, encoding: str, system: System = HERE) -> bytes:
    """The bytes of TEXT, a path or a shell's, on a stream of this ENCODING: on POSIX those that the path has.

    On Windows, whoever reads them takes them for text of that encoding; what it lacks becomes an escape.
    """
    return text.encode(encoding, "backslashreplace") if system is WINDOWS else encode(text)


def note(text: str) -> None:
    """One line on stderr, for the person, behind what was shown before it."""
    sys.stdout.flush()
    print(f"venvhook: {shown(text)}", file=sys.stderr)


def rows(pairs: Iterable[tuple[str, str]]) -> None:
    """Labels and texts in two columns; a label that is that of the row before is not repeated.

    On a terminal, texts are broken at blanks; one with a word that is too long for its column stands below its label.
    """
    pairs = list(pairs)
    label_width = max((len(label) for label, _ in pairs), default=0)
    columns = _columns()
    before = ""
    for label, text in pairs:
        _row("" if label == before else label, shown(text), label_width, columns)
        before = label


def _row(label: str, text: str, label_width: int, columns: int | None) -> None:
    start = label_width + 4
    if columns is not None and max(map(len, text.split()), default=0) > columns - start:
        if label:
            print(f"  {label}")
        label, label_width, start = "", 0, 4
    first, *rest = _broken(text, columns - start) if columns else [text]
    print(f"  {label:<{label_width}}  {first}".rstrip())
    for part in rest:
        print(" " * start + part)


def _broken(text: str, room: int) -> list[str]:
    """TEXT in lines; a word longer than ROOM stays whole, so that a path can be copied."""
    import textwrap

    return textwrap.wrap(text, max(room, 1), break_long_words=False, break_on_hyphens=False) or [""]


def _columns() -> int | None:
    """How wide the terminal is that stdout is; None where it is none: nothing is broken there."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def data(value: object) -> None:
    """VALUE as JSON, in ASCII: no locale can break it."""
    import json

    print(json.dumps(value, indent=2))


def error_data(error: VenvhookError) -> dict[str, object]:
    """An error for `data`."""
    return {"path": error.path, "line": error.line, "problem": error.problem, "remedy": error.remedy}


def table(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """A table without the columns that are empty; where the terminal is too narrow for it, a block for each row."""
    held = [at for at in range(len(headers)) if any(row[at] for row in cells)]
    headers, safe = [headers[at] for at in held], [[shown(row[at]) for at in held] for row in cells]
    widths = [max(len(row[at]) for row in (headers, *safe)) for at in range(len(headers))]
    columns = _columns()
    if columns is not None and sum(widths) + 2 * len(widths) > columns:
        _blocks(headers, safe)
    elif columns is not None and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR"):
        _drawn(headers, safe)
    else:
        for row in (headers, *safe):
            print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths)).rstrip())


def _blocks(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    for first, *others in cells:
        print(first)
        rows((header, cell) for header, cell in zip(headers[1:], others) if cell)


def _drawn(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for header in headers:
        drawn.add_column(Text(header), overflow="fold")
    for row in cells:
        drawn.add_row(*map(Text, row))  # as Text: nothing in a path is markup
    Console(highlight=False).print(drawn)


@contextlib.contextmanager
def working(text: str) -> Iterator[Callable[[str], None]]:
    """While something takes its time: TEXT on stderr where that is a terminal, with a spinner if it can draw one.

    Yields what shows the last line that a tool has written. However it ends, the cursor is there again.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        if sys.stderr.isatty():
            print(shown(text), file=sys.stderr)
        yield lambda line: None
        return
    from rich.console import Console
    from rich.text import Text

    from venvhook.create.running import ended_once

    console = Console(stderr=True)
    with ended_once(), console.status(Text(shown(text)), spinner="line") as status:
        yield lambda line: status.update(Text(f"{shown(text)}: {line}"[: max(console.width - 3, 20)]))
