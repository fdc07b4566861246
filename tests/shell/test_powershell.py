"""What only PowerShell has: profiles that replace the prompt, ways to start it, how it passes arguments, what TAB does,
and files that it must not open.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .dialects import Dialect
from .terminal import Terminal
from .test_trust import one_line
from .world import PACKAGE, World, as_if_not_root, make_environment, same_but_moves

pytestmark = pytest.mark.shells("pwsh")
MARK = "$([char]27)]7337;${PID}:$global:_t$([char]7)"
PROMPT = f'function prompt {{ $global:_t++; "0> {MARK}" }}'
SHOW = "import json, sys; print(json.dumps([sys.argv[1:], '' if sys.stdin.isatty() else sys.stdin.read()]))"


def reload(world: World) -> str:
    """What a user types who has changed their profile."""
    names = (world.dialect.early_rc, world.dialect.rc)
    return "; ".join(f". {world.dialect.quote(str(world.home / name))}" for name in names)


# ---- the first prompt -----------------------------------------------------------------------------------------------


@pytest.mark.scenario(18, 51)
@pytest.mark.parametrize("where", ["app", "app/sub", "."])
def test_a_profile_that_is_read_later_replaces_the_prompt(world: World, where: str) -> None:
    (world.project() / "sub").mkdir()
    live = world.start(after=PROMPT, cwd=world.work / where)
    assert (live.first, live.prefix()) == ("", "(app) " if where != "." else "")
    assert live.run("(Get-Item function:prompt).ScriptBlock.Module.Name -eq 'venvhook'; $Error.Count") == "True\n0"
    live.run(f"cd {world.work}/app")
    assert live.prefix() == "(app) "


NAMED = "$(if ($env:VIRTUAL_ENV_PROMPT) { \"<$env:VIRTUAL_ENV_PROMPT> \" })"
BY_ITSELF = {
    "its own text": PROMPT.replace('"0> ', f'"{NAMED}0> '),
    "a function": f'function Show-It {{ "{NAMED}" }}\n' + PROMPT.replace('"0> ', '"$(Show-It)0> '),
    "a kept block": f'$global:My = @{{ Old = {{ "{NAMED}" }} }}\n' + PROMPT.replace('"0> ', '"$(& $global:My.Old)0> '),
}
NOT_BY_ITSELF = {
    "a remark": PROMPT.replace("{ $global", "{\n# VIRTUAL_ENV is shown by others\n<# starship #> $global", 1),
    "a sound": PROMPT.replace('"0> ', '$null = $powerline; "0> '),
    "whether it is wanted": PROMPT.replace('"0> ', '$null = $env:VIRTUAL_ENV_DISABLE_PROMPT; "0> '),
}


@pytest.mark.scenario(18)
@pytest.mark.parametrize("how", [*BY_ITSELF, *NOT_BY_ITSELF])
def test_a_prompt_that_speaks_of_environments(world: World, how: str) -> None:
    """The name is shown once: by a prompt that does so itself, else by us."""
    world.project()
    live = world.start(after={**BY_ITSELF, **NOT_BY_ITSELF}[how])
    for _ in range(2):
        live.run("cd app")
        assert live.prefix() == ("<app> " if how in BY_ITSELF else "(app) ")
        live.run("cd ..")
        assert live.prefix() == ""


@pytest.mark.scenario(29, 51)
def test_nothing_happens_before_the_first_prompt(world: World) -> None:
    """Not even when a profile goes into a project, or calls the prompt."""
    app = world.project()
    later = f"cd {app}\n$during = $env:VIRTUAL_ENV; $shown = @(prompt).Count; $inside = $env:VIRTUAL_ENV; cd /\n"
    live = world.start(after=later)
    assert (live.first, live.run('"$during|$inside|"')) == ("", "||")
    assert world.helper_calls() == []
    assert (live.run(f"cd {app}"), live.prefix()) == ("", "(app) ")


@pytest.mark.scenario(14, 16, 52)
@pytest.mark.parametrize("where", ["app", "."])
@pytest.mark.parametrize("own", [True, False], ids=["its own", "another"])
def test_an_activate_script_in_the_profile_above_our_line(
    world: World, shell: Dialect, where: str, own: bool
) -> None:
    """Its prompt calls what it had saved, and works only with its deactivate."""
    app = world.project()
    other = app / ".venv" if own else make_environment(world.work / "other/env", prompt="other")
    before = f"{shell.prompt_rc}\n{shell.activate(str(other))}"
    live = world.start(before=before, after="return", cwd=world.work / where)
    assert live.first.strip() in ("", "(other)", "(.venv)")
    live.run("$Error.Clear()")  # the script's own
    for _ in range(2):
        live.run(f"cd {app}")
        live.run("")
        assert live.prompt().count("(app) ") == 1 and ".venv" not in live.prompt()
        live.run("cd ..")
        live.run("")
        assert "(app) " not in live.prompt()
    assert live.run("$Error.Count") == "0"
    live.run(f"cd {app}; deactivate; cd ..")
    live.run("" if own else "deactivate")
    assert live.prefix() == ""
    assert live.get("VIRTUAL_ENV") is None
    live.run("cd app")
    assert live.prefix() == "(app) "
    assert live.run("$Error.Count") == "0"


@pytest.mark.scenario(26)
def test_the_profile_is_read_again(world: World) -> None:
    world.project()
    live = world.start(after=PROMPT)
    live.run("cd app")
    live.run(reload(world))
    assert live.prefix() == "(app) "
    assert live.run("") == ""
    assert live.prompt().count("(app)") == 1
    live.run("$env:VENVHOOK_DISABLE = 1")
    assert live.prefix() == ""
    live.run("$env:VENVHOOK_DISABLE = $null")
    assert live.prefix() == "(app) "
    live.run(reload(world))
    live.run("cd ..")
    assert live.prefix() == ""


@pytest.mark.scenario(18, 26)
def test_a_prompt_that_is_replaced_later_gets_the_name_at_the_next_change_of_folder(world: World) -> None:
    world.project()
    live = world.start()
    live.run("cd app")
    live.run(PROMPT)
    live.run("cd .")
    assert live.prompt().count("(app)") == 1
    live.run(f"$theirs = $function:prompt; {PROMPT}; cd /; cd -")
    assert live.prompt().count("(app)") == 1


@pytest.mark.scenario(26)
def test_handlers_of_others_are_kept(world: World) -> None:
    """Theirs before, theirs after, exactly; and both are called."""
    ours = "$ExecutionContext.SessionState.InvokeCommand"
    count = (
        f"$ic = {ours}; $global:looked = 0; $global:moved = 0\n"
        "$ic.PreCommandLookupAction = { $global:looked++ }; $ic.LocationChangedAction = { $global:moved++ }\n"
        "$global:was = $ic.PreCommandLookupAction\n"
    )
    live = world.start(before=count)
    assert live.run("[object]::ReferenceEquals($was, $ic.PreCommandLookupAction); $looked -gt 0") == "True\nTrue"
    live.run("cd /usr; cd /")
    assert live.run("$moved; $ic.LocationChangedAction.GetInvocationList().Count") == "2\n2"
    live.run("$ic.PreCommandLookupAction = $null")
    live.run(reload(world).replace(count, ""))
    live.run("cd /usr")


# ---- a way to start it ----------------------------------------------------------------------------------------------


def started(world: World, *arguments: str, profile: str = "") -> str:
    """The output of a pwsh on a terminal that is started with these arguments and ends."""
    world.write_rc(world.dialect, before=profile)
    master, slave = os.openpty()
    environ = {"HOME": str(world.home), "PATH": os.environ["PATH"], "TERM": "xterm", **world.dialect.environment}
    command = [world.dialect.program, "-NoLogo", *arguments]
    try:
        done = subprocess.run(
            command, stdin=slave, capture_output=True, text=True, env=environ, cwd=world.work, timeout=60, check=False
        )
    finally:
        os.close(master)
        os.close(slave)
    return done.stdout + done.stderr


@pytest.mark.scenario(28, 53)
@pytest.mark.parametrize("profile", ["", "Import-Module PSReadLine", "Set-PSReadLineOption -EditMode Emacs"])
def test_a_script_is_left_alone(world: World, profile: str) -> None:
    """Whatever its profile has loaded; there is a terminal on standard input."""
    app, new = world.project(), world.project("new", allow=False)
    line = f"Set-Location {new}; Set-Location {app}; $null = prompt; \"[$env:VIRTUAL_ENV]\""
    script = world.root / "job.ps1"
    script.write_text(line)
    for arguments in (("-c", line), (str(script),), ("-NonInteractive", "-c", line)):
        assert started(world, *arguments, profile=profile).split() == ["[]"], arguments
    assert world.helper_calls() == []


@pytest.mark.scenario(53)
@pytest.mark.parametrize(
    "arguments", [("-NoExit", "-Command", "$x = 1"), ("-noe", "-c", "cd /"), ("-wd", "/usr"), ("-Login",), ("-i",)]
)
def test_a_shell_that_stays_is_interactive(world: World, arguments: tuple[str, ...]) -> None:
    app = world.project()
    live = world.start(arguments=arguments)
    assert live.first == ""
    live.run(f"cd {app}")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(22)
def test_a_locked_down_shell_is_left_alone(world: World) -> None:
    app = world.project()
    live = world.start(
        before="$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'",
        after="$ExecutionContext.SessionState.LanguageMode",
        cwd=app,
    )
    assert live.first.strip() in ("", "ConstrainedLanguage")
    assert live.prefix() == ""
    assert live.run("$Error.Count") == "0"


# ---- the command ----------------------------------------------------------------------------------------------------


@pytest.mark.scenario(54)
def test_the_status_of_the_command(world: World) -> None:
    live = world.start(cwd=world.project())
    for line, said in (
        ("venvhook bad 2>$null || 'no'", "no"),
        ("venvhook off && 'yes'", "yes"),
        ("venvhook on && 'yes'; $LASTEXITCODE", "yes\n0"),
        ("venvhook run -- sh -c 'exit 9' && 'deployed'", ""),
        ("venvhook run -- sh -c 'exit 9'; \"$? $LASTEXITCODE\"", "False 9"),
        ("venvhook run -- true; \"$? $LASTEXITCODE\"", "True 0"),
        ("if (venvhook --version) { 'said' }", "said"),
        ("Set-Alias v venvhook; v run -- false || 'no'", "no"),
    ):
        assert live.run(line).endswith(said), line
        assert said or live.run(line) == "", line


ARGUMENTS = [
    "a,b",
    "a, b",
    "-v:x",
    "--opt:y",
    "--opt=a,b",
    "-- x --",
    "a -- b",
    "'' \"\" x",
    "'*' '[x]' '~' '?.toml'",
    "* [x]y ~ ~/x",
    "'a b' \"it's\" 'say \"x\"' 'back\\' 'two\\\\'",
    "3.10 1.0,2.50 0x10 1kb",
    "`*x `$y",
    "$null last",
    "$two $one",
    "$(1) (1 + 2) \"$one\"",
    "a,'b c',d",
    "-x -y z -W:",
    "$env:NOTHING/x @('p', 'q')",
    "-k 'test_*'",
    "ünï ‘x’ \U0001f600",
]
EXPECTED: list[list[str]] = [
    ["a,b"],
    ["a,b"],
    ["-v:x"],
    ["--opt:y"],
    ["--opt=a,b"],
    ["--", "x", "--"],
    ["a", "--", "b"],
    ["", "", "x"],
    ["*", "[x]", "~", "?.toml"],
    ["*", "[x]y", "~", "~/x"],
    ["a b", "it's", 'say "x"', "back\\", "two\\\\"],
    ["3.10", "1.0,2.50", "0x10", "1kb"],
    ["*x", "$y"],
    ["last"],
    ["1", "2", "x y"],
    ["1", "3", "x y"],
    ["a,b c,d"],
    ["-x", "-y", "z", "-W:"],
    ["/x", "p", "q"],
    ["-k", "test_*"],
    ["ünï", "x", "\U0001f600"],
]


@pytest.mark.scenario(54)
def test_every_argument_as_it_was_typed(world: World) -> None:
    """By `run`, and so by every command; PowerShell expands no pattern, and eats no `--`."""
    app = world.project()
    for name in ("b.toml", "test_x", "x", "xy"):
        (app / name).touch()
    script = world.root / "show.py"
    script.write_text(SHOW)
    live = world.start(after="$two = 1, 2; $one = 'x y'", cwd=app)
    for typed, wanted in zip(ARGUMENTS, EXPECTED):
        said = live.run(f"venvhook run -- {sys.executable} {script} {typed}") if typed.isprintable() else "[]"
        got = json.loads(said.replace("\n", ""))[0]
        assert got == wanted, typed


# What PowerShell itself has under these names, and the prompt of these tests.
SHELLS_OWN = {
    "_", "args", "error", "executioncontext", "false", "host", "home", "input", "iswindows", "matches", "null", "pwd",
    "shown", "this", "true",
}  # fmt: skip


@pytest.mark.scenario(58)
@pytest.mark.parametrize("when", ["before", "after"])
def test_any_name_of_the_users(world: World, when: str) -> None:
    """Each variable of our files, where the user has it in all scopes, for good."""
    app = world.project()
    world.project("new", allow=False)
    texts = (path.read_text() for path in (PACKAGE / "shell").glob("*.ps1"))
    found = {name for text in texts for name in re.findall(r"\$(?:script:)?([a-z_]\w*)\b(?!:)", text)}
    names = sorted(name for name in found if name.lower() not in SHELLS_OWN)
    text = "\n".join(f"Set-Variable {name} mine -Scope Global -Option AllScope, Constant" for name in names)
    (world.home / "names.ps1").write_text(text)
    load = ". ~/names.ps1"
    live = world.start(before=load) if when == "before" else world.start(after=load)
    assert live.first == ""
    assert (live.run("cd app; 'hi'"), live.prefix(), live.get("VIRTUAL_ENV")) == ("hi", "(app) ", str(app / ".venv"))
    assert live.run("venvhook run -- printf '%s,' -- a,b -v:x 'c d' 3.10; $?") == "--,a,b,-v:x,c d,3.10,True"
    assert live.run("venvhook off; venvhook on; cd ../new; 'hi'").endswith("hi")
    assert live.run("cd ..; $Error.Count; $plan") == "0\nmine"
    assert live.prefix() == ""


@pytest.mark.scenario(58)
def test_nothing_of_ours_in_a_trace(world: World) -> None:
    """Of what is traced, each statement is the user's: the line that was typed, or of the prompt."""
    world.project()
    live = world.start(before="Set-PSDebug -Trace 1")
    live.run("Set-PSDebug -Trace 1")
    for line in ("cd app", "1", "deactivate", "cd ..", "cd app", "cd .."):
        traced = re.findall(r"DEBUG: +\d+\+ (.*)", live.run(line))
        theirs = "".join(f"{world.dialect.prompt_rc} {line}".split())
        ours = [each for each in traced if "".join(each.replace(">>>> ", "").split()) not in theirs]
        assert traced and not ours, (line, ours)


