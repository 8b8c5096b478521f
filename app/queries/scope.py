"""Whose rows: the one place where a right and a person become a WHERE clause (trust.md T40)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from app.access import TABLE, Right, Scope, Viewer
from app.models.case import Case, CreditRequest, Notice, Task
from app.models.customer import Customer
from app.models.record import Record
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


def customers_in_scope(query: Query, viewer: Viewer, right: Right = Right.CUSTOMER_READ) -> Query:
    """Only customers this person may reach with `right`."""
    return query.where(_rows(viewer.scope(right), viewer, Customer.owner_id, Customer.department_id))


def requests_in_scope(query: Query, viewer: Viewer, right: Right = Right.REQUEST_READ) -> Query:
    """Requests within scope; a draft is private to its author."""
    inside = _rows(viewer.scope(right), viewer, CreditRequest.applicant_id, CreditRequest.department_id)
    return query.where(inside, or_(CreditRequest.status != "draft", CreditRequest.applicant_id == viewer.id))


def cases_in_scope(query: Query, viewer: Viewer, right: Right = Right.REQUEST_READ) -> Query:
    """Cases within scope, and besides those every case in which this person has or had a task or was told.

    A flow admin also sees the cases that stand still until a flow admin acts.
    """
    inside = _rows(viewer.scope(right), viewer, Case.applicant_id, Case.department_id)
    told = select(Notice.case_id).where(Notice.user_id == viewer.id)
    stuck = Case.status == "error" if FLOW_ADMIN in viewer.posts else false()
    return query.where(or_(inside, Case.id.in_(tasks_of(select(Task.case_id), viewer)), Case.id.in_(told), stuck))


def tasks_of(query: Query, viewer: Viewer) -> Query:
    """Tasks given to this person or to a group they belong to, open or done."""
    return query.where(or_(Task.assignee_id == viewer.id, Task.decided_by == viewer.id, my_groups(viewer)))


RECORD_RIGHTS: Mapping[Act, Right] = {
    "read": Right.RECORD_READ, "write": Right.RECORD_WRITE, "remove": Right.RECORD_REMOVE,
}  # fmt: skip
REACHES: Mapping[str, Scope] = {
    "own": Scope.OWN, "department": Scope.DEPARTMENT, "tree": Scope.TREE, "all": Scope.ALL,
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
        return false() if scope is None else true()
    mine = _rows(scope, viewer, Customer.owner_id, Customer.department_id)
    theirs = Record.customer_id.in_(select(Customer.id).where(mine))
    if few is None or few(select(Record.id).where(theirs, Record.book == key)):
        return theirs
    return exists(select(1).where(Customer.id == Record.customer_id, mine).offset(0))  # asked of each along the list


def my_groups(viewer: Viewer) -> ColumnElement[bool]:
    """Tasks of posts this person holds, where a department narrows the post only within the own line of departments."""
    line = sorted(viewer.tree | viewer.line)
    near = or_(Task.group_within.is_(None), Task.group_within.in_(line)) if line else Task.group_within.is_(None)
    return Task.group_post.in_(sorted(viewer.posts)) & near if viewer.posts else false()
