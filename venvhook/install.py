"""What installing puts where: the hooks with their literals, the launcher, and a block in each shell's startup files.

Nothing here prints; `venvhook install` and install.sh do.
"""

from __future__ import annotations

import os
import shutil
import sys

from venvhook import config, folders, rcfile
from venvhook.errors import VenvhookError
from venvhook.shells import INTERFACE, SHELLS, emitter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from venvhook.folders import Folders


class Change:
    """One file, and what was done with it: "written", "unchanged", "restored" or "removed"."""

    __slots__ = ("path", "shell", "what")

    def __init__(self, what: str, path: str, shell: str = "") -> None:
        self.what, self.path, self.shell = what, path, shell

    def __repr__(self) -> str:
        return f"Change({self.what!r}, {self.path!r}, {self.shell!r})"

    def __str__(self) -> str:
        return f"{self.what}: {self.path}"


def installed() -> list[str]:
    """The shells of this machine that venvhook knows: those on PATH."""
    return [shell for shell in SHELLS if any(map(shutil.which, emitter(shell).PROGRAMS))]


def install(places: Folders, shells: Iterable[str] | None = None, rc: bool = True) -> list[Change]:
    """Write the hooks of SHELLS (those installed, unless named) and, with RC, load them from the startup files.

    Hooks installed earlier are brought up to date too. What is right already is not touched. Raises VenvhookError;
    one startup file that cannot be written does not keep the others from it.
    """
    chosen = _known(shells) if shells is not None else installed()
    if not chosen:
        raise VenvhookError("no shell that venvhook knows is installed", remedy=f"install one of {', '.join(SHELLS)}")
    for path in (places.data, places.cache, places.hook):
        folders.make_private(path)
    earlier = [shell for shell in SHELLS if shell not in chosen and os.path.exists(hook_path(places, shell))]
    changes = _write_hooks(places, chosen + earlier)
    if _inside_prefix(_package()):
        folders.record(places)
    return changes + (_write_startup(places, chosen) if rc else [])


def uninstall(places: Folders, shells: Iterable[str] | None = None, purge: bool = False) -> list[Change]:
    """Remove the hooks of SHELLS (all, unless named); the startup files become what they were.

    PURGE removes all else that venvhook keeps too, the decisions of `allow` and `deny` included; the user's config file
    stays, and so does the environment that install.sh made. Raises VenvhookError; one startup file that cannot be
    written does not keep the rest from being done.
    """
    chosen = _known(shells) if shells is not None else list(SHELLS)
    changes, failures = _restore_startup(chosen)
    try:
        if any(os.path.exists(hook_path(places, shell)) for shell in SHELLS if shell not in chosen):
            changes += _remove_hooks(places, chosen)
        else:
            changes += _remove_all(places, purge)
    except OSError as error:
        why = f"cannot be removed ({error.strerror})"
        raise VenvhookError(why, error.filename, remedy="remove it by hand") from error
    if failures:
        raise failures[0]
    return changes


def hook_path(places: Folders, shell: str) -> str:
    """The file that the startup files of SHELL load."""
    return os.path.join(places.hook, "venvhook" + emitter(shell).SUFFIX)


def load_line(places: Folders, shell: str) -> str:
    """The line of SHELL that loads its hook, for startup files: silent where the hook is missing."""
    return emitter(shell).load(hook_path(places, shell))


def hook(places: Folders, shell: str) -> bytes:
    """The hook of SHELL with the literals of this installation. VenvhookError when a template is not one of ours."""
    settings = config.usable(places.config, places.home)
    literals = {
        "PYTHON": interpreter(places),
        "LAUNCHER": os.path.join(places.hook, "launch.py"),
        "CACHE": places.cache,
        "CEILING": os.pathsep.join(settings.ceiling),
        "WRAP_CD": "1" if settings.wrap_cd else "0",
    }
    return shipped("venvhook", shell, {f"'@VENVHOOK_{n}@'": emitter(shell).quote(text) for n, text in literals.items()})


def completion(shell: str) -> bytes:
    """What completes the command line in SHELL, from the commands as they are."""
    from venvhook.completion import table

    return shipped("complete", shell, {"'@VENVHOOK_TABLE@'": emitter(shell).quote(table())})


def shipped(name: str, shell: str, literals: Mapping[str, str] | None = None) -> bytes:
    """The file NAME for SHELL as it is shipped, with LITERALS filled in. VenvhookError when it is not one of ours."""
    return _fill(os.path.join(_templates(), name + emitter(shell).SUFFIX), literals or {})


def interpreter(places: Folders) -> str:
    """The Python that the hooks start: the one that runs now. VenvhookError when that is a script (a shim)."""
    path = _settled(sys.executable, places)
    try:
        with open(path, "rb") as file:
            script = file.read(2) == b"#!"
    except OSError:
        script = True
    if script:
        raise VenvhookError("is not a Python interpreter", path or "sys.executable", remedy="start one by its own path")
    return path


def startup_files(shell: str) -> list[str]:
    """The startup files that SHELL's block belongs into, so that every interactive shell of the person reads it."""
    return _startup_files(shell)[0]


