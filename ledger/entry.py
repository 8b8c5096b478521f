"""One entry: what happened, written once as canonical bytes that are hashed, stored, exported and verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ledger import canonical
from ledger.merkle import HASH_BYTES, leaf_hash
from ledger.strict import Malformed

VERSION = 1
FIRST_PREV = bytes(HASH_BYTES)
DEFINITION_MEMBERS = frozenset({"kind", "key", "version", "fingerprint"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry ready to be stored: `body` is never serialised again."""

    subject_type: str
    subject_id: str
    subject_seq: int
    prev_hash: bytes
    body: bytes
    leaf_hash: bytes

    @property
    def chain_hash(self) -> bytes:
        """What the next entry of this subject names as its previous one: the leaf hash, which covers `prev` too."""
        return self.leaf_hash


def make_entry(
    *,
    subject_type: str,
    subject_id: str,
    subject_seq: int,
    prev_hash: bytes,
    ts: datetime,
    actor: str,
    verb: str,
    on_behalf: str | None = None,
    role: str | None = None,
    detail: Mapping[str, Any] | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
    definitions: Iterable[Mapping[str, Any]] = (),
    request_id: str | None = None,
) -> Entry:
    """The entry numbered `subject_seq` (from 1) of its subject.

    prev_hash    chain_hash of the subject's entry before, 32 zero bytes for its first
    ts           aware datetime; written in UTC with microseconds. It proves nothing: anchoring does
    definitions  what was in force: {"kind", "key", "version", "fingerprint"} each
    before, after  members that changed; `after` members replayed in order give the subject's recorded state

    Values must be JSON-safe (see `canonical.dumps`); personal values go in as `seal_personal` gives them. Raises
    Malformed with the JSON Pointer of the member.
    """
    if not subject_type or not subject_id or not actor or not verb:
        raise Malformed("entry.empty_member")
    if subject_seq < 1 or len(prev_hash) != HASH_BYTES or (subject_seq == 1) != (prev_hash == FIRST_PREV):
        raise Malformed("entry.chain_start", "/prev")
    if ts.tzinfo is None:
        raise Malformed("entry.naive_time", "/ts")
    pinned = [dict(each) for each in definitions]
    for place, each in enumerate(pinned):
        if each.keys() != DEFINITION_MEMBERS:
            raise Malformed("entry.definition", f"/definitions/{place}")
    body = canonical.dumps(
        {
            "v": VERSION,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "subject_seq": subject_seq,
            "ts": ts.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "actor": actor,
            "on_behalf": on_behalf,
            "role": role,
            "verb": verb,
            "detail": {} if detail is None else detail,
            "before": before,
            "after": after,
            "reason": reason,
            "definitions": pinned,
            "request_id": request_id,
            "prev": prev_hash.hex(),
        }
    )
    return Entry(subject_type, subject_id, subject_seq, prev_hash, body, leaf_hash(body))
