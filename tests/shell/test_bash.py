"""bash stays the user's: its traps, children, names, prompts and options, each under the settings that only bash has.

Guards scenarios 18, 22 to 26, 54, 56 and 58.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from .terminal import Terminal
from .world import PACKAGE, World, make_environment, same_but_moves

pytestmark = pytest.mark.shells("bash")
CHILD_CD = "bash --norc -c 'cd /usr && pwd'"
CHILD_PROMPT = "echo : | bash --norc -i 2>&1 | grep -i 'venvhook\\|not found'"


def moves(live: Terminal) -> None:
    """Enter and leave by each way in, each of them twice, with a prompt between."""
    by_hand = ("pushd app >/dev/null", "popd >/dev/null")
    for line in ("cd app", "", "cd ..", "builtin cd app", "", "builtin cd ..", *by_hand):
        assert live.run(line) == "", line


# ---- traps and statuses ----


@pytest.mark.scenario(24)
@pytest.mark.parametrize("inherited", ["", "set -E", "set -o functrace -E", "shopt -s extdebug"])
def test_an_err_trap_runs_for_the_users_failures_only(world: World, inherited: str) -> None:
    world.project()
    live = world.start(after=f"trap 'echo ERR:$?' ERR\n{inherited}")
    assert live.first == ""
    for _ in range(2):
        assert live.run("false") == "ERR:1"
        assert [live.run(""), live.run("")] == ["", ""]
        assert live.run("sh -c 'exit 3'") == "ERR:3"
        moves(live)
    live.run("cd app")
    assert live.run("sh -c 'exit 3'") == "ERR:3"
    assert live.run("") == ""
    assert live.run("deactivate") == ""


@pytest.mark.scenario(24)
@pytest.mark.parametrize("options", ["set -e", "set -eE", "set -euo pipefail"])
def test_a_shell_that_ends_at_a_failure_does_not_end_for_ours(world: World, options: str) -> None:
    world.project()
    live = world.start(after=f"{options}; trap 'echo ERR' ERR")
    live.run("false || true")
    live.run("! false | true")
    moves(live)
    assert live.run("echo alive") == "alive"


@pytest.mark.scenario(21)
@pytest.mark.parametrize("form", ["string", "array"])
def test_entries_behind_ours_see_the_status(world: World, form: str) -> None:
    if form == "array" and world.dialect.lacks(5, 1):
        pytest.skip("bash runs more than the first entry since 5.1")
    add = {"string": "PROMPT_COMMAND+=$'\\nlater=$?'", "array": "PROMPT_COMMAND+=('later=$?' 'parts=${PIPESTATUS[*]}')"}
    world.project()
    live = world.start(after=add[form])
    lines = {"sh -c 'exit 7'": "7", "true": "0", "cd app; sh -c 'exit 6'": "6", "cd ..; false": "1"}
    for line, status in lines.items():
        live.run(line)
        assert live.run("echo $later") == status, line
    if form == "array":
        live.run("sh -c 'exit 3' | sh -c 'exit 4'")
        assert live.run("echo $parts") == "3 4"


@pytest.mark.scenario(24)
@pytest.mark.parametrize("option", ["", "set -T", "shopt -s extdebug"])
def test_debug_and_return_traps_see_our_entry_and_little_else(world: World, option: str) -> None:
    """Without functrace a DEBUG trap sees the two commands of our entry; with it, the few until it is put aside."""
    world.project()
    traps = "trap 'debug=$((debug+1))' DEBUG\ntrap 'back=$((back+1))' RETURN"
    live = world.start(after=f"debug=0 back=0; {option}\n{traps}")
    counts = []
    for line in ("", "cd app", "", "cd ..", ""):
        live.run("debug=0 back=0")
        live.run(line)
        counts.append(tuple(map(int, live.run("echo $debug $back").split())))
    most = (44, 7) if option else (7, 0)  # with two prompts in it, and the lines themselves
    assert all(debug <= most[0] and back <= most[1] for debug, back in counts), counts


@pytest.mark.scenario(24)
def test_the_timer_of_a_debug_trap(world: World) -> None:
    """A trap that does not act on PROMPT_COMMAND's own commands knows ours by its text in that variable."""
    world.project()
    known = "case $PROMPT_COMMAND in *\"$BASH_COMMAND\"*) ;; *) last=$BASH_COMMAND ;; esac"
    live = world.start(after=f"trap '{known}' DEBUG")
    live.run("true one")
    assert live.run('echo "$last"') == 'echo "$last"'
    live.run("cd app")
    live.run("")
    assert live.run('echo "$last"') == 'echo "$last"'


