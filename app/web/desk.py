"""The desk: every module that puts pages on its Blueprint, gathered here for `create_app`."""

from __future__ import annotations

from app.web import (
    desk_columns,
    desk_customer,
    desk_customer_form,
    desk_customer_records,
    desk_customers,
    desk_history,
    desk_imports,
    desk_ratings,
    desk_request_form,
    desk_requests,
)
from app.web.desk_blueprint import blueprint

__all__ = [
    "blueprint", "desk_columns", "desk_customer", "desk_customer_form", "desk_customer_records", "desk_customers",
    "desk_history", "desk_imports", "desk_ratings", "desk_request_form", "desk_requests",
]  # fmt: skip
