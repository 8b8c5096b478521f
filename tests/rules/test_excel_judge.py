"""The Excel dialect against what Excel's documentation says: formula, Facts, value, cause or Problem."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from rules import Formula, Invalid, Scope, ScopeEntry, compile_formula
from rules.feel.functions import ROWS
from rules.feel.printing import without_spans
from rules.feel.types import kind_of
from tests.rules.test_feel_formulas import expected, fact
from tests.rules.test_feel_formulas import table as feel_table

NOW = datetime(2026, 1, 15, 8, 30, tzinfo=UTC)
LEAST = 600


def judged() -> list[tuple[str, str, str]]:
    return feel_table("excel.csv")


def typed(values: Mapping[str, Any]) -> dict[str, ScopeEntry]:
    """The scope a form would give: each Fact with the type its value has."""
    found = {}
    for name, value in values.items():
        kinds = {kind_of(x) for x in value} if isinstance(value, list) else {kind_of(value)}
        kind = kinds.pop() if len(kinds) == 1 else "any"
        kind = "any" if kind in ("null", "context", "list") else kind
        found[name] = ScopeEntry(f"list<{kind}>" if isinstance(value, list) else kind)
    return found


def check(formula: Formula, values: Mapping[str, Any], wanted: str) -> None:
    outcome = formula.evaluate(values, NOW)
    if wanted.startswith("?"):
        code, _, field = wanted[1:].partition(" ")
        assert outcome.value is None
        assert outcome.causes[0].code == code
        assert not field or outcome.causes[0].field == field
        return
    assert outcome.causes == ()
    assert outcome.value == expected(wanted)
    assert type(outcome.value) is type(expected(wanted))


@pytest.mark.parametrize(("text", "facts", "value"), judged())
def test_row(text: str, facts: str, value: str) -> None:
    """Each row holds with typed Facts and with Facts of any type, and shows in both dialects."""
    values = {name: fact(x) for name, x in json.loads(facts).items()}
    if value.startswith("!"):
        with pytest.raises(Invalid) as caught:
            compile_formula(text, Scope(typed(values)), "excel")
        assert caught.value.problems[0].code == value[1:]
        assert all(p.span is not None and p.span[1] <= len(text) for p in caught.value.problems)
        return
    blank = compile_formula(text, Scope.open(values), "excel").names
    for entries in (typed(values), dict.fromkeys(values, ScopeEntry())):
        scope = Scope({**{name: ScopeEntry() for name in blank}, **entries})
        formula = compile_formula(text, scope, "excel")
        check(formula, values, value)
        excel, feel = formula._shown("excel"), formula.shown("feel")
        assert excel is not None
        assert excel.exact, excel.text
        assert feel is not None
        again = compile_formula(feel.text, scope)
        assert without_spans(again.tree) == without_spans(formula.tree)
        check(again, values, value)
        part = formula.trace(values, NOW)
        assert (part.value, [c.code for c in part.causes]) == (
            formula.evaluate(values, NOW).value, [c.code for c in formula.evaluate(values, NOW).causes]
        )  # fmt: skip


def test_the_table_is_long_and_names_every_function() -> None:
    rows = judged()
    assert len(rows) >= LEAST
    whole = " ".join(text.upper() for text, _, _ in rows)
    whole = whole.replace("（", "(")
    assert [name for name, row in ROWS.items() if row.dialect == "excel" and f"{name}(" not in whole] == []


def python_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return date(value.year, value.month, value.day) if hasattr(value, "year") else value


def test_another_implementation_agrees() -> None:
    """A second opinion over formulas without Facts, where that library is there at all."""
    if importlib.util.find_spec("formulas") is None:
        return
    parser = importlib.import_module("formulas").Parser()
    for text, facts, value in judged():
        plain = facts == "{}" and text.isascii() and not value.startswith(("!", "?", "@", "["))
        if not plain or any(word in text.upper() for word in ("TODAY", "NOW", "ISEMPTY", "SPLIT", "TEXT(", "ISBLANK")):
            continue
        theirs = parser.ast("=" + text.removeprefix("="))[1].compile()()
        ours = python_value(expected(value))
        if isinstance(ours, float):
            assert abs(float(theirs) - ours) < 1e-9, text
