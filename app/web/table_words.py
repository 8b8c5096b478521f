"""A decision table as a business person reads it: cells in words, the grid with its findings, its examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.edge.formula_words import Labels, say
from app.edge.locale import format_date, format_number, has_text, label, problem_text, t
from rules import DecisionTable, Problem, Scope, Scorecard
from rules.feel.functions.text import text_of
from rules.feel.temporal import temporal_text
from rules.feel.values import Date
from rules.table import TableResult
from rules.table_cells import Cell, read_cell
from rules.table_parts import Entry, Input, Output, Place
from rules.table_spans import complement, literal, single, value_of


@dataclass(frozen=True, slots=True)
class Words:
    """A cell: its words; `quiet` for one that asks nothing, `source` the formula where words only paraphrase it."""

    words: str
    quiet: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    """One row of the grid; a gap has no number and no outputs. `state` is hit, unknown or nothing."""

    number: int | None
    id: str
    cells: tuple[Words, ...]
    outputs: tuple[Words, ...]
    note: str = ""
    findings: tuple[tuple[str, str], ...] = ()
    state: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table to be drawn; `findings` (severity, sentence) are those that belong to no row."""

    table: DecisionTable
    rows: tuple[GridRow, ...]
    default: tuple[Words, ...] | None
    findings: tuple[tuple[str, str], ...]
    sound: bool


def grid(
    table: DecisionTable, problems: Iterable[Problem] = (), at: str = "", result: TableResult | None = None
) -> Grid:
    """The grid of a table whose body stands at the JSON Pointer `at`, with what was found about it in its place."""
    labels = {each.key: each.label for each in (*table.inputs, *table.outputs) if each.label}
    by_row: dict[int, list[tuple[str, str]]] = {}
    gaps: list[GridRow] = []
    rest: list[tuple[str, str]] = []
    own = [problem for problem in problems if problem.path.startswith(at + "/") or (not at and not problem.path)]
    for problem in own:
        parts = problem.path.removeprefix(at).split("/")
        told = (problem.severity, problem_text(problem))
        if problem.code == "table.gap":
            gaps.append(_gap(table, problem, told))
        elif len(parts) > 2 and parts[1] == "rows" and parts[2].isdigit():
            by_row.setdefault(int(parts[2]), []).append(told)
        else:
            rest.append(told)
    rows = tuple(
        GridRow(
            number + 1, row.id,
            tuple(cell_words(cell, place, labels) for cell, place in zip(row.when, table.inputs, strict=True)),
            tuple(entry_words(entry, place, labels) for entry, place in zip(row.then, table.outputs, strict=True)),
            label(row.note) if row.note else "", tuple(by_row.get(number, ())), _state(number, result),
        )
        for number, row in enumerate(table.rows)
    )  # fmt: skip
    default = None
    if any(output.default is not None for output in table.outputs):
        default = tuple(
            Words("—", True) if output.default is None else entry_words(output.default, output, labels)
            for output in table.outputs
        )
    return Grid(table, (*rows, *gaps), default, tuple(rest), not own)


@dataclass(frozen=True, slots=True)
class CardTable:
    """A decision table of a scorecard under its name."""

    name: str
    grid: Grid


def of_card(card: Scorecard) -> list[CardTable]:
    """The decision tables of a scorecard, in the order they are worked out."""
    return [
        CardTable(label(each.label) or each.key, grid(each.formula, card.warnings, f"{each.path}/table"))
        for each in card.formulas if isinstance(each.formula, DecisionTable)
    ]  # fmt: skip


def _state(number: int, result: TableResult | None) -> str:
    if result is None:
        return ""
    return "hit" if number in result.rows else "unknown" if number in result.unknown else ""


def _gap(table: DecisionTable, problem: Problem, told: tuple[str, str]) -> GridRow:
    cells = []
    for text, place in zip(problem.params["cells"], table.inputs, strict=True):
        cell, _ = read_cell(text, Scope({}), place.kind)
        cells.append(Words(text) if cell is None else cell_words(cell, place, {}))
    return GridRow(None, "", tuple(cells), (), "", (told,))


# ---------------------------------------------------------------------- cells
def value_words(value: Any, place: Place | None = None) -> str:
    """A value as the reader knows it: texts by the table's own labels."""
    if value is None:
        return t("studio.table.nothing")
    if isinstance(value, bool):
        return t("ui.yes" if value else "ui.no")
    if isinstance(value, str):
        known = place.labels.get(value) if place is not None else None
        return label(known) if known else value
    if isinstance(value, Date):
        return format_date(temporal_text(value))
    text = text_of(value)
    return format_number(value) if text.replace("-", "", 1).replace(".", "", 1).isdigit() else text


