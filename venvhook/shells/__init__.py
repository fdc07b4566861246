"""The shells: one emitter each, which alone (with the hooks) knows that shell's syntax.

An emitter has `SUFFIX`, the ending of its files; `quote(text)`, a literal of the shell; `load(path)`, the line of a
startup file that loads another file; `plan(plan)`, a plan as shell text; `undo(operations)`, the text that sets and
unsets variables. For sessions of our own: `INTERACTIVE`, the arguments of one that keeps no history; `LOGIN`, further
ones of a login shell; `UNRECORDED`, a line to begin with where the arguments do not keep it all out of the history.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from venvhook.plan import Plan

    class Emitter(Protocol):
        SUFFIX: str
        INTERACTIVE: tuple[str, ...]
        LOGIN: tuple[str, ...]
        UNRECORDED: str

        def quote(self, text: str) -> str: ...
        def load(self, path: str) -> str: ...
        def plan(self, plan: Plan) -> str: ...
        def undo(self, operations: Sequence[tuple[str, str | None]]) -> str: ...


INTERFACE = "1"  # between the hooks, the plans and the helper: shells opened before an upgrade go on with theirs
SHELLS = ("bash", "zsh", "fish", "pwsh")


def emitter(shell: str) -> Emitter:
    """The emitter of a shell of SHELLS; only this one is imported."""
    module: Emitter = __import__("venvhook.shells." + shell).shells.__dict__[shell]
    return module
