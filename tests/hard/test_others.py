"""Other users: whose decisions count, who may write where, and what of somebody else's is believed. As root only.

Guards `su` and `sudo -s` with the other's home, projects of others, folders that everybody may write to. The other user
is a number; nobody of that number has to exist.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from shell.dialects import Dialect
from shell.world import World, environ_of

from .ground import Ground, allow

pytestmark = [
    pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can be somebody else"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning"),  # pytest's workers have threads
]
OTHER = 54321


@pytest.fixture
def ground() -> Iterator[Ground]:
    """A project that is allowed, where the other user can come to it: pytest's own folders are closed to others."""
    root = Path(os.path.realpath(tempfile.mkdtemp(prefix="vh-")))
    root.chmod(0o755)
    ground = Ground(root)
    ground.clear()
    ground.write({".venv/pyvenv.cfg": b"version = 3.11.4\n"})
    ground.python(".venv")
    ground.allow()
    assert ground.asked().plan().sign
    yield ground
    shutil.rmtree(root)


def give(*paths: Path, user: int = OTHER) -> None:
    for root in paths:
        for path in [root, *root.rglob("*")]:
            os.chown(path, user, user, follow_symlinks=False)


def as_the_other(work: Callable[[], object]) -> None:
    """WORK, done by a process of the other user's; what it raises is shown."""
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(OTHER)
            os.setuid(OTHER)
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 0


def owners(*roots: Path) -> set[int]:
    return {path.lstat().st_uid for root in roots for path in [root, *root.rglob("*")]}


def refused(ground: Ground, problem: str) -> None:
    """Nothing is entered, and the line says why; in every shell, and by the command."""
    ground.answered()
    plan = ground.asked().plan()
    assert (plan.sign, problem in plan.notice) == ("", True), plan.notice


# ---- somebody else's home: su, sudo -s -------------------------------------------------------------------------------


