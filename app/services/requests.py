"""Credit requests: drafted, checked, submitted, sent in again after a return, on every road by one evaluator."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import kinds
from app.access import Conflict, Missing, Right, require
from app.db import new_id
from app.models.case import Case, CreditRequest
from app.models.customer import Customer
from app.models.definition import Definition
from app.queries.scope import requests_in_scope
from app.services import cases, customers, definitions, files, limits, ratings, serials, told, upgrades
from app.services.lookups import Lookups
from app.services.numbers import next_number
from app.services.personal import forget_key
from app.services.uniqueness import Taken, of_requests
from app.work import Subject, Verb, Work
from forms import Answers, Assessment, Form, assess, check
from rules import Invalid, Problem
from rules.figures import plain
from workflows import Flow

FLOW = "credit_approval"
PATTERN = "SX{year}{n:06d}"


def subject(row: CreditRequest) -> Subject:
    return Subject("credit_request", row.id)


@dataclass(frozen=True, slots=True)
class Road:
    """The published flow a request will take, and the published form it asks with."""

    flow_row: Definition
    form_row: Definition
    flow: Flow
    form: Form

    @property
    def writable(self) -> frozenset[str]:
        """The fields an applicant may fill."""
        return editable(self.flow, self.form, self.flow.start.id)


def editable(flow: Flow, form: Form, step: str) -> frozenset[str]:
    return frozenset(key for key in form.fields if flow.permission(step, key) == "edit")


def readable(flow: Flow, form: Form, step: str) -> frozenset[str]:
    return frozenset(key for key in form.fields if flow.permission(step, key) != "hidden")


def road(session: Session, flow_key: str = FLOW) -> Road:
    """What a new request goes through; Missing while the flow or its form is not published."""
    flow_row = definitions.published(session, "flow", flow_key)
    if flow_row is None:
        raise Missing("definition", f"flow/{flow_key}")
    form_row = definitions.published(session, "form", flow_row.body["form"]["key"])
    if form_row is None:
        raise Missing("definition", f"form/{flow_row.body['form']['key']}")
    return Road(flow_row, form_row, definitions.compiled(flow_row), definitions.compiled(form_row))


def get(work: Work, request_id: str) -> CreditRequest:
    """A request this person may see; someone else's draft is Missing."""
    query = select(CreditRequest).where(CreditRequest.id == request_id)
    row = work.session.scalar(requests_in_scope(query, work.viewer))
    if row is None:
        raise Missing("credit_request", request_id)
    return row


def own(work: Work, request_id: str) -> CreditRequest:
    """A request of one's own; anyone else's is Missing."""
    require(work.viewer, Right.REQUEST_WRITE)
    row = get(work, request_id)
    _mine(work, row)
    return row


def draft(work: Work, raw: Mapping[str, Any], *, flow_key: str = FLOW) -> CreditRequest:
    """Keep answers as they are so far, without asking for required ones; only the author sees a draft."""
    require(work.viewer, Right.REQUEST_WRITE)
    found = road(work.session, flow_key)
    answers = _check(work, found.form, found.form_row.id, raw, found.writable, "draft")
    row = CreditRequest(
        id=new_id(),
        flow_key=flow_key,
        form_id=found.form_row.id,
        answers={},
        applicant_id=work.viewer.id,
        department_id=work.viewer.department_id,
        created_at=work.now,
        changed_at=work.now,
    )
    _keep(work, row, answers)
    work.session.add(row)
    work.session.flush()
    work.record(Verb.REQUEST_DRAFTED, subject(row), **_changed(row, found.form, {}, _card(row), found.form_row))
    files.attach(work, subject(row), answers, {})
    return row


def save(work: Work, row: CreditRequest, row_version: int, raw: Mapping[str, Any]) -> CreditRequest:
    """Change a draft, or the answers of a returned request before it goes in again."""
    _mine(work, row)
    _fresh(row, row_version)
    _renew(work, row)
    form, writable = asked(work, row)
    before = row.answers
    answers = _check(work, form, row.form_id, raw, writable, "draft", row)
    _same_customer(row, answers)
    _keep(work, row, answers)
    work.session.flush()
    form_row = work.session.get_one(Definition, row.form_id)
    work.record(Verb.REQUEST_CHANGED, subject(row), **_changed(row, form, before, _card(row), form_row))
    files.attach(work, subject(row), answers, before)
    return row


def delete(work: Work, row: CreditRequest, row_version: int) -> None:
    """Throw a draft away; what was submitted stays for ever."""
    _mine(work, row)
    _fresh(row, row_version)
    if row.status != "draft":
        raise Conflict("credit_request.submitted", number=row.number or "")
    work.record(Verb.REQUEST_DELETED, subject(row), _card(row))
    files.release(work, subject(row))
    forget_key(work, row.id)  # what it said is sealed under its own key: nobody reads it any more
    work.session.delete(row)


