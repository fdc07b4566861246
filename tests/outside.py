"""No test touches what is outside of its folder, on any system.

Each test has a home of its own, by every name under which a system or a program finds one. A write to a place that is
neither a temporary folder nor the repository is stopped, and its test fails, even if the code under test catches
errors. What child processes do cannot be seen from here: so the real home's startup files, and venvhook's own folders
in it, are compared before and after the run.

What is decided about paths takes the system as an argument, and is tried for each of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from venvhook.system import HERE, LINUX, WINDOWS, System, alike, within

REPOSITORY = str(Path(__file__).parents[1])
ENVIRON = dict(os.environ)  # for what is installed once, for all runs, by pip's and npm's own settings

# Where a home is, and where the settings of shells and programs are. Without the variables of _UNSET, these are at
# their usual places in the home.
_FOLDERS = {"HOME": "", "USERPROFILE": "", "APPDATA": "AppData/Roaming", "LOCALAPPDATA": "AppData/Local"}
_UNSET = (
    "HISTFILE", "HOMEDRIVE", "HOMEPATH", "OneDrive", "OneDriveCommercial", "OneDriveConsumer", "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "XDG_DATA_DIRS", "XDG_DATA_HOME", "XDG_DOCUMENTS_DIR", "XDG_STATE_HOME",
    "ZDOTDIR",
)  # fmt: skip

# Audit events of Python that change a disk: where among their arguments the changed paths are, and the descriptors of
# the folders that these are relative to. "open" is decided by its flags.
_CHANGES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "open": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.link": ((1, 3),),
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.setxattr": ((0, None),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.utime": ((0, 3),),
    "shutil.rmtree": ((0, 1),),
}
_REGISTRY = ("winreg.CreateKey", "winreg.DeleteKey", "winreg.DeleteValue", "winreg.SetValue")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# Below a home or a folder of documents, what shells read at their start, and where venvhook keeps what is its own.
_STARTUP = (
    ".bash_login", ".bash_logout", ".bash_profile", ".bashrc", ".profile", ".zlogin", ".zprofile", ".zshenv", ".zshrc",
    ".config/fish/conf.d/venvhook.fish", ".config/fish/config.fish", ".config/powershell/profile.ps1",
    ".config/powershell/Microsoft.PowerShell_profile.ps1", "PowerShell/profile.ps1", "WindowsPowerShell/profile.ps1",
    "PowerShell/Microsoft.PowerShell_profile.ps1", "WindowsPowerShell/Microsoft.PowerShell_profile.ps1",
)  # fmt: skip
_OWN = (
    ".local/share/venvhook", ".config/venvhook", "Library/Application Support/venvhook", "AppData/Local/venvhook",
    "AppData/Roaming/venvhook",
)  # fmt: skip


# ---- A home of its own -----------------------------------------------------------------------------------------------


def own_home(home: str, system: System = HERE) -> dict[str, str | None]:
    """Return the variables by which HOME is found on any system, and by any program; None: not set."""
    found: dict[str, str | None] = dict.fromkeys(_UNSET)
    found.update({name: system.path.normpath(system.path.join(home, below)) for name, below in _FOLDERS.items()})
    drive, path = system.path.splitdrive(home)
    if drive:
        found.update(HOMEDRIVE=drive, HOMEPATH=path)
    return found


def live_in(home: str | Path, patch: pytest.MonkeyPatch) -> None:
    """Have the test's home be HOME, which need not exist."""
    for name, value in own_home(str(home)).items():
        if value is None:
            patch.delenv(name, raising=False)
        else:
            patch.setenv(name, value)


# ---- What may be written ---------------------------------------------------------------------------------------------


def homes(environ: Mapping[str, str], registered: Iterable[str] = (), system: System = HERE) -> list[str]:
    """Return the real homes, profiles and folders of documents: by ENVIRON, and what is REGISTERED with the system."""
    join = system.path.join
    said = [environ.get(name, "") for name in ("HOME", "USERPROFILE")]
    said.append(environ.get("HOMEDRIVE", "") + environ.get("HOMEPATH", ""))
    said += registered
    said += [environ.get(name, "") for name in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")]
    said += [join(folder, "Documents") for folder in said if folder]
    return list(dict.fromkeys(system.path.normpath(folder) for folder in said if system.path.isabs(folder)))


def trespass(event: str, arguments: tuple[object, ...], allowed: Iterable[str], system: System = HERE) -> str:
    """Return the path that an audit EVENT would change outside of the folders ALLOWED; "" for none.

    Relative paths start from the current folder. Those that are relative to an open folder are not judged: whoever
    opened that got it by a path. Bytecode may be written wherever modules are, and devices are not files.
    """
    if event in _REGISTRY:
        return f"the registry ({event})"
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _WRITING):
        return ""
    for at, relative in _CHANGES[event]:
        path, folder = arguments[at], arguments[relative] if relative and relative < len(arguments) else None
        if isinstance(path, int) or path is None or (isinstance(folder, int) and folder >= 0):
            continue
        text = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else os.fspath(path)  # type: ignore
        if not _may(text, allowed, system):
            return text
    return ""


