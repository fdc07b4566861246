"""Making environments with real managers: a package index on this machine, the command line, the tree to compare."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Callable

import pytest

from venvhook.environment import inspect
from venvhook.folders import Folders

from .world import SYSTEM_PATH, World

PACKAGE = Path(__file__).parents[2]
# What is no environment and no file of a project: caches, and what the tools keep of interpreters.
CACHES = (
    ".venvhook", ".cache/pip", ".cache/uv", ".cache/pypoetry/cache", ".cache/pypoetry/artifacts", ".cache/pipenv",
    ".cache/pdm", ".cache/hatch", ".cache/conda", ".cache/virtualenv", ".local/share/virtualenv", ".config/pypoetry",
    ".config/hatch", ".local/state",
)  # fmt: skip


def wheel(folder: Path, name: str, version: str, body: str = "") -> Path:
    """A wheel of one module that knows its version."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n{body}",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    for file, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record += f"{file},sha256={digest},{len(text.encode())}\n"
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing, not of clients that were ended either; and never comes to the end of `endless`."""

    stalled = threading.Event()  # somebody waits for the rest of it

    def log_message(self, *arguments: Any) -> None:
        pass

    def copyfile(self, source: Any, outputfile: Any) -> None:
        with contextlib.suppress(ConnectionError):
            if "/endless-" in self.path:
                outputfile.write(source.read()[:-100])
                self.stalled.set()
                self.rfile.read(1)  # until the client is gone
            else:
                super().copyfile(source, outputfile)


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a package index (PEP 503) that has toy 1.0 and 2.0, large 1.0, and endless 1.0."""
    root = tmp_path_factory.mktemp("index")
    for name, versions in (("toy", ("1.0", "2.0")), ("large", ("1.0",)), ("endless", ("1.0",))):
        folder = root / "simple" / name
        folder.mkdir(parents=True)
        body = "DATA = '" + "x" * 40_000_000 + "'\n" if name == "large" else ""
        links = []
        for version in versions:
            path = wheel(folder, name, version, body)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            links.append(f'<a href="{path.name}#sha256={digest}">{path.name}</a>')
        (folder / "index.html").write_text("<!DOCTYPE html><html><body>" + "".join(links) + "</body></html>")
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0),
        lambda *arguments: Quiet(*arguments, directory=str(root)),  # type: ignore[misc]
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/simple"
    server.shutdown()


def closed_port() -> str:
    """An index where nobody answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{one.getsockname()[1]}/simple"


class Result:
    """What a command came to."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def line(self) -> str:
        """What venvhook itself said last."""
        return self.err.splitlines()[-1] if self.err else ""


