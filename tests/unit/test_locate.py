"""locate/__init__.py, search.py: which place is the environment's, in which order, and what the answer rests on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pytest

from venvhook.errors import VenvhookError
from venvhook.locate import Search, locate, resolve
from venvhook.locate.search import Candidate
from venvhook.marker import Marker

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
Make = Callable[..., Path]
HOME = {"HOME": "/home/u"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".venv", "/p/.venv"),
        ("../shared/env", "/shared/env"),
        ("./a/.//b/", "/p/a/b"),
        ("/abs/env/", "/abs/env"),
        ("~", "/home/u"),
        ("~/envs/x", "/home/u/envs/x"),
        ("~other/x", "/p/~other/x"),
        ("a~/x", "/p/a~/x"),
        ("$HOME/x", "/p/$HOME/x"),
        (".", "/p"),
        ("../../..", "/"),
    ],
)
def test_resolve(path: str, expected: str) -> None:
    assert resolve("/p", path, HOME) == expected


def test_a_relative_place_is_a_defect() -> None:
    for path in ("", "shop", "./shop", "../shop", "~/shop"):
        with pytest.raises(AssertionError, match="gives a relative path"):
            Candidate("uv", path, "any")
    assert Candidate("uv", "/a//b/../c", "any").path == "/a/c"


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ([".venv"], ".venv"),
        ([".venv", "venv", "env"], ".venv"),
        (["virtualenv", ".env", "env", "venv"], "venv"),
        (["virtualenv", ".env", "env"], "env"),
        (["virtualenv", ".env"], ".env"),
        (["virtualenv"], "virtualenv"),
        (["other"], None),
        ([], None),
    ],
)
def test_the_order_of_the_usual_places(
    tmp_path: Path, make_environment: Make, there: list[str], chosen: str | None
) -> None:
    for name in there:
        make_environment(tmp_path / name)
    search = locate(str(tmp_path), Marker(), HOME)
    assert (search.found and search.found.root) == (chosen and str(tmp_path / chosen))
    assert (search.problem is None) is (chosen is not None)
    assert [candidate.path for candidate in search.candidates][-1] == str(tmp_path / (chosen or ".venv"))
    assert all(candidate.why for candidate in search.candidates)


def test_a_broken_dot_venv_is_not_passed_over(tmp_path: Path, make_environment: Make) -> None:
    make_environment(tmp_path / "venv")
    (tmp_path / ".venv").mkdir()
    search = locate(str(tmp_path), Marker(), HOME)
    assert search.found is None
    assert search.problem is not None and search.problem.path == str(tmp_path / ".venv")


def test_the_named_one_is_the_only_one(tmp_path: Path, make_environment: Make) -> None:
    make_environment(tmp_path / ".venv")
    make_environment(tmp_path / "named")
    named = locate(str(tmp_path), Marker(venv="named"), HOME)
    assert named.found is not None and named.found.root == str(tmp_path / "named")
    missing = locate(str(tmp_path), Marker(venv="missing"), HOME)
    assert missing.found is None and missing.problem is not None
    assert [candidate.path for candidate in missing.candidates] == [str(tmp_path / "missing")]


def test_folders_that_only_have_the_name_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()
    (tmp_path / ".env").write_text("A=b")
    search = locate(str(tmp_path), Marker(), HOME)
    assert search.problem is not None and search.problem.path == str(tmp_path / ".venv")


def test_what_a_find_rests_on(tmp_path: Path, make_environment: Make) -> None:
    root = make_environment(tmp_path / "env")
    search = locate(str(tmp_path), Marker(), HOME)
    nearer = [("absent", f"{tmp_path}/.venv"), ("absent", f"{tmp_path}/venv/pyvenv.cfg")]
    assert search.conditions == [*nearer, ("exists", f"{root}/pyvenv.cfg"), ("exists", f"{root}/bin/python")]


# ---- What rules read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected", "asked"),
    [
        ("~", "/h", "HOME"),
        ("~/x", "/h/x", "HOME"),
        ("~x", "/p/~x", ""),
        ("$A/x", "/a/x", "A"),
        ("${A}x", "/ax", "A"),
        ("${A}/x}", "/a/x}", "A"),
        ("x$B$B", "/p/xbb", "B"),
        ("$Aé", "/aé", "A"),
        ("$A_/x", "/p/$A_/x", "A_"),
        ("${NONE}/x", "/p/${NONE}/x", "NONE"),
        ("a$/x", "/p/a$/x", ""),
        ("", "/p", ""),
    ],
)
def test_expanded_paths(path: str, expected: str, asked: str) -> None:
    environ = {"HOME": "/h", "A": "/a", "B": "b"}
    search = Search("/p", environ)
    assert search.expand(path) == expected
    assert search.conditions == [("variable", name, environ.get(name)) for name in asked.split()]


def test_a_place_is_listed_once_with_what_says_most_of_it(tmp_path: Path, make_environment: Make) -> None:
    there, gone = str(make_environment(tmp_path / "there")), str(tmp_path / "gone")
    search = Search(str(tmp_path), {})
    for manager, path in (("venv", gone), ("pdm", gone), ("venv", gone), ("venv", there), ("pdm", there)):
        assert search.look(Candidate(manager, path, "a reason")) is (path == there)
    assert [(each.manager, each.path) for each in search.candidates] == [("pdm", gone), ("venv", there)]
    assert search.chosen is search.candidates[1]


def test_values_of_a_managers_file(tmp_path: Path) -> None:
    path = str(tmp_path / "x.toml")
    (tmp_path / "x.toml").write_bytes(b'\xef\xbb\xbfa = "x"\nempty = ""\nlist = ["y"]\nn.b = "z\\u0000"\n')
    search = Search(str(tmp_path), {})
    assert (search.text(path) or "").startswith("a =")
    assert [search.string(path, key) for key in ("a", "empty", "list", "none")] == ["x", None, None, None]
    assert search.value(path, "list") == ["y"]
    with pytest.raises(VenvhookError, match=r"n\.b holds a NUL"):
        search.value(path, "n", "b")
    assert search.value(str(tmp_path / "missing"), "a") is None
