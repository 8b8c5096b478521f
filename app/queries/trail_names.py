"""Names for the ids that entries hold, looked up together for a page of entries: as many queries as kinds of things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select, tuple_
from sqlalchemy.orm import Session

from app.models.case import Case, CreditRequest
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.job import Job
from app.models.people import Department, Post, User
from app.models.record import Record
from app.models.upload import Upload

Label = Mapping[str, str] | str
PEOPLE = ("superior_id", "head_id", "owner_id", "for", "decider", "holders", "added", "removed", "applicant_id")
PLACES = ("department_id", "parent_id")


@dataclass(frozen=True, slots=True)
class Names:
    """Names by kind of thing and id: what somebody reads where the entry holds an id only."""

    found: Mapping[str, Mapping[str, Label]] = field(default_factory=dict)

    def get(self, type_: str, id_: object) -> Label | None:
        """A name, a label in both languages, or None where the thing is gone or was never known."""
        return self.found.get(type_, {}).get(str(id_)) if id_ is not None else None


NOBODY = Names()


def names_of(session: Session, rows: Sequence[tuple[Row[Any], Mapping[str, Any]]]) -> Names:
    """Names for entries as (row, members of its body)."""
    wanted: dict[str, set[str]] = {}
    for row, members in rows:
        _add(wanted, row.subject_type, [row.subject_id])
        _add(wanted, "customer", [row.customer_id])
        _add(wanted, "case", [row.case_id])
        for part in (members.get("detail"), members.get("before"), members.get("after")):
            if isinstance(part, Mapping):
                _add(wanted, "user", _ids(part, PEOPLE))
                _add(wanted, "department", _ids(part, PLACES))
                _add(wanted, "post_key", _ids(part, ("post",)))
    return Names({type_: _look_up(session, type_, sorted(ids)) for type_, ids in wanted.items() if ids})


def _add(wanted: dict[str, set[str]], type_: str, ids: Iterable[object]) -> None:
    found = {each for each in ids if isinstance(each, str) and each}
    if found:
        wanted.setdefault(type_, set()).update(found)


def _ids(part: Mapping[str, Any], members: Iterable[str]) -> Iterable[object]:
    for name in members:
        value = part.get(name)
        if isinstance(value, list):
            yield from value
        else:
            yield value


def _look_up(session: Session, type_: str, ids: list[str]) -> Mapping[str, Label]:
    if type_ == "definition":
        return _definitions(session, ids)
    columns = {
        "customer": (Customer.id, Customer.name),
        "case": (Case.id, Case.number),
        "credit_request": (CreditRequest.id, CreditRequest.number),
        "user": (User.id, User.name),
        "department": (Department.id, Department.name),
        "post": (Post.id, Post.label),
        "post_key": (Post.key, Post.label),
        "job": (Job.id, Job.name),
        "upload": (Upload.id, Upload.filename),
        "record": (Record.id, Record.title),
    }.get(type_)
    if columns is None:
        return {}
    key, name = columns
    return {found: label for found, label in session.execute(select(key, name).where(key.in_(ids))) if label}


def _definitions(session: Session, ids: list[str]) -> Mapping[str, Label]:
    """Titles by kind/key: that of the newest version."""
    pairs = [tuple(each.split("/", 1)) for each in ids if "/" in each]
    if not pairs:
        return {}
    query = (
        select(Definition.kind, Definition.key, Definition.title)
        .where(tuple_(Definition.kind, Definition.key).in_(pairs))
        .order_by(Definition.version)
    )
    return {f"{kind}/{key}": title for kind, key, title in session.execute(query)}


def names_of_subjects(session: Session, subjects: Iterable[tuple[str, str]]) -> Names:
    """Names for things as (type, id)."""
    wanted: dict[str, set[str]] = {}
    for type_, id_ in subjects:
        _add(wanted, type_, [id_])
    return Names({type_: _look_up(session, type_, sorted(ids)) for type_, ids in wanted.items()})


def name_of(session: Session, type_: str, id_: str) -> Label | None:
    """The name of one thing."""
    return _look_up(session, type_, [id_]).get(id_)
