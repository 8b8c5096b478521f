"""Cases from submission to effect: the whole way, who may decide, and what happens when two decide at once."""

from __future__ import annotations

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.access import Conflict, Forbidden, Missing
from app.models.case import CaseEvent, CreditRequest, Decision, Notice, Task
from app.models.credit import CreditLimit
from app.models.customer import Customer
from app.models.ledger import Entry
from app.queries import cases as queries
from app.services import cases, requests
from app.services.directory import directory
from app.work import Subject, Verb
from ledger import canonical
from rules import Invalid
from tests.app.desk import answer, answers, apply_for, bring, case_of, open_tasks, owe, task_for, tasks_of
from tests.builders import Clock, House
from workflows import Refused, State


def _verbs(house: House, case_id: str) -> list[str]:
    with house.work() as work:
        query = select(Entry.verb).where(Entry.case_id == case_id).order_by(Entry.id)
        return list(work.session.scalars(query))


def _resubmit(house: House, case_id: str, **changed: str) -> str:
    request_id = case_of(house, case_id).request_id
    with house.work("lina") as work:
        row = requests.own(work, request_id)
        return requests.submit(work, row, row.row_version, changed).status


def _replays(house: House, case_id: str) -> bool:
    stored = State.from_json(case_of(house, case_id).state)
    with house.work() as work:
        return cases.replayed(work.session, case_id) == stored


def test_from_submission_to_a_live_limit(house: House, clock: Clock) -> None:
    """C2 asks for 200,000 with BB: her superior, finance with a question, again, then both members of the committee."""
    customer = bring(house)
    case_id = apply_for(house, customer)
    case = case_of(house, case_id)
    assert (case.status, case.grade, case.number) == ("running", "BB", "SX2026000001")
    (first,) = open_tasks(house, case_id)
    assert (first.step, first.assignee_id, first.why) == (
        "sales", house.ids["wangqiang"], {"by": "superior", "level": 1}
    )
    assert (first.grade, first.kind, first.amount) == ("BB", "new", Decimal(200000))
    clock.forward(hours=1)
    assert answer(house, case_id, "wangqiang") == "running"
    assert answer(house, case_id, "sunli", "return", "请补充担保材料", return_to="start") == "returned"
    with house.work() as work:
        assert work.session.get_one(CreditRequest, case.request_id).status == "returned"
    clock.forward(hours=1)
    assert _resubmit(house, case_id, reason="已补充担保材料，请复审") == "running"
    assert case_of(house, case_id).round == 2
    assert answer(house, case_id, "wangqiang") == "running"
    assert answer(house, case_id, "hejing", answers={"finance_opinion": "现金流尚可"}) == "running"
    assert [task.flags for task in open_tasks(house, case_id)] == [["returned"]] * 2
    clock.forward(hours=1)
    assert answer(house, case_id, "zhenghua") == "running"
    assert answer(house, case_id, "wutong") == "approved"
    with house.work() as work:
        limit = work.session.scalars(select(CreditLimit)).one()
        row = work.session.get_one(CreditRequest, case.request_id)
        assert (limit.amount, limit.case_id, limit.valid_to) == (Decimal(200000), case_id, date(2027, 1, 5))
        assert work.session.get_one(Customer, customer).limit_amount == Decimal(200000)
        assert (row.status, row.open_key, row.answers["finance_opinion"]) == ("approved", None, "现金流尚可")
        told = set(work.session.scalars(select(Notice.user_id)))
    assert told == {house.ids["qianfang"], house.ids["lina"]}
    assert tasks_of(house, case_id) == [
        ("sales", "decided", "approve"),
        ("finance", "returned", "return"),
        ("sales", "decided", "approve"),
        ("finance", "decided", "approve"),
        ("risk", "decided", "approve"),
        ("risk", "decided", "approve"),
    ]
    assert _replays(house, case_id)
    verbs = _verbs(house, case_id)
    assert verbs.count("decision.made") == 6
    assert verbs.count("limit.changed") == verbs.count("case.approved") == 1
    assert verbs.index("case.opened") < verbs.index("case.returned") < verbs.index("case.resubmitted")


