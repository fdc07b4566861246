"""Options that hold for all tests: `--scenarios` prints how many scenarios hold in which shell, `--old` chooses shells.

A test says which scenarios it shows with `@pytest.mark.scenario(7)`; the numbers are those of the public
conformance table.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# Times are never asserted: several workers share a machine, and a slow one is no failure.
settings.register_profile("venvhook", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("venvhook")

SHELLS = ("bash", "zsh", "fish", "pwsh")
OUTCOMES = ("failed", "error", "passed", "skipped")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--scenarios", action="store_true", help="print the table: scenario x shell = passed, failed, skipped"
    )
    parser.addoption(
        "--old",
        metavar="FOLDERS",
        default=os.environ.get("VENVHOOK_OLD_SHELLS", ""),
        help="colon-separated folders with other shells (bash, zsh, fish, pwsh) than those on PATH to test; "
        "default: VENVHOOK_OLD_SHELLS",
    )


def pytest_configure(config: pytest.Config) -> None:
    folders = [os.path.abspath(folder) for folder in config.getoption("--old").split(os.pathsep) if folder]
    os.environ["PATH"] = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    config.addinivalue_line("markers", "scenario(*numbers): the scenarios of the conformance table that a test shows")
    config.addinivalue_line("markers", "shells(*names): the shells in which a test is meaningful; default: all four")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Note each test's scenarios and shell where its report takes them along, also from another process."""
    for item in items:
        numbers = sorted({n for mark in item.iter_markers("scenario") for n in mark.args})
        shell = getattr(item, "callspec", None) and item.callspec.params.get("shell", "")
        item.user_properties += [("scenario", (number, shell or "")) for number in numbers]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.getoption("--scenarios"):
        return
    table: dict[int, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for outcome, number, shell in _outcomes(terminalreporter):
        table[number][shell][outcome] += 1
    terminalreporter.section("scenarios")
    terminalreporter.line("scenario  " + "".join(f"{shell or 'all':<24}" for shell in (*SHELLS, "")))
    for number in sorted(table):
        cells = (_cell(table[number][shell]) for shell in (*SHELLS, ""))
        terminalreporter.line(f"{number:>8}  " + "".join(f"{cell:<24}" for cell in cells).rstrip())
    for shell in SHELLS:
        held = sum(1 for row in table.values() if row[shell] and set(row[shell]) == {"passed"})
        terminalreporter.line(f"{shell}: {held} of {sum(1 for row in table.values() if row[shell])} scenarios hold")


def _outcomes(terminalreporter: pytest.TerminalReporter) -> Iterator[tuple[str, int, str]]:
    for outcome in OUTCOMES:
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", ()):
                if name == "scenario":
                    yield outcome, value[0], value[1]


def _cell(counts: Counter[str]) -> str:
    return " ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome]) or "-"
