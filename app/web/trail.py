"""The auditor's pages: entries found and read one by one, and the trail of one subject."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, render_template, request, url_for

from app.access import Missing, Right
from app.edge import sentences
from app.edge.asked import LONG, day, whole
from app.edge.locale import label, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading
from app.queries import trail as queries
from app.queries import trail_standing
from app.queries.trail import Filters
from app.queries.trail_names import name_of
from app.services import personal, trails
from app.web import trail_export, trail_verify, trail_words
from app.web.trail_blueprint import blueprint
from app.web.trail_report import chain_words
from app.work import Reading, Subject
from ledger import leaf_hash

__all__ = ["blueprint", "trail_export", "trail_verify"]  # importing them adds their views

TYPED = ("subject", "type", "id", "customer", "case", "actor", "group", "text")
LONGEST = 120


def _filters() -> Filters:
    """What the address asks for; a day that cannot be read is said to be so and left out."""
    values: dict[str, Any] = {name: _clean(request.args.get(name, "")) for name in TYPED}
    for name in ("since", "until"):
        text = _clean(request.args.get(name, ""))
        values[name] = day(text)
        if text and values[name] is None:
            flash(t("trail.filter.bad_day", value=text), "warn")
    return Filters(**values)


def _clean(text: str) -> str:
    return "".join(char for char in text if char.isprintable()).strip()[:LONGEST]


def _asked(filters: Filters) -> dict[str, Any]:
    """The filters as they stand in an address."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name in (*TYPED, "since", "until")
        if (value := getattr(filters, name))
    }


def _pages(page: queries.EntryPage, address: dict[str, Any], endpoint: str) -> dict[str, str | None]:
    return {
        "previous": url_for(endpoint, after=page.newer, **address) if page.newer else None,
        "next": url_for(endpoint, before=page.older, **address) if page.older else None,
    }


def _cursor(view: Reading, filters: Filters) -> queries.EntryPage:
    before, after = (whole(request.args.get(name), LONG) for name in ("before", "after"))
    return queries.entries(view, filters, before=before, after=after)


@blueprint.get("")
@access(Right.TRAIL_READ)
def entries() -> str:
    """Every act, newest first, found by subject, actor, kind of act, day and text."""
    filters = _filters()
    with reading() as view:
        page = _cursor(view, filters)
        standing = trail_standing.standing(view)
        kept = _kept(view, filters) if page.rows else None  # no name of what is out of the reader's reach
    return render_template(
        "trail/entries.html", filters=filters, asked=_asked(filters), kept=kept, standing=standing,
        now=view.now, groups=tuple(queries.GROUPS), rows=[trail_words.said(row) for row in page.rows],
        window=queries.WINDOW if page.windowed else None, **_pages(page, _asked(filters), "trail.entries"),
    )  # fmt: skip


def _kept(view: Reading, filters: Filters) -> str | None:
    """What a link narrowed the list to, in words."""
    asked = {"customer": filters.customer, "case": filters.case, filters.type: filters.id}
    for type_, id_ in asked.items():
        if type_ and id_:
            what = t(f"subject.{type_}") if type_ in trail_words.NAMED else type_
            return t("trail.subject_named", what=what, name=label(name_of(view.session, type_, id_)) or id_)
    return None


@blueprint.get("/entries/<serial:entry_id>")
@access(Right.TRAIL_READ)
def entry(entry_id: int) -> str:
    """One entry whole: its sentence, what changed, its exact bytes, and the proof that it is in the ledger."""
    with reading() as view:
        row = queries.entry(view, entry_id)
        previous, following = queries.neighbours(view, row)
        computed = leaf_hash(row.body)
        proof = trails.proof(view.session, row, computed)
        may_open = queries.may_open(view, row)
        opener = personal.opener(view.session, runtime().keys) if may_open else None
        changes = sentences.changes(row, opener)
        sealed = any(sentences.is_sealed(value) for part in (row.before, row.after) for value in part.values())
    return render_template(
        "trail/entry.html", said=trail_words.said(row), row=row, changes=changes, opened=bool(opener) and sealed,
        computed=computed, proof=proof, previous=previous, following=following, words=trail_words,
        text=row.body.decode("utf-8", "replace"),
    )  # fmt: skip


@blueprint.get("/subjects/<subject_type>/<path:subject_id>")
@access(Right.TRAIL_READ)
def subject(subject_type: str, subject_id: str) -> str:
    """The trail of one case, customer, definition or whatever else has one, and what its export would hold."""
    here = Subject(subject_type, subject_id)
    filters = queries.filters_of(here)
    with reading() as view:
        page = _cursor(view, filters)
        if not page.rows:
            raise Missing(subject_type, subject_id)
        standing = trail_standing.standing(view)
        name = label(name_of(view.session, subject_type, subject_id)) or subject_id
        export: trails.Contents | None = None
        if view.viewer.may(Right.TRAIL_EXPORT) and subject_type in trails.EXPORTED:
            dossier = trails.find(view.session, view.viewer, subject_type, subject_id)
            export = trails.contents(view.session, dossier)
    return render_template(
        "trail/subject.html", subject=here, name=name, export=export, standing=standing, now=view.now,
        thing=trail_words.thing_address(here), chains=chain_words(export.subjects) if export else "",
        rows=[trail_words.said(row) for row in page.rows],
        **_pages(page, {"subject_type": subject_type, "subject_id": subject_id}, "trail.subject"),
    )  # fmt: skip
