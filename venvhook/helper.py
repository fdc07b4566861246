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
    from collections.abc import Mapping, Sequence

SECONDS = 5  # that an answer may take
COARSE = 20_000_000  # ns: file systems stamp with a clock that lags behind by some milliseconds


class Late(BaseException):
    """The answer took too long. No OSError, which the system calls that take so long are guarded against."""


def main(arguments: Sequence[str], data: str, cache: str, settings: str, home: str) -> int:
    """Answer a hook on stdout; the exit status. DATA, CACHE, SETTINGS and HOME are the folders fixed by installing."""
    interface, verb, shell, *rest = arguments
    _limit()
    os.umask(0o077)  # what is kept is for the user's eyes only, the folders on the way to it too
    environ = dict(os.environ)
    answer = ""
    if verb == "undo":
        operations = undo.operations(environ)
        answer = emitter(shell).undo(operations)
        for name, value in operations:
            environ.pop(name, None)
            environ.update({} if value is None else {name: value})
    if rest:
        answer += plan_text(rest[0], shell, interface, Places(data, cache, settings, home), environ)
    sys.stdout.buffer.write(answer.encode("utf-8", "surrogateescape"))
    return 0


def plan_text(project: str, shell: str, interface: str, places: Places, environ: Mapping[str, str]) -> str:
    """A project's plan for a shell. An error of our own becomes a notice, so that the prompt lives."""
    began = time.time_ns() - COARSE
    asked = Project(project, places, environ)
    # A shell can have inherited a PWD with `..` in it, which would lead out of the cache.
    usable = keep.usable(places.cache) and os.path.normpath(project) == project
    kept = keep.place(places.cache, project)
    try:
        if interface != INTERFACE:
            return emitter(shell).plan(notice(asked, "this shell's hook is of another version; open a new shell"))
        plan = asked.plan()
        if asked.files:
            stamp = keep.stamp(kept, asked.files, began) if usable else kept
            plan.conditions = (*plan.conditions, *(("older", file, stamp, began) for file in asked.files))
        own = dict(plan.variables)
        plan.conditions = tuple(c for c in plan.conditions if c[0] != "variable" or c[1] not in own)
        text = emitter(shell).plan(plan)
    except Late:
        return emitter(shell).plan(
            notice(asked, f"looking at it took more than {SECONDS} s; to try again: venvhook on")
        )
    except Exception as error:  # a defect of ours, or of the machine: one line instead of a dead prompt
        return emitter(shell).plan(notice(asked, f"{type(error).__name__}: {error}; to see more: venvhook status"))
    finally:
        _in_time()
    if usable:
        keep.write(kept, emitter(shell).SUFFIX, text)
    return text


def notice(asked: Project, problem: str) -> Plan:
    """A plan that only says what is wrong; it holds until the marker changes."""
    marker = [c for c in asked.conditions if c[0] == "marker"]
    return Plan(asked.project, asked.folder, marker, shown(f"{asked.marker_path}: {problem}"))


def _limit() -> None:
    """Ctrl-C ends the helper without a word; what takes too long raises Late."""
    import _signal  # type: ignore[import-not-found, unused-ignore]  # what signal wraps, without its enums

    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    if hasattr(_signal, "setitimer"):
        _signal.signal(_signal.SIGALRM, _late)
        _signal.setitimer(_signal.ITIMER_REAL, SECONDS)


def _in_time() -> None:
    import _signal

    if hasattr(_signal, "setitimer"):
        _signal.setitimer(_signal.ITIMER_REAL, 0)


def _late(signal: int, frame: object) -> None:
    raise Late
