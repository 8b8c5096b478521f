"""Sixty credit requests of the demo, brought into every state a case can be in, by the people who would do it.

Each act is one chunk: the act and the note that it was done commit together, so a lost process repeats none. Who acts
when is drawn from seeds, by case and act, so that the next process goes on with the same story.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from heapq import heapify, heappop, heappush
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.jobs.demo import as_of, finish_stage
from app.jobs.run import Run, handler
from app.jobs.working_time import WorkingTime
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
# How each request goes: the answers given one after another, and what then happens. With the knocked out: 60 in all.
SCRIPTS: Sequence[tuple[int, str]] = (
    (6, ""),  # waits for the superior
    (8, "a"),  # one approval, then the next step waits
    (7, "aa"),
    (4, "aaa"),
    (5, "ar"),  # finance returns it to the applicant
    (3, "ars"),  # returned, sent in again, waiting anew
    (12, "*"),  # everybody approves
    (5, "x"),  # the superior rejects it
    (3, "w"),  # withdrawn before anybody decided
    (4, "v"),  # declared void by the flow admin
)
DRAFT = "d"  # and one that somebody has begun and not sent
KNOCKED_OUT = 3  # customers with a knock-out, where in the end nobody may approve
FIT = ("AAA", "AA", "A", "BBB", "BB", "B")
HOUR = 3600
DELAYS = (HOUR // 2, HOUR, 2 * HOUR, 4 * HOUR, 9 * HOUR, 12 * HOUR, 20 * HOUR)  # of working time between two acts
ANSWERS = {"a": "approve", "r": "return", "x": "reject"}
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
class Part:
    """One case's story: its customer and script, how many acts are done, and the case once it is open."""

    number: int
    customer_id: str
    script: str
    of: int
    done: int = 0
    case_id: str | None = None
    ended: bool = False

    def rng(self, act: int) -> random.Random:
        return random.Random(f"{SEED}/{self.number}/{act}")

    def due(self, total: int) -> int:
        """The second of working time at which the next act is done; openings are spread over all of it."""
        opens = total * (4 * self.number + self.rng(0).randint(0, 3)) // (4 * self.of)
        drawn = [self.rng(act) for act in range(1, self.done + 1)]
        return opens + sum(rng.choice(DELAYS) + rng.randint(0, 1800) for rng in drawn)

    @property
    def act(self) -> str | None:
        """The next letter of the script; None once it is told to the end. "*" goes on approving."""
        if self.ended:
            return None
        if self.done == 0:
            return "draft" if self.script == DRAFT else "open"
        if self.script == "*":
            return "a"
        return self.script[self.done - 1] if self.script != DRAFT and self.done <= len(self.script) else None

    def to_json(self) -> list[Any]:
        return [self.number, self.customer_id, self.script, self.of, self.done, self.case_id, self.ended]


@handler("demo.cases")
def play(run: Run) -> None:
    """All stories side by side in the order of time, so that the ledger's times never go backwards."""
    zone = ZoneInfo(run.instance.settings.timezone)
    until = datetime.fromisoformat(str(run.arguments["until"]))
    start = as_of(run)
    time = WorkingTime.between(start.instance.clock(), until, zone)
    parts = _parts(start)
    waiting = [(part.due(time.total), part.number) for part in parts if part.act]
    heapify(waiting)
    while waiting:
        second, number = heappop(waiting)
        part = parts[number]
        _do(run.at(time.moment(second)), part, parts)
        if part.act:
            heappush(waiting, (max(second, part.due(time.total)), number))
    with run.chunk() as chunk:
        finish_stage(run, chunk)


def _parts(run: Run) -> list[Part]:
    """The stories as the job's row has them, or newly cast."""
    with run.chunk() as chunk:
        if chunk.job.result:
            return [Part(*each) for each in chunk.job.result["parts"]]
        parts = _cast(chunk.work.session)
        chunk.total, chunk.result = len(parts), _result(parts)
        return parts


def _result(parts: Sequence[Part]) -> Mapping[str, Any]:
    return {"parts": [part.to_json() for part in parts]}


def _cast(session: Session) -> list[Part]:
    """Customers of many grades to ask for, and some with a knock-out; the worked example's are left for visitors."""
    made = Customer.number.like("C0%")
    by_number = select(Customer.id).where(made).order_by(Customer.number)
    fit = list(session.scalars(by_number.where(Customer.grade.in_(FIT))))
    blocked = list(session.scalars(by_number.where(Customer.grade == "D").limit(KNOCKED_OUT)))
    rng = random.Random(SEED)
    scripts = [script for count, script in (*SCRIPTS, (1, DRAFT)) for _ in range(count)]
    rng.shuffle(scripts)
    plan = list(zip(rng.sample(fit, len(scripts)), scripts, strict=True)) + [(each, "*") for each in blocked]
    rng.shuffle(plan)
    return [Part(number, customer, script, len(plan)) for number, (customer, script) in enumerate(plan)]


