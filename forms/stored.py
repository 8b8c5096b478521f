"""Stored answers in and out: typed values ↔ JSON, copied values of lookups beside the ids they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from rules import Invalid

from .fields import At, Field, LookupField, Subform
from .model import Form

# No field key can hold a $, so the copied values never meet an answer.
COPIED = "$copied"


class _Nowhere:
    """Stored references are taken as they are: reading them again looks nothing up."""

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        return None


# Reading a stored value never asks the time; this moment only fills the place.
_AT = At(datetime(1970, 1, 1, tzinfo=UTC), _Nowhere())


def read_stored(form: Form, stored: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(typed value by key, what else is stored). A value its field cannot hold any more stays among the rest."""
    copied = stored.get(COPIED)
    copied = copied if isinstance(copied, Mapping) else {}
    typed: dict[str, Any] = {}
    carried = {key: value for key, value in stored.items() if key not in form.fields and key != COPIED}
    for field in form.asked:
        try:
            typed[field.key] = _restore(field, stored.get(field.key), copied.get(field.key))
        except Invalid:
            typed[field.key] = field.empty
    return typed, carried


def _restore(field: Field, value: Any, copied: Any) -> Any:
    if isinstance(field, LookupField) and isinstance(value, str) and value:
        return field.stored(value, copied)
    if not isinstance(field, Subform) or not isinstance(value, list | tuple):
        return field.read(value, _AT)
    rows: list[Mapping[str, Any]] = []
    for raw in value:
        if not isinstance(raw, Mapping) or not isinstance(raw.get("row_id"), str):
            continue
        inner = copied.get(raw["row_id"], {}) if isinstance(copied, Mapping) else {}
        inner = inner if isinstance(inner, Mapping) else {}
        row = {c.key: _restore(c, raw.get(c.key), inner.get(c.key)) for c in field.columns}
        rows.append(MappingProxyType({"row_id": raw["row_id"], **row}))
    return tuple(rows)


def pack_stored(form: Form, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of typed values, with ``$copied`` only where a lookup copied something."""
    out: dict[str, Any] = {}
    copied: dict[str, Any] = {}
    for field in form.asked:
        value = typed[field.key]
        out[field.key] = field.to_json(value)
        if isinstance(field, LookupField) and value is not None and value.copied:
            copied[field.key] = field.packed(value)
        if isinstance(field, Subform):
            rows = {row["row_id"]: _row_copies(field, row) for row in value}
            kept = {id: row for id, row in rows.items() if row}
            if kept:
                copied[field.key] = kept
    return {**out, COPIED: copied} if copied else out


def _row_copies(field: Subform, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        c.key: c.packed(row[c.key])
        for c in field.columns
        if isinstance(c, LookupField) and row[c.key] is not None and row[c.key].copied
    }
