"""Plans as zsh text: `shell/plan.zsh` has the functions that they call; the hook reads them under zsh's own options."""

from __future__ import annotations

import os

from venvhook.plan import Plan
from venvhook.shells.bash import Dialect, assign, broken, by_stamp, functions, quote, stale, unset
from venvhook.system import HERE, System, decode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from venvhook.plan import Condition

__all__ = [
    "INTERACTIVE", "LOGIN", "PROGRAMS", "SUFFIX", "UNRECORDED", "load", "plan", "quote", "startup_files", "undo",
]  # fmt: skip
SUFFIX = ".zsh"
PROGRAMS = ("zsh",)
NAME, FLOORS = "zsh", ("5.3",)
INTERACTIVE, LOGIN = ("-o", "hist_ignore_space", "-i"), ("-l",)
UNRECORDED = " unset HISTFILE"


def load(path: str) -> str:
    """A line that loads the file PATH, if it can be read."""
    return "if [ -r @ ]; then . @; fi".replace("@", quote(path))


def startup_files(
    home: str, settings: str, documents: Callable[[], str], system: System = HERE
) -> tuple[list[str], list[str]]:
    """zsh itself is asked for ZDOTDIR, which .zshenv and the system's zshenv may set."""
    import subprocess

    question = ["zsh", "-c", "printf '\\0%s\\0' \"${ZDOTDIR-}\""]
    try:
        answer = subprocess.run(question, stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=True).stdout
        folder = decode(answer.split(b"\0")[-2])
    except (OSError, subprocess.SubprocessError, IndexError):
        folder = os.environ.get("ZDOTDIR", "")
    path = os.path.join(os.path.abspath(folder or home), ".zshrc")
    return [path], [path, os.path.join(home, ".zshrc")]


def plan(plan: Plan) -> str:
    """The functions that say when the plan is stale, enter and leave, and those that only zsh has."""
    dialect = Dialect(_read_marker, lambda variables: assign(*variables), _plain, _exported, _unsettable)
    if not plan.sign:
        return _unfit(plan, [f"_venvhook_stale_{plan.id}"]) + functions(plan, plan.conditions, dialect)
    unfit = _unfit(plan, stale(plan.conditions, dialect))
    conditions = by_stamp(plan.conditions)
    opens = len(stale(conditions, dialect)) > 1
    prompt = [] if opens else _prompt(plan, broken(conditions, dialect))
    return unfit + _settle(plan) + functions(plan, conditions, dialect, prompt)


def _prompt(plan: Plan, over: Sequence[str]) -> list[str]:
    """The function that runs at prompts as long as the plan is entered; OVER are the tests that it no longer holds."""
    project = quote(plan.project)
    tests = [
        '$PWD == "$_venvhook_folder"',
        f"( $PWD == {project} || ! -e $_venvhook_near && ! -L $_venvhook_near )",
        f"$_venvhook_project == {project} && $_venvhook_here == {project} && ${{{plan.sign}-}} == {quote(plan.home)}",
        "! $_venvhook_lost$_venvhook_later$_venvhook_pending$_venvhook_paused$_venvhook_unsettled$_venvhook_off"
        "${VENVHOOK_DISABLE:+x}${_OLD_VIRTUAL_PATH+x}",
        f"! ( {' || '.join(over) or '! 1'} )",
        '$_venvhook_label//${psvar[37]}//${VIRTUAL_ENV_DISABLE_PROMPT-}//${PS1-} == "$_venvhook_drawn"',
    ]
    check = f"[[ {' && '.join(tests)} ]] || _venvhook_changed"
    return ["_venvhook_prompt() {", "builtin trap - DEBUG ZERR", check, "}"]


def _unfit(plan: Plan, lines: Sequence[str]) -> str:
    """The function that says that a plan must not be taken up: it is stale, or the marker has another text."""
    return "\n".join([f"_venvhook_unfit_{plan.id}() {{", *lines, "}", ""])


def undo(operations: Sequence[tuple[str, str | None]]) -> str:
    """The text that sets variables and, where there is no value, unsets them; those that are readonly by now stay."""
    changes = ((name, unset(name) if value is None else assign((name, value))) for name, value in operations)
    return "".join(f"[[ ${{(t){name}}} == *readonly* ]] || {change}\n" for name, change in changes)


def _read_marker(file: str, text: str) -> str:
    return (  # what _venvhook_file does, without the price of a call
        f"_venvhook_text=''\n"
        f"{{ builtin read -rk4097 -u0 _venvhook_text <{file} }} 2>/dev/null\n"  # in front of < it would come too late
        f"[[ $_venvhook_text == {text} ]] || return 0"
    )


def _settle(plan: Plan) -> str:
    """The function that puts the plan's folders in front of PATH again."""
    folders = [quote(folder) for name, those in plan.lists if name == "PATH" for folder in those]
    again = " ".join(["_venvhook_again", *folders]) if folders else ":"
    return f"_venvhook_settle_{plan.id}() {{\n{again}\n}}\n" if plan.sign else ""


# Patterns take zsh longest, so what is usual is tested for equality. Anything else goes the long way, which tells more.
def _usual(name: str) -> str:
    """The test that a list is unset or a plain exported variable; PATH is special, and in newer versions tied."""
    if name == "PATH":
        return '${(t)PATH} == "$_venvhook_usual"'
    return f"${{${{(t){name}}}:-scalar-export}} == scalar-export"


def _plain(names: Sequence[str]) -> str:
    return " && ".join(map(_usual, names)) or "1"


def _exported(name: str) -> str:
    return _usual(name)  # a variable that is unset has been sorted out by then


def _unsettable(names: Sequence[str]) -> str:
    # What has become readonly meanwhile stays: to touch it would end this function, and all that called it.
    types = '"' + " ".join(f"${{(t){name}}}" for name in names) + '"'
    return f"{types} == '{' '.join(['scalar-export'] * len(names))}'" if names else ""
