"""Bands: every edge of the gallery's Scorecard to the smallest step, and each kind of Bands by itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import compile_scorecard, rate
from rules.bands import IdentityBands, LinearBands, Placed, StepBands, read_bands
from rules.facts import read_fact
from rules.scorecard import Fact
from tests.rules.cards import NOW, D, factor, found, gallery_body, gallery_card, small_body

STEP = Decimal("0.000000000001")

EDGES = [
    (item["key"], cut["edge"])
    for item in gallery_body()["factors"] if item["bands"]["kind"] == "steps"
    for cut in item["bands"]["cuts"]
]


def by_hand(bands: dict, value: Decimal) -> tuple[Decimal, int]:
    """The convention read literally: the first edge that matches wins, else `otherwise`."""
    for index, cut in enumerate(bands["cuts"]):
        edge = Decimal(cut["edge"])
        if (value >= edge) if bands["match"] == "gte" else (value <= edge):
            return Decimal(cut["points"]), index
    return Decimal(bands["otherwise"]), len(bands["cuts"])


@pytest.mark.parametrize(("key", "edge"), EDGES)
def test_every_edge_and_its_neighbours(key: str, edge: str) -> None:
    bands = next(item["bands"] for item in gallery_body()["factors"] if item["key"] == key)
    for value in (Decimal(edge) - STEP, Decimal(edge), Decimal(edge) + STEP):
        score = rate(gallery_card(), {key: value}, NOW)
        result = next(f for f in score.factors if f.key == key)
        assert (result.points, result.band) == by_hand(bands, value), value


def test_an_edge_belongs_to_the_better_band() -> None:
    debt = next(f for f in gallery_card().factors if f.key == "FIN_DEBT").bands
    cash = next(f for f in gallery_card().factors if f.key == "FIN_OCF_SALES").bands
    assert debt.place(D("0.40")).points == 100
    assert debt.place(D("0.40") + STEP).points == 80
    assert cash.place(D("0.10")).points == 100
    assert cash.place(D("0.10") - STEP).points == 80


@pytest.mark.parametrize(
    ("value", "points"), [("-5", "0"), ("0", "0"), ("61", "61"), ("82.5", "82.5"), ("100", "100"), ("100.01", "100")]
)
def test_identity_is_held_between_0_and_100(value: str, points: str) -> None:
    assert IdentityBands().place(D(value)) == Placed(D(points), None)


@pytest.mark.parametrize(("value", "points"), [("-1", "10"), ("0", "10"), ("5", "55"), ("10", "100"), ("11", "100")])
def test_linear_between_its_ends(value: str, points: str) -> None:
    bands = LinearBands((D("0"), D("10")), (D("10"), D("100")))
    assert bands.place(D(value)).points == D(points)


def test_linear_written_from_high_to_low_is_the_same_line() -> None:
    falling = {"kind": "linear", "from": {"value": "10", "points": "0"}, "to": {"value": "0", "points": "100"}}
    bands, problems = read_bands(falling, "lower")
    assert problems == []
    assert bands.place(D("2.5")).points == 75


def test_a_value_has_one_place_in_a_set() -> None:
    bands = {"kind": "set", "values": [{"value": x, "points": "1"} for x in ("x", "y", "x")], "otherwise": "0"}
    card = small_body(
        facts=[{"key": "a", "type": "string"}, "b"], factors=[factor("a", "X", bands=bands), factor("b", "Y")]
    )
    assert found(compile_scorecard, card) == [("band.value_twice", "/factors/0/bands/values/2/value")]


def test_set_bands_and_their_otherwise() -> None:
    body = {"kind": "set", "otherwise": "20", "values": [{"value": "A", "points": "100"}, {"value": "M",
        "points": "60"}]}
    bands, problems = read_bands(body, None)
    assert problems == []
    assert [bands.place(v) for v in ("A", "M", "a", "")] == [(100, 0), (60, 1), (20, 2), (20, 2)]


@given(
    edges=st.lists(st.decimals(-1000, 1000, places=3), min_size=1, max_size=8, unique=True),
    value=st.decimals(-1100, 1100, places=4),
    match=st.sampled_from(["gte", "lte"]),
)
def test_binary_search_equals_the_written_order(edges: list[Decimal], value: Decimal, match: str) -> None:
    edges.sort(reverse=match == "gte")
    points = [Decimal(i) for i in range(len(edges) + 1)]
    bands = {
        "match": match, "otherwise": str(points[-1]),
        "cuts": [{"edge": str(e), "points": str(p)} for e, p in zip(edges, points, strict=False)],
    }
    assert StepBands(match, tuple(edges), tuple(points)).place(value) == by_hand(bands, value)


@pytest.mark.parametrize(
    ("match", "band", "low", "high"),
    [("gte", 0, "10", None), ("gte", 1, "5", "10"), ("gte", 2, None, "5"),
     ("lte", 0, None, "5"), ("lte", 1, "5", "10"), ("lte", 2, "10", None)],
)
def test_limits_of_a_band_as_data(match: str, band: int, low: str | None, high: str | None) -> None:
    edges = (D("10"), D("5")) if match == "gte" else (D("5"), D("10"))
    bands = StepBands(match, edges, (D("100"), D("50"), D("0")))  # type: ignore[arg-type]
    assert bands.limits(band) == {"match": match, "from": low, "to": high}


@pytest.mark.parametrize(
    ("kind", "raw", "value", "code"),
    [
        ("number", "0.40", D("0.40"), None), ("number", 3, D("3"), None), ("number", "-0.05", D("-0.05"), None),
        ("number", None, None, None), ("number", 0.4, None, "fact.float_given"),
        ("number", float("nan"), None, "fact.float_given"), ("number", "NaN", None, "fact.not_a_number"),
        ("number", "1e5", None, "fact.not_a_number"), ("number", " 1", None, "fact.not_a_number"),
        ("number", "１２", None, "fact.not_a_number"), ("number", "", None, "fact.not_a_number"),
        ("number", "1.", None, "fact.not_a_number"), ("number", "1" * 40, None, "fact.too_large"),
        ("number", 10**20, None, "fact.too_large"), ("number", True, None, "fact.type"), ("number", [],
            None, "fact.type"),
        ("boolean", True, True, None), ("boolean", "true", None, "fact.type"), ("boolean", 1, None, "fact.type"),
        ("string", "存续", "存续", None), ("string", "0.5", "0.5", None), ("string", 5, None, "fact.type"),
        ("string", "x" * 2001, None, "fact.text_too_long"), ("string", "a\x00b", None, "fact.text_invalid"),
        ("string", "\ud800", None, "fact.text_invalid"), ("any", "0.5", D("0.5"), None), ("any", "A", "A", None),
        ("any", False, False, None), ("any", {}, None, "fact.type"), ("date", "2026-02-30", None, "fact.not_a_date"),
        ("date", "20260228", None, "fact.not_a_date"), ("date and time", "2026-02-28T08:00:00", None,
            "fact.not_a_date"),
    ],
)
def test_facts_are_read_exactly_or_refused(kind: str, raw: object, value: object, code: str | None) -> None:
    read, problem = read_fact(Fact("x", kind), raw, "/x")
    assert read == value
    assert (problem.code if problem else None) == code
    assert problem is None or problem.path == "/x"


def test_moments_are_read_as_utc() -> None:
    moment, problem = read_fact(Fact("t", "date and time"), "2026-02-28T16:00:00+08:00", "/t")
    assert problem is None
    assert moment.isoformat() == "2026-02-28T08:00:00+00:00"
    day, problem = read_fact(Fact("d", "date"), "2026-02-28", "/d")
    assert (day.isoformat(), problem) == ("2026-02-28", None)
