"""`init`: what it finds, what it writes, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Callable

import pytest
from test_cli_home import Home

from venvhook import marker
from venvhook.marker import Marker


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


def meaning(home: Home) -> Marker:
    return marker.parse(marker.read(str(home.shop)), "")


def test_an_empty_folder(home: Home) -> None:
    result = home.run("init")
    assert result.status == 0
    assert (home.shop / ".venvhook.toml").read_text() == 'venv = ".venv" # where the environment is\n'
    assert result.out.startswith("found nothing: ") and " nearest marker " not in result.out
    assert result.out.endswith("allowed; to make it: venvhook create\n")
    record = home.record()
    assert record and record.allowed
    assert os.stat(home.shop / ".venvhook.toml").st_mode & 0o022 == 0


def test_what_lies_in_the_folder(home: Home) -> None:
    home.environment("venv")
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-prod.txt"):
        (home.shop / name).touch()
    (home.shop / ".python-version").write_text("# pyenv\n3.12.4\n")
    (home.shop / ".env").write_text("SECRET=x\n")
    (home.shop / "pyproject.toml").write_text("[build-system]\nrequires = []\n")
    result = home.run("init")
    found = meaning(home)
    assert (found.venv, found.manager, found.python, found.dotenv) == ("venv", None, "3.12.4", (".env",))
    assert (found.requirements, found.packages) == (("requirements.txt", "requirements-dev.txt"), ("-e .",))
    for line in (
        "found venv: an environment with Python 3.",
        "found requirements-prod.txt: left out",
        "found .python-version: Python 3.12.4",
        "found .env: it sets SECRET",
        "found a package: installed from this folder",
    ):
        assert line in result.out
    assert "venvhook create\n" not in result.out
    assert all("#" in line for line in (home.shop / ".venvhook.toml").read_text().splitlines())


@pytest.mark.parametrize(
    ("file", "manager"),
    [("uv.lock", "uv"), ("poetry.lock", "poetry"), ("Pipfile", "pipenv"), ("pdm.lock", "pdm"), ("hatch.toml", "hatch")],
)
def test_the_manager_by_its_files(home: Home, file: str, manager: str) -> None:
    (home.shop / file).touch()
    (home.shop / "requirements.txt").touch()
    result = home.run("init")
    assert result.status == 0 and f"found {file}: a project of {manager}\n" in result.out
    found = meaning(home)
    assert (found.manager, found.venv) == (manager, None)
    assert bool(found.requirements) == (manager == "uv")


def test_two_managers_are_told(home: Home) -> None:
    (home.shop / "Pipfile").touch()
    (home.shop / "poetry.lock").touch()
    result = home.run("init")
    assert meaning(home).manager == "poetry"
    assert "found Pipfile: a project of pipenv" in result.out and "taken is poetry; " in result.out


def test_options_win(home: Home) -> None:
    (home.shop / "poetry.lock").touch()
    (home.shop / ".python-version").write_text("3.9")
    arguments = ["--venv", '~/a "b"', "--python", ">=3.11", "--manager", "virtualenv", "--prompt", "it's"]
    assert home.run("init", *arguments).status == 0
    found = meaning(home)
    assert (found.venv, found.python, found.manager, found.prompt) == ('~/a "b"', ">=3.11", "virtualenv", "it's")


def test_what_cannot_be_a_marker_is_not_written(home: Home) -> None:
    result = home.run("init", "--manager", "poetri")
    assert result.status == 1 and "did you mean poetry?" in result.err
    assert os.listdir(home.shop) == []


def test_a_python_version_that_names_an_environment_is_left_out(home: Home) -> None:
    (home.shop / ".python-version").write_text("shop-env\n")
    assert "shop-env, which is no version: left out" in home.run("init").out
    assert meaning(home).python is None


def test_a_dotenv_file_that_cannot_be_loaded_is_left_out(home: Home) -> None:
    (home.shop / ".env").write_text("HOME=/x\n")
    assert f"found .env, left out: {home.shop}/.env:1: HOME is the user's own" in home.run("init").out
    assert meaning(home).dotenv == ()


def test_a_marker_is_only_written_over_by_force(home: Home) -> None:
    home.marker("# mine")
    result = home.run("init")
    assert result.status == 1
    assert result.err == (
        f"venvhook: {home.shop}/.venvhook.toml: exists already; "
        "to allow it: venvhook allow; to add what is found now: venvhook init --force\n"
    )
    assert home.record() is None
    assert home.run("init", "--force").status == 0
    assert (home.shop / ".venvhook.toml").read_text() == '# mine\nvenv = ".venv" # where the environment is\n'


KEPT = """\
# For all of us.
python = "3.9" # the server's