def test_two_members_of_a_group_decide_at_once(house: House, clock: Clock) -> None:
    """One effect; the other is told who was faster, what the answer was, and when."""
    case_id = apply_for(house, bring(house))
    answer(house, case_id, "wangqiang")
    task = task_for(house, case_id)
    start, done, refused = threading.Barrier(2), [], []

    def decide(by: str) -> None:
        with house.work(by) as work:
            pass  # warm the connection, so that both start together
        start.wait()
        try:
            with house.work(by) as work:
                cases.decide(work, task.id, task.row_version, "approve")
            done.append(by)
        except Refused as error:
            refused.append(error)

    people = [threading.Thread(target=decide, args=(by,)) for by in ("sunli", "hejing")]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert len(done) == len(refused) == 1
    (error,) = refused
    winner = {"sunli": "孙丽", "hejing": "何静"}[done[0]]
    assert (error.kind, error.code) == ("conflict", "task.already_decided")
    assert (error.params["by"], error.params["answer"]) == (winner, "approve")
    assert error.params["at"] == clock.now
    with house.work() as work:
        made = select(func.count()).select_from(Decision).where(Decision.task_id == task.id)
        assert work.session.scalar(made) == 1
    assert len(open_tasks(house, case_id)) == 2  # the committee was asked once
    assert _replays(house, case_id)


def test_an_old_page_decides_nothing(house: House) -> None:
    case_id = apply_for(house, bring(house))
    answer(house, case_id, "wangqiang")
    task = task_for(house, case_id)
    with house.work("sunli") as work:
        cases.claim(work, task.id)
    with pytest.raises(Conflict) as error, house.work("sunli") as work:
        cases.decide(work, task.id, task.row_version, "approve")
    assert error.value.code == "task.changed"
    assert task_for(house, case_id).status == "claimed"


def test_nobody_decides_an_own_request(house: House) -> None:
    """The sales head asks: the task of the superior goes one up; as flow admin the applicant may not either."""
    customer = bring(house, owner="wangqiang")
    case_id = apply_for(house, customer, by="wangqiang")
    (task,) = open_tasks(house, case_id)
    assert task.assignee_id == house.ids["gaoyuan"]
    with pytest.raises(Missing), house.work("wangqiang") as work:
        cases.decide(work, task.id, task.row_version, "approve")


def test_the_salesperson_of_the_customer_decides_nothing(house: House) -> None:
    """Wang Qiang owns the customer and is Li Na's superior: the task goes to his superior."""
    customer = bring(house)
    with house.work() as work:
        work.session.get_one(Customer, customer).owner_id = house.ids["wangqiang"]
        work.record(Verb.CUSTOMER_CHANGED, Subject("customer", customer))
    with house.work("wangqiang") as work:
        row = requests.draft(work, answers(customer))
        case_id = requests.submit(work, row, row.row_version, {}).id
    assert task_for(house, case_id).assignee_id == house.ids["gaoyuan"]


@pytest.mark.parametrize("stranger", ["zhangwei", "liuyang", "sunli", "lina"])
def test_a_task_of_others_is_missing(house: House, stranger: str) -> None:
    case_id = apply_for(house, bring(house))
    task = task_for(house, case_id)
    for act in (cases.claim, cases.unclaim):
        with pytest.raises(Missing), house.work(stranger) as work:
            act(work, task.id)
    with pytest.raises(Missing), house.work(stranger) as work:
        cases.decide(work, task.id, task.row_version, "approve")


@pytest.mark.parametrize("reader", ["hanxue", "heping", "chenan"])
def test_who_reads_only_decides_nothing(house: House, reader: str) -> None:
    task = task_for(house, apply_for(house, bring(house)))
    with pytest.raises(Forbidden), house.work(reader) as work:
        cases.decide(work, task.id, task.row_version, "approve")


@pytest.mark.parametrize(
    ("given", "more", "code"),
    [
        ("return", {"return_to": "start"}, "return.comment_required"),
        ("return", {"comment": " \n", "return_to": "start"}, "return.comment_required"),
        ("reject", {}, "reject.comment_required"),
        ("return", {"comment": "看", "return_to": "risk"}, "return.target"),
        ("return", {"comment": "看", "return_to": "start", "resubmit": "direct"}, "return.resubmit"),
        ("approve", {"return_to": "start"}, "decide.return_only"),
        ("abstain", {}, "decide.answer"),
        ("maybe", {}, "decide.answer"),
    ],
)
def test_answers_that_are_refused(house: House, given: str, more: dict[str, str], code: str) -> None:
    case_id = apply_for(house, bring(house))
    answer(house, case_id, "wangqiang")
    with pytest.raises(Refused) as error:
        answer(house, case_id, "sunli", given, **more)
    assert (error.value.kind, error.value.code) == ("invalid", code)
    if code == "return.target":
        assert [each["zh-CN"] for each in error.value.params["allowed"]] == ["提交申请", "销售主管审批"]
    assert task_for(house, case_id).status == "open"


