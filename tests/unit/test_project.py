"""project.py: what is in the way of a project is told in one line that holds until it is mended; else it is entered.

Each notice is planned as the helper does it; its conditions, evaluated here, must hold right afterwards (else every
prompt would ask again) and must not after the change that mends it (else the person would have to leave and come back).
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any, Callable

import pytest

from venvhook import dotenv, files, helper, marker, trust
from venvhook.marker import Marker
from venvhook.plan import Plan
from venvhook.project import Places, Project
from venvhook.shells import INTERFACE
from venvhook.system import LINUX, MACOS, WINDOWS, System
from venvhook.trust import Record

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX paths, links, owners")
Make = Callable[..., Path]


def holds(condition: tuple[Any, ...]) -> bool:
    """What `plan.Condition` says that a shell tests."""
    kind, *rest = condition
    if kind in ("marker", "odd"):
        path = Path(rest[0], marker.NAME)
        text = path.read_bytes() if path.is_file() else None
        plain = text is not None and len(text) <= 4096 and b"\0" not in text
        if kind == "odd":
            return not path.is_symlink() and not plain
        return plain and text == os.fsencode(rest[1]) and (not rest[2] or unchanged(str(path), *rest[2:]))
    if kind == "unchanged":
        return unchanged(*rest)
    if kind == "kind":
        path, said = Path(rest[0]), rest[1]
        if said in ("nothing", "unreadable"):
            return not path.exists() if said == "nothing" else not os.access(path, os.R_OK)
        return path.exists() and files.kind(path.stat().st_mode) == said
    if kind == "same":
        return os.path.samefile(*rest)
    if kind == "variable":
        return (rest[1] is None) is (rest[0] != "HOME")  # HOME is all that the projects here are asked about with
    there = os.path.exists(rest[0]) if rest else False
    return {
        "exists": there,
        "absent": not there,
        "mine": there and os.stat(rest[0]).st_uid == os.geteuid(),
        "theirs": there and os.stat(rest[0]).st_uid != os.geteuid(),
        "here": True,
    }[kind]


def unchanged(path: str, stamp: str, time: int, size: int) -> bool:
    if not os.path.exists(path) or not os.path.exists(stamp):
        return False
    return os.stat(path).st_mtime_ns == os.stat(stamp).st_mtime_ns == time and os.stat(path).st_size == size


class Captured:
    """An emitter that gives the plan instead of text."""

    SUFFIX = ".captured"

    def plan(self, plan: Plan) -> str:
        self.captured = plan
        return "text"


class World:
    """One project, with the folders that installing would have fixed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.project, self.venv, self.settings = root / "shop", root / "shop/.venv", root / "settings/config.toml"
        self.marker = self.project / marker.NAME
        self.data, self.home = str(root / "data"), root / "home"
        self.places = Places(self.data, str(root / "cache"), str(root / "settings"), str(self.home))
        self.emitter = Captured()
        monkeypatch.setattr(helper, "emitter", lambda shell: self.emitter)
        for folder in (self.project, self.home, root / "settings"):
            folder.mkdir()

    def plan(self, project: Path | None = None) -> Plan:
        for path in (*self.project.rglob("*"), self.settings):
            if path.exists():
                os.utime(path, (1_600_000_000, 1_600_000_000))  # files of a second ago would be looked at once more
        asked = Project(str(project or self.project), self.places, {"HOME": str(self.home)})
        text = helper.plan_text(asked, "captured", INTERFACE)
        assert text == "text"
        return self.emitter.captured

    def allow(self, text: str | None = None) -> None:
        if text is not None:
            self.marker.write_text(text)
        data = marker.read(str(self.project))
        meaning = marker.parse(data, "M")
        places = [self.project / entry for entry in meaning.dotenv]
        names = [name for file in places if file.is_file() for name, _ in dotenv.parse(file.read_bytes(), "E")]
        trust.decide(self.data, Record(str(self.project), True, data, meaning, names))

    def allow_anew(self) -> None:
        replace(self.marker)
        self.allow("")

    def deny(self) -> None:
        trust.decide(self.data, Record(str(self.project), False))

    def write(self, name: str, text: str) -> None:
        (self.project / name).write_text(text)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_environment: Make) -> World:
    """A project that is allowed and would be entered."""
    world = World(Path(os.path.realpath(tmp_path)), monkeypatch)
    make_environment(world.venv)
    world.allow("")
    return world


