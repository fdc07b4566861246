"""A file system that hangs below what the helper looks at: one line after a while, and the prompt; Ctrl-C at any time.

Guards the helper's limit. As root on Linux with a file system that really hangs: FUSE, whose server never answers.
There no signal comes through that a program handles. Elsewhere the helper sleeps.

What hangs below a project's own folder cannot be mended here: there `cd` itself waits, and so does every program.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from shell.world import World, same_but_moves

from venvhook import marker, trust
from venvhook.trust import Record

LIMIT = "from venvhook import helper\n        helper.SECONDS = 1\n"
SLEEP = LIMIT + "        import time\n        helper.Project.locate = lambda *_: time.sleep(600)\n"
LONG = SLEEP.replace("SECONDS = 1", "SECONDS = 600")


def launcher(world: World, change: str) -> str:
    """The launcher with another limit."""
    text = Path(world.installation.launcher).read_text()
    assert text.count("from venvhook import helper\n") == 1
    return text.replace("from venvhook import helper\n", change)


def asked(world: World) -> bool:
    return b"hook " in world.installation.calls.read_bytes()


def test_one_line_after_a_while(world: World) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    with world.helper(launcher(world, SLEEP)):
        said = live.run("cd app")
        assert said == f"venvhook: {app}/.venvhook.toml: looking at it took more than 1 s; to try again: venvhook on"
        assert live.run("") == ""
    assert len(world.helper_calls()) == 1
    assert (live.prefix(), b"VIRTUAL_ENV" in live.environ()) == ("", False)
    live.run("cd ..")
    same_but_moves(live.environ(), before)
    assert (live.run("cd app"), live.prefix()) == ("", "(app) ")


@pytest.mark.shells("bash", "zsh", "fish")
def test_on_tries_again(world: World) -> None:
    world.project()
    live = world.start()
    with world.helper(launcher(world, SLEEP)):
        assert "to try again: venvhook on" in live.run("cd app")
    assert (live.run(""), live.prefix()) == ("", "")
    assert (live.run("venvhook on"), live.prefix()) == ("", "(app) ")


def test_interrupted(world: World) -> None:
    world.project()
    live = world.start()
    with world.helper(launcher(world, LONG)):
        world.helper_calls()
        live.send("cd app\r")
        live.until(lambda: asked(world))
        live.interrupt()
        assert live.run("") == ""
    assert live.prefix() == ""


def test_no_thread_can_be_had(world: World) -> None:
    """As where the user has reached a limit of processes: then the answer has no limit of its own."""
    world.project()
    refuse = "import _thread\n\n        def refuse(*_):\n            raise RuntimeError('can not start new thread')\n"
    change = f"from venvhook import helper\n        {refuse}\n        _thread.start_new_thread = refuse\n"
    live = world.start()
    with world.helper(launcher(world, change)):
        assert (live.run("cd app"), live.prefix()) == ("", "(app) ")


@pytest.fixture
def hung(world: World) -> Iterator[Path]:
    """A folder that whatever looks into it waits at for ever."""
    if sys.platform != "linux" or os.geteuid() != 0 or not os.path.exists("/dev/fuse"):
        pytest.skip("only root can mount a file system, and here it is done as on Linux")
    folder = world.root / "hung"
    folder.mkdir()
    server = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    if ctypes.CDLL(None, use_errno=True).mount(b"hung", os.fsencode(folder), b"fuse", 0, options):
        os.close(server)
        pytest.skip(f"nothing can be mounted here: {os.strerror(ctypes.get_errno())}")
    yield folder
    os.close(server)  # all that waits goes on
    subprocess.run(["umount", "-l", str(folder)], check=True)


def led_there(world: World, hung: Path) -> None:
    """A project whose environment is in the folder that hangs."""
    app = world.work / "app"
    app.mkdir()
    text = f'venv = "{hung}/env"\n'.encode()
    (app / marker.NAME).write_bytes(text)
    trust.decide(str(world.installation.data), Record(str(app), True, text, marker.parse(text, "M")))


def test_one_line_where_no_signal_comes_through(world: World, hung: Path) -> None:
    led_there(world, hung)
    live = world.start()
    with world.helper(launcher(world, LIMIT)):
        assert live.run("cd app").endswith("looking at it took more than 1 s; to try again: venvhook on")
    assert (live.run(""), live.run("cd .."), live.prefix()) == ("", "", "")


def test_interrupted_where_no_signal_comes_through(world: World, hung: Path) -> None:
    led_there(world, hung)
    live = world.start()
    with world.helper(launcher(world, LIMIT.replace("1", "600"))):
        world.helper_calls()
        live.send("cd app\r")
        live.until(lambda: asked(world))
        live.interrupt()
        assert live.run("") == ""
    assert (live.run("cd .."), live.prefix()) == ("", "")
