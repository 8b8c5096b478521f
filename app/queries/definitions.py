"""Definitions as the studio shows them: the list, one version, its versions, what names what, the publications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.access import Missing, Right, require
from app.db import json_text
from app.models.definition import DRAFT, PUBLISHED, RETIRED, Definition, DefinitionUse
from app.models.people import Post, User
from app.work import Reading

PAGE = 50
STATUSES = (PUBLISHED, DRAFT, RETIRED)
Label = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """One Definition in the list: its newest title, the version in force, the open draft, and the last act."""

    kind: str
    key: str
    title: Label
    status: str
    published: int | None
    draft: int | None
    newest: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True)
class DefinitionPage:
    """`next` is the (kind, key) to page on from, None at the end."""

    rows: tuple[DefinitionRow, ...]
    next: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version without its body; people by name, or the word the system acts under."""

    kind: str
    key: str
    version: int
    status: str
    title: Label
    fingerprint: str | None
    based_on: int | None
    created_at: datetime
    created_by: str
    saved_at: datetime
    saved_by: str
    published_at: datetime | None
    published_by: str | None
    retired_at: datetime | None
    row_version: int

    @property
    def place(self) -> dict[str, Any]:
        """What addresses of this version are made of."""
        return {"kind": self.kind, "key": self.key, "version": self.version}


@dataclass(frozen=True, slots=True)
class Named:
    """Another Definition that this one names, or that names this one."""

    kind: str
    key: str
    version: int
    title: Label


@dataclass(frozen=True, slots=True)
class Detail:
    """One version whole, with its neighbours. `unread`: body or layout of a draft as typed, where that is no JSON."""

    head: Version
    body: Mapping[str, Any]
    layout: Mapping[str, Any]
    unread: Mapping[str, str]
    authors: tuple[str, ...]
    published: int | None
    draft: int | None
    newest: int
    uses: tuple[Named, ...]
    used_by: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class PublicationPage:
    """Publications, newest first; `next` is the (moment, id) to page on from."""

    rows: tuple[Version, ...]
    next: tuple[datetime, str] | None


_SAVER, _PUBLISHER, _CREATOR = aliased(User), aliased(User), aliased(User)
_HEAD = (
    Definition.id, Definition.kind, Definition.key, Definition.version, Definition.status, Definition.title,
    Definition.fingerprint, Definition.based_on, Definition.created_at, Definition.saved_at, Definition.published_at,
    Definition.retired_at, Definition.row_version,
    func.coalesce(_CREATOR.name, Definition.created_by).label("created_by"),
    func.coalesce(_SAVER.name, Definition.saved_by).label("saved_by"),
    func.coalesce(_PUBLISHER.name, Definition.published_by).label("published_by"),
)  # fmt: skip


def _heads(*more: Any) -> Select[Any]:
    columns: Any = select(*_HEAD, *more)
    joined: Select[Any] = (
        columns.join(_CREATOR, _CREATOR.id == Definition.created_by, isouter=True)
        .join(_SAVER, _SAVER.id == Definition.saved_by, isouter=True)
        .join(_PUBLISHER, _PUBLISHER.id == Definition.published_by, isouter=True)
    )
    return joined


def _version(row: Any) -> Version:
    return Version(
        row.kind, row.key, row.version, row.status, row.title, row.fingerprint, row.based_on, row.created_at,
        row.created_by, row.saved_at, row.saved_by, row.published_at, row.published_by, row.retired_at,
        row.row_version,
    )  # fmt: skip


def _titles(reading: Reading) -> tuple[ColumnElement[str], ...]:
    """The title in each language, as text the database can search."""
    return tuple(json_text(reading.session, Definition.title, name) for name in ("zh-CN", "en"))


