"""The demo's books: contracts, guarantees and visits, entered by the people who own the customers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.gallery.portfolio.records import records as made
from app.jobs.demo import as_of, finish_stage
from app.jobs.run import Run, handler
from app.models.customer import Customer
from app.models.people import User
from app.services import records
from app.services.viewers import viewer_of
from app.work import Actor

KEEPER = "liuyang"  # enters what is about a customer that nobody owns
MOST = 240  # customers that have records: enough for lists of several pages, soon done


@handler("demo.books")
def enter(run: Run) -> None:
    """One customer a transaction; a process after this one goes on behind the last one done."""
    past = as_of(run)
    with past.chunk() as chunk:
        customers = _customers(chunk.work.session)
        keeper = chunk.work.session.scalars(select(User.id).where(User.username == KEEPER)).one()
        actors = {
            each: Actor.of(viewer_of(chunk.work.session, each))
            for each in {keeper, *(owner for _, _, owner in customers if owner is not None)}
        }
        today, done, chunk.total = chunk.work.today, chunk.job.progress, len(customers)
    for place, (customer_id, number, owner) in enumerate(customers, 1):
        if place <= done:
            continue
        with past.chunk(actor=actors[owner or keeper]) as chunk:
            for book, answers in made(number, customer_id, today):
                records.create(chunk.work, book, answers, source="demo")
            chunk.progress = place
            if place == len(customers):
                finish_stage(run, chunk)
    if not customers:
        with past.chunk() as chunk:
            finish_stage(run, chunk)


def _customers(session: Session) -> Sequence[tuple[str, str, str | None]]:
    query = select(Customer.id, Customer.number, Customer.owner_id).order_by(Customer.number).limit(MOST)
    return [(row.id, row.number, row.owner_id) for row in session.execute(query)]
