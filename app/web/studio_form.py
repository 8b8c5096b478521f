"""Beside the designer of forms: a field under another key, the form as people will see it, what a change would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from app.access import Right
from app.edge.locale import label, problem_text, t
from app.edge.pages import access
from app.edge.transaction import reading
from app.queries import definitions as queries
from app.services import definitions, documents, form_impact, form_samples, requests
from app.services.form_impact import FieldImpact, FormImpact, Use
from app.services.lookups import Lookups
from app.services.pinyin import syllables
from app.web import answer_parts
from app.work import Reading
from forms import Form, assess, compile_form
from forms.compile import RESERVED
from forms.rename import rename
from rules import Invalid, Problem
from rules.problem import errors

blueprint = Blueprint("studio_form", __name__, url_prefix="/studio/form/<key>/<int:version>/design")

KIND = "form"
MOST = 4_000  # values a tried form may post
LONGEST = 40
Body = Mapping[str, Any]


def posted(**members: type | tuple[type, ...]) -> dict[str, Any]:
    """The posted document with its body and whatever else is named, each of its type; raises Invalid."""
    try:
        value = documents.read(request.get_data(cache=False).decode()).value
    except UnicodeDecodeError:
        raise Invalid([Problem("definition.encoding")]) from None
    wrong = [name for name, kind in {"body": dict, **members}.items() if not isinstance(value.get(name), kind)]
    if wrong:
        raise Invalid([Problem("definition.member_type", f"/{name}", {"name": name}) for name in wrong])
    return value


# another key --------------------------------------------------------------------------------------------------


@blueprint.post("/rename")
@access(Right.DEFINITION_WRITE)
def renamed(key: str, version: int) -> Response:
    """The body with one field under another key: the one sent, or one made of its label."""
    sent = posted(at=list, key=(str, type(None)))
    with reading() as view:
        queries.definition(view, KIND, key, version)
    at = tuple(sent["at"])
    try:
        if len(at) not in (2, 3) or not all(type(each) is int and each >= 0 for each in at):
            raise LookupError(at)
        wanted = sent["key"] if sent["key"] is not None else _suggested(sent["body"], at)
        body = rename(sent["body"], at, wanted) if wanted else sent["body"]
    except (LookupError, TypeError, AttributeError):
        raise Invalid([Problem("form.no_such_field", "/at")]) from None
    return jsonify({"key": wanted, "body": body})


def _suggested(body: Body, at: tuple[Any, ...]) -> str | None:
    """A free key from the field's English label, else from its Chinese one read out; None where neither gives one."""
    section, index, *column = at
    siblings = [field for each in body["sections"] for field in each["fields"]]
    field = body["sections"][section]["fields"][index]
    if column:
        siblings, field = field["fields"], field["fields"][column[0]]
    words = field["label"].get("en") or " ".join(syllables(str(field["label"].get("zh-CN") or "")))
    parts = ["".join(sign for sign in part if sign.isascii() and sign.isalnum()) for part in words.lower().split()]
    key = "_".join(part for part in parts if part)[:LONGEST].strip("_")
    if not key or not key[0].isalpha():
        return None
    taken = {each["key"] for each in siblings if each is not field} | RESERVED
    return next(each for each in (key, *(f"{key}_{count}" for count in range(2, 400))) if each not in taken)


# as people will see it ----------------------------------------------------------------------------------------


@blueprint.post("/preview")
@access(Right.DEFINITION_WRITE)
def preview(key: str, version: int) -> Response:
    """The form drawn with answers as they stand, for the people of a Step or a role; nothing is kept.

    `answers` are the page's values as (name, value) pairs, `stored` what stood before them, `sample` asks for samples.
    """
    sent = posted(view=str, answers=list, stored=dict, sample=bool)
    with reading() as view:
        queries.definition(view, KIND, key, version)
        try:
            form = compile_form(sent["body"])
        except Invalid as invalid:
            return jsonify({"html": None, "count": len(errors(invalid.problems)), "stored": sent["stored"]})
        return jsonify(_drawn(view, key, form, sent))


