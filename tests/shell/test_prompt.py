"""The prompt: the environment's name is shown when it is active and only then, and is never run as code.

Guards scenarios 18 to 21.
"""

from __future__ import annotations

import pytest

from .dialects import Dialect
from .world import World, make_environment

FISH_WITH = """functions -c fish_prompt below
function again; return $argv; end
function fish_prompt
    set -l was $status
    %s
    again $was
    below
end
"""
TWO_LINES = {
    "bash": 'PS1="first line\\n$PS1"',
    "zsh": "PS1=$'first line\\n'\"$PS1\"",
    "fish": FISH_WITH % "echo first line",
    "pwsh": "$below = $function:prompt; function prompt { 'first line' + [char]10 + (& $below) }",
}


@pytest.mark.scenario(18)
def test_the_name_shows_at_once_and_goes_at_once(world: World) -> None:
    world.project()
    live = world.start()
    assert live.prefix() == ""
    live.run("cd app")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    assert live.prefix() == ""
    live.run("cd app; cd ..")
    assert live.prefix() == ""


@pytest.mark.scenario(18)
def test_a_prompt_of_two_lines(world: World, shell: Dialect) -> None:
    """The name stands once, on one of the two lines."""
    world.project()
    live = world.start(after=shell.prompt_rc + TWO_LINES[shell.name])
    live.run("cd app")
    shown = "\n".join(live.screen.rows()[-2:])
    assert "first line" in shown and shown.count("(app) ") == 1
    live.run("cd ..")
    assert "(app)" not in "\n".join(live.screen.rows()[-2:])


@pytest.mark.scenario(18)
def test_the_marker_names_it(world: World) -> None:
    world.project("app", 'prompt = "shop"')
    live = world.start()
    live.run("cd app")
    assert (live.prefix(), live.get("VIRTUAL_ENV_PROMPT")) == ("(shop) ", "shop")


@pytest.mark.scenario(18)
@pytest.mark.shells("bash", "zsh", "fish")
def test_a_prompt_that_is_set_anew_in_the_live_shell(world: World, shell: Dialect) -> None:
    """Somebody changes his prompt while he is in a project."""
    world.project()
    live = world.start()
    live.run("cd app")
    (world.home / "new-prompt").write_text(shell.prompt_rc)
    live.run(shell.source(str(world.home / "new-prompt")))
    live.run("")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    assert live.prefix() == ""


@pytest.mark.scenario(19)
def test_no_prefix_where_the_user_wants_none(world: World) -> None:
    world.project()
    live = world.start(env={"VIRTUAL_ENV_DISABLE_PROMPT": "1"})
    live.run("cd app")
    assert live.prefix() == ""
    assert live.get("VIRTUAL_ENV_PROMPT") == "app"
    live.run("cd ..")
    assert live.get("VIRTUAL_ENV_DISABLE_PROMPT") == "1"


@pytest.mark.scenario(19)
def test_the_variable_is_never_set_by_us(world: World) -> None:
    world.project()
    live = world.start()
    live.run("cd app")
    assert live.get("VIRTUAL_ENV_DISABLE_PROMPT") is None


ENGINES = {
    "bash": """plain=$PS1
draw() { PS1="${VIRTUAL_ENV_PROMPT:+<$VIRTUAL_ENV_PROMPT> }$plain"; }
PROMPT_COMMAND="draw${PROMPT_COMMAND:+;$PROMPT_COMMAND}"
""",
    "zsh": """plain=$PS1
draw() { PS1="${VIRTUAL_ENV_PROMPT:+<$VIRTUAL_ENV_PROMPT> }$plain" }
precmd_functions=(draw $precmd_functions)
""",
    "fish": FISH_WITH % 'set -q VIRTUAL_ENV_PROMPT; and echo -n "<$VIRTUAL_ENV_PROMPT> "',
    "pwsh": """$below = $function:prompt
function prompt {
    $text = & $below
    if ($env:VIRTUAL_ENV_PROMPT) { "<$env:VIRTUAL_ENV_PROMPT> $text" } else { $text }
}
""",
}


