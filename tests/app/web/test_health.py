"""What a proxy asks: does the process answer, and can it do its work."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.edge.runtime import EXTENSION


def test_both_answer_without_anybody_signed_in(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.json == {"status": "ok"}


def test_a_database_of_another_shape_is_not_ready_and_the_process_is_alive(app: Flask) -> None:
    with app.extensions[EXTENSION].database.write.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    client = app.test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "reason": "migrations"})
    assert client.get("/healthz").status_code == 200


def test_a_database_that_does_not_answer_is_not_ready(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    from app.web import health

    def gone(_engine: object) -> bool:
        raise OperationalError("SELECT 1", {}, OSError("connection refused"))

    monkeypatch.setattr(health, "is_current", gone)
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unavailable", "reason": "database"})
