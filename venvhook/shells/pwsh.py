"""Plans for PowerShell: data that is never run. `shell/plan.ps1` describes the fields, which have a NUL between them.

No path, no variable and no marker that acts can hold a NUL, so nothing is quoted and nothing has to be parsed. What is
written into PowerShell's own files (`quote`) is ASCII only, whatever the text: Windows PowerShell reads a file without
a byte order mark by the system's code page, and PowerShell takes typographic quotes for quotes.
"""

from __future__ import annotations

import os
import stat

from venvhook.files import made_up
from venvhook.shells import INTERFACE
from venvhook.system import HERE, WINDOWS, System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venvhook.plan import Condition, Plan

SUFFIX = ".ps1"
PROGRAMS = ("pwsh", "powershell")
NAME, FLOORS = "PowerShell", ("5.1", "7.0")
ALLOW_SCRIPTS = "Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"
NO_UNDO = "#"  # hooks of the first interface run what they get
# Not typed, because PSReadLine keeps a line before it runs it.
_FORGETFUL = "Set-PSReadLineOption -HistorySaveStyle SaveNothing -ErrorAction Ignore"
INTERACTIVE = ("-NoLogo", "-NoExit", "-Command", _FORGETFUL)
LOGIN: tuple[str, ...] = ()
UNRECORDED = ""
_EPOCH = 621_355_968_000_000_000  # 1970 in .NET's ticks of 100 ns
_GROUPS = (
    "path", "variables", "lists", "exports", "there", "absent", "watched", "odd", "owned", "long", "read", "flags",
)  # fmt: skip
_MARKER, _LIMIT = ".venvhook.toml", 4096  # its name, and the bytes that it may have


def quote(text: str) -> str:
    """TEXT as a literal of the hook's file or of a line that loads it; ValueError for a NUL.

    Nothing inside single quotes is special but the quote (about_Quoting_Rules); what is no printable ASCII stands there
    as an escape of .NET's regular expressions, one for each UTF-16 unit.
    """
    if "\0" in text:
        raise ValueError("no environment variable can hold a NUL")
    return _literal(text)


def load(path: str, system: System = HERE) -> str:
    """A line that loads the file PATH, if it is there.

    On every system a cmdlet takes a backslash for a separator, and .NET does not. Windows has no other separator, and
    sessions that may not call .NET.
    """
    exists = "[System.IO.File]::Exists(@)" if system is not WINDOWS and "\\" in path else "Microsoft.PowerShell.Management\\Test-Path -LiteralPath @"
    return f"if ({exists}) {{ . @ }}".replace("@", quote(path))


def startup_files(
    home: str, settings: str, documents: Callable[[], str], system: System = HERE
) -> tuple[list[str], list[str]]:
    """The profiles CurrentUserAllHosts (about_Profiles); on Windows, each PowerShell has its own."""
    if system is not WINDOWS:
        path = os.path.join(settings, "powershell", "profile.ps1")
        return [path], [path]
    paths = list(profiles(documents(), system).values())
    return paths, paths


def profiles(documents: str, system: System = HERE) -> dict[str, str]:
    """On Windows, the profile of each PowerShell by its program; DOCUMENTS is the person's folder of documents."""
    folders = zip(PROGRAMS, ("PowerShell", "WindowsPowerShell"))
    return {program: system.path.join(documents, folder, "profile.ps1") for program, folder in folders}


def asking(script: str, *words: str) -> list[str]:
    """The arguments of a PowerShell that reads its profile, runs SCRIPT with WORDS as a typed line would, and ends.

    To the hook it is a session that somebody types in, if there is a keyboard.
    """
    line = " ".join(["&", *map(quote, (script, *words))])
    return ["-NoLogo", "-NoExit", "-Command", f"{line}; exit"]


def plan(plan: Plan, system: System = HERE) -> str:
    """PLAN as the fields that the hook reads; ValueError for a NUL in one of them."""
    return _plan(plan, INTERFACE, system)


def notice(plan: Plan, interface: str) -> str:
    """A mere notice for a hook that speaks another INTERFACE; one of the first interface runs what it gets."""
    if interface != "1":
        return _plan(plan, interface, HERE)
    fields = (("id", plan.id), ("project", plan.project), ("notice", plan.notice))
    return "\n".join(["@{", *(f"{name} = {quote(text)}" for name, text in fields), "}", ""])


