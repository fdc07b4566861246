"""The PowerShell hook, its plans and their emitter: what can be shown without PowerShell, and, where it is, with it.

Without: `literal` is what PowerShell's parser and .NET's Regex.Unescape make of the one form that is written into
PowerShell's files, and `read_back` what the hook makes of a plan's fields; two grammars, of PowerShell 7 and 5.1, must
find no fault in any text; nothing that a user can define is called by name.
"""

from __future__ import annotations

import json
import ntpath
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
from venvhook.helper import UNWRITTEN, foreign, undoing
from venvhook.marker import parse
from venvhook.plan import Plan
from venvhook.shells import INTERFACE, emitter, pwsh
from venvhook.system import HERE, LINUX, MACOS, WINDOWS, System
from venvhook.undo import operations

SHELL = Path(__file__).parents[2] / "shell"
HOOK, GUARD, PROMPT, CALLS, COMMAND = (
    SHELL / f"{name}.ps1" for name in ("venvhook", "interactive", "prompt", "plan", "command")
)
TOKENS = ("PYTHON", "LAUNCHER", "PARTS", "CACHE", "CEILING")
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


def settable(text: str) -> str:
    """TEXT without the half surrogates, which no environment variable and no path in it can hold."""
    return text.encode("utf-8", "replace").decode()


def literal(text: str) -> str:
    """The value of a literal that the emitter wrote: PowerShell's own rules for it, and an error for anything else."""
    escaped = text.startswith("(")
    if escaped:
        before, after = "([System.Text.RegularExpressions.Regex]::Unescape(", "))"
        assert text.startswith(before) and text.endswith(after)
        text = text[len(before) : -len(after)]
    # about_Quoting_Rules: inside single quotes, two of them are one, and nothing else is special.
    assert re.fullmatch(r"'(?:[^'\u2018\u2019\u201a\u201b]|'')*'", text), repr(text)
    text = text[1:-1].replace("''", "'")
    return unescape(text) if escaped else text


def unescape(text: str) -> str:
    """Regex.Unescape for what the emitter may use of it: a doubled backslash, and \\u with four digits."""
    units = b""
    for escape, plain in re.findall(r"\\(\\|u[0-9a-f]{4}|)|([^\\])", text):
        assert plain or escape, f"an escape that means something else: {text!r}"
        code = ord(plain or "\\") if plain or escape == "\\" else int(escape[1:], 16)
        units += code.to_bytes(2, "little")
    return units.decode("utf-16-le", "surrogatepass")


WORDS = ("id", "project", "notice", "sign", "home", "bin", "name", "label")
GROUPS = (
    "path", "variables", "lists", "exports", "there", "absent", "watched", "odd", "owned", "long", "read", "flags",
)  # fmt: skip


def read_back(text: str) -> dict[str, Any]:
    """A plan's fields by name, as plan.ps1 takes them apart; AssertionError where that would find no plan."""
    first, *fields = text.split("\0")
    assert first == f"venvhook plan {INTERFACE}"
    found: dict[str, Any] = dict(zip(WORDS, fields))
    at = len(WORDS)
    for name in GROUPS:
        count = int(fields[at])
        found[name] = fields[at + 1 : at + 1 + count]
        at += 1 + count
    assert fields[at:] == ["end"]
    return found


def rests(text: str) -> dict[str, list[str]]:
    """What a plan rests on, without what is empty."""
    fields = read_back(text)
    return {name: fields[name] for name in GROUPS[4:] if fields[name]}


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
        quoted = pwsh.quote(text)
        assert re.fullmatch(r"[ -~]+", quoted), "printable ASCII, whatever the code page"
        assert literal(quoted) == utf16(text), repr(text)


def test_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        pwsh.quote("a\0b")
    with pytest.raises(ValueError, match="NUL|null"):  # a path with one is refused before
        pwsh.plan(entering("a\0b"))
    with pytest.raises(ValueError, match="NUL"):
        pwsh.undo([("A", "a\0b")])


def test_a_plan_comes_back() -> None:
    for odd in map(settable, [*HOSTILE, *random_texts(300)]):
        plan = entering(odd)
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
            "variables": ["VIRTUAL_ENV", f"={odd}", "PYTHONHOME", "", "A", f"={odd}"],
            "lists": ["PATH", "2", f"{odd}/bin", odd, "PYTHONPATH", "1", odd],
            "exports": [text for pair in plan.exports() for text in pair],
            "there": [f"/p/x/{odd}"],
            "absent": ["/p/.venvhook.toml"],  # there is none
            "watched": [],
            "odd": [],
            "owned": [],
            "long": [],
            "read": ["WORKON_HOME", f"={odd}"],
            "flags": [],
        }


def test_a_notice_does_nothing() -> None:
    fields = read_back(pwsh.plan(Plan("/p", "/p", [("absent", "/x")], "not allowed")))
    assert [fields[name] for name in ("notice", "absent")] == ["not allowed", ["/x"]]
    assert not any(fields[name] for name in (*WORDS[3:], *GROUPS[:4]))


def test_a_notice_for_another_interface() -> None:
    """The first one's hooks run what they get; every later one reads its own first field."""
    notice = Plan("/p", "/p", [("absent", "/x")], "it's of another version")
    assert foreign("pwsh", notice, "1").splitlines() == [
        "@{",
        f"id = '{notice.id}'",
        "project = '/p'",
        "notice = 'it''s of another version'",
        "}",
    ]
    assert foreign("pwsh", notice, "9") == pwsh.plan(notice).replace(f"plan {INTERFACE}", "plan 9", 1)
    assert foreign("pwsh", notice, INTERFACE) == pwsh.plan(notice)
    assert foreign("bash", notice, "1") == emitter("bash").plan(notice)
    assert undoing("pwsh", [("A", None)], "1") == "#"


