"""Plans as fish text: `shell/plan.fish` has the functions that they call."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from venvhook.plan import Condition, Plan

SUFFIX = ".fish"
INTERACTIVE, LOGIN = ("-i", "--private"), ("-l",)
UNRECORDED = ""


def quote(text: str) -> str:
    """TEXT as a literal: inside single quotes only `\\` and `'` are special, whatever the bytes. A NUL cannot be had.

    Bytes that are not UTF-8 stay as they are: fish decodes a script as it does all that it reads and compares. But old
    fish (3.2) takes U+FDD0 to U+FDEF, even quoted, for its own marks (its common.h); as single bytes it does not.
    """
    if "\0" in text:
        raise ValueError("no shell variable can hold a NUL")
    return "'" + "".join(map(_character, text)) + "'"


def _character(c: str) -> str:
    if c in "\\'":  # outside of the quotes: in GBK and Shift-JIS a backslash may end a character, and is then none
        return "'\\" + c + "'"
    if "\ufdd0" <= c <= "\ufdef":
        return "'" + "".join(f"\\X{byte:02x}" for byte in c.encode()) + "'"
    return c


def load(path: str) -> str:
    """A line that loads the file PATH, if it can be read."""
    return "if test -r @; source @; end".replace("@", quote(path))


def plan(plan: Plan) -> str:
    """The functions that say when the plan is stale, enter and leave; the last line says that the text is whole."""
    return "\n".join(
        [
            f"set -g _venvhook_new_project {quote(plan.project)}",
            f"function _venvhook_stale_{plan.id}",
            *_stale(plan.conditions),
            "end",
            f"function _venvhook_enter_{plan.id}",
            *([f"_venvhook_say {quote(plan.notice)}"] if plan.notice else []),
            *(_enter(plan) if plan.sign else []),
            "end",
            f"function _venvhook_leave_{plan.id}",
            *(_leave(plan) if plan.sign else []),
            "end",
            f"set -g _venvhook_new {plan.id}",
            "",
        ]
    )


def undo(operations: Sequence[tuple[str, str | None]]) -> str:
    """The text that sets variables and, where there is no value, unsets them."""
    return "".join(f"set -eg {name}\n" if value is None else _set(name, value) + "\n" for name, value in operations)


def _stale(conditions: Sequence[Condition]) -> list[str]:
    """Few commands, and one `test` for all that it can: a command takes as long as several of its tests."""
    marker = [f"_venvhook_{c[0]} {quote(str(c[1]))}" for c in conditions if c[0] in ("marker", "odd")]
    tests = " -a ".join(test for c in conditions for test in _tests(c))
    others = [command for c in conditions for command in _commands(c)]
    return ["; and ".join([*marker, *(["test " + tests] if tests else []), *others, "return 1"]), "return 0"]


def _tests(condition: Condition) -> list[str]:
    """What `test` must find. What it compares begins with an x, so that nothing is an operator."""
    kind, *rest = condition
    if kind in ("marker", "variable"):
        name = "_venvhook_text" if kind == "marker" else rest[0]
        return [] if rest[1] is None else [f'"x${name}" = {quote("x" + str(rest[1]))}']
    operator = {"exists": "-e ", "absent": "! -e ", "mine": "-O ", "theirs": "! -O "}.get(str(kind))
    return [operator + quote(str(rest[0]))] if operator else []


def _commands(condition: Condition) -> list[str]:
    """What must succeed beside `test`."""
    kind, *rest = condition
    if kind == "never":
        return ["false"]
    if kind == "variable":
        return [f"{'not ' if rest[1] is None else ''}set -qx {rest[0]}"]
    return [f"_venvhook_{kind} {quote(str(rest[0]))} {quote(str(rest[1]))}"] if kind in ("same", "older") else []


def _enter(plan: Plan) -> list[str]:
    begin = " ".join(quote(text) for text in (plan.sign, plan.home, plan.bin, plan.name, plan.label))
    lines = [f"_venvhook_begin {begin}", *_none_set([n for n, v in plan.variables if v is None], "", "_venvhook_unset")]
    for name, value in plan.variables:
        if value is not None:
            lines += [f"set -qg {name}; and _venvhook_save {name}", _set(name, value)]
    lines += [f"_venvhook_prepend {name} {' '.join(map(quote, folders))}" for name, folders in plan.lists]
    return lines + [_set(name, value) for name, value in plan.exports()]


def _leave(plan: Plan) -> list[str]:
    lines = ["_venvhook_end"]
    saved = "".join(f" {quote(folder)}" for name, folders in plan.lists if name == "PATH" for folder in folders)
    if saved:  # by an activate script that was sourced inside
        lines.append(f"set -qg _OLD_VIRTUAL_PATH; and _venvhook_remove _OLD_VIRTUAL_PATH{saved}")
    for name, value in plan.variables:
        if value is not None:
            lines += [
                f'if set -qg {name}; and test "x${name}" = {quote("x" + value)}',
                f"set -qg _VENVHOOK_OLD_{name}; and _venvhook_restore {name}; or set -eg {name}",
                "end",
            ]
    lines += _none_set([name for name, value in plan.variables if value is None], "_VENVHOOK_OLD_", "_venvhook_reset")
    lines += [f"_venvhook_remove {name} {' '.join(map(quote, folders))}" for name, folders in plan.lists]
    gone = [name for name, _ in plan.exports()]
    for prefix in ("_VENVHOOK_OLD_", "_venvhook_old_"):
        gone += [prefix + name for name in plan.names]
    return [*lines, "set -eg " + " ".join(gone)]


def _none_set(names: Sequence[str], prefix: str, otherwise: str) -> list[str]:
    """Nothing is to be done where none of the variables is set: `set -q` says how many are not."""
    asked = " ".join(prefix + name for name in names)
    return [f"set -qg {asked}; test $status -eq {len(names)}; or {otherwise} {' '.join(names)}"] if names else []


def _set(name: str, value: str) -> str:
    return f"set -gx {name} {quote(value)}"
