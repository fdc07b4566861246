"""docs/compatibility.md says what these tests try, no more and no less."""

from __future__ import annotations

import re

from shell.world import PACKAGE

from .neighbours import NEIGHBOURS

PAGE = (PACKAGE / "docs/compatibility.md").read_text()


def rows(title: str) -> list[list[str]]:
    """The cells of the table in a section."""
    section = PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_what_is_tested() -> None:
    told = [(name, shells) for name, shells, *_ in rows("Tested")]
    assert told == [(each.name, ", ".join(each.rc)) for each in NEIGHBOURS]


def test_imitations_are_called_so() -> None:
    told = {name for name, _, _, note in rows("Tested") if "imitation" in note}
    assert told == {each.name for each in NEIGHBOURS if not each.file and not each.npm}


def test_what_was_tried_by_hand_has_its_day() -> None:
    by_hand = rows("Tried by hand")
    assert by_hand and all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for _, _, _, day, _ in by_hand)
