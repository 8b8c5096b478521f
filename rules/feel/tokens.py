"""Reads the text of a formula piece by piece: blanks, marks, words, numbers, strings, names."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NoReturn

from ..problem import Problem
from .limits import Limits, limit_params
from .numbers import ZERO
from .scope import CHUNK, NameIndex

START = (
    "?_A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3005-\u3007\u3021-\ud7ff\uf900-\ufdcf\ufdf0-\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc"
    "\U00010000-\U000effff"
)
WORD = re.compile(f"[{START}][{START}0-9\u00b7\u0300-\u036f\u203f-\u2040]*")
NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
BLANK = re.compile(r"(?:[\s\ufeff]|//[^\n\r]*|/\*.*?\*/)+", re.DOTALL)
BLANKS = frozenset(c for c in map(chr, range(0x3001)) if BLANK.match(c)) | {"/", "\ufeff"}
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
MARKS = ("..", "**", "<=", ">=", "!=", "->")
KEYWORDS = frozenset(
    {
        "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "instance",
        "of", "function", "true", "false", "null",
    }
)  # fmt: skip
EXPECTED: dict[str, dict[str, str]] = {
    "value": {"zh-CN": "一个值或字段", "en": "a value or a field"},
    "name": {"zh-CN": "一个名称", "en": "a name"},
    "name:": {"zh-CN": "名称和冒号", "en": "a name and a colon"},
    "operator": {"zh-CN": "一个运算符", "en": "an operator"},
    "end": {"zh-CN": "公式结尾", "en": "the end of the formula"},
}
"""What the sentence calls a piece that is no mark or keyword."""


class Broken(Exception):
    """The text cannot be read; carries the Problem, or several where reading could go on behind them.

    `tree` is what was read where reading came to the end: its names and types can still be checked.
    """

    def __init__(self, problem: Problem, *more: Problem, tree: Any = None) -> None:
        super().__init__(problem.code)
        self.problem = problem
        self.problems = (problem, *more)
        self.tree = tree


class Scanner:
    """A position in the text. `at` stands on the next piece: blanks and comments are skipped behind each one."""

    __slots__ = ("_peeked", "_piece", "at", "end", "limits", "problems", "text")

    def __init__(self, text: str, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self.at = 0
        self.end = 0
        self._peeked = -1
        self._piece = ""
        self.problems: list[Problem] = []
        self.skip()

    def fail(self, expected: str, at: int | None = None) -> NoReturn:
        at = self.at if at is None else at
        found = self.text[at : at + 1]
        m = WORD.match(self.text, at) or NUMBER.match(self.text, at)
        found = m[0] if m else found
        span = (at, at + max(1, len(found))) if found else (at, at)
        shown: Any = found[:40] if found else EXPECTED["end"]
        mark = {"zh-CN": f"「{expected}」", "en": f'"{expected}"'}
        params = {"expected": EXPECTED.get(expected, mark), "found": shown}
        raise Broken(Problem("feel.syntax", params=params, span=span))

    def note(self, code: str, span: tuple[int, int], **params: Any) -> None:
        """A finding behind which reading goes on, so that the others are found too."""
        self.problems.append(Problem(code, params=params, span=span))

    def limit(self, name: str, most: int, span: tuple[int, int]) -> NoReturn:
        raise Broken(Problem("rules.limit", params=limit_params(name, most), span=span))

    def skip(self) -> None:
        """Moves over blanks and comments; `end` stays behind the last piece."""
        self.end = self.at
        if self.text[self.at : self.at + 1] not in BLANKS:
            return
        m = BLANK.match(self.text, self.at)
        if m is not None:
            self.at = m.end()
        if self.text.startswith("/*", self.at):
            self.fail("*/")

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def peek(self) -> str:
        """The next mark or the whole next word, "" at the end."""
        if self._peeked == self.at:
            return self._piece
        m = WORD.match(self.text, self.at)
        if m is not None:
            piece = m[0]
        else:
            two = self.text[self.at : self.at + 2]
            piece = two if two in MARKS else two[:1]
        self._peeked, self._piece = self.at, piece
        return piece

    def take(self, piece: str) -> bool:
        """Moves over this mark or word when it is next."""
        if self.peek() != piece:
            return False
        self.at += len(piece)
        self.skip()
        return True

    def need(self, piece: str) -> None:
        if not self.take(piece):
            self.fail(piece)

    def move(self, at: int) -> None:
        self.at = at
        self.skip()

    def number(self) -> Decimal | None:
        m = NUMBER.match(self.text, self.at)
        if m is None:
            return None
        span = m.span()
        value = ZERO
        if sum(c.isdigit() for c in m[0].partition("e")[0].partition("E")[0]) > self.limits.digits:
            self.note("rules.limit", span, **limit_params("digits", self.limits.digits))
        else:
            value = Decimal(m[0])
        if not value.is_finite() or (value and not -6176 <= value.adjusted() <= 6144):
            self.note("rules.limit", span, **limit_params("exponent", 6144))
            value = ZERO
        if WORD.match(self.text, m.end()):
            self.fail("operator", m.end())
        self.move(m.end())
        return value

    def string(self) -> str | None:
        if not self.text.startswith('"', self.at):
            return None
        m = STRING.match(self.text, self.at)
        if m is None:
            self.fail('"', len(self.text))
        return self.text_value(ESCAPE.sub(_escape, m[1]), m)

    def text_value(self, value: str, m: re.Match[str]) -> str:
        """A string read as `m`, checked; moves behind it."""
        try:
            value = value.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise Broken(Problem("feel.character", span=m.span())) from None
        if len(value) > self.limits.string:
            self.limit("string", self.limits.string, m.span())
        self.move(m.end())
        return value

    def quoted_name(self) -> str | None:
        """A name in backticks."""
        if not self.text.startswith("`", self.at):
            return None
        close = self.text.find("`", self.at + 1)
        if close < 0:
            self.fail("`", len(self.text))
        name = self.text[self.at + 1 : close]
        self.move(close + 1)
        return name

    def known(self, index: NameIndex) -> tuple[str, int] | None:
        """The longest known name that stands here, and where it ends."""
        first = CHUNK.match(self.text, self.at)
        if first is None:
            return None
        for parts, name in index.by_first.get(first[0], ()):
            end = self._matches(parts)
            if end is not None:
                return name, end
        return None

    def _matches(self, parts: tuple[str, ...]) -> int | None:
        at = end = self.at
        for part in parts:
            while at < len(self.text) and self.text[at].isspace():
                at += 1
            m = CHUNK.match(self.text, at)
            if m is None or m[0] != part:
                return None
            at = end = m.end()
        return end

    def words(self, extra: frozenset[str] = frozenset()) -> str | None:
        """An unknown name: words beside each other up to a keyword."""
        found: list[str] = []
        end = self.at
        while True:
            m = WORD.match(self.text, self.at)
            if m is None or m[0] in KEYWORDS or m[0] in extra:
                break
            found.append(m[0])
            end = m.end()
            self.move(end)
        self.end = end if found else self.end
        return " ".join(found) or None


def _escape(m: re.Match[str]) -> Any:
    if m[1] or m[2]:
        code = int(m[1] or m[2], 16)
        return chr(code) if code < 0x110000 else m[0]
    return PLAIN.get(m[3], m[0])
