"""What differs between the systems when environments are made, rebuilt and removed; tried for all three on any."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from venvhook import create
from venvhook.create import before, conda, guard, packages, poetry, pyenv, running, virtualenvwrapper
from venvhook.create.order import Order, Recipe, Step, which
from venvhook.create.running import check_command, ending, run, spoken
from venvhook.create.wish import own_wish
from venvhook.errors import VenvhookError
from venvhook.system import HERE, LINUX, MACOS, WINDOWS, System, join_list

SYSTEMS = (LINUX, MACOS, WINDOWS)
POSIX = (LINUX, MACOS)
each_system = pytest.mark.parametrize("kind", SYSTEMS, ids=lambda kind: kind.name)


def order(folder: Path, root: str = ".venv", **environ: str) -> Order:
    return Order(str(folder), str(folder / root), sys.executable, environ)


# ---- What a tool says ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", [b"caf\xe9\n", b"\xff\xfe\x00\n", "é — ½\n".encode(), b"\x80\x81\x1b[31m\n"])
def test_a_tool_may_say_any_bytes(tmp_path: Path, said: bytes) -> None:
    heard: list[str] = []
    asked = order(tmp_path)
    code = f"import sys; sys.stdout.buffer.write({said!r}); sys.exit(3)"
    with pytest.raises(running.Failed) as failed:
        run(Step("trying", [sys.executable, "-c", code]), asked, heard.append)
    (line,) = asked.said
    assert line == failed.value.output and heard == [line.strip()]
    assert line.isprintable() and line.encode()  # can be shown on any terminal


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("OSError: [WinError 112] There is not enough space on the disk", "the disk is full"),
        ("OSError: [WinError 206] The filename or extension is too long: 'C:\\\\x'", "a path is longer than Windows"),
        ("HINT: ... this system does not have\nWindows Long Path support enabled.", "a path is longer than Windows"),
        ("PermissionError: [WinError 32] The process cannot access the file", "a program uses one of the files"),
        ("socket.gaierror: [Errno 11001] getaddrinfo failed", "the package index cannot be reached"),
        ("[WinError 10061] No connection could be made", "the package index cannot be reached"),
        ("[WinError 320] is another", ""),
    ],
)
def test_why_a_tool_failed(said: str, cause: str) -> None:
    found = running.cause_of(said)
    assert found.startswith(cause) and bool(found) == bool(cause)


@each_system
def test_tools_that_are_python_write_utf_8(kind: System) -> None:
    want = {"PYTHONUTF8": "1"} if kind is WINDOWS else {}
    assert spoken({"A": "1"}, kind) == {"A": "1", **want}
    assert spoken({"PYTHONUTF8": "0"}, kind) == {"PYTHONUTF8": "0"}  # the user's own word


@each_system
@pytest.mark.parametrize("odd", ["a&calc", "50%PATH%", 'a"b', "a|b", "a^b", "a!b", "(a>b)", "a\nb"])
def test_no_batch_file_gets_what_is_a_command_to_it(kind: System, odd: str) -> None:
    for tool in (r"C:\x\conda.bat", r"C:\x\PYENV.CMD"):
        check_command([tool, "create", r"C:\a b\é (1)"], kind)
        if kind is WINDOWS:
            with pytest.raises(VenvhookError, match="batch file"):
                check_command([tool, "create", odd], kind)
        else:
            check_command([tool, "create", odd], kind)
    check_command([r"C:\x\uv.exe", odd], kind)


def test_a_tool_and_what_it_started_are_ended_on_windows() -> None:
    want = ["/F", "/T", "/PID", "7"]
    assert ending(7, {"SYSTEMROOT": r"D:\Win"}) == [r"D:\Win\System32\taskkill.exe", *want]
    assert ending(7, {}) == [r"C:\Windows\System32\taskkill.exe", *want]


class Msvcrt:
    """The module of Windows, as far as it is used: a lock that keeps others from reading a byte."""

    LK_NBLCK = 2

    def __init__(self, *fails: OSError) -> None:
        self.fails, self.locked = list(fails), [0]

    def locking(self, file: int, how: int, count: int) -> None:
        self.locked.append(os.lseek(file, 0, os.SEEK_CUR))
        if self.fails:
            raise self.fails.pop()


def test_one_at_a_time_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    windows = Msvcrt()
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    data = str(tmp_path / "data")
    with running.alone(data, "C:\\shop", "C:\\shop\\é"):
        assert running.unfinished(data, "C:\\shop") == "C:\\shop\\é"
        assert windows.locked[-1] > 1 << 16  # behind all that is read
        for number in (13, 0):  # of Windows, of Wine
            windows.fails = [OSError(number, "held")]
            with pytest.raises(VenvhookError, match="another venvhook"), running.alone(data, "C:\\shop", "x"):
                pass
        assert running.unfinished(data, "C:\\shop") == "C:\\shop\\é"
    windows.fails = [OSError(22, "no locks on this disk")]
    with running.alone(data, "C:\\shop", "x"):
        pass
    assert running.unfinished(data, "C:\\shop") == ""


# ---- Where tools are -------------------------------------------------------------------------------------------------


def test_a_tool_is_taken_from_path_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not from the project, which Windows looks into first."""
    for folder in ("project", "empty", "tools"):
        (tmp_path / folder).mkdir()
    for name in ("project/uv", "tools/uv"):
        (tmp_path / (name + HERE.endings[0])).touch(mode=0o755)
    monkeypatch.chdir(tmp_path / "project")
    path = join_list(["", ".", "project", str(tmp_path / "empty"), str(tmp_path / "tools")])
    assert which("uv", {"PATH": path}) == str(tmp_path / "tools" / ("uv" + HERE.endings[0]))
    assert which("uv", {}) is None


