"""The gallery of ready-made Definitions: grouped, each with its use; looked at before it is taken over as a draft."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import gallery as ready_made
from app import kinds
from app.access import Conflict, Right
from app.edge.locale import problem_text, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries import definitions as queries
from app.services import form_samples
from app.services import gallery as installs
from app.services.lookups import Lookups
from app.web import answer_parts, studio_views
from app.web.studio import ICONS
from app.web.studio_problems import Finding, findings
from app.work import Reading
from credit import Policy
from forms import Form, assess
from rules import DecisionTable, Invalid, Problem, Scorecard
from workflows import Flow

blueprint = Blueprint("studio_gallery", __name__, url_prefix="/studio/gallery")

ONE = "/<any(form,scorecard,table,policy,flow):kind>/<key>"
ABSENT = queries.Present(None, None, None)


@dataclass(frozen=True, slots=True)
class Card:
    """A ready-made Definition, what it is for, and what is there of it already.

    bulk  it is of the set that is published at once
    """

    kind: str
    key: str
    title: dict[str, str]
    use: dict[str, str]
    facts: list[str]
    state: str  # new | same | differs
    published: int | None
    draft: int | None
    bulk: bool


@blueprint.get("")
@access(Right.DEFINITION_WRITE)
def index() -> str:
    return _index([])


def _index(found: list[Finding]) -> str:
    with reading() as view:
        present = queries.present(view)
    bulk = {f"{each['kind']}/{each['key']}" for each in ready_made.definitions()}
    known = {f"{each['kind']}/{each['key']}": each for each in installs.everything()}
    groups = [
        (shelf, [_card(known[name], use, present, name in bulk) for name, use in shelf.items.items()])
        for shelf in ready_made.shelves()
    ]
    missing = [card for _, cards in groups for card in cards if card.bulk and card.state == "new"]
    return render_template(
        "studio/gallery.html", groups=groups, missing=missing, icons=ICONS, findings=found,
        four_eyes=runtime().settings.four_eyes,
    )  # fmt: skip


def _card(
    envelope: dict[str, Any], use: dict[str, str], present: dict[tuple[str, str], queries.Present], bulk: bool
) -> Card:
    kind, key = envelope["kind"], envelope["key"]
    here = present.get((kind, key), ABSENT)
    same = here.fingerprint == kinds.fingerprint(envelope["body"])
    state = "new" if here.published is None else "same" if same else "differs"
    facts = list(_facts(kind, envelope["body"]))
    return Card(kind, key, envelope["title"], use, facts, state, here.published, here.draft, bulk)


def _facts(kind: str, body: dict[str, Any]) -> Iterator[str]:
    """How large it is, for somebody choosing."""
    match kinds.compiled(kind, kinds.fingerprint(body), body):
        case Form() as form:
            yield t("studio.size.sections", count=len(form.sections))
            yield t("studio.size.fields", count=len(form.asked))
            if form.rules or form.checks:
                yield t("studio.size.rules", count=len(form.rules) + len(form.checks))
            if form.book is not None:
                yield t("gallery.keeps_book")
        case Scorecard() as card:
            yield t("studio.size.dimensions", count=len(card.dimensions))
            yield t("studio.size.factors", count=len(card.factors))
            yield t("studio.size.variants", count=len(card.variants))
        case DecisionTable() as table:
            yield t("studio.size.inputs", count=len(table.inputs))
            yield t("studio.size.rows", count=len(table.rows))
        case Policy() as policy:
            yield t("studio.size.grades", count=len(policy.grades))
            yield t("studio.size.tiers", count=len(policy.tiers.tiers))
        case Flow() as flow:
            yield t("studio.size.steps", count=len([step for step in flow.steps if not step.endswith(".authority")]))


# one of them --------------------------------------------------------------------------------------------------


@blueprint.get(ONE)
@access(Right.DEFINITION_WRITE)
def one(kind: str, key: str) -> str:
    return _one(kind, key, None, [])


def _one(kind: str, key: str, typed: str | None, errors: list[str]) -> str:
    """As it reads, and a form also as people will fill it in, with answers in it."""
    envelope = installs.find(kind, key)
    shelf = next(each for each in ready_made.shelves() if f"{kind}/{key}" in each.items)
    with reading() as view:
        detail = _detail(view, envelope)
        made, problems = studio_views.compiled(kind, envelope["body"])
        shown = studio_views.context(view, detail, made, problems)
        sheet = _filled(view, key, made) if isinstance(made, Form) else None
        here = queries.present(view).get((kind, key), ABSENT)
        free = installs.free_key(view.session, kind, key)
        known = free != key
    facts = list(_facts(kind, envelope["body"]))
    return render_template(
        "studio/gallery_one.html", d=detail, made=made, sheet=sheet, use=shelf.items[f"{kind}/{key}"], shelf=shelf,
        sizes=facts, here=here, known=known, key=free if typed is None else typed, errors=errors, icons=ICONS, **shown,
    )  # fmt: skip


def _detail(view: Reading, envelope: dict[str, Any]) -> queries.Detail:
    """The ready-made document in the shape read views are drawn from; no version of it is stored."""
    head = queries.Version(
        envelope["kind"], envelope["key"], 0, "draft", envelope["title"], None, None, view.now, "", view.now, "",
        None, None, None, 0,
    )  # fmt: skip
    return queries.Detail(head, envelope["body"], envelope.get("layout") or {}, {}, (), None, None, 0, (), ())


def _filled(view: Reading, key: str, form: Form) -> answer_parts.Sheet:
    now = view.now.astimezone(view.zone)
    stored = form_samples.samples(view, form, ready_made.sample(key, now.date()))
    found = assess(form, {}, now=now, lookups=Lookups(view.session, view.viewer), purpose="draft", stored=stored)
    return answer_parts.sheet(form, found)


@blueprint.post(ONE + "/draft")
@access(Right.DEFINITION_WRITE)
def install_draft(kind: str, key: str) -> Response:
    """A ready-made Definition as a draft: under a key of its own where one is asked for, else as the next version."""
    under = request.form.get("key")
    under = under.strip() if under is not None else None
    try:
        with writing() as work:
            row = installs.install_draft(work, kind, key, under)
            name, number = row.key, row.version
    except (Invalid, Conflict) as error:
        if under is None:
            raise
        if isinstance(error, Invalid):
            return make_response(_one(kind, key, under, [problem_text(each) for each in error.problems]), 422)
        return make_response(_one(kind, key, under, [problem_text(Problem(error.code, "/key", error.params))]), 409)
    flash(t("studio.installed_draft", version=number), "good")
    return redirect(url_for("studio_definition.version", kind=kind, key=name, version=number), 303)


@blueprint.post("/publish-all")
@access(Right.DEFINITION_PUBLISH)
def install_all() -> Response:
    """Publish whatever of the set that belongs together is not in force yet, all of it or nothing."""
    try:
        with writing() as work:
            count = installs.install_all(work, four_eyes=runtime().settings.four_eyes)
    except Invalid as error:
        return make_response(_index(findings(error.problems)), 422)
    flash(t("studio.installed_all" if count else "studio.installed_none", count=count), "good")
    return redirect(url_for("studio.definitions"), 303)
