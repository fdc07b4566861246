"""`create`, `rebuild` and `remove`: what is never deleted, what is asked first, and what a rebuild keeps."""

from __future__ import annotations

import io
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

import pytest
from test_cli_home import Home
from test_cli_make import HERE, until, without_pip

from venvhook import environment
from venvhook.create import guard, packages
from venvhook.create.order import Order
from venvhook.errors import VenvhookError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    home = Home(tmp_path, monkeypatch, capfd)
    for name in ("PATH", "PYENV_ROOT"):  # no search among other interpreters
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    return home


def answering(home: Home, *answers: str) -> list[str]:
    """Somebody at a terminal who gives ANSWERS; what is asked, in turn."""
    asked: list[str] = []
    left = list(answers)

    def prompt(question: str, **options: object) -> str:
        asked.append(question)
        return left.pop(0)

    home.patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    home.patch.setattr("typer.confirm", lambda question, **options: prompt(question) == "y")
    home.patch.setattr("typer.prompt", prompt)
    return asked


def make(path: Path) -> Path:
    """An environment without pip in PATH."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-I", "-m", "venv", "--without-pip", str(path)], check=True)
    return path


def install(root: Path, name: str, version: str = "1.0", **files: str) -> Path:
    """What installing a distribution leaves in an environment."""
    (library,) = root.glob("lib/python*/site-packages")
    info = library / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    for file, text in files.items():
        (info / file.replace("__", ".")).write_text(text)
    return info


def tool(home: Home, name: str, script: str) -> Path:
    """A stand-in for a manager's command, by a shell's SCRIPT."""
    path = home.root / "tools" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    home.patch.setenv("PATH", f"{path.parent}:/usr/bin:/bin")
    return path


def refused(home: Home, words: str, kept: Path, *commands: list[str]) -> None:
    """Both deleting commands refuse in one line with WORDS, and KEPT is untouched."""
    before = sorted(map(str, kept.rglob("*")))
    for command in commands or (["remove", "--yes"], ["rebuild", "--yes"]):
        result = home.run(*command)
        assert (result.status, result.err.count("\n")) == (1, 1), result.err
        assert words in result.err, result.err
    assert sorted(map(str, kept.rglob("*"))) == before


# ---- What is never deleted -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [".git", "requirements.txt", "Pipfile", "setup.cfg", ".hg", "uv.lock", "manage.py"])
@pytest.mark.parametrize("said", [".venv", ".python-envs"])
def test_a_pulled_file_does_not_delete_another_projects_environment(home: Home, sign: str, said: str) -> None:
    home.allowed()
    legacy = home.home / "legacy"
    make(legacy / "deep/.venv")
    (legacy / sign).touch()
    (home.shop / said).write_text("../legacy/deep/.venv\n")
    refused(home, "its environment is not this project's", legacy)


def test_a_relative_redirect_deletes_beside_its_file_only(home: Home) -> None:
    (home.shop / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (home.shop / "uv.lock").touch()
    (home.shop / ".venv").write_text("env\n")
    root, namesake = make(home.shop / "env"), make(home.home / "other/env")
    home.allowed('manager = "uv"')
    home.go(namesake.parent)
    assert home.run("remove", "--yes", "../shop").out == f"{root}: removed\n"
    assert not root.exists() and environment.inspect(str(namesake))


def test_no_deleting_command_takes_a_relative_place(home: Home) -> None:
    make(home.shop / "env")
    for call in (guard.keep_off, guard.removable):
        with pytest.raises(AssertionError, match="relative path"):
            call("env", str(home.shop), str(home.home))
    from venvhook import create

    with pytest.raises(AssertionError, match="relative path"):
        create.remove("env", str(home.shop))
    assert (home.shop / "env").is_dir()


@pytest.mark.parametrize(
    ("inside", "sign"),
    [
        ("envs/other", "pyvenv.cfg"),
        ("envs/other", "anything"),
        ("a/b/c", "pyvenv.cfg"),
        ("a/b", "conda-meta/history"),
        ("lib/python3/site-packages/x", "pyvenv.cfg"),
    ],
)
def test_what_holds_another_environment_stays(home: Home, inside: str, sign: str) -> None:
    root = home.environment()
    path = root / inside / sign
    path.parent.mkdir(parents=True)
    path.touch()
    home.allowed()
    refused(home, "holds another environment (", root)


def test_a_link_to_an_environment_inside_does_not_count(home: Home) -> None:
    root = home.environment()
    (root / "link").symlink_to(make(home.home / "other"))
    home.allowed()
    assert home.run("remove", "--yes").status == 0
    assert environment.inspect(str(home.home / "other"))


@pytest.mark.parametrize("said", ["{home}/other", "{home}", "../other", "nowhere", "/gone", "{shop}/sub"])
def test_what_its_own_file_gives_to_another_project_stays(home: Home, said: str) -> None:
    (home.home / "other").mkdir()
    root = make(home.home / ".virtualenvs/thesis")
    text = said.format(home=home.home, shop=home.shop)
    (root / ".project").write_text(text + "\n")
    home.allowed('venv = "~/.virtualenvs/thesis"')
    if said == "{home}":  # a folder that holds the project, as a workspace's does
        assert home.run("remove", "--yes").status == 0
    else:
        refused(home, "its file .project says that it is the environment of ", root)


def test_what_its_own_file_gives_to_this_project_goes(home: Home) -> None:
    root = make(home.home / ".virtualenvs/thesis")
    (root / ".project").write_text(f"{home.shop}\n")
    home.allowed('manager = "virtualenvwrapper"')
    assert home.run("remove", "--yes").out == f"{root}: removed\n"


@pytest.mark.parametrize("sign", [".venvhook.toml", ".git", ".hg", ".svn"])
def test_a_project_inside_of_the_project_is_another_one(home: Home, sign: str) -> None:
    root = make(home.shop / "sub/.venv")
    (home.shop / "sub" / sign).touch()
    home.allowed('venv = "sub/.venv"')
    refused(home, "its environment is not this project's", root)
    link = home.shop / ".venv"
    link.symlink_to("sub/.venv")
    home.allowed('venv = ".venv"')
    refused(home, "its environment is not this project's", root, ["remove", "--yes"])
    assert link.is_symlink()


def test_a_part_of_the_project_is_none(home: Home) -> None:
    root = make(home.shop / "backend/.venv")
    (home.shop / "backend/pyproject.toml").touch()
    home.allowed('venv = "backend/.venv"')
    assert home.run("remove", "--yes").out == f"{root}: removed\n"


def test_a_clone_of_pyenv_is_no_project(home: Home) -> None:
    (home.home / ".pyenv/libexec").mkdir(parents=True)
    (home.home / ".pyenv/.git").touch()
    (home.home / ".pyenv/libexec/pyenv").touch()
    root = make(home.home / ".pyenv/versions/thesis")
    home.patch.setenv("PYENV_ROOT", str(home.home / ".pyenv"))
    (home.shop / ".python-version").write_text("thesis\n")
    home.allowed()
    assert "is only deleted when you say so" in home.run("rebuild").err
    assert home.run("remove", "--yes").out == f"{root}: removed\n"


def test_a_home_kept_by_git_is_no_project(home: Home) -> None:
    (home.home / ".git").mkdir()
    root = make(home.home / ".virtualenvs/thesis")
    project = home.root / "elsewhere"
    project.mkdir()
    home.marker('venv = "~/.virtualenvs/thesis"', project)
    home.go(project)
    assert home.run("allow").status == 0
    assert home.run("remove", "--yes").out == f"{root}: removed\n"


def test_what_is_venvhooks_own_stays(home: Home) -> None:
    for folder in (home.folders.data, home.folders.cache, home.folders.config):
        root = make(Path(folder) / "env")
        home.allowed(f'venv = "{root}"')
        refused(home, "files of venvhook's own", root)
        shutil.rmtree(root)
    root = home.environment()
    home.allowed()
    home.folders = home.folders._replace(data=str(root / "data"))
    assert home.run("allow").status == 0
    refused(home, "files of venvhook's own", root, ["remove", "--yes"])


def test_what_is_mounted_stays(home: Home) -> None:
    """A container's volume for the environment, and one inside it."""
    root = home.environment()
    home.allowed()
    for place in (root, root / "lib"):
        home.patch.setattr(guard, "_mounts", lambda place=place: {"/", str(place)})
        refused(home, f"{place}: is mounted there", root)


