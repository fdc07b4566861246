"""`status`: what venvhook makes of the folder that the person is in."""

from __future__ import annotations

import os

from venvhook import marker, report
from venvhook.cli import place, show, wording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.folders import Folders


def status(folders: Folders, directory: str | None, as_json: bool) -> None:
    """Show the project that DIRECTORY is in; that there is none is an answer too."""
    start = place.start(directory)
    found = place.find(folders, directory)
    if found is None:
        if as_json:
            show.data(report.nothing(start, os.environ))
        else:
            show.line(f"no project: no {marker.NAME} in {start} or above; to write one: venvhook init")
        return
    seen = report.look(place.asked(folders, found))
    if as_json:
        show.data(report.as_data(seen, start, os.environ))
    else:
        show.rows(wording.status(seen, folders, os.environ, directory is None))
