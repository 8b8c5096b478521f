"""Writes a formula over several lines where it is too long for one, without touching what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

WIDTH = 72
"""Characters of a line, a Chinese one counted twice; a part that has nowhere to break may be longer."""
STEP = "  "
PIECE = re.compile(
    r'"(?:[^"\\]|\\.)*"|`[^`]*`|\d[\d.]*[eE][+-]?\d+|[\w.]+|[()\[\]{},;]|[^\w\s()\[\]{},;"`]+|\s+', re.DOTALL
)
OPENING, CLOSING = "([{", ")]}"
OPERATORS = (("or",), ("and",), ("+", "-", "&"), ("*", "/"))
"""Where a line is broken before, the loosest first."""
COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|(//|/\*)', re.DOTALL)


def has_comment(text: str) -> bool:
    """Whether a FEEL text holds a comment, which no printer knows of."""
    return any(m[1] for m in COMMENT.finditer(text))


def laid_out(text: str, width: int = WIDTH) -> str:
    """A printed formula with line breaks in place of blanks or behind commas and brackets."""
    return "\n".join(_lines(text.strip(), "", width))


def _width(text: str) -> int:
    return sum(1 if ord(c) < 0x1100 else 2 for c in text)


def _lines(text: str, indent: str, width: int) -> list[str]:
    if _width(indent + text) <= width:
        return [indent + text]
    pieces = [m for m in PIECE.finditer(text) if not m[0].isspace()]
    depths = list(_depths([m[0] for m in pieces]))
    parts = _branches(text, pieces, depths)
    for signs in OPERATORS:
        if len(parts) < 2:
            parts = _split(text, [m.start() for m, depth in zip(pieces[1:], depths[1:], strict=True)
                                  if depth == 0 and m[0] in signs and text[m.start() - 1] == " "])  # fmt: skip
    if len(parts) > 1:
        first, *rest = parts
        made = _lines(first, indent, width)
        for each in rest:
            word, _, more = each.partition(" ")
            deeper = indent if word == "else" and more.startswith("if ") else indent + STEP
            inner = _lines(more, deeper, width)
            made += [f"{indent}{word} {inner[0].strip()}", *inner[1:]]
        return made
    return _bracketed(text, pieces, depths, indent, width)


def _depths(pieces: list[str]) -> Iterator[int]:
    """How many brackets are open around each piece; those that open or close stand outside themselves."""
    depth = 0
    for piece in pieces:
        depth -= piece in CLOSING
        yield depth
        depth += piece in OPENING


def _branches(text: str, pieces: list[re.Match[str]], depths: list[int]) -> list[str]:
    """The parts of a condition, a loop or a test over a list that begins the text."""
    if not pieces or pieces[0][0] not in ("if", "for", "some", "every"):
        return []
    wanted = ("then", "else") if pieces[0][0] == "if" else ("return", "satisfies")
    nested = 0
    places: list[int] = []
    for m, depth in zip(pieces[1:], depths[1:], strict=True):
        if depth:
            continue
        if m[0] in ("if", "for", "some", "every"):
            nested += 1
        elif m[0] in wanted and not nested:
            places.append(m.start())
            if m[0] in ("else", "return", "satisfies"):
                break
        elif m[0] in ("else", "return", "satisfies") and nested:
            nested -= 1
    return _split(text, places)


def _split(text: str, places: list[int]) -> list[str]:
    if not places:
        return []
    edges = [0, *places, len(text)]
    return [text[one:other].strip() for one, other in pairwise(edges)]


def _bracketed(text: str, pieces: list[re.Match[str]], depths: list[int], indent: str, width: int) -> list[str]:
    """The outermost bracket that is longest, with what stands between its commas on lines of their own."""
    best: tuple[int, int, int] | None = None
    for at, m in enumerate(pieces):
        if depths[at] == 0 and m[0] in OPENING:
            end = next((k for k in range(at + 1, len(pieces)) if depths[k] == 0 and pieces[k][0] in CLOSING), None)
            if end is not None and end > at + 1 and (best is None or end - at > best[0]):
                best = (end - at, at, end)
    if best is None:
        return [indent + text]
    _, at, end = best
    commas = [m.end() for m, depth in zip(pieces[at:end], depths[at:end], strict=True) if depth == 1 and m[0] in ",;"]
    edges = [pieces[at].end(), *commas, pieces[end].start()]
    inner = [text[one:other].strip() for one, other in pairwise(edges)]
    lines = [indent + text[: edges[0]]]
    for each in inner:
        lines += _lines(each, indent + STEP, width)
    lines.append(indent + text[edges[-1] :])
    return lines