def live_check(work: Work, raw: Mapping[str, Any], row: CreditRequest | None = None) -> Assessment:
    """Everything the evaluator finds about answers being typed; nothing is stored."""
    if row is None:
        found = road(work.session)
        form, form_id, writable, stored = found.form, found.form_row.id, found.writable, None
    else:
        (form, writable), form_id, stored = asked(work, row), row.form_id, row.answers
        if row.case_id is None:
            form_row = road(work.session, row.flow_key).form_row
            form_id, (stored, _) = form_row.id, upgrades.carried(work, row.form_id, row.answers, form_row)
    return assess(
        form, raw, now=work.local, lookups=Lookups(work.session, work.viewer),
        stored=stored, writable=writable, taken=_taken(work, form, form_id, raw, row),
    )  # fmt: skip


def submit(
    work: Work,
    row: CreditRequest,
    row_version: int,
    raw: Mapping[str, Any],
    accepted: Collection[str] = (),
    resubmit: Literal["replay", "direct"] | None = None,
) -> Case:
    """Check, number, pin form, flow, scorecard and policy, and open the case: one act, or nothing.

    Of a returned request, `resubmit` says how it goes in again; None keeps what the return asked for.
    """
    _mine(work, row)
    _fresh(row, row_version)
    if row.status == "returned":
        return _resubmit(work, row, raw, accepted, resubmit)
    if row.status != "draft":
        raise Conflict("credit_request.submitted", number=row.number or "")
    _renew(work, row)
    found = road(work.session, row.flow_key)
    answers = _check(work, found.form, found.form_row.id, raw, found.writable, "submit", row, accepted)
    answers = files.sign(work, serials.number(work, found.form_row.key, answers), found.writable)
    files.attach(work, subject(row), answers, row.answers)
    before = row.answers
    _keep(work, row, answers)
    customer = _customer(work, row)
    row.form_id, row.number, row.submitted_at = found.form_row.id, next_number(work, "request", PATTERN), work.now
    row.open_key, row.status, row.sent = f"{customer.id}/{limits.MAIN}", "running", row.answers
    _one_open(work, row, customer)
    model = ratings.model_in_force(work.session, _policy_key(found.flow))
    case = Case(
        id=new_id(),
        number=row.number,
        request_id=row.id,
        customer_id=customer.id,
        applicant_id=row.applicant_id,
        department_id=row.department_id,
        flow_id=found.flow_row.id,
        form_id=found.form_row.id,
        scorecard_id=model.scorecard_row.id,
        policy_id=model.policy_row.id,
        title=f"{customer.name} {row.number}",
        status="running",
        state={},
        amount=row.amount,
        grade=customer.grade,
        grade_before=customer.grade,
        seen=cases.limits_seen(work.session, customer, work.now),
        opened_at=work.now,
        changed_at=work.now,
    )
    work.session.add(case)
    row.case_id = case.id
    work.session.flush()
    detail = {**_card(row), "customer": customer.name, "customer_id": customer.id, "case_id": case.id}
    names = told.altered(found.form, before, row.answers)
    after = told.told(found.form, customer.id, row.answers)
    work.record(
        Verb.REQUEST_SUBMITTED, subject(row),
        {
            **detail, "labels": told.labels(found.form, map(told.key_of, after)),
            "saved": told.told(found.form, row.id, before, names, shut=True),  # a draft stays its author's
        },
        after={**after, told.ANSWERS: kinds.fingerprint(row.answers)}, definitions=cases.pins(work.session, case),
    )  # fmt: skip
    cases.open_case(work, case, row, customer, answers)
    return case


def _resubmit(
    work: Work,
    row: CreditRequest,
    raw: Mapping[str, Any],
    accepted: Collection[str],
    how: Literal["replay", "direct"] | None,
) -> Case:
    """Send a returned request in again, against the form version its case has pinned.

    What changed is measured against what approvers saw, not against what was saved in between.
    """
    form, writable = asked(work, row)
    before, saved, form_row = row.sent or {}, row.answers, work.session.get_one(Definition, row.form_id)
    answers = _check(work, form, row.form_id, raw, writable, "submit", row, accepted)
    _same_customer(row, answers)
    # A field that was hidden the first time may be shown now, and gets its number only then.
    answers = serials.number(work, form_row.key, answers)
    answers = files.sign(work, answers, writable)
    files.attach(work, subject(row), answers, row.answers)
    _keep(work, row, answers)
    row.sent = row.answers
    work.session.flush()
    altered = form.changed(before, row.answers)
    if altered:
        names, since = told.altered(form, before, row.answers), told.altered(form, saved, row.answers)
        owner = row.customer_id or row.id
        work.record(
            Verb.ANSWERS_CHANGED, subject(row),
            {
                **_card(row), "changed": sorted(altered), "labels": told.labels(form, names),
                "saved": told.told(form, row.id, saved, since, shut=True),  # to the author: from the last save on
            },
            before={**told.told(form, owner, before, names), told.ANSWERS: kinds.fingerprint(before)},
            after={**told.told(form, owner, row.answers, names), told.ANSWERS: kinds.fingerprint(row.answers)},
            definitions=(definitions.pin(form_row),),
        )  # fmt: skip
    if row.case_id is None:
        raise Missing("case", row.id)
    return cases.resubmit(work, row.case_id, tuple(sorted(altered & form.material)), how)


