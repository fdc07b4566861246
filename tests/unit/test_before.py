"""create/before.py: after a failure what a tool made is gone, and what was there before is as it was."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from venvhook.create import before
from venvhook.create.before import Before, File, Holder, Redirect, delete
from venvhook.errors import VenvhookError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and modes of POSIX")


def tree(root: Path) -> dict[str, object]:
    """What is in ROOT: the bytes of files, where links lead, None for folders."""
    return {
        str(path.relative_to(root)): os.readlink(path)
        if path.is_symlink()
        else None
        if path.is_dir()
        else path.read_bytes()
        for path in root.rglob("*")
    }


def make(path: Path, what: str) -> None:
    """WHAT: "nothing", "a folder", "-> target", or the text of a file."""
    if what == "a folder":
        (path / "in").mkdir(parents=True)
    elif what.startswith("-> "):
        path.symlink_to(what[3:])
    elif what != "nothing":
        path.write_text(what)


STATES = ["nothing", "text", "another text", "", "-> target", "-> other"]


@pytest.mark.parametrize("later", [*STATES, "a folder"])
@pytest.mark.parametrize("earlier", STATES)
def test_a_file_is_put_back(tmp_path: Path, earlier: str, later: str) -> None:
    (tmp_path / "target").write_text("stays")
    make(tmp_path / "x", earlier)
    was, entry = tree(tmp_path), File(str(tmp_path / "x"))
    state = entry.now()
    delete(entry.path)
    make(tmp_path / "x", later)
    entry.put(state)
    assert tree(tmp_path) == was


def test_a_folder_where_a_file_was_to_be_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "x", "a folder")
    entry = File(str(tmp_path / "x"))
    state = entry.now()
    (tmp_path / "x/more").touch()
    entry.put(state)
    assert (tmp_path / "x/more").exists()


def test_what_is_as_it_was_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("text")
    os.utime(path, ns=(1, 1))
    entry = File(str(path))
    entry.put(entry.now())
    assert path.stat().st_mtime_ns == 1


@pytest.mark.parametrize(
    ("what", "about"),
    [
        ("nothing", False),
        ("PATH = {root}/bin", True),
        ("PATH = {root}2/bin", False),
        ("-> {root}", True),
        ("-> {root}/bin", False),
        ("-> link", True),
        ("a folder", False),
    ],
)
def test_what_a_file_is_about(tmp_path: Path, what: str, about: bool) -> None:
    root = Path(os.path.realpath(tmp_path)) / "env"
    (root / "bin").mkdir(parents=True)
    (tmp_path / "link").symlink_to(root)
    make(tmp_path / "x", what.format(root=root))
    assert File(str(tmp_path / "x")).about(str(root)) is about


def test_a_holder_goes_when_it_was_made_and_is_empty(tmp_path: Path) -> None:
    for name in ("there", "made", "used"):
        holder = Holder(str(tmp_path / name))
        if name == "there":
            (tmp_path / name).mkdir()
        state = holder.now()
        (tmp_path / name).mkdir(exist_ok=True)
        if name == "used":
            (tmp_path / name / "file").touch()
        holder.put(state)
        assert holder.about("/any")
    assert sorted(os.listdir(tmp_path)) == ["there", "used"]


def test_a_run_leaves_nothing(tmp_path: Path) -> None:
    project = tmp_path / "shop"
    for name in ("old.egg-info", "src/old.dist-info", "src/kept"):
        (project / name).mkdir(parents=True)
    (project / "lock").write_text("earlier")
    was = tree(tmp_path)
    root = tmp_path / "a/b/env"
    run = Before(str(root), str(project), [File(str(project / "lock"))])
    root.mkdir(parents=True)
    for name in ("new.egg-info", "src/new.dist-info", "build/lib", "src/also-kept"):
        (project / name).mkdir(parents=True)
    (project / "lock").write_text("later")
    run.stepped()
    run.restore()
    assert tree(tmp_path) == {**was, "shop/src/also-kept": None} and run.told == []


def test_what_the_user_did_meanwhile_stays(tmp_path: Path) -> None:
    """Files that tools write too, and folders that building makes, changed after the tool has ended."""
    names = ("edited", "made", "removed", "replaced", "untouched")
    for name in names:
        if name != "made":
            (tmp_path / name).write_text("earlier")
    run = Before(str(tmp_path / "env"), str(tmp_path), [File(str(tmp_path / name)) for name in names])
    for name in ("edited", "removed", "replaced", "untouched"):
        (tmp_path / name).write_text("the tool's")
    for name in ("build/lib/shop", "build/bdist.linux", "build/mine", "shop.egg-info/notes", "other.egg-info"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "shop.egg-info/PKG-INFO").touch()
    (tmp_path / "other.egg-info/SOURCES.txt").touch()
    (tmp_path / "env").mkdir()
    (tmp_path / ".venvhook-new-env").touch()
    run.stepped()
    (tmp_path / "edited").write_text("mine")
    (tmp_path / "made").write_text("mine")
    (tmp_path / "removed").unlink()
    (tmp_path / "replaced").unlink()
    (tmp_path / "replaced").symlink_to("edited")
    run.restore()
    assert tree(tmp_path) == {
        "edited": b"mine", "made": b"mine", "replaced": "edited", "untouched": b"earlier",
        "build": None, "build/mine": None, "shop.egg-info": None, "shop.egg-info/notes": None,
    }  # fmt: skip
    told = {os.path.basename(str(each.path)) for each in run.told}
    assert told == {"edited", "made", "removed", "replaced", "build", "shop.egg-info"}
    assert all("changed in the meantime" in each.problem for each in run.told)


@pytest.mark.parametrize("text", ["env\n", "./env", "env\nsecond\n", "{root}/env"])
def test_a_redirect_that_a_tool_wrote_goes(tmp_path: Path, text: str) -> None:
    root = str(tmp_path / "env")
    run = Before(root, str(tmp_path), [Redirect(str(tmp_path / ".venv"), root)])
    (tmp_path / ".venv").write_text(text.format(root=tmp_path))
    run.restore()
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("what", ["other\n", "", "a folder", "-> target", "-> env"])
def test_a_dot_venv_that_is_about_something_else_stays(tmp_path: Path, what: str) -> None:
    root = str(tmp_path / "env")
    run = Before(root, str(tmp_path), [Redirect(str(tmp_path / ".venv"), root)])
    make(tmp_path / ".venv", what)
    was = tree(tmp_path)
    run.restore()
    assert tree(tmp_path) == was


def test_a_redirect_that_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / ".venv").write_text("env")
    run = Before(str(tmp_path / "env"), str(tmp_path), [Redirect(str(tmp_path / ".venv"), str(tmp_path / "env"))])
    run.restore()
    assert tree(tmp_path) == {".venv": b"env"}


def test_what_building_had_left_before_stays(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    run = Before(str(tmp_path / ".venv"), str(tmp_path), [])
    run.restore()
    assert (tmp_path / "build").is_dir()


def test_a_link_to_nothing_above_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("gone")
    Before(str(tmp_path / "link/env"), str(tmp_path), []).restore()
    assert tree(tmp_path) == {"link": "gone"}


class Failing:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def now(self) -> object:
        return None

    def put(self, state: object) -> None:
        raise self.error

    def about(self, root: str) -> bool:
        return True


@pytest.mark.parametrize("error", [OSError(13, "denied"), VenvhookError("cannot be mended")])
def test_what_fails_keeps_nothing_else_from_being_undone(tmp_path: Path, error: Exception) -> None:
    entries = [Failing(error), File(str(tmp_path / "lock")), Failing(OSError(1, "later"))]
    run = Before(str(tmp_path / "a/env"), str(tmp_path), entries)
    (tmp_path / "a/env").mkdir(parents=True)
    (tmp_path / "lock").touch()
    run.stepped()
    with pytest.raises(type(error)) as caught:
        run.restore()
    assert caught.value is error and tree(tmp_path) == {}


def test_deleting_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/file").touch()
    (tmp_path / "env").mkdir()
    (tmp_path / "env/link").symlink_to("../kept")
    (tmp_path / "link").symlink_to("kept")
    (tmp_path / "dangling").symlink_to("gone")
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "env/fifo")
    for name in ("env", "link", "dangling", "file", "nothing"):
        delete(str(tmp_path / name))
    assert tree(tmp_path) == {"kept": None, "kept/file": b""}


def test_deleting_what_was_made_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for somebody who is not root, for whom a folder without the right to write keeps what is in it."""
    (tmp_path / "env/in").mkdir(parents=True)
    (tmp_path / "env/in").chmod(0o500)
    real = shutil.rmtree

    def rmtree(path: str) -> None:
        if os.stat(tmp_path / "env/in").st_mode & 0o200 == 0:
            raise PermissionError(13, "Permission denied")
        real(path)

    monkeypatch.setattr(before.shutil, "rmtree", rmtree)
    delete(str(tmp_path / "env"))
    assert tree(tmp_path) == {}


def test_a_relative_path_is_never_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "env").mkdir()
    for path in ("env", "./env", ""):
        with pytest.raises(AssertionError, match="a relative path is not deleted"):
            delete(path)
    assert (tmp_path / "env").is_dir()


def test_what_cannot_be_deleted_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise OSError(16, "Device or resource busy")

    monkeypatch.setattr(before.shutil, "rmtree", refuse)
    with pytest.raises(VenvhookError) as caught:
        delete(str(tmp_path))
    told = "cannot be deleted completely (Device or resource busy); delete what is left by hand"
    assert str(caught.value) == f"{tmp_path}: {told}"
