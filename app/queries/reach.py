"""A formula of access as a condition on rows: what of it is true, never what of it is not known (ADR 0014)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.access import Viewer
from app.models.customer import Customer, CustomerValue
from app.models.record import CUSTOMERS, Projection, Record, RecordValue
from app.queries.keyset import counted
from forms.access import Access
from forms.book import Book
from forms.reach import RECORD, USER, Both, Condition, Fixed, Flag, Not, Test, Where
from rules import Formula, to_python

# How a list asks for rows with a value: given the values and a condition on them, a condition on the rows.
Among = Callable[[Any, ColumnElement[bool]], ColumnElement[bool]]
FEW = 20_000  # so many matches are sorted by themselves sooner than found along the order of the list
THEN = datetime(2000, 1, 1, tzinfo=UTC)  # no part of a condition asks for the time


def user_facts(viewer: Viewer) -> dict[str, Any]:
    """What a formula of access knows of the person asking."""
    return {USER: {
        "id": viewer.id, "department": viewer.departments[0] if viewer.departments else None,
        "departments": list(viewer.departments), "department_id": viewer.department_id, "below": sorted(viewer.tree),
        "posts": sorted(viewer.posts), "roles": sorted({role.value for role in viewer.roles}),
    }}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rows:
    """What a formula is asked of: the rows, by id, and the table of their values with its column that names the row.

    columns  what a formula may ask for besides answers: columns of the row itself
    """

    id: Any
    values: Any
    of: str
    columns: Mapping[str, Any]

    def one_by_one(self, value: Any, held: ColumnElement[bool]) -> ColumnElement[bool]:
        """Asked per row, of its own values: OFFSET keeps a planner from reading all values of the field instead."""
        return exists(select(1).where(getattr(value, self.of) == self.id, held).offset(0))

    def along(self, session: Session) -> Among:
        """Rows with such a value: where there are few, found by themselves; else asked one by one along the list."""

        def among(value: Any, held: ColumnElement[bool]) -> ColumnElement[bool]:
            some = select(getattr(value, self.of)).where(held)
            return self.id.in_(some) if counted(session, some, FEW) <= FEW else self.one_by_one(value, held)

        return among


def _of(model: Any, values: Any, of: str) -> Rows:
    columns = {f"{RECORD}.owner": model.owner_id, f"{RECORD}.department": model.department_id}
    return Rows(model.id, values, of, columns)


RECORDS = _of(Record, RecordValue, "record_id")
FILES = _of(Customer, CustomerValue, "customer_id")  # customers, by what their files say


class Filtering:
    """Conditions of one book, or of the customer form where `key` is `CUSTOMERS`, for one person.

    Each is made twice, as what makes it true and what makes it false, since neither holds of what is not known: a
    record whose values have not been written yet is in neither, and stays unseen.
    """

    def __init__(self, key: str, book: Book | Access, viewer: Viewer, among: Among | None = None) -> None:
        self._rows = FILES if key == CUSTOMERS else RECORDS
        self._key = key
        self._book = book
        self._user = user_facts(viewer)
        self._among = among or self._rows.one_by_one

    def of(self, where: Where) -> ColumnElement[bool]:
        return self._holds(where.tree, True)

    def _holds(self, tree: Condition, sought: bool) -> ColumnElement[bool]:
        """That `tree` is `sought`."""
        if isinstance(tree, Not):
            return self._holds(tree.item, not sought)
        if isinstance(tree, Both):
            parts = [self._holds(item, sought) for item in tree.items]
            return and_(*parts) if (tree.op == "and") is sought else or_(*parts)
        if isinstance(tree, Fixed):
            return true() if self._value(tree.formula) is sought else false()
        if isinstance(tree, Flag):
            return self._line(tree.key, lambda held: held == ("true" if sought else "false"))
        return self._test(tree, sought)

    def _test(self, test: Test, sought: bool) -> ColumnElement[bool]:
        value = self._value(test.operand)
        if test.op == "holds":
            found = self._line(test.key, lambda held: held == _text(value)) if value is not None else false()
            return found if sought else and_(self._line(test.key, lambda held: true()), not_(found))
        if test.op in ("=", "in"):
            return self._equal(test.key, value if isinstance(value, list) else [value], sought)
        if value is None:
            return false()  # nothing is known to be before or after what is not known
        op = test.op if sought else _OPPOSITE[test.op]
        return self._line(test.key, lambda held: _COMPARE[op](held, _plain(value)))

    def _equal(self, key: str, values: list[Any], sought: bool) -> ColumnElement[bool]:
        """That the field holds one of the values, null being one like another; or that it holds none of them."""
        known = [_plain(each) for each in values if each is not None]

        def condition(held: Any) -> ColumnElement[bool]:
            empty = held.is_(None)
            found = and_(held.is_not(None), held.in_(known)) if known else false()
            found = or_(found, empty) if len(known) < len(values) else found
            return found if sought else not_(found)

        return self._line(key, condition)

    def _line(self, key: str, condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
        """Rows of which a value of the field meets the condition."""
        column = self._rows.columns.get(key)
        if column is not None:
            return condition(column)
        sort, value = self._book.projected[key], aliased(self._rows.values)
        here = select(Projection.id).where(
            Projection.book == self._key, Projection.field == self._book.ids[key], Projection.sort == sort
        )
        held = value.number if sort == "number" else value.text
        return self._among(value, and_(value.projection_id == here.scalar_subquery(), condition(held)))

    def _value(self, formula: Formula) -> Any:
        return to_python(formula.evaluate(self._user, THEN).value)


_OPPOSITE: Mapping[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_COMPARE: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "<": lambda held, value: held < value, "<=": lambda held, value: held <= value,
    ">": lambda held, value: held > value, ">=": lambda held, value: held >= value,
}  # fmt: skip


def _plain(value: Any) -> Any:
    """A value of the language as the projections hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int):
        return Decimal(value)
    return value.isoformat() if isinstance(value, date) else _text(value)


def _text(value: Any) -> str:
    return str(value)
