"""Trust: a marker that was not allowed, or whose bytes are not those that were, does nothing at all.

Guards scenarios 32 to 39.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .dialects import Dialect
from .terminal import Terminal
from .world import World, as_if_not_root, same_but_moves

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
NOBODY = 65534


def one_line(said: str) -> bool:
    return said.startswith("venvhook: ") and "\n" not in said


@pytest.mark.scenario(32)
def test_not_allowed_says_so_once_per_entry(world: World) -> None:
    app = world.project(allow=False)
    live = world.start()
    before = live.environ()
    said = live.run("cd app")
    assert one_line(said) and "allow" in said, said
    assert live.prefix() == ""
    same_but_moves(live.environ(), before)
    assert live.run("") == ""
    assert live.run("cd .") == ""
    live.run("cd ..")
    assert live.run("cd app") == said
    world.mark(app, "# edited\n")
    assert one_line(live.run(""))
    assert live.run("") == ""
    same_but_moves(live.environ(), before)


@pytest.mark.scenario(32)
def test_allow_reaches_every_open_shell_at_its_next_prompt(world: World) -> None:
    app = world.project(allow=False)
    shells = [world.start(), world.start()]
    for live in shells:
        live.run("cd app")
    world.cli("allow", str(app))
    for live in shells:
        assert live.run("") == ""
        assert live.prefix() == "(app) "


@pytest.mark.scenario(32)
def test_allow_in_the_shell_takes_effect_in_the_same_line(world: World, shell: Dialect) -> None:
    app = world.project(allow=False)
    live = world.start()
    live.run("cd app")
    said = live.run(shell.then("venvhook allow", "python -c 'import sys; print(sys.prefix)'"))
    assert said.splitlines()[-1] == str(app / ".venv")
    assert live.prefix() == "(app) "


@pytest.mark.scenario(32)
def test_the_project_cannot_silence_it(world: World) -> None:
    """Nothing that lies in the project speaks for it: not a config.toml, not its own records, not a kept plan."""
    app = world.project(allow=False)
    other = world.project("other")
    live = world.start()
    live.run("cd other; cd ..")
    for name in ("config.toml", "venvhook/config.toml", ".config/venvhook/config.toml"):
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(f'allow = ["{app}"]\n')
    shutil.copytree(world.installation.cache, app / "cache")
    shutil.copytree(world.installation.data / "trust", app / "trust")
    assert other.exists()
    assert one_line(live.run("cd app"))
    assert live.prefix() == ""


@pytest.mark.scenario(33)
def test_an_edit_asks_again(world: World) -> None:
    app = world.project("app", '[variables]\nA = "allowed"')
    live = world.start(cwd=app)
    assert live.get("A") == "allowed"
    world.mark(app, '[variables]\nA = "changed"')
    assert one_line(live.run(""))
    assert live.get("A") is None
    assert live.prefix() == ""
    assert live.run("") == ""
    world.mark(app, '[variables]\nA = "allowed"')
    assert live.run("") == ""
    assert live.get("A") == "allowed"


@pytest.mark.scenario(33)
def test_a_touch_or_the_same_bytes_anew_change_nothing(world: World, shell: Dialect) -> None:
    marker = '[variables]\nA = "ours"'
    app = world.project("app", marker)
    live = world.start(cwd=app)
    live.run(shell.export("A", "mine"))
    world.helper_calls()
    os.utime(app / ".venvhook.toml")
    assert live.run("") == ""
    (app / "new").write_text(marker)
    os.rename(app / "new", app / ".venvhook.toml")
    assert live.run("") == ""
    (app / ".venvhook.toml").unlink()
    world.mark(app, marker)
    assert live.run("") == ""
    assert (live.get("A"), live.prefix()) == ("mine", "(app) ")
    # It may be looked at once for each change; and once more where no text is compared, for it is brand new.
    assert len(world.helper_calls()) <= (6 if shell.name == "pwsh" else 3)


@pytest.mark.scenario(33)
def test_a_copy_and_a_move_ask(world: World) -> None:
    app = world.project()
    live = world.start()
    live.run("cd app; cd ..")
    shutil.copytree(app, world.work / "copy", symlinks=True)
    assert one_line(live.run("cd copy"))
    assert live.prefix() == ""
    live.run("cd ..")
    os.rename(app, world.work / "moved")
    assert one_line(live.run("cd moved"))
    assert live.prefix() == ""


@pytest.mark.scenario(33)
def test_other_bytes_with_the_old_time_never_act(world: World) -> None:
    app = world.project("app", '[variables]\nA = "1"')
    live = world.start()
    live.run("cd app; cd ..")
    was = os.stat(app / ".venvhook.toml")
    with open(app / ".venvhook.toml", "r+") as file:  # same inode, size and time
        file.write('[variables]\nA = "2"')
    os.utime(app / ".venvhook.toml", ns=(was.st_atime_ns, was.st_mtime_ns))
    assert one_line(live.run("cd app"))
    assert live.get("A") is None and live.prefix() == ""


@pytest.mark.scenario(34)
def test_deny_is_silent_for_good(world: World) -> None:
    app = world.project()
    live = world.start(cwd=app)
    assert live.prefix() == "(app) "
    world.cli("deny", str(app))
    assert live.run("") == ""
    assert live.prefix() == ""
    world.mark(app, "# edited\n")
    for line in ("", "cd ..", "cd app", "cd /", "cd -"):
        assert "venvhook" not in live.run(line)
    assert "venvhook" not in world.start(cwd=app).first
    world.cli("allow", str(app))
    live.run("")
    assert live.prefix() == "(app) "


SUSPECTS = {
    "marker": ".venvhook.toml",
    "project": ".",
    "environment": ".venv",
    "bin": ".venv/bin",
    "interpreter": ".venv/bin/python",
}


def refused(live: Terminal, path: Path) -> None:
    said = live.run("cd app")
    assert one_line(said) and str(path) in said, said
    assert live.prefix() == ""
    assert live.get("VIRTUAL_ENV") is None


@pytest.mark.scenario(35)
@pytest.mark.parametrize("what", SUSPECTS)
def test_writable_by_everybody_is_refused(world: World, what: str) -> None:
    app = world.project()
    path = app / SUSPECTS[what]
    if path.is_symlink():
        own = path.resolve()
        path.unlink()
        shutil.copy(own, path)
    path.chmod(path.stat().st_mode | 0o002)
    live = world.start()
    refused(live, path)
    world.helper_calls()
    for _ in range(3):
        assert live.run("") == ""
    assert world.helper_calls() == []
    path.chmod(path.stat().st_mode & ~0o002)
    live.run("venvhook on")
    assert live.prefix() == "(app) "


@as_root
@pytest.mark.scenario(35)
@pytest.mark.parametrize("what", SUSPECTS)
def test_what_belongs_to_another_is_refused(world: World, what: str) -> None:
    app = world.project()
    path = app / SUSPECTS[what]
    if path.is_symlink():
        own = path.resolve()
        path.unlink()
        shutil.copy(own, path)
    os.chown(path, NOBODY, -1)
    refused(world.start(), path)


@as_root
@pytest.mark.scenario(35)
@pytest.mark.parametrize("what", ["marker", "bin"])
def test_what_went_to_another_later_is_refused_too(world: World, what: str) -> None:
    app = world.project()
    live = world.start()
    live.run("cd app; cd ..")
    os.chown(app / SUSPECTS[what], NOBODY, -1)
    refused(live, app / SUSPECTS[what])


@pytest.mark.scenario(36)
def test_an_allowed_folder_covers_no_neighbour_and_no_link_out(world: World, installation_config: Path) -> None:
    inside, evil, away = (world.project(name, allow=False) for name in ("good/app", "good-evil/app", "away"))
    installation_config.write_text(f'allow = ["{world.work}/good"]\n')
    (world.work / "good/link").symlink_to("../away")
    live = world.start()
    live.run(f"cd {inside}")
    assert live.prefix() == "(app) "
    for folder in (evil, world.work / "good/link", away):
        assert one_line(live.run(f"cd {folder}")), folder
        assert live.prefix() == ""
        live.run("cd /")


@pytest.fixture
def installation_config(world: World):  # type: ignore[no-untyped-def]
    """The user's config.toml, which is gone again after the test."""
    file = world.installation.home / ".config/venvhook/config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    yield file
    file.unlink()


