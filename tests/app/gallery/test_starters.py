"""Every ready-made form: no problem, no warning, both languages, samples it accepts, and wrong answers it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app import gallery
from app.services.gallery import everything
from forms import Form, compile_form, to_wtforms
from forms.fields import LookupField
from tests.forms.build import NOW, PDF, answer, codes, labels, refused

FORMS = {each["key"]: each for each in everything() if each["kind"] == "form"}
TODAY = NOW.date()


def day(offset: int) -> str:
    return (TODAY + timedelta(days=offset)).isoformat()


def ready(key: str) -> Form:
    return compile_form(FORMS[key]["body"])


def filled(key: str) -> dict[str, Any]:
    """The sample of a form, with records, people and files of the house in it."""
    raw = gallery.sample(key, TODAY)
    for field in ready(key).asked:
        if isinstance(field, LookupField) and field.required:
            raw[field.key] = "C1"
        elif field.type == "user":
            raw[field.key] = "U1"
        elif field.type == "attachment" and field.required:
            raw[field.key] = [{"hash": PDF}]
    return raw


def test_there_are_enough_and_each_stands_once_in_a_group() -> None:
    assert len(FORMS) >= 17
    names = [f"{each['kind']}/{each['key']}" for each in everything()]
    listed = [name for shelf in gallery.shelves() for name in shelf.items]
    assert sorted(listed) == sorted(names)
    for shelf in gallery.shelves():
        for text in (shelf.title, shelf.use, *shelf.items.values()):
            assert set(text) == {"zh-CN", "en"}
            assert all(each.strip() for each in text.values())


@pytest.mark.parametrize("key", FORMS)
def test_it_compiles_without_a_word_of_complaint(key: str) -> None:
    assert set(FORMS[key]) == {"kind", "key", "title", "body"}
    form = ready(key)
    assert form.warnings == ()
    assert form.summary
    for path, label in labels(FORMS[key]):
        assert set(label) == {"zh-CN", "en"}, path
        assert all(text.strip() for text in label.values()), path
        assert label["zh-CN"] != label["en"], path
    for locale in ("zh-CN", "en"):
        assert all(str(control()) for _, control in to_wtforms(form, locale)().controls())


@pytest.mark.parametrize("key", FORMS)
def test_its_sample_is_accepted_without_a_warning(key: str) -> None:
    found = answer(ready(key), filled(key))
    empty = [name for name, value in found.values.items() if value is None and name not in found.hidden]
    assert len(empty) <= len(found.values) // 2, f"a sample shows what the form is for: {empty}"
    assert not found.causes


def test_facts_of_books_have_names_of_their_own() -> None:
    names = [fact.key for key in FORMS if (book := ready(key).book) is not None for fact in book.facts]
    assert len(names) == len(set(names))
    assert len(names) >= 20


ROW = "instalments"
PLAN = filled("payment_plan")["instalments"]
DEBT = filled("write_off")["debts"]
# form, what is answered otherwise than in its sample, and the Problems that follow: code and place
WRONG: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("customer", {"credit_code": "91330200MA2AB3CD05"}, [("credit_code.check_digit", "/credit_code")]),
    ("credit_request", {"limit": "400000"}, []),
    ("credit_request", {"limit": "3500000", "guarantees": []}, [("field.required", "/guarantees")]),
    ("contracts", {"ends_on": day(-900)}, [("check.failed", "/ends_on")]),
    ("guarantees", {"valid_to": day(-60)}, [("check.failed", "/valid_to")]),
    ("site_visits", {"impression": "poor"}, [("field.required", "/signs")]),
    ("site_visits", {"running_share": "185%"}, [("number.max", "/running_share")]),
    ("onboarding", {"paid_in_capital": "6000000"}, [("check.failed", "/paid_in_capital")]),
    ("onboarding", {"enforced": True, "findings": "三笔未履行。"}, [("check.failed", "/decision")]),
    ("onboarding", {"unusual": True}, [("field.required", "/findings")]),
    ("onboarding", {"contacts": []}, [("field.required", "/contacts")]),
    ("onboarding", {"account_name": "李某"}, [("check.failed", "/account_name")]),
    ("temporary_limit", {"orders": []}, [("field.required", "/orders")]),
    ("temporary_limit", {"amount": "105001"}, [("check.failed", "/amount"), ("check.failed", "/amount")]),
    ("temporary_limit", {"approved_amount": "90000"}, [
        ("check.failed", "/approved_amount"), ("check.failed", "/approved_amount")]),
    ("temporary_limit", {"period": {"start": day(0), "end": day(120)}}, [("date_range.too_long", "/period")]),
    ("terms_change", {"days_new": 30}, [("check.failed", "/days_new")]),
    ("terms_change", {"overdue_days": 45}, [("check.failed", "/days_new")]),
    ("terms_change", {"one_off": True}, [("field.required", "/order_nos")]),
    ("terms_change", {"days_new": 75}, [("field.required", "/in_return")]),
    ("order_release", {"promised_on": None}, [("field.required", "/promised_on")]),
    ("order_release", {"released_amount": "120000"}, [("check.failed", "/released_amount")]),
    ("order_release", {"overdue_days": 120}, [("check.failed", "/release_kind")]),
    ("order_release", {"open_balance": "10000"}, [("check.failed", "/open_balance")]),
    ("payment_plan", {"debt": "80000"}, [("check.failed", "/instalments")]),
    ("payment_plan", {"state": "kept"}, [("check.failed", "/state")]),
    ("payment_plan", {ROW: [PLAN[1], PLAN[0], PLAN[2]]}, [("check.failed", "/instalments")]),
    ("payment_plan", {ROW: [{**PLAN[0], "paid": "40000"}, *PLAN[1:]]}, [("check.failed", "/instalments")]),
    ("payment_plan", {ROW: [{**PLAN[0], "paid": None}, *PLAN[1:]]}, [("field.required", "/instalments/0/paid")]),
    ("collections", {"promised_amount": "60000"}, [("check.failed", "/promised_amount")]),
    ("collections", {"stage": "suit"}, [("choice.not_offered", "/stage")]),
    ("collections", {"outcome": "disputed"}, [("field.required", "/dispute")]),
    ("collections", {"next_on": day(-1)}, [("check.failed", "/next_on")]),
    ("collateral", {"registry": "zdw"}, [("check.failed", "/registry")]),
    ("collateral", {"right_kind": "pledge"}, [("choice.not_offered", "/right_kind")]),
    ("collateral", {"owner_name": None}, [("field.required", "/owner_name")]),
    ("collateral", {"prior": "5000000"}, [("check.failed", "/prior")]),
    ("related_companies", {"counterpart": "C1"}, [("check.failed", "/counterpart")]),
    ("related_companies", {"relation": "child", "share": None}, [("field.required", "/share")]),
    ("related_companies", {"group_limit": False}, [("check.failed", "/group_limit")]),
    ("litigation", {"side": "debtor"}, [("check.failed", "/stage")]),
    ("litigation", {"stage": "closed"}, [("field.required", "/result"), ("field.required", "/closed_on")]),
    ("litigation", {"influence": None}, [("field.required", "/influence")]),
    ("write_off", {"ground": "old"}, [("check.failed", "/debts")]),
    ("write_off", {"debts": [{**DEBT[0], "provision": "90000"}]}, [("check.failed", "/debts")]),
    ("write_off", {"document_no": None}, [("field.required", "/document_no")]),
    ("write_off", {"evidence": []}, [("field.required", "/evidence")]),
    ("annual_review", {"new_limit": "200000"}, [("check.failed", "/new_limit")]),
    ("annual_review", {"assets": "10000000"}, [("check.failed", "/current_assets"), ("check.failed", "/debts")]),
    ("annual_review", {"on_time": "70%"}, [("check.failed", "/proposal")]),
    ("annual_review", {"comment": None}, [("field.required", "/comment")]),
    ("credit_insurance", {"valid_to": day(-100)}, [("check.failed", "/valid_to")]),
    ("credit_insurance", {"report_days": 20}, [("check.failed", "/claims")]),
    ("credit_insurance", {"rate": None}, [("field.required", "/rate")]),
]  # fmt: skip


def test_every_form_has_a_wrong_row() -> None:
    assert {key for key, _, found in WRONG if found} == set(FORMS)


@pytest.mark.parametrize(("key", "changed", "found"), WRONG, ids=[f"{n}-{row[0]}" for n, row in enumerate(WRONG)])
def test_wrong_answers_are_refused(key: str, changed: dict[str, Any], found: list[tuple[str, str]]) -> None:
    raw = {**filled(key), **changed}
    if not found:
        answer(ready(key), raw)
        return
    assert codes(refused(ready(key), raw)) == found


def test_what_is_added_up() -> None:
    plan = answer(ready("payment_plan"), filled("payment_plan")).to_json()
    totals = {name: plan[name] for name in ("total_principal", "total_due", "total_paid", "total_rest")}
    assert totals == {"total_principal": "90000", "total_due": "90900", "total_paid": "30450", "total_rest": "60450"}
    assert (plan["next_due"], plan["last_due"]) == (day(20), day(50))
    asset = answer(ready("collateral"), filled("collateral")).to_json()
    assert asset["worth"] == "1880000", "4,800,000 × 60 % − 1,000,000"
    for kind, covered in (("home", "1200000"), ("recourse", "0")):
        found = answer(ready("credit_insurance"), {**filled("credit_insurance"), "kind": kind}).to_json()
        assert found["covered"] == covered
    review = answer(ready("annual_review"), filled("annual_review")).to_json()
    assert (review["debt_ratio"], review["current_ratio"], review["used"]) == ("0.5", "1.5", "0.75")
    terms = answer(ready("terms_change"), filled("terms_change")).to_json()
    assert (terms["funds"], terms["cost_a_year"]) == ("300000", "13500"), "7,200,000 × 15 ÷ 360; × 4.5 %"
    group = answer(ready("related_companies"), {**filled("related_companies"), "counterpart": "C2"}).to_json()
    assert group["counterpart_exposure"] == "0"