# ---- children ----

SETTINGS = {
    "nothing": "",
    "set -a": "set -a",
    "set -k": "set -k",
    "set -a and -k": "set -ak",
    "PROMPT_COMMAND": "export PROMPT_COMMAND='theirs=1'",
    "PS1": "export PS1",
    "IFS": "export IFS",
    "cd": 'cd() { builtin cd "$@"; }; export -f cd',
    "pushd and popd": 'pushd() { builtin pushd "$@"; }; popd() { builtin popd "$@"; }; export -f pushd popd',
    "deactivate": "deactivate() { echo theirs; }; export -f deactivate",
    "localvar_inherit": "shopt -s localvar_inherit 2>/dev/null; export REPLY=x",
}
OTHERS = (b"_t", b"LINES", b"COLUMNS")  # which the test's own prompt and bash itself assign, and set -a exports
OURS = re.compile(rb"venvhook|VENVHOOK|/\.venv")


def names_of_ours(environ: dict[bytes, bytes], besides: tuple[bytes, ...] = ()) -> list[bytes]:
    """What a child outside of projects has of venvhook; the entry of an exported PROMPT_COMMAND is harmless text."""
    return [n for n, value in environ.items() if (OURS.search(n) or OURS.search(value)) and n not in besides]


@pytest.mark.scenario(58)
@pytest.mark.parametrize("setting", SETTINGS)
def test_a_child_gets_nothing_of_ours(world: World, setting: str) -> None:
    world.project("app", '[variables]\nA = "1"\nB = false')
    if setting == "PS1" and world.dialect.lacks(4, 4):
        pytest.skip("before 4.4 a variable cannot be asked whether it is exported, so PS1 keeps our reference")
    live = world.start(before=SETTINGS[setting], env={"B": "outside"})
    assert live.first == ""
    before = live.environ()
    kept = (b"PROMPT_COMMAND",) if b"PROMPT_COMMAND" in before else ()
    assert names_of_ours(before, kept) == []
    assert [live.run(CHILD_CD), live.run(CHILD_PROMPT)] == ["/usr", ""]
    for _ in range(2):
        moves(live)
        same_but_moves(live.environ(), before, ignored=OTHERS)
    live.run("cd app")
    assert [live.run(CHILD_CD), live.run(CHILD_PROMPT)] == ["/usr", ""]
    inside = live.environ()
    private = [name for name in inside if name.startswith(b"_venvhook") or b"_venvhook" in name]
    assert private == []
    assert (inside[b"A"], inside.get(b"B")) == (b"1", None)
    live.run("cd ..; true")
    same_but_moves(live.environ(), before, ignored=OTHERS)


@pytest.mark.scenario(58)
@pytest.mark.parametrize("option", ["a", "k", "ak"])
def test_everything_is_exported_for_a_while(world: World, option: str) -> None:
    """Variables of ours that are made or set while `set -a` is on are no more exported than any other."""
    world.project("app", '[variables]\nA = "1"')
    live = world.start()
    before = live.environ()
    for lines in (
        ("cd app", "cd .."),
        ("builtin cd app", "", "builtin cd ..", ""),
        ("cd app", "deactivate", "venvhook on", "cd .."),
        ("venvhook off", "venvhook on"),
        ("touch app/.venvhook.toml", "cd app", "touch .venvhook.toml", "", "cd .."),
    ):
        for line in lines:
            live.run(f"set -{option}; {line}; set +{option}")
            live.run(f"set -{option}")
            live.run(line if line in ("", "venvhook on") else "")
            live.run(f"set +{option}")
        same_but_moves(live.environ(), before, ignored=OTHERS)


