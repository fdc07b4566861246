"""By hand: what a user activates, deactivates or switches off himself is respected, and nothing of it is lost.

Guards scenarios 13 to 17.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .dialects import Dialect
from .terminal import Terminal
from .world import World, environ_of, make_environment, same_but_moves


def same_after_a_script(got: dict[bytes, bytes], want: dict[bytes, bytes], ignored: tuple[bytes, ...] = ()) -> None:
    """As same_but_moves, but CPython's activate for bash and zsh exports PS1, and its deactivate leaves it exported."""
    same_but_moves(got, want, ignored=(b"PS1", *ignored))


def comes_back_exported(shell: Dialect) -> tuple[bytes, ...]:
    """What a script has saved without exporting it: bash before 4.4 cannot tell."""
    saved = (b"_OLD_VIRTUAL_PATH", b"_OLD_VIRTUAL_PS1", b"_OLD_VIRTUAL_PYTHONHOME")
    return saved if shell.name == "bash" and shell.lacks(4, 4) else ()


@pytest.fixture
def other(world: World) -> Path:
    """An environment that is no project's."""
    return make_environment(world.work / "other/env", prompt="other")


def path_of(live: Terminal) -> list[str]:
    return str(live.get("PATH")).split(":")


@pytest.mark.scenario(13)
def test_deactivate_pauses(world: World) -> None:
    app = world.project("app", '[variables]\nA = "1"')
    (app / "sub").mkdir()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    assert live.run("deactivate") == ""
    assert (live.status, live.prefix()) == ("0", "")
    same_but_moves(live.environ(), before)
    for line in ("cd sub", "cd ..", "", "cd ../app"):
        assert live.run(line) == ""
        assert live.prefix() == "", line
    live.run("cd ..")
    live.run("cd app")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(13)
def test_another_project_ends_the_pause(world: World) -> None:
    world.project("a")
    world.project("b")
    live = world.start()
    live.run("cd a")
    live.run("deactivate")
    live.run("cd ../b")
    assert live.prefix() == "(b) "
    live.run("cd ../a")
    assert live.prefix() == "(a) "


@pytest.mark.scenario(13)
@pytest.mark.shells("bash", "zsh", "fish")
def test_the_pause_holds_by_a_link_to_the_project(world: World) -> None:
    world.project("app")
    (world.work / "link").symlink_to("app")
    live = world.start()
    live.run("cd app")
    live.run("deactivate")
    live.run("cd ../link")
    assert live.prefix() == ""


