"""Whether a version of Python is one that is asked for: plain versions, PEP 440's specifiers, poetry's `^` and `~`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def fits(version: str, wanted: str) -> bool:
    """Whether VERSION (3.12.1; less precise, 3.12, where no more is known) may be what WANTED asks for.

    WANTED: `3.12` (that and every 3.12.x), `>=3.9,<4`, `==3.11.*`, `~=3.10`, `^3.9`, `*`, alternatives with `||`. What
    is not understood fits: it is a manager's to judge. Releases only: 3.14.0b1 counts as 3.14.0.
    """
    have = numbers(version)
    return not have or any(
        all(_clause(have, clause.strip()) for clause in each.split(",")) for each in wanted.split("||")
    )


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


def _clause(have: Sequence[int], clause: str) -> bool:
    operator = clause[: len(clause) - len(clause.lstrip("=!<>~^"))]
    text = clause[len(operator) :].strip()
    want = numbers(text)
    if not want:
        return True
    if operator == "":
        return list(have[: len(want)]) == want
    if operator in ("==", "===", "!="):
        length = min(len(have), len(want))
        exact = list(have[:length]) == want[:length] and (text.endswith("*") or _even(have, want))
        return exact != (operator == "!=")
    if operator in ("<", "<=", ">", ">="):
        return _compare(have, want, operator)
    return _compare(have, want, ">=") and list(have[: (top := _fixed(operator, want))]) == want[:top]


def _fixed(operator: str, want: Sequence[int]) -> int:
    """How many leading parts `~=`, `~` and `^` hold fast."""
    if operator == "~=":
        return max(len(want) - 1, 1)
    return 1 if operator == "^" else min(len(want), 2)


def _even(have: Sequence[int], want: Sequence[int]) -> bool:
    """Equal with zeros behind the shorter one; parts of HAVE that are not known are equal."""
    return len(have) < 3 or list(have) == list(want) + [0] * (len(have) - len(want))


def _compare(have: Sequence[int], want: Sequence[int], operator: str) -> bool:
    """In order, by as many parts as are known; then what is equal may be either."""
    left, right = list(have), (list(want) + [0] * (len(have) - len(want)))[: len(have)]
    if left == right:
        return len(have) < len(want) or "=" in operator
    return (left < right) == ("<" in operator)