ODD_MARKERS: dict[str, bytes] = {
    "too long": b"#" * 4097,
    "utf-16": "[variables]\nA = 'x'\n".encode("utf-16"),
    "nul": b"prompt = 'a\0b'\n",
    "bad toml": b"[variables\n",
    "unknown key": b"colour = 'red'\n",
    "wrong type": b"venv = 3\n",
}


@pytest.mark.scenario(37)
@pytest.mark.parametrize("oddity", ODD_MARKERS)
def test_odd_markers_are_one_clear_line(world: World, oddity: str) -> None:
    app = world.project("app", ODD_MARKERS[oddity], allow=False)
    live = world.start()
    assert one_line(live.run("cd app"))
    assert live.prefix() == ""
    assert live.run("") == ""
    said = live.run("venvhook allow")
    assert said.splitlines()[-1].startswith("venvhook: ") and str(app / ".venvhook.toml") in said
    assert live.status != "0"
    assert live.prefix() == ""


@pytest.mark.scenario(37)
@pytest.mark.parametrize("oddity", ["folder", "fifo", "device", "dangling link", "unreadable"])
def test_markers_that_are_no_files_hang_nothing(world: World, oddity: str) -> None:
    wrapper = as_if_not_root() if oddity == "unreadable" else ()
    app = world.project(allow=False)
    marker = app / ".venvhook.toml"
    if oddity != "unreadable":
        marker.unlink()
    if oddity == "folder":
        marker.mkdir()
    elif oddity == "fifo":
        os.mkfifo(marker)
    elif oddity == "unreadable":
        marker.chmod(0)
    else:
        marker.symlink_to("/dev/zero" if oddity == "device" else "nowhere")
    live = world.start(wrapper=wrapper)
    assert one_line(live.run("cd app"))
    assert live.run("") == ""
    assert live.run("echo alive") == "alive"
    said = live.run("venvhook allow")
    assert said.splitlines()[-1].startswith("venvhook: ")
    assert live.prefix() == ""


