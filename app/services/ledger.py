"""Acts become entries: sealed as the last write of a transaction, given a place in the one tree, and signed.

The chain of one subject is extended inside the business transaction. The global order is assigned at once on SQLite
(one writer anyway) and by one sequencer on PostgreSQL, so that approvals never wait for a global lock (trust.md T2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, insert, select, text, tuple_
from sqlalchemy.orm import Session

from app.access import Conflict
from app.db import Database
from app.models.ledger import Checkpoint, Entry, Leaf, TreeNode
from app.services.keyring import Keyring
from app.services.personal import Sealer
from app.work import Recorded, Subject, Work
from ledger import (
    FIRST_PREV,
    Frontier,
    Key,
    Malformed,
    Nodes,
    consistency_proof,
    ed25519_signer,
    frontier,
    make_entry,
    root,
    sign_checkpoint,
    verify_checkpoint,
    verify_consistency,
)
from ledger import Checkpoint as Head

SEQUENCER_LOCK = 7_240_002
SIGN_EVERY = timedelta(seconds=60)
CHUNK = 500

T = TypeVar("T")


def seal(work: Work, keys: Keyring, *, inline: bool) -> None:
    """Write the entries of everything recorded; with `inline` also their leaves."""
    if not work.recorded:
        return
    subjects = sorted({item.subject for item in work.recorded}, key=lambda s: (s.type, s.id))
    parts = (part for item in work.recorded for part in (item.detail, item.before, item.after))
    safe = Sealer(work.session, keys, work.now, parts)
    _lock(work.session, subjects)
    heads = _heads(work.session, subjects)
    rows = []
    for item in work.recorded:
        seq, prev = heads.get(item.subject, (0, FIRST_PREV))
        row = _row(work, item, seq + 1, prev, safe)
        heads[item.subject] = (seq + 1, row["leaf_hash"])
        rows.append(row)
    inserted = work.session.execute(insert(Entry).returning(Entry.id, sort_by_parameter_order=True), rows)
    if inline:
        _append(work.session, list(zip(inserted.scalars(), (row["leaf_hash"] for row in rows), strict=True)))


def _row(work: Work, item: Recorded, seq: int, prev: bytes, safe: Sealer) -> dict[str, Any]:
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
        detail=safe.close({"by": actor.name, "road": work.road.value, **item.detail}),
        before=safe.close(item.before),
        after=safe.close(item.after),
        reason=item.reason,
        definitions=item.definitions,
        request_id=work.request_id,
    )
    return {
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "subject_seq": seq,
        "ts": work.now,
        "actor": actor.id,
        "actor_name": actor.name,
        "verb": item.verb.value,
        **search_columns(item.subject.type, item.subject.id, item.detail),
        "request_id": work.request_id,
        "prev_hash": prev,
        "leaf_hash": entry.leaf_hash,
        "body": entry.body,
    }


def search_columns(subject_type: str, subject_id: str, detail: Mapping[str, Any]) -> dict[str, str | None]:
    """The customer and the case under which an entry is found: named in its detail, or its subject itself."""
    found = {}
    for name in ("customer", "case"):
        found[f"{name}_id"] = detail.get(f"{name}_id") or (subject_id if subject_type == name else None)
    return found


def _lock(session: Session, subjects: Iterable[Subject]) -> None:
    """On PostgreSQL two transactions about one subject queue here, in one order for all; SQLite has one writer."""
    if session.get_bind().dialect.name != "postgresql":
        return
    for some in _chunks([f"{subject.type}/{subject.id}" for subject in subjects]):
        session.execute(
            # The lock's number, not the name, sets the order: two names may share a number. OFFSET 0 keeps the sort.
            text(
                "SELECT pg_advisory_xact_lock(number) FROM (SELECT DISTINCT hashtextextended(name, 0) AS number "
                "FROM unnest(CAST(:names AS text[])) AS name ORDER BY number OFFSET 0) AS numbers"
            ),
            {"names": some},
        )


def _chunks(items: Sequence[T]) -> Iterable[Sequence[T]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _heads(session: Session, subjects: Sequence[Subject]) -> dict[Subject, tuple[int, bytes]]:
    """The last sequence number and hash of each subject's chain."""
    found: dict[Subject, tuple[int, bytes]] = {}
    by_type: dict[str, list[str]] = {}
    for subject in subjects:
        by_type.setdefault(subject.type, []).append(subject.id)
    for type_, ids in by_type.items():
        for some in _chunks(ids):
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


