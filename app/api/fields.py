"""What members of requests and answers may hold; each refusal is a Problem with a code, never a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, ValidationError, missing
from marshmallow import Schema as BaseSchema
from marshmallow import fields as base

from app.api.body import Unfit, faults, unsound
from rules import Problem
from rules.problem import pointer

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,8})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST = 4000  # of texts that say nothing else
UNKNOWN = Problem("api.unknown_member")
NOT_OBJECT = Problem("api.type", params={"expected": "object"})


# Where marshmallow has sentences we have Problems; it passes on whatever stands here.
_REFUSALS: Any = {
    "unknown": UNKNOWN, "type": NOT_OBJECT, "required": Problem("api.required"), "null": Problem("api.null"),
    "invalid": Problem("api.type", params={"expected": "array"}),
}  # fmt: skip


class Schema(BaseSchema):
    """Members named here and no others; an unknown one is refused."""

    error_messages = _REFUSALS

    class Meta:
        unknown = RAISE


def problems_of(messages: Any, at: tuple[str | int, ...] = ()) -> list[Problem]:
    """Findings of marshmallow as Problems at JSON Pointers."""
    if isinstance(messages, Problem):
        name = {"name": str(at[-1])[:80]} if messages is UNKNOWN and at else {}
        return [Problem(messages.code, pointer(*at) + messages.path, {**messages.params, **name})]
    if isinstance(messages, Mapping):
        inner = [(each, at if name == "_schema" else (*at, name)) for name, each in messages.items()]
    elif isinstance(messages, (list, tuple)):
        inner = [(each, at) for each in messages]
    else:
        raise TypeError(f"{messages!r} is a sentence where a Problem is needed")
    return [problem for each, place in inner for problem in problems_of(each, place)]


def refuse(code: str, path: str = "", **params: Any) -> ValidationError:
    return ValidationError([Problem(code, path, params)])


class _Field(base.Field[Any]):
    """A member; `expected` names what it holds in a refusal."""

    default_error_messages = _REFUSALS
    expected = "string"

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        if isinstance(value, Unfit):
            raise ValidationError([value.at("")])
        return super().deserialize(value, attr, data, **kwargs)

    def make_error(self, key: str, **_: Any) -> ValidationError:
        return ValidationError([self.error_messages[key]])

    def document(self, **members: Any) -> None:
        """Say more of this member in the OpenAPI document."""
        self.metadata = {**self.metadata, **members}

    def wrong_type(self) -> ValidationError:
        return refuse("api.type", expected=self.expected)


class Text(_Field):
    """A string of `least` to `most` characters without control characters (line ends only where `lines`)."""

    def __init__(self, *, most: int | None = None, least: int = 0, lines: bool = False, form: str | None = None,
                 code: str = "api.form", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most, self.least, self.lines, self.code = most or LONGEST, least, lines, code
        self.form = re.compile(form) if form else None
        self.document(**{"maxLength": most} if most else {}, **{"minLength": least} if least else {})
        if form:
            self.document(pattern=f"^{form}$")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong_type()
        allowed = "\r\n\t" if self.lines else ""
        if unsound(value) or any((ord(c) < 32 or ord(c) == 127) and c not in allowed for c in value):
            raise refuse("api.character")
        if not self.least <= len(value) <= self.most or (self.least and not value.strip()):
            raise refuse("api.length", least=self.least, most=self.most)
        if self.form is not None and not self.form.fullmatch(value):
            raise refuse(self.code, pattern=self.form.pattern)
        return value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class Choice(_Field):
    """One of the codes named."""

    def __init__(self, codes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.codes = tuple(codes)
        self.document(enum=list(self.codes))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong_type()
        if value not in self.codes:
            raise refuse("api.choice", choices=list(self.codes))
        return value


class Whole(_Field):
    """A whole number from `least` to `most`. `typed` False reads it from the text of an address."""

    expected = "integer"

    def __init__(self, *, least: int | None = None, most: int = 10**9, typed: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most, self.typed = least or 0, most, typed
        if least is not None:
            self.document(minimum=least, maximum=most)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not self.typed and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,12}", value, re.ASCII):
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong_type()
        if not self.least <= value <= self.most:
            raise refuse("api.range", least=self.least, most=self.most)
        return value


class Flag(_Field):
    """true or false."""

    expected = "boolean"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.wrong_type()
        return value


class Number(_Field):
    """An exact number as a decimal string; a JSON number is refused, since readers round it.

    In an answer: no exponent, no needless zeros, but at least `places` decimals.
    """

    expected = "decimal"

    def __init__(self, *, places: int = 0, most_places: int = 4, least: Decimal | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.places, self.most_places, self.least = places, most_places, least
        self.document(pattern=f"^{_DECIMAL.pattern}$")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        if not isinstance(value, str):
            raise self.wrong_type()
        if not _DECIMAL.fullmatch(value):
            raise refuse("api.decimal")
        _, _, fraction = value.partition(".")
        if len(fraction) > self.most_places:
            raise refuse("api.places", most=self.most_places)
        number = Decimal(value)
        if self.least is not None and number < self.least:
            raise refuse("api.least", least=self.least)
        return number

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else decimal_text(value, self.places)


def decimal_text(value: Decimal, places: int = 0) -> str:
    """An exact decimal string with at least `places` decimals."""
    whole, _, fraction = format(value, "f").partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole


class Money(Number):
    """An amount as a decimal string, at least two places in answers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(places=2, **kwargs)


