"""trust.py: a decision is read back whole or not at all, only from the user's own store; what is not trusted."""

from __future__ import annotations

import multiprocessing
import os
import shlex
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venvhook import trust
from venvhook.digest import digest_of_bytes
from venvhook.errors import VenvhookError
from venvhook.marker import Marker
from venvhook.trust import Content, Record

posix = pytest.mark.skipif(os.name == "nt", reason="owners and modes are POSIX's")
Away = Callable[[Path], None]
Meanwhile = Callable[[Callable[[], object]], None]

strings = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.sampled_from(
    ["end", "\udcff", "="]
)
names = st.from_regex(r"[A-Z][A-Z0-9_]{0,5}_V", fullmatch=True)
markers = st.builds(
    Marker,
    venv=st.none() | strings,
    prompt=st.none() | strings,
    packages=st.lists(strings, max_size=3).map(tuple),
    variables=st.dictionaries(names, st.none() | strings, max_size=3).map(lambda pairs: tuple(pairs.items())),
)
texts = st.binary().map(lambda data: data.replace(b"\0", b"")) | st.just(b"end")


contents = st.builds(Content, texts, markers, st.lists(names | st.just("end"), max_size=3), st.just("") | strings)


@st.composite
def records(draw: st.DrawFn) -> Record:
    record = Record("/" + draw(strings), draw(st.booleans()))
    if record.allowed:
        record.contents = draw(st.lists(contents, min_size=1, max_size=3))
    return record


def content(record: Record) -> tuple[object, ...]:
    each = [(content.marker, content.meaning, list(content.names), content.place) for content in record.contents]
    return record.folder, record.allowed, each


# ---- records ---------------------------------------------------------------------------------------------------------


@given(records())
def test_dumped_and_loaded(record: Record) -> None:
    assert content(Record.load(record.dump())) == content(record)


@given(records(), st.data())
def test_a_cut_record_is_none(record: Record, data: st.DataObject) -> None:
    whole = record.dump()
    ends = {at for at, byte in enumerate(whole) if byte == 0}  # where a cut leaves whole fields
    for length in {data.draw(st.integers(0, len(whole) - 1)), *ends, *(at + 1 for at in ends)}:
        with pytest.raises((ValueError, VenvhookError)):
            Record.load(whole[:length])


@given(records(), st.data())
def test_a_record_with_another_byte_is_none(record: Record, data: st.DataObject) -> None:
    whole = bytearray(record.dump())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError):
        Record.load(bytes(whole))


@given(records(), st.binary(max_size=5))
def test_a_record_with_more_behind_is_none(record: Record, more: bytes) -> None:
    with pytest.raises((ValueError, VenvhookError)):
        Record.load(record.dump() + b"\0" + more)


def sealed(*fields: bytes) -> bytes:
    whole = b"\0".join(fields)
    return whole + b"\0" + digest_of_bytes(whole).encode()


@pytest.mark.parametrize(
    "head", [b"venvhook record 1\0allow", b"venvhook record 3\0maybe", b"venvhook record 3\0allow"]
)
def test_a_whole_record_of_another_kind_is_none(head: bytes) -> None:
    whole, _, _ = Record("/p", True, b"x").dump().rpartition(b"\0")
    rest = whole.split(b"\0")[2:] if head != b"venvhook record 3\0allow" else []
    with pytest.raises(ValueError):
        Record.load(sealed(head, *rest))


def test_a_record_of_the_layout_before_costs_nobody_an_allow() -> None:
    """Its bytes are parsed again; the fields behind them had another order."""
    old = sealed(b"venvhook record 2", b"allow", b"/p", b'prompt = "p"', b"A B", b"", b"", b"", b"=p", b"0", b"0", b"0")
    record = Record.load(old)
    assert (record.folder, record.allowed, len(record.contents)) == ("/p", True, 1)
    assert (record.newest.meaning, list(record.newest.names)) == (None, ["A", "B"])
    assert record.newest.meant("M") == Marker(prompt="p")
    assert Record.load(record.dump()).newest.meant("M") == Marker(prompt="p")
    denied = Record.load(sealed(b"venvhook record 2", b"deny", b"/p", b"", b"", b"", b"", b"", b"", b"0", b"0", b"0"))
    assert (denied.allowed, denied.contents) == (False, [])