@pytest.mark.scenario(58)
def test_all_functions_are_exported(world: World) -> None:
    """The user's own doing: even then a child's cd is the builtin, and a hooked child hooks itself."""
    world.project()
    live = world.start()
    live.run("export -f $(compgen -A function)")
    child = "cd /usr && pwd && cd - >/dev/null && pushd /usr >/dev/null && popd >/dev/null && pwd"
    assert live.run(f"bash --norc -c '{child}'") == f"/usr\n{world.work}"
    live.run("bash")
    live.run("cd app")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(58)
def test_a_function_that_is_exported_is_the_users_in_children(world: World) -> None:
    world.project()
    live = world.start(before='cd() { echo mine; builtin cd "$@"; }; export -f cd')
    assert live.run("bash --norc -c 'cd /usr && pwd'") == "mine\n/usr"
    assert live.run("cd app") == "mine"
    assert live.prefix() == "(app) "
    assert live.run("bash --norc -c 'cd /usr && pwd'") == "mine\n/usr"
    assert live.run("cd ..") == "mine"
    assert live.prefix() == ""


@pytest.mark.scenario(58)
def test_an_exported_deactivate_comes_back_exported(world: World) -> None:
    world.project()
    live = world.start(before="deactivate() { echo theirs; }; export -f deactivate")
    live.run("cd app")
    assert "venvhook" not in live.run("env | grep -A2 deactivate")
    live.run("cd ..")
    assert live.run("deactivate; bash --norc -c deactivate") == "theirs\ntheirs"


@pytest.mark.scenario(22)
@pytest.mark.parametrize(
    "options", ["set -a", "set -k", "set -T", "set -E", "set -aETk", "shopt -s nocasematch extdebug"]
)
def test_options_are_put_back(world: World, options: str) -> None:
    world.project()
    world.project("new", allow=False)
    live = world.start(after=options)
    show = "set +o; shopt -p; echo $-"
    before = live.run(show)
    load = f". {world.installation.hook('bash')}"
    for line in ("cd app", "", "deactivate", "venvhook on", "cd ../new", "cd ..", "builtin cd app", load):
        live.run(line)
        assert live.run(show) == before, line


@pytest.mark.scenario(24)
def test_options_are_put_back_after_an_interrupt(world: World) -> None:
    world.project("new", allow=False)
    with world.helper("import sys, time; sys.stderr.write('asking\\n'); sys.stderr.flush(); time.sleep(60)\n"):
        live = world.start(after="set -aE; shopt -s nocasematch extdebug")
        before = live.run("set +o; shopt -p; echo $-")
        live.send("cd new\r")
        live.until(lambda: b"asking" in live.raw)
        live.interrupt()
        live.run("")
        assert live.run("set +o; shopt -p; echo $-") == before


# ---- names ----


def foreign_names() -> list[str]:
    """Each name in our texts that is a variable's and does not begin as ours do."""
    text = "".join((PACKAGE / f"shell/{name}.bash").read_text() for name in ("venvhook", "plan"))
    text += (PACKAGE / "venvhook/shells/bash.py").read_text()
    text = re.sub(r"(?m)^\s*#.*|'[^']*'", "", text)
    words = set(re.findall(r"\b[A-Za-z][A-Za-z0-9_]*\b", text))
    return sorted(words - SHELLS_OWN)


# What bash has readonly itself, what a project sets, and what a shell cannot have readonly and still work.
SHELLS_OWN = {
    "BASHOPTS", "BASH_SUBSHELL", "BASH_VERSINFO", "EUID", "FUNCNAME", "OLDPWD", "PATH", "PPID", "PS1", "PWD",
    "SHELLOPTS", "UID", "VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "VENVHOOK_PROJECT", "PROMPT_COMMAND", "_t",
    "VENVHOOK_CEILING", "VENVHOOK_DISABLE",
    "VIRTUAL_ENV_DISABLE_PROMPT",
    "PYTHONHOME", "_OLD_VIRTUAL_PATH", "_OLD_VIRTUAL_PYTHONHOME", "_OLD_VIRTUAL_PS1", "_OLD_FISH_PROMPT_OVERRIDE",
}  # fmt: skip
COMMON = ["rest", "text", "status", "root", "folder", "top", "name", "entry", "armed", "before", "place", "kept", "i"]
ATTRIBUTES = {
    "readonly": "readonly {}=x",
    "readonly array": "declare -ar {}=(x y)",
    "integer": "declare -i {}=7",
    "upper": "declare -u {}=x",
    "lower": "declare -l {}=X",
    "array": "declare -a {}=(x y)",
    "nameref": "declare -n {}=_nothing",
}