@pytest.mark.scenario(54)
def test_pipes_into_the_command_and_out_of_it(world: World) -> None:
    script = world.root / "show.py"
    script.write_text(SHOW)
    live = world.start(cwd=world.project())
    assert live.run(f"'in', 'two' | venvhook run -- {sys.executable} {script} a,b") == '[["a,b"], "in\\ntwo\\n"]'
    assert live.run("$x = venvhook run -- printf '1\\n2\\n'; $x.Count") == "2"
    assert live.run("venvhook run -- printf '1\\n2\\n' | Select-Object -Last 1") == "2"
    assert live.run(f"venvhook run -- {sys.executable} -c 'import sys; print(sys.stdout.isatty())'") == "True"
    live.run(f"venvhook run -- printf 'x' > {world.root}/out")
    assert (world.root / "out").read_text().strip() == "x"


@pytest.mark.scenario(54)
def test_a_folder_that_is_typed_with_a_tilde(world: World) -> None:
    (world.home / "shop").mkdir()
    make_environment(world.home / "shop/.venv")
    world.mark(world.home / "shop", "")
    live = world.start()
    live.run("venvhook allow ~/shop")
    assert (live.run("cd ~/shop"), live.prefix()) == ("", "(shop) ")


@pytest.mark.scenario(48)
def test_its_python_is_gone(world: World) -> None:
    """One line, then nothing more, and no error of PowerShell's own."""
    app = world.project()
    live = world.start()
    right = Path(world.installation.launcher)
    away = right.with_name("away.py")
    right.rename(away)
    try:
        said = live.run(f"cd {app}")
        assert one_line(said) and "install venvhook again" in said
        assert live.run("") + live.run("cd ..") + live.run("cd app") == ""
        said = live.run("venvhook status")
        assert one_line(said) and "install venvhook again" in said
        assert live.run("$LASTEXITCODE; $Error.Count") == "127\n0"
    finally:
        away.rename(right)


