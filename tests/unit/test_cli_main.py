"""What every command does alike: statuses, one line for an error, help, quickness, and nothing odd on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from test_cli_home import PACKAGE, Home

from venvhook import cli, hookfiles, proof
from venvhook.cli import known
from venvhook.shells import SHELLS

COMMANDS = """
init create rebuild remove allow deny status which run list prune pythons install uninstall hook plan on off
""".split()  # noqa: SIM905


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Home:
    return Home(tmp_path, monkeypatch, capfd)


def test_help_names_every_command_in_one_line_each(home: Home) -> None:
    result = home.run("--help")
    assert result.status == 0
    for command in COMMANDS:
        assert f"\n  {command} " in result.out
    assert "..." not in result.out.split("Commands:")[1]
    assert home.run().out == result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(home: Home, command: str) -> None:
    result = home.run(command, "--help")
    assert (result.status, result.err) == (0, "")
    assert f"venvhook {command}" in result.out


def test_what_the_output_cannot_hold(tmp_path: Path) -> None:
    """Is shown as an escape; three dots as three dots, for they are in commands to copy."""
    (tmp_path / "é …").mkdir()
    command = [sys.executable, "-m", "venvhook", "allow", "é …"]
    environ = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(PACKAGE), "LC_ALL": "C.UTF-8"}
    said = subprocess.run(command, env=environ, cwd=tmp_path, capture_output=True, timeout=60).stderr
    assert said.isascii() and b"/\\xe9 ..." in said, said


def test_version(home: Home) -> None:
    from venvhook import __version__

    assert home.run("--version").out == f"venvhook {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "problem", "see"),
    [
        ("allow --nope", "--nope", "venvhook allow --help"),
        ("nope", "nope", "venvhook --help"),
        ("plan", f"missing argument 'SHELL' (one of {', '.join(SHELLS)})", "venvhook plan --help"),
        ("plan tcsh", f"tcsh is none of {', '.join(SHELLS)}", "venvhook plan --help"),
        ("install --shell ksh", "ksh is none of", "venvhook install --help"),
        ("run", "COMMAND", "venvhook run --help"),
        ("run --dir", "--dir", "venvhook run --help"),
        ("status a b", "b", "venvhook status --help"),
    ],
)
def test_arguments_that_are_not_understood(home: Home, arguments: str, problem: str, see: str) -> None:
    result = home.run(*arguments.split())
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("venvhook: ") and result.err.endswith(f"; see: {see}\n")
    assert problem in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize("word", ["on", "off"])
def test_on_and_off_need_the_hook(home: Home, word: str) -> None:
    result = home.run(word)
    assert result.status == 1
    assert result.err == (
        f"venvhook: {word} is done by the hook, which is not loaded in this shell; "
        "to install it: venvhook install; then open a new shell\n"
    )
    os.makedirs(home.folders.hook)
    assert home.run(word).err.endswith("; open a new shell, or, if that does not help: venvhook doctor\n")


def test_ctrl_c_and_signals(home: Home) -> None:
    home.patch.setattr("venvhook.cli.status.status", _interrupt)
    assert home.run("status").status == 130
    home.patch.setattr("venvhook.cli.place.find", _interrupt)
    assert home.run("allow").status == 130


def _interrupt(*arguments: object) -> None:
    raise KeyboardInterrupt


def test_the_machine_is_no_traceback(home: Home) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device", "/a/b")

    home.patch.setattr("venvhook.cli.status.status", full)
    result = home.run("status")
    assert (result.status, result.err) == (1, "venvhook: /a/b: no space left on device\n")


@pytest.mark.skipif(os.name == "nt", reason="pipes of POSIX")
@pytest.mark.parametrize("arguments", [["status"], ["--help"], ["plan", "bash"]])
def test_nobody_reads_on(home: Home, arguments: list[str]) -> None:
    home.allowed()
    process = home.process(*arguments)
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == cli.UNREAD
    process.stderr.close()


def test_names_of_bytes_and_control_characters_are_shown_harmlessly(home: Home) -> None:
    odd = home.home / "a\x1b]0;title\x07b\nvenvhook: forged"
    odd.mkdir()
    home.go(odd)
    home.marker('prompt = "x\\u001b[31m"\n[variables]\nA = "\\u001b[2J"\n', odd)
    for command in (["allow"], ["status"], ["status", "--json"], ["deny"], ["list"], ["plan", "nope"], ["which"]):
        result = home.run(*command)
        assert "\x1b" not in result.out + result.err and "\nvenvhook: forged" not in result.out + result.err
    assert "\\x1b]0;title" in home.run("status").out


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are Unicode there")
def test_a_path_that_is_no_text(home: Home) -> None:
    odd = Path(os.fsdecode(os.fsencode(home.home) + b"/\xff"))
    odd.mkdir()
    home.go(odd)
    home.marker(folder=odd)
    assert home.run("allow").status == 0
    assert "\\xff" in home.run("status").out
    assert home.run("status", "--json").data["trust"] == "allowed"


def test_what_is_not_needed_is_not_imported(home: Home) -> None:
    home.allowed()
    code = "import sys; from venvhook import cli, folders; "
    code += "cli.main(sys.argv[1:], folders.Folders('/n/a', '/n/b', '/n/c', '/n'))"
    code += (
        "; print(*sorted(set(sys.modules) & {'rich', 'python_discovery', 'tomlkit', 'platformdirs'}), file=sys.stderr)"
    )
    for arguments in (["--help"], ["status"], ["status", "--json"], ["allow", "--help"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env={**os.environ, "PYTHONPATH": str(PACKAGE)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == "\n", arguments


def test_the_module_and_the_script_are_the_same_command(home: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "venvhook", "status"],
        env={**os.environ, "PYTHONPATH": str(PACKAGE)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"no project: no .venvhook.toml in {home.shop} or above")


# ---- install, uninstall, hook, plan ----------------------------------------------------------------------------------


@pytest.fixture
def shell(home: Home) -> Home:
    """A home with a startup file for bash."""
    (home.home / ".bashrc").write_text("# mine\n")
    return home


def test_install_and_uninstall_say_what_they_touched(shell: Home) -> None:
    rc = shell.home / ".bashrc"
    first = shell.run("install", "--shell", "bash")
    assert first.status == 0 and f"written: {rc}\n" in first.out
    assert shell.folders.hook in rc.read_text()
    again = shell.run("install", "--shell", "bash")
    assert again.out == "nothing to change: venvhook is installed for bash\n"
    gone = shell.run("uninstall")
    assert f"restored: {rc}\n" in gone.out and "venvhook off" in gone.out
    assert rc.read_text() == "# mine\n"
    assert shell.run("uninstall").out == "nothing to remove: no hook is installed\n"


def test_install_without_the_startup_files_shows_their_line(shell: Home) -> None:
    result = shell.run("install", "--no-rc", "--shell", "bash")
    assert result.status == 0 and f"{shell.folders.hook}/venvhook.bash" in result.out
    assert (shell.home / ".bashrc").read_text() == "# mine\n"


def test_hook_is_the_installed_hook_and_finds_its_launcher(shell: Home) -> None:
    text = shell.run("hook", "bash").out
    assert "@VENVHOOK_" not in text
    assert text == (Path(shell.folders.hook) / "venvhook.bash").read_text()
    assert (Path(shell.folders.hook) / "launch.py").exists()


def test_plan_prints_what_is_run_and_tells_whether_it_is(home: Home) -> None:
    home.environment()
    home.marker("[variables]\nA = '1'")
    before = home.run("plan", "bash")
    assert before.status == 0 and " A='1' " in before.out
    assert "not allowed yet" in before.err and "until then, nothing of this is run" in before.err
    home.run("allow")
    after = home.run("plan", "bash")
    assert after.err == "" and " A='1' " in after.out
    home.marker("nope = 1")
    assert home.run("plan", "bash").err.startswith(f"venvhook: {home.shop}/.venvhook.toml:1: unknown key nope")


# ---- install, uninstall, prove ---------------------------------------------------------------------------------------


def test_installing_says_what_comes_next(home: Home) -> None:
    first = home.run("install", "--shell", "bash")
    assert first.out.endswith("it is loaded in every shell that is started from now on\n")
    assert home.run("install", "--shell", "bash").out == "nothing to change: venvhook is installed for bash\n"
    line = hookfiles.load_line(home.folders, "bash")
    said = home.run("install", "--shell", "bash", "--no-rc").out.splitlines()[-2:]
    assert said[0] == "to load it, put this line at the end of the startup file:"
    assert said[1].split(None, 1) == ["bash", line]
    assert "shells that are open keep their hook" in home.run("uninstall").out
    assert home.run("uninstall").out == "nothing to remove: no hook is installed\n"


class Seen:
    """A proof's outcome, as proof.Proof has it."""

    unseen = ()

    def __init__(self, shell: str, reason: str) -> None:
        self.shell, self.reason, self.prompt, self.transcript = shell, reason, "the name is there", "$ cd\n$ "
        self.answer = b""


