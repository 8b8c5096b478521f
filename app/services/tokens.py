"""Personal tokens for the API: made once and shown once, limited to some of their owner's rights, revocable."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import Missing, Right, Scope, Viewer
from app.db import insert_into, new_id
from app.models.people import ApiToken, ApiTokenUse, User
from app.services.viewers import user_subject, viewer_of
from app.work import Verb, Work
from forms.book import Grant as Line
from rules import Invalid, Problem

PREFIX = "crd_"  # so that a leaked token is found by scanners
SHOWN = 12
MOST = 20
DAYS = (30, 90, 180, 365)
SEEN_EVERY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class TokenViewer(Viewer):
    """The owner of a token, able to do only what the token was made for, over the rows the owner may reach now."""

    only: frozenset[Right] = frozenset()

    def scope(self, right: Right) -> Scope | None:
        return Viewer.scope(self, right) if right in self.only else None

    def to_customers(self, right: Right) -> Iterator[tuple[Scope, Line | None]]:
        return Viewer.to_customers(self, right) if right in self.only else iter(())


@dataclass(frozen=True, slots=True)
class TokenUse:
    """A token that came by and is good."""

    viewer: TokenViewer
    token_id: str
    user_locale: str | None
    seen_at: datetime | None


def create_token(work: Work, name: str, scopes: Collection[str], days: int) -> tuple[str, ApiToken]:
    """A new token of the actor, with its row; the text is told now and never again. Scopes are values of `Right`."""
    problems: list[Problem] = []
    clean = name.strip()
    if not clean or len(clean) > 80:
        problems.append(Problem("token.name_form", "/name", {"most": 80}))
    wanted = [right for right in Right if right.value in set(scopes)]
    if not wanted:
        problems.append(Problem("token.scope_required", "/scopes"))
    problems += [Problem("token.scope_unknown", "/scopes", {"scope": s}) for s in scopes if s not in list(Right)]
    lacking = [right.value for right in wanted if not work.viewer.may(right) or right is Right.SELF]
    problems += [Problem("token.scope_lacking", "/scopes", {"scope": each}) for each in lacking]
    if days not in DAYS:
        problems.append(Problem("token.days", "/days", {"choices": list(DAYS)}))
    living = select(func.count()).where(
        ApiToken.user_id == work.viewer.id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > work.now
    )
    if (work.session.scalar(living) or 0) >= MOST:
        problems.append(Problem("token.too_many", params={"most": MOST}))
    if problems:
        raise Invalid(problems)
    text = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        id=new_id(),
        user_id=work.viewer.id,
        name=clean,
        prefix=text[:SHOWN],
        sha256=_digest(text),
        scopes=[right.value for right in wanted],
        created_at=work.now,
        expires_at=work.now + timedelta(days=days),
    )
    work.session.add(row)
    detail = {"token": row.id, "name": clean, "scopes": row.scopes, "expires_at": row.expires_at.isoformat()}
    work.record(Verb.TOKEN_CREATED, user_subject(work.viewer.id), detail)
    return text, row


def revoke_token(work: Work, token_id: str) -> None:
    """End a token: one's own, or anybody's for an admin. Revoking twice is no error."""
    row = work.session.get(ApiToken, token_id)
    if row is None or (row.user_id != work.viewer.id and not work.viewer.may(Right.USER_WRITE)):
        raise Missing("token", token_id)
    if row.revoked_at is None:
        row.revoked_at = work.now
        work.record(Verb.TOKEN_REVOKED, user_subject(row.user_id), {"token": row.id, "name": row.name})


def find(session: Session, text: str, now: datetime, default_locale: str) -> TokenUse | None:
    """Who comes with this token; None when it is unknown, over, revoked, or its owner may not sign in as things are."""
    if not text.startswith(PREFIX):
        return None
    query = (
        select(ApiToken.id, ApiToken.user_id, ApiToken.scopes, User.locale, ApiTokenUse.last_used_at)
        .join(User, User.id == ApiToken.user_id)
        .join(ApiTokenUse, ApiTokenUse.token_id == ApiToken.id, isouter=True)
        .where(
            ApiToken.sha256 == _digest(text),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > now,
            User.active.is_(True),
            User.must_change_password.is_(False),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    token_id, user_id, scopes, locale, seen_at = found
    owner = viewer_of(session, user_id, default_locale)
    known = {each.name: getattr(owner, each.name) for each in fields(Viewer)}
    viewer = TokenViewer(**known, only=frozenset(Right(each) for each in scopes if each in list(Right)))
    return TokenUse(viewer, token_id, locale, seen_at)


def touch(work: Work, token_id: str) -> None:
    """The token was used now."""
    fresh = insert_into(work.session, ApiTokenUse).values(token_id=token_id, last_used_at=work.now)
    work.session.execute(fresh.on_conflict_do_update(index_elements=["token_id"], set_={"last_used_at": work.now}))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
