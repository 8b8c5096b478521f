"""What rating costs beside time a customer: a million of them, memory, compiling, what-if runs; each measured cold."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench.reference_scorecard import customers, exact
from bench.rules_engines import NOW
from bench.scorecard_bodies import scorecard_body
from rules import ScopeEntry, Scorecard, compile_formula, compile_scorecard, rate, rate_many
from rules.feel import Scope

TIMED = 10_000


def apart(measure: Callable[..., dict[str, float]], *arguments: Any) -> dict[str, float]:
    """What a function measures in a process of its own, where nothing is warm and peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(measure, arguments)


def _peak() -> float:
    """The most memory this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _given(count: int) -> Iterator[dict[str, Any]]:
    found = [exact(customer) for customer in customers(TIMED)]
    for at in range(count):
        yield found[at % TIMED]


def batch(count: int) -> dict[str, float]:
    """Processor seconds for a million customers one after the other on one core, the best fifth of the run; peak memory
    after all `count`."""
    card = compile_scorecard(scorecard_body())
    rows = list(_given(TIMED))
    for _ in rate_many(card, rows[:100], NOW):
        pass
    results = rate_many(card, (rows[at % TIMED] for at in range(count)), NOW)
    best, part = float("inf"), count // 5
    for _ in range(5):
        start = time.process_time()
        for _ in range(part):
            next(results)
        best = min(best, time.process_time() - start)
    return {"seconds_a_million": best / part * 1e6, "peak_mib": _peak()}


def compiling() -> dict[str, float]:
    """Milliseconds: the reference Scorecard cold, its first rating (which makes its plan), the check of one formula of
    500 characters over 500 names."""
    body, customer = scorecard_body(), next(_given(1))
    start = time.process_time()
    card = compile_scorecard(body)
    compiled = time.process_time()
    rate(card, customer, NOW)
    first = time.process_time()
    scope = Scope({f"字段 {at}": ScopeEntry("number") for at in range(500)})
    text = ""
    while len(text) < 480:
        text += f"字段 {len(text) % 500} * 2 + "
    text = (text + "1")[:500]
    compile_formula(text, scope)
    warm = time.process_time()
    for _ in range(20):
        compile_formula(text, scope)
    return {
        "scorecard_ms": (compiled - start) * 1000, "first_rating_ms": (first - compiled) * 1000,
        "formula_ms": (time.process_time() - warm) / 20 * 1000,
    }  # fmt: skip


def vectorised(count: int) -> dict[str, float]:
    """What-if Grades against the exact function, best of three each, every Grade the same."""
    from rules.whatif import Columns, grades

    card = compile_scorecard(scorecard_body())
    rows = [exact(customer) for customer in customers(count)]
    columns = Columns(range(count), {name: [row[name] for row in rows] for name in card.facts})
    found = grades(card, columns, NOW)
    exactly, floats = [], []
    for _ in range(3):
        start = time.process_time()
        letters = [score.final_grade for score in _scores(card, rows)]
        exactly.append(time.process_time() - start)
        start = time.process_time()
        found = grades(card, columns, NOW)
        floats.append(time.process_time() - start)
    unlike = sum(found.of(row) != letter for row, letter in enumerate(letters))
    if unlike:
        raise SystemExit(f"{unlike} of {count} what-if Grades differ from the exact ones")
    return {"ratio": min(exactly) / min(floats), "exact_share": found.exact / count, "peak_mib": _peak()}


def _scores(card: Scorecard, rows: list[dict[str, Any]]) -> Iterator[Any]:
    return rate_many(card, rows, NOW)


def impact(count: int) -> dict[str, float]:
    """Processor seconds for the impact of a draft on `count` customers, reading their stored values included."""
    from rules.whatif import Columns
    from rules.whatif import impact as changed

    card = compile_scorecard(scorecard_body())
    body = scorecard_body()
    body["grades"][0]["min"] = "80"
    draft = compile_scorecard(body)
    stored = [{name: str(value) for name, value in exact(each).items()} for each in customers(count)]
    facts = {name: [row[name] for row in stored] for name in card.facts}
    start = time.process_time()
    found = changed(card, draft, Columns(range(count), facts, stored=True), NOW)
    spent = time.process_time() - start
    if found.up + found.down + found.unchanged != count or not found.up:
        raise SystemExit("the impact of an easier first Grade is that some rise and nobody is lost")
    return {"seconds": spent, "up": float(found.up), "peak_mib": _peak()}