def _may(path: str, allowed: Iterable[str], system: System) -> bool:
    whole = system.path.normpath(system.path.join(os.getcwd(), path)) if not system.path.isabs(path) else path
    if "__pycache__" in whole or (system is not WINDOWS and within(whole, "/dev", system)):
        return True
    if system is WINDOWS and alike(system.path.basename(whole), system) in ("nul", "con", "conin$", "conout$"):
        return True
    if system is HERE:  # a symlink is judged by where it is, and what is below one by where it leads to
        whole = os.path.join(os.path.realpath(os.path.dirname(whole)), os.path.basename(whole))
    whole = system.path.normpath(whole)
    return any(within(whole, folder, system) for folder in allowed)


class Guard:
    """The plugin. `caught`: what the test that is running would have changed; None while no test is running."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = [os.path.realpath(folder) for folder in allowed]
        self.caught: list[str] | None = None
        self.before: dict[str, object] = {}
        self.count = 0

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Stop what would change something outside (sys.addaudithook). An exception from here ends the call."""
        if event not in _CHANGES and event not in _REGISTRY:
            return
        caught = self.caught
        if caught is None:
            return
        self.caught = None  # what is asked for from here on is no test's
        try:
            path = trespass(event, arguments, self.allowed)
        finally:
            self.caught = caught
        if path:
            caught.append(f"{event}: {path}")
            raise AssertionError(f"a test must not change what is outside of its folder: {event} {path}")

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.caught = []
        yield
        self.caught = None

    @pytest.fixture(autouse=True)
    def _outside(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        """A home of the test's own; in the end the test fails if it tried to change what is outside."""
        self.count += 1
        home = tmp_path_factory.getbasetemp() / "homes" / str(self.count)
        home.mkdir(parents=True)
        with pytest.MonkeyPatch.context() as patch:
            live_in(home, patch)
            if HERE is WINDOWS:  # whose own answer is of the user, whatever the variables say
                from platformdirs import windows

                patch.setattr(windows, "get_win_folder", windows.get_win_folder_from_env_vars)
            yield
        try:
            home.rmdir()  # empty after most tests
        except OSError:
            pass
        caught, self.caught = self.caught, []
        assert not caught, f"changed outside of its folder: {caught}"

    # ---- What child processes did

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):
            self.before = listing(_real_homes())

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workerinput"):
            return
        now = listing(_real_homes())
        changed = sorted(path for path in {*self.before, *now} if self.before.get(path) != now.get(path))
        if changed:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            problem = "what is outside of the tests was changed while they ran, as by a process of theirs"
            sys.stderr.write("\n".join([f"\nFAILED: {problem}:", *changed, ""]))


def listing(roots: Iterable[str]) -> dict[str, object]:
    """Return the state of the startup files of the homes ROOTS, and of all that venvhook keeps in them, by path."""
    found: dict[str, object] = {}
    for root in roots:
        for path in (os.path.join(root, *name.split("/")) for name in _STARTUP):
            found[path] = _state(path)
        for folder in (os.path.join(root, *name.split("/")) for name in _OWN):
            found[folder] = os.path.isdir(folder)
            for parent, _, files in os.walk(folder):
                found.update({path: _state(path) for path in (os.path.join(parent, name) for name in files)})
    return {path: state for path, state in found.items() if state}


def _state(path: str) -> object:
    try:
        seen = os.lstat(path)
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_mode


def _real_homes() -> list[str]:
    """The homes of whoever runs the tests, also where a variable names another."""
    registered: list[str] = []
    if HERE is WINDOWS:
        from platformdirs import user_documents_dir

        registered.append(user_documents_dir())
    else:
        import pwd

        try:
            registered.append(pwd.getpwuid(os.getuid()).pw_dir)
        except KeyError:
            pass
    return homes(ENVIRON, registered)


def guard(config: pytest.Config) -> None:
    """Have the tests of CONFIG guarded. A process can never be rid of an audit hook: so it is silent between tests."""
    temporary = [tempfile.gettempdir(), str(config.option.basetemp or ""), ENVIRON.get("TMPDIR", "")]
    if HERE is LINUX:
        temporary.append("/dev/shm")
    plugin = Guard([REPOSITORY, *filter(None, temporary)])
    sys.addaudithook(plugin.hear)
    config.pluginmanager.register(plugin, "outside")