def _startup_files(shell: str) -> tuple[list[str], list[str]]:
    """Those that are read here and now, and those that ever may have got the block."""
    home, named = os.path.expanduser("~"), os.environ.get("XDG_CONFIG_HOME", "")
    settings = named if os.path.isabs(named) else os.path.join(home, ".config")
    return emitter(shell).startup_files(home, settings, folders.documents)


def _known(shells: Iterable[str]) -> list[str]:
    chosen = list(dict.fromkeys(shells))
    for shell in chosen:
        if shell not in SHELLS:
            raise VenvhookError(f"no shell that venvhook knows: {shell}", remedy=f"one of {', '.join(SHELLS)}")
    return chosen


def hook_files(places: Folders, shells: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """By path, launcher, hooks, what plans call, and completion: the shell that each is for, and what it holds."""
    files = {os.path.join(places.hook, "launch.py"): ("", _launcher(places))}
    for shell in shells:
        files[hook_path(places, shell)] = (shell, hook(places, shell))
        for name, data in ((f"plan-{INTERFACE}", shipped("plan", shell)), ("complete", completion(shell))):
            files[os.path.join(places.hook, name + emitter(shell).SUFFIX)] = (shell, data)
    return files


def _write_hooks(places: Folders, shells: Sequence[str]) -> list[Change]:
    """Older interfaces' files stay for the shells that began with them."""
    return [_write(path, data, shell) for path, (shell, data) in hook_files(places, shells).items()]


def _write(path: str, data: bytes, shell: str) -> Change:
    try:
        return Change("written" if folders.write(path, data) else "unchanged", path, shell)
    except OSError as error:
        raise VenvhookError(f"cannot be written ({error.strerror})", path, remedy="make room or permit it") from error


def _write_startup(places: Folders, shells: Sequence[str]) -> list[Change]:
    changes, failures = [], []
    for shell in shells:
        line = os.fsencode(load_line(places, shell)) + b"\n"
        for path in startup_files(shell):
            try:
                changes.append(Change("written" if rcfile.write(path, line) else "unchanged", path, shell))
            except VenvhookError as error:
                failures.append(error)
    if failures:
        raise failures[0]
    return changes


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
    names = [
        (name, shell) for name in os.listdir(places.hook) for shell in shells if name.endswith(emitter(shell).SUFFIX)
    ]
    changes = [Change("removed", os.path.join(places.hook, name), shell) for name, shell in names]
    return [change for change in changes if _remove(change.path)]


def _remove_all(places: Folders, purge: bool) -> list[Change]:
    gone, emptied = [places.hook], [places.data]
    if purge:
        kept = ("hook", "env", "env-a", "env-b", "install.log", "made")  # but for the first, install.sh's
        held = os.listdir(places.data) if os.path.isdir(places.data) else []
        gone += [os.path.join(places.data, name) for name in held if name not in kept] + [places.cache]
    if purge and _inside_prefix(_package()):
        gone.append(folders.record_path())
        emptied.append(os.path.dirname(gone[-1]))
    changes = [Change("removed", path) for path in gone if _remove(path)]
    for path in emptied:
        if os.path.isdir(path) and not os.listdir(path):
            os.rmdir(path)
    return changes


def _remove(path: str) -> bool:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
    else:
        return False
    return True


def _launcher(places: Folders) -> bytes:
    package = _settled(os.path.dirname(_package()), places)
    literals = {"package": package, **places.fields()}
    ours = {
        f'"@VENVHOOK_{n.upper()}@"': ascii(os.fsencode(p).decode("utf-8", "surrogateescape"))
        for n, p in literals.items()
    }
    return _fill(os.path.join(_package(), "_launch.py"), ours)


def _fill(path: str, literals: Mapping[str, str]) -> bytes:
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError as error:
        raise VenvhookError(f"cannot be read ({error.strerror})", path, remedy="install venvhook again") from error
    for literal, value in literals.items():
        text = text.replace(literal.encode(), os.fsencode(value))
    if b"@VENVHOOK_" in text:
        raise VenvhookError("has a literal that is not known", path, remedy="install venvhook again")
    return text


def _package() -> str:
    return os.path.dirname(os.path.abspath(__file__))


def _templates() -> str:
    """The hooks as they are shipped: in the package, or beside it in a checkout."""
    shipped = os.path.join(_package(), "_shell")
    return shipped if os.path.isdir(shipped) else os.path.join(os.path.dirname(_package()), "shell")


def _settled(path: str, places: Folders) -> str:
    """PATH by the way that outlives an upgrade: install.sh makes `<data>/env` a link to the newest environment."""
    link = os.path.join(places.data, "env")
    if _inside_prefix(path) and os.path.isdir(link) and os.path.samefile(link, sys.prefix):
        return link + path[len(sys.prefix) :]
    return path


def _inside_prefix(path: str) -> bool:
    """Whether PATH is a part of the running environment; the package is not, when it is run from a checkout."""
    return path.startswith(sys.prefix.rstrip(os.sep) + os.sep)
