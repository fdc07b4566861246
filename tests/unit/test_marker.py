"""marker.py, document.py, files.py, names.py: what a marker may say, where it is; a mistake knows its place."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venvhook import marker
from venvhook.errors import VenvhookError, shown
from venvhook.files import MadeUp, entries
from venvhook.managers import MANAGERS
from venvhook.marker import Marker
from venvhook.names import refuse, refuse_prepend
from venvhook.system import LINUX, MACOS, WINDOWS, System

FULL = """\
venv = ".venv"
manager = "uv"
python = ">=3.11"
prompt = "shop"
requirements = ["requirements.txt", "dev.txt"]
packages = ["-e .[dev]"]
dotenv = [".env"]
[variables]
DJANGO_SETTINGS_MODULE = "shop.settings.dev"
EMPTY = ""
PIP_INDEX_URL = false
[prepend]
PATH = ["scripts", "a b"]
PYTHONPATH = ["src"]
NOTHING = []
"""
MEANING = Marker(
    venv=".venv",
    manager="uv",
    python=">=3.11",
    prompt="shop",
    requirements=("requirements.txt", "dev.txt"),
    packages=("-e .[dev]",),
    dotenv=(".env",),
    variables=(("DJANGO_SETTINGS_MODULE", "shop.settings.dev"), ("EMPTY", ""), ("PIP_INDEX_URL", None)),
    prepend=(("PATH", ("scripts", "a b")), ("PYTHONPATH", ("src",))),
)


def error_of(text: str) -> VenvhookError:
    with pytest.raises(VenvhookError) as caught:
        marker.parse(text.encode(), "M")
    return caught.value


# ---- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é \\ 日", "plain é \\ 日"),
        ("a\nb\r\t", "a\\nb\\r\\t"),
        ("\x1b]0;x\x07", "\\x1b]0;x\\x07"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("\udcff\udc80", "\\xff\\x80"),
        ("\ud800", "\\ud800"),
        ("\u202e\u2028\U000e0001", "\\u202e\\u2028\\U000e0001"),
    ],
)
def test_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@given(st.text(st.characters()))
def test_shown_is_harmless_and_can_be_encoded(text: str) -> None:
    assert shown(text).isprintable()
    shown(text).encode()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (VenvhookError("p"), "p"),
        (VenvhookError("p", remedy="r"), "p; r"),
        (VenvhookError("p", "/a"), "/a: p"),
        (VenvhookError("p", "/a", 3, "r"), "/a:3: p; r"),
        (VenvhookError("p\x1b", "/a\n", 3, "r\r"), "/a\\n:3: p\\x1b; r\\r"),
    ],
)
def test_error_text(error: VenvhookError, expected: str) -> None:
    assert str(error) == expected


# ---- parse -----------------------------------------------------------------------------------------------------------


def test_every_key() -> None:
    assert marker.parse(FULL.encode(), "M") == MEANING


@pytest.mark.parametrize("data", [b"", b"\n", b"# only a comment", b"\xef\xbb\xbf", b"\r\n"])
def test_an_empty_marker_says_nothing(data: bytes) -> None:
    assert marker.parse(data, "M") == Marker()


def test_bom_and_crlf() -> None:
    assert marker.parse(b"\xef\xbb\xbf" + FULL.replace("\n", "\r\n").encode(), "M") == MEANING


def test_values_are_kept_as_written() -> None:
    text = '[variables]\nA = " $HOME `x` \\u001b\\n\'\\" é "\nB = """\n$(touch x)"""\n'
    assert marker.parse(text.encode(), "M").variables == (("A", " $HOME `x` \x1b\n'\" é "), ("B", "$(touch x)"))


@pytest.mark.parametrize(
    ("text", "line", "problem", "remedy"),
    [
        ('\nvenvs = "x"', 2, "unknown key venvs", "did you mean venv?"),
        ("[Variable]\nA = 1", 1, "unknown key Variable", "did you mean variables?"),
        ("zzz = 1", 1, "unknown key zzz", "known are venv,"),
        ("venv = 1", 1, "venv must be a string", "write it in quotes"),
        ("\npython = 3.12", 2, "python must be a string", "write it in quotes"),
        ("venv = true", 1, "venv must be a string", None),
        ("venv = []", 1, "venv must be a string", None),
        ('prompt = ""', 1, "prompt is empty", "leave it out"),
        ('venv = "a\\u0000b"', 1, "venv holds a NUL", "take it out"),
        ('manager = "poety"', 1, "manager cannot be poety", "did you mean poetry?"),
        ("requirements = 1", 1, "requirements must be a list of strings", None),
        ('requirements = "r.txt"', 1, "requirements must be a list of strings", "write it in brackets"),
        ("\n\ndotenv = [\n  1\n]", 3, "dotenv must be a list of strings", "write each entry in quotes"),
        ('packages = [""]', 1, "packages is empty", "leave it out"),
        ('variables = "x"', 1, "variables must be a table", "write [variables] on a line of its own"),
        ("[[prepend]]", 1, "prepend must be a table", "write [prepend]"),
        ("[variables]\nA = true", 2, "variables.A must be a string, or false", "write it in quotes"),
        ("[variables]\nA = 1", 2, "variables.A must be a string", "write it in quotes"),
        ("[variables]\nA = 1.5", 2, "variables.A must be a string", "write it in quotes"),
        ("[variables]\nA = []", 2, "variables.A must be a string", "join the parts"),
        ("[variables]\nA = 1979-05-27", 2, "variables.A must be a string", "join"),
        ('[variables]\nA = "\\u0000"', 2, "variables.A holds a NUL", "take it out"),
        ('[variables]\nB = "x"\nPATH = "x"', 3, "variables.PATH is a list of folders", "take it out"),
        ('[variables]\n"A B" = "x"', 2, "variables.A B is not a variable name", "take it out"),
        ('[prepend]\nPATH = "x"', 2, "prepend.PATH must be a list of strings", "write it in brackets"),
        ('[prepend]\nPATH = ["x", ""]', 2, "prepend.PATH is empty", "leave it out"),
        ("[prepend]\nCDPATH = []", 2, "prepend.CDPATH is the shell's own", "take it out"),
        (f'[prepend]\nPATH = ["a{os.pathsep}b"]', 2, "prepend.PATH holds a ", "an entry of its own"),
        ('[prepend]\nX = ["a"]\n[variables]\nX = "b"', 2, "prepend.X is the same variable as variables.X", "take one"),
    ],
)
def test_mistakes(text: str, line: int, problem: str, remedy: str | None) -> None:
    error = error_of(text)
    assert (error.path, error.line) == ("M", line)
    assert error.problem.startswith(problem)
    assert remedy in (error.remedy or "") if remedy else error.remedy is None


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("venv = \n", 1),
        ('venv = \nprompt = "x"\n', 1),
        ('a = "x"\nvenv = "x', 2),
        ('venv = "x"\n\nvenv = "y"\n', 3),
        ("\n[variables\n", 2),
        ("venv = [\n1,\n", 2),
        ('venv = """\n\n', 1),
        ('venv = "\x01"', 1),
    ],
)
def test_bad_toml(text: str, line: int) -> None:
    error = error_of(text)
    assert error.problem.startswith("is not TOML: ")
    assert "(at " not in error.problem
    assert error.line == line


