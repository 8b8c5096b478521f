"""What a picker offers while somebody types: customers, people, departments, records of books within reach, places."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from app.models.people import User
from app.models.record import Record
from app.queries import customers
from app.services.lookups import BOOK, Departments, Lookups
from app.work import Reading
from forms.label import say
from forms.places import inside

MOST = 12
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Pick:
    """One thing to choose: `note` tells apart two of the same name."""

    id: str
    name: str
    note: str = ""


def offered(view: Reading, of: str, search: str) -> list[Pick]:
    """The first that match what is typed, by name; nothing of a kind nobody knows."""
    text = search.strip()[:LONGEST]
    if of == "customer":
        found = customers.choices(view, text, MOST)
        return [Pick(row.id, row.name, row.number or "") for row in found]
    if of == "user":
        return _people(view, text)
    if of == "department":
        return _departments(view, text)
    if of == "place":
        return [Pick(place.code, place.name) for place in inside(text)]
    return _records(view, of.removeprefix(BOOK), text) if of.startswith(BOOK) else []


def _people(view: Reading, text: str) -> list[Pick]:
    tree = Departments(view.session)
    names = {each.id: say(each.name, view.viewer.locale) for each in tree.all}
    query = select(User.id, User.name, User.department_id, User.username).where(User.active.is_(True))
    if text:
        known = (column.icontains(text, autoescape=True) for column in (User.name, User.username, User.sort_name))
        query = query.where(or_(*known))
    rows = view.session.execute(query.order_by(User.sort_name, User.id).limit(MOST))
    return [Pick(row.id, row.name, names.get(row.department_id or "", row.username)) for row in rows]


def _departments(view: Reading, text: str) -> list[Pick]:
    folded = text.casefold()
    found = [
        Pick(each.id, say(each.name, view.viewer.locale), each.key)
        for each in Departments(view.session).all
        if any(folded in word.casefold() for word in (each.key, *each.name.values()))
    ]
    return found[:MOST]


def _records(view: Reading, key: str, text: str) -> list[Pick]:
    lookups = Lookups(view.session, view.viewer)
    shelf = lookups.shelf(key)
    if shelf is None:
        return []
    query = lookups.records(shelf, select(Record.id, Record.title))
    if text:
        spelt = Record.sort_title.contains(text.lower(), autoescape=True)
        query = query.where(or_(Record.title.icontains(text, autoescape=True), spelt))
    rows = view.session.execute(query.order_by(Record.sort_title, Record.id).limit(MOST))
    return [Pick(row.id, row.title) for row in rows]
