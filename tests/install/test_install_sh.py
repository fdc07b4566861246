"""install.sh, run for real: in homes with hostile names, without network, interrupted, twice, and back."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from once import once

from venvhook.document import Document

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "install.sh"
SH = [name for name in ("dash", "busybox", "bash") if shutil.which(name)]
SHELLS = [name for name in ("bash", "zsh", "fish", "pwsh") if shutil.which(name)]
OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_INDEX": "", "PIP_FIND_LINKS": ""}
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file away")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="install.sh is for POSIX systems")


@pytest.fixture(scope="session")
def wheels(pytestconfig: pytest.Config) -> Path:
    """All that install.sh gets from the package index, once for all tests."""
    text = (ROOT / "pyproject.toml").read_bytes()
    table = Document(text, "pyproject.toml").values
    needed = [*table["project"]["dependencies"], *table["build-system"]["requires"]]
    name = f"wheels-3.{sys.version_info[1]}-{hashlib.sha256(text).hexdigest()[:8]}"
    place = Path(pytestconfig.cache.mkdir("install")) / name  # type: ignore[union-attr]
    return once(place, [sys.executable, "-m", "pip", "download", "--quiet", "--dest", place, *needed])


class Home:
    """A home folder, and install.sh run in it, with an index of packages that is the folder WHEELS."""

    def __init__(self, path: Path, wheels: Path) -> None:
        self.path = path
        self.index = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.as_uri(), "PIP_CONFIG_FILE": os.devnull}
        self.data = path / ".local/share/venvhook"
        self.link = path / ".local/bin/venvhook"
        path.mkdir(parents=True)
        for name in (".bashrc", ".zshrc"):
            (path / name).write_bytes(b"# no line end")

    def environment(self, **more: str) -> dict[str, str]:
        foreign = ("XDG_", "ZDOTDIR", "VIRTUAL_", "PIP_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        return {**kept, **self.index, "HOME": str(self.path), "TERM": "xterm", **more}

    def command(self, *arguments: str, sh: str = SH[0]) -> list[str]:
        return [sh, *(["ash"] if sh == "busybox" else []), str(SCRIPT), *arguments]

    def run(self, *arguments: str, sh: str = SH[0], **more: str) -> subprocess.CompletedProcess[str]:
        command = self.command(*arguments, sh=sh)
        return subprocess.run(
            command, env=self.environment(**more), capture_output=True, text=True, check=False, cwd="/"
        )

    def startup(self) -> dict[str, bytes]:
        names = (".bashrc", ".zshrc", ".config/fish/conf.d/venvhook.fish", ".profile")
        return {name: (self.path / name).read_bytes() for name in names if (self.path / name).exists()}

    def files(self) -> list[str]:
        """All but what fish, PowerShell (the id of its telemetry) and rustup, which pip asks, make for themselves."""
        found = (str(path.relative_to(self.path)) for path in self.path.rglob("*") if not path.is_dir())
        others = re.compile(r"\.rustup/|.*/fish/|\.cache/powershell/")
        return sorted(name for name in found if "venvhook" in name or not others.match(name))


@pytest.fixture
def home(tmp_path: Path, wheels: Path) -> Home:
    return Home(tmp_path / "home", wheels)


BEFORE = [".bashrc", ".zshrc"]


def refused(run: subprocess.CompletedProcess[str], *words: str) -> None:
    """One clear line on stderr, and status 1."""
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert run.stderr.startswith("install.sh: ")
    assert "; " in run.stderr
    for word in words:
        assert word in run.stderr


@pytest.mark.scenario(46, 47)
@pytest.mark.parametrize("sh", SH)
def test_installed_proved_again_and_away(tmp_path: Path, wheels: Path, sh: str) -> None:
    home = Home(tmp_path / 'it\'s a "home" é', wheels)
    options, shells = ([], SHELLS) if sh == SH[0] else (["--shell", "bash"], ["bash"])  # it takes its time
    first = home.run(*options, sh=sh)
    assert (first.returncode, first.stderr) == (0, "")
    tail = first.stdout.split("the proof, in a session of each shell:\n")[1]
    assert [line.split()[1].rstrip(":") for line in tail.splitlines() if line.startswith("--- ")] == shells
    assert tail.count(": works; the name is in the prompt") == len(shells)
    assert "not on PATH" in first.stdout
    assert os.readlink(home.link) == str(home.data / "env/bin/venvhook")
    (tmp_path / "typing.py").write_text("raise SystemExit('a project is no part of the command')")
    elsewhere = home.environment(PYTHONPATH=str(tmp_path))
    version = subprocess.run(
        [str(home.link), "--version"], env=elsewhere, cwd=tmp_path, capture_output=True, check=False
    )
    assert (version.returncode, version.stderr) == (0, b"")
    startup, hooks = home.startup(), {path: path.stat().st_mtime_ns for path in (home.data / "hook").iterdir()}
    assert stat.S_IMODE(home.data.stat().st_mode) == 0o700

    second = home.run(*options, sh=sh)
    assert (second.returncode, second.stderr) == (0, "")
    assert home.startup() == startup
    assert {path: path.stat().st_mtime_ns for path in (home.data / "hook").iterdir()} == hooks
    assert sorted(path.name for path in home.data.iterdir() if path.name.startswith("env")) == ["env", "env-b"]

    last = home.run("--uninstall", sh=sh)
    assert (last.returncode, last.stderr) == (0, "")
    assert home.files() == BEFORE
    assert set(home.startup().values()) == {b"# no line end"}
    assert not home.data.exists() and not home.link.parent.exists()
    assert not (home.path / ".cache/venvhook").exists()


def test_what_is_shipped(home: Home, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT]
    subprocess.run(command, env=home.environment(), check=True)
    (wheel,) = tmp_path.glob("venvhook-*.whl")
    held = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = {str(path.relative_to(ROOT)) for path in (ROOT / "venvhook").rglob("*.py")}
    assert held == package | {f"venvhook/_shell/{path.name}" for path in (ROOT / "shell").iterdir()}


def test_an_environment_that_is_broken_can_be_removed(home: Home) -> None:
    (home.path / ".local").mkdir()
    assert home.run("--shell", "bash").returncode == 0
    for path in (home.data / "env/bin").glob("python*"):
        path.unlink()
        path.symlink_to("/dev/null/nowhere/python")
    assert home.run("--uninstall").returncode == 0
    assert home.files() == BEFORE
    assert list((home.path / ".local").iterdir()) == []  # what was there stays, and nothing that was made for it
    refused(home.run("--uninstall"), "nothing of venvhook's")


def test_without_startup_files(home: Home) -> None:
    run = home.run("--no-rc", "--shell=bash,zsh")
    assert (run.returncode, run.stderr) == (0, "")
    assert set(home.startup().values()) == {b"# no line end"}
    assert run.stdout.count(": works;") == 2
    assert not (home.data / "hook/venvhook.fish").exists()


@pytest.mark.scenario(47)
def test_without_network_the_state_is_the_old_one(home: Home) -> None:
    refused(home.run(**OFFLINE), "pip could not install venvhook", "check the network")
    assert home.files() == BEFORE
    assert not home.data.exists()
    assert home.run("--shell", "bash").returncode == 0
    before = home.files(), home.startup(), os.readlink(home.data / "env")
    refused(home.run(**OFFLINE), "pip could not install venvhook")
    assert (home.files(), home.startup(), os.readlink(home.data / "env")) == before
    assert (
        subprocess.run([str(home.link), "--help"], env=home.environment(), capture_output=True, check=False).returncode
        == 0
    )


@pytest.mark.scenario(47)
@pytest.mark.parametrize("moment", ["making a private", "installing venvhook", "written"])
def test_interrupted_it_leaves_nothing(home: Home, moment: str) -> None:
    command = home.command("--shell", "bash")
    with subprocess.Popen(
        command,
        env=home.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(moment):
                break
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    if moment != "written":  # by then it may be finished, and the proof under way
        assert home.files() == BEFORE
        assert not (home.path / ".local").exists()
    assert "Traceback" not in errors


def test_a_startup_file_that_is_read_only(home: Home) -> None:
    (home.path / ".bashrc").chmod(0o444)
    refused(home.run(), ".bashrc: cannot be written (it is read-only)", "by hand")
    assert home.files() == BEFORE
    assert set(home.startup().values()) == {b"# no line end"}
    assert not home.data.exists()


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_a_command_that_is_not_ours_stays(home: Home, kind: str) -> None:
    home.link.parent.mkdir(parents=True)
    if kind == "file":
        home.link.write_text("mine")
    else:
        home.link.symlink_to("/bin/true" if kind == "link" else "/dev/null/nowhere")
    refused(home.run(), "/.local/bin/venvhook is not ours; move it away")
    assert home.files() == [".bashrc", ".local/bin/venvhook", ".zshrc"]


def fake(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.scenario(47)
def test_a_python_that_will_not_do(home: Home, tmp_path: Path) -> None:
    refused(home.run("--python", str(tmp_path / "none")), "none is not a Python 3.9 or newer; name another")
    refused(home.run("--python", fake(tmp_path / "old", "exit 3")), "old is not a Python 3.9 or newer")
    hidden = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv.pop(1))"
    script = f"""exec '{sys.executable}' -I -c "{hidden}" "$3" """
    refused(home.run("--python", fake(tmp_path / "bare", script)), "bare has no venv or no ensurepip; ")
    assert home.files() == BEFORE


def test_a_shim_is_asked_for_what_is_behind_it(home: Home, tmp_path: Path) -> None:
    shim = fake(tmp_path / "shim", f"exec '{sys.executable}' \"$@\"")
    run = home.run("--dry-run", "--python", shim)
    assert run.returncode == 0
    python = run.stdout.split(" with ")[1].split(", and install")[0]
    base = [sys.executable, "-c", "import sys; print(sys.base_prefix)"]
    prefix = subprocess.run(base, capture_output=True, text=True, check=True).stdout.strip()
    assert os.path.realpath(python).startswith(os.path.realpath(prefix))
    assert "shim" not in python


def test_a_dry_run_does_nothing(home: Home) -> None:
    run = home.run("--dry-run")
    assert (run.returncode, run.stderr) == (0, "")
    assert str(home.path / ".bashrc") in run.stdout
    assert home.files() == BEFORE
    assert not (home.path / ".local").exists()
    assert str(home.path / ".bashrc") not in home.run("--dry-run", "--no-rc").stdout


@pytest.mark.parametrize(
    ("said", "system", "place"),
    [
        ("", "Linux", "{home}/.local/share/venvhook"),
        ("relative", "Linux", "{home}/.local/share/venvhook"),
        ("{home}/x", "Linux", "{home}/x/venvhook"),
        ("", "Darwin", "{home}/Library/Application Support/venvhook"),
        ("{home}/x", "Darwin", "{home}/x/venvhook"),
    ],
)
def test_where_it_goes(home: Home, tmp_path: Path, said: str, system: str, place: str) -> None:
    fake(tmp_path / "uname", f"echo {system}")
    fake(tmp_path / "xcode-select", "exit 1")
    path = f"{tmp_path}:{os.environ['PATH']}"
    run = home.run("--dry-run", PATH=path, XDG_DATA_HOME=said.format(home=home.path))
    assert f"would make a private environment in {place.format(home=home.path)} with " in run.stdout
    assert f"would link {home.link}\n" in run.stdout


@pytest.mark.parametrize("arguments", [["--shell", "bash,fish"], ["--shell=bash", "--shell=fish"]])
def test_only_the_shells_that_are_named(home: Home, arguments: list[str]) -> None:
    told = [line for line in home.run("--dry-run", *arguments).stdout.splitlines() if line.startswith("would let")]
    assert [line.split()[2] for line in told] == ["bash", "fish"]


def test_an_environment_that_it_did_not_make_stays(home: Home) -> None:
    (home.data / "env").mkdir(parents=True)
    (home.data / "env/file").touch()
    refused(home.run(), "env is not what install.sh makes; move it away")
    assert (home.data / "env/file").exists()


@pytest.mark.parametrize("leads", ["../precious", "precious", "env-a/..", "/", ".", "env-c", "hook", "{home}/precious"])
@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--uninstall"]])
def test_what_a_link_names_is_never_deleted(home: Home, leads: str, options: list[str]) -> None:
    for folder in ("venvhook/env-a", "venvhook/env-c", "venvhook/hook", "venvhook/precious", "precious"):
        (home.data.parent / folder).mkdir(parents=True)
        (home.data.parent / folder / "thesis").touch()
    (home.path / "precious").mkdir()
    (home.data / "env").symlink_to(leads.format(home=home.path))
    before = home.files()
    refused(home.run(*options), "which is not what install.sh makes; move it away")
    assert home.files() == before


def test_uninstalling_takes_only_what_is_venvhooks(home: Home) -> None:
    decision = f"trust/{'0a' * 16}/{'1' * 20}-7"
    own = ("hook/launch.py", "hook/plan-2.bash", decision, "locks/0123456789abcdef", "env-a/file")
    for name in (*own, "mine/file", "hooks/file", "locks/mine"):
        (home.data / name).parent.mkdir(parents=True, exist_ok=True)
        (home.data / name).touch()
    (home.data / "env").symlink_to("env-a")
    for name in ("plans/home", "pythons", "proof-ab12cd34", "mine"):
        (home.path / ".cache/venvhook" / name).mkdir(parents=True)
    (home.data / "install.log").touch()
    folders = {"data": home.data, "cache": home.path / ".cache/venvhook", "config": home.path, "home": home.path}
    (home.data / "env-a/share/venvhook").mkdir(parents=True)
    (home.data / "env-a/share/venvhook/folders").write_text(json.dumps({k: str(v) for k, v in folders.items()}))
    run = home.run("--uninstall")
    assert (run.returncode, run.stderr) == (0, ""), run.stderr
    assert f"left in {home.data}: what is not venvhook's\n" in run.stdout
    assert f"left: {home.data}/locks/mine\n" in run.stdout
    assert sorted(os.listdir(home.data)) == ["hooks", "locks", "mine"]
    assert os.listdir(home.data / "locks") == ["mine"]
    assert os.listdir(home.path / ".cache/venvhook") == ["mine"]


@pytest.mark.parametrize("folder", ["venvhook", "venvhook/checkout", "link/checkout"])
@pytest.mark.parametrize("options", [[], ["--dry-run"], ["--uninstall"]])
def test_it_does_not_run_from_where_it_deletes(home: Home, folder: str, options: list[str]) -> None:
    """The checkout itself would go with the data folder, by whatever way it is named."""
    home.data.mkdir(parents=True)
    (home.data.parent / "link").symlink_to("venvhook")
    place = home.data.parent / folder
    place.mkdir(exist_ok=True)
    shutil.copy(SCRIPT, place)
    shutil.copytree(ROOT / "venvhook", place / "venvhook", ignore=shutil.ignore_patterns("__pycache__"))
    command = [SH[0], *(["ash"] if SH[0] == "busybox" else []), str(place / "install.sh"), *options]
    run = subprocess.run(command, env=home.environment(), capture_output=True, text=True, check=False, cwd="/")
    refused(run, "where venvhook keeps what it makes; move it elsewhere")
    assert (place / "venvhook/install.py").exists()


def test_usage(home: Home) -> None:
    assert home.run("--help").stdout.startswith("usage: sh install.sh")
    refused(home.run("--frobnicate"), "unknown option --frobnicate")
    refused(home.run("--shell", "tcsh"), "unknown shell tcsh")
    refused(home.run("--shell"), "--shell needs a value")
    refused(home.run(HOME="/dev/null/home"), "HOME is not a folder")


def test_alone_it_says_where_it_belongs(home: Home, tmp_path: Path) -> None:
    shutil.copy(SCRIPT, tmp_path)
    run = subprocess.run(
        ["sh", "install.sh"], cwd=tmp_path, env=home.environment(), capture_output=True, text=True, check=False
    )
    refused(run, "venvhook's files are not next to it")


@as_root
def test_the_home_of_another_user(home: Home) -> None:
    os.chown(home.path, 12345, 12345)
    refused(home.run(), "belongs to another user; run it as that user, without sudo")
    assert home.files() == BEFORE


def test_it_is_posix_and_tidy() -> None:
    for tool in (["dash", "-n"], ["shellcheck"], ["shfmt", "-i", "4", "-ci", "-d"]):
        if shutil.which(tool[0]):
            run = subprocess.run([*tool, str(SCRIPT)], capture_output=True, text=True, check=False)
            assert run.stdout + run.stderr == ""
