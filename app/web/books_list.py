"""Which books there are, the list of one with its filters and saved views, and its export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access import Conflict, Right
from app.edge.asked import place, ways
from app.edge.downloads import TEXT, WORKBOOK, attachment
from app.edge.locale import label, language, problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.models.definition import Definition
from app.queries import customers
from app.queries import records as queries
from app.queries.records import Filters, Listing, RecordLine
from app.queries.scope import reach, unseen
from app.services import books, numbering, record_sheets, records, views
from app.services.books import Shelf
from app.services.definition_checks import compiled
from app.web import book_filters
from app.web.books_blueprint import blueprint
from app.work import Reading
from forms import Answers, Form
from forms.fields import Field, LookupField
from rules import Invalid, Problem


def listing(view: Reading, shelf: Shelf) -> Listing:
    """A book as its list is asked for; by what this person does not see nothing is sorted, for its order would tell."""
    return Listing(shelf.key, shelf.book, books.sortable(view.session, view.viewer, shelf))


@blueprint.get("")
@access(Right.RECORD_READ)
def index() -> str:
    """The books this person may read, each with how many records it shows them."""
    with reading() as view:
        shelves = books.readable(view.session, view.viewer)
        rows = [
            {
                "key": each.key, "title": each.title, "may_write": reach(view.viewer, each.book, "write") is not None,
                "count": queries.page(view, listing(view, each), Filters(), place(), limit=1).count,
                "fields": [each.form.fields[key].label for key in each.book.columns[:5]],
            }
            for each in shelves
        ]  # fmt: skip
    return render_template("books/index.html", rows=rows)


@blueprint.get("/<book>")
@access(Right.RECORD_READ)
def listed(book: str) -> str:
    """The records of one book."""
    with reading() as view:
        shelf = books.open_to(view.session, view.viewer, book)
        hidden = unseen(view.viewer, shelf.book)
        asked = book_filters.asked(view, shelf, request.args, hidden)
        here = listing(view, shelf)
        sort, down = sorting(here)
        page = queries.page(view, here, asked.filters, place(), sort=sort, descending=down)
        columns = [shelf.form.fields[each] for each in shelf.book.columns if each not in hidden]
        about = customers.choice(view, asked.filters.customer_id) if asked.filters.customer_id else None
        order = {"sort": request.args.get("sort"), "way": request.args.get("way")}
        addresses = ways("books.listed", page, book=book, **asked.kept, **{k: v for k, v in order.items() if v})
        return render_template(
            "books/book.html", shelf=shelf, page=page, asked=asked, columns=columns, sort=sort, down=down, about=about,
            cells=[cells(view, shelf, columns, row) for row in page.rows],
            heads=[_head(here, each, sort, down, asked.kept, book) for each in columns],
            may_write=reach(view.viewer, shelf.book, "write") is not None, views=views.of(view, _place(book)),
            may_number=numbering.asks(shelf.form) and view.viewer.may(Right.DEFINITION_PUBLISH),
            waiting=[each for each in here.known.values() if not each.built],
            query=book_filters.view_query({**asked.kept, **order}), **addresses,
        )  # fmt: skip


def sorting(here: Listing) -> tuple[str | None, bool]:
    """The field and direction asked for, else those of the book."""
    sort = request.args.get("sort", "")
    if here.sortable(sort) is None:
        return (here.book.sort, here.book.descending) if here.sortable(here.book.sort) is not None else (None, True)
    return sort, request.args.get("way") == "down"


def _head(
    here: Listing, what: Field, sort: str | None, down: bool, kept: Mapping[str, Any], book: str
) -> dict[str, Any]:
    """The head of a column: its words and, where the list can be sorted by it, the address that does so."""
    href = None
    if here.sortable(what.key) is not None:
        way = "up" if sort == what.key and down else "down" if sort == what.key else "up"
        href = url_for("books.listed", book=book, sort=what.key, way=way, **kept)
    return {
        "words": label(what.label), "href": href, "number": what.feel_type == "number",
        "way": ("descending" if down else "ascending") if sort == what.key else None,
    }  # fmt: skip


def cells(view: Reading, shelf: Shelf, columns: list[Field], row: RecordLine) -> list[str]:
    """What a line of the list says, each answer as the version of the Form that checked it shows it."""
    form = version_of(view, shelf, row.form_id)
    answers = Answers.from_json(form, row.answers, view.zone)
    return [_cell(form, answers, what, row) for what in columns]


def _cell(form: Form, answers: Answers, what: Field, row: RecordLine) -> str:
    mine = next((each for each in form.asked if each.id == what.id), None)
    if mine is None:
        return ""
    if isinstance(mine, LookupField) and mine.of == "customer" and row.customer:
        return row.customer
    return answers.display(mine.key, language())


def version_of(view: Reading, shelf: Shelf, form_id: str) -> Form:
    """The version of its Form that checked a record last."""
    if form_id == shelf.row.id:
        return shelf.form
    form: Form = compiled(view.session.get_one(Definition, form_id))
    return form


def _place(book: str) -> str:
    return f"book/{book}"


@blueprint.post("/<book>/views")
@access(Right.RECORD_READ)
def save_view(book: str) -> Response:
    """Keep the filters and the order of the list as they are."""
    query: dict[str, Any] = book_filters.view_query(request.form)
    try:
        with writing() as work:
            books.open_to(work.session, work.viewer, book)
            views.save(work, _place(book), request.form.get("name", ""), query)
        flash(t("books.view.saved"), "good")
    except Invalid as invalid:
        for problem in invalid.problems:
            flash(problem_text(problem), "bad")
    return redirect(url_for("books.listed", book=book, **query), 303)


@blueprint.post("/<book>/views/<view_id>/forget")
@access(Right.RECORD_READ)
def forget_view(book: str, view_id: str) -> Response:
    with writing() as work:
        views.forget(work, _place(book), view_id)
    flash(t("books.view.forgotten"), "good")
    return redirect(url_for("books.listed", book=book), 303)


@blueprint.post("/<book>/number")
@access(Right.DEFINITION_PUBLISH)
def number(book: str) -> Response:
    """Give serial numbers to the records that were on file before the form asked for one."""
    try:
        with writing() as work:
            numbering.start(work, book)
        flash(t("books.number.started"), "good")
    except Conflict as conflict:
        flash(problem_text(Problem(conflict.code, params=conflict.params)), "bad")
    return redirect(url_for("books.listed", book=book), 303)


@blueprint.get("/<book>/export.<any(xlsx, csv):form>")
@access(Right.RECORD_READ)
def export(book: str, form: str) -> Response:
    """What the list shows with its filters and order, all pages of it, as a workbook or as text."""
    taken = 0

    def counting(rows: Iterator[RecordLine]) -> Iterator[RecordLine]:
        nonlocal taken
        for row in rows:
            taken += 1
            yield row

    with reading() as view:
        shelf = books.open_to(view.session, view.viewer, book)
        hidden = unseen(view.viewer, shelf.book)
        asked = book_filters.asked(view, shelf, request.args, hidden)
        here = listing(view, shelf)
        sort, down = sorting(here)
        rows = counting(queries.everything(view, here, asked.filters, sort=sort, descending=down))
        make = record_sheets.workbook if form == "xlsx" else record_sheets.text
        content = make(view, shelf, rows, language(), hidden, t("books.identity"))
        whole = record_sheets.masked(view, shelf, hidden)
    with writing() as work:
        records.exported(work, book, asked.kept, taken, form, whole)
    return attachment(content, f"{label(shelf.title)}.{form}", WORKBOOK if form == "xlsx" else TEXT)
