"""The studio's lists: Definitions and publications."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.access import Right
from app.edge.asked import moment_place
from app.edge.pages import access
from app.edge.transaction import reading
from app.queries import definitions as queries

blueprint = Blueprint("studio", __name__, url_prefix="/studio")

KINDS = ("form", "scorecard", "table", "policy", "flow")  # as pages list them: what others are made of comes first
ICONS = {"form": "form", "scorecard": "scorecard", "table": "table", "policy": "policy", "flow": "flow"}


def kind_asked() -> str:
    kind = request.args.get("kind", "")
    return kind if kind in KINDS else ""


@blueprint.get("")
@access(Right.DEFINITION_READ)
def definitions() -> str:
    kind, status, search = kind_asked(), request.args.get("status", ""), request.args.get("q", "")
    status = status if status in queries.STATUSES else ""
    after_kind, _, after_key = request.args.get("after", "").partition("/")
    with reading() as view:
        page = queries.definitions(
            view, kind=kind, status=status, search=search, after=(after_kind, after_key) if after_key else None
        )
    kept: dict[str, Any] = {"kind": kind or None, "status": status or None, "q": search or None}
    return render_template(
        "studio/definitions.html", page=page, kind=kind, status=status, q=search, kinds=KINDS, icons=ICONS,
        statuses=queries.STATUSES, filtered=bool(kind or status or search), first=not after_key,
        next=url_for("studio.definitions", after="/".join(page.next), **kept) if page.next else None,
    )  # fmt: skip


@blueprint.get("/publications")
@access(Right.DEFINITION_READ)
def publications() -> str:
    kind = kind_asked()
    with reading() as view:
        page = queries.publications(view, kind=kind, after=moment_place(request.args.get("after", "")))
    following = f"{page.next[0].isoformat()}~{page.next[1]}" if page.next else None
    return render_template(
        "studio/publications.html", page=page, kind=kind, kinds=KINDS, icons=ICONS,
        next=url_for("studio.publications", after=following, kind=kind or None) if following else None,
    )  # fmt: skip