def asked(work: Work, row: CreditRequest) -> tuple[Form, frozenset[str]]:
    """The form a request is asked with now, and what its applicant may write."""
    if row.case_id is None:
        found = road(work.session, row.flow_key)
        return found.form, found.writable
    if row.status != "returned":
        raise Conflict("credit_request.submitted", number=row.number or "")
    case = work.session.get(Case, row.case_id)
    if case is None:
        raise Missing("case", row.case_id)
    form, flow = cases.form_of(work.session, case), cases.flow_of(work.session, case)
    return form, editable(flow, form, flow.start.id)


def _renew(work: Work, row: CreditRequest) -> None:
    """Bring a draft under the form in force; what its case has pinned stays."""
    if row.case_id is None:
        form_row = road(work.session, row.flow_key).form_row
        row.answers, _ = upgrades.carried(work, row.form_id, row.answers, form_row)
        row.form_id = form_row.id


def _policy_key(flow: Flow) -> str:
    named = [step.policy for step in flow.steps.values() if getattr(step, "policy", None)]  # type: ignore[union-attr]
    return named[0] if named and named[0] else ratings.POLICY


def _check(
    work: Work,
    form: Form,
    form_id: str,
    raw: Mapping[str, Any],
    writable: frozenset[str],
    purpose: Any,
    row: CreditRequest | None = None,
    accepted: Collection[str] = (),
) -> Answers:
    return check(
        form, raw, now=work.local, lookups=Lookups(work.session, work.viewer), purpose=purpose,
        stored=None if row is None else row.answers, writable=writable, accepted=accepted,
        taken=_taken(work, form, form_id, raw, row),
    )  # fmt: skip


def _taken(work: Work, form: Form, form_id: str, raw: Mapping[str, Any], row: CreditRequest | None) -> Taken:
    """Whether another request holds a value; for the customer being chosen, where nobody chooses for the stored one."""
    own_id, chosen = (None, None) if row is None else (row.id, row.customer_id)
    return of_requests(work, form, form_id, own_id=own_id, customer_id=raw.get("customer", chosen))


def _keep(work: Work, row: CreditRequest, answers: Answers) -> None:
    values = answers.values
    row.answers = answers.to_json()
    row.customer_id = values.get("customer")
    limit = values.get("limit")
    row.amount = limit if isinstance(limit, Decimal) else None
    row.changed_at = work.now


def _same_customer(row: CreditRequest, answers: Answers) -> None:
    """What was sent for one customer never becomes a request for another."""
    if row.sent is not None and answers.values.get("customer") != row.sent.get("customer"):
        raise Invalid([Problem("credit_request.customer_fixed", "/customer", {"number": row.number or ""})])


def _customer(work: Work, row: CreditRequest) -> Customer:
    if row.customer_id is None or row.amount is None:
        # The form asked for neither: without customer and limit there is nothing to approve.
        missing = "customer" if row.customer_id is None else "limit"
        raise Invalid([Problem("credit_request.needs", f"/{missing}", {"key": missing})])
    return customers.get(work, row.customer_id)


def _one_open(work: Work, row: CreditRequest, customer: Customer) -> None:
    """A second open request for one customer and segment is refused; the unique column settles a race."""
    with work.session.no_autoflush:
        other = work.session.scalar(
            select(CreditRequest).where(CreditRequest.open_key == row.open_key, CreditRequest.id != row.id)
        )
    taken = Conflict("credit_request.open", number=other.number if other else "", customer=customer.name)
    if other is not None:
        raise taken
    try:
        work.session.flush()
    except IntegrityError:
        raise taken from None


def _mine(work: Work, row: CreditRequest) -> None:
    """Only its applicant changes or sends a request; to anybody else it is Missing."""
    require(work.viewer, Right.REQUEST_WRITE)
    if row.applicant_id != work.viewer.id:
        raise Missing("credit_request", row.id)


def _fresh(row: CreditRequest, row_version: int) -> None:
    if row.row_version != row_version:
        raise Conflict("credit_request.changed", at=row.changed_at)


def _changed(
    row: CreditRequest, form: Form, before: Mapping[str, Any], detail: Mapping[str, Any], form_row: Definition
) -> dict[str, Any]:
    """What an entry tells of a save: each field that is no longer as it stood in `before`.

    Until it is sent in, again or for the first time, its author alone may know: all is sealed under its own key.
    """
    names = told.altered(form, before, row.answers)
    return {
        "detail": {**detail, "labels": told.labels(form, names), "private": True},
        "before": told.told(form, row.id, before, names, shut=True),
        "after": told.told(form, row.id, row.answers, names, shut=True),
        "definitions": (definitions.pin(form_row),),
    }


def _card(row: CreditRequest) -> dict[str, Any]:
    return {
        "number": row.number,
        "customer_id": row.customer_id,
        "amount": None if row.amount is None else plain(row.amount),
    }