requirements = []
[variables]   # ours
A = '1'
"""


def test_force_keeps_what_is_written_and_adds_what_is_found(home: Home) -> None:
    path = home.marker(KEPT)
    path.chmod(0o600)
    (home.shop / "Pipfile").touch()
    (home.shop / "requirements.txt").touch()
    (home.shop / ".python-version").write_text("3.11")
    (home.shop / ".env").write_text("B=1\n")
    assert home.run("init", "--force", "--manager", "venv").status == 0
    added = (
        'venv = ".venv" # where the environment is\nmanager = "venv" # whose environment it is\n'
        'dotenv = [".env"] # variables that are set while inside\n'
    )
    first, last = KEPT.split("[variables]")
    assert path.read_text().split() == (first + added + "[variables]" + last).split()
    assert path.stat().st_mode & 0o777 == 0o600
    again = path.read_bytes()
    assert home.run("init", "--force").status == 0 and path.read_bytes() == again


def test_force_changes_what_is_asked_for(home: Home) -> None:
    path = home.marker(KEPT)
    result = home.run("init", "--force", "--python", "3.12", "--prompt", "x")
    assert result.status == 0 and "found" not in result.out
    assert 'python = "3.12" # the server\'s\n' in path.read_text() and "# For all of us.\n" in path.read_text()
    found = meaning(home)
    assert (found.python, found.prompt, found.variables) == ("3.12", "x", (("A", "1"),))
    record = home.record()
    assert record and record.allowed and record.newest.marker == path.read_bytes()


def test_force_keeps_line_ends_and_the_byte_order_mark(home: Home) -> None:
    path = home.shop / ".venvhook.toml"
    path.write_bytes(b"\xef\xbb\xbf# mine\r\nprompt = 'p'\r\n")
    assert home.run("init", "--force").status == 0
    text = path.read_bytes()
    assert (
        text.startswith(b"\xef\xbb\xbf# mine\r\nprompt = 'p'\r\nvenv = ")
        and text.count(b"\n") == text.count(b"\r\n") == 3
    )


@pytest.mark.parametrize("text", ["nope = 1\n", "venv = \n", "# " + "x" * 4090 + "\n"])
def test_force_loses_nothing_of_what_is_not_understood(home: Home, text: str) -> None:
    path = home.marker(text)
    result = home.run("init", "--force")
    assert result.status == 1 and result.err.startswith(f"venvhook: {path}:") and result.err.count("\n") == 1
    assert path.read_text() == text and home.record() is None


def test_a_folder_that_cannot_be_trusted(home: Home) -> None:
    home.shop.chmod(0o777)
    result = home.run("init")
    assert result.status == 1 and result.err.startswith(f"venvhook: {home.shop}: everybody may write to it; ")
    assert os.listdir(home.shop) == []


def test_the_marker_of_a_folder_above_is_left_alone(home: Home) -> None:
    home.marker("# above", home.home)
    result = home.run("init")
    assert result.status == 0
    assert (home.home / ".venvhook.toml").read_text() == "# above"
    assert f"what {home.home}/.venvhook.toml says does not hold in here any more: " in result.out
    assert home.record() and not home.record(home.home)


# ---- --private -------------------------------------------------------------------------------------------------------


def git(home: Home, folder: Path, *arguments: str) -> str:
    options = ["-c", "user.name=me", "-c", "user.email=me@localhost"]
    done = subprocess.run(["git", *options, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def test_private_keeps_the_marker_out_of_git(home: Home) -> None:
    git(home, home.shop, "init", "-q")
    exclude = home.shop / ".git/info/exclude"
    exclude.write_text("*.tmp")
    below = home.shop / "a [b]"
    below.mkdir()
    for folder in (home.shop, below):
        home.go(folder)
        assert home.run("init", "--private").status == 0
        assert home.run("init", "--private", "--force").status == 0
    assert exclude.read_text() == "*.tmp\n/.venvhook.toml\n/a \\[b]/.venvhook.toml\n"
    assert git(home, home.shop, "status", "--porcelain") == ""


def test_private_in_a_worktree(home: Home) -> None:
    git(home, home.shop, "init", "-q")
    git(home, home.shop, "commit", "-q", "--allow-empty", "-m", "one")
    git(home, home.shop, "worktree", "add", "-q", "../other")
    home.go(home.home / "other")
    assert home.run("init", "--private").status == 0
    assert git(home, home.home / "other", "status", "--porcelain") == ""


def test_private_writes_through_no_link(home: Home) -> None:
    """An unpacked archive can bring one that leads to a start-up file, and a folder named like a command."""
    git(home, home.shop, "init", "-q")
    startup = home.home / ".bashrc"
    startup.write_text("# mine\n")
    (home.shop / ".git/info/exclude").unlink()
    (home.shop / ".git/info/exclude").symlink_to(startup)
    result = home.run("init", "--private")
    assert result.status == 1 and result.err.count("\n") == 1 and "exclude: is a symlink; " in result.err
    assert startup.read_text() == "# mine\n"
    assert os.listdir(home.shop) == [".git"]


def test_private_outside_of_git_writes_nothing(home: Home) -> None:
    result = home.run("init", "--private")
    assert result.err == f"venvhook: {home.shop}: not in a git work tree; leave --private out\n"
    assert result.status == 1 and os.listdir(home.shop) == []


def plain_tree(root: Path) -> list[str]:
    """All that is below ROOT, links not followed, and what the files hold."""
    found = [path for path in root.rglob("*") if path.is_symlink() or path.is_file()]
    return sorted(f"{path}: {os.readlink(path) if path.is_symlink() else path.read_bytes()!r}" for path in found)


def repository(path: Path) -> Path:
    """What looks like git's folder."""
    (path / "info").mkdir(parents=True)
    (path / "HEAD").write_text("ref: refs/heads/main\n")
    return path


