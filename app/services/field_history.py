"""The history of each field of a customer's file, a credit request or a record: who, when, by which road, from, to.

It is read from the ledger alone. Fields are followed by their ids, so that one that was renamed keeps its history, and
are shown as the version of the form that an act names shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import select

from app.access import Missing
from app.models.case import Case, CreditRequest
from app.models.definition import Definition
from app.queries import customers as customer_queries
from app.queries import histories
from app.queries import records as record_queries
from app.queries.cases import readable_fields
from app.queries.records import Listing
from app.queries.scope import cases_in_scope, requests_in_scope, unseen
from app.queries.trail import EntryRow
from app.services import books, cases, customer_files, customers, definitions, records, requests, told
from app.services.lookups import Lookups
from app.services.personal import Opener
from app.work import Reading, Road, Subject, Verb, Work
from forms import Field, Form
from forms.fields import Subform
from forms.fields.choice import Choice
from forms.fields.lookup import Picked
from forms.label import Label, listed, say
from forms.stored import read_one

PAGE = 30  # acts
MOST_EXPORTED = 20_000  # changes
SEALED = frozenset({"commitment", "cipher"})
State = Literal["open", "sealed", "erased"]


@dataclass(frozen=True, slots=True)
class Said:
    """A stored answer as an act tells it; `state` other than open: it was erased, or is not for this reader."""

    value: Any = None
    state: State = "open"


@dataclass(frozen=True, slots=True)
class Change:
    """One field in one act. `field` is None where no form asks for the member `key` (a column of the file)."""

    key: str
    field: Field | None
    before: Said
    after: Said


@dataclass(frozen=True, slots=True)
class Act:
    """What one act changed, as far as the reader may see it; `road` None where the entry is older than roads."""

    row: EntryRow
    road: Road | None
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Acts, newest first; `next` is the number of the last one, to go on from."""

    acts: tuple[Act, ...]
    next: int | None = None


@dataclass(frozen=True, slots=True)
class About:
    """Whose history somebody asks for, and what of it they may see.

    form    by which its fields are called now; `shows` says of a version which of its keys this reader may see
    author  the reader wrote it: what is a draft's is shown too
    columns members that answer a field by another name, and those that no form asks for
    """

    subject: Subject
    name: str
    form_key: str
    form: Form
    verbs: tuple[Verb, ...]
    shows: Callable[[Form], frozenset[str]]
    author: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()

    @property
    def fields(self) -> list[Field]:
        """The fields whose history this reader may ask for."""
        shown = self.shows(self.form)
        return [each for each in self.form.asked if each.key in shown]


def of_record(view: Reading, book: str, record_id: str) -> About:
    """A record within reach, removed ones too; anyone else's is Missing."""
    shelf = books.open_to(view.session, view.viewer, book)
    row = record_queries.one(view, Listing(book, shelf.book, {}), record_id)
    if row is None:
        raise Missing("record", record_id)
    now = {shelf.form.fields[key].id for key in unseen(view.viewer, shelf.book) if key in shelf.form.fields}

    def shows(form: Form) -> frozenset[str]:
        """What no form asks any more goes by the permissions of the version that asked last."""
        then = unseen(view.viewer, form.book) if form.book is not None else frozenset()
        kept = {each.id for each in shelf.form.fields.values()}
        return frozenset(
            each.key for each in form.fields.values()
            if each.id not in now and (each.id in kept or each.key not in then)
        )  # fmt: skip

    verbs = (Verb.RECORD_CREATED, Verb.RECORD_CHANGED)
    return About(records.subject_of(record_id), row.title, shelf.key, shelf.form, verbs, shows)


def of_customer(view: Reading, customer_id: str) -> About:
    """The file of a customer within reach; anyone else's is Missing."""
    file = customer_queries.file(view, customer_id)
    row, form = customer_files.form_in_force(view.session)
    return About(
        Subject("customer", customer_id), file.name, row.key, form, (Verb.CUSTOMER_CREATED, Verb.CUSTOMER_CHANGED),
        lambda version: frozenset(version.fields), columns=customers.FIELDS, plain=frozenset(customers.COLUMNS),
    )  # fmt: skip


