"""The worked customers: the example's inputs, valid files, and histories whose signals come out as stated."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest

from app.gallery.portfolio import codes
from app.gallery.portfolio.histories import histories, rate_table
from app.gallery.portfolio.worked import WorkedCustomer, worked_customers
from app.gallery.portfolio.worked_history import worked_portfolio
from credit.exposure import Category, exposure, open_items
from credit.rates import Rates
from credit.signals import SIGNALS, signals_for
from tests.shared import shared_path

CASES = {case.key: case for case in worked_customers()}
KEYS = ("C1", "C2", "C3", "C4", "C5", "C4b")


def test_the_inputs_are_those_of_the_example() -> None:
    document = json.loads(shared_path("data/seed_worked_example.json").read_text(encoding="utf-8"))
    assert tuple(CASES) == tuple(row["id"] for row in document["customers"]) == KEYS
    for row in document["customers"]:
        case, inputs = CASES[row["id"]], row["inputs"]
        assert (case.customer.name, case.customer.model_variant) == (row["name"], row["variant"])
        given = {**inputs["indicators"], **inputs["facts"]}
        given |= {name: inputs[name] for name in ("monthly_purchase", "tangible_net_worth")}
        assert set(given) == set(SIGNALS)
        for name, value in given.items():
            ours = case.signals[name]
            wanted = D(value) if SIGNALS[name].type == "number" and value is not None else value
            assert ours == wanted, (case.key, name)


@pytest.mark.parametrize("key", KEYS)
def test_the_customer_is_a_valid_file(key: str) -> None:
    case = CASES[key]
    code = case.customer.credit_code
    assert codes.sealed(code[:8], code[8:16]) == code
    assert case.customer.customer_since > case.customer.founded_on
    assert case.customer.customer_id == key
    assert case.same_as is None or case.same_as in CASES


def test_each_has_a_code_of_its_own_and_another_view_shows_the_same_company() -> None:
    assert len({case.customer.credit_code for case in CASES.values()}) == len(CASES)
    for case in CASES.values():
        if case.same_as is not None:
            base = CASES[case.same_as].customer
            assert case.customer.founded_on == base.founded_on
            assert case.customer.legal_representative == base.legal_representative


@pytest.fixture(scope="module")
def every_row() -> dict[str, tuple[WorkedCustomer, dict[str, object]]]:
    portfolio = worked_portfolio()
    rows, rates = histories(portfolio), rate_table(portfolio)
    return {
        key: (case, {name: s.value for name, s in signals_for(rows[key], case.as_of, rates).items()})
        for key, case in CASES.items()
    }


@pytest.mark.parametrize("key", KEYS)
def test_the_history_gives_the_stated_signals(
    key: str, every_row: dict[str, tuple[WorkedCustomer, dict[str, object]]]
) -> None:
    case, found = every_row[key]
    stated = dict(case.signals)
    if key in ("C4", "C4b"):  # no day of founding is exactly one year and a half before
        years = found.pop("STA_YEARS")
        assert isinstance(years, D)
        assert round(years, 1) == stated.pop("STA_YEARS")
    assert found == stated


@pytest.mark.parametrize("key", ["C1", "C5"])
def test_what_is_open_is_what_the_order_check_starts_from(key: str) -> None:
    document = json.loads(shared_path("data/seed_worked_example.json").read_text(encoding="utf-8"))
    inputs = document["order_check"]["inputs"]
    case = CASES[key]
    items = open_items(histories(worked_portfolio())[key], case.as_of)
    found = exposure(items, Rates(), "CNY", case.as_of).by_category
    assert found[Category.OPEN_RECEIVABLE] == D(inputs["open_receivable"])
    assert found[Category.DELIVERED_NOT_INVOICED] == D(inputs["delivered_not_invoiced"])
    orders = [item for item in items if item.category is Category.OPEN_ORDER and item.ships_on]
    assert [(item.amount, (item.ships_on - case.as_of).days) for item in orders if item.ships_on] == [
        (D(order["amount"]), order["ships_in_days"]) for order in inputs["open_orders"]
    ]
