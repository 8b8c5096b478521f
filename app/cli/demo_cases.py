"""Sixty credit requests of the demo, brought into every state a case can be in, by the people who would do it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.edge.runtime import Runtime
from app.edge.transaction import begin_work
from app.models.case import Case, Task
from app.models.credit import Rating
from app.models.customer import Customer
from app.models.people import User
from app.services import cases, requests
from app.services.directory import directory
from app.services.viewers import viewer_of
from app.work import Actor, Work

SEED = 7
FLOW_ADMIN = "fengyuan"
# How each request goes: the answers given one after another, and what then happens. 60 in all.
SCRIPTS: Sequence[tuple[int, str]] = (
    (8, ""),  # waits for the superior
    (9, "a"),  # one approval, then the next step waits
    (7, "aa"),
    (4, "aaa"),
    (5, "ar"),  # finance returns it to the applicant
    (3, "ars"),  # returned, sent in again, waiting anew
    (10, "*"),  # everybody approves
    (5, "x"),  # the superior rejects it
    (3, "w"),  # withdrawn before anybody decided
    (3, "v"),  # declared void by the flow admin
)
KNOCKED_OUT = 3  # the sixty's last: customers with a knock-out, where in the end nobody may approve
COMMENTS = {
    "a": ("资料齐全，同意。", "近一年回款正常，同意。", "同意，按月跟踪应收。", "建议额度以内，同意。"),
    "r": ("请补充最近一期财务报表。", "请说明本次申请的用途和担保安排。", "请补充主要合同复印件。"),
    "x": ("近期逾期较多，暂不支持。", "经营规模与申请额度不匹配，不同意。"),
}
REASONS = (
    "订单增长，原额度不足",
    "新签年度框架合同",
    "旺季备货资金安排",
    "首次合作，申请账期",
    "延长账期以配合客户结算周期",
)


@dataclass(slots=True)
class Stage:
    """The people and customers the demo plays with."""

    instance: Runtime
    forward: Callable[..., None]
    rng: random.Random
    users: dict[str, str]

    @contextmanager
    def by(self, user_id: str) -> Iterator[Work]:
        with Session(self.instance.database.read) as session:
            actor = Actor.of(viewer_of(session, user_id))
        with begin_work(self.instance, actor, "demo") as work:
            yield work


def open_cases(instance: Runtime, forward: Callable[..., None]) -> Counter[str]:
    """Open and move the demo's cases; `forward` moves the demo's clock. Returns how many stand in each state."""
    with Session(instance.database.read) as session:
        users = dict(session.execute(select(User.username, User.id)).all())
    stage = Stage(instance, forward, random.Random(SEED), users)
    scripts = [script for count, script in SCRIPTS for _ in range(count)]
    stage.rng.shuffle(scripts)
    graded, blocked = _customers(stage, len(scripts))
    plan = [(customer, script, False) for customer, script in zip(graded, scripts, strict=True)]
    plan += [(customer, "*", True) for customer in blocked]
    stage.rng.shuffle(plan)
    for customer_id, script, knocked_out in plan:
        _play(stage, customer_id, script, knocked_out)
        forward(hours=stage.rng.randint(2, 6))
    _draft(stage, graded[0])
    with Session(instance.database.read) as session:
        return Counter(session.scalars(select(Case.status)).all())


def _customers(stage: Stage, count: int) -> tuple[list[str], list[str]]:
    """Customers of many grades to ask for, and some with a knock-out; the worked example's are left for visitors."""
    made = Customer.number.like("C0%")
    with Session(stage.instance.database.read) as session:
        fit = Customer.grade.in_(("AAA", "AA", "A", "BBB", "BB", "B"))
        graded = session.scalars(select(Customer.id).where(made, fit).order_by(Customer.id)).all()
        blocked = session.scalars(select(Customer.id).where(made, Customer.grade == "D").order_by(Customer.id)).all()
    return stage.rng.sample(list(graded), count), list(blocked[:KNOCKED_OUT])


