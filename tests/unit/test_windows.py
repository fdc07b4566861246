"""The rules for Windows: which shells, which Python, which scripts; how commands are found and started."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from venvhook import cli, hookfiles, install, rcfile, windows
from venvhook.cli import init, place, run, show
from venvhook.errors import VenvhookError
from venvhook.folders import Folders
from venvhook.shells import SHELLS, advice, pwsh
from venvhook.system import LINUX, MACOS, WINDOWS, System

POSIX = (LINUX, MACOS)

# ---- which shells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", POSIX)
def test_elsewhere_every_shell_is_served(system: System) -> None:
    assert install.choose(None, SHELLS, system) == list(SHELLS)
    assert install.choose(["zsh", "bash", "zsh"], [], system) == ["zsh", "bash"]
    assert windows.passed_over("/usr/bin/bash", {"MSYSTEM": "MINGW64"}, system) == ""


def test_on_windows_powershell_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"bash": "C:\\Windows\\System32\\bash.exe", "fish": "C:\\msys64\\fish.exe", "powershell": "C:\\p.exe"}
    monkeypatch.setattr(windows, "which", lambda name, path=None, system=None: there.get(name))
    assert install.installed(WINDOWS) == ["pwsh"]
    assert install.installed(LINUX) == ["bash", "fish", "pwsh"]
    del there["powershell"]
    assert install.installed(WINDOWS) == []
    with pytest.raises(VenvhookError) as caught:
        install.choose(None, [], WINDOWS)
    assert str(caught.value) == "no shell that venvhook knows is installed; install PowerShell"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_others_are_refused_with_a_sentence(shell: str) -> None:
    with pytest.raises(VenvhookError) as caught:
        install.choose(["pwsh", shell], [], WINDOWS)
    assert str(caught.value) == (
        f"{shell} cannot load the hook on Windows: the paths of its commands (/c/Users) are not those of Python; "
        "use PowerShell: venvhook install --shell pwsh; in WSL, install venvhook inside of it"
    )


def test_nothing_is_written_for_a_shell_that_is_refused(tmp_path: Path) -> None:
    places = Folders(*(str(tmp_path / name) for name in ("data", "cache", "config", "home")))
    with pytest.raises(VenvhookError, match="zsh cannot load the hook"):
        install.install(places, ["zsh"], system=WINDOWS)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        ("C:\\Windows\\System32\\bash.exe", "WSL"),
        ("c:\\windows\\sysnative\\BASH.EXE", "WSL"),
        ("C:\\Users\\me\\AppData\\Local\\Microsoft\\WindowsApps\\bash.exe", "WSL"),
        ("C:\\Program Files\\Git\\bin\\bash.exe", "Git for Windows"),
        ("C:/Program Files/Git/usr/bin/bash.exe", "Git for Windows"),
        ("D:\\PortableGit\\bin\\bash.exe", "Git for Windows"),
        ("C:\\Users\\me\\scoop\\apps\\git\\current\\bin\\bash.exe", "Git for Windows"),
        ("C:\\msys64\\usr\\bin\\bash.exe", "MSYS2"),
        ("C:\\cygwin64\\bin\\bash.exe", "Cygwin"),
        ("C:\\tools\\digit\\bash.exe", ""),
    ],
)
def test_whose_bash_it_is(path: str, owner: str) -> None:
    assert windows.foreign_bash(path) == owner
    assert owner in windows.passed_over(path, {}, WINDOWS)


def test_git_bash_is_known_by_its_variable() -> None:
    assert windows.passed_over(None, {}, WINDOWS) == ""
    told = windows.passed_over("C:\\Windows\\System32\\bash.exe", {"MSYSTEM": "MINGW64"}, WINDOWS)
    assert told.startswith("bash of Git for Windows got no hook") and told.endswith("use PowerShell")
    told = windows.passed_over("C:\\Windows\\System32\\bash.exe", {}, WINDOWS)
    assert "in WSL, install venvhook inside of it" in told


# ---- which Python, which profile -------------------------------------------------------------------------------------

STORE = "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12_3.12.2800.0_x64__qbz5n2kfra8p0"
HOME = "C:\\Users\\me"


@pytest.mark.parametrize(
    ("pythons", "folders", "refused"),
    [
        ([f"{STORE}\\python.exe"], [], True),
        ([f"{HOME}\\venv\\Scripts\\python.exe", f"{STORE}\\python.exe"], [], True),
        ([f"{HOME}\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe"], [], True),
        ([], [f"{HOME}\\AppData\\Local\\Packages\\X.Y_z\\LocalCache\\Local\\venvhook"], True),
        (["C:\\Python313\\python.exe"], [f"{HOME}\\AppData\\Local\\venvhook"], False),
        ([f"{HOME}\\AppData\\Local\\Python\\pythoncore-3.14-64\\python.exe"], [], False),
        ([f"{HOME}\\AppData\\Local\\Microsoft\\WindowsApps2\\python.exe"], [f"{HOME}\\Packages\\x"], False),
        ([f"{HOME}\\PythonSoftwareFoundation.PythonManager_3847\\python.exe"], [], False),
    ],
)
def test_the_stores_python(pythons: list[str], folders: list[str], refused: bool) -> None:
    error = windows.stored(pythons, folders, WINDOWS)
    assert (error is not None) == refused
    assert windows.stored(pythons, folders, LINUX) is None
    if error:
        assert "winget install Python.Python.3.13" in str(error) and "uv tool install" in str(error)


def test_the_stores_python_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.sys, "base_prefix", STORE)  # type: ignore[attr-defined]
    places = Folders(*(str(tmp_path / name) for name in ("data", "cache", "config", "home")))
    with pytest.raises(VenvhookError, match="is of the Microsoft Store's Python"):
        install.install(places, ["pwsh"], system=WINDOWS)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("profile", "environ", "said"),
    [
        (f"{HOME}\\Documents\\PowerShell\\profile.ps1", {}, ""),
        (f"{HOME}\\Documents\\PowerShell\\profile.ps1", {"OneDrive": f"{HOME}\\OneDrive"}, ""),
        (f"{HOME}\\OneDrive\\Documents\\PowerShell\\profile.ps1", {"OneDrive": "c:/users/me/onedrive/"}, "OneDrive"),
        (f"{HOME}\\OneDrive - X\\D\\profile.ps1", {"OneDriveCommercial": f"{HOME}\\OneDrive - X"}, "OneDrive"),
        (f"{HOME}\\OneDriveX\\profile.ps1", {"OneDrive": f"{HOME}\\OneDrive"}, ""),
        ("\\\\server\\homes\\me\\profile.ps1", {}, "is on a server"),
        ("\\\\?\\C:\\Users\\me\\profile.ps1", {}, ""),
    ],
)
def test_a_profile_that_others_read(profile: str, environ: dict[str, str], said: str) -> None:
    told = windows.shared(profile, environ, WINDOWS)
    assert said in told and bool(told) == bool(said)
    assert windows.shared(profile, environ, MACOS) == ""


def test_each_powershell_has_its_profile() -> None:
    assert pwsh.profiles("D:\\Docs", WINDOWS) == {
        "pwsh": "D:\\Docs\\PowerShell\\profile.ps1",
        "powershell": "D:\\Docs\\WindowsPowerShell\\profile.ps1",
    }


# ---- which scripts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", ["pwsh", "powershell"])
@pytest.mark.parametrize(
    ("effective", "runs"),
    [("RemoteSigned", True), ("Unrestricted", True), ("Bypass", True), ("Restricted", False), ("AllSigned", False)],
)
def test_what_a_policy_allows(program: str, effective: str, runs: bool) -> None:
    error = windows.policy({"Effective": effective, "CurrentUser": "Undefined"}, program)
    assert (error is None) == runs
    if error:
        assert f"{program}: the execution policy is {effective}, so it runs" in str(error)
        line = f"{program} -Command Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"
        assert f"{line}; then: venvhook install" in str(error)


def test_without_any_word_windows_powershell_is_closed_and_the_newer_one_is_not() -> None:
    assert windows.policy({}, "powershell") is not None
    assert windows.policy({}, "pwsh") is None
    assert windows.policy({"Effective": "RemoteSigned"}, "powershell") is None  # a server


@pytest.mark.parametrize("scope", ["MachinePolicy", "UserPolicy"])
def test_what_an_administrator_decides(scope: str) -> None:
    error = windows.policy({"Effective": "Restricted", scope: "Restricted", "CurrentUser": "RemoteSigned"})
    assert error and error.remedy == f"a group policy ({scope}) says so: ask whoever manages this computer"


def test_a_policy_of_this_session_alone_is_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a shell was started with is handed on to those that it starts, and does not hold in a new window."""
    program = tmp_path / "pwsh"
    says = 'printf "Effective %s\\r\\nProcess Undefined\\r\\n" "${PSExecutionPolicyPreference-none}"'
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("PSExecutionPolicyPreference", "Bypass")
    assert windows.policies("pwsh") == {"Effective": "none", "Process": "Undefined"}
    program.write_text("#!/bin/sh\nexit 3\n")
    assert windows.policies("pwsh") == {} and windows.closed("pwsh") is None


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Both PowerShells, whose profiles are below tmp_path."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    found = {name: str(tmp_path / "home" / name / "profile.ps1") for name in pwsh.PROGRAMS}
    monkeypatch.setattr(install.folders, "documents", lambda: "")  # type: ignore[attr-defined]
    monkeypatch.setattr(pwsh, "profiles", lambda *_: found)
    monkeypatch.setattr(windows, "which", lambda name, path=None, system=None: name if name in found else None)
    return found


