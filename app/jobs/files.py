"""Files that were sent in and never attached are forgotten each night, and what a lost process left on the disk."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.jobs.run import Run, handler
from app.services import files

CHUNK = 50


@handler("files.forget")
def forget(run: Run) -> None:
    """Forget uploads past `file_days`; with 0 days they stay. Contents go last, each in a transaction of its own."""
    settings = run.instance.settings
    vault = files.vault_of(settings)
    files.sweep(vault)
    done = 0
    while settings.file_days:
        with run.chunk() as chunk:
            some = files.forget(chunk.work, settings.file_days, CHUNK)
            chunk.progress = (done := done + some)
        if some < CHUNK:
            break
    with Session(run.instance.database.read) as session:
        unknown = files.unknown(session, vault)
    for hash in unknown:
        with run.chunk() as chunk:
            files.drop(chunk.work, vault, hash)
    with run.chunk() as chunk:
        chunk.result = {"forgotten": done, "dropped": len(unknown)}
        chunk.last = True