@pytest.mark.scenario(58)
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_any_name_of_the_users(world: World, attribute: str, when: str) -> None:
    """Each name that occurs in our texts, and common ones, with an attribute that would stop an assignment."""
    world.project("app", "# " + "x" * 1500)
    world.project("new", allow=False)
    declare = ATTRIBUTES[attribute]
    if world.dialect.lacks(4, 3) and attribute in ("upper", "lower", "nameref"):
        pytest.skip("this bash has no such attribute")
    names = [*dict.fromkeys([*foreign_names(), *COMMON, "REPLY", "IFS", "LC_ALL", "LC_CTYPE", "LANG"])]
    if attribute in ("nameref", "lower", "upper", "integer", "array", "readonly array"):
        names = [name for name in names if name not in ("IFS", "LC_ALL", "LC_CTYPE", "LANG", "HOME", "TERM")]
    text = "\n".join(declare.format(name) for name in names)
    usual = {"IFS": "$' \\t\\n'", "HOME": str(world.home)}
    usual.update(dict.fromkeys(("LC_ALL", "LANG", "LC_CTYPE"), "C.UTF-8"))
    for name, value in usual.items():
        text = text.replace(f"{name}=x", f"{name}={value}")
    (world.home / "names").write_text(text)
    load = ". ~/names 2>/dev/null"
    live = world.start(before=load) if when == "before" else world.start(after=load)
    assert live.first == ""
    before = live.environ()
    assert live.run("cd app; echo hi") == "hi"
    assert live.prefix() == "(app) "
    assert live.run("") == ""
    assert live.run("echo '# more' >.venvhook.toml").startswith("venvhook: ") and live.prefix() == ""
    world.cli("allow", str(world.work / "app"))
    assert live.run("") == "" and live.prefix() == "(app) "
    assert live.run("deactivate; venvhook on; cd ../new; echo hi").endswith("hi")
    assert live.run("cd ..; echo hi") == "hi"
    assert live.prefix() == ""
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(23)
@pytest.mark.parametrize("name", ["cd", "pushd", "deactivate"])
def test_a_readonly_function_of_the_users(world: World, name: str) -> None:
    world.project()
    body = "echo mine" if name == "deactivate" else f'builtin {name} "$@"'
    live = world.start(before=f"{name}() {{ {body}; }}; readonly -f {name}")
    assert live.first == ""
    assert [live.run("cd app"), live.prefix()] == ["", "(app) "]
    assert live.run("deactivate") == ("mine" if name == "deactivate" else "")
    assert [live.run("cd .."), live.prefix()] == ["", ""]


# ---- the prompt ----

MARK = "\\[\\e]7337;\\$\\$:$((_t+=1))\\a\\]"  # what a test knows a new prompt by, in each prompt that is made again
GIT_PROMPT = "/usr/lib/git-core/git-sh-prompt"
REBUILT = {
    "the folder's name": f'draw() {{ PS1="${{PWD##*/}} \\$ {MARK}"; }}',
    "the whole path": f'draw() {{ PS1="$PWD \\$ {MARK}"; }}',
    "the path with tilde": f'draw() {{ PS1="${{PWD/#$HOME/~}} [x] \\$ {MARK}"; }}',
    "a branch": f'draw() {{ PS1="fix/app-cart app/x \\$ {MARK}"; }}',
    "git": f'. {GIT_PROMPT}; draw() {{ __git_ps1 "\\\\w" " \\$ {MARK}"; }}',
    "git in colour": f'. {GIT_PROMPT}; GIT_PS1_SHOWCOLORHINTS=1; draw() {{ __git_ps1 "\\\\w" " \\$ {MARK}"; }}',
    "rewriter": f'draw() {{ PS1="\\u:${{PWD##*/}} \\$ {MARK}"; PS1="<$PS1"; }}',
}
PLACES = {
    "before": ("PROMPT_COMMAND=draw", ""),
    "after": ("", "PROMPT_COMMAND=\"$PROMPT_COMMAND;draw\""),
    "after, a line": ("", "PROMPT_COMMAND+=$'\\ndraw'"),
    "after, an element": ("", "PROMPT_COMMAND+=(draw)"),
    "first of several": ("PROMPT_COMMAND=(draw :)", ""),
    "between": ("PROMPT_COMMAND='draw; '", "PROMPT_COMMAND+='; :; draw ;'"),
}


