"""What a project is known by: its own name and files, whatever their age, and whatever is next to it.

Guards scenarios 7, 17, 51, 52, 54, 55 and 56 in every shell.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from .dialects import Dialect
from .test_trust import one_line
from .world import World, left, make_environment, same_but_moves

PREFIX = "python -c 'import sys; print(sys.prefix)'"


# ---- folders next to each other --------------------------------------------------------------------------------------


@pytest.mark.scenario(55)
def test_folders_that_differ_in_case_only(world: World) -> None:
    """PowerShell remembers PATH's folders without regard to case."""
    upper, lower = world.project("Shop"), world.project("shop")
    if os.path.samefile(upper, lower):
        pytest.skip("this file system does not tell them apart")
    live = world.start()
    assert live.run(f"cd Shop; {PREFIX}") == str(upper / ".venv")
    assert live.run(f"cd ../shop; {PREFIX}") == str(lower / ".venv")
    assert live.run(f"cd ..; cd Shop; {PREFIX}") == str(upper / ".venv")


@pytest.mark.scenario(55)
@pytest.mark.parametrize("name", ["[wx]ork", "w?rk", "w*k"])
def test_a_name_that_is_a_pattern_of_another_one(world: World, shell: Dialect, name: str) -> None:
    """It is asked about by its own name, and nothing that was allowed for the other one holds for it."""
    if "*" in name:
        shell.needs("a folder name with an asterisk")
    work, odd = world.project("work"), world.project(name, allow=False)
    live = world.start()
    said = live.run(shell.cd(name))
    assert one_line(said) and str(odd) in said, said
    assert live.prefix() == ""
    world.cli("allow", str(odd))
    live.run("")
    assert live.get("VIRTUAL_ENV") == str(odd / ".venv")
    live.run("cd ../work")
    assert live.get("VIRTUAL_ENV") == str(work / ".venv")


# ---- the times of files ----------------------------------------------------------------------------------------------


@pytest.mark.scenario(56)
def test_an_older_file_takes_the_place_of_one_that_is_watched(world: World) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    for name, text in ((".env", "A=1\n"), (".env.prod", "A=2\n")):
        (app / name).write_text(text)
        os.utime(app / name, (1e9 - (name == ".env.prod"), 1e9 - (name == ".env.prod")))
    world.cli("allow", str(app))
    live = world.start()
    live.run("cd app")
    assert live.get("A") == "1"
    (app / ".env.prod").rename(app / ".env")
    live.run("")
    assert live.get("A") == "2"
    live.run("cd ..; cd app")
    assert live.get("A") == "2"
    assert world.start(cwd=app).get("A") == "2", "another shell, by the cached plan"


@pytest.mark.scenario(56)
@pytest.mark.parametrize("name", [".env", ".venv/pyvenv.cfg"])
def test_a_watched_file_goes_and_comes_back(world: World, name: str) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    (app / ".env").write_text("A=1\n")
    world.cli("allow", str(app))
    live = world.start(cwd=app)
    live.run("")
    world.helper_calls()
    (app / name).rename(world.root / "aside")
    live.run("")
    assert len(world.helper_calls()) == 1
    (world.root / "aside").rename(app / name)
    live.run("")
    assert (len(world.helper_calls()), live.get("A"), live.prefix()) == (1, "1", "(app) ")


@pytest.mark.scenario(56)
@pytest.mark.parametrize("name", [".env", ".venv/pyvenv.cfg", ".venvhook.toml"])
def test_a_file_from_the_future_starts_nothing(world: World, name: str) -> None:
    app = world.project("app", 'dotenv = [".env"]', allow=False)
    (app / ".env").write_text("A=1\n")
    world.cli("allow", str(app))
    future = time.time() + 3600
    os.utime(app / name, (future, future))
    live = world.start()
    live.run("cd app")
    live.run("")  # what has just been written is looked at once more
    world.helper_calls()
    for line in ("", "cd .", "", "cd ..; cd app", ""):
        live.run(line)
    assert (world.helper_calls(), live.get("A")) == ([], "1")


@pytest.mark.scenario(56)
def test_the_markers_of_two_branches_are_asked_about_once_each(world: World) -> None:
    markers = ['prompt = "main"\n', 'prompt = "topic"\n']
    app = world.project("app", markers[0])
    world.mark(app, markers[1])
    world.cli("allow", str(app))
    live = world.start(cwd=app)
    for marker, name in (*zip(markers, ("main", "topic")), (markers[0], "main")):
        world.mark(app, marker)
        assert live.run("") == ""
        assert live.prefix() == f"({name}) "
    world.mark(app, 'prompt = "other"\n')
    assert one_line(live.run(""))
    world.cli("deny", str(app))
    world.mark(app, markers[0])
    assert (live.run(""), live.prefix()) == ("", "")


# ---- markers that come and go ----------------------------------------------------------------------------------------


