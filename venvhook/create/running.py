"""Running a manager's tools: nothing of theirs asks at the terminal, nor goes on when we are ended."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess

from venvhook.digest import digest
from venvhook.errors import VenvhookError, shown
from venvhook.files import read_bytes
from venvhook.folders import make_private
from venvhook.system import HERE, NOFOLLOW, WINDOWS, System, decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

    from venvhook.create.order import Order, Step

    Say = Callable[[str], None]

LOCKS = "locks"  # the folder of locks in venvhook's own

# What tools write when the cause is none of theirs: with what is told then.
_CAUSES = (
    (
        ("No space left on device", "os error 28", "Disk quota exceeded", "WinError 112", "os error 112"),
        "the disk is full",
    ),
    (
        ("Long Path support", "WinError 206", "os error 206", "filename or extension is too long"),
        "a path is longer than Windows takes: put the project nearer to the root of its disk, or enable long paths",
    ),
    (
        ("WinError 32]", "os error 32)", "is being used by another process"),
        "a program uses one of the files: close the programs, editors and terminals that use this environment",
    ),
    (("incomplete-download", "IncompleteDownload"), "a download broke off, as it also does where the disk is full"),
    (
        (
            "Connection refused", "Failed to establish a new connection", "Name or service not known", "dns error",
            "Temporary failure in name resolution", "Network is unreachable", "Could not connect", "ConnectionError",
            "All attempts to connect", "Connection reset", "ConnectError", "tcp connect error", "getaddrinfo failed",
            "WinError 10060", "WinError 10061",
        ),
        "the package index cannot be reached",
    ),
    (
        (
            "could not read Username", "could not read Password", "Permission denied (publickey", "Authorization error",
            "401 Unauthorized", "401 Client Error", "Credentials not correct",
        ),
        "credentials are wanted, and no tool can ask for them here: give them by netrc, keyring or the tool's settings",
    ),
    (
        (
            "No matching distribution", "ResolutionImpossible", "No solution found", "version solving failed",
            "match any versions", "Unable to find a resolution",
        ),
        "not every requirement can be met",
    ),
)  # fmt: skip


# What cmd.exe, which runs a batch file, takes for its own wherever it stands in an argument.
_CMD = "&|<>^%!\"\r\n"
_SEALED = 1 << 30  # the byte of a lock file that Windows locks: far behind its text, which stays readable

LINES = 2000  # how many of a tool's last lines are looked through


class Failed(VenvhookError):
    """A tool failed; `output` is what it said."""

    output = ""


def run(step: Step, order: Order, say: Say) -> None:
    """Run the command of STEP in the project; SAY gets each line of its output. Raises Failed for any status but 0."""
    check_command(step.command)
    try:
        process = subprocess.Popen(
            step.command,
            cwd=order.folder,
            env=spoken(order.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # On POSIX: so that all of it can be ended, and nothing of it asks at the terminal. On Windows this does
            # nothing: in a group of its own a tool would hear no Ctrl-C, and reading from it cannot be interrupted.
            start_new_session=True,
        )
    except OSError as error:
        raise VenvhookError(f"cannot be started: {error.strerror}", step.command[0]) from None
    try:
        lines = list(_lines(process, say))
        status = process.wait()
    except BaseException:
        _stop(process)
        raise
    order.said = [*order.said, *lines][-LINES:]
    if status:
        raise _failed(step, order.root, status, "\n".join(lines))


def spoken(environ: Mapping[str, str], system: System = HERE) -> dict[str, str]:
    """ENVIRON for a tool whose output is read as UTF-8. On Windows, Python writes into a pipe in the code page else."""
    return {"PYTHONUTF8": "1", **environ} if system is WINDOWS else dict(environ)


def check_command(command: Sequence[str], system: System = HERE) -> None:
    """VenvhookError for a batch file with arguments that cmd.exe would read as commands. Nothing can quote them all."""
    if system is not WINDOWS or not command[0].lower().endswith((".bat", ".cmd")):
        return
    odd = next((argument for argument in command if any(each in argument for each in _CMD)), None)
    if odd is not None:
        problem = f"is a batch file, and cannot be given {odd}: it has a character of cmd.exe's own ({_CMD.strip()})"
        raise VenvhookError(problem, command[0], remedy="rename that folder, or have another tool make the environment")


def _lines(process: subprocess.Popen[bytes], say: Say) -> Iterator[str]:
    for line in process.stdout or ():
        text = shown(decode(line).rstrip("\r\n").rpartition("\r")[2].expandtabs(4))
        if text.strip():
            say(text.strip())
        yield text


def _failed(step: Step, root: str, status: int, output: str) -> Failed:
    cause = cause_of(output)
    remedy = f"{cause}; what it said is above" if cause else "what it said is above"
    failed = Failed(f"{step.doing} failed (status {status})", root, remedy=remedy if output else cause or None)
    failed.output = output
    return failed


def cause_of(output: str) -> str:
    """What is wrong with the machine, by the OUTPUT of a tool that failed; "" where that does not tell."""
    flat = " ".join(output.split())  # some break lines to the width of a terminal
    return next((cause for signs, cause in _CAUSES if any(sign in flat for sign in signs)), "")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End a tool and all that it started, and wait for it: nothing may write any more into what is deleted next."""
    for name in ("SIGTERM", "SIGKILL"):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, getattr(signal, name))
            else:
                subprocess.run(ending(process.pid, os.environ), stdin=subprocess.DEVNULL, capture_output=True)
                process.kill()
            process.communicate(timeout=5)  # to the end of the output, which each of them holds open
            return


