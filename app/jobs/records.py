"""A book whose Form came into force with new columns: older records get the values their list is sorted by."""

from __future__ import annotations

from app.jobs.run import Run, handler
from app.services import books, records

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
