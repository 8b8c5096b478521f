"""Values are shown as readers of either language expect them; the locale library is the judge where it can be."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forms.build import answer, form_of, setup

SHOWN = [
    ("money", {}, "1234567.5", "¥1,234,567.50", "CN¥1,234,567.50"),
    ("money", {}, "-5", "-¥5.00", "-CN¥5.00"),
    ("money", {"currency": "USD"}, "1200", "US$1,200.00", "$1,200.00"),
    ("money", {"currency": "EUR", "scale": 0}, "1200", "€1,200", "€1,200"),
    ("number", {"unit": {"zh-CN": "吨", "en": "t"}}, "1234.5", "1,234.5 吨", "1,234.5 t"),
    ("integer", {}, "12000", "12,000", "12,000"),
    ("percent", {}, "12.5%", "12.5%", "12.5%"),
    ("date", {}, "2026-11-23", "2026年11月23日", "Nov 23, 2026"),
    ("choice", {}, "a", "甲", "Alpha"),
    ("multi_choice", {}, ["a", "b"], "甲、乙", "Alpha, Beta"),
    ("yes_no", {}, False, "否", "No"),
    ("lookup", {}, "C1", "华东精工", "华东精工"),
    (
        "subform",
        {},
        [{"amount": "5"}, {"amount": "6"}],
        "金额：¥5.00 / 金额：¥6.00",
        "Amount: CN¥5.00 / Amount: CN¥6.00",
    ),
    ("text", {}, None, "", ""),
    ("subform", {}, [], "", ""),
]


@pytest.mark.parametrize(("type", "members", "raw", "chinese", "english"), SHOWN)
def test_display(type: str, members: dict[str, Any], raw: Any, chinese: str, english: str) -> None:
    answers = answer(form_of(setup(type, **members)), {"x": raw})
    assert answers.display("x", "zh_Hans_CN") == chinese
    assert answers.display("x", "en") == english


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_money_is_shown_as_the_locale_library_shows_it(amount: Decimal) -> None:
    field = form_of(setup("money")).fields["x"]
    assert field.display(amount, "zh-CN").replace("-", "") == format_currency(abs(amount), "CNY", locale="zh_Hans_CN")
    assert field.display(amount, "en").replace("-", "") == format_currency(abs(amount), "CNY", locale="en")


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_numbers_are_shown_as_the_locale_library_shows_them(number: Decimal) -> None:
    shown = form_of(setup("number")).fields["x"].display(number)
    assert shown == format_decimal(number + 0, locale="zh_Hans_CN") or not number


@settings(deadline=None)
@given(st.dates())
def test_dates_are_shown_as_the_locale_library_shows_them(day: date) -> None:
    field = form_of(setup("date")).fields["x"]
    assert field.display(day, "zh-CN") == format_date(day, "long", locale="zh_Hans_CN")
    assert field.display(day, "en") == format_date(day, "medium", locale="en")


@settings(deadline=None)
@given(st.dates(min_value=date(1000, 1, 1)))
def test_a_shown_date_is_read_back(day: date) -> None:
    form = form_of(setup("date"))
    assert answer(form, {"x": form.fields["x"].display(day)}).values["x"] == day


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15))
def test_shown_and_typed_amounts_are_read_back(amount: Decimal) -> None:
    form = form_of(setup("money"))
    field = form.fields["x"]
    for text in (field.display(amount, "zh-CN"), field.display(amount, "en"), field.to_text(amount)):
        assert answer(form, {"x": text}).values["x"] == amount
