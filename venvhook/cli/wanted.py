"""What `create`, `rebuild` and `remove` are about: an allowed project, its manager, and what is to be made where."""

from __future__ import annotations

import contextlib
import os
from typing import NamedTuple

from venvhook import pythons
from venvhook.cli import place, show
from venvhook.create import guard, has_own_list, left_over
from venvhook.create.order import Order, requirement_arguments
from venvhook.create.wish import own_wish
from venvhook.environment import Unfit, settings
from venvhook.errors import VenvhookError
from venvhook.locate import auto, is_name, locate, resolve
from venvhook.managers import NAMED
from venvhook.project import Notice
from venvhook.system import join_list, split_list, within
from venvhook.windows import which

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.folders import Folders
    from venvhook.marker import Marker

# What an active environment exports: it would make a tool install there. What would make a tool take modules from the
# project, for most are Python programs themselves. What would make it speak in colours.
_MISLEADING = (
    "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "CONDA_SHLVL", "PYTHONHOME", "PYTHONPATH",
    "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONINSPECT", "__PYVENV_LAUNCHER__", "PIPENV_ACTIVE", "POETRY_ACTIVE",
    "HATCH_ENV_ACTIVE", "PYENV_VIRTUAL_ENV", "FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS",
)  # fmt: skip


class Options(NamedTuple):
    """What the person said on the command line. `yes`: the answer to what would be asked."""

    python: str | None = None
    install: bool = True
    locked: bool = False
    yes: bool = False


class Wanted:
    """An allowed project and where its environment is, or would be."""

    def __init__(self, folders: Folders, directory: str | None) -> None:
        self.folders = folders
        self.asked = place.asked(folders, place.project(folders, directory))
        self.meaning = self._allowed()
        self.search = locate(self.asked.folder, self.meaning, self.asked.environ)
        self.root = self.search.chosen.path if self.search.chosen else os.path.join(self.asked.folder, ".venv")
        problem = self.search.problem
        if problem and not isinstance(problem, Unfit):
            raise problem  # what is in the way is no environment: a manager's file that is missing or cannot be read
        guard.keep_off(self.root, self.asked.folder, folders.home)

    def nothing_left(self) -> Wanted:
        """The same. VenvhookError for what a rebuild that was cut off has left."""
        left = left_over(self.root)
        if left:
            raise left
        return self

    def _allowed(self) -> Marker:
        try:
            self.asked.read()
            meaning = self.asked.judge()
            self.asked.owned(self.asked.marker_path, self.asked.folder)
            return meaning
        except Notice as notice:
            raise place.told(notice, self.asked.marker_path) from None

    @property
    def fixed(self) -> bool:
        """Whether the marker says where, not only by a name."""
        venv = self.meaning.venv
        return venv is not None and not (self.meaning.manager in NAMED and is_name(venv))

    @property
    def manager(self) -> str:
        """The manager that the marker names, else the one that made what is there, as far as that can be told.

        Else the one whose place was found, or whose files the project has.
        """
        if self.meaning.manager not in (None, "auto"):
            return str(self.meaning.manager)
        if guard.is_conda(self.root):
            return "conda"
        found = self._by_files()
        return found if found != "venv" else self._maker()

    def _by_files(self) -> str:
        if self.fixed and not (self.meaning.requirements or self.meaning.packages):
            able = (each for each in auto.managers(self.search) if each != "conda")
            return next(able, "venv")
        chosen = self.search.chosen
        return chosen.manager if chosen and chosen.manager != "auto" else "venv"

    def _maker(self) -> str:
        """Which of venv, uv and virtualenv made what is there, by its pyvenv.cfg; "venv" where that is not on PATH."""
        said = settings(os.path.join(self.root, "pyvenv.cfg"))
        path = self.asked.environ.get("PATH")
        return next((name for name in ("uv", "virtualenv") if name in said and which(name, path)), "venv")

    @property
    def name(self) -> str:
        """Which of hatch's environments."""
        return self.meaning.venv if self.meaning.venv and not self.fixed else "default"

    def order(self, options: Options, otherwise: str = "") -> Order:
        """What the marker asks for; with a Python like OTHERWISE where nobody asks for one."""
        asked, meaning = self.asked, self.meaning
        order = Order(asked.folder, self.root, "", self._environ())
        order.fixed, order.install, order.locked = self.fixed, options.install, options.locked
        order.prompt = meaning.prompt or os.path.basename(asked.folder)
        order.name = self.name
        self._choose(order, options.python, otherwise)
        order.earlier = otherwise
        listed = bool(meaning.requirements or meaning.packages) and options.install
        if listed and not has_own_list(self.manager):
            files = [resolve(asked.folder, entry, asked.environ) for entry in meaning.requirements]
            _exist(files)
            order.installs = requirement_arguments(files, meaning.packages)
        elif listed:
            show.note(f"left out: requirements and packages; {self.manager} installs what its own files list")
        return order

    def _environ(self) -> dict[str, str]:
        """What the tools run with: the marker's variables too, which may say where packages come from.

        Those that the place was found by stay as they are outside, and those that would mislead a tool are left out, a
        marker's too. Nothing of the environment itself is on PATH, and nothing relative, which would be the project's.
        """
        outside = self.asked.environ
        environ = {name: value for name, value in outside.items() if name not in _MISLEADING}
        try:
            values = self.asked.values(self.meaning)
        except Notice as notice:
            raise place.told(notice, self.asked.marker_path) from None
        placing = {condition[1] for condition in self.search.conditions if condition[0] == "variable"}
        for name, value in values.items():
            if name not in placing and name not in _MISLEADING:
                environ.pop(name, None)
                environ.update({} if value is None else {name: value})
        path = split_list(environ.get("PATH", os.defpath))
        path = [each for each in path if os.path.isabs(each) and not within(each, self.root)]
        return {**environ, "PATH": join_list(path), "PIP_USER": "0", "NO_COLOR": "1"}

    def _choose(self, order: Order, named: str | None, otherwise: str) -> None:
        """Give ORDER its Python: NAMED, the marker's, one like OTHERWISE, what the project asks for, or our own."""
        order.wish = named or self.meaning.python or ""
        if self.manager == "conda":
            return
        with show.working("looking for the interpreter"):
            found = self._python(named or self.meaning.python, otherwise)
        order.python, order.version = found.path, found.version

    def _python(self, wish: str | None, otherwise: str) -> pythons.Interpreter:
        ask = (self.folders.cache, self.asked.environ)
        if wish:
            return pythons.choose(wish, self.asked.folder, *ask)
        with contextlib.suppress(VenvhookError):
            if otherwise:
                return pythons.choose(otherwise, self.asked.folder, *ask)
        return pythons.fitting(own_wish(self.asked.folder), *ask)


def _exist(files: list[str]) -> None:
    for path in files:
        if not os.path.isfile(path):
            raise VenvhookError("does not exist", path, remedy="write it, or take it out of requirements in the marker")
