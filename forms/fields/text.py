"""Text of one line and of several lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as member
from typing import Any, ClassVar

import re2

from rules import Problem

from .. import controls
from ..label import Label
from ..raw import bad_character, from_cell_number, nfc, trim, unix_lines
from .field import LABEL, At, Column, Field, Hint, Setup
from .web import render

PATTERN_CAP = 500


def compile_pattern(pattern: str) -> Any:
    """A pattern on RE2, which is linear in the text; raises re2.error with the reason where RE2 cannot hold it."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)


def reason_of(error: Exception) -> str:
    """What RE2 says about a pattern it refuses."""
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Field):
    """One line of text, in composed Unicode, without space around it."""

    type: ClassVar[str] = "text"
    feel: ClassVar[str] = "string"
    cap: ClassVar[int] = 4_000
    lines: ClassVar[bool] = False
    own: ClassVar[dict[str, Any]] = {
        "min_length": {"type": "integer", "minimum": 0, "maximum": 4_000},
        "max_length": {"type": "integer", "minimum": 1, "maximum": 4_000},
        "pattern": {"type": "string", "minLength": 1, "maxLength": PATTERN_CAP},
        "pattern_hint": LABEL,
    }

    min_length: int = 0
    max_length: int = 4_000
    pattern: str | None = None
    pattern_hint: Label | None = None
    matcher: Any = member(default=None, repr=False, compare=False)

    @classmethod
    def own_values(cls, setup: Setup, problems: list[Problem]) -> dict[str, Any]:
        values: dict[str, Any] = {"max_length": setup.get("max_length", cls.cap)}
        low = setup.get("min_length", 0)
        if low > values["max_length"]:
            params = {"low": str(low), "high": str(values["max_length"])}
            problems.append(Problem("form.bounds", "/min_length", params))
        if "pattern" in setup:
            try:
                values["matcher"] = compile_pattern(setup["pattern"])
            except re2.error as error:
                problems.append(Problem("form.pattern_unsupported", "/pattern", {"reason": reason_of(error)}))
        return values

    def parse(self, raw: object, at: At) -> str:
        if not isinstance(raw, str):
            raise self.refuse("text.type")
        text = trim(raw)
        # Composing can shorten text, but never to a quarter: what is longer is refused before it costs anything.
        if len(text) > 4 * self.max_length:
            raise self.refuse("text.too_long", max=self.max_length, length=len(text))
        text = unix_lines(text) if self.lines else text
        bad = bad_character(text, lines=self.lines)
        if bad is not None:
            raise self.refuse("text.character", position=bad[0], character=bad[1])
        return self.tidy(nfc(text))

    def tidy(self, text: str) -> str:
        """The canonical spelling of a clean text."""
        return text

    def from_cell(self, cell: object) -> object:
        if isinstance(cell, float):
            return str(from_cell_number(cell))
        return str(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell

    def limits(self, value: Any, at: At) -> Iterator[Problem]:
        if len(value) > self.max_length:
            yield self.problem("text.too_long", max=self.max_length, length=len(value))
        if len(value) < self.min_length:
            yield self.problem("text.too_short", min=self.min_length, length=len(value))
        if self.matcher is not None and self.matcher.fullmatch(value) is None:
            if self.pattern_hint:
                yield self.problem("text.pattern_hint", hint=dict(self.pattern_hint))
            else:
                yield self.problem("text.pattern", pattern=self.pattern)

    def hints(self) -> tuple[Hint, ...]:
        found = [Hint("hint.max_length", {"max": self.max_length})] if self.max_length < self.cap else []
        if self.pattern_hint:
            found.append(Hint("hint.pattern", {"hint": dict(self.pattern_hint)}))
        return tuple(found)

    def control(self, locale: str) -> Any:
        return controls.Control(**render(self, locale, maxlength=self.max_length))

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "maxLength": self.max_length}
        if self.min_length:
            schema["minLength"] = self.min_length
        return schema


@dataclass(frozen=True, slots=True, kw_only=True)
class LongText(Text):
    """Text of several lines; line ends are stored as one newline."""

    type: ClassVar[str] = "long_text"
    cap: ClassVar[int] = 20_000
    lines: ClassVar[bool] = True
    own: ClassVar[dict[str, Any]] = {
        **Text.own,
        "min_length": {"type": "integer", "minimum": 0, "maximum": 20_000},
        "max_length": {"type": "integer", "minimum": 1, "maximum": 20_000},
    }

    max_length: int = 20_000

    def control(self, locale: str) -> Any:
        return controls.Lines(**render(self, locale, maxlength=self.max_length, rows=4))

    def excel(self, locale: str = "zh-CN") -> Column:
        return Column(self.key, self.header(locale), width=40)
