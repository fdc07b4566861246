"""docs/reference.md has every field of `--json`, with its type and when it is null, and no field that there is not.

The commands are run on projects in all the states that make a difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_cli_home import Home
from test_doctor import Seen
from test_reference import page, spans

from venvhook import doctor, keep, symptoms
from venvhook import pythons as all_pythons
from venvhook.cli import show
from venvhook.cli.doctor import as_data
from venvhook.errors import VenvhookError

TYPES: dict[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool, "object": dict}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


def fields(title: str) -> dict[str, tuple[str, bool]]:
    """What a section says of each field: its type, and whether it can be null."""
    found = {}
    for row in page()[title]:
        ((name,), kind, null) = spans(row[0]), row[1], row[2] != "never"
        found[name] = ("object" if kind == "problem" else kind, null)
        if kind == "problem":
            found.update({f"{name}.{key}": about for key, about in fields("A problem").items()})
    return found


def kind_of(value: object) -> str:
    if isinstance(value, list):
        return f"list of {'objects' if value and isinstance(value[0], dict) else 'strings'}" if value else "list"
    return next(name for name, kind in TYPES.items() if type(value) is kind)


def walk(value: object, named: dict[str, Any], path: str = "") -> Iterator[tuple[str, object]]:
    """Each field in VALUE; where the page NAMED says that names are not fixed, they are NAME."""
    if isinstance(value, dict):
        for key, inner in value.items():
            name = f"{path}NAME" if f"{path}NAME" in named else f"{path}{key}"
            yield name, inner
            yield from walk(inner, named, f"{name}[]." if isinstance(inner, list) else f"{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from walk(inner, named, path)


def check(title: str, samples: list[Any]) -> None:
    """The samples have just the fields that the page has, of its types, and null where and only where it says so."""
    told = fields(title)
    kinds: dict[str, set[str]] = defaultdict(set)
    nulls = set()
    for name, value in (each for sample in samples for each in walk(sample, told)):
        if value is None:
            nulls.add(name)
        else:
            kinds[name].add(kind_of(value))
    assert sorted(kinds) == sorted(told)
    assert {name: sorted(seen - {"list"}) for name, seen in kinds.items()} == {n: [k] for n, (k, _) in told.items()}
    assert sorted(nulls) == sorted(name for name, (_, null) in told.items() if null)


# ---- status ----------------------------------------------------------------------------------------------------------


FULL = (
    'python = "2.6"\ndotenv = [".env", ".env.local"]\n[variables]\nA = "1"\nB = false\n[prepend]\nPYTHONPATH = ["src"]'
)


def executable(path: Path) -> None:
    path.touch()
    path.chmod(0o755)


def projects(home: Home) -> Iterator[None]:
    """The project in one state after the other."""
    yield  # no marker
    home.marker("nope = 1")
    yield
    home.marker("prompt = []")  # an error without a remedy
    yield
    home.marker().write_bytes(b"\xff" * 5000)  # one without a line
    yield
    (home.shop / ".env").write_text("SECRET=1")
    executable(home.environment() / "bin/ls")
    home.allowed(FULL)
    keep.write(keep.place(home.folders.cache, str(home.shop)), ".bash", "")
    home.patch.setenv("VIRTUAL_ENV", str(home.shop / ".venv"))
    home.patch.setenv("VENVHOOK_PROJECT", str(home.shop))
    yield
    home.marker()
    (home.shop / "pyproject.toml").write_text("[tool.poetry\n")
    (home.shop / ".venv/bin/python").unlink()
    yield
    (home.shop / ".venv").rename(home.root / "gone")
    yield  # what poetry would say cannot be read
    conda = home.environment(".conda")
    (conda / "pyvenv.cfg").unlink()
    for folder in ("conda-meta", "etc/conda/activate.d/a.sh"):
        (conda / folder).mkdir(parents=True)
    (conda / "conda-meta/state").write_text('{"env_vars": {"B": "1"}}')
    (home.shop / "pyproject.toml").unlink()
    yield  # one that says nothing of its version, and has scripts that are not run


def test_status(home: Home) -> None:
    samples = [home.run("status", "--json").data for _ in projects(home)]
    bare = show.error_data(VenvhookError("odd"))  # all that there are name a file; that is not promised
    check("status --json", [*samples, {"problem": bare, "environment": {"problem": bare}}])


# ---- list ------------------------------------------------------------------------------------------------------------


def test_list(home: Home) -> None:
    home.environment()
    home.allowed()
    for name, text in (("none", 'venv = "nowhere"'), ("denied", ""), ("gone", "")):
        folder = home.home / name
        folder.mkdir()
        path = home.marker(text, folder)
        assert home.run("deny" if name == "denied" else "allow", str(folder)).status == 0
        if name == "gone":
            path.unlink()
    check("list --json", [home.run("list", "--json").data])


# ---- pythons ---------------------------------------------------------------------------------------------------------


def test_pythons(home: Home) -> None:
    there = all_pythons.own()
    home.patch.setattr(all_pythons, "found", lambda *_: [there])
    samples = [home.run("pythons", "--json", *wish).data for wish in ((), ("--python", "/nowhere/python"))]
    check("pythons --json", samples)


# ---- doctor ----------------------------------------------------------------------------------------------------------


def test_doctor(home: Home) -> None:
    (home.home / ".bashrc").write_text("# with venvhook\n. venvhook\n")
    well = symptoms.Shell(
        Seen(version="5.2", live="cd", dead="PROMPT_COMMAND", microseconds="30", prompt="starship_precmd")
    )
    ill = symptoms.Shell(Seen("it was not done"))
    seen, unanswered = doctor.Diagnosis(), doctor.Diagnosis()
    seen.shells, seen.helper = [well, ill], 0.0123
    seen.add(True, "bash", [VenvhookError("wrong", "/p", 3, "mend it")])
    seen.add(False, "", [VenvhookError("odd")])
    check("doctor --json", [as_data(seen), as_data(unanswered)])
