"""A clean home in which venvhook is installed, projects in it, and live shells.

Installing takes half a second, so it is done once for each test process (`Installation`), into an environment and a
data folder of its own; every `World` then has its own HOME, whose start-up files are those that the installer wrote,
with the test's own lines around them. Installing itself is tested in test_install.py, without this short cut.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .dialects import DIALECTS, Dialect
from .terminal import Terminal

PACKAGE = Path(__file__).parents[2]
BASE_PATH = "/usr/local/bin:/usr/bin:/bin"
DUMP = """#!{python} -IS
import os, sys
with open(sys.argv[0] + ".out", "wb") as file:
    for name, value in os.environb.items():
        file.write(name + b"=" + value + b"\\0")
"""
COUNT = """
import os as _os, sys as _sys
_file = _os.open({calls!r}, _os.O_WRONLY | _os.O_APPEND | _os.O_CREAT)
_os.write(_file, _os.fsencode(" ".join(_sys.argv[1:]).replace("\\n", "?") + "\\n"))
_os.close(_file)
"""


def make_environment(folder: Path, prompt: str | None = None) -> Path:
    """A real environment, without pip: 50 ms. Not made just now, for bash 3.2 compares files' times by the second."""
    venv.EnvBuilder(symlinks=True, with_pip=False, prompt=prompt).create(folder)
    long_ago = time.time() - 60
    os.utime(folder / "pyvenv.cfg", (long_ago, long_ago))
    return folder


def environ_of(home: Path) -> dict[str, str]:
    """All the variables that a test's processes start with."""
    places = [os.path.dirname(dialect.program) for dialect in DIALECTS.values()]
    base = BASE_PATH.split(":")
    folders = [*dict.fromkeys(place for place in places if place and place not in base), *base]
    found = {"HOME": str(home), "PATH": ":".join(folders), "TERM": "xterm-256color", "LANG": "C.UTF-8", "USER": "me"}
    for dialect in DIALECTS.values():
        found.update(dialect.environment)
    return found


def as_if_not_root() -> tuple[str, ...]:
    """What to start a program by that must not read what its owner may not: root can, unless deprived of that."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root reads everything, and there is no setpriv")
    return ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")


class Installation:
    """venvhook, installed for all shells into an environment and a home of its own."""

    def __init__(self, root: Path) -> None:
        self.home, self.data = root / "home", root / "home/.local/share/venvhook"
        self.python = str(make_environment(root / "env") / "bin/python")
        make_importable(Path(self.python))
        self.launcher = str(self.data / "hook/launch.py")
        self.cache = root / "home/.cache/venvhook"
        self.home.mkdir()
        for dialect in DIALECTS.values():
            for name in (dialect.early_rc, dialect.rc):
                (self.home / name).parent.mkdir(parents=True, exist_ok=True)
        self._install()
        self.calls = root / "calls"
        self._count_starts()

    def _install(self) -> None:
        if not all((PACKAGE / f"venvhook/shells/{name}.py").exists() for name in DIALECTS):
            run([self.python, "-I", str(PACKAGE / "tests/shell/by_hand.py"), "install"], environ_of(self.home))
            return
        shells = [word for name in DIALECTS for word in ("--shell", name)]
        run([self.python, "-I", "-m", "venvhook", "install", *shells], environ_of(self.home))

    def _count_starts(self) -> None:
        """Have the launcher say that it was started: no further process, nothing different for the hook."""
        text = Path(self.launcher).read_text()
        line = "\nimport sys\n"
        assert text.count(line) == 1
        Path(self.launcher).write_text(text.replace(line, COUNT.format(calls=str(self.calls)) + line))
        self.calls.write_text("")

    def starts(self) -> list[str]:
        """The arguments of each start of the launcher, since this was asked last."""
        lines = os.fsdecode(self.calls.read_bytes()).splitlines()
        self.calls.write_text("")
        return lines

    def hook(self, shell: str) -> Path:
        """The hook that the start-up files of a shell load."""
        return self.data / "hook" / ("venvhook." + {"pwsh": "ps1"}.get(shell, shell))

    def cli(self, *arguments: str, home: Path | None = None, cwd: str | Path = "/") -> str:
        """Run the command line as a shell's function `venvhook` does; its standard output."""
        command = [self.python, "-I", "-X", "utf8", self.launcher, "cli", *arguments]
        return run(command, environ_of(home or self.home), cwd)


def make_importable(python: Path) -> None:
    """Make venvhook and what it needs importable for an environment's interpreter, as if installed there."""
    site = next(python.parents[1].glob("lib/python*/site-packages"))
    (site / "venvhook-test.pth").write_text(f"{PACKAGE}\n{sysconfig.get_path('purelib')}\n")


def same_but_moves(got: dict[bytes, bytes], want: dict[bytes, bytes], ignored: tuple[bytes, ...] = ()) -> None:
    """Two environments are equal, byte for byte, but for where the shell stands and stood."""
    names = (got.keys() | want.keys()) - {b"PWD", b"OLDPWD", *ignored}
    different = sorted(name for name in names if got.get(name) != want.get(name))
    assert not different, "\n".join(f"{name!r}: got {got.get(name)!r}, want {want.get(name)!r}" for name in different)


