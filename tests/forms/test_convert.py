"""A field that changes its type keeps its id and the answers that fit; what does not fit is named, never guessed."""

from __future__ import annotations

import json
from datetime import timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import FIELD_TYPES, Answers, compile_form
from forms.convert import ROADS, converted, convertible
from forms.fields import At
from forms.upgrade import preview, upgraded
from rules import Problem
from tests.forms.build import NOW, SILENT, answer, form_of, setup, told
from tests.forms.test_fuzz import JSON

NAMED = {"options": [{"code": "a", "label": {"zh-CN": "甲"}}, {"code": "b", "label": {"zh-CN": "乙"}}]}

# from; to; what was stored; what is stored now, or the Problem
ROWS: list[tuple[str, str, Any, Any]] = [
    ("text", "long_text", "甲公司", "甲公司"),
    ("long_text", "text", "甲公司", "甲公司"),
    ("long_text", "text", "甲\n乙", "!text.character"),
    ("text", "number", "1,200.50", "1200.5"),
    ("text", "number", "约一百", "!number.invalid"),
    ("text", "integer", "12", 12),
    ("text", "integer", "12.5", "!number.not_whole"),
    ("text", "money", "12万", "120000"),
    ("text", "percent", "12.5%", "0.125"),
    ("text", "date", "2025年1月31日", "2025-01-31"),
    ("text", "date", "年底", "!date.invalid"),
    ("text", "datetime", "2025-01-31 08:30", "2025-01-31T00:30:00Z"),
    ("text", "date_range", "2025-01-01至2025-01-31", {"start": "2025-01-01", "end": "2025-01-31"}),
    ("text", "address", "北京市朝阳区建国路", {"code": "110105", "names": ["北京市", "朝阳区"], "detail": "建国路"}),
    ("text", "choice", "甲", "a"),
    ("text", "choice", "丁", "!choice.unknown"),
    ("text", "yes_no", "是", True),
    ("text", "tags", "乙、甲", ["a", "b"]),
    ("text", "email", "A@Example.com", "A@example.com"),
    ("phone", "text", "010-62345678", "010-62345678"),
    ("serial", "text", "HT202511-0001", "HT202511-0001"),
    ("number", "text", "1200.5", "1200.5"),
    ("number", "money", "1200.5", "1200.5"),
    ("number", "money", "1200.555", "!number.places"),
    ("number", "integer", "12", 12),
    ("number", "integer", "12.5", "!number.not_whole"),
    ("number", "percent", "0.125", "0.125"),
    ("integer", "number", 12, "12"),
    ("integer", "money", 12, "12"),
    ("money", "number", "1200.55", "1200.55"),
    ("money", "text", "1200.55", "1200.55"),
    ("percent", "number", "0.125", "0.125"),
    ("percent", "text", "0.125", "12.5%"),
    ("date", "datetime", "2025-01-31", "2025-01-30T16:00:00Z"),
    ("date", "date_range", "2025-01-31", {"start": "2025-01-31", "end": "2025-01-31"}),
    ("date", "text", "2025-01-31", "2025-01-31"),
    ("choice", "multi_choice", "a", ["a"]),
    ("choice", "tags", "a", ["a"]),
    ("choice", "text", "a", "甲"),
    ("multi_choice", "choice", ["b"], "b"),
    ("multi_choice", "choice", ["a", "b"], "!choice.type"),
    ("multi_choice", "tags", ["a", "b"], ["a", "b"]),
    ("tags", "multi_choice", ["a"], ["a"]),
    ("tags", "multi_choice", ["新"], "!choice.unknown"),
    ("tags", "choice", ["b"], "b"),
    ("address", "text", {"code": "330103", "names": ["浙江省", "杭州市", "下城区"], "detail": "x"},
     "浙江省杭州市下城区x"),
    ("date_range", "text", {"start": "2025-01-01", "end": "2025-01-31"}, "2025-01-01 至 2025-01-31"),
    ("datetime", "date", "2025-01-30T16:00:00Z", "!convert.types"),
    ("subform", "text", [{"row_id": "r1", "amount": "1"}], "!convert.types"),
    ("yes_no", "text", True, "!convert.types"),
    ("text", "date", None, None),
    ("multi_choice", "choice", [], None),
]


def field(type: str) -> Any:
    more = NAMED if type in ("choice", "multi_choice", "tags") else {}
    return form_of(setup(type, **more)).fields["x"]


@pytest.mark.parametrize(("before", "after", "stored", "want"), ROWS)
def test_conversion(before: str, after: str, stored: Any, want: Any) -> None:
    target = field(after)
    found = converted(field(before), target, stored, zone=timezone(timedelta(hours=8)))
    if isinstance(want, str) and want.startswith("!"):
        assert isinstance(found, Problem)
        assert found.code == want[1:]
        told((found,))
        assert convertible(before, after) == (want != "!convert.types")
        return
    assert target.to_json(found) == want
    assert convertible(before, after)