@pytest.mark.scenario(18)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("prompt", REBUILT)
def test_a_prompt_that_is_made_again_shows_the_name_once(world: World, prompt: str, place: str) -> None:
    if "git" in prompt and not Path(GIT_PROMPT).exists():
        pytest.skip("git's prompt is not there")
    if place in ("after, an element", "first of several") and world.dialect.lacks(5, 1):
        pytest.skip("bash runs more than the first entry since 5.1")
    app = world.project()
    (app / "sub").mkdir()
    if "git" in prompt:
        for command in (["init", "-q"], ["checkout", "-q", "-b", "fix/app-cart"]):
            subprocess.run(["git", *command], cwd=app, check=True, capture_output=True)
    before, after = PLACES[place]
    live = world.start(before=f"{REBUILT[prompt]}\n{before}", after=after)
    for folder in ("app", "sub"):
        live.run(f"cd {folder}")
        for _ in range(2):
            assert live.prompt().startswith("(app) "), str(live)
            assert live.prompt().count("(app)") == 1
            live.run("")
    live.run("cd ../..")
    assert "(app)" not in live.prompt()
    live.run("builtin cd app")
    live.run("")
    assert live.prompt().count("(app) ") == 1


@pytest.mark.scenario(18)
def test_a_git_branch_named_as_the_project(world: World) -> None:
    if not Path(GIT_PROMPT).exists():
        pytest.skip("git's prompt is not there")
    app = world.project()
    for command in (["init", "-q"], ["checkout", "-q", "-b", "app"]):
        subprocess.run(["git", *command], cwd=app, check=True, capture_output=True)
    live = world.start(before=f"{REBUILT['git']}\nPROMPT_COMMAND=draw")
    live.run("cd app")
    assert live.prompt().startswith("(app) ") and live.prompt().count("(app)") == 2  # the name, and the branch


@pytest.mark.scenario(18)
@pytest.mark.parametrize("brackets", ["()", "[]", "<>", "{}"])
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_prompt_that_shows_the_environment_itself(world: World, brackets: str, place: str) -> None:
    world.project()
    shown = f'PS1=""; [[ ! ${{VIRTUAL_ENV_PROMPT-}} ]] || PS1="{brackets[0]}$VIRTUAL_ENV_PROMPT{brackets[1]} "'
    text = f'draw() {{ {shown}; PS1+="${{PWD##*/}} \\$ {MARK}"; }}'
    before, after = PLACES[place]
    live = world.start(before=f"{text}\n{before}", after=after)
    live.run("cd app")
    for _ in range(3):
        assert live.prompt().startswith(f"{brackets[0]}app{brackets[1]} app $"), str(live)
        live.run("")
    live.run("cd ..")
    assert live.prompt().startswith("w $")


@pytest.mark.scenario(19)
def test_an_engine_that_was_loaded_first_shows_the_name_alone(world: World) -> None:
    """By cd the project is entered before the engine draws: its own segment is enough, at the first prompt too."""
    world.project("app", 'prompt = "shop"')
    engine = f'starship_precmd() {{ PS1="${{VIRTUAL_ENV:+<env> }}\\$ {MARK}"; }}; PROMPT_COMMAND=starship_precmd'
    live = world.start(before=engine)
    live.run("cd app")
    for _ in range(3):
        assert live.prompt().startswith("<env> $"), str(live)
        live.run("")


@pytest.mark.scenario(18)
def test_what_marks_prompts_stays_the_last(world: World) -> None:
    world.project()
    text = f'draw() {{ PS1="x \\$ {MARK}"; }}; __bp_interactive_mode() {{ :; }}\n'
    live = world.start(before=text, after="PROMPT_COMMAND+=$'\\ndraw;\\n__bp_interactive_mode'")
    live.run("cd app")
    assert live.prompt().startswith("(app) x $")
    lines = live.run('echo "$PROMPT_COMMAND"').splitlines()
    assert [lines[0].rstrip(";"), "_venvhook_prompt" in lines[1], lines[2]] == ["draw", True, "__bp_interactive_mode"]


