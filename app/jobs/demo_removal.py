"""The removal of demo data, a hundred customers a transaction: a lost process goes on with those that are left."""

from __future__ import annotations

from app.jobs.run import Run, handler
from app.models.demo import REMOVAL
from app.models.job import Job
from app.services import demo_data, files
from app.services.viewers import viewer_of
from app.work import SYSTEM, Actor

CHUNK = 100


@handler(REMOVAL)
def remove(run: Run) -> None:
    """In the name of whoever asked. Contents of files go after the rows that knew them."""
    with run.chunk() as chunk:
        by = chunk.work.session.get_one(Job, run.job_id).queued_by
        actor = SYSTEM if by == SYSTEM.id else Actor.of(viewer_of(chunk.work.session, by))
        chunk.total = demo_data.count(chunk.work) + (chunk.job.progress or 0)
    vault = files.vault_of(run.instance.settings)
    while True:
        with run.chunk(actor=actor) as chunk:
            found = demo_data.remove(chunk.work, CHUNK)
            totals = found.totals(chunk.job.result)
            chunk.result, chunk.progress = totals, totals["customers"]
        for hash in found.contents:
            with run.chunk() as chunk:
                files.drop(chunk.work, vault, hash)
        if found.customers < CHUNK:
            break
    with run.chunk(actor=actor) as chunk:
        demo_data.finish(chunk.work, totals)
        chunk.last = True
