"""Guessing is slowed by growing waits, never stopped for good, and never by a stranger for the owner."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.models.people import SignInFailure
from app.services import sessions, sign_in, throttle
from tests.app.crew import Crew
from tests.builders import Clock

LIFE = sessions.Lifetime(timedelta(hours=8), timedelta(hours=24))


def _fail(crew: Crew, username: str, address: str) -> timedelta:
    """One wrong guess; returns how long it would have had to wait (zero when it was looked at)."""
    with crew.work() as work:
        found = sign_in.attempt(work, username, address)
    if not found.must_wait:
        with crew.work() as work:
            sign_in.refuse(work, found)
    return found.wait


def _succeed(crew: Crew, username: str, address: str) -> None:
    with crew.work() as work:
        found = sign_in.attempt(work, username, address)
        assert not found.must_wait
        sign_in.accept(work, found, LIFE, address, "test")


def test_waits_double_up_to_a_minute(crew: Crew, clock: Clock) -> None:
    assert [_fail(crew, "boss", "10.0.0.1") for _ in range(5)] == [timedelta(0)] * 5
    seen = []
    for _ in range(9):
        wait = _fail(crew, "boss", "10.0.0.1")
        seen.append(int(wait.total_seconds()))
        clock.forward(seconds=wait.total_seconds())
        assert _fail(crew, "boss", "10.0.0.1") == timedelta(0)
    assert seen == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_an_attempt_too_early_neither_counts_nor_is_looked_at(crew: Crew, clock: Clock) -> None:
    for _ in range(5):
        _fail(crew, "boss", "10.0.0.1")
    for _ in range(50):
        assert _fail(crew, "boss", "10.0.0.1") == timedelta(seconds=1)
    with crew.work() as work:
        assert sign_in.attempt(work, "boss", "10.0.0.1").password_hash is None
    clock.forward(seconds=1)
    _succeed(crew, "boss", "10.0.0.1")


def test_failures_are_forgotten_with_time(crew: Crew, clock: Clock) -> None:
    for _ in range(5):
        _fail(crew, "boss", "10.0.0.1")
    clock.forward(hours=2)
    assert [_fail(crew, "boss", "10.0.0.1") for _ in range(4)] == [timedelta(0)] * 4


def test_a_stranger_cannot_slow_the_owner_at_the_usual_desk(crew: Crew, clock: Clock) -> None:
    _succeed(crew, "boss", "10.0.0.7")
    for _ in range(6):
        _fail(crew, "boss", "203.0.113.9")
    assert _fail(crew, "boss", "198.51.100.4") > timedelta(0), "other strangers wait with the first"
    _succeed(crew, "boss", "10.0.0.7")


def test_many_guesses_at_one_time_are_many_failures(crew: Crew) -> None:
    """All begin before any has failed: still only five are looked at."""
    looked = 0
    for _ in range(12):
        with crew.work() as work:
            looked += not sign_in.attempt(work, "boss", "10.0.0.1").must_wait
    assert looked == 5


def test_an_address_that_tries_many_accounts_waits(crew: Crew) -> None:
    waits = [_fail(crew, f"guess{n}", "203.0.113.9") for n in range(throttle.ADDRESS.free + 1)]
    assert waits[:-1] == [timedelta(0)] * throttle.ADDRESS.free
    assert waits[-1] > timedelta(0)
    assert _fail(crew, "guess0", "198.51.100.4") == timedelta(0)


def test_overall_counter_slows_a_swarm_a_little(crew: Crew) -> None:
    waits = [_fail(crew, f"guess{n}", f"203.0.{n % 250}.{n // 250}") for n in range(throttle.OVERALL.free + 1)]
    assert timedelta(0) < waits[-1] <= throttle.OVERALL.most
    assert not any(waits[:-1])


def test_what_was_typed_is_not_stored(crew: Crew) -> None:
    _fail(crew, "my secret password", "10.0.0.1")
    with crew.work() as work:
        keys = list(work.session.scalars(select(SignInFailure.key)))
    assert len(keys) == 3
    assert all(len(key) == 64 and int(key, 16) >= 0 for key in keys)


def test_old_counters_are_swept(crew: Crew, clock: Clock) -> None:
    for n in range(5):
        _fail(crew, f"guess{n}", "203.0.113.9")
    clock.forward(days=2)
    _fail(crew, "boss", "10.0.0.1")
    with crew.work() as work:
        assert len(list(work.session.scalars(select(SignInFailure.key)))) == 3
