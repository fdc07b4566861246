"""Every emitter against its real shell: any text comes through as it is, each operation does what it says and is
undone, each condition is tested; entering and leaving follow the rules of the design, whatever is done between.
"""

from __future__ import annotations

import os
import random
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model import Environ, edited, edits, entered, environs, left, plans

from venvhook.plan import Plan

from .common import Shell, available, environments, marker


@pytest.fixture(scope="module", params=available())
def shell(request: pytest.FixtureRequest) -> Shell:
    made: Shell = request.param()
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


# ---- literals --------------------------------------------------------------------------------------------------------

SPECIAL = "\t\n\r !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\x01\x1b\x7f\udcffé\u2019日"
INJECTIONS = [
    "\\'\";touch PWNED;#", "$(touch PWNED)", "`touch PWNED`", "'; touch PWNED; '", "\\", "\\\\", "\\'", "a\\\nb", "!!",
    "!touch", "~", "~root", "=ls", "*", "{a,b}", "%s%n", "${IFS}", "(touch PWNED)", "-n", "--", "$$", "\\u0041",
    "\u2018; touch PWNED; \u2018", "a" * 100_000, "'" * 3000, "\\" * 3001, "\n" * 500, "\x1b]0;x\x07", "\ufeffx",
    "\ue000\uf600\uf6ff",
]  # fmt: skip


def hostile() -> list[str]:
    choose = random.Random(7)
    texts = ["", *INJECTIONS, *(os.fsdecode(bytes([byte])) for byte in range(1, 256))]
    texts += [first + second for first in SPECIAL for second in SPECIAL]
    return texts + ["".join(choose.choices(SPECIAL + "aZ0", k=choose.randint(3, 12))) for _ in range(600)]


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_any_text_reaches_a_child_byte_for_byte(shell: Shell, folder: Path, locale: str) -> None:
    texts = hostile()
    assert len(texts) > 2000
    script = shell.set((f"V{n}", text) for n, text in enumerate(texts) if len(text) < 5000) + shell.environment()
    script += "".join(f"/usr/bin/printf '%s\\0' {shell.quote('>' + text)}\n" for text in texts[::5])
    output, errors = shell.run(folder, script, {"LC_ALL": locale})
    found = environments(output)[0]
    wrong = [text for n, text in enumerate(texts) if len(text) < 5000 and found.get(f"V{n}") != text]
    assert (wrong, errors) == ([], b"")
    assert output.split(b"\0\0")[-1].split(b"\0")[:-1] == [os.fsencode(">" + text) for text in texts[::5]]
    assert not (folder / "PWNED").exists()


def test_a_nul_is_refused(shell: Shell) -> None:
    with pytest.raises(ValueError, match="NUL"):
        shell.quote("a\0b")


# ---- operations ------------------------------------------------------------------------------------------------------


def plan_of(variables: list[tuple[str, str | None]], lists: list[tuple[str, list[str]]]) -> Plan:
    plan = Plan("/p", "/p", ())
    plan.sign, plan.home, plan.bin, plan.name, plan.label = "VIRTUAL_ENV", "/p/.venv", "/p/.venv/bin", "p", "(p) "
    plan.variables = [("VIRTUAL_ENV", "/p/.venv"), *variables]
    plan.lists = lists
    return plan


OPERATIONS = {
    "set": (None, "x", "x"),
    "set over a value": ("before", "x", "x"),
    "set over empty": ("", "x", "x"),
    "set empty": (None, "", ""),
    "set empty over a value": ("before", "", ""),
    "set to what it was": ("x", "x", "x"),
    "unset": ("before", None, None),
    "unset what is empty": ("", None, None),
    "unset what is unset": (None, None, None),
    "prepend": ("/usr/bin:/bin", ["/p/bin"], "/p/bin:/usr/bin:/bin"),
    "prepend two": ("/usr/bin", ["/p/bin", "/p/x"], "/p/bin:/p/x:/usr/bin"),
    "prepend what is there": ("/x:/p/bin:/y", ["/p/bin"], "/p/bin:/x:/p/bin:/y"),
    "prepend what is in front": ("/p/bin:/x", ["/p/bin"], "/p/bin:/p/bin:/x"),
    "prepend to empty": ("", ["/p/bin"], "/p/bin"),
    "prepend to unset": (None, ["/p/bin"], "/p/bin"),
    "prepend to empty entries": (":/x::", ["/p/bin"], "/p/bin::/x::"),
    "prepend a folder of any name": ("/x", ["/p *'\"$(x)\\[a]\n"], "/p *'\"$(x)\\[a]\n:/x"),
}


