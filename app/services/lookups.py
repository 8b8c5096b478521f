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
        query = select(Customer).where(Customer.id == id)
        if self._viewer is not None:
            query = customers_in_scope(query, self._viewer)
        row = self._session.scalar(query)
        if row is None:
            return None
        return {
            "id": row.id,
            "name": row.name,
            "number": row.number,
            "credit_code": row.credit_code,
            "industry": row.industry,
            "currency": row.currency,
            "grade": row.grade,
            "score": row.score,
            "current_limit": row.limit_amount,
            "exposure": row.exposure,
        }
