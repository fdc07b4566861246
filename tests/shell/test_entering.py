"""Entering and leaving: the environment is active in the project, in the same command line, and leaves no trace behind.

Guards scenarios 1 to 12 and 42.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from .dialects import Dialect
from .terminal import Terminal
from .world import World, make_environment, same_but_moves


def python_of(live: Terminal) -> str:
    return live.run("python -c 'import sys; print(sys.prefix)'")


@pytest.mark.scenario(1)
def test_enter_and_leave_exactly(world: World) -> None:
    app = world.project()
    live = world.start(env={"EMPTY": "", "PYTHONPATH": ""})
    before = live.environ()
    assert live.run("cd app") == ""
    inside = live.environ()
    path = inside[b"PATH"].split(b":")
    assert inside[b"VIRTUAL_ENV"] == bytes(app / ".venv")
    assert inside[b"VIRTUAL_ENV_PROMPT"] == b"app"
    assert inside[b"VENVHOOK_PROJECT"] == bytes(app)
    assert path[0] == bytes(app / ".venv/bin")
    assert path[1:] == before[b"PATH"].split(b":")
    assert python_of(live) == str(app / ".venv")
    assert live.run("which python") == str(app / ".venv/bin/python")
    assert live.run("cd ..") == ""
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(1)
def test_variables_and_lists_are_as_before(world: World, shell: Dialect) -> None:
    marker = """
