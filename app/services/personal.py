"""Personal values of customers: sealed under the customer's own key when they enter an entry, opened to be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import insert_into
from app.models.ledger import CustomerKey
from app.services.keyring import Keyring
from app.work import Personal, Subject, Verb, Work
from ledger import PersonalKey, Unopened, open_personal, seal_personal

SECRET_BYTES = 64
CHUNK = 500

Opener = Callable[[str, str, Mapping[str, Any]], str | None]


class Sealer:
    """Turns each `Personal` into commitment and ciphertext. All keys are looked up, or made, at once."""

    def __init__(self, session: Session, keys: Keyring, now: datetime, values: Iterable[Any]) -> None:
        customers = sorted({each.customer_id for value in values for each in _personal(value)})
        self._keys = _keys(session, keys, now, customers) if customers else {}

    def close(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else {name: self._one(each) for name, each in value.items()}

    def _one(self, value: Any) -> Any:
        if isinstance(value, Personal):
            key = self._keys[value.customer_id]
            if key is None:
                return {"erased": True}  # the customer's key was destroyed; nothing personal may be written again
            return seal_personal(value.value, subject=value.customer_id, field=value.field, key=key)
        if isinstance(value, Mapping):
            return self.close(value)
        if isinstance(value, list | tuple):
            return [self._one(each) for each in value]
        return value


def _personal(value: Any) -> Iterator[Personal]:
    if isinstance(value, Personal):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _personal(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _personal(each)


def _keys(
    session: Session, keys: Keyring, now: datetime, customers: list[str]
) -> dict[str, PersonalKey | None]:
    """The key of each customer. Two transactions that meet a customer first agree on one key: the second one waits."""
    known = _stored(session, keys, customers)
    missing = [each for each in customers if each not in known]
    if missing:
        rows = [
            {"customer_id": each, "wrapped": keys.wrap(os.urandom(SECRET_BYTES), each), "made_at": now}
            for each in missing
        ]
        session.execute(insert_into(session, CustomerKey).on_conflict_do_nothing(), rows)
        known |= _stored(session, keys, missing)
    return known


def _stored(session: Session, keys: Keyring, customers: list[str]) -> dict[str, PersonalKey | None]:
    found: dict[str, PersonalKey | None] = {}
    for start in range(0, len(customers), CHUNK):
        query = select(CustomerKey.customer_id, CustomerKey.wrapped).where(
            CustomerKey.customer_id.in_(customers[start : start + CHUNK])
        )
        for customer_id, wrapped in session.execute(query):
            found[customer_id] = _unwrapped(customer_id, wrapped, keys)
    return found


def _unwrapped(customer_id: str, wrapped: bytes | None, keys: Keyring) -> PersonalKey | None:
    return None if wrapped is None else PersonalKey(keys.unwrap(wrapped, customer_id))


def opener(session: Session, keys: Keyring) -> Opener:
    """A function (customer id, field, sealed value) → the value, or None where it is erased or cannot be opened."""
    known: dict[str, PersonalKey | None] = {}

    def open_value(customer_id: str, field: str, sealed: Mapping[str, Any]) -> str | None:
        if customer_id not in known:
            known[customer_id] = _stored(session, keys, [customer_id]).get(customer_id)
        key = known[customer_id]
        if key is None:
            return None
        try:
            return open_personal(sealed, subject=customer_id, field=field, key=key)
        except Unopened:
            return None

    return open_value


def forget_key(work: Work, owner: str) -> None:
    """Erase what is sealed under the key of something that is thrown away; its own entry says so."""
    row = work.session.get(CustomerKey, owner)
    if row is not None:
        row.wrapped, row.destroyed_at = None, work.now


def destroy_key(work: Work, customer_id: str, reason: str) -> None:
    """Erase a customer's personal values from the trail for ever: the ciphertexts stay, nobody can read them.

    A customer without a key gets a destroyed one, so that none can be made later.
    """
    row = work.session.get(CustomerKey, customer_id)
    if row is None:
        row = CustomerKey(customer_id=customer_id, wrapped=None, made_at=work.now)
        work.session.add(row)
    row.wrapped, row.destroyed_at = None, work.now
    work.record(Verb.KEY_DESTROYED, Subject("customer", customer_id), reason=reason)
