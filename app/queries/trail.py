"""The trail as pages show it: entries found by subject, actor, act and day, each with the names its sentence needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, Text, cast, func, literal, or_, select, tuple_, union
from sqlalchemy.orm import Session

from app.access import Missing, Right, Scope, require
from app.models.case import Case, CreditRequest
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.ledger import Entry, Leaf
from app.models.people import User
from app.queries.scope import cases_in_scope, customers_in_scope, requests_in_scope
from app.queries.trail_names import NOBODY, Names, names_of
from app.work import Reading, Subject, Verb
from ledger import Malformed, canonical

PAGE = 50
FOUND = 20  # subjects that one search word may stand for
GOING_WITH = ("customer", "credit_request", "case")  # subjects whose entries go with the customer
WINDOW = 200_000  # newest entries whose bodies a search for text reads

GROUPS: Mapping[str, tuple[str, ...]] = {
    "definition": ("definition.", "field_set."),
    "customer": ("customer.", "customers.", "items.", "upload.", "evidence."),
    "record": ("record.", "records."),
    "request": ("credit_request.", "answers."),
    "rating": ("rating.",),
    "limit": ("limit.",),
    "case": ("case.", "task."),
    "decision": ("decision.",),
    "people": ("user.", "post.", "department."),
    "sign_in": ("session.", "password.", "token."),
    "trail": ("trail.", "key.", "history."),
    "system": ("job.", "demo."),
}
STORY = ("case", "decision", "request", "limit")  # what a time line of a case tells
FILE = ("customer", "record", "rating", "limit")  # what a time line of a customer tells beside its cases
OUTCOMES = (Verb.CASE_OPENED, Verb.CASE_APPROVED, Verb.CASE_REJECTED, Verb.CASE_WITHDRAWN, Verb.CASE_VOIDED)
QUIET = (Verb.CASE_ROUTED, Verb.TASK_NOT_REQUIRED, Verb.DECISION_SUPERSEDED, Verb.CASE_TOLD)
COLUMNS: tuple[Any, ...] = (
    Entry.id, Leaf.idx, Entry.subject_type, Entry.subject_id, Entry.subject_seq, Entry.ts, Entry.actor,
    Entry.actor_name, Entry.verb, Entry.customer_id, Entry.case_id, Entry.body, Entry.leaf_hash, Entry.prev_hash,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for. `group` is a key of GROUPS or a verb; days are business days, both included."""

    subject: str = ""  # number, name, key or id as typed
    type: str = ""
    id: str = ""
    customer: str = ""
    case: str = ""
    actor: str = ""
    group: str = ""
    since: date | None = None
    until: date | None = None
    text: str = ""

    @property
    def any(self) -> bool:
        return self != Filters()


def filters_of(subject: Subject) -> Filters:
    """Everything that belongs to a subject: to a case also its request, to a customer also its cases."""
    if subject.type == "customer":
        return Filters(customer=subject.id)
    return Filters(case=subject.id) if subject.type == "case" else Filters(type=subject.type, id=subject.id)


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry. `members` are those of its body, empty where the stored bytes cannot be read (`readable` is false)."""

    id: int
    place: int | None  # index in the ledger; None while it waits for one
    subject: Subject
    seq: int
    ts: datetime
    actor: str
    actor_name: str
    verb: str
    customer_id: str | None
    case_id: str | None
    body: bytes
    leaf_hash: bytes
    prev_hash: bytes
    members: Mapping[str, Any]
    names: Names = NOBODY

    @property
    def readable(self) -> bool:
        return bool(self.members)

    @property
    def detail(self) -> Mapping[str, Any]:
        return self._part("detail")

    @property
    def before(self) -> Mapping[str, Any]:
        return self._part("before")

    @property
    def after(self) -> Mapping[str, Any]:
        return self._part("after")

    def _part(self, name: str) -> Mapping[str, Any]:
        found = self.members.get(name)
        return found if isinstance(found, Mapping) else {}

    def text(self, name: str) -> str | None:
        """A member of the body that is text: role, on_behalf, reason."""
        found = self.members.get(name)
        return found if isinstance(found, str) else None

    @property
    def definitions(self) -> tuple[Mapping[str, Any], ...]:
        """The versions that were in force, as pinned."""
        found = self.members.get("definitions")
        return tuple(each for each in found if isinstance(each, Mapping)) if isinstance(found, list) else ()


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries, newest first; `newer` and `older` are ids to page from. `windowed`: older bodies were not searched."""

    rows: tuple[EntryRow, ...]
    newer: int | None = None
    older: int | None = None
    windowed: bool = False


