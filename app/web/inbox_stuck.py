"""Cases that stand still: what stopped each, and a flow admin's ways on: try again, or declare it void."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.edge.asked import ways
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.models.case import Case
from app.queries import tasks as queries
from app.services import cases
from app.work import Work
from rules import Problem
from workflows import Refused

_Act = Callable[[Work], Case]
blueprint = Blueprint("inbox_stuck", __name__, url_prefix="/inbox")


@blueprint.get("/stuck")
@access(Right.TASK_DECIDE)
def stuck() -> str:
    with reading() as view:
        page = queries.stuck(view, request.args.get("after"), request.args.get("before"))
        counts = queries.counts(view)
    return render_template("inbox/stuck.html", page=page, counts=counts, **ways("inbox_stuck.stuck", page))


@blueprint.post("/cases/<case_id>/retry")
@access(Right.TASK_DECIDE)
def retry(case_id: str) -> Response:
    """Once posts or people were put right."""
    return _done(case_id, lambda work: cases.retry(work, case_id))


@blueprint.post("/cases/<case_id>/void")
@access(Right.TASK_DECIDE)
def void(case_id: str) -> Response:
    return _done(case_id, lambda work: cases.void(work, case_id, request.form.get("reason", "")[:2000]))


def _done(case_id: str, act: _Act) -> Response:
    """Back to the list with what came of it; where it was refused, back to the case, which says so."""
    try:
        with writing() as work:
            case = act(work)
            status, number = case.status, case.number
    except (Refused, Conflict) as error:
        if isinstance(error, Refused) and error.kind == "forbidden":
            raise
        flash(problem_text(Problem(error.code, params=dict(error.params))), "warn")
        return make_response(redirect(url_for("inbox.case", case_id=case_id), 303))
    words = {"error": "inbox.stuck.again", "voided": "inbox.stuck.voided"}.get(status, "inbox.stuck.on")
    flash(t(words, number=number), "warn" if status == "error" else "good")
    still = url_for("inbox.case", case_id=case_id) if status == "error" else url_for("inbox_stuck.stuck")
    return make_response(redirect(still, 303))
