"""Citizenship: the user's options, aliases, functions, traps and prompt commands stay as they are, and venvhook works
among them; where it has nothing to do it is not there at all.

Guards scenarios 22 to 31.
"""

from __future__ import annotations

import os
import subprocess
import unicodedata
from pathlib import Path

import pytest

from .dialects import DIALECTS, Dialect
from .terminal import Terminal
from .world import World, environ_of, left, make_environment, same_but_moves

PREFIX = "python -c 'import sys; print(sys.prefix)'"


def comes_and_goes(live: Terminal, app: Path) -> None:
    """Entering works twice over, silently, and leaves everything as it was."""
    before = live.environ()
    for _ in range(2):
        assert live.run(f"cd {app}") == ""
        assert live.prefix() == "(app) "
        assert live.run(PREFIX) == str(app / ".venv")
        assert live.run("") == ""
        assert live.run("cd ..") == ""
        assert live.prefix() == ""
        same_but_moves(live.environ(), before)


OPTIONS = [
    ("bash", "set -u"),
    ("bash", "set -o pipefail"),
    ("bash", "set -o noclobber"),
    ("bash", "shopt -s nullglob"),
    ("bash", "shopt -s failglob"),
    ("bash", "shopt -s dotglob nocaseglob nocasematch"),
    ("bash", "set -o posix"),
    ("bash", "set -f"),
    ("bash", "IFS=/:"),
    ("bash", "IFS="),
    ("bash", "shopt -s extdebug"),
    ("bash", "set -o functrace; set -o errtrace"),
    ("bash", "shopt -s localvar_inherit compat42"),
    ("zsh", "setopt no_unset"),
    ("zsh", "setopt ksh_arrays"),
    ("zsh", "setopt sh_word_split"),
    ("zsh", "setopt null_glob"),
    ("zsh", "setopt warn_create_global warn_nested_var"),
    ("zsh", "setopt no_clobber"),
    ("zsh", "setopt glob_subst"),
    ("zsh", "setopt no_glob"),
    ("zsh", "setopt prompt_subst"),
    ("zsh", "setopt err_return"),
    ("zsh", "setopt posix_builtins posix_identifiers"),
    ("zsh", "setopt extended_glob"),
    ("zsh", "IFS=/:"),
    ("zsh", "setopt no_function_argzero local_options"),
    ("fish", ""),
    ("pwsh", "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'"),
]


SINCE = {"shopt -s localvar_inherit compat42": (5, 0), "setopt warn_create_global warn_nested_var": (5, 4)}


@pytest.mark.scenario(22)
@pytest.mark.parametrize(
    ("shell", "option"), OPTIONS, indirect=["shell"], ids=[f"{shell}-{option}" for shell, option in OPTIONS]
)
def test_options(world: World, option: str) -> None:
    """With the option set from before the hook was loaded, and loaded twice."""
    if world.dialect.lacks(*SINCE.get(option, ())):
        pytest.skip(f"{world.dialect.name} has no such option before {SINCE[option]}")
    app = world.project()
    hook = world.installation.hook(world.dialect.name)
    live = world.start(before=option, after=world.dialect.source(str(hook)))
    assert live.first == ""
    comes_and_goes(live, app)


@pytest.mark.scenario(22)
@pytest.mark.shells("bash", "zsh")
def test_everything_is_exported(world: World, shell: Dialect) -> None:
    """Under `set -a` even the hook's own state gets into the environment, and a shell below is not misled by it."""
    app = world.project()
    live = world.start(before="set -a")
    before = live.run("env | grep ^VIRTUAL_")
    live.run("cd app")
    assert live.prefix() == "(app) "
    for line in (shell.nested, "cd ..", "cd app"):
        live.run(line)
    assert live.prefix() == "(app) "
    assert live.run(PREFIX) == str(app / ".venv")
    live.run("cd ..")
    assert live.run("env | grep ^VIRTUAL_") == before


