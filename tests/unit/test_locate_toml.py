"""locate/toml.py: it reads what it reads as the real parser does, and else does not answer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venvhook.locate.toml import UNREAD, load

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FULL = """\
# a comment = here
top = "x"  # behind
empty = ''
number = 1_000
date = 1979-05-27T07:32:00Z
yes = true
no=false#
literal = 'C:\\x"y'
escaped = "a\\tb\\"c"
long = \"\"\"
[not.a.table]
key = "no"\"\"\"
literal-long = '''a''b'''''
list = [
  "a]", 'b',  # ]
  [1, {x = "}"}],
]
inline = { name = "x", list = [1, "]"] }
a.b.c = "dotted"
"quoted key" = "q"
'a.b' . "c"= "parts"
a-b_c = 'signs'
'' = "empty key"
[project]
name = "shop"
  [ tool . "poetry" ]
in-project = true
[tool.hatch.envs."a.b"]  # comment
path = "x=y"
[[tool.poetry.source]]
name = "first"
[[tool.poetry.source]]
name = "second"
[tool.poetry.source.inner]
name = "third"
[tool.'uv']
"""


def agree(mine: object, real: object) -> bool:
    if isinstance(mine, dict):
        return isinstance(real, dict) and mine.keys() == real.keys() and all(agree(mine[k], real[k]) for k in mine)
    return not isinstance(real, bool) if mine is UNREAD else type(mine) is type(real) and mine == real


@pytest.mark.parametrize("text", [FULL, FULL.rstrip("\n"), FULL.replace("\n", "\r\n"), "", "\n", "#", "x = 'y'"])
def test_it_agrees(text: str) -> None:
    mine = load(text)
    assert mine is not None and agree(mine, tomllib.loads(text))


def test_what_is_read() -> None:
    mine = load(FULL)
    assert mine is not None
    assert mine["top"] == "x" and mine["yes"] is True and mine["no"] is False and mine["literal"] == 'C:\\x"y'
    assert {name for name in mine if mine[name] is UNREAD} == {
        "number", "date", "escaped", "long", "literal-long", "list", "inline"
    }  # fmt: skip


def test_this_projects_own() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    mine = load(text)
    assert mine is not None and agree(mine, tomllib.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        '"a" b = 1', "a\u00a0 = 1", '"a\\\\" = 1', "'a\nb' = 1", "'a'\t.b c = 1",
        "x", "= 1", "x = ", "x = = 1", "x = yes", "x = 'a", 'x = "a\n"', "[a", "[a] b", "[]", "x = [1", "x = {",
        "x = 1\nx = '2'",
        "x = 'a' b", "a b = 1", 'x = """a', "x = 'b'\n[x]", "ä = 1", '"a\\u0041" = 1', "x = 'a'\n[x.y]", "[a.]",
    ],
)  # fmt: skip
def test_what_is_left_to_the_parser(text: str) -> None:
    assert load(text) is None


@given(st.text("ab.-_\"'[]{}=#,\\\n\t 1", max_size=40))
def test_no_text_is_misread(text: str) -> None:
    try:
        real = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        load(text)  # may answer or not; it must come back
        return
    mine = load(text)
    assert mine is None or agree(mine, real)
