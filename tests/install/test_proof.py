"""The proof: it is right about shells that work and about those that do not, and it leaves nothing behind."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from outside import live_in

from venvhook import hookfiles, install, proof, symptoms
from venvhook.errors import VenvhookError
from venvhook.folders import Folders

HISTORY = (".bash_history", ".zsh_history", ".local/share/fish/fish_history")


def all_shells() -> list[object]:
    missing = [pytest.mark.skip(reason="not installed")]
    return [pytest.param(s, marks=[] if s in install.installed() else missing) for s in install.SHELLS]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "it's a home"
    path.mkdir()
    live_in(path, monkeypatch)
    (path / ".zshrc").write_text("PS1='%% '\nHISTFILE=~/.zsh_history SAVEHIST=9 HISTSIZE=9\nsetopt share_history\n")
    (path / ".bashrc").write_text("PS1='$ '\nPROMPT_COMMAND='history -a'\n")
    return path


@pytest.fixture
def places(tmp_path: Path, home: Path) -> Folders:
    return Folders(str(tmp_path / "data"), str(tmp_path / "cache"), str(tmp_path / "config"), str(home))


@pytest.mark.parametrize("rc", [True, False], ids=["rc", "no rc"])
@pytest.mark.parametrize("shell", all_shells())
def test_a_shell_that_works_is_proved(home: Path, places: Folders, shell: str, rc: bool) -> None:
    install.install(places, [shell], rc)
    (seen,) = proof.prove(places, [shell], rc)
    assert seen.reason == ""
    assert seen.prompt == "the name is in the prompt"
    lines = seen.transcript.splitlines()
    entering = next(
        number for number, line in enumerate(lines) if " && python -c 'import sys; print(sys.prefix)'" in line
    )
    assert lines[entering + 1].endswith("/project/.venv")
    assert "(venvhook-proof)" in lines[entering + 2]
    assert "(venvhook-proof)" not in lines[-1]
    assert "probe" not in seen.transcript


@pytest.mark.parametrize("shell", all_shells())
def test_nothing_stays(home: Path, places: Folders, shell: str) -> None:
    install.install(places, [shell])
    proof.prove(places, [shell])
    assert os.listdir(places.cache) in ([], ["plans"])
    assert [names for _, *names in os.walk(places.cache + "/plans") if any(names)] == []
    assert [names for _, _, names in os.walk(places.data + "/trust") if names] == []
    for name in HISTORY:
        assert not (home / name).exists() or (home / name).read_text() == ""


@pytest.mark.parametrize(
    ("rc", "reason"),
    [
        ("return", "entering did nothing"),
        ("exit", "the shell ended by itself"),
        ("sleep 60", "within 3 s"),
        ('cd() { builtin cd "$@" && export LEFT=$PWD; }', ""),
        ("PROMPT_COMMAND='export LATER=$RANDOM$PWD'", ""),
    ],
    ids=["the hook is not reached", "the shell ends", "the shell hangs", "another tool's cd", "another tool's noise"],
)
def test_it_tells_why_not(home: Path, places: Folders, monkeypatch: pytest.MonkeyPatch, rc: str, reason: str) -> None:
    monkeypatch.setattr(proof, "SECONDS", 3 if "60" in rc else proof.SECONDS)
    (home / ".bashrc").write_text(rc + "\n")
    install.install(places, ["bash"])
    (seen,) = proof.prove(places, ["bash"])
    assert (bool(seen.reason), reason in seen.reason) == (bool(reason), True), seen.transcript


PROFILE = ".config/powershell/Microsoft.PowerShell_profile.ps1"
needs_pwsh = pytest.mark.skipif("pwsh" not in install.installed(), reason="pwsh is not installed")


@needs_pwsh
@pytest.mark.parametrize(
    "text",
    [
        'function prompt { "MINE> " }',
        'function prompt { "`n$PWD`n> " }',
        "Start-Sleep 2",
        "Set-PSReadLineOption -EditMode Vi -PredictionSource History -ContinuationPrompt '>> '",
        "Write-Host -NoNewline 'still loading '; Start-Sleep 1",
        "Remove-Module PSReadLine",
    ],
)
def test_a_profile_of_any_kind(home: Path, places: Folders, text: str) -> None:
    """However long PowerShell is silent before it reads, and whatever its prompt looks like."""
    install.install(places, ["pwsh"])
    (home / PROFILE).write_text(text + "\n")
    (seen,) = proof.prove(places, ["pwsh"])
    assert (seen.reason, seen.prompt) == ("", "the name is in the prompt"), seen.transcript


@needs_pwsh
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_locked_down_powershell_is_named(home: Path, places: Folders, order: str) -> None:
    install.install(places, ["pwsh"])
    profile = home / (".config/powershell/profile.ps1" if order == "before" else PROFILE)
    text = profile.read_text() if profile.exists() else ""
    profile.write_text("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n" + text)
    (seen,) = proof.prove(places, ["pwsh"], question=lambda shell: hookfiles.shipped("probe", shell))
    (cause,) = symptoms.causes(symptoms.Shell(seen), places)
    assert "PowerShell runs in ConstrainedLanguage mode, so nothing is entered" in str(cause)


def test_what_is_left_behind_is_named(home: Path, places: Folders) -> None:
    (home / ".bashrc").write_text("PROMPT_COMMAND='[ \"${VIRTUAL_ENV-}\" ] && export LEFT_BEHIND=1'\n")
    install.install(places, ["bash"])
    (seen,) = proof.prove(places, ["bash"])
    assert seen.reason == "leaving left something behind: LEFT_BEHIND"


def test_a_project_that_is_entered_where_it_runs_is_no_part_of_it(
    places: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VENVHOOK_DISABLE", "1")
    monkeypatch.setenv("VENVHOOK_CEILING", places.cache)
    monkeypatch.setenv("TERM", "dumb")
    install.install(places, ["bash"])
    assert proof.prove(places, ["bash"])[0].reason == ""


def test_a_shell_that_is_missing(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    with pytest.raises(VenvhookError, match="zsh is not installed"):
        proof.prove(places, ["zsh"])


def test_an_environment_that_cannot_be_made(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(VenvhookError, match="no environment can be made"):
        proof.prove(places, ["bash"])
    assert os.listdir(places.cache) == []
