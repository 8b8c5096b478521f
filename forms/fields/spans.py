"""A span of days: from and to, either end open where the form allows it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from rules import Invalid, Problem

from .. import composed
from ..label import Label, is_english, say
from ..raw import SHORT, half_width, is_empty, shown, trim
from .dates import Bounds, shown_day
from .field import At, Column, Hint, Setup
from .web import render

ENDS = ("start", "end")
TO: Label = {"zh-CN": "至", "en": "to"}
# Between two days; a slash and a bare hyphen also stand inside days, so they need ISO days or space around them.
_BETWEEN = re.compile(r"\s*(?:至|到|~|—+|–)\s*|\s+(?:to|-)(?:\s+|$)|^to\s+|(?<=[0-9]{2})/(?=[0-9]{4}-)")
_OPEN = frozenset({"", "今", "长期", "不限", "open"})


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` to `end`, both included; None is an open end, never both."""

    start: date | None
    end: date | None

    @property
    def days(self) -> int | None:
        """How many days it holds; None where an end is open."""
        return None if self.start is None or self.end is None else (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange(Bounds):
    """Two days in order. Formulas read ``x.start`` and ``x.end``; `min` bounds the start and `max` the end."""

    type: ClassVar[str] = "date_range"
    feel: ClassVar[str] = "context"
    own: ClassVar[dict[str, Any]] = {
        **Bounds.own,
        "open_start": {"type": "boolean"},
        "open_end": {"type": "boolean"},
        "min_days": {"type": "integer", "minimum": 1, "maximum": 40_000},
        "max_days": {"type": "integer", "minimum": 1, "maximum": 40_000},
    }

    open_start: bool = False
    open_end: bool = False
    min_days: int | None = None
    max_days: int | None = None

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        low, high = setup.get("min_days", 1), setup.get("max_days", 40_000)
        if low > high:
            problems.append(Problem("form.bounds", "/min_days", {"low": str(low), "high": str(high)}))
        return super(DateRange, cls).own_values(setup, problems)

    @property
    def feel_type(self) -> str:
        return "context<start: date, end: date>"

    def read(self, raw: object, at: At) -> Span | None:
        blank = isinstance(raw, Mapping) and set(raw) <= set(ENDS) and all(map(is_empty, raw.values()))
        if blank or is_empty(raw):
            return None
        return self.parse(raw, at)

    def parse(self, raw: object, at: At) -> Span | None:
        if isinstance(raw, Span):
            return raw
        if isinstance(raw, str):
            raw = self.ends(raw)
        if not isinstance(raw, Mapping) or not set(raw) <= set(ENDS):
            raise self.refuse("date_range.type")
        days: dict[str, date | None] = {}
        problems: list[Problem] = []
        for name in ENDS:
            try:
                days[name] = None if is_empty(raw.get(name)) else self.day(raw[name])
            except Invalid as invalid:
                problems.extend(p.under(f"/{name}") for p in invalid.problems)
        if problems:
            raise Invalid(problems)
        return Span(days["start"], days["end"])

    def ends(self, raw: str) -> dict[str, str]:
        """The ends of a text: ``2026-01-01 至 2026-03-31``, ``2026-01-01起``, ``2026-01-01/2026-03-31`` …"""
        text = half_width(trim(raw[: SHORT + 1]))
        if text.endswith("起"):
            text = text[:-1] + "至"
        found = _BETWEEN.split(text)
        if len(text) > SHORT or len(found) != 2:
            raise self.refuse("date_range.invalid", value=shown(text))
        start, end = ("" if trim(part).casefold() in _OPEN else part for part in found)
        if not start and not end:
            raise self.refuse("date_range.invalid", value=shown(text))
        return {"start": start, "end": end}

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        if value.start is None and not self.open_start:
            yield self.problem("date_range.start_missing")
        if value.end is None and not self.open_end:
            yield self.problem("date_range.end_missing")
        days = value.days
        if days is not None and days < 1:
            yield self.problem("date_range.order", start=value.start.isoformat(), end=value.end.isoformat())
            return
        if days is not None and self.max_days is not None and days > self.max_days:
            yield self.problem("date_range.too_long", max=self.max_days, days=days)
        if days is not None and self.min_days is not None and days < self.min_days:
            yield self.problem("date_range.too_short", min=self.min_days, days=days)
        for day in (value.start, value.end):
            if day is not None:
                yield from self.within(day, at)

    def show(self, value: Any, locale: str) -> str:
        start = shown_day(value.start, locale) if value.start else ""
        end = shown_day(value.end, locale) if value.end else ""
        if is_english(locale):
            return f"{start} – {end}" if start and end else f"from {start}" if start else f"until {end}"
        return f"{start}至{end}" if start and end else f"{start}起" if start else f"截至{end}"

    def write(self, value: Any) -> str:
        start, end = (day.isoformat() if day else "" for day in (value.start, value.end))
        return f"{start} 至 {end}".strip()

    def to_json(self, value: Any) -> Any:
        if value is None:
            return None
        start, end = (day.isoformat() if day else None for day in (value.start, value.end))
        return {"start": start, "end": end}

    def fact(self, value: Any) -> Any:
        return None if value is None else {"start": value.start, "end": value.end}

    def hints(self) -> tuple[Hint, ...]:
        longest = (Hint("hint.date_range_days", {"max": self.max_days}),) if self.max_days else ()
        return (Hint("hint.date_range", {}), *longest)

    def control(self, locale: str) -> Any:
        return composed.Days(join=say(TO, locale), **render(self, locale))

    def json_schema(self) -> dict[str, Any]:
        day = {"type": ["string", "null"], "format": "date"}
        return {
            "type": "object", "properties": dict.fromkeys(ENDS, day), "required": list(ENDS),
            "additionalProperties": False,
        }  # fmt: skip

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=28)
