"""The user's own folders: fixed once, private, written in one step."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from outside import live_in

from venvhook import folders
from venvhook.errors import VenvhookError
from venvhook.folders import Folders

PLACES = Folders("/d", "/c", "/\udcff", "/h")  # a byte that is not UTF-8
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_what_is_recorded_wins_over_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
    assert folders.find(str(tmp_path)).data == str(tmp_path / "elsewhere" / "venvhook")
    assert folders.record(PLACES, str(tmp_path))
    assert folders.find(str(tmp_path)) == PLACES != Folders("/d", "/c", "/\udcff", "/another")
    assert mode(Path(folders.record_path(str(tmp_path)))) == 0o600


def test_recording_the_same_again_writes_nothing(tmp_path: Path) -> None:
    folders.record(PLACES, str(tmp_path))
    before = os.stat(folders.record_path(str(tmp_path)))
    assert folders.record(PLACES, str(tmp_path))
    assert os.stat(folders.record_path(str(tmp_path))) == before


@pytest.mark.parametrize("spoil", ["group", "others", "owner", "text", "list", "field", "missing"])
def test_a_record_that_is_not_this_users_word_is_none(tmp_path: Path, spoil: str) -> None:
    folders.record(PLACES, str(tmp_path))
    path = Path(folders.record_path(str(tmp_path)))
    if spoil == "owner" and os.geteuid():
        pytest.skip("only root can give a file away")
    actions = {
        "group": lambda: path.chmod(0o620),
        "others": lambda: path.chmod(0o602),
        "owner": lambda: os.chown(path, 12345, 12345),
        "text": lambda: path.write_bytes(b"\xff{"),
        "list": lambda: path.write_bytes(b"[1]"),
        "field": lambda: path.write_bytes(b'{"data": "/d", "cache": "/c", "config": "/f"}'),
        "missing": path.unlink,
    }
    actions[spoil]()
    assert folders.recorded(str(tmp_path)) is None


def test_where_nothing_can_be_recorded(tmp_path: Path) -> None:
    (tmp_path / "share").write_bytes(b"")
    assert not folders.record(PLACES, str(tmp_path))


def test_a_relative_folder_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.PlatformDirs.user_cache_dir", "cache/venvhook")
    with pytest.raises(VenvhookError, match="cache/venvhook: is not an absolute path"):
        folders.by_platform()


def test_the_home_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    live_in("/somewhere", monkeypatch)
    assert folders.by_platform().home == os.path.normpath("/somewhere")


def test_a_folder_is_made_with_those_above_it(tmp_path: Path) -> None:
    folders.make_private(str(tmp_path / "a" / "b"))
    assert mode(tmp_path / "a" / "b") == 0o700


def test_an_open_folder_is_narrowed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    folders.make_private(str(tmp_path))
    assert mode(tmp_path) == 0o700


def test_a_link_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(VenvhookError, match=f"{name}: is not a plain folder"):
            folders.make_private(str(tmp_path / name))
    with pytest.raises(VenvhookError, match="cannot be made"):
        folders.make_private(str(tmp_path / "file" / "below"))


@as_root
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(VenvhookError, match="belongs to another user"):
        folders.make_private(str(tmp_path))


def test_write_is_private_and_touches_nothing_that_is_right(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert folders.write(str(path), b"x")
    before = path.stat()
    assert mode(path) == 0o600
    assert not folders.write(str(path), b"x")
    assert path.stat() == before
    path.chmod(0o644)
    assert folders.write(str(path), b"x")
    assert mode(path) == 0o600


def test_write_replaces_a_link_and_leaves_its_target(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"x")
    (tmp_path / "link").symlink_to("target")
    folders.write(str(tmp_path / "link"), b"y")
    assert (tmp_path / "target").read_bytes() == b"x"
    assert not (tmp_path / "link").is_symlink()


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        folders.write(str(tmp_path / "folder"), b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
