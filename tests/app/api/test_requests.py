"""The main job through the API alone: draft, check, submit, return, resubmit, decide, until the limit is live."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.api.conftest import Caller, Callers, Customers, codes
from tests.app.api.test_ratings import example
from tests.builders import House


@pytest.fixture
def target(customer: Customers) -> str:
    """C2 of the worked example, a customer of lina's."""
    return customer("C2", name="蓝海物流", inputs=example()["C2"]["inputs"], variant="SVC")


def answers(customer_id: str, **more: Any) -> dict[str, Any]:
    return {
        "customer": customer_id, "request_kind": "new", "limit": "200000.00", "term_days": 15,
        "reason": "旺季备货，需要额度支持", **more,
    }  # fmt: skip


def draft(ask: Caller, customer_id: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = ask.post("/credit-requests", {"answers": answers(customer_id, **more)}, 201)
    return made


def submitted(ask: Caller, customer_id: str) -> dict[str, Any]:
    made = draft(ask, customer_id)
    found: dict[str, Any] = ask.post(f"/credit-requests/{made['id']}/submit", {"row_version": made["row_version"]})
    return found


def todo(ask: Caller) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ask.get("/inbox")["rows"]
    return rows


def decide(ask: Caller, answer: str = "approve", **more: Any) -> Any:
    (task,) = todo(ask)
    body = {"version": task["row_version"], "answer": answer, "comment": "已核实", **more}
    return ask.post(f"/tasks/{task['id']}/decisions", body, 201)


def test_a_draft_is_kept_changed_checked_and_private(caller: Callers, target: str) -> None:
    ask = caller("lina")
    made = ask.post("/credit-requests", {"answers": {"customer": target}}, 201)
    assert (made["status"], made["number"], made["customer_id"]) == ("draft", None, target)
    address = f"/credit-requests/{made['id']}"
    checked = ask.post(address + "/check", {"answers": {"limit": "-1"}}, key=None)
    assert checked["acceptable"] is False
    assert ("number.min", "/answers/limit") in [(p["code"], p["path"]) for p in checked["problems"]]
    assert "reason" in checked["required"]
    changed = ask.expect("PATCH", address, {"row_version": made["row_version"], "answers": {"limit": "200000"}}, 200)
    assert changed["answers"]["limit"] == "200000"
    (line,) = ask.get("/credit-requests")["credit_requests"]
    assert (line["amount"], line["customer"], line["applicant"]) == ("200000.00", "蓝海物流", "李娜")
    assert changed["answers"]["customer"] == target
    stale = ask.expect("PATCH", address, {"row_version": made["row_version"], "answers": {"limit": "1"}}, 409)
    assert codes(stale) == [("credit_request.changed", "")]
    refused = ask.post(address + "/submit", {"row_version": changed["row_version"]}, 422)
    assert {path for _, path in codes(refused)} >= {"/answers/reason", "/answers/term_days", "/answers/request_kind"}
    assert ask.get(address)["answers"] == changed["answers"]
    assert codes(caller("wangqiang").get(address, 404)) == [("access.missing", "")]
    assert caller("wangqiang").get("/credit-requests")["credit_requests"] == []


def test_from_draft_to_live_limit(caller: Callers, target: str, house: House) -> None:
    sales, superior, finance = caller("lina"), caller("wangqiang"), caller("sunli")
    found = submitted(sales, target)
    case = found["case_id"]
    assert found["case_status"] == "running"
    assert found["credit_request"]["number"].startswith("SX2026")
    assert codes(caller("zhangwei").get(f"/cases/{case}", 404)) == [("access.missing", "")]
    path = sales.get(f"/cases/{case}/path")["stops"]
    assert [stop["state"] for stop in path].count("now") == 1
    assert [seat["user"] for stop in path if stop["state"] == "now" for seat in stop["seats"]] == ["王强"]
    decide(superior)
    back = decide(finance, "return", comment="请补充订单合同", return_to="start", marked_fields=["reason"])
    assert back["case_status"] == "returned"
    row = sales.get(f"/credit-requests/{found['credit_request']['id']}")
    assert row["marked_fields"] == ["reason"]
    again = sales.post(
        f"/credit-requests/{row['id']}/submit",
        {"row_version": row["row_version"], "answers": {"reason": "已补充三份订单合同，合计 60 万元"}},
    )
    assert (again["case_id"], again["case_status"]) == (case, "running")
    assert sales.get(f"/credit-requests/{row['id']}")["marked_fields"] == []
    decide(superior)
    decide(finance)
    seen = 0
    while sales.get(f"/cases/{case}")["status"] == "running":
        people = [caller(name) for name in ("zhaolei", "liuyang", "zhenghua", "wutong", "gaoyuan")]
        (one, *_) = [each for each in people if todo(each)]
        decide(one)
        seen += 1
        assert seen < 6
    assert sales.get(f"/cases/{case}")["status"] == "approved"
    credit = finance.get("/customers/C2/credit")
    assert (credit["limit"], credit["grade"], credit["payment_days"]) == ("200000.00", "BB", 15)
    auditor = caller("hanxue")
    trail = auditor.get(f"/cases/{case}/trail")
    assert trail["entries"][0]["verb"] in ("limit.changed", "case.approved")
    assert all(entry["message"] and len(entry["leaf_hash"]) == 64 for entry in trail["entries"])
    story = sales.get(f"/cases/{case}/trail")
    assert all("members" not in entry for entry in story["entries"])
    assert {"case.opened", "case.returned", "case.approved"} <= {entry["verb"] for entry in story["entries"]}
    listed = sales.get("/credit-requests?customer=C2&status=approved&mine=1")["credit_requests"]
    assert [each["id"] for each in listed] == [row["id"]]


@pytest.mark.parametrize(("marked", "code"), [
    (["nothing"], "return.not_markable"), (["customer"], "return.not_markable"),
    (["finance_opinion"], "return.marked"), (["limit"] * 201, "api.items"), ("limit", "api.type"),
])  # fmt: skip
def test_what_cannot_be_marked(caller: Callers, target: str, marked: object, code: str) -> None:
    submitted(caller("lina"), target)
    (task,) = todo(caller("wangqiang"))
    body = {"version": task["row_version"], "answer": "return", "comment": "x", "marked_fields": marked}
    refused = caller("wangqiang").post(f"/tasks/{task['id']}/decisions", body, 422)
    assert [found for found, _ in codes(refused)] == [code]


def test_a_case_in_error_is_tried_again_or_declared_void(caller: Callers, customer: Customers) -> None:
    knocked_out = customer("C3", name="宏远建材", inputs=example()["C3"]["inputs"], variant="STD")
    case = submitted(caller("lina"), knocked_out)["case_id"]
    for who in ("wangqiang", "sunli", "zhenghua", "wutong"):
        status = decide(caller(who))["case_status"]
    assert status == "error"
    admin = caller("fengyuan")
    assert admin.post(f"/cases/{case}/retry", {}) == {"case_id": case, "case_status": "error"}
    assert codes(caller("sunli").post(f"/cases/{case}/void", {"reason": "x"}, 403)) == [("case.not_flow_admin", "")]
    assert codes(admin.post(f"/cases/{case}/void", {}, 422)) == [("api.required", "/reason")]
    assert admin.post(f"/cases/{case}/void", {"reason": "客户失信"})["case_status"] == "voided"
    assert codes(caller("zhangwei").post(f"/cases/{case}/retry", {}, 404)) == [("access.missing", "")]


def test_deciding_twice_too_late_and_without_right(caller: Callers, target: str) -> None:
    sales, superior = caller("lina"), caller("wangqiang")
    submitted(sales, target)
    (task,) = todo(superior)
    address, body = f"/tasks/{task['id']}/decisions", {"version": task["row_version"], "answer": "approve"}
    assert codes(sales.post(address, body, 404)) == [("access.missing", "")]
    assert codes(superior.post(address, {**body, "version": 99}, 409)) == [("task.changed", "")]
    assert codes(caller("wangqiang", "task.read").post(address, body, 403)) == [("access.forbidden", "")]
    first = superior("POST", address, body, key="once")
    again = superior("POST", address, body, key="once")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    other = superior.post(address, {**body, "answer": "reject"}, 422, key="once")
    assert codes(other) == [("idempotency.other_request", "")]
    late = superior.post(address, body, 409)
    assert codes(late) == [("task.already_decided", "")]
    assert late["problems"][0]["params"]["by"] == "王强"
    assert late["problems"][0]["params"]["answer"] == "approve"


def test_claim_release_and_the_views_of_the_inbox(caller: Callers, target: str) -> None:
    sales, superior, first, second = (caller(name) for name in ("lina", "wangqiang", "sunli", "hejing"))
    submitted(sales, target)
    decide(superior)
    (task,) = todo(first)
    assert [each["id"] for each in todo(second)] == [task["id"]]
    claimed = first.post(f"/tasks/{task['id']}/claim")
    assert claimed["task_status"] == "claimed"
    assert todo(second) == []
    assert codes(second.post(f"/tasks/{task['id']}/claim", status=409)) == [("task.claimed_by_other", "")]
    assert first.post(f"/tasks/{task['id']}/release", {})["task_status"] == "open"
    assert first.get("/inbox/counts") == {"todo": 1, "overdue": 0, "done_today": 0, "unread": 0}
    assert superior.get("/inbox/counts")["done_today"] == 1
    assert [each["answer"] for each in superior.get("/inbox?view=done")["rows"]] == ["approve"]
    assert [each["status"] for each in sales.get("/inbox?view=started")["rows"]] == ["running"]
    assert sales.get("/inbox?view=cc")["rows"] == []
    for filter_, count in (("grade:BB,low:100000", 1), ("high:1", 0), ("step:finance,q:蓝海", 1), ("grade:AAA", 0)):
        assert len(first.get(f"/inbox?filter={filter_}")["rows"]) == count, filter_
    for wrong in ("grade", "flagged:1", "low:1e9", "colour:red", "low:", "low:1,low:2"):
        assert {path for _, path in codes(first.get(f"/inbox?filter={wrong}", 422))} == {"/filter"}


def test_withdraw(caller: Callers, target: str) -> None:
    sales = caller("lina")
    case = submitted(sales, target)["case_id"]
    assert codes(caller("wangqiang").post(f"/cases/{case}/withdraw", status=404)) == [("access.missing", "")]
    assert sales.post(f"/cases/{case}/withdraw") == {"case_id": case, "case_status": "withdrawn"}
    assert todo(caller("wangqiang")) == []
    assert sales.post(f"/cases/{case}/withdraw", status=409)["problems"][0]["code"].startswith(("case.", "withdraw."))


def test_others_see_what_was_sent_and_what_their_step_shows(caller: Callers, target: str) -> None:
    sales = caller("lina")
    found = submitted(sales, target)
    address = f"/credit-requests/{found['credit_request']['id']}"
    mine, theirs = sales.get(address), caller("heping").get(address)
    assert mine["answers"]["limit"] == theirs["answers"]["limit"] == "200000"
    case = caller("wangqiang").get(f"/cases/{found['case_id']}")
    assert case["answers"]["limit"] == "200000"
    assert (case["grade"], case["customer"]) == ("BB", "蓝海物流")
    assert codes(caller("zhangwei").get(address, 404)) == [("access.missing", "")]
    caller("chenan").get(address, 403)
