"""Cost, counted: how many processes a prompt, a `cd`, an enter and a leave start. strace watches the live shell.

Guards scenario 50 (the budgets in time are the benchmark's).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .dialects import Dialect
from .terminal import Terminal
from .test_entering import compares_contents
from .world import World

pytestmark = [
    pytest.mark.scenario(50),
    pytest.mark.skipif(shutil.which("strace") is None or sys.platform != "linux", reason="strace is not installed"),
]
FORKS = re.compile(r"\b(clone|clone3|fork|vfork)\(.*= [0-9]+$|resumed.*\) += [0-9]+$", re.MULTILINE)


def processes(live: Terminal, log: Path, *lines: str) -> int:
    """How many processes the shell and its children start while the lines are typed; threads do not count."""
    command = [
        "strace",
        "-f",
        "-qq",
        "-e",
        "trace=clone,clone3,fork,vfork",
        "-e",
        "signal=none",
        "-o",
        str(log),
        "-p",
        str(live.process.pid),
    ]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        while "TracerPid:\t0\n" in Path(f"/proc/{live.process.pid}/status").read_text():
            if tracer.poll() is not None:
                assert tracer.stderr
                pytest.skip(f"strace may not look: {tracer.stderr.read()}")
            time.sleep(0.005)
        for line in lines:
            live.run(line)
    finally:
        tracer.terminate()
        tracer.wait()
    assert tracer.stderr
    tracer.stderr.close()
    return sum(1 for match in FORKS.finditer(log.read_text()) if "CLONE_THREAD" not in match.group(0))


@pytest.fixture
def known(world: World) -> Terminal:
    """A shell that stands outside two projects, both of which this home has entered before."""
    for name in ("app", "other"):
        (world.project(name) / "sub").mkdir()
    world.start().run("cd app; cd ../other; cd ..")
    live = world.start()
    if compares_contents(world.dialect):
        live.run("cd app; cd ../other; cd ..")
    world.helper_calls()
    return live


def test_the_count_itself(known: Terminal, world: World) -> None:
    """The positive control: a program is seen, and so is what it starts."""
    assert processes(known, world.root / "log", "/bin/true") == 1
    assert processes(known, world.root / "log", "/bin/sh -c '/bin/true; /bin/true; :'") == 3


def test_nothing_outside_projects(known: Terminal, world: World, shell: Dialect) -> None:
    back = "cd /" if shell.name == "fish" else "cd -"  # fish's own `cd -` starts seq
    assert processes(known, world.root / "log", "", "", "cd /usr", back, "cd .", "") == 0


def test_nothing_inside_a_project(known: Terminal, world: World) -> None:
    known.run("cd app")
    assert processes(known, world.root / "log", "", "cd sub", "", "cd ..", "cd .", "") == 0


def test_nothing_to_enter_and_leave_a_known_project(known: Terminal, world: World) -> None:
    assert processes(known, world.root / "log", "cd app", "cd ..", "cd app/sub", "cd ../../other", "cd ..") == 0
    assert world.helper_calls() == []


def test_nothing_to_enter_by_the_prompt_alone(known: Terminal, world: World, shell: Dialect) -> None:
    away = "Set-Location" if shell.name == "pwsh" else "builtin cd"
    assert processes(known, world.root / "log", f"{away} app", f"{away} ..") == 0


def test_one_process_at_the_first_visit(world: World) -> None:
    world.project()
    live = world.start()
    assert processes(live, world.root / "log", "cd app") == 1
    assert len(world.helper_calls()) == 1
    assert processes(live, world.root / "log", "", "cd ..", "cd app") == 0


def test_one_process_for_what_is_not_allowed_and_none_after(world: World) -> None:
    world.project(allow=False)
    live = world.start()
    assert processes(live, world.root / "log", "cd app") == 1
    assert processes(live, world.root / "log", "", "cd .", "") == 0


@pytest.mark.shells("bash", "zsh")
def test_a_deactivate_of_the_users_costs_one(world: World, shell: Dialect) -> None:
    world.project()
    live = world.start(before=shell.function("deactivate", "echo mine"))
    live.run("cd app; cd ..")
    assert processes(live, world.root / "log", "cd app", "cd ..") == 1


@pytest.mark.shells("bash", "zsh", "fish")
def test_nothing_at_the_start_of_a_shell(world: World, shell: Dialect) -> None:
    """The hook adds none to those that the shell itself needs."""
    counts = []
    for text in ("", "", f"{shell.source(str(world.installation.hook(shell.name)))}\n"):
        log = world.root / "log"
        # fish makes these at its first start
        (world.home / "plain/.local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        env = {"HOME": str(world.home / "plain"), "PATH": "/usr/bin:/bin", "TERM": "dumb", "LANG": "C.UTF-8"}
        rc = world.home / "plain" / shell.rc
        rc.parent.mkdir(parents=True, exist_ok=True)
        rc.write_text(shell.prompt_rc + text)
        strace = ["strace", "-f", "-qq", "-e", "trace=clone,clone3,fork,vfork", "-e", "signal=none", "-o", str(log)]
        live = Terminal([*strace, *shell.argv], env, str(world.home), str(world.dump))
        live.close()
        counts.append(sum(1 for match in FORKS.finditer(log.read_text()) if "CLONE_THREAD" not in match.group(0)))
    assert counts[2] == counts[1]  # the first start in a new home does more
