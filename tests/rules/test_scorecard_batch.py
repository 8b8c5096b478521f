"""Many customers at once: what `rate` gives for each, whatever the chunks and however many processes take part."""

from __future__ import annotations

import os
import pickle
import signal
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from rules import Cause, Given, Invalid, Score, Scorecard, rate, rate_many
from rules.crew import WorkersLost, cut, over_chunks
from tests.rules.cards import NOW, gallery_card, small_body, small_card
from tests.rules.test_scorecard_plan import CARDS, exactly

ODD = [None, "x", True, Decimal("NaN"), 1.5, 7, Decimal("1E-7"), Decimal("-0.0"), Decimal("1E+3"), "多行\n文字", ""]


def customers(card: Scorecard, count: int) -> list[dict[str, Any] | Given]:
    """Some whole, some with gaps, some that are refused; some with a variant or a stale Fact."""
    r = Random(5)
    found: list[dict[str, Any] | Given] = []
    for number in range(count):
        facts: dict[str, Any] = {}
        for name, fact in card.facts.items():
            plain = {"boolean": r.random() < 0.2, "string": r.choice(["A", "B", "存续", "a\nb"])}
            facts[name] = plain.get(fact.type, Decimal(str(round(r.uniform(-3, 120), r.choice([0, 2, 4])))))
        if number % 3 == 0:
            facts[r.choice(list(facts))] = r.choice(ODD)
        if number % 5 == 0:
            del facts[r.choice(list(facts))]
        match number % 11:
            case 1:
                found.append(Given(facts, r.choice(list(card.variants))))
            case 2:
                found.append(Given(facts, absent={next(iter(facts)): Cause("stale", next(iter(facts)))}))
            case 3:
                found.append(Given(facts, "no such variant"))
            case _:
                found.append(facts)
    return found


def one(card: Scorecard, row: dict[str, Any] | Given) -> Any:
    given = row if isinstance(row, Given) else Given(row)
    try:
        return exactly(rate(card, given.facts, NOW, given.variant, trace=False, absent=given.absent))
    except Invalid as invalid:
        return repr(invalid.problems)


def told(found: Any) -> Any:
    return repr(found.problems) if isinstance(found, Invalid) else exactly(found)


@pytest.mark.parametrize("card", [*CARDS, gallery_card()])
@pytest.mark.parametrize("chunk", [1, 7, 500])
def test_each_row_has_its_own_result_in_order(card: Scorecard, chunk: int) -> None:
    rows = customers(card, 120)
    expected = [one(card, row) for row in rows]
    assert [told(found) for found in rate_many(card, iter(rows), NOW, chunk=chunk)] == expected
    assert {found.__class__ for found in rate_many(card, rows, NOW)} == {Score, Invalid}


@pytest.mark.parametrize(("card", "workers", "chunk"), [(CARDS[2], 2, 17), (gallery_card(), 3, 40)])
def test_neither_workers_nor_chunks_change_a_result(card: Scorecard, workers: int, chunk: int) -> None:
    rows = customers(card, 200)
    expected = [one(card, row) for row in rows]
    assert [told(found) for found in rate_many(card, rows, NOW, workers, chunk=chunk)] == expected


def grade(score: Score) -> tuple[str | None, str | None]:
    return score.final_grade, None if score.total is None else str(score.total)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_kept_is_made_where_the_score_was(workers: int) -> None:
    card = gallery_card()
    rows = customers(card, 90)
    whole = list(rate_many(card, rows, NOW))
    kept = list(rate_many(card, rows, NOW, workers, keep=grade, chunk=20))
    for found, score in zip(kept, whole, strict=True):
        if isinstance(score, Invalid):
            assert isinstance(found, Invalid)
            assert found.problems == score.problems
        else:
            assert found == grade(score)


def test_rows_are_read_as_results_are_taken_and_memory_stays_flat() -> None:
    card = gallery_card()
    known = [row for row in customers(card, 50) if isinstance(row, dict)]
    taken = 0

    def endless() -> Iterator[dict[str, Any]]:
        nonlocal taken
        while True:
            taken += 1
            yield dict(known[taken % len(known)])

    results = rate_many(card, endless(), NOW)
    for _ in range(500):
        next(results)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(2_000):
            next(results)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < 2_600
    assert after - before < 200_000


def test_no_rows_no_results_and_a_wrong_number_of_workers() -> None:
    assert list(rate_many(gallery_card(), [], NOW)) == []
    assert list(rate_many(gallery_card(), [], NOW, 4)) == []
    for wrong in ({"workers": 0}, {"chunk": 0, "workers": 2}):
        with pytest.raises(ValueError, match="at least 1"):
            list(rate_many(gallery_card(), [{}], NOW, **wrong))
    assert list(rate_many(small_card(facts=["a", "b"]), [{}, {}], NOW, 2, chunk=1))[1].total is None


def test_a_scorecard_travels_as_its_body() -> None:
    card = small_card()
    again = pickle.loads(pickle.dumps(card))
    assert again == card
    assert exactly(rate(again, {"a": 7, "b": 9}, NOW)) == exactly(rate(card, {"a": 7, "b": 9}, NOW))
    body = small_body()
    bare = Scorecard(
        **{name: getattr(card, name) for name in Scorecard.__slots__ if name not in ("source", "plans")}
    )  # fmt: skip
    assert body["alert_below"] == "70"
    with pytest.raises(ValueError, match="compiled from a body"):
        rate_many(bare, [{}], NOW, 2)


# ---------------------------------------------------------------------------------------------- processes that are lost
def counted(folder: str, chunk: list[int]) -> list[int]:
    """Squares; a chunk that holds 13 ends its process by force at the first try, one that holds 666 at every try."""
    mark = Path(folder) / "tried"
    if 666 in chunk or (13 in chunk and not mark.exists()):
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if 404 in chunk:
        raise LookupError("not a number to square")
    return [each * each for each in chunk]


def test_a_lost_process_is_replaced_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    found = [each for part in over_chunks(counted, str(tmp_path), cut(range(40), 4), 2) for each in part]
    assert (tmp_path / "tried").exists()
    assert found == [each * each for each in range(40)]


def test_a_chunk_that_ends_every_process_is_named(tmp_path: Path) -> None:
    numbers = [*range(8), 666, *range(8)]
    found = []
    with pytest.raises(WorkersLost, match="chunk 4") as lost:
        for part in over_chunks(counted, str(tmp_path), cut(numbers, 2), 2):
            found += part
    assert lost.value.chunk == 4
    assert found == [each * each for each in range(8)]


def test_an_error_of_the_work_itself_comes_back(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="not a number"):
        list(over_chunks(counted, str(tmp_path), cut([1, 404], 1), 2))
    assert list(over_chunks(counted, str(tmp_path), [[3]], 2)) == [[9]]


def test_leaving_early_ends_the_processes(tmp_path: Path) -> None:
    running = over_chunks(counted, str(tmp_path), cut(range(10_000), 1), 2)
    assert next(running) == [0]
    running.close()
    assert list(running) == []