def refused_privately(home: Home, words: str) -> None:
    before = plain_tree(home.root)
    result = home.run("init", "--private")
    assert (result.status, result.err.count("\n")) == (1, 1), result.err
    assert words in result.err, result.err
    assert plain_tree(home.root) == before


@pytest.mark.parametrize("name", [".git", ".git/info", ".git/info/exclude"])
@pytest.mark.parametrize("dangling", [False, True])
def test_private_follows_no_link_at_any_step(home: Home, name: str, dangling: bool) -> None:
    """Below git's folder, each of them could lead to where a shell reads its startup files from."""
    repository(home.home / "victim")
    (home.home / "victim/info/exclude").touch()
    repository(home.shop / ".git")
    path = home.shop / name
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    target = home.home / ("victim" + name[len(".git") :])
    path.symlink_to(home.home / "gone" if dangling else target)
    refused_privately(home, f"{path}: is a symlink; ")


@pytest.mark.parametrize(
    "said",
    ["gitdir: store", "gitdir: ../victim", "gitdir: ../victim/.git", "gitdir: ../victim/.git/worktrees/x", "anything",
     "gitdir: ../victim/.git/modules/x", "gitdir: link/worktrees/x", "gitdir: ", "gitdir: .git", ""],
)  # fmt: skip
def test_private_believes_no_git_file_of_an_archive(home: Home, said: str) -> None:
    victim = repository(home.home / "victim/.git")
    repository(victim / "worktrees/x")
    (victim / "worktrees/x/gitdir").write_text(f"{home.home}/mine/.git\n")
    repository(victim / "modules/x")
    (victim / "modules/x/config").write_text("[core]\n\tworktree = ../../../mine\n")
    store = repository(home.shop / "store")
    (store / "info").rmdir()
    (store / "info").symlink_to(home.home)
    (home.shop / "link").symlink_to(victim)
    (home.shop / ".git").write_text(said + "\n")
    refused_privately(home, "leads to a folder that git would not have put there; ")


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\ntouch PWNED #"])
def test_private_writes_no_line_of_a_folders_name(home: Home, end: str) -> None:
    repository(home.shop / ".git")
    below = home.shop / f"x{end}y"
    below.mkdir()
    home.go(below)
    refused_privately(home, "has a line end in its name")


