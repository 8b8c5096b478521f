"""Who turned bad: past due, a petition, the register; and that nobody unknown counts as good."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit.outcome import ENDED, turned_bad, window_start

TODAY = date(2026, 2, 28)
LONG = date(2020, 1, 1)
CLEAN: dict[str, Any] = {"max_dpd": "0", "bankruptcy_filing": False, "registration_status": "存续"}


@pytest.mark.parametrize(("seen", "filed", "since", "bad"), [
    ({}, False, LONG, False),
    ({"max_dpd": "90"}, False, LONG, False),
    ({"max_dpd": "91"}, False, LONG, True),
    ({"max_dpd": "90.5"}, False, LONG, True),
    ({"bankruptcy_filing": True}, False, LONG, True),
    ({}, True, LONG, True),
    ({"max_dpd": None}, False, LONG, None),
    ({"bankruptcy_filing": None}, False, LONG, None),
    ({"registration_status": None}, False, LONG, None),
    ({"max_dpd": None, "registration_status": "吊销"}, False, LONG, True),
    ({"max_dpd": "200", "bankruptcy_filing": None}, False, None, True),
    ({}, False, None, None),
    ({}, False, date(2025, 2, 28), False),
    ({}, False, date(2025, 3, 1), None),
])  # fmt: skip
def test_bad_good_or_unknown(seen: dict[str, Any], filed: bool, since: date | None, bad: bool | None) -> None:
    assert turned_bad({**CLEAN, **seen}, filed, since, TODAY) is bad


@pytest.mark.parametrize("status", ENDED)
def test_the_register_says_it_has_ended(status: str) -> None:
    assert turned_bad({"registration_status": status}, False, None, TODAY) is True


def test_nothing_known_is_unknown_and_the_window_is_a_year() -> None:
    assert turned_bad({}, False, LONG, TODAY) is None
    assert window_start(date(2024, 2, 29)) == date(2023, 2, 28)
