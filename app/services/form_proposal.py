"""A form proposed from a worksheet: for each column a field with what speaks for it, and the body it would become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.services import imports_memory, sheets
from app.services.form_proposal_guess import (
    IDENTIFIERS,
    LINE_NUMBERS,
    TYPES,
    Guesser,
    Verdict,
    free,
    slug,
)
from app.services.form_proposal_table import LOOKED_AT, Table, TableColumn, table_of, text_of, unreadable
from app.services.lookups import Lookups
from app.work import Reading
from rules import Problem

SURE = 5  # rows from which "always filled" and "never twice" mean something
MOST_COLUMNS, MOST_FILTERS = 8, 6  # of the list of a book
# Types of which a value may be there once, and those by which a list is narrowed.
SINGLE = frozenset({"text", "integer", "credit_code", "email", "phone", "bank_account"})
NARROWING = frozenset({"choice", "multi_choice", "yes_no", "date", "datetime", "customer"})
_TOLD: Mapping[str, str] = {"unit": "heading", "heading": "heading", "customers": "customers", "text": "text"}


@dataclass(frozen=True, slots=True)
class Pick:
    """What becomes of one column: as guessed, or as a person says."""

    use: bool
    label: str
    key: str
    type: str
    required: bool
    unique: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """One column of the table with its field. `evidence` are sentences: catalogue keys with their params."""

    column: TableColumn
    pick: Pick
    verdict: Verdict
    evidence: tuple[Problem, ...]

    @property
    def samples(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text_of(cell) for _, cell in self.column.cells[:50]))[:3]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A table and its fields. `heads` are rows that could hold the headings, `remarks` what a person should know."""

    table: Table
    columns: tuple[Proposed, ...]
    heads: tuple[tuple[int, str, int, str], ...]
    hidden: tuple[str, ...]
    remarks: tuple[Problem, ...]

    @property
    def used(self) -> tuple[Proposed, ...]:
        return tuple(each for each in self.columns if each.pick.use)

    def identity(self) -> Proposed | None:
        """The column by which rows are known again: unique and required, by its heading if one says so."""
        found = [each for each in self.used if each.pick.unique and each.pick.required]
        named = [each for each in found if IDENTIFIERS.search(each.column.label)]
        return next(iter(named or found), None)


def propose(
    view: Reading, filename: str, content: bytes, head: tuple[int, int] | None = None,
    picks: Mapping[int, Pick] | None = None,
) -> Proposal:  # fmt: skip
    """What a file would become; Invalid where it is no table (sheet.…, start.no_table).

    head   sheet and number of the row of headings, where a person said so
    picks  what a person said of columns, by place; the types they chose are tried as guessed ones are
    """
    with sheets.opened(content, filename) as book:
        table = table_of(book, *(head or (None, None)))
        pages = imports_memory.table(book)
        guesser = Guesser(view.now.astimezone(view.zone), Lookups(view.session, view.viewer))
        keys: set[str] = set()
        columns = tuple(_proposed(guesser, each, table, keys, (picks or {}).get(each.place)) for each in table.columns)
        remarks = tuple(_remarks(table, book))
        return Proposal(table, columns, imports_memory.heads(pages), book.hidden, remarks)


def _proposed(guesser: Guesser, column: TableColumn, table: Table, keys: set[str], said: Pick | None) -> Proposed:
    if said is None:
        verdict = guesser.guess(column, table)
        count = Counter(text_of(cell) for _, cell in column.cells)
        full = len(column.cells) == table.rows >= 1 and not verdict.unread
        single = verdict.type in SINGLE and len(count) == len(column.cells) >= SURE
        identifies = bool(IDENTIFIERS.search(column.label)) or column.place == table.columns[0].place
        pick = Pick(
            use=not _numbers_lines(column) and (bool(column.cells) or not table.rows), label=column.label,
            key=free(slug(column.label, "field"), keys), type=verdict.type, required=full and table.rows >= SURE,
            unique=single and full and (identifies or verdict.type == "credit_code"),
        )  # fmt: skip
    else:
        pick = said
        verdict = guesser.judge(column, table, said.type if said.type in TYPES else "text")
        keys.add(said.key)
    return Proposed(column, pick, verdict, tuple(_evidence(column, table, verdict)))


def _numbers_lines(column: TableColumn) -> bool:
    """Whether a column only counts the rows: 1, 2, 3 …"""
    if not LINE_NUMBERS.search(column.label):
        return False
    return all(text_of(cell) == str(place) for place, (_, cell) in enumerate(column.cells, 1))