def test_private_writes_to_no_second_name_of_a_file(home: Home) -> None:
    repository(home.shop / ".git")
    startup = home.home / ".bashrc"
    startup.write_text("# mine\n")
    os.link(startup, home.shop / ".git/info/exclude")
    refused_privately(home, "is not a plain file of yours alone")


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_private_waits_for_no_fifo(home: Home, kind: str) -> None:
    repository(home.shop / ".git")
    path = home.shop / ".git/info/exclude"
    os.mkfifo(path) if kind == "fifo" else path.mkdir()
    refused_privately(home, "exclude: ")


def test_private_writes_to_nothing_of_another_user(home: Home, give_away: Callable[[Path], None]) -> None:
    repository(home.shop / ".git")
    give_away(home.shop / ".git/info")
    refused_privately(home, "info: belongs to another user")


def test_private_in_a_submodule(home: Home) -> None:
    git(home, home.home, "init", "-q", "lib")
    git(home, home.home / "lib", "commit", "-q", "--allow-empty", "-m", "one")
    git(home, home.shop, "init", "-q")
    local = ["-c", "protocol.file.allow=always"]
    git(home, home.shop, *local, "submodule", "--quiet", "add", str(home.home / "lib"), "lib")
    home.go(home.shop / "lib")
    assert home.run("init", "--private").status == 0
    assert git(home, home.shop / "lib", "status", "--porcelain") == ""


def test_private_starts_nothing(home: Home) -> None:
    """A `git` that lies in the project, as it counts on Windows."""
    repository(home.shop / ".git")
    (home.shop / "git").write_text(f"#!/bin/sh\ntouch {home.root}/PWNED\n")
    (home.shop / "git").chmod(0o755)
    home.patch.setenv("PATH", f".:{home.shop}")
    assert home.run("init", "--private").status == 0
    assert (home.shop / ".git/info/exclude").read_text() == "/.venvhook.toml\n"
    assert not (home.root / "PWNED").exists()


def test_force_leaves_a_link_as_it_is(home: Home) -> None:
    (home.home / "shared.toml").write_text("# ours\n")
    path = home.shop / ".venvhook.toml"
    path.symlink_to("../shared.toml")
    before = plain_tree(home.home)
    result = home.run("init", "--force", "--python", "3.12")
    assert result.status == 1 and f"{path}: is a symlink, so it is left as it is; " in result.err
    assert plain_tree(home.home) == before


def test_private_without_gits_folder_for_it(home: Home) -> None:
    subprocess.run(["git", "init", "--quiet", "--template=", home.shop], check=True)
    assert not (home.shop / ".git/info").exists()
    assert home.run("init", "--private").status == 0
    assert (home.shop / ".git/info/exclude").read_text() == "/.venvhook.toml\n"


@pytest.mark.parametrize(("data", "left_out"), [(b"x = = 1\n", False), (b"[tool.poetry]\0\n", True)])
def test_a_broken_pyproject_is_told(home: Home, data: bytes, left_out: bool) -> None:
    (home.shop / "pyproject.toml").write_bytes(data)
    result = home.run("init")
    assert result.status == 0
    assert f"venvhook: {home.shop}/pyproject.toml:1: " in result.err
    assert (f"left out: {home.shop}/pyproject.toml:1: " in result.out) is left_out