@pytest.mark.parametrize("closed", [(), ("powershell",), ("pwsh", "powershell")], ids=["none", "one", "both"])
def test_install_writes_no_line_that_would_be_an_error(
    tmp_path: Path, profiles: dict[str, str], monkeypatch: pytest.MonkeyPatch, closed: tuple[str, ...]
) -> None:
    places = Folders(*(str(tmp_path / name) for name in ("data", "cache", "config", "home")))
    policies = {name: {"Effective": "Restricted" if name in closed else "RemoteSigned"} for name in profiles}
    monkeypatch.setattr(windows, "policies", policies.__getitem__)
    said = ""
    try:
        changes = install.install(places, ["pwsh"], system=WINDOWS)
        said = "\n".join(str(change) for change in changes if change.why)
    except VenvhookError as error:
        said = "\n".join(map(str, (error, *error.others)))
        assert len(closed) == 2
    for name, path in profiles.items():
        assert os.path.exists(path) == (name not in closed)
        assert (f"{name} -Command Set-ExecutionPolicy" in said) == (name in closed)
    assert os.path.exists(hookfiles.hook_path(places, "pwsh"))


# ---- commands --------------------------------------------------------------------------------------------------------

PATH = 'C:\\a;.;bin;"C:\\b b";;\\rooted;D:\\c'


