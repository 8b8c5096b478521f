"""The one way to change anything: rows and ledger entries commit together, or nothing does (ADR 0002, 0006)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError

from app.access import Conflict, Viewer
from app.db import Base
from app.edge.runtime import Runtime, runtime
from app.services import ledger
from app.work import Actor, Reading, Road, Work

__all__ = ["Unrecorded", "begin_reading", "begin_work", "reading", "runtime", "writing"]


# What SQLite and PostgreSQL say where somebody else holds what is needed.
BUSY = ("database is locked", "lock timeout", "deadlock detected")
# Their codes of the rules that acts at one time can break: only one may be there; what is named must stay.
VIOLATED: Mapping[int | str, str] = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "row.duplicate",
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "row.duplicate",
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: "row.linked",
    "23505": "row.duplicate",
    "23503": "row.linked",
}


class Unrecorded(RuntimeError):
    """Rows changed and nobody said what was done: a fault of ours, refused before it is stored."""


class HouseSession(Session):
    """A session that tells its Work which kinds of rows were touched."""


def _note(session: Session, kind: type[Any]) -> None:
    work = session.info.get("work")
    if work is not None and issubclass(kind, Base) and not kind.__silent__:
        work.changed.add(kind.__name__)


def _violated(error: IntegrityError) -> str | None:
    """The code of the Conflict behind a refusal of the database; None where it is no Conflict."""
    told = getattr(error.orig, "sqlite_errorcode", None) or getattr(error.orig, "sqlstate", None)
    return VIOLATED.get(told) if told is not None else None


@event.listens_for(HouseSession, "before_flush")
def _watch_rows(session: Session, _context: UOWTransaction, _instances: object) -> None:
    for row in (*session.new, *session.deleted):
        _note(session, type(row))
    for row in session.dirty:
        if session.is_modified(row):
            _note(session, type(row))


@event.listens_for(HouseSession, "do_orm_execute")
def _watch_statements(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and state.bind_mapper is not None:
        _note(state.session, state.bind_mapper.class_)


@contextmanager
def begin_work(instance: Runtime, actor: Actor, request_id: str | None = None) -> Iterator[Work]:
    """An open transaction for `actor`; entries are the last write before the commit."""
    with HouseSession(instance.database.write, expire_on_commit=False) as session:
        zone = ZoneInfo(instance.settings.timezone)
        work = Work(session, actor, instance.clock(), request_id, zone=zone, road=_road())
        session.info["work"] = work
        try:
            yield work
            session.flush()
            if work.changed and not work.recorded:
                raise Unrecorded(f"{', '.join(sorted(work.changed))} changed without an entry")
            ledger.seal(work, instance.keys, inline=instance.database.is_sqlite)
            session.commit()
        except StaleDataError as error:
            session.rollback()
            raise Conflict("row.changed") from error
        except IntegrityError as error:
            session.rollback()
            if (code := _violated(error)) is None:
                raise  # a rule of the tables that no race can break: a fault of ours, and told as one
            raise Conflict(code) from error
        except OperationalError as error:
            session.rollback()
            if any(sign in str(error.orig) for sign in BUSY):
                raise Conflict("database.busy") from error
            raise
        except BaseException:
            session.rollback()
            raise


def _road() -> Road:
    """Programs come in by the API, people by pages; what no request asked for is a job's."""
    if not has_request_context():
        return Road.JOB
    return Road.API if (request.blueprint or "").startswith("api_") else Road.PAGE


@contextmanager
def begin_reading(instance: Runtime, viewer: Viewer) -> Iterator[Reading]:
    with HouseSession(instance.database.read, expire_on_commit=False) as session:
        yield Reading(session, viewer, instance.clock(), ZoneInfo(instance.settings.timezone))


def _signed_in() -> Viewer:
    viewer: Viewer | None = g.get("viewer") if has_request_context() else None
    if viewer is None:
        raise LookupError("nobody is signed in here; name the actor")
    return viewer


@contextmanager
def writing(actor: Actor | None = None) -> Iterator[Work]:
    """A transaction of the request at hand, by the person signed in unless another actor is named."""
    request_id = g.get("request_id") if has_request_context() else None
    with begin_work(runtime(), actor or Actor.of(_signed_in()), request_id) as work:
        yield work


@contextmanager
def reading(viewer: Viewer | None = None) -> Iterator[Reading]:
    """A view that cannot change anything, for the person signed in."""
    with begin_reading(runtime(), viewer or _signed_in()) as view:
        yield view
