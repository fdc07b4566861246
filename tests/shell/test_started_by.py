"""Shells that something else starts: a pane of tmux, a login, cron, make, ssh. Right at the first prompt, or inert.

Guards scenarios 27 and 28.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .dialects import Dialect
from .terminal import LIMIT, Terminal
from .world import BASE_PATH, World, as_if_not_root, environ_of, same_but_moves

# What a multiplexer sets for its panes, and what a login shell or another level of shells changes.
OF_THE_PANE = (b"TMUX", b"TMUX_PANE", b"TERM", b"TERM_PROGRAM", b"TERM_PROGRAM_VERSION", b"SHLVL", b"COLORTERM")


class Tmux:
    """A server of its own, started from a live shell, so that its panes inherit what that shell exports."""

    def __init__(self, world: World, live: Terminal) -> None:
        self.world, self.live = world, live
        self.server = ["tmux", "-S", str(world.root / "tmux"), "-f", "/dev/null"]

    def type(self, *words: str) -> None:
        """A command of tmux's, typed into the live shell."""
        assert self.live.run(shlex.join([*self.server, *words])) == ""

    def ask(self, *words: str) -> str:
        return subprocess.run([*self.server, *words], capture_output=True, text=True, check=True, timeout=60).stdout

    def prompt(self, ends: str) -> None:
        """Wait until the newest pane's last line is this prompt."""
        end = time.monotonic() + LIMIT
        while (self.ask("capture-pane", "-p").rstrip().splitlines() or [""])[-1].rstrip() != ends:
            assert time.monotonic() < end, f"no prompt {ends!r}:\n{self.ask('capture-pane', '-p')}"
            time.sleep(0.02)

    def environ(self) -> dict[bytes, bytes]:
        """The exported variables of the newest pane's shell."""
        out = Path(f"{self.world.dump}.out")
        done = self.world.root / "done"
        self.ask("send-keys", "-l", f"{self.world.dump}; touch {done}")
        self.ask("send-keys", "Enter")
        end = time.monotonic() + LIMIT
        while not done.exists():
            assert time.monotonic() < end, self.ask("capture-pane", "-p")
            time.sleep(0.02)
        done.unlink()
        found = dict(pair.split(b"=", 1) for pair in out.read_bytes().split(b"\0")[:-1])
        found.pop(b"_", None)
        return found


@pytest.fixture
def tmux(world: World) -> Iterator[Tmux]:
    if shutil.which("tmux", path=BASE_PATH) is None:
        pytest.skip("tmux is not installed")
    (world.home / ".bash_profile").write_text(". ~/.bashrc\n")  # tmux starts login shells
    server = Tmux(world, world.start())
    yield server
    subprocess.run([*server.server, "kill-server"], capture_output=True, check=False)


@pytest.mark.scenario(27)
def test_panes_of_tmux(world: World, tmux: Tmux) -> None:
    """The server is started inside a project; its panes stand there, in another project, and in none."""
    app = world.project("app", '[variables]\nA = "1"\nB = false')
    other = world.project("other")
    tmux.live.run(world.dialect.export("B", "outside"))
    outside = tmux.live.environ()
    tmux.live.run("cd app")
    tmux.type("new-session", "-d", "-x", "150", "-y", "40")
    tmux.prompt("(app) 0>")
    inside = tmux.environ()
    assert inside[b"PATH"].split(b":").count(bytes(app / ".venv/bin")) == 1
    assert inside[b"PATH"].startswith(bytes(app / ".venv/bin:").rstrip(b":"))
    assert inside[b"A"] == b"1" and b"B" not in inside
    tmux.type("split-window", "-c", str(other))
    tmux.prompt("(other) 0>")
    at_other = tmux.environ()
    assert bytes(app) not in at_other[b"PATH"] and at_other[b"B"] == b"outside" and b"A" not in at_other
    tmux.type("split-window", "-c", str(world.work))
    tmux.prompt("0>")
    outside_again = tmux.environ()
    assert bytes(world.work) not in outside_again[b"PATH"]
    same_but_moves(outside_again, outside, ignored=(*OF_THE_PANE, b"PATH"))  # of which /etc/profile makes a new one


