"""Facts of all rated customers as columns, for what-if runs: what each one's newest rating was made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.access import Forbidden, Right, require
from app.db import mentions
from app.models.credit import Rating
from app.models.customer import Customer, Evidence
from app.work import Reading
from rules.whatif import Columns

BATCH = 5000


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes whenever a customer was rated or came to be rated."""

    customers: int
    latest: Any


def require_all(reading: Reading) -> None:
    """Only who may read every customer's rating may see what a draft does to all of them."""
    require(reading.viewer, Right.RATING_READ)
    if not reading.viewer.everybody(Right.RATING_READ):
        raise Forbidden(Right.RATING_READ)


def stamp(session: Session) -> Stamp:
    query = select(func.count(), func.max(Customer.rated_at)).where(Customer.rating_id.is_not(None))
    return Stamp(*session.execute(query).one())


def columns(session: Session) -> Columns:
    """Every rated customer's facts as stored, None where the rating could not use them since they were out of date."""
    ids: list[str] = []
    variants: list[str | None] = []
    rows: list[Mapping[str, Any]] = []
    query = (
        select(Customer.id, Rating.variant, Rating.facts)
        .join(Rating, Rating.id == Customer.rating_id)
        .order_by(Customer.sort_name, Customer.id)
        .execution_options(yield_per=BATCH)
    )
    for customer_id, variant, facts in session.execute(query):
        ids.append(customer_id)
        variants.append(variant)
        rows.append(facts)
    for place, names in _out_of_date(session, ids).items():
        rows[place] = {name: None if name in names else value for name, value in rows[place].items()}
    return Columns(ids, _turned(rows), variants, stored=True)


def _turned(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows as columns; a customer that lacks a fact has None there."""
    shared: dict[Any, Any] = {}  # equal values are kept once: figures of many customers are the same few texts
    keep = shared.setdefault
    shapes = {tuple(row) for row in rows}  # customers rated alike have the same names in the same order
    if len(shapes) == 1:
        columns = zip(*(row.values() for row in rows), strict=True)
        turned = dict(zip(next(iter(shapes)), columns, strict=True))
    else:
        names = dict.fromkeys(name for shape in shapes for name in shape)
        turned = {name: tuple(row.get(name) for row in rows) for name in names}
    return {
        name: [keep(value, value) if value.__class__ is str else value for value in column]
        for name, column in turned.items()
    }


def _out_of_date(session: Session, ids: Sequence[str]) -> dict[int, set[str]]:
    places = {customer_id: place for place, customer_id in enumerate(ids)}
    query = (
        select(Customer.id, Rating.sources)
        .join(Rating, Rating.id == Customer.rating_id)
        .where(mentions(session, Rating.sources, "stale", True))
        .execution_options(yield_per=BATCH)
    )
    return {
        places[customer_id]: {name for name, source in sources.items() if source.get("stale")}
        for customer_id, sources in session.execute(query)
        if customer_id in places
    }


def further(reading: Reading, ids: Sequence[str], names: Collection[str]) -> dict[str, list[Any]]:
    """Facts that no rating has used so far: the newest copy of the evidence that tells them, None where out of date."""
    if not names:
        return {}
    places = {customer_id: place for place, customer_id in enumerate(ids)}
    found: dict[str, list[Any]] = {name: [None] * len(ids) for name in names}
    told = or_(*(mentions(reading.session, Evidence.facts, name) for name in sorted(names)))
    query = (
        select(Evidence.customer_id, Evidence.facts, Evidence.expires_on)
        .where(told, Evidence.as_of <= reading.today)
        .order_by(Evidence.as_of, Evidence.fetched_at, Evidence.id)
        .execution_options(yield_per=BATCH)
    )
    for customer_id, facts, expires_on in reading.session.execute(query):
        place = places.get(customer_id)
        if place is None:
            continue
        stale = expires_on is not None and expires_on < reading.today
        for name in names & facts.keys():
            found[name][place] = None if stale else facts[name]
    return found


def named(session: Session, ids: Sequence[str]) -> list[tuple[str, str, str, str | None]]:
    """Id, number, name and grade in force of these customers, by name."""
    query = select(Customer.id, Customer.number, Customer.name, Customer.grade).where(Customer.id.in_(ids))
    return [tuple(row) for row in session.execute(query.order_by(Customer.sort_name, Customer.id))]  # type: ignore[misc]
