"""Drafts: made from nothing, from the gallery or from a file; typed as JSON with problems in place; published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import gallery, kinds
from app.access import Conflict, Right
from app.edge import change_sentences
from app.edge.asked import row_version, whole
from app.edge.locale import label, problem_text, t
from app.edge.pages import access
from app.edge.runtime import runtime
from app.edge.transaction import reading, writing
from app.models.definition import DRAFT
from app.queries import definitions as queries
from app.services import definitions, documents, form_start
from app.services import gallery as installs
from app.web import studio_form
from app.web.studio import ICONS, KINDS, kind_asked
from app.web.studio_design import edit_address
from app.web.studio_problems import Finding, body_text, findings, layout_text, of_layout, of_stored
from app.work import SYSTEM
from rules import Invalid, Problem

blueprint = Blueprint("studio_draft", __name__, url_prefix="/studio")

TITLE = "definition.title"  # how codes about the title begin
ENVELOPE = ("kind", "key", "version", "title", "body", "layout", "fingerprint", "based_on")
PLACE = "/<any(form,scorecard,table,policy,flow):kind>/<key>/<int:version>"


@dataclass(slots=True)
class Typed:
    """A draft as typed: every text as it came, the documents where they could be read, and what is wrong."""

    title: dict[str, str]
    body: str
    layout: str
    row_version: int
    read_body: documents.Document | None = None
    read_layout: documents.Document | None = None
    problems: list[Problem] = field(default_factory=list)
    layout_problems: list[Problem] = field(default_factory=list)

    @classmethod
    def posted(cls) -> Typed:
        form = request.form
        texts = {name: form.get(name, "").replace("\r\n", "\n") for name in ("body", "layout")}
        title = {"zh-CN": form.get("title_zh", ""), "en": form.get("title_en", "")}
        typed = cls(title, texts["body"], texts["layout"], row_version())
        typed.read_body, typed.problems = _read(typed.body)
        if typed.layout.strip():
            typed.read_layout, typed.layout_problems = _read(typed.layout)
        return typed

    def findings(self, more: Sequence[Problem] = ()) -> list[Finding]:
        """What is wrong with the body at its places, then with the title and the layout."""
        of_title = [problem for problem in more if problem.code.startswith(TITLE)]
        found = findings([*self.problems, *(p for p in more if p not in of_title)], self.read_body, self.body)
        found = [*findings(of_title), *found]
        return [*found, *of_layout(self.layout_problems, self.read_layout, self.layout)]


def _read(text: str) -> tuple[documents.Document | None, list[Problem]]:
    try:
        return documents.read(text), []
    except Invalid as invalid:
        return None, list(invalid.problems)


@blueprint.get(PLACE + "/edit")
@access(Right.DEFINITION_WRITE)
def edit(kind: str, key: str, version: int) -> Response:
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
        if detail.head.status != DRAFT:
            return redirect(url_for("studio_definition.version", kind=kind, key=key, version=version), 303)
        found = of_stored(view, detail)
    title = {"zh-CN": detail.head.title.get("zh-CN", ""), "en": detail.head.title.get("en", "")}
    typed = Typed(title, body_text(detail), layout_text(detail), detail.head.row_version)
    return _editor(detail, typed, found)


def _editor(
    detail: queries.Detail, typed: Typed, found: list[Finding], status: int = 200, stale: str | None = None
) -> Response:
    page = render_template(
        "studio/edit.html", d=detail, tab="edit", icons=ICONS, typed=typed, findings=found, stale=stale
    )
    return make_response(page, status)


def _told(error: Conflict) -> str:
    """Who was first, the system by its name in the reader's language."""
    by = {"by": t("studio.system")} if error.params.get("by") == SYSTEM.id else {}
    return problem_text(Problem(error.code, params={**error.params, **by}))


