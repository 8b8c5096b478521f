"""Rows and entries commit together or not at all."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from app.access import Conflict
from app.edge.runtime import Runtime
from app.edge.transaction import Unrecorded
from app.models.case import Counter
from app.models.customer import Customer
from app.models.ledger import Entry, Leaf
from app.work import SYSTEM_SUBJECT, Subject, Verb, Work


def customer(number: str = "K1") -> Customer:
    now = datetime(2026, 1, 5, tzinfo=UTC)
    return Customer(number=number, name="苏州测试", sort_name="suzhou", source="test", created_at=now, changed_at=now)


def count(work: Work, kind: type) -> int:
    return work.session.scalar(select(func.count()).select_from(kind)) or 0


def test_rows_and_entry_commit_together(work) -> None:
    with work() as w:
        w.session.add(row := customer())
        w.session.flush()
        w.record(Verb.CUSTOMER_CREATED, Subject("customer", row.id), {"name": row.name})
    with work() as w:
        assert (count(w, Customer), count(w, Entry)) == (1, 1)


def test_an_error_leaves_nothing(work) -> None:
    with pytest.raises(ZeroDivisionError), work() as w:
        w.session.add(customer())
        w.record(Verb.CUSTOMER_CREATED, SYSTEM_SUBJECT, {})
        _ = 1 / 0
    with work() as w:
        assert (count(w, Customer), count(w, Entry), count(w, Leaf)) == (0, 0, 0)


def test_a_change_nobody_recorded_is_refused(work) -> None:
    with pytest.raises(Unrecorded, match="Customer"), work() as w:
        w.session.add(customer())
    with work() as w:
        assert count(w, Customer) == 0


def test_a_statement_nobody_recorded_is_refused(work) -> None:
    with work() as w:
        w.session.add(customer())
        w.record(Verb.CUSTOMER_CREATED, SYSTEM_SUBJECT, {})
    with pytest.raises(Unrecorded), work() as w:
        w.session.execute(update(Customer).values(name="换名"))
    with work() as w:
        assert w.session.scalar(select(Customer.name)) == "苏州测试"


def test_silent_rows_may_stay_silent(work) -> None:
    with work() as w:
        w.session.add(Counter(name="n", value=1))
    with work() as w:
        assert (count(w, Counter), count(w, Entry)) == (1, 0)


def test_two_of_one_number_is_a_conflict(work) -> None:
    with work() as w:
        w.session.add(customer())
        w.record(Verb.CUSTOMER_CREATED, SYSTEM_SUBJECT, {})
    with pytest.raises(Conflict, match=r"row\.duplicate"), work() as w:
        w.session.add(customer())
        w.record(Verb.CUSTOMER_CREATED, SYSTEM_SUBJECT, {})


def test_the_reading_side_cannot_write(instance: Runtime) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with pytest.raises(DBAPIError), instance.database.read.begin() as connection:
        connection.execute(text("INSERT INTO counters (name, value) VALUES ('n', 1)"))


def test_what_is_named_and_gone_is_a_conflict(work) -> None:
    with pytest.raises(Conflict, match=r"row\.linked"), work() as w:
        row = customer()
        row.owner_id = "nobody"
        w.session.add(row)
        w.record(Verb.CUSTOMER_CREATED, SYSTEM_SUBJECT, {})


def test_a_row_that_breaks_a_rule_of_its_table_is_a_fault_and_no_conflict(work) -> None:
    with pytest.raises(IntegrityError) as caught, work() as w:
        row = customer()
        row.name = None  # type: ignore[assignment]
        w.session.add(row)
        w.record(Verb.CUSTOMER_CREATED, SYSTEM_SUBJECT, {})
    assert "parameters hidden" in str(caught.value), "errors are logged: what somebody typed stays out of them"


@pytest.mark.parametrize("copied", ["postgresql"], indirect=True)  # SQLite has one writer: nobody waits for two rows
def test_two_that_wait_for_each_other_are_a_busy_database(work) -> None:
    with work() as w:
        w.session.add_all([Counter(name="a", value=1), Counter(name="b", value=1)])
    both_hold_one = Barrier(2)

    def count_up(first: str, second: str) -> str:
        try:
            with work() as w:
                w.session.get_one(Counter, first, with_for_update=True)
                both_hold_one.wait(10)
                w.session.get_one(Counter, second, with_for_update=True)
        except Conflict as conflict:
            return conflict.code
        return "done"

    with ThreadPoolExecutor(2) as threads:
        found = [threads.submit(count_up, *names) for names in (("a", "b"), ("b", "a"))]
        assert sorted(each.result() for each in found) == ["database.busy", "done"]