@pytest.mark.scenario(54)
def test_the_command_of_open_shells_after_uninstalling(world: World) -> None:
    app = world.project()
    live = world.start()
    live.run("cd app")
    (world.installation.hook("pwsh").parent / "command-2.ps1").rename(world.root / "command")
    try:
        live.run("cd ..")
        assert live.run("venvhook status") == "venvhook: it is no longer installed; open a new shell"
        assert [live.run("venvhook off"), live.run("cd app"), live.get("VIRTUAL_ENV")] == ["", "", None]
        assert [live.run("venvhook on"), live.get("VIRTUAL_ENV")] == ["", str(app / ".venv")]
    finally:
        (world.root / "command").rename(world.installation.hook("pwsh").parent / "command-2.ps1")


# ---- what is the user's ---------------------------------------------------------------------------------------------


@pytest.mark.scenario(23)
def test_a_readonly_deactivate_stays(world: World) -> None:
    """It stops neither entering nor leaving, and what was not set is not put back."""
    app = world.project("app", '[variables]\nDEBUG = "1"\n')
    live = world.start()
    live.run("$env:DEBUG = '1'")
    before = live.environ()
    live.run("Set-Item function:deactivate { 'ro' } -Options ReadOnly")
    assert [live.run("cd app"), live.run(""), live.get("VIRTUAL_ENV")] == ["", "", str(app / ".venv")]
    assert [live.run("cd .."), live.run("deactivate; $Error.Count")] == ["", "ro\n0"]
    same_but_moves(live.environ(), before)
    live.run("Remove-Item function:deactivate -Force; cd app")
    live.run("Set-Item function:deactivate -Options ReadOnly -Value $function:deactivate")
    assert [live.run("cd .."), live.run("$Error.Count")] == ["", "0"]
    same_but_moves(live.environ(), before)
    assert [live.run("cd app"), live.prefix(), live.run("cd ..; $Error.Count")] == ["", "(app) ", "0"]
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(18)
def test_a_prompt_that_writes_by_itself(world: World) -> None:
    """The name is in front of what it writes, and not behind."""
    world.project()
    prompt = f'function prompt {{ $global:_t++; Write-Host "{MARK}0>" -NoNewline; " " }}'
    live = world.start(after=prompt)
    for _ in range(2):
        live.run("cd app")
        assert live.screen.rows()[-1].startswith("(app) 0>"), live.screen.rows()
        live.run("cd ..")


