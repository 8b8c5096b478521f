"""XPath patterns translated for RE2, which runs any pattern in time linear in the text."""

from __future__ import annotations

import functools
import re
from typing import Any

import re2

from .cause import Fault

FLAGS = frozenset("smixq")
LONGEST = 1000
ESCAPED = frozenset("nrt\\|.-^?*+{}()[]$ ")
MULTI = {
    "d": r"\p{Nd}",
    "D": r"\P{Nd}",
    "s": r"\t\n\r ",
    "w": r"\p{L}\p{M}\p{N}\p{S}",
    "i": r"\p{L}\p{Nl}:_",
    "c": r"\p{L}\p{Nl}\p{M}\p{Nd}:_.\-\x{b7}",
}
BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Thai": (0xE00, 0xE7F),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "HangulSyllables": (0xAC00, 0xD7A3),
    "PrivateUse": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
}
_CLASS_SPACE = re.compile(r"\s")
Ranges = list[tuple[int, int]]


class _Reader:
    """Walks an XPath pattern and writes the RE2 one."""

    def __init__(self, pattern: str, fold: bool) -> None:
        self.text = pattern
        self.at = 0
        self.fold = fold
        self.out: list[str] = []

    def bad(self) -> Fault:
        return Fault("pattern", pattern=self.text[:60])

    def next(self) -> str:
        if self.at >= len(self.text):
            raise self.bad()
        self.at += 1
        return self.text[self.at - 1]

    def run(self) -> str:
        while self.at < len(self.text):
            mark = self.next()
            if mark == "\\":
                self.out.append(self.escape())
            elif mark == "[":
                self.out.append(self.group())
            elif mark == ".":
                self.out.append(".")
            elif mark == "(" and self.text.startswith("?", self.at) and not self.text.startswith("?:", self.at):
                raise self.bad()
            else:
                self.out.append(mark)
        return "".join(self.out)

    def escape(self) -> str:
        """One escape outside a class."""
        mark = self.next()
        if mark in "pP":
            return self.property(mark)
        if mark in MULTI:
            return f"[{MULTI[mark]}]"
        if mark.lower() in MULTI:
            return f"[^{MULTI[mark.lower()]}]"
        if mark not in ESCAPED:
            raise self.bad()
        return "\\" + mark if mark in "nrt" else re.escape(mark)

    def property(self, mark: str) -> str:
        close = self.text.find("}", self.at)
        if not self.text.startswith("{", self.at) or close < 0:
            raise self.bad()
        name = self.text[self.at + 1 : close]
        self.at = close + 1
        if name.startswith("Is"):
            block = BLOCKS.get(name[2:])
            if block is None:
                raise self.bad()
            return f"[{'^' if mark == 'P' else ''}\\x{{{block[0]:x}}}-\\x{{{block[1]:x}}}]"
        return f"\\{mark}{{{name}}}"

    # ------------------------------------------------------------------ character classes
    def group(self) -> str:
        """A class: passed on, or worked out where another is subtracted from it."""
        negated, ranges, others, taken = self.members()
        if taken is None:
            return f"[{'^' if negated else ''}{_shown(ranges)}{''.join(others)}]"
        if others or taken[1] or negated:
            raise self.bad()
        left = _without(self.folded(ranges), self.folded(taken[0]))
        return f"[{_shown(left)}]" if left else r"[^\x{0}-\x{10ffff}]"

    def members(self) -> tuple[bool, Ranges, list[str], tuple[Ranges, list[str]] | None]:
        negated = self.text.startswith("^", self.at)
        self.at += negated
        ranges: Ranges = []
        others: list[str] = []
        first = True
        while True:
            mark = self.next()
            if mark == "]" and not first:
                return negated, ranges, others, None
            if mark == "[" or mark == "]":
                raise self.bad()
            if mark == "-" and self.text.startswith("[", self.at):
                self.at += 1
                inverse, inner, more, nested = self.members()
                if inverse or nested is not None or self.next() != "]":
                    raise self.bad()
                return negated, ranges, others, (inner, more)
            first = False
            code = self.code(mark, others)
            if code is None:
                continue
            high = code
            if self.text.startswith("-", self.at) and self.text[self.at + 1 : self.at + 2] not in ("]", "[", ""):
                self.at += 1
                found = self.code(self.next(), others)
                if found is None or found < code:
                    raise self.bad()
                high = found
            ranges.append((code, high))

    def code(self, mark: str, others: list[str]) -> int | None:
        """The code point of a member; None where it was an escape for many, put among the others."""
        if mark != "\\":
            return ord(mark)
        mark = self.next()
        if mark in "pP":
            shown = self.property(mark)
            others.append(shown[1:-1] if shown.startswith("[") and "^" not in shown else shown)
            if shown.startswith("[^"):
                raise self.bad()
            return None
        if mark in MULTI:
            others.append(MULTI[mark])
            return None
        if mark in "SW":
            others.append({"S": r"\S", "W": r"\p{P}\p{Z}\p{C}"}[mark])
            return None
        if mark not in ESCAPED:
            raise self.bad()
        return ord({"n": "\n", "r": "\r", "t": "\t"}.get(mark, mark))

    def folded(self, ranges: Ranges) -> Ranges:
        """With both cases of each letter, where the pattern ignores case."""
        if not self.fold:
            return ranges
        found = list(ranges)
        for low, high in ranges:
            if high - low > 5000:
                raise self.bad()
            for code in range(low, high + 1):
                found += [(ord(c), ord(c)) for c in (chr(code).lower(), chr(code).upper()) if len(c) == 1]
        return found


