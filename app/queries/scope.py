"""Whose rows: the one place where a right and a person become a WHERE clause (trust.md T40)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from app.access import REACHES, TABLE, Right, Scope, Viewer
from app.models.case import Case, CreditRequest, Notice, Task
from app.models.customer import Customer
from app.models.record import CUSTOMERS, Record
from app.queries.reach import Among, Filtering
from forms.book import Act, Book, Grant
from workflows.assign import FLOW_ADMIN

Query = TypeVar("Query", bound=Select[Any])
Few = Callable[[Select[Any]], bool]


def _rows(scope: Scope | None, viewer: Viewer, owner: Any, department: Any) -> ColumnElement[bool]:
    if scope is None:
        return false()
    if scope is Scope.ALL:
        return true()
    mine: ColumnElement[bool] = owner == viewer.id
    if scope is Scope.OWN:
        return mine
    if scope is Scope.DEPARTMENT:
        return or_(mine, department == viewer.department_id) if viewer.department_id else mine
    return or_(mine, department.in_(sorted(viewer.tree))) if viewer.tree else mine


def customers_in_scope(
    query: Query, viewer: Viewer, right: Right = Right.CUSTOMER_READ, among: Among | None = None
) -> Query:
    """Only customers this person may reach with `right`.

    Where a role reaches them by a formula of the customer form, that is a condition too (ADR 0014); `among` says how
    a list asks for it.
    """
    return query.where(_customers(list(viewer.to_customers(right)), viewer, among))


def _customers(
    ways: Sequence[tuple[Scope, Grant | None]], viewer: Viewer, among: Among | None = None
) -> ColumnElement[bool]:
    """Customers to which one of the `ways` leads."""
    if viewer.customers is None or not narrowed(ways):
        widest: Scope | None = max((scope for scope, _ in ways), default=None)
        return _rows(widest, viewer, Customer.owner_id, Customer.department_id)
    filtering = Filtering(CUSTOMERS, viewer.customers, viewer, among)
    conditions = [
        _rows(scope, viewer, Customer.owner_id, Customer.department_id)
        & (true() if line is None or line.where is None else filtering.of(line.where))
        for scope, line in ways
    ]
    return or_(*conditions)


def by_customer_formula(viewer: Viewer, right: Right) -> bool:
    """Whether what this person reaches with `right` hangs on what customers' files say."""
    return narrowed(viewer.to_customers(right))


def _about(viewer: Viewer, customer: Any) -> ColumnElement[bool]:
    """What is about a customer goes with the customer, as far as the customer form says who reaches customers.

    It is narrowed by what the form says alone: whose it is by role is told by the owner of the thing itself.
    """
    if viewer.customers is None:
        return true()
    lines = [viewer.customers.grant(held.role) for held in viewer.grants if Right.CUSTOMER_READ in TABLE[held.role]]
    ways = [(REACHES[line.reach["read"]], line) for line in lines if line is not None and "read" in line.reach]
    if any(scope is Scope.ALL and line.where is None for scope, line in ways):
        return true()
    found: ColumnElement[bool] = customer.in_(select(Customer.id).where(_customers(ways, viewer)))
    return found


def requests_in_scope(query: Query, viewer: Viewer, right: Right = Right.REQUEST_READ) -> Query:
    """Requests within scope; a draft is private to its author."""
    mine = _rows(viewer.scope(right), viewer, CreditRequest.applicant_id, CreditRequest.department_id)
    inside = mine & or_(CreditRequest.applicant_id == viewer.id, _about(viewer, CreditRequest.customer_id))
    return query.where(inside, or_(CreditRequest.status != "draft", CreditRequest.applicant_id == viewer.id))


def cases_in_scope(query: Query, viewer: Viewer, right: Right = Right.REQUEST_READ) -> Query:
    """Cases within scope, and besides those every case in which this person has or had a task or was told.

    A formula of the customer form takes from them the cases of customers out of reach, but never one's own.
    A flow admin also sees the cases that stand still until a flow admin acts.
    """
    mine = _rows(viewer.scope(right), viewer, Case.applicant_id, Case.department_id)
    inside = mine & or_(Case.applicant_id == viewer.id, _about(viewer, Case.customer_id))
    told = select(Notice.case_id).where(Notice.user_id == viewer.id)
    stuck = Case.status == "error" if FLOW_ADMIN in viewer.posts else false()
    return query.where(or_(inside, Case.id.in_(tasks_of(select(Task.case_id), viewer)), Case.id.in_(told), stuck))