@pytest.mark.parametrize("exported", [True, False], ids=["exported", "not exported"])
@pytest.mark.parametrize("name", ["PYTHONPATH", "A"])
@pytest.mark.parametrize("case", OPERATIONS)
def test_one_operation_and_back(shell: Shell, folder: Path, name: str, case: str, exported: bool) -> None:
    before, operation, inside = OPERATIONS[case]
    if not exported and not shell.knows_exports:
        pytest.skip("this version cannot ask whether a variable is exported")
    is_list = isinstance(operation, list)
    if is_list and before is not None and not exported:
        return  # below
    said = [(name, operation)]
    plan = plan_of([] if is_list else said, said if is_list else [])  # type: ignore[arg-type]
    text = shell.load(folder) + shell.plan(plan) + shell.set([(name, None)])
    if before is not None:
        text += shell.set([(name, before)]) if exported else shell.set_unexported(name, before)
    look = shell.environment() + shell.show(name) + shell.environment()
    output, errors = shell.run(folder, text + look + shell.enter(plan) + look + shell.leave(plan) + look)
    assert errors == b""
    first, shown_first, second, shown_second, third, shown_third = environments_and_shown(output, name)
    assert (second.get(name), second["VENVHOOK_PROJECT"]) == (inside, "/p")
    assert third == first
    assert (shown_first, shown_second, shown_third) == (before, inside, before)


@pytest.mark.parametrize("ours", ["", "x"])
def test_what_is_set_inside_stays(shell: Shell, folder: Path, ours: str) -> None:
    plan, text = plan_of([("A", ours)], []), shell.load(folder)
    values = ["=ls", ";", "=", "* ?", "~", "$HOME", "!", "("]
    for value in values:
        text += (
            shell.plan(plan) + shell.enter(plan) + shell.set([("A", value)]) + shell.leave(plan) + shell.environment()
        )
        text += shell.set([("A", None)])
    output, errors = shell.run(folder, text)
    assert ([left.get("A") for left in environments(output)], errors) == (values, b"")


def environments_and_shown(output: bytes, name: str) -> list[Any]:
    """For each of three looks: the environment, and the variable as the shell shows it."""
    found: list[Any] = []
    looks = environments(output)
    for at in (0, 2, 4):
        alone = output.split(b"\0\0")[at + 1].split(b"\0")[0]
        found += [looks[at], None]
        if alone.startswith(name.encode() + b"=") and len(output.split(b"\0\0")[at + 1].split(b"\0")) > len(looks[at]):
            found[-1] = os.fsdecode(alone.partition(b"=")[2])
    return found


# ---- conditions ------------------------------------------------------------------------------------------------------


def marked(folder: Path, text: bytes) -> str:
    folder.mkdir(parents=True)
    (folder / ".venvhook.toml").write_bytes(text)
    return str(folder)


def oddities(root: Path) -> list[str]:
    """Projects whose marker is no small text file."""
    for name in ("folder", "fifo", "device", "nowhere", "large", "nul"):
        (root / name).mkdir()
    (root / "folder/.venvhook.toml").mkdir()
    os.mkfifo(root / "fifo/.venvhook.toml")
    (root / "device/.venvhook.toml").symlink_to("/dev/zero")
    (root / "nowhere/.venvhook.toml").symlink_to("gone")
    (root / "large/.venvhook.toml").write_bytes(b"#" * 4097)
    (root / "nul/.venvhook.toml").write_bytes(b"a = 1\n\0")
    return [str(root / name) for name in ("folder", "fifo", "device", "nowhere", "large", "nul")]


def kinds(root: Path) -> dict[str, str]:
    """A path of each kind that is told without opening it; one that is unreadable cannot be made for root."""
    paths = {"folder": "folder", "fifo": "fifo", "device": "device", "nothing": "nowhere"}
    return {kind: f"{root}/{name}/.venvhook.toml" for kind, name in paths.items()}


Expected = list[tuple[bool, tuple[Any, ...]]]


def conditions(root: Path, environ: Environ) -> Expected:
    """Conditions, and whether they hold."""
    environ.update({"SET": "a'b", "EMPTY": ""})
    return [
        *about_markers(root),
        *about_kinds(root),
        *about_files(root),
        *((True, ("variable", *pair)) for pair in (("SET", "a'b"), ("EMPTY", ""), ("UNSET", None))),
        *((False, ("variable", *pair)) for pair in (("SET", "a'"), ("SET", ""), ("SET", None), ("SET", "*"))),
        *((False, ("variable", *pair)) for pair in (("EMPTY", None), ("EMPTY", "="), ("UNSET", ""), ("UNSET", "x"))),
    ]


