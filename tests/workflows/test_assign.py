"""Who is asked: each way of assigning, the applicant never, and what becomes of an empty place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.workflows.directory import COMPANY, Organisation
from tests.workflows.story import NOON
from tests.workflows.test_words import sentences
from workflows import Claim, Decide, Refused, Retry, State, act, compile_flow, reason, replay, start, stuck

Step = dict[str, Any]


def flow_of(**members: Any) -> Any:
    settings = {"on_self": members.pop("on_self", "superior")}
    ask: Step = {"id": "ask", "type": "approval", "on_empty": ["flow_admin"], "on_reject": {"do": "end"}, **members}
    return compile_flow(
        {
            "settings": settings,
            "steps": [{"id": "start", "type": "start"}, ask, {"id": "end", "type": "end"}],
            "routes": [{"from": "start", "to": "ask"}, {"from": "ask", "to": "end"}],
        }
    )


def asked(people: Organisation = COMPANY, applicant: str = "li", facts: Any = None, **members: Any) -> list[str]:
    move = start(flow_of(**members), applicant=applicant, facts=facts or {}, directory=people, now=NOON)
    if move.state.failure is not None:
        return [move.state.failure.code]
    return [task.assignee or f"{task.group}@{task.within}" for task in move.state.tasks]


@pytest.mark.parametrize(
    ("assign", "expected"),
    [
        ({"by": "user", "user": "fred"}, ["fred"]),
        ({"by": "post", "post": "finance_reviewer"}, ["finance_reviewer@None"]),
        ({"by": "post", "post": "finance_reviewer", "within": "applicant_dept_tree"}, ["finance_reviewer@sales_north"]),
        ({"by": "superior"}, ["nora"]),
        ({"by": "superior", "level": 2}, ["sara"]),
        ({"by": "superior", "level": 9}, ["flow_admin@None"]),
        ({"by": "department_head"}, ["nora"]),
        ({"by": "committee", "key": "risk_committee"}, ["rhea", "rob", "ruth"]),
        ({"by": "committee", "key": "no_committee"}, ["flow_admin@None"]),
        ({"by": "tier"}, ["credit_manager@None", "finance_reviewer@None"]),
        ({"by": "field", "field": "sponsor"}, ["carl"]),
        ({"by": "field", "field": "sponsors"}, ["carl", "cora"]),
        ({"by": "field", "field": "nobody"}, ["flow_admin@None"]),
        ({"by": "user", "user": "unheard_of"}, ["flow_admin@None"]),
        ({"by": "post", "post": "unheard_of"}, ["flow_admin@None"]),
    ],
    ids=str,
)
def test_ways_of_assigning(assign: dict[str, Any], expected: list[str]) -> None:
    facts = {"sponsor": "carl", "sponsors": ("carl", "cora"), "tier": "credit_manager_and_finance", "nobody": None}
    assert asked(assign=[assign], facts=facts) == expected


def test_every_reason_can_be_said() -> None:
    facts = {"sponsor": "carl", "tier": "committee"}
    ways: list[dict[str, Any]] = [
        {"by": "user", "user": "fred"},
        {"by": "post", "post": "finance_reviewer"},
        {"by": "post", "post": "finance_reviewer", "within": "applicant_dept_tree"},
        {"by": "superior", "level": 2},
        {"by": "department_head"},
        {"by": "committee", "key": "risk_committee"},
        {"by": "tier"},
        {"by": "field", "field": "sponsor"},
        {"by": "user", "user": "li"},
        {"by": "user", "user": "unheard_of"},
    ]
    for way in ways:
        move = start(flow_of(assign=[way]), applicant="li", facts=facts, directory=COMPANY, now=NOON)
        code, params = reason(move.state.tasks[0].why)
        for language in ("zh_Hans_CN", "en"):
            assert sentences(language)[code].format(**params)


def test_a_post_becomes_one_row_or_one_for_each() -> None:
    post = [{"by": "post", "post": "risk_committee"}]
    assert asked(assign=post) == ["risk_committee@None"]
    assert asked(assign=post, quorum={"rule": "all"}) == ["rhea", "rob", "ruth"]
    assert asked(assign=post, quorum={"rule": "any", "order": "sequential"}) == ["rhea"]
    crowd = replace(COMPANY, people={**COMPANY.people, **{f"p{i}": COMPANY.people["rob"] for i in range(5000)}})
    assert asked(crowd, assign=post) == ["risk_committee@None"]


def test_the_same_person_twice_sits_once() -> None:
    twice = [{"by": "superior"}, {"by": "department_head"}, {"by": "user", "user": "nora"}]
    assert asked(assign=twice, quorum={"rule": "all"}) == ["nora"]


@pytest.mark.parametrize(
    ("on_self", "assign", "expected"),
    [
        ("superior", {"by": "user", "user": "li"}, ["nora"]),
        ("skip_if_others", {"by": "user", "user": "li"}, ["flow_admin@None"]),
        ("block", {"by": "user", "user": "li"}, ["assign.self_blocked"]),
        ("flow_admin", {"by": "user", "user": "li"}, ["flow_admin@None"]),
        ("block", {"by": "post", "post": "finance_reviewer"}, ["finance_reviewer@None"]),
    ],
)
def test_the_applicant_is_never_asked(on_self: str, assign: dict[str, Any], expected: list[str]) -> None:
    people = COMPANY.giving("li", "finance_reviewer")
    assert asked(people, on_self=on_self, assign=[assign]) == expected


def test_skipped_where_there_are_others() -> None:
    both = [{"by": "user", "user": "li"}, {"by": "user", "user": "carl"}]
    assert asked(on_self="skip_if_others", assign=both, quorum={"rule": "all"}) == ["carl"]
    assert asked(assign=both, quorum={"rule": "all"}) == ["nora", "carl"]


def test_the_top_has_no_superior() -> None:
    assert asked(applicant="gm", assign=[{"by": "user", "user": "gm"}]) == ["flow_admin@None"]


def test_a_superior_who_left_or_is_a_party_is_passed_over() -> None:
    own = [{"by": "user", "user": "li"}]
    assert asked(COMPANY.without("nora"), assign=own) == ["sara"]
    assert asked(assign=own, facts={"customer": {"owner": "nora"}}) == ["sara"]


def test_fallbacks_in_order() -> None:
    empty = [{"by": "user", "user": "unheard_of"}]
    chain = ["user:unheard_of", "post:no_post", "superior", "flow_admin"]
    assert asked(assign=empty, on_empty=chain) == ["nora"]
    assert asked(COMPANY.without("nora"), assign=empty, on_empty=chain) == ["flow_admin@None"]
    assert asked(COMPANY.without("nora", "admin"), assign=empty, on_empty=chain) == ["assign.nobody"]
    assert asked(assign=empty, on_empty=["committee:risk_committee"]) == ["rhea", "rob", "ruth"]
    assert asked(assign=empty, on_empty=["department_head"]) == ["nora"]
    assert asked(applicant="admin", assign=empty) == ["assign.nobody"], "the flow admin does not approve an own Case"


def test_too_few_for_a_count_is_as_good_as_nobody() -> None:
    two = [{"by": "user", "user": "carl"}, {"by": "user", "user": "cora"}]
    assert asked(assign=two, quorum={"rule": "count", "count": 2}) == ["carl", "cora"]
    assert asked(COMPANY.without("cora"), assign=two, quorum={"rule": "count", "count": 2}) == ["flow_admin@None"]


def test_a_step_that_decides_nothing_may_pass_without_anybody() -> None:
    empty = [{"by": "user", "user": "unheard_of"}]
    move = start(
        flow_of(assign=empty, decision=False, on_empty=["pass"]), applicant="li", facts={}, directory=COMPANY, now=NOON
    )
    assert move.state.status == "approved"


def _open(people: Organisation, **members: Any) -> tuple[Any, State]:
    flow = flow_of(**members)
    return flow, start(flow, applicant="li", facts={}, directory=people, now=NOON).state


def test_people_who_leave_with_work_open() -> None:
    """Nothing is lost: it can be seen, and a flow admin has the Step assigned anew."""
    flow, state = _open(COMPANY, assign=[{"by": "superior"}], on_empty=["post:sales_head"])
    later: dict[str, Any] = {"facts": {}, "directory": COMPANY.without("nora"), "now": NOON}
    assert stuck(flow, state, facts={}, directory=COMPANY, now=NOON) == ()
    assert [task.id for task in stuck(flow, state, **later)] == ["t1"]
    with pytest.raises(Refused, match=r"task\.not_yours"):
        act(flow, state, Decide("t1", "nora", "approve"), **later)
    moved = act(flow, state, Retry("admin"), **later)
    assert [(task.id, task.status, task.group) for task in moved.state.tasks] == [
        ("t1", "cancelled", None),
        ("t2", "open", "sales_head"),
    ]
    with pytest.raises(Refused, match=r"case\.not_failed"):
        act(flow, moved.state, Retry("admin"), **later)


def test_who_had_already_approved_is_not_asked_again() -> None:
    committee = {"assign": [{"by": "committee", "key": "risk_committee"}], "quorum": {"rule": "all"}}
    flow, state = _open(COMPANY, **committee)
    given: dict[str, Any] = {"facts": {}, "directory": COMPANY, "now": NOON}
    state = act(flow, state, Decide("t1", "rhea", "approve"), **given).state
    state = act(flow, state, Decide("t2", "rob", "approve"), **given).state
    given["directory"] = COMPANY.without("ruth")
    moved = act(flow, state, Retry("admin"), **given)
    assert moved.state.status == "approved"
    assert [(task.by, task.auto) for task in moved.state.tasks] == [
        ("rhea", False), ("rob", False), (None, False), ("rhea", True), ("rob", True)
    ]  # fmt: skip


def test_a_claim_ends_when_the_claimer_leaves() -> None:
    flow, state = _open(COMPANY, assign=[{"by": "post", "post": "risk_committee"}])
    state = act(flow, state, Claim("t1", "rob"), facts={}, directory=COMPANY, now=NOON).state
    later: dict[str, Any] = {"facts": {}, "directory": COMPANY.without("rob"), "now": NOON}
    assert stuck(flow, state, **later) == ()
    assert act(flow, state, Claim("t1", "ruth"), **later).state.tasks[0].claimed_by == "ruth"
    assert act(flow, state, Decide("t1", "rhea", "approve"), **later).state.status == "approved"


def test_time_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        start(flow_of(assign=[{"by": "superior"}]), applicant="li", facts={}, directory=COMPANY,
              now=NOON.replace(tzinfo=None))  # fmt: skip


def test_events_of_another_case_are_not_replayed() -> None:
    flow = flow_of(assign=[{"by": "superior"}])
    events = start(flow, applicant="li", facts={}, directory=COMPANY, now=NOON).events
    assert replay(flow, events).waiting == "tasks"
    for wrong in ((), events[1:], (*events, events[0])):
        with pytest.raises(ValueError):
            replay(flow, wrong)
    with pytest.raises(ValueError, match="no step"):
        replay(compile_flow({
            "steps": [{"id": "start", "type": "start"}, {"id": "end", "type": "end"}],
            "routes": [{"from": "start", "to": "end"}]}), events)  # fmt: skip


def test_weights_and_vetoes_are_fixed_when_the_step_opens() -> None:
    quorum = {"rule": "weight", "veto": ["post:risk_head"], "weights": [{"of": "post:risk_head", "weight": "60"},
                                                                       {"of": "user:rob", "weight": "40"}]}  # fmt: skip
    _, state = _open(COMPANY, assign=[{"by": "committee", "key": "risk_committee"}], quorum=quorum)
    assert [(m.user, m.weight, m.veto) for m in state.runs[-1].members] == [
        ("rhea", Decimal(60), True), ("rob", Decimal(40), False), ("ruth", Decimal(0), False)
    ]  # fmt: skip


def test_a_refusal_passes_through_context_managers() -> None:
    @contextmanager
    def transaction() -> Iterator[None]:
        yield

    with pytest.raises(Refused) as caught, transaction():
        raise Refused("conflict", "case.final", {"status": "approved"})
    assert caught.value.kind == "conflict"
    assert caught.value.code == "case.final"
    assert caught.value.params == {"status": "approved"}
    assert str(caught.value) == "case.final {'status': 'approved'}"
