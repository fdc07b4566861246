"""Which interpreters are found, by layouts of folders as version managers make them on each system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from venvhook import pythons
from venvhook.errors import VenvhookError
from venvhook.locate import Search
from venvhook.system import LINUX, MACOS, WINDOWS, System, join_list

SYSTEMS = (LINUX, MACOS, WINDOWS)
POSIX = (LINUX, MACOS)
each_system = pytest.mark.parametrize("kind", SYSTEMS, ids=lambda kind: kind.name)
STORE = r"C:\Users\Me\AppData\Local\Microsoft\WindowsApps"


def lay(root: Path, *files: str) -> None:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch(mode=0o755)


def environ(home: Path, **more: str) -> dict[str, str]:
    """The variables of a user of any system, whose home is HOME."""
    local = str(home / "AppData/Local")
    return {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": local, "PATH": str(home), **more}


# ---- Where installations are -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "more", "want"),
    [
        (LINUX, {}, ["~/.pyenv/versions", "~/.asdf/installs/python", "~/.local/share/mise/installs/python"]),
        (MACOS, {"PYENV_ROOT": "/opt/pyenv"}, ["/opt/pyenv/versions", "~/.asdf/installs/python"]),
        (LINUX, {"ASDF_DATA_DIR": "/a", "MISE_DATA_DIR": "~/m"}, ["/a/installs/python", "~/m/installs/python"]),
        (WINDOWS, {}, ["~/.pyenv/pyenv-win/versions", "~/AppData/Local/mise/installs/python", "~/scoop/apps/python"]),
        (WINDOWS, {"PYENV": "/p/", "SCOOP": "/s"}, ["/p/versions", "/s/apps/python"]),
        (WINDOWS, {"PYENV": "/other", "PYENV_ROOT": "/p"}, ["/p/versions"]),
    ],
)
def test_where_managers_keep_pythons(tmp_path: Path, kind: System, more: dict[str, str], want: list[str]) -> None:
    found = pythons.holders(Search(os.sep, environ(tmp_path, **more), system=kind))
    assert set(want) <= {path.replace(str(tmp_path), "~").replace(os.sep, "/") for path in found}
    assert len(found) == 3


# The newest first.
POSIX_LAYOUT = ".pyenv/versions/3.11.4/bin/python", ".pyenv/versions/3.9.18/bin/python", "conda/bin/python"
WINDOWS_LAYOUT = (
    ".pyenv/pyenv-win/versions/3.11.4/python.exe", ".pyenv/pyenv-win/versions/pypy3.10-v7.3.15/pypy3.exe",
    ".pyenv/pyenv-win/versions/3.9.13-win32/python.exe", "AppData/Local/mise/installs/python/3.12.1/python.exe",
    "scoop/apps/python/3.13.0/python.exe", "conda/python.exe",
)  # fmt: skip
NOT_ON_WINDOWS = (
    ".pyenv/pyenv-win/versions/mine/pyvenv.cfg", ".pyenv/pyenv-win/versions/mine/Scripts/python.exe",
    ".pyenv/pyenv-win/versions/empty/x", "AppData/Local/Microsoft/WindowsApps/python.exe",
)  # fmt: skip


@each_system
def test_the_interpreters_of_version_managers(tmp_path: Path, kind: System) -> None:
    lay(tmp_path, *POSIX_LAYOUT, *WINDOWS_LAYOUT, *NOT_ON_WINDOWS, ".pyenv/versions/mine/pyvenv.cfg")
    lay(tmp_path, ".pyenv/versions/mine/bin/python", "conda/conda-meta/history")
    envs = {"CONDA_EXE": str(tmp_path / "conda/Scripts/conda.exe")}
    found = pythons.others(environ(tmp_path, **envs), kind)
    want = WINDOWS_LAYOUT if kind is WINDOWS else POSIX_LAYOUT
    names = [os.path.relpath(path, tmp_path).replace(os.sep, "/") for path in found]
    assert names[: len(want)] == list(want)  # the machine's own conda may follow


def test_an_environment_of_conda_has_its_python_in_its_root_on_windows(tmp_path: Path) -> None:
    lay(tmp_path, "conda/envs/web/python.exe", "conda/envs/old/bin/python")
    variables = environ(tmp_path, MAMBA_ROOT_PREFIX=str(tmp_path / "conda"))
    assert pythons.others(variables, WINDOWS) == [str(tmp_path / "conda/envs/web/python.exe")]
    for kind in POSIX:
        assert pythons.others(variables, kind) == [str(tmp_path / "conda/envs/old/bin/python")]


@pytest.mark.parametrize(
    ("kind", "folder", "want"),
    [
        (LINUX, "/home/me/.pyenv/shims", True),
        (LINUX, "/home/me/.pyenv/shims/", True),
        (LINUX, "/home/me/shims2", False),
        (MACOS, "/Users/me/.asdf/shims", True),
        (LINUX, "/mnt/c/Users/me/AppData/Local/Microsoft/WindowsApps", False),
        (WINDOWS, r"C:\Users\me\.pyenv\pyenv-win\shims", True),
        (WINDOWS, "c:/users/me/.pyenv/pyenv-win/SHIMS/", True),
        (WINDOWS, STORE, True),
        (WINDOWS, STORE.lower() + "\\", True),
        (WINDOWS, r"C:\Microsoft\WindowsApps2", False),
        (WINDOWS, r"C:\Python312", False),
    ],
)
def test_folders_of_what_only_starts_something_else(kind: System, folder: str, want: bool) -> None:
    assert pythons.is_shims(folder, kind) is want
    path = pythons._without_shims({"PATH": join_list([folder, "x"], kind), "A": "1"}, kind)
    assert path == {"PATH": "x" if want else join_list([folder, "x"], kind), "A": "1"}


# ---- The Store's aliases ---------------------------------------------------------------------------------------------


@each_system
def test_what_is_an_alias(kind: System) -> None:
    for path in (STORE, STORE + r"\python.exe", STORE.replace("\\", "/") + "/Foo_1.2/python3.exe", STORE.upper()):
        assert pythons.is_alias(path, kind) is (kind is WINDOWS)
    for path in (r"C:\Python312\python.exe", STORE + "2\\python.exe", "/usr/bin/python3"):
        assert not pythons.is_alias(path, kind)


def alias(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that stands for an alias; here all of Windows is a prefix of a name."""
    path = tmp_path / "python.exe"
    path.touch()
    monkeypatch.setattr(pythons, "is_alias", lambda path, system=WINDOWS: path.startswith(str(tmp_path)))
    return path


