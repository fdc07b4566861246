"""Texts with something wrong in them: what a crash, a bad disk, a careless editor or a hostile person leaves behind."""

from __future__ import annotations

from hypothesis import strategies as st

# What readers of files have stumbled over: ends, encodings, numbers that are too long, nesting that is too deep, names
# that lead elsewhere, things that a shell would run and that a terminal would obey.
FRAGMENTS = tuple(
    text.encode("utf-8", "surrogateescape")
    for text in (
        *"\0\r\n\t \x0b\x0c\x1c\x7f\x85\u2028\u202e\ufeff\udcff\udcc3²٣é\U0001f600=[]{}\"'\\#,.:~*-/",
        *(
            "\r\n",
            "==",
            "[[",
            '"""',
            "'''",
            "..",
            "//",
            "/dev/zero",
            "/dev/tty",
            "../../..",
            "~root",
            "${HOME}",
            "$HOME",
        ),
        *("%s", "--help", "0", "-1", "true", "nan", "1e999", "9" * 5000, "[" * 3000, "{a=" * 3000, "a." * 3000 + "a"),
        *("x" * 300, "\\ud800", "\\u0000", "\\x00", '"\\u0000"', "\x1b]0;title\x07", "\x1b[2J", "\x9b31m"),
        *("$(touch CANARY)", "`touch CANARY`", "'; touch CANARY; '", '"; touch CANARY; "', "\n(touch CANARY)\n"),
    )
)
pieces = st.sampled_from(FRAGMENTS) | st.binary(max_size=6)


@st.composite
def garbled(draw: st.DrawFn, *wholes: bytes) -> bytes:
    """One of WHOLES, with some of its parts cut out, doubled or overwritten; or anything at all."""
    data = draw(st.sampled_from(wholes))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        data = data[:start] + draw(pieces | st.just(data[start:end] * 2)) + data[end:]
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 5)) == 0 else data
