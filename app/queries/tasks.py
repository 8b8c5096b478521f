"""Tasks as the inbox lists them: mine and my groups', each one row, in stable order, counted exactly up to 99."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from app import kinds
from app.access import Missing, Right, Viewer
from app.models.case import Case, Notice, Task
from app.models.customer import Customer
from app.models.definition import PUBLISHED, Definition
from app.models.people import Post, User
from app.queries.keyset import YEARS
from app.queries.scope import my_groups
from app.work import Reading
from forms import Form
from rules import Scorecard
from workflows import Flow
from workflows.assign import FLOW_ADMIN
from workflows.model import Approval, Handle

PAGE = 30
MOST = 100  # counted exactly below this, "99+" from here on
Label = Mapping[str, str]
Sort = Literal["wait", "-wait", "amount", "-amount"]
SORTS: tuple[Sort, ...] = ("wait", "-wait", "amount", "-amount")


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; amounts in CNY, both bounds included."""

    kind: str = ""
    step: str = ""
    grade: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    flagged: bool = False
    search: str = ""

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task in a list. `claimer` is the name of who took a group's task, `post` whom a group's task is for."""

    id: str
    case_id: str
    customer: str
    number: str
    kind: str
    grade_before: str | None
    grade: str | None
    score: Decimal | None
    amount: Decimal
    step: Label
    status: str
    flags: tuple[str, ...]
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    answer: str | None
    row_version: int
    post: Label | None = None
    claimer: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of rows; `previous` and `next` are places to page from, `count` is exact below `MOST`."""

    rows: tuple[Any, ...]
    previous: str | None = None
    next: str | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of the tabs, each cut off at `MOST`."""

    todo: int = 0
    overdue: int = 0
    done_today: int = 0
    unread: int = 0
    stuck: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the filters offer and how codes of the published Definitions read."""

    kinds: Mapping[str, Label] = field(default_factory=dict)
    steps: Mapping[str, Label] = field(default_factory=dict)
    grades: tuple[str, ...] = ()


def todo(
    reading: Reading, filters: Filters, sort: Sort = "wait", after: str | None = None, before: str | None = None,
    limit: int = PAGE,
) -> Page:
    """My open tasks: assigned to me, claimed by me, or free for a post I hold. Never my own request's."""
    down = sort.startswith("-")
    key: Any = Task.amount if sort.endswith("amount") else Task.opened_at
    # "wait" counts from opening: who waits longest was opened first.
    order = _Order(key, down, after, before)
    branches = [
        order.placed(_narrowed(select(Task.id, key.label("place")).where(mine), filters)).limit(limit + 1).subquery()
        for mine in _mine(reading.viewer)
    ]
    found = union_all(*(select(branch.c.id, branch.c.place) for branch in branches)).subquery()
    claimer, post = aliased(User), aliased(Post)
    query = (
        select(*_COLUMNS, post.label.label("post"), claimer.name.label("claimer"))
        .join(found, found.c.id == Task.id)
        .join(claimer, claimer.id == Task.claimed_by, isouter=True)
        .join(post, post.key == Task.group_post, isouter=True)
        .order_by(*order.by(found.c.place, found.c.id))
        .limit(limit + 1)
    )
    rows = reading.session.execute(query).all()
    name = "amount" if key is Task.amount else "opened_at"
    page = order.page([_row(row) for row in rows], limit, lambda row: getattr(row, name))
    return Page(page.rows, page.previous, page.next, counted(reading, filters) if filters else None)


def counted(reading: Reading, filters: Filters | None = None) -> int:
    """How many tasks `todo` lists, over all pages; never counts beyond `MOST`."""
    return reading.session.scalar(select(_count(reading.viewer, filters or Filters()))) or 0


def counts(reading: Reading) -> Counts:
    """All numbers around the inbox in one question."""
    viewer = reading.viewer
    today = datetime.combine(reading.today, time(), reading.zone)
    unread = select(Notice.id).where(Notice.user_id == viewer.id, Notice.read_at.is_(None)).limit(MOST).subquery()
    told = select(func.count()).select_from(unread).scalar_subquery()
    if not viewer.may(Right.TASK_DECIDE):
        return Counts(unread=reading.session.scalar(select(told)) or 0)
    done = (
        select(Task.id).where(Task.decided_by == viewer.id, Task.closed_at >= today).limit(MOST).subquery()
    )
    row = reading.session.execute(
        select(
            _count(viewer, Filters()).label("todo"),
            _count(viewer, Filters(), Task.due_at < reading.now).label("overdue"),
            select(func.count()).select_from(done).scalar_subquery().label("done_today"),
            told.label("unread"),
            _stuck(viewer).label("stuck"),
        )
    ).one()
    return Counts(row.todo, row.overdue, row.done_today, row.unread, row.stuck)


def _stuck(viewer: Viewer) -> Any:
    """How many cases stand still, where that is this person's to mend."""
    if FLOW_ADMIN not in viewer.posts:
        return literal(0)
    rows = select(Case.id).where(Case.status == "error").limit(MOST).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