@blueprint.post(PLACE + "/edit")
@access(Right.DEFINITION_WRITE)
def save(kind: str, key: str, version: int) -> Response:
    """Keep what was typed, problems and all, JSON or not; what no database holds, or no title is, stays on the page."""
    typed = Typed.posted()
    over = whole(request.form.get("over"))  # pressed on purpose after a conflict: write over the other's version
    status, stale = 422, None
    more: list[Problem] = []
    try:
        with writing() as work:
            row = definitions.find(work.session, kind, key, version)
            left = definitions.save(
                work, row, over or typed.row_version, title=typed.title, body=typed.body, layout=typed.layout
            )
        flash(t("studio.saved_with" if left else "studio.saved", count=len(left)), "warn" if left else "good")
        return redirect(url_for("studio_draft.edit", kind=kind, key=key, version=version), 303)
    except Invalid as error:
        more = [problem for problem in error.problems if problem.code.startswith(TITLE)]
    except Conflict as error:
        if request.headers.get("HX-Request"):
            raise
        status, stale = 409, _told(error)
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
        if typed.read_body is not None and not more:
            more = definitions.check(view.session, kind, typed.read_body.value, key)
    return _editor(detail, typed, typed.findings(more), status, stale)


@blueprint.post(PLACE + "/check")
@access(Right.DEFINITION_WRITE)
def check(kind: str, key: str, version: int) -> str:
    """What is wrong with the text as it stands in the page; nothing is stored."""
    typed = Typed.posted()
    with reading() as view:
        queries.definition(view, kind, key, version)
        more = definitions.check(view.session, kind, typed.read_body.value, key) if typed.read_body else []
    return render_template("studio/problems.html", findings=typed.findings(more), checked=True, typed=typed)


@blueprint.get(PLACE + "/publish")
@access(Right.DEFINITION_PUBLISH)
def review(kind: str, key: str, version: int) -> Response:
    """What publishing would do: what it replaces, what changes, who names it, what stands in the way."""
    return _review(kind, key, version)


def _review(kind: str, key: str, version: int, stale: str | None = None, status: int = 200) -> Response:
    with reading() as view:
        detail = queries.definition(view, kind, key, version)
        if detail.head.status != DRAFT and stale is None:
            return redirect(url_for("studio_definition.version", kind=kind, key=key, version=version), 303)
        found = of_stored(view, detail) if detail.head.status == DRAFT else []
        old = queries.definition(view, kind, key, detail.published) if detail.published else None
        lines = change_sentences.between(view, old, detail) if old else []
        viewer = view.viewer.id
        # It reads many answers: the page stands first, and asks itself for this part.
        late = detail.head.status == DRAFT and studio_form.before_publishing(detail)
        effect = studio_form.effect(view, detail) if late and request.args.get("impact") == "1" else None
    page = render_template(
        "studio/publish.html", d=detail, old=old, tab="read", icons=ICONS, findings=found, stale=stale,
        lines=lines, late=late, effect=effect,
        blocked=any(each.severity == "error" for each in found) or detail.head.status != DRAFT,
        warned=any(each.severity != "error" for each in found),
        own=runtime().settings.four_eyes and viewer in detail.authors,
    )  # fmt: skip
    return make_response(page, status)


@blueprint.post(PLACE + "/publish")
@access(Right.DEFINITION_PUBLISH)
def publish(kind: str, key: str, version: int) -> Response:
    try:
        with writing() as work:
            row = definitions.find(work.session, kind, key, version)
            definitions.publish(
                work, row, row_version(), four_eyes=runtime().settings.four_eyes,
                warnings_read=request.form.get("warnings_read") == "1",
            )  # fmt: skip
    except Invalid as error:
        only_warnings = all(problem.severity != "error" for problem in error.problems)
        return _review(kind, key, version, t("studio.read_warnings") if only_warnings else None, 422)
    except Conflict as error:
        return _review(kind, key, version, _told(error), 409)
    flash(t("studio.published_done", version=version), "good")
    with reading() as view:
        source = form_start.source_of(view.session, key) if kind == "form" else None
    if source is not None:
        flash(t("start.published_offer", file=source.filename), "info")
    return redirect(url_for("studio_definition.version", kind=kind, key=key, version=version), 303)


# new ones -----------------------------------------------------------------------------------------------------


@blueprint.get("/new")
@access(Right.DEFINITION_WRITE)
def new() -> Response:
    kind = kind_asked() or "form"
    return _new({"start": f"empty/{kind}", "key": "", "title_zh": "", "title_en": ""})