def lstat_fields(path: Path) -> list[str]:
    """What an odd file is known by."""
    seen = path.lstat()
    return [str(path), f"{seen.st_ino} {seen.st_mode} {seen.st_uid}"]


def owned_fields(path: Path) -> list[str]:
    """What the user's own file is known by: also the second of its last change, which nobody can set back."""
    (name, text), changed = lstat_fields(path), path.lstat().st_ctime_ns // 10**9
    return [name, f"{text} {changed}"]


def time_fields(path: Path, size: str) -> list[str]:
    """What a watched file is known by."""
    return [str(path), str(path.lstat().st_mtime_ns // 100 + 621_355_968_000_000_000), size]


def make_oddities(root: Path) -> int:
    """Files of each kind in ROOT; the time (ns since 1970) of what is plain, and of a folder."""
    (root / "plain").write_text("four")
    (root / "link").symlink_to("plain")
    (root / "broken").symlink_to("nowhere")
    (root / "folder").mkdir()
    os.mkfifo(root / "fifo")
    for name in ("short", "long", "piped"):
        (root / name).mkdir()
    (root / "short/.venvhook.toml").write_bytes(b"a\0b")
    (root / "long/.venvhook.toml").write_bytes(b"x" * 5000)
    os.mkfifo(root / "piped/.venvhook.toml")
    time = (TICKS - 621_355_968_000_000_000) * 100
    for name in ("plain", "folder"):
        os.utime(root / name, ns=(time, time + 99))
    return time


def test_conditions(tmp_path: Path) -> None:
    time, is_, now = make_oddities(tmp_path), lstat_fields, time_fields
    plain, link, broken, folder, fifo = (tmp_path / name for name in ("plain", "link", "broken", "folder", "fifo"))
    short, long, piped = (tmp_path / name / ".venvhook.toml" for name in ("short", "long", "piped"))
    cases: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (
            ("marker", str(short.parent), "a", "/stamp", time, 7),
            {"watched": [str(short), str(TICKS), "7"], "owned": owned_fields(short)},
        ),
        (("mine", str(plain)), {"owned": owned_fields(plain)}),
        (("mine", str(folder)), {"owned": is_(folder)}),
        (("odd", str(short.parent)), {"odd": is_(short), "watched": now(short, "3")}),
        (("odd", str(long.parent)), {"odd": is_(long), "long": [str(long)]}),
        (("kind", str(piped), "fifo"), {"odd": is_(piped)}),
        (("kind", str(folder), "folder"), {"odd": is_(folder)}),
        (("kind", str(broken), "nothing"), {"watched": now(broken, ""), "absent": [str(tmp_path / "nowhere")]}),
        (("theirs", str(link)), {"odd": [*is_(link), *is_(plain)]}),
        (("here", "/p"), {"flags": ["here"]}),
        (("exists", str(plain)), {"there": [str(plain)]}),
        (("exists", str(link)), {"there": [str(link), str(plain)]}),
        (("absent", "/x"), {"absent": ["/x"]}),
        (("absent", str(broken)), {"watched": now(broken, ""), "absent": [str(tmp_path / "nowhere")]}),
        (("unchanged", str(plain), "/stamp", time + 99, 4), {"watched": [str(plain), str(TICKS), "4"]}),
        (("unchanged", str(link), "", time, 4), {"watched": [*now(link, ""), str(plain), str(TICKS), "4"]}),
        (("unchanged", str(folder), "", time, 4096), {"watched": [str(folder), str(TICKS), ""]}),
        (("unchanged", str(fifo), "", time, 0), {"odd": is_(fifo)}),
        (("same", str(link), str(plain)), {"watched": now(link, "")}),
        (("text", str(plain), "four"), {"watched": [str(plain), str(TICKS), "4"]}),
        (("variable", "A", None), {"read": ["A", ""]}),
        (("variable", "A", ""), {"read": ["A", "="]}),
        (("mine", "/p"), {}),
        (("same", "/p", "/q"), {}),
    ]
    for condition, told in cases:
        assert rests(pwsh.plan(Plan("/p", "/p", [condition]))) == told, condition


def test_conditions_on_windows(tmp_path: Path) -> None:
    """No inodes and owners: a file is known by its time and length, and what is odd by whether it is a folder.

    Who may read a file is not told there, so what is unreadable is tried again when the project is entered again.
    """
    time = make_oddities(tmp_path)
    plain, folder = str(tmp_path / "plain"), str(tmp_path / "folder")
    short = str(tmp_path / "short/.venvhook.toml")
    cases: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
        (("marker", os.path.dirname(short), "a", "", time, 7), {"watched": [short, str(TICKS), "7"]}),
        (("mine", plain), {}),
        (("odd", os.path.dirname(short)), {"odd": [short, "file"], "watched": time_fields(Path(short), "3")}),
        (("kind", folder, "folder"), {"odd": [folder, "folder"]}),
        (("kind", plain, "unreadable"), {"odd": [plain, "file"], "flags": ["here"]}),
        (("unchanged", plain, "", time + 99, 4), {"watched": [plain, str(TICKS), "4"]}),
    ]
    for condition, told in cases:
        assert rests(pwsh.plan(Plan("/p", "/p", [condition]), WINDOWS)) == told, condition


