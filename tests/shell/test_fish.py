"""What only fish has: saved functions, keys that draw the prompt again, universal variables, startup files in folders.

Guards scenarios 18, 19, 51, 52, 56 and 58 in fish.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .dialects import Dialect
from .terminal import Terminal
from .world import World, environ_of, make_environment, run, same_but_moves

pytestmark = pytest.mark.shells("fish")
ALT_LEFT, ALT_RIGHT, CTRL_G = "\x1b[1;3D", "\x1b[1;3C", "\x07"


def alone(world: World, text: str) -> subprocess.CompletedProcess[str]:
    """A fish without venvhook, with the functions that the home's user has saved."""
    (world.home / ".config/fish/conf.d/venvhook.fish").unlink()
    env = {"HOME": str(world.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb"}
    return subprocess.run([world.dialect.program, "-c", text], env=env, capture_output=True, text=True, cwd=world.home)


def python_of(live: Terminal) -> str:
    return live.run("python -c 'import sys; print(sys.prefix)'")


# ---- what is saved ---------------------------------------------------------------------------------------------------

SAVED = {
    "funcsave": "funcsave fish_prompt >/dev/null",
    "copied": "functions -c fish_prompt mine; funcsave mine >/dev/null",
    "in a file": "functions fish_prompt >~/.config/fish/functions/fish_prompt.fish",
    "funced": "set -gx EDITOR touch; funced -s fish_prompt >/dev/null 2>&1 </dev/null; funcsave fish_prompt >/dev/null",
    "the mode prompt": "funcsave fish_mode_prompt >/dev/null",
    "in the line that enters": "cd ..; cd app; funcsave fish_prompt fish_mode_prompt >/dev/null",
    "by a function": "saves",
}


@pytest.mark.scenario(58)
@pytest.mark.parametrize("when", ["inside", "outside"])
@pytest.mark.parametrize("how", SAVED)
def test_a_saved_prompt_is_the_users_own(world: World, how: str, when: str) -> None:
    world.project()
    (world.home / ".config/fish/functions").mkdir(parents=True)
    live = world.start(after="function saves; funcsave fish_prompt fish_mode_prompt >/dev/null; end")
    live.run("cd app")
    live.run("")
    if when == "outside":
        live.run("cd ..")
    live.run(SAVED[how])
    assert live.prefix() == ("(app) " if when == "inside" else "")
    saved = [file.read_text() for file in (world.home / ".config/fish/functions").iterdir()]
    assert saved and not any("venvhook" in text.replace(str(world.home), "") for text in saved)
    done = alone(world, "fish_prompt; fish_mode_prompt")
    assert (done.returncode, done.stderr) == (0, "")
    assert "7337" in done.stdout or how in ("copied", "the mode prompt")


@pytest.mark.scenario(58)
def test_a_saved_deactivate_does_nothing_without_us(world: World) -> None:
    world.project()
    (world.home / ".config/fish/functions").mkdir(parents=True)
    live = world.start()
    live.run("cd app; funcsave deactivate >/dev/null")
    live.run("cd ..")
    again = world.start()
    assert again.run("deactivate") == ""
    again.run("cd app")
    assert again.prefix() == "(app) "
    assert (again.run("deactivate"), again.prefix()) == ("", "")
    done = alone(world, "deactivate; echo $status")
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.scenario(58)
def test_a_prompt_of_fish_config(world: World) -> None:
    """It is chosen inside, has the name at once, and stays when the project is left. A changed file is read again."""
    world.project()
    functions = world.home / ".config/fish/functions"
    functions.mkdir(parents=True)
    live = world.start()
    live.run("cd app")
    mark = "printf '\\e]7337;%s:%s\\a' $fish_pid $_t"
    (functions / "fish_prompt.fish").write_text(f"function fish_prompt; echo -n 'one> '; {mark}; end\n")
    live.run("functions -e fish_prompt; source ~/.config/fish/functions/fish_prompt.fish")
    assert live.prompt() == "(app) one> "
    live.run("cd ..")
    assert live.prompt() == "one> "
    other = world.start(after="functions -e fish_prompt; source ~/.config/fish/functions/fish_prompt.fish")
    other.run("cd app")
    assert other.prompt() == "(app) one> "


@pytest.mark.scenario(58)
def test_nothing_of_ours_in_children_or_files(world: World) -> None:
    """Exported are an environment's variables and what undoes them; no universal variable, no file, no function."""
    app = world.project()
    live = world.start()
    live.run("cd .")
    universal = world.home / ".config/fish/fish_variables"
    before = universal.read_text() if universal.exists() else ""
    outside = live.environ()
    live.run("cd app")
    live.run("")
    ours = sorted(os.fsdecode(name) for name in live.environ().keys() - outside.keys())
    assert [name for name in ours if "venvhook" in name.lower()] == [
        "VENVHOOK_PROJECT",
        "_VENVHOOK_OLD_PATH",
        "_VENVHOOK_SET",
    ]
    assert live.run("fish --no-config -c 'functions -a | string match -i \"*venvhook*\"'") == ""
    live.run("cd ..")
    same_but_moves(live.environ(), outside)
    assert (universal.read_text() if universal.exists() else "") == before
    assert not [*(world.home / ".config/fish").glob("functions/*")]
    assert not any("venvhook" in path.name for path in app.rglob("*") if path.name != ".venvhook.toml")


@pytest.mark.scenario(58)
def test_nothing_of_ours_in_a_trace(world: World) -> None:
    world.project()
    live = world.start()
    live.run("cd app")
    assert "venvhook" not in live.run("set -g fish_trace 1")
    for line in ("true", "builtin cd ..", "builtin cd app"):
        assert "venvhook" not in live.run(line)


@pytest.mark.scenario(58)
def test_the_users_handlers_and_variables(world: World) -> None:
    """Universal variables and functions under any names do not disturb us, nor we the handlers of events."""
    names = "folder stop text list each label limit code kept more real length marker at name place project waiting"
    universal = "".join(f"set -U {name} /u; set -gx {name} /g\n" for name in names.split())
    ours = "".join(f"set -U _venvhook_{name} x\n" for name in ("here", "seen", "lost", "off", "paused", "worn", "line"))
    seen = "function seen --on-variable PATH --on-variable VIRTUAL_ENV; set -ga changes $argv[3]; end\n"
    app = world.project()
    live = world.start(before=universal + ours + seen + "set -g fish_read_limit 200\n")
    before = live.environ()
    live.run("cd app")
    assert (live.prefix(), live.get("VIRTUAL_ENV")) == ("(app) ", str(app / ".venv"))
    assert live.run("echo $changes") == "VIRTUAL_ENV PATH"
    live.run("cd ..")
    same_but_moves(live.environ(), before)
    assert live.run("echo $folder $stop $text $each $fish_read_limit") == "/g /g /g /g 200"


# ---- the prompt ------------------------------------------------------------------------------------------------------


@pytest.mark.scenario(18)
def test_keys_that_change_the_folder(world: World) -> None:
    """The prompt is drawn again without the event that comes before a prompt."""
    app = world.project()
    (app / "sub").mkdir()
    live = world.start(after="bind \\cg 'cd ../app; commandline -f repaint'")
    live.run("cd app/sub")
    live.run("cd ../..")

    def after(key: str, prefix: str) -> None:
        live.send(key)
        live.until(lambda: live.prefix() == prefix and live.prompt().endswith("> "), 10, f"no {prefix!r}")

    assert live.prefix() == ""
    after(ALT_LEFT, "(app) ")
    assert python_of(live) == str(app / ".venv")
    after(ALT_LEFT, "")
    after(ALT_RIGHT, "(app) ")
    after(ALT_RIGHT, "")
    (world.work / "x").mkdir()
    live.run("cd x")
    after(CTRL_G, "(app) ")
    live.run("functions fish_mode_prompt >../mode; functions fish_prompt >>../mode")
    assert "venvhook" not in (world.work / "mode").read_text()


ENGINES = {
    "starship": """function fish_prompt
    starship_draw prompt --status=$status
end
builtin functions -e fish_mode_prompt
function starship_draw; test -n "$VIRTUAL_ENV"; and printf '<app> '; end
""",
    "powerline": """function powerline-draw; test -n "$VIRTUAL_ENV"; and printf '<app> '; end
function fish_prompt; powerline-draw shell left; end
function fish_mode_prompt; end
""",
    "tide": """function _tide_item_python; test -n "$VIRTUAL_ENV"; and printf '<app> '; end
function _tide_draw; _tide_item_python; end
function fish_prompt; _tide_draw; end
function fish_mode_prompt; end
""",
    "pure": """function _pure_prompt_virtualenv
    test -n "$VIRTUAL_ENV_PROMPT"; and printf '<%s> ' $VIRTUAL_ENV_PROMPT
end
function fish_prompt; _pure_prompt_virtualenv; end
""",
    "unknown": """function part; test -n "$VIRTUAL_ENV_PROMPT"; and printf '<%s> ' $VIRTUAL_ENV_PROMPT; end
function fish_prompt; part; end
""",
    "on the right": "function fish_right_prompt; test -n \"$VIRTUAL_ENV_PROMPT\"; and printf '<app> '; end\n",
}


@pytest.mark.scenario(19)
@pytest.mark.parametrize("order", ["first", "last", "inside"])
@pytest.mark.parametrize("engine", ENGINES)
def test_an_engine_shows_the_name_once(world: World, engine: str, order: str) -> None:
    world.project()
    mark = "functions -c fish_prompt below_the_mark; function fish_prompt\n    below_the_mark\n"
    mark += "    printf '0> \\e]7337;%s:%s\\a' $fish_pid $_t\nend\n"
    text = ENGINES[engine] + ("" if engine == "on the right" else mark)
    (world.home / "engine.fish").write_text(text)
    load = "source ~/engine.fish"
    live = world.start(before=load if order == "first" else "", after=load if order == "last" else "")
    live.run("cd app")
    if order != "last":  # a test's own prompt was defined after it
        live.run(load)
    for _ in range(2):
        live.run("")
        row = live.screen.display[live.screen.cursor.y]
        assert (row.count("<app> "), row.count("(app) ")) == (1, 0)
    live.run("cd ..")
    assert "app" not in live.screen.display[live.screen.cursor.y].replace("/app", "")


@pytest.mark.scenario(19)
@pytest.mark.parametrize("order", ["last", "inside"])
def test_powerline_itself(world: World, order: str) -> None:
    setup = Path("/usr/share/powerline/bindings/fish/powerline-setup.fish")
    if not setup.exists() or not shutil.which("powerline-config"):
        pytest.skip("powerline is not installed")
    world.project("shop")
    mark = "functions -c fish_prompt below_the_mark; function fish_prompt\n    below_the_mark\n"
    mark += "    printf '0> \\e]7337;%s:%s\\a' $fish_pid $_t\nend\nfunction fish_right_prompt; end\n"
    loaded = f"set -gx POWERLINE_NO_FISH_ABOVE 1; source {setup}; powerline-setup\n"
    (world.home / "engine.fish").write_text(loaded + mark)
    live = world.start(after="source ~/engine.fish" if order == "last" else "")
    live.run("cd shop")
    if order == "inside":
        live.run("source ~/engine.fish")
    for _ in range(2):
        live.run("")
        assert "(shop)" not in live.prompt() and len(live.prompt()) > len("0> ")


# ---- PATH ------------------------------------------------------------------------------------------------------------

CONFIGS = {
    "reset": "set -gx PATH /usr/local/bin /usr/bin /bin\n",
    "shims in front": "set -gx PATH $HOME/shims $PATH\n",
    "by a tool": "echo 'set -gx PATH $HOME/shims $PATH' | source\n",
}
READ = {
    "source": "source ~/.config/fish/config.fish",
    "dot": ". $__fish_config_dir/config.fish",
    "a function": "reload",
    "in conf.d": "source ~/.config/fish/conf.d/00-user.fish",
    "the hook": "source ~/.config/fish/conf.d/venvhook.fish",
}


@pytest.mark.scenario(27)
@pytest.mark.parametrize("how", READ)
@pytest.mark.parametrize("config", CONFIGS)
def test_startup_files_read_again(world: World, config: str, how: str) -> None:
    """Our folders come first again at the next prompt, and leaving undoes only what is ours."""
    app = world.project("app", '[prepend]\nPATH = ["scripts"]')
    text = CONFIGS[config]
    live = world.start(before=text, after=f"{text}alias reload 'source ~/.config/fish/config.fish'")
    if how == "the hook":
        live.run("cd app")
        live.run(text.strip() + "; " + READ[how])
    else:
        live.run("cd app")
        live.run(READ[how])
    path = str(live.get("PATH")).split(":")
    assert path[:2] == [str(app / ".venv/bin"), str(app / "scripts")]
    assert path.count(str(app / ".venv/bin")) == 1
    assert (python_of(live), live.prefix()) == (str(app / ".venv"), "(app) ")
    live.run("cd ..")
    assert str(app) not in str(live.get("PATH"))


@pytest.mark.scenario(7)
@pytest.mark.parametrize(
    "edit", ["set -gx PATH ~/mine $PATH", "set -p PATH ~/mine", "fish_add_path --path ~/mine", "source ~/mine.fish"]
)
def test_an_edit_of_path_typed_inside_stays(world: World, edit: str) -> None:
    app = world.project()
    (world.home / "mine").mkdir()
    (world.home / "mine.fish").write_text("set -gx PATH ~/mine $PATH\n")
    live = world.start()
    live.run("cd app")
    live.run(edit)
    live.run("")
    path = str(live.get("PATH")).split(":")
    assert path[:2] == [str(world.home / "mine"), str(app / ".venv/bin")]
    live.run("venvhook on")
    assert str(live.get("PATH")).split(":")[:2] == [str(app / ".venv/bin"), str(world.home / "mine")]
    live.run("set -e PATH[1]")
    live.run("")
    assert str(app / ".venv/bin") not in str(live.get("PATH")).split(":")
    live.run("venvhook on")
    assert (str(live.get("PATH")).split(":")[0], python_of(live)) == (str(app / ".venv/bin"), str(app / ".venv"))
    live.run("cd ..")
    assert str(app) not in str(live.get("PATH"))


@pytest.mark.scenario(27)
def test_fish_add_path_in_another_shell(world: World) -> None:
    app = world.project()
    (world.home / "shims").mkdir()
    live, other = world.start(), world.start()
    before = live.get("PATH")
    live.run("cd app")
    other.run("fish_add_path ~/shims")
    for _ in range(3):
        live.run("")
    path = str(live.get("PATH")).split(":")
    assert path[:2] == [str(app / ".venv/bin"), str(world.home / "shims")]
    assert python_of(live) == str(app / ".venv")
    live.run("cd ..")
    assert live.get("PATH") == f"{world.home}/shims:{before}"


# ---- markers that come and go ----------------------------------------------------------------------------------------


@pytest.mark.scenario(56)
def test_a_project_that_is_made_again_under_the_shell(world: World) -> None:
    app = world.project()
    (app / "sub").mkdir()
    live = world.start()
    live.run("cd app/sub")
    live.run("cp -a ../../app ../../copy; rm -rf ../../app/* ../../app/.v*; command true")
    assert live.prefix() == ""
    live.run(f"cp -a {world.work}/copy/. {app}/")
    assert live.prefix() == "(app) "
    live.run(f"rm -rf {app}")
    assert live.prefix() == ""
    live.run(f"cp -a {world.work}/copy {app}")
    assert live.prefix() == "(app) "


# ---- what is the user's ---------------------------------------------------------------------------------------------


@pytest.mark.scenario(58)
@pytest.mark.parametrize("how", ["set -lx PATH /x; cd app; cd ..", "PATH=/x cd app; cd ..", "cd app; PATH=/x cd .."])
def test_a_local_path_stays_local(world: World, how: str) -> None:
    world.project()
    live = world.start(after="function tool\n" + how + "\nend")
    before = live.environ()
    for _ in range(2):
        assert live.run("tool") == ""
        same_but_moves(live.environ(), before)
    live.run("cd app")
    assert live.run("begin; set -lx VIRTUAL_ENV ''; cd ..; end") == ""
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(9)
def test_a_universal_variable_is_empty_inside(world: World) -> None:
    """PYTHONHOME, and what the marker unsets: only a global variable that is exported, too, comes before it."""
    world.project("app", "[variables]\nGONE = false\n")
    live = world.start()
    live.run("set -Ux PYTHONHOME /gone; set -Ux GONE x")
    before = live.environ()
    assert before[b"PYTHONHOME"] == b"/gone"
    for _ in range(2):
        assert live.run("cd app") == ""
        assert (live.get("PYTHONHOME"), live.get("GONE"), live.get("_VENVHOOK_OLD_GONE")) == ("", "", None)
        live.run("cd ..")
        same_but_moves(live.environ(), before)
    assert live.run("set -gq GONE PYTHONHOME _VENVHOOK_OLD_GONE; echo $status") == "3"
    live.run("cd app; set -gx GONE mine; cd ..")
    assert live.get("GONE") == "mine"


@pytest.mark.scenario(23)
def test_a_function_called_exit_is_not_called(world: World) -> None:
    world.project()
    world.start(before="function exit; echo detached; end").run("cd .")
    program = world.dialect.program
    said = run([program, "-c", "cd app; set -q VIRTUAL_ENV; or echo outside"], environ_of(world.home), world.work)
    assert said == "outside\n"


@pytest.mark.scenario(23)
def test_a_deactivate_that_is_defined_inside_stays(world: World) -> None:
    world.project()
    live = world.start(after="function deactivate; echo old; end")
    live.run("cd app")
    live.run("function deactivate; echo mine; end")
    live.run("cd ..")
    assert live.run("deactivate") == "mine"
    live.run("cd app; cd ..")
    assert live.run("deactivate") == "mine"
    live.run("cd app")
    assert live.run("functions -e deactivate") == ""
    live.run("cd ..")
    assert live.run("deactivate") == "mine"


@pytest.mark.scenario(18)
@pytest.mark.parametrize("word", ["secondary", "powerline_right", "comp_time", "CONDA_LEFT_PROMPT"])
def test_a_prompt_that_only_sounds_like_an_engine(world: World, shell: Dialect, word: str) -> None:
    world.project()
    live = world.start(after=shell.prompt_rc.replace("    printf", f"    set -q {word}\n    printf"))
    live.run("cd app")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(18)
def test_the_mode_of_vi_when_the_first_prompt_is_wrapped(world: World) -> None:
    """Editors put a function of their own around fish_mode_prompt at the first prompt, when ours may be there."""
    wrap = """
function wrap --on-event fish_prompt
    functions -q their_mode; and return
    functions -c fish_mode_prompt their_mode
    function fish_mode_prompt; printf '['; their_mode; printf ']'; end
end
"""
    world.project()
    live = world.start(before="function fish_mode_prompt; printf I; end", after="cd app\n" + wrap)
    shown = [live.prefix()]
    for line in ("true; true", "", "cd ..", "true; true", "cd app", "true; true", "deactivate", ""):
        live.run(line)
        shown.append(live.prefix())
    inside, outside = ["[I](app) ", "[I]"]
    assert shown[1:] == [inside, inside, outside, outside, inside, inside, outside, outside], shown
    assert "(app) " in shown[0] and "I" in shown[0]


@pytest.mark.scenario(26)
def test_another_tool_leaves_its_environment_in_the_same_cd(world: World) -> None:
    app = world.project()
    other = make_environment(world.root / "other")
    leave = "function leave --on-variable PWD\n    set -q OTHER; or return\n    set -e VIRTUAL_ENV OTHER\nend"
    live = world.start(after=leave)
    live.run(f"set -gx VIRTUAL_ENV {other}; set -gx OTHER 1")
    live.run("cd app")
    assert (live.get("VIRTUAL_ENV"), live.prefix()) == (str(app / ".venv"), "(app) ")
