"""The portfolio at a glance, added up by the database: no figure is made of rows this person may not read.

Customers are read once, grouped by grade and industry; every other figure about them is a sum over those groups, so
that all of them agree, and agree with the list of customers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import case, func, select

from app.access import Right, require
from app.models.customer import Customer
from app.queries.customers import utilisation
from app.queries.scope import customers_in_scope
from app.work import Reading

TOP = 10
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over some customers, amounts in CNY.

    rated       customers with a grade
    limited     customers with a limit; one that expired counts as 0
    limit       sum of those limits
    used        exposure of customers with a limit
    exposure    sum of open items of all
    overdue     receivables past due
    late        customers with anything overdue
    over        customers whose exposure is above their limit; `excess` is by how much
    """

    customers: int = 0
    rated: int = 0
    limited: int = 0
    limit: Decimal = ZERO
    used: Decimal = ZERO
    exposure: Decimal = ZERO
    overdue: Decimal = ZERO
    late: int = 0
    over: int = 0
    excess: Decimal = ZERO

    @property
    def rated_share(self) -> Decimal | None:
        return share(Decimal(self.rated), Decimal(self.customers))

    @property
    def utilisation(self) -> Decimal | None:
        """Exposure of customers with a limit ÷ their limits; None without any limit."""
        return utilisation(self.limit, self.used)

    @property
    def overdue_share(self) -> Decimal | None:
        """Overdue ÷ exposure."""
        return share(self.overdue, self.exposure)

    def plus(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in Figures.__slots__))


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A grade and its customers; None are those without a Rating."""

    grade: str | None
    figures: Figures
    share: Decimal | None  # of all customers


@dataclass(frozen=True, slots=True)
class IndustryLine:
    """An industry and its share of the whole exposure."""

    code: str | None
    name: str | None
    figures: Figures
    share: Decimal | None


@dataclass(frozen=True, slots=True)
class TopLine:
    """One of the largest exposures and its share of the whole."""

    id: str
    name: str
    grade: str | None
    limit: Decimal | None
    exposure: Decimal
    overdue: Decimal | None
    share: Decimal | None

    @property
    def utilisation(self) -> Decimal | None:
        return utilisation(self.limit, self.exposure)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What stands open against what was granted, `at` this moment."""

    at: datetime
    total: Figures
    grades: tuple[GradeLine, ...]
    industries: tuple[IndustryLine, ...]
    others: IndustryLine | None  # industries after the first ten, together
    top: tuple[TopLine, ...]

    @property
    def top_share(self) -> Decimal | None:
        return share(sum((each.exposure for each in self.top), ZERO), self.total.exposure)


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """part / whole, 4 places, half up; None of nothing."""
    return (part / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP) if whole > 0 else None


def portfolio(reading: Reading) -> Portfolio:
    """Two statements, whatever the number of customers."""
    require(reading.viewer, Right.BOARD_READ)
    groups = [_Group(row) for row in reading.session.execute(_grouped(reading))]
    total = _sum(group.figures for group in groups)
    ranks: dict[str | None, int] = {}
    for group in groups:
        ranks[group.grade] = min(group.rank, ranks.get(group.grade, group.rank))
    grades = tuple(
        GradeLine(grade, figures := _sum(g.figures for g in groups if g.grade == grade),
                  share(Decimal(figures.customers), Decimal(total.customers)))
        for grade in sorted(ranks, key=lambda each: (ranks[each], each or ""))
    )  # fmt: skip
    industries = _industries(groups, total)
    return Portfolio(
        reading.now, total, grades, industries[:TOP], _others(industries[TOP:], total), _top(reading, total)
    )


class _Group:
    """Customers of one grade and industry."""

    def __init__(self, row: Any) -> None:
        self.grade: str | None = row.grade
        self.rank: int = 10_000 if row.rank is None else row.rank  # unrated ones come last
        self.code: str | None = row.industry_code
        self.industry: str | None = row.industry
        self.figures = Figures(
            customers=row.customers, rated=row.customers if row.grade is not None else 0, limited=row.limited,
            limit=row.limit or ZERO, used=row.used or ZERO, exposure=row.exposure or ZERO, overdue=row.overdue or ZERO,
            late=row.late or 0, over=row.over or 0, excess=row.excess or ZERO,
        )  # fmt: skip


def _grouped(reading: Reading) -> Any:
    limited = Customer.limit_amount.is_not(None)
    over = limited & (Customer.exposure > Customer.limit_amount)
    query: Any = select(
        Customer.grade,
        func.min(Customer.grade_rank).label("rank"),
        Customer.industry_code,
        func.max(Customer.industry).label("industry"),
        func.count().label("customers"),
        func.count(Customer.limit_amount).label("limited"),
        func.sum(Customer.limit_amount).label("limit"),
        func.sum(case((limited, Customer.exposure))).label("used"),
        func.sum(Customer.exposure).label("exposure"),
        func.sum(Customer.overdue).label("overdue"),
        func.sum(case((Customer.overdue > ZERO, 1), else_=0)).label("late"),
        func.sum(case((over, 1), else_=0)).label("over"),
        func.sum(case((over, Customer.exposure - Customer.limit_amount))).label("excess"),
    ).group_by(Customer.grade, Customer.industry_code)
    return customers_in_scope(query, reading.viewer)


def _sum(some: Iterable[Figures]) -> Figures:
    total = Figures()
    for each in some:
        total = total.plus(each)
    return total


def _industries(groups: list[_Group], total: Figures) -> tuple[IndustryLine, ...]:
    """By exposure, the largest first."""
    names: dict[str | None, str | None] = {}
    for group in groups:
        names[group.code] = names.get(group.code) or group.industry
    lines = []
    for code, name in names.items():
        figures = _sum(group.figures for group in groups if group.code == code)
        lines.append(IndustryLine(code, name, figures, share(figures.exposure, total.exposure)))
    return tuple(sorted(lines, key=lambda line: (-line.figures.exposure, line.code or "")))


def _others(rest: tuple[IndustryLine, ...], total: Figures) -> IndustryLine | None:
    if not rest:
        return None
    figures = _sum(each.figures for each in rest)
    return IndustryLine(None, None, figures, share(figures.exposure, total.exposure))


def _top(reading: Reading, total: Figures) -> tuple[TopLine, ...]:
    query: Any = select(
        Customer.id, Customer.name, Customer.grade, Customer.limit_amount, Customer.exposure, Customer.overdue
    ).where(Customer.exposure > ZERO)
    query = customers_in_scope(query, reading.viewer).order_by(Customer.exposure.desc(), Customer.id).limit(TOP)
    return tuple(
        TopLine(row.id, row.name, row.grade, row.limit_amount, row.exposure, row.overdue,
                share(row.exposure, total.exposure))
        for row in reading.session.execute(query)
    )  # fmt: skip
