"""Environments of pipenv: `pipenv --python`, then `pipenv install`, by Pipfile.lock, which it writes where it has to.

The packages for development are installed too: it is the environment that one works in.
"""

from __future__ import annotations

import os

from venvhook.create.order import Order, Recipe, Step, misplaced, tool, unlockable
from venvhook.system import above

OWN_LIST = True
ADD = "pipenv install"
# Never ask, never take an active environment, and say nothing for a terminal.
_QUIET = {"PIPENV_YES": "1", "PIPENV_NOSPIN": "1", "PIPENV_IGNORE_VIRTUALENVS": "1", "PIPENV_VERBOSITY": "-1"}


def recipe(order: Order) -> Recipe:
    """The environment of the chosen interpreter, and what is locked."""
    pipenv = tool("pipenv", order)
    pipfile = _pipfile(order)
    if order.locked and not os.path.isfile(pipfile + ".lock"):
        raise unlockable("pipenv", order, "Pipfile.lock")
    if order.fixed and order.root != order.local:
        raise misplaced("pipenv", order)
    order.environ.update(_QUIET)
    if order.root == order.local:
        order.environ["PIPENV_VENV_IN_PROJECT"] = "1"
    steps = [Step("making the environment", [pipenv, "--python", order.python])]
    if order.install:
        steps.append(Step("installing packages", [pipenv, "install", "--dev", *(["--deploy"] if order.locked else [])]))
    return Recipe(steps, writes=[pipfile + ".lock"])  # people write the Pipfile: it is never put back


def _pipfile(order: Order) -> str:
    """The Pipfile that decides: the nearest, from the project upwards."""
    named = order.environ.get("PIPENV_PIPFILE")
    if named:
        return os.path.join(order.folder, named)
    paths = [os.path.join(folder, "Pipfile") for folder in (order.folder, *above(order.folder))]
    return next((path for path in paths if os.path.isfile(path)), paths[-1])
