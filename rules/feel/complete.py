"""What can be written at a place of a formula: names with their labels, functions, parts of a value, allowed texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from typing import Any

from .excel_print import ExcelPrinter
from .functions import ROWS
from .functions.table import Row
from .nearest import initials
from .operators import PROPERTIES
from .printing import Printer, text_literal
from .scope import Scope
from .syntax import Literal
from .tokens import KEYWORDS, WORD
from .types import Type, type_text

MOST = 40
REACH = 60
"""How far back a name with blanks in it may have begun."""
_NAME = r"(?:`[^`]*`|[^\W\d]\w*)(?:\s*\[[^\[\]]*\])*"
NAMED = re.compile(rf"{_NAME}(?:\s*\.\s*{_NAME})*\Z")
FILTER = re.compile(r"\[[^\[\]]*\]")
BOUND = re.compile(r"\b(?:for|some|every)\s+([^\W\d]\w*)\s+in\s+([^\W\d][\w.]*)")
COMPARED = re.compile(r'(=|!=|<>|\bin)\s*[(\[（]?\s*(?:"[^"]*"\s*[,，]\s*)*\Z')
BLANK = re.compile(r"\s")
WRITTEN = frozenset({"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between",
                     "instance", "of", "function", "true", "false", "null", "not"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing that can stand there.

    kind    name, member, function, keyword or value; text: what is put in place of the span
    label   {"zh-CN", "en"} of a name, or the help of a function; type: of its value; detail: signature or unit
    """

    kind: str
    text: str
    name: str
    label: Mapping[str, str] = part(default_factory=dict)
    type: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Completions:
    """`span` is what is replaced, in code points; items: the likeliest first."""

    span: tuple[int, int]
    items: tuple[Completion, ...]


def completions(text: str, at: int, scope: Scope, dialect: str = "feel") -> Completions:
    """What may stand at a place (in code points), given what is written before it."""
    at = max(0, min(at, len(text)))
    before = text[:at]
    opened = _open_text(before, dialect)
    if opened is not None:
        return Completions((opened, at), tuple(_values(before[:opened], before[opened + 1 :], scope)))
    dotted = _dotted(before)
    if dotted is not None:
        start, members = dotted
        found = [Completion("member", _member(name, scope), name, type=type_text(kind))
                 for name, kind in member_types(before[:start], scope).items()] if members else []  # fmt: skip
        return Completions((start, at), _best(before[start:], found))
    start, known = _begun(before, scope, dialect)
    values = [each for each in _values(before[:start], before[start:], scope) if "`" not in before[start:]]
    return Completions((start, at), (*values, *_best(before[start:], known)[: MOST - len(values)]))


# ---------------------------------------------------------------------- where the cursor stands
def _open_text(before: str, dialect: str) -> int | None:
    """Where the text literal that is still open begins."""
    start: int | None = None
    at = 0
    while at < len(before):
        c = before[at]
        if c == "\\" and start is not None and dialect == "feel":
            at += 1
        elif c == '"':
            start = at if start is None else None
        at += 1
    return start


def _dotted(before: str) -> tuple[int, bool] | None:
    """Where the name behind a dot begins; False where the dot stands behind a number."""
    m = re.search(r"\.\s*([\w`]*)\Z", before)
    if m is None or before[: m.start()].endswith("."):
        return None
    return m.start(1), not re.search(r"\d\Z", before[: m.start()]) or bool(NAMED.search(before[: m.start()]))


def _begun(before: str, scope: Scope, dialect: str) -> tuple[int, list[Completion]]:
    """Where the name being written begins: the farthest word from which a known name goes on, else the last word."""
    own = [Completion("name", name, name, type=type_text(kind)) for name, kind in bound_types(before, scope).items()]
    known = [*own, *_known(scope, dialect)]
    names = [each.name.lower() for each in known]
    m = re.search(r"[\w`]*\Z", before)
    last = m.start() if m is not None else len(before)
    starts = [w.start() for w in re.finditer(r"(?<![\w`])[^\W\d]", before[-REACH:])]
    offset = max(0, len(before) - REACH)
    for start in starts:
        typed = before[offset + start :].lower()
        if offset + start < last and any(name.startswith(typed) for name in names):
            return offset + start, known
    return last, known


# ---------------------------------------------------------------------- what is known
def _known(scope: Scope, dialect: str) -> Iterator[Completion]:
    yield from _names(scope, dialect)
    first = [row for row in ROWS.values() if row.dialect == dialect]
    rest = [row for row in ROWS.values() if row.dialect != dialect]
    for row in (*first, *rest):
        if row.group != "blanks":
            yield Completion("function", f"{row.name}(", row.name, row.help, row.result, row.signature)
    if dialect == "feel":
        for word in sorted(WRITTEN & KEYWORDS):
            yield Completion("keyword", word, word)


def _names(scope: Scope, dialect: str) -> Iterator[Completion]:
    quoted = Printer(Literal((0, 0), None), scope).name if dialect == "feel" else ExcelPrinter(scope, {}).quoted
    for name, entry in scope.entries.items():
        kind = type_text(scope.types[name])
        written = quoted(name)
        if BLANK.search(written) and not written.startswith("`"):
            written = f"`{name}`"  # two words that stand by themselves could be read as two names by its reader
        yield Completion("name", written, name, entry.labels, kind, entry.unit or "")


