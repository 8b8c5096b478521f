"""Letting a person in: an attempt is counted, the password looked at outside any transaction, the outcome recorded.

Three steps, because hashing takes long and must not hold the database: `attempt` (writes), the caller asks the
`Hasher`, then `accept` or `refuse` (writes). What a stranger learns from a refusal is the same in every case.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from app.access import Missing
from app.models.people import User, UserSession
from app.services import sessions, throttle
from app.services.viewers import user_subject
from app.work import SYSTEM, Actor, Verb, Work

USERNAME_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """A password to be looked at. `password_hash` is None where nobody could get in whatever is typed."""

    user_id: str | None
    password_hash: str | None
    held: tuple[throttle.Counter, ...]
    wait: timedelta = timedelta(0)

    @property
    def must_wait(self) -> bool:
        return self.wait > timedelta(0)


def username_of(text: str) -> str:
    """The stored spelling of a typed username: NFKC, case-folded, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def attempt(work: Work, username: str, address: str) -> Attempt:
    """Count one attempt; its `wait` says that it comes too early and must not be looked at."""
    name = username_of(username)[: USERNAME_LONGEST + 1]
    row = work.session.execute(
        select(User.id, User.password_hash, User.active).where(User.username == name)
    ).one_or_none()
    user_id = row.id if row else None
    held = throttle.counters(work.session, name, user_id, address, work.now)
    pause = throttle.wait(work.session, held, work.now)
    if pause > timedelta(0):
        return Attempt(user_id, None, held, pause)
    throttle.count(work.session, held, work.now)
    return Attempt(user_id, row.password_hash if row and row.active else None, held)


def accept(
    work: Work,
    found: Attempt,
    lifetime: sessions.Lifetime,
    address: str,
    agent: str,
    *,
    old_token: str | None = None,
    better_hash: str | None = None,
) -> str:
    """The password was right: a new session, never a token the browser brought; returns the new token.

    `better_hash` replaces a stored hash made with weaker settings than today's.
    """
    user = work.session.get(User, found.user_id) if found.user_id else None
    if user is None or not user.active or user.password_hash != found.password_hash:
        raise Missing("user")  # disabled, or the password changed, while we were hashing
    throttle.forgive(work.session, found.held)
    if better_hash is not None:
        user.password_hash = better_hash
    if old_token:
        sessions.end_by_token(work, old_token, "signed_in_again")
    return sessions.open_session(work, user, lifetime, address, agent)


def refuse(work: Work, found: Attempt) -> None:
    """The password was wrong. Recorded for accounts that exist; for others the counters and the log suffice."""
    if found.user_id is not None:
        work.record(Verb.SIGN_IN_REFUSED, user_subject(found.user_id), {"why": "password"}, actor=SYSTEM)


def change_password(
    work: Work, user_id: str, old_hash: str, new_hash: str, session_id: str, lifetime: sessions.Lifetime
) -> str:
    """Store a new password, end every other session, and give this one a new token, which is returned."""
    user = work.session.get(User, user_id)
    if user is None or not user.active or user.password_hash != old_hash:
        raise Missing("user")
    user.password_hash = new_hash
    user.must_change_password = False
    user.password_changed_at = work.now
    work.record(Verb.PASSWORD_CHANGED, user_subject(user.id), actor=Actor(user.id, user.name))
    here = work.session.get(UserSession, session_id)
    address, agent = (here.address, here.agent) if here else ("", "")
    sessions.end_all(work, user.id, "password_changed")
    return sessions.open_session(work, user, lifetime, address, agent, "password_changed")
