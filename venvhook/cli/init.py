"""`init`: from what lies in a project's folder to a marker. Decides what is worth a line in it."""

from __future__ import annotations

import os
import subprocess
from typing import NamedTuple

from venvhook import dotenv, environment, marker, trust, undo
from venvhook.cli import allow, edit, place, show
from venvhook.create import wish
from venvhook.document import Document
from venvhook.errors import VenvhookError
from venvhook.files import read_plain
from venvhook.locate import Search, auto
from venvhook.managers import SIGNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from venvhook.folders import Folders

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "requirements_dev.txt", "dev-requirements.txt")
NOTHING = "found nothing: no environment, no manager's files, no requirements"
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
        _exclude(*exclude)
    edit.write(path, text)
    allow.allow_project(folders, folder)


def _before(folder: str, path: str, force: bool) -> bytes:
    """The marker that is there already, which only FORCE lets be changed; else nothing."""
    if not os.path.lexists(path):
        return b""
    if not force:
        remedy = "to allow it: venvhook allow; to add what is found now: venvhook init --force"
        raise VenvhookError("exists already", path, remedy=remedy)
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


def _exclude_file(folder: str) -> tuple[str, str]:
    """The exclude file of the git work tree that FOLDER is in (gitignore(5)), and the line for its marker."""
    prefix = _git(folder, "rev-parse", "--show-prefix")
    path = os.path.join(folder, _git(folder, "rev-parse", "--git-path", "info/exclude"))
    if os.path.islink(path):  # an unpacked archive can have it lead to a start-up file of a shell
        raise VenvhookError("is a link", path, remedy="write the marker's name into what it leads to, or take it away")
    special = str.maketrans({character: "\\" + character for character in "\\*?["})
    return path, "/" + (prefix + marker.NAME).translate(special)


def _git(folder: str, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    except FileNotFoundError:
        raise VenvhookError("git is not installed", remedy="leave --private out") from None
    except subprocess.CalledProcessError as error:
        said = os.fsdecode(error.stderr).strip() or "git failed"
        raise VenvhookError(f"not in a git work tree ({said})", folder, remedy="leave --private out") from None
    return os.fsdecode(done.stdout).rstrip("\n")


def _exclude(path: str, line: str) -> None:
    """Add LINE to the exclude file, once."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "a+b") as file:
        file.seek(0)
        text = file.read()
        if os.fsencode(line) not in text.splitlines():
            file.write((b"" if not text or text.endswith(b"\n") else b"\n") + os.fsencode(line) + b"\n")
            show.line(f"kept out of git by {path}")
