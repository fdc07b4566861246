"""A broken machine under open shells: what venvhook keeps is deleted, or a file, or read-only; no HOME, no TMPDIR.

Nothing is said, nothing is entered wrongly, and the prompt lives; at most it takes longer.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from shell.dialects import Dialect
from shell.terminal import Terminal
from shell.world import World, environ_of, same_but_moves

from venvhook import trust
from venvhook.shells import emitter

MARKER = '[variables]\nA = "1"\n'


def inside(live: Terminal, app: Path, value: str = "1") -> None:
    found = live.environ()
    assert (found[b"VIRTUAL_ENV"], found[b"A"]) == (os.fsencode(app / ".venv"), value.encode())
    assert live.prefix() == f"({app.name}) "


@contextmanager
def broken(cache: Path, how: str) -> Iterator[None]:
    """The cache as it must not be, and as it was again."""
    saved = cache.with_name("saved")
    if how == "read-only":
        if sys.platform != "linux" or os.geteuid() != 0:
            pytest.skip("only root can mount, and here it is done as on Linux")
        subprocess.run(["mount", "--bind", str(cache), str(cache)], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", str(cache)], check=True)
    else:
        cache.rename(saved)
    if how == "a file":
        cache.write_text("")
    elif how == "a link to nothing":
        cache.symlink_to("nowhere")
    try:
        yield
    finally:
        if how == "read-only":
            subprocess.run(["umount", str(cache)], check=True)
        else:
            shutil.rmtree(cache) if cache.is_dir() and not cache.is_symlink() else cache.unlink(missing_ok=True)
            saved.rename(cache)


@pytest.mark.parametrize("how", ["deleted", "a file", "a link to nothing", "read-only"])
def test_the_cache(world: World, how: str) -> None:
    one, two = world.project("one", MARKER), world.project("two", MARKER)
    live = world.start()
    before = live.environ()
    live.run("cd one")
    with broken(world.installation.cache, how):
        assert live.run("") == ""
        inside(live, one)
        assert live.run("cd ../two") == ""
        inside(live, two)
        assert live.run("cd ..") == ""
        same_but_moves(live.environ(), before)
        another = world.start(cwd=one)
        assert another.first == ""
        inside(another, one)
        world.mark(one, MARKER.replace("1", "2"))
        world.cli("allow", str(one))
        assert another.run("") == ""
        inside(another, one, "2")
    assert live.run("cd one") == ""
    inside(live, one, "2")


@pytest.mark.shells("bash", "zsh", "fish")
@pytest.mark.parametrize("how", ["a file", "read-only"])
def test_where_nothing_can_be_kept(world: World, how: str) -> None:
    """A shell asks at its first entry only. The plan that it has loaded holds until a file has other text."""
    app = world.project("app", 'dotenv = [".env"]\n' + MARKER, allow=False)
    (app / ".env").write_text("B=1\n")
    world.cli("allow", str(app))
    live = world.start()
    with broken(world.installation.cache, how):
        for value, asked in (("1", 1), ("1", 0), ("2", 1), ("2", 0)):
            (app / ".env").write_text(f"B={value}\n")
            world.helper_calls()
            assert live.run("cd app") == ""
            assert live.get("B") == value
            inside(live, app)
            for line in ("", "", "cd .", "cd .."):
                assert live.run(line) == ""
            assert len(world.helper_calls()) == asked


@pytest.mark.scenario(48)
@pytest.mark.parametrize("what", ["the interpreter", "the launcher", "what plans are made of"])
def test_the_helper(world: World, what: str) -> None:
    """What is entered is left cleanly; what is kept goes on; else one line, and the prompt."""
    one, two, three = (world.project(name, MARKER) for name in ("one", "two", "three"))
    world.start().run("cd two")
    live = world.start()
    before = live.environ()
    live.run("cd one")
    suffix = emitter(world.dialect.name).SUFFIX
    places = {"the interpreter": world.installation.python, "the launcher": world.installation.launcher}
    gone = Path(places.get(what, str(world.installation.data / f"hook/plan-2{suffix}")))
    saved = gone.rename(gone.with_name("saved"))
    try:
        assert live.run("") == ""
        inside(live, one)
        assert live.run("cd ../two") == ""
        inside(live, two)
        if what != "what plans are made of":  # which this shell has read already
            said = live.run("cd ../three")
            assert said.startswith("venvhook: ") and "install venvhook again" in said and "\n" not in said
            assert (live.run(""), live.prefix()) == ("", "")
        live.run("cd ..")
        same_but_moves(live.environ(), before)
        another = world.start()
        said = another.run("cd three")
        assert said.startswith("venvhook: ") and "install venvhook again" in said and "\n" not in said
        assert (another.run(""), another.prefix()) == ("", "")
    finally:
        saved.rename(gone)
    assert (live.run("cd three"), live.prefix()) == ("", "(three) ")
    inside(live, three)


def test_decisions_that_are_gone(world: World) -> None:
    app = world.project("app", MARKER)
    live = world.start(cwd=app)
    store = world.installation.data / "trust"
    store.rename(store.with_name("saved"))
    said = live.run("")
    assert said.startswith("venvhook: ") and "is not allowed yet" in said and "\n" not in said
    assert (live.run(""), live.prefix()) == ("", "")
    store.with_name("saved").rename(store)
    assert live.run("") == ""
    inside(live, app)


@pytest.mark.parametrize("home", [None, "", "/", "relative", "/nowhere"])
def test_home(world: World, shell: Dialect, home: str | None) -> None:
    """Nothing that the hook or the command needs is found by HOME."""
    app = world.project("app", MARKER)
    live = world.start()
    live.run(shell.unset("HOME") if home is None else shell.export("HOME", home))
    assert live.run(f"cd {app}") == ""
    inside(live, app)
    status = live.run("venvhook status")
    assert "has entered it" in status and "Error" not in status
    assert live.run("cd /") == ""
    assert live.get("VIRTUAL_ENV") is None


def test_no_folder_for_temporary_files(world: World, shell: Dialect) -> None:
    app = world.project("app", MARKER)
    live = world.start()
    for name in ("TMPDIR", "TMP", "TEMP", "TMPPREFIX"):
        live.run(shell.export(name, "/nowhere"))
    assert live.run("cd app") == ""
    inside(live, app)
    assert "allowed" in live.run("venvhook allow")


CROWD = int(os.environ.get("VENVHOOK_TEST_CROWD", "12"))


def test_a_crowd(world: World, shell: Dialect) -> None:
    """Shells that enter, edit and allow one project at once: nothing is torn, and the end is right."""
    app = world.project("app", '[variables]\nA = "x0"\n')
    marker = str(app / ".venvhook.toml")
    edit = f"printf '[variables]\\nA = \"x%s\"\\n' NUMBER > {marker}.NUMBER; mv {marker}.NUMBER {marker}"
    lines = [
        f"cd {app}",
        "cd ..",
        edit,
        f"venvhook allow {app} >/dev/null",
        f"cd {app}",
        "cd ..",
        "cd app",
        "venvhook which",
    ]

    def one(number: int) -> str:
        text = "\n".join([*lines, "exit\n"]).replace("NUMBER", str(number))
        places = {"cwd": world.work, "env": environ_of(world.home)}
        done = subprocess.run([*shell.argv, "-i"], input=text, capture_output=True, text=True, timeout=300, **places)
        return done.stdout + done.stderr

    with ThreadPoolExecutor(CROWD) as pool:
        said = list(pool.map(one, range(CROWD)))
    for text in said:
        assert "Traceback" not in text and "Error" not in text and "syntax" not in text, text
        assert "the helper" not in text, text
    live = world.start()
    world.cli("allow", str(app))
    live.run("cd app")
    assert live.prefix() == "(app) "
    assert f'"{live.get("A")}"' in (app / ".venvhook.toml").read_text()
    assert not list(world.installation.data.rglob("*.part"))
    assert len(os.listdir(trust.place(str(world.installation.data), str(app)))) == 1
