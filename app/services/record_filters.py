"""What a list of records is to be narrowed by, read by the field it is about: the same from a page and from the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from app.queries.records import Wanted
from app.queries.scope import unseen
from app.services.books import Shelf
from app.services.lookups import Lookups
from app.work import Reading
from forms.fields import At, Field
from rules import Invalid, Problem
from rules.problem import pointer

BOUNDED = ("number", "date", "date and time")
EDGES = ("min", "max")


def bounded(field: Field) -> bool:
    """Whether a list is narrowed by a range of this field's values, not by one of them."""
    return field.feel_type in BOUNDED


def bound(view: Reading, field: Field, text: Any) -> str | Decimal | None:
    """A figure, day or moment as the projection holds it; raises Invalid for what the field cannot read."""
    value: Any = field.read(text, At(view.now.astimezone(view.zone), Lookups(view.session, view.viewer)))
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else Decimal(value)


def wanted(view: Reading, shelf: Shelf, asked: Mapping[str, Any]) -> dict[str, Wanted]:
    """Conditions by key of field; Invalid with every one that names no filter of the book or cannot be read."""
    problems: list[Problem] = []
    found: dict[str, Wanted] = {}
    hidden = unseen(view.viewer, shelf.book)
    for key, value in asked.items():
        at = pointer("where", str(key)[:64])
        if key not in shelf.book.filters or key in hidden:
            problems.append(Problem("record.not_a_filter", at, {"key": str(key)[:64]}))
            continue
        try:
            found[key] = _wanted(view, shelf.form.fields[key], value)
        except Invalid as invalid:
            problems += [each.under(at) for each in invalid.problems]
    if problems:
        raise Invalid(problems)
    return found


def _wanted(view: Reading, field: Field, value: Any) -> Wanted:
    if bounded(field):
        edges = value if isinstance(value, Mapping) else {"min": value, "max": value}
        if not edges or set(edges) - set(EDGES):
            raise Invalid([Problem("record.where")])
        low, high = (bound(view, field, edges.get(edge)) for edge in EDGES)
        return Wanted(low=low, high=high)
    if isinstance(value, bool):
        return Wanted("true" if value else "false")
    if not isinstance(value, str) or not value:
        raise Invalid([Problem("record.where")])
    return Wanted(value)
