"""Runs a real shell, without its startup files, on a text with venvhook's functions loaded; what it did, byte by byte.

Plans, values and variables are written by the shell's own emitter; a Shell adds the few lines that only a test needs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from venvhook import shells
from venvhook.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
ENV = shutil.which("env") or "/usr/bin/env"
LITERALS = {"PYTHON": "/nowhere/python", "LAUNCHER": "", "CACHE": "", "CEILING": "", "WRAP_CD": "1"}
# What a shell says when it is interactive without a terminal.
NO_TERMINAL = (b"cannot set terminal process group", b"no job control", b"can't set tty pgrp", b"can't access tty")


def marker(project: str, text: str, stamp: str = "") -> tuple[str, str, str, str, int, int]:
    """The condition of a marker; only PowerShell compares its time and size, which are 0 here."""
    return "marker", project, text, stamp, 0, 0


class Shell:
    """bash and zsh; the others say what is different."""

    name = ""
    arguments: tuple[str, ...] = ()
    sourced = "."
    knows_exports = True  # can a variable be asked whether it is exported

    def __init__(self) -> None:
        self.emitter = shells.emitter(self.name)
        self.quote = self.emitter.quote

    def install(self, folder: Path) -> Path:
        """Put the hook and what plans are made of into FOLDER, with the literals filled in; the hook."""
        literals = {**LITERALS, "LAUNCHER": str(folder / "launch.py"), "CACHE": str(folder / "cache")}
        for source, target in (("venvhook", "venvhook"), ("plan", "plan-2")):
            text = (ROOT / "shell" / (source + self.emitter.SUFFIX)).read_text()
            for token, value in literals.items():
                text = text.replace(f"'@VENVHOOK_{token}@'", self.quote(value))
            (folder / (target + self.emitter.SUFFIX)).write_text(text)
        return folder / ("venvhook" + self.emitter.SUFFIX)

    def source(self, path: Path) -> str:
        return f"{self.sourced} {self.quote(str(path))}\n"

    def load(self, folder: Path) -> str:
        """The text that loads hook and plan functions, as the hook does before its first plan."""
        hook = self.install(folder)
        plan = str(hook.with_name("plan-2" + self.emitter.SUFFIX))
        if self.name == "zsh":  # as the hook does: with zsh's own options in force
            return self.source(hook) + f"_venvhook_quietly builtin . {self.quote(plan)}\n"
        return self.source(hook) + self.source(Path(plan))

    def run(self, folder: Path, text: str, environ: dict[str, str] | None = None) -> tuple[bytes, bytes]:
        """What TEXT writes to stdout and to stderr, sourced by an interactive shell whose home is FOLDER."""
        script = folder / "script"
        script.write_bytes(os.fsencode(text))
        environ = {"HOME": str(folder), "PATH": os.defpath, "LC_ALL": "C.UTF-8", "TERM": "dumb", **(environ or {})}
        program = shutil.which(self.name) or self.name
        command = [program, *self.arguments, "-i", "-c", self.source(script)]
        done = subprocess.run(command, env=environ, input=b"", capture_output=True, cwd=folder, timeout=60)
        errors = [line for line in done.stderr.splitlines(True) if not any(words in line for words in NO_TERMINAL)]
        return done.stdout, b"".join(errors)

    # ---- lines of a text ----

    def set(self, variables: Iterable[tuple[str, str | None]]) -> str:
        """Export variables or, with None, unset them."""
        return self.emitter.undo(list(variables))

    def set_unexported(self, name: str, value: str) -> str:
        return f"unset {name}; {name}={self.quote(value)}\n"

    def holds(self, name: str, value: str | None) -> str | None:
        """What the shell itself makes of a value that a user gives to a variable."""
        return value

    def show(self, name: str) -> str:
        """Print a variable, exported or not, behind its name; nothing when it is unset."""
        return f"[[ ${{{name}+x}} ]] && printf '%s\\0' \"{name}=${{{name}}}\"\n"

    def environment(self) -> str:
        """Print what a child process gets; `environments` reads it."""
        return f"{ENV} -0; printf '\\0'\n"

    def plan(self, plan: Plan) -> str:
        return self.emitter.plan(plan)

    def enter(self, plan: Plan) -> str:
        return f"_venvhook_enter_{plan.id}\n"

    def leave(self, plan: Plan) -> str:
        return f"_venvhook_leave_{plan.id}\n"

    def stale(self, plan: Plan) -> str:
        """Print y or n."""
        return f"_venvhook_stale_{plan.id} && printf y || printf n\n"


class Bash(Shell):
    name = "bash"
    arguments = ("--norc", "--noprofile")

    def __init__(self) -> None:
        super().__init__()
        question = ["bash", "-c", "((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 404))"]
        self.knows_exports = subprocess.run(question).returncode == 0

    def stale(self, plan: Plan) -> str:
        """As when a plan is taken up: then the text of a marker is compared, which at prompts is known by its stamp."""
        return f"{{ _venvhook_stale_{plan.id} || _venvhook_differs_{plan.id}; }} && printf y || printf n\n"


class Zsh(Shell):
    name = "zsh"
    arguments = ("-f",)


class Fish(Shell):
    name = "fish"
    sourced = "source"

    def set_unexported(self, name: str, value: str) -> str:
        return f"set -e {name}; set -g {name} {self.quote(value)}\n"

    def holds(self, name: str, value: str | None) -> str | None:
        if name != "PATH" or value is None:
            return value
        return ":".join(entry or "." for entry in value.split(":"))

    def stale(self, plan: Plan) -> str:
        """When it is taken up: prompts know a marker that has a stamp by its time, and do not read it."""
        return f"_venvhook_fits {plan.id}; and printf n; or printf y\n"

    def show(self, name: str) -> str:
        return f"set -q {name}; and printf '%s\\0' {name}=\"${name}\"\n"


SHELLS = (Bash, Zsh, Fish)


def environments(output: bytes) -> list[dict[str, str]]:
    """The environments that were printed, without what shells change themselves."""
    found = []
    for printed in output.split(b"\0\0")[:-1]:
        pairs = (os.fsdecode(entry).partition("=") for entry in printed.split(b"\0"))
        found.append({name: value for name, _, value in pairs if name not in ("_", "SHLVL", "PWD", "OLDPWD")})
    return found


def available() -> list[object]:
    """A parameter for each shell that has an emitter; one that is not installed is skipped by name, in CI it fails."""
    written = [each for each in SHELLS if (ROOT / "venvhook/shells" / f"{each.name}.py").exists()]
    required = os.environ.get("CI") == "true" or os.environ.get("VENVHOOK_TEST_REQUIRE_SHELLS") == "1"
    missing = {
        each: [pytest.mark.skip(reason=f"{each.name} is not installed")]
        for each in written
        if not shutil.which(each.name)
    }
    return [pytest.param(each, marks=() if required else missing.get(each, ()), id=each.name) for each in written]
