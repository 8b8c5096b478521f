"""Departments as a tree and posts with their holders, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from app.access import Missing, Right, Role, require
from app.models.people import Department, Post, PostHolder, RoleGrant, User
from app.work import Reading


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department at its depth in the tree; `people` counts active members of it alone."""

    id: str
    key: str
    name: Mapping[str, str]
    parent_id: str | None
    head_id: str | None
    head: str | None
    row_version: int
    depth: int
    people: int
    below: int


@dataclass(frozen=True, slots=True)
class Holder:
    id: str
    name: str
    username: str
    active: bool


@dataclass(frozen=True, slots=True)
class PostRow:
    id: str
    key: str
    label: Mapping[str, str]
    row_version: int
    holders: tuple[Holder, ...]


def departments(reading: Reading) -> tuple[DepartmentRow, ...]:
    """All departments, each parent followed by those below it."""
    require(reading.viewer, Right.USER_READ)
    counted = select(User.department_id, func.count()).where(User.active.is_(True)).group_by(User.department_id)
    people = {row[0]: row[1] for row in reading.session.execute(counted)}
    query = select(Department, User.name).join(User, User.id == Department.head_id, isouter=True)
    rows = reading.session.execute(query.order_by(Department.key)).all()
    children: dict[str | None, list[tuple[Department, str | None]]] = {}
    for department, head in rows:
        children.setdefault(department.parent_id, []).append((department, head))
    found: list[DepartmentRow] = []

    def walk(parent: str | None, depth: int) -> None:
        for department, head in children.get(parent, ()):
            found.append(
                DepartmentRow(
                    department.id, department.key, department.name, department.parent_id, department.head_id, head,
                    department.row_version, depth, people.get(department.id, 0), len(children.get(department.id, ())),
                )
            )
            walk(department.id, depth + 1)

    walk(None, 0)
    return tuple(found)


def department(reading: Reading, department_id: str) -> DepartmentRow:
    for row in departments(reading):
        if row.id == department_id:
            return row
    raise Missing("department", department_id)


def posts(reading: Reading) -> tuple[PostRow, ...]:
    """All posts by key, each with its holders by name."""
    require(reading.viewer, Right.USER_READ)
    query = (
        select(PostHolder.post_id, User.id, User.name, User.username, User.active)
        .join(User, User.id == PostHolder.user_id)
        .order_by(User.sort_name, User.id)
    )
    holders: dict[str, list[Holder]] = {}
    for post_id, user_id, name, username, active in reading.session.execute(query):
        holders.setdefault(post_id, []).append(Holder(user_id, name, username, active))
    rows = reading.session.scalars(select(Post).order_by(Post.key))
    return tuple(PostRow(row.id, row.key, row.label, row.row_version, tuple(holders.get(row.id, ()))) for row in rows)


def post(reading: Reading, post_id: str) -> PostRow:
    for row in posts(reading):
        if row.id == post_id:
            return row
    raise Missing("post", post_id)


def holders_of_roles(reading: Reading) -> Mapping[Role, tuple[Holder, ...]]:
    """Who has each role, by name; active people only."""
    require(reading.viewer, Right.USER_READ)
    query = (
        select(RoleGrant.role, User.id, User.name, User.username, User.active)
        .join(User, User.id == RoleGrant.user_id)
        .where(User.active.is_(True))
        .order_by(User.sort_name, User.id)
    )
    found: dict[Role, list[Holder]] = {role: [] for role in Role}
    for role, user_id, name, username, active in reading.session.execute(query):
        found[Role(role)].append(Holder(user_id, name, username, active))
    return {role: tuple(people) for role, people in found.items()}
