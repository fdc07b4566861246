"""What is measured, and the one loop that does it: in each round every tool has its turn, so that a noisy machine hits
all alike. The figure is the median of the rounds, less the bare shell's; the spread is half of the middle half.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from .count import Counts, counted, counted_start
from .ground import Ground
from .session import Session
from .tools import NOTHING, PYTHON

BARE = NOTHING.name
SAMPLE = 20_000  # microseconds that one sample should last
MOST = 400  # turns in one sample
LONGEST = 2_000_000  # microseconds that a sample in a shell of its own may last
COUNTED = 4  # turns that are counted
Samples = dict[str, list[float]]


@dataclass(frozen=True)
class Place:
    """A tool, and its live shell."""

    ground: Ground
    session: Session


Places = dict[str, Place]


@dataclass(frozen=True)
class Work:
    """Lines that are typed in the folder `start`, each with the prompt that follows; `share` operations in a turn."""

    name: str
    start: str
    lines: tuple[str, ...]
    share: int = 1
    once = False  # each sample needs something new, so it is one turn

    def text(self, place: Place) -> str:
        """What one turn runs."""
        lines = [line.format(enter=place.ground.enter(), leave=place.ground.leave()) for line in self.lines]
        return place.session.shell.typed(*lines)

    def after(self, place: Place) -> None:
        """Back to where a turn starts."""

    def sample(self, place: Place, turns: int) -> float:
        """Microseconds of one operation."""
        if place.session.shell.compiles and not self.once:
            return self.fresh(place, turns)
        spent = place.session.body(turns, self.text(place))
        self.after(place)
        return spent / self.share

    def fresh(self, place: Place, turns: int) -> float:
        """The same, in a new shell, to which all is new."""
        session = place.ground.start(place.session.shell)
        try:
            session.go(place.ground.names[self.start])
            return session.body(turns, self.text(place)) / self.share
        finally:
            session.close()

    def turns(self, place: Place) -> int:
        """So many make a sample, at the speed of the first turns, which warm the shell up too."""
        if self.once:
            return 1
        compiles = place.session.shell.compiles  # there the first turns are the slowest by far
        taken = max(1.0, self.sample(place, 20 if compiles else 2) * self.share)
        if compiles:
            return max(40, min(MOST, int(LONGEST / taken)))
        return max(1, min(MOST, int(SAMPLE / taken)))

    def count(self, place: Place, log: Path) -> Counts:
        """What one operation starts and asks of the file system; the typed line's own prompt is taken off."""
        turns = 1 if self.once else COUNTED
        text = self.text(place)
        all_of_it = counted(place.session, log, lambda: place.session.body(turns, text))
        own = counted(place.session, log, lambda: place.session.body(1, place.session.shell.idle))
        self.after(place)
        return all_of_it.less(own).of(turns * self.share)


class Alone(Work):
    """Without the prompt that follows: what the command itself has to bear."""

    def text(self, place: Place) -> str:
        return "; ".join(self.lines)


class FirstVisit(Work):
    """A project that was allowed and never entered."""

    once = True

    def text(self, place: Place) -> str:
        return place.session.shell.typed(place.ground.enter(place.ground.project()))

    def after(self, place: Place) -> None:
        place.session.loop(1, place.ground.leave())


class AfterEdit(Work):
    """The next prompt in a project whose file was edited, and allowed again."""

    once = True

    def text(self, place: Place) -> str:
        place.ground.edit()
        return place.session.shell.typed("")


class ShellStart(Work):
    """What the line in the start-up file takes, in a new shell; what it leaves for the first prompt is not in it."""

    once = True

    def sample(self, place: Place, turns: int) -> float:
        session = place.ground.start(place.session.shell)
        try:
            return session.ask("bench_loaded") / 1000
        finally:
            session.close()

    def count(self, place: Place, log: Path) -> Counts:
        return counted_start(place.session.shell, place.ground.environ, log)


class FirstEnter(Work):
    """The first project that a new shell enters, one that is known; with the prompt."""

    once = True

    def sample(self, place: Place, turns: int) -> float:
        return self.fresh(place, 1)

    def count(self, place: Place, log: Path) -> Counts:
        session = place.ground.start(place.session.shell)
        try:
            return super().count(Place(place.ground, session), log)
        finally:
            session.close()

    def after(self, place: Place) -> None:
        """The shell ends there."""


FIRST_VISIT = FirstVisit("first visit", "plain", ())
AFTER_EDIT = AfterEdit("after an edit", "app", ())
WORKS = (
    Work("prompt outside", "plain", ("",)),
    Work("prompt inside", "app", ("",)),
    Work("cd inside", "app", ("cd src", "cd .."), 2),
    Work("cd outside", "plain", ("cd sub", "cd .."), 2),
    Work("enter and leave", "plain", ("{enter}", "{leave}")),
    FIRST_VISIT,
    AFTER_EDIT,
    ShellStart("shell start", "plain", ()),
    FirstEnter("first enter", "plain", ("{enter}",)),
)
ALONE = (  # for the budgets: a `cd` without the prompt behind it
    Alone("cd inside, alone", "app", ("cd src", "cd .."), 2),
    Alone("cd outside, alone", "plain", ("cd sub", "cd .."), 2),
)


@dataclass(frozen=True)
class Figure:
    """Microseconds of one operation, how far they spread, and how many starts of a bare interpreter it takes."""

    microseconds: float
    spread: float
    starts: float | None


def concerned(work: Work, places: Places) -> Places:
    """The tools that a work says something about: where no file is edited, nothing follows from an edit."""
    edited = {name for name, place in places.items() if place.ground.tool.edited}
    wanted = {AFTER_EDIT: {BARE, *edited}, FIRST_VISIT: set(places)}.get(work, set(places) - {PYTHON.name})
    return {name: place for name, place in places.items() if name in wanted}


def measure(work: Work, places: Places, rounds: int) -> dict[str, Figure]:
    """By tool; what a bare shell takes is off."""
    for place in places.values():
        place.session.go(place.ground.names[work.start])
    turns = {name: work.turns(place) for name, place in places.items()}
    samples: Samples = {name: [] for name in places}
    for _ in range(rounds):
        for name, place in places.items():
            samples[name].append(work.sample(place, turns[name]))
    return figures(samples)


def figures(samples: Samples) -> dict[str, Figure]:
    """Medians over that of the bare shell, which is left out."""
    bare = statistics.median(samples[BARE])
    return {
        name: Figure(statistics.median(each) - bare, _spread(each), _starts(samples, each, bare))
        for name, each in samples.items()
        if name != BARE
    }


def _starts(samples: Samples, own: list[float], bare: float) -> float | None:
    """The median of the rounds' ratios, for in each the two have run side by side."""
    pairs = zip(own, samples.get(PYTHON.name, ()))
    return (
        statistics.median(((one - bare) / (start - bare) for one, start in pairs)) if PYTHON.name in samples else None
    )


def _spread(samples: list[float]) -> float:
    if len(samples) < 3:
        return 0.0
    low, _, high = statistics.quantiles(samples, n=4)
    return (high - low) / 2


def count(work: Work, places: Places, log: Path) -> dict[str, Counts]:
    """Processes and file calls of one operation, by tool; what a bare shell does is off."""
    for place in places.values():
        place.session.go(place.ground.names[work.start])
    found = {name: work.count(place, log) for name, place in places.items()}
    bare = found.pop(BARE)
    return {name: counts.less(bare).rounded() for name, counts in found.items()}
