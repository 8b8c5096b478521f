"""The organisation in the admin's hands: the tree of departments, and posts with their holders."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from app.access import Right
from app.edge.asked import row_version
from app.edge.locale import label, t
from app.edge.page_form import Must, PageForm
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import organisation as queries
from app.queries import people
from app.services import organisation
from app.work import Reading, Work
from rules import Invalid, Problem

blueprint = Blueprint("admin_org", __name__, url_prefix="/admin")
PLACES = {"/name/zh-CN": "/name_zh", "/name/en": "/name_en", "/label/zh-CN": "/name_zh", "/label/en": "/name_en"}


class KeyedForm(PageForm):
    """What departments and posts share: a key that stays, and a name in both languages."""

    key = StringField("organisation.key", [Must()], description="organisation.key.help",
                      render_kw={"maxlength": 60, "autocomplete": "off", "spellcheck": "false"})
    name_zh = StringField("organisation.name_zh", [Must()], render_kw={"maxlength": 80})
    name_en = StringField("organisation.name_en", render_kw={"maxlength": 80})
    row_version = HiddenField()

    def label(self) -> dict[str, str]:
        return {"zh-CN": self.text("name_zh"), "en": self.text("name_en")}

    def refuse(self, error: Invalid) -> None:
        """Findings about labels belong to the two boxes they were typed into."""
        self.show(Problem(p.code, PLACES.get(p.path, p.path), p.params) for p in error.problems)


class DepartmentForm(KeyedForm):
    parent_id = SelectField("organisation.parent", validate_choice=False)
    head_id = SelectField("organisation.head", description="organisation.head.help", validate_choice=False)

    def offer(self, view: Reading, head_id: str | None = None) -> None:
        rows = queries.departments(view)
        self.parent_id.choices = [("", t("organisation.top")), *((r.id, "　" * r.depth + label(r.name)) for r in rows)]
        self.head_id.choices = [("", t("ui.none")), *people.names(view, including=[head_id])]


class PostForm(KeyedForm):
    holders = SelectMultipleField("organisation.holders", validate_choice=False,
                                  widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())

    def offer(self, view: Reading, holding: tuple[str, ...] = ()) -> None:
        self.holders.choices = list(people.names(view, including=holding))


@blueprint.get("/departments")
@access(Right.USER_READ)
def departments() -> str:
    with reading() as view:
        return render_template("admin/departments.html", rows=queries.departments(view))


@blueprint.get("/departments/new")
@access(Right.USER_WRITE)
def new_department() -> str:
    form = DepartmentForm(parent_id=request.args.get("parent", ""))
    with reading() as view:
        form.offer(view)
    return render_template("admin/department.html", form=form, row=None, stale=None)


@blueprint.get("/departments/<department_id>")
@access(Right.USER_WRITE)
def department(department_id: str) -> str:
    with reading() as view:
        row = queries.department(view, department_id)
        form = DepartmentForm(obj=row, name_zh=row.name.get("zh-CN"), name_en=row.name.get("en"))
        form.offer(view, row.head_id)
    return render_template("admin/department.html", form=form, row=row, stale=None)


@blueprint.post("/departments/new")
@blueprint.post("/departments/<department_id>")
@access(Right.USER_WRITE)
def save_department(department_id: str | None = None) -> Response:
    form = DepartmentForm.posted()

    def act(work: Work) -> None:
        organisation.save_department(
            work, department_id, key=form.text("key"), name=form.label(), parent_id=form.text("parent_id"),
            head_id=form.text("head_id"), row_version=row_version() if department_id else None,
        )

    refused = form.send(act)
    if refused is None:
        flash(t("organisation.department_saved"), "good")
        return redirect(url_for("admin_org.departments"), 303)
    with reading() as view:
        row = queries.department(view, department_id) if department_id else None
        form.offer(view, row.head_id if row else None)
    page = render_template("admin/department.html", form=form, row=row, stale=refused.stale)
    return make_response(page, refused.status)


@blueprint.post("/departments/<department_id>/delete")
@access(Right.USER_WRITE)
def delete_department(department_id: str) -> Response:
    with writing() as work:
        organisation.delete_department(work, department_id)
    flash(t("organisation.department_deleted"), "good")
    return redirect(url_for("admin_org.departments"), 303)


@blueprint.get("/posts")
@access(Right.USER_READ)
def posts() -> str:
    with reading() as view:
        return render_template("admin/posts.html", rows=queries.posts(view))


@blueprint.get("/posts/new")
@access(Right.USER_WRITE)
def new_post() -> str:
    form = PostForm()
    with reading() as view:
        form.offer(view)
    return render_template("admin/post.html", form=form, row=None, stale=None)


@blueprint.get("/posts/<post_id>")
@access(Right.USER_WRITE)
def post(post_id: str) -> str:
    with reading() as view:
        row = queries.post(view, post_id)
        holding = tuple(holder.id for holder in row.holders)
        form = PostForm(obj=None, key=row.key, name_zh=row.label.get("zh-CN"), name_en=row.label.get("en"),
                        row_version=row.row_version, holders=list(holding))
        form.offer(view, holding)
    return render_template("admin/post.html", form=form, row=row, stale=None)


@blueprint.post("/posts/new")
@blueprint.post("/posts/<post_id>")
@access(Right.USER_WRITE)
def save_post(post_id: str | None = None) -> Response:
    form = PostForm.posted()

    def act(work: Work) -> None:
        version = row_version() if post_id else None
        row = organisation.save_post(work, post_id, key=form.text("key"), label=form.label(), row_version=version)
        organisation.set_holders(work, row.id, form.holders.data or [])

    refused = form.send(act)
    if refused is None:
        flash(t("organisation.post_saved"), "good")
        return redirect(url_for("admin_org.posts"), 303)
    with reading() as view:
        found = queries.post(view, post_id) if post_id else None
        form.offer(view, tuple(form.holders.data or ()))
    page = render_template("admin/post.html", form=form, row=found, stale=refused.stale)
    return make_response(page, refused.status)
