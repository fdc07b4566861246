"""`create`, `rebuild`, `remove`, `pythons`, `list`, `prune`."""

from __future__ import annotations

import contextlib
import http.server
import io
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from test_cli_home import Home

from venvhook import create, environment, keep, pythons
from venvhook.cli import edit, known
from venvhook.cli.wanted import Wanted
from venvhook.create import guard
from venvhook.create.order import Order, Recipe, Step, requirement_arguments
from venvhook.errors import VenvhookError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    home = Home(tmp_path, monkeypatch, capfd)
    for name in ("PATH", "PYENV_ROOT"):  # no search among other interpreters
        monkeypatch.setenv(name, str(tmp_path))
    return home


def without_pip(home: Home) -> None:
    """Make environments without pip: a tenth of the time."""
    from venvhook.create import venv

    real = venv.recipe

    def recipe(order: Order) -> Recipe:
        how = real(order)
        how.steps[0].command.insert(4, "--without-pip")
        return how

    home.patch.setattr(venv, "recipe", recipe)


# ---- create ----------------------------------------------------------------------------------------------------------


def test_create_makes_what_the_marker_describes(home: Home) -> None:
    (home.shop / "needs.txt").write_text("# nothing\n")
    home.allowed('venv = "envs/dev"\nrequirements = ["needs.txt"]')
    result = home.run("create")
    assert (result.status, result.err) == (0, "")
    root = home.shop / "envs/dev"
    assert result.out.startswith(f"{root}: made with Python {HERE}")
    found = environment.inspect(str(root))
    assert found.prompt == "shop" and (root / "bin/pip").exists()
    assert os.path.realpath(found.python) == os.path.realpath(pythons.own().path)
    assert home.run("which").out == f"{root}/bin/python\n"


def test_the_python_that_was_asked_for_is_noted_in_the_marker(home: Home) -> None:
    without_pip(home)
    path = home.allowed("# ours\npython = '3' # any\n[variables]\nA = '1'\n")
    result = home.run("create", "--python", HERE)
    assert (result.status, result.err) == (0, "")
    assert result.out.endswith(f'{path}: python = "{HERE}" is noted there, and allowed\n')
    assert path.read_text() == f"# ours\npython = \"{HERE}\" # any\n[variables]\nA = '1'\n"
    assert home.run("status", "--json").data["trust"] == "allowed"
    assert "noted" not in home.run("rebuild", "--python", HERE).out  # it says so already


def test_a_python_is_only_noted_for_an_environment_that_was_made(home: Home) -> None:
    path = home.allowed('packages = ["-e ./missing"]\n')
    without_pip(home)
    before = path.read_bytes()
    for wanted in (HERE, "2.6"):
        assert home.run("create", "--python", wanted).status == 1
        assert path.read_bytes() == before
    path.unlink()
    (home.home / "elsewhere.toml").touch()
    path.symlink_to(home.home / "elsewhere.toml")
    home.run("allow")
    result = home.run("create", "--python", HERE)
    assert result.status == 0 and path.is_symlink() and path.read_text() == ""
    assert result.err == (
        f"venvhook: {path}: is a link, so it is left as it is; "
        f'to have it asked for from now on, write python = "{HERE}" there\n'
    )


def test_noting_a_python_decides_nothing_where_the_settings_do(home: Home) -> None:
    without_pip(home)
    Path(home.folders.config).mkdir()
    (Path(home.folders.config) / "config.toml").write_text('allow = ["~"]')
    path = home.marker()
    assert home.run("create", "--python", HERE).status == 0
    assert HERE in path.read_text() and home.record() is None
    assert home.run("status", "--json").data["trust"] == "folder"


def test_create_of_what_is_there(home: Home) -> None:
    root = home.environment()
    home.allowed()
    assert home.run("create").err == f"venvhook: {root}: exists already; to make it anew: venvhook rebuild\n"
    shutil.rmtree(root)
    root.mkdir()
    (root / "thesis.txt").touch()
    for command in ("create", "rebuild", "remove"):
        result = home.run(command)
        assert result.status == 1 and "no environment" in result.err and result.err.count("\n") == 1
    assert os.listdir(root) == ["thesis.txt"]


