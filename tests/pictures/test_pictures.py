"""The README's pictures: they are well-formed, show nothing of this machine, and are those that the command makes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.shell.conftest import shells_are_required

from . import chart, session
from .__main__ import FOLDER, main

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
AGAIN = "the picture is not what the command makes now: python -m tests.pictures"
DATA = {
    "machine": {"cpu": "a <cpu>", "cores": 2, "system": "a system"},
    "versions": {"one": "1", "two": "2"},
    "command": "measure",
    "rows": [
        {"shell": "bash", "tool": "one", "work": "prompt", "microseconds": 20},
        {"shell": "bash", "tool": "two", "work": "prompt", "microseconds": 2000},
        {"shell": "bash", "tool": "two", "work": "cd", "processes": 3},
        {"shell": "bash", "tool": "three", "work": "cd", "microseconds": 1},
        {"shell": "zsh", "tool": "one", "work": "cd", "microseconds": 200, "processes": 0},
        {"shell": "zsh", "tool": "two", "work": "cd", "microseconds": 0},
    ],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the picture of a session that has just been held."""
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    folder = tmp_path_factory.mktemp("pictures")
    main(folder)
    return folder


def texts(picture: str) -> list[str]:
    """The pieces of text in a picture, from top to bottom; versions of Python differ between machines."""
    found = ElementTree.fromstring(picture).iter(f"{SVG}text")
    return [re.sub(r"3\.\d+(\.\d+\w*)?", "3.x", str(each.text)) for each in found]


def test_a_session_shows_entering_and_leaving(made: Path) -> None:
    shown = "\n".join(texts((made / "session.svg").read_text()))
    assert "(shop)\n~/shop\n$ which python\n/home/me/shop/.venv/bin/python\n" in shown
    assert "~\n$ cd shop" in shown and "&& which python3\n/usr/bin/python3\n" in shown
    assert shown.endswith("$ deactivate\n~/shop/src\n$")


def rows(root: Path, shell: str) -> list[str]:
    """The rows of a session, with the shell's name taken out."""
    root.mkdir()
    shown = ["".join(words for words, _ in row).rstrip() for row in session.record(root, shell)]
    return [row.replace(f" for {shell}:", " for the shell:") for row in shown]


@pytest.mark.parametrize("shell", [shell for shell in session.PROMPTS if shell != "bash"])
def test_the_same_session_in_the_other_shells(tmp_path: Path, shell: str) -> None:
    """Row for row what the README's picture shows."""
    if shutil.which(shell) is None:
        assert not shells_are_required(), f"{shell} is not installed"
        pytest.skip(f"{shell} is not installed")
    assert rows(tmp_path / "other", shell) == rows(tmp_path / "bash", "bash")


def test_a_session_shows_nothing_of_the_machine_and_runs_nothing(made: Path) -> None:
    picture = (made / "session.svg").read_text()
    assert [place for place in (str(ROOT), str(made), "/tmp/", "/var/", "python-") if place in picture] == []
    assert {each.tag for each in ElementTree.fromstring(picture).iter()} == {
        SVG + tag for tag in ("svg", "title", "style", "rect", "text")
    }
    assert "url(" not in picture and len(picture) < 20_000


def test_the_session_in_the_readme_is_how_it_is(made: Path) -> None:
    there, now = ((folder / "session.svg").read_text() for folder in (FOLDER, made))
    assert texts(there) == texts(now), AGAIN


def test_without_numbers_there_is_no_chart(made: Path, capfd: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("tests.pictures.session.record", lambda *_: [[("", "default")]])
    main(made / "none")
    assert capfd.readouterr().err.startswith(f"no {made}/none/benchmark.json, so no benchmark.svg; ")
    assert not (made / "none/benchmark.svg").exists()


def widths(picture: ElementTree.Element, kind: str) -> list[float]:
    return [float(each.attrib["width"]) for each in picture.iter(f"{SVG}rect") if each.get("class") == kind]


def test_a_chart_has_a_bar_for_each_time() -> None:
    picture = ElementTree.fromstring(chart.draw(DATA))
    _, *one = widths(picture, "tool0")  # behind its place in the legend
    _, *two = widths(picture, "tool1")
    assert (len(one), len(two)) == (2, 2)
    assert two[1] < one[0] < one[1] < two[0]
    assert widths(picture, "tool2") == []  # it is not in every shell
    assert {"bash", "zsh", "prompt", "cd", "20 µs", "200 µs", "2.0 ms", "2 × a <cpu>, a system"} <= {
        each.text for each in picture.iter(f"{SVG}text")
    }


@pytest.mark.parametrize(
    ("took", "said"), [(0, "0"), (9.97, "10.0 µs"), (14.4, "14 µs"), (999.9, "1000 µs"), (4800, "4.8 ms")]
)
def test_times_are_told(took: float, said: str) -> None:
    assert chart.told(took) == said


def test_the_chart_in_the_readme_is_that_of_the_numbers() -> None:
    picture = FOLDER / "benchmark.svg"
    assert picture.exists() == ("benchmark.svg" in (ROOT / "README.md").read_text())
    if picture.exists():
        assert picture.read_text() == chart.draw(json.loads((FOLDER / "benchmark.json").read_text())), AGAIN
