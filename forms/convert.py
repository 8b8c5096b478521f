"""When a field changes its type, its id stays: which types a stored answer can go over to, and how (F20).

Only what loses nothing is declared. A conversion that depends on the value (text that has to read as a number, several
options that have to be one) is tried, and says why where it fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import Any

from rules import Invalid, Problem

from .fields import At, Field, LookupField, Subform
from .fields.money import Money
from .fields.people import Staff
from .fields.spans import Span
from .stored import NOWHERE

Road = Callable[[Field, Any], Any]


def _spelt(field: Field, value: Any) -> Any:
    return field.to_text(value)


def _stored(field: Field, value: Any) -> Any:
    return field.to_json(value)


def _named(field: Field, value: Any) -> Any:
    return field.display(value, "zh-CN")


def _whole_day(field: Field, value: Any) -> Any:
    return f"{value.isoformat()}T00:00"


def _one_day(field: Field, value: Any) -> Any:
    return Span(value, value)


def _single(field: Field, value: Any) -> Any:
    return value[0] if len(value) == 1 else list(value)


WORDS = ("text", "long_text")
CODED = ("credit_code", "email", "phone", "bank_account", "bank_code")
_ROADS: dict[tuple[str, str], Road] = {
    **{(a, b): _spelt for a in WORDS for b in (
        *WORDS, *CODED, "number", "integer", "money", "percent", "date", "datetime", "date_range", "address", "choice",
        "tags", "yes_no",
    ) if a != b},
    **{(a, b): _spelt for a in (*CODED, "address", "date", "date_range", "serial") for b in WORDS},
    **{(a, b): _spelt for a in ("number", "integer") for b in (*WORDS, "money", "number", "integer") if a != b},
    **{("money", b): _spelt for b in (*WORDS, "number", "integer")},
    ("number", "percent"): _stored,
    ("percent", "number"): _stored,
    ("percent", "text"): _spelt,
    ("percent", "long_text"): _spelt,
    ("date", "datetime"): _whole_day,
    ("date", "date_range"): _one_day,
    ("choice", "multi_choice"): _stored,
    ("choice", "tags"): _stored,
    ("choice", "text"): _named,
    ("choice", "long_text"): _named,
    ("multi_choice", "choice"): _single,
    ("multi_choice", "tags"): _stored,
    ("tags", "multi_choice"): _stored,
    ("tags", "choice"): _single,
}  # fmt: skip
ROADS: Mapping[tuple[str, str], Road] = MappingProxyType(_ROADS)


def convertible(before: str, after: str) -> bool:
    """Whether a field of type `before` may become one of type `after` and keep its answers, as far as they fit."""
    return before == after or (before, after) in ROADS


def converted(before: Field, after: Field, stored: Any, copied: Any = None, zone: tzinfo = UTC) -> Any | Problem:
    """The typed value that what `before` stored becomes in `after`, or the Problem that keeps it from becoming one.

    `copied` is what was stored beside it; `zone` is where a day begins that becomes a moment.
    """
    at = At(datetime(2000, 1, 1, tzinfo=zone), NOWHERE)
    try:
        if before.type == after.type:
            return _same(before, after, stored, copied, at)
        value = before.restore(stored, copied, at)
        if before.is_empty(value):
            return after.empty
        road = ROADS.get((before.type, after.type))
        if road is None:
            return after.problem("convert.types", before=before.type, after=after.type)
        return after.read(road(before, value), at)
    except Invalid as invalid:
        return invalid.problems[0]


def _same(before: Field, after: Field, stored: Any, copied: Any, at: At) -> Any:
    """A value whose type stayed and whose setup may have changed; raises Invalid."""
    value = before.restore(stored, copied, at)
    if before.is_empty(value):
        return after.empty
    if isinstance(before, Money) and isinstance(after, Money) and before.currency != after.currency:
        raise after.refuse("convert.currency", before=before.currency, after=after.currency)
    if isinstance(before, LookupField) and isinstance(after, LookupField) and before.of != after.of:
        raise after.refuse("convert.source", before=before.of, after=after.of)
    if isinstance(before, Staff) and isinstance(after, Staff) and not after.multiple and len(value) > 1:
        raise after.refuse("staff.too_many", max=1, count=len(value))
    if isinstance(before, Subform) and isinstance(after, Subform):
        return tuple(_rows(before, after, value, at))
    return after.restore(stored, copied, at)


def _rows(before: Subform, after: Subform, rows: Any, at: At) -> Iterator[Mapping[str, Any]]:
    """The rows with columns that are the same by id; a column that cannot go over is left empty in that row."""
    was = {column.id: column for column in before.columns}
    for row in rows:
        made: dict[str, Any] = {"row_id": row["row_id"]}
        for column in after.columns:
            old = was.get(column.id)
            value = column.empty
            if old is not None:
                cell = row[old.key]
                found = converted(old, column, old.to_json(cell), old.packed(cell), at.now.tzinfo or UTC)
                value = column.empty if isinstance(found, Problem) else found
            made[column.key] = value
        yield MappingProxyType(made)