@pytest.mark.scenario(19)
@pytest.mark.parametrize("disable", ["", "1"], ids=["", "disabled"])
def test_an_engine_that_shows_the_name_itself(world: World, shell: Dialect, disable: str) -> None:
    """As pure, Prezto and oh-my-zsh do: the prompt is made anew each time from VIRTUAL_ENV_PROMPT."""
    world.project()
    settings = shell.export("VIRTUAL_ENV_DISABLE_PROMPT", disable) if disable else ""
    live = world.start(after=f"{settings}\n{shell.prompt_rc}{ENGINES[shell.name]}")
    live.run("cd app")
    live.run("")
    assert live.prompt().count("<app> ") == 1
    if disable or shell.name != "pwsh":  # there the name is drawn in front of any prompt, unless the variable says no
        assert "(app)" not in live.prompt()
    assert live.get("VIRTUAL_ENV_DISABLE_PROMPT") == (disable or None)
    live.run("cd ..")
    live.run("")
    assert live.prefix() == ""


NASTY = {
    "substitution": "$(touch HARM)",
    "backquotes": "`touch HARM`",
    "percent": "%d%n\\w\\u%{%}",
    "parameter": "${HOME}$PWD",
    "history": "!!!ls",
    "controls": "a\x1b[31mb\x07c",
    "zsh glob": "%(!.#.$)${(%):-%n}",
    "arithmetic": "$((1+1))$[1+1]",
}


PS1 = {"bash": 'printf "%q\\n" "$PS1"', "zsh": "print -r -- ${(q)PS1}"}


@pytest.mark.scenario(14, 18)
@pytest.mark.shells("bash", "zsh")
@pytest.mark.parametrize("then", ["cd ..", "cd ..; cd app; venvhook on; cd ..", "deactivate; cd .."])
def test_ps1_after_another_environment_by_hand(world: World, shell: Dialect, then: str) -> None:
    """Its script saves the prompt that it finds; what its deactivate puts back has nothing of ours in it."""
    world.project()
    other = make_environment(world.root / "other")
    live = world.start()
    before = live.run(PS1[shell.name]).replace("\\$\\{_venvhook_prefix-\\}", "")
    live.run("cd app")
    live.run(shell.activate(str(other)))
    for line in then.split("; "):
        live.run(line)
    if live.get("VIRTUAL_ENV"):
        assert live.prefix() == "(other) "
        live.run("deactivate")
    assert (live.run(PS1[shell.name]), live.get("VIRTUAL_ENV")) == (before, None)


@pytest.mark.scenario(20)
@pytest.mark.parametrize("name", NASTY)
def test_nothing_of_a_name_is_run_or_expanded(world: World, shell: Dialect, name: str) -> None:
    text = NASTY[name]
    toml = '"' + "".join(f"\\U{ord(c):08x}" for c in text) + '"'
    world.project("app", f"prompt = {toml}")
    options = "setopt prompt_subst prompt_bang" if shell.name == "zsh" else ""
    live = world.start(after=f"{options}\n{shell.prompt_rc}{ENGINES[shell.name]}")
    live.run("cd app")
    live.run("")
    safe = "".join("_" if c in "\\`$%!" or ord(c) < 32 else c for c in text)
    assert live.get("VIRTUAL_ENV_PROMPT") == safe
    assert f"<{safe}> " in live.prompt()
    assert not list(world.root.rglob("HARM"))


@pytest.mark.scenario(20)
@pytest.mark.parametrize("subst", ["", "setopt prompt_subst"], ids=["", "subst"])
def test_a_project_named_like_code(world: World, shell: Dialect, subst: str) -> None:
    shell.needs(subst)
    backslash = "" if "a folder name with a backslash" in shell.cannot else "\\w"
    app = world.project("$(touch HARM)`touch HARM`%d" + backslash)
    live = world.start(after=subst)
    live.run(shell.cd(str(app)))
    live.run("")
    assert live.prefix() == f"(_(touch HARM)_touch HARM__d{'_w' if backslash else ''}) "
    assert not list(world.root.rglob("HARM"))


@pytest.mark.scenario(20)
@pytest.mark.parametrize("by", ["folder", "pyvenv.cfg"])
def test_an_environment_named_like_code(world: World, shell: Dialect, by: str) -> None:
    code = "$(touch HARM)`touch HARM`%d\\w${HOME}"
    app = world.project("app", f"venv = '{code}'" if by == "folder" else "", env=False, allow=False)
    made = make_environment(world.root / "made")
    for script in (made / "bin").glob("activate*"):
        script.unlink()
    if by == "pyvenv.cfg":
        (made / "pyvenv.cfg").write_text((made / "pyvenv.cfg").read_text() + f"prompt = {code}\n")
    made.rename(app / (code if by == "folder" else ".venv"))
    world.cli("allow", str(app))
    options = "setopt prompt_subst prompt_bang" if shell.name == "zsh" else ""
    live = world.start(after=f"{options}\n{shell.prompt_rc}")
    assert live.run("cd app") == ""
    live.run("")
    assert live.prefix() == "(_(touch HARM)_touch HARM__d_w_{HOME}) "
    assert not list(world.root.rglob("HARM"))


