"""How a shell that inherited a project undoes it: from what is exported alone, whichever shell entered it.

`_VENVHOOK_SET` is a constant of the plan, words with a blank between: `NAME=DIGEST` was set, `NAME-` was unset,
`NAME:DIGEST,DIGEST` got folders in front. `_VENVHOOK_OLD_NAME` is `=` and what NAME was before, absent when it was
unset; for a list, `=` and those of our folders that were in it already. A system that knows no case in names may hand
these on in another case than they were written in.
"""

from __future__ import annotations

from venvhook.digest import digest
from venvhook.system import HERE, WINDOWS, System, fold, folded, join_list, split_list

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from venvhook.plan import Lists, Variables

_OLD = "_VENVHOOK_OLD_"
# What activate scripts keep of a prompt. Their deactivate makes it the prompt again, and a shell expands that, so it
# runs what is in there. No script exports it: an exported one is a forgery.
_PROMPTS = ("_OLD_VIRTUAL_PS1", "_OLD_FISH_PROMPT_OVERRIDE")


def describe(variables: Variables, lists: Lists) -> str:
    """The value of `_VENVHOOK_SET` for a plan that does this."""
    words = [f"{name}-" if value is None else f"{name}={_short(value)}" for name, value in variables]
    words += [f"{name}:" + ",".join(_short(folder) for folder in folders) for name, folders in lists]
    return " ".join(words)


def operations(environ: Mapping[str, str], system: System = HERE) -> list[tuple[str, str | None]]:
    """The variables to set, or with None to unset, so that ENVIRON is as it was before the project was entered.

    What the user changed since stays. What makes no sense (somebody else's `_VENVHOOK_SET`) is passed over. Whatever
    else is exported of ours is unset: a shell that leaves its project later would take it for a value from before.
    """
    environ = folded(environ, system)
    # PowerShell before 7.5 has no empty values: what a plan made empty is not there. Windows' other programs have none.
    empty = "=" + _short("") if system is WINDOWS else "-"
    done: list[tuple[str, str | None]] = []
    for word in dict.fromkeys(environ.get("_VENVHOOK_SET", "").split()):
        name = word.rstrip("-").partition("=")[0].partition(":")[0]
        if not _ours(name):
            continue
        now, old = environ.get(fold(name, system)), environ.get(fold(_OLD + name, system))
        done.append((_OLD + name, None))
        if name in _PROMPTS:
            continue
        if word == name + ("-" if now is None else "=" + _short(now)) or (now is None and word == name + empty):
            done.append((name, None if old is None else old[1:]))
        elif word.startswith(name + ":") and now is not None:
            done.append((name, _without(now, word[len(name) + 1 :].split(","), old, system)))
    handled = {fold(name, system) for name, _ in done}
    left = [name for name in environ if name.startswith(_OLD) and _plain(name) and name not in handled]
    return [*done, *((name, None) for name in left), ("VENVHOOK_PROJECT", None), ("_VENVHOOK_SET", None)]


def outside(environ: Mapping[str, str], system: System = HERE) -> dict[str, str]:
    """ENVIRON as it was before the project that this shell is in was entered, its names as the system folds them."""
    result = dict(folded(environ, system))
    for name, value in operations(environ, system):
        result.pop(fold(name, system), None)
        if value is not None:
            result[fold(name, system)] = value
    return result


def _ours(name: str) -> bool:
    """Whether a plan can have touched NAME. Shells evaluate what some of their own variables are set to."""
    from venvhook.names import refuse, refuse_prepend

    entering = name.startswith(("VIRTUAL_ENV", "CONDA_", "_CE_", "_OLD_VIRTUAL_", "_OLD_FISH_PROMPT_", "PYTHONHOME"))
    return _plain(name) and (entering or not refuse(name) or not refuse_prepend(name))


def _plain(name: str) -> bool:
    """Whether every shell takes NAME for the name of a variable, and for nothing else."""
    return name.isascii() and name.isidentifier()


def _without(text: str, ours: list[str], old: str | None, system: System) -> str | None:
    """A list without our folders; one that it held before (it is in OLD) loses its first place only."""
    held = split_list((old or "")[1:], system)
    left, gone = [], set()
    for folder in split_list(text, system):
        if _short(folder) in ours and not (folder in held and folder in gone):
            gone.add(folder)
        else:
            left.append(folder)
    return join_list(left, system) if left or old is not None else None


def _short(value: str) -> str:
    return digest(value)[:8]
