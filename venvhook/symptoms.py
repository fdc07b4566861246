"""What a shell that was started has answered, what in that keeps venvhook from working, and what is worth knowing.

The answer are keys and values, a NUL behind each:

    version                   of the shell
    language                  PowerShell's language mode
    python, launcher          the literals of the loaded hook; empty, where none is loaded
    live, dead                a trigger of the hook that is in its place, or that is not
    microseconds              what the hook takes at a prompt outside of every project
    past                      a command that an alias leads past the hook
    saved                     a file with a function of ours that an earlier version let be saved
    prompt, cd                a text of what runs at prompts, and of what cd is
    function                  a function's name
    alias                     NAME=TEXT, of an alias python, python3 or pip
    VENVHOOK_DISABLE, ...     a variable's value

Where PowerShell had no terminal, there are those that proof.Asked adds.
"""

from __future__ import annotations

import os
import re
import sys

from venvhook import hookfiles, install, neighbours, rcfile
from venvhook.errors import VenvhookError
from venvhook.neighbours import Neighbour
from venvhook.shells import emitter
from venvhook.shells.advice import delete, program
from venvhook.system import decode, is_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from venvhook.folders import Folders
    from venvhook.proof import Asked, Proof

# What says that an environment is active, which word in a startup file does that, what to say and to do.
_ACTIVE = (
    ("CONDA_DEFAULT_ENV", "conda", "conda activates {}", "run: conda config --set auto_activate_base false"),
    ("VIRTUAL_ENV", "activate", "{} is active", "take that out of the startup files"),
)


class Shell:
    """What a live shell showed: FACTS by key; `reason` is why it does not work, or empty."""

    __slots__ = ("facts", "loaded_by", "name", "prompt", "reason", "transcript", "unseen")

    def __init__(self, seen: Proof | Asked) -> None:
        self.name, self.reason, self.prompt, self.transcript = seen.shell, seen.reason, seen.prompt, seen.transcript
        self.facts, self.unseen = facts(seen.answer), seen.unseen
        files = install.startup_files(seen.shell)
        self.loaded_by = where(files, rcfile.BEGIN.decode()) or where(files, "venvhook")

    def fact(self, key: str) -> str:
        """The first value of a key, or nothing."""
        return next(iter(self.facts.get(key, ())), "")

    def texts(self) -> tuple[Sequence[str], Sequence[str], Sequence[str]]:
        """What tells of other tools: names of functions, what runs at prompts, what cd is."""
        functions, prompt, cd = (self.facts.get(key, []) for key in ("function", "prompt", "cd"))
        return functions, prompt, cd

    @property
    def neighbours(self) -> list[Neighbour]:
        """The other tools that are loaded in it."""
        return neighbours.found(*self.texts())


def facts(answer: bytes) -> dict[str, list[str]]:
    """The values of an answer by their keys: both have a NUL behind them."""
    found: dict[str, list[str]] = {}
    fields = decode(answer).split("\0")
    for key, value in zip(fields[::2], fields[1::2]):
        found.setdefault(key, []).append(value)
    return found


def where(paths: Sequence[str], word: str, behind: int = 0) -> list[tuple[str, int]]:
    """The lines of the files PATHS, counted from 1, with WORD in them before any comment; only those BEHIND a line."""
    sign = re.compile(r"^[^#]*(?<!\w)" + re.escape(word) + r"(?!\w)")
    found = []
    for path in filter(os.path.isfile, paths):  # a fifo would wait for its writer
        try:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                lines = list(enumerate(file, 1))
        except OSError:
            continue
        found += [(path, number) for number, text in lines if number > behind and sign.match(text)]
    return found


def causes(live: Shell, places: Folders) -> Iterator[VenvhookError]:
    """What can keep venvhook from working in a shell that has answered."""
    if not live.facts:
        return
    limits = [*filter(None, (older(live.name, live.fact("version")), restricted(live)))]
    if limits:
        yield from limits
        return
    if live.fact("VENVHOOK_DISABLE"):
        path, line = _place(live, "VENVHOOK_DISABLE")
        yield VenvhookError(
            "VENVHOOK_DISABLE is set in each new shell, so nothing is entered", path, line, "take that out"
        )
    if not live.fact("python") or (live.fact("loaded") and not live.loaded_by):
        yield _unloaded(live, places)
        return
    if not os.access(live.fact("python"), os.X_OK):
        yield VenvhookError("the hook's Python is gone", live.fact("python"), remedy=f"to renew it: {again()}")
    dead = live.facts.get("dead", [])
    if dead:
        yield _disarmed(live, dead)
    if live.reason:
        yield from hidden(live)


def older(shell: str, version: str) -> VenvhookError | None:
    """What to say of a VERSION of SHELL in which the hook does nothing; None where it works, or where none is told."""
    name, numbers = emitter(shell).NAME, _numbers(version)
    series = [floor for floor in emitter(shell).FLOORS if _numbers(floor)[:1] >= numbers[:1]]
    if not numbers or not series or numbers >= _numbers(series[0]):
        return None
    problem = f"{name} {version} is older than {series[0]}, so nothing is entered"
    return VenvhookError(problem, remedy=f"install a newer {name}")


def _numbers(version: str) -> tuple[int, ...]:
    """The first two numbers of a version."""
    return tuple(map(int, re.findall(r"\d+", version)[:2]))