@each_system
def test_where_condas_command_is(kind: System) -> None:
    found = conda.programs(r"C:\ProgramData\miniconda3" if kind is WINDOWS else "/opt/conda", kind)
    if kind is WINDOWS:
        assert found[0] == r"C:\ProgramData\miniconda3\Scripts\conda.exe"
        assert r"C:\ProgramData\miniconda3\condabin\conda.bat" in found
    else:
        assert found == ["/opt/conda/bin/conda"]


@pytest.mark.parametrize(
    ("kind", "machine", "want"),
    [
        (LINUX, "x86_64", "conda-linux-64.lock"),
        (LINUX, "aarch64", "conda-linux-aarch64.lock"),
        (LINUX, "ppc64le", "conda-linux-ppc64le.lock"),
        (MACOS, "arm64", "conda-osx-arm64.lock"),
        (MACOS, "x86_64", "conda-osx-64.lock"),
        (WINDOWS, "AMD64", "conda-win-64.lock"),
        (WINDOWS, "ARM64", "conda-win-arm64.lock"),
    ],
)
def test_condas_lock_file(kind: System, machine: str, want: str) -> None:
    assert conda.lock_name(machine, kind) == want


def test_pyenv_makes_no_environments_on_windows(tmp_path: Path) -> None:
    for kind in POSIX:
        pyenv.possible(order(tmp_path), kind)
    with pytest.raises(VenvhookError, match='manager = "venv"'):
        pyenv.possible(order(tmp_path), WINDOWS)


# ---- Where an environment may be made and deleted --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "path", "want"),
    [
        (WINDOWS, r"Q:\envs\x", ["Q:\\", r"Q:\envs"]),
        (WINDOWS, "Q:/envs/x", ["Q:/", "Q:/envs"]),
        (WINDOWS, "Q:\\", []),
        (WINDOWS, r"\\gone\share\a\b", ["\\\\gone\\share\\", r"\\gone\share\a"]),
        (LINUX, "/nowhere/at/all", ["/nowhere", "/nowhere/at"]),
        (MACOS, "/nowhere/at/all", ["/nowhere", "/nowhere/at"]),
    ],
)
def test_what_is_missing_above_a_place(kind: System, path: str, want: list[str]) -> None:
    """A drive that is not there has no folder above that is."""
    assert before._missing(path, kind) == want


