"""Serial numbers: in order, anew each period, never twice, also for two that submit at one time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest

from app.models.serial import SerialCounter
from app.services import serials
from forms import Answers, check
from tests.builders import Clock
from tests.forms.build import People, form_of, setup

FORM = form_of(setup("serial", "number", pattern="HT{yyyy}{mm}-{n:3}", reset="month"), setup("text", "y"))


def answers(form: Any = FORM, **raw: Any) -> Answers:
    return check(form, raw, now=datetime(2026, 11, 23, tzinfo=UTC), lookups=People())


def test_numbers_run_and_begin_anew_each_month(work, clock: Clock) -> None:
    with work() as w:
        assert serials.number(w, "contract", answers()).values["number"] == "HT202601-001"
        assert serials.number(w, "contract", answers()).values["number"] == "HT202601-002"
        # Another form counts for itself.
        assert serials.number(w, "order", answers()).values["number"] == "HT202601-001"
    clock.forward(days=30)
    with work() as w:
        assert serials.number(w, "contract", answers()).values["number"] == "HT202602-001"


def test_a_number_given_stays(work) -> None:
    with work() as w:
        first = serials.number(w, "contract", answers(y="a"))
        kept = check(
            FORM, {"y": "b"}, now=datetime(2027, 1, 5, tzinfo=UTC), lookups=People(), stored=first.to_json()
        )
        assert serials.number(w, "contract", kept).to_json() == {**first.to_json(), "y": "b"}


def test_a_submission_that_fails_leaves_no_repeat(work) -> None:
    with pytest.raises(RuntimeError), work() as w:
        serials.number(w, "contract", answers())
        raise RuntimeError
    with work() as w:
        given = [serials.number(w, "contract", answers()).values["number"] for _ in range(2)]
    assert len(set(given)) == 2


def test_a_new_pattern_never_spells_an_old_number(work) -> None:
    wide = form_of(setup("serial", "number", pattern="HT{yyyy}{n:4}", reset="year"))
    narrow = form_of(setup("serial", "number", pattern="HT{yyyy}{mm}{n:2}", reset="month"))
    with work() as w:
        for _ in range(2):
            serials.number(w, "contract", answers(wide))
    with work() as w:
        given = {serials.number(w, "contract", answers(narrow)).values["number"] for _ in range(3)}
        assert given == {"HT20260101", "HT20260102", "HT20260103"}
    with work() as w:
        # The wide counter now runs into the numbers of January and steps over them.
        counter = w.session.get_one(SerialCounter, ("contract", "f_01", "2026"))
        counter.value = 100
        assert serials.number(w, "contract", answers(wide)).values["number"] == "HT20260104"


def test_many_at_one_time_get_as_many_numbers(work) -> None:
    crowd = 6
    together = Barrier(crowd)

    def take(_place: int) -> Any:
        together.wait(20)
        with work() as w:
            return serials.number(w, "contract", answers()).values["number"]

    with ThreadPoolExecutor(crowd) as threads:
        given = sorted(threads.map(take, range(crowd)))
    assert given == [f"HT202601-{n:03d}" for n in range(1, crowd + 1)]


def test_a_hidden_number_is_not_given_until_it_is_shown(work) -> None:
    form = form_of(
        setup("serial", "number", pattern="A{n}", reset="never"), setup("yes_no", "y"),
        rules=[{"id": "r1", "effect": "show", "target": "number", "when": "y"}],
    )  # fmt: skip
    with work() as w:
        assert serials.number(w, "contract", answers(form)).values["number"] is None
        assert serials.number(w, "contract", answers(form, y=True)).values["number"] == "A1"
