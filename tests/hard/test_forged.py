"""Forged variables: exported as if a shell before had entered a project. Nothing runs, nothing is lost.

Guards the undoing of an inherited project against `VENVHOOK_PROJECT`, `_VENVHOOK_…` and `VIRTUAL_ENV` with anything in
them.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell.dialects import Dialect
from shell.world import World

from venvhook import undo
from venvhook.digest import digest

from .garbling import pieces

HARM = "x' \"; touch CANARY; $(touch CANARY) `touch CANARY` \\' \n touch CANARY\n("
KEPT = ("HOME", "PATH", "SHELL", "PWD", "IFS", "LD_PRELOAD", "BASH_ENV", "PS1", "PROMPT_COMMAND", "FPATH", "fish_pid")

texts = st.lists(pieces.map(os.fsdecode), max_size=6).map("".join).map(lambda text: text.replace("\0", ""))
names = st.sampled_from([*KEPT, "A", "VIRTUAL_ENV", "PYTHONPATH", "a b", "", "é", "A[$(touch CANARY)]"])
words = st.builds(lambda name, sign, text: f"{name}{sign}{text}", names, st.sampled_from("=-:"), texts)


@given(st.lists(words | texts).map(" ".join), st.dictionaries(names, texts), st.dictionaries(names, texts))
def test_operations_are_about_what_plans_touch(said: str, now: dict[str, str], old: dict[str, str]) -> None:
    environ = {**now, "_VENVHOOK_SET": said, **{f"_VENVHOOK_OLD_{name}": text for name, text in old.items()}}
    for name, _ in undo.operations(environ):
        assert name.isidentifier() and name.isascii(), name
        assert name not in (set(KEPT) - {"PATH"}), name


def short(text: str) -> str:
    return digest(text)[:8]


# Said to have been set by a project, with the right digest of what they are: then the "old" value would come back.
FORGED: dict[str, dict[str, str]] = {
    "no sense": {"VENVHOOK_PROJECT": HARM, "_VENVHOOK_SET": HARM, "VIRTUAL_ENV": HARM, "_VENVHOOK_OLD_A": HARM},
    "code as a value": {
        "VENVHOOK_PROJECT": "/",
        "_VENVHOOK_SET": f"A={short('1')} VIRTUAL_ENV={short(HARM)} VIRTUAL_ENV_PROMPT-",
        "A": "1",
        "_VENVHOOK_OLD_A": "=" + HARM,
        "VIRTUAL_ENV": HARM,
        "_VENVHOOK_OLD_VIRTUAL_ENV_PROMPT": "=" + HARM,
    },
    "the shell's own": {
        "VENVHOOK_PROJECT": "/",
        "_VENVHOOK_SET": "PROMPT_COMMAND- BASH_ENV- LD_PRELOAD- PS4- A[$(touch${IFS}CANARY)]- $(touch${IFS}CANARY)-",
        **{f"_VENVHOOK_OLD_{name}": "=touch CANARY" for name in ("PROMPT_COMMAND", "BASH_ENV", "PS4", "LD_PRELOAD")},
    },
    "private state": {
        "VENVHOOK_PROJECT": "/",
        "_venvhook_text": HARM,
        "_venvhook_pending": HARM,
        "_venvhook_python": "/bin/false",
        "_venvhook_known": "/ x",
        "_venvhook_plan": "x() { touch CANARY; }",
        "_venvhook_here": HARM,
    },
    "settings": {"VENVHOOK_CEILING": f"/nowhere:*:?:{HARM}:", "VENVHOOK_WRAP_CD": HARM},
    "an endless list": {"VENVHOOK_PROJECT": "/", "_VENVHOOK_SET": "A- " * 5000, "_VENVHOOK_OLD_A": "=" + "x" * 5000},
}


@pytest.mark.parametrize("case", FORGED)
def test_a_shell_that_inherits_a_forgery(world: World, shell: Dialect, case: str) -> None:
    app = world.project("app", '[variables]\nB = "1"\n')
    live = world.start(env=FORGED[case], cwd=app)
    assert live.first == ""
    assert live.prefix() == "(app) "
    inside = live.environ()
    assert (inside[b"VIRTUAL_ENV"], inside[b"B"]) == (os.fsencode(app / ".venv"), b"1")
    assert inside[b"PATH"].startswith(os.fsencode(app / ".venv/bin") + b":/")
    live.run("cd ..")
    outside = live.environ()
    assert outside[b"HOME"] == os.fsencode(world.home)
    assert not [name for name in outside if name.startswith((b"VENVHOOK_PROJECT", b"_VENVHOOK_SET"))]
    assert b"LD_PRELOAD" not in outside and b"BASH_ENV" not in outside
    assert not list(world.root.rglob("CANARY"))
