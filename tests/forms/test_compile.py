"""A form body that cannot work is refused with every Problem at its place."""

from __future__ import annotations

from typing import Any

import pytest

from forms import compile_form
from rules import Invalid, Problem
from tests.forms.build import body_of, form_of, setup, told

WORD = {"zh-CN": "某项", "en": "Something"}


def found(body: Any) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as caught:
        compile_form(body)
    told(caught.value.problems)
    return caught.value.problems


def places(body: Any) -> list[tuple[str, str]]:
    return [(p.code, p.path) for p in found(body)]


F0 = "/sections/0/fields/0"
F1 = "/sections/0/fields/1"


@pytest.mark.parametrize("body", [None, 5, "x", [], True])
def test_a_body_is_an_object(body: Any) -> None:
    assert places(body) == [("form.not_object", "")]


@pytest.mark.parametrize(
    ("fields", "more", "want"),
    [
        ([setup("text", required=1)], {}, ("form.member_type", f"{F0}/required")),
        ([setup("text", colour="red")], {}, ("form.member_unknown", f"{F0}/colour")),
        ([setup("text", min="1")], {}, ("form.member_unknown", f"{F0}/min")),
        ([setup("telepathy")], {}, ("form.type_unknown", f"{F0}/type")),
        ([{**setup("text"), "label": {"en": "Only English"}}], {}, ("form.label_missing", f"{F0}/label/zh-CN")),
        ([{**setup("text"), "label": {"zh-CN": "  "}}], {}, ("form.label_missing", f"{F0}/label/zh-CN")),
        ([{k: v for k, v in setup("text").items() if k != "label"}], {}, ("form.label_missing", f"{F0}/label")),
        ([{k: v for k, v in setup("money").items() if k != "currency"}], {}, ("form.member_missing", f"{F0}/currency")),
        ([setup("text", key="9x")], {}, ("form.member_value", f"{F0}/key")),
        ([setup("text", key="if")], {}, ("form.key_reserved", f"{F0}/key")),
        ([setup("text", key="data")], {}, ("form.key_reserved", f"{F0}/key")),
        ([setup("text"), setup("text")], {}, ("form.duplicate_key", f"{F1}/key")),
        ([setup("text", min_length=9, max_length=3)], {}, ("form.bounds", f"{F0}/min_length")),
        ([setup("text", max_length=5000)], {}, ("form.member_size", f"{F0}/max_length")),
        ([setup("text", pattern="(?=a)b")], {}, ("form.pattern_unsupported", f"{F0}/pattern")),
        ([setup("text", pattern=r"(a)\1")], {}, ("form.pattern_unsupported", f"{F0}/pattern")),
        ([setup("text", pattern="(a{1000}){1000}")], {}, ("form.pattern_unsupported", f"{F0}/pattern")),
        ([setup("text", pattern="a" * 501)], {}, ("form.member_size", f"{F0}/pattern")),
        ([setup("number", min="5", max="3")], {}, ("form.bounds", f"{F0}/min")),
        ([setup("number", min="abc")], {}, ("form.member_value", f"{F0}/min")),
        ([setup("number", min=0.5)], {}, ("form.float", f"{F0}/min")),
        ([setup("number", min=float("nan"))], {}, ("form.float", f"{F0}/min")),
        ([setup("number", max=10**30)], {}, ("form.member_value", f"{F0}/max")),
        ([setup("number", step="0")], {}, ("form.step", f"{F0}/step")),
        ([setup("number", scale=13)], {}, ("form.member_size", f"{F0}/scale")),
        ([setup("number", rounding="half_up")], {}, ("form.rounding_input", f"{F0}/rounding")),
        ([setup("money", currency="yuan")], {}, ("form.member_value", f"{F0}/currency")),
        ([setup("date", max="2025-02-30")], {}, ("form.date", f"{F0}/max")),
        ([setup("date", max="tomorrow")], {}, ("form.member_value", f"{F0}/max")),
        ([setup("choice", options=[])], {}, ("form.member_size", f"{F0}/options")),
        ([setup("choice", options=["a", "a"])], {}, ("form.option_duplicate", f"{F0}/options/1")),
        ([setup("choice", options=["a", {"code": "b"}])], {}, ("form.label_missing", f"{F0}/options/1/label")),
        ([setup("choice", options=["a", 5])], {}, ("form.member_type", f"{F0}/options/1")),
        (
            [setup("choice", options=["a", {"code": "b", "label": {"zh-CN": "A"}}])],
            {},
            ("form.option_ambiguous", f"{F0}/options/1"),
        ),
        (
            [setup("choice", options=[{"code": "b", "label": WORD, "retired": True}])],
            {},
            ("form.options_retired", f"{F0}/options"),
        ),
        ([setup("multi_choice", min_items=5, max_items=2)], {}, ("form.bounds", f"{F0}/min_items")),
        ([setup("text", on_hide="recompute")], {}, ("form.not_computed", f"{F0}/on_hide")),
        ([setup("text", mode="always")], {}, ("form.not_computed", f"{F0}/mode")),
        ([setup("lookup", compute="1")], {}, ("form.compute_type", f"{F0}/compute")),
        ([setup("note", required=True)], {}, ("form.member_unknown", f"{F0}/required")),
        ([setup("subform", fields=[])], {}, ("form.member_size", f"{F0}/fields")),
        ([setup("subform", min_rows=9, max_rows=2)], {}, ("form.bounds", f"{F0}/min_rows")),
        (
            [setup("subform", fields=[setup("subform", "y", "f_50")])],
            {},
            ("form.type_unknown", f"{F0}/fields/0/type"),
        ),
        (
            [setup("subform", fields=[setup("text", "y", "f_50"), setup("text", "y", "f_51")])],
            {},
            ("form.duplicate_key", f"{F0}/fields/1/key"),
        ),
        (
            [setup("subform", fields=[setup("text", "y", "f_01")])],
            {},
            ("form.duplicate_id", f"{F0}/fields/0/id"),
        ),
        (
            [setup("subform", fields=[setup("text", "y", "f_50", unique="form")])],
            {},
            ("form.unique_column", f"{F0}/fields/0/unique"),
        ),
        ([setup("text")], {"sumary": []}, ("form.member_unknown", "/sumary")),
        ([setup("text")], {"summary": ["y"]}, ("form.summary_unknown", "/summary/0")),
        ([setup("note")], {"summary": ["x"]}, ("form.summary_unknown", "/summary/0")),
        (
            [setup("text")],
            {"removed": [{"id": "f_01", "key": "old", "type": "text", "last_version": 1}]},
            ("form.id_retired", f"{F0}/id"),
        ),
        (
            [setup("text")],
            {"rules": [{"id": "r1", "effect": "show", "target": "y", "when": "true"}]},
            ("form.target_unknown", "/rules/0/target"),
        ),
        (
            [setup("subform")],
            {"rules": [{"id": "r1", "effect": "show", "target": "x.y", "when": "true"}]},
            ("form.target_unknown", "/rules/0/target"),
        ),
        (
            [setup("note")],
            {"rules": [{"id": "r1", "effect": "require", "target": "x", "when": "true"}]},
            ("form.rule_effect", "/rules/0/effect"),
        ),
        (
            [setup("text")],
            {"rules": [{"id": "r1", "effect": "hide", "target": "x", "when": "true"}]},
            ("form.member_value", "/rules/0/effect"),
        ),
        (
            [setup("choice")],
            {"rules": [{"id": "r1", "effect": "options", "target": "x", "when": "true"}]},
            ("form.rule_options", "/rules/0/options"),
        ),
        (
            [setup("choice")],
            {"rules": [{"id": "r1", "effect": "options", "target": "x", "when": "true", "options": ["z"]}]},
            ("form.option_unknown", "/rules/0/options/0"),
        ),
        (
            [setup("text")],
            {"checks": [{"id": "c1", "formula": "true", "message": WORD, "field": "y"}]},
            ("form.target_unknown", "/checks/0/field"),
        ),
        ([setup("text")], {"checks": [{"id": "c1", "formula": "true"}]}, ("form.member_missing", "/checks/0/message")),
        (
            [setup("text")],
            {"checks": [{"id": "c1", "formula": "", "message": WORD}]},
            ("form.member_size", "/checks/0/formula"),
        ),
        ([setup("number", compute="x + 1")], {}, ("form.cycle", F0)),
    ],
)
def test_each_fault_at_its_place(fields: list[dict[str, Any]], more: dict[str, Any], want: tuple[str, str]) -> None:
    assert want in places(body_of(*fields, **more))
    assert len(found(body_of(*fields, **more))) == 1


