"""Evidence in, Facts out: the latest stored copy of each kind, with a stale one named and left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.db import new_id
from app.models.customer import Evidence
from app.work import Subject, Verb, Work


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts as formulas see them (decimal strings, booleans, text, None) and where each came from."""

    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]  # fact -> {"source", "as_of", "expires_on", "stale"}

    @property
    def stale(self) -> list[str]:
        return sorted(name for name, source in self.sources.items() if source.get("stale"))


NOTHING = Gathered({}, {})


def gather(session: Session, customer_ids: Sequence[str], today: date) -> dict[str, Gathered]:
    """For each customer the newest copy per kind; where two kinds hold one fact, the newer as-of wins.

    A copy past its expiry gives no value: unknown is not clean, and the stale input is named instead.
    """
    newest = (
        select(Evidence.customer_id, Evidence.kind, func.max(Evidence.as_of))
        .where(Evidence.customer_id.in_(customer_ids))
        .group_by(Evidence.customer_id, Evidence.kind)
    )
    rows = session.scalars(
        select(Evidence)
        .where(tuple_(Evidence.customer_id, Evidence.kind, Evidence.as_of).in_(newest))
        .order_by(Evidence.customer_id, Evidence.as_of, Evidence.fetched_at, Evidence.id)
    )
    found: dict[str, tuple[dict[str, Any], dict[str, Mapping[str, Any]]]] = {}
    for row in rows:
        facts, sources = found.setdefault(row.customer_id, ({}, {}))
        stale = row.expires_on is not None and row.expires_on < today
        origin = {
            "source": row.source,
            "as_of": row.as_of.isoformat(),
            "expires_on": row.expires_on.isoformat() if row.expires_on else None,
            "stale": stale,
        }
        for name, value in row.facts.items():
            if stale and name in facts and not sources[name]["stale"]:
                continue
            facts[name] = None if stale else value
            sources[name] = origin
    return {customer_id: Gathered(*pair) for customer_id, pair in found.items()}


def store(
    work: Work,
    customer_id: str,
    kind: str,
    source: str,
    as_of: date,
    facts: Mapping[str, Any],
    *,
    detail: Mapping[str, Any] | None = None,
    expires_on: date | None = None,
    record: bool = True,
) -> Evidence:
    """Keep one dated copy. Values are JSON-safe; a float is refused by the column."""
    row = Evidence(
        id=new_id(),
        customer_id=customer_id,
        kind=kind,
        source=source,
        as_of=as_of,
        fetched_at=work.now,
        expires_on=expires_on,
        facts=dict(facts),
        detail=dict(detail or {}),
    )
    work.session.add(row)
    if record:
        work.record(
            Verb.EVIDENCE_STORED,
            Subject("customer", customer_id),
            {"kind": kind, "source": source, "as_of": as_of.isoformat(), "facts": sorted(facts)},
        )
    return row


def latest(session: Session, customer_id: str) -> Iterable[Evidence]:
    """The newest copy of each kind, for the customer page."""
    own = Evidence.customer_id == customer_id
    newest = select(Evidence.kind, func.max(Evidence.as_of)).where(own).group_by(Evidence.kind)
    return session.scalars(
        select(Evidence)
        .where(own, tuple_(Evidence.kind, Evidence.as_of).in_(newest))
        .order_by(Evidence.kind, Evidence.fetched_at.desc())
    ).all()
