"""Write a portfolio as gzip-compressed CSV files that are the same bytes each time on one machine."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.gallery.portfolio.rows import (
    Customer,
    Delivery,
    ExternalScore,
    FxRate,
    Invoice,
    Order,
    Portfolio,
    Receipt,
    RiskEvent,
    Statement,
    Truth,
)


def csv_tables(portfolio: Portfolio) -> dict[str, str]:
    """File stem → CSV text: a header, LF line ends, empty cells for what is missing, 1 and 0 for yes and no."""
    truth = ((t.customer_id, int(t.defaulted), *t[2:]) for t in portfolio.truth)
    rates = ((r.month.strftime("%Y-%m"), r.currency, r.rate_to_cny) for r in portfolio.rates)
    return {
        "customers": _text(Customer._fields, portfolio.customers),
        "financials": _text(Statement._fields, portfolio.statements),
        "orders": _text(Order._fields, portfolio.orders),
        "deliveries": _text(Delivery._fields, portfolio.deliveries),
        "invoices": _text(Invoice._fields, portfolio.invoices),
        "receipts": _text(Receipt._fields, portfolio.receipts),
        "events": _text(RiskEvent._fields, portfolio.events),
        "external_scores": _text(ExternalScore._fields, portfolio.scores),
        "truth": _text(Truth._fields, truth),
        "fx_rates": _text(FxRate._fields, rates),
    }


def write_csv(portfolio: Portfolio, folder: Path) -> tuple[Path, ...]:
    """Write one ``<name>.csv.gz`` a table into `folder` (made if absent) and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in csv_tables(portfolio).items():
        path = folder / f"{name}.csv.gz"
        with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
            packed.write(text.encode("utf-8"))
        paths.append(path)
    return tuple(paths)


def _text(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