def _member(name: str, scope: Scope) -> str:
    return Printer(Literal((0, 0), None), scope).member(name)


def member_types(before: str, scope: Scope) -> Mapping[str, Type]:
    """The parts of what stands before a dot: of a Fact, of a part of one, or of a variable of a loop."""
    before = before.rstrip().removesuffix(".").rstrip()
    m = NAMED.search(before)
    if m is None:
        return {}
    names = [name.strip().strip("`") for name in FILTER.sub("", m[0]).split(".")]
    found = bound_types(before, scope).get(names[0])
    if found is None:
        first = before[: m.end()] if len(names) == 1 else before[: m.start() + len(names[0])]
        found = scope.types.get(_longest(FILTER.sub("", first), names[0], scope))
    for name in names[1:]:
        found = _parts(found).get(name) if found is not None else None
    return _parts(found) if found is not None else {}


def bound_types(before: str, scope: Scope) -> dict[str, Type]:
    """Variables of loops over Facts or their parts, with the type of an item."""
    found: dict[str, Type] = {}
    for m in BOUND.finditer(before):
        first, *rest = m[2].split(".")
        kind = found.get(first) or scope.types.get(first)
        for name in rest:
            kind = _parts(kind).get(name) if kind is not None else None
        if kind is not None:
            found[m[1]] = kind.item if kind.kind == "list" and kind.item is not None else kind
    return found


def _longest(before: str, word: str, scope: Scope) -> str:
    """The Fact whose name ends here: names may hold blanks."""
    ends = [name for name in scope.entries if before.endswith(name)]
    return max(ends, key=len, default=word)


def _parts(found: Type) -> Mapping[str, Type]:
    inside = found.item if found.kind == "list" and found.item is not None else found
    if inside.kind == "context":
        return dict(inside.fields or ())
    return PROPERTIES.get(inside.kind, {})


def _values(before: str, typed: str, scope: Scope) -> Iterator[Completion]:
    """Allowed texts of the Fact that stands before a comparison, by their beginning, their label or its initials."""
    m = COMPARED.search(before)
    if m is None:
        return
    left = before[: m.start()].rstrip()
    names = [name for name in scope.entries if left.endswith((name, f"`{name}`"))]
    entry = scope.entries.get(max(names, key=len, default=""))
    if entry is None:
        return
    texts = (value for value in dict.fromkeys((*entry.allowed, *entry.choices)) if isinstance(value, str))
    known = (Completion("value", text_literal(text), text, entry.choices.get(text, {})) for text in texts)
    yield from _best(typed, known)


# ---------------------------------------------------------------------- order
def _best(typed: str, known: Iterable[Completion]) -> tuple[Completion, ...]:
    wanted = typed.strip("`").lower()
    ranked = []
    for place, each in enumerate(known):
        rank = _rank(wanted, each)
        if rank is not None:
            ranked.append((rank, place, each))
    ranked.sort(key=lambda entry: entry[:2])
    return tuple(each for _, _, each in ranked[:MOST])


def _rank(wanted: str, each: Completion) -> int | None:
    """0 where the name begins so, 1 its label, 2 its pinyin initials, 3 where it stands inside; None: it does not."""
    name = each.name.lower()
    if name.startswith(wanted):
        return 0
    if each.kind == "keyword":
        return None
    labels = [text.lower() for text in each.label.values()] if each.kind != "function" else []
    if any(label.startswith(wanted) for label in labels):
        return 1
    if wanted.isascii() and any(initials(text).startswith(wanted) for text in (name, *labels) if not text.isascii()):
        return 2
    return 3 if len(wanted) > 1 and any(wanted in text for text in (name, *labels)) else None


# ---------------------------------------------------------------------- the call around
@dataclass(frozen=True, slots=True)
class Within:
    """The call the cursor stands in: its row, and which argument is being written, from 0."""

    row: Row
    argument: int


def within(text: str, at: int, dialect: str = "feel") -> Within | None:
    """The innermost call of a built-in function that is open at a place."""
    opened: list[tuple[str, Any]] = []
    inside = False
    at = max(0, min(at, len(text)))
    skip = -1
    for place, c in enumerate(text[:at]):
        if place <= skip:
            continue
        if c == "\\" and inside and dialect == "feel":
            skip = place + 1
        elif c == '"':
            inside = not inside
        elif inside:
            continue
        elif c in "([{（":
            opened.append((c, [_called(text[:place]) if c in "(（" else None, 0]))
        elif c in ")]}）" and opened:
            opened.pop()
        elif c in ",，;；" and opened:
            opened[-1][1][1] += 1
    for _, (row, argument) in reversed(opened):
        if row is not None:
            return Within(row, argument)
    return None


def _called(before: str) -> Row | None:
    """The function whose name ends here, the longest first; it may be of several words."""
    words = list(re.finditer(r"[^\W\d][\w.]*", before))
    for word in words[-5:]:
        name = " ".join(before[word.start() :].split())
        row = ROWS.get(name) or ROWS.get(name.upper())
        if row is not None and WORD.match(name):
            return row
    return None
