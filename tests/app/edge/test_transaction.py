"""Rows and entries commit together or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

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