def test_what_belongs_to_another_user_stays(home: Home, give_away: Callable[[Path], None]) -> None:
    root = home.environment()
    home.allowed()
    give_away(root)
    refused(home, "belongs to another user (54321)", root)


def test_the_home_and_the_root_by_another_spelling(home: Home) -> None:
    (home.home / "pyvenv.cfg").touch()
    link = home.root / "way"
    link.symlink_to(home.home)
    for venv in (str(link), f"{link}/.", f"{home.shop}/..", f"/{home.home}", "/..", f"{link}/shop/../../home"):
        home.allowed(f'venv = "{venv}"')
        refused(home, "or holds it", home.home)


# ---- What is asked first ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["thesis\n", "../../home/.virtualenvs/thesis", "{home}/.virtualenvs/thesis"])
def test_what_is_not_in_the_project_is_deleted_only_after_a_question(home: Home, said: str) -> None:
    without_pip(home)
    root = make(home.home / ".virtualenvs/thesis")
    (root / "lib/mine").touch()
    (home.shop / ".venv").write_text(said.format(home=home.home))
    home.allowed()
    for command in ("rebuild", "remove"):
        result = home.run(command)
        told = f"{root}: is only deleted when you say so; to do it without being asked: venvhook {command} --yes"
        assert (result.status, result.err) == (1, f"venvhook: {told}\n")
    asked = answering(home, "n", "n")
    for command in ("rebuild", "remove"):
        assert home.run(command).err == f"venvhook: {root}: was not deleted\n"
    assert len(asked) == 2 and all(str(root) in each and "which is not in the project" in each for each in asked)
    assert (root / "lib/mine").exists()
    answering(home, "y")
    assert home.run("rebuild").status == 0
    assert environment.inspect(str(root)) and not (root / "lib/mine").exists()
    assert home.run("remove", "--yes").out == f"{root}: removed\n"
    assert (home.shop / ".venv").exists()  # which says where the next one is made


