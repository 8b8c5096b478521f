"""The fixed order: unknown keys, who may write, reading, computing, showing, hiding, required and limits, checks."""

from __future__ import annotations

from typing import Any

import pytest

from forms import Answers, Form, assess
from tests.forms.build import NOW, People, answer, codes, form_of, refused, setup

MESSAGE = {"zh-CN": "合计不得超过额度", "en": "The total may not exceed the limit"}


def rule(id: str, effect: str, target: str, when: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "effect": effect, "target": target, "when": when, **more}


def test_everything_wrong_is_said_at_once_in_the_order_of_the_form() -> None:
    form = form_of(
        setup("text", "a", required=True), setup("number", "b", max="5"), setup("date", "c"), setup("text", "d")
    )
    problems = refused(form, {"zz": 1, "d": 5, "c": "x", "b": "6"})
    assert codes(problems) == [
        ("field.required", "/a"),
        ("number.max", "/b"),
        ("date.invalid", "/c"),
        ("text.type", "/d"),
        ("field.unknown", "/zz"),
    ]


@pytest.mark.parametrize("raw", [None, 5, "x", [], [["a", "b"]], True])
def test_answers_must_be_an_object(raw: Any) -> None:
    assert codes(refused(form_of(setup("text")), raw)) == [("answers.not_object", "")]


def test_unknown_keys_are_capped_and_made_harmless() -> None:
    raw = {f"k{n}": 1 for n in range(1000)} | {"a\ud800": 1, "b" * 10_000: 1}
    problems = refused(form_of(setup("text")), dict(reversed(raw.items())))
    assert len(problems) == 50
    assert all(len(p.path) < 80 for p in problems)
    assert "\ud800" not in str([p.path for p in problems])


# who may write ---------------------------------------------------------------------------------------------------


def test_a_write_outside_the_permission_is_refused_and_named() -> None:
    form = form_of(setup("money", "limit"), setup("text", "opinion"))
    stored = {"limit": "500", "opinion": None}
    assert codes(refused(form, {"limit": "600", "opinion": "好"}, stored=stored, writable={"opinion"})) == [
        ("field.not_editable", "/limit")
    ]
    assert codes(refused(form, {"limit": "junk"}, stored=stored, writable=())) == [("field.not_editable", "/limit")]


def test_a_value_equal_to_the_stored_one_is_no_write() -> None:
    form = form_of(setup("money", "limit"), setup("text", "opinion"))
    found = answer(form, {"limit": "５００元", "opinion": "好"}, stored={"limit": "500"}, writable={"opinion"})
    assert found.to_json() == {"limit": "500", "opinion": "好"}


def test_what_another_person_must_fill_is_not_asked_of_me() -> None:
    form = form_of(setup("text", "mine"), setup("text", "theirs", required=True))
    assert answer(form, {"mine": "a"}, writable={"mine"}).values == {"mine": "a", "theirs": None}
    assert codes(refused(form, {}, writable={"theirs"})) == [("field.required", "/theirs")]


def test_an_absent_key_keeps_its_stored_value_and_null_clears_it() -> None:
    form = form_of(setup("text", "a"), setup("text", "b"))
    stored = {"a": "甲", "b": "乙"}
    assert answer(form, {"a": None}, stored=stored).to_json() == {"a": None, "b": "乙"}


def test_the_value_of_a_computed_field_is_never_taken_from_outside() -> None:
    form = form_of(setup("number", "a"), setup("number", "b", compute="a * 2"))
    assert answer(form, {"a": "2", "b": "999"}).to_json() == {"a": "2", "b": "4"}
    assert answer(form, {"a": "2", "b": "junk"}, writable={"a"}).to_json() == {"a": "2", "b": "4"}


# computing -------------------------------------------------------------------------------------------------------


def test_computed_fields_settle_in_order_of_dependency_not_of_writing() -> None:
    form = form_of(setup("number", "c", compute="b + 1"), setup("number", "b", compute="a + 1"), setup("number", "a"))
    assert answer(form, {"a": "1"}).to_json() == {"c": "3", "b": "2", "a": "1"}


