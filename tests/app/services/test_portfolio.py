"""Taking over a portfolio: evidence with reasons, open items in CNY, owners in turn, labelled days."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from sqlalchemy import func, select

from app.gallery.portfolio.histories import histories, rate_table
from app.gallery.portfolio.worked import worked_customers
from app.gallery.portfolio.worked_history import worked_portfolio
from app.models.credit import ExposureItem, FxRate
from app.models.customer import Customer, Evidence
from app.models.ledger import Entry
from app.services import portfolio
from app.work import SYSTEM_SUBJECT, Verb
from credit.rates import Rates
from rules import Invalid
from tests.builders import House


def source(house: House, months: int = 0) -> portfolio.Source:
    found = worked_portfolio()
    stated = {each.key: dict(each.signals) for each in worked_customers()}
    with house.work() as work:
        from app.models.people import User

        people = {row.username: (row.id, row.department_id) for row in work.session.scalars(select(User))}
    return portfolio.Source(
        histories(found), rate_table(found), found.last_day, [people["lina"], people["zhangwei"]], {}, months, stated
    )


def take_over(house: House, what: portfolio.Source) -> int:
    with house.work() as work:
        return portfolio.store_customers(work, worked_portfolio().customers, what)


def test_customers_evidence_and_items_come_over_in_one_act_each(house: House) -> None:
    assert take_over(house, source(house)) == 6
    with house.work() as work:
        rows = {row.number: row for row in work.session.scalars(select(Customer))}
        assert sorted(rows) == ["C1", "C2", "C3", "C4", "C4b", "C5"]
        assert Counter(row.owner_id for row in rows.values()) == {house.ids["lina"]: 3, house.ids["zhangwei"]: 3}
        assert all(row.department_id for row in rows.values())
        assert rows["C1"].exposure == D(6400000)
        kinds = set(work.session.scalars(select(Evidence.kind).where(Evidence.customer_id == rows["C1"].id)))
        assert {"statement", "registry", "court", "trade", "bureau"} <= kinds
        own = select(Evidence.facts, Evidence.detail).where(
            Evidence.customer_id == rows["C4"].id, Evidence.kind == "statement"
        )
        facts, detail = work.session.execute(own).one()
        assert facts["FIN_OCF_SALES"] is None
        assert detail["FIN_OCF_SALES"]["reason"]
        assert work.session.scalar(select(func.count()).where(Entry.subject_id == rows["C1"].id)) == 2
        bodies = b"".join(work.session.scalars(select(Entry.body).where(Entry.subject_id == rows["C1"].id)))
        assert "沈志远".encode() not in bodies, "personal values are sealed"


def test_days_are_labelled_later_by_whole_months(house: House) -> None:
    take_over(house, source(house, 10))
    with house.work() as work:
        assert set(work.session.scalars(select(Evidence.as_of))) == {date(2026, 10, 31)}
        assert min(work.session.scalars(select(ExposureItem.issued_on))) > date(2026, 1, 1)


def test_an_item_without_a_rate_stops_the_chunk_instead_of_looking_like_nothing(house: House) -> None:
    what = source(house)
    rows = what.histories["C1"]
    foreign = replace(rows, invoices=tuple(_in_dollars(row) for row in rows.invoices))
    with pytest.raises(Invalid) as refused:
        take_over(house, replace(what, histories={**what.histories, "C1": foreign}, rates=Rates(), stated={}))
    assert {p.code for p in refused.value.problems} == {"signal.rate_missing"}
    with house.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Customer)) == 0, "nothing half-written"


def _in_dollars(row: Any) -> Any:
    return row._replace(currency="USD")


def test_rates_already_known_stay(house: House) -> None:
    rate = {"currency": "USD", "day": date(2025, 1, 1), "rate": D("7.1"), "source": "a"}
    with house.work() as work:
        portfolio.store_rates(work, [rate])
        portfolio.store_rates(work, [{**rate, "rate": D("9.9")}, {**rate, "currency": "EUR"}])
        work.record(Verb.ITEMS_IMPORTED, SYSTEM_SUBJECT, {})
    with house.work() as work:
        found = {row.currency: row.rate for row in work.session.scalars(select(FxRate))}
    assert found == {"USD": D("7.1000"), "EUR": D("7.1000")}