@pytest.mark.parametrize("path", ["/p/a b.ps1", "C:\\Users\\me\\venvhook.ps1"])
def test_the_line_that_loads_the_hook(path: str) -> None:
    """A cmdlet takes a backslash for a separator everywhere; on POSIX it may be in a name."""
    literal = pwsh.quote(path)
    cmdlet = f"if (Microsoft.PowerShell.Management\\Test-Path -LiteralPath {literal}) {{ . {literal} }}"
    assert pwsh.load(path, WINDOWS) == cmdlet
    assert (pwsh.load(path, LINUX) == pwsh.load(path, MACOS) == cmdlet) is ("\\" not in path)


def test_profiles_of_every_system() -> None:
    """Each PowerShell of Windows has a folder of its own in the person's documents."""
    for system in (LINUX, MACOS):
        found = pwsh.startup_files("/h", "/h/.config", lambda: "/d", system)
        assert found == (["/h/.config/powershell/profile.ps1"],) * 2
    both = ["D:\\d\\PowerShell\\profile.ps1", "D:\\d\\WindowsPowerShell\\profile.ps1"]
    assert pwsh.startup_files("C:\\h", "C:\\h", lambda: "D:\\d", WINDOWS) == (both, both)


def test_nothing_is_looked_for_by_a_way_that_only_the_helper_has(tmp_path: Path) -> None:
    """/proc/self is another folder in the shell: what a link there leads to is not among what is looked at."""
    (tmp_path / ".venvhook.toml").symlink_to("/proc/self/mem")
    for kind in ("odd", "kind"):
        place = str(tmp_path) if kind == "odd" else str(tmp_path / ".venvhook.toml")
        told = rests(pwsh.plan(Plan("/p", "/p", [(kind, place, "device")])))
        assert set(told["odd"][::2]) == {str(tmp_path / ".venvhook.toml")}


def test_undo_comes_back() -> None:
    for odd in HOSTILE:
        told = [("A", odd), ("B", None), ("PATH", f"/x:{odd}")]
        assert pwsh.undo(told).split("\0") == [
            f"venvhook undo {INTERFACE}",
            *("A", f"={odd}", "B", "", "PATH", f"=/x:{odd}"),
            "end",
        ]


def test_undo_reads_what_the_hook_exports() -> None:
    """plan.ps1 writes `_VENVHOOK_OLD_PATH` as the other shells do: "=", and after each folder the separator."""
    plan = entering("/p/.venv")
    environ = {
        "PATH": "/p/.venv/bin:/p/.venv:/usr/bin:/p/.venv",
        "_VENVHOOK_OLD_PATH": "=/p/.venv:",
        **dict(plan.exports()),
    }
    text = pwsh.undo([pair for pair in operations(environ) if pair[0] == "PATH"])
    assert text.split("\0")[1:-1] == ["PATH", "=/usr/bin:/p/.venv"]


# ---- the texts, without PowerShell -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """All PowerShell that there is: the hook with hostile literals, what it reads, the lines that load it."""
    found = {"hook": HOOK.read_text(), "installed": bake(*[HOSTILE[6]] * len(TOKENS))}
    others = (GUARD, PROMPT, CALLS, COMMAND, SHELL / "complete.ps1", SHELL / "probe.ps1", SHELL / "prove.ps1")
    found |= {path.name: path.read_text() for path in others}
    for number, odd in enumerate([*HOSTILE, *random_texts(40)]):
        found[f"line {number}"] = f"if (Test-Path -LiteralPath {pwsh.quote(odd)}) {{ . {pwsh.quote(odd)} }}"
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


# What .NET Framework and Windows PowerShell 5.1 lack, and these files use, each where 5.1 does not come or is served
# otherwise; (file, name): how often, and why 5.1 gets along.
NEWER = {
    ("plan.ps1", "IsPrivilegedProcess"): (1, "read only on Unix"),
    ("plan.ps1", "UnixStat"): (1, "read only on Unix"),
    ("plan.ps1", "Inode"): (1, "of UnixStat"),
    ("plan.ps1", "UserId"): (1, "of UnixStat"),
    ("plan.ps1", "StatusChangeTime"): (1, "of UnixStat"),
    ("plan.ps1", "Mode"): (1, "of UnixStat"),
    ("prompt.ps1", "ResolveLinkTarget"): (1, "caught: links are not followed there"),
    ("prompt.ps1", "LocationChangedAction"): (2, "asked for only where its type is there"),
    ("probe.ps1", "LocationChangedAction"): (1, "asked for only where the hook has set it"),
    ("command.ps1", "Statement"): (1, "asked for only where it is there"),
}
# The members that are used otherwise: each is in .NET Framework 4.5 or in Windows PowerShell 5.1. A new one goes here
# after a look into their documentation; `new` and what a hashtable of ours holds are Windows PowerShell's too.
OLDER = frozenset(
    """
    Add Append Argument Assembly Ast Attributes Clear Combine CommandElements CommandName CommandOrigin CompleteCommand
    CompleteFilename CompletionText Contains ContainsKey Count Create CreateNoWindow Debugger DefaultRunspace Definition
    Delete DirectorySeparatorChar Dispose Elapsed Elements EndOffset EndsWith Equals Error
    EscapeSingleQuotedStringContent Exception Exists ExitCode ExpectingInput Extent File Find FullName FunctionName Get
    GetBaseException GetCallStack GetCommand GetCommandLineArgs GetDirectoryName GetEnvironmentVariable
    GetEnvironmentVariables GetFileName GetFullPath GetFullScript GetInvocationList GetLastWriteTimeUtc GetMethod
    GetRandomFileName GetTempPath GetType GetValue IndexOf Invoke InvokeCommand InvokeProvider InvokeReturnAsIs
    IsInputRedirected IsNullOrWhiteSpace Item
    Keys Kill LanguageMode LastIndexOf LastWriteTimeUtc Length ListItemText Major MemberType Message Minor Module Move Name
    OffsetInLine Ordinal OrdinalIgnoreCase PSBase PSObject PSVariable PSVersion ParseInput Path PathSeparator Position
    PreCommandLookupAction Properties Provider ProviderPath ReadAllText ReferenceEquals Remove RemoveAt Replace
    ResultType ScriptLineNumber ScriptName SessionState SetEnvironmentVariable Splatted Split Start StartColumnNumber
    StartLineNumber StartNew StartOffset StartScriptPosition StartsWith StringConstantType Substring Text Ticks ToArray
    ToLowerInvariant ToString ToUniversalTime ToolTip TotalMilliseconds Trim TrimStart TryGetValue TryParse UI Unescape
    UseShellExecute Value Values Version WaitForExit Write WriteAllText WriteLine new
    """.split()
)