def test_a_default_fills_while_empty_and_yields_to_a_person() -> None:
    form = form_of(setup("number", "a"), setup("number", "b", compute="a * 2", mode="default"))
    assert answer(form, {"a": "2"}).to_json()["b"] == "4"
    assert answer(form, {"a": "2", "b": "7"}).to_json()["b"] == "7"
    assert answer(form, {"a": "5"}, stored={"a": "2", "b": "4"}).to_json()["b"] == "4"


def test_a_computed_value_that_does_not_fit_is_a_problem_unless_rounding_is_declared() -> None:
    plain = form_of(setup("number", "a"), setup("money", "b", compute="a / 3"))
    assert codes(refused(plain, {"a": "10"})) == [("compute.unfit", "/b")]
    rounded = form_of(setup("number", "a"), setup("money", "b", compute="a / 3", rounding="half_up"))
    assert answer(rounded, {"a": "20"}).to_json()["b"] == "6.67"


def test_a_null_that_comes_from_a_fault_keeps_its_cause() -> None:
    form = form_of(setup("number", "a"), setup("number", "b", compute="1 / a"))
    found = answer(form, {"a": "0"})
    assert found.values["b"] is None
    assert [cause.code for cause in found.causes["b"]] == ["zero_division"]


# showing and hiding ----------------------------------------------------------------------------------------------


def shown_when_big(**more: Any) -> Form:
    return form_of(
        setup("money", "limit"),
        setup("text", "why", required=True, min_length=3, **more),
        rules=[rule("r1", "show", "why", "limit > 100")],
    )


def test_a_hidden_required_field_does_not_block_and_is_not_validated() -> None:
    form = shown_when_big()
    found = answer(form, {"limit": "50"})
    assert found.hidden == {"why"}
    assert codes(refused(form, {"limit": "500"})) == [("field.required", "/why")]
    assert answer(form, {"limit": "50", "why": "x"}).values["why"] is None
    assert answer(form, {"limit": "50", "why": 5}).values["why"] is None
    assert codes(refused(form, {"limit": "500", "why": "x"})) == [("text.too_short", "/why")]


def test_what_hiding_clears_is_recorded() -> None:
    form = shown_when_big()
    stored = {"limit": "500", "why": "因为订单增加"}
    found = answer(form, {"limit": "50"}, stored=stored)
    assert found.to_json() == {"limit": "50", "why": None}
    assert found.cleared == {"why": "因为订单增加"}


def test_keep_keeps_the_value_while_hidden() -> None:
    form = shown_when_big(on_hide="keep")
    found = answer(form, {"limit": "50"}, stored={"limit": "500", "why": "因为订单增加"})
    assert (found.values["why"], found.hidden, found.cleared) == ("因为订单增加", frozenset({"why"}), {})
    assert answer(form, {"limit": "50", "why": 5}, stored={"why": "旧值"}).values["why"] == "旧值"


def test_recompute_goes_on_while_hidden_and_clear_stops_it() -> None:
    rules = [rule("r1", "show", "b", "a > 5")]
    kept = form_of(setup("number", "a"), setup("number", "b", compute="a * 2"), rules=rules)
    assert answer(kept, {"a": "2"}).values["b"] == 4
    cleared = form_of(setup("number", "a"), setup("number", "b", compute="a * 2", on_hide="clear"), rules=rules)
    assert answer(cleared, {"a": "2"}).values["b"] is None
    assert answer(cleared, {"a": "6"}).values["b"] == 12


def test_chained_rules_settle_in_one_pass() -> None:
    form = form_of(
        setup("number", "total", compute="if c = null then 0 else c"),
        setup("number", "c"),
        setup("number", "b"),
        setup("number", "a"),
        rules=[rule("r1", "show", "c", "b > 1"), rule("r2", "show", "b", "a > 1")],
    )
    raw = {"a": "2", "b": "2", "c": "2"}
    assert answer(form, raw).to_json()["total"] == "2"
    hidden = answer(form, {**raw, "a": "0"})
    assert hidden.hidden == {"b", "c"}
    assert hidden.to_json() == {"total": "0", "c": None, "b": None, "a": "0"}


