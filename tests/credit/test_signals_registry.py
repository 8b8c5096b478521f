"""Signals from registers, courts and press: anniversaries, windows, lists entered and left, unknown against clean."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from credit.rates import Rates
from credit.rows import CustomerRows, Feed, StatusSpell
from credit.signals import Signal, signals_for
from tests.credit.rows_for_tests import AS_OF, FEEDS, Event, Profile, customer


def value(name: str, rows: CustomerRows, as_of: date = AS_OF) -> Signal:
    return signals_for(rows, as_of, Rates(), [name])[name]


@pytest.mark.parametrize(
    ("founded", "as_of", "years"),
    [
        (date(2023, 6, 30), date(2025, 6, 30), "2.0000"),
        (date(2023, 7, 1), date(2025, 6, 30), "1.9972"),
        (date(2023, 6, 29), date(2025, 6, 30), "2.0027"),
        (date(2025, 6, 30), date(2025, 6, 30), "0.0000"),
        (date(2024, 2, 29), date(2025, 2, 28), "1.0000"),
        (date(2024, 2, 29), date(2025, 2, 27), "0.9972"),
        (date(2024, 2, 29), date(2028, 2, 28), "3.9972"),
        (date(2024, 2, 29), date(2028, 2, 29), "4.0000"),
        (date(1987, 1, 1), date(2025, 12, 31), "38.9972"),
    ],
)
def test_years_reach_a_number_on_the_anniversary(founded: date, as_of: date, years: str) -> None:
    found = value("STA_YEARS", customer(profile=Profile(founded_on=founded)), as_of)
    assert (found.value, found.as_of, found.source) == (D(years), as_of, "profile")


def test_years_unknown() -> None:
    assert value("STA_YEARS", customer(profile=Profile(founded_on=None))).reason == "signal.no_founding_date"
    tomorrow = customer(profile=Profile(founded_on=AS_OF + timedelta(days=1)))
    assert value("STA_YEARS", tomorrow).reason == "signal.not_founded"


def test_largest_holder() -> None:
    assert value("STA_TOP1", customer(profile=Profile(top1_share=D("0.51235")))).value == D("0.5124")
    assert value("STA_TOP1", customer(profile=Profile(top1_share=None))).reason == "signal.no_holder"


@pytest.mark.parametrize(
    ("name", "kind", "months"),
    [
        ("STA_CHANGES", "registry_change_legal_rep", 24),
        ("STA_CHANGES", "registry_change_owner", 24),
        ("STA_CHANGES", "registry_change_business", 24),
        ("REP_NEWS", "news_negative", 12),
        ("REP_SUITS", "lawsuit_defendant", 24),
    ],
)
def test_windows_begin_after_and_end_on_the_day(name: str, kind: str, months: int) -> None:
    last_out = date(2025 - months // 12, 6, 30)
    days = [last_out, last_out + timedelta(days=1), AS_OF, AS_OF + timedelta(days=1)]
    found = value(name, customer(events=[Event(kind, day) for day in days]))
    assert (found.value, found.reason) == (D(2), None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("STA_CHANGES", "registry_change_address"),
        ("REP_NEWS", "news_neutral"),
        ("REP_SUITS", "lawsuit_plaintiff"),
    ],
)
def test_other_kinds_do_not_count_and_a_watched_customer_is_clean(name: str, kind: str) -> None:
    assert value(name, customer(events=[Event(kind, AS_OF)])).value == D(0)


@pytest.mark.parametrize("name", ["STA_CHANGES", "REP_NEWS", "REP_SUITS"])
def test_a_source_that_never_looked_is_unknown_but_what_is_known_counts(name: str) -> None:
    kind = {"STA_CHANGES": "registry_change_owner", "REP_NEWS": "news_negative", "REP_SUITS": "lawsuit_defendant"}[name]
    assert value(name, customer(feeds={})).reason == "signal.no_source"
    found = value(name, customer(feeds={}, events=[Event(kind, AS_OF)]))
    assert (found.value, found.reason) == (D(1), "signal.at_least")


def test_the_window_of_a_young_company_begins_with_it() -> None:
    founded = date(2025, 1, 15)
    young = Profile(founded_on=founded)
    feeds = {"court": Feed(founded, AS_OF)}
    rows = customer(profile=young, feeds=feeds, events=[Event("lawsuit_defendant", founded)])
    assert value("REP_SUITS", rows).value == D(1)
    assert value("REP_SUITS", rows).reason is None
    late = {"court": Feed(founded + timedelta(days=1), AS_OF)}
    assert value("REP_SUITS", customer(profile=young, feeds=late)).reason == "signal.source_too_short"


LISTS = [
    ("dishonest_active", "dishonest_listed", "dishonest_removed", "court"),
    ("abnormal_operation_active", "abnormal_operation_listed", "abnormal_operation_removed", "registry"),
    ("serious_illegal_active", "serious_illegal_listed", "serious_illegal_removed", "registry"),
    ("bankruptcy_filing", "bankruptcy_filing", "bankruptcy_dismissed", "court"),
]


@pytest.mark.parametrize(("name", "on", "off", "source"), LISTS)
def test_lists(name: str, on: str, off: str, source: str) -> None:
    listed, removed = Event(on, date(2020, 1, 1)), Event(off, date(2020, 6, 1))
    again = Event(on, AS_OF)
    assert value(name, customer()).value is False
    assert value(name, customer(events=[listed])).value is True
    assert value(name, customer(events=[removed, listed])).value is False  # the order of rows is nothing
    assert value(name, customer(events=[listed, removed, again])).value is True
    assert value(name, customer(events=[again]), AS_OF - timedelta(days=1)).value is False
    assert value(name, customer(events=[listed, Event(off, AS_OF + timedelta(days=1))])).value is True
    # a removal that answers no listing is not credit for the next one
    assert value(name, customer(events=[Event(off, date(2019, 1, 1)), listed])).value is True
    # listed and removed on one day stays on the list until a later removal
    assert value(name, customer(events=[listed, Event(off, listed.event_date)])).value is True
    assert value(name, customer(feeds={})).reason == "signal.no_source"
    assert value(name, customer(feeds={}, events=[listed])).value is True
    assert value(name, customer()).source == source


def test_enforcement() -> None:
    cases = [Event("enforcement", date(2019, 1, 1), D("100.10")), Event("enforcement", AS_OF, D("50"))]
    closed = Event("enforcement_closed", AS_OF, D("100.10"))
    assert value("enforcement_amount", customer()).value == D("0.00")
    assert value("enforcement_amount", customer(events=cases)).value == D("150.10")
    assert value("enforcement_amount", customer(events=[*cases, closed])).value == D("50.00")
    assert value("enforcement_amount", customer(events=cases), AS_OF - timedelta(days=1)).value == D("100.10")
    assert value("enforcement_amount", customer(events=[closed])).value == D("0.00")
    assert value("enforcement_amount", customer(feeds={})).reason == "signal.no_source"


def test_enforcement_without_an_amount_is_not_nothing() -> None:
    unpriced = Event("enforcement", AS_OF)
    assert value("enforcement_amount", customer(events=[unpriced])).reason == "signal.amount_missing"
    both = value("enforcement_amount", customer(events=[unpriced, Event("enforcement", AS_OF, D("9"))]))
    assert (both.value, both.reason) == (D("9.00"), "signal.at_least")


def test_registration_status_is_the_one_held_on_the_day() -> None:
    spells = [StatusSpell("吊销", date(2025, 3, 1)), StatusSpell("存续", date(2010, 1, 1))]
    rows = customer(statuses=spells)
    assert value("registration_status", rows).value == "吊销"
    assert value("registration_status", rows, date(2025, 2, 28)).value == "存续"
    assert value("registration_status", rows, date(2009, 1, 1)).reason == "signal.no_status"
    assert value("registration_status", customer()).reason == "signal.no_status"
    early = customer(statuses=spells, feeds={**FEEDS, "registry": Feed(date(2015, 1, 1), date(2025, 6, 1))})
    assert value("registration_status", early).as_of == date(2025, 6, 1)