[variables]
UNSET_BEFORE = "x"
EMPTY_BEFORE = "x"
FULL_BEFORE = "x"
MADE_EMPTY = ""
UNSET_INSIDE = false
NEVER_SET = false
[prepend]
PATH = ["scripts", "tools/bin"]
PYTHONPATH = ["src"]
MANPATH = ["man"]
"""
    app = world.project("app", marker)
    live = world.start(
        env={"EMPTY_BEFORE": "", "FULL_BEFORE": " full ", "UNSET_INSIDE": "here", "MADE_EMPTY": "no", "MANPATH": ""}
    )
    before = live.environ()
    live.run("cd app")
    inside = live.environ()
    assert [inside.get(name) for name in (b"UNSET_BEFORE", b"EMPTY_BEFORE", b"FULL_BEFORE")] == [b"x"] * 3
    assert inside[b"MADE_EMPTY"] == b""
    assert b"UNSET_INSIDE" not in inside and b"NEVER_SET" not in inside
    ours = [app / ".venv/bin", app / "scripts", app / "tools/bin"]
    assert inside[b"PATH"] == b":".join([*map(bytes, ours), before[b"PATH"]])
    assert inside[b"PYTHONPATH"] == bytes(app / "src")
    assert inside[b"MANPATH"].split(b":")[0] == bytes(app / "man")
    live.run("cd ..")
    same_but_moves(live.environ(), before)


WAYS_IN = {
    "the root": "cd app",
    "a deep folder": "cd app/x/y/z",
    "pushd": "pushd app",
    "popd": "cd app; pushd ..; popd",
    "minus": "cd app; cd /; cd -",
    "dot": "cd app; cd .",
    "a link": "cd link",
}


@pytest.mark.scenario(2)
@pytest.mark.parametrize("way", WAYS_IN)
def test_ways_in(world: World, way: str) -> None:
    app = world.project()
    (app / "x/y/z").mkdir(parents=True)
    (world.work / "link").symlink_to("app/x/y")
    live = world.start()
    if way == "a link":  # the logical path counts, and by that there is no marker above
        live.run("ln -s app by-link")
        live.run("cd by-link/x")
    else:
        live.run(WAYS_IN[way])
    assert live.prefix() == "(app) "
    assert os.path.realpath(python_of(live)) == str(app / ".venv")


@pytest.mark.scenario(2)
@pytest.mark.shells("bash", "zsh", "fish")
def test_cdpath(world: World) -> None:
    app = world.project("far/app")
    live = world.start(
        after="set -g CDPATH . $HOME/../w/far" if world.dialect.name == "fish" else "CDPATH=.:$HOME/../w/far"
    )
    live.run("cd app")
    assert os.path.realpath(python_of(live)) == str(app / ".venv")


@pytest.mark.scenario(2)
@pytest.mark.shells("bash", "zsh", "fish")
def test_auto_cd(world: World) -> None:
    if world.dialect.name == "bash" and world.dialect.lacks(4, 0):
        pytest.skip("bash has autocd since 4.0")
    app = world.project()
    live = world.start(after={"bash": "shopt -s autocd", "zsh": "setopt auto_cd", "fish": ""}[world.dialect.name])
    live.run("./app")
    assert python_of(live) == str(app / ".venv")


@pytest.mark.scenario(2)
@pytest.mark.shells("bash", "zsh", "fish")
def test_builtin_cd_is_seen_at_the_next_prompt(world: World) -> None:
    app = world.project()
    live = world.start()
    live.run("builtin cd app")
    assert live.prefix() == "(app) "
    assert python_of(live) == str(app / ".venv")
    live.run("builtin cd ..")
    assert live.prefix() == ""
    assert live.get("VIRTUAL_ENV") is None


@pytest.mark.scenario(2)
@pytest.mark.shells("zsh")
def test_cd_q_is_seen_at_the_next_prompt(world: World) -> None:
    app = world.project()
    live = world.start()
    live.run("cd -q app")
    assert live.prefix() == "(app) "
    assert python_of(live) == str(app / ".venv")


@pytest.mark.scenario(2, 51)
def test_a_shell_started_inside(world: World) -> None:
    app = world.project()
    live = world.start(cwd=app)
    assert live.first == ""
    assert live.prefix() == "(app) "
    assert python_of(live) == str(app / ".venv")


@pytest.mark.scenario(3)
def test_in_the_same_line(world: World, shell: Dialect) -> None:
    a, b = world.project("a"), world.project("b")
    live = world.start()
    prefix = "python -c 'import sys; print(sys.prefix)'"
    assert live.run(shell.then("cd a", prefix)) == str(a / ".venv")
    live.run("cd ..")
    assert live.run(f"cd a; cd ../b; {prefix}") == str(b / ".venv")
    inside = live.environ()
    assert inside[b"VENVHOOK_PROJECT"] == bytes(b)
    assert str(a / ".venv").encode() not in inside[b"PATH"]


@pytest.mark.scenario(4)
def test_from_one_project_to_another(world: World) -> None:
    world.project("a", '[variables]\nONLY_A = "a"\nBOTH = "a"')
    world.project("b", '[variables]\nBOTH = "b"')
    live = world.start(env={"BOTH": "outside"})
    before = live.environ()
    live.run("cd b")
    direct = live.environ()
    live.run("cd ..")
    live.run("cd a")
    live.run("cd ../b")
    same_but_moves(live.environ(), direct)
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(4)
def test_nested_projects(world: World) -> None:
    outer, inner = world.project("outer"), world.project("outer/inner")
    live = world.start()
    before = live.environ()
    live.run("cd outer")
    at_outer = live.environ()
    live.run("cd inner")
    assert live.get("VENVHOOK_PROJECT") == str(inner)
    assert str(outer / ".venv") not in str(live.get("PATH"))
    live.run("cd ..")
    same_but_moves(live.environ(), at_outer)
    live.run("cd inner")
    live.run("cd ../..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(4)
def test_a_neighbour_whose_name_begins_alike_is_outside(world: World) -> None:
    world.project("a/b")
    (world.work / "a/bz").mkdir()
    live = world.start()
    live.run("cd a/b")
    assert live.prefix() == "(b) "
    live.run("cd ../bz")
    assert live.prefix() == ""
    assert live.get("VIRTUAL_ENV") is None


@pytest.mark.scenario(5)
def test_moving_inside_does_nothing(world: World) -> None:
    app = world.project()
    (app / "x/y").mkdir(parents=True)
    live = world.start()
    live.run("cd app")
    inside = live.environ()
    world.helper_calls()
    for line in ("cd x", "cd y", "cd ../..", "cd x/y", "cd .", "cd ../.."):
        assert live.run(line) == ""
        assert live.prefix() == "(app) "
    same_but_moves(live.environ(), inside)
    assert world.helper_calls() == []


def compares_contents(shell: Dialect) -> bool:
    """fish before 3.6 cannot compare files' times: each shell has to ask once."""
    return shell.name == "fish" and shell.lacks(3, 6)