def test_a_condition_that_is_unknown_neither_shows_nor_requires() -> None:
    form = form_of(
        setup("number", "a"),
        setup("text", "b"),
        setup("text", "c"),
        rules=[rule("r1", "show", "b", "a > 1"), rule("r2", "require", "c", "a > 1")],
    )
    assert answer(form, {}).hidden == {"b"}
    assert codes(refused(form, {"a": "2"})) == [("field.required", "/c")]


def test_several_show_rules_are_alternatives() -> None:
    form = form_of(
        setup("number", "a"),
        setup("text", "b"),
        rules=[rule("r1", "show", "b", "a > 10"), rule("r2", "show", "b", "a < 0")],
    )
    assert [answer(form, {"a": n}).hidden for n in ("11", "-1", "5")] == [frozenset(), frozenset(), {"b"}]


def test_an_unreadable_answer_is_unknown_to_formulas_and_said_once() -> None:
    form = form_of(
        setup("number", "a"),
        setup("number", "b", compute="a * 2"),
        checks=[{"id": "c1", "formula": "b < 10", "message": MESSAGE}],
    )
    assert codes(refused(form, {"a": "x"}, stored={"a": "2"})) == [("number.invalid", "/a")]


@pytest.mark.parametrize(
    ("type", "when", "yes", "no"),
    [
        ("text", 'contains(x, "公司")', "甲公司", "甲"),
        ("number", "x * 2 > 10", "5.1", "5"),
        ("integer", "x in [1..3]", "3", "4"),
        ("money", "x > 1000000", "100.01万", "100万"),
        ("percent", "x >= 0.3", "30%", "29.99%"),
        ("date", 'x < date("2025-01-31")', "2025-01-30", "2025-01-31"),
        ("date", "x <= today()", "2025-06-30", "2025-07-01"),
        ("yes_no", "x", "是", "否"),
        ("choice", 'x = "a"', "甲", "乙"),
        ("multi_choice", 'list contains(x, "b")', "甲、乙", "甲"),
        ("multi_choice", "count(x) = 0", [], ["a"]),
        ("credit_code", 'starts with(x, "914403")', "91440300MA5AL62RXF", "91330200MA8HPA65XA"),
        ("lookup", 'x.grade = "AA"', "C1", "C2"),
        ("lookup", "x.current_limit = null", "C2", "C1"),
        ("subform", "sum(x.amount) > 10", [{"amount": "6"}, {"amount": "5"}], [{"amount": "6"}]),
        ("subform", "some r in x satisfies r.amount > 10", [{"amount": "11"}], [{"amount": "6"}]),
    ],
)
def test_formulas_read_every_type(type: str, when: str, yes: Any, no: Any) -> None:
    form = form_of(setup(type), setup("text", "y"), rules=[rule("r1", "show", "y", when)])
    assert (answer(form, {"x": yes}).hidden, answer(form, {"x": no}).hidden) == (frozenset(), frozenset({"y"}))


@pytest.mark.parametrize(
    ("type", "compute", "want"),
    [
        ("text", 'string(a) + " 元"', "5 元"),
        ("integer", "a * 2", 10),
        ("percent", "a / 10", "0.5"),
        ("date", 'date("2025-01-31") + duration("P1D")', "2025-02-01"),
        ("yes_no", "a > 3", True),
        ("choice", 'if a > 3 then "a" else "b"', "a"),
        ("text", 'if a > 9 then "x" else null', None),
    ],
)
def test_formulas_compute_values_of_many_types(type: str, compute: str, want: Any) -> None:
    form = form_of(setup("number", "a"), setup(type, compute=compute))
    assert answer(form, {"a": "5"}).to_json()["x"] == want


# locking, options ------------------------------------------------------------------------------------------------


