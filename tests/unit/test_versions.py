"""versions.py: which versions fit what a marker or a manager's file asks for, exact and half-known ones."""

from __future__ import annotations

import pytest

from venvhook.versions import fits, numbers, short


@pytest.mark.parametrize(
    ("version", "parts"),
    [
        ("3.12.4", [3, 12, 4]),
        ("3.14.0b1", [3, 14, 0]),
        ("3.11.4.final.0", [3, 11, 4]),
        ("3.11+debian.1", [3, 11]),
        ("3.*", [3]),
        (f"3.{'1' * 5000}", [3]),
        ("pypy", []),
        ("", []),
    ],
)
def test_numbers(version: str, parts: list[int]) -> None:
    assert numbers(version) == parts


@pytest.mark.parametrize(("version", "shown"), [("3.12.4.final.0", "3.12.4"), ("3.12.4", "3.12.4"), ("3.12", "3.12")])
def test_short(version: str, shown: str) -> None:
    assert short(version) == shown


@pytest.mark.parametrize(
    ("wanted", "fitting", "others"),
    [
        ("3.12", "3.12 3.12.0 3.12.4", "3.1 3.13.1"),
        ("3.12.4", "3.12.4 3.12.4.final.0", "3.12.5"),
        ("3", "3.8.1 3.12.0", "2.7.18 4.0.0"),
        ("==3.12", "3.12 3.12.0", "3.12.1 3.13.0"),
        ("==3.12.4", "3.12 3.12.4.final.0", "3.12.5"),
        ("==3.12.*", "3.12 3.12.1", "3.13.0"),
        ("===3.12.1", "3.12.1 3.12", "3.12.2"),
        ("!=3.12.1", "3.12.2 3.13", "3.12.1"),
        ("!=3.9.*", "3.8.1 4.0.0", "3.9.7"),
        ("<3.12", "3.11.4 3.11", "3.12 3.12.0"),
        (">=3.14", "3.14.0rc2", "3.13.1"),
        (">=3.12.1", "3.12.1 3.12 3.13.0", "3.12.0 3.11.9"),
        (">3.12", "3.13.0 3.12.1", "3.12.0 3.11.9"),
        (">3.12.4", "3.12 3.12.5", "3.12.4"),
        ("<3.12.4", "3.12 3.12.3", "3.12.4 3.13.0"),
        ("<=3.12.4", "3.12 3.12.4", "3.12.5"),
        (">= 3.9 , < 3.12", "3.9.0 3.11.9", "3.8.18 3.12.0"),
        ("<3.9||>=3.12", "3.8.18 3.12.0", "3.9.0 3.11.9"),
        ("~=3.10", "3.10.0 3.13.1", "3.9.18 4.0.0"),
        ("~=3.10.2", "3.10.2 3.10.9", "3.10.1 3.11.0"),
        ("~=3", "3.9.1", "2.7.18 4.0.0"),
        ("~3.12.1", "3.12.1 3.12.9", "3.12.0 3.13.0"),
        ("~3", "3.1.0 3.13.0", "4.0.0"),
        ("^3.9", "3.9.0 3.13.1", "3.8.18 4.0.0"),
        ("*", "3.12.1 2.7", ""),
        ("<next", "3.12.1", ""),
        ("", "3.12.1", ""),
    ],
)
def test_fits(wanted: str, fitting: str, others: str) -> None:
    versions = [*fitting.split(), *others.split()]
    assert [version for version in versions if fits(version, wanted)] == fitting.split()


def test_what_is_not_known_may_be_anything() -> None:
    assert fits("", "==3.12") and fits("next", "==3.12")