@pytest.mark.parametrize(("reasons", "status"), [([], 1), ([""], 0), (["", "it hangs"], 1)])
def test_proving_shows_each_shell(home: Home, reasons: list[str], status: int) -> None:
    home.patch.setattr(proof, "prove", lambda *_: [Seen(f"sh{n}", reason) for n, reason in enumerate(reasons)])
    result = home.run("prove")
    works, fails = "--- sh0: works; the name is there\n", "--- sh1: does NOT work: it hangs\n"
    lines = "    $ cd\n    $\n"
    expected = ["", works + lines, works + lines + fails + lines][len(reasons)]
    assert (result.status, result.out.replace(" \n", "\n")) == (status, expected)


# ---- Whatever a project holds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["status", "list", "pythons --names", "allow", "run touch x"])
def test_closed_descriptors(home: Home, closed: str, command: str) -> None:
    """Nothing fails, the command does its work, and no file that is opened takes the place of the output."""
    path = home.marker("# mine\n")
    home.environment()
    assert home.run("allow").status == 0
    home.patch.setenv("PATH", os.defpath)
    code = f"import sys; sys.path.insert(0, {str(PACKAGE)!r}); from venvhook import cli, folders; "
    code += f"sys.exit(cli.main(sys.argv[1:], folders.Folders(*{list(home.folders)!r})))"
    line = f'exec "$0" -c "$1" {command} {closed}'
    done = subprocess.run(["sh", "-c", line, sys.executable, code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (home.shop / "x").exists() is command.startswith("run")
    assert path.read_text() == "# mine\n"


DEEP = {
    "dotted": "a." * 60_000 + "a=1\n",
    "quoted": "'a'." * 20_000 + "a=1\n",
    "spaced": "a . " * 20_000 + "a=1\n",
    "header": "[" + "a." * 60_000 + "a]\n",
    "inline": "x = {" + "a." * 60_000 + "a=1}\n",
    "nested": "x = " + "[" * 60_000 + "\n",
    "tables": "x = " + "{a=" * 20_000 + "\n",
    "many": "".join(f"{'a.' * 31}b{at}=1\n" for at in range(1000)),
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
@pytest.mark.parametrize("command", [["status"], ["allow"], ["list"], ["create"], ["init", "--force"]])
def test_a_deep_file_of_a_manager(home: Home, text: str, command: list[str]) -> None:
    home.allowed('manager = "poetry"\npython = "2.6"')
    (home.shop / "pyproject.toml").write_text(f'[tool.poetry]\nname="x"\n"a\\tb"=1\n{text}')
    begun = time.monotonic()
    result = home.run(*command)
    assert time.monotonic() - begun < 20
    assert result.err.count("\n") <= 1 and "Traceback" not in result.err


def test_a_marker_whose_last_line_is_wrong(home: Home) -> None:
    deep, lines = f"variables.{'a.' * 1200}a=1", "\n" * 1500
    for text in (f"{deep}{lines}zz=1", f"#{lines}zz=1", f"[variables]\nA='1'\n{lines}{lines}[prepend]\nzz=1"):
        path = home.marker(text)
        begun = time.monotonic()
        result = home.run("allow")
        assert time.monotonic() - begun < 10
        assert result.status == 1 and result.err.startswith(f"venvhook: {path}:") and result.err.count("\n") == 1


def test_one_bad_project_is_one_row_of_the_list(home: Home) -> None:
    home.environment()
    home.allowed()
    errors = (RecursionError("deep"), MemoryError(), ValueError("x"), OSError(40, "Too many levels"))
    for number in range(len(errors)):
        folder = home.home / f"bad{number}"
        folder.mkdir()
        home.marker(folder=folder)
        assert home.run("allow", str(folder)).status == 0
    real = known.locate

    def locate(folder: str, *rest: object) -> object:
        if os.path.basename(folder).startswith("bad"):
            raise errors[int(folder[-1])]
        return real(folder, *rest)  # type: ignore[arg-type]

    home.patch.setattr(known, "locate", locate)
    result = home.run("list", "--json")
    assert (result.status, result.err, len(result.data)) == (0, "", 5)
    assert [each["healthy"] for each in result.data] == [False] * 4 + [True]
    assert all("cannot be looked at" in each["problem"] for each in result.data[:4])


UNFORESEEN = [RecursionError("too\ndeep"), MemoryError(), ValueError("\x1b[31m"), AssertionError("x" * 999)]


@pytest.mark.parametrize("error", UNFORESEEN)
def test_an_unforeseen_error_is_one_line(home: Home, error: Exception) -> None:
    def fail(*arguments: object) -> None:
        raise error

    home.patch.setattr("venvhook.cli.known.decided", fail)
    result = home.run("list")
    assert (result.status, result.err.count("\n")) == (1, 1)
    assert result.err.startswith("venvhook: unforeseen: ") and len(result.err) < 500
    assert "Traceback" not in result.err and "\x1b" not in result.err


@pytest.mark.parametrize("kind", ["chain", "loop", "long"])
def test_endless_links(home: Home, kind: str) -> None:
    """A chain of more links than the system follows, one that leads to itself, and a name that is too long."""
    links = home.shop / "links"
    links.mkdir()
    length = 3000 if kind == "chain" else 1
    for at in range(length):
        (links / str(at)).symlink_to(str(at + 1) if kind == "chain" else "0")
    target = "x" * 5000 if kind == "long" else "links/0"
    (home.shop / ".venv").write_text(target)
    home.allowed()
    for venv in (None, "links/0", "links/0/deeper", "x" * 300):
        if venv:
            home.allowed(f'venv = "{venv}"')
        for command in (["status"], ["list"], ["which"], ["create"], ["rebuild", "--yes"], ["remove", "--yes"]):
            result = home.run(*command)
            said = result.err.splitlines()
            assert "Traceback" not in result.err and "unforeseen" not in result.err, (venv, command, said)
            assert len(said) <= 1 or "what it said is above" in said[-1], (venv, command, said)
