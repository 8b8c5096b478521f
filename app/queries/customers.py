"""Customers as pages show them: the list with its filters, the head of one file, and the picker of forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Select, or_, select, union

from app.access import Missing, Right, require
from app.models.customer import Customer
from app.models.people import Department, User
from app.queries.keyset import Counted, Place, Sorting, counted, walk
from app.queries.reach import FILES
from app.queries.scope import customers_in_scope
from app.work import Reading

SORTS = {
    "name": Customer.sort_name,
    "grade": Customer.grade_rank,
    "score": Customer.score,
    "exposure": Customer.exposure,
}
DESCENDING = frozenset({"score", "exposure"})  # as first clicked: the highest first
UNRATED = "-"
LONGEST = 60
PICKED = 12


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; members left as they are narrow nothing.

    grade     a Grade, or `UNRATED` for customers without a Rating
    industry  code of the industry
    regions   the names a region may be stored under
    below     coverage in percent that counts as low
    """

    search: str = ""
    grade: str = ""
    industry: str = ""
    regions: tuple[str, ...] = ()
    owner_id: str = ""
    over_limit: bool = False
    overdue: bool = False
    low_coverage: bool = False
    below: Decimal = Decimal(80)


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One customer in the list; amounts in CNY."""

    id: str
    number: str
    name: str
    industry_code: str | None
    industry: str | None
    province: str | None
    grade: str | None
    score: Decimal | None
    coverage: Decimal | None
    limit: Decimal | None
    exposure: Decimal | None
    overdue: Decimal | None
    owner: str | None
    rated_at: datetime | None

    @property
    def utilisation(self) -> Decimal | None:
        return utilisation(self.limit, self.exposure)


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """The whole file of one customer, with the names of owner and department."""

    id: str
    number: str
    name: str
    credit_code: str | None
    industry_code: str | None
    industry: str | None
    variant: str | None
    province: str | None
    city: str | None
    founded_on: date | None
    registered_capital: Decimal | None
    employees: int | None
    legal_representative: str | None
    contact_email: str | None
    registration_status: str | None
    currency: str
    payment_days: int | None
    customer_since: date | None
    segment: str | None
    note: str | None
    source: str
    answers: Mapping[str, Any]
    owner_id: str | None
    owner: str | None
    department: Mapping[str, str] | None
    created_at: datetime
    changed_at: datetime
    row_version: int
    rating_id: str | None
    grade: str | None
    score: Decimal | None
    coverage: Decimal | None
    rated_at: datetime | None
    limit: Decimal | None
    exposure: Decimal | None
    overdue: Decimal | None

    @property
    def utilisation(self) -> Decimal | None:
        return utilisation(self.limit, self.exposure)

    @property
    def headroom(self) -> Decimal | None:
        return None if self.limit is None or self.exposure is None else self.limit - self.exposure


def utilisation(limit: Decimal | None, exposure: Decimal | None) -> Decimal | None:
    """exposure / limit, 4 places, half up; None when either is unknown or the limit is 0."""
    if limit is None or exposure is None or limit <= 0:
        return None
    return (exposure / limit).quantize(Decimal("0.0001"), ROUND_HALF_UP)


def page(
    reading: Reading, filters: Filters, place: Place, *, sort: str = "name", descending: bool | None = None
) -> Counted[CustomerLine]:
    """Customers this person may read, sorted by one of `SORTS`."""
    require(reading.viewer, Right.CUSTOMER_READ)
    column = SORTS.get(sort, Customer.sort_name)
    way = sort in DESCENDING if descending is None else descending
    query: Any = select(
        Customer.id, Customer.number, Customer.name, Customer.industry_code, Customer.industry, Customer.province,
        Customer.grade, Customer.score, Customer.coverage, Customer.limit_amount, Customer.exposure, Customer.overdue,
        User.name.label("owner"), Customer.rated_at,
    ).join(User, User.id == Customer.owner_id, isouter=True)  # fmt: skip
    found = walk(reading.session, _narrowed(query, reading, filters), Sorting(column, Customer.id, way), place)
    whole = found.previous is None and found.next is None
    count = len(found.rows) if whole else counted(reading.session, _narrowed(select(Customer.id), reading, filters))
    return Counted(tuple(CustomerLine(*row) for row in found.rows), found.previous, found.next, count)


def _narrowed(query: Select[Any], reading: Reading, filters: Filters) -> Select[Any]:
    reached = customers_in_scope(query, reading.viewer, among=FILES.along(reading.session))
    query = _matching(reached, filters.search)
    if filters.grade:
        query = query.where(Customer.grade.is_(None) if filters.grade == UNRATED else Customer.grade == filters.grade)
    if filters.industry:
        query = query.where(Customer.industry_code == filters.industry)
    if filters.regions:
        query = query.where(Customer.province.in_(filters.regions))
    if filters.owner_id:
        query = query.where(Customer.owner_id == filters.owner_id)
    if filters.over_limit:
        query = query.where(Customer.exposure > Customer.limit_amount)
    if filters.overdue:
        query = query.where(Customer.overdue > Decimal(0))
    if filters.low_coverage:
        query = query.where(Customer.coverage < filters.below)
    return query


def _matching(query: Select[Any], search: str) -> Select[Any]:
    """By name, pinyin or its initials, number, or credit code; a whole code or number goes straight to its index."""
    text = search.strip()[:LONGEST]
    if not text:
        return query
    code = text.upper().replace(" ", "")
    if len(code) == 18 and code.isascii() and code.isalnum():
        return query.where(Customer.credit_code == code)
    if not text.isascii():
        return query.where(Customer.name.contains(text, autoescape=True))
    # `sort_name` is lower case and holds what of a name is no Chinese too, so an index alone answers.
    found = Customer.sort_name.contains(text.lower(), autoescape=True)
    if not any(letter.isdecimal() for letter in text):
        return query.where(found)
    # Three searches of their own, each along its index: one condition over all would read every row.
    numbers = or_(*(Customer.number.startswith(each, autoescape=True) for each in sorted({text, text.upper()})))
    codes = Customer.credit_code.startswith(code, autoescape=True)
    ids = union(*(select(Customer.id).where(each) for each in (found, numbers, codes)))
    return query.where(Customer.id.in_(ids))


def owners(reading: Reading) -> tuple[tuple[str, str], ...]:
    """(id, name) of the people who own a customer this person may read, by name."""
    owned = customers_in_scope(select(Customer.id).where(Customer.owner_id == User.id), reading.viewer)
    query = select(User.id, User.name).where(owned.exists()).order_by(User.sort_name, User.id).limit(500)
    return tuple((row.id, row.name) for row in reading.session.execute(query))


def file(reading: Reading, customer_id: str, right: Right = Right.CUSTOMER_READ) -> CustomerFile:
    """One customer whole; somebody else's is Missing."""
    require(reading.viewer, right)
    query = (
        select(Customer, User.name, Department.name)
        .join(User, User.id == Customer.owner_id, isouter=True)
        .join(Department, Department.id == Customer.department_id, isouter=True)
        .where(Customer.id == customer_id)
    )
    row = reading.session.execute(customers_in_scope(query, reading.viewer, right)).one_or_none()
    if row is None:
        raise Missing("customer", customer_id)
    return _file(row)