def test_in_the_project_nothing_is_asked_where_nothing_is_lost(home: Home) -> None:
    without_pip(home)
    root = home.environment()
    for name in ("pip", "setuptools", "wheel"):
        install(root, name)
    home.allowed()
    result = home.run("rebuild")
    assert (result.status, result.err) == (0, "") and not list(root.rglob("wheel*"))


# ---- Packages that a rebuild would lose ------------------------------------------------------------------------------


def a_rich_one(home: Home) -> Path:
    """An environment with a package, a folder and a command that nobody lists."""
    root = home.environment()
    install(root, "Six_Pack", "1.16", RECORD="../../../bin/six,,\nsix.py,,\n")
    (root / "bin/six").touch()
    (root / "bin/mine").write_text("#!/bin/sh\n")
    (root / "src/clone").mkdir(parents=True)
    (root / "src/clone/work").write_text("mine")
    return root


LOST = "six-pack 1.16, src/, bin/mine"


def test_without_a_terminal_a_rebuild_loses_nothing(home: Home) -> None:
    without_pip(home)
    root = a_rich_one(home)
    home.allowed()
    before = sorted(map(str, home.shop.rglob("*")))
    result = home.run("rebuild")
    assert result.status == 1 and result.err.count("\n") == 1
    assert result.err.startswith(f"venvhook: {root}: would lose {LOST}, so it is as it was; ")
    assert "venvhook rebuild --yes" in result.err
    assert sorted(map(str, home.shop.rglob("*"))) == before


def test_yes_drops_and_says_what(home: Home) -> None:
    without_pip(home)
    root = a_rich_one(home)
    home.allowed()
    result = home.run("rebuild", "--yes")
    assert result.status == 0 and f"not kept: {LOST}\n" in result.out
    assert not list(root.rglob("*ix*ack*")) and not (root / "src").exists()


@pytest.mark.parametrize(("answers", "status"), [(["c"], 1), (["what", "C"], 1), (["d"], 0), (["Drop"], 0)])
def test_what_is_lost_is_the_persons_to_decide(home: Home, answers: list[str], status: int) -> None:
    without_pip(home)
    root = a_rich_one(home)
    home.allowed()
    asked = answering(home, *answers)
    result = home.run("rebuild")
    assert (result.status, len(asked)) == (status, len(answers))
    assert f"the new environment lacks what was in the old one (3): {LOST}\n" in result.err
    assert (root / "src/clone/work").exists() is (status == 1)
    if status:
        assert result.err.endswith(f"{root}: was not rebuilt: it is as it was\n")
    assert sorted(os.listdir(home.shop)) == [".venv", ".venvhook.toml"]


