"""What there was before a tool ran, so that after a failure only what it made is gone, and nothing else.

An environment is not all that a tool writes: lock files, registers of environments, what building a package leaves.
What such a file holds right after a tool has ended is the tool's. What it holds later is the user's, and stays. A
file that people write, as a Pipfile is, is never put back.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
from functools import partial

from venvhook.errors import VenvhookError
from venvhook.files import is_link, read_text
from venvhook.locate.search import being_made
from venvhook.locate.venv import first_line
from venvhook.system import HERE, System, above, alike, decode, encode, placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    class Entry(Protocol):
        """A place where a manager notes something: `put` of what `now` gave makes it as it was; None: without it.

        `about`: whether what is noted is about the environment in ROOT.
        """

        def now(self) -> object: ...

        def put(self, state: object) -> None: ...

        def about(self, root: str) -> bool: ...


THERE = "a folder"  # the state of what is not put back, only left alone
# What setuptools makes of a project that is installed from its folder, and uv of a lock file that it has not finished.
LEFT = re.compile(r".*\.(egg|dist)-info|\.tmp[0-9A-Za-z]{6}", re.DOTALL)
# What is in such folders, and in `build`. Anything else in there is not a build tool's, so it stays.
_DESCRIBING = re.compile(
    r"PKG-INFO|METADATA|RECORD|WHEEL|INSTALLER|REQUESTED|[\w-]+\.txt|(not-)?zip-safe|direct_url\.json|licenses|"
    r"LICEN[CS]E.*"
)
_BUILT = re.compile(r"(lib|bdist|temp|scripts|editable|__editable__)([.-].*)?", re.DOTALL)


class File:
    """A file, or a link, as it is now. A folder that comes later is taken away; one that was there is left alone."""

    def __init__(self, path: str) -> None:
        self.path = path

    def now(self) -> object:
        if is_link(self.path):
            return os.readlink(self.path)
        if not os.path.isfile(self.path):
            return THERE if os.path.lexists(self.path) else None
        with open(self.path, "rb") as file:
            return file.read()

    def put(self, state: object) -> None:
        if state is THERE or state == self.now():
            return
        if not isinstance(state, bytes) or is_link(self.path) or os.path.isdir(self.path):
            delete(self.path)  # a file is written in its place, which keeps its mode
        if isinstance(state, bytes):
            with open(self.path, "wb") as file:
                file.write(state)
        elif isinstance(state, str):
            leads_to = os.path.join(os.path.dirname(self.path), state)
            os.symlink(state, self.path, target_is_directory=os.path.isdir(leads_to))  # which Windows must be told

    def about(self, root: str) -> bool:
        state = self.now()
        if isinstance(state, bytes):
            return speaks_of(state, root)
        return isinstance(state, str) and alike(os.path.realpath(self.path)) == alike(root)


class Redirect(File):
    """A `.venv` file that tools write beside the environment in ROOT, and that names it (PEP 832; virtualenv 21)."""

    def __init__(self, path: str, root: str) -> None:
        super().__init__(path)
        self.root = root

    def put(self, state: object) -> None:
        if state is None and self.about(self.root):
            delete(self.path)

    def about(self, root: str) -> bool:
        if is_link(self.path) or not os.path.isfile(self.path):
            return False
        try:
            line = first_line(read_text(self.path, 1 << 16))
        except VenvhookError:
            return False
        named = placed(line, os.path.dirname(self.path))
        return bool(line) and alike(named) == alike(root)


class Holder:
    """A folder that is for this environment alone, and goes when nothing is in it any more."""

    def __init__(self, path: str) -> None:
        self.path = path

    def now(self) -> object:
        return THERE if os.path.isdir(self.path) else None

    def put(self, state: object) -> None:
        if state is None:
            remove_empty(self.path)

    def about(self, root: str) -> bool:
        return True


class Before:
    """What a run may change: the folders above ROOT, ENTRIES, and what tools leave in the project's FOLDER."""

    def __init__(self, root: str, folder: str, entries: Iterable[Entry]) -> None:
        self.root, self.folder = root, folder
        self.states = [(entry, entry.now()) for entry in entries]
        self.later = [state for _, state in self.states]
        self.left = _left(folder)
        self.missing = _missing(root)
        self.told: list[VenvhookError] = []

    def stepped(self) -> None:
        """Note that a tool has just ended: what the files hold now is its work."""
        self.later = [entry.now() for entry, _ in self.states]

    def changed(self) -> list[str]:
        """The files that the tools have changed."""
        pairs = zip(self.states, self.later)
        return [str(getattr(entry, "path", "")) for (entry, before), after in pairs if before != after]

    def restore(self) -> None:
        """Take away what was made since. VenvhookError where something of it stays, at the end.

        What somebody has changed after the tools is left alone; `told` names it.
        """
        left = [path for path in _left(self.folder) if path not in self.left]
        # The mark goes after what it stands for, and before the folders that were made to hold both.
        undoing = [partial(delete, self.root), partial(delete, being_made(self.root))]
        undoing += [partial(self._clear, path) for path in left]
        undoing += [partial(self._put, at) for at in range(len(self.states))]
        problems = []
        for undo in undoing:
            try:
                undo()
            except (OSError, VenvhookError) as error:  # which does not keep the rest from being undone
                problems.append(error)
        for folder in reversed(self.missing):
            remove_empty(folder)
        if problems:
            raise problems[0]


    def _put(self, at: int) -> None:
        entry, state = self.states[at]
        now = entry.now()
        if now == self.later[at] or isinstance(entry, (Holder, Redirect)):
            entry.put(state)
        elif now != state:
            self._tell(str(getattr(entry, "path", "")))

    def _clear(self, path: str) -> None:
        """Delete what building has left in PATH, but nothing in there that is not a build tool's."""
        if is_link(path) or not os.path.isdir(path):
            delete(path)
            return
        known = _BUILT if os.path.basename(path) == "build" else _DESCRIBING
        for name in os.listdir(path):
            if known.fullmatch(name):
                delete(os.path.join(path, name))
        remove_empty(path)
        if os.path.lexists(path):
            self._tell(path)

    def _tell(self, path: str) -> None:
        self.told.append(VenvhookError("was changed in the meantime, so it is left as it is", path))


