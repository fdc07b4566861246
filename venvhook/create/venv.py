"""Environments of the standard library's venv, and pip for what they need."""

from __future__ import annotations

from venvhook.create.order import Order, Recipe, Step, interpreter, unlockable


def recipe(order: Order) -> Recipe:
    """venv with the chosen interpreter, then pip."""
    if order.locked:
        raise unlockable("venv", order)
    return Recipe(
        [Step("making the environment", [order.python, "-m", "venv", *order.naming(), order.root]), *pip(order)]
    )


def pip(order: Order) -> list[Step]:
    """pip of the environment itself, where there is something to install."""
    command = [interpreter(order.root), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    return [Step("installing packages", [*command, *order.installs])] if order.installs else []