class Maker:
    """A home, a project `shop` in it, tools on PATH, and the command line."""

    def __init__(self, world: World, index: str) -> None:
        self.world, self.index = world, index
        self.shop = world.project("shop")
        self.tools = world.home / "tools"
        for name in ("tools", "tmp", ".cache/pypoetry", ".config", ".local/share"):
            (world.home / name).mkdir(parents=True)
        base = world.home / ".venvhook"
        self.folders = Folders(
            str(base / "data"), str(world.caches / "venvhook"), str(base / "config"), str(world.home)
        )
        world.environ["TMPDIR"] = str(world.home / "tmp")
        world.environ.update(PATH=f"{self.tools}:{SYSTEM_PATH}", PIP_CONFIG_FILE=os.devnull, PYENV_ROOT=str(base))
        world.environ.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_RETRIES="1", POETRY_REQUESTS_MAX_RETRIES="0")
        world.environ.update(UV_HTTP_RETRIES="0", PDM_CHECK_UPDATE="0", KEYRING_BACKEND="keyring.backends.null.Keyring")
        self.reach(index)

    def reach(self, index: str) -> None:
        """Packages come from there."""
        self.index = index
        self.world.environ.update(PIP_INDEX_URL=index, UV_DEFAULT_INDEX=index, PDM_PYPI_URL=index)

    def tool(self, path: Path) -> None:
        """Put one command on PATH, and nothing that is beside it."""
        (self.tools / path.name).symlink_to(path)

    def write(self, **files: str) -> None:
        """Files of the project, `__` for a dot in their names."""
        for name, text in files.items():
            self.world.write(self.shop / name.replace("__", "."), text)

    def marker(self, text: str, folder: Path | None = None) -> None:
        """A marker that is allowed."""
        self.world.write((folder or self.shop) / ".venvhook.toml", text)
        allowed = self.run("allow", folder=folder)
        assert allowed.status == 0, allowed.err

    def process(self, *arguments: str, folder: Path | None = None, **options: Any) -> subprocess.Popen[str]:
        code = f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); from venvhook import cli, folders; "
        code += f"sys.exit(cli.main(sys.argv[1:], folders.Folders(*{list(self.folders)!r})))"
        pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.Popen(
            command, cwd=folder or self.shop, env=self.world.environ, text=True, **{**pipes, **options}
        )

    def run(self, *arguments: str, folder: Path | None = None) -> Result:
        process = self.process(*arguments, folder=folder)
        out, err = process.communicate(timeout=300)
        return Result(process.returncode, out, err)

    def made(self, *arguments: str, folder: Path | None = None) -> Path:
        """The environment that `create` (or ARGUMENTS) makes; it works."""
        result = self.run(*(arguments or ("create",)), folder=folder)
        assert result.status == 0, result.err
        root = Path(result.out.rpartition(": made")[0])
        assert "but the project's environment" not in result.err
        found = inspect(str(root))
        assert subprocess.run([found.python, "-c", "import sys; print(sys.prefix)"], check=True, capture_output=True)
        assert not list(root.parent.glob(".venvhook-*-*"))
        return root

    def fails(self, *arguments: str, problem: str = "", folder: Path | None = None) -> Result:
        """`create` (or ARGUMENTS) fails, says so in one line at the end, and leaves everything as it was."""
        before = self.tree()
        result = self.run(*(arguments or ("create",)), folder=folder)
        assert result.status == 1, result.out
        assert result.line.startswith("venvhook: ") and problem in result.line, result.err
        assert "Traceback" not in result.line
        self.unchanged(before)
        return result

    def unchanged(self, before: dict[str, str]) -> None:
        now = self.tree()
        for what, paths in {
            "new": now.keys() - before.keys(),
            "gone": before.keys() - now.keys(),
            "changed": {path for path in now.keys() & before.keys() if now[path] != before[path]},
        }.items():
            assert not paths, f"{what}: {sorted(paths)[:9]}"

    def ended(self) -> None:
        """Wait until nothing runs any more of what was started in this home, as far as /proc tells."""
        home = f"HOME={self.world.home}".encode()
        limit = time.monotonic() + 60
        while running := [path.parent.name for path in Path("/proc").glob("[0-9]*/environ") if home in _fields(path)]:
            assert time.monotonic() < limit, running
            time.sleep(0.02)

    def tree(self) -> dict[str, str]:
        """Everything below home and projects, with what it is; without caches."""
        return {path: _state(os.path.join(self.world.home, path)) for path in self.paths()}

    def paths(self) -> set[str]:
        """The same without what it is: for looking on while a tool is at work."""
        found: set[str] = set()
        for base in (self.world.home, self.world.projects):
            for folder, folders, names in os.walk(base):
                here = os.path.relpath(folder, base)
                folders[:] = [name for name in folders if os.path.normpath(os.path.join(here, name)) not in CACHES]
                found |= {os.path.relpath(os.path.join(folder, name), self.world.home) for name in [*names, *folders]}
        return found

    def asks(self, root: Path, statement: str) -> str:
        """What the environment's Python prints."""
        return subprocess.run(
            [root / "bin/python", "-c", statement], capture_output=True, text=True, check=True
        ).stdout.strip()

    def toy(self, root: Path) -> str:
        """The version of the package toy in an environment."""
        return self.asks(root, "import toy; print(toy.VERSION)")


