"""The PowerShell hook, its plans and their emitter: what can be shown without PowerShell, and, where it is, with it.

Without: `Literals` is what PowerShell's parser and .NET's Regex.Unescape make of the few forms that a plan is made of;
two grammars, of PowerShell 7 and 5.1, must find no fault in any text; nothing that a user can define is called by name.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from venvhook import keep, trust
from venvhook.marker import parse
from venvhook.plan import Plan
from venvhook.shells import INTERFACE, pwsh
from venvhook.undo import operations

SHELL = Path(__file__).parents[2] / "shell"
HOOK, CALLS = SHELL / "venvhook.ps1", SHELL / "plan.ps1"
TOKENS = ("PYTHON", "LAUNCHER", "CACHE", "CEILING")
TICKS = 639_000_000_000_000_000

HOSTILE = [
    "",
    "'",
    "''",
    "it's",
    '"; $(touch PWNED) `n $env:HOME #',
    "\u2018\u2019\u201a\u201b \u201c\u201d\u201e",  # all of them quotes to PowerShell
    "'\u2019; [IO.File]::WriteAllText('PWNED', ''); '",
    "\\",
    "\\u0041\\n\\'",
    "a\\",
    "@'\nhere\n'@",
    "line\r\nnext\rthen\x85and\u2028\u2029end",
    " leading and trailing ",
    "-eq --% && || ; | > < & %",
    "{0} {{}} %PATH% ~",
    "\t\x01\x1b]0;title\x07\x7f",
    "\U0001f600 e\u0301 \u00e9 zw\u200dj \ufeff",
    "])')) }; 'x",
]


def random_texts(count: int) -> Iterator[str]:
    """Any UTF-16 text without NUL; half of it is made of what is special somewhere."""
    rng = random.Random(20_261_121)
    special = (
        "'\"`$\\(){}[]@#;,&|<>%!~*? \t\r\n\u2018\u2019\u201a\u201b\u201c\u201d\u2028\u2029un04x\ufeff\ufffe\ud800\udfff"
    )
    for _ in range(count):
        length = rng.randrange(1, 40)
        yield "".join(
            rng.choice(special)
            if rng.random() < 0.5
            else chr(rng.choice([rng.randrange(1, 128), rng.randrange(1, 0x11_0000)]))
            for _ in range(length)
        )


def utf16(text: str) -> str:
    """TEXT as .NET holds it: two surrogates that meet are one character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


