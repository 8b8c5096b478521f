"""Writing a credit request: the page of its published form, live checks, rows, the picker, saving and sending in."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.db import new_id
from app.edge.asked import row_version
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import cases as case_queries
from app.queries import customers
from app.queries import requests as queries
from app.queries.requests import RequestFile
from app.services import idempotency, request_sheets, requests
from app.services.directory import directory
from app.web import answer_parts, file_parts
from app.web.desk_blueprint import blueprint
from app.work import Reading, Work
from rules import Invalid, Problem
from workflows import Refused

Data = MultiDict[str, str]
CUSTOMER = "customer"


@blueprint.get("/requests/new")
@access(Right.REQUEST_WRITE)
def new_request() -> str:
    """An empty request, for the customer named in the address where there is one."""
    chosen = request.args.get("customer", "")[:40]
    with reading() as view:
        return form_page(view, None, MultiDict({CUSTOMER: chosen}) if chosen else None)


@blueprint.post("/requests/new")
@access(Right.REQUEST_WRITE)
def send_new_request() -> Response:
    return _act(None)


@blueprint.post("/requests/<request_id>")
@access(Right.REQUEST_WRITE)
def send_request(request_id: str) -> Response:
    return _act(request_id)


@blueprint.post("/requests/check")
@blueprint.post("/requests/<request_id>/check")
@access(Right.REQUEST_WRITE)
def check_request(request_id: str | None = None) -> str:
    """The parts that look otherwise now than in the page that posts them, and the way ahead."""
    with reading() as view:
        file = None if request_id is None else _own(view, request_id)
        what = request_sheets.asked(view, file)
        # While somebody types, a button that merely has the focus is posted too; only its own call may act.
        data = _worked(what.form, request.form) if request.args.get("act") else request.form
        raw = answer_parts.typed(what.form, data, what.writable)
        found = request_sheets.look_over(view, what, raw, file, data.getlist("accepted"))
        drawn = answer_parts.sheet(
            what.form, found, data=data, readable=what.readable, problems=found.problems, live=True,
            writable=what.writable,
            marked=file.marked_fields if file is not None else (),
        )
        parts = answer_parts.changed_parts(drawn, request.form)
        return render_template(
            "desk/parts/redrawn.html", parts=parts, sheet=drawn, picker=_picker(view, data, file),
            foresight=request_sheets.foresee(view, what, found.answers), model=what.model, with_way=True,
            check=_check(file),
        )  # fmt: skip


@blueprint.get("/requests/customers")
@access(Right.REQUEST_WRITE)
def pick_customer() -> str:
    """Customers that match what is being typed, to choose one from."""
    search = request.args.get("customer_search", "")
    with reading() as view:
        found = customers.choices(view, search)
    return render_template("desk/parts/choices.html", found=found, search=search)


def _own(view: Reading, request_id: str) -> RequestFile:
    file = queries.file(view, request_id)
    if file.applicant_id != view.viewer.id:
        raise Conflict("credit_request.not_yours", number=file.number or "")
    return file


def _worked(form: Any, data: Data) -> Data:
    """What was posted after the button pressed has done its work on rows or on the choice of customer."""
    if data.get("action") == "change":
        return MultiDict([(name, "" if name == CUSTOMER else value) for name, value in data.items(multi=True)])
    return answer_parts.worked(form, data)


def _picker(view: Reading, data: Data | None, file: RequestFile | None) -> dict[str, Any]:
    """The customer chosen, or those to choose from; after a return the customer stays."""
    data = data if data is not None else MultiDict()
    given = data.get(CUSTOMER)
    chosen_id = given if given is not None else (file.customer_id if file is not None else None)
    search = data.get("customer_search", "")
    chosen = customers.choice(view, chosen_id) if chosen_id else None
    fixed = file is not None and file.case_id is not None
    return {
        "chosen": chosen,
        "fixed": fixed,
        "search": search,
        "found": () if chosen is not None else customers.choices(view, search),
        "href": url_for("desk.pick_customer"),
        "check": _check(file),
        "open": queries.open_request(view, chosen.id) if chosen is not None and not fixed else None,
    }


def _check(file: RequestFile | None) -> str:
    return url_for("desk.check_request", request_id=file.id) if file is not None else url_for("desk.check_request")


def _address(file: RequestFile | None) -> str:
    return url_for("desk.send_new_request") if file is None else url_for("desk.send_request", request_id=file.id)


def form_page(
    view: Reading, file: RequestFile | None, data: Data | None = None, problems: Any = None,
    conflict: str | None = None, version: int | None = None,
) -> str:
    """The page of a request being written; `version` is the one that was typed on, where that is not the stored one."""
    what = request_sheets.asked(view, file)
    raw = {} if data is None else answer_parts.typed(what.form, data, what.writable)
    accepted = set() if data is None else set(data.getlist("accepted"))
    found = request_sheets.look_over(view, what, raw, file, accepted)
    sheet = answer_parts.sheet(
        what.form, found, data=data, readable=what.readable, writable=what.writable,
        problems=problems or (), live=False, marked=file.marked_fields if file is not None else (),
    )  # fmt: skip
    case = case_queries.view(view, file.case_id, directory) if file is not None and file.case_id else None
    return render_template(
        "desk/request_form.html", file=file, sheet=sheet, case=case, picker=_picker(view, data, file),
        foresight=request_sheets.foresee(view, what, found.answers), model=what.model, conflict=conflict,
        lost=what.lost, accepted=accepted,
        version=file.row_version if version is None and file is not None else version or 0, key=new_id(),
        returned=_question(case), check=_check(file), action=_address(file),
    )  # fmt: skip


def _question(case: Any) -> Any:
    """The last return of a case: who asked, when, and what."""
    if case is None:
        return None
    return next((act for act in reversed(case.history) if act.answer == "return"), None)


def _act(request_id: str | None) -> Response:
    """Save, send in, or only redraw, as the button pressed says; a refusal shows everything typed again."""
    data: Data = request.form
    action, version = data.get("action", "draft"), row_version()
    if action not in ("submit", "draft"):
        return _redraw(request_id, version)
    with reading() as view:
        file = None if request_id is None else _own(view, request_id)
        what = request_sheets.asked(view, file)
    data, faults = file_parts.taken(what.form, data, request.files, what.writable)
    if faults:
        return _refused(request_id, version, data, faults, None, 422)
    try:
        with writing() as work:
            row_id, key = _write(work, request_id, version, action, data)
    except Invalid as invalid:
        if any(problem.code.startswith("idempotency.") for problem in invalid.problems):
            raise
        return _refused(request_id, version, data, invalid.problems, None, 422)
    except (Conflict, Refused) as error:
        told = problem_text(Problem(error.code, params=dict(error.params)))
        return _refused(request_id, version, data, (), told, 409)
    flash(t(key), "good")
    return redirect(url_for("desk.request", request_id=row_id), 303)


def _write(work: Work, request_id: str | None, version: int, action: str, data: Data) -> tuple[str, str]:
    """One act, once however often it is sent; returns the request's id and what to tell."""

    def act() -> idempotency.Answer:
        if request_id is None:
            form, writable = (found := requests.road(work.session)).form, found.writable
            raw = answer_parts.typed(form, data, writable)
            if action == "draft":
                return idempotency.Answer(303, {"id": requests.draft(work, raw).id})
            row = requests.draft(work, raw)
            requests.submit(work, row, row.row_version, {}, data.getlist("accepted"))
            return idempotency.Answer(303, {"id": row.id})
        row = requests.own(work, request_id)
        form, writable = requests.asked(work, row)
        raw = answer_parts.typed(form, data, writable)
        if action == "draft":
            requests.save(work, row, version, raw)
        else:
            requests.submit(work, row, version, raw, data.getlist("accepted"))
        return idempotency.Answer(303, {"id": row.id})

    sent = sorted((name, value) for name, value in data.items(multi=True) if name != "csrf_token")
    answer = idempotency.once(work, data.get(idempotency.FIELD), {"request": request_id, "sent": sent}, act)
    return str(answer.body["id"]), "desk.request.sent" if action == "submit" else "desk.request.saved"


def _redraw(request_id: str | None, version: int) -> Response:
    """Without script: the whole page again after a row was added, or a customer searched for."""
    with reading() as view:
        file = None if request_id is None else _own(view, request_id)
        data = _worked(request_sheets.asked(view, file).form, request.form)
        return make_response(form_page(view, file, data, version=version))


def _refused(
    request_id: str | None, version: int, data: Data, problems: Any, conflict: str | None, status: int
) -> Response:
    """The page again. What stops a draft from being kept is not all that stands in the way: everything is told."""
    with reading() as view:
        file = None if request_id is None else _own(view, request_id)
        if conflict is not None and file is not None and not file.open:
            flash(conflict, "warn")
            return make_response(redirect(url_for("desk.request", request_id=file.id), 303))
        what = request_sheets.asked(view, file)
        raw = answer_parts.typed(what.form, data, what.writable)
        if data.get("action") == "submit" and conflict is None:
            found = request_sheets.look_over(view, what, raw, file, data.getlist("accepted"))
            refused = [each for each in problems if each.code.startswith("file.") and each not in found.problems]
            problems = [*refused, *found.problems] or problems
        return make_response(form_page(view, file, data, problems, conflict, version), status)
