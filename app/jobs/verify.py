"""Verify the whole ledger in the background, telling how far it came; the outcome becomes an entry."""

from __future__ import annotations

from app.jobs.run import Run, handler
from app.services import verification
from app.work import SYSTEM, Actor

STEP = 20_000  # rows between two signs of life


@handler("trail.verify")
def verify_ledger(run: Run) -> None:
    """`anchored` is the note of a checkpoint kept elsewhere; `by` and `name` say who asked."""
    here = run.instance
    with run.chunk() as chunk:
        chunk.total, chunk.progress = verification.size_of(here.database), 0

    def tell(done: int) -> None:
        if done % STEP == 0:
            with run.chunk() as chunk:
                chunk.progress = done

    anchored = run.arguments.get("anchored")
    report = verification.verify_database(
        here.database, here.keys, here.settings.origin, anchored=anchored, progress=tell
    )
    found = verification.outcome(report, anchored=anchored is not None)
    by, name = run.arguments.get("by"), run.arguments.get("name")
    with run.chunk(actor=Actor(by, name) if by and name else SYSTEM) as chunk:
        verification.record(chunk.work, found)
        chunk.progress, chunk.result = report.entries, {"verdict": found["verdict"], "findings": len(report.findings)}
        chunk.last = True
