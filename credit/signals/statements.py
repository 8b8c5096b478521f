"""Signals from yearly statements and bureau scores.

A statement counts from the day it was published; of those, the latest fiscal year is used, for at most 24 months after
that year's end. Of two statements for one year the one published later (a restatement) counts. Ratios keep 4 places,
half to even; amounts are CNY with 2 places.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from credit.money import to_minor_units
from credit.rates import Rates
from credit.rows import CustomerRows, StatementRow
from credit.signals.signal import Signal, months_before, ratio, unknown

STATEMENT_MONTHS = 24
SCORE_MONTHS = 12
SOURCE = "statement"


def fin_ocf_sales(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """FIN_OCF_SALES: operating cash flow / revenue of the latest year. Unknown without revenue above 0."""
    return _quotient(rows, as_of, "operating_cash_flow", "revenue")


def fin_debt(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """FIN_DEBT: total liabilities / total assets of the latest year. Above 1 is possible: more debt than assets."""
    return _quotient(rows, as_of, "total_liabilities", "total_assets")


def fin_current(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """FIN_CURRENT: current assets / current liabilities of the latest year. Unknown without current liabilities."""
    return _quotient(rows, as_of, "current_assets", "current_liabilities")


def fin_npm(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """FIN_NPM: net profit / revenue of the latest year. Unknown without revenue above 0."""
    return _quotient(rows, as_of, "net_profit", "revenue")


def tangible_net_worth(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """tangible_net_worth: equity less intangibles of the latest year, CNY; may be negative."""
    found = _latest(rows.statements, as_of)
    if isinstance(found, Signal):
        return found
    worth = found.tangible_net_worth
    if worth is None:
        return _missing(found, "tangible_net_worth")
    return _from(found, to_minor_units(worth, "CNY"))


def grw_rev(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """GRW_REV: revenue of the latest year / revenue of the year before - 1; both years must be published."""
    latest = _latest(rows.statements, as_of)
    if isinstance(latest, Signal):
        return latest
    before = _of_year(rows.statements, latest.fiscal_year - 1, as_of)
    if before is None:
        return unknown(SOURCE, "signal.no_prior_statement", year=str(latest.fiscal_year - 1))
    if latest.revenue is None:
        return _missing(latest, "revenue")
    if before.revenue is None:
        return _missing(before, "revenue")
    if before.revenue <= 0:
        return _not_positive(before, "revenue")
    return _from(latest, ratio(latest.revenue / before.revenue - 1))


def ext_score(rows: CustomerRows, as_of: date, rates: Rates) -> Signal:
    """EXT_SCORE: the latest bureau score, 0 to 100, as given; known for 12 months from its date (that day next year
    no more). Of two on one day the bureau whose name sorts last."""
    past = [row for row in rows.scores if row.as_of <= as_of]
    if not past:
        return unknown("bureau", "signal.no_score")
    latest = max(past, key=lambda row: (row.as_of, row.provider))
    if latest.as_of <= months_before(as_of, SCORE_MONTHS):
        return unknown("bureau", "signal.score_old", latest.provider, day=latest.as_of.isoformat())
    return Signal(latest.score, latest.as_of, "bureau", latest.provider)


def _latest(statements: Sequence[StatementRow], as_of: date) -> StatementRow | Signal:
    """The statement in force on `as_of`, or the signal that says why there is none."""
    past = [row for row in statements if row.published_on <= as_of]
    if not past:
        return unknown(SOURCE, "signal.no_statement")
    latest = max(past, key=lambda row: (row.fiscal_year, row.published_on))
    if _year_end(latest) < months_before(as_of, STATEMENT_MONTHS):
        return unknown(SOURCE, "signal.statement_old", str(latest.fiscal_year), year=str(latest.fiscal_year))
    return latest


def _of_year(statements: Sequence[StatementRow], year: int, as_of: date) -> StatementRow | None:
    past = [row for row in statements if row.fiscal_year == year and row.published_on <= as_of]
    return max(past, key=lambda row: row.published_on, default=None)


def _quotient(rows: CustomerRows, as_of: date, above: str, below: str) -> Signal:
    found = _latest(rows.statements, as_of)
    if isinstance(found, Signal):
        return found
    numerator: Decimal | None = getattr(found, above)
    denominator: Decimal | None = getattr(found, below)
    if numerator is None:
        return _missing(found, above)
    if denominator is None:
        return _missing(found, below)
    if denominator <= 0:
        return _not_positive(found, below)
    return _from(found, ratio(numerator / denominator))


def _year_end(statement: StatementRow) -> date:
    return date(statement.fiscal_year, 12, 31)


def _from(statement: StatementRow, value: Decimal) -> Signal:
    return Signal(value, _year_end(statement), SOURCE, str(statement.fiscal_year))


def _missing(statement: StatementRow, name: str) -> Signal:
    year = str(statement.fiscal_year)
    return unknown(SOURCE, f"signal.field_missing.{name}", year, year=year)


def _not_positive(statement: StatementRow, name: str) -> Signal:
    year = str(statement.fiscal_year)
    return unknown(SOURCE, f"signal.not_positive.{name}", year, year=year)
