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
