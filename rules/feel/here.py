"""What stands at a place of a formula, however unfinished: a name with its type and origin, or a function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import NamedTuple

from .complete import bound_types, member_types
from .excel_scan import ExcelScanner
from .functions import INDEX, ROWS
from .functions.table import Row
from .limits import LIMITS
from .scope import NameIndex, Scope
from .syntax import Span
from .tokens import KEYWORDS, Broken, Scanner
from .types import type_text


@dataclass(frozen=True, slots=True)
class Here:
    """What stands there.

    kind      name (a Fact), member (a part of one), variable (of a loop) or function
    span      in code points; name: as it is known, without backticks
    label     {"zh-CN", "en"} of a Fact; type: as text; unit, origin and nullable as its scope has them
    row       of a function
    """

    kind: str
    span: Span
    name: str
    label: Mapping[str, str] = part(default_factory=dict)
    type: str = ""
    unit: str = ""
    origin: str = ""
    nullable: bool = False
    row: Row | None = None


class _Piece(NamedTuple):
    kind: str
    span: Span
    name: str


def here(text: str, at: int, scope: Scope, dialect: str = "feel") -> Here | None:
    """The name or function at a place (in code points), also where it ends there; None where none stands."""
    if len(text) > LIMITS.text:
        return None
    found: _Piece | None = None
    for each in _pieces(text, scope, dialect):
        if each.span[0] > at:
            break
        if at <= each.span[1]:
            found = each
    return _told(found, text, scope) if found is not None else None


def _pieces(text: str, scope: Scope, dialect: str) -> Iterator[_Piece]:
    """The words of a text in their order, up to where it can no longer be read."""
    dotted = False
    try:
        scan = (ExcelScanner if dialect == "excel" else Scanner)(text, LIMITS)
        while not scan.done:
            start = scan.at
            after, dotted = dotted, False
            if scan.string() is not None or (not after and scan.number() is not None):
                continue
            quoted = scan.quoted_name()
            if quoted is not None:
                yield _Piece("member" if after else "name", (start, scan.end), quoted)
                continue
            word = _word(scan, scope, after)
            if word is not None:
                yield word
            else:
                mark = scan.peek()
                dotted = mark == "."
                scan.move(start + max(1, len(mark)))
    except Broken:
        return


def _word(scan: Scanner, scope: Scope, after: bool) -> _Piece | None:
    """The function, the known name or the single word that stands here; moves behind it."""
    start = scan.at
    index = NameIndex(member_types(scan.text[:start], scope)) if after else scope.index
    known = scan.known(index)
    called = None if after else _called(scan)
    if called is not None and (known is None or known[1] <= called[1]):
        kind, (name, end) = "function", called
    elif known is not None:
        kind, (name, end) = "member" if after else "name", known
    else:
        name = scan.peek()
        kind, end = "member" if after else "word", start + len(name)
        if not (name[:1].isalpha() or name[:1] == "_") or name in KEYWORDS:
            return None
    scan.move(end)
    return _Piece(kind, (start, end), name)


def _called(scan: Scanner) -> tuple[str, int] | None:
    """The built-in that is called here, and where its name ends."""
    if isinstance(scan, ExcelScanner):
        name = scan.function()
        if name is not None and name in ROWS:
            return name, scan.at + len(name)
    found = scan.known(INDEX)
    return found if found is not None and scan.text[found[1] :].lstrip()[:1] in ("(", "（") else None


def _told(piece: _Piece, text: str, scope: Scope) -> Here | None:
    kind, span, name = piece
    before = text[: span[0]]
    if kind == "function":
        row = ROWS[name]
        return Here(kind, span, name, row.help, row.result, row=row)
    if kind == "member":
        found = member_types(before, scope).get(name)
        return Here(kind, span, name, type=type_text(found)) if found is not None else None
    bound = bound_types(before, scope).get(name)
    if bound is not None:
        return Here("variable", span, name, type=type_text(bound))
    entry = scope.entries.get(name)
    if entry is None:
        return None
    return Here("name", span, name, entry.labels, type_text(scope.types[name]), entry.unit or "", entry.origin,
                entry.nullable)  # fmt: skip
