"""Making, remaking and removing environments. Decides which folders may be touched, and that a failure leaves no trace.

An environment is made where it will stay: its scripts hold its path. Each manager is a module with
`steps(order) -> list of Step`, the commands of the manager's own tool.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess

from venvhook.environment import Environment, Unfit, inspect
from venvhook.errors import VenvhookError, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    Context = Callable[[str], contextlib.AbstractContextManager[None]]

MANAGERS = ("venv", "virtualenv", "uv")
ASIDE = ".venvhook-old"  # behind the name of an environment while another one is made in its place


class Order:
    """What is to be made: the environment ROOT for the project FOLDER, by PYTHON; `installs` are pip's arguments."""

    __slots__ = ("environ", "folder", "installs", "prompt", "python", "root")

    def __init__(self, folder: str, root: str, python: str, environ: Mapping[str, str]) -> None:
        self.folder, self.root, self.python, self.environ = folder, root, python, environ
        self.prompt = ""
        self.installs: Sequence[str] = ()

    @property
    def named(self) -> list[str]:
        """The option that names the environment, if its activate scripts, which do not all quote it, can bear it."""
        plain = self.prompt.replace("-", "").replace("_", "").replace(".", "").isalnum()
        return [f"--prompt={self.prompt}"] if plain and self.prompt.isascii() else []


class Step:
    """One command, and what it does, for the person."""

    __slots__ = ("command", "doing")

    def __init__(self, doing: str, command: Sequence[str]) -> None:
        self.doing, self.command = doing, list(command)


class Failed(VenvhookError):
    """A tool failed; `output` is what it said."""

    output = ""


def requirement_arguments(requirements: Sequence[str], packages: Sequence[str]) -> list[str]:
    """What pip is told to install. VenvhookError for a package that is an option: `-e PATH` is the only one."""
    arguments = [word for path in requirements for word in ("-r", path)]
    for package in packages:
        option, _, path = package.partition(" ")
        if option in ("-e", "--editable") and path.strip():
            arguments += ["-e", path.strip()]
        elif package.startswith("-"):
            remedy = "write options into a requirements file"
            raise VenvhookError(f"{package} in packages is no requirement", remedy=remedy)
        else:
            arguments.append(package)
    return arguments


def steps(manager: str, order: Order) -> list[Step]:
    """The commands that make what ORDER says. VenvhookError when the manager's tool is missing, or not known here."""
    if manager not in MANAGERS:
        remedy = f"make it with {manager} itself, or choose one of {', '.join(MANAGERS)} in the marker"
        raise VenvhookError(f"venvhook cannot make environments of {manager} yet", order.folder, remedy=remedy)
    from importlib import import_module

    found: list[Step] = import_module(f"venvhook.create.{manager}").steps(order)
    return found


def tool(name: str, order: Order) -> str:
    """The path of a manager's command. VenvhookError when it is not installed."""
    found = shutil.which(name, path=order.environ.get("PATH"))
    if found is None:
        remedy = f'install {name}, or write manager = "venv" into the marker'
        raise VenvhookError(f"the command {name} is not on PATH", order.folder, remedy=remedy)
    return found


def interpreter(root: str) -> str:
    """The Python that an environment in ROOT will have."""
    from venvhook.environment import BIN, PYTHON

    return os.path.join(root, BIN, PYTHON)


# ---- Making ----------------------------------------------------------------------------------------------------------


def make(order: Order, todo: Sequence[Step], working: Context) -> Environment:
    """Make an environment where nothing is yet. Whatever ends it early, ROOT and folders made for it are gone again.

    WORKING is entered with each step's name. Raises VenvhookError, `Failed` where a tool failed.
    """
    if os.path.lexists(order.root):
        raise VenvhookError("exists already", order.root, remedy="to make it anew: venvhook rebuild")
    made = _make_parents(order.root)
    try:
        with _ended_by_signals():
            for step in todo:
                with working(step.doing):
                    _run(step, order)
        return inspect(order.root)
    except BaseException:
        _delete(order.root)
        for path in reversed(made):
            _remove_empty(path)
        raise


def remake(order: Order, todo: Sequence[Step], working: Context) -> Environment:
    """Make an environment in the place of another one, which comes back if that fails."""
    aside = order.root + ASIDE
    if os.path.lexists(aside):
        problem = "is left over from a rebuild that was cut off"
        raise VenvhookError(problem, aside, remedy="move it back, or delete it, then rebuild again")
    _rename(order.root, aside)
    try:
        found = make(order, todo, working)
    except BaseException:
        _rename(aside, order.root)
        raise
    _delete(aside)
    return found