def test_an_empty_section_is_refused() -> None:
    body = {"sections": [{"key": "a", "fields": []}]}
    assert places(body) == [("form.member_size", "/sections/0/fields")]
    assert ("form.member_missing", "/sections") in places({})


def test_sections_have_keys_of_their_own() -> None:
    body = body_of(setup("text"))
    body["sections"].append({"key": "main", "fields": [setup("text", "y", "f_50")]})
    assert places(body) == [("form.duplicate_key", "/sections/1/key")]


def test_a_cycle_is_shown_as_a_path() -> None:
    body = body_of(
        setup("number", "a", compute="b + 1"),
        setup("number", "b", compute="c + 1"),
        setup("number", "c", compute="a + 1"),
    )
    (problem,) = found(body)
    assert (problem.code, problem.params["cycle"]) == ("form.cycle", "a → b → c → a")


def test_a_cycle_through_a_show_rule_is_found() -> None:
    body = body_of(
        setup("number", "a"),
        setup("number", "b"),
        rules=[
            {"id": "r1", "effect": "show", "target": "a", "when": "b > 1"},
            {"id": "r2", "effect": "show", "target": "b", "when": "a > 1"},
        ],
    )
    (problem,) = found(body)
    assert (problem.code, problem.params["cycle"]) == ("form.cycle", "a → b → a")