def test_a_locked_field_keeps_its_stored_value() -> None:
    form = form_of(setup("number", "a"), setup("text", "b"), rules=[rule("r1", "lock", "b", "a > 1")])
    stored = {"a": "2", "b": "旧"}
    assert codes(refused(form, {"b": "新"}, stored=stored)) == [("field.locked", "/b")]
    assert answer(form, {"b": "旧"}, stored=stored).values["b"] == "旧"
    assert answer(form, {"a": "0", "b": "新"}, stored=stored).values["b"] == "新"


def test_a_rule_narrows_the_options() -> None:
    form = form_of(
        setup("number", "a"),
        setup("choice", "b"),
        setup("multi_choice", "c"),
        rules=[rule("r1", "options", "b", "a > 1", options=["b"]), rule("r2", "options", "c", "a > 1", options=["a"])],
    )
    assert codes(refused(form, {"a": "2", "b": "a", "c": ["a", "b"]})) == [
        ("choice.not_offered", "/b"),
        ("choice.not_offered", "/c"),
    ]
    assert answer(form, {"a": "0", "b": "a"}).values["b"] == "a"
    found = assess(form, {"a": "2"}, now=NOW, lookups=People())
    assert dict(found.offered) == {"b": ("b",), "c": ("a",)}


# rows ------------------------------------------------------------------------------------------------------------


def rows_form() -> Form:
    columns = [
        setup("money", "amount", "f_91", required=True),
        setup("choice", "kind", "f_92"),
        setup("text", "other", "f_93", required=True),
        setup("money", "share", "f_94", compute="amount / 2"),
    ]
    return form_of(
        setup("money", "limit"),
        setup("subform", "rows", fields=columns, min_rows=1),
        setup("money", "total", compute="if count(rows) = 0 then 0 else sum(rows.share)"),
        rules=[
            rule("r1", "show", "rows.other", 'kind = "b"'),
            rule("r2", "require", "rows.kind", "amount > 10"),
            rule("r3", "lock", "rows.amount", "limit = 1"),
            rule("r4", "options", "rows.kind", "limit = 2", options=["b"]),
        ],
    )


def test_rows_have_rules_and_formulas_of_their_own() -> None:
    form = rows_form()
    found = answer(
        form, {"rows": [{"amount": "4", "kind": "a", "other": "x"}, {"amount": "8", "kind": "b", "other": "y"}]}
    )
    assert found.to_json()["total"] == "6"
    assert [r["other"] for r in found.values["rows"]] == [None, "y"]
    assert found.hidden == {"rows/r1/other"}
    assert found.cleared == {"rows/r1/other": "x"}


def test_row_problems_stand_at_their_cells() -> None:
    form = rows_form()
    assert codes(refused(form, {"rows": [{"amount": "20"}, {"kind": "b"}, {"amount": "5.555"}]})) == [
        ("number.places", "/rows/2/amount"),
    ]
    assert codes(refused(form, {"rows": [{"amount": "20"}, {"kind": "b"}]})) == [
        ("field.required", "/rows/0/kind"),
        ("field.required", "/rows/1/amount"),
        ("field.required", "/rows/1/other"),
    ]
    assert codes(refused(form, {})) == [("subform.too_few", "/rows")]


def test_row_locks_and_options() -> None:
    form = rows_form()
    stored = answer(form, {"rows": [{"amount": "4", "kind": "a"}]}).to_json()
    changed = {"rows": [{"row_id": "r1", "amount": "6"}]}
    assert codes(refused(form, {"limit": "1", **changed}, stored=stored)) == [("field.locked", "/rows/0/amount")]
    assert codes(refused(form, {"limit": "2", "rows": [{"amount": "6", "kind": "a"}]})) == [
        ("choice.not_offered", "/rows/0/kind")
    ]


# unique and checks -----------------------------------------------------------------------------------------------


def test_unique_is_asked_last_and_only_of_good_values() -> None:
    form = form_of(setup("text", "a", unique="form", max_length=3))
    seen: list[tuple[str, Any]] = []

    def taken(key: str, value: Any) -> bool:
        seen.append((key, value))
        return bool(value == "甲")

    assert codes(refused(form, {"a": "甲"}, taken=taken)) == [("field.not_unique", "/a")]
    assert answer(form, {"a": "乙"}, taken=taken).values["a"] == "乙"
    refused(form, {"a": "太长的值"}, taken=taken)
    assert seen == [("a", "甲"), ("a", "乙")]


