"""The one lifecycle of everything admins author: draft → published → retired.

Only a draft's body changes. Publishing compiles it, checks its links, fingerprints it, retires the predecessor and
records `definition.published`, all in one act. "Restore" is a new draft based on an old version.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import kinds
from app.access import Conflict, Missing, Right, require
from app.db import new_id
from app.models.definition import DRAFT, PUBLISHED, RETIRED, Definition, DefinitionUse
from app.models.people import User
from app.services import books, customer_reach, documents
from app.services.definition_checks import check, check_stored, compiled, linked, published, users
from app.services.states import version_member
from app.work import Subject, Verb, Work
from rules import Invalid, Problem
from rules.problem import errors

__all__ = [
    "check", "check_stored", "compiled", "discard", "draft", "find", "pin", "publish", "published", "read_document",
    "restore", "retire", "save", "subject", "title_problems", "users",
]  # fmt: skip

# What follows in the same act when a version of a kind comes into force.
AFTER_PUBLISHING: Mapping[str, tuple[Callable[[Work, Definition], None], ...]] = {
    "form": (books.prepare, customer_reach.prepare),
}
KEY_PATTERN = r"[a-z][a-z0-9_]{1,58}"
TITLE_LONGEST = 120


def subject(row: Definition) -> Subject:
    return Subject("definition", f"{row.kind}/{row.key}")


def pin(row: Definition) -> dict[str, Any]:
    """How other documents and ledger entries name this version."""
    return {"kind": row.kind, "key": row.key, "version": row.version, "fingerprint": row.fingerprint}


def find(session: Session, kind: str, key: str, version: int | None = None) -> Definition:
    """One version, or the newest one; raises Missing."""
    query = select(Definition).where(Definition.kind == kind, Definition.key == key)
    newest = query.order_by(Definition.version.desc()).limit(1)
    query = query.where(Definition.version == version) if version is not None else newest
    row = session.scalar(query)
    if row is None:
        raise Missing("definition", f"{kind}/{key}")
    return row


def open_draft(session: Session, kind: str, key: str) -> Definition | None:
    return session.scalar(
        select(Definition).where(Definition.kind == kind, Definition.key == key, Definition.status == DRAFT)
    )


def read_document(text: str) -> dict[str, Any]:
    """JSON typed by a person → an object, or Invalid saying where it breaks."""
    return documents.read(text).value


def draft(
    work: Work,
    kind: str,
    key: str,
    title: Mapping[str, str],
    body: Mapping[str, Any],
    *,
    layout: Mapping[str, Any] | None = None,
    based_on: int | None = None,
) -> Definition:
    """A new draft as the next version of `kind`/`key`; refused while another draft of it is open."""
    _writer(work)
    _check_envelope(kind, key, title, body, layout)
    present = open_draft(work.session, kind, key)
    if present is not None:
        by = _name(work.session, present.saved_by)
        raise Conflict("definition.draft_open", kind=kind, key=key, version=present.version, by=by)
    last = work.session.scalar(
        select(func.max(Definition.version)).where(Definition.kind == kind, Definition.key == key)
    )
    row = Definition(
        id=new_id(),
        kind=kind,
        key=key,
        version=(last or 0) + 1,
        status=DRAFT,
        title=_tidy(title),
        body=dict(body),
        layout=dict(layout or {}),
        unread={},
        based_on=based_on,
        authors=[work.actor.id],
        created_by=work.actor.id,
        created_at=work.now,
        saved_by=work.actor.id,
        saved_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    detail = {"kind": kind, "key": key, "version": row.version, "based_on": based_on}
    work.record(Verb.DEFINITION_CREATED, subject(row), detail, after=_status(row, DRAFT))
    return row


def _writer(work: Work) -> None:
    if work.actor.viewer is not None:
        require(work.actor.viewer, Right.DEFINITION_WRITE)


def _publisher(work: Work) -> None:
    if work.actor.viewer is not None:
        require(work.actor.viewer, Right.DEFINITION_PUBLISH)


def _name(session: Session, user_id: str) -> str:
    user = session.get(User, user_id)
    return user.name if user is not None else user_id


def _check_envelope(
    kind: str, key: str, title: Mapping[str, str], body: Mapping[str, Any], layout: Mapping[str, Any] | None
) -> None:
    problems = []
    if kind not in kinds.KINDS:
        problems.append(Problem("definition.unknown_kind", "/kind", {"kind": str(kind)[:40]}))
    if not isinstance(key, str) or not re.fullmatch(KEY_PATTERN, key):
        problems.append(Problem("definition.key", "/key", {"key": str(key)[:60]}))
    problems += title_problems(title)
    problems += [*documents.storable_problems(body, "/body"), *documents.storable_problems(layout or {}, "/layout")]
    if problems:
        raise Invalid(problems)


def title_problems(title: Mapping[str, object]) -> list[Problem]:
    """Chinese is required, English falls back to it."""
    if not isinstance(title, Mapping) or not set(title) <= {"zh-CN", "en"}:
        return [Problem("definition.title", "/title")]
    zh = title.get("zh-CN")
    if not isinstance(zh, str) or not zh.strip():
        return [Problem("definition.title", "/title/zh-CN")]
    problems = []
    for name, text in title.items():
        at = f"/title/{name}"
        if not isinstance(text, str):
            problems.append(Problem("definition.title", at))
        elif len(text.strip()) > TITLE_LONGEST:
            problems.append(Problem("definition.title_long", at, {"max": TITLE_LONGEST, "length": len(text.strip())}))
        elif documents.unsound(text) or not text.strip().isprintable():
            problems.append(Problem("definition.title_character", at))
    return problems


def _tidy(title: Mapping[str, str]) -> dict[str, str]:
    return {name: text.strip() for name, text in title.items() if text.strip()}


def _fresh(work: Work, row: Definition, row_version: int) -> None:
    if row.row_version != row_version:
        by = _name(work.session, row.saved_by)
        raise Conflict("definition.changed", by=by, at=row.saved_at, version=row.version)


def _still_draft(row: Definition) -> None:
    if row.status != DRAFT:
        raise Conflict("definition.not_draft", version=row.version, status=row.status)


@dataclass(frozen=True, slots=True)
class _Part:
    """What was given as body or layout: a document, or the text of which none can be read."""

    name: str
    value: Mapping[str, Any] | None
    text: str | None
    problems: list[Problem]


def _part(name: str, given: Mapping[str, Any] | str) -> _Part:
    if not isinstance(given, str):
        return _Part(name, given, None, documents.storable_problems(given, f"/{name}"))
    if name == "layout" and not given.strip():
        return _Part(name, {}, None, [])
    try:
        return _Part(name, documents.read(given).value, None, [])
    except Invalid as invalid:
        return _Part(name, None, given, [] if documents.keepable(given) else list(invalid.problems))


def save(
    work: Work,
    row: Definition,
    row_version: int,
    *,
    title: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | str | None = None,
    layout: Mapping[str, Any] | str | None = None,
) -> list[Problem]:
    """Keep a draft as it stands, problems and all; they are returned so that the page can show them in place.

    A text of which no document can be read is kept as it was typed, beside what could be read last. Of a published
    version only the layout may move, which makes no new version. What changes nothing leaves no trace.
    """
    _writer(work)
    if body is not None or title is not None:
        _still_draft(row)
    _fresh(work, row, row_version)
    parts = [_part(name, given) for name, given in (("body", body), ("layout", layout)) if given is not None]
    problems = [] if title is None else title_problems(title)
    problems += [problem for part in parts for problem in part.problems]
    if problems:
        raise Invalid(problems)
    before = (row.title, row.body, row.layout, row.unread)
    row.title = row.title if title is None else _tidy(title)
    for part in parts:
        _keep(row, part)
    if (row.title, row.body, row.layout, row.unread) != before:
        row.saved_by, row.saved_at = work.actor.id, work.now
        if row.status == DRAFT and work.actor.id not in row.authors:
            row.authors = [*row.authors, work.actor.id]
        work.session.flush()
        detail: dict[str, Any] = {"version": row.version, "fingerprint": kinds.fingerprint(row.body)}
        if row.unread:
            detail["unread"] = {name: documents.fingerprint(text) for name, text in sorted(row.unread.items())}
        work.record(Verb.DEFINITION_SAVED, subject(row), detail)
    return check_stored(work.session, row.kind, row.key, row.body, row.unread)


def _keep(row: Definition, part: _Part) -> None:
    others = {name: text for name, text in row.unread.items() if name != part.name}
    if part.value is not None:
        setattr(row, part.name, dict(part.value))
        row.unread = others
    else:
        _still_draft(row)
        row.unread = {**others, part.name: part.text or ""}


def publish(
    work: Work, row: Definition, row_version: int, *, four_eyes: bool = False, warnings_read: bool = True
) -> Definition:
    """Make a draft the version in force.

    Raises Invalid with every problem (and with the warnings, unless they were read), Conflict when the page was old,
    when nothing would change, or when `four_eyes` are asked for and the one who publishes wrote in this version.
    """
    _publisher(work)
    _still_draft(row)
    _fresh(work, row, row_version)
    if four_eyes and work.actor.id in {*row.authors, row.saved_by}:
        raise Conflict("definition.four_eyes", version=row.version)
    problems = check_stored(work.session, row.kind, row.key, row.body, row.unread)
    if errors(problems) or (problems and not warnings_read):
        raise Invalid(problems)
    others, _ = linked(work.session, row.kind, row.body)
    digest = kinds.fingerprint(row.body)
    links = {place: pin(other) for place, other in others.items()}
    before = published(work.session, row.kind, row.key)
    if before is not None:
        if before.fingerprint == digest and before.links == links and before.title == row.title:
            raise Conflict("definition.unchanged", version=before.version)
        before.status, before.retired_at = RETIRED, work.now
        work.session.flush()  # the one-published index must see the old one leave first
        _record_retired(work, before, row.version)
    row.status, row.fingerprint, row.links = PUBLISHED, digest, links
    row.published_by, row.published_at = work.actor.id, work.now
    for other in sorted({other.id for other in others.values()}):
        work.session.add(DefinitionUse(user_id=row.id, used_id=other))
    work.session.flush()
    detail = {"title": row.title, "version": row.version, "links": row.links}
    if problems:
        detail["warnings"] = sorted({problem.code for problem in problems})
    work.record(
        Verb.DEFINITION_PUBLISHED, subject(row), detail,
        before=_status(row, DRAFT), after=_status(row, PUBLISHED), definitions=(pin(row),),
    )  # fmt: skip
    for follow in AFTER_PUBLISHING.get(row.kind, ()):
        follow(work, row)
    return row


def retire(work: Work, row: Definition) -> None:
    """Take a published version out of force. Refused while a published Definition names it."""
    _publisher(work)
    if row.status != PUBLISHED:
        raise Conflict("definition.not_published", version=row.version, status=row.status)
    naming = users(work.session, row.kind, row.key)
    if naming:
        raise Conflict("definition.in_use", by=[dict(user.title) for user in naming])
    row.status, row.retired_at = RETIRED, work.now
    _record_retired(work, row, None)


def _record_retired(work: Work, row: Definition, by_version: int | None) -> None:
    work.record(
        Verb.DEFINITION_RETIRED, subject(row), {"version": row.version, "by_version": by_version},
        before=_status(row, PUBLISHED), after=_status(row, RETIRED),
    )  # fmt: skip


def _status(row: Definition, status: str | None) -> dict[str, str | None]:
    """What an entry tells of this version's place in its life; None once it is gone."""
    return {version_member(row.version): status}


def discard(work: Work, row: Definition, row_version: int) -> None:
    """Throw a draft away."""
    _writer(work)
    _still_draft(row)
    _fresh(work, row, row_version)
    work.record(
        Verb.DEFINITION_DELETED, subject(row), {"version": row.version},
        before=_status(row, DRAFT), after=_status(row, None),
    )  # fmt: skip
    work.session.delete(row)


def restore(work: Work, row: Definition) -> Definition:
    """A new draft with the content of an older version."""
    return draft(work, row.kind, row.key, row.title, row.body, layout=row.layout, based_on=row.version)