def _fields(path: Path) -> list[bytes]:
    """What a file holds between NULs; nothing for one that is gone, or somebody else's."""
    try:
        return path.read_bytes().split(b"\0")
    except OSError:
        return []


def _state(path: str) -> str:
    if os.path.islink(path):
        return "-> " + os.readlink(path)
    mode = oct(os.stat(path).st_mode)
    return mode if os.path.isdir(path) else mode + hashlib.sha256(Path(path).read_bytes()).hexdigest()


@pytest.fixture
def maker(world: World, index: str) -> Maker:
    return Maker(world, index)


@pytest.fixture
def with_tool(maker: Maker, installed: Callable[..., Path]) -> Callable[[str], Maker]:
    """The same with a manager on PATH."""

    def install(name: str) -> Maker:
        equip(maker, name, installed)
        return maker

    return install


def equip(maker: Maker, kit: str, installed: Callable[..., Path]) -> None:
    """Put the command of a manager, by the name of its kit, on PATH."""
    command = kit.partition(" ")[0]
    if command == "pdm":  # 2.29.3 was released before those, and cannot use them
        maker.tool(installed("pdm-httpx", "pdm", "hishel<2", "unearth<0.18") / command)
    elif command not in ("venv", "virtualenvwrapper"):
        maker.tool(installed(command) / command)


class Kit:
    """What a project of a manager consists of: FILES, and its MARKER; NAME, VERSION, INDEX in them are filled in."""

    def __init__(self, marker: str, **files: str) -> None:
        self.marker, self.files = marker, files

    def lay(self, maker: Maker, requirement: str = "toy==1.0", marker: str = "") -> None:
        """Make the project one that needs REQUIREMENT; MARKER is added to its marker."""
        name, _, version = requirement.partition("==")
        values = {"NAME": name, "VERSION": version, "INDEX": maker.index}
        for file, text in self.files.items():
            for key, value in values.items():
                text = text.replace(key, value)
            maker.write(**{file: text})
        maker.marker(self.marker + marker)


PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.9"\ndependencies = ["NAME==VERSION"]\n'
SOURCE = '[[tool.{}.source]]\nname = "{}"\nurl = "INDEX"\n'
PIP = {"requirements__txt": "NAME==VERSION\n"}
LISTED = 'requirements = ["requirements.txt"]\n'
KITS = {
    "venv": Kit('manager = "venv"\n' + LISTED, **PIP),
    "virtualenv": Kit('manager = "virtualenv"\n' + LISTED, **PIP),
    "uv": Kit('manager = "uv"\n' + LISTED, **PIP),
    "uv sync": Kit('manager = "uv"\n', pyproject__toml=PROJECT + "[tool.uv]\npackage = false\n"),
    "poetry": Kit(
        'manager = "poetry"\n',
        pyproject__toml=PROJECT + "[tool.poetry]\npackage-mode = false\n" + SOURCE.format("poetry", "here"),
    ),
    "pipenv": Kit(
        'manager = "pipenv"\n',
        Pipfile='[[source]]\nname = "here"\nurl = "INDEX"\nverify_ssl = false\n[packages]\nNAME = "==VERSION"\n',
    ),
    "pdm": Kit(
        'manager = "pdm"\n',
        pyproject__toml=PROJECT + "[tool.pdm]\ndistribution = false\n" + SOURCE.format("pdm", "pypi"),
    ),
    "hatch": Kit(
        'manager = "hatch"\n',
        pyproject__toml=PROJECT.replace("dependencies", "keywords")
        + '[tool.hatch.envs.default]\nskip-install = true\ndependencies = ["NAME==VERSION"]\n',
    ),
    "virtualenvwrapper": Kit('manager = "virtualenvwrapper"\nvenv = "shop-env"\n' + LISTED, **PIP),
}


def pypy() -> str:
    found = shutil.which("pypy3", path=SYSTEM_PATH)
    if found is None:
        pytest.skip("no pypy3 here")
    return found
