"""The terminal that a proof drives: what it shows, what it answers, and when it takes a line for done."""

from __future__ import annotations

import os
import time

import pytest

from venvhook.screen import COLUMNS, Screen
from venvhook.terminal import Over, Session

READS = r"\033[?2004h"  # what a line editor writes before it reads


def session(script: str, seconds: float = 60) -> Session:
    return Session(["/bin/sh", "-c", f"stty -echo; {script}"], {"PATH": "/usr/bin:/bin"}, seconds)


def test_a_line_is_done_when_the_line_editor_reads_again() -> None:
    """However long that takes; this one is silent for longer than a prompt would be."""
    one = session(f"printf '{READS}$ '; read x; sleep 1; printf \"done\\r\\n{READS}$ \"; read x")
    one.wait(lambda: one.screen.reading)
    one.type("")
    one.settle()
    shown = one.screen.lines(0)
    one.close()
    assert shown[-2:] == ["$ done", "$"]


KEYS, BACK = r"\033[?1h", r"\033[?1l"  # what PowerShell's line editor writes before and after it reads


def test_a_line_editor_that_takes_ctrl_c_for_itself_reads() -> None:
    """It has asked for the cursor keys; so has .NET before, at the start and after each program."""
    start = f"printf '{KEYS}$ '; sleep 1; printf '{KEYS}'; stty -icanon -isig -icrnl"
    line = f"read x; stty isig; printf '\\r\\n{BACK}{KEYS}'; sleep 1; printf 'done\\r\\n$ {KEYS}'; stty -isig"
    one = session(f"{start}; {line}; stty icrnl; read x")
    one.settle()
    assert one.reading and one.screen.lines(0) == ["$"]
    os.write(one.terminal, b"\n")  # what Enter is here
    one.screen.cursor_keys = False
    one.settle()
    shown = one.screen.lines(0)
    one.close()
    assert shown == ["$", "done", "$"]


def test_nothing_is_typed_before_it_reads() -> None:
    first = f"printf '{READS}$ '; read x; printf '\\r\\n'; sleep 1"
    one = session(f"{first}; printf '{READS}> '; read x; echo \"[$x]\"; read x")
    one.settle()
    one.type("first")
    began = time.monotonic()
    one.type("second")
    assert time.monotonic() - began > 0.7
    one.wait(lambda: "[second]" in one.screen.lines(0)[-1] or "[second]" in one.screen.lines(0)[-2])
    one.close()


def test_without_a_sign_it_is_when_a_prompt_stands_and_nothing_comes_any_more() -> None:
    """Old bash: its line editor takes the keys one by one, and a prompt is there, in a line of its own."""
    one = session("stty -icanon; printf '$ '; read x; stty icanon; sleep 1; printf '\\r\\nb '; stty -icanon; read x")
    one.settle()
    assert one.screen.lines(0) == ["$"]
    one.type("")
    one.settle()
    shown = one.screen.lines(0)
    one.close()
    assert shown == ["$", "b"]


def test_its_end_and_its_limit_are_told() -> None:
    one = session("exit")
    with pytest.raises(Over, match="ended by itself"):
        one.wait(lambda: False)
    one.close()
    one = session("read x", seconds=0)
    with pytest.raises(Over, match="not done within 0 s"):
        one.wait(lambda: False, 60)
    one.close()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"a\r\nb", ["a", "b"]),
        (b"abc\rX", ["Xbc"]),
        (b"abc\b\bX", ["aXc"]),
        (b"\x1b[1;31ma\x1b[mb", ["ab"]),
        (b"\x1b]0;title\x07a\x1b]0;title\x1b\\b\x1bP+q\x1b\\c\x1b=d\x1b(Be", ["abcde"]),
        (b"abc\x1b[2D\x1b[K", ["a"]),
        (b"abc\r\x1b[2CX", ["abX"]),
        (b"abc\x1b[3D\x1b[P\x1b[@Z", ["Zbc"]),
        (b"a\r\nb\r\nc\x1b[2A\r\x1b[J", [""]),
        (b"%" + b" " * (COLUMNS - 1) + b"\r \r$ ", ["$"]),
        ("é€".encode(), ["é€"]),
        (b"\xff", ["\N{REPLACEMENT CHARACTER}"]),
        (b"a\tb", ["a       b"]),
        (b"a\x1b[?2004hb\x1b[>4;1mc\x1b[0 qd", ["abcd"]),
        (b"old\x1b[H\x1b[2Jnew", ["new"]),
        (b"\x1b[999999999Ca", None),
    ],
)
def test_the_screen(data: bytes, lines: list[str] | None) -> None:
    screen = Screen()
    for each in data:
        screen.feed(bytes([each]))
    whole = Screen()
    whole.feed(data)
    assert whole.lines(0) == screen.lines(0)
    assert lines is None or screen.lines(0) == lines


@pytest.mark.parametrize(
    ("question", "answer"),
    [(b"\x1b[c", b"\x1b[?62c"), (b"\x1b[0c", b"\x1b[?62c"), (b"ab\x1b[6n", b"\x1b[1;3R"), (b"\x1b[>c\x1b[?u", b"")],
)
def test_the_questions_that_shells_wait_for_are_answered(question: bytes, answer: bytes) -> None:
    assert Screen().feed(question) == answer