def test_roots_decisions_are_not_the_others(ground: Ground) -> None:
    """`su` keeps HOME: what root allowed, root allowed."""
    give(ground.shop)
    (ground.root / "cache").mkdir(exist_ok=True)
    for path in (ground.root / "data", *(ground.root / "data").rglob("*"), ground.root / "cache"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    as_the_other(lambda: refused(ground, "is not allowed yet"))
    assert owners(ground.root / "data", ground.root / "cache") == {0}


def test_the_others_decisions_are_not_roots(ground: Ground) -> None:
    """`sudo -s` keeps HOME: what somebody allowed in their own store does not count for root, nor is it touched."""
    places = (ground.root / "data", ground.root / "cache", ground.root / "settings")
    for place in places:
        place.mkdir(exist_ok=True)
    give(*places)
    refused(ground, "is not allowed yet")
    for command in (("allow",), ("deny",)):
        status, said = ground.command(*command, str(ground.shop))
        assert status == 1 and "belongs to another user" in said.splitlines()[-1], said
    ground.command("status", str(ground.shop))
    assert owners(*places) == {OTHER}


def test_the_others_settings_are_not_roots(ground: Ground) -> None:
    """Whoever may write config.toml decides which folders are allowed."""
    shutil.rmtree(ground.root / "data")
    settings = ground.root / "settings"
    settings.mkdir()
    (settings / "config.toml").write_text('allow = ["/"]\n')
    assert ground.asked().plan().sign
    for spoil in (lambda: give(settings), lambda: (give(settings, user=0), (settings / "config.toml").chmod(0o666))):
        spoil()
        refused(ground, "is not allowed yet")
        assert "config.toml" in ground.command("status", str(ground.shop))[1]


# ---- somebody else's project -----------------------------------------------------------------------------------------


def test_a_project_of_somebody_else(ground: Ground) -> None:
    give(ground.shop)
    refused(ground, f"belongs to another user ({OTHER})")
    status, said = ground.command("allow", str(ground.shop))
    assert status == 1 and f"belongs to another user ({OTHER})" in said.splitlines()[-1]


@pytest.mark.parametrize("mode", [0o777, 0o1777])
def test_a_parent_that_everybody_may_write_to(ground: Ground, mode: int) -> None:
    """Somebody moves the project away, and puts one of the same marker there."""
    parent = ground.root / "public"
    parent.mkdir()
    parent.chmod(mode)
    ground.shop = ground.shop.rename(parent / "shop")
    allow(ground.root / "data", ground.shop)
    assert ground.asked().plan().sign
    shutil.copytree(ground.shop, parent / "theirs", symlinks=True)
    give(parent / "theirs")
    ground.shop.rename(parent / "away")
    (parent / "theirs").rename(ground.shop)
    refused(ground, f"belongs to another user ({OTHER})")
    shutil.rmtree(ground.shop)
    ground.shop.symlink_to(parent / "away")  # or a link to it: that is not the folder that was allowed
    refused(ground, "is not allowed yet")


@pytest.mark.parametrize("below", ["scripts", "../scripts", ".env", "../secret.env"])
def test_what_the_marker_names(ground: Ground, below: str) -> None:
    path = ground.shop / below
    text = f'dotenv = ["{below}"]\n' if path.suffix or path.name == ".env" else f'[prepend]\nPATH = ["{below}"]\n'
    if text.startswith("dotenv"):
        path.write_text("A=1\n")
    else:
        path.mkdir()
    ground.allow(text.encode())
    assert ground.asked().plan().sign
    give(path)
    refused(ground, f"belongs to another user ({OTHER})")


# ---- symlinks of somebody else's -------------------------------------------------------------------------------------


@pytest.mark.parametrize("theirs", ["theirs/hop", "theirs"])
def test_an_environment_by_a_symlink_that_somebody_else_may_turn(ground: Ground, theirs: str) -> None:
    """They turn it to another clone of the user's, which was never allowed, and whose files are all the user's."""
    (ground.root / "theirs").mkdir()
    (ground.root / "theirs/hop").symlink_to("../envs")
    (ground.root / "envs").mkdir()
    (ground.shop / ".venv").rename(ground.root / "envs/.venv")
    (ground.shop / ".venv").symlink_to("../theirs/hop/.venv")
    assert ground.asked().plan().sign
    os.chown(ground.root / theirs, OTHER, OTHER, follow_symlinks=False)
    refused(ground, f"{ground.root / theirs}: it belongs to another user ({OTHER})")


def test_what_the_marker_names_by_somebody_elses_symlink(ground: Ground) -> None:
    (ground.root / "theirs").mkdir()
    for name in ("hop", "hop.env"):
        (ground.root / "theirs" / name).symlink_to(f"../{name}")
    (ground.root / "hop").mkdir()
    (ground.root / "hop.env").write_text("A=1\n")
    for text in ('dotenv = ["../theirs/hop.env"]', '[prepend]\nPATH = ["../theirs/hop"]'):
        ground.allow(text.encode())
        assert ground.asked().plan().sign
        os.chown(ground.root / "theirs", OTHER, OTHER)
        refused(ground, f"{ground.root}/theirs: it belongs to another user ({OTHER})")
        os.chown(ground.root / "theirs", 0, 0)


# ---- somebody else's files above the project, and in folders of settings ---------------------------------------------


WORKSPACE = '[tool.uv.workspace]\nmembers = ["*"]\n[tool.pdm.workspace]\nmembers = ["*"]\n'
ABOVE = {
    "uv": ("pyproject.toml", WORKSPACE),
    "pdm": ("pyproject.toml", WORKSPACE),
    "pipenv": ("Pipfile", "[pipenv]\nvenv_in_project = true\n"),
    "pyenv": (".python-version", "trap\n"),
}


def owner(path: Path) -> None:
    os.chown(path, OTHER, OTHER, follow_symlinks=False)


def linked(path: Path) -> None:
    """The file is the user's, and by their symlink it is above the project."""
    path.rename(path.with_name("notes"))
    path.symlink_to("notes")
    owner(path)


def folder(path: Path) -> None:
    """In a folder of their own they may rename the user's files."""
    path.parent.chmod(0o755)
    owner(path.parent)


SPOIL: dict[str, Callable[[Path], None]] = {
    "the file": owner,
    "a symlink to it": linked,
    "its folder": folder,
    "everybody's file": lambda path: path.chmod(0o666),
    "everybody's folder": lambda path: path.parent.chmod(0o777),
}


@pytest.mark.parametrize("spoil", SPOIL)
@pytest.mark.parametrize("manager", ABOVE)
def test_managers_files_above_the_project(ground: Ground, manager: str, spoil: str) -> None:
    """In a sticky folder such as /tmp anybody may write; only what is the user's or root's there decides."""
    shared = ground.root / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    ground.shop = ground.shop.rename(shared / "shop")
    (ground.shop / "pyproject.toml").write_text("[project]\nname = 'shop'\n[tool.pdm]\n")
    name, text = ABOVE[manager]
    above = shared / name
    above.write_text(text)
    for root in (shared / ".venv", ground.home / ".pyenv/versions/trap"):
        shutil.copytree(ground.shop / ".venv", root, symlinks=True)
    ground.allow(f'manager = "{manager}"'.encode())
    trap = ground.asked().plan().home
    assert trap and not trap.startswith(str(ground.shop)), "it decides while it is the user's"
    SPOIL[spoil](above)
    assert ground.asked().plan().home != trap
    ground.answered()


@pytest.mark.parametrize("spoil", ["the file", "its folder", "everybody's file"])
def test_managers_settings_of_somebody_else(ground: Ground, spoil: str) -> None:
    """As `sudo -s` keeps HOME: what the other user has set for their own poetry."""
    (ground.shop / ".venv").rename(ground.root / "trap")
    (ground.shop / "pyproject.toml").write_text("[tool.poetry]\nname = 'shop'\n")
    settings = ground.home / ".config/pypoetry/config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[virtualenvs]\npath = "{ground.root}/envs"\n')
    ground.allow(b'manager = "poetry"')
    assert f"{ground.root}/envs" in ground.asked().plan().notice
    SPOIL[spoil](settings)
    assert f"{ground.root}/envs" not in ground.asked().plan().notice
    status, said = ground.command("status", str(ground.shop))
    assert status == 0 and f"left out: {settings}; " in " ".join(said.split()).replace("~", str(ground.home))


def test_a_projects_file_that_is_a_symlink_to_somebody_elses(ground: Ground) -> None:
    (ground.root / "theirs").write_text("envs/x\n")
    (ground.shop / "envs").mkdir()
    (ground.shop / ".venv").rename(ground.shop / "envs/x")
    (ground.shop / ".venv").symlink_to("../theirs")
    assert ground.asked().plan().home == f"{ground.shop}/envs/x"
    give(ground.root / "theirs")
    refused(ground, f"it belongs to another user ({OTHER})")


# ---- in a shell ------------------------------------------------------------------------------------------------------


def test_a_root_shell_in_somebodys_home(world: World) -> None:
    app = world.project("app", '[variables]\nA = "1"\n')
    world.start().run("cd app")  # there is a kept plan
    kept = world.installation.cache
    places = (world.installation.data / "trust", kept)
    give(*places)
    try:
        live = world.start()
        said = live.run("cd app")
        assert said.startswith("venvhook: ") and "is not allowed yet" in said and "\n" not in said
        assert (live.run(""), live.prefix(), live.get("A")) == ("", "", None)
        assert "belongs to another user" in live.run("venvhook allow")
        assert owners(*places) == {OTHER}
    finally:
        give(*places, user=0)
    again = world.start(cwd=app)
    assert (again.first, again.prefix()) == ("", "(app) ")


def test_another_users_shell_in_roots_home(world: World, shell: Dialect) -> None:
    """`su` keeps HOME, and so reads root's startup files, if it can: what they load is closed to it."""
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    app = world.project()
    for path in (world.root, world.home, *world.home.rglob("*")):
        path.chmod(0o755)
    world.write_rc(shell)
    command = ["setpriv", f"--reuid={OTHER}", f"--regid={OTHER}", "--clear-groups", *shell.argv, "-i"]
    text = f'cd {app}\necho "<$VIRTUAL_ENV>"\nexit\n'
    done = subprocess.run(command, input=text, env=environ_of(world.home), capture_output=True, text=True)
    assert "<>" in done.stdout
    assert "venvhook: " not in done.stdout + done.stderr, done.stderr
