"""The trail of a case, a customer or a definition as a file that anyone can verify without us."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from app.access import Conflict, Missing, Right, Viewer, require
from app.db import Database
from app.models.case import Case, CreditRequest
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.ledger import Checkpoint, Entry
from app.queries.scope import cases_in_scope, customers_in_scope
from app.queries.trail import EntryRow, chains
from app.services import states
from app.services.keyring import Keyring
from app.services.ledger import StoredNodes, sequence, sign
from app.work import Subject, Verb, Work
from ledger import Checkpoint as Head
from ledger import (
    Nodes,
    Pinned,
    PublicKey,
    Trail,
    canonical,
    consistency_proof,
    ed25519_signer,
    inclusion_proof,
    read_checkpoint,
    verify_inclusion,
    write_bundle,
)
from rules import Invalid, Problem

EXPORTED = ("case", "customer", "definition")
MOST_ENTRIES = 50_000
CHUNK = 200
ROUNDS = 5
LATEST, SPREAD = 50, 50  # earlier checkpoints in a file: the newest ones, and some spread over all before


@dataclass(frozen=True, slots=True)
class Dossier:
    """What an export holds: the chains of `subjects`, the first of which it is about; `name` names the file."""

    subject: Subject
    name: str
    title: Mapping[str, str] | str
    subjects: tuple[Subject, ...]
    states: Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class House:
    """What writing a file takes: the database, the keys, the ledger's name, and the time."""

    database: Database
    keys: Keyring
    origin: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """What the file will contain, counted before it is made."""

    entries: int
    subjects: Mapping[str, int]
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is in the ledger: hashes from its leaf to a checkpoint's root. `holds` was computed just now."""

    place: int
    checkpoint: str
    size: int
    at: datetime
    hashes: tuple[bytes, ...]
    holds: bool


def find(session: Session, viewer: Viewer | None, subject_type: str, subject_id: str) -> Dossier:
    """What belongs to a subject; Missing where there is none, or none this viewer may export (None: the system)."""
    if viewer is not None:
        require(viewer, Right.TRAIL_EXPORT)
    make = {"case": _case, "customer": _customer, "definition": _definition}.get(subject_type)
    found = make(session, viewer, subject_id) if make is not None else None
    if found is None:
        raise Missing(subject_type, subject_id)
    return found


def _case(session: Session, viewer: Viewer | None, case_id: str) -> Dossier | None:
    query: Select[Any] = select(Case).where(Case.id == case_id)
    case = session.scalar(query if viewer is None else cases_in_scope(query, viewer, Right.TRAIL_EXPORT))
    if case is None:
        return None
    request = session.get(CreditRequest, case.request_id)
    customer = session.get(Customer, case.customer_id)
    about = {"case": case.id, "credit_request": case.request_id, "customer": case.customer_id}
    subjects = tuple(Subject(type_, id_) for type_, id_ in about.items())
    found = {**states.of_case(case), **states.of_request(request), **states.of_customer(customer)}
    return Dossier(subjects[0], case.number, case.title, subjects, found)


def _customer(session: Session, viewer: Viewer | None, customer_id: str) -> Dossier | None:
    query: Select[Any] = select(Customer).where(Customer.id == customer_id)
    customer = session.scalar(query if viewer is None else customers_in_scope(query, viewer, Right.TRAIL_EXPORT))
    if customer is None:
        return None
    cases = session.scalars(select(Case).where(Case.customer_id == customer_id).order_by(Case.number)).all()
    requests = session.scalars(
        select(CreditRequest).where(CreditRequest.customer_id == customer_id).order_by(CreditRequest.id)
    ).all()
    subjects = (
        Subject("customer", customer.id),
        *(Subject("case", each.id) for each in cases),
        *(Subject("credit_request", each.id) for each in requests),
    )
    found = states.of_customer(customer)
    for case in cases:
        found |= states.of_case(case)
    for request in requests:
        found |= states.of_request(request)
    return Dossier(subjects[0], customer.number, customer.name, subjects, found)


def _definition(session: Session, _viewer: Viewer | None, name: str) -> Dossier | None:
    kind, _, key = name.partition("/")
    query = select(Definition).where(Definition.kind == kind, Definition.key == key)
    row = session.scalar(query.order_by(Definition.version.desc()).limit(1))
    if row is None:
        return None
    subject = Subject("definition", name)
    return Dossier(subject, f"{kind}-{key}", row.title, (subject,), states.of_definitions(session, (kind, key)))


def contents(session: Session, dossier: Dossier) -> Contents:
    """How much there is, without reading it."""
    entries, subjects, times = 0, dict[str, int](), list[datetime]()
    for start in range(0, len(dossier.subjects), CHUNK):
        some = [(each.type, each.id) for each in dossier.subjects[start : start + CHUNK]]
        query = (
            select(Entry.subject_type, Entry.subject_id, func.count(), func.min(Entry.ts), func.max(Entry.ts))
            .where(tuple_(Entry.subject_type, Entry.subject_id).in_(some))
            .group_by(Entry.subject_type, Entry.subject_id)
        )
        for type_, _id, count, first, last in session.execute(query):
            entries += count
            subjects[type_] = subjects.get(type_, 0) + 1
            times += [first, last]
    return Contents(entries, subjects, min(times, default=None), max(times, default=None))