def test_a_new_key_costs_nobody_an_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Record("/p", True, b'prompt = "p"', Marker(prompt="p"), ["A"]).dump()
    monkeypatch.setattr(trust, "_LAYOUT", b"another")
    found = Record.load(whole).newest
    assert (found.meaning, found.meant("M"), list(found.names)) == (None, Marker(prompt="p"), ["A"])


def test_what_is_not_understood_any_more_is_an_error() -> None:
    record = Record.load(sealed(b"venvhook record 2", b"allow", b"/p", b"gone = 1", b""))
    with pytest.raises(VenvhookError, match="M:1: unknown key gone"):
        record.newest.meant("M")


def test_damage_is_a_value_error() -> None:
    whole = Record("/p", True, b"x", Marker(venv="end")).dump()
    with pytest.raises(ValueError):
        Record.load(whole.replace(b"\0" + b"0\0", b"\0" + b"9\0"))


# ---- the store -------------------------------------------------------------------------------------------------------


def allow(data: Path, folder: str = "/p", text: bytes = b"x", allowed: bool = True) -> Record:
    return trust.decide(str(data), Record(folder, allowed, text if allowed else b""))


def decision(data: Path, folder: str = "/p") -> bytes | None:
    """The bytes that are allowed, b"" for a deny, None for no decision."""
    found = trust.find(str(data), folder)
    if found is None:
        return None
    return found.newest.marker if found.allowed else b""


def files(data: Path) -> list[Path]:
    return sorted(path for path in data.rglob("*") if not path.is_dir())


def test_the_last_decision_counts_and_is_a_new_file(tmp_path: Path) -> None:
    paths = []
    for text, allowed in ((b"one", True), (b"", False), (b"two", True), (b"two", True)):
        paths.append(allow(tmp_path, text=text, allowed=allowed).path)
        found = trust.find(str(tmp_path), "/p")
        assert found is not None
        assert (found.allowed, decision(tmp_path), found.path) == (allowed, text, paths[-1])
        assert [str(path) for path in files(tmp_path)] == paths[-1:]
    assert len(set(paths)) == 4


def test_several_contents_of_one_folder_are_allowed(tmp_path: Path) -> None:
    """Branches: each content is allowed once; the newest come first, a deny ends them all."""

    def allowed() -> list[bytes]:
        found = trust.find(str(tmp_path), "/p")
        return [content.marker for content in found.contents] if found else []

    for text in (b"a", b"b", b"a"):
        allow(tmp_path, text=text)
    assert allowed() == [b"a", b"b"]
    for number in range(20):
        allow(tmp_path, text=b"%d" % number)
    assert allowed() == [b"%d" % number for number in range(19, 3, -1)]
    allow(tmp_path, allowed=False)
    assert allowed() == []
    allow(tmp_path, text=b"c")
    assert allowed() == [b"c"]


def test_a_clock_that_is_set_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for moment, text in ((2_000_000_000_000_000_000, b"one"), (1_500_000_000_000_000_000, b"two"), (7, b"three")):
        monkeypatch.setattr("time.time_ns", lambda moment=moment: moment)
        allow(tmp_path, text=text)
        assert decision(tmp_path) == text
    assert len(files(tmp_path)) == 1


def test_what_lies_about_there_hides_no_decision(tmp_path: Path) -> None:
    """A record of a later clock, cut off; names that are none of ours, which stay."""
    where = Path(allow(tmp_path, text=b"earlier").path).parent
    foreign = {".DS_Store", ".nineteen_and_a_dot.", "notes", "4-1", *("9" * 20 + end for end in ("", "-", "-old"))}
    for name in (*foreign, "30000000000000000000-1"):
        (where / name).write_bytes(b"half")
    later = allow(tmp_path, text=b"later")
    assert decision(tmp_path) == b"later"
    assert {path.name for path in files(tmp_path)} == {*foreign, os.path.basename(later.path)}


