"""Excel's patterns: ``*`` any text, ``?`` any character, ``~`` before a mark that is meant as such; without case."""

from __future__ import annotations

import re

from ..run import Run

ANY = "\0"
"""Stands for ``?`` inside a part; no text of the language that is searched in can be matched by it by chance."""


class Wildcards:
    """A pattern as the parts between its stars."""

    __slots__ = ("parts",)

    def __init__(self, pattern: str) -> None:
        parts: list[list[str]] = [[]]
        marks = iter(pattern.lower())
        for c in marks:
            if c == "*":
                parts.append([])
            else:
                parts[-1].append(next(marks, "~") if c == "~" else ANY if c == "?" else c)
        self.parts = ["".join(part) for part in parts]

    def fits(self, run: Run, text: str) -> bool:
        """Whether the pattern is all of a text."""
        text = text.lower()
        first, last = self.parts[0], self.parts[-1]
        if len(self.parts) == 1:
            return len(text) == len(first) and _place(run, text, first, 0, len(text)) == 0
        at, end = len(first), len(text) - len(last)
        if at > end or _place(run, text, first, 0, at) or _place(run, text, last, end, len(text)) != end:
            return False
        return self._behind(run, text, self.parts[1:-1], at, end)

    def place(self, run: Run, text: str, start: int) -> int:
        """Where the pattern first stands in a text from `start`; -1 where it does not."""
        text = text.lower()
        at = _place(run, text, self.parts[0], start, len(text))
        found = at >= 0 and self._behind(run, text, self.parts[1:], at + len(self.parts[0]), len(text))
        return at if found else -1

    def _behind(self, run: Run, text: str, parts: list[str], at: int, end: int) -> bool:
        """Whether the parts stand one behind the other; each as early as it can, so that none is tried twice."""
        for part in parts:
            at = _place(run, text, part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True


def _place(run: Run, text: str, part: str, start: int, end: int) -> int:
    """Where a part first stands between two places; -1 where it does not."""
    run.spend(1 + max(0, end - start) // 64)
    if ANY not in part:
        return text.find(part, start, end)
    run.spend(max(0, end - start) * len(part) // 64)
    found = re.compile("".join("." if c == ANY else re.escape(c) for c in part), re.DOTALL).search(text, start, end)
    return found.start() if found is not None else -1
