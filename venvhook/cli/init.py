"""`init`: from what lies in a project's folder to a marker. Decides what is worth a line in it."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import NamedTuple

from venvhook import dotenv, environment, marker, trust, undo
from venvhook.cli import allow, edit, place, show
from venvhook.create import wish
from venvhook.document import Document
from venvhook.errors import VenvhookError
from venvhook.files import read_plain
from venvhook.locate import Search, auto
from venvhook.managers import SIGNS
from venvhook.system import BINARY, HERE, NOFOLLOW, NONBLOCK, above, decode, encode, is_link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.folders import Folders

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt")
NOTHING = "found nothing: no environment, no manager's files, no requirements"
_WITHOUT = "leave --private out"
_BY_HAND = "write the marker's name into git's info/exclude yourself, or leave --private out"
BY_PIP = (None, "auto", "venv", "virtualenv", "uv")


class Options(NamedTuple):
    """What the person said on the command line; None where they did not."""

    venv: str | None
    python: str | None
    manager: str | None
    prompt: str | None
    private: bool
    force: bool


def init(folders: Folders, directory: str | None, options: Options) -> None:
    """Write a marker, allow it, and say what comes next. VenvhookError, and nothing written, where that cannot be."""
    folder = place.start(directory)
    path = os.path.join(folder, marker.NAME)
    trust.check_owners(os.path.realpath(folder))  # else its files would not be trusted anyway
    before = _before(folder, path, options.force)
    found: list[str] = []
    text = edit.changed(before, path, _changes(before, folder, options, found))
    exclude = _exclude_file(folder) if options.private else None
    for line in found if before else [*(found or [NOTHING]), *_above(folders, folder)]:
        show.line(line)
    if exclude:
        _exclude(exclude)
    edit.write(path, text)
    allow.allow_project(folders, folder)


def _before(folder: str, path: str, force: bool) -> bytes:
    """The marker that is there already, which only FORCE lets be changed; else nothing."""
    if not os.path.lexists(path):
        return b""
    if not force:
        remedy = "to allow it: venvhook allow; to add what is found now: venvhook init --force"
        raise VenvhookError("exists already", path, remedy=remedy)
    if os.path.islink(path):
        remedy = f"edit {os.path.realpath(path)}, or delete the symlink"
        raise VenvhookError("is a symlink, so it is left as it is", path, remedy=remedy)
    return marker.read(folder)


def _above(folders: Folders, folder: str) -> list[str]:
    """That a marker further up, which counted in FOLDER until now, does not any more."""
    found = marker.find(os.path.dirname(folder), place.ceilings(folders))
    path = os.path.join(found or "", marker.NAME)
    return [f"what {path} says does not hold in here any more: the nearest marker wins"] if found else []


# ---- What lies in the folder -----------------------------------------------------------------------------------------


def _changes(before: bytes, folder: str, options: Options, found: list[str]) -> dict[str, object]:
    """The keys that the person asks for, and those that the marker BEFORE does not have, in the marker's order.

    What was seen, and what was made of it, goes to FOUND as lines.
    """
    path = os.path.join(folder, marker.NAME)
    kept, there = marker.parse(before, path), Document(before, path).values
    manager = options.manager or kept.manager or _manager(folder, found)
    values = {
        "venv": options.venv or kept.venv or _environment(folder, manager, found),
        "manager": manager,
        "python": options.python or kept.python or _python(folder, found),
        "prompt": options.prompt,
        "requirements": _requirements(folder, found) if manager in BY_PIP else None,
        "packages": _packages(folder, found) if manager in BY_PIP and manager != "uv" else None,
        "dotenv": _dotenv(folder, found),
    }
    return {key: value for key, value in values.items() if value and (key not in there or getattr(options, key, None))}


def _manager(folder: str, found: list[str]) -> str | None:
    """The first of the managers whose files the project has, in the order of `auto`."""
    try:
        managers = list(auto.managers(Search(folder, undo.outside(os.environ))))
    except VenvhookError as error:
        found.append(f"left out: {error}")
        return None
    for manager, files, _ in SIGNS:
        there = [file for file in files if os.path.isfile(os.path.join(folder, file))]
        if manager in managers:
            found.append(f"found {', '.join(there) or f'{manager} in pyproject.toml'}: a project of {manager}")
    if len(managers) > 1:
        found.append(f"taken is {managers[0]}; for another one: venvhook init --force --manager …")
    return next(iter(managers), None)


def _environment(folder: str, manager: str | None, found: list[str]) -> str | None:
    """The environment that is there; else where one would be made, for a manager that does not know that itself."""
    for name in (".venv", "venv", "env", ".env", "virtualenv"):
        path = os.path.join(folder, name)
        try:
            there = environment.inspect(path)
        except environment.Unfit as unfit:
            if os.path.isdir(path) and name != ".env" and not unfit.problem.startswith("there is no"):
                found.append(f"found {name}, but {unfit.problem}")
            continue
        found.append(f"found {name}: an environment with Python {there.version or 'of unknown version'}")
        return name if manager in BY_PIP else None
    return ".venv" if manager in (None, "venv", "virtualenv") else None


def _python(folder: str, found: list[str]) -> str | None:
    """The version that `.python-version` names, if it is one: pyenv also writes names of environments there."""
    if not os.path.lexists(os.path.join(folder, ".python-version")):
        return None
    version = wish.version_file(folder)
    if wish.is_version(version):
        found.append(f"found .python-version: Python {version}")
        return version
    found.append(f"found .python-version: {version or 'empty'}, which is no version: left out")
    return None


def _requirements(folder: str, found: list[str]) -> list[str]:
    there = [name for name in sorted(os.listdir(folder)) if "requirements" in name and name.endswith(".txt")]
    taken = [name for name in REQUIREMENTS if name in there]
    found += [f"found {name}" + ("" if name in taken else ": left out") for name in there]
    return taken


def _packages(folder: str, found: list[str]) -> list[str]:
    """The project itself, where it says how it is built."""
    if "build-system" in _pyproject(folder) or os.path.isfile(os.path.join(folder, "setup.py")):
        found.append("found a package: installed from this folder (-e .)")
        return ["-e ."]
    return []


def _dotenv(folder: str, found: list[str]) -> list[str]:
    path = os.path.join(folder, ".env")
    if not os.path.isfile(path):
        return []
    try:
        names = [name for name, _ in dotenv.parse(dotenv.read(path), path)]
    except VenvhookError as error:
        found.append(f"found .env, left out: {error}")
        return []
    found.append(f"found .env: it sets {', '.join(names) or 'nothing'}")
    return [".env"]


def _pyproject(folder: str) -> dict[str, object]:
    path = os.path.join(folder, "pyproject.toml")
    try:
        return Document(read_plain(path, 1 << 20), path).values if os.path.isfile(path) else {}
    except VenvhookError as error:
        show.note(str(error))
        return {}


# ---- Out of git's sight ----------------------------------------------------------------------------------------------


class _Exclude(NamedTuple):
    """Where git reads which names it leaves out (gitignore(5)): `info/exclude` in GIT, git's folder; and our LINE."""

    git: str
    line: str

    @property
    def path(self) -> str:
        return os.path.join(self.git, "info", "exclude")