def test_the_world_is_entered(world: World) -> None:
    plan = world.plan()
    assert (plan.notice, plan.sign, plan.home, plan.bin) == ("", "VIRTUAL_ENV", str(world.venv), f"{world.venv}/bin")
    assert all(map(holds, plan.conditions))
    assert {("mine", str(world.marker)), ("mine", f"{world.venv}/bin")} < set(plan.conditions)
    assert len(set(plan.conditions)) == len(plan.conditions)
    assert not any(kind == "same" for kind, *_ in plan.conditions)  # no link leads here


# ---- notices ---------------------------------------------------------------------------------------------------------

Step = Callable[[World], object]


def forget(world: World) -> None:
    trust.forget(world.data, str(world.project))


def edit(world: World) -> None:
    world.marker.write_text("#")


def replace(path: Path, new: Path | None = None) -> None:
    """Take away what is at PATH, and put NEW there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
    if new is not None:
        new.rename(path)


def build(world: World) -> None:
    """What `python -m venv .venv` does, in a line with the removal of what was there."""
    if os.path.lexists(world.venv):
        replace(world.venv)
    (world.venv / "bin").mkdir(parents=True)
    (world.venv / "pyvenv.cfg").touch()
    (world.venv / "bin/python").touch()


def odd(make: Callable[[Path], object]) -> tuple[Step, Step]:
    def arrange(world: World) -> None:
        world.marker.unlink()
        make(world.marker)

    def mend(world: World) -> None:
        replace(world.marker)
        world.marker.touch()

    return arrange, mend


def notice(line: str, arrange: Step, mend: Step, *, id: str = "") -> Any:
    return pytest.param(line, arrange, mend, id=id or line[:40])


NOTICES = [
    notice("MARKER: it is not allowed yet; to look at it and allow it: venvhook allow", forget, World.allow),
    notice("MARKER: it is not allowed yet; .*", forget, World.deny, id="then denied"),
    notice("MARKER: it was edited since you allowed it; .*", edit, World.allow),
    notice("MARKER: it was edited .*", edit, lambda w: w.marker.write_text(""), id="edited back"),
    notice("", World.deny, World.allow, id="denied"),
    notice("", World.deny, forget, id="denied, forgotten"),
    notice("MARKER: is a folder; it must be a plain file", *odd(Path.mkdir)),
    notice("MARKER: is a fifo; it must be a plain file", *odd(os.mkfifo)),
    notice("MARKER: is a device; it must be a plain file", *odd(lambda path: path.symlink_to("/dev/zero"))),
    notice("MARKER: is made up by the system .*", *odd(lambda path: path.symlink_to("/proc/self/stat"))),
    notice("", lambda w: (w.deny(), replace(w.marker), w.marker.mkdir()), World.allow_anew, id="denied, and a folder"),
    notice("MARKER: is a link to nothing", *odd(lambda path: path.symlink_to("nowhere"))),
    notice("MARKER: cannot be read: .*", *odd(lambda path: path.symlink_to(path.name)), id="a loop of links"),
    notice("MARKER: is larger than 4096 bytes; make it shorter", *odd(lambda path: path.write_text("#" * 4097))),
    notice("MARKER:2: holds a NUL byte; .*", *odd(lambda path: path.write_bytes(b"#\n\0"))),
    notice("MARKER:1: is UTF-16; save it as UTF-8", *odd(lambda path: path.write_bytes(b"\xff\xfe#\0"))),
    # Without a NUL a shell can compare it: other bytes than those that were allowed, and `allow` tells what they are.
    notice(
        "MARKER: it was edited .*", *odd(lambda path: path.write_bytes(b"\xff\xfe\x41\x42")), id="UTF-16 without a NUL"
    ),
    notice("VENV: there is no environment yet; to make it: venvhook create", lambda w: replace(w.venv), build),
    notice("VENV: this is no environment: .*", lambda w: (w.venv / "pyvenv.cfg").unlink(), build),
    notice(
        "VENV: this is no environment, and no folder; .*",
        lambda w: (replace(w.venv), w.venv.touch()),
        build,
    ),
    notice(
        "VENV: this is no environment, and no folder; .*",
        lambda w: (replace(w.venv), w.venv.symlink_to("nowhere")),
        build,
        id="a dangling link",
    ),
    notice(
        r"VENV: its Python is gone \(/nowhere/python\); to make it anew: venvhook rebuild",
        lambda w: ((w.venv / "bin/python").unlink(), (w.venv / "bin/python").symlink_to("/nowhere/python")),
        build,
    ),
    notice("VENV: it has no bin/python; .*", lambda w: (w.venv / "bin/python").unlink(), build),
    notice(
        "PROJECT/a:b/bin: its path has a ':', which no PATH can hold; .*",
        lambda w: (w.venv.rename(w.project / "a:b"), w.allow('venv = "a:b"')),
        lambda w: w.allow('venv = "c"'),
        id="a colon in the environment's path",
    ),
    notice(
        "PROJECT/.secrets: it sets B, C, which you have not allowed; to look at it and allow it: venvhook allow",
        lambda w: (w.write(".secrets", "A=1"), w.allow('dotenv = [".secrets"]'), w.write(".secrets", "B=1\nA=2\nC=3")),
        lambda w: w.allow(),
        id="new names in a dotenv file",
    ),
    notice(
        "PROJECT/.secrets: it sets B, .*",
        lambda w: (w.allow('dotenv = [".secrets"]'), w.write(".secrets", "B=1")),
        lambda w: w.write(".secrets", ""),
        id="taken out of the dotenv file again",
    ),
    notice(
        "PROJECT/.secrets:1: a line without =; .*",
        lambda w: (w.allow('dotenv = [".secrets"]'), w.write(".secrets", "B")),
        lambda w: (w.project / ".secrets").unlink(),
        id="a mistake in a dotenv file",
    ),
    notice(
        "MARKER:2: unknown key x; .*",
        lambda w: (forget(w), w.settings.write_text(f"allow = ['{w.project}']"), w.write(marker.NAME, "\nx = 1")),
        lambda w: w.write(marker.NAME, ""),
        id="a mistake in a marker that config.toml allows",
    ),
]


@pytest.mark.parametrize(("line", "arrange", "mend"), NOTICES)
def test_a_notice_holds_until_it_is_mended(world: World, line: str, arrange: Step, mend: Step) -> None:
    arrange(world)
    plan = world.plan()
    places = {"MARKER": world.marker, "VENV": world.venv, "PROJECT": world.project}
    expected = re.sub("MARKER|VENV|PROJECT", lambda found: re.escape(str(places[found[0]])), line)
    assert re.fullmatch(expected, plan.notice)
    assert (plan.sign, plan.variables, plan.lists) == ("", (), ())
    assert [condition for condition in plan.conditions if not holds(condition)] == []
    mend(world)
    assert not all(map(holds, plan.conditions))


@pytest.mark.parametrize(
    "below",
    ["shop/.venvhook.toml", "shop", "shop/.venv", "shop/.venv/bin", "base/python", "shop/.secrets", "shop/scripts"],
)
@pytest.mark.parametrize("whose", ["another user's", "everybody's"])
def test_what_somebody_else_could_have_put_there(
    world: World, request: pytest.FixtureRequest, below: str, whose: str
) -> None:
    root = world.project.parent
    world.write(".secrets", "A=1")
    (world.project / "scripts").mkdir()
    world.allow('dotenv = [".secrets"]\n[prepend]\nPATH = ["scripts"]')
    assert world.plan().sign
    (root / "base").mkdir()
    (world.venv / "bin/python").rename(root / "base/python")
    (world.venv / "bin/python").symlink_to(root / "base/python")
    if whose == "everybody's":
        (root / below).chmod(0o777)
    else:
        request.getfixturevalue("give_away")(root / below)
    plan = world.plan()
    assert re.match(
        f"{re.escape(str(root / below))}: "
        "(it belongs to another user .*; use it as that user|everybody may write to it; to .*: chmod)",
        plan.notice,
    )
    assert not plan.sign
    # No shell can test modes.
    watched = ("here", str(world.project)) if whose == "everybody's" else ("theirs", str(root / below))
    assert watched in plan.conditions


def test_a_silent_store(world: World) -> None:
    """A project whose store is there but says nothing is not allowed, whatever config.toml says of others."""
    record = trust.find(world.data, str(world.project))
    assert record is not None
    Path(record.path).write_bytes(b"cut")
    assert "is not allowed yet" in world.plan().notice


# ---- warnings --------------------------------------------------------------------------------------------------------


def test_a_mistake_in_the_settings_is_told_and_the_defaults_hold(world: World) -> None:
    world.settings.write_text('prompt = "[{name}] "\nwrap = 1')
    plan = world.plan()
    assert (plan.sign, plan.label) == ("VIRTUAL_ENV", "(shop) ")
    assert plan.notice == f"{world.settings}:2: unknown key wrap; did you mean wrap_cd?"
    assert all(map(holds, plan.conditions))
    world.settings.write_text('prompt = "[{name}] "')
    assert not all(map(holds, plan.conditions))
    assert world.plan().label == "[shop] "


@pytest.mark.parametrize("whose", ["another user's", "everybody's"])
def test_settings_of_somebody_elses_are_not_believed(world: World, request: pytest.FixtureRequest, whose: str) -> None:
    trust.forget(world.data, str(world.project))
    world.settings.write_text(f"allow = ['{world.project}']")
    assert world.plan().sign
    if whose == "everybody's":
        world.settings.chmod(0o666)
    else:
        request.getfixturevalue("give_away")(world.settings)
    assert "is not allowed yet" in world.plan().notice
    world.allow()
    assert world.plan().notice.startswith(f"{world.settings}: ")


def test_all_warnings_are_one_line(world: World) -> None:
    world.settings.write_text("wrap = 1")
    world.allow('python = "3.12"')
    first, second = world.plan().notice.split(f"; {world.venv}: it has")
    assert first.startswith(f"{world.settings}:1: ") and second.startswith(" Python 3.11.4, ")


def test_another_python_than_asked_for_is_told(world: World) -> None:
    world.allow('python = "3.12"')
    plan = world.plan()
    assert plan.sign
    assert (
        plan.notice
        == f"{world.venv}: it has Python 3.11.4, the marker asks for 3.12; to make it anew: venvhook rebuild"
    )


# ---- trust -----------------------------------------------------------------------------------------------------------


def test_settings_allow_folders_but_not_against_a_deny(world: World) -> None:
    trust.forget(world.data, str(world.project))
    world.settings.write_text(f"allow = ['{world.project.parent}']")
    world.marker.write_text('prompt = "x"')
    assert world.plan().name == "x"
    world.allow('prompt = "y"')
    world.write(".secrets", "NEW=1")  # of the folder that is allowed, all is
    world.marker.write_text('prompt = "z"\ndotenv = [".secrets"]')
    assert world.plan().name == "z"
    world.deny()
    assert (world.plan().sign, world.plan().notice) == ("", "")


def test_a_copy_and_a_link_to_an_allowed_marker_are_not_allowed(world: World, make_environment: Make) -> None:
    world.allow('prompt = "x"')
    for name, make in (
        ("copy", lambda path: shutil.copy(world.marker, path)),
        ("linked", lambda path: path.symlink_to(world.marker)),
    ):
        other = world.project.parent / name
        make_environment(other / ".venv")
        make(other / marker.NAME)
        assert "is not allowed yet" in world.plan(other).notice


def test_a_project_through_a_link_is_the_same_one(world: World) -> None:
    link = world.project.parent / "link"
    link.symlink_to(world.project)
    plan = world.plan(link)
    assert (plan.project, plan.folder, plan.home) == (str(link), str(world.project), str(world.venv))
    assert plan.id == world.plan().id
    assert ("same", str(link), str(world.project)) in plan.conditions
    link.unlink()
    shutil.copytree(world.project, link)
    assert not all(map(holds, plan.conditions))


# ---- entering --------------------------------------------------------------------------------------------------------


def test_variables_and_lists_in_their_order(world: World) -> None:
    world.write("one.env", "A=1\nB=1\nC=1")
    world.write("two.env", "B=2\nC=2\nD=")
    world.allow(
        'dotenv = ["one.env", "missing.env", "two.env"]\n[variables]\nC = "3"\nE = false\n'
        '[prepend]\nPATH = ["scripts", ".venv/bin", "~/bin", "scripts"]\nPYTHONPATH = ["src"]'
    )
    plan = world.plan()
    own = [
        "VIRTUAL_ENV",
        "VIRTUAL_ENV_PROMPT",
        "PYTHONHOME",
        "_OLD_VIRTUAL_PATH",
        "_OLD_VIRTUAL_PYTHONHOME",
        "_OLD_VIRTUAL_PS1",
        "_OLD_FISH_PROMPT_OVERRIDE",
    ]
    assert list(plan.variables) == [
        *zip(own, [str(world.venv), "shop", *[None] * 5]),
        *{"A": "1", "B": "2", "C": "3", "D": "", "E": None}.items(),
    ]
    assert list(plan.lists) == [
        ("PATH", [f"{world.venv}/bin", f"{world.project}/scripts", f"{world.home}/bin"]),
        ("PYTHONPATH", [f"{world.project}/src"]),
    ]
    assert all(map(holds, plan.conditions))


@pytest.mark.parametrize(
    "change", ["one.env", "missing.env", "bin/python", "pyvenv.cfg", "record", "marker", "settings"]
)
def test_what_an_entered_plan_rests_on(world: World, change: str) -> None:
    world.write("one.env", "A=1")
    world.allow('dotenv = ["one.env", "missing.env"]')
    plan = world.plan()
    assert all(map(holds, plan.conditions))
    if change.endswith(".env"):
        world.write(change, "A=2")
    elif change == "bin/python":
        (world.venv / change).unlink()
    elif change == "pyvenv.cfg":
        (world.venv / change).write_text("version = 3.12.1\n")
    elif change == "record":
        world.allow()
    else:
        (world.marker if change == "marker" else world.settings).write_text("# new")
    assert not all(map(holds, plan.conditions))


@pytest.mark.parametrize(
    ("text", "settings", "name"),
    [
        ("", "", "shop"),
        ("", "prompt = 'its own'", "its own"),
        ('prompt = "x"', "prompt = y", "x"),
        ('prompt = "$(x)\\u001b"', "", "_(x)_"),
    ],
)
def test_the_name(world: World, text: str, settings: str, name: str) -> None:
    (world.venv / "pyvenv.cfg").write_text(settings)
    world.allow(text)
    plan = world.plan()
    assert (plan.name, plan.label, dict(plan.variables)["VIRTUAL_ENV_PROMPT"]) == (name, f"({name}) ", name)


def test_a_home_that_no_path_can_hold(world: World) -> None:
    world.home = world.home / "a:b"
    world.allow('[prepend]\nPATH = ["~/bin"]')
    assert world.plan().notice.startswith(f"{world.home}/bin: its path has a ':'")


def test_no_variable_is_set_and_prepended_to(world: World) -> None:
    world.write(".secrets", "PYTHONPATH=/x")
    world.allow('dotenv = [".secrets"]\n[prepend]\nPYTHONPATH = ["src"]')
    plan = world.plan()
    assert not plan.sign and "PYTHONPATH" in plan.notice


# ---- the helper's edge -----------------------------------------------------------------------------------------------


def test_a_defect_is_a_line_and_no_traceback(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> Marker:
        raise RuntimeError("boom\x1b")

    monkeypatch.setattr(trust, "find", broken)
    plan = world.plan()
    assert plan.notice == f"{world.marker}: RuntimeError: boom\\x1b; to see more: venvhook status"
    seen = world.marker.stat()
    marked = ("marker", str(world.project), "", "", seen.st_mtime_ns, seen.st_size)
    assert plan.conditions == (("here", str(world.project)), marked)


def test_a_variable_that_the_plan_sets_itself_is_not_watched(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from venvhook import project

    original = project.locate

    def locate(*arguments: Any, **more: Any) -> Any:
        search = original(*arguments, **more)
        search.conditions += [("variable", "A", None), ("variable", "WORKON_HOME", "/w")]
        return search

    monkeypatch.setattr(project, "locate", locate)
    world.allow('[variables]\nA = "x"')
    assert [c[1] for c in world.plan().conditions if c[0] == "variable"] == ["WORKON_HOME"]


def test_a_plan_is_kept_where_a_hook_looks(world: World) -> None:
    world.plan()
    kept = f"{world.places.cache}/plans{world.project}/.venvhook-{INTERFACE}{Captured.SUFFIX}"
    assert Path(kept).read_text() == "text"


def test_what_cannot_be_kept_is_looked_at_again_when_the_project_is_entered_anew(world: World) -> None:
    assert ("here", str(world.project)) not in world.plan().conditions
    shutil.rmtree(world.places.cache)
    Path(world.places.cache).touch()
    plan = world.plan()
    assert plan.sign and ("here", str(world.project)) not in plan.conditions, "its files are small"
    compared = {c[1:] for c in plan.conditions if c[0] == "text"}
    assert (str(world.venv / "pyvenv.cfg"), (world.venv / "pyvenv.cfg").read_text()) in compared
    (world.venv / "pyvenv.cfg").write_text("#" * 4097)
    assert ("here", str(world.project)) in world.plan().conditions
    assert Path(world.places.cache).read_text() == ""


def test_a_hook_of_another_version_is_told(world: World) -> None:
    asked = Project(str(world.project), world.places, {})
    helper.plan_text(asked, "captured", "0")
    assert "this shell's hook is of another version" in world.emitter.captured.notice
    assert not os.path.exists(world.places.cache)


SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("time", "young"),
    [
        (1_600_000_000 * SECOND + 1, False),
        (-20_000_000 - 1, False),
        (-20_000_000, True),
        (0, True),
        (SECOND + 1, False),  # ahead of this clock: then it is no newer state than any other
    ],
)
def test_a_file_that_has_just_changed_is_asked_about_again(
    world: World, monkeypatch: pytest.MonkeyPatch, time: int, young: bool
) -> None:
    """TIME is the file's own (ns since 1970), or, where it is small, how far from now. Others keep their stamps."""
    now = 1_700_000_000 * SECOND + 500_000_001
    monkeypatch.setattr("time.time_ns", lambda: now)
    moment = time if time > 10 * SECOND else now + time
    os.utime(world.venv / "pyvenv.cfg", ns=(moment, moment))
    assert asked_again(world, world.venv / "pyvenv.cfg") is young