@pytest.mark.scenario(5)
def test_a_known_project_starts_nothing(world: World) -> None:
    world.project()
    live = world.start()
    live.run("cd app")
    assert len(world.helper_calls()) == 1, "the first visit asks once"
    for line in ("cd ..", "cd app", "cd ..", "cd app"):
        live.run(line)
    another = world.start()
    another.run("cd app")
    assert another.prefix() == "(app) "
    assert len(world.helper_calls()) == compares_contents(world.dialect)


MOVED = ("fish", "pwsh")  # these have no subshells: a substitution moves the shell itself


@pytest.mark.scenario(6)
def test_subshells(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start()
    live.run("cd app; cd ..")  # known now: what is not known waits for a prompt
    before = live.environ()
    world.helper_calls()
    prefix = "python -c 'import sys; print(sys.prefix)'"
    if shell.name not in MOVED:
        assert live.run(shell.subshell(f"cd app && {prefix}")) == str(app / ".venv")
        same_but_moves(live.environ(), before)
    assert live.run(shell.capture(f"cd app; {prefix}")) == f"[{app}/.venv]"
    if shell.name in MOVED:
        live.run("cd ..")
    same_but_moves(live.environ(), before)
    assert world.helper_calls() == []


@pytest.mark.scenario(6)
@pytest.mark.shells("bash", "zsh", "fish")
def test_subshells_say_nothing_about_what_is_not_allowed(world: World, shell: Dialect) -> None:
    world.project(allow=False)
    live = world.start()
    if shell.name != "fish":
        assert live.run(shell.subshell("cd app && echo there")) == "there"
    else:
        assert live.run(shell.capture("cd app; echo there; cd ..")) == "[there]"
    assert world.helper_calls() == []


@pytest.mark.scenario(6)
@pytest.mark.parametrize("typed", ["cd ../app/fol", "cd ../../app/fol"])
def test_completion_starts_nothing(world: World, shell: Dialect, typed: str) -> None:
    """Shells and their completions change folders to see what is there; from a project, and from beside one."""
    app, outer = world.project(allow=False), world.project("outer")
    (app / "folder-one").mkdir()
    (outer / "sub").mkdir()
    live = world.start(before="autoload -U compinit; compinit -u" if shell.name == "zsh" else "")
    live.run("cd outer" if typed == "cd ../app/fol" else "cd outer/sub")
    world.helper_calls()
    live.send(typed + "\t")
    live.until(lambda: "folder-one" in live.prompt())
    live.send("\x15")
    live.run("")
    assert world.helper_calls() == []


@pytest.mark.scenario(7)
def test_edits_of_path_survive(world: World, shell: Dialect) -> None:
    world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run(shell.path_front("/in/front"))
    live.run(shell.path_back("/be/hind"))
    live.run("cd ..")
    assert live.environ()[b"PATH"] == b"/in/front:" + before[b"PATH"] + b":/be/hind"


@pytest.mark.scenario(7)
def test_our_doubled_entry_goes_wholly(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run(shell.path_front("/between"))
    live.run(shell.path_front(f"{app}/.venv/bin"))
    live.run("cd ..")
    assert live.environ()[b"PATH"] == b"/between:" + before[b"PATH"]


@pytest.mark.scenario(7)
def test_our_entry_is_gone_already(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run(shell.path_remove(f"{app}/.venv/bin"))
    assert live.run("cd ..") == ""
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(7)
def test_a_folder_that_path_held_before_stays(world: World) -> None:
    app = world.project("app", '[prepend]\nPATH = ["scripts"]')
    live = world.start()
    path = live.environ()[b"PATH"]
    live.run(world.dialect.path_back(f"{app}/scripts"))
    before = live.environ()
    live.run("cd app")
    assert live.environ()[b"PATH"] == b"%s/.venv/bin:%s/scripts:%s:%s/scripts" % (
        bytes(app),
        bytes(app),
        path,
        bytes(app),
    )
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(8)
def test_what_the_user_changed_stays(world: World, shell: Dialect) -> None:
    world.project("app", '[variables]\nCHANGED = "ours"\nREMOVED = "ours"\nMADE = false\nKEPT = "ours"')
    live = world.start(env={"CHANGED": "before", "REMOVED": "before", "MADE": "before", "KEPT": "before"})
    live.run("cd app")
    assert live.get("KEPT") == "ours" and live.get("MADE") is None
    live.run(shell.export("CHANGED", "mine"))
    live.run(shell.unset("REMOVED"))
    live.run(shell.export("MADE", "mine too"))
    live.run("cd ..")
    after = live.environ()
    assert (after[b"CHANGED"], after[b"MADE"], after[b"KEPT"]) == (b"mine", b"mine too", b"before")
    assert b"REMOVED" not in after


AWKWARD = {
    "NEWLINE": "one\ntwo\n\n",
    "QUOTES": "'single' \"double\" `back` \\' \\\\",
    "TRAILING": "  blanks  \t",
    "EMPTY": "",
    "DOLLAR": "$HOME ${HOME} $(id) %PATH% !! ~ *",
    "UNICODE": "é e\u0301 日本 \U0001f600 \u2018\u2019",
    "CONTROL": "\x01\x1b[31m\x7f\r",
}


@pytest.mark.scenario(8)
def test_awkward_values_survive(world: World) -> None:
    def toml(text: str) -> str:
        return '"' + "".join(f"\\U{ord(c):08x}" for c in text) + '"'

    world.project("app", "[variables]\n" + "\n".join(f"{name} = {toml(value)}" for name, value in AWKWARD.items()))
    # The same odd values from outside, turned round, must come back; one is no UTF-8 at all.
    outside = {name: value[::-1] for name, value in AWKWARD.items()}
    outside["NEWLINE"] = "\udcff\udcfe broken \udc80\n"
    live = world.start(env=outside)
    before = live.environ()
    live.run("cd app")
    inside = live.environ()
    assert {name: inside[name.encode()] for name in AWKWARD} == {
        name: value.encode() for name, value in AWKWARD.items()
    }
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(9)
def test_pythonhome(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start(env={"PYTHONHOME": "/nowhere"})
    before = live.environ()
    live.run("cd app")
    assert live.get("PYTHONHOME") is None
    assert python_of(live) == str(app / ".venv")
    live.run("cd ..")
    same_but_moves(live.environ(), before)
    live.run("cd app")
    live.run(shell.export("PYTHONHOME", "/mine"))
    live.run("cd ..")
    assert live.get("PYTHONHOME") == "/mine"


@pytest.mark.scenario(10)
@pytest.mark.parametrize("hashing", ["on", "off"])
def test_the_next_python_is_the_right_one(world: World, shell: Dialect, hashing: str) -> None:
    """A shell that has remembered where `tool` was looks for it anew."""
    shell.needs(f"hashing {hashing}")
    app = world.project()
    for folder, answer in ((world.work / "bin", "outer"), (app / ".venv/bin", "inner")):
        folder.mkdir(exist_ok=True)
        (folder / "tool").write_text(f"#!/bin/sh\necho {answer}\n")
        (folder / "tool").chmod(0o755)
    option = (
        {"bash": "set +h", "zsh": "unsetopt hash_cmds"}
        if hashing == "off"
        else {"bash": "set -h", "zsh": "setopt hash_cmds"}
    )
    live = world.start(after=option.get(shell.name, ""))
    live.run(shell.path_front(str(world.work / "bin")))
    assert live.run("tool") == "outer"
    assert live.run("cd app; tool") == "inner"
    assert live.run("cd ..; tool") == "outer"


@pytest.mark.scenario(11)
def test_an_edited_marker_is_seen_at_the_next_prompt(world: World) -> None:
    app = world.project("app", '[variables]\nA = "1"')
    live = world.start(cwd=app)
    assert live.get("A") == "1"
    for value in ("2", "3", "4"):  # all within one second
        world.mark(app, f'[variables]\nA = "{value}"')
        world.cli("allow", str(app))
        live.run("")
        assert live.get("A") == value
    marker = app / ".venvhook.toml"
    world.mark(app, '[variables]\nA = "5"')
    os.utime(marker, (1, 1))  # back in time
    world.cli("allow", str(app))
    live.run("")
    assert live.get("A") == "5"


@pytest.mark.scenario(11, 42)
def test_an_environment_made_and_deleted_while_the_shell_is_there(world: World) -> None:
    app = world.project(env=False)
    live = world.start()
    before = live.environ()
    said = live.run("cd app")
    assert said.startswith("venvhook: ") and "\n" not in said and "venvhook create" in said
    assert sorted(os.listdir(app)) == [".venvhook.toml"]
    assert live.run("") == ""
    same_but_moves(live.environ(), before)
    make_environment(app / ".venv")
    assert live.run("") == ""
    assert live.prefix() == "(app) "
    os.rename(app / ".venv", world.root / "away")
    said = live.run("")
    assert said.startswith("venvhook: ") and "\n" not in said
    assert live.prefix() == ""
    same_but_moves(live.environ(), before)
    os.rename(world.root / "away", app / ".venv")
    live.run("")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(11)
def test_a_dotenv_file_that_changes_is_seen_at_the_next_prompt(world: World) -> None:
    app = world.work / "app"
    app.mkdir()
    (app / "settings").write_text("A=1\n")
    world.project("app", 'dotenv = ["settings"]')
    live = world.start(cwd=app)
    assert live.get("A") == "1"
    time.sleep(0.03)  # file systems stamp with a clock that ticks every 10 ms or so
    (app / "settings").write_text("A=2\n")
    live.run("")
    assert live.get("A") == "2"


@pytest.mark.scenario(11)
def test_a_marker_that_goes_and_comes(world: World) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    os.rename(app / ".venvhook.toml", app / "aside")
    live.run("")
    assert live.prefix() == ""
    same_but_moves(live.environ(), before)
    os.rename(app / "aside", app / ".venvhook.toml")
    live.run("")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(12)
def test_one_identity_by_link_and_by_path(world: World) -> None:
    app = world.project()
    (world.work / "by-link").symlink_to("app")
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run("cd ../by-link")
    assert live.prefix() == "(app) "
    world.helper_calls()
    inside = live.environ()
    for line in ("cd ../app", "cd ../by-link", "cd ../app"):
        assert live.run(line) == ""
    assert live.environ()[b"PATH"].count(bytes(app.parent)) == inside[b"PATH"].count(bytes(app.parent)) == 1
    assert world.helper_calls() == []
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(12)
def test_a_linked_environment(world: World) -> None:
    app = world.project(env=False)
    make_environment(world.work / "elsewhere")
    (app / ".venv").symlink_to("../elsewhere")
    live = world.start()
    before = live.environ()
    live.run("cd app")
    assert live.prefix() != ""
    assert os.path.realpath(str(live.get("VIRTUAL_ENV"))) == str(world.work / "elsewhere")
    assert live.run("python -c 'import sys; print(sys.prefix)'") in (str(app / ".venv"), str(world.work / "elsewhere"))
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(12)
def test_a_linked_marker_that_is_allowed_here(world: World) -> None:
    elsewhere: Path = world.work / "markers"
    elsewhere.mkdir()
    (elsewhere / "one.toml").write_text('[variables]\nA = "1"')
    app = world.project(allow=False)
    (app / ".venvhook.toml").unlink()
    (app / ".venvhook.toml").symlink_to("../markers/one.toml")
    world.cli("allow", str(app))
    live = world.start()
    live.run("cd app")
    assert (live.prefix(), live.get("A")) == ("(app) ", "1")
