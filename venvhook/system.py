"""What differs between Linux, macOS and Windows, decided here alone: names, paths, lists, the bytes of a text.

Every rule takes the system that it decides for, so that it can be tried for each of them on any. Whoever does not name
one asks for the system that this program runs on. Nothing here looks at a disk.
"""

from __future__ import annotations

import os
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType

# What the flags of open(2) are worth where there are none of that name.
NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
NOCTTY: int = getattr(os, "O_NOCTTY", 0)
BINARY: int = getattr(os, "O_BINARY", 0)
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT (MS-FSCC 2.1.2.1)


class System:
    """One of the three: `name` is "linux" (which stands for all others of POSIX), "macos" or "windows".

    `owners`: files have an owner and permissions. `bin` and `python`: the folder of an environment that goes before
    PATH, and the interpreter in it (venv of the standard library, virtualenv). `home`: the variable that names the home
    folder. `endings`: what the name of a command's file may end in (of PATHEXT, what installers write).
    """

    __slots__ = ("bin", "endings", "home", "list_separator", "name", "owners", "python", "separator")

    def __init__(self, name: str) -> None:
        windows = name == "windows"
        self.name = name
        self.owners = not windows
        self.bin, self.python = ("Scripts", "python.exe") if windows else ("bin", "python")
        self.home = "USERPROFILE" if windows else "HOME"
        self.endings: tuple[str, ...] = (".exe", ".bat", ".cmd") if windows else ("",)
        self.separator, self.list_separator = ("\\", ";") if windows else ("/", ":")

    @property
    def path(self) -> ModuleType:
        """The module os.path of this system."""
        if self is HERE:
            return os.path
        import ntpath
        import posixpath

        return ntpath if self is WINDOWS else posixpath


LINUX, MACOS, WINDOWS = System("linux"), System("macos"), System("windows")
HERE = WINDOWS if os.name == "nt" else MACOS if sys.platform == "darwin" else LINUX


# ---- Names -----------------------------------------------------------------------------------------------------------


def fold(name: str, system: System = HERE) -> str:
    """NAME as the system compares the names of variables: Windows knows no case, and Python has all in capitals."""
    return name.upper() if system is WINDOWS else name


def folded(environ: Mapping[str, str], system: System = HERE) -> Mapping[str, str]:
    """ENVIRON with its names as `fold` has them, so that a folded name finds its value however the shell wrote it."""
    return {fold(name, system): value for name, value in environ.items()} if system is WINDOWS else environ


# ---- Paths -----------------------------------------------------------------------------------------------------------


def is_path(text: str, system: System = HERE) -> bool:
    """Whether TEXT is a path, and no name: it has a separator, is `.`, `..` or `~`, or begins with a drive."""
    return "/" in text or system.separator in text or text in (".", "..", "~") or bool(system.path.splitdrive(text)[0])


def parts(path: str, system: System = HERE) -> list[str]:
    """The parts of PATH between its separators, "" in front of the first and after the last; one part is a name."""
    return path.replace("/", system.separator).split(system.separator)


def is_absolute(path: str, system: System = HERE) -> bool:
    """Whether PATH is the same place wherever a program is. On Windows it needs a drive or a share for that."""
    there: bool = system.path.isabs(path)
    return there and (system is not WINDOWS or bool(system.path.splitdrive(path)[0]))


def expand_home(path: str, home: str, system: System = HERE) -> str:
    """PATH, in which a leading `~`, alone or before a separator, is the folder HOME. Another user's (`~name`) stays."""
    if path == "~":
        return home
    return home.rstrip("/" + system.separator) + path[1:] if parts(path, system)[0] == "~" else path


def placed(path: str, folder: str, system: System = HERE) -> str:
    """PATH, if it is relative from the absolute FOLDER on: absolute, without `.` and `..`.

    A path of Windows with a drive and no root (`Q:x`) starts at the root of the drive: where it would lead otherwise
    depends on the folder that each program happens to be in.
    """
    drive, rest = system.path.splitdrive(path)
    if drive and not rest.startswith(("/", "\\")):
        path = drive + system.separator + rest
    found: str = system.path.normpath(system.path.join(folder, path))
    return found


def alike(path: str, system: System = HERE) -> str:
    """PATH in the one spelling by which two are compared: Windows knows neither case nor the difference of / and \\."""
    spelling: str = system.path.normcase(path)
    return spelling


def above(path: str, system: System = HERE) -> Iterator[str]:
    """The folders above the absolute PATH, the nearest first, up to the root, of which the folder above is itself."""
    while True:
        folder = system.path.dirname(path)
        if folder == path:
            return
        yield folder
        path = folder


def within(path: str, folder: str, system: System = HERE) -> bool:
    """Whether the absolute PATH is FOLDER or below it. Both are compared as spelled; symlinks are not followed."""
    path, folder = (alike(each, system).rstrip(system.separator) + system.separator for each in (path, folder))
    return path.startswith(folder)


def is_link(status: os.stat_result) -> bool:
    """Whether a file of this status (lstat) is a symlink, or what leads to another folder on Windows: a junction."""
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION


# ---- Lists of folders ------------------------------------------------------------------------------------------------


def split_list(text: str, system: System = HERE) -> list[str]:
    """The folders of a variable such as PATH."""
    return text.split(system.list_separator)


def join_list(folders: Iterable[str], system: System = HERE) -> str:
    """The value of a variable such as PATH that has FOLDERS."""
    return system.list_separator.join(folders)


# ---- Texts -----------------------------------------------------------------------------------------------------------


def decode(data: bytes, system: System = HERE) -> str:
    """The text of what a file holds or a tool says; never an error, and `encode` gives the same bytes back.

    On POSIX as names of files are read, so that a path in a file leads to what its bytes name. On Windows, whose own
    rule fails on what is not UTF-8, such bytes are kept as Python keeps them on POSIX (PEP 383).
    """
    return data.decode("utf-8", "surrogateescape") if system is WINDOWS else os.fsdecode(data)


def encode(text: str, system: System = HERE) -> bytes:
    """The bytes of TEXT, for a file or a tool; never an error. Half of a surrogate pair is written as what it is."""
    try:
        return text.encode("utf-8", "surrogateescape") if system is WINDOWS else os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
