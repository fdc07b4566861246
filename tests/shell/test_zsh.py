"""zsh stays the user's: its options, traps, names, children, files, prompts and PATH, each under the settings of zsh.

Guards scenarios 7, 18, 19, 22 to 27, 51, 54, 56 and 58.
"""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

import pytest

from .terminal import Terminal
from .world import World, make_environment, same_but_moves

pytestmark = pytest.mark.shells("zsh")
PYTHON = "python -c 'import sys; print(sys.prefix)'"
OURS = re.compile(r"venvhook", re.IGNORECASE)
# What a test knows a new prompt by, for prompts that are built again each time.
MARK = "mark=$'%{\\e]7337;'$$$':%i\\a%}'\n"


def moves(live: Terminal) -> None:
    """Enter and leave by several ways, with prompts between, and say nothing."""
    lines = "cd app,,cd sub,cd ..,cd ..,builtin cd app,,cd -q ..,,pushd -q app; popd -q"
    for line in lines.split(","):
        assert live.run(line) == "", line


# ---- options ----


def options(live: Terminal) -> list[str]:
    return live.run("print -l ${(ko)options}").split()


# Options of a session, and such that end it or make zsh itself talk.
OTHER = (
    "exec interactive login monitor privileged restricted rcs globalrcs shinstdin singlecommand sourcetrace verbose"
    " xtrace zle singlelinezle promptcr promptsp promptpercent sunkeyboardhack ignoreeof"
).split()


@pytest.mark.scenario(22)
def test_every_option_the_other_way(world: World) -> None:
    """No message, no name of ours in the prompt's folder, among the named folders or in `dirs -v`."""
    deep = world.project("a/rather/long/path/which/a/short/name/would/replace", env=False, allow=False)
    (deep / ".venvhook.toml").unlink()
    (world.project() / "sub").mkdir()
    live = world.start(after="toggle() { if [[ -o $1 ]]; then unsetopt $1; else setopt $1; fi; }")
    live.run(f"cd app; cd {deep}; cd {world.work}")
    wrong = {}
    for option in options(live):
        if option in OTHER:
            continue
        live.run(f"\\toggle {option}")
        live.run("")
        said = [live.run("cd app"), live.run(""), live.run("cd sub")]
        inside = live.prefix()
        folders = live.run('print -rP -- "%~"; \\dirs -v; \\hash -d')
        said += [live.run(f"cd {deep}")]
        folders += live.run('print -rP -- "%~"; \\dirs -v; \\hash -d')
        said += [live.run(f"cd {world.work}")]
        live.run(f"\\toggle {option}; \\dirs -c")
        if any(OURS.search(text) for text in [*said, folders]) or inside != "(app) " or live.prefix():
            wrong[option] = (said, inside, live.prefix(), folders)
    assert wrong == {}


@pytest.mark.scenario(22)
def test_folders_are_named_by_variables(world: World) -> None:
    """Under auto_name_dirs from the beginning, also where the hook is loaded again, and at the TAB key."""
    world.project("a/rather/long/path/for/an/app")
    live = world.start(before="setopt auto_name_dirs; PS1='%~ '$PS1", after="autoload -Uz compinit; compinit -D")
    hook = world.installation.hook("zsh")
    for line in ("cd a/rather/long/path/for/an/app", "", f". {hook}", "cd ..", "cd ../..", "venvhook on"):
        assert live.run(line) == ""
        assert not OURS.search(live.prompt()), str(live)
    live.send("echo ~_ven\t")
    time.sleep(0.5)
    live.send("\r")
    live.wait()
    assert "~_venvhook" not in str(live)
    assert not OURS.search(live.run("hash -d"))


# ---- traps and traces ----


TRAPS = {
    "DEBUG": "trap '((n++)); :' DEBUG",
    "TRAPDEBUG": "TRAPDEBUG() { ((n++)); : }",
    "after": "setopt no_debug_before_cmd; trap '((n++)); :' DEBUG",
    "ZERR": "trap '((n++)); :' ZERR",
    "TRAPZERR": "TRAPZERR() { ((n++)); : }",
    "async": "setopt traps_async; trap '((n++)); :' ZERR",
}
LINES = (
    "cd app", "", "false", "cd sub", "cd ..", "cd ..", "", "cd new", "", "cd ..", "builtin cd app", "cd -q ..", "",
    "(cd app; true)", 'print "$(cd app; print x)"', "cd app; deactivate; cd ..",
)  # fmt: skip


