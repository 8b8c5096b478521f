"""A decision table being written is looked through however unfinished it is; nothing is told of what was filled in."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from typing import Any

import pytest

from app import gallery
from rules import Invalid, Scope, compile_table
from rules.scorecard_draft import draft_problems as card_problems
from rules.table_draft import HOLE, draft_problems, readable, repaired

Body = dict[str, Any]


def terms() -> Body:
    return copy.deepcopy(gallery.read("tables/payment_terms")["body"])


def told(change: Callable[[Body], object]) -> list[tuple[str, str]]:
    body = terms()
    change(body)
    return [(problem.code, problem.path) for problem in draft_problems(body)]


def new_input(body: Body) -> None:
    """As a designer adds one: every row admits anything in it, and nothing else is filled in."""
    body["inputs"].append({"key": "input", "label": {"zh-CN": ""}, "value": ""})
    for row in body["rows"]:
        row["when"].append("-")


def new_output(body: Body) -> None:
    body["outputs"].append({"key": "output", "label": {"zh-CN": ""}})
    for row in body["rows"]:
        row["then"].append("")


CASES: list[tuple[Callable[[Body], object], list[tuple[str, str]]]] = [
    (lambda body: None, []),
    # A cell with a fault hides neither the overlap of others nor a gap; its own row is left out of both.
    (lambda body: (body["rows"][0]["then"].__setitem__(0, ""), body["rows"][3]["when"].__setitem__(1, '"F", "C"')),
     [("schema.too_short", "/rows/0/then/0"), ("table.overlap", "/rows/3")]),
    (lambda body: (body["rows"][8]["when"].__setitem__(1, "制造"), body["rows"].pop(5)),
     [("table.unquoted", "/rows/7/when/1"), ("table.gap", "/rows")]),
    # Whether a row whose grade cannot be read fills the gap is not known: nothing is said of it.
    (lambda body: (body["rows"][8]["when"].__setitem__(0, "B级"), body["rows"].pop(5)),
     [("table.unquoted", "/rows/7/when/0")]),
    (lambda body: (new_input(body), body["rows"].pop(5)),
     [("schema.too_short", "/inputs/3/label/zh-CN"), ("schema.too_short", "/inputs/3/value"), ("table.gap", "/rows")]),
    (new_output, [("schema.too_short", "/outputs/3/label/zh-CN"),
                  *sorted(("schema.too_short", f"/rows/{row}/then/3") for row in range(10))]),
    (lambda body: body["rows"][1].update(id="good_mfg", note={"zh-CN": ""}),
     [("schema.too_short", "/rows/1/note/zh-CN"), ("table.key_twice", "/rows/2/id")]),
    (lambda body: body["inputs"][0].update(allowed=["", '"AAA"']), [("schema.too_short", "/inputs/0/allowed/0")]),
    (lambda body: body["facts"][0].update(key=""),
     [("schema.pattern", "/facts/0/key"), ("schema.too_short", "/facts/0/key"),
      ("table.unquoted", "/inputs/0/value")]),
    (lambda body: body["rows"][4]["when"].pop(), [("table.width", "/rows/4/when")]),
    (lambda body: body.update(hit_policy="P") or [out.pop("allowed") for out in body["outputs"]],
     [("table.no_output_order", "/outputs")]),
    (lambda body: body["outputs"][0].update(default="soon"),
     [("feel.unknown_name", "/outputs/0/default"), ("table.default_partial", "/outputs/1"),
      ("table.default_partial", "/outputs/2")]),
    (lambda body: body.update(inputs=[]), [("schema.too_short", "/inputs")]),
    (lambda body: (body.update(hit_policy="X"), body["rows"][8]["when"].__setitem__(1, "制造")),
     [("schema.choice", "/hit_policy"), ("table.unquoted", "/rows/8/when/1")]),
    (lambda body: (body["facts"][0].update(odd=1), body["rows"][8]["when"].__setitem__(1, "制造")),
     [("schema.unknown_member", "/facts/0/odd"), ("table.unquoted", "/rows/8/when/1")]),
    (lambda body: (body["facts"][0].pop("key"), body["rows"][8]["when"].__setitem__(1, "制造")),
     [("schema.required", "/facts/0"), ("table.unquoted", "/inputs/0/value"), ("table.unquoted", "/rows/8/when/1")]),
    (lambda body: [body.pop(member) for member in ("hit_policy", "rows")],
     [("schema.required", ""), ("schema.required", "")]),
    # What cannot be added up hides nothing of the rows, as every finding of a row would be one of the sum too.
    (lambda body: (body.update(hit_policy="C+", outputs=body["outputs"][:1], examples=[]),
                   body["outputs"][0].update(type="string"), body["outputs"][0].pop("allowed", None),
                   [row.update(then=['"x"']) for row in body["rows"]],
                   body["rows"][1].update(when=body["rows"][0]["when"])),
     [("table.aggregate_type", "/outputs/0/type"), ("table.duplicate", "/rows/1")]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), CASES, ids=range(len(CASES)))
def test_a_fault_is_told_and_does_not_silence_what_stands_beside_it(
    change: Callable[[Body], object], expected: list[tuple[str, str]]
) -> None:
    assert sorted(told(change)) == sorted(expected)


def test_a_gap_stays_told_with_the_cells_of_a_row_for_it() -> None:
    body = terms()
    body["rows"][0]["then"][1] = ""
    body["rows"].pop(7)
    gap = next(problem for problem in draft_problems(body) if problem.code == "table.gap")
    assert gap.params["cells"] == ['"BB"', "-", "-"]


def test_rows_that_contradict_each_other_are_left_as_they_are() -> None:
    body = terms()
    body["rows"][3]["when"][1] = '"F", "C"'
    found = draft_problems(body)
    assert [problem.code for problem in found] == ["table.overlap"]
    assert repaired(body, found) is None


def test_what_compiles_is_told_as_the_compiler_tells_it() -> None:
    for change in (lambda body: body["rows"].pop(3), lambda body: body["rows"][5]["when"].__setitem__(2, "? < 10 * 5")):
        body = terms()
        change(body)
        try:
            found = list(compile_table({**body, "examples": []}).warnings)
        except Invalid as invalid:
            found = list(invalid.problems)
        assert draft_problems({**body, "examples": []}) == found


def test_a_table_is_readable_as_far_as_it_is_written() -> None:
    body = terms()
    body["rows"][0]["when"][0] = '"AAA'
    body["rows"][1]["then"][2] = ""
    made = readable(body)
    assert made is not None
    assert [len(made.rows), made.inputs[1].kind, made.rows[2].when[0].text] == [10, "string", '"A"']
    assert readable({**body, "inputs": []}) is None
    assert readable({}, Scope({})) is None


def test_an_input_that_is_always_null_is_no_fault_of_ours() -> None:
    for value in ("null", "[1..5]", "function(x) x", "{a: 1}", "[]"):
        body = terms()
        body["inputs"][2] = {"key": "order_amount", "value": value}
        codes = {problem.code for problem in draft_problems(body)}
        assert not any(code.startswith("schema.") for code in codes), value


def test_within_a_scorecard_a_broken_cell_hides_nothing_of_the_rest() -> None:
    card = copy.deepcopy(gallery.read("scorecards/customer_rating")["body"])
    table = terms()
    del table["facts"], table["examples"]
    for place, value in zip(table["inputs"], ('if FIN_DEBT > 0.5 then "A" else "D"', '"C"', "FIN_DEBT"), strict=True):
        place["value"] = value
    table["rows"][0]["then"][0] = ""
    table["rows"][3]["when"][1] = '"F", "C"'
    card["tables"] = [{"key": "", "label": {"zh-CN": "账期"}, "table": table}]
    card["factors"][0]["weight"] = "20"
    found = {(problem.code, problem.path) for problem in card_problems(card)}
    for expected in (
        ("schema.too_short", "/tables/0/key"), ("schema.too_short", "/tables/0/table/rows/0/then/0"),
        ("table.overlap", "/tables/0/table/rows/3"), ("weights.sum", "/dimensions/0"),
    ):  # fmt: skip
        assert expected in found
    assert not any(HOLE in str(problem.params) for problem in card_problems(card))


def changed(value: Any, chance: random.Random) -> Any:
    """A copy with one part gone or replaced by something odd."""
    if isinstance(value, dict) and value:
        name = chance.choice(list(value))
        rest = {key: each for key, each in value.items() if key != name}
        return rest if chance.random() < 0.3 else {**value, name: changed(value[name], chance)}
    if isinstance(value, list) and value and chance.random() > 0.15:
        at = chance.randrange(len(value))
        return [changed(each, chance) if index == at else each for index, each in enumerate(value)]
    return chance.choice(["", None, "-", "x", '"A"', "1", "null", [], {}, 3, "? > 3", "((("])


def test_nothing_that_stands_for_a_body_is_too_odd_to_be_told_about() -> None:
    chance = random.Random(7)
    for _ in range(300):
        body: Any = terms()
        for _ in range(chance.randint(1, 4)):
            body = changed(body, chance)
        if not isinstance(body, dict):
            continue
        for problem in draft_problems(body):
            assert HOLE not in f"{problem.path} {dict(problem.params)}"
        readable(body)
