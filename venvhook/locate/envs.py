"""`.python-envs` (PEP 832, draft): a path per line, relative to the file; the last one is the default."""

from __future__ import annotations

import os

from venvhook.locate.search import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search


def candidates(search: Search, name: str | None = None) -> Iterator[Candidate]:
    """The last line's place. When nothing is there, that is an error: the draft forbids to take another one unasked."""
    path = os.path.join(search.folder, ".python-envs")
    if not search.there(".python-envs"):
        return
    lines = [line for line in (search.text(path) or "").splitlines() if line.strip()]
    if lines:
        place = os.path.join(search.folder, lines[-1].strip())
        yield Candidate("venv", place, "the last line of .python-envs", binding=True)
