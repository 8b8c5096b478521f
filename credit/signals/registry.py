"""Signals from registers, courts and the press: age, holders, changes, suits, news, lists, enforcement.

Counts look at a window that ends on `as_of` (inclusive) and begins after the same day so many months earlier
(exclusive), or at the founding where that is later. A source that has not looked is unknown, not clean; one that has
looked and found nothing is zero, or false.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal

from credit.money import to_minor_units
from credit.rates import Rates
from credit.rows import CustomerRows, EventRow, FeedName
from credit.signals.signal import RATIO_PLACES, Signal, counted, months_before, ratio, unknown

REGISTRY_CHANGES = frozenset({"registry_change_legal_rep", "registry_change_owner", "registry_change_business"})
CHANGES_MONTHS, NEWS_MONTHS, SUITS_MONTHS = 24, 12, 24


def sta_years(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """STA_YEARS: years since founding: whole anniversaries plus the share of the running year, 4 places, rounded
    down, so that a threshold is reached on the anniversary and not before. 29 February has its anniversary on the
    28th in common years."""
    founded = rows.profile.founded_on
    if founded is None:
        return unknown("profile", "signal.no_founding_date")
    if founded > as_of:
        return unknown("profile", "signal.not_founded", day=founded.isoformat())
    years = as_of.year - founded.year
    last = _anniversary(founded, as_of.year)
    if last > as_of:
        years -= 1
        last = _anniversary(founded, as_of.year - 1)
    running = (_anniversary(founded, last.year + 1) - last).days
    share = Decimal((as_of - last).days) / running
    return Signal((years + share).quantize(RATIO_PLACES, ROUND_DOWN), as_of, "profile")


def sta_top1(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """STA_TOP1: share of the largest holder, 0 to 1, 4 places. The profile keeps one value, the latest known."""
    share = rows.profile.top1_share
    if share is None:
        return unknown("profile", "signal.no_holder")
    return Signal(ratio(share), as_of, "profile")


def sta_changes(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """STA_CHANGES: registry changes of legal representative, owners or main business in 24 months; a change of
    address is not one."""
    return _count(rows, as_of, "registry", CHANGES_MONTHS, REGISTRY_CHANGES)


def rep_news(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """REP_NEWS: negative news items in 12 months; neutral ones do not count."""
    return _count(rows, as_of, "news", NEWS_MONTHS, {"news_negative"})


def rep_suits(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """REP_SUITS: lawsuits as defendant in 24 months, by the day reported; suits as plaintiff do not count."""
    return _count(rows, as_of, "court", SUITS_MONTHS, {"lawsuit_defendant"})


def registration_status(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """registration_status: the register's word for the status held on `as_of`, e.g. 存续 or 吊销."""
    past = [spell for spell in rows.statuses if spell.since <= as_of]
    if not past:
        return unknown("registry", "signal.no_status")
    feed = rows.feeds.get("registry")
    latest = max(past, key=lambda spell: (spell.since, spell.status))
    return Signal(latest.status, min(as_of, feed.until) if feed else as_of, "registry")


def dishonest_active(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """dishonest_active: on the list of dishonest judgment debtors (失信被执行人) on `as_of`."""
    return _listed(rows, as_of, "court", "dishonest_listed", "dishonest_removed")


def abnormal_operation_active(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """abnormal_operation_active: on the register's list of abnormal operation (经营异常名录) on `as_of`."""
    return _listed(rows, as_of, "registry", "abnormal_operation_listed", "abnormal_operation_removed")


def serious_illegal_active(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """serious_illegal_active: on the list of serious violations (严重违法失信名单) on `as_of`."""
    return _listed(rows, as_of, "registry", "serious_illegal_listed", "serious_illegal_removed")


def bankruptcy_filing(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """bankruptcy_filing: a bankruptcy petition is pending on `as_of`; a dismissed one no longer is."""
    return _listed(rows, as_of, "court", "bankruptcy_filing", "bankruptcy_dismissed")


def enforcement_amount(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """enforcement_amount: CNY under enforcement (被执行) on `as_of`: cases opened so far less cases closed, not below
    0, without limit of age. A case without amount makes the sum unknown, or "at least" what the others come to."""
    feed = rows.feeds.get("court")
    total, unpriced = Decimal(0), False
    for event in _past(rows.events, as_of):
        if event.event_type in ("enforcement", "enforcement_closed"):
            if event.amount_cny is None:
                unpriced = unpriced or event.event_type == "enforcement"
            elif event.event_type == "enforcement":
                total += event.amount_cny
            else:
                total -= event.amount_cny
    total = to_minor_units(max(total, Decimal(0)), "CNY")
    looked = feed is not None and feed.since <= as_of
    day = min(as_of, feed.until) if feed else as_of
    if looked and not unpriced:
        return Signal(total, day, "court")
    if total > 0:
        return Signal(total, day, "court", "", "signal.at_least")
    return unknown("court", "signal.amount_missing" if unpriced else "signal.no_source")


def _past(events: Iterable[EventRow], as_of: date) -> list[EventRow]:
    return [event for event in events if event.event_date <= as_of]


def _count(rows: CustomerRows, as_of: date, source: FeedName, months: int, kinds: Collection[str]) -> Signal:
    after = months_before(as_of, months)
    founded = rows.profile.founded_on
    if founded is not None and founded > after:
        after = min(founded, as_of) - timedelta(days=1)
    found = sum(1 for event in rows.events if event.event_type in kinds and after < event.event_date <= as_of)
    return counted(found, source, rows.feeds.get(source), after, as_of)


def _listed(rows: CustomerRows, as_of: date, source: FeedName, on: str, off: str) -> Signal:
    """Whether more listings than removals stand on `as_of`; a listing found counts even where no source looks."""
    marks = sorted((e.event_date, e.event_type == on) for e in rows.events if e.event_type in (on, off))
    standing = 0
    for day, listing in marks:
        if day <= as_of:
            standing = standing + 1 if listing else max(0, standing - 1)
    feed = rows.feeds.get(source)
    if feed is None or feed.since > as_of:
        return Signal(True, as_of, source) if standing else unknown(source, "signal.no_source")
    return Signal(standing > 0, min(as_of, feed.until), source)


def _anniversary(founded: date, year: int) -> date:
    if founded.month == 2 and founded.day == 29 and not isleap(year):
        return date(year, 2, 28)
    return founded.replace(year=year)
