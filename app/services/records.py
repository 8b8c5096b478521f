"""The writer of books' records: enter, change, remove, bring back; every road comes through here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select

from app.access import Conflict, Missing, Right, Scope, require
from app.db import insert_into, new_id
from app.models.customer import Customer
from app.models.record import KEPT, REMOVED, Record, RecordUnique, RecordValue
from app.queries.scope import by_formula, reach, records_in_scope, unwritable
from app.services import books, definitions, files, serials
from app.services.books import Shelf
from app.services.customers import sort_name
from app.services.lookups import Lookups, Remembering
from app.services.old_pages import stale
from app.services.record_values import Held, ask, clear, project, taken, uniques_of, values_of, write
from app.services.told import key_of, labels, told
from app.work import Personal, Reading, Subject, Verb, Work
from forms import Answers, Assessment, Lookup, assess, check
from forms.book import LONGEST, Act
from forms.fields import LookupField, Subform
from rules import Invalid, Problem

WRITING = (Verb.RECORD_CREATED, Verb.RECORD_CHANGED, Verb.RECORD_REMOVED, Verb.RECORD_RESTORED)
LONGEST_REASON = 500


def subject_of(record_id: str) -> Subject:
    return Subject("record", record_id)


def subject(row: Record) -> Subject:
    return subject_of(row.id)


def get(work: Work | Reading, key: str, record_id: str, act: Act = "read") -> tuple[Shelf, Record]:
    """A record this person may `act` on, with its book; anyone else's is Missing, a removed one too but to read."""
    shelf = books.open_to(work.session, work.viewer, key, act)
    query = select(Record).where(Record.id == record_id, Record.book == key)
    row = work.session.scalar(records_in_scope(query, work.viewer, key, shelf.book, act))
    if row is None:
        raise Missing("record", record_id)
    return shelf, row


def create(
    work: Work, key: str, raw: Mapping[str, Any], accepted: Collection[str] = (), *, source: str = "desk"
) -> Record:
    """A new record from raw answers; Invalid with every Problem, Conflict where somebody took a value just now."""
    return create_all(work, key, [(raw, accepted)], source=source)[0]


def create_all(
    work: Work, key: str, sent: Sequence[tuple[Mapping[str, Any], Collection[str]]], *, source: str
) -> list[Record]:
    """New records, all of them or none, written together; each pair is raw answers and the checks that were read."""
    require(work.viewer, Right.RECORD_WRITE)
    shelf = books.open_to(work.session, work.viewer, key, "write")
    lookups = Remembering(Lookups(work.session, work.viewer))
    held = ask(work.session, shelf, [raw for raw, _ in sent])
    made: list[tuple[Record, Answers]] = []
    for raw, accepted in sent:
        answers = _checked(work, shelf, raw, accepted, None, lookups, held)
        row = Record(
            id=new_id(), book=key, owner_id=work.viewer.id, department_id=work.viewer.department_id, source=source,
            status=KEPT, created_at=work.now,
        )  # fmt: skip
        _fill(work, shelf, row, answers)
        made.append((row, answers))
    work.session.add_all(row for row, _ in made)
    work.session.flush()
    project(work, shelf, [(row, row.answers) for row, _ in made])
    _within_reach(work, shelf, [row for row, _ in made])
    for row, answers in made:
        files.attach(work, subject(row), answers, {})
    for row, _ in made:
        answered = told(shelf.form, _owner(row), row.answers)
        names = labels(shelf.form, map(key_of, answered))
        work.record(
            Verb.RECORD_CREATED, subject(row), {**_told(shelf, row), "labels": names}, after=answered,
            definitions=(definitions.pin(shelf.row),),
        )  # fmt: skip
    return [row for row, _ in made]


def change(
    work: Work, key: str, record_id: str, row_version: int, raw: Mapping[str, Any], accepted: Collection[str] = ()
) -> bool:
    """Change a record under the version of its Form in force; True when something changed."""
    shelf, row = get(work, key, record_id, "write")
    _fresh(work, row, row_version)
    if row.status != KEPT:
        raise Conflict("record.is_removed", title=row.title)
    return restate(work, shelf, row, _checked(work, shelf, raw, accepted, row))


