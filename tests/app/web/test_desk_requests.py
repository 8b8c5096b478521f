"""Writing a credit request in the browser: live checks, rows, the picker, drafts, sending once, returns."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from app.models.case import Case, CreditRequest
from app.work import Verb
from tests.app.desk import answer, bring
from tests.app.web.desk_browser import SEEN, post, rated, text
from tests.builders import House, csrf_of

LINK = re.compile(r"/requests/([0-9a-f]{32})")


def typed(customer_id: str, limit: str = "20万", **more: str) -> dict[str, str]:
    return {"customer": customer_id, "request_kind": "new", "limit": limit, "term_days": "30",
            "reason": "春季订单增加，申请赊销额度", **more}


def count(house: House, what: type) -> int:
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(what)) or 0


def test_sales_submits_and_follows(house: House) -> None:
    client = house.client("lina")
    customer_id = rated(house)
    answer_ = post(client, "/requests/new", typed={**typed(customer_id), "action": "submit"})
    assert answer_.status_code == 303, text(answer_)[:3000]
    html = text(client.get(answer_.location))
    assert "授信申请已提交" in html
    assert "王强" in html, "who is asked now"
    assert "撤回" in html
    listed = text(client.get("/requests"))
    assert "SX2026000001" in listed
    assert re.search(r"销售主管审批</span> 王强", listed)
    assert "审批中" in text(client.get(f"/customers/{customer_id}/requests"))


def test_everything_wrong_is_said_at_once_and_nothing_typed_is_lost(house: House) -> None:
    client = house.client("lina")
    sent = {"customer": rated(house), "limit": "许多", "term_days": "400", "reason": "因为", "action": "submit"}
    answer_ = post(client, "/requests/new", typed=sent)
    html = text(answer_)
    assert answer_.status_code == 422
    wrong = ("「申请类型」必填", "「申请额度」的“许多”不是有效的数字", "「账期」不能大于 180", "「申请理由」至少 5")
    for words in wrong:
        assert words in html
    assert 'value="许多"' in html
    assert 'value="400"' in html
    assert 'aria-describedby="limit-help limit-error"' in html
    assert "蓝海物流" in html
    assert count(house, CreditRequest) == 0, "nothing half-written"


def test_the_same_page_sent_twice_makes_one_request(house: House) -> None:
    client = house.client("lina")
    customer_id = rated(house)
    html = text(client.get("/requests/new"))
    key = re.search(r'name="idempotency_key" value="([^"]+)"', html)
    assert key is not None
    sent = {"action": "submit", "row_version": "0", "idempotency_key": key[1], "csrf_token": csrf_of(html)}
    data = {**typed(customer_id), **sent}
    first, second = client.post("/requests/new", data=data), client.post("/requests/new", data=data)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert count(house, Case) == 1


def test_a_second_request_for_the_customer_is_refused_with_a_link(house: House) -> None:
    client = house.client("lina")
    customer_id = rated(house)
    post(client, "/requests/new", typed={**typed(customer_id), "action": "submit"})
    page = text(client.get(f"/requests/new?customer={customer_id}"))
    assert "已有进行中的申请 SX2026000001" in page
    answer_ = post(client, "/requests/new", typed={**typed(customer_id, "30万"), "action": "submit"})
    assert answer_.status_code == 409
    assert "SX2026000001" in text(answer_)
    assert 'value="30万"' in text(answer_)
    assert count(house, CreditRequest) == 1


def test_draft_is_kept_changed_and_thrown_away(house: House) -> None:
    client = house.client("lina")
    customer_id = rated(house)
    answer_ = post(client, "/requests/new", typed={"customer": customer_id, "limit": "20万", "action": "draft"})
    assert answer_.status_code == 303
    page = answer_.location
    html = text(client.get(page))
    assert "草稿已保存" in html
    assert 'value="200000"' in html
    assert post(client, page, typed={"limit": "25万", "action": "draft"}).status_code == 303
    assert 'value="250000"' in text(client.get(page))
    stale = post(client, page, typed={"limit": "99万", "action": "draft", "row_version": "1"})
    assert stale.status_code in (303, 409)
    assert house.client("wangqiang").get(page).status_code == 404, "a draft is private"
    other = house.client("zhangwei")
    assert post(other, "/requests/new", page, {"action": "draft"}).status_code == 404
    assert post(client, page, f"{page}/delete").status_code == 303
    assert client.get(page).status_code == 404


def test_an_old_page_is_told_so_and_keeps_what_was_typed(house: House) -> None:
    client = house.client("lina")
    page = post(client, "/requests/new", typed={"customer": rated(house), "action": "draft"}).location
    old = text(client.get(page))
    version, key = re.search(r'row_version" value="(\d+)"', old), re.search(r'idempotency_key" value="([^"]+)"', old)
    assert version is not None
    assert key is not None
    post(client, page, typed={"limit": "25万", "action": "draft"})
    sent = {"row_version": version[1], "idempotency_key": key[1], "csrf_token": csrf_of(old)}
    answer_ = client.post(page, data={"limit": "77万", "action": "draft", **sent})
    assert answer_.status_code == 409
    assert 'value="77万"' in text(answer_)


def test_rows_and_picker_work_without_script(house: House) -> None:
    client = house.client("lina")
    customer_id = rated(house)
    asked = {"customer_search": "lhwl", "limit": "5000000", "action": "search"}
    found = text(post(client, "/requests/new", typed=asked))
    assert f'value="{customer_id}"' in found
    assert 'type="radio"' in found
    assert 'value="5000000"' in found, "what was typed stays"
    sent = {**typed(customer_id, "5000000"), "guarantees": ""}
    one = text(post(client, "/requests/new", typed={**sent, "action": "add:guarantees"}))
    assert 'name="guarantees-0-guarantor"' in one
    rows = {"guarantees-0-row_id": "", "guarantees-0-guarantor": "张三", "guarantees-0-amount": "100万",
            "guarantees-1-row_id": "", "guarantees-1-guarantor": "李四", "guarantees-1-amount": "50万"}
    two = text(post(client, "/requests/new", typed={**sent, **rows, "action": "remove:guarantees:0"}))
    assert "李四" in two
    assert "张三" not in two
    assert 'name="guarantees-1-guarantor"' not in two
    assert "¥500,000.00" in two, "the computed total"
    changed = text(post(client, "/requests/new", typed={**sent, "action": "change"}))
    assert 'id="customer_search"' in changed
    assert count(house, CreditRequest) == 0


def test_rules_are_the_servers_word(house: House) -> None:
    """Only parts that look otherwise come back; above a million security is asked for, above three it is required."""
    client = house.client("lina")
    html = text(client.get("/requests/new"))
    seen = dict(SEEN.findall(html))
    assert re.search(r'id="part-guarantees"[^>]* hidden', html)
    token = csrf_of(html)

    def check(**more: str) -> str:
        part = text(client.post("/requests/check", data={**seen, "csrf_token": token, **more}))
        seen.update(SEEN.findall(part))
        return part

    nothing = check(limit="200000")
    assert 'id="part-guarantees"' not in nothing
    assert 'id="part-limit"' not in nothing
    shown = check(limit="2000000")
    assert re.search(r'id="part-guarantees"(?![^>]* hidden)', shown)
    assert 'class="must"' not in shown
    assert 'id="part-reason"' not in shown, "nobody is scolded for what is not filled in yet"
    assert 'class="must"' in check(limit="4000000", guarantees="")
    wrong = check(limit="many", guarantees="")
    assert "不是有效的数字" in wrong
    raise_ = check(limit="100", request_kind="raise", customer=rated(house), guarantees="")
    assert "提高额度时，申请额度必须高于现有额度" not in raise_, "no present limit to compare with"
    row = check(**{"limit": "4000000", "guarantees": "", "guarantees-0-row_id": "", "guarantees-0-kind": "deposit",
                   "action": "remove:guarantees:0"})
    assert 'name="guarantees-0-guarantor"' in row, "a button that merely has the focus does nothing"
    assert 'name="guarantees-0-expires_on"' not in row, "a deposit does not expire"


def test_the_way_ahead_is_told_before_submitting(house: House) -> None:
    client = house.client("lina")
    html = text(client.get("/requests/new"))
    assert "这里显示建议额度和审批路径" in html
    data = {"csrf_token": csrf_of(html), "customer": rated(house), "limit": "300000"}
    part = text(client.post("/requests/check", data=data))
    for words in ("BB · 56.05", "20 万元", "销售主管审批", "王强", "风控委员会评审", "须由更高层级审批"):
        assert words in part
    assert count(house, Case) == 0
    bare = bring(house, "C1", number="X1")
    assert client.post("/requests/check", data={**data, "customer": bare}).status_code == 200


def test_a_return_is_answered_on_the_same_page(house: House) -> None:
    client = house.client("lina")
    customer_id = rated(house)
    page = post(client, "/requests/new", typed={**typed(customer_id), "action": "submit"}).location
    with house.work() as work:
        case_id = work.session.scalars(select(Case.id)).one()
    answer(house, case_id, "wangqiang")
    answer(house, case_id, "sunli", "return", "请补充最近一期报表", return_to="start")
    html = text(client.get(page))
    assert "孙丽 在“财务审核”退回" in html
    assert "请补充最近一期报表" in html
    assert "更换客户" not in html, "the customer stays"
    assert "待您补充" in text(client.get("/requests"))
    other = bring(house, "C1", number="X1")
    refused = post(client, page, typed={**typed(other), "action": "submit"})
    assert refused.status_code == 422
    assert post(client, page, typed={**typed(customer_id, "18万"), "action": "submit"}).status_code == 303
    html = text(client.get(page))
    assert "审批中" in html
    assert "¥180,000.00" in html
    again = post(client, "/requests/new", page, {**typed(customer_id), "action": "submit"})
    assert again.status_code in (303, 409)
    assert "SX2026000001" in text(client.get("/requests"))


def test_marked_fields_stand_out_until_the_request_comes_again(house: House) -> None:
    client = house.client("lina")
    customer_id = rated(house)
    page = post(client, "/requests/new", typed={**typed(customer_id), "action": "submit"}).location
    with house.work() as work:
        case_id = work.session.scalars(select(Case.id)).one()
    answer(house, case_id, "wangqiang", "return", "金额与理由不符", return_to="start", marked=["reason", "limit"])
    html = text(client.get(page))
    assert re.findall(r'id="part-(\w+)" class="field[^"]* is-marked"', html) == ["limit", "reason"]
    assert "请更正：" in html
    drawn = text(post(client, page, page + "/check", {**typed(customer_id, "18万"), "seen-limit": ""}))
    assert re.findall(r'id="part-(\w+)" class="field[^"]* is-marked"', drawn)[:1] == ["limit"]
    post(client, page, typed={**typed(customer_id, "18万"), "action": "submit"})
    html = text(client.get(page))
    assert "is-marked" not in html
    assert "请更正：申请额度、申请理由" in html, "the history goes on telling"


def test_taking_back(house: House) -> None:
    client = house.client("lina")
    page = post(client, "/requests/new", typed={**typed(rated(house)), "action": "submit"}).location
    assert post(house.client("zhangwei"), "/requests/new", f"{page}/withdraw").status_code == 404
    assert post(client, page, f"{page}/withdraw").status_code == 303
    assert "已撤回" in text(client.get(page))
    assert post(client, "/requests/new", f"{page}/withdraw").status_code == 409, "only once"
    with house.work() as work:
        from app.models.ledger import Entry

        verbs = list(work.session.scalars(select(Entry.verb).order_by(Entry.id)))
    assert verbs.count(Verb.CASE_WITHDRAWN.value) == 1


def test_the_customer_of_another_department_cannot_be_asked_for(house: House) -> None:
    customer_id = rated(house)
    answer_ = post(house.client("zhangwei"), "/requests/new", typed={**typed(customer_id), "action": "submit"})
    assert answer_.status_code == 422
    assert "所选的记录不存在，或您无权查看" in text(answer_)


def test_a_hostile_page_ends_in_a_message(house: House) -> None:
    client = house.client("lina")
    for sent in (
        {"action": "remove:guarantees:99999999999"}, {"action": "add:nothing"}, {"action": "remove:limit:0"},
        {"limit": "9" * 5000, "action": "submit"}, {"customer": "x" * 5000, "action": "draft"},
        {"action": "draft", "row_version": "9" * 40},
        {"guarantees-0-row_id": "../..", "guarantees": "", "action": "draft", "limit": "2000000"},
    ):  # fmt: skip
        assert post(client, "/requests/new", typed=sent).status_code in (200, 303, 409, 422), sent
