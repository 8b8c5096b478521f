"""A Form on a page, part by part: each field with its control, state and findings, so that parts can be redrawn alone.

The browser evaluates nothing. While a person types it posts what stands in the form, and only the parts whose state is
no longer the one they carry come back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.edge.locale import has_text, label, language, problem_text, t
from app.web import file_parts, live_parts
from forms import Answers, Assessment, Form, page_data, to_wtforms
from forms.composed import Picker
from forms.controls import ManyOptions
from forms.fields import Field, Subform
from forms.fields.choice import Choice
from forms.files_page import Files, Sign
from forms.label import listed
from forms.model import Section
from rules import Problem

SEEN = "seen-"
FEW = 4  # answers named above the options that go with them
# Findings that would only scold somebody who is not there yet.
LATER = (
    "field.required", "subform.too_few", "address.level", "address.no_place", "address.detail_missing",
    "date_range.start_missing", "date_range.end_missing",
)  # fmt: skip
WIDE = frozenset({
    "long_text", "subform", "note", "separator", "multi_choice", "address", "attachment", "image", "signature",
})


@dataclass(slots=True)
class Part:
    """One field as drawn: its control, what the rules make of it now, and what is wrong with it.

    kind     the field's type; text: a computed value as people read it; shows: a rating's grade and score
    marked   a return asked for it to be put right
    columns  of a sub-form, the rows' parts; seen: the digest of this state, carried by the page
    """

    key: str
    name: str
    kind: str
    control: Any
    label: str
    help: str
    unit: str
    hidden: bool
    required: bool
    locked: bool
    computed: bool
    text: str
    errors: list[str] = field(default_factory=list)
    rows: list[list[Part]] = field(default_factory=list)
    row_ids: list[Any] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    most: int = 0
    shows: Mapping[str, Any] = field(default_factory=dict)
    marked: bool = False
    seen: str = ""

    @property
    def wide(self) -> bool:
        return self.kind in WIDE

    @property
    def grouped(self) -> bool:
        """Whether it is answered by files, with several controls under one name."""
        return isinstance(self.control, Files | Sign)

    @property
    def ticked(self) -> bool:
        """Whether it is answered by ticking boxes, which have no one control for a label to name."""
        return isinstance(self.control, ManyOptions)


@dataclass(frozen=True, slots=True)
class Group:
    """A section of the form with the parts a person may see; `folds` while it can be folded, `open` unless it is."""

    key: str
    title: str
    help: str
    parts: tuple[Part, ...]
    columns: int = 2
    folds: bool = False
    open: bool = True

    @property
    def wrong(self) -> bool:
        """Whether something in it must be put right, so that it is never folded away or behind another tab."""
        return any(part.errors or any(cell.errors for row in part.rows for cell in row) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole form as drawn. `loose` are findings that belong to no field; `warnings` can be accepted by their id."""

    form: Form
    groups: tuple[Group, ...]
    loose: tuple[str, ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()

    @property
    def encoding(self) -> str | None:
        """How its page is posted: with the files themselves where the form asks for some."""
        return "multipart/form-data" if any(part.grouped for part in self.parts) else None

    @property
    def parts(self) -> Iterator[Part]:
        return (part for group in self.groups for part in group.parts)

    @property
    def wrong(self) -> list[dict[str, str]]:
        """For the summary above the form: message and the id of its control."""
        found = [{"message": each, "field": ""} for each in self.loose]
        for part in self.parts:
            found += [{"message": each, "field": part.name} for each in part.errors]
            for row in part.rows:
                found += [{"message": each, "field": cell.name} for cell in row for each in cell.errors]
        return found


def typed(form: Form, data: MultiDict[str, str], writable: Iterable[str]) -> dict[str, Any]:
    """What the page held under the names of fields this person may write."""
    raw: dict[str, Any] = to_wtforms(form, language())(data).raw_answers()
    allowed = set(writable)
    return {key: value for key, value in raw.items() if key in allowed}


def sheet(
    form: Form, found: Assessment, *, data: MultiDict[str, str] | None = None, readable: Iterable[str] | None = None,
    problems: Iterable[Problem] = (), live: bool = False, marked: Collection[str] = (),
    writable: Collection[str] | None = None,
) -> Sheet:
    """The form as it stands after an evaluation: from `data` as typed, or from the stored answers.

    `problems` are shown; `live` leaves out those about what nobody has filled in yet; `marked` are to be put right.
    What is not `writable` is locked, and what its field masks stays masked.
    """
    page = to_wtforms(form, language())
    # What the page did not hold, because it was hidden until now, stands as it is stored.
    made = page(data, data=page_data(form, found.answers.typed))
    told = [p for p in problems if not live or p.code not in LATER]
    warned = [p for p in told if p.severity != "error"]
    loose = made.tell([p for p in told if p.severity == "error"])
    shown = set(form.fields if readable is None else readable)
    controls = dict(made.controls())
    groups = []
    for section in form.sections:
        keys = [key for key in section.keys if key in shown]
        parts = tuple(_part(form.fields[key], controls[key], found, key) for key in keys)
        for part in parts:
            part.marked = part.key in marked
            if writable is not None and part.key not in writable:
                _lock(part, form.fields[part.key])
        if parts:
            groups.append(_group(section, parts, form))
    warnings = tuple((str(p.params.get("check", p.code)), problem_text(p)) for p in warned)
    return Sheet(form, tuple(groups), tuple(problem_text(p) for p in loose), warnings)


def _part(what: Field, control: Any, found: Assessment, place: str, row: Mapping[str, Any] | None = None) -> Part:
    """One field as drawn; a column's value is that of its `row`, none in a row nobody has sent yet."""
    computed = what.compute is not None and what.mode == "always"
    answers = found.answers
    part = Part(
        key=what.key, name=control.id, kind=what.type, control=control, label=label(what.label), help=label(what.help),
        unit=_unit(what), hidden=place in answers.hidden, required=place in found.required,
        locked=place in found.locked, computed=computed, text="", errors=[problem_text(p) for p in control.told],
    )  # fmt: skip
    if isinstance(control, Picker):
        control.names.update({id: name if isinstance(name, str) else label(name) for id, name in found.names.items()})
    if part.grouped:
        _limits_told(part, what)
    part.shows = found.shown.get(place, {})
    if computed or what.assigned:
        values = answers.typed if row is None else row
        part.text = what.display(values.get(what.key), language())
    # Options that depend on another answer stay in the page: its script narrows them as that answer changes.
    if isinstance(what, Choice) and what.depends_on is None and place in found.offered:
        control.choices = tuple(each for each in control.choices if not each[0] or each[0] in found.offered[place])
    if isinstance(what, Choice) and what.depends_on is not None:
        control.groups = _groups(what, found.answers.form, place)
    if isinstance(what, Subform):
        _rows(part, what, control, found)
    part.seen = _digest(part)
    return part


def _groups(what: Choice, form: Form, place: str) -> dict[str, str]:
    """Under which answers of the field it depends on each option stands, in words: the first few of them."""
    owner, _, column = place.partition("/")
    rows = form.fields[owner]
    columns = {each.key: each for each in rows.columns} if column and isinstance(rows, Subform) else {}
    parent = {**form.fields, **columns}.get(what.depends_on or "")
    names = parent.names(language()) if isinstance(parent, Choice) else {}
    return {
        option.code: listed((names.get(code, code) for code in option.parents[:FEW]), language())
        + ("…" if len(option.parents) > FEW else "")
        for option in what.options if option.parents
    }  # fmt: skip


def _lock(part: Part, what: Field) -> None:
    part.locked = True
    for row in part.rows:
        for cell in row:
            column = what.column(cell.key) if isinstance(what, Subform) else None
            if column is not None:
                _lock(cell, column)
    if not part.rows and isinstance(part.control.data, str):
        part.control.data = what.masked(part.control.data)
    part.seen = _digest(part)


def _limits_told(part: Part, what: Field) -> None:
    """What a field of files takes, below what its author says of it: nobody guesses a size."""
    hints = [problem_text(Problem(hint.code, params=hint.params)) for hint in what.hints()]
    if not part.help:
        more = part.control.render_kw.get("aria-describedby", "")
        part.control.render_kw["aria-describedby"] = f"{part.name}-help {more}".strip()
    part.help = " · ".join(filter(None, (part.help, *hints)))
    if isinstance(part.control, Files):
        part.control.address = lambda file: url_for("files.download", hash=file.hash)


def _rows(part: Part, what: Subform, control: Any, found: Assessment) -> None:
    """Each row's cells by the state of its columns; the evaluator knows rows by id, the page by place."""
    typed_rows = found.answers.typed.get(what.key) or ()
    part.columns, part.most = [label(column.label) for column in what.columns], what.max_rows
    for number, entry in enumerate(control.entries):
        row = typed_rows[number] if number < len(typed_rows) else {}
        row_id = row.get("row_id", "")
        cells = dict(entry.form.controls())
        part.row_ids.append(cells["row_id"])
        part.rows.append([
            _part(column, cells[column.key], found, f"{what.key}/{row_id}/{column.key}", row)
            for column in what.columns
        ])


def _unit(what: Field) -> str:
    currency = getattr(what, "currency", None)
    if currency:
        return t(f"desk.currency.{currency}") if has_text(f"desk.currency.{currency}") else str(currency)
    return label(getattr(what, "unit", None))


def _digest(part: Part) -> str:
    """A short name of how a part looks besides what was typed in it."""
    offered = [code for code, _ in getattr(part.control, "choices", ())]
    rows = [[_digest(cell) for cell in row] for row in part.rows]
    chosen = part.control.data or "" if part.kind == "lookup" else ""  # drawn as a card once there is one
    shows = sorted(part.shows.items())
    look = (part.hidden, part.required, part.locked, part.text, part.errors, offered, rows, chosen, shows)
    return hashlib.sha256(repr(look).encode()).hexdigest()[:12]


def _group(section: Section, parts: tuple[Part, ...], form: Form) -> Group:
    folds = section.collapsed is not None and not form.tabs
    group = Group(section.key, label(section.title), label(section.help), parts, section.columns, folds)
    return replace(group, open=not folds or not section.collapsed or group.wrong)


def changed_parts(drawn: Sheet, data: Mapping[str, str]) -> list[Part]:
    """The parts that no longer look as the page last drew them."""
    return [part for part in drawn.parts if data.get(SEEN + part.key) != part.seen]


def with_row(form: Form, data: MultiDict[str, str], key: str) -> MultiDict[str, str]:
    """The posted page with one more, empty row in the sub-form `key`."""
    rows = _rows_of(data, key)
    return _renumbered(form, data, key, [*rows, {"row_id": [""]}])


def without_row(form: Form, data: MultiDict[str, str], key: str, number: int) -> MultiDict[str, str]:
    """The posted page without a row of the sub-form `key`."""
    rows = _rows_of(data, key)
    return _renumbered(form, data, key, [row for place, row in enumerate(rows) if place != number])


def worked(form: Form, data: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was posted after the button pressed, named in `action`, has added or removed a row."""
    act, _, rest = data.get("action", "").partition(":")
    key, _, number = rest.partition(":")
    if act == "add":
        return with_row(form, data, key)
    if act == "remove" and number.isdecimal():
        return without_row(form, data, key, int(number))
    return data


def _rows_of(data: MultiDict[str, str], key: str) -> list[dict[str, list[str]]]:
    rows: dict[int, dict[str, list[str]]] = {}
    for name in data:
        number, _, column = name.removeprefix(f"{key}-").partition("-")
        if name.startswith(f"{key}-") and number.isdecimal() and column:
            rows.setdefault(int(number), {})[column] = data.getlist(name)
    return [rows[number] for number in sorted(rows)]


def _renumbered(
    form: Form, data: MultiDict[str, str], key: str, rows: list[dict[str, list[str]]]
) -> MultiDict[str, str]:
    if not isinstance(form.fields.get(key), Subform):
        return data
    kept = [(name, value) for name in data if not name.startswith(f"{key}-") for value in data.getlist(name)]
    if key not in data:
        kept.append((key, ""))
    for number, row in enumerate(rows):
        kept += [(f"{key}-{number}-{column}", value) for column, values in row.items() for value in values]
    return MultiDict(kept)


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as it is read: its words, or of a sub-form `rows` under `heads`.

    live  values of the record a lookup points to, as they are now for this reader: (what, text)
    """

    key: str
    words: str
    said: str
    rows: Mapping[str, Any] | None = None
    live: tuple[tuple[str, str], ...] = ()


def read_only(
    form: Form, answers: Answers, readable: Iterable[str] | None = None
) -> list[tuple[str, list[Line]]]:
    """The answers as a reader sees them, section by section; what is hidden or empty is left out."""
    shown = set(form.fields if readable is None else readable)
    out = []
    for section in form.sections:
        lines: list[Line] = []
        for key in section.keys:
            what = form.fields[key]
            value = answers.typed.get(key) if what.has_value else None
            if key not in shown or not what.has_value or what.is_empty(value):
                continue
            rows = None
            if isinstance(what, Subform):
                heads = [label(column.label) for column in what.columns]
                cells = [[c.display(row[c.key], language()) or "" for c in what.columns] for row in value or ()]
                rows = {"heads": heads, "rows": cells}
            said = "" if rows else file_parts.shown(what, value) or what.display(value, language())
            lines.append(Line(key, label(what.label), said, rows, live_parts.live_of(what, value)))
        if lines:
            out.append((label(section.title), lines))
    return out
