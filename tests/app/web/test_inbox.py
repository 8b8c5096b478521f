"""The inbox without script: list, pane, decision, conflict, group tasks, copies, several at once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.models.case import Decision, Notice, Task
from app.models.ledger import Entry
from app.services import cases
from tests.app.desk import answer, apply_for, bring, case_of, open_tasks, owe, task_for
from tests.app.statements import statements
from tests.builders import Clock, House

JSON = {"Accept": "application/json"}
FILLED: dict[str, Any] = {"a-finance_opinion": "现金流尚可"}
PANE = {"HX-Request": "true", "HX-Target": "preview"}


def _hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found is not None, name
    return found[1]


def _decide(
    client: FlaskClient, task: Task, given: str = "approve", headers: dict[str, str] | None = None, **more: Any
) -> TestResponse:
    """Open the page of a task and send its form, as a browser without script does."""
    html = client.get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    names = ("csrf_token", "version", "idempotency_key")
    form = {name: _hidden(html, name) for name in names} | {"answer": given, **more}
    return client.post(f"/inbox/tasks/{task.id}/decide", data=form, headers=headers or {})


def _at_finance(house: House, key: str = "C2", limit: str = "200000", number: str | None = None) -> str:
    case_id = apply_for(house, bring(house, key, number=number), limit)
    answer(house, case_id, "wangqiang", comment="客户合作多年")
    return case_id


def _made(house: House) -> int:
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(Decision)) or 0


def test_the_list_shows_what_waits(house: House) -> None:
    case_id = _at_finance(house)
    task = task_for(house, case_id)
    html = house.client("sunli").get("/inbox").get_data(as_text=True)
    for words in ("蓝海物流", "SX2026000001", "新增额度", "财务审核", "共 1 项待处理", "停留", "BB"):
        assert words in html, words
    assert f'data-task="{task.id}"' in html
    assert f'data-preview="/inbox/tasks/{task.id}"' in html
    assert len(re.findall(r"<th scope=\"col\"", html)) == 9  # the boxes to pick, and eight columns
    assert 'aria-current="page">待我审批' in html
    assert "no-store" in house.client("sunli").get("/inbox").headers["Cache-Control"]


def test_nothing_waits(house: House) -> None:
    html = house.client("sunli").get("/inbox").get_data(as_text=True)
    assert "今日已全部处理" in html
    assert "查看已办" in html
    html = house.client("sunli").get("/inbox?grade=AA").get_data(as_text=True)
    assert "清除筛选" in html


def test_amounts_that_cannot_be_read_are_said(house: House) -> None:
    _at_finance(house)
    client = house.client("sunli")
    assert "无法识别" in client.get("/inbox?low=abc").get_data(as_text=True)
    assert "无法识别" in client.get("/inbox?high=NaN").get_data(as_text=True)
    assert "蓝海物流" in client.get("/inbox?low=20&high=1,000").get_data(as_text=True)
    assert "蓝海物流" not in client.get("/inbox?low=20.5").get_data(as_text=True)


def test_few_questions_however_many_rows(house: House) -> None:
    asked = []
    client = house.client("sunli")
    for number in ("N1", "N2", "N3"):
        _at_finance(house, number=number)
        client.get("/inbox")
        with statements(house.instance.database.read) as said:
            assert client.get("/inbox").status_code == 200
        asked.append(len(said))
    assert len(set(asked)) == 1
    # four of them find out who asks: session, person, roles and posts, departments
    assert asked[0] <= 8


def test_the_pane_holds_what_one_needs(house: House) -> None:
    customer = bring(house)
    owe(house, customer, "150000")
    case_id = apply_for(house, customer)
    answer(house, case_id, "wangqiang", comment="客户合作多年")
    task = task_for(house, case_id)
    client = house.client("sunli")
    part = client.get(f"/inbox/tasks/{task.id}", headers=PANE).get_data(as_text=True)
    assert "<html" not in part
    for words in (
        f'data-decide="{task.id}"', "56.05", "建议额度", "20 万元", "批准后可用额度", "5 万元", "王强 同意",
        "您任职岗位「财务复核」", "吴桐", "郑华", "财务意见", "退回到", "销售主管审批", "为什么由我处理",
    ):  # fmt: skip
        assert words in part, words
    whole = client.get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    assert "<html" in whole
    for words in ("客户合作多年", "填报内容", "春季订单增加", "各维度得分", "李娜 提交申请"):
        assert words in whole, words


def test_a_decision_without_script(house: House) -> None:
    first, second = _at_finance(house), _at_finance(house, "C1", "900000")
    client = house.client("sunli")
    sent = _decide(client, task_for(house, first), "approve", None, comment="同意授信", **FILLED)
    assert sent.status_code == 303
    following = task_for(house, second)
    assert sent.location == f"/inbox/tasks/{following.id}", "the next item is chosen"
    html = client.get(sent.location).get_data(as_text=True)
    assert "已同意「蓝海物流」" in html
    sent = _decide(client, following)
    assert sent.location == "/inbox"
    with house.work() as work:
        comments = set(work.session.scalars(select(Decision.comment)))
    assert "同意授信" in comments
    done = client.get("/inbox/done").get_data(as_text=True)
    assert done.count("财务审核") == 2
    page = client.get(f"/inbox/tasks/{following.id}").get_data(as_text=True)
    assert "孙丽 已于" in page
    assert 'name="answer"' not in page, "what is decided is not shown as open"


def test_the_inbox_script_gets_json(house: House) -> None:
    task = task_for(house, _at_finance(house))
    client = house.client("sunli")
    sent = _decide(client, task, headers=JSON)
    assert (sent.status_code, sent.get_json()) == (200, {"task": task.id, "next": None})
    with house.reading("hejing"):
        pass
    other = house.client("hejing").get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    assert "孙丽 已于" in other


def test_a_double_click_decides_once(house: House) -> None:
    task = task_for(house, _at_finance(house))
    client = house.client("sunli")
    html = client.get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    form = {name: _hidden(html, name) for name in ("csrf_token", "version", "idempotency_key")}
    before = _made(house)
    answers = [client.post(f"/inbox/tasks/{task.id}/decide", data={**form, "answer": "approve"}) for _ in range(3)]
    assert [each.status_code for each in answers] == [303] * 3
    assert _made(house) == before + 1
    other = client.post(f"/inbox/tasks/{task.id}/decide", data={**form, "answer": "reject", "comment": "不"})
    assert other.status_code == 422, "the same key for another answer"
    assert _made(house) == before + 1


def test_the_second_is_told_who_did_what_and_keeps_what_was_typed(house: House, clock: Clock) -> None:
    task = task_for(house, _at_finance(house))
    slow = house.client("hejing")
    html = slow.get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    form = {name: _hidden(html, name) for name in ("csrf_token", "version", "idempotency_key")}
    _decide(house.client("sunli"), task)
    clock.forward(minutes=5)
    typed = {"answer": "return", "comment": "请补充财务报表", "return_to": "start"}
    late = slow.post(f"/inbox/tasks/{task.id}/decide", data={**form, **typed})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert re.search(r"孙丽 已于 2026年1月5日 09:00 处理：同意", page)
    assert "请补充财务报表" in page
    told = slow.post(f"/inbox/tasks/{task.id}/decide", data={**form, "answer": "approve"}, headers=JSON)
    problem = told.get_json()["problems"][0]
    assert (told.status_code, problem["code"]) == (409, "task.already_decided")
    assert (problem["params"]["by"], problem["params"]["answer"]) == ("孙丽", "approve")
    assert "孙丽" in problem["message"]


def test_an_old_page_is_refused_and_still_open(house: House) -> None:
    task = task_for(house, _at_finance(house))
    client = house.client("sunli")
    html = client.get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    form = {name: _hidden(html, name) for name in ("csrf_token", "version", "idempotency_key")}
    with house.work("sunli") as work:
        cases.claim(work, task.id)
    late = client.post(f"/inbox/tasks/{task.id}/decide", data={**form, "answer": "approve", "comment": "同意"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "在您打开后已有变化" in page
    assert re.search(r"<textarea[^>]*>同意</textarea>", page)
    assert _hidden(page, "version") == "2"


@pytest.mark.parametrize(
    ("given", "more", "words"),
    [
        ("return", {"return_to": "start"}, "退回时请填写原因"),
        ("reject", {}, "拒绝时请填写理由"),
        ("return", {"comment": "看", "return_to": "risk"}, "不能退回到该环节，可选：提交申请、销售主管审批"),
        ("abstain", {}, "本环节只能选择：同意、拒绝、退回"),
        ("approve", {"a-finance_opinion": "长" * 2001}, "财务意见"),
    ],
)
def test_what_is_refused_is_said_at_its_place(house: House, given: str, more: dict[str, Any], words: str) -> None:
    task = task_for(house, _at_finance(house))
    before = _made(house)
    sent = _decide(house.client("sunli"), task, given, None, **{"comment": "", **FILLED, **more})
    page = sent.get_data(as_text=True)
    assert sent.status_code == 422
    assert words in page
    if "a-finance_opinion" not in more:
        assert "现金流尚可" in page, "nothing typed is lost"
    assert _made(house) == before


def test_fields_of_others_are_never_written(house: House) -> None:
    case_id = _at_finance(house)
    sent = _decide(house.client("sunli"), task_for(house, case_id), "approve", None, **{"a-limit": "1"})
    assert sent.status_code == 422
    assert task_for(house, case_id).amount == 200000


def test_returned_to_the_step_chosen(house: House) -> None:
    case_id = _at_finance(house)
    sent = _decide(house.client("sunli"), task_for(house, case_id), "return", comment="请主管确认", return_to="sales")
    assert sent.status_code == 303
    assert [task.step for task in open_tasks(house, case_id)] == ["sales"]
    page = house.client("wangqiang").get(f"/inbox/tasks/{task_for(house, case_id).id}").get_data(as_text=True)
    assert "请主管确认" in page


def test_a_return_marks_what_to_correct(house: House) -> None:
    case_id = _at_finance(house)
    client, task = house.client("sunli"), task_for(house, case_id)
    page = client.get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    offered = dict(re.findall(r'name="marked" value="(\w+)"[^>]* data-places="([^"]*)"', page))
    assert offered["limit"] == "start"
    assert not {"customer", "finance_opinion"} & offered.keys(), "the customer stays; her own opinion is not theirs"
    refused = _decide(client, task, "return", comment="", marked=["limit"])
    assert refused.status_code == 422
    assert re.search(r'value="limit" checked', refused.get_data(as_text=True)), "the marks are kept with the rest"
    wrong = _decide(client, task, "return", comment="x", marked=["nothing"])
    assert wrong.status_code == 422
    assert "不能把「nothing」标为待更正" in wrong.get_data(as_text=True)
    sent = _decide(client, task, "return", comment="金额与理由不符", return_to="start", marked=["reason", "limit"])
    assert sent.status_code == 303
    with house.work() as work:
        entry = work.session.scalars(select(Entry).where(Entry.verb == "case.returned")).one()
    assert json.loads(entry.body)["detail"]["marked"] == ["limit", "reason"]


def test_marks_are_for_returns_only(house: House) -> None:
    """Without script every mark goes along with whichever answer is pressed: only a return carries it."""
    case_id = _at_finance(house)
    assert _decide(house.client("sunli"), task_for(house, case_id), "approve", marked=["limit"]).status_code == 303


def test_a_link_of_somebody_else_leads_nowhere(house: House) -> None:
    case_id = _at_finance(house)
    task = task_for(house, case_id)
    for who in ("zhangwei", "liuyang", "lina"):
        client = house.client(who)
        assert client.get(f"/inbox/tasks/{task.id}").status_code == 404
    assert house.client("zhangwei").get(f"/inbox/cases/{case_id}").status_code == 404
    assert house.client("lina").get(f"/inbox/cases/{case_id}").status_code == 200
    assert house.client("hanxue").get(f"/inbox/cases/{case_id}").status_code == 200
    assert house.client("hanxue").get("/inbox").status_code == 403
    stranger = house.app.test_client().get(f"/inbox/tasks/{task.id}")
    assert stranger.location == f"/sign-in?next=%2Finbox%2Ftasks%2F{task.id}"


def test_a_group_task_is_claimed_and_given_back(house: House) -> None:
    task = task_for(house, _at_finance(house))
    mine, other = house.client("sunli"), house.client("hejing")
    token = _hidden(mine.get("/inbox").get_data(as_text=True), "csrf_token")
    sent = mine.post(f"/inbox/tasks/{task.id}/claim", data={"csrf_token": token, "from": "list"})
    assert sent.location == f"/inbox?task={task.id}"
    assert "我已领取" in mine.get("/inbox").get_data(as_text=True)
    assert "今日已全部处理" in other.get("/inbox").get_data(as_text=True)
    page = other.get(f"/inbox/tasks/{task.id}").get_data(as_text=True)
    assert "该待办已由 孙丽 领取" in page
    assert 'name="answer"' not in page
    sent = mine.post(f"/inbox/tasks/{task.id}/release", data={"csrf_token": token})
    assert sent.location == f"/inbox/tasks/{task.id}"
    assert "蓝海物流" in other.get("/inbox").get_data(as_text=True)


def test_copies_are_unread_until_looked_at(house: House) -> None:
    case_id = _at_finance(house)
    for who in ("sunli", "zhenghua", "wutong"):
        answer(house, case_id, who)
    assert case_of(house, case_id).status == "approved"
    client = house.client("qianfang")
    assert "蓝海物流" in client.get("/inbox/copies").get_data(as_text=True)
    page = client.get(f"/inbox/cases/{case_id}").get_data(as_text=True)
    assert "审批通过，额度生效" in page
    assert "没有未读的抄送" in client.get("/inbox/copies").get_data(as_text=True)
    assert "蓝海物流" in client.get("/inbox/copies?show=all").get_data(as_text=True)
    lina = house.client("lina")
    token = _hidden(lina.get("/inbox/copies").get_data(as_text=True), "csrf_token")
    assert lina.post("/inbox/copies/read", data={"csrf_token": token}).status_code == 303
    with house.work() as work:
        assert work.session.scalar(select(Notice.id).where(Notice.read_at.is_(None))) is None
    started = lina.get("/inbox/started").get_data(as_text=True)
    assert "蓝海物流" in started
    assert "您尚未发起" in house.client("sunli").get("/inbox/started").get_data(as_text=True)


def test_several_at_once_but_never_what_must_be_looked_at(house: House) -> None:
    fit = apply_for(house, bring(house), "200000")
    other = apply_for(house, bring(house, "C1"), "900000")
    red = apply_for(house, bring(house, "C5"), "200000")
    client = house.client("wangqiang")
    token = _hidden(client.get("/inbox").get_data(as_text=True), "csrf_token")
    picked = [f"{task_for(house, each).id}:{task_for(house, each).row_version}" for each in (fit, other, red)]
    page = client.post("/inbox/batch", data={"csrf_token": token, "task": picked}).get_data(as_text=True)
    assert "将同意 2 项" in page
    assert "1 项须逐项审批" in page
    assert "110 万元" in page
    answer(house, other, "wangqiang", "reject", "不同意")  # meanwhile
    key = _hidden(page, "idempotency_key")
    form = {"csrf_token": token, "task": picked[:2], "idempotency_key": key, "comment": "同意"}
    for _ in range(2):  # sent twice, done once
        done = client.post("/inbox/batch/approve", data=form).get_data(as_text=True)
        assert "已同意 1 项，1 项未处理" in done
        assert "王强 已于" in done
    assert [task.step for task in open_tasks(house, fit)] == ["finance"]
    assert case_of(house, other).status == "rejected"
    assert [task.step for task in open_tasks(house, red)] == ["sales"]
    assert client.post("/inbox/batch", data={"csrf_token": token}).location == "/inbox"


def test_in_english(house: House) -> None:
    task = task_for(house, _at_finance(house))
    client = house.client("sunli")
    token = _hidden(client.get("/inbox").get_data(as_text=True), "csrf_token")
    client.post("/language", data={"csrf_token": token, "lang": "en", "next": "/inbox"})
    html = client.get("/inbox").get_data(as_text=True)
    part = client.get(f"/inbox/tasks/{task.id}", headers=PANE).get_data(as_text=True)
    for words in ("1 waiting for you", "New limit", "Finance review"):
        assert words in html
    for words in ("Headroom after approval", "You hold the post", "Finance opinion", "Approve"):
        assert words in part


@pytest.mark.parametrize("address", [
    "/inbox?low=0.000000001", "/inbox?low=0.00005&high=1e-9", "/inbox?sort=amount&after=0.000000001~x",
    "/inbox?after=0001-01-01T00:00:00%2B23:59~x", "/inbox/done?after=9999-12-31T23:59:59-23:59~x",
    "/inbox?sort=amount&after=1e999999~x", "/inbox?after=~", "/inbox?low=%EF%BC%91",
])  # fmt: skip
def test_odd_addresses_show_a_page(house: House, address: str) -> None:
    _at_finance(house)
    assert house.client("sunli").get(address).status_code == 200


def test_a_version_of_endless_digits_is_an_old_one(house: House) -> None:
    task = task_for(house, _at_finance(house))
    client = house.client("sunli")
    assert _decide(client, task, version="9" * 4400).status_code == 409
    token = _hidden(client.get("/inbox").get_data(as_text=True), "csrf_token")
    sent = client.post("/inbox/batch", data={"csrf_token": token, "task": f"{task.id}:{'9' * 4400}"})
    assert sent.status_code in (200, 303)


def _in_error(house: House) -> str:
    """A knocked-out customer approved on every step: then nobody holds the authority of its tier."""
    case_id = apply_for(house, bring(house, "C3"))
    for who in ("wangqiang", "sunli", "zhenghua", "wutong"):
        status = answer(house, case_id, who)
    assert status == "error"
    return case_id


def _send(client: FlaskClient, address: str, **form: str) -> TestResponse:
    token = _hidden(client.get("/inbox").get_data(as_text=True), "csrf_token")
    return client.post(address, data={"csrf_token": token, **form})


def test_a_case_in_error_is_a_flow_admins_to_mend(house: House) -> None:
    case_id = _in_error(house)
    client = house.client("fengyuan")
    page = client.get("/inbox/stuck").get_data(as_text=True)
    assert f'href="/inbox/cases/{case_id}"' in page
    assert "异常审批单" in page
    case = client.get(f"/inbox/cases/{case_id}").get_data(as_text=True)
    assert f'action="/inbox/cases/{case_id}/retry"' in case
    again = _send(client, f"/inbox/cases/{case_id}/retry")
    assert again.location == f"/inbox/cases/{case_id}", "nothing was put right: it stands where it stood"
    assert "仍不能继续" in client.get(again.location).get_data(as_text=True)
    assert _send(client, f"/inbox/cases/{case_id}/void", reason=" ").location == f"/inbox/cases/{case_id}"
    assert "作废请填写原因" in client.get(f"/inbox/cases/{case_id}").get_data(as_text=True)
    done = _send(client, f"/inbox/cases/{case_id}/void", reason="客户已被列为失信被执行人")
    assert done.location == "/inbox/stuck"
    assert "没有出错的审批单" in client.get("/inbox/stuck").get_data(as_text=True)
    assert case_of(house, case_id).status == "voided"
    with house.work() as work:
        verbs = list(work.session.scalars(select(Entry.verb).where(Entry.case_id == case_id).order_by(Entry.id)))
    assert verbs.count("case.retried") == 1
    assert verbs.count("case.voided") == 1
    late = _send(client, f"/inbox/cases/{case_id}/void", reason="x")
    assert "审批单已结束" in client.get(late.location).get_data(as_text=True), "once is enough"


def test_nobody_else_mends_it(house: House) -> None:
    case_id = _in_error(house)
    for who in ("sunli", "wangqiang"):
        client = house.client(who)
        assert client.get("/inbox/stuck").status_code == 404
        assert "/retry" not in client.get(f"/inbox/cases/{case_id}").get_data(as_text=True)
        assert _send(client, f"/inbox/cases/{case_id}/retry").status_code == 403
        assert _send(client, f"/inbox/cases/{case_id}/void", reason="x").status_code == 403
    assert case_of(house, case_id).status == "error"
