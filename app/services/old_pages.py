"""The Conflict for a page that is old: who changed its subject last, and when."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Conflict
from app.models.ledger import Entry
from app.work import Subject, Verb


def stale(session: Session, subject: Subject, name: str, verbs: Collection[Verb] = ()) -> Conflict:
    """Somebody was first. `verbs` are the acts that make a page old; without them every act on the subject does."""
    query = select(Entry.actor_name, Entry.ts).where(
        Entry.subject_type == subject.type, Entry.subject_id == subject.id
    )
    if verbs:
        query = query.where(Entry.verb.in_([verb.value for verb in verbs]))
    last = session.execute(query.order_by(Entry.subject_seq.desc()).limit(1)).one_or_none()
    if last is None:
        return Conflict("row.changed", name=name)
    return Conflict("row.changed_by", name=name, by=last.actor_name, at=last.ts)
