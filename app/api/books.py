"""Books and their records: listed, read, entered, changed, removed and judged through the evaluator of the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask.views import MethodView

from app.access import Missing, Right
from app.api.noun import Noun, act, inside
from app.api.paging import place
from app.api.schemas.books import (
    BookListSchema,
    ChangeRecordSchema,
    CheckedRecordSchema,
    CheckRecordSchema,
    NewRecordSchema,
    RecordListSchema,
    RecordQuery,
    RecordSchema,
    RemoveRecordSchema,
    RestoreRecordSchema,
)
from app.edge.errors import problems_json
from app.edge.transaction import reading, writing
from app.models.record import Record
from app.queries import records as queries
from app.queries import standing
from app.queries.records import Filters, Listing, RecordLine
from app.queries.scope import reach, unseen
from app.services import books, live_values, record_filters, records
from app.services.books import Shelf
from app.work import Reading, Work
from forms import Answers
from forms.book import ACTS
from forms.stored import COPIED
from rules import Invalid, Problem
from rules.problem import errors

noun = Noun("books", __name__)
RECORDS = "/books/<key:book>/records"
ONE = RECORDS + "/<id:record_id>"


@noun.route("/books")
class Books(MethodView):
    @noun.operation("books.list", Right.RECORD_READ, gives=BookListSchema)
    def get(self) -> Any:
        with reading() as view:
            return {
                "books": [
                    {
                        "key": each.key, "version": each.row.version, "title": dict(each.title),
                        "may": [name for name in ACTS if reach(view.viewer, each.book, name) is not None],
                    }
                    for each in books.readable(view.session, view.viewer)
                ]
            }  # fmt: skip


@noun.route(RECORDS)
class Records(MethodView):
    @noun.operation("records.list", Right.RECORD_READ, gives=RecordListSchema, query=RecordQuery)
    def get(self, book: str, query: dict[str, Any]) -> Any:
        with reading() as view:
            shelf = books.open_to(view.session, view.viewer, book)
            known = books.sortable(view.session, view.viewer, shelf)
            listing = Listing(book, shelf.book, known)
            if query["sort"] and listing.sortable(query["sort"]) is None:
                raise Invalid([Problem("record.not_sortable", "/sort", {"key": query["sort"]})])
            filters = Filters(
                _wanted(view, shelf, query["where"]), query["q"], query["removed"] == "1",
                standing.find(view, query["customer"]) if query["customer"] else "",
            )  # fmt: skip
            sort = query["sort"] or shelf.book.sort
            down = query["way"] == "down" if query["sort"] else shelf.book.descending
            found = queries.page(view, listing, filters, place(query["after"]), sort=sort, descending=down, count=False)
            return {"records": [_shown(view, shelf, row) for row in found.rows], "next": found.next}

    @noun.operation(
        "records.create", Right.RECORD_WRITE, gives=RecordSchema, status=201, body=NewRecordSchema, acts=True
    )
    def post(self, book: str, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            with inside("/answers"):
                row = records.create(work, book, body["answers"], body["accepted"], source="api")
            return _written(work, book, row)

        return act(do, RecordSchema, 201)


@noun.route(ONE)
class OneRecord(MethodView):
    @noun.operation("records.show", Right.RECORD_READ, gives=RecordSchema)
    def get(self, book: str, record_id: str) -> Any:
        with reading() as view:
            shelf = books.open_to(view.session, view.viewer, book)
            row = queries.one(view, Listing(book, shelf.book, {}), record_id)
            if row is None:
                raise Missing("record", record_id)
            return _shown(view, shelf, row)

    @noun.operation("records.change", Right.RECORD_WRITE, gives=RecordSchema, body=ChangeRecordSchema)
    def patch(self, book: str, record_id: str, body: dict[str, Any]) -> Any:
        """`row_version` makes sending it twice harmless: the second finds it changed and says so."""
        with writing() as work:
            with inside("/answers"):
                records.change(work, book, record_id, body["row_version"], body["answers"], body["accepted"])
            return _written(work, book, work.session.get_one(Record, record_id))


@noun.route(ONE + "/remove")
class Removing(MethodView):
    @noun.operation("records.remove", Right.RECORD_REMOVE, gives=RecordSchema, body=RemoveRecordSchema, acts=True)
    def post(self, book: str, record_id: str, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            records.remove(work, book, record_id, body["row_version"], body["reason"])
            return _written(work, book, work.session.get_one(Record, record_id))

        return act(do, RecordSchema)


@noun.route(ONE + "/restore")
class Restoring(MethodView):
    @noun.operation("records.restore", Right.RECORD_REMOVE, gives=RecordSchema, body=RestoreRecordSchema, acts=True)
    def post(self, book: str, record_id: str, body: dict[str, Any]) -> Any:
        def do(work: Work) -> Any:
            records.restore(work, book, record_id, body["row_version"])
            return _written(work, book, work.session.get_one(Record, record_id))

        return act(do, RecordSchema)


@noun.route("/books/<key:book>/check")
class Checking(MethodView):
    @noun.operation("records.check", Right.RECORD_WRITE, gives=CheckedRecordSchema, body=CheckRecordSchema)
    def post(self, book: str, body: dict[str, Any]) -> Any:
        """Nothing is stored."""
        with reading() as view:
            shelf = books.open_to(view.session, view.viewer, book, "write")
            row = records.get(view, book, body["record"], "write")[1] if body["record"] else None
            found = records.look_over(view, shelf, body["answers"], row)
            hidden = unseen(view.viewer, shelf.book)
        problems = [problem.under("/answers") for problem in found.problems]
        return {
            "acceptable": not errors(problems),
            "problems": [{"severity": "error", **each} for each in problems_json(problems)],
            "answers": _seen(shelf, found.answers.to_json(), hidden, records.writable(view, shelf)),
            "required": sorted(found.required - hidden),
            "hidden": sorted(found.answers.hidden - hidden),
            "locked": sorted(found.locked - hidden),
        }


def _wanted(view: Reading, shelf: Shelf, text: str) -> Mapping[str, Any]:
    """The conditions of `where`; Invalid for what is no JSON object, or names no field the list is narrowed by."""
    if not text:
        return {}
    try:
        asked = json.loads(text)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Invalid([Problem("record.where", "/where")])
    return record_filters.wanted(view, shelf, asked)


def _shown(view: Reading, shelf: Shelf, row: RecordLine | Record) -> dict[str, Any]:
    members = {name: getattr(row, name) for name in RecordSchema().fields if name not in ("book", "answers", "live")}
    hidden = unseen(view.viewer, shelf.book)
    typed = Answers.from_json(shelf.form, row.answers, view.zone).typed
    return {
        **members, "book": shelf.key, "answers": _seen(shelf, row.answers, hidden, records.writable(view, shelf)),
        "live": live_values.told(view, shelf.form, typed, shelf.form.fields.keys() - hidden),
    }  # fmt: skip


def _seen(
    shelf: Shelf, answers: Mapping[str, Any], hidden: frozenset[str], writable: frozenset[str]
) -> dict[str, Any]:
    """Answers to what the form in force asks and this reader may see; what lookups copied stands beside them.

    What fields mask is told whole to those alone who may write it.
    """
    fields = shelf.form.fields
    open_ = fields.keys() - hidden
    out: dict[str, Any] = {
        key: value if key in writable else fields[key].masked(value) for key, value in answers.items() if key in open_
    }
    copied = answers.get(COPIED)
    if isinstance(copied, Mapping):
        out[COPIED] = {key: value for key, value in copied.items() if key.partition("/")[0] in open_}
    return out


def _written(work: Work, book: str, row: Record) -> dict[str, Any]:
    """A record right after an act on it."""
    work.session.flush()
    view = Reading(work.session, work.viewer, work.now, work.zone)
    return _shown(view, books.find(work.session, book), row)
