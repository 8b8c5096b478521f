"""A history for each customer of the worked example, written so that its signals come out as the example states them.

Two years of one order a month, delivered and billed on the 5th, each payment as many days late as TRX_DBT says. In the
last 12 months part of each order is cancelled for TRX_FULFIL and CON_DELAY deliveries are accepted 20 days late. Events
stand on their own days; statements are those of 2024 and, for growth, 2023 (of a company founded later: its
predecessor's). C1 and C5 have open what the order check of the example starts from, but nothing overdue, for their
signals say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.gallery.portfolio.rows import (
    Delivery,
    ExternalScore,
    Invoice,
    Order,
    Portfolio,
    Receipt,
    RiskEvent,
    Statement,
)
from app.gallery.portfolio.worked import Open, WorkedCustomer, worked_customers

FIRST_DAY = date(2024, 1, 1)
MONTHS, YEAR = 24, 12
LATE_DAYS = 20
CENT = Decimal("0.01")
REVENUE_PER_PURCHASE = 80


def worked_portfolio() -> Portfolio:
    """The six customers with all their rows, as a portfolio of their own without rates (all trade is in CNY)."""
    cases = worked_customers()
    trade = [_Trade(case) for case in cases]
    return Portfolio(
        seed=0,
        first_day=FIRST_DAY,
        last_day=cases[0].as_of,
        customers=tuple(case.customer for case in cases),
        statements=tuple(row for case in cases for row in _statements(case)),
        orders=tuple(row for part in trade for row in part.orders),
        deliveries=tuple(row for part in trade for row in part.deliveries),
        invoices=tuple(row for part in trade for row in part.invoices),
        receipts=tuple(row for part in trade for row in part.receipts),
        events=tuple(row for case in cases for row in _events(case)),
        scores=tuple(row for case in cases for row in _scores(case)),
        truth=(),
        rates=(),
    )


def _number(case: WorkedCustomer, name: str) -> Decimal:
    value = case.signals[name]
    if not isinstance(value, Decimal):
        raise TypeError(f"{case.key} has no number {name}")
    return value


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


class _Trade:
    """The documents of one customer."""

    def __init__(self, case: WorkedCustomer) -> None:
        self.case, self.customer = case, case.customer
        self.orders: list[Order] = []
        self.deliveries: list[Delivery] = []
        self.invoices: list[Invoice] = []
        self.receipts: list[Receipt] = []
        usual = _cents(_number(case, "monthly_purchase"))
        for month in range(MONTHS - YEAR):
            self._month(month, usual, Decimal(1), 1)
        late = int(_number(case, "CON_DELAY"))
        for n, net in enumerate(_last_year(case, usual)):
            self._month(MONTHS - YEAR + n, net, _number(case, "TRX_FULFIL"), LATE_DAYS if n < late else 1)
        if case.open is not None:
            self._open(case.open)

    def _month(self, month: int, net: Decimal, kept: Decimal, accepted_after: int) -> None:
        """An order on the 1st, delivered and billed on the 5th, paid TRX_DBT days after it is due."""
        first = date(FIRST_DAY.year + month // YEAR, month % YEAR + 1, 1)
        if first < self.customer.customer_since:
            return
        out = first + timedelta(days=4)
        number = f"{self.case.key}-{month + 1:02d}"
        cancelled = _cents(net * (1 - kept) / kept)
        self._order(number, first, out, net + cancelled, cancelled, "partly_cancelled" if cancelled else "delivered")
        self._deliver(number, out, accepted_after, net)
        key, currency = self.case.key, self.customer.currency
        due = out + timedelta(days=self.customer.payment_days)
        self.invoices.append(Invoice(f"IV-{number}", f"SO-{number}", f"DN-{number}", key, out, due, currency, net))
        paid = due + timedelta(days=int(_number(self.case, "TRX_DBT")))
        if paid <= self.case.as_of:
            self.receipts.append(Receipt(f"RC-{number}", f"IV-{number}", key, paid, currency, net, "电汇"))

    def _open(self, left: Open) -> None:
        """What the last days leave open beside the last month's invoice."""
        number = f"{self.case.key}-DN"
        out = self.case.as_of - timedelta(days=2)
        net, kept = _cents(left.delivered_not_invoiced), _number(self.case, "TRX_FULFIL")
        cancelled = _cents(net * (1 - kept) / kept)
        self._order(number, out - timedelta(days=15), out, net + cancelled, cancelled, "partly_cancelled")
        self._deliver(number, out, 1, net)
        for n, (amount, days) in enumerate(left.open_orders, start=1):
            ships_on = self.case.as_of + timedelta(days=days)
            ordered = self.case.as_of - timedelta(days=10)
            self._order(f"{self.case.key}-OP{n}", ordered, ships_on, _cents(amount), Decimal("0.00"), "open")

    def _order(self, number: str, day: date, out: date, amount: Decimal, cancelled: Decimal, status: str) -> None:
        currency = self.customer.currency
        self.orders.append(Order(f"SO-{number}", self.case.key, day, out, currency, amount, cancelled, status))

    def _deliver(self, number: str, out: date, accepted_after: int, amount: Decimal) -> None:
        accepted = out + timedelta(days=accepted_after)
        self.deliveries.append(Delivery(f"DN-{number}", f"SO-{number}", self.case.key, out, accepted, amount))