def test_a_place_that_cannot_be_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    asked = Order(str(tmp_path), str(tmp_path / "file/envs/x"), sys.executable, {})
    with pytest.raises(VenvhookError, match="its folder cannot be made: .*; name another place"):
        create.make(asked, Recipe([]), lambda doing: None)  # type: ignore[arg-type,return-value]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


@pytest.mark.parametrize(
    ("kind", "path", "ends", "want"),
    [
        (LINUX, "/home/me/a/b/.venv", ["/home/me"], ["/home/me/a/b", "/home/me/a"]),
        (LINUX, "/srv/a/.venv", ["/home/me"], ["/srv/a", "/srv"]),
        (MACOS, "/Users/Me/a/.venv", ["/Users/me"], ["/Users/Me/a", "/Users/Me", "/Users"]),
        (WINDOWS, r"C:\Users\Me\a\.venv", [r"c:\users\me"], [r"C:\Users\Me\a"]),
        (WINDOWS, r"D:\a\.venv", [r"C:\Users\me"], [r"D:\a"]),
        (WINDOWS, "Q:\\", [r"C:\Users\me"], []),
        (WINDOWS, r"\\h\s\a\.venv", [r"C:\Users\me"], [r"\\h\s\a"]),
    ],
)
def test_whose_an_environment_may_be(kind: System, path: str, ends: list[str], want: list[str]) -> None:
    assert guard.between(path, ends, kind) == want


def test_a_read_only_file_is_deleted_on_windows(tmp_path: Path) -> None:
    """There the file itself denies it, here the folder does."""
    (tmp_path / "env/.git").mkdir(parents=True)
    for name in ("env/.git/object", "outside"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o444)
    (tmp_path / "env/link").symlink_to(tmp_path / "outside")
    for kind in POSIX:
        before.deletable(str(tmp_path / "env"), kind)
        assert (tmp_path / "env/.git/object").stat().st_mode & 0o777 == 0o444
    before.deletable(str(tmp_path / "env"), WINDOWS)
    assert (tmp_path / "env/.git/object").stat().st_mode & 0o200
    assert (tmp_path / "outside").stat().st_mode & 0o777 == 0o444


@each_system
def test_a_folder_that_is_used(kind: System) -> None:
    assert ("terminals" in create.in_use(kind)) is (kind is WINDOWS)


@pytest.mark.parametrize(
    ("kind", "line", "want"),
    [
        (LINUX, "Creating virtualenv x in /home/me/envs", "/home/me/envs/x"),
        (LINUX, "in '/a b/c'.", "/a b/c"),
        (WINDOWS, r"Creating virtualenv x in C:\Users\me\envs", r"C:\Users\me\envs\x"),
        (WINDOWS, r"Using 'D:/a b/c'.", "D:/a b/c"),
        (WINDOWS, r"made \\host\share\env", r"\\host\share\env"),
        (WINDOWS, "and/or nothing", None),
        (LINUX, "nothing at all", None),
    ],
)
def test_where_a_tool_says_that_it_made_one(kind: System, line: str, want: str | None) -> None:
    found = list(create._paths([line], kind))
    assert want in found if want else not found


# ---- Files that others read too --------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_pyvenv_cfg_keeps_its_bytes_and_line_ends(end: bytes) -> None:
    lines = [b"home = C:\\caf\xe9 \xff", b"Prompt = 'old'", b"version = 3.12.1"]
    data = create.replaced(end.join([*lines, b""]), {"prompt": "'né'"})
    assert data == end.join([lines[0], lines[2], "prompt = 'né'".encode(), b""])


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_condas_list_keeps_the_other_lines(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "environments.txt"
    lines = [b"C:\\caf\xe9", b"/envs/mine", b"/envs/mine2", b"", b"\xff\x85x", b"last"]
    path.write_bytes(end.join(lines))
    entry = conda.Line(str(path), "/envs/mine")
    assert entry.now() is True
    entry.put(None)
    assert path.read_bytes() == end.join([*lines[:1], *lines[2:]]) and entry.now() is None
    entry.put(None)
    assert path.read_bytes() == end.join([*lines[:1], *lines[2:]])


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_poetrys_register_keeps_the_other_tables(tmp_path: Path, end: str) -> None:
    path = tmp_path / "envs.toml"
    other = f"# caf\udce9{end}[other]{end}minor = '3.11' # é{end}{end}"
    path.write_bytes(f"{other}[mine]{end}minor = '3.12'{end}".encode("utf-8", "surrogateescape"))
    entry = poetry.Table(str(path), "mine")
    assert entry.now() == {"minor": "3.12"}
    entry.put(None)
    assert path.read_bytes().decode("utf-8", "surrogateescape") == other


def test_a_register_that_is_no_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "envs.toml").write_text("[x\n")
    with pytest.raises(VenvhookError, match=r"envs\.toml: is not TOML .*; fix it"):
        poetry.Table(str(tmp_path / "envs.toml"), "x").now()