def test_a_number_that_no_parser_takes() -> None:
    assert error_of("a = " + "9" * 5000).problem.startswith(("is not TOML: Exceeds", "unknown key a"))


def test_nested_too_deeply() -> None:
    assert error_of("venv = " + "[" * 4000).problem == "is not TOML: nested too deeply"


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        ('venv = "x"'.encode("utf-16"), 1, "is UTF-16"),
        (b"\xfe\xff\0v", 1, "is UTF-16"),
        ("\u4e2d".encode("utf-16"), 1, "is UTF-16"),  # no NUL in it
        ("a\nb".encode("utf-16-le"), 1, "holds a NUL byte"),
        (b"#\n#\0", 2, "holds a NUL byte"),
        (b"\0", 1, "holds a NUL byte"),
        (b"\n\0", 2, "holds a NUL byte"),
        (b"\n\xff", 2, "is not UTF-8 (byte 0xff)"),
        (b'# x\nvenv = "\xff"', 2, "is not UTF-8 (byte 0xff)"),
    ],
)
def test_not_text(data: bytes, line: int, problem: str) -> None:
    with pytest.raises(VenvhookError) as caught:
        marker.parse(data, "M")
    assert (caught.value.line, caught.value.problem) == (line, problem)


def test_names_that_differ_by_case_only() -> None:
    text = '[variables]\nFoo = "1"\nfoo = "2"\n'
    if os.name == "nt":
        assert error_of(text).line == 3
    else:
        assert marker.parse(text.encode(), "M").variables == (("Foo", "1"), ("foo", "2"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[variables]\n\n  A = 1", 3),
        ("# [variables]\n[ variables ] # A = 0\nA = 1", 3),
        ("# 'tis\n[variables]\nA = 1", 3),
        ("[variables]\nA = 1 # at the end", 2),
        ("variables.A = 1", 1),
        ("\nvariables . 'A' = 1", 2),
        ('[variables]\n"A" = 1', 2),
        ('\n["variables"]\nA = 1', 3),
        ("\n\nvariables = { B = '', A = 1 }", 3),
        ('prompt = """\n[variables]\nA = "x"\n"""\n[variables]\nA = 1', 6),
        ("prompt = '''\nA = 1'''''\n[variables]\nA = 1", 4),
        ("prompt = '''\nA = 1''''\n[variables]\nA = 1", 4),
        ('prompt = """\n"\n[variables]"""\n[variables]\nA = 1', 5),
        ('packages = [ # ]\n  "]", \'"\',\n  "\\"]", # "\n]\n[variables]\nA = 1', 6),
        ("prompt = \"A = 1 # \\\\\"\n[variables]\nB = '\\'\nA = 1", 4),
        ('[variables]\nB = ""\nC = """"""\nA = 1', 4),
        ('[prepend]\nA = ["x"]\n[variables]\nA = 1', 4),
        ('[variables]\nAA = "A = 1"\nA = 1', 3),
        ('[variables]\n"\\u0041" = 1', 2),
        ('[variables]\nB = "\\"]"\nA = 1', 3),
    ],
)
def test_the_line_of_a_key(text: str, line: int) -> None:
    for ends in ("\n", "\r\n"):
        error = error_of(text.replace("\n", ends))
        assert error.problem.startswith("variables.A must be")
        assert error.line == line