@pytest.mark.scenario(24)
@pytest.mark.parametrize("trap", TRAPS)
def test_traps_run_as_often_as_without_us(world: World, trap: str) -> None:
    (world.project() / "sub").mkdir()
    world.project("new", allow=False)
    world.start().run("cd app")
    counts = []
    for before in ("", "return\n"):  # without us: the startup file ends before the hook is loaded
        live = world.start(before=f"n=0; deactivate() {{ : }}\n{before}")
        live.run(f"n=0; {TRAPS[trap]}")
        counts.append([(line, live.run("print $n"), live.run(line))[1] for line in LINES] + [live.run("print $n")])
        shown = live.run("trap")
        assert "n++" in shown, "the trap is still there"
    difference = [(LINES[at - 1], a, b) for at, (a, b) in enumerate(zip(*counts)) if int(a) - int(b)]
    assert difference == [], "the line, how often so far with us, and without"


@pytest.mark.scenario(24)
@pytest.mark.parametrize("option", ["err_return", "err_exit", "traps_async", "local_traps"])
def test_options_of_errors(world: World, option: str) -> None:
    (world.project() / "sub").mkdir()
    live = world.start(after=f"setopt {option}; trap 'print GONE' EXIT; TRAPINT() {{ print INT; return 130 }}")
    moves(live)
    assert live.run("cd app; venvhook on; deactivate; venvhook on; cd ..") == ""
    assert live.run("f() { cd app; print in; cd ..; print out }; f").split() == ["in", "out"]
    assert "GONE" in live.run("trap") and "INT" in live.run("functions TRAPINT")


@pytest.mark.scenario(58)
def test_nothing_of_ours_in_a_trace(world: World) -> None:
    (world.project() / "sub").mkdir()
    world.project("new", allow=False)
    live = world.start()
    live.run("set -x")
    for line in ("", "cd app", "", "cd sub", "cd ../..", "cd new", "cd ..", "venvhook on"):
        said = live.run(line).splitlines()
        assert all(re.fullmatch(rf"\+\S+:\d+> {line}|venvhook: .*venvhook allow", row) for row in said), said
        assert len([row for row in said if row.startswith("+")]) == bool(line)


# ---- names, children and files ----


@pytest.mark.scenario(58)
@pytest.mark.parametrize("setting", ["set -a", "setopt global_export all_export", "typeset -gx precmd_functions PS1"])
def test_children_get_nothing_of_ours(world: World, setting: str) -> None:
    world.project("app", '[variables]\nA = "1"')
    live = world.start(before=setting)
    live.run("cd app; cd ..")
    before = live.environ()
    assert not [name for name in before if OURS.search(name.decode())]
    live.run("cd app")
    inside = live.environ()
    known = {b"VENVHOOK_PROJECT", b"_VENVHOOK_SET", b"_VENVHOOK_OLD_PATH"}
    assert {name for name in inside if OURS.search(name.decode())} == known
    assert live.run("zsh -fc 'cd /usr && pwd'") == "/usr"
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(58)
def test_everything_is_exported_for_a_while(world: World) -> None:
    world.project("app", '[variables]\nA = "1"')
    live = world.start()
    before = live.environ()
    for line in ("set -a", "cd app", "", "cd ..", "", f". {world.installation.hook('zsh')}", "cd app; cd ..", "set +a"):
        live.run(line)
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(58)
def test_what_another_shell_has_exported_is_not_ours(world: World) -> None:
    world.project()
    forged = dict.fromkeys(("here", "plan", "clean", "pending", "was_PATH", "now_PATH", "launcher", "source"), "/evil")
    forged = {f"_venvhook_{name}": value for name, value in forged.items()}
    live = world.start(env=forged)
    assert live.first == ""
    assert [name for name in live.environ() if name.startswith(b"_venvhook")] == []
    live.run("cd app")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    assert "/evil" not in str(live.get("PATH"))