def test_returned_to_an_earlier_step(house: House) -> None:
    case_id = apply_for(house, bring(house))
    answer(house, case_id, "wangqiang")
    assert answer(house, case_id, "sunli", "return", "请主管确认", return_to="sales") == "running"
    assert [task.step for task in open_tasks(house, case_id)] == ["sales"]
    assert _replays(house, case_id)


def test_a_group_task_is_claimed_and_given_back(house: House) -> None:
    case_id = apply_for(house, bring(house))
    answer(house, case_id, "wangqiang")
    task = task_for(house, case_id)
    assert (task.assignee_id, task.group_post) == (None, "finance_reviewer")
    with house.work("sunli") as work:
        cases.claim(work, task.id)
    with pytest.raises(Refused) as error, house.work("hejing") as work:
        cases.claim(work, task.id)
    assert (error.value.code, error.value.params["by"]) == ("task.claimed_by_other", "孙丽")
    with pytest.raises(Refused) as error:
        answer(house, case_id, "hejing")
    assert error.value.code == "task.claimed_by_other"
    with pytest.raises(Refused), house.work("hejing") as work:
        cases.unclaim(work, task.id)
    with house.work("sunli") as work:
        cases.unclaim(work, task.id)
    assert answer(house, case_id, "hejing") == "running"
    assert [verb for verb in _verbs(house, case_id) if verb.startswith("task.c") or verb == "task.released"] == [
        "task.claimed", "task.released"
    ]


def test_a_step_writes_what_it_may_and_nothing_else(house: House) -> None:
    case_id = apply_for(house, bring(house))
    answer(house, case_id, "wangqiang")
    with pytest.raises(Invalid) as error:
        answer(house, case_id, "sunli", answers={"limit": "100000", "finance_opinion": "x" * 2001})
    assert {(p.code, p.path) for p in error.value.problems} == {
        ("field.not_editable", "/limit"), ("text.too_long", "/finance_opinion")
    }
    answer(house, case_id, "sunli", answers={"limit": "200000", "finance_opinion": "同意授信"})
    request_id = case_of(house, case_id).request_id
    with house.work() as work:
        stored = work.session.get_one(CreditRequest, request_id)
        assert (stored.answers["finance_opinion"], stored.sent) == ("同意授信", stored.answers)
    assert _verbs(house, case_id).count("answers.changed") == 1


def test_the_limit_takes_effect_once_and_ends_its_predecessor(house: House, clock: Clock) -> None:
    customer = bring(house)
    owe(house, customer, "150000")
    for limit in ("200000", "150000"):
        case_id = apply_for(house, customer, limit)
        answer(house, case_id, "wangqiang")
        answer(house, case_id, "sunli")
        answer(house, case_id, "zhenghua")
        clock.forward(days=1)
        task = task_for(house, case_id)
        assert answer(house, case_id, "wutong") == "approved"
        with pytest.raises(Refused) as error, house.work("wutong") as work:
            cases.decide(work, task.id, task.row_version, "approve")
        assert error.value.code == "task.already_decided"
        clock.forward(days=1)
    with house.work() as work:
        rows = work.session.scalars(select(CreditLimit).order_by(CreditLimit.valid_from)).all()
        assert [(row.amount, row.ended_at is None) for row in rows] == [
            (Decimal(200000), False), (Decimal(150000), True)
        ]
        assert rows[0].ended_at == rows[1].valid_from
        assert work.session.get_one(Customer, customer).limit_amount == Decimal(150000)
    seen = case_of(house, case_id).seen
    assert (seen["limit"], seen["exposure"]) == ("200000.0000", "150000.0000")


def test_rejected_at_the_first_step(house: House) -> None:
    case_id = apply_for(house, bring(house))
    assert answer(house, case_id, "wangqiang", "reject", "客户已有逾期") == "rejected"
    case = case_of(house, case_id)
    assert case.closed_at is not None
    with house.work() as work:
        assert work.session.get_one(CreditRequest, case.request_id).open_key is None
        assert work.session.scalar(select(CreditLimit)) is None
    assert apply_for(house, case.customer_id)  # nothing stands in the way of another request


