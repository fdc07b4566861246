"""plan.py: plans have one id exactly when they leave a shell in the same state; names and digests are right."""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venvhook.plan import Plan, digest, harmless

MARKER = ("marker", "/p", "text")


def entering() -> Plan:
    plan = Plan("/p", "/p", [MARKER, ("exists", "/p/.venv")])
    plan.sign, plan.home, plan.bin, plan.name, plan.label = "VIRTUAL_ENV", "/p/.venv", "/p/.venv/bin", "p", "(p) "
    plan.variables, plan.lists = [("VIRTUAL_ENV", "/p/.venv"), ("A", None)], [("PATH", ["/p/.venv/bin"])]
    return plan


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("folder", "/q"),
        ("notice", "a warning"),
        ("sign", "CONDA_PREFIX"),
        ("home", "/q/.venv"),
        ("bin", "/q/.venv/bin"),
        ("name", "q"),
        ("label", "[p] "),
        ("variables", [("VIRTUAL_ENV", "/p/.venv"), ("A", "")]),
        ("variables", [("VIRTUAL_ENV", "/p/.venv")]),
        ("lists", [("PATH", ["/p/.venv/bin", "/p/scripts"])]),
    ],
)
def test_what_a_plan_does_makes_its_id(attribute: str, value: object) -> None:
    other = entering()
    setattr(other, attribute, value)
    assert other.id != entering().id


@pytest.mark.parametrize(
    ("attribute", "value"), [("conditions", ()), ("conditions", (("marker", "/p", "edited"),)), ("project", "/link")]
)
def test_what_a_plan_rests_on_does_not(attribute: str, value: object) -> None:
    other = entering()
    setattr(other, attribute, value)
    assert other.id == entering().id


def test_a_notice_is_another_one_after_an_edit() -> None:
    first, same, edited = (
        Plan("/p", "/p", c, "line") for c in ([MARKER], [MARKER, ("exists", "/x")], [("marker", "/p", "")])
    )
    assert first.id == same.id != edited.id
    assert Plan("/p", "/p", [MARKER], "other").id != first.id


def test_what_a_plan_touches() -> None:
    plan = entering()
    assert plan.names == ["VIRTUAL_ENV", "A", "PATH"]
    assert [name for name, _ in plan.exports()] == ["VENVHOOK_PROJECT", "_VENVHOOK_SET"]
    assert plan.exports()[0][1] == plan.folder


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("shop-3.12 é日", "shop-3.12 é日"),
        ("a\\b`c$d%e!f", "a_b_c_d_e_f"),
        ("a\nb\x1b[1m\x7f", "a_b_[1m_"),
        ("\u202eabc\u2028\udcff", "_abc__"),
        ("", ""),
    ],
)
def test_harmless(name: str, shown: str) -> None:
    assert harmless(name) == shown


@given(st.text(st.characters()))
def test_harmless_leaves_nothing_that_expands_or_controls(name: str) -> None:
    shown = harmless(name)
    assert len(shown) == len(name)
    assert not any(c in "\\`$%!" or unicodedata.category(c)[0] == "C" for c in shown)
    assert harmless(shown) == shown


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["\udcff", "é", ""]))
def test_digest(text: str) -> None:
    assert digest(text) == hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]


@pytest.mark.parametrize("missing", [[], ["_sha2"], ["_sha256"], ["_sha2", "_sha256"]], ids=" ".join)
def test_digest_on_every_python(missing: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for module in missing:
        monkeypatch.setitem(sys.modules, module, None)
    measure: Callable[[str], str] = digest
    assert measure("abc") == "ba7816bf8f01cfea"