def read_members(body: bytes) -> dict[str, Any]:
    """The members of stored bytes; nothing where somebody made them unreadable."""
    try:
        found = canonical.parse(bytes(body))
    except Malformed:
        return {}
    return found if isinstance(found, dict) else {}


def selected() -> Select[Any]:
    """Entries with their place, to be narrowed and ordered; `rows_of` reads them."""
    return select(*COLUMNS).join(Leaf, Leaf.entry_id == Entry.id, isouter=True)


def _row(found: Row[Any], members: Mapping[str, Any], names: Names) -> EntryRow:
    return EntryRow(
        found.id, found.idx, Subject(found.subject_type, found.subject_id), found.subject_seq, found.ts, found.actor,
        found.actor_name, found.verb, found.customer_id, found.case_id, bytes(found.body), bytes(found.leaf_hash),
        bytes(found.prev_hash), members, names,
    )  # fmt: skip


def rows_of(session: Session, found: Sequence[Row[Any]]) -> tuple[EntryRow, ...]:
    """What `selected` found, with the names its sentences need."""
    parsed = [(each, read_members(each.body)) for each in found]
    names = names_of(session, parsed)
    return tuple(_row(each, members, names) for each, members in parsed)


def _in_scope(query: Select[Any], reading: Reading) -> Select[Any]:
    """All entries, or where the right is narrowed those about customers and cases within it."""
    viewer = reading.viewer
    whole = viewer.scope(Right.TRAIL_READ) is Scope.ALL
    if whole and viewer.everybody(Right.TRAIL_READ):
        return query
    customers = customers_in_scope(select(Customer.id), viewer, Right.TRAIL_READ)
    cases = cases_in_scope(select(Case.id), viewer, Right.TRAIL_READ)
    about = or_(Entry.customer_id.in_(customers), Entry.case_id.in_(cases))
    if not whole:
        return query.where(about)
    requests = requests_in_scope(select(CreditRequest.id), viewer, Right.TRAIL_READ)
    asked = (Entry.subject_type == "credit_request") & Entry.subject_id.in_(requests)
    others = Entry.customer_id.is_(None) & Entry.case_id.is_(None) & Entry.subject_type.not_in(GOING_WITH)
    return query.where(or_(about, asked, others))


def entries(
    reading: Reading,
    filters: Filters,
    *,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
) -> EntryPage:
    """Entries that fit, newest first: those older than id `before`, or the page just newer than id `after`."""
    require(reading.viewer, Right.TRAIL_READ)
    query: Select[Any] = _in_scope(select(Entry.id), reading)
    for condition in _conditions(reading, filters):
        query = query.where(condition)
    windowed = False
    if filters.text:
        newest = reading.session.scalar(select(func.max(Entry.id))) or 0
        windowed = newest > WINDOW
        query = query.where(_contains(reading, filters.text), Entry.id > newest - WINDOW)
    backwards = after is not None and before is None
    if before is not None:
        query = query.where(Entry.id < before)
    elif after is not None:
        query = query.where(Entry.id > after)
    # Ids first, from an index alone: sorting whole entries to throw most of them away took seconds at 200,000.
    query = query.order_by(Entry.id if backwards else Entry.id.desc()).limit(limit + 1)
    ids = reading.session.scalars(query).all()
    more = len(ids) > limit
    here = selected().where(Entry.id.in_(ids[:limit])).order_by(Entry.id.desc())
    rows = rows_of(reading.session, reading.session.execute(here).all())
    if not rows:
        return EntryPage((), windowed=windowed)
    newer = rows[0].id if (more if backwards else before is not None) else None
    older = rows[-1].id if (backwards or more) else None
    return EntryPage(rows, newer, older, windowed)