def of_request(view: Reading, request_id: str) -> About:
    """A request within reach, as far as its case shows it to this reader; its drafts are its applicant's alone."""
    query = select(CreditRequest).where(CreditRequest.id == request_id)
    taking_part = CreditRequest.case_id.in_(cases_in_scope(select(Case.id), view.viewer))
    file = view.session.scalar(requests_in_scope(query, view.viewer)) or view.session.scalar(query.where(taking_part))
    if file is None:
        raise Missing("credit_request", request_id)
    case = None if file.case_id is None else view.session.get(Case, file.case_id)
    row = view.session.get_one(Definition, file.form_id)
    if case is None:
        road = requests.road(view.session, file.flow_key)
        form: Form = definitions.compiled(row)
        keys = requests.readable(road.flow, form, road.flow.start.id)
    else:
        form = cases.form_of(view.session, case)
        keys = readable_fields(view, case, cases.flow_of(view.session, case), form)
    seen = {form.fields[key].id for key in keys}
    ids = {each.id for each in form.fields.values()}
    verbs = (Verb.REQUEST_DRAFTED, Verb.REQUEST_CHANGED, Verb.REQUEST_SUBMITTED, Verb.ANSWERS_CHANGED)
    author = file.applicant_id == view.viewer.id
    return About(
        Subject("credit_request", request_id), file.number or "", row.key, form, verbs,
        lambda version: frozenset(
            each.key for each in version.fields.values() if each.id in seen or (author and each.id not in ids)
        ),
        author,
    )  # fmt: skip


