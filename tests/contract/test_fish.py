"""The fish hook among whatever a user has made of fish: functions, scopes, lists, prompts, activate scripts.

Literals, operations, conditions and the rules of entering and leaving are tested for all shells in test_plans.py.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import venv
from pathlib import Path

import pytest

from venvhook import keep
from venvhook.plan import Plan

from .common import ENV, ROOT, Fish, available, environments, marker

pytestmark = [
    pytest.mark.skipif(not [each for each in available() if each.id == "fish"], reason="fish has no emitter"),
    pytest.mark.skipif(not shutil.which("fish") and os.environ.get("CI") != "true", reason="fish is not installed"),
]
FISH = shutil.which("fish") or "fish"
FILES = [ROOT / "shell/venvhook.fish", ROOT / "shell/plan.fish"]
MARKER = "# read at each prompt: $(x) 'y' `z`\n\n"
LOOK = f"{ENV} -0; builtin printf '\\0'\n"
# A helper that notes how it was asked, and answers with a file.
HELPER = '#!/bin/sh\nshift 5\necho "$@" >>{home}/asked\ncat {home}/answer\n'
# The user's prompt, and what fish does for one.
PROMPT = "function fish_prompt; builtin printf '%s|%s> ' $status \"$pipestatus\"; end\n"
DRAW = "_venvhook_prompt; builtin true; fish_mode_prompt; builtin true; fish_prompt; builtin echo\n"
TYPED = "_venvhook_before x\n"  # fish_preexec


class World:
    """A home with the hook in it and one project; `keep` keeps its plan, `answer` is what the helper says."""

    def __init__(self, home: Path) -> None:
        self.home, self.shell, self.project = home, Fish(), home / "app"
        self.hook = self.shell.install(home)
        self.hook.write_text(self.hook.read_text().replace("/nowhere/python", str(home / "python")))
        (home / "python").write_text(HELPER.format(home=home))
        (home / "python").chmod(0o755)
        (home / "launch.py").touch()
        (self.project / "sub").mkdir(parents=True)
        (self.project / ".venvhook.toml").write_text(MARKER)
        self.kept = Path(keep.place(str(home / "cache"), str(self.project))) / ".venvhook-2.fish"
        self.kept.parent.mkdir(parents=True)

    def plan(
        self,
        variables: dict[str, str | None] | None = None,
        lists: dict[str, list[str]] | None = None,
        notice: str = "",
    ) -> Plan:
        """A plan of the project, as the helper makes it."""
        project = str(self.project)
        plan = Plan(project, project, [marker(project, MARKER), ("exists", str(self.hook))], notice)
        plan.sign, plan.home, plan.bin = "VIRTUAL_ENV", f"{project}/.venv", f"{project}/.venv/bin"
        plan.name, plan.label = "app", "(app) "
        scripts = ("PYTHONHOME", "_OLD_VIRTUAL_PATH", "_OLD_VIRTUAL_PYTHONHOME", "_OLD_FISH_PROMPT_OVERRIDE")
        plan.variables = [
            ("VIRTUAL_ENV", plan.home),
            ("VIRTUAL_ENV_PROMPT", "app"),
            *((name, None) for name in scripts),
        ]
        plan.variables += [*(variables or {}).items()]
        plan.lists = [("PATH", [plan.bin]), *(lists or {}).items()]
        return plan

    def keep(self, plan: Plan) -> Plan:
        self.kept.write_bytes(os.fsencode(self.shell.plan(plan)))
        return plan

    def answer(self, text: str) -> None:
        (self.home / "answer").write_bytes(os.fsencode(text))

    def asked(self) -> list[str]:
        file = self.home / "asked"
        return file.read_text().splitlines() if file.exists() else []

    def environment(self, name: str) -> Path:
        """A real environment in the home, with the activate script of this Python."""
        venv.EnvBuilder(symlinks=True, with_pip=False).create(self.home / name)
        return self.home / name

    def run(self, text: str, before: str = "", environ: dict[str, str] | None = None) -> bytes:
        """What TEXT prints, after BEFORE and the hook, twice, as if config files had been read; nothing may be said."""
        output, errors = self.said(text, before, environ)
        assert errors == ""
        return output

    def said(self, text: str, before: str = "", environ: dict[str, str] | None = None) -> tuple[bytes, str]:
        load = f"builtin source {self.shell.quote(str(self.hook))}\n"
        output, errors = self.shell.run(
            self.home, f"{before}\n{load}{load}{text}", {"PATH": "/usr/bin:/bin", **(environ or {})}
        )
        return output, errors.decode()

    def visit(self, before: str = "", inside: str = "", environ: dict[str, str] | None = None) -> list[dict[str, str]]:
        """The environments before, inside and after a visit."""
        text = f"{LOOK}builtin cd app/sub\n{LOOK}{inside}\nbuiltin cd ../..\n{LOOK}"
        return environments(self.run(text, before, environ))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path.resolve())


def entered_and_left(found: list[dict[str, str]], plan: Plan) -> None:
    before, inside, after = found
    assert (inside["VIRTUAL_ENV"], inside["VENVHOOK_PROJECT"]) == (plan.home, plan.folder)
    assert inside["PATH"] == f"{plan.bin}:{before['PATH']}"
    assert after == before


# ---- the files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_is_fish_and_laid_out_as_fish_does(path: Path) -> None:
    done = subprocess.run([FISH, "--no-execute", str(path)], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    if shutil.which("fish_indent"):
        assert subprocess.run(["fish_indent", "--check", str(path)]).returncode == 0


def test_what_plans_are_made_of_is_fish(world: World, tmp_path: Path) -> None:
    file = tmp_path / "plan.fish"
    file.write_bytes(os.fsencode(world.shell.plan(world.plan({"A": "\udcff'\\\n", "B": None}, {"X": ["\n*"]}, "é'\\"))))
    done = subprocess.run([FISH, "--no-execute", str(file)], capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_shell_that_is_not_interactive_is_left_alone(world: World) -> None:
    world.keep(world.plan())
    text = f"source {world.hook}; functions -a; set -g | string match -r '.*hook.*'; cd app; echo \"$VIRTUAL_ENV\" end"
    environ = {"HOME": str(world.home), "PATH": os.defpath}
    done = subprocess.run([FISH, "-c", text], env=environ, cwd=world.home, capture_output=True, text=True)
    names = [line for line in done.stdout.splitlines() if "venvhook" in line]
    assert (names, done.stdout.splitlines()[-1], done.stderr) == ([], " end", "")


def test_names_are_private_and_nothing_is_exported(world: World) -> None:
    world.keep(world.plan())
    look = "begin; functions -a | string match -v 'fish_*'; set -nx; end"
    text = f"{look} >two; builtin cd app; builtin cd ..; {look} >three\n"
    world.run(text, f"cd .; {look} >one")
    one, two, three = (set((world.home / name).read_text().split()) for name in ("one", "two", "three"))
    assert {name for name in two ^ one if not name.startswith("_venvhook_")} == {"venvhook"}
    assert {name for name in three ^ two if not name.startswith("_venvhook_")} == set()
    exported = world.run("builtin cd app; set -nx").decode().split()
    assert [name for name in exported if name.startswith("_venvhook_")] == []


# ---- literals --------------------------------------------------------------------------------------------------------

# What fish decodes in ways of its own: the marks that it keeps for itself, and bytes that are no text.
PRIVATE = [*range(0xFDC8, 0xFDF8), *range(0xE000, 0xE008), *range(0xF5F8, 0xF708), 0xFEFF, 0xFFFE, 0xFFFF, 0x10FFFF]
BYTES = [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\xf8\x88\x80\x80\x80", b"\r\n"]


def hostile() -> list[str]:
    choose = random.Random(3)
    parts = [*map(chr, PRIVATE), *map(os.fsdecode, BYTES), *"aX0$(){}*?~%#&;|<>\"\n\t \x01\x1b\x7fé\\'"]
    return parts + ["".join(choose.choices(parts, k=choose.randint(2, 9))) for _ in range(2200)]


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_texts_that_fish_decodes_in_its_own_way(world: World, locale: str) -> None:
    """From a file, and from a text in a variable, as plans come."""
    quote, texts = world.shell.quote, hostile()
    script = "".join(f"builtin printf '%s\\0' {quote('>' + text)}\n" for text in texts)
    (world.home / "texts").write_bytes(os.fsencode(script))
    output = world.run("builtin source texts; read -z text <texts; eval $text\n", environ={"LC_ALL": locale})
    assert len(texts) > 2000
    assert output.split(b"\0")[:-1] == [os.fsencode(">" + text) for text in texts] * 2


# ---- what a user has made of fish ------------------------------------------------------------------------------------

WORDS = [
    ".", "source", "echo", "printf", "contains", "functions", "count", "realpath", "emit", "cd", "pwd", "cat", "true",
    "false", "path", "math", "type", "random", "commandline", "isatty", "alias", "trap", "bind", "complete", "history",
    "jobs", "fg", "bg", "disown", "exit", "env", "rm", "grep", "python",
]  # fmt: skip


def test_functions_of_any_name_are_not_called(world: World) -> None:
    plan = world.keep(world.plan({"A": "1", "B": None}, {"PYTHONPATH": ["/x"]}))
    # fish itself loads a function that is missing by the word `source`, and looks for these two at each prompt.
    before = f"{PROMPT}function fish_mode_prompt; end; function fish_right_prompt; end\n"
    before += "".join(f"function {name}; builtin printf '%s\\n' HIJACKED:{name}; end\n" for name in WORDS)
    entered_and_left(world.visit(before, "_venvhook_prompt; _venvhook_look"), plan)
    text = f"builtin cd app; deactivate; builtin printf '%s\\n' \"$VIRTUAL_ENV\"; venvhook on\n{LOOK}"
    output = world.run(text, before)
    by_hand, _, rest = output.partition(b"\n")
    assert (by_hand, environments(rest)[0]["VIRTUAL_ENV"]) == (b"", plan.home)


def test_a_deactivate_of_the_users_is_there_again(world: World) -> None:
    world.keep(world.plan())
    before = "function deactivate --description mine; builtin echo mine; end"
    text = "builtin cd app; builtin cd ..; deactivate; builtin cd app; deactivate; deactivate"
    assert world.run(text, before) == b"mine\nmine\n"


LISTS = """
set -gx A a 'b  c' '' 'd
e'
set -g B 1 2
set -gx C
set -gx D ''
set -gx --path E x y
set -gx MYPATH :a::b:
set -gx PYTHONPATH /x '' /y
set -gx PERL5LIB /x::/y
"""
SHOW = "for name in A B C D E MYPATH PYTHONPATH PERL5LIB PATH; set -S $name; end\n"


def test_lists_come_back_element_by_element(world: World) -> None:
    names = dict.fromkeys("ABCD", "inside")
    world.keep(world.plan({**names, "E": "p:q", "MYPATH": "m"}, {"PYTHONPATH": ["/in"], "PERL5LIB": ["/in"]}))
    inside = f"builtin cd app; {LOOK} builtin cd ..\n"
    first, _, rest = world.run(f"{SHOW}builtin echo ====\n{inside}{SHOW}", LISTS).partition(b"====\n")
    child = environments(rest[: rest.rindex(b"\0") + 1])[0]
    assert rest[rest.rindex(b"\0") + 1 :] == first
    assert {name: child[name] for name in (*names, "E", "MYPATH")} == {**names, "E": "p:q", "MYPATH": "m"}
    assert (child["PYTHONPATH"], child["PERL5LIB"]) == ("/in:/x::/y", "/in:/x::/y")
    old = {name: child.get("_VENVHOOK_OLD_" + name) for name in (*names, "E", "MYPATH")}
    assert old == {"A": "=a b  c  d\ne", "B": None, "C": "=", "D": "=", "E": "=x:y", "MYPATH": "=:a::b:"}


def test_universal_variables_reappear_intact(world: World) -> None:
    world.keep(world.plan({"A": "inside"}, {"PYTHONPATH": ["/in"]}))
    before = "set -Ux A mine; set -U VIRTUAL_ENV /mine; set -Ux PYTHONPATH /u1 /u2; set -U _OLD_VIRTUAL_PATH /old"
    _, inside, _ = entered = world.visit(before)
    assert (inside["A"], inside["PYTHONPATH"]) == ("inside", "/in:/u1:/u2")
    assert entered[2] == entered[0]
    show = 'builtin echo "$A $VIRTUAL_ENV $PYTHONPATH $_OLD_VIRTUAL_PATH"\n'
    text = f"builtin cd app; builtin cd ..; {show} set -qg A VIRTUAL_ENV PYTHONPATH; builtin echo $status"
    assert world.run(text, before) == b"mine /mine /u1:/u2 /old\n3\n"


@pytest.mark.parametrize("path", ["/usr/bin::/bin:", "/usr/bin:/bin:/usr/bin", "/usr/bin:/a b:/c\nd:/é:/\udcff:."])
def test_an_odd_path_comes_back_byte_for_byte(world: World, path: str) -> None:
    plan = world.keep(world.plan())
    entered_and_left(world.visit(environ={"PATH": path}), plan)


def test_status_and_pipestatus_are_the_users(world: World) -> None:
    world.keep(world.plan())
    show = 'builtin echo "$status/$pipestatus"\n'
    lines = ["false; builtin cd app", show, "false | true | false", "set -g A 1", show, "not builtin cd ..", show]
    watch = "function watch --on-variable A; _venvhook_prompt; end"
    assert world.run("\n".join(lines), f"{PROMPT}{watch}") == b"0/0\n1/1 0 1\n1/0\n"


def test_the_limit_of_read_stays(world: World) -> None:
    world.keep(world.plan())
    text = "builtin cd app; set -l x (string repeat -n 9000 a); string length $x\n"
    assert world.run(text) == b"9000\n"
    output, _ = world.said(f"set -g fish_read_limit 5000\n{text}")
    assert output == b"", "the user's own is in force again"


def test_a_ceiling_is_not_looked_into(world: World) -> None:
    plan = world.keep(world.plan())
    for ceiling, answer in {
        "": plan.home,
        str(world.home): plan.home,
        str(world.project): "",
        f"/x:{world.project}/": "",
        f"{world.project}/sub": "",
        "/": plan.home,
    }.items():
        found = environments(world.run(f"builtin cd app/sub\n{LOOK}", environ={"VENVHOOK_CEILING": ceiling}))
        assert found[0].get("VIRTUAL_ENV", "") == answer, ceiling


def test_the_nearest_marker_from_any_depth(world: World) -> None:
    """Several folders are looked into at once. A marker that is a link to nothing counts, and no name of the user's."""
    names = ["a b", "*", "c\nd", "\udcff", "-e", "(", "é'\\", "!", "x"]
    folders = [world.project.joinpath(*names[:depth]) for depth in range(len(names) + 1)]
    folders[-1].mkdir(parents=True)
    find = "_venvhook_find; builtin printf '%s\\0' $_venvhook_project $a\n"
    looks = [f"builtin cd {world.shell.quote(str(each))}; {find}" for each in folders]

    def found(looks: list[str]) -> list[bytes]:
        output = world.run("set -g a mine\n" + "".join(looks), environ={"VENVHOOK_DISABLE": "1"})
        return output.split(b"\0")[:-1]

    assert found([*looks, f"builtin cd /usr/lib; {find}"]) == [
        *[os.fsencode(world.project), b"mine"] * len(folders),
        b"mine",
    ]
    for at, nearest in enumerate(folders[1:], 1):
        (nearest / ".venvhook.toml").symlink_to("nothing")
        assert found(looks[at:]) == [os.fsencode(nearest), b"mine"] * (len(folders) - at)
        (nearest / ".venvhook.toml").unlink()


