"""What a terminal would show of a shell's output, as lines that never scroll away."""

from __future__ import annotations

import codecs
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS, COLUMNS = 50, 1000  # so wide that no line of ours is folded


class Screen:
    """The lines, and where the cursor is.

    Only what line editors use is understood (ECMA-48: cursor movements, erasing, inserting); colours, titles and
    questions are taken out. The questions that a shell waits for are answered. `reading`: a line editor has switched
    bracketed paste on. `cursor_keys`: the program has asked for the other codes of the cursor keys (DECCKM).
    """

    _TOKEN = re.compile(
        r"\x1b\[(?P<intro>[<-?]*)(?P<numbers>[\d;:]*)[ -/]*(?P<final>[@-~])"  # control sequence
        r"|\x1b[]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)"  # title, colour question and the like
        r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"
        r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
        r"|(?P<text>[^\x00-\x1f\x7f]+)"
    )
    _BROKEN = 4096  # characters after which an escape without an end is none

    def __init__(self) -> None:
        self._rows: list[list[str]] = [[]]
        self.row = self._column = 0
        self.reading = self.cursor_keys = False
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""

    def lines(self, first: int) -> list[str]:
        """The lines from the row FIRST on."""
        return ["".join(row).rstrip() for row in self._rows[first:]]

    def feed(self, data: bytes) -> bytes:
        """Draw DATA; what a terminal would answer."""
        text, at, answer = self._rest + self._decode(data), 0, b""
        while at < len(text):
            token = self._TOKEN.match(text, at)
            if token is None:
                if len(text) - at < self._BROKEN:
                    break  # the rest of it is still to come
                at += 1
                continue
            answer += self._draw(token)
            at = token.end()
        self._rest = text[at:]
        return answer

    def _draw(self, token: re.Match[str]) -> bytes:
        if token["text"]:
            for character in token["text"]:
                self._put(character)
        elif token["control"]:
            self._control(token["control"])
        elif token["final"]:
            numbers = [int(number or 0) for number in re.split("[;:]", token["numbers"])]
            if token["final"] in "cn":
                return self._answer(token["intro"] + token["final"], numbers[0])
            if token["intro"] == "?" and 2004 in numbers:
                self.reading = token["final"] == "h"
            if token["intro"] == "?" and 1 in numbers:
                self.cursor_keys = token["final"] == "h"
            if not token["intro"]:
                self._move(token["final"], numbers)
                self._erase(token["final"], numbers[0])
        return b""

    def _answer(self, question: str, number: int) -> bytes:
        if question == "c":  # which terminal is this: a VT220
            return b"\x1b[?62c"
        if question == "n" and number == 6:
            return b"\x1b[%d;%dR" % (min(self.row, ROWS - 1) + 1, min(self._column, COLUMNS - 1) + 1)
        return b"\x1b[0n" if question == "n" else b""

    def _put(self, character: str) -> None:
        if self._column >= COLUMNS:
            self._to(self.row + 1, 0)
        row = self._rows[self.row]
        row += " " * (self._column + 1 - len(row))
        row[self._column] = character
        self._column += 1

    def _control(self, character: str) -> None:
        column = min(self._column, COLUMNS - 1)
        moves = {
            "\n": (self.row + 1, self._column),
            "\r": (self.row, 0),
            "\b": (self.row, column - 1),
            "\t": (self.row, (column // 8 + 1) * 8),
        }
        if character in moves:
            self._to(*moves[character])

    def _move(self, final: str, numbers: Sequence[int]) -> None:
        count = numbers[0] or 1
        moves = {
            "A": (self.row - count, self._column),
            "B": (self.row + count, self._column),
            "C": (self.row, self._column + count),
            "D": (self.row, self._column - count),
            "G": (self.row, count - 1),
            "H": (count - 1, (numbers[1] or 1) - 1 if len(numbers) > 1 else 0),
        }
        if final in moves:
            self._to(*moves[final])

    def _to(self, row: int, column: int) -> None:
        self.row, self._column = max(row, 0), max(column, 0)
        while len(self._rows) <= self.row:
            self._rows.append([])

    def _erase(self, final: str, number: int) -> None:
        row, at, count = self._rows[self.row], self._column, number or 1
        if final in "JK" and number == 0:
            del row[at:]
        elif final == "K":
            row[: at + 1 if number == 1 else len(row)] = " " * (min(at + 1, len(row)) if number == 1 else 0)
        elif final == "P":
            del row[at : at + count]
        elif final == "X":
            row[at : at + count] = " " * len(row[at : at + count])
        elif final == "@":
            row[at:at] = " " * count
        if final == "J":
            del self._rows[self.row + 1 :]
            if number:
                self._rows[:] = [[] for _ in range(self.row + 1)]
