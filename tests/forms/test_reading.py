"""Each field type reads page text, JSON and worksheet cells as the table says, and writes back what it read."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from forms import FIELD_TYPES
from rules import Invalid
from tests.forms.build import NOW, SILENT, People, answer, form_of, refused, setup

TABLE = Path(__file__).parent / "data" / "reading.csv"


def rows() -> list[tuple[str, str, str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        read = list(csv.reader(file, delimiter=";", quoting=csv.QUOTE_NONE))
    merged = []
    for row in read[1:]:
        # A ; inside a JSON value splits it; the first two and the last column never hold one.
        merged.append((row[0], row[1], ";".join(row[2:-1]), row[-1]))
    return merged


@pytest.mark.parametrize(("type", "members", "raw", "want"), rows())
def test_reading(type: str, members: str, raw: str, want: str) -> None:
    form = form_of(setup(type, **json.loads(members)))
    given = json.loads(raw)
    if want.startswith("!"):
        problems = refused(form, {"x": given})
        assert [p.code for p in problems] == [want[1:]]
        assert problems[0].path.startswith("/x")
        assert want == "!field.unknown" or "zh-CN" in problems[0].params["label"]
        json.dumps(problems[0].to_json()).encode("utf-8")
        return
    stored = answer(form, {"x": given}).to_json()
    assert stored["x"] == json.loads(want)
    # What was stored reads back the same by every road: from the store, as JSON again, as typed text.
    again = answer(form, stored)
    assert again.to_json() == stored
    if type != "subform":
        field = form.fields["x"]
        typed = again.typed["x"]
        assert answer(form, {"x": field.to_text(typed)}).to_json() == stored


def test_every_type_has_rows_that_pass_and_rows_that_fail() -> None:
    for type in FIELD_TYPES:
        if type in SILENT:
            continue
        mine = [want for t, _, _, want in rows() if t == type]
        assert any(w.startswith("!") for w in mine), type
        assert any(not w.startswith("!") for w in mine), type


@pytest.mark.parametrize(
    ("type", "cell", "want"),
    [
        ("number", 12.5, "12.5"),
        ("number", 0.1 + 0.2, "0.3"),
        ("number", 3150.0, "3150"),
        ("integer", 42.0, 42),
        ("money", 590000, "590000"),
        ("money", 1234.56, "1234.56"),
        ("percent", 0.3, "0.3"),
        ("date", datetime(2000, 2, 11), "2000-02-11"),  # noqa: DTZ001 - worksheets know no zone
        ("date", date(2000, 2, 11), "2000-02-11"),
        ("date", 42939, "2017-07-23"),
        ("date", 42939.0, "2017-07-23"),
        ("date", 20250131.0, "2025-01-31"),
        ("text", 13800138000.0, "13800138000"),
        ("text", 7, "7"),
        ("phone", 13800138000.0, "13800138000"),
        ("yes_no", 1.0, True),
        ("yes_no", "是", True),
        ("choice", "甲", "a"),
        ("lookup", "C1", "C1"),
        ("text", None, None),
    ],
)
def test_cells(type: str, cell: Any, want: Any) -> None:
    form = form_of(setup(type))
    raw = form.fields["x"].from_cell(cell)
    assert answer(form, {"x": raw}).to_json()["x"] == want


@pytest.mark.parametrize(
    ("type", "cell", "code"),
    [
        ("integer", 12.5, "number.not_whole"),
        ("number", float("nan"), "number.invalid"),
        ("number", True, "number.type"),
        ("date", datetime(2000, 2, 11, 8, 30), "date.invalid"),  # noqa: DTZ001
        ("date", 12.5, "date.invalid"),
        ("date", float("inf"), "date.invalid"),
        ("yes_no", 2.0, "yes_no.type"),
    ],
)
def test_cells_refused(type: str, cell: Any, code: str) -> None:
    form = form_of(setup(type))
    assert [p.code for p in refused(form, {"x": form.fields["x"].from_cell(cell)})] == [code]


@pytest.mark.parametrize("type", [t for t in FIELD_TYPES if t not in SILENT])
def test_five_megabytes_are_refused_at_once(type: str) -> None:
    form = form_of(setup(type))
    for text in ("9" * 5_000_000, "甲" * 1_700_000, "1," * 2_500_000, "e\u0301" * 1_000_000, "1;" * 2_500_000):
        problems = refused(form, {"x": text})
        assert len(json.dumps([p.to_json() for p in problems])) < 2_000


def test_a_retired_option_stays_on_the_record_that_has_it() -> None:
    form = form_of(setup("choice"), setup("multi_choice", "y"))
    stored = {"x": "c", "y": ["a", "c"]}
    assert answer(form, {"x": "c", "y": ["c", "b"]}, stored=stored).values == {"x": "c", "y": ("b", "c")}
    assert [p.code for p in refused(form, {"x": "c"}, stored={"x": "a"})] == ["choice.retired"]


def test_a_lookup_copies_once_and_keeps_what_it_copied() -> None:
    form = form_of(setup("lookup"), setup("text", "y"))
    first = answer(form, {"x": "C1"}).to_json()
    assert first["$copied"]["x"]["current_limit"] == {"number": "200000"}
    later = answer(form, {"x": "C1", "y": "后来"}, stored=first, now=NOW.replace(year=2026))
    assert later.to_json()["$copied"] == first["$copied"]
    other = answer(form, {"x": "C2"}, stored=first, now=NOW.replace(year=2026)).to_json()
    assert other["$copied"]["x"]["as_of"].startswith("2026")
    assert answer(form, {"y": "z"}, stored=first).facts()["x"]["grade"] == "AA"


def test_a_missing_and_a_forbidden_record_are_told_apart_by_nothing() -> None:
    form = form_of(setup("lookup"))
    assert refused(form, {"x": "nobody"}) == refused(form, {"x": "secret"})


def test_a_stored_reference_is_not_looked_up_again() -> None:
    form = form_of(setup("lookup"), setup("text", "y"))
    people = People()
    answer(form, {"y": "z"}, stored={"x": "gone"}, lookups=people)
    assert people.asked == []


def test_row_ids_stay_and_new_rows_get_the_next() -> None:
    form = form_of(setup("subform"))
    stored = answer(form, {"x": [{"amount": "1"}, {"amount": "2"}]}).to_json()
    assert [r["row_id"] for r in stored["x"]] == ["r1", "r2"]
    changed = answer(form, {"x": [stored["x"][1], {"amount": "3"}]}, stored=stored).to_json()
    assert [r["row_id"] for r in changed["x"]] == ["r2", "r3"]
    partly = answer(form, {"x": [{"row_id": "r1"}]}, stored=stored).to_json()
    assert partly["x"] == [{"row_id": "r1", "amount": "1"}]


def test_rows_name_their_place_in_both_languages() -> None:
    form = form_of(setup("subform"))
    (problem,) = refused(form, {"x": [{"amount": "1"}, {"amount": "一"}]})
    assert problem.path == "/x/1/amount"
    assert problem.params["label"] == {"zh-CN": "字段x第 2 行 · 金额", "en": "Field x, row 2 · Amount"}


def test_notes_hold_no_answer() -> None:
    form = form_of(setup("note"), setup("text", "y"))
    assert [p.code for p in refused(form, {"x": "a"})] == ["field.unknown"]
    with pytest.raises(Invalid):
        form.fields["x"].read("a", None)  # type: ignore[arg-type]
    assert answer(form, {"y": "b"}).to_json() == {"y": "b"}
