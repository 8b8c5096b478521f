"""One key, one effect: repeated, refused, misused, at once, and forgotten after two days."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from sqlalchemy import func, select

from app.models.case import IdempotencyKey
from app.models.people import Department
from app.services import idempotency
from app.services.idempotency import Answer, once
from app.work import Subject, Verb, Work
from rules import Invalid
from tests.app.crew import Crew
from tests.builders import Clock


def _found(work: Work, key: str | None, request: Any, name: str = "north") -> Answer:
    def act() -> Answer:
        work.session.add(Department(key=name, name={"zh-CN": "北区"}))
        work.record(Verb.DEPARTMENT_CHANGED, Subject("department", name))
        return Answer(201, {"name": "北区", "amount": "12.50"})

    return once(work, key, request, act)


def _count(crew: Crew) -> int:
    with crew.work() as work:
        return work.session.scalar(select(func.count()).select_from(Department)) or 0


def _codes(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def test_the_same_again_gets_the_first_answer_and_does_nothing(crew: Crew) -> None:
    before = _count(crew)
    with crew.work("boss") as work:
        first = _found(work, "k-1", {"a": 1, "b": [True, None]})
    with crew.work("boss") as work:
        again = _found(work, "k-1", {"b": [True, None], "a": 1})
    assert (again.status, dict(again.body), again.repeated) == (201, {"name": "北区", "amount": "12.50"}, True)
    assert (first.status, first.repeated) == (201, False)
    assert _count(crew) == before + 1


def test_twice_in_one_transaction(crew: Crew) -> None:
    with crew.work("boss") as work:
        assert not _found(work, "k", {"a": 1}).repeated
        assert _found(work, "k", {"a": 1}).repeated


def test_another_request_under_the_key_is_refused(crew: Crew) -> None:
    with crew.work("boss") as work:
        _found(work, "k-1", {"a": 1})
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        _found(work, "k-1", {"a": 2}, "south")
    assert _codes(error) == ["idempotency.other_request"]


def test_keys_belong_to_their_actor(crew: Crew) -> None:
    crew.hire("lin")
    with crew.work("boss") as work:
        _found(work, "k-1", {"a": 1})
    with crew.work("lin") as work:
        assert not _found(work, "k-1", {"a": 2}, "south").repeated


def test_a_refused_act_leaves_the_key_free(crew: Crew) -> None:
    def refuse() -> Answer:
        raise Invalid([])

    with pytest.raises(Invalid), crew.work("boss") as work:
        once(work, "k-1", {"a": 1}, refuse)
    with crew.work("boss") as work:
        assert not _found(work, "k-1", {"a": 2}).repeated


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (None, "idempotency.required"),
        ("", "idempotency.required"),
        ("x" * 81, "idempotency.form"),
        ("a b", "idempotency.form"),
        ("键", "idempotency.form"),
        ("a\x00", "idempotency.form"),
        ("a\n", "idempotency.form"),
    ],
)
def test_what_is_no_key(crew: Crew, key: str | None, code: str) -> None:
    with crew.work("boss") as work, pytest.raises(Invalid) as error:
        _found(work, key, {})
    assert _codes(error) == [code]


def test_two_at_once_wait_for_each_other(crew: Crew) -> None:
    before = _count(crew)
    start, answers = threading.Barrier(2), []

    def send() -> None:
        start.wait()
        with crew.work("boss") as work:
            answers.append(_found(work, "k-1", {"a": 1}))

    people = [threading.Thread(target=send) for _ in range(2)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert sorted(answer.repeated for answer in answers) == [False, True]
    assert {answer.status for answer in answers} == {201}
    assert _count(crew) == before + 1


def test_kept_for_a_day_at_least_then_dropped(crew: Crew, clock: Clock) -> None:
    with crew.work("boss") as work:
        _found(work, "k-1", {"a": 1})
    clock.forward(hours=47)
    with crew.work() as work:
        assert idempotency.forget_old(work) == 0
    clock.forward(hours=2)
    with crew.work() as work:
        assert idempotency.forget_old(work) == 1
        assert work.session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0
