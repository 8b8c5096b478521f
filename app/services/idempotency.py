"""The same act sent twice is done once: a key per rendered form or API call, kept with the answer in one commit."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from app.db import insert_into
from app.models.case import IdempotencyKey
from app.work import Work
from rules import Invalid, Problem

LONGEST = 80
KEPT = timedelta(hours=48)  # at least a day is promised
KEY = re.compile(r"[!-~]{1,80}")
FIELD, HEADER = "idempotency_key", "Idempotency-Key"  # in a form of a page, in a call of the API


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to an act: a status, and what is needed to say it again (JSON-safe)."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    repeated: bool = False  # it was given before, and nothing was done now


def once(work: Work, key: str | None, request: Any, act: Callable[[], Answer]) -> Answer:
    """Do `act` in this transaction unless this actor did it before under `key`: then the first answer again.

    `request` is everything that makes it the same act (address and JSON-safe content). Raises Invalid where the key is
    lacking, no key, or was used for another request. An act that is refused keeps nothing: it had no effect, and may
    be tried again under the same key. Two at once with one key wait for each other, and the second gets the answer of
    the first.
    """
    clean = check_key(key)
    digest = request_hash(request)
    if not _claimed(work, clean, digest):
        return _known(work, clean, digest)
    given = act()
    kept = {"status": given.status, "answer": dict(given.body)}
    mine = (IdempotencyKey.actor_id == work.actor.id) & (IdempotencyKey.key == clean)
    work.session.flush()
    work.session.execute(update(IdempotencyKey).where(mine).values(kept).execution_options(synchronize_session=False))
    return given


def check_key(key: str | None) -> str:
    """The key as it was sent: 1 to 80 visible ASCII characters. Raises Invalid."""
    if not key:
        raise Invalid([Problem("idempotency.required", params={"header": HEADER})])
    if not KEY.fullmatch(key):
        raise Invalid([Problem("idempotency.form", params={"header": HEADER, "most": LONGEST})])
    return key


def request_hash(request: Any) -> str:
    """SHA-256 of what was asked, whatever the order of its members."""
    text = json.dumps(request, sort_keys=True, ensure_ascii=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def forget_old(work: Work) -> int:
    """Drop keys older than `KEPT`; returns how many."""
    old = delete(IdempotencyKey).where(IdempotencyKey.at < work.now - KEPT)
    dropped: int = work.session.execute(old.execution_options(synchronize_session=False)).rowcount  # type: ignore[attr-defined]
    return dropped


def _claimed(work: Work, key: str, digest: str) -> bool:
    """Put the key down before acting: another process with the same key waits here until this one is through."""
    row = {"actor_id": work.actor.id, "key": key, "request_hash": digest, "status": 0, "answer": {}, "at": work.now}
    fresh = insert_into(work.session, IdempotencyKey).values(row).on_conflict_do_nothing().returning(IdempotencyKey.key)
    return work.session.scalar(fresh) is not None


def _known(work: Work, key: str, digest: str) -> Answer:
    row = work.session.get_one(IdempotencyKey, (work.actor.id, key))
    if row.request_hash != digest:
        raise Invalid([Problem("idempotency.other_request", params={"key": key, "at": row.at})])
    return Answer(row.status, row.answer, repeated=True)