INSTALLING = """\
case $1 in
venv) for last; do :; done; exec {python} -I -m venv --without-pip "$last" ;;
pip) shift 4; printf '%s\\n' "$@" >>{log}; exit {status} ;;
esac
"""


@pytest.mark.parametrize("status", [0, 3])
def test_they_are_installed_again(home: Home, status: int) -> None:
    log = home.root / "log"
    tool(home, "uv", INSTALLING.format(python=sys.executable, log=log, status=status))
    root = a_rich_one(home)
    install(root, "edited", direct_url__json='{"url": "file:///a%20b", "dir_info": {"editable": true}}')
    install(root, "pinned", direct_url__json='{"url": "https://x/p.git", "vcs_info": {"vcs": "git", "commit_id": "f"}}')
    install(root, "fetched", direct_url__json='{"url": "https://x/f.whl", "archive_info": {}}')
    home.allowed('manager = "uv"')
    answering(home, "i")
    result = home.run("rebuild")
    assert result.status == bool(status)
    assert log.read_text().split("\n")[:-1] == [
        "-e", "/a b", "fetched @ https://x/f.whl", "pinned @ git+https://x/p.git@f", "Six_Pack==1.16",
    ]  # fmt: skip
    assert (root / "src/clone/work").read_text() == "mine" and os.access(root / "bin/mine", os.F_OK)
    if status:
        assert list(root.rglob("Six_Pack*"))  # the old one is back
    else:
        assert f"installed again: edited 1.0, fetched 1.0, pinned 1.0, {LOST}\n" in result.out


def test_what_is_installed_is_told_by_files(home: Home) -> None:
    root = home.environment()
    (library,) = root.glob("lib/python*/site-packages")
    for name in ("old-1.2-py3.11.egg-info", "older-0.1.egg", "noversion.egg-info", "__pycache__", "plain", "x.py"):
        (library / name).mkdir()
    (library / "linked.egg-link").write_text("/srv/linked\n.\n")
    install(root, "broken", direct_url__json="[" * 100_000)
    found = packages.installed(str(root))
    assert {name: list(each.arguments) for name, each in found.items()} == {
        "old": ["old==1.2"], "older": ["older==0.1"], "noversion": ["noversion"], "linked": ["-e", "/srv/linked"],
        "broken": ["broken==1.0"],
    }  # fmt: skip
    prefix = home.home / "prefix"
    (prefix / "conda-meta").mkdir(parents=True)
    for name in ("python-3.12.1-h1_0.json", "libgcc-ng-13.2.0-h8_5.json", "history", "odd.json"):
        (prefix / "conda-meta" / name).touch()
    assert [(str(each), each.conda) for each in packages.lost(str(prefix), str(root))] == [("libgcc-ng 13.2.0", True)]


# ---- The kind --------------------------------------------------------------------------------------------------------


def conda_prefix(path: Path) -> Path:
    (path / "conda-meta").mkdir(parents=True)
    (path / "conda-meta/history").touch()
    (path / "conda-meta/python-3.11.2-h_0.json").touch()
    (path / "bin").mkdir()
    (path / "bin/python").symlink_to(sys.executable)
    return path


CONDA = """\
printf '%s\\n' "$*" >>{log}
case $1 in
create) mkdir -p "$4/conda-meta" "$4/bin"; touch "$4/conda-meta/history" "$4/conda-meta/python-3.11.2-h_0.json"
    ln -s {python} "$4/bin/python" ;;
esac
"""


