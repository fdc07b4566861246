"""Installing: start-up files get one block and lose it byte for byte; a broken installation never costs the prompt.

Guards scenarios 46 to 49. What install.sh does around this is tested in tests/install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from .dialects import Dialect
from .terminal import Terminal
from .world import Installation, World, environ_of, same_but_moves


class Fresh:
    """A home in which nothing is installed yet, below a folder of the given name."""

    def __init__(self, root: Path, dialect: Dialect, python: str) -> None:
        self.root, self.dialect, self.python = root, dialect, python
        self.home = root / "home"
        self.home.mkdir(parents=True)
        self.variables = environ_of(self.home)

    @property
    def rc(self) -> Path:
        return self.home / self.dialect.installed_rc[0]

    def venvhook(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.python, "-I", "-m", "venvhook", *arguments]
        return subprocess.run(
            command, env=self.variables, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )

    def install(self) -> None:
        done = self.venvhook("install", "--shell", self.dialect.name)
        assert done.returncode == 0, done.stdout + done.stderr

    def uninstall(self) -> None:
        done = self.venvhook("uninstall")
        assert done.returncode == 0, done.stdout + done.stderr

    def files(self) -> dict[str, object]:
        """What the home holds beside venvhook's own folders and backups: content and mode, or where a link leads."""
        found: dict[str, object] = {}
        for path in sorted(self.home.rglob("*")):
            name = str(path.relative_to(self.home))
            if "venvhook/" in name or "backup" in name or name.endswith("~") or path.is_dir():
                continue
            found[name] = os.readlink(path) if path.is_symlink() else (path.read_bytes(), path.stat().st_mode & 0o777)
        return found


@pytest.fixture
def fresh(shell: Dialect, installation: Installation, tmp_path: Path) -> Fresh:
    return Fresh(Path(os.path.realpath(tmp_path)) / "it", shell, installation.python)


def _nothing(fresh: Fresh) -> None:
    pass


def _text(data: bytes, mode: int = 0o644) -> Callable[[Fresh], None]:
    def make(fresh: Fresh) -> None:
        fresh.rc.parent.mkdir(parents=True, exist_ok=True)
        fresh.rc.write_bytes(data)
        fresh.rc.chmod(mode)

    return make


def _linked(fresh: Fresh) -> None:
    (fresh.home / "dotfiles").mkdir()
    (fresh.home / "dotfiles/rc").write_bytes(b"# mine\n")
    fresh.rc.parent.mkdir(parents=True, exist_ok=True)
    fresh.rc.symlink_to(os.path.relpath(fresh.home / "dotfiles/rc", fresh.rc.parent))


HOMES: dict[str, Callable[[Fresh], None]] = {
    "missing": _nothing,
    "empty": _text(b""),
    "plain": _text(b"# mine\n"),
    "no final newline": _text(b"# mine"),
    "crlf": _text(b"# mine\r\n# more\r\n"),
    "mode": _text(b"# mine\n", 0o600),
    "not utf-8": _text(b"# \xff\xfe\n"),
    "link": _linked,
}


@pytest.mark.scenario(46)
@pytest.mark.parametrize("kind", HOMES)
def test_twice_is_once_and_back_again_is_nothing(fresh: Fresh, kind: str) -> None:
    HOMES[kind](fresh)
    before = fresh.files()
    fresh.install()
    once = fresh.files()
    assert once != before
    if fresh.rc.is_symlink() != (kind == "link"):
        pytest.fail("a link must stay a link, a file a file")
    fresh.install()
    assert fresh.files() == once
    fresh.uninstall()
    assert fresh.files() == before
    fresh.uninstall()
    assert fresh.files() == before


@pytest.mark.scenario(46)
def test_a_read_only_file_is_respected(fresh: Fresh) -> None:
    if fresh.dialect.name == "fish":
        pytest.skip("fish gets a file of its own")
    _text(b"# mine\n", 0o444)(fresh)
    before = fresh.files()
    done = fresh.venvhook("install", "--shell", fresh.dialect.name)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(fresh.rc) in line and "by hand" in line
    assert fresh.files() == before


@pytest.mark.scenario(46)
def test_edits_beside_the_block_survive(fresh: Fresh) -> None:
    if fresh.dialect.name == "fish":
        pytest.skip("fish gets a file of its own")
    _text(b"# above\n")(fresh)
    fresh.install()
    fresh.rc.write_bytes(b"# new top\n" + fresh.rc.read_bytes() + b"# new end\n")
    fresh.install()
    fresh.uninstall()
    assert fresh.rc.read_bytes() == b"# new top\n# above\n# new end\n"


@pytest.mark.scenario(46)
@pytest.mark.shells("zsh")
def test_zdotdir(fresh: Fresh) -> None:
    (fresh.home / "zsh").mkdir()
    (fresh.home / ".zshenv").write_text('export ZDOTDIR="$HOME/zsh"\n')
    before = fresh.files()
    fresh.install()
    assert "venvhook" in (fresh.home / "zsh/.zshrc").read_text()
    assert not (fresh.home / ".zshrc").exists()
    fresh.uninstall()
    assert fresh.files() == before


