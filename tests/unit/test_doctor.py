"""What doctor makes of what it sees: answers of shells, files, folders and settings, each finding with its remedy."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Callable

import pytest
from outside import live_in

from venvhook import __version__, doctor, hookfiles, install, neighbours, proof, symptoms, windows
from venvhook.cli import main
from venvhook.errors import VenvhookError
from venvhook.folders import Folders


class Seen:
    """A proof's outcome, as proof.Proof has it."""

    unseen = ()

    def __init__(self, reason: str = "", shows: str = "the name is in the prompt", **facts: str) -> None:
        self.shell, self.reason, self.prompt, self.transcript = "bash", reason, shows, "$ cd /"
        pairs = [(key, value) for key, values in facts.items() for value in values.split("\t")]
        self.answer = b"".join(f"{key}\0{value}\0".encode() for key, value in pairs)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with bash alone, in which venvhook is installed."""
    live_in(tmp_path / "home", monkeypatch)
    for name in ("VENVHOOK_DISABLE", "VIRTUAL_ENV", "CONDA_DEFAULT_ENV"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(install, "installed", lambda *_: ["bash"])
    (tmp_path / "home").mkdir()
    (tmp_path / "home/.bashrc").write_text("# PROMPT_COMMAND=\nPS1='$ '\n")
    return tmp_path / "home"


@pytest.fixture
def places(tmp_path: Path, home: Path) -> Folders:
    found = Folders(str(tmp_path / "data"), str(tmp_path / "cache"), str(tmp_path / "config"), str(home))
    install.install(found)
    return found


Look = Callable[..., list[str]]


@pytest.fixture
def look(places: Folders, monkeypatch: pytest.MonkeyPatch) -> Look:
    """A function: what doctor says of a shell that shows such facts, `!` before what is a problem."""

    def look(reason: str = "", launcher: str = os.path.join(places.hook, "launch.py"), **facts: str) -> list[str]:
        facts = {"version": "5.2", "python": "/bin/sh", "launcher": launcher, **facts}
        seen = Seen(reason, **facts)
        monkeypatch.setattr(proof, "prove", lambda *_, **__: [seen])
        monkeypatch.setattr(doctor, "_helper", lambda *_: None)
        return [("! " if each.serious else "") + str(each.error) for each in doctor.examine(places, {}).findings]

    return look


def test_nothing_is_wrong(look: Look, places: Folders) -> None:
    assert look(live="PROMPT_COMMAND\tcd", microseconds="30") == []
    shell = symptoms.Shell(Seen(live="PROMPT_COMMAND\tcd"))  # type: ignore[arg-type]
    assert shell.facts["live"] == ["PROMPT_COMMAND", "cd"]
    assert shell.loaded_by == [(os.path.join(places.home, ".bashrc"), 3)]


def test_what_has_no_other_cause_is_told_as_the_proof_does(look: Look) -> None:
    assert look("it was not done within 20 s") == ["! it was not done within 20 s; what it showed stands below"]


@pytest.mark.parametrize(("reason", "mark"), [("", ""), ("`python` was not right", "! ")])
def test_a_trigger_that_was_replaced(look: Look, home: Path, reason: str, mark: str) -> None:
    with open(home / ".bashrc", "a") as file:
        file.write("alias ll='ls -l'\nPROMPT_COMMAND='history -a'\n")
    again = "venvhook uninstall --shell bash; venvhook install --shell bash"
    problem = f"something has replaced the hook's PROMPT_COMMAND; to load the hook behind it: {again}"
    assert look(reason, dead="PROMPT_COMMAND", live="cd") == [f"{mark}{home}/.bashrc:7: {problem}"]


def test_a_trigger_that_was_replaced_from_elsewhere_names_who_could_have(look: Look) -> None:
    (said,) = look(dead="cd", cd="cd () { __zoxide_z; }", function="__zoxide_z")
    assert said.startswith("something has replaced the hook's cd (loaded are zoxide); load the hook last")


def test_a_hook_that_is_not_reached(look: Look, home: Path) -> None:
    (said,) = look("entering did nothing", python="", launcher="")
    assert said.startswith(f"! {home}/.bashrc:3: loads the hook, but a new shell does not get that far")


def test_a_hook_that_nothing_loads(look: Look, home: Path, places: Folders) -> None:
    (home / ".bashrc").write_text("")
    (said,) = look("entering did nothing", python="", launcher="")
    assert "venvhook install --shell bash" in said
    assert said.endswith(hookfiles.load_line(places, "bash"))


def test_a_hook_that_a_line_of_the_users_loads(look: Look, home: Path) -> None:
    (home / ".bashrc").write_text('# with venvhook\neval "$(venvhook hook bash)"\n')
    assert look() == []
    assert symptoms.Shell(Seen()).loaded_by == [(str(home / ".bashrc"), 2)]  # type: ignore[arg-type]


def test_switched_off_by_a_startup_file(look: Look, home: Path) -> None:
    with open(home / ".bashrc", "a") as file:
        file.write("export VENVHOOK_DISABLE=1\n")
    (said,) = look("entering did nothing", VENVHOOK_DISABLE="1")
    assert said.startswith(f"! {home}/.bashrc:6: VENVHOOK_DISABLE is set in each new shell")


def test_switched_off_where_it_is_asked(look: Look, places: Folders) -> None:
    look()
    (finding,) = doctor.examine(places, {"VENVHOOK_DISABLE": "1"}).findings
    assert not finding.serious and "where doctor was called" in finding.error.problem


def test_the_hook_of_another_installation(look: Look) -> None:
    (said,) = look(launcher="/elsewhere/launch.py")
    assert said.startswith("/elsewhere/launch.py: the hook of another installation is loaded")


def test_a_python_that_is_gone(look: Look) -> None:
    (said,) = look("entering did nothing", python="/gone/python")
    assert said.startswith("! /gone/python: the hook's Python is gone")
    assert said.endswith(" -m venvhook install")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"CONDA_DEFAULT_ENV": "base"}, "conda config --set auto_activate_base false"),
        ({"VIRTUAL_ENV": "/v"}, "/v is active in each new shell"),
        ({"prompt": "_pyenv_virtualenv_hook;_venvhook_prompt"}, "pyenv-virtualenv activates environments too"),
    ],
)
def test_what_activates_environments_too(look: Look, facts: dict[str, str], said: str) -> None:
    (note,) = look(**facts)
    assert said in note and not note.startswith("!")


def test_an_environment_that_is_only_inherited_is_no_note(
    look: Look, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/v")
    assert look(VIRTUAL_ENV="/v") == []
    assert len(look(VIRTUAL_ENV="/w")) == 1
    with (home / ".bashrc").open("a") as file:
        file.write("source /v/bin/activate\n")
    (said,) = look(VIRTUAL_ENV="/v")
    line = len((home / ".bashrc").read_text().splitlines())
    assert said.startswith(f"{home}/.bashrc:{line}: /v is active in each new shell")


def test_an_alias_that_goes_past_the_hook(look: Look, home: Path) -> None:
    with (home / ".bashrc").open("a") as file:
        file.write("alias cd=jump\n")
    (said,) = look(past="cd")
    assert said.startswith(f"{home}/.bashrc:6: cd is an alias that goes past the hook") and said.endswith("unalias cd")


@pytest.mark.parametrize("text", ["'/usr/bin/python3 -q'", "/usr/bin/python3", "~/bin/python"])
def test_an_alias_that_hides_the_environments_python(look: Look, home: Path, text: str) -> None:
    with (home / ".bashrc").open("a") as file:
        file.write(f"alias pip={text}\n")
    (said,) = look(alias=f"pip={text}")
    assert said.startswith(f"{home}/.bashrc:6: pip is an alias, and runs in place of the environment's pip;")


@pytest.mark.parametrize("text", ["python3", "'python3 -X dev'", "", "''"])
def test_an_alias_that_is_found_on_path_hides_nothing(look: Look, text: str) -> None:
    assert look(alias=f"python={text}") == []


def test_a_prompt_without_the_name(look: Look) -> None:
    assert look(VIRTUAL_ENV_DISABLE_PROMPT="1") == []  # a prompt engine shows it
    (said,) = look(VIRTUAL_ENV_DISABLE_PROMPT="1", shows="no name in the prompt")
    assert said.startswith("VIRTUAL_ENV_DISABLE_PROMPT is set, so no name is shown")
    (said,) = look(shows="no name in the prompt")
    assert said == (
        "the prompt shows no name inside a project; "
        "to show it yourself, put the variable VIRTUAL_ENV_PROMPT into the prompt"
    )


def test_a_function_that_an_earlier_version_let_be_saved(look: Look) -> None:
    (said,) = look(saved="/home/me/.config/fish/functions/fish_prompt.fish")
    assert said.startswith("/home/me/.config/fish/functions/fish_prompt.fish: was saved inside a project")
    assert said.endswith("remove it: rm /home/me/.config/fish/functions/fish_prompt.fish")


@pytest.mark.parametrize(
    ("texts", "name", "hooks"),
    [
        (([], ["starship_precmd"], []), "starship", ("prompt",)),
        ((["p10k"], ["_p9k_precmd"], []), "powerlevel10k", ("prompt",)),
        ((["omz"], [], []), "oh-my-zsh", ()),
        ((["_omp_get_primary"], ["_omp_precmd"], []), "oh-my-posh", ("prompt",)),
        ((["_direnv_hook"], ["_direnv_hook"], ["_direnv_hook"]), "direnv", ("prompt", "cd")),
        (([], ['eval "$(mise hook-env)"\n_mise_hook'], []), "mise", ("prompt",)),
        (([], [], ["__zoxide_hook"]), "zoxide", ("cd",)),
        ((["_zoxide_hook"], ["_zoxide_hook"], []), "zoxide", ("prompt",)),
        ((["__aj_add"], [], []), "autojump", ()),
        ((["__lp_set_prompt"], ["__lp_set_prompt"], []), "liquidprompt", ("prompt",)),
        ((["powerlevel9k_prepare_prompts"], ["powerlevel9k_prepare_prompts"], []), "powerlevel9k", ("prompt",)),
        ((["autoenv_init"], [], ['autoenv_cd "$@"']), "autoenv", ("cd",)),
        ((["__vsc_prompt_cmd_original"], ["__vsc_prompt_cmd_original"], []), "VS Code", ("prompt",)),
        ((["__conda_activate", "conda"], [], []), "conda", ()),
    ],
)
def test_other_tools_are_known(
    texts: tuple[list[str], list[str], list[str]], name: str, hooks: tuple[str, ...]
) -> None:
    (found,) = neighbours.found(*texts)
    assert (found.name, found.hooks) == (name, hooks)


def test_ordinary_functions_are_no_tool() -> None:
    names = ["_venvhook_prompt", "deactivate", "quote", "command_not_found_handle", "pure", "_git", "title", "prompt"]
    assert neighbours.found(names, ["_venvhook_prompt", "\\u@\\h:\\w\\$ "], ["cd () { _venvhook_arrive; }"]) == []


# ---- what is on disk -------------------------------------------------------------------------------------------------


def test_settings_that_are_wrong(look: Look, places: Folders) -> None:
    os.mkdir(places.config)
    Path(places.config, "config.toml").write_text("\npromt = 1\n")
    (said,) = look()
    assert said.startswith(f"! {places.config}/config.toml:2: unknown key promt (so the defaults hold)")


def test_a_folder_that_others_may_look_into(look: Look, places: Folders) -> None:
    os.chmod(places.cache, 0o755)
    assert look() == [
        f"! {places.cache}: can be read or written by others; to make it private: chmod 700 {places.cache}"
    ]


def test_a_folder_that_is_none(look: Look, places: Folders) -> None:
    Path(places.data, "trust").write_text("")
    (said,) = look()
    assert said.startswith(f"! {places.data}/trust: is not a plain folder")


def test_a_folder_of_somebody_else(look: Look, places: Folders, give_away: Callable[[Path], None]) -> None:
    give_away(Path(places.hook))
    assert "belongs to another user" in look()[0]


def test_files_of_another_version(look: Look, places: Folders) -> None:
    with open(os.path.join(places.hook, "plan-2.bash"), "a") as file:
        file.write("# older\n")
    (said,) = look()
    assert "plan-2.bash" in said and said.endswith("; to renew them: venvhook install") and not said.startswith("!")


def test_a_hook_with_other_settings(look: Look, places: Folders) -> None:
    """`ceiling` and `wrap_cd` are in the hook: a change of config.toml is told, and the remedy is one."""
    os.makedirs(places.config, exist_ok=True)
    Path(places.config, "config.toml").write_text("wrap_cd = false\n")
    (said,) = look()
    assert "config.toml" in said and "venvhook.bash" in said and said.endswith("; to renew them: venvhook install")
    install.install(places, ["bash"], rc=False)
    assert look() == []


def test_a_file_that_is_gone(look: Look, places: Folders) -> None:
    os.unlink(os.path.join(places.hook, "launch.py"))
    assert look()[0].startswith(f"! {places.hook}/launch.py: cannot be read")


def test_another_name_of_the_same_python_is_no_other_version(
    look: Look, places: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "python3" if os.path.basename(doctor.sys.executable) != "python3" else "python"
    monkeypatch.setattr("sys.executable", os.path.join(os.path.dirname(doctor.sys.executable), other))
    assert look() == []


def test_the_helper(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = doctor.Diagnosis()
    doctor._helper(seen, places, "bash")
    assert seen.findings == [] and seen.helper and seen.helper < 10
    with open(os.path.join(places.hook, "launch.py"), "w") as file:
        file.write("raise OSError('disk on fire')\n")
    doctor._helper(seen, places, "bash")
    assert "the helper fails: OSError: disk on fire" in str(seen.findings[0].error)
    assert not seen.works


def test_a_slow_helper(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SLOW", 0)
    seen = doctor.Diagnosis()
    doctor._helper(seen, places, "bash")
    assert seen.works and "the first visit of a project waits" in str(seen.findings[0].error)


def test_no_hook_anywhere(tmp_path: Path, home: Path) -> None:
    places = Folders(str(tmp_path / "d"), str(tmp_path / "c"), str(tmp_path / "s"), str(home))
    (finding,) = doctor.examine(places, {}).findings
    assert finding.serious and finding.error.remedy == "to install it: venvhook install"


def test_no_hook_for_one_of_the_shells(look: Look, places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "installed", lambda *_: ["bash", "fish"])
    assert look() == ["has no hook; to have it there too: venvhook install --shell fish"]


def test_no_terminal_can_be_had(places: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    def prove(*_: object, **__: object) -> None:
        raise VenvhookError("a terminal of one's own cannot be had here", remedy="open a shell")

    monkeypatch.setattr(proof, "prove", prove)
    seen = doctor.examine(places, {})
    assert not seen.works and seen.shells == []


# ---- how it is shown -------------------------------------------------------------------------------------------------


def test_it_is_shown(look: Look, places: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    look("entering did nothing", live="PROMPT_COMMAND", function="__zoxide_z", microseconds="12")
    assert main(["doctor"], places) == 1
    said = capsys.readouterr().out
    assert "bash 5.2: does NOT work" in said
    assert "PROMPT_COMMAND" in said and "0.01 ms" in said and "zoxide" in said
    assert "  problem  entering did nothing; what it showed stands below" in said
    assert "    | $ cd /" in said
    assert "problems: 1, notes: 0" in said
    assert f"  loaded by  {places.home}/.bashrc:3\n" in said and "  triggers   PROMPT_COMMAND\n" in said
    assert f"\nvenvhook {__version__}\n" in said


def test_nothing_to_say(look: Look, places: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    look()
    assert main(["doctor"], places) == 0
    said = capsys.readouterr().out
    assert "bash 5.2: works" in said and said.endswith("nothing is in its way\n")
    assert "  prompt     the name is in the prompt\n" in said


def test_it_is_data(look: Look, places: Folders, capsys: pytest.CaptureFixture[str]) -> None:
    look(live="PROMPT_COMMAND", dead="cd", microseconds="12", prompt="starship_precmd")
    assert main(["doctor", "--json"], places) == 0
    data = json.loads(capsys.readouterr().out)
    (shell,) = data["shells"]
    assert data["works"] is True and shell["works"] is True and shell["reason"] is None
    assert shell["triggers"] == {"PROMPT_COMMAND": True, "cd": False}
    assert shell["microseconds"] == 12
    assert shell["neighbours"] == [{"name": "starship", "hooks": ["prompt"]}]
    (finding,) = data["findings"]
    assert finding["shell"] == "bash" and finding["serious"] is False and "cd" in finding["problem"]


# ---- neighbours ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("oh-my-bash", "_omb_module_require"),
        ("prezto", "pmodload"),
        ("pure", "prompt_pure_setup"),
        ("spaceship", "spaceship::main"),
        ("tide", "_tide_init_install"),
        ("posh-git", "posh-git"),
        ("powerline", "_powerline_set_prompt"),
        ("bash-preexec", "__bp_install"),
        ("ble.sh", "ble/util/print"),
        ("asdf", "asdf"),
        ("pyenv-virtualenv", "_pyenv_virtualenv_hook"),
        ("autoswitch-virtualenv", "check_venv"),
        ("virtualfish", "__vfsupport_auto_activate"),
        ("virtualenvwrapper", "virtualenvwrapper_setup"),
        ("fasd", "_fasd_preexec"),
        ("nvm or fnm", "_fnm_autoload_hook"),
        ("iTerm2", "iterm2_preexec"),
    ],
)
def test_a_neighbour_is_known_by_its_functions(name: str, function: str) -> None:
    assert [str(each) for each in neighbours.found(["x", function], [], [])] == [name]
    assert [str(each) for each in neighbours.found([], [function], [function])] == [f"{name} (prompt, cd)"]


@pytest.mark.parametrize(
    ("name", "function", "word"),
    [
        ("pyenv-virtualenv", "_pyenv_virtualenv_hook", "virtualenv-init"),
        ("autoenv", "autoenv_init", "autoenv"),
        ("autoswitch-virtualenv", "_autoswitch_startup", "autoswitch"),
        ("virtualfish", "__vfsupport_auto_activate", "virtualfish"),
    ],
)
def test_what_activates_environments_itself(name: str, function: str, word: str) -> None:
    for where in ([function], [], []), ([], [function], []), ([], [], [function]):
        assert neighbours.rivals(*where) == [(name, word)]


# ---- what PowerShell and old shells are told in their own terms ------------------------------------------------------


@pytest.mark.parametrize(
    ("shell", "version", "said"),
    [
        ("bash", "3.2.57(1)-release", ""),
        ("bash", "3.1.23(1)-release", "bash 3.1.23(1)-release is older than 3.2"),
        ("zsh", "5.3", ""),
        ("zsh", "5.10", ""),
        ("zsh", "5.2", "zsh 5.2 is older than 5.3"),
        ("fish", "3.1.2", "fish 3.1.2 is older than 3.2"),
        ("fish", "4.0b1", ""),
        ("pwsh", "7.6.9", ""),
        ("pwsh", "7.0.0-rc.3", ""),
        ("pwsh", "5.1.22621.963", ""),
        ("pwsh", "5.0.10586.117", "PowerShell 5.0.10586.117 is older than 5.1"),
        ("pwsh", "6.2.7", "PowerShell 6.2.7 is older than 7.0"),
        ("pwsh", "4.0", "PowerShell 4.0 is older than 5.1"),
        ("pwsh", "", ""),
    ],
)
def test_a_version_below_the_floor(shell: str, version: str, said: str) -> None:
    error = symptoms.older(shell, version)
    assert str(error or "").partition(",")[0] == said


def test_a_version_below_the_floor_is_the_only_cause(look: Look) -> None:
    """What else may be wrong in it is of no account."""
    (said,) = look("entering did nothing", version="3.1.2", python="", launcher="")
    assert said == "! bash 3.1.2 is older than 3.2, so nothing is entered; install a newer bash"


def test_a_language_mode_that_a_policy_sets(look: Look) -> None:
    (said,) = look("entering did nothing", language="ConstrainedLanguage", python="", launcher="")
    assert said.startswith("! PowerShell runs in ConstrainedLanguage mode, so nothing is entered; ask whoever manages")


def test_a_language_mode_that_a_startup_file_sets(look: Look, home: Path) -> None:
    with open(home / ".bashrc", "a") as file:
        file.write("$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n")
    (said,) = look("entering did nothing", language="ConstrainedLanguage", python="", launcher="")
    assert said.startswith(f"! {home}/.bashrc:6: PowerShell runs in ConstrainedLanguage mode")
    assert look(language="FullLanguage") == []


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        ({}, "Restricted"),
        ({"MachinePolicy": "Undefined", "Process": "Undefined", "LocalMachine": "Undefined"}, "Restricted"),
        ({"LocalMachine": "RemoteSigned"}, ""),
        ({"LocalMachine": "Restricted", "CurrentUser": "Unrestricted"}, ""),
        ({"LocalMachine": "RemoteSigned", "CurrentUser": "AllSigned"}, "AllSigned"),
        ({"LocalMachine": "Default"}, "Restricted"),
        ({"Process": "Bypass", "LocalMachine": "Restricted"}, ""),
        ({"Process": "Bypass", "MachinePolicy": "AllSigned"}, "AllSigned"),
    ],
)
def test_an_execution_policy(scopes: dict[str, str], said: str) -> None:
    """The first scope that says something counts, group policies first."""
    error = windows.policy(scopes)
    assert (error is not None) == bool(said)
    assert not error or f"is {said}, so" in error.problem
    assert not error or ("group policy" in str(error.remedy)) == (scopes.get("MachinePolicy") == "AllSigned")
