"""Beside a designer: what the scorecard as it stands would make of one customer, and of the whole portfolio.

And how the customers spread over its Bands.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.access import Missing, Right
from app.edge.pages import access
from app.edge.transaction import reading
from app.queries import customers
from app.queries import definitions as queries
from app.services import documents, effect
from app.services.effect import KIND, Tried
from app.web.studio_trial import named
from app.web.unfinished import unfinished
from credit.outcome import ENDED, FEW_BAD, PAST_DUE_DAYS, WINDOW_MONTHS
from rules import Invalid, Problem, Score
from rules.figures import plain
from rules.whatif import Count

blueprint = Blueprint("studio_effect", __name__, url_prefix="/studio/scorecard/<key>/<int:version>/design")
MOST = 200  # customers of one cell of the matrix


def _sent(*members: str) -> dict[str, Any]:
    """The posted document; each of `members` is text or null."""
    try:
        value = documents.read(request.get_data(cache=False).decode()).value
    except UnicodeDecodeError:
        raise Invalid([Problem("definition.encoding")]) from None
    if not isinstance(value.get("body"), Mapping):
        raise Invalid([Problem("definition.member_type", "/body", {"name": "body"})])
    for name in members:
        if not isinstance(value.get(name), str | None):
            raise Invalid([Problem("definition.member_type", f"/{name}", {"name": name})])
    return value


@blueprint.post("/try")
@access(Right.DEFINITION_WRITE)
def try_one(key: str, version: int) -> Response:
    sent = _sent("customer")
    with reading() as view:
        queries.definition(view, KIND, key, version)
        row = customers.file(view, sent.get("customer") or "", Right.RATING_READ)
        try:
            tried = effect.try_on(view, key, sent["body"], row.id, row.variant)
        except Invalid as invalid:
            return unfinished(invalid)
    return jsonify({**named(row.id, row.number, row.name, row.grade), **_told(tried)})


def _told(tried: Tried) -> dict[str, Any]:
    before = {} if tried.before is None else {each.key: each.points for each in tried.before.factors}
    return {
        "after": _outcome(tried.after),
        "before": None if tried.before is None else _outcome(tried.before),
        "version": tried.version,
        "factors": {
            each.key: {
                "points": _figure(each.points), "before": _figure(before.get(each.key)), "value": _seen(each.value),
            }
            for each in tried.after.factors
        },
    }


def _outcome(score: Score) -> dict[str, Any]:
    return {
        "total": _figure(score.total), "grade": score.final_grade, "model_grade": score.model_grade,
        "coverage": plain(score.coverage_percent), "hits": [hit.id for hit in score.hits],
    }  # fmt: skip


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _seen(value: Any) -> str | bool | None:
    if value is None or isinstance(value, str | bool):
        return value
    return plain(value) if isinstance(value, Decimal) else str(value)


@blueprint.post("/impact")
@access(Right.DEFINITION_WRITE)
def on_all(key: str, version: int) -> Response:
    """How many move up and down, from which grade to which; with `cell`, the customers of one cell of the matrix."""
    sent = _sent()
    cell = sent.get("cell")
    with reading() as view:
        queries.definition(view, KIND, key, version)
        try:
            found = effect.on_all(view, key, sent["body"])
        except Invalid as invalid:
            return unfinished(invalid)
        if cell is not None:
            if not isinstance(cell, list) or len(cell) != 2 or not all(isinstance(each, str | None) for each in cell):
                raise Missing("cell", "")
            rows = effect.customers_of(view, found, cell[0], cell[1], MOST)
            return jsonify({"customers": [named(*row) for row in rows], "most": MOST})
    impact = found.impact
    means = None if impact.means is None else [str(mean) for mean in impact.means]
    return jsonify({
        "customers": found.customers, "version": found.version, "up": impact.up, "down": impact.down,
        "unchanged": impact.unchanged, "other": impact.other, "both": impact.both, "means": means,
        "rows": impact.rows, "columns": impact.columns,
        "matrix": [[impact.matrix.get((one, two), 0) for two in impact.columns] for one in impact.rows],
    })  # fmt: skip


@blueprint.post("/bands")
@access(Right.DEFINITION_WRITE)
def bands(key: str, version: int) -> Response:
    """How many customers fall into each Band of each Factor, and which share of those whose outcome is known is bad.

    A draft that does not compile is told to be unfinished.
    """
    sent = _sent()
    with reading() as view:
        queries.definition(view, KIND, key, version)
        try:
            found = effect.by_band(view, sent["body"])
        except Invalid as invalid:
            return unfinished(invalid)
    return jsonify({
        **_counted(found.everybody), "failed": found.failed, "as_of": found.as_of.isoformat(), "few": FEW_BAD,
        "definition": {"days": PAST_DUE_DAYS, "months": WINDOW_MONTHS, "ended": ENDED},
        "factors": {
            name: {"bands": [_counted(each) for each in spread.bands], "missing": _counted(spread.missing)}
            for name, spread in found.factors.items()
        },
    })  # fmt: skip


def _counted(found: Count) -> dict[str, Any]:
    """`rate` in per cent, null where no outcome is known."""
    rate = None
    if found.known:
        rate = str((Decimal(100 * found.bad) / found.known).quantize(Decimal("0.1"), ROUND_HALF_UP))
    return {"customers": found.customers, "known": found.known, "bad": found.bad, "rate": rate}
