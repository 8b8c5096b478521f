"""What rows say about a subject, as members that its entries must lead to: trail files and verification compare them.

A Definition's state is the status of each of its versions: ``{"v1": "retired", "v2": "published"}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from app import kinds
from app.models.case import Case, CreditRequest
from app.models.customer import Customer
from app.models.definition import Definition
from app.models.ledger import Entry
from app.queries.trail import read_members
from app.work import Verb

State = dict[str, Any]
States = dict[tuple[str, str], State]
_STATUS_VERBS = (
    Verb.DEFINITION_CREATED, Verb.DEFINITION_PUBLISHED, Verb.DEFINITION_RETIRED, Verb.DEFINITION_DELETED,
)  # fmt: skip


def of_case(case: Case) -> States:
    return {("case", case.id): {"status": case.status}}


def of_request(request: CreditRequest | None) -> States:
    """The answers that approvers decide on, by fingerprint; what an applicant is still writing is recorded nowhere."""
    if request is None or request.sent is None:
        return {}
    return {("credit_request", request.id): {"answers": kinds.fingerprint(request.sent)}}


def of_customer(customer: Customer | None) -> States:
    if customer is None:
        return {}
    state = {"name": customer.name, **({"grade": customer.grade} if customer.grade else {})}
    return {("customer", customer.id): state}


def version_member(version: int) -> str:
    """Under which name an entry tells the status of a version."""
    return f"v{version}"


def of_definitions(reader: Session | Connection, only: tuple[str, str] | None = None) -> States:
    """Every Definition, or the one of this kind and key. A version that entries tell of and no row holds is None.

    Versions whose entries were written before entries told the status are left out: those prove nothing either way.
    """
    rows = select(Definition.kind, Definition.key, Definition.version, Definition.status)
    told = select(Entry.subject_id, Entry.body).where(
        Entry.subject_type == "definition", Entry.verb.in_([verb.value for verb in _STATUS_VERBS])
    )
    if only is not None:
        rows = rows.where(Definition.kind == only[0], Definition.key == only[1])
        told = told.where(Entry.subject_id == "/".join(only))
    found: States = {}
    for kind, key, version, status in reader.execute(rows.order_by(Definition.version)):
        found.setdefault(("definition", f"{kind}/{key}"), {})[version_member(version)] = status
    for name, members in _told((row.subject_id, row.body) for row in reader.execute(told.order_by(Entry.id))):
        state = found.setdefault(("definition", name), {})
        for member, silent in members.items():
            if silent:
                state.pop(member, None)
            else:
                state.setdefault(member, None)
    return found


def _told(entries: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, Mapping[str, bool]]]:
    """By Definition the members that its entries name, and whether the last one about each kept silent on it."""
    found: dict[str, dict[str, bool]] = {}
    for name, body in entries:
        members = read_members(body)
        after, detail = members.get("after"), members.get("detail")
        version = detail.get("version") if isinstance(detail, Mapping) else None
        if isinstance(version, int):
            member = version_member(version)
            found.setdefault(name, {})[member] = not isinstance(after, Mapping) or member not in after
    return found.items()