@pytest.mark.parametrize("venv", [".conda", "envs/x", "deep/prefix"])
@pytest.mark.parametrize("dangling", [False, True])
def test_a_conda_prefix_stays_one(home: Home, venv: str, dangling: bool) -> None:
    root = conda_prefix(home.shop / venv)
    (root / "conda-meta/numpy-2.1-py311_0.json").touch()
    if dangling:
        (root / "bin/python").unlink()
        (root / "bin/python").symlink_to("/nowhere/python")
    (home.shop / "pyproject.toml").write_text("[tool.uv]\n")
    home.allowed(f'venv = "{venv}"')
    assert "the command conda is not on PATH" in home.run("rebuild", "--yes").err
    assert (root / "conda-meta/numpy-2.1-py311_0.json").exists()
    log = home.root / "log"
    tool(home, "conda", CONDA.format(log=log, python=sys.executable))
    answering(home, "i")
    result = home.run("rebuild")
    assert result.status == 0 and "installed again: numpy 2.1" in result.out
    first, second = log.read_text().splitlines()
    assert first == f"create --yes --prefix {root} python=3.11 pip"
    assert second == f"install --yes --prefix {root} numpy=2.1"


def test_another_kind_is_not_put_in_its_place(home: Home) -> None:
    without_pip(home)
    root = conda_prefix(home.shop / ".conda")
    for manager in ("venv", "uv", "virtualenv"):
        tool(home, manager, "exit 1")
        home.allowed(f'venv = ".conda"\nmanager = "{manager}"')
        refused(home, f"is a conda environment, and {manager} would make another kind in its place", root, ["rebuild"])
    plain = home.environment("plain")
    home.allowed('venv = "./plain"\nmanager = "conda"')
    refused(home, "is not a conda environment, and conda would make another kind", plain, ["rebuild"])
    (root / "conda-meta/pixi").touch()
    home.allowed('venv = ".conda"')
    refused(home, "is pixi's environment; to make it again: pixi reinstall", root, ["rebuild", "--yes"])


def test_what_its_settings_said_is_carried_over(home: Home) -> None:
    without_pip(home)
    root = home.shop / ".venv"
    command = [sys.executable, "-m", "venv", "--without-pip", "--system-site-packages", "--prompt", "my env's"]
    subprocess.run([*command, str(root)], check=True)
    before = environment.settings(str(root / "pyvenv.cfg"))
    home.allowed()
    for _ in range(2):
        assert home.run("rebuild").status == 0
        after = environment.settings(str(root / "pyvenv.cfg"))
        assert after["include-system-site-packages"] == "true"
        assert environment.inspect(str(root)).prompt == "my env's"
    assert before["prompt"] == after["prompt"]
    home.allowed('prompt = "marked"')
    assert home.run("rebuild").status == 0
    assert environment.inspect(str(root)).prompt == "marked"
    shutil.rmtree(root)
    assert home.run("create").status == 0
    assert environment.settings(str(root / "pyvenv.cfg"))["include-system-site-packages"] == "false"


MAKING = 'for last; do :; done; {python} -I -m venv --without-pip "$last"; echo "{name} = 1" >>"$last/pyvenv.cfg"'


@pytest.mark.parametrize("name", ["uv", "virtualenv"])
def test_the_tool_that_made_it_makes_it_again(home: Home, name: str) -> None:
    without_pip(home)
    root = home.environment()
    with open(root / "pyvenv.cfg", "a") as file:
        file.write(f"{name} = 1\n")
    home.allowed()
    tool(home, name, MAKING.format(python=sys.executable, name=name))
    home.patch.setenv("PATH", str(home.root / "tools"))
    assert f"({name}, " in home.run("rebuild").out
    (home.root / "tools" / name).unlink()  # without the tool, the standard library does
    assert "(venv, " in home.run("rebuild").out


# ---- What the project's folder holds is not run ----------------------------------------------------------------------


MODULES = ("venv", "logging", "ensurepip", "subprocess", "json", "pip", "encodings", "sitecustomize")


def test_no_module_of_the_project_is_run(home: Home) -> None:
    """By the real venv and the real pip, from a folder with modules and programs of their names."""
    pwned = home.root / "PWNED"
    for name in MODULES:
        for path in (home.shop / f"{name}.py", home.shop / name / "__init__.py", home.shop / name / "__main__.py"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"open({str(pwned)!r}, 'a').write({name!r})\n")
    home.patch.setenv("PYTHONPATH", ".")
    home.patch.setenv("PATH", f".::{home.root}")
    for word in ("uv", "virtualenv", "python3"):
        (home.shop / word).write_text(f"#!/bin/sh\necho {word} >>{pwned}\n")
        (home.shop / word).chmod(0o755)
    home.allowed('packages = ["./nowhere"]\n[variables]\nPYTHONPATH = "."\nPYTHONSTARTUP = "venv.py"')
    result = home.run("create")
    assert not pwned.exists(), pwned.read_text()
    assert "installing packages failed" in result.err and "nowhere" in result.err  # says the real pip
    home.allowed('manager = "uv"')
    assert "the command uv is not on PATH" in home.run("create").err and not pwned.exists()