def ending(pid: int, environ: Mapping[str, str]) -> list[str]:
    """The command of Windows that ends the process PID and all that it has started."""
    program = "\\".join([environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe"])
    return [program, "/F", "/T", "/PID", str(pid)]


@contextlib.contextmanager
def alone(data: str, folder: str, root: str) -> Iterator[None]:
    """While this lasts, nobody else works on the project FOLDER. VenvhookError when somebody does.

    The lock is a file in DATA, venvhook's own folder: anybody who may read a file can hold a lock on it. It holds ROOT,
    the environment that is worked on, until that is done: see `unfinished`.
    """
    for path in (data, os.path.join(data, LOCKS)):
        make_private(path)
    lock = os.open(_lock(data, folder), os.O_RDWR | os.O_CREAT | NOFOLLOW, 0o600)
    try:
        if not _taken(lock):
            problem, remedy = "another venvhook is making or removing its environment", "wait until that is done"
            raise VenvhookError(problem, folder, remedy=remedy)
        os.ftruncate(lock, 0)
        os.write(lock, encode(root))
        try:
            yield
        finally:
            os.ftruncate(lock, 0)
    finally:
        os.close(lock)


def _taken(lock: int) -> bool:
    """Whether this process has the lock on the open file LOCK now, until it closes it; False: another has it."""
    try:
        import fcntl
    except ImportError:
        return _sealed(lock)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # a file system without locks
    return True


def _sealed(lock: int) -> bool:
    """The same on Windows, where a lock keeps others from reading what it is on."""
    from importlib import import_module

    windows = import_module("msvcrt")
    os.lseek(lock, _SEALED, os.SEEK_SET)
    try:
        windows.locking(lock, windows.LK_NBLCK, 1)
    except OSError as error:  # EACCES where another has it; EINVAL is a disk without locks
        return error.errno == errno.EINVAL
    finally:
        os.lseek(lock, 0, os.SEEK_SET)
    return True


def unfinished(data: str, folder: str) -> str:
    """The environment of the project FOLDER that a venvhook was working on when it was killed; "" for none.

    What lies in the project does not tell: a file that is pulled could name any folder as half an environment.
    """
    try:
        return decode(read_bytes(_lock(data, folder), 1 << 16))
    except VenvhookError:
        return ""


def _lock(data: str, folder: str) -> str:
    return os.path.join(data, LOCKS, digest(folder))


@contextlib.contextmanager
def usual_modes() -> Iterator[None]:
    """While this lasts, what is made is writable for the user, and not for everybody, whatever the umask was.

    An environment that everybody may write to would be refused when it is entered.
    """
    before = os.umask(0o022)
    os.umask((before | 0o022) & 0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextlib.contextmanager
def ended_once() -> Iterator[None]:
    """While this lasts, the first signal that would end the process raises, so that what is half-made is cleared away.

    Those that follow are not heard, to the end of the process: who presses Ctrl-C twice does not want half of it to
    stay.
    """
    # SIGBREAK: the window of a console is closed (Windows)
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}
    heard = {n: handler for n, handler in before.items() if handler in (signal.SIG_DFL, signal.default_int_handler)}

    def end(number: int, frame: FrameType | None) -> None:
        for each in heard:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)

    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in heard.items():
            if signal.getsignal(number) is end:
                signal.signal(number, handler)
