"""Beside other tools: one scenario, for each neighbour, each shell that it is for, and both orders of loading.

Guards scenarios 18, 19, 21, 23, 25, 26 and 29 in company; and that doctor sees who else is there.
"""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from shell.conftest import shells_are_required
from shell.dialects import Dialect
from shell.terminal import Terminal
from shell.world import PACKAGE, environ_of, same_but_moves

from venvhook import neighbours, symptoms
from venvhook.shells import emitter

from .crowd import ORDERS, SHOWN, Crowd
from .neighbours import NEIGHBOURS, OURS, Neighbour

PREFIX = "python -c 'import sys; print(sys.prefix)'"


def orders(shell: str) -> tuple[str, ...]:
    return ORDERS.get(shell, ("first", "last"))


def table() -> pytest.MarkDecorator:
    """Every neighbour in each of its shells, loaded before venvhook and behind it."""
    rows = []
    for each, shell, order in ((n, s, o) for n in NEIGHBOURS for s in n.rc for o in orders(s)):
        rows.append(pytest.param(each, shell, order, id=f"{each.name}-{shell}-{order}"))
    return pytest.mark.parametrize(("neighbour", "shell", "order"), rows, indirect=["neighbour", "shell"])


@pytest.fixture
def neighbour(request: pytest.FixtureRequest, fetched: Callable[[str], Path]) -> Neighbour:
    """One that is not on this machine is skipped by name, but a Debian package fails where all are required."""
    each: Neighbour = request.param
    if each.npm:
        folder = str(fetched(each.npm))
        return dataclasses.replace(each, rc={shell: text.replace("{npm}", folder) for shell, text in each.rc.items()})
    if not each.there:
        said = f"{each.package} is not installed"
        pytest.fail(said) if shells_are_required() else pytest.skip(said)
    return each


def moved_in(crowd: Crowd, neighbour: Neighbour) -> str:
    """A project that both know; its environment."""
    environment = crowd.shop()
    shop = environment.parent
    for name, text in neighbour.files.items():
        (shop / name).parent.mkdir(exist_ok=True)
        (shop / name).write_text(text)
        (shop / name).chmod(0o755)
    if ".envrc" in neighbour.files:
        subprocess.run(["direnv", "allow", str(shop)], env=environ_of(crowd.home), check=True)
    return str(environment)


def named(live: Terminal, neighbour: Neighbour) -> int:
    """How often the prompt that stands names the environment, in whatever way."""
    text = live.whole_prompt()
    return text.count(neighbour.shows) + len(SHOWN.findall(text.replace(neighbour.shows, "")))


def doctors_facts(crowd: Crowd, live: Terminal) -> dict[str, list[str]]:
    """What doctor would be answered by this shell."""
    answer = crowd.root / "answer"
    probe = PACKAGE / f"shell/probe{emitter(crowd.dialect.name).SUFFIX}"
    live.run(f"{crowd.dialect.source(str(probe))} {answer}")
    return symptoms.facts(answer.read_bytes())


def stays(live: Terminal, shell: Dialect, environment: str, neighbour: Neighbour) -> None:
    """Inside: the name stands once at each prompt, python is the environment's, the status is the user's."""
    for _ in range(2):
        assert live.run("") == ""
        assert neighbour.shows in live.whole_prompt() and named(live, neighbour) == 1
    assert neighbour.silent(live.run(PREFIX)).splitlines()[0] == environment
    live.run("sh -c 'exit 7'")
    assert "status=7" in live.run(shell.say_status())


@pytest.mark.scenario(18, 19, 21, 23, 25, 26, 29)
@table()
def test_beside(crowd: Crowd, shell: Dialect, neighbour: Neighbour, order: str) -> None:
    environment = moved_in(crowd, neighbour)
    live = crowd.beside(neighbour.rc[shell.name], order, neighbour.lines)
    assert "venvhook" not in live.first and named(live, neighbour) == 0
    before = live.environ()
    replaced = shell.name == "bash" and order in neighbour.takes_cd
    for _ in range(2):
        same_line = live.run(f"cd shop; {PREFIX}")
        assert replaced or environment in same_line.splitlines()
        stays(live, shell, environment, neighbour)
        for line, answer in neighbour.works:
            assert answer in live.run(line)
        for line in ("cd ..", ""):
            assert neighbour.silent(live.run(line)) == ""
            assert named(live, neighbour) == 0
        for line, answer in neighbour.after:
            assert answer in live.run(line)
        same_but_moves(live.environ(), before, ignored=neighbour.keeps)


@pytest.mark.scenario(18, 27)
@table()
def test_started_inside(crowd: Crowd, shell: Dialect, neighbour: Neighbour, order: str) -> None:
    """At the very first prompt; and nothing is asked or said at those that follow. Doctor finds who is there."""
    environment = moved_in(crowd, neighbour)
    live = crowd.beside(neighbour.rc[shell.name], order, neighbour.lines, crowd.work / "shop")
    assert "venvhook" not in live.first and named(live, neighbour) == 1
    crowd.helper_calls()
    stays(live, shell, environment, neighbour)
    assert crowd.helper_calls() == []
    live.run("cd /")
    live.run("")
    assert live.get("VIRTUAL_ENV") is None
    facts = doctors_facts(crowd, live)
    replaced = shell.name == "bash" and order in neighbour.takes_cd
    assert facts.get("dead", []) + facts.get("past", []) == (["cd"] if replaced else [])
    seen = neighbours.found(facts["function"], facts["prompt"], facts.get("cd", []))
    assert not neighbour.known_as or neighbour.known_as in [each.name for each in seen]


@pytest.mark.scenario(18, 23, 25, 29)
@pytest.mark.shells("bash", "zsh", "fish")
@pytest.mark.parametrize("order", ["first", "last"])
def test_all_of_them_at_once(crowd: Crowd, shell: Dialect, order: str) -> None:
    """Every tool of the table that is on this machine, and two imitations that wrap the prompt, in one startup file."""
    tools = [each for each in NEIGHBOURS if each.file and each.there and shell.name in each.rc and each.shows == OURS]
    wrappers = [each for each in NEIGHBOURS if each.name in ("preexec for bash", "an editor's shell integration")]
    everybody = [each for each in (*tools, *wrappers) if shell.name in each.rc and "PATH_add" not in each.name]
    environment = moved_in(crowd, next(each for each in everybody if each.name == "direnv"))
    live = crowd.beside("".join(each.rc[shell.name] for each in everybody), order, lines=1)
    before = live.environ()
    for _ in range(2):
        assert environment in live.run(f"cd shop; {PREFIX}").splitlines()
        assert live.whole_prompt().count(OURS) == 1
        live.run("sh -c 'exit 7'")
        assert "status=7" in live.run(shell.say_status())
        live.run("cd ..")
        assert not SHOWN.search(live.whole_prompt())
        same_but_moves(live.environ(), before)