def test_create_asks_for_trust(home: Home) -> None:
    home.marker()
    for command in (["create"], ["rebuild"], ["remove", "--yes"]):
        assert "it is not allowed yet; to look at it and allow it: venvhook allow" in home.run(*command).err
    home.run("allow")
    home.marker("# edited")
    assert "it was edited since you allowed it" in home.run("create").err
    assert os.listdir(home.shop) == [".venvhook.toml"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('requirements = ["nope.txt"]', "/nope.txt: does not exist; "),
        ('packages = ["--index-url=http://x"]', "--index-url=http://x in packages is no requirement; "),
        ('manager = "pyenv"\nvenv = "./x"', "shop/x: pyenv cannot put an environment here; "),
        (
            'manager = "poetry"',
            "/pyproject.toml: does not exist, so poetry has no environment for it; to make it: poetry",
        ),
        ('manager = "pipenv"', "/Pipfile: does not exist, so pipenv has no environment for it; to make it: pipenv"),
        ('python = "2.6"', "no Python 2.6 on this machine; there are "),
        ('python = "./python"', "/python: does not exist; "),
        ('venv = "."', "is the project, or holds it; "),
        ('venv = "~"', "is your home folder, or holds it; "),
        ('manager = "uv"', "the command uv is not on PATH; to get it: pipx install uv; or, to do without: "),
    ],
)
def test_what_cannot_be_made_is_told_before_anything_is_touched(home: Home, line: str, problem: str) -> None:
    home.allowed(line)
    result = home.run("create")
    assert result.status == 1 and problem in result.err and result.err.count("\n") == 1
    assert os.listdir(home.shop) == [".venvhook.toml"]


def test_a_failure_leaves_nothing_and_shows_what_the_tool_said(home: Home) -> None:
    without_pip(home)
    home.allowed('venv = "a/b/c"\npackages = ["-e ./missing"]')
    result = home.run("create")
    assert result.status == 1 and "No module named pip" in result.err
    last = result.err.splitlines()[-1]
    assert last.startswith(f"venvhook: {home.shop}/a/b/c: installing packages failed (status 1); ")
    assert os.listdir(home.shop) == [".venvhook.toml"]


