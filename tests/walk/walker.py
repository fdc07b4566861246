"""Walk: type the steps of a walk into a live shell, and compare it with the model after each."""

from __future__ import annotations

import os
import random
import re
import shutil
from collections import Counter
from dataclasses import dataclass

from shell.dialects import DIALECTS, Dialect
from shell.terminal import Terminal
from shell.world import environ_of

from . import steps
from .ground import Ground
from .model import THEIRS, Shell, find, wanted
from .steps import Step

NOT_OURS = ("PWD", "OLDPWD", "SHLVL", "PS1", "_", "LINES", "COLUMNS")
NOT_OURS += ("PSModulePath",)  # pwsh makes it
NOT_OURS += ("_OLD_FISH_PROMPT_OVERRIDE", "_VENVHOOK_OLD__OLD_FISH_PROMPT_OVERRIDE")  # what the prompt shows counts
ENV = shutil.which("env") or "/usr/bin/env"
# Steps that change no variable and no file: what the helper was asked during these, it need not be asked again.
MOVES = {"cd", "up", "back", "pushd", "popd", "dot", "prompt", "show"}
ASKED = re.compile(r"hook \d+ plan (\w+) (.*?)( /\S*venvhook-[\w.]+)?$")  # in PowerShell, with a file for the answer
OFTEN = 2  # a file that is younger than the clock's grain is asked about once more
TALKATIVE = {"back", "pushd", "popd", "deactivate", "cli", "exit", "nested"}
STARTS = (  # what a walk's shell is started with
    {},
    {"A": "outside", "B": "", "PYTHONPATH": "/lib"},
    {"C": "c", "PYTHONHOME": "/ph", "PYTHONPATH": ""},
    {"A": "1", "PYTHONPATH": "{w}/app/src:/lib", "D": "d"},
)


def read(file: str) -> dict[str, str]:
    """The variables that `env -0` has written; of `_VENVHOOK_SET` only that it is there."""
    with open(file, "rb") as written:
        pairs = [os.fsdecode(pair).partition("=")[::2] for pair in written.read().split(b"\0")[:-1]]
    os.unlink(file)
    return {name: "..." if name == "_VENVHOOK_SET" else value for name, value in pairs if name not in NOT_OURS}


@dataclass
class Divergence:
    """Where shell and model differ: after which step, in what, and the lines that led there."""

    shell: str
    steps: list[Step]
    lines: list[str]
    found: dict[str, tuple[object, object]]
    start: dict[str, str]

    @property
    def sign(self) -> frozenset[str]:
        return frozenset(self.found)

    def __str__(self) -> str:
        started = " ".join(f"{name}={value!r}" for name, value in self.start.items())
        told = [
            f"  {name}: got {got!r}\n  {' ' * len(name)}  want {want!r}"
            for name, (got, want) in sorted(self.found.items())
        ]
        return "\n".join(
            [f"{self.shell}, started with: {started or 'nothing'}", *(f"    {line}" for line in self.lines), *told]
        )


def tells_exported(kind: str) -> bool:
    return kind != "bash" or not DIALECTS[kind].lacks(4, 4)


