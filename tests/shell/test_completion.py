"""TAB behind `venvhook` completes, in every shell; until then it costs nothing, and it leaves nothing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from .terminal import Terminal
from .test_processes import processes
from .world import Installation, World

pytestmark = pytest.mark.shells("bash", "zsh", "fish")  # how PowerShell inserts a choice is PSReadLine's affair
COMPINIT = "autoload -Uz compinit; compinit -u -d ~/.zcompdump\n"  # without it, zsh completes no command's words


def start(world: World) -> Terminal:
    """A shell with completion, in a folder that holds two folders and a file."""
    for name in ("sub folder", "other"):
        (world.work / name).mkdir(exist_ok=True)
    (world.work / "sundry").touch()
    return world.start(before=COMPINIT if world.dialect.name == "zsh" else "")


def tab(live: Terminal, text: str, expected: str) -> None:
    """TAB after TEXT makes the line EXPECTED."""
    live.send(text + "\t")
    live.until(
        lambda: live.prompt().rstrip().endswith("> " + expected), otherwise=f"{text!r} did not become {expected!r}"
    )
    clear(live)


def clear(live: Terminal) -> None:
    """Take back what was typed (Ctrl-U), and another prompt."""
    live.send("\x15")
    live.run("")


def test_commands_options_choices_and_folders(world: World) -> None:
    live = start(world)
    for text, expected in (
        ("venvhook al", "venvhook allow"),
        ("venvhook --ver", "venvhook --version"),
        ("venvhook plan b", "venvhook plan bash"),
        ("venvhook plan bash su", "venvhook plan bash sub\\ folder/"),
        ("venvhook allow ot", "venvhook allow other/"),
        ("venvhook allow -- ot", "venvhook allow -- other/"),
        ("venvhook create --no-i", "venvhook create --no-install"),
        ("venvhook init --manager po", "venvhook init --manager poetry"),
        ("venvhook init --manager=po", "venvhook init --manager=poetry"),
        ("venvhook run --dir ot", "venvhook run --dir other/"),
    ):
        tab(live, text, expected)


def test_nothing_where_nothing_is_taken_and_files_behind_a_command(world: World) -> None:
    if world.dialect.name == "bash" and world.dialect.lacks(4, 0):
        pytest.skip("bash before 4.0 offers folders wherever nothing else is offered")
    live = start(world)
    tab(live, "venvhook prune su", "venvhook prune su")
    tab(live, "venvhook run ls other/ sun", "venvhook run ls other/ sundry")


def test_names_of_commands_and_interpreters(world: World) -> None:
    folder = world.root / "bin"
    folder.mkdir()
    for name in ("python3.77", "venvhook-tried"):
        (folder / name).touch(0o755)
    live = start(world)
    live.run(world.dialect.path_front(str(folder)))
    tab(live, "venvhook create --python 3.7", "venvhook create --python 3.77")
    tab(live, "venvhook which venvhook-t", "venvhook which venvhook-tried")
    tab(live, "venvhook run venvhook-t", "venvhook run venvhook-tried")


def test_nothing_is_left(world: World) -> None:
    live = start(world)
    before = live.environ()
    tab(live, "venvhook al", "venvhook allow")
    assert live.environ() == before


def test_it_goes_on_after_the_hook_is_loaded_again(world: World) -> None:
    live = start(world)
    tab(live, "venvhook al", "venvhook allow")
    live.run(world.dialect.source(str(world.installation.hook(world.dialect.name))))
    tab(live, "venvhook al", "venvhook allow")


@pytest.mark.shells("bash", "zsh")
def test_strict_shells(world: World) -> None:
    live = start(world)
    live.run(world.dialect.strict)
    tab(live, "venvhook plan b", "venvhook plan bash")
    tab(live, "venvhook allow ot", "venvhook allow other/")


@pytest.mark.shells("zsh")
@pytest.mark.parametrize("when", ["after the hook", "after the first prompt"])
def test_whenever_compinit_runs(world: World, when: str) -> None:
    live = world.start(after=COMPINIT if when == "after the hook" else "")
    if when == "after the first prompt":
        live.run(COMPINIT.strip())
        live.run("venvhook status")
    tab(live, "venvhook al", "venvhook allow")


@pytest.mark.shells("zsh")
def test_folders_that_are_not_ascii(world: World) -> None:
    (world.work / "émile").mkdir()
    tab(start(world), "venvhook allow ém", "venvhook allow émile/")


def test_a_missing_file_is_no_trouble(world: World, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    world.installation = Installation(Path(os.path.realpath(tmp_path)) / "own")
    for file in world.installation.hook("bash").parent.glob("complete.*"):
        file.unlink()
    live = start(world)
    live.send("venvhook al\t")
    clear(live)
    assert live.run("echo alive") == "alive"


@pytest.mark.skipif(shutil.which("strace") is None or sys.platform != "linux", reason="strace is not installed")
def test_that_it_is_to_be_had_costs_a_new_shell_no_process(world: World, tmp_path: Path) -> None:
    live = world.start()
    assert processes(live, tmp_path / "trace", f"{world.dialect.program} -ic exit") == 1
