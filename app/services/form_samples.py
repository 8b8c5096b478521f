"""Sample answers for a form being tried: for each type something a person could have typed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.models.customer import Customer
from app.queries.scope import customers_in_scope
from app.services.lookups import Lookups
from app.work import Reading
from forms import Answers, Field, Form, assess
from forms.credit_code import CREDIT_CODE
from forms.fields import LookupField, Subform
from forms.fields.choice import Choice
from forms.places import inside

ROWS = 2
CODE = "91110000MA0000001"
PLAIN = {
    "email": "name@example.com", "phone": "13800138000", "credit_code": CODE + CREDIT_CODE.of(CODE),
    "yes_no": True, "bank_account": "6222020000000000000",
}  # fmt: skip


def samples(view: Reading, form: Form, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Stored answers with a sample for every field that takes one; what a limit of the form refuses stays empty.

    Beside `given`, answers written for this form, only records and people are looked for.
    """
    now = view.now.astimezone(view.zone)
    lookups = Lookups(view.session, view.viewer)
    asked = [field for field in form.asked if not given or isinstance(field, LookupField) or field.type == "user"]
    raw = {field.key: value for field in asked if (value := _sample(view, field, now)) is not None} | dict(given or {})
    found = assess(form, raw, now=now, lookups=lookups, purpose="draft")
    refused = {problem.path.split("/")[1] for problem in found.problems if problem.severity == "error" and problem.path}
    kept = {key: value for key, value in raw.items() if key not in refused}
    answers: Answers = assess(form, kept, now=now, lookups=lookups, purpose="draft").answers
    return answers.to_json()


def _sample(view: Reading, field: Field, now: datetime) -> Any:
    if field.assigned or (field.compute is not None and field.mode == "always"):
        return None
    if isinstance(field, Subform):
        row = {column.key: value for column in field.columns if (value := _sample(view, column, now)) is not None}
        return [dict(row) for _ in range(min(max(ROWS, field.min_rows), field.max_rows))]
    if isinstance(field, Choice):
        codes = [option.code for option in field.options if not option.retired]
        return (codes[:1] if field.feel == "list" else codes[0]) if codes else None
    if isinstance(field, LookupField):
        return _customer(view) if field.of == "customer" else None
    if field.type == "user":
        return view.viewer.username
    if field.type == "address":
        return _district()
    if field.type in PLAIN:
        return PLAIN[field.type]
    match field.feel:
        case "number":
            return _number(field)
        case "date":
            return now.date().isoformat()
        case "date and time":
            return now.replace(microsecond=0).isoformat()
        case "string":
            return field.label.get("zh-CN", "")[:20] or None
    if field.type == "date_range":
        return {"start": now.date().isoformat(), "end": (now.date() + timedelta(days=30)).isoformat()}
    return None


def _district() -> str:
    """The first district there is, with what it lies in; an address may go on behind it."""
    names: list[str] = []
    code = ""
    while found := inside(code):
        names, code = [*names, found[0].name], found[0].code
    return "".join(names)


def _number(field: Field) -> str:
    low, high = getattr(field, "min", None), getattr(field, "max", None)
    value = Decimal("0.1") if field.type == "percent" else Decimal(100)
    if low is not None:
        value = max(value, low)
    if high is not None:
        value = min(value, high)
    return format(value * 100, "f") + "%" if field.type == "percent" else format(value, "f")


def _customer(view: Reading) -> str | None:
    """The first customer this person may see."""
    query = customers_in_scope(select(Customer.id), view.viewer)
    return view.session.scalar(query.order_by(Customer.number).limit(1))
