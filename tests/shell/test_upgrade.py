"""An answer that does not come, and a real upgrade: the package is replaced by one of another interface.

Guards scenarios 48 and 49.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from venvhook.helper import SECONDS
from venvhook.shells import INTERFACE

from .dialects import DIALECTS, Dialect
from .test_entering import compares_contents
from .test_trust import one_line
from .world import PACKAGE, Installation, World, environ_of, left, run, same_but_moves

NEXT = str(int(INTERFACE) + 1)
# What a hook names the interface after; the last five are PowerShell's.
SPOKEN = r"hook |/plan-|/\.venvhook-|hook', '|venvhook plan |venvhook undo |/command-|/\$part-"


@pytest.mark.scenario(48)
def test_an_answer_that_takes_too_long(world: World, shell: Dialect) -> None:
    """The helper ends itself after some seconds: one line, nothing entered, no second try until `venvhook on`."""
    world.project()
    world.project("known")
    live = world.start()
    before = live.environ()
    live.run("cd known")
    world.helper_calls()
    right = Path(world.installation.launcher).read_text()
    loaded = "from venvhook import helper\n"
    assert right.count(loaded) == 1
    hang = "import time; from venvhook.project import Project; Project.judge = lambda self: time.sleep(600)\n"
    with world.helper(right.replace(loaded, f"{loaded}        {hang}")):
        said = live.run("cd ../app", limit=60)
        assert one_line(said) and f"more than {SECONDS} s" in said and "venvhook on" in said, said
        same_but_moves(live.environ(), before)
        assert len(world.helper_calls()) == 1
        assert live.run("") + live.run("cd .") == ""
        assert world.helper_calls() == []
    assert live.run("venvhook on") == ""
    assert live.prefix() == "(app) "
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.fixture
def own(shell: Dialect, tmp_path: Path) -> Iterator[World]:
    """A home with an installation of its own."""
    world = World(Installation(Path(os.path.realpath(tmp_path)) / "it"), shell)
    yield world
    world.close()


def upgrade(installation: Installation, folder: Path) -> None:
    """Put in place of the package a copy that speaks the next interface, and install that as its user does."""
    for name in ("venvhook", "shell"):
        shutil.copytree(PACKAGE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shells = folder / "venvhook/shells/__init__.py"
    text = shells.read_text()
    assert text.count(f'INTERFACE = "{INTERFACE}"') == 1
    shells.write_text(text.replace(f'INTERFACE = "{INTERFACE}"', f'INTERFACE = "{NEXT}"'))
    for file in (folder / "shell").iterdir():
        spoken = re.sub(rf"({SPOKEN}){INTERFACE}\b", rf"\g<1>{NEXT}", file.read_text())
        file.write_text(spoken)
    pth = next(Path(installation.python).parents[1].glob("lib/python*/site-packages/venvhook-test.pth"))
    pth.write_text(pth.read_text().replace(str(PACKAGE), str(folder), 1))  # what it needs may lie in the clone, too
    words = [word for name in DIALECTS for word in ("--shell", name)]
    run([installation.python, "-I", "-m", "venvhook", "install", *words], environ_of(installation.home))
    assert Path(installation.launcher).with_name(f"plan-{NEXT}.bash").exists()


@pytest.mark.scenario(49)
def test_the_package_is_replaced_under_open_shells(own: World, tmp_path: Path, shell: Dialect) -> None:
    """What they know goes on working; what only a new hook could ask for is told in a line; new shells are new."""
    app, fresh = own.project("app", '[variables]\nA = "1"'), own.project("fresh")
    own.project("known")
    inside, outside = own.start(), own.start()
    before = outside.environ()
    outside.run("cd known; cd ..")
    if compares_contents(shell):  # then a shell knows only what it has been told itself
        inside.run("cd known; cd ..")
        outside.run("cd app; cd ..")
    inside.run("cd app")
    entered = inside.environ()
    upgrade(own.installation, tmp_path / "next")
    assert inside.run("") == ""
    same_but_moves(inside.environ(), entered)
    assert inside.run("cd ..") == ""
    same_but_moves(inside.environ(), before)
    for live in (inside, outside):
        assert live.run("cd known") == "" and live.prefix() == "(known) "
        assert live.run("cd ../app") == "" and live.get("A") == "1"
        said = live.run("cd ../fresh")
        assert one_line(said) and "open a new shell" in said, said
        assert live.run("") == "" and live.prefix() == ""
        live.run("cd ..")
        same_but_moves(live.environ(), before)
    new = own.start()
    assert new.run(f"cd {fresh}") == "" and new.prefix() == "(fresh) "
    assert new.run(f"cd {app}") == "" and new.get("A") == "1"
    inside.run("cd app")
    assert inside.run(shell.nested) == "", "a new shell in an old one's project"
    assert inside.prefix() == "(app) "
    assert str(inside.get("PATH")).split(":").count(f"{app}/.venv/bin") == 1
    inside.run("cd ..")
    same_but_moves(left(inside, shell), before, ignored=(b"SHLVL",))
    outside.run("cd app")
    assert outside.prefix() == "(app) ", "the old one's plan is there still"