TOOLS = {
    "powerline": ("/usr/share/powerline/bindings/bash/powerline.sh", "(e)"),
    "liquidprompt": ("/usr/share/liquidprompt/liquidprompt", "[Zebra]"),
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
    mark = "mark() { [[ $PS1 == *7337* ]] || PS1+='" + MARK.replace("\\$", "$") + "'; }\n"
    mark += "if [[ ${PROMPT_COMMAND[1]+x} ]]; then PROMPT_COMMAND+=(mark); else PROMPT_COMMAND+=$'\\nmark'; fi"
    text = {"after": mark, "before": ""}
    text[order] = f". {place}\n{text[order]}"
    live = world.start(**text)
    for line in ("cd app", "", ""):
        live.run(line)
        assert (live.prompt().count(segment), live.prompt().count("(Zebra)")) == (1, 0), str(live)
    live.run("cd ..")
    assert segment not in live.prompt()


# ---- what is inherited ----

FORGED = {
    "alone": {"_VENVHOOK_OLD__OLD_VIRTUAL_PS1": "=$(touch HARM) "},
    "with a project": {
        "VENVHOOK_PROJECT": "/",
        "_VENVHOOK_SET": "_OLD_VIRTUAL_PS1- VIRTUAL_ENV-",
        "_VENVHOOK_OLD__OLD_VIRTUAL_PS1": "=$(touch HARM) ",
    },
    "the script's own": {"_OLD_VIRTUAL_PS1": "$(touch HARM) ", "_OLD_VIRTUAL_PATH": "/usr/bin:/bin"},
    "ours": {"_venvhook_shell": "1", "_venvhook_prefix": "$(touch HARM)", "_venvhook_here": "/"},
}


@pytest.mark.scenario(58)
@pytest.mark.parametrize("kind", FORGED)
def test_what_is_inherited_runs_nothing_and_comes_back_nowhere(world: World, kind: str) -> None:
    app = world.project()
    other = make_environment(world.root / "other")
    own = {"VIRTUAL_ENV": f"{app}/.venv"} if kind == "the script's own" else {}
    live = world.start(env={**FORGED[kind], **own})
    for line in ("cd app", "", f". {other}/bin/activate", "", "deactivate", "", "cd ..", ""):
        live.run(line)
    assert not list(world.root.rglob("HARM"))
    assert "HARM" not in live.run("echo \"$PS1\"")
    if kind != "the script's own":
        assert "HARM" not in str(live.environ())


# ---- languages and traces ----


@pytest.mark.scenario(58)
def test_no_warning_of_a_language_that_is_not_installed(world: World) -> None:
    app = world.project("app", "# " + "x" * 1200)
    live = world.start(env={"LC_ALL": "xx_YY.UTF-8"})
    for line in ("cd app", "echo '# new' >>.venvhook.toml", "", "cd ..", "cd app"):
        assert "locale" not in live.run(line), line
    world.cli("allow", str(app))
    assert live.run("") == ""
    assert live.prefix() == "(app) "


@pytest.mark.scenario(58)
def test_a_trace_has_little_of_ours(world: World) -> None:
    """Our entry, what it finds out before tracing can be off, and nothing of what it does then."""
    world.project()
    live = world.start()
    live.run("set -x")
    traced = {}
    live.run(f"exec 9>{world.root}/trace; BASH_XTRACEFD=9")
    for name, line in {"outside": "", "enter": "cd app", "inside": "", "leave": "cd .."}.items():
        Path(f"{world.root}/trace").write_text("")
        live.run(line)
        traced[name] = (world.root / "trace").read_text().replace("\0", "").splitlines()
    limit = 7 if not world.dialect.lacks(4, 4) else 9  # two of them are not in a trace that goes to stderr
    assert [name for name in ("outside", "inside") if len(traced[name]) > limit] == [], traced
    assert [name for name in ("enter", "leave") if len(traced[name]) > 2 * limit + 3] == [], traced
    assert not [line for lines in traced.values() for line in lines if "VIRTUAL_ENV=" in line], traced
