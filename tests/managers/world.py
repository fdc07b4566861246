"""A home folder of its own, projects, and what is located there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from venvhook.locate import Search, locate
from venvhook.marker import Marker

BASE = getattr(sys, "_base_executable", sys.executable)  # never the environment that the tests themselves run in
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"

# Folders' names that managers replace letters of, cut, or hash.
NAMES = ("plain", "My Proj (x)", "prüfung-日本", "a" * 60, "dots.and_under.scores", 'it\'s $HOME `x` [y] & "z"')


class World:
    """A home folder of its own, and what is exported there. No manager is on PATH.

    In CACHES is what need not be found out by each test anew.
    """

    def __init__(self, root: Path, caches: Path) -> None:
        self.home = root / "home"
        self.home.mkdir()
        self.projects = root / "projects"
        self.projects.mkdir()
        self.environ = {"HOME": str(self.home), "PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "NO_COLOR": "1"}
        self.caches = caches
        # virtualenv, which most managers use, unpacks pip once for all tests, and looks for no newer one on the net
        self.environ.update(VIRTUALENV_OVERRIDE_APP_DATA=str(caches / "virtualenv"))
        self.environ.update(VIRTUALENV_SYMLINK_APP_DATA="1", VIRTUALENV_NO_PERIODIC_UPDATE="1")

    def project(self, name: str, **files: str) -> Path:
        """A new project; FILES by name, with `__` for a dot and a leading `_` for a leading dot."""
        folder = self.projects / name
        folder.mkdir(parents=True)
        for file, text in files.items():
            self.write(folder / file.replace("__", "."), text)
        return folder

    @staticmethod
    def write(path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, folder: Path, *command: object, **variables: str) -> str:
        """What a command prints, run in FOLDER."""
        words = [str(word) for word in command]
        environ = {**self.environ, **variables}
        answer = subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, timeout=300)
        assert answer.returncode == 0, f"{words}\n{answer.stdout}\n{answer.stderr}"
        return answer.stdout.strip()

    def locate(self, folder: Path, manager: str | None = None, **keys: Any) -> Search:
        """What venvhook finds; the project's folder without links, as it always comes."""
        return locate(os.path.realpath(folder), Marker(manager=manager, **keys), self.environ)

    def finds(self, folder: Path, expected: object, *managers: str | None, **keys: Any) -> None:
        """The environment EXPECTED is found by `auto` and by name; and inside a foreign one that is active, too."""
        foreign = self.home / "foreign"
        outside = dict(self.environ)
        for active in (
            {},
            {"VIRTUAL_ENV": str(foreign), "PATH": f"{foreign}/bin:{SYSTEM_PATH}", "CONDA_PREFIX": str(foreign)},
        ):
            self.environ = {**outside, **active}
            for manager in managers:
                search = self.locate(folder, manager, **keys)
                assert search.found, f"{manager}: {search.problem} {[c.path for c in search.candidates]}"
                assert os.path.realpath(search.found.root) == os.path.realpath(str(expected)), manager
        self.environ = outside
