"""One attempt at one job, and the registry of what each name means.

The attempt number is the fence: every transaction of a job re-states it, so an attempt that lost its lease (a stalled
process, a second delivery) can no longer have an effect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import update

from app.edge.runtime import Runtime
from app.edge.transaction import begin_work
from app.models.job import Job
from app.work import SYSTEM, Actor, Work

LEASE = timedelta(seconds=60)


class Fenced(Exception):
    """Another attempt owns this job now; this one stops without effect."""


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class Interrupted(Exception):
    """This process is going down; the job goes on in the next one, from the row it left."""


@dataclass(slots=True)
class Chunk:
    """One transaction of a job: what it leaves on its row, committed together with the effect. `last` marks it done."""

    work: Work
    job: Job
    progress: int | None = None
    total: int | None = None
    result: Mapping[str, Any] | None = None
    last: bool = False

    def close(self) -> None:
        """Say that the job is done with this transaction."""
        self.last = True


@dataclass(frozen=True, slots=True)
class Run:
    """What a handler is given. Leases are kept by `clock`, which `at` leaves alone."""

    instance: Runtime
    job_id: str
    name: str
    arguments: Mapping[str, Any]
    attempt: int
    clock: Callable[[], datetime]
    stopping: Event = field(default_factory=Event)

    def at(self, moment: datetime) -> Run:
        """The same attempt, whose work is done as of another moment (the demo has a past)."""
        return replace(self, instance=replace(self.instance, clock=lambda: moment))

    @contextmanager
    def chunk(self, *, actor: Actor = SYSTEM) -> Iterator[Chunk]:
        """A transaction whose effect counts only while this attempt owns the job; it also renews the lease."""
        if self.stopping.is_set():
            raise Interrupted
        with begin_work(self.instance, actor, f"job-{self.job_id}") as work:
            job = work.session.get(Job, self.job_id)
            if job is None:
                raise Fenced
            if job.cancel_asked:
                raise Cancelled
            found = Chunk(work, job)
            yield found
            self._keep(found)

    def _keep(self, chunk: Chunk) -> None:
        now = self.clock()
        changes: dict[str, Any] = {"lease_until": now + LEASE}
        if chunk.progress is not None:
            changes["progress"] = chunk.progress
        if chunk.total is not None:
            changes["total"] = chunk.total
        if chunk.result is not None:
            changes["result"] = dict(chunk.result)
        if chunk.last:
            changes |= {"status": "done", "finished_at": now, "lease_until": None, "error": None}
        statement = update(Job).where(Job.id == self.job_id, Job.attempt == self.attempt, Job.status == "running")
        affected = chunk.work.session.execute(
            statement.values(**changes).execution_options(synchronize_session=False)
        )
        if affected.rowcount != 1:  # type: ignore[attr-defined]
            raise Fenced

    def heartbeat(self) -> None:
        """Keep the lease while computing; raises Fenced or Cancelled when there is no point in going on."""
        with self.chunk():
            pass


Handler = Callable[[Run], None]
HANDLERS: dict[str, Handler] = {}


def handler(name: str) -> Callable[[Handler], Handler]:
    """Register the function that does the job called `name`. Its last chunk should say so."""

    def keep(function: Handler) -> Handler:
        if name in HANDLERS:
            raise ValueError(f"two handlers for {name}")
        HANDLERS[name] = function
        return function

    return keep
