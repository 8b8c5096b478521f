"""What-if runs: floats with a guard grade every customer as the exact function does, and say what a draft changes."""

from __future__ import annotations

import copy
import subprocess
import sys
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from threading import Thread
from typing import Any

import numpy as np
import pytest

from bench.reference_scorecard import customers, exact
from bench.scorecard_bodies import scorecard_body
from rules import Given, Invalid, Scorecard, compile_scorecard, rate, rate_many
from rules.whatif import FAILED, MISSING, UNGRADED, Columns, Count, compare, counted, grades, impact, spread
from rules.whatif.numbers import Number, Truth, add, divide, literal, near, place, rounded, times
from tests.rules.cards import NOW, D, factor, gallery_body, gallery_card, small_body, small_card
from tests.rules.test_scorecard_tables import card as tables_card


def columns(card: Scorecard, rows: list[dict[str, Any]], variants: list[str | None] | None = None) -> Columns:
    return Columns(range(len(rows)), {key: [row.get(key) for row in rows] for key in card.facts}, variants)


def letters(card: Scorecard, rows: list[dict[str, Any]], variants: list[str | None] | None = None) -> list[Any]:
    given = [Given(row, variant) for row, variant in zip(rows, variants or [None] * len(rows), strict=True)]
    return ["failed" if isinstance(each, Invalid) else each.final_grade for each in rate_many(card, given, NOW)]


def rated(
    card: Scorecard, rows: list[dict[str, Any]], variants: list[str | None] | None = None
) -> tuple[dict[str, list[int]], list[Decimal | None]]:
    """Places in the Bands by Factor, and totals, as the exact function has them."""
    given = [Given(row, variant) for row, variant in zip(rows, variants or [None] * len(rows), strict=True)]
    places: dict[str, list[int]] = {factor.key: [] for factor in card.factors}
    totals: list[Decimal | None] = []
    for each in rate_many(card, given, NOW):
        totals.append(None if isinstance(each, Invalid) else each.total)
        for at, key in enumerate(places):
            if isinstance(each, Invalid):
                places[key].append(FAILED)
            else:
                factor = each.factors[at]
                places[key].append((factor.band or 0) if factor.known else MISSING)
    return places, totals


def told(found: Any) -> list[Any]:
    return ["failed" if code == FAILED else found.of(row) for row, code in enumerate(found.codes)]


def gallery_rows(count: int) -> list[dict[str, Any]]:
    r, card = Random(11), gallery_card()
    rows = []
    for _ in range(count):
        row: dict[str, Any] = {}
        for key, fact in card.facts.items():
            values = {"boolean": r.random() < 0.03, "string": r.choice(["存续", "存续", "存续", "注销"])}
            number = r.choice((r.uniform(0, 1), r.uniform(0, 3), r.uniform(0, 120), r.randint(0, 6)))
            row[key] = values.get(fact.type, D(str(round(number, r.choice([0, 2, 4])))))
            if r.random() < 0.03:
                row[key] = None
        rows.append(row)
    return rows


def test_the_reference_workload_and_a_few_exact_rows() -> None:
    card = compile_scorecard(scorecard_body())
    rows = [exact(customer) for customer in customers(3_000)]
    found = grades(card, columns(card, rows), NOW)
    assert told(found) == letters(card, rows)
    assert 0 < found.exact < 60  # totals on a cut


def test_the_gallery_with_gaps_and_every_variant() -> None:
    card, rows = gallery_card(), gallery_rows(1_500)
    r = Random(2)
    variants = [r.choice([None, *card.variants]) for _ in rows]
    found = grades(card, columns(card, rows, variants), NOW, block=256)
    assert told(found) == letters(card, rows, variants)
    assert found.exact < len(rows) / 2
    assert set(told(found)) >= {"A", "B", "C", "D"}
    spots, totals = rated(card, rows, variants)
    assert {key: places.tolist() for key, places in found.places.items()} == spots
    assert [None if np.isnan(each) else D(f"{each:.2f}") for each in found.totals] == totals



