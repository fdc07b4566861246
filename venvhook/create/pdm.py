"""Environments of pdm: `pdm venv create`, `pdm use`, which writes `.pdm-python`, then `pdm install`.

Source: pdm 2.29, cli/commands/venv/backends.py. Those in its own folder are named by their Python.
"""

from __future__ import annotations

import os

from venvhook.create.before import File
from venvhook.create.order import Order, Recipe, Step, interpreter, misplaced, tool, unlockable
from venvhook.locate.pdm import prefix
from venvhook.system import above

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry

OWN_LIST = True
ADD = "pdm add"


def recipe(order: Order) -> Recipe:
    """The environment of the chosen interpreter, with what pdm.lock says; without one, pdm writes it."""
    pdm = [tool("pdm", order), "--non-interactive"]
    if order.locked and not order.has("pdm.lock"):
        raise unlockable("pdm", order, "pdm.lock")
    name = _place(order)
    steps = [
        Step("making the environment", [*pdm, "venv", "create", *name, order.python]),
        Step(
            "choosing it", [*pdm, "use", "--first", "--ignore-remembered", "--no-version-file", interpreter(order.root)]
        ),
    ]
    if order.install:
        steps.append(Step("installing packages", [*pdm, "install", *(["--check"] if order.locked else [])]))
    writes = [os.path.join(order.folder, name) for name in ("pdm.lock", ".pdm-build")]
    return Recipe(steps, entries(order), writes)


def entries(order: Order) -> list[Entry]:
    """The interpreter that pdm remembers."""
    return [File(os.path.join(order.folder, ".pdm-python"))]


def _place(order: Order) -> list[str]:
    """Make the place exact; the options that name it."""
    order.environ["PDM_IGNORE_ACTIVE_VENV"] = "1"
    inside = os.path.basename(order.root) == ".venv" and not order.fixed
    order.environ["PDM_VENV_IN_PROJECT"] = "1" if inside or order.root == order.local else "0"
    if inside or order.root == order.local:
        return []
    parent, name = os.path.split(order.root)
    # One of the folders above is the root of the project's workspace.
    upwards = (order.folder, *above(order.folder))
    start = next((start for start in map(prefix, upwards) if name.startswith(start)), None)
    if order.fixed or start is None:
        raise misplaced("pdm", order)
    order.root = os.path.join(parent, start + order.minor)
    return ["--name", order.minor]
