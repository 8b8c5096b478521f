"""Rate customers: facts from evidence, the engine's Score, the policy's Measures, one row and one entry each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.access import Missing, Right, require
from app.db import new_id
from app.models.credit import Rating
from app.models.customer import Customer
from app.models.definition import Definition
from app.services import customers, definitions, evidence
from app.services.evidence import NOTHING, Gathered
from app.work import Reading, Subject, Verb, Work
from credit import Assessment, Policy, assess_facts
from rules import Cause, Invalid, Problem, Scorecard
from rules.facts import read_fact
from rules.figures import plain
from rules.problem import pointer
from rules.scorecard import Fact

POLICY = "customer_credit"
CHUNK = 250
REQUEST = "request"  # member of a stored trace: what was asked for, which the engine's own trace does not hold


@dataclass(frozen=True, slots=True)
class Model:
    """Scorecard and policy that go together, as rows to pin and compiled to use."""

    scorecard_row: Definition
    policy_row: Definition
    scorecard: Scorecard
    policy: Policy

    @property
    def pins(self) -> tuple[Mapping[str, Any], ...]:
        return (definitions.pin(self.scorecard_row), definitions.pin(self.policy_row))


def model_in_force(session: Session, policy_key: str = POLICY) -> Model:
    """The published policy and the scorecard it names; Missing while nothing is published."""
    policy = definitions.published(session, "policy", policy_key)
    if policy is None:
        raise Missing("definition", f"policy/{policy_key}")
    scorecard = definitions.published(session, "scorecard", policy.body["scorecard"]["key"])
    if scorecard is None:
        raise Missing("definition", f"scorecard/{policy.body['scorecard']['key']}")
    return Model(scorecard, policy, definitions.compiled(scorecard), definitions.compiled(policy))


def model_of(session: Session, scorecard_id: str, policy_id: str) -> Model:
    """The pinned versions of a case or a rating."""
    scorecard, policy = session.get(Definition, scorecard_id), session.get(Definition, policy_id)
    if scorecard is None or policy is None:
        raise Missing("definition", scorecard_id)
    return Model(scorecard, policy, definitions.compiled(scorecard), definitions.compiled(policy))


@dataclass(frozen=True, slots=True)
class Rated:
    """One customer's new rating, or the problems that stood in its way."""

    customer: Customer
    rating_id: str | None
    assessment: Assessment | None
    problems: tuple[Problem, ...] = ()


def rate(
    work: Work, customer: Customer, *, model: Model | None = None, case_id: str | None = None,
    requested: Decimal | None = None,
) -> Rated:
    """Rate one customer now; raises Invalid where the engine cannot (a fault names factor, field and values)."""
    if work.actor.viewer is not None and case_id is None:
        require(work.viewer, Right.RATING_RUN)
    found = rate_many(work, [customer], model or model_in_force(work.session), case_id=case_id, requested=requested)[0]
    if found.problems:
        raise Invalid(found.problems)
    return found


def rerate(work: Work, customer_id: str) -> Rated:
    """Rate a customer this person may rate, on what is stored now; raises Missing and Invalid."""
    require(work.viewer, Right.RATING_RUN)
    return rate(work, customers.get(work, customer_id, Right.RATING_RUN))


def preview(
    work: Reading | Work, customer: Customer, requested: Decimal | None = None, model: Model | None = None
) -> Assessment:
    """What a rating would say now, with nothing stored; Invalid where the engine cannot, Missing without a policy."""
    session = work.session
    known = evidence.gather(session, [customer.id], work.today, work.zone).get(customer.id, NOTHING)
    return _assess(model or model_in_force(session), known, customer.variant, work.now, requested)


