"""How rows and Scores travel between processes: as text and tuples, a fraction of what pickling them whole costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from rules.bands import SetBands
from rules.feel.cause import Cause
from rules.problem import Invalid, Problem
from rules.results import DimensionResult, FactorResult, Hit, Reason, Unknown
from rules.score import Score
from rules.scorecard import Scorecard


class Given(NamedTuple):
    """One customer of a batch; variant and absent as `rate` takes them."""

    facts: Mapping[str, Any]
    variant: str | None = None
    absent: Mapping[str, Cause] | None = None


Row = Mapping[str, Any] | Given

NUMBERS, GAPS = {Decimal}, {Decimal, type(None)}
SEPARATOR = "\n"


class Rows:
    """A chunk of customers. Only Facts the Scorecard knows travel: each as a column, numbers as their text."""

    __slots__ = ("given", "names")

    def __init__(self, names: Sequence[str], given: Sequence[Given]) -> None:
        self.names = names
        self.given = given

    def __reduce__(self) -> tuple[Any, ...]:
        columns = [_column([each.facts.get(name) for each in self.given]) for name in self.names]
        others = [each[1:] for each in self.given]
        return _rows, (tuple(self.names), columns, others if any(map(any, others)) else None, len(others))


def _column(values: list[Any]) -> Any:
    """A list of values, or the text of a column of numbers; there an empty text is None."""
    classes = set(map(type, values))
    if classes == NUMBERS:
        return SEPARATOR.join(map(str, values))
    if classes == GAPS:
        return SEPARATOR.join(["" if value is None else str(value) for value in values])
    return values


def _values(column: Any) -> list[Any]:
    if column.__class__ is list:
        found: list[Any] = column
        return found
    return [Decimal(text) if text else None for text in column.split(SEPARATOR)]


def _rows(names: tuple[str, ...], columns: list[Any], others: list[Any] | None, count: int) -> Rows:
    cells = zip(*map(_values, columns), strict=True) if columns else [()] * count
    facts = [dict(zip(names, row, strict=True)) for row in cells]
    return Rows(names, [Given(each, *rest) for each, rest in zip(facts, others or [()] * count, strict=True)])


class Results:
    """What became of a chunk: of each customer the Score, what was kept of it (`kept`), or an Invalid."""

    __slots__ = ("found", "kept")

    def __init__(self, found: Sequence[Any], kept: bool) -> None:
        self.found = found
        self.kept = kept

    def __reduce__(self) -> tuple[Any, ...]:
        packed = [
            _Refused(each.problems) if isinstance(each, Invalid) else each if self.kept else _packed(each)
            for each in self.found
        ]
        return _Travelled, (packed, self.kept)

    def opened(self, scorecard: Scorecard) -> Iterator[Any]:
        """The results; `scorecard` is the one that rated."""
        return iter(self.found)


class _Refused(NamedTuple):
    """An Invalid on its way: an exception made of more than its message cannot be pickled."""

    problems: tuple[Problem, ...]


class _Travelled(Results):
    """Results that came from another process, to be opened with this one's Scorecard."""

    __slots__ = ()

    def opened(self, scorecard: Scorecard) -> Iterator[Any]:
        for each in self.found:
            if each.__class__ is _Refused:
                yield Invalid(each.problems)
            else:
                yield each if self.kept else _unpacked(scorecard, each)


def _text(value: Any) -> Any:
    return str(value) if value.__class__ is Decimal else value


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _told(causes: tuple[Cause, ...]) -> list[Any]:
    return [(each.code, each.field, each.span, dict(each.params)) for each in causes]


def _packed(score: Score) -> tuple[Any, ...]:
    """What the Scorecard does not know already; figures as text, with every digit."""
    factors = [(_text(each[2]), _text(each[3]), each[5], _told(each[7]) if each[7] else None) for each in score.factors]
    figures = (score.coverage_percent, score.weighted_sum, score.weight_present, score.total)
    return (
        score.variant, factors, [(_text(each[1]), _text(each[3])) for each in score.dimensions],
        [_text(figure) for figure in figures], score.model_grade, [hit.id for hit in score.hits],
        [(each.id, each.fields, each.forces_manual) for each in score.unknown], score.final_grade, score.blocked,
        score.manual, [(each.code, dict(each.params)) for each in score.manual_reasons], score.alert,
    )  # fmt: skip


def _unpacked(scorecard: Scorecard, parcel: tuple[Any, ...]) -> Score:
    """The Score again, to the digit."""
    variant, factors, dimensions, figures, model, hits, unknown, final, blocked, manual, reasons, alert = parcel
    weights = scorecard.variants[variant].weights
    coverage, weighted, present, total = map(_number, figures)
    knockouts = {each.id: Hit(each.id, each.effect, each.grade, each.label) for each in scorecard.knockouts if hits}
    earned = []
    for factor, (value, points, band, causes) in zip(scorecard.factors, factors, strict=True):
        if value is not None and not isinstance(factor.bands, SetBands):
            value = Decimal(value)
        told = tuple([Cause(*each) for each in causes]) if causes else ()
        parts = (factor.key, factor.dimension, value, _number(points), factor.weight, band, value is not None, told)
        earned.append(FactorResult._make(parts))
    means = [
        DimensionResult(dimension.key, _number(points), weights[dimension.key], _number(contribution))
        for dimension, (points, contribution) in zip(scorecard.dimensions, dimensions, strict=True)
    ]
    return Score(
        variant=variant, factors=tuple(earned), dimensions=tuple(means), coverage_percent=coverage or Decimal(0),
        weighted_sum=weighted or Decimal(0), weight_present=present or Decimal(0), total=total, model_grade=model,
        hits=tuple([knockouts[each] for each in hits]), unknown=tuple([Unknown(*each) for each in unknown]),
        final_grade=final, blocked=blocked, manual=manual, manual_reasons=tuple([Reason(*each) for each in reasons]),
        alert=alert, trace=None,
    )  # fmt: skip
