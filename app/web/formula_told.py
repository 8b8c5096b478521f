"""What is told to who writes a formula, in words and with offsets as browsers count: UTF-16 units."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.edge.locale import has_text, problem_text, t
from app.web.studio_functions import kind_words
from app.web.table_words import unit_words
from rules import Invalid, Problem, Scope
from rules.feel.complete import Completion, Completions, Within
from rules.feel.functions import ROWS
from rules.feel.functions.table import Param, Row
from rules.feel.here import Here
from rules.feel.mend import Mend, mends
from rules.feel.review import Review, formatted
from rules.feel.show import Shown, Unshown

EXAMPLES = 2
SHORT = 40


def point(text: str, at: int) -> int:
    """UTF-16 units to code points."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * max(0, at)].decode("utf-16-le", "ignore"))


def span_units(text: str, span: tuple[int, int]) -> list[int]:
    """A span of code points in UTF-16 units."""
    return [len(text[:edge].encode("utf-16-le", "surrogatepass")) // 2 for edge in span]


def review_told(found: Review, text: str, dialect: str) -> dict[str, Any]:
    """A review as JSON."""
    pairs = zip(found.problems, found.mends, strict=True)
    return {
        "problems": [_problem(each, mended, text) for each, mended in pairs],
        "type": found.type,
        "type_words": kind_words(found.type) if found.type else "",
        "names": list(found.names),
        "canonical": found.canonical,
        "other": {"text": found.other.text, "exact": found.other.exact} if isinstance(found.other, Shown) else None,
        "other_why": _why_not(found, text, dialect),
        "completions": _completions(found.completions, text),
        "within": _within(found.within),
        "here": _here(found.here, text),
    }


def _problem(problem: Problem, mended: Iterable[Mend], text: str) -> dict[str, Any]:
    return {
        "code": problem.code, "message": problem_text(problem), "severity": problem.severity,
        "span": span_units(text, problem.span or (0, len(text))), **_fixes(mended, text),
    }  # fmt: skip


def fixes(problem: Problem, text: str, scope: Scope, dialect: str = "feel", unary: bool = False) -> dict[str, Any]:
    """``{"fixes": …}`` of a problem of this text, nothing where only its author knows what is meant."""
    return _fixes(mends(problem, text, scope, dialect, unary), text)


def _fixes(mended: Iterable[Mend], text: str) -> dict[str, Any]:
    found = [
        {
            "span": span_units(text, each.span), "text": each.text,
            "words": t(f"formula.fix.{each.kind}", text=each.text.strip("`") if each.kind == "near" else each.text),
        }
        for each in mended
    ]  # fmt: skip
    return {"fixes": found} if found else {}


def _why_not(found: Review, text: str, dialect: str) -> str | None:
    """Why the other dialect does not say exactly the same; None where it does."""
    name = t(f"formula.dialect.{'excel' if dialect == 'feel' else 'feel'}")
    if any(each.severity == "error" for each in found.problems):
        return t("formula.other.broken", dialect=name)
    if isinstance(found.other, Unshown):
        part = " ".join(text[slice(*found.other.span)].split())
        return t("formula.other.none", dialect=name, text=part if len(part) <= SHORT else f"{part[:SHORT]}…")
    if not isinstance(found.other, Shown):
        return None
    reasons = [*found.other.differs, *(("comments",) if found.comments else ())]
    return " ".join(t(f"formula.other.{each}", dialect=name) for each in reasons) or None


def layout_told(found: Review, text: str, scope: Scope, dialect: str, unary: bool) -> dict[str, Any]:
    """The text written anew and, where it stays as it is, why."""
    if found.comments:
        return {"text": None, "why": t("formula.format.comments")}
    try:
        made = None if unary else formatted(text, scope, dialect)
    except Invalid:
        return {"text": None, "why": t("formula.format.broken")}
    return {"text": made, "why": t("formula.format.differs") if made is None else None}


def _unit(unit: str) -> str:
    """A unit as designers call it; one the product does not know is its own name."""
    key = f"js.card.unit.{unit}"
    return t(key) if has_text(key) else unit_words(unit)


# what stands and may stand there --------------------------------------------------------------------------------------


def _completions(found: Completions | None, text: str) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"span": span_units(text, found.span), "items": [_item(each) for each in found.items]}


def _item(each: Completion) -> dict[str, Any]:
    made = {
        "kind": each.kind, "text": each.text, "name": each.name, "label": dict(each.label), "type": each.type,
        "type_words": kind_words(each.type) if each.type else "",
        "detail": _unit(each.detail) if each.kind == "name" else each.detail,
    }  # fmt: skip
    return {**made, "examples": _examples(ROWS[each.name])} if each.kind == "function" else made


def _examples(row: Row) -> list[list[str]]:
    return [[each.text, each.value] for each in row.examples[:EXAMPLES]]


def _within(found: Within | None) -> dict[str, Any] | None:
    if found is None:
        return None
    made = _function(found.row)
    return {**made, "argument": min(found.argument, max(0, len(made["params"]) - 1))}


def _function(row: Row) -> dict[str, Any]:
    return {
        "name": row.name, "signature": row.signature, "help": dict(row.help), "differs": dict(row.differs),
        "result": kind_words(row.result), "params": [_param(each) for each in row.params],
        "examples": _examples(row),
    }  # fmt: skip


def _param(param: Param) -> dict[str, Any]:
    return {
        "name": param.names[0], "kind": kind_words(param.type), "optional": param.optional,
        "nullable": param.nullable, "several": param.variadic or param.rest,
    }  # fmt: skip


def _here(found: Here | None, text: str) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "kind": found.kind, "span": span_units(text, found.span), "name": found.name, "label": dict(found.label),
        "type_words": kind_words(found.type) if found.type else "", "unit": _unit(found.unit),
        "origin": found.origin, "nullable": found.nullable,
        "function": None if found.row is None else _function(found.row),
    }  # fmt: skip
