"""How it looks: on terminals of any width, without colours, on a dumb one, in any locale, and in pipes."""

from __future__ import annotations

import os
import re
import struct
import sys
import time
from pathlib import Path
from typing import Callable

import pytest
from test_cli_home import Home

pytestmark = pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
Look = Callable[..., "tuple[str, str]"]
CURSOR_HIDDEN, CURSOR_SHOWN = "\x1b[?25l", "\x1b[?25h"
ESCAPE, COLOUR = "\x1b", re.compile("\x1b" + r"\[[0-9;]*[1-9][0-9;]*m")  # any code that sets bold or a colour


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    home = Home(tmp_path, monkeypatch, capfd)
    for name in ("NO_COLOR", "COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("PATH", "PYENV_ROOT"):  # no search among other interpreters
        monkeypatch.setenv(name, str(tmp_path))
    return home


@pytest.fixture
def look(home: Home) -> Look:
    """A function that gives what a command writes to a terminal, and to a pipe: stdout or (ERROR) stderr is one."""
    import fcntl
    import termios

    def look(*arguments: str, columns: int = 80, error: bool = False, **environ: str) -> tuple[str, str]:
        outer, inner = os.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        process = home.process(*arguments, env={**os.environ, **environ}, **{"stderr" if error else "stdout": inner})
        os.close(inner)
        terminal = b"".join(iter(lambda: _read(outer), b""))
        os.close(outer)
        out, err = process.communicate(timeout=60)
        return terminal.decode().replace("\r\n", "\n"), (out if error else err) or ""

    return look


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO, which is Linux's end of a terminal
        return b""


@pytest.fixture
def known(home: Home) -> Home:
    """A home with two projects; the environment of one has a long path."""
    home.environment()
    home.allowed("[variables]\nWORDS = 'many words, which no narrow terminal can hold in one line'")
    other = home.home / "other"
    other.mkdir()
    home.marker(f'venv = "{home.home}/{"long" * 15}"', other)
    home.run("allow", str(other))
    return home


def test_help_is_wrapped_and_nothing_is_cut(look: Look) -> None:
    for arguments in ([], ["--help"], ["init", "--help"], ["run", "--help"], ["create", "--help"]):
        out, _ = look(*arguments, columns=40)
        assert "..." not in out.replace("[ARGS]...", "").replace("COMMAND...", "")
        assert max(map(len, out.splitlines())) <= 40, out
    wide, _ = look(columns=120)
    assert "  allow       Show what a marker does, and allow it as it is now.\n" in wide


def test_a_list_is_a_table_where_there_is_room(known: Home, look: Look) -> None:
    out, _ = look("list", columns=160)
    first, *rest = out.splitlines()
    assert re.sub(r"\x1b\[[0-9;]*m", "", first).split() == [
        "project",
        "state",
        "Python",
        "manager",
        "size",
        "environment",
    ]
    assert [line.split()[0] for line in rest] == ["~/other", "~/shop"] and ESCAPE not in "".join(rest)


@pytest.mark.parametrize("columns", [40, 80])
def test_a_list_is_a_block_for_each_project_elsewhere(known: Home, look: Look, columns: int) -> None:
    lines = look("list", columns=columns)[0].splitlines()
    assert lines[:2] == ["~/other", "  state        no environment"]
    assert lines[lines.index("~/shop") + 1] == "  state        good"
    assert [line for line in lines if len(line) > columns] == ([f"    ~/{'long' * 15}"] if columns == 40 else [])


@pytest.mark.parametrize("columns", [40, 80])
def test_status_is_broken_at_blanks(known: Home, look: Look, columns: int) -> None:
    out, _ = look("status", columns=columns)
    assert max(len(line) for line in out.splitlines() if "/" not in line) <= columns
    assert " ".join(out.split()).count("WORDS = many words, which no narrow terminal can hold in one line") == 1
    piped = known.run("status").out
    assert "  sets         WORDS = many words, which no narrow terminal can hold in one line\n" in piped


def test_no_code_reaches_a_terminal_that_wants_none(known: Home, look: Look) -> None:
    assert COLOUR.search(look("list", columns=160)[0])
    for environ in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        for command in (["list"], ["status"], ["--help"], ["allow"], ["pythons"]):
            assert ESCAPE not in look(*command, columns=160, **environ)[0], (command, environ)


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_a_spinner_is_ascii_and_only_on_a_terminal(known: Home, look: Look, locale: str) -> None:
    error, out = look("list", error=True, LC_ALL=locale)
    assert ESCAPE in error and "looking at every project" in error and error.isascii()
    assert ESCAPE not in out and out.startswith("project")
    out, error = look("list", columns=160, LC_ALL=locale)
    assert error == "" and "~/shop" in out


def test_a_spinner_without_colours_and_on_a_dumb_terminal(known: Home, look: Look) -> None:
    assert COLOUR.search(look("list", error=True)[0])
    plain = look("list", error=True, NO_COLOR="1")[0]
    assert "looking at every project" in plain and not COLOUR.search(plain)
    assert look("list", error=True, TERM="dumb")[0] == "looking at every project\n"


def test_the_cursor_is_there_again_after_a_signal(home: Home) -> None:
    folder = home.root / "bin"
    folder.mkdir()
    (folder / "python3.99").write_text("#!/bin/sh\ntouch asked\nexec sleep 20 >&- 2>&-\n")
    (folder / "python3.99").chmod(0o755)
    outer, inner = os.openpty()
    process = home.process("pythons", stderr=inner, env={**os.environ, "PATH": f"{folder}:{os.defpath}"})
    os.close(inner)
    deadline = time.monotonic() + 60
    while not Path("asked").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.terminate()
    shown = b"".join(iter(lambda: _read(outer), b"")).decode()
    os.close(outer)
    process.communicate(timeout=60)
    assert process.returncode == 143
    assert shown.rindex(CURSOR_SHOWN) > shown.rindex(CURSOR_HIDDEN)


@pytest.mark.skipif(sys.platform == "darwin", reason="names are Unicode there")
def test_a_locale_without_the_characters_of_a_name(home: Home, look: Look) -> None:
    odd = home.home / "größe"
    odd.mkdir()
    home.marker(folder=odd)
    home.run("deny", str(odd))
    out, error = look("list", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert "~/gr\\xf6\\xdfe  denied\n" in out and error == ""
