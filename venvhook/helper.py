"""What a hook starts: a project in, its plan as shell text out, kept for next time.

LAUNCHER hook INTERFACE plan SHELL PROJECT      the plan
LAUNCHER hook INTERFACE undo SHELL [PROJECT]    what undoes the project that the shell inherited, then the plan
"""

from __future__ import annotations

import os
import sys
import time

from venvhook import keep, undo
from venvhook.errors import shown
from venvhook.plan import Plan
from venvhook.project import Places, Project
from venvhook.shells import INTERFACE, emitter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _thread import LockType
    from collections.abc import Callable, Iterable, Sequence

SECONDS = 5  # that an answer may take
COARSE = 20_000_000  # ns: file systems stamp with a clock that lags behind by some milliseconds


def main(arguments: Sequence[str], data: str, cache: str, settings: str, home: str) -> int:
    """Answer a hook on stdout; the exit status. DATA, CACHE, SETTINGS and HOME are the folders fixed by installing."""
    interface, verb, shell, *rest = arguments
    _interruptible()
    os.umask(0o077)  # what is kept is for the user's eyes only, the folders on the way to it too
    environ = dict(os.environ)
    answer = ""
    if verb == "undo":
        answer = emitter(shell).undo(undo.operations(environ))
        environ = undo.outside(environ)
    if rest:
        asked = None
        turn = _limit(lambda: _write(answer + late(rest[0], shell, asked)))
        asked = Project(rest[0], Places(data, cache, settings, home), environ)
        text = plan_text(asked, shell, interface)
        turn.acquire()
        answer += text
    _write(answer)
    return 0


def plan_text(asked: Project, shell: str, interface: str) -> str:
    """A project's plan for a shell, kept where that can be.

    An error of our own becomes a notice, so that the prompt lives.
    """
    if interface != INTERFACE:
        return emitter(shell).plan(notice(asked, "this shell's hook is of another version; open a new shell"))
    began = time.time_ns() - COARSE
    kept = keep.place(asked.places.cache, asked.project) if keep.usable(asked.places.cache) else ""
    try:
        plan = asked.plan()
        if asked.files and not _rest_on_files(plan, asked, kept, began):
            kept = ""
        text = emitter(shell).plan(plan)
    except Exception as error:  # a defect of ours, or of the machine: one line instead of a dead prompt
        return emitter(shell).plan(notice(asked, f"{type(error).__name__}: {error}; to see more: venvhook status"))
    if kept:
        keep.write(kept, emitter(shell).SUFFIX, text)
    return text


def _rest_on_files(plan: Plan, asked: Project, kept: str, began: int) -> bool:
    """Have PLAN hold only as long as none of its files is newer than BEGAN (ns since 1970); whether it may be kept."""
    began = _tick(asked.files.values(), began)
    stamp = keep.stamp(kept, asked.files, began) if kept else ""
    plan.conditions += tuple(("older", file, stamp, began) for file in asked.files)
    if not stamp:  # then the files are looked at again when the project is entered anew
        plan.conditions += (("here", asked.project),)
    return bool(stamp)


def _tick(files: Iterable[os.stat_result], moment: int) -> int:
    """MOMENT (ns since 1970), or the last tick before it where one of FILES is on a disk whose clock seems to tick
    once a second (HFS+, ext3; FAT: every other): what is edited up to the next tick looks no newer than that."""
    coarse = any(file.st_mtime_ns % 1_000_000_000 == 0 for file in files)
    return moment - moment % 2_000_000_000 if coarse else moment


def notice(asked: Project, problem: str) -> Plan:
    """A plan that only says what is wrong; it holds until the marker changes, or the project is entered anew."""
    conditions = [("here", asked.project), *(c for c in asked.conditions if c[0] == "marker")]
    return Plan(asked.project, asked.folder, conditions, shown(f"{asked.marker_path}: {problem}"))


def late(project: str, shell: str, asked: Project | None) -> str:
    """The plan of a project that could not be looked at in time; ASKED is how far that went."""
    line = f"looking at it took more than {SECONDS} s; to try again: venvhook on"
    unseen = Plan(project, project, [("here", project)], shown(f"{project}: {line}"))
    return emitter(shell).plan(notice(asked, line) if asked else unseen)


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


def _write(answer: str) -> None:
    sys.stdout.buffer.write(answer.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.flush()