@pytest.mark.scenario(37)
@pytest.mark.parametrize(
    "marker",
    [b"", b"\r\n# crlf\r\n[variables]\r\nA = 'x'\r\n", b"\xef\xbb\xbf# bom\n", b"#" * 4096],
    ids=["empty", "crlf", "bom", "4096"],
)
def test_markers_that_are_fine(world: World, marker: bytes) -> None:
    world.project("app", marker)
    live = world.start()
    assert live.run("cd app") == ""
    assert live.prefix() == "(app) "
    world.helper_calls()
    live.run("")
    assert world.helper_calls() == [], "it is compared, and found to be the same"


HARM = "$(touch {0}) `touch {0}` ; touch {0} ' ; touch {0} # \" ; touch {0} \u2019 ; touch {0} \\' ; touch {0}"


@pytest.mark.scenario(38)
def test_nothing_of_a_project_is_executed(world: World, shell: Dialect) -> None:
    harm = HARM.format(world.root / "HARM")
    literal = "'''" + harm.replace("'''", "") + "'''"
    folder = "p $(touch HARM) ` ; touch HARM"
    app = world.project(
        folder,
        f'prompt = {literal}\ndotenv = ["e"]\n[variables]\nA = {literal}\n[prepend]\nB = [{literal}]',
        allow=False,
    )
    (app / "e").write_text(
        f"C='{harm.replace(chr(39), '')}'\nD=$(touch {world.root}/HARM)\nE=`touch {world.root}/HARM`\n"
    )
    with open(app / ".venv/pyvenv.cfg", "a") as file:
        file.write(f"prompt = {harm}\n")
    for name in ("activate", "activate.fish", "Activate.ps1", "activate.csh"):
        (app / ".venv/bin" / name).write_text(f"touch {world.root}/HARM\n")
    for name in ("sitecustomize.py", "usercustomize.py", "venvhook.py", "os.py"):
        (app / name).write_text(f"open({str(world.root / 'HARM')!r}, 'w')\n")
    world.cli("allow", str(app), cwd=app)
    live = world.start(env={"PYTHONPATH": str(app)})
    live.run(shell.cd(str(app)))
    live.run("")
    assert live.get("A") == harm
    live.run("cd ..")
    assert live.get("A") is None
    assert not list(world.root.rglob("HARM"))


LOADERS = (
    "LD_PRELOAD",
    "DYLD_INSERT_LIBRARIES",
    "BASH_ENV",
    "ENV",
    "PROMPT_COMMAND",
    "PATH",
    "IFS",
    "HOME",
    "ZDOTDIR",
    "_VENVHOOK_SET",
)


@pytest.mark.scenario(38)
@pytest.mark.parametrize("name", LOADERS)
def test_dotenv_files_cannot_set_what_loads_code(world: World, name: str) -> None:
    app = world.project("app", 'dotenv = ["e"]', allow=False)
    (app / "e").write_text(f"{name}=/tmp/evil\n")
    live = world.start()
    before = live.environ()
    live.run("cd app")
    said = live.run("venvhook allow")
    assert name in said, said
    after = live.environ()
    assert after.get(name.encode()) == before.get(name.encode()) or name == "PATH"
    assert b"/tmp/evil" not in after[b"PATH"]


