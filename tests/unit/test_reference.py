"""docs/reference.md and the code say the same: every key, command, option, variable and status, and no other."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from platformdirs.macos import MacOS
from platformdirs.unix import Unix
from test_cli_home import PACKAGE, Home

from venvhook import cli, config, create, install, marker, names, rcfile
from venvhook.cli import run
from venvhook.cli.app import app
from venvhook.shells import SHELLS
from venvhook.system import LINUX, WINDOWS

SECTION = re.compile(r"^#{2,} (.*)\n((?:(?!#).*\n)*)", re.MULTILINE)
TYPES = {"string": str, "boolean": bool, "list of strings": tuple, "table": tuple}


def spans(text: str) -> list[str]:
    """What stands in back quotes."""
    return re.findall(r"`([^`]+)`", text)


def page() -> dict[str, list[list[str]]]:
    """The rows of the page's tables, cell by cell, by the sections' titles."""
    found = {}
    for title, text in SECTION.findall((PACKAGE / "docs/reference.md").read_text()):
        lines = [line for line in text.split("\n") if line.startswith("|")]
        found[title.strip("`")] = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
    return found


def first(title: str) -> list[str]:
    """What the first column of a section's table names; each is named once."""
    found = [name for row in page()[title] for name in spans(row[0])]
    assert len(found) == len(set(found))
    return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


# ---- Keys ------------------------------------------------------------------------------------------------------------


def test_keys() -> None:
    assert first("The marker") == list(marker.KEYS)
    assert first("config.toml") == list(config.KEYS)
    assert first("Managers") == list(marker.MANAGERS)


@pytest.mark.parametrize("row", page()["The marker"], ids=lambda row: row[0])
def test_each_example_of_a_marker_sets_its_key_to_its_type(row: list[str]) -> None:
    (key,), (example,) = spans(row[0]), spans(row[4])
    meaning = marker.parse(example.encode(), "M")
    assert isinstance(getattr(meaning, key), TYPES[row[1]])
    assert [name for name in marker.KEYS if getattr(meaning, name)] == [key]


@pytest.mark.parametrize("row", page()["config.toml"], ids=lambda row: row[0])
def test_each_example_of_a_setting_sets_its_key_to_its_type(row: list[str]) -> None:
    (key,), (example,) = spans(row[0]), spans(row[4])
    changed, default = config.parse(example.encode(), "C", "/home/me"), config.Config()
    assert isinstance(getattr(changed, key), TYPES[row[1]])
    assert [name for name in config.KEYS if getattr(changed, name) != getattr(default, name)] == [key]


def test_names_that_are_refused() -> None:
    for name in first("Names that are refused"):
        assert names.refuse(name.replace("…", "_X")), name


# ---- Commands --------------------------------------------------------------------------------------------------------


def parameters(command: Any) -> set[tuple[str, ...]]:
    """The arguments and options of a command, as the page names them."""
    found = set()
    for each in command.params:
        if each.param_type_name == "argument":
            found.add((each.metavar,))
        elif not each.hidden:
            value = "" if each.is_flag else f" {each.metavar}"
            found.add(tuple(name + value for name in each.opts))
    return found


def test_commands_their_arguments_and_their_options() -> None:
    group: Any = typer.main.get_command(app)
    commands = {"venvhook": group, **group.commands}
    sections = page()
    titles = list(sections)
    told = titles[titles.index("Commands") + 1 : titles.index("install.sh")]
    assert told == [name for name, command in commands.items() if not command.hidden]
    for name in told:
        rows = [tuple(spans(row[0])) for row in sections[name]]
        assert len(rows) == len(set(rows))
        assert set(rows) == parameters(commands[name]), name


def test_options_of_the_installer() -> None:
    usage = (PACKAGE / "install.sh").read_text().partition("\nEOF\n")[0]
    words = re.findall(r"\[(--[^]]+)\]", usage)
    assert [name for name in first("install.sh") if name != "-h"] == words


def test_exit_statuses() -> None:
    ours = {0, 1, 2, cli.INTERRUPTED, cli.UNREAD, run.NOT_EXECUTABLE, run.NOT_FOUND}
    assert {int(status) for status in first("Exit statuses")} == ours


# ---- Variables -------------------------------------------------------------------------------------------------------


