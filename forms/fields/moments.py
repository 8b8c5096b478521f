"""Moments: a day and a time of day, told in the reader's zone and kept in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, ClassVar

from rules import Problem

from .. import controls
from ..raw import SHORT, half_width, shown, trim
from .dates import SHEET_DAYS, SHEET_EPOCH, check_edges, shown_day, split
from .field import At, Column, Field, Hint, Setup
from .web import render

NOW = "now"
_EDGE = "^(now|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})$"
_CLOCK = re.compile(
    r"(?:[T,]\s*|\s+|(?<=[日号])\s*)([0-9]{1,2})(?::|时|点)([0-9]{1,2})?(?:(?::|分)(?:([0-9]{1,2})秒?)?)?"
    r"\s*(Z|[+-][0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?)?"
)


def offset_of(text: str | None) -> timezone | None:
    """The zone an ISO offset names: ``Z``, ``+08:00``, ``+0800``; None where there is none."""
    if not text:
        return None
    if text == "Z":
        return timezone.utc  # noqa: UP017 - the class, for its type
    parts = re.findall(r"[0-9]{2}", text)
    hours, minutes, seconds = (int(parts[place]) if place < len(parts) else 0 for place in range(3))
    ahead = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-ahead if text[0] == "-" else ahead)


def fixed(moment: datetime) -> datetime:
    """`moment` with its offset instead of its zone: equal moments are equal, also in the hour a zone repeats."""
    offset = moment.utcoffset()
    return moment.replace(tzinfo=timezone(offset), fold=0) if offset is not None else moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment(Field):
    """A moment to the second. Text without offset means the zone `now` carries; `min`, `max` are local or ``now``."""

    type: ClassVar[str] = "datetime"
    feel: ClassVar[str] = "date and time"
    own: ClassVar[dict[str, Any]] = {name: {"type": "string", "pattern": _EDGE} for name in ("min", "max")}

    min: str | None = None
    max: str | None = None

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        check_edges(setup, NOW, datetime.fromisoformat, problems)
        return {}

    def parse(self, raw: object, at: At) -> datetime:
        if isinstance(raw, datetime):
            return self.placed(raw.replace(microsecond=0), at, str(raw))
        if isinstance(raw, date):
            raise self.refuse("datetime.no_time", value=raw.isoformat())
        if not isinstance(raw, str):
            raise self.refuse("datetime.type")
        text = half_width(trim(raw[: SHORT + 1]))
        if split(text) is not None:
            raise self.refuse("datetime.no_time", value=shown(text))
        clock = _CLOCK.search(text)
        day = split(text[: clock.start()].rstrip()) if clock is not None and clock.end() == len(text) else None
        if clock is None or day is None:
            raise self.refuse("datetime.invalid", value=shown(text))
        hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
        try:
            local = datetime(*day, hour, minute, second, tzinfo=offset_of(clock[4]))
        except ValueError:
            raise self.refuse("datetime.no_such_time", value=shown(text)) from None
        return self.placed(local, at, shown(text))

    def placed(self, moment: datetime, at: At, said: str) -> datetime:
        """`moment` in the zone of `at`; a local time that a zone leaves out is refused, of a repeated one the first
        is meant, unless the value before was the second."""
        zone = at.now.tzinfo or UTC
        try:
            if moment.tzinfo is not None:
                return fixed(moment.astimezone(UTC).astimezone(zone))
            for fold in (0, 1):
                found = moment.replace(tzinfo=zone, fold=fold)
                if fixed(found) == at.before:
                    return fixed(found)
            first = moment.replace(tzinfo=zone)
            again = first.astimezone(UTC).astimezone(zone)
        except (ValueError, OverflowError):
            raise self.refuse("datetime.no_such_time", value=said) from None
        if again.replace(tzinfo=None) != moment:
            raise self.refuse("datetime.no_such_time", value=said)
        return fixed(again)

    def from_cell(self, cell: object) -> object:
        """A worksheet's date and time, or its day number with the time as fraction, as ISO text."""
        if isinstance(cell, datetime):
            return (cell + timedelta(microseconds=500_000)).replace(microsecond=0).isoformat()
        if isinstance(cell, date):
            return f"{cell.isoformat()}T00:00"
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            low, high = SHEET_DAYS
            if low <= cell <= high:
                return (SHEET_EPOCH + timedelta(seconds=round(cell * 86_400))).isoformat()
            return str(cell)
        return cell

    def edge(self, name: str, at: At) -> datetime | None:
        limit = self.min if name == "min" else self.max
        if limit is None:
            return None
        zone = at.now.tzinfo or UTC
        return at.now if limit == NOW else datetime.fromisoformat(limit).replace(tzinfo=zone)

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        low, high = self.edge("min", at), self.edge("max", at)
        if low is not None and value < low:
            code = "datetime.past" if self.min == NOW else "datetime.min"
            yield self.problem(code, min=plain_text(low), value=plain_text(value))
        if high is not None and value > high:
            code = "datetime.future" if self.max == NOW else "datetime.max"
            yield self.problem(code, max=plain_text(high), value=plain_text(value))

    def show(self, value: Any, locale: str) -> str:
        return f"{shown_day(value.date(), locale)} {clock_text(value)}"

    def write(self, value: Any) -> str:
        return str(value.isoformat(sep=" "))

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.astimezone(UTC).isoformat().replace("+00:00", "Z")

    def hints(self) -> tuple[Hint, ...]:
        return (Hint("hint.datetime", {}),)

    def control(self, locale: str) -> Any:
        return controls.Moment(**render(self, locale))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date-time"}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), "datetime", "yyyy-mm-dd hh:mm", 18)


def clock_text(value: datetime) -> str:
    """The time of day, with seconds only where there are some."""
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")


def plain_text(value: datetime) -> str:
    """A moment as messages print it, in the zone it carries."""
    return f"{value.date().isoformat()} {clock_text(value)}"
