"""Idempotency keys whose time is over are dropped each night, so that their table stays as large as two days."""

from __future__ import annotations

from app.jobs.run import Run, handler
from app.services import idempotency


@handler("keys.forget")
def forget(run: Run) -> None:
    """Drop every key older than it is kept."""
    with run.chunk() as chunk:
        chunk.result = {"dropped": idempotency.forget_old(chunk.work)}
        chunk.last = True
