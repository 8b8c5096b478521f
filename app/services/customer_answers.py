"""What the customer form would call the answers of a file: most of them are columns of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from forms import Form
from forms.fields.choice import Choice
from rules.figures import plain

FORM = "customer"
# Fields of the form whose answers are columns of the file as they stand; `industry` and `region` are translated.
PLAIN = (
    "name", "credit_code", "founded_on", "registered_capital", "employees", "currency", "payment_days", "contact_email",
    "note", "legal_representative", "city", "segment", "registration_status", "customer_since",
)  # fmt: skip

NAMED = {"industry": "industry", "region": "province"}
"""Choices that the file keeps in words, by the column they stand in."""


def stored(form: Form, row: Any) -> dict[str, Any]:
    """The answers of a file in their stored form, also where it came from elsewhere and was never filled in here.

    `row` is a Customer or what a query gives of one. Columns win: an import may have brought them up to date.
    """
    found = {key: value for key, value in row.answers.items() if key in form.fields}
    for key in PLAIN:
        if key in form.fields:
            found[key] = _stored_value(getattr(row, key))
    for key, column in NAMED.items():
        words, code = getattr(row, column), row.industry_code if key == "industry" else None
        if isinstance(form.fields.get(key), Choice):
            found[key] = code_of(form, key, words, code)
    return found


def code_of(form: Form, key: str, words: str | None, code: str | None) -> str | None:
    """The option a file means that keeps words, and maybe a code: by its code, else by any of its names."""
    field = form.fields.get(key)
    if not isinstance(field, Choice):
        return None
    return code if any(o.code == code for o in field.options) else _code(field, words)


def _stored_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _code(field: Choice, words: str | None) -> str | None:
    """The option that goes by this name, in any language or as an alias."""
    if words is None:
        return None
    return next((o.code for o in field.options if words in (*o.label.values(), *o.aliases)), None)
