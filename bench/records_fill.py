"""A book of a million records for measurements: written in bulk by the writer of the projections, indexes made last.

What a list can meet is spread over them: a fiftieth of the customers is one salesperson's and a fifth belongs to Sales
East; records have owners and departments of their own; days lie in two years, amounts go up to five million.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Index, Table, func, insert, select, text

from app import gallery
from app.db import new_id
from app.models.customer import Customer
from app.models.people import Department
from app.models.record import Record, RecordUnique, RecordValue
from app.services import books, definitions
from app.services.customers import sort_name
from app.services.record_values import uniques_of, values_of
from app.work import SYSTEM_SUBJECT, Verb
from tests.builders import House

CHUNK = 5_000
CUSTOMERS = 5_000
BOOK = "contracts"
RAW = {"contract_no": "HT-0", "subject": "仓储服务", "amount": "1000", "signed_on": "2025-12-01", "status": "running"}
SUBJECTS = ("仓储服务", "钢材采购", "设备租赁", "运输服务", "软件开发", "厂房装修", "原料供应", "广告投放")
STATES = ("running", "done", "done", "done", "stopped")
# Who reaches what. By a formula: most of them, few of them, up to an amount, and their own or their department's.
BROAD = 'status != "stopped" and (amount >= 1000000 or signed_on >= date("2025-01-01") or record.owner = user.id)'
NARROW = 'amount >= 4995000 and not(status = "stopped")'
LIMITED = "amount <= 1000000"
OWN = "record.owner = user.id or record.department = user.department_id"
ACCESS = [
    *({"role": role, "read": "all", "write": "all"} for role in ("sales", "risk")),
    *({"role": role, "read": "all", "where": where} for role, where in (
        ("finance", BROAD), ("manager", NARROW), ("auditor", LIMITED), ("general_manager", OWN),
    )),
]  # fmt: skip


def restrict(house: House) -> None:
    """The book under access by formula, every column of its list a filter, published before it holds anything."""
    body = gallery.read(f"forms/{BOOK}")["body"]
    body["book"] |= {"access": ACCESS, "filters": ["contract_no", "subject", "status", "amount", "signed_on"]}
    with house.work() as work:
        row = definitions.draft(work, "form", BOOK, {"zh-CN": "合同台账"}, body)
        definitions.publish(work, row, row.row_version)


def filled(house: House) -> int:
    """How many records the book holds."""
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(Record).where(Record.book == BOOK)) or 0


def customers(house: House) -> list[str]:
    with house.work() as work:
        now, owner = work.now, house.ids["lina"]
        east = work.session.scalar(select(Department.id).where(Department.key == "sales_east"))
        rows: list[dict[str, object]] = [
            {"id": new_id(), "number": f"B{n:06}", "name": f"客户{n}", "sort_name": f"ke hu {n}|kh{n}",
             "source": "bench", "currency": "CNY", "answers": {}, "owner_id": owner if n % 50 == 0 else None,
             "department_id": east if n % 5 == 0 else None, "created_at": now, "changed_at": now, "row_version": 1}
            for n in range(CUSTOMERS)
        ]  # fmt: skip
        work.session.execute(insert(Customer), rows)
        work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": CUSTOMERS})
        return [str(row["id"]) for row in rows]


def fill(house: House, first: str, count: int) -> None:
    """`count` records like the one called `first`, over all customers."""
    whose, rng = customers(house), random.Random(7)
    with house.work() as work:
        base = work.session.get_one(Record, first)
        common = {column.key: getattr(base, column.key) for column in Record.__table__.columns}
        shelf = books.find(work.session, BOOK)
        known = books.projections(work.session, shelf)
        work.session.expunge_all()
        heads = list(work.session.scalars(select(Department.id).order_by(Department.key)))
    people = [house.ids[name] for name in ("gaoyuan", "sunli", "lina", "zhangwei", "liuyang")]
    tables: list[Table] = [each.__table__ for each in (Record, RecordValue, RecordUnique)]  # type: ignore[misc]
    waiting = [index for table in tables for index in sorted(table.indexes, key=lambda each: str(each.name))]
    with house.work() as work:
        _each(work.session.connection(), waiting, make=False)
    for begin in range(0, count, CHUNK):
        rows = list(_rows(common, whose, people, heads, rng, range(begin, min(begin + CHUNK, count))))
        values, holds = [], []
        for row in rows:
            values += values_of(shelf, row["id"], row["answers"], known)
            holds += uniques_of(shelf, row["id"], row["customer_id"], row["answers"], known)
        with house.work() as work:
            connection = work.session.connection()
            for table, lines in zip(tables, (rows, values, holds), strict=True):
                connection.execute(table.insert(), lines)
            work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": len(rows)})
    with house.work() as work:
        _each(work.session.connection(), waiting, make=True)


def _rows(
    common: Mapping[str, Any], whose: list[str], people: list[str], heads: list[str], rng: random.Random, some: range
) -> Iterator[dict[str, Any]]:
    start = date(2024, 1, 1)
    for n in some:
        number = f"框架HT-{n:07}" if n % 10 == 0 else f"HT-{n:07}"
        customer = whose[n % len(whose)]
        answers = {
            **common["answers"], "contract_no": number, "customer": customer, "status": rng.choice(STATES),
            "subject": rng.choice(SUBJECTS), "amount": str(rng.randint(1, 5000) * 1000),
            "signed_on": (start + timedelta(days=rng.randint(0, 730))).isoformat(),
        }  # fmt: skip
        yield {
            **common, "id": new_id(), "title": number, "sort_title": sort_name(number), "customer_id": customer,
            "owner_id": people[0] if n % 200 == 0 else people[n % 5], "department_id": heads[n % len(heads)],
            "changed_at": common["changed_at"] - timedelta(minutes=n % 500_000), "answers": answers,
        }  # fmt: skip


def _each(connection: Connection, indexes: list[Index], *, make: bool) -> None:
    if make and connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
    for index in indexes:
        (index.create if make else index.drop)(connection)
