"""Making, remaking and removing environments. Decides that a failure leaves no trace, and that an old one comes back.

An environment is made where it will stay: its scripts hold its path. Each manager is a module with `recipe(order)`, the
commands of the manager's own tool. It may have `entries(order)`, what the manager has noted about the environment in
registers of its own; `OWN_LIST`, true where it installs what its own files list and nothing else; `ADD`, its command
that adds a package, where that is not pip's.
"""

from __future__ import annotations

import contextlib
import os
import re

from venvhook.create import packages
from venvhook.create.before import Before, File, Redirect, delete
from venvhook.create.guard import inside
from venvhook.create.order import Order, Recipe, Step
from venvhook.create.running import ended_once, run, usual_modes
from venvhook.environment import inspect, lines, version_fits
from venvhook.errors import VenvhookError
from venvhook.files import discard, entries as listed, is_link, read_bytes
from venvhook.locate.search import being_made, beside
from venvhook.managers import MANAGERS
from venvhook.shells.advice import delete_folder, move
from venvhook.system import HERE, WINDOWS, System, decode, encode, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import ModuleType

    from venvhook.create.before import Entry
    from venvhook.create.running import Say
    from venvhook.environment import Environment

    Working = Callable[[str], contextlib.AbstractContextManager[Say]]
    Last = Callable[[Environment], None]

ASIDE = ".venvhook-old-"  # before the name of an environment while another one is made in its place
GONE = ".venvhook-gone-"  # before the name of one that is being deleted
_ABSOLUTE = re.compile(r"[A-Za-z]:[\\/]|\\\\")  # how an absolute path of Windows begins
_LIMIT = 1 << 20  # bytes: of a pyvenv.cfg


def recipe(manager: str, order: Order) -> Recipe:
    """How MANAGER makes what ORDER says, which gets the exact place. VenvhookError where it cannot."""
    if manager not in MANAGERS[1:]:
        raise ValueError(manager)
    found: Recipe = _module(manager).recipe(order)
    return found


def entries(manager: str, order: Order) -> list[Entry]:
    """What MANAGER has noted about the environment of ORDER in registers of its own."""
    kept = getattr(_module(manager), "entries", None)
    found: list[Entry] = kept(order) if kept else []
    return found


def has_own_list(manager: str) -> bool:
    """Whether MANAGER installs what its own files list, and nothing that a marker does."""
    return bool(getattr(_module(manager), "OWN_LIST", False))


def adding(manager: str) -> str:
    """The command of MANAGER that adds a package to a project; "" where it has none."""
    return str(getattr(_module(manager), "ADD", "")) if manager in MANAGERS[1:] else ""


def _module(manager: str) -> ModuleType:
    from importlib import import_module

    return import_module(f"venvhook.create.{manager}")


def make(order: Order, how: Recipe, working: Working, last: Last | None = None) -> Environment:
    """Make an environment where nothing is yet. Whatever ends it early, all that was made for it is gone again.

    WORKING is entered with each step's name; LAST gets the environment in the end, and may still refuse it. Raises
    VenvhookError, `Failed` where a tool failed.
    """
    import tempfile  # `status` needs what is left over, not this

    if os.path.lexists(order.root):
        raise VenvhookError("exists already", order.root, remedy="to make it anew: venvhook rebuild")
    with ended_once(), usual_modes():
        before = Before(order.root, order.folder, _entries(order, how))
        temporary = tempfile.mkdtemp(prefix="venvhook-")  # of all tools: one that is ended cannot clear its own away
        order.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary))
        try:
            found = _made(order, how, working, before)
            if last:
                last(found)
            return found
        except BaseException:
            before.restore()
            raise
        finally:
            order.told += before.told
            discard(being_made(order.root))
            with contextlib.suppress(VenvhookError):
                delete(temporary)


def _entries(order: Order, how: Recipe) -> list[Entry]:
    """What the tools may write beside the environment, tools of tools included."""
    beside_it = (os.path.join(folder, ".venv") for folder in (os.path.dirname(order.root), order.folder))
    redirects = [Redirect(path, order.root) for path in dict.fromkeys(beside_it) if path != order.root]
    return [*how.entries, *map(File, how.writes), *redirects]


