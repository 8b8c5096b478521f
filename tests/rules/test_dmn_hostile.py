"""Models made to cost: each ends in a value or a cause, soon, and never in an error of ours."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache

import pytest

from rules.dmn import (
    Bkm,
    Decision,
    Drg,
    InputData,
    Item,
    Service,
    boxed,
    compile_drg,
    evaluate,
    evaluate_all,
    read_dmn,
    write_dmn,
)
from rules.dmn.expressions import (
    About,
    Child,
    Conditional,
    Conditions,
    Context,
    DecisionTable,
    Entry,
    Expression,
    FunctionDefinition,
    InputClause,
    ListExpression,
    LiteralExpression,
    Loop,
    OutputClause,
    Rule,
    Variable,
)
from rules.dmn.tree import Requirement

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
SOON = 200
"""Reading, compiling and evaluating costs at most so many plain models; each takes a small part of it."""


@contextmanager
def soon(most: int = SOON) -> Iterator[None]:
    """What is done within is cheap, in processor time of this process beside that of a plain model.

    No clock on the wall: others may have the machine. No seconds: where lines are traced, all is slower alike.
    """
    least = plain_model()
    began = time.process_time()
    yield
    assert time.process_time() - began < most * least


@cache
def plain_model() -> float:
    """Seconds of the processor that a model of a hundred decisions costs, once everything has been used before."""
    for _ in range(2):
        began = time.process_time()
        model = compile_drg(read_dmn(write_dmn(long_chain(100))).drg)
        assert len(evaluate_all(model, {}, NOW)) == 100
        took = time.process_time() - began
    return took


def text(formula: str) -> LiteralExpression:
    return LiteralExpression(formula)


def needs(kind: str, *keys: str) -> tuple[Requirement, ...]:
    return tuple(Requirement(kind, f"#{key}") for key in keys)  # type: ignore[arg-type]


def only(expression: Expression) -> Drg:
    return Drg("n", "urn:n", (Decision("d", expression),))


def every_item(depth: int) -> Expression:
    """Loops within loops over a thousand items each."""
    body: Expression = text("i0 + 1")
    for level in range(depth):
        source = ListExpression(tuple(text(str(n)) for n in range(100)))
        body = Loop("for", f"i{level}", Child(source), Child(body))
    return body


def table(cell: str, entry: str) -> DecisionTable:
    rule = Rule((Conditions(cell),), (text(entry),))
    return DecisionTable((InputClause(text("1")),), (OutputClause(),), (rule,))


def calls_itself() -> Drg:
    body = Conditional(Child(text("n < 0")), Child(text("0")), Child(text("f(n + 1)")))
    bkm = Bkm("f", FunctionDefinition((Variable("n"),), body), about=About("f"))
    return Drg("n", "urn:n", (bkm, Decision("d", text("f(1)"), requirements=needs("knowledge", "f"))))


def long_chain(length: int = 1_500) -> Drg:
    chain = [
        Decision(f"d{n}", text(f"d{n - 1} + 1"), requirements=needs("decision", f"d{n - 1}"), about=About(f"d{n}"))
        for n in range(1, length)
    ]
    return Drg("n", "urn:n", (*reversed(chain), Decision("d0", text("0"), about=About("d0"))))


def long_circle() -> Drg:
    circle = [
        Decision(f"d{n}", text("1"), requirements=needs("decision", f"d{(n + 1) % 1_500}"), about=About(f"d{n}"))
        for n in range(1_500)
    ]
    return Drg("n", "urn:n", tuple(circle))


def chained_functions() -> Drg:
    functions = [
        Bkm(
            f"f{n}",
            FunctionDefinition((Variable("x"),), text(f"f{n + 1}(x)")),
            requirements=needs("knowledge", f"f{n + 1}"),
            about=About(f"f{n}"),
        )
        for n in range(2_000)
    ]
    last = Bkm("f2000", FunctionDefinition((Variable("x"),), text("x")), about=About("f2000"))
    return Drg("n", "urn:n", (*functions, last, Decision("d", text("f0(1)"), requirements=needs("knowledge", "f0"))))


def multiplying_types() -> Drg:
    """Each type holds ten of the one before: 10^40 parts if they were laid out."""
    items = [Item("t0", "number")]
    items += [Item(f"t{n}", components=tuple(Item(f"c{k}", f"t{n - 1}") for k in range(10))) for n in range(1, 40)]
    return Drg("n", "urn:n", (Decision("d", text("1"), Variable("d", "t39")),), tuple(items))


def wide_contexts() -> Drg:
    """Contexts of many entries of their own names, each of which sees all before it."""
    contexts = [Context(tuple(Entry(Variable(f"e{m}{n:03}"), text("1")) for n in range(700))) for m in range(2)]
    return Drg("n", "urn:n", tuple(Decision(f"d{n}", context) for n, context in enumerate(contexts)))


def services_in_circles() -> Drg:
    asks = Decision("d", text("s()"), requirements=needs("knowledge", "s"), about=About("d"))
    return Drg("n", "urn:n", (asks, Service("s", ("#d",), about=About("s"))))


def many_hits() -> Drg:
    """A table asked ten thousand times whose cells loop."""
    body = table("count(for i in 1..5000 return i) > ?", "count(for i in 1..5000 return i)")
    asked = text("for i in 1..10000 return f(i)")
    bkm = Bkm("f", FunctionDefinition((Variable("n"),), body), about=About("f"))
    return Drg("n", "urn:n", (bkm, Decision("d", asked, requirements=needs("knowledge", "f"))))


def many_copies() -> Drg:
    """A long list handed to a table again and again."""
    body = table("-", "count(list)")
    asked = text("for i in 1..10000 return f(list)")
    bkm = Bkm("f", FunctionDefinition((Variable("list"),), body), about=About("f"))
    made = Decision("list", text("for i in 1..9000 return i"), about=About("list"))
    decision = Decision("d", asked, requirements=(*needs("decision", "list"), *needs("knowledge", "f")))
    return Drg("n", "urn:n", (bkm, made, decision))


def kept_functions() -> Drg:
    """Functions made in a loop, each with a loop inside: the fuel is one for all of them."""
    made = Loop("for", "i", Child(text("[1..5000]")), Child(text("function(x) count(for k in 1..9000 return k)")))
    asked = text("for f in made return f(1)")
    decision = Decision("d", asked, requirements=needs("decision", "m"))
    return Drg("n", "urn:n", (Decision("made", made, about=About("m")), decision))


HOSTILE: tuple[tuple[Callable[[], Drg], str | None], ...] = (
    (calls_itself, "limit"),
    (chained_functions, "limit"),
    (lambda: only(every_item(6)), "limit"),
    (many_hits, "limit"),
    (many_copies, "limit"),
    (kept_functions, "limit"),
    (services_in_circles, "dmn.broken"),
)


@pytest.mark.parametrize(("make", "cause"), HOSTILE, ids=lambda found: getattr(found, "__name__", found))
def test_what_would_not_end_is_null_with_its_cause(make: Callable[[], Drg], cause: str) -> None:
    with soon():
        drg = make()
        model = compile_drg(read_dmn(write_dmn(drg)).drg)
        outcome = evaluate(model, "d", {}, NOW)
        assert outcome.value is None
        assert [each.code for each in outcome.causes] == [cause]


def test_a_long_chain_is_no_deep_recursion() -> None:
    model = compile_drg(long_chain())
    assert model.problems == ()
    assert evaluate(model, "d1499", {}, NOW).value == 1_499
    assert len(evaluate_all(model, {}, NOW)) == 1_500


def test_a_long_circle_is_one_finding_a_decision() -> None:
    with soon():
        model = compile_drg(long_circle())
        assert len(model.problems) == 1_500
        assert {p.code for p in model.problems} == {"dmn.cycle"}
        assert max(len(p.params["names"]) for p in model.problems) <= 400


def test_types_that_multiply_end_at_their_size() -> None:
    with soon():
        model = compile_drg(multiplying_types())
        assert {p.code for p in model.problems} == {"dmn.type_size"}
        assert [cause.code for cause in evaluate(model, "d", {}, NOW).causes] == ["type"]


def test_a_model_too_large_to_compile_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boxed, "MOST_WORK", 800_000)
    with soon():
        model = compile_drg(wide_contexts())
        assert [p.code for p in model.problems] == ["dmn.too_large"]
        assert evaluate(model, "d0", {}, NOW).value["e0699"] == 1
        assert [cause.code for cause in evaluate(model, "d1", {}, NOW).causes] == ["dmn.broken"]


def test_deep_boxes_are_evaluated() -> None:
    deep: Expression = text("x + 1")
    for _ in range(20):
        deep = Conditional(Child(text("true")), Child(deep), Child(text("0")))
    model = compile_drg(
        Drg("n", "urn:n", (InputData("x", about=About("x")), Decision("d", deep, requirements=needs("input", "x"))))
    )
    assert evaluate(model, "d", {"x": 2}, NOW).value == 3


def test_an_earlier_function_does_not_see_later_entries() -> None:
    function = FunctionDefinition((), text("late"))
    entries = (Entry(Variable("f"), function), Entry(Variable("late"), text("1")), Entry(None, text("f()")))
    assert evaluate(compile_drg(only(Context(entries))), "d", {}, NOW).value is None
    outer = Context((Entry(Variable("late"), text("2")), Entry(None, Context(entries))))
    assert evaluate(compile_drg(only(outer)), "d", {}, NOW).value == 2


def document(inner: str) -> bytes:
    space = "https://www.omg.org/spec/DMN/20230324/MODEL/"
    return f'<definitions xmlns="{space}" name="n" namespace="urn:n">{inner}</definitions>'.encode()


ENTRY = '<contextEntry><variable name="e{}"/><literalExpression><text>1</text></literalExpression></contextEntry>'
LARGE: tuple[tuple[str, str], ...] = (
    ("entries", f"<decision name='d'><context>{''.join(map(ENTRY.format, range(40_000)))}</context></decision>"),
    (
        "parameters",
        "<decision name='d'><functionDefinition>"
        + "".join(f'<formalParameter name="p{n}"/>' for n in range(90_000))
        + "<literalExpression><text>1</text></literalExpression></functionDefinition></decision>",
    ),
    (
        "types",
        "".join(f'<itemDefinition name="t{n}"><typeRef>t{n + 1}</typeRef></itemDefinition>' for n in range(20_000))
        + "".join(f'<inputData name="i{n}"><variable name="i{n}" typeRef="list&lt;u{n}>"/></inputData>'
                  for n in range(9_000))
        + "<decision name='d'><literalExpression><text>1</text></literalExpression></decision>",
    ),
    ("decisions", "".join(f"<decision name='d{n or ''}'/>" for n in range(50_000))),
    (
        "needs",
        "<inputData id='i' name='i'/><decision name='d'>"
        + "<informationRequirement><requiredInput href='#i'/></informationRequirement>" * 60_000
        + "<literalExpression><text>i</text></literalExpression></decision>",
    ),
)  # fmt: skip


@pytest.mark.parametrize("inner", [inner for _, inner in LARGE], ids=[name for name, _ in LARGE])
def test_large_documents_are_read_compiled_and_evaluated(inner: str) -> None:
    with soon(2 * SOON):
        model = compile_drg(read_dmn(document(inner)).drg)
        found = evaluate_all(model, {}, NOW)
        assert len(found) == sum(1 for node in model.nodes.values() if hasattr(node, "needs"))
