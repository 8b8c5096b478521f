"""Cases: the machine's moves become rows, entries and effects, all in one transaction.

Every act goes the same way: find the case, compare versions, ask the engine, store the Move. When the machine waits for
a rating it is given one at once from stored evidence; when it says approved, the limit is applied in the same act.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

import workflows
from app import kinds
from app.access import Conflict, Missing, Right, require
from app.models.case import Case, CreditRequest, Task
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.people import User
from app.queries.case_task import markable
from app.queries.cases import facts_of
from app.queries.scope import cases_in_scope, tasks_of
from app.services import definitions, files, limits, moves, ratings, told
from app.services.directory import Organisation, directory
from app.services.lookups import Lookups
from app.services.ratings import Model
from app.services.uniqueness import of_requests
from app.work import Subject, Verb, Work
from forms import Answers, Form, assess
from rules import Invalid, Problem
from workflows import Act, Claim, Decide, Flow, Move, Rated, Refused, Resubmit, Retry, State, Unclaim, Void, Withdraw
from workflows.assign import FLOW_ADMIN
from workflows.model import End, Rate

YES = ("approve", "done")  # answers that carry a case on


def subject(case_id: str) -> Subject:
    return Subject("case", case_id)


def flow_of(session: Session, case: Case) -> Flow:
    found: Flow = _compiled(session, case.flow_id)
    return found


def form_of(session: Session, case: Case) -> Form:
    found: Form = _compiled(session, case.form_id)
    return found


def _compiled(session: Session, definition_id: str) -> Any:
    row = session.get(Definition, definition_id)
    if row is None:
        raise Missing("definition", definition_id)
    return definitions.compiled(row)


def model_of(session: Session, case: Case) -> Model:
    return ratings.model_of(session, case.scorecard_id, case.policy_id)


def directory_of(session: Session, model: Model) -> Organisation:
    """The organisation of this moment with the tiers of the case's own policy."""
    return directory(session, {tier.key: tier.posts for tier in model.policy.tiers.tiers})


def pins(session: Session, case: Case) -> tuple[Mapping[str, Any], ...]:
    """The Definitions a case has pinned, as its entries name them."""
    ids = (case.flow_id, case.form_id, case.scorecard_id, case.policy_id)
    rows = {row.id: row for row in session.scalars(select(Definition).where(Definition.id.in_(ids)))}
    return tuple(definitions.pin(rows[each]) for each in ids)


def open_case(work: Work, case: Case, request: CreditRequest, customer: Customer, answers: Answers) -> Move:
    """Start the machine for a case whose row holds everything pinned, and go as far as it goes by itself."""
    flow, model = flow_of(work.session, case), model_of(work.session, case)
    people = directory_of(work.session, model)
    facts = facts_of(answers, customer)
    move = workflows.start(flow, applicant=case.applicant_id, facts=facts, directory=people, now=work.now)
    context = moves.Context(work, case, request, customer, flow, model, people, facts, pins(work.session, case))
    return _settle(context, move)


def _settle(context: moves.Context, move: Move) -> Move:
    """Store a move; while the machine waits for a rating, give it one and store that too."""
    moves.store(context, move)
    while move.state.waiting == "rating":
        values = _rate(context)
        move = workflows.act(
            context.flow, move.state, Rated(values), facts=context.facts, directory=context.people, now=context.work.now
        )
        moves.store(context, move)
    if move.state.status == "approved":
        _apply(context, move.state)
    return move


def _rate(context: moves.Context) -> dict[str, Any]:
    """Rate the customer for this case; the values go to the machine under the names of its rate Step."""
    work, case, customer = context.work, context.case, context.customer
    found = ratings.rate(work, customer, model=context.model, case_id=case.id, requested=case.amount)
    made = found.assessment
    if made is None:
        raise LookupError("a rating without problems has an assessment")
    measures, score = made.measures, made.score
    case.rating_id, case.grade, case.tier = found.rating_id, score.final_grade, measures.request_tier
    known = {
        "score": score.total,
        "grade": score.final_grade,
        "model_grade": score.model_grade,
        "coverage": score.coverage_percent,
        "decision": measures.decision,
        "proposed_limit": measures.formula_limit,
        "payment_days": measures.payment_days,
        "tier": "auto" if measures.automatic else measures.request_tier,
    }
    wanted = next(step for step in context.flow.steps.values() if isinstance(step, Rate))
    return {name: known.get(name) for name in wanted.into}


