"""What only Windows has: shells whose hook cannot work there, Pythons whose files are moved, scripts that are not run.

Each rule decides about what it is given, so that it can be tried on any system. Functions at the end ask the machine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

from venvhook.errors import VenvhookError
from venvhook.shells import pwsh, served
from venvhook.system import HERE, WINDOWS, decode, is_absolute, split_list, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from venvhook.system import System

# The order in which the scopes of execution policies count
# (https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_execution_policies).
_SCOPES = ("MachinePolicy", "UserPolicy", "Process", "CurrentUser", "LocalMachine")
# What holds where no scope says anything: on Windows' clients, and by the settings that PowerShell 7 comes with.
_DEFAULTS = {"powershell": "Restricted", "pwsh": "RemoteSigned"}
_RUN = ("RemoteSigned", "Unrestricted", "Bypass")
_INHERITED = "PSExecutionPolicyPreference"  # the scope Process, which a shell hands on to those that it starts
_PATIENCE = 20  # seconds that a PowerShell may take to answer

_STORE = re.compile(r"[\\/]WindowsApps[\\/]|PythonSoftwareFoundation\.Python\.", re.IGNORECASE)
_MOVED = re.compile(r"[\\/]Packages[\\/][^\\/]+[\\/]LocalCache[\\/]", re.IGNORECASE)
# Whose bash a path is.
_BASHES = (
    ("WSL", r"[\\/]Windows[\\/](System32|Sysnative|SysWOW64)[\\/]|[\\/]WindowsApps[\\/]"),
    ("Git for Windows", r"[\\/](Portable)?Git[\\/]"),
    ("MSYS2", r"[\\/]msys(32|64|2)?[\\/]"),
    ("Cygwin", r"[\\/]cygwin(32|64)?[\\/]"),
)
_WSL = "in WSL, install venvhook inside of it"
_DRIVES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")  # the variables that name OneDrive's folders


# ---- Shells ----------------------------------------------------------------------------------------------------------


def refused(shell: str, system: System = HERE) -> VenvhookError | None:
    """What to say to a person who asks for SHELL, if its hook cannot work; else None."""
    if shell in served(system):
        return None
    problem = f"{shell} cannot load the hook on Windows: the paths of its commands (/c/Users) are not those of Python"
    return VenvhookError(problem, remedy=f"use PowerShell: venvhook install --shell pwsh; {_WSL}")


def foreign_bash(path: str) -> str:
    """Whose the program PATH, a bash on Windows, is: "WSL", "Git for Windows", "MSYS2", "Cygwin"; "" for others."""
    return next((name for name, sign in _BASHES if re.search(sign, path, re.IGNORECASE)), "")


def passed_over(bash: str | None, environ: Mapping[str, str], system: System = HERE) -> str:
    """A line on the program BASH, for which nothing is installed on Windows; "" where there is none."""
    if system is not WINDOWS or not (bash or environ.get("MSYSTEM")):
        return ""
    owner = foreign_bash(bash or "")
    if environ.get("MSYSTEM") and owner in ("", "WSL"):  # which Git Bash and MSYS2 set, whatever is first on PATH
        owner = "Git for Windows"
    if owner == "WSL":
        return f"bash ({bash}) belongs to WSL, and got no hook; {_WSL}"
    named = f"bash of {owner}" if owner else "bash"
    return f"{named} got no hook, since its paths are not those of Windows; use PowerShell"


# ---- Pythons and folders ---------------------------------------------------------------------------------------------


def stored(pythons: Iterable[str], folders: Iterable[str] = (), system: System = HERE) -> VenvhookError | None:
    """What to say where Python comes from the Microsoft Store; else None.

    PYTHONS: the paths of the one that runs, and of what it was made of. FOLDERS: where our own folders really are.
    """
    if system is not WINDOWS:
        return None
    found = next(filter(_STORE.search, pythons), None) or next(filter(_MOVED.search, folders), None)
    if found is None:
        return None
    problem = "is of the Microsoft Store's Python, whose files Windows moves to where PowerShell does not find the hook"
    remedy = "use another one: uv tool install --managed-python venvhook; or: winget install Python.Python.3.13"
    return VenvhookError(problem, found, remedy=remedy)


def shared(profile: str, environ: Mapping[str, str], system: System = HERE) -> str:
    """A line on a PROFILE that more computers than this one read, or that lies on a server; "" for others."""
    if system is not WINDOWS:
        return ""
    drives = [environ[name] for name in _DRIVES if environ.get(name)]
    if any(within(profile, drive.rstrip("\\/"), system) for drive in drives):
        told = "is in OneDrive, so all computers of your account read it; its line does nothing where there is no hook"
        return f"{profile} {told}; venvhook uninstall takes it out for all of them"
    if profile.startswith(("\\\\", "//")) and not profile.startswith(("\\\\?\\", "\\\\.\\")):
        return f"{profile} is on a server; a PowerShell that runs only local scripts does not read it"
    return ""


# ---- Scripts ---------------------------------------------------------------------------------------------------------


def policy(scopes: Mapping[str, str], program: str = "powershell") -> VenvhookError | None:
    """What to say of the execution policies of PROGRAM, by scope; None where it reads profiles and hooks.

    "Effective" among SCOPES is what the program itself makes of them.
    """
    scope = next((each for each in _SCOPES if scopes.get(each, "Undefined") != "Undefined"), "")
    name = scopes.get("Effective") or scopes.get(scope) or _DEFAULTS[program]
    if name in _RUN:
        return None
    name = "Restricted" if name in ("Default", "Undefined") else name
    why = "only signed scripts, and so" if name == "AllSigned" else "no scripts, and so"
    problem = f"{program}: the execution policy is {name}, so it runs {why} neither your profile nor the hook"
    remedy = f"to allow your own scripts: {program} -Command {pwsh.ALLOW_SCRIPTS}; then: venvhook install"
    if scope.endswith("Policy"):
        remedy = f"a group policy ({scope}) says so: ask whoever manages this computer"
    return VenvhookError(problem, remedy=remedy)


# ---- What is asked of the machine ------------------------------------------------------------------------------------


def policies(program: str) -> dict[str, str]:
    """The execution policies of a new window of PROGRAM, a PowerShell, by scope and "Effective"; {}: it tells none."""
    text = (
        '"Effective $(Get-ExecutionPolicy)"; '
        'Get-ExecutionPolicy -List | ForEach-Object { "$($_.Scope) $($_.ExecutionPolicy)" }'
    )
    command = [which(program) or program, "-NoProfile", "-NonInteractive", "-Command", text]
    environ = {name: value for name, value in os.environ.items() if name.upper() != _INHERITED.upper()}
    try:
        told = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_PATIENCE, check=True, env=environ
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    words = [line.split() for line in decode(told.stdout).splitlines()]
    return {pair[0]: pair[1] for pair in words if len(pair) == 2}


def closed(program: str) -> VenvhookError | None:
    """What keeps the PowerShell PROGRAM from reading a profile; None where nothing does, or it does not tell."""
    scopes = policies(program)
    return policy(scopes, program) if scopes else None


def code_page() -> int:
    """The code page by which what programs of this console print is read; 0 where there is no console."""
    import ctypes

    return int(ctypes.windll.kernel32.GetConsoleOutputCP())  # type: ignore[attr-defined, unused-ignore]


def encoding(page: int) -> str | None:
    """Python's name for a code page; None for what is none, or not known."""
    import codecs

    name = "utf-8" if page == 65001 else f"cp{page}"
    try:
        return codecs.lookup(name).name if page else None
    except LookupError:
        return None


