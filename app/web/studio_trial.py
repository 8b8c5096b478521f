"""Beside a designer: customers to try a draft on, and what a decision table of it would decide, with nothing stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from app.access import Missing, Right
from app.edge.locale import t
from app.edge.pages import access
from app.edge.transaction import reading
from app.queries import customers
from app.queries import definitions as queries
from app.services import documents, table_trial
from app.web.table_trial import Trial, trial
from rules import Invalid, Problem
from rules.figures import plain

blueprint = Blueprint(
    "studio_trial", __name__, url_prefix="/studio/<any(scorecard,table):kind>/<key>/<int:version>/design"
)
FEW = 12
MOST_TEXT = 4_000


@blueprint.get("/customers")
@access(Right.DEFINITION_WRITE)
def pick(kind: str, key: str, version: int) -> Response:
    """Customers to try the draft on: those whose name or number matches."""
    with reading() as view:
        queries.definition(view, kind, key, version)
        found = customers.choices(view, request.args.get("q", "")[:60], FEW)
    return jsonify({"customers": [named(each.id, each.number, each.name, each.grade) for each in found]})


def named(customer_id: str, number: str, name: str, grade: str | None) -> dict[str, Any]:
    address = url_for("desk.customer_rating", customer_id=customer_id)
    return {"id": customer_id, "number": number, "name": name, "grade": grade, "address": address}


@blueprint.post("/decide")
@access(Right.DEFINITION_WRITE)
def decide(kind: str, key: str, version: int) -> Response:
    """What a table of the draft decides, which rows were hit, and why the others were not.

    Sent: body; table, its number within a scorecard, null for a table alone; typed, texts by Fact; customer, whose
    Facts of today are taken where nothing was typed. Told: the Facts asked for with the values taken, and the result
    where any value was given and all can be read; `unsound` says that the draft is to be mended first.
    """
    sent = _sent(kind)
    typed = {name: text for name, text in sent["typed"].items() if text.strip()}
    with reading() as view:
        queries.definition(view, kind, key, version)
        try:
            setting = table_trial.setting(sent["body"], sent["table"])
        except Invalid as invalid:  # while one writes that is no refusal: the problems stand at their places
            return jsonify({"asked": [], "result": None, "unsound": t("trial.unsound", count=len(invalid.problems))})
        if setting is None:
            raise Missing("table", str(sent["table"]))
        if sent["customer"]:
            found = table_trial.facts_of(view, sent["customer"], setting.facts)
            typed = {**{name: _text(value) for name, value in found.items()}, **sent["typed"]}
        made = trial(setting, typed, view.now, rows=True)
    return jsonify(_told(made))


def _sent(kind: str) -> dict[str, Any]:
    try:
        value = documents.read(request.get_data(cache=False).decode()).value
    except UnicodeDecodeError:
        raise Invalid([Problem("definition.encoding")]) from None
    made = {"body": value.get("body"), "table": value.get("table"), "typed": value.get("typed", {}),
            "customer": value.get("customer")}  # fmt: skip
    fits = {
        "body": isinstance(made["body"], Mapping),
        "table": (type(made["table"]) is int and made["table"] >= 0) if kind == "scorecard" else made["table"] is None,
        "typed": isinstance(made["typed"], Mapping)
        and all(isinstance(text, str) and len(text) <= MOST_TEXT for text in made["typed"].values()),
        "customer": isinstance(made["customer"], str | None),
    }
    problems = [Problem("definition.member_type", f"/{name}", {"name": name}) for name, fit in fits.items() if not fit]
    if problems:
        raise Invalid(problems)
    return made


def _text(value: Any) -> str:
    """A stored Fact as somebody would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else plain(value)


def _told(made: Trial) -> dict[str, Any]:
    result = made.result
    return {
        "unsound": None,
        "asked": [asdict(each) for each in made.asked],
        "result": None if result is None else {
            "rows": result.rows, "numbers": made.numbers, "outputs": made.outputs, "causes": made.causes,
            "default": result.default, "states": [asdict(each) for each in made.rows],
        },
    }  # fmt: skip
