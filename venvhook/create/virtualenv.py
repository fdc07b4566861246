"""Environments of virtualenv, by its own command."""

from __future__ import annotations

from venvhook.create import Order, Step, tool
from venvhook.create.venv import installing


def steps(order: Order) -> list[Step]:
    """virtualenv with the chosen interpreter, then pip."""
    command = [tool("virtualenv", order), "--python", order.python, *order.named, order.root]
    return [Step("making the environment", command), *installing(order)]