def definitions(
    reading: Reading,
    *,
    kind: str = "",
    status: str = "",
    search: str = "",
    after: tuple[str, str] | None = None,
    limit: int = PAGE,
) -> DefinitionPage:
    """Definitions by kind and key; `status` draft means: with an open draft. Bodies are not read."""
    require(reading.viewer, Right.DEFINITION_READ)
    query = select(Definition.kind, Definition.key).group_by(Definition.kind, Definition.key)
    if kind:
        query = query.where(Definition.kind == kind)
    if search.strip():
        text = search.strip()[:60]
        texts = (Definition.key, *_titles(reading))
        query = query.where(or_(*(each.icontains(text, autoescape=True) for each in texts)))
    if status in (PUBLISHED, DRAFT):
        query = query.where(Definition.status == status)
    elif status == RETIRED:
        query = query.having(func.min(Definition.status) == RETIRED, func.max(Definition.status) == RETIRED)
    if after is not None:
        kind_before, key_before = after
        same_kind = and_(Definition.kind == kind_before, Definition.key > key_before)
        query = query.where(or_(Definition.kind > kind_before, same_kind))
    found = [(row[0], row[1]) for row in reading.session.execute(
        query.order_by(Definition.kind, Definition.key).limit(limit + 1)
    )]  # fmt: skip
    more, found = len(found) > limit, found[:limit]
    by_key = _present(reading, found)
    return DefinitionPage(tuple(_row(by_key[each]) for each in found), found[-1] if more else None)


def _present(reading: Reading, keys: list[tuple[str, str]]) -> dict[tuple[str, str], list[Version]]:
    """Of each Definition the versions that matter now: draft, published, and the newest whatever it is."""
    newest = (
        select(Definition.kind, Definition.key, func.max(Definition.version).label("version"))
        .group_by(Definition.kind, Definition.key)
        .subquery()
    )
    same = and_(newest.c.kind == Definition.kind, newest.c.key == Definition.key)
    query = _heads().join(newest, same).where(
        tuple_(Definition.kind, Definition.key).in_(keys),
        or_(Definition.status != RETIRED, Definition.version == newest.c.version),
    )  # fmt: skip
    found: dict[tuple[str, str], list[Version]] = {key: [] for key in keys}
    for row in reading.session.execute(query.order_by(Definition.version)) if keys else ():
        found[row.kind, row.key].append(_version(row))
    return found


def _row(versions: list[Version]) -> DefinitionRow:
    by_status = {each.status: each for each in versions}
    newest = versions[-1]
    published, draft = by_status.get(PUBLISHED), by_status.get(DRAFT)
    if draft is not None:
        moment, person = draft.saved_at, draft.saved_by
    elif published is not None and published.published_at is not None:
        moment, person = published.published_at, published.published_by or ""
    else:
        moment, person = newest.retired_at or newest.saved_at, ""
    shown = published or newest
    return DefinitionRow(
        newest.kind, newest.key, shown.title, shown.status, published.version if published else None,
        draft.version if draft else None, newest.version, moment, person,
    )  # fmt: skip


def definition(reading: Reading, kind: str, key: str, version: int | None = None) -> Detail:
    """One version: the one asked for, else the one in force, else the newest. Raises Missing."""
    require(reading.viewer, Right.DEFINITION_READ)
    here = (Definition.kind == kind, Definition.key == key)
    numbers = {
        row.status: row.version
        for row in reading.session.execute(
            select(Definition.status, func.max(Definition.version).label("version"))
            .where(*here)
            .group_by(Definition.status)
        )
    }
    wanted = version if version is not None else numbers.get(PUBLISHED, max(numbers.values(), default=0))
    query = _heads(Definition.body, Definition.layout, Definition.unread, Definition.authors).where(*here)
    row = reading.session.execute(query.where(Definition.version == wanted)).one_or_none()
    if row is None:
        raise Missing("definition", f"{kind}/{key}")
    return Detail(
        _version(row), row.body, row.layout, row.unread, tuple(row.authors), numbers.get(PUBLISHED), numbers.get(DRAFT),
        max(numbers.values()), _used(reading, row.id), _users(reading, kind, key),
    )  # fmt: skip


_NAMED = (Definition.kind, Definition.key, Definition.version, Definition.title)


def _named(rows: Iterable[Any]) -> tuple[Named, ...]:
    return tuple(Named(row.kind, row.key, row.version, row.title) for row in rows)


