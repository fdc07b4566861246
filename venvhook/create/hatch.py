"""Environments of hatch: `hatch env create`, which installs too.

Source: hatch 1.18, env/virtual.py. The Python is that of the environment's own table, else the chosen one.
"""

from __future__ import annotations

import os

from venvhook.create.order import Order, Recipe, Step, tool
from venvhook.errors import VenvhookError


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
    return Recipe(steps, writes=[os.path.join(order.folder, name) for name in {*locks, "pylock.toml"}])