@pytest.mark.scenario(13)
def test_venvhook_on_ends_the_pause_at_once(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start()
    live.run("cd app")
    live.run("deactivate")
    assert live.run("venvhook on; python -c 'import sys; print(sys.prefix)'") == str(app / ".venv")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(13)
def test_deactivate_twice_does_no_damage(world: World) -> None:
    world.project()
    live = world.start()
    before = live.environ()
    live.run("deactivate")
    assert live.status in ("0", "127", "1"), live
    live.run("cd app")
    live.run("deactivate")
    live.run("deactivate")
    same_but_moves(live.environ(), before)
    live.run("cd ..")
    live.run("deactivate")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(13)
def test_a_function_deactivate_of_the_user_comes_back(world: World, shell: Dialect) -> None:
    world.project()
    live = world.start(before=shell.function("deactivate", "echo mine"))
    assert live.run("deactivate") == "mine"
    live.run("cd app")
    live.run("cd ..")
    assert live.run("deactivate") == "mine"
    live.run("cd app")
    assert live.run("deactivate") == ""
    assert live.run("deactivate") == "mine"


@pytest.mark.scenario(13)
def test_our_deactivate_is_gone_after_leaving(world: World, shell: Dialect) -> None:
    world.project()
    live = world.start()
    assert live.run(shell.defined("deactivate")) == "no"
    live.run("cd app")
    assert live.run(shell.defined("deactivate")) == "yes"
    live.run("cd ..")
    assert live.run(shell.defined("deactivate")) == "no"


@pytest.mark.scenario(14)
def test_another_activated_inside_is_respected(world: World, shell: Dialect, other: Path) -> None:
    app = world.project("app", '[variables]\nA = "1"')
    (app / "sub").mkdir()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    assert live.run(shell.activate(str(other))) == ""
    now = live.environ()
    assert now[b"VIRTUAL_ENV"] == bytes(other)
    assert now[b"PATH"] == bytes(other / "bin") + b":" + before[b"PATH"]
    assert b"A" not in now and b"VENVHOOK_PROJECT" not in now
    assert not [name for name in now if name.startswith(b"_VENVHOOK_")]
    assert live.prefix() == "(other) "
    for line in ("cd sub", "cd ..", ""):
        live.run(line)
        same_after_a_script(live.environ(), now)
    live.run("cd /")
    live.run("deactivate")
    same_after_a_script(live.environ(), before)


@pytest.mark.scenario(14)
def test_another_activated_inside_a_conda_environment_is_respected(world: World, shell: Dialect, other: Path) -> None:
    app = world.project(marker='venv = "conda"', env=False, allow=False)
    (app / "conda/conda-meta").mkdir(parents=True)
    (app / "conda/conda-meta/history").touch()
    make_environment(app / "conda")
    (app / "conda/pyvenv.cfg").unlink()
    world.cli("allow", str(app))
    live = world.start()
    live.run("cd app")
    assert live.get("CONDA_PREFIX") == str(app / "conda")
    path = path_of(live)[1:]
    live.run(shell.activate(str(other)))
    assert (live.get("VIRTUAL_ENV"), live.get("CONDA_PREFIX")) == (str(other), None)
    assert path_of(live) == [str(other / "bin"), *path]
    live.run("deactivate")
    assert path_of(live) == path


@pytest.mark.scenario(14)
def test_another_activated_inside_whose_name_is_the_beginning_of_ours(world: World, shell: Dialect) -> None:
    app = world.project(marker='venv = ".venvx"', env=False, allow=False)
    make_environment(app / ".venvx")
    theirs = make_environment(app / ".venv")
    world.cli("allow", str(app))
    live = world.start()
    live.run("cd app")
    path = path_of(live)[1:]
    live.run(shell.activate(str(theirs)))
    assert path_of(live) == [str(theirs / "bin"), *path]


@pytest.mark.scenario(14)
def test_leaving_does_not_touch_what_was_activated_inside(world: World, shell: Dialect, other: Path) -> None:
    world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run(shell.activate(str(other)))
    active = live.environ()
    live.run("cd ..")
    same_after_a_script(live.environ(), active)
    assert live.prefix() == "(other) "
    live.run("deactivate")
    assert live.prefix() == ""
    same_after_a_script(live.environ(), before)


@pytest.mark.scenario(14)
def test_another_activated_and_deactivated_inside(world: World, shell: Dialect, other: Path) -> None:
    world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run(shell.activate(str(other)))
    live.run("deactivate")
    same_after_a_script(live.environ(), before)
    assert live.prefix() == ""
    live.run("cd ..")
    live.run("cd app")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    same_after_a_script(live.environ(), before)


@pytest.mark.scenario(14)
def test_another_activated_and_the_project_left_in_one_line(world: World, shell: Dialect, other: Path) -> None:
    world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run(f"{shell.activate(str(other))}; cd ..")
    assert path_of(live) == [str(other / "bin"), *before[b"PATH"].decode().split(":")]
    live.run("deactivate")
    same_after_a_script(live.environ(), before)


@pytest.mark.scenario(14)
def test_its_own_activate_inside(world: World, shell: Dialect) -> None:
    """VS Code types that into every terminal."""
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    inside = live.environ()
    live.run(shell.activate(str(app / ".venv")))
    live.run("")
    now = live.environ()
    assert now[b"PATH"].split(b":") == inside[b"PATH"].split(b":")
    assert now[b"VIRTUAL_ENV"] == bytes(app / ".venv")
    assert live.prompt().count("app") + live.prompt().count(".venv") == 1
    live.run("cd ..")
    same_after_a_script(live.environ(), before)
    assert live.prefix() == ""
    assert live.run(shell.defined("deactivate")) == "no"


@pytest.mark.scenario(14)
@pytest.mark.parametrize("leave", ["deactivate", "cd .."])
def test_its_own_activate_on_the_line_that_leaves(world: World, shell: Dialect, leave: str) -> None:
    """It is the user's then: what puts PATH right behind other tools keeps off it."""
    app = world.project()
    live = world.start()
    live.run("cd app")
    live.run(f"{leave}; {shell.activate(str(app / '.venv'))}")
    live.run("")
    assert live.get("VIRTUAL_ENV") == str(app / ".venv")
    assert path_of(live).count(str(app / ".venv/bin")) == 1


@pytest.mark.scenario(7)
@pytest.mark.shells("bash", "fish")
def test_path_put_back_as_it_was_inside(world: World, shell: Dialect) -> None:
    """On the line that leaves, as direnv does at the prompt (zsh: before us); also with another project between."""
    app = world.project()
    world.project("app/inner")
    live = world.start()
    live.run("cd app")
    inside = live.get("PATH")
    live.run(f"cd inner; cd ../..; {shell.set('PATH', str(inside))}")
    live.run("")
    assert str(app) not in str(live.get("PATH")), "python would be the project's"


@pytest.mark.scenario(13)
def test_a_pause_ends_with_the_marker(world: World) -> None:
    """Then the project around it is the nearest."""
    world.project()
    inner = world.project("app/inner")
    live = world.start()
    live.run("cd app/inner")
    live.run("deactivate")
    (inner / ".venvhook.toml").rename(inner / "marker")
    live.run("")
    assert live.prefix() == "(app) "
    (inner / "marker").rename(inner / ".venvhook.toml")
    live.run("")
    assert live.prefix() == "(inner) "


@pytest.mark.scenario(14)
def test_its_own_activate_inside_then_deactivate(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    live.run(shell.activate(str(app / ".venv")))
    live.run("deactivate")
    live.run("")
    same_after_a_script(live.environ(), before)
    assert live.prefix() == ""


@pytest.mark.scenario(14)
def test_edits_of_path_survive_a_yield(world: World, shell: Dialect, other: Path) -> None:
    world.project()
    live = world.start()
    path = live.environ()[b"PATH"].decode()
    live.run("cd app")
    live.run(shell.path_front("/mine"))
    live.run(shell.activate(str(other)))
    assert live.get("PATH") == f"{other}/bin:/mine:{path}"
    live.run("cd ..")
    live.run("deactivate")
    assert live.get("PATH") == f"/mine:{path}"


@pytest.mark.scenario(15, 17)
def test_what_was_active_before_comes_back(world: World, shell: Dialect, other: Path) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run(shell.activate(str(other)))
    active = live.environ()
    live.run("cd app")
    assert path_of(live)[:2] == [str(app / ".venv/bin"), str(other / "bin")], "the other one stays behind ours"
    assert live.get("VIRTUAL_ENV") == str(app / ".venv")
    live.run("cd ..")
    same_after_a_script(live.environ(), active, comes_back_exported(shell))
    live.run("deactivate")
    same_after_a_script(live.environ(), before)
    assert live.prefix() == ""


@pytest.mark.scenario(15)
def test_what_was_active_before_comes_back_on_deactivate(world: World, shell: Dialect, other: Path) -> None:
    world.project()
    live = world.start()
    before = live.environ()
    live.run(shell.activate(str(other)))
    active = live.environ()
    live.run("cd app")
    live.run("deactivate")
    same_after_a_script(live.environ(), active, comes_back_exported(shell))
    live.run("deactivate")
    same_after_a_script(live.environ(), before)


@pytest.mark.scenario(16)
def test_the_projects_own_was_active_before(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run(shell.activate(str(app / ".venv")))
    live.run("cd app")
    assert path_of(live) == [str(app / ".venv/bin"), *before[b"PATH"].decode().split(":")]
    live.run("")
    assert live.prompt().count("app") + live.prompt().count(".venv") == 1
    live.run("cd ..")
    same_after_a_script(live.environ(), before)
    assert live.prefix() == ""


@pytest.mark.scenario(16)
def test_the_projects_own_was_set_by_an_editor(world: World) -> None:
    """An editor sets the variables only: there is no function to call."""
    app = world.project()
    path = world.start().get("PATH")
    given = environ_of(world.installation.home)["PATH"]  # without what a shell itself puts in front of it
    live = world.start(env={"VIRTUAL_ENV": f"{app}/.venv", "PATH": f"{app}/.venv/bin:{given}"}, cwd=app)
    assert path_of(live) == [f"{app}/.venv/bin", *str(path).split(":")]
    assert live.prefix() == "(app) "
    live.run("cd ..")
    assert live.get("PATH") == path
    assert live.get("VIRTUAL_ENV") is None


@pytest.mark.scenario(17)
def test_off_and_on(world: World) -> None:
    world.project("a")
    world.project("b")
    live = world.start()
    before = live.environ()
    live.run("cd a")
    assert live.run("venvhook off") == ""
    assert live.prefix() == ""
    same_but_moves(live.environ(), before)
    live.run("cd ../b")
    assert live.prefix() == ""
    live.run("venvhook on")
    assert live.prefix() == "(b) "


def disabled_and_back(live: Terminal, shell: Dialect) -> None:
    live.run(shell.export("VENVHOOK_DISABLE", "1"))
    live.run("")
    assert live.prefix() == ""
    live.run(shell.unset("VENVHOOK_DISABLE"))
    live.run("")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(17)
def test_off_and_on_below_the_root(world: World, shell: Dialect) -> None:
    (world.project() / "sub").mkdir()
    live = world.start()
    live.run("cd app/sub")
    live.run("venvhook off")
    live.run("")
    live.run("venvhook on")
    assert live.prefix() == "(app) "
    disabled_and_back(live, shell)


@pytest.mark.scenario(17)
def test_disable_in_a_live_shell(world: World, shell: Dialect) -> None:
    world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    disabled_and_back(live, shell)
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(17)
def test_disabled_from_the_start(world: World) -> None:
    app = world.project()
    live = world.start(env={"VENVHOOK_DISABLE": "1"}, cwd=app)
    assert (live.first, live.prefix(), live.get("VIRTUAL_ENV")) == ("", "", None)
    assert world.helper_calls() == []


@pytest.mark.scenario(17)
def test_a_ceiling_stops_the_search(world: World) -> None:
    app = world.project()
    (app / "mount/sub").mkdir(parents=True)
    live = world.start(env={"VENVHOOK_CEILING": f"/nowhere:{app}/mount"})
    live.run("cd app/mount/sub")
    assert live.prefix() == ""
    live.run("cd ../..")
    assert live.prefix() == "(app) "
