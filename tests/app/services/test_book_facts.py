"""What records add up to: which of them count, what nothing comes to, and that a rating sees it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.services import book_facts, definitions, evidence, records
from app.services.book_facts import Line, months_before, summed
from forms.book import BookFact
from rules import Invalid, Scope, ScopeEntry, compile_formula
from tests.app.desk import bring
from tests.builders import Clock, House

TODAY = date(2026, 1, 5)
LABEL = {"zh-CN": "某项"}
LINES = [
    Line({"amount": Decimal(100), "day": date(2025, 12, 1), "open": True}, date(2025, 12, 2)),
    Line({"amount": Decimal("50.5"), "day": date(2025, 3, 1), "open": False}, date(2025, 3, 1)),
    Line({"amount": None, "day": date(2025, 12, 3), "open": None}, date(2025, 12, 3)),
    Line({"amount": Decimal(7), "day": None, "open": True}, date(2026, 1, 1)),
    Line({"amount": Decimal(1000), "day": date(2026, 1, 6), "open": True}, date(2026, 1, 1)),
]


def fact(of: Any, field: str | None = "amount", day: str | None = "day", **more: Any) -> BookFact:
    return BookFact("x", LABEL, of, field, day, more.get("months"), more.get("when"), "number")


@pytest.mark.parametrize(
    ("what", "value", "as_of"),
    [
        (fact("count", None), "3", date(2025, 12, 3)),
        (fact("count", None, None), "5", date(2026, 1, 1)),
        (fact("count", None, months=6), "2", date(2025, 12, 3)),
        (fact("sum"), "150.5", date(2025, 12, 1)),
        (fact("average"), "75.25", date(2025, 12, 1)),
        (fact("min"), "50.5", date(2025, 12, 1)),
        (fact("max"), "100", date(2025, 12, 1)),
        (fact("last"), "100", date(2025, 12, 1)),
        (fact("last", "amount", None), "1000", date(2026, 1, 1)),
        (fact("max", "day", None), "2026-01-06", date(2026, 1, 1)),
        (fact("last", "open", "day"), True, date(2025, 12, 1)),
    ],
)
def test_records_are_summed_up(what: BookFact, value: Any, as_of: date) -> None:
    assert summed(what, LINES, TODAY) == (value, as_of)


def test_only_records_for_which_the_condition_holds() -> None:
    when = compile_formula("open", Scope({"open": ScopeEntry(type="boolean")}), expect="boolean")
    assert summed(fact("sum", day=None, when=when), LINES, TODAY) == ("1107", date(2026, 1, 1))


@pytest.mark.parametrize(("of", "value"), [("count", "0"), ("sum", "0"), ("max", None), ("last", None)])
def test_of_nothing_a_count_and_a_sum_are_known(of: Any, value: Any) -> None:
    assert summed(fact(of, None if of == "count" else "amount"), [], TODAY) == (value, None)


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 1, 5), 12, date(2025, 1, 5)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
    ],
)
def test_months_back(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_a_rating_sees_what_the_books_say(house: House) -> None:
    """Two running contracts and a finished one; removed records no longer count."""
    customer = bring(house, "C2", owner="lina")
    made = []
    with house.work("lina") as work:
        for number, status in ((1, "running"), (2, "running"), (3, "done")):
            raw = {"contract_no": f"HT-{number}", "customer": customer, "subject": "x", "amount": "1000",
                   "signed_on": "2025-12-01", "status": status}  # fmt: skip
            made.append(records.create(work, "contracts", raw).id)
    with house.work() as work:
        known = evidence.gather(work.session, [customer], TODAY, work.zone)[customer]
    assert known.facts["contracts_running_amount"] == "2000"
    assert known.facts["contracts_12m"] == "3"
    assert known.facts["site_visits_12m"] == "0"
    assert known.facts["site_visit_impression"] is None
    assert known.facts["FIN_DEBT"] is not None, "evidence stays"
    assert known.sources["contracts_12m"]["source"] == "book:contracts"
    with house.work("lina") as work:
        records.remove(work, "contracts", made[0], 1, "录入错误")
    with house.work() as work:
        now = book_facts.gather(work.session, [customer], TODAY, work.zone)[customer][0]
    assert now["contracts_running_amount"] == "1000"


def counting(house: House, key: str, fact: str) -> None:
    """Publish a book of notes about customers that counts those of the last month, by the day of entry."""
    body = {
        "sections": [{"key": "main", "title": {"zh-CN": "记录"}, "fields": [
            {"id": "f_01", "key": "customer", "type": "lookup", "label": {"zh-CN": "客户"}, "required": True,
             "source": {"of": "customer", "copy": ["name"]}},
            {"id": "f_02", "key": "said", "type": "text", "label": {"zh-CN": "内容"}}]}],
        "book": {"customer": "customer", "columns": ["said", "customer"], "facts": [
            {"key": fact, "label": {"zh-CN": "近一月记录数"}, "of": "count", "months": 1}]},
    }  # fmt: skip
    with house.work() as work:
        row = definitions.draft(work, "form", key, {"zh-CN": "记录"}, body)
        definitions.publish(work, row, row.row_version)


def test_a_day_of_entry_is_a_day_of_business(house: House, clock: Clock) -> None:
    """A record entered at 01:00 in Shanghai on the 5th counts until the 5th a month later, whatever day UTC had."""
    counting(house, "notes", "notes_1m")
    customer = bring(house, "C2", owner="lina")
    clock.now = datetime(2026, 1, 4, 17, 0, tzinfo=UTC)
    with house.work("lina") as work:
        assert work.today == date(2026, 1, 5)
        records.create(work, "notes", {"customer": customer, "said": "x"})
    with house.work() as work:
        counted = [
            book_facts.gather(work.session, [customer], day, work.zone)[customer][0]["notes_1m"]
            for day in (date(2026, 1, 4), date(2026, 1, 5), date(2026, 2, 4), date(2026, 2, 5))
        ]
    assert counted == ["0", "1", "1", "0"]


def test_two_books_do_not_make_one_fact(house: House) -> None:
    with pytest.raises(Invalid) as caught:
        counting(house, "notes", "contracts_12m")
    [problem] = caught.value.problems
    assert (problem.code, problem.path) == ("form.book_fact_taken", "/book/facts/0/key")
    assert (problem.params["book"], problem.params["key"]) == ("contracts", "contracts_12m")