# ---- names -----------------------------------------------------------------------------------------------------------

NO_NAMES = ["", "1A", "A-B", "A B", "A=B", "A\n", "É", "A.B", "a[0]", "BASH_FUNC_x%%", "ª"]
REFUSED = {
    "is venvhook's own": """
        VENVHOOK_PROJECT _VENVHOOK_SET venvhook_x MY_VenvHook
    """,
    "is a list of folders": """
        PATH Path path MANPATH manpath LD_LIBRARY_PATH DYLD_LIBRARY_PATH
    """,
    "is set by entering": """
        VIRTUAL_ENV VIRTUAL_ENV_PROMPT VIRTUAL_ENV_DISABLE_PROMPT _OLD_VIRTUAL_PATH PYTHONHOME PythonHome
        CONDA_PREFIX CONDA_SHLVL _CE_CONDA __PYVENV_LAUNCHER__
    """,
    "is the user's own": """
        HOME Home SHELL XDG_CACHE_HOME XDG_X USERPROFILE ComSpec PATHEXT
    """,
    "decides how programs are loaded": """
        LD_PRELOAD LD_AUDIT DYLD_INSERT_LIBRARIES GCONV_PATH DOTNET_STARTUP_HOOKS dotnet_startup_hooks
        CORECLR_PROFILER CORECLR_PROFILER_PATH CORECLR_PROFILER_PATH_64 CORECLR_ENABLE_PROFILING COR_PROFILER
        COR_PROFILER_PATH COR_ENABLE_PROFILING DOTNET_ADDITIONAL_DEPS DOTNET_SHARED_STORE DOTNET_ROOT DOTNET_ROOT_X64
        DOTNET_DiagnosticPorts DOTNET_GCName DOTNET_GCPath DOTNET_AltJitName COMPlus_AltJit COMPlus_X
        DOTNET_BUNDLE_EXTRACT_BASE_DIR
    """,
    "decides what a prompt runs": """
        GIT_PS1_STATESEPARATOR git_ps1_x STARSHIP_CONFIG POWERLEVEL9K_CUSTOM_X POSH_THEME SPACESHIP_X DIRENV_DIFF
        __MISE_DIFF MISE_TRUSTED_CONFIG_PATHS
    """,
    "is the shell's own": """
        UID EUID PPID SHELLOPTS BASHOPTS BASH_ENV BASH_X ENV IFS PWD OLDPWD PS0 PS1 PS4 PROMPT prompt PROMPT_COMMAND
        COMP_LINE DIRSTACK FUNCNAME GROUPS HISTCMD HISTFILE LINENO RANDOM SECONDS EPOCHREALTIME PIPESTATUS
        pipestatus OPTIND cdpath CDPATH fpath FPATH status argv psvar signals options functions aliases commands
        parameters ZDOTDIR USERNAME GID EGID HISTCHARS histchars KEYTIMEOUT WORDCHARS ZSH_VERSION fish_pid
        __fish_bin_dir FISH_VERSION version history hostname umask PSModulePath _ TERM COLUMNS SHLVL TMOUT
        POSIXLY_CORRECT
    """,
}
ALLOWED = """
    A _A a1 DJANGO_SETTINGS_MODULE PYTHONPATH PYTHONSTARTUP PIP_INDEX_URL LANG LC_ALL TZ HOST HOSTNAME USER VERSION
    STATUS OPTIONS HISTORY LD_SDK_KEY COMP_ID Env2 PS5 EDITOR TMPDIR GIT_SSH_COMMAND http_proxy GOPATH class
    HOME_URL BASHFUL DOTNET_ENVIRONMENT DOTNET_NOLOGO DOTNET_CLI_TELEMETRY_OPTOUT DOTNET_RUNNING_IN_CONTAINER
    ASPNETCORE_URLS CORE_URL
    HOME_URL BASHFUL PAGER GIT_PAGER VISUAL LESSOPEN NODE_OPTIONS GIT_AUTHOR_NAME GIT_PS MISE_ENV STARSHIP_LOG
"""


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name(name: str) -> None:
    assert (refuse(name) or "").startswith("is not a variable name")


