"""What lies ahead is told with names, and comes out so when everybody approves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.workflows.directory import COMPANY, Organisation
from tests.workflows.story import NOON, load
from workflows import Decide, Flow, Rated, Resubmit, State, Stop, act, compile_flow, foresee, path, predict, start
from workflows.model import ByUser

FLOW = compile_flow(load("credit_approval"))
C1 = {"score": Decimal("84.80"), "grade": "AA", "proposed_limit": Decimal(6960000), "coverage": Decimal(100)}


def opened(limit: str, tier: str | None, people: Organisation = COMPANY) -> tuple[State, dict[str, Any]]:
    given: dict[str, Any] = {"facts": {"limit": Decimal(limit)}, "directory": people, "now": NOON}
    move = start(FLOW, applicant="li", **given)
    return act(FLOW, move.state, Rated({**C1, "tier": tier}), **given).state, given


def who(stop: Stop) -> str:
    return " ".join([stop.step, stop.state, *(seat.user or f"post:{seat.group}" for seat in stop.seats)])


def test_the_way_of_a_large_request() -> None:
    state, given = opened("6960000", "credit_manager")
    assert [who(stop) for stop in path(FLOW, state, **given)] == [
        "start done",
        "rate done",
        "gate done",
        "sales now nora",
        "finance ahead post:finance_reviewer",
        "choice ahead",
        "risk ahead rhea rob ruth",
        "tell ahead",
        "done ahead",
    ]
    assert all(stop.certain for stop in predict(FLOW, state, **given))


def test_the_step_for_the_tier_is_foreseen() -> None:
    state, given = opened("300000", "credit_manager")
    ahead = predict(FLOW, state, **given)
    assert [who(stop) for stop in ahead] == [
        "finance ahead post:finance_reviewer",
        "choice ahead",
        "done.authority ahead post:credit_manager",
        "tell ahead",
        "done ahead",
    ]
    guard = ahead[2]
    assert guard.kind == "authority"
    assert guard.label == {"zh-CN": "审批层级确认", "en": "Approval by tier"}
    assert guard.seats[0].why == {"by": "authority", "tier": "credit_manager", "post": "credit_manager"}


@pytest.mark.parametrize("tier", [*COMPANY.tiers()[1:-1], None])
@pytest.mark.parametrize("limit", ["300000", "6960000"])
def test_what_is_foreseen_happens(limit: str, tier: str | None) -> None:
    state, given = opened(limit, tier)
    expected = [stop.step for stop in path(FLOW, state, **given)]
    while not state.is_final:
        task = state.open_tasks[0]
        able = [task.assignee] if task.group is None else COMPANY.holders(task.group, task.within)
        state = act(FLOW, state, Decide(task.id, str(able[0]), "approve"), **given).state
    assert [stop.step for stop in path(FLOW, state, **given)] == expected
    assert {stop.state for stop in path(FLOW, state, **given)} == {"done"}


def test_unknown_facts_make_the_way_uncertain() -> None:
    given: dict[str, Any] = {"facts": {"limit": Decimal(6960000)}, "directory": COMPANY, "now": NOON}
    stops = foresee(FLOW, applicant="li", **given)
    assert [stop.step for stop in stops][:4] == ["start", "rate", "gate", "sales"]
    assert [stop.certain for stop in stops][:4] == [True, True, False, False]
    state = start(FLOW, applicant="li", **given).state
    assert [stop.step for stop in predict(FLOW, state, **given)] == [stop.step for stop in stops][2:]


def test_nobody_there_is_said_beforehand() -> None:
    people = COMPANY.without("fay", "finn", "fred", "admin")
    state, given = opened("300000", "credit_manager", people)
    stuck = predict(FLOW, state, **given)[-1]
    assert (stuck.step, stuck.state) == ("finance", "stuck")
    assert stuck.problem["code"] == "assign.nobody"


def test_a_returned_case_shows_what_was_done_and_what_comes_again() -> None:
    state, given = opened("300000", "credit_manager")
    state = act(FLOW, state, Decide("t1", "nora", "approve"), **given).state
    later = {**given, "now": NOON + timedelta(days=1)}
    state = act(FLOW, state, Decide("t2", "fay", "return", "请补充"), **later).state
    stops = path(FLOW, state, **later)
    assert [(stop.step, stop.state, stop.outcome) for stop in stops[:5]] == [
        ("start", "superseded", "passed"),
        ("rate", "superseded", "passed"),
        ("gate", "superseded", "passed"),
        ("sales", "superseded", "passed"),
        ("finance", "superseded", "returned"),
    ]
    assert stops[5].step == "start"
    assert stops[5].state == "ahead"
    finance = stops[4]
    assert finance.tasks[0].by == "fay"
    assert finance.left_at == NOON + timedelta(days=1)
    state = act(FLOW, state, Resubmit("li"), **later).state
    assert state.waiting == "rating"
    assert [stop.state for stop in path(FLOW, state, **later)[5:7]] == ["done", "now"]


def test_a_flow_known_from_its_steps() -> None:
    flow: Flow = compile_flow(load("sequence"))
    chain = flow.people_step("chain")
    assert chain.assign == (ByUser("nora"), ByUser("sara"), ByUser("gm"))
    with pytest.raises(KeyError):
        flow.people_step("over")