def _last_year(case: WorkedCustomer, usual: Decimal) -> list[Decimal]:
    """Net amounts of the last 12 monthly orders. Where something is open, the last one is the open receivable and the
    others share what is left, so that the year's purchase stays what the example says."""
    if case.open is None:
        return [usual] * YEAR
    rest = usual * YEAR - case.open.receivable - case.open.delivered_not_invoiced
    rest -= sum((amount for amount, _ in case.open.open_orders), Decimal(0))
    share = _cents(rest / (YEAR - 1))
    return [rest - share * (YEAR - 2), *[share] * (YEAR - 2), _cents(case.open.receivable)]


def _statements(case: WorkedCustomer) -> Iterator[Statement]:
    worth = _number(case, "tangible_net_worth")
    debt = _number(case, "FIN_DEBT")
    revenue = _cents(_number(case, "monthly_purchase") * REVENUE_PER_PURCHASE)
    growth = case.signals["GRW_REV"]
    if isinstance(growth, Decimal):
        yield _statement(case, 2023, _cents(revenue / (1 + growth)), _cents(worth * Decimal("1.02") / (1 - debt)))
    yield _statement(case, 2024, revenue, _cents(worth * Decimal("1.05") / (1 - debt)))


def _statement(case: WorkedCustomer, year: int, revenue: Decimal, assets: Decimal) -> Statement:
    liabilities = _cents(assets * _number(case, "FIN_DEBT"))
    short = _cents(liabilities * Decimal("0.8"))
    profit = _cents(revenue * _number(case, "FIN_NPM"))
    cash = case.signals["FIN_OCF_SALES"]
    return Statement(
        customer_id=case.key,
        fiscal_year=year,
        published_on=date(year + 1, 4, 28),
        revenue=revenue,
        net_profit=profit,
        ebit=_cents(profit * Decimal("1.28")),
        operating_cash_flow=_cents(revenue * cash) if isinstance(cash, Decimal) else None,
        total_assets=assets,
        current_assets=_cents(short * _number(case, "FIN_CURRENT")),
        total_liabilities=liabilities,
        current_liabilities=short,
        retained_earnings=_cents((assets - liabilities) * Decimal("0.4")),
        tangible_net_worth=_number(case, "tangible_net_worth"),
    )


_KINDS = (
    ("STA_CHANGES", "registry_change_owner", "low", "工商登记", "股东及出资比例变更"),
    ("REP_NEWS", "news_negative", "medium", "新闻舆情", "拖欠供应商货款传闻"),
    ("REP_SUITS", "lawsuit_defendant", "medium", "裁判文书", "买卖合同纠纷被诉"),
    ("CON_BREACH", "contract_breach", "medium", "合同管理", "未按约定时间付款"),
)


def _events(case: WorkedCustomer) -> Iterator[RiskEvent]:
    number = 0
    last = case.as_of - timedelta(days=20)
    for name, kind, severity, source, text in _KINDS:
        for n in range(int(_number(case, name))):
            number += 1
            # breaches older than 180 days stay in the year but leave the half year
            age = 200 if kind == "contract_breach" and n >= _number(case, "breaches_180d") else 0
            day = last - timedelta(days=age + 30 * n)
            yield RiskEvent(f"EV-{case.key}-{number:02d}", case.key, day, kind, severity, None, source, text)
    if case.signals["dishonest_active"] is True:
        text = "列入失信被执行人名单"
        yield RiskEvent(f"EV-{case.key}-K1", case.key, last, "dishonest_listed", "critical", None, "执行信息", text)


def _scores(case: WorkedCustomer) -> Iterator[ExternalScore]:
    score = case.signals["EXT_SCORE"]
    if isinstance(score, Decimal):
        yield ExternalScore(case.key, case.as_of - timedelta(days=30), score, "征信机构甲")