@pytest.mark.parametrize(("age", "young"), [(0, True), (1, True), (2, False)])
def test_where_a_disk_seems_to_tick_once_a_second_the_last_tick_counts(
    world: World, monkeypatch: pytest.MonkeyPatch, age: int, young: bool
) -> None:
    """AGE is in seconds, and FAT's clock ticks every other."""
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_001 * SECOND + 900_000_000)
    moment = (1_700_000_001 - age) * SECOND
    os.utime(world.venv / "pyvenv.cfg", ns=(moment, moment))
    assert asked_again(world, world.venv / "pyvenv.cfg") is young


def asked_again(world: World, path: Path) -> bool:
    """Whether the plan is stale at once for the sake of PATH."""
    helper.plan_text(Project(str(world.project), world.places, {}), "captured", INTERFACE)
    (about,) = (c for c in world.emitter.captured.conditions if c[0] == "unchanged" and c[1] == str(path))
    return not holds(about)


def test_two_branches_markers_are_asked_about_once_each(world: World) -> None:
    world.allow('prompt = "b"')
    world.allow('prompt = "a"')
    assert (world.plan().name, world.plan().notice) == ("a", "")
    world.marker.write_text('prompt = "b"')
    assert (world.plan().name, world.plan().notice) == ("b", "")
    world.marker.write_text('prompt = "c"')
    assert "it was edited since" in world.plan().notice
    world.deny()
    world.marker.write_text('prompt = "b"')
    assert (world.plan().sign, world.plan().notice) == ("", "")