def _apply(context: moves.Context, state: State) -> None:
    """The approved limit takes effect: once, in the transaction of the last decision."""
    end = next((run for run in reversed(state.runs) if run.kind == "end"), None)
    step = context.flow.steps[end.step] if end is not None else None
    if not isinstance(step, End) or step.apply != "credit_limit":
        return
    work, case, policy = context.work, context.case, context.model.policy
    measure = policy.grades.get(case.grade) if case.grade else None
    asked = context.facts.get("term_days")
    limits.apply(
        work,
        case,
        context.customer,
        amount=case.amount,
        payment_days=int(asked) if asked is not None else (measure.payment_days if measure else None),
        payment_mode=measure.payment_mode if measure else "prepay",
        months=int(policy.limit_validity.removesuffix("m")),
        definitions=context.pins,
    )


def _context(work: Work, case: Case) -> moves.Context:
    request = work.session.get(CreditRequest, case.request_id)
    customer = work.session.get(Customer, case.customer_id)
    if request is None or customer is None:
        raise Missing("case", case.id)
    flow, model = flow_of(work.session, case), model_of(work.session, case)
    answers = Answers.from_json(form_of(work.session, case), request.answers, work.zone)
    people = directory_of(work.session, model)
    return moves.Context(
        work, case, request, customer, flow, model, people, facts_of(answers, customer), pins(work.session, case)
    )


def _locked(work: Work, case_id: str) -> Case:
    """The case row, held until the transaction ends: counting votes and closing blocks read several rows together."""
    row = work.session.scalar(select(Case).where(Case.id == case_id).with_for_update())
    if row is None:
        raise Missing("case", case_id)
    return row


def _perform(context: moves.Context, act: Act) -> Move:
    return _settle(context, _ask(context, act))


def _ask(context: moves.Context, act: Act) -> Move:
    """What the machine makes of an act; nothing is stored. A refusal comes with names where the engine knows ids."""
    state = State.from_json(context.case.state)
    try:
        return workflows.act(
            context.flow, state, act, facts=context.facts, directory=context.people, now=context.work.now
        )
    except Refused as refused:
        raise _told(context, refused) from None


def _told(context: moves.Context, refused: Refused) -> Refused:
    """The same refusal with people's names, labels of Steps and moments as such."""
    session, params = context.work.session, dict(refused.params)
    for name in ("by", "person"):
        if isinstance(params.get(name), str) and (user := session.get(User, params[name])) is not None:
            params[name] = user.name
    if isinstance(params.get("at"), str) and params["at"]:
        params["at"] = datetime.fromisoformat(params["at"])
    if params.get("step") in context.flow.steps:
        params["step"] = context.label(params["step"])
    if refused.code == "return.target":
        params["allowed"] = [context.label(step) for step in params["allowed"]]
    if refused.code in ("return.material_changed", "return.marked"):
        form = form_of(session, context.case)
        params["fields"] = [dict(form.fields[key].label) for key in params["fields"] if key in form.fields]
    return Refused(refused.kind, refused.code, params)


def task_of(work: Work, task_id: str) -> Task:
    """A task this person is entitled to see; anyone else's is Missing (a forwarded link tells nothing)."""
    row = work.session.scalar(tasks_of(select(Task).where(Task.id == task_id), work.viewer))
    if row is None:
        raise Missing("task", task_id)
    return row


