"""One record of a book: read with its history, entered, changed, removed with a reason and brought back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access import Conflict, Missing, Right
from app.edge import sentences
from app.edge.asked import row_version
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.models.record import KEPT, Record
from app.queries import records as queries
from app.queries import trail
from app.queries.scope import records_in_scope, unseen
from app.queries.trail import EntryRow
from app.services import books, field_history, records
from app.services.books import Shelf
from app.services.field_history import History
from app.web import answer_parts, file_parts, history_parts
from app.web.books_blueprint import blueprint
from app.web.books_list import listing, version_of
from app.work import Reading, Verb
from forms import Answers
from rules import Invalid, Problem

Data = MultiDict[str, str]


@blueprint.get("/<book>/<record_id>")
@access(Right.RECORD_READ)
def record(book: str, record_id: str) -> str:
    """The answers of a record under the version that checked them, and what happened to it."""
    with reading() as view:
        return _record_page(view, book, record_id)


def _record_page(view: Reading, book: str, record_id: str, problem: str | None = None, reason: str = "") -> str:
    shelf = books.open_to(view.session, view.viewer, book)
    row = queries.one(view, listing(view, shelf), record_id)
    if row is None:
        raise Missing("record", record_id)
    form, hidden = version_of(view, shelf, row.form_id), unseen(view.viewer, shelf.book)
    readable = [each for each in form.fields if each not in hidden]
    entries = trail.subject_timeline(view, records.subject_of(record_id))
    here = history_parts.history(view, field_history.of_record(view, book, record_id))
    return render_template(
        "books/record.html", shelf=shelf, row=row, kept=row.status == KEPT, problem=problem, reason=reason,
        groups=answer_parts.read_only(form, Answers.from_json(form, row.answers, view.zone), readable),
        history_of=history_parts.address_of("books.record_history", book=book, record_id=record_id),
        may_write=_may(view, shelf, record_id, "write"), may_remove=_may(view, shelf, record_id, "remove"),
        history=[_told(each, here) for each in entries], older=form is not shelf.form,
    )  # fmt: skip


@blueprint.get("/<book>/<record_id>/history")
@access(Right.RECORD_READ)
def record_history(book: str, record_id: str) -> str:
    """What each field of a record said, when, and who changed it."""
    with reading() as view:
        about = field_history.of_record(view, book, record_id)
        shelf = books.open_to(view.session, view.viewer, book)
        address = {"book": book, "record_id": record_id}
        told = history_parts.drawn(view, about, "books.record_history", **address)
    return render_template("books/record_history.html", shelf=shelf, about=about, record_id=record_id, **told)


@blueprint.get("/<book>/<record_id>/history.xlsx")
@access(Right.RECORD_READ)
def record_history_export(book: str, record_id: str) -> Response:
    return history_parts.exported(lambda view: field_history.of_record(view, book, record_id))


def _may(view: Reading, shelf: Shelf, record_id: str, act: Any) -> bool:
    query = select(Record.id).where(Record.id == record_id)
    return view.session.scalar(records_in_scope(query, view.viewer, shelf.key, shelf.book, act)) is not None


def _told(row: EntryRow, here: History) -> dict[str, Any]:
    """One act on a record: its sentence, and each field before and after, as far as this person may see them."""
    changes = list(here.changes(row))
    if isinstance(row.detail.get("fields"), list):
        seen = {"fields": [each.key for each in changes]}
        row = replace(row, members={**row.members, "detail": {**row.detail, **seen}})
    return {
        "row": row, "words": sentences.sentence(row), "reason": row.text("reason"),
        "changes": [history_parts.change(here, row, each) for each in changes if row.verb == Verb.RECORD_CHANGED],
    }  # fmt: skip


@blueprint.get("/<book>/new")
@access(Right.RECORD_WRITE)
def new_record(book: str) -> str:
    """An empty record, for the customer named in the address where there is one."""
    with reading() as view:
        shelf = books.open_to(view.session, view.viewer, book, "write")
        chosen = request.args.get("customer", "")[:40]
        about = shelf.book.customer
        return _form_page(view, book, None, MultiDict({about: chosen}) if about and chosen else None)


@blueprint.post("/<book>/new")
@access(Right.RECORD_WRITE)
def create_record(book: str) -> Response:
    return _save(book, None)


@blueprint.get("/<book>/<record_id>/edit")
@access(Right.RECORD_WRITE)
def edit_record(book: str, record_id: str) -> str:
    with reading() as view:
        return _form_page(view, book, record_id)


@blueprint.post("/<book>/<record_id>/edit")
@access(Right.RECORD_WRITE)
def change_record(book: str, record_id: str) -> Response:
    return _save(book, record_id)


@blueprint.post("/<book>/check")
@blueprint.post("/<book>/<record_id>/check")
@access(Right.RECORD_WRITE)
def check_record(book: str, record_id: str | None = None) -> str:
    """The parts that look otherwise now than the page that posts them."""
    with reading() as view:
        shelf, row = _opened(view, book, record_id)
        data = answer_parts.worked(shelf.form, request.form) if request.args.get("act") else request.form
        drawn = _sheet(view, shelf, row, data, live=True)
        parts = answer_parts.changed_parts(drawn, request.form)
        return render_template("desk/parts/redrawn.html", parts=parts, sheet=drawn, check=request.path)


def _opened(view: Reading, book: str, record_id: str | None) -> tuple[Shelf, Record | None]:
    if record_id is None:
        return books.open_to(view.session, view.viewer, book, "write"), None
    return records.get(view, book, record_id, "write")


def _sheet(
    view: Reading, shelf: Shelf, row: Record | None, data: Data | None, problems: Any = (), live: bool = False
) -> answer_parts.Sheet:
    raw = {} if data is None else answer_parts.typed(shelf.form, data, records.writable(view, shelf))
    found = records.look_over(view, shelf, raw, row)
    hidden = unseen(view.viewer, shelf.book)
    return answer_parts.sheet(
        shelf.form, found, data=data, problems=found.problems if live else problems, live=live,
        readable=[each for each in shelf.form.fields if each not in hidden], writable=records.writable(view, shelf),
    )  # fmt: skip


def _form_page(
    view: Reading, book: str, record_id: str | None, data: Data | None = None, problems: Any = (),
    conflict: Conflict | None = None,
) -> str:
    shelf, row = _opened(view, book, record_id)
    version = row.row_version if row is not None else 0
    if data is not None:
        version = row_version() or version
    check = url_for("books.check_record", book=book, record_id=record_id)
    return render_template(
        "books/record_form.html", shelf=shelf, row=row, sheet=_sheet(view, shelf, row, data, problems),
        version=version, accepted=set() if data is None else set(data.getlist("accepted")), check=check,
        stale=conflict is not None and conflict.code.startswith("row."),
        conflict=None if conflict is None else problem_text(Problem(conflict.code, params=conflict.params)),
    )  # fmt: skip


def _save(book: str, record_id: str | None) -> Response:
    """Store, or show the page again with everything typed and what is in the way."""
    data: MultiDict[str, str] = request.form
    status = 422
    if data.get("action", "").partition(":")[0] in ("add", "remove"):
        with reading() as view:
            shelf, _ = _opened(view, book, record_id)
            return make_response(_form_page(view, book, record_id, answer_parts.worked(shelf.form, data)))
    with reading() as view:
        shelf, _ = _opened(view, book, record_id)
        writable = records.writable(view, shelf)
    data, problems = file_parts.taken(shelf.form, data, request.files, writable)
    if problems:
        with reading() as view:
            return make_response(_form_page(view, book, record_id, data, problems), status)
    conflict: Conflict | None = None
    try:
        with writing() as work:
            shelf = books.open_to(work.session, work.viewer, book, "write")
            raw = answer_parts.typed(shelf.form, data, records.writable(work, shelf))
            accepted = data.getlist("accepted")
            if record_id is None:
                record_id, said = records.create(work, book, raw, accepted).id, "books.record.created"
            else:
                changed = records.change(work, book, record_id, row_version(), raw, accepted)
                said = "books.record.saved" if changed else "books.record.same"
        flash(t(said), "good")
        if data.get("action") == "another":
            return redirect(url_for("books.new_record", book=book), 303)
        return redirect(url_for("books.record", book=book, record_id=record_id), 303)
    except Invalid as invalid:
        problems = list(invalid.problems)
    except Conflict as error:
        status, conflict = 409, error
    with reading() as view:
        return make_response(_form_page(view, book, record_id, data, problems, conflict), status)


@blueprint.post("/<book>/<record_id>/remove")
@access(Right.RECORD_REMOVE)
def remove_record(book: str, record_id: str) -> Response:
    """Take a record out of its book; without a reason the page asks again."""
    reason = request.form.get("reason", "")
    try:
        with writing() as work:
            records.remove(work, book, record_id, row_version(), reason)
    except (Invalid, Conflict) as refused:
        return _refused(book, record_id, refused, reason)
    flash(t("books.record.removed"), "good")
    return redirect(url_for("books.record", book=book, record_id=record_id), 303)


@blueprint.post("/<book>/<record_id>/restore")
@access(Right.RECORD_REMOVE)
def restore_record(book: str, record_id: str) -> Response:
    try:
        with writing() as work:
            records.restore(work, book, record_id, row_version())
    except Conflict as refused:
        return _refused(book, record_id, refused)
    flash(t("books.record.restored"), "good")
    return redirect(url_for("books.record", book=book, record_id=record_id), 303)


def _refused(book: str, record_id: str, refused: Invalid | Conflict, reason: str = "") -> Response:
    """The page of the record again, with why the act was not done and the reason as it was typed."""
    if isinstance(refused, Conflict):
        problem, status = problem_text(Problem(refused.code, params=refused.params)), 409
    else:
        problem, status = problem_text(refused.problems[0]), 422
    with reading() as view:
        return make_response(_record_page(view, book, record_id, problem, reason), status)
