"""The hook for bash and its plan functions: they lint, load silently into the strictest shells, change none of their
options, and nothing that a user aliased is ever called.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from venvhook import keep
from venvhook.plan import Plan

from .common import ROOT, Bash, environments, marker

FILES = [ROOT / "shell/venvhook.bash", ROOT / "shell/plan.bash"]
pytestmark = pytest.mark.skipif(not shutil.which("bash"), reason="bash is not installed")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_bash_parses_it(path: Path) -> None:
    done = subprocess.run(["bash", "-n", str(path)], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not shutil.which("shellcheck"), reason="shellcheck is not installed")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_shellcheck_has_nothing_to_warn_of(path: Path) -> None:
    done = subprocess.run(["shellcheck", "-S", "warning", "-s", "bash", str(path)], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_shell_that_is_not_interactive_is_left_alone(tmp_path: Path) -> None:
    bash = Bash()
    look = "{ declare -F; compgen -v | sort; shopt; alias; trap; }"
    text = f"{look} >one; {look} >one; {bash.source(bash.install(tmp_path))} {look} >two; diff one two\n"
    done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("", "")


STRICT = {
    "errexit nounset pipefail": "set -euo pipefail",
    "noclobber": "set -C",
    "noglob": "set -f",
    "nullglob": "shopt -s nullglob",
    "failglob": "shopt -s failglob",
    "nocasematch": "shopt -s nocasematch",
    "extglob dotglob globstar": "shopt -s extglob dotglob globstar 2>/dev/null || :",
    "posix": "set -o posix",
    "extdebug": "shopt -s extdebug",
    "no aliases": "shopt -u expand_aliases",
    "IFS": "IFS=' =/_:v'",
    "empty IFS": "IFS=",
    "unset IFS": "unset IFS",
    "traps": "trap 'echo ERR' ERR; trap : DEBUG INT; set -E",
    "LC_ALL": "LC_ALL=C",
    "all at once": "set -euCfo pipefail; shopt -s nullglob failglob extglob extdebug; IFS=' =/_:v'",
}
STATE = '{ shopt; set -o; trap; builtin printf \'%q\\n\' "${IFS-unset}" "$-"; alias; }'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a kept plan, and the hook that finds it; no helper is needed."""
    folder = Path(os.path.realpath(tmp_path)) / "shop"
    folder.mkdir()
    (folder / ".venvhook.toml").write_text("# shop\n")
    plan = Plan(
        str(folder),
        str(folder),
        [marker(str(folder), "# shop\n"), ("exists", str(folder)), ("absent", "/no\nwhere")],
    )
    plan.sign, plan.home, plan.bin, plan.name, plan.label = "VIRTUAL_ENV", "/v", "/v/bin", "shop", "(shop) "
    plan.variables = [
        ("VIRTUAL_ENV", "/v"),
        ("VIRTUAL_ENV_PROMPT", "shop"),
        ("PYTHONHOME", None),
        ("A", "inside"),
        ("B", None),
    ]
    plan.lists = [("PATH", ["/v/bin"]), ("PYTHONPATH", [str(folder)])]
    bash = Bash()
    keep.write(keep.place(str(folder.parent / "cache"), plan.project), bash.emitter.SUFFIX, bash.plan(plan))
    return folder


INSIDE = {"VIRTUAL_ENV": "/v", "VIRTUAL_ENV_PROMPT": "shop", "A": "inside", "B": None, "VENVHOOK_PROJECT": "…"}


@pytest.mark.parametrize("mode", STRICT)
def test_loaded_twice_in_silence_entered_and_left(tmp_path: Path, project: Path, mode: str) -> None:
    bash = Bash()
    load = bash.source(bash.install(project.parent)).strip()
    lines = [
        "export A=before B=before PYTHONPATH=/x",
        STRICT[mode],
        f"{STATE} >state.1",
        load,
        load,
        f"{STATE} >state.2",
        "builtin echo \"$PROMPT_COMMAND\"",
        "/usr/bin/env -0 >environment.1",
        f"cd {bash.quote(str(project))}",
        "_venvhook_prompt",
        "/usr/bin/env -0 >../environment.2",
        f"{STATE} >../state.3",
        "cd ..",
        "_venvhook_prompt",
        f"{STATE} >state.4",
        "/usr/bin/env -0 >environment.3",
        "builtin echo end",
    ]
    output, errors = bash.run(project.parent, "\n".join(lines) + "\n")
    assert errors == b""
    assert output.decode().splitlines() == ["\"${_venvhook_prompt-:}\" \"$?\" && :", "end"]
    read = [(project.parent / f"state.{n}").read_text() for n in (1, 2, 3, 4)]
    assert read[1:] == read[:1] * 3
    outside, inside, after = (
        environments((project.parent / f"environment.{n}").read_bytes() + b"\0\0")[0] for n in (1, 2, 3)
    )
    assert {name: inside.get(name) for name in INSIDE} == {**INSIDE, "VENVHOOK_PROJECT": str(project)}
    assert inside["PYTHONPATH"] == f"{project}:/x"
    assert after == outside