def _run(step: Step, order: Order) -> None:
    try:
        process = subprocess.Popen(
            step.command,
            cwd=order.folder,
            env=dict(order.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that all of it can be ended; and nothing of it asks at the terminal
        )
    except OSError as error:
        raise VenvhookError(f"cannot be started: {error.strerror}", step.command[0]) from None
    try:
        output, _ = process.communicate()
    except BaseException:
        _stop(process)
        raise
    if process.returncode:
        failed = Failed(
            f"{step.doing} failed (status {process.returncode})", order.root, remedy="what it said is above"
        )
        failed.output = "\n".join(map(shown, os.fsdecode(output).splitlines()))
        raise failed


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a tool and all that it started, and wait for it: nothing may write any more into what is deleted next."""
    for name in ("SIGTERM", "SIGKILL"):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, getattr(signal, name))
            else:
                process.kill()
            process.communicate(timeout=5)  # to the end of the output, which each of them holds open
            return


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """While this lasts, a signal that would end the process raises, so that what is half-made is cleared away."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signals = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, end) for number in signals if signal.getsignal(number) == signal.SIG_DFL}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _make_parents(path: str) -> list[str]:
    """Make the folders above PATH; those that were missing, the outermost first."""
    missing: list[str] = []
    parent = os.path.dirname(path)
    while not os.path.lexists(parent):
        missing.insert(0, parent)
        parent = os.path.dirname(parent)
    for folder in missing:
        os.mkdir(folder)
    return missing


# ---- What may be touched ---------------------------------------------------------------------------------------------


def removable(root: str, folder: str, home: str) -> None:
    """VenvhookError unless ROOT is an environment, of the project FOLDER, that may be deleted.

    Never the home folder, the project, or what holds one of them; never through a link above ROOT that leads out.
    """
    keep_off(root, folder, home)
    above = os.path.realpath(os.path.dirname(root))
    if _within(root, folder) and not _within(above, os.path.realpath(folder)):
        raise VenvhookError("leads out of the project by a link", root, remedy="delete it where it really is")
    if not os.path.lexists(root):
        raise VenvhookError("there is no environment", root)
    if not is_environment(root):
        raise VenvhookError(
            "is no environment (no pyvenv.cfg, no conda-meta)", root, remedy="look at it, and move it away"
        )


def keep_off(root: str, folder: str, home: str) -> None:
    """VenvhookError where no environment may be made or deleted: home, the project, what holds one of them."""
    real = os.path.realpath(root)
    for name, kept in (("your home folder", home), ("the project", folder)):
        if _within(os.path.realpath(kept), real):
            problem = f"is {name}, or holds it"
            raise VenvhookError(problem, root, remedy="name the environment's own folder with venv = … in the marker")


def is_environment(root: str) -> bool:
    """Whether ROOT is an environment, even one that cannot be entered."""
    try:
        inspect(root)
    except Unfit:
        return any(os.path.exists(os.path.join(root, name)) for name in ("pyvenv.cfg", "conda-meta"))
    return True


def was_environment(root: str) -> bool:
    """Whether ROOT is an environment, or was one before it lost its pyvenv.cfg."""
    parts = (os.path.join(os.path.dirname(interpreter(root)), "activate"), interpreter(root))
    return is_environment(root) or all(map(os.path.lexists, parts))


def remove(root: str, folder: str) -> str | None:
    """Delete the environment ROOT, which `removable` accepted; the path of what a link leads to and was left.

    A link goes; what it leads to goes only inside the project. Renamed first, so that no half of it stays in place.
    """
    target = os.path.realpath(root) if os.path.islink(root) else None
    if target is None:
        _rename(root, root + ASIDE)
        _delete(root + ASIDE)
        return None
    os.unlink(root)
    if not _within(target, os.path.realpath(folder)):
        return target
    _delete(target)
    return None


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _rename(path: str, to: str) -> None:
    try:
        os.rename(path, to)
    except OSError as error:
        problem = f"cannot be renamed ({error.strerror})"
        raise VenvhookError(problem, path, remedy="make its folder writable, and end what runs in it") from None


def _delete(path: str) -> None:
    """Delete the folder PATH. VenvhookError where something of it stays."""
    if os.path.islink(path) or os.path.isfile(path):
        os.unlink(path)
    elif os.path.lexists(path):
        try:
            shutil.rmtree(path)
        except OSError as error:
            why = f"cannot be deleted completely ({error.strerror})"
            raise VenvhookError(why, path, remedy="delete what is left by hand") from None


def _remove_empty(path: str) -> None:
    with contextlib.suppress(OSError):
        os.rmdir(path)
