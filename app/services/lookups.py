"""Records that forms may pick, as far as the person asking may see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import Viewer
from app.models.customer import Customer
from app.queries.scope import customers_in_scope


class Lookups:
    """Implements `forms.Lookup`: someone else's record and none at all give the same answer."""

    def __init__(self, session: Session, viewer: Viewer | None) -> None:
        self._session = session
        self._viewer = viewer

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        if of != "customer":
            return None
        query: Any = select(*_COPIED).where(Customer.id == id)
        if self._viewer is not None:
            query = customers_in_scope(query, self._viewer)
        row = self._session.execute(query).one_or_none()
        return None if row is None else dict(row._mapping)


# What a form may copy from a customer at the time it is chosen.
_COPIED = (
    Customer.id, Customer.name, Customer.number, Customer.credit_code, Customer.industry, Customer.currency,
    Customer.grade, Customer.score, Customer.limit_amount.label("current_limit"), Customer.exposure,
)  # fmt: skip