@pytest.mark.scenario(58)
@pytest.mark.parametrize("member", ["Length", "LastWriteTimeUtc"])
def test_members_of_the_users(world: World, member: str) -> None:
    """People have the length of a file shown in KB."""
    world.project()
    given = f"-MemberName {member} -MemberType ScriptProperty -Value {{ 'x' }}"
    live = world.start(before=f"Update-TypeData -TypeName System.IO.FileInfo {given} -Force")
    assert [live.run("cd app"), live.prefix()] == ["", "(app) "]
    world.installation.starts()
    assert [live.run(line) for line in ("", "cd ..", "cd app", "")] == [""] * 4
    assert world.installation.starts() == []


@pytest.mark.scenario(58)
def test_a_test_path_of_the_users(world: World) -> None:
    world.project()
    live = world.start(before="$PSModuleAutoLoadingPreference = 'ModuleQualified'; function Test-Path { throw 'mine' }")
    assert live.first == ""
    live.run("Microsoft.PowerShell.Management\\Set-Location app")
    assert live.prefix() == "(app) "


# ---- TAB ------------------------------------------------------------------------------------------------------------


def completed(live: Terminal, text: str) -> list[str]:
    said = live.run(f"(TabExpansion2 {live_quote(text)} {len(text)}).CompletionMatches.CompletionText -join '|'")
    return [word for word in said.replace("\n", "").split("|") if word]


