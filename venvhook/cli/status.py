"""`status`: what venvhook makes of the folder that the person is in."""

from __future__ import annotations

import os

from venvhook import marker, report
from venvhook.cli import place, show, wording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.folders import Folders
    from venvhook.locate import Candidate
    from venvhook.report import Report


def status(folders: Folders, directory: str | None, as_json: bool) -> None:
    """Show the project that DIRECTORY is in; that there is none is an answer too."""
    start = place.start(directory)
    found = place.find(folders, directory)
    if found is None:
        if as_json:
            show.data(_nothing(start))
        else:
            show.line(f"no project: no {marker.NAME} in {start} or above; to write one: venvhook init")
        return
    seen = report.look(place.asked(folders, found))
    if as_json:
        show.data(_as_data(seen, start))
    else:
        show.rows(wording.status(seen, folders, os.environ, directory is None))


def _nothing(start: str) -> dict[str, object]:
    """The data of `status` in a folder START without a project: as `_as_data`, nearly all of it None or empty."""
    empty = dict.fromkeys(("project", "folder", "marker", "trust", "problem", "environment", "enter"))
    lists: dict[str, object] = {key: [] for key in ("candidates", "shadows", "warnings", "notes", "kept")}
    return {"start": start, **empty, **lists, "shell": _shell()}


def _as_data(seen: Report, start: str) -> dict[str, object]:
    """The data of `status --json`; docs/reference.md has the fields. None is renamed or removed, new ones may come.

    START is the folder that was asked about.
    """
    asked = seen.asked
    return {
        "start": start,
        "project": asked.project,
        "folder": asked.folder,
        "marker": asked.marker_path,
        "trust": seen.trust or None,
        "problem": show.error_data(seen.error) if seen.error else None,
        "environment": _environment(seen),
        "candidates": _candidates(seen),
        "enter": _enter(seen),
        "shadows": [{"name": name, "folder": folder} for name, folder in seen.shadowed],
        "warnings": asked.warnings,
        "notes": asked.search.notes if asked.search else [],
        "kept": report.kept(asked),
        "shell": _shell(asked.folder),
    }


def _candidates(seen: Report) -> list[dict[str, object]]:
    each = [*([seen.chosen] if seen.chosen else []), *seen.others]
    return [{**_candidate(c), "chosen": c is seen.chosen, "exists": os.path.lexists(c.path)} for c in each]


def _candidate(candidate: Candidate) -> dict[str, object]:
    return {"path": candidate.path, "manager": candidate.manager, "why": candidate.why}


def _environment(seen: Report) -> dict[str, object] | None:
    chosen, search = seen.chosen, seen.asked.search
    if chosen is None or search is None:
        return None
    found = search.found
    return {
        **_candidate(chosen),
        "python": found.python if found else None,
        "interpreter": os.path.realpath(found.python) if found else None,
        "version": (found.version or None) if found else None,
        "healthy": seen.problem is None,
        "problem": show.error_data(seen.problem) if seen.problem else None,
    }


def _enter(seen: Report) -> dict[str, object] | None:
    plan, secret = seen.plan, seen.secret
    if plan is None:
        return None
    return {
        "variables": {name: value for name, value in plan.variables if name not in secret},
        "dotenv": [{"path": path, "names": names} for path, names in seen.dotenv],
        "conda": [{"path": path, "names": names} for path, names in seen.conda],
        "prepend": {name: list(folders) for name, folders in plan.lists},
        "prompt": plan.name,
    }


def _shell(folder: str | None = None) -> dict[str, object]:
    """What this shell exports, and whether it has entered FOLDER."""
    inside = os.environ.get("VENVHOOK_PROJECT")
    return {
        "virtual_env": os.environ.get("VIRTUAL_ENV"),
        "project": inside,
        "entered": inside is not None and inside == folder,
        "disabled": bool(os.environ.get("VENVHOOK_DISABLE")),
    }
