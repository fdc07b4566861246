"""The marked block: in, in again, out, and the file is what it was."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import BinaryIO, Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from venvhook import rcfile
from venvhook.errors import VenvhookError

LINES = b"load 'it'\n"
BLOCK = rcfile.BEGIN + b"\n" + LINES + rcfile.END + b"\n"
PIECES = [b"\n", b"\r\n", b"\r", b" ", b"\0", b"\xff", b"alias x=y", rcfile.BEGIN, rcfile.END, BLOCK[:-3], b"# >>>"]
FILES = st.one_of(st.binary(), st.lists(st.sampled_from(PIECES)).map(b"".join))


@given(FILES)
def test_remove_undoes_add(data: bytes) -> None:
    assume(not rcfile.contains(data))
    once = rcfile.add(data, LINES)
    assert rcfile.contains(once)
    assert rcfile.remove(once) == data
    assert rcfile.add(once, LINES) == once
    assert rcfile.remove(rcfile.add(once, b"another\n")) == data


@given(FILES)
def test_what_is_there_stays_in_front(data: bytes) -> None:
    assume(not rcfile.contains(data))
    assert rcfile.add(data, LINES).startswith(data)


@given(FILES)
def test_remove_leaves_no_block_and_nothing_new(data: bytes) -> None:
    left = rcfile.remove(data)
    assert not rcfile.contains(left)
    assert len(left) <= len(data)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", BLOCK),
        (b"a\n", b"a\n" + BLOCK),
        (b"a", b"a\n" + BLOCK.replace(b"\n", b" the line above had no end\n", 1)),
        (b"a\r\n", b"a\r\n" + BLOCK.replace(LINES, b"load 'it' #\n").replace(b"\n", b"\r\n")),
        (b"a\r\nb\n", b"a\r\nb\n" + BLOCK),
        (b"x\n" + BLOCK.replace(b"it", b"old") + b"y\n", b"x\n" + BLOCK + b"y\n"),
        (rcfile.BEGIN + b"\nx\n", rcfile.BEGIN + b"\nx\n" + BLOCK),
    ],
    ids=["empty", "text", "no line end", "CRLF", "last line decides", "earlier block", "begin without end"],
)
def test_add(before: bytes, after: bytes) -> None:
    assert rcfile.add(before, LINES) == after


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        (b"a", lambda data: data + b"b\n", b"a\nb\n"),
        (b"a\n", lambda data: data + b"b\n", b"a\nb\n"),
        (b"a\n", lambda data: data.replace(b"a", b"z"), b"z\n"),
        (b"a\n", lambda data: data + data, b"a\na\n"),
        (b"a\n", lambda data: data[:-1], b"a\n"),
        (b"a\n", lambda data: data[:-1] + b"b\n", None),
    ],
    ids=["appended after no line end", "appended", "changed above", "doubled", "end cut", "joined to our last line"],
)
def test_edits_made_meanwhile_stay(before: bytes, edit, after: bytes | None) -> None:  # type: ignore[no-untyped-def]
    edited = edit(rcfile.add(before, LINES))
    assert rcfile.remove(edited) == (edited if after is None else after)


@pytest.mark.parametrize("shell", ["bash", "zsh", "dash"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_the_block_works_in_either_line_end(tmp_path: Path, shell: str, end: bytes) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    loaded, startup = tmp_path / "loaded", tmp_path / "rc"
    loaded.write_text("echo loaded\n")
    startup.write_bytes(b"# mine" + end)
    rcfile.write(str(startup), b"if [ -r '%s' ]; then . '%s'; fi\n" % ((bytes(loaded),) * 2))
    for expected in ("loaded\nend\n", "end\n"):
        run = subprocess.run([shell, "-euc", f". '{startup}'; echo end"], capture_output=True, text=True, check=False)
        assert (run.stdout, run.stderr, run.returncode) == (expected, "", 0)
        loaded.unlink(missing_ok=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("data", [b"", b"a\n", b"a", b"a\r\n", b"\xff\xfe"[:1]], ids=repr)
def test_write_and_restore(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / ".bashrc"
    path.write_bytes(data)
    path.chmod(0o640)
    assert rcfile.write(str(path), LINES)
    written = path.stat()
    assert not rcfile.write(str(path), LINES)
    assert path.stat().st_mtime_ns == written.st_mtime_ns
    assert stat.S_IMODE(written.st_mode) == 0o640
    assert rcfile.restore(str(path))
    assert contents(tmp_path) == {".bashrc": data}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert not rcfile.restore(str(path))


def test_the_backup_is_the_file_before_the_first_write(tmp_path: Path) -> None:
    path, backup = tmp_path / "rc", tmp_path / "rc.venvhook-backup"
    path.write_bytes(b"a\n")
    path.chmod(0o600)
    rcfile.write(str(path), LINES)
    rcfile.write(str(path), b"another\n")
    assert backup.read_bytes() == b"a\n"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    path.write_bytes(path.read_bytes() + b"b\n")
    rcfile.restore(str(path))
    assert (path.read_bytes(), backup.read_bytes()) == (b"a\nb\n", b"a\n")


def test_a_missing_file_is_missing_again_with_its_folders(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "rc"
    rcfile.write(str(path), LINES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    rcfile.restore(str(path))
    assert list(tmp_path.iterdir()) == []


def test_folders_that_were_there_or_are_used_stay(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    path = tmp_path / "a" / "b" / "rc"
    rcfile.write(str(path), LINES)
    rcfile.restore(str(path))
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
    rcfile.write(str(path), LINES)
    (tmp_path / "a" / "b" / "other").touch()
    rcfile.restore(str(path))
    assert contents(tmp_path) == {"a/b/other": b""}


def test_a_made_file_that_was_written_to_stays(tmp_path: Path) -> None:
    path = tmp_path / "rc"
    rcfile.write(str(path), LINES)
    path.write_bytes(path.read_bytes() + b"b\n")
    rcfile.restore(str(path))
    assert path.read_bytes() == b"b\n"


@pytest.mark.parametrize("present", [True, False], ids=["target", "dangling"])
def test_a_link_stays_and_its_target_changes(tmp_path: Path, present: bool) -> None:
    target, link = tmp_path / "dotfiles" / "rc", tmp_path / ".bashrc"
    link.symlink_to("dotfiles/rc")
    if present:
        target.parent.mkdir()
        target.write_bytes(b"a\n")
    rcfile.write(str(link), LINES)
    assert os.readlink(link) == "dotfiles/rc"
    assert rcfile.contains(target.read_bytes())
    assert [path.name for path in target.parent.iterdir()] == ["rc"]
    rcfile.restore(str(link))
    assert os.readlink(link) == "dotfiles/rc"
    assert contents(tmp_path) == ({"dotfiles/rc": b"a\n", ".bashrc": b"a\n"} if present else {})


def test_a_read_only_file_stays_and_the_line_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"a\n")
    path.chmod(0o444)
    with pytest.raises(VenvhookError, match=r"read-only.*by hand: load 'it'"):
        rcfile.write(str(path), LINES)
    assert contents(tmp_path) == {"rc": b"a\n"}
    path.chmod(0o644)
    rcfile.write(str(path), LINES)
    path.chmod(0o444)
    with pytest.raises(VenvhookError, match=r"read-only.*out by hand"):
        rcfile.restore(str(path))
    assert sorted(contents(tmp_path)) == ["rc", "rc.venvhook-backup"]


def test_a_backup_that_is_there_already_stays(tmp_path: Path) -> None:
    """It may be the person's own, even one that is the same as the file."""
    path, mine = tmp_path / "rc", {"rc.venvhook-backup": b"mine\n", "rc.venvhook-backup-2": b"a"}
    for name, data in mine.items():
        (tmp_path / name).write_bytes(data)
    path.write_bytes(b"a")
    rcfile.write(str(path), LINES)
    assert contents(tmp_path) == {"rc": path.read_bytes(), "rc.venvhook-backup-3": b"a", **mine}
    rcfile.write(str(path), b"another\n")
    rcfile.restore(str(path))
    assert contents(tmp_path) == {"rc": b"a", **mine}


