"""Open items of an uploaded list: whose each is, whether its currency has a rate, and taking the good ones over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.access import Right, Viewer
from app.models.customer import Customer
from app.queries.scope import customers_in_scope
from app.services import open_items
from app.services.imports_columns import Column
from app.services.imports_first import First
from app.services.imports_rows import Checked
from app.services.imports_undo import Written, items_before, items_written
from app.work import Work
from credit.exposure import Category
from credit.rates import Rates
from rules import Problem

SOURCE = "import"
KEY = ("type", "document")


class Items:
    """One file's open items. `once` sees every row in order; `meet` and `store` see a few hundred at a time."""

    def __init__(self, columns: Mapping[str, Column], today: date) -> None:
        self._columns = columns
        self._today = today
        self._first = First()
        self.written: list[Written] = []

    def once(self, row: Checked) -> None:
        """The first row with a source, type and number has them, even if it is rejected."""
        values = [row.values.get(key) for key in KEY]
        if any(value is None for value in values):
            return
        key = (row.values.get("source") or SOURCE, *(str(value) for value in values))
        first = self._first.row(row.number, *key)
        if first != row.number:
            problem = Problem("import.document_repeated", "", {"value": row.values["document"], "first": first})
            row.add(problem, self._columns.get("document"))

    def meet(self, session: Session, viewer: Viewer | None, rows: Sequence[Checked]) -> None:
        """Findings against what is on file: unknown customers, and currencies without a rate."""
        waiting = [row for row in rows if row.fate == "good"]
        by_code, by_number = _customers(session, viewer, waiting)
        rates = open_items.rates_of(session, {row.values["currency"] for row in waiting})
        for row in waiting:
            number, code = row.values.get("customer"), row.values.get("credit_code")
            named = {by_number.get(number) if number else None, by_code.get(code) if code else None}
            if (number and number not in by_number) or (code and code not in by_code):
                key = "customer" if number and number not in by_number else "credit_code"
                problem = Problem("import.customer_unknown", "", {"value": row.values[key]})
                row.add(problem, self._columns.get(key))
            elif len(named - {None}) > 1:
                row.add(Problem("import.customer_differs"), self._columns.get("credit_code"))
            else:
                row.values["customer_id"] = next(iter(named - {None}))
            self._rate(row, rates)

    def _rate(self, row: Checked, rates: Rates) -> None:
        currency = row.values["currency"]
        if currency != rates.base and rates.find(currency, self._today) is None:
            row.add(Problem("import.rate_missing", "", {"currency": currency}), self._columns.get("currency"))

    def store(self, work: Work, rows: Sequence[Checked]) -> tuple[int, int]:
        """Take the good ones over, each for itself; returns how many, and how many the book of items refused."""
        good = [row for row in rows if row.fate == "good"]
        items = [_item(row.values) for row in good]
        keys = [item.key for item in items]
        before = items_before(work.session, keys)
        results = open_items.put(work, items, recorded=False) if items else []
        self.written = items_written(work.session, keys, before)
        refused = 0
        for row, result in zip(good, results, strict=True):
            for problem in result.problems:
                row.add(problem, self._columns.get("document"))
            refused += result.outcome == "refused"
        return len(good) - refused, refused


def _item(values: Mapping[str, Any]) -> open_items.Item:
    return open_items.Item(
        source=values.get("source") or SOURCE,
        type=Category(values["type"]),
        number=values["document"],
        customer=values["customer_id"],
        amount=values["amount"],
        currency=values["currency"],
        issued_on=values["issued_on"],
        due_on=values.get("due_on"),
        ships_on=values.get("ships_on"),
    )


def _customers(
    session: Session, viewer: Viewer | None, rows: Sequence[Checked]
) -> tuple[dict[str | None, str], dict[str, str]]:
    """Code → id and number → id, of customers the importer may reach; another's is as unknown as none."""
    numbers = {row.values["customer"] for row in rows if row.values.get("customer")}
    codes = {row.values["credit_code"] for row in rows if row.values.get("credit_code")}
    if not numbers and not codes:
        return {}, {}
    query: Any = select(Customer.id, Customer.number, Customer.credit_code).where(
        or_(Customer.number.in_(numbers), Customer.credit_code.in_(codes))
    )
    if viewer is not None:
        query = customers_in_scope(query, viewer, Right.CUSTOMER_IMPORT)
    found = session.execute(query).all()
    return {each.credit_code: each.id for each in found}, {each.number: each.id for each in found}
