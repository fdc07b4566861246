"""`run` and `which`: the project's environment without any shell."""

from __future__ import annotations

import os
import shutil
import sys

from venvhook.cli import place, show
from venvhook.errors import VenvhookError
from venvhook.system import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from venvhook.folders import Folders
    from venvhook.plan import Plan
    from venvhook.project import Project

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
        old = result.get(name)
        if old is not None:
            held = [folder for folder in folders if folder in old.split(os.pathsep)]
            result[f"_VENVHOOK_OLD_{name}"] = "=" + "".join(folder + os.pathsep for folder in held)
        result[name] = os.pathsep.join([*folders, old] if old else folders)
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
    found = shutil.which(command, path=apply(plan, asked.environ)["PATH"])
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
    pip = shutil.which("pip", path=plan.bin) and "venvhook run python -m pip install"
    add = adding(manager) or pip or "venvhook run uv pip install"
    return f"to install the package that has it, if that is called so too: {add} {command}"


def _become(command: list[str], environ: dict[str, str]) -> int:
    if os.name == "nt":  # where exec lets the caller go on before the command has ended
        import subprocess

        program = shutil.which(command[0], path=environ.get("PATH")) or command[0]
        return subprocess.run([program, *command[1:]], env=environ, check=False).returncode
    return _exec(command, environ)


def _exec(command: list[str], environ: dict[str, str]) -> NoReturn:
    import signal

    for name in ("SIGPIPE", "SIGXFSZ"):  # Python ignores these, and a program inherits that
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    os.execvpe(command[0], command, environ)
