"""The ratings of one customer, newest first and page by page, and one with the Definitions it has pinned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from app.models.credit import Rating
from app.models.definition import Definition
from app.queries.keyset import Place, Sorting, Walk, walk
from app.work import Reading

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
