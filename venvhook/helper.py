"""What a hook starts: a project in, its plan as shell text out, kept for next time.

LAUNCHER hook INTERFACE plan SHELL PROJECT        the plan
LAUNCHER hook INTERFACE undo SHELL [PROJECT]      what undoes the project that the shell inherited, then the plan
LAUNCHER hook INTERFACE VERB SHELL PROJECT FILE   the same (PROJECT may be empty), into FILE, which must be new
"""

from __future__ import annotations

import os
import sys
import time

from venvhook import keep, undo
from venvhook.errors import VenvhookError, shown
from venvhook.files import read_text
from venvhook.plan import Plan, ordered
from venvhook.project import Places, Project
from venvhook.shells import INTERFACE, emitter
from venvhook.system import BINARY, encode, folded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType
    from collections.abc import Callable, Sequence

    from venvhook.plan import Condition

SECONDS = 5  # that an answer may take
COARSE = 20_000_000  # ns: file systems stamp with a clock that lags behind by some milliseconds
UNWRITTEN = 3  # the exit status where the answer's file cannot be written
SMALL = 4096  # bytes: of a file that a shell compares with a text


def main(arguments: Sequence[str], data: str, cache: str, settings: str, home: str) -> int:
    """Answer a hook, on stdout or into a file; the exit status.

    DATA, CACHE, SETTINGS and HOME are the folders fixed by installing.
    """
    interface, verb, shell, *rest = arguments
    file = rest.pop() if len(rest) == 2 else ""
    _interruptible()
    os.umask(0o077)  # what is kept is for the user's eyes only, the folders on the way to it too
    environ = dict(folded(os.environ))
    answer = ""
    if verb == "undo":
        answer = undoing(shell, undo.operations(environ), interface)
        environ = undo.outside(environ)
    if rest and rest[0]:
        asked = None
        turn = _limit(lambda: _write(answer + late(rest[0], shell, asked, interface), file))
        asked = Project(rest[0], Places(data, cache, settings, home), environ)
        text = plan_text(asked, shell, interface)
        turn.acquire()
        answer += text
    _write(answer, file)
    return 0


def plan_text(asked: Project, shell: str, interface: str) -> str:
    """A project's plan for a shell, kept where that can be.

    An error of our own becomes a notice, so that the prompt lives.
    """
    if interface != INTERFACE:
        return foreign(shell, notice(asked, "this shell's hook is of another version; open a new shell"), interface)
    began = time.time_ns() - COARSE
    cache, project = asked.places.cache, asked.project
    kept = keep.place(cache, project) if keep.usable(cache, project) else ""
    try:
        plan = asked.plan()
        if not _identify(plan, asked, kept, began):
            kept = ""
        text = emitter(shell).plan(plan)
    except Exception as error:  # a defect of ours, or of the machine: one line instead of a dead prompt
        return emitter(shell).plan(notice(asked, f"{type(error).__name__}: {error}; to see more: venvhook status"))
    if kept:
        keep.write(kept, emitter(shell).SUFFIX, text)
    return text


def _identify(plan: Plan, asked: Project, kept: str, began: int) -> bool:
    """Have PLAN hold only while its files are the ones that were read, neither newer nor older; whether it may be kept.

    KEPT is the folder for stamps ("": there is none); the files were read since BEGAN (ns since 1970). A file that
    changed since may change again and look the same. It gets a stamp of another time, so that the next prompt asks
    about it again; and a marker none, for its text is compared.
    """
    now = time.time_ns()
    times = {path: 0 if _young(seen, began, now) else seen.st_mtime_ns for path, seen in asked.files.items()}
    stamped = {path: (asked.files[path], moment) for path, moment in times.items()}
    marker = asked.marker_status
    if marker and not _young(marker, began, now):
        stamped[asked.marker_path] = marker, marker.st_mtime_ns
    stamps = keep.stamps(kept, stamped) if kept else {}
    conditions = list(plan.conditions)
    if marker:
        moment = stamped.get(asked.marker_path, (marker, 0))[1]
        identity = (stamps.get(asked.marker_path, ""), moment, marker.st_size)
        conditions = [(*c[:3], *identity) if c[0] == "marker" else c for c in conditions]
    for path, moment in times.items():
        conditions.append(("unchanged", path, stamps.get(path, ""), moment, asked.files[path].st_size))
        if path not in stamps:
            text = None if path == asked.marker_path else _content(path)  # what a marker says is no other condition's
            conditions.append(text or ("here", asked.project))
    plan.conditions = ordered(conditions)
    return ("here", asked.project) not in plan.conditions


