"""The zsh hook among whatever a user has made of zsh: options, aliases, kinds of variables, prompts.

Literals, operations, conditions and the rules of entering and leaving are tested for all shells in test_plans.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from venvhook.plan import Plan

from .common import ENV, Zsh, available, environments, marker

pytestmark = pytest.mark.skipif(not [each for each in available() if each.id == "zsh"], reason="zsh has no emitter")
ZSH = shutil.which("zsh") or "zsh"
MARKER = "# read at each prompt: $(x) 'y' `z`\n\n"
LOOK = f"'{ENV}' '-0'\n'builtin' 'printf' '\\0'\n"  # quoted, as all that is typed among aliases
ENVIRON = {"B": "b", "PATH": "/usr/bin:/bin"}


class World:
    """A home with the hook in it and one project whose plan is kept, so that nothing has to be asked."""

    def __init__(self, home: Path) -> None:
        self.home, self.shell = home, Zsh()
        self.hook = self.shell.install(home)
        self.project = home / "w/app"
        (self.project / "sub").mkdir(parents=True)
        (self.project / ".venvhook.toml").write_text(MARKER)

    def keep(self, plan: Plan) -> Plan:
        kept = Path(f"{self.home}/cache/plans{plan.project}/.venvhook-2.zsh")
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(self.shell.plan(plan))
        return plan

    def plan(self, variables: dict[str, str | None], lists: dict[str, list[str]] | None = None) -> Plan:
        """A plan of the project, as the helper makes it."""
        project, conditions = str(self.project), [marker(str(self.project), MARKER), ("exists", str(self.hook))]
        plan = Plan(project, project, conditions)
        plan.sign, plan.home, plan.bin = "VIRTUAL_ENV", f"{project}/.venv", f"{project}/.venv/bin"
        plan.name, plan.label = "app", "(app) "
        plan.variables = [("VIRTUAL_ENV", plan.home), ("PYTHONHOME", None), *variables.items()]
        plan.lists = list((lists or {"PATH": [plan.bin]}).items())
        return self.keep(plan)

    def run(self, text: str, before: str = "", environ: dict[str, str] | None = None) -> tuple[bytes, bytes]:
        """Source BEFORE, the hook twice, and TEXT, as if a prompt had been there."""
        load = f"'builtin' '.' {self.shell.quote(str(self.hook))}\n"
        ready = "'builtin' 'emulate' 'zsh' '-c' '_venvhook_ready=1'\n"
        return self.shell.run(self.home, f"{before}\n{load}{load}{ready}{text}", environ or ENVIRON)

    def visit(self, before: str = "", inside: str = "", environ: dict[str, str] | None = None) -> list[dict[str, str]]:
        """The environments before, inside and after a visit; nothing may be said."""
        enter, leave = f"'builtin' 'cd' '{self.project}/sub'\n", f"'builtin' 'cd' '{self.home}'\n"
        output, errors = self.run(f"{LOOK}{enter}{LOOK}{inside}\n{leave}{LOOK}", before, environ)
        assert errors == b""
        return environments(output)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    return World(tmp_path.resolve())


def zsh(text: str) -> list[str]:
    return subprocess.run([ZSH, "-fc", text], capture_output=True, text=True, check=True).stdout.split()


def entered_and_left(found: list[dict[str, str]], plan: Plan) -> None:
    before, inside, after = found
    assert (inside["VIRTUAL_ENV"], inside["VENVHOOK_PROJECT"]) == (plan.home, plan.folder)
    assert inside["PATH"] == f"{plan.bin}:{before['PATH']}"
    assert after == before


def test_both_files_are_zsh(world: World) -> None:
    for path in (world.hook, world.hook.with_name("plan-2.zsh")):
        done = subprocess.run([ZSH, "-f", "-n", str(path)], capture_output=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


# No options of a session, or such as make zsh itself talk.
OTHER = (
    "exec interactive login privileged restricted rcs globalrcs shinstdin singlecommand sourcetrace verbose xtrace zle"
)


def test_every_option_turned_round(world: World) -> None:
    plan = world.plan({"A": "1", "B": None})
    failed = {}
    for option in zsh("print -l ${(ko)options}"):
        if option in OTHER.split():
            continue
        turn = f"if [[ -o {option} ]]; then unsetopt {option}; else setopt {option}; fi 2>/dev/null"
        try:
            entered_and_left(world.visit(turn), plan)
        except (AssertionError, KeyError, ValueError) as error:
            failed[option] = str(error)
    assert failed == {}


@pytest.mark.parametrize("mode", ["sh", "ksh", "csh"])
def test_other_emulations(world: World, mode: str) -> None:
    plan = world.plan({"A": "1", "B": None})
    entered_and_left(world.visit(f"emulate {mode}"), plan)


STRICT = """
setopt err_exit no_unset warn_create_global ksh_arrays sh_word_split sh_glob glob_subst null_glob rc_quotes all_export
setopt no_clobber rc_expand_param no_short_loops posix_aliases posix_builtins pipe_fail ksh_glob ignore_braces
"""


def test_strict_modes_together(world: World) -> None:
    plan = world.plan({"A": "1", "B": None})
    found = world.visit(STRICT)
    entered_and_left(found, plan)
    assert not [name for name in found[1] if name.startswith("_venvhook_")]


def test_the_options_stay(world: World) -> None:
    world.plan({})
    output, errors = world.run(
        f"setopt; cd {world.project}; print; setopt; cd ..; print; setopt", "setopt ksh_glob no_aliases"
    )
    first, second, third = output.split(b"\n\n")
    assert (first.strip(), errors) == (second.strip(), b"")
    assert third.strip() == first.strip()


def test_aliases_for_everything(world: World) -> None:
    plan = world.plan({"A": "1", "B": None})
    words = zsh("print -l ${(ko)builtins} ${(ko)reswords}")
    words += zsh(
        "print -l '&&' '||' ';' ';;' '|' '&' '(' ')' '()' '[[' ']]' '{' '}' '!' '.' '-g' '-c' '-o' '+x' zsh 'for' '*'"
    )
    aliases = "\n".join(f"'builtin' 'alias' '-g' '--' '{word}=print HIJACKED;'" for word in words)
    entered_and_left(world.visit(aliases), plan)


def test_functions_named_like_builtins(world: World) -> None:
    plan = world.plan({"A": "1", "B": None})
    names = zsh("print -l ${(ko)builtins}")
    names = [name for name in names if name not in ("builtin", "return", ":", "[", "-")]
    functions = "\n".join(f"function '{name}' {{ 'builtin' 'print' HIJACKED; }}" for name in names)
    entered_and_left(world.visit(f"'builtin' 'disable' '-r' export typeset\n{functions}"), plan)


def test_loaded_by_a_function(world: World) -> None:
    plan = world.plan({"A": "1"})
    loader = f"f() {{ setopt local_options warn_create_global; . {world.hook}; }}; f; unfunction f; chpwd_functions=()"
    entered_and_left(world.visit(loader), plan)


def test_nothing_without_a_person(world: World) -> None:
    world.plan({})
    load = f". {world.hook}; . {world.hook}; cd {world.project}"
    assert zsh(f"{load}; print -r -- ${{VIRTUAL_ENV-none}} $+functions[_venvhook_look] $chpwd_functions") == [
        "none",
        "0",
    ]


def test_triggers_come_once_and_come_back(world: World) -> None:
    text = "print $chpwd_functions $precmd_functions; chpwd_functions=(x) precmd_functions=()\n"
    output, errors = world.run(
        f"{text}. {world.hook}; print $chpwd_functions $precmd_functions", "chpwd_functions=(other)"
    )
    first = b"other _venvhook_look _venvhook_first _venvhook_prompt\n"  # goes with the first prompt
    assert (output, errors) == (first + b"x _venvhook_look _venvhook_prompt\n", b"")


def test_rc_files_are_left_alone(world: World) -> None:
    """Until a prompt has been there, what is sourced may go where it likes."""
    world.plan({})
    output, errors = world.run(f"_venvhook_ready=''; cd {world.project}; print ${{VIRTUAL_ENV-none}}")
    assert (output, errors) == (b"none\n", b"")


def test_a_marker_is_measured_in_bytes(world: World) -> None:
    """Also where the locale has characters of several: what the hook reads in runs without `multibyte`."""
    text = f"_venvhook_quietly builtin . {world.hook.with_name('plan-2.zsh')}\n"
    for count in (2048, 2049):
        (world.project / f"{count}").mkdir()
        (world.project / f"{count}/.venvhook.toml").write_text("é" * count)
        text += f"_venvhook_file {world.project}/{count}/.venvhook.toml; print $?\n"
    assert world.run(text) == (b"0\n1\n", b"")


@pytest.mark.parametrize("folder", ["''", ".", "x", "/", "//", "x/y", "..", "/nowhere/at/all/"])
def test_the_search_ends_wherever_the_shell_says_it_is(world: World, folder: str) -> None:
    assert world.run(f"PWD={folder}; _venvhook_look; print -r -- $_venvhook_project .") == (b".\n", b"")


CEILINGS = {
    "{0}": False,
    "{0}/": False,
    "/a:{0}:/b": False,
    "{0}/sub": False,
    "/": True,
    "//": True,
    "{0}x:x{0}": True,
    "": True,
}


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_ceilings(world: World, ceiling: str) -> None:
    world.plan({})
    there = CEILINGS[ceiling]
    output, errors = world.run(
        f"export VENVHOOK_CEILING={ceiling.format(world.project)}; cd {world.project}/sub; print ${{VIRTUAL_ENV+there}}"
    )
    assert (output, errors) == (b"there\n" if there else b"\n", b"")


def stamped(world: World) -> tuple[Path, int]:
    """A plan whose marker has a stamp: the stamp and its time."""
    plan, stamp = world.plan({}), world.home / "stamp"
    stamp.touch()
    time = (world.project / ".venvhook.toml").stat().st_mtime_ns
    os.utime(stamp, ns=(time, time))
    plan.conditions = (("marker", str(world.project), MARKER, str(stamp), time, 1),)
    world.keep(plan)
    return stamp, time


def test_a_marker_is_watched_by_its_stamp_and_compared_when_a_plan_is_taken_up(world: World) -> None:
    """New bytes of the same time are not seen at a prompt, where the old plan goes on. No plan is taken up for them."""
    file = world.project / ".venvhook.toml"
    stamp, time = stamped(world)
    show = "_venvhook_prompt 2>/dev/null; print -r -- ${VIRTUAL_ENV+inside}.\n"
    change = f"print new >{file}; touch -r {stamp} {file}\n"
    back = f"cd /; cd {world.project} 2>/dev/null\n"
    output, _ = world.run(f"cd {world.project}\n{show}{change}{show}{back}{show}")
    assert output == b"inside.\ninside.\n.\n"
    file.write_text(MARKER)
    os.utime(file, ns=(time, time))
    output, _ = world.run(f"cd {world.project}\n{show}touch {file}\n{show}")
    assert output == b"inside.\n.\n"


@pytest.mark.parametrize("options", ["", "setopt ksh_arrays sh_word_split prompt_subst aliases"])
def test_a_prompt_where_nothing_has_changed_runs_one_function(world: World, options: str) -> None:
    """Outside of projects, in one, and outside again. In one whose hook has been read again it runs one more."""
    stamped(world)
    count = "functions[kept]=${functions[_venvhook_changed]}; _venvhook_changed() { print -n changed; kept }\n"
    twice = "_venvhook_prompt; print -n ' '; _venvhook_prompt; print\n"
    folders = f"cd {world.project}\n{twice}cd sub\n{twice}cd /\n{twice}"
    output, errors = world.run(f"{options}\n{count}{twice}{folders}{folders}")
    assert (output.decode().splitlines(), errors) == (["changed ", *[" "] * 6], b"")
    again = f". {world.hook}\n{count}cd {world.project}\n{twice}"
    output, errors = world.run(f"cd {world.project}\n_venvhook_prompt\n{options}\n{again}")
    assert (output, errors) == (b"changed changed\n", b"")


# ---- variables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["project", "kept", "folder", "ceiling", "noted", "i", "entry", "name", "text"])
def test_variables_named_like_what_a_function_might_hold(world: World, name: str) -> None:
    world.plan({name: "inside"})
    before, inside, after = world.visit(environ={name: "outside", "PATH": "/usr/bin:/bin"})
    assert (before[name], inside[name], after[name]) == ("outside", "inside", "outside")


@pytest.mark.parametrize("place", ["{0}:/usr/bin:/bin", "/usr/bin:{0}:/bin", "/usr/bin:/bin:{0}"])
def test_a_list_that_holds_each_folder_once(world: World, place: str) -> None:
    plan = world.plan({})
    path = place.format(plan.bin)
    before, inside, after = world.visit("typeset -U path", environ={"PATH": path})
    assert (before["PATH"], inside["PATH"].split(":")[0]) == (path, plan.bin)
    assert after == before


def test_a_list_that_holds_each_folder_once_and_is_edited_inside(world: World) -> None:
    plan = world.plan({})
    _, _, after = world.visit("typeset -U path", "path=(/mine $path)", {"PATH": f"/usr/bin:/bin:{plan.bin}"})
    assert after["PATH"].split(":")[:3] == ["/mine", "/usr/bin", "/bin"]


def test_a_list_tied_to_an_array(world: World) -> None:
    world.plan({}, {"LD_LIBRARY_PATH": ["/a b", "/c"]})
    show = "print -rl -- $ld_library_path\n"
    tied = "typeset -xT LD_LIBRARY_PATH ld_library_path"
    output, errors = world.run(f"cd {world.project}\n{show}cd /\n{show}", tied, {"LD_LIBRARY_PATH": "/x:/a b"})
    assert (output, errors) == (b"/a b\n/c\n/x\n/a b\n/x\n/a b\n", b"")


@pytest.mark.parametrize("before", ["/x", ""])
def test_a_list_that_is_not_exported(world: World, before: str) -> None:
    world.plan({}, {"PYTHONPATH": ["/src"]})
    assign = f"PYTHONPATH={before}"
    outside, inside, after = world.visit(assign)
    assert (inside["PYTHONPATH"], after) == ("/src:/x" if before else "/src", outside)
    assert "PYTHONPATH" not in after


KINDS = [
    "readonly A=1",
    "typeset -a A",
    "typeset -A A",
    "integer A=1",
    "float A=1",
    "typeset -u A=x",
    "typeset -L3 A=x",
    "typeset -Z3 A",
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_variable_that_cannot_be_set(world: World, kind: str) -> None:
    world.plan({"B": "1", "A": "1"})
    look = world.shell.environment()
    output, errors = world.run(f"{look}cd {world.project}\n{look}cd sub; _venvhook_look; cd /\n{look}", kind)
    outside, inside, after = environments(output)
    assert outside == inside == after
    assert errors.count(b"\n") == 1
    assert b"venvhook: A is readonly or no plain variable" in errors


def test_what_has_become_readonly_inside_stays_and_the_rest_goes(world: World) -> None:
    world.plan({"A": "1", "B": "2", "C": None})
    before, _, after = world.visit(inside="readonly A; readonly C=mine")
    assert after == {**before, "A": "1"}


def test_undoing_leaves_what_is_readonly(world: World) -> None:
    undo = world.shell.emitter.undo([("A", "1"), ("B", None), ("C", "3")])
    output, errors = world.run(f"f() {{ {undo} }}; f\nprint $A $B $C", "readonly A=0 B=0")
    assert (output, errors) == (b"0 0 3\n", b"")


@pytest.mark.parametrize("options", ["", "setopt ksh_arrays sh_word_split"])
def test_a_deactivate_of_the_users_comes_back(world: World, options: str) -> None:
    if options and zsh("f() {}; functions -c f g 2>/dev/null || print old"):
        pytest.skip("zsh before 5.8 cannot copy a function: what comes back runs under zsh's own options")
    world.plan({})
    theirs = f"{options}\nx='a b'; deactivate() {{ [[ -o ksh_arrays ]] && print -r -- k; print -rl -- $x; }}"
    visit = f"cd {world.project}; deactivate; cd /; deactivate"
    output, errors = world.run(f"{visit}; {visit}", theirs)
    assert (output, errors) == ((b"k\na\nb\n" if options else b"a b\n") * 2, b"")


@pytest.mark.parametrize("mode", ["zsh", "sh", "zsh -o ksh_arrays"])
def test_a_deactivate_that_keeps_options_of_its_own(world: World, mode: str) -> None:
    """zsh 5.9 crashes when it copies such a function."""
    world.plan({})
    visit = f"cd {world.project}; print -r -- $VIRTUAL_ENV; deactivate; cd /; deactivate"
    output, errors = world.run(f"{visit}; print end", f"emulate {mode} -c 'deactivate() {{ print -r -- mine; }}'")
    assert (output, errors) == (f"{world.project}/.venv\nmine\nend\n".encode(), b"")


# ---- the prompt ------------------------------------------------------------------------------------------------------

SHOWN = 'print -r -- "[${(%)PS1}]"\n'


def prompts(world: World, before: str, inside: str = "") -> list[str]:
    there = f"cd {world.project}\n{SHOWN}{inside}\n_venvhook_prompt\n{SHOWN}cd /\n{SHOWN}"
    output, errors = world.run(f"PS1='> '; {before}\n_venvhook_prompt\n{SHOWN}{there}")
    assert errors == b""
    return output.decode().splitlines()


@pytest.mark.parametrize(
    "before", ["", "setopt prompt_subst", "setopt prompt_bang", "psvar=(one two)", "setopt ksh_arrays"]
)
def test_the_prefix(world: World, before: str) -> None:
    world.plan({})
    assert prompts(world, before) == ["[> ]", "[(app) > ]", "[(app) > ]", "[> ]"]


def test_the_prefix_is_no_code(world: World) -> None:
    plan = world.plan({})
    plan.label = "$(touch HARM)`touch HARM`%n%(1x.a.b)${HOME}! "
    world.keep(plan)
    assert prompts(world, "setopt prompt_subst prompt_bang")[1:3] == [f"[{plan.label}> ]"] * 2
    assert not (world.home / "HARM").exists()


def test_a_prompt_that_is_set_anew(world: World) -> None:
    world.plan({})
    assert prompts(world, "", "PS1='$ '") == ["[> ]", "[(app) > ]", "[(app) $ ]", "[$ ]"]


def test_psvar_that_is_emptied_inside(world: World) -> None:
    world.plan({})
    assert prompts(world, "psvar=(a b)", "psvar=()")[1:] == ["[(app) > ]", "[(app) > ]", "[> ]"]


@pytest.mark.parametrize("psvar", ["()", "(a '' c '')", "({1..37})", "({1..120})"])
def test_psvar_is_as_before(world: World, psvar: str) -> None:
    world.plan({})
    show = 'print -r -- "${#psvar}:${(j:,:)psvar}"\n'
    output, errors = world.run(f"psvar={psvar}\n{show}cd {world.project}; cd /\n{show}")
    first, second = output.splitlines()
    if "37" not in psvar and "120" not in psvar:
        assert (first, errors) == (second, b"")
    assert first.split(b":")[0] == second.split(b":")[0]


def test_what_others_put_into_psvar_meanwhile_stays(world: World) -> None:
    world.plan({})
    output, _ = world.run(f"psvar=(a)\ncd {world.project}; psvar[12]=x; cd /\nprint -r -- ${{#psvar}} $psvar[12]")
    assert output == b"12 x\n"


@pytest.mark.parametrize(
    "engine",
    [
        "$(starship prompt)",
        "${$((_p9k_on_expand()))+}x",
        "$(spaceship::prompt)",
        "$(virtualenv_prompt_info)> ",
        "%(12V.%F{$prompt_pure_colors[virtualenv]}%12v%f .)> ",
        "${VIRTUAL_ENV:+v}> ",
    ],
)
def test_an_engine_with_a_reference_of_its_own(world: World, engine: str) -> None:
    world.plan({})
    quoted = world.shell.quote(engine)
    output, _ = world.run(f"PS1={quoted}\n_venvhook_look\ncd {world.project}\n[[ $PS1 == {quoted} ]] && print same")
    assert output == b"same\n"


@pytest.mark.parametrize("before", ["VIRTUAL_ENV_DISABLE_PROMPT=1", "unsetopt prompt_percent"])
def test_no_prefix(world: World, before: str) -> None:
    world.plan({})
    assert set(prompts(world, before)) == {"[> ]"}