@pytest.mark.scenario(22)
@pytest.mark.shells("bash", "zsh", "pwsh")
def test_strict_mode(world: World, shell: Dialect) -> None:
    """An interactive shell under `set -e` ends at the first failure: it is still there after all of this."""
    app = world.project()
    world.project("new", allow=False)
    live = world.start(after=shell.strict)
    comes_and_goes(live, app)
    assert live.run("cd new").startswith("venvhook: ")
    assert live.run("cd ..") == ""
    live.run("cd app")
    live.run("deactivate")
    assert live.run("venvhook on") == ""
    assert live.run("cd ..") == ""
    assert live.run(shell.source(str(world.installation.hook(shell.name)))) == "", "loaded a second time"
    comes_and_goes(live, app)
    assert live.run("echo alive") == "alive"


@pytest.mark.scenario(22)
@pytest.mark.shells("bash", "zsh")
def test_options_stay_as_they_are(world: World, shell: Dialect) -> None:
    show = {"bash": "set +o; shopt -p; trap; umask", "zsh": "setopt; unsetopt; trap; umask"}[shell.name]
    world.project()
    live = world.start()
    before = live.run(show)
    live.run("cd app")
    assert live.run(show) == before
    live.run("cd ..")
    assert live.run(show) == before


NAMES = [
    "cd",
    "ls",
    "grep",
    "cat",
    "python",
    "command",
    "test",
    "echo",
    "builtin",
    "printf",
    "local",
    "eval",
    "unset",
    "export",
    "read",
    "set",
]


@pytest.mark.scenario(23)
@pytest.mark.shells("bash", "zsh")
@pytest.mark.parametrize("when", ["before", "after"])
def test_aliases(world: World, shell: Dialect, when: str) -> None:
    """Each calls a program that would be seen; `cd` and `python` go on to what they stand for."""
    world.project()
    aliases = [
        shell.alias(name, f"echo HIJACKED; {name}" if name in ("cd", "python") else "echo HIJACKED;") for name in NAMES
    ]
    text = "\n".join(aliases)
    live = world.start(before=text) if when == "before" else world.start(after=text)
    assert live.first == ""
    assert live.run("\\cd app") == ""
    assert live.prefix() == "(app) "
    assert live.run("") == ""
    assert live.run("\\cd ..") == ""
    assert live.prefix() == ""
    assert live.run("deactivate").count("HIJACKED") == 0
    assert live.run("venvhook on") == ""


@pytest.mark.scenario(23)
@pytest.mark.shells("bash", "zsh", "fish")
def test_functions(world: World, shell: Dialect) -> None:
    names = [
        name
        for name in ("ls", "grep", "cat", "python", "command", "test", "echo", "printf", "string", "math")
        # What fish reserves, and what its own functions and the zshrc of Debian call.
        if (shell.name, name)
        not in (*(("fish", n) for n in ("command", "test", "string", "printf", "math", "echo")), ("zsh", "printf"))
    ]
    world.project()
    live = world.start(before="\n".join(shell.function(name, "builtin echo HIJACKED") for name in names))
    assert "HIJACKED" not in live.first
    assert live.run("cd app") == ""
    assert live.prefix() == "(app) "
    assert live.run("cd ..") == ""


@pytest.mark.scenario(23)
def test_a_function_cd_from_before_is_chained(world: World, shell: Dialect) -> None:
    body = {
        "fish": "echo mine; builtin cd $argv",
        "pwsh": "'mine'; Microsoft.PowerShell.Management\\Set-Location @args",
    }
    text = shell.function("cd", body.get(shell.name, 'echo mine; builtin cd "$@"'))
    if shell.name == "pwsh":
        text = "Remove-Item alias:cd; " + text
    world.project()
    live = world.start(before=text)
    assert live.run("cd app") == "mine"
    assert live.prefix() == "(app) "
    assert live.run("cd ..") == "mine"


@pytest.mark.scenario(24)
@pytest.mark.shells("bash", "zsh")
def test_traps_stay(world: World, shell: Dialect) -> None:
    signals = "INT EXIT ERR DEBUG" if shell.name == "bash" else "INT EXIT ZERR DEBUG"
    if shell.name == "zsh" and shell.lacks(5, 4) and "undefined signal" in world.start().run("trap - INT"):
        pytest.skip("this zsh knows no INT: 5.3 does not find all signals in a newer libc when it is built")
    world.project()
    live = world.start(after="\n".join(f"trap ': my {signal}' {signal}" for signal in signals.split()))
    before = live.run("trap")
    assert before.count(": my ") == len(signals.split())
    live.run("cd app; cd ..")
    live.run("builtin cd app")
    assert live.run("trap") == before


