"""The proof of a PowerShell that gets no terminal, as on Windows: tried with the real one of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from venvhook import doctor, install, proof, windows
from venvhook.cli import hooks
from venvhook.errors import VenvhookError
from venvhook.folders import Folders
from venvhook.system import WINDOWS

pytestmark = pytest.mark.skipif(not shutil.which("pwsh"), reason="PowerShell is not installed")
RC = ".config/powershell/profile.ps1"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """A home in which venvhook is installed for PowerShell, which is the only one there is."""
    home = tmp_path / "it's a home é"
    home.mkdir()
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "VENVHOOK_DISABLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(windows, "which", lambda name, *_, **__: shutil.which(name))
    monkeypatch.setattr(windows, "policies", lambda program: {"Effective": "RemoteSigned"})
    found = Folders(*(str(tmp_path / name) for name in ("data", "cache", "config")), str(home))
    install.install(found, ["pwsh"])
    return found


@pytest.fixture(params=["keyboard", "none"])
def keyboard(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """Whether this process has a console on which somebody could type."""
    if request.param == "none":
        yield False
        return
    master, terminal = os.openpty()
    monkeypatch.setattr(proof, "_keyboard", lambda: os.dup(terminal))
    yield True
    os.close(master)
    os.close(terminal)


def prove(places: Folders, rc: bool = True) -> proof.Asked:
    (seen,) = proof.prove(places, ["pwsh"], rc, system=WINDOWS)
    assert isinstance(seen, proof.Asked)
    return seen


def test_it_works_and_says_what_it_could_not_show(places: Folders, keyboard: bool) -> None:
    seen = prove(places)
    assert (seen.reason, seen.prompt) == ("", "the name is in the prompt"), seen.transcript
    assert len(seen.unseen) == (1 if keyboard else 2)
    assert os.listdir(places.cache) in ([], ["plans"])
    assert [names for _, _, names in os.walk(places.data + "/trust") if names] == []


def test_doctor_finds_nothing_wrong(places: Folders, keyboard: bool) -> None:
    seen = doctor.examine(places, {}, WINDOWS)
    assert seen.works and not [each for each in seen.findings if each.serious]
    (live,) = seen.shells
    assert live.facts["live"] == ["prompt", "LocationChangedAction"] and live.loaded_by
    assert [str(each.error)[:10] for each in seen.findings] == ["not shown:"] * len(live.unseen)


def test_prove_says_what_it_could_not_show(
    places: Folders, keyboard: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = proof.prove
    monkeypatch.setattr(proof, "prove", lambda *rest: real(*rest[:3], system=WINDOWS))
    assert hooks.prove(places, ["pwsh"], True) == 0
    said = capsys.readouterr().out
    assert "--- pwsh: works; the name is in the prompt" in said and "    not shown: " in said


def test_a_profile_that_does_not_load_the_hook(places: Folders, keyboard: bool) -> None:
    Path(places.home, RC).write_text("# mine\n")
    seen = doctor.examine(places, {}, WINDOWS)
    assert not seen.works
    (finding,) = [each for each in seen.findings if each.serious]
    assert "no startup file of the shell loads the hook" in str(finding.error)


def test_without_the_startup_file_the_hook_is_loaded_by_hand(places: Folders, keyboard: bool) -> None:
    Path(places.home, RC).unlink()
    assert prove(places, rc=False).reason == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("$env:VENVHOOK_DISABLE = 1", "VENVHOOK_DISABLE is set in each new shell"),
        ("function global:prompt { $env:LEFT = \"$PWD\"; 'p> ' }", ""),
        ("Set-Alias python Get-Date", "`python` after entering was not the environment's"),
        ("[System.Environment]::Exit(3)", "did not answer"),
        ("Start-Sleep 60", "did not answer"),
    ],
    ids=["disabled", "a prompt that sets a variable", "another python", "it ends", "it hangs"],
)
def test_what_a_profile_does(places: Folders, monkeypatch: pytest.MonkeyPatch, line: str, said: str) -> None:
    monkeypatch.setattr(proof, "SECONDS", 4 if "Sleep" in line else proof.SECONDS)
    with open(Path(places.home, RC), "a") as file:
        file.write(f"{line}\n")
    seen = doctor.examine(places, {}, WINDOWS)
    serious = [str(each.error) for each in seen.findings if each.serious]
    assert [each for each in serious if said in each] == serious and bool(serious) == bool(said)


def test_a_helper_that_fails(places: Folders) -> None:
    Path(places.hook, "launch.py").write_text("raise SystemExit('broken')\n")
    seen = prove(places)
    assert seen.reason.startswith("entering did nothing") and "venvhook: " in seen.transcript


def test_a_shell_that_is_locked_down(places: Folders) -> None:
    with open(Path(places.home, RC), "a") as file:
        file.write("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n")
    seen = doctor.examine(places, {}, WINDOWS)
    (problem,) = [str(each.error) for each in seen.findings if each.serious]
    assert "PowerShell runs in ConstrainedLanguage mode" in problem


def test_a_powershell_that_runs_no_scripts_is_not_started(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "policies", lambda program: {"Effective": "Restricted", "LocalMachine": "Restricted"})
    monkeypatch.setattr(proof, "Asked", None)
    with pytest.raises(VenvhookError, match="the execution policy is Restricted"):
        proof.prove(places, ["pwsh"], system=WINDOWS)
    seen = doctor.examine(places, {}, WINDOWS)
    (problem,) = [str(each.error) for each in seen.findings if each.serious]
    assert "pwsh -Command Set-ExecutionPolicy -Scope CurrentUser RemoteSigned" in problem
