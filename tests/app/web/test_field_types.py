"""A form of every type of field on the pages: written without script, sent in, read, and changed by an approver."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.models.case import CreditRequest
from app.services import definitions
from app.work import Work
from tests.app.desk import answer, task_for
from tests.app.web.desk_browser import post, rated, text
from tests.builders import House


def label(zh: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": f"{zh} (en)"}


def field(place: int, key: str, type: str, zh: str, **more: Any) -> dict[str, Any]:
    return {"id": f"g_{place:02d}", "key": key, "type": type, "label": label(zh), **more}


def option(code: str, zh: str, *parents: str) -> dict[str, Any]:
    return {"code": code, "label": label(zh), **({"parents": list(parents)} if parents else {})}


MORE = [
    field(1, "contract_number", "serial", "合同流水号", pattern="HT{yyyy}{mm}-{n:4}", reset="month"),
    field(2, "rating_now", "rating", "当前评级", lookup="customer"),
    field(3, "met", "datetime", "拜访时间"),
    field(4, "validity", "date_range", "合同期限", max_days=366),
    field(5, "labels", "tags", "标签", options=[option("vip", "重点客户")]),
    field(6, "line", "separator", "收货与收款"),
    field(7, "delivery", "address", "收货地址", required=True),
    field(8, "account", "bank_account", "收款账号", personal=True),
    field(9, "keeper", "user", "跟单人"),
    field(10, "helpers", "user", "协办人", multiple=True),
    field(11, "teams", "department", "涉及部门", multiple=True),
    field(12, "area", "choice", "大区", options=[option("e", "华东"), option("s", "华南")]),
    field(
        13, "office", "choice", "办事处", depends_on="area",
        options=[option("nb", "宁波", "e"), option("gz", "广州", "s")],
    ),
]
LATER = ("delivery", "helpers", "validity")


def widened(work: Work) -> None:
    """Let the form of requests ask for all of it, and finance put some of it right."""
    for kind, key in (("form", "credit_request"), ("flow", "credit_approval")):
        row = definitions.published(work.session, kind, key)
        assert row is not None
        body = copy.deepcopy(row.body)
        if kind == "form":
            body["sections"].insert(1, {"key": "more", "title": label("补充信息"), "fields": MORE})
        for step in body.get("steps", ()):
            if step["id"] == "finance":
                step["fields"] |= dict.fromkeys(LATER, "edit")
        draft = definitions.draft(work, kind, key, row.title, body, layout=row.layout, based_on=row.version)
        definitions.publish(work, draft, draft.row_version)


@pytest.fixture
def wide(house: House) -> House:
    with house.work() as work:
        widened(work)
    return house


def typed(customer: str, **more: Any) -> list[tuple[str, str]]:
    """What a browser without script posts: an address in one line, people by name."""
    plain = {
        "customer": customer, "request_kind": "new", "limit": "20万", "term_days": "30", "action": "submit",
        "reason": "春季订单增加，申请赊销额度", "met": "2026-01-05T08:30", "validity": ["2026-01-01", "2026-03-31"],
        "labels": "急单、重点客户", "delivery": ["", "", "", "浙江省宁波市鄞州区学士路1号"],
        "account": "6222021001116245702", "keeper": ["", "王强"], "helpers": "lina；孙丽",
        "teams": "", "area": "e", "office": "nb", **more,
    }  # fmt: skip
    return list(MultiDict(plain).items(multi=True))


def test_every_type_is_written_read_and_changed(wide: House) -> None:
    client, customer = wide.client("lina"), rated(wide)
    html = text(client.get(f"/requests/new?customer={customer}"))
    for words in (
        "提交时生成", "浙江省", 'data-pick="user"', '<optgroup label="华东"><option value="nb" data-under="e">',
        'type="datetime-local"', "收货与收款",
    ):  # fmt: skip
        assert words in html, words
    assert re.search(r'id="rating_now">\s*<span class="grade', html)
    sent = post(client, "/requests/new", typed=typed(customer))
    assert sent.status_code == 303, text(sent)[:3000]
    shown = text(client.get(sent.location))
    for words in (
        "HT202601-0001", "2026年1月5日 08:30", "2026年1月1日至2026年3月31日", "重点客户、急单",
        "浙江省宁波市鄞州区学士路1号", "6222 **** **** 5702", "王强", "李娜", "宁波",
    ):  # fmt: skip
        assert words in shown, words
    assert "6222021001116245702" not in shown
    with wide.work() as work:
        row = work.session.scalars(select(CreditRequest)).one()
        assert row.answers["met"] == "2026-01-05T00:30:00Z"
        assert row.answers["helpers"] == sorted([wide.ids["lina"], wide.ids["sunli"]])
        request_id, case_id = row.id, row.case_id
    assert case_id is not None
    answer(wide, case_id, "wangqiang", comment="客户合作多年")
    finance, task = wide.client("sunli"), task_for(wide, case_id)
    page = text(finance.get(f"/inbox/tasks/{task.id}"))
    assert '<option value="330212" selected>鄞州区</option>' in page
    assert "checked> 李娜" in page
    names = ("csrf_token", "version", "idempotency_key")
    hidden = {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in names}  # type: ignore[index]
    form = MultiDict({
        **hidden, "answer": "approve", "comment": "同意", "a-finance_opinion": "现金流尚可",
        "a-delivery": ["330000", "330100", "330113", "南苑街道"], "a-helpers": [wide.ids["lina"], ""],
        "a-validity": ["2026-02-01", "2026-03-31"],
    })  # fmt: skip
    # A refusal shows again whoever was chosen, by name, though the page posts ids alone.
    wrong = MultiDict(form)
    wrong.setlist("a-helpers", [wide.ids["wangqiang"], "查无此人"])
    refused = text(finance.post(f"/inbox/tasks/{task.id}/decide", data=wrong))
    assert re.search(r'value="[0-9a-f]{32}" checked> 王强', refused)
    assert 'value="查无此人"' in refused
    decided = finance.post(f"/inbox/tasks/{task.id}/decide", data=form)
    assert decided.status_code in (302, 303), text(decided)[:3000]
    with wide.work() as work:
        answers = work.session.get_one(CreditRequest, request_id).answers
        assert answers["delivery"]["names"] == ["浙江省", "杭州市", "临平区"]
        assert answers["helpers"] == [wide.ids["lina"]]
        assert answers["validity"]["start"] == "2026-02-01"
        assert answers["contract_number"] == "HT202601-0001"


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(wide: House) -> None:
    client, customer = wide.client("lina"), rated(wide)
    wrong = typed(
        customer, validity=["2026-03-31", "2026-01-01"], delivery=["330000", "", "", "某路"],
        account="6222021001116245703", keeper=["", "查无此人"], office="gz",
        contract_number="HT202601-0009", met="周一早上",
    )  # fmt: skip
    refused = post(client, "/requests/new", typed=wrong)
    html = text(refused)
    assert refused.status_code == 422
    for words in (
        "早于开始日期", "只写到“浙江省”", "校验不符", "所选的记录不存在", "现在不能选“广州”", "不是日期和时间",
    ):  # fmt: skip
        assert words in html, words
    for kept in ("查无此人", "周一早上", "2026-03-31", "某路", "宁波市"):
        assert kept in html, kept
    # A number somebody made up is refused, and the next one is still the first.
    again = post(client, "/requests/new", typed=typed(customer, contract_number="HT202601-0009"))
    assert again.status_code == 422
    assert "不能修改「合同流水号」" in text(again)
    again = post(client, "/requests/new", typed=typed(customer))
    assert "HT202601-0001" in text(client.get(again.location))


def test_a_live_check_draws_only_what_changed(wide: House) -> None:
    client, customer = wide.client("lina"), rated(wide)
    answer_ = post(client, f"/requests/new?customer={customer}", "/requests/check", typed=typed(customer, office="gz"))
    html = text(answer_)
    assert answer_.status_code == 200
    assert 'id="part-office"' in html
    assert "现在不能选“广州”" in html
