"""The list of customers walked page by page in both directions, with and without values to sort by, and in scope."""

from __future__ import annotations

from decimal import Decimal as D

import pytest

from app.access import Missing
from app.models.customer import Customer
from app.queries import customers as queries
from app.queries import keyset
from app.queries.customers import Filters
from app.queries.keyset import Place
from app.services import customers
from app.work import SYSTEM_SUBJECT, Verb
from tests.builders import House

SCORES = (D("80.5"), None, D("61.25"), D("80.5"), None, D("99.99"), D("0"), D("80.5"))


def fill(house: House, owners: tuple[str, ...] = ("lina",)) -> list[str]:
    """Customers N0 … N7 with the scores above, several of them equal, some without."""
    with house.work() as work:
        ids = []
        for number, score in enumerate(SCORES):
            row = customers.create(
                work, {"number": f"N{number}", "name": f"客户{number}", "currency": "CNY"}, source="test",
                owner_id=house.ids[owners[number % len(owners)]],
            )  # fmt: skip
            row.score = score
            row.exposure, row.limit_amount = D(number * 100), D(250) if number % 2 else None
            row.overdue = D(number) if number > 5 else D(0)
            row.coverage = D(70) if number == 3 else D(100)
            ids.append(row.id)
        work.record(Verb.CUSTOMER_CHANGED, SYSTEM_SUBJECT, {})
    return ids


@pytest.fixture
def pages_of_three(monkeypatch: pytest.MonkeyPatch) -> None:

    def walk(session: object, query: object, sorting: object, place: object) -> object:
        return keyset.walk(session, query, sorting, place, 3)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "walk", walk)


@pytest.mark.usefixtures("pages_of_three")
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["name", "score", "exposure", "grade"])
def test_forth_and_back_meets_everybody_once(house: House, sort: str, descending: bool) -> None:
    fill(house)
    with house.reading("sunli") as view:
        forth, page = [], queries.page(view, Filters(), Place(), sort=sort, descending=descending)
        assert page.previous is None
        while True:
            forth.append([row.number for row in page.rows])
            if page.next is None:
                break
            page = queries.page(view, Filters(), Place(after=page.next), sort=sort, descending=descending)
        back = [[row.number for row in page.rows]]
        while page.previous is not None:
            page = queries.page(view, Filters(), Place(before=page.previous), sort=sort, descending=descending)
            back.insert(0, [row.number for row in page.rows])
    flat = [number for rows in forth for number in rows]
    assert sorted(flat) == [f"N{n}" for n in range(8)]
    assert [len(rows) for rows in forth] == [3, 3, 2]
    assert [number for rows in back for number in rows] == flat
    if sort == "score":
        scored = [SCORES[int(number[1])] for number in flat]
        known = [score for score in scored if score is not None]
        assert known == sorted(known, reverse=descending)
        assert scored[len(known):] == [None, None], "who has no score comes last, whichever way"


def test_scope_narrows_lists_counts_files_and_choices(house: House) -> None:
    ids = fill(house, ("lina", "zhangwei"))
    with house.reading("lina") as view:
        page = queries.page(view, Filters(), Place())
        assert [row.number for row in page.rows] == ["N0", "N2", "N4", "N6"]
        assert page.count == 4
        assert [name for _, name in queries.owners(view)] == ["李娜"]
        assert [each.number for each in queries.choices(view, "客户")] == ["N0", "N2", "N4", "N6"]
        assert queries.choice(view, ids[1]) is None
        with pytest.raises(Missing):
            queries.file(view, ids[1])
    with house.reading("sunli") as view:
        assert queries.page(view, Filters(), Place()).count == 8
        assert len(queries.owners(view)) == 2


def test_filters(house: House) -> None:
    fill(house)
    with house.reading("sunli") as view:

        def found(**filters: object) -> list[str]:
            return [row.number for row in queries.page(view, Filters(**filters), Place()).rows]  # type: ignore[arg-type]

        assert found(over_limit=True) == ["N3", "N5", "N7"], "without a limit nobody is over it"
        assert found(overdue=True) == ["N6", "N7"]
        assert found(low_coverage=True) == ["N3"]
        assert found(grade=queries.UNRATED) == [f"N{n}" for n in range(8)]
        assert found(search="kh3") == ["N3"], "initials of the pinyin"
        assert found(search="N7") == ["N7"]
        assert found(search="%") == []
        assert found(search="_") == []
        assert found(search="客" * 500) == []


def test_counting_stops(house: House) -> None:
    fill(house)
    with house.reading("sunli") as view:
        from sqlalchemy import select

        from app.queries.keyset import counted

        assert counted(view.session, select(Customer.id), 5) == 6


def test_utilisation() -> None:
    assert queries.utilisation(D(6960000), D(7700000)) == D("1.1063")
    assert queries.utilisation(D(0), D(1)) is None
    assert queries.utilisation(None, D(1)) is None