def rate_many(
    work: Work, customers: Sequence[Customer], model: Model, *, case_id: str | None = None,
    requested: Decimal | None = None,
) -> list[Rated]:
    """Rate these customers in this transaction; one that cannot be rated keeps its old rating, recorded as failed."""
    today = work.today
    gathered = evidence.gather(work.session, [c.id for c in customers], today, work.zone)
    rows, changes, results = [], [], []
    for customer in customers:
        known = gathered.get(customer.id, NOTHING)
        try:
            made = _assess(model, known, customer.variant, work.now, requested)
        except Invalid as invalid:
            results.append(_failed(work, customer, invalid.problems, model))
            continue
        row = _row(work, customer, model, known, made, case_id, requested)
        rows.append(row)
        changes.append(_as_it_stands(work, model, row))
        _record(work, customer, row, made, model)
        results.append(Rated(customer, row["id"], made))
    if rows:
        work.session.execute(insert(Rating), rows)
        work.session.execute(_STANDS, [{"row_id" if k == "id" else k: v for k, v in c.items()} for c in changes])
        for result, change in zip((r for r in results if r.rating_id), changes, strict=True):
            _refresh(work.session, result.customer, change)
    return results


# Plain SQL over the table: what a list repeats of the newest rating is no new version of the customer file.
_STANDS = (
    update(Customer.__table__)  # type: ignore[arg-type]
    .where(Customer.__table__.c.id == bindparam("row_id"))
    .values({name: bindparam(name) for name in ("rating_id", "grade", "grade_rank", "score", "coverage", "rated_at")})
)


def _refresh(session: Session, customer: Customer, change: Mapping[str, Any]) -> None:
    """The bulk statement went past the identity map: show the loaded row what now stands."""
    for name, value in change.items():
        if name != "id":
            set_committed_value(customer, name, value)


def _assess(
    model: Model, known: Gathered, variant: str | None, now: datetime, requested: Decimal | None
) -> Assessment:
    facts, problems = typed_facts(model, known.facts)
    if problems:
        raise Invalid(problems)
    absent = absences(known.sources, facts)
    usable = variant if variant in model.scorecard.variants else None
    return assess_facts(
        model.scorecard, model.policy, facts, now, variant=usable, requested=requested, absent=absent
    )


