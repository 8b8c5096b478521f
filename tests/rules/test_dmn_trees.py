"""Random trees: written and read they are themselves, and none that can be written breaks compiling or evaluating."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules.dmn import Bkm, Decision, Drg, InputData, Item, Service, compile_drg, evaluate_all, read_dmn, write_dmn
from rules.dmn.expressions import (
    NOTHING,
    About,
    Binding,
    Child,
    Conditional,
    Conditions,
    Context,
    DecisionTable,
    Entry,
    Expression,
    Filter,
    FunctionDefinition,
    InputClause,
    Invocation,
    ListExpression,
    LiteralExpression,
    Loop,
    OutputClause,
    Relation,
    Rule,
    Variable,
)
from rules.dmn.tree import FunctionItem, Import, Requirement
from rules.dmn.vocabulary import MODEL
from rules.dmn.xml import Element
from rules.feel.values import Function

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
NAMES = st.sampled_from(["x", "y", "Total due", "资产负债率", "a-b", "in stock", "grade", "f"])
TEXTS = st.sampled_from(
    ["x", "x + 1", "[1, 2, 3]", '"A"', "null", "f(x)", "Total due", "{a: 1}", "资产负债率 > 1", "1 +", "", " x\n",
     "for i in [1,2] return i", "f", "date(\"2020-01-01\")", "x.y", "item", "partial", "grade", '< > & "', "true"]
)  # fmt: skip
TESTS = st.sampled_from(["-", "", "< 5", '"A","B"', "[1..3]", "not(1)", "? > 1", "1", "null", "x", ">", "30, 20, 10"])
KINDS = ["number", "string", "Any", "tA", "tB", "date", "dateTime", "nowhere", "list<number>"]
TYPES = st.none() | st.sampled_from(KINDS)
IDS = st.none() | st.sampled_from(["i1", "i2", "i3", "i4", "i5"])
KEPT = st.sampled_from([(), (Element("description", text="why", space=MODEL),)])
ABOUT = st.just(NOTHING) | st.builds(About, IDS, st.none() | st.just("label"), KEPT)
VARIABLES = st.builds(Variable, NAMES, TYPES, ABOUT)
LITERALS = st.builds(LiteralExpression, st.none() | TEXTS, TYPES, st.none() | st.just("urn:basic"), ABOUT)
CELLS = st.builds(Conditions, TESTS, TYPES, st.none(), ABOUT)


def tuples(of: st.SearchStrategy[Any], most: int = 3, least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, min_size=least, max_size=most).map(tuple)


OUTPUTS = st.builds(OutputClause, st.none() | NAMES, TYPES, st.none() | CELLS, st.none() | LITERALS)


@st.composite
def tables(draw: st.DrawFn) -> DecisionTable:
    wide, high = draw(st.integers(0, 2)), draw(st.integers(1, 2))
    policy = st.sampled_from(
        ["UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT", "NONSENSE"]
    )
    rule = st.builds(
        Rule,
        st.tuples(*[CELLS] * wide),
        st.tuples(*[LITERALS] * high),
        tuples(st.none() | st.just("note"), 1),
        ABOUT,
    )
    return DecisionTable(
        inputs=draw(st.tuples(*[st.builds(InputClause, LITERALS, st.none() | CELLS, ABOUT)] * wide)),
        outputs=draw(st.tuples(*[OUTPUTS] * high)),
        rules=draw(tuples(rule)),
        hit_policy=draw(policy),
        aggregation=draw(st.none() | st.sampled_from(["SUM", "COUNT", "MIN", "MAX"])),
        annotations=draw(tuples(st.none() | st.just("why"), 1)),
        orientation=draw(st.none() | st.just("CrossTable")),
        type_ref=draw(TYPES),
    )


def boxes(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    some = st.none() | inner
    child = st.builds(Child, some, st.none(), IDS)
    typed = st.builds(Child, some, TYPES, IDS)
    value = st.builds(Entry, st.none() | VARIABLES, some, ABOUT)
    rows = st.builds(ListExpression, tuples(inner), TYPES, ABOUT)
    return st.one_of(
        st.builds(Context, tuples(value), TYPES, ABOUT),
        st.builds(ListExpression, tuples(inner), TYPES, ABOUT),
        st.builds(Relation, tuples(VARIABLES), tuples(rows), TYPES, ABOUT),
        st.builds(Invocation, some, tuples(st.builds(Binding, VARIABLES, some)), TYPES, ABOUT),
        st.builds(
            FunctionDefinition, tuples(VARIABLES), some, st.sampled_from(["FEEL", "FEEL", "Java", "PMML"]), TYPES, ABOUT
        ),
        st.builds(Conditional, child, child, child, TYPES, ABOUT),
        st.builds(Filter, child, child, TYPES, ABOUT),
        st.builds(Loop, st.sampled_from(["for", "some", "every"]), NAMES, typed, child, TYPES, ABOUT),
    )


EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(LITERALS | tables(), boxes, max_leaves=8)
ITEMS: st.SearchStrategy[Item] = st.recursive(
    st.builds(
        Item, st.sampled_from(["tA", "tB", "part"]), TYPES, st.none() | CELLS, st.none() | CELLS,
        collection=st.booleans(),
    ),
    lambda inner: st.builds(
        Item, st.sampled_from(["tA", "tB", "a b"]), components=tuples(inner), collection=st.booleans()
    )
    | st.builds(Item, st.just("tF"), function=st.builds(FunctionItem, tuples(VARIABLES), TYPES, ABOUT)),
    max_leaves=4,
)  # fmt: skip
HREFS = st.sampled_from(["#i1", "#i2", "#i3", "#i4", "#i5", "#gone", "urn:n#i1", "urn:other#i1", ""])
NEEDS = st.builds(Requirement, st.sampled_from(["decision", "input", "knowledge"]), HREFS, ABOUT)
INFORMED = tuples(NEEDS).map(lambda found: tuple(sorted(found, key=lambda need: need.kind == "knowledge")))
KNOWING = tuples(st.builds(Requirement, st.just("knowledge"), HREFS, ABOUT))
LOGIC = st.builds(FunctionDefinition, tuples(VARIABLES), st.none() | EXPRESSIONS, st.just("FEEL"), TYPES, ABOUT)
ELEMENTS = st.one_of(
    st.builds(InputData, NAMES, st.none() | VARIABLES, ABOUT),
    st.builds(Decision, NAMES, st.none() | EXPRESSIONS, st.none() | VARIABLES, INFORMED, ABOUT),
    st.builds(Bkm, NAMES, st.none() | LOGIC, st.none() | VARIABLES, KNOWING, ABOUT),
    st.builds(Service, NAMES, tuples(HREFS), tuples(HREFS), tuples(HREFS), tuples(HREFS), st.none() | VARIABLES, ABOUT),
)
DRGS = st.builds(
    Drg,
    NAMES,
    st.just("urn:n"),
    tuples(ELEMENTS, 5),
    tuples(ITEMS),
    tuples(st.builds(Import, NAMES, st.just("urn:other"), st.just("urn:dmn"), st.none(), ABOUT), 1),
    language=st.none() | st.just("urn:basic"),
    about=ABOUT,
)
CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@settings(max_examples=150, deadline=None, suppress_health_check=CALM)
@given(DRGS)
def test_written_and_read_a_tree_is_itself(drg: Drg) -> None:
    text = write_dmn(drg)
    reading = read_dmn(text)
    assert reading.drg == drg
    assert reading.problems == ()
    assert write_dmn(reading.drg) == text


@settings(max_examples=150, deadline=None, suppress_health_check=CALM)
@given(DRGS)
def test_no_tree_breaks_compiling_or_evaluating(drg: Drg) -> None:
    model = compile_drg(drg)
    inputs = {"x": 3, "y": [1, 2], "Total due": "A", "grade": "A", "资产负债率": {"y": 1}}
    found = evaluate_all(model, inputs, NOW)
    again = evaluate_all(compile_drg(read_dmn(write_dmn(drg)).drg), inputs, NOW)
    assert {n: (plain(o.value), o.causes) for n, o in again.items()} == {
        n: (plain(o.value), o.causes) for n, o in found.items()
    }


def plain(value: Any) -> Any:
    """A value with functions as their parameters: two evaluations make two functions."""
    if isinstance(value, Function):
        return value.params
    if isinstance(value, list):
        return [plain(each) for each in value]
    return {key: plain(each) for key, each in value.items()} if isinstance(value, dict) else value
