"""JSON as people type it: every fault at its line, positions of pointers and spans, one readable form."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import gallery
from app.services import documents
from rules import Invalid

FAULTS = [
    # text, codes, line, column of the first
    ("", ["definition.empty"], None, None),
    (" \n ", ["definition.empty"], None, None),
    ("[1]", ["definition.not_object"], 1, 1),
    ("3", ["definition.not_object"], 1, 1),
    ('{"a": 1,}', ["definition.json_comma"], 1, 9),
    ('{"a": [1, 2,]}', ["definition.json_comma"], 1, 13),
    ('{"a" 1}', ["definition.json_colon"], 1, 6),
    ("{'a': 1}", ["definition.json_name"], 1, 2),
    ('{"a": 1 "b": 2}', ["definition.json_between"], 1, 9),
    ('{\n "a": "x\n"}', ["definition.json_string"], 2, 7),
    ('{"a": "\\x"}', ["definition.json_escape"], 1, 8),
    ('{"a": "\\u12"}', ["definition.json_escape"], 1, 9),
    ('{"a": tru}', ["definition.json"], 1, 7),
    ('{"a":', ["definition.json_end"], 1, 6),
    ('{"a": {"b": 1}', ["definition.json_end"], 1, 15),
    ('{"a": 1} {', ["definition.json_more"], 1, 10),
    ('{"a": 1.5}', ["definition.float"], 1, 7),
    ('{"a": 1e5}', ["definition.float"], 1, 7),
    ('{"a": 012}', ["definition.float"], 1, 7),
    ('{"a": NaN}', ["definition.not_a_number"], 1, 7),
    ('{"a": -Infinity}', ["definition.not_a_number"], 1, 7),
    ('{"a": 9007199254740992}', ["definition.huge_number"], 1, 7),
    ('{"a": ' + "9" * 100_000 + "}", ["definition.huge_number"], 1, 7),
    ('{"a": 1, "a": 2}', ["definition.repeated_key"], 1, 10),
    ('{"a": "\\ud800"}', ["definition.character"], 1, 7),
    ('{"a": "\\u0000"}', ["definition.character"], 1, 7),
    ('{"a": 1.5, "b": NaN, "c": 1, "c": 2}',
     ["definition.float", "definition.not_a_number", "definition.repeated_key"], 1, 7),
    ("[" * 100_000, ["definition.too_deep"], 1, 34),
    ('{"a": "' + "字" * 2_000_000 + '"}', ["definition.too_large"], None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "codes", "line", "column"), FAULTS, ids=[f[0][:20] for f in FAULTS])
def test_faults_are_told_with_their_place(text: str, codes: list[str], line: int | None, column: int | None) -> None:
    with pytest.raises(Invalid) as refused:
        documents.read(text)
    found = refused.value.problems
    assert [problem.code for problem in found] == codes
    assert found[0].params.get("line") == line
    assert found[0].params.get("column") == column


def test_what_no_one_may_hold_is_told_by_pointer() -> None:
    with pytest.raises(Invalid) as refused:
        documents.read('{"a": [{"b/c": 0.5}], "~": 1e1}')
    assert [problem.path for problem in refused.value.problems] == ["/a/0/b~1c", "/~0"]


def test_pointers_are_found_in_the_text() -> None:
    document = documents.read('{\n  "a": {"b": [1, "x > 1"]},\n  "c": null\n}')
    assert document.place("/c").line == 3
    place = document.place("/a/b/1")
    assert document.text[place.start : place.end] == '"x > 1"'
    missing = document.place("/a/b/7/deeper")
    assert document.text[missing.start : missing.end] == "["
    assert document.place("").start == 0


@pytest.mark.parametrize(("formula", "span", "marked"), [
    ('a = "b"', (4, 7), '\\"b\\"'),
    ("𠮷 > 1", (0, 1), "𠮷"),
    ("a\n+ b", (2, 5), "+ b"),
    ("x > y", (4, 5), "y"),
    ("x", (1, 1), '"'),
])  # fmt: skip
def test_spans_of_formulas_are_found_through_escapes(formula: str, span: tuple[int, int], marked: str) -> None:
    document = documents.read('{"n": 1, "when": ' + json.dumps(formula, ensure_ascii=False) + "}")
    place = document.place("/when", span)
    assert document.text[place.start : place.end] == marked


@pytest.mark.parametrize("envelope", list(gallery.definitions()), ids=lambda each: each["key"])
def test_what_is_written_reads_as_it_was(envelope: dict[str, Any]) -> None:
    text = documents.write(envelope["body"])
    assert documents.read(text).value == envelope["body"]
    assert documents.write(documents.read(text).value) == text
    assert max(len(line) for line in text.splitlines()) < 200


def test_members_come_in_one_order_whatever_the_database_made_of_them() -> None:
    shuffled = {"points": "1", "edge": "2", "label": {"en": "x", "zh-CN": "甲"}, "id": "a"}
    assert documents.write({"one": shuffled}) == (
        '{\n  "one": {"id": "a", "label": {"zh-CN": "甲", "en": "x"}, "edge": "2", "points": "1"}\n}\n'
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-documents.MAX_INTEGER, documents.MAX_INTEGER)
    | st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"])), inner),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs", "Cc"])), JSON))
def test_any_object_survives_writing_and_reading(value: dict[str, Any]) -> None:
    assert documents.read(documents.write(value)).value == value
    assert documents.read(json.dumps(value)).value == value
    assert documents.storable_problems(value) == []


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    for each in (text, '{"a": ' + text + "}"):
        try:
            assert documents.read(each).value == json.loads(each)
        except Invalid:
            continue


def test_values_of_other_roads_are_held_to_the_same() -> None:
    deep: Any = {}
    for _ in range(60):
        deep = {"a": deep}
    bad = {"f": 1.5, "n": float("nan"), "i": 2**70, "s": "\ud800", "z": ["\x00"], "x\x00": 1}
    found = {problem.path: problem.code for problem in documents.storable_problems(bad, "/body")}
    assert found == {
        "/body/f": "definition.float", "/body/n": "definition.not_a_number", "/body/i": "definition.huge_number",
        "/body/s": "definition.character", "/body/z/0": "definition.character", "/body": "definition.character",
    }  # fmt: skip
    assert [p.code for p in documents.storable_problems(deep)] == ["definition.too_deep"]
    assert [p.code for p in documents.storable_problems({"a": "x" * documents.MAX_BYTES})] == ["definition.too_large"]


def test_the_largest_text_is_read_within_seconds() -> None:
    text = '{"a": [' + ",".join(['{"key": "甲乙丙丁", "points": "100"}'] * 20_000) + "]}"
    assert len(text.encode()) < documents.MAX_BYTES
    began = time.perf_counter()
    assert len(documents.read(text).value["a"]) == 20_000
    assert time.perf_counter() - began < 5
