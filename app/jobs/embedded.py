"""The embedded backend: threads in the server claim due jobs, run them, and put failures where a person sees them."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.access import Conflict
from app.edge.runtime import Runtime
from app.edge.transaction import begin_work
from app.jobs.run import HANDLERS, LEASE, Cancelled, Fenced, Interrupted, Run
from app.models.job import Job
from app.work import SYSTEM

log = logging.getLogger("credence.jobs")
DETAIL = "\nDETAIL:"  # where PostgreSQL begins to tell what stood in the row: personal values may, and admins read this
LOST = "job.lost"  # stands as the error of a job whose process died again and again


def worker() -> str:
    """This process, as the admin finds it. Asked for late: a server's worker is forked from its master."""
    return f"{socket.gethostname()}:{os.getpid()}"


def due(session: Session, now: datetime, *, lock: bool, series: str | None = None) -> Job | None:
    """The next job to run: due and queued, or running with a lease that has lapsed (its process died).

    `series` narrows to jobs whose unique key begins so.
    """
    query = (
        select(Job)
        .where(
            or_(
                Job.status.in_(("queued", "failed")) & (Job.due_at <= now),
                (Job.status == "running") & (Job.lease_until < now),
            )
        )
        .order_by(Job.priority, Job.due_at, Job.id)
        .limit(1)
    )
    if series is not None:
        query = query.where(Job.unique_key.startswith(series, autoescape=True))
    return session.scalar(query.with_for_update(skip_locked=True) if lock else query)


def claim(instance: Runtime, *, stopping: threading.Event | None = None, series: str | None = None) -> Run | None:
    """Take one due job with a fresh lease and the next attempt number; None when nothing is due.

    A job whose process died with it on its last attempt is not tried for ever: it waits for a person.
    """
    now = instance.clock()
    with begin_work(instance, SYSTEM) as work:
        job = due(work.session, now, lock=not instance.database.is_sqlite, series=series)
        if job is None:
            return None
        lost = job.status == "running" and job.attempt >= job.max_attempts
        values: dict[str, Any] = {
            "status": "running",
            "attempt": job.attempt + 1,
            "lease_until": now + LEASE,
            "worker": worker(),
            "started_at": now,
            "finished_at": None,
        }
        if lost:
            values = {"status": "dead", "error": LOST, "lease_until": None, "finished_at": now}
        taken = work.session.execute(
            update(Job)
            .where(Job.id == job.id, Job.attempt == job.attempt, Job.status == job.status)
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            return None
        found = (job.id, job.name, job.arguments, job.attempt + 1)
    if lost:
        return claim(instance, stopping=stopping, series=series)
    return Run(instance, *found, instance.clock, stopping or threading.Event())


def perform(run: Run) -> None:
    """Run one claimed job to its end; whatever happens is written on its row."""
    handle = HANDLERS.get(run.name)
    try:
        if handle is None:
            raise LookupError(f"no handler is registered for {run.name}")
        handle(run)
    except Fenced:
        log.warning("job %s attempt %s was overtaken", run.job_id, run.attempt)
    except Cancelled:
        _end(run, "cancelled", None)
    except Interrupted:
        _give_back(run)
    except Exception as error:
        log.exception("job %s (%s) attempt %s failed", run.job_id, run.name, run.attempt)
        _fail(run, error)
    else:
        _end(run, "done", None)


def _end(run: Run, status: str, error: str | None) -> None:
    """Nothing where the last chunk has said so already, or another attempt owns the job."""
    _change(run, status=status, error=error, finished_at=run.clock(), lease_until=None, cancel_asked=False)


def _give_back(run: Run) -> None:
    """The process goes down in good order: the job is due again at once, and this attempt is not held against it."""
    _change(run, status="queued", due_at=run.clock(), lease_until=None, max_attempts=Job.max_attempts + 1)


def _change(run: Run, **values: Any) -> None:
    with begin_work(run.instance, SYSTEM) as work:
        work.session.execute(
            update(Job)
            .where(Job.id == run.job_id, Job.attempt == run.attempt, Job.status == "running")
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _fail(run: Run, error: Exception) -> None:
    """Back-off doubles from five seconds to an hour, with jitter so that a herd does not return together."""
    with begin_work(run.instance, SYSTEM) as work:
        job = work.session.get(Job, run.job_id)
        if job is None or job.attempt != run.attempt or job.status != "running":
            return
        job.error = f"{type(error).__name__}: {str(error).partition(DETAIL)[0]}"[:2000]
        job.lease_until = None
        if isinstance(error, LookupError) or job.attempt >= job.max_attempts:
            job.status, job.finished_at = "dead", run.clock()
            return
        wait = min(3600.0, 5.0 * 2 ** (job.attempt - 1)) * random.uniform(0.8, 1.2)
        job.status, job.due_at = "failed", run.clock() + timedelta(seconds=wait)


def drain(instance: Runtime, limit: int = 100_000) -> int:
    """Run due jobs in this thread until none is left; returns how many ran. For the command line and for tests."""
    for count in range(limit):
        run = claim(instance)
        if run is None:
            return count
        perform(run)
    return limit


class Backend:
    """Worker threads that sleep until woken or a second has passed."""

    def __init__(self, instance: Runtime, threads: int) -> None:
        self._instance = instance
        self._stop = threading.Event()
        self.threads = [
            threading.Thread(target=self._loop, name=f"jobs-{number}", daemon=True) for number in range(threads)
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Ask all to stop and wait: a job in the middle ends its chunk and goes back to the queue."""
        self._stop.set()
        for thread in self.threads:
            thread.join(seconds)

    def _loop(self) -> None:
        while not self._stop.is_set():
            try:
                run = claim(self._instance, stopping=self._stop)
            except Conflict:
                run = None  # somebody else was quicker
            except Exception:
                log.exception("claiming a job failed")
                run = None
            if run is None:
                self._stop.wait(1.0)
            else:
                self._perform(run)

    def _perform(self, run: Run) -> None:
        try:
            perform(run)
        except Exception:  # not even its row could be written; its lease lapses and it is claimed again
            log.exception("job %s (%s) could not be brought to an end", run.job_id, run.name)
