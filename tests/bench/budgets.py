"""The goals, and whether a result meets them. All are ratios within one run, or times of venvhook's own."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from .result import Result, time
from .tools import PYTHON

IDLE = {"bash": 50, "zsh": 50, "fish": 150}
LIMITS = {  # microseconds, by work and shell
    "prompt outside": IDLE,
    "prompt inside": IDLE,
    "cd inside, alone": IDLE,
    "cd outside, alone": IDLE,
    "enter and leave": {"bash": 300, "zsh": 400, "fish": 1200},
    "shell start": {"bash": 1000, "zsh": 1000, "fish": 1000},
}
PEERS: dict[str, dict[str, float]] = {  # how many times faster than these; fish itself leaves less room
    "prompt outside": {"direnv": 50, "mise": 50},
    "prompt inside": {"direnv": 50, "mise": 50},
    "cd inside": {"direnv": 50, "mise": 50},
    "cd outside": {"direnv": 50, "mise": 50},
    "enter and leave": {"direnv": 50, "direnv layout": 200},
}
LESS = {"fish": 20}
# PowerShell itself takes more time than all of these hooks in the other shells. So only ratios in one run count, in new
# shells. direnv acts at changes of folder only. Below 1: the hook may be so much slower.
POWERSHELL: dict[str, dict[str, float]] = {
    "prompt outside": {"mise": 40},
    "prompt inside": {"mise": 30},
    "enter and leave": {"mise": 20, "direnv": 20},
    "shell start": {"direnv": 1 / 1.5},
    "first enter": {"direnv": 1},
}
PROCESSES = {**dict.fromkeys([*LIMITS, *PEERS, "first enter"], 0), "first visit": 1}
STARTS = {"first visit": 2.0}  # times PYTHON


@dataclass
class Check:
    shell: str
    work: str
    goal: str
    measured: str
    met: bool


def checks(result: Result, shell: str) -> list[Check]:
    """Every goal that the result says something about."""
    found = [*_limits(result, shell), *_peers(result, shell), *_processes(result, shell), *_starts(result, shell)]
    order = [*LIMITS, "cd inside", "cd outside", "first visit", "first enter"]
    return sorted(found, key=lambda check: order.index(check.work))


def _limits(result: Result, shell: str) -> list[Check]:
    rows = [(result.find(shell, "venvhook", work), limits[shell]) for work, limits in LIMITS.items() if shell in limits]
    return [
        Check(shell, row.work, f"at most {time(limit)}", time(row.microseconds), row.microseconds <= limit)
        for row, limit in rows
        if row
    ]


def _peers(result: Result, shell: str) -> list[Check]:
    found = []
    for work, peers in (POWERSHELL if shell == "pwsh" else PEERS).items():
        ours = result.find(shell, "venvhook", work)
        for tool, goal in peers.items():
            theirs = result.find(shell, tool, work)
            if ours and theirs:
                # Never better than what can be told from noise.
                times = theirs.microseconds / max(0.1, ours.microseconds, ours.spread)
                goal = min(goal, LESS.get(shell, goal))
                found.append(Check(shell, work, f"at most {_ratio(goal)} {tool}", _ratio(times), times >= goal))
    return found


def _ratio(times: float) -> str:
    """How much of a peer's time is spent, where the peer takes so many TIMES ours."""
    return f"1/{times:.0f} of" if times >= 10 else f"{1 / times:.2f} x"


def _processes(result: Result, shell: str) -> list[Check]:
    rows = [(result.find(shell, "venvhook", work), most) for work, most in PROCESSES.items()]
    return [
        Check(shell, row.work, f"{most} processes", f"{row.processes:g}", row.processes <= most)
        for row, most in rows
        if row and row.processes is not None
    ]


def _starts(result: Result, shell: str) -> list[Check]:
    rows = [(result.find(shell, "venvhook", work), goal) for work, goal in STARTS.items()]
    return [
        Check(shell, row.work, f"at most {goal:g} x {PYTHON.name}", f"{row.starts:.1f} x", row.starts <= goal)
        for row, goal in rows
        if row and row.starts is not None
    ]


def budget_table(found: list[Check]) -> Table:
    table = Table("shell", "work", "goal", "measured", "", title="budgets", title_justify="left")
    for check in found:
        table.add_row(check.shell, check.work, check.goal, check.measured, "met" if check.met else "[bold]NOT MET[/]")
    return table
