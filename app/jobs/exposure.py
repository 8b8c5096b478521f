"""What customer lists repeat of open items, computed anew each day: receivables fall due while nobody imports."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from app.jobs.run import Chunk, Run, handler
from app.models.customer import Customer
from app.services import limits, ratings
from app.work import Work

CHUNK = 500


@handler("exposure.refresh")
def refresh(run: Run) -> None:
    """Exposure and overdue amount of every customer as of the business day."""
    each_customer(run, limits.refresh_exposure)


def each_customer(
    run: Run, act: Callable[[Work, Sequence[str]], None], end: Callable[[Chunk], None] = Chunk.close
) -> None:
    """`act` on all customers, some hundred ids at a time, in id order, resumed after the last one done.

    `end` closes the last chunk.
    """
    with run.chunk() as chunk:
        chunk.total = chunk.work.session.scalar(select(func.count()).select_from(Customer)) or 0
        total, after, done = chunk.total, chunk.job.result.get("after"), chunk.job.progress
    while True:
        with run.chunk() as chunk:
            ids = ratings.next_ids(chunk.work.session, after, CHUNK)
            act(chunk.work, ids)
            done += len(ids)
            after = ids[-1] if ids else after
            chunk.progress, chunk.total, chunk.result = done, total, {"after": after}
            ready = len(ids) < CHUNK
            if ready:
                end(chunk)
        if ready:
            return
