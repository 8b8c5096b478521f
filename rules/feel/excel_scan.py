"""Reads Excel text piece by piece: its operators, doubled quotes, and the full-width marks of a Chinese keyboard."""

from __future__ import annotations

import re

from .tokens import WORD, Scanner

NARROW = str.maketrans("（），；＝＜＞＋－＊／＾＆％！：×÷", "(),;=<>+-*/^&%!:*/")
"""Marks that stand for others, one for one, so that spans stay in code points of the text as it was typed."""
SINGLE = {"≤": "<=", "≥": ">=", "≠": "<>"}
PAIRS = frozenset({"<=", ">=", "<>", "!=", "=="})
BLANK = re.compile(r"[\s\ufeff]+")
STRING = re.compile(r'"((?:[^"]|"")*)"')
CURLY = re.compile("[“”]([^“”]*)[“”]")
FUNCTION = re.compile(r"([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z]+)?)\s*[(（]")
CELL = re.compile(
    r"(?:'[^']+'!|[^\W\d]\w*[!！])?"
    r"(?:\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6}(?:[:：]\$?[A-Z]{1,3}\$?[1-9][0-9]{0,6})?"
    r"|\$?[A-Z]{1,3}[:：]\$?[A-Z]{1,3}|\$?[1-9][0-9]{0,6}[:：]\$?[1-9][0-9]{0,6})(?![\w.])"
)
"""A1, $A$1, A1:B2, A:C, 1:3, Sheet1!A1: what a spreadsheet would mean by a place."""


class ExcelScanner(Scanner):
    """Another table of marks over the same scanner; names are matched in the text as it was typed."""

    __slots__ = ("_width",)

    def skip(self) -> None:
        self.end = self.at
        m = BLANK.match(self.text, self.at)
        if m is not None:
            self.at = m.end()

    def peek(self) -> str:
        """The next mark in its narrow form, or the whole next word, "" at the end."""
        if self._peeked == self.at:
            return self._piece
        m = WORD.match(self.text, self.at)
        self._width = 1
        if m is not None:
            piece = m[0]
            self._width = len(piece)
        else:
            two = self.text[self.at : self.at + 2].translate(NARROW)
            piece = SINGLE.get(two[:1], two[:1])
            if two in PAIRS:
                piece, self._width = two, 2
        self._peeked, self._piece = self.at, piece
        return piece

    def take(self, piece: str) -> bool:
        if self.peek() != piece:
            return False
        self.move(self.at + self._width)
        return True

    def string(self) -> str | None:
        first = self.text[self.at : self.at + 1]
        if first not in ('"', "“", "”") or not first:
            return None
        m = (STRING if first == '"' else CURLY).match(self.text, self.at)
        if m is None:
            self.fail(first, len(self.text))
        return self.text_value(m[1].replace('""', '"') if first == '"' else m[1], m)

    def function(self) -> str | None:
        """The name of a function that is called here, in capitals; moves nowhere."""
        m = FUNCTION.match(self.text, self.at)
        return m[1].upper() if m is not None else None

    def cell(self) -> re.Match[str] | None:
        """A reference to a cell, a range, a row or a column that stands here."""
        return CELL.match(self.text, self.at)
