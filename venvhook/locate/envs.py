"""`.python-envs` (PEP 832, draft): a path per line, relative to the file; the last one is the default."""

from __future__ import annotations

import os

from venvhook.environment import lines
from venvhook.locate.search import Candidate
from venvhook.locate.venv import LONGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search


def candidates(search: Search, name: str | None = None) -> Iterator[Candidate]:
    """The last line's place. When nothing is there, that is an error: the draft forbids to take another one unasked."""
    path = os.path.join(search.folder, ".python-envs")
    if not search.there(".python-envs"):
        return
    named = [line.strip() for line in lines(search.text(path) or "") if line.strip()]
    if named and len(named[-1]) <= LONGEST:
        place = search.below(named[-1], search.folder)
        yield Candidate("venv", place, "the last line of .python-envs", binding=True)