@pytest.mark.scenario(58)
def test_files_with_all_variables_or_functions(world: World) -> None:
    """As tools make them that start their shells from a picture of this one."""
    world.project()
    live = world.start()
    live.run("cd app")
    live.run("typeset -p >~/variables; functions >~/functions; functions deactivate venvhook >~/two; cd ..")
    saved = (world.home / "variables").read_text().splitlines()
    assert "typeset _venvhook_here" in saved
    assert [line for line in saved if re.match(r"typeset (-\w+ )?_venvhook\w*=", line)] == []
    live = world.start()
    live.run("source ~/variables 2>/dev/null")
    assert live.run("") == ""
    alone = subprocess.run(
        [world.dialect.program, "-fc", "trap 'print D' USR1; . ~/two; deactivate; print $?; trap; venvhook --version"],
        env={"HOME": str(world.home), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True,
    )  # fmt: skip
    assert alone.stdout == "0\ntrap -- 'print D' USR1\n"
    assert "command not found: venvhook" in alone.stderr and alone.stderr.count("\n") == 1


NAMES = "folder stop place kept text noted name status entry rest path_ each word body i n reply REPLY".split()
KINDS = {
    "readonly": "typeset -r {0}=user",
    "integer": "integer {0}=7",
    "array": "typeset -a {0}; {0}=(a b)",
    "association": "typeset -A {0}; {0}=(a b)",
    "tied": "typeset -T {0}_ {0}",
    "unique": "typeset -aU {0}",
    "padded": "typeset -Z5 {0}=3",
    "upper": "typeset -u {0}=abc",
    "hidden": "typeset -h {0}=x",
    "exported": "export {0}=x",
}


@pytest.mark.scenario(58)
@pytest.mark.parametrize("kind", KINDS)
def test_any_name_of_the_users(world: World, kind: str) -> None:
    names = [name for name in NAMES if name != "status"]
    (world.project("app", '[variables]\nA = "1"\n[prepend]\nPYTHONPATH = ["src"]') / "sub").mkdir()
    world.project("new", allow=False)
    live = world.start(before="\n".join(KINDS[kind].format(name) for name in names))
    assert live.first == ""
    before = live.run(f"typeset -p {' '.join(names)}")
    moves(live)
    assert live.run("cd new").count("\n") == 0
    assert live.run("cd ..; cd app; deactivate; venvhook on; cd ..") == ""
    assert live.run(f"typeset -p {' '.join(names)}") == before


@pytest.mark.scenario(58)
def test_our_names_are_ours() -> None:
    """Every local of the hook's has our prefix: what a plan or a function of the user's sees is the user's."""
    folder = Path(__file__).parents[2] / "shell"
    found = []
    for name in ("venvhook.zsh", "plan.zsh"):
        for line in (folder / name).read_text().splitlines():
            for words in re.findall(r"^\s*(?:local|integer|float|typeset|declare)\b(.*)", line):
                found += re.findall(r"(?:^|\s)([a-zA-Z]\w*)(?==|\s|$)", re.sub(r"=\S*", "=", words))
            found += [name for name in re.findall(r"^\s*for (\w+)\b", line) if not name.startswith("_venvhook_")]
    assert found == []


@pytest.mark.scenario(58)
@pytest.mark.parametrize(
    "setting", ["readonly psvar", "typeset -U psvar", "readonly precmd_functions chpwd_functions", "readonly PS1"]
)
def test_what_we_need_is_the_users(world: World, setting: str) -> None:
    """Where a list that we use cannot be used, less is shown or noticed, and nothing is said."""
    world.project()
    live = world.start(before=setting)
    assert live.first == ""
    assert [live.run("cd app"), live.run(""), live.run("cd .."), live.run("")] == [""] * 4


# ---- the prompt ----


GIT_PROMPT = "/usr/lib/git-core/git-sh-prompt"
REBUILT = {
    "folder": 'draw() { PS1="${PWD##*/} %# $mark" }',
    "path": 'draw() { PS1="$PWD %# $mark" }',
    "tilde": 'draw() { PS1="${(D)PWD} %# $mark" }',
    "colours": 'draw() { PS1="%F{green}${PWD##*/}%f %# $mark" }',
    "brackets": 'draw() { PS1="[${PWD##*/}] %# $mark" }',
    "git": f'. {GIT_PROMPT}; draw() {{ PS1="%1~$(__git_ps1) %# $mark" }}',
    "git, three arguments": f'. {GIT_PROMPT}; draw() {{ __git_ps1 "${{PWD##*/}}" " %# $mark" "|%s" }}',
    "vcs_info": 'autoload -Uz vcs_info; draw() { vcs_info; PS1="${PWD##*/} ${vcs_info_msg_0_}%# $mark" }',
}  # fmt: skip
PLACES = {
    "before": ("precmd_functions+=(draw)", ""),
    "after": ("", "precmd_functions+=(draw)"),
    "precmd": ("precmd() { draw }", ""),
    "after, and others": ("", "precmd_functions+=(draw other); other() { : }"),
    "insists": ("", "last() { draw; precmd_functions=(${precmd_functions:#last} last) }; precmd_functions+=(last)"),
}


def with_branches() -> list[tuple[str, str]]:
    """Each prompt, and each branch that it can show; "" where it shows none."""
    branches = {prompt: ("fix/app-cart", "app") if "git" in prompt or "vcs" in prompt else ("",) for prompt in REBUILT}
    return [(prompt, branch) for prompt in REBUILT for branch in branches[prompt]]


@pytest.mark.scenario(18)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("prompt", "branch"), with_branches())
def test_a_prompt_that_is_built_again_shows_the_name_once(world: World, prompt: str, place: str, branch: str) -> None:
    if "git" in prompt and not Path(GIT_PROMPT).exists():
        pytest.skip("git's prompt is not there")
    app = world.project()
    (app / "sub").mkdir()
    if branch:
        for command in (["init", "-q"], ["checkout", "-q", "-b", branch]):
            subprocess.run(["git", *command], cwd=app, check=True, capture_output=True)
    before, after = PLACES[place]
    live = world.start(before=f"{MARK}{REBUILT[prompt]}\n{before}", after=after)
    live.run("cd app")
    for line in ("", "cd sub", ""):
        assert live.prompt().startswith("(app) "), str(live)
        assert not live.prompt().startswith("(app) (app) ")
        live.run(line)
    live.run("cd ../..")
    assert "(app)" not in live.prompt()
    live.run("cd -q app")
    assert live.prompt().startswith("(app) ")
    assert live.run("sched") == ""