def export(work: Work, subject_type: str, subject_id: str) -> Dossier:
    """Record that this trail leaves the house; the file is built after the commit, so that it tells of itself."""
    dossier = find(work.session, work.actor.viewer, subject_type, subject_id)
    found = contents(work.session, dossier)
    if found.entries > MOST_ENTRIES:
        raise Invalid([Problem("trail.too_many", params={"count": found.entries, "most": MOST_ENTRIES})])
    detail: dict[str, Any] = {"entries": found.entries + 1, "subjects": len(dossier.subjects)}
    if dossier.subject.type != "definition":
        detail["number"] = dossier.name
    work.record(Verb.TRAIL_EXPORTED, dossier.subject, detail)
    return dossier


def build(
    house: House,
    viewer: Viewer | None,
    subject: Subject,
    render: Callable[[Dossier, Sequence[EntryRow], Head], Mapping[str, bytes]],
    linked: Sequence[str] = (),
) -> bytes:
    """The file: all entries get a place, the head is signed, and what is there is written under it.

    `render` makes further members, such as the report. `linked` are notes of checkpoints kept elsewhere, to which the
    file shall prove that only additions followed. An act that comes in between means another round, so that recorded
    states and entries belong together.
    """
    for _ in range(ROUNDS):
        sequence(house.database, wait=True)
        head = sign(house.database, house.keys, house.origin, house.now)
        if head is None:
            break
        with Session(house.database.read) as session:
            dossier = find(session, viewer, subject.type, subject.id)
            rows = chains(session, dossier.subjects, head.size)
            if contents(session, dossier).entries == len(rows):
                return bundle(session, house, dossier, rows, head, render(dossier, rows, head), linked)
    raise Conflict("trail.busy", subject=subject.id)


def bundle(
    session: Session,
    house: House,
    dossier: Dossier,
    rows: Sequence[EntryRow],
    head: Head,
    files: Mapping[str, bytes],
    linked: Sequence[str] = (),
) -> bytes:
    """The zip file with `rows` as the ledger holds them, under the checkpoint over `head`."""
    stored = (
        select(Checkpoint.size, Checkpoint.note, Checkpoint.at)
        .where(Checkpoint.size <= head.size)
        .order_by(Checkpoint.size)
    )
    notes = session.execute(stored).all()
    earlier = {read_checkpoint(note).size: note for note in (*_some([each.note for each in notes[:-1]]), *linked)}
    signer = ed25519_signer(house.origin, house.keys.signing)
    places = [row.place for row in rows if row.place is not None]
    nodes = StoredNodes(session)
    trail = Trail(
        entries=[(row.place, row.body) for row in rows if row.place is not None],
        nodes=nodes,
        checkpoint=notes[-1].note,
        keys=[PublicKey(signer.key, notes[0].at)],
        exported_at=house.now,
        states=_stated(dossier, rows),
        earlier=[note for size, note in sorted(earlier.items()) if size <= head.size],
        definitions=_pinned(session, rows),
        files=files,
    )
    try:
        nodes.prefetched(lambda each: _ask(each, places, sorted(earlier), head.size))
        return write_bundle(trail, signer)
    except LookupError:
        raise Conflict("trail.forked", size=head.size, signed=head.size) from None


def _ask(nodes: Nodes, places: Sequence[int], earlier: Sequence[int], size: int) -> None:
    for place in places:
        nodes.node(0, place)
        inclusion_proof(nodes, place, size)
    for first in earlier:
        if first <= size:
            consistency_proof(nodes, first, size)


def _stated(dossier: Dossier, rows: Sequence[EntryRow]) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The states of subjects that have entries; a subject with rows and no entry would be a fault that shows itself."""
    present = {(row.subject.type, row.subject.id) for row in rows}
    return {key: state for key, state in dossier.states.items() if key in present}


def _some(notes: Sequence[str]) -> list[str]:
    """The newest earlier checkpoints, and some spread evenly over those before."""
    old, new = notes[:-LATEST], notes[-LATEST:]
    step = max(1, -(-len(old) // SPREAD))
    return [*old[::step], *new]


def _pinned(session: Session, rows: Sequence[EntryRow]) -> list[Pinned]:
    """Every version that the entries pin, as canonical bytes; one that is gone is named by the verifier."""
    names = {
        (each["kind"], each["key"], each["version"])
        for row in rows
        for each in row.definitions
        if each.keys() >= {"kind", "key", "version"} and isinstance(each["version"], int)
    }
    if not names:
        return []
    query = (
        select(Definition.kind, Definition.key, Definition.version, Definition.body)
        .where(tuple_(Definition.kind, Definition.key, Definition.version).in_(sorted(names)))
        .order_by(Definition.kind, Definition.key, Definition.version)
    )
    return [Pinned(row.kind, row.key, row.version, canonical.dumps(row.body)) for row in session.execute(query)]


def proof(session: Session, row: EntryRow, leaf: bytes) -> Proof | None:
    """The proof that `leaf`, the hash of the stored bytes, is in the newest checkpoint; None while none covers it."""
    last = session.execute(
        select(Checkpoint.size, Checkpoint.note, Checkpoint.at).order_by(Checkpoint.size.desc()).limit(1)
    ).one_or_none()
    place = row.place
    if last is None or place is None or place >= last.size:
        return None
    head = read_checkpoint(last.note)
    try:
        hashes = StoredNodes(session).prefetched(lambda nodes: inclusion_proof(nodes, place, head.size))
    except LookupError:
        hashes = []
    holds = verify_inclusion(leaf, place, head.size, hashes, head.root)
    return Proof(place, last.note, head.size, last.at, tuple(hashes), holds)