def test_a_kept_field_may_be_named_in_its_own_show_rule() -> None:
    form_of(
        setup("number", "a", on_hide="keep"), rules=[{"id": "r1", "effect": "show", "target": "a", "when": "a = null"}]
    )


def test_rows_that_read_what_is_computed_from_them_are_a_cycle() -> None:
    columns = [setup("money", "amount", "f_50"), setup("money", "share", "f_51", compute="amount + total")]
    body = body_of(setup("subform", "rows", fields=columns), setup("money", "total", compute="sum(rows.amount)"))
    assert [code for code, _ in places(body)] == ["form.cycle"]


@pytest.mark.parametrize(
    ("text", "code"), [("x +", "syntax"), ("y > 1", "unknown_name"), ('x + "a"', None), ("x + 1", None)]
)
def test_formula_faults_have_place_and_span(text: str, code: str | None) -> None:
    body = body_of(setup("number"), rules=[{"id": "r1", "effect": "show", "target": "x", "when": text}])
    body["sections"][0]["fields"][0]["on_hide"] = "keep"
    problems = found(body)
    assert {p.path for p in problems} == {"/rules/0/when"}
    assert all(p.span is not None and 0 <= p.span[0] <= p.span[1] <= len(text) for p in problems)
    if code is not None:
        assert code in [p.code.rpartition(".")[2] for p in problems]


def test_all_problems_come_together() -> None:
    body = body_of(
        setup("text", "a", colour="red"),
        setup("number", "b", min="5", max="3"),
        setup("number", "c", compute="a + zz"),
        summary=["nothing"],
        rules=[{"id": "r1", "effect": "show", "target": "b", "when": "1 +"}],
    )
    assert {code.rpartition(".")[2] for code, _ in places(body)} >= {
        "member_unknown",
        "bounds",
        "summary_unknown",
        "unknown_name",
        "syntax",
    }
    # The broken field is still known by name, so that its fault does not look like another.
    assert not any(p.params.get("name") == "a" for p in found(body))


def test_limits_of_size() -> None:
    many = [setup("text", f"k{n}", f"f_{n:04d}") for n in range(301)]
    body = {"sections": [{"key": "a", "fields": many}]}
    assert places(body) == [("form.limit", "/sections")]
    columns = [setup("text", f"k{n}", f"g_{n:04d}") for n in range(31)]
    assert places(body_of(setup("subform", fields=columns))) == [("form.limit", f"{F0}/fields")]
    rules = [{"id": f"r{n}", "effect": "show", "target": "x", "when": "true"} for n in range(101)]
    assert places(body_of(setup("text"), rules=rules)) == [("form.limit", "/rules")]


def test_hostile_bodies_are_refused_quickly() -> None:
    deep: Any = "x"
    for _ in range(3000):
        deep = [deep]
    assert [code for code, _ in places({"sections": deep})] == ["form.too_large"]
    assert [code for code, _ in places({"sections": [0] * 70_000})] == ["form.too_large"]
    assert [code for code, _ in places(body_of(setup("text", help={"zh-CN": "x" * 5_000_000})))] == ["form.text_long"]
    assert [code for code, _ in places(body_of(setup("text", help={"zh-CN": "a\ud800"})))] == ["form.character"]
    long_name = places({"a" * 5_000_000: 1, "sections": []})
    assert ("form.member_unknown", "/" + "a" * 64) in long_name
    assert len(str(long_name)) < 1000
    assert len(found({"sections": [{"key": "a", "fields": [{}] * 5000}]})) < 1000