@pytest.mark.skipif(not shutil.which("git", path=os.defpath), reason="git is not installed")
def test_a_tool_that_would_ask_for_a_password_fails_at_once(home: Home) -> None:
    class Closed(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Closed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        home.allowed(f'packages = ["x @ git+http://127.0.0.1:{server.server_port}/x.git"]')
        home.patch.setenv("PATH", os.defpath)
        home.patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        result = home.finish("create")
        server.shutdown()
    last = result.err.splitlines()[-1]
    assert result.status == 1 and "; credentials are wanted, and no tool can ask for them here: " in last
    assert os.listdir(home.shop) == [".venvhook.toml"]


# A tool that has half-made an environment when a process of its own, which holds a lock, does not come to an end.
STALLED = """#!{python}
import os, subprocess, sys
os.makedirs(sys.argv[-1] + "/lib")
work = "import fcntl, sys, time; fcntl.flock(lock := open(sys.argv[1], 'w'), fcntl.LOCK_EX); lock.write('x'); "
subprocess.run([sys.executable, "-c", work + "lock.flush(); time.sleep(600)", "{lock}"])
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_leaves_nothing(home: Home, number: int, status: int) -> None:
    tools, lock = home.home / "tools", home.home / "lock"
    tools.mkdir()
    (tools / "uv").write_text(STALLED.format(python=sys.executable, lock=lock))
    (tools / "uv").chmod(0o755)
    home.patch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    home.allowed('venv = "a/b"\nmanager = "uv"')
    process = home.process("create", start_new_session=True)
    until(lambda: lock.exists() and lock.read_text() == "x")
    assert (home.shop / "a/b/lib").exists() and process.poll() is None
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        os.kill(process.pid, number)
    process.communicate(timeout=300)
    assert process.returncode == status
    until(lambda: is_free(lock))  # the tool's own process has ended
    assert os.listdir(home.shop) == [".venvhook.toml"]


def until(happened: Callable[[], bool]) -> None:
    """Wait for something that comes for certain, however slow the machine is."""
    limit = time.monotonic() + 300
    while not happened():
        assert time.monotonic() < limit
        time.sleep(0.01)


def is_free(lock: Path) -> bool:
    import fcntl

    with open(lock) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_what_the_variables_say_reaches_pip(home: Home) -> None:
    home.allowed('packages = ["x"]\n[variables]\nPIP_NO_INDEX = "1"\nPIP_VERBOSE = false')
    home.patch.setenv("PIP_VERBOSE", "1")
    home.patch.setenv("VIRTUAL_ENV", "/other")
    from venvhook.cli.wanted import Options, Wanted

    order = Wanted(home.folders, None).order(Options())
    assert order.environ["PIP_NO_INDEX"] == "1"
    assert not {"PIP_VERBOSE", "VIRTUAL_ENV"} & set(order.environ)
    assert list(order.installs) == ["x"]


def test_requirements_are_arguments_never_options() -> None:
    arguments = requirement_arguments(["/a b"], ["x[y]>=1; python_version<'4'", "-e  ../z", "--editable z"])
    assert arguments == ["-r", "/a b", "x[y]>=1; python_version<'4'", "-e", "../z", "-e", "z"]
    for package in ("-r other.txt", "-e", "-i http://x", "--pre"):
        with pytest.raises(VenvhookError, match="is no requirement"):
            requirement_arguments([], [package])


@pytest.mark.parametrize(
    ("name", "named"), [("shop", True), ("a-b.c_1", True), ("a b", False), ("$(x)", False), ("é", False)]
)
def test_a_name_that_scripts_may_not_bear_is_not_given(name: str, named: bool) -> None:
    order = Order("/p", "/p/.venv", "/python", {})
    order.prompt = name
    assert bool(order.naming()) == named


@pytest.mark.parametrize("manager", ["uv", "virtualenv"])
def test_other_managers_are_their_own_command(home: Home, manager: str) -> None:
    tool = home.root / "tools" / manager
    tool.parent.mkdir()
    tool.touch()
    tool.chmod(0o755)
    order = Order(str(home.shop), str(home.shop / ".venv"), "/python", {"PATH": str(tool.parent)})
    order.installs = ["six"]
    making, installing = create.recipe(manager, order).steps
    assert making.command[0] == str(tool) and making.command[-1] == order.root and "/python" in making.command
    assert installing.command[-1] == "six"
    assert installing.command[0] == (str(tool) if manager == "uv" else f"{order.root}/bin/python")


# ---- rebuild ---------------------------------------------------------------------------------------------------------


def test_rebuild_of_a_broken_environment(home: Home) -> None:
    without_pip(home)
    root = home.environment()
    home.allowed()
    for broken in ("bin/python", "pyvenv.cfg"):
        (root / broken).unlink()
        if broken == "bin/python":
            (root / broken).symlink_to("/nowhere")
        (root / "lib/old").touch()
        result = home.run("rebuild")
        assert result.status == 0 and result.out.startswith(f"{root}: made anew with Python {HERE}")
        assert environment.inspect(str(root)) and not (root / "lib/old").exists()
    assert sorted(os.listdir(home.shop)) == [".venv", ".venvhook.toml"]


def test_rebuild_that_fails_brings_the_old_one_back(home: Home) -> None:
    without_pip(home)
    root = home.environment()
    (root / "old").touch()
    home.allowed('packages = ["x"]')  # there is no pip to install it
    result = home.run("rebuild")
    assert result.status == 1 and "installing packages failed" in result.err
    assert (root / "old").exists() and environment.inspect(str(root))
    assert sorted(os.listdir(home.shop)) == [".venv", ".venvhook.toml"]


def test_rebuild_over_what_was_left_over(home: Home) -> None:
    root = home.environment()
    home.allowed()
    home.patch.setenv("PATH", os.defpath)
    left = root.rename(home.shop / ".venvhook-old-.venv")
    told = f"{left}: is the old environment, left over from a rebuild that was cut off; to put it back: "
    for half_made in (True, False):
        if half_made:
            root.mkdir()
        for command in ("create", "rebuild"):
            assert home.run(command).err.startswith(f"venvhook: {told}")
        assert told in home.run("status").out
        back, _, without = home.run("create").err.strip().partition(told)[2].partition("; to do without it: ")
        subprocess.run(["sh", "-c", back], check=True)
        assert environment.inspect(str(root)) and not left.exists()
        root.rename(left)
    subprocess.run(["sh", "-c", without], check=True)
    without_pip(home)
    assert home.run("create").status == 0


def test_rebuild_where_nothing_is_creates(home: Home) -> None:
    without_pip(home)
    home.allowed()
    assert home.run("rebuild").out.startswith(f"{home.shop}/.venv: made with Python")


def test_rebuild_of_a_link_is_refused(home: Home) -> None:
    outside = home.environment().rename(home.home / "elsewhere")
    (home.shop / ".venv").symlink_to(outside)
    home.allowed()
    assert f"is a link, to {outside}; " in home.run("rebuild").err


# ---- remove ----------------------------------------------------------------------------------------------------------


def test_remove_asks_and_without_a_terminal_refuses(home: Home) -> None:
    root = home.environment()
    home.allowed()
    home.patch.setattr("sys.stdin", io.StringIO())
    result = home.run("remove")
    remedy = "to do it without being asked: venvhook remove --yes"
    assert result.err == f"venvhook: {root}: is only deleted when you say so; {remedy}\n"
    assert root.exists()
    assert home.run("remove", "--yes").out == f"{root}: removed\n"
    assert os.listdir(home.shop) == [".venvhook.toml"]
    assert (
        home.run("remove", "--yes").err == f"venvhook: {root}: there is no environment, so there is nothing to remove\n"
    )


@pytest.mark.parametrize(("answer", "status"), [(True, 0), (False, 1)])
def test_remove_does_as_it_is_told(home: Home, answer: bool, status: int) -> None:
    root = home.environment()
    home.allowed()
    home.patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked = []

    def confirm(question: str, **options: object) -> bool:
        asked.append(question)
        return answer

    home.patch.setattr("typer.confirm", confirm)
    assert home.run("remove").status == status
    assert asked == [f"delete the environment {root} (Python {'.'.join(map(str, sys.version_info[:3]))})?"]
    assert root.exists() != answer


def test_remove_of_a_link_leaves_what_is_outside(home: Home) -> None:
    outside = home.environment().rename(home.home / "elsewhere")
    (home.shop / ".venv").symlink_to(outside)
    home.allowed()
    result = home.run("remove", "--yes")
    assert result.out == f"{home.shop}/.venv: removed; it was a link, and {outside} was left as it is\n"
    assert environment.inspect(str(outside)) and not os.path.lexists(home.shop / ".venv")


def test_remove_of_a_link_inside_the_project(home: Home) -> None:
    home.environment("py3")
    (home.shop / ".venv").symlink_to("py3")
    home.allowed()
    assert home.run("remove", "--yes").out == f"{home.shop}/.venv: removed\n"
    assert os.listdir(home.shop) == [".venvhook.toml"]


def test_remove_through_a_link_above_is_refused(home: Home) -> None:
    outside = home.home / "envs"
    outside.mkdir()
    home.environment("x").rename(outside / "x")
    (home.shop / "envs").symlink_to(outside)
    home.allowed('venv = "envs/x"')
    assert "leads out of the project by a link; " in home.run("remove", "--yes").err
    assert environment.inspect(str(outside / "x"))


@pytest.mark.parametrize("sign", [".venvhook.toml", "pyproject.toml"])
def test_remove_of_another_projects_environment_is_refused(home: Home, sign: str) -> None:
    other = home.shop.parent / "it's another"
    (other / "deep").mkdir(parents=True)
    (other / sign).touch()
    home.environment().rename(other / "deep/env")
    home.allowed('venv = "../it\'s another/deep/env"')
    for command in (["remove", "--yes"], ["rebuild"]):
        result = home.run(*command)
        assert result.status == 1 and result.err.startswith(f"venvhook: {other}: its environment is not this project's")
        assert ("venvhook remove " in result.err) == (sign == ".venvhook.toml")
    assert environment.inspect(str(other / "deep/env"))
    (other / sign).unlink()
    assert home.run("remove", "--yes").status == 0


def test_remove_of_a_workspaces_environment(home: Home) -> None:
    (home.shop.parent / "pyproject.toml").touch()
    root = home.environment().rename(home.shop.parent / "env")
    home.allowed('venv = "../env"')
    assert home.run("remove", "--yes").out == f"{root}: removed\n"


@pytest.mark.parametrize("venv", ["~", "/", ".", "..", "../shop"])
def test_remove_never_takes_the_home_or_the_project(home: Home, venv: str) -> None:
    for folder in (home.home, home.shop):  # looking like environments
        (folder / "pyvenv.cfg").touch()
        (folder / "bin").mkdir()
        (folder / "bin/python").symlink_to(sys.executable)
    home.allowed(f'venv = "{venv}"')
    result = home.run("remove", "--yes")
    assert result.status == 1 and "or holds it" in result.err
    link = home.shop / ".venv"
    link.symlink_to(home.home)
    home.allowed('venv = ".venv"')
    assert "is your home folder, or holds it" in home.run("remove", "--yes").err
    assert (home.home / "pyvenv.cfg").exists() and (home.shop / "pyvenv.cfg").exists() and link.exists()


# ---- pythons, list, prune --------------------------------------------------------------------------------------------


def test_pythons_marks_the_one_that_is_taken(home: Home) -> None:
    home.patch.setenv("PATH", os.path.dirname(pythons.own().path))
    data = home.run("pythons", "--json").data
    taken = [each for each in data["pythons"] if each["chosen"]]
    assert [os.path.realpath(each["path"]) for each in taken] == [os.path.realpath(pythons.own().path)]
    out = home.run("pythons").out
    assert "* is what venvhook create takes here\n" in out
    home.allowed('python = "2.6"')
    out = home.run("pythons").out
    assert "no Python 2.6 on this machine" in out


def test_the_own_interpreter_is_no_environments() -> None:
    assert not os.path.exists(Path(pythons.own().path).parents[1] / "pyvenv.cfg")


def test_list_shows_every_project(home: Home) -> None:
    assert home.run("list").out == "no project is known yet; to add one: venvhook init, or venvhook allow\n"
    home.environment()
    home.allowed()
    other = home.home / "other"
    other.mkdir()
    home.marker(folder=other)
    home.run("deny", str(other))
    data = home.run("list", "--json").data
    assert [(each["project"], each["trust"], each["healthy"]) for each in data] == [
        (str(other), "denied", False),
        (str(home.shop), "allowed", True),
    ]
    assert data[1]["environment"] == f"{home.shop}/.venv" and data[1]["size"] > 1000
    assert data[1]["manager"] == "venv" and data[1]["problem"] is None
    (home.shop / ".venv/pyvenv.cfg").unlink()
    home.marker("# edited", other)
    out = [line.split("  ") for line in home.run("list").out.splitlines()]
    assert [[cell.strip() for cell in line if cell.strip()] for line in out] == [
        ["project", "state", "manager", "environment"],  # nothing is known of any Python or size
        ["~/other", "denied"],
        ["~/shop", "this is no environment", "venv", ".venv"],
    ]


def test_list_tells_in_a_few_words_what_is_wrong(home: Home) -> None:
    def state() -> str:
        return home.run("list").out.splitlines()[1].split("  ")[1].strip()

    home.allowed()
    assert state() == "no environment"
    home.environment()
    assert state() == "good"
    home.marker("# edited")
    assert state() == "edited"
    (home.shop / ".venvhook.toml").unlink()
    assert state() == "it has no .venvhook.toml"


def test_prune_forgets_what_is_gone(home: Home) -> None:
    home.allowed()
    kept = keep.place(home.folders.cache, str(home.shop))
    keep.write(kept, ".bash", "")
    assert home.run("prune").out == "nothing to forget: every known project is still there\n"
    assert home.record() and os.listdir(kept)
    home.go(home.home)
    shutil.rmtree(home.shop)
    assert home.run("prune").out == f"forgotten: {home.shop}\n"
    assert home.record() is None and not os.path.exists(kept)
    assert home.run("list").out.startswith("no project is known yet")


# ---- which Python ----------------------------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """No interpreter but our own."""
    return {"HOME": str(tmp_path), "PATH": str(tmp_path), "PYENV_ROOT": str(tmp_path)}


@pytest.mark.parametrize("wanted", ["3", HERE, f"=={HERE}.*", f"{HERE}.*", f"~={HERE}.0", f">={HERE},<4", "^3.9", "~3"])
def test_our_own_interpreter_fits(tmp_path: Path, bare: dict[str, str], wanted: str) -> None:
    chosen = pythons.choose(wanted, str(tmp_path), str(tmp_path / "cache"), bare)
    assert os.path.realpath(chosen.path) == os.path.realpath(pythons.own().path)


@pytest.mark.parametrize(
    ("wanted", "tools", "get"),
    [
        ("3.99", "", "uv python install 3.99 or pyenv install 3.99; or ask"),
        ("3.99", "uv", "uv python install 3.99; or ask"),
        ("3.99.*", "pyenv", "pyenv install 3.99; or ask"),
        (">=3.98,<4", "uv", "uv python install 3.98; or ask"),
        ("pypy3.99", "uv", "uv python install pypy3.99; or ask"),
        ("python3.99", "uv", "uv python install 3.99; or ask"),
        ("cpython3.99", "uv", "uv python install 3.99; or ask"),
        ("^3.99", "pyenv", "pyenv install 3.99; or ask"),
        ("<3.2", "uv", ""),
        ("nonsense", "uv", ""),
    ],
)
def test_none_that_fits(tmp_path: Path, bare: dict[str, str], wanted: str, tools: str, get: str) -> None:
    for name in tools.split():
        (tmp_path / name).touch(0o755)
    with pytest.raises(VenvhookError) as told:
        pythons.choose(wanted, str(tmp_path), str(tmp_path / "cache"), bare)
    assert told.value.problem.startswith(f"no Python {wanted} on this machine; there are {HERE}.")
    assert (told.value.remedy or "").startswith(f"to get it: {get}" if get else "ask for one of these")


def test_a_path_that_is_no_interpreter(tmp_path: Path, bare: dict[str, str]) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\necho no\n")
    (tmp_path / "script").chmod(0o755)
    for wanted, problem in (("./script", "is no"), ("./", "is no"), ("./nope", "does not exist"), ("~", "is no")):
        with pytest.raises(VenvhookError, match=problem):
            pythons.choose(wanted, str(tmp_path), str(tmp_path / "cache"), bare)


def test_an_environments_python_leads_to_its_base(home: Home) -> None:
    root = home.environment()
    chosen = pythons.choose(f"{root}/bin/python", str(home.shop), home.folders.cache, os.environ)
    assert os.path.realpath(chosen.path) == os.path.realpath(pythons.own().path)


# ---- what is not to be touched ---------------------------------------------------------------------------------------


def test_remove_keeps_off_what_is_more_than_an_environment(home: Home) -> None:
    root = home.environment()
    home.allowed()
    (root / "condabin").mkdir()
    assert "is conda's base environment; " in home.run("remove", "--yes").err
    (root / "condabin").rmdir()
    (root / "pyproject.toml").touch()
    for command in (["remove", "--yes"], ["rebuild"]):
        assert "holds more than an environment (pyproject.toml); " in home.run(*command).err
    (root / "pyproject.toml").unlink()
    home.patch.setattr(sys, "prefix", str(root))  # not the one that runs the tests: a defect here would delete it
    assert "is the environment that venvhook itself runs in" in home.run("remove", "--yes").err
    assert root.is_dir()


def test_two_at_once(home: Home) -> None:
    from venvhook.create.running import alone

    root = home.environment()
    home.allowed()
    with alone(home.folders.data, str(home.shop), "any"):
        for command in (["rebuild"], ["remove", "--yes"]):
            result = home.run(*command)
            assert result.err.startswith(
                f"venvhook: {home.shop}: another venvhook is making or removing its environment; "
            )
    assert environment.inspect(str(root))


def test_what_a_killed_removal_left_goes_with_the_next(home: Home) -> None:
    home.environment()
    home.allowed()
    left = home.shop / ".venvhook-gone-.venv"
    left.mkdir()
    (left / "half").touch()
    assert home.run("remove", "--yes").status == 0
    assert os.listdir(home.shop) == [".venvhook.toml"]


def test_a_tool_in_the_environment_itself_is_not_taken(home: Home) -> None:
    """It would be moved away while it works."""
    root = home.environment()
    home.allowed('manager = "poetry"\nvenv = ".venv"')
    (root / "bin/poetry").touch(0o755)
    home.patch.setenv("PATH", f"{root}/bin:/usr/bin:/bin")
    assert "the command poetry is not on PATH; " in home.run("rebuild").err


def test_what_decides_the_place_is_not_the_markers_to_change(home: Home) -> None:
    from venvhook.cli.wanted import Options, Wanted

    home.allowed('manager = "virtualenvwrapper"\nvenv = "x"\n[variables]\nWORKON_HOME = "/elsewhere"\nOTHER = "1"')
    order = Wanted(home.folders, None).order(Options())
    assert "WORKON_HOME" not in order.environ and order.environ["OTHER"] == "1"
    assert order.root == f"{home.home}/.virtualenvs/x"


# ---- what is told, and what is not done ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_500_000, "2 MB"), (2_500_000_000, "2.5 GB")],
)
def test_sizes_for_a_person(amount: int, text: str) -> None:
    assert known.readable(amount) == text


def test_a_marker_that_changed_meanwhile_is_left_as_it_is(home: Home) -> None:
    path = home.allowed("# ours\n")
    asked = Wanted(home.folders, None).asked
    path.write_text("# edited\n")
    with pytest.raises(VenvhookError, match="was edited meanwhile, so it is left as it is"):
        edit.change(home.folders, asked, {"python": "3"})
    assert path.read_text() == "# edited\n"


def test_a_marker_that_cannot_be_written(home: Home) -> None:
    with pytest.raises(VenvhookError, match=r"cannot be written .*; make its folder writable"):
        edit.write(str(home.shop), b"x")


def test_rebuild_notes_the_python_that_was_asked_for(home: Home) -> None:
    without_pip(home)
    path = home.allowed()
    assert f'python = "{HERE}" is noted there' in home.run("rebuild", "--python", HERE).out
    assert HERE in path.read_text()


def test_an_environment_in_the_home_folder_itself_is_not_removed(home: Home) -> None:
    (home.home / "pyvenv.cfg").touch()
    with pytest.raises(VenvhookError, match="is your home folder, or holds it"):
        guard.removable(str(home.home), str(home.shop), str(home.home))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_a_marker_of_another_user_makes_nothing(home: Home) -> None:
    path = home.allowed()
    os.chown(path, 54321, -1)
    assert "belongs to another user" in home.run("create").err
    assert os.listdir(home.shop) == [".venvhook.toml"]


def test_the_table_of_pythons_has_a_head(home: Home) -> None:
    assert home.run("pythons").out.split("\n")[0].split() == ["Python", "kind", "path"]


def test_what_a_tool_says_is_shown_and_what_it_leaves_in_its_temporary_folder_goes(home: Home) -> None:
    order = Order(str(home.shop), str(home.shop / ".venv"), sys.executable, os.environ)
    script = 'echo "$TMPDIR"; echo; echo " $TEMP $TMP "; : >"$TMPDIR/left"; exit 1'
    said: list[str] = []

    @contextlib.contextmanager
    def working(doing: str) -> Iterator[Callable[[str], None]]:
        yield said.append

    with pytest.raises(VenvhookError):
        create.make(order, Recipe([Step("trying", ["/bin/sh", "-c", script])]), working)
    folder, others = said
    assert os.path.basename(folder).startswith("venvhook-") and others == f"{folder} {folder}"
    assert not os.path.exists(folder)
