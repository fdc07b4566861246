"""`run` and `which`: the project's environment without any shell."""

from __future__ import annotations

import errno
import os
import re
import sys

from venvhook.cli import place, show
from venvhook.errors import VenvhookError
from venvhook.system import HERE, WINDOWS, alike, fold, join_list, split_list
from venvhook.windows import which as found_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from venvhook.folders import Folders
    from venvhook.plan import Plan
    from venvhook.project import Project
    from venvhook.system import System

NOT_EXECUTABLE, NOT_FOUND = 126, 127  # POSIX, Shell Command Language, 2.8.2


def apply(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """What a program that is started inside PLAN's project finds in its environment, if it would find ENVIRON outside.

    The same as entering exports, what a shell that is started inside needs to undo it (`venvhook.undo`) included.
    """
    result = dict(environ)
    for name, value in plan.variables:
        old = result.pop(fold(name), None)
        if old is not None:
            result[f"_VENVHOOK_OLD_{name}"] = f"={old}"
        if value is not None:
            result[fold(name)] = value
    for name, folders in plan.lists:
        old = result.get(fold(name))
        if old is not None:
            there = set(map(alike, split_list(old)))
            held = [folder for folder in folders if alike(folder) in there]
            result[f"_VENVHOOK_OLD_{name}"] = "=" + join_list([*held, ""])
        result[fold(name)] = join_list([*folders, old] if old else folders)
    result.update(plan.exports())
    return result


def entered(folders: Folders, directory: str | None) -> tuple[Project, Plan]:
    """The project that DIRECTORY is in, and its plan. VenvhookError where it would not be entered."""
    asked = place.asked(folders, place.project(folders, directory))
    plan = asked.plan()
    if not plan.sign:
        if plan.notice:
            raise VenvhookError(plan.notice)
        raise VenvhookError("you denied it", asked.marker_path, remedy="to undo that: venvhook allow")
    if plan.notice:
        show.note(plan.notice)
    return asked, plan


def which(folders: Folders, command: str) -> None:
    """Print the path that COMMAND has inside the project."""
    asked, plan = entered(folders, None)
    found = found_on(command, apply(plan, asked.environ)["PATH"])
    if found is None:
        problem = f"no command {command} in its environment, nor elsewhere on PATH"
        raise VenvhookError(problem, asked.project, remedy=_installing(asked, plan, command))
    show.path(found)


def run(folders: Folders, directory: str | None, command: Sequence[str]) -> int:
    """Become COMMAND, with the project's environment; its exit status where a process cannot become another."""
    asked, plan = entered(folders, directory)
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        return _become(list(command), apply(plan, asked.environ))
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        problem = "no such command" if missing else (error.strerror or str(error)).lower()
        remedy = (
            _installing(asked, plan, command[0]) if missing and os.path.basename(command[0]) == command[0] else None
        )
        show.note(str(VenvhookError(problem, command[0], remedy=remedy)))
        return NOT_FOUND if missing else NOT_EXECUTABLE


def _installing(asked: Project, plan: Plan, command: str) -> str:
    """How a package comes into the environment of PLAN: not every one has pip."""
    from venvhook.create import adding

    manager = asked.search.chosen.manager if asked.search and asked.search.chosen else ""
    pip = found_on("pip", plan.bin) and "venvhook run python -m pip install"
    add = adding(manager) or pip or "venvhook run uv pip install"
    return f"to install the package that has it, if that is called so too: {add} {command}"


def _become(command: list[str], environ: dict[str, str]) -> int:
    if HERE is not WINDOWS:
        return _exec(command, environ)
    program = found_on(command[0], environ.get("PATH"))
    if program is None:
        raise FileNotFoundError(errno.ENOENT, "no such command", command[0])
    return _wait(started(program, command[1:]), environ)


def _wait(line: str | list[str], environ: dict[str, str]) -> int:
    """Start LINE and wait, for on Windows who execs is gone before the command has ended. Ctrl-C is the command's."""
    import signal
    import subprocess

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(line, env=environ) as process:
            return status(process.wait())
    finally:
        signal.signal(signal.SIGINT, before)


def status(code: int) -> int:
    """The exit CODE of a program on Windows, 32 bits without a sign, as the number that an exit takes there."""
    return code - (1 << 32) if code >= 1 << 31 else code


def started(program: str, arguments: Sequence[str], system: System = WINDOWS) -> str | list[str]:
    """What is started on Windows, so that the file PROGRAM gets ARGUMENTS as they are.

    A script of PowerShell is none that Windows itself can start. A batch file is read by cmd.exe, to which & | < > ^ %
    mean something even in an argument: each is quoted, a quote in one is doubled, and after each `%` comes what cmd.exe
    takes for an empty text, so that no variable is looked up. VenvhookError for what it cannot be given.
    """
    ending = system.path.splitext(program)[1].lower()
    if ending == ".ps1":
        shell = found_on("pwsh") or found_on("powershell") or "powershell.exe"
        return [shell, "-NoLogo", "-NoProfile", "-File", program, *arguments]
    if ending not in (".bat", ".cmd"):
        return [program, *arguments]
    if any(character in each for each in arguments for character in "\0\r\n"):
        raise VenvhookError("is a batch file, which cannot be given a line end", program, remedy="start it otherwise")
    words = " ".join([f'"{program}"', *map(_for_batch, arguments)])
    interpreter = os.path.join(os.environ.get("SystemRoot", "C:\\Windows"), "System32", "cmd.exe")
    return f'"{interpreter}" /d /e:on /v:off /s /c "{words}"'


def _for_batch(argument: str) -> str:
    doubled = re.sub(r'(\\*)("|\Z)', lambda found: found[1] * 2 + found[2] * 2, argument)
    return '"' + doubled.replace("%", "%%cd:~,%") + '"'


def _exec(command: list[str], environ: dict[str, str]) -> NoReturn:
    import signal

    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores these, and a program inherits that
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execvpe(command[0], command, environ)