def _drawn(view: Reading, key: str, form: Form, sent: Mapping[str, Any]) -> dict[str, Any]:
    readable, writable = _rights(view, key, form, sent["view"])
    stored = form_samples.samples(view, form) if sent["sample"] else sent["stored"]
    pairs = [(str(pair[0]), str(pair[1])) for pair in islice(sent["answers"], MOST) if _is_pair(pair)]
    data = None if sent["sample"] or not pairs else answer_parts.worked(form, MultiDict(pairs))
    raw = {} if data is None else answer_parts.typed(form, data, writable)
    found = assess(
        form, raw, now=view.now.astimezone(view.zone), lookups=Lookups(view.session, view.viewer), stored=stored,
        writable=writable,
    )  # fmt: skip
    sheet = answer_parts.sheet(form, found, data=data, readable=readable, problems=found.problems, live=data is None)
    for part in sheet.parts:
        part.locked = part.locked or part.key not in writable
    html = render_template("studio/form_preview.html", sheet=sheet)
    return {
        "html": html, "stored": found.answers.to_json(), "count": 0,
        "missing": [label(form.fields[each].label) for each in form.fields if each not in readable],
        "problems": [problem_text(each) for each in found.problems][:50],
    }  # fmt: skip


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2


def _rights(view: Reading, key: str, form: Form, chosen: str) -> tuple[frozenset[str], frozenset[str]]:
    """What the people of ``flow:credit_approval:finance`` or ``role:sales`` may read and write of this form."""
    everything = frozenset(form.fields)
    kind, _, rest = chosen.partition(":")
    if kind == "role":
        grant = form.book.grant(rest) if form.book is not None else None
        if grant is None:
            return everything, everything
        readable = everything - grant.hidden
        return readable, readable - grant.locked
    if kind == "flow":
        name, _, step = rest.partition(":")
        row = definitions.published(view.session, "flow", name)
        flow = definitions.compiled(row) if row is not None and row.body["form"]["key"] == key else None
        if flow is not None and step in flow.steps:
            return requests.readable(flow, form, step), requests.editable(flow, form, step)
    return everything, everything


# what a change would do ---------------------------------------------------------------------------------------


@blueprint.post("/impact")
@access(Right.DEFINITION_WRITE)
def impact(key: str, version: int) -> Response:
    """Answers and Definitions that feel the difference to the version in force; and who names which field."""
    sent = posted()
    with reading() as view:
        queries.definition(view, KIND, key, version)
        found = form_impact.impact(view, key, sent["body"])
    return jsonify(told(found))


def told(found: FormImpact) -> dict[str, Any]:
    """An impact in words, for the designer and for the page before publishing."""
    return {
        "version": found.version,
        "answers": found.answers,
        "tried": found.tried,
        "changes": [
            {"id": each.id, "key": each.key, "label": label(each.label) or each.key, "what": each.what,
             "words": _words(each), "answers": each.answers, "uses": [_use(use) for use in each.uses],
             "grave": each.lost > 0 or each.what in ("removed", "retyped", "options")}
            for each in found.changes
        ],
        "uses": {name: [_use(use) for use in uses] for name, uses in found.uses.items()},
    }  # fmt: skip


def _words(change: FieldImpact) -> str:
    said = [t(f"form.impact.{change.what}", label=label(change.label) or change.key, detail=change.detail)]
    if change.what != "limits":
        counted = "form.impact.lack" if change.what == "required" else "form.impact.hold"
        said.append(t(counted, count=change.answers) if change.answers else t("form.impact.no_answers"))
    if change.lost:
        said.append(t("form.impact.lost", count=change.lost, examples=list(change.examples)))
    if change.refused:
        said.append(t("form.impact.refused", count=change.refused))
    return " ".join(said)


def _use(use: Use) -> dict[str, str]:
    return {
        "words": t("form.impact.use", kind=t(f"studio.kind.{use.kind}"), title=label(use.title), how=_how(use)),
        "address": url_for("studio_definition.definition", kind=use.kind, key=use.key),
    }  # fmt: skip


def _how(use: Use) -> str:
    return t(f"form.use.{use.how}")


def before_publishing(detail: queries.Detail) -> bool:
    """Whether publishing this draft changes a form in force, so that its impact has to be told first."""
    return detail.head.kind == KIND and "body" not in detail.unread and detail.published is not None


def effect(view: Reading, detail: queries.Detail) -> dict[str, Any]:
    """For the page before publishing: what the draft of a form would do."""
    return told(replace(form_impact.impact(view, detail.head.key, detail.body), uses={}))
