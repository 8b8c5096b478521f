"""A few people for tests of sign-in, access and administration, without Definitions or customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.access import Grant, Role, Scope
from app.edge.runtime import EXTENSION, Runtime
from app.edge.transaction import begin_reading, begin_work
from app.models.ledger import Entry
from app.services import passwords, people
from app.services.viewers import viewer_of
from app.work import SYSTEM, Actor, Reading, Work
from tests.builders import csrf_of


@dataclass
class Crew:
    """People by username; each one's password is known, and one was not yet changed where `one_time` was asked."""

    app: Flask
    ids: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def instance(self) -> Runtime:
        found: Runtime = self.app.extensions[EXTENSION]
        return found

    @property
    def hasher(self) -> passwords.Hasher:
        settings = self.instance.settings
        return passwords.hasher(settings.argon2_memory_kib, settings.argon2_rounds)

    def hire(
        self, username: str, *roles: Role, scope: Scope = Scope.ALL, one_time: bool = False, **profile: str
    ) -> str:
        """Make a user with these roles; returns the id."""
        secret = self.hasher.one_time()
        with begin_work(self.instance, SYSTEM, "hire") as work:
            made = people.create_user(
                work,
                people.Profile(username, profile.pop("name", username.title()), **profile),
                secret,
                [Grant(role, scope) for role in roles],
                keep_password=not one_time,
            )
        self.ids[username], self.secrets[username] = made.id, secret.password
        return made.id

    @contextmanager
    def work(self, username: str | None = None) -> Iterator[Work]:
        """A transaction by this person, or by the system."""
        with begin_work(self.instance, self.actor(username), "test") as work:
            yield work

    @contextmanager
    def reading(self, username: str) -> Iterator[Reading]:
        viewer = self.actor(username).viewer
        assert viewer is not None
        with begin_reading(self.instance, viewer) as reading:
            yield reading

    def actor(self, username: str | None) -> Actor:
        if username is None:
            return SYSTEM
        with begin_work(self.instance, SYSTEM) as look:
            return Actor.of(viewer_of(look.session, self.ids[username]))

    def verbs(self, subject_id: str) -> list[str]:
        """What the ledger tells of a subject, in order."""
        with begin_work(self.instance, SYSTEM) as look:
            query = select(Entry.verb).where(Entry.subject_id == subject_id).order_by(Entry.subject_seq)
            return list(look.session.scalars(query))

    def client(self, username: str, **environ: str) -> FlaskClient:
        """A browser in which this person is signed in."""
        client = self.app.test_client()
        answer = self.sign_in(client, username, **environ)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return client

    def sign_in(
        self, client: FlaskClient, username: str, password: str | None = None, after: str | None = None, **environ: str
    ) -> TestResponse:
        data = {"username": username, "password": self.secrets[username] if password is None else password}
        if after is not None:
            data["next"] = after
        return post(client, "/sign-in", data, page="/sign-in", **environ)


def post(
    client: FlaskClient, address: str, data: dict[str, object] | None = None, page: str | None = None, **environ: str
) -> TestResponse:
    """Post as the browser does: with the token of the page the form stands on (any page of one's own has it)."""
    html = client.get(page or "/password", environ_overrides=environ).get_data(as_text=True)
    typed = {**(data or {}), "csrf_token": csrf_of(html)}
    return client.post(address, data=typed, environ_overrides=environ, buffered=True)  # read to its end
