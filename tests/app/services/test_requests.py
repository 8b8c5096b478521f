"""Credit requests: private drafts, one open request a customer, numbers, pins, and what changed since."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.access import Conflict, Forbidden, Missing
from app.models.case import Case, CaseEvent, CreditRequest
from app.models.definition import Definition
from app.models.ledger import Entry
from app.services import cases, definitions, requests
from rules import Invalid
from tests.app.desk import answer, answers, apply_for, bring, case_of, open_tasks, task_for
from tests.builders import Clock, House


def _codes(error: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(problem.code, problem.path) for problem in error.value.problems}


def _draft(house: House, raw: dict[str, object], by: str = "lina") -> str:
    with house.work(by) as work:
        return requests.draft(work, raw).id


def _returned(house: House) -> str:
    case_id = apply_for(house, bring(house))
    assert answer(house, case_id, "wangqiang", "return", "请补充", return_to="start") == "returned"
    return case_id


def test_a_draft_asks_for_nothing_and_is_private(house: House) -> None:
    draft = _draft(house, {"reason": "待补充资料"})
    for who in ("zhangwei", "wangqiang", "hanxue", "sunli"):
        with pytest.raises(Missing), house.work(who) as work:
            requests.get(work, draft)
    for act in (requests.save, requests.submit):
        with pytest.raises(Missing), house.work("zhangwei") as work:
            row = work.session.get_one(CreditRequest, draft)
            act(work, row, row.row_version, {})
    with pytest.raises(Missing), house.work("zhangwei") as work:
        row = work.session.get_one(CreditRequest, draft)
        requests.delete(work, row, row.row_version)
    with pytest.raises(Forbidden), house.work("sunli") as work:
        requests.draft(work, {})
    with pytest.raises(Conflict) as error, house.work("lina") as work:
        row = requests.own(work, draft)
        requests.save(work, row, row.row_version + 1, {"reason": "旧的页面内容"})
    assert error.value.code == "credit_request.changed"
    with house.work("lina") as work:
        row = requests.own(work, draft)
        requests.save(work, row, row.row_version, {"reason": "已补充说明"})
    with house.work("lina") as work:
        row = requests.own(work, draft)
        assert (row.status, row.number, row.sent) == ("draft", None, None)
        requests.delete(work, row, row.row_version)
    with pytest.raises(Missing), house.work("lina") as work:
        requests.own(work, draft)


def test_everything_lacking_is_named_at_once(house: House) -> None:
    draft = _draft(house, {})
    with pytest.raises(Invalid) as error, house.work("lina") as work:
        row = requests.own(work, draft)
        requests.submit(work, row, row.row_version, {"limit": "1e5", "term_days": "181", "colour": "red"})
    lacking = {("field.required", "/customer"), ("field.required", "/reason")}
    assert {("field.unknown", "/colour")} | lacking < _codes(error)
    assert {path for _, path in _codes(error)} >= {"/limit", "/term_days"}
    with house.work("lina") as work:
        assert work.session.scalar(select(Case.id)) is None
        assert requests.own(work, draft).number is None


def test_customers_out_of_reach_are_as_good_as_none(house: House) -> None:
    other = bring(house, owner="zhangwei")
    with pytest.raises(Invalid) as error, house.work("lina") as work:
        requests.draft(work, answers(other))
    assert _codes(error) == {("lookup.not_found", "/customer")}


def test_one_open_request_for_a_customer(house: House) -> None:
    customer = bring(house)
    first = apply_for(house, customer)
    draft = _draft(house, answers(customer, "300000"))
    with pytest.raises(Conflict) as error, house.work("lina") as work:
        row = requests.own(work, draft)
        requests.submit(work, row, row.row_version, {})
    assert (error.value.code, error.value.params["number"]) == ("credit_request.open", "SX2026000001")
    with house.work("lina") as work:
        cases.withdraw(work, first)
    with house.work("lina") as work:
        row = requests.own(work, draft)
        assert requests.submit(work, row, row.row_version, {}).number == "SX2026000002"


def test_numbers_follow_the_business_year(house: House, clock: Clock) -> None:
    first, second = bring(house), bring(house, "C1")
    clock.now = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert case_of(house, apply_for(house, first)).number == "SX2026000001"
    clock.now = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)  # past midnight in Shanghai
    assert case_of(house, apply_for(house, second)).number == "SX2027000001"


def test_a_request_pins_what_it_was_submitted_under(house: House) -> None:
    case_id = apply_for(house, bring(house))
    pinned = case_of(house, case_id)
    with house.work("zhoumin") as work:
        row = definitions.published(work.session, "flow", "credit_approval")
        assert row is not None
        body = {**row.body, "settings": {**row.body["settings"], "withdraw": "never"}}
        fresh = definitions.draft(work, "flow", "credit_approval", row.title, body, based_on=row.version)
        definitions.publish(work, fresh, fresh.row_version)
    assert case_of(house, case_id).flow_id == pinned.flow_id
    with house.work("lina") as work:
        assert cases.withdraw(work, case_id).status == "withdrawn", "the version it was submitted under allows it"
    with house.work() as work:
        rows = work.session.scalars(select(Entry.body).where(Entry.case_id == case_id, Entry.verb == "case.opened"))
        flow = work.session.get_one(Definition, pinned.flow_id)
        assert flow.fingerprint is not None
        assert all(flow.fingerprint.encode() in body for body in rows)


def test_what_changed_is_measured_against_what_approvers_saw(house: House) -> None:
    """Saved in between or not: a material change is a change, and approvers never read half-done edits."""
    case_id = _returned(house)
    request_id = case_of(house, case_id).request_id
    with house.work("lina") as work:
        row = requests.own(work, request_id)
        requests.save(work, row, row.row_version, {"limit": "150000"})
    with house.work("lina") as work:
        row = requests.own(work, request_id)
        assert row.sent is not None
        assert (row.answers["limit"], row.sent["limit"]) != (row.sent["limit"], row.answers["limit"])
        requests.submit(work, row, row.row_version, {"reason": "降低额度后再次申请"})
    with house.work() as work:
        query = select(CaseEvent.payload).where(CaseEvent.case_id == case_id, CaseEvent.type == "case_resubmitted")
        assert work.session.scalars(query).one()["changed"] == ["limit"]
        row = work.session.get_one(CreditRequest, request_id)
        assert row.sent == row.answers
    assert (task_for(house, case_id).amount, case_of(house, case_id).amount) == (Decimal(150000), Decimal(150000))


def test_a_sent_request_keeps_its_customer(house: House) -> None:
    case_id = _returned(house)
    other = bring(house, "C1")
    request_id = case_of(house, case_id).request_id
    for act in (requests.save, requests.submit):
        with pytest.raises(Invalid) as error, house.work("lina") as work:
            row = requests.own(work, request_id)
            act(work, row, row.row_version, {"customer": other})
        assert _codes(error) == {("credit_request.customer_fixed", "/customer")}


def test_nothing_is_changed_while_others_decide(house: House) -> None:
    case_id = apply_for(house, bring(house))
    request_id = case_of(house, case_id).request_id
    for act in (requests.save, requests.submit):
        with pytest.raises(Conflict) as error, house.work("lina") as work:
            row = requests.own(work, request_id)
            act(work, row, row.row_version, {"limit": "1000"})
        assert error.value.code == "credit_request.submitted"
    with pytest.raises(Conflict), house.work("lina") as work:
        row = requests.own(work, request_id)
        requests.delete(work, row, row.row_version)
    assert len(open_tasks(house, case_id)) == 1


def test_live_checks_store_nothing(house: House) -> None:
    customer = bring(house)
    with house.work("lina") as work:
        found = requests.live_check(work, answers(customer, "5000000"))
        assert "guarantees" in found.required
        assert "/guarantees" in {problem.path for problem in found.problems}
        assert work.session.scalar(select(CreditRequest.id)) is None
