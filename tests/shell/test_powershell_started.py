"""However PowerShell is started: a shell for a person enters projects, and whatever runs something and ends does not.

Guards scenarios 28 and 53. What decides is how it was started, and not what the profile has loaded meanwhile.
"""

from __future__ import annotations

import base64
import copy
import functools
import subprocess
from pathlib import Path

import pytest

from .dialects import Dialect
from .world import World, environ_of

pytestmark = [pytest.mark.shells("pwsh"), pytest.mark.scenario(28, 53)]

LINE = "Set-Location app; /usr/bin/env; Set-Location ../never; Set-Location .."
SCRIPT, PIPE = "{script}", "{pipe}"  # a file with that line; the line comes by standard input
ENCODED = base64.b64encode(LINE.encode("utf-16-le")).decode()
RUNS: dict[str, tuple[str, ...]] = {
    "-Command": ("-Command", LINE),
    "-c": ("-c", LINE),
    "-C": ("-C", LINE),
    "-comm": ("-comm", LINE),
    "--command": ("--command", LINE),
    "-Command -": ("-Command", "-", PIPE),
    "-File": ("-File", SCRIPT),
    "-f": ("-f", SCRIPT),
    "a file": (SCRIPT,),
    "-File -": ("-File", "-", PIPE),
    "-": ("-", PIPE),
    "standard input": (PIPE,),
    "-NonInteractive": ("-NonInteractive", PIPE),
    "-noni -c": ("-noni", "-c", LINE),
    "-NonInteractive a file": ("-NonInteractive", SCRIPT),
    "-EncodedCommand": ("-EncodedCommand", ENCODED),
    "-e": ("-e", ENCODED),
    "-ec": ("-ec", ENCODED),
    "-enc": ("-enc", ENCODED),
    "-Login -c": ("-Login", "-c", LINE),
    "-l a file": ("-l", SCRIPT),
    "-Interactive -c": ("-Interactive", "-c", LINE),
    "-i a file": ("-i", SCRIPT),
    "-NoLogo -c": ("-NoLogo", "-c", LINE),
    "-WorkingDirectory -c": ("-WorkingDirectory", "{work}", "-c", LINE),
    "-wd a file": ("-wd", "{work}", SCRIPT),
    "-ExecutionPolicy -File": ("-ExecutionPolicy", "Bypass", "-File", SCRIPT),
    "-OutputFormat -c": ("-OutputFormat", "Text", "-c", LINE),
    "-NoExit standard input": ("-NoExit", PIPE),
}
FOR_A_PERSON: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "-NoExit -Command": ("-NoExit", "-Command", "1 + 1"),
    "-NoExit -c": ("-noe", "-c", "1 + 1"),
    "-NoExit -File": ("-NoExit", "-File", SCRIPT),
    "-NoExit -EncodedCommand": ("-NoExit", "-e", base64.b64encode("1 + 1".encode("utf-16-le")).decode()),
    "-Login": ("-Login",),
    "-l": ("-l",),
    "-Interactive": ("-Interactive",),
    "-i": ("-i",),
    "-WorkingDirectory": ("-WorkingDirectory", "{work}/app"),
    "-wd": ("-wd", "{work}/app"),
    "-NoProfileLoadTime": ("-NoProfileLoadTime",),
    "-ExecutionPolicy": ("-ExecutionPolicy", "Bypass"),
    "-ep -NoExit -c": ("-ep", "Bypass", "-NoExit", "-c", "1 + 1"),
}
LOADED = pytest.mark.parametrize("loaded", ["", "Import-Module PSReadLine"], ids=["", "PSReadLine"])


@pytest.fixture
def two(world: World) -> World:
    """A home that has an allowed project, known already, and one that is not allowed."""
    world.project("app")
    world.project("never", env=False, allow=False)
    (world.work / "script.ps1").write_text(LINE + "\n")
    world.start().run("cd app")
    world.helper_calls()
    return world


@functools.cache
def knows_login(program: str) -> bool:
    """Whether -Login works: PowerShell starts its own program again for it. Where dotnet runs it, it has none."""
    return subprocess.run([program, "-Login", "-NoProfile", "-Command", "exit 5"], capture_output=True).returncode == 5


def told(world: World, arguments: tuple[str, ...]) -> list[str]:
    if {"-Login", "-l"} & set(arguments) and not knows_login(world.dialect.program):
        pytest.skip("this pwsh is run by dotnet, which cannot do -Login")
    given = {"script": str(world.work / "script.ps1"), "work": str(world.work)}
    return [each.format(**given) if each.startswith("{") else each for each in arguments if each != PIPE]


def profiles(world: World, loaded: str) -> None:
    """The user's own lines above ours, and nothing below: the tests' prompt loads PSReadLine."""
    bare = copy.copy(world.dialect)
    bare.prompt_rc = ""
    world.write_rc(bare, before=loaded)


@LOADED
@pytest.mark.parametrize("way", RUNS)
def test_what_runs_something_is_left_alone(two: World, shell: Dialect, way: str, loaded: str) -> None:
    """Nothing is entered, printed or asked, for a project that is allowed and for one that is not."""
    profiles(two, loaded)
    done = subprocess.run(
        [shell.program, *told(two, RUNS[way])],
        input=LINE + "\nexit\n" if PIPE in RUNS[way] else "",
        env=environ_of(two.home),
        cwd=two.work,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "HOME=" in done.stdout, "the line did not run"
    assert "venvhook" not in done.stdout + done.stderr and "VIRTUAL_ENV" not in done.stdout
    assert two.helper_calls() == []


@LOADED
@pytest.mark.parametrize("way", [way for way, arguments in RUNS.items() if PIPE not in arguments])
def test_the_same_on_a_terminal(two: World, shell: Dialect, way: str, loaded: str) -> None:
    """What the person types in an interactive shell has a terminal for its standard input."""
    live = two.start(shell="bash")
    profiles(two, loaded)
    words = [shell.program, *told(two, RUNS[way])]
    said = live.run(" ".join("'" + word.replace("'", "'\\''") + "'" for word in words) + f" >{two.root}/said")
    assert said == ""
    shown = Path(two.root / "said").read_text()
    assert "HOME=" in shown and "VIRTUAL_ENV" not in shown
    assert two.helper_calls() == []


@LOADED
@pytest.mark.parametrize("way", FOR_A_PERSON)
def test_a_shell_for_a_person_enters(two: World, way: str, loaded: str) -> None:
    (two.work / "script.ps1").write_text("1 + 1\n")
    folder = two.work if "{work}/app" in FOR_A_PERSON[way] else two.work / "app"
    live = two.start(before=loaded, cwd=folder, arguments=tuple(told(two, FOR_A_PERSON[way])))
    assert live.prefix() == "(app) "
    assert live.run("cd ../never").startswith("venvhook: ")
    assert live.prefix() == ""


def test_a_line_that_goes_to_a_project_before_the_first_prompt(two: World) -> None:
    """It is entered at that prompt, as where a profile does it; the line itself is still a script's."""
    live = two.start(arguments=("-NoExit", "-Command", f"cd {two.work}/app; 'here' + $env:VIRTUAL_ENV"))
    assert live.first == "here"
    assert live.prefix() == "(app) "