def _do(run: Run, part: Part, parts: Sequence[Part]) -> None:
    """The part's next act and the note of it, by whoever would do it; a story nobody can carry on has ended."""
    act = part.act or ""
    who, task = _who(run, part, act)
    after = replace(part, done=part.done + 1, ended=who is None)
    actor = _actor(run, who) if who is not None else None
    with run.chunk(actor=actor) if actor is not None else run.chunk() as chunk:
        if actor is not None:
            after.case_id = _perform(chunk.work, part, act, task)
        noted = [after if each is part else each for each in parts]
        chunk.result = _result(noted)
        chunk.progress = sum(1 for each in noted if each.act is None)
    part.done, part.case_id, part.ended = after.done, after.case_id, after.ended


def _actor(run: Run, user_id: str) -> Actor:
    with Session(run.instance.database.read) as session:
        return Actor.of(viewer_of(session, user_id))


def _who(run: Run, part: Part, act: str) -> tuple[str | None, Task | None]:
    """Who acts next and on which task; nobody where no task is open or nobody entitled is left."""
    with Session(run.instance.database.read) as session:
        if act in ("open", "draft"):
            return session.scalar(select(Customer.owner_id).where(Customer.id == part.customer_id)), None
        if act in ("w", "s"):
            return session.scalar(select(Case.applicant_id).where(Case.id == part.case_id)), None
        if act == "v":
            return session.scalar(select(User.id).where(User.username == FLOW_ADMIN)), None
        waiting = select(Task).where(Task.case_id == part.case_id, Task.status == "open")
        task = session.scalar(waiting.order_by(Task.opened_at, Task.id).limit(1))
        if task is None:
            return None, None
        people = [task.assignee_id] if task.assignee_id else _group(session, task)
        decided = set(session.scalars(select(Task.decided_by).where(Task.case_id == part.case_id)))
        fit = (each for each in people if each and each != task.applicant_id and each not in decided)
        return next(fit, None), task


def _group(session: Session, task: Task) -> Sequence[str]:
    return directory(session).holders(task.group_post or "", task.group_within)


def _perform(work: Work, part: Part, act: str, task: Task | None) -> str | None:
    """One act through the services; returns the case's id, of a draft none."""
    if act == "draft":
        requests.draft(work, {"customer": part.customer_id, "reason": "待补充资料后提交"})
        return None
    if act == "open":
        return _submit(work, part)
    if part.case_id is None:
        raise LookupError(f"part {part.number} has no case to act on")
    if act == "w":
        cases.withdraw(work, part.case_id)
    elif act == "v":
        cases.void(work, part.case_id, "客户已撤回合作意向，申请作废。")
    elif act == "s":
        row = requests.own(work, work.session.get_one(Case, part.case_id).request_id)
        requests.submit(work, row, row.row_version, {"reason": "已补充资料，请复审"})
    elif task is not None:
        comment = part.rng(part.done).choice(COMMENTS[act])
        to = "start" if act == "r" else None
        cases.decide(work, task.id, task.row_version, ANSWERS[act], comment, return_to=to)
    return part.case_id


def _submit(work: Work, part: Part) -> str:
    customer = work.session.get_one(Customer, part.customer_id)
    outcome = work.session.get_one(Rating, customer.rating_id).outcome
    rng = part.rng(0)
    proposed = Decimal(outcome["formula_limit"] or 0) or Decimal(200000)
    share = Decimal(rng.choice(("0.6", "0.8", "1", "1", "1.1", "1.3")))
    if part.script not in ("*", ""):
        share = max(share, Decimal("1.1"))  # over the formula, so that people decide and not the policy alone
    limit = (proposed * share / 10000).quantize(Decimal(1), ROUND_HALF_UP) * 10000
    raw: dict[str, Any] = {
        "customer": part.customer_id,
        "request_kind": "raise" if customer.limit_amount else "new",
        "limit": format(max(limit, Decimal(50000)), "f"),
        "term_days": str(outcome["payment_days"] or 30),
        "reason": rng.choice(REASONS),
    }
    if limit > 3_000_000:
        half = format((limit / 2).quantize(Decimal(1)), "f")
        raw["guarantees"] = [{"guarantor": f"{customer.name}实际控制人", "kind": "guarantee", "amount": half}]
    row = requests.draft(work, raw)
    return requests.submit(work, row, row.row_version, {}).id
