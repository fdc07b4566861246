"""environment.py: what counts as an environment, what of it is told, and what makes another look worth it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venvhook import environment
from venvhook.environment import Unfit
from venvhook.system import LINUX, MACOS, WINDOWS, System

pytestmark = pytest.mark.skipif(os.name == "nt", reason="lays out POSIX environments")
Make = Callable[..., Path]


@pytest.mark.parametrize(
    "sign", ["pyvenv.cfg", "conda-meta/history", "lib/python2.7/orig-prefix.txt", "lib/pypy3/orig-prefix.txt"]
)
def test_what_shows_an_environment(tmp_path: Path, make_environment: Make, sign: str) -> None:
    root = make_environment(tmp_path / "env", sign=sign)
    found = environment.inspect(str(root))
    assert (found.root, found.bin, found.python) == (str(root), f"{root}/bin", f"{root}/bin/python")
    assert found.sign == f"{root}/{sign.replace('/history', '')}"
    assert found.conda is sign.startswith("conda")
    assert found.version == {"pyvenv.cfg": "3.11.4", "lib/python2.7/orig-prefix.txt": "2.7"}.get(sign, "")


def unfit(root: Path) -> Unfit:
    with pytest.raises(Unfit) as caught:
        environment.inspect(str(root))
    assert caught.value.path == str(root)
    assert "venvhook " in (caught.value.remedy or "")
    return caught.value


def test_nothing_there(tmp_path: Path) -> None:
    error = unfit(tmp_path / "no")
    assert error.problem == "there is no environment yet"
    assert error.mended == (("absent", f"{tmp_path}/no"),)


def test_a_folder_without_a_sign(tmp_path: Path) -> None:
    (tmp_path / "lib/site/orig-prefix.txt").mkdir(parents=True)
    error = unfit(tmp_path)
    assert error.problem == "this is no environment: it has no pyvenv.cfg"
    assert error.mended == (("absent", f"{tmp_path}/pyvenv.cfg"), ("absent", f"{tmp_path}/conda-meta"))


@pytest.mark.parametrize(
    ("commands", "remedy"),
    [(["activate", "python"], "venvhook rebuild"), (["activate"], "venvhook create"), ([], "create")],
)
def test_only_what_was_an_environment_is_remade(tmp_path: Path, commands: list[str], remedy: str) -> None:
    (tmp_path / "bin").mkdir()
    for command in commands:
        (tmp_path / "bin" / command).symlink_to("nowhere")
    assert (unfit(tmp_path).remedy or "").endswith(remedy)


def test_a_conda_environment_tells_its_version_and_its_name(tmp_path: Path, make_environment: Make) -> None:
    root = make_environment(tmp_path / "shop", sign="conda-meta/history")
    for record in ("numpy-1.26.4-py312.json", "python-3.12.1-h0_cpython.json", "python-dateutil-2.9.0-pyhd.json"):
        (root / "conda-meta" / record).touch()
    found = environment.inspect(str(root))
    assert (found.version, found.name) == ("3.12.1", "shop")
    (root / "condabin").mkdir()
    assert environment.inspect(str(root)).name == "base"


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("/elsewhere")
    assert unfit(tmp_path / "env").problem == "this is no environment, and no folder"


@pytest.mark.parametrize(
    ("python", "extra", "problem"),
    [
        ("link", "", "its Python is gone (/nowhere/python3.9)"),
        ("none", "", "it has no bin/python"),
        ("none", "Scripts", "this environment was made for Windows"),
        ("link", "Scripts", "its Python is gone (/nowhere/python3.9)"),
    ],
)
def test_without_a_python(tmp_path: Path, make_environment: Make, python: str, extra: str, problem: str) -> None:
    root = make_environment(tmp_path / "env")
    (root / "bin/python").unlink()
    if python == "link":
        (root / "bin/python").symlink_to("/nowhere/python3.9")
    (root / extra).mkdir(exist_ok=True)
    error = unfit(root)
    assert error.problem == problem
    assert error.mended == (("absent", f"{root}/bin/python"),)


@pytest.mark.parametrize(
    ("text", "version", "prompt"),
    [
        ("home = /usr/bin\nversion = 3.11.4\n", "3.11.4", ""),
        ("version = 3.11.4\nversion_info = 3.11.4.final.0\n", "3.11.4.final.0", ""),
        ("VERSION_INFO=3.12.1.final.0\r\nprompt=shop\r\n", "3.12.1.final.0", "shop"),
        ("python-version = 3.14\nprompt = 'the shop'", "3.14", "the shop"),
        ('version = 3.9\nprompt = "it\'s"', "3.9", "it's"),
        ("version = 3.9\nprompt = 'it\\'s a \"\\\\\"'", "3.9", 'it\'s a "\\"'),
        ("version = 3.9\nprompt = a = b", "3.9", "a = b"),
        ("version = 3.9\nprompt = aha \n", "3.9", "aha"),
        ("[venv]\nversion\n", "", ""),
        ("", "", ""),
    ],
)
def test_what_pyvenv_cfg_tells(tmp_path: Path, make_environment: Make, text: str, version: str, prompt: str) -> None:
    found = environment.inspect(str(make_environment(tmp_path / "env", text)))
    assert (found.version, found.prompt) == (version, prompt)


def test_a_pyvenv_cfg_of_any_bytes(tmp_path: Path, make_environment: Make) -> None:
    root = make_environment(tmp_path / "env")
    (root / "pyvenv.cfg").write_bytes(b"prompt = \xff\xfe\nversion = 3.9\n" + b"x" * 100_000)
    assert os.fsencode(environment.inspect(str(root)).prompt) == b"\xff\xfe"
    (root / "pyvenv.cfg").unlink()
    (root / "pyvenv.cfg").mkdir()
    assert environment.inspect(str(root)).version == ""


@pytest.mark.parametrize(
    ("folder", "settings", "name"),
    [(".venv", "", ""), ("venv", "", ""), ("env", "", ""), ("shop-env", "", "shop-env"), (".venv", "prompt = x", "x")],
)
def test_what_an_environment_is_called(
    tmp_path: Path, make_environment: Make, folder: str, settings: str, name: str
) -> None:
    assert environment.inspect(str(make_environment(tmp_path / folder, settings))).name == name


@pytest.mark.parametrize(
    ("version", "wanted", "fits"),
    [
        ("3.11.4", "3.11", True),
        ("3.11.4", "3.11.4", True),
        ("3.11.4", "3", True),
        ("3.11.4.final.0", "3.11.4", True),
        ("3.11.4", "3.1", False),
        ("3.1.4", "3.11", False),
        ("3.11", "3.11.4", False),
        ("3.11.4", None, True),
        ("3.11.4", ">=3.11", True),
        ("3.11.4", ">=3.13", False),
        ("3.11.4", "python3.11", True),
        ("3.11.4", "pypy3.11", False),
        ("", "3.11", True),
    ],
)
def test_version_fits(version: str, wanted: str | None, fits: bool) -> None:
    found = environment.Environment("/e", "/e/pyvenv.cfg", {"version": version} if version else {})
    assert environment.version_fits(found, wanted) is fits


@pytest.mark.parametrize(("said", "pypy"), [("PyPy", True), ("CPython", False)])
def test_which_kind_of_python_it_says_it_is(said: str, pypy: bool) -> None:
    found = environment.Environment("/e", "/e/pyvenv.cfg", {"version": "3.10.1", "implementation": said})
    fitting = [wanted for wanted in ("pypy3.10", "cpython3.10") if environment.version_fits(found, wanted)]
    assert fitting == (["pypy3.10"] if pypy else ["cpython3.10"])
    assert environment.version_fits(found, "python3.10") and environment.version_fits(found, "3.10")


def test_a_relative_path_of_an_interpreter_starts_from_the_project(
    tmp_path: Path, make_environment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = environment.inspect(str(make_environment(tmp_path / ".venv")))
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/python").touch()
    for folder in (tmp_path, Path("/")):
        monkeypatch.chdir(folder)
        assert not environment.version_fits(found, "./tools/python", str(tmp_path))
        assert environment.version_fits(found, "./.venv/bin/python", str(tmp_path))


def test_the_python_of_another_environment_is_what_started_it(tmp_path: Path, make_environment: Make) -> None:
    """Also where it is no symlink, but a copy."""
    found = environment.inspect(str(make_environment(tmp_path / "env", "home = /opt/python\nversion = 3.12.1\n")))
    make_environment(tmp_path / "same", "home = /opt/python\n")
    make_environment(tmp_path / "other", "home = /opt/another\n")
    make_environment(tmp_path / "silent", "")
    paths = {name: f"{tmp_path}/{name}/bin/python" for name in ("same", "other", "silent")}
    assert [name for name, path in paths.items() if environment.version_fits(found, path)] == ["same"]


# ---- Against the standard library's own reading of a pyvenv.cfg ------------------------------------------------------


def as_site_reads_it(path: Path) -> dict[str, str]:
    """What site.py (`venv`) makes of the file."""
    found = {}
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            if "=" in line:
                key, _, value = line.partition("=")
                found[key.strip().lower()] = value.strip()
    return found


LINES = st.lists(
    st.sampled_from(["home", "version", " = ", "=", "3.12", "'x'", "\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d",
                     "\x1e", "\x85", "\u2028", "\u2029", "#", " ", "\t", "\udcff", "\ufeff", "Prompt",
                     "\x00", "\x1a", "é"]),
    max_size=30,
)  # fmt: skip


@given(LINES)
def test_pyvenv_cfg_is_read_as_the_standard_library_reads_it(pieces: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pyvenv.cfg"
        path.write_bytes("".join(pieces).encode("utf-8", "surrogateescape"))
        assert environment.settings(str(path)) == as_site_reads_it(path)


# ---- pyvenv.cfg says what was true when it was written ---------------------------------------------------------------


def told(root: Path) -> list[str]:
    return [error.problem for error in environment.complaints(environment.inspect(str(root)), None, "")]


@pytest.mark.parametrize(
    ("said", "name", "libraries", "problem"),
    [
        ("version = 3.11.4", "python3.11", "", ""),
        ("version_info = 3.11.4.final.0", "python3.11", "", ""),
        ("version = 3.13.1", "python3.13t", "", ""),
        ("version = 3.11.4", "python3.12", "", "it was made with Python 3.11, and its Python is 3.12 now"),
        ("version = 3.1.4", "python3.11", "", "it was made with Python 3.1, and its Python is 3.11 now"),
        ("version = 3.10.4", "pypy3.11", "", "it was made with Python 3.10, and its Python is 3.11 now"),
        ("version = 3.11.4", "python3", "python3.12", "it was made with Python 3.11, and its Python is 3.12 now"),
        ("version = 3.11.4", "python3", "python3.11 python3.12", ""),
        ("version = 3.11.4", "python3", "python3", ""),
        ("version = 3.11.4", "python3", "", ""),
        ("", "python3.12", "", ""),
    ],
)
def test_its_python_became_another_one(
    tmp_path: Path, make_environment: Make, said: str, name: str, libraries: str, problem: str
) -> None:
    root = make_environment(tmp_path / "env", said)
    (tmp_path / "base/bin").mkdir(parents=True)
    (tmp_path / "base/bin" / name).touch()
    for library in libraries.split():
        (tmp_path / "base/lib" / library).mkdir(parents=True)
    (root / "bin/python").unlink()
    (root / "bin/python").symlink_to("python3")
    (root / "bin/python3").symlink_to(tmp_path / "base/bin" / name)
    assert told(root) == ([problem] if problem else [])


@pytest.mark.parametrize(("there", "fine"), [("python3", True), ("python3.11", True), ("", False)])
def test_a_copy_whose_base_is_gone(tmp_path: Path, make_environment: Make, there: str, fine: bool) -> None:
    base = tmp_path / "base"
    root = make_environment(tmp_path / "env", f"home = {base}\nversion = 3.11.4\n")
    if there:
        base.mkdir()
        (base / there).touch()
    assert told(root) == ([] if fine else [f"its Python is a copy of one in {base}, which is gone"])


def test_a_real_one_has_the_python_that_it_was_made_with(tmp_path: Path) -> None:
    for name, options in (("link", ["--symlinks"]), ("copy", ["--copies"])):
        command = [sys.executable, "-m", "venv", "--without-pip", *options, str(tmp_path / name)]
        subprocess.run(command, check=True)
        assert told(tmp_path / name) == []


# ---- every system ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "python"), [(LINUX, "bin/python"), (MACOS, "bin/python"), (WINDOWS, "Scripts/python.exe")]
)
def test_what_is_inside_on_every_system(tmp_path: Path, system: System, python: str) -> None:
    root = tmp_path / "env"
    (root / python).parent.mkdir(parents=True)
    (root / "pyvenv.cfg").write_bytes(b"home = /x\r\nversion = 3.12.1\r\nprompt = caf\xe9\r\n")
    with pytest.raises(Unfit, match=f"it has no {python}"):
        environment.inspect(str(root), system)
    assert not environment.has_commands(str(root), system)
    for name in (python, os.path.join(os.path.dirname(python), "activate")):
        (root / name).touch()
    found = environment.inspect(str(root), system)
    assert (found.python, found.folders, found.version) == (f"{root}/{python}", [found.bin], "3.12.1")
    assert found.bin == os.path.dirname(found.python)
    assert environment.has_commands(str(root), system)


@pytest.mark.parametrize(
    ("system", "theirs", "problem"),
    [(LINUX, "Scripts/python.exe", "Windows"), (WINDOWS, "bin/python", "Linux or macOS"), (LINUX, "x/y", "it has no")],
)
def test_an_environment_of_another_system(tmp_path: Path, system: System, theirs: str, problem: str) -> None:
    (tmp_path / theirs).parent.mkdir()
    (tmp_path / theirs).symlink_to("gone")
    (tmp_path / "pyvenv.cfg").touch()
    with pytest.raises(Unfit, match=problem):
        environment.inspect(str(tmp_path), system)


@pytest.mark.parametrize(("system", "fits"), [(LINUX, False), (WINDOWS, True)])
def test_the_folder_of_a_python_in_another_case(
    tmp_path: Path, make_environment: Make, system: System, fits: bool
) -> None:
    """On Windows it is the same one."""
    (tmp_path / "py/python.exe").parent.mkdir()
    (tmp_path / "py/python.exe").touch()
    make_environment(tmp_path / "env", f"home = {tmp_path}/PY\nversion = 3.12.1\n")
    found = environment.inspect(str(tmp_path / "env"), LINUX)
    found.system = system
    assert environment.version_fits(found, f"{tmp_path}/py/python.exe") is fits
