"""Jobs: claimed once, fenced by their attempt, retried with back-off, resumed after a lost process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from threading import Event

import pytest
from sqlalchemy import select

from app.access import Conflict
from app.edge.runtime import Runtime
from app.jobs import run as registry
from app.jobs.embedded import Backend, claim, drain, perform
from app.jobs.run import LEASE, Cancelled, Fenced, Run, handler
from app.jobs.ticker import lead, resign, tick
from app.models.case import Counter
from app.models.job import Job, Timer
from app.services import jobs
from tests.builders import Clock


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    before = dict(registry.HANDLERS)
    yield
    registry.HANDLERS.clear()
    registry.HANDLERS.update(before)


def job(work, job_id: str) -> Job:
    with work() as w:
        return w.session.get_one(Job, job_id)


def queue(work, name: str, **more) -> str:
    with work() as w:
        return jobs.queue(w, name, **more).id


def count_up(run: Run) -> None:
    """Ten chunks; each adds one to a counter together with its progress."""
    while True:
        with run.chunk() as chunk:
            row = chunk.work.session.get(Counter, "n") or Counter(name="n", value=0)
            chunk.work.session.add(row)
            row.value += 1
            chunk.progress, chunk.total = row.value, 10
            chunk.last = row.value >= 10
        if chunk.last:
            return


def counter(work) -> int:
    with work() as w:
        return w.session.scalar(select(Counter.value).where(Counter.name == "n")) or 0


def test_a_job_runs_once_with_progress(work, instance: Runtime) -> None:
    handler("count")(count_up)
    job_id = queue(work, "count")
    assert drain(instance) == 1
    done = job(work, job_id)
    assert (done.status, done.progress, done.total, done.attempt) == ("done", 10, 10, 1)
    assert counter(work) == 10
    assert drain(instance) == 0


def test_a_job_rolled_back_was_never_queued(work, instance: Runtime) -> None:
    with pytest.raises(ZeroDivisionError), work() as w:
        jobs.queue(w, "count")
        _ = 1 / 0
    assert claim(instance) is None


def test_the_same_key_queues_once(work) -> None:
    first = queue(work, "count", unique_key="k")
    assert queue(work, "count", unique_key="k") == first


def test_a_lost_process_is_followed_by_another_without_a_second_effect(work, instance: Runtime, clock: Clock) -> None:
    handler("count")(count_up)
    job_id = queue(work, "count")
    lost = claim(instance)
    assert lost is not None
    with lost.chunk() as chunk:  # it came this far, then its process died
        chunk.work.session.add(Counter(name="n", value=3))
        chunk.progress = 3
    assert claim(instance) is None  # its lease still holds
    clock.forward(seconds=LEASE.total_seconds() + 1)
    assert drain(instance) == 1
    assert counter(work) == 10
    with pytest.raises(Fenced), lost.chunk() as chunk:  # and should it wake up, it has no effect any more
        chunk.work.session.get_one(Counter, "n").value = 99
    assert counter(work) == 10
    assert job(work, job_id).attempt == 2


def test_failures_back_off_and_end_where_a_person_sees_them(work, instance: Runtime, clock: Clock) -> None:
    @handler("broken")
    def broken(run: Run) -> None:
        raise ValueError("no such file\nDETAIL:  Failing row contains (李明, 13800000000).")  # as PostgreSQL ends it

    job_id = queue(work, "broken")
    waits = []
    for _ in range(5):
        assert drain(instance) == 1
        row = job(work, job_id)
        waits.append(row.due_at - clock())
        clock.forward(hours=2)
    assert row.status == "dead"
    assert row.error == "ValueError: no such file"
    assert all(later > earlier for earlier, later in pairwise(waits[:4]))
    assert drain(instance) == 0


def test_an_unknown_job_is_dead_at_once(work, instance: Runtime) -> None:
    job_id = queue(work, "nobody.knows")
    drain(instance)
    assert job(work, job_id).status == "dead"


def test_cancel_and_retry(house, clock: Clock) -> None:
    handler("count")(count_up)
    with house.work() as w:
        job_id = jobs.queue(w, "count").id
    with house.work("chenan") as w:
        jobs.cancel(w, job_id)
    assert drain(house.instance) == 0
    with house.work("chenan") as w:
        jobs.retry(w, job_id)
    assert drain(house.instance) == 1
    with house.work("chenan") as w, pytest.raises(Conflict, match=r"job\.finished"):
        jobs.cancel(w, job_id)


def test_a_running_job_stops_at_its_next_chunk(house) -> None:
    with house.work() as w:
        job_id = jobs.queue(w, "count").id
    run = claim(house.instance)
    with house.work("chenan") as w:
        jobs.cancel(w, job_id)
    with pytest.raises(Cancelled), run.chunk():
        pass
    handler("count")(lambda again: again.heartbeat())
    perform(run)
    with house.work() as w:
        assert w.session.get_one(Job, job_id).status == "cancelled"


def test_many_workers_never_take_the_same_job(work, instance: Runtime) -> None:
    taken: list[str] = []
    handler("note")(lambda run: taken.append(run.job_id))
    wanted = {queue(work, "note") for _ in range(30)}

    def worker() -> None:
        misses = 0
        while misses < 20:
            try:
                run = claim(instance)
            except Conflict:
                run = None
            if run is None:
                misses += 1
            else:
                perform(run)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: worker(), range(4)))
    assert sorted(taken) == sorted(wanted)


def test_timers_fire_once_and_missed_times_are_merged(work, instance: Runtime, clock: Clock) -> None:
    with work() as w:
        jobs.set_timer(w, "once", "a", clock() + timedelta(minutes=1))
        jobs.set_timer(w, "often", "a", clock() + timedelta(minutes=1), every_seconds=60)
    tick(instance)
    with work() as w:
        assert w.session.scalars(select(Job)).all() == []
    clock.forward(minutes=10, seconds=30)  # asleep through nine beats
    tick(instance)
    tick(instance)
    with work() as w:
        assert sorted(w.session.scalars(select(Job.name))) == ["often", "once"]
        due = w.session.scalar(select(Timer.due_at).where(Timer.name == "often"))
        assert due is not None
        assert timedelta(0) < due - clock() <= timedelta(minutes=1)


def test_one_leads_until_its_seat_is_old(work, clock: Clock) -> None:
    with work() as w:
        assert lead(w, "one")
    with work() as w:
        assert not lead(w, "two")
    clock.forward(seconds=11)
    with work() as w:
        assert lead(w, "two")
    with work() as w:
        assert not lead(w, "one")


def test_only_an_admin_manages_jobs(house) -> None:
    from app.access import Forbidden

    with house.work() as w:
        job_id = jobs.queue(w, "count").id
    with house.work("lina") as w, pytest.raises(Forbidden):
        jobs.cancel(w, job_id)


def test_a_process_going_down_gives_its_job_back_without_a_mark(work, instance: Runtime) -> None:
    handler("count")(count_up)
    job_id = queue(work, "count")
    run = claim(instance)
    assert run is not None
    with run.chunk() as chunk:
        chunk.work.session.add(Counter(name="n", value=3))
    run.stopping.set()
    perform(run)
    row = job(work, job_id)
    assert (row.status, row.attempt, row.max_attempts, row.error, row.lease_until) == ("queued", 1, 6, None, None)
    assert drain(instance) == 1
    assert counter(work) == 10


def test_a_job_that_takes_its_process_down_every_time_ends_with_a_person(
    work, instance: Runtime, clock: Clock
) -> None:
    job_id = queue(work, "count")
    for _ in range(5):
        assert claim(instance) is not None  # and the process dies
        clock.forward(seconds=LEASE.total_seconds() + 1)
    other = queue(work, "count")
    following = claim(instance)
    assert following is not None
    assert following.job_id == other, "the next job is not held up"
    row = job(work, job_id)
    assert (row.status, row.error, row.attempt) == ("dead", "job.lost", 5)


def test_work_of_another_moment_keeps_its_lease_by_the_clock(work, instance: Runtime, clock: Clock) -> None:
    job_id = queue(work, "count")
    run = claim(instance)
    assert run is not None
    past = clock() - timedelta(days=30)
    with run.at(past).chunk() as chunk:
        assert chunk.work.now == past
    assert job(work, job_id).lease_until == clock() + LEASE


def test_who_resigns_lets_the_next_lead_at_once(work, instance: Runtime) -> None:
    assert tick(instance, "one")
    assert not tick(instance, "two")
    resign(instance, "two")
    assert not tick(instance, "two"), "a seat is left by its holder only"
    resign(instance, "one")
    instance.clock.forward(seconds=1)
    assert tick(instance, "two")


def test_the_backend_runs_jobs_and_stops(work, instance: Runtime) -> None:
    done = Event()
    handler("signal")(lambda run: done.set())
    queue(work, "signal")
    backend = Backend(instance, 2)
    backend.start()
    assert done.wait(20)
    backend.stop()
    assert not any(thread.is_alive() for thread in backend.threads)
