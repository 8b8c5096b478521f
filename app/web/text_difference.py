"""Two texts line by line: what went, what came, and a little of what stayed around it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

MANY = 4000  # lines


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of a comparison: its number in the old and the new text, and what became of it (+, -, blank, …)."""

    old: int | None
    new: int | None
    sign: str
    text: str


def difference(old: str, new: str, around: int = 3) -> list[TextLine]:
    """The lines that differ, with a few around them; "…" where lines are left out."""
    before, after = old.splitlines(), new.splitlines()
    found: list[TextLine] = []
    large = len(before) + len(after) > MANY  # then speed matters more than the smallest difference
    for group in difflib.SequenceMatcher(None, before, after, autojunk=large).get_grouped_opcodes(around):
        if found or group[0][1] > 0:
            found.append(TextLine(None, None, "…", ""))
        for tag, a0, a1, b0, b1 in group:
            if tag == "equal":
                found += [TextLine(a0 + n + 1, b0 + n + 1, " ", before[a0 + n]) for n in range(a1 - a0)]
                continue
            found += [TextLine(n + 1, None, "−", before[n]) for n in range(a0, a1)]
            found += [TextLine(None, n + 1, "+", after[n]) for n in range(b0, b1)]
    return found