def restate(work: Work, shelf: Shelf, row: Record, answers: Answers) -> bool:
    """Put checked answers in the place of those stored; True when something changed, which the ledger then tells."""
    before, after = row.answers, answers.to_json()
    names = [f.key for f in shelf.form.asked if before.get(f.key) != after.get(f.key)]
    if not names:
        return False
    clear(work, row)
    _keep(work, shelf, row, answers)
    _within_reach(work, shelf, [row])
    files.attach(work, subject(row), answers, before)
    work.record(
        Verb.RECORD_CHANGED, subject(row),
        {**_told(shelf, row), "fields": names, "labels": labels(shelf.form, names)},
        before=told(shelf.form, _owner(row), before, names), after=told(shelf.form, _owner(row), after, names),
        definitions=(definitions.pin(shelf.row),),
    )  # fmt: skip
    return True


def remove(work: Work, key: str, record_id: str, row_version: int, reason: str) -> None:
    """Take a record out of its book, with a reason; its history stays and it can come back."""
    shelf, row = get(work, key, record_id, "remove")
    _fresh(work, row, row_version)
    if row.status != KEPT:
        raise Conflict("record.is_removed", title=row.title)
    reason = reason.strip()
    if not reason:
        raise Invalid([Problem("record.reason_needed", "/reason")])
    if len(reason) > LONGEST_REASON:
        raise Invalid([Problem("record.reason_long", "/reason", {"most": LONGEST_REASON})])
    clear(work, row, _reached_by(work, shelf))
    row.status, row.changed_at = REMOVED, work.now
    work.session.flush()
    work.record(
        Verb.RECORD_REMOVED, subject(row), _told(shelf, row), before={"status": KEPT}, after={"status": REMOVED},
        reason=reason,
    )  # fmt: skip


def restore(work: Work, key: str, record_id: str, row_version: int) -> None:
    """Bring a removed record back as it was; Conflict where a value of it is somebody else's by now."""
    shelf, row = get(work, key, record_id, "remove")
    _fresh(work, row, row_version)
    if row.status != REMOVED:
        raise Conflict("record.is_kept", title=row.title)
    row.status, row.changed_at = KEPT, work.now
    clear(work, row)
    project(work, shelf, [(row, Answers.from_json(shelf.form, row.answers, work.zone).to_json())])
    work.record(
        Verb.RECORD_RESTORED, subject(row), _told(shelf, row), before={"status": REMOVED}, after={"status": KEPT}
    )  # fmt: skip


def withdraw(work: Work, key: str, record_id: str, row_version: int) -> None:
    """Take away a record that a stopped import had entered, as if it had never been; its entries stay."""
    shelf, row = get(work, key, record_id, "write")
    _fresh(work, row, row_version)
    told_of = _told(shelf, row)
    clear(work, row)
    work.session.delete(row)
    work.session.flush()
    work.record(Verb.RECORD_WITHDRAWN, subject_of(record_id), told_of)


def look_over(view: Reading, shelf: Shelf, raw: Mapping[str, Any], row: Record | None = None) -> Assessment:
    """Everything the evaluator finds about answers being typed; nothing is stored."""
    return assess(
        shelf.form, raw, now=view.now.astimezone(view.zone), lookups=Lookups(view.session, view.viewer),
        stored=None if row is None else row.answers, writable=writable(view, shelf), taken=taken(view, shelf, raw, row),
    )  # fmt: skip


def writable(where: Work | Reading, shelf: Shelf) -> frozenset[str]:
    """The fields of a book this person may write."""
    return frozenset(shelf.form.fields) - unwritable(where.viewer, shelf.book)


def project_again(work: Work, key: str, after: str, most: int) -> list[str]:
    """Write the projected values of the next `most` kept records behind the id `after` anew; returns their ids.

    A value that became unique only now is held by the first record that has it; the others keep theirs unheld.
    """
    shelf = books.find(work.session, key)
    known = books.projections(work.session, shelf)
    query = select(Record).where(Record.book == key, Record.status == KEPT, Record.id > after)
    rows = work.session.scalars(query.order_by(Record.id).limit(most).with_for_update()).all()
    ids = [row.id for row in rows]
    for model in (RecordUnique, RecordValue):
        work.session.execute(delete(model).where(model.record_id.in_(ids)))
    for row in rows:
        stored = Answers.from_json(shelf.form, row.answers, work.zone).to_json()
        write(work, RecordValue, values_of(shelf, row.id, stored, known))
        for hold in uniques_of(shelf, row.id, row.customer_id, stored, known):
            work.session.execute(insert_into(work.session, RecordUnique).values(**hold).on_conflict_do_nothing())
    return ids


def exported(
    work: Work, key: str, filters: Mapping[str, str], count: int, form: str, whole: Collection[str] = ()
) -> None:
    """Note that somebody took a list home; `whole` are fields that others see masked only."""
    shelf = books.open_to(work.session, work.viewer, key)
    detail = {"book": key, "book_title": dict(shelf.title), "count": count, "format": form, "filters": dict(filters)}
    if whole:
        detail |= {"whole": sorted(whole), "labels": labels(shelf.form, sorted(whole))}
    work.record(Verb.RECORDS_EXPORTED, Subject("book", key), detail)