def _evidence(column: TableColumn, table: Table, verdict: Verdict) -> Iterable[Problem]:
    if not column.cells:
        yield Problem("start.why.empty")
        return
    counts = {"readable": verdict.readable, "filled": verdict.filled, "unread": verdict.unread}
    if verdict.type not in ("text", "long_text") or verdict.unread:
        yield Problem("start.why.reads", "", counts)
    if verdict.misfits:
        cells = [f"{column.letter}{number} “{text}”" for number, text in verdict.misfits]
        more = verdict.unread > len(cells)
        yield Problem("start.why.misfits_more" if more else "start.why.misfits", "", {"cells": cells})
    if verdict.why in _TOLD:
        yield Problem(f"start.why.{_TOLD[verdict.why]}", "", {"heading": column.heading})
    if _numbers_lines(column):
        yield Problem("start.why.line_numbers")
    if verdict.shift:
        yield Problem("start.why.unit", "", {"unit": column.unit or table.unit})
    if verdict.type in ("choice", "multi_choice"):
        words = [str(each["label"]["zh-CN"]) for each in verdict.setup["options"]]
        yield Problem("start.why.options", "", {"count": len(words), "words": words[:6]})
    empty = table.rows - len(column.cells)
    yield Problem("start.why.always" if empty <= 0 else "start.why.sometimes", "", {"empty": empty, "rows": table.rows})
    count = Counter(text_of(cell) for _, cell in column.cells)
    word, most = count.most_common(1)[0]
    if most == 1 and len(count) > 1:
        yield Problem("start.why.once")
    elif len(count) * 2 > len(column.cells):
        yield Problem("start.why.twice", "", {"value": word[:40], "count": most})
    if any(unreadable(cell) for _, cell in column.cells):
        number = next(number for number, cell in column.cells if unreadable(cell))
        yield Problem("start.why.formulas", "", {"cell": f"{column.letter}{number}"})


def _remarks(table: Table, book: sheets.Book) -> Iterable[Problem]:
    if table.header > 1:
        yield Problem("start.above", "", {"row": table.header})
    if table.unit:
        yield Problem("start.unit", "", {"unit": table.unit})
    if table.totals:
        yield Problem("start.totals", "", {"rows": list(map(str, table.totals[:5]))})
    if table.more:
        yield Problem("start.more", "", {"most": LOOKED_AT})
    if not table.rows:
        yield Problem("start.no_rows")
    if book.hidden:
        yield Problem("start.hidden", "", {"sheets": list(book.hidden)})
    letters = [each.letter for each in table.columns if not each.heading]
    if letters:
        yield Problem("start.no_heading", "", {"columns": letters})


def body_of(proposal: Proposal, title: str, *, book: bool) -> dict[str, Any]:
    """The body of the draft: one section with a field a column, and its book where it keeps one."""
    fields = [_setup(each, number) for number, each in enumerate(proposal.used, 1)]
    section = {"key": "main", "title": {"zh-CN": title}, "columns": 2, "fields": fields}
    body: dict[str, Any] = {"sections": [section]}
    return {**body, "book": book_of(proposal)} if book and fields else body


def _setup(each: Proposed, number: int) -> dict[str, Any]:
    pick = each.pick
    kind = {"customer": "lookup"}.get(pick.type, pick.type.partition(".")[0])
    flags = {"required": pick.required, "unique": "form" if pick.unique else None}
    return {
        "id": f"f_{number:02}", "key": pick.key, "type": kind, "label": {"zh-CN": pick.label}, **each.verdict.setup,
        **{name: value for name, value in flags.items() if value},
    }  # fmt: skip


def book_of(proposal: Proposal) -> dict[str, Any]:
    """The book of a form: what names a row first, then what tells most; filters by choices, days and amounts."""
    identity, used = proposal.identity(), proposal.used
    listed = [each for each in used if each.pick.type not in ("long_text", "bank_account")] or list(used)
    first = identity or next((each for each in listed if each.pick.type == "text"), listed[0])
    order = [first, *(each for each in listed if each is not first)][:MOST_COLUMNS]
    narrow = [each for each in order if each is not first and (
        each.pick.type in NARROWING or each.pick.type.startswith("money.")
    )]  # fmt: skip
    book: dict[str, Any] = {"columns": [each.pick.key for each in order]}
    if narrow:
        book["filters"] = [each.pick.key for each in narrow[:MOST_FILTERS]]
    customers = [each for each in used if each.pick.type == "customer" and each.pick.required]
    if customers:
        book["customer"] = customers[0].pick.key
    if identity is not None:
        book["key"] = identity.pick.key
    return book


def mapping_of(proposal: Proposal) -> dict[str, Any]:
    """Which column answers which field of the draft, as an import of the same file keeps it."""
    return {
        "sheet": proposal.table.sheet, "header": proposal.table.header, "by": "person",
        "columns": {str(each.column.place): f"f_{number:02}" for number, each in enumerate(proposal.used, 1)},
        "shifts": {str(each.column.place): each.verdict.shift for each in proposal.used if each.verdict.shift},
    }  # fmt: skip
