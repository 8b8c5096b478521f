"""Recent ratings of all customers a person may see."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.access import Right
from app.edge.asked import place, ways
from app.edge.pages import access
from app.edge.transaction import reading
from app.queries import ratings as queries
from app.services.offers import offered
from app.web.desk_blueprint import blueprint


@blueprint.get("/ratings")
@access(Right.RATING_READ)
def ratings() -> str:
    kept: dict[str, Any] = {name: request.args.get(name, "")[:40] for name in ("move", "decision", "grade")}
    with reading() as view:
        choices = offered(view.session)
        page = queries.page(view, place(), ladder=choices.grades, **kept)
    kept = {name: value for name, value in kept.items() if value}
    return render_template(
        "desk/ratings.html", page=page, choices=choices, kept=kept, moves=queries.MOVES, decisions=queries.DECISIONS,
        **ways("desk.ratings", page, **kept),
    )  # fmt: skip
