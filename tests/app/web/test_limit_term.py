"""The term of a limit on the customer's pages and the board: days left, its last day, and that it is over."""

from __future__ import annotations

import re
from datetime import date

import pytest

from app.jobs import load_handlers
from app.services import limits
from tests.app.desk import owe
from tests.app.jobs.test_limits import granted, lasting, run_job
from tests.app.web.desk_browser import text
from tests.builders import Clock, House, csrf_of

TERMS = [
    # last day, what is told on the 5th of January in Chinese, in English; None: nothing but the day
    (date(2026, 2, 5), None, None),
    (date(2026, 2, 4), "30 天后到期", "expires in 30 days"),
    (date(2026, 1, 6), "明天到期", "expires tomorrow"),
    (date(2026, 1, 5), "今天到期", "expires today"),
    (date(2026, 1, 4), "已于 2026年1月4日 到期，按零额度计算", "counts as zero"),
]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("last", "zh", "en"), TERMS, ids=[str(each[0]) for each in TERMS])
def test_the_customers_page_says_how_long_the_limit_lasts(
    house: House, clock: Clock, last: date, zh: str | None, en: str | None, language: str
) -> None:
    customer = granted(house, clock)
    lasting(house, customer, last)
    client = house.client("lina")
    address = f"/customers/{customer}"
    if language == "en":
        client.post("/language", data={"lang": "en", "next": "/", "csrf_token": csrf_of(text(client.get(address)))})
    told = zh if language == "zh-CN" else en
    for page in (address, address + "/credit"):
        html = text(client.get(page))
        if told is None:
            assert "天后到期" not in html
            assert "expires in" not in html
            assert ("有效至" if language == "zh-CN" else "valid to") in html
        else:
            assert told in html, page


def test_after_the_job_the_limit_counts_as_nothing_wherever_it_is_shown(house: House, clock: Clock) -> None:
    load_handlers()
    customer = granted(house, clock)
    owe(house, customer, "30000")
    lasting(house, customer, date(2026, 1, 5))
    clock.forward(days=1)
    assert run_job(house).result == {"expired": 1}
    client = house.client("lina")
    overview = text(client.get(f"/customers/{customer}"))
    assert "已于 2026年1月5日 到期" in overview
    assert "超额度" in overview, "what is owed stands against nothing"
    credit = text(client.get(f"/customers/{customer}/credit"))
    assert "已过期" in credit
    assert re.search(r'is-bad">[−-]3', credit), "headroom"
    board = house.client("heping")
    assert "1 户额度已到期" in text(board.get("/board"))
    listed = text(board.get("/board/limits?expired=1"))
    assert "已到期（原 ¥200,000.00）" in listed
    assert "蓝海物流" in listed
    trail = text(house.client("hanxue").get("/trail?group=limit"))
    assert "现已到期，不再可用" in trail
    with house.work() as work:
        assert limits.in_force(work.session, customer) is None
