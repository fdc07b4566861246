"""The shells: one emitter each, which alone (with the hooks) knows that shell's syntax.

An emitter has `SUFFIX`, the ending of its files; `quote(text)`, a literal of the shell; `load(path)`, the line of a
startup file that loads another file; `plan(plan)`, a plan as shell text; `undo(operations)`, the text that sets and
unsets variables. (PowerShell's plans and what undoes them are data.)

For installing it has `PROGRAMS`, what the shell may be called on PATH, and `startup_files(home, settings, documents,
system)`: the files that the block belongs into here and now, and all that ever may have got it. For sessions of our own
it has `INTERACTIVE`, the arguments of one that keeps no history; `LOGIN`, further ones of a login shell; `UNRECORDED`,
a line to begin with where the arguments do not keep it all out of the history. `NAME` is what people call the shell.
`FLOORS` are the oldest versions in which its hook works, one for each series.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    from venvhook.plan import Plan
    from venvhook.system import System

    class Emitter(Protocol):
        SUFFIX: str
        PROGRAMS: tuple[str, ...]
        NAME: str
        FLOORS: tuple[str, ...]
        INTERACTIVE: tuple[str, ...]
        LOGIN: tuple[str, ...]
        UNRECORDED: str

        def quote(self, text: str) -> str: ...
        def load(self, path: str) -> str: ...
        def startup_files(
            self, home: str, settings: str, documents: Callable[[], str], system: System = ...
        ) -> tuple[list[str], list[str]]: ...
        def plan(self, plan: Plan) -> str: ...
        def undo(self, operations: Sequence[tuple[str, str | None]]) -> str: ...


INTERFACE = "2"  # between the hooks, the plans and the helper: shells opened before an upgrade go on with theirs
SHELLS = ("bash", "zsh", "fish", "pwsh")
PARTS = ("interactive", "prompt", "plan", "command")  # what a hook reads later; not each shell has every one


def served(system: System) -> tuple[str, ...]:
    """The shells whose hook works: on Windows that of PowerShell alone, since the others name folders as POSIX does."""
    return ("pwsh",) if system.name == "windows" else SHELLS


def emitter(shell: str) -> Emitter:
    """The emitter of a shell of SHELLS; only this one is imported."""
    module: Emitter = __import__("venvhook.shells." + shell).shells.__dict__[shell]
    return module
