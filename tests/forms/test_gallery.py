"""The ready-made forms compile, are complete in both languages, and do the work they are there for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import forms
from forms import Form, compile_form, to_json_schema, to_wtforms
from tests.forms.build import answer, codes, labels, refused

GALLERY = Path(forms.__file__).parent.parent / "app" / "gallery" / "forms"
KEYS = sorted(path.stem for path in GALLERY.glob("*.json"))


def document(key: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((GALLERY / f"{key}.json").read_text(encoding="utf-8"))
    return read


def ready(key: str) -> Form:
    return compile_form(document(key)["body"])


def test_the_forms_are_there() -> None:
    assert {"customer", "credit_request"} <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_it_compiles_and_speaks_both_languages(key: str) -> None:
    read = document(key)
    assert set(read) == {"kind", "key", "title", "body"}
    assert (read["kind"], read["key"]) == ("form", key)
    form = compile_form(read["body"])
    assert form.summary
    for path, label in labels(read):
        assert set(label) == {"zh-CN", "en"}, path
        assert all(text.strip() for text in label.values()), path
    for locale in ("zh-CN", "en"):
        assert all(str(control()) for _, control in to_wtforms(form, locale)().controls())
    assert to_json_schema(form)["properties"]


CUSTOMER = {
    "name": "深圳砚衍朗塑胶制品有限公司",
    "credit_code": "91440300MA5AL62RXF",
    "industry": "橡胶和塑料制品业",
    "region": "广东",
    "founded_on": "2012/11/17",
    "registered_capital": "200万",
    "employees": "41",
    "currency": "RMB",
    "payment_days": "45",
    "contact_email": "ap00001@example.com",
}


def test_a_customer() -> None:
    stored = answer(ready("customer"), CUSTOMER).to_json()
    assert stored | {"contact_name": None, "contact_phone": None, "note": None} == stored
    assert (stored["industry"], stored["region"], stored["currency"]) == ("C29", "44", "CNY")
    assert (stored["registered_capital"], stored["founded_on"], stored["employees"]) == ("2000000", "2012-11-17", 41)


def test_personal_data_of_a_customer_is_marked() -> None:
    assert ready("customer").personal == {"contact_name", "contact_phone", "contact_email"}


REQUEST = {
    "customer": "C2",
    "request_kind": "new",
    "limit": "200000",
    "term_days": "30",
    "reason": "新产品备货，订单已签",
}


def test_a_small_request_needs_no_security() -> None:
    found = answer(ready("credit_request"), REQUEST)
    assert found.hidden == {"guarantees", "total_guarantee"}
    assert found.facts()["customer"] == {"id": "C2", "name": "南方商贸", "grade": "BB", "current_limit": None}
    assert found.to_json()["total_guarantee"] == "0"


def test_a_large_request_does() -> None:
    form = ready("credit_request")
    assert codes(refused(form, {**REQUEST, "limit": "400万"})) == [("field.required", "/guarantees")]
    rows = [
        {"guarantor": "华东精工", "kind": "保证", "amount": "300万"},
        {"guarantor": "厂房", "kind": "collateral", "amount": "2000000"},
    ]
    found = answer(form, {**REQUEST, "limit": "400万", "guarantees": rows})
    assert found.to_json()["total_guarantee"] == "5000000"
    rows[0]["amount"] = "700万"
    (problem,) = refused(form, {**REQUEST, "limit": "400万", "guarantees": rows})
    assert (problem.code, problem.path, problem.params["check"]) == ("check.failed", "/guarantees", "c1")


def test_a_raise_asks_for_more_than_there_is() -> None:
    form = ready("credit_request")
    raw = {**REQUEST, "customer": "C1", "request_kind": "raise"}
    assert codes(refused(form, raw)) == [("check.failed", "/limit")]
    assert answer(form, {**raw, "limit": "200001"}).values["request_kind"] == "raise"
    assert answer(form, {**raw, "customer": "C2"}).values["customer"] == "C2"


def test_material_fields_of_a_request() -> None:
    assert ready("credit_request").material >= {"limit", "term_days", "guarantees"}


def test_finance_writes_its_opinion_and_nothing_else() -> None:
    form = ready("credit_request")
    stored = answer(form, REQUEST, writable=set(form.fields) - {"finance_opinion"}).to_json()
    found = answer(form, {"finance_opinion": "同意，建议三十天"}, stored=stored, writable={"finance_opinion"})
    assert found.to_json() == {**stored, "finance_opinion": "同意，建议三十天"}
    assert codes(refused(form, {"limit": "1"}, stored=stored, writable={"finance_opinion"})) == [
        ("field.not_editable", "/limit")
    ]