class History:
    """The history of one subject for one reader. `open_value` opens personal values, as their fields show them."""

    def __init__(self, view: Reading, about: About, open_value: Opener) -> None:
        self.about = about
        self._view = view
        self._open = open_value
        self._forms: dict[int, Form] = {}
        self._names: dict[tuple[str, str], str | Label] = {}
        self._lookups = Lookups(view.session, view.viewer)

    def page(self, wanted: str = "", before: int | None = None, limit: int = PAGE) -> Page:
        """Acts before the one numbered `before` that changed the field with the key `wanted`, or any."""
        found: list[Act] = []
        for act in self._acts(wanted, before):
            if len(found) == limit:
                return Page(tuple(found), found[-1].row.seq)
            found.append(act)
        return Page(tuple(found))

    def everything(self, wanted: str = "") -> Iterator[tuple[Act, Change]]:
        """Every change, newest first, up to `MOST_EXPORTED`."""
        told_so_far = 0
        for act in self._acts(wanted, None):
            for change in act.changes:
                if told_so_far == MOST_EXPORTED:
                    return
                told_so_far += 1
                yield act, change

    def _acts(self, wanted: str, before: int | None) -> Iterator[Act]:
        known = self.about.form.fields.get(wanted)
        id = wanted if known is None else known.id
        while True:
            rows = histories.acts(self._view, self.about.subject, self.about.verbs, before)
            for row in rows:
                changes = tuple(each for each in self.changes(row) if not wanted or _called(each) == id)
                if changes:
                    yield Act(row, _road(row), changes)
            if not rows:
                return
            before = rows[-1].seq

    def changes(self, row: EntryRow) -> Iterator[Change]:
        """What one act changed, as far as the reader may see it; nothing of an act that changes no answers."""
        if row.verb in self.about.verbs:
            yield from self._changes(row)

    def _changes(self, row: EntryRow) -> Iterator[Change]:
        about = self.about
        if row.detail.get("private") and not about.author:
            return
        form = self._form(row)
        shown, names = about.shows(form), dict.fromkeys((*row.after, *row.before))
        earlier = row.before
        saved = row.detail.get("saved")
        if about.author and isinstance(saved, Mapping):  # what was saved before it was sent in stands for itself
            names, earlier = dict.fromkeys(saved), saved
        for name in names:
            key = told.key_of(name)
            key = about.columns.get(name, key)
            field = form.fields.get(key) if name in about.plain or name not in _RESERVED else None
            if field is None and name not in about.plain:
                continue
            if field is not None and (not field.has_value or key not in shown):
                continue
            before = self._said(row, field, name, earlier)
            after = self._said(row, field, name, row.after)
            if any(each.state != "open" or each.value not in (None, "", []) for each in (before, after)):
                yield Change(key, field, before, after)

    def _form(self, row: EntryRow) -> Form:
        """The version that an act names, else the one by which fields are called now."""
        for pin in row.definitions:
            if pin.get("kind") == "form" and pin.get("key") == self.about.form_key:
                version = int(pin["version"])
                if version not in self._forms:
                    stored = definitions.find(self._view.session, "form", self.about.form_key, version)
                    self._forms[version] = definitions.compiled(stored)
                return self._forms[version]
        return self.about.form

    def _said(self, row: EntryRow, field: Field | None, name: str, part: Mapping[str, Any]) -> Said:
        value = part.get(name)
        if not isinstance(value, Mapping):
            return Said(value)
        if value.get("erased") is True:
            return Said(state="erased")
        if value.keys() != SEALED:
            return Said(value)
        for owner in (row.customer_id, row.subject.id):
            text = self._open(owner, name, value) if owner is not None else None
            if text is not None:
                return Said(told.unsealed(field, text))
        return Said(state="erased")

    def words(self, change: Change, locale: str) -> tuple[str, str]:
        """What the field said before and after, as its readers see it; empty for nothing, and for what is erased.

        Of the rows of a sub-form only those that are not the same.
        """
        before, after = change.before.value, change.after.value
        if isinstance(change.field, Subform) and isinstance(before, list) and isinstance(after, list):
            before, after = [r for r in before if r not in after], [r for r in after if r not in before]
        return self._words(change.field, before, locale), self._words(change.field, after, locale)

    def _words(self, field: Field | None, value: Any, locale: str) -> str:
        if value is None or value in ("", []):
            return ""
        if field is None:
            return str(value)
        if isinstance(field, Picked):
            ids = value if isinstance(value, list) else [value]
            return listed((self._name(field, str(id), locale) for id in ids), locale)
        if isinstance(field, Choice) and isinstance(value, str) and field.option(value) is None:
            named = next((o for o in field.options if value in o.label.values()), None)
            return value if named is None else say(named.label, locale)  # words that came from elsewhere, or a column's
        return field.display(read_one(field, value, self._view.zone), locale)

    def _name(self, field: Picked, id: str, locale: str) -> str:
        """What a record is called now, as far as this reader may see it; else its id."""
        if (field.of, id) not in self._names:
            found = self._lookups.find(field.of, id)
            self._names[field.of, id] = id if found is None else found.get("name") or id
        name = self._names[field.of, id]
        return name if isinstance(name, str) else say(name, locale)


_RESERVED = frozenset({told.ANSWERS})


def _called(change: Change) -> str:
    return change.key if change.field is None else change.field.id


def _road(row: EntryRow) -> Road | None:
    found = row.detail.get("road")
    return Road(found) if found in list(Road) else None


def raw(change: Change) -> tuple[Any, Any]:
    """The stored answers before and after as programs read them, masked as the field masks them."""
    pair = (change.before.value, change.after.value)
    if change.field is None:
        return pair
    before, after = (None if each is None else change.field.masked(each) for each in pair)
    return before, after


def exported(work: Work, about: About, wanted: str, count: int) -> None:
    """Note that somebody took a history home."""
    detail = {"name": about.name, "count": count, **({"fields": [wanted]} if wanted else {})}
    work.record(Verb.HISTORY_EXPORTED, about.subject, detail)