def decide(
    work: Work,
    task_id: str,
    version: int,
    answer: str,
    comment: str = "",
    *,
    return_to: str | None = None,
    resubmit: str | None = None,
    marked: Sequence[str] = (),
    answers: Mapping[str, Any] | None = None,
    accepted: Collection[str] = (),
) -> Case:
    """Answer a task: approve, reject or return, with what the step lets this person write in the form.

    A conflict tells who was faster; nothing is stored then. `marked` are keys of fields a return asks to be put right;
    `accepted` are ids of warnings the person has read.
    """
    require(work.viewer, Right.TASK_DECIDE)
    row = task_of(work, task_id)
    case = _locked(work, row.case_id)
    work.session.refresh(row)
    context = _context(work, case)
    act = Decide(
        row.key,
        work.viewer.id,
        answer,  # type: ignore[arg-type]
        comment.strip() or None,
        return_to=return_to,
        resubmit=resubmit,  # type: ignore[arg-type]
        marked=_marked(context, row, marked),
    )
    _ask(context, act)  # who may not, or comes too late, is told so before anything typed is looked at
    if row.row_version != version:
        raise Conflict("task.changed", number=row.number)
    changed = _write(context, row, answers or {}, act.answer, accepted)
    _perform(context, replace(act, changed=changed))
    return case


def _marked(context: moves.Context, row: Task, keys: Sequence[str]) -> tuple[str, ...]:
    """The fields to be put right, in the order of the form; one this person does not read, or nobody fills in, is not.

    Whether it can be written where the case goes back to is for the machine to say.
    """
    if not keys:
        return ()
    form = form_of(context.work.session, context.case)
    known = markable(form, context.flow, row.step)
    strange = [key for key in keys if key not in known]
    if strange:
        raise Invalid([Problem("return.not_markable", "/marked_fields", {"field": key}) for key in sorted(strange)])
    return tuple(key for key in known if key in keys)


def _write(
    context: moves.Context, row: Task, raw: Mapping[str, Any], answer: str, accepted: Collection[str]
) -> tuple[str, ...]:
    """Store what an approver wrote into the form; returns the material fields that changed.

    What the step asks of this person is required for a yes; a return or a refusal may leave it open.
    """
    work, case, request = context.work, context.case, context.request
    form = form_of(work.session, case)
    writable = frozenset(key for key in form.fields if context.flow.permission(row.step, key) == "edit")
    if not writable and not raw:
        return ()
    before = request.answers
    found = assess(
        form,
        raw,
        now=work.local,
        lookups=Lookups(work.session, work.viewer),
        purpose="submit" if answer in YES else "draft",
        stored=before,
        writable=writable,
        accepted=accepted,
        taken=of_requests(work, form, case.form_id, own_id=request.id, customer_id=request.customer_id),
    )
    problems = [problem for problem in found.problems if _concerns(form, writable, problem)]
    if problems:
        raise Invalid(problems)
    answers = files.sign(work, found.answers, writable)
    files.attach(work, Subject("credit_request", request.id), answers, before)
    return _keep(context, row, form, answers)


def _concerns(form: Form, writable: frozenset[str], problem: Problem) -> bool:
    """Whether a finding is about what this person may write: the rest was settled when the applicant submitted."""
    if problem.code in ("check.failed", "check.unknown"):
        named = next(check.formula.names for check in form.checks if check.id == problem.params["check"])
        read = set(named).union(*(form.feeds.get(name, frozenset()) for name in named))
        return bool(read & writable)
    key = problem.path.removeprefix("/").partition("/")[0]
    return key not in form.fields or key in writable or problem.code == "field.not_editable"