def _used(reading: Reading, user_id: str) -> tuple[Named, ...]:
    """What a published version was pinned to."""
    query = select(*_NAMED).join(DefinitionUse, DefinitionUse.used_id == Definition.id)
    found = reading.session.execute(query.where(DefinitionUse.user_id == user_id))
    return tuple(sorted(_named(found), key=lambda each: (each.kind, each.key)))


def _users(reading: Reading, kind: str, key: str) -> tuple[Named, ...]:
    """The published Definitions that name this one, whichever version they were published against."""
    used = aliased(Definition)
    inner = (
        select(DefinitionUse.user_id)
        .join(used, used.id == DefinitionUse.used_id)
        .where(used.kind == kind, used.key == key)
    )
    query = select(*_NAMED).where(Definition.id.in_(inner), Definition.status == PUBLISHED)
    return _named(reading.session.execute(query.order_by(Definition.kind, Definition.key)))


def versions(reading: Reading, kind: str, key: str) -> tuple[Version, ...]:
    """Every version, newest first; raises Missing."""
    require(reading.viewer, Right.DEFINITION_READ)
    query = _heads().where(Definition.kind == kind, Definition.key == key).order_by(Definition.version.desc())
    found = tuple(_version(row) for row in reading.session.execute(query))
    if not found:
        raise Missing("definition", f"{kind}/{key}")
    return found


def publications(
    reading: Reading, *, kind: str = "", after: tuple[datetime, str] | None = None, limit: int = PAGE
) -> PublicationPage:
    """What was published, newest first; what was in force before stands in the version below it."""
    require(reading.viewer, Right.DEFINITION_READ)
    query = _heads().where(Definition.published_at.is_not(None))
    if kind:
        query = query.where(Definition.kind == kind)
    if after is not None:
        moment, last = after
        earlier = and_(Definition.published_at == moment, Definition.id < last)
        query = query.where(or_(Definition.published_at < moment, earlier))
    rows = list(reading.session.execute(
        query.order_by(Definition.published_at.desc(), Definition.id.desc()).limit(limit + 1)
    ))  # fmt: skip
    more, rows = len(rows) > limit, rows[:limit]
    return PublicationPage(
        tuple(_version(row) for row in rows), (rows[-1].published_at, rows[-1].id) if more else None
    )


@dataclass(frozen=True, slots=True)
class Present:
    """What is there of one Definition: fingerprint of the version in force, numbers of it and of the open draft."""

    fingerprint: str | None
    published: int | None
    draft: int | None


def present(reading: Reading) -> dict[tuple[str, str], Present]:
    """Each Definition's version in force and open draft, for the gallery."""
    require(reading.viewer, Right.DEFINITION_READ)
    query = select(Definition.kind, Definition.key, Definition.status, Definition.version, Definition.fingerprint)
    found: dict[tuple[str, str], Present] = {}
    for kind, key, status, version, print_ in reading.session.execute(query.where(Definition.status != RETIRED)):
        old = found.get((kind, key), Present(None, None, None))
        in_force, number = (print_, version) if status == PUBLISHED else (old.fingerprint, old.published)
        found[kind, key] = Present(in_force, number, version if status == DRAFT else old.draft)
    return found


def posts(reading: Reading, keys: Iterable[str]) -> dict[str, Label]:
    """Names of posts by key; an unknown key is absent."""
    query = select(Post.key, Post.label).where(Post.key.in_(sorted(set(keys))))
    return {row[0]: row[1] for row in reading.session.execute(query)}


def people(reading: Reading, ids: Iterable[str]) -> dict[str, str]:
    """Names of users by id; an unknown id is absent."""
    wanted = sorted(set(ids))
    query = select(User.id, User.name).where(User.id.in_(wanted))
    return {row[0]: row[1] for row in reading.session.execute(query)} if wanted else {}


def body(reading: Reading, kind: str, key: str, version: int | None = None) -> Mapping[str, Any] | None:
    """One body: of the version asked for, else of the one in force; None where there is none."""
    require(reading.viewer, Right.DEFINITION_READ)
    query = select(Definition.body).where(Definition.kind == kind, Definition.key == key)
    chosen = Definition.version == version if version is not None else Definition.status == PUBLISHED
    found: Mapping[str, Any] | None = reading.session.scalar(query.where(chosen))
    return found
