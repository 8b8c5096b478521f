"""What the books hold of one customer: the newest records of each book, and the way to all of them."""

from __future__ import annotations

from flask import render_template

from app.access import Right
from app.edge.pages import access
from app.edge.transaction import reading
from app.queries import records as queries
from app.queries.keyset import START
from app.queries.records import Filters
from app.queries.scope import reach, unseen
from app.services import books
from app.web.books_list import cells, listing
from app.web.desk_blueprint import blueprint
from app.web.desk_customer import head_of

SHOWN = 5


@blueprint.get("/customers/<customer_id>/records")
@access(Right.RECORD_READ)
def customer_records(customer_id: str) -> str:
    """Books about customers this person may read, whether or not they hold anything of this one."""
    with reading() as view:
        head = head_of(view, customer_id, "records")
        shown = []
        for shelf in books.readable(view.session, view.viewer):
            if shelf.book.customer is None:
                continue
            hidden = unseen(view.viewer, shelf.book) | {shelf.book.customer}
            columns = [shelf.form.fields[key] for key in shelf.book.columns if key not in hidden]
            here = listing(view, shelf)
            page = queries.page(
                view, here, Filters(customer_id=customer_id), START, sort=shelf.book.sort,
                descending=shelf.book.descending, limit=SHOWN,
            )  # fmt: skip
            shown.append({
                "shelf": shelf, "page": page, "columns": columns,
                "cells": [cells(view, shelf, columns, row) for row in page.rows],
                "may_write": reach(view.viewer, shelf.book, "write") is not None,
            })
    return render_template("desk/customer_records.html", **head, books=shown)