def test_a_tool_that_installed_nothing_is_found_out(home: Home) -> None:
    log = home.root / "log"
    tool(home, "uv", INSTALLING.format(python=sys.executable, log=log, status=0))
    (home.shop / "needs.txt").write_text("first>=1\n# second\nthird[x] ; python_version < '3'\n-e .\nfourth==1 # why\n")
    home.allowed('manager = "uv"\nrequirements = ["needs.txt"]\npackages = ["Six_Pack[x]>=1", "./here", "a.whl"]')
    result = home.run("create")
    assert result.status == 1 and "(first, fourth, Six_Pack)" in result.err.splitlines()[-1]
    assert sorted(os.listdir(home.shop)) == [".venvhook.toml", "needs.txt"]


@pytest.mark.parametrize(
    ("installs", "names"),
    [
        (["x", "y[a,b] >= 1, <2", "z (>1)", "w===1", "v @ https://e/v.whl"], ["x", "y", "z", "w"]),
        (["-e", ".", "./x", "x.whl", "x.tar.gz", "https://e/x", "x; python_version < '3'", "-r"], []),
        (["x", "x"], ["x"]),
    ],
)
def test_what_is_asked_for_by_name(installs: list[str], names: list[str]) -> None:
    assert packages.named(installs) == names


# ---- Modes, and what git sees ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0o000, 0o002, 0o022, 0o077, 0o277, 0o777])
def test_any_umask_makes_what_is_accepted(home: Home, umask: int) -> None:
    without_pip(home)
    home.allowed('venv = "a/b"')
    before = os.umask(umask)
    try:
        assert home.run("create").status == 0
        assert home.run("rebuild").status == 0
        assert os.umask(umask) == umask  # which is the user's
    finally:
        os.umask(before)
    assert home.run("status", "--json").data["problem"] is None
    for path in (home.shop / "a", *(home.shop / "a").rglob("*")):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o600 == 0o600 and not mode & 0o002, path


def test_an_environment_in_the_project_is_kept_out_of_git(home: Home) -> None:
    without_pip(home)
    home.allowed()
    assert home.run("create").status == 0
    path = home.shop / ".venv/.gitignore"
    assert path.read_text() == "*\n"
    home.allowed('venv = "../elsewhere"')
    assert home.run("create").status == 0
    assert not (home.home / "elsewhere/.gitignore").exists()


def test_what_a_tool_wrote_for_git_stays(home: Home) -> None:
    tool(home, "uv", MAKING.format(python=sys.executable, name="uv") + '; echo mine >"$last/.gitignore"')
    home.allowed('manager = "uv"')
    assert home.run("create").status == 0
    assert (home.shop / ".venv/.gitignore").read_text() == "mine\n"


# ---- While it is made, and after it failed ---------------------------------------------------------------------------


WAITING = """\
for last; do :; done
{python} -I -m venv --without-pip "$last"
touch {here}/half
while [ ! -e {here}/on ]; do sleep 0.05; done
exit {status}
"""


@pytest.mark.parametrize("status", [0, 1])
def test_what_is_half_made_is_not_entered(home: Home, status: int) -> None:
    here = home.root / "here"
    here.mkdir()
    tool(home, "uv", WAITING.format(python=sys.executable, here=here, status=status))
    home.allowed('manager = "uv"')
    process = home.process("create")
    until(lambda: (here / "half").exists())
    assert (home.shop / ".venvhook-new-.venv").exists()
    seen = home.run("status", "--json").data
    assert "is still being made" in seen["environment"]["problem"]["problem"]
    assert "another venvhook is making or removing its environment" in home.run("rebuild").err
    (here / "on").touch()
    process.communicate(timeout=100)
    assert process.returncode == status
    assert not (home.shop / ".venvhook-new-.venv").exists()
    assert (home.shop / ".venv").exists() is (status == 0)


