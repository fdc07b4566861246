"""The folders that walks go through, and putting them back as they were."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cached_property
from pathlib import Path

from shell.dialects import DIALECTS
from shell.world import Installation, World, make_environment

from venvhook import dotenv, marker, trust
from venvhook.errors import VenvhookError

from .model import Decision, Script

# What the markers of a project may say; the first is the one that a walk begins with.
MARKERS: dict[str, tuple[str, ...]] = {
    "app": (
        '[variables]\nA = "1"\nB = false\n[prepend]\nPATH = ["scripts"]\nPYTHONPATH = ["src"]\n',
        '[variables]\nA = "2"\n',
        '[variables]\nA = "1"\nB = false\n# the same\n[prepend]\nPATH = ["scripts"]\nPYTHONPATH = ["src"]\n',
        "",
    ),
    "bee": (
        'dotenv = [".env"]\nprompt = "shop"\n[variables]\nA = "b"\nC = ""\n',
        'dotenv = [".env"]\nprompt = "shop"\n[variables]\nD = "over"\n[prepend]\nPYTHONPATH = ["x", "y"]\n',
    ),
    "bee-z": ("",),
    "outer": ('[variables]\nA = "outer"\nC = "outer"\n', "# edited\n"),
    "outer/in": ('[variables]\nA = "inner"\n[prepend]\nPYTHONPATH = ["src"]\n', ""),
    "odd 'name": ('[variables]\nB = "it\'s"\n[prepend]\nPATH = ["bin"]\n',),
    "linked": ('[variables]\nA = "1"\n', 'prompt = "other-name"\n'),
    "new": ('[variables]\nA = "new"\n',),
    "never": ("",),
    "bad": ("[variables\n",),
    "bare": ('[variables]\nA = "bare"\n',),
}
DENIED, NOT_ALLOWED, WITHOUT = ("never",), ("new", "bad"), ("bare",)
PLACES = (
    *(".", "plain", "plain/x", "app", "app", "app/sub/deep", "bee", "bee", "bee/sub", "bee-z"),
    *("outer", "outer/x", "outer/in", "outer/in/sub"),
    *("odd 'name", "linked", "link", "link/sub", "new", "never", "bad", "bare", "envs"),
)
ENVIRONMENTS = ("envs/one", "envs/two", "app/.venv", "bee/.venv", "outer/in/.venv")
DOTENV = ('D="d"\nA=dot\n', "D=changed\nA=dot\n", "D=d\nA=dot\nNEW=n\n", "")
VALUES = {
    "A": ("mine", "1", ""),
    "B": ("mine",),
    "C": ("", "mine"),
    "D": ("d", "mine"),
    "PYTHONHOME": ("/ph", ""),
    "PYTHONPATH": ("/lib", "", "{w}/app/src:/lib"),
    "VIRTUAL_ENV": ("/by/hand",),
}
PROBE = {
    "sh": 'PS1=; . "$1/bin/activate"; printf "%s\\n%s" "${VIRTUAL_ENV_PROMPT-unset}" "$PS1"',
    "fish": "function fish_prompt; end; source $argv[1]/bin/activate.fish; "
    "set -q VIRTUAL_ENV_PROMPT; and printf '%s\\n' $VIRTUAL_ENV_PROMPT; or echo unset",
    "pwsh": "function prompt {{ 'x' }}; . '{home}/bin/Activate.ps1'; if (Test-Path Env:VIRTUAL_ENV_PROMPT) "
    "{{ $env:VIRTUAL_ENV_PROMPT }} else {{ 'unset' }}; prompt",
}


class Ground:
    """The projects below `world.work`, and what the user decided about them."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.world = World(installation, DIALECTS["bash"])
        self.root = str(self.world.work)
        self.decisions: dict[str, Decision] = {}
        self.touched = 0  # counts changes of files and decisions
        self.scripts: dict[tuple[str, str, bool], Script] = {}
        self._build()
        self.pristine = str(self.world.root / "pristine")
        shutil.copytree(self.root, self.pristine, symlinks=True)

    def path(self, name: str) -> str:
        return os.path.normpath(os.path.join(self.root, name))

    def _build(self) -> None:
        for place in PLACES:
            if not place.startswith("link"):
                os.makedirs(self.path(place), exist_ok=True)
        for name in ("one", "two", "far"):
            make_environment(Path(self.path(f"envs/{name}")), prompt=name)
        for project in MARKERS:
            if project not in (*WITHOUT, "linked"):
                make_environment(Path(self.path(f"{project}/.venv")))
        os.makedirs(self.path("linked"), exist_ok=True)
        os.makedirs(self.path("app/sub"), exist_ok=True)
        os.symlink("app", self.path("link"))
        os.symlink("../envs/far", self.path("linked/.venv"))
        for project, texts in MARKERS.items():
            self.write(f"{project}/{marker.NAME}", texts[0])
        self.write("bee/.env", DOTENV[0])

    def reset(self) -> None:
        """Everything as a walk finds it."""
        for terminal in self.world.terminals:
            terminal.close()
        self.world.terminals = []
        cache, data = self.installation.cache / "plans", self.installation.data / "trust"
        for folder in (self.root, str(cache), str(data)):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.pristine, self.root, symlinks=True)
        self.decisions.clear()
        for project in MARKERS:
            if project in DENIED:
                self.deny(project)
            elif project not in NOT_ALLOWED:
                self.allow(project)

    def close(self) -> None:
        self.world.close()

    # ---- what is done to it -----------------------------------------------------------------------------------------

    def write(self, name: str, text: str) -> None:
        self.touched += 1
        Path(self.path(name)).write_text(text)

    def allow(self, project: str) -> bool:
        """As `venvhook allow` does; whether the marker can be allowed at all."""
        folder = os.path.realpath(self.path(project))
        try:
            text = Path(folder, marker.NAME).read_bytes()
            meaning = marker.parse(text, folder)
        except (OSError, VenvhookError):
            return False
        names: set[str] = set()
        for entry in meaning.dotenv:
            file = Path(folder, entry)
            names.update(dict(dotenv.parse(file.read_bytes(), str(file))) if file.exists() else {})
        trust.decide(str(self.installation.data), trust.Record(folder, True, text, meaning, sorted(names)))
        earlier = self.decisions.get(folder, Decision({})).contents or {}
        self.decisions[folder] = Decision({**earlier, text: frozenset(names)})
        self.touched += 1
        return True

    def deny(self, project: str) -> None:
        folder = os.path.realpath(self.path(project))
        trust.decide(str(self.installation.data), trust.Record(folder, False))
        self.decisions[folder] = Decision(None)
        self.touched += 1

    # ---- what activate scripts do, as measured ----------------------------------------------------------------------

    def script(self, shell: str, home: str, disabled: bool) -> Script:
        """What the activate script of HOME sets in this Python's dialect (it changed in 3.10, 3.12 and 3.13)."""
        key = shell, home, disabled
        if key not in self.scripts:
            prompt, _, prefix = self._probe(["bash", "-c", PROBE["sh"], "-", home], disabled).partition("\n")
            if shell == "fish":
                prompt = self._probe(["fish", "-c", PROBE["fish"], home], disabled).removesuffix("\n")
            if shell == "pwsh":
                line = PROBE["pwsh"].format(home=home.replace("'", "''"))
                shown = self._probe(["pwsh", "-NoProfile", "-Command", line], disabled)
                prompt, _, prefix = shown.removesuffix("x\n").partition("\n")
            self.scripts[key] = Script(None if prompt == "unset" else prompt, prefix)
        return self.scripts[key]

    def _probe(self, command: list[str], disabled: bool) -> str:
        # Without a home, no shell reads a file of its user's (an option of fish for that is too new). pwsh needs one.
        home = str(self.world.home) if command[0] == "pwsh" else os.devnull
        environ = {"PATH": os.environ["PATH"], "HOME": home, "VIRTUAL_ENV_DISABLE_PROMPT": "1" * disabled}
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout

    @cached_property
    def dump(self) -> str:
        return str(self.world.dump)