@pytest.mark.scenario(24)
def test_interrupting_the_helper(world: World) -> None:
    """The prompt comes back, nothing is half entered, and the next shell that asks gets its answer."""
    app = world.project()
    before = world.start().environ()
    with world.helper("import sys, time; sys.stderr.write('asking\\n'); sys.stderr.flush(); time.sleep(60)\n"):
        live = world.start()
        live.send("cd app\r")
        live.until(lambda: b"asking" in live.raw)
        live.interrupt()
        live.run("")
        assert live.prefix() == ""
        now = live.environ()
        assert b"VIRTUAL_ENV" not in now and b"VENVHOOK_PROJECT" not in now
        assert now[b"PATH"] == before[b"PATH"]
    live.run("cd ..")
    live.run(f"cd {app}")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    same_but_moves(live.environ(), before)


PROMPT_COMMANDS = {
    "unset": "unset PROMPT_COMMAND",
    "empty": "PROMPT_COMMAND=",
    "string": "PROMPT_COMMAND='mine=$((mine+1))'",
    "trailing ;": "PROMPT_COMMAND='mine=$((mine+1));'",
    "trailing ; and blanks": "PROMPT_COMMAND='mine=$((mine+1)) ;  '",
    "trailing newline": "PROMPT_COMMAND=$'mine=$((mine+1))\\n'",
    "comment": "PROMPT_COMMAND='mine=$((mine+1)) # count'",
    "array": "PROMPT_COMMAND=('mine=$((mine+1))' 'other=1')",
    "array of one": "PROMPT_COMMAND=('mine=$((mine+1))')",
    "empty array": "PROMPT_COMMAND=()",
    "our name in another's": "x_venvhook_prompt_y() { mine=$((mine+1)); }; PROMPT_COMMAND=x_venvhook_prompt_y",
    "exported": "export PROMPT_COMMAND='mine=$((mine+1))'",
}


@pytest.mark.scenario(25)
@pytest.mark.shells("bash")
@pytest.mark.parametrize("kind", PROMPT_COMMANDS)
def test_prompt_commands(world: World, kind: str) -> None:
    if kind == "array" and world.dialect.lacks(5, 1):
        pytest.skip("bash runs more than the first entry since 5.1")
    world.project()
    live = world.start(before=f"mine=0\n{PROMPT_COMMANDS[kind]}")
    assert live.first == ""
    live.run("builtin cd app")
    assert live.prefix() == "(app) "
    counted = live.run("echo $mine")
    assert counted == ("2" if "mine=" in PROMPT_COMMANDS[kind] else "0")
    live.run("builtin cd ..")
    assert live.prefix() == ""


@pytest.mark.scenario(25)
@pytest.mark.shells("bash")
def test_a_readonly_prompt_command(world: World) -> None:
    world.project()
    live = world.start(before="readonly PROMPT_COMMAND=:")
    assert live.first.count("\n") == 0
    assert live.run("cd app") == ""
    assert live.run(PREFIX) == str(world.work / "app/.venv")
    live.run("cd ..")
    assert live.get("VIRTUAL_ENV") is None


@pytest.mark.scenario(26)
def test_the_prompts_trigger_is_taken_away(world: World, shell: Dialect) -> None:
    world.project()
    take = {
        "bash": "PROMPT_COMMAND=",
        "zsh": "precmd_functions=()",
        "fish": "for f in (functions -a | string match '*venvhook*prompt*'); functions -e $f; end",
        "pwsh": 'function prompt { $global:_t++; "0> $([char]27)]7337;${PID}:$global:_t$([char]7)" }',
    }
    live = world.start()
    live.run(take[shell.name])
    assert live.run("cd app; " + PREFIX) == str(world.work / "app/.venv")
    live.run("cd ..")
    assert live.get("VIRTUAL_ENV") is None