def cell_words(cell: Cell, place: Place, labels: Labels) -> Words:
    """What a cell asks for."""
    if cell.any:
        return Words(t("studio.table.any"), True)
    if cell.spans is None:
        return Words(say(cell.tests, {**labels, "?": place.label or place.key}) or "", source=cell.text)
    parts = _span_words(place, cell)
    if cell.null:
        parts.append(t("studio.table.unknown"))
    return Words(t("studio.table.or").join(parts) or t("studio.table.never"))


def _span_words(place: Place, cell: Cell) -> list[str]:
    spans = cell.spans or ()
    rest = complement(spans)
    if not rest:
        return [t("studio.table.known")]
    excluded = [single((span,)) for span in rest]
    if place.kind in ("string", "number") and spans and len(rest) <= len(spans) and None not in excluded:
        return [t("studio.table.except", values=_values(place, cell, excluded))]
    values = _values(place, cell, [key for span in spans if (key := single((span,))) is not None])
    ranges = [_range_words(place, span) for span in spans if single((span,)) is None]
    return [*([t("list.between").join(values)] if values else []), *ranges]


def _values(place: Place, cell: Cell, keys: Sequence[Any]) -> list[str]:
    """Single values in the order of those allowed, else as the cell names them."""
    order = (place.allowed.order if place.allowed is not None else None) or {}
    named = [(value_of(place.kind, key), order.get(key, len(order))) for key in keys]
    named.sort(key=lambda each: (each[1], cell.text.find(literal(each[0]))))
    return [value_words(value, place) for value, _ in named]


def _range_words(place: Place, span: Any) -> str:
    low, high = span
    whole = place.kind not in ("string", "number")  # between whole keys the last one below the edge is told
    start = None if low is None else value_words(value_of(place.kind, low[0]), place)
    closed = high is not None and (whole or high[1] == 1)
    end = None if high is None else value_words(value_of(place.kind, high[0] - 1 if whole else high[0]), place)
    before, after = "<" if low is not None and low[1] else "≤", "≤" if closed else "<"
    if start is None:
        return f"{after} {end}"
    if end is None:
        return f"{'>' if low[1] else '≥'} {start}"
    return t("studio.band.between", low=start, before=before, after=after, high=end)


def entry_words(entry: Entry, place: Output, labels: Labels) -> Words:
    """What a cell gives."""
    if entry.formula is None:
        return Words(value_words(entry.value, place), entry.value is None)
    return Words(say(entry.formula, labels) or "", source=entry.text)


def unit_words(unit: str | None) -> str:
    """The name of a unit; one the product does not know is its own name."""
    return t(f"studio.unit_name.{unit}") if unit and has_text(f"studio.unit_name.{unit}") else unit or ""


def allowed_words(place: Place) -> str:
    """The values a column may have."""
    tests = place.allowed.tests if place.allowed is not None else ()
    parts = (cell_words(cell, place, {}) for cell in tests)
    return t("list.between").join(each.words or each.source for each in parts)


def formula_words(place: Input, labels: Labels) -> Words | None:
    """How an input is worked out, None where it is a Fact as it stands."""
    if place.formula is None:
        return None
    return Words(say(place.formula, labels) or "", source=place.formula.text)


# ---------------------------------------------------------------------- examples
@dataclass(frozen=True, slots=True)
class ExampleWords:
    """An example as it is read: the Facts given, the rows that decide, and what they decide."""

    name: str
    facts: str
    rows: str
    value: str


def examples(table: DecisionTable) -> Iterator[ExampleWords]:
    """The examples of a table; they come out as written, or it would not have been published."""
    between = t("list.between")
    for each in table.examples:
        named = {key: label(fact.label) or key for key, fact in table.facts.items()}
        facts = (f"{named[key]} = {value_words(value)}" for key, value in each.facts.items())
        result = table.decide(each.facts, each.now)
        rows = ", ".join(str(row + 1) for row in result.rows)
        outputs = between.join(f"{name} {value}" for name, value in output_words(table, result.value))
        unknown = between.join(cause_words(cause, table.facts) for cause in result.causes)
        yield ExampleWords(each.name, between.join(facts) or "—", rows or "—", unknown or outputs)


def cause_words(cause: Any, facts: Mapping[str, Any]) -> str:
    """Why something is unknown; Facts by their labels."""
    fact = facts.get(cause.field or "")
    named = {"field": fact.label} if fact is not None and fact.label else {}
    return problem_text(Problem(f"cause.{cause.code}", "", {**cause.params, **named}))


def output_words(table: DecisionTable, value: Any) -> Iterable[tuple[str, str]]:
    """What the value of a result says, output by output; as it came out, or as JSON writes it."""
    several = len(table.outputs) > 1
    whole: Sequence[Any] = value if isinstance(value, list) else [value]
    for output in table.outputs:
        found = [each.get(output.key) if several and isinstance(each, Mapping) else each for each in whole]
        unit = f" {unit_words(output.unit)}" if output.unit else ""
        shown = [value_words(each, output) + (unit if each is not None else "") for each in found]
        yield label(output.label) or output.key, t("list.between").join(shown) or t("studio.table.no_rows")
