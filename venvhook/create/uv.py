"""Environments of uv, by its own command: `uv sync` for a project of uv, `uv venv` and `uv pip` for anything else."""

from __future__ import annotations

import os

from venvhook.create.order import Order, Recipe, Step, interpreter, tool, unlockable
from venvhook.document import Document
from venvhook.files import read_plain


def recipe(order: Order) -> Recipe:
    """What the lock file says, if there is a project of uv; what the marker lists besides goes in by `uv pip`."""
    uv = tool("uv", order)
    if order.fixed:
        order.environ["UV_PROJECT_ENVIRONMENT"] = order.root
    lock = order.has("uv.lock")
    if order.locked and not lock:
        raise unlockable("uv", order, "uv.lock")
    installing = [uv, "pip", "install", "--python", interpreter(order.root), *order.installs]
    steps = [Step("installing packages", installing)] if order.installs else []
    if order.install and (lock or _is_project(order)):
        asserted = ["--locked"] if order.locked else []
        steps.insert(0, Step("making the environment", [uv, "sync", "--python", order.python, *asserted]))
    else:
        making = [uv, "venv", "--no-project", "--python", order.python, *order.naming(), order.root]
        steps.insert(0, Step("making the environment", making))
    return Recipe(steps, writes=[os.path.join(order.folder, "uv.lock")])


def _is_project(order: Order) -> bool:
    """Whether uv would take the folder for a project, and the marker does not list itself what is to be installed."""
    path = None if order.installs else order.has("pyproject.toml")
    return path is not None and "project" in Document(read_plain(path, 1 << 20), path).values
