"""A project and a home folder on disk, with files of every kind that venvhook reads, and how it answers."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import stat
from pathlib import Path
from unittest import mock

from venvhook import cli, helper, marker, trust
from venvhook.errors import VenvhookError
from venvhook.folders import Folders
from venvhook.project import Places, Project
from venvhook.shells import INTERFACE, SHELLS
from venvhook.trust import Record

PYPROJECT = b"""[project]
name = "Shop.App"
requires-python = ">=3.9"
[tool.poetry]
name = "shop"
[tool.poetry.dependencies]
python = "^3.9"
[tool.pdm]
[tool.uv.workspace]
members = ["packages/*"]
[tool.hatch.envs.default]
path = ".hatch"
template = "other"
"""
# Every file that is read for a manager, with what may stand in it.
FILES: dict[str, tuple[bytes, ...]] = {
    ".venv": (b"shop\n", b"../env\n", b"/nowhere/env\n", b"$HOME/env"),
    ".venv/pyvenv.cfg": (
        b"home = /usr/bin\nversion = 3.11.4\nprompt = 'shop'\n",
        b"home = /usr/bin\nimplementation = CPython\nversion_info = 3.11.4.final.0\nprompt = x\n",
    ),
    ".venv/bin/activate": (b"VIRTUAL_ENV=/somewhere/else\n", b"export VIRTUAL_ENV='/somewhere/else'\n"),
    ".python-envs": (b".venv\nenv\n", b"/nowhere\n"),
    ".python-version": (b"shop\n3.11.4\n", b"3.11\n# no\n"),
    "pyproject.toml": (PYPROJECT,),
    "../pyproject.toml": (b'[tool.uv.workspace]\nmembers = ["shop*"]\n[tool.pdm.workspace]\nmembers = ["**"]\n',),
    "poetry.toml": (b'[virtualenvs]\npath = "{cache-dir}/v"\nin-project = true\ncreate = false\n',),
    "poetry.lock": (b"",),
    "Pipfile": (b"[pipenv]\nvenv_in_project = true\n",),
    "hatch.toml": (b'[envs.default]\npath = ".hatch"\n', b'[envs.default]\ntemplate = "x"\n[envs.x]\npath = "y"\n'),
    "pdm.toml": (b"[venv]\nin_project = true\n",),
    ".pdm-python": (b"/nowhere/env/bin/python\n",),
    "uv.lock": (b"",),
    "environment.yml": (b"name: shop\ndependencies: [python]\n", b"name: 'base' # yes\n"),
    "../home/.condarc": (b"envs_dirs:\n  - ~/conda\n", b"envs_dirs: [~/conda, '/x']\n"),
    "../home/.conda/environments.txt": (b"/nowhere/envs/shop\n",),
    "../home/.config/pypoetry/config.toml": (b'[virtualenvs]\npath = "~/v"\n',),
    "../home/.config/pdm/config.toml": (b'[venv]\nlocation = "~/v"\n',),
    "../home/.config/hatch/config.toml": (b'[dirs.env]\nvirtual = "~/.virtualenvs"\n[dirs]\ndata = "~/d"\n',),
    "../home/.pyenv/version": (b"shop\n",),
    "../home/.virtualenvs/shop/.project": (b"../../../shop\n",),
    "../settings/config.toml": (b'prompt = "[{name}] "\nallow = ["~/work"]\nceiling = ["/net"]\nwrap_cd = false\n',),
}
CONDA: dict[str, tuple[bytes, ...]] = {
    "env/conda-meta/state": (b'{"env_vars": {"A": "1", "B": "***unset***"}}', b"{}"),
    "env/etc/conda/env_vars.d/a.json": (b'{"A": "1", "LD_PRELOAD": "x", "C": 3}', b"[]"),
    "env/conda-meta/python-3.12.1-0.json": (b"{}",),
}
MARKER = b"""venv = ".venv"
manager = "auto"
python = "3.12"
prompt = "shop"
requirements = ["requirements.txt"]
packages = ["-e ."]
dotenv = [".env", "b.env"]
[variables]
DJANGO_SETTINGS_MODULE = "shop.settings.dev"
PIP_INDEX_URL = false
[prepend]
PATH = ["scripts"]
PYTHONPATH = ["src"]
"""
DOTENV = b"""# a comment
export A=1
B='two lines
here' # and a comment
C="x\\ny\\"" #
D = # empty
"""


class Ground:
    """A project `shop` beside a home folder; each example finds it empty."""

    def __init__(self, root: Path) -> None:
        self.root, self.shop, self.home = root, root / "shop", root / "home"
        names = ("data", "cache", "settings")
        self.folders = Folders(*(str(root / name) for name in names), str(self.home))
        self.places = Places(str(root / "data"), str(root / "cache"), str(root / "settings"), str(self.home))
        self.environ = {"HOME": str(self.home), "PATH": os.defpath}

    def clear(self) -> None:
        for path in self.root.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        self.shop.mkdir()
        self.home.mkdir()

    def write(self, files: dict[str, bytes]) -> None:
        """Those that fit; a folder where another file stands is left out."""
        for name, data in files.items():
            path = Path(os.path.normpath(self.shop / name))
            if any(above.is_file() for above in path.parents):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():
                path.write_bytes(data)

    def python(self, environment: str) -> None:
        path = self.shop / environment / "bin/python"
        if not (self.shop / environment).is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("#!/bin/sh\ntouch CANARY\n")
            path.chmod(0o755)

    def allow(self, text: bytes = b"") -> None:
        (self.shop / marker.NAME).write_bytes(text)
        allow(self.root / "data", self.shop)

    def state(self) -> dict[str, object]:
        """All that a person has there, not what is venvhook's own."""
        found: dict[str, object] = {}
        for folder, folders, names in os.walk(self.root):
            if folder == str(self.root):
                folders[:] = ["shop", "home"]
            for name in names:
                path = os.path.join(folder, name)
                seen = os.lstat(path)
                with open(path, "rb") as file:
                    found[path] = (stat.S_IMODE(seen.st_mode), seen.st_mtime_ns, file.read())
        return found

    def asked(self) -> Project:
        """The project, as the helper is asked about it."""
        return Project(str(self.shop), self.places, self.environ)

    def answered(self) -> None:
        """Every shell has its plan, nothing is run, and all that the person has is as it was."""
        before = self.state()
        clear(self.asked().plan().notice)
        for shell in SHELLS:
            clear_plan(helper.plan_text(self.asked(), shell, INTERFACE))
        assert self.state() == before
        assert not list(self.root.rglob("*CANARY*"))

    def command(self, *arguments: str) -> tuple[int, str]:
        """Run a command of venvhook's in this process; its status, and all that it said, which must be clear."""
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
        variables = mock.patch.dict(os.environ, self.environ, clear=True)
        with variables, contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
            status = cli.main([*arguments], self.folders)
            said = "".join(stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
        clear(said)
        assert status in (0, 1), said
        return status, said


def clear(text: str) -> None:
    """What a person may be shown: no control characters, and no name of an exception."""
    assert all(c == "\n" or c.isprintable() for c in text), repr(text)
    for word in ("Traceback", "Error:", "to see more"):
        assert word not in text, text


def clear_plan(text: str) -> None:
    """A plan that comes of a defect says so."""
    assert "to see more" not in text, text
    text.encode("utf-8", "surrogateescape")


def allow(data: Path, project: Path) -> None:
    """As `venvhook allow` does, whatever is wrong beside the marker itself."""
    text = (project / marker.NAME).read_bytes()
    try:
        meaning = marker.parse(text, "M")
    except VenvhookError:
        return
    trust.decide(str(data), Record(str(project), True, text, meaning, ["A", "B", "C", "D"]))
