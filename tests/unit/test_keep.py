"""keep.py: plans are kept whole, for the user's eyes only, where the hook looks; what cannot be kept raises nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pytest

from venvhook import keep

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX paths and modes")
NAME = ".venvhook-2.bash"


@posix
@pytest.mark.parametrize(
    ("project", "place"),
    [("/", "/c/plans"), ("/p/q", "/c/plans/p/q"), ("/p/../q ", "/c/plans/p/../q "), ("/p\n", "/c/plans/p\n")],
)
def test_place_is_two_strings_joined(project: str, place: str) -> None:
    assert keep.place("/c", project) == place


@posix
def test_only_a_cache_of_the_users_own_is_usable(tmp_path: Path, give_away: Callable[[Path], None]) -> None:
    assert keep.usable(str(tmp_path)) and keep.usable(str(tmp_path / "not made yet"))
    give_away(tmp_path)
    assert not keep.usable(str(tmp_path))


def test_a_kept_plan_is_what_was_written(tmp_path: Path) -> None:
    for text in ("one é\n", "", "bytes \udcff\n"):
        assert keep.write(str(tmp_path / "a/b"), ".bash", text)
        assert (tmp_path / "a/b" / NAME).read_bytes() == os.fsencode(text)
    assert os.listdir(tmp_path / "a/b") == [NAME]


@posix
def test_only_the_user_reads_it(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        keep.write(str(tmp_path / "plan"), ".bash", "x")
        keep.stamp(str(tmp_path / "stamp"), {}, 0)
    finally:
        os.umask(previous)
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "plan", tmp_path / "plan" / NAME)] == [0o700, 0o600]
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.rglob("*"))


def test_a_link_there_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("other")
    (tmp_path / NAME).symlink_to("other")
    assert keep.write(str(tmp_path), ".bash", "plan")
    assert (tmp_path / "other").read_text() == "other"
    assert not (tmp_path / NAME).is_symlink()


@pytest.mark.parametrize(
    "below",
    ["file", "file/p", "x" * 256, "/".join(["x" * 200] * 25), "loop/p"],
    ids=["a file", "below a file", "NAME_MAX", "PATH_MAX", "a loop"],
)
def test_what_cannot_be_kept(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    folder = f"{tmp_path}/{below}"
    assert keep.write(folder, ".bash", "x") is False
    assert not os.path.exists(keep.stamp(folder, {}, 0))
    assert [name for _, _, files in os.walk(tmp_path) for name in files if name not in ("file", "loop")] == []
    assert (tmp_path / "file").read_text() == "mine"


def test_a_full_disk_leaves_the_earlier_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep.write(str(tmp_path), ".bash", "earlier")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert keep.write(str(tmp_path), ".bash", "later") is False
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).read_text() == "earlier"


# ---- stamps ----------------------------------------------------------------------------------------------------------


def seen(path: Path) -> dict[str, os.stat_result]:
    return {str(path): path.stat()} if path.exists() else {}


def test_a_stamp_is_as_old_as_it_is_told(tmp_path: Path) -> None:
    stamp = keep.stamp(str(tmp_path / "kept"), {}, 1_700_000_000_123_456_789)
    assert os.stat(stamp).st_mtime_ns == 1_700_000_000_123_456_789


def test_the_same_files_have_the_same_stamp(tmp_path: Path) -> None:
    file, kept = tmp_path / "file", str(tmp_path / "kept")
    file.write_text("x")
    assert keep.stamp(kept, seen(file), 5) == keep.stamp(kept, seen(file), 7)
    assert os.stat(keep.stamp(kept, seen(file), 7)).st_mtime_ns == 7


@pytest.mark.parametrize("change", ["longer", "touched", "replaced", "gone", "another"])
def test_a_change_takes_the_stamp_away(tmp_path: Path, change: str) -> None:
    file, kept, other = tmp_path / "file", tmp_path / "kept", tmp_path / "other"
    file.write_text("x")
    other.write_text("y")
    os.utime(file, ns=(1, 1))
    os.utime(other, ns=(1, 1))
    before = keep.stamp(str(kept), seen(file), 5)
    (kept / NAME).write_text("a plan")
    if change == "longer":
        file.write_text("xx")
        os.utime(file, ns=(1, 1))
    elif change == "touched":
        os.utime(file, ns=(2, 2))
    elif change == "replaced":
        other.replace(file)
    elif change == "gone":
        file.unlink()
    after = keep.stamp(str(kept), seen(other if change == "another" else file), 5)
    assert after != before
    assert sorted(os.listdir(kept)) == sorted([NAME, os.path.basename(after)])
