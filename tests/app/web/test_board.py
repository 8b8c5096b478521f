"""The board as managers open it: figures in both languages, links to their rows, and nobody without the right."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from app.queries import board
from tests.app.queries.test_board import fill, open_cases
from tests.app.statements import statements
from tests.builders import House, csrf_of


@pytest.fixture
def manager(house: House) -> FlaskClient:
    open_cases(house)
    return house.client("heping")


def text(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def links(html: str) -> list[str]:
    return sorted({unescape(each) for each in re.findall(r'href="(/[^"]*)"', html)})


def charts(html: str) -> list[dict]:
    return [json.loads(each) for each in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', html, re.S)]


def test_figures_are_those_of_the_query(house: House, manager: FlaskClient) -> None:
    html = text(manager, "/board")
    with house.reading("heping") as view:
        found = board.portfolio(view)
    assert f"¥{found.total.exposure:,.2f}" in html
    assert f"¥{found.total.limit:,.2f}" in html
    assert "截至 2026年1月5日 09:00" in html
    grades, amounts, ages = charts(html)
    assert sum(grades["values"]) == found.total.customers
    assert grades["x"] == [line.grade or "尚无等级" for line in found.grades]
    assert [each["name"] for each in amounts["series"]] == ["授信额度", "信用敞口", "逾期金额"]
    assert sum(sum(each["values"]) for each in ages["series"]) == 5


def test_each_link_of_the_board_opens(manager: FlaskClient) -> None:
    own = [each for each in links(text(manager, "/board")) if each.startswith(("/board", "/customers"))]
    assert {"/board/cases?status=open", "/board/limits", "/board/cases?step=sales"} <= set(own)
    assert any("grade=" in each for each in own)
    assert any("industry=" in each for each in own)
    for each in own:
        text(manager, each)


def test_both_languages(house: House, manager: FlaskClient) -> None:
    html = text(manager, "/board")
    manager.post("/language", data={"lang": "en", "next": "/board", "csrf_token": csrf_of(html)})
    for address, words in (
        ("/board", "Concentration by industry"), ("/board/cases", "Oldest first"), ("/board/limits", "Expired")
    ):  # fmt: skip
        page = text(manager, address)
        assert words in page
        shown = re.sub(r"<script.*?</script>", "", page, flags=re.S)
        assert not re.search("经营看板|信用敞口|授信额度|审批单", shown)


def test_an_empty_house_says_what_to_do_next(house: House) -> None:
    html = text(house.client("zhaolei"), "/board")
    assert "还没有客户" in html
    assert "/imports" in html, "finance may import"
    assert "/imports" not in text(house.client("heping"), "/board"), "a manager may not"
    assert "没有符合条件的审批单" in text(house.client("heping"), "/board/cases?status=open")
    assert "没有符合条件的授信额度" in text(house.client("heping"), "/board/limits")


@pytest.mark.parametrize("address", ["/board", "/board/cases", "/board/limits"])
def test_who_may_open_it(house: House, address: str) -> None:
    for username, status in (("lina", 403), ("hanxue", 403), ("chenan", 403), ("gaoyuan", 200), ("zhenghua", 200)):
        assert house.client(username).get(address).status_code == status
    assert house.app.test_client().get(address).status_code == 303


def test_nonsense_in_the_address_is_no_fault(manager: FlaskClient) -> None:
    for query in ("status=zzz", "age=zzz&step=%01", "after=nobody", "before=nobody", "status=" + "x" * 500):
        text(manager, f"/board/cases?{query}")
    for query in ("grade=%F0%9F%98%80", "after=nobody", "over=0"):
        text(manager, f"/board/limits?{query}")


def test_pages_of_cases_and_limits_follow_one_another(house: House) -> None:
    fill(house, 160)
    client, seen, address = house.client("heping"), [], "/board/limits"
    while address:
        html = text(client, address)
        seen += re.findall(r'class="row-link" href="([^"]+)"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        address = unescape(following[1]) if following else ""
    assert len(seen) == len(set(seen)) == 160 - 54


def test_a_dozen_statements_whatever_there_is(house: House, manager: FlaskClient) -> None:
    text(manager, "/board")
    with statements(house.instance.database.read) as seen:
        text(manager, "/board")
    asked = [each for each in seen if re.search(r"FROM (customers|cases|tasks|decisions|\()", each)]
    assert len(asked) <= 12, asked
    assert len(seen) <= 22, "with session, person and menu"
