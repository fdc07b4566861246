"""Environments of virtualenv, by its own command."""

from __future__ import annotations

from venvhook.create.order import Order, Recipe, Step, tool, unlockable
from venvhook.create.venv import pip


def recipe(order: Order) -> Recipe:
    """virtualenv with the chosen interpreter, then pip."""
    if order.locked:
        raise unlockable("virtualenv", order)
    return Recipe([making(tool("virtualenv", order), order), *pip(order)])


def making(command: str, order: Order) -> Step:
    """The COMMAND virtualenv."""
    return Step("making the environment", [command, "--python", order.python, *order.naming(), order.root])
