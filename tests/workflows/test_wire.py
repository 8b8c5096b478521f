"""What is stored comes back exactly: facts, events, States."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import event_from_json, event_to_json
from workflows import events as ev
from workflows.quorum import Quorum
from workflows.state import Member, State
from workflows.wire import fact_from_json, fact_to_json, plain_facts

NOON = datetime(2025, 11, 3, 4, tzinfo=UTC)
facts = st.recursive(
    st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC)),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(facts)
def test_a_fact_comes_back(value: Any) -> None:
    assert fact_from_json(json.loads(json.dumps(fact_to_json(value)))) == value


def test_a_text_that_looks_like_a_number_stays_a_text() -> None:
    assert fact_from_json(fact_to_json("6960000")) == "6960000"
    assert fact_from_json(fact_to_json({"decimal": "1"})) == {"decimal": "1"}
    assert fact_from_json(fact_to_json("2025-11-03")) == "2025-11-03"


def test_whole_numbers_become_decimals() -> None:
    found = plain_facts({"a": 3, "b": [date(2025, 1, 1), True]})
    assert found == {"a": Decimal(3), "b": (date(2025, 1, 1), True)}
    assert type(found["a"]) is Decimal


@pytest.mark.parametrize("value", [0.5, Decimal("NaN"), Decimal("Infinity"), object(), {"x": [1.5]}, b"x"])
def test_what_is_no_fact_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        fact_to_json(value)


EVENTS: list[ev.Event] = [
    ev.CaseOpened("li", NOON),
    ev.StepEntered("a", "approval", 2, NOON, (Member("u", weight=Decimal("40.5"), veto=True, why={"by": "user"}),)),
    ev.StepEntered("a", "approval", 2, NOON, (), Quorum("ratio", ratio=Decimal("0.6"), inclusive=False), True, "end"),
    ev.StepLeft("a", 1, "passed", NOON),
    ev.RatingWanted("rate", ("score",), NOON, "card", None, "policy"),
    ev.CaseRated("rate", {"score": Decimal("84.80"), "grade": None, "list": ("a", Decimal(1))}, NOON),
    ev.RouteTaken("a", "b", NOON, (ev.Condition("b", "limit > 1", None, ({"code": "missing", "field": "limit"},)),)),
    ev.TaskOpened("t1", "a", 1, 0, NOON, None, "post", "d1", {"by": "post", "post": "post"}),
    ev.TaskClaimed("t1", "u", NOON),
    ev.TaskReleased("t1", "u", NOON),
    ev.DecisionMade("t1", "u", "approve", NOON, "好", ("risk_head",), ("limit",), True, "t0"),
    ev.TaskClosed("t2", "not_required", NOON),
    ev.CaseReturned("u", "a", "start", "direct", "return", NOON, True, ("t1",), ("limit",)),
    ev.CaseResubmitted("li", "replay", NOON, ("limit",)),
    ev.Told("c", NOON, ("li",), ("credit_controller",)),
    ev.CaseApproved("end", NOON, "credit_limit", "auto"),
    ev.CaseRejected("end", NOON, None),
    ev.CaseWithdrawn("li", NOON),
    ev.CaseVoided("admin", "原因", NOON),
    ev.CaseFailed("a", "assign.nobody", NOON, {"step": "a"}),
    ev.CaseRetried("admin", NOON),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back(event: ev.Event) -> None:
    stored = json.dumps(event_to_json(event))
    assert event_from_json(json.loads(stored)) == event
    assert json.dumps(event_to_json(event_from_json(json.loads(stored)))) == stored


def test_each_kind_of_event_is_tried() -> None:
    assert {type(event) for event in EVENTS} == set(ev.EVENTS.values())


def test_moments_are_stored_in_utc() -> None:
    local = NOON.astimezone(timezone(timedelta(hours=8)))
    stored = event_to_json(ev.CaseOpened("li", local))
    assert stored == {"event": "case_opened", "applicant": "li", "at": "2025-11-03T04:00:00Z"}
    assert State.from_json(State("li", local).to_json()) == State("li", NOON)


def test_what_was_never_written_is_not_read() -> None:
    with pytest.raises(KeyError):
        event_from_json({"event": "case_exploded"})
    with pytest.raises(TypeError):
        event_from_json({"event": "case_opened", "applicant": "li"})