@pytest.mark.parametrize(("reason", "name"), [(reason, name) for reason in REFUSED for name in REFUSED[reason].split()])
def test_refused_names(reason: str, name: str) -> None:
    assert (refuse(name) or "").startswith(reason)


@pytest.mark.parametrize("name", ALLOWED.split())
def test_allowed_names(name: str) -> None:
    assert refuse(name) is None
    assert refuse_prepend(name) is None


@pytest.mark.parametrize("name", ["PATH", "MANPATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PKG_CONFIG_PATH"])
def test_names_to_prepend(name: str) -> None:
    assert refuse_prepend(name) is None


@pytest.mark.parametrize(
    "name", ["path", "CDPATH", "FPATH", "fpath", "LD_PRELOAD", "XDG_DATA_DIRS", "VIRTUAL_ENV", "A-"]
)
def test_names_not_to_prepend(name: str) -> None:
    assert refuse_prepend(name)


@given(st.text(st.characters(), max_size=12))
def test_what_is_not_refused_is_a_name(name: str) -> None:
    if refuse(name) is None or refuse_prepend(name) is None:
        assert name.isascii()
        assert name.replace("_", "a").isalnum()
        assert not name[0].isdigit()


# ---- fields ----------------------------------------------------------------------------------------------------------

strings = st.text(st.characters(exclude_characters="\0")).map(str)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(lambda name: not refuse(name))
lists = st.lists(strings, max_size=3).map(tuple)