def test_an_environment_is_bound_to_a_project_of_any_name(tmp_path: Path) -> None:
    folder = str(tmp_path / "caf\udce9")
    os.makedirs(os.path.join(folder, ".venv"))
    asked = Order(folder, os.path.join(folder, ".venv"), sys.executable, {})
    virtualenvwrapper._bind(asked)
    assert guard._bound(asked.root) == folder


@pytest.mark.parametrize("said", [b"\xff\xfe3.9\n", b"caf\xe9\n3.9\n", b"\xef\xbb\xbf3.9\r\n"])
def test_a_version_file_of_any_bytes(tmp_path: Path, said: bytes) -> None:
    (tmp_path / ".python-version").write_bytes(said)
    assert own_wish(str(tmp_path)) == ("3.9" if said.startswith(b"\xef") else "")


@pytest.mark.parametrize(
    ("kind", "said", "root", "want"),
    [
        (LINUX, b"/p/.venv/bin/python", "/p/.venv", True),
        (LINUX, b"/p/.venv2/bin/python", "/p/.venv", False),
        (WINDOWS, b"C:/p/\xff/Scripts/python.exe", "C:\\p\\\udcff", True),
        (MACOS, b"/P/.venv/bin/python", "/p/.venv", False),
        (WINDOWS, b"C:/P/.venv/Scripts/python.exe", r"c:\p\.venv", True),
        (WINDOWS, rb"C:\p\.venv\Scripts\python.exe", r"C:\p\.venv", True),
        (WINDOWS, b"C:/p/.venv2/Scripts/python.exe", r"C:\p\.venv", False),
    ],
)
def test_what_a_managers_file_is_about(kind: System, said: bytes, root: str, want: bool) -> None:
    assert before.speaks_of(said, root, kind) is want


# ---- What is installed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "url", "want"),
    [
        (LINUX, "file:///home/a%20b/x", "/home/a b/x"),
        (MACOS, "file:///Users/%C3%A9", "/Users/é"),
        (WINDOWS, "file:///C:/a%20b/x", r"C:\a b\x"),
        (WINDOWS, "file:///c:/%C3%A9", r"c:\é"),
        (WINDOWS, "file://host/share/x", r"\\host\share\x"),
        (WINDOWS, "file://localhost/C:/x", r"C:\x"),
    ],
)
def test_where_an_editable_package_is(kind: System, url: str, want: str) -> None:
    assert packages.file_path(url, kind) == want


@each_system
def test_commands_that_came_with_no_package(tmp_path: Path, kind: System) -> None:
    library = "Lib/site-packages" if kind is WINDOWS else "lib/python3.12/site-packages"
    end = ".exe" if kind is WINDOWS else ""
    info = tmp_path / "old" / library / "black-1.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "new" / kind.bin).mkdir(parents=True)
    up = "../" * (2 if kind is WINDOWS else 3)
    (info / "RECORD").write_text(f"{up}{kind.bin}/black{end},,\n")
    (tmp_path / "old" / kind.bin).mkdir()
    names = [f"black{end}", f"mine{end}", f"python{end}", f"pip3{end}", "activate", "Activate.ps1", "deactivate.bat"]
    for name in [*names, *(["python312.dll", "_ssl.pyd"] if kind is WINDOWS else [])]:
        (tmp_path / "old" / kind.bin / name).touch()
    assert packages.own_commands(str(tmp_path / "old"), str(tmp_path / "new"), kind) == [f"mine{end}"]