def restricted(live: Shell) -> VenvhookError | None:
    """What to say of a PowerShell that is locked down (about_Language_Modes): the hook does nothing there."""
    mode = live.fact("language")
    if mode in ("", "FullLanguage"):
        return None
    path, line = _place(live, "LanguageMode")
    remedy = "take that out" if path else "ask whoever manages this computer (AppLocker, App Control for Business)"
    return VenvhookError(f"PowerShell runs in {mode} mode, so nothing is entered", path, line, remedy)


def _place(live: Shell, word: str) -> tuple[str | None, int | None]:
    """The last line of the startup files that holds WORD."""
    found = where(install.startup_files(live.name), word)
    return found[-1] if found else (None, None)


def _unloaded(live: Shell, places: Folders) -> VenvhookError:
    if not live.loaded_by:
        line = hookfiles.load_line(places, live.name)
        remedy = f"to have it loaded: venvhook install --shell {live.name}; or put this line there yourself: {line}"
        return VenvhookError("no startup file of the shell loads the hook", remedy=remedy)
    path, line_number = live.loaded_by[0]
    problem = "loads the hook, but a new shell does not get that far, or does not read this file"
    return VenvhookError(problem, path, line_number, "look above that line for a return or an exit")


def _disarmed(live: Shell, dead: Sequence[str]) -> VenvhookError:
    """Something has taken triggers away: which lines behind ours speak of them."""
    suspects = [found for path, line in live.loaded_by for name in dead for found in where([path], name, behind=line)]
    path, number = suspects[-1] if suspects else (None, None)
    remedy = "load the hook last, or have the other tool add to it"
    if suspects:
        anew = f"venvhook uninstall --shell {live.name}; venvhook install --shell {live.name}"
        remedy = f"to load the hook behind it: {anew}"
    others = ", ".join(each.name for each in live.neighbours if each.hooks)
    by = f" (loaded are {others})" if others and not suspects else ""
    return VenvhookError(
        f"something has replaced the hook's {', '.join(dict.fromkeys(dead))}{by}", path, number, remedy
    )


def notes(live: Shell, places: Folders) -> Iterator[VenvhookError]:
    """What is worth knowing about a shell, and does not keep venvhook from working."""
    for text in live.unseen if live.facts else ():
        yield VenvhookError(f"not shown: {text}")
    launcher = os.path.join(places.hook, "launch.py")
    if live.fact("launcher") not in ("", launcher):
        problem = f"the hook of another installation is loaded, not that of {launcher}"
        yield VenvhookError(
            problem, live.fact("launcher"), remedy="take the line that loads it out of the startup files"
        )
    for name in live.facts.get("past", []):
        path, line = _place(live, f"alias {name}")
        problem = f"{name} is an alias that goes past the hook, so a project is entered at the next prompt, not at once"
        yield VenvhookError(problem, path, line, f"take it away behind what sets it: unalias {name}")
    if not live.reason:
        yield from hidden(live)
    for name, word in neighbours.rivals(*live.texts()):
        path, line = _place(live, word)
        remedy = "where venvhook is to do that, take its line out of the startup file"
        yield VenvhookError(f"{name} activates environments too", path, line, remedy)
    yield from _active(live)
    if live.prompt.startswith("no name") and not live.reason:
        yield _unnamed(live)
    for path in live.facts.get("saved", []):
        problem = "was saved inside a project by an earlier venvhook, and does not work without it"
        yield VenvhookError(problem, path, remedy=f"put your own function there again, or remove it: {delete(path)}")


def hidden(live: Shell) -> Iterator[VenvhookError]:
    """Aliases that run a Python of one place, whatever is active; where it failed, a function `python` too."""
    found = [(name, "an alias") for name, text in _aliases(live) if is_path((text.split() or [""])[0].strip("'\""))]
    if live.reason and "python" in live.facts.get("function", []) and not found:
        found = [("python", "a function")]
    for name, kind in found:
        # The shells' words are alias and function; PowerShell's command ends in Alias.
        words = (f"{kind.split()[1]} {name}", f"Alias {name}")
        path, line = next((place for place in (_place(live, word) for word in words) if place[0]), (None, None))
        problem = f"{name} is {kind}, and runs in place of the environment's {name}"
        yield VenvhookError(problem, path, line, "to have the environment's, take it out or name it otherwise")


def _aliases(live: Shell) -> Iterator[tuple[str, str]]:
    for each in live.facts.get("alias", []):
        name, _, text = each.partition("=")
        yield name, text


def _unnamed(live: Shell) -> VenvhookError:
    """Why the prompt shows no name inside a project, and how it can."""
    if live.fact("VIRTUAL_ENV_DISABLE_PROMPT"):
        path, line = _place(live, "VIRTUAL_ENV_DISABLE_PROMPT")
        remedy = "to have it shown, unset it there"
        return VenvhookError("VIRTUAL_ENV_DISABLE_PROMPT is set, so no name is shown", path, line, remedy)
    remedy = "to show it yourself, put the variable VIRTUAL_ENV_PROMPT into the prompt"
    return VenvhookError("the prompt shows no name inside a project", remedy=remedy)


def _active(live: Shell) -> Iterator[VenvhookError]:
    """An environment that a new shell begins with, not one that it merely inherits from the shell of the person."""
    for name, word, problem, remedy in _ACTIVE:
        value, (path, line) = live.fact(name), _place(live, word)
        if value and (path or os.environ.get(name) != value):
            told = f"{problem.format(value)} in each new shell; it comes back on leaving a project"
            yield VenvhookError(told, path, line, f"to have none, {remedy}")
            return


def again() -> str:
    """The command that installs the hooks anew, whatever has become of the one that the shells know."""
    return f"{program(sys.executable)} -m venvhook install"
