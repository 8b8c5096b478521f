"""Values that lookups show as they are now, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.edge.locale import format_date, format_money, format_number, has_text, label, language, t
from app.edge.transaction import reading
from app.services import live_values
from app.services.live_values import Live
from forms import Field
from forms.fields import LookupField
from forms.fields.choice import Choice

AMOUNTS = frozenset({"current_limit", "exposure"})


def live_of(field: Field, value: Any) -> tuple[tuple[str, str], ...]:
    """What a lookup's record says now, as far as whoever is signed in may see it: (what, text)."""
    if not isinstance(field, LookupField) or value is None or not field.source.get("live"):
        return ()
    with reading() as view:
        return tuple((_words(each), _text(each)) for each in live_values.of(view, field, value))


def _words(live: Live) -> str:
    if live.field is not None:
        return label(live.field.label)
    key = f"form.source.{live.of}.{live.name}"
    return t(key) if has_text(key) else live.name


def _text(live: Live) -> str:
    value = live.value
    if isinstance(value, Mapping):
        return label(value["name"]) if isinstance(value.get("name"), Mapping) else str(value.get("name") or value["id"])
    if isinstance(value, bool):
        return t("ui.yes" if value else "ui.no")
    if isinstance(value, list):
        return t("list.between").join(
            live.field.name_of(each, language()) if isinstance(live.field, Choice) else str(each) for each in value
        )
    if live.field is not None and isinstance(value, str | Decimal | int):
        return live.field.display(value, language())
    if isinstance(value, Decimal | int):
        return format_money(value) if live.name in AMOUNTS else format_number(value)
    return format_date(value) if isinstance(value, date) else str(value)
