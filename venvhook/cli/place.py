"""Which project a command is about, and the environment variables as they are outside of every project."""

from __future__ import annotations

import os
import sys

from venvhook import config, marker, undo
from venvhook.errors import VenvhookError
from venvhook.project import Notice, Places, Project
from venvhook.system import HERE, alike, placed, split_list, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from venvhook.folders import Folders
    from venvhook.system import System


def here() -> str:
    """The folder that the shell says it is in, links included. VenvhookError when it was deleted."""
    try:
        real = os.getcwd()
    except OSError:
        raise VenvhookError("the current folder does not exist any more", remedy="to go to another one: cd") from None
    named = os.environ.get("PWD", "")
    try:
        return os.path.normpath(named) if os.path.isabs(named) and os.path.samefile(named, real) else real
    except OSError:
        return real


def start(directory: str | None) -> str:
    """The folder that DIRECTORY, as typed, names; without one, the current folder. VenvhookError for what is none."""
    if directory is None:
        return here()
    path = placed(directory, here())
    if not os.path.isdir(path):
        problem = "is no folder" if os.path.lexists(path) else "does not exist"
        raise VenvhookError(problem, path, remedy="name the folder that holds the project")
    return path


def find(folders: Folders, directory: str | None) -> str | None:
    """The project that DIRECTORY is in, as the hook would find it, or None."""
    return marker.find(start(directory), ceilings(folders))


def called_by_hook(folders: Folders) -> bool:
    """Whether it is the function `venvhook` of a shell with the hook that calls."""
    return alike(sys.argv[0]) == alike(os.path.join(folders.hook, "launch.py"))


def project(folders: Folders, directory: str | None) -> str:
    """The project that DIRECTORY is in. VenvhookError where there is none."""
    found = find(folders, directory)
    if found is None:
        raise VenvhookError(f"no {marker.NAME} here or above", start(directory), remedy="to write one: venvhook init")
    return found


def near(path: str, folders: Folders, system: System = HERE) -> str:
    """PATH as a person writes it: `~` for the home folder."""
    home = folders.home.rstrip(system.separator)
    return "~" + path[len(home) :] if home and within(path, home, system) else path


def ceilings(folders: Folders) -> Sequence[str]:
    """Where a search ends: VENVHOOK_CEILING, else the user's settings."""
    named = os.environ.get("VENVHOOK_CEILING")
    if named is not None:
        return [folder for folder in split_list(named) if folder]
    return config.usable(folders.config, folders.home).ceiling


def asked(folders: Folders, project: str) -> Project:
    """The project in the folder PROJECT, seen from outside of it."""
    places = Places(folders.data, folders.cache, folders.config, folders.home)
    return Project(project, places, undo.outside(os.environ))


def told(notice: Notice, path: str) -> VenvhookError:
    """NOTICE, which keeps a project from being entered, as an error; a denied project has none of its own."""
    cause = notice.args[0]
    if isinstance(cause, VenvhookError):
        return cause
    return VenvhookError(notice.line or "you denied it", path, remedy="to look at it and allow it: venvhook allow")
