"""What only the server can say of a body in a designer: formulas in words, whole Bands, what the examples earn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from app.edge.formula_words import say
from app.edge.locale import has_text, label, problem_text, t
from app.web.studio_table_words import card_tables
from app.web.studio_words import scorecard_labels
from rules import Formula, Invalid, Problem, Scorecard, compile_scorecard
from rules.bands import read_bands
from rules.facts import read_facts
from rules.problem import errors
from rules.rating import rate
from rules.scorecard_compile import EXAMPLE_TIME

Body = Mapping[str, Any]
UNFILLED = (
    "schema.too_short", "schema.pattern", "schema.required", "schema.type", "schema.choice",
    "form.member_size", "form.member_value", "form.member_missing",
)  # fmt: skip


def scorecard_words(body: Body) -> dict[str, Any]:
    """Of a scorecard: `sound` by place of the Bands, `formulas` in words by place, `outcomes` of the examples in order,
    `tables` by place.

    A draft that does not compile has no outcomes, null, and sentences of formulas within its tables alone.
    """
    factors = _objects(body.get("factors"))
    sound = {f"/body/factors/{index}/bands": _sound(factor) for index, factor in enumerate(factors)}
    inner = card_tables(body)
    made = _compiled(body)
    if made is None:
        return {"sound": sound, "outcomes": None, **inner}
    formulas = {**_formulas(made), **inner["formulas"]}
    return {"sound": sound, "formulas": formulas, "outcomes": _outcomes(made, body), "tables": inner["tables"]}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each if isinstance(each, Mapping) else {} for each in value] if isinstance(value, list) else []


def _sound(factor: Mapping[str, Any]) -> bool:
    """True where the Bands name Points for each value exactly once."""
    try:
        _, found = read_bands(factor["bands"], None)
    except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation):
        return False  # not written to the end
    return not errors(found)


def _compiled(body: Body) -> Scorecard | None:
    """The scorecard without its examples, which need not come out right to be worked through."""
    try:
        return compile_scorecard({**body, "examples": []})
    except Invalid:
        return None


def _formulas(card: Scorecard) -> dict[str, str]:
    labels = scorecard_labels(card)
    found = {f"/body{factor.path}/value": say(factor.formula, labels) for factor in card.factors}
    found |= {f"/body{rule.path}/when": say(rule.when, labels) for rule in card.knockouts}
    for derived in card.formulas:
        if isinstance(derived.formula, Formula):
            found[f"/body{derived.path}/text"] = say(derived.formula, labels)
    return {place: words for place, words in found.items() if words}


def _outcomes(card: Scorecard, body: Body) -> list[dict[str, Any] | None]:
    """What each example earns as the draft stands; null where it cannot be worked through."""
    return [_outcome(card, item) for item in _objects(body.get("examples"))]


def _outcome(card: Scorecard, item: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        values, found = read_facts(card.facts, item["facts"], "")
        now = datetime.fromisoformat(item["now"]).astimezone(UTC) if item.get("now") else EXAMPLE_TIME
        score = None if found else rate(card, values, now, item.get("variant"), trace=False)
    except (Invalid, KeyError, TypeError, AttributeError, ValueError, OverflowError):
        return None  # its own Problem says what is wrong with it
    if score is None:
        return None
    return {"total": _text(score.total), "grade": score.final_grade, "model_grade": score.model_grade,
            "coverage_percent": _text(score.coverage_percent), "hits": [hit.id for hit in score.hits]}  # fmt: skip


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def told(problem: Problem, body: Body) -> str:
    """The sentence of a Problem for somebody who fills in controls, not JSON: what is still empty is asked for."""
    *_, around, member = ("", *problem.path.split("/"))
    if around in ("then", "allowed"):
        member = around  # a text of a list
    if problem.code == "schema.required":
        member = str(problem.params.get("name", ""))
    key = f"design.empty.{member}"
    if problem.code in UNFILLED and has_text(key) and _empty(body, problem):
        return t(key)
    return problem_text(Problem(problem.code, problem.path, _labelled(problem.params, body), problem.span))


def _empty(body: Body, problem: Problem) -> bool:
    if problem.code == "schema.required":
        return True
    value: Any = body
    for part in problem.path.split("/")[1:]:
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, Mapping) else None
    return value in (None, "", [], {})


def _labelled(params: Mapping[str, Any], body: Body) -> dict[str, Any]:
    """Dimensions, Factors and variants by their labels: a reader knows 财务健康度, not `FIN`."""
    found = dict(params)
    for name, part in (("dimension", "dimensions"), ("factor", "factors"), ("variant", "variants")):
        for item in _objects(body.get(part)):
            if name in found and item.get("key") == found[name] and isinstance(item.get("label"), Mapping):
                found[name] = label(item["label"]) or found[name]
    return found
