"""All tools at all works, in one run on the same projects."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Mapping

from . import count as counting
from .budgets import budget_table, checks
from .ground import Ground
from .obtain import NotHere, version
from .result import Asked, Result, Row, shell_table, show
from .shells import SHELLS, Shell
from .tools import NOTHING, PYTHON, TOOLS, Tool
from .works import ALONE, WORKS, Place, Places, Work, concerned, count, measure

NAMES = [work.name for work in WORKS]


def run(result: Result, asked: Asked) -> None:
    """Measure into `result`, and print a table for each shell as soon as it is measured."""
    chosen = [PYTHON, *(tool for tool in TOOLS if tool.name in asked.tools)]
    grounds = grounds_of(result, asked, chosen)
    for shell in here(result, asked.shells):
        places = places_of(result, grounds, shell)
        try:
            for work in works(asked):
                add(result, shell, work, concerned(work, places), asked)
        finally:
            for place in places.values():
                place.session.close()
        show(shell_table(result, shell.name, NAMES))
        show(budget_table(checks(result, shell.name)))


def works(asked: Asked) -> Iterator[Work]:
    """What starts a process, or a shell, takes little of the shell's own processor time."""
    return (work for work in (*WORKS, *ALONE) if not (asked.processor and work.once))


def grounds_of(result: Result, asked: Asked, tools: Iterable[Tool]) -> dict[str, Ground]:
    """Every tool that can be had, set up; the versions, and the reasons of the others, are noted."""
    grounds = {}
    for tool in (NOTHING, *tools):
        try:
            grounds[tool.name] = Ground(asked, tool)
            if tool.version:
                result.versions[tool.name] = grounds[tool.name].version()
        except (NotHere, OSError, subprocess.SubprocessError) as reason:
            result.missing[tool.name] = str(reason)
    return grounds


def here(result: Result, names: Iterable[str]) -> list[Shell]:
    """The shells that are installed; the others are noted."""
    shells = [SHELLS[name] for name in names]
    for shell in shells:
        found = version(f"{shell.name} --version", shell.name)
        if found == "?":
            result.missing[shell.name] = "not installed"
        elif numbers(found) < numbers(shell.oldest):
            result.missing[shell.name] = f"{found} cannot measure itself, {shell.oldest} can"
        else:
            result.versions[shell.name] = found
    return [shell for shell in shells if shell.name in result.versions]


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def places_of(result: Result, grounds: Mapping[str, Ground], shell: Shell) -> Places:
    """A live shell for each tool that there is for it; a tool that does not do its work there is noted."""
    places = {}
    for name, ground in grounds.items():
        try:
            if shell.name in ground.tool.load:
                places[name] = Place(ground, ground.session(shell))
        except NotHere as reason:
            result.missing[f"{name} in {shell.name}"] = str(reason)
    return places


def add(result: Result, shell: Shell, work: Work, places: Places, asked: Asked) -> None:
    figures = measure(work, places, asked.rounds)
    counts = count(work, places, asked.root / "strace") if counting.available() else {}
    for name, figure in figures.items():
        row = Row(shell.name, name, work.name, figure.microseconds, figure.spread, starts=figure.starts)
        if name in counts:
            row.processes, row.file_calls = counts[name]
        result.rows.append(row)