def test_variables_of_our_own() -> None:
    sources = [*(PACKAGE / "venvhook").rglob("*.py"), *(PACKAGE / "shell").iterdir()]
    text = "\n".join(path.read_text() for path in sources)
    used = {name.rstrip("_") for name in re.findall(r"(?<![@\w])_?VENVHOOK_[A-Z_]+", text)}
    olds = {name for name in used if name.startswith("_VENVHOOK_OLD")}
    told = [*first("Set by you"), *first("Set while inside"), *first("Only for venvhook")]
    assert {name for name in told if "VENVHOOK" in name} == used - olds | {"_VENVHOOK_OLD_NAME"}


def touched(home: Home) -> set[str]:
    """What entering the project that a home is in sets, unsets or notes."""
    found = home.inside()
    names = {re.split("[-=:]", word)[0] for word in found["_VENVHOOK_SET"].split()}
    assert names
    olds = {"_VENVHOOK_OLD_NAME" for name in found if name.startswith("_VENVHOOK_OLD_")}
    return names | olds | {"VENVHOOK_PROJECT", "_VENVHOOK_SET"}


def test_variables_that_entering_sets(home: Home) -> None:
    home.environment()
    home.allowed()
    seen = touched(home)
    root = home.environment("conda")
    (root / "pyvenv.cfg").unlink()
    (root / "conda-meta").mkdir()
    home.allowed('venv = "./conda"\nmanager = "conda"')
    home.patch.setenv("CONDA_SHLVL", "1")
    home.patch.setenv("CONDA_PREFIX", "/base")
    seen |= touched(home)
    assert seen == {*first("Set while inside"), *first("Only for venvhook")}


def test_variables_of_others() -> None:
    used = {LINUX.home, WINDOWS.home}
    for path in [*(PACKAGE / "venvhook/locate").glob("*.py"), PACKAGE / "venvhook/pythons.py"]:
        used |= {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    spelled = re.compile("[A-Z]+(_[A-Z]*)+|CONDARC|PYENV|SCOOP")
    variables = {name for name in used if isinstance(name, str) and spelled.fullmatch(name)}
    prefixes = tuple(name for name in variables if name.endswith("_"))
    told = first("Of others")
    platform = {"HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "PROGRAMDATA"}
    assert platform <= used
    assert {name for name in told if not name.startswith(prefixes)} - platform == {
        name for name in variables if not name.startswith(prefixes)
    }
    assert all(any(name.startswith(prefix) for name in told) for prefix in prefixes)


# ---- Files -----------------------------------------------------------------------------------------------------------


def test_what_lies_where(home: Home) -> None:
    home.patch.delenv("XDG_CONFIG_HOME", raising=False)
    home.patch.delenv("ZDOTDIR", raising=False)
    places = [place for row in page()["What lies where"] for place in spans(row[0])]
    for shell in SHELLS:
        (path,) = install.startup_files(shell)
        assert os.path.relpath(path, home.home).replace(".config/", "") in {place.replace("~/", "") for place in places}
    home.allowed()
    assert home.run("install", "--shell", "bash", "--no-rc").status == 0
    assert {f"{name}/" for name in os.listdir(home.folders.data)} < set(places)
    assert {config.NAME, f"…{rcfile.BACKUP}", f"{create.ASIDE}…", f"{create.GONE}…"} < set(places)


def test_folders_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    rows = {row[0]: row[1:] for row in page()["Files and folders"]}
    for column, system in enumerate((Unix, MacOS)):
        dirs = system("venvhook", appauthor=False)
        expected = dirs.user_data_dir, dirs.user_cache_dir, dirs.user_config_dir
        told = (os.path.expanduser(*spans(rows[name][column])) for name in ("data", "cache", "configuration"))
        assert tuple(told) == expected


# ---- Links -----------------------------------------------------------------------------------------------------------

PAGES = sorted(str(path.relative_to(PACKAGE)) for path in (PACKAGE / "docs").glob("*.md"))


def anchors(path: Path) -> set[str]:
    """What a link to a section may be called: its title, as code hosts shorten it."""
    titles = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *PAGES])
def test_links_lead_somewhere(name: str) -> None:
    path = PACKAGE / name
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if not link.startswith("https:"):
            file, _, anchor = link.partition("#")
            target = path.parent / file if file else path
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link
