"""`allow`, `deny` and `status`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Callable

import pytest
from test_cli_home import Home

from venvhook import marker, report, trust
from venvhook.cli import allow, place


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


def executable(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    path.chmod(0o755)


# ---- allow, deny -----------------------------------------------------------------------------------------------------


def test_allow_records_the_bytes_their_meaning_and_the_dotenv_names(home: Home) -> None:
    text = 'prompt = "p"\ndotenv = [".env", ".env.local"]\n'
    home.marker(text)
    (home.shop / ".env").write_text("B=1\nA=2\n")
    assert home.run("allow").status == 0
    record = home.record()
    assert record and record.allowed and record.newest.marker == text.encode()
    assert record.newest.meaning == marker.parse(text.encode(), "")
    assert list(record.newest.names) == ["A", "B"]
    assert os.stat(os.path.dirname(os.path.dirname(record.path))).st_mode & 0o777 == 0o700


def test_allow_shows_what_it_is_that_is_allowed(home: Home) -> None:
    home.environment()
    executable(home.shop / "scripts/ls")
    executable(home.shop / "scripts/mine")
    executable(home.shop / ".venv/bin/git")
    (home.shop / ".env").write_text("SECRET=hunter2\n")
    home.marker(
        'dotenv = [".env", ".env.local"]\n[variables]\nDEBUG = "1"\nPIP_INDEX_URL = false\n'
        '[prepend]\nPATH = ["scripts"]'
    )
    out = home.run("allow").out
    assert out.startswith(f"{home.shop}/.venvhook.toml\n") and out.endswith("\nallowed\n")
    shown = " ".join(out.split())
    for part in (
        "environment ~/shop/.venv why venv: ",
        f"python 3.{sys.version_info[1]}",
        "sets DEBUG = 1",
        "unsets PIP_INDEX_URL",
        "prepends ~/shop/scripts to PATH",
        "dotenv ~/shop/.env: sets SECRET",
        "~/shop/.env.local: is not there yet",
        "hides git, by the one in ~/shop/.venv/bin ls, by the one in ~/shop/scripts",
    ):
        assert part in shown
    assert "hunter2" not in out and "mine" not in out


def test_allow_without_an_environment_names_create(home: Home) -> None:
    home.marker()
    out = home.run("allow").out
    assert "problem      there is no environment yet\n" in out
    assert out.endswith("allowed; to make it: venvhook create\n")


def test_what_the_hook_says_anyway_allow_does_not(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.marker()
    monkeypatch.setattr(sys, "argv", [os.path.join(home.folders.hook, "launch.py")])
    for variable, folder, last in (("", home.shop, "allowed"), ("1", home.shop, "create"), ("", home.home, "create")):
        monkeypatch.setenv("VENVHOOK_DISABLE", variable)
        home.go(folder)
        out = home.run("allow", str(home.shop)).out
        assert out.endswith(last + "\n") and ("no environment yet" in out) == (last == "create")


def test_what_allow_names_next_works(home: Home) -> None:
    (home.shop / "docs").mkdir()
    home.marker('venv = "docs"')
    last = home.run("allow").out.splitlines()[-1]
    assert last == "allowed; name another one with venv = … in the marker; or move it away, then: venvhook create"
    root = home.environment()
    (root / "pyvenv.cfg").unlink()
    home.marker()
    assert home.run("allow").out.splitlines()[-1] == "allowed; to make it anew: venvhook rebuild"
    assert home.run("rebuild").status == 0


def test_allow_after_an_edit_shows_the_difference(home: Home) -> None:
    home.allowed('prompt = "one"\n')
    home.marker('prompt = "two"\n')
    out = home.run("allow").out
    assert "edited since you allowed it:" in out
    assert '    -prompt = "one"\n    +prompt = "two"\n' in out
    record = home.record()
    assert record and record.newest.marker == b'prompt = "two"\n'
    assert "edited" not in home.run("allow").out


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("venv = \n", 1, "is not TOML"),
        ('\nvenv = ".venv"\nnope = 1\n', 3, "unknown key nope"),
        ("\n[variables]\nHOME = '/x'\n", 3, "variables.HOME is the user's own"),
    ],
)
def test_what_is_not_understood_is_not_allowed(home: Home, text: str, line: int, problem: str) -> None:
    home.marker(text)
    result = home.run("allow")
    assert result.status == 1 and result.err.count("\n") == 1
    assert result.err.startswith(f"venvhook: {home.shop}/.venvhook.toml:{line}: {problem}")
    assert home.record() is None


@pytest.mark.skipif(os.name == "nt", reason="no fifo")
@pytest.mark.parametrize("kind", ["a folder", "a fifo", "a link to nothing", "larger than 4096 bytes"])
def test_a_marker_of_another_kind(home: Home, kind: str) -> None:
    path = home.shop / ".venvhook.toml"
    make: dict[str, Callable[[], object]] = {
        "a folder": path.mkdir,
        "a fifo": lambda: os.mkfifo(path),
        "a link to nothing": lambda: path.symlink_to("nothing"),
        "larger than 4096 bytes": lambda: path.write_text("#" * 4097),
    }
    make[kind]()
    result = home.run("allow")
    assert result.status == 1 and result.err.startswith(f"venvhook: {path}: is {kind}")
    assert home.record() is None
    status = home.run("status")
    assert status.status == 0 and f"is {kind}" in status.out
    assert home.run("deny").status == 0


def test_a_dotenv_file_that_is_not_understood(home: Home) -> None:
    home.marker('dotenv = [".env"]')
    (home.shop / ".env").write_text("A=1\nPATH=/x\n")
    result = home.run("allow")
    assert result.err.startswith(f"venvhook: {home.shop}/.env:2: PATH is a list of folders")
    assert home.record() is None


@pytest.mark.skipif(os.name == "nt", reason="modes of POSIX")
@pytest.mark.parametrize("part", [".", ".venvhook.toml"])
def test_what_everybody_may_write_is_refused(home: Home, part: str) -> None:
    home.marker()
    path = home.shop / part
    path.chmod(path.stat().st_mode | 0o002)
    result = home.run("allow")
    assert result.status == 1 and result.err.startswith(f"venvhook: {path}: everybody may write to it; ")
    assert home.record() is None
    assert "everybody may write to it" in home.run("status").out


def test_what_is_anothers_is_refused(home: Home, give_away: Callable[[Path], None]) -> None:
    give_away(home.marker())
    assert "belongs to another user" in home.run("allow").err
    assert home.record() is None


def test_deny_is_remembered_and_undone(home: Home) -> None:
    home.allowed()
    result = home.run("deny")
    assert result.out == f"{home.shop}: denied; to undo that: venvhook allow\n"
    record = home.record()
    assert record and not record.allowed
    for command in (["which"], ["run", "true"], ["create"]):
        assert home.run(*command).err.startswith(f"venvhook: {home.shop}/.venvhook.toml: you denied it; ")
    assert "you had denied it" in home.run("allow").out
    record = home.record()
    assert record and record.allowed


def test_the_store_cannot_be_written(home: Home) -> None:
    home.marker()
    Path(home.folders.data).write_text("")
    result = home.run("allow")
    assert result.status == 1 and result.err.startswith(f"venvhook: {home.folders.data}: is not a plain folder; ")


# ---- status ----------------------------------------------------------------------------------------------------------


def test_status_without_a_project(home: Home) -> None:
    result = home.run("status")
    assert result.status == 0
    assert result.out == f"no project: no .venvhook.toml in {home.shop} or above; to write one: venvhook init\n"
    data = home.run("status", "--json").data
    assert data["project"] is None and data["start"] == str(home.shop)
    home.marker()
    assert home.run("status", "--json").data.keys() == data.keys()


def test_status_says_what_was_decided(home: Home) -> None:
    def decided() -> str:
        trust = home.run("status", "--json").data["trust"]
        assert report.TRUST[trust] in home.run("status").out
        return str(trust)

    home.marker()
    assert decided() == "undecided"
    home.run("allow")
    assert decided() == "allowed"
    home.marker("# edited")
    assert decided() == "edited"
    home.run("deny")
    assert decided() == "denied"
    Path(home.folders.config).mkdir()
    (Path(home.folders.config) / "config.toml").write_text('allow = ["~"]')
    assert decided() == "denied"
    home.run("allow")
    home.marker("# edited again")
    assert decided() == "folder"


def test_status_of_a_marker_that_is_not_understood(home: Home) -> None:
    home.marker("\nnope = 1")
    result = home.run("status")
    assert result.status == 0 and f"{home.shop}/.venvhook.toml:2: unknown key nope" in result.out
    problem = home.run("status", "--json").data["problem"]
    assert (problem["line"], problem["path"]) == (2, f"{home.shop}/.venvhook.toml")


def test_status_of_a_project_in_order(home: Home) -> None:
    root = home.environment()
    (home.shop / ".env").write_text("SECRET=hunter2\nDEBUG=0\n")
    home.allowed(
        'prompt = "shop!"\ndotenv = [".env"]\n[variables]\nDEBUG = "1"\nX = false\n[prepend]\nPYTHONPATH = ["src"]'
    )
    result = home.run("status", "--json")
    assert "hunter2" not in result.out + home.run("status").out
    data = result.data
    environment = data["environment"]
    assert (environment["path"], environment["healthy"], environment["problem"]) == (str(root), True, None)
    assert environment["interpreter"] == os.path.realpath(root / "bin/python")
    assert data["enter"] == {
        "variables": {
            "VIRTUAL_ENV": str(root),
            "VIRTUAL_ENV_PROMPT": "shop_",
            "PYTHONHOME": None,
            "DEBUG": "1",
            "X": None,
        },
        "dotenv": [{"path": f"{home.shop}/.env", "names": ["SECRET", "DEBUG"]}],
        "conda": [],
        "prepend": {"PATH": [f"{root}/bin"], "PYTHONPATH": [f"{home.shop}/src"]},
        "prompt": "shop_",
    }
    assert data["shell"] == {"virtual_env": None, "project": None, "entered": False, "disabled": False}
    assert "  state        good\n" in home.run("status").out


def test_status_says_what_this_shell_is_in(home: Home) -> None:
    root = home.environment()
    home.allowed()
    home.patch.setenv("VIRTUAL_ENV", str(root))
    said = f"has not entered it; VIRTUAL_ENV is {root}; "
    assert said + "to see why: venvhook doctor\n" in home.run("status").out
    home.patch.setattr(sys, "argv", [os.path.join(home.folders.hook, "launch.py")])
    assert said + "to enter it: venvhook on\n" in home.run("status").out
    assert "venvhook on" not in home.run("status", str(home.shop)).out  # which may be elsewhere
    for name, value in home.inside().items():
        home.patch.setenv(name, value)
    assert "this shell   has entered it\n" in home.run("status").out
    home.patch.setenv("PATH", f"/x:{os.environ['PATH']}")
    assert "has entered it, but /x comes before its commands on PATH\n" in home.run("status").out
    home.patch.setenv("PATH", "/x")
    assert "has entered it, but its commands are not on PATH\n" in home.run("status").out
    assert home.run("status", "--json").data["shell"]["entered"] is True
    home.patch.setenv("VIRTUAL_ENV", "/other")
    assert "has entered it, but VIRTUAL_ENV is /other" in home.run("status").out
    home.patch.setenv("VENVHOOK_PROJECT", "/elsewhere")
    home.patch.setenv("VENVHOOK_DISABLE", "1")
    assert "has entered /elsewhere; VENVHOOK_DISABLE is set" in home.run("status").out


def test_status_says_what_was_changed_in_this_shell(home: Home) -> None:
    home.environment()
    (home.shop / ".env").write_text("SECRET=hunter2\nB=b\n")
    home.allowed('dotenv = [".env"]\n[variables]\nA = "a"\nB = "own"\nC = "c"\nD = false')
    for name, value in home.inside().items():
        home.patch.setenv(name, value)
    assert "changed here" not in home.run("status").out
    home.patch.setenv("SECRET", "hunter3")
    home.patch.setenv("B", "other")
    home.patch.delenv("C")
    home.patch.setenv("D", "")
    lines = home.run("status").out.split("changed here")[1].splitlines()[:4]
    assert sorted(line.strip() for line in lines) == ["B = other", "C is not set", "D =", "SECRET"]


def test_status_begins_with_the_state_and_one_next_command(home: Home) -> None:
    def state() -> str:
        (line,) = [line for line in home.run("status").out.splitlines() if line.startswith("  state ")]
        return line.split(maxsplit=1)[1]

    home.marker()
    assert state() == report.TRUST["undecided"]
    assert "venvhook create" not in home.run("status").out  # which would not work before that
    home.run("allow")
    assert state() == "there is no environment yet; to make it: venvhook create"
    root = home.environment()
    assert state() == "good"
    home.allowed('python = "2.6"')
    assert state() == "good, with a warning"
    home.marker("nope = 1")
    assert state().startswith(f"{home.shop}/.venvhook.toml:1: unknown key nope")
    home.allowed()
    root.joinpath("pyvenv.cfg").unlink()
    assert state().endswith("to make it anew: venvhook rebuild")


def test_status_names_the_other_places(home: Home) -> None:
    chosen, other = home.environment(), home.environment("venv")
    home.marker()
    assert "another place  ~/shop/venv (" in home.run("status").out
    found = {each["path"]: each for each in home.run("status", "--json").data["candidates"]}
    assert found[str(chosen)]["chosen"] and found[str(chosen)]["why"]
    assert found[str(other)]["exists"] and not found[str(other)]["chosen"]


def test_status_of_an_environment_that_lost_its_python(home: Home) -> None:
    root = home.environment()
    (root / "bin/python").unlink()
    (root / "bin/python").symlink_to("/nowhere/python3")
    home.allowed()
    environment = home.run("status", "--json").data["environment"]
    assert not environment["healthy"] and environment["interpreter"] is None
    assert "its Python is gone (/nowhere/python3); to make it anew: venvhook rebuild" in home.run("status").out


def test_status_of_an_environment_of_another_version(home: Home) -> None:
    home.environment()
    home.allowed('python = "2.6"')
    data = home.run("status", "--json").data
    assert "the marker asks for 2.6" in data["warnings"][0]
    assert "warning" in home.run("status").out


def test_a_new_name_in_a_dotenv_file_is_told(home: Home) -> None:
    home.environment()
    (home.shop / ".env").write_text("A=1\n")
    home.allowed('dotenv = [".env"]')
    (home.shop / ".env").write_text("A=2\n")
    assert home.run("status", "--json").data["environment"]["healthy"]
    (home.shop / ".env").write_text("A=2\nB=2\n")
    assert "it sets B, which you have not allowed" in home.run("status").out
    assert "sets A, B (new: B)" in " ".join(home.run("allow").out.split())
    assert "which you have not allowed" not in home.run("status").out


def test_the_common_commands_are_names_once_each() -> None:
    assert len(report.COMMON) == len(set(report.COMMON)) >= 40
    assert not {"python", "pip", "activate"} & set(report.COMMON)


# ---- every effect is shown -------------------------------------------------------------------------------------------


# For each key of a marker: what it says, and what `allow` must show of it, label and text.
SHOWN = {
    "venv": ('venv = "envs/x"', ["venv", "envs/x"]),
    "manager": ('manager = "virtualenv"', ["manager", "virtualenv; create starts it"]),
    "python": ('python = "./own-python"', ["create uses", "/shop/own-python, which it starts"]),
    "prompt": ('prompt = "the shop"', ["prompt", "the shop"]),
    "requirements": ('requirements = ["r.txt", "s.txt"]', ["create installs", "r.txt (requirements)", "s.txt (req"]),
    "packages": ('packages = ["-e git+https://x.example/x"]', ["create installs", "-e git+https://x.example/x (pack"]),
    "dotenv": ('dotenv = [".env"]', ["dotenv", "~/shop/.env: sets GIT_PAGER"]),
    "variables": ('[variables]\nGIT_PAGER = "evil"\nB = false', ["sets", "GIT_PAGER = evil", "unsets", "B"]),
    "prepend": ('[prepend]\nPYTHONPATH = ["src"]', ["prepends", "~/shop/src to PYTHONPATH"]),
}


def test_every_key_of_a_marker_is_tried() -> None:
    assert tuple(SHOWN) == marker.KEYS


@pytest.mark.parametrize("made", [False, True], ids=["no environment", "an environment"])
@pytest.mark.parametrize("key", marker.KEYS)
def test_allow_and_status_show_every_key(home: Home, key: str, made: bool) -> None:
    """What a key makes `create` run, or entering set, is shown before it is allowed."""
    text, parts = SHOWN[key]
    (home.shop / ".env").write_text("GIT_PAGER=hunter2\n")
    if made:
        home.environment("envs/x" if key == "venv" else ".venv")
    home.marker(text)
    for command in ("status", "allow", "status"):
        out = home.run(command).out
        for part in parts:
            assert part in out, (command, part, out)
        assert "hunter2" not in out


def test_a_python_that_is_no_path_is_not_said_to_be_one(home: Home) -> None:
    home.marker('python = ">=3.11"')
    assert "create uses  Python >=3.11\n" in home.run("allow").out


def conda_environment(home: Home, state: str) -> Path:
    root = home.shop / ".venv"
    for folder in ("bin", "conda-meta", "etc/conda/env_vars.d"):
        (root / folder).mkdir(parents=True)
    (root / "bin/python").symlink_to(sys.executable)
    (root / "conda-meta/state").write_text(state)
    (root / "etc/conda/env_vars.d/a.json").write_text('{"GDAL_DATA": "/g"}')
    return root


def test_what_a_conda_environment_sets_is_shown_and_is_part_of_what_is_allowed(home: Home) -> None:
    home.marker()
    home.run("allow")  # there is no environment yet
    root = conda_environment(home, '{"env_vars": {"GIT_SSH_COMMAND": "hunter2", "LD_PRELOAD": "x"}}')
    status = home.run("status")
    said = " ".join(status.out.split())
    assert "conda ~/shop/.venv/etc/conda/env_vars.d/a.json: sets GDAL_DATA (new: GDAL_DATA)" in said
    assert "~/shop/.venv/conda-meta/state: sets GIT_SSH_COMMAND (new: GIT_SSH_COMMAND)" in said
    assert "it sets GDAL_DATA, which you have not allowed" in said
    assert home.run("run", "true").status == 1
    allowed = home.run("allow")
    assert "sets GIT_SSH_COMMAND (new: GIT_SSH_COMMAND)" in allowed.out
    assert "hunter2" not in allowed.out + status.out + home.run("status").out
    record = home.record()
    assert record and list(record.newest.names) == ["GDAL_DATA", "GIT_SSH_COMMAND"]
    data = home.run("status", "--json").data
    assert data["enter"]["conda"] == [
        {"path": f"{root}/etc/conda/env_vars.d/a.json", "names": ["GDAL_DATA"]},
        {"path": f"{root}/conda-meta/state", "names": ["GIT_SSH_COMMAND"]},
    ]
    assert "GIT_SSH_COMMAND" not in data["enter"]["variables"] and "hunter2" not in json.dumps(data)
    said = home.finish("run", "sh", "-c", "echo $GIT_SSH_COMMAND-$LD_PRELOAD").out
    assert said == "hunter2-\n"


def test_a_name_that_condas_state_gets_later_asks_again(home: Home) -> None:
    root = conda_environment(home, "{}")
    home.allowed()
    assert home.finish("run", "true").status == 0
    (root / "conda-meta/state").write_text('{"env_vars": {"STATE": "x"}}')
    assert "conda-meta/state: it sets STATE, which you have not allowed" in home.run("run", "true").err


# ---- where the environment was ---------------------------------------------------------------------------------------


def test_another_environment_than_the_one_that_was_allowed_is_told(home: Home) -> None:
    """A pull brings a `.venv` file, or takes one away: the marker is the same."""
    home.environment("envs/a")
    home.environment("envs/b")
    (home.shop / ".venv").write_text("./envs/a\n")
    home.marker()
    assert "when you allowed it" not in home.run("allow").out
    record = home.record()
    assert record and record.newest.place == f"{home.shop}/envs/a"
    assert "state        good\n" in home.run("status").out
    (home.shop / ".venv").write_text("./envs/b\n")
    status = home.run("status")
    said = f"when you allowed it, its environment was {home.shop}/envs/a"
    assert "good, with a warning" in status.out and said in status.out
    assert f"{said}; to allow this one: venvhook allow" in home.run("status", "--json").data["warnings"]
    assert said in home.run("allow").out
    assert said not in home.run("status").out


def test_where_there_was_none_no_place_is_noted(home: Home) -> None:
    """Some managers decide only when they make it."""
    home.marker()
    home.run("allow")
    record = home.record()
    assert record and record.newest.place == ""
    home.environment("venv")
    assert "when you allowed it" not in home.run("status").out


@pytest.mark.parametrize("command", ["rebuild", "remove"])
def test_another_environment_than_the_one_that_was_allowed_is_not_deleted_unasked(home: Home, command: str) -> None:
    """Inside of the project too."""
    a, b = home.environment("envs/a"), home.environment("envs/b")
    (home.shop / ".venv").write_text("./envs/a\n")
    home.allowed()
    (home.shop / ".venv").write_text("./envs/b\n")
    result = home.run(command)
    assert (result.status, result.err.count("\n")) == (1, 1)
    assert f"{b}: is only deleted when you say so; to do it without being asked: venvhook {command} --yes" in result.err
    assert (b / "pyvenv.cfg").exists()
    home.run("allow")
    (home.shop / ".venv").write_text("./envs/a\n")
    assert home.run("rebuild").status == 1
    home.run("allow")
    assert home.run("rebuild").status == 0, "the one that was allowed is made again"
    assert a.is_dir()


def test_create_remembers_where(home: Home) -> None:
    home.allowed('venv = "envs/x"')
    assert home.run("create").status == 0
    record = home.record()
    assert record and record.newest.place == f"{home.shop}/envs/x"


def test_a_record_without_a_place_says_nothing_of_it(home: Home) -> None:
    home.environment()
    home.marker()
    trust.decide(home.folders.data, trust.Record(str(home.shop), True))
    assert "state        good\n" in home.run("status").out


def test_what_a_command_made_is_remembered(home: Home) -> None:
    home.environment("envs/b")
    home.marker('venv = "envs/b"')
    home.run("allow")
    asked = place.asked(home.folders, str(home.shop))
    asked.read()
    asked.judge()
    assert asked.moved(f"{home.shop}/envs/b") is None
    assert asked.moved("/elsewhere") == f"{home.shop}/envs/b"
    before = home.record()
    allow.remember_place(home.folders, asked, f"{home.shop}/envs/b")
    same = home.record()
    assert before and same and before.path == same.path, "nothing new is no decision"
    allow.remember_place(home.folders, asked, "/elsewhere")
    after = home.record()
    assert after and (after.newest.place, after.newest.marker) == ("/elsewhere", b'venv = "envs/b"')
    assert after.newest.meaning == same.newest.meaning


# ---- commands that another user made ---------------------------------------------------------------------------------


def test_a_command_of_another_user_in_bin_is_refused(home: Home, give_away: Callable[[Path], None]) -> None:
    """`chown` of the folder alone leaves in it what another user put there."""
    root = home.environment()
    executable(root / "bin/ls")
    home.marker()
    give_away(root / "bin/ls")
    said = f"{root}/bin/ls: it belongs to another user; use an environment of your own"
    assert said in home.run("status").out
    assert home.run("status", "--json").data["enter"] is None
    result = home.run("allow")
    assert (result.status, result.err) == (1, f"venvhook: {said}\n")
    assert home.record() is None
