"""Every page of the desk in both languages, whose customers a person sees, and what a page costs."""

from __future__ import annotations

import re

import pytest

from app.services import ratings
from tests.app.desk import apply_for, bring, owe
from tests.app.statements import statements
from tests.app.web.desk_browser import post, rated, speak, text
from tests.builders import House

TABS = ("", "/rating", "/ratings", "/evidence", "/credit", "/requests", "/occurrences")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_page_answers_in_both_languages(house: House, language: str) -> None:
    customer_id = rated(house)
    owe(house, customer_id, "150000")
    apply_for(house, customer_id)
    speak(house, "lina", language)
    client = house.client("lina")
    pages = [f"/customers/{customer_id}{tab}" for tab in TABS]
    pages += ["/customers", "/customers/new", f"/customers/{customer_id}/edit", "/requests", "/requests?whose=all",
              "/requests/new", f"/requests/new?customer={customer_id}", "/ratings",
              "/requests/customers?customer_search=lh"]
    found = re.search(r"/requests/([0-9a-f]{32})", text(client.get("/requests")))
    assert found is not None
    for page in (*pages, f"/requests/{found[1]}"):
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert f'<html lang="{language}"' in text(answer) or "/requests/customers" in page, page


def test_a_customer_never_rated_and_without_anything_says_what_to_do(house: House) -> None:
    customer_id = bring(house)
    for username, words in (("lina", "尚未评级"), ("sunli", "点击“发起评级”")):
        client = house.client(username)
        for tab in TABS:
            assert client.get(f"/customers/{customer_id}{tab}").status_code == 200
        assert words in text(client.get(f"/customers/{customer_id}/rating"))
    assert "没有未结款项" in text(house.client("lina").get(f"/customers/{customer_id}/credit"))


def test_empty_lists_name_the_next_step(house: House) -> None:
    lina, sunli = house.client("lina"), house.client("sunli")
    assert "新建第一位客户后" in text(lina.get("/customers"))
    assert "您的数据范围内还没有客户" in text(sunli.get("/customers"))
    assert "没有符合条件的客户" in text(lina.get("/customers?q=nobody"))
    assert "还没有授信申请" in text(lina.get("/requests"))
    assert "还没有评级" in text(sunli.get("/ratings"))


def test_somebody_elses_customer_is_not_there(house: House) -> None:
    """lina sells in the east, zhangwei in the south: to him her customer does not exist, at any address."""
    customer_id = rated(house)
    apply_for(house, customer_id)
    with house.reading("sunli") as view:
        from app.queries import ratings as queries

        rating_id = queries.history(view, customer_id)[0].id
    hers, his = house.client("lina"), house.client("zhangwei")
    for tab in TABS:
        assert hers.get(f"/customers/{customer_id}{tab}").status_code == 200
        assert his.get(f"/customers/{customer_id}{tab}").status_code == 404, tab
    assert hers.get(f"/ratings/{rating_id}").status_code == 200
    assert his.get(f"/ratings/{rating_id}").status_code == 404
    assert his.get(f"/customers/{customer_id}/edit").status_code == 404
    assert post(his, "/customers/new", f"/customers/{customer_id}/edit", {"name": "x"}).status_code == 404
    request = re.search(r"/requests/([0-9a-f]{32})", text(hers.get("/requests")))
    assert request is not None
    assert his.get(f"/requests/{request[1]}").status_code == 404
    for page in ("/customers", "/ratings", "/requests?whose=all"):
        assert "蓝海物流" not in text(his.get(page)), page
    assert "蓝海物流" not in text(his.get("/requests/customers?customer_search=蓝海"))
    assert "蓝海物流" not in text(his.get(f"/requests/new?customer={customer_id}"))
    assert "蓝海物流" in text(house.client("wangqiang").get("/customers")), "the head of sales sees the tree"


def test_unknown_addresses_are_404(house: House) -> None:
    client = house.client("sunli")
    for page in (f"/customers/{'0' * 32}", "/customers/x", f"/ratings/{'0' * 32}", f"/requests/{'0' * 32}"):
        assert client.get(page).status_code == 404


