"""Beside the designer: what each name and each formula of a draft comes to for one customer, with causes of nulls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.services import evidence
from tests.app.desk import bring
from tests.app.web.test_studio_effect import ask, body, entries
from tests.builders import Clock, House


def draft(value: str, dialect: str = "feel") -> dict[str, Any]:
    """The demo's scorecard whose first factor reads a formula of its own."""
    found = body()
    found["examples"] = []
    found["factors"][0] |= {"key": "OWN", "value": value, "dialect": dialect}
    return found


PLACE = "/body/factors/0/value"


def test_values_of_names_and_of_formulas(house: House) -> None:
    client, customer = house.client("zhoumin"), bring(house, "C1")
    before = entries(house)
    text = 'if "𠮷" = "" then 1 else FIN_DEBT + 1'
    told = ask(client, "values", {"body": draft(text), "customer": customer}).get_json()
    score = ask(client, "try", {"body": draft("FIN_DEBT + 1"), "customer": customer}).get_json()
    debt, whole = score["factors"]["FIN_DEBT"]["value"], score["factors"]["OWN"]["value"]
    assert told["names"]["FIN_DEBT"] == {"value": debt}
    formula = told["formulas"][PLACE]
    assert (formula["text"], formula["value"]) == (text, whole)
    parts = {tuple(part["span"]): part.get("value") for part in formula["parts"]}
    assert parts[(25, 37)] == whole, "spans count UTF-16 units"
    assert parts[(25, 33)] == debt
    assert told["formulas"]["/body/knockouts/0/when"]["value"] == "否"
    other = draft("if FIN_DEBT > 100 then FIN_DEBT * 2 else 1")
    parts = ask(client, "values", {"body": other, "customer": customer}).get_json()["formulas"][PLACE]["parts"]
    assert [part for part in parts if part["span"] == [23, 35]] == [
        {"span": [23, 35], "value": None, "why": ["没有计算到这里：条件选了另一个分支"]}
    ]
    assert entries(house) == before


def test_each_null_says_why(house: House, clock: Clock) -> None:
    customer = bring(house, "C1")

    def formula(text: str) -> dict[str, Any]:
        sent = draft(text)
        sent["facts"].append({"key": "newcomer", "type": "number", "label": {"zh-CN": "新数据"}})
        answer = ask(house.client("zhoumin"), "values", {"body": sent, "customer": customer})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return {**found["formulas"].get(PLACE, {}), "newcomer": found["names"]["newcomer"]}

    missing = formula("newcomer + 1")
    assert (missing["value"], missing["why"]) == (None, ["缺少「新数据」"])
    assert missing["newcomer"] == {"value": None, "why": ["缺少「新数据」"]}
    fault = formula("FIN_DEBT / 0")
    assert (fault["value"], fault["why"]) == (None, ["除数「0」为 0"])
    written = formula("if FIN_DEBT > 100 then 1 else null")
    assert (written["value"], written["why"]) == (None, ["空值：公式就是这样写的"])
    with house.work("zhoumin") as work:
        day = clock.now.date()
        evidence.store(work, customer, "erp", "erp", day - timedelta(days=9), {"newcomer": "5"},
                       expires_on=day - timedelta(days=2))  # fmt: skip
    stale = formula("newcomer + 1")
    assert (stale["value"], len(stale["why"])) == (None, 1)
    assert "「新数据」已过期" in stale["why"][0]


def test_who_may_ask_and_what_is_refused(house: House) -> None:
    customer = bring(house, "C1")
    client = house.client("zhoumin")
    sent = {"body": body(), "customer": customer}
    assert ask(house.client("lina"), "values", sent).status_code == 403
    assert ask(client, "values", {**sent, "customer": "nobody"}).status_code == 404
    assert ask(client, "values", {"body": body()}).status_code == 422
    assert ask(client, "values", {"body": [], "customer": customer}).status_code == 422
    assert ask(client, "values", sent, "/studio/scorecard/nowhere/1/design").status_code == 404
    broken = ask(client, "values", {"body": draft("FIN_DEBT +"), "customer": customer})
    assert broken.status_code == 200
    assert list(broken.get_json()) == ["unfinished"]
    long = draft('"' + "长" * 900 + '"')
    assert ask(client, "values", {"body": long, "customer": customer}).status_code in (200, 422)
