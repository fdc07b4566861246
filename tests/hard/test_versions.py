"""Two versions of venvhook at once: a shell that was opened before an upgrade, or another installation beside it.

Hook, kept plans and helper name the interface that they speak; none takes up what speaks another one.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from shell.world import World, same_but_moves

from venvhook import helper
from venvhook.shells import INTERFACE, SHELLS, emitter

from .ground import Ground
from .test_hanging import launcher

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
NEWER = "from venvhook import helper, keep\n        helper.INTERFACE = keep.INTERFACE = '0'\n"


@pytest.mark.parametrize("kind", SHELLS)
def test_what_another_hook_asks_is_not_kept(tmp_path: Path, kind: str) -> None:
    ground = Ground(Path(os.path.realpath(tmp_path)))
    ground.clear()
    ground.write({".venv/pyvenv.cfg": b""})
    ground.python(".venv")
    ground.allow()
    assert "another version" in helper.plan_text(ground.asked(), kind, "0")
    assert not (ground.root / "cache").exists()
    assert "another version" not in helper.plan_text(ground.asked(), kind, INTERFACE)
    (kept,) = (ground.root / "cache").rglob(f".venvhook-{INTERFACE}*")
    assert kept.name == f".venvhook-{INTERFACE}{emitter(kind).SUFFIX}"


def test_an_open_shell_and_a_helper_of_another_version(world: World) -> None:
    one, two = world.project("one"), world.project("two")
    live = world.start()
    before = live.environ()
    live.run("cd one; cd ..")
    with world.helper(launcher(world, NEWER)):
        assert (live.run("cd one"), live.prefix()) == ("", "(one) ")  # that plan is kept
        said = live.run("cd ../two")
        assert said.startswith(f"venvhook: {two}") and "open a new shell" in said and "\n" not in said
        assert (live.run(""), live.prefix()) == ("", "")
        live.run("cd ..")
    same_but_moves(live.environ(), before)
    another = world.start(cwd=two)
    assert (another.first, another.prefix()) == ("", "(two) ")
    assert one.exists()


def test_plans_of_another_version_are_left_alone(world: World) -> None:
    app = world.project()
    folder = Path(f"{world.installation.cache}/plans{app}")
    folder.mkdir(parents=True)
    others = {
        folder / f".venvhook-{number}{emitter(world.dialect.name).SUFFIX}": "(touch CANARY" for number in (0, 1, "")
    }
    for path, text in others.items():
        path.write_text(text)
    live = world.start(cwd=app)
    assert (live.first, live.prefix()) == ("", "(app) ")
    assert {path: path.read_text() for path in others} == others
    assert not list(world.root.rglob("CANARY"))