@pytest.mark.scenario(51)
@pytest.mark.parametrize("place", ["before", "after", "precmd", "insists"])
def test_the_first_prompt_of_a_shell_inside(world: World, place: str) -> None:
    app = world.project()
    world.start().run("cd app")
    before, after = PLACES[place]
    live = world.start(before=f"{MARK}{REBUILT['folder']}\n{before}", after=after, cwd=app)
    assert live.prompt().startswith("(app) app "), str(live)


@pytest.mark.scenario(19)
@pytest.mark.parametrize("brackets", ["()", "[]", "<>", "{}", "  ", "%F{red}%f"])
@pytest.mark.parametrize("place", ["before", "after", "precmd"])
def test_a_prompt_that_shows_the_environment_itself(world: World, brackets: str, place: str) -> None:
    world.project()
    half = len(brackets) - 2 if "%" in brackets else 1
    left, right = brackets[:half], brackets[half:]
    text = f"part() {{ local e=${{VIRTUAL_ENV_PROMPT-}}; REPLY=${{e:+'{left}'$e'{right} '}} }}\n"
    text += 'draw() { part; PS1="$REPLY${PWD##*/} %# $mark" }'
    before, after = PLACES[place]
    live = world.start(before=f"{MARK}{text}\n{before}", after=after)
    live.run("cd app")
    shown = "app" if "%" in brackets else f"{left}app{right}"
    for _ in range(3):
        assert live.prompt().startswith(f"{shown} app "), str(live)
        live.run("")
    live.run("cd ..")
    assert live.prompt().startswith("w ")


TOOLS = {
    "powerline": ("/usr/share/powerline/bindings/zsh/powerline.zsh", "(e)"),
    "liquidprompt": ("/usr/share/liquidprompt/liquidprompt", "Zebra"),
}


@pytest.mark.scenario(19)
@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_real_prompt_tool_shows_the_environment_alone(world: World, tool: str, order: str) -> None:
    place, segment = TOOLS[tool]
    if not Path(place).exists():
        pytest.skip(f"{tool} is not installed")
    app = world.project("app", env=False, allow=False)
    make_environment(app / ".venv", prompt="Zebra")
    world.cli("allow", str(app))
    mark = f"{MARK}marks() {{ [[ $PS1 == *7337* ]] || PS1+=$mark }}; precmd_functions+=(marks)\n"
    text = {"before": "", "after": mark}
    text[order] = f". {place}\n{text[order]}"
    live = world.start(**text)
    for line in ("cd app", "", ""):
        live.run(line)
        assert (live.prompt().count(segment), live.prompt().count("(Zebra)")) == (1, 0), str(live)
    live.run("cd ..")
    assert segment not in live.prompt()