def test_a_marker_of_another_user_is_not_read(world: World, give_away: Callable[[Path], None]) -> None:
    give_away(world.marker)
    plan = world.plan()
    assert "it belongs to another user" in plan.notice and not plan.sign
    assert ("theirs", str(world.marker)) in plan.conditions
    assert not {"marker", "odd"} & {c[0] for c in plan.conditions}
    world.deny()
    assert world.plan().notice == ""


def test_a_file_that_may_be_growing_is_looked_at_again_when_the_project_is_entered_again(world: World) -> None:
    world.allow('dotenv = [".env"]')
    world.write(".env", "#" * (64 * 1024 + 1))
    plan = world.plan()
    assert re.search("is larger than 65536 bytes; make it shorter, then: venvhook on$", plan.notice)
    assert ("here", str(world.project)) in plan.conditions
    assert not any(c[0] == "unchanged" and c[1].endswith("/.env") for c in plan.conditions)


@pytest.mark.parametrize(("name", "kind"), [("fifo", "fifo"), ("device", "device")])
def test_what_is_no_file_is_known_by_its_kind(world: World, name: str, kind: str) -> None:
    """The time of a terminal changes whenever something is written to it."""
    world.allow('dotenv = [".env"]')
    path = world.project / ".env"
    os.mkfifo(path) if name == "fifo" else path.symlink_to("/dev/tty")
    plan = world.plan()
    assert f"is a {kind}" in plan.notice
    assert ("kind", str(path), kind) in plan.conditions
    assert not any(c[0] == "unchanged" and c[1] == str(path) for c in plan.conditions)


