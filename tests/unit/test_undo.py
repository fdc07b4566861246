"""undo.py: from what is exported alone, an inherited project is undone; edits stay; a forgery does no harm."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from model import Environ, edited, edits, entered, environs, left, plans

from venvhook import undo
from venvhook.plan import Effect, Plan, merged
from venvhook.system import LINUX, MACOS, WINDOWS, System, fold, folded, join_list


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
        ({"_VENVHOOK_OLD_A": "=x", "_VENVHOOK_OLD_C": "=x"}, {}),
        ({"_VENVHOOK_COMPLETE": "bash_source"}, {"_VENVHOOK_COMPLETE": "bash_source"}),
    ],
)
def test_variables(exported: Environ, expected: Environ) -> None:
    assert undone({**exported, "_VENVHOOK_SET": SET}) == expected


# ---- every system ----------------------------------------------------------------------------------------------------

SYSTEMS = pytest.mark.parametrize("system", [LINUX, MACOS, WINDOWS], ids=lambda system: system.name)
NAMES = ("foo", "Foo", "FOO", "b_2", "B_2")
values = st.text(st.sampled_from("ab=;:\\ é"), max_size=4)
effects = st.lists(st.builds(Effect, st.sampled_from(NAMES), st.none() | values), max_size=5)
places = st.sampled_from(["/p/bin", "/a", "C", "c", "/é x", ""])


@st.composite
def systems_plans(draw: st.DrawFn, system: System) -> Plan:
    """A plan as the effects of files and of a marker make it on SYSTEM, with names in any case."""
    plan = Plan("/p", "/p", ())
    plan.variables = merged([Effect("VIRTUAL_ENV", "/p/.venv"), *draw(effects)], system)
    taken = {fold(name, system) for name, _ in plan.variables}
    lists = [("PATH", ["/p/bin"]), (draw(st.sampled_from(["PYTHONPATH", "PythonPath", *NAMES])), ["/p/x", "/a"])]
    plan.lists = [each for each in lists if fold(each[0], system) not in taken]
    return plan


@st.composite
def shells_environs(draw: st.DrawFn, system: System) -> Environ:
    """What is exported outside, each variable in a case of its own."""
    texts = values | st.lists(places, max_size=3).map(lambda folders: join_list(folders, system))
    names = st.sampled_from([*NAMES, "PATH", "Path", "PYTHONPATH", "PythonPath", "VIRTUAL_ENV"])
    found: dict[str, tuple[str, str]] = {}
    for name, value in draw(st.dictionaries(names, texts)).items():
        found.setdefault(fold(name, system), (name, value))
    return dict(found.values())


@SYSTEMS
@given(st.data())
def test_without_edits_all_is_as_before_on_every_system(system: System, data: st.DataObject) -> None:
    """What a nested shell is handed on, and Python folds where names have no case, gives all of it back."""
    plan, before = data.draw(systems_plans(system)), data.draw(shells_environs(system))
    now = entered(before, plan, system)
    assert undo.outside(now, system) == folded(before, system)
    operations = [fold(name, system) for name, _ in undo.operations(now, system)]
    assert len(operations) == len(set(operations)), "a variable that is set twice"


@SYSTEMS
@given(effects)
@example([Effect("foo", "dotenv's", ".env"), Effect("FOO", "the marker's")])
def test_the_later_of_two_names_wins(system: System, effects: list[Effect]) -> None:
    found = merged(effects, system)
    expected = {fold(effect.name, system): effect.value for effect in effects}
    assert {fold(name, system): value for name, value in found} == expected
    assert len(found) == len(expected)


def test_names_are_handed_on_in_capitals_by_windows() -> None:
    """A plan's `foo` was set: Python on Windows shows all in capitals, whatever the shell wrote."""
    said = {"_VENVHOOK_SET": undo.describe([("foo", "ours"), ("b_2", None)], [("PythonPath", ["C:\\p"])])}
    exported = {"foo": "ours", "_VENVHOOK_OLD_foo": "=mine", "_VENVHOOK_OLD_b_2": "=b"}
    exported |= {"PythonPath": "C:\\p;C:\\p;D:\\x", "_VENVHOOK_OLD_PythonPath": "=C:\\p;"}
    mine = {"FOO": "mine", "B_2": "b", "PYTHONPATH": "C:\\p;D:\\x"}
    assert undo.outside({**exported, **said}, WINDOWS) == mine
    assert undo.outside({name.upper(): value for name, value in {**exported, **said}.items()}, WINDOWS) == mine


@pytest.mark.parametrize(("system", "expected"), [(LINUX, {}), (WINDOWS, {"A": "mine"})], ids=["linux", "windows"])
def test_an_empty_value_removes_a_variable_on_windows(system: System, expected: Environ) -> None:
    """PowerShell before 7.5 has no empty values there. Elsewhere the user has unset the variable, and that stays."""
    exported = {"_VENVHOOK_OLD_A": "=mine", "_VENVHOOK_SET": undo.describe([("A", "")], ())}
    assert undo.outside(exported, system) == expected


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
        "_OLD_VIRTUAL_PYTHONHOME",
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
    """What it is said to have been before goes, where its name is one that a shell can unset without evaluating it."""
    old = {} if name.isascii() and name.isidentifier() else {"_VENVHOOK_OLD_" + name: "=old"}
    assert undone(forged(name)) == {name: "x", **old}


@pytest.mark.parametrize("name", ["_OLD_VIRTUAL_PS1", "_OLD_FISH_PROMPT_OVERRIDE"])
@pytest.mark.parametrize("now", [None, "x"])
def test_a_prompt_never_comes_back(name: str, now: str | None) -> None:
    """A shell expands its prompt, so that would run what is in there. No activate script exports it."""
    old = {"_VENVHOOK_OLD_" + name: "=$(touch PWNED)", "_VENVHOOK_SET": undo.describe([(name, now)], ())}
    given = {} if now is None else {name: now}
    assert undone({**given, **old, "VENVHOOK_PROJECT": "/p"}) == given


@pytest.mark.parametrize("said", ["", "A-", "A- B=00000000", "A" * 5000])
def test_all_that_is_ours_goes(said: str) -> None:
    """Else a shell that enters and leaves a project would give the variable a value that nobody had."""
    ours = {f"_VENVHOOK_OLD_{name}": "=x" for name in ("A", "B", "C", "PATH", "PS1", "_OLD_VIRTUAL_PS1", "")}
    user = {"_VENVHOOK_COMPLETE": "bash_source", "VENVHOOK_CEILING": "/net", "_VENVHOOK_OLD_é": "", "C": "c"}
    left = undone({**ours, **user, "_VENVHOOK_SET": said})
    assert {name: value for name, value in left.items() if name != "A"} == user
    assert undo.outside({**ours, **user, "_VENVHOOK_SET": said}) == left


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
