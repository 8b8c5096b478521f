"""Signed-in browsers: opened, found by their token, kept alive, listed and ended; a role change counts at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access import Missing, Right, Viewer, require
from app.db import new_id
from app.models.people import User, UserSession
from app.services.viewers import user_subject, viewer_of
from app.work import Actor, Verb, Work

TOKEN_BYTES = 32
SEEN_EVERY = timedelta(seconds=60)  # how exactly `seen_at` is kept: not one write a request


@dataclass(frozen=True, slots=True)
class Lifetime:
    """`idle`: a session unused for this long ends; `whole`: it ends after this long in any case."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose browser this is, as the edge needs it at every request."""

    viewer: Viewer
    session_id: str
    user_locale: str | None
    must_change_password: bool
    seen_at: datetime


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(work: Work, user: User, lifetime: Lifetime, address: str, agent: str, why: str = "password") -> str:
    """A new session of `user`; returns its token, which is stored nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = UserSession(
        id=new_id(),
        token_hash=hash_token(token),
        user_id=user.id,
        created_at=work.now,
        seen_at=work.now,
        ends_at=work.now + lifetime.whole,
        address=address[:60],
        agent=agent[:200],
    )
    work.session.add(row)
    who = Actor(user.id, user.name)
    work.record(Verb.SESSION_OPENED, user_subject(user.id), {"session": row.id, "why": why}, actor=who)
    return token


def find(session: Session, token: str, lifetime: Lifetime, now: datetime, default_locale: str) -> SignedIn | None:
    """The living session of `token`: not ended, not idle too long, not over its time, its user not disabled."""
    query = (
        select(UserSession.id, UserSession.seen_at, User.id, User.locale, User.must_change_password)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.token_hash == hash_token(token),
            UserSession.ended_at.is_(None),
            UserSession.ends_at > now,
            UserSession.seen_at > now - lifetime.idle,
            User.active.is_(True),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    session_id, seen_at, user_id, locale, must_change = found
    return SignedIn(viewer_of(session, user_id, default_locale), session_id, locale, must_change, seen_at)


def touch(work: Work, session_id: str) -> None:
    """The session was used now."""
    work.session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=work.now))


def end_by_token(work: Work, token: str, why: str) -> bool:
    """End the session of `token`, if it is open; signing out twice is no error."""
    row = work.session.scalar(
        select(UserSession).where(UserSession.token_hash == hash_token(token), UserSession.ended_at.is_(None))
    )
    if row is None:
        return False
    _end(work, [row], why)
    return True


def end_own(work: Work, session_id: str) -> None:
    """End one of one's own sessions, from the list."""
    row = work.session.get(UserSession, session_id)
    if row is None or row.user_id != work.viewer.id:
        raise Missing("session", session_id)
    if row.ended_at is None:
        _end(work, [row], "owner")


def end_any(work: Work, session_id: str) -> UserSession:
    """End anybody's session: an admin's act."""
    require(work.viewer, Right.USER_WRITE)
    row = work.session.get(UserSession, session_id)
    if row is None:
        raise Missing("session", session_id)
    if row.ended_at is None:
        _end(work, [row], "admin")
    return row


def end_others(work: Work, session_id: str) -> int:
    """End one's own sessions everywhere but here; returns how many."""
    return end_all(work, work.viewer.id, "owner", but=session_id)


def end_all_of(work: Work, user_id: str) -> int:
    """End every session of a person: an admin's act; returns how many."""
    require(work.viewer, Right.USER_WRITE)
    return end_all(work, user_id, "admin")


def end_all(work: Work, user_id: str, why: str, but: str | None = None) -> int:
    """End every open session of a user, except the one whose id is `but`; returns how many."""
    query = select(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    rows = [row for row in work.session.scalars(query) if row.id != but]
    _end(work, rows, why)
    return len(rows)


def _end(work: Work, rows: Iterable[UserSession], why: str) -> None:
    for row in rows:
        row.ended_at = work.now
        work.record(Verb.SESSION_ENDED, user_subject(row.user_id), {"session": row.id, "why": why})
