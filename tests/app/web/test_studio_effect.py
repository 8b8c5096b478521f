"""Beside the designer: a draft tried on one customer and over all, nothing stored, only for who may read them."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import gallery
from app.models.customer import Customer, Occurrence
from app.models.ledger import Entry
from app.services import evidence, ratings
from app.work import Subject, Verb
from tests.app.desk import bring
from tests.builders import Clock, House, csrf_of

TODAY = date(2026, 1, 5)  # of the clock of the tests
PLACE = "/studio/scorecard/customer_rating/1/design"
Body = dict[str, Any]


@pytest.fixture
def portfolio(house: House) -> dict[str, str]:
    """The worked customers, rated under the version in force: AA, BB, … ."""
    found = {key: bring(house, key) for key in ("C1", "C2", "C3")}
    with house.work("liuyang") as work:
        for customer_id in found.values():
            ratings.rerate(work, customer_id)
    return found


def body() -> Body:
    found: Body = copy.deepcopy(gallery.read("scorecards/customer_rating")["body"])
    return found


def stricter() -> Body:
    """Every grade asks ten points more."""
    found = body()
    for grade in found["grades"]:
        if grade["min"] not in (None, "0"):
            grade["min"] = str(int(grade["min"]) + 10)
    found["examples"] = []
    return found


def ask(client: FlaskClient, name: str, sent: Any, place: str = PLACE) -> TestResponse:
    token = csrf_of(client.get("/me").get_data(as_text=True))
    headers = {"X-CSRF-Token": token, "Accept": "application/json"}
    return client.post(f"{place}/{name}", json=sent, headers=headers)


def entries(house: House) -> int:
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(Entry)) or 0


def test_one_customer_under_draft_and_version_in_force(house: House, portfolio: dict[str, str]) -> None:
    client = house.client("zhoumin")
    before = entries(house)
    found = client.get(f"{PLACE}/customers?q=蓝海").get_json()["customers"]
    assert [each["id"] for each in found] == [portfolio["C2"]]
    told = ask(client, "try", {"body": stricter(), "customer": portfolio["C2"]}).get_json()
    assert (told["before"]["total"], told["before"]["grade"], told["version"]) == ("56.05", "BB", 1)
    assert (told["after"]["total"], told["after"]["grade"]) == ("56.05", "B")
    heavier = body()
    heavier["factors"][0]["bands"]["cuts"][1]["points"] = "75"
    told = ask(client, "try", {"body": heavier, "customer": portfolio["C1"]}).get_json()
    moved = {key: (each["before"], each["points"]) for key, each in told["factors"].items()
             if each["before"] != each["points"]}  # fmt: skip
    assert moved == {"FIN_OCF_SALES": ("80", "75")}
    assert entries(house) == before, "nothing is stored"


def test_everybody_and_who_moves(house: House, portfolio: dict[str, str]) -> None:
    client = house.client("zhoumin")
    same = ask(client, "impact", {"body": body()}).get_json()
    assert (same["customers"], same["up"], same["down"], same["unchanged"]) == (3, 0, 0, 3)
    told = ask(client, "impact", {"body": stricter()}).get_json()
    assert told["up"] == 0
    assert told["down"] >= 1
    assert told["up"] + told["down"] + told["unchanged"] + told["other"] == 3
    assert sum(map(sum, told["matrix"])) == 3
    cell = ask(client, "impact", {"body": stricter(), "cell": ["BB", "B"]}).get_json()
    assert [each["id"] for each in cell["customers"]] == [portfolio["C2"]]
    assert cell["customers"][0]["address"] == f"/customers/{portfolio['C2']}/rating"
    assert ask(client, "impact", {"body": stricter(), "cell": ["AAA", "D"]}).get_json()["customers"] == []


def test_the_grades_are_those_a_rating_gives(house: House, portfolio: dict[str, str], clock: Clock) -> None:
    """What-if and the real thing agree customer by customer, also after a new rating (kept columns are read anew)."""
    client = house.client("zhoumin")
    for turn in range(2):
        told = ask(client, "impact", {"body": stricter()}).get_json()
        for key in portfolio.values():
            one = ask(client, "try", {"body": stricter(), "customer": key}).get_json()
            at = told["rows"].index(one["before"]["grade"]), told["columns"].index(one["after"]["grade"])
            assert told["matrix"][at[0]][at[1]] >= 1
        if turn == 0:
            clock.forward(hours=1)
            with house.work("liuyang") as work:
                facts = {"dishonest_active": True}
                evidence.store(work, portfolio["C2"], "court", "gsxt", clock.now.date(), facts)
                assert ratings.rerate(work, portfolio["C2"]).assessment is not None
                grade = work.session.get_one(Customer, portfolio["C2"]).grade
            assert told["matrix"][told["rows"].index("BB")][told["columns"].index("B")] == 1
            assert grade == "D"


def test_a_fact_no_rating_has_used_comes_from_the_evidence(house: House, portfolio: dict[str, str]) -> None:
    draft = body()
    draft["examples"] = []
    draft["facts"].append({"key": "shop_size", "type": "number"})
    draft["knockouts"].append({"id": "K99", "effect": "knock_out", "grade": "D", "when": "shop_size > 5",
                               "on_unknown": "name", "label": {"zh-CN": "店面过大"}})  # fmt: skip
    client = house.client("zhoumin")
    assert ask(client, "impact", {"body": draft}).get_json()["down"] == 0
    with house.work() as work:
        evidence.store(work, portfolio["C1"], "shop", "visit", work.today, {"shop_size": "9"})
    assert ask(client, "impact", {"body": draft}).get_json()["down"] == 1


def bands(client: FlaskClient, draft: Body) -> Any:
    answer = ask(client, "bands", {"body": draft})
    assert answer.status_code == 200, answer.get_json()
    return answer.get_json()


def known_since(house: House, customer_id: str, day: date | None) -> None:
    with house.work() as work:
        row = work.session.get_one(Customer, customer_id)
        row.customer_since = day
        work.record(Verb.CUSTOMER_CHANGED, Subject("customer", customer_id), {"name": row.name})


def test_how_many_fall_into_each_band_and_which_turned_bad(house: House, portfolio: dict[str, str]) -> None:
    """Counts are those of the rating; unknown outcomes count neither as good nor as bad."""
    client = house.client("zhoumin")
    told = bands(client, body())
    assert (told["customers"], told["known"], told["bad"], told["rate"]) == (3, 0, 0, None)
    assert told["as_of"] == TODAY.isoformat()
    assert told["definition"]["days"] == 90
    for key in portfolio.values():
        one = ask(client, "try", {"body": body(), "customer": key}).get_json()["factors"]
        for factor in body()["factors"]:
            cuts = [*(cut["points"] for cut in factor["bands"].get("cuts", ())), factor["bands"].get("otherwise")]
            found = told["factors"][factor["key"]]
            if one[factor["key"]]["points"] is None:
                assert found["missing"]["customers"] >= 1
            elif len(found["bands"]) > 1:
                assert found["bands"][cuts.index(one[factor["key"]]["points"])]["customers"] >= 1
    for found in told["factors"].values():
        assert sum(each["customers"] for each in [*found["bands"], found["missing"]]) == 3
        assert all(each["rate"] is None for each in found["bands"])

    for name in ("C1", "C2"):
        known_since(house, portfolio[name], date(2020, 1, 1))
    with house.work() as work:
        evidence.store(work, portfolio["C2"], "court", "gsxt", work.today, {"bankruptcy_filing": True})
    told = bands(client, body())
    assert (told["known"], told["bad"], told["rate"]) == (2, 1, "50.0")
    with house.work() as work:  # a newer copy of the same source withdraws it; another one goes out of date
        evidence.store(work, portfolio["C2"], "court", "gsxt", work.today, {"bankruptcy_filing": False})
        yesterday = work.today - timedelta(days=1)
        evidence.store(work, portfolio["C3"], "old", "x", yesterday, {"max_dpd": "400"}, expires_on=yesterday)
    told = bands(client, body())
    assert (told["known"], told["bad"]) == (2, 0)
    with house.work() as work:
        work.session.add(Occurrence(
            customer_id=portfolio["C3"], external_id="E1", day=work.today - timedelta(days=300),
            kind="bankruptcy_filing", severity="critical", source="x", description="",
        ))  # fmt: skip
        evidence.store(work, portfolio["C1"], "bureau", "x", work.today, {})
    told = bands(client, body())
    assert (told["known"], told["bad"]) == (3, 1), "a petition of the last 12 months, whatever became of it"


def test_counts_follow_the_bands_of_the_draft(house: House, portfolio: dict[str, str]) -> None:
    client = house.client("zhoumin")
    draft = body()
    draft["factors"][0]["bands"] = {"kind": "steps", "match": "gte", "cuts": [{"edge": "-99", "points": "9"}],
                                    "otherwise": "1"}  # fmt: skip
    key = draft["factors"][0]["key"]
    before, after = bands(client, body())["factors"][key], bands(client, draft)["factors"][key]
    assert len(before["bands"]) == 5
    assert [each["customers"] for each in after["bands"]] == [3 - before["missing"]["customers"], 0]
    assert after["missing"] == before["missing"]
    told = ask(client, "impact", {"body": draft}).get_json()
    assert told["both"] == 3
    scores = [ask(client, "try", {"body": draft, "customer": each}).get_json() for each in portfolio.values()]
    for place, side in enumerate(("before", "after")):
        mean = sum(Decimal(each[side]["total"]) for each in scores) / 3
        assert Decimal(told["means"][place]) == mean.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_counts_of_nobody(house: House) -> None:
    told = bands(house.client("zhoumin"), body())
    assert (told["customers"], told["rate"]) == (0, None)
    assert all(each["missing"]["customers"] == 0 for each in told["factors"].values())


def test_a_draft_that_does_not_compile_is_told(house: House, portfolio: dict[str, str]) -> None:
    client = house.client("zhoumin")
    broken = body()
    broken["factors"][0]["value"] = "nobody + 1"
    for name in ("try", "impact", "values", "bands"):
        told = ask(client, name, {"body": broken, "customer": portfolio["C1"]})
        assert told.status_code == 200, "a draft that is still being written is no fault"
        assert list(told.get_json()) == ["unfinished"]
        assert "nobody" in told.get_json()["unfinished"][0]


@pytest.mark.parametrize("sent", [
    [], "x", {}, {"body": []}, {"body": {}, "customer": 3}, {"body": {"facts": 1e300}}, None,
])  # fmt: skip
def test_odd_questions(house: House, sent: Any) -> None:
    client = house.client("zhoumin")
    assert ask(client, "try", sent).status_code in (404, 422)
    for name in ("impact", "bands"):
        answer = ask(client, name, sent)
        assert answer.status_code == 422 or "unfinished" in answer.get_json()


def test_odd_cells_and_strangers(house: House, portfolio: dict[str, str]) -> None:
    client = house.client("zhoumin")
    for cell in ("A", [1, 2], ["A"], [["A"], None]):
        assert ask(client, "impact", {"body": body(), "cell": cell}).status_code == 404
    assert ask(client, "try", {"body": body(), "customer": "f" * 32}).status_code == 404
    for name in ("impact", "bands"):
        assert ask(house.client("hanxue"), name, {"body": body()}).status_code == 403
    assert ask(client, "impact", {"body": body()}, PLACE.replace("/1/", "/9/")).status_code == 404
