"""Environments of hatch: `hatch env create`, which installs too.

Source: hatch 1.18, env/virtual.py and project/env.py. The Python is that of the environment's own table, else the
chosen one.
"""

from __future__ import annotations

import os

from venvhook.create.before import File, Holder
from venvhook.create.order import Order, Recipe, Step, tool
from venvhook.errors import VenvhookError
from venvhook.locate.hatch import identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry

OWN_LIST = True


def recipe(order: Order) -> Recipe:
    """The environment that the marker names, else "default"."""
    hatch = [tool("hatch", order), "--no-interactive", "--no-color"]
    if not order.install:
        raise VenvhookError("hatch installs what it makes", order.folder, remedy="leave --no-install out")
    order.environ["HATCH_PYTHON"] = order.python
    if order.fixed:
        order.environ["HATCH_ENV_TYPE_VIRTUAL_PATH"] = order.root
    steps = [Step("making the environment", [*hatch, "env", "create", order.name])]
    if order.locked:
        steps.insert(0, Step("checking the lock file", [*hatch, "env", "lock", "--check", order.name]))
    locks = [name for name in os.listdir(order.folder) if name.startswith("pylock") and name.endswith(".toml")]
    return Recipe(steps, entries(order), [os.path.join(order.folder, name) for name in {*locks, "pylock.toml"}])


def entries(order: Order) -> list[Entry]:
    """The folders that are the project's in hatch's, and what it notes of the packages there."""
    digest = identity(order.folder)
    inside, mark, _ = order.root.rpartition(os.sep + digest + os.sep)
    if not mark:
        return []
    data = os.path.dirname(os.path.dirname(os.path.dirname(inside)))
    notes = os.path.join(data, "env", ".metadata", digest)
    kind = os.path.join(notes, "virtual")
    return [
        Note(os.path.join(kind, f"{order.name}.json")),
        *map(Holder, (kind, notes, os.path.dirname(notes), os.path.join(inside, digest), inside)),
    ]


class Note(File):
    """What is noted under the environment's name; it does not say where that is."""

    def about(self, root: str) -> bool:
        return True