@pytest.mark.scenario(46)
@pytest.mark.shells("bash", "zsh", "fish")
def test_a_hook_that_is_gone_is_silent(fresh: Fresh) -> None:
    """Somebody deletes the data folder, or shares his dotfiles with another machine."""
    fresh.install()
    shutil.rmtree(fresh.home / ".local/share/venvhook")
    done = subprocess.run(
        [fresh.dialect.program, "-i", "-c", "echo there"],
        env=fresh.variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "there\n"
    assert "venvhook" not in done.stderr


@pytest.mark.scenario(47)
@pytest.mark.parametrize("name", ["with blanks", "it's", 'quo"te', "$(touch HARM)", "back\\slash", "é"])
def test_a_home_of_any_name(
    shell: Dialect, installation: Installation, tmp_path: Path, name: str, world: World
) -> None:
    fresh = Fresh(Path(os.path.realpath(tmp_path)) / name, shell, installation.python)
    fresh.install()
    text = (fresh.home / shell.installed_rc[0]).read_text()
    app = world.project()
    (fresh.home / ".local/share/fish/generated_completions").mkdir(parents=True)
    launcher = fresh.home / ".local/share/venvhook/hook/launch.py"
    done = subprocess.run(
        [fresh.python, "-I", launcher, "cli", "allow", str(app)], env=fresh.variables, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rc = fresh.home / shell.rc
    rc.parent.mkdir(parents=True, exist_ok=True)
    rc.write_text(shell.prompt_rc + (text if str(rc).endswith(shell.installed_rc[0]) else ""))
    live = Terminal(shell.argv, fresh.variables, str(app), str(world.dump))
    world.terminals.append(live)
    assert (live.first, live.prefix()) == ("", "(app) ")
    assert live.run("venvhook --version").startswith("venvhook")
    assert not list(tmp_path.rglob("HARM"))


@pytest.fixture
def own(shell: Dialect, tmp_path: Path) -> Iterator[World]:
    """A home with an installation that the test may break."""
    world = World(Installation(Path(os.path.realpath(tmp_path))), shell)
    yield world
    world.close()


BREAKS: dict[str, Callable[[Installation], None]] = {
    "python gone": lambda it: os.rename(it.python, it.python + ".gone"),
    "launcher gone": lambda it: os.rename(it.launcher, it.launcher + ".gone"),
    "helper crashes": lambda it: _replace(it, "raise SystemExit('it broke')\n"),
    "helper crashes silently": lambda it: _replace(it, "raise SystemExit(3)\n"),
    "helper is killed": lambda it: _replace(it, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"),
    "helper says nothing": lambda it: _replace(it, "pass\n"),
    "helper says nonsense": lambda it: _replace(it, "print('nonsense')\n"),
}


def _replace(it: Installation, text: str) -> None:
    Path(it.launcher).write_text(text)


@pytest.mark.scenario(48)
@pytest.mark.parametrize("how", BREAKS)
def test_a_broken_helper_costs_one_message(own: World, how: str) -> None:
    app, other = own.project(), own.project("other")
    live = own.start()
    live.run("cd other")
    assert live.prefix() == "(other) "
    BREAKS[how](own.installation)
    before = own.start().environ()
    said = live.run(f"cd {app}")
    assert "venvhook: " in said and said.count("\n") <= 1, said
    assert live.prefix() == ""
    assert live.run("") == "" and live.run("cd .") == ""
    same_but_moves(live.environ(), before)
    live.run(f"cd {other}")
    assert live.prefix() == "(other) ", "what is kept needs no helper"
    live.run("cd ..")
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(48)
def test_a_cache_that_cannot_be_written_costs_time_only(own: World) -> None:
    app = own.project()
    shutil.rmtree(own.installation.cache, ignore_errors=True)
    own.installation.cache.write_text("")
    live = own.start()
    for _ in range(2):
        assert live.run(f"cd {app}") == ""
        assert live.prefix() == "(app) "
        live.run("cd ..")
        assert live.prefix() == ""


@pytest.mark.scenario(49)
def test_an_upgrade_while_shells_are_open(own: World) -> None:
    """The hook and the plans of another interface version arrive; a shell that is open goes on with its own."""
    own.project()
    own.project("new")
    live = own.start()
    live.run("cd app")
    hook = own.installation.hook(own.dialect.name)
    folder = hook.parent
    for file in folder.iterdir():
        if file.name.startswith("venvhook."):
            file.write_text("# another version\n")
    assert live.run("cd ..") == ""
    assert live.run("cd new") == ""
    assert live.prefix() == "(new) "
    live.run("cd ../app")
    assert live.prefix() == "(app) "