def _new(values: Mapping[str, str], problems: Iterable[Problem] = (), status: int = 200) -> Response:
    starts = [(f"empty/{kind}", t("studio.start.empty", kind=t(f"studio.kind.{kind}"))) for kind in KINDS]
    for envelope in installs.everything():
        name = f"{envelope['kind']}/{envelope['key']}"
        words = t("studio.start.gallery", kind=t(f"studio.kind.{envelope['kind']}"), title=label(envelope["title"]))
        starts.append((name, words))
    errors: dict[str, list[str]] = {}
    for problem in problems:
        name = {"/key": "key", "/title/en": "title_en"}.get(problem.path, "title_zh")
        errors.setdefault(name, []).append(problem_text(problem))
    return make_response(render_template("studio/new.html", values=values, starts=starts, errors=errors), status)


@blueprint.post("/new")
@access(Right.DEFINITION_WRITE)
def create() -> Response:
    names = ("start", "key", "title_zh", "title_en")
    values = {name: request.form.get(name, "").strip() for name in names}
    source, _, name = values["start"].partition("/")
    kind = name if source == "empty" else source
    title = {"zh-CN": values["title_zh"], "en": values["title_en"]}
    try:
        with writing() as work:
            if source == "empty":
                body = gallery.empty(name) if name in kinds.KINDS else {}
                number = definitions.draft(work, kind, values["key"], title, body).version
            else:
                number = installs.start_from(work, kind, name, values["key"], title).version
    except Invalid as error:
        return _new(values, error.problems, 422)
    except Conflict as error:
        return _new(values, [Problem(error.code, "/key", error.params)], 409)
    flash(t("studio.created", version=number), "good")
    return redirect(edit_address(kind, values["key"], number), 303)


@blueprint.get("/import")
@access(Right.DEFINITION_WRITE)
def import_form() -> str:
    return render_template("studio/import.html", text="", findings=[], typed=None)


@blueprint.post("/import")
@access(Right.DEFINITION_WRITE)
def import_document() -> Response:
    """A file or a text becomes a draft; whatever is wrong with it, the text stays in the page."""
    text, problems = _sent()
    document: documents.Document | None = None
    if not problems:
        document, problems = _read(text)
    status = 422
    if document is not None:
        problems = _envelope_problems(document.value)
        if not problems:
            value = document.value
            try:
                with writing() as work:
                    row = definitions.draft(
                        work, value["kind"], value["key"], value["title"], value["body"], layout=value.get("layout")
                    )
                    place = (row.kind, row.key, row.version)
                flash(t("studio.imported", version=place[2]), "good")
                address = url_for("studio_definition.version", kind=place[0], key=place[1], version=place[2])
                return redirect(address, 303)
            except Invalid as error:
                problems = list(error.problems)
            except Conflict as error:
                status, problems = 409, [Problem(error.code, "", error.params)]
    found = findings(problems, document, text)
    return make_response(render_template("studio/import.html", text=text, findings=found, typed=None), status)


def _sent() -> tuple[str, list[Problem]]:
    """The text of the file, or else of the text field."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("text", "").replace("\r\n", "\n"), []
    with file.stream as stream:
        data = stream.read(documents.MAX_BYTES + 1)
    if len(data) > documents.MAX_BYTES:
        return "", [Problem("definition.too_large", "", {"max": documents.MAX_BYTES // 1024})]
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n"), []
    except UnicodeDecodeError:
        return "", [Problem("definition.encoding")]


def _envelope_problems(value: Mapping[str, Any]) -> list[Problem]:
    """What keeps a file from being an exported Definition; kind, key and title are judged by the service."""
    problems = [Problem("definition.member_unknown", f"/{name[:60]}", {"name": name[:60], "known": ", ".join(ENVELOPE)})
                for name in value if name not in ENVELOPE]  # fmt: skip
    for name in ("kind", "key", "title", "body"):
        wanted = str if name in ("kind", "key") else dict
        if name not in value:
            problems.append(Problem("definition.member_missing", "", {"name": name}))
        elif not isinstance(value[name], wanted):
            problems.append(Problem("definition.member_type", f"/{name}", {"name": name}))
    if value.get("layout") is not None and not isinstance(value["layout"], dict):
        problems.append(Problem("definition.member_type", "/layout", {"name": "layout"}))
    told = value.get("fingerprint")
    if not problems and told is not None and told != kinds.fingerprint(value["body"]):
        problems.append(Problem("definition.altered", "/fingerprint"))
    return problems
