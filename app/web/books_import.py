"""Records of a book from a worksheet: the empty sheet to fill in, and the upload, which goes the way of every list."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from app.access import Right
from app.edge.downloads import attachment
from app.edge.locale import label, language, problem_text, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.services import books, form_start, imports, imports_export
from app.services.imports_survey import RECORDS
from app.services.sheets import LIMITS
from app.web.books_blueprint import blueprint
from app.web.desk_imports import after_keeping
from rules import Invalid, Problem


@blueprint.get("/<book>/import")
@access(Right.RECORD_WRITE)
def import_page(book: str) -> str:
    return _page(book)


def _page(book: str, problems: tuple[Problem, ...] = (), filename: str = "") -> str:
    with reading() as view:
        shelf = books.open_to(view.session, view.viewer, book, "write")
        key = shelf.form.fields.get(shelf.book.key or "")
        return render_template(
            "books/import.html", shelf=shelf, by=None if key is None else label(key.label), filename=filename,
            problems=[{"message": problem_text(each), "path": ""} for each in problems],
            source=form_start.source_of(view.session, book),
            most_mib=runtime().settings.upload_mib, most_rows=LIMITS.rows,
        )  # fmt: skip


@blueprint.post("/<book>/import")
@access(Right.RECORD_WRITE)
def upload_records(book: str) -> Response:
    """Look at the file first, outside any transaction; only what can be read is kept."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return make_response(_page(book, (Problem("import.no_file"),)), 422)
    content = sent.read()
    try:
        with reading() as view:
            found = imports.examine(view, RECORDS, sent.filename, content, book, asking=True)
    except Invalid as error:
        return make_response(_page(book, error.problems, sent.filename[:80]), 422)
    with writing() as work:
        row = imports.keep(work, found)
    return redirect(after_keeping(row.id, row.status), 303)


@blueprint.post("/<book>/import/source")
@access(Right.RECORD_WRITE)
def import_source(book: str) -> Response:
    """The rows of the file that the book's form was made of: checked like any list, then taken over."""
    try:
        with reading() as view:
            found = form_start.rows_of(view, book)
    except Invalid as error:
        return make_response(_page(book, error.problems), 422)
    with writing() as work:
        row = imports.keep(work, found)
    return redirect(after_keeping(row.id, row.status), 303)


@blueprint.get("/<book>/template.xlsx")
@access(Right.RECORD_WRITE)
def import_template(book: str) -> Response:
    with reading() as view:
        shelf = books.open_to(view.session, view.viewer, book, "write")
        content = imports_export.template(view, RECORDS, language(), t, book)
    return attachment(content, f"{label(shelf.title)}.xlsx")
