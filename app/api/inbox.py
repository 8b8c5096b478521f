"""GET /inbox: what waits for the caller, what was done, started, or told, page by page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask.views import MethodView
from marshmallow import ValidationError

from app.access import Right
from app.api.fields import Number
from app.api.noun import Noun
from app.api.schemas.tasks import CountsSchema, InboxQuery, InboxSchema
from app.edge.transaction import reading
from app.queries import tasks as queries
from rules import Invalid, Problem

noun = Noun("inbox", __name__)
NAMES = ("kind", "step", "grade", "low", "high", "q", "flagged")


@noun.route("/inbox")
class Inbox(MethodView):
    @noun.operation("inbox.list", Right.TASK_READ, gives=InboxSchema, query=InboxQuery)
    def get(self, query: dict[str, Any]) -> Any:
        filters, after = _filters(query["filter"]), query["after"] or None
        with reading() as view:
            if query["view"] == "todo":
                found = queries.todo(view, filters, query["sort"], after)
            elif query["view"] == "done":
                found = queries.done(view, filters.search, after)
            elif query["view"] == "started":
                found = queries.started(view, after)
            else:
                found = queries.copies(view, unread=False, after=after)
        return {"rows": found.rows, "next": found.next and found.next.replace("+00:00", "Z")}


@noun.route("/inbox/counts")
class Counts(MethodView):
    @noun.operation("inbox.counts", Right.TASK_READ, gives=CountsSchema)
    def get(self) -> Any:
        with reading() as view:
            return queries.counts(view)


def _filters(text: str) -> queries.Filters:
    """`grade:BB,low:1000000,flagged` as the list wants it. Raises Invalid where a part says nothing."""
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, colon, value = part.partition(":")
        if name not in NAMES or bool(colon) == (name == "flagged") or name in found or (colon and not value):
            raise Invalid([Problem("api.filter", "/filter", {"part": part[:60], "names": list(NAMES)})])
        found[name] = value
    return queries.Filters(
        kind=found.get("kind", ""), step=found.get("step", ""), grade=found.get("grade", ""),
        low=_amount(found, "low"), high=_amount(found, "high"), flagged="flagged" in found, search=found.get("q", ""),
    )  # fmt: skip


def _amount(found: dict[str, str], name: str) -> Decimal | None:
    if name not in found:
        return None
    try:
        read: Decimal = Number().deserialize(found[name])
    except ValidationError:
        raise Invalid([Problem("api.decimal", "/filter")]) from None
    return read
