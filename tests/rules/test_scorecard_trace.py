"""The Trace explains each number; rows, deltas and lifts are read off it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from rules import Cause, rate
from rules.explain import deltas, lifts, rows
from tests.rules.cards import GALLERY, NOW, D, factor, gallery_card, small_card
from tests.rules.test_scorecard_rate import FULL

C1: dict[str, Any] = {
    name: D(value) for name, value in {
        "FIN_OCF_SALES": "0.08", "FIN_DEBT": "0.45", "FIN_CURRENT": "1.80", "FIN_NPM": "0.07", "STA_YEARS": "12",
        "STA_TOP1": "0.60", "STA_CHANGES": "1", "REP_NEWS": "0", "REP_SUITS": "1", "TRX_FULFIL": "0.97", "TRX_DBT": "5",
        "CON_BREACH": "0", "CON_DELAY": "1", "EXT_SCORE": "82", "GRW_REV": "0.12",
    }.items()
}
C1 |= {name: FULL[name] for name in FULL if name not in C1} | {"tangible_net_worth": D("58000000")}


def nodes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [tree, *(node for child in tree.get("children", ()) for node in nodes(child))]


def test_the_tree_holds_every_number_of_the_worked_example() -> None:
    trace = rate(gallery_card(), C1, NOW, "MFG").trace
    assert trace is not None
    tree = trace.to_json()
    assert (tree["kind"], tree["value"], tree["model_grade"], tree["coverage_percent"]) == ("score",
        "84.80", "AA", "100.00")
    contributions = {n["id"]: n["contribution"] for n in tree["children"] if n["kind"] == "dimension"}
    assert contributions == {"FIN": "24.30", "STA": "8.70", "REP": "8.80", "TRX": "21.25",
        "CON": "13.65", "EXT": "4.10",
                             "GRW": "4.00"}
    debt = next(n for n in nodes(tree) if n.get("id") == "FIN_DEBT")
    assert debt == {
        "kind": "factor", "id": "FIN_DEBT", "path": "/factors/1", "value": "0.45",
        "band": {"index": 1, "match": "lte", "from": "0.4", "to": "0.55"}, "points": "80", "weight": "30",
        "share": "9.00", "contribution": "7.20", "lost": "1.80",
    }
    enforcement = next(n for n in nodes(tree) if n.get("id") == "K5")
    assert enforcement == {
        "kind": "ceiling", "id": "K5", "path": "/knockouts/4", "value": False, "grade": "B",
        "inputs": {"enforcement_amount": "0", "tangible_net_worth": "58000000"},
    }


def test_it_stays_small_and_is_plain_json() -> None:
    trace = rate(gallery_card(), C1, NOW, "MFG").trace
    assert trace is not None
    text = json.dumps(trace.to_json(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    assert len(text.encode()) <= 8 * 1024


def test_recomputing_gives_the_same_bytes_whatever_the_order_of_facts() -> None:
    backwards = dict(reversed(C1.items()))
    one, two = (rate(gallery_card(), facts, NOW, "SVC").trace for facts in (C1, backwards))
    assert one is not None
    assert two is not None
    assert json.dumps(one.to_json()) == json.dumps(two.to_json())


def test_hash_seed_changes_nothing() -> None:
    program = (
        "import json;from tests.rules.cards import NOW,gallery_card;from tests.rules.test_scorecard_trace import C1;"
        "from rules import rate;print(json.dumps(rate(gallery_card(),{**C1,'max_dpd':None},NOW).trace.to_json()))"
    )
    outputs = {
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=GALLERY.parents[1],
                       capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_without_trace_the_outcome_is_the_same() -> None:
    traced, bare = rate(gallery_card(), C1, NOW, "MFG"), rate(gallery_card(), C1, NOW, "MFG", trace=False)
    assert bare.trace is None
    assert (traced.factors, traced.dimensions, traced.hits, traced.total) == (bare.factors,
        bare.dimensions, bare.hits, bare.total)


def test_an_unknown_value_shows_its_cause() -> None:
    stale = Cause("stale", "FIN_DEBT", None, {"as_of": "2024-12-31"})
    trace = rate(gallery_card(), {**C1, "max_dpd": None, "EXT_SCORE": None}, NOW, absent={"FIN_DEBT": stale}).trace
    assert trace is not None
    by_id = {n.get("id"): n for n in nodes(trace.to_json())}
    assert by_id["FIN_DEBT"]["causes"] == [{"code": "stale", "params": {"as_of": "2024-12-31"}, "field": "FIN_DEBT"}]
    assert by_id["FIN_DEBT"]["value"] is None
    assert "share" not in by_id["FIN_DEBT"]
    assert by_id["EXT_SCORE"]["causes"][0]["code"] == "missing"
    assert by_id["K6"]["value"] is None
    assert by_id["K6"]["unknown"] == ["max_dpd"]
    assert "contribution" not in by_id["EXT"]


def test_formulas_show_their_inputs() -> None:
    card = small_card(
        facts=["b", "debt", "assets"], formulas=[{"key": "ratio", "text": "debt / assets"}],
        factors=[factor("a", "X", value="ratio * 2"), factor("b", "Y")],
    )
    trace = rate(card, {"debt": D("30"), "assets": D("10"), "b": None}, NOW).trace
    assert trace is not None
    formula, dimension, _ = trace.to_json()["children"]
    assert formula == {"kind": "formula", "id": "ratio", "path": "/formulas/0", "value": "3",
                       "inputs": {"assets": "10", "debt": "30"}}
    assert dimension["children"][0]["inputs"] == {"ratio": "3"}


def test_rows_read_a_fresh_and_a_stored_trace_alike() -> None:
    trace = rate(gallery_card(), C1, NOW, "MFG").trace
    assert trace is not None
    fresh = rows(trace)
    stored = rows(json.loads(json.dumps(trace.to_json())), gallery_card())
    assert fresh == stored
    assert len(fresh) == 15
    first = fresh[0]
    assert (first.factor, first.dimension, first.value, first.points, first.share, first.contribution, first.lost) == (
        "FIN_OCF_SALES", "FIN", "0.08", "80", "9.00", "7.20", "1.80"
    )
    assert first.label["zh-CN"] == "经营现金流/销售收入"
    assert rows(trace.to_json())[0].label == {}


def test_deltas_are_ordered_by_weighted_change() -> None:
    before = rate(gallery_card(), C1, NOW, "MFG").trace
    after = rate(gallery_card(), {**C1, "CON_BREACH": D("3"), "FIN_DEBT": D("0.38")}, NOW, "MFG").trace
    assert before is not None
    assert after is not None
    assert [(d.factor, d.points_before, d.points_after, d.change) for d in deltas(before, after)] == [
        ("CON_BREACH", "100", "0", "-10.5"), ("FIN_DEBT", "80", "100", "1.8"),
    ]


C2: dict[str, Any] = {**C1, **{
    name: D(value) for name, value in {
        "FIN_OCF_SALES": "0.02", "FIN_DEBT": "0.68", "FIN_CURRENT": "1.10", "FIN_NPM": "0.03", "STA_YEARS": "4",
        "STA_TOP1": "0.85", "STA_CHANGES": "2", "REP_NEWS": "2", "REP_SUITS": "3", "TRX_FULFIL": "0.93",
        "TRX_DBT": "18",
        "CON_BREACH": "1", "CON_DELAY": "3", "EXT_SCORE": "61", "GRW_REV": "0.03",
    }.items()
}}


def test_what_lifts_one_grade() -> None:
    found = lifts(gallery_card(), C2, NOW, "SVC")
    [cheapest] = found[0].moves
    assert (cheapest.factor, cheapest.value, cheapest.to, cheapest.gain) == ("CON_BREACH", 1, 0, 40)
    assert found[0].total == D("61.65")
    assert all(lift.grade == "BBB" and len(lift.moves) == 1 for lift in found)
    assert "STA_YEARS" not in {m.factor for lift in found for m in lift.moves}
    days = next(lift for lift in found if lift.moves[0].factor == "TRX_DBT")
    assert (days.moves[0].to, days.bands) == (7, 2)  # 18 → 15 alone does not suffice


def test_each_lift_is_true() -> None:
    for lift in lifts(gallery_card(), C2, NOW, "SVC"):
        moved = rate(gallery_card(), {**C2, **{m.factor: m.to for m in lift.moves}}, NOW, "SVC")
        assert (moved.total, moved.final_grade) == (lift.total, lift.grade)


def test_pairs_where_no_single_move_suffices() -> None:
    card = small_card(facts=["a", "b"], grades=[{"key": "A", "min": "90"}, {"key": "B", "min": "0"}])
    [lift] = lifts(card, {"a": D("5"), "b": D("5")}, NOW)
    assert [m.factor for m in lift.moves] == ["a", "b"]
    assert (lift.total, lift.grade, lift.bands) == (100, "A", 2)


@pytest.mark.parametrize("change", [{"dishonest_active": True}, {"max_dpd": Decimal(91)}])
def test_no_move_lifts_past_a_knock_out_or_ceiling(change: dict[str, Any]) -> None:
    assert lifts(gallery_card(), {**C1, **change}, NOW, "MFG") == ()


def test_nothing_to_lift() -> None:
    assert lifts(small_card(), {"a": 10, "b": 10}, NOW) == ()
    assert lifts(small_card(), {}, NOW) == ()


def test_lifts_through_a_formula_move_the_factor_itself() -> None:
    card = small_card(
        facts=["b", "debt", "assets"], formulas=[{"key": "ratio", "text": "debt / assets"}],
        factors=[factor("a", "X", value="ratio"), factor("b", "Y")],
        knockouts=[{"id": "K", "effect": "ceiling", "grade": "C", "when": "ratio < 5", "label": {"zh-CN": "K"}}],
    )
    [lift] = lifts(card, {"debt": D("1"), "assets": D("1"), "b": D("10")}, NOW)
    assert (lift.moves[0].factor, lift.moves[0].to, lift.grade) == ("a", 5, "A")


def test_lifts_over_identity_and_linear_bands() -> None:
    linear = {"kind": "linear", "from": {"value": "0", "points": "0"}, "to": {"value": "10", "points": "100"}}
    card = small_card(factors=[factor("a", "X", bands={"kind": "identity"}), factor("b", "Y", bands=linear)])
    found = lifts(card, {"a": D("60"), "b": D("5")}, NOW)
    assert {(lift.moves[0].factor, str(lift.moves[0].to)) for lift in found} == {("a", "85"), ("b", "10")}