def left(live: Terminal, shell: Dialect) -> dict[bytes, bytes]:
    """What is exported, with the folder once that pwsh puts in front of PATH: inside, an environment's stands there."""
    found = live.environ()
    first = found[b"PATH"].split(b":")[0] + b":"
    if shell.first_on_path and found[b"PATH"].startswith(first * 2):
        found[b"PATH"] = found[b"PATH"][len(first) :]
    return found


def run(command: list[str], env: dict[str, str], cwd: str | Path = "/") -> str:
    """The standard output of a command that must succeed; AssertionError with all that it said otherwise."""
    done = subprocess.run(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


class World:
    """One test's home, projects and shells; `dialect` is the shell that `start` starts."""

    def __init__(self, installation: Installation, dialect: Dialect) -> None:
        self.installation, self.dialect = installation, dialect
        self.root = Path(os.path.realpath(tempfile.mkdtemp(prefix="vh-")))
        self.home, self.work = self.root / "home", self.root / "w"
        self.terminals: list[Terminal] = []
        self.home.mkdir()
        self.work.mkdir()
        (self.home / ".local/share/fish/generated_completions").mkdir(
            parents=True
        )  # else fish makes them, in the background
        self.dump = self.root / "dump"
        self.dump.write_text(DUMP.format(python=os.path.realpath(sys.executable)))
        self.dump.chmod(0o755)
        for each in DIALECTS.values():
            self.write_rc(each)
        installation.starts()

    def write_rc(self, dialect: Dialect, before: str = "", after: str = "") -> None:
        """A shell's start-up files: `before`, what the installer wrote, `after`, and the test's prompt."""
        texts = dict.fromkeys((*dialect.installed_rc, dialect.early_rc, dialect.rc), "")
        for name in texts:
            installed = self.installation.home / name
            texts[name] = installed.read_text() if installed.exists() else ""
        if dialect.early_rc == dialect.rc:
            before = dialect.prompt_rc + before
        else:
            after = dialect.prompt_rc + after
        texts[dialect.early_rc] = before + "\n" + texts[dialect.early_rc]
        texts[dialect.rc] += after + "\n"
        for name, text in texts.items():
            (self.home / name).parent.mkdir(parents=True, exist_ok=True)
            (self.home / name).write_text(text)

    def start(
        self,
        before: str = "",
        after: str = "",
        env: dict[str, str] | None = None,
        cwd: str | Path | None = None,
        shell: str | None = None,
        arguments: tuple[str, ...] = (),
        wrapper: tuple[str, ...] = (),
    ) -> Terminal:
        """A live shell in `cwd` (default: the folder of the projects), at its first prompt; started by `wrapper`."""
        dialect = DIALECTS[shell] if shell else self.dialect
        self.write_rc(dialect, before, after)
        variables = {**environ_of(self.home), "SHELL": dialect.program, **(env or {})}
        terminal = Terminal([*wrapper, *dialect.argv, *arguments], variables, str(cwd or self.work), str(self.dump))
        self.terminals.append(terminal)
        return terminal

    def project(self, name: str = "app", marker: str | bytes = b"", env: bool = True, allow: bool = True) -> Path:
        """A project below the folder of the projects, with an environment `.venv` in it, and allowed."""
        folder = self.work / name
        folder.mkdir(parents=True, exist_ok=True)
        self.mark(folder, marker)
        if env:
            make_environment(folder / ".venv")
        if allow:
            self.cli("allow", str(folder))
        return folder

    def mark(self, folder: Path, marker: str | bytes) -> None:
        """Write a project's marker."""
        (folder / ".venvhook.toml").write_bytes(marker.encode() if isinstance(marker, str) else marker)

    def cli(self, *arguments: str, cwd: str | Path = "/") -> str:
        """Run `venvhook ARGUMENTS`, which must succeed, outside any shell; its standard output."""
        out = self.installation.cli(*arguments, home=self.home, cwd=cwd)
        self.installation.starts()
        return out

    def helper_calls(self) -> list[str]:
        """What the shells have asked the helper since this was asked last (`hook 2 plan bash /…`)."""
        return [line for line in self.installation.starts() if line.startswith("hook ")]

    @contextmanager
    def helper(self, text: str) -> Iterator[None]:
        """For a while, have the hooks start this Python program instead of the launcher."""
        launcher = Path(self.installation.launcher)
        right = launcher.read_text()
        launcher.write_text(text)
        try:
            yield
        finally:
            launcher.write_text(right)

    def close(self) -> None:
        """End the shells, take the home away, and what the installation that all tests share has kept of it."""
        for terminal in self.terminals:
            terminal.close()
        subprocess.run(["chmod", "-R", "u+rwx", str(self.root)], check=False, capture_output=True)
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.rmtree(f"{self.installation.cache}/plans{self.root}", ignore_errors=True)
