"""The studio's lists: Definitions, publications, and the gallery of ready-made ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import gallery as ready_made
from app import kinds
from app.access import Right
from app.edge.asked import moment_place
from app.edge.locale import t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries import definitions as queries
from app.services import gallery as installs
from app.web.studio_problems import Finding, findings
from credit import Policy
from forms import Form
from rules import DecisionTable, Invalid, Scorecard
from workflows import Flow

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


@dataclass(frozen=True, slots=True)
class Card:
    """A ready-made Definition in the gallery, and what is there of it already."""

    kind: str
    key: str
    title: dict[str, str]
    facts: list[str]
    state: str  # new | same | differs
    published: int | None
    draft: int | None


@blueprint.get("/gallery")
@access(Right.DEFINITION_WRITE)
def gallery() -> str:
    return _gallery([])


def _gallery(found: list[Finding]) -> str:
    with reading() as view:
        present = queries.present(view)
    return render_template(
        "studio/gallery.html", cards=list(_cards(present)), icons=ICONS, findings=found,
        four_eyes=runtime().settings.four_eyes,
    )  # fmt: skip


def _cards(present: dict[tuple[str, str], queries.Present]) -> Iterator[Card]:
    for envelope in ready_made.definitions():
        kind, key = envelope["kind"], envelope["key"]
        here = present.get((kind, key), queries.Present(None, None, None))
        same = here.fingerprint == kinds.fingerprint(envelope["body"])
        state = "new" if here.published is None else "same" if same else "differs"
        yield Card(kind, key, envelope["title"], _facts(kind, envelope["body"]), state, here.published, here.draft)


def _facts(kind: str, body: dict[str, Any]) -> list[str]:
    """How large it is, for somebody choosing."""
    made = kinds.compiled(kind, kinds.fingerprint(body), body)
    match made:
        case Form():
            rules, asked = len(made.rules) + len(made.checks), len(made.asked)
            sizes = [t("studio.size.sections", count=len(made.sections)), t("studio.size.fields", count=asked)]
            return [*sizes, t("studio.size.rules", count=rules)] if rules else sizes
        case Scorecard():
            return [t("studio.size.dimensions", count=len(made.dimensions)),
                    t("studio.size.factors", count=len(made.factors)),
                    t("studio.size.variants", count=len(made.variants))]  # fmt: skip
        case DecisionTable():
            return [t("studio.size.inputs", count=len(made.inputs)), t("studio.size.rows", count=len(made.rows))]
        case Policy():
            return [t("studio.size.grades", count=len(made.grades)),
                    t("studio.size.tiers", count=len(made.tiers.tiers))]  # fmt: skip
        case Flow():
            steps = [step for step in made.steps if not step.endswith(".authority")]
            return [t("studio.size.steps", count=len(steps))]
    return []


@blueprint.post("/gallery/<any(form,scorecard,table,policy,flow):kind>/<key>/draft")
@access(Right.DEFINITION_WRITE)
def install_draft(kind: str, key: str) -> Response:
    """A ready-made Definition as the next version's draft."""
    with writing() as work:
        row = installs.install_draft(work, kind, key)
        number = row.version
    flash(t("studio.installed_draft", version=number), "good")
    return redirect(url_for("studio_definition.version", kind=kind, key=key, version=number), 303)


@blueprint.post("/gallery/publish-all")
@access(Right.DEFINITION_PUBLISH)
def install_all() -> Response:
    """Publish whatever of the gallery is not in force yet, all of it or nothing."""
    try:
        with writing() as work:
            count = installs.install_all(work, four_eyes=runtime().settings.four_eyes)
    except Invalid as error:
        return make_response(_gallery(findings(error.problems)), 422)
    flash(t("studio.installed_all" if count else "studio.installed_none", count=count), "good")
    return redirect(url_for("studio.definitions"), 303)
