"""Two questions of a proxy or a supervisor: does the process answer, and can it do its work."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, jsonify
from sqlalchemy.exc import SQLAlchemyError

from app.edge.pages import PUBLIC, access
from app.edge.runtime import runtime
from migrations.run import is_current

blueprint = Blueprint("health", __name__)
log = logging.getLogger(__name__)


@blueprint.get("/healthz")
@access(PUBLIC)
def alive() -> Response:
    """The process answers; nothing else is looked at, so that a slow database does not get it restarted."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@access(PUBLIC)
def ready() -> tuple[Response, int]:
    """The database is within reach and has the shape this version needs; 503 names which of the two is not so."""
    try:
        current = is_current(runtime().database.read)
    except SQLAlchemyError:
        log.exception("the database does not answer")
        return jsonify(status="unavailable", reason="database"), 503
    if not current:
        return jsonify(status="unavailable", reason="migrations"), 503
    return jsonify(status="ok"), 200
