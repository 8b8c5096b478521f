"""Acts become entries: sealed as the last write of a transaction, given a place in the one tree, and signed.

The chain of one subject is extended inside the business transaction. The global order is assigned at once on SQLite
(one writer anyway) and by one sequencer on PostgreSQL, so that approvals never wait for a global lock (trust.md T2).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from app.db import Database
from app.models.ledger import Checkpoint, CustomerKey, Entry, Leaf, TreeNode
from app.services.keyring import Keyring
from app.work import Personal, Recorded, Subject, Verb, Work
from ledger import (
    FIRST_PREV,
    Frontier,
    PersonalKey,
    ed25519_signer,
    frontier,
    make_entry,
    root,
    seal_personal,
    sign_checkpoint,
)
from ledger import Checkpoint as Head

SECRET_BYTES = 64
SEQUENCER_LOCK = 7_240_002
SIGN_EVERY = timedelta(seconds=60)
CHUNK = 500


def seal(work: Work, keys: Keyring, *, inline: bool) -> None:
    """Write the entries of everything recorded; with `inline` also their leaves."""
    if not work.recorded:
        return
    subjects = sorted({item.subject for item in work.recorded}, key=lambda s: (s.type, s.id))
    _lock(work.session, subjects)
    heads = _heads(work.session, subjects)
    safe = _Sealer(work, keys)
    rows = []
    for item in work.recorded:
        seq, prev = heads.get(item.subject, (0, FIRST_PREV))
        row = _row(work, item, seq + 1, prev, safe)
        heads[item.subject] = (seq + 1, row["leaf_hash"])
        rows.append(row)
    inserted = work.session.execute(insert(Entry).returning(Entry.id, sort_by_parameter_order=True), rows)
    if inline:
        _append(work.session, list(zip(inserted.scalars(), (row["leaf_hash"] for row in rows), strict=True)))


def _row(work: Work, item: Recorded, seq: int, prev: bytes, safe: _Sealer) -> dict[str, Any]:
    actor = item.actor or work.actor
    entry = make_entry(
        subject_type=item.subject.type,
        subject_id=item.subject.id,
        subject_seq=seq,
        prev_hash=prev,
        ts=work.now,
        actor=actor.id,
        on_behalf=actor.on_behalf,
        role=actor.role,
        verb=item.verb.value,
        detail=safe.close({"by": actor.name, **item.detail}),
        before=safe.close(item.before),
        after=safe.close(item.after),
        reason=item.reason,
        definitions=item.definitions,
        request_id=work.request_id,
    )
    customer = item.detail.get("customer_id") or (item.subject.id if item.subject.type == "customer" else None)
    case = item.detail.get("case_id") or (item.subject.id if item.subject.type == "case" else None)
    return {
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_seq": seq,
        "ts": work.now,
        "actor": actor.id,
        "actor_name": actor.name,
        "verb": item.verb.value,
        "customer_id": customer,
        "case_id": case,
        "request_id": work.request_id,
        "prev_hash": prev,
        "leaf_hash": entry.leaf_hash,
        "body": entry.body,
    }


def _lock(session: Session, subjects: Iterable[Subject]) -> None:
    """On PostgreSQL two transactions about one subject queue here, in one order for all; SQLite has one writer."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for subject in subjects:
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"{subject.type}/{subject.id}"}
        )


def _heads(session: Session, subjects: Sequence[Subject]) -> dict[Subject, tuple[int, bytes]]:
    """The last sequence number and hash of each subject's chain."""
    found: dict[Subject, tuple[int, bytes]] = {}
    by_type: dict[str, list[str]] = {}
    for subject in subjects:
        by_type.setdefault(subject.type, []).append(subject.id)
    for type_, ids in by_type.items():
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            last = (
                select(Entry.subject_id, func.max(Entry.subject_seq).label("seq"))
                .where(Entry.subject_type == type_, Entry.subject_id.in_(some))
                .group_by(Entry.subject_id)
                .subquery()
            )
            rows = session.execute(
                select(Entry.subject_id, Entry.subject_seq, Entry.leaf_hash)
                .join(last, (Entry.subject_id == last.c.subject_id) & (Entry.subject_seq == last.c.seq))
                .where(Entry.subject_type == type_)
            )
            found.update({Subject(type_, row.subject_id): (row.subject_seq, row.leaf_hash) for row in rows})
    return found


