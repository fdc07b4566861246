"""What grows with what: the depth of folders, the number of known projects, the marker's size, the length of PATH, the
number of shells that enter at once; and how many file calls a slow file system would be asked.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.table import Table

from venvhook import marker, trust

from . import count as counting
from .ground import Ground
from .result import Asked, Result, show
from .shells import Shell
from .side_by_side import grounds_of, here, places_of
from .tools import BY_NAME, VENVHOOK
from .works import BARE, WORKS, Alone, Places, Work, count, measure

DEPTHS = (1, 10, 30, 60)
KNOWN = (1, 100, 10_000)
SIZES = (0, 200, 1024, 4096)
ENTRIES = (10, 50, 100, 500)
AT_ONCE = 200
SLOW = 5  # ms that one file call takes
PROMPT, ENTER = WORKS[1], WORKS[4]
Line = tuple[str, str, str, float]  # what grows, how far, the work, microseconds


def run(result: Result, asked: Asked) -> None:
    peers = [BY_NAME[name] for name in ("direnv", "mise") if name in asked.tools]
    grounds = grounds_of(result, asked, [VENVHOOK, *peers])
    ours = {name: ground for name, ground in grounds.items() if ground.tool not in peers}
    for shell in here(result, asked.shells):
        if counting.available():
            show(slow(result, grounds, shell, asked.root / "strace"))
        table = Table("what grows", "to", "work", "µs", title=f"{shell.name}: venvhook", title_justify="left")
        for what, far, work, microseconds in lines(result, ours, shell, asked.rounds):
            table.add_row(what, far, work, f"{microseconds:.1f}")
        show(table)
        show(at_once(ours["venvhook"], shell))


def lines(result: Result, grounds: dict[str, Ground], shell: Shell, rounds: int) -> Iterator[Line]:
    places = places_of(result, grounds, shell)
    yield from depth(places, rounds)
    yield from known(places, rounds)
    yield from sizes(places, rounds)
    close(places)
    yield from entries(result, grounds, shell, rounds)


def close(places: Places) -> None:
    for place in places.values():
        place.session.close()


def figure(what: str, far: object, work: Work, places: Places, rounds: int) -> Line:
    return what, f"{far:,}", work.name, measure(work, places, rounds)["venvhook"].microseconds


def depth(places: Places, rounds: int) -> Iterator[Line]:
    """A `cd` so far below a folder that is no project, and so far below a project; and a prompt there."""
    for start in ("plain", "app"):
        found: list[Line] = []
        for far in DEPTHS:
            name = f"{start} {far}"
            for place in places.values():
                folder = Path(str(place.ground.names[start]), *["d"] * far)
                (folder / "sub").mkdir(parents=True, exist_ok=True)
                place.ground.names[name] = folder
            found.append(figure(f"depth below {start}", far, Alone("cd", name, ("cd sub", "cd .."), 2), places, rounds))
            yield found[-1]
            yield figure(f"depth below {start}", far, Work("prompt", name, ("",)), places, rounds)
        level = (found[-1][3] - found[0][3]) / (DEPTHS[-1] - DEPTHS[0])
        yield f"depth below {start}", "a level", "cd", level


def known(places: Places, rounds: int) -> Iterator[Line]:
    """Projects that were allowed and visited. They are recorded as `allow` does it, without its start of Python."""
    ground = places["venvhook"].ground
    data, plans = ground.program.parent, ground.home / ".cache/venvhook/plans"
    for far in KNOWN:
        for number in range(len(list((data / "trust").iterdir())), far):
            folder = f"{ground.work}/many/{number}"
            text = (ground.app / ".venvhook.toml").read_bytes()
            trust.decide(str(data), trust.Record(folder, True, text, marker.parse(text, folder)))
            kept = Path(f"{plans}{folder}")
            kept.mkdir(parents=True, exist_ok=True)
            for plan in Path(f"{plans}{ground.app}").iterdir():
                shutil.copy(plan, kept)
        for work in (PROMPT, ENTER):
            yield figure("known projects", far, work, places, rounds)


def sizes(places: Places, rounds: int) -> Iterator[Line]:
    ground = places["venvhook"].ground
    text = ground.app / ".venvhook.toml"
    before = text.read_bytes()
    for far in SIZES:
        text.write_text("#" * (far - 1) + "\n" * bool(far))
        ground.allow(ground.app)
        for work in (PROMPT, ENTER):
            yield figure("bytes of the marker", far, work, places, rounds)
    text.write_bytes(before)
    ground.allow(ground.app)


def entries(result: Result, grounds: dict[str, Ground], shell: Shell, rounds: int) -> Iterator[Line]:
    before = {name: ground.environ["PATH"] for name, ground in grounds.items()}
    for far in ENTRIES:
        for name, ground in grounds.items():
            more = far - before[name].count(":") - 1
            ground.environ["PATH"] = before[name] + "".join(f":/nowhere/{number}/bin" for number in range(more))
        places = places_of(result, grounds, shell)
        for work in (PROMPT, ENTER):
            yield figure("entries of PATH", far, work, places, rounds)
        close(places)
    for name, ground in grounds.items():
        ground.environ["PATH"] = before[name]


def at_once(ground: Ground, shell: Shell) -> Table:
    """So many interactive shells enter the project at one moment: when its plan is not kept yet, and when it is."""
    table = Table("shells", "the plan", "entered", "s in all", title=f"{shell.name}: at once", title_justify="left")
    shutil.rmtree(ground.home / ".cache/venvhook/plans")
    for plan in ("asked for", "kept"):
        began = time.perf_counter()
        command = [str(shell.program), *shell.arguments, "-i", "-c", f"cd {ground.app}; printenv VIRTUAL_ENV"]
        children = [started(command, ground.environ) for _ in range(AT_ONCE)]
        said = [child.communicate()[0].strip() for child in children]
        right = said.count(f"{ground.app}/.venv")
        table.add_row(str(AT_ONCE), plan, str(right), f"{time.perf_counter() - began:.1f}")
    return table


def started(command: Sequence[str], environ: Mapping[str, str]) -> subprocess.Popen[str]:
    null, pipe = subprocess.DEVNULL, subprocess.PIPE
    return subprocess.Popen(
        command, env=environ, stdin=null, stdout=pipe, stderr=null, text=True, start_new_session=True
    )


def slow(result: Result, grounds: dict[str, Ground], shell: Shell, log: Path) -> Table:
    """Counted, not waited for: the file calls of one operation, each at SLOW ms."""
    title = f"{shell.name}: on a file system where a call takes {SLOW} ms (calls x {SLOW})"
    table = Table("work", *(name for name in grounds if name != BARE), title=title, title_justify="left")
    places = places_of(result, grounds, shell)
    for work in WORKS[:5]:
        found = count(work, places, log)
        table.add_row(work.name, *(f"{found[name].file_calls * SLOW:.0f} ms" for name in grounds if name in found))
    close(places)
    return table