def live_quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@pytest.mark.scenario(21)
def test_tab_changes_nothing(world: World) -> None:
    live = world.start()
    live.run("sh -c 'exit 7'")
    assert "3" in "".join(completed(live, "venvhook create --python 3"))
    assert live.run('"$LASTEXITCODE $($Error.Count)"') == "7 0"
    fresh = world.start()
    completed(fresh, "venvhook create --python 3")
    assert fresh.run("Test-Path variable:LASTEXITCODE; $Error.Count") == "False\n0"


@pytest.mark.scenario(31)
def test_what_tab_offers(world: World) -> None:
    for name in ("od[d]", "it's", "two words", "plain"):
        (world.work / name).mkdir()
    live = world.start()
    assert completed(live, "venvhook al") == ["allow"]
    assert [word.rstrip("'/") for word in completed(live, "venvhook allow od")] == ["'./od[d]"]
    assert [word.rstrip("'/") for word in completed(live, "venvhook allow tw")] == ["'./two words"]
    assert [word.rstrip("'/") for word in completed(live, "venvhook allow it")] == ["'./it''s"]
    assert [word.rstrip("/") for word in completed(live, "venvhook allow pl")] == ["./plain"]
    live.run("cd 'od[d]' 2>$null")


# ---- it never hangs, and never floods -------------------------------------------------------------------------------