def reachable(reading: Reading, customer_id: str, right: Right) -> bool:
    """Whether this person may do `right` to this customer."""
    if not reading.viewer.may(right):
        return False
    query: Any = select(Customer.id).where(Customer.id == customer_id)
    return reading.session.scalar(customers_in_scope(query, reading.viewer, right)) is not None


_COPIED = (
    "id", "number", "name", "credit_code", "industry_code", "industry", "variant", "province", "city", "founded_on",
    "registered_capital", "employees", "legal_representative", "contact_email", "registration_status", "currency",
    "payment_days", "customer_since", "segment", "note", "source", "answers", "owner_id", "created_at", "changed_at",
    "row_version", "rating_id", "grade", "score", "coverage", "rated_at", "exposure", "overdue",
)  # fmt: skip


def _file(row: Any) -> CustomerFile:
    customer: Customer = row[0]
    copied = {name: getattr(customer, name) for name in _COPIED}
    return CustomerFile(**copied, limit=customer.limit_amount, owner=row[1], department=row[2])


@dataclass(frozen=True, slots=True)
class Choice:
    """A customer as the picker of a form offers it."""

    id: str
    name: str
    number: str
    credit_code: str | None
    grade: str | None
    limit: Decimal | None
    exposure: Decimal | None


_OFFERED = (
    Customer.id, Customer.name, Customer.number, Customer.credit_code, Customer.grade, Customer.limit_amount,
    Customer.exposure,
)  # fmt: skip


def choices(reading: Reading, search: str, most: int = PICKED) -> Sequence[Choice]:
    """The first customers that match, by name; those of the reader's own first where nothing is typed."""
    query: Any = select(*_OFFERED)
    query = _matching(customers_in_scope(query, reading.viewer), search)
    if not search.strip():
        query = query.where(Customer.owner_id == reading.viewer.id)
    query = query.order_by(Customer.sort_name, Customer.id).limit(most)
    return tuple(Choice(*row) for row in reading.session.execute(query))


def choice(reading: Reading, customer_id: str) -> Choice | None:
    """The customer chosen, as far as this person may see it."""
    query: Any = select(*_OFFERED).where(Customer.id == customer_id)
    row = reading.session.execute(customers_in_scope(query, reading.viewer)).one_or_none()
    return None if row is None else Choice(*row)