def test_who_may_not_is_refused(house: House) -> None:
    customer_id = rated(house)
    admin, seller = house.client("chenan"), house.client("lina")
    for page in ("/customers", f"/customers/{customer_id}", "/ratings", "/requests", "/requests/new", "/customers/new"):
        assert admin.get(page).status_code == 403, page
    assert post(seller, f"/customers/{customer_id}/edit", f"/customers/{customer_id}/rate").status_code == 403
    assert "/rate" not in text(seller.get(f"/customers/{customer_id}"))
    assert house.client("sunli").get("/customers/new").status_code == 403


def test_rating_again_says_what_changed(house: House) -> None:
    customer_id = bring(house)
    client = house.client("sunli")
    page = f"/customers/{customer_id}"
    answer = post(client, page, f"{page}/rate")
    assert answer.status_code == 303
    assert answer.location == f"{page}/rating"
    assert "评级完成：BB，56.05 分" in text(client.get(answer.location))
    assert "结果不变" in text(client.get(post(client, page, f"{page}/rate").location))
    with house.work() as work:
        from app.services import evidence

        evidence.store(work, customer_id, "bureau", "test", work.today, {"EXT_SCORE": "100"})
    html = text(client.get(post(client, page, f"{page}/rate").location))
    assert "已重新评级：BB → BB，56.05 → 58.00 分" in html
    assert "得分变化原因" in html
    assert len(re.findall(r"/ratings/[0-9a-f]{32}", text(client.get(f"{page}/ratings")))) == 3


def test_a_rating_that_cannot_be_made_keeps_the_old_one(house: House) -> None:
    customer_id = rated(house)
    with house.work() as work:
        from app.services import evidence

        evidence.store(work, customer_id, "statement", "test", work.today, {"FIN_DEBT": "a lot"})
    client = house.client("sunli")
    page = f"/customers/{customer_id}"
    html = text(client.get(post(client, page, f"{page}/rate").location))
    assert "未能评级，原评级保留" in html
    assert "56.05" in html


def test_lists_and_overview_take_a_handful_of_queries(house: House) -> None:
    ids = [rated(house, "C2", number=f"N{n:03}") for n in range(12)]
    apply_for(house, ids[0])
    client = house.client("lina")
    client.get("/customers")
    with statements(house.instance.database.read) as bare:
        client.get("/me")
    for page, most in (
        ("/customers", 6), (f"/customers?after={ids[3]}&sort=score", 7), (f"/customers/{ids[0]}", 15), ("/ratings", 6),
        ("/requests", 6), (f"/customers/{ids[0]}/rating", 15),
    ):  # fmt: skip
        with statements(house.instance.database.read) as seen:
            assert client.get(page).status_code == 200
        assert len(seen) - len(bare) <= most, (page, seen)


def test_a_knocked_out_customer_says_so(house: House) -> None:
    customer_id = rated(house, "C3")
    html = text(house.client("sunli").get(f"/customers/{customer_id}"))
    assert "已否决" in html
    assert re.search(r'class="grade grade-10 grade-large">D<', html)
    with house.work("sunli") as work:
        assert ratings.rerate(work, customer_id).assessment is not None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("C3", ["一票否决：不能授信，原因如下", "模型等级 AA，最终等级 D", "在列失信被执行人"]),
        ("C5", ["等级受限，原因如下", "模型等级 A，最终等级 B", "180 天内违约不少于 3 次"]),
        ("C4b", ["须由人工决定，原因如下", "数据覆盖率 79% 低于 80%"]),
    ],
)
def test_the_overview_says_what_holds_the_grade_down(house: House, key: str, words: list[str]) -> None:
    html = text(house.client("sunli").get(f"/customers/{rated(house, key)}"))
    assert [each for each in words if each not in html] == []


def test_nothing_holds_down_a_grade_that_was_earned(house: House) -> None:
    html = text(house.client("sunli").get(f"/customers/{rated(house, 'C1')}"))
    assert "原因如下" not in html
