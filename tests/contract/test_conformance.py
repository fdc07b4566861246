"""What the README says of each behaviour and shell: there is a test for it, and no line is missing or made up."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conformance import ALL, NOT_MEANT, README, SHELLS, read, split, written

from .common import ROOT

STATES = ("held", "partly", "not run", "**no**")


@pytest.fixture(scope="module")
def counted() -> dict[tuple[int, str], int]:
    command = [sys.executable, "-m", "tests.conformance", "--list"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines() if line[:1].isdigit()]  # pytest's own are there too
    return {(int(number), shell): int(count) for number, shell, count in lines}


def test_each_behaviour_has_a_test_in_each_shell(counted: dict[tuple[int, str], int]) -> None:
    every = {(number, shell) for number in ALL for shell in SHELLS}
    assert every - NOT_MEANT <= set(counted)
    assert all(number in ALL for number, _ in counted)


def test_the_readmes_table_has_each_of_them_once() -> None:
    _, between, _ = split(README.read_text(encoding="utf-8"))
    table = read(between)
    assert list(table) == list(ALL) == list(range(1, 59))
    assert written(table) == between
    for number, states in table.items():
        for shell, state in zip(SHELLS, states):
            assert state == "–" if (number, shell) in NOT_MEANT else state in STATES, number