def _play(stage: Stage, customer_id: str, script: str, knocked_out: bool) -> None:
    case_id = _submit(stage, customer_id, script, knocked_out)
    if script == "w":
        with stage.by(_applicant(stage, case_id)) as work:
            cases.withdraw(work, case_id)
    elif script == "v":
        with stage.by(stage.users[FLOW_ADMIN]) as work:
            cases.void(work, case_id, "客户已撤回合作意向，申请作废。")
    elif script == "*":
        while _decide(stage, case_id, "a"):
            pass
    else:
        for act in script:
            if act == "s":
                _resubmit(stage, case_id)
            elif not _decide(stage, case_id, act):
                return


def _submit(stage: Stage, customer_id: str, script: str, knocked_out: bool) -> str:
    stage.forward(minutes=stage.rng.randint(5, 90))
    with Session(stage.instance.database.read) as session:
        customer = session.get_one(Customer, customer_id)
        rating = session.get_one(Rating, customer.rating_id)
    proposed = Decimal(rating.outcome["formula_limit"] or 0) or Decimal(200000)
    share = Decimal(stage.rng.choice(("0.6", "0.8", "1", "1", "1.1", "1.3")))
    if script not in ("*", ""):
        share = max(share, Decimal("1.1"))  # over the formula, so that people decide and not the policy alone
    limit = (proposed * share / 10000).quantize(Decimal(1), ROUND_HALF_UP) * 10000
    raw: dict[str, Any] = {
        "customer": customer_id,
        "request_kind": "raise" if customer.limit_amount else "new",
        "limit": format(max(limit, Decimal(50000)), "f"),
        "term_days": str(rating.outcome["payment_days"] or 30),
        "reason": stage.rng.choice(REASONS),
    }
    if limit > 3_000_000:
        half = format((limit / 2).quantize(Decimal(1)), "f")
        raw["guarantees"] = [{"guarantor": f"{customer.name}实际控制人", "kind": "guarantee", "amount": half}]
    with stage.by(customer.owner_id or "") as work:
        row = requests.draft(work, raw)
        case = requests.submit(work, row, row.row_version, {})
    return case.id


def _draft(stage: Stage, customer_id: str) -> None:
    with Session(stage.instance.database.read) as session:
        owner = session.get_one(Customer, customer_id).owner_id
    with stage.by(owner or "") as work:
        requests.draft(work, {"customer": customer_id, "reason": "待补充资料后提交"})


def _applicant(stage: Stage, case_id: str) -> str:
    with Session(stage.instance.database.read) as session:
        return session.get_one(Case, case_id).applicant_id


def _decide(stage: Stage, case_id: str, act: str) -> bool:
    """Let somebody entitled answer the first open task; False when there is none."""
    with Session(stage.instance.database.read) as session:
        waiting = select(Task).where(Task.case_id == case_id, Task.status == "open")
        task = session.scalar(waiting.order_by(Task.opened_at, Task.id).limit(1))
        if task is None:
            return False
        people = [task.assignee_id] if task.assignee_id else _group(session, task)
        decided = set(session.scalars(select(Task.decided_by).where(Task.case_id == case_id)))
    who = next((each for each in people if each and each != task.applicant_id and each not in decided), None)
    if who is None:
        return False
    stage.forward(hours=stage.rng.randint(1, 4))
    answer = {"a": "approve", "r": "return", "x": "reject"}[act]
    with stage.by(who) as work:
        comment = stage.rng.choice(COMMENTS[act])
        cases.decide(work, task.id, task.row_version, answer, comment, return_to="start" if act == "r" else None)
    return True


def _group(session: Session, task: Task) -> tuple[str, ...]:
    return directory(session).holders(task.group_post or "", task.group_within)


def _resubmit(stage: Stage, case_id: str) -> None:
    stage.forward(hours=stage.rng.randint(2, 8))
    with stage.by(_applicant(stage, case_id)) as work:
        case = work.session.get_one(Case, case_id)
        row = requests.own(work, case.request_id)
        requests.submit(work, row, row.row_version, {"reason": "已补充资料，请复审"})