def test_one_that_was_killed_half_way_is_made_again(home: Home) -> None:
    here = home.root / "here"
    here.mkdir()
    tool(home, "uv", WAITING.format(python=sys.executable, here=here, status=0))
    home.allowed('manager = "uv"')
    process = home.process("create", start_new_session=True)
    until(lambda: (here / "half").exists())
    process.kill()
    process.communicate(timeout=100)
    (here / "on").touch()
    shutil.rmtree(home.shop / ".venv/bin")  # so that nothing shows what it was to become
    (home.shop / ".venv/pyvenv.cfg").unlink()
    assert "venvhook rebuild" in home.run("create").err
    assert home.run("rebuild").status == 0
    assert sorted(os.listdir(home.shop)) == [".venv", ".venvhook.toml"]
    assert home.run("remove", "--yes").status == 0
    assert os.listdir(home.shop) == [".venvhook.toml"]


@pytest.mark.parametrize("name", [".venvhook-new-src", ".venvhook-old-src", ".venvhook-gone-src"])
def test_a_pulled_file_makes_no_environment_of_a_folder(home: Home, name: str) -> None:
    (home.shop / "src").mkdir()
    (home.shop / "src/thesis").touch()
    (home.shop / ".venv").write_text("./src\n")
    (home.shop / name).touch()
    home.allowed()
    for command in (["remove", "--yes"], ["rebuild", "--yes"], ["create"]):
        assert home.run(*command).status == 1
    assert (home.shop / "src/thesis").exists()


def test_a_removal_names_what_is_no_part_of_an_environment(home: Home) -> None:
    root = a_rich_one(home)
    (root / "thesis").touch()
    home.allowed()
    asked = answering(home, "n")
    assert home.run("remove").status == 1 and (root / "thesis").exists()
    assert "with what is no part of an environment: src/, thesis, bin/mine?" in asked[0]


def test_an_environment_a_thousand_folders_deep(home: Home) -> None:
    root = home.environment()
    deep = root / "lib"
    for _ in range(6):
        deep = deep / "/".join(["d"] * 200)
        deep.mkdir(parents=True)
    home.allowed()
    assert home.run("list").status == 0
    assert home.run("remove", "--yes").out == f"{root}: removed\n"
    assert os.listdir(home.shop) == [".venvhook.toml"]