def test_another_name_of_the_file_stays_one(tmp_path: Path) -> None:
    path, other = tmp_path / "rc", tmp_path / "dotfiles"
    path.write_bytes(b"a\n")
    os.link(path, other)
    rcfile.write(str(path), LINES)
    assert path.samefile(other) and rcfile.contains(other.read_bytes())
    assert (tmp_path / "rc.venvhook-backup").read_bytes() == b"a\n"
    rcfile.restore(str(path))
    assert path.samefile(other) and contents(tmp_path) == {"rc": b"a\n", "dotfiles": b"a\n"}


def test_a_disk_that_is_full_costs_another_name_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"a\n")
    os.link(path, tmp_path / "dotfiles")
    fill = rcfile._fill

    def full(file: BinaryIO, data: bytes) -> None:
        fill(file, data[:3])
        if len(data) > 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(rcfile, "_fill", full)
    with pytest.raises(VenvhookError, match="No space left"):
        rcfile.write(str(path), LINES)
    assert contents(tmp_path) == {"rc": b"a\n", "dotfiles": b"a\n"}


@pytest.mark.parametrize("kind", ["folder", "fifo", "UTF-16", "loop"])
def test_what_is_no_text_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "rc"
    make = {
        "folder": path.mkdir,
        "fifo": lambda: os.mkfifo(path),
        "UTF-16": lambda: path.write_bytes("a\n".encode("utf-16")),
        "loop": lambda: path.symlink_to("rc"),
    }
    make[kind]()
    for act in (lambda: rcfile.write(str(path), LINES), lambda: rcfile.restore(str(path))):
        with pytest.raises(VenvhookError) as caught:
            act()
        assert caught.value.remedy in ("move it away, and try again", "save it as UTF-8")
    assert [each.name for each in tmp_path.iterdir()] == ["rc"]


