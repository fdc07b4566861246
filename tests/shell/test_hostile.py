"""Hostile projects and variables: who clones and enters one gets no code run, no variable set, no noise at each prompt.

Guards scenarios 34 to 39, and statements of docs/security.md. Trust as it is meant to be used: test_trust.py.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .dialects import Dialect
from .test_trust import one_line
from .world import PACKAGE, World, make_environment, same_but_moves

ALWAYS_NEW = ["/proc/uptime", "/proc/self/stat", "/proc/sys/kernel/random/uuid"]
linux = pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="this system has no /proc")


@linux
@pytest.mark.scenario(37)
@pytest.mark.parametrize("target", ALWAYS_NEW)
def test_a_marker_that_is_never_the_same_is_told_once(world: World, target: str) -> None:
    """git can hold such a link. Compared at each prompt, it would be asked about and told of at each prompt."""
    app = world.work / "app"
    app.mkdir()
    (app / ".venvhook.toml").symlink_to(target)
    live = world.start()
    assert one_line(live.run("cd app"))
    world.helper_calls()
    assert live.run("") + live.run("cd .") == ""
    assert world.helper_calls() == []
    (app / ".venvhook.toml").unlink()
    world.mark(app, b"")
    assert "allow" in live.run("")


@pytest.mark.scenario(34)
@pytest.mark.parametrize("oddity", ["too long", "fifo", "dangling link"])
def test_a_denied_project_stays_silent_whatever_becomes_of_its_marker(world: World, oddity: str) -> None:
    app = world.project(env=False, allow=False)
    world.cli("deny", str(app))
    live = world.start()
    assert live.run("cd app") == ""
    marker = app / ".venvhook.toml"
    marker.unlink()
    if oddity == "too long":
        marker.write_bytes(b"#" * 4097)
    elif oddity == "fifo":
        os.mkfifo(marker)
    else:
        marker.symlink_to("nowhere")
    assert live.run("") == ""
    assert live.run("cd ..") + live.run("cd app") + live.run("") == ""
    assert world.start(cwd=app).first == ""


@linux
@pytest.mark.scenario(35)
@pytest.mark.parametrize(
    "target", ["/proc/self/cwd", "{up}/proc/self/cwd", "/proc/self/root{app}/real", "//proc/self/cwd/real", "hop/real"]
)
def test_an_environment_that_is_elsewhere_for_each_program_is_refused(world: World, target: str) -> None:
    """Its bin on PATH would be whatever folder a program happens to be in; by whatever spelling, and by a hop."""
    app = world.project(env=False)
    made = make_environment(app / "real")
    for name in ("bin", "pyvenv.cfg"):
        shutil.copytree(made / name, app / name, symlinks=True) if name == "bin" else shutil.copy(made / name, app)
    (app / "hop").symlink_to("/proc/self/cwd")
    (app / ".venv").symlink_to(target.format(app=app, up="/".join([".."] * len(app.parts))))
    live = world.start()
    before = live.environ()
    said = live.run("cd app")
    assert one_line(said) and "leads through /proc" in said, said
    same_but_moves(live.environ(), before)
    world.helper_calls()
    assert live.run("") + live.run("cd .") == ""
    assert world.helper_calls() == []


@pytest.mark.scenario(35)
def test_what_a_conda_environment_sets_unseen_is_not_set(world: World, shell: Dialect) -> None:
    """A pull brings it into a project that was allowed without one. What a prompt would run is never set."""
    app = world.project(env=False)
    for folder in ("bin", "conda-meta"):
        (app / ".venv" / folder).mkdir(parents=True)
    (app / ".venv/bin/python").symlink_to(world.installation.python)
    harm = f"$(touch {world.root}/HARM)"
    state = {"env_vars": {"PAGER": "evil", "GIT_PS1_STATESEPARATOR": harm, "STARSHIP_CONFIG": "/evil"}}
    (app / ".venv/conda-meta/state").write_text(json.dumps(state))
    live = world.start()
    before = live.environ()
    said = live.run("cd app")
    assert one_line(said) and "conda-meta/state: it sets PAGER, which you have not allowed" in said, said
    same_but_moves(live.environ(), before)
    assert "conda-meta/state: sets PAGER" in " ".join(live.run("venvhook allow").split())
    assert (live.get("PAGER"), live.get("CONDA_PREFIX")) == ("evil", str(app / ".venv"))
    assert live.get("GIT_PS1_STATESEPARATOR") is None and live.get("STARSHIP_CONFIG") is None
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(38)
def test_a_prompt_that_is_inherited_is_not_expanded(world: World, shell: Dialect) -> None:
    """Somebody exports what a shell inside a project would, with a prompt that a script is said to have saved."""
    app = world.project()
    harm = f"=$(touch {world.root}/HARM) "
    forged = {
        "VENVHOOK_PROJECT": "/",
        "_VENVHOOK_SET": "_OLD_VIRTUAL_PS1- _OLD_FISH_PROMPT_OVERRIDE- VIRTUAL_ENV-",
        "_VENVHOOK_OLD__OLD_VIRTUAL_PS1": harm,
        "_VENVHOOK_OLD__OLD_FISH_PROMPT_OVERRIDE": harm,
        "_VENVHOOK_OLD_VIRTUAL_ENV": f"={app}/.venv",
        "_VENVHOOK_OLD_OTHER": harm,
    }
    live = world.start(env=forged, after="setopt prompt_subst" if shell.name == "zsh" else "")
    assert not [name for name in live.environ() if b"_OLD_" in name]
    live.run("cd app")
    assert live.prefix() == "(app) "
    live.run("")
    live.run("cd ..")
    live.run("")
    assert not (world.root / "HARM").exists()
    assert not [name for name in live.environ() if b"_OLD_" in name]


def test_what_was_before_is_not_believed_where_nothing_was_entered(world: World) -> None:
    """Only an inherited project has anything to be put back: leaving restores no value that somebody has exported."""
    world.project()
    forged = {f"_VENVHOOK_OLD_{name}": "=/forged" for name in ("VIRTUAL_ENV", "PATH", "PYTHONHOME", "_OLD_VIRTUAL_PS1")}
    live = world.start(env=forged)
    live.run("")
    before = live.environ()
    assert not [name for name in before if name.startswith(b"_VENVHOOK_")]
    live.run("cd app")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    live.run("")
    same_but_moves(live.environ(), before)


HARMFUL = {"bash": "touch {0}\n", "zsh": "touch {0}\n", "pwsh": "touch {0}\n"}
HARMFUL["fish"] = "set -g _venvhook_new_project x\ntouch {0}\nset -g _venvhook_new 0123456789abcdef\n"


@pytest.mark.scenario(39)
def test_no_path_leads_out_of_the_cache(world: World, shell: Dialect) -> None:
    """bash and fish believe an inherited PWD, with `..` in it, if it names the folder that they are in."""
    world.project("known")
    world.start().run("cd known")
    app = world.project(env=False, allow=False)
    (app / f".venvhook-2.{'ps1' if shell.name == 'pwsh' else shell.name}").write_text(
        HARMFUL[shell.name].format(world.root / "HARM")
    )
    before = sorted(os.listdir(app))
    live = world.start(env={"PWD": "/.." * 20 + str(app)}, cwd=app)
    assert one_line(live.first)
    live.run("")
    assert not (world.root / "HARM").exists()
    assert sorted(os.listdir(app)) == before


@pytest.mark.scenario(39)
@pytest.mark.shells("bash", "zsh", "fish")
def test_exported_names_of_the_hooks_own_are_not_believed(world: World, shell: Dialect) -> None:
    app = world.project(env=False, allow=False)
    for folder in ("_venvhook_stale_", "_venvhook_enter_", "_venvhook_leave_"):
        (app / folder).mkdir()
    (app / "harm").write_text(f"#!/bin/sh\ntouch {world.root}/HARM\n")
    (app / "harm").chmod(0o755)
    spelled = subprocess.run(["fish", "-c", f"string escape --style=var {app}"], capture_output=True, text=True)
    own = ("new", "plan", "here", "pending", "chain", "known", "noted", "plans", "ready", "sign", "text", "learning")
    forged = {f"_venvhook_{name}": "/../harm" for name in (*own, f"known_{spelled.stdout.strip()}")}
    live = world.start(env=forged, cwd=app)
    assert one_line(live.first)
    assert live.run("") + live.run("cd .") == ""
    assert not (world.root / "HARM").exists()


@pytest.mark.scenario(38)
def test_what_is_inherited_is_data(world: World, shell: Dialect) -> None:
    """Somebody exports what a shell inside a project would: nothing of it is run, and no name is set freely."""
    harm = f"$(touch {world.root}/HARM)`touch {world.root}/HARM`';touch {world.root}/HARM;'"
    words = f"A=00000000 B- PATH:{harm.replace(' ', '')} PROMPT_COMMAND- BASH_ENV- LD_PRELOAD- x;touch=1 {harm}"
    forged = {"VENVHOOK_PROJECT": harm, "_VENVHOOK_SET": words}
    names = ("A", "B", "PATH", "PROMPT_COMMAND", "BASH_ENV", "LD_PRELOAD")
    forged.update({f"_VENVHOOK_OLD_{name}": f"={harm}" for name in names})
    live = world.start(env=forged)
    assert live.first == ""
    after = live.environ()
    for name in (b"PROMPT_COMMAND", b"BASH_ENV", b"LD_PRELOAD", b"VENVHOOK_PROJECT", b"_VENVHOOK_SET"):
        assert name not in after
    assert live.run("echo alive") == "alive"
    assert not (world.root / "HARM").exists()


@pytest.mark.scenario(32)
def test_no_control_character_of_a_path_reaches_the_terminal(world: World, shell: Dialect) -> None:
    """The name of a folder neither sets the window's title nor forges a line, nor turns the reading direction."""
    app = world.work / "a\x1b]0;owned\x07b\nvenvhook: all is well\u202egnp"
    app.mkdir()
    world.mark(app, b"")
    live = world.start(env={"TO": str(app)}, after="function fish_title; end" if shell.name == "fish" else "")
    said = live.run({"pwsh": "Set-Location -LiteralPath $env:TO"}.get(shell.name, 'cd "$TO"'))
    assert said.startswith("venvhook: ") and "\\x1b]0;owned\\x07b\\nvenvhook: all is well\\u202egnp" in said
    assert b"\x1b]0;owned" not in live.raw
    for command in ("allow", "status", "deny"):
        assert "\\x1b]0;owned" in live.run(f"venvhook {command}")
        assert b"\x1b]0;owned" not in live.raw and "\u202e".encode() not in live.raw, command


