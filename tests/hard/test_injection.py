"""Injection: no text that a project chose reaches a terminal raw, or is run, wherever it is shown.

Each place that a text can come from holds every character that a terminal obeys or that deceives a reader, with a sign
behind it; the sign must never be seen behind the character itself. A table: places x commands on a pseudo-terminal, and
places x shells.
"""

from __future__ import annotations

import contextlib
import os
import pty
import re
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Callable
from unittest import mock

import pytest
from shell.dialects import Dialect
from shell.world import World

from venvhook import cli, marker

from .ground import Ground, allow

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX terminals")

SIGN = "~Q"
OBEYED = [chr(c) for c in (*range(1, 0x20), 0x7F, *range(0x80, 0xA0))]  # C0, DEL, C1
DECEIVING = list("\xad\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
BYTES = ["\udc9b", "\udcff"]  # what is C1 on a terminal that does not speak UTF-8
FEW = "\x1b\x07\n\r\x08\x7f\x0e\x9b\u202e\u2066\u2028\udc9b"  # a name of a file is short
RUN = "$(touch CANARY)`touch CANARY`';touch CANARY;\""
RAW = re.compile("[" + re.escape("".join([*OBEYED, *DECEIVING, *BYTES])) + "]" + re.escape(SIGN))


def hostile(characters: str | list[str], harm: str = RUN) -> str:
    return "x" + "".join(character + SIGN for character in characters) + harm


TEXT = hostile([*OBEYED, *DECEIVING])
ON_A_LINE = [c for c in (*OBEYED, *DECEIVING, *BYTES) if len(f"a{c}b".splitlines()) == 1]
LINE = hostile(ON_A_LINE)
NAME, FOLDER = hostile(FEW), hostile(FEW[:-1])  # TOML has no bytes


def toml(text: str) -> str:
    """TEXT as a string of TOML: every character that may not stand there as it is escaped."""
    return '"' + "".join(c if c.isalnum() else f"\\U{ord(c):08x}" for c in text if c not in BYTES) + '"'


class Place:
    """A place that a text can come from: what the marker says, which other files there are, where the project is."""

    def __init__(self, marker: str = "", files: dict[str, str] | None = None, folder: str = "shop") -> None:
        self.marker, self.files, self.folder = marker, files or {}, folder

    def write(self, root: Path) -> Path:
        project = root / self.folder
        files = {".venv/pyvenv.cfg": "version = 3.11.4\n", ".venvhook.toml": self.marker, **self.files}
        for name, text in files.items():
            path = project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(os.fsencode(text))
        for python in {path.parent / "bin/python" for path in project.rglob("pyvenv.cfg")}:
            python.parent.mkdir(exist_ok=True)
            python.symlink_to(sys.executable)
        return project


PYPROJECT = {"pyproject.toml": f"[project]\nname = {toml(TEXT)}\n"}
PLACES: dict[str, Place] = {
    "folder": Place(folder=NAME),
    "folder, no environment": Place("manager = 'conda'", folder=NAME),
    "environment": Place(f"venv = {toml(FOLDER)}", {f"{FOLDER}/pyvenv.cfg": ""}),
    "missing environment": Place(f"venv = {toml(TEXT)}"),
    "prompt": Place(f"prompt = {toml(TEXT)}"),
    "prompt of pyvenv.cfg": Place(files={".venv/pyvenv.cfg": f"prompt = {LINE}\n"}),
    "version": Place('python = "3.12"', {".venv/pyvenv.cfg": f"version = 2{LINE}\n"}),
    "asked version": Place(f"python = {toml('9.9' + TEXT)}"),
    "values": Place(f"[variables]\nA = {toml(TEXT)}\n[prepend]\nPATH = [{toml(TEXT.replace(':', ''))}]\n"),
    "a key": Place(f"{toml(TEXT)} = 1"),
    "a name": Place(f"[variables]\n{toml(TEXT)} = '1'"),
    "a manager": Place(f"manager = {toml(TEXT)}"),
    "bad TOML": Place(f"prompt = {LINE}"),
    "raw in a string": Place(f"prompt = '{LINE}"),
    "a comment": Place(f"# {LINE.replace(chr(0xDC9B), '').replace(chr(0xDCFF), '')}\n"),
    "requirements": Place(f"requirements = [{toml(TEXT)}]\npackages = [{toml(TEXT)}]"),
    "dotenv path": Place(f"dotenv = [{toml(TEXT)}, '.env']", {".env": "A=1\n"}),
    "dotenv name": Place("dotenv = ['.env']", {".env": f"{LINE}=1\n"}),
    "dotenv text": Place("dotenv = ['.env']", {".env": f"A='x'{LINE}\n"}),
    "a moved environment": Place(files={".venv/bin/activate": f"VIRTUAL_ENV='/{hostile(ON_A_LINE, '')}'\n"}),
    "poetry": Place("manager = 'poetry'", {**PYPROJECT, "poetry.toml": f"[virtualenvs]\npath = {toml(TEXT)}\n"}),
    "hatch": Place("manager = 'hatch'", {**PYPROJECT, "hatch.toml": f"[envs.default]\npath = {toml(TEXT)}\n"}),
    "pdm": Place("manager = 'pdm'", {**PYPROJECT, ".pdm-python": f"/{LINE}"}),
    "pipenv": Place("manager = 'pipenv'", {"Pipfile": f"[pipenv]\n{toml(TEXT)} = 1\nx = {LINE}"}),
    "conda": Place("manager = 'conda'", {"environment.yml": f"name: {LINE}\n"}),
    "pyenv": Place("manager = 'pyenv'", {".python-version": LINE.replace(" ", "")}),
    "python-envs": Place(files={".python-envs": LINE}),
    "shadowed": Place(f"venv = {toml(FOLDER)}", {f"{FOLDER}/pyvenv.cfg": "", f"{FOLDER}/bin/ls": ""}),
    "requirements files": Place(files={f"requirements{hostile(FEW, '')}.txt": ""}),
}
# Whose text is not shown at all: it may be a secret, or says nothing to a person.
UNSHOWN = ("a comment", "requirements", "bad TOML", "raw in a string", "dotenv name", "dotenv text", "pipenv")
COMMANDS = (
    ("status",), ("status", "--json"), ("allow",), ("list",), ("list", "--json"), ("status",), ("plan", "bash"),
    ("plan", "fish"), ("which",), ("which", "nothing"), ("run", "nothing"), ("deny",), ("init",), ("init", "--force"),
    ("prune",),
)  # fmt: skip


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    yield Ground(Path(os.path.realpath(tmp_path_factory.mktemp("ground"))))


def on_a_terminal(work: Callable[[], object]) -> bytes:
    """What WORK writes to stdout and stderr, which are a terminal so wide that nothing is broken into lines."""
    master, slave = pty.openpty()
    seen: list[bytes] = []

    def read() -> None:
        while True:
            try:
                data = os.read(master, 65536)
            except OSError:  # the other end is closed
                return
            seen.append(data)
            if not data:
                return

    reader = threading.Thread(target=read)
    reader.start()
    try:
        with open(slave, "w", encoding="utf-8", newline="") as terminal, contextlib.ExitStack() as stack:
            for name in ("stdout", "stderr"):
                stack.enter_context(mock.patch.object(sys, name, terminal))
            work()
    finally:
        reader.join()
        os.close(master)
    return b"".join(seen)


def harmless(said: str) -> None:
    found = RAW.search(said)
    assert found is None, repr(said[max(found.start() - 200, 0) : found.end()])


@pytest.fixture
def command(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A function that runs a command of venvhook's on a terminal, in a folder; what was to be seen."""
    ground.clear()

    def run(folder: Path, *arguments: str) -> str:
        monkeypatch.chdir(folder)
        variables = {**ground.environ, "TERM": "xterm-256color", "COLUMNS": "30000", "PWD": str(folder)}
        with mock.patch.dict(os.environ, variables):
            said = on_a_terminal(lambda: cli.main(arguments, ground.folders)).decode().replace("\r\n", "\n")
        assert "Traceback" not in said and "Error:" not in said, said
        # The text of a plan is shown line by line: what is quoted there may go over several.
        harmless(said.replace("\n" + SIGN, "") if arguments[0] == "plan" else said)
        return said

    return run


@pytest.mark.parametrize("name", PLACES)
def test_commands_on_a_terminal(ground: Ground, command: Callable[..., str], name: str) -> None:
    project = PLACES[name].write(ground.root)
    seen = [command(project, *arguments) for arguments in COMMANDS]
    assert name in UNSHOWN or SIGN in "".join(seen)
    assert not list(ground.root.rglob("CANARY"))


def test_what_was_edited(ground: Ground, command: Callable[..., str]) -> None:
    project = Place().write(ground.root)
    command(project, "allow")
    (project / marker.NAME).write_bytes(os.fsencode(f"# {hostile([c for c in ON_A_LINE if c not in BYTES])}\n"))
    assert "is not TOML" in command(project, "allow")
    (project / marker.NAME).write_text(f"# {hostile(DECEIVING)}\n")
    assert SIGN in command(project, "allow")


def test_making_an_environment(ground: Ground, command: Callable[..., str]) -> None:
    project = Place("venv = 'env'", folder=FOLDER).write(ground.root)
    command(project, "allow")
    assert SIGN in command(project, "create", "--no-install")
    assert SIGN in command(project, "remove", "--yes")


def test_completion_candidates(ground: Ground, command: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of interpreters are offered to shells, which take them for words of a command line."""
    ground.clear()
    versions, folder = ground.home / ".pyenv/versions", ground.root / "bin"
    for name in (f"3.12{NAME}", f"3.1{FEW}1", "3.9\n", "3.8.1"):
        (versions / name).mkdir(parents=True)
    folder.mkdir()
    for name in (f"python3.12{NAME}", f"python{NAME}", "python3.11\n", "python3.13", "pypy3.10 ", "python3.\u0663"):
        (folder / name).touch(0o755)
    monkeypatch.setitem(ground.environ, "PATH", str(folder))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    assert command(ground.shop, "pythons", "--names").split() == ["3.13", "3.8.1"]


def test_shells(world: World, shell: Dialect) -> None:
    for number, place in enumerate(PLACES.values()):
        folder = world.work / str(number)
        project = place.write(folder)
        (world.work / f"p{number}").symlink_to(project)
        allow(world.installation.data, project)
    live = world.start()
    raw = ""
    for number, name in enumerate(PLACES):
        for line in (f"cd p{number}", "", "cd .."):
            live.run(line)
            harmless(live.raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n"))
            raw += live.raw.decode("utf-8", "surrogateescape")
        assert live.run('echo "[$VIRTUAL_ENV]"') == "[]", name
    assert SIGN in raw
    assert not list(world.root.rglob("CANARY"))
