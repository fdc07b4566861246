"""undo.py: from what is exported alone, an inherited project is undone; edits stay; a forgery does no harm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model import Environ, edited, edits, entered, environs, left, plans

from venvhook import undo
from venvhook.plan import Plan


def undone(environ: Environ) -> Environ:
    return edited(environ, dict(undo.operations(environ)))


@given(plans(), environs())
def test_without_edits_all_is_as_before(plan: Plan, before: Environ) -> None:
    assert undone(entered(before, plan)) == before


@given(plans(), environs(), st.data())
def test_edits_stay(plan: Plan, before: Environ, data: st.DataObject) -> None:
    now = edited(entered(before, plan), data.draw(edits(plan, before)))
    assert undone(now) == left(now, before, plan)


BIN = undo.describe((), [("PATH", ["/p/bin"])])


@pytest.mark.parametrize(
    ("exported", "expected"),
    [
        ({"PATH": "/p/bin:/usr/bin", "_VENVHOOK_OLD_PATH": "="}, {"PATH": "/usr/bin"}),
        ({"PATH": "/x:/p/bin:/p/bin", "_VENVHOOK_OLD_PATH": "="}, {"PATH": "/x"}),
        ({"PATH": "/p/bin:/x:/p/bin", "_VENVHOOK_OLD_PATH": "=/p/bin:"}, {"PATH": "/x:/p/bin"}),
        ({"PATH": "/p/bin:/x:/p/bin", "_VENVHOOK_OLD_PATH": "=/p/bin"}, {"PATH": "/x:/p/bin"}),
        ({"PATH": "/p/bin:/x/p/bin:/p/bin/", "_VENVHOOK_OLD_PATH": "="}, {"PATH": "/x/p/bin:/p/bin/"}),
        ({"PATH": "/p/bin"}, {}),
        ({"PATH": "/p/bin", "_VENVHOOK_OLD_PATH": "="}, {"PATH": ""}),
        ({"PATH": "/x"}, {"PATH": "/x"}),
        ({}, {}),
    ],
)
def test_lists(exported: Environ, expected: Environ) -> None:
    assert undone({**exported, "_VENVHOOK_SET": BIN, "VENVHOOK_PROJECT": "/p"}) == expected


SET = undo.describe([("A", "ours"), ("B", None)], ())


@pytest.mark.parametrize(
    ("exported", "expected"),
    [
        ({"A": "ours"}, {}),
        ({"A": "ours", "_VENVHOOK_OLD_A": "="}, {"A": ""}),
        ({"A": "ours", "_VENVHOOK_OLD_A": "==x", "_VENVHOOK_OLD_B": "=y"}, {"A": "=x", "B": "y"}),
        (
            {"A": "theirs", "B": "theirs", "_VENVHOOK_OLD_A": "=x", "_VENVHOOK_OLD_B": "=y"},
            {"A": "theirs", "B": "theirs"},
        ),
        ({"A": "ours:theirs"}, {"A": "ours:theirs"}),
        ({"_VENVHOOK_OLD_A": "=x"}, {}),
        ({"_VENVHOOK_COMPLETE": "bash_source"}, {"_VENVHOOK_COMPLETE": "bash_source"}),
    ],
)
def test_variables(exported: Environ, expected: Environ) -> None:
    assert undone({**exported, "_VENVHOOK_SET": SET}) == expected


def forged(name: str) -> Environ:
    """What says that NAME was set by a project, and what it was before."""
    return {name: "x", "_VENVHOOK_OLD_" + name: "=old", "_VENVHOOK_SET": undo.describe([(name, "x")], ())}


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "PYTHONPATH",
        "PATH",
        "VIRTUAL_ENV",
        "CONDA_PREFIX",
        "_CE_M",
        "_OLD_VIRTUAL_PATH",
        "_OLD_FISH_PROMPT_OVERRIDE",
        "PYTHONHOME",
    ],
)
def test_what_plans_touch_is_undone(name: str) -> None:
    assert undone(forged(name)) == {name: "old"}


@pytest.mark.parametrize(
    "name",
    [
        "IFS",
        "PS1",
        "HOME",
        "XDG_DATA_HOME",
        "CDPATH",
        "BASH_ENV",
        "LD_PRELOAD",
        "VENVHOOK_X",
        "CONDA_é",
        "CONDA_$(x)",
        "VIRTUAL_ENV[$(x)]",
    ],
)
def test_what_no_plan_touches_is_left_alone(name: str) -> None:
    assert undone(forged(name)) == {name: "x", "_VENVHOOK_OLD_" + name: "=old"}


def test_the_constant_shows_no_value() -> None:
    text = undo.describe([("TOKEN", "secret-value"), ("B", None)], [("PATH", ["/p/bin", "/p/x"])])
    assert text.split()[1] == "B-"
    assert [len(word) for word in text.split()] == [len("TOKEN=") + 8, 2, len("PATH:") + 8 + 1 + 8]
    assert "secret" not in text and "/p" not in text


words = st.text(st.sampled_from("AB_=-:,;$()`'\" 01é\n"), max_size=12) | st.sampled_from(
    ["PATH:", "PATH=", "PATH-", "=", ":", "-", "A[$(x)]=", "a;b-", "é-", "_VENVHOOK_SET-", SET, BIN]
)


@given(st.lists(words), st.dictionaries(st.sampled_from(["A", "PATH", "_VENVHOOK_OLD_A", "_VENVHOOK_OLD_PATH"]), words))
def test_a_forgery_touches_only_variables_with_plain_names(said: list[str], exported: Environ) -> None:
    environ = {**exported, "_VENVHOOK_SET": " ".join(said), "VENVHOOK_PROJECT": "/x"}
    operations = undo.operations(environ)
    assert all(name.isidentifier() and name.isascii() for name, _ in operations)
    assert not any(name.startswith(("VENVHOOK_", "_VENVHOOK_SET")) for name in undone(environ))
    assert undo.operations(undone(environ)) == [("VENVHOOK_PROJECT", None), ("_VENVHOOK_SET", None)]


@pytest.mark.parametrize("environ", [{}, {"_VENVHOOK_SET": ""}, {"VENVHOOK_PROJECT": "/p", "A": "x"}])
def test_nothing_inherited(environ: Environ) -> None:
    assert undone(environ) == {name: value for name, value in environ.items() if name == "A"}
