"""Whether a version of Python is one that is asked for: plain versions, PEP 440's specifiers, poetry's `^` and `~`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


_OPERATORS = "=!<>~^"
_ORDERS = ("<", "<=", ">", ">=", "~=", "~", "^")
_WHOLE = 3  # parts of a version of Python that is known whole
# What may follow a release (PEP 440), the longer word of two first: before it, after it, or before what it stands at.
_BEFORE, _AFTER, _DEVELOPED = 0, 1, 2
_SUFFIXES = {
    "alpha": _BEFORE, "beta": _BEFORE, "preview": _BEFORE, "pre": _BEFORE, "rc": _BEFORE, "a": _BEFORE, "b": _BEFORE,
    "c": _BEFORE, "post": _AFTER, "rev": _AFTER, "r": _AFTER, "dev": _DEVELOPED,
}  # fmt: skip


def fits(version: str, wanted: str) -> bool:
    """Whether VERSION (3.12.1; less precise, 3.12, where no more is known) may be what WANTED asks for.

    WANTED: `3.12` (that and every 3.12.x), `>=3.9,<4`, `==3.11.*`, `~=3.10`, `^3.9`, `*`, alternatives with `||`; a
    blank separates like a comma, as poetry has it. A clause that is not understood whole fits: it is a manager's to
    judge. Releases only: 3.14.0b1 counts as 3.14.0.
    """
    have = numbers(version)
    return not have or any(all(_clause(have, clause) for clause in _clauses(each)) for each in wanted.split("||"))


def _clauses(text: str) -> list[str]:
    """The clauses of one alternative, each an operator and a version without blanks."""
    found: list[str] = []
    for part in text.split(","):
        words: list[str] = []
        for word in part.split():
            if words and not words[-1].strip(_OPERATORS):
                words[-1] += word
            else:
                words.append(word)
        found += words if len(words) < 2 or all(word[0] in _OPERATORS for word in words) else [part]
    return found


def short(version: str) -> str:
    """VERSION as 3.12.4: virtualenv writes more behind it."""
    return ".".join(version.split(".")[:3])


def numbers(version: str) -> list[int]:
    """The parts of a version up to the first that is no number, or none that a version has."""
    found = []
    for part in version.strip().split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not 0 < len(digits) < 10:  # no version has as many, and Python makes no number of thousands
            break
        found.append(int(digits))
        if digits != part:
            break
    return found


class _Version:
    """A version as a clause names it (PEP 440): `sign` is -1 for what comes before its release, +1 for after it."""

    def __init__(self, epoch: int, release: list[int], sign: int, any_below: bool, local: bool) -> None:
        self.epoch, self.release, self.sign, self.any_below, self.local = epoch, release, sign, any_below, local


def _parsed(text: str) -> _Version | None:
    """The version TEXT, None where it is not understood whole."""
    text, any_below = (text[:-2], True) if text.endswith(".*") else (text, False)
    text, plus, _ = text.lower().partition("+")
    epoch, mark, text = text.removeprefix("v").rpartition("!")
    end = len(text) - len(text.lstrip("0123456789."))
    release, rest = text[:end].rstrip("."), text[end - len(text[:end]) + len(text[:end].rstrip(".")) :]
    parts = release.split(".")
    if (mark and not _is_number(epoch)) or not all(map(_is_number, parts)):
        return None
    sign = _sign(rest)
    if sign is None or (any_below and (sign or plus)):
        return None
    return _Version(int(epoch or 0), [int(part) for part in parts], sign, any_below, bool(plus))


def _is_number(text: str) -> bool:
    """Whether TEXT is a number that a version may have: Python makes none of thousands of digits."""
    return text.isascii() and text.isdigit() and len(text) < 10


def _sign(rest: str) -> int | None:
    """Whether REST, what follows a release, puts a version before (-1) or after it (1); 0: there is none. None: odd."""
    kinds: list[int] = []
    while rest:
        dash, rest = rest[0] == "-", rest[1:] if rest[0] in "-_." else rest
        word = next((word for word in _SUFFIXES if rest.startswith(word)), None)
        if word is None and not (dash and rest[:1].isdigit()):
            return None
        kinds.append(_SUFFIXES[word] if word else _AFTER)
        rest = rest[len(word or "") :]
        rest = (rest[1:] if rest[:1] in ("-", "_", ".") and rest[1:2].isdigit() else rest).lstrip("0123456789")
    if kinds != sorted(set(kinds)):
        return None
    return 0 if not kinds else 1 if kinds[0] == _AFTER else -1


def _clause(have: Sequence[int], clause: str) -> bool:
    operator = clause[: len(clause) - len(clause.lstrip(_OPERATORS))]
    text = clause[len(operator) :].strip()
    if operator == "===":  # compared letter by letter
        said = ".".join(map(str, have))
        return text == said or (len(have) < _WHOLE and text.startswith(said + "."))
    if operator == "":  # what follows the numbers says more of the build than of the version: 3.13t, 3.12-64
        release = numbers(text.removeprefix("v"))
        return _begins(have, release) and (len(have) >= min(len(release), _WHOLE) or not release)
    want = _parsed(text)
    if want is None or (want.local and operator not in ("==", "!=")):
        return True
    if operator in ("==", "!="):
        return _equal(have, want, operator)
    if want.any_below or operator not in _ORDERS:
        return True
    if operator in ("<", "<=", ">", ">="):
        return _compare(have, want, operator)
    top = _fixed(operator, want.release)
    return _compare(have, want, ">=") and list(have[:top]) == want.release[: min(top, len(have))]


def _begins(have: Sequence[int], release: Sequence[int]) -> bool:
    """Whether HAVE begins with RELEASE, as far as HAVE is known."""
    known = min(len(have), len(release)) if len(have) < _WHOLE else len(release)
    padded = [*have, *[0] * (len(release) - len(have))]
    return padded[:known] == list(release[:known])


def _equal(have: Sequence[int], want: _Version, operator: str) -> bool:
    """`==` and `!=`; of a HAVE that is not known whole, both may be true."""
    if len(have) < _WHOLE and not want.any_below:
        return operator == "!=" or (want.epoch == 0 and _begins(have, want.release) and not want.sign)
    same = want.epoch == 0 and _begins(have, want.release) and not want.sign and not want.local
    if not want.any_below:
        same = same and not any(have[len(want.release) :])
    return same != (operator == "!=")


def _fixed(operator: str, want: Sequence[int]) -> int:
    """How many leading parts `~=`, `~` and `^` hold fast."""
    if operator == "~=":
        return max(len(want) - 1, 1)
    return 1 if operator == "^" else min(len(want), 2)


def _compare(have: Sequence[int], want: _Version, operator: str) -> bool:
    """In order, by as many parts as are known; then what is equal may be either."""
    length = max(len(have), len(want.release)) if len(have) >= _WHOLE else len(have)
    left = [0, *have, *[0] * (length - len(have))]
    right = [want.epoch, *[*want.release, *[0] * (length - len(want.release))][:length]]
    if left != right:
        return (left < right) == ("<" in operator)
    if len(have) < len(want.release) and len(have) < _WHOLE:
        return True
    return "=" in operator if not want.sign else (want.sign > 0) == ("<" in operator)