def test_withdrawn_before_anybody_decided_and_not_after(house: House) -> None:
    customer = bring(house)
    first = apply_for(house, customer)
    with pytest.raises(Missing), house.work("zhangwei") as work:
        cases.withdraw(work, first)
    with house.work("lina") as work:
        assert cases.withdraw(work, first).status == "withdrawn"
    assert tasks_of(house, first) == [("sales", "cancelled", None)]
    second = apply_for(house, customer)
    answer(house, second, "wangqiang")
    with pytest.raises(Refused) as error, house.work("lina") as work:
        cases.withdraw(work, second)
    assert (error.value.code, error.value.params["by"]) == ("withdraw.too_late", "王强")
    assert error.value.params["step"]["zh-CN"] == "销售主管审批"
    with pytest.raises(Refused) as error, house.work("lina") as work:
        cases.withdraw(work, first)
    assert (error.value.code, error.value.params["status"]) == ("case.final", "withdrawn")
    assert _replays(house, first)


def test_void_is_for_flow_admins(house: House) -> None:
    case_id = apply_for(house, bring(house))
    with pytest.raises(Missing), house.work("zhangwei") as work:
        cases.void(work, case_id, "重复")
    with pytest.raises(Refused) as error, house.work("sunli") as work:
        cases.void(work, case_id, "重复")
    assert (error.value.kind, error.value.code) == ("forbidden", "case.not_flow_admin")
    with pytest.raises(Refused) as error, house.work("fengyuan") as work:
        cases.void(work, case_id, " ")
    assert error.value.code == "void.reason_required"
    with house.work("fengyuan") as work:
        assert cases.void(work, case_id, "重复提交").status == "voided"
    with pytest.raises(Refused), house.work("fengyuan") as work:
        cases.retry(work, case_id)


def test_a_knocked_out_customer_is_flagged(house: House) -> None:
    case_id = apply_for(house, bring(house, "C4"))
    (task,) = open_tasks(house, case_id)
    case = case_of(house, case_id)
    assert task.flags == (["knocked_out"] if case.tier == "none" else task.flags)
    assert _replays(house, case_id)


def test_a_case_nobody_may_approve_says_where_and_why_in_words(house: House) -> None:
    """The knocked-out customer is approved on every step, and then nobody holds the authority of its tier."""
    case_id = apply_for(house, bring(house, "C3"))
    for who in ("wangqiang", "sunli", "zhenghua", "wutong"):
        status = answer(house, case_id, who)
    assert status == "error"
    with house.work() as work:
        entry = work.session.scalars(select(Entry).where(Entry.verb == Verb.CASE_FAILED.value)).one()
    detail = canonical.parse(entry.body)["detail"]
    words = {"zh-CN": "审批层级确认", "en": "Approval by tier"}
    assert (detail["code"], detail["step"], detail["step_label"]) == ("authority.nobody", "done.authority", words)
    assert detail["params"] == {"step": words, "tier": {"zh-CN": "不予授信", "en": "No credit"}}
    with house.reading("fengyuan") as view:
        seen = queries.view(view, case_id, directory)
    stuck = [stop for stop in seen.stops if stop.problem]
    assert [(stop.step, stop.state) for stop in stuck] == [("done.authority", "stuck")]
    assert seen.stops[-1] is stuck[0], "nothing lies ahead of it"
    assert stuck[0].problem is not None
    assert (stuck[0].problem.params["step"], stuck[0].problem.params["tier"]["zh-CN"]) == (words, "不予授信")
    failed = [act for act in seen.history if act.kind == "case_failed"]
    assert failed[0].problem == stuck[0].problem


def test_every_event_is_kept_in_order(house: House) -> None:
    case_id = apply_for(house, bring(house))
    answer(house, case_id, "wangqiang")
    state = State.from_json(case_of(house, case_id).state)
    with house.work() as work:
        rows = work.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.seq)).all()
        assert [row.seq for row in rows] == list(range(1, state.events + 1))
        assert rows[0].type == "case_opened"
        assert {row.step for row in work.session.scalars(select(Task))} == {"sales", "finance"}
    assert isinstance(rows[0].at, datetime)
