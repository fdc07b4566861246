"""Environments of virtualenvwrapper: virtualenv's, or venv's, in WORKON_HOME; their file `.project` names the project.

Source: virtualenvwrapper 6.1, virtualenvwrapper.sh (`mkvirtualenv -a`). Its own command is a function of the shell.
"""

from __future__ import annotations

import os

from venvhook.create import venv, virtualenv
from venvhook.create.order import Order, Recipe, unlockable, which
from venvhook.system import encode


def recipe(order: Order) -> Recipe:
    """virtualenv where there is one, else venv; then pip."""
    if order.locked:
        raise unlockable("virtualenvwrapper", order)
    command = which("virtualenv", order.environ)
    found = Recipe([virtualenv.making(command, order), *venv.pip(order)]) if command else venv.recipe(order)
    found.finish = lambda: _bind(order)
    return found


def _bind(order: Order) -> None:
    with open(os.path.join(order.root, ".project"), "wb") as file:
        file.write(encode(order.folder + "\n"))
