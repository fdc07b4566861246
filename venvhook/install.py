"""What installing does: the hook files into their folder, and a block that loads them into the shells' startup files.

Nothing here prints; `venvhook install` and install.sh do.
"""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from venvhook import folders, hookfiles, rcfile, sweep, windows
from venvhook.errors import VenvhookError
from venvhook.shells import SHELLS, emitter, pwsh, served
from venvhook.system import HERE, WINDOWS, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from venvhook.folders import Folders
    from venvhook.system import System


class Change(NamedTuple):
    """One file, and what was done with it: "written", "unchanged", "restored", "removed", or "left": it is not ours.

    "not written": a startup file that its shell would not read; WHY.
    """

    what: str
    path: str
    shell: str = ""
    why: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.path}{f' ({self.why})' if self.why else ''}"


def installed(system: System = HERE) -> list[str]:
    """The shells of this machine that can load a hook of ours: those on PATH."""

    def there(shell: str) -> bool:
        return any(windows.which(name, system=system) for name in emitter(shell).PROGRAMS)

    return list(filter(there, served(system)))


def choose(named: Iterable[str] | None, there: Sequence[str], system: System = HERE) -> list[str]:
    """The shells to install for: those NAMED, else those THERE. VenvhookError for one that cannot be served."""
    chosen = list(there if named is None else dict.fromkeys(named))
    for refused in [windows.refused(shell, system) for shell in chosen]:
        if refused:
            raise refused
    if not chosen:
        able = [emitter(shell).NAME for shell in served(system)]
        raise VenvhookError("no shell that venvhook knows is installed", remedy=f"install {' or '.join(able)}")
    return chosen


def install(
    places: Folders, shells: Iterable[str] | None = None, rc: bool = True, system: System = HERE
) -> list[Change]:
    """Write the hooks of SHELLS (those installed, unless named) and, with RC, load them from the startup files.

    Hooks installed earlier are brought up to date too. What is right already is not touched. Raises VenvhookError;
    one startup file that cannot be written does not keep the others from it.
    """
    chosen = choose(shells, [] if shells is not None else installed(system), system)
    _check_home(places)
    _check_python(places, system)
    for path in (places.data, places.cache, places.hook):
        folders.make_private(path)
    # Older interfaces' files stay, for the shells that began with them.
    files = hookfiles.wanted(places, [*chosen, *hookfiles.there(places, chosen)])
    changes = [_write(path, data, shell) for path, (shell, data) in files.items()]
    if hookfiles.in_environment():
        folders.record(places)
    _compile()
    return changes + (_write_startup(places, chosen, system) if rc else [])


def notes(shells: Iterable[str] | None, rc: bool, system: System = HERE) -> list[str]:
    """What the person should know who has installed for SHELLS (those installed, unless named): about other shells, and
    with RC about the startup files."""
    told = [windows.passed_over(windows.which("bash", system=system), os.environ, system)] if shells is None else []
    if rc and system is WINDOWS:
        told += [windows.shared(path, os.environ, system) for path in startup_files("pwsh", system)]
    return list(filter(None, told))


def uninstall(places: Folders, shells: Iterable[str] | None = None, purge: bool = False) -> list[Change]:
    """Remove the hooks of SHELLS (all, unless named); the startup files become what they were.

    PURGE removes all else that venvhook keeps too, the decisions of `allow` and `deny` included. What stays: the user's
    config file, the environment that install.sh made, and whatever in these folders is not venvhook's; what stays in
    the way of a folder is among the changes. Raises VenvhookError; one startup file that cannot be written does not
    keep the rest from being done.
    """
    chosen = list(SHELLS if shells is None else dict.fromkeys(shells))
    _check_home(places)
    changes, failures = _restore_startup(chosen)
    try:
        if hookfiles.there(places, chosen):
            changes += _remove_hooks(places, chosen)
        else:
            changes += _remove_all(places, purge)
    except OSError as error:
        why = f"cannot be removed ({error.strerror})"
        raise VenvhookError(why, error.filename, remedy="remove it by hand") from error
    _raise(failures)
    return changes


def _check_home(places: Folders) -> None:
    """VenvhookError where the home folder is another user's, as with a sudo that keeps HOME.

    Else root would write into startup files that lead where that user wants.
    """
    home = os.path.expanduser("~")
    for path in dict.fromkeys((home, places.home or home)):
        if HERE.owners and os.path.isdir(path) and os.stat(path).st_uid != os.geteuid():
            remedy = "run it as that user, without sudo"
            raise VenvhookError("belongs to another user", path, remedy=remedy)


