"""The made portfolio: the same rows for the same seed, and rows that hold together."""

from __future__ import annotations

import gzip
import io
import json
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from app.gallery.portfolio import DEMO_SEED, Portfolio, codes, csv_tables, make, write_csv
from app.gallery.portfolio.sheet import HEADERS, make_sheet
from app.gallery.portfolio.workbook import expected, expected_text, workbook_bytes, write_sheet
from tests.shared import shared_path

TABLES = (
    "customers", "financials", "orders", "deliveries", "invoices", "receipts", "events", "external_scores", "truth",
    "fx_rates",
)


@pytest.fixture(scope="module")
def small() -> Portfolio:
    return make(7, 120)


@pytest.fixture(scope="module")
def demo_tables(demo: Portfolio) -> dict[str, str]:
    return csv_tables(demo)


@pytest.mark.parametrize("name", TABLES)
def test_the_demo_seed_gives_the_supplied_rows(name: str, demo_tables: dict[str, str]) -> None:
    supplied = gzip.decompress(shared_path(f"data/{name}.csv.gz").read_bytes()).decode("utf-8")
    ours, theirs = demo_tables[name].split("\n"), supplied.split("\n")
    assert len(ours) == len(theirs)
    assert [pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]][:3] == []


def test_same_seed_same_rows_and_other_seed_other_rows() -> None:
    assert make(11, 20) == make(11, 20)
    assert make(11, 20).customers != make(12, 20).customers


def test_making_leaves_the_shared_stream_of_random_numbers_alone() -> None:
    random.seed(5)
    before = random.getstate()
    make(3, 5)
    assert random.getstate() == before


def test_a_portfolio_needs_a_customer() -> None:
    with pytest.raises(ValueError, match="at least one customer"):
        make(1, 0)


def test_files_are_the_same_bytes_each_time(small: Portfolio, tmp_path: Path) -> None:
    first = [path.read_bytes() for path in write_csv(small, tmp_path / "a")]
    paths = write_csv(small, tmp_path / "b" / "deep")
    assert [path.name for path in paths] == [f"{name}.csv.gz" for name in TABLES]
    assert [path.read_bytes() for path in paths] == first


def test_every_document_belongs_to_the_one_before(small: Portfolio) -> None:
    orders = {o.order_id: o for o in small.orders}
    deliveries = {d.delivery_id: d for d in small.deliveries}
    invoices = {i.invoice_id: i for i in small.invoices}
    for delivery in small.deliveries:
        assert orders[delivery.order_id].status in ("delivered", "partly_cancelled")
    for invoice in small.invoices:
        delivery = deliveries[invoice.delivery_id]
        assert (invoice.order_id, invoice.amount) == (delivery.order_id, delivery.amount)
        assert delivery.delivered_on <= invoice.invoice_date <= invoice.due_date
    paid: dict[str, Decimal] = {}
    for receipt in small.receipts:
        assert receipt.currency == invoices[receipt.invoice_id].currency
        paid[receipt.invoice_id] = paid.get(receipt.invoice_id, Decimal()) + receipt.amount
    assert all(amount <= invoices[number].amount for number, amount in paid.items())


def test_amounts_have_two_places_and_ids_are_unique(small: Portfolio) -> None:
    amounts = [r.amount for rows in (small.orders, small.deliveries, small.invoices, small.receipts) for r in rows]
    amounts += [value for s in small.statements for value in s[3:]]
    assert {a.as_tuple().exponent for a in amounts} == {-2}
    for ids in ([o.order_id for o in small.orders], [e.event_id for e in small.events]):
        assert Counter(ids).most_common(1)[0][1] == 1


def test_codes_are_valid_and_distinct(small: Portfolio) -> None:
    made = [c.credit_code for c in small.customers]
    assert all(codes.sealed(code[:8], code[8:16]) == code for code in made)
    assert len(set(made)) == len(made)


def test_shares_of_default_and_of_missing_statements(demo: Portfolio) -> None:
    assert sum(t.defaulted for t in demo.truth) == 80
    assert all((t.default_date is not None) == t.defaulted for t in demo.truth)
    alarms = sum(t.false_alarm_start is not None for t in demo.truth)
    assert 0.07 < alarms / 1920 < 0.11
    assert {r.currency for r in demo.rates} == {"USD", "EUR"}


def test_the_faulty_sheet_is_the_supplied_one() -> None:
    sheet = make_sheet(DEMO_SEED)
    supplied = shared_path("data/customers_import_bad.expected.json").read_text(encoding="utf-8")
    assert expected(sheet) == json.loads(supplied)
    assert expected_text(sheet) == supplied
    ours = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheet)))
    theirs = openpyxl.load_workbook(shared_path("data/customers_import_bad.xlsx"))
    assert ours.sheetnames == theirs.sheetnames
    for name in ours.sheetnames:
        assert ours[name].sheet_state == theirs[name].sheet_state
        assert list(ours[name].values) == list(theirs[name].values)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_planned_fault_has_its_own_row(seed: int, tmp_path: Path) -> None:
    sheet = make_sheet(seed)
    rows = [issue.row for issue in sheet.issues]
    assert len(set(rows)) == len(rows) == 76
    assert min(rows) >= 5
    for issue in sheet.issues:
        if issue.column is not None:
            assert sheet.rows[issue.row - 2][HEADERS.index(issue.column)] == issue.stored
    assert write_sheet(sheet, tmp_path)[0].read_bytes() == workbook_bytes(sheet)