def test_a_command_is_never_taken_from_the_current_folder() -> None:
    found = list(windows.places_of("uv", PATH, ".EXE;.cmd", WINDOWS))
    assert found == [f"{folder}\\uv{end}" for folder in ("C:\\a", "C:\\b b", "D:\\c") for end in (".EXE", ".cmd")]
    assert list(windows.places_of("uv.exe", "C:\\a", ".EXE", WINDOWS)) == ["C:\\a\\uv.exe", "C:\\a\\uv.exe.EXE"]
    assert list(windows.places_of("s.ps1", "C:\\a", ".EXE", WINDOWS)) == ["C:\\a\\s.ps1", "C:\\a\\s.ps1.EXE"]
    assert list(windows.places_of("python3.13", "C:\\a", ".EXE", WINDOWS)) == ["C:\\a\\python3.13.EXE"]
    assert list(windows.places_of(".\\uv", "C:\\a", ".EXE", WINDOWS)) == [".\\uv.EXE"]
    assert list(windows.places_of("uv", "C:\\a", "", WINDOWS))[1] == "C:\\a\\uv.EXE"
    for system in (LINUX, MACOS):
        found = list(windows.places_of("uv", ':.:tools:/usr/bin:/é "b"', ".EXE", system))
        assert found == ["/usr/bin/uv", '/é "b"/uv']


def _of_cmd(line: str) -> list[str]:
    """What a batch file gets of a command line, as far as quotes go: cmd.exe takes `""` between quotes for one."""
    inner = re.fullmatch(r'"[^"]*cmd\.exe" /d /e:on /v:off /s /c "(.*)"', line, re.DOTALL)
    assert inner
    words = re.findall(r'"((?:[^"]|"")*)"', inner[1])
    return [word.replace('""', '"').replace("%%cd:~,%", "%") for word in words]


@pytest.mark.parametrize(
    "argument",
    ["", "a", "a b", "a&calc", "a|b", "a<b>c", "a^b", "%PATH%", "100%", 'say "hi"', "é", "!x!", "(a)", "a;b,c=d"],
)
def test_a_batch_file_gets_its_arguments_as_they_are(argument: str) -> None:
    line = run.started("C:\\a b\\x.CMD", [argument, "end"])
    assert isinstance(line, str)
    assert _of_cmd(line) == ["C:\\a b\\x.CMD", argument, "end"]
    assert re.sub(r'"(?:[^"]|"")*"', "", line.partition(" /c ")[2][1:-1]).strip() == ""


def test_a_batch_file_gets_backslashes_before_a_quote_doubled() -> None:
    line = str(run.started("C:\\x.bat", ["C:\\a\\", 'b\\"c']))
    assert line.endswith('"C:\\a\\\\" "b\\\\""c""')


@pytest.mark.parametrize("argument", ["a\nb", "a\rb", "a\0b"])
def test_what_a_batch_file_cannot_be_given(argument: str) -> None:
    with pytest.raises(VenvhookError, match="cannot be given a line end"):
        run.started("C:\\x.bat", [argument])


def test_programs_and_scripts_are_started_otherwise() -> None:
    assert run.started("C:\\x.exe", ["a b"]) == ["C:\\x.exe", "a b"]
    assert run.started("C:\\x.ps1", ["a b"])[-3:] == ["-File", "C:\\x.ps1", "a b"]


