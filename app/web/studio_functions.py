"""The functions of the formula language for the reference: by group and search; what a formula tried there gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from app.edge.locale import label, problem_text
from rules import Cause, Invalid, Limits, Problem, Scope, compile_formula
from rules.feel.constructs import Construct, constructs
from rules.feel.functions import ROWS
from rules.feel.functions.table import GROUPS, Example, Param, Row
from rules.feel.functions.text import text_of
from rules.feel.nearest import initials
from rules.feel.types import LABELS, UnknownType, kind_label, kind_of, type_of_text
from rules.problem import errors

LONGEST = Limits().text
SHOWN = 2_000
"""Characters of a result the page shows."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as the reference lists it; `others` are names it may also have."""

    name: str
    kind: str
    optional: bool
    nullable: bool
    several: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """An example, with the dialect it can be tried in: lists are written in FEEL, whatever function they are for."""

    text: str
    value: str
    dialect: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A function or a way to write: `anchor` is its place in the page, `call` its signature or form."""

    anchor: str
    name: str
    call: str
    help: str
    result: str
    parameters: tuple[Parameter, ...]
    examples: tuple[Trial, ...]
    differs: str


@dataclass(frozen=True, slots=True)
class Group:
    key: str
    entries: tuple[Entry, ...]


def kind_words(kind: str) -> str:
    """A kind or a type text in the reader's language; types of parts as they are written."""
    if kind in LABELS:
        return label(kind_label(kind))
    try:
        found = type_of_text(kind)
    except UnknownType:
        return kind
    inside = kind_words(found.item.kind) if found.item is not None and found.kind == "list" else ""
    outside = label(kind_label(found.kind))
    return f"{outside}<{inside}>" if inside else outside


def groups(dialect: str, search: str = "") -> list[Group]:
    """What a dialect knows, in the order of the help: ways to write first; only what fits a search."""
    found = [Group("constructs", tuple(_construct(each, dialect) for each in constructs(dialect)))]
    rows = [row for row in ROWS.values() if row.dialect == dialect]
    found += [Group(key, tuple(_row(row) for row in rows if row.group == key)) for key in GROUPS]
    wanted = search.lower()
    chosen = [Group(group.key, tuple(each for each in group.entries if _fits(each, wanted))) for group in found]
    return [group for group in chosen if group.entries]


def _fits(entry: Entry, wanted: str) -> bool:
    """By name, signature or help in either language; Chinese help also by the initials of its pinyin."""
    if not wanted:
        return True
    row = ROWS.get(entry.name)
    told: Mapping[str, str] = row.help if row is not None else {"": entry.help}
    texts = [entry.name, entry.call, entry.help, *told.values()]
    return any(wanted in text.lower() for text in texts) or (wanted.isascii() and wanted in initials(entry.help))


def _row(row: Row) -> Entry:
    return Entry(
        _anchor(row.name), row.name, row.signature, label(row.help), kind_words(row.result),
        tuple(map(_parameter, row.params)), _trials(row.examples, row.dialect), label(row.differs),
    )  # fmt: skip


def _construct(each: Construct, dialect: str) -> Entry:
    anchor = f"way-{each.key.replace('_', '-')}"
    return Entry(anchor, "", label(each.form), label(each.help), "", (), _trials(each.examples, dialect), "")


@cache
def _trials(examples: tuple[Example, ...], dialect: str) -> tuple[Trial, ...]:
    return tuple(Trial(*each, dialect if _readable(each.text, dialect) else "feel") for each in examples)


def _readable(text: str, dialect: str) -> bool:
    try:
        compile_formula(text, Scope({}), dialect)
    except Invalid:
        return False
    return True


def _anchor(name: str) -> str:
    """``fn-date-and-time`` for FEEL's, ``xl-stdev-s`` for Excel's: both may have one of the same name."""
    prefix = "xl" if name.isupper() else "fn"
    return f"{prefix}-" + "-".join(name.lower().replace(".", " ").split())


def _parameter(param: Param) -> Parameter:
    several = param.variadic or param.rest
    return Parameter(param.names[0], kind_words(param.type), param.optional, param.nullable, several, param.names[1:])


# trying one ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    message: str
    severity: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A formula that was tried: its value as text, or why it has none; `other` is how the other dialect writes it.

    done  it was computed, or refused; value: None where it has none; cut: the text of the value is longer
    """

    text: str
    dialect: str
    done: bool = False
    value: str | None = None
    kind: str = ""
    cut: bool = False
    causes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    other: str | None = None
    exact: bool = True


def tried(text: str, dialect: str, now: datetime) -> Tried:
    """A formula evaluated without any field."""
    if not text.strip():
        return Tried(text, dialect)
    try:
        formula = compile_formula(text, Scope({}), dialect)
    except Invalid as invalid:
        return Tried(text, dialect, True, findings=_findings(errors(invalid.problems)))
    outcome = formula.evaluate({}, now)
    value = "" if outcome.value is None else text_of(outcome.value, True)
    other = formula.shown("excel" if dialect == "feel" else "feel")
    return Tried(
        text, dialect, True, value[:SHOWN] or None, kind_words(kind_of(outcome.value)), len(value) > SHOWN,
        tuple(map(_cause, outcome.causes)), _findings(formula.warnings), other.text if other else None,
        other.exact if other else True,
    )  # fmt: skip


def _findings(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    return tuple(Finding(problem_text(problem), problem.severity) for problem in problems)


def _cause(cause: Cause) -> str:
    return problem_text(Problem(f"cause.{cause.code}", "", cause.params))
