"""The public company ratios: what maps to which signal, what stays unknown, and what a broken file says."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from app.gallery.companies import COLUMNS, Company, read_companies
from credit.signals import SIGNALS
from rules import Invalid
from tests.shared import shared_path

AS_OF = date(2013, 12, 31)


def file(tmp_path: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    path = tmp_path / "companies.csv.gz"
    lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
    path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    return path


def one(tmp_path: Path, cash_proxy: bool = False, **cells: str) -> Company:
    row = {"company_id": "A", "bankrupt": "0", **cells}
    return read_companies(file(tmp_path, row), AS_OF, cash_proxy=cash_proxy)[0]


def test_mapping(tmp_path: Path) -> None:
    company = one(tmp_path, X2="0.37951", X4="2.0472", X23="0.11998", X21="1.2479", X19="0.9", bankrupt="1")
    known = {name: signal.value for name, signal in company.signals.items() if signal.value is not None}
    assert known == {
        "FIN_DEBT": D("0.3795"), "FIN_CURRENT": D("2.0472"), "FIN_NPM": D("0.1200"), "GRW_REV": D("0.2479"),
    }
    assert list(company.signals) == list(SIGNALS)
    assert company.bankrupt
    assert company.ratios["X19"] == D("0.9")
    assert {company.signals[name].as_of for name in known} == {AS_OF}


def test_every_unknown_has_its_reason(tmp_path: Path) -> None:
    company = one(tmp_path, X2="-1", X21="-1", X23="-0.5")
    reasons = {name: signal.reason for name, signal in company.signals.items()}
    assert reasons["FIN_DEBT"] == reasons["GRW_REV"] == "signal.impossible"
    assert reasons["FIN_CURRENT"] == "signal.cell_empty"
    assert reasons["FIN_OCF_SALES"] == "signal.no_cash_flow"
    assert reasons["REP_SUITS"] == reasons["dishonest_active"] == "signal.not_in_file"
    assert company.signals["FIN_NPM"].value == D("-0.5000")


@pytest.mark.parametrize(
    ("cells", "value", "reason"),
    [
        ({"X26": "0.6", "X2": "0.5", "X36": "2"}, D("0.1500"), None),
        ({"X26": "-0.6", "X2": "0.5", "X36": "2"}, D("-0.1500"), None),
        ({"X26": "0.6", "X2": "0.5"}, None, "signal.cell_empty"),
        ({"X26": "0.6", "X2": "0.5", "X36": "0"}, None, "signal.impossible"),
    ],
)
def test_cash_earned_stands_in_on_request(
    tmp_path: Path, cells: dict[str, str], value: D | None, reason: str | None
) -> None:
    found = one(tmp_path, cash_proxy=True, **cells).signals["FIN_OCF_SALES"]
    assert (found.value, found.reason, found.document) == (value, reason, "X26 * X2 / X36")


def test_all_problems_of_a_file_are_told(tmp_path: Path) -> None:
    good = {"company_id": "A", "bankrupt": "0"}
    path = file(
        tmp_path, good, good, {"company_id": "B", "bankrupt": "2"}, {"bankrupt": "1"},
        {"company_id": "C", "bankrupt": "0", "X5": "1x", "X6": "NaN"},
    )
    with gzip.open(path, "at", encoding="utf-8") as out:
        out.write("D,1\n")
    with pytest.raises(Invalid) as caught:
        read_companies(path, AS_OF)
    assert [(p.code, p.path) for p in caught.value.problems] == [
        ("companies.id_duplicate", "/3/company_id"),
        ("companies.label_invalid", "/4/bankrupt"),
        ("companies.id_duplicate", "/5/company_id"),
        ("companies.number_invalid", "/6/X5"),
        ("companies.number_invalid", "/6/X6"),
        ("companies.cells_missing", "/7"),
    ]


def test_missing_columns_and_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        read_companies(file(tmp_path, columns=("company_id", "X1")), AS_OF)
    problem = caught.value.problems[0]
    assert problem.code == "companies.columns_missing"
    assert problem.params["columns"].startswith("X2, X3")
    whole = gzip.compress(b"company_id\n" * 5000)
    for content in (b"not gzip", whole[: len(whole) // 2], gzip.compress(b"\xff\xfe\xfa"), b""):
        path = tmp_path / "bad.gz"
        path.write_bytes(content)
        with pytest.raises(Invalid) as caught:
            read_companies(path, AS_OF)
        assert caught.value.problems[0].code in ("companies.unreadable", "companies.columns_missing")
    with pytest.raises(Invalid) as caught:
        read_companies(tmp_path / "absent.csv.gz", AS_OF)
    assert caught.value.problems[0].params == {"file": "absent.csv.gz"}


def test_the_supplied_file() -> None:
    companies = read_companies(shared_path("data/polish_companies_year1.csv.gz"), AS_OF)
    assert (len(companies), sum(c.bankrupt for c in companies)) == (7027, 271)
    known = {name: sum(c.signals[name].value is not None for c in companies) for name in SIGNALS}
    assert {name: count for name, count in known.items() if count} == {
        "FIN_DEBT": 7022, "FIN_CURRENT": 6997, "FIN_NPM": 7027, "GRW_REV": 5403,
    }
    first = companies[0]
    assert (first.company_id, first.signals["FIN_DEBT"].value) == ("PL1-00001", D("0.3795"))
