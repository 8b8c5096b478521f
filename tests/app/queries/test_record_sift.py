"""Lists narrowed by the few first or along the list: the same records, in the same order, counted alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.queries import record_sift
from app.queries import records as queries
from app.queries.keyset import START, Place
from app.queries.records import Filters, Listing, Wanted
from app.services import books
from tests.app.desk import bring
from tests.app.services.test_records import contract
from tests.builders import House

NUMBERS = ("HT-1", "HT-2", "ht-3", "框架HT-4", "框架HT-5", "X%6", "X_7")
EARLY = Wanted(high="2025-06-03")


def fill(house: House) -> None:
    mine = bring(house)
    other = bring(house, owner="zhangwei", number="C9")
    for place, number in enumerate(NUMBERS):
        whose, by = (mine, "lina") if place % 3 else (other, "zhangwei")
        more = {"amount": str(1000 * place), "signed_on": f"2025-06-0{place + 1}"}
        contract(house, number, whose, by, status="running" if place % 2 else "done", **more)


def found(house: House, by: str, fields: dict[str, Wanted], search: str = "", **more: Any) -> tuple[list[str], int]:
    """Names of all pages of two, and how many the first page counts."""
    with house.reading(by) as view:
        shelf = books.open_to(view.session, view.viewer, "contracts")
        listing = Listing("contracts", shelf.book, books.projections(view.session, shelf))
        names, place, count = [], START, None
        while True:
            page = queries.page(view, listing, Filters(fields, search), place, limit=2, **more)
            names += [row.title for row in page.rows]
            count = page.count if count is None else count
            if page.next is None:
                return names, count
            place = Place(after=page.next)


CASES: list[tuple[dict[str, Wanted], str, dict[str, Any], set[str]]] = [
    ({"signed_on": EARLY}, "", {"sort": "signed_on", "descending": True}, set(NUMBERS[:3])),
    ({"signed_on": EARLY}, "", {"sort": "amount"}, set(NUMBERS[:3])),
    ({"signed_on": EARLY, "status": Wanted("done")}, "", {"sort": "signed_on"}, {"HT-1", "ht-3"}),
    ({"amount": Wanted(low=Decimal(5000))}, "", {"sort": "amount", "descending": True}, {"X%6", "X_7"}),
    ({"contract_no": Wanted("HT", begins=True)}, "", {"sort": "contract_no"}, {"HT-1", "HT-2"}),
    ({"contract_no": Wanted("框架", begins=True)}, "", {"sort": "amount"}, {"框架HT-4", "框架HT-5"}),
    ({"contract_no": Wanted("X%", begins=True)}, "", {"sort": "amount"}, {"X%6"}),
    ({"contract_no": Wanted("\U0010ffff", begins=True)}, "", {"sort": "amount"}, set()),
    ({}, "ht", {"sort": "signed_on"}, {"HT-1", "HT-2", "ht-3", "框架HT-4", "框架HT-5"}),
    ({}, "kuang", {"sort": "signed_on"}, {"框架HT-4", "框架HT-5"}),
    ({}, "架ht-5", {"sort": "signed_on"}, {"框架HT-5"}),
    ({"status": Wanted("running")}, "_7", {"sort": "signed_on"}, set()),
    ({"amount": Wanted(high=Decimal(1000))}, "", {}, {"HT-1", "HT-2"}),
]


@pytest.mark.parametrize("most", [0, 1_000])
def test_few_or_many_the_list_is_the_same(house: House, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr(record_sift, "FEW", most)
    monkeypatch.setattr(record_sift, "SOME", most)
    fill(house)
    own = {name for place, name in enumerate(NUMBERS) if place % 3}
    for fields, search, order, wanted in CASES:
        for by, mine in (("liuyang", wanted), ("lina", wanted & own)):
            names, count = found(house, by, fields, search, **order)
            assert (set(names), len(names), count) == (mine, len(mine), len(mine)), (by, fields, search, order)
            if order.get("sort") in ("signed_on", "amount"):
                expected = sorted(mine, key=NUMBERS.index, reverse=bool(order.get("descending")))
                assert names == expected, (by, fields, search, order)