def times(root: Path, *files: Path) -> list[str]:
    """Give FILES one modification time; files with that time, an older and a newer one, and one that is not there."""
    for path in files:
        os.utime(path, ns=(10**18, 10**18))
    for name, ns in (("stamp", 10**18), ("older", 10**18 - 10**9), ("newer", 10**18 + 10**9)):
        (root / name).touch()
        os.utime(root / name, ns=(ns, ns))
    return [str(root / name) for name in ("stamp", "older", "newer", "gone")]


def about_markers(root: Path) -> Expected:
    plain, odd = marked(root / "plain '\"$(x)\\*é", b"x = 1\n"), oddities(root)
    empty, long, link = marked(root / "empty", b""), marked(root / "long", b"\xe9\n" * 2048), str(root / "to folder")
    (root / "to folder").symlink_to(plain)
    stamp, *others = times(root, Path(plain, ".venvhook.toml"))
    return [
        *((True, marker(project, text)) for project, text in ((plain, "x = 1\n"), (empty, ""), (link, "x = 1\n"))),
        (True, marker(long, "\udce9\n" * 2048)),
        *((False, marker(plain, text)) for text in ("", "x = 1", "x = 1\n\n", "x = 1\n#", "X = 1\n", "*", "x = ?\n")),
        (True, marker(plain, "x = 1\n", stamp)),
        *((False, marker(plain, "x = 1\n", other)) for other in others),
        (False, marker(plain, "x", stamp)),
        *((False, marker(project, "")) for project in odd),
        *((True, ("odd", project)) for project in odd if project.endswith(("large", "nul"))),
        *((False, ("odd", project)) for project in (plain, empty, long, link, f"{root}/nowhere", f"{root}/device")),
    ]


def about_kinds(root: Path) -> Expected:
    whose, every = kinds(root), ("folder", "fifo", "socket", "device", "nothing", "unreadable")
    plain, gone = str(root / "empty/.venvhook.toml"), str(root / "gone")
    return [
        *((kind == each, ("kind", path, each)) for kind, path in whose.items() for each in every),
        *((False, ("kind", path, each)) for path in (plain, gone) for each in every),
        *((False, ("text", path, "")) for path in whose.values()),
    ]


def about_files(root: Path) -> Expected:
    (root / "file").touch()
    (root / "text").write_bytes(b"A='x'\n\xff")
    (root / "to nothing").symlink_to("gone")
    stamp, *others = times(root, root / "file")
    file, text, gone, dangling, link, plain, empty = (
        str(root / name) for name in ("file", "text", "gone", "to nothing", "to folder", "plain '\"$(x)\\*é", "empty")
    )
    return [
        *((True, ("exists", path)) for path in (file, plain, link)),
        *((False, ("exists", path)) for path in (gone, dangling, file + "/x")),
        *((True, ("absent", path)) for path in (gone, dangling, file + "/x")),
        *((False, ("absent", path)) for path in (file, plain, link)),
        *((True, ("mine", path)) for path in (file, plain, link)),
        (False, ("mine", gone)),
        *((False, ("theirs", path)) for path in (file, plain, link)),
        *((True, ("same", *paths)) for paths in ((link, plain), (plain, plain), (plain, plain + "/."))),
        *((False, ("same", *paths)) for paths in ((empty, plain), (gone, plain), (dangling, plain))),
        (True, ("unchanged", file, stamp, 10**18, 0)),
        *((False, ("unchanged", file, other, 10**18, 0)) for other in others),
        (True, ("text", text, "A='x'\n\udcff")),
        *((False, ("text", text, other)) for other in ("", "A='x'\n", "A='x'\n\udcff\n")),
        *((False, ("text", path, "")) for path in (gone, dangling)),
    ]


def stale(shell: Shell, folder: Path, rests_on: list[tuple[Any, ...]], environ: Environ) -> str:
    """For each condition y or n: is a plan stale that rests on it alone."""
    text = shell.load(folder)
    for n, condition in enumerate(rests_on):
        plan = Plan("/p", f"/p/{n}", [condition], "notice")
        text += shell.plan(plan) + shell.stale(plan)
    output, errors = shell.run(folder, text, environ)
    assert errors == b""
    return output.decode()


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_each_condition(shell: Shell, folder: Path, tmp_path: Path, locale: str) -> None:
    environ = {"LC_ALL": locale}
    expected = conditions(tmp_path, environ)
    found = stale(shell, folder, [condition for _, condition in expected], environ)
    wrong = [(holds, condition) for (holds, condition), answer in zip(expected, found) if holds is not (answer == "n")]
    assert wrong == []
    assert len(found) == len(expected)