@pytest.mark.scenario(38)
def test_a_new_name_in_a_dotenv_file_asks_again(world: World) -> None:
    app = world.work / "app"
    app.mkdir()
    (app / "e").write_text("A=1\n")
    world.project("app", 'dotenv = ["e"]')
    live = world.start()
    live.run("cd app")
    assert live.get("A") == "1"
    (app / "e").write_text("A=1\nB=2\n")
    os.utime(app / "e", (2_000_000_000, 2_000_000_000))
    assert one_line(live.run(""))
    assert live.get("B") is None


def kept_plans(world: World, app: Path) -> list[Path]:
    return [
        file
        for file in Path(f"{world.installation.cache}/plans{app}").iterdir()
        if file.name.startswith(".venvhook-2.")
    ]


@pytest.mark.scenario(39)
@pytest.mark.parametrize("oddity", ["link", pytest.param("owner", marks=as_root)])
def test_a_kept_plan_that_is_not_ours_is_not_used(world: World, oddity: str) -> None:
    app = world.project()
    world.start().run("cd app")
    (plan,) = kept_plans(world, app)
    # What it would do if it were read: a word in the environment.
    plan.write_text(f"{world.dialect.export('EVIL', '1')}\n{plan.read_text()}")
    if oddity == "link":
        os.rename(plan, world.root / "plan")
        plan.symlink_to(world.root / "plan")
    else:
        os.chown(plan, NOBODY, -1)
    live = world.start()
    live.run("cd app")
    assert live.get("EVIL") is None
    assert live.prefix() == "(app) "


@pytest.mark.scenario(39)
def test_a_kept_plan_of_another_project_is_not_used(world: World) -> None:
    """Two projects can share a file on a disk that ignores case."""
    one, two = world.project("one"), world.project("two")
    live = world.start()
    live.run("cd one; cd ../two; cd ..")
    (plan,), (other,) = kept_plans(world, one), kept_plans(world, two)
    shutil.copy(plan, other)
    another = world.start()
    another.run("cd two")
    assert another.get("VENVHOOK_PROJECT") == str(two)


@pytest.mark.scenario(39)
def test_folders_are_not_read_from_the_environment(world: World, shell: Dialect) -> None:
    """A checkout that brings a "cache" and a "trust", and gets the variables pointed at them, is not believed."""
    app = world.project(allow=False)
    world.project("decoy")
    world.start().run("cd decoy")
    shutil.copytree(world.installation.home / ".cache", app / ".cache")
    shutil.copytree(world.installation.home / ".local", app / ".local")
    harm = shell.export("EVIL", "1") + "\n"
    for kept in (app / ".cache").rglob(".venvhook-*"):
        target = Path(f"{app}/.cache/venvhook/plans{app}") / kept.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(harm.encode() + kept.read_bytes())
    live = world.start()
    for name, value in (
        ("HOME", "."),
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_CONFIG_HOME", ".config"),
    ):
        live.run(shell.export(name, str(app / value)))
    assert one_line(live.run(f"cd {app}"))
    assert live.get("EVIL") is None and live.prefix() == ""
    world.cli("allow", str(app))
    live.run("")
    assert live.get("EVIL") is None and live.prefix() == "(app) "


@pytest.mark.scenario(39)
def test_many_at_once(world: World) -> None:
    """Shells that enter while another process edits, allows and denies: no torn file, the right answer in the end."""
    app = world.project("app", '[variables]\nA = "0"')
    shells = [world.start(), world.start()]

    def decide() -> None:
        for number in range(1, 5):
            world.mark(app, f'[variables]\nA = "{number}"')
            world.installation.cli("allow", str(app))
            world.installation.cli("deny", str(app))
        world.installation.cli("allow", str(app))

    def visit(live: Terminal) -> str:
        said = ""
        for _ in range(12):
            said += live.run("cd app") + live.run("cd ..")
        return said

    with ThreadPoolExecutor() as pool:
        visits = [pool.submit(visit, live) for live in shells]
        pool.submit(decide).result()
        said = "\n".join(visit.result() for visit in visits)
    strange = [line for line in said.splitlines() if line and not line.startswith("venvhook: ")]
    assert strange == []
    for live in shells:
        live.run("cd app")
        assert (live.get("A"), live.prefix()) == ("4", "(app) ")


@pytest.mark.scenario(39)
def test_what_is_kept_is_private(world: World) -> None:
    app = world.project()
    world.start().run("cd app")
    (plan,) = kept_plans(world, app)
    listing = subprocess.run(
        ["find", str(world.installation.data), str(world.installation.cache), "-perm", "/077"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert listing.stdout == ""
    assert plan.stat().st_mode & 0o777 == 0o600
