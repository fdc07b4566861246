"""`python -m tests.conformance`: run what every shell must show, and write what holds where into the README.

`--check` writes nothing and fails where the README says otherwise; `--only 39,43` counts these behaviours alone;
`--list` runs nothing and prints how many tests there are. Other arguments go on to pytest (`-n 4`).

A test says which behaviours it shows with `@pytest.mark.scenario(7)`; one that takes no shell counts for all of them.
"""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- Written by python -m tests.conformance -->\n", "<!-- End of what is written -->\n"
SHELLS = {"bash": "bash", "zsh": "zsh", "fish": "fish", "pwsh": "PowerShell"}
BEHAVIOURS = (
    "entering sets the environment, leaving restores every byte of the old one",
    "every way into a project counts: `cd`, `pushd`, `cd -`, `CDPATH`, a shell started there",
    "`cd app && command`: active on the same line",
    "from project to project, into a nested one and out again",
    "moving inside a project does nothing and starts nothing",
    "right and silent in subshells and substitutions; completion starts nothing",
    "edits of `PATH` made inside survive leaving",
    "variables: what you changed stays yours; odd values come back as they were",
    "`PYTHONHOME` is unset inside and comes back",
    "no remembered command is mistaken for the right one",
    "an edited marker, a new or vanished environment: noticed at the next prompt",
    "links: one project, one identity",
    "`deactivate` leaves and stays; `venvhook on` brings it back",
    "another environment activated by hand wins; the project's own is not doubled",
    "what was active before comes back, with its `deactivate`",
    "what you or an editor activated before is adopted",
    "`venvhook off` and `on`, `VENVHOOK_DISABLE`, ceilings",
    "the name is in the very next prompt, and gone from the one after leaving",
    "prompts that show the name themselves are left to it",
    "no name is ever run or expanded in a prompt",
    "exit status, pipe status, last argument and `OLDPWD` stay yours",
    "strict modes and unusual options, loaded twice",
    "your aliases and functions of any name",
    "your traps stay; Ctrl-C leaves nothing half entered",
    "`PROMPT_COMMAND` of any kind",
    "other tools take a trigger away: the other one works, `doctor` tells",
    "shells in shells, `exec`, login shells, panes of tmux",
    "inert in scripts, cron, make and ssh commands",
    "silent while start-up files load; nothing on stdout",
    "deleted and unreadable folders, other providers",
    "folder names of any kind",
    "not allowed: one line and nothing else; `allow` reaches every open shell",
    "an edit, a copy or a move asks again; a touch does not",
    "`deny` is silent for good",
    "what others own or may write is refused",
    "an allowed folder covers what is in it and nothing else",
    "markers that are not files, too long or not understood: one clear line",
    "nothing of a project is executed",
    "only your own kept files are read, wherever variables point; many shells at once",
    "each manager's environment is found without starting the manager",
    "the documented order decides, and `status` says why",
    "no environment yet: one line, nothing made",
    "`create`, `rebuild`, `remove`: complete, or as before",
    "the Python that the marker asks for",
    "broken and moved environments are reported, with what fixes them",
    "installing twice is once; uninstalling restores the start-up files",
    "homes of any name; no network, no Python, a full disk",
    "a missing, broken or hanging helper costs one message",
    "an upgrade under open shells",
    "processes started: none where none is promised",
    "a shell that opens inside a project is active at its first prompt, whatever startup files do to the prompt",
    "an environment that a startup file activates: the project's own is adopted, another one respected",
    "a shell that runs a script enters nothing, however it was started",
    "`venvhook … && x`: the status counts, and every argument arrives as it was typed",
    "folders whose names differ in case only, or are a pattern of another name",
    "a file that is replaced by an older one or is from the future, a marker that goes and comes back, two branches",
    "odd, huge, growing and other users' files: a prompt within two seconds, one line, no process afterwards",
    "nothing of venvhook's in your child processes, saved files, traces and traps; nothing of yours in venvhook",
)
ALL = range(1, len(BEHAVIOURS) + 1)
NOT_MEANT = {(25, shell) for shell in ("zsh", "fish", "pwsh")}  # only bash has a PROMPT_COMMAND