@pytest.mark.scenario(18)
@pytest.mark.shells("bash", "zsh", "pwsh")
@pytest.mark.parametrize("where", [".", "app"])
def test_a_readonly_prompt_is_left_alone(world: World, shell: Dialect, where: str) -> None:
    app = world.project()
    live = world.start(after=shell.readonly_prompt, cwd=world.work / where)
    assert live.first == ""
    assert live.get("VIRTUAL_ENV") == (str(app / ".venv") if where == "app" else None)
    assert [live.run(f"cd {app}"), live.run(""), live.prefix()] == ["", "", ""]
    assert live.get("VIRTUAL_ENV") == str(app / ".venv")
    assert [live.run("cd /"), live.run(""), live.get("VIRTUAL_ENV")] == ["", "", None]


@pytest.mark.scenario(21)
@pytest.mark.shells("bash", "zsh")
def test_ps1_is_not_exported(world: World) -> None:
    world.project()
    live = world.start()
    live.run("cd app")
    assert b"PS1" not in live.environ()
    live.run("cd ..")
    assert b"PS1" not in live.environ()
    live.run("cd app")
    live.run("deactivate")
    assert b"PS1" not in live.environ()


@pytest.mark.scenario(21)
@pytest.mark.shells("bash", "zsh", "fish")
def test_the_status_is_the_users(world: World, shell: Dialect) -> None:
    """Both for the prompt and for the next command, in every situation that makes the hook work."""
    world.project()
    world.project("new", allow=False)
    live = world.start()
    seven = "sh -c 'exit 7'"
    for line in (seven, f"cd app; {seven}", seven, f"cd ..; {seven}", f"cd new; {seven}", f"cd ../app; cd ..; {seven}"):
        live.run(line)
        assert live.status == "7", line
        assert live.run(shell.say_status()) == "status=7", line
    live.run(f"builtin cd app; {seven}")  # the prompt's work
    assert live.status == "7"
    assert live.run(shell.say_status()) == "status=7"
    live.run("cd /no/such/folder")
    assert live.status == "1"


@pytest.mark.scenario(21)
@pytest.mark.shells("bash", "zsh", "fish")
def test_the_status_of_each_part_of_a_pipe(world: World, shell: Dialect) -> None:
    show = {"bash": 'echo "${PIPESTATUS[@]}"', "zsh": 'echo "$pipestatus"', "fish": 'echo "$pipestatus"'}[shell.name]
    world.project()
    live = world.start()
    for line in ("", "builtin cd app; ", "builtin cd ..; "):
        live.run(f"{line}sh -c 'exit 3' | sh -c 'exit 4'")
        assert live.run(show) == "3 4", line


@pytest.mark.scenario(21)
@pytest.mark.shells("pwsh")
def test_last_exit_code_and_errors_are_the_users(world: World) -> None:
    world.project()
    live = world.start()
    live.run("sh -c 'exit 7'; cd app")
    assert live.run('"$LASTEXITCODE $($Error.Count)"') == "7 0"
    live.run("Get-Item /no/such/folder -ErrorAction SilentlyContinue")
    assert live.status == "1"
    assert live.run('"$LASTEXITCODE $($Error.Count)"') == "7 1"


@pytest.mark.scenario(21)
@pytest.mark.shells("bash")
def test_the_last_argument_is_the_users(world: World) -> None:
    world.project()
    live = world.start()
    live.run("echo one two")
    assert live.run('echo "$_"') == "two"
    live.run("cd app")
    assert live.run('echo "$_"') == "app"


@pytest.mark.scenario(21)
@pytest.mark.shells("bash", "zsh", "fish")
def test_the_folder_before_is_the_users(world: World) -> None:
    world.project()
    live = world.start()
    live.run("cd /usr")
    live.run(f"cd {world.work}/app")
    assert live.run("cd -").strip() in ("", "/usr")
    assert live.run("pwd") == "/usr"
