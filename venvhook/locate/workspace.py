"""Which folder above a project makes it a member of its workspace (uv and pdm), and so has the environment."""

from __future__ import annotations

import os

from venvhook import system
from venvhook.locate.search import counts
from venvhook.system import HERE, System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from venvhook.locate import Search


def above(folder: str) -> Iterator[str]:
    """The folders above that have a pyproject.toml, the nearest first; another user's does not count."""
    for each in system.above(folder):
        path = os.path.join(each, "pyproject.toml")
        if os.path.isfile(path) and counts(path):
            yield each


def says(search: Search, root: str, tool: str, key: str) -> list[str]:
    """The patterns at `[tool.TOOL.workspace] KEY` of the project ROOT, parsed only where they may be there."""
    path = os.path.join(root, "pyproject.toml")
    text = search.text(path) or ""
    found = search.value(path, "tool", tool, "workspace", key) if "workspace" in text and key in text else None
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def matches(folder: str, root: str, patterns: list[str], kind: System = HERE) -> bool:
    """Whether FOLDER, below ROOT, is one that a pattern of a workspace names; `**` stands for any folders between."""
    member = system.parts(kind.path.relpath(folder, root), kind)
    return any(_match(member, system.parts(kind.path.normpath(pattern), kind)) for pattern in patterns)


def _match(parts: list[str], pattern: list[str]) -> bool:
    """All at once, for each step of PATTERN, where in PARTS it may have come to: no pattern takes long."""
    from fnmatch import fnmatchcase

    reached = {0}
    for step in pattern:
        if step == "**":
            reached = {at for at in range(len(parts) + 1) if at >= min(reached, default=at + 1)}
        else:
            reached = {at + 1 for at in reached if at < len(parts) and fnmatchcase(parts[at], step)}
    return len(parts) in reached