@st.composite
def markers(draw: st.DrawFn) -> Marker:
    taken = draw(st.lists(names, unique=True, max_size=6))
    cut = draw(st.integers(0, len(taken)))
    return Marker(
        venv=draw(st.none() | strings),
        manager=draw(st.none() | st.sampled_from(MANAGERS)),
        python=draw(st.none() | strings),
        prompt=draw(st.none() | strings),
        requirements=draw(lists),
        packages=draw(lists),
        dotenv=draw(lists),
        variables=tuple([(name, draw(st.none() | strings)) for name in taken[:cut]]),
        prepend=tuple([(name, draw(lists.filter(bool))) for name in taken[cut:]]),
    )


@given(markers())
def test_fields_and_back(written: Marker) -> None:
    fields = written.fields()
    read = Marker.from_fields(fields)
    assert all(getattr(read, key) == getattr(written, key) for key in marker.KEYS)
    assert read == written
    assert not any("\0" in field for field in fields)


def test_markers_differ() -> None:
    assert Marker() != Marker(venv="")
    assert Marker(requirements=("a",)) != Marker(packages=("a",))
    assert Marker() != ()
    assert repr(Marker(venv="x")).startswith("Marker(venv='x', manager=None")


@given(markers(), st.data())
def test_damaged_fields(written: Marker, data: st.DataObject) -> None:
    fields = written.fields()
    at = data.draw(st.integers(0, len(fields) - 1))
    other = data.draw(st.text() | st.sampled_from(["0", "1", "2", "01", "9" * 5000, "²", "=x", "x\0", "PATH"]))
    for damaged in (fields[:at], [*fields, other], [*fields[:at], other, *fields[at + 1 :]], [other] * at):
        try:
            again = Marker.from_fields(damaged)
        except ValueError:
            continue
        assert again.fields() == damaged


@pytest.mark.parametrize(
    "written",
    [
        Marker(manager="make"),
        Marker(variables=(("PATH", "x"),)),
        Marker(variables=(("A", "x"), ("A", "y"))),
        Marker(prepend=(("A", ()),)),
        Marker(prepend=(("CDPATH", ("x",)),)),
        Marker(prepend=(("PATH", ("x",)), ("PATH", ("y",)))),
        Marker(variables=(("A", "x"),), prepend=(("A", ("x",)),)),
        Marker(venv="a\0"),
    ],
)
def test_fields_that_no_marker_has(written: Marker) -> None:
    with pytest.raises(ValueError, match="damaged"):
        Marker.from_fields(written.fields())


@pytest.mark.parametrize("count", ["01", "+1", "٣", "", "1000000", "-1"])
def test_counts_are_canonical(count: str) -> None:
    fields = Marker(requirements=("a", "b", "c")).fields()
    with pytest.raises(ValueError):
        Marker.from_fields([count if field == "3" else field for field in fields])


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogateescape")))
def test_any_bytes_give_a_marker_or_an_error(data: bytes) -> None:
    try:
        parsed = marker.parse(data, "M")
    except VenvhookError as error:
        assert str(error).startswith("M:")
    else:
        assert Marker.from_fields(parsed.fields()) == parsed


