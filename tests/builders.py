"""Quick ways to a furnished house: a clock that stands, the demo's people and published Definitions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.edge.runtime import EXTENSION, Runtime
from app.edge.transaction import begin_reading, begin_work
from app.models.people import User
from app.services import furnish, gallery
from app.services.passwords import hasher
from app.services.viewers import viewer_of
from app.work import SYSTEM, Actor, Reading, Work


class Clock:
    """Time as a test wants it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now


@dataclass
class House:
    """The demo organisation with published Definitions; people are named by username."""

    app: Flask
    instance: Runtime
    passwords: dict[str, str]
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def furnish(cls, app: Flask) -> House:
        instance: Runtime = app.extensions[EXTENSION]
        make = hasher(instance.settings.argon2_memory_kib, instance.settings.argon2_rounds).one_time
        with begin_work(instance, SYSTEM, "furnish") as work:
            passwords = furnish.people_and_posts(work, make, keep_passwords=True)
            gallery.install_all(work)
        return cls.found(app, passwords)

    @classmethod
    def found(cls, app: Flask, passwords: dict[str, str]) -> House:
        """A house furnished before."""
        instance: Runtime = app.extensions[EXTENSION]
        with begin_work(instance, SYSTEM) as work:
            ids = {row.username: row.id for row in work.session.scalars(select(User))}
        return cls(app, instance, passwords, ids)

    @contextmanager
    def work(self, username: str | None = None) -> Iterator[Work]:
        """A transaction by this person, or by the system."""
        actor = SYSTEM
        if username is not None:
            with begin_work(self.instance, SYSTEM) as look:
                actor = Actor.of(viewer_of(look.session, self.ids[username]))
        with begin_work(self.instance, actor, "test") as work:
            yield work

    @contextmanager
    def reading(self, username: str) -> Iterator[Reading]:
        with begin_work(self.instance, SYSTEM) as look:
            viewer = viewer_of(look.session, self.ids[username])
        with begin_reading(self.instance, viewer) as reading:
            yield reading

    def client(self, username: str) -> FlaskClient:
        """A browser in which this person is signed in."""
        client = self.app.test_client()
        page = client.get("/sign-in")
        token = csrf_of(page.get_data(as_text=True))
        typed = {"username": username, "password": self.passwords[username], "csrf_token": token}
        answer = client.post("/sign-in", data=typed)
        assert answer.status_code in (302, 303), answer.get_data(as_text=True)[:500]
        return client


def csrf_of(html: str) -> str:
    """The CSRF token in a page."""
    marker = 'name="csrf_token"'
    place = html.index(marker)
    start = html.index('value="', place) + len('value="')
    return html[start : html.index('"', start)]
