"""Is it the truth? The same tools, with a person's lines typed into the terminal, and the time until the next prompt.

The wall time of a whole prompt, line editor and terminal included, is far more than what most hooks add, so only the
slower tools stand out of its noise; for these, both ways of measuring have to tell the same.
"""

from __future__ import annotations

from rich.table import Table

from .result import Asked, Result, show, time
from .side_by_side import grounds_of, here, places_of
from .tools import TOOLS
from .works import WORKS, Figure, Places, Samples, figures, measure

LINES = 20  # typed in one round


def run(result: Result, asked: Asked) -> None:
    grounds = grounds_of(result, asked, [tool for tool in TOOLS if tool.name in asked.tools])
    table = Table("shell", "tool", "work", "in the loop", "as typed")
    for shell in here(result, asked.shells):
        places = places_of(result, grounds, shell)
        for work in WORKS[:2]:
            looped = measure(work, places, asked.rounds)
            for name, figure in walls(work.start, places, asked.rounds).items():
                table.add_row(shell.name, name, work.name, _shown(looped[name]), _shown(figure))
        for place in places.values():
            place.session.close()
    show(table)


def walls(start: str, places: Places, rounds: int) -> dict[str, Figure]:
    """What an empty line takes from the return key to the next prompt, the bare shell's taken off."""
    samples: Samples = {name: [] for name in places}
    for place in places.values():
        place.session.go(place.ground.names[start])
    for _ in range(rounds):
        for name, place in places.items():
            samples[name] += [place.session.wall("") for _ in range(LINES)]
    return figures(samples)


def _shown(figure: Figure) -> str:
    return f"{time(figure.microseconds)} ± {time(figure.spread)}"