def test_a_plan_without_conditions_holds_and_one_broken_is_enough(shell: Shell, folder: Path, tmp_path: Path) -> None:
    there, gone, project = ("exists", str(tmp_path)), ("exists", str(tmp_path / "gone")), marked(tmp_path / "p", b"x")
    text, answers = shell.load(folder), []
    right, odd = marker(project, "x"), ("odd", project)
    for answer, rests_on in (
        ("n", []),
        ("n", [there, right]),
        ("y", [there, gone]),
        ("y", [gone, there]),
        ("y", [right, gone]),
        ("y", [odd, there]),
    ):
        plan = Plan("/p", f"/p/{len(answers)}", rests_on)
        text += shell.plan(plan) + shell.stale(plan)
        answers.append(answer)
    assert shell.run(folder, text) == ("".join(answers).encode(), b"")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_whose_a_file_is(shell: Shell, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    os.chown(tmp_path / "file", 54321, -1)
    paths = [str(tmp_path / name) for name in ("file", "link")]
    assert stale(shell, folder, [(kind, path) for kind in ("mine", "theirs") for path in paths], {}) == "yynn"


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_markers_of_any_text(shell: Shell, folder: Path, tmp_path: Path, locale: str) -> None:
    choose, rests_on = random.Random(11), []
    some = ["".join(map(chr, range(1, 128))), "\n", "a\n\\'*", "é日\U0001f600", "\x01\x7f", " \t\r\n", "a\udcffé"]
    for n in range(300):
        alphabet = choose.choice(some)
        bytes_that_are_none = alphabet is some[-1]  # only in short: bash may read a long text of them otherwise
        length = choose.choice([0, 1, 2, 50] if bytes_that_are_none else [0, 1, 2, 50, 1024, 1025, 2000, 4095, 4096])
        text = "".join(choose.choices(alphabet, k=length))
        text = text if bytes_that_are_none else text.encode()[:4096].decode(errors="ignore")
        project = marked(tmp_path / str(n), os.fsencode(text))
        other = text[:-1] + ("c" if text.endswith("b") else "b")
        rests_on += [marker(project, text), marker(project, other), ("odd", project)]
    found = stale(shell, folder, rests_on, {"LC_ALL": locale})
    assert [n for n in range(300) if found[3 * n : 3 * n + 3] != "nyy"] == []


def test_a_socket(shell: Shell, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(".venvhook.toml")
        project = str(tmp_path)
        path = f"{project}/.venvhook.toml"
        rests_on = [("kind", path, "socket"), ("kind", path, "fifo"), ("odd", project), marker(project, "")]
        assert stale(shell, folder, rests_on, {}) == "nyyy"


def test_a_marker_is_too_long_by_its_bytes(
    shell: Shell, folder: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rests_on = [("odd", marked(tmp_path / str(n), b"\xc3\xa9" * n)) for n in (2048, 2049)]
    assert stale(shell, folder, rests_on, {}) == "yn"


# ---- entering and leaving --------------------------------------------------------------------------------------------

cases = plans().flatmap(
    lambda plan: environs().flatmap(
        lambda before: st.tuples(st.just(plan), st.just(before), st.just({}) | edits(plan, before))
    )
)


@settings(
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(cases, min_size=1, max_size=8))
def test_the_rules_of_entering_and_leaving(
    shell: Shell, folder: Path, several: list[tuple[Plan, Environ, dict[str, str | None]]]
) -> None:
    text = shell.load(folder)
    for plan, before, changes in several:
        names = {*plan.names, *before}
        text += shell.set((name, before.get(name)) for name in sorted(names)) + shell.plan(plan) + shell.environment()
        text += (
            shell.enter(plan)
            + shell.environment()
            + shell.set(changes.items())
            + shell.leave(plan)
            + shell.environment()
        )
        text += shell.set((name, None) for name in sorted({*names, *changes}))
    output, errors = shell.run(folder, text)
    found = environments(output)
    assert (len(found), errors) == (3 * len(several), b"")
    for n, (plan, before, changes) in enumerate(several):
        outside, inside, after = found[3 * n : 3 * n + 3]
        assert all(outside[name] == shell.holds(name, value) for name, value in before.items())
        assert inside == entered(outside, plan)
        held = {name: shell.holds(name, value) for name, value in changes.items()}
        assert after == left(edited(inside, held), outside, plan)
        assert changes or after == outside