def _exclude_file(folder: str) -> _Exclude:
    """The exclude file of the git work tree that FOLDER is in, and the line for its marker.

    Git itself is not started: in a folder that came from elsewhere, its own files may say where git should write. So
    git's folder is taken only from where git puts it: `.git` in the work tree; or, where that is a file, a worktree's
    or a submodule's place in another `.git`, which must name this work tree too (gitrepository-layout(5)).
    """
    folder = os.path.realpath(folder)
    if any(character in folder for character in "\r\n"):
        raise VenvhookError("has a line end in its name, which no exclude file can hold", folder, remedy=_WITHOUT)
    tree = next((each for each in (folder, *above(folder)) if _is_git(os.path.join(each, ".git"))), None)
    if tree is None:
        raise VenvhookError("not in a git work tree", folder, remedy=_WITHOUT)
    special = str.maketrans({character: "\\" + character for character in "\\*?["})
    inside = os.path.relpath(os.path.join(folder, marker.NAME), tree).replace(HERE.separator, "/")
    found = _Exclude(_git_folder(tree), "/" + inside.translate(special))
    os.close(_opened(found, making=False))  # what is in the way is told before anything is written
    return found


def _is_git(path: str) -> bool:
    """Whether git takes PATH for its own: it passes over a folder without HEAD."""
    return os.path.lexists(os.path.join(path, "HEAD") if os.path.isdir(path) else path)


