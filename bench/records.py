"""How fast the list of a book is with a million records: p50 and p95 of the page by filter and order, questions asked.

Records are copied in bulk from one that was entered, over 5,000 customers, each with its projected values.

    python -m bench.records [--records 1000000] [--pages 60] [--database postgresql+psycopg://…]
"""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import insert, select

from app import gallery
from app.db import new_id
from app.models.customer import Customer
from app.models.record import Projection, Record, RecordValue
from app.services import definitions, records
from app.work import SYSTEM_SUBJECT, Verb
from bench import pages
from tests.app.desk import bring
from tests.builders import House

CHUNK = 5_000
CUSTOMERS = 5_000
BOOK = "contracts"
RAW = {"contract_no": "HT-0", "subject": "仓储服务", "amount": "1000", "signed_on": "2025-12-01", "status": "running"}
STATES = ("running", "done", "done", "done", "stopped")
# Who reaches what: two roles by a formula, one that leaves most records and one that leaves few.
BROAD = 'status != "stopped" and (amount >= 1000000 or signed_on >= date("2025-01-01") or record.owner = user.id)'
NARROW = 'amount >= 4995000 and not(status = "stopped")'
ACCESS = [
    *({"role": role, "read": "all", "write": "all"} for role in ("sales", "risk", "general_manager", "auditor")),
    {"role": "finance", "read": "all", "where": BROAD}, {"role": "manager", "read": "all", "where": NARROW},
]  # fmt: skip
PAGES = {
    "newest signed": f"/books/{BOOK}",
    "by amount, highest first": f"/books/{BOOK}?sort=amount&way=down",
    "by number": f"/books/{BOOK}?sort=contract_no",
    "running": f"/books/{BOOK}?f.status=running",
    "stopped, by amount": f"/books/{BOOK}?f.status=stopped&sort=amount&way=down",
    "5m and more": f"/books/{BOOK}?f.amount.min=4995000",
    "one week of two years": f"/books/{BOOK}?f.signed_on.min=2025-03-03&f.signed_on.max=2025-03-09",
    "running, 1m to 2m, by day": f"/books/{BOOK}?f.status=running&f.amount.min=100%E4%B8%87&f.amount.max=200%E4%B8%87",
    "search by number": f"/books/{BOOK}?q=HT-00777",
}


def restrict(house: House) -> None:
    """The book under access by formula, published before it holds anything."""
    body = gallery.read(f"forms/{BOOK}")["body"]
    body["book"] |= {"access": ACCESS}
    with house.work() as work:
        row = definitions.draft(work, "form", BOOK, {"zh-CN": "合同台账"}, body)
        definitions.publish(work, row, row.row_version)


def customers(house: House) -> list[str]:
    with house.work() as work:
        now = work.now
        owner = house.ids["lina"]
        rows: list[dict[str, object]] = [
            {"id": new_id(), "number": f"B{n:06}", "name": f"客户{n}", "sort_name": f"ke hu {n}|kh{n}",
             "source": "bench", "currency": "CNY", "answers": {}, "owner_id": owner if n % 50 == 0 else None,
             "created_at": now, "changed_at": now, "row_version": 1}
            for n in range(CUSTOMERS)
        ]  # fmt: skip
        work.session.execute(insert(Customer), rows)
        work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": CUSTOMERS})
        return [str(row["id"]) for row in rows]


def fill(house: House, first: str, count: int) -> None:
    """`count` records over all customers, two years and amounts up to 5 million."""
    with house.work() as work:
        base = work.session.get_one(Record, first)
        common = {column.key: getattr(base, column.key) for column in Record.__table__.columns}
        fields = ("contract_no", "customer", "subject", "amount", "signed_on", "ends_on", "status")
        found = work.session.scalars(select(Projection).where(Projection.book == BOOK))
        known = {row.field: (row.id, row.sort) for row in found}
    ids = dict(zip(fields, ("f_01", "f_02", "f_03", "f_04", "f_05", "f_06", "f_08"), strict=True))
    whose, rng, start = customers(house), random.Random(7), date(2024, 1, 1)
    for begin in range(0, count, CHUNK):
        rows, values = [], []
        for n in range(begin, min(begin + CHUNK, count)):
            customer = whose[n % CUSTOMERS]
            answers = {
                **base.answers, "contract_no": f"HT-{n:07}", "customer": customer, "status": rng.choice(STATES),
                "amount": str(rng.randint(1, 5000) * 1000),
                "signed_on": (start + timedelta(days=rng.randint(0, 730))).isoformat(),
            }  # fmt: skip
            title = answers["contract_no"]
            row = {**common, "id": new_id(), "title": title, "sort_title": title.lower(), "customer_id": customer}
            rows.append({**row, "answers": answers})
            for key, field in ids.items():
                projection, sort = known[field]
                said = answers.get(key)
                cell = {"text": None, "number": None, sort: Decimal(said) if sort == "number" and said else said}
                values.append({"record_id": row["id"], "projection_id": projection, "place": 0, **cell})
        with house.work() as work:
            work.session.execute(insert(Record), rows)
            work.session.execute(insert(RecordValue), values)
            work.record(Verb.CUSTOMERS_IMPORTED, SYSTEM_SUBJECT, {"rows": len(rows)})


def main() -> None:
    given = pages.options(__doc__, "records", 1_000_000).parse_args()
    with pages.furnished(given.database) as house:
        restrict(house)
        customer = bring(house)
        with house.work("liuyang") as work:
            first = records.create(work, BOOK, {**RAW, "customer": customer}).id
        began = time.perf_counter()
        fill(house, first, given.records)
        print(f"{given.records} records stored in {time.perf_counter() - began:.1f} s")
        pages.analyse(house)
        second = pages.following(house.client("liuyang"), f"/books/{BOOK}")
        print("as the credit manager, who reads all")
        pages.show(house, "liuyang", {**PAGES, "second page": second}, given.pages)
        print("as a salesperson, who reads those of a fiftieth of the customers")
        pages.show(house, "lina", PAGES, given.pages)
        print("as finance, by a formula that leaves most")
        pages.show(house, "sunli", PAGES, given.pages)
        print("as a manager, by a formula that leaves few")
        pages.show(house, "heping", PAGES, given.pages)


if __name__ == "__main__":
    main()
