"""Facts as people read them: ratios in per cent, amounts with separators, bands as ranges, ages in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.edge.locale import NOTHING, format_number, format_percent, has_text, t

PLACES = {"CNY": 2, "years": 1}  # where people read fewer places than are stored
WORDED = frozenset({"years", "days", "count", "score"})  # units that have a word of their own


def fact_text(value: Any, unit: str | None = None) -> str:
    """A Fact as stored (decimal text, boolean, text, None) in the reader's language, with its unit."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return t("ui.yes") if value else t("ui.no")
    number = _number(value)
    if number is None:
        return str(value)
    if unit == "ratio":
        return _percent(number)
    text = format_number(number, PLACES[unit]) if unit in PLACES and number % 1 else format_number(number)
    return t(f"desk.unit.{unit}", value=text) if unit in WORDED else text


def _percent(number: Decimal) -> str:
    """Two places, as many as a figure of a statement means anything in."""
    return format_percent(number)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, (int, Decimal)):
        return Decimal(value)
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def band_text(band: Mapping[str, Any] | None, unit: str | None = None) -> str:
    """The range of a Band, its closed end marked by ≥ or ≤: "≥ 5%, < 10%"."""
    if band is None:
        return NOTHING
    if "match" not in band:
        return t("desk.band.number", number=band["index"] + 1)
    closed_low = band["match"] == "gte"
    parts = []
    if band["from"] is not None:
        parts.append(f"{'≥' if closed_low else '>'} {_edge(band['from'], unit)}")
    if band["to"] is not None:
        parts.append(f"{'<' if closed_low else '≤'} {_edge(band['to'], unit)}")
    return t("desk.band.between").join(parts) or t("desk.band.all")


def _edge(value: str, unit: str | None) -> str:
    number = Decimal(value)
    return _percent(number) if unit == "ratio" else format_number(number)


def origin_text(source: str) -> str:
    """The name of a source, in words where the catalogue has them."""
    beginning, _, rest = source.partition(":")
    if rest and has_text(f"desk.source_of.{beginning}"):
        return t(f"desk.source_of.{beginning}", key=rest)
    key = f"desk.source.{source}"
    return t(key) if has_text(key) else source


def kind_text(kind: str | None) -> str:
    """The name of a kind of evidence."""
    key = f"signal.source.{kind}"
    return t(key) if kind and has_text(key) else (kind or NOTHING)


def signal_text(name: str) -> str:
    """The name of a Fact of the evidence."""
    key = f"signal.name.{name}"
    return t(key) if has_text(key) else name


def happening_text(kind: str) -> str:
    """The name of what happened."""
    key = f"desk.happening.{kind}"
    return t(key) if has_text(key) else kind
