"""What each field of a customer's file and of a credit request said, when, and who changed it by which road."""

from __future__ import annotations

from flask import render_template
from werkzeug.wrappers import Response

from app.access import Right
from app.edge.pages import access
from app.edge.transaction import reading
from app.services import field_history
from app.web import history_parts
from app.web.desk_blueprint import blueprint
from app.web.desk_customer import head_of


@blueprint.get("/customers/<customer_id>/history")
@access(Right.CUSTOMER_READ)
def customer_history(customer_id: str) -> str:
    with reading() as view:
        head = head_of(view, customer_id, "history")
        about = field_history.of_customer(view, customer_id)
        told = history_parts.drawn(view, about, "desk.customer_history", customer_id=customer_id)
    return render_template("desk/customer_history.html", **head, **told)


@blueprint.get("/customers/<customer_id>/history.xlsx")
@access(Right.CUSTOMER_READ)
def customer_history_export(customer_id: str) -> Response:
    return history_parts.exported(lambda view: field_history.of_customer(view, customer_id))


@blueprint.get("/requests/<request_id>/history")
@access(Right.REQUEST_READ)
def request_history(request_id: str) -> str:
    with reading() as view:
        about = field_history.of_request(view, request_id)
        told = history_parts.drawn(view, about, "desk.request_history", request_id=request_id)
    return render_template("desk/request_history.html", about=about, request_id=request_id, **told)


@blueprint.get("/requests/<request_id>/history.xlsx")
@access(Right.REQUEST_READ)
def request_history_export(request_id: str) -> Response:
    return history_parts.exported(lambda view: field_history.of_request(view, request_id))