PIECES = ["venv", "variables", "prepend", "A", "PATH", "x", ".", " = ", "[", "]", "{", "}", ",", "\n", "\r\n", "#", " "]
PIECES += [
    '"',
    '"""',
    "'",
    "'''",
    "\\",
    "\\u0000",
    "1",
    "true",
    "false",
    "1979-05-27",
    "é",
    "inf",
    "\t",
    "[variables]\n",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_toml_gives_a_marker_or_an_error(text: str) -> None:
    test_any_bytes_give_a_marker_or_an_error.hypothesis.inner_test(text.encode())  # type: ignore[attr-defined]


# ---- find and read ---------------------------------------------------------------------------------------------------


@pytest.fixture()
def project(tmp_path: Path) -> Path:
    (tmp_path / "a/b/c").mkdir(parents=True)
    return tmp_path


def test_find_takes_the_nearest(project: Path) -> None:
    assert marker.find(str(project / "a/b/c"), (str(project),)) is None
    (project / "a" / marker.NAME).touch()
    assert marker.find(str(project / "a/b/c")) == str(project / "a")
    assert marker.find(str(project / "a")) == str(project / "a")
    assert marker.find(f"{project}/a/b/") == str(project / "a")
    (project / "a/b" / marker.NAME).symlink_to("nowhere")
    assert marker.find(str(project / "a/b/c")) == str(project / "a/b")


def test_find_sees_a_folder_of_that_name(project: Path) -> None:
    (project / "a" / marker.NAME).mkdir()
    assert marker.find(str(project / "a/b")) == str(project / "a")


@pytest.mark.parametrize(
    ("ceiling", "found"), [("a/b", False), ("a/b/", False), ("a", False), (".", True), ("a/bz", True)]
)
def test_find_stops_at_a_ceiling(project: Path, ceiling: str, found: bool) -> None:
    (project / "a" / marker.NAME).touch()
    (project / "a/bz").mkdir()
    assert (marker.find(str(project / "a/b"), (f"{project}/{ceiling}",)) is not None) == found


def test_find_in_the_root_and_in_no_folder() -> None:
    assert marker.find("/", ("/",)) is None
    assert marker.find("/nowhere/at/all", ("/nowhere",)) is None


def unreadable(project: Path) -> str:
    with pytest.raises(VenvhookError) as caught:
        marker.read(str(project))
    assert caught.value.path == str(project / marker.NAME)
    return caught.value.problem


def test_read(project: Path) -> None:
    path = project / marker.NAME
    for data in (b"", b"\xef\xbb\xbfx\r\n", b"\xff", b"#" * marker.LIMIT):
        path.write_bytes(data)
        assert marker.read(str(project)) == data
    path.rename(project / "real")
    path.symlink_to("real")
    assert marker.read(str(project)) == b"#" * marker.LIMIT


def test_read_refuses_what_is_not_a_small_text(project: Path) -> None:
    path = project / marker.NAME
    path.write_bytes(b"#" * (marker.LIMIT + 1))
    assert unreadable(project) == "is larger than 4096 bytes"
    path.write_bytes(b"a\0")
    assert unreadable(project) == "holds a NUL byte"
    path.write_bytes("x".encode("utf-16"))
    assert unreadable(project) == "is UTF-16"


def test_read_refuses_what_is_not_a_plain_file(project: Path) -> None:
    path = project / marker.NAME
    assert unreadable(project) == "does not exist"
    path.mkdir()
    assert unreadable(project) == "is a folder"
    path.rmdir()
    path.symlink_to("nowhere")
    assert unreadable(project) == "is a link to nothing"
    path.unlink()
    path.symlink_to(path.name)
    assert unreadable(project).startswith("cannot be read: ")


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")
def test_read_does_not_wait_and_takes_no_device(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project / marker.NAME
    os.mkfifo(path)
    assert unreadable(project) == "is a fifo"
    path.unlink()
    path.symlink_to("/dev/zero")
    assert unreadable(project) == "is a device"
    path.unlink()
    monkeypatch.chdir(project)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(marker.NAME)
        assert unreadable(project) == "is a socket"


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="this system has no /proc")
def test_read_refuses_what_is_made_up_at_each_reading(project: Path) -> None:
    (project / marker.NAME).symlink_to("/proc/self/stat")
    with pytest.raises(MadeUp, match="is made up by the system"):
        marker.read(str(project))


def test_what_a_folder_holds_is_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "listdir", lambda _: ["b", "a"])
    assert entries(str(tmp_path)) == ["a", "b"]


def test_read_tells_why_not(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / marker.NAME).touch()

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert unreadable(project) == "cannot be read: permission denied"