def _left(folder: str) -> list[str]:
    """What building the project, or a tool that was killed, has left in its folder."""
    found = []
    for base in (folder, os.path.join(folder, "src")):
        names = os.listdir(base) if os.path.isdir(base) else []
        found += [os.path.join(base, name) for name in names if LEFT.fullmatch(name)]
    build = os.path.join(folder, "build")
    return [*found, build] if os.path.lexists(build) else found


def _missing(path: str, system: System = HERE) -> list[str]:
    """The folders above PATH that do not exist, the outermost first: all of them, where its drive does not exist."""
    missing: list[str] = []
    for parent in above(path, system):
        if os.path.lexists(parent):
            break
        missing.insert(0, parent)
    return missing


def speaks_of(data: bytes, root: str, system: System = HERE) -> bool:
    """Whether DATA, what a file holds, has a path in the folder ROOT. pdm writes it with `/` on Windows, too."""
    inside = system.path.join(root, "")
    return encode(alike(inside, system), system) in encode(alike(decode(data, system), system), system)


def delete(path: str) -> None:
    """Delete the file, link or folder PATH; links in it are not followed. VenvhookError where something of it stays.

    PATH must be absolute: a relative one would be another file in each folder.
    """
    if not os.path.isabs(path):
        raise AssertionError(f"a relative path is not deleted: {path}")
    try:
        if os.path.isdir(path) and not is_link(path):
            _delete_folder(path)
        elif os.path.lexists(path):
            _unlink(path)
    except OSError as error:
        why = f"cannot be deleted completely ({error.strerror})"
        raise VenvhookError(why, path, remedy="delete what is left by hand") from None


def _delete_folder(path: str) -> None:
    try:
        shutil.rmtree(path)
    except RecursionError:  # before Python 3.13, for folders a thousand deep
        _delete_deep(path)
    except PermissionError:
        deletable(path)
        shutil.rmtree(path)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except PermissionError:
        if HERE.owners:
            raise
        os.chmod(path, stat.S_IWRITE)
        os.unlink(path)


def deletable(root: str, system: System = HERE) -> None:
    """Make what is below the folder ROOT deletable, as far as that can be done. Links are not followed.

    POSIX asks whether the folders may be written, Windows whether the files may: git makes its objects read-only.
    """
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not is_link(os.path.join(folder, name))]
        held = [] if system.owners else [os.path.join(folder, name) for name in files]
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)
        for path in held:
            with contextlib.suppress(OSError):
                if not is_link(path) and not os.lstat(path).st_mode & stat.S_IWRITE:
                    os.chmod(path, stat.S_IREAD | stat.S_IWRITE)


def _delete_deep(path: str) -> None:
    """Delete a folder without a function that calls itself."""
    folders = [path]
    for folder in folders:
        with os.scandir(folder) as held:
            for entry in held:
                if entry.is_dir(follow_symlinks=False) and not is_link(entry.path):
                    folders.append(entry.path)
                else:
                    os.unlink(entry.path)
    for folder in reversed(folders):
        os.rmdir(folder)


def remove_empty(path: str) -> None:
    """Remove a folder if nothing is in it."""
    with contextlib.suppress(OSError):
        os.rmdir(path)