# ---- what the user has not seen does not act -------------------------------------------------------------------------


HARM = {"GIT_SSH_COMMAND": "evil", "PAGER": "evil", "EDITOR": "evil"}


def conda(world: World) -> Path:
    """A conda environment in place of the one that is there."""
    shutil.rmtree(world.venv)
    (world.venv / "conda-meta").mkdir(parents=True)
    (world.venv / "conda-meta/history").touch()
    (world.venv / "bin").mkdir()
    (world.venv / "bin/python").touch()
    (world.venv / "etc/conda/env_vars.d").mkdir(parents=True)
    return world.venv


@pytest.mark.parametrize("file", ["conda-meta/state", "etc/conda/env_vars.d/a.json"])
def test_a_name_that_condas_files_set_asks_first(world: World, file: str) -> None:
    """The marker was allowed while there was no environment, or one that set nothing."""
    path = conda(world) / file
    assert world.plan().sign == "CONDA_PREFIX"
    path.write_text(json.dumps({"env_vars": HARM} if file.endswith("state") else HARM))
    plan = world.plan()
    assert (plan.sign, plan.variables) == ("", ())
    assert plan.notice == (
        f"{path}: it sets GIT_SSH_COMMAND, PAGER, EDITOR, which you have not allowed; "
        "to look at it and allow it: venvhook allow"
    )
    assert all(map(holds, plan.conditions))
    text = world.marker.read_bytes()
    trust.decide(world.data, Record(str(world.project), True, text, Marker(), ["PAGER", "GIT_SSH_COMMAND", "EDITOR"]))
    assert not all(map(holds, plan.conditions))
    plan = world.plan()
    assert dict(plan.variables).items() >= HARM.items()
    path.write_text(path.read_text().replace("evil", "other"))  # values may change, as those of a dotenv file
    assert not all(map(holds, plan.conditions))
    assert dict(world.plan().variables)["PAGER"] == "other"
    path.write_text("{}")
    assert "PAGER" not in dict(world.plan().variables)


