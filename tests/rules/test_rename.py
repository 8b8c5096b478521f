"""A name of a formula is found through its tree: never in a text, a variable or another's member."""

from __future__ import annotations

import pytest

from rules.feel.rename import places_of, renamed
from rules.feel.tokens import Broken

FACTS = [
    ("limit > 3 and `limit` < 9", "L > 3 and L < 9"),
    ('list contains(tags, "limit") and x.limit > limit', 'list contains(tags, "limit") and x.limit > L'),
    ("for limit in xs return limit * 2", "for limit in xs return limit * 2"),
    ("for x in limit return x + limit", "for x in L return x + L"),
    ("{limit: 1, y: limit}.y + limit", "{limit: 1, y: limit}.y + L"),
    ("if limit = null then 0 else limit", "if L = null then 0 else L"),
    ("some limit in [1] satisfies limit > 0", "some limit in [1] satisfies limit > 0"),
    ("sum(rows[limit > 3].limit) + limit", "sum(rows[limit > 3].limit) + L"),
    ("for i in 1..limit return i + limit", "for i in 1..L return i + L"),
    ("for i in limit..9, limit in 1..i return limit", "for i in L..9, limit in 1..i return limit"),
    ("(function(limit) limit + x)(limit)", "(function(limit) limit + x)(L)"),
    ("{f: function(x) x + limit}.f(limit)", "{f: function(x) x + L}.f(L)"),
]
MEMBERS = [
    ("sum(rows.amount) + amount", "sum(rows.A) + amount"),
    ("count(rows[amount > amount2])", "count(rows[A > amount2])"),
    ("sum(for r in rows[amount > 1] return r.amount * x.amount)", "sum(for r in rows[A > 1] return r.A * x.amount)"),
    ("every r in rows satisfies r.`amount` > 0", "every r in rows satisfies r.A > 0"),
    ("sort(rows, function(a, b) a.amount < b.amount)[1].amount", "sort(rows, function(a, b) a.A < b.A)[1].A"),
    ("rows[item.amount = 1]", "rows[item.A = 1]"),
    ("(if x then rows else []).amount", "(if x then rows else []).A"),
]


@pytest.mark.parametrize(("text", "wanted"), FACTS)
def test_a_fact_under_another_name(text: str, wanted: str) -> None:
    assert renamed(text, places_of(text, "limit", hidden_in=["rows"]), "L") == wanted


@pytest.mark.parametrize(("text", "wanted"), MEMBERS)
def test_a_member_of_rows_under_another_name(text: str, wanted: str) -> None:
    assert renamed(text, places_of(text, "amount", "rows"), "A") == wanted


def test_inside_a_row_members_stand_by_their_bare_names() -> None:
    text = "amount * rate + sum(rows.amount)"
    assert renamed(text, places_of(text, "amount", "rows", inside=True), "A") == "A * rate + sum(rows.A)"


def test_a_text_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(Broken):
        places_of("limit >", "limit")
