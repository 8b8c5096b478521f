"""Limits end on the day after their last one, early in the business day; nothing but the calendar ends them."""

from __future__ import annotations

from app.jobs.run import Run, handler
from app.services import limits

CHUNK = 200


@handler("limits.expire")
def expire(run: Run) -> None:
    """A chunk a transaction; what an attempt before this one ended is not found again."""
    while True:
        with run.chunk() as chunk:
            ended = limits.expire(chunk.work, CHUNK)
            chunk.progress = chunk.job.progress + ended
            chunk.result = {"expired": chunk.progress}
            chunk.last = ended < CHUNK
        if chunk.last:
            return
