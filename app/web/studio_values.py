"""Beside a designer: the value of every name and formula of a draft for one customer, for whoever writes a formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.access import Right
from app.edge.locale import format_number, problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading
from app.queries import customers
from app.queries import definitions as queries
from app.services import documents, trial
from app.services.effect import KIND
from app.services.trial import Trial
from app.web.fact_words import fact_text
from app.web.formula_told import span_units
from app.web.unfinished import unfinished
from rules import Formula, Invalid, Outcome, Problem
from rules.feel.functions.text import text_of
from rules.feel.trace import Part
from rules.figures import plain
from rules.problem import pointer

blueprint = Blueprint("studio_values", __name__, url_prefix="/studio/scorecard/<key>/<int:version>/design")
SHOWN = 200
"""Characters of a value that are told."""
MOST = 300
"""Parts of one formula that are told: the outer ones first."""
Told = dict[str, Any]


@blueprint.post("/values")
@access(Right.DEFINITION_WRITE)
def values(key: str, version: int) -> Response:
    """Of the document that is sent, for the customer: names and formulas with value, or causes; nothing is stored."""
    sent = _sent()
    with reading() as view:
        queries.definition(view, KIND, key, version)
        row = customers.file(view, sent["customer"], Right.RATING_READ)
        try:
            found = trial.look_into(view, sent["body"], row.id, row.variant)
        except Invalid as invalid:
            return unfinished(invalid)
    units = {name: fact.unit for name, fact in found.scorecard.facts.items()}
    return jsonify({
        "names": {name: _value(found, each, units.get(name)) for name, each in found.probe.names.items()},
        "formulas": {f"/body{place}": _formula(found, *each) for place, each in found.probe.formulas.items()},
    })  # fmt: skip


def _sent() -> dict[str, Any]:
    try:
        value = documents.read(request.get_data(cache=False).decode()).value
    except UnicodeDecodeError:
        raise Invalid([Problem("definition.encoding")]) from None
    kinds = {"body": Mapping, "customer": str}
    problems = [Problem("definition.member_type", pointer(name), {"name": name})
                for name, kind in kinds.items() if not isinstance(value.get(name), kind)]  # fmt: skip
    if problems:
        raise Invalid(problems)
    return value


def _value(found: Trial, outcome: Outcome, unit: str | None = None) -> Told:
    """`value` in words; a null says why, or that it is written so."""
    if outcome.value is not None:
        return {"value": value_words(outcome.value, unit)}
    causes = dict.fromkeys(problem_text(each) for each in found.why(found.probe.causes(outcome.causes)))
    return {"value": None, "why": list(causes) or [t("formula.value.written")]}


def value_words(value: Any, unit: str | None = None) -> str:
    """A value of the language in the reader's language: figures with separators, texts as they are."""
    if isinstance(value, bool | str):
        text = fact_text(value)
    elif isinstance(value, Decimal):
        text = fact_text(plain(value), unit) if unit else format_number(value)
    else:
        text = text_of(value, True)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _formula(found: Trial, formula: Formula, part: Part) -> Told:
    """The text that was tried, what it came to, and its parts: {span, value or why}, outer ones first."""
    inner = [
        {"span": span_units(formula.text, each.span), **_part(found, each)}
        for each in _parts(part)
    ]  # fmt: skip
    return {"text": formula.text, **_value(found, part.outcomes[0]), "parts": inner[:MOST]}


def _part(found: Trial, part: Part) -> Told:
    """The value of the first evaluation; the branch not taken has none."""
    if not part.outcomes:
        return {"value": None, "why": [t("formula.value.not_taken")]}
    return _value(found, part.outcomes[0])


def _parts(part: Part) -> Iterator[Part]:
    """Parts worth telling, level by level: literals say what they are themselves."""
    level = list(part.children)
    while level:
        yield from (each for each in level if each.kind != "literal")
        level = [child for each in level for child in each.children]