def test_stored_values_read_as_the_product_reads_them() -> None:
    card = small_card(
        facts=[{"key": "a", "type": "number"}, {"key": "b", "type": "number"}, {"key": "since", "type": "date"}]
    )
    a = ["10", "4.999999999999", "5", None, "1e3", " 5", ".5", "5.", "１２", 7, 10**25, 1.5, True, "5\n", "-0", "--5",
         "0.1234567890123", "10.00000000000000000001"]  # fmt: skip
    b, since = ["12.5"] * len(a), ["2020-02-29"] * len(a)
    since[0] = "never"
    found = grades(card, Columns(list(a), {"a": a, "b": b, "since": since}, stored=True), NOW)
    assert told(found) == [
        "failed", "B", "A", "A", "failed", "failed", "failed", "failed", "failed", "A", "failed", "failed", "failed",
        "failed", "B", "failed", "failed", "failed",
    ]  # fmt: skip
    assert {p.code for problems in found.failed.values() for p in problems} == {
        "fact.not_a_date", "fact.not_a_number", "fact.too_large", "fact.float_given", "fact.type",
    }  # fmt: skip
    assert [p.path for p in found.failed[0]] == ["/since"]


def test_texts_that_may_not_be_stored_fail_and_unread_facts_are_looked_at() -> None:
    bands = {"kind": "set", "values": [{"value": "x", "points": "90"}], "otherwise": "10"}
    card = small_card(
        facts=[{"key": "a", "type": "string"}, {"key": "b", "type": "number"}, {"key": "odd", "type": "any"}],
        factors=[factor("a", "X", bands=bands), factor("b", "Y")],
    )  # fmt: skip
    stored = Columns("pqr", {"a": ["x", "x\x00", "y"], "b": ["10", "10", "10"]}, stored=True)
    assert told(grades(card, stored, NOW)) == ["A", "failed", "B"]
    given = {"a": ["x", 3, "x"], "b": [D("10")] * 3, "odd": [1.5, None, date(2020, 1, 1)]}
    found = grades(card, Columns("pqr", given), NOW)
    assert told(found) == ["failed", "failed", "A"] == letters(card, [
        {key: column[row] for key, column in given.items()} for row in range(3)
    ])  # fmt: skip


def test_floats_alone_would_miss_what_the_guard_catches() -> None:
    """0.1 + 0.2 is 0.3 in decimals and above it in binary."""
    card = small_card(
        facts=[{"key": "a", "type": "number"}, {"key": "b", "type": "number"}],
        formulas=[{"key": "both", "text": "a + b", "type": "number"}],
        factors=[
            factor("x", "X", value="both", bands={"kind": "steps", "match": "lte", "otherwise": "0",
                                                  "cuts": [{"edge": "0.3", "points": "100"}]}),
            factor("y", "Y", value="if both > 0.3 then 0 else 100", bands={"kind": "identity"}),
        ],
    )  # fmt: skip
    rows = [{"a": D("0.1"), "b": D("0.2")}, {"a": D("0.1"), "b": D("0.3")}]
    assert 0.1 + 0.2 > 0.3
    found = grades(card, columns(card, rows), NOW)
    assert told(found) == letters(card, rows) == ["A", "C"]
    assert found.exact == 1


def test_large_numbers_that_cancel_are_in_doubt() -> None:
    card = small_card(
        facts=[{"key": "a", "type": "number"}, {"key": "b", "type": "number"}],
        factors=[factor("x", "X", value="a - b", bands={"kind": "steps", "match": "gte", "otherwise": "0",
                                                        "cuts": [{"edge": "0.15", "points": "100"}]}),
                 factor("b", "Y")],
    )  # fmt: skip
    rows = [{"a": D(a), "b": D("9999999999.1")} for a in ("9999999999.25", "9999999999.2", "9999999999.3")]
    assert abs(9999999999.25 - 9999999999.1 - 0.15) > 1e-7  # a guard of 1e-9 alone would not see it
    found = grades(card, columns(card, rows), NOW)
    assert told(found) == letters(card, rows) == ["A", "B", "A"]
    assert found.exact == 1


