"""Two public files of real customers through Scorecards as the studio writes them: 1,000 loans, 7,027 companies.

The bodies stand in tests/rules/real; the files lie beside the checkout (German credit and Polish companies, CC BY 4.0).
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from rules import Score, Scorecard, compile_scorecard, rate, rate_many
from rules.facts import read_facts
from rules.whatif import Columns, grades, impact
from tests.rules.cards import NOW
from tests.rules.naive import NoOpinion, rate_naively
from tests.shared import shared_path

FOLDER = Path(__file__).parent / "real"


class File(NamedTuple):
    """A file and what its Scorecard makes of it.

    digest  of all totals, so that not one digit moves unseen
    gaps    customers of whom something is not known
    """

    name: str
    path: str
    bad: Callable[[dict[str, str]], bool]
    grades: dict[str, int]
    digest: str
    gaps: int


FILES = [
    File("german_credit", "data/german_credit.csv", lambda row: row["creditability"] == "bad",
         {"A": 205, "B": 222, "C": 252, "D": 321}, "a317b48bc1b13656", 0),
    File("polish_companies", "data/polish_companies_year1.csv.gz", lambda row: row["bankrupt"] == "1",
         {"AA": 1568, "A": 1556, "BBB": 1585, "BB": 1255, "CCC": 1055, "D": 8}, "258f96de1756e285", 1873),
]  # fmt: skip


def body_of(file: File) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((FOLDER / f"{file.name}.json").read_text(encoding="utf-8"))
    return body


@cache
def card_of(name: str) -> Scorecard:
    return compile_scorecard(body_of(next(file for file in FILES if file.name == name)))


def rows_of(file: File) -> list[dict[str, str]]:
    path = shared_path(file.path)
    whole = path.read_bytes()
    text = (gzip.decompress(whole) if path.suffix == ".gz" else whole).decode("utf-8")
    return list(csv.DictReader(text.splitlines()))


def facts_of(file: File, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The Facts the Scorecard knows, read as the product reads them; an empty cell is unknown."""
    known = card_of(file.name).facts
    made = []
    for row in rows:
        values, problems = read_facts(known, {key: row[key] or None for key in known}, "")
        assert not problems
        made.append(values)
    return made


def scores_of(file: File, facts: list[dict[str, Any]]) -> list[Score]:
    scores = []
    for found in rate_many(card_of(file.name), facts, NOW):
        assert isinstance(found, Score)
        scores.append(found)
    return scores


def name_of(file: File) -> str:
    return file.name


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_customer_is_rated_and_not_a_digit_moves(file: File) -> None:
    facts = facts_of(file, rows_of(file))
    scores = scores_of(file, facts)
    assert Counter(score.final_grade for score in scores) == file.grades
    text = "\n".join(str(score.total) for score in scores)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == file.digest
    assert all(score.total is not None and 0 <= score.total <= 100 for score in scores)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_worse_grades_hold_a_larger_share_of_the_bad(file: File) -> None:
    rows = rows_of(file)
    letters = [score.final_grade for score in scores_of(file, facts_of(file, rows))]
    bad = Counter(letter for letter, row in zip(letters, rows, strict=True) if file.bad(row))
    whole = Counter(letters)
    shares = [bad[key] / whole[key] for key in card_of(file.name).ladder.keys]
    assert all(better < worse for better, worse in pairwise(shares)), shares


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_what_is_missing_is_named_and_lowers_coverage(file: File) -> None:
    facts = facts_of(file, rows_of(file))
    card = card_of(file.name)
    found = 0
    for given, score in zip(facts, scores_of(file, facts), strict=True):
        unknown = {key for key, value in given.items() if value is None}
        told = {cause.field for factor in score.factors for cause in factor.causes}
        assert told <= unknown
        read = {name for factor in card.factors for name in factor.names if name in card.facts}
        assert {key for key in unknown if key in read} <= told
        assert (score.coverage_percent < 100) == any(not factor.known for factor in score.factors)
        found += score.coverage_percent < 100
    assert found == file.gaps


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_traced_naive_and_what_if_agree_on_every_customer(file: File) -> None:
    facts = facts_of(file, rows_of(file))
    body, card = body_of(file), card_of(file.name)
    scores = scores_of(file, facts)
    for number, (given, score) in enumerate(zip(facts, scores, strict=True)):
        if number % 10 == 0:
            traced = rate(card, given, NOW)
            assert (traced.total, traced.factors, traced.final_grade) == (score.total, score.factors, score.final_grade)
        try:
            opinion = rate_naively(body, card, given)
        except NoOpinion:
            continue
        assert (opinion["total"], opinion["final"]) == (score.total, score.final_grade)
    columns = Columns(range(len(facts)), {key: [given[key] for given in facts] for key in card.facts})
    quick = grades(card, columns, NOW)
    assert [quick.of(row) for row in range(len(facts))] == [score.final_grade for score in scores]
    assert quick.exact < len(facts) / 50


def test_the_impact_of_a_stricter_draft_on_the_companies() -> None:
    file = FILES[1]
    rows, body = rows_of(file), body_of(file)
    body["grades"][1]["min"] = "70"
    stored = {key: [row[key] or None for row in rows] for key in card_of(file.name).facts}
    columns = Columns([row["company_id"] for row in rows], stored, stored=True)
    found = impact(card_of(file.name), compile_scorecard(body), columns, NOW)
    fallen = found.matrix["A", "BBB"]
    assert (found.up, found.down, found.unchanged) == (0, fallen, len(rows) - fallen)
    scores = scores_of(file, facts_of(file, rows))
    ids = [row["company_id"] for row, score in zip(rows, scores, strict=True)
           if score.final_grade == "A" and (score.total or 0) < Decimal(70)]  # fmt: skip
    assert found.ids("A", "BBB") == ids
