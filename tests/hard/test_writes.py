"""Every write may be the last: killed there, or refused there, what is left is whole, and the next one is made.

Guards records, kept plans and stamps, markers and installed files. The functions of `os` that change a disk are
counted; in a child process, the n-th ends it at once or fails, for every n. Disks that are full: as root, on Linux.
"""

from __future__ import annotations

import errno
import mmap
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

import pytest

from venvhook import helper, keep, marker, trust
from venvhook.shells import INTERFACE, SHELLS

from .ground import Ground, clear_plan

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),  # pytest's workers have threads
]

WRITES = ("open", "mkdir", "replace", "rename", "unlink", "rmdir", "utime", "chmod", "write", "link", "symlink")
KILLED = 77
OLD, NEW = b"[variables]\nA = '1'\n", b"[variables]\nA = '2'\n"


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    ground = Ground(Path(os.path.realpath(tmp_path)))
    ground.clear()
    ground.write({".venv/pyvenv.cfg": b"version = 3.11.4\n"})
    ground.python(".venv")
    ground.allow(OLD)
    ground.command("allow", str(ground.shop))
    for path in (ground.shop / marker.NAME, ground.shop / ".venv/pyvenv.cfg"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # what has just been written gets no stamp that holds
    return ground


def in_a_child(work: Callable[[], object]) -> int:
    """The exit status of a child process that does WORK: what it gives, or 99 when it raised."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(int(work() or 0))  # type: ignore[call-overload]
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            os._exit(99)
    return os.WEXITSTATUS(os.waitpid(child, 0)[1])


def interrupt_writes(at: int, happens: Callable[[], object]) -> None:
    """Have something happen instead of the AT-th write (from 0) of this process. What only reads does not count."""
    count = iter(range(1 << 20))

    def counting(name: str, function: Callable[..., object]) -> Callable[..., object]:
        def counted(*arguments: object, **options: object) -> object:
            flags = int(arguments[1]) if name == "open" else os.O_WRONLY  # type: ignore[call-overload]
            reading = not flags & (os.O_WRONLY | os.O_RDWR)
            if not reading and next(count) == at:
                happens()
            return function(*arguments, **options)

        return counted

    for name in WRITES:
        setattr(os, name, counting(name, getattr(os, name)))


def killed() -> None:
    os._exit(KILLED)


def refused() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def endings(work: Callable[[], object], happens: Callable[[], object]) -> Iterator[int]:
    """The status of WORK for each of its writes instead of which that HAPPENS; the last one is undisturbed."""
    reached = mmap.mmap(-1, 1)

    def disturbed(at: int) -> object:
        interrupt_writes(at, lambda: (reached.write_byte(1), happens()))
        return work()

    for at in range(300):
        reached[0] = 0
        reached.seek(0)
        yield in_a_child(lambda at=at: disturbed(at))  # type: ignore[misc]
        if not reached[0]:
            assert at > 0, "it writes nothing"
            return
    raise AssertionError("it never ends")


def answer(ground: Ground) -> None:
    """What a hook asks, in each shell; None of a defect's words."""
    for shell in SHELLS:
        clear_plan(helper.plan_text(ground.asked(), shell, INTERFACE))


def decided(ground: Ground) -> bytes | None:
    found = trust.find(ground.folders.data, str(ground.shop))
    if found is None:
        return None
    return found.newest.marker if found.allowed else b""


@pytest.mark.parametrize("happens", [killed, refused])
def test_allowing(ground: Ground, happens: Callable[[], object]) -> None:
    (ground.shop / marker.NAME).write_bytes(NEW)
    for status in endings(lambda: ground.command("allow", str(ground.shop))[0], happens):
        assert status in (0, 1, KILLED)
        assert decided(ground) in ((NEW,) if status == 0 else (OLD, NEW))
        answer(ground)
        assert happens is killed or not list(ground.root.glob("data/trust/*/*.part"))
    assert decided(ground) == NEW


@pytest.mark.parametrize("happens", [killed, refused])
def test_denying(ground: Ground, happens: Callable[[], object]) -> None:
    for status in endings(lambda: ground.command("deny", str(ground.shop))[0], happens):
        assert status in (0, 1, KILLED)
        assert decided(ground) in ((b"",) if status == 0 else (OLD, b""))
        answer(ground)
    assert decided(ground) == b""


@pytest.mark.parametrize("happens", [killed, refused])
def test_answering(ground: Ground, happens: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kept file is one that was meant, byte for byte. Where a stamp was refused, another plan is meant."""
    meant, end, whole = mmap.mmap(-1, 1 << 18), b"\1 and \1", set()
    write = keep.write

    def noted(folder: str, suffix: str, text: str) -> bool:
        meant.write(text.encode("utf-8", "surrogateescape") + end)
        return write(folder, suffix, text)

    monkeypatch.setattr(keep, "write", noted)
    for status in endings(lambda: answer(ground), happens):
        assert status in (0, KILLED)
        whole.update(meant[:].split(end))
        meant[:] = bytes(len(meant))
        there = Path(f"{ground.places.cache}/plans{ground.shop}").glob(".venvhook-2.*")
        kept = [path for path in there if path.suffix != ".part"]  # which a killed one leaves, and nothing reads
        assert {path.read_bytes() for path in kept} <= whole
    assert len(kept) == len(SHELLS)


@pytest.mark.parametrize("happens", [killed, refused])
def test_writing_a_marker(ground: Ground, happens: Callable[[], object]) -> None:
    for status in endings(lambda: ground.command("init", "--force", str(ground.shop))[0], happens):
        assert status in (0, 1, KILLED)
        text = (ground.shop / marker.NAME).read_bytes()
        marker.parse(text, "M")
        answer(ground)
    assert decided(ground) == text


@pytest.mark.parametrize("happens", [killed, refused])
def test_installing(ground: Ground, happens: Callable[[], object]) -> None:
    rc = ground.home / ".bashrc"
    before = b"alias ll='ls -l'\n" * 20
    rc.write_bytes(before)
    seen = set()
    for status in endings(lambda: ground.command("install", "--shell", "bash")[0], happens):
        assert status in (0, 1, KILLED)
        seen.add(rc.read_bytes())
    after = rc.read_bytes()
    assert before in after and after != before
    assert seen <= {before, after}


# ---- a disk that is full ---------------------------------------------------------------------------------------------


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Make FOLDER a disk of its own, with nothing left on it."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a disk, and here it is done as on Linux")
    options = ["-t", "tmpfs", "-o", "size=16k,nr_inodes=20,mode=700", "venvhook-test", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"nothing can be mounted here: {mounted.stderr}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> None:
    with open(folder / "filler", "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 512):
                pass
        except OSError as error:
            assert error.errno == errno.ENOSPC


def test_a_full_cache(ground: Ground) -> None:
    (ground.root / "cache").mkdir(exist_ok=True)
    with full_disk(ground.root / "cache"):
        fill(ground.root / "cache")
        ground.answered()
        assert not list((ground.root / "cache").rglob(".venvhook-2.*"))
        ground.command("status", str(ground.shop))


def test_a_full_disk_with_the_decisions(ground: Ground) -> None:
    store = ground.root / "data"
    saved = ground.root / "saved"
    store.rename(saved)
    store.mkdir()
    with full_disk(store):
        subprocess.run(["cp", "-a", f"{saved}/.", str(store)], check=True)
        fill(store)
        (ground.shop / marker.NAME).write_bytes(NEW)
        status, said = ground.command("allow", str(ground.shop))
        assert status == 1 and "No space left on device" in said.splitlines()[-1]
        assert decided(ground) == OLD
        assert not list(store.rglob("*.part"))
        (store / "filler").unlink()
        assert ground.command("allow", str(ground.shop))[0] == 0
        assert decided(ground) == NEW


def test_a_full_disk_with_the_project(ground: Ground) -> None:
    other = ground.root / "other"
    other.mkdir()
    with full_disk(other):
        fill(other)
        status, said = ground.command("init", str(other))
        assert status == 1 and said.splitlines()[-1].startswith("venvhook: "), said
        assert [path.name for path in other.iterdir()] == ["filler"]