def members(text: str) -> Counter[str]:
    """The names behind a `.` or `::` in TEXT, with how often they are there."""
    found = [node.text.decode() for node in nodes(tree("tree_sitter_pwsh", text)) if node.type == "member_name"]
    return Counter(found)


@pytest.mark.parametrize("path", sorted(SHELL.glob("*.ps1")), ids=lambda path: path.name)
def test_windows_powershell_has_every_member_that_it_meets(path: Path) -> None:
    """.NET Framework lacks `Path.GetRelativePath`, `Environment.ProcessPath`, `LinkTarget` and many more."""
    state = set(re.findall(r"\b(\w+) = ", HOOK.read_text() + PROMPT.read_text())) | {*WORDS, *GROUPS, "more"}
    newer = {name: count for (file, name), (count, _) in NEWER.items() if file == path.name}
    found = members(path.read_text())
    assert {name: found[name] for name in newer} == newer
    assert set(found) - OLDER - set(newer) - state == set()


def test_the_check_sees_members() -> None:
    assert set(members("[IO.Path]::GetRelativePath($a, $b); $c.LinkTarget; $d.Kill($true)")) == {
        "GetRelativePath", "LinkTarget", "Kill",
    }  # fmt: skip


# Calls whose names both have, and whose arguments only .NET Core takes; or what only PowerShell 7 knows.
CORE_ONLY = re.compile(
    r"""\.Split\('(?:[^']{2,}|)'|\.Split\("(?!`?.")|\.(?:Replace|Contains)\([^()]*StringComparison|\.Kill\(\$true
    |\$(?:IsWindows|IsLinux|IsMacOS|IsCoreCLR)\b|-Parallel\b|\.ArgumentList\b|\bclean\s*\{
    |\.Contains\(\[System\.Char\]""",
    re.VERBOSE | re.IGNORECASE,
)


@pytest.mark.parametrize("path", sorted(SHELL.glob("*.ps1")), ids=lambda path: path.name)
def test_no_argument_that_only_powershell_7_takes(path: Path) -> None:
    code = "\n".join(line for line in path.read_text().splitlines() if not line.lstrip().startswith("#"))
    assert not CORE_ONLY.findall(code)


@pytest.mark.parametrize(
    "text",
    [
        "$a.Split('ab')", '$a.Split("ab")', "$a.Replace('a', 'b', [System.StringComparison]::Ordinal)",
        "$a.Contains('a', [StringComparison]::Ordinal)", "$p.Kill($true)", "if ($IsWindows) { }", "$isCoreClr",
        "1..3 | ForEach-Object -Parallel { }", "$start.ArgumentList.Add('x')", "clean { }",
    ],
)  # fmt: skip
def test_the_check_sees_arguments(text: str) -> None:
    assert CORE_ONLY.search(text)
    assert not CORE_ONLY.search("$a.Split('a'); $a.Split(\"`n\"); $p.Kill(); $text -replace 'a', 'b'")


def test_nothing_is_called_that_a_user_can_define(texts: dict[str, str]) -> None:
    """Commands are script blocks or carry their module; types are named whole: `[array]` can be a user's class."""
    names = ("hook", "installed", "prompt.ps1", "plan.ps1", "command.ps1", "complete.ps1")
    ours = {name: texts[name] for name in names}
    for name, text in ours.items():
        for node in nodes(tree("tree_sitter_pwsh", text)):
            if node.type == "command" and node.children[0].type != "command_invocation_operator":
                called = node.children[0].text.decode()
                assert re.fullmatch(r"Microsoft\.PowerShell\.\w+\\[\w-]+", called), (name, called)
            elif node.type == "type_spec":
                used = node.text.decode()
                assert re.match(r"System\.", used) or used == "ref", (name, used)


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
    hook = list(names_set(HOOK.read_text()))
    calls = [found for path in (GUARD, PROMPT, CALLS) for found in names_set(path.read_text())]
    assert not [name for name, depth in calls if depth == 0 and not name.startswith("script:")]
    module = {name for name, depth in hook if depth == 2} | {name[7:] for name, depth in calls if depth == 0}
    local = {name for name, depth in hook if depth > 2} | {name for name, depth in calls if depth}
    return module, {name for name in local if ":" not in name}