def _conditions(reading: Reading, filters: Filters) -> Iterable[ColumnElement[bool]]:
    if filters.type and filters.id:
        yield Entry.subject_type == filters.type
        yield Entry.subject_id == filters.id
    if filters.subject:
        yield Entry.id.in_(_about(filters.subject.strip(), reading))
    if filters.customer:
        yield Entry.customer_id == filters.customer
    if filters.case:
        request = select(CreditRequest.id).where(CreditRequest.case_id == filters.case)
        asked = select(Entry.id).where(Entry.subject_type == "credit_request", Entry.subject_id.in_(request))
        yield Entry.id.in_(union(select(Entry.id).where(Entry.case_id == filters.case), asked))
    if filters.actor:
        yield Entry.actor.in_(_actors(filters.actor.strip()))
    if filters.group:
        yield in_group(filters.group)
    if filters.since:
        yield Entry.ts >= datetime.combine(filters.since, time(), reading.zone)
    if filters.until:
        yield Entry.ts < datetime.combine(filters.until + timedelta(days=1), time(), reading.zone)


def in_group(group: str) -> ColumnElement[bool]:
    """Verbs of a group; of one verb where `group` is no group."""
    starts = GROUPS.get(group)
    return Entry.verb.in_([verb.value for verb in Verb if verb.value.startswith(starts)] if starts else [group])


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _contains(reading: Reading, word: str) -> ColumnElement[bool]:
    """Bodies that hold `word` as it is written in JSON; sealed personal values cannot be found this way."""
    written = canonical.dumps(word).decode()[1:-1]
    if reading.session.get_bind().dialect.name == "postgresql":
        return func.convert_from(Entry.body, "UTF8").ilike(_like(written), escape="\\")
    return cast(Entry.body, Text).like(_like(written), escape="\\")


def _about(word: str, reading: Reading) -> Select[Any]:
    """Ids of entries about what `word` names: a number, a name, a title, a definition's key, or an id."""
    like = _like(word)
    customers = (
        select(Customer.id)
        .where(or_(Customer.number == word, Customer.id == word, Customer.name.ilike(like, escape="\\"),
                   Customer.credit_code == word))
        .order_by(Customer.id).limit(FOUND)
    )  # fmt: skip
    cases = select(Case.id).where(or_(Case.number == word, Case.id == word)).limit(FOUND)
    requests = select(CreditRequest.id).where(or_(CreditRequest.number == word, CreditRequest.id == word)).limit(FOUND)
    users = select(User.id).where(or_(User.username == word, User.name == word, User.id == word)).limit(FOUND)
    titled = or_(Definition.key == word, cast(Definition.title, Text).ilike(like, escape="\\"))
    definitions = (
        select(cast(Definition.kind + literal("/") + Definition.key, String)).where(titled).distinct().limit(FOUND)
    )
    by_type = {"credit_request": requests, "user": users, "definition": definitions}
    parts = [
        select(Entry.id).where(Entry.customer_id.in_(customers)),
        select(Entry.id).where(Entry.case_id.in_(cases)),
        *(select(Entry.id).where(Entry.subject_type == t, Entry.subject_id.in_(q)) for t, q in by_type.items()),
        select(Entry.id).where(Entry.subject_id == word),
    ]
    return select(union(*parts).subquery().c.id)


