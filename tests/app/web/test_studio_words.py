"""Flows as trees, durations and intervals in words, and texts compared line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app import gallery, kinds
from app.edge.locale import speaking
from app.web.flow_tree import Item, tree_of
from app.web.studio_flow_words import duration_words, interval_words
from app.web.text_difference import difference


@pytest.fixture
def speaker(app: Flask) -> Iterator[Flask]:
    with app.test_request_context("/"):
        yield app


def ids(items: tuple[Item, ...]) -> list[Any]:
    return [
        f"→{item.step.id}" if item.jump else [item.step.id, *(ids(branch.items) for branch in item.branches)]
        if item.branches else item.step.id
        for item in items
    ]


def flow(steps: list[tuple[str, str]], routes: list[tuple[str, str, str | None]]) -> Any:
    more = {"approval": {"assign": [{"by": "superior"}], "on_empty": ["flow_admin"], "on_reject": {"do": "end"}}}
    choices = {name for name, kind in steps if kind == "choice"}
    return kinds.KINDS["flow"].compile({
        "steps": [{"id": name, "type": kind, **more.get(kind, {})} for name, kind in steps],
        "routes": [
            {"from": a, "to": b, **({"when": w} if w else {"default": True} if a in choices else {}), "order": n}
            for n, (a, b, w) in enumerate(routes)
        ],
    })


def test_the_tree_of_the_gallery() -> None:
    made = kinds.KINDS["flow"].compile(gallery.read("flows/credit_approval")["body"])
    assert ids(tree_of(made)) == [
        "start", "rate", ["gate", [], ["sales", "finance", ["choice", ["risk"], []]]], "tell", "done"
    ]  # fmt: skip


def test_branches_that_end_apart_and_ways_that_lead_back() -> None:
    steps = [("start", "start"), ("c", "choice"), ("a", "approval"), ("b", "approval"), ("e1", "end"), ("e2", "end")]
    routes = [("start", "c", None), ("c", "a", "x > 1"), ("c", "b", None), ("a", "e1", None), ("b", "e2", None)]
    apart = flow(steps, routes)
    assert ids(tree_of(apart)) == ["start", ["c", ["a", "e1"], ["b", "e2"]]]
    back = flow(
        [("start", "start"), ("a", "approval"), ("c", "choice"), ("e", "end")],
        [("start", "a", None), ("a", "c", None), ("c", "a", "again"), ("c", "e", None)],
    )
    assert ids(tree_of(back)) == ["start", "a", ["c", ["→a"], []], "e"]


def test_six_choices_inside_each_other() -> None:
    steps, routes = [("start", "start"), ("end", "end")], [("start", "c1", None)]
    for n in range(1, 7):
        steps += [(f"c{n}", "choice"), (f"a{n}", "approval")]
        following = f"c{n + 1}" if n < 6 else "end"
        routes += [(f"c{n}", f"a{n}", "x > 1"), (f"c{n}", "end", None), (f"a{n}", following, None)]
    assert str(ids(tree_of(flow(steps, routes)))).count("c") == 6  # type: ignore[arg-type]


def test_durations_and_intervals(speaker: Flask) -> None:
    with speaking("zh-CN"):
        assert [duration_words(text) for text in ("PT8H", "P2D", "P1DT2H30M", "PT15M", "?")] == [
            "8 小时", "2 天", "1 天2 小时30 分钟", "15 分钟", "?"
        ]  # fmt: skip
        assert [interval_words(text) for text in ("12m", "30d", "event", None)] == ["12 个月", "30 天", "有事件时", ""]


def test_texts_are_compared_line_by_line() -> None:
    found = difference("a\nb\nc\nd\ne\nf\ng\nh\n", "a\nb\nc\nd\nE\nf\ng\nh\n", around=1)
    assert [(line.old, line.new, line.sign, line.text) for line in found] == [
        (None, None, "…", ""), (4, 4, " ", "d"), (5, None, "−", "e"), (None, 5, "+", "E"), (6, 6, " ", "f")
    ]  # fmt: skip
    assert difference("a\n", "a\n") == []