def _made(order: Order, how: Recipe, working: Working, before: Before) -> Environment:
    parent = os.path.dirname(order.root)
    try:
        os.makedirs(parent, exist_ok=True)
    except OSError as error:
        problem = f"its folder cannot be made: {error.strerror}"
        raise VenvhookError(problem, order.root, remedy="name another place with venv = … in the marker") from None
    with open(being_made(order.root), "wb"):
        pass  # until it goes, hooks do not enter what is only half there
    around = set(listed(parent))
    for step in how.steps:
        try:
            _do(step, order, working)
        finally:
            before.stepped()
        _carry_over(order)
    if how.finish:
        how.finish()
    if not os.path.lexists(order.root):
        raise _elsewhere(order, around)
    found = inspect(order.root)
    _do(Step("trying it", [found.python, "-I", "-c", "pass"]), order, working)
    _check(order, how, before, working)
    _ignored_by_git(order)
    return found


def _check(order: Order, how: Recipe, before: Before, working: Working) -> None:
    """VenvhookError where what was made is not what was asked for."""
    found = inspect(order.root)
    if order.wish and not version_fits(found, order.wish, order.folder):
        problem = f"it would have Python {found.version}, not {order.wish}"
        remedy = "its manager's own files ask for that one; ask for the same in the marker"
        raise VenvhookError(problem, order.root, remedy=remedy)
    changed = [path for path in before.changed() if path in how.writes] if order.locked else []
    if changed:
        remedy = "to lock again, and then install that: venvhook create, without --locked"
        raise VenvhookError("is out of date: its tool would change it", changed[0], remedy=remedy)
    with working("looking for the packages") as say:
        packages.check(order, say)


def _carry_over(order: Order) -> None:
    """Write into the new pyvenv.cfg what the replaced environment's said, before packages are installed by it."""
    path = os.path.join(order.root, "pyvenv.cfg")
    keep = {"prompt": repr(order.kept_prompt)} if order.kept_prompt else {}
    keep.update({"include-system-site-packages": "true"} if order.system_packages else {})
    if not keep or not os.path.isfile(path):
        return
    data = replaced(read_bytes(path, _LIMIT), keep)
    with open(path, "wb") as file:
        file.write(data)


def replaced(data: bytes, values: Mapping[str, str]) -> bytes:
    """DATA, a pyvenv.cfg, with VALUES for the keys that they have. Other lines, their ends and their bytes stay."""
    said = decode(data)
    end = "\r\n" if "\r\n" in said else "\n"
    others = [line for line in lines(said) if line.partition("=")[0].strip().lower() not in values and line]
    return encode("".join(line + end for line in [*others, *(f"{key} = {value}" for key, value in values.items())]))


def _ignored_by_git(order: Order) -> None:
    """Keep an environment in the project out of git, as uv, virtualenv and venv since 3.13 do by themselves."""
    path = os.path.join(order.root, ".gitignore")
    if inside(order.root, order.folder) and not os.path.lexists(path):
        with open(path, "x", encoding="ascii") as file:
            file.write("*\n")


def _elsewhere(order: Order, around: set[str]) -> VenvhookError:
    """That the tool has made no environment where it should have, and where it has made one instead, if it tells.

    AROUND: what was in the folder that the environment should have been made in. What is found is left alone: a tool's
    word, or a new name, is not enough to delete something.
    """
    parent = os.path.dirname(order.root)
    new = [os.path.join(parent, name) for name in listed(parent) if name not in around]
    places = [*new, os.path.join(order.folder, ".venv"), *_paths(order.said)]
    made = [path for path in dict.fromkeys(places) if os.path.isabs(path) and _is_one(path)]
    remedy = "look at what its manager's own settings say about the place"
    if made:
        where = ", ".join(made[:5])
        remedy = f"its tool made or used {where}: delete what you do not want, or name it with venv = … in the marker"
    return VenvhookError("no environment was made here", order.root, remedy=remedy)