class Coming:
    """A project's marker, or its whole folder, that goes away and comes back."""

    def __init__(self, app: Path, aside: Path, how: str) -> None:
        self.app, self.aside, self.how = app, aside, how
        if how == "git":
            (app / ".gitignore").write_text(".venv\n")
            for command in (["init", "-q"], ["add", "sub", ".gitignore"], ["commit", "-qm", "one"]):
                self.git(*command)

    def git(self, *command: str) -> None:
        git = ["git", "-c", "user.name=me", "-c", "user.email=me", "-C", str(self.app)]
        subprocess.run([*git, *command], check=True, capture_output=True)

    def go(self) -> None:
        if self.how == "git":
            self.git("stash", "-qu")
        elif self.how == "marker":
            (self.app / ".venvhook.toml").rename(self.aside)
        else:
            shutil.copytree(self.app, self.aside, symlinks=True)
            shutil.rmtree(self.app)

    def come(self) -> None:
        if self.how == "git":
            self.git("stash", "pop", "-q")
        else:
            self.aside.rename(self.app if self.how == "folder" else self.app / ".venvhook.toml")


@pytest.mark.scenario(56)
@pytest.mark.parametrize("line", ["", "cd .", "venvhook on"])
@pytest.mark.parametrize("how", ["marker", "folder", "git"])
def test_a_marker_that_goes_and_comes_back(world: World, how: str, line: str) -> None:
    app = world.project()
    (app / "sub").mkdir()
    (app / "sub/file").touch()
    coming = Coming(app, world.root / "aside", how)
    live = world.start(cwd=app / "sub")
    before = world.start().environ()
    for _ in range(2):
        coming.go()
        live.run("")
        assert (live.prefix(), live.get("VIRTUAL_ENV")) == ("", None)
        coming.come()
        live.run(line)
        assert live.prefix() == "(app) "
    live.run(world.dialect.cd(str(world.work)))
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(56)
@pytest.mark.parametrize("line", ["venvhook init ..", "venvhook allow ..", "cd ."])
def test_a_project_that_is_made_above(world: World, line: str) -> None:
    app = world.project(allow=line == "cd .")
    (app / "sub").mkdir()
    (app / ".venvhook.toml").unlink()
    live = world.start(cwd=app / "sub")
    before = live.environ()
    if "init" not in line:
        world.mark(app, "")
    live.run(line)
    assert live.prefix() == "(app) "
    live.run("cd ../..")
    same_but_moves(live.environ(), before)


# ---- the user's own PATH, hooks that come late, ceilings -------------------------------------------------------------


@pytest.mark.scenario(7)
def test_a_path_that_is_typed_wins_until_it_is_asked_for(world: World, shell: Dialect) -> None:
    app = world.project()
    live = world.start()
    live.run("cd app")
    ours, mine = f"{app}/.venv/bin", str(world.home / "mine")
    live.run(shell.path_front(mine))
    live.run("cd .")
    assert str(live.get("PATH")).split(":")[:2] == [mine, ours]
    assert live.run("venvhook on") == ""
    assert str(live.get("PATH")).split(":")[:2] == [ours, mine]
    live.run(shell.export("PATH", "/usr/bin:/bin"))
    assert live.run("venvhook on") == ""
    assert str(live.get("PATH")) == f"{ours}:/usr/bin:/bin"
    live.run("cd ..")
    assert left(live, shell)[b"PATH"] == b"/usr/bin:/bin"


@pytest.mark.scenario(27)
@pytest.mark.parametrize("kind", ["set", "in front"])
def test_startup_files_that_are_read_again(world: World, shell: Dialect, kind: str) -> None:
    """Whatever they do to PATH, the name and the python stay together; leaving undoes only what is ours."""
    app = world.project("app", '[variables]\nA = "1"\n[prepend]\nPATH = ["scripts"]')
    line = shell.export("PATH", "/opt/b:/usr/bin:/bin") if kind == "set" else shell.path_front("/shims")
    files = dict.fromkeys((shell.early_rc, *shell.installed_rc, shell.rc))
    live = world.start(before=line)
    before = left(live, shell)
    live.run("cd app")
    for _ in range(2):
        assert live.run("; ".join(shell.source(str(world.home / name)) for name in files)) == ""
        path = str(live.get("PATH")).split(":")
        assert path[:2] == [f"{app}/.venv/bin", f"{app}/scripts"]
        assert path.count(f"{app}/.venv/bin") == 1
        assert (live.run(PREFIX), live.prefix(), live.get("A")) == (f"{app}/.venv", "(app) ", "1")
    live.run("cd ..")
    after = left(live, shell)
    if kind == "set":
        same_but_moves(after, before)
    assert str(app).encode() not in after[b"PATH"]


