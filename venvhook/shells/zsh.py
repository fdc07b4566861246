"""Plans as zsh text: `shell/plan.zsh` has the functions that they call; the hook reads them under zsh's own options."""

from __future__ import annotations

from venvhook.shells.bash import assign, enter, leave, quote, tests, unset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from venvhook.plan import Condition, Plan

__all__ = ["INTERACTIVE", "LOGIN", "SUFFIX", "UNRECORDED", "load", "plan", "quote", "undo"]
SUFFIX = ".zsh"
INTERACTIVE, LOGIN = ("-o", "hist_ignore_space", "-i"), ("-l",)
UNRECORDED = " unset HISTFILE"


def load(path: str) -> str:
    """A line that loads the file PATH, if it can be read."""
    return "if [ -r @ ]; then . @; fi".replace("@", quote(path))


def plan(plan: Plan) -> str:
    """The functions that say when the plan is stale, enter and leave; the last line says that the text is whole."""
    return "\n".join(
        [
            f"_venvhook_new_project={quote(plan.project)}",
            f"_venvhook_stale_{plan.id}() {{",
            *_stale(plan.conditions),
            "}",
            f"_venvhook_enter_{plan.id}() {{",
            *([f"_venvhook_say {quote(plan.notice)}"] if plan.notice else []),
            *(_enter(plan) if plan.sign else [":"]),
            "}",
            f"_venvhook_leave_{plan.id}() {{",
            *(_leave(plan) if plan.sign else [":"]),
            "}",
            f"_venvhook_new={plan.id}",
            "",
        ]
    )


def undo(operations: Sequence[tuple[str, str | None]]) -> str:
    """The text that sets variables and, where there is no value, unsets them; those that are readonly by now stay."""
    changes = ((name, unset(name) if value is None else assign(name, value)) for name, value in operations)
    return "".join(f"[[ ${{(t){name}}} == *readonly* ]] || {change}\n" for name, change in changes)


def _stale(conditions: Sequence[Condition]) -> list[str]:
    lines = [_marker_stale(c) for c in conditions if c[0] in ("marker", "odd")]
    return [*lines, "[[ " + (" || ".join(tests(conditions)) or "! 1") + " ]]"]


def _marker_stale(condition: Condition) -> str:
    kind, project = condition[0], quote(str(condition[1]))
    if kind == "odd":
        return f"if _venvhook_marker {project}; then return 0; fi"
    file, text = quote(str(condition[1]).rstrip("/") + "/.venvhook.toml"), quote(str(condition[2]))
    return (  # what _venvhook_marker does, without the price of a call
        f"_venvhook_text=''; [[ -f {file} && -r {file} ]] || return 0\n"
        f"builtin read -rk4097 -u0 _venvhook_text <{file}\n"
        f"[[ $_venvhook_text == {text} ]] || return 0"
    )


def _enter(plan: Plan) -> list[str]:
    begin = " ".join(quote(text) for text in (plan.sign, plan.home, plan.bin, plan.name, plan.label))
    types = " ".join(f"${{(t){name}}}" for name in plan.names)
    return [f'_venvhook_begin {begin} "{types}" {" ".join(plan.names)} || return 1', *enter(plan)]


def _leave(plan: Plan) -> list[str]:
    # What has become readonly meanwhile stays: to touch it would end this function, and all that called it.
    types = "".join(f"${{(t){name}}}" for name, _ in plan.variables)
    return leave(plan, f'"{types}" != *readonly*')
