"""`run` and `which`: the project's environment without a shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_cli_home import PACKAGE, Home

from venvhook import undo
from venvhook.cli.run import apply
from venvhook.plan import Plan
from venvhook.undo import outside

pytestmark = pytest.mark.skipif(os.name == "nt", reason="programs of POSIX")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


# ---- apply -----------------------------------------------------------------------------------------------------------


def plan_of(variables: dict[str, str | None], lists: dict[str, list[str]]) -> Plan:
    plan = Plan("/p", "/p", [])
    plan.sign, plan.home, plan.bin = "VIRTUAL_ENV", "/p/.venv", "/p/.venv/bin"
    plan.variables = [("VIRTUAL_ENV", "/p/.venv"), *variables.items()]
    plan.lists = [("PATH", ["/p/.venv/bin"]), *lists.items()]
    return plan


def test_apply_sets_unsets_and_puts_in_front() -> None:
    inside = apply(plan_of({"A": "1", "B": None}, {"L": ["/x", "/y"]}), {"A": "0", "B": "0", "C": "", "PATH": "/bin"})
    assert {name: inside.get(name) for name in ("A", "B", "C", "L", "PATH", "VIRTUAL_ENV", "VENVHOOK_PROJECT")} == {
        "A": "1",
        "B": None,
        "C": "",
        "L": "/x:/y",
        "PATH": "/p/.venv/bin:/bin",
        "VIRTUAL_ENV": "/p/.venv",
        "VENVHOOK_PROJECT": "/p",
    }


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
NAME = st.sampled_from(["A", "B", "C", "D"])
FOLDERS = st.lists(st.sampled_from(["/x", "/y", "/z"]), min_size=1, max_size=3, unique=True)
LISTS = st.dictionaries(st.sampled_from(["L", "M"]), FOLDERS)
HELD = st.dictionaries(st.sampled_from(["L", "M", "PATH"]), st.lists(st.sampled_from(["", "/x", "/q"])).map(":".join))


@given(st.dictionaries(NAME, st.none() | TEXT), LISTS, st.dictionaries(NAME, TEXT), HELD)
def test_what_apply_did_a_shell_inside_can_undo(
    variables: dict[str, str | None], lists: dict[str, list[str]], environ: dict[str, str], held: dict[str, str]
) -> None:
    before = {**environ, **held}
    assert outside(apply(plan_of(variables, lists), before)) == before


def test_outside_passes_over_what_is_not_ours() -> None:
    assert outside({"A": "1", "_VENVHOOK_SET": "; = -"}) == {"A": "1"}
    assert ("VENVHOOK_PROJECT", None) in undo.operations({})


# ---- run -------------------------------------------------------------------------------------------------------------


SHOW = "import os, sys; print(sys.prefix, os.environ.get('A'), os.environ['VENVHOOK_PROJECT'], *sys.argv[1:])"


@pytest.fixture
def shop(home: Home) -> Home:
    """A home with an allowed project that can be entered."""
    home.environment()
    home.allowed("[variables]\nA = 'a b'")
    return home


@pytest.mark.parametrize("dashes", [["--"], []])
def test_run_is_inside(shop: Home, dashes: list[str]) -> None:
    result = shop.finish("run", *dashes, "python", "-c", SHOW, "--help", "x", "--", "y")
    assert (result.status, result.err) == (0, "")
    assert result.out == f"{shop.shop}/.venv a b {shop.shop} --help x -- y\n"


def test_run_elsewhere(shop: Home) -> None:
    shop.go(shop.root)
    result = shop.finish("run", "--dir", "home/shop", "python", "-c", "import os, sys; print(sys.prefix, os.getcwd())")
    assert result.out == f"{shop.shop}/.venv {shop.root}\n"


def test_run_inside_of_another_project_knows_nothing_of_it(shop: Home) -> None:
    other = plan_of({"A": "other", "B": "other"}, {})
    for name, value in apply(other, dict(os.environ)).items():
        shop.patch.setenv(name, value)
    code = "import os; print(os.environ.get('B'), os.environ['A'], os.environ['PATH'].split(':')[:2])"
    out = shop.finish("run", "python", "-c", code).out
    assert out.startswith("None a b ") and "/p/.venv/bin" not in out


def test_the_status_is_the_commands(shop: Home) -> None:
    assert shop.finish("run", "sh", "-c", "exit 7").status == 7
    assert shop.finish("run", "sh", "-c", "kill -TERM $$").status == -signal.SIGTERM
    missing = shop.finish("run", "nope-nope")
    assert missing.status == 127 and missing.err.startswith("venvhook: nope-nope: no such command; ")
    assert missing.err.endswith(": venvhook run uv pip install nope-nope\n")  # it has no pip
    executable = shop.shop / ".venv/bin/pip"
    executable.touch(0o755)
    assert shop.finish("run", "nope-nope").err.endswith(": venvhook run python -m pip install nope-nope\n")
    assert shop.finish("run", "./nope").err == "venvhook: ./nope: no such command\n"
    (shop.shop / "plain").touch()
    refused = shop.finish("run", "./plain")
    assert (refused.status, refused.err) == (126, "venvhook: ./plain: permission denied\n")


def test_it_becomes_the_command(shop: Home) -> None:
    process = shop.process("run", "sh", "-c", "echo $$; cat", stdin=subprocess.PIPE)
    assert process.communicate("typed\n", timeout=60)[0] == f"{process.pid}\ntyped\n"  # so are its signals, its jobs


def test_signals_are_not_ignored_by_what_is_run(shop: Home) -> None:
    shell = "yes | head -1; printf '%s' ${PIPESTATUS[0]}"
    assert shop.finish("run", "bash", "-c", shell).out == "y\n141"


def test_run_asks_for_trust(home: Home) -> None:
    home.environment()
    home.marker()
    for command in (["run", "true"], ["which"]):
        result = home.run(*command)
        assert result.status == 1
        assert result.err == (
            f"venvhook: {home.shop}/.venvhook.toml: it is not allowed yet; to look at it and allow it: venvhook allow\n"
        )


def test_run_without_an_environment(home: Home) -> None:
    home.allowed()
    assert home.run("run", "true").err == (
        f"venvhook: {home.shop}/.venv: there is no environment yet; to make it: venvhook create\n"
    )


def test_what_installs_a_command_is_its_managers(home: Home) -> None:
    (home.shop / "Pipfile").touch()
    home.patch.setenv("PIPENV_VENV_IN_PROJECT", "1")
    home.environment()
    home.allowed('manager = "pipenv"')
    assert home.run("which", "nope-nope").err.endswith(": pipenv install nope-nope\n")


@pytest.mark.skipif(sys.platform == "darwin", reason="platformdirs knows no XDG_DATA_HOME there")
def test_a_job_allows_and_runs_without_a_home(home: Home) -> None:
    home.environment()
    home.marker()
    code = "from venvhook import cli, folders; folders.record_path = lambda prefix='': '/nowhere'; cli.script()"
    environ = {"PATH": os.defpath, "PYTHONPATH": str(PACKAGE), "XDG_DATA_HOME": str(home.root / "data")}

    def job(*arguments: str, **more: str) -> tuple[int, str, str]:
        command = [sys.executable, "-c", code, *arguments]
        done = subprocess.run(command, env={**environ, **more}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert job("run", "true", CI="true")[0] == 1  # not because it is a job
    status, out, error = job("allow")
    assert (status, out.splitlines()[-1], error) == (0, "allowed", "")
    assert job("run", "--", "python", "-c", "import sys; print(sys.prefix)") == (0, f"{home.shop}/.venv\n", "")
    assert job("run", "false", HOME="/nowhere")[0] == 1


def test_which(shop: Home) -> None:
    assert shop.run("which").out == f"{shop.shop}/.venv/bin/python\n"
    assert shop.run("which", "sh").out.endswith("/sh\n")
    result = shop.run("which", "nope-nope")
    assert result.status == 1 and result.err.startswith(
        f"venvhook: {shop.shop}: no command nope-nope in its environment"
    )


def test_a_warning_does_not_reach_stdout(shop: Home) -> None:
    shop.allowed('python = "2.6"')
    result = shop.finish("run", "python", "-c", "print(1)")
    assert (result.status, result.out) == (0, "1\n")
    assert "the marker asks for 2.6" in result.err
