"""uv: `UV_PROJECT_ENVIRONMENT`, relative to the workspace's root, else `.venv` there.

Source: uv 0.11 to 0.13, crates/uv-workspace/src/workspace.rs. The root is the project itself, or the next folder above
with a pyproject.toml if its `[tool.uv.workspace]` includes the project. `VIRTUAL_ENV` does not matter to uv either.
"""

from __future__ import annotations

import os

from venvhook.locate import venv, workspace
from venvhook.locate.search import Candidate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.locate import Search


def candidates(search: Search, name: str | None = None) -> list[Candidate]:
    """The one place that uv would take."""
    root = workspace_root(search)
    where = "uv's place" if root == search.folder else "uv's place, at the root of the workspace"
    named = search.variable("UV_PROJECT_ENVIRONMENT")
    if named:
        return [Candidate("uv", os.path.join(root, named), "UV_PROJECT_ENVIRONMENT names it")]
    path = os.path.join(root, ".venv")
    if os.path.isfile(path):  # uv's own, where it may make no link to an environment in its cache
        line = venv.first_line(search.text(path) or "")
        if 0 < len(line) <= venv.LONGEST:  # relative to the file (PEP 832), as uv has it since 0.13
            place = os.path.join(root, line)
            return [Candidate("uv", place, "the file .venv of uv names it", binding=True, file=path)]
    return [Candidate("uv", path, where)]


def workspace_root(search: Search) -> str:
    """The folder whose environment the project shares: its own, if nothing above includes it."""
    own = os.path.join(search.folder, "pyproject.toml")
    if "[tool.uv.workspace" in (search.text(own) or ""):
        return search.folder
    root = next(workspace.above(search.folder), None)
    if root is None:
        return search.folder
    included = workspace.matches(search.folder, root, workspace.says(search, root, "uv", "members"))
    excluded = included and workspace.matches(search.folder, root, workspace.says(search, root, "uv", "exclude"))
    return root if included and not excluded else search.folder
