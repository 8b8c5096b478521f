"""What one running instance holds: settings, database, keys, and the clock everyone asks."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app

from app.db import Database, open_database
from app.services.keyring import Keyring, open_keyring
from config import Settings, Unusable

EXTENSION = "credence"


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Made once by `create_app`; tests make their own with another clock."""

    settings: Settings
    database: Database
    keys: Keyring
    clock: Callable[[], datetime] = utc_now


def start(settings: Settings, clock: Callable[[], datetime] = utc_now) -> Runtime:
    """Open what an instance holds; raises Unusable where its folder cannot be written."""
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys = open_keyring(settings.keys)
    except OSError as error:
        raise _unwritable(settings.home, error.strerror) from None
    if not settings.database and not os.access(settings.home, os.W_OK):
        raise _unwritable(settings.home, "it is read-only")
    database = open_database(
        settings.database_url, statement_seconds=settings.statement_seconds, echo=settings.debug_sql
    )
    return Runtime(settings, database, keys, clock)


def attach(app: Flask, found: Runtime) -> None:
    """Let the application work for this instance; its routes know of none, so that one can follow another."""
    app.extensions[EXTENSION] = found
    # Flask's own signed cookie carries one-time messages only, never who is signed in
    app.secret_key = hmac.new(found.keys.wrapping, b"credence messages", hashlib.sha256).digest()


def _unwritable(home: Path, why: str | None) -> Unusable:
    return Unusable(f"the folder {home.absolute()} cannot be used ({why}): set CREDENCE_HOME to one it can write in")


def runtime() -> Runtime:
    """The runtime of the app at work."""
    found: Runtime = current_app.extensions[EXTENSION]
    return found
