"""What is kept for a time only is dropped each night: keys of calls, and the files of uploaded lists."""

from __future__ import annotations

from app.jobs.run import Run, handler
from app.services import idempotency, imports

CHUNK = 50


@handler("keys.forget")
def forget(run: Run) -> None:
    """Drop every key older than it is kept."""
    with run.chunk() as chunk:
        chunk.result = {"dropped": idempotency.forget_old(chunk.work)}
        chunk.last = True


@handler("uploads.forget")
def forget_uploads(run: Run) -> None:
    """Delete the files that came in more than `upload_days` ago; with 0 days they stay for ever."""
    days = run.instance.settings.upload_days
    while True:
        with run.chunk() as chunk:
            done = imports.forget(chunk.work, days, CHUNK) if days else 0
            chunk.progress = chunk.job.progress + done
            chunk.result = {"dropped": chunk.progress}
            chunk.last = done < CHUNK
        if chunk.last:
            return
