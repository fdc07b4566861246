"""What a project is known by: its own name and files, whatever their age, and whatever is next to it.

Guards scenarios 52, 54, 55 and 56 in every shell.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from .dialects import Dialect
from .test_trust import one_line
from .world import World, make_environment, same_but_moves

PREFIX = "python -c 'import sys; print(sys.prefix)'"


# ---- folders next to each other --------------------------------------------------------------------------------------


@pytest.mark.scenario(55)
def test_folders_that_differ_in_case_only(world: World) -> None:
    """PowerShell remembers PATH's folders without regard to case."""
    upper, lower = world.project("Shop"), world.project("shop")
    if os.path.samefile(upper, lower):
        pytest.skip("this file system does not tell them apart")
    live = world.start()
    assert live.run(f"cd Shop; {PREFIX}") == str(upper / ".venv")
    assert live.run(f"cd ../shop; {PREFIX}") == str(lower / ".venv")
    assert live.run(f"cd ..; cd Shop; {PREFIX}") == str(upper / ".venv")


@pytest.mark.scenario(55)
@pytest.mark.parametrize("name", ["[wx]ork", "w?rk", "w*k"])
def test_a_name_that_is_a_pattern_of_another_one(world: World, shell: Dialect, name: str) -> None:
    """It is asked about by its own name, and nothing that was allowed for the other one holds for it."""
    if "*" in name:
        shell.needs("a folder name with an asterisk")
    work, odd = world.project("work"), world.project(name, allow=False)
    live = world.start()
    said = live.run(shell.cd(name))
    assert one_line(said) and str(odd) in said, said
    assert live.prefix() == ""
    world.cli("allow", str(odd))
    live.run("")
    assert live.get("VIRTUAL_ENV") == str(odd / ".venv")
    live.run("cd ../work")
    assert live.get("VIRTUAL_ENV") == str(work / ".venv")


# ---- the times of files ----------------------------------------------------------------------------------------------


@pytest.mark.scenario(56)
def test_an_older_file_takes_the_place_of_one_that_is_watched(world: World) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    for name, text in ((".env", "A=1\n"), (".env.prod", "A=2\n")):
        (app / name).write_text(text)
        os.utime(app / name, (1e9 - (name == ".env.prod"), 1e9 - (name == ".env.prod")))
    world.cli("allow", str(app))
    live = world.start()
    live.run("cd app")
    assert live.get("A") == "1"
    (app / ".env.prod").rename(app / ".env")
    live.run("")
    assert live.get("A") == "2"
    live.run("cd ..; cd app")
    assert live.get("A") == "2"
    assert world.start(cwd=app).get("A") == "2", "another shell, by the cached plan"


@pytest.mark.scenario(56)
@pytest.mark.parametrize("name", [".env", ".venv/pyvenv.cfg", ".venvhook.toml"])
def test_a_file_from_the_future_starts_nothing(world: World, name: str) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    (app / ".env").write_text("A=1\n")
    world.cli("allow", str(app))
    future = time.time() + 3600
    os.utime(app / name, (future, future))
    live = world.start()
    live.run("cd app")
    live.run("")  # what has just been written is looked at once more
    world.helper_calls()
    for line in ("", "cd .", "", "cd ..; cd app", ""):
        live.run(line)
    assert (world.helper_calls(), live.get("A")) == ([], "1")


@pytest.mark.scenario(56)
def test_the_markers_of_two_branches_are_asked_about_once_each(world: World) -> None:
    markers = ['prompt = "main"\n', 'prompt = "topic"\n']
    app = world.project("app", markers[0])
    world.mark(app, markers[1])
    world.cli("allow", str(app))
    live = world.start(cwd=app)
    for marker, name in (*zip(markers, ("main", "topic")), (markers[0], "main")):
        world.mark(app, marker)
        assert live.run("") == ""
        assert live.prefix() == f"({name}) "
    world.mark(app, 'prompt = "other"\n')
    assert one_line(live.run(""))
    world.cli("deny", str(app))
    world.mark(app, markers[0])
    assert (live.run(""), live.prefix()) == ("", "")


# ---- markers that come and go ----------------------------------------------------------------------------------------


@pytest.mark.scenario(56)
@pytest.mark.parametrize("line", ["", "cd .", "venvhook on"])
def test_a_marker_that_comes_back_above(world: World, line: str) -> None:
    app = world.project()
    (app / "sub/deep").mkdir(parents=True)
    live = world.start(cwd=app / "sub/deep")
    assert live.prefix() == "(app) "
    (app / ".venvhook.toml").rename(app / "away")
    live.run("")
    assert live.prefix() == ""
    (app / "away").rename(app / ".venvhook.toml")
    live.run(line)
    assert live.prefix() == "(app) "


@pytest.mark.scenario(56)
def test_a_marker_that_the_command_makes_above(world: World) -> None:
    app = world.work / "app"
    (app / "sub").mkdir(parents=True)
    make_environment(app / ".venv")
    live = world.start(cwd=app / "sub")
    before = live.environ()
    live.run("venvhook init ..")
    assert live.prefix() == "(app) "
    live.run("cd ../..")
    same_but_moves(live.environ(), before)


# ---- what a startup file activates, and the command ------------------------------------------------------------------


@pytest.mark.scenario(52)
@pytest.mark.parametrize("own", [True, False], ids=["the project's own", "another one"])
def test_a_startup_file_activates_an_environment_before_our_line(world: World, shell: Dialect, own: bool) -> None:
    app = world.project()
    world.project("next")
    other = app / ".venv" if own else make_environment(world.work / "other")
    live = world.start(before=shell.activate(str(other)) + "\n", cwd=app)
    assert live.get("VIRTUAL_ENV") == str(app / ".venv")
    assert str(live.get("PATH")).split(":").count(f"{app}/.venv/bin") == 1
    live.run("cd ../next")
    assert live.get("VIRTUAL_ENV") == str(world.work / "next/.venv")
    assert "(next) " in live.screen.rows()[-1]
    live.run("cd ..")
    assert live.get("VIRTUAL_ENV") == (None if own else str(other))


@pytest.mark.scenario(54)
def test_the_status_of_the_command_decides_what_follows(world: World, shell: Dialect) -> None:
    world.project()
    live = world.start(cwd=world.work / "app")
    assert live.run("venvhook run -- sh -c 'exit 0' && echo yes || echo no") == "yes"
    assert live.run("venvhook run -- sh -c 'exit 9' && echo yes || echo no") == "no"
    assert live.run("venvhook nonsense 2>/dev/null && echo yes || echo no") == "no"


@pytest.mark.scenario(54)
def test_every_argument_reaches_the_program(world: World, shell: Dialect) -> None:
    app = world.project()
    program = world.root / "show"
    program.write_text('#!/bin/sh\nprintf "<%s>" "$@"\necho\n')
    program.chmod(0o755)
    Path(app, "test_a").touch()
    live = world.start(cwd=app)
    quoted = ["test_*", "a b", "", "--", "-v:x", "~", "it's", '"q"', "$HOME", "a,b"]
    words = " ".join(map(shell.quote, quoted))
    assert live.run(f"venvhook run -- {program} {words}") == "".join(f"<{word}>" for word in quoted)
