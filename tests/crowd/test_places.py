"""Shells in unusual places: the pane of a multiplexer, a recorded session, an empty environment, an editor, make, ssh.

Guards scenarios 16, 18, 27 and 28 where another program starts the shell.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from shell.conftest import shells_are_required
from shell.dialects import Dialect
from shell.terminal import LIMIT, Terminal
from shell.world import BASE_PATH, environ_of, same_but_moves

from .crowd import NAME, Crowd

PREFIX = "python -c 'import sys; print(sys.prefix)'"
PLACE = (
    b"SHLVL",
    b"TERM",
    b"TERM_PROGRAM",
    b"TERM_PROGRAM_VERSION",
    b"TMUX",
    b"TMUX_PANE",
    b"STY",
    b"WINDOW",
    b"TERMCAP",
)

pytestmark = pytest.mark.shells("bash", "zsh", "fish")


def needs(program: str) -> None:
    """Skip by name, but fail where all are required."""
    if shutil.which(program) is None:
        said = f"{program} is not installed"
        pytest.fail(said) if shells_are_required() else pytest.skip(said)


def inside(crowd: Crowd) -> tuple[Terminal, dict[bytes, bytes]]:
    """A shell in a project, and what it exported before."""
    crowd.shop()
    live = crowd.start()
    before = live.environ()
    live.run("cd shop")
    return live, before


def soon(happened: Callable[[], object]) -> None:
    """Wait for what another program does."""
    end = time.monotonic() + LIMIT
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.02)


class Multiplexer:
    """A server started with a shell's variables, whose panes run the same shell."""

    name = ""

    def __init__(self, crowd: Crowd, variables: dict[bytes, bytes]) -> None:
        needs(self.name)
        self.crowd = crowd
        self.variables = {os.fsdecode(name): os.fsdecode(value) for name, value in variables.items()}
        self.variables["SHELL"] = crowd.dialect.program
        self.variables["SCREENDIR"] = str(crowd.root / "screens")

    def call(self, *arguments: str, cwd: Path | None = None) -> str:
        command = [self.name, *arguments]
        done = subprocess.run(command, env=self.variables, cwd=cwd, capture_output=True, text=True, timeout=LIMIT)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def environ(self) -> dict[bytes, bytes]:
        """What the pane's shell exports."""
        done = self.crowd.root / "done"
        self.type(f"{self.crowd.dump}; touch {done}")
        soon(done.exists)
        pairs = Path(f"{self.crowd.dump}.out").read_bytes().split(b"\0")[:-1]
        found = dict(pair.split(b"=", 1) for pair in pairs)
        return {name: value for name, value in found.items() if name not in (b"_", b"SCREENDIR")}


class Tmux(Multiplexer):
    name = "tmux"

    def start(self, folder: Path) -> None:
        self.socket = str(self.crowd.root / "tmux")
        self.call("-S", self.socket, "-f", "/dev/null", "new-session", "-d", "-c", "/")
        self.call("-S", self.socket, "set-option", "-g", "default-shell", self.variables["SHELL"])
        self.call("-S", self.socket, "new-window", "-c", str(folder))

    def type(self, line: str) -> None:
        self.call("-S", self.socket, "send-keys", line, "Enter")

    def screen(self) -> str:
        return self.call("-S", self.socket, "capture-pane", "-p")

    def end(self) -> None:
        self.call("-S", self.socket, "kill-server")


class Screen(Multiplexer):
    name = "screen"

    def start(self, folder: Path) -> None:
        Path(self.variables["SCREENDIR"]).mkdir(mode=0o700)
        self.call("-c", "/dev/null", "-dmS", "crowd", self.variables["SHELL"], cwd=folder)
        soon(lambda: list(Path(self.variables["SCREENDIR"]).iterdir()))

    def type(self, line: str) -> None:
        self.call("-S", "crowd", "-p", "0", "-X", "stuff", line + "\r")

    def screen(self) -> str:
        copy = self.crowd.root / "copy"
        copy.unlink(missing_ok=True)
        self.call("-S", "crowd", "-p", "0", "-X", "hardcopy", str(copy))
        soon(lambda: copy.exists() and copy.stat().st_size)
        return copy.read_text(errors="replace")

    def end(self) -> None:
        self.call("-S", "crowd", "-X", "quit")


@pytest.fixture(params=[Tmux, Screen], ids=["tmux", "screen"])
def pane(request: pytest.FixtureRequest, crowd: Crowd) -> Iterator[Multiplexer]:
    """A multiplexer that was started inside the project: its panes inherit that."""
    (crowd.home / ".bash_profile").write_text(". ~/.bashrc\n")
    live, crowd.before = inside(crowd)
    pane = request.param(crowd, live.environ())
    yield pane
    pane.end()


@pytest.mark.scenario(27)
def test_a_pane_in_the_project(pane: Multiplexer, crowd: Crowd) -> None:
    pane.start(crowd.work / "shop")
    environment = os.fsencode(crowd.work / "shop/.venv")
    found = pane.environ()
    assert found[b"VIRTUAL_ENV"] == environment
    assert found[b"PATH"].split(b":")[0] == environment + b"/bin"
    assert found[b"PATH"].count(environment) == 1
    soon(lambda: pane.screen().rstrip().rpartition("\n")[2].startswith(f"({NAME}) 0>"))
    assert "venvhook:" not in pane.screen()


