"""The benchmark's numbers as bars on a logarithmic scale: a panel for each shell, a group for each kind of work."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from typing import Any

from . import svg

LABELS, PANEL, GAP, BAR, GROUP, TOP, MARGIN = 130, 210, 24, 15, 12, 62, 14  # pixels
LINE, LETTER = 16, 7  # of a note: its height, and more than the mean width of a letter
VALUE = 62  # pixels of a panel, kept free for the number behind the longest bar
PLAIN = f"text{{font:12px {svg.SANS}}}.strong{{font-weight:600}}.small{{font-size:11px}}.right{{text-anchor:end}}"
COLOURS = {
    "paper": ("#f6f8fa", "#161b22"),
    "ink": ("#1f2328", "#e6edf3"),
    "pale": ("#57606a", "#9198a1"),
    "line": ("#d0d7de", "#30363d"),
}
TOOLS = [  # in the order in which the numbers name them
    ("#1a7f37", "#3fb950"), ("#9a6700", "#d29922"), ("#8250df", "#a371f7"), ("#0969da", "#58a6ff"),
    ("#bf3989", "#db61a2"), ("#57606a", "#9198a1"),
]  # fmt: skip


class Numbers:
    """What was measured of the tools that work in every shell: microseconds by shell, work and tool.

    Shells, works and tools stand in the order in which each first comes.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        rows = [row for row in data["rows"] if "microseconds" in row]
        self.shells, self.works = (list(dict.fromkeys(row[key] for row in rows)) for key in ("shell", "work"))
        seen = {(row["shell"], row["tool"]) for row in rows}
        self.tools = [tool for tool in dict.fromkeys(row["tool"] for row in rows) if self._everywhere(tool, seen)]
        every = {(row["shell"], row["work"], row["tool"]): row["microseconds"] for row in rows}
        self.taken = {key: took for key, took in every.items() if key[2] in self.tools}
        self.tools_of = {
            work: [tool for tool in self.tools if any((shell, work, tool) in self.taken for shell in self.shells)]
            for work in self.works
        }
        self.low = 10 ** math.floor(math.log10(min(took for took in self.taken.values() if took)))
        self.high = max(self.taken.values())

    def _everywhere(self, tool: str, seen: set[tuple[str, str]]) -> bool:
        return all((shell, tool) in seen for shell in self.shells)

    def share(self, microseconds: float) -> float:
        """How much of the longest bar's length these are; what is too short for the scale has none."""
        return max(0, math.log(microseconds / self.low) / math.log(self.high / self.low)) if microseconds else 0

    def tops(self) -> Iterator[tuple[str, int]]:
        """Each work, and where its group of bars begins; at last, where they end."""
        y = TOP
        for work in self.works:
            yield work, y
            y += len(self.tools_of[work]) * BAR + GROUP
        yield "", y


def draw(data: dict[str, Any]) -> str:
    """The picture of a benchmark's data."""
    numbers = Numbers(data)
    *groups, (_, end) = numbers.tops()
    width = LABELS + len(numbers.shells) * (PANEL + GAP) + MARGIN
    notes = [line for note in _notes(data, numbers) for line in textwrap.wrap(note, width // LETTER)]
    size = (width, end + len(notes) * LINE + MARGIN)
    body = [svg.box(0, 0, *size, "paper", rx=8), *_legend(numbers)]
    body += [svg.text(LABELS - 10, y + 11, work, "ink right") for work, y in groups]
    for number, shell in enumerate(numbers.shells):
        body += _panel(numbers, shell, LABELS + number * (PANEL + GAP))
    body += [svg.text(MARGIN, end + LINE * (n + 1), note, "pale small") for n, note in enumerate(notes)]
    colours = {f"tool{number}": TOOLS[number] for number in range(len(numbers.tools))}
    title = f"Time that {', '.join(numbers.tools)} take in {', '.join(numbers.shells)}, on a logarithmic scale"
    return svg.document(size, title, svg.style(PLAIN, {**COLOURS, **colours}), body)


def _legend(numbers: Numbers) -> Iterator[str]:
    x: float = LABELS
    for number, tool in enumerate(numbers.tools):
        yield svg.box(x, MARGIN, 10, 10, f"tool{number}")
        yield svg.text(x + 15, MARGIN + 9, tool, "ink strong" if number == 0 else "ink")
        x += 36 + 7 * len(tool)


def _panel(numbers: Numbers, shell: str, left: float) -> Iterator[str]:
    *groups, (_, end) = numbers.tops()
    yield svg.text(left, TOP - 12, shell, "ink strong")
    yield svg.box(left - 1, TOP - 4, 1, end - TOP, "line")
    for work, top in groups:
        for number, tool in enumerate(numbers.tools_of[work]):
            took = numbers.taken.get((shell, work, tool))
            if took is not None:
                yield from _bar(numbers, tool, took, left, top + number * BAR)


def _bar(numbers: Numbers, tool: str, took: float, left: float, y: float) -> Iterator[str]:
    length = max(2, numbers.share(took) * (PANEL - VALUE))
    yield svg.box(left, y, length, BAR - 3, f"tool{numbers.tools.index(tool)}")
    yield svg.text(left + length + 5, y + 10, told(took), "pale small")


def told(microseconds: float) -> str:
    """A time for a person, with two figures that count."""
    if not microseconds:
        return "0"
    unit, amount = ("ms", microseconds / 1000) if microseconds >= 1000 else ("µs", microseconds)
    figures = max(0, 1 - math.floor(math.log10(amount)))
    return f"{round(amount, figures):.{figures}f} {unit}"


def _notes(data: dict[str, Any], numbers: Numbers) -> Iterator[str]:
    """By which command, with which versions of what is shown, and where the numbers were measured."""
    machine, known = data["machine"], data["versions"]
    yield f"Logarithmic scale; measured by {data['command']}"
    yield ", ".join(f"{name} {known[name]}" for name in (*numbers.tools, *numbers.shells) if name in known)
    yield f"{machine['cores']} × {machine['cpu']}, {machine['system']}"
