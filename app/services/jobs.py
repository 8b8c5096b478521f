"""Machine work as rows: queued in the business transaction, so that either both happen or neither."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.access import Conflict, Missing, Right, require
from app.db import new_id
from app.models.job import Job, Timer
from app.work import Subject, Verb, Work

FINAL = ("done", "dead", "cancelled")
SINGLE = "single:"  # keys of jobs of which only one may be open


def subject(job: Job) -> Subject:
    return Subject("job", job.id)


def queue(
    work: Work,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    due_at: datetime | None = None,
    unique_key: str | None = None,
    priority: int = 5,
    total: int | None = None,
    recorded: bool = False,
) -> Job:
    """A job that runs once this transaction has committed.

    `unique_key` makes it happen once: a second call returns the first row. `recorded` says that a person asked for it,
    which the ledger then tells.
    """
    if unique_key is not None:
        found = work.session.scalar(select(Job).where(Job.unique_key == unique_key))
        if found is not None:
            return found
    job = Job(
        id=new_id(),
        name=name,
        arguments=dict(arguments or {}),
        unique_key=unique_key,
        priority=priority,
        total=total,
        due_at=due_at or work.now,
        queued_by=work.actor.id,
        queued_at=work.now,
    )
    work.session.add(job)
    work.session.flush()
    if recorded:
        work.record(Verb.JOB_QUEUED, subject(job), {"name": name, "arguments": job.arguments})
    return job


def queue_single(
    work: Work, name: str, arguments: Mapping[str, Any] | None = None, *, recorded: bool = False
) -> Job:
    """A job of which only one may be open at a time; Conflict while another one waits or runs.

    Its key counts the ones before it: two who ask at once choose the same key, and the database refuses the second.
    """
    earlier = work.session.execute(
        select(Job.status, func.count()).where(Job.name == name).group_by(Job.status)
    ).all()
    if any(status not in FINAL for status, _ in earlier):
        raise Conflict("job.already_open", name=name)
    number = sum(count for _, count in earlier) + 1
    return queue(work, name, arguments, unique_key=f"{SINGLE}{name}#{number}", recorded=recorded)


def get(work: Work, job_id: str) -> Job:
    job = work.session.get(Job, job_id)
    if job is None:
        raise Missing("job", job_id)
    return job


def cancel(work: Work, job_id: str) -> Job:
    """Stop a job: at once while it waits, at its next chunk while it runs. What it has done stays done."""
    require(work.viewer, Right.JOB_MANAGE)
    job = get(work, job_id)
    if job.status in FINAL:
        raise Conflict("job.finished", status=job.status)
    if job.status == "running":
        job.cancel_asked = True
    else:
        job.status, job.finished_at = "cancelled", work.now
    work.record(Verb.JOB_CANCELLED, subject(job), {"name": job.name})
    return job


def retry(work: Work, job_id: str) -> Job:
    """Run a failed, dead or cancelled job again from the row it left."""
    require(work.viewer, Right.JOB_MANAGE)
    job = get(work, job_id)
    if job.status not in ("failed", "dead", "cancelled"):
        raise Conflict("job.not_failed", status=job.status)
    if (job.unique_key or "").startswith(SINGLE) and _another_open(work, job):
        raise Conflict("job.already_open", name=job.name)
    job.status, job.due_at, job.error, job.cancel_asked = "queued", work.now, None, False
    job.max_attempts = job.attempt + 5
    job.finished_at = None
    work.record(Verb.JOB_RETRIED, subject(job), {"name": job.name})
    return job


def _another_open(work: Work, job: Job) -> bool:
    query = select(Job.id).where(Job.name == job.name, Job.id != job.id, Job.status.not_in(FINAL)).limit(1)
    return work.session.scalar(query) is not None


def set_timer(
    work: Work,
    name: str,
    subject_key: str,
    due_at: datetime,
    *,
    occurrence: str = "1",
    arguments: Mapping[str, Any] | None = None,
    every_seconds: int | None = None,
) -> Timer:
    """A row that queues job `name` at `due_at`; (name, subject, occurrence) fires once whoever ticks."""
    found = work.session.scalar(
        select(Timer).where(Timer.name == name, Timer.subject == subject_key, Timer.occurrence == occurrence)
    )
    if found is not None:
        return found
    timer = Timer(
        id=new_id(),
        name=name,
        subject=subject_key,
        occurrence=occurrence,
        arguments=dict(arguments or {}),
        due_at=due_at,
        every_seconds=every_seconds,
    )
    work.session.add(timer)
    return timer
