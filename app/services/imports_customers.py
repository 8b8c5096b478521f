"""Customers of an uploaded list: what is on file already, whose they become, and taking the good ones over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.access import Right, Role, Viewer
from app.models.customer import Customer
from app.models.people import RoleGrant, User
from app.queries.scope import by_customer_formula, customers_in_scope
from app.services import customer_files, customers, serials
from app.services.imports_columns import Column
from app.services.imports_first import First
from app.services.imports_rows import Checked
from app.services.imports_undo import Written
from app.work import Work
from forms import Form
from rules import Invalid, Problem

SOURCE = "import"
ONCE = ("number", "credit_code")


class Customers:
    """One file's customers. `once` sees every row in order; `meet` and `store` see a few hundred at a time."""

    def __init__(self, form: Form, columns: Mapping[str, Column]) -> None:
        self._form = form
        self._columns = columns
        self._first = First()
        self.written: list[Written] = []
        self._people: dict[str, list[tuple[str, str | None]]] | None = None

    def once(self, row: Checked) -> None:
        """The first row with a code or number has it, even if it is rejected: which one is right, a person says."""
        for key in ONCE:
            value = row.values.get(key)
            if value is None or any(f.column is self._columns.get(key) and f.level == "error" for f in row.findings):
                continue
            first = self._first.row(row.number, key, str(value).casefold())
            if first != row.number:
                problem = Problem(f"import.{key}_repeated", "", {"value": value, "first": first})
                row.add(problem, self._columns.get(key))

    def meet(self, session: Session, viewer: Viewer | None, rows: Sequence[Checked]) -> None:
        """Findings against what is on file: known customers, numbers of others, and sales people nobody knows."""
        waiting = [row for row in rows if row.fate == "good"]
        by_code, by_number = _on_file(session, waiting)
        seen = _visible(session, viewer, {each.id for each in (*by_code.values(), *by_number.values())})
        for row in waiting:
            other = by_code.get(row.values.get("credit_code"))
            if other is not None:
                row.add(_told("import.known", other, seen), self._columns.get("credit_code"), "known")
                continue
            other = by_number.get(row.values.get("number"))
            if other is not None:
                row.add(_told("import.number_taken", other, seen), self._columns.get("number"))
            if row.values.get("owner") is not None and self._owner(session, row.values["owner"]) is None:
                problem = Problem("import.owner_unknown", "", {"value": row.values["owner"]})
                row.add(problem, self._columns.get("owner"))

    def store(self, work: Work, rows: Iterable[Checked]) -> tuple[int, int]:
        """Create the good ones, each with its entry; returns how many, and how many the world had refused by now."""
        self.written = []
        asked = customer_files.form_in_force(work.session)
        good = [row for row in rows if row.fate == "good"]
        if work.actor.viewer is not None and by_customer_formula(work.viewer, Right.CUSTOMER_IMPORT):
            return self._within_reach(work, good, asked)
        made = customers.create_all(work, [self._new(work, row) for row in good], source=SOURCE, asked=asked)
        self.written = [Written(each.id, each.row_version) for each in made]
        return len(made), 0

    def _within_reach(self, work: Work, rows: Sequence[Checked], asked: customers.Asked | None) -> tuple[int, int]:
        """Of these only customers that a formula leaves in their sender's reach, as is known once they are stored."""
        refused = 0
        for row in rows:
            try:
                with work.session.begin_nested():
                    [made] = customers.create_all(work, [self._new(work, row)], source=SOURCE, asked=asked)
            except Invalid as invalid:
                refused += 1
                for problem in invalid.problems:
                    row.add(problem, None)
                continue
            self.written.append(Written(made.id, made.row_version))
        return len(self.written), refused

    def _new(self, work: Work, row: Checked) -> customers.New:
        answers = serials.number(work, customer_files.FORM, row.answers[0])
        values = customer_files.columns_of(self._form, answers)
        values["number"] = row.values.get("number")
        extra = row.answers[1].to_json().get("requested_limit")
        if extra is not None:
            values["answers"] = {**values["answers"], "requested_limit": extra}
        owner = self._owner(work.session, row.values["owner"]) if row.values.get("owner") else None
        return customers.New(values, *(owner or ()))

    def _owner(self, session: Session, named: str) -> tuple[str, str | None] | None:
        """The one sales person of this user name or name; None for nobody and for two of the same name."""
        if self._people is None:
            self._people = {}
            query = select(User.id, User.department_id, User.username, User.name).where(
                User.active.is_(True), RoleGrant.user_id == User.id, RoleGrant.role == Role.SALES.value
            )
            for row in session.execute(query):
                for word in {row.username.casefold(), row.name.casefold()}:
                    self._people.setdefault(word, []).append((row.id, row.department_id))
        found = self._people.get(named.casefold(), [])
        return found[0] if len(found) == 1 else None


def _on_file(session: Session, rows: Sequence[Checked]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    codes = [row.values["credit_code"] for row in rows if row.values.get("credit_code")]
    numbers = [row.values["number"] for row in rows if row.values.get("number")]
    if not codes and not numbers:
        return {}, {}
    query = select(Customer.id, Customer.number, Customer.credit_code, Customer.name, Customer.created_at).where(
        or_(Customer.credit_code.in_(codes), Customer.number.in_(numbers))
    )
    found = session.execute(query).all()
    return {each.credit_code: each for each in found if each.credit_code}, {each.number: each for each in found}


def _visible(session: Session, viewer: Viewer | None, ids: set[str]) -> frozenset[str]:
    if viewer is None or not ids:
        return frozenset(ids)
    return frozenset(session.scalars(customers_in_scope(select(Customer.id).where(Customer.id.in_(ids)), viewer)))


def _told(code: str, other: Any, seen: frozenset[str]) -> Problem:
    """Whose it is, as far as the reader may know."""
    if other.id not in seen:
        return Problem(f"{code}_elsewhere")
    since = other.created_at.isoformat()
    return Problem(code, "", {"name": other.name, "number": other.number, "id": other.id, "since": since})
