"""Environments of pdm: `pdm venv create`, `pdm use`, which writes `.pdm-python`, then `pdm install`.

Source: pdm 2.29, cli/commands/venv/backends.py. Those in its own folder are named by their Python.
"""

from __future__ import annotations

import os

from venvhook.create.before import files
from venvhook.create.order import Order, Recipe, Step, interpreter, misplaced, tool, unlockable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry


def recipe(order: Order) -> Recipe:
    """The environment of the chosen interpreter, with what pdm.lock says; without one, pdm writes it."""
    pdm = [tool("pdm", order), "--no-cache"] if False else [tool("pdm", order), "--non-interactive"]
    if order.locked and not order.has("pdm.lock"):
        raise unlockable("pdm", order, "pdm.lock")
    name = _place(order)
    steps = [
        Step("making the environment", [*pdm, "venv", "create", *name, order.python]),
        Step("choosing it", [*pdm, "use", "--first", "--ignore-remembered", "--no-version-file", interpreter(order.root)]),
    ]
    if order.install:
        steps.append(Step("installing packages", [*pdm, "install", *(["--check"] if order.locked else [])]))
    writes = [os.path.join(order.folder, name) for name in ("pdm.lock", ".pdm-build")]
    return Recipe(steps, entries(order), writes)


def entries(order: Order) -> list[Entry]:
    """The interpreter that pdm remembers."""
    return files([os.path.join(order.folder, ".pdm-python")])


def _place(order: Order) -> list[str]:
    """Make the place exact; the options that name it."""
    order.environ["PDM_IGNORE_ACTIVE_VENV"] = "1"
    if os.path.basename(order.root) == ".venv" and not order.fixed or order.root == order.local:
        order.environ["PDM_VENV_IN_PROJECT"] = "1"
        return []
    if order.fixed:
        raise misplaced("pdm", order)
    order.environ["PDM_VENV_IN_PROJECT"] = "0"
    if order.root.endswith("-*"):
        order.root = order.root[:-1] + order.minor
    return ["--name", _key(order.root)]


def _key(root: str) -> str:
    """What pdm calls an environment: what is behind the digest, which may hold a `-` itself."""
    name = os.path.basename(root)
    return name
