"""Values of the records that lookups point to, as they are now for the reader asking: shown, and never stored (F10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.services.lookups import BOOK, Lookups
from app.work import Reading
from forms import Field, Form
from forms.fields import LookupField
from forms.fields.lookup import Reference


@dataclass(frozen=True, slots=True)
class Live:
    """One value: its name, the field of the other form that holds it (None of a customer), and what formulas see."""

    of: str
    name: str
    field: Field | None
    value: Any


def of(view: Reading, field: Field, value: Any) -> list[Live]:
    """What the lookup `field` shows of its record beside the copied values; nothing where the reader may not see it."""
    if not isinstance(field, LookupField) or not isinstance(value, Reference):
        return []
    lookups = Lookups(view.session, view.viewer)
    found = field.live(value, lookups)
    shelf = lookups.shelf(field.of.removeprefix(BOOK)) if found and field.of.startswith(BOOK) else None
    fields: Mapping[str, Field] = {} if shelf is None else shelf.form.fields
    return [Live(field.of, name, fields.get(name), each) for name, each in found.items() if each not in (None, "", [])]


def told(view: Reading, form: Form, typed: Mapping[str, Any], keys: Any) -> dict[str, dict[str, Any]]:
    """By key of lookup the same for programs, masked as the fields mask them."""
    found = {key: of(view, form.fields[key], typed.get(key)) for key in form.fields if key in keys}
    return {
        key: {each.name: each.value if each.field is None else each.field.masked(each.value) for each in values}
        for key, values in found.items() if values
    }  # fmt: skip
