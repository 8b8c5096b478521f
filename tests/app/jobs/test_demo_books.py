"""The demo's records fit the ready-made books whatever customer they are drawn for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

from app import gallery
from app.gallery.portfolio.records import records
from forms import check, compile_form
from tests.forms.build import People

TODAY = date(2026, 1, 5)


def test_made_records_are_answers_of_their_books() -> None:
    books = ("contracts", "guarantees", "site_visits")
    forms = {key: compile_form(gallery.read(f"forms/{key}")["body"]) for key in books}
    counts: Counter[str] = Counter()
    for number in range(300):
        for book, answers in records(f"KH{number:06d}", "C1", TODAY):
            check(forms[book], answers, now=datetime(2026, 1, 5, 12, tzinfo=UTC), lookups=People())
            counts[book] += 1
    assert {book: count > 50 for book, count in counts.items()} == dict.fromkeys(forms, True)
    assert list(records("KH000001", "C1", TODAY)) == list(records("KH000001", "C1", TODAY)), "the same each time"