def tasks_of(query: Query, viewer: Viewer) -> Query:
    """Tasks given to this person or to a group they belong to, open or done."""
    return query.where(or_(Task.assignee_id == viewer.id, Task.decided_by == viewer.id, my_groups(viewer)))


RECORD_RIGHTS: Mapping[Act, Right] = {
    "read": Right.RECORD_READ, "write": Right.RECORD_WRITE, "remove": Right.RECORD_REMOVE,
}  # fmt: skip


def reach(viewer: Viewer, book: Book, act: Act) -> Scope | None:
    """Whose records of a book this person may `act` on: the book narrows what their roles allow, never widens it."""
    best: Scope | None = None
    for scope, _ in _ways(viewer, book, act):
        best = scope if best is None else max(best, scope)
    return best


def unseen(viewer: Viewer, book: Book) -> frozenset[str]:
    """Fields that this person sees nowhere: hidden for every role that lets them read the book."""
    return _common(grant.hidden if grant is not None else frozenset() for _, grant in _ways(viewer, book, "read"))


def unwritable(viewer: Viewer, book: Book) -> frozenset[str]:
    """Fields that this person may not write, the unseen ones among them."""
    ways = _ways(viewer, book, "write")
    locked = _common(grant.hidden | grant.locked if grant is not None else frozenset() for _, grant in ways)
    return locked | unseen(viewer, book)


def _common(found: Iterable[frozenset[str]]) -> frozenset[str]:
    sets = list(found)
    return sets[0].intersection(*sets[1:]) if sets else frozenset()


def _ways(viewer: Viewer, book: Book, act: Act) -> Iterator[tuple[Scope, Grant | None]]:
    """By each role of this person that may `act`: over which rows, and what the book says of the role."""
    for held in viewer.grants:
        top = TABLE[held.role].get(RECORD_RIGHTS[act])
        given = book.grant(held.role)
        if top is None or (book.access and (given is None or act not in given.reach)):
            continue
        narrowed = REACHES[given.reach[act]] if given is not None else top
        yield min(top, narrowed, held.scope), given


def records_in_scope(
    query: Query, viewer: Viewer, key: str, book: Book, act: Act = "read", among: Among | None = None,
    few: Few | None = None,
) -> Query:  # fmt: skip
    """Records of the book `key` within reach; those about a customer go with the customer, whoever entered them.

    Where a role reaches them by a formula, that is a condition too (ADR 0014); `among` says how a list asks for it,
    and `few` tells it whether the records of somebody's customers are few enough to begin with them.
    """
    ways = list(_ways(viewer, book, act))
    if not narrowed(ways):
        return query.where(_reached(reach(viewer, book, act), viewer, key, book, few))
    filtering = Filtering(key, book, viewer, among)
    conditions = [
        _reached(scope, viewer, key, book, few)
        & (true() if grant is None or grant.where is None else filtering.of(grant.where))
        for scope, grant in ways
    ]
    return query.where(or_(*conditions))


def narrowed(ways: Iterable[tuple[Scope, Grant | None]]) -> bool:
    """Whether any of the ways to records leads through a formula."""
    return any(grant is not None and grant.where is not None for _, grant in ways)


def by_formula(viewer: Viewer, book: Book, act: Act) -> bool:
    """Whether what this person reaches in a book hangs on what the records say."""
    return narrowed(_ways(viewer, book, act))


def _reached(
    scope: Scope | None, viewer: Viewer, key: str, book: Book, few: Few | None = None
) -> ColumnElement[bool]:
    if book.customer is None:
        return _rows(scope, viewer, Record.owner_id, Record.department_id)
    if scope is None or scope is Scope.ALL:
        return false() if scope is None else _about(viewer, Record.customer_id)
    mine = _rows(scope, viewer, Customer.owner_id, Customer.department_id)
    theirs: ColumnElement[bool] = Record.customer_id.in_(select(Customer.id).where(mine))
    if few is not None and not few(select(Record.id).where(theirs, Record.book == key)):  # asked of each along the list
        theirs = exists(select(1).where(Customer.id == Record.customer_id, mine).offset(0))
    return theirs & _about(viewer, Record.customer_id)


def my_groups(viewer: Viewer) -> ColumnElement[bool]:
    """Tasks of posts this person holds, where a department narrows the post only within the own line of departments."""
    line = sorted(viewer.tree | viewer.line)
    near = or_(Task.group_within.is_(None), Task.group_within.in_(line)) if line else Task.group_within.is_(None)
    return Task.group_post.in_(sorted(viewer.posts)) & near if viewer.posts else false()
