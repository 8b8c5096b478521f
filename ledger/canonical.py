"""Canonical JSON (RFC 8785): the one sequence of bytes for a value, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import rfc8785

from ledger.strict import MAX_DEPTH, MAX_INTEGER, Malformed, parse

__all__ = ["Malformed", "dumps", "fingerprint", "parse"]

# With members in order this is RFC 8785 for texts, whole numbers, truth and null: the same escapes, no spaces.
_write = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_SURROGATES = "\ud800"  # names from here on stand in another order as UTF-16, which is the order asked for


def dumps(value: Any) -> bytes:
    """The canonical bytes of a JSON-safe value: None, bool, int, str, list or tuple, Mapping with str keys.

    Text is brought to Unicode NFC first, since RFC 8785 leaves two spellings of one name apart. Raises Malformed with
    the JSON Pointer of the place for a float or NaN, a Decimal (callers give decimal strings: a number would lose
    digits in other readers), an integer beyond 2^53-1, two keys that are one after NFC, a lone surrogate, any other
    type, and nesting deeper than 64.
    """
    checked, plain = _Checking().run(value)
    return _write(checked).encode() if plain else rfc8785.dumps(checked)


def fingerprint(value: Any) -> str:
    """``sha256:`` and the hex digest of the canonical bytes."""
    return "sha256:" + hashlib.sha256(dumps(value)).hexdigest()


class _Checking:
    """One pass over a value: what may stand in it, brought to NFC, members in order. Plain while that order is easy."""

    def __init__(self) -> None:
        self.plain = True

    def run(self, value: Any) -> tuple[Any, bool]:
        return self.checked(value, 0), self.plain

    def checked(self, value: Any, depth: int) -> Any:
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
        if isinstance(value, dict | Mapping):
            return self.members(value, depth)
        if isinstance(value, list | tuple):
            return self.items(value, depth)
        if isinstance(value, float):
            raise Malformed("canonical.float")
        if isinstance(value, Decimal):
            raise Malformed("canonical.decimal")
        raise Malformed("canonical.type", type=type(value).__name__)

    def items(self, values: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        out = []
        for index, item in enumerate(values):
            try:
                out.append(self.checked(item, depth + 1))
            except Malformed as error:
                raise error.under(index) from None
        return out

    def members(self, members: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, item in members.items():
            if not isinstance(key, str):
                raise Malformed("canonical.key", type=type(key).__name__)
            try:
                name = _text(key)
                if name in out:
                    raise Malformed("canonical.duplicate_key")
                out[name] = self.checked(item, depth + 1)
            except Malformed as error:
                raise error.under(key) from None
        names = sorted(out)
        if not (letters := "".join(names)).isascii() and max(letters) >= _SURROGATES:
            self.plain = False
        return {name: out[name] for name in names}


def _text(value: str) -> str:
    if value.isascii():
        return str.__str__(value)  # the plain text of a StrEnum member too
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Malformed("canonical.surrogate") from None
    return unicodedata.normalize("NFC", value)
