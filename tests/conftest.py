"""What holds for all tests: `--old` chooses the shells; each test says which scenarios it shows (conformance.py)."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from hypothesis import HealthCheck, settings
from outside import guard

# Times are never asserted: several workers share a machine, and a slow one is no failure.
settings.register_profile("venvhook", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("venvhook")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--old",
        metavar="FOLDERS",
        default=os.environ.get("VENVHOOK_OLD_SHELLS", ""),
        help="colon-separated folders with other shells (bash, zsh, fish, pwsh) than those on PATH to test; "
        "default: VENVHOOK_OLD_SHELLS",
    )

    parser.addoption("--scenario", metavar="7,8", default="", help="only the tests that show one of these scenarios")


def pytest_configure(config: pytest.Config) -> None:
    guard(config)
    if threading.current_thread() is threading.main_thread():  # which it is not in workers of every kind
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background, and its children, ignore it
    folders = [os.path.abspath(folder) for folder in config.getoption("--old").split(os.pathsep) if folder]
    os.environ["PATH"] = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    config.addinivalue_line("markers", "scenario(*numbers): the scenarios of the conformance table that a test shows")
    config.addinivalue_line("markers", "shells(*names): the shells in which a test is meaningful; default: all four")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Note each test's scenarios and shell where its report takes them along, also from another process."""
    wanted = {int(number) for number in config.getoption("--scenario").split(",") if number}
    for item in items:
        numbers = sorted({n for mark in item.iter_markers("scenario") for n in mark.args})
        shell = getattr(item, "callspec", None) and item.callspec.params.get("shell", "")
        item.user_properties += [("scenario", (number, shell or "")) for number in numbers]
    if wanted:
        items[:] = [item for item in items if wanted & {n for mark in item.iter_markers("scenario") for n in mark.args}]
