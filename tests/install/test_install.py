"""What `venvhook install` writes, and that `venvhook uninstall` leaves a home as it was."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from outside import live_in

from venvhook import hookfiles, install
from venvhook.errors import VenvhookError
from venvhook.folders import Folders
from venvhook.shells import SHELLS
from venvhook.system import LINUX, MACOS

HOSTILE = 'it\'s a "home" $(touch pwned) `id` \\n %d é'
STARTUP = {
    "bash": ".bashrc",
    "zsh": ".zshrc",
    "fish": ".config/fish/conf.d/venvhook.fish",
    "pwsh": ".config/powershell/profile.ps1",
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / HOSTILE
    path.mkdir()
    live_in(path, monkeypatch)
    return path


@pytest.fixture
def places(tmp_path: Path, home: Path) -> Folders:
    return Folders(*(str(tmp_path / HOSTILE / name) for name in (".data", ".cache", ".config/venvhook")), str(home))


def snapshot(folder: Path, *ignored: str) -> dict[str, tuple[object, ...]]:
    """Every file, link and folder below FOLDER: content, mode, time of the last change."""
    seen: dict[str, tuple[object, ...]] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if name.split(os.sep)[0] in ignored:
            continue
        status = path.lstat()
        what = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        seen[name] = (stat.filemode(status.st_mode), what, status.st_mtime_ns if path.is_file() else None)
    return seen


def without_times(seen: dict[str, tuple[object, ...]]) -> dict[str, tuple[object, ...]]:
    return {name: entry[:2] for name, entry in seen.items()}


def nothing(home: Path) -> None:
    pass


def empty(home: Path) -> None:
    for name in STARTUP.values():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).touch()


def text(data: bytes) -> object:
    def write(home: Path) -> None:
        empty(home)
        for name in STARTUP.values():
            (home / name).write_bytes(data)
            (home / name).chmod(0o600)

    return write


def links(home: Path) -> None:
    (home / "dotfiles").mkdir()
    for shell, name in STARTUP.items():
        (home / "dotfiles" / shell).write_bytes(b"# mine\n")
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).symlink_to(home / "dotfiles" / shell)


def login(home: Path) -> None:
    (home / ".bash_profile").write_bytes(b"umask 022")


@pytest.mark.parametrize("kind", ["folder", "fifo", "loop"])
def test_what_is_in_the_way_of_one_shell_is_not_in_that_of_the_others(home: Path, places: Folders, kind: str) -> None:
    path, other = home / ".bashrc", home / ".zshrc"
    make = {"folder": path.mkdir, "fifo": lambda: os.mkfifo(path), "loop": lambda: path.symlink_to(".bashrc")}
    make[kind]()
    os.mkfifo(home / ".profile")
    with pytest.raises(VenvhookError, match=r"\.bashrc: is .*; move it away"):
        install.install(places, ["bash", "zsh"])
    assert b"venvhook" in other.read_bytes()
    with pytest.raises(VenvhookError, match="; move it away"):
        install.uninstall(places)
    assert not other.exists() and not os.path.exists(places.hook)


@pytest.mark.scenario(46)
@pytest.mark.parametrize(
    "prepare",
    [nothing, empty, text(b"# a\n"), text(b"# a"), text(b"# a\r\n# b\r\n"), text(b"# \xff"), links, login],
    ids=["missing", "empty", "text", "no line end", "CRLF", "not UTF-8", "links", "login"],
)
def test_installed_twice_is_installed_once_and_uninstalled_is_as_before(
    home: Path, places: Folders, prepare: object
) -> None:
    prepare(home)  # type: ignore[operator]
    before = snapshot(home)
    install.install(places, SHELLS)
    once = snapshot(home)
    for name in STARTUP.values():
        assert b"venvhook" in (home / name).read_bytes()
    assert {change.what for change in install.install(places, SHELLS)} == {"unchanged"}
    assert snapshot(home) == once
    install.uninstall(places, purge=True)
    assert without_times(snapshot(home)) == without_times(before)


@pytest.mark.scenario(46)
def test_zdotdir_is_where_zsh_says(home: Path, places: Folders) -> None:
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    (home / ".zshenv").write_text("echo noise\nZDOTDIR=${HOME}/.config/zsh\n")
    assert install.startup_files("zsh") == [str(home / ".config/zsh/.zshrc")]
    install.install(places, ["zsh"])
    assert not (home / ".zshrc").exists()
    install.uninstall(places, purge=True)
    assert sorted(snapshot(home)) == [".zshenv"]


def test_zdotdir_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZDOTDIR", str(home / "z"))
    assert install.startup_files("zsh") == [str(home / "z/.zshrc")]


@pytest.mark.parametrize(
    ("files", "read"),
    [
        ({}, [".bashrc"]),
        ({".profile": ". ~/.bashrc"}, [".bashrc"]),
        ({".profile": "# .bashrc is not read"}, [".bashrc", ".profile"]),
        ({".bash_profile": "umask 022", ".profile": ". ~/.bashrc"}, [".bashrc", ".bash_profile"]),
        ({".bash_login": "umask 022"}, [".bashrc", ".bash_login"]),
    ],
    ids=["none", "loads it", "mentions it in a comment", "the first counts", "the second counts"],
)
def test_a_login_bash_gets_the_hook_too(home: Path, files: dict[str, str], read: list[str]) -> None:
    for name, content in files.items():
        (home / name).write_text(content)
    assert install.startup_files("bash", LINUX) == [str(home / name) for name in read]


def test_the_block_in_a_profile_is_nothing_to_other_shells(home: Path, places: Folders) -> None:
    (home / ".profile").write_text("umask 022\n")
    install.install(places, ["bash"])
    run = subprocess.run(["sh", "-euc", f". '{home / '.profile'}'".replace(HOSTILE, "'\"$0\"'"), HOSTILE], check=False)
    assert run.returncode == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_the_hook_has_no_open_literal(places: Folders, shell: str) -> None:
    hook = hookfiles.hook(places, shell)
    assert b"@VENVHOOK_" not in hook
    assert os.path.basename(places.hook).encode() in hook


def test_settings_are_in_the_hook(places: Folders) -> None:
    assert b"_venvhook_ceiling='' _venvhook_wrap_cd='1'" in hookfiles.hook(places, "bash")
    path = Path(places.config, "config.toml")
    path.parent.mkdir(parents=True)
    path.write_text('ceiling = ["/net", "~"]\nwrap_cd = false\n')
    ours = f"'/net:{places.home}'".replace("it's", "it'\\''s")
    assert f"_venvhook_ceiling={ours} _venvhook_wrap_cd='0'".encode() in hookfiles.hook(places, "bash")
    path.write_text("ceiling = 1\n")
    assert b"_venvhook_ceiling='' _venvhook_wrap_cd='1'" in hookfiles.hook(places, "bash")


def test_the_hook_knows_its_launcher(places: Folders) -> None:
    launcher = os.path.join(places.hook, "launch.py")
    for shell in SHELLS:
        literal = hookfiles.emitter(shell).quote(launcher)
        assert os.fsencode(literal) in hookfiles.hook(places, shell)


def test_templates_that_are_not_ours(tmp_path: Path, places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hookfiles, "_package", lambda: str(tmp_path / "venvhook"))
    for folder in ("shell", "venvhook/_shell"):  # in a checkout, then in the package
        path = tmp_path / folder / "venvhook.bash"
        path.parent.mkdir(parents=True)
        for text, problem in ((None, "cannot be read"), ("'@VENVHOOK_NEW@'", "has a literal that is not known")):
            if text:
                path.write_text(text)
            with pytest.raises(VenvhookError, match=problem) as caught:
                hookfiles.hook(places, "bash")
            assert (caught.value.path, caught.value.remedy) == (str(path), "install venvhook again")


def test_what_is_part_of_the_running_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for prefix, part in (("/env", True), ("/env/", True), ("/en", False), ("/other", False), ("/", True)):
        monkeypatch.setattr(sys, "prefix", prefix)
        monkeypatch.setattr(hookfiles, "_package", lambda: "/env/lib/venvhook")
        assert hookfiles.in_environment() is part


def test_macos_starts_a_login_bash(home: Path) -> None:
    assert install.startup_files("bash", MACOS) == [f"{home}/.bashrc", f"{home}/.profile"]
    (home / ".bash_profile").write_text("# no .bashrc\n. ~/.bashrc\n")
    assert install.startup_files("bash", MACOS) == [f"{home}/.bashrc"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_an_interactive_shell_loads_the_hook_silently(home: Path, places: Folders, shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    install.install(places, [shell])
    line = hookfiles.load_line(places, shell)
    for _ in "there", "gone":
        run = subprocess.run(
            [shell, "-ic", f"{line}\necho end"], capture_output=True, stdin=subprocess.DEVNULL, check=False
        )
        noise = [b"cannot set terminal process group", b"no job control"]  # bash without a terminal
        assert [line for line in run.stderr.splitlines() if not any(known in line for known in noise)] == []
        assert run.stdout == b"end\n"
        shutil.rmtree(places.hook)
        Path(places.hook).mkdir()
    assert not Path("pwned").exists()


def test_everything_is_private(places: Folders) -> None:
    install.install(places, SHELLS)
    assert stat.S_IMODE(os.stat(places.data).st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in Path(places.hook).iterdir()} == {0o600}


def test_a_read_only_file_does_not_keep_the_others_from_it(home: Path, places: Folders) -> None:
    empty(home)
    (home / ".bashrc").chmod(0o444)
    with pytest.raises(
        VenvhookError, match=r"bashrc: cannot be written \(it is read-only\); add this line by hand: if"
    ):
        install.install(places, SHELLS)
    assert (home / ".bashrc").read_bytes() == b""
    assert b"venvhook" in (home / ".zshrc").read_bytes()


def test_each_startup_file_that_is_in_the_way_is_told(home: Path, places: Folders) -> None:
    empty(home)
    for doing in (install.install, install.uninstall):
        for name in (".bashrc", ".zshrc"):
            (home / name).chmod(0o444)
        with pytest.raises(VenvhookError) as caught:
            doing(places, ["bash", "zsh"])
        told = [str(error) for error in (caught.value, *caught.value.others)]
        assert sorted(line.split(": ")[0] for line in told) == [str(home / ".bashrc"), str(home / ".zshrc")]
        for name in (".bashrc", ".zshrc"):
            (home / name).chmod(0o644)
        install.install(places, ["bash", "zsh"])


def test_no_rc_leaves_the_home_alone(home: Path, places: Folders) -> None:
    install.install(places, SHELLS, rc=False)
    assert sorted({name.split("/")[0] for name in snapshot(home)}) == [".cache", ".data"]


def test_one_shell_goes_and_the_others_stay(home: Path, places: Folders) -> None:
    install.install(places, ["bash", "zsh"])
    install.uninstall(places, ["zsh"])
    assert not (home / ".zshrc").exists()
    assert sorted(os.listdir(places.hook)) == ["complete.bash", "launch.py", "plan-2.bash", "venvhook.bash"]


def test_an_earlier_installed_shell_is_brought_up_to_date(places: Folders) -> None:
    install.install(places, ["bash", "zsh"], rc=False)
    path = Path(hookfiles.hook_path(places, "zsh"))
    path.write_bytes(b"old")
    install.install(places, ["bash"], rc=False)
    assert path.read_bytes() == hookfiles.hook(places, "zsh")


def test_purge_takes_only_what_is_venvhooks(places: Folders) -> None:
    install.install(places, ["bash"])
    for base in (places.data, places.cache):
        for name in ("mine", "plans2", "trust", "locks", "plans", "pythons"):
            Path(base, name).mkdir(exist_ok=True)
            Path(base, name, "file").touch()
    install.uninstall(places, purge=True)
    names = ["locks", "mine", "plans", "plans2", "pythons", "trust"]
    for base in (places.data, places.cache):
        assert sorted(os.listdir(base)) == names
        assert [os.listdir(os.path.join(base, name)) for name in names] == [["file"]] * len(names)


def test_purge_follows_no_link(places: Folders, tmp_path: Path) -> None:
    install.install(places, ["bash"])
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious/thesis").touch()
    for base, name in ((places.data, "trust"), (places.data, "locks"), (places.cache, "pythons")):
        Path(base, name).symlink_to(tmp_path / "precious")
    install.uninstall(places, purge=True)
    assert os.listdir(tmp_path / "precious") == ["thesis"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_roots_install_stays_out_of_another_users_home(places: Folders) -> None:
    home = Path(os.path.expanduser("~"))
    os.chown(home, 54321, -1)
    before = sorted(map(str, home.rglob("*")))
    for act in (install.install, install.uninstall):
        with pytest.raises(VenvhookError, match="belongs to another user"):
            act(places, ["bash"])
    assert sorted(map(str, home.rglob("*"))) == before


def test_only_purge_forgets_what_was_allowed(places: Folders) -> None:
    for purge, left in ((False, ["trust"]), (True, [])):
        install.install(places, ["bash"])
        Path(places.data, "trust").mkdir(exist_ok=True)
        Path(places.config).mkdir(parents=True, exist_ok=True)
        Path(places.config, "config.toml").touch()
        install.uninstall(places, purge=purge)
        assert (os.listdir(places.data) if os.path.isdir(places.data) else []) == left
        assert os.path.exists(places.cache) is not purge
        assert Path(places.config, "config.toml").exists()


def test_without_a_shell(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(VenvhookError, match="no shell that venvhook knows is installed"):
        install.install(places)


def test_a_shim_is_no_interpreter(places: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3"
    shim.write_text(f"#!/bin/sh\nexec '{sys.executable}' \"$@\"\n")
    monkeypatch.setattr(sys, "executable", str(shim))
    with pytest.raises(VenvhookError, match="is not a Python interpreter"):
        install.install(places, ["bash"])
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(VenvhookError, match="is not a Python interpreter"):
        install.install(places, ["bash"])


def test_the_way_that_outlives_an_upgrade_is_recorded(
    places: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prefix = Path(places.data, "env-a")
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setattr(sys, "prefix", str(prefix))
    monkeypatch.setattr(sys, "executable", str(prefix / "bin" / "python"))
    assert hookfiles.interpreter(places) == sys.executable
    Path(places.data, "env").symlink_to("env-a")
    assert hookfiles.interpreter(places) == str(Path(places.data, "env", "bin", "python"))
    Path(places.data, "env").unlink()
    Path(places.data, "env").symlink_to(tmp_path)
    assert hookfiles.interpreter(places) == sys.executable


def launch(places: Folders, *arguments: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-X", "utf8", os.path.join(places.hook, "launch.py"), *arguments]


def test_the_launcher_answers_a_hook(tmp_path: Path, places: Folders) -> None:
    install.install(places, ["bash"])
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".venvhook.toml").touch()
    run = subprocess.run(
        launch(places, "hook", "2", "plan", "bash", str(tmp_path / "project")), capture_output=True, check=True
    )
    assert b"not allowed" in run.stdout
    assert run.stderr == b""


def test_the_launcher_reads_its_folders_from_no_variable(tmp_path: Path, places: Folders) -> None:
    install.install(places, ["bash"])
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / ".venvhook.toml").touch()
    evil = tmp_path / "evil"
    environ = {**os.environ, "HOME": str(evil)}
    environ.update({f"XDG_{name}_HOME": str(evil / name) for name in ("DATA", "CACHE", "CONFIG")})
    command = launch(places, "hook", "2", "plan", "bash", str(tmp_path / "project"))
    subprocess.run(command, capture_output=True, check=True, env=environ)
    assert not evil.exists()
    assert os.listdir(os.path.join(places.cache, "plans"))


def test_what_hooks_start_is_byte_compiled(tmp_path: Path, places: Folders) -> None:
    without = shutil.ignore_patterns("__pycache__")
    for name in ("venvhook", "shell"):
        shutil.copytree(Path(hookfiles._package()).parent / name, tmp_path / name, ignore=without)
    code = """if True:
        import sys
        sys.path[:0] = [sys.argv[1]]
        from venvhook import folders, install
        install.install(folders.Folders(*sys.argv[2:]), ["bash"], rc=False)
    """
    parts = [places.data, places.cache, places.config, places.home]
    subprocess.run([sys.executable, "-I", "-B", "-c", code, str(tmp_path), *parts], check=True)
    compiled = {path.name.partition(".")[0] for path in tmp_path.glob("venvhook/**/__pycache__/*.pyc")}
    assert {"helper", "poetry", "bash"} <= compiled


@pytest.mark.scenario(24)
@pytest.mark.parametrize("word", ["hook", "cli"])
def test_interrupted_it_says_nothing(
    tmp_path: Path, places: Folders, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    package = tmp_path / "package" / "venvhook"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "folders.py").write_text("Folders = lambda *parts: parts\n")
    for name in ("helper", "cli"):
        (package / f"{name}.py").write_text(
            "import time\ndef main(*rest):\n    print(flush=True)\n    time.sleep(30)\n"
        )
    shutil.copy(hookfiles._package() + "/_launch.py", package)
    monkeypatch.setattr(hookfiles, "_package", lambda: str(package))
    Path(places.hook).mkdir(parents=True)
    Path(places.hook, "launch.py").write_bytes(hookfiles._launcher(places))
    with subprocess.Popen(launch(places, word), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
    assert process.returncode in (130, -signal.SIGINT)