def test_no_local_name_hides_one_of_the_module(variables: tuple[set[str], set[str]]) -> None:
    """PowerShell looks names up along the calls: a local `$stale` would be what everything called from there sees."""
    module, local = variables
    assert {"st", "say", "ask", "load", "step", "turn", "look", "draw", "arm", "stale", "enter", "revert"} <= module
    assert {"plan", "project", "folder", "text", "part", "at"} <= local
    assert not local & module


def test_every_name_is_set_and_used(variables: tuple[set[str], set[str]]) -> None:
    """The module is not strict: a misspelt name would be an empty value."""
    words = "_ args env:path executioncontext false host matches null psversiontable true"
    powershell = set(words.split())
    times = Counter(
        node.text.decode().lower()[1:].replace("script:", "")
        for path in (HOOK, GUARD, PROMPT, CALLS)
        for node in nodes(tree("tree_sitter_pwsh", path.read_text()))
        if node.type == "variable" and re.fullmatch(rb"\$(script:)?\w+", node.text)
    )
    before = {name for name, depth in names_set(HOOK.read_text()) if depth == 1}
    together = {"enough", "kind"}  # set by one statement, as part of a row
    assert set(times) - variables[0] - variables[1] - powershell - before == together
    once = {name for name in times if times[name] == 1 and not name.endswith("preference")}
    assert once - powershell == set()


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
    hook, calls = HOOK.read_text(), CALLS.read_text()
    assert f"'hook', '{INTERFACE}', $verb, 'pwsh'" in calls
    assert hook.count(f"/$part-{INTERFACE}{pwsh.SUFFIX}") == 1
    assert hook.count(f"/command-{INTERFACE}{pwsh.SUFFIX}") == hook.count("/command-") > 0
    assert f"'/.venvhook-{INTERFACE}{pwsh.SUFFIX}'" in calls
    assert calls.count(f"'venvhook plan {INTERFACE}'") == calls.count(f"'venvhook undo {INTERFACE}'") == 1
    for name, words in (("fields", WORDS), ("groups", GROUPS)):
        (line,) = re.findall(rf"^\$script:{name} = (.*)$", calls, re.MULTILINE)
        assert re.findall(r"'(\w+)'", line) == list(words)
    assert pwsh.plan(entering("x")).split("\0")[0] == f"venvhook plan {INTERFACE}"


def test_the_hook_reads_no_field_that_a_plan_has_not() -> None:
    fields = {*WORDS, *GROUPS, "more"} - {"project"}  # three are made of what is watched
    used = set(re.findall(r"\$(?:plan|st\.plan|new|old)\.([a-z]\w*)", PROMPT.read_text() + CALLS.read_text()))
    assert used - {"Length"} == fields


def test_the_helper_answers(tmp_path: Path) -> None:
    """What the hook starts, as it starts it: a plan in the file, and the same text where the hook looks for it."""
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
    assert fields["variables"][-2:] == ["A", "=" + HOSTILE[6]]
    marker = project / ".venvhook.toml"
    assert str(marker) in fields["watched"]
    assert fields["watched"][fields["watched"].index(str(marker)) + 2] == str(marker.stat().st_size)
    python = str(project / ".venv/bin/python")
    assert python in fields["there"] + fields["watched"]
    assert os.path.realpath(python) in fields["there"] + fields["watched"]
    kept = Path(f"{cache}/plans/{project}/.venvhook-{INTERFACE}{pwsh.SUFFIX}")  # joined as the hook does
    assert kept.parent.samefile(keep.place(str(cache), str(project)))
    assert kept.read_text() == text
    assert kept.stat().st_mode & 0o777 == 0o600


def test_the_helper_answers_into_a_file_of_its_own(tmp_path: Path) -> None:
    """One that is there already may be somebody else's, or a link: it is left alone, and the answer is none."""
    project = make_project(tmp_path / "shop")
    command = [sys.executable, "-ISXutf8", str(launcher(tmp_path)), "hook", INTERFACE, "plan", "pwsh", str(project)]
    answer, other = tmp_path / "answer", tmp_path / "other"
    other.write_text("theirs")
    answer.symlink_to(other)
    done = subprocess.run([*command, str(answer)], capture_output=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (UNWRITTEN, b"", b"")
    assert other.read_text() == "theirs"
    answer.unlink()
    done = subprocess.run([*command, str(answer)], capture_output=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert answer.stat().st_mode & 0o777 == 0o600
    read_back(answer.read_text())


# ---- a project, and an installation ---------------------------------------------------------------------------------


def make_project(folder: Path) -> Path:
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.symlink_to(os.path.realpath(sys.executable))
    (folder / ".venv/pyvenv.cfg").write_text("home = /\nversion = %d.%d.1\n" % sys.version_info[:2])
    value = json.dumps(HOSTILE[6])
    (folder / ".venvhook.toml").write_text(
        f'prompt = "shop"\n[prepend]\nPATH = ["scripts"]\n[variables]\nA = {value}\n'
    )
    for name in (".venvhook.toml", ".venv/pyvenv.cfg"):  # what has just been written is asked about once more
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))
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
    answer = root / "answer"
    words = ["-I", "-S", "-X", "utf8", str(launcher(root)), "hook", INTERFACE, *arguments, str(answer)]
    done = subprocess.run([sys.executable, *words], capture_output=True, check=True, timeout=30)
    assert (done.stdout, done.stderr) == (b"", b"")
    text = answer.read_text()
    answer.unlink()
    return text


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
        for part in (GUARD, PROMPT, CALLS, COMMAND):
            (path.parent / f"{part.stem}-{INTERFACE}.ps1").write_text(part.read_text())
        self.hook = root / "venvhook.ps1"
        places = (str(path), str(path.parent), str(root / "cache"))
        self.hook.write_text(bake(os.path.realpath(sys.executable), *places, ""))

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
        """The line that loads the hook, and what the first prompt of a host then does."""
        first = "& $function:global:venvhook.Module { $st.asked = $true; $null = & $prepare prompt; & $arm }"
        return f". {pwsh.quote(str(self.hook))}; {first}"

    def answers(self, text: str) -> None:
        """Have the helper answer TEXT, whatever it is asked, and count that."""
        (self.root / "text").write_bytes(text.encode("utf-8", "surrogatepass"))
        (self.root / "data/hook/launch.py").write_text(
            f"import shutil, sys\nopen({str(self.root / 'count')!r}, 'a').write('x')\n"
            f"shutil.copy({str(self.root / 'text')!r}, sys.argv[-1])\n"
        )

    def keep(self, project: Path, text: str) -> None:
        """Keep TEXT as the plan of a project."""
        kept = Path(f"{self.root}/cache/plans{project}/.venvhook-{INTERFACE}.ps1")
        kept.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        kept.unlink(missing_ok=True)
        kept.write_bytes(text.encode("utf-8", "surrogatepass"))
        kept.chmod(0o600)

    def asked(self) -> int:
        """How often the helper has been started since this was asked last."""
        count = self.root / "count"
        found = len(count.read_text()) if count.exists() else 0
        count.unlink(missing_ok=True)
        return found


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