@pytest.mark.scenario(26)
@pytest.mark.shells("bash", "zsh", "pwsh")
def test_the_folders_trigger_is_taken_away(world: World, shell: Dialect) -> None:
    take = {
        "bash": 'cd() { builtin cd "$@"; }',
        "zsh": "chpwd_functions=()",
        "pwsh": "$ExecutionContext.SessionState.InvokeCommand.LocationChangedAction = $null",
    }
    world.project()
    live = world.start()
    live.run(take[shell.name])
    live.run("cd app")
    assert live.prefix() == "(app) "
    live.run("cd ..")
    assert live.prefix() == ""


@pytest.mark.scenario(26)
def test_loading_again_arms_again(world: World, shell: Dialect) -> None:
    world.project()
    hook = shell.source(str(world.installation.hook(shell.name)))
    take = {
        "bash": "unset -f cd; PROMPT_COMMAND=",
        "zsh": "chpwd_functions=() precmd_functions=()",
        "fish": "",
        "pwsh": "function prompt { '0> ' }",
    }
    live = world.start()
    live.run("cd app")
    if shell.name != "pwsh":
        live.run(take[shell.name])
    live.run(hook)
    live.run("cd ..")
    assert live.prefix() == ""
    live.run("cd app")
    assert live.prefix() == "(app) "
    assert live.prompt().count("(app)") == 1


@pytest.mark.scenario(27)
@pytest.mark.parametrize("inner", list(DIALECTS))
@pytest.mark.parametrize("how", ["", "exec "], ids=["nested", "exec"])
def test_a_shell_in_a_shell(world: World, shell: Dialect, inner: str, how: str) -> None:
    line = how + DIALECTS[inner].nested
    if not os.path.isabs(DIALECTS[inner].program):
        pytest.skip(f"{inner} is not installed")
    if how:
        shell.needs("exec")
    app = world.project("app", '[variables]\nA = "1"\nB = false')
    world.project("b")
    outside = world.start(env={"B": "outside"})
    outside.run("")  # after exec the process is the same, and so would be the mark of a first prompt
    outside.run(line)
    before = outside.environ()  # a new shell of this kind may set variables, and pwsh puts its own folder on PATH
    live = world.start(env={"B": "outside"})
    live.run("cd app")
    assert live.run(line) == ""
    assert live.prefix() == "(app) "
    inside = live.environ()
    assert inside[b"PATH"].split(b":").count(bytes(app / ".venv/bin")) == 1
    assert inside[b"PATH"].startswith(bytes(app / ".venv/bin"))
    live.run("cd ../b")
    assert live.get("A") is None and live.get("B") == "outside"
    live.run("cd ..")
    same_but_moves(left(live, DIALECTS[inner]), before)


def decoded(environ: dict[bytes, bytes]) -> dict[str, str]:
    return {os.fsdecode(name): os.fsdecode(value) for name, value in environ.items()}


@pytest.mark.scenario(27)
@pytest.mark.parametrize("where", ["b", ".", "app"])
def test_an_inherited_environment(world: World, where: str) -> None:
    """A terminal's pane or an editor starts a shell with the variables of a shell that was in a project."""
    app = world.project("app", '[variables]\nA = "1"\nB = false')
    world.project("b")
    parent = world.start(env={"B": "outside"})
    before = world.start(env=decoded(parent.environ())).environ()
    parent.run("cd app")
    inherited = decoded(parent.environ())
    live = world.start(env=inherited, cwd=world.work / where)
    assert live.first == ""
    assert live.prefix() == ("" if where == "." else f"({where}) ")
    if where == "app":
        assert str(live.get("PATH")).split(":").count(f"{app}/.venv/bin") == 1
    live.run(f"cd {world.work}")
    same_but_moves(left(live, world.dialect), before)


@pytest.mark.scenario(27)
@pytest.mark.shells("bash", "zsh", "fish")
def test_rc_files_that_rebuild_path(world: World, shell: Dialect) -> None:
    """macOS's path_helper, pyenv init and others put folders in front, each time."""
    app = world.project()
    live = world.start(before=shell.path_front("/opt/first"))
    live.run("cd app")
    live.run(shell.program)
    path = str(live.get("PATH")).split(":")
    assert path[0] == f"{app}/.venv/bin"
    assert path.count(f"{app}/.venv/bin") == 1
    assert path.count("/opt/first") >= 1


