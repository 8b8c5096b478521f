"""Calendar dates in the ways people and workbooks write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from rules import Problem

from .. import controls
from ..label import is_english
from ..raw import SHORT, half_width, shown, trim
from .field import At, Column, Field, Hint, Setup
from .web import render

_SEPARATED = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_CHINESE = re.compile(r"([0-9]{4})\s*年\s*([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号]")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# Day 0 of worksheets as every day after their phantom 29 February 1900 counts it.
SHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a date of the calendar, no moment
SHEET_DAYS = (61, 2_958_465)
TODAY = "today"


def split(text: str) -> tuple[int, int, int] | None:
    """Year, month, day of a date text in any accepted spelling, or None."""
    if found := _SEPARATED.fullmatch(text):
        return int(found[1]), int(found[3]), int(found[4])
    if found := _CHINESE.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    return None


def shown_day(day: date, locale: str) -> str:
    """A day as people of a language write it: 2026年11月23日, Nov 23, 2026."""
    if is_english(locale):
        return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def check_edges(setup: Setup, word: str, read: Callable[[str], Any], problems: list[Problem]) -> None:
    """Problems of a `min` and a `max` that exist in no calendar or cross; `word` stands for the time of reading."""
    edges: dict[str, Any] = {}
    for name in ("min", "max"):
        if setup.get(name, word) != word:
            try:
                edges[name] = read(setup[name])
            except ValueError:
                problems.append(Problem("form.date", f"/{name}", {"value": setup[name]}))
    if len(edges) == 2 and edges["min"] > edges["max"]:
        problems.append(Problem("form.bounds", "/min", {"low": setup["min"], "high": setup["max"]}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds(Field):
    """What types of days share: `min` and `max` are dates or ``today``, the day of ``now`` in the zone it carries."""

    own: ClassVar[dict[str, Any]] = {
        name: {"type": "string", "pattern": "^(today|[0-9]{4}-[0-9]{2}-[0-9]{2})$"} for name in ("min", "max")
    }

    min: str | None = None
    max: str | None = None

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        check_edges(setup, TODAY, date.fromisoformat, problems)
        return {}

    def edge(self, name: str, at: At) -> date | None:
        limit = self.min if name == "min" else self.max
        if limit is None:
            return None
        return at.now.date() if limit == TODAY else date.fromisoformat(limit)

    def within(self, value: date, at: At) -> Iterator[Problem]:
        """Problems of a day outside the bounds."""
        low, high = self.edge("min", at), self.edge("max", at)
        if low is not None and value < low:
            code = "date.past" if self.min == TODAY else "date.min"
            yield self.problem(code, min=low.isoformat(), value=value.isoformat())
        if high is not None and value > high:
            code = "date.future" if self.max == TODAY else "date.max"
            yield self.problem(code, max=high.isoformat(), value=value.isoformat())

    def day(self, raw: object) -> date:
        """A day in any accepted spelling; raises Invalid."""
        if isinstance(raw, date) and not isinstance(raw, datetime):
            return raw
        if not isinstance(raw, str):
            raise self.refuse("date.type")
        text = half_width(trim(raw[: SHORT + 1]))
        parts = split(text)
        if parts is None:
            raise self.refuse("date.invalid", value=shown(text))
        try:
            return date(*parts)
        except ValueError:
            raise self.refuse("date.no_such_day", value=shown(text)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(Bounds):
    """A day of the calendar."""

    type: ClassVar[str] = "date"
    feel: ClassVar[str] = "date"

    def parse(self, raw: object, at: At) -> date:
        return self.day(raw)

    def from_cell(self, cell: object) -> object:
        """A worksheet's date, date and time at midnight, or day number, as ISO text."""
        if isinstance(cell, datetime):
            at_midnight = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
            return cell.date().isoformat() if at_midnight else cell.isoformat(sep=" ")
        if isinstance(cell, date):
            return cell.isoformat()
        if isinstance(cell, int | float) and not isinstance(cell, bool):
            low, high = SHEET_DAYS
            if low <= cell <= high and cell == int(cell):
                return (SHEET_EPOCH + timedelta(days=int(cell))).date().isoformat()
            # Eight digits typed into a cell arrive as a number: 20250131.
            return str(int(cell)) if cell == cell and abs(cell) < 10**9 and cell == int(cell) else str(cell)
        return cell

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        return self.within(value, at)

    def show(self, value: Any, locale: str) -> str:
        return shown_day(value, locale)

    def write(self, value: Any) -> str:
        return str(value.isoformat())

    def to_json(self, value: Any) -> Any:
        return None if value is None else value.isoformat()

    def hints(self) -> tuple[Hint, ...]:
        return (Hint("hint.date", {}),)

    def control(self, locale: str) -> Any:
        return controls.Day(**render(self, locale))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), "date", "yyyy-mm-dd", 14)