# Ways to start pwsh, each as its words, and whether the shell that comes of it is somebody's to type in.
STARTED: list[tuple[str, bool]] = [
    ("", True),
    ("-NoLogo", True),
    ("-nol -NoProfileLoadTime", True),
    ("--login", True),
    ("-l", True),
    ("-i", True),
    ("/interactive", True),
    ("\u2013NoLogo", True),
    ("-sta", True),
    ("-WorkingDirectory /tmp", True),
    ("-wd /tmp", True),
    ("-wo -c", True),
    ("-ExecutionPolicy Bypass", True),
    ("-ep Bypass -nologo", True),
    ("-ex -file", True),
    ("-ConfigurationName x", True),
    ("-settings file", True),
    ("-CustomPipeName x", True),
    ("-if text -of text", True),
    ("-o xml -inp xml", True),
    ("-w hidden", True),
    ("-ea x", True),
    ("-version 5.1", True),
    ("-psconsolefile x", True),
    ("-NoExit", True),
    ("-NoExit -Command cd", True),
    ("-noe -c cd", True),
    ("-NOEXIT -File x.ps1", True),
    ("-noexit x.ps1", True),
    ("-NoExit -EncodedCommand AAAA", True),
    ("-File -", True),
    ("-f -", True),
    ("-", True),
    ("-Command cd", False),
    ("-c cd", False),
    ("-co cd", False),
    ("-Command -", False),
    ("-CommandWithArgs cd x", False),
    ("-cwa cd x", False),
    ("-c cd -NoExit", False),
    ("-File x.ps1", False),
    ("-f x.ps1 -NoExit", False),
    ("--file x.ps1", False),
    ("/c cd", False),
    ("-EncodedCommand AAAA", False),
    ("-enc AAAA", False),
    ("-e AAAA", False),
    ("-ec AAAA", False),
    ("-encodeda x -c cd", False),
    ("x.ps1", False),
    ("./x.ps1 -noexit", False),
    ("/tmp/x.ps1", False),
    ("-wd /tmp x.ps1", False),
    ("-NoLogo -NoProfile -c cd", False),
    ("-NonInteractive", False),
    ("-noni", False),
    ("-NoExit -NonInteractive", False),
    ("-noni -NoExit -c cd", False),
    ("-s", False),
    ("-sshs", False),
    ("-so", False),
    ("-nam", False),
    ("-nosuchparameter", False),
]


@needs_pwsh
@pytest.mark.parametrize("culture", ["", "tr-TR"])
def test_which_ways_to_start_it_are_interactive(engine: Engine, culture: str) -> None:
    """One decision, by the command line; in Turkish, too, where I is not the capital of i."""
    decide = GUARD.read_text().replace("[System.Console]::IsInputRedirected", "$false")
    assert decide.count("[System.Environment]::GetCommandLineArgs()") == 1
    decide = decide.replace("[System.Environment]::GetCommandLineArgs()", "(@('pwsh') + $given)")
    rows = (f"@({', '.join(map(pwsh.quote, line.split()))})" for line, _ in STARTED)
    out = engine.run(
        f"[cultureinfo]::CurrentCulture = {pwsh.quote(culture)}",
        decide,
        *(f'$given = {row}; "$(& $interactive)"' for row in rows),
    )
    assert dict(zip([line for line, _ in STARTED], out.split("\n"))) == {
        line: str(expected) for line, expected in STARTED
    }


@needs_pwsh
def test_hostile_texts_reach_a_child_byte_for_byte(engine: Engine) -> None:
    """From a plan through the hook into what a child gets, and all of it away again."""
    shop = engine.work / "shop"
    shop.mkdir()
    (shop / ".venvhook.toml").touch()
    given = {f"V{i}": settable(text) for i, text in enumerate([*HOSTILE, *random_texts(2500)])}
    plan = Plan(str(shop), str(shop), [("marker", str(shop), "")])
    plan.sign, plan.home, plan.bin = "VIRTUAL_ENV", str(shop / ".venv"), str(shop / ".venv/bin")
    plan.variables = [("VIRTUAL_ENV", plan.home), *given.items()]
    plan.lists = [("PATH", [plan.bin])]
    engine.answers(pwsh.plan(plan))
    engine.run(
        engine.load(),
        engine.dump("before"),
        "Set-Location shop",
        engine.dump("inside"),
        "Set-Location ..",
        engine.dump("after"),
        V2="was",
        V3="",
    )
    got = engine.environ("inside")
    assert len(given) > 2500
    assert {name: got.get(name) for name in given} == given
    assert engine.environ("after") == engine.environ("before")


