"""`allow` and `deny`: the person decides. `allow` shows what it is that they allow, then records these very bytes."""

from __future__ import annotations

import os

from venvhook import folders as own
from venvhook import report, trust
from venvhook.cli import place, show, wording
from venvhook.trust import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.folders import Folders
    from venvhook.project import Project


def allow(folders: Folders, directory: str | None) -> None:
    """Allow the project that DIRECTORY is in."""
    allow_project(folders, place.project(folders, directory))


def allow_project(folders: Folders, project: str) -> None:
    """Allow a project as it is now. VenvhookError, and nothing recorded, for a marker that cannot act."""
    seen = report.look(place.asked(folders, project))
    told = not _hook_tells(folders, seen)
    _show(seen, folders, told)
    record(folders, seen)
    remedy = seen.problem.remedy if seen.problem and told else None
    show.line(f"allowed; {remedy}" if remedy else "allowed")


def _hook_tells(folders: Folders, seen: report.Report) -> bool:
    """Whether the hook, which looks anew behind a command that it was asked for, says what is wrong there."""
    inside = place.find(folders, None) == seen.asked.project
    return inside and place.called_by_hook(folders) and not os.environ.get("VENVHOOK_DISABLE")


def record(folders: Folders, seen: report.Report) -> None:
    """Write that a project is allowed. VenvhookError for one that cannot be, or when it cannot be written."""
    if seen.error or seen.meaning is None:
        raise seen.error or AssertionError("a marker without a meaning has an error")
    place_of = seen.chosen.path if seen.chosen and seen.asked.search and seen.asked.search.found else ""
    decide(folders, Record(seen.asked.folder, True, seen.asked.text, seen.meaning, sorted(seen.names), place_of))


def remember_place(folders: Folders, asked: Project, place_of: str) -> None:
    """Note that the environment of ASKED, which may act, is in PLACE_OF now: a command has made it there.

    Nothing is noted where the person's settings allow the folder. VenvhookError when it cannot be written.
    """
    content = asked.content
    if content and content.place != place_of:
        content.place = place_of
        meaning = content.meant(asked.marker_path)
        decide(folders, Record(asked.folder, True, content.marker, meaning, content.names, place_of))


def deny(folders: Folders, directory: str | None) -> None:
    """Silence a project for good. Its marker is not even read."""
    folder = os.path.realpath(place.project(folders, directory))
    decide(folders, Record(folder, False))
    show.line(f"{folder}: denied; to undo that: venvhook allow")


def _show(seen: report.Report, folders: Folders, problem: bool) -> None:
    show.line(seen.asked.marker_path)
    if seen.record and seen.record.allowed and not seen.record.of(seen.asked.text):
        show.line("  edited since you allowed it:")
        for line in wording.difference(seen.record.newest.marker, seen.asked.text):
            show.line(f"    {line}")
    elif seen.trust == "denied":
        show.line("  you had denied it")
    if not seen.error:
        show.rows(wording.meaning(seen, folders, problem))


def decide(folders: Folders, decision: Record) -> None:
    """Write a decision. VenvhookError, OSError."""
    for path in (folders.data, os.path.join(folders.data, "trust")):
        own.make_private(path)
    trust.decide(folders.data, decision)
