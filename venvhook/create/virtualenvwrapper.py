"""Environments of virtualenvwrapper: virtualenv's, or venv's, in WORKON_HOME; their file `.project` names the project.

Source: virtualenvwrapper 6.1, virtualenvwrapper.sh (`mkvirtualenv -a`). Its own command is a function of the shell.
"""

from __future__ import annotations

import os
import shutil

from venvhook.create import venv, virtualenv
from venvhook.create.order import Order, Recipe, unlockable


def recipe(order: Order) -> Recipe:
    """virtualenv where there is one, else venv; then pip."""
    if order.locked:
        raise unlockable("virtualenvwrapper", order)
    command = shutil.which("virtualenv", path=order.environ.get("PATH"))
    found = Recipe([virtualenv.making(command, order), *venv.pip(order)]) if command else venv.recipe(order)
    found.finish = lambda: _bind(order)
    return found


def _bind(order: Order) -> None:
    with open(os.path.join(order.root, ".project"), "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(order.folder + "\n")
