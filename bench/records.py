"""How fast the list of a book is with a million records: p50, p95 and worst of its pages by filter, order and reader.

The records are written in bulk (`bench.records_fill`). A page in the middle is gone to by its keyset, as by the button
for the next page. With ``--home`` the filled house is kept and measured again the next time.

    python -m bench.records [--records 1000000] [--pages 60] [--database postgresql+psycopg://…] [--home FOLDER]
"""

from __future__ import annotations

import time
from urllib.parse import quote

from sqlalchemy import select

from app.models.record import Record
from app.services import records
from bench import pages
from bench.records_fill import BOOK, RAW, fill, filled, restrict
from tests.app.desk import bring
from tests.builders import House

AT = f"/books/{BOOK}"
SORTED = {
    f"by {key}, {way}": f"{AT}?sort={key}&way={way}"
    for key in ("contract_no", "customer", "subject", "amount", "signed_on", "ends_on", "status")
    for way in ("up", "down")
}
NARROWED = {
    "choice, many: done": f"{AT}?f.status=done",
    "choice: stopped, by amount": f"{AT}?f.status=stopped&sort=amount&way=down",
    "money, few: 4.995m and more": f"{AT}?f.amount.min=4995000",
    "money, many: 1m and more": f"{AT}?f.amount.min=1000000",
    "days, few: one week": f"{AT}?f.signed_on.min=2025-03-03&f.signed_on.max=2025-03-09",
    "days, half: a year, by amount": f"{AT}?f.signed_on.min=2025-01-01&f.signed_on.max=2025-12-31&sort=amount",
    "days, far end": f"{AT}?f.signed_on.max=2024-03-31",
    "text begins, few": f"{AT}?f.contract_no=HT-00777",
    "text begins, many": f"{AT}?f.contract_no=HT",
    "text begins, an eighth": f"{AT}?f.subject={quote('仓储')}",
    "three at once": f"{AT}?f.status=running&f.amount.min=1000000&f.amount.max=2000000&sort=signed_on",
    "three, none found": f"{AT}?f.status=running&f.amount.max=1000&f.signed_on.max=2024-01-01&f.contract_no=X",
    "search, few": f"{AT}?q=HT-00777",
    "search, a tenth": f"{AT}?q={quote('框架')}",
    "search, all": f"{AT}?q=ht",
    "search, none": f"{AT}?q=nothing",
    "search, Chinese, none": f"{AT}?q={quote('没有')}",
}
SHORT = (
    "choice, many: done", "choice: stopped, by amount", "money, many: 1m and more", "days, few: one week",
    "days, far end", "text begins, many", "search, few", "search, a tenth",
)  # fmt: skip
READERS = {
    "lina": "a salesperson: those of a fiftieth of the customers",
    "wangqiang": "a head of sales: those of the departments below, a fifth",
    "sunli": "finance: a formula that leaves most",
    "heping": "a manager: a formula that leaves a thousandth, of the highest amounts",
    "hanxue": "an auditor: up to a money limit, a fifth",
    "gaoyuan": "a general manager: own ones and the own department's, an eighth",
}


def listed(house: House) -> dict[str, str]:
    """Every page measured, with those that need to know what is in the book."""
    with house.work() as work:
        rows = work.session.execute(select(Record.id, Record.customer_id).where(Record.book == BOOK).limit(7)).all()
    middle, customer = rows[-1].id, rows[-1].customer_id
    return {
        "as it opens": AT, **SORTED,
        "from the middle, by day": f"{AT}?after={middle}",
        "from the middle, by amount": f"{AT}?sort=amount&way=down&after={middle}",
        "from the middle, by status": f"{AT}?sort=status&after={middle}",
        "back from the middle": f"{AT}?sort=amount&before={middle}",
        "customer": f"{AT}?customer={customer}",
        "customer, by amount": f"{AT}?customer={customer}&sort=amount",
        **NARROWED, "removed": f"{AT}?removed=1", "books, with counts": "/books",
    }  # fmt: skip


def main() -> None:
    given = pages.options(__doc__, "records", 1_000_000)
    given.add_argument("--only", default="", help="readers, by name; default all")
    asked = given.parse_args()
    with pages.furnished(asked.database, asked.home) as house:
        if filled(house) < asked.records:
            restrict(house)
            customer = bring(house)
            with house.work("liuyang") as work:
                first = records.create(work, BOOK, {**RAW, "customer": customer}).id
            began, busy = time.perf_counter(), time.process_time()
            fill(house, first, asked.records)
            spent = time.perf_counter() - began, time.process_time() - busy
            print(f"{asked.records} records stored in {spent[0]:.1f} s, {spent[1]:.1f} s of this processor")
            pages.analyse(house)
        all_pages = listed(house)
        short = {name: where for name, where in all_pages.items() if name in ("as it opens", *SHORT, "customer")}
        for who, words in {"liuyang": "the credit manager: all", **READERS}.items():
            if not asked.only or who in asked.only.split(","):
                print(f"as {words}")
                pages.show(house, who, all_pages if who == "liuyang" else short, asked.pages)


if __name__ == "__main__":
    main()