ALIASED = """
for name in $(\\builtin compgen -b) cd pushd popd printf env rm cat deactivate venvhook grep; do
    \\builtin alias -- "$name=\\\\builtin printf '%s\\\\n' HIJACKED:$name; \\\\builtin false"
done
\\builtin shopt -s expand_aliases
"""


def test_nothing_that_is_aliased_is_called(tmp_path: Path, project: Path) -> None:
    bash = Bash()
    hook = bash.quote(str(bash.install(project.parent)))
    lines = [
        ALIASED,
        f"\\builtin . {hook}",
        f"\\builtin . {hook}",
        f"\\cd {bash.quote(str(project))}",
        "_venvhook_prompt",
        "\\builtin printf '%s\\n' \"in:$VIRTUAL_ENV:$PATH\"",
        "\\deactivate",
        "_venvhook_prompt",
        "\\builtin printf '%s\\n' \"by hand:${VIRTUAL_ENV-}:$PATH\"",
        "\\pushd / >/dev/null",
        "\\popd >/dev/null",
        "\\builtin printf '%s\\n' \"again:$VIRTUAL_ENV:$PATH\"",
        "\\cd /",
        "\\builtin printf '%s\\n' \"out:${VIRTUAL_ENV-}:$PATH\"",
        "\\builtin printf '%s\\n' \"$(\\builtin alias cd)\"",
    ]
    path = os.defpath
    output, errors = bash.run(project.parent, "\n".join(lines) + "\n", {"PATH": path})
    *looks, alias = output.decode().splitlines()
    assert looks == [f"in:/v:/v/bin:{path}", f"by hand::{path}", f"again:/v:/v/bin:{path}", f"out::{path}"]
    assert (alias.startswith("alias cd="), errors) == (True, b"")


def test_the_names_of_functions_are_private(tmp_path: Path) -> None:
    bash = Bash()
    look = "{ declare -F; declare -xp; }"
    output, errors = bash.run(tmp_path, f"{look} >one\n{bash.load(tmp_path)}{look} >two; diff one two\n")
    changed = [line for line in output.decode().splitlines() if line[0] in "<>"]
    added = [line.split()[-1] for line in changed if line.startswith("> declare -f ")]
    assert (len(changed), errors) == (len(added), b"")
    assert len(added) > 30
    assert [name for name in added if not name.startswith("_venvhook_")] == ["cd", "popd", "pushd", "venvhook"]


READONLY = [
    "readonly A=x",
    "declare -r A=x",
    "declare -i A=1",
    "declare -a A=(1 2)",
    "readonly -a A=(x)",
    "declare -A A=([x]=y)",
    "readonly A",
]


@pytest.mark.parametrize("declaration", READONLY)
def test_a_variable_that_cannot_be_set_keeps_the_project_out(project: Path, declaration: str) -> None:
    bash = Bash()
    if declaration.startswith(("declare -i", "declare -a", "declare -A")) and not bash.knows_exports:
        pytest.skip("this version cannot be asked for attributes")
    outside, _ = bash.run(project.parent, f"{declaration}; declare -p A\n")
    lines = ["export B=before", declaration, bash.load(project.parent), f"cd {bash.quote(str(project))}"]
    lines += ["_venvhook_prompt", "cd .", "_venvhook_prompt", "declare -p A 2>/dev/null", bash.environment()]
    output, errors = bash.run(project.parent, "\n".join(lines))
    assert (errors.count(b"\n"), errors.count(b"so the project is not entered")) == (1, 1)
    assert output.startswith(outside)
    inside = environments(output[len(outside) :])[0]
    assert inside["B"] == "before"
    assert not any("VENVHOOK" in name or name.startswith("VIRTUAL") for name in inside)


def test_an_attribute_without_a_value_runs_nothing(tmp_path: Path) -> None:
    plan = Plan("/p", "/p", ())
    plan.sign, plan.variables = "VIRTUAL_ENV", [("A", "a[$(echo >ran)]")]
    bash = Bash()
    lines = [bash.load(tmp_path), "declare -i A", bash.plan(plan), bash.enter(plan), bash.show("A")]
    assert bash.run(tmp_path, "\n".join(lines)) == (b"A=a[$(echo >ran)]\0", b"")
    assert not (tmp_path / "ran").exists()


def test_a_folder_that_ends_like_another_behind_an_equals_sign(project: Path) -> None:
    plan = Plan("/p", "/p", ())
    plan.sign, plan.lists = "VIRTUAL_ENV", [("LISTED", ["/a=/b", "/b"])]
    bash = Bash()
    lines = [bash.load(project.parent), bash.set([("LISTED", "/a=/b")]), bash.plan(plan), bash.enter(plan)]
    lines += ["LISTED=$LISTED:/b", bash.leave(plan), bash.show("LISTED")]
    assert bash.run(project.parent, "\n".join(lines)) == (b"LISTED=/a=/b\0", b"")
