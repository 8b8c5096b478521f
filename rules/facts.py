"""Facts from JSON: decimal text becomes Decimal, dates become dates, and what cannot be read exactly is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from rules.figures import read_decimal
from rules.problem import Problem, pointer
from rules.scorecard import Fact

MAX_TEXT = 2_000
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# The largest number a Fact may be, so that a product of two still lies inside 34 digits' exponent range.
MAX_INTEGER = 10**20


def read_fact(fact: Fact, raw: object, path: str) -> tuple[Any, Problem | None]:
    """The value of one Fact as formulas see it, or what is wrong with it.

    A fraction must be decimal text; a JSON float has already lost digits and is refused. For a Fact of type
    `any`, text that is a plain decimal is a number.
    """
    if raw is None:
        return None, None
    if isinstance(raw, float):
        return None, Problem("fact.float_given", path, {"fact": fact.key})
    if isinstance(raw, (int, str)) and not isinstance(raw, bool) and fact.type in ("number", "any"):
        return _read_number(fact, raw, path)
    if isinstance(raw, bool) and fact.type in ("boolean", "any"):
        return raw, None
    if isinstance(raw, str) and fact.type == "string":
        return _read_text(fact, raw, path)
    if isinstance(raw, str) and fact.type in ("date", "date and time"):
        return _read_moment(fact, raw, path)
    return None, Problem("fact.type", path, {"fact": fact.key, "expected": fact.type})


def _read_number(fact: Fact, raw: int | str, path: str) -> tuple[Any, Problem | None]:
    if isinstance(raw, int):
        if abs(raw) >= MAX_INTEGER:
            return None, Problem("fact.too_large", path, {"fact": fact.key, "digits": 20})
        return Decimal(raw), None
    number = read_decimal(raw)
    if number is not None:
        return number, None
    if fact.type == "any":
        return _read_text(fact, raw, path)
    if len(raw) > 34:
        return None, Problem("fact.too_large", path, {"fact": fact.key, "digits": 20})
    return None, Problem("fact.not_a_number", path, {"fact": fact.key, "value": raw})


def _read_text(fact: Fact, raw: str, path: str) -> tuple[str | None, Problem | None]:
    if len(raw) > MAX_TEXT:
        return None, Problem("fact.text_too_long", path, {"fact": fact.key, "max": MAX_TEXT})
    # NUL and lone surrogates can be neither stored nor put into a canonical document.
    if "\x00" in raw or any("\ud800" <= c <= "\udfff" for c in raw):
        return None, Problem("fact.text_invalid", path, {"fact": fact.key})
    return raw, None


def _read_moment(fact: Fact, raw: str, path: str) -> tuple[date | datetime | None, Problem | None]:
    try:
        if fact.type == "date" and ISO_DATE.fullmatch(raw):
            return date.fromisoformat(raw), None
        moment = datetime.fromisoformat(raw)
        # Without an offset the moment is not one moment; it is refused rather than guessed to be UTC.
        if fact.type == "date and time" and moment.tzinfo is not None:
            return moment.astimezone(UTC), None
    except (ValueError, OverflowError):
        pass
    return None, Problem("fact.not_a_date", path, {"fact": fact.key, "value": raw[:40]})


def read_facts(known: Mapping[str, Fact], raw: Mapping[str, Any], path: str) -> tuple[dict[str, Any], list[Problem]]:
    """All Facts of a JSON object; a name that is not known is `fact.unknown`. Absent names stay absent."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in raw.items():
        at = path + pointer(name)
        fact = known.get(name)
        if fact is None:
            problems.append(Problem("fact.unknown", at, {"fact": name}))
            continue
        values[name], problem = read_fact(fact, value, at)
        if problem is not None:
            problems.append(problem)
    return values, problems
