"""A Form that keeps a book (台账): its records have a list of their own, and add up to Facts of a customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import Any, Literal

from rules import Formula

from .fields import Field, LookupField, Subform
from .label import Label
from .reach import Where

Act = Literal["read", "write", "remove"]
Sort = Literal["text", "number"]
Of = Literal["count", "sum", "average", "min", "max", "last"]

ACTS: tuple[Act, ...] = ("read", "write", "remove")
REACHES = ("own", "department", "tree", "all")
LONGEST = 200  # of a projected text; what is longer is found and sorted by its beginning
PLACES = Decimal("0.0001")
WIDEST = Decimal(10) ** 14  # beyond it a projected number stands at the edge: lists sort by it, nothing is computed

_SORTS: Mapping[str, Sort] = MappingProxyType({
    "number": "number", "string": "text", "boolean": "text", "date": "text", "date and time": "text",
    "list<string>": "text",
})

KEY = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$"}
_KEYS = {"type": "array", "items": KEY, "maxItems": 20, "uniqueItems": True}
_REACH = {"enum": list(REACHES)}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["columns"],
    "properties": {
        "customer": {**KEY, "description": "The lookup field that names the customer a record is about"},
        "columns": {**_KEYS, "minItems": 1, "description": "Fields of the list; the first leads to the record"},
        "filters": {**_KEYS, "description": "Fields the list can be narrowed by"},
        "sort": {
            "type": "object", "additionalProperties": False, "required": ["by"],
            "properties": {"by": KEY, "descending": {"type": "boolean"}},
        },
        "key": {**KEY, "description": "The field by which an imported row finds the record it brings up to date"},
        "access": {
            "type": "array", "maxItems": 20, "minItems": 1,
            "description": "Who reaches which records; without it the rights of the roles apply as they are",
            "items": {
                "type": "object", "additionalProperties": False, "required": ["role"],
                "properties": {
                    "role": {"type": "string", "pattern": "^[a-z][a-z_]{0,39}$"},
                    "read": _REACH, "write": _REACH, "remove": _REACH,
                    "where": {
                        "type": "string", "minLength": 1, "maxLength": 4000,
                        "description": "Of these only records for which this holds: a formula over record and user",
                    },
                    "hidden": {**_KEYS, "maxItems": 300}, "locked": {**_KEYS, "maxItems": 300},
                },
            },
        },
        "facts": {
            "type": "array", "maxItems": 50,
            "description": "What the records about a customer add up to, as scorecards see it",
            "items": {
                "type": "object", "additionalProperties": False, "required": ["key", "of", "label"],
                "properties": {
                    "key": KEY,
                    "label": {"$ref": "#/$defs/label"},
                    "of": {"enum": ["count", "sum", "average", "min", "max", "last"]},
                    "field": KEY,
                    "day": {**KEY, "description": "The date field that says when; without it the day of entry"},
                    "months": {"type": "integer", "minimum": 1, "maximum": 600, "description": "Only so far back"},
                    "when": {"type": "string", "minLength": 1, "maxLength": 4000},
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What one role may do in a book: to whose records, and with which fields neither seen nor written.

    `where` narrows the records further, for every act.
    """

    role: str
    reach: Mapping[Act, str]
    hidden: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class BookFact:
    """One Fact that the records about a customer add up to.

    of      what is made of them; `field` names the value, None only for a count
    day     key of the date field that orders and dates them, None for the day a record was entered
    months  how far back from today they count, None for all
    when    only records for which this holds
    type    of the Fact in the formula language
    """

    key: str
    label: Label
    of: Of
    field: str | None
    day: str | None
    months: int | None
    when: Formula | None
    type: str


@dataclass(frozen=True, slots=True)
class Book:
    """How the records of a Form are listed, found, reached and counted."""

    columns: tuple[str, ...]
    filters: tuple[str, ...] = ()
    sort: str | None = None
    descending: bool = False
    customer: str | None = None
    key: str | None = None
    access: tuple[Grant, ...] = ()
    facts: tuple[BookFact, ...] = ()
    projected: Mapping[str, Sort] = member(default_factory=lambda: MappingProxyType({}))
    ids: Mapping[str, str] = member(default_factory=lambda: MappingProxyType({}))  # of the projected fields, by key
    several: frozenset[str] = frozenset()  # the projected fields that hold several values

    @property
    def reached_by(self) -> frozenset[str]:
        """The fields by which formulas of access tell who reaches a record."""
        return frozenset(key for grant in self.access if grant.where is not None for key in grant.where.keys)

    def grant(self, role: str) -> Grant | None:
        return next((each for each in self.access if each.role == role), None)


def sort_of(field: Field) -> Sort | None:
    """How lists sort and narrow by this field; None where they cannot."""
    if isinstance(field, Subform) or not field.has_value:
        return None
    return "text" if isinstance(field, LookupField) else _SORTS.get(field.feel_type)


def projection(field: Field, stored: Any) -> Iterator[str | Decimal]:
    """The values by which a stored answer is sorted and found: none of an empty one, several of a list.

    Numbers are held to four places and within ±10^14, for the order of a list alone.
    """
    if stored is None or sort_of(field) is None:
        return
    for each in stored if isinstance(stored, list | tuple) else (stored,):
        if isinstance(each, bool):
            yield "true" if each else "false"
        elif sort_of(field) == "number":
            yield held(Decimal(str(each)))
        elif isinstance(each, str) and each:
            yield each[:LONGEST]


def held(value: Decimal) -> Decimal:
    """A number as lists sort and compare it."""
    return max(-WIDEST, min(WIDEST, value)).quantize(PLACES, ROUND_HALF_EVEN)
