"""Making, remaking and removing environments. Decides that a failure leaves no trace, and that an old one comes back.

An environment is made where it will stay: its scripts hold its path. Each manager is a module with `recipe(order)`, the
commands of the manager's own tool. It may have `entries(order)`, what the manager has noted about the environment in
registers of its own; `OWN_LIST`, true where it installs what its own files list and nothing else; `ADD`, its command
that adds a package, where that is not pip's.
"""

from __future__ import annotations

import os
import shlex
import shutil

from venvhook.create.before import Before, File, delete
from venvhook.create.guard import within
from venvhook.create.order import Order, Recipe, Step
from venvhook.create.running import ended_once, run
from venvhook.environment import inspect, version_fits
from venvhook.errors import VenvhookError
from venvhook.managers import MANAGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import contextlib
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from venvhook.create.before import Entry
    from venvhook.create.running import Say
    from venvhook.environment import Environment

    Working = Callable[[str], contextlib.AbstractContextManager[Say]]

ASIDE = ".venvhook-old-"  # before the name of an environment while another one is made in its place
GONE = ".venvhook-gone-"  # before the name of one that is being deleted


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


def make(order: Order, how: Recipe, working: Working) -> Environment:
    """Make an environment where nothing is yet. Whatever ends it early, all that was made for it is gone again.

    WORKING is entered with each step's name. Raises VenvhookError, `Failed` where a tool failed.
    """
    import tempfile  # `status` needs what is left over, not this

    if os.path.lexists(order.root):
        raise VenvhookError("exists already", order.root, remedy="to make it anew: venvhook rebuild")
    with ended_once():
        before = Before(order.root, order.folder, [*how.entries, *map(File, how.writes)])
        temporary = tempfile.mkdtemp(prefix="venvhook-")  # of all tools: one that is ended cannot clear its own away
        order.environ.update(dict.fromkeys(("TMPDIR", "TEMP", "TMP"), temporary))
        try:
            return _made(order, how, working)
        except BaseException:
            before.restore()
            raise
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _made(order: Order, how: Recipe, working: Working) -> Environment:
    os.makedirs(os.path.dirname(order.root), exist_ok=True)
    for step in how.steps:
        _do(step, order, working)
    if how.finish:
        how.finish()
    if not os.path.lexists(order.root):
        remedy = "look at what its manager's own settings say about the place"
        raise VenvhookError("no environment was made here", order.root, remedy=remedy)
    found = inspect(order.root)
    _do(Step("trying it", [found.python, "-I", "-c", "pass"]), order, working)
    if order.wish and not version_fits(found, order.wish, order.folder):
        problem = f"it would have Python {found.version}, not {order.wish}"
        remedy = "its manager's own files ask for that one; ask for the same in the marker"
        raise VenvhookError(problem, order.root, remedy=remedy)
    return found


def _do(step: Step, order: Order, working: Working) -> None:
    with working(step.doing) as say:
        run(step, order, say)


def left_over(root: str) -> VenvhookError | None:
    """That a rebuild of ROOT was killed before it could put the old environment back, and how that is done."""
    aside = beside(root, ASIDE)
    if not os.path.lexists(aside):
        return None
    here, old = shlex.quote(root), shlex.quote(aside)
    again = f"rm -rf {here}; mv {old} {here}" if os.path.lexists(root) else f"mv {old} {here}"
    problem = "is the old environment, left over from a rebuild that was cut off"
    return VenvhookError(problem, aside, remedy=f"to put it back: {again}; to do without it: rm -rf {old}")


def remake(old: str, order: Order, how: Recipe, working: Working) -> Environment:
    """Make an environment instead of the one in OLD, which comes back if that fails."""
    aside = beside(old, ASIDE)
    with ended_once():
        try:
            _rename(old, aside)
            found = make(order, how, working)
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
    about = [entry for entry in entries if entry.about(root)]
    target = os.path.realpath(root) if os.path.islink(root) else None
    with ended_once():
        if target is not None:
            os.unlink(root)
        if target is None or within(target, os.path.realpath(folder)):
            path = target or root
            _discard(path, beside(path, GONE))
            target = None
        for entry in about:
            entry.put(None)
    return target


def beside(path: str, prefix: str) -> str:
    """A name beside PATH. With a prefix: managers take what begins like an environment of theirs for one."""
    return os.path.join(os.path.dirname(path), prefix + os.path.basename(path))


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
        raise VenvhookError(problem, path, remedy="make its folder writable, and end what runs in it") from None