def test_every_type_becomes_itself_and_declared_pairs_are_types() -> None:
    assert all(convertible(type, type) for type in FIELD_TYPES)
    assert {name for pair in ROADS for name in pair} <= set(FIELD_TYPES)
    assert not convertible("datetime", "date"), "a time of day would be lost"


KINDS = [t for t in FIELD_TYPES if t not in SILENT]
FIELDS = {type: field(type) for type in KINDS}


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(KINDS), st.sampled_from(KINDS), JSON, JSON)
def test_anything_stored_becomes_a_value_or_a_problem(before: str, after: str, stored: Any, copied: Any) -> None:
    found = converted(FIELDS[before], FIELDS[after], stored, copied)
    if isinstance(found, Problem):
        json.dumps(found.to_json()).encode("utf-8")
    else:
        target = FIELDS[after]
        packed = target.packed(found)
        assert target.to_json(target.restore(target.to_json(found), packed, AT)) == target.to_json(found)


class Nowhere:
    def find(self, of: str, id: str) -> None:
        raise AssertionError("a stored value is looked up")


AT = At(NOW, Nowhere())


def test_changed_setups_of_one_type() -> None:
    def pair(type: str, one: dict[str, Any], two: dict[str, Any], stored: Any, copied: Any = None) -> Any:
        before, after = (form_of(setup(type, **more)).fields["x"] for more in (one, two))
        found = converted(before, after, stored, copied)
        return found.code if isinstance(found, Problem) else after.to_json(found)

    assert pair("money", {}, {"currency": "USD"}, "5") == "convert.currency"
    assert pair("lookup", {}, {"source": {"of": {"form": "contract"}}}, "C1") == "convert.source"
    assert pair("user", {}, {"multiple": True}, "U1") == ["U1"]
    assert pair("user", {"multiple": True}, {}, ["U1"]) == "U1"
    assert pair("user", {"multiple": True}, {}, ["U1", "U2"]) == "staff.too_many"
    assert pair("choice", NAMED, {"options": ["b"]}, "a") == "choice.unknown"


OLD = form_of(
    setup("text", "amount"), setup("choice", "kind", **NAMED), setup("text", "fax"), setup("lookup", "customer"),
    setup("subform", "rows"), setup("integer", "days"),
)  # fmt: skip


def newer() -> Any:
    """amount became money under another key, kind takes several, fax is gone, days may be 30 at most."""
    body = [
        setup("money", "limit", "f_01"), setup("multi_choice", "kind", "f_02", **NAMED),
        setup("lookup", "customer", "f_04"), setup("subform", "rows", "f_05"),
        setup("integer", "days", "f_06", max="30"), setup("text", "fresh", "f_07"),
    ]  # fmt: skip
    return compile_form({"sections": [{"key": "main", "title": {"zh-CN": "主要"}, "fields": body}]})


def stored(amount: str, **more: Any) -> dict[str, Any]:
    raw = {"amount": amount, "kind": "a", "fax": "123", "customer": "C1", "rows": [{"amount": "1"}], "days": 60, **more}
    return answer(OLD, raw).to_json()


def test_answers_go_over_by_id_with_what_was_copied() -> None:
    new = newer()
    before = stored("12万")
    after, outcomes = upgraded(OLD, new, before)
    assert after["limit"] == "120000"
    assert after["kind"] == ["a"]
    assert after["rows"] == before["rows"]
    assert after["$copied"] == before["$copied"]
    assert "fax" not in after
    assert after["fresh"] is None
    assert {(o.id, o.fate) for o in outcomes} == {
        ("f_01", "converted"), ("f_02", "converted"), ("f_03", "removed"), ("f_04", "kept"), ("f_05", "kept"),
        ("f_06", "kept"),
    }  # fmt: skip
    assert Answers.from_json(new, after).to_json() == after


def test_a_preview_counts_fates_and_shows_what_would_be_lost() -> None:
    seen = {p.id: p for p in preview(OLD, newer(), [stored("5"), stored("很多"), stored("", fax=None)], now=NOW)}
    assert seen["f_01"].counts == {"kept": 1, "unreadable": 1, "empty": 1}
    assert (seen["f_01"].before, seen["f_01"].after) == (("amount", "text"), ("limit", "money"))
    (lost,) = seen["f_01"].examples
    assert lost.value == "很多"
    assert lost.problem is not None
    assert lost.problem.code == "number.invalid"
    assert seen["f_03"].after is None
    assert seen["f_03"].counts == {"removed": 3}
    assert [each.value for each in seen["f_03"].examples] == ["123", "123"]
    assert (seen["f_06"].counts, seen["f_06"].refused) == ({"kept": 3}, 3)
