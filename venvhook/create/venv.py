"""Environments of the standard library's venv, and pip for what they need."""

from __future__ import annotations

from venvhook.create.order import Order, Recipe, Step, interpreter, unlockable


def recipe(order: Order) -> Recipe:
    """venv with the chosen interpreter, then pip; -I: see `pip_install`."""
    if order.locked:
        raise unlockable("venv", order)
    return Recipe(
        [Step("making the environment", [order.python, "-I", "-m", "venv", *order.naming(), order.root]), *pip(order)]
    )


def pip(order: Order) -> list[Step]:
    """pip of the environment itself, where there is something to install."""
    return [Step("installing packages", [*pip_install(order.root), *order.installs])] if order.installs else []


def pip_install(root: str) -> list[str]:
    """The command with which pip of the environment in ROOT installs.

    With -I, as everything that is started in the project's folder by `-m`: else a `pip.py` or `logging.py` there would
    run in place of the real one.
    """
    return [interpreter(root), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install"]
