"""Kept plans, cut or full of NULs as a crash or a full disk leaves them: nothing acts on half of a text.

Each garbled one is that of a link to one project, so that one shell can read many.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

from shell.world import World, same_but_moves

MARKER = '[variables]\nA = "one \'two\' $(touch CANARY)"\n[prepend]\nPYTHONPATH = ["src"]\n'
VALUE = "one 'two' $(touch CANARY)"


def cuts(data: bytes) -> Iterator[bytes]:
    """What a text may have become: shorter, empty, or with NULs where a block was never written."""
    chance = random.Random(7)
    yield from (b"", b"\0" * len(data), b"\n", data[: len(data) // 2], data[:-1], data[:-20], data[1:])
    for size in (1, 16, 512):
        yield from (data[:-size] + b"\0" * size, b"\0" * size + data[size:])
        for at in chance.sample(range(len(data) - size), 6):
            yield data[:at] + b"\0" * size + data[at + size :]
    for at in chance.sample(range(len(data)), 12):
        yield data[:at]


def kept(world: World, project: Path) -> Path:
    (plan,) = Path(f"{world.installation.cache}/plans{project}").glob(".venvhook-2.*")
    return plan


def test_kept_plans(world: World) -> None:
    app = world.project("app", MARKER)
    first = world.start()
    first.run("cd app; cd ..")
    whole = kept(world, app).read_bytes()
    garbled = list(cuts(whole))
    for number, data in enumerate(garbled):
        link = world.work / f"link{number}"
        link.symlink_to("app")
        there = Path(f"{world.installation.cache}/plans{link}")
        there.mkdir()
        name = os.fsencode(app)
        (there / kept(world, app).name).write_bytes(data.replace(name, os.fsencode(link), 1))
    live = world.start()
    before = live.environ()
    world.helper_calls()
    show = 'echo "$A|$VIRTUAL_ENV|$PYTHONPATH"'
    if world.dialect.name == "pwsh":
        show = show.replace("$", "$env:")
    for number, data in enumerate(garbled):
        assert live.run(f"cd link{number}") == "", data
        assert live.prefix() == "(app) ", data
        assert live.run(show) == f"{VALUE}|{app}/.venv|{app}/src", data
        live.run("cd ..")
    assert len(world.helper_calls()) >= len(garbled) - 3  # where only the last line break is missing, it is whole
    same_but_moves(live.environ(), before)
    assert not list(world.root.rglob("CANARY"))
