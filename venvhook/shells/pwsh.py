"""Plans as PowerShell data: one @{} that `shell/plan.ps1` describes, and reads.

ASCII only, whatever the text: PowerShell takes typographic quotes for quotes, splits what a program prints at every
kind of line end, and decodes it by the console's encoding.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from venvhook.plan import Condition, Plan

SUFFIX = ".ps1"
PROGRAMS = ("pwsh", "powershell")
INTERACTIVE, LOGIN = ("-NoLogo",), ()
UNRECORDED = "Set-PSReadLineOption -HistorySaveStyle SaveNothing"
_EPOCH = 621_355_968_000_000_000  # 1970 in .NET's ticks of 100 ns


def quote(text: str) -> str:
    """TEXT as a literal, good wherever a value or an argument stands. A NUL cannot be had.

    Nothing inside single quotes is special but the quote (about_Quoting_Rules); what is no printable ASCII stands there
    as an escape of .NET's regular expressions, one for each UTF-16 unit.
    """
    if "\0" in text:
        raise ValueError("no environment variable can hold a NUL")
    return _literal(text)


def load(path: str) -> str:
    """A line that loads the file PATH, if it is there."""
    return "if (Test-Path -LiteralPath @) { . @ }".replace("@", quote(path))


def startup_files(home: str, settings: str, documents: Callable[[], str]) -> tuple[list[str], list[str]]:
    """The profiles CurrentUserAllHosts (about_Profiles); on Windows, each PowerShell that is installed has its own."""
    if os.name != "nt":
        path = os.path.join(settings, "powershell", "profile.ps1")
        return [path], [path]
    import shutil

    folders = zip(PROGRAMS, ("PowerShell", "WindowsPowerShell"))
    ever = {program: os.path.join(documents(), folder, "profile.ps1") for program, folder in folders}
    return [path for program, path in ever.items() if shutil.which(program)], list(ever.values())


def plan(plan: Plan) -> str:
    """What the plan does, and what it rests on; without the last brace the text is none."""
    fields = [("id", quote(plan.id)), ("project", quote(plan.project)), ("notice", quote(plan.notice))]
    fields += _does(plan) if plan.sign else []
    return "\n".join(["@{", *(f"{key} = {value}" for key, value in (*fields, *_rests(plan.conditions))), "}", ""])


def undo(operations: Sequence[tuple[str, str | None]]) -> str:
    """The text that sets variables and, where there is no value, unsets them: as an argument, $null would be ''."""
    values = [(name, "[NullString]::Value" if value is None else quote(value)) for name, value in operations]
    return "".join(f"[System.Environment]::SetEnvironmentVariable({quote(name)}, {value})\n" for name, value in values)


def _literal(text: str) -> str:
    if all(" " <= c <= "~" for c in text):
        return "'" + text.replace("'", "''") + "'"
    data = text.encode("utf-16-be", "surrogatepass")
    units = (data[i] << 8 | data[i + 1] for i in range(0, len(data), 2))
    return "([regex]::Unescape('" + "".join(map(_unit, units)) + "'))"


def _unit(unit: int) -> str:
    if unit in (0x27, 0x5C):  # quote and backslash
        return chr(unit) * 2
    return chr(unit) if 32 <= unit < 127 else f"\\u{unit:04x}"


def _does(plan: Plan) -> Iterator[tuple[str, str]]:
    for key in ("sign", "home", "bin", "name", "label"):
        yield key, quote(getattr(plan, key))
    yield "path", _array(map(quote, dict(plan.lists).get("PATH", ())))
    yield "variables", _array(text for name, value in plan.variables for text in (quote(name), _value(value)))
    yield "lists", _array(text for name, folders in plan.lists for text in (quote(name), _array(map(quote, folders))))
    yield "exports", _array(quote(text) for pair in plan.exports() for text in pair)


def _rests(conditions: Sequence[Condition]) -> Iterator[tuple[str, str]]:
    """The conditions as data. "mine", "theirs" and "same" are not among them: .NET cannot test them, the helper has."""
    words: dict[str, str] = {}  # each once: PowerShell takes no key twice
    lists: dict[str, list[str]] = {"there": [], "absent": [], "dangling": [], "older": [], "read": []}
    for kind, *rest in conditions:
        if kind in ("marker", "odd"):
            words["marker"] = _bytes(str(rest[1])) if kind == "marker" else "$null"
        elif kind == "never":
            words["never"] = "$true"
        elif kind == "variable":
            lists["read"] += [quote(str(rest[0])), _value(None if rest[1] is None else str(rest[1]))]
        elif kind == "older":
            ticks = str(int(str(rest[2])) // 100 + _EPOCH)
            lists["older"] += [text for path in _reached(str(rest[0])) for text in (quote(path), ticks)]
        elif kind == "exists":
            lists["there"] += map(quote, _reached(str(rest[0])))
        elif kind == "absent":
            lists["dangling" if os.path.islink(str(rest[0])) else "absent"].append(quote(str(rest[0])))
    yield from words.items()
    yield from ((key, _array(texts)) for key, texts in lists.items())


def _reached(path: str) -> list[str]:
    """What has to be looked at for PATH: of a link, .NET sees only the link itself."""
    return [path, os.path.realpath(path)] if os.path.islink(path) else [path]


def _bytes(text: str) -> str:
    """The bytes that TEXT was decoded from, one character each (Latin-1); here a NUL may be among them."""
    return _literal(os.fsencode(text).decode("latin-1"))


def _value(value: str | None) -> str:
    return "$null" if value is None else quote(value)


def _array(texts: Iterable[str]) -> str:
    return "@(" + ", ".join(texts) + ")"