def typed_facts(model: Model, stored: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Stored JSON values as the scorecard and the policy want them; names neither knows are left out."""
    return read_facts(known_facts(model), stored)


def read_facts(wanted: Mapping[str, Fact], stored: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Stored JSON values of the Facts that are wanted, and what of them cannot be read."""
    facts: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, fact in wanted.items():
        value, problem = read_fact(fact, stored.get(name), pointer(name))
        facts[name] = value
        if problem is not None:
            problems.append(problem)
    return facts, problems


def absences(sources: Mapping[str, Mapping[str, Any]], facts: Mapping[str, Any]) -> dict[str, Cause]:
    """Why Facts that have a source may not be used all the same: those past their expiry."""
    return {
        name: Cause("stale", field=name, params={"as_of": source["as_of"]})
        for name, source in sources.items()
        if source.get("stale") and name in facts
    }


def known_facts(model: Model) -> Mapping[str, Any]:
    return {**{name: Fact(name, "number") for name in model.policy.facts}, **model.scorecard.facts}


def _row(
    work: Work, customer: Customer, model: Model, known: Gathered, made: Assessment, case_id: str | None,
    requested: Decimal | None,
) -> dict[str, Any]:
    wanted = known_facts(model)
    score = made.score
    dates = [s["as_of"] for name, s in known.sources.items() if name in wanted]
    trace = made.trace()
    if requested is not None:
        trace[REQUEST] = _request(requested, made.measures.tier_steps, made.measures.request_tier)
    return {
        "id": new_id(),
        "customer_id": customer.id,
        "case_id": case_id,
        "scorecard_id": model.scorecard_row.id,
        "policy_id": model.policy_row.id,
        "variant": score.variant,
        "rated_at": work.now,
        "as_of": date.fromisoformat(max(dates)) if dates else work.today,
        "facts": {name: known.facts.get(name) for name in wanted},
        "sources": {name: dict(source) for name, source in known.sources.items() if name in wanted},
        "score": score.total,
        "coverage": score.coverage_percent.quantize(Decimal("0.0001")),
        "model_grade": score.model_grade,
        "grade": score.final_grade,
        "decision": made.measures.decision,
        "outcome": made.to_json(),
        "trace": trace,
        "previous_id": customer.rating_id,
    }


def _request(amount: Decimal, steps: int | None, tier: str | None) -> dict[str, Any]:
    """What was asked for at the time; the tier depends on it, so a replay needs it too."""
    return {"amount": plain(amount), "steps": steps, "tier": tier}


def _as_it_stands(work: Work, model: Model, row: Mapping[str, Any]) -> dict[str, Any]:
    grade = row["grade"]
    return {
        "id": row["customer_id"],
        "rating_id": row["id"],
        "grade": grade,
        "grade_rank": model.scorecard.ladder.rank(grade) if grade else None,
        "score": row["score"],
        "coverage": row["coverage"],
        "rated_at": work.now,
    }


def _record(work: Work, customer: Customer, row: Mapping[str, Any], made: Assessment, model: Model) -> None:
    outcome = row["outcome"]
    work.record(
        Verb.RATING_MADE,
        Subject("customer", customer.id),
        {
            "name": customer.name,
            "rating_id": row["id"],
            **({"case_id": row["case_id"]} if row["case_id"] else {}),
            "score": outcome["total_score"],
            "grade": outcome["final_grade"],
            "model_grade": outcome["model_grade"],
            "coverage": outcome["coverage_percent"],
            "decision": outcome["decision"],
            "formula_limit": outcome["formula_limit"],
            "hits": outcome["rules_hit"],
            "variant": made.score.variant,
            "trace": trace_digest(row["trace"]),
        },
        before={"grade": customer.grade, "score": None if customer.score is None else format(customer.score, "f")},
        after={"grade": outcome["final_grade"], "score": outcome["total_score"]},
        definitions=model.pins,
    )


def trace_digest(trace: Mapping[str, Any]) -> str:
    """``sha256:`` of a trace as JSON with sorted members: a replay must give the same. RFC 8785 would cost ten times as
    much and gain nothing, since a trace holds text, whole numbers and truth values only."""
    text = json.dumps(trace, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _failed(work: Work, customer: Customer, problems: Iterable[Problem], model: Model) -> Rated:
    found = tuple(problems)
    work.record(
        Verb.RATING_FAILED,
        Subject("customer", customer.id),
        {"name": customer.name, "problems": [p.to_json() for p in found]},
        definitions=model.pins,
    )
    return Rated(customer, None, None, found)


def replay(session: Session, rating_id: str) -> tuple[Rating, Assessment]:
    """The stored rating and the same computed again from pinned Definitions and stored facts."""
    row = session.get(Rating, rating_id)
    if row is None:
        raise Missing("rating", rating_id)
    model = model_of(session, row.scorecard_id, row.policy_id)
    facts, problems = typed_facts(model, row.facts)
    if problems:
        raise Invalid(problems)
    absent = absences(row.sources, facts)
    asked = row.trace.get(REQUEST)
    requested = None if asked is None else Decimal(asked["amount"])
    return row, assess_facts(
        model.scorecard, model.policy, facts, row.rated_at, variant=row.variant, requested=requested, absent=absent
    )


def agrees(row: Rating, again: Assessment) -> bool:
    """Whether a replay gave every number of the stored rating."""
    stored = {name: value for name, value in row.trace.items() if name != REQUEST}
    return row.outcome == again.to_json() and stored == again.trace()


def next_ids(session: Session, after: str | None, limit: int = CHUNK) -> Sequence[str]:
    """The next customers in id order, for a portfolio-wide run that resumes where it left off."""
    query = select(Customer.id).order_by(Customer.id).limit(limit)
    return session.scalars(query.where(Customer.id > after) if after else query).all()