def test_what_the_marker_sets_itself_was_seen(world: World) -> None:
    (conda(world) / "conda-meta/state").write_text(json.dumps({"env_vars": {"A": "theirs"}}))
    world.write(".env", "B=theirs")
    text = b'dotenv = [".env"]\n[variables]\nA = "1"\nB = "2"'
    trust.decide(world.data, Record(str(world.project), True, text, marker.parse(text, "M")))
    world.marker.write_bytes(text)
    variables = dict(world.plan().variables)
    assert (variables["A"], variables["B"]) == ("1", "2")


def test_condas_files_and_prepend_do_not_meet(world: World) -> None:
    (conda(world) / "conda-meta/state").write_text(json.dumps({"env_vars": {"PYTHONPATH": "x"}}))
    text = b'[prepend]\nPYTHONPATH = ["src"]'
    world.marker.write_bytes(text)
    trust.decide(world.data, Record(str(world.project), True, text, marker.parse(text, "M"), ["PYTHONPATH"]))
    plan = world.plan()
    assert not plan.sign and "it sets PYTHONPATH, which the marker's [prepend] has too" in plan.notice


def test_condas_files_of_another_user_do_not_count(world: World, give_away: Callable[[Path], None]) -> None:
    path = conda(world) / "conda-meta/state"
    path.write_text("{}")
    assert world.plan().sign
    give_away(path)
    plan = world.plan()
    assert not plan.sign and "it belongs to another user" in plan.notice


