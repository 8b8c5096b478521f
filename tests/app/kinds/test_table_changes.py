"""What differs between two decision tables: cell by cell, by column and row, alone and inside a scorecard."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app import gallery
from app.edge import change_sentences
from app.edge.locale import speaking
from app.kinds.changes import changes

CARD = gallery.read("scorecards/customer_rating")["body"]
TABLE: dict[str, Any] = {
    "hit_policy": "U",
    "inputs": [{"key": "grade", "label": {"zh-CN": "等级", "en": "Grade"}, "value": "grade"},
               {"key": "revenue", "label": {"zh-CN": "年收入", "en": "Revenue"}, "value": "revenue"}],
    "outputs": [{"key": "days", "label": {"zh-CN": "账期", "en": "Payment days"}, "type": "number"}],
    "rows": [{"id": "r1", "when": ['"A"', "-"], "then": ["60"]},
             {"id": "r2", "when": ['"B"', ">= 5000"], "then": ["30"]},
             {"id": "r3", "when": ['"B"', "< 5000"], "then": ["0"]}],
}  # fmt: skip


def edit(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    new = copy.deepcopy(TABLE)
    change(new)
    return new


def new_column(body: dict[str, Any]) -> None:
    body["inputs"].insert(0, {"key": "industry", "label": {"zh-CN": "行业", "en": "Industry"}, "value": "industry"})
    for row in body["rows"]:
        row["when"].insert(0, "-")
    body["rows"][1]["when"][0] = '"C"'


def columns_moved(body: dict[str, Any]) -> None:
    body["inputs"].reverse()
    for row in body["rows"]:
        row["when"].reverse()


CASES: list[tuple[Callable[[dict[str, Any]], object], list[tuple[str, str, str]]]] = [
    (lambda b: b["rows"][1]["when"].__setitem__(1, ">= 3000"),
     [("/rows/1/when/1", "规则行「第 2 行」 › 条件：年收入由 >= 5000 改为 >= 3000",
       "row no. 2 › condition: Revenue changed from >= 5000 to >= 3000")]),
    (lambda b: b["rows"][0]["then"].__setitem__(0, "90"),
     [("/rows/0/then/0", "规则行「第 1 行」 › 结果：账期由 60 改为 90",
       "row no. 1 › result: Payment days changed from 60 to 90")]),
    (lambda b: b.update(hit_policy="F"), [("/hit_policy", "命中策略由 U 改为 F", "hit policy changed from U to F")]),
    (lambda b: b["rows"].insert(1, {"id": "r9", "when": ["-", "-"], "then": ["1"]}),
     [("/rows/1", "新增规则行「第 2 行」", "row no. 2 added")]),
    (lambda b: b["rows"].pop(0), [("/rows/0", "删除规则行「第 1 行」", "row no. 1 removed")]),
    (lambda b: b["rows"].reverse(), [("/rows", "规则行的顺序有调整", " rows: order changed")]),
    (columns_moved, [("/inputs", "条件列的顺序有调整", " inputs: order changed")]),
    (new_column, [("/inputs/0", "新增条件列「行业」", "input Industry added"),
                  ("/rows/1/when/0", "规则行「第 2 行」 › 条件：新增行业 \"C\"",
                   "row no. 2 › condition: Industry added, \"C\"")]),
    (lambda b: b["outputs"][0].update(default="0"),
     [("/outputs/0/default", "结果列「账期」：新增默认 0", "output Payment days: default added, 0")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_changes_of_a_table(
    app: Flask, change: Callable[[dict[str, Any]], object], expected: list[tuple[str, str, str]]
) -> None:
    new = edit(change)
    found = changes(TABLE, new)
    labels = {**change_sentences.labels_of(TABLE), **change_sentences.labels_of(new)}
    assert [each.path for each in found] == [path for path, _, _ in expected]
    with app.app_context(), speaking("zh-CN"):
        assert [each.words for each in change_sentences.lines(found, labels)] == [zh for _, zh, _ in expected]
    with app.app_context(), speaking("en"):
        assert [each.words for each in change_sentences.lines(found, labels)] == [en for _, _, en in expected]


def test_a_table_of_a_scorecard_is_told_cell_by_cell_too() -> None:
    old, new = ({**CARD, "tables": [{"key": "terms", "table": each}]} for each in (TABLE, edit(CASES[0][0])))
    assert [each.path for each in changes(old, new)] == ["/tables/0/table/rows/1/when/1"]


def test_to_leave_unknown_rows_out_loosens() -> None:
    stop = edit(lambda b: b.update(on_unknown="stop"))
    skip = edit(lambda b: b.update(on_unknown="skip"))
    assert [each.way for each in changes(stop, skip)] == ["loosened"]
    assert [each.way for each in changes(skip, stop)] == ["tightened"]


cells = st.sampled_from(("-", "", '"A"', "> 5"))
row = st.fixed_dictionaries({
    "id": st.sampled_from(("r1", "r2", "r3")), "when": st.lists(cells, min_size=1, max_size=3),
    "then": st.lists(cells, min_size=1, max_size=2),
})  # fmt: skip
column = st.fixed_dictionaries({"key": st.sampled_from(("a", "b", "c"))})
table = st.fixed_dictionaries({
    "inputs": st.lists(column, max_size=3), "outputs": st.lists(column, max_size=2), "rows": st.lists(row, max_size=3),
})  # fmt: skip


@given(table, table)
def test_nothing_is_missed_but_empty_cells_of_a_column_that_came_or_went(old: Any, new: Any) -> None:
    assert changes(old, old) == []
    if not changes(old, new):
        assert old == new
