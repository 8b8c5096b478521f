"""Turns the frozen dataclasses of this package into JSON and back, exactly, by their annotations."""

from __future__ import annotations

import types
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Data = Annotated[Mapping[str, Any], "data"]
"""JSON values as they are: reasons, params."""

Facts = Annotated[Mapping[str, Any], "facts"]
"""What formulas see: None, bool, Decimal, str, date, datetime, lists and records of these. A float is refused."""

Coder = Callable[[Any], Any]
T = TypeVar("T")


def to_json(value: Any) -> dict[str, Any]:
    """A dataclass of this package as JSON; members equal to their default are left out."""
    encode, _ = _coders(cast(Hashable, type(value)))
    return cast(dict[str, Any], encode(value))


def from_json(cls: type[T], data: Mapping[str, Any]) -> T:
    """The inverse of `to_json`; raises KeyError, TypeError or ValueError on data it never wrote."""
    _, decode = _coders(cast(Hashable, cls))
    return cast(T, decode(data))


def fact_to_json(value: Any) -> Any:
    """One fact as JSON. Numbers and dates are tagged so that a text looking like one stays a text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, Decimal)):
        return {"decimal": _decimal_text(Decimal(value))}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Mapping):
        return {"record": {str(key): fact_to_json(item) for key, item in value.items()}}
    if isinstance(value, (list, tuple)):
        return [fact_to_json(item) for item in value]
    raise TypeError(f"not a fact: {type(value).__name__}")


def fact_from_json(data: Any) -> Any:
    """The inverse of `fact_to_json`; lists come back as tuples, whole numbers as Decimal."""
    if isinstance(data, list):
        return tuple(fact_from_json(item) for item in data)
    if not isinstance(data, Mapping):
        return data
    ((tag, value),) = data.items()
    if tag == "record":
        return {key: fact_from_json(item) for key, item in value.items()}
    readers: dict[str, Coder] = {"decimal": Decimal, "date": date.fromisoformat, "datetime": datetime.fromisoformat}
    return readers[tag](value)


def plain_facts(values: Mapping[str, Any]) -> dict[str, Any]:
    """Facts in the one shape that survives storage, so that a State read back equals the State that was stored."""
    return {str(key): fact_from_json(fact_to_json(value)) for key, value in values.items()}


def _decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise TypeError("not a fact: a number that is not finite")
    return format(value, "f")


def _moment_to_json(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment_from_json(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _same(value: Any) -> Any:
    return value


@cache
def _coders(kind: Hashable) -> tuple[Coder, Coder]:
    """How values of one annotation are written and read."""
    if kind in (str, int, bool, type(None)) or get_origin(kind) is Literal:
        return _same, _same
    if kind is datetime:
        return _moment_to_json, _moment_from_json
    if kind is Decimal:
        return _decimal_text, Decimal
    if get_origin(kind) is Annotated:
        return _mapping_coders(get_args(kind)[1])
    if get_origin(kind) is tuple:
        write, read = _coders(get_args(kind)[0])
        return (lambda items: [write(i) for i in items]), (lambda items: tuple(read(i) for i in items))
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (arg for arg in get_args(kind) if arg is not type(None))
        write, read = _coders(inner)
        return (lambda v: None if v is None else write(v)), (lambda v: None if v is None else read(v))
    if isinstance(kind, type) and is_dataclass(kind):
        return _record_coders(kind)
    raise TypeError(f"no JSON form for {kind!r}")


def _mapping_coders(what: str) -> tuple[Coder, Coder]:
    if what == "data":
        return dict, dict
    return (
        lambda facts: {key: fact_to_json(value) for key, value in facts.items()},
        lambda facts: {key: fact_from_json(value) for key, value in facts.items()},
    )


def _record_coders(kind: type) -> tuple[Coder, Coder]:
    hints = get_type_hints(kind, include_extras=True)
    members = [(f.name, f.default, *_coders(hints[f.name])) for f in fields(kind)]

    def encode(value: Any) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, default, write, _ in members:
            member = getattr(value, name)
            if default is MISSING or member != default:
                out[name] = write(member)
        return out

    def decode(data: Mapping[str, Any]) -> Any:
        return kind(**{name: read(data[name]) for name, _, _, read in members if name in data})

    return encode, decode
