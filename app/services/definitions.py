"""The one lifecycle of everything admins author: draft → published → retired.

Only a draft's body changes. Publishing compiles it, checks its links, fingerprints it, retires the predecessor and
records `definition.published`, all in one act. "Restore" is a new draft based on an old version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import kinds
from app.access import Conflict, Missing, Right, require
from app.db import new_id
from app.models.definition import DRAFT, PUBLISHED, RETIRED, Definition, DefinitionUse
from app.work import Subject, Verb, Work
from rules import Invalid, Problem
from rules.problem import errors

KEY_PATTERN = r"[a-z][a-z0-9_]{1,58}"
MAX_BODY = 1024 * 1024


def subject(row: Definition) -> Subject:
    return Subject("definition", f"{row.kind}/{row.key}")


def pin(row: Definition) -> dict[str, Any]:
    """How other documents and ledger entries name this version."""
    return {"kind": row.kind, "key": row.key, "version": row.version, "fingerprint": row.fingerprint}


def find(session: Session, kind: str, key: str, version: int | None = None) -> Definition:
    """One version, or the newest one; raises Missing."""
    query = select(Definition).where(Definition.kind == kind, Definition.key == key)
    newest = query.order_by(Definition.version.desc()).limit(1)
    query = query.where(Definition.version == version) if version else newest
    row = session.scalar(query)
    if row is None:
        raise Missing("definition", f"{kind}/{key}")
    return row


def published(session: Session, kind: str, key: str) -> Definition | None:
    return session.scalar(
        select(Definition).where(Definition.kind == kind, Definition.key == key, Definition.status == PUBLISHED)
    )


def compiled(row: Definition) -> Any:
    """The compiled object of a published version (kept per process), or of a draft (compiled now)."""
    if row.fingerprint is None:
        return kinds.KINDS[row.kind].compile(row.body)
    return kinds.compiled(row.kind, row.fingerprint, row.body)


def read_document(text: str) -> dict[str, Any]:
    """JSON typed by a person → an object, or Invalid saying where it breaks. Refuses floats, NaN, repeated keys."""
    if len(text.encode("utf-8", "replace")) > MAX_BODY:
        raise Invalid([Problem("definition.too_large", "", {"max": MAX_BODY // 1024})])

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in items:
            if key in seen:
                raise Invalid([Problem("definition.repeated_key", "", {"key": key[:60]})])
            seen[key] = value
        return seen

    def refuse_float(number: str) -> Any:
        raise Invalid([Problem("definition.float", "", {"number": number[:40]})])

    def whole(number: str) -> int:
        if len(number) > 15:
            raise Invalid([Problem("definition.float", "", {"number": number[:40]})])
        return int(number)

    try:
        found = json.loads(
            text, object_pairs_hook=pairs, parse_float=refuse_float, parse_constant=refuse_float, parse_int=whole
        )
    except json.JSONDecodeError as error:
        raise Invalid(
            [Problem("definition.json", "", {"line": error.lineno, "column": error.colno}, (error.pos, error.pos + 1))]
        ) from None
    except RecursionError:
        raise Invalid([Problem("definition.too_deep")]) from None
    if not isinstance(found, dict):
        raise Invalid([Problem("definition.not_object")])
    return found


def check(session: Session, kind: str, body: Mapping[str, Any]) -> list[Problem]:
    """Every finding about a body: its own, and those of the Definitions it names. Empty means publishable."""
    if kind not in kinds.KINDS:
        return [Problem("definition.unknown_kind", "", {"kind": kind})]
    try:
        found = kinds.KINDS[kind].compile(body)
    except Invalid as invalid:
        return [*invalid.problems, *_links(session, kind, body)[1]]
    others, problems = _links(session, kind, body)
    if not problems:
        ready = {place: compiled(row) for place, row in others.items()}
        problems = list(kinds.KINDS[kind].check_links(found, ready))
    return problems


def _links(session: Session, kind: str, body: Mapping[str, Any]) -> tuple[dict[str, Definition], list[Problem]]:
    others: dict[str, Definition] = {}
    problems: list[Problem] = []
    for link in kinds.KINDS[kind].links(body):
        row = published(session, link.kind, link.key)
        if row is None:
            problems.append(Problem("definition.link_missing", link.place, {"kind": link.kind, "key": link.key}))
        else:
            others[link.place] = row
    return others, problems


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
    require(work.viewer, Right.DEFINITION_WRITE) if work.actor.viewer else None
    _check_envelope(kind, key, title)
    open_draft = work.session.scalar(
        select(Definition).where(Definition.kind == kind, Definition.key == key, Definition.status == DRAFT)
    )
    if open_draft is not None:
        raise Conflict("definition.draft_open", kind=kind, key=key, version=open_draft.version)
    last = work.session.scalar(
        select(func.max(Definition.version)).where(Definition.kind == kind, Definition.key == key)
    )
    row = Definition(
        id=new_id(),
        kind=kind,
        key=key,
        version=(last or 0) + 1,
        status=DRAFT,
        title=dict(title),
        body=dict(body),
        layout=dict(layout or {}),
        based_on=based_on,
        created_by=work.actor.id,
        created_at=work.now,
        saved_by=work.actor.id,
        saved_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    work.record(
        Verb.DEFINITION_CREATED, subject(row), {"kind": kind, "key": key, "version": row.version, "based_on": based_on}
    )
    return row


def _check_envelope(kind: str, key: str, title: Mapping[str, str]) -> None:
    import re

    problems = []
    if kind not in kinds.KINDS:
        problems.append(Problem("definition.unknown_kind", "/kind", {"kind": str(kind)[:40]}))
    if not isinstance(key, str) or not re.fullmatch(KEY_PATTERN, key):
        problems.append(Problem("definition.key", "/key", {"key": str(key)[:60]}))
    problems += _check_title(title)
    if problems:
        raise Invalid(problems)


def _check_title(title: Mapping[str, str]) -> list[Problem]:
    good = isinstance(title, Mapping) and set(title) <= {"zh-CN", "en"}
    if not good or not isinstance(title.get("zh-CN"), str) or not title["zh-CN"].strip():
        return [Problem("definition.title", "/title")]
    if any(not isinstance(text, str) or len(text) > 120 for text in title.values()):
        return [Problem("definition.title", "/title")]
    return []


def save(
    work: Work,
    row: Definition,
    row_version: int,
    *,
    title: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    layout: Mapping[str, Any] | None = None,
) -> list[Problem]:
    """Keep a draft as it stands, problems and all; they are returned so that the page can show them in place.

    Of a published version only the layout may move, which makes no new version.
    """
    require(work.viewer, Right.DEFINITION_WRITE)
    if row.row_version != row_version:
        raise Conflict("definition.changed", by=row.saved_by, at=row.saved_at.isoformat(), version=row.version)
    if row.status != DRAFT and (body is not None or title is not None):
        raise Conflict("definition.not_draft", version=row.version, status=row.status)
    if title is not None:
        if problems := _check_title(title):
            raise Invalid(problems)
        row.title = dict(title)
    if body is not None:
        row.body = dict(body)
    if layout is not None:
        row.layout = dict(layout)
    row.saved_by, row.saved_at = work.actor.id, work.now
    work.session.flush()
    digest = kinds.fingerprint(row.body)
    work.record(Verb.DEFINITION_SAVED, subject(row), {"version": row.version, "fingerprint": digest})
    return check(work.session, row.kind, row.body)


def publish(work: Work, row: Definition, row_version: int, *, four_eyes: bool = False) -> Definition:
    """Make a draft the version in force. Raises Invalid with every problem, Conflict when the page was old."""
    if work.actor.viewer is not None:
        require(work.viewer, Right.DEFINITION_PUBLISH)
    if row.status != DRAFT:
        raise Conflict("definition.not_draft", version=row.version, status=row.status)
    if row.row_version != row_version:
        raise Conflict("definition.changed", by=row.saved_by, at=row.saved_at.isoformat(), version=row.version)
    if four_eyes and row.saved_by == work.actor.id:
        raise Conflict("definition.four_eyes", version=row.version)
    problems = check(work.session, row.kind, row.body)
    if errors(problems):
        raise Invalid(problems)
    others, _ = _links(work.session, row.kind, row.body)
    digest = kinds.fingerprint(row.body)
    before = published(work.session, row.kind, row.key)
    if before is not None:
        if before.fingerprint == digest and before.links == {place: pin(other) for place, other in others.items()}:
            raise Conflict("definition.unchanged", version=before.version)
        before.status, before.retired_at = RETIRED, work.now
        work.session.flush()  # the one-published index must see the old one leave first
        work.record(Verb.DEFINITION_RETIRED, subject(row), {"version": before.version, "by_version": row.version})
    row.status, row.fingerprint = PUBLISHED, digest
    row.links = {place: pin(other) for place, other in others.items()}
    row.published_by, row.published_at = work.actor.id, work.now
    for other in {other.id for other in others.values()}:
        work.session.add(DefinitionUse(user_id=row.id, used_id=other))
    work.session.flush()
    work.record(
        Verb.DEFINITION_PUBLISHED,
        subject(row),
        {"title": row.title, "version": row.version, "links": row.links},
        definitions=(pin(row),),
    )
    return row


def retire(work: Work, row: Definition) -> None:
    """Take a published version out of force. Refused while a published Definition names it."""
    require(work.viewer, Right.DEFINITION_PUBLISH)
    if row.status != PUBLISHED:
        raise Conflict("definition.not_published", version=row.version, status=row.status)
    users = work.session.scalars(
        select(Definition)
        .join(DefinitionUse, DefinitionUse.user_id == Definition.id)
        .where(DefinitionUse.used_id == row.id, Definition.status == PUBLISHED)
    ).all()
    if users:
        raise Conflict("definition.in_use", by=", ".join(f"{u.kind}/{u.key}" for u in users))
    row.status, row.retired_at = RETIRED, work.now
    work.record(Verb.DEFINITION_RETIRED, subject(row), {"version": row.version, "by_version": None})


def discard(work: Work, row: Definition, row_version: int) -> None:
    """Throw a draft away."""
    require(work.viewer, Right.DEFINITION_WRITE)
    if row.status != DRAFT:
        raise Conflict("definition.not_draft", version=row.version, status=row.status)
    if row.row_version != row_version:
        raise Conflict("definition.changed", by=row.saved_by, at=row.saved_at.isoformat(), version=row.version)
    work.record(Verb.DEFINITION_DELETED, subject(row), {"version": row.version})
    work.session.delete(row)


def restore(work: Work, row: Definition) -> Definition:
    """A new draft with the content of an older version."""
    return draft(work, row.kind, row.key, row.title, row.body, layout=row.layout, based_on=row.version)