class Day(_Field):
    """A date, YYYY-MM-DD."""

    expected = "date"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str):
            raise self.wrong_type()
        try:
            found = date.fromisoformat(value) if _DATE.fullmatch(value) else None
        except ValueError:
            found = None
        if found is None or not 1900 <= found.year <= 2199:
            raise refuse("api.date")
        return found

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


class Moment(_Field):
    """An instant, ISO 8601 in UTC; answers only."""

    expected = "date-time"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return moment_text(value)


def moment_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Document(_Field):
    """Any JSON object: a body of a Definition, answers of a form. Its own reader judges what is in it."""

    expected = "object"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return json_safe(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = list(faults(value))[:20]
        if found:
            raise ValidationError(found)
        if not isinstance(value, dict):
            raise self.wrong_type()
        return value


def json_safe(value: Any) -> Any:
    """Decimals, days and moments inside a document as text."""
    if isinstance(value, Mapping):
        return {str(name): json_safe(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_safe(each) for each in value]
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


class Amounts(_Field):
    """Amounts by name; answers only."""

    expected = "object"

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, str]:
        return {name: decimal_text(amount, 2) for name, amount in value.items()}


class Many(base.List[Any]):
    """A list of at most `most` items."""

    default_error_messages = _REFUSALS

    def __init__(self, inner: Any, *, most: int | None = None, least: int = 0, **kwargs: Any) -> None:
        super().__init__(inner, **kwargs)
        self.most, self.least = most or LONGEST, least
        if most is not None:
            self.metadata = {**self.metadata, "maxItems": most, "minItems": least}

    def make_error(self, key: str, **_: Any) -> ValidationError:
        return ValidationError([self.error_messages[key]])

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, Unfit):
            raise ValidationError([value.at("")])
        if not isinstance(value, list):
            raise self.make_error("invalid")
        if not self.least <= len(value) <= self.most:
            raise refuse("api.items", least=self.least, most=self.most)
        return super()._deserialize(value, attr, data, **kwargs)


class Anything(_Field):
    """Whatever stands there, looked at later one by one, or written as it is in an answer."""

    expected = "any"

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        return self.load_default if value is missing else value


class Inner(base.Nested):
    """An object with members of its own."""

    default_error_messages = _REFUSALS

    def make_error(self, key: str, **_: Any) -> ValidationError:
        return ValidationError([self.error_messages[key]])
