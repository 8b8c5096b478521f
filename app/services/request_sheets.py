"""A credit request being written: what the evaluator finds in it, and the way it would go if it were sent in now."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

import workflows
from app.access import Conflict, Missing
from app.models.case import Case
from app.models.customer import Customer
from app.queries import progress
from app.queries.cases import facts_of
from app.queries.progress import StopView
from app.queries.requests import RequestFile
from app.queries.scope import customers_in_scope
from app.services import cases, ratings, requests, upgrades
from app.services.directory import directory
from app.services.lookups import Lookups
from app.services.ratings import Model
from app.services.uniqueness import of_requests
from app.work import Reading
from credit import Assessment as Credit
from forms import Answers, Assessment, Form, assess
from forms.upgrade import Outcome
from rules import Invalid
from workflows import Flow
from workflows.assign import excluded_people


@dataclass(frozen=True, slots=True)
class Asked:
    """The form a request is asked with now, its flow and model, and what the applicant may read and write.

    stored  its answers under that form; lost: those of a draft that an older version of the form had and this has not
    """

    form: Form
    form_id: str
    flow: Flow
    model: Model | None
    readable: frozenset[str]
    writable: frozenset[str]
    stored: Mapping[str, Any] | None = None
    lost: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Foresight:
    """What would happen if the request were sent in now, as far as it can be told.

    credit  the rating and measures on what is stored today; None where the customer cannot be rated
    stops   the Steps with names, the last one the end or where nobody could be asked
    """

    credit: Credit | None
    stops: tuple[StopView, ...]


def asked(view: Reading, file: RequestFile | None) -> Asked:
    """For a new request or a draft what is published now, for a returned one what its case has pinned."""
    stored: Mapping[str, Any] | None = None if file is None else file.answers
    lost: tuple[Outcome, ...] = ()
    if file is None or file.case_id is None:
        road = requests.road(view.session, file.flow_key if file is not None else requests.FLOW)
        form, form_id, flow, model = road.form, road.form_row.id, road.flow, _in_force(view)
        if file is not None:
            stored, lost = upgrades.carried(view, file.form_id, file.answers, road.form_row)
    else:
        if file.status != "returned":
            raise Conflict("credit_request.submitted", number=file.number or "")
        case = view.session.get(Case, file.case_id)
        if case is None:
            raise Missing("case", file.case_id)
        form, form_id, flow = cases.form_of(view.session, case), case.form_id, cases.flow_of(view.session, case)
        model = ratings.model_of(view.session, case.scorecard_id, case.policy_id)
    start = flow.start.id
    return Asked(
        form, form_id, flow, model, requests.readable(flow, form, start), requests.editable(flow, form, start),
        stored, lost,
    )  # fmt: skip


def _in_force(view: Reading) -> Model | None:
    try:
        return ratings.model_in_force(view.session)
    except Missing:
        return None


def look_over(
    view: Reading, what: Asked, raw: Mapping[str, Any], file: RequestFile | None, accepted: Collection[str] = ()
) -> Assessment:
    """Everything the evaluator finds about answers as they stand; nothing is stored."""
    own_id, chosen = (None, None) if file is None else (file.id, file.customer_id)
    taken = of_requests(view, what.form, what.form_id, own_id=own_id, customer_id=raw.get("customer", chosen))
    return assess(
        what.form, raw, now=view.now.astimezone(view.zone), lookups=Lookups(view.session, view.viewer),
        stored=what.stored, writable=what.writable, accepted=accepted, taken=taken,
    )  # fmt: skip


def foresee(view: Reading, what: Asked, answers: Answers) -> Foresight | None:
    """The way ahead with names, once customer and amount are known; None before."""
    values = answers.values
    customer_id, amount = values.get("customer"), values.get("limit")
    if customer_id is None or not isinstance(amount, Decimal):
        return None
    customer = view.session.scalar(customers_in_scope(select(Customer).where(Customer.id == customer_id), view.viewer))
    if customer is None or what.model is None:
        return None
    try:
        credit: Credit | None = ratings.preview(view, customer, amount, what.model)
    except Invalid:
        credit = None  # what stands in the way is told when the request is sent in
    tiers = what.model.policy.tiers.tiers
    facts = {**facts_of(answers, customer), **_rated(credit)}
    people = directory(view.session, {tier.key: tier.posts for tier in tiers})
    stops = workflows.foresee(what.flow, applicant=view.viewer.id, facts=facts, directory=people, now=view.now)
    held = progress.groups(stops, people)
    wanted = {user for users in held.values() for user in users}
    wanted |= {seat.user for stop in stops for seat in stop.seats if seat.user}
    known = progress.names(view.session, wanted, {tier.key: tier.label for tier in tiers})
    excluded = frozenset(excluded_people(view.viewer.id, frozenset(), facts))
    return Foresight(credit, progress.way(stops, held, known, excluded, view.viewer.id))


def _rated(credit: Credit | None) -> dict[str, Any]:
    """What the rate Step would hand to the flow."""
    if credit is None:
        return {}
    score, measures = credit.score, credit.measures
    return {
        "score": score.total,
        "grade": score.final_grade,
        "model_grade": score.model_grade,
        "coverage": score.coverage_percent,
        "decision": measures.decision,
        "proposed_limit": measures.formula_limit,
        "payment_days": measures.payment_days,
        "tier": "auto" if measures.automatic else measures.request_tier,
    }