@pytest.mark.scenario(51)
@pytest.mark.parametrize("where", ["app", "."])
def test_a_hook_that_is_loaded_by_hand_in_a_running_shell(world: World, shell: Dialect, where: str) -> None:
    app = world.project()
    plain = world.root / "plain"
    (plain / ".local/share/fish/generated_completions").mkdir(parents=True)
    (plain / shell.rc).parent.mkdir(parents=True, exist_ok=True)
    (plain / shell.rc).write_text(shell.prompt_rc)
    live = world.start(cwd=world.work / where, env={"HOME": str(plain)})
    before = live.environ()
    assert live.get("VIRTUAL_ENV") is None
    live.run(shell.source(str(world.installation.hook(shell.name))))
    if where == ".":
        live.run("cd app")
    assert (live.prefix(), live.run(PREFIX)) == ("(app) ", f"{app}/.venv")
    live.run("cd ..")
    same_but_moves(live.environ(), before)


CEILINGS = {
    "plain": ("{net}", "net"),
    "slash": ("{net}/", "net"),
    "slashes": ("/x:{net}//:/y", "net"),
    "ceiling is a link": ("{work}/link", "net"),
    "shell came by a link": ("{net}", "link"),
    "parent is a link": ("{root}/up/net", "net"),
    "with dots": (".:{net}/../net/./deep/..:net", "net"),
    "below": ("{net}", "net/deep"),
    "below, by a link": ("{net}", "link/deep"),
}


@pytest.mark.scenario(17, 58)
@pytest.mark.parametrize("spelling", CEILINGS)
def test_a_ceiling_is_never_looked_into(world: World, shell: Dialect, spelling: str) -> None:
    """By whatever path it is named, and by whatever path the shell came there; a project in it is not entered."""
    net = world.project("net")
    world.project("net/deep/app")
    (world.work / "link").symlink_to(net)
    (world.root / "up").symlink_to(world.work)
    ceiling, start = CEILINGS[spelling]
    log = world.root / "trace"
    # The files of PowerShell are looked at by many threads, of many kinds.
    strace = ("strace", "-qq", "-e", "trace=%file", "-e", "signal=none", "-o", str(log)) if shell.name != "pwsh" else ()
    if strace and shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    variables = {"VENVHOOK_CEILING": ceiling.format(net=net, work=world.work, root=world.root)}
    live = world.start(env=variables, wrapper=strace)
    for line in (f"cd {start}", "", "cd .", "cd ~", "cd -"):
        live.run(line)
        assert live.get("VIRTUAL_ENV") is None, line
    live.run(f"cd {net}/deep/app")
    assert live.prefix() == "(app) "
    live.run(f"cd {world.work / start}")
    assert live.get("VIRTUAL_ENV") is None
    looked = log.read_text().splitlines() if strace else []
    assert [row for row in looked if re.search(r"/(net|link)/+\.venvhook\.toml", row)] == []
    assert not strace or any("app/.venvhook.toml" in row for row in looked)


# ---- what a startup file activates, and the command ------------------------------------------------------------------


@pytest.mark.scenario(52)
@pytest.mark.parametrize("own", [True, False], ids=["the project's own", "another one"])
def test_a_startup_file_activates_an_environment_before_our_line(world: World, shell: Dialect, own: bool) -> None:
    app = world.project()
    world.project("next")
    other = app / ".venv" if own else make_environment(world.work / "other")
    live = world.start(before=shell.activate(str(other)) + "\n", cwd=app)
    assert live.get("VIRTUAL_ENV") == str(app / ".venv")
    assert str(live.get("PATH")).split(":").count(f"{app}/.venv/bin") == 1
    live.run("cd ../next")
    assert live.get("VIRTUAL_ENV") == str(world.work / "next/.venv")
    assert "(next) " in live.screen.rows()[-1]
    live.run("cd ..")
    assert live.get("VIRTUAL_ENV") == (None if own else str(other))


@pytest.mark.scenario(54)
def test_the_status_of_the_command_decides_what_follows(world: World, shell: Dialect) -> None:
    world.project()
    live = world.start(cwd=world.work / "app")
    assert live.run("venvhook run -- sh -c 'exit 0' && echo yes || echo no") == "yes"
    assert live.run("venvhook run -- sh -c 'exit 9' && echo yes || echo no") == "no"
    assert live.run("venvhook nonsense 2>/dev/null && echo yes || echo no") == "no"


@pytest.mark.scenario(54)
def test_every_argument_reaches_the_program(world: World, shell: Dialect) -> None:
    app = world.project()
    program = world.root / "show"
    program.write_text('#!/bin/sh\nprintf "<%s>" "$@"\necho\n')
    program.chmod(0o755)
    Path(app, "test_a").touch()
    live = world.start(cwd=app)
    quoted = ["test_*", "a b", "", "--", "-v:x", "~", "it's", '"q"', "$HOME", "a,b"]
    words = " ".join(map(shell.quote, quoted))
    assert live.run(f"venvhook run -- {program} {words}") == "".join(f"<{word}>" for word in quoted)
