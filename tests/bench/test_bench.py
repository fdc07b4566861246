"""The benchmark runs, and gives a row for each work: it is started by hand, so it would rot unseen."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from .__main__ import main
from .budgets import checks
from .count import available
from .result import Result, Row
from .shells import BASH, SHELLS, Shell
from .side_by_side import NAMES, here

IDLE = {"prompt outside", "prompt inside", "cd inside", "cd outside", "enter and leave", "shell start"}


@pytest.mark.skipif(not here(Result(""), ["bash"]), reason="bash 5 is not installed")
def test_a_row_for_each_work(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    assert main(["--rounds", "1", "--tools", "venvhook", "--shells", "bash", "--json", str(file)]) == 0
    kept = json.loads(file.read_text())
    rows = {row["work"]: row for row in kept["rows"]}
    assert list(rows) == NAMES
    assert {row["tool"] for row in kept["rows"]} == {"venvhook"}
    assert all(row["microseconds"] >= 0 for row in kept["rows"])
    assert {"venvhook", "bash"} == set(kept["versions"])
    if available() and sys.platform == "linux":
        assert {work: rows[work]["processes"] for work in IDLE} == dict.fromkeys(IDLE, 0)
        assert rows["first visit"]["processes"] == 1


def test_budgets_tell_what_is_met() -> None:
    result = Result("", rows=[Row("bash", "venvhook", "prompt inside", 60, 1, 0, 10)])
    result.rows.append(Row("bash", "direnv", "prompt inside", 4800, 1, 1, 20))
    assert [(check.measured, check.met) for check in checks(result, "bash")] == [
        ("1/80 of", True),
        ("0", True),
    ]


def test_powershells_budgets_are_ratios_in_one_run() -> None:
    rows = [("venvhook", "prompt outside", 50.0), ("mise", "prompt outside", 2100.0), ("direnv", "prompt outside", 1.0)]
    rows += [("venvhook", "shell start", 40_000.0), ("direnv", "shell start", 25_000.0)]
    result = Result("", rows=[Row("pwsh", tool, work, spent, 1) for tool, work, spent in rows])
    assert [(check.goal, check.measured, check.met) for check in checks(result, "pwsh")] == [
        ("at most 1/40 of mise", "1/42 of", True),
        ("at most 1.50 x direnv", "1.60 x", False),
    ]


@pytest.mark.parametrize("shell", SHELLS.values(), ids=SHELLS)
def test_a_typed_line_ends_with_a_prompt(shell: Shell) -> None:
    assert BASH.typed("cd a", "") == "cd a; bench_prompt; bench_prompt"
    text = shell.typed("cd a")
    assert text.endswith("; bench_prompt") and "cd a" in text
