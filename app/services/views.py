"""Views of lists that people save for themselves: filters and order under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app.access import Missing
from app.db import new_id
from app.models.record import SavedView
from app.work import Reading, Work
from rules import Invalid, Problem

MOST, LONGEST = 20, 60


def of(view: Reading, place: str) -> Sequence[SavedView]:
    """The views this person keeps of one list, by name."""
    query = select(SavedView).where(SavedView.user_id == view.viewer.id, SavedView.place == place)
    return view.session.scalars(query.order_by(SavedView.name)).all()


def save(work: Work, place: str, name: str, query: Mapping[str, str]) -> SavedView:
    """Keep a view; one of the same name is replaced. Raises Invalid for no name, a long one, or too many views."""
    name = name.strip()
    if not name:
        raise Invalid([Problem("view.name_needed", "/name")])
    if len(name) > LONGEST:
        raise Invalid([Problem("view.name_long", "/name", {"most": LONGEST})])
    mine = select(SavedView).where(SavedView.user_id == work.viewer.id, SavedView.place == place)
    rows = work.session.scalars(mine).all()
    row = next((each for each in rows if each.name == name), None)
    if row is None:
        if len(rows) >= MOST:
            raise Invalid([Problem("view.too_many", "", {"most": MOST})])
        row = SavedView(id=new_id(), user_id=work.viewer.id, place=place, name=name)
        work.session.add(row)
    row.query = dict(query)
    return row


def forget(work: Work, place: str, view_id: str) -> None:
    """Delete a view of one's own; anyone else's is Missing."""
    row = work.session.get(SavedView, view_id)
    if row is None or row.user_id != work.viewer.id or row.place != place:
        raise Missing("view", view_id)
    work.session.delete(row)
