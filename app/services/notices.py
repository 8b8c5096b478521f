"""Copies for information: unread until looked at."""

from __future__ import annotations

from sqlalchemy import select, update

from app.models.case import Notice
from app.work import Reading, Work


def unread(reading: Reading, case_id: str) -> bool:
    """Whether this person has an unread copy of a case."""
    query = select(Notice.id).where(
        Notice.user_id == reading.viewer.id, Notice.case_id == case_id, Notice.read_at.is_(None)
    )
    return reading.session.scalar(query.limit(1)) is not None


def read(work: Work, case_id: str) -> None:
    """Mark this person's copies of a case as read."""
    mine = (Notice.user_id == work.viewer.id) & (Notice.case_id == case_id) & Notice.read_at.is_(None)
    work.session.execute(update(Notice).where(mine).values(read_at=work.now))


def read_all(work: Work) -> None:
    """Mark all copies of this person as read."""
    mine = (Notice.user_id == work.viewer.id) & Notice.read_at.is_(None)
    work.session.execute(update(Notice).where(mine).values(read_at=work.now))
