"""The rules that differ between the systems, each tried for all three of them wherever the tests run."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from venvhook import system
from venvhook.system import LINUX, MACOS, WINDOWS, System

SYSTEMS = (LINUX, MACOS, WINDOWS)
POSIX = (LINUX, MACOS)


def on(*rows: tuple[object, ...]) -> pytest.MarkDecorator:
    """One case for each system of a row: its first field, one system or several."""
    cases = [
        pytest.param(each, *rest, id=f"{each.name}-{rest[0]}")
        for systems, *rest in rows
        for each in (systems if isinstance(systems, tuple) else (systems,))
    ]
    return pytest.mark.parametrize(("kind", "given", "want"), cases)


@on((POSIX, "foo", "foo"), (POSIX, "Path", "Path"), (WINDOWS, "foo", "FOO"), (WINDOWS, "Path", "PATH"))
def test_names_of_variables(kind: System, given: str, want: str) -> None:
    assert system.fold(given, kind) == want


@on(
    (POSIX, {"foo": "1", "FOO": "2"}, {"foo": "1", "FOO": "2"}),
    (WINDOWS, {"foo": "1", "Path": "2"}, {"FOO": "1", "PATH": "2"}),
)
def test_environments(kind: System, given: dict[str, str], want: dict[str, str]) -> None:
    assert system.folded(given, kind) == want


@on(
    (SYSTEMS, "web", ["web"]),
    (SYSTEMS, "a/b", ["a", "b"]),
    (SYSTEMS, "/a/..", ["", "a", ".."]),
    (POSIX, "a\\b", ["a\\b"]),
    (WINDOWS, "a\\../b", ["a", "..", "b"]),
)
def test_parts(kind: System, given: str, want: list[str]) -> None:
    assert system.parts(given, kind) == want


@on(
    (POSIX, "/a", True),
    (SYSTEMS, "a", False),
    (POSIX, "C:\\a", False),
    (WINDOWS, "C:\\a", True),
    (WINDOWS, "c:/a", True),
    (WINDOWS, "\\\\host\\share\\a", True),
    (WINDOWS, "/a", False),
    (WINDOWS, "\\a", False),
    (WINDOWS, "C:a", False),
)
def test_absolute_paths(kind: System, given: str, want: bool) -> None:
    assert system.is_absolute(given, kind) is want


@on(
    (SYSTEMS, "web", False),
    (SYSTEMS, "a.b-c", False),
    (SYSTEMS, "~bob", False),
    (SYSTEMS, ".", True),
    (SYSTEMS, "..", True),
    (SYSTEMS, "~", True),
    (SYSTEMS, "~/envs", True),
    (SYSTEMS, "a/b", True),
    (POSIX, "a\\b", False),
    (WINDOWS, "a\\b", True),
    (POSIX, "C:web", False),
    (WINDOWS, "C:web", True),
)
def test_paths_and_names(kind: System, given: str, want: bool) -> None:
    assert system.is_path(given, kind) is want


@on(
    (POSIX, "~", "/home/me"),
    (POSIX, "~/a", "/home/me/a"),
    (POSIX, "~\\a", "~\\a"),
    (POSIX, "~bob/a", "~bob/a"),
    (WINDOWS, "~", "/home/me"),
    (WINDOWS, "~/a", "/home/me/a"),
    (WINDOWS, "~\\a", "/home/me\\a"),
    (WINDOWS, "~bob\\a", "~bob\\a"),
    (SYSTEMS, "a~/b", "a~/b"),
)
def test_the_home_folder(kind: System, given: str, want: str) -> None:
    assert system.expand_home(given, "/home/me", kind) == want


@on((SYSTEMS, "/", "/a"), (SYSTEMS, "/me/", "/me/a"), (WINDOWS, "C:\\", "C:/a"))
def test_a_home_folder_that_ends_in_a_separator(kind: System, given: str, want: str) -> None:
    assert system.expand_home("~/a", given, kind) == want
    assert system.expand_home("~", given, kind) == given


@on(
    (POSIX, ("a/../b", "/p"), "/p/b"),
    (POSIX, ("/a", "/p"), "/a"),
    (POSIX, ("Q:", "/p"), "/p/Q:"),
    (POSIX, ("a:b", "/p"), "/p/a:b"),
    (WINDOWS, ("a/../b", "C:\\p"), "C:\\p\\b"),
    (WINDOWS, ("Q:", "C:\\p"), "Q:\\"),
    (WINDOWS, ("Q:x", "C:\\p"), "Q:\\x"),
    (WINDOWS, ("C:x/y", "C:\\p"), "C:\\x\\y"),
    (WINDOWS, ("Q:/x", "C:\\p"), "Q:\\x"),
    (WINDOWS, ("\\x", "C:\\p"), "C:\\x"),
    (WINDOWS, ("//host/share/x", "C:\\p"), "\\\\host\\share\\x"),
)
def test_a_path_in_a_file_is_absolute(kind: System, given: tuple[str, str], want: str) -> None:
    assert system.placed(*given, kind) == want


@on(
    (POSIX, "/a/b", ["/a", "/"]),
    (POSIX, "/", []),
    (POSIX, "//", []),
    (WINDOWS, "C:\\a\\b", ["C:\\a", "C:\\"]),
    (WINDOWS, "Q:/envs/x", ["Q:/envs", "Q:/"]),
    (WINDOWS, "Q:\\", []),
    (WINDOWS, "\\\\host\\share\\a", ["\\\\host\\share\\"]),
    (WINDOWS, "\\\\host\\share", []),
)
def test_the_folders_above(kind: System, given: str, want: list[str]) -> None:
    assert list(system.above(given, kind)) == want


@pytest.mark.parametrize("kind", SYSTEMS, ids=lambda kind: kind.name)
@given(st.text("ab:\\/.~ é", max_size=30))
def test_what_is_above_ends(kind: System, path: str) -> None:
    """Whatever the path is: what is not there, is no path at all, or lies on a drive that nobody has."""
    assert len(list(system.above(path, kind))) <= len(path) + 1


@on(
    (SYSTEMS, ("/a/b", "/a"), True),
    (SYSTEMS, ("/a", "/a"), True),
    (SYSTEMS, ("/a", "/"), True),
    (SYSTEMS, ("/ab", "/a"), False),
    (SYSTEMS, ("/a", "/a/b"), False),
    (POSIX, ("/A/b", "/a"), False),
    (POSIX, ("/a\\b", "/a"), False),
    (WINDOWS, ("C:\\Work\\Shop", "c:/work"), True),
    (WINDOWS, ("C:\\", "C:\\"), True),
    (WINDOWS, ("C:\\a", "C:\\"), True),
    (WINDOWS, ("D:\\a", "C:\\"), False),
    (WINDOWS, ("\\\\HOST\\share\\a", "\\\\host\\share"), True),
    (WINDOWS, ("\\\\host\\share", "\\\\host\\share\\"), True),
    (WINDOWS, ("\\\\host\\shared", "\\\\host\\share"), False),
    (SYSTEMS, ("/", "/"), True),
    (SYSTEMS, ("/a/", "/a"), True),
)
def test_within(kind: System, given: tuple[str, str], want: bool) -> None:
    assert system.within(*given, kind) is want


@on(
    (POSIX, "/a:/b", ["/a", "/b"]),
    (POSIX, "", [""]),
    (WINDOWS, "C:\\a;D:\\b", ["C:\\a", "D:\\b"]),
)
def test_lists_of_folders(kind: System, given: str, want: list[str]) -> None:
    assert system.split_list(given, kind) == want
    assert system.join_list(want, kind) == given


@on(
    (POSIX, "bin", ("bin", "python", "HOME", True, ("",))),
    (WINDOWS, "Scripts", ("Scripts", "python.exe", "USERPROFILE", False, (".exe", ".bat", ".cmd"))),
)
def test_what_things_are_called(kind: System, given: str, want: tuple[object, ...]) -> None:
    assert (given, kind.python, kind.home, kind.owners, kind.endings) == want
    assert kind.bin == given


@pytest.mark.parametrize("kind", SYSTEMS, ids=lambda kind: kind.name)
@given(st.binary())
def test_no_bytes_are_lost_in_a_text(kind: System, data: bytes) -> None:
    assert system.encode(system.decode(data, kind), kind) == data


@pytest.mark.parametrize("kind", SYSTEMS, ids=lambda kind: kind.name)
@given(st.text(st.characters()))
@example("\ud800 \udc80")
def test_every_text_has_bytes(kind: System, text: str) -> None:
    """Names of files on Windows may hold half of a surrogate pair."""
    assert isinstance(system.encode(text, kind), bytes)


def test_links_and_junctions(tmp_path: Path) -> None:
    """A junction is no symlink to Python; its status tells it by a number of its own."""
    (tmp_path / "link").symlink_to("nowhere")
    assert system.is_link((tmp_path / "link").lstat())
    assert not system.is_link(tmp_path.lstat())

    class Junction:
        st_mode, st_reparse_tag = tmp_path.lstat().st_mode, 0xA0000003

    assert system.is_link(Junction())  # type: ignore[arg-type]
