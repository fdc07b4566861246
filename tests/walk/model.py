"""What a shell must look like after each step: sections 1, 2 and 4 of the design as a model. No shell.

The file system is the real one and is read as it stands; what a marker *means* is asked of `venvhook.marker`, whose own
tests are elsewhere. All else (who is entered, what is exported, what the prompt shows) is said here once more, in the
plainest way.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from venvhook import dotenv, marker
from venvhook.plan import harmless

OURS = "\0"  # stands in a prompt's text where the project's name is drawn
THEIRS = "\1"  # the user's own prompt, which is never empty
SCRIPT = ("_OLD_VIRTUAL_PATH", "_OLD_VIRTUAL_PYTHONHOME", "_OLD_VIRTUAL_PS1")


class Var(NamedTuple):
    value: str
    exported: bool = True


class Decision(NamedTuple):
    """What the user said about a folder: the contents that were allowed (None: denied).

    Each is there with the names that its dotenv files set.
    """

    contents: Mapping[bytes, frozenset[str]] | None


class Plan(NamedTuple):
    """What a project does: `notice` is the kind of line said instead of entering, "" for none, "-" for silence."""

    folder: str
    notice: str
    text: bytes = b""
    home: str = ""
    name: str = ""
    variables: tuple[tuple[str, str | None], ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def enters(self) -> bool:
        return not self.notice


class Script(NamedTuple):
    """What an activate script sets: VIRTUAL_ENV_PROMPT (None: not set), and what it puts before the prompt."""

    prompt: str | None
    prefix: str


def wanted(project: str, decisions: Mapping[str, Decision]) -> Plan:
    """What the project does now, by its files and the user's decision."""
    folder = os.path.realpath(project)
    text = Path(folder, marker.NAME).read_bytes()
    decision = decisions.get(folder)
    if decision is None:
        return Plan(folder, "not allowed", text)
    if decision.contents is None:
        return Plan(folder, "-", text)
    if text not in decision.contents:
        return Plan(folder, "edited", text)
    allowed = decision.contents[text]
    meaning = marker.parse(text, folder)
    home = os.path.join(folder, meaning.venv or ".venv")
    if not os.path.exists(home):
        return Plan(folder, "no environment", text)
    values: dict[str, str | None] = {"VIRTUAL_ENV": home, "VIRTUAL_ENV_PROMPT": ""}
    values.update(dict.fromkeys(("PYTHONHOME", *SCRIPT)))
    for entry in meaning.dotenv:
        file = Path(folder, entry)
        pairs = dict(dotenv.parse(file.read_bytes(), str(file))) if file.exists() else {}
        if not allowed.issuperset(pairs):
            return Plan(folder, "new names " + " ".join(n for n in pairs if n not in allowed), text)
        values.update(pairs)
    values.update(meaning.variables)
    name = values["VIRTUAL_ENV_PROMPT"] = harmless(meaning.prompt or called(home) or os.path.basename(folder))
    lists = {"PATH": [home + "/bin"]}
    for list_name, folders in meaning.prepend:
        lists.setdefault(list_name, []).extend(os.path.join(folder, each) for each in folders)
    kept = tuple((list_name, tuple(dict.fromkeys(folders))) for list_name, folders in lists.items())
    return Plan(folder, "", b"", home, name, tuple(values.items()), kept)


def called(home: str) -> str:
    """The prompt that the environment was made with, or ""."""
    lines = Path(home, "pyvenv.cfg").read_text().splitlines()
    return next((line.partition("=")[2].strip(" '\"") for line in lines if line.startswith("prompt")), "")


def find(folder: str) -> str:
    """The nearest folder upwards that holds a marker, or ""."""
    while not os.path.lexists(f"{folder}/{marker.NAME}"):
        if folder == "/":
            return ""
        folder = os.path.dirname(folder)
    return folder


def same(kind: str, one: str, other: str) -> bool:
    """Whether two paths are one folder to a shell of this kind; PowerShell cannot ask, and takes paths for folders."""
    return one == other or bool(kind != "pwsh" and one and other and os.path.realpath(one) == os.path.realpath(other))


def without(entries: list[str], ours: Iterable[str], held: Iterable[str]) -> list[str]:
    """Of a folder that was there before, only the first place is ours."""
    for folder in ours:
        first = entries.index(folder) if folder in entries else len(entries)
        entries = entries[:first] + [each for each in entries[first + 1 :] if each != folder or folder in held]
    return entries