def test_a_full_disk_leaves_the_earlier_decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(tmp_path, text=b"earlier")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(VenvhookError, match="No space left"):
        allow(tmp_path, text=b"later")
    assert decision(tmp_path) == b"earlier" and len(files(tmp_path)) == 1


def test_a_record_that_is_too_large_to_be_one_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allow(tmp_path)
    monkeypatch.setattr(trust, "_LIMIT", 10)
    assert decision(tmp_path) is None


@posix
def test_mine(tmp_path: Path, give_away: Away) -> None:
    assert trust.mine(str(tmp_path)) is True
    assert trust.mine(str(tmp_path / "missing")) is False
    give_away(tmp_path)
    assert trust.mine(str(tmp_path)) is False


def test_decisions_are_about_one_folder(tmp_path: Path) -> None:
    allow(tmp_path, "/p")
    assert all(decision(tmp_path, folder) is None for folder in ("/p/q", "/", "/P", "/p/", "/q", ""))
    other = trust.place(str(tmp_path), "/q")
    os.rename(trust.place(str(tmp_path), "/p"), other)  # as if both had one digest
    assert decision(tmp_path, "/q") is None


def test_forgotten(tmp_path: Path) -> None:
    for _ in range(2):
        trust.forget(str(tmp_path), "/p")
        assert decision(tmp_path) is None
        assert not os.path.exists(trust.place(str(tmp_path), "/p"))
        allow(tmp_path)
    assert decision(tmp_path) == b"x"


@posix
def test_only_the_user_reads_records(tmp_path: Path) -> None:
    record = allow(tmp_path)
    assert os.stat(record.path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(record.path)).st_mode & 0o777 == 0o700


@posix
def test_the_store_is_the_users_too(tmp_path: Path) -> None:
    allow(tmp_path)
    assert os.stat(tmp_path / "trust").st_mode & 0o777 == 0o700


def test_no_store() -> None:
    assert trust.find("/nowhere/at/all", "/p") is None


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "trust").write_text("a file")
    with pytest.raises(VenvhookError, match="the decision cannot be written"):
        allow(tmp_path)


@pytest.mark.parametrize("damage", ["cut", "empty", "garbage", "folder", "fifo", "link"])
def test_a_damaged_record_decides_nothing(tmp_path: Path, damage: str) -> None:
    path = Path(allow(tmp_path).path)
    whole = path.read_bytes()
    path.unlink()
    if damage == "folder":
        path.mkdir()
    elif damage == "fifo":
        os.mkfifo(path)
    elif damage == "link":
        (tmp_path / "elsewhere").write_bytes(whole)
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.write_bytes({"cut": whole[:-1], "empty": b"", "garbage": b"\0" * 9}[damage])
    assert decision(tmp_path) is None


def test_half_a_record_leaves_the_earlier_decision(tmp_path: Path) -> None:
    where = Path(allow(tmp_path, text=b"earlier").path).parent
    (where / "99999999999999999999-1").write_bytes(b"half")
    (where / "99999999999999999999-2.part").write_bytes(Record("/p", True, b"later").dump())
    assert decision(tmp_path) == b"earlier"


@posix
@pytest.mark.parametrize("level", ["trust", "trust/folder"])
def test_a_linked_store_is_not_used(tmp_path: Path, level: str) -> None:
    path = Path(allow(tmp_path).path)
    linked = path.parent if level == "trust/folder" else path.parent.parent
    linked.rename(tmp_path / "elsewhere")
    linked.symlink_to(tmp_path / "elsewhere")
    assert decision(tmp_path) is None


@posix
@pytest.mark.parametrize("level", [0, 1, 2], ids=["the record", "its folder", "the store"])
def test_what_another_user_owns_is_not_used(tmp_path: Path, give_away: Away, level: int) -> None:
    path = Path(allow(tmp_path).path)
    give_away([path, *path.parents][level])
    assert decision(tmp_path) is None