def test_a_fifo_among_condas_files_is_told(world: World) -> None:
    path = conda(world) / "etc/conda/env_vars.d/a.json"
    os.mkfifo(path)
    plan = world.plan()
    assert plan.notice.startswith(f"{path}: is a fifo") and ("kind", str(path), "fifo") in plan.conditions


def test_where_a_symlink_leads_must_stay_so(world: World, make_environment: Make) -> None:
    """What is allowed to be entered is where it led; a shell tests that without a process."""
    for name in ("one", "two"):
        make_environment(world.project / name)
    replace(world.venv)
    world.venv.symlink_to("one")
    plan = world.plan()
    assert ("same", f"{world.venv}/bin", f"{world.project}/one/bin") in plan.conditions
    assert all(map(holds, plan.conditions))
    world.venv.unlink()
    world.venv.symlink_to("two")
    assert not all(map(holds, plan.conditions))


def test_where_the_python_leads_must_stay_so(world: World) -> None:
    """`/usr/bin/python3` becomes another one with an upgrade of the system."""
    base = world.project.parent
    for name in ("python3.11", "python3.12"):
        (base / name).touch()
    (base / "python3").symlink_to("python3.11")
    (world.venv / "bin/python").unlink()
    (world.venv / "bin/python").symlink_to(base / "python3")
    plan = world.plan()
    assert plan.sign and all(map(holds, plan.conditions))
    (base / "python3").unlink()
    (base / "python3").symlink_to("python3.12")
    assert not all(map(holds, plan.conditions))


@pytest.mark.skipif(not os.path.exists("/proc/self/cwd"), reason="this system has no /proc")
@pytest.mark.parametrize("links", [{".venv": "//proc/self/cwd/env"}, {"hop": "/proc/self/cwd", ".venv": "hop/env"}])
def test_an_environment_through_proc_is_refused(
    world: World, make_environment: Make, monkeypatch: pytest.MonkeyPatch, links: dict[str, str]
) -> None:
    make_environment(world.project / "env")
    replace(world.venv)
    for name, target in links.items():
        (world.project / name).symlink_to(target)
    monkeypatch.chdir(world.project)
    plan = world.plan()
    assert not plan.sign
    assert plan.notice == (
        f"{world.venv}/bin: it leads through /proc, so it is another place for each program; "
        "use the folder that it stands for, then: venvhook on"
    )
    assert ("here", str(world.project)) in plan.conditions


