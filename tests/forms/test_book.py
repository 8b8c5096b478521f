"""A Form that keeps a book: what it may name, how its answers are sorted and found, what its records add up to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from forms import compile_form
from forms.book import projection
from rules import Invalid
from tests.forms.build import body_of, form_of, setup, told

CUSTOMER = setup("lookup", "customer", required=True)
NUMBER = setup("text", "contract_no", unique="form", required=True)
AMOUNT = setup("money", "amount")
SIGNED = setup("date", "signed_on")
OPEN = setup("yes_no", "open")
KINDS = setup("multi_choice", "kinds")
ROWS = setup("subform", "rows")
FIELDS = (CUSTOMER, NUMBER, AMOUNT, SIGNED, OPEN, KINDS, ROWS)
LABEL = {"zh-CN": "合同额", "en": "Contracts"}


def book(**more: Any) -> dict[str, Any]:
    return {"columns": ["contract_no", "customer", "amount"], "customer": "customer", **more}


def fact(**more: Any) -> dict[str, Any]:
    return {"facts": [{"key": "n", "label": LABEL, **more}]}


def test_a_book_knows_how_its_fields_are_sorted_and_found() -> None:
    made = form_of(*FIELDS, book=book(
        filters=["customer", "kinds", "open"], sort={"by": "signed_on", "descending": True}, key="contract_no",
        access=[{"role": "sales", "read": "tree", "write": "own", "hidden": ["amount"], "locked": ["open"]}],
        facts=[{"key": "contracts_12m", "label": LABEL, "of": "sum", "field": "amount", "day": "signed_on",
                "months": 12, "when": "open = true"}],
    )).book  # fmt: skip
    assert made is not None
    assert dict(made.projected) == {
        "contract_no": "text", "customer": "text", "amount": "number", "kinds": "text", "open": "text",
        "signed_on": "text",
    }  # fmt: skip
    assert (made.sort, made.descending, made.key, made.customer) == ("signed_on", True, "contract_no", "customer")
    grant = made.grant("sales")
    assert grant is not None
    assert dict(grant.reach) == {"read": "tree", "write": "own"}
    assert (grant.hidden, grant.locked) == ({"amount"}, {"open"})
    assert made.grant("auditor") is None
    fact = made.facts[0]
    assert (fact.of, fact.field, fact.day, fact.months, fact.type) == ("sum", "amount", "signed_on", 12, "number")


def test_a_form_without_a_book_keeps_none() -> None:
    assert form_of(*FIELDS).book is None


@pytest.mark.parametrize(
    ("more", "want"),
    [
        ({"columns": ["nothing"]}, ("form.book_field_unknown", "/book/columns/0")),
        ({"columns": ["rows"]}, ("form.book_column_rows", "/book/columns/0")),
        ({"filters": ["open", "rows"]}, ("form.book_not_sorted", "/book/filters/1")),
        ({"sort": {"by": "rows"}}, ("form.book_not_sorted", "/book/sort/by")),
        ({"customer": "amount"}, ("form.book_not_customer", "/book/customer")),
        ({"key": "amount"}, ("form.book_key_not_unique", "/book/key")),
        ({"access": [{"role": "risk"}, {"role": "risk"}]}, ("form.book_role_twice", "/book/access/1/role")),
        ({"access": [{"role": "risk", "hidden": ["x"]}]}, ("form.book_field_unknown", "/book/access/0/hidden/0")),
        (fact(of="count", field="amount"), ("form.book_fact_field", "/book/facts/0")),
        (fact(of="sum"), ("form.book_fact_field", "/book/facts/0")),
        (fact(of="sum", field="open"), ("form.book_fact_type", "/book/facts/0/field")),
        (fact(of="last", field="kinds"), ("form.book_fact_type", "/book/facts/0/field")),
        (fact(of="count", day="amount"), ("form.book_not_a_day", "/book/facts/0/day")),
        (fact(of="count", when="1 +"), ("feel.syntax", "/book/facts/0/when")),
        ({"columns": []}, ("form.member_size", "/book/columns")),
        ({"colour": 1}, ("form.member_unknown", "/book/colour")),
    ],
)  # fmt: skip
def test_what_a_book_cannot_do_is_told_at_its_place(more: dict[str, Any], want: tuple[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        compile_form(body_of(*FIELDS, book=book(**more)))
    told(caught.value.problems)
    assert want in [(p.code, p.path) for p in caught.value.problems]


def test_facts_are_of_customers() -> None:
    facts = [{"key": "n", "label": LABEL, "of": "count"}]
    with pytest.raises(Invalid) as caught:
        compile_form(body_of(*FIELDS, book={"columns": ["amount"], "facts": facts}))
    assert [(p.code, p.path) for p in caught.value.problems] == [("form.book_facts_need_customer", "/book/facts")]


def test_the_customer_of_a_record_is_never_open() -> None:
    loose = setup("lookup", "customer")
    with pytest.raises(Invalid) as caught:
        compile_form(body_of(loose, NUMBER, AMOUNT, book=book()))
    assert [p.code for p in caught.value.problems] == ["form.book_customer_required"]


@pytest.mark.parametrize(
    ("key", "stored", "want"),
    [
        ("contract_no", "HT-1", ["HT-1"]),
        ("contract_no", "长" * 300, ["长" * 200]),
        ("contract_no", None, []),
        ("amount", "120000.50", [Decimal("120000.5000")]),
        ("amount", "9" * 30, [Decimal(10) ** 14]),
        ("open", False, ["false"]),
        ("kinds", ["a", "b"], ["a", "b"]),
        ("kinds", [], []),
        ("signed_on", "2026-02-28", ["2026-02-28"]),
        ("rows", [{"row_id": "1"}], []),
        ("customer", "C1", ["C1"]),
    ],
)
def test_answers_are_found_by_their_projection(key: str, stored: Any, want: list[Any]) -> None:
    assert list(projection(form_of(*FIELDS).fields[key], stored)) == want
