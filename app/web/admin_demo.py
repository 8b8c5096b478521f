"""The system admin's page of demo data: what of it is there, and taking all of it away in one act."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.edge.locale import LANGUAGES, problem_text, t, translate
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries import demo_data as queries
from app.services import demo_data
from rules import Invalid, Problem

blueprint = Blueprint("admin_demo", __name__, url_prefix="/admin/demo")


@blueprint.get("")
@access(Right.DATA_REMOVE)
def demo() -> Response:
    return _page("", [], 200)


def _page(typed: str, errors: list[str], status: int, refused: str | None = None) -> Response:
    with reading() as view:
        found = queries.demo_data(view)
    page = render_template(
        "admin/demo.html", found=found, typed=typed, errors=errors, refused=refused, phrase=t("demo.phrase"),
        off=runtime().settings.jobs == "off",
    )  # fmt: skip
    return make_response(page, status)


@blueprint.post("/remove")
@access(Right.DATA_REMOVE)
def remove() -> Response:
    """Queue the removal once the words were typed; what goes wrong stays on the page."""
    typed = request.form.get("typed", "")[:80]
    try:
        with writing() as work:
            job = demo_data.start(work, typed, [translate(each, "demo.phrase", {}) for each in LANGUAGES])
            job_id = job.id
    except Invalid as error:
        return _page(typed, [problem_text(each) for each in error.problems], 422)
    except Conflict as error:
        return _page(typed, [], 409, problem_text(Problem(error.code, params=error.params)))
    flash(t("demo.removal_queued"), "good")
    return redirect(url_for("jobs.job", job_id=job_id), 303)
