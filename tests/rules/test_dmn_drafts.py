"""Definitions of ours out of DMN models: they decide as the model does; what they cannot hold is named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules import Invalid, compile_scorecard, compile_table, rate
from rules.dmn import compile_drg, drafts_of, evaluate, export_scorecard, export_table, read_dmn, write_dmn
from rules.feel.operate import same
from rules.problem import errors
from tests.rules.cards import NOW, gallery_body, small_body
from tests.rules.test_dmn_export import CUSTOMERS, SPACE, TERMS, TERMS_FACTS, bodies
from tests.rules.test_dmn_models import cases, compiled


def test_each_table_of_a_model_is_a_draft_that_decides_the_same() -> None:
    model = compiled("hit_policies")
    drafts, _ = drafts_of(model)
    assert [draft.kind for draft in drafts] == ["table"] * 16
    compared = 0
    faulty = {}
    for draft in drafts:
        if errors(draft.problems):
            # Rows of this model contradict each other on purpose: its author has to say which one is meant.
            faulty[draft.name] = {p.code for p in errors(draft.problems)}
            continue
        table = compile_table(draft.body, analyse=False)
        if draft.name == "days of":
            assert table.evaluate({"grade of customer": "B"}, NOW).value == 30
            continue
        for inputs, _ in cases("hit_policies"):
            facts = {name: inputs.get(name) for name in table.facts}
            assert same(table.evaluate(facts, NOW).value, evaluate(model, draft.name, inputs, NOW).value), draft.name
            compared += 1
    assert compared == 60
    assert faulty == {"Unique": {"table.overlap"}, "Any": {"table.unequal"}, "Wrong type": {"table.cell_type"}}


def test_what_stays_behind_is_named() -> None:
    drafts, left = drafts_of(compiled("hit_policies"))
    assert [(p.code, p.path) for p in left] == [
        ("dmn.draft_logic", "/definitions/decision[Table in a function]"),
        ("dmn.draft_part", "/definitions/itemDefinition[tMode]"),
    ]
    drafts, left = drafts_of(compiled("services"))
    assert drafts == ()
    assert [(p.code, p.params["name"]) for p in left] == [
        ("dmn.draft_logic", "Limit"),
        ("dmn.draft_logic", "Grade"),
        ("dmn.draft_logic", "Payment days"),
        ("dmn.draft_logic", "Asked twice"),
        ("dmn.draft_logic", "Both asked"),
        ("dmn.draft_logic", "Mixed"),
        ("dmn.draft_part", "limit for"),
        ("dmn.draft_part", "both"),
        ("dmn.draft_part", "DMNDI"),
        ("dmn.draft_part", "Credit policy"),
        ("dmn.draft_part", "Limits"),
        ("dmn.draft_part", "textAnnotation"),
        ("dmn.draft_part", "association"),
        ("dmn.draft_part", "Limit things"),
        ("dmn.draft_part", "Bad debt"),
        ("dmn.draft_part", "Sales"),
    ]


CALLS = """<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="n" namespace="urn:n">
  <inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>
  <decision id="d" name="Ratio"><variable name="Ratio" typeRef="number"/>
    <informationRequirement><requiredInput href="#i"/></informationRequirement>
    <literalExpression><text>n / 2</text></literalExpression></decision>
  <decision id="t" name="Table"><informationRequirement><requiredDecision href="#d"/></informationRequirement>
    <knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>
    <decisionTable hitPolicy="FIRST">
      <input label="Ratio of  n"><inputExpression typeRef="number"><text>Ratio</text></inputExpression></input>
      <input><inputExpression><text>Ratio</text></inputExpression></input>
      <output label="Answer"/>
      <annotation name="row"/><annotation name="Why"/>
      <rule><inputEntry><text>&gt; 1</text></inputEntry><inputEntry/><outputEntry><text>{entry}</text></outputEntry>
        <annotationEntry><text>big</text></annotationEntry>
        <annotationEntry><text>too much</text></annotationEntry></rule>
      <rule><inputEntry><text>{cell}</text></inputEntry><inputEntry/><outputEntry/>
        <annotationEntry><text>big</text></annotationEntry></rule>
    </decisionTable></decision>
  <businessKnowledgeModel id="f" name="twice"><encapsulatedLogic><formalParameter name="x"/>
    <literalExpression><text>x * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
