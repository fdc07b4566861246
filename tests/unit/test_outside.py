"""The guard of the tests themselves: which places are the user's, what would change them, and that it is stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import outside
import pytest

from venvhook.system import LINUX, MACOS, WINDOWS, System

TESTS = Path(__file__).parents[1]
SYSTEMS = (LINUX, MACOS, WINDOWS)
READ, WRITE = os.O_RDONLY, os.O_WRONLY | os.O_CREAT


@pytest.mark.parametrize("kind", SYSTEMS, ids=lambda kind: kind.name)
def test_a_home_of_its_own_by_every_name(kind: System) -> None:
    home = r"D:\tests\home" if kind is WINDOWS else "/tests/home"
    own = outside.own_home(home, kind)
    assert own["HOME"] == own["USERPROFILE"] == home
    assert own["APPDATA"] == kind.path.join(home, "AppData", "Roaming")
    assert own["LOCALAPPDATA"] == kind.path.join(home, "AppData", "Local")
    split = ("D:", r"\tests\home") if kind is WINDOWS else (None, None)
    assert (own["HOMEDRIVE"], own["HOMEPATH"]) == split
    assert not any(own[name] for name in own if name.startswith(("XDG_", "OneDrive", "ZDOTDIR")))


def test_every_test_has_it() -> None:
    home = os.environ["HOME"]
    assert os.path.isdir(home) and home == os.environ["USERPROFILE"] == os.path.expanduser("~") == str(Path.home())
    from platformdirs import PlatformDirs, user_documents_dir

    found = PlatformDirs("venvhook", appauthor=False)
    for path in (found.user_data_dir, found.user_config_dir, found.user_cache_dir, user_documents_dir()):
        assert Path(home) in Path(path).parents


@pytest.mark.parametrize(
    ("kind", "environ", "registered", "want"),
    [
        (LINUX, {"HOME": "/home/me"}, ["/home/me"], ["/home/me", "/home/me/Documents"]),
        (MACOS, {"HOME": "/Users/me"}, [], ["/Users/me", "/Users/me/Documents"]),
        (LINUX, {"HOME": "/tmp/x"}, ["/root"], ["/tmp/x", "/root", "/tmp/x/Documents", "/root/Documents"]),
        (LINUX, {"HOME": "here"}, [], []),
        (
            WINDOWS,
            {"USERPROFILE": r"C:\Users\é", "HOMEDRIVE": "H:", "HOMEPATH": "\\", "OneDrive": r"C:\Users\é\OneDrive"},
            [r"E:\Papers"],
            [
                r"C:\Users\é", "H:\\", r"E:\Papers", r"C:\Users\é\OneDrive", r"C:\Users\é\Documents",
                r"H:\Documents", r"E:\Papers\Documents", r"C:\Users\é\OneDrive\Documents",
            ],
        ),
    ],
)  # fmt: skip
def test_the_real_homes(kind: System, environ: dict[str, str], registered: list[str], want: list[str]) -> None:
    assert outside.homes(environ, registered, kind) == want


POSIX_CASES = [
    ("open", ("/home/me/.bashrc", "w", WRITE), "/home/me/.bashrc"),
    ("open", ("/home/me/.bashrc", None, os.O_RDWR), "/home/me/.bashrc"),
    ("open", (b"/home/me/\xff", "a", os.O_WRONLY | os.O_APPEND), "/home/me/\udcff"),
    ("open", ("/home/me/.bashrc", "r", READ), ""),
    ("open", ("/tree/x", "w", WRITE), ""),
    ("open", ("/workshop/x", "w", WRITE), "/workshop/x"),
    ("open", ("/tree/../home/me/x", "w", WRITE), "/tree/../home/me/x"),
    ("open", (7, "w", WRITE), ""),
    ("open", ("/dev/null", "w", WRITE), ""),
    ("open", ("/usr/lib/__pycache__/x.pyc.1", None, WRITE), ""),
    ("os.mkdir", ("/home/me/a", 0o777, -1), "/home/me/a"),
    ("os.mkdir", ("a", 0o777, 5), ""),
    ("os.rename", ("/tree/a", "/home/me/a", -1, -1), "/home/me/a"),
    ("os.rename", ("/home/me/a", "/tree/a", -1, -1), "/home/me/a"),
    ("os.rename", ("/tree/b", "/tree/a", -1, -1), ""),
    ("os.remove", ("/home/me/a", -1), "/home/me/a"),
    ("os.remove", ("a", 9), ""),
    ("os.rmdir", ("/home/me", -1), "/home/me"),
    ("os.chmod", ("/home/me", 0o700, -1), "/home/me"),
    ("os.chown", ("/home/me", 0, 0, -1), "/home/me"),
    ("os.link", ("/home/me/a", "/tree/a", -1, -1), ""),
    ("os.link", ("/tree/a", "/home/me/a", -1, -1), "/home/me/a"),
    ("os.symlink", ("/home/me/a", "/tree/a", -1), ""),
    ("os.symlink", ("/tree/a", "/home/me/a", -1), "/home/me/a"),
    ("os.truncate", ("/home/me/a", 0), "/home/me/a"),
    ("os.utime", ("/home/me/a", None, (0, 0), -1), "/home/me/a"),
    ("os.setxattr", ("/home/me/a", "user.x", b"", 0), "/home/me/a"),
    ("shutil.rmtree", ("/home/me",), "/home/me"),
]
WINDOWS_CASES = [
    ("open", (r"C:\Users\me\Documents\PowerShell\profile.ps1", "w", WRITE), True),
    ("open", (r"c:/WORK/tests/x", "w", WRITE), False),
    ("open", (r"C:\Users\me\AppData\Local\Temp\pytest\x", "w", WRITE), False),
    ("open", (r"C:\Users\me\AppData\Local\venvhook\x", "w", WRITE), True),
    ("open", ("NUL", "w", WRITE), False),
    ("os.mkdir", (r"\\host\share\x", 0o777, -1), True),
    ("os.rename", (r"C:\Users\me\AppData\Local\Temp\a", r"D:\a", -1, -1), True),
    ("winreg.SetValue", (0, "PATH", 1, "x"), True),
]


@pytest.mark.parametrize("kind", (LINUX, MACOS), ids=lambda kind: kind.name)
@pytest.mark.parametrize(("event", "arguments", "want"), POSIX_CASES)
def test_what_changes_the_outside(kind: System, event: str, arguments: tuple[object, ...], want: str) -> None:
    assert outside.trespass(event, arguments, ["/tree"], kind) == want


@pytest.mark.parametrize(("event", "arguments", "outside_of"), WINDOWS_CASES)
def test_what_changes_the_outside_on_windows(event: str, arguments: tuple[object, ...], outside_of: bool) -> None:
    allowed = [r"C:\work\tests", r"C:\Users\me\AppData\Local\Temp"]
    assert bool(outside.trespass(event, arguments, allowed, WINDOWS)) is outside_of


@pytest.mark.skipif(os.name == "nt", reason="links that anybody may make")
def test_a_link_is_judged_by_its_own_place(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in/link").symlink_to(tmp_path / "out")
    allowed = [os.path.realpath(tmp_path / "in")]
    assert outside.trespass("os.remove", (str(tmp_path / "in/link"), -1), allowed) == ""
    assert outside.trespass("os.remove", (str(tmp_path / "in/link/x"), -1), allowed) != ""


CASES = '''
import os, shutil, subprocess, sys
from pathlib import Path
HOME = Path({home!r})
def test_open(): (HOME / "new").write_text("x")
def test_caught_by_the_code():
    try: os.mkdir(HOME / "new")
    except Exception: pass
def test_remove(): os.remove(HOME / ".bashrc")
def test_rmtree(): shutil.rmtree(HOME / "kept")
def test_rename(tmp_path): os.replace(HOME / ".bashrc", tmp_path / "x")
def test_chmod(): (HOME / ".bashrc").chmod(0o600)
def test_touch(): os.utime(HOME / ".bashrc")
def test_fine(tmp_path):
    (tmp_path / "x").write_text((HOME / ".bashrc").read_text())
    Path(os.path.expanduser("~/x")).write_text("x")
    (tmp_path / "link").symlink_to(HOME)
    subprocess.run([sys.executable, "-c", "pass"], check=True)
'''


@pytest.fixture
def run(tmp_path: Path) -> tuple[Path, list[str]]:
    """A home that counts as the real one, and the command that runs the tests of a folder, with the guard."""
    home, tests = tmp_path / "home", tmp_path / "tests"
    for folder in (home / "kept", tests, tmp_path / "temporary"):
        folder.mkdir(parents=True)
    (home / ".bashrc").write_text("# mine\n")
    (tests / "conftest.py").write_text("from outside import guard\ndef pytest_configure(config): guard(config)\n")
    (tests / "test_them.py").write_text(CASES.format(home=str(home)))
    command = ["-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist", str(tests)]
    return home, [sys.executable, *command, f"--basetemp={tmp_path}/temporary/base"]


def finish(home: Path, command: list[str]) -> tuple[int, str]:
    environ = {**os.environ, **{name: value for name, value in outside.own_home(str(home)).items() if value}}
    environ.pop("PYTEST_ADDOPTS", None)  # what it names may be out of reach there
    environ.update(PYTHONPATH=f"{TESTS}{os.pathsep}{TESTS.parent}", PYTHONDONTWRITEBYTECODE="1", VENVHOOK_TEST="1")
    environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), f"{home.parent}/temporary"))
    done = subprocess.run(command, env=environ, cwd=home.parent, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def test_a_test_that_changes_a_real_home_fails(run: tuple[Path, list[str]]) -> None:
    home, command = run
    status, said = finish(home, command)
    failed = [line.split("::")[1].split(" ")[0] for line in said.splitlines() if line.startswith(("FAILED", "ERROR"))]
    assert status == 1
    names = ["test_open", "test_remove", "test_rmtree", "test_rename", "test_chmod", "test_touch"]
    assert sorted(set(failed)) == sorted([*names, "test_caught_by_the_code"]), said
    assert "PASSED" in said and "test_fine" in said
    assert sorted(path.name for path in home.iterdir()) == [".bashrc", "kept"]
    assert (home / ".bashrc").read_text() == "# mine\n"


@pytest.mark.parametrize("name", [".bashrc", ".config/venvhook/config.toml", "AppData/Local/venvhook/hook/x"])
def test_a_child_process_that_changes_a_real_home_fails_the_run(run: tuple[Path, list[str]], name: str) -> None:
    home, command = run
    path = home / name
    write = f"import os; os.makedirs({str(path.parent)!r}, exist_ok=True); open({str(path)!r}, 'a').write('x')"
    test = f"import subprocess, sys\ndef test_it(): subprocess.run([sys.executable, '-c', {write!r}], check=True)\n"
    (home.parent / "tests/test_them.py").write_text(test)
    status, said = finish(home, command)
    assert status == 1 and "1 passed" in said
    assert "FAILED: what is outside of the tests was changed" in said and f"\n{path}\n" in said
