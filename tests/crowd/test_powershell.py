"""PowerShell's profiles: a script in them that activates, one that is read again, prompts that are replaced later.

Guards scenarios 15, 16, 18, 51 and 52; where a neighbour's lines can be is ORDERS in crowd.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from shell.dialects import Dialect
from shell.terminal import Terminal
from shell.world import make_environment, same_but_moves

from . import imitations
from .crowd import NAME, ORDERS, Crowd

pytestmark = pytest.mark.shells("pwsh")
PREFIX = "python -c 'import sys; print(sys.prefix)'"
LABEL = f"({NAME}) "
anywhere = pytest.mark.parametrize("order", ORDERS["pwsh"])


def errors(live: Terminal) -> str:
    """How many errors the shell has noted; the script notes one itself, when it looks whether it has run before."""
    return live.run('"$($Error.Count)"')


@anywhere
@pytest.mark.scenario(16, 18)
def test_a_profile_activates_the_projects_own(crowd: Crowd, shell: Dialect, order: str) -> None:
    """It is adopted: the name is there once, and leaving deactivates it."""
    environment = crowd.shop()
    outside = crowd.start().environ()
    live = crowd.beside(shell.activate(str(environment)) + "\n", order, 1, environment.parent)
    assert live.first == ""
    for _ in range(2):
        assert live.prompt().count(NAME) == 1
        assert live.run(PREFIX) == str(environment)
    assert str(live.get("PATH")).count(f"{environment}/bin") == 1
    assert errors(live) == "1"
    live.run("cd ..")
    assert live.prefix() == ""
    same_but_moves(live.environ(), outside)
    live.run("cd shop")
    assert live.prefix() == LABEL and errors(live) == "1"


@anywhere
@pytest.mark.scenario(15, 18)
def test_a_profile_activates_another_one(crowd: Crowd, shell: Dialect, order: str) -> None:
    """It is active outside of projects, with its deactivate; inside of each, the project's is."""
    environment = crowd.shop()
    other = make_environment(crowd.work / "other", prompt="elsewhere")
    live = crowd.beside(shell.activate(str(other)) + "\n", order, 1, environment.parent)
    assert live.first == ""
    for _ in range(2):
        assert live.prompt().count(LABEL) == 1
        assert live.run(PREFIX) == str(environment)
        live.run("cd ..")
        assert live.prefix() == "(elsewhere) "
        assert live.run(PREFIX) == str(other)
        live.run("cd shop")
    live.run("cd ..; deactivate")
    assert live.get("VIRTUAL_ENV") is None and live.prefix() == ""
    live.run("cd shop")
    assert live.prefix() == LABEL
    assert errors(live) == "1"


@anywhere
@pytest.mark.scenario(15, 18)
def test_a_profile_activates_a_projects_environment_and_the_terminal_opens_elsewhere(
    crowd: Crowd, shell: Dialect, order: str
) -> None:
    environment = crowd.shop()
    crowd.project("b")
    live = crowd.beside(shell.activate(str(environment)) + "\n", order, 1, crowd.work / "b")
    assert live.prompt().count("(b) ") == 1
    live.run("cd ../shop")
    assert live.prompt().count(NAME) == 1
    assert live.run(PREFIX) == str(environment)
    live.run("cd ../b")
    assert live.prompt().count("(b) ") == 1
    assert errors(live) == "1"


PROMPTS = {
    "the user's": imitations.OWN_PROMPT["pwsh"],
    "like starship": imitations.ENGINE["pwsh"],
    "like oh-my-posh": imitations.POSH["pwsh"],
    "like posh-git's": imitations.POSH_GIT["pwsh"],
    "of conda": imitations.CONDA["pwsh"],
    "an editor's": imitations.EDITOR["pwsh"],
}


@pytest.mark.scenario(18, 26)
@pytest.mark.parametrize("kind", PROMPTS)
def test_the_profile_is_read_again(crowd: Crowd, shell: Dialect, kind: str) -> None:
    """The name is back when the folder changes; the environment was there all the time, and leaving is exact."""
    environment = crowd.shop()
    (environment.parent / "sub").mkdir()
    live = crowd.beside(PROMPTS[kind], "last", 1)
    before = live.environ()
    live.run("cd shop")
    inside = live.prompt()
    live.run(". $PROFILE")
    assert live.run(PREFIX) == str(environment)
    live.run("cd sub; cd ..")
    assert live.prompt() == inside and inside.count(NAME) == 1
    live.run(f". {crowd.home}/.config/powershell/profile.ps1")  # which has the test's own prompt, and loads the hook
    live.run("")
    assert live.prompt().count(NAME) == (0 if live.get("VIRTUAL_ENV_DISABLE_PROMPT") else 1)
    live.run("cd ..")
    assert NAME not in live.prompt()
    same_but_moves(live.environ(), before, ignored=conda(live, before))


def conda(live: Terminal, before: dict[bytes, bytes]) -> tuple[bytes, ...]:
    """conda's hook activates its base once more each time it is read, and puts its folder on PATH again."""
    return (b"PATH",) if b"CONDA_PREFIX" in before else ()


@pytest.mark.scenario(18, 26)
@pytest.mark.parametrize("kind", PROMPTS)
def test_a_prompt_that_is_replaced_later(crowd: Crowd, shell: Dialect, kind: str, tmp_path: Path) -> None:
    """Somebody loads an engine in a project: what changes there is still noticed, and its name comes back."""
    environment = crowd.shop()
    (environment.parent / "sub").mkdir()
    (tmp_path / "later.ps1").write_text(PROMPTS[kind])
    live = crowd.start()
    live.run("cd shop")
    live.run(f". {tmp_path}/later.ps1")
    live.run("cd sub")
    assert live.prompt().count(NAME) == 1
    live.run("cd ..")
    assert live.prompt().count(NAME) == 1
    crowd.mark(environment.parent, 'prompt = "Renamed"\n')
    crowd.cli("allow", str(environment.parent))
    live.run("")
    assert live.get("VIRTUAL_ENV_PROMPT") == "Renamed"
    live.run("deactivate")
    assert live.get("VIRTUAL_ENV") is None and "Renamed" not in live.prompt()
    live.run("cd ..; cd shop")
    assert live.get("VIRTUAL_ENV_PROMPT") == "Renamed"