@pytest.mark.scenario(27)
def test_a_pane_elsewhere(pane: Multiplexer, crowd: Crowd) -> None:
    pane.start(crowd.work)
    found = pane.environ()
    same_but_moves(found, crowd.before, ignored=(*PLACE, b"PATH"))  # tmux starts login shells, and they make PATH anew
    assert b".venv" not in found[b"PATH"]
    assert NAME not in pane.screen() and "venvhook:" not in pane.screen()


@pytest.mark.scenario(27)
def test_a_recorded_session(crowd: Crowd, shell: Dialect) -> None:
    needs("script")
    live, before = inside(crowd)
    live.run(f"script -q -c {shell.program} {crowd.root}/record")
    assert live.prefix() == f"({NAME}) "
    live.run("cd ..")
    same_but_moves(live.environ(), before, ignored=PLACE)


@pytest.mark.scenario(18, 27)
def test_a_login_shell_from_nothing(crowd: Crowd, shell: Dialect) -> None:
    """As ssh and su - start one."""
    (crowd.home / ".bash_profile").write_text(". ~/.bashrc\n")
    live, _ = inside(crowd)
    live.run(f"env -i HOME={crowd.home} TERM=xterm PATH={BASE_PATH} LANG=C.UTF-8 {shell.program} -l")
    assert live.prefix() == f"({NAME}) "
    assert live.run(PREFIX) == str(crowd.work / "shop/.venv")
    live.run("cd ..")
    assert not {b"VIRTUAL_ENV", b"VENVHOOK_PROJECT", b"_VENVHOOK_SET"} & live.environ().keys()


@pytest.mark.scenario(28)
def test_make(crowd: Crowd) -> None:
    """Inside it has what its shell has; from outside nothing is entered."""
    needs("make")
    live, _ = inside(crowd)
    (crowd.work / "shop/Makefile").write_text("all:\n\t@echo $${VIRTUAL_ENV-none}\n")
    assert live.run("make") == str(crowd.work / "shop/.venv")
    live.run("cd ..")
    assert "none" in live.run("make --no-print-directory -C shop").splitlines()


@pytest.mark.scenario(28)
def test_one_interactive_command(crowd: Crowd, shell: Dialect) -> None:
    """Editors run one line in an interactive shell, with no prompt at all."""
    crowd.shop()
    live = crowd.start()
    line = shell.quote("cd shop; " + PREFIX.replace("'", '"'))
    assert live.run(f"{shell.program} -ic {line}") == str(crowd.work / "shop/.venv")


@pytest.mark.scenario(28)
@pytest.mark.shells("bash")
def test_a_command_over_ssh(crowd: Crowd) -> None:
    """For it bash reads .bashrc, although it is not interactive."""
    crowd.shop()
    crowd.write_rc(crowd.dialect, "echo read >&2")
    variables = {**environ_of(crowd.home), "SSH_CLIENT": "::1 1 22"}
    command = ["bash", "-c", "cd shop && env"]
    done = subprocess.run(
        command, env=variables, cwd=crowd.work, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.stderr in ("read\n", "")
    assert "VIRTUAL_ENV" not in done.stdout and crowd.helper_calls() == []


@pytest.mark.scenario(16, 18)
@pytest.mark.parametrize("order", ["first", "last"])
def test_an_editor_has_the_rc_file_activate(crowd: Crowd, shell: Dialect, order: str) -> None:
    """Some put a line there that runs the activate script which a variable names, in terminals of the editor only."""
    script = crowd.shop() / "bin" / ("activate.fish" if shell.name == "fish" else "activate")
    line = (
        'test -n "$EDITOR_ACTIVATES"; and eval $EDITOR_ACTIVATES\n'
        if shell.name == "fish"
        else 'eval "$EDITOR_ACTIVATES"\n'
    )
    variables = {"EDITOR_ACTIVATES": shell.source(str(script))}
    outside = crowd.start(env=variables).environ()
    live = crowd.start(cwd=crowd.work / "shop", env=variables, **{"before" if order == "first" else "after": line})
    for _ in range(2):
        assert live.whole_prompt().count(NAME) == 1
        assert live.run(PREFIX) == str(script.parents[1])
    assert str(live.get("PATH")).count(str(script.parent)) == 1
    live.run("cd ..")
    assert NAME not in live.whole_prompt()
    same_but_moves(live.environ(), outside, ignored=(b"PS1",))  # the script exports it


@pytest.mark.scenario(16, 18)
@pytest.mark.parametrize("order", ["first", "last"])
def test_an_editor_hands_the_environment_down(crowd: Crowd, shell: Dialect, order: str) -> None:
    """By variables, and its integration puts the folder in front of PATH once more, behind the startup files."""
    environment = str(crowd.shop())
    outside = crowd.start().environ()
    handed = {"VIRTUAL_ENV": environment, "PATH": f"{environment}/bin:{os.fsdecode(outside[b'PATH'])}"}
    line = {"before" if order == "first" else "after": shell.path_front(f"{environment}/bin") + "\n"}
    live = crowd.start(cwd=crowd.work / "shop", env=handed, **line)
    assert live.whole_prompt().count(NAME) == 1
    assert live.run(PREFIX) == environment
    live.run("cd ..")
    assert NAME not in live.whole_prompt()
    left = live.environ()
    assert b"VIRTUAL_ENV" not in left
    assert environment not in os.fsdecode(left[b"PATH"])