def test_no_numbers_no_customers_and_columns_of_unequal_length() -> None:
    card = small_card()
    assert grades(card, Columns([], {"a": []}), NOW).codes.tolist() == []
    nothing = grades(card, Columns(["p"], {}), NOW)
    assert (nothing.codes.tolist(), nothing.of(0)) == ([UNGRADED], None)
    with pytest.raises(ValueError, match="unequal"):
        Columns(["p"], {"a": [D("1"), D("2")]})
    with pytest.raises(ValueError, match="unequal"):
        Columns(["p"], {"a": [D("1")]}, ["V", "V"])


def test_what_floats_cannot_do_is_rated_exactly() -> None:
    card = compile_scorecard(
        small_body(
            facts=[{"key": "a", "type": "number"}, {"key": "b", "type": "number"}, {"key": "since", "type": "date"}],
            formulas=[{"key": "age", "text": "(today() - since) / duration(\"P1D\")", "type": "number"}],
            factors=[factor("x", "X", value="age / 100"), factor("b", "Y")],
        )
    )  # fmt: skip
    rows = [{"a": D("1"), "b": D("6"), "since": date(2020 + n, 1, 1)} for n in range(6)]
    found = grades(card, columns(card, rows), NOW)
    assert (told(found), found.exact) == (letters(card, rows), 6)
    stored = Columns(range(6), {"b": ["6"] * 6, "since": [f"{2020 + n}-01-01" for n in range(6)]}, stored=True)
    assert told(grades(card, stored, NOW)) == told(found)


def test_a_variant_the_scorecard_does_not_have_is_its_default() -> None:
    card = small_card(variants=[{"key": "V", "weights": {"X": "100", "Y": "0"}},
                                {"key": "W", "weights": {"X": "0", "Y": "100"}}], default_variant="V")  # fmt: skip
    rows = [{"a": D("10"), "b": D("0")}] * 4
    found = grades(card, columns(card, rows, ["V", "W", "gone", None]), NOW)
    assert told(found) == ["A", "C", "A", "A"]


def test_tables_are_decided_once_for_what_they_can_tell_apart() -> None:
    """Texts, truth values, ranges, allowed values, two outputs under paths, sums; and rows without a decision."""
    card, r = tables_card(), Random(8)
    rows = [
        {
            "grade": r.choice(["A", "B", "B", "Z", None]), "flag": r.choice([True, False, None]),
            **{key: r.choice([D("4.9999999999"), D("5"), D("0"), D("5.5"), D("12"), D("30"), None]) for key in "ab"},
        }
        for _ in range(600)
    ]  # fmt: skip
    found = grades(card, columns(card, rows), NOW)
    assert told(found) == letters(card, rows)
    assert "failed" in told(found)
    whole = [row for row in rows if None not in row.values() and row["grade"] != "Z"]
    assert grades(card, columns(card, whole), NOW).exact < len(whole) / 2  # where `a * 2` is computed on an edge


# ---------------------------------------------------------------------------------------------- impact
def draft_of_gallery() -> Scorecard:
    """Stricter on debt, one more letter, one fewer rule."""
    body = copy.deepcopy(gallery_body())
    body["examples"] = []
    for each in body["factors"]:
        if each["key"] == "FIN_DEBT":
            each["bands"]["cuts"] = [{"edge": "0.1", "points": "100"}]
    grade = next(index for index, each in enumerate(body["grades"]) if each["key"] == "B")
    body["grades"][grade : grade + 1] = [{"key": "B+", "min": str(Decimal(body["grades"][grade]["min"]) + 5)},
                                         body["grades"][grade]]  # fmt: skip
    body["knockouts"] = body["knockouts"][1:]
    return compile_scorecard(body)


