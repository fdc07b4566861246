"""Environments of poetry: `poetry env use`, then `poetry install`.

Source: poetry 2.5, utils/env/env_manager.py. Those in its own folder are named by their Python, and `envs.toml` there
has a table for each project with the one that is used.
"""

from __future__ import annotations

import os

from venvhook.create.order import Order, Recipe, Step, misplaced, tool, unlockable
from venvhook.errors import VenvhookError
from venvhook.files import read_text
from venvhook.system import encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.create.before import Entry

_LIMIT = 1 << 20  # bytes of envs.toml
OWN_LIST = True
ADD = "poetry add"


def recipe(order: Order) -> Recipe:
    """The environment of the chosen interpreter, with what poetry.lock says; without one, poetry writes it."""
    poetry = tool("poetry", order)
    if order.locked and not order.has("poetry.lock"):
        raise unlockable("poetry", order, "poetry.lock")
    _place(order)
    quiet = ["--no-interaction", "--no-ansi"]
    steps = [Step("making the environment", [poetry, "env", "use", *quiet, order.python])]
    if order.locked:
        steps.insert(0, Step("checking the lock file", [poetry, "check", "--lock", *quiet]))
    if order.install:
        steps.append(Step("installing packages", [poetry, "install", *quiet]))
    return Recipe(steps, entries(order), [os.path.join(order.folder, "poetry.lock")])


def entries(order: Order) -> list[Entry]:
    """The project's table in envs.toml."""
    base, mark, _ = os.path.basename(order.root).rpartition("-py")
    return [Table(os.path.join(os.path.dirname(order.root), "envs.toml"), base)] if mark else []


def _place(order: Order) -> None:
    """Make the place exact, and make sure that poetry takes it: never the system's Python instead."""
    order.environ["POETRY_VIRTUALENVS_CREATE"] = "true"
    if order.root == order.local:
        order.environ["POETRY_VIRTUALENVS_IN_PROJECT"] = "true"
    elif order.fixed:
        raise misplaced("poetry", order)
    else:
        parent, name = os.path.split(order.root)
        order.root = os.path.join(parent, f"{name.rpartition('-py')[0]}-py{order.minor}")


class Table:
    """The table NAME in a TOML file; the others belong to other projects."""

    def __init__(self, path: str, name: str) -> None:
        self.path, self.name = path, name

    def now(self) -> object:
        found = self._read().get(self.name)
        return dict(found) if isinstance(found, dict) else None

    def put(self, state: object) -> None:
        if state == self.now():
            return
        tables = self._read()
        tables.pop(self.name, None)
        if state is not None:
            tables[self.name] = state
        if not tables:
            os.unlink(self.path)
            return
        import tomlkit

        with open(self.path, "wb") as file:
            file.write(encode(tomlkit.dumps(tables)))

    def about(self, root: str) -> bool:
        state = self.now()
        return isinstance(state, dict) and root.endswith(f"-py{state.get('minor')}")

    def _read(self) -> dict[str, object]:
        import tomlkit

        if not os.path.lexists(self.path):
            return {}
        try:
            return tomlkit.parse(read_text(self.path, _LIMIT))
        except ValueError as error:
            remedy = "fix it, or delete it: poetry notes there which Python each project uses"
            raise VenvhookError(f"is not TOML ({error})", self.path, remedy=remedy) from None
