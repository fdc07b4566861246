"""keep.py: plans are kept whole, for the user's eyes only, where the hook looks; what cannot be kept raises nothing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pytest

from venvhook import keep
from venvhook.system import LINUX, MACOS, WINDOWS, System

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX paths and modes")
NAME = ".venvhook-2.bash"


WINDOWS_PLACES = [
    ("C:\\", "C:\\u\\plans\\C"),
    ("C:\\work\\shop", "C:\\u\\plans\\C\\work\\shop"),
    ("d:\\é x", "C:\\u\\plans\\d\\é x"),
    ("\\\\host\\share", "C:\\u\\plans\\UNC\\host\\share"),
    ("\\\\C\\work\\shop", "C:\\u\\plans\\UNC\\C\\work\\shop"),
]


@pytest.mark.parametrize("system", [LINUX, MACOS], ids=lambda system: system.name)
@pytest.mark.parametrize(
    ("project", "place"),
    [("/", "/c/plans"), ("/p/q", "/c/plans/p/q"), ("/p q ", "/c/plans/p q "), ("/p\n", "/c/plans/p\n")],
)
def test_place_is_two_strings_joined(project: str, place: str, system: System) -> None:
    assert keep.place("/c", project, system) == place
    assert keep.kept_for("/c", place, system) == project


@pytest.mark.parametrize(("project", "place"), WINDOWS_PLACES)
def test_a_place_on_windows_has_neither_colon_nor_share_in_front(project: str, place: str) -> None:
    assert keep.place("C:\\u", project, WINDOWS) == place
    assert keep.kept_for("C:\\u", place, WINDOWS) == project


def test_no_two_projects_of_windows_have_one_place() -> None:
    assert len({place for _, place in WINDOWS_PLACES}) == len(WINDOWS_PLACES)
    assert keep.place("C:\\u", "C:/work/shop/", WINDOWS) == "C:\\u\\plans\\C\\work\\shop"


@pytest.mark.parametrize(
    ("system", "project", "usable"),
    [
        (LINUX, "/p/../q", False),
        (LINUX, "/p..q/..p", True),
        (LINUX, "/p/..\\q", True),
        (WINDOWS, "C:\\p\\..\\q", False),
        (WINDOWS, "C:/p/../q", False),
        (WINDOWS, "C:\\p/..", False),
        (WINDOWS, "\\\\?\\C:\\p", False),
        (WINDOWS, "\\\\.\\C:\\p", False),
        (WINDOWS, "C:\\p..q", True),
        (WINDOWS, "\\\\host\\share\\p", True),
    ],
)
def test_what_leads_out_of_the_cache_is_not_kept(system: System, project: str, usable: bool, tmp_path: Path) -> None:
    assert keep.usable(str(tmp_path), project, system) is usable


@posix
def test_only_a_cache_of_the_users_own_is_usable(tmp_path: Path, give_away: Callable[[Path], None]) -> None:
    assert keep.usable(str(tmp_path), "/p") and keep.usable(str(tmp_path / "not made yet"), "/p..q/..p")
    assert not any(keep.usable(str(tmp_path), project) for project in ("/p/../q", "/..", "/p/.."))
    give_away(tmp_path)
    assert not keep.usable(str(tmp_path), "/p")


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
        stamped(tmp_path / "stamp", tmp_path)
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
    assert keep.stamps(folder, {str(tmp_path): (tmp_path.stat(), 5)}) == {}
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


def stamped(kept: Path, *paths: Path, time: int | None = None) -> dict[str, str]:
    """The stamps of files by their path, with their own times or TIME."""
    found = {str(path): path.stat() for path in paths}
    return keep.stamps(str(kept), {path: (seen, time or seen.st_mtime_ns) for path, seen in found.items()})


def test_a_stamp_has_the_time_of_its_file(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for path, moment in ((old, 1_700_000_000_123_456_789), (new, 4_000_000_000_987_654_321)):
        path.touch()
        os.utime(path, ns=(moment, moment))
    stamps = stamped(tmp_path / "kept", old, new)
    assert [os.stat(stamps[str(path)]).st_mtime_ns for path in (old, new)] == [
        1_700_000_000_123_456_789, 4_000_000_000_987_654_321,
    ]  # fmt: skip


def test_the_same_state_has_the_same_stamp(tmp_path: Path) -> None:
    file, kept = tmp_path / "file", tmp_path / "kept"
    file.write_text("x")
    first = stamped(kept, file)
    assert stamped(kept, file) == first and os.listdir(kept) == [os.path.basename(first[str(file)])]


@pytest.mark.parametrize("change", ["longer", "touched", "older", "replaced", "another time"])
def test_a_change_takes_the_stamp_away(tmp_path: Path, change: str) -> None:
    file, kept, other = tmp_path / "file", tmp_path / "kept", tmp_path / "other"
    for path in (file, other):
        path.write_text("x")
        os.utime(path, ns=(5, 5))
    before, others = stamped(kept, file)[str(file)], stamped(kept, other)[str(other)]
    (kept / NAME).write_text("a plan")
    if change == "longer":
        file.write_text("xx")
        os.utime(file, ns=(5, 5))
    elif change in ("touched", "older"):
        os.utime(file, ns=(9, 9) if change == "touched" else (2, 2))
    elif change == "replaced":
        (tmp_path / "new").write_text("y")
        os.utime(tmp_path / "new", ns=(5, 5))
        (tmp_path / "new").replace(file)
    after = stamped(kept, file, time=7 if change == "another time" else None)[str(file)]
    assert after != before
    assert sorted(os.listdir(kept)) == sorted([NAME, os.path.basename(after), os.path.basename(others)])


def test_a_disk_that_keeps_whole_seconds_stamps_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What did not take the time cannot be compared; a file of that disk itself can."""
    file, whole = tmp_path / "file", tmp_path / "whole"
    for path, moment in ((file, 7_000_000_123), (whole, 7_000_000_000)):
        path.touch()
        os.utime(path, ns=(moment, moment))
    set_time = os.utime

    def coarse(path: str, ns: tuple[int, int]) -> None:
        set_time(path, ns=(ns[0] // 10**9 * 10**9,) * 2)

    monkeypatch.setattr(os, "utime", coarse)
    assert list(stamped(tmp_path / "kept", file, whole)) == [str(whole)]