def test_a_plain_code_is_an_option() -> None:
    assert form_of(setup("choice", options=["CNY", "USD"])).fields["x"].display("USD", "en") == "USD"


def test_what_a_form_knows_about_itself() -> None:
    form = form_of(
        setup("text", "a", personal=True),
        setup("money", "b", material=True),
        setup("subform", "c", fields=[setup("email", "mail", "f_50", personal=True)]),
        setup("note", "d"),
        summary=["a", "b"],
    )
    assert (form.personal, form.material, form.summary) == (frozenset({"a", "c.mail"}), frozenset({"b"}), ("a", "b"))
    assert [f.key for f in form.asked] == ["a", "b", "c"]
    column = form.field("c.mail")
    assert column is not None
    assert column.type == "email"
    assert form.field("c.nothing") is None
    assert form.changed({"a": "1", "b": "2"}, {"a": "1", "b": "3"}) == {"b"}


def test_what_formulas_warn_of_does_not_block_and_is_kept() -> None:
    rules = [{"id": "r1", "effect": "require", "target": "y", "when": 'x = "zz"'}]
    form = form_of(setup("choice"), setup("text", "y"), rules=rules)
    assert {(p.path, p.severity) for p in form.warnings} == {("/rules/0/when", "warning")}


def test_the_example_of_the_specification_compiles() -> None:
    amount = {"id": "f_05", "key": "amount", "type": "money", "currency": "CNY", "required": True, "label": WORD}
    kinds = ["guarantee", "collateral", "deposit", "insurance"]
    total = "if count(guarantees) = 0 then 0 else sum(guarantees.amount)"
    form = compile_form(
        {
            "sections": [
                {
                    "key": "request",
                    "title": {"zh-CN": "申请信息", "en": "Request"},
                    "fields": [
                        {
                            "id": "f_01",
                            "key": "customer",
                            "type": "lookup",
                            "label": {"zh-CN": "客户", "en": "Customer"},
                            "required": True,
                            "source": {"of": "customer", "copy": ["grade", "current_limit"]},
                        },
                        {
                            "id": "f_02",
                            "key": "limit",
                            "type": "money",
                            "currency": "CNY",
                            "label": {"zh-CN": "申请额度", "en": "Limit"},
                            "required": True,
                            "min": "0.01",
                            "scale": 2,
                            "material": True,
                        },
                        {
                            "id": "f_06",
                            "key": "term_days",
                            "type": "integer",
                            "label": {"zh-CN": "账期", "en": "Days"},
                            "min": 0,
                            "max": 180,
                            "material": True,
                        },
                    ],
                },
                {
                    "key": "security",
                    "title": {"zh-CN": "担保", "en": "Security"},
                    "fields": [
                        {
                            "id": "f_03",
                            "key": "guarantees",
                            "type": "subform",
                            "max_rows": 50,
                            "on_hide": "clear",
                            "material": True,
                            "label": WORD,
                            "fields": [
                                amount,
                                {"id": "f_07", "key": "kind", "type": "choice", "options": kinds, "label": WORD},
                            ],
                        },
                        {
                            "id": "f_04",
                            "key": "total_guarantee",
                            "type": "money",
                            "currency": "CNY",
                            "compute": total,
                            "mode": "always",
                            "label": WORD,
                        },
                    ],
                },
                {
                    "key": "opinions",
                    "fields": [
                        {
                            "id": "f_08",
                            "key": "finance_opinion",
                            "type": "long_text",
                            "max_length": 2000,
                            "label": WORD,
                        }
                    ],
                },
            ],
            "rules": [
                {"id": "r1", "effect": "show", "target": "guarantees", "when": "limit > 1000000"},
                {"id": "r2", "effect": "require", "target": "guarantees", "when": "limit > 3000000"},
            ],
            "checks": [
                {
                    "id": "c1",
                    "formula": "total_guarantee <= limit * 2",
                    "severity": "error",
                    "on_null": "pass",
                    "message": {
                        "zh-CN": "担保总额不得超过申请额度的两倍",
                        "en": "Security may not exceed twice the limit",
                    },
                }
            ],
            "summary": ["customer", "limit", "term_days"],
            "removed": [{"id": "f_09", "key": "fax", "type": "text", "last_version": 6}],
        }
    )
    assert form.material == {"limit", "term_days", "guarantees"}
    assert form.removed[0].key == "fax"