@pytest.mark.skipif(not os.path.exists("/proc/self/cwd"), reason="this system has no /proc")
@pytest.mark.parametrize(
    "text",
    [
        'venv = "/proc/self/cwd/env"',
        'venv = "//proc/thread-self/cwd/env"',
        '[prepend]\nPATH = ["/proc/self/cwd/env/bin"]',
        '[prepend]\nPYTHONPATH = ["hop/env"]',
        'dotenv = ["hop/secrets"]',
    ],
)
def test_what_the_marker_names_through_proc_is_refused(
    world: World, make_environment: Make, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    make_environment(world.project / "env")
    world.write("secrets", "A=1")
    (world.project / "hop").symlink_to("/proc/self/cwd")
    monkeypatch.chdir(world.project)
    trust.decide(world.data, Record(str(world.project), True, text.encode(), marker.parse(text.encode(), "M"), ["A"]))
    world.marker.write_text(text)
    plan = world.plan()
    assert not plan.sign and "it leads through /proc" in plan.notice


@pytest.mark.parametrize("name", ["HOME", "SECRET"])
def test_a_variable_in_a_projects_file_stays_as_it_is_written(world: World, name: str) -> None:
    """Its value would be shown, and looked up on a network disk."""
    replace(world.venv)
    for text in (f"./${name}/x\n", f"/net/${{{name}}}.example/x\n", f"~/${name}\n"):
        world.venv.write_text(text)
        asked = Project(str(world.project), world.places, {"HOME": str(world.home), "SECRET": "hunter2"})
        assert f"${name}" in asked.plan().notice or f"${{{name}}}" in asked.plan().notice
        assert "hunter2" not in asked.plan().notice


# ---- a marker that leads out of the project --------------------------------------------------------------------------


def test_what_a_symlinked_marker_says_is_not_copied_before_it_is_allowed(world: World) -> None:
    """It may lead to a private file of the user's."""
    secret = world.home / "id_x"
    secret.write_text("secret = 1")
    os.utime(secret, (1_600_000_000, 1_600_000_000))
    world.marker.unlink()
    world.marker.symlink_to(secret)
    forget(world)
    plan = world.plan()
    assert "is not allowed yet" in plan.notice and "secret" not in repr(plan.conditions)
    assert ("same", str(world.marker), str(secret)) in plan.conditions and all(map(holds, plan.conditions))
    shutil.rmtree(world.places.cache)
    Path(world.places.cache).touch()  # there is no place for a stamp
    assert "secret" not in repr(world.plan().conditions)
    Path(world.places.cache).unlink()
    plan = world.plan()
    secret.write_text("secret = 2")
    assert not all(map(holds, plan.conditions))
    replace(world.marker)
    world.allow('prompt = "x"')
    inside = world.project / "shared.toml"
    world.marker.rename(inside)
    world.marker.symlink_to("shared.toml")
    forget(world)
    assert any(c[0] == "marker" for c in world.plan().conditions), "a symlink inside of the project hides nothing"


# ---- a system that knows no case in names ----------------------------------------------------------------------------


@pytest.mark.parametrize("system", [LINUX, MACOS, WINDOWS], ids=lambda system: system.name)
def test_names_that_differ_by_their_case_only(world: World, system: System) -> None:
    """dotenv's `foo` and `[variables] FOO`: one variable on Windows, which gets the later value and is saved once."""
    text = 'dotenv = [".env"]\n[variables]\nFOO = "the marker\'s"'
    for path in (world.venv / "Scripts/python.exe", world.venv / "bin/python"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    world.write(".env", "foo=one\nBar=two\n")
    meaning, names = marker.parse(text.encode(), "M"), ["foo", "BAR" if system is WINDOWS else "Bar"]
    world.marker.write_text(text)
    trust.decide(world.data, Record(str(world.project), True, text.encode(), meaning, names))
    home = {"HOME": str(world.home), "USERPROFILE": str(world.home)}
    plan = Project(str(world.project), world.places, home, system).plan()
    found = {name: value for name, value in plan.variables if name.upper() in ("FOO", "BAR")}
    marked = {"FOO": "the marker's", "Bar": "two"}
    assert found == (marked if system is WINDOWS else {"foo": "one", **marked}), plan.notice
    assert plan.bin == str(world.venv / system.bin)


@pytest.mark.parametrize("system", [LINUX, WINDOWS], ids=lambda system: system.name)
def test_a_list_and_a_variable_of_one_name(world: World, system: System) -> None:
    text = 'dotenv = [".env"]\n[prepend]\nPYTHONPATH = ["src"]'
    (world.venv / "Scripts").mkdir()
    (world.venv / "Scripts/python.exe").touch()
    world.write(".env", "PythonPath=one\n")
    world.marker.write_text(text)
    meaning = marker.parse(text.encode(), "M")
    trust.decide(world.data, Record(str(world.project), True, text.encode(), meaning, ["PythonPath"]))
    notice = Project(str(world.project), world.places, {"HOME": str(world.home)}, system).plan().notice
    assert ("[prepend] has too" in notice) is (system is WINDOWS), notice
