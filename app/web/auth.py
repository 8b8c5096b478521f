"""The door as pages: sign in, sign out, change the password, switch the language."""

from __future__ import annotations

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField

from app.edge import entrance, security
from app.edge.locale import COOKIE, LANGUAGES, speaking, t
from app.edge.menu import start_page
from app.edge.page_form import Must, PageForm
from app.edge.pages import Open, access, safe_next
from app.edge.transaction import writing
from app.services import people

blueprint = Blueprint("auth", __name__)
YEAR = 31_536_000


class SignInForm(PageForm):
    username = StringField("auth.username", [Must()], render_kw={
        "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": 60, "autofocus": True,
    })
    password = PasswordField("auth.password", [Must()], render_kw={"autocomplete": "current-password"})


class PasswordForm(PageForm):
    current = PasswordField("auth.current_password", [Must()], render_kw={"autocomplete": "current-password"})
    new = PasswordField("auth.new_password", [Must()], description="auth.new_password.help",
                        render_kw={"autocomplete": "new-password"})
    again = PasswordField("auth.again", [Must()], render_kw={"autocomplete": "new-password"})


@blueprint.get("/")
@access(Open.PUBLIC)
def start() -> Response:
    """Everybody's own first page."""
    viewer = security.current_viewer()
    return redirect(start_page(viewer) if viewer else url_for("auth.sign_in"), 303)


@blueprint.get("/sign-in")
@access(Open.PUBLIC)
def sign_in() -> Response | str:
    if (viewer := security.current_viewer()) is not None:
        return redirect(safe_next(request.args.get("next")) or start_page(viewer), 303)
    return render_template("auth/sign_in.html", form=SignInForm(), next=safe_next(request.args.get("next")))


@blueprint.post("/sign-in")
@access(Open.PUBLIC)
def enter() -> Response:
    form = SignInForm.posted()
    after = safe_next(request.form.get("next"))
    status = 422
    if form.validate():
        outcome = entrance.enter(form.text("username"), form.text("password"))
        if outcome.token is not None:
            return security.set_session(redirect(after or url_for("auth.start"), 303), outcome.token)
        form.show(outcome.problems)
        waiting = [each.params["seconds"] for each in outcome.problems if each.code == "sign_in.wait"]
        status = 429 if waiting else 422
        if waiting:
            answer = make_response(render_template("auth/sign_in.html", form=form, next=after), status)
            answer.headers["Retry-After"] = str(max(waiting))
            return answer
    return make_response(render_template("auth/sign_in.html", form=form, next=after), status)


@blueprint.post("/sign-out")
@access(Open.PUBLIC)
def sign_out() -> Response:
    entrance.leave()
    return security.drop_session(redirect(url_for("auth.sign_in"), 303))


@blueprint.get("/password")
@access(Open.ONE_TIME)
def password() -> str:
    return render_template("auth/password.html", form=PasswordForm(), must_change=_must_change())


@blueprint.post("/password")
@access(Open.ONE_TIME)
def change_password() -> Response:
    form = PasswordForm.posted()
    viewer = security.current_viewer()
    if viewer is None:
        return redirect(url_for("auth.sign_in"), 303)
    if form.validate():
        if form.text("new") != form.text("again"):
            form.again.errors = [t("password.differ")]
        else:
            outcome = entrance.change_password(viewer, form.text("current"), form.text("new"))
            if outcome.token is not None:
                flash(t("auth.password_changed"), "good")
                return security.set_session(redirect(url_for("auth.start"), 303), outcome.token)
            form.show(outcome.problems)
    return make_response(render_template("auth/password.html", form=form, must_change=_must_change()), 422)


def _must_change() -> bool:
    return bool(g.get("must_change_password"))


@blueprint.post("/language")
@access(Open.PUBLIC)
def language() -> Response:
    """Remembered in the browser and, for who is signed in, with the person."""
    wanted = request.form.get("lang", "")
    response = redirect(safe_next(request.form.get("next")) or url_for("auth.start"), 303)
    if wanted in LANGUAGES:
        if security.current_viewer() is not None:
            with writing() as work, speaking(wanted):
                people.set_locale(work, wanted)
        secure = request.is_secure or security.cookie_name("x") != "x"
        response.set_cookie(COOKIE, wanted, max_age=YEAR, path="/", secure=secure, httponly=True, samesite="Lax")
    return response
