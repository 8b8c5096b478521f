"""The report inside a trail file: every entry as a sentence, for people, on screen and on paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from flask import render_template

from app.edge.locale import format_datetime, label, language, t
from app.queries.trail import EntryRow
from app.services.trails import Dossier, House
from app.web import trail_words
from ledger import Checkpoint

Render = Callable[[Dossier, Sequence[EntryRow], Checkpoint], Mapping[str, bytes]]


def renderer(house: House, by: str) -> Render:
    """A function that makes the report in the language spoken now. Personal values stay sealed in it."""

    def render(dossier: Dossier, rows: Sequence[EntryRow], head: Checkpoint) -> Mapping[str, bytes]:
        pins = {str(trail_words.pin_words(pin)): str(pin.get("fingerprint")) for row in rows for pin in row.definitions}
        html = render_template(
            "report/trail.html", dossier=dossier, name=label(dossier.title), head=head, by=by, made=house.now,
            said=[trail_words.said(row) for row in rows], pins=sorted(pins.items()), language=language(),
            chains=chain_words(Counter(each.type for each in dossier.subjects)),
            first=format_datetime(rows[0].ts) if rows else None, last=format_datetime(rows[-1].ts) if rows else None,
        )  # fmt: skip
        return {"report.html": html.encode()}

    return render


def chain_words(counts: Mapping[str, int]) -> str:
    """How many chains of which kind: 审批单 1 个、客户 1 个."""
    words = [t("trail.export.chain", what=t(f"subject.{type_}"), count=count) for type_, count in counts.items()]
    return t("list.between").join(words)
