"""The shells: one emitter each, which alone (with the hooks) knows that shell's syntax.

An emitter has `SUFFIX`, the ending of its files; `quote(text)`, a literal of the shell; `plan(plan)`, a plan as
shell text;
`undo(operations)`, the text that sets and unsets variables.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from venvhook.plan import Plan

    class Emitter(Protocol):
        SUFFIX: str

        def quote(self, text: str) -> str: ...
        def plan(self, plan: Plan) -> str: ...
        def undo(self, operations: Sequence[tuple[str, str | None]]) -> str: ...


INTERFACE = "1"  # between the hooks, the plans and the helper: shells opened before an upgrade go on with theirs
SHELLS = ("bash", "zsh", "fish", "pwsh")


def emitter(shell: str) -> Emitter:
    """The emitter of a shell of SHELLS; only this one is imported."""
    module: Emitter = __import__("venvhook.shells." + shell).shells.__dict__[shell]
    return module
