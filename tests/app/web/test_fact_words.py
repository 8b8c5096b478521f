"""Facts, bands and sources in the words of the reader."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from flask import Flask

from app.edge.locale import speaking
from app.web.fact_words import band_text, fact_text, happening_text, kind_text, origin_text, signal_text


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (None, "ratio", "—", "—"),
        ("0.08", "ratio", "8%", "8%"),
        ("-0.0512", "ratio", "-5.12%", "-5.12%"),
        ("1.80", None, "1.8", "1.8"),
        ("12", "years", "12 年", "12 years"),
        ("24.3945", "years", "24.4 年", "24.4 years"),
        ("5", "days", "5 天", "5 days"),
        ("0", "count", "0 次", "0"),
        ("58000000", "CNY", "58,000,000", "58,000,000"),
        ("755453.253", "CNY", "755,453.25", "755,453.25"),
        (True, None, "是", "Yes"),
        (False, None, "否", "No"),
        ("存续", None, "存续", "存续"),
        ("NaN", None, "NaN", "NaN"),
        (3, "count", "3 次", "3"),
        (D("0.5"), "ratio", "50%", "50%"),
    ],
)
def test_values(app: Flask, value: Any, unit: str | None, zh: str, en: str) -> None:
    with app.test_request_context():
        with speaking("zh-CN"):
            assert fact_text(value, unit) == zh
        with speaking("en"):
            assert fact_text(value, unit) == en


def test_bands_say_which_end_belongs_to_them(app: Flask) -> None:
    with app.test_request_context(), speaking("en"):
        assert band_text({"index": 1, "match": "gte", "from": "0.05", "to": "0.1"}, "ratio") == "≥ 5%, < 10%"
        assert band_text({"index": 0, "match": "gte", "from": "2", "to": None}) == "≥ 2"
        assert band_text({"index": 4, "match": "lte", "from": "0.75", "to": None}, "ratio") == "> 75%"
        assert band_text({"index": 1, "match": "lte", "from": "0", "to": "1"}) == "> 0, ≤ 1"
        assert band_text({"index": 0, "match": "gte", "from": None, "to": None}) == "any value"
        assert band_text({"index": 2}) == "Band 3"
        assert band_text(None) == "—"


def test_names_from_the_catalogue_or_as_they_are(app: Flask) -> None:
    with app.test_request_context(), speaking("en"):
        assert (origin_text("portfolio"), origin_text("elsewhere")) == ("demo data", "elsewhere")
        assert (kind_text("court"), kind_text("new_kind"), kind_text(None)) == ("Courts", "new_kind", "—")
        assert signal_text("unheard_of") == "unheard_of"
        assert (happening_text("lawsuit_defendant"), happening_text("odd")) == ("Sued", "odd")
