"""Which folders may be made, moved or deleted: environments of the project, and nothing else.

An environment's place comes from files that other people write too. So whatever such a file leads to, these are never
deleted: home, projects, mount points, what holds other environments, what belongs to another project or user, and
what venvhook itself lives by. What is not in the project's own folder is deleted only after a question.
"""

from __future__ import annotations

import os
import re
import sys

from venvhook.environment import Unfit, has_commands, inspect
from venvhook.errors import VenvhookError
from venvhook.files import is_link, read_text
from venvhook.shells.advice import word
from venvhook.system import HERE, System, above, alike, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MARKER = ".venvhook.toml"
# What shows that a folder inside the project is a project of its own, and not just a part of this one.
NESTED = (MARKER, ".git", ".hg", ".svn")
# What shows that a folder elsewhere is a project. What lies in it belongs to that project.
PROJECTS = (
    *NESTED, "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "poetry.lock", "uv.lock",
    "pdm.lock", "hatch.toml", "environment.yml", "environment.yaml", "pixi.toml", "tox.ini", "manage.py",
)  # fmt: skip
# What an environment's own folder never has at its top; only a project has.
CONTENTS = (MARKER, ".git", ".hg", ".svn", "pyproject.toml", "setup.py", "setup.cfg")
BY_HAND = "look at it, and delete it by hand if you mean it"


def keep_off(root: str, folder: str, home: str) -> None:
    """VenvhookError where no environment may be made or deleted: home, the project, what holds one of them.

    Raises AssertionError for a relative ROOT, which no rule may give.
    """
    if not os.path.isabs(root):
        raise AssertionError(f"a relative path is no place of an environment: {root}")
    try:
        real = os.path.realpath(root)
    except RecursionError:  # Python follows such a chain link by link, before 3.13 by a function that calls itself
        raise VenvhookError("leads through too many symlinks", root, remedy="name the folder itself") from None
    for name, kept in (("your home folder", home), ("the project", folder)):
        if within(os.path.realpath(kept), real):
            problem = f"is {name}, or holds it"
            raise VenvhookError(problem, root, remedy="name the environment's own folder with venv = … in the marker")


def removable(
    root: str, folder: str, home: str, damaged: bool = False, own: Sequence[str] = (), unfinished: str = ""
) -> None:
    """VenvhookError unless ROOT is an environment of the project FOLDER (or was one: DAMAGED), that may be deleted.

    FOLDER is without links. OWN are the folders that venvhook keeps its own files in; UNFINISHED is the environment
    that it was making when it was killed.
    """
    keep_off(root, folder, home)
    parent = os.path.realpath(os.path.dirname(root))
    if within(root, folder) and not within(parent, folder):
        raise VenvhookError("leads out of the project by a link", root, remedy="delete it where it really is")
    if not os.path.lexists(root):
        raise VenvhookError("there is no environment, so there is nothing to remove", root)
    if root != unfinished and not (was_environment if damaged else is_environment)(root):
        problem = "is no environment (no pyvenv.cfg, no conda-meta)"
        raise VenvhookError(problem, root, remedy="look at it, and move it away")
    doomed = os.path.join(parent, os.path.basename(root))
    if is_link(root):
        if not within(os.path.realpath(root), folder):
            return  # only the link goes
        doomed = os.path.realpath(root)
    _not_ours(doomed, own)
    _alone(doomed)
    _not_anothers(doomed, folder, os.path.realpath(home))


def is_conda(root: str) -> bool:
    """Whether ROOT is a prefix of conda's, in whatever state."""
    return os.path.isdir(os.path.join(root, "conda-meta"))


def inside(root: str, folder: str) -> bool:
    """Whether ROOT lies in the project's own FOLDER (without links), and not just by a link."""
    return within(os.path.realpath(os.path.dirname(root)), folder)


def _not_ours(root: str, own: Sequence[str]) -> None:
    """VenvhookError for what venvhook itself lives by."""
    if within(os.path.realpath(sys.prefix), root):
        raise VenvhookError("is the environment that venvhook itself runs in", root, remedy="venvhook uninstall")
    for path in map(os.path.realpath, own):
        if within(root, path) or within(path, root):
            raise VenvhookError("holds files of venvhook's own, or lies among them", root, remedy="venvhook uninstall")