class Literals:
    """Reads back what the emitter writes: PowerShell's own rules for it, and an error for anything else."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, pattern: str) -> str:
        match = re.compile(pattern).match(self.text, self.at)
        assert match, f"expected {pattern} at: {self.text[self.at : self.at + 60]!r}"
        self.at = match.end()
        return match[0]

    def sees(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def value(self) -> Any:
        if self.sees("("):
            self.take(r"\(\[regex\]::Unescape\(")
            text = unescape(self.quoted())
            self.take(r"\)\)")
            return text
        if self.sees("@("):
            return self.array()
        if self.sees("$"):
            return {"$null": None, "$true": True}[self.take(r"\$\w+")]
        return self.quoted() if self.sees("'") else int(self.take(r"[0-9]+"))

    def quoted(self) -> str:
        """about_Quoting_Rules: inside single quotes, two of them are one, and nothing else is special."""
        return self.take(r"'(?:[^'\u2018\u2019\u201a\u201b]|'')*'(?!')")[1:-1].replace("''", "'")

    def array(self) -> list[Any]:
        self.take(r"@\(")
        items: list[Any] = []
        while not self.sees(")"):
            if items:
                self.take(", ")
            items.append(self.value())
        self.take(r"\)")
        return items

    def plan(self) -> dict[str, Any]:
        self.take(r"@\{\n")
        fields: dict[str, Any] = {}
        while not self.sees("}"):
            key = self.take("[a-z]+")
            self.take(" = ")
            assert key not in fields, f"{key} twice, which PowerShell does not take"
            fields[key] = self.value()
            self.take(r"\n")
        self.take(r"\}\n\Z")
        return fields

    def undo(self) -> Iterator[tuple[str, str | None]]:
        while self.at < len(self.text):
            self.take(r"\[System\.Environment\]::SetEnvironmentVariable\(")
            name = self.value()
            self.take(", ")
            yield name, None if self.sees("[NullString]::Value)") and self.take(r"[^)]*") else self.value()
            self.take(r"\)\n")


def unescape(text: str) -> str:
    """Regex.Unescape for what the emitter may use of it: a doubled backslash, and \\u with four digits."""
    units = b""
    for escape, plain in re.findall(r"\\(\\|u[0-9a-f]{4}|)|([^\\])", text):
        assert plain or escape, f"an escape that means something else: {text!r}"
        code = ord(plain or "\\") if plain or escape == "\\" else int(escape[1:], 16)
        units += code.to_bytes(2, "little")
    return units.decode("utf-16-le", "surrogatepass")


def read_back(text: str) -> dict[str, Any]:
    return Literals(text).plan()


def entering(odd: str = "odd", folder: str = "/p") -> Plan:
    """A plan that enters, with the text ODD wherever a project has a say."""
    conditions = [("marker", folder, odd), ("exists", f"{folder}/x/{odd}"), ("variable", "WORKON_HOME", odd)]
    plan = Plan(folder, folder, conditions, odd)
    plan.sign, plan.home, plan.bin, plan.name, plan.label = "VIRTUAL_ENV", odd, f"{odd}/bin", odd, f"({odd}) "
    plan.variables = [("VIRTUAL_ENV", plan.home), ("PYTHONHOME", None), ("A", odd)]
    plan.lists = [("PATH", [plan.bin, odd]), ("PYTHONPATH", [odd])]
    return plan


# ---- the emitter ----------------------------------------------------------------------------------------------------


def test_quoted_texts_come_back() -> None:
    for text in [*HOSTILE, *random_texts(4000)]:
        reader = Literals(pwsh.quote(text))
        assert reader.value() == utf16(text), repr(text)
        assert reader.at == len(reader.text)


def test_quoted_texts_are_printable_ascii() -> None:
    for text in [*HOSTILE, *random_texts(4000)]:
        assert re.fullmatch(r"[ -~]+", pwsh.quote(text))


def test_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        pwsh.quote("a\0b")
    with pytest.raises(ValueError, match="NUL"):
        pwsh.plan(entering("a\0b"))


def test_a_plan_comes_back() -> None:
    for odd in HOSTILE:
        plan = entering(odd)
        odd = utf16(odd)
        assert read_back(pwsh.plan(plan)) == {
            "id": plan.id,
            "project": "/p",
            "notice": odd,
            "sign": "VIRTUAL_ENV",
            "home": odd,
            "bin": f"{odd}/bin",
            "name": odd,
            "label": f"({odd}) ",
            "path": [f"{odd}/bin", odd],
            "variables": ["VIRTUAL_ENV", odd, "PYTHONHOME", None, "A", odd],
            "lists": ["PATH", [f"{odd}/bin", odd], "PYTHONPATH", [odd]],
            "exports": [text for pair in plan.exports() for text in pair],
            "marker": odd.encode().decode("latin-1"),
            "there": [f"/p/x/{odd}"],
            "absent": [],
            "dangling": [],
            "older": [],
            "read": ["WORKON_HOME", odd],
        }


def test_a_plan_is_lines_of_printable_ascii() -> None:
    for odd in [*HOSTILE, *random_texts(300)]:
        lines = pwsh.plan(entering(odd.encode("utf-8", "replace").decode())).split("\n")
        assert all(re.fullmatch(r"[ -~]+", line) for line in lines[:-1])
        assert lines[-1] == ""
        assert re.fullmatch(r"([ -~]+\n)+", pwsh.undo([("A", odd), ("B", None)]))


def test_a_notice_does_nothing() -> None:
    fields = read_back(pwsh.plan(Plan("/p", "/p", [("absent", "/x")], "not allowed")))
    assert fields.keys() == {"id", "project", "notice", "there", "absent", "dangling", "older", "read"}
    assert fields["absent"] == ["/x"]


def test_every_byte_of_a_marker_is_one_character() -> None:
    data = bytes(range(256)) + b"\xf0\x9f\x98\x80 \xc3\xa9 \xed\xa0\x80"
    fields = read_back(pwsh.plan(Plan("/p", "/p", [("marker", "/p", os.fsdecode(data))])))
    assert fields["marker"] == data.decode("latin-1")


def test_conditions(tmp_path: Path) -> None:
    plain, link, broken = tmp_path / "plain", tmp_path / "link", tmp_path / "broken"
    plain.write_text("")
    link.symlink_to("plain")
    broken.symlink_to("nowhere")
    plain_, link_, broken_ = map(str, (plain, link, broken))
    real = os.path.realpath(plain)
    time = (TICKS - 621_355_968_000_000_000) * 100
    cases: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("odd", "/p"), {"marker": None}),
        (("marker", "/p", ""), {"marker": ""}),
        (("never",), {"never": True}),
        (("exists", plain_), {"there": [plain_]}),
        (("exists", link_), {"there": [link_, real]}),
        (("absent", "/x"), {"absent": ["/x"]}),
        (("absent", broken_), {"dangling": [broken_]}),
        (("older", plain_, "/stamp", time + 99), {"older": [plain_, TICKS]}),
        (("older", link_, "/stamp", time), {"older": [link_, TICKS, real, TICKS]}),
        (("variable", "A", None), {"read": ["A", None]}),
        (("variable", "A", ""), {"read": ["A", ""]}),
        (("mine", "/p"), {}),
        (("theirs", "/p"), {}),
        (("same", "/p", "/q"), {}),
    ]
    for condition, told in cases:
        fields = read_back(pwsh.plan(Plan("/p", "/p", [condition])))
        rests = {key: value for key, value in fields.items() if key not in ("id", "project", "notice") and value != []}
        assert rests == told, condition


def test_no_key_stands_twice() -> None:
    """PowerShell would not take the plan: `read_back` neither."""
    conditions = [("marker", "/p", "x"), ("never",), ("never",), ("absent", "/x"), ("absent", "/x")]
    assert read_back(pwsh.plan(Plan("/p", "/p", conditions)))["never"] is True


def test_undo_comes_back() -> None:
    for odd in HOSTILE:
        told = [("A", odd), ("B", None), ("PATH", f"/x:{odd}")]
        assert list(Literals(pwsh.undo(told)).undo()) == [(n, v and utf16(v)) for n, v in told]


def test_undo_reads_what_the_hook_exports() -> None:
    """plan.ps1 writes `_VENVHOOK_OLD_PATH` as the other shells do: "=", and behind each folder the separator."""
    plan = entering("/p/.venv")
    environ = {
        "PATH": "/p/.venv/bin:/p/.venv:/usr/bin:/p/.venv",
        "_VENVHOOK_OLD_PATH": "=/p/.venv:",
        **dict(plan.exports()),
    }
    text = pwsh.undo([pair for pair in operations(environ) if pair[0] == "PATH"])
    assert list(Literals(text).undo()) == [("PATH", "/usr/bin:/p/.venv")]


# ---- the texts, without PowerShell -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """All PowerShell that there is: the hook with hostile literals, what it reads, plans, what undoes one."""
    hostile = HOSTILE[6]
    found = {"hook": HOOK.read_text(), "plan.ps1": CALLS.read_text(), "installed": bake(*[hostile] * 4)}
    for number, odd in enumerate([*HOSTILE, *random_texts(40)]):
        found[f"plan {number}"] = pwsh.plan(entering(odd.encode("utf-8", "replace").decode()))
        found[f"undo {number}"] = pwsh.undo([("A", odd), ("B", None)])
        found[f"line {number}"] = f"if (Test-Path -LiteralPath {pwsh.quote(odd)}) {{ . {pwsh.quote(odd)} }}"
    found["notice"] = pwsh.plan(Plan("/p", "/p", [("odd", "/p"), ("never",)], "line"))
    return found


def bake(*values: str) -> str:
    text = HOOK.read_text()
    for name, value in zip(TOKENS, values):
        assert text.count(f"'@VENVHOOK_{name}@'") == 1
        text = text.replace(f"'@VENVHOOK_{name}@'", pwsh.quote(value))
    return text


def tree(grammar: str, text: str) -> Any:
    """The syntax tree. The grammars know no scope behind a drive, as in `$function:global:x`."""
    language = pytest.importorskip(grammar)
    sitter = pytest.importorskip("tree_sitter")
    parser = sitter.Parser(sitter.Language(language.language()))
    return parser.parse(text.replace("$function:global:", "$function:").encode()).root_node


def nodes(root: Any) -> Iterator[Any]:
    yield root
    for child in root.children:
        yield from nodes(child)


@pytest.mark.parametrize("grammar", ["tree_sitter_pwsh", "tree_sitter_powershell"])
def test_syntax(grammar: str, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        bad = [
            (node.type, node.start_point, node.text)
            for node in nodes(tree(grammar, text))
            if node.is_error or node.is_missing
        ]
        assert not bad, (name, bad[:3])


def test_the_grammar_would_see_a_fault() -> None:
    for text in ("@{ a = 'x'", "'it's'", "& {", "if ($a) {", "@('a', )"):
        assert tree("tree_sitter_pwsh", text).has_error, text


def test_syntax_of_windows_powershell(texts: dict[str, str]) -> None:
    """Nothing that 5.1 does not know: `a ? b : c`, `??`, `&&`, `||`, `?.`, `` `u{} ``; without a BOM it reads ANSI."""
    newer = re.compile("ternary|null_coalesce|pipeline_chain_tail")
    assert any(newer.match(node.type) for node in nodes(tree("tree_sitter_pwsh", "$a ? 1 : 2")))
    for name, text in texts.items():
        assert not re.search(r"[^\n -~]|`u\{|`e|\?\?=|\}\?[.\[]|-AsByteStream|::UnixFileMode", text), name
        assert not [node for node in nodes(tree("tree_sitter_pwsh", text)) if newer.match(node.type)], name


def test_nothing_is_called_that_a_user_can_define(texts: dict[str, str]) -> None:
    """Commands are script blocks or carry their module; a type has a namespace or is PowerShell's own word for it."""
    words = "type string string[] int char bool object ref scriptblock regex array nullstring"
    ours = {name: text for name, text in texts.items() if not name.startswith("line")}
    for name, text in ours.items():
        for node in nodes(tree("tree_sitter_pwsh", text)):
            if node.type == "command" and node.children[0].type != "command_invocation_operator":
                called = node.children[0].text.decode()
                assert re.fullmatch(r"Microsoft\.PowerShell\.\w+\\[\w-]+", called), (name, called)
            elif node.type == "type_spec":
                used = node.text.decode()
                assert "." in used or used.lower() in words.split(), (name, used)


def names_set(text: str) -> Iterator[tuple[str, int]]:
    """Every variable that a text sets, and in how many script blocks inside one another."""

    def look(node: Any, depth: int) -> Iterator[tuple[str, int]]:
        depth += node.type == "script_block_expression"
        if node.type in ("left_assignment_expression", "script_parameter", "foreach_statement"):
            first = next(n for n in nodes(node) if n.type == "variable").text.decode().lower()
            if node.type != "left_assignment_expression" or node.text.decode().lower() == first:
                yield first[1:], depth
        for child in node.children:
            yield from look(child, depth)

    yield from look(tree("tree_sitter_pwsh", text), 0)


@pytest.fixture(scope="module")
def variables() -> tuple[set[str], set[str]]:
    """The variables of the module, and those of its functions."""
    hook, calls = list(names_set(HOOK.read_text())), list(names_set(CALLS.read_text()))
    assert not [name for name, depth in calls if depth == 0 and not name.startswith("script:")]
    module = {name for name, depth in hook if depth == 2} | {name[7:] for name, depth in calls if depth == 0}
    local = {name for name, depth in hook if depth > 2} | {name for name, depth in calls if depth}
    return module, {name for name in local if ":" not in name}


def test_no_local_name_hides_one_of_the_module(variables: tuple[set[str], set[str]]) -> None:
    """PowerShell looks names up along the calls: a local `$stale` would be what everything called from there sees."""
    module, local = variables
    assert {"st", "say", "ask", "load", "step", "turn", "look", "draw", "arm", "stale", "begin", "revert"} <= module
    assert {"plan", "project", "folder", "text", "part", "at"} <= local
    assert not local & module


def test_every_name_is_set_and_used(variables: tuple[set[str], set[str]]) -> None:
    """The module is not strict: a misspelt name would be an empty value."""
    words = "_ args executioncontext false host input myinvocation null profile true"
    powershell = set(words.split())
    times = Counter(
        node.text.decode().lower()[1:].replace("script:", "")
        for path in (HOOK, CALLS)
        for node in nodes(tree("tree_sitter_pwsh", path.read_text()))
        if node.type == "variable" and re.fullmatch(rb"\$(script:)?\w+", node.text)
    )
    assert set(times) - variables[0] - variables[1] - powershell == {"commands", "line", "loaded"}  # not in the module
    once = {name for name in times if times[name] == 1 and not name.endswith("preference")}
    assert once - powershell == {"from"}  # the first argument of an event handler


def test_names_of_powershell_are_not_taken(variables: tuple[set[str], set[str]]) -> None:
    """Its automatic variables."""
    automatic = """
        args consolefilename error event eventargs eventsubscriber executioncontext false foreach home host input
        lastexitcode matches myinvocation nestedpromptlevel ofs outputencoding pid profile psboundparameters
        pscmdlet pscommandpath psculture psdebugcontext pshome psitem psscriptroot pssenderinfo psuiculture
        psversiontable pwd sender shellid stacktrace switch this true
    """
    assert not (variables[0] | variables[1]) & set(automatic.split())


def test_hook_helper_and_plans_speak_one_interface() -> None:
    text = HOOK.read_text()
    assert f"$launcher hook {INTERFACE} @args" in text
    assert f"/plan-{INTERFACE}{pwsh.SUFFIX}" in text
    assert f"'/.venvhook-{INTERFACE}{pwsh.SUFFIX}'" in text


def test_the_hook_reads_no_field_that_a_plan_has_not() -> None:
    fields = read_back(pwsh.plan(entering())).keys() | {"marker", "never"}
    used = set(re.findall(r"\$(?:plan|st\.plan|new|old)\.([a-z]\w*)", HOOK.read_text() + CALLS.read_text()))
    assert used - {"Length"} <= fields
    assert fields - used == set()


def test_the_helper_answers(tmp_path: Path) -> None:
    """What the hook starts, as it starts it: a plan on stdout, and the same text where the hook looks for it."""
    project = make_project(tmp_path / "it's \u00e9 \u2019$(x)")
    data, cache = tmp_path / "data", tmp_path / "cache"
    text = ask(tmp_path, "plan", "pwsh", str(project))
    fields = read_back(text)
    assert "not allowed" in fields["notice"]
    allow(data, project)
    text = ask(tmp_path, "plan", "pwsh", str(project))
    fields = read_back(text)
    assert (fields["notice"], fields["home"]) == ("", str(project / ".venv"))
    assert fields["project"] == str(project)
    assert fields["variables"][-2:] == ["A", utf16(HOSTILE[6])]
    assert fields["marker"] == (project / ".venvhook.toml").read_bytes().decode("latin-1")
    python = str(project / ".venv/bin/python")
    assert python in fields["there"]
    assert os.path.realpath(python) in fields["there"]
    kept = Path(f"{cache}/plans/{project}/.venvhook-{INTERFACE}{pwsh.SUFFIX}")  # joined as the hook does
    assert kept.parent.samefile(keep.place(str(cache), str(project)))
    assert kept.read_text() == text
    assert kept.stat().st_mode & 0o777 == 0o600


# ---- a project, and an installation ---------------------------------------------------------------------------------


def make_project(folder: Path) -> Path:
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(os.path.realpath(sys.executable))
    (folder / ".venv/pyvenv.cfg").write_text("home = /\nversion = 3.12.1\n")
    value = json.dumps(HOSTILE[6])
    (folder / ".venvhook.toml").write_text(
        f'prompt = "shop"\n[prepend]\nPATH = ["scripts"]\n[variables]\nA = {value}\n'
    )
    return folder


def allow(data: Path, project: Path) -> None:
    marker = project / ".venvhook.toml"
    (data / "trust").mkdir(parents=True, mode=0o700, exist_ok=True)
    folder = os.path.realpath(project)
    trust.decide(str(data), trust.Record(folder, True, marker.read_bytes(), parse(marker.read_bytes(), str(marker))))


def launcher(root: Path) -> Path:
    """Stands for what installing makes of _launch.py."""
    path = root / "data/hook/launch.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    places = tuple(str(root / name) for name in ("data", "cache", "config", "home"))
    path.write_text(
        f"import sys\nsys.path.insert(0, {str(SHELL.parent)!r})\nfrom venvhook import helper\n"
        f"if sys.argv[1] == 'cli':\n    print(sys.argv[2:])\n    sys.exit(7)\n"
        f"sys.exit(helper.main(sys.argv[2:], *{places!r}))\n"
    )
    return path


def ask(root: Path, *arguments: str) -> str:
    command = [sys.executable, "-I", "-S", "-X", "utf8", str(launcher(root)), "hook", INTERFACE, *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    assert done.stderr == b""
    return done.stdout.decode("ascii")


# ---- with PowerShell ------------------------------------------------------------------------------------------------

PWSH = shutil.which("pwsh")
needs_pwsh = pytest.mark.skipif(PWSH is None, reason="pwsh is not on PATH")
STRICT = "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'"
DUMP = """import json, os, sys
json.dump({os.fsdecode(n): os.fsdecode(v) for n, v in os.environb.items()}, open(sys.argv[1], "w"))
"""


class Engine:
    """Scripts in a real PowerShell, in which the hook believes to be interactive."""

    def __init__(self, root: Path) -> None:
        self.root, self.home = root, root / "home"
        self.work = root / "w"
        self.work.mkdir()
        self.home.mkdir()
        (root / "dump.py").write_text(DUMP)
        path = launcher(root)
        (path.parent / f"plan-{INTERFACE}.ps1").write_text(CALLS.read_text())
        hook = bake(os.path.realpath(sys.executable), str(path), str(root / "cache"), "")
        self.hook = root / "venvhook.ps1"
        self.hook.write_text(hook.replace("'Microsoft.PowerShell.PSConsoleReadLine'", "'System.String'"))

    def dump(self, name: str) -> str:
        """The line that writes what a child gets as its environment."""
        python, script = pwsh.quote(os.path.realpath(sys.executable)), pwsh.quote(str(self.root / "dump.py"))
        return f"& {python} -I {script} {pwsh.quote(str(self.root / name))}"

    def environ(self, name: str) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.root / name).read_text())
        return found

    def run(self, *lines: str, stderr: str = "", **more: str) -> str:
        """What the lines print on stdout, in strict mode; on stderr it must be STDERR."""
        script = self.root / "script.ps1"
        script.write_text("\n".join([STRICT, *lines]) + "\n")
        environ = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TERM": "dumb", **more}
        environ["POWERSHELL_TELEMETRY_OPTOUT"] = "1"
        command = [PWSH or "pwsh", "-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(script)]
        done = subprocess.run(command, env=environ, cwd=self.work, capture_output=True, text=True, timeout=120)
        assert done.stderr == stderr
        return done.stdout

    def load(self) -> str:
        return f". {pwsh.quote(str(self.hook))}"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


@needs_pwsh
def test_powershells_own_parser_takes_every_text(engine: Engine, texts: dict[str, str]) -> None:
    folder = engine.root / "texts"
    folder.mkdir()
    for number, text in enumerate(texts.values()):
        (folder / f"{number}.ps1").write_text(text)
    out = engine.run(
        f"foreach ($file in [IO.Directory]::GetFiles({pwsh.quote(str(folder))})) {{",
        "    $tokens = $problems = $null",
        "    $null = [Management.Automation.Language.Parser]::ParseFile($file, [ref]$tokens, [ref]$problems)",
        '    foreach ($problem in $problems) { "$file $problem" }',
        "}",
    )
    assert out == ""


@needs_pwsh
def test_hostile_texts_reach_a_child_byte_for_byte(engine: Engine) -> None:
    given = {f"V{i}": text for i, text in enumerate([*HOSTILE, *random_texts(2000)]) if text}
    given = {n: v for n, v in given.items() if utf16(v).encode("utf-8", "replace").decode() == v}
    engine.run(pwsh.undo(list(given.items())), engine.dump("d"))
    got = engine.environ("d")
    assert {name: got.get(name) for name in given} == given


@needs_pwsh
def test_each_operation_alone(engine: Engine) -> None:
    engine.run(
        pwsh.undo([("A", "new"), ("B", None), ("C", None), ("D", "x")]), engine.dump("d"), A="old", B="old", E="kept"
    )
    got = engine.environ("d")
    assert [got.get(name) for name in "ABCDE"] == ["new", None, None, "x", "kept"]


@needs_pwsh
def test_the_hook_loads_twice_in_silence(engine: Engine) -> None:
    out = engine.run(
        engine.load(),
        engine.load(),
        "$Error.Count",
        "@($ExecutionContext.SessionState.InvokeCommand.LocationChangedAction.GetInvocationList()).Count",
    )
    assert out.split() == ["0", "1"]


@needs_pwsh
def test_entering_and_leaving(engine: Engine) -> None:
    project = make_project(engine.work / "shop")
    allow(engine.root / "data", project)
    bin_ = str(project / ".venv/bin")
    out = engine.run(
        "function global:prompt { 'P> ' }",
        engine.load(),
        engine.dump("before"),
        "Set-Location shop",
        engine.dump("inside"),
        "prompt",
        "Set-Location ..",
        "prompt",
        engine.dump("after"),
        "$Error.Count",
        PATH=f"/first:{bin_}:/usr/bin:/bin",
        PYTHONHOME="/usr",
    )
    before, inside, after = (engine.environ(name) for name in ("before", "inside", "after"))
    assert out.split("\n")[:3] == ["(shop) P> ", "P> ", "0"]
    assert (inside["VIRTUAL_ENV"], inside["VENVHOOK_PROJECT"], inside["A"]) == (
        str(project / ".venv"),
        str(project),
        utf16(HOSTILE[6]),
    )
    assert inside["PATH"] == f"{bin_}:{project}/scripts:{before['PATH']}"
    assert inside["_VENVHOOK_OLD_PATH"] == f"={bin_}:"
    assert "PYTHONHOME" not in inside
    assert after == before


@needs_pwsh
def test_a_kept_plan_needs_no_helper(engine: Engine) -> None:
    project = make_project(engine.work / "shop")
    allow(engine.root / "data", project)
    ask(engine.root, "plan", "pwsh", str(project))
    (engine.root / "data/hook/launch.py").write_text("raise SystemExit(9)\n")
    engine.run(engine.load(), "Set-Location shop", engine.dump("inside"), "deactivate", engine.dump("after"))
    assert engine.environ("inside")["VIRTUAL_ENV"] == str(project / ".venv")
    assert "VIRTUAL_ENV" not in engine.environ("after")


@needs_pwsh
def test_an_inherited_project_is_undone(engine: Engine) -> None:
    project = make_project(engine.work / "shop")
    allow(engine.root / "data", project)
    engine.run(engine.load(), engine.dump("clean"), "Set-Location shop", engine.dump("inside"), A="was")
    inside = engine.environ("inside")
    engine.run(engine.load(), "Set-Location /", engine.dump("after"), **inside)
    clean, after = engine.environ("clean"), engine.environ("after")
    for environ in (clean, after):  # pwsh puts its own folder in front of PATH at every start
        environ["PATH"] = environ["PATH"].rpartition("/usr/bin:/bin")[1]
    assert after == clean


@needs_pwsh
def test_other_scripts_are_respected(engine: Engine) -> None:
    """CPython's way and virtualenv's: what they saved of PATH has nothing of ours."""
    project = make_project(engine.work / "shop")
    allow(engine.root / "data", project)
    activate = (
        "function global:deactivate {{ $env:PATH = {saved}; $env:VIRTUAL_ENV = $null }}; {saved} = $env:PATH;"
        " $env:VIRTUAL_ENV = '/o'; $env:PATH = '/o/bin:' + $env:PATH"
    )
    for saved in ("$env:_OLD_VIRTUAL_PATH", "$global:_OLD_VIRTUAL_PATH"):
        engine.run(
            engine.load(),
            "$env:PATH = '/usr/bin:/bin'",
            "Set-Location shop",
            activate.format(saved=saved),
            "Set-Location .",
            engine.dump("other"),
            "deactivate",
            engine.dump("after"),
        )
        assert (engine.environ("other")["PATH"], engine.environ("other")["VIRTUAL_ENV"]) == (
            "/o/bin:/usr/bin:/bin",
            "/o",
        )
        assert engine.environ("after")["PATH"] == "/usr/bin:/bin"


@needs_pwsh
def test_a_failing_helper_is_told_once(engine: Engine) -> None:
    make_project(engine.work / "shop")
    (engine.root / "data/hook/launch.py").write_text("raise SystemExit(9)\n")
    out = engine.run(
        engine.load(),
        "Set-Location shop",
        "$null = prompt",
        "Set-Location .",
        "$Error.Count",
        "Test-Path variable:global:LASTEXITCODE",
        stderr="venvhook: the helper failed; to try again: venvhook on\n",
    )
    assert out.split() == ["0", "False"]
