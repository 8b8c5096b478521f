"""What one running instance holds: settings, database, keys, and the clock everyone asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import current_app

from app.db import Database, open_database
from app.services.keyring import Keyring, open_keyring
from config import Settings

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
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_database(
        settings.database_url, statement_seconds=settings.statement_seconds, echo=settings.debug_sql
    )
    return Runtime(settings, database, open_keyring(settings.keys), clock)


def runtime() -> Runtime:
    """The runtime of the app at work."""
    found: Runtime = current_app.extensions[EXTENSION]
    return found
