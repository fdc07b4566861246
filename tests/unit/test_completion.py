"""What completion offers is what the commands take; each shell's text holds it whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from venvhook import completion, hookfiles, pythons
from venvhook.cli import main
from venvhook.folders import Folders
from venvhook.shells import SHELLS


def rows() -> list[list[str]]:
    return [line.split("|") for line in completion.table().split("\n")]


def words(command: str) -> dict[str, str]:
    return {word: takes for name, word, takes, _ in rows() if name == command and word}


def arguments(command: str) -> list[str]:
    return [takes for name, word, takes, _ in rows() if name == command and not word]


def test_every_row_has_four_fields_and_nothing_that_a_shell_or_terminal_could_mistake() -> None:
    for row in rows():
        assert len(row) == 4, row
        assert all(field.isprintable() for field in row)


def test_commands_and_their_options_and_arguments() -> None:
    assert {"allow", "create", "run", "doctor", "completion", "--version", "--help"} <= set(words(""))
    assert {"--python": "@python", "--no-install": "", "--help": ""}.items() <= words("create").items()
    assert words("install")["--shell"].split() == list(SHELLS)
    assert "poetry" in words("init")["--manager"].split()
    assert arguments("allow") == ["@folder"]
    assert arguments("plan") == [" ".join(SHELLS), "@folder"]
    assert arguments("which") == ["@command"]
    assert arguments("run") == ["@line"]
    assert arguments("prune") == []


def test_what_is_hidden_is_not_offered() -> None:
    assert "--names" not in words("pythons")


@pytest.mark.parametrize("shell", SHELLS)
def test_it_is_printed(shell: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["completion", shell], Folders("/d", "/c", "/s", "/h")) == 0
    text = capfdbinary.readouterr().out
    assert text == hookfiles.completion(shell)
    assert b"@VENVHOOK" not in text
    assert b"uninstall" in text and b"Make the environment" in text


def test_python_names_are_those_of_files(tmp_path: Path) -> None:
    for name in (
        "one/python3.12",
        "one/python3.9",
        "two/python3.12",
        "two/pypy3.10",
        "two/python3",
        "two/python3.9-config",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for name in ("3.11.4", "pypy3.10-7.3.15", "shop"):
        (tmp_path / "pyenv/versions" / name).mkdir(parents=True)
    path = os.pathsep.join([str(tmp_path / "one"), str(tmp_path / "missing"), str(tmp_path / "two")])
    found = pythons.names({"PATH": path, "PYENV_ROOT": str(tmp_path / "pyenv")})
    assert found == ["3.12", "3.11.4", "3.9", "pypy3.10"]


def test_python_names_are_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "python3.12").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert main(["pythons", "--names"], Folders("/d", "/c", "/s", "/h")) == 0
    assert capsys.readouterr().out == "3.12\n"


@pytest.mark.parametrize("grammar", ["tree_sitter_pwsh", "tree_sitter_powershell"])
def test_syntax_of_powershell(grammar: str) -> None:
    """Where there is no PowerShell, its grammars tell at least that the texts are whole; 5.1 reads them as ASCII."""
    language, sitter = pytest.importorskip(grammar), pytest.importorskip("tree_sitter")
    parser = sitter.Parser(sitter.Language(language.language()))
    for text in (hookfiles.completion("pwsh"), hookfiles.shipped("probe", "pwsh")):
        assert text.isascii()
        assert not parser.parse(text.replace(b"$function:global:", b"$function:")).root_node.has_error