# ---- writing in one step ---------------------------------------------------------------------------------------------


def test_a_write_that_fails_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"a\n")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(VenvhookError, match="No space left"):
        patch.setattr(os, "replace", full)
        rcfile.write(str(path), LINES)
    assert contents(tmp_path) == {"rc": b"a\n"}
    rcfile.write(str(path), LINES)
    before = contents(tmp_path)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(VenvhookError):
        rcfile.write(str(path), b"another\n")
    assert contents(tmp_path) == before  # the backup of the first time too


def test_it_is_written_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file is moved from one file system to another in one step."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    assert rcfile.write(str(tmp_path / "rc"), LINES)


def test_what_is_written_is_new_and_its_backup_as_old_as_the_file_was(tmp_path: Path) -> None:
    path, backup = tmp_path / "rc", tmp_path / "rc.venvhook-backup"
    path.write_bytes(b"a\n")
    path.chmod(0o640)
    os.utime(path, (1, 1))
    rcfile.write(str(path), LINES)
    assert path.stat().st_mtime > 1 == backup.stat().st_mtime
    assert stat.S_IMODE(backup.stat().st_mode) == 0o640


def test_the_owner_stays(tmp_path: Path, give_away: Callable[[Path], None]) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"a\n")
    give_away(path)
    rcfile.write(str(path), LINES)
    assert path.stat().st_uid == 54321


def refuse_to_give(*_: object) -> None:
    raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_group_that_cannot_be_given_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rc").write_bytes(b"a\n")
    monkeypatch.setattr(os, "chown", refuse_to_give)
    assert rcfile.write(str(tmp_path / "rc"), LINES)


def test_an_owner_that_cannot_be_given_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, give_away: Callable[[Path], None]
) -> None:
    (tmp_path / "rc").write_bytes(b"a\n")
    give_away(tmp_path / "rc")
    monkeypatch.setattr(os, "chown", refuse_to_give)
    with pytest.raises(VenvhookError, match="not permitted"):
        rcfile.write(str(tmp_path / "rc"), LINES)
    assert contents(tmp_path) == {"rc": b"a\n"}


@pytest.mark.parametrize("whose", ["link", "target"])
def test_a_link_of_another_user_is_not_followed(
    tmp_path: Path, give_away: Callable[[Path], None], whose: str
) -> None:
    """As root in a home of theirs, it would be root's file that is written."""
    target = tmp_path / "target"
    target.write_bytes(b"theirs\n")
    (tmp_path / "rc").symlink_to(target)
    give_away(tmp_path / "rc" if whose == "link" else target)
    with pytest.raises(VenvhookError, match="is a symlink of another user's, or leads to a file of another user"):
        rcfile.write(str(tmp_path / "rc"), b"load\n")
    assert target.read_bytes() == b"theirs\n" and os.listdir(tmp_path) != []
    assert rcfile.restore(str(tmp_path / "rc")) is False  # there is nothing of ours in it