def split(text: str) -> list[str]:
    return text.split(":") if text else []


@dataclass
class Shell:
    """One shell: what is set in it, where it stands, and what is entered."""

    kind: str
    variables: dict[str, Var]
    cwd: str
    before: str = ""  # where `cd -` goes
    stack: list[str] = field(default_factory=list)
    here: str = ""
    plan: Plan | None = None
    paused: str = ""
    off: bool = False
    saved: dict[str, Var] = field(default_factory=dict)  # of the plan's variables
    lists: dict[str, tuple[Var, tuple[str, ...]]] = field(default_factory=dict)  # before, and what it held of ours
    deactivate: str = ""  # whose function it is: "", "ours" or "script"
    their_deactivate: str = ""
    prompt: str = ""  # of bash and zsh PS1, of fish and PowerShell what their function draws
    named: bool = False  # whether zsh's PS1 was last drawn for a project
    old_prompt: str | None = None  # fish's _old_fish_prompt, PowerShell's _OLD_VIRTUAL_PROMPT
    drawing: bool = False  # whether PowerShell's prompt is being drawn, by an activate script's first
    drawn: str | None = None  # what such a prompt has drawn for this once, before it was undone
    their_prompt: str | None = None
    said: list[str] = field(default_factory=list)
    tells_exported: bool = True  # whether a variable is; bash before 4.4 cannot tell and takes all to be

    def __post_init__(self) -> None:
        self.prompt = THEIRS if self.kind == "zsh" else OURS + THEIRS

    def get(self, name: str) -> str | None:
        return self.variables[name].value if name in self.variables else None

    def set(self, name: str, value: str, exported: bool | None = None) -> None:
        """Set a variable; it stays exported, or not, where that is not said. PowerShell's are all exported."""
        was = self.variables.get(name)
        exported = True if self.kind == "pwsh" else exported
        self.variables[name] = Var(value, bool(was and was.exported) if exported is None else exported)

    def seen(self, name: str) -> Var:
        """A variable as a plan finds it."""
        was = self.variables[name]
        return was if self.tells_exported else Var(was.value)

    def unset(self, *names: str) -> None:
        for name in names:
            self.variables.pop(name, None)

    # ---- the state machine ------------------------------------------------------------------------------------------

    def at_prompt(self, decisions: Mapping[str, Decision]) -> None:
        """What happens at a prompt. PowerShell's is drawn by the function on top, which may be an activate script's."""
        self.drawn, self.drawing = None, self.kind == "pwsh"
        self.trigger(decisions)
        self.drawing = False

    def trigger(self, decisions: Mapping[str, Decision]) -> None:
        """What happens at a prompt and after a change of folder."""
        self.settle(decisions)
        if self.kind == "zsh":
            self.draw()

    def draw(self) -> None:
        """Only inside a project does zsh's PS1 hold the place of its name: before all that is there on entering."""
        inside = bool(self.plan and self.plan.enters)
        if inside and OURS not in self.prompt and not self.get("VIRTUAL_ENV_DISABLE_PROMPT"):
            self.prompt = OURS + self.prompt
        elif self.named and not inside:
            self.prompt = self.prompt.removeprefix(OURS)
        self.named = inside

    def settle(self, decisions: Mapping[str, Decision]) -> None:
        """Leave and enter what has to be."""
        disabled = self.off or self.get("VENVHOOK_DISABLE")
        project = "" if disabled else find(self.cwd)
        if self.plan and self.plan.enters:
            self.by_hand(self.plan)
        if not same(self.kind, project, self.paused):
            self.paused = ""
        if self.here and not same(self.kind, project, self.here):
            self.leave()
        if not project or self.paused:
            return
        new = wanted(project, decisions)
        if self.here and new == self.plan:
            return
        if self.here:
            self.leave()
        self.enter(project, new)

    def enter(self, project: str, plan: Plan) -> None:
        self.here, self.plan = project, plan
        if not plan.enters:
            self.said += [] if plan.notice == "-" else [plan.notice]
            return
        if self.get("VIRTUAL_ENV") == plan.home:
            self.unscript(plan)
        self.their_deactivate, self.deactivate = self.deactivate, "ours"
        if self.kind == "fish" and self.old_prompt is not None:
            self.their_prompt, self.prompt, self.old_prompt = self.prompt, self.old_prompt, None
        for name, value in self.touched(plan):
            if name in self.variables:
                self.saved[name] = self.seen(name)
                self.unset(name)
            if value is not None:
                self.variables[name] = Var(value)
        for name, folders in plan.lists:
            entries = split(self.get(name) or "")
            if name in self.variables:
                self.lists[name] = self.seen(name), tuple(f for f in folders if f in entries)
            self.variables[name] = Var(":".join([*folders, *entries]))

    def touched(self, plan: Plan) -> list[tuple[str, str | None]]:
        """The plan's variables, and what else a script of this shell finds its way back by."""
        own = self.kind == "fish" and "_OLD_FISH_PROMPT_OVERRIDE" not in dict(plan.variables)
        return [*plan.variables, *([("_OLD_FISH_PROMPT_OVERRIDE", None)] if own else [])]

    def leave(self) -> None:
        plan, script = self.plan, "_OLD_VIRTUAL_PATH" in self.variables
        if plan and plan.enters:
            if script:
                ours = dict(plan.lists)["PATH"]
                self.take_out("_OLD_VIRTUAL_PATH", ours, "PATH")
            else:
                self.deactivate = self.their_deactivate
                if self.their_prompt is not None:
                    self.prompt, self.old_prompt = self.their_prompt, self.prompt
            for name, value in self.touched(plan):
                if self.get(name) == value:
                    self.unset(name)
                    self.variables.update({name: self.saved[name]} if name in self.saved else {})
            for name, folders in plan.lists:
                self.take_out(name, folders, name)
        self.here, self.plan, self.their_deactivate, self.their_prompt = "", None, "", None
        self.saved, self.lists = {}, {}

    def take_out(self, name: str, folders: Iterable[str], known_as: str) -> None:
        if name not in self.variables:
            return
        was, held = self.lists.get(known_as, (None, ()))
        rest = without(split(self.variables[name].value), folders, held)
        if rest or was:
            self.set(name, ":".join(rest), was.exported if was and name == known_as else None)
        else:
            self.unset(name)

    # ---- by hand ----------------------------------------------------------------------------------------------------

    def by_hand(self, plan: Plan) -> None:
        """The project's own activate is undone and we go on; any other is respected, as if sourced after leaving."""
        if self.get("VIRTUAL_ENV") != plan.home:
            self.yield_()
        elif "_OLD_VIRTUAL_PATH" in self.variables:
            self.unscript(plan)
            self.set("VIRTUAL_ENV", plan.home, True)
            self.set("VIRTUAL_ENV_PROMPT", plan.name, True)
            self.deactivate = "ours"

    def yield_(self) -> None:
        before = self.saved.get("VIRTUAL_ENV")
        their_prompt, script = self.saved.get("_OLD_VIRTUAL_PS1"), "_OLD_VIRTUAL_PATH" in self.variables
        self.paused = self.here
        self.leave()
        if not script:
            return
        if before:  # the script would have deactivated it, had it seen it
            gone = before.value + "/bin"
            saved = split(self.get("_OLD_VIRTUAL_PATH") or "")
            self.set("_OLD_VIRTUAL_PATH", ":".join(each for each in saved if each != gone))
            entries = split(self.get("PATH") or "")
            if gone == f"{self.get('VIRTUAL_ENV')}/bin":
                entries = without(entries, [gone], [gone])  # this very one was activated again
            else:
                entries = [each for each in entries if each != gone]
            self.set("PATH", ":".join(entries))
        if their_prompt and "_OLD_VIRTUAL_PS1" in self.variables:
            self.prompt = self.prompt.replace(self.variables["_OLD_VIRTUAL_PS1"].value, their_prompt.value)
            self.set("_OLD_VIRTUAL_PS1", their_prompt.value)
        if self.get("PYTHONHOME"):
            self.set("_OLD_VIRTUAL_PYTHONHOME", self.variables.pop("PYTHONHOME").value, self.kind == "fish")

    def unscript(self, plan: Plan) -> None:
        """Undo the environment's own activate, keeping what the user did to PATH."""
        path = split(self.get("PATH") or "")
        if self.deactivate == "script":
            if self.drawing and self.old_prompt is not None:
                self.drawn = self.prompt.replace(OURS, "").replace(THEIRS, "")
            self.script_deactivate()
            self.deactivate = ""
        self.unset("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT")
        self.unset(*SCRIPT, *(["_OLD_FISH_PROMPT_OVERRIDE"] if self.kind == "fish" else []))
        if plan.home + "/bin" in path:
            path.remove(plan.home + "/bin")
        self.set("PATH", ":".join(path))

    def script_deactivate(self) -> None:
        """What the function does that an activate script defines, and what such a script does first."""
        for name, old in (("PATH", SCRIPT[0]), ("PYTHONHOME", SCRIPT[1])):
            if self.get(old) or (self.kind == "pwsh" and old in self.variables):
                self.set(name, self.variables.pop(old).value, True)
        if self.get(SCRIPT[2]):
            self.prompt = self.variables.pop(SCRIPT[2]).value
        if self.kind == "fish" and self.get("_OLD_FISH_PROMPT_OVERRIDE"):
            self.unset("_OLD_FISH_PROMPT_OVERRIDE")
            if self.old_prompt is not None:
                self.prompt, self.old_prompt = self.old_prompt, None
        if self.kind == "pwsh" and self.old_prompt is not None:
            self.prompt, self.old_prompt = self.old_prompt, None
        self.unset("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT")

    def activate(self, home: str, script: Script) -> None:
        """`source HOME/bin/activate`."""
        fish, pwsh = self.kind == "fish", self.kind == "pwsh"
        self.script_deactivate()
        self.deactivate = "script"
        self.set("VIRTUAL_ENV", home, True)
        path = self.get("PATH") or ""
        self.set(SCRIPT[0], path, fish or None)
        self.set("PATH", f"{home}/bin:{path}", True)
        if self.get("PYTHONHOME") or ((fish or pwsh) and "PYTHONHOME" in self.variables):
            self.set(SCRIPT[1], self.variables.pop("PYTHONHOME").value, fish or None)
        if script.prompt is not None:
            self.set("VIRTUAL_ENV_PROMPT", script.prompt, True)
        if not self.get("VIRTUAL_ENV_DISABLE_PROMPT"):
            if fish or pwsh:
                self.old_prompt = self.prompt
            if fish:
                self.set("_OLD_FISH_PROMPT_OVERRIDE", home, True)
            elif not pwsh:
                self.set(SCRIPT[2], self.prompt)
            self.prompt = script.prefix + self.prompt

    def user_deactivate(self) -> None:
        if self.deactivate == "script":
            self.script_deactivate()
            self.deactivate = ""
        elif self.deactivate == "ours":
            self.paused = self.here
            self.leave()

    # ---- seen from outside ------------------------------------------------------------------------------------------

    def child(self, kind: str) -> Shell:
        """A shell started by this one: variables arrive, functions do not; an inherited project is undone."""
        new = Shell(kind, {name: var for name, var in self.variables.items() if var.exported}, self.cwd)
        new.plan, new.here = self.plan, self.here
        new.saved = {name: var for name, var in self.saved.items() if var.exported}
        new.lists = {name: held for name, held in self.lists.items() if held[0].exported}
        new.leave()
        new.deactivate = ""
        return new

    def copy(self) -> Shell:
        return deepcopy(self)

    def shown(self) -> str:
        """What stands before the user's own prompt."""
        if self.drawn is not None:
            return self.drawn
        name = f"({self.plan.name}) " if self.plan and self.plan.enters else ""
        return self.prompt.replace(THEIRS, "").replace(OURS, "" if self.get("VIRTUAL_ENV_DISABLE_PROMPT") else name)

    def exported(self) -> dict[str, str]:
        """What a process gets. Of `_VENVHOOK_SET` only that it is there."""
        found = {name: var.value for name, var in self.variables.items() if var.exported}
        if self.plan and self.plan.enters:
            found.update({"VENVHOOK_PROJECT": self.plan.folder, "_VENVHOOK_SET": "..."})
            found.update({f"_VENVHOOK_OLD_{name}": "=" + var.value for name, var in self.saved.items() if var.exported})
            for name, (var, held) in self.lists.items():
                if var.exported:
                    found[f"_VENVHOOK_OLD_{name}"] = "=" + "".join(f"{each}:" for each in held)
        return found
