"""Records that forms may pick, as far as the person asking may see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.access import Missing, Viewer
from app.models.customer import Customer
from app.models.people import Department, Post, PostHolder, User
from app.models.record import KEPT, Record
from app.queries.scope import customers_in_scope, reach, records_in_scope, unseen
from app.services import books, files
from app.services.books import Shelf
from forms import Answers

MOST_KNOWN = 5000  # records remembered for one list
BOOK = "form:"  # what a form's records are asked for by: ``form:contract``


class Lookups:
    """Implements `forms.Lookup`: someone else's record and none at all give the same answer.

    What is asked for is an id, or a text that names one record alone: a number, a user name, a name.
    """

    def __init__(self, session: Session, viewer: Viewer | None) -> None:
        self._session = session
        self._viewer = viewer
        self._tree: Departments | None = None

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        if of.startswith(BOOK):
            return self._record(of.removeprefix(BOOK), id)
        finder = {
            "customer": self._customer, "user": self._user, "department": self._department, files.OF: self._file,
        }.get(of)  # fmt: skip
        return None if finder is None else finder(id)

    @property
    def departments(self) -> Departments:
        if self._tree is None:
            self._tree = Departments(self._session)
        return self._tree

    def _one(self, query: Any, by: Any, id: str, *words: ColumnElement[bool]) -> Any:
        """The row of this id, else the only one that goes by these words."""
        row = self._session.execute(query.where(by == id)).one_or_none()
        if row is None and words:
            rows = self._session.execute(query.where(or_(*words)).limit(2)).all()
            row = rows[0] if len(rows) == 1 else None
        return row

    def _customer(self, id: str) -> Mapping[str, Any] | None:
        query: Any = select(*_COPIED)
        if self._viewer is not None:
            query = customers_in_scope(query, self._viewer)
        row = self._one(
            query, Customer.id, id, Customer.number == id, Customer.credit_code == id.upper(), Customer.name == id
        )
        return None if row is None else dict(row._mapping)

    def _user(self, id: str) -> Mapping[str, Any] | None:
        """A person of the house; of those who left only an id or a user name still finds one."""
        query = select(User.id, User.name, User.username.label("number"), User.department_id, User.active)
        known = (User.username == id.casefold(), (User.name == id) & User.active.is_(True))
        row = self._one(query, User.id, id, *known)
        if row is None:
            return None
        posts = select(Post.key).join(PostHolder, PostHolder.post_id == Post.id).where(PostHolder.user_id == row.id)
        line = self.departments.line(row.department_id)
        return {
            **row._mapping, "department": line[0] if line else None, "departments": line,
            "posts": sorted(self._session.scalars(posts)),
        }  # fmt: skip

    def _department(self, id: str) -> Mapping[str, Any] | None:
        found = self.departments.named(id)
        if found is None:
            return None
        return {"id": found.id, "key": found.key, "name": found.name, "departments": self.departments.line(found.id)}

    def _file(self, hash: str) -> Mapping[str, Any] | None:
        return files.found(self._session, self._viewer, hash)

    def _record(self, key: str, id: str) -> Mapping[str, Any] | None:
        shelf = self.shelf(key)
        if shelf is None:
            return None
        query: Any = self.records(shelf, select(Record))
        row = self._one(query, Record.id, id, Record.title == id)
        if row is None:
            return None
        hidden = frozenset() if self._viewer is None else unseen(self._viewer, shelf.book)
        facts = Answers.from_json(shelf.form, row[0].answers).facts()
        seen = {name: value for name, value in facts.items() if name not in hidden}
        return {"name": row[0].title, **seen, "id": row[0].id}

    def shelf(self, key: str) -> Shelf | None:
        """A book whose records this person may read."""
        try:
            found = books.find(self._session, key)
        except Missing:
            return None
        return found if self._viewer is None or reach(self._viewer, found.book, "read") is not None else None

    def records(self, shelf: Shelf, query: Any) -> Any:
        """Kept records of a book within reach."""
        query = query.where(Record.book == shelf.key, Record.status == KEPT)
        return query if self._viewer is None else records_in_scope(query, self._viewer, shelf.key, shelf.book)


class Remembering:
    """What was looked up for earlier rows of one list: many name the same few records."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._known: dict[tuple[str, str], Mapping[str, Any] | None] = {}

    def find(self, of: str, id: str) -> Mapping[str, Any] | None:
        place = (of, id)
        if place not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[place] = self._lookups.find(of, id)
        return self._known[place]


class Departments:
    """The tree of departments, small enough to be read whole."""

    def __init__(self, session: Session) -> None:
        self.all: Sequence[Department] = session.scalars(select(Department).order_by(Department.key)).all()
        self._by_id = {each.id: each for each in self.all}

    def named(self, text: str) -> Department | None:
        """The department of an id, a key, or a name that only one has."""
        found = self._by_id.get(text) or next((each for each in self.all if each.key == text), None)
        same = [each for each in self.all if text in each.name.values()]
        return found or (same[0] if len(same) == 1 else None)

    def line(self, id: str | None) -> list[str]:
        """The keys of a department and those above it, the root last."""
        keys: list[str] = []
        found = self._by_id.get(id or "")
        while found is not None and found.key not in keys:
            keys.append(found.key)
            found = self._by_id.get(found.parent_id or "")
        return keys


# What a form may copy from a customer at the time it is chosen.
_COPIED = (
    Customer.id, Customer.name, Customer.number, Customer.credit_code, Customer.industry, Customer.currency,
    Customer.grade, Customer.score, Customer.limit_amount.label("current_limit"), Customer.exposure,
)  # fmt: skip
