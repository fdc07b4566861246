"""What is too new for the oldest shells that are promised: bash 3.2, zsh 5.3, fish 3.2, PowerShell 5.1.

TOO_NEW has, for each shell, constructs with the version that brought them and a sample. A line of the hooks, or of a
plan, that has one needs a guard: something on that line, or on the two before it, that keeps old shells away from it.
The table itself is tried on the shells that are there, or on older ones (`--old`): a sample works from its version on.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from venvhook.plan import Plan
from venvhook.shells import SHELLS, emitter

from .common import ROOT, marker

FLOORS = {"bash": "3.2", "zsh": "5.3", "fish": "3.2", "pwsh": "5.1"}

# Shell, version, what it looks like, a sample that fails in older shells. Sources: the CHANGES of bash, the NEWS of
# zsh, the release notes of fish, "What's New in PowerShell".
TOO_NEW = [
    ("bash", "4.0", r'"\$\{@:', 'f() { (($# == 2)); }; IFS=/; set -- a b c; f "${@:2}"'),
    ("bash", "4.0", r"\b(declare|local|typeset) -\w*A", "declare -A a"),
    ("bash", "4.0", r"\b(declare|local|typeset) -\w*[lu]", "declare -u a"),
    ("bash", "4.0", r"\b(mapfile|readarray)\b", "mapfile a </dev/null"),
    ("bash", "4.0", r"\bcoproc\b", "coproc cat; exec 2>/dev/null"),
    ("bash", "4.0", r"\|&", "echo |& cat"),
    ("bash", "4.0", r"&>>", "echo &>>/dev/null"),
    ("bash", "4.0", r";;?&", "case a in a) ;& b) ;; esac"),
    ("bash", "4.0", r"\$\{\w+(\[[^]]*\])?[,^]", "a=b; [[ ${a^} == B ]]"),
    ("bash", "4.0", r"\$\{?BASHPID\b", "[[ $BASHPID ]]"),
    ("bash", "4.0", r"\bcompopt\b", "type -t compopt"),
    ("bash", "4.0", r"\bshopt -[su] .*\b(globstar|autocd|dirspell|checkjobs)\b", "shopt -s globstar"),
    ("bash", "4.0", r"\{\w+\.\.\w+\.\.\w+\}", "set -- {1..9..4}; (($# == 3))"),
    ("bash", "4.1", r"\{\w+\}[<>]", "exec {fd}>/dev/null"),
    ("bash", "4.1", r"\bread\b.* -\w*N", "read -N 1 a <<<b"),
    ("bash", "4.1", r"printf -v ['\"]?\w+\[", "printf -v 'a[1]' b; [[ ${a[1]} ]]"),
    ("bash", "4.2", r"\b(declare|typeset) -\w*g", "declare -g a"),
    ("bash", "4.2", r"(\[\[|\btest|\[) (! )?-v ", "a=; [[ -v a ]]"),
    ("bash", "4.2", r"%\([^)]*\)T", "[[ $(printf '%(%s)T' 0) == 0 ]]"),
    ("bash", "4.2", r"\blastpipe\b", "shopt -s lastpipe"),
    ("bash", "4.2", r"\$\{\w+\[-\d", "a=(b c); [[ ${a[-1]} == c ]]"),
    ("bash", "4.2", r"\$\{\w+:\w+: ?-\d", "a=bc; [[ ${a:0:-1} == b ]]"),
    ("bash", "4.2", r"\$'[^']*\\[uU]", "[[ $'\\u0041' == A ]]"),
    ("bash", "4.3", r"\b(declare|local|typeset) -\w*n", "declare -n a=b"),
    ("bash", "4.3", r"\bwait -n\b", ": & wait -n"),
    ("bash", "4.3", r"\[\[ (! )?-R ", "! [[ -R a ]]"),
    ("bash", "4.4", r"\$\{!?[\w@*]+(\[[^]]*\])?@[A-Za-z]", "a=b; [[ ${a@Q} ]]"),
    ("bash", "4.4", r"\blocal -(?!\w)", "f() { local -; }; f"),
    ("bash", "4.4", r"\binherit_errexit\b", "shopt -s inherit_errexit"),
    ("bash", "4.4", r'(?<!\+)"\$\{\w+\[[@*]\]\}"', 'set -u; a=(); : "${a[@]}"'),
    ("bash", "5.0", r"\bEPOCH(REALTIME|SECONDS)\b", "[[ $EPOCHREALTIME ]]"),
    ("bash", "5.0", r"\bBASH_ARGV0\b", "[[ $BASH_ARGV0 ]]"),
    ("bash", "5.0", r"\b(localvar_inherit|assoc_expand_once)\b", "shopt -s localvar_inherit"),
    ("bash", "5.1", r"\bPROMPT_COMMAND\+?=\(", "[[ $SRANDOM ]]"),  # since then bash runs more than the first entry
    ("bash", "5.1", r"\bSRANDOM\b", "[[ $SRANDOM ]]"),
    ("bash", "5.1", r"@[ULuK]\}", "a=b; [[ ${a@U} == B ]]"),
    ("bash", "5.1", r"\bwait -\w*p", ": & wait -p a $!"),
    ("bash", "5.2", r"\b(patsub_replacement|varredir_close|noexpand_translation)\b", "shopt -s patsub_replacement"),
    ("bash", "5.2", r"@k\}", "a=(b); [[ ${a[@]@k} == '0 b' ]]"),
    ("bash", "5.3", r"\$\{[ |]", "[[ ${ echo a; } == a ]]"),
    ("bash", "5.3", r"\bGLOBSORT\b", "GLOBSORT=name; [[ ${ echo a; } ]]"),
    ("zsh", "5.4", r"\bwarn_?nested_?var\b", "setopt warn_nested_var; [[ -o warn_nested_var ]]"),
    ("zsh", "5.7", r"\bzsh/nearcolor\b", "zmodload zsh/nearcolor"),
    ("zsh", "5.8", r"\bfunctions -c\b", "f() { :; }; functions -c f g"),
    ("zsh", "5.8", r"\bcd_?silent\b", "setopt cd_silent; [[ -o cd_silent ]]"),
    (
        "zsh",
        "5.9",
        r"\b(clobber_?empty|case_?paths|typeset_?to_?unset)\b",
        "setopt clobber_empty; [[ -o clobber_empty ]]",
    ),
    ("zsh", "5.10", r"\b(typeset|local|declare) -\w*n", "typeset -n a=b"),
    ("zsh", "5.10", r"\$\{[ |]", "[[ ${ echo a } == a ]]"),
    ("fish", "3.4", r"(?<!\()\$\(", "test $(echo a) = a"),
    ("fish", "3.4", r"\bset (-\w*f\w* |--function\b)", "function f; set -f a b; end; f"),
    ("fish", "3.4", r"\bstring match\b.* (-\w*g|--groups-only)", "string match -rg '(a)' a"),
    ("fish", "3.4", r"\bstring length\b.* (-\w*V|--visible)", "string length -V a"),
    ("fish", "3.5", r"(^|[;(|]|\b(and|or|not|if|builtin)) *path (\w+)", "path basename /a"),
    ("fish", "3.6", r" -(nt|ot|ef) ", "test / -ef /"),
    ("fish", "3.6", r"\bstring shorten\b", "string shorten -m 3 abcd"),
    (
        "fish",
        "3.6",
        r"\babbr\b.* --(position|function|regex|set-cursor)\b",
        "abbr --add a --position anywhere b; abbr --show | string match 'abbr -a --position *'",
    ),
    ("fish", "4.1", r"^\s*\{", "{ true; }"),
    ("pwsh", "7.0", r"\?\?=?", "$null ?? 1"),
    ("pwsh", "7.0", r"\}\?[.\[]", "${a}?.b"),
    ("pwsh", "7.0", r"[)\w] \? [^:]+ : ", "$true ? 1 : 2"),
    ("pwsh", "7.0", r"&&|\|\|", "1 && 2"),
    ("pwsh", "7.0", r"-Parallel\b", "1 | ForEach-Object -Parallel { 1 }"),
    ("pwsh", "7.0", r"\b(Get-Error|Get-Uptime)\b", "Get-Error"),
    ("pwsh", "7.3", r"\bclean \{", "function f { clean { } }"),
    ("pwsh", "7.2", r"\$PSStyle\b", "$PSStyle.Reset"),
    ("pwsh", "6.0", r"\$Is(Windows|Linux|MacOS|CoreCLR)\b", "$IsWindows.ToString()"),
    ("pwsh", "6.0", r"\b(Join-String|Test-Json|Remove-Alias|Start-ThreadJob)\b", "1 | Join-String"),
    ("pwsh", "6.0", r"-(LeafBase|Extension|AsHashtable|SkipIndex|AsByteStream)\b", "Split-Path -LeafBase a.b"),
    ("pwsh", "6.0", r"\butf8(NoBOM|BOM)\b", "1 | Out-File -Encoding utf8NoBOM a"),
    ("pwsh", "6.1", r"-replace .*, *\{", "'a' -replace 'a', { 'b' }"),
    (
        "pwsh",
        "6.0",
        r"\[IO\.Path\]::(Join|GetRelativePath|TrimEndingDirectorySeparator)\b",
        "[IO.Path]::Join('a', 'b')",
    ),
    ("pwsh", "7.0", r"\bLocationChangedAction\b", "$ExecutionContext.SessionState.InvokeCommand.LocationChangedAction"),
    ("pwsh", "7.2", r"\.ResolveLinkTarget\(", "([IO.FileInfo]'/').ResolveLinkTarget($true)"),
    ("pwsh", "7.3", r"\bGetUnixFileMode\b", "[IO.File]::GetUnixFileMode('/')"),
    (
        "pwsh",
        "7.3",
        r"\$PSNativeCommandUseErrorActionPreference\b(?! = \$false)",
        "$PSNativeCommandUseErrorActionPreference",
    ),
]
# Shell, a piece of the pattern, and what keeps old shells away from it.
GUARDS = [
    # set from BASH_VERSINFO; to parse it does no harm before 4.4
    ("bash", r"\$\{!?[\w@*]+", r"_venvhook_modern"),
    ("bash", r"\bread\b", r"knows no -N"),
    ("bash", r"\blocal -(?!", r"_venvhook_modern"),
    # a missing builtin is no error there, and folders are offered
    ("bash", r"\bcompopt\b", r"2>/dev/null \|\| :"),
    # only added to what is an array of several already
    ("bash", r"\bPROMPT_COMMAND", r"PROMPT_COMMAND\[1\]\+x"),
    # a subshell has tried it; where it fails, the function's text is kept instead
    ("zsh", r"\bfunctions -c\b", r"\[\[ \$\(builtin functions -c|^ +builtin functions -c deactivate|_venvhook_theirs='"),
    # defined only where `test / -ef /` holds
    ("fish", r" -(nt|ot|ef) ", r"test / -ef /|function _venvhook_(same|unchanged)$"),
    # in a block that tests for the version
    ("pwsh", r"LocationChangedAction", r"PSVersion\.Major -ge 7|\$others|st\.action"),
    # tested for; or it throws, and the plan is stale then
    ("pwsh", r"ResolveLinkTarget", r"cannot tell|ReadAllBytes|foreach \(\$file in \$plan\.dangling"),
]  # fmt: skip


def texts(shell: str) -> dict[str, str]:
    """What runs in a shell: our files for it, and a plan with all that plans can have."""
    found = {path.name: path.read_text() for path in (ROOT / "shell").glob(f"*{emitter(shell).SUFFIX}")}
    conditions = [
        marker("/p", "text", "/s"), ("odd", "/p"), ("kind", "/k", "device"), ("text", "/t", "x"),
        ("exists", "/a"), ("absent", "/b"), ("mine", "/c"), ("theirs", "/d"), ("same", "/e", "/f"),
        ("unchanged", "/g", "/h", 1, 1), ("variable", "A", "b"), ("variable", "B", None),
    ]  # fmt: skip
    plan = Plan("/p", "/p", conditions, "a line")
    plan.sign, plan.home, plan.bin, plan.name, plan.label = "VIRTUAL_ENV", "/p/.venv", "/p/.venv/bin", "p", "(p) "
    plan.variables, plan.lists = [("A", "b"), ("PYTHONHOME", None)], [("PATH", ["/p/.venv/bin"])]
    return {**found, "a plan": emitter(shell).plan(plan) + emitter(shell).undo([("A", "b"), ("B", None)])}


def code(text: str) -> list[str]:
    """The lines of TEXT without comments, and without what single quotes hold."""
    lines = [re.sub(r"(^|\s)#.*", "", line) for line in text.splitlines()]
    return [re.sub(r"(?<!\$)'[^']*'", "''", line) if "printf" not in line else line for line in lines]


def number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_too_new_but_what_is_guarded(shell: str) -> None:
    unguarded = []
    for name, text in texts(shell).items():
        whole, lines = text.splitlines(), code(text)
        for at, line in enumerate(lines):
            before = "\n".join(whole[max(0, at - 2) : at + 1])
            for _, version, pattern, _ in (each for each in TOO_NEW if each[0] == shell):
                guards = [guard for which, piece, guard in GUARDS if which == shell and piece in pattern]
                if re.search(pattern, line) and not any(re.search(guard, before, re.MULTILINE) for guard in guards):
                    unguarded.append(f"{name}:{at + 1}: {version}: {line.strip()}")
    assert unguarded == []


@pytest.mark.parametrize(("shell", "version", "pattern", "sample"), TOO_NEW)
def test_a_sample_works_from_that_version_on(
    shell: str, version: str, pattern: str, sample: str, tmp_path: Path
) -> None:
    assert number(version) > number(FLOORS[shell])
    program = shutil.which(shell)
    if program is None or shell == "pwsh":
        pytest.skip("not installed, or none so old is to be had")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    here = tuple(map(int, re.findall(r"\d+", said)[:2]))
    options = {"bash": ["--norc", "-ec"], "zsh": ["-fec"], "fish": ["--no-config", "-c"]}[shell]
    if shell == "fish" and here < (3, 5):
        options = ["-c"]
    env = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([program, *options, sample], env=env, cwd=tmp_path, input="", capture_output=True, text=True)
    assert (done.returncode == 0) == (here >= number(version)), done.stderr