def checked(**more: Any) -> Form:
    check = {"id": "c1", "formula": "a <= b", "message": MESSAGE, **more}
    return form_of(setup("number", "a"), setup("number", "b"), checks=[check])


def test_a_failed_check_says_its_own_message_at_its_field() -> None:
    (problem,) = refused(checked(field="b"), {"a": "2", "b": "1"})
    assert (problem.code, problem.path, problem.params["message"]) == ("check.failed", "/b", MESSAGE)


def test_an_unknown_check_is_a_problem_unless_it_says_pass() -> None:
    assert codes(refused(checked(), {"a": "2"})) == [("check.unknown", "")]
    assert answer(checked(on_null="pass"), {"a": "2"}).values["b"] is None


def test_a_warning_wants_a_tick_which_is_recorded() -> None:
    form = checked(severity="warn")
    raw = {"a": "2", "b": "1"}
    (problem,) = refused(form, raw)
    assert (problem.severity, problem.params["check"]) == ("warning", "c1")
    assert answer(form, raw, accepted=["c1"]).accepted == ("c1",)
    assert answer(form, {"a": "1", "b": "1"}, accepted=["c1"]).accepted == ()


def test_a_draft_is_not_asked_for_what_is_missing_but_for_what_is_wrong() -> None:
    form = form_of(
        setup("text", "a", required=True),
        setup("number", "b", max="5"),
        setup("subform", "c", min_rows=1),
        checks=[{"id": "c1", "formula": "b > 100", "message": MESSAGE}],
    )
    assert answer(form, {"b": "3"}, purpose="draft").values["a"] is None
    assert codes(refused(form, {"b": "x"}, purpose="draft")) == [("number.invalid", "/b")]
    assert codes(refused(form, {"b": "6"}, purpose="draft")) == [("number.max", "/b")]


# records ---------------------------------------------------------------------------------------------------------


def test_stored_values_that_are_no_longer_asked_are_never_dropped() -> None:
    form = form_of(setup("text", "a"), removed=[{"id": "f_77", "key": "fax", "type": "text", "last_version": 3}])
    stored = {"a": "甲", "fax": "021-1", "older": [1]}
    assert answer(form, {"a": "乙"}, stored=stored).to_json() == {"a": "乙", "fax": "021-1", "older": [1]}
    assert codes(refused(form, {"fax": "x"}, stored=stored)) == [("field.unknown", "/fax")]


def test_stored_answers_read_back_as_they_were() -> None:
    form = rows_form()
    found = answer(form, {"rows": [{"amount": "4", "kind": "a"}], "limit": "5"})
    again = Answers.from_json(form, found.to_json())
    assert (again.to_json(), again.facts()) == (found.to_json(), found.facts())


def test_a_live_check_reports_values_and_state_beside_the_problems() -> None:
    form = shown_when_big()
    found = assess(form, {"limit": "500"}, now=NOW, lookups=People())
    assert codes(found.problems) == [("field.required", "/why")]
    assert (found.answers.values["limit"], found.required) == (500, frozenset({"why"}))


def test_the_same_input_gives_the_same_output() -> None:
    form = rows_form()
    raw = {"rows": [{"amount": "4", "kind": "a"}, {"amount": "x"}], "zz": 1, "limit": "1e5"}
    assert refused(form, raw) == refused(form, dict(reversed(raw.items())))


def test_page_text_and_json_give_the_same_problems() -> None:
    form = form_of(setup("money", "a", max="10"), setup("integer", "b"), setup("date", "c"), setup("yes_no", "d"))
    page = {"a": "11", "b": "1.5", "c": "2025-02-30", "d": "maybe"}
    api = {"a": 11, "b": "1.5", "c": "2025-02-30", "d": "maybe"}
    assert refused(form, page) == refused(form, api)
    assert (
        answer(form, {"a": "9", "b": "1", "d": "true"}).to_json() == answer(form, {"a": 9, "b": 1, "d": True}).to_json()
    )
