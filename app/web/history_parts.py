"""The history of fields on a page and as a workbook: of a customer's file, a credit request, a record of a book."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from app.edge import sentences
from app.edge.asked import whole
from app.edge.downloads import attachment
from app.edge.locale import NOTHING, label, language, t
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries.trail import EntryRow
from app.services import field_history
from app.services.field_history import About, Act, Change, History, Said
from app.services.personal import opener
from app.services.sheets_writer import Writer
from app.work import Reading

LONGEST = 64
WIDTHS = (18, 16, 10, 24, 40, 40, 30)
HEADS = ("when", "who", "road", "field", "before", "after", "reason")


def history(view: Reading, about: About) -> History:
    return History(view, about, opener(view.session, runtime().keys))


def drawn(view: Reading, about: About, endpoint: str, **address: Any) -> dict[str, Any]:
    """What the page shows: the changes asked for by the address, the fields to choose from, and where to go on."""
    wanted, before = request.args.get("field", "")[:LONGEST], whole(request.args.get("before"))
    here = history(view, about)
    page = here.page(wanted, before)
    kept: dict[str, Any] = {"field": wanted} if wanted else {}
    return {
        "wanted": wanted,
        "fields": [(each.key, label(each.label)) for each in about.fields],
        "acts": [_told(here, act) for act in page.acts],
        "all": url_for(endpoint, **address),
        "export": url_for(f"{endpoint}_export", **address, **kept),
        "previous": url_for(endpoint, **address, **kept) if before is not None else None,
        "next": url_for(endpoint, **address, **kept, before=page.next) if page.next is not None else None,
    }


def address_of(endpoint: str, **address: Any) -> Any:
    """By key of field, the page of its history: what labels of answers lead to."""
    return lambda key: url_for(endpoint, **address, field=key)


def _told(here: History, act: Act) -> dict[str, Any]:
    return {
        "row": act.row, "who": sentences.actor_words(act.row), "road": _road(act), "reason": act.row.text("reason"),
        "changes": [change(here, act.row, each) for each in act.changes],
    }  # fmt: skip


def _road(act: Act) -> str:
    return t(f"road.{act.road.value}") if act.road is not None else NOTHING


def change(here: History, row: EntryRow, what: Change) -> dict[str, str]:
    """One field in one act, in words; empty for nothing."""
    before, after = here.words(what, language())
    if what.field is None:
        words = sentences.member_words(what.key, row)
        words = words[:1].upper() + words[1:]
        sides = (what.before.value, what.after.value)
        before, after = ("" if each is None else sentences.value_text(what.key, each) for each in sides)
    else:
        words = label(what.field.label)
    return {"words": words, "before": _shown(what.before, before), "after": _shown(what.after, after)}


def _shown(said: Said, words: str) -> str:
    return t("trail.erased") if said.state == "erased" else words


def exported(what: Any) -> Response:
    """The history as a workbook, and in the ledger that it was taken home. `what` finds the subject for a reader."""
    wanted = request.args.get("field", "")[:LONGEST]
    with reading() as view:
        about: About = what(view)
        here, count = history(view, about), 0
        writer = Writer()
        page = writer.sheet(t("history.title"), WIDTHS)
        page.freeze_panes(1, 0)
        writer.row(page, 0, [t(f"history.{name}") for name in HEADS], writer.head)
        for count, (act, each) in enumerate(here.everything(wanted), 1):
            told = change(here, act.row, each)
            moment = act.row.ts.astimezone(view.zone).replace(tzinfo=None)
            cells = (moment, sentences.actor_words(act.row), _road(act), told["words"], told["before"], told["after"])
            writer.row(page, count, [*cells, act.row.text("reason")])
        content = writer.bytes()
    with writing() as work:
        field_history.exported(work, about, wanted, count)
    return attachment(content, f"{t('history.title')} {about.name}.xlsx")
