"""What came one after another, newest first: the ratings of a customer, and the acts that changed answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.models.credit import Rating
from app.models.definition import Definition
from app.models.ledger import Entry
from app.queries.keyset import Place, Sorting, Walk, walk
from app.queries.trail import EntryRow, rows_of, selected
from app.work import Reading, Subject, Verb

_LINE = (
    Rating.id, Rating.customer_id, Rating.case_id, Rating.variant, Rating.rated_at, Rating.as_of, Rating.score,
    Rating.coverage, Rating.model_grade, Rating.grade, Rating.decision,
)  # fmt: skip


def ratings(reading: Reading, customer_id: str, place: Place) -> Walk:
    """Ratings of a customer whose id came from a scoped query, without their traces."""
    query: Any = select(*_LINE).where(Rating.customer_id == customer_id)
    return walk(reading.session, query, Sorting(Rating.rated_at, Rating.id, descending=True), place)


def pins(reading: Reading, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Versions of Definitions by id, as ratings and entries name them."""
    query = select(Definition.id, Definition.kind, Definition.key, Definition.version, Definition.fingerprint)
    return {
        row.id: {"kind": row.kind, "key": row.key, "version": row.version, "fingerprint": row.fingerprint}
        for row in reading.session.execute(query.where(Definition.id.in_(list(ids))))
    }


ACTS = 100  # read at once


def acts(
    reading: Reading, subject: Subject, verbs: Sequence[Verb], before: int | None, limit: int = ACTS
) -> tuple[EntryRow, ...]:
    """Acts of these kinds on one subject before the one numbered `before`, for whoever was let through to it."""
    about = (Entry.subject_type == subject.type) & (Entry.subject_id == subject.id)
    query = selected().where(about, Entry.verb.in_([verb.value for verb in verbs]))
    if before is not None:
        query = query.where(Entry.subject_seq < before)
    found = reading.session.execute(query.order_by(Entry.subject_seq.desc()).limit(limit)).all()
    return rows_of(reading.session, found)
