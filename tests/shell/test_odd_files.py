"""Whatever is where a marker, a watched file or a kept plan should be: each prompt comes within 2 s, with one line at
most and one start of the helper at most, and no name in it reaches the terminal raw.

Guards scenarios 37, 39 and 57.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

import pytest

from .dialects import Dialect
from .terminal import LIMIT, Terminal
from .world import World, as_if_not_root

pytestmark = [pytest.mark.scenario(57), pytest.mark.shells("bash", "zsh", "fish")]
SECONDS = 2 * LIMIT / 20  # for each prompt; VENVHOOK_TEST_LIMIT makes both longer
OTHER = 54321  # another user


def _socket(path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX)
    before = os.getcwd()
    os.chdir(path.parent)  # the path of a socket is short
    try:
        listener.bind(path.name)
    finally:
        os.chdir(before)
        listener.close()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 30)


def _unreadable(path: Path) -> None:
    path.write_text("")
    path.chmod(0)


KINDS: dict[str, Callable[[Path], object]] = {
    "folder": lambda path: path.mkdir(),
    "fifo": lambda path: os.mkfifo(path),
    "link to a fifo": lambda path: (os.mkfifo(path.with_name("pipe")), path.symlink_to("pipe")),
    "socket": _socket,
    "device": lambda path: os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5)),
    "link to /dev/zero": lambda path: path.symlink_to("/dev/zero"),
    "link to /dev/tty": lambda path: path.symlink_to("/dev/tty"),
    "link to /dev/stdin": lambda path: path.symlink_to("/dev/stdin"),
    "link to nothing": lambda path: path.symlink_to("nothing"),
    "link to itself": lambda path: path.symlink_to(path.name),
    "/proc/kmsg": lambda path: path.symlink_to("/proc/kmsg"),
    "/proc/self/pagemap": lambda path: path.symlink_to("/proc/self/pagemap"),
    "/proc/self/environ": lambda path: path.symlink_to("/proc/self/environ"),
    "sysfs": lambda path: path.symlink_to("/sys/devices/system/node/node0/vmstat"),
    "1 GiB of nothing": _sparse,
    "64 MB": lambda path: path.write_bytes(b"a" * (64 << 20)),
    "4,097 bytes": lambda path: path.write_bytes(b"#" * 4097),
    "4,098 bytes of 2,049 characters": lambda path: path.write_text("é" * 2049),
    "NUL and 16 MB": lambda path: path.write_bytes(b"\0" + b"a" * (16 << 20)),
    "text, NUL and 16 MB": lambda path: path.write_bytes(b"# app\n\0" + b"a" * (16 << 20)),
    "unreadable": _unreadable,
}


@contextmanager
def standing(path: Path, kind: str) -> Iterator[None]:
    """For a while, have something odd at PATH; not made just now, for what is new is asked about once more."""
    target = KINDS[kind]
    if kind == "device" and os.geteuid() != 0:
        pytest.skip("only root makes devices")
    if kind in ("/proc/kmsg", "/proc/self/pagemap", "sysfs") and not os.path.exists(os.path.realpath(_led(kind))):
        pytest.skip("this system has no such file")
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    target(path)
    half_a_minute_ago = time.time() - 30
    os.utime(path, (half_a_minute_ago, half_a_minute_ago), follow_symlinks=False)
    yield
    if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) == 0:
        path.chmod(0o600)


def _led(kind: str) -> str:
    return "/sys/devices/system/node/node0/vmstat" if kind == "sysfs" else kind


def prompts(world: World, live: Terminal, lines: tuple[str, ...], limit: float = SECONDS) -> None:
    """Each line is answered in time, and together they say one line at most and start one helper at most."""
    world.helper_calls()
    said = []
    for line in lines:
        began = time.monotonic()
        said += [row for row in live.run(line, limit=limit + LIMIT).splitlines() if row]
        assert time.monotonic() - began < limit, (line, str(live))
    assert len(said) <= 1, said
    assert all(line.startswith("venvhook: ") for line in said), said
    assert len(world.helper_calls()) <= 1


def started(world: World, who: str) -> Terminal:
    """A shell of root's, or one that may read and do no more than another user."""
    if who == "root" and os.geteuid() != 0:
        pytest.skip("this is not root")
    wrapper = () if who == "root" else (*as_if_not_root()[:-1], "-dac_override,-dac_read_search,-syslog,-sys_admin")
    return world.start(wrapper=wrapper if os.geteuid() == 0 else ())