@pytest.mark.parametrize(
    ("code", "want"), [(0, 0), (3, 3), (0x7FFFFFFF, 0x7FFFFFFF), (0xC000013A, -0x3FFFFEC6), (0xFFFFFFFF, -1)]
)
def test_the_status_of_a_command(code: int, want: int) -> None:
    assert run.status(code) == want


# ---- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "name"), [(0, None), (65001, "utf-8"), (850, "cp850"), (932, "cp932"), (54321, None)])
def test_the_encoding_of_a_code_page(page: int, name: str | None) -> None:
    assert windows.encoding(page) == name


def test_what_is_printed_for_a_program() -> None:
    assert show.printed("C:\\Rene\u0301", "cp850", WINDOWS) == b"C:\\Rene\\u0301"
    assert show.printed("C:\\é", "cp850", WINDOWS) == b"C:\\\x82"
    assert show.printed("/\udce9/é", "cp850", LINUX) == b"/\xe9/\xc3\xa9"


def test_nobody_reads_the_output() -> None:
    assert cli.unread(OSError(errno.EINVAL, "Invalid argument"), WINDOWS)
    assert not cli.unread(OSError(errno.EINVAL, "Invalid argument", "C:\\x"), WINDOWS)
    assert not cli.unread(OSError(errno.EINVAL, "Invalid argument"), LINUX)
    assert not cli.unread(OSError(errno.ENOSPC, "full"), WINDOWS)


@pytest.mark.parametrize(
    ("path", "want"),
    [("C:\\Users\\me\\a", "~\\a"), ("c:\\USERS\\ME", "~"), ("C:\\Users\\meg", "C:\\Users\\meg"), ("D:\\x", "D:\\x")],
)
def test_paths_below_the_home_folder(path: str, want: str) -> None:
    assert place.near(path, Folders("", "", "", HOME + "\\"), WINDOWS) == want


def test_advice_is_in_the_words_of_the_system() -> None:
    assert advice.delete_folder("/a b", LINUX) == "rm -rf '/a b'"
    assert advice.delete_folder("C:\\a b", WINDOWS) == "Remove-Item -Recurse -Force -LiteralPath 'C:\\a b'"
    assert advice.delete("C:\\it's", WINDOWS) == "Remove-Item -LiteralPath 'C:\\it''s'"
    assert advice.move("/a", "/it's", MACOS) == "mv /a '/it'\"'\"'s'"
    assert advice.move("C:\\a", "C:\\b[1]", WINDOWS) == "Move-Item -LiteralPath C:\\a -Destination 'C:\\b[1]'"
    assert advice.word("a\u2019b$c", WINDOWS) == "'a\u2019\u2019b$c'"
    assert advice.program("C:\\Program Files\\p.exe", WINDOWS) == "& 'C:\\Program Files\\p.exe'"
    assert advice.program("C:\\p.exe", WINDOWS) == "C:\\p.exe"
    assert advice.program("/a b/p", LINUX) == "'/a b/p'"


# ---- files -----------------------------------------------------------------------------------------------------------


def test_a_startup_file_on_a_drive_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The search for the folder that is there ends at the root, whatever that is."""
    monkeypatch.setattr(os.path, "isdir", lambda path: False)
    monkeypatch.setattr(os, "makedirs", lambda *_, **__: None)
    assert rcfile._make_folder("/q/r/profile.ps1") == 3


@pytest.fixture
def git(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path / ".git"


def test_the_exclude_file_where_no_folder_can_be_opened(git: Path) -> None:
    found = init._Exclude(str(git), "/.venvhook.toml")
    os.close(init._opened_by_path(found, making=False))
    assert os.listdir(git) == []
    os.close(init._opened_by_path(found, making=True))
    assert os.path.isfile(found.path)
    os.close(init._opened_by_path(found, making=True))


@pytest.mark.parametrize("linked", ["info", "info/exclude"])
def test_a_link_is_not_followed_to_the_exclude_file(git: Path, tmp_path: Path, linked: str) -> None:
    (tmp_path / "target").mkdir()
    (git / linked).parent.mkdir(exist_ok=True)
    (git / linked).symlink_to(tmp_path / "target")
    for making in (False, True):
        with pytest.raises(VenvhookError, match="is a symlink"):
            init._opened_by_path(init._Exclude(str(git), "/x"), making)
    assert os.listdir(tmp_path / "target") == []


def test_a_second_name_of_the_exclude_file_is_refused(git: Path, tmp_path: Path) -> None:
    (git / "info").mkdir()
    (tmp_path / "rc").touch()
    os.link(tmp_path / "rc", git / "info" / "exclude")
    with pytest.raises(VenvhookError, match="is not a plain file of yours alone"):
        init._opened_by_path(init._Exclude(str(git), "/x"), True)