class Tests:
    """A pytest plugin: how many tests there are for a behaviour and a shell ("" for none), and how they went."""

    def __init__(self) -> None:
        self.found: dict[tuple[int, str], int] = defaultdict(int)
        self.went: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            if not item.get_closest_marker("skip"):
                for number, shell in _scenarios(item.user_properties):
                    self.found[number, shell] += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            for number, shell in _scenarios(report.user_properties):
                self.went[number, shell][report.outcome] += 1


def _scenarios(properties: list[tuple[str, object]]) -> list[tuple[int, str]]:
    return [(value[0], value[1]) for name, value in properties if name == "scenario"]  # type: ignore[index]


def state(went: dict[tuple[int, str], Counter[str]], number: int, shell: str) -> str:
    """Whether a behaviour holds in a shell, as the table says it."""
    own = went[number, shell]
    if (number, shell) in NOT_MEANT:
        return "–"
    if own["failed"] or went[number, ""]["failed"]:
        return "partly" if own["passed"] else "**no**" if own["failed"] else "not run"
    return "held" if own["passed"] else "not run"


def row(number: int, states: list[str]) -> str:
    return f"| {number} | {BEHAVIOURS[number - 1]} | {' | '.join(states)} |"


def read(between: str) -> dict[int, list[str]]:
    """What the table says of each behaviour, shell by shell."""
    cells = [line.strip("| ").split(" | ") for line in between.splitlines() if re.match(r"\| \d", line)]
    return {int(number): states for number, _, *states in cells}


def written(table: dict[int, list[str]]) -> str:
    """What stands in the README between the two marks."""
    rows = [row(number, table[number]) for number in ALL]
    states = dict(zip(SHELLS, zip(*(table[number] for number in ALL))))
    head = f"| | | {' | '.join(SHELLS.values())} |\n| --- | --- | {' | '.join('---' for _ in SHELLS)} |"
    told = "; ".join(_told(name, states[shell]) for shell, name in SHELLS.items())
    return "\n".join(["<details>", f"<summary>{told}.</summary>", "", head, *rows, "", "</details>", ""])


def _told(name: str, states: tuple[str, ...]) -> str:
    meant = [each for each in states if each != "–"]
    if set(meant) == {"not run"}:
        return f"{name}: not run where this was counted, {len(meant)} are written"
    return f"{name}: {meant.count('held')} of {len(meant)} hold"


def split(text: str) -> tuple[str, str, str]:
    """The README before, between and behind the marks."""
    before, begin, rest = text.partition(BEGIN)
    between, end, behind = rest.partition(END)
    assert begin and end, f"{README} has lost its marks"
    return before + begin, between, end + behind


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the README says otherwise")
    parser.add_argument("--list", action="store_true", help="run nothing; how many tests there are")
    parser.add_argument("--only", default=",".join(map(str, ALL)), metavar="39,43")
    asked, rest = parser.parse_known_args(arguments)
    rest += ["-m", "scenario", "--scenario", asked.only]
    tests = Tests()
    if asked.list:
        with contextlib.redirect_stdout(sys.stderr):
            status = pytest.main(["--collect-only", "-qqq", *rest], plugins=[tests])
        for number, shell in sorted(tests.found):
            print(number, shell or "any", tests.found[number, shell])
        return int(status)
    status = pytest.main(["-q", *rest], plugins=[tests])
    before, between, behind = split(README.read_text(encoding="utf-8"))
    counted = {
        number: [state(tests.went, number, shell) for shell in SHELLS] for number in map(int, asked.only.split(","))
    }
    now = written({**read(between), **counted})
    print(re.sub("<[^>]*>", "", now))
    if now != between and asked.check:
        print(f"{README} says otherwise; to write it anew: python -m tests.conformance", file=sys.stderr)
        return 1
    if now != between:
        README.write_text(before + now + behind, encoding="utf-8")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