def _alone(root: str) -> None:
    """VenvhookError where ROOT is, or holds, more than one environment that is the user's to delete."""
    if os.path.isdir(os.path.join(root, "condabin")):
        raise VenvhookError("is conda's base environment", root, remedy=BY_HAND)
    held = next((name for name in CONTENTS if os.path.lexists(os.path.join(root, name))), None)
    if held:
        raise VenvhookError(f"holds more than an environment ({held})", root, remedy=BY_HAND)
    seen = os.lstat(root)
    if HERE.owners and seen.st_uid not in (os.geteuid(), 0):
        raise VenvhookError(f"belongs to another user ({seen.st_uid})", root, remedy="ask that user to remove it")
    mounted = next((place for place in _mounts() if within(place, root)), None)
    if mounted:
        raise VenvhookError("is mounted there, and would be emptied", mounted, remedy="unmount it first")
    other = next(_environments(root), None)
    if other:
        raise VenvhookError(f"holds another environment ({os.path.relpath(other, root)})", root, remedy=BY_HAND)


def _environments(root: str) -> Iterator[str]:
    """The environments below ROOT, and what is in its `envs`, where conda and pyenv keep some; links not followed."""
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            held = list(os.scandir(folder))
        except OSError:
            continue  # cannot be listed, so it cannot be deleted either
        below = [entry.path for entry in held if entry.is_dir(follow_symlinks=False) and not is_link(entry.path)]
        names = {entry.name for entry in held}
        if folder != root and ("pyvenv.cfg" in names or os.path.join(folder, "conda-meta") in below):
            yield folder
        if folder == os.path.join(root, "envs"):
            yield from below
        folders += below


def _not_anothers(root: str, folder: str, home: str) -> None:
    """VenvhookError where ROOT belongs to another project than FOLDER: by its file `.project`, or by where it lies.

    A project that holds FOLDER is not another one: a workspace's environment is that of its members.
    """
    bound = _bound(root)
    if bound and not within(folder, os.path.realpath(bound)):
        raise VenvhookError(f"its file .project says that it is the environment of {bound}", root, remedy=BY_HAND)
    owner = next((each for each in between(root, (folder, home)) if _is_project(each, folder)), None)
    if owner is None or within(folder, owner):
        return
    remedy = BY_HAND
    if os.path.lexists(os.path.join(owner, MARKER)):
        remedy = f"to delete it there: venvhook remove {word(owner)}"
    raise VenvhookError(f"its environment is not this project's ({folder})", owner, remedy=remedy)


def between(path: str, ends: Sequence[str], system: System = HERE) -> list[str]:
    """The folders above PATH, the nearest first, up to the first of ENDS, or to the root of the disk, without it."""
    found: list[str] = []
    last = {alike(end, system) for end in ends}
    for folder in above(path, system):
        if alike(folder, system) in last or system.path.dirname(folder) == folder:
            break
        found.append(folder)
    return found


def _is_project(path: str, folder: str) -> bool:
    """Whether PATH is a project of its own, seen from the project FOLDER."""
    signs = NESTED if within(path, folder) else PROJECTS
    return any(os.path.lexists(os.path.join(path, name)) for name in signs) and not _is_pyenv(path)


def _bound(root: str) -> str:
    """The project that virtualenvwrapper or pipenv has noted in ROOT; "" for none."""
    path = os.path.join(root, ".project")
    if not os.path.lexists(path):
        return ""
    try:
        line = read_text(path, 1 << 16).partition("\n")[0].strip()
    except VenvhookError:
        return path  # what it says cannot be known
    return os.path.join(root, line) if line else ""


def _is_pyenv(folder: str) -> bool:
    """Whether FOLDER is pyenv itself, which is a clone by git and has environments of every project."""
    return os.path.exists(os.path.join(folder, "libexec", "pyenv"))


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