def _keep(context: moves.Context, row: Task, form: Form, answers: Answers) -> tuple[str, ...]:
    work, case, request = context.work, context.case, context.request
    before, after = request.answers, answers.to_json()
    altered = sorted(form.changed(before, after))
    if not altered:
        return ()
    if "customer" in altered:
        raise Invalid([Problem("credit_request.customer_fixed", "/customer", {"number": case.number})])
    limit = answers.values.get("limit")
    if isinstance(limit, Decimal) and limit != case.amount:
        if limit > case.amount:
            # The tier was found for the amount asked for: more than that was never weighed.
            params = {"number": case.number, "amount": _plain(case.amount)}
            raise Invalid([Problem("credit_request.limit_raised", "/limit", params)])
        case.amount = request.amount = limit
    request.answers = request.sent = after
    request.changed_at = work.now
    detail = {"number": case.number, "case_id": case.id, "changed": altered, "step": row.step}
    old, new = (
        {**told.told(form, case.customer_id, each, altered), told.ANSWERS: kinds.fingerprint(each)}
        for each in (before, after)
    )
    work.record(
        Verb.ANSWERS_CHANGED, Subject("credit_request", request.id),
        {**detail, "labels": told.labels(form, altered)}, before=old, after=new,
        definitions=(definitions.pin(work.session.get_one(Definition, request.form_id)),),
    )  # fmt: skip
    context.facts = facts_of(answers, context.customer)
    return tuple(key for key in altered if key in form.material)


def _plain(amount: Decimal) -> str:
    return format(amount.normalize(), "f")


def claim(work: Work, task_id: str) -> Case:
    """Take a group's task for oneself."""
    return _on_task(work, task_id, lambda key: Claim(key, work.viewer.id))


def unclaim(work: Work, task_id: str) -> Case:
    """Give a claimed task back to its group."""
    return _on_task(work, task_id, lambda key: Unclaim(key, work.viewer.id))


def _on_task(work: Work, task_id: str, make: Callable[[str], Act]) -> Case:
    require(work.viewer, Right.TASK_DECIDE)
    row = task_of(work, task_id)
    case = _locked(work, row.case_id)
    _perform(_context(work, case), make(row.key))
    return case


def resubmit(
    work: Work, case_id: str, changed: tuple[str, ...], how: Literal["replay", "direct"] | None = None
) -> Case:
    """Send a returned case in again, its answers already stored on the request.

    `changed` names material fields; `how` None keeps what the return asked for.
    """
    case = _locked(work, case_id)
    context = _context(work, case)
    limit = context.facts.get("limit")
    if isinstance(limit, Decimal):
        case.amount = limit
    _perform(context, Resubmit(work.viewer.id, changed, how))
    return case


def withdraw(work: Work, case_id: str) -> Case:
    """The applicant takes the case back, as the flow allows."""
    case = _locked(work, case_id)
    if case.applicant_id != work.viewer.id:
        raise Missing("case", case_id)
    _perform(_context(work, case), Withdraw(work.viewer.id))
    return case


def retry(work: Work, case_id: str) -> Case:
    """A flow admin lets a case in error try again after people or posts were put right."""
    return _administer(work, case_id, Retry(work.viewer.id))


def void(work: Work, case_id: str, reason: str) -> Case:
    """A flow admin declares a running case void; its history stays."""
    return _administer(work, case_id, Void(work.viewer.id, reason.strip()))


def _administer(work: Work, case_id: str, act: Retry | Void) -> Case:
    """An act of a flow admin; to others who may see the case it is forbidden, to the rest the case is Missing."""
    flow_admin = FLOW_ADMIN in work.viewer.posts
    visible = cases_in_scope(select(Case.id).where(Case.id == case_id), work.viewer)
    if not flow_admin and work.session.scalar(visible) is None:
        raise Missing("case", case_id)
    case = _locked(work, case_id)
    _perform(_context(work, case), act)
    return case


def replayed(session: Session, case_id: str) -> State:
    """The state again, from nothing but the stored events."""
    return moves.replay(session, case_id)


def limits_seen(session: Session, customer: Customer, now: datetime) -> dict[str, Any]:
    """Limit and exposure as they are at opening: kept with the case, so that approvers see what the applicant saw."""
    row = limits.in_force(session, customer.id)
    return {
        "limit": None if row is None else format(row.amount, "f"),
        "exposure": None if customer.exposure is None else format(customer.exposure, "f"),
        "grade": customer.grade,
        "score": None if customer.score is None else format(customer.score, "f"),
        "at": now.isoformat(),
    }


