"""Canonical JSON: RFC 8785 bytes, and refusal of everything two readers could read in two ways."""

from __future__ import annotations

import json
import unicodedata
from collections import OrderedDict
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger import Malformed, canonical


class Colour(StrEnum):
    RED = "红"


class Level(IntEnum):
    HIGH = 3


BYTES = [
    (None, b"null"),
    (True, b"true"),
    (0, b"0"),
    (-(2**53) + 1, b"-9007199254740991"),
    ("\u20ac$\u000f\nA'B\"\\\\\"/\u007f", '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\u007f"'.encode()),
    ({"b": 1, "a": [True, {}, []]}, b'{"a":[true,{},[]],"b":1}'),
    # RFC 8785 §3.2.3 sorts by UTF-16 code units: a surrogate pair (0xD83D) comes before U+FB00.
    (
        {"\ufb00": 1, "😀": 2, "\u20ac": 3, "\r": 4, "1": 5, "\u0080": 6, "ö": 7},
        '{"\\r":4,"1":5,"\x80":6,"ö":7,"€":3,"😀":2,"\ufb00":1}'.encode(),
    ),
    ("A\u030a", '"Å"'.encode()),
    ({"e\u0301": "e\u0301"}, '{"é":"é"}'.encode()),
    (("x", ("y",)), b'["x",["y"]]'),
    (OrderedDict(z=Colour.RED, a=Level.HIGH), '{"a":3,"z":"红"}'.encode()),
]


@pytest.mark.parametrize(("value", "expected"), BYTES)
def test_bytes(value: Any, expected: bytes) -> None:
    assert canonical.dumps(value) == expected


REFUSED = [
    (1.5, "canonical.float", ""),
    ({"a": [0, float("nan")]}, "canonical.float", "/a/1"),
    ({"a/b": {"~": float("inf")}}, "canonical.float", "/a~1b/~0"),
    ({"limit": Decimal("1.00")}, "canonical.decimal", "/limit"),
    ([2**53], "canonical.integer_range", "/0"),
    (-(2**53), "canonical.integer_range", ""),
    ({1: "x"}, "canonical.key", ""),
    ({"é": 1, "e\u0301": 2}, "canonical.duplicate_key", "/e\u0301"),
    ({"a": "\ud800"}, "canonical.surrogate", "/a"),
    ({"a": {1, 2}}, "canonical.type", "/a"),
    (b"bytes", "canonical.type", ""),
]


@pytest.mark.parametrize(("value", "code", "path"), REFUSED)
def test_refusals_name_the_place(value: Any, code: str, path: str) -> None:
    with pytest.raises(Malformed) as caught:
        canonical.dumps(value)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_nesting_has_an_end() -> None:
    value: Any = "x"
    for _ in range(64):
        value = [value]
    assert canonical.parse(canonical.dumps(value)) == value
    with pytest.raises(Malformed) as caught:
        canonical.dumps([value])
    assert caught.value.code == "canonical.depth"


UNREADABLE = [
    (b'{"a":1,"a":1}', "json.duplicate_key"),
    (b"1.0", "json.float"),
    (b"1e3", "json.float"),
    (b"NaN", "json.float"),
    (b"-Infinity", "json.float"),
    (b"9007199254740992", "json.integer_range"),
    (b"9" * 5000, "json.integer_range"),
    (b'"\xff"', "json.encoding"),
    (b'"\\ud800"', "json.encoding"),
    (b'{"a":1} x', "json.syntax"),
    (b"", "json.syntax"),
    (b"\xef\xbb\xbf{}", "json.syntax"),
    (b"[" * 66 + b"]" * 66, "json.depth"),
    (b"[" * 100_000, "json.depth"),
    (b'{"a":' * 66 + b"1" + b"}" * 66, "json.depth"),
]


@pytest.mark.parametrize(("data", "code"), UNREADABLE)
def test_strict_reading(data: bytes, code: str) -> None:
    with pytest.raises(Malformed) as caught:
        canonical.parse(data)
    assert caught.value.code == code


def test_brackets_inside_text_are_no_depth() -> None:
    assert canonical.parse(json.dumps("[" * 500).encode()) == "[" * 500


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="ascii")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_reading_gives_the_value_back_and_bytes_are_a_fixed_point(value: Any) -> None:
    data = canonical.dumps(value)
    assert canonical.parse(data) == value
    assert canonical.dumps(canonical.parse(data)) == data


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_written_once(key: str, value: str) -> None:
    data = canonical.dumps({key: value})
    assert canonical.dumps(canonical.parse(data)) == data


def test_fingerprint_does_not_depend_on_order() -> None:
    assert canonical.fingerprint({"a": 1, "b": 2}) == canonical.fingerprint({"b": 2, "a": 1})
    assert canonical.fingerprint({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


names = st.text(st.characters(codec="utf-8"), max_size=6).map(lambda name: unicodedata.normalize("NFC", name))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6), max_leaves=20,
)  # fmt: skip


@given(values)
def test_the_bytes_are_those_of_the_standard(value: Any) -> None:
    found = canonical.dumps(value)
    assert found == rfc8785.dumps(json.loads(found))
    assert json.loads(unicodedata.normalize("NFC", json.dumps(value, ensure_ascii=False))) == json.loads(found)
