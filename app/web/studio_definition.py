"""One Definition: read view, JSON, versions, comparison, print, export; and the acts on a version as it stands."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app import kinds
from app.access import Conflict, Missing, Right
from app.edge import change_sentences
from app.edge.asked import row_version, whole
from app.edge.locale import t
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import definitions as queries
from app.services import definitions, documents
from app.web import studio_views
from app.web.studio import ICONS
from app.web.studio_design import edit_address
from app.web.studio_problems import body_text, layout_text, of_stored
from app.web.text_difference import difference

PLACE = "/studio/<any(form,scorecard,table,policy,flow):kind>/<key>"
blueprint = Blueprint("studio_definition", __name__, url_prefix=PLACE)


@blueprint.get("")
@access(Right.DEFINITION_READ)
def definition(kind: str, key: str) -> str:
    """The version in force, else the newest."""
    return _page(kind, key, None)


@blueprint.get("/<int:version>")
@access(Right.DEFINITION_READ)
def version(kind: str, key: str, version: int) -> str:
    return _page(kind, key, version)


def _page(kind: str, key: str, version: int | None, layout: str = "studio/definition.html") -> str:
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
        made, problems = studio_views.compiled(kind, detail.body)
        shown = studio_views.context(view, detail, made, problems, request.args) if made is not None else {}
        found = of_stored(view, detail) if detail.head.status == "draft" else []
    return render_template(layout, d=detail, tab="read", made=made, findings=found, icons=ICONS, **shown)


@blueprint.get("/<int:version>/print")
@access(Right.DEFINITION_READ)
def paper(kind: str, key: str, version: int) -> str:
    return _page(kind, key, version, "studio/print.html")


@blueprint.get("/<int:version>/json")
@access(Right.DEFINITION_READ)
def raw(kind: str, key: str, version: int) -> str:
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
    return render_template(
        "studio/json.html", d=detail, tab="json", icons=ICONS, text=body_text(detail), layout_text=layout_text(detail)
    )


@blueprint.get("/<int:version>/export")
@access(Right.DEFINITION_READ)
def export(kind: str, key: str, version: int) -> Response:
    """The whole envelope as a file, ready to be imported elsewhere; of a draft that is no JSON there is none."""
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
    if detail.unread:
        raise Conflict("definition.unread")
    head = detail.head
    envelope: dict[str, Any] = {
        "kind": kind, "key": key, "version": version, "based_on": head.based_on, "title": dict(head.title),
        "fingerprint": kinds.fingerprint(detail.body), "body": detail.body, "layout": detail.layout,
    }  # fmt: skip
    answer = Response(documents.write(envelope), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{kind}.{key}.v{version}.json")
    return answer


@blueprint.get("/versions")
@access(Right.DEFINITION_READ)
def versions(kind: str, key: str) -> str:
    with reading() as view:
        rows = queries.versions(view, kind, key)
        detail = queries.definition(view, kind, key)
    return render_template("studio/versions.html", d=detail, tab="versions", icons=ICONS, rows=rows)


@blueprint.get("/compare")
@access(Right.DEFINITION_READ)
def compare(kind: str, key: str) -> str:
    """Two versions in sentences, and below line by line. Without numbers: the newest against the one before it."""
    with reading() as view:
        rows = queries.versions(view, kind, key)
        numbers = [row.version for row in rows]
        to = whole(request.args.get("to")) or numbers[0]
        earlier = [number for number in numbers if number < to]
        since = whole(request.args.get("from")) or (earlier[0] if earlier else to)
        old, new = (queries.definition(view, kind, key, number) for number in (since, to))
        found = change_sentences.between(view, old, new)
    return render_template(
        "studio/compare.html", d=new, old=old, tab="versions", icons=ICONS, rows=rows, lines=found,
        renamed=old.head.title != new.head.title,
        difference=difference(body_text(old), body_text(new)),
    )  # fmt: skip


@blueprint.post("/<int:version>/draft")
@access(Right.DEFINITION_WRITE)
def draft(kind: str, key: str, version: int) -> BaseResponse:
    """A new draft with the content of this version."""
    with writing() as work:
        row = definitions.restore(work, definitions.find(work.session, kind, key, version))
        number = row.version
    flash(t("studio.draft_made", version=number, based_on=version), "good")
    return redirect(edit_address(kind, key, number), 303)


@blueprint.post("/<int:version>/retire")
@access(Right.DEFINITION_PUBLISH)
def retire(kind: str, key: str, version: int) -> BaseResponse:
    with writing() as work:
        definitions.retire(work, definitions.find(work.session, kind, key, version))
    flash(t("studio.retired_done", version=version), "good")
    return redirect(url_for("studio_definition.version", kind=kind, key=key, version=version), 303)


@blueprint.post("/<int:version>/discard")
@access(Right.DEFINITION_WRITE)
def discard(kind: str, key: str, version: int) -> BaseResponse:
    with writing() as work:
        definitions.discard(work, definitions.find(work.session, kind, key, version), row_version())
    flash(t("studio.discarded", version=version), "good")
    try:
        with reading() as view:
            queries.versions(view, kind, key)
    except Missing:
        return redirect(url_for("studio.definitions"), 303)
    return redirect(url_for("studio_definition.definition", kind=kind, key=key), 303)