def test_read_leaves_no_descriptor_open(project: Path) -> None:
    (project / marker.NAME).write_bytes(b"a\0")
    before = os.dup(0)
    os.close(before)
    unreadable(project)
    after = os.dup(0)
    os.close(after)
    assert before == after


@pytest.mark.parametrize(("start", "ceiling"), [("a/b", "link"), ("link/b", "a"), ("up/a/b", "a"), ("a/b", "up/a/")])
def test_a_ceiling_by_any_symlink(project: Path, start: str, ceiling: str) -> None:
    (project / "a" / marker.NAME).touch()
    (project / "link").symlink_to(project / "a")
    (project / "up").symlink_to(project)
    assert marker.find(str(project / start), (f"{project}/{ceiling}",)) is None
    assert marker.find(str(project / start), (f"{project}/elsewhere",)) is not None


@pytest.mark.parametrize(
    ("system", "start", "ceiling", "expected"),
    [
        (LINUX, "/a/b", "", ["/a/b", "/a", "/"]),
        (LINUX, "/a/b/", "/A", ["/a/b", "/a", "/"]),
        (MACOS, "/a/b", "/a//", ["/a/b"]),
        (LINUX, "/", "/", []),
        (WINDOWS, "C:\\Work\\Shop", "c:/work", ["C:\\Work\\Shop"]),
        (WINDOWS, "C:\\Work\\Shop", "C:\\WORK\\SHOP\\", []),
        (WINDOWS, "C:\\Work", "C:\\", ["C:\\Work"]),
        (WINDOWS, "C:\\Work", "c:", ["C:\\Work"]),
        (WINDOWS, "C:\\Work", "D:\\", ["C:\\Work", "C:\\"]),
        (WINDOWS, "C:\\Work\\Shop", "C:\\a\\..\\work\\.", ["C:\\Work\\Shop"]),
        (WINDOWS, "C:\\Work", "..", ["C:\\Work", "C:\\"]),
        (LINUX, "/a/b", ".", ["/a/b", "/a", "/"]),
        (WINDOWS, "Q:/gone", "", ["Q:\\gone", "Q:\\"]),
        (WINDOWS, "\\\\Host\\share\\a", "\\\\host\\SHARE", ["\\\\Host\\share\\a"]),
        (WINDOWS, "\\\\host\\share\\a", "", ["\\\\host\\share\\a", "\\\\host\\share\\"]),
    ],
)
def test_where_a_search_ends_on_every_system(system: System, start: str, ceiling: str, expected: list[str]) -> None:
    ceilings = (ceiling,) if ceiling else ()
    assert list(marker.looked_in(start, ceilings, system)) == expected


@pytest.mark.parametrize("name", ["Path", "path", "ManPath"])
def test_a_list_in_another_case_is_told_its_name(name: str) -> None:
    """zsh ties `path` to PATH, Windows knows no difference: one spelling for every system."""
    assert refuse_prepend(name) == f"is written {name.upper()}"


@pytest.mark.parametrize(("system", "same"), [(LINUX, False), (MACOS, False), (WINDOWS, True)])
def test_one_variable_in_two_cases(system: System, same: bool) -> None:
    text = b'[variables]\nfoo = "1"\n[prepend]\nFOO = ["a"]\n'
    if not same:
        assert marker.parse(text, "M", system).variables == (("foo", "1"),)
        return
    with pytest.raises(VenvhookError, match="is the same variable as"):
        marker.parse(text, "M", system)


@pytest.mark.parametrize(("system", "separator"), [(LINUX, ":"), (MACOS, ":"), (WINDOWS, ";")])
def test_what_separates_folders(system: System, separator: str) -> None:
    other = ":" if separator == ";" else ";"
    marker.parse(f'[prepend]\nPATH = ["a{other}b"]\n'.encode(), "M", system)
    with pytest.raises(VenvhookError, match=f"holds a {separator}"):
        marker.parse(f'[prepend]\nPATH = ["a{separator}b"]\n'.encode(), "M", system)
