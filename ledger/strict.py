"""Read JSON written by others without forgiving anything, so that two readers never see two meanings."""

from __future__ import annotations

import json
from typing import Any

MAX_INTEGER = 2**53 - 1  # beyond it a reader with binary floating point sees another number (RFC 8785, I-JSON)
MAX_DEPTH = 64


class Malformed(ValueError):
    """What was given cannot be accepted: `code` names the sentence, `path` (JSON Pointer) the place."""

    def __init__(self, code: str, path: str = "", **params: Any) -> None:
        self.code = code
        self.path = path
        self.params = params
        super().__init__(f"{code} at {path or '/'}")

    def under(self, step: str | int) -> Malformed:
        """The same refusal seen from the enclosing value."""
        part = str(step).replace("~", "~0").replace("/", "~1")
        return Malformed(self.code, f"/{part}{self.path}", **self.params)


def parse(data: bytes) -> Any:
    """The value of canonical-safe JSON: None, bool, int, str, list or dict.

    Raises Malformed for bytes that are not UTF-8 JSON, floats, NaN, integers beyond 2^53-1, duplicate keys, lone
    surrogates and nesting deeper than 64.
    """
    try:
        text = data.decode("utf-8")
        value = _DECODER.decode(text)
        if "\\u" in text:
            _refuse_surrogates(value)
    except Malformed:
        raise
    except UnicodeError:
        raise Malformed("json.encoding") from None
    except RecursionError:
        raise Malformed("json.depth") from None
    except ValueError:
        raise Malformed("json.syntax") from None
    if text.count("[") + text.count("{") > MAX_DEPTH:
        _refuse_depth(value)
    return value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("json.duplicate_key")
    return out


def _integer(text: str) -> int:
    if len(text) > 17 or abs(value := int(text)) > MAX_INTEGER:
        raise Malformed("json.integer_range")
    return value


def _no_float(_text: str) -> Any:
    raise Malformed("json.float")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
)


def _refuse_surrogates(value: Any) -> None:
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # UnicodeEncodeError where one stands alone


def _refuse_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [
            item
            for each in level
            if isinstance(each, dict | list)
            for item in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise Malformed("json.depth")
