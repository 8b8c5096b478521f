"""What the controls of forms ask while somebody fills them in: what a picker may pick, what lies in a province."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from app.edge.pages import Open, access
from app.edge.transaction import reading
from app.services import picks

blueprint = Blueprint("pick", __name__)


@blueprint.get("/pick")
@access(Open.SIGNED_IN)
def offered() -> Response:
    """What matches the text typed, as far as this person may see it; of ``place`` what lies inside a division."""
    with reading() as view:
        found = picks.offered(view, request.args.get("of", "")[:80], request.args.get("search", ""))
    return jsonify([asdict(each) for each in found])
