"""Beside the designer: a draft tried on one customer and over all, nothing stored, only for who may read them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import gallery
from app.models.customer import Customer
from app.models.ledger import Entry
from app.services import evidence, ratings
from tests.app.desk import bring
from tests.builders import Clock, House, csrf_of

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


def test_a_draft_that_does_not_compile_is_told(house: House, portfolio: dict[str, str]) -> None:
    client = house.client("zhoumin")
    broken = body()
    broken["factors"][0]["value"] = "nobody + 1"
    for name in ("try", "impact"):
        refused = ask(client, name, {"body": broken, "customer": portfolio["C1"]})
        assert refused.status_code == 422
        assert "nobody" in str(refused.get_json()["problems"])


@pytest.mark.parametrize("sent", [
    [], "x", {}, {"body": []}, {"body": {}, "customer": 3}, {"body": {"facts": 1e300}}, None,
])  # fmt: skip
def test_odd_questions(house: House, sent: Any) -> None:
    client = house.client("zhoumin")
    assert ask(client, "try", sent).status_code in (404, 422)
    assert ask(client, "impact", sent).status_code == 422


def test_odd_cells_and_strangers(house: House, portfolio: dict[str, str]) -> None:
    client = house.client("zhoumin")
    for cell in ("A", [1, 2], ["A"], [["A"], None]):
        assert ask(client, "impact", {"body": body(), "cell": cell}).status_code == 404
    assert ask(client, "try", {"body": body(), "customer": "f" * 32}).status_code == 404
    assert ask(house.client("hanxue"), "impact", {"body": body()}).status_code == 403
    assert ask(client, "impact", {"body": body()}, PLACE.replace("/1/", "/9/")).status_code == 404
