"""A person as access sees them, read fresh for every request, so that a changed role counts at once."""

from __future__ import annotations

from sqlalchemy import Integer, String, cast, literal, select, union_all
from sqlalchemy.orm import Session

from app import kinds
from app.access import Grant, Missing, Right, Role, Scope, Viewer, require
from app.models.definition import PUBLISHED, Definition
from app.models.people import Department, Post, PostHolder, RoleGrant, User
from app.work import Subject, Work
from forms.access import Access

CUSTOMER_FORM = "customer"
DEEPEST = 50  # departments above one another; a ring among them ends there


def user_subject(user_id: str) -> Subject:
    return Subject("user", user_id)


def check_right(work: Work, right: Right) -> None:
    """Forbidden where a person lacks `right`; the system itself may."""
    if work.actor.kind != "system":
        require(work.viewer, right)


def viewer_of(session: Session, user_id: str, default_locale: str = "zh-CN") -> Viewer:
    """The person with roles, posts, and the ids of their department and all below. Missing when unknown or disabled."""
    user = session.execute(
        select(User.name, User.username, User.locale, User.department_id).where(
            User.id == user_id, User.active.is_(True)
        )
    ).one_or_none()
    if user is None:
        raise Missing("user", user_id)
    grants, posts, form = _given(session, user_id)
    tree, line = _departments(session, user.department_id) if user.department_id else (frozenset(), {})
    return Viewer(
        id=user_id,
        name=user.name,
        username=user.username,
        locale=user.locale or default_locale,
        grants=grants,
        department_id=user.department_id,
        tree=tree,
        line=frozenset(line),
        posts=posts,
        departments=tuple(line.values()),
        customers=None if form is None else _access(session, form),
    )


def _given(session: Session, user_id: str) -> tuple[tuple[Grant, ...], frozenset[str], str | None]:
    """Roles, posts, and the fingerprint of the customer form in force."""
    roles = select(literal("role").label("what"), RoleGrant.role.label("key"), RoleGrant.scope.label("scope")).where(
        RoleGrant.user_id == user_id
    )
    posts = (
        select(literal("post"), cast(Post.key, String), cast(literal(0), Integer))
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(PostHolder.user_id == user_id)
    )
    form = select(literal("form"), cast(Definition.fingerprint, String), cast(literal(0), Integer)).where(
        Definition.kind == "form", Definition.key == CUSTOMER_FORM, Definition.status == PUBLISHED
    )
    rows = session.execute(union_all(roles, posts, form)).all()
    order = list(Role)
    grants = [Grant(Role(key), Scope(scope)) for what, key, scope in rows if what == "role"]
    return (
        tuple(sorted(grants, key=lambda grant: order.index(grant.role))),
        frozenset(key for what, key, _ in rows if what == "post"),
        next((key for what, key, _ in rows if what == "form"), None),
    )


def _access(session: Session, form: str) -> Access | None:
    """What a published customer form says of who reaches customers; its body is read once per process."""
    found = kinds.known("form", form)
    if found is None:
        query = select(Definition.body).where(Definition.kind == "form", Definition.fingerprint == form)
        found = kinds.compiled("form", form, session.scalars(query.limit(1)).one())
    access: Access | None = found.access
    return access


def department_tree(session: Session, department_id: str) -> frozenset[str]:
    """The id itself and those of all departments below it."""
    return _departments(session, department_id)[0]


def _departments(session: Session, department_id: str) -> tuple[frozenset[str], dict[str, str]]:
    """The department with all below it, and key by id with all above it, the root last: asked together, every request.
    """
    here = Department.id == department_id
    top = select(Department.id).where(here).cte("tree", recursive=True)
    below = top.union(select(Department.id).where(Department.parent_id == top.c.id))
    columns = (Department.id, Department.key, Department.parent_id)
    bottom = select(*columns, literal(0).label("height")).where(here).cte("line", recursive=True)
    higher = (bottom.c.height + 1).label("height")
    above = bottom.union(select(*columns, higher).where(Department.id == bottom.c.parent_id, bottom.c.height < DEEPEST))
    parts = (
        select(literal("tree"), below.c.id, literal(""), literal(0)),
        select(literal("line"), above.c.id, above.c.key, above.c.height),
    )
    rows = session.execute(union_all(*parts)).all()
    line = sorted((row for row in rows if row[0] == "line"), key=lambda row: row[3])
    return frozenset(row[1] for row in rows if row[0] == "tree"), {row[1]: row[2] for row in line}