def done(reading: Reading, search: str = "", after: str | None = None, before: str | None = None) -> Page:
    """What I decided, the latest first."""
    order = _Order(Task.closed_at, True, after, before)
    query = select(*_COLUMNS).where(Task.decided_by == reading.viewer.id)
    query = _narrowed(query, Filters(search=search))
    rows = reading.session.execute(order.placed(query).limit(PAGE + 1)).all()
    return order.page([_row(row) for row in rows], PAGE, lambda row: row.closed_at)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case that I was told of or that I started."""

    id: str
    case_id: str
    customer: str
    number: str
    amount: Decimal
    grade_before: str | None
    grade: str | None
    status: str
    at: datetime
    read_at: datetime | None = None
    applicant: str = ""


def copies(reading: Reading, unread: bool = True, after: str | None = None, before: str | None = None) -> Page:
    """Cases I was told of, the latest first; only unread ones unless asked for all."""
    order = _Order(Notice.at, True, after, before, Notice.id)
    query = (
        select(Notice.id, *_CASE_COLUMNS, Notice.at.label("at"), Notice.read_at, User.name.label("applicant"))
        .join(Case, Case.id == Notice.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .join(User, User.id == Case.applicant_id)
        .where(Notice.user_id == reading.viewer.id)
    )
    if unread:
        query = query.where(Notice.read_at.is_(None))
    rows = reading.session.execute(order.placed(query).limit(PAGE + 1)).all()
    return order.page([CaseRow(**row._mapping) for row in rows], PAGE, lambda row: row.at)


def started(reading: Reading, after: str | None = None, before: str | None = None) -> Page:
    """Cases I opened, the latest first."""
    order = _Order(Case.opened_at, True, after, before, Case.id)
    query = (
        select(Case.id, *_CASE_COLUMNS, Case.opened_at.label("at"))
        .join(Customer, Customer.id == Case.customer_id)
        .where(Case.applicant_id == reading.viewer.id)
    )
    rows = reading.session.execute(order.placed(query).limit(PAGE + 1)).all()
    return order.page([CaseRow(**row._mapping) for row in rows], PAGE, lambda row: row.at)


def stuck(reading: Reading, after: str | None = None, before: str | None = None) -> Page:
    """Cases in error, the latest first, for flow admins; to others there is no such list."""
    if FLOW_ADMIN not in reading.viewer.posts:
        raise Missing("list", "stuck")
    order = _Order(Case.changed_at, True, after, before, Case.id)
    query = (
        select(Case.id, *_CASE_COLUMNS, Case.changed_at.label("at"), User.name.label("applicant"))
        .join(Customer, Customer.id == Case.customer_id)
        .join(User, User.id == Case.applicant_id)
        .where(Case.status == "error")
    )
    rows = reading.session.execute(order.placed(query).limit(PAGE + 1)).all()
    return order.page([CaseRow(**row._mapping) for row in rows], PAGE, lambda row: row.at)


def following(reading: Reading, task_id: str) -> str | None:
    """The task to take up after this one: the one that waited next longest, else the one that waits longest."""
    opened = reading.session.scalar(select(Task.opened_at).where(Task.id == task_id))
    place = f"{opened.isoformat()}~{task_id}" if opened else None
    later = todo(reading, Filters(), after=place, limit=1).rows
    found = later or todo(reading, Filters(), limit=1).rows
    return next((row.id for row in found if row.id != task_id), None)


def vocabulary(reading: Reading) -> Vocabulary:
    """Words of the published Definitions; the bodies are read again only when something was published."""
    query = select(Definition.id, Definition.kind, Definition.fingerprint).where(
        Definition.status == PUBLISHED, Definition.kind.in_(("flow", "form", "scorecard"))
    )
    rows = reading.session.execute(query.order_by(Definition.kind, Definition.key)).all()
    prints = tuple(row.fingerprint for row in rows)
    if prints not in _KNOWN:
        _KNOWN.clear()
        _KNOWN[prints] = _words(reading, [row.id for row in rows])
    return _KNOWN[prints]


_KNOWN: dict[tuple[str, ...], Vocabulary] = {}


def _words(reading: Reading, ids: list[str]) -> Vocabulary:
    offered: dict[str, Label] = {}
    steps: dict[str, Label] = {}
    grades: tuple[str, ...] = ()
    for row in reading.session.scalars(select(Definition).where(Definition.id.in_(ids)).order_by(Definition.key)):
        made = kinds.compiled(row.kind, row.fingerprint or "", row.body)
        if isinstance(made, Form) and (asked := made.fields.get("request_kind")) is not None:
            offered |= {option.code: option.label for option in getattr(asked, "options", ())}
        elif isinstance(made, Flow):
            people = (each for each in made.steps.values() if isinstance(each, (Approval, Handle)))
            steps |= {each.id: each.label for each in people}
        elif isinstance(made, Scorecard):
            grades = grades or tuple(made.ladder.keys)
    return Vocabulary(offered, steps, grades)


_COLUMNS = (
    Task.id, Task.case_id, Task.customer_name, Task.number, Task.kind, Task.grade_before, Task.grade, Task.score,
    Task.amount, Task.step_label, Task.status, Task.flags, Task.opened_at, Task.due_at, Task.closed_at, Task.answer,
    Task.row_version,
)  # fmt: skip
_CASE_COLUMNS = (
    Case.id.label("case_id"), Customer.name.label("customer"), Case.number, Case.amount, Case.grade_before, Case.grade,
    Case.status,
)  # fmt: skip


def _row(row: Any) -> TaskRow:
    return TaskRow(
        row.id, row.case_id, row.customer_name, row.number, row.kind, row.grade_before, row.grade, row.score,
        row.amount, row.step_label, row.status, tuple(row.flags), row.opened_at, row.due_at, row.closed_at, row.answer,
        row.row_version, getattr(row, "post", None), getattr(row, "claimer", None),
    )  # fmt: skip


def _mine(viewer: Viewer) -> list[ColumnElement[bool]]:
    """The ways a task is mine to do; no task is mine in two ways. Each is served by one index, in its order."""
    ways: list[ColumnElement[bool]] = [and_(Task.assignee_id == viewer.id, Task.status == "open")]
    for post in sorted(viewer.posts):
        group = and_(Task.group_post == post, Task.assignee_id.is_(None), my_groups(viewer))
        ways.append(and_(group, Task.status == "open", Task.applicant_id != viewer.id))
        ways.append(and_(group, Task.status == "claimed", Task.claimed_by == viewer.id))
    return ways


def _count(viewer: Viewer, filters: Filters, *more: ColumnElement[bool]) -> Any:
    branches = [
        _narrowed(select(Task.id).where(mine, *more), filters).limit(MOST).subquery() for mine in _mine(viewer)
    ]
    every = union_all(*(select(branch.c.id) for branch in branches)).limit(MOST).subquery()
    return select(func.count()).select_from(every).scalar_subquery()


def _narrowed(query: Any, filters: Filters) -> Any:
    if filters.kind:
        query = query.where(Task.kind == filters.kind)
    if filters.step:
        query = query.where(Task.step == filters.step)
    if filters.grade:
        query = query.where(Task.grade == filters.grade)
    if filters.low is not None:
        query = query.where(Task.amount >= filters.low)
    if filters.high is not None:
        query = query.where(Task.amount <= filters.high)
    if filters.flagged:
        query = query.where(Task.flags != [])
    if text := filters.search.strip()[:60]:
        customer = select(Customer.id).where(
            or_(
                Customer.sort_name.icontains(text, autoescape=True),
                Customer.number.icontains(text, autoescape=True),
                Customer.credit_code == text.upper(),
            )
        )
        query = query.where(
            or_(
                Task.customer_name.icontains(text, autoescape=True),
                Task.number.icontains(text, autoescape=True),
                Task.customer_id.in_(customer),
                Task.applicant_id.in_(select(User.id).where(User.name == text)),
            )
        )
    return query


class _Order:
    """One stable order and the place in it: value and id of the row to page from, as ``value~id`` in addresses."""

    def __init__(self, key: Any, down: bool, after: str | None, before: str | None, id: Any = Task.id) -> None:
        self.key, self.id, self.down = key, id, down
        self.edge = _place(after or before, key is Task.amount)
        self.backwards = bool(before) and not after and self.edge is not None

    def placed(self, query: Any) -> Any:
        """The query from the place on, in this order."""
        if self.edge is not None:
            value, id = self.edge
            here, place = tuple_(self.key, self.id), tuple_(literal(value, self.key.type), literal(id))
            query = query.where(here < place if self.down != self.backwards else here > place)
        return query.order_by(*self.by(self.key, self.id))

    def by(self, key: Any, id: Any) -> tuple[Any, Any]:
        return (key.desc(), id.desc()) if self.down != self.backwards else (key.asc(), id.asc())

    def page(self, rows: list[Any], limit: int, value: Any) -> Page:
        more, rows = len(rows) > limit, rows[:limit]
        if self.backwards:
            rows.reverse()
        places = [f"{_text(value(row))}~{row.id}" for row in (rows[0], rows[-1])] if rows else ["", ""]
        has_next = more or self.backwards
        has_previous = more if self.backwards else self.edge is not None
        return Page(
            tuple(rows), places[0] if rows and has_previous else None, places[1] if rows and has_next else None
        )


def _text(value: datetime | Decimal) -> str:
    return value.isoformat() if isinstance(value, datetime) else format(value, "f")


def _kept(amount: Decimal) -> bool:
    """Whether a column of amounts could hold it: no more than four places."""
    return amount == amount.quantize(Decimal("0.0001"))


def _place(text: str | None, amount: bool) -> tuple[Any, str] | None:
    """A place read from an address; None for what no page of ours has written."""
    value, _, id = (text or "").partition("~")
    try:
        if not id:
            return None
        if amount:
            number = Decimal(value)
            return (number, id) if number.is_finite() and abs(number) < 10**14 and _kept(number) else None
        moment = datetime.fromisoformat(value)
        return (moment, id) if moment.tzinfo is not None and moment.year in YEARS else None
    except (ValueError, InvalidOperation):
        return None

