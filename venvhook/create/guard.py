"""Which folders may be made, moved or deleted: environments of the project, and nothing else."""

from __future__ import annotations

import os
import re
import shlex
import sys

from venvhook.environment import Unfit, has_commands, inspect
from venvhook.errors import VenvhookError

OWNERS = (".venvhook.toml", "pyproject.toml")  # whose folder what lies in it belongs to
PROJECTS = (".git", ".hg", "pyproject.toml", "setup.py", ".venvhook.toml")  # what only a project's folder has


def keep_off(root: str, folder: str, home: str) -> None:
    """VenvhookError where no environment may be made or deleted: home, the project, what holds one of them."""
    real = os.path.realpath(root)
    for name, kept in (("your home folder", home), ("the project", folder)):
        if within(os.path.realpath(kept), real):
            problem = f"is {name}, or holds it"
            raise VenvhookError(problem, root, remedy="name the environment's own folder with venv = … in the marker")


def removable(root: str, folder: str, home: str, damaged: bool = False) -> None:
    """VenvhookError unless ROOT is an environment of the project FOLDER (or was one: DAMAGED), that may be deleted.

    Never the home folder, a project, or what holds one of them; never the environment that venvhook runs in, nor
    conda's base; never through a link above ROOT that leads out, nor another project's.
    """
    keep_off(root, folder, home)
    above = os.path.realpath(os.path.dirname(root))
    if within(root, folder) and not within(above, os.path.realpath(folder)):
        raise VenvhookError("leads out of the project by a link", root, remedy="delete it where it really is")
    if not os.path.lexists(root):
        raise VenvhookError("there is no environment, so there is nothing to remove", root)
    if not (was_environment if damaged else is_environment)(root):
        problem = "is no environment (no pyvenv.cfg, no conda-meta)"
        raise VenvhookError(problem, root, remedy="look at it, and move it away")
    _not_shared(root)
    _not_anothers(above, os.path.realpath(folder))


def _not_anothers(above: str, folder: str) -> None:
    """VenvhookError where the folder ABOVE an environment is in another project than FOLDER.

    A project that holds FOLDER is none: a workspace's environment is that of its members.
    """
    owner = above
    while not any(os.path.lexists(os.path.join(owner, name)) for name in OWNERS):
        if owner == os.path.dirname(owner):
            return
        owner = os.path.dirname(owner)
    if within(folder, owner):
        return
    remedy = "look at it, and delete it by hand if that is meant"
    if os.path.lexists(os.path.join(owner, OWNERS[0])):
        remedy = f"to delete it there: venvhook remove {shlex.quote(owner)}"
    raise VenvhookError(f"its environment is not this project's ({folder})", owner, remedy=remedy)


def _not_shared(root: str) -> None:
    """VenvhookError for an environment that more than one project lives by."""
    remedy = "look at it, and delete it by hand if that is meant"
    if within(os.path.realpath(sys.prefix), os.path.realpath(root)):
        raise VenvhookError("is the environment that venvhook itself runs in", root, remedy="venvhook uninstall")
    if os.path.isdir(os.path.join(root, "condabin")):
        raise VenvhookError("is conda's base environment", root, remedy=remedy)
    held = next((name for name in PROJECTS if os.path.lexists(os.path.join(root, name))), None)
    if held:
        raise VenvhookError(f"holds more than an environment ({held})", root, remedy=remedy)
    real = os.path.realpath(root)
    mounted = next((place for place in _mounts() if place.startswith(real + os.sep)), None)
    if mounted:
        raise VenvhookError("is mounted there, and would be emptied", mounted, remedy="unmount it first")


def _mounts() -> set[str]:
    """Where something is mounted: what Linux tells, for a bind mount of the same disk looks like any folder."""
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            places = [line.split(" ")[4] for line in file]
    except OSError:
        return set()
    return {re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal.group(1), 8)), place) for place in places}


def is_environment(root: str) -> bool:
    """Whether ROOT is an environment, even one that cannot be entered."""
    try:
        inspect(root)
    except Unfit:
        return any(os.path.exists(os.path.join(root, name)) for name in ("pyvenv.cfg", "conda-meta"))
    return True


def was_environment(root: str) -> bool:
    """Whether ROOT is an environment, or was one before it lost its pyvenv.cfg."""
    return is_environment(root) or has_commands(root)


def within(path: str, folder: str) -> bool:
    """Whether PATH is FOLDER or in it, by their names."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
