"""Projects to walk through: each tool has a HOME of its own, and the same tree of projects below it."""

from __future__ import annotations

import itertools
import os
import subprocess
import time
from pathlib import Path

from shell.world import Installation, environ_of, make_environment

from .obtain import BASE_PYTHON, NotHere, obtain, version
from .result import Asked
from .session import Session
from .shells import Shell
from .tools import VENVHOOK, Tool


class Uncounted(Installation):
    """venvhook as its installer installs it, without the note that the tests take of each start."""

    def _count_starts(self) -> None:
        pass


class Ground:
    """One tool's HOME, a folder that is no project, and the project `app`. Raises NotHere."""

    def __init__(self, asked: Asked, tool: Tool) -> None:
        root = asked.root / tool.name.replace(" ", "-")
        self.asked, self.tool, self.work = asked, tool, root / "w"
        self.home, self.python, self.program = self._installed(root)
        self.names: dict[str, Path | str] = {
            "home": self.home,
            "plain": self.work / "plain",
            "tool": self.program,
            "here": self.program.parent,
            "python": self.python,
            "bench": Path(__file__).parent,
        }
        (self.work / "plain/sub").mkdir(parents=True)
        (self.home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        self.environ = environ_of(self.home)
        self.environ["PATH"] = f"{self.program.parent}:{self.environ['PATH']}"
        # A PowerShell that is ended from outside leaves sockets there. They must not fill the folder of all projects.
        self.environ["TMPDIR"] = str(root / "tmp")
        (root / "tmp").mkdir()
        self.environ.update({name: text.format(**self.names) for name, text in tool.environ.items()})
        self._run(tool.setup.format(**self.names))
        self.counter = itertools.count(1)
        self.app = self.project("app")
        self.names["app"] = self.app

    def _installed(self, root: Path) -> tuple[Path, str, Path]:
        root.mkdir()
        if self.tool is VENVHOOK:
            installed = Uncounted(root)
            return installed.home, installed.python, installed.data / "hook"
        (root / "home").mkdir()
        if self.tool.origin == "here":
            return root / "home", str(make_environment(root / "env") / "bin/python"), root / "env/bin/python"
        return root / "home", BASE_PYTHON, obtain(self.tool, self.asked.fetched, self.asked.given)

    def project(self, name: str = "") -> Path:
        """A new project that holds what the tool needs, and is allowed."""
        name = name or f"app{next(self.counter)}"
        folder = self.work / name
        (folder / "src").mkdir(parents=True)
        make_environment(folder / ".venv")
        for file, text in self.tool.files.items():
            (folder / file).write_text(self.text(text, folder))
        for link, target in self.tool.links.items():
            path = Path(self.text(link, folder))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(self.text(target, folder))
        self.allow(folder)
        return folder

    def edit(self) -> None:
        """`app` gets new bytes, which are allowed."""
        if self.tool.edited:
            number = next(self.counter)
            with open(self.app / self.tool.edited, "a") as file:
                file.write(f"# {number}\n")
            os.utime(file.name, (time.time() + number,) * 2)  # some tools compare whole seconds
        self.allow(self.app)

    def allow(self, project: Path) -> None:
        self._run(self.text(self.tool.allow, project))

    def text(self, text: str, project: Path | None = None) -> str:
        """A text of the tool's, about a project (default: `app`)."""
        project = project or self.app
        return text.format(project=project, name=project.name, **self.names)

    def enter(self, project: Path | None = None) -> str:
        return self.text(self.tool.enter, project)

    def leave(self) -> str:
        return self.text(self.tool.leave)

    def version(self) -> str:
        return version(self.text(self.tool.version), self.tool.name)

    def start(self, shell: Shell) -> Session:
        """A new live shell with the tool, outside any project."""
        load = self.tool.load[shell.name].format(**self.names)
        return Session(shell, self.home, load, self.environ, self.work / "plain", self.asked.processor)

    def session(self, shell: Shell) -> Session:
        """A live shell with the tool, proved: it enters `app` and leaves it. Raises NotHere."""
        session = self.start(shell)
        if any(self.tool.load.values()):
            self._prove(session)
        return session

    def _prove(self, session: Session) -> None:
        session.go(self.names["plain"])
        for line, inside in ((self.enter(), True), (self.leave(), False)):
            session.loop(1, line)
            if os.path.realpath(session.value("VIRTUAL_ENV")).startswith(str(self.app)) != inside:
                session.close()
                raise NotHere(f"{session.shell.name}: {line!r} did not {'enter' if inside else 'leave'}")

    def _run(self, command: str) -> None:
        words = ["sh", "-c", command or ":"]
        null = subprocess.DEVNULL
        done = subprocess.run(words, env=self.environ, cwd="/", stdin=null, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotHere(f"{command}: {done.stderr.strip()}")
