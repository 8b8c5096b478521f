"""The auditor verifies: the ledger where it lies, or a trail file that somebody brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.access import Missing, Right
from app.edge.asked import LONG, whole
from app.edge.locale import t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.queries import trail as queries
from app.queries import trail_standing
from app.queries.trail_names import Names, names_of_subjects
from app.services import jobs, verification
from app.services.ledger import public_key
from app.web import trail_words
from app.web.trail_blueprint import blueprint
from app.work import Reading, Verb
from rules import Invalid, Problem

INLINE = 50_000  # entries verified while the reader waits; more become a job
ANCHOR_BYTES = 100_000
JOB = "trail.verify"


def _page(*, shown: int | None = None, uploaded: Mapping[str, Any] | None = None, problem: str | None = None) -> str:
    here = runtime()
    with reading() as view:
        standing = trail_standing.standing(view)
        history = trail_standing.verifications(view)
        result = queries.entry(view, shown) if shown is not None else None
        running = trail_standing.open_job(view, JOB)
        now = view.now
        if result is not None and result.verb != Verb.TRAIL_VERIFIED.value:
            raise Missing("entry", str(shown))
        if result is None and uploaded is None and history:
            result = history[0]
        names = _names(view, uploaded or (result.detail if result is not None else {}))
    return render_template(
        "trail/verify.html", standing=standing, now=now, history=[trail_words.said(row) for row in history],
        result=result, uploaded=uploaded, problem=problem, running=running, inline=INLINE, words=trail_words,
        names=names,
        key=str(public_key(here.keys, here.settings.origin)),
    )  # fmt: skip


@blueprint.get("/verify")
@access(Right.TRAIL_VERIFY)
def verify() -> str:
    """How the ledger stands, the last result, and the two ways to verify."""
    return _page(shown=whole(request.args.get("result"), LONG))


def _names(view: Reading, found: Mapping[str, Any]) -> Names:
    """Names of what the findings are about."""
    findings = found.get("findings")
    known = [each for each in findings if isinstance(each, Mapping)] if isinstance(findings, list) else []
    subjects = [about for each in known if (about := trail_words.finding_subject(each)) is not None]
    return names_of_subjects(view.session, ((about.type, about.id) for about in subjects))


def _anchor() -> str | None:
    """The checkpoint that somebody kept elsewhere, as text; None where none was sent."""
    file = request.files.get("anchored")
    data = file.read(ANCHOR_BYTES + 1) if file is not None and file.filename else b""
    if not data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if len(data) > ANCHOR_BYTES or not text or "\0" in text:
        raise Invalid([Problem("trail.verify.bad_anchor", "/anchored")])
    return text


@blueprint.post("/verify")
@access(Right.TRAIL_VERIFY)
def verify_ledger() -> BaseResponse:
    """Every row against every checkpoint. The outcome becomes an entry; where there are very many rows, by a job."""
    here = runtime()
    try:
        anchored = _anchor()
    except Invalid:
        return make_response(_page(problem=t("trail.verify.bad_anchor")), 422)
    if verification.size_of(here.database) > INLINE:
        with writing() as work:
            arguments = {"anchored": anchored, "by": work.actor.id, "name": work.actor.name}
            jobs.queue(work, JOB, arguments, recorded=True)
        flash(t("trail.verify.queued"), "good")
        return redirect(url_for("trail.verify"), 303)
    report = verification.verify_database(here.database, here.keys, here.settings.origin, anchored=anchored)
    with writing() as work:
        verification.record(work, verification.outcome(report, anchored=anchored is not None))
    return redirect(url_for("trail.verify"), 303)


@blueprint.post("/verify/file")
@access(Right.TRAIL_VERIFY)
def verify_file() -> Response:
    """A trail file against this ledger's public key. Nothing of it is kept."""
    here = runtime()
    file = request.files.get("file")
    if file is None or not file.filename:
        return make_response(_page(problem=t("trail.verify.file_missing")), 422)
    report = verification.verify_file(file.stream, public_key(here.keys, here.settings.origin))
    found = verification.outcome(report, anchored=False) | {"name": file.filename[:120]}
    return make_response(_page(uploaded=found))


@blueprint.get("/checkpoint")
@access(Right.TRAIL_READ)
def checkpoint() -> Response:
    """The last signed checkpoint as a file, to be kept where nobody here can reach it."""
    with reading() as view:
        last = trail_standing.last_checkpoint(view)
    if last is None:
        raise Missing("checkpoint")
    disposition = f'attachment; filename="checkpoint-{last.size}.txt"'
    return Response(last.note, mimetype="text/plain", headers={"Content-Disposition": disposition})


@blueprint.get("/public-key")
@access(Right.TRAIL_READ)
def key() -> Response:
    """The public key as a file for the verifier's `--key`."""
    here = runtime()
    text = f"{public_key(here.keys, here.settings.origin)}\n"
    return Response(text, mimetype="text/plain", headers={"Content-Disposition": 'attachment; filename="ledger.pub"'})
