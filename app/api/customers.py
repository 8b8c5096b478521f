"""Customers: found, read, put by the ERP under its own number, and asked for their credit."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask.views import MethodView

from app.access import Right
from app.api.noun import FormAnswers, Noun, written
from app.api.paging import place
from app.api.schemas.customers import CreditSchema, CustomerListSchema, CustomerQuery, CustomerSchema
from app.edge.transaction import reading, writing
from app.queries import customers as queries
from app.queries import standing
from app.services import customer_feed

noun = Noun("customers", __name__)


@noun.route("/customers")
class Customers(MethodView):
    @noun.operation("customers.list", Right.CUSTOMER_READ, gives=CustomerListSchema, query=CustomerQuery)
    def get(self, query: dict[str, Any]) -> Any:
        with reading() as view:
            found = queries.page(view, queries.Filters(search=query["q"]), place(query["after"]))
            return {"customers": found.rows, "next": found.next}


@noun.route("/customers/<key:key>")
class OneCustomer(MethodView):
    @noun.operation("customers.show", Right.CUSTOMER_READ, gives=CustomerSchema)
    def get(self, key: str) -> Any:
        with reading() as view:
            return queries.file(view, standing.find(view, key))

    @noun.operation("customers.put", Right.CUSTOMER_WRITE, gives=CustomerSchema, body=FormAnswers, creates=True)
    def put(self, key: str, body: dict[str, Any]) -> Response:
        """Sent twice it does the same, so that no Idempotency-Key is needed."""
        with writing() as work:
            customer_id, new = customer_feed.put(work, key, body)
        with reading() as view:
            response = jsonify(written(CustomerSchema, queries.file(view, customer_id, Right.CUSTOMER_WRITE)))
        response.status_code = 201 if new else 200
        return response


@noun.route("/customers/<key:key>/credit")
class Credit(MethodView):
    @noun.operation("customers.credit", Right.CUSTOMER_READ, gives=CreditSchema)
    def get(self, key: str) -> Any:
        with reading() as view:
            return standing.of(view, standing.find(view, key))
