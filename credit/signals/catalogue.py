"""The closed list of signals: what each is called, its type and unit, which rows it reads, and how to compute all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

from credit.rates import Rates
from credit.rows import CustomerRows
from credit.signals import behaviour, registry, statements
from credit.signals.signal import Signal

Compute = Callable[[CustomerRows, date, Rates], Signal]
Type = Literal["number", "boolean", "text"]
Table = Literal[
    "profile", "statements", "orders", "deliveries", "invoices", "receipts", "events", "scores", "statuses"
]


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """One signal.

    type    as formulas see it
    unit    ratio, days, count, years, score, CNY or CNY/month; None for what has none
    reads   the fields of `CustomerRows` it looks at: a new row elsewhere cannot change it
    """

    name: str
    compute: Compute
    type: Type
    unit: str | None
    reads: tuple[Table, ...]


def _number(name: str, compute: Compute, unit: str, *reads: Table) -> SignalSpec:
    return SignalSpec(name, compute, "number", unit, reads)


def _yes_no(name: str, compute: Compute) -> SignalSpec:
    return SignalSpec(name, compute, "boolean", None, ("events",))


_TRADE: tuple[Table, ...] = ("orders", "deliveries", "invoices", "receipts")
_SPECS = (
    _number("FIN_OCF_SALES", statements.fin_ocf_sales, "ratio", "statements"),
    _number("FIN_DEBT", statements.fin_debt, "ratio", "statements"),
    _number("FIN_CURRENT", statements.fin_current, "ratio", "statements"),
    _number("FIN_NPM", statements.fin_npm, "ratio", "statements"),
    _number("STA_YEARS", registry.sta_years, "years", "profile"),
    _number("STA_TOP1", registry.sta_top1, "ratio", "profile"),
    _number("STA_CHANGES", registry.sta_changes, "count", "profile", "events"),
    _number("REP_NEWS", registry.rep_news, "count", "profile", "events"),
    _number("REP_SUITS", registry.rep_suits, "count", "profile", "events"),
    _number("TRX_FULFIL", behaviour.trx_fulfil, "ratio", "orders", "deliveries"),
    _number("TRX_DBT", behaviour.trx_dbt, "days", "invoices", "receipts"),
    _number("CON_BREACH", behaviour.con_breach, "count", "profile", "events", *_TRADE),
    _number("CON_DELAY", behaviour.con_delay, "count", "profile", "deliveries"),
    _number("EXT_SCORE", statements.ext_score, "score", "scores"),
    _number("GRW_REV", statements.grw_rev, "ratio", "statements"),
    _yes_no("dishonest_active", registry.dishonest_active),
    SignalSpec("registration_status", registry.registration_status, "text", None, ("statuses",)),
    _yes_no("bankruptcy_filing", registry.bankruptcy_filing),
    _yes_no("serious_illegal_active", registry.serious_illegal_active),
    _number("enforcement_amount", registry.enforcement_amount, "CNY", "events"),
    _number("max_dpd", behaviour.max_dpd, "days", "invoices", "receipts"),
    _yes_no("abnormal_operation_active", registry.abnormal_operation_active),
    _number("breaches_180d", behaviour.breaches_180d, "count", "profile", "events"),
    _number("monthly_purchase", behaviour.monthly_purchase, "CNY/month", "profile", "orders"),
    _number("tangible_net_worth", statements.tangible_net_worth, "CNY", "statements"),
)

SIGNALS: Mapping[str, SignalSpec] = MappingProxyType({spec.name: spec for spec in _SPECS})
"""Every signal by its name, in the order of the scorecard; names are those formulas use."""


def signals_for(
    rows: CustomerRows, as_of: date, rates: Rates, only: Collection[str] | None = None
) -> Mapping[str, Signal]:
    """All signals of one customer on `as_of`, or those named in `only`; unknown names raise KeyError.

    Pure and independent of the order of rows. To follow a new row cheaply, ask for the signals whose `reads` name its
    table, and for all of them when the day changes.
    """
    if only is None:
        return {spec.name: spec.compute(rows, as_of, rates) for spec in _SPECS}
    wanted = {SIGNALS[name].name for name in only}
    return {spec.name: spec.compute(rows, as_of, rates) for spec in _SPECS if spec.name in wanted}