# ---- plans -----------------------------------------------------------------------------------------------------------


def broken(text: str) -> dict[str, str]:
    return {
        "empty": "",
        "cut": text[: len(text) // 2],
        "without its end": text[:-2],
        "without its beginning": text[40:],
        "something else": "garbage (( end\n",
        "a nul in it": text[:100] + "\0" + text[100:],
        "more behind": text + "builtin echo more\n",
    }


@pytest.mark.parametrize("how", broken("x"))
def test_a_kept_plan_that_is_not_whole_is_asked_for_anew_without_a_word(world: World, how: str) -> None:
    text = world.shell.plan(world.plan())
    world.kept.write_text(broken(text)[how])
    world.answer(text)
    found = environments(world.run(f"builtin cd app\n{LOOK}"))
    assert found[0]["VIRTUAL_ENV"] == f"{world.project}/.venv"
    assert world.asked() == [f"hook 2 plan fish {world.project}"]


@pytest.mark.parametrize("how", broken("x"))
def test_an_answer_that_is_no_plan_costs_one_line(world: World, how: str) -> None:
    world.answer(broken(world.shell.plan(world.plan()))[how])
    output, errors = world.said("builtin cd app; _venvhook_prompt; _venvhook_prompt; builtin echo $VIRTUAL_ENV")
    assert (output, errors) == (b"\n", "venvhook: the helper gave no plan; to try again: venvhook on\n")
    assert len(world.asked()) == 1


def test_a_plan_that_was_read_is_not_read_again(world: World) -> None:
    plan = world.keep(world.plan())
    text = f"builtin cd app; builtin cd ..; {shutil.which('rm')} {world.kept}; builtin cd app\n{LOOK}"
    assert environments(world.run(text))[0]["VIRTUAL_ENV"] == plan.home
    assert world.asked() == []


def test_before_the_first_prompt_nothing_is_said_or_started(world: World) -> None:
    """Config files are sourced before `fish -ic` sets argv; a prompt does the work."""
    world.answer(world.shell.plan(world.plan(notice="a line")))
    config = world.home / ".config/fish/config.fish"
    config.parent.mkdir(parents=True)
    config.write_text(f'source {world.hook}\ncd {world.project}\nset -g then "$VIRTUAL_ENV"\n')
    text = f'builtin echo "[$then]"\n_venvhook_prompt\n{LOOK}'
    output, errors = world.shell.run(world.home, text, {"PATH": "/usr/bin:/bin"})
    first, _, rest = output.partition(b"\n")
    assert (first, errors) == (b"[]", b"venvhook: a line\n")
    assert environments(rest)[0]["VIRTUAL_ENV"] == f"{world.project}/.venv"


def test_command_substitutions_replay_but_never_ask(world: World) -> None:
    (world.home / "new").mkdir()
    (world.home / "new/.venvhook.toml").touch()
    world.keep(world.plan())
    there = 'builtin echo "in$VIRTUAL_ENV"'
    text = f"set -l x (builtin cd app; {there}; builtin cd ../new; {there})\n"
    output, errors = world.said(f"{text}builtin echo $x\n")
    assert (output.decode(), errors, world.asked()) == (f"in{world.project}/.venv in\n", "", [])
    world.answer(world.shell.plan(world.plan()))
    _, errors = world.said(f"{text}_venvhook_prompt\n")
    assert len(world.asked()) == 1, "what needs the helper waits for the prompt"


def test_what_a_shell_before_has_exported_is_not_ours(world: World) -> None:
    plan = world.keep(world.plan())
    names = (
        "here",
        "plan",
        "paused",
        "project",
        "nearer",
        "seen",
        "pending",
        "off",
        "ready",
        "plans",
        "chain",
        "sign",
        "label",
    )
    environ = {f"_venvhook_{name}": "/nonsense" for name in names}
    found = environments(world.run(f"builtin cd app\n{LOOK}", environ=environ))
    assert found[0]["VIRTUAL_ENV"] == plan.home
    assert [name for name in found[0] if name.startswith("_venvhook_")] == []


def test_old_fish_compares_contents_instead_of_times(world: World) -> None:
    """Forced here: what plan.fish defines where `test` knows no -ef and -ot."""
    (world.home / "file").write_text("1")
    (world.home / "link").symlink_to("app")
    plan = world.plan()
    file, link = str(world.home / "file"), str(world.home / "link")
    plan.conditions += (("unchanged", file, str(world.hook), 0, 0), ("same", link, str(world.project)))
    place = world.hook.with_name("plan-2.fish")
    place.write_text(place.read_text().replace("if test / -ef /", "if false; and test / -ef /"))
    world.keep(plan)
    world.answer(world.shell.plan(plan))
    again = "_venvhook_prompt; builtin cd ..; builtin cd app; _venvhook_prompt; builtin cd sub; builtin cd ..\n"
    world.run(f"builtin cd app; {again}")
    assert len(world.asked()) == 1, "once in each shell"
    world.run(f"builtin cd app; {again} builtin echo 2 >../file; _venvhook_prompt; {again}")
    assert len(world.asked()) == 3


# ---- by hand ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drawn", [True, False], ids=["with the prompt", "without"])
def test_another_activate_is_respected(world: World, drawn: bool) -> None:
    world.keep(world.plan(lists={"PATH": [f"{world.project}/.venv/bin", f"{world.project}/scripts"]}))
    other = world.environment("other")
    draw = DRAW if drawn else "_venvhook_prompt\n"
    visit = f"builtin cd app\n{draw}source {other}/bin/activate.fish\n_venvhook_prompt\n{LOOK}"
    text = f"functions fish_prompt >1\n{LOOK}{visit}deactivate; functions fish_prompt >2; builtin cd ..\n{LOOK}"
    before, active, after = environments(b"".join(world.run(text, PROMPT).split(b"(app) 0|0> \n")))
    assert (active["VIRTUAL_ENV"], active["PATH"]) == (str(other), f"{other}/bin:{before['PATH']}")
    assert active["_OLD_VIRTUAL_PATH"] == before["PATH"]
    assert after == before
    assert body(world.home / "app/2") == body(world.home / "1")


def body(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("when", ["before", "inside"])
def test_the_projects_own_activate_is_adopted(world: World, when: str) -> None:
    world.keep(world.plan())
    own = world.environment("app/.venv")
    script = f"source {own}/bin/activate.fish\n"
    enter = f"builtin cd app\n{DRAW}{script}" if when == "inside" else f"{script}{DRAW}builtin cd app\n"
    text = f"{LOOK}{enter}{DRAW}builtin echo ===\n{LOOK}builtin cd ..\n{LOOK}_venvhook_prompt; functions fish_prompt"
    before, _, rest = world.run(text, PROMPT).partition(b"\0\0")
    drawn, _, rest = rest.partition(b"===\n")
    assert drawn.endswith(b"(app) 0|0> \n") and drawn.count(b"(app)") == (1 if when == "before" else 2)
    (outside,) = environments(before + b"\0\0")
    inside, after = environments(rest[: rest.rindex(b"\0") + 1])
    assert (inside["VIRTUAL_ENV"], inside["PATH"]) == (str(own), f"{own}/bin:{outside['PATH']}")
    assert after == outside
    assert b"_venvhook" not in rest[rest.rindex(b"\0") :] and b"4B8BBE" not in rest[rest.rindex(b"\0") :]


def test_another_environment_from_before_is_there_again(world: World) -> None:
    """With its deactivate and its prompt, even when the project's own script ran inside."""
    world.keep(world.plan())
    other, own = world.environment("other"), world.environment("app/.venv")
    look = f"{LOOK}functions deactivate fish_prompt _old_fish_prompt >"
    inside = f"builtin cd app\n{DRAW}source {own}/bin/activate.fish\n{DRAW}builtin cd ..\n_venvhook_prompt\n"
    text = f"source {other}/bin/activate.fish\n{look}1\n{inside}{look}2\ndeactivate; fish_prompt; builtin echo\n{LOOK}"
    output = world.run(text, PROMPT)
    assert output.count(b"(app) 0|0> ") == 2
    assert body(world.home / "2") == body(world.home / "1")
    cleaned = output.replace(b"(app) 0|0> \n", b"").replace(b"0|0> \n", b"")
    active, again, after = environments(cleaned)
    assert (again, active["VIRTUAL_ENV"]) == (active, str(other))
    assert (after["PATH"], "VIRTUAL_ENV" in after) == ("/usr/bin:/bin", False)


def test_deactivate_and_its_status(world: World) -> None:
    world.keep(world.plan())
    show = 'builtin echo "$status-$VIRTUAL_ENV"\n'
    lines = ["builtin cd app; deactivate", "builtin cd sub; builtin cd ..", "venvhook on"]
    lines += ["deactivate; builtin cd ..; builtin cd app"]
    home = f"0-{world.project}/.venv"
    assert world.run("".join(f"{line}; {show}" for line in lines)).decode().split() == ["0-", "0-", home, home]


# ---- the prompt ------------------------------------------------------------------------------------------------------


def test_the_users_own_prompt_is_never_touched(world: World) -> None:
    """Not the function, nor what it sees; and it may be saved or copied at any moment."""
    world.keep(world.plan())
    lines = ("false | true | false", "not true", "false", "true", "true | true")
    text = "functions fish_prompt >one; builtin cd app; _venvhook_prompt; functions fish_prompt >../two\n"
    text += "".join(f"{line}\nfish_prompt\n" for line in lines)
    assert world.run(text, PROMPT) == b"1|1 0 1> 1|0> 1|1> 0|0> 0|0 0> "
    assert (world.home / "one").read_bytes() == (world.home / "two").read_bytes()


MODE = "function fish_mode_prompt --description mine\n    builtin printf '[%s]' $status $fish_bind_mode\nend\n"


def test_the_users_mode_prompt(world: World) -> None:
    """It is drawn before the name, sees the status, and is the user's own for every command that is typed."""
    world.keep(world.plan())
    listed = "functions fish_mode_prompt | string match -v '#*'\n"
    draw = "_venvhook_prompt; false; fish_mode_prompt; builtin echo\n"
    inside = f"builtin cd app\n{draw}{TYPED}{listed}{draw * 2}{TYPED}builtin cd ..\n{listed}"
    expected = MODE + "[1][default](app) \n" + MODE + "[1][default](app) \n" * 2 + MODE
    assert world.run(f"{listed}{inside}", MODE).decode() == expected
    assert world.run(f"builtin cd app\n{draw}{TYPED}functions --details fish_mode_prompt", MODE).endswith(b"\nstdin\n")


def test_a_saved_mode_prompt_or_deactivate_needs_no_venvhook(world: World) -> None:
    """A key can save what no typed command meets."""
    world.keep(world.plan())
    world.run("builtin cd app; _venvhook_prompt; functions fish_mode_prompt >../1; functions deactivate >../2")
    for name in ("1", "2"):
        command = [FISH, "-c", f"source {world.home}/{name}; {'fish_mode_prompt' if name == '1' else 'deactivate'}"]
        done = subprocess.run(command, env={"HOME": str(world.home), "PATH": os.defpath}, capture_output=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"") or name == "1" and done.stderr == b""


def test_a_part_that_shows_the_mode_elsewhere_is_drawn_whole(world: World) -> None:
    """When only the mode has changed, fish draws the whole prompt if fish_mode_prompt prints nothing."""
    world.keep(world.plan())
    text = "set -g fish_bind_mode insert; builtin cd app; _venvhook_prompt\n"
    draw = "fish_mode_prompt; builtin echo\n"
    text += f"{draw * 2}set -g fish_bind_mode default\n{draw * 2}_venvhook_prompt\n{draw}"
    own = "function fish_mode_prompt; end\n"
    assert world.run(text, own).decode().splitlines() == ["(app) ", "(app) ", "", "(app) ", "(app) "]
    shown = world.run(text, "function fish_mode_prompt; builtin printf m; end\n").decode().splitlines()
    assert shown == ["m(app) "] * 5


def test_lines_and_blanks_of_the_prompt_stay(world: World) -> None:
    world.keep(world.plan())
    before = "function fish_prompt; builtin printf 'a \\n\\n b\\n\\n'; end"
    assert world.run(f"builtin cd app; {DRAW}", before) == b"(app) a \n\n b\n\n\n"
    assert world.run(f"builtin cd app; {DRAW}", "function fish_prompt; end") == b"(app) \n"


ENGINES = [
    "starship prompt", "_tide_item", "builtin echo $VIRTUAL_ENV_PROMPT", "_pure_prompt", "oh-my-posh print",
    "env $POWERLINE_COMMAND shell left", "my_part",
]  # fmt: skip
PART = "function my_part; my_deeper_part; end; function my_deeper_part; builtin echo $VIRTUAL_ENV_PROMPT; end\n"



@pytest.mark.parametrize("text", ENGINES)
def test_a_prompt_that_shows_the_name_is_left_alone(world: World, text: str) -> None:
    world.keep(world.plan())
    before = f"{PART}function fish_prompt; if true; builtin echo own; else; {text}; end; end"
    assert world.run("builtin cd app\n" + DRAW * 2, before) == b"own\n\nown\n\n"
    before = f"{PART}function fish_prompt; builtin printf own; end; function fish_right_prompt; {text}; end"
    assert world.run("builtin cd app\n" + DRAW * 2, before) == b"own\nown\n"


def test_a_prompt_that_speaks_of_no_environment(world: World) -> None:
    """Neither in a comment, nor in functions that it does not call."""
    world.keep(world.plan())
    before = f"{PART}function fish_prompt\n    # not my_part, nor $VIRTUAL_ENV\n    builtin printf own\nend\n"
    assert world.run("builtin cd app\n" + DRAW, before) == b"(app) own\n"


def test_virtual_env_disable_prompt(world: World) -> None:
    world.keep(world.plan())
    off, on = "set -g VIRTUAL_ENV_DISABLE_PROMPT 1\n", "set -e VIRTUAL_ENV_DISABLE_PROMPT\n"
    before = "function fish_prompt; builtin printf p; end"
    text = f"builtin cd app\n{off}{DRAW}{on}{DRAW}{off}{DRAW}{on}{DRAW}"
    assert world.run(text, before) == b"p\n(app) p\np\n(app) p\n"


def test_prompts_defined_and_copied_inside(world: World) -> None:
    """The name is there at once, and once; and a prompt that begins or ceases to show it is noticed."""
    world.keep(world.plan())
    enter, leave = f"builtin cd app\n{DRAW}{TYPED}", f"builtin cd ..\n{DRAW}{TYPED}"
    new = f"function fish_prompt; builtin printf new; end\n{DRAW * 2}{TYPED}"
    around = "functions -c fish_prompt copied; function fish_prompt; builtin printf 'outer '; copied; end\n"
    around += DRAW + TYPED
    engine = f"function fish_prompt; builtin printf \"<$VIRTUAL_ENV_PROMPT>\"; end\n{DRAW}{TYPED}{new}"
    text = f"{enter}{new}{leave}{enter}{around}{leave}{enter}{engine}{leave}{leave}"
    expected = ["(app) p", "(app) new", "(app) new", "new", "(app) new", "(app) outer new", "outer new"]
    expected += ["(app) outer new", "<app>", "(app) new", "(app) new", "new", "new"]
    assert world.run(text, "function fish_prompt; builtin printf p; end").decode().splitlines() == expected


def test_somebody_else_has_put_a_mode_prompt_there(world: World) -> None:
    """Between a prompt and a command: it stays, and so does what it has copied."""
    world.keep(world.plan())
    around = "functions -c fish_mode_prompt copied; function fish_mode_prompt; builtin printf m; copied; end\n"
    text = f"builtin cd app\n{DRAW}{around}{TYPED}{DRAW}{TYPED}builtin cd ..\n{DRAW}"
    lines = world.run(text, "function fish_prompt; builtin printf p; end").decode().splitlines()
    assert (lines[0], lines[-1]) == ("(app) p", "mp")
    assert lines[1].count("(app) ") == 1


def test_no_fish_prompt_at_all(world: World) -> None:
    world.keep(world.plan())
    text = "functions -e fish_prompt; builtin cd app; _venvhook_prompt; builtin cd ..; _venvhook_prompt"
    assert world.run(text) == b""
