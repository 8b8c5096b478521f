"""Creating and changing a customer file through the published form, so that no rule of it is skipped."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.edge.asked import row_version
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import customers as queries
from app.queries.customers import CustomerFile
from app.services import customer_files as files
from app.web import answer_parts, file_parts
from app.web.desk_blueprint import blueprint
from app.work import Reading
from forms import Answers
from rules import Invalid, Problem


def answered(view: Reading, customer: CustomerFile) -> list[tuple[str, list[answer_parts.Line]]]:
    """The customer form's answers as a reader sees them, section by section."""
    _, form = files.form_in_force(view.session)
    return answer_parts.read_only(form, Answers.from_json(form, files.stored(form, customer), view.zone))


@blueprint.get("/customers/new")
@access(Right.CUSTOMER_WRITE)
def new_customer() -> str:
    with reading() as view:
        return _page(view, None)


@blueprint.post("/customers/new")
@access(Right.CUSTOMER_WRITE)
def create_customer() -> Response:
    return _save(None)


@blueprint.get("/customers/<customer_id>/edit")
@access(Right.CUSTOMER_WRITE)
def edit_customer(customer_id: str) -> str:
    with reading() as view:
        return _page(view, customer_id)


@blueprint.post("/customers/<customer_id>/edit")
@access(Right.CUSTOMER_WRITE)
def change_customer(customer_id: str) -> Response:
    return _save(customer_id)


@blueprint.post("/customers/check")
@blueprint.post("/customers/<customer_id>/check")
@access(Right.CUSTOMER_WRITE)
def check_customer(customer_id: str | None = None) -> str:
    """The parts that look otherwise now than the page that posts them."""
    with reading() as view:
        data: MultiDict[str, str] = request.form
        if request.args.get("act"):  # a row was added or removed; a button that merely has the focus is posted too
            data = answer_parts.worked(files.form_in_force(view.session)[1], data)
        drawn = _sheet(view, customer_id, data, live=True)
    parts = answer_parts.changed_parts(drawn, request.form)
    return render_template("desk/parts/redrawn.html", parts=parts, sheet=drawn, check=request.path)


def _sheet(
    view: Reading, customer_id: str | None, data: MultiDict[str, str] | None, problems: Any = (), live: bool = False
) -> answer_parts.Sheet:
    _, form = files.form_in_force(view.session)
    kept = None
    if customer_id is not None:
        kept = files.stored(form, queries.file(view, customer_id, Right.CUSTOMER_WRITE))
    raw = {} if data is None else answer_parts.typed(form, data, form.fields)
    found = files.look_over(view, raw, kept, customer_id)
    return answer_parts.sheet(form, found, data=data, problems=found.problems if live else problems, live=live)


def _page(
    view: Reading, customer_id: str | None, data: MultiDict[str, str] | None = None, problems: Any = (),
    conflict: Conflict | None = None,
) -> str:
    customer = None if customer_id is None else queries.file(view, customer_id, Right.CUSTOMER_WRITE)
    version = customer.row_version if customer is not None else 0
    if data is not None:
        version = row_version() or version
    known = conflict is not None and bool(conflict.params.get("id"))
    return render_template(
        "desk/customer_form.html", customer=customer, sheet=_sheet(view, customer_id, data, problems), version=version,
        accepted=set() if data is None else set(data.getlist("accepted")),
        conflict=None if conflict is None else problem_text(Problem(conflict.code, params=conflict.params)),
        existing=conflict.params.get("id") if known and conflict is not None else None,
        stale=conflict is not None and conflict.code.startswith("row."),
    )  # fmt: skip


def _save(customer_id: str | None) -> Response:
    """Store, or show the page again with everything typed and what is in the way."""
    data: MultiDict[str, str] = request.form
    status = 422
    if data.get("action", "").partition(":")[0] in ("add", "remove"):
        with reading() as view:
            worked = answer_parts.worked(files.form_in_force(view.session)[1], data)
            return make_response(_page(view, customer_id, worked))
    with reading() as view:
        asked = files.form_in_force(view.session)[1]
    data, problems = file_parts.taken(asked, data, request.files)
    if problems:
        with reading() as view:
            return make_response(_page(view, customer_id, data, problems), status)
    conflict: Conflict | None = None
    try:
        with writing() as work:
            _, form = files.form_in_force(work.session)
            raw = answer_parts.typed(form, data, form.fields)
            accepted = data.getlist("accepted")
            if customer_id is None:
                made = files.register(work, raw, accepted)
                customer_id, key = made.id, "desk.customer.created"
            else:
                changed = files.update(work, customer_id, row_version(), raw, accepted)
                key = "desk.customer.saved" if changed else "desk.customer.same"
        flash(t(key), "good")
        return redirect(url_for("desk.customer", customer_id=customer_id), 303)
    except Invalid as invalid:
        problems = list(invalid.problems)
    except Conflict as error:
        status, conflict = 409, error
    with reading() as view:
        return make_response(_page(view, customer_id, data, problems, conflict), status)