# parts of an act -------------------------------------------------------------------------------------------------


def _checked(
    work: Work, shelf: Shelf, raw: Mapping[str, Any], accepted: Collection[str], row: Record | None,
    lookups: Lookup | None = None, held: Held | None = None,
) -> Answers:  # fmt: skip
    answers = check(
        shelf.form, raw, now=work.local, lookups=lookups or Lookups(work.session, work.viewer),
        stored=None if row is None else row.answers, writable=writable(work, shelf), accepted=accepted,
        taken=taken(work, shelf, raw, row, held),
    )  # fmt: skip
    _reachable(work, shelf, answers)
    return files.sign(work, serials.number(work, shelf.key, answers), writable(work, shelf))


def _reachable(work: Work, shelf: Shelf, answers: Answers) -> None:
    """Nobody enters a record about a customer whose records they could not write."""
    key, scope = shelf.book.customer, reach(work.viewer, shelf.book, "write")
    if key is None or scope is Scope.ALL:
        return
    customer = work.session.get(Customer, answers.values[key])
    if customer is None or not _within(work, scope, customer):
        raise Invalid([shelf.form.fields[key].problem("lookup.not_found", f"/{key}")])


def _within(work: Work, scope: Scope | None, customer: Customer) -> bool:
    viewer = work.viewer
    if customer.owner_id == viewer.id:
        return True
    if scope is Scope.DEPARTMENT:
        return customer.department_id is not None and customer.department_id == viewer.department_id
    return scope is Scope.TREE and customer.department_id in viewer.tree


def _keep(work: Work, shelf: Shelf, row: Record, answers: Answers) -> None:
    _fill(work, shelf, row, answers)
    work.session.flush()
    project(work, shelf, [(row, row.answers)])


def _fill(work: Work, shelf: Shelf, row: Record, answers: Answers) -> None:
    row.form_id, row.answers, row.changed_at = shelf.row.id, answers.to_json(), work.now
    row.customer_id = answers.values[shelf.book.customer] if shelf.book.customer is not None else None
    row.title = title_of(shelf, answers)
    row.sort_title = sort_name(row.title)


def title_of(shelf: Shelf, answers: Answers) -> str:
    """What a record is called: the first column of its list, else its first answer that no role is kept from."""
    hidden = {key for grant in shelf.book.access for key in grant.hidden}
    for key in (*shelf.book.columns, *(f.key for f in shelf.form.asked)):
        if key in hidden:
            continue
        said = answers.display(key, "zh-CN").strip()
        if said and not isinstance(shelf.form.fields[key], LookupField | Subform):
            return said[:LONGEST]
    named = (answers.display(key)[:LONGEST] for key in shelf.book.columns if key not in hidden and answers.display(key))
    return next(named, "—")


def _reached_by(work: Work, shelf: Shelf) -> list[int]:
    """The projections by which formulas tell who reaches a record: a removed one keeps these."""
    known = books.projections(work.session, shelf)
    return [known[key].id for key in shelf.book.reached_by if key in known]


def _within_reach(work: Work, shelf: Shelf, rows: Sequence[Record]) -> None:
    """Nobody writes a record that a formula would then put out of their own reach."""
    if not by_formula(work.viewer, shelf.book, "write"):
        return
    mine = select(func.count(Record.id)).where(Record.id.in_([row.id for row in rows]))
    if work.session.scalar(records_in_scope(mine, work.viewer, shelf.key, shelf.book, "write")) != len(rows):
        raise Invalid([Problem("record.out_of_reach", "", {"book": dict(shelf.title)})])


def _fresh(work: Work, row: Record, row_version: int) -> None:
    if row.row_version != row_version:
        raise stale(work.session, subject(row), row.title, WRITING)


def _owner(row: Record) -> str:
    """Under whose key its personal values are sealed: the customer's it is about, or its own."""
    return row.customer_id or row.id


def _told(shelf: Shelf, row: Record) -> dict[str, Any]:
    """What every entry about a record says of it."""
    found: dict[str, Any] = {"book": shelf.key, "book_title": dict(shelf.title), "title": row.title}
    if any(shelf.form.fields[key].personal for key in shelf.book.columns[:1]):
        found["title"] = Personal(_owner(row), "title", row.title)
    return {**found, "customer_id": row.customer_id} if row.customer_id is not None else found