@pytest.mark.scenario(27)
@pytest.mark.shells("bash", "zsh", "fish")
def test_a_login_shell(world: World, shell: Dialect) -> None:
    app = world.project()
    (world.home / ".bash_profile").write_text(". ~/.bashrc\n")
    live = world.start(cwd=app, arguments=("-l",))
    assert live.prefix() == "(app) "


@pytest.mark.scenario(28, 53)
@pytest.mark.parametrize("how", ["-c", "script", "stdin", "source"])
def test_not_interactive(world: World, shell: Dialect, how: str) -> None:
    """Nothing is entered, said or started, although the hook itself is read."""
    world.project()
    hook = world.installation.hook(shell.name)
    line = f"{shell.source(str(hook))}\ncd app\nenv\n"
    script = "./script.ps1" if shell.name == "pwsh" else "./script"
    (world.work / script).write_text(line)
    ways = {"-c": ["-c", line], "script": [script], "stdin": [], "source": ["-c", shell.source(script)]}
    if shell.name == "pwsh":
        ways["stdin"] = ["-Command", "-"]
    arguments = ways[how]
    env = {**environ_of(world.home), "BASH_ENV": str(hook)}
    done = subprocess.run(
        [shell.program, *arguments],
        input=line if how == "stdin" else "",
        env=env,
        cwd=world.work,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert "VIRTUAL_ENV" not in done.stdout and "HOME=" in done.stdout
    assert world.helper_calls() == []


@pytest.mark.scenario(28)
@pytest.mark.shells("bash", "zsh", "fish")
def test_a_script_inside_a_project_gets_the_environment_and_nothing_else(world: World, shell: Dialect) -> None:
    app = world.project()
    (app / "script").write_text(f"#!{shell.program}\ncd /\n{PREFIX}\n")
    (app / "script").chmod(0o755)
    live = world.start()
    live.run("cd app")
    assert live.run("./script") == str(app / ".venv")


@pytest.mark.scenario(29)
def test_no_output_and_no_process_while_rc_files_load(world: World, shell: Dialect) -> None:
    """Even when they change to a project: the first prompt does the work."""
    app = world.project(allow=False)
    mark = world.root / "loaded"
    live = world.start(after=f"cd {app}\necho loaded; cp {world.installation.calls} {mark}")
    assert mark.read_text() == "", "the helper was started while rc files were being read"
    said = live.first.splitlines()
    assert said[0] == "loaded"
    assert len(said) == 2 and said[1].startswith("venvhook: ")


@pytest.mark.scenario(29)
def test_stdout_is_never_written(world: World, shell: Dialect) -> None:
    world.project(allow=False)
    live = world.start()
    for line in ("cd app", "venvhook off", "venvhook on"):
        said = live.run(f"{line} >{world.root}/out")
        assert (world.root / "out").read_text() == "", line
        if line == "cd app":
            assert said.startswith("venvhook: ")


@pytest.mark.scenario(30)
@pytest.mark.shells("bash", "zsh", "fish")
def test_the_current_folder_deleted(world: World) -> None:
    app = world.project()
    (app / "sub").mkdir()
    (world.work / "plain").mkdir()
    live = world.start()
    live.run("cd plain")
    (world.work / "plain").rmdir()
    assert "venvhook" not in live.run("")
    live.run("cd ../app/sub")
    (app / "sub").rmdir()
    assert "venvhook" not in live.run("") + live.run("")
    live.run(f"cd {world.work}")
    assert live.prefix() == ""
    assert live.get("VIRTUAL_ENV") is None


@pytest.mark.scenario(30)
@pytest.mark.shells("bash", "zsh")
@pytest.mark.parametrize("line", ["PWD=secret", "PWD=a/b", "PWD=", "unset PWD"])
def test_a_variable_of_the_users_named_as_the_current_folder(world: World, shell: Dialect, line: str) -> None:
    world.project()
    live = world.start(after=shell.strict if shell.name == "zsh" else "set -u")
    live.run("cd app")
    assert live.run(line) + live.run("") == ""
    live.run(f"cd {world.work}")
    assert live.get("VIRTUAL_ENV") is None
    live.run("cd app")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(30)
@pytest.mark.shells("bash", "zsh", "fish")
def test_the_project_deleted(world: World) -> None:
    app = world.project()
    live = world.start()
    before = live.environ()
    live.run("cd app")
    os.rename(app, world.root / "gone")
    live.run("")
    live.run(f"cd {world.work}")
    assert live.prefix() == ""
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(30)
@pytest.mark.shells("pwsh")
def test_another_provider(world: World) -> None:
    world.project()
    live = world.start()
    assert live.run("cd Env:") == ""
    assert live.run(f"cd {world.work}/app") == ""
    assert live.prefix() == "(app) "


FOLDERS = {
    "space": "a b  c",
    "single quote": "it's",
    "double quote": 'say "hi"',
    "dollar": "$HOME ${HOME}",
    "backquote": "`id`",
    "semicolon": "a;b&c|d",
    "star": "a*b?",
    "bracket": "a[1]b",
    "percent": "100%d",
    "a backslash": "a\\b\\n",
    "dash": "-rf",
    "dots": "a..b",
    "bang": "a!b!!",
    "tilde": "~x",
    "equals": "=ls",
    "hash": "#x",
    "braces": "{a,b}",
    "parentheses": "(x)",
    "caret": "^a^b",
    "curly quotes": "\u2018x\u2019\u201cy\u201d",
    "composed": unicodedata.normalize("NFC", "é"),
    "decomposed": unicodedata.normalize("NFD", "é"),
    "a doubled backquote": "a``b``",
    "a backquote and a bracket": "a`[b",
    "not utf-8": "a\udcffb",
    "newline": "a\nb",
    "trailing newline": "a\n",
    "255 bytes": "x" * 255,
    "3000 bytes": "/".join(["y" * 200] * 15),
}


@pytest.mark.scenario(31)
@pytest.mark.parametrize("kind", FOLDERS)
def test_folder_names(world: World, shell: Dialect, kind: str) -> None:
    shell.needs(f"a folder name {'that is' if kind.startswith('not') else 'with'} {kind}")
    app = world.project(FOLDERS[kind] + "/app", '[variables]\nA = "1"', env=False)
    os.rename(make_environment(world.root / "made"), app / ".venv")  # venv itself cannot write all of these names
    for script in (app / ".venv/bin").glob("activate*"):
        script.unlink()  # it says where the environment was made
    live = world.start(env={"TO": str(app)})
    before = live.environ()
    to = {"pwsh": "Set-Location -LiteralPath $env:TO"}.get(shell.name, 'cd "$TO"')
    for _ in range(2):
        assert live.run(to) == ""
        inside = live.environ()
        assert inside[b"VIRTUAL_ENV"] == os.fsencode(app / ".venv")
        assert inside[b"PATH"] == os.fsencode(app / ".venv/bin") + b":" + before[b"PATH"]
        assert inside[b"VENVHOOK_PROJECT"] == os.fsencode(app)
        assert inside[b"A"] == b"1"
        assert live.run(f"cd {world.work}") == ""
        same_but_moves(live.environ(), before)


@pytest.mark.scenario(31)
def test_two_normal_forms_are_two_projects(world: World, shell: Dialect) -> None:
    one, two = (world.project(unicodedata.normalize(form, "é")) for form in ("NFC", "NFD"))
    if os.path.samefile(one, two):
        pytest.skip("to this file system they are one folder")
    live = world.start(env={"ONE": str(one), "TWO": str(two)})
    for name, folder in (("ONE", one), ("TWO", two), ("ONE", one)):
        live.run(f"cd -LiteralPath $env:{name}" if shell.name == "pwsh" else f'cd "${name}"')
        assert live.get("VENVHOOK_PROJECT") == str(folder)


@pytest.mark.scenario(31)
def test_a_colon_cannot_stand_in_path(world: World, shell: Dialect) -> None:
    app = world.project("a:b", env=False)
    os.rename(make_environment(world.root / "made"), app / ".venv")  # venv itself refuses such a name
    live = world.start()
    before = live.environ()
    said = live.run(shell.cd(str(app)))
    assert said.startswith("venvhook: ") and "\n" not in said and ":" in said
    assert live.run("") == ""
    same_but_moves(live.environ(), before)