class Walk:
    """One walk on the ground: its shells, the model of each, the lines so far."""

    def __init__(self, ground: Ground, kind: str, start: dict[str, str]) -> None:
        self.ground, self.kind = ground, kind
        self.start = {name: value.format(w=ground.root) for name, value in start.items()}
        ground.reset()
        ground.world.dialect = DIALECTS[kind]
        self.terminal: Terminal = ground.world.start(env=self.start, shell=kind)
        first = self.environ()
        given = {**environ_of(ground.world.home), **self.start}["PATH"]
        self.own = first["PATH"].removesuffix(given)  # pwsh puts its own folder in front when it is started
        self.shells = [Shell(kind, {}, ground.root, tells_exported=tells_exported(kind))]
        for name, value in first.items():
            self.shells[0].set(name, value, True)
        self.kept: dict[tuple[str, str], tuple[int, object]] = {}
        self.lines: list[str] = []
        self.said = ""
        self.asked: Counter[tuple[str, str]] = Counter()  # how often the helper was, by shell and project
        self.touched = ground.touched
        ground.installation.starts()

    def environ(self) -> dict[str, str]:
        """What a process of the shell gets; `env -0` starts ten times faster than the scenarios' own program."""
        file = self.ground.dump + ".out"
        printed = self.terminal.run(f"{ENV} -0 >{file}")
        assert not printed, self.terminal
        return read(file)

    @property
    def shell(self) -> Shell:
        return self.shells[-1]

    @property
    def dialect(self) -> Dialect:
        return DIALECTS[self.shell.kind]

    def walk(self, todo: list[Step]) -> Divergence | None:
        """The first divergence."""
        for number, step in enumerate(todo):
            found = self.step(step)
            if found:
                return Divergence(self.kind, todo[: number + 1], self.lines, found, self.start)
        return None

    def step(self, step: Step) -> dict[str, tuple[object, object]]:
        """Do one step; what differs after it."""
        kind = step[0]
        for shell in self.shells:
            shell.said.clear()
        if kind == "nested":
            return self.nested(step[1])
        if kind == "exit":
            return self.exit()
        if kind == "subshell":
            return self.subshell(step[1])
        line = steps.elsewhere(step, self.ground)
        if line is not None:
            if not line:
                return {}
            return self.type("", f"# elsewhere: {line}", set())
        shown = {}
        done = []
        for part in steps.parts(step):
            text = steps.typed(part, self.shell, self.ground, self.dialect)
            if text is None:
                continue
            done.append(text)
            if part[0] == "show":
                shown["shown"] = f"[{self.shell.get(part[1]) or ''}]"
        if not done:
            return {}
        typed = "; ".join(done)
        return self.type(typed, typed or "(empty line)", {part[0] for part in steps.parts(step)}, shown.get("shown"))

    def type(self, line: str, shown: str, kinds: set[str], want: str | None = None) -> dict[str, tuple[object, object]]:
        self.lines.append(self.indent(shown))
        printed = self.terminal.run(line)
        self.shell.at_prompt(self.ground.decisions)
        self.note()
        return self.compare(printed, kinds, want)

    def indent(self, line: str) -> str:
        root = self.ground.root + "/"
        return "  " * (len(self.shells) - 1) + line.replace(root, "$W/").replace(self.ground.root, "$W")

    def compare(self, printed: str, kinds: set[str], want: str | None = None) -> dict[str, tuple[object, object]]:
        rows = [row for row in printed.splitlines() if row.strip()]
        told = [row for row in rows if row.startswith("venvhook: ")]
        others = [row for row in rows if row not in told]
        found: dict[str, tuple[object, object]] = {}
        if len(told) != len(self.shell.said) and "cli" not in kinds:
            found["messages"] = (told, list(self.shell.said))
        if want is not None and others != [want]:
            found["shown"] = (others, want)
        elif want is None and others and not kinds & TALKATIVE:
            found["output"] = (others, [])
        if self.terminal.prefix() != self.shell.shown():
            found["prompt"] = (self.terminal.prefix(), self.shell.shown())
        found.update(self.differences(self.environ(), self.shell.exported()))
        found.update(self.processes(kinds))
        return found

    def processes(self, kinds: set[str]) -> dict[str, tuple[object, object]]:
        """A helper that is started again and again, although nothing has changed since."""
        if kinds - MOVES or self.touched != self.ground.touched:
            self.asked.clear()
            self.touched = self.ground.touched
        self.asked.update(match.groups()[:2] for match in map(ASKED.match, self.ground.installation.starts()) if match)
        often = {project: times for (_, project), times in self.asked.items() if times > OFTEN}
        return {"helpers": (often, f"at most {OFTEN}")} if often else {}

    def differences(self, got: dict[str, str], want: dict[str, str]) -> dict[str, tuple[object, object]]:
        names = [name for name in got.keys() | want.keys() if name not in NOT_OURS]
        root = self.ground.root + "/"
        return {
            name: tuple(v and v.replace(root, "$W/") for v in (got.get(name), want.get(name)))  # type: ignore[misc]
            for name in names
            if got.get(name) != want.get(name) and not (name in got and THEIRS in want.get(name, ""))  # a prompt's text
        }

    def note(self) -> None:
        """The plan that is kept now for the project the shell is in."""
        if self.shell.here:
            self.kept[self.shell.kind, self.shell.here] = self.ground.touched, self.shell.plan

    # ---- shells in shells -------------------------------------------------------------------------------------------

    def nested(self, kind: str) -> dict[str, tuple[object, object]]:
        if len(self.shells) > 3 or not os.path.isdir(self.shell.cwd):
            return {}
        kind = "pwsh" if (self.kind, kind) == ("pwsh", "zsh") else kind
        program = DIALECTS[kind].nested
        self.lines.append(self.indent(program))
        inherited = str(self.shell.get("PATH"))
        self.shells.append(self.shell.child(kind))
        if kind == "pwsh" and not inherited.startswith(self.own):
            self.shell.set("PATH", self.own + str(self.shell.get("PATH")))
        self.shell.tells_exported = tells_exported(kind)
        printed = self.terminal.run(program)
        self.shell.at_prompt(self.ground.decisions)
        self.note()
        found = self.compare(printed, {"nested"})
        for name in list(found):  # what a shell of this kind brings along
            got = found[name][0]
            if got is not None and name.isupper() and name[0] not in "_V" and name not in (*steps.VALUES, "PATH"):
                self.shell.set(name, str(got), True)
                del found[name]
        return found

    def exit(self) -> dict[str, tuple[object, object]]:
        if len(self.shells) == 1:
            return {}
        self.lines.append(self.indent("exit"))
        printed = self.terminal.run("exit")
        self.shells.pop()
        self.shell.said.clear()
        self.shell.at_prompt(self.ground.decisions)
        self.note()
        return self.compare(printed, {"exit"})

    def subshell(self, place: str) -> dict[str, tuple[object, object]]:
        """`(cd PLACE; dump)`: a kept plan may be replayed, the helper is never asked, nothing is said."""
        folder = self.ground.path(place)
        if self.shell.kind in ("fish", "pwsh") or not os.path.isdir(folder) or not os.path.isdir(self.shell.cwd):
            return {}
        inside, without = self.shell.copy(), self.shell.copy()
        inside.cwd = folder
        inside.trigger(self.ground.decisions)
        project = find(folder)
        if project and project not in (self.shell.here, self.shell.paused):
            if without.here:
                without.leave()
        else:
            without = inside
        certain = project and self.kept.get((self.shell.kind, project)) == (
            self.ground.touched,
            wanted(project, self.ground.decisions),
        )
        line = f"({self.dialect.cd(folder)}; {ENV} -0 >{self.ground.dump}.sub)"
        self.lines.append(self.indent(f"({self.dialect.cd(folder)} && env)"))
        printed = self.terminal.run(line)
        got = read(self.ground.dump + ".sub")
        found = self.differences(got, inside.exported())
        if found and not certain:
            found = found if self.differences(got, without.exported()) else {}
        if found:
            return {f"in the subshell: {name}": values for name, values in found.items()}
        self.shell.said.clear()
        self.shell.trigger(self.ground.decisions)
        return self.compare(printed, set())


def start_of(seed: int) -> dict[str, str]:
    return STARTS[seed % len(STARTS)]


def steps_of(seed: int, count: int, without: tuple[str, ...] = ()) -> list[Step]:
    chance = random.Random(seed)
    return [steps.draw(chance, without) for _ in range(count)]


def walk(ground: Ground, kind: str, seed: int, count: int, without: tuple[str, ...] = ()) -> Divergence | None:
    """One walk; its first divergence."""
    return Walk(ground, kind, start_of(seed)).walk(steps_of(seed, count, without))


def minimise(ground: Ground, found: Divergence, start: dict[str, str], tries: int = 150) -> Divergence:
    """The same divergence with as few steps as can be had by leaving steps out (delta debugging)."""
    best, size = found, max(1, len(found.steps) // 2)
    while tries > 0:
        position, shorter = 0, False
        while position < len(best.steps) and tries > 0:
            tries -= 1
            kept = best.steps[:position] + best.steps[position + size :]
            again = Walk(ground, found.shell, start).walk(kept)
            if again and again.sign == found.sign:
                best, shorter = again, True
            else:
                position += size
        if size == 1 and not shorter:
            break
        size = max(1, size // 2)
    return best
