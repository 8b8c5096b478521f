"""A person says which column of an uploaded list is which field: what they are asked, and what they answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access import Conflict
from app.models.upload import Upload
from app.services import imports, imports_memory
from app.services.imports_columns import Reader, digest, named
from app.services.imports_memory import Remembered
from app.services.imports_survey import Kind, kind_of_upload
from app.services.sheets import Row, column_name
from app.work import Reading, Work
from forms import Field
from forms.files import Filed

SAMPLES = 4
OPEN = ("matching", "checked", "refused")  # while nothing is taken over, the columns may be said anew


@dataclass(frozen=True, slots=True)
class Asked:
    """One column: what stands in it, the field it is taken for, and why.

    how  ``heading`` names the field, ``memory``: somebody said so before, ``person``: it was said of this file
    """

    place: int
    heading: str
    samples: tuple[str, ...]
    key: str | None
    how: str | None

    @property
    def letter(self) -> str:
        return column_name(self.place)


@dataclass(frozen=True, slots=True)
class Question:
    """The columns below one header row of a file, the rows that could be the header, and the fields to choose from."""

    upload: Upload
    kind: Kind
    sheet: int
    header: int
    heads: tuple[tuple[int, str, int, str], ...]  # sheet, its name, row number, how the row begins
    columns: tuple[Asked, ...]
    fields: tuple[Field, ...]
    remembered: tuple[Remembered, ...]
    in_use: str | None  # id of the remembered choice that fits these headings

    @property
    def missing(self) -> tuple[Field, ...]:
        """Required fields that no column answers as things stand."""
        taken = {column.key for column in self.columns}
        return tuple(each for each in self.fields if each.required and each.compute is None and each.key not in taken)


def question(view: Reading, upload_id: str, sheet: int | None = None, header: int | None = None) -> Question:
    """What is asked about an upload; Conflict once it is being taken over or its content is gone."""
    row = _open(imports.get(view.session, view.viewer, upload_id))
    kind = kind_of_upload(view.session, row)
    reader = kind.reader(view.session)
    pages: list[dict[str, Any]] = row.report.get("table", [])
    given = row.mapping if row.mapping is not None and header is None else None
    if given is not None:
        sheet, header = given["sheet"], given["header"]
    page = next((each for each in pages if each["sheet"] == sheet), None)
    if page is None or header is None or header not in _rows(page):
        page, header = _header(pages, reader)
    rows = _rows(page)
    references = {reference: key for key, reference in kind.references.items()}
    said = {int(place): references.get(told) for place, told in given["columns"].items()} if given else None
    head, below = rows[header], [each for number, each in rows.items() if number > header]
    remembered = imports_memory.lines(view.session, kind.target)
    own = digest(named(head).values())
    return Question(
        row, kind, page["sheet"], header, imports_memory.heads(pages),
        tuple(_columns(reader, head, below, said, imports_memory.words(view.session, kind.target, references))),
        tuple(field for field in kind.fields.values() if not isinstance(field, Filed)), tuple(remembered),
        next((each.id for each in remembered if digest(each.columns) == own), None),
    )  # fmt: skip


def _rows(page: Mapping[str, Any]) -> dict[int, Row]:
    return {number: Row(number, tuple(cells)) for number, cells in page["rows"]}


def _open(row: Upload) -> Upload:
    if row.forgotten_at is not None:
        raise Conflict("import.gone", at=row.forgotten_at)
    if row.status not in OPEN or not row.report.get("table"):
        raise Conflict("import.columns_settled")
    return row


def _header(pages: Sequence[dict[str, Any]], reader: Reader) -> tuple[dict[str, Any], int]:
    """The row most likely to hold the headings: that names most fields, else that has most different texts."""
    best: tuple[tuple[int, int], dict[str, Any], int] | None = None
    for page in pages:
        for number, row in _rows(page).items():
            score = (len(reader.recognised(row)), len({cell for cell in row.cells if cell is not None}))
            if best is None or score > best[0]:
                best = (score, page, number)
    if best is None:
        raise Conflict("import.columns_settled")
    return best[1], best[2]


def _columns(
    reader: Reader, head: Row, below: Sequence[Row], said: Mapping[int, str | None] | None, words: Mapping[str, str]
) -> list[Asked]:
    names, recognised = named(head), reader.recognised(head)
    chosen = reader.memory.get(digest(names.values()), {}) if names else {}
    taken = set(recognised.values())
    columns = []
    for place in range(max(len(row.cells) for row in (head, *below))):
        samples = [str(cell) for row in below if (cell := row.cell(place)) is not None]
        if place not in names and not samples:
            continue
        key, how = (said.get(place), "person") if said is not None else (recognised.get(place), "heading")
        before = chosen.get(names.get(place, ""), words.get(names.get(place, "")))
        if said is None and chosen and place in names:
            key, how = chosen.get(names[place]), "memory"
        elif said is None and key is None and before is not None and before not in taken:
            key, how = before, "memory"
            taken.add(before)
        heading = str(head.cell(place) or "")
        columns.append(Asked(place, heading, tuple(samples[:SAMPLES]), key, how if key is not None else None))
    return columns


def answer(
    view: Reading, upload_id: str, sheet: int, header: int, columns: Mapping[int, str]
) -> imports.Examined:
    """Look at the file again with its columns as a person says; Invalid with everything wrong about them."""
    row = _open(imports.get(view.session, view.viewer, upload_id, whole=True))
    kind = kind_of_upload(view.session, row)
    imports.may_import(view.viewer, kind)
    references = kind.references
    given = {
        "sheet": sheet, "header": header, "by": "person",
        "columns": {str(place): references[key] for place, key in columns.items() if key in references},
    }  # fmt: skip
    return imports.look(view, kind, row.filename, row.content, row.at, given=given)


def settle(work: Work, upload_id: str, found: imports.Examined, *, remember: bool) -> Upload:
    """Keep what a person said of an upload, and with `remember` for the next list of these headings."""
    row = _open(imports.get(work.session, work.viewer, upload_id))
    imports.may_import(work.viewer, found.kind)
    if remember and found.given is not None:
        head = found.given["header"]
        pages = [each for each in row.report["table"] if each["sheet"] == found.given["sheet"]]
        names = named(_rows(pages[0]).get(head, Row(head, ()))) if pages else {}
        said = {name: found.given["columns"].get(str(place)) for place, name in names.items()}
        imports_memory.remember(work, found.kind.target, said)
    imports.note(work, row, found)
    return row


def forget(work: Work, upload_id: str, mapping_id: str) -> None:
    """Drop a remembered choice of the list this upload is for."""
    row = imports.get(work.session, work.viewer, upload_id)
    kind = kind_of_upload(work.session, row)
    imports.may_import(work.viewer, kind)
    imports_memory.forget(work, mapping_id, kind.target)