def undo(operations: Sequence[tuple[str, str | None]]) -> str:
    """The variables to set or to unset, as the fields of a plan tell them."""
    pairs = (text for name, value in operations for text in (name, _value(value)))
    return _fields(f"venvhook undo {INTERFACE}", *pairs)


def _literal(text: str) -> str:
    if all(" " <= c <= "~" for c in text):
        return "'" + text.replace("'", "''") + "'"
    data = text.encode("utf-16-be", "surrogatepass")
    units = (data[i] << 8 | data[i + 1] for i in range(0, len(data), 2))
    return "([System.Text.RegularExpressions.Regex]::Unescape('" + "".join(map(_unit, units)) + "'))"


def _unit(unit: int) -> str:
    if unit in (0x27, 0x5C):  # quote and backslash
        return chr(unit) * 2
    return chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}"


def _plan(plan: Plan, interface: str, system: System) -> str:
    """The first field says what the text is, the last one proves it whole; `shell/plan.ps1` says what is between."""
    groups: dict[str, list[str]] = {name: [] for name in _GROUPS}
    if plan.sign:
        groups["path"] += dict(plan.lists).get("PATH", ())
        groups["variables"] += (text for name, value in plan.variables for text in (name, _value(value)))
        groups["lists"] += (text for name, folders in plan.lists for text in (name, str(len(folders)), *folders))
        groups["exports"] += (text for pair in plan.exports() for text in pair)
    _rest(plan.conditions, groups, system)
    does = (plan.sign, plan.home, plan.bin, plan.name, plan.label)
    counted = (text for name in _GROUPS for text in (str(len(groups[name])), *groups[name]))
    return _fields(f"venvhook plan {interface}", plan.id, plan.project, plan.notice, *does, *counted)


def _fields(*fields: str) -> str:
    for field in fields:
        if "\0" in field:
            raise ValueError("a NUL, which no environment variable and no path can hold")
    return "\0".join([*fields, "end"])


def _rest(conditions: Sequence[Condition], groups: dict[str, list[str]], system: System) -> None:
    """Sort CONDITIONS into the GROUPS of a plan.

    "same" is not among them but for a symlink: .NET cannot test it, the helper has. No text is compared:
    that would open files that may have become something else; a file is known by its time and length. No status on
    Windows tells who may read a file: one that is unreadable is tried again when the project is entered again.
    """
    for kind, *rest in conditions:
        path = str(rest[0]) if rest else ""
        if kind == "here":
            groups["flags"].append(kind)
            _notice(os.path.join(path, _MARKER), groups, system)
        elif kind == "variable":
            groups["read"] += (path, _value(None if rest[1] is None else str(rest[1])))
        elif kind == "marker":
            _watch(os.path.join(path, _MARKER), rest[3:], groups, system)
            _owned(os.path.join(path, _MARKER), groups, system)
        elif kind == "odd":
            _describe(os.path.join(path, _MARKER), groups, system)
            _watch(os.path.join(path, _MARKER), (), groups, system)
        elif kind == "unchanged" or (kind == "text" and path not in groups["watched"]):
            _watch(path, rest[2:] if kind == "unchanged" else (), groups, system)
        elif kind == "mine":
            _owned(path, groups, system)
        elif kind == "same":
            _link(path, groups)
        elif kind == "exists":
            groups["there"] += _reached(path)
        elif kind == "absent":
            _absent(path, groups)
        elif kind == "kind" and rest[1] == "nothing":
            _absent(path, groups)
        elif kind in ("kind", "theirs"):
            _describe(path, groups, system)
            groups["flags"] += ["here"] * (system is WINDOWS and rest[-1] == "unreadable")
    watched = groups["watched"][::3]
    groups["there"] = [path for path in dict.fromkeys(groups["there"]) if path not in watched]
    groups["absent"] = list(dict.fromkeys(groups["absent"]))