def _without(ranges: Ranges, taken: Ranges) -> Ranges:
    left = list(ranges)
    for low, high in taken:
        kept: Ranges = []
        for a, b in left:
            if b < low or a > high:
                kept.append((a, b))
                continue
            if a < low:
                kept.append((a, low - 1))
            if b > high:
                kept.append((high + 1, b))
        left = kept
    return left


def _shown(ranges: Ranges) -> str:
    return "".join(f"\\x{{{a:x}}}" if a == b else f"\\x{{{a:x}}}-\\x{{{b:x}}}" for a, b in ranges)


def _unspaced(pattern: str) -> str:
    """Flag x: blanks outside character classes do not count."""
    out: list[str] = []
    level = 0
    at = 0
    while at < len(pattern):
        mark = pattern[at]
        if mark == "\\" and at + 1 < len(pattern) and not (level == 0 and pattern[at + 1].isspace()):
            out.append(pattern[at : at + 2])
            at += 2
            continue
        level = max(0, level + (mark == "[") - (mark == "]"))
        if level or not _CLASS_SPACE.match(mark):
            out.append(mark)
        at += 1
    return "".join(out)


@functools.lru_cache(maxsize=512)
def compile_pattern(pattern: str, flags: str) -> Any:
    """The pattern ready to search with. Raises Fault("pattern") where XPath or RE2 does not know it."""
    if not FLAGS.issuperset(flags) or len(pattern) > LONGEST:
        raise Fault("pattern", pattern=pattern[:60])
    if "q" in flags:
        text = re2.escape(pattern)
    else:
        text = _Reader(_unspaced(pattern) if "x" in flags else pattern, "i" in flags).run()
        if "s" not in flags:
            text = _dots(text)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 4 << 20
    options.case_sensitive = "i" not in flags
    options.dot_nl = "s" in flags
    try:
        return re2.compile(f"(?m:{text})" if "m" in flags else text, options)
    except (re2.error, ValueError):
        raise Fault("pattern", pattern=pattern[:60]) from None


def _dots(text: str) -> str:
    """A dot also stops at a carriage return, which RE2's does not."""
    out: list[str] = []
    level = at = 0
    while at < len(text):
        if text[at] == "\\":
            out.append(text[at : at + 2])
            at += 2
            continue
        level += (text[at] == "[") - (text[at] == "]")
        out.append(r"[^\n\r]" if text[at] == "." and level == 0 else text[at])
        at += 1
    return "".join(out)


_REFERENCE = re.compile(r"\\([\\$])|\$(\d+)|[\\$]")


def expand(replacement: str, m: Any) -> str:
    """The replacement with $0, $1 … filled in. Raises Fault("pattern") for a stray mark."""

    def fill(found: re.Match[str]) -> str:
        if found[1]:
            return found[1]
        if not found[2]:
            raise Fault("pattern", pattern=replacement[:60])
        digits = found[2]
        while len(digits) > 1 and int(digits) > m.re.groups:
            digits = digits[:-1]
        tail = found[2][len(digits) :]
        group = m.group(int(digits)) if int(digits) <= m.re.groups else ""
        return (group or "") + tail

    return _REFERENCE.sub(fill, replacement)