def _check_python(places: Folders, system: System) -> None:
    """VenvhookError for a Python whose files Windows keeps elsewhere than it says."""
    pythons = [sys.executable, getattr(sys, "_base_executable", "") or "", sys.base_prefix]
    refused = windows.stored(pythons, [os.path.realpath(path) for path in (places.data, places.cache)], system)
    if refused:
        raise refused


def startup_files(shell: str, system: System = HERE) -> list[str]:
    """The startup files that SHELL's block belongs into, so that every interactive shell of the person reads it."""
    return _startup_files(shell, system)[0]


def _startup_files(shell: str, system: System = HERE) -> tuple[list[str], list[str]]:
    """Those that are read here and now, and those that ever may have got the block."""
    home, named = os.path.expanduser("~"), os.environ.get("XDG_CONFIG_HOME", "")
    settings = named if os.path.isabs(named) else os.path.join(home, ".config")
    read, ever = emitter(shell).startup_files(home, settings, folders.documents, system)
    if system is WINDOWS and shell == "pwsh":
        read = list(_profiles(system))
    return read, ever


def _profiles(system: System) -> dict[str, str]:
    """By the path of its profile, each PowerShell of Windows that is on PATH."""
    profiles = pwsh.profiles(folders.documents(), system)
    return {path: program for program, path in profiles.items() if windows.which(program, system=system)}


def _compile() -> None:
    """Byte-compile the package, which not every installer does (uv): else a first visit takes four times as long."""
    import compileall

    compileall.compile_dir(os.path.dirname(__file__), quiet=2)


def _write(path: str, data: bytes, shell: str) -> Change:
    try:
        return Change("written" if folders.write(path, data) else "unchanged", path, shell)
    except OSError as error:
        raise VenvhookError(f"cannot be written ({error.strerror})", path, remedy="make room or permit it") from error


def _write_startup(places: Folders, shells: Sequence[str], system: System) -> list[Change]:
    """A file that its shell does not read gets no line: a shell that is closed to scripts shows an error for each."""
    changes, failures, closed = [], [], _closed(shells, system)
    for shell in shells:
        line = encode(hookfiles.load_line(places, shell)) + b"\n"
        for path in startup_files(shell, system):
            if path in closed:
                changes.append(Change("not written", path, shell, str(closed[path])))
                continue
            try:
                changes.append(Change("written" if rcfile.write(path, line) else "unchanged", path, shell))
            except VenvhookError as error:
                failures.append(error)
    if closed and all(change.why for change in changes):  # then nothing is loaded anywhere
        failures += closed.values()
    _raise(failures)
    return changes


def _closed(shells: Sequence[str], system: System) -> dict[str, VenvhookError]:
    """By path, why the startup file of a PowerShell on Windows is not read."""
    if system is not WINDOWS or "pwsh" not in shells:
        return {}
    asked = {path: windows.closed(program) for path, program in _profiles(system).items()}
    return {path: refused for path, refused in asked.items() if refused}


def _raise(failures: Sequence[VenvhookError]) -> None:
    if failures:
        failures[0].others = failures[1:]
        raise failures[0]


def _restore_startup(shells: Sequence[str]) -> tuple[list[Change], list[VenvhookError]]:
    """Backwards: a folder that the first made and others used is empty when its turn comes."""
    files = {path: shell for shell in reversed(shells) for path in _startup_files(shell)[1]}
    changes, failures = [], []
    for path, shell in files.items():
        try:
            changes += [Change("restored", path, shell)] if rcfile.restore(path) else []
        except VenvhookError as error:
            failures.append(error)
    return changes, failures


def _remove_hooks(places: Folders, shells: Sequence[str]) -> list[Change]:
    """Remove the files of SHELLS; other shells have theirs."""
    by_suffix = {emitter(shell).SUFFIX: shell for shell in shells}
    gone = sweep.hooks(places.hook, shells).gone
    return [Change("removed", path, by_suffix.get(os.path.splitext(path)[1], "")) for path in gone]


def _remove_all(places: Folders, purge: bool) -> list[Change]:
    done, folders_of = [sweep.hooks(places.hook)], [places.data]
    if purge:
        done += [sweep.kept(places.data), sweep.cached(places.cache)]
        folders_of.append(places.cache)
    record = folders.record_path()
    if purge and hookfiles.in_environment() and os.path.isfile(record):
        os.unlink(record)
        done.append(sweep.Swept([record], []))
        folders_of.append(os.path.dirname(record))
    sweep.emptied(folders_of)
    left = [path for each in done for path in each.left] + (sweep.others(places.data, places.cache) if purge else [])
    changes = [Change("removed", path) for each in done for path in each.gone]
    return changes + [Change("left", path) for path in dict.fromkeys(left)]
