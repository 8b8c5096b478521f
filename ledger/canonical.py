"""Canonical JSON (RFC 8785): the one sequence of bytes for a value, and its fingerprint."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import rfc8785

from ledger.strict import MAX_DEPTH, MAX_INTEGER, Malformed, parse

__all__ = ["Malformed", "dumps", "fingerprint", "parse"]


def dumps(value: Any) -> bytes:
    """The canonical bytes of a JSON-safe value: None, bool, int, str, list or tuple, Mapping with str keys.

    Text is brought to Unicode NFC first, since RFC 8785 leaves two spellings of one name apart. Raises Malformed with
    the JSON Pointer of the place for a float or NaN, a Decimal (callers give decimal strings: a number would lose
    digits in other readers), an integer beyond 2^53-1, two keys that are one after NFC, a lone surrogate, any other
    type, and nesting deeper than 64.
    """
    return rfc8785.dumps(_checked(value, 0))


def fingerprint(value: Any) -> str:
    """``sha256:`` and the hex digest of the canonical bytes."""
    return "sha256:" + hashlib.sha256(dumps(value)).hexdigest()


def _checked(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise Malformed("canonical.integer_range")
        return int(value)
    if depth >= MAX_DEPTH:
        raise Malformed("canonical.depth")
    if isinstance(value, Mapping):
        return _members(value, depth)
    if isinstance(value, list | tuple):
        return _items(value, depth)
    if isinstance(value, float):
        raise Malformed("canonical.float")
    if isinstance(value, Decimal):
        raise Malformed("canonical.decimal")
    raise Malformed("canonical.type", type=type(value).__name__)


def _text(value: str) -> str:
    if value.isascii():
        return str.__str__(value)  # the plain text of a StrEnum member too
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("canonical.surrogate") from None
    return unicodedata.normalize("NFC", value)


def _items(values: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
    out = []
    for index, item in enumerate(values):
        try:
            out.append(_checked(item, depth + 1))
        except Malformed as error:
            raise error.under(index) from None
    return out


def _members(members: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, item in members.items():
        if not isinstance(key, str):
            raise Malformed("canonical.key", type=type(key).__name__)
        try:
            name = _text(key)
            if name in out:
                raise Malformed("canonical.duplicate_key")
            out[name] = _checked(item, depth + 1)
        except Malformed as error:
            raise error.under(key) from None
    return out
