"""Cases as the board counts them: how many stand open, where and for how long, and what this month decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, cast, extract, func, select

from app.access import Right, require
from app.models.case import OPEN_STATUSES, Case, Decision, Task
from app.models.customer import Customer
from app.models.people import User
from app.queries.keyset import Place, Sorting, Walk, walk
from app.queries.scope import cases_in_scope
from app.work import Reading
from workflows.state import OPEN

AGES: Mapping[str, int | None] = {"d3": 3, "d7": 7, "d15": 15, "d30": 30, "older": None}  # open for at most n days
DECIDED = ("approved", "rejected")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class StepLine:
    """Open cases waiting at a Step; `oldest` is when the one waiting longest was opened."""

    step: str
    label: Mapping[str, str]
    cases: int
    amount: Decimal
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Cases:
    """Open cases, and what was decided since the first of the business month.

    open         status → how many
    ages         status → age (a key of `AGES`) → how many
    average_days days an open case has been open on average, one place; None without any
    decided      final status → how many were closed this month
    returned     times an approver sent a case back this month
    median_hours from opening to closing, of cases approved or rejected this month, one place
    """

    open: Mapping[str, int]
    amount: Decimal
    ages: Mapping[str, Mapping[str, int]]
    average_days: Decimal | None
    steps: tuple[StepLine, ...]
    month: date
    decided: Mapping[str, int]
    returned: int
    median_hours: Decimal | None

    @property
    def total(self) -> int:
        return sum(self.open.values())

    @property
    def over_a_week(self) -> int:
        return sum(found.get(age, 0) for found in self.ages.values() for age in ("d15", "d30", "older"))


def overview(reading: Reading) -> Cases:
    """Six statements, whatever the number of cases."""
    require(reading.viewer, Right.BOARD_READ)
    session, now = reading.session, reading.now
    age = _age(now)
    query: Any = select(
        Case.status, age.label("age"), func.count().label("cases"), func.sum(Case.amount).label("amount"),
        func.sum(_seconds(reading, Case.opened_at)).label("seconds"),
    ).where(Case.status.in_(OPEN_STATUSES)).group_by(Case.status, age)  # fmt: skip
    rows = session.execute(cases_in_scope(query, reading.viewer)).all()
    counts, ages = dict.fromkeys(OPEN_STATUSES, 0), {status: dict.fromkeys(AGES, 0) for status in OPEN_STATUSES}
    for row in rows:
        counts[row.status] += row.cases
        ages[row.status][row.age] += row.cases
    total = sum(counts.values())
    opened = sum((Decimal(row.seconds) for row in rows), ZERO)
    average = Decimal(int(now.timestamp())) - opened / total if total else None
    decided = _decided(reading)
    return Cases(
        counts,
        sum((row.amount for row in rows), ZERO),
        ages,
        None if average is None else _one_place(max(average, ZERO) / 86400),
        waiting_steps(reading),
        _month(reading).astimezone(reading.zone).date(),
        decided,
        _returned(reading),
        _median(reading, sum(decided.get(status, 0) for status in DECIDED)),
    )


def _one_place(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _age(now: datetime) -> ColumnElement[str]:
    steps = [(Case.opened_at > now - timedelta(days=days), key) for key, days in AGES.items() if days is not None]
    return case(*steps, else_="older")


def _seconds(reading: Reading, column: Any) -> ColumnElement[Any]:
    """Seconds since 1970 of a time, in whole numbers, on either database."""
    if reading.session.get_bind().dialect.name == "sqlite":
        return cast(func.strftime("%s", column), BigInteger)
    return func.floor(extract("epoch", column))


def _month(reading: Reading) -> datetime:
    """When the business month began."""
    return datetime.combine(reading.today.replace(day=1), time(), reading.zone)


def waiting_steps(reading: Reading) -> tuple[StepLine, ...]:
    """Where running cases wait; one whose task several people share counts once."""
    once = (
        select(Task.case_id, Task.step, func.min(Task.opened_at).label("since"))
        .where(Task.status.in_(OPEN))
        .group_by(Task.case_id, Task.step)
        .subquery()
    )
    query: Any = (
        select(once.c.step, func.count().label("cases"), func.sum(Case.amount).label("amount"),
               func.min(Case.opened_at).label("oldest"))
        .join(Case, Case.id == once.c.case_id)
        .where(Case.status.in_(OPEN_STATUSES))
        .group_by(once.c.step)
    )  # fmt: skip
    rows = reading.session.execute(cases_in_scope(query, reading.viewer)).all()
    labels = _labels(reading, [row.step for row in rows])
    lines = [StepLine(row.step, labels.get(row.step, {}), row.cases, row.amount, row.oldest) for row in rows]
    return tuple(sorted(lines, key=lambda line: (-line.cases, line.step)))


def _labels(reading: Reading, steps: list[str]) -> dict[str, Mapping[str, str]]:
    """The label each Step was given last."""
    newest = select(func.max(Task.id)).where(Task.step.in_(steps), Task.status.in_(OPEN)).group_by(Task.step)
    rows = reading.session.execute(select(Task.step, Task.step_label).where(Task.id.in_(newest)))
    return {row.step: row.step_label for row in rows}


def _decided(reading: Reading) -> dict[str, int]:
    query: Any = select(Case.status, func.count()).where(Case.closed_at >= _month(reading)).group_by(Case.status)
    return dict(reading.session.execute(cases_in_scope(query, reading.viewer)).all())


def _returned(reading: Reading) -> int:
    query = (
        select(func.count())
        .select_from(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(Decision.answer == "return", Decision.at >= _month(reading))
    )
    return reading.session.scalar(cases_in_scope(query, reading.viewer)) or 0


def _median(reading: Reading, count: int) -> Decimal | None:
    """The middle one of `count` durations, or the mean of the middle two, read by place."""
    if count == 0:
        return None
    took = _seconds(reading, Case.closed_at) - _seconds(reading, Case.opened_at)
    query = select(took).where(Case.closed_at >= _month(reading), Case.status.in_(DECIDED))
    middle = cases_in_scope(query, reading.viewer).order_by(took).offset((count - 1) // 2).limit(2 - count % 2)
    found = [Decimal(each) for each in reading.session.scalars(middle)]
    return _one_place(sum(found, ZERO) / len(found) / 3600) if found else None


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What narrows the list of cases; members left empty narrow nothing.

    status  one status; "open" for all that are not closed; "decided" and "returned" are this month's
    """

    status: str = ""
    step: str = ""
    age: str = ""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in the list; `step` is where it waits."""

    id: str
    number: str
    customer_id: str
    customer: str
    applicant: str
    amount: Decimal
    grade: str | None
    status: str
    opened_at: datetime
    closed_at: datetime | None
    step: Mapping[str, str] | None


def cases(reading: Reading, filters: CaseFilters, place: Place) -> tuple[tuple[CaseLine, ...], Walk]:
    """The cases behind a figure, the oldest first."""
    require(reading.viewer, Right.BOARD_READ)
    waiting = (
        select(Task.step_label)
        .where(Task.case_id == Case.id, Task.status.in_(OPEN))
        .order_by(Task.id)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    query: Any = (
        select(Case.id, Case.number, Case.customer_id, Customer.name.label("customer"), User.name.label("applicant"),
               Case.amount, Case.grade, Case.status, Case.opened_at, Case.closed_at, waiting.label("step"))
        .join(Customer, Customer.id == Case.customer_id)
        .join(User, User.id == Case.applicant_id)
    )  # fmt: skip
    query = cases_in_scope(_narrowed(query, reading, filters), reading.viewer)
    found = walk(reading.session, query, Sorting(Case.opened_at, Case.id), place)
    return tuple(CaseLine(*row) for row in found.rows), found


def _narrowed(query: Select[Any], reading: Reading, filters: CaseFilters) -> Select[Any]:
    month = _month(reading)
    if filters.status == "open":
        query = query.where(Case.status.in_(OPEN_STATUSES))
    elif filters.status == "returned_this_month":
        sent_back = select(Decision.case_id).where(Decision.answer == "return", Decision.at >= month)
        query = query.where(Case.id.in_(sent_back))
    elif filters.status.endswith("_this_month"):
        query = query.where(Case.status == filters.status.removesuffix("_this_month"), Case.closed_at >= month)
    elif filters.status:
        query = query.where(Case.status == filters.status)
    if filters.step:
        here = select(Task.case_id).where(Task.step == filters.step, Task.status.in_(OPEN))
        query = query.where(Case.id.in_(here), Case.status.in_(OPEN_STATUSES))
    if filters.age in AGES:
        query = query.where(_age(reading.now) == filters.age)
    return query
