"""versions.py: which versions fit what a marker or a manager's file asks for, exact and half-known ones."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet

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


# ---- Against packaging, which says what PEP 440 means ----------------------------------------------------------------

# What is meant to differ. Each of these is in the reference, too.
DIFFERENT = [
    ("3.12.4", "3.12", "a plain version is that one and all below it; for PEP 440 it is no specifier"),
    ("3.12.4", "^3.9", "poetry's"),
    ("3.12.4", "~3.12", "poetry's"),
    ("3.8.1", "<3.9||>=3.12", "poetry's"),
    ("3.9.1", "~=3", "PEP 440 wants two parts; poetry does not"),
    ("3.9.1", ">=3.8 <3.11", "poetry's: a blank separates like a comma"),
    ("3.12.4", ">=3.8 or so", "what is not understood whole is a manager's to judge"),
    ("3.12.4", ">=3.8.*", "the same"),
    ("3.12.4", ">=3.8+local", "the same"),
]
RELEASES = ["3.8.0", "3.8.18", "3.9.0", "3.11.9", "3.12.0", "3.12.1", "3.12.4", "3.12.10", "3.13.0", "4.0.0", "2.7.18"]
NUMBERS = ["3", "3.12", "3.12.0", "3.12.4", "3.12.4.0", "3.12.4.1", "3.12.0.0", "v3.12", "0!3.12", "1!3.12", "3.012.4"]
SUFFIXES = [
    "", ".*", "a1", "b2", "rc1", "c1", ".rc.1", "-rc-1", "rc", "alpha", "preview1", ".post1", "-1", ".rev2", "post",
    ".dev0", "dev", "rc1.dev2", ".post1.dev3", "rc1.post2", "+local", "rc1+x.1",
]  # fmt: skip
OPERATORS = ["==", "!=", "===", "<", "<=", ">", ">=", "~="]


@pytest.mark.parametrize(("version", "wanted", "why"), DIFFERENT)
def test_what_is_meant_to_differ(version: str, wanted: str, why: str) -> None:
    with pytest.raises(InvalidSpecifier):
        SpecifierSet(wanted)
    assert fits(version, wanted) and why


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_clause_means_what_it_means_for_packaging(operator: str) -> None:
    wrong, judged = [], 0
    for number, suffix in itertools.product(NUMBERS, SUFFIXES):
        wanted = f"{operator}{number}{suffix}"
        try:
            said = SpecifierSet(wanted, prereleases=True)
        except InvalidSpecifier:
            wrong += [wanted for version in RELEASES if operator not in ("~=", "===") and not fits(version, wanted)]
            continue
        judged += 1
        wrong += [f"{version} {wanted}" for version in RELEASES if fits(version, wanted) != said.contains(version)]
    assert wrong == [] and judged > 50


CLAUSE = st.builds(
    lambda operator, number, suffix, blank: f"{operator}{blank}{number}{suffix}",
    st.sampled_from(OPERATORS), st.sampled_from(NUMBERS), st.sampled_from(SUFFIXES), st.sampled_from(["", " ", "  "]),
)  # fmt: skip


@given(st.lists(CLAUSE, max_size=4), st.sampled_from(RELEASES), st.sampled_from([",", ", ", " ,", ",,"]))
def test_clauses_together(clauses: list[str], version: str, comma: str) -> None:
    wanted = comma.join(clauses)
    try:
        said = SpecifierSet(wanted, prereleases=True)
    except InvalidSpecifier:
        return
    assert fits(version, wanted) == said.contains(version)


@pytest.mark.parametrize(
    ("wanted", "fitting", "others"),
    [
        (">=3.8 <3.11", "3.8.0 3.10.9", "3.7.1 3.11.0"),
        (">= 3.8 < 3.11", "3.8.0 3.10.9", "3.7.1 3.11.0"),
        (">=3.8 <3.9 || ^3.12", "3.8.0 3.12.1", "3.9.0 3.11.0"),
        ("3.8 3.9", "3.8.0", "3.9.0 3.10.0"),
        (">=3.8 3.9", "3.7.0", ""),
        ("3.12.4", "3.12.4", "3.12 3.11 3.12.5"),
        ("==3.12.4.0", "3.12 3.12.4", "3.12.5"),
        ("!=3.12.4", "3.12 3.12.5", "3.12.4"),
        (">1!3", "", "3.12.1"),
        ("v3.12", "3.12.1", "3.11.1"),
        ("3.13t", "3.13.1", "3.12.1"),
        ("3.12-64", "3.12.1", "3.13.0"),
        ("9.9 or so", "", "3.12.1"),
        ("^3.9 <3.12", "3.9.0 3.11.2", "3.12.0 3.8.1"),
    ],
)
def test_more_that_fits(wanted: str, fitting: str, others: str) -> None:
    versions = [*fitting.split(), *others.split()]
    assert [version for version in versions if fits(version, wanted)] == fitting.split()


def test_no_text_takes_long_or_fails() -> None:
    many = ",".join([">=3"] * 5000)
    for text in ("9" * 5000, ">=" + "9." * 5000, "=" * 5000, " " * 5000, "||" * 5000, many, "\0", "!"):
        assert fits("3.12.1", text) in (True, False)
        assert fits(text, ">=3") in (True, False)
