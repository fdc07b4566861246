"""Files of a project with anything in them: one answer, one clear line at most, nothing run, nothing changed.

Guards helper and command line against what they read: marker, dotenv files, pyvenv.cfg, the managers' files, conda's
JSON. "Clear" means that it was foreseen: a Python exception's name in a notice is a defect, however well it is caught.
More examples than usual: VENVHOOK_TEST_EXAMPLES=5000.
"""

from __future__ import annotations

import fnmatch
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from venvhook import marker
from venvhook.locate import workspace

from .garbling import garbled
from .ground import CONDA, DOTENV, FILES, MARKER, PYPROJECT, Ground

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
examples = settings(max_examples=int(os.environ.get("VENVHOOK_TEST_EXAMPLES", "40")))
MANAGERS = (None, *marker.MANAGERS)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    yield Ground(Path(os.path.realpath(tmp_path_factory.mktemp("ground"))))


def asked_for(manager: str | None) -> bytes:
    return b"" if manager is None else b'manager = "%s"\n' % manager.encode()


def looked_at(ground: Ground) -> None:
    """By the shells, and by the commands that show it."""
    ground.answered()
    for arguments in (("status",), ("status", "--json"), ("list",), ("allow",)):
        ground.command(*arguments, *([] if arguments == ("list",) else [str(ground.shop)]))


@examples
@given(st.data())
def test_files_of_managers(ground: Ground, data: st.DataObject) -> None:
    ground.clear()
    names = data.draw(st.lists(st.sampled_from(sorted(FILES)), min_size=1, max_size=5, unique=True))
    ground.write({name: data.draw(garbled(*FILES[name])) for name in names})
    for environment in data.draw(st.sets(st.sampled_from([".venv", "env"]))):
        ground.python(environment)
    ground.allow(asked_for(data.draw(st.sampled_from(MANAGERS))))
    looked_at(ground)
    ground.command("init", "--force", str(ground.shop))


@examples
@given(st.data())
def test_files_of_conda(ground: Ground, data: st.DataObject) -> None:
    ground.clear()
    ground.write({name: data.draw(garbled(*CONDA[name])) for name in CONDA})
    ground.python("env")
    ground.allow(asked_for("conda"))
    looked_at(ground)


@examples
@given(garbled(MARKER), st.booleans())
def test_markers(ground: Ground, text: bytes, there: bool) -> None:
    ground.clear()
    ground.write({".venv/pyvenv.cfg": b"version = 3.12.1\n", ".env": b"A=1\n", marker.NAME: text})
    if there:
        ground.python(".venv")
    ground.answered()  # not allowed yet: it is compared, and never parsed
    looked_at(ground)
    ground.answered()


@examples
@given(garbled(DOTENV))
def test_dotenv_files(ground: Ground, text: bytes) -> None:
    ground.clear()
    ground.write({".venv/pyvenv.cfg": b"", ".env": text})
    ground.python(".venv")
    ground.allow(b'dotenv = [".env"]\n')
    looked_at(ground)
    ground.answered()


# ---- what was found --------------------------------------------------------------------------------------------------

DEEP = b"[" * 100_000
FOUND: dict[str, tuple[str | None, dict[str, bytes]]] = {
    "a NUL in a .venv file": (None, {".venv": b"a\0"}),
    "a version of 5,000 digits": (None, {".venv/pyvenv.cfg": b"version = " + b"9" * 5000}),
    "a NUL in an activate script": (None, {".venv/pyvenv.cfg": b"", ".venv/bin/activate": b"VIRTUAL_ENV='/a\0b'\n"}),
    "conda-meta is a file": (None, {".venv/conda-meta": b""}),
    "half a character in JSON": ("conda", {"env/conda-meta/state": b'{"env_vars": {"A": "\\ud800"}}'}),
    "a NUL in JSON": ("conda", {"env/conda-meta/state": b'{"env_vars": {"A": "\\u0000"}}'}),
    "JSON that is too deep": ("conda", {"env/conda-meta/state": DEEP}),
    "TOML that is too deep": ("poetry", {"pyproject.toml": PYPROJECT, "poetry.toml": b"a = " + DEEP}),
    "a NUL in a path of poetry's": (
        "poetry",
        {"pyproject.toml": PYPROJECT, "poetry.toml": b'[virtualenvs]\npath = "a\\u0000b"\n'},
    ),
    "a NUL in a path of hatch's": ("hatch", {"hatch.toml": b'[envs.default]\npath = "a\\u0000b"\n'}),
    "a NUL in a path of pdm's": (
        "pdm",
        {"pyproject.toml": b"", "../home/.config/pdm/config.toml": b'[venv]\nlocation = "a\\u0000b"\n'},
    ),
}


@pytest.mark.parametrize("case", FOUND)
@pytest.mark.parametrize("python", ["", 'python = "3.12"\n'])
def test_what_was_found(ground: Ground, case: str, python: str) -> None:
    manager, files = FOUND[case]
    ground.clear()
    ground.write(files)
    for environment in (".venv", "env"):
        ground.python(environment)
    ground.allow(asked_for(manager) + python.encode())
    looked_at(ground)


def test_patterns_of_a_workspace_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """`**` again and again: to try every way through them would take days."""
    compared: list[str] = []
    monkeypatch.setattr(fnmatch, "fnmatchcase", lambda name, pattern: compared.append(name) or name == pattern)
    deep = "/r" + "/a" * 30
    assert workspace.matches(deep, "/r", ["**/a/" * 14 + "**"])
    assert not workspace.matches(deep, "/r", ["**/a/" * 14 + "x"])
    assert len(compared) < 30 * 14 * 4