def test_the_lock_is_not_one_that_others_can_hold(home: Home) -> None:
    import fcntl

    without_pip(home)
    path = home.allowed()
    with open(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert home.run("create").status == 0
    folder = Path(home.folders.data) / "locks"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700 and len(os.listdir(folder)) == 1


PIPENV = "touch {here}/half; while [ ! -e {here}/on ]; do sleep 0.05; done; exit 1"


def test_the_users_work_during_a_create_that_fails_stays(home: Home) -> None:
    here = home.root / "here"
    here.mkdir()
    tool(home, "pipenv", PIPENV.format(here=here))
    pipfile = home.shop / "Pipfile"
    pipfile.write_text("[packages]\n")
    home.allowed('manager = "pipenv"')
    process = home.process("create")
    until(lambda: (here / "half").exists())
    pipfile.write_text("[packages]\nmine = '*'\n")
    (home.shop / "build/mine").mkdir(parents=True)
    (home.shop / "mine.egg-info").mkdir()
    (home.shop / "mine.egg-info/thesis").touch()
    (here / "on").touch()
    _, err = process.communicate(timeout=100)
    assert process.returncode == 1 and "making the environment failed" in err
    assert pipfile.read_text() == "[packages]\nmine = '*'\n"
    assert (home.shop / "build/mine").is_dir() and (home.shop / "mine.egg-info/thesis").exists()
    assert err.count("was changed in the meantime, so it is left as it is") == 2


SAID = ["Virtualenv location: {place}", "Creating virtualenv {name} in {parent}", "'{place}'."]


@pytest.mark.parametrize("said", SAID)
def test_one_that_a_tool_made_elsewhere_is_named(home: Home, said: str) -> None:
    place = home.home / "data dir/venvs/shop-x" if "location" in said else home.home / "data/venvs/shop-x"
    line = said.format(place=place, name=place.name, parent=place.parent)
    tool(home, "uv", f'{sys.executable} -I -m venv --without-pip "{place}"; cat <<"END"\n{line}\nEND')
    home.allowed('manager = "uv"')
    result = home.run("create")
    assert result.status == 1
    assert f"{home.shop}/.venv: no environment was made here; its tool made or used {place}: " in result.err
    assert environment.inspect(str(place)) and os.listdir(home.shop) == [".venvhook.toml"]


def test_those_that_a_tool_made_beside_it_are_named(home: Home) -> None:
    """As hatch does for a matrix."""
    tool(home, "uv", f"for name in py3.1 py3.2; do {sys.executable} -I -m venv --without-pip {home.home}/e/$name; done")
    home.allowed('manager = "uv"\nvenv = "../e/default"')
    assert f"made or used {home.home}/e/py3.1, {home.home}/e/py3.2: " in home.run("create").err


REDIRECTING = """\
for last; do :; done
{python} -I -m venv --without-pip "$last"
basename "$last" >"$last/../.venv"
{end}
"""


def test_the_redirect_that_virtualenv_writes_goes_with_its_environment(home: Home) -> None:
    (home.shop / "pyproject.toml").touch()
    home.allowed('manager = "virtualenv"\nvenv = "env312"')
    for end, status in (("exit 1", 1), ("exit 0", 0)):
        tool(home, "virtualenv", REDIRECTING.format(python=sys.executable, end=end))
        assert home.run("create").status == status
        assert (home.shop / ".venv").exists() is (status == 0)
    assert home.run("remove", "--yes").status == 0
    assert sorted(os.listdir(home.shop)) == [".venvhook.toml", "pyproject.toml"]


def test_what_a_redirect_names_can_be_made(home: Home) -> None:
    without_pip(home)
    (home.shop / ".venv").write_text("env312\nsecond\n")
    home.allowed()
    assert home.run("create").out.startswith(f"{home.shop}/env312: made with Python {HERE}")
    assert home.run("remove", "--yes").status == 0
    assert (home.shop / ".venv").read_text() == "env312\nsecond\n"
    assert home.run("create").status == 0


def test_locked_changes_no_lock_file(home: Home) -> None:
    lock = home.shop / "uv.lock"
    lock.write_text("first")
    script = f"{sys.executable} -I -m venv --without-pip .venv; printf second >uv.lock"
    tool(home, "uv", script)
    home.allowed('manager = "uv"')
    result = home.run("create", "--locked")
    assert result.status == 1 and f"{lock}: is out of date: its tool would change it" in result.err
    assert lock.read_text() == "first" and not (home.shop / ".venv").exists()
    assert home.run("create").status == 0 and lock.read_text() == "second"


def test_a_long_name(home: Home) -> None:
    without_pip(home)
    name = "n" * 250
    home.allowed(f'venv = "{name}"')
    assert home.run("create").status == 0
    assert home.run("rebuild").status == 0
    assert home.run("remove", "--yes").status == 0
    assert os.listdir(home.shop) == [".venvhook.toml"]


def test_an_order_says_what_is_carried_over() -> None:
    order = Order("/p", "/p/.venv", "/python", {})
    assert (order.system_packages, order.kept_prompt, order.earlier, order.said, order.told) == (False, "", "", [], [])


def test_ctrl_c_at_the_question_brings_the_old_one_back(home: Home) -> None:
    without_pip(home)
    root = a_rich_one(home)
    home.allowed()
    home.patch.setattr("sys.stdin.isatty", lambda: True, raising=False)

    def prompt(question: str, **options: object) -> str:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
        return "d"

    home.patch.setattr("typer.prompt", prompt)
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = [signal.getsignal(number) for number in numbers]
    try:
        assert home.run("rebuild").status == 130
    finally:
        for number, handler in zip(numbers, handlers):  # a command hears no second signal, to its process's end
            signal.signal(number, handler)
    assert (root / "src/clone/work").exists() and sorted(os.listdir(home.shop)) == [".venv", ".venvhook.toml"]


def test_a_marker_that_only_looks_is_no_environment(home: Home) -> None:
    with pytest.raises(VenvhookError, match="is no environment"):
        (home.shop / "x").mkdir()
        guard.removable(str(home.shop / "x"), str(home.shop), str(home.home))
