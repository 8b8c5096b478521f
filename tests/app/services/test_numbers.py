"""Running numbers: unique, also for the first two that ask in a new year."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from app.services.numbers import next_number
from tests.builders import Clock


def test_numbers_run_and_begin_anew_each_year(work, clock: Clock) -> None:
    for number in ("SX2026000001", "SX2026000002"):
        with work() as w:
            assert next_number(w, "request", "SX{year}{n:06d}") == number
    clock.forward(days=365)
    with work() as w:
        assert next_number(w, "request", "SX{year}{n:06d}") == "SX2027000001"
        assert next_number(w, "customer", "KH{year}{n:06d}") == "KH2027000001"


def test_the_first_two_of_a_series_at_one_time_get_two_numbers(work) -> None:
    together = Barrier(2)

    def take(_place: int) -> str:
        with work() as w:
            together.wait(10)
            return next_number(w, "request", "{year}-{n}")

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(take, range(2))) == ["2026-1", "2026-2"]
