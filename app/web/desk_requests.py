"""Credit requests as their applicants follow them: the list, one request on its way, taking one back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Missing, Right
from app.edge.asked import place, row_version, ways
from app.edge.locale import t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import cases as case_queries
from app.queries import requests as queries
from app.queries import tasks as task_queries
from app.queries.requests import RequestFile
from app.services import cases
from app.services import requests as service
from app.services.directory import directory
from app.web.desk_blueprint import blueprint
from app.web.desk_request_form import form_page
from app.work import Reading


@blueprint.get("/requests")
@access(Right.REQUEST_READ)
def requests() -> str:
    status, search = request.args.get("status", ""), request.args.get("q", "")[:60]
    with reading() as view:
        writes = view.viewer.may(Right.REQUEST_WRITE)
        everybody = request.args.get("whose") == "all" or not writes
        page = queries.page(view, place(), status=status, mine=not everybody, search=search)
    kept: dict[str, Any] = {"status": status, "q": search, "whose": "all" if everybody and writes else ""}
    kept = {name: value for name, value in kept.items() if value}
    return render_template(
        "desk/requests.html", page=page, kept=kept, statuses=queries.STATUSES, everybody=everybody, writes=writes,
        **ways("desk.requests", page, **kept),
    )  # fmt: skip


@blueprint.get("/requests/<request_id>", endpoint="request")
@access(Right.REQUEST_READ)
def one(request_id: str) -> str:
    """What its applicant still writes is shown as the form it is written in, everything else as a case."""
    with reading() as view:
        file = queries.file(view, request_id)
        if file.open and file.applicant_id == view.viewer.id and view.viewer.may(Right.REQUEST_WRITE):
            return form_page(view, file)
        return _on_its_way(view, file)


def _on_its_way(view: Reading, file: RequestFile) -> str:
    if file.case_id is None:
        raise Missing("credit_request", file.id)  # somebody else's draft
    found = case_queries.view(view, file.case_id, directory)
    return render_template(
        "desk/request.html", case=found, words=task_queries.vocabulary(view), mine=file.applicant_id == view.viewer.id,
        may_read_rating=view.viewer.may(Right.RATING_READ),
    )  # fmt: skip


@blueprint.post("/requests/<request_id>/withdraw")
@access(Right.REQUEST_WRITE)
def withdraw_request(request_id: str) -> Response:
    with writing() as work:
        row = service.own(work, request_id)
        if row.case_id is None:
            raise Missing("case", request_id)
        cases.withdraw(work, row.case_id)
    flash(t("desk.request.withdrawn", number=row.number), "good")
    return redirect(url_for("desk.request", request_id=request_id), 303)


@blueprint.post("/requests/<request_id>/delete")
@access(Right.REQUEST_WRITE)
def delete_request(request_id: str) -> Response:
    with writing() as work:
        service.delete(work, service.own(work, request_id), row_version())
    flash(t("desk.request.deleted"), "good")
    return redirect(url_for("desk.requests"), 303)