def _git_folder(tree: str) -> str:
    """The folder whose `info/exclude` counts for the work tree TREE."""
    path = os.path.join(tree, ".git")
    if os.path.islink(path):
        raise VenvhookError("is a symlink", path, remedy=_BY_HAND)
    if os.path.isdir(path):
        return path
    said = decode(read_plain(path, 1 << 16)).rstrip("\r\n")
    own = os.path.realpath(os.path.join(tree, said[len("gitdir: ") :])) if said.startswith("gitdir: ") else path
    parts = own.split(HERE.separator)
    at = max((at for at, part in enumerate(parts) if part == ".git"), default=-1)
    kind = parts[at + 1] if 0 <= at < len(parts) - 2 else ""
    if kind == "worktrees" and _names(os.path.join(own, "gitdir"), path):
        return HERE.separator.join(parts[: at + 1])  # a worktree shares it with the work tree that it was made from
    if kind == "modules" and _is_modules(own, tree):
        return own
    raise VenvhookError("leads to a folder that git would not have put there", path, remedy=_BY_HAND)


def _names(path: str, target: str) -> bool:
    """Whether the file PATH holds the path TARGET."""
    try:
        return os.path.realpath(decode(read_plain(path, 1 << 16)).strip()) == target
    except VenvhookError:
        return False


def _is_modules(own: str, tree: str) -> bool:
    """Whether git's folder OWN of a submodule says that its work tree is TREE."""
    try:
        lines = decode(read_plain(os.path.join(own, "config"), 1 << 20)).splitlines()
    except VenvhookError:
        return False
    said = [line.partition("=")[2].strip() for line in lines if line.strip().startswith("worktree")]
    return any(os.path.realpath(os.path.join(own, each)) == tree for each in said)


def _exclude(found: _Exclude) -> None:
    """Add our line to the exclude file, once."""
    with open(_opened(found, making=True), "r+b") as file:
        text = file.read()
        if encode(found.line) not in text.splitlines():
            file.write((b"" if not text or text.endswith(b"\n") else b"\n") + encode(found.line) + b"\n")
            show.line(f"kept out of git by {found.path}")


def _opened(found: _Exclude, making: bool) -> int:
    """A descriptor of the exclude file, and MAKING it where it is missing; else of git's folder, when that is so.

    Each step is opened from the one before and follows no link: an archive can bring one that leads to a startup file
    of a shell. VenvhookError for a link, for what is not a plain file, has a second name, or is another user's.
    """
    if os.open not in os.supports_dir_fd:  # Windows
        return _opened_by_path(found, making)
    path = found.git
    try:
        at = os.open(path, os.O_RDONLY | os.O_DIRECTORY | NOFOLLOW)
        for name in ("info", "exclude"):
            _check_mine(at, path)
            path = os.path.join(path, name)
            below = _step(at, name, making)
            if below is None:
                return at
            os.close(at)
            at = below
        _check_mine(at, path)
        return at
    except OSError as error:
        problem = "is a symlink" if os.path.islink(path) else f"cannot be opened ({error.strerror})"
        raise VenvhookError(problem, path, remedy=_BY_HAND) from None


def _opened_by_path(found: _Exclude, making: bool) -> int:
    """The same where no folder can be opened: each is looked at before. Links are made there by administrators only."""
    path = found.git
    try:
        for path in (found.git, os.path.dirname(found.path), found.path):
            if os.path.lexists(path) and is_link(os.lstat(path)):
                raise VenvhookError("is a symlink", path, remedy=_BY_HAND)
        if not making and not os.path.lexists(path):
            return os.open(os.devnull, os.O_RDONLY)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | BINARY | NONBLOCK | (os.O_CREAT if making else 0), 0o644)
        _check_mine(descriptor, path)
        return descriptor
    except OSError as error:
        raise VenvhookError(f"cannot be opened ({error.strerror})", path, remedy=_BY_HAND) from None


def _step(at: int, name: str, making: bool) -> int | None:
    """Open NAME in the folder whose descriptor is AT; None where it is missing and not MAKING."""
    try:
        if name == "info":
            if making:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, dir_fd=at)
            return os.open(name, os.O_RDONLY | os.O_DIRECTORY | NOFOLLOW, dir_fd=at)
        flags = os.O_RDWR | NONBLOCK | NOFOLLOW | (os.O_CREAT if making else 0)
        return os.open(name, flags, 0o644, dir_fd=at)
    except FileNotFoundError:
        return None


def _check_mine(descriptor: int, path: str) -> None:
    seen = os.fstat(descriptor)
    kind = stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1
    mine = not HERE.owners or seen.st_uid == os.geteuid()
    if not (kind or stat.S_ISDIR(seen.st_mode)) or not mine:
        problem = "is not a plain file of yours alone" if not stat.S_ISDIR(seen.st_mode) else "belongs to another user"
        os.close(descriptor)
        raise VenvhookError(problem, path, remedy=_BY_HAND)
