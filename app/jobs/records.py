"""What older records get when their Form came into force with more: values their list is sorted by, serial numbers."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.jobs.run import Run, handler
from app.services import books, customer_reach, numbering, records
from app.services.viewers import viewer_of
from app.work import Actor

CHUNK = 500


@handler(books.BUILD)
def project(run: Run) -> None:
    """Some hundred records a transaction, in id order; the columns are used once all of them are done."""
    book = str(run.arguments["book"])
    while True:
        with run.chunk() as chunk:
            after, done = chunk.job.result.get("after", ""), chunk.job.progress
            ids = records.project_again(chunk.work, book, after, CHUNK)
            chunk.progress = done + len(ids)
            chunk.result = {"after": ids[-1] if ids else after}
            if len(ids) < CHUNK:
                books.built(chunk.work, book)
                chunk.close()
        if chunk.last:
            return


@handler(customer_reach.BUILD)
def project_customers(run: Run) -> None:
    """The same for customers, whom a formula of their form finds by these values."""
    while True:
        with run.chunk() as chunk:
            after, done = chunk.job.result.get("after", ""), chunk.job.progress
            ids = customer_reach.write_again(chunk.work, after, CHUNK)
            chunk.progress = done + len(ids)
            chunk.result = {"after": ids[-1] if ids else after}
            if len(ids) < CHUNK:
                customer_reach.built(chunk.work)
                chunk.close()
        if chunk.last:
            return


@handler(numbering.NUMBER)
def number(run: Run) -> None:
    """Some hundred a transaction, in id order, by whoever asked for it; what has a number keeps it."""
    book = run.arguments.get("book")
    with Session(run.instance.database.read) as session:
        actor = Actor.of(viewer_of(session, str(run.arguments["by"])))
    while True:
        with run.chunk(actor=actor) as chunk:
            after, given = chunk.job.result.get("after", ""), chunk.job.result.get("numbered", 0)
            if book is None:
                ids, count = numbering.some_customers(chunk.work, after, CHUNK)
            else:
                ids, count = numbering.some_records(chunk.work, str(book), after, CHUNK)
            chunk.progress = chunk.job.progress + len(ids)
            chunk.result = {"after": ids[-1] if ids else after, "numbered": given + count}
            if len(ids) < CHUNK:
                chunk.close()
        if chunk.last:
            return