def _paths(said: Sequence[str], system: System = HERE) -> Iterator[str]:
    """What may be paths of environments in SAID, a tool's lines: words, folder and name apart, what may have blanks."""
    for line in (line for line in said if len(line) < 2000):
        at = _beginning(line, system)
        if at < 0:
            continue
        words = [word.strip("'\"`.,:;()") for word in line.split()][:40]
        folders = [word for word in words if system.path.isabs(word)]
        yield from folders
        yield from (system.path.join(folder, word) for folder in folders for word in words)
        yield line[at:].strip().strip("'\"`.")


def _beginning(line: str, system: System) -> int:
    """Where the first absolute path in LINE may begin; -1: nowhere."""
    if system is not WINDOWS:
        return line.find("/")
    found = _ABSOLUTE.search(line)
    return found.start() if found else -1


def _is_one(path: str) -> bool:
    return any(os.path.exists(os.path.join(path, sign)) for sign in ("pyvenv.cfg", "conda-meta"))


def _do(step: Step, order: Order, working: Working) -> None:
    with working(step.doing) as say:
        run(step, order, say)


def install_again(order: Order, distributions: Sequence[packages.Distribution], working: Working) -> None:
    """Install into the new environment of ORDER what only the old one had. VenvhookError."""
    for step in packages.again(order, distributions):
        _do(step, order, working)


def left_over(root: str) -> VenvhookError | None:
    """That a rebuild of ROOT was killed before it could put the old environment back, and how that is done."""
    aside = beside(root, ASIDE)
    if not os.path.lexists(aside):
        return None
    again = move(aside, root)
    again = f"{delete_folder(root)}; {again}" if os.path.lexists(root) else again
    problem = "is the old environment, left over from a rebuild that was cut off"
    return VenvhookError(problem, aside, remedy=f"to put it back: {again}; to do without it: {delete_folder(aside)}")


def remake(
    old: str, order: Order, how: Recipe, working: Working, settle: Callable[[str, Environment], None]
) -> Environment:
    """Make an environment instead of the one in OLD, which comes back if that fails.

    SETTLE gets the place where the old one is meanwhile, and the new one. When it raises, the old one comes back too.
    """
    aside = beside(old, ASIDE)
    with ended_once():
        try:
            _rename(old, aside)
            found = make(order, how, working, lambda new: settle(aside, new))
        except BaseException:
            if os.path.lexists(aside):
                _rename(aside, old)
            raise
        _discard(aside, beside(old, GONE))
        return found


def remove(root: str, folder: str, entries: Sequence[Entry] = ()) -> str | None:
    """Delete the environment ROOT, which `removable` accepted, with the ENTRIES about it.

    A link goes; what it leads to goes only inside the project, else its path is the answer. Renamed first, so that no
    half of it stays in place.
    """
    if not os.path.isabs(root):
        raise AssertionError(f"a relative path is not deleted: {root}")
    about = [entry for entry in entries if entry.about(root)]
    target = os.path.realpath(root) if is_link(root) else None
    with ended_once():
        if target is not None:
            os.unlink(root)
        if target is None or within(target, os.path.realpath(folder)):
            path = target or root
            _discard(path, beside(path, GONE))
            target = None
        for entry in about:
            entry.put(None)
        discard(being_made(root))
    return target


def _discard(path: str, gone: str) -> None:
    """Delete PATH by way of the name GONE; what is left there from a deletion that was cut off, too."""
    delete(gone)
    _rename(path, gone)
    try:
        delete(gone)
    except (KeyboardInterrupt, SystemExit):
        delete(gone)  # to the end
        raise


def _rename(path: str, to: str) -> None:
    try:
        os.rename(path, to)
    except OSError as error:
        problem = f"cannot be renamed ({error.strerror})"
        raise VenvhookError(problem, path, remedy=f"make its folder writable, and {in_use()}") from None


def in_use(system: System = HERE) -> str:
    """What a person does about a folder that something uses. On Windows it can be neither renamed nor deleted."""
    if system is WINDOWS:
        return "close the programs, editors and terminals that are in it or use its Python"
    return "end what runs in it"