def which(name: str, path: str | None = None, system: System = HERE) -> str | None:
    """The file that the command NAME is in the folders of PATH (this process's, unless given).

    On Windows the current folder, which may be a project's, is not one of them, whatever the system itself does.
    """
    if system is not WINDOWS:
        return shutil.which(name, path=path)
    path = os.environ.get("PATH", "") if path is None else path
    found = filter(os.path.isfile, places_of(name, path, os.environ.get("PATHEXT", ""), system))
    return next(found, None)


def places_of(name: str, path: str, endings: str = "", system: System = HERE) -> Iterator[str]:
    """The files that the command NAME may be: in the folders of PATH, on Windows with the ENDINGS of PATHEXT.

    A NAME with a folder is looked for there alone. Folders that are not absolute are passed over.
    """
    folders, names = split_list(path, system), [name]
    if system is WINDOWS:
        folders, names = [folder.strip('"') for folder in folders], list(_spellings(name, endings))
    folders = [folder for folder in folders if is_absolute(folder, system)]
    if system.path.dirname(name):
        folders = [""]
    yield from (system.path.join(folder, each) for folder in folders for each in names)


def _spellings(name: str, endings: str) -> Iterator[str]:
    """The names of files that the command NAME may have on Windows; a script of PowerShell only by its whole name."""
    known = [each for each in (endings or ".COM;.EXE;.BAT;.CMD").split(";") if each]
    if os.path.splitext(name)[1].upper() in (".PS1", *map(str.upper, known)):
        yield name
    yield from (name + each for each in known)