def test_the_impact_of_a_draft_is_that_of_rating_everybody_twice() -> None:
    published, draft, rows = gallery_card(), draft_of_gallery(), gallery_rows(800)
    ids = [f"C{number}" for number in range(len(rows))]
    rows[5]["FIN_DEBT"] = D("NaN")
    cols = Columns(ids, {key: [row.get(key) for row in rows] for key in published.facts})
    found = impact(published, draft, cols, NOW)
    before, after = letters(published, rows), letters(draft, rows)
    pairs = [tuple({None: "", "failed": None}.get(each, each) for each in pair)
             for pair in zip(before, after, strict=True)]  # fmt: skip
    assert found.matrix == {pair: pairs.count(pair) for pair in pairs}
    for pair in set(pairs):
        assert found.ids(*pair) == [each for each, own in zip(ids, pairs, strict=True) if own == pair]
    assert found.ids("AAA" if "AAA" in published.ladder.keys else "A", "D") is not None
    order = {letter: rank for rank, letter in enumerate(draft.ladder.keys)}
    known = [(order[a], order[b]) for a, b in pairs if a in order and b in order and a != b]
    assert (found.up, found.down) == (sum(b < a for a, b in known), sum(b > a for a, b in known))
    assert found.unchanged == sum(a == b for a, b in pairs)
    assert found.up + found.down + found.unchanged + found.other == len(rows)
    assert found.down > 0
    assert any("B+" in pair for pair in found.matrix)
    assert found.rows[: len(published.ladder.keys)] == published.ladder.keys
    assert found.columns[: len(draft.ladder.keys)] == draft.ladder.keys
    assert None in found.rows
    assert None in found.columns
    assert found.ids(None, None) == ["C5"]
    again = compare(grades(published, cols, NOW), grades(draft, cols, NOW), cols)
    assert (again.matrix, again.exact) == (found.matrix, found.exact)


def test_the_means_are_those_of_customers_scored_twice() -> None:
    published, draft = gallery_card(), draft_of_gallery()
    rows = [*gallery_rows(400), {}]
    found = impact(published, draft, columns(published, rows), NOW)
    pairs = list(zip(rated(published, rows)[1], rated(draft, rows)[1], strict=True))
    both = [(one, two) for one, two in pairs if one is not None and two is not None]
    assert found.both == len(both) < len(rows)
    means = [sum(each, Decimal(0)) / len(both) for each in zip(*both, strict=True)]
    assert found.means == tuple(each.quantize(D("0.01"), ROUND_HALF_UP) for each in means)
    nobody = impact(published, draft, columns(published, [{}]), NOW)
    assert (nobody.both, nobody.means) == (0, None)


def test_how_customers_spread_over_the_bands_and_which_turned_bad() -> None:
    whole = factor("b", "Y", bands={"kind": "identity"})
    card = small_card(factors=[factor("a", "X", missing={"points": "30"}), whole])
    values = [D("20"), D("10"), D("9.99"), None, D("5"), D("4"), "x"]
    rows = [{"a": value, "b": D("50")} for value in values]
    outcomes = np.array([0, 1, -1, 1, 0, -1, 1], np.int8)
    cols = columns(card, rows)
    found = spread(card, grades(card, cols, NOW), outcomes)
    edges = [D(cut["edge"]) for cut in small_body()["factors"][0]["bands"]["cuts"]]
    assert edges == [D("10"), D("5")], "the rows below are about these edges"
    assert found["a"].bands == (Count(2, 2, 1), Count(2, 1, 0), Count(1, 0, 0))
    assert found["a"].missing == Count(1, 1, 1), "known to be bad, though nobody knows the value"
    assert found["b"].bands == (Count(6, 4, 2),), "who cannot be rated is in no band"
    assert found["b"].missing == Count(0, 0, 0)
    assert counted(outcomes) == Count(7, 5, 3)


def test_a_letter_won_or_lost_is_neither_up_nor_down() -> None:
    before, after = small_card(), small_card(
        grades=[{"key": "A", "min": "70"}, {"key": "Z", "min": "0"}, {"key": "D", "min": None}]
    )  # fmt: skip
    cols = Columns("pq", {"a": [D("5"), D("10")], "b": [D("5"), D("10")]})
    found = impact(before, after, cols, NOW)
    assert (found.matrix, found.other, found.unchanged) == ({("B", "Z"): 1, ("A", "A"): 1}, 1, 1)
    assert found.rows == ("A", "B", "C", "D")