class _Sealer:
    """Turns `Personal` values into commitment and ciphertext; makes a customer's key when the first one comes."""

    def __init__(self, work: Work, keys: Keyring) -> None:
        self._work = work
        self._keys = keys
        self._made: dict[str, PersonalKey | None] = {}

    def close(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else {name: self._one(each) for name, each in value.items()}

    def _one(self, value: Any) -> Any:
        if isinstance(value, Personal):
            key = self._key(value.customer_id)
            if key is None:
                return {"erased": True}  # the customer's key was destroyed; nothing personal may be written again
            return seal_personal(value.value, subject=value.customer_id, field=value.field, key=key)
        if isinstance(value, Mapping):
            return self.close(value)
        if isinstance(value, list | tuple):
            return [self._one(each) for each in value]
        return value

    def _key(self, customer_id: str) -> PersonalKey | None:
        if customer_id not in self._made:
            row = self._work.session.get(CustomerKey, customer_id)
            if row is None:
                secret = os.urandom(SECRET_BYTES)
                wrapped = self._keys.wrap(secret, customer_id)
                self._work.session.add(CustomerKey(customer_id=customer_id, wrapped=wrapped, made_at=self._work.now))
                self._work.session.flush()
                self._made[customer_id] = PersonalKey(secret)
            else:
                self._made[customer_id] = personal_key(row, self._keys)
        return self._made[customer_id]


def personal_key(row: CustomerKey, keys: Keyring) -> PersonalKey | None:
    """The customer's key unwrapped; None once it was destroyed."""
    return None if row.wrapped is None else PersonalKey(keys.unwrap(row.wrapped, row.customer_id))


def destroy_key(work: Work, customer_id: str, reason: str) -> None:
    """Erase a customer's personal values from the trail for ever: the ciphertexts stay, nobody can read them."""
    row = work.session.get(CustomerKey, customer_id)
    if row is None:
        row = CustomerKey(customer_id=customer_id, wrapped=None, made_at=work.now)
        work.session.add(row)
    row.wrapped, row.destroyed_at = None, work.now
    work.record(Verb.KEY_DESTROYED, Subject("customer", customer_id), reason=reason)


class StoredNodes:
    """The tree's complete subtrees as rows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def node(self, level: int, index: int) -> bytes:
        found = self._session.scalar(select(TreeNode.hash).where(TreeNode.level == level, TreeNode.idx == index))
        if found is None:
            raise LookupError(f"no complete subtree {index} at level {level}")
        return found


def tree_size(session: Session) -> int:
    """How many leaves have a place."""
    last = session.scalar(select(func.max(Leaf.idx)))
    return 0 if last is None else last + 1


def _append(session: Session, items: Sequence[tuple[int, bytes]]) -> None:
    edge: Frontier = frontier(StoredNodes(session), tree_size(session))
    leaves, nodes = [], []
    for entry_id, leaf in items:
        leaves.append({"idx": edge.size, "entry_id": entry_id})
        nodes += [{"level": level, "idx": index, "hash": value} for level, index, value in edge.append(leaf)]
    session.execute(insert(Leaf), leaves)
    session.execute(insert(TreeNode), nodes)


def sequence(database: Database, limit: int = 5000) -> int:
    """Give every committed entry without a place the next ones; returns how many. One process at a time does it.

    Any unsequenced entry is taken, not "those after the last": ids are not handed out in commit order (trust.md T7).
    """
    done = 0
    while True:
        with Session(database.write) as session, session.begin():
            if not database.is_sqlite and not session.scalar(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": SEQUENCER_LOCK}
            ):
                return done
            rows = session.execute(
                select(Entry.id, Entry.leaf_hash)
                .outerjoin(Leaf, Leaf.entry_id == Entry.id)
                .where(Leaf.idx.is_(None))
                .order_by(Entry.id)
                .limit(limit)
            ).all()
            if rows:
                _append(session, [(row.id, row.leaf_hash) for row in rows])
        done += len(rows)
        if len(rows) < limit:
            return done


def sign(database: Database, keys: Keyring, origin: str, now: datetime) -> Head | None:
    """Sign the head of the tree as it stands, unless that size is signed already; None while the tree is empty."""
    signer = ed25519_signer(origin, keys.signing)
    with Session(database.write) as session, session.begin():
        if not database.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEQUENCER_LOCK})
        size = tree_size(session)
        if size == 0:
            return None
        stored = session.get(Checkpoint, size)
        head = Head(origin, size, root(StoredNodes(session), size))
        if stored is None:
            session.add(Checkpoint(size=size, root=head.root, note=sign_checkpoint(head, signer), at=now))
        return head


def sign_when_due(database: Database, keys: Keyring, origin: str, clock: Callable[[], datetime]) -> None:
    """A new checkpoint at most once a minute, and only when the tree grew."""
    with Session(database.read) as session:
        last = session.execute(
            select(Checkpoint.size, Checkpoint.at).order_by(Checkpoint.size.desc()).limit(1)
        ).one_or_none()
        now = clock()
        grown = tree_size(session) > (last.size if last else 0)
    if grown and (last is None or now - last.at >= SIGN_EVERY):
        sign(database, keys, origin, now)
