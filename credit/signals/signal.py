"""What a signal is: one value about a customer on a day, where it came from, or why it is unknown."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from credit.rates import Rate
from credit.rows import Feed

RATIO_PLACES = Decimal("0.0001")
DAY_PLACES = Decimal("0.01")

Value = Decimal | bool | str


@dataclass(frozen=True, slots=True)
class Signal:
    """One indicator or fact of a customer.

    value     Decimal, bool or str; None is unknown, never "nothing found"
    as_of     the last day the value speaks of (a statement's year end, a feed's last reading); None when unknown
    source    registry, court, news, contracts, trade, statement, bureau or profile
    document  which one: the fiscal year, the bureau
    reason    catalogue code of why the value is None, or ``signal.at_least`` where the value is the least known
    params    values for the sentence of `reason`
    rates     the exchange rates used
    """

    value: Value | None
    as_of: date | None
    source: str
    document: str = ""
    reason: str | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    rates: tuple[Rate, ...] = ()


def unknown(source: str, reason: str, document: str = "", **params: str) -> Signal:
    """A signal without a value, and the reason."""
    return Signal(None, None, source, document, reason, params)


def months_before(day: date, months: int) -> date:
    """The same day `months` months earlier, or the last day of that month where it has no such day."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def ratio(value: Decimal) -> Decimal:
    """A ratio kept to 4 places, half to even."""
    return value.quantize(RATIO_PLACES, ROUND_HALF_EVEN)


def counted(found: int, source: str, feed: Feed | None, after: date, as_of: date) -> Signal:
    """A count of rows dated after `after` up to `as_of`, judged by how far `feed` has looked.

    A feed that has seen the whole window makes the count known, zero included. With too short a look, or none,
    what was found still counts, as "at least": hiding it would be kinder than knowing it. Finding nothing is unknown.
    """
    whole = feed is not None and (feed.since - after).days <= 1 and feed.until > after
    if feed is not None and whole:
        return Signal(Decimal(found), min(as_of, feed.until), source)
    if found:
        return Signal(Decimal(found), as_of if feed is None else min(as_of, feed.until), source, "", "signal.at_least")
    if feed is None:
        return unknown(source, "signal.no_source")
    if feed.until <= after:
        return unknown(source, "signal.source_ended", until=feed.until.isoformat())
    return unknown(source, "signal.source_too_short", since=feed.since.isoformat())