def test_an_alias_is_no_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = alias(tmp_path, monkeypatch)
    with pytest.raises(VenvhookError, match="is an alias of the Microsoft Store.*; name an interpreter itself"):
        pythons.choose(str(path), str(tmp_path), str(tmp_path / "cache"), environ(tmp_path))
    found = pythons.aliases({"PATH": join_list([str(tmp_path / "none"), str(tmp_path)])})
    assert found == [str(path)]


def test_venvhook_may_run_on_the_stores_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be opened; what it is a script of cannot be asked."""
    path = alias(tmp_path, monkeypatch)

    def closed(*arguments: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr("builtins.open", closed)
    assert pythons.genuine(str(path), "x") == str(path)
    with pytest.raises(VenvhookError, match="is not a Python interpreter"):
        pythons.genuine("/elsewhere/python", "x")


# ---- What a marker names ---------------------------------------------------------------------------------------------


def test_a_path_without_its_ending(tmp_path: Path) -> None:
    lay(tmp_path, "a/python.exe", "b/python", "b/python.exe")
    assert pythons.spelled(str(tmp_path / "a/python"), WINDOWS) == str(tmp_path / "a/python.exe")
    assert pythons.spelled(str(tmp_path / "b/python"), WINDOWS) == str(tmp_path / "b/python")
    assert pythons.spelled(str(tmp_path / "c"), WINDOWS) == str(tmp_path / "c")
    for kind in POSIX:
        assert pythons.spelled(str(tmp_path / "a/python"), kind) == str(tmp_path / "a/python")


def test_names_for_completion(tmp_path: Path) -> None:
    lay(tmp_path, "bin/python3.12.exe", "bin/PyPy3.10.EXE", "bin/python3.11", "bin/python3.9.bat", "bin/pythonw.exe")
    lay(tmp_path, "pyenv/versions/3.13.1/x", "pyenv/versions/3.9.13-win32/x", "mise/installs/python/3.8/x")
    more = {"PATH": "bin", "PYENV_ROOT": "pyenv", "MISE_DATA_DIR": "mise"}
    variables = environ(tmp_path, **{name: str(tmp_path / folder) for name, folder in more.items()})
    assert pythons.names(variables) == ["3.13.1", "3.12", "3.11", "3.8", "pypy3.10"]


# ---- Beside python-discovery -----------------------------------------------------------------------------------------


def test_all_that_python_discovery_finds_is_found(tmp_path: Path) -> None:
    """Its own search on this machine, shims and all, is a part of ours; none of ours is an environment's."""
    from python_discovery import DiskCache, iter_interpreters

    variables = {**os.environ, "PATH": os.environ["PATH"]}
    theirs = {
        os.path.realpath(each.system_executable or each.executable or "")
        for each in iter_interpreters(None, None, DiskCache(tmp_path / "theirs"), variables)
    }
    ours = pythons.found(str(tmp_path / "ours"), variables)
    assert theirs <= {os.path.realpath(each.path) for each in ours}
    assert os.path.realpath(pythons.own().path) in {os.path.realpath(each.path) for each in ours}
    assert not any(os.path.exists(Path(each.path).parents[1] / "pyvenv.cfg") for each in ours)
    assert all(os.path.isabs(each.path) and each.version[:1] == "3" for each in ours)
    assert sys.version_info[:3] in {tuple(map(int, each.version.split("."))) for each in ours}
