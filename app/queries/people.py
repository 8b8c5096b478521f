"""Users, sessions and tokens as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.access import Grant, Missing, Right, Role, Scope, require
from app.models.people import ApiToken, ApiTokenUse, Department, Post, PostHolder, RoleGrant, User, UserSession
from app.queries.keyset import START, Place, Sorting, walk
from app.work import Reading

PAGE = 50


@dataclass(frozen=True, slots=True)
class UserRow:
    id: str
    username: str
    name: str
    department: Mapping[str, str] | None
    active: bool
    must_change_password: bool
    grants: tuple[Grant, ...]
    posts: tuple[Mapping[str, str], ...]
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class UserPage:
    """Users in order of their names; `previous` and `next` are ids to page from, None where there is no more."""

    rows: tuple[UserRow, ...]
    previous: str | None
    next: str | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: str
    user_id: str
    user: str
    username: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    agent: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    living: bool


@dataclass(frozen=True, slots=True)
class UserDetail:
    """One user whole."""

    id: str
    username: str
    name: str
    email: str | None
    department_id: str | None
    department: Mapping[str, str] | None
    superior_id: str | None
    superior: str | None
    locale: str | None
    active: bool
    must_change_password: bool
    created_at: datetime
    row_version: int
    grants: tuple[Grant, ...]
    posts: tuple[tuple[str, Mapping[str, str]], ...]  # (id, label)


def users(
    reading: Reading,
    *,
    search: str = "",
    role: Role | None = None,
    active: bool | None = True,
    place: Place = START,
) -> UserPage:
    """Users by name; `search` looks at name, its pinyin and the username."""
    require(reading.viewer, Right.USER_READ)
    query = select(
        User.id, User.username, User.name, Department.name.label("department"), User.active, User.must_change_password
    ).join(Department, Department.id == User.department_id, isouter=True)
    query = _narrowed(query, search, role, active)
    found = walk(reading.session, query, Sorting(User.sort_name, User.id), place)
    return UserPage(_completed(reading, found.rows), found.previous, found.next)


def _narrowed(query: Select[Any], search: str, role: Role | None, active: bool | None) -> Select[Any]:
    if search.strip():
        text = search.strip()[:60]
        query = query.where(
            or_(
                User.name.icontains(text, autoescape=True),
                User.username.icontains(text, autoescape=True),
                User.sort_name.icontains(text, autoescape=True),
            )
        )
    if role is not None:
        query = query.where(User.id.in_(select(RoleGrant.user_id).where(RoleGrant.role == role.value)))
    return query if active is None else query.where(User.active.is_(active))


def _completed(reading: Reading, found: Iterable[Any]) -> tuple[UserRow, ...]:
    rows = list(found)
    ids = [row.id for row in rows]
    grants = grants_of(reading, ids)
    posts: dict[str, list[Mapping[str, str]]] = {}
    held = select(PostHolder.user_id, Post.label).join(Post, Post.id == PostHolder.post_id)
    for user_id, text in reading.session.execute(held.where(PostHolder.user_id.in_(ids)).order_by(Post.key)):
        posts.setdefault(user_id, []).append(text)
    seen_query = select(UserSession.user_id, func.max(UserSession.seen_at)).group_by(UserSession.user_id)
    seen = {row[0]: row[1] for row in reading.session.execute(seen_query.where(UserSession.user_id.in_(ids)))}
    return tuple(
        UserRow(
            row.id, row.username, row.name, row.department, row.active, row.must_change_password,
            grants.get(row.id, ()), tuple(posts.get(row.id, ())), seen.get(row.id),
        )
        for row in rows
    )


def grants_of(reading: Reading, ids: Iterable[str]) -> dict[str, tuple[Grant, ...]]:
    """The roles of each user, in the order of `Role`."""
    query = select(RoleGrant.user_id, RoleGrant.role, RoleGrant.scope).where(RoleGrant.user_id.in_(list(ids)))
    order = list(Role)
    found: dict[str, list[Grant]] = {}
    for user_id, role, scope in reading.session.execute(query):
        found.setdefault(user_id, []).append(Grant(Role(role), Scope(scope)))
    return {key: tuple(sorted(value, key=lambda grant: order.index(grant.role))) for key, value in found.items()}


def user(reading: Reading, user_id: str) -> UserDetail:
    """One user; everybody may look at themselves, USER_READ at anybody."""
    if user_id != reading.viewer.id:
        require(reading.viewer, Right.USER_READ)
    above = aliased(User)
    query = (
        select(User, Department.name.label("department"), above.name.label("superior"))
        .join(Department, Department.id == User.department_id, isouter=True)
        .join(above, above.id == User.superior_id, isouter=True)
        .where(User.id == user_id)
    )
    found = reading.session.execute(query).one_or_none()
    if found is None:
        raise Missing("user", user_id)
    row: User = found[0]
    held = (
        select(Post.id, Post.label)
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(PostHolder.user_id == user_id)
        .order_by(Post.key)
    )
    return UserDetail(
        id=row.id,
        username=row.username,
        name=row.name,
        email=row.email,
        department_id=row.department_id,
        department=found.department,
        superior_id=row.superior_id,
        superior=found.superior,
        locale=row.locale,
        active=row.active,
        must_change_password=row.must_change_password,
        created_at=row.created_at,
        row_version=row.row_version,
        grants=grants_of(reading, [row.id]).get(row.id, ()),
        posts=tuple((post_id, label) for post_id, label in reading.session.execute(held)),
    )


def names(reading: Reading, *, including: Iterable[str | None] = ()) -> tuple[tuple[str, str], ...]:
    """(id, name and username) of active users, to choose from; and of those in `including`, active or not."""
    keep = [each for each in including if each]
    query = select(User.id, User.name, User.username).where(or_(User.active.is_(True), User.id.in_(keep)))
    rows = reading.session.execute(query.order_by(User.sort_name, User.id))
    return tuple((user_id, f"{name} ({username})") for user_id, name, username in rows)


def open_sessions(
    reading: Reading, idle: timedelta, *, user_id: str | None = None, before: tuple[datetime, str] | None = None,
    limit: int = PAGE,
) -> tuple[SessionRow, ...]:
    """Sessions still open, last used first: one's own, or with USER_READ anybody's. `before` is (seen_at, id) of the
    last one shown."""
    if user_id != reading.viewer.id:
        require(reading.viewer, Right.USER_READ)
    query = (
        select(
            UserSession.id, UserSession.user_id, User.name, User.username, UserSession.created_at, UserSession.seen_at,
            UserSession.ends_at, UserSession.address, UserSession.agent,
        )
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.ended_at.is_(None),
            UserSession.ends_at > reading.now,
            UserSession.seen_at > reading.now - idle,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
        .limit(limit)
    )
    if user_id is not None:
        query = query.where(UserSession.user_id == user_id)
    if before is not None:
        seen, last = before
        query = query.where(
            or_(UserSession.seen_at < seen, and_(UserSession.seen_at == seen, UserSession.id < last))
        )
    return tuple(SessionRow(*row) for row in reading.session.execute(query))


def tokens(reading: Reading, user_id: str) -> tuple[TokenRow, ...]:
    """Tokens of a user, newest first: one's own, or with USER_READ anybody's."""
    if user_id != reading.viewer.id:
        require(reading.viewer, Right.USER_READ)
    query = (
        select(ApiToken, ApiTokenUse.last_used_at)
        .join(ApiTokenUse, ApiTokenUse.token_id == ApiToken.id, isouter=True)
        .where(ApiToken.user_id == user_id)
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
        .limit(200)
    )
    return tuple(
        TokenRow(
            row.id, row.name, row.prefix, tuple(row.scopes), row.created_at, row.expires_at, row.revoked_at, used,
            row.revoked_at is None and row.expires_at > reading.now,
        )
        for row, used in reading.session.execute(query)
    )