@pytest.mark.scenario(27)
@pytest.mark.shells("bash", "zsh", "fish")
def test_a_login_shell_inside_that_rebuilds_path(world: World, shell: Dialect) -> None:
    """As macOS's path_helper does: the system's folders first, what was inherited behind them."""
    system = "/opt/first:/usr/local/bin:/usr/bin:/bin"
    app = world.project()
    (world.home / ".bash_profile").write_text(f"PATH={system}:$PATH\n. ~/.bashrc\n")
    (world.home / ".zprofile").write_text(f"PATH={system}:$PATH\n")
    rebuilt = f"status is-login; and set -gx PATH {system.replace(':', ' ')} $PATH"
    live = world.start(before=rebuilt if shell.name == "fish" else "")
    live.run("cd app")
    live.run(f"{shell.program} -l")
    assert live.prefix() == "(app) "
    path = str(live.get("PATH")).split(":")
    assert path[:2] == [f"{app}/.venv/bin", "/opt/first"]
    assert path.count(f"{app}/.venv/bin") == 1
    live.run("cd ..")
    assert f"{app}/.venv/bin" not in str(live.get("PATH"))
    assert live.get("VIRTUAL_ENV") is None


def inert(world: World, command: list[str], env: dict[str, str], cwd: Path) -> None:
    """A shell without a terminal that goes to a project and shows its variables: nothing entered, said or started."""
    world.helper_calls()
    done = subprocess.run(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "HOME=" in done.stdout and "VIRTUAL_ENV" not in done.stdout and "VENVHOOK" not in done.stdout
    assert world.helper_calls() == []


@pytest.mark.scenario(28)
@pytest.mark.shells("bash", "zsh", "fish")
def test_cron(world: World, shell: Dialect) -> None:
    """cron runs SHELL with next to no variables, in the home folder, which is a project here."""
    world.project()
    (world.home / ".venvhook.toml").write_text("")
    env = {"HOME": str(world.home), "LOGNAME": "me", "PATH": "/usr/bin:/bin", "SHELL": shell.program}
    inert(world, [shell.program, "-c", f"cd {world.work}/app && env"], env, world.home)


@pytest.mark.scenario(28)
@pytest.mark.shells("bash", "zsh", "fish")
def test_ssh_with_a_command(world: World, shell: Dialect) -> None:
    """sshd runs SHELL -c; a bash that takes its input to be the network's reads .bashrc then, fish its files always."""
    world.project()
    env = {
        **environ_of(world.home),
        "SSH_CLIENT": "192.0.2.1 50000 22",
        "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22",
    }
    inert(world, [shell.program, "-c", f"cd {world.work}/app && env"], env, world.home)


@pytest.mark.scenario(28)
@pytest.mark.shells("bash", "zsh", "fish")
def test_make(world: World, shell: Dialect) -> None:
    """Its recipes' shells are inert too, and inside a project have what the shell that started make has."""
    make = shutil.which("make", path=BASE_PATH)
    if make is None:
        pytest.skip("make is not installed")
    app, other = world.project(), world.project("other")
    makefile = world.work / "Makefile"
    rules = f"all:\n\t@cd {other} && env\nin:\n\t@cd {other} && python -c 'import sys; print(sys.prefix)'\n"
    makefile.write_text(f"SHELL := {shell.program}\n{rules}")
    inert(world, [make, "-f", str(makefile)], environ_of(world.home), app)
    live = world.start(cwd=app)
    world.helper_calls()
    assert live.run(f"{make} -f {makefile} in") == f"{app}/.venv"
    assert world.helper_calls() == []


@pytest.mark.scenario(30)
@pytest.mark.shells("bash", "zsh", "fish")
def test_a_folder_that_cannot_be_read(world: World, shell: Dialect) -> None:
    app = world.project()
    closed = app / "closed/deep"
    closed.mkdir(parents=True)
    live = world.start(wrapper=as_if_not_root(), cwd=closed)
    assert live.prefix() == "(app) "
    before = live.environ()
    (app / "closed").chmod(0)
    assert "denied" in live.run("env ls ..")  # not `ls` itself: to complete it, old fish runs it, which sets LS_COLORS
    assert live.run("") == "" and live.run("") == ""
    live.run(f"cd {world.work}")
    live.run(f"cd {app}")
    assert live.prefix() == "(app) "
    same_but_moves(live.environ(), before)
    said = live.run("cd closed")
    assert "venvhook" not in said and live.status != "0"
    assert live.prefix() == "(app) "
