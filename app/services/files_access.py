"""Who may read a stored file: whoever may read, now, a record that holds it in a field they may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.access import Forbidden, Missing
from app.models.case import Case, CreditRequest
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.file import FileHolder
from app.models.record import Record
from app.queries import cases as case_queries
from app.queries import customers as customer_queries
from app.queries.scope import cases_in_scope, customers_in_scope, records_in_scope, requests_in_scope, unseen
from app.services import books, cases, customer_files, definitions, files, requests
from app.services.directory import directory
from app.work import Reading, Subject, Verb, Work
from forms import Answers, Field, Form
from forms.fields.files import HASH, File
from forms.files import files_of

MOST = 50  # records of one kind, newest first, that are asked whether they let this person read a file


@dataclass(frozen=True, slots=True)
class Held:
    """A file this person may read: where it is held, and in which field. An own upload is held by nothing yet."""

    file: File
    field: Field | None = None
    subject: Subject | None = None

    @property
    def personal(self) -> bool:
        return self.field is not None and self.field.personal


def readable(view: Reading, hash: str) -> Held:
    """The file as this person may read it; Missing where there is none, or none for them."""
    if not HASH.fullmatch(hash):
        raise Missing("file", hash[:80])
    own = File.of(files.found(view.session, view.viewer, hash))
    if own is not None:
        return Held(own)
    for subject, holding in _holding(view, hash):
        for field, file in holding:
            if file.hash == hash:
                return Held(file, field, subject)
    raise Missing("file", hash)


def read(work: Work, held: Held) -> None:
    """Note that somebody downloaded a file of a personal field; its name stays out of the entry."""
    if held.personal and held.subject is not None and held.field is not None:
        detail = {"sha256": held.file.hash, "field": held.field.key, "label": dict(held.field.label)}
        work.record(Verb.FILE_READ, held.subject, detail)


def _holding(view: Reading, hash: str) -> Iterator[tuple[Subject, Iterator[tuple[Field, File]]]]:
    """The records within reach that hold or held a file, each with the files this person may read there."""
    yield from _customers(view, hash)
    yield from _requests(view, hash)
    yield from _records(view, hash)


def _holders(query: Any, id: Any, kind: str, hash: str) -> Any:
    joined = query.join(FileHolder, FileHolder.subject_id == id)
    return joined.where(FileHolder.subject_type == kind, FileHolder.hash == hash).order_by(FileHolder.at.desc())


def _customers(view: Reading, hash: str) -> Iterator[tuple[Subject, Iterator[tuple[Field, File]]]]:
    query = customers_in_scope(_holders(select(Customer.id), Customer.id, "customer", hash), view.viewer)
    for id in view.session.scalars(query.limit(MOST)).all():
        row = customer_queries.file(view, id)
        _, form = customer_files.form_in_force(view.session)
        yield Subject("customer", id), _among(form, customer_files.stored(form, row), form.fields, view)


def _requests(view: Reading, hash: str) -> Iterator[tuple[Subject, Iterator[tuple[Field, File]]]]:
    """A request as its applicant reads it, and as its case shows it to those who take part or look on."""
    kind = "credit_request"
    own = select(CreditRequest).where(CreditRequest.applicant_id == view.viewer.id)
    query = requests_in_scope(_holders(own, CreditRequest.id, kind, hash), view.viewer)
    for row in view.session.scalars(query.limit(MOST)).all():
        case = None if row.case_id is None else view.session.get(Case, row.case_id)
        if case is None:
            form = definitions.compiled(view.session.get_one(Definition, row.form_id))
            flow = requests.road(view.session, row.flow_key).flow
        else:
            form, flow = cases.form_of(view.session, case), cases.flow_of(view.session, case)
        keys = requests.readable(flow, form, flow.start.id)
        yield Subject(kind, row.id), _among(form, row.answers, keys, view)
    query = cases_in_scope(_holders(select(Case.id, Case.request_id), Case.request_id, kind, hash), view.viewer)
    for id, request_id in view.session.execute(query.limit(MOST)).all():
        shown = case_queries.view(view, id, directory)
        typed = {each.field.key: each.value for section in shown.sections for each in section.fields}
        yield Subject(kind, request_id), files_of(shown.form, typed)


def _records(view: Reading, hash: str) -> Iterator[tuple[Subject, Iterator[tuple[Field, File]]]]:
    every = _holders(select(Record.book).distinct(), Record.id, "record", hash).order_by(None)
    for book in view.session.scalars(every).all():
        try:
            shelf = books.open_to(view.session, view.viewer, book)
        except (Missing, Forbidden):
            continue
        query = _holders(select(Record), Record.id, "record", hash)
        hidden = unseen(view.viewer, shelf.book)
        for row in view.session.scalars(records_in_scope(query, view.viewer, book, shelf.book).limit(MOST)).all():
            form = definitions.compiled(view.session.get_one(Definition, row.form_id))
            keys = [key for key in form.fields if key not in hidden]
            yield Subject("record", row.id), _among(form, row.answers, keys, view)


def _among(
    form: Form, stored: Mapping[str, Any], keys: Iterable[str], view: Reading
) -> Iterator[tuple[Field, File]]:
    shown = set(keys)
    typed = Answers.from_json(form, stored, view.zone).typed
    return files_of(form, {key: value for key, value in typed.items() if key in shown})
