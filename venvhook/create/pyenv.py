"""Environments of pyenv: `pyenv virtualenv`, which is a plugin's, made of one of pyenv's own Pythons.

Source: pyenv-virtualenv 1.4, bin/pyenv-virtualenv. It puts them into `versions/PYTHON/envs/NAME`, with a link to there
from `versions/NAME`.
"""

from __future__ import annotations

import os

from venvhook.create.before import File
from venvhook.create.order import Order, Recipe, Step, missing, unlockable, which
from venvhook.create.venv import pip
from venvhook.errors import VenvhookError
from venvhook.system import HERE, WINDOWS, System, parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry


def recipe(order: Order) -> Recipe:
    """`pyenv virtualenv`, then pip."""
    if order.locked:
        raise unlockable("pyenv", order)
    possible(order)
    versions, name = _versions(order.root), os.path.basename(order.root)
    if versions is None:
        remedy = 'name it by a name alone: venv = "NAME"'
        raise VenvhookError("pyenv cannot put an environment here", order.root, remedy=remedy)
    pyenv = _pyenv(order, os.path.dirname(versions))
    python = _python(order, versions)
    order.root = os.path.join(versions, python, "envs", name)
    # --force: a link of that name may be there, to the environment that this one replaces
    steps = [Step("making the environment", [pyenv, "virtualenv", "--force", python, name]), *pip(order)]
    return Recipe(steps, entries(order))


def entries(order: Order) -> list[Entry]:
    """The link that makes it one of pyenv's versions."""
    versions = _versions(order.root)
    return [File(os.path.join(versions, os.path.basename(order.root)))] if versions else []


def possible(order: Order, system: System = HERE) -> None:
    """VenvhookError where there is no pyenv that makes environments: pyenv-win, another program, only gets Pythons."""
    if system is WINDOWS:
        problem = "pyenv-win makes no environments: pyenv-virtualenv, which does, does not run on Windows"
        remedy = 'write manager = "venv" into the marker, and python = "VERSION" for one of pyenv\'s'
        raise VenvhookError(problem, order.folder, remedy=remedy)


def _versions(root: str) -> str | None:
    """The folder of pyenv's versions that ROOT is in, directly or by `PYTHON/envs/NAME`."""
    parent = os.path.dirname(root)
    if os.path.basename(parent) == "envs":
        parent = os.path.dirname(os.path.dirname(parent))
    return parent if os.path.basename(parent) == "versions" else None


def _pyenv(order: Order, root: str) -> str:
    own = os.path.join(root, "bin", "pyenv")
    found = which("pyenv", order.environ) or (own if os.path.isfile(own) and os.access(own, os.X_OK) else None)
    if found is None:
        raise missing("pyenv", order, "install pyenv, as its README says")
    order.environ["PYENV_ROOT"] = root
    plugins = os.path.join(root, "plugins", "pyenv-virtualenv")
    if not (os.path.isdir(plugins) or which("pyenv-virtualenv", order.environ)):
        remedy = f"to get it: git clone https://github.com/pyenv/pyenv-virtualenv {plugins}"
        raise VenvhookError(
            "pyenv makes environments by its plugin pyenv-virtualenv, which is not there", root, remedy=remedy
        )
    return found


def _python(order: Order, versions: str) -> str:
    """The version of pyenv's that the chosen interpreter is."""
    inside = parts(os.path.relpath(os.path.realpath(order.python), os.path.realpath(versions)))
    if inside[0] != os.pardir:
        return inside[0]
    remedy = f"to get it: pyenv install {order.minor}; to see those that there are: venvhook pythons"
    raise VenvhookError("is none of pyenv's Pythons, which it makes its environments of", order.python, remedy=remedy)
