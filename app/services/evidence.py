"""Evidence in, Facts out: the latest stored copy of each kind, with a stale one named and left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from app.db import new_id
from app.models.customer import Evidence
from app.services import book_facts
from app.work import Subject, Verb, Work


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts as formulas see them (decimal strings, booleans, text, None) and where each came from.

    sources  fact → {"kind", "source", "as_of", "expires_on", "stale"}; also "document" where the source names one, and
             "reason" with "params", a code of the catalogue, where it could not tell
    """

    facts: Mapping[str, Any]
    sources: Mapping[str, Mapping[str, Any]]

    @property
    def stale(self) -> list[str]:
        return sorted(name for name, source in self.sources.items() if source.get("stale"))


NOTHING = Gathered({}, {})


def gather(session: Session, customer_ids: Sequence[str], today: date, zone: tzinfo) -> dict[str, Gathered]:
    """For each customer the newest copy per kind; where two kinds hold one fact, the newer as-of wins.

    A copy past its expiry gives no value: unknown is not clean, and the stale input is named instead. Neither that nor
    a source that could not tell hides what another one knows. A copy that speaks of a day to come is not known yet.
    What the records of books add up to fills in what no copy knows.
    """
    newest = (
        select(Evidence.customer_id, Evidence.kind, func.max(Evidence.as_of))
        .where(Evidence.customer_id.in_(customer_ids), Evidence.as_of <= today)
        .group_by(Evidence.customer_id, Evidence.kind)
    )
    rows = session.scalars(
        select(Evidence)
        .where(tuple_(Evidence.customer_id, Evidence.kind, Evidence.as_of).in_(newest))
        .order_by(Evidence.customer_id, Evidence.as_of, Evidence.fetched_at, Evidence.id)
    )
    found: dict[str, tuple[dict[str, Any], dict[str, Mapping[str, Any]]]] = {}
    for row in rows:
        _add(row, today, *found.setdefault(row.customer_id, ({}, {})))
    for customer_id, (facts, sources) in book_facts.gather(session, customer_ids, today, zone).items():
        known, origins = found.setdefault(customer_id, ({}, {}))
        for name in facts.keys() - {each for each, value in known.items() if value is not None}:
            known[name], origins[name] = facts[name], sources[name]
    return {customer_id: Gathered(*pair) for customer_id, pair in found.items()}


def _add(row: Evidence, today: date, facts: dict[str, Any], sources: dict[str, Mapping[str, Any]]) -> None:
    """Take over what one copy says, as far as nothing better is known."""
    stale = row.expires_on is not None and row.expires_on < today
    origin = {
        "kind": row.kind,
        "source": row.source,
        "as_of": row.as_of.isoformat(),
        "expires_on": row.expires_on.isoformat() if row.expires_on else None,
        "stale": stale,
    }
    for name, value in row.facts.items():
        known = None if stale else value
        if known is None and facts.get(name) is not None:
            continue
        facts[name] = known
        sources[name] = _told(origin, row.detail.get(name), value)


def _told(origin: Mapping[str, Any], told: Mapping[str, Any] | None, value: Any) -> Mapping[str, Any]:
    """The origin of a copy made exact for one of its facts: its own day, its document, and why it is unknown."""
    if not told:
        return origin
    more: dict[str, Any] = {}
    if told.get("as_of"):
        more["as_of"] = told["as_of"]
    if told.get("document"):
        more["document"] = told["document"]
    if value is None and told.get("reason"):
        more |= {"reason": told["reason"], "params": told.get("params") or {}}
    return {**origin, **more} if more else origin


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