@pytest.mark.scenario(33)
def test_another_folder_in_the_place_of_an_allowed_one(world: World) -> None:
    """What is allowed is the folder by its path and the marker's bytes: other bytes ask, the same ones do not."""
    app = world.project("app", '[variables]\nA = "1"')
    live = world.start(cwd=app)
    assert live.get("A") == "1"
    os.rename(app, world.work / "old")
    app.mkdir()
    world.mark(app, '[variables]\nA = "2"')
    assert one_line(live.run(f"cd {app}"))
    assert live.get("A") is None
    (world.root / "link").symlink_to(world.work / "old")
    assert one_line(live.run(f"cd {world.root}/link"))


@pytest.mark.scenario(35)
def test_a_marker_above_the_home_that_everybody_may_write(world: World) -> None:
    """As anybody can put one into /tmp, or an administrator one into /home: it says its line, and does nothing."""
    world.mark(world.root, '[variables]\nA = "1"')
    make_environment(world.root / ".venv")
    world.cli("allow", str(world.root))
    world.root.chmod(0o777)
    live = world.start(cwd=world.home)
    assert one_line(live.first) and str(world.root) in live.first
    assert live.get("A") is None


@pytest.mark.scenario(32)
def test_dots_and_slashes_name_the_same_project(world: World) -> None:
    app: Path = world.project(allow=False)
    world.cli("allow", f"{app}/../app/./")
    live = world.start()
    assert live.run("cd app") == ""
    assert live.prefix() == "(app) "
    world.cli("deny", f"{world.work}//app/")
    live.run("")
    assert live.prefix() == ""


