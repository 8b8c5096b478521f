"""Serial numbers 流水号: fixed text, parts of the date and a counter, given when a record is sent in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, ClassVar

from rules import Problem

from .. import controls
from ..raw import SHORT, bad_character, shown, trim
from .field import VALUE, At, Field, Setup
from .web import render

_PART = re.compile(r"\{([a-z]+)(?::([0-9]))?\}")
_DATES = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
PARTS = "{yyyy} {yy} {mm} {dd} {n:4}"
# What a pattern must show so that two periods never share a number.
_PERIODS: dict[str, tuple[str, ...]] = {"never": (), "year": ("y",), "month": ("y", "mm"), "day": ("y", "mm", "dd")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial(Field):
    """A number nobody types: unique within its form, with gaps (a submission that fails loses its own), never repeated.

    ``HT{yyyy}{mm}-{n:4}`` with reset ``month`` gives HT202611-0001. The counter grows past its width rather than start
    again. The engine only says which counter it needs (`scope`) and how the number reads (`number`).
    """

    type: ClassVar[str] = "serial"
    feel: ClassVar[str] = "string"
    assigned: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ("pattern",)
    shared: ClassVar[MappingProxyType[str, Any]] = MappingProxyType({"on_hide": VALUE["on_hide"]})
    own: ClassVar[dict[str, Any]] = {
        "pattern": {"type": "string", "minLength": 1, "maxLength": 60},
        "reset": {"enum": list(_PERIODS)},
    }

    pattern: str
    reset: str = "never"

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        pattern, reset = setup["pattern"], setup.get("reset", "never")
        names = [found[1] for found in _PART.finditer(pattern)]
        rest = _PART.sub("", pattern)
        if names.count("n") != 1:
            problems.append(Problem("form.serial_counter", "/pattern", {"counter": "{n:4}"}))
        for found in _PART.finditer(pattern):
            if found[1] != "n" and (found[1] not in _DATES or found[2]):
                problems.append(Problem("form.serial_part", "/pattern", {"part": found[0], "parts": PARTS}))
        if bad_character(rest) is not None or "{" in rest or "}" in rest or rest != trim(rest):
            problems.append(Problem("form.serial_part", "/pattern", {"part": shown(rest), "parts": PARTS}))
        shown_parts = {"y" if name in ("yyyy", "yy") else name for name in names}
        missing = [part for part in _PERIODS[reset] if part not in shown_parts]
        if missing:
            wanted = " ".join("{yyyy}" if part == "y" else "{" + part + "}" for part in missing)
            problems.append(Problem("form.serial_period", "/reset", {"reset": reset, "missing": wanted}))
        return {"on_hide": setup.get("on_hide", "keep")}

    def scope(self, day: date) -> str:
        """The counter this number comes from: one for each period the pattern can tell apart, ``2026-11``."""
        names = {found[1] for found in _PART.finditer(self.pattern)}
        year = day.strftime("%Y" if "yyyy" in names else "%y")
        parts = {"never": [], "year": [year], "month": [year, f"{day.month:02}"]}
        return "-".join(parts.get(self.reset, [year, f"{day.month:02}", f"{day.day:02}"]))

    def number(self, day: date, count: int) -> str:
        """The text of the `count`-th number on a day."""

        def part(found: re.Match[str]) -> str:
            if found[1] == "n":
                return f"{count:0{int(found[2] or 1)}d}"
            return f"{day.year:04}" if found[1] == "yyyy" else day.strftime(_DATES[found[1]])

        return _PART.sub(part, self.pattern)

    def parse(self, raw: object, at: At) -> str:
        # Nobody writes it: what comes is only compared with what is stored.
        if not isinstance(raw, str) or len(raw) > SHORT or bad_character(trim(raw)) is not None:
            raise self.refuse("field.not_editable")
        return trim(raw)

    def control(self, locale: str) -> Any:
        return controls.Control(**render(self, locale, readonly=True))

    def json_schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": SHORT, "readOnly": True}