class StoredNodes:
    """The tree's complete subtrees as rows; `prefetched` brings all that a computation needs in one query."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        found = self._known.get((level, index))
        if found is None:
            query = select(TreeNode.hash).where(TreeNode.level == level, TreeNode.idx == index)
            found = self._session.scalar(query)
        if found is None:
            raise LookupError(f"no complete subtree {index} at level {level}")
        return found

    def prefetched(self, compute: Callable[[Nodes], T]) -> T:
        """What `compute` makes of these nodes. It runs twice: first only to tell which nodes it asks for."""
        asked = _Asked()
        compute(asked)
        for some in _chunks(sorted(asked.places - self._known.keys())):
            query = select(TreeNode.level, TreeNode.idx, TreeNode.hash).where(
                tuple_(TreeNode.level, TreeNode.idx).in_(some)
            )
            self._known.update({(row.level, row.idx): row.hash for row in self._session.execute(query)})
        return compute(self)


class _Asked:
    """Notes which nodes are asked for. Proofs depend on sizes only, so any hash will do."""

    def __init__(self) -> None:
        self.places: set[tuple[int, int]] = set()

    def node(self, level: int, index: int) -> bytes:
        self.places.add((level, index))
        return FIRST_PREV


def tree_size(session: Session) -> int:
    """How many leaves have a place. Nodes count too: were the last leaf deleted, its place must not be given again."""
    leaf = session.scalar(select(func.max(Leaf.idx)))
    node = session.scalar(select(func.max(TreeNode.idx)).where(TreeNode.level == 0))
    return max(-1 if leaf is None else leaf, -1 if node is None else node) + 1


def _append(session: Session, items: Sequence[tuple[int, bytes]]) -> None:
    size = tree_size(session)
    try:
        edge: Frontier = StoredNodes(session).prefetched(lambda nodes: frontier(nodes, size))
    except LookupError:  # somebody removed a part of the tree: nothing more can be proved after it
        signed = session.scalar(select(func.max(Checkpoint.size))) or 0
        raise Conflict("trail.forked", size=size, signed=signed) from None
    leaves, nodes = [], []
    for entry_id, leaf in items:
        leaves.append({"idx": edge.size, "entry_id": entry_id})
        nodes += [{"level": level, "idx": index, "hash": value} for level, index, value in edge.append(leaf)]
    session.execute(insert(Leaf), leaves)
    session.execute(insert(TreeNode), nodes)


def sequence(database: Database, limit: int = 5000, *, wait: bool = False) -> int:
    """Give every committed entry without a place the next ones; returns how many. One process at a time does it.

    Any unsequenced entry is taken, not "those after the last": ids are not handed out in commit order (trust.md T7).
    Where another process is at it, this one leaves at once, or with `wait` takes its turn after it.
    """
    function = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    done = 0
    while True:
        with Session(database.write) as session, session.begin():
            if not database.is_sqlite:
                taken = session.scalar(text(f"SELECT {function}(:key)"), {"key": SEQUENCER_LOCK})
                if taken is False:
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
    """Sign the head of the tree as it stands, unless that size is signed already; None while the tree is empty.

    A log never signs a head that is not its last one plus additions (trust.md T9): then it raises Conflict instead.
    """
    signer = ed25519_signer(origin, keys.signing)
    with Session(database.write) as session, session.begin():
        if not database.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SEQUENCER_LOCK})
        size = tree_size(session)
        last = session.scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))
        if size == 0 and last is None:
            return None
        if last is not None and last.size > size:
            raise Conflict("trail.shorter", size=size, signed=last.size)
        nodes = StoredNodes(session)
        try:
            head = Head(origin, size, nodes.prefetched(lambda each: root(each, size)))
            follows = last is None or _follows(nodes, last.note, head, signer.key)
        except LookupError:
            follows = False
        if not follows:
            raise Conflict("trail.forked", size=size, signed=0 if last is None else last.size)
        if last is None or last.size < size:
            session.add(Checkpoint(size=size, root=head.root, note=sign_checkpoint(head, signer), at=now))
        return head


def _follows(nodes: StoredNodes, note: str, head: Head, key: Key) -> bool:
    """Whether `head` only adds to the one in `note`. The signed text counts, not the columns that repeat it."""
    try:
        last, _ = verify_checkpoint(note, [key])
    except Malformed:
        return False
    if last.size > head.size:
        return False
    proof = nodes.prefetched(lambda each: consistency_proof(each, last.size, head.size))
    return verify_consistency(last.size, head.size, last.root, head.root, proof)


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


def public_key(keys: Keyring, origin: str) -> Key:
    """The key that auditors are given: with it anybody verifies checkpoints and trail files."""
    return ed25519_signer(origin, keys.signing).key
