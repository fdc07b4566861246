"""The rules of the house that a program can see: short functions, told purposes, shell syntax in its own place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .common import ROOT

LONGEST = 50  # lines of a function
CODE = sorted((ROOT / "venvhook").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SHELL = re.compile(
    r"""(?:^|[;&|{(])\s*(?:if\s\[|if\stest\s|fi\b|export\s[A-Z_]|unset\s[A-Z_]|set\s-[a-z]+\s|local\s|typeset\s
    |builtin\s|function\s\w+|source\s|\.\s['"$])|\$\{|\$env:|\$global:|\bSet-[A-Z]|Test-Path""",
    re.MULTILINE | re.VERBOSE,
)
# What is no line for a user's shell: a sign in scripts that are read, and the question that a zsh of ours answers.
READ_OR_ASKED = ("export VIRTUAL_ENV=", "printf '\\0%s\\0' \"${ZDOTDIR-}\"")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def long_functions(tree: ast.AST) -> list[str]:
    functions = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    return [each.name for each in functions if (each.end_lineno or each.lineno) - each.lineno >= LONGEST]


def shell_lines(tree: ast.AST) -> Iterator[str]:
    """The texts in the code that read like a line of a shell; docstrings are none."""
    scopes = [node for node in ast.walk(tree) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))]
    told = {id(each.body[0].value) for each in scopes if each.body and isinstance(each.body[0], ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    for text in [str(node.value) for node in texts if id(node) not in told]:
        if SHELL.search(text) and text not in READ_OR_ASKED:
            yield text


@pytest.mark.parametrize("path", [*CODE, *TESTS], ids=name)
def test_functions_are_short(path: Path) -> None:
    assert long_functions(ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", [path for path in [*CODE, *TESTS] if path.stat().st_size], ids=name)
def test_each_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))


# What tells systems apart. `venvhook/system.py` alone asks for it: whatever differs is a rule there, and can be
# tried for each system on any.
TELLING = ("os.name", "sys.platform", "os.pathsep", "os.altsep", "platform.system", "os.path.normcase")


def told_apart(tree: ast.AST) -> list[tuple[int, str]]:
    """The lines that tell systems apart or have a twin of a rule of `venvhook/system.py`, and what they do."""
    found = []
    for node in ast.walk(tree):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if text in TELLING:
            found.append((node.lineno, text))
        elif isinstance(node, ast.Call) and ast.unparse(node).endswith(".split(os.sep)"):
            found.append((node.lineno, ".split(os.sep)"))
        elif isinstance(node, ast.While) and climbs(node):
            found.append((node.lineno, "a loop upwards"))
    return sorted(found)


def climbs(loop: ast.While) -> bool:
    """Whether a loop goes from folder to folder above: on Windows a root is above itself, a drive need not be there."""
    asked = {node.id for node in ast.walk(loop.test) if isinstance(node, ast.Name)}
    steps = [node for node in ast.walk(loop) if isinstance(node, ast.Assign) and "dirname(" in ast.unparse(node.value)]
    names = {ast.unparse(target) for step in steps for target in step.targets}
    return bool(names & asked) or (bool(names) and not asked)


@pytest.mark.parametrize("path", [path for path in CODE if path.name != "system.py"], ids=name)
def test_systems_are_told_apart_in_one_place(path: Path) -> None:
    assert told_apart(ast.parse(path.read_text())) == []


# Where bytes become text, or text bytes, by a format's own encoding; the number of places in each file.
FORMATS = {
    "cli/edit.py": 1,  # the marker, which is UTF-8
    "cli/show.py": 1,  # a console's code page
    "create/wish.py": 1,  # `.python-version`, which is UTF-8, of the tools that write it
    "conda.py": 1,  # what JSON can name, and no variable can hold
    "doctor.py": 1,  # what npm and others print: their versions
    "files.py": 1,  # files in which UTF-8 is a rule
    "hookfiles.py": 2,  # a name in a template, and what Python reads of it
    "locate/naming.py": 2,  # the managers' digests, and base64
    "proof.py": 2,  # a marker and a script of its own
    "rcfile.py": 1,  # our own marks
    "screen.py": 1,  # what a terminal gets, piece by piece
    "shells/fish.py": 1,  # characters that fish takes for its own marks
    "shells/pwsh.py": 1,  # UTF-16, which .NET counts in
    "symptoms.py": 1,  # our own mark
    "trust.py": 2,  # hexadecimal digits
}


def decoded(tree: ast.AST) -> list[tuple[int, str]]:
    """The lines that make text of bytes, or bytes of text, by an encoding of their own."""
    return [
        (node.lineno, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("fsdecode", "fsencode", "decode", "encode")
        and ast.unparse(node.value) not in ("system", "files")
    ]  # fmt: skip


@pytest.mark.parametrize("path", [path for path in CODE if path.name != "system.py"], ids=name)
def test_bytes_become_text_in_one_place(path: Path) -> None:
    """`system.decode` never fails, and `system.encode` gives the same bytes back; a format's own one is counted."""
    found = decoded(ast.parse(path.read_text()))
    assert len(found) <= FORMATS.get(str(path.relative_to(ROOT / "venvhook")), 0), found
    assert not [line for line, word in found if word.startswith("fs")]


def test_the_checks_of_systems_see_what_they_are_for() -> None:
    code = "if os.name == 'nt': pass\na.split(os.pathsep)\nb.split(os.sep)\nsys.platform\n"
    code += "while a != os.path.dirname(a):\n    a = os.path.dirname(a)\n"
    assert [line for line, _ in told_apart(ast.parse(code))] == [1, 2, 3, 4, 5]
    code = "os.fsdecode(a)\na.decode()\nmap(os.fsencode, a)\nb = text.encode('ascii')\nsystem.decode(a)\nencode(a)"
    assert [line for line, _ in decoded(ast.parse(code))] == [1, 2, 3, 4]


@pytest.mark.parametrize("path", [path for path in CODE if path.parent.name != "shells"], ids=name)
def test_shell_syntax_is_the_emitters(path: Path) -> None:
    assert list(shell_lines(ast.parse(path.read_text()))) == []


def test_the_checks_see_what_they_are_for() -> None:
    body = "\n".join("    a = 1" for _ in range(LONGEST))
    assert long_functions(ast.parse(f"def short():\n    a = 1\ndef long():\n{body}")) == ["long"]
    lines = ["if [ -r @ ]; then . @; fi", "a; unset HOME", "$env:PATH", "set -g x 1", "[ ${A-} ]", ". 'file'"]
    plain = ["to set it: venvhook on", "a source of rules", "if you test it", "the function of it"]
    code = '"""if [ a ]"""\n' + "\n".join(f"a = {text!r}" for text in [*lines, *plain])
    assert list(shell_lines(ast.parse(code))) == lines
