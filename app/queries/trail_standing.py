"""How the ledger stands: how much is signed, when it was last verified, and whether somebody is at it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.access import Right, require
from app.models.job import Job
from app.models.ledger import Checkpoint, Entry, TreeNode
from app.queries.trail import EntryRow, read_members, rows_of, selected
from app.work import Reading, Verb


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the ledger is signed and verified."""

    size: int
    signed: int
    signed_at: datetime | None
    verified_at: datetime | None
    verified_id: int | None
    verified: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unsigned(self) -> int:
        return max(0, self.size - self.signed)

    @property
    def verdict(self) -> str | None:
        found = self.verified.get("verdict")
        return found if isinstance(found, str) else None


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint as signed."""

    size: int
    note: str


@dataclass(frozen=True, slots=True)
class Running:
    """How far a job came."""

    progress: int
    total: int | None


def standing(reading: Reading) -> Standing:
    """Size of the ledger, its last checkpoint, and its last full verification."""
    require(reading.viewer, Right.TRAIL_READ)
    session = reading.session
    place = session.scalar(select(func.max(TreeNode.idx)).where(TreeNode.level == 0))
    last = session.execute(
        select(Checkpoint.size, Checkpoint.at).order_by(Checkpoint.size.desc()).limit(1)
    ).one_or_none()
    verified = session.execute(
        select(Entry.id, Entry.ts, Entry.body)
        .where(Entry.verb == Verb.TRAIL_VERIFIED.value)
        .order_by(Entry.id.desc())
        .limit(1)
    ).one_or_none()
    detail = read_members(verified.body).get("detail") if verified is not None else None
    return Standing(
        size=0 if place is None else place + 1,
        signed=last.size if last is not None else 0,
        signed_at=last.at if last is not None else None,
        verified_at=verified.ts if verified is not None else None,
        verified_id=verified.id if verified is not None else None,
        verified=detail if isinstance(detail, dict) else {},
    )


def verifications(reading: Reading, limit: int = 10) -> tuple[EntryRow, ...]:
    """The last full verifications, newest first."""
    require(reading.viewer, Right.TRAIL_READ)
    query = selected().where(Entry.verb == Verb.TRAIL_VERIFIED.value).order_by(Entry.id.desc()).limit(limit)
    return rows_of(reading.session, reading.session.execute(query).all())


def last_checkpoint(reading: Reading) -> Note | None:
    """Size and note of the newest checkpoint."""
    require(reading.viewer, Right.TRAIL_READ)
    query = select(Checkpoint.size, Checkpoint.note).order_by(Checkpoint.size.desc()).limit(1)
    row = reading.session.execute(query).one_or_none()
    return None if row is None else Note(row.size, row.note)


def open_job(reading: Reading, name: str) -> Running | None:
    """Progress of a job that waits or runs, newest first."""
    open_ = Job.status.in_(("queued", "running", "failed"))
    query = select(Job.progress, Job.total).where(Job.name == name, open_)
    row = reading.session.execute(query.order_by(Job.queued_at.desc()).limit(1)).one_or_none()
    return None if row is None else Running(row.progress, row.total)
