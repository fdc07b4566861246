"""Environments of uv, by its own command, which installs too: they have no pip."""

from __future__ import annotations

from venvhook.create import Order, Step, interpreter, tool


def steps(order: Order) -> list[Step]:
    """uv venv with the chosen interpreter, then uv pip."""
    uv = tool("uv", order)
    making = [uv, "venv", "--no-project", "--python", order.python, *order.named, order.root]
    installing = [uv, "pip", "install", "--python", interpreter(order.root), *order.installs]
    return [
        Step("making the environment", making),
        *([Step("installing packages", installing)] if order.installs else []),
    ]