def not_plans(plan: Plan) -> dict[str, str]:
    """Texts that are not this plan: torn, foreign, of another kind."""
    text, code = pwsh.plan(plan), "[IO.File]::WriteAllText('PWNED', ''); @{ id = 'x' }"
    fields = text.split("\0")
    found = {
        "empty": "",
        "a NUL": "\0",
        "NULs": "\0" * len(text),
        "code": code,
        "code in the first field": code + "\0" + text,
        "code after the end": text + "\0" + code,
        "zeros at the end": text[:-4] + "\0" * 4,
        "the old form": f"@{{\nid = 'x'\nproject = '{plan.project}'\nnotice = ''\nsign = 'A'\n}}\n",
        "of interface 1": text.replace(f"plan {INTERFACE}", "plan 1", 1),
        "of interface 3": text.replace(f"plan {INTERFACE}", "plan 3", 1),
        "of another project": text.replace(f"\0{plan.project}\0", f"\0{plan.project}2\0", 1),
        "of a folder in other letters": text.replace(f"\0{plan.project}\0", f"\0{plan.project.upper()}\0", 1),
        "of another folder that looks the same": text.replace(f"\0{plan.project}\0", f"\0{plan.project}\u200d\0", 1),
        "twice": text + text,
        "a count too large": "\0".join([*fields[:9], "99999999999999999999", *fields[10:]]),
        "a negative count": "\0".join([*fields[:9], "-1", *fields[10:]]),
        "a count that is none": "\0".join([*fields[:9], "x", *fields[10:]]),
        "a byte order mark of UTF-16": "\ufffe" + text,
        "a web page": "<!DOCTYPE html>\n" * 300,
    }
    found |= {f"torn after {at} fields": "\0".join(fields[:at]) for at in range(1, len(fields))}
    found |= {f"torn after {at} characters": text[:at] for at in range(1, len(text), 7)}
    return found


@needs_pwsh
@pytest.mark.parametrize("how", ["kept", "answered"])
def test_what_is_no_plan_does_nothing(engine: Engine, how: str) -> None:
    """A kept one is asked for again, once; an answer gets a line. Neither is run, or taken in part."""
    shop = engine.work / "shop"
    shop.mkdir()
    (shop / ".venvhook.toml").touch()
    plan = entering("odd", str(shop))
    plan.conditions = (("marker", str(shop), ""),)
    texts = not_plans(plan)
    folder = engine.root / "texts"
    folder.mkdir()
    for number, text in enumerate(texts.values()):
        (folder / f"{number}").write_bytes(text.encode("utf-8", "surrogatepass"))
    engine.keep(shop, "")
    engine.answers("" if how == "kept" else "x")
    place = engine.root / "text" if how == "answered" else Path(f"{engine.root}/cache/plans{shop}/.venvhook-2.ps1")
    out = engine.run(
        engine.load(),
        "$before = [Environment]::GetEnvironmentVariables().Count",
        f"foreach ($number in 0..{len(texts) - 1}) {{",
        f"    [IO.File]::Copy({pwsh.quote(str(folder))} + '/' + $number, {pwsh.quote(str(place))}, $true)",
        "    & $function:global:venvhook.Module { $script:told = @() }",
        "    Set-Location shop; $null = prompt; Set-Location .; $null = prompt",
        "    if ([Environment]::GetEnvironmentVariables().Count -ne $before) { \"entered by $number\" }",
        f"    $count = [IO.FileInfo]{pwsh.quote(str(engine.root / 'count'))}",
        "    if (-not $count.Exists -or $count.Length -ne 1) { \"asked $($count.Length) times by $number\" }",
        "    $count.Delete(); Set-Location ..",
        "}",
        "$Error.Count",
        stderr="venvhook: the helper gave no plan; to try again: venvhook on\n" * len(texts),
    )
    assert out.split("\n")[:-1] == ["0"], [*texts]
    assert not list(engine.root.rglob("PWNED"))


@needs_pwsh
def test_the_plan_itself_is_taken(engine: Engine) -> None:
    """The control of the test above: the same text, whole, enters, kept or answered."""
    shop = engine.work / "shop"
    shop.mkdir()
    (shop / ".venvhook.toml").touch()
    plan = entering("odd", str(shop))
    plan.conditions, plan.notice = (("marker", str(shop), ""),), ""
    for how in ("kept", "answered"):
        engine.answers(pwsh.plan(plan) if how == "answered" else "")
        engine.keep(shop, pwsh.plan(plan) if how == "kept" else "x")
        assert engine.run(engine.load(), "Set-Location shop", "$env:A").split() == ["odd"]
        assert engine.asked() == (how == "answered")