def test_columns_are_shared_by_threads() -> None:
    card, rows = gallery_card(), gallery_rows(400)
    cols = columns(card, rows)
    expected = letters(card, rows)
    found: list[Any] = []
    threads = [Thread(target=lambda: found.append(told(grades(card, cols, NOW, block=50)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


def test_without_numpy_rating_works_and_what_if_says_what_it_lacks() -> None:
    program = (
        "import sys; sys.modules['numpy'] = None\n"
        "import rules\n"
        "try:\n    import rules.whatif\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "rules.whatif needs NumPy" in done.stdout


# ---------------------------------------------------------------------------------------------- error bounds
def test_bounds_hold_over_random_chains() -> None:
    """Each operation's float lies within its stated bound of the exact decimal."""
    r = Random(4)
    from rules.feel.numbers import CONTEXT

    for _ in range(2_000):
        text = [str(round(10 ** r.uniform(-3, 8) * r.choice((1, -1)), r.randint(0, 5))) for _ in range(4)]
        floats = [Number(np.array([float(each)])) for each in text]
        decimals = [Decimal(each) for each in text]
        found, wanted = floats[0], decimals[0]
        for number, value in zip(floats[1:], decimals[1:], strict=True):
            match r.randrange(4):
                case 0:
                    found, wanted = add(found, number), CONTEXT.add(wanted, value)
                case 1:
                    found, wanted = add(found, number, -1), CONTEXT.subtract(wanted, value)
                case 2:
                    found, wanted = times(found, number), CONTEXT.multiply(wanted, value)
                case _:
                    if value:
                        found, wanted = divide(found, number), CONTEXT.divide(wanted, value)
        bound = 0 if found.error is None else found.error[0]
        assert abs(Decimal(float(found.values[0])) - wanted) <= Decimal(float(bound)) + abs(wanted) * Decimal("2.3e-16")


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down", "floor", "ceiling"])
def test_rounding_is_sure_or_says_so(mode: Any) -> None:
    from rules.figures import Rounding

    rounding = Rounding(2, mode)
    for text in ("84.805", "84.80499999", "-84.805", "0.005", "12", "12.345678", "-0.001", "99.999"):
        exactly = Decimal(text)
        found = rounded(Number(np.array([float(text)]), np.array([1e-12])), rounding)
        error = 0.0 if found.error is None else float(np.broadcast_to(found.error, 1)[0])
        wanted = float(rounding(exactly))
        assert found.values[0] == wanted or abs(found.values[0] - wanted) <= error


def test_facts_on_an_edge_are_sure_and_computed_numbers_there_are_not() -> None:
    edges = np.array([0.3, 5.0])
    index, doubt = place(Number(np.array([0.3, 5.0, 4.9])), edges, "right")
    assert (index.tolist(), doubt) == ([1, 2, 1], None)
    computed = add(Number(np.array([0.1, 2.0, 4.0])), Number(np.array([0.2, 3.0, 0.9])))
    index, doubt = place(computed, edges, "right")
    assert doubt is not None
    assert doubt.tolist() == [True, True, False]
    assert near(literal(D("0.3")), Number(np.array([0.3]))) is None
    with np.errstate(all="ignore"):
        zero = divide(Number(np.array([1.0, 1.0])), Number(np.array([0.0, 2.0])))
    assert zero.doubt is not None
    assert zero.doubt.tolist() == [True, False]
    assert isinstance(Truth(np.True_), tuple)


def test_one_customer_is_rated_alike_by_all_three() -> None:
    card, row = gallery_card(), gallery_rows(1)[0]
    assert told(grades(card, columns(card, [row]), NOW)) == [rate(card, row, NOW).final_grade]


# ---------------------------------------------------------------------------------------------- formulas, one by one
SIX = [{"key": key, "type": kind} for kind, keys in (("number", "ab"), ("string", "st"), ("boolean", "pq"))
       for key in keys]  # fmt: skip


def formula_rows() -> list[dict[str, Any]]:
    r = Random(6)
    numbers = [D("0"), D("1"), D("2.5"), D("-3"), D("40"), D("70"), D("99.995"), D("12.345"), None]
    return [
        {"a": r.choice(numbers), "b": r.choice(numbers), "s": r.choice(["A", "b", "B", "", None]),
         "t": r.choice(["A", "b"]), "p": r.choice([True, False, None]), "q": r.choice([True, False])}
        for _ in range(150)
    ]  # fmt: skip


VECTORS = [
    "a + b * 2 - 1", "a / b", "-a", "abs(a)", "min(a, b)", "max([a, b, 10])", "decimal(a, 2)", "floor(b)", "ceiling(b)",
    "round half up(a, 1)", "round down(a / 3, 2)", "if p then a else b", "if a > b and q then a else 50",
    'if s = "A" then 90 else a', 'if s = t then 90 else 10', 'if s != "A" then 20 else 80', "if p = true then a else b",
    "if p != q then 10 else 60", "if q = false then 10 else 60", "if not(p) then 10 else 60",
    "if a in (1, 40) then 9 else 60",
    "if a in [1..40) then 9 else 60", "if a in (< 1, > 40) then 9 else 60", 'if s in ("A", "b") then 9 else 60',
    'if s in ["A", "b"] then 9 else 60', "if a between 1 and b then 9 else 60", "if a = b then 9 else 60",
    "if (if q then p else q) then 10 else 60", 'if (if q then s else t) = "A" then 10 else 60',
    "if p or a > 3 then 10 else 60", "if a != 1 then 10 else 60", "if 1 < 2 then a else b", "7 / 0 + a", "12.3456",
    "if a in = 40 then 10 else 60",
]  # fmt: skip
EXCEL = ["=SUM(a,b)", "=MIN(a,b,3)", "=MAX(a,b)", "=ABS(a)", "=ROUND(a,1)", "=INT(a)", '=IF(s="a",10,60)', "=a+b%",
         "=IF(AND(q,a>1),a,b)", "=ROUNDUP(a,1)", "=TRUNC(b)"]  # fmt: skip
SLOWLY = ["modulo(a, 7)", "sum([1, a])", "round half up(a, -1)", 'string length(s)', 'if s < "B" then 1 else 60',
          'if a in [1..b] then 3 else number("60")', "count([a, b])", "a ** 2", "decimal(a, b)", "round up(a, 1)",
          "if q in (true) then 10 else 60", "[a][1]", "abs(n: a)", "(function(x) x)(a)", "max(a)", "{x: a}.x",
          "if p then a else null", "if (if p then q else null) then a else 1", "if [1] = [a] then 1 else 2",
          "if q = (a > 1 and null) then 1 else 2", "a + " + " + ".join(["b"] * 60),
          "if q in [true, false] then 1 else 2"]  # fmt: skip


@pytest.mark.parametrize(("text", "dialect"), [
    *((text, "feel") for text in [*VECTORS, *SLOWLY]), *((text, "excel") for text in EXCEL)
])  # fmt: skip
def test_each_formula_gives_the_grades_of_the_exact_function(text: str, dialect: str) -> None:
    card = small_card(
        facts=SIX, factors=[factor("x", "X", value=text, dialect=dialect, bands={"kind": "identity"}),
                              factor("b", "Y", value="b", missing={"points": "30"})],
    )  # fmt: skip
    rows = formula_rows()
    found = grades(card, columns(card, rows), NOW)
    assert told(found) == letters(card, rows)
    assert (found.exact == len(rows)) == (text in SLOWLY or text in ("7 / 0 + a", "=ROUNDUP(a,1)"))


@pytest.mark.parametrize("when", [
    "a > 1 and b > 1", "a > 1 or p", "p", "not(p)", "p = false", "p = q", "a = b", 's in ("A", "B")', "not(a > 1)",
    "not(a in [1..40])", "a / b > 1", "(a > 1) = q", "p and 1 / a > 0", "p or 1 / a > 0", "a between b and 50",
])  # fmt: skip
def test_each_condition_holds_for_the_same_customers(when: str) -> None:
    rule = {"id": "K1", "effect": "knock_out", "grade": "D", "when": when, "label": {"zh-CN": "K1"}}
    card = small_card(facts=SIX, knockouts=[rule])
    rows = formula_rows()
    found = grades(card, columns(card, rows), NOW)
    assert told(found) == letters(card, rows)
    assert found.exact < len(rows)
    assert "D" in told(found)
