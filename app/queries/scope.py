"""Whose rows: the one place where a right and a person become a WHERE clause (trust.md T40)."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select, true

from app.access import Right, Scope, Viewer
from app.models.case import Case, CreditRequest, Notice, Task
from app.models.customer import Customer
from workflows.assign import FLOW_ADMIN

Query = TypeVar("Query", bound=Select[Any])


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


def my_groups(viewer: Viewer) -> ColumnElement[bool]:
    """Tasks of posts this person holds, where a department narrows the post only within the own line of departments."""
    line = sorted(viewer.tree | viewer.line)
    near = or_(Task.group_within.is_(None), Task.group_within.in_(line)) if line else Task.group_within.is_(None)
    return Task.group_post.in_(sorted(viewer.posts)) & near if viewer.posts else false()
