"""A home of its own for the tests of the command line; and which project a command means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from outside import live_in

from venvhook import cli, trust
from venvhook.cli import place, run
from venvhook.folders import Folders

PACKAGE = Path(__file__).parents[2]


class Result:
    """What a command came to."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def data(self) -> Any:
        return json.loads(self.out)


class Home:
    """An empty home with a project folder `shop`, which is the current folder."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.root, self.patch, self.capture = Path(os.path.realpath(root)), monkeypatch, capfd
        self.home, self.shop = self.root / "home", self.root / "home/shop"
        self.shop.mkdir(parents=True)
        data, cache, config = (str(self.root / name) for name in ("data", "cache", "config"))
        self.folders = Folders(data, cache, config, str(self.home))
        monkeypatch.setattr("venvhook.folders.record_path", lambda prefix="": str(self.root / "record/folders"))
        for name in [name for name in os.environ if "VENVHOOK" in name or name.startswith(("VIRTUAL_ENV", "PIP_"))]:
            monkeypatch.delenv(name)
        live_in(self.home, monkeypatch)
        self.go(self.shop)

    def go(self, folder: Path) -> None:
        """Go to a folder, as a shell does."""
        self.patch.chdir(folder)
        self.patch.setenv("PWD", str(folder))

    def marker(self, text: str = "", folder: Path | None = None) -> Path:
        path = (folder or self.shop) / ".venvhook.toml"
        path.write_text(text)
        return path

    def run(self, *arguments: str) -> Result:
        """Run a command in this process."""
        self.capture.readouterr()
        status = cli.main(arguments, self.folders)
        out, err = self.capture.readouterr()
        return Result(status, out, err)

    def process(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start a command as a process of its own."""
        code = f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); from venvhook import cli, folders; "
        code += f"sys.exit(cli.main(sys.argv[1:], folders.Folders(*{list(self.folders)!r})))"
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen([sys.executable, "-c", code, *arguments], text=True, **pipes)

    def finish(self, *arguments: str, **options: Any) -> Result:
        process = self.process(*arguments, **options)
        out, err = process.communicate(timeout=120)
        return Result(process.returncode, out, err)

    def environment(self, name: str = ".venv") -> Path:
        """A real environment in the project, without pip."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.shop / name], check=True)
        return self.shop / name

    def inside(self) -> dict[str, str]:
        """The variables inside the project of the current folder."""
        asked, plan = run.entered(self.folders, None)
        return run.apply(plan, asked.environ)

    def record(self, folder: Path | None = None) -> trust.Record | None:
        return trust.find(self.folders.data, os.path.realpath(folder or self.shop))

    def allowed(self, text: str = "") -> Path:
        """A marker that is allowed."""
        path = self.marker(text)
        assert self.run("allow").status == 0
        return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


def test_the_nearest_marker_upwards_is_meant(home: Home) -> None:
    home.marker()
    below = home.shop / "src/app"
    below.mkdir(parents=True)
    home.go(below)
    assert place.project(home.folders, None) == str(home.shop)
    home.go(home.home)
    assert place.project(home.folders, "shop/src/app") == str(home.shop)
    assert place.project(home.folders, str(home.shop)) == str(home.shop)


def test_the_folder_is_the_one_that_the_shell_names(home: Home) -> None:
    home.marker()
    link = home.home / "link"
    link.symlink_to(home.shop)
    home.go(link)
    assert place.project(home.folders, None) == str(link)
    assert place.project(home.folders, "../shop") == str(home.shop)
    home.patch.setenv("PWD", str(home.home))  # somebody else's: not where we are
    assert place.project(home.folders, None) == str(home.shop)


def test_a_search_ends_at_a_ceiling(home: Home) -> None:
    home.marker(folder=home.home)
    assert place.find(home.folders, None) == str(home.home)
    home.patch.setenv("VENVHOOK_CEILING", str(home.home))
    assert place.find(home.folders, None) is None
    home.patch.delenv("VENVHOOK_CEILING")
    Path(home.folders.config).mkdir()
    (Path(home.folders.config) / "config.toml").write_text('ceiling = ["~"]')
    assert place.find(home.folders, None) is None


@pytest.mark.parametrize("command", ["allow", "deny", "plan bash", "which", "run true", "create", "rebuild", "remove"])
def test_without_a_marker_every_command_names_the_place_and_init(home: Home, command: str) -> None:
    result = home.run(*command.split())
    assert result.status == 1
    assert result.err == f"venvhook: {home.shop}: no .venvhook.toml here or above; to write one: venvhook init\n"


def test_a_folder_that_is_none(home: Home) -> None:
    (home.shop / "file").touch()
    assert home.run("allow", "nope").err.startswith(f"venvhook: {home.shop}/nope: does not exist; ")
    assert home.run("allow", "file").err.startswith(f"venvhook: {home.shop}/file: is no folder; ")


def test_a_current_folder_that_was_deleted(home: Home) -> None:
    gone = home.home / "gone"
    gone.mkdir()
    home.go(gone)
    gone.rmdir()
    result = home.run("status")
    assert (result.status, result.err.count("\n")) == (1, 1)
    assert "current folder does not exist" in result.err
    home.go(home.shop)