@contextlib.contextmanager
def put(kind: str, path: Path, root: Path) -> Iterator[None]:
    """Something odd at PATH."""
    holds: list[object] = []
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "link to a fifo":
        os.mkfifo(root / "pipe")
        path.symlink_to(root / "pipe")
    elif kind == "socket":
        server = socket.socket(socket.AF_UNIX)
        holds.append(server)
        here = os.getcwd()
        os.chdir(path.parent)
        server.bind(path.name)
        os.chdir(here)
    elif kind == "folder":
        path.mkdir()
    elif kind == "dangling":
        path.symlink_to("nowhere")
    elif kind == "a circle":
        path.symlink_to(path.name)
    elif kind == "sparse":
        path.touch()
        os.truncate(path, 1 << 30)
    elif kind == "a NUL":
        path.write_bytes(b"a = 1\0")
    elif kind == "too long":
        path.write_bytes(b"#" * 5000)
    elif kind == "not UTF-8":
        path.write_bytes(b"\xff\xfe\x80")
    elif kind == "leased":  # who opens it waits for as long as the system lets them, unless without blocking
        path.write_text("# mine\n")
        holder = open(path, "r+b")  # noqa: SIM115
        holds.append(holder)
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        fcntl.fcntl(holder, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    elif kind == "unreadable":
        path.write_text("")
        path.chmod(0)
    else:
        path.symlink_to(kind)
    yield
    for each in holds:
        each.close()  # type: ignore[attr-defined]


ODD = [
    *("fifo", "link to a fifo", "socket", "folder", "dangling", "a circle", "sparse", "a NUL", "too long", "not UTF-8"),
    *("/dev/zero", "/dev/null", "/dev/tty", "/dev/stdin", "/proc/self/mem", "/proc/kmsg", "/proc/self/pagemap"),
    *("/proc/self/environ", "/proc/uptime", "/sys/kernel/uevent_seqnum", "/sys/power/state", "unreadable", "leased"),
]


def quick(live: Terminal, line: str) -> str:
    began = time.monotonic()
    said = live.run(line)
    assert time.monotonic() - began < 8, "2 s, on a machine that does nothing else"
    return said


@pytest.mark.scenario(57)
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_marker(world: World, kind: str) -> None:
    """One helper and at most one line at three prompts; gone, and a good one there instead: it is entered."""
    app = world.project()
    (app / ".venvhook.toml").unlink()
    live = world.start(wrapper=as_if_not_root() if kind == "unreadable" else ())
    with put(kind, app / ".venvhook.toml", world.root):
        said = "\n".join(quick(live, line) for line in ("cd app", "", "", ""))
        assert said.strip() == "" or one_line(said.strip()), said
        assert len(world.helper_calls()) <= 1
        assert live.prefix() == ""
        (app / ".venvhook.toml").rename(app / "gone")
        world.mark(app, "")
        quick(live, "")
        assert live.prefix() == "(app) "


@pytest.mark.scenario(57)
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_file_of_variables(world: World, kind: str) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    (app / ".env").write_text("A=1\n")
    world.cli("allow", str(app))
    live = world.start()
    live.run("cd app; cd ..")
    (app / ".env").unlink()
    world.helper_calls()
    with put(kind, app / ".env", world.root):
        said = "\n".join(quick(live, line) for line in ("cd app", "", "", ""))
        assert said.strip() == "" or one_line(said.strip()), said
        assert len(world.helper_calls()) <= 1


@pytest.mark.scenario(57)
@pytest.mark.parametrize("kind", [kind for kind in ODD if kind not in ("unreadable", "leased")])
def test_an_odd_kept_plan(world: World, kind: str) -> None:
    """It is not read; the helper is asked, once, and the project is entered."""
    app = world.project()
    world.start().run("cd app")
    kept = Path(f"{world.installation.cache}/plans{app}/.venvhook-2.ps1")
    kept.unlink()
    world.helper_calls()
    with put(kind, kept, world.root):
        live = world.start()
        assert "".join(quick(live, line) for line in ("cd app", "", "")) == ""
        assert live.prefix() == "(app) "
        assert len(world.helper_calls()) == 1


@pytest.mark.scenario(57)
def test_a_marker_that_grows(world: World) -> None:
    """What is too long stays too long."""
    app = world.project()
    marker = app / ".venvhook.toml"
    marker.write_bytes(b"#" * 5000)
    live = world.start()
    said = [live.run("cd app")]
    for _ in range(3):
        with open(marker, "ab") as file:
            file.write(b"#" * 100)
        said.append(live.run(""))
    assert one_line("\n".join(said).strip())
    assert len(world.helper_calls()) == 1


@pytest.mark.scenario(57)
@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is Linux's")
def test_a_marker_that_is_exchanged_with_a_pipe_in_a_loop(world: World) -> None:
    """Whatever is found at each look: the hook opens neither, so no prompt waits for somebody to write."""
    app = world.project()
    os.mkfifo(app / "pipe")
    libc, going = ctypes.CDLL(None), True

    def exchange() -> None:
        while going:
            libc.renameat2(-100, bytes(app / "pipe"), -100, bytes(app / ".venvhook.toml"), 2)

    loop = threading.Thread(target=exchange)
    loop.start()
    try:
        live = world.start()
        for line in ("cd app", "", "", "cd ..", "cd app", ""):
            quick(live, line)
    finally:
        going = False
        loop.join()


# ---- files by identity, markers that come back ----------------------------------------------------------------------


@pytest.mark.scenario(56)
def test_a_marker_that_is_made_above(world: World) -> None:
    app = world.project()
    (app / ".venvhook.toml").unlink()
    (app / "sub").mkdir()
    live = world.start(cwd=app / "sub")
    assert live.prefix() == ""
    world.mark(app, "")
    live.run("")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(47)
def test_a_folder_for_temporary_files_that_takes_none(world: World) -> None:
    """The helper cannot answer: one line says why, at no later prompt a second one; with room it works again."""
    world.project()
    live = world.start()
    was = live.run("$global:was = $env:TMPDIR; $env:TMPDIR = '/proc'")
    said = live.run("cd app")
    assert was == "" and one_line(said) and "/proc" in said and "TMPDIR" in said, said
    assert live.run("") + live.run("") == "" and len(world.helper_calls()) == 1
    assert live.run("$env:TMPDIR = $was; venvhook on") == ""
    assert live.prefix() == "(app) "


@pytest.mark.scenario(17)
def test_a_ceiling_whose_links_lead_to_each_other(world: World) -> None:
    """It is no folder, so it closes none; and the prompt does not wait."""
    app = world.project()
    (world.work / "one").symlink_to(world.work / "two/x")
    (world.work / "two").symlink_to(world.work / "one/y")
    live = world.start(env={"VENVHOOK_CEILING": f"{world.work}/one:{world.work}/two/"})
    assert (quick(live, "cd app"), live.prefix()) == ("", "(app) ")
    assert quick(live, f"cd {app}/..") == ""


@pytest.mark.scenario(38)
def test_the_name_of_a_folder_reaches_no_terminal(world: World) -> None:
    odd = world.work / "x``y\x1b]0;OWNED\x07"
    odd.mkdir()
    world.mark(odd, "")
    live = world.start(env={"TO": str(odd)})
    live.raw = b""
    said = live.run("Set-Location -LiteralPath $env:TO")
    assert "OWNED" in said and b"]0;OWNED\x07" not in live.raw.replace(b"\x1b]0;PowerShell", b"")
    assert said.count("venvhook: ") == 1


@pytest.mark.scenario(22, 58)
@pytest.mark.parametrize(
    "setting",
    [
        "[Console]::OutputEncoding = [Text.Encoding]::Unicode",
        "$OutputEncoding = [Text.Encoding]::UTF32",
        "$PSNativeCommandArgumentPassing = 'Legacy'",
        "$PSDefaultParameterValues['*:ErrorAction'] = 'Stop'",
        "class Array {}; class NullString {}; class File {}; class Regex {}",
        "function Write-Error { 'HIJACKED' }; Set-Alias Get-History Get-Date; function TabExpansion2 { }",
    ],
)
def test_nothing_of_the_session_reaches_the_helper(world: World, setting: str) -> None:
    app = world.project("app", '[variables]\nA = "é"\nB = false')
    live = world.start(env={"B": "was"})
    before = live.environ()
    said = live.run(f"{setting}; cd app; [Console]::OutputEncoding = [Text.Encoding]::UTF8")
    assert (said, live.prefix(), live.get("A"), live.get("B")) == ("", "(app) ", "é", None)
    assert live.run("") + live.run("cd ..") == ""
    same_but_moves(live.environ(), before)
    assert live.run("$Error.Count") == "0"
    assert app.exists()


@pytest.mark.scenario(32)
def test_a_line_while_another_is_edited(world: World) -> None:
    """A key that changes the folder: what is to be said is said above the prompt that is drawn then."""
    app = world.project(allow=False)
    draw = "[Microsoft.PowerShell.PSConsoleReadLine]::InvokePrompt()"
    key = f"Set-PSReadLineKeyHandler -Chord Ctrl+g -ScriptBlock {{ cd {app}; {draw} }}"
    live = world.start(after=key)
    live.send("\x07")
    live.wait()
    assert "\n".join(live.screen.rows()).count("venvhook: ") == 1
    assert live.run("echo alive") == "alive"