def _young(seen: os.stat_result, began: int, now: int) -> bool:
    """Whether a file changed between BEGAN and NOW (ns since 1970), as far as its disk's clock tells.

    Where its time is a whole second, the clock seems to tick once a second (HFS+, ext3) or every other (FAT): what is
    edited up to the next tick looks no newer. A time that is ahead of NOW says nothing about when the file changed.
    """
    since = began if seen.st_mtime_ns % 1_000_000_000 else began - began % 2_000_000_000
    return since <= seen.st_mtime_ns <= now


def _content(path: str) -> Condition | None:
    """What shells compare of a file for which no stamp could be kept; None where it is too large for that."""
    try:
        return "text", path, read_text(path, SMALL)
    except VenvhookError:
        return None


def notice(asked: Project, problem: str) -> Plan:
    """A plan that only says what is wrong; it holds until the marker changes, or the project is entered anew."""
    conditions: list[Condition] = [("here", asked.project), *(c for c in asked.conditions if c[0] == "marker")]
    return Plan(asked.project, asked.folder, conditions, shown(f"{asked.marker_path}: {problem}"))


def late(project: str, shell: str, asked: Project | None, interface: str = INTERFACE) -> str:
    """The plan of a project that could not be looked at in time; ASKED is how far that went."""
    line = f"looking at it took more than {SECONDS} s; to try again: venvhook on"
    unseen = Plan(project, project, [("here", project)], shown(f"{project}: {line}"))
    return foreign(shell, notice(asked, line) if asked else unseen, interface)


def foreign(shell: str, notice: Plan, interface: str) -> str:
    """Return a NOTICE for a hook of SHELL that speaks INTERFACE, which may be another one than ours.

    A shell whose notices do not read the same in every interface has a `notice` of its own.
    """
    own = getattr(emitter(shell), "notice", None)
    return str(own(notice, interface)) if own else emitter(shell).plan(notice)


def undoing(shell: str, operations: Sequence[tuple[str, str | None]], interface: str) -> str:
    """Return what undoes an inherited project in SHELL, whose hook speaks INTERFACE.

    A shell that runs what it gets by another interface, and for which there is no such text any more, has NO_UNDO.
    """
    nothing = getattr(emitter(shell), "NO_UNDO", None) if interface != INTERFACE else None
    return emitter(shell).undo(operations) if nothing is None else str(nothing)


def _interruptible() -> None:
    """Ctrl-C ends the helper without a word."""
    import _signal  # type: ignore[import-not-found, unused-ignore]  # what signal wraps, without its enums

    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)


def _limit(give_up: Callable[[], object]) -> LockType:
    """Have the process GIVE_UP and end after SECONDS, unless the lock that is returned has been taken before.

    By a thread: a file system that hangs lets no signal through that a program handles, and while one waits, not even
    Ctrl-C.
    """
    import _thread

    turn = _thread.allocate_lock()

    def wait() -> None:
        time.sleep(SECONDS)
        if turn.acquire(False):
            give_up()
            os._exit(0)

    try:
        _thread.start_new_thread(wait, ())
    except RuntimeError:  # the user has no more processes or memory left (ulimit)
        pass
    return turn


def _write(answer: str, file: str) -> None:
    """Write ANSWER to stdout, or into FILE, which must not be there: nobody else has put it there, nor will read it."""
    data = encode(answer)
    if not file:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | BINARY, 0o600), "wb") as stream:
            stream.write(data)
    except OSError:
        os._exit(UNWRITTEN)  # the hook says so: it knows why the file is where it is
