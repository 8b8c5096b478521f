"""Rate the whole portfolio in chunks: progress is kept on the job's row, and a lost process resumes where it was."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from app.jobs.run import Chunk, Run, handler
from app.models.customer import Customer
from app.services import ratings

CHUNK = 250


@handler("ratings.portfolio")
def rate_everybody(run: Run) -> None:
    """The whole portfolio with the model in force."""
    rate_portfolio(run)


def rate_portfolio(run: Run, end: Callable[[Chunk], None] = Chunk.close) -> None:
    """Every customer once, in id order; `after`, `rated` and `failed` on the row say how far it came.

    `end` closes the last chunk.
    """
    with run.chunk() as chunk:
        total = chunk.work.session.scalar(select(func.count()).select_from(Customer)) or 0
        so_far = dict(chunk.job.result) or {"after": None, "rated": 0, "failed": 0}
        chunk.total = total
    while True:
        with run.chunk() as chunk:
            session = chunk.work.session
            ids = ratings.next_ids(session, so_far["after"], CHUNK)
            customers = session.scalars(select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id)).all()
            if customers:
                results = ratings.rate_many(chunk.work, customers, ratings.model_in_force(session))
                failed = sum(1 for each in results if each.problems)
                so_far = {
                    "after": customers[-1].id,
                    "rated": so_far["rated"] + len(results) - failed,
                    "failed": so_far["failed"] + failed,
                }
            chunk.progress, chunk.result = so_far["rated"] + so_far["failed"], so_far
            ready = len(ids) < CHUNK
            if ready:
                end(chunk)
        if ready:
            return