@needs_pwsh
def test_each_operation_of_an_undo_alone(engine: Engine) -> None:
    """Set and unset; whatever else is ours in an inherited environment goes."""
    engine.answers(pwsh.undo([("A", "new"), ("B", None), ("C", None), ("D", "x"), ("VENVHOOK_PROJECT", None)]))
    engine.run(
        engine.load(),
        "Set-Location /",
        engine.dump("d"),
        A="old",
        B="old",
        E="kept",
        VENVHOOK_PROJECT="/p",
        _VENVHOOK_OLD_PATH="=/evil:",
    )
    got = engine.environ("d")
    assert [got.get(name) for name in "ABCDE"] == ["new", None, None, "x", "kept"]
    assert not [name for name in got if "VENVHOOK" in name]


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
@pytest.mark.parametrize("floor", ["5.0", "6.2.3"])
def test_a_powershell_below_the_floor_is_left_alone(engine: Engine, floor: str) -> None:
    hook = engine.hook.read_text()
    assert hook.count("$PSVersionTable.PSVersion") == 1
    engine.hook.write_text(hook.replace("$PSVersionTable.PSVersion", f"[version]'{floor}'"))
    out = engine.run(f". {pwsh.quote(str(engine.hook))}", "Test-Path function:venvhook", "Test-Path alias:venvhook")
    assert out.split() == ["False", "False"]


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


# ---- what differs on Windows, as far as it can be tried elsewhere ----------------------------------------------------

AS_ON_WINDOWS = "$script:windows = $true; $script:likeness = [System.StringComparison]::OrdinalIgnoreCase"


def inside(*lines: str) -> str:
    """LINES as the hook's module runs them, with all its parts."""
    return "& $function:global:venvhook.Module { $null = & $prepare plan; " + "; ".join(lines) + " }"


@needs_pwsh
def test_hook_and_helper_keep_a_plan_in_one_place(engine: Engine) -> None:
    here = ["/p/q", "/", "/C:/x"]
    there = ["C:\\", "C:\\work\\shop", "d:\\é x", "\\\\host\\share\\a", "\\\\C\\work"]
    asked = {project: f"[Console]::WriteLine((& $kept_at {pwsh.quote(project)}))" for project in (*here, *there)}
    lines = ("$cache = 'K'", *map(asked.get, here), AS_ON_WINDOWS, *map(asked.get, there))
    out = engine.run(engine.load(), inside(*lines)).splitlines()
    for project, found in zip(asked, out):
        if project in here:
            assert os.path.normpath(found) == os.path.normpath(keep.place("K", project, LINUX))
        else:
            assert ntpath.normpath(found) == keep.place("K", project, WINDOWS)


@needs_pwsh
@pytest.mark.parametrize("windows", [False, True])
def test_ceilings_and_names_have_no_case_on_windows(engine: Engine, windows: bool) -> None:
    shop = engine.work / "Work/shop"
    shop.mkdir(parents=True)
    (engine.work / ".venvhook.toml").touch()
    out = engine.run(
        engine.load(),
        "$env:_venvhook_old_x = 'forged'",
        "[Environment]::SetEnvironmentVariable('VENVHOOK_CEILING', " + pwsh.quote(f"{engine.work}/wORK/") + ")",
        inside(
            *([AS_ON_WINDOWS] if windows else []),
            f"& $find {pwsh.quote(str(shop))}",
            "[Console]::WriteLine($st.project)",
            "& $disbelieve",
            "[Console]::WriteLine([Environment]::GetEnvironmentVariable('_venvhook_old_x'))",
        ),
    )
    assert out.splitlines() == (["", ""] if windows else [str(engine.work), "forged"])


@needs_pwsh
@pytest.mark.parametrize(
    ("ask", "system"), [("$null", HERE), ("$script:lstat = $null", HERE), (AS_ON_WINDOWS, WINDOWS)],
    ids=["its method", "its provider", "on Windows"],
)  # fmt: skip
def test_what_is_odd_is_described_alike(engine: Engine, ask: str, system: System) -> None:
    """The hook and the emitter say the same of folders, files, symlinks, fifos and nothing."""
    (engine.work / "folder[1]").mkdir()
    (engine.work / "file").touch()
    places = ["folder[1]", "file", "gone"]
    if system is HERE:
        (engine.work / "link").symlink_to("gone")
        os.mkfifo(engine.work / "fifo")
        places += ["link", "fifo"]
    paths = [str(engine.work / name) for name in places]
    asked = (f"[Console]::WriteLine((& $describe {pwsh.quote(path)}))" for path in paths)
    out = engine.run(engine.load(), inside(ask, *asked)).splitlines()
    assert out == [pwsh._told(os.lstat(path), system) if os.path.lexists(path) else "" for path in paths]


@needs_pwsh
def test_no_folder_is_listed_for_the_owner_of_a_file(engine: Engine) -> None:
    """This PowerShell has the method that spares it."""
    assert engine.run(engine.load(), inside("[Console]::WriteLine($lstat.Name)")) == "GetLStat\n"


@needs_pwsh
def test_a_variable_keeps_the_case_of_its_name_on_windows(engine: Engine) -> None:
    """That of the user's: in the environment, or while it is unset in the name that its old value is saved by."""
    ask = "[Console]::WriteLine((& $spell {} $names))"
    out = engine.run(
        "$env:Foo = 'x'",
        engine.load(),
        "$env:_VENVHOOK_OLD_bAR = '=x'",
        inside("$names = & $written", ask.format("'FOO'"), AS_ON_WINDOWS, "$names = & $written", *(
            ask.format(f"'{name}'") for name in ("FOO", "BAR", "_venvhook_old_bar", "New")
        )),
    )  # fmt: skip
    assert out.splitlines() == ["FOO", "Foo", "bAR", "_VENVHOOK_OLD_bAR", "New"]