# ---- decisions at the same moment ------------------------------------------------------------------------------------


def decide_often(data: str, name: str) -> None:
    for n in range(20):
        trust.decide(data, Record("/p", n % 2 == 0, f"{name} {n}".encode()))


def test_processes_that_decide_at_once_leave_one_decision(tmp_path: Path) -> None:
    run = multiprocessing.get_context("spawn").Process
    processes = [run(target=decide_often, args=(str(tmp_path), str(n))) for n in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    assert decision(tmp_path) is not None
    assert len(files(tmp_path)) == 1


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have something happen right after the next folder was listed, as if by another process."""

    def arrange(happening: Callable[[], object]) -> None:
        listed = os.listdir

        def listdir(path: str) -> list[str]:
            names = listed(path)
            monkeypatch.setattr(os, "listdir", listed)
            happening()
            return names

        monkeypatch.setattr(os, "listdir", listdir)

    return arrange


def test_a_decision_made_while_another_is_read(tmp_path: Path, meanwhile: Meanwhile) -> None:
    allow(tmp_path, text=b"earlier")
    meanwhile(lambda: allow(tmp_path, text=b"later"))
    assert decision(tmp_path) == b"later"


def test_a_decision_made_while_another_is_written(tmp_path: Path, meanwhile: Meanwhile) -> None:
    allow(tmp_path, text=b"earliest")
    meanwhile(lambda: allow(tmp_path, text=b"other"))
    allow(tmp_path, text=b"later")
    assert len(files(tmp_path)) == 1


# ---- folders and owners ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("folder", "allowed", "expected"),
    [
        ("w/proj", ["w/proj"], True),
        ("w/proj", ["w"], True),
        ("w/proj", ["w/"], True),
        ("w/proj-evil", ["w/proj"], False),
        ("w", ["w/proj"], False),
        ("w/proj", [], False),
        ("w/proj", ["x", "w"], True),
        ("w/proj", ["w/../x"], False),
        ("w/proj", ["link"], True),
        ("w/proj", ["W"], False),
    ],
)
def test_within_goes_by_components(tmp_path: Path, folder: str, allowed: list[str], expected: bool) -> None:
    root = Path(os.path.realpath(tmp_path))
    for each in ("w/proj", "w/proj-evil", "x"):
        (root / each).mkdir(parents=True)
    (root / "link").symlink_to("w")
    assert trust.within(str(root / folder), [f"{root}/{each}" for each in allowed]) is expected
    assert trust.within(str(root / folder), ["/"])


def complaint(*paths: str) -> VenvhookError | None:
    try:
        trust.check_owners(*paths)
    except VenvhookError as error:
        return error
    return None


def do_remedy(error: VenvhookError) -> None:
    """Run the command that the error names."""
    assert error.remedy is not None
    subprocess.run(["/bin/sh", "-c", error.remedy.partition(": ")[2]], check=True)


@posix
@pytest.mark.parametrize(
    ("mode", "found"), [(0o755, False), (0o777, True), (0o702, True), (0o770, False), (0o1777, True)]
)
def test_what_everybody_may_write_to(tmp_path: Path, mode: int, found: bool) -> None:
    path = tmp_path / "project"
    path.mkdir()
    path.chmod(mode)
    error = complaint(str(tmp_path), str(path), "/nowhere")
    assert (error and str(error)) == (
        f"{path}: everybody may write to it; to forbid that: chmod o-w {path}" if found else None
    )
    if error:
        do_remedy(error)
        assert complaint(str(path)) is None


@posix
def test_what_another_user_owns(tmp_path: Path, give_away: Away) -> None:
    path = tmp_path / "project"
    path.mkdir()
    (tmp_path / "link").symlink_to(path)
    assert complaint(str(path)) is None
    give_away(path)
    for seen in (path, tmp_path / "link"):  # the link is ours, what it leads to is not
        error = complaint(str(tmp_path), str(seen))
        assert error is not None
        remedy = "use it as that user, not as root"  # only root can give something away
        assert str(error) == f"{path}: it belongs to another user (54321); {remedy}"
    os.chown(path, os.geteuid(), -1)
    assert complaint(str(tmp_path / "link")) is None


@posix
def test_what_only_root_can_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "it's"
    path.mkdir()
    path.chmod(0o777)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    error = complaint(str(path))
    assert error is not None
    quoted = shlex.quote(str(path))
    assert error.remedy == (
        f"to forbid that: sudo chmod o-w {quoted}" if me == 0 else f"to make it yours: sudo chown -h 54321 {quoted}"
    )


proc = pytest.mark.skipif(not os.path.exists("/proc/self/cwd"), reason="this system has no /proc")


@proc
@pytest.mark.parametrize(
    ("links", "path"),
    [
        ({"link": "/proc/self/cwd/env"}, "link"),
        ({"link": "up/../../proc/self/cwd"}, "link"),
        ({"link": "//proc/self/cwd/env"}, "link"),
        ({"link": "/./proc/../proc//self/cwd/env"}, "link"),
        ({"hop": "/proc/self/cwd", "link": "hop/env"}, "link"),
        ({"hop": "/proc/self/cwd"}, "hop/env/bin"),
        ({"link": "/proc/self/fd/0"}, "link"),
        ({"link": "/dev/fd/0"}, "link"),
        ({"link": "/proc/thread-self/root/tmp"}, "link"),
        ({"hop": "/proc", "link": "hop/self/cwd/env"}, "link"),
    ],
)
def test_what_is_another_place_for_each_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: dict[str, str], path: str
) -> None:
    """By whatever spelling it leads there, and whether or not something is there for this program."""
    (tmp_path / "env/bin").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for name, target in links.items():
        (tmp_path / name).symlink_to(target.replace("up", "/".join([".."] * len(tmp_path.parts))))
    found = complaint(str(tmp_path / path))
    assert found is not None
    assert (found.path, found.problem) == (
        str(tmp_path / path),
        "it leads through /proc, so it is another place for each program",
    )


@posix
def test_what_is_in_a_folder_called_proc(tmp_path: Path) -> None:
    """Refused is the file system, not the name."""
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "link").symlink_to("proc/self")
    assert complaint(str(tmp_path / "link")) is None
    assert trust.trace(str(tmp_path / "link/../self"))[0] == f"{os.path.realpath(tmp_path)}/proc/self"


# Where a path leads: links below a folder, each with its target; which of the places is another user's, and which path
# is asked about.
@posix
@pytest.mark.parametrize(
    ("theirs", "links", "path"),
    [
        ("hop", {"theirs/hop": "../mine", "link": "theirs/hop/env"}, "link"),
        ("theirs", {"theirs/hop": "../mine", "link": "theirs/hop/env"}, "link"),
        ("hop", {"theirs/hop": "../mine"}, "theirs/hop/env/bin"),
        ("hop", {"theirs/hop": "../mine", "a": "b", "b": "c", "c": "theirs/hop"}, "a/env/bin"),
        ("hop", {"theirs/hop": "../mine/env", "link": "theirs/../theirs/hop/../env"}, "link/bin"),
        ("env", {"link": "mine/env"}, "link"),
    ],
)
def test_another_users_symlink_anywhere_on_the_way(
    tmp_path: Path, give_away: Away, theirs: str, links: dict[str, str], path: str
) -> None:
    for name in ("mine/env/bin", "theirs"):
        (tmp_path / name).mkdir(parents=True)
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    assert complaint(str(tmp_path / path)) is None
    place = {"hop": tmp_path / "theirs/hop", "theirs": tmp_path / "theirs", "env": tmp_path / "mine/env"}[theirs]
    give_away(place)
    found = complaint(str(tmp_path / path))
    assert found is not None
    assert (found.path, found.problem) == (str(place), "it belongs to another user (54321)")


@posix
@pytest.mark.parametrize(("mode", "found"), [(0o777, True), (0o702, True), (0o1777, False), (0o755, False)])
def test_a_folder_in_which_everybody_may_exchange_a_symlink(tmp_path: Path, mode: int, found: bool) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / "public").mkdir()
    (tmp_path / "public/link").symlink_to("../env")
    (tmp_path / "public").chmod(mode)
    error = complaint(str(tmp_path / "public/link"))
    assert (error is not None) is found
    if error:
        assert (error.path, error.problem) == (str(tmp_path / "public"), "everybody may write to it")


@posix
@pytest.mark.parametrize(("count", "found"), [(40, False), (41, True)])
def test_more_symlinks_than_a_system_follows(tmp_path: Path, count: int, found: bool) -> None:
    (tmp_path / "link0").mkdir()
    for number in range(1, count + 1):
        (tmp_path / f"link{number}").symlink_to(f"link{number - 1}")
    error = complaint(str(tmp_path / f"link{count}"))
    assert (error and error.problem) == ("it leads through more than 40 symlinks" if found else None)


@posix
@pytest.mark.parametrize("links", [{"a": "a"}, {"a": "b", "b": "a"}, {"a": "a/x"}, {"a": "b/a", "b": "."}])
def test_a_walk_that_does_not_end_is_an_error(tmp_path: Path, links: dict[str, str]) -> None:
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)
    error = complaint(str(tmp_path / "a"))
    assert error is not None and error.problem == "it leads through more than 40 symlinks"


@posix
def test_a_walk_that_cannot_be_made_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path that a system could follow, for each symlink is short, and that is too long to be looked at as a whole."""
    inside = tmp_path
    for _ in range(20):
        inside = inside / ("d" * 250)
        monkeypatch.chdir(inside.parent if len(str(inside)) < 4000 else os.curdir)
        os.mkdir(inside.name)
        os.chdir(inside.name)
    for number, step in enumerate(range(0, 20, 10)):
        (tmp_path / f"hop{number}").symlink_to("/".join([f"hop{number - 1}" if number else ".", *["d" * 250] * 10]))
    assert os.path.isdir(tmp_path / "hop1")
    monkeypatch.chdir(tmp_path)
    error = complaint(str(tmp_path / "hop1"))
    assert error is not None and error.problem == "it cannot be looked at: file name too long"


@posix
def test_where_nothing_is_there_is_nothing_to_refuse(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere/at/all")
    for name in ("missing", "missing/below", "file/below", "link", "link/below"):
        assert complaint(str(tmp_path / name)) is None
        assert trust.trace(str(tmp_path / name))[1] is None


@posix
def test_where_a_path_leads(tmp_path: Path) -> None:
    root = os.path.realpath(tmp_path)
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a/b/")
    (tmp_path / "up").symlink_to("link/..")
    for name in ("a/b", "link", "link/.", "up/b", "up/../link", "./a//b/"):
        real, seen = trust.trace(f"{root}/{name}")
        assert real == os.path.realpath(f"{root}/{name}") == f"{root}/a/b"
        assert seen is not None and os.path.samestat(seen, os.stat(real))


@posix
def test_no_chown_is_offered_for_what_another_user_filled(
    tmp_path: Path, give_away: Away, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder would become the user's, and what is in it would stay what another user made."""
    path = tmp_path / "bin"
    path.mkdir()
    (path / "ls").touch()
    os.chown(path / "ls", 7, -1) if os.geteuid() == 0 else pytest.skip("only root can give files away")
    give_away(path)
    me = 1000
    monkeypatch.setattr(os, "geteuid", lambda: me)
    error = complaint(str(path))
    assert error is not None and error.remedy == "use a folder of your own, with files of your own"
    os.chown(path / "ls", me, -1)
    error = complaint(str(path))
    assert error is not None and error.remedy == f"to make it yours: sudo chown -h 1000 {path}"
    assert trust.another_users(str(path)) is None
    os.chown(path / "ls", 7, -1)
    assert trust.another_users(str(path)) == str(path / "ls")


@posix
def test_roots_files_are_trusted_by_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert complaint("/", "/bin/sh") is None