def _watch(path: str, known: Sequence[object], groups: dict[str, list[str]], system: System) -> None:
    """Rest on what the file PATH is now; KNOWN may hold its time (ns since 1970) and length as they were read."""
    try:
        seen = os.stat(path)
    except OSError:  # gone meanwhile, or a link to nothing
        return _absent(path, groups)
    if stat.S_ISDIR(seen.st_mode):
        groups["watched"] += (path, _ticks(seen.st_mtime_ns), "")
    elif not stat.S_ISREG(seen.st_mode):
        _describe(path, groups, system)
    elif seen.st_size > _LIMIT and os.path.basename(path) == _MARKER:
        _link(path, groups)
        groups["long"].append(os.path.realpath(path))
    else:
        _link(path, groups)
        time, size = known if len(known) == 2 else (seen.st_mtime_ns, seen.st_size)
        groups["watched"] += (os.path.realpath(path), _ticks(int(str(time))), str(size))


def _notice(marker: str, groups: dict[str, list[str]], system: System) -> None:
    """Notice another MARKER, too: it may have been leased. It is not opened; in /proc, times are made up."""
    try:
        seen = os.lstat(marker)
    except OSError:
        return
    if stat.S_ISREG(seen.st_mode) and not made_up(seen, system) and marker not in groups["watched"]:
        _watch(marker, (), groups, system)


def _absent(path: str, groups: dict[str, list[str]]) -> None:
    """Rest on PATH being nothing, or a link to nothing; .NET sees only the link itself, and what is not there."""
    _link(path, groups)
    real = os.path.realpath(path)
    if not os.path.islink(real):  # else links that lead to one another
        groups["absent"].append(real)


def _describe(path: str, groups: dict[str, list[str]], system: System) -> None:
    """Rest on what PATH and what it leads to are, which tells them apart without opening them."""
    for place in _reached(path):
        try:
            seen = os.lstat(place)
        except OSError:
            continue
        groups["odd"] += (place, _told(seen, system))


def _told(seen: os.stat_result, system: System) -> str:
    """What tells a file of this status from another one. `$describe` of `shell/plan.ps1` says the same.

    .NET has neither inode nor owner on Windows, and Windows has no fifos, sockets and devices among files. There a
    folder and a file are told apart, by the attribute that both programs read; what a file holds is told by its time
    and length, which are among what is watched. Other attributes are left out: OneDrive and the archive bit change
    them, and they differ between the programs that ask.
    """
    if system.owners:
        return f"{seen.st_ino} {seen.st_mode} {seen.st_uid}"
    attributes = getattr(seen, "st_file_attributes", None)
    is_folder = stat.S_ISDIR(seen.st_mode) if attributes is None else attributes & stat.FILE_ATTRIBUTE_DIRECTORY
    return "folder" if is_folder else "file"


def _owned(path: str, groups: dict[str, list[str]], system: System) -> None:
    """Rest on whose PATH is. Of a file its last change of any kind counts too: nobody can set the time of that back.

    Windows has owners that neither Python nor .NET tells cheaply; who may write there is in the lists of access of the
    folders above. So nothing rests on an owner there.
    """
    if not system.owners or os.path.realpath(path) in groups["owned"]:
        return
    real = os.path.realpath(path)
    try:
        seen = os.lstat(real)
    except OSError:
        return
    changed = "" if stat.S_ISDIR(seen.st_mode) else f" {seen.st_ctime_ns // 10**9}"
    groups["owned"] += (real, f"{seen.st_ino} {seen.st_mode} {seen.st_uid}{changed}")


def _link(path: str, groups: dict[str, list[str]]) -> None:
    if os.path.islink(path):
        seen = os.lstat(path)
        groups["watched"] += (path, _ticks(seen.st_mtime_ns), "")


def _reached(path: str) -> list[str]:
    """What has to be looked at for PATH: of a link, .NET sees only the link itself.

    Nothing is looked for below /proc: a link of this process leads elsewhere than the shell's.
    """
    real = os.path.realpath(path)
    return [path, real] if os.path.islink(path) and not real.startswith("/proc/") else [path]


def _ticks(time: int) -> str:
    return str(time // 100 + _EPOCH)


def _value(value: str | None) -> str:
    return "" if value is None else "=" + value
