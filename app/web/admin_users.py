"""Users in the admin's hands: list, page of one user, roles, disabling, one-time passwords, sessions and tokens."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, StringField

from app.access import Grant, Right, Role, Scope
from app.edge import entrance, security
from app.edge.asked import place, row_version, ways
from app.edge.locale import LANGUAGES, label, t
from app.edge.page_form import Must, PageForm
from app.edge.pages import access
from app.edge.transaction import reading, writing
from app.queries import organisation
from app.queries import people as queries
from app.services import people, sessions, tokens
from app.services.people import Profile
from app.work import Reading
from rules import Invalid, Problem

blueprint = Blueprint("admin_users", __name__, url_prefix="/admin/users")


class UserForm(PageForm):
    username = StringField("user.username", [Must()], description="user.username.help", render_kw={
        "maxlength": 60, "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false",
    })
    name = StringField("user.name", [Must()], render_kw={"maxlength": 120, "autocomplete": "off"})
    email = StringField("user.email", render_kw={"maxlength": 200, "type": "email", "autocomplete": "off"})
    department_id = SelectField("user.department", validate_choice=False)
    superior_id = SelectField("user.superior", description="user.superior.help", validate_choice=False)
    locale = SelectField("user.language", validate_choice=False)
    row_version = HiddenField()

    def offer(self, view: Reading, superior_id: str | None = None) -> None:
        """Fill the choices; names of departments are indented by depth."""
        rows = organisation.departments(view)
        self.department_id.choices = [("", t("ui.none")), *((r.id, "　" * r.depth + label(r.name)) for r in rows)]
        self.superior_id.choices = [("", t("ui.none")), *queries.names(view, including=[superior_id])]
        self.locale.choices = [("", t("user.language.browser")), *((tag, t(f"language.{tag}")) for tag in LANGUAGES)]

    def profile(self) -> Profile:
        return Profile(
            self.text("username"), self.text("name"), self.text("email"), self.text("department_id"),
            self.text("superior_id"), self.text("locale"),
        )


def _grants() -> list[Grant]:
    """The roles ticked, each with its scope; Invalid for what no page of ours sends."""
    grants = []
    for name in request.form.getlist("roles"):
        try:
            grants.append(Grant(Role(name), Scope[request.form.get(f"scope_{name}", "ALL")]))
        except (ValueError, KeyError):
            raise Invalid([Problem("user.role_unknown", "/roles", {"role": name[:40]})]) from None
    return grants


@blueprint.get("")
@access(Right.USER_READ)
def users() -> str:
    search = request.args.get("q", "")
    status = request.args.get("status", "active")
    role = request.args.get("role", "")
    with reading() as view:
        page = queries.users(
            view,
            search=search,
            role=Role(role) if role in list(Role) else None,
            active={"active": True, "disabled": False}.get(status),
            place=place(),
        )
    kept: dict[str, Any] = {"q": search or None, "status": status, "role": role or None}
    return render_template(
        "admin/users.html", page=page, q=search, status=status, role=role, roles=tuple(Role),
        filtered=bool(search or role or status != "active"),
        **ways("admin_users.users", page, **kept),
    )


@blueprint.get("/new")
@access(Right.USER_WRITE)
def new_user() -> str:
    form = UserForm()
    with reading() as view:
        form.offer(view)
    return render_template("admin/user_new.html", form=form, roles=tuple(Role), scopes=tuple(Scope), chosen={})


@blueprint.post("/new")
@access(Right.USER_WRITE)
def create_user() -> Response:
    """The one-time password is shown in this one answer and never again."""
    form = UserForm.posted()
    if form.validate():
        secret = entrance.hasher().one_time()
        try:
            with writing() as work:
                user = people.create_user(work, form.profile(), secret, _grants())
            return make_response(render_template("admin/secret.html", user=user, secret=secret.password, new=True), 201)
        except Invalid as error:
            form.refuse(error)
    with reading() as view:
        form.offer(view)
    chosen = {name: request.form.get(f"scope_{name}", "ALL") for name in request.form.getlist("roles")}
    page = render_template("admin/user_new.html", form=form, roles=tuple(Role), scopes=tuple(Scope), chosen=chosen)
    return make_response(page, 422)


@blueprint.get("/<user_id>")
@access(Right.USER_READ)
def user(user_id: str) -> str:
    with reading() as view:
        return _page(view, user_id)


def _page(view: Reading, user_id: str, form: UserForm | None = None, stale: str | None = None) -> str:
    person = queries.user(view, user_id)
    if form is None:
        form = UserForm(obj=person)
        form.department_id.data, form.superior_id.data = person.department_id or "", person.superior_id or ""
        form.locale.data = person.locale or ""
    form.username.data = person.username
    form.offer(view, person.superior_id)
    return render_template(
        "admin/user.html", person=person, form=form, stale=stale, roles=tuple(Role), scopes=tuple(Scope),
        sessions=queries.open_sessions(view, security.lifetime().idle, user_id=user_id),
        tokens=[row for row in queries.tokens(view, user_id) if row.living],
    )


@blueprint.post("/<user_id>")
@access(Right.USER_WRITE)
def change_user(user_id: str) -> Response:
    form = UserForm.posted()
    refused = form.send(lambda work: people.change_user(work, user_id, row_version(), form.profile()))
    if refused is None:
        flash(t("user.saved"), "good")
        return redirect(url_for("admin_users.user", user_id=user_id), 303)
    with reading() as view:
        return make_response(_page(view, user_id, form, refused.stale), refused.status)


@blueprint.post("/<user_id>/roles")
@access(Right.USER_WRITE)
def set_roles(user_id: str) -> Response:
    with writing() as work:
        changed = people.set_roles(work, user_id, _grants(), row_version())
    flash(t("user.roles_saved" if changed else "user.roles_same"), "good")
    return redirect(url_for("admin_users.user", user_id=user_id), 303)


@blueprint.post("/<user_id>/disable")
@access(Right.USER_WRITE)
def disable_user(user_id: str) -> Response:
    with writing() as work:
        ended = people.disable_user(work, user_id)
    flash(t("user.disabled_done", count=ended), "good")
    return redirect(url_for("admin_users.user", user_id=user_id), 303)


@blueprint.post("/<user_id>/enable")
@access(Right.USER_WRITE)
def enable_user(user_id: str) -> Response:
    with writing() as work:
        people.enable_user(work, user_id)
    flash(t("user.enabled_done"), "good")
    return redirect(url_for("admin_users.user", user_id=user_id), 303)


@blueprint.post("/<user_id>/reset-password")
@access(Right.USER_WRITE)
def reset_password(user_id: str) -> str:
    """The one-time password is shown in this one answer and never again."""
    secret = entrance.hasher().one_time()
    with writing() as work:
        people.reset_password(work, user_id, secret)
        person = people.get_user(work.session, user_id)
    return render_template("admin/secret.html", user=person, secret=secret.password, new=False)


@blueprint.post("/<user_id>/end-sessions")
@access(Right.USER_WRITE)
def end_user_sessions(user_id: str) -> Response:
    with writing() as work:
        count = sessions.end_all_of(work, user_id)
    flash(t("me.sessions_ended", count=count), "good")
    return redirect(url_for("admin_users.user", user_id=user_id), 303)


@blueprint.post("/<user_id>/tokens/<token_id>/revoke")
@access(Right.USER_WRITE)
def revoke_user_token(user_id: str, token_id: str) -> Response:
    with writing() as work:
        tokens.revoke_token(work, token_id)
    flash(t("me.token_revoked"), "good")
    return redirect(url_for("admin_users.user", user_id=user_id), 303)
