"""Rates many customers: the exact function over chunks, here or in worker processes, one result for each row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import getcontext, setcontext
from typing import Any, TypeVar, overload

from rules.crew import CHUNK, cut, over_chunks
from rules.feel.numbers import CONTEXT
from rules.parcel import Given, Results, Row, Rows
from rules.plan import plan_of
from rules.problem import Invalid
from rules.rating import careful, planned
from rules.score import Score
from rules.scorecard import Scorecard

Kept = TypeVar("Kept")
FEW = 16
Setting = tuple[Scorecard, datetime, Callable[[Score], Any] | None]


@overload
def rate_many(
    scorecard: Scorecard, rows: Iterable[Row], now: datetime, workers: int = 1,
    *, chunk: int = CHUNK,
) -> Iterator[Score | Invalid]: ...


@overload
def rate_many(
    scorecard: Scorecard, rows: Iterable[Row], now: datetime, workers: int = 1,
    *, keep: Callable[[Score], Kept], chunk: int = CHUNK,
) -> Iterator[Kept | Invalid]: ...


def rate_many(
    scorecard: Scorecard, rows: Iterable[Row], now: datetime, workers: int = 1,
    *, keep: Callable[[Score], Any] | None = None, chunk: int = CHUNK,
) -> Iterator[Any]:
    """For each row, in order, the Score that `rate` gives without its Trace, or the Invalid that `rate` would raise.

    rows     Facts by name, or Given with a variant or absences of its own; read as results are taken, so that memory
             does not grow with their number
    workers  processes that rate; 1: this one. Neither their number nor the size of a chunk changes any result
    keep     function of a module: what is kept of each Score, applied where it was made. To carry a whole Score from
             one process to another takes as long as making it where every Fact is there: with workers, keep little

    Raises `rules.crew.WorkersLost` where worker processes are killed again and again at the same rows; ValueError for
    workers over a Scorecard that was not compiled from a body.
    """
    if workers > 1 and not scorecard.source:
        raise ValueError("worker processes need a Scorecard compiled from a body")
    if workers == 1:
        # A few at a time: hundreds of Scores alive at once cost half as much again in memory management.
        return (each for few in cut(rows, FEW) for each in _kept(rate_chunk(scorecard, few, now), keep))
    return _results(scorecard, rows, now, workers, keep, chunk)


def _results(
    scorecard: Scorecard, rows: Iterable[Row], now: datetime, workers: int, keep: Callable[[Score], Any] | None,
    chunk: int,
) -> Iterator[Any]:
    names = tuple(scorecard.facts)
    chunks = (Rows(names, [_given(row) for row in each]) for each in cut(rows, chunk))
    for found in over_chunks(_step, (scorecard, now, keep), chunks, workers):
        yield from found.opened(scorecard)


def _given(row: Row) -> Given:
    return row if isinstance(row, Given) else Given(row)


def _step(setting: Setting, rows: Rows) -> Results:
    scorecard, now, keep = setting
    return Results(_kept(rate_chunk(scorecard, rows.given, now), keep), keep is not None)


def _kept(found: list[Score | Invalid], keep: Callable[[Score], Any] | None) -> list[Any]:
    return found if keep is None else [each if isinstance(each, Invalid) else keep(each) for each in found]


def rate_chunk(scorecard: Scorecard, rows: Iterable[Row], now: datetime) -> list[Score | Invalid]:
    """What `rate` gives or raises for each row; the context of numbers is set once."""
    found: list[Score | Invalid] = []
    before = getcontext()
    setcontext(CONTEXT)
    try:
        for row in rows:
            facts, key, absent = row if isinstance(row, Given) else (row, None, None)
            try:
                plan = None if absent else plan_of(scorecard, key)
                score = None if plan is None else planned(scorecard, plan, facts, False)
                if score is None:
                    score = careful(scorecard, scorecard.variant(key), facts, now, False, absent or {}, {})
                found.append(score)
            except Invalid as invalid:
                found.append(invalid.with_traceback(None))
    finally:
        setcontext(before)
    return found
