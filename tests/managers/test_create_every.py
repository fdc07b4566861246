"""Every manager: made by its own tool, with what the project asks for, made anew, and away without a trace."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Callable

import pytest

from venvhook.environment import inspect

from . import creating
from .creating import KITS, Maker, Quiet, closed_port

index, maker, with_tool = creating.index, creating.maker, creating.with_tool  # fixtures

every = pytest.mark.parametrize("manager", KITS)
HOLDERS = {  # a manager's own folders of environments, of whatever project
    ".cache/pypoetry/virtualenvs", ".local/share/virtualenvs", ".virtualenvs", ".local/share/hatch",
    ".local/share/hatch/env", ".local/share/hatch/env/virtual", ".local/share/hatch/env/.metadata",
}  # fmt: skip
WithTool = Callable[[str], Maker]


@every
def test_made_remade_and_removed(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    before = maker.tree()
    root = maker.made()
    assert maker.toy(root) == "1.0"
    assert maker.run("create").line == f"venvhook: {root}: exists already; to make it anew: venvhook rebuild"
    (root / "mine").touch()
    assert maker.made("rebuild", "--yes") == root and maker.toy(root) == "1.0" and not (root / "mine").exists()
    assert maker.run("remove", "--yes").out == f"{root}: removed\n"
    left = maker.paths() - before.keys()
    assert {path for path in left if not path.endswith(".lock")} <= HOLDERS


@every
def test_a_requirement_that_there_is_not(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker, "toy==9.9")
    result = maker.fails(problem="; not every requirement can be met; what it said is above")
    assert "toy" in result.err


@every
def test_no_network(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    maker.reach(closed_port())
    KITS[manager].lay(maker)
    told = "not every requirement can be met" if manager == "pipenv" else "the package index cannot be reached"
    maker.fails(problem=f"; {told}; what it said is above")


@every
def test_a_python_that_there_is_not(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker, marker='python = "3.99"\n')
    result = maker.fails(problem="no Python 3.99 on this machine; there are ")
    assert "python install 3.99" in result.line and result.err.count("\n") == 1


@every
def test_a_rebuild_that_fails(with_tool: WithTool, manager: str) -> None:
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    root = maker.made()
    KITS[manager].lay(maker, "toy==9.9")
    maker.fails("rebuild", "--yes", problem=" failed (status ")
    assert maker.toy(root) == "1.0" and inspect(str(root))


@every
@pytest.mark.parametrize("again", [False, True], ids=["create", "rebuild"])
def test_ctrl_c(with_tool: WithTool, manager: str, again: bool) -> None:
    """In the middle of a download; and impatiently, more than once."""
    maker = with_tool(manager)
    KITS[manager].lay(maker)
    if again:
        maker.made()
    KITS[manager].lay(maker, "endless==1.0")
    (maker.shop / "poetry.lock").unlink(missing_ok=True)  # poetry installs nothing else than it says
    before = maker.tree()
    Quiet.stalled.clear()
    process = maker.process(*(["rebuild", "--yes"] if again else ["create"]), start_new_session=True)
    assert Quiet.stalled.wait(300) and process.poll() is None, process.communicate()
    for _ in range(3):
        with contextlib.suppress(OSError):  # it has ended already
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        time.sleep(0.05)
    process.communicate(timeout=300)
    assert process.returncode == 130
    maker.ended()
    maker.unchanged(before)
