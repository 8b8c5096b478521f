"""The library of fields: ready-made sets, and those that admins keep of their forms; each keeping is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import gallery, kinds
from app.access import Conflict, Missing, Right, require
from app.db import new_id
from app.models.field_set import FieldSet
from app.models.people import User
from app.services import documents
from app.services.field_library_parts import cut, is_whole, problem_of_name
from app.work import Reading, Subject, Verb, Work
from rules import Invalid

MOST = 200  # sets kept at a time: a longer list is a library nobody looks through


@dataclass(frozen=True, slots=True)
class Offer:
    """One set as the designer lists it; `own` ones were kept here and may be taken out again."""

    id: str
    name: Mapping[str, str]
    whole: bool
    body: Mapping[str, Any]
    own: bool = False
    use: Mapping[str, str] | None = None
    kept_by: str = ""
    kept_at: datetime | None = None


def offers(view: Reading) -> list[Offer]:
    """The ready-made ones, then those kept here, newest first."""
    require(view.viewer, Right.DEFINITION_WRITE)
    query = select(FieldSet, User.name).outerjoin(User, User.id == FieldSet.kept_by).where(FieldSet.ended_at.is_(None))
    rows = view.session.execute(query.order_by(FieldSet.kept_at.desc(), FieldSet.id.desc()))
    own = [
        Offer(row.id, row.name, row.whole, row.body, True, None, by or row.kept_by, row.kept_at) for row, by in rows
    ]
    return [*ready(), *own]


def ready() -> Iterator[Offer]:
    for each in gallery.read("library")["sets"]:
        yield Offer(each["key"], each["name"], each["whole"], each["body"], use=each["use"])


def find(session: Session, id: str) -> Offer:
    """One that is offered now; raises Missing."""
    for each in ready():
        if each.id == id:
            return each
    row = session.get(FieldSet, id)
    if row is None or row.ended_at is not None:
        raise Missing("field_set", id)
    return Offer(row.id, row.name, row.whole, row.body, True)


def keep(
    work: Work, form: str, body: Mapping[str, Any], places: Sequence[Sequence[int]], name: Mapping[str, Any], *,
    replace: bool = False,
) -> FieldSet:  # fmt: skip
    """Keep the section, or the fields, at `places` for other forms.

    Raises Invalid where it does not stand by itself or has no name, Conflict where the name is taken and `replace` was
    not asked for, LookupError where nothing stands there.
    """
    require(work.viewer, Right.DEFINITION_WRITE)
    problem = problem_of_name(name)
    if problem is not None:
        raise Invalid([problem])
    found = cut(body, places)
    problems = documents.storable_problems(found, "/body")
    if problems:
        raise Invalid(problems)
    words = {tag: text.strip() for tag, text in name.items() if tag in ("zh-CN", "en") and text.strip()}
    present = work.session.scalars(select(FieldSet).where(FieldSet.ended_at.is_(None))).all()
    same = next((each for each in present if each.name["zh-CN"] == words["zh-CN"]), None)
    if same is not None and not replace:
        raise Conflict("library.name_taken", name=words["zh-CN"])
    if same is None and len(present) >= MOST:
        raise Conflict("library.full", most=MOST)
    if same is not None:
        same.ended_at = work.now
    row = FieldSet(
        id=new_id(), name=words, whole=is_whole(places), body=found, form=form, kept_by=work.actor.id, kept_at=work.now,
        ended_at=None,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    detail = {**_told(row), "form": form, "replaces": same.id if same is not None else None}
    work.record(Verb.FIELD_SET_KEPT, _subject(row), detail, after={"fingerprint": kinds.fingerprint(found)})
    return row


def end(work: Work, id: str) -> None:
    """Offer a set no longer; forms that have copies of it keep them. Raises Missing."""
    require(work.viewer, Right.DEFINITION_WRITE)
    row = work.session.get(FieldSet, id)
    if row is None or row.ended_at is not None:
        raise Missing("field_set", id)
    row.ended_at = work.now
    work.record(Verb.FIELD_SET_ENDED, _subject(row), _told(row), before={"fingerprint": kinds.fingerprint(row.body)})


def _subject(row: FieldSet) -> Subject:
    return Subject("field_set", row.id)


def _told(row: FieldSet) -> dict[str, Any]:
    """What every entry about a set says of it."""
    return {"name": row.name["zh-CN"], "fields": len(row.body["sections"][0]["fields"])}