@pytest.mark.parametrize("who", ["root", "user"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_marker_that_was_never_allowed(world: World, kind: str, who: str) -> None:
    app = world.project(allow=False)
    live = started(world, who)
    with standing(app / ".venvhook.toml", kind):
        for _ in range(2):
            prompts(world, live, ("cd app", "", ""))
            assert live.prefix() == ""
            prompts(world, live, ("cd ..", "", ""))
        if kind not in ("link to nothing", "link to itself", "folder", "socket"):
            world.cli("deny", str(app))
            prompts(world, live, ("cd app", "", "cd .."))
            assert live.run("cd app").strip() == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_marker_that_was_allowed_and_entered(world: World, kind: str) -> None:
    app = world.project("app", "# app\n")
    live = started(world, "root" if kind == "/proc/kmsg" else "user")
    live.run("cd app")
    assert live.prefix() == "(app) "
    with standing(app / ".venvhook.toml", kind):
        prompts(world, live, ("", "", ""))
        assert live.prefix() == ""
        prompts(world, live, ("cd ..", "cd app", "", ""))
    (app / ".venvhook.toml").unlink() if not (app / ".venvhook.toml").is_dir() else (app / ".venvhook.toml").rmdir()
    world.mark(app, "# app\n")
    prompts(world, live, ("", "", ""))
    assert live.prefix() == "(app) "


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file", [".env", ".venv/pyvenv.cfg"])
def test_a_watched_file(world: World, file: str, kind: str) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    (app / ".env").write_text("A=1\n")
    world.cli("allow", str(app))
    live = started(world, "root" if kind == "/proc/kmsg" else "user")
    live.run("cd app")
    assert live.prefix() == "(app) "
    with standing(app / file, kind):
        prompts(world, live, ("", "", ""))
        prompts(world, live, ("cd ..", "cd app", "", ""))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kept_plan(world: World, shell: Dialect, kind: str) -> None:
    app = world.project()
    world.start().run("cd app")
    kept = Path(f"{world.installation.cache}/plans{app}/.venvhook-2.{shell.name}")
    assert kept.exists()
    with standing(kept, kind):
        live = started(world, "root" if kind == "/proc/kmsg" else "user")
        prompts(world, live, ("cd app", "", ""))
        assert live.prefix() == "(app) "
    shutil.rmtree(kept.parent, ignore_errors=True)


# ---- what changes while it is looked at, and what belongs to another user ----


def test_a_marker_that_grows(world: World) -> None:
    app = world.project(allow=False)
    live = world.start()
    going = threading.Event()

    def grow() -> None:
        with (app / ".venvhook.toml").open("ab", buffering=0) as file:
            while not going.wait(0.0005):
                file.write(b"# more and more\n" * 64)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        time.sleep(0.05)  # it is longer than a marker may be by then
        prompts(world, live, ("cd app", "", ""))
        prompts(world, live, ("cd ..", "cd app", ""))
    finally:
        going.set()
        writer.join()


@contextmanager
def other_user(work: Callable[[], object]) -> Iterator[None]:
    """For a while, have another user do WORK again and again. Only root can become one."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user too")
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(OTHER)
            os.setuid(OTHER)
            work()
            os.write(told, b"x")
            while True:
                work()
        finally:
            os._exit(1)
    os.close(told)
    assert os.read(ready, 1) == b"x", "the other user could not do it"
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)


def others_project(world: World, name: str = "app") -> Path:
    app = world.work / name
    app.mkdir(mode=0o755)
    (app / ".venvhook.toml").write_text("# app\n")
    for path in (app, app / ".venvhook.toml"):
        os.chown(path, OTHER, OTHER)
    for folder in (world.root, world.work):
        folder.chmod(0o755)
    return app


def test_another_users_lease(world: World) -> None:
    """A lease that its holder does not give up lets an open wait for 45 s."""
    if os.geteuid() != 0:
        pytest.skip("only root can be another user too")
    marker = others_project(world) / ".venvhook.toml"
    held: list[int] = []

    def lease() -> None:
        if held:
            time.sleep(1)
            return
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        held.append(os.open(marker, os.O_RDWR))
        fcntl.fcntl(held[0], fcntl.F_SETLEASE, fcntl.F_WRLCK)

    live = world.start()
    with other_user(lease):
        prompts(world, live, ("cd app", "", ""))
        assert live.prefix() == ""
        prompts(world, live, ("cd ..", "cd app", "", ""))


def test_another_users_file_and_fifo_that_change_places(world: World) -> None:
    if os.geteuid() != 0 or not hasattr(ctypes.CDLL(None), "renameat2"):
        pytest.skip("only root can be another user too, and only Linux exchanges files at once")
    app = others_project(world)
    os.mkfifo(app / "pipe", 0o644)
    os.chown(app / "pipe", OTHER, OTHER)
    exchange = ctypes.CDLL(None).renameat2
    one, two = os.fsencode(app / ".venvhook.toml"), os.fsencode(app / "pipe")

    def change() -> None:
        for _ in range(1000):
            exchange(-100, one, -100, two, 2)  # AT_FDCWD, RENAME_EXCHANGE

    live = world.start()
    with other_user(change):
        for _ in range(3):
            prompts(world, live, ("cd app", *[""] * 20))
            prompts(world, live, ("cd ..", ""))


@pytest.mark.parametrize("mine", [True, False])
def test_a_name_never_reaches_the_terminal_raw(world: World, shell: Dialect, mine: bool) -> None:
    """Whoever may or may not read the marker from one moment to the next: a shell's own message would show the name."""
    name = "esc\x1b]0;OWNED\x07"
    app = (world.work / name) if mine or os.geteuid() != 0 else others_project(world, name)
    if not app.exists():
        world.project(name, env=False, allow=False)
    own_title = "function fish_title; end" if shell.name == "fish" else ""  # fish writes the raw name there itself
    live = world.start(before=own_title, wrapper=as_if_not_root(), env={"TO": str(app)})
    going = threading.Event()

    def change() -> None:
        while not going.wait(0.0002):
            os.chmod(app / ".venvhook.toml", 0o644)
            os.chmod(app / ".venvhook.toml", 0)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        live.run('cd "$TO"')
        for _ in range(60):
            live.run("")
            assert b"OWNED\x07" not in live.raw, str(live)
            assert ": Permission denied" not in "\n".join(live.screen.rows()), str(live)
    finally:
        going.set()
        changing.join()