@pytest.mark.scenario(18)
def test_outside_the_prompt_is_as_it_was(world: World) -> None:
    world.project()
    live = world.start()
    before = live.run("typeset -p PS1 psvar")
    live.run("cd app; cd ..")
    assert live.run("typeset -p PS1 psvar") == before
    live.run("cd app; deactivate")
    assert live.run("typeset -p PS1 psvar") == before


@pytest.mark.scenario(18)
def test_a_key_that_changes_the_folder(world: World) -> None:
    world.project()
    widget = "into() { builtin cd app; zle reset-prompt }; out() { builtin cd ..; zle reset-prompt }\n"
    live = world.start(after=f"{widget}zle -N into; zle -N out; bindkey '^G' into; bindkey '^Y' out")
    live.send("\x07")
    live.until(lambda: live.prefix() == "(app) ")
    live.send("\x19")
    live.until(lambda: live.prefix() == "")


# ---- PATH ----


@pytest.mark.scenario(27)
@pytest.mark.parametrize("unique", ["", "typeset -U path PATH; "])
@pytest.mark.parametrize(
    "line", ["export PATH=/opt/b:/usr/bin:/bin", "path=($HOME/shims $path)", "PATH=/usr/bin:/bin; export A=rc"]
)
def test_a_startup_file_that_is_read_again(world: World, line: str, unique: str) -> None:
    app = world.project("app", '[variables]\nA = "1"\n[prepend]\nPATH = ["scripts"]')
    live = world.start(before=unique + line)
    before = live.environ()
    live.run("cd app")
    for command in (". ~/.zshrc", "source ~/.zshrc", ". ~/.zshrc; true"):
        assert live.run(command) == ""
        path = str(live.get("PATH")).split(":")
        assert path[:2] == [f"{app}/.venv/bin", f"{app}/scripts"]
        assert path.count(f"{app}/.venv/bin") == 1
        assert live.run(PYTHON) == f"{app}/.venv"
        assert live.prefix() == "(app) "
    live.run("cd ..")
    if "shims" not in line or unique:
        same_but_moves(live.environ(), before)
    assert str(app) not in str(live.get("PATH"))


@pytest.mark.scenario(27)
@pytest.mark.parametrize("held", ["$HOME/w/app/.venv/bin:", ""])
def test_path_held_the_folder_before(world: World, held: str) -> None:
    """What was on PATH before stays there, as often as it was, also after the startup file was read again."""
    app = world.project()
    line = f"export PATH={held}/usr/bin:/bin".replace("$HOME/w", str(world.work))
    live = world.start(before=line)
    before = live.environ()
    live.run("cd app; . ~/.zshrc")
    assert str(live.get("PATH")).startswith(f"{app}/.venv/bin:")
    live.run("cd ..")
    same_but_moves(live.environ(), before)


# ---- jobs ----


@pytest.mark.scenario(54)
def test_a_stopped_command_goes_on(world: World) -> None:
    """zsh lists no name for a program that a function of anybody's has started; everything else is as usual."""
    world.project()
    live = world.start()
    go_on = world.root / "go-on"
    text = f"import os, time\nprint('asking', flush=True)\nwhile not os.path.exists({str(go_on)!r}): time.sleep(0.02)\n"
    with world.helper(text):
        live.send("venvhook create\r")
        live.until(lambda: b"asking" in live.raw)
        live.send("\x1a")
        live.wait()
        assert "suspended" in live.run("jobs")
        go_on.touch()
        live.run("fg")
    assert live.run("jobs") == ""


@pytest.mark.scenario(24)
def test_ctrl_z_while_the_helper_is_asked(world: World) -> None:
    """It is answered when the helper has answered, and nothing is half entered."""
    world.project()
    live = world.start()
    slow = "import sys, time\nsys.stderr.write('asking\\n'); sys.stderr.flush(); time.sleep(1)\n"
    with world.helper(slow):
        live.send("cd app\r")
        live.until(lambda: b"asking" in live.raw)
        live.send("\x1a")
        live.wait(limit=10)
    assert live.get("VIRTUAL_ENV") is None
    live.run("venvhook on")
    assert live.prefix() == "(app) "