def _actors(word: str) -> Select[Any]:
    like = _like(word)
    named = or_(User.name.ilike(like, escape="\\"), User.username.ilike(like, escape="\\"), User.id == word)
    people = select(User.id).where(named).limit(FOUND)
    known = union(select(people.subquery().c.id), select(literal(word)))
    return select(known.subquery().c[0])


def chains(session: Session, subjects: Sequence[Subject], size: int) -> tuple[EntryRow, ...]:
    """Every entry of these subjects that has a place below `size`, in ledger order: what an export holds."""
    found: list[Row[Any]] = []
    for start in range(0, len(subjects), FOUND):
        some = [(each.type, each.id) for each in subjects[start : start + FOUND]]
        about = tuple_(Entry.subject_type, Entry.subject_id).in_(some)
        found += session.execute(selected().where(about, Leaf.idx < size)).all()
    return rows_of(session, sorted(found, key=lambda each: each.idx))


def entry(reading: Reading, entry_id: int) -> EntryRow:
    """One entry; Missing where there is none or it is out of scope."""
    require(reading.viewer, Right.TRAIL_READ)
    found = reading.session.execute(_in_scope(selected(), reading).where(Entry.id == entry_id)).one_or_none()
    if found is None:
        raise Missing("entry", str(entry_id))
    return rows_of(reading.session, [found])[0]


def may_open(reading: Reading, row: EntryRow) -> bool:
    """Whether the reader may see personal values of the customer whom an entry is about."""
    if row.customer_id is None:
        return False
    query = customers_in_scope(select(Customer.id).where(Customer.id == row.customer_id), reading.viewer)
    return reading.session.scalar(query) is not None


def neighbours(reading: Reading, row: EntryRow) -> tuple[int | None, int | None]:
    """Ids of the entries before and after in the chain of the same subject."""
    query = select(Entry.subject_seq, Entry.id).where(
        Entry.subject_type == row.subject.type,
        Entry.subject_id == row.subject.id,
        Entry.subject_seq.in_((row.seq - 1, row.seq + 1)),
    )
    found = {each.subject_seq: each.id for each in reading.session.execute(query)}
    return found.get(row.seq - 1), found.get(row.seq + 1)


def case_timeline(reading: Reading, case_id: str, *, limit: int = 200) -> tuple[EntryRow, ...]:
    """What happened to a case, newest first, for everybody who may read the case itself."""
    cases = cases_in_scope(select(Case.id).where(Case.id == case_id), reading.viewer)
    query = (
        selected()
        .where(Entry.case_id.in_(cases), or_(*map(in_group, STORY)), Entry.verb.notin_(QUIET))
        .order_by(Entry.id.desc())
        .limit(limit)
    )
    return rows_of(reading.session, reading.session.execute(query).all())


def customer_timeline(reading: Reading, customer_id: str, *, limit: int = 30) -> tuple[EntryRow, ...]:
    """What happened to a customer and how its cases began and ended, newest first, within the reader's scope."""
    own = customers_in_scope(select(Customer.id).where(Customer.id == customer_id), reading.viewer)
    cases = cases_in_scope(select(Case.id).where(Case.customer_id == customer_id), reading.viewer)
    about = or_(*map(in_group, FILE)) & (Entry.subject_type == "customer")
    outcome = Entry.verb.in_(OUTCOMES) & Entry.case_id.in_(cases)
    query = (
        selected().where(Entry.customer_id.in_(own), or_(about, outcome)).order_by(Entry.id.desc()).limit(limit)
    )
    return rows_of(reading.session, reading.session.execute(query).all())


def subject_timeline(reading: Reading, subject: Subject, *, limit: int = 50) -> tuple[EntryRow, ...]:
    """What happened to one subject, newest first, for whoever was let through to the subject itself."""
    about = (Entry.subject_type == subject.type) & (Entry.subject_id == subject.id)
    query = selected().where(about).order_by(Entry.subject_seq.desc()).limit(limit)
    return rows_of(reading.session, reading.session.execute(query).all())
