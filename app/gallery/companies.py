"""Read the public Polish company ratios and give each company the signals its columns support.

Source: S. Tomczak, *Polish Companies Bankruptcy*, UCI Machine Learning Repository, 2016, doi 10.24432/C5F600,
CC BY 4.0. One gzip-compressed CSV: company_id, X1 to X64, bankrupt (1 or 0); an empty cell is missing. The mapping:

    FIN_DEBT        X2       total liabilities / total assets
    FIN_CURRENT     X4       current assets / short-term liabilities
    FIN_NPM         X23      net profit / sales (X19 is the gross margin)
    GRW_REV         X21 - 1  sales of the year / sales of the year before
    FIN_OCF_SALES   none     the file has no cash flow statement; on request (X26 · X2) / X36, which is
                             (net profit + depreciation) / sales: cash earned before any change of working capital

X36, not X9, is sales / total assets here: X9 is described alike but does not fit X1 / X23 in most rows. A negative
value of X2, X4 or X21 cannot be and is unknown. Outliers are kept as they are. Every other signal is unknown: the file
knows nothing of age, holders, courts, press or trade.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from credit.signals import SIGNALS, Signal
from credit.signals.signal import ratio, unknown
from rules import Invalid, Problem

SOURCE = "polish_companies"
COLUMNS = ("company_id", *(f"X{n}" for n in range(1, 65)), "bankrupt")
MAPPED = {"FIN_DEBT": "X2", "FIN_CURRENT": "X4", "FIN_NPM": "X23"}
NEVER_NEGATIVE = frozenset({"X2", "X4", "X21"})


@dataclass(frozen=True, slots=True)
class Company:
    """One row: `signals` has every name of `SIGNALS`, unknown ones with their reason; `bankrupt` is the outcome within
    the forecasting period and never an input; `ratios` holds X1 to X64 as written, None where empty."""

    company_id: str
    signals: Mapping[str, Signal]
    bankrupt: bool
    ratios: Mapping[str, Decimal | None]


def read_companies(path: Path, as_of: date, *, cash_proxy: bool = False) -> tuple[Company, ...]:
    """Every company of the file in its order, its values dated `as_of`.

    Raises Invalid with all problems: companies.unreadable, .columns_missing, .cells_missing, .number_invalid,
    .label_invalid, .id_duplicate, each with the row (the header is row 1).
    """
    problems: list[Problem] = []
    companies: list[Company] = []
    seen: set[str] = set()
    for number, row in _rows(path):
        found = _problems(number, row, seen)
        problems += found
        if not found:
            companies.append(_company(row, as_of, cash_proxy))
    if problems:
        raise Invalid(problems)
    return tuple(companies)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str | None]]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise Invalid([Problem("companies.columns_missing", "", {"columns": ", ".join(missing)})])
            yield from enumerate(reader, start=2)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise Invalid([Problem("companies.unreadable", "", {"file": path.name})]) from error


def _problems(number: int, row: Mapping[str, str | None], seen: set[str]) -> list[Problem]:
    place = f"/{number}"
    if any(row[name] is None for name in COLUMNS):
        return [Problem("companies.cells_missing", place, {"row": number})]
    out = [
        Problem("companies.number_invalid", f"{place}/{name}", {"row": number, "column": name, "value": row[name]})
        for name in COLUMNS[1:-1]
        if row[name] and _decimal(row[name]) is None
    ]
    if row["bankrupt"] not in ("0", "1"):
        out.append(Problem("companies.label_invalid", f"{place}/bankrupt", {"row": number, "value": row["bankrupt"]}))
    company_id = str(row["company_id"]).strip()
    if not company_id or company_id in seen:
        out.append(Problem("companies.id_duplicate", f"{place}/company_id", {"row": number, "value": company_id}))
    seen.add(company_id)
    return out


def _decimal(text: str | None) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _company(row: Mapping[str, str | None], as_of: date, cash_proxy: bool) -> Company:
    ratios = {name: _decimal(row[name]) for name in COLUMNS[1:-1]}
    signals = {name: unknown(SOURCE, "signal.not_in_file") for name in SIGNALS}
    for name, column in MAPPED.items():
        signals[name] = _signal(ratios[column], column, as_of)
    growth = _signal(ratios["X21"], "X21", as_of)
    if isinstance(growth.value, Decimal):
        growth = Signal(growth.value - 1, as_of, SOURCE, "X21 - 1")
    signals["GRW_REV"] = growth
    signals["FIN_OCF_SALES"] = _cash(ratios, as_of) if cash_proxy else unknown(SOURCE, "signal.no_cash_flow")
    return Company(str(row["company_id"]).strip(), signals, row["bankrupt"] == "1", ratios)


def _signal(value: Decimal | None, column: str, as_of: date) -> Signal:
    if value is None:
        return unknown(SOURCE, "signal.cell_empty", column, column=column)
    if value < 0 and column in NEVER_NEGATIVE:
        return unknown(SOURCE, "signal.impossible", column, column=column, value=str(value))
    return Signal(ratio(value), as_of, SOURCE, column)


def _cash(ratios: Mapping[str, Decimal | None], as_of: date) -> Signal:
    """(net profit + depreciation) / sales, from ratios to liabilities, assets and sales."""
    earned, debt, sales = ratios["X26"], ratios["X2"], ratios["X36"]
    document = "X26 * X2 / X36"
    if earned is None or debt is None or sales is None:
        return unknown(SOURCE, "signal.cell_empty", document, column=document)
    if debt < 0 or sales <= 0:
        return unknown(SOURCE, "signal.impossible", document, column=document, value=f"{debt}, {sales}")
    return Signal(ratio(earned * debt / sales), as_of, SOURCE, document)
