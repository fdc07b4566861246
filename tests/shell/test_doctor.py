"""doctor in live shells: each answers its question, and what is really in the way is found, with a remedy that works.

Guards scenario 26 (and 48, as far as doctor has to tell).
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .dialects import Dialect
from .world import BASE_PATH, Installation, environ_of

TRIGGERS = {
    "bash": {"PROMPT_COMMAND", "cd", "pushd", "popd"},
    "zsh": {"precmd_functions", "chpwd_functions"},
    "fish": {"fish_prompt", "PWD"},
    "pwsh": {"prompt", "LocationChangedAction"},
}


class Patient:
    """A home in which venvhook is installed for one shell, the only one on PATH."""

    def __init__(self, root: Path, dialect: Dialect, python: str) -> None:
        self.dialect, self.python, self.home = dialect, python, root / "home"
        self.home.mkdir(parents=True)
        self.variables = {**environ_of(self.home), "PATH": str(self._tools(root / "bin"))}
        self.rc = self.home / dialect.installed_rc[0]
        self.venvhook("install")

    def _tools(self, folder: Path) -> Path:
        """A folder with all that BASE_PATH has but for the other shells."""
        folder.mkdir()
        for place in BASE_PATH.split(":"):
            for name in os.listdir(place) if os.path.isdir(place) else ():
                if name in ("bash", "zsh", "fish", "pwsh", self.dialect.name) and name != self.dialect.name:
                    continue
                if not (folder / name).is_symlink():
                    (folder / name).symlink_to(os.path.join(place, name))
        if not (folder / self.dialect.name).is_symlink():
            (folder / self.dialect.name).symlink_to(self.dialect.program)
        return folder

    def venvhook(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self.python, "-I", "-m", "venvhook", *arguments]
        return subprocess.run(
            command, env=self.variables, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90
        )

    def examined(self) -> tuple[int, Any]:
        """The exit status of doctor, and its data."""
        done = self.venvhook("doctor", "--json")
        assert not done.stderr, done.stderr
        return done.returncode, json.loads(done.stdout)

    def add(self, text: str) -> None:
        """Write lines behind what the installer wrote."""
        with open(self.rc, "a") as file:
            file.write(text + "\n")


@pytest.fixture
def patient(shell: Dialect, installation: Installation, tmp_path: Path) -> Iterator[Patient]:
    yield Patient(Path(os.path.realpath(tmp_path)) / "a place", shell, installation.python)


def test_a_shell_that_works(patient: Patient) -> None:
    status, data = patient.examined()
    assert data["findings"] == []
    assert (status, data["works"]) == (0, True)
    (shell,) = data["shells"]
    assert shell["works"] and shell["shell"] == patient.dialect.name and shell["version"][0].isdigit()
    assert shell["loaded_by"] == [{"path": str(patient.rc), "line": 1}]
    assert shell["triggers"] == dict.fromkeys(TRIGGERS[patient.dialect.name], True)
    assert shell["prompt"] == "the name is in the prompt"
    assert 0 <= shell["microseconds"] < 100_000
    assert shell["neighbours"] == []
    assert 0 < data["helper"] < 10_000


REPLACED = {
    "bash": ("PROMPT_COMMAND=true", "PROMPT_COMMAND"),
    "zsh": ("precmd_functions=(true)", "precmd_functions"),
}


@pytest.mark.scenario(26)
@pytest.mark.shells("bash", "zsh")
def test_what_replaces_a_trigger_is_found_and_the_remedy_works(patient: Patient) -> None:
    line, trigger = REPLACED[patient.dialect.name]
    patient.add(line)
    _, data = patient.examined()
    assert data["shells"][0]["triggers"][trigger] is False
    (finding,) = data["findings"]
    assert (finding["path"], finding["line"]) == (str(patient.rc), 4)
    for command in finding["remedy"].partition(": ")[2].split("; "):
        assert patient.venvhook(*command.split()[1:]).returncode == 0
    assert patient.examined()[1]["findings"] == []


@pytest.mark.scenario(26)
@pytest.mark.shells("bash")
def test_a_cd_of_another_tool_that_does_not_chain(patient: Patient) -> None:
    patient.add('cd() { builtin cd "$@"; }; __zoxide_hook() { :; }')
    status, data = patient.examined()
    assert status == 1
    (finding,) = data["findings"]
    assert finding["serious"] and "cd" in finding["problem"] and finding["line"] == 4
    assert [each["name"] for each in data["shells"][0]["neighbours"]] == ["zoxide"]
    assert "sys.prefix" in data["shells"][0]["transcript"]


def test_an_alias_that_hides_the_environments_python(patient: Patient) -> None:
    """The line that sets it is named; one that is found on PATH hides nothing."""
    patient.add(patient.dialect.alias("pip3", "pip"))
    patient.add(patient.dialect.alias("python", "/usr/bin/env"))
    status, data = patient.examined()
    assert status == 1
    (finding,) = data["findings"]
    assert finding["serious"] and finding["path"] == str(patient.rc)
    assert finding["problem"] == "python is an alias, and runs in place of the environment's python"


def test_switched_off(patient: Patient) -> None:
    patient.add(patient.dialect.export("VENVHOOK_DISABLE", "1"))
    status, data = patient.examined()
    assert status == 1
    (finding,) = data["findings"]
    assert finding["serious"] and "VENVHOOK_DISABLE" in finding["problem"] and finding["line"] == 4


@pytest.mark.shells("bash", "zsh", "fish")
def test_a_hook_that_is_not_loaded(patient: Patient) -> None:
    patient.rc.write_text("")
    status, data = patient.examined()
    (finding,) = data["findings"]
    assert status == 1 and finding["serious"]
    assert f"venvhook install --shell {patient.dialect.name}" in finding["remedy"]


@pytest.mark.scenario(48)
@pytest.mark.shells("bash", "zsh", "fish")
def test_files_that_are_gone(patient: Patient) -> None:
    for file in (patient.home / ".local/share/venvhook/hook").glob("plan-2.*"):
        file.unlink()
    status, data = patient.examined()
    assert status == 1
    assert any(
        "cannot be read" in each["problem"] and "venvhook install" in each["remedy"] for each in data["findings"]
    )


@pytest.mark.shells("bash")
def test_nothing_is_left_in_the_home(patient: Patient) -> None:
    def files() -> set[str]:
        kept = [path for path in patient.home.rglob("*") if path.is_file()]
        return {str(path) for path in kept}

    before = files()
    assert patient.venvhook("doctor").returncode == 0
    assert files() == before


@pytest.mark.shells("bash")
def test_it_is_told_plainly(patient: Patient) -> None:
    patient.variables.update({"NO_COLOR": "1", "LC_ALL": "C", "COLUMNS": "40"})
    done = patient.venvhook("doctor")
    assert done.returncode == 0 and done.stderr == ""
    assert "bash" in done.stdout and ": works\n" in done.stdout and "\x1b" not in done.stdout
    assert done.stdout.isascii()


@pytest.mark.shells("fish")
def test_a_prompt_that_an_earlier_version_let_be_saved_is_found(patient: Patient) -> None:
    """Saved inside a project, it called a private function, which no other shell knows."""
    functions = patient.home / ".config/fish/functions"
    functions.mkdir(parents=True)
    (functions / "fish_prompt.fish").write_text(
        "function fish_prompt\n    _venvhook_show i $status\n    _venvhook_prompt_i $argv\nend\n"
    )
    (functions / "mine.fish").write_text("function mine\nend\n")
    _, data = patient.examined()
    (path,) = [each["path"] for each in data["findings"] if "earlier venvhook" in each["problem"]]
    assert path == str(functions / "fish_prompt.fish")
