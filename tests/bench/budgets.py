"""The goals, and whether a result meets them. All are ratios within one run; times of venvhook's own are only notes."""

from __future__ import annotations

from dataclasses import dataclass

from rich.table import Table

from .result import Result
from .tools import PYTHON

# How many times less time than these tools, on the same projects in the same run.
_HOOKS: dict[str, dict[str, float]] = {
    "prompt outside": {"direnv": 150, "mise": 150},
    "prompt inside": {"direnv": 60, "mise": 60},
    "cd inside": {"direnv": 50, "mise": 50},
    "cd outside": {"direnv": 50, "mise": 50},
    "enter and leave": {"direnv": 90, "mise": 90, "direnv layout": 200},
}
_FISH: dict[str, dict[str, float]] = {
    "prompt outside": {"direnv": 40, "mise": 40},
    "prompt inside": {"direnv": 25, "mise": 25},
    "cd inside": {"direnv": 20, "mise": 20},
    "cd outside": {"direnv": 20, "mise": 20},
    "enter and leave": {"direnv": 25, "mise": 25},
}
# PowerShell itself takes more time than all of these hooks in the other shells. So only ratios in one run count, in new
# shells. direnv acts at changes of folder only. Below 1: the hook may be so much slower.
POWERSHELL: dict[str, dict[str, float]] = {
    "prompt outside": {"mise": 40},
    "prompt inside": {"mise": 30},
    "enter and leave": {"mise": 20, "direnv": 20},
    "shell start": {"direnv": 1 / 1.5},
    "first enter": {"direnv": 1},
}
PEERS = {"bash": _HOOKS, "zsh": _HOOKS, "fish": _FISH, "pwsh": POWERSHELL}
ORDER = (*_HOOKS, "cd inside, alone", "cd outside, alone", "shell start", "first visit", "first enter")
PROCESSES = {**dict.fromkeys(ORDER, 0), "first visit": 1}
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
    found = [*_peers(result, shell), *_processes(result, shell), *_starts(result, shell)]
    return sorted(found, key=lambda check: ORDER.index(check.work))


def _peers(result: Result, shell: str) -> list[Check]:
    found = []
    for work, peers in PEERS[shell].items():
        ours = result.find(shell, "venvhook", work)
        for tool, goal in peers.items():
            theirs = result.find(shell, tool, work)
            if ours and theirs:
                # Never better than what can be told from noise.
                times = theirs.microseconds / max(0.1, ours.microseconds, ours.spread)
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
