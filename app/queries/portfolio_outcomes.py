"""Which rated customers turned bad, by the definition of `credit.outcome`, as far as stored evidence knows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from app.db import mentions
from app.models.customer import Customer, Evidence, Occurrence
from app.models.ledger import Entry
from app.work import Reading, Verb
from credit.outcome import SIGNALS, turned_bad, window_start
from rules.whatif.spread import BAD, GOOD, UNKNOWN, Outcomes

PETITION = "bankruptcy_filing"
BATCH = 5000
_TELLING = (Verb.EVIDENCE_STORED, Verb.CUSTOMER_CREATED, Verb.CUSTOMER_CHANGED, Verb.CUSTOMERS_IMPORTED)
_CODES = {True: BAD, False: GOOD, None: UNKNOWN}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What changes when an outcome may have: a day goes by, or somebody told something of a customer."""

    day: date
    entries: tuple[int | None, ...]


def stamp(reading: Reading) -> Stamp:
    """The newest entry of each verb that tells of customers: the index of verbs has them at hand."""
    newest = (select(func.max(Entry.id)).where(Entry.verb == verb.value).scalar_subquery() for verb in _TELLING)
    return Stamp(reading.today, tuple(reading.session.execute(select(*newest)).one()))


def outcomes(reading: Reading, ids: Sequence[str]) -> Outcomes:
    """For each customer whether it turned bad, today."""
    today = reading.today
    seen, filed = _seen(reading.session, today), _filed(reading.session, today)
    since = dict(reading.session.execute(select(Customer.id, Customer.customer_since)).all())
    codes = (_CODES[turned_bad(seen[one], one in filed, since.get(one), today)] for one in ids)
    return np.fromiter(codes, np.int8, len(ids))


def _seen(session: Session, today: date) -> Mapping[str, dict[str, Any]]:
    """The signals by customer: of each kind of evidence the newest copy, where that is not out of date.

    A source that could not tell hides nothing that another one knows.
    """
    written = cast(Evidence.facts, Text)  # read here, and only where it is the newest
    query = (
        select(Evidence.customer_id, Evidence.kind, Evidence.expires_on, written)
        .where(or_(*(mentions(session, Evidence.facts, name) for name in SIGNALS)), Evidence.as_of <= today)
        .order_by(Evidence.as_of, Evidence.fetched_at, Evidence.id)
        .execution_options(yield_per=BATCH)
    )
    newest = {(customer_id, kind): (expires_on, text) for customer_id, kind, expires_on, text in session.execute(query)}
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for (customer_id, _kind), (expires_on, text) in newest.items():
        if expires_on is None or expires_on >= today:
            found[customer_id] |= _told(text)
    return found


@lru_cache(maxsize=4096)  # registers and courts say the same few things of most
def _told(text: str) -> Mapping[str, Any]:
    told = json.loads(text)
    return {name: told[name] for name in SIGNALS if told.get(name) is not None}


def _filed(session: Session, today: date) -> frozenset[str]:
    """Customers of whom a petition became known within the window."""
    query = select(Occurrence.customer_id).where(
        Occurrence.kind == PETITION, Occurrence.day > window_start(today), Occurrence.day <= today
    )
    return frozenset(session.scalars(query))
