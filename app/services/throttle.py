"""Slowing down guesses at passwords: counters per account, per address and over all, never a permanent lock.

A stranger must not be able to lock a manager out. Failures from an address where the account has signed in lately
are therefore counted apart from everybody else's: the owner at the usual desk is not slowed by a stranger elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.db import insert_into
from app.models.people import SignInFailure, UserSession

KNOWN_FOR = timedelta(days=30)
FORGOTTEN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """After `free` failures each one doubles the wait, from a second up to `most`; they halve every `half_life`."""

    free: int
    most: timedelta
    half_life: timedelta


@dataclass(frozen=True, slots=True)
class Counter:
    key: str
    limit: Limit


ACCOUNT = Limit(5, timedelta(seconds=60), timedelta(minutes=15))
ADDRESS = Limit(20, timedelta(minutes=5), timedelta(minutes=15))
OVERALL = Limit(200, timedelta(seconds=5), timedelta(minutes=5))


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def counters(session: Session, username: str, user_id: str | None, address: str, now: datetime) -> tuple[Counter, ...]:
    """Which counters an attempt at `username` from `address` is held against."""
    here = Counter(_key("address", address), ADDRESS)
    if _is_known(session, user_id or "", address, now):  # asked for nobody, too: the time taken tells nothing
        return (Counter(_key("account", username, address), ACCOUNT), here)
    return (Counter(_key("account", username), ACCOUNT), here, Counter(_key("overall"), OVERALL))


def _is_known(session: Session, user_id: str, address: str, now: datetime) -> bool:
    query = select(UserSession.id).where(
        UserSession.user_id == user_id, UserSession.address == address, UserSession.created_at > now - KNOWN_FOR
    )
    return session.scalar(query.limit(1)) is not None


def wait(session: Session, held: Iterable[Counter], now: datetime) -> timedelta:
    """How long until an attempt will be looked at; zero when now."""
    keys = [counter.key for counter in held]
    ends = session.scalars(select(SignInFailure.until).where(SignInFailure.key.in_(keys)))
    return max((end - now for end in ends if end is not None and end > now), default=timedelta(0))


def count(session: Session, held: Iterable[Counter], now: datetime) -> None:
    """Hold one failure against each counter.

    It is counted before the password is looked at and taken back when that was right, so that many guesses at
    one time are many failures.
    """
    for counter in sorted(held, key=lambda each: each.key):  # one order for all, so that two never wait for each other
        row = _row(session, counter.key, now)
        row.failures = _left(row, counter.limit, now) + 1
        row.last_at = now
        row.until = _until(row.failures, counter.limit, now)
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - FORGOTTEN_AFTER))


def _row(session: Session, key: str, now: datetime) -> SignInFailure:
    """The counter's row, locked, made if need be: two first attempts at once must not collide."""
    fresh = insert_into(session, SignInFailure).values(key=key, failures=0, last_at=now)
    session.execute(fresh.on_conflict_do_nothing(index_elements=["key"]))
    return session.get_one(SignInFailure, key, with_for_update=True)


def forgive(session: Session, held: Iterable[Counter]) -> None:
    """The attempt just counted was right: the account's failures are forgotten, the others lose one."""
    for counter in sorted(held, key=lambda each: each.key):
        row = session.get(SignInFailure, counter.key, with_for_update=True)
        if row is not None:
            row.failures = 0 if counter.limit is ACCOUNT else max(row.failures - 1, 0)
            row.until = None


def _left(row: SignInFailure, limit: Limit, now: datetime) -> int:
    halvings = max((now - row.last_at) // limit.half_life, 0)
    return row.failures >> min(halvings, 30)


def _until(failures: int, limit: Limit, now: datetime) -> datetime | None:
    over = failures - limit.free
    if over < 0:
        return None
    return now + min(limit.most, timedelta(seconds=2 ** min(over, 16)))
