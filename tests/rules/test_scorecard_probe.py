"""What each name and formula of a Scorecard comes to for one customer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from rules import Cause, Invalid, Scorecard, rate
from rules.probe import probe
from tests.rules.cards import factor, label, small_card
from tests.rules.test_scorecard_tables import KNOWN
from tests.rules.test_scorecard_tables import card as tabled

NOW = datetime(2026, 1, 15, tzinfo=UTC)
def card() -> Scorecard:
    """A formula, a Factor with a text of its own, and a condition that reads the coverage."""
    return small_card(
        formulas=[{"key": "ratio", "text": "debt / assets", "type": "number"}],
        factors=[factor("F", "X", value=" ratio * 2 + 1"), factor("G", "Y", value="debt")],
        knockouts=[{"id": "K", "effect": "manual", "when": "flag and coverage_percent < 50", "label": label("K")}],
    )


def test_values_are_those_of_the_rating() -> None:
    facts = {"debt": Decimal(3), "assets": 4, "flag": False}
    found = probe(card(), facts, NOW)
    score = rate(card(), facts, NOW)
    assert score.trace is not None
    assert {name: each.value for name, each in found.names.items()} == dict(score.trace.values)
    assert found.names["ratio"].value == Decimal("0.75")
    assert {place: part.value for place, (_, part) in found.formulas.items()} == {
        "/formulas/0/text": Decimal("0.75"), "/factors/0/value": Decimal("2.50"), "/knockouts/0/when": False,
    }  # fmt: skip
    formula, part = found.formulas["/factors/0/value"]
    assert formula.text == " ratio * 2 + 1"
    assert formula.text[slice(*part.children[0].span)] == "ratio * 2"


def test_an_unknown_value_says_why_down_to_the_fact() -> None:
    stale = Cause("stale", "debt", params={"as_of": "2025-01-01"})
    found = probe(card(), {"debt": Decimal(3), "assets": Decimal(4)}, NOW, absent={"debt": stale})
    assert found.names["debt"].causes == (stale,)
    assert found.names["ratio"].causes == (stale,)
    assert found.names["F"].causes == (stale,)
    assert found.names["G"].causes == (stale,)
    assert [each.code for each in found.names["flag"].causes] == ["missing"]
    assert found.names["coverage_percent"].value == 0


def test_a_fault_that_stops_the_rating_is_looked_into() -> None:
    facts = {"debt": Decimal(3), "assets": Decimal(0), "flag": True}
    with pytest.raises(Invalid):
        rate(card(), facts, NOW)
    found = probe(card(), facts, NOW)
    assert found.names["ratio"].value is None
    assert [each.code for each in found.names["ratio"].causes] == ["zero_division"]
    assert [each.code for each in found.names["F"].causes] == ["zero_division"]
    assert "coverage_percent" not in found.names
    _, when = found.formulas["/knockouts/0/when"]
    assert when.value is None


def test_tables_are_names_too() -> None:
    found = probe(tabled(), KNOWN, NOW)
    score = rate(tabled(), KNOWN, NOW)
    assert score.trace is not None
    assert {name: each.value for name, each in found.names.items()} == dict(score.trace.values)
    causes = probe(tabled(), {}, NOW).names["earned"].causes
    assert {(each.code, each.field) for each in causes} == {("missing", name) for name in ("grade", "a", "b", "flag")}
