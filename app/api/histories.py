"""The history of fields: of a customer's file, a credit request and a record of a book."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView

from app.access import Right
from app.api.fields import json_safe
from app.api.noun import Noun
from app.api.schemas.histories import HistoryQuery, HistorySchema
from app.edge.asked import whole
from app.edge.runtime import runtime
from app.edge.sentences import actor_words
from app.edge.transaction import reading
from app.queries import standing
from app.services import field_history
from app.services.field_history import About, Act, Change, History
from app.services.personal import opener
from app.work import Reading
from rules import Invalid, Problem

noun = Noun("histories", __name__)


@noun.route("/books/<key:book>/records/<id:record_id>/history")
class OfRecord(MethodView):
    @noun.operation("records.history", Right.RECORD_READ, gives=HistorySchema, query=HistoryQuery)
    def get(self, book: str, record_id: str, query: dict[str, Any]) -> Any:
        with reading() as view:
            return _told(view, field_history.of_record(view, book, record_id), query)


@noun.route("/customers/<key:key>/history")
class OfCustomer(MethodView):
    @noun.operation("customers.history", Right.CUSTOMER_READ, gives=HistorySchema, query=HistoryQuery)
    def get(self, key: str, query: dict[str, Any]) -> Any:
        with reading() as view:
            return _told(view, field_history.of_customer(view, standing.find(view, key)), query)


@noun.route("/credit-requests/<id:request_id>/history")
class OfRequest(MethodView):
    @noun.operation("credit_requests.history", Right.REQUEST_READ, gives=HistorySchema, query=HistoryQuery)
    def get(self, request_id: str, query: dict[str, Any]) -> Any:
        with reading() as view:
            return _told(view, field_history.of_request(view, request_id), query)


def _told(view: Reading, about: About, query: dict[str, Any]) -> dict[str, Any]:
    before = whole(query["after"])
    if query["after"] and before is None:
        raise Invalid([Problem("api.cursor", "/after")])
    page = History(view, about, opener(view.session, runtime().keys)).page(query["field"], before)
    return {"acts": [_act(each) for each in page.acts], "next": None if page.next is None else str(page.next)}


def _act(act: Act) -> dict[str, Any]:
    return {
        "at": act.row.ts, "by": actor_words(act.row), "road": None if act.road is None else act.road.value,
        "verb": act.row.verb, "reason": act.row.text("reason"), "changes": [_change(each) for each in act.changes],
    }  # fmt: skip


def _change(change: Change) -> dict[str, Any]:
    before, after = field_history.raw(change)
    return {
        "field": change.key, "label": None if change.field is None else dict(change.field.label),
        "before": json_safe(before), "after": json_safe(after),
        "erased": "erased" in (change.before.state, change.after.state),
    }  # fmt: skip
