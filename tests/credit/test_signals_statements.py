"""Signals from statements and bureau scores: what was published, when it grows old, and what cannot be divided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest

from credit.rates import Rates
from credit.rows import CustomerRows
from credit.signals import SIGNALS, Signal, signals_for
from tests.credit.rows_for_tests import AS_OF, Score, Statement, customer

RATIOS = ["FIN_OCF_SALES", "FIN_DEBT", "FIN_CURRENT", "FIN_NPM"]


def value(name: str, rows: CustomerRows, as_of: date = AS_OF) -> Signal:
    return signals_for(rows, as_of, Rates(), [name])[name]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("FIN_OCF_SALES", "0.0800"),
        ("FIN_DEBT", "0.4500"),
        ("FIN_CURRENT", "1.8000"),
        ("FIN_NPM", "0.0700"),
        ("tangible_net_worth", "1000.01"),
    ],
)
def test_values(name: str, expected: str) -> None:
    found = value(name, customer(statements=[Statement()]))
    assert found == Signal(D(expected), date(2024, 12, 31), "statement", "2024")


@pytest.mark.parametrize("name", [*RATIOS, "tangible_net_worth", "GRW_REV"])
def test_a_statement_counts_from_the_day_it_is_published(name: str) -> None:
    before = date(2025, 3, 31)
    rows = customer(statements=[Statement(), Statement(2023, date(2025, 4, 1))])
    assert value(name, rows, before).reason == "signal.no_statement"
    assert value(name, rows, date(2025, 4, 1)).value is not None


def test_the_latest_year_counts_and_of_one_year_the_restatement() -> None:
    late_old_year = Statement(2023, date(2025, 5, 1), total_liabilities=D(1))
    restated = Statement(2024, date(2025, 6, 1), total_liabilities=D(1000))
    rows = customer(statements=[restated, Statement(), late_old_year])
    assert value("FIN_DEBT", rows).value == D("0.5000")
    assert value("FIN_DEBT", rows, date(2025, 5, 31)).value == D("0.4500")


@pytest.mark.parametrize(("as_of", "known"), [(date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_a_statement_lives_24_months_after_its_year(as_of: date, known: bool) -> None:
    found = value("FIN_DEBT", customer(statements=[Statement()]), as_of)
    assert (found.value is not None) is known
    assert found.reason == (None if known else "signal.statement_old")


@pytest.mark.parametrize(
    ("name", "changed", "reason"),
    [
        ("FIN_OCF_SALES", {"operating_cash_flow": None}, "signal.field_missing"),
        ("FIN_DEBT", {"total_liabilities": None}, "signal.field_missing"),
        ("FIN_CURRENT", {"current_assets": None}, "signal.field_missing"),
        ("FIN_NPM", {"net_profit": None}, "signal.field_missing"),
        ("FIN_OCF_SALES", {"revenue": None}, "signal.field_missing"),
        ("FIN_OCF_SALES", {"revenue": D(0)}, "signal.not_positive"),
        ("FIN_NPM", {"revenue": D(-1)}, "signal.not_positive"),
        ("FIN_DEBT", {"total_assets": D(0)}, "signal.not_positive"),
        ("FIN_CURRENT", {"current_liabilities": D(0)}, "signal.not_positive"),
        ("tangible_net_worth", {"tangible_net_worth": None}, "signal.field_missing"),
    ],
)
def test_what_cannot_be_divided_is_unknown(name: str, changed: dict[str, D | None], reason: str) -> None:
    found = value(name, customer(statements=[Statement(**changed)]))  # type: ignore[arg-type]
    assert (found.value, found.reason, found.document) == (None, f"{reason}.{next(iter(changed))}", "2024")
    assert found.params == {"year": "2024"}


@pytest.mark.parametrize(
    ("profit", "expected"), [("0.00005", "0.0000"), ("0.00015", "0.0002"), ("-0.00015", "-0.0002")]
)
def test_ratios_keep_four_places_half_to_even(profit: str, expected: str) -> None:
    rows = customer(statements=[Statement(revenue=D(1), net_profit=D(profit))])
    assert value("FIN_NPM", rows).value == D(expected)


def test_growth() -> None:
    two = [Statement(), Statement(2023, date(2024, 4, 1), revenue=D(800))]
    assert value("GRW_REV", customer(statements=two)).value == D("0.2500")
    assert value("GRW_REV", customer(statements=two[:1])).reason == "signal.no_prior_statement"
    gap = [Statement(), Statement(2022, date(2023, 4, 1))]
    assert value("GRW_REV", customer(statements=gap)).params == {"year": "2023"}
    for before, after, reason in (
        (D(0), D(1), "signal.not_positive.revenue"),
        (None, D(1), "signal.field_missing.revenue"),
        (D(1), None, "signal.field_missing.revenue"),
    ):
        rows = customer(statements=[Statement(revenue=after), Statement(2023, date(2024, 4, 1), revenue=before)])
        assert value("GRW_REV", rows).reason == reason


@pytest.mark.parametrize(
    ("day", "expected"),
    [(AS_OF, "70.5"), (date(2025, 7, 1), None), (date(2024, 7, 1), "70.5"), (date(2024, 6, 30), None)],
)
def test_a_score_is_known_for_twelve_months(day: date, expected: str | None) -> None:
    found = value("EXT_SCORE", customer(scores=[Score(day, D("70.5"))]))
    assert found.value == (None if expected is None else D(expected))


def test_the_latest_score_counts() -> None:
    may = date(2025, 5, 1)
    scores = [Score(may, D(60), "乙"), Score(may, D(61), "甲"), Score(date(2025, 3, 1), D(90))]
    found = value("EXT_SCORE", customer(scores=scores))
    assert (found.value, found.document, found.as_of) == (D(61), "甲", date(2025, 5, 1))
    assert value("EXT_SCORE", customer()).reason == "signal.no_score"
    assert value("EXT_SCORE", customer(scores=[Score(date(2024, 1, 1), D(1))])).reason == "signal.score_old"


def test_all_signals_come_together_and_each_says_what_it_reads() -> None:
    all_of_them = signals_for(customer(statements=[Statement()]), AS_OF, Rates())
    assert list(all_of_them) == list(SIGNALS)
    assert len(SIGNALS) == 25
    for name, found in all_of_them.items():
        assert (found.value is None) == (found.as_of is None), name
        assert found.value is not None or found.reason is not None, name
        kind = {"number": D, "boolean": bool, "text": str}[SIGNALS[name].type]
        assert found.value is None or type(found.value) is kind, name
    with pytest.raises(KeyError):
        signals_for(customer(), AS_OF, Rates(), ["FIN_DEBTS"])


def test_nothing_known_gives_no_value() -> None:
    bare = signals_for(CustomerRows(profile=customer().profile), AS_OF, Rates())
    assert {name for name, found in bare.items() if found.value is not None} == {"STA_YEARS", "STA_TOP1"}
