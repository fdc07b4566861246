"""Environments of the standard library's venv, and pip for what they need."""

from __future__ import annotations

from venvhook.create import Order, Step, interpreter


def steps(order: Order) -> list[Step]:
    """venv with the chosen interpreter, then pip."""
    return [
        Step("making the environment", [order.python, "-m", "venv", *order.named, order.root]),
        *installing(order),
    ]


def installing(order: Order) -> list[Step]:
    """pip of the environment itself, where there is something to install."""
    pip = [interpreter(order.root), "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
    return [Step("installing packages", [*pip, *order.installs])] if order.installs else []
