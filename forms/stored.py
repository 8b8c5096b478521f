"""Stored answers in and out: typed values ↔ JSON, copied values of lookups beside the ids they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from rules import Invalid

from .fields import At, Field, Lookup
from .model import Form

# No field key can hold a $, so the copied values never meet an answer.
COPIED = "$copied"


class Nowhere:
    """Stored references are taken as they are: reading them again looks nothing up."""

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        return None


NOWHERE: Lookup = Nowhere()


def read_stored(
    form: Form, stored: Mapping[str, Any], zone: tzinfo = UTC
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(typed value by key, what else is stored). A value its field cannot hold any more stays among the rest.

    `zone` is where moments are told; which moment they are does not depend on it.
    """
    if not stored:
        return {field.key: field.empty for field in form.asked}, {}
    # Reading a stored value never asks the time; this moment only carries the zone.
    at = At(datetime(2000, 1, 1, tzinfo=zone), NOWHERE)
    copied = stored.get(COPIED)
    copied = copied if isinstance(copied, Mapping) else {}
    typed: dict[str, Any] = {}
    carried = {key: value for key, value in stored.items() if key not in form.fields and key != COPIED}
    for field in form.asked:
        typed[field.key] = _restored(field, stored.get(field.key), copied.get(field.key), at)
    return typed, carried


def read_one(field: Field, stored: Any, zone: tzinfo = UTC) -> Any:
    """One stored answer, typed; empty where its field cannot hold it any more."""
    return _restored(field, stored, None, At(datetime(2000, 1, 1, tzinfo=zone), NOWHERE))


def _restored(field: Field, stored: Any, copied: Any, at: At) -> Any:
    try:
        return field.restore(stored, copied, at)
    except Invalid:
        return field.empty


def pack_stored(form: Form, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of typed values, with ``$copied`` only where something was copied."""
    out, copied = {}, {}
    for field in form.asked:
        key, value = field.key, typed[field.key]
        out[key] = field.to_json(value)
        if value is not None and (packed := field.packed(value)) is not None:
            copied[key] = packed
    return {**out, COPIED: copied} if copied else out
