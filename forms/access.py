"""Who reaches what a form is the file of, where that is no book: the customers of a house, by role and by formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .book import SCHEMA as BOOK
from .book import Grant, Sort

# The lines of a book's `access` without what only a book has: nothing is removed, no field is kept from a role.
_LINE: Mapping[str, Any] = BOOK["properties"]["access"]["items"]
SCHEMA: Mapping[str, Any] = {
    "type": "array", "maxItems": 20, "minItems": 1,
    "description": "Who reaches which customers (of the customer form alone); without it the rights of the roles apply",
    "items": {
        **_LINE,
        "properties": {name: _LINE["properties"][name] for name in ("role", "read", "write", "where")},
    },
}


@dataclass(frozen=True, slots=True)
class Access:
    """The lines of a form's `access`. A role without a line reaches nothing.

    projected  how lists hold the fields that formulas ask for, by key; `ids` the ids of these fields
    """

    grants: tuple[Grant, ...]
    projected: Mapping[str, Sort]
    ids: Mapping[str, str]

    def grant(self, role: str) -> Grant | None:
        return next((each for each in self.grants if each.role == role), None)
