"""Any JSON into a form gives Answers or Problems, any JSON as a body a Form or Problems; never another exception."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forms
from forms import FIELD_TYPES, Answers, Form, assess, check, compile_form, to_wtforms
from rules import Invalid
from tests.forms.build import NOW, SILENT, People, Posted, body_of, form_of, setup

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=40)
    | st.sampled_from(
        [
            "1e5",
            "NaN",
            "12万",
            "1,234",
            "2025-02-30",
            "20250131",
            "甲",
            "a",
            "C1",
            "30%",
            "¥5",
            "是",
            "\ud800",
            "\x00",
            "-",
            "91440300MA5AL62RXF",
            "a@b.cn",
            "+8613800138000",
            "9" * 41,
            "0." + "1" * 40,
            "９",
            "2025-01-31 08:30",
            "0001-01-01T00:00+08:00",
            "2025-01-01 至 2025-03-31",
            "至",
            "浙江省宁波市鄞州区学士路1号",
            "330212",
            "U1",
            "孙力;李娜",
            "甲、乙；a",
            "6222021001116245702",
            "102100099996",
            "HT202506-0001",
            {"start": "2025-01-01", "end": None},
            {"code": "330212", "names": ["浙江省"], "detail": "x"},
            "　",
        ]
    )
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)

GALLERY = Path(forms.__file__).parent.parent / "app" / "gallery" / "forms"
KEYS = [t for t in FIELD_TYPES if t not in SILENT]
EVERYTHING = form_of(
    *(setup(t, f"k_{t}") for t in KEYS),
    setup("rating", "shown", lookup="k_lookup"),
    setup("separator", "line"),
    setup("user", "people", multiple=True, within="candidate.department = k_text"),
    setup("choice", "below", depends_on="k_choice", options=[
        {"code": "a1", "label": {"zh-CN": "甲一"}, "parents": ["a"]}, "z",
    ]),
    setup("number", "span", compute="if k_date_range = null then 0 else duration(\"P1D\") / duration(\"P1D\")"),
    setup("number", "total", compute="if k_number = null then 0 else k_number * 2"),
    rules=[
        {"id": "r1", "effect": "show", "target": "k_money", "when": "k_number > 0"},
        {"id": "r2", "effect": "require", "target": "k_text", "when": "k_yes_no"},
        {"id": "r3", "effect": "lock", "target": "k_date", "when": "k_integer > 3"},
        {"id": "r4", "effect": "show", "target": "k_subform.amount", "when": "k_number > 3"},
    ],
    checks=[{"id": "c1", "formula": "total <= k_money", "message": {"zh-CN": "合计过大"}}],
)


def sendable(invalid: Invalid) -> None:
    """A refusal names at least one Problem, and all of them can be sent."""
    assert invalid.problems
    json.dumps([p.to_json() for p in invalid.problems], allow_nan=False, ensure_ascii=False).encode("utf-8")


NAMES = [f"k_{t}" for t in KEYS]
RAW = st.dictionaries(st.sampled_from([*NAMES, "people", "below", "total", "zz", "$copied"]), JSON, max_size=8) | JSON
ROWS = st.lists(st.dictionaries(st.sampled_from(["row_id", "amount", "zz"]), JSON, max_size=3) | JSON, max_size=4)


@settings(max_examples=200, deadline=None)
@given(RAW, st.sampled_from(["submit", "draft"]), st.none() | st.sets(st.sampled_from([f"k_{t}" for t in KEYS])), RAW)
def test_any_json_into_a_form(raw: Any, purpose: Any, writable: Any, stored: Any) -> None:
    before = stored if isinstance(stored, dict) else None
    try:
        found = check(EVERYTHING, raw, now=NOW, lookups=People(), purpose=purpose, writable=writable, stored=before)
    except Invalid as invalid:
        sendable(invalid)
        return
    kept = {key: value for key, value in found.to_json().items() if key not in found.carried}
    json.dumps(kept, allow_nan=False, ensure_ascii=False).encode("utf-8")
    assert Answers.from_json(EVERYTHING, kept).to_json() == kept


@cache
def ready_made(key: str) -> Form:
    return compile_form(json.loads((GALLERY / f"{key}.json").read_text("utf-8"))["body"])


@pytest.mark.parametrize("key", sorted(path.stem for path in GALLERY.glob("*.json")))
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_json_into_a_ready_made_form(key: str, data: st.DataObject) -> None:
    form = ready_made(key)
    names = st.sampled_from([*(field.key for field in form.asked), "zz", "$copied"])
    raw = data.draw(st.dictionaries(names, JSON, max_size=8) | JSON)
    stored = data.draw(st.none() | st.dictionaries(names, JSON, max_size=4))
    try:
        found = check(form, raw, now=NOW, lookups=People(), purpose="submit", stored=stored)
    except Invalid as invalid:
        sendable(invalid)
        return
    kept = {name: value for name, value in found.to_json().items() if name not in found.carried}
    json.dumps(kept, allow_nan=False, ensure_ascii=False).encode("utf-8")


def test_every_type_is_among_what_is_fuzzed() -> None:
    fuzzed = {field.type for field in EVERYTHING.fields.values()}
    assert fuzzed | {"note"} >= set(FIELD_TYPES), set(FIELD_TYPES) - fuzzed


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_any_json_into_rows(rows: Any) -> None:
    found = assess(EVERYTHING, {"k_subform": rows, "k_number": "5"}, now=NOW, lookups=People())
    for problem in found.problems:
        assert problem.path == "" or problem.path.startswith("/")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([f"k_{t}" for t in KEYS] + ["k_subform-0-amount", "k_subform-x", "zz"]),
            st.text(max_size=20),
        )
    )
)
def test_any_page_text_into_a_form(pairs: list[tuple[str, str]]) -> None:
    shown = to_wtforms(EVERYTHING)(Posted(*pairs))
    found = assess(EVERYTHING, shown.raw_answers(), now=NOW, lookups=People())
    shown.tell(found.problems)
    for _, control in shown.controls():
        assert str(control())


MEMBERS = st.sampled_from(
    [
        "sections",
        "fields",
        "key",
        "id",
        "type",
        "label",
        "options",
        "compute",
        "rules",
        "checks",
        "when",
        "target",
        "effect",
        "min",
        "max",
        "summary",
        "removed",
        "zh-CN",
        "pattern",
        "source",
        "columns",
    ]
)
BODY = st.recursive(
    SCALARS | st.sampled_from([*FIELD_TYPES, "show", "x", "f_01", "x > 1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(MEMBERS, inner, max_size=5),
)


@settings(max_examples=200, deadline=None)
@given(BODY, st.sampled_from(["sections", "rules", "checks", "summary", "removed", "field"]))
def test_any_json_as_a_body(part: Any, place: str) -> None:
    body = body_of(setup("number"), setup("subform", "y"))
    if place == "field":
        body["sections"][0]["fields"].append({**setup("text", "z", "f_77"), **part} if isinstance(part, dict) else part)
    else:
        body[place] = part
    try:
        compile_form(body)
    except Invalid as invalid:
        sendable(invalid)