OPENED = """
import os, sys
sys.path.insert(0, {package!r})
from venvhook import helper
seen = []
sys.addaudithook(lambda event, said: seen.append(str(said[0])) if event in ("open", "os.listdir") else None)
helper.main({arguments!r}, *{places!r})
print(*(path for path in seen if path.startswith({project!r})), sep="\\n", file=sys.stderr)
"""


@pytest.mark.scenario(32, 38)
def test_of_a_project_that_is_not_allowed_only_the_marker_is_read(world: World, shell: Dialect) -> None:
    app = world.project("app", 'dotenv = ["settings"]\npython = "./own"\n', allow=False)
    for name in ("settings", "pyproject.toml", "poetry.lock", "Pipfile", ".python-version", ".python-envs"):
        (app / name).write_text("x\n")
    it = world.installation
    places = (str(it.data), str(it.cache), str(it.home / ".config/venvhook"), str(it.home))
    arguments = ["2", "plan", shell.name, str(app)]
    text = OPENED.format(package=str(PACKAGE), arguments=arguments, places=places, project=str(app))
    done = subprocess.run([it.python, "-IS", "-c", text], env={}, cwd=app, capture_output=True, text=True, check=True)
    assert "it is not allowed yet" in done.stdout
    assert done.stderr.split() == [str(app / ".venvhook.toml")]


@pytest.mark.scenario(38)
def test_no_command_starts_a_program_of_a_project_that_is_not_allowed(world: World, shell: Dialect) -> None:
    app = world.project("app", 'python = "./own"\n', allow=False)
    evil = f"#!/bin/sh\ntouch {world.root}/HARM\n"
    for name in ("own", "git", "python3.77", ".venv/bin/python", ".venv/bin/pip", ".venv/bin/activate"):
        (app / name).unlink(missing_ok=True)
        (app / name).write_text(evil)
        (app / name).chmod(0o755)
    live = world.start()
    live.run("cd app")
    for command in (
        "status",
        "status --json",
        "pythons",
        "which",
        "list",
        "create",
        "run true",
        "remove --yes",
        "prune",
    ):
        live.run(f"venvhook {command}", limit=60)
        assert not (world.root / "HARM").exists(), command
    live.run("venvhook allow")
    assert not (world.root / "HARM").exists()
