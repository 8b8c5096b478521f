"""The door: sign in, sign out, change the password; hashing happens between transactions, never inside one."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass

from flask import after_this_request, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from app.access import Conflict, Missing, Viewer
from app.edge.runtime import runtime
from app.edge.security import current_viewer, lifetime, session_token
from app.edge.transaction import begin_work, writing
from app.models.people import User
from app.services import passwords, sessions, sign_in, throttle
from app.work import SYSTEM, Actor
from rules import Problem

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A new session token, or the problems that stand in the way."""

    token: str | None = None
    problems: tuple[Problem, ...] = ()


def hasher() -> passwords.Hasher:
    settings = runtime().settings
    return passwords.hasher(settings.argon2_memory_kib, settings.argon2_rounds)


def address() -> str:
    return request.remote_addr or ""


def enter(username: str, password: str) -> Outcome:
    """Try to sign in. A refusal tells no more than that, whatever the reason."""
    with writing(SYSTEM) as work:
        found = sign_in.attempt(work, username, address())
    if found.must_wait:
        return _too_early(found)
    right = hasher().verify(found.password_hash, password)
    if right and found.password_hash is not None:
        better = hasher().hash(password) if hasher().outdated(found.password_hash) else None
        try:
            with writing(SYSTEM) as work:
                agent = request.headers.get("User-Agent", "")
                token = sign_in.accept(
                    work, found, lifetime(), address(), agent, old_token=session_token(), better_hash=better
                )
            return Outcome(token)
        except Missing:
            pass  # disabled or changed in the meantime: refused like anybody else
    _record_refusal(found)
    if found.user_id is None:
        log.warning("sign-in refused: no such account, from %s, request %s", address(), g.request_id)
    return Outcome(problems=(Problem("sign_in.refused"),))


def _record_refusal(found: sign_in.Attempt) -> None:
    """Once the answer is on its way: an entry is written for accounts that exist, and its time must not tell which."""
    here, request_id = runtime(), g.request_id

    def record() -> None:
        try:
            with begin_work(here, SYSTEM, request_id) as work:
                sign_in.refuse(work, found)
        except Conflict:
            log.warning("a refused sign-in could not be recorded, request %s: the database is busy", request_id)

    @after_this_request
    def _later(response: BaseResponse) -> BaseResponse:
        response.call_on_close(record)
        return response


def leave() -> None:
    """End the session of this browser, if it has one."""
    token = session_token()
    if token:
        with writing(_actor()) as work:
            sessions.end_by_token(work, token, "signed_out")


def change_password(viewer: Viewer, current: str, new: str) -> Outcome:
    """Replace the own password. Wrong guesses at the current one are slowed like those at the door."""
    with writing(SYSTEM) as work:
        found = sign_in.attempt(work, viewer.username, address())
    if found.must_wait:
        return _too_early(found)
    if not hasher().verify(found.password_hash, current) or found.password_hash is None:
        with writing(SYSTEM) as work:
            sign_in.refuse(work, found)
        return Outcome(problems=(Problem("password.current_wrong", "/current"),))
    problems = passwords.check_password(new, _context(viewer))
    if passwords.prepared(new) == passwords.prepared(current):
        problems.append(Problem("password.same", "/new"))
    new_hash = None if problems else hasher().hash(new)
    with writing() as work:
        throttle.forgive(work.session, found.held)
        if new_hash is None:
            return Outcome(problems=tuple(problems))
        return Outcome(
            sign_in.change_password(work, viewer.id, found.password_hash, new_hash, g.session_id, lifetime())
        )


def _too_early(found: sign_in.Attempt) -> Outcome:
    return Outcome(problems=(Problem("sign_in.wait", params={"seconds": math.ceil(found.wait.total_seconds())}),))


def _context(viewer: Viewer) -> list[str]:
    with Session(runtime().database.read) as session:
        email = session.scalar(select(User.email).where(User.id == viewer.id))
    return [viewer.username, viewer.name, *((email or "").split("@")[:1])]


def _actor() -> Actor:
    viewer = current_viewer()
    return Actor.of(viewer) if viewer is not None else SYSTEM
