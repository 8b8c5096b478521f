"""What an address asks for is read without trusting it: whatever stands there, a number in range or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.edge.asked import LONG, day, moment_place, whole


@pytest.mark.parametrize(("text", "number"), [
    ("0", 0), ("12", 12), ("999999999", 999_999_999),
    ("1000000000", None), ("9" * 5000, None), ("", None), (None, None), ("-1", None), ("+1", None), ("1.0", None),
    (" 1", None), ("1\n", None), ("٣", None), ("１", None), ("x", None),
])  # fmt: skip
def test_whole_numbers(text: str | None, number: int | None) -> None:
    assert whole(text) == number


def test_the_ledgers_numbers_are_longer() -> None:
    assert whole("1" * 18, LONG) == 111_111_111_111_111_111
    assert whole("1" * 19, LONG) is None


@pytest.mark.parametrize(("text", "found"), [
    ("2026-01-05", date(2026, 1, 5)), ("1900-01-01", date(1900, 1, 1)), ("2199-12-31", date(2199, 12, 31)),
    ("1899-12-31", None), ("9999-12-31", None), ("0001-01-01", None), ("2026-02-30", None), ("", None), ("x", None),
])  # fmt: skip
def test_days(text: str, found: date | None) -> None:
    assert day(text) == found


@pytest.mark.parametrize("text", [
    "", "x", "~", "2026-01-05T01:00:00+00:00", "2026-01-05T01:00:00+00:00~", "2026-01-05T01:00:00~a",
    "0001-01-01T00:00:00+23:59~a", "9999-12-31T23:59:59-23:59~a",
])  # fmt: skip
def test_places_no_page_of_ours_wrote(text: str) -> None:
    assert moment_place(text) is None


def test_a_place_in_a_list_whose_rows_move() -> None:
    assert moment_place("2026-01-05T01:00:00+00:00~a") == (datetime(2026, 1, 5, 1, tzinfo=UTC), "a")