</definitions>"""


def drafts(entry: str, cell: str = "-") -> Any:
    return drafts_of(compile_drg(read_dmn(CALLS.format(entry=entry, cell=cell).encode()).drg))


def test_a_decision_a_table_needs_becomes_a_fact() -> None:
    (draft,), _ = drafts('"yes"')
    assert draft.body == {
        "facts": [{"key": "Ratio", "type": "number"}],
        "hit_policy": "F",
        "on_unknown": "skip",
        "inputs": [
            {"key": "Ratio", "value": "Ratio", "type": "number", "label": {"zh-CN": "Ratio of  n"}},
            {"key": "input 2", "value": "Ratio"},
        ],
        "outputs": [{"key": "Table", "label": {"zh-CN": "Answer"}}],
        "rows": [
            {"id": "r1", "when": ["> 1", "-"], "then": ['"yes"'], "note": {"zh-CN": "too much"}},
            {"id": "r2", "when": ["-", "-"], "then": ["null"]},
        ],
    }
    assert [(p.code, p.params["needs"]) for p in draft.problems] == [("dmn.draft_fact", "Ratio")]


def test_a_table_that_calls_a_function_is_no_draft() -> None:
    found, left = drafts("twice(Ratio)")
    assert found == ()
    assert ("dmn.draft_function", "Table") in [(p.code, p.params["name"]) for p in left]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('hitPolicy="FIRST"', 'hitPolicy="BEST"', "dmn.draft_policy"),
        ('name="n"><variable name="n"', 'name="a`b"><variable name="a`b"', None),
        ('href="#f"', 'href="#gone"', None),
        ("<text>Ratio</text>", f"<text>{'Ratio + ' * 20}Ratio</text>", None),
        ('<variable name="Ratio" typeRef="number"/>', '<variable name="Ratio" typeRef="nowhere"/>', None),
    ],
)
def test_odd_tables_are_drafts_or_a_reason(old: str, new: str, code: str | None) -> None:
    text = CALLS.format(entry='"yes"', cell="-").replace(old, new)
    found, left = drafts_of(compile_drg(read_dmn(text.encode()).drg))
    assert (code in {p.code for p in left}, len(found)) == ((True, 0) if code else (False, 1))
    for draft in found:
        assert errors(draft.problems) == ()
        compile_table(draft.body)


def test_a_name_that_no_key_can_be_is_a_reason() -> None:
    text = CALLS.format(entry='"yes"', cell="-").replace("Ratio", "R" * 70)
    found, left = drafts_of(compile_drg(read_dmn(text.encode()).drg))
    assert (found, [p.code for p in left if p.code == "dmn.draft_name"]) == ((), ["dmn.draft_name"])


def test_a_draft_keeps_what_is_wrong_with_it() -> None:
    (draft,), _ = drafts('"yes"', "&gt;")
    assert [p.path for p in errors(draft.problems)] == ["/rows/1/when/0"]
    with pytest.raises(Invalid):
        compile_table(draft.body)


def test_a_table_of_ours_comes_back() -> None:
    made = export_table(TERMS, "Terms", SPACE, {"zh-CN": "账期"})
    (draft,), left = drafts_of(compile_drg(read_dmn(write_dmn(made.drg)).drg))
    assert [p.code for p in left] == ["dmn.draft_part"]
    table, again = compile_table(TERMS), compile_table(draft.body)
    assert [row["id"] for row in draft.body["rows"]] == [row["id"] for row in TERMS["rows"]]
    for facts in TERMS_FACTS:
        assert same(again.evaluate(facts, NOW).value, table.evaluate(facts, NOW).value) is True
    second = export_table(draft.body, "Terms", SPACE)
    (third,), _ = drafts_of(compile_drg(second.drg))
    assert third.body == draft.body


def equal(body: dict[str, Any], customers: list[tuple[dict[str, Any], str | None]]) -> None:
    """A Scorecard written as DMN, read and made a draft again, rates these customers as before."""
    made = export_scorecard(body, "Card", SPACE)
    (draft,), left = drafts_of(compile_drg(read_dmn(write_dmn(made.drg)).drg))
    assert (draft.kind, errors(draft.problems), [p.code for p in left]) == ("scorecard", (), ["dmn.draft_part"])
    card, again = compile_scorecard(body), compile_scorecard(draft.body)
    for facts, variant in customers:
        first, second = (rate(each, facts, NOW, variant) for each in (card, again))
        assert (first.total, first.final_grade, first.coverage_percent) == (
            second.total, second.final_grade, second.coverage_percent,
        )  # fmt: skip
        assert [f.points for f in first.factors] == [f.points for f in second.factors]
        assert [hit.id for hit in first.hits] == [hit.id for hit in second.hits]
        assert first.alert == second.alert


def test_the_gallery_scorecard_comes_back() -> None:
    body = gallery_body()
    equal(body, [(dict(each.facts), each.variant) for each in compile_scorecard(body).examples])
    (draft,), _ = drafts_of(compile_drg(export_scorecard(body, "Card", SPACE).drg))
    assert [each["key"] for each in draft.body["factors"]] == [each["key"] for each in body["factors"]]
    bare = [{name: value for name, value in each["bands"].items() if name != "otherwise_note"} for each in
            body["factors"][:3]]  # fmt: skip
    for bands in bare:
        bands["cuts"] = [{"edge": cut["edge"], "points": cut["points"]} for cut in bands["cuts"]]
    assert [each["bands"] for each in draft.body["factors"]][:3] == bare, "all but the notes, which DMN cannot carry"
    assert draft.body["rounding"] == body["rounding"]
    assert draft.body["default_variant"] == body["default_variant"]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies(), st.lists(CUSTOMERS, min_size=1, max_size=3))
def test_random_scorecards_come_back(body: dict[str, Any], customers: list[dict[str, Any]]) -> None:
    equal(body, [(facts, None) for facts in customers])


def test_a_scorecard_changed_by_hand_is_read_as_tables() -> None:
    made = export_scorecard(gallery_body(), "Card", SPACE)
    text = write_dmn(made.drg).replace(b"count(counted) = 0 or", b"count(counted) = 0 and", 1)
    assert {draft.kind for draft in drafts_of(compile_drg(read_dmn(text).drg))[0]} == {"table"}
    text = write_dmn(made.drg).replace(b'name="Final grade"', b'name="Last grade"')
    found, left = drafts_of(compile_drg(read_dmn(text).drg))
    assert {draft.kind for draft in found} == {"table"}
    assert "dmn.draft_logic" in {p.code for p in left}


CHANGED: tuple[tuple[str, str, str], ...] = (
    ('name="Dimension weights"', 'name="Weights"', "table"),
    ('<column name="label" typeRef="string"/>', '<column name="text" typeRef="string"/>', "table"),
    ('<column name="factor" typeRef="string"/>', '<column name="indicator" typeRef="string"/>', "table"),
    ("<inputEntry>\n          <text>null</text>", "<inputEntry>\n          <text>not(1)</text>", "table"),
    ("<text>&gt;= 0.10</text>", "<text>&gt; 0.10</text>", "table"),
    ("<text>&gt;= 0.10</text>", "<text>&gt;= 1/10</text>", "table"),
    ("<text>&gt;= 0.10</text>", "<text>&lt;= 0.10</text>", "table"),
    ('= null then "weight ', '= null then "mass ', "table"),
    ("round half up(sum(for d in counted", "round down(sum(for d in counted", "scorecard"),
    ("sum(for d in counted return d.weight * d.points)", "100 + count(counted)", "table"),
    ('<text>"knock_out"</text>', '<text>upper case("knock_out")</text>', "table"),
)


@pytest.mark.parametrize(("old", "new", "kind"), CHANGED)
def test_a_scorecard_of_another_form_is_read_as_tables(old: str, new: str, kind: str) -> None:
    text = write_dmn(export_scorecard(gallery_body(), "Card", SPACE).drg).decode()
    assert old in text
    found, _ = drafts_of(compile_drg(read_dmn(text.replace(old, new, 1).encode()).drg))
    assert {draft.kind for draft in found} == {kind}


def test_a_scorecard_with_faults_is_none() -> None:
    made = write_dmn(export_scorecard(small_body(), "Card", SPACE).drg).decode()
    text = made.replace("<text>60</text>", "<text>61</text>", 1)
    assert text != made
    found, _ = drafts_of(compile_drg(read_dmn(text.encode()).drg))
    assert {draft.kind for draft in found} == {"table"}
