"""Access rules, menus, errors and assets as the browser meets them."""

from __future__ import annotations

import io
import json

import pytest
from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge

from app.access import Conflict, Missing, Right, Role
from app.edge.assets import DIST
from app.edge.pages import Open, access, rules_of
from rules import Invalid, Problem
from tests.app.crew import Crew
from workflows import Refused


def test_every_page_says_who_may_open_it(app: Flask) -> None:
    with app.test_request_context():
        bare = [
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if not rule.rule.startswith("/api") and rules_of(rule.endpoint) is None
        ]
    assert not bare


@pytest.mark.usefixtures("own_app")
def test_a_page_without_a_rule_answers_nobody(app: Flask, crew: Crew) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = crew.client("boss").get("/forgotten")
    assert answer.status_code == 500
    assert "secret" not in answer.get_data(as_text=True)


def test_a_rule_is_needed() -> None:
    with pytest.raises(TypeError):
        access()


ADMIN_PAGES = (
    "/admin/users", "/admin/users/new", "/admin/departments", "/admin/departments/new", "/admin/posts",
    "/admin/posts/new", "/admin/sessions", "/admin/settings", "/admin/rights",
)  # fmt: skip
READABLE = {"/admin/users", "/admin/departments", "/admin/posts", "/admin/rights"}


@pytest.mark.parametrize("role", list(Role))
def test_admin_pages_by_role(crew: Crew, role: Role) -> None:
    crew.hire("somebody", role)
    client = crew.client("somebody")
    for page in ADMIN_PAGES:
        allowed = role is Role.SYSTEM_ADMIN or (role is Role.AUDITOR and page in READABLE)
        assert client.get(page).status_code == (200 if allowed else 403), page
    for page in ("/me", "/me/sessions", "/me/tokens", "/password"):
        assert client.get(page).status_code == 200


def test_a_person_without_roles_lands_on_their_own_page(crew: Crew) -> None:
    crew.hire("nobody")
    client = crew.client("nobody")
    answer = client.get("/", follow_redirects=True)
    assert (answer.status_code, answer.request.path) == (200, "/me")
    assert "还没有角色" in answer.get_data(as_text=True)
    assert client.get("/me/tokens").status_code == 200
    assert client.get("/admin/users").status_code == 403


def test_menu_shows_no_more_than_may_be_opened(crew: Crew) -> None:
    crew.hire("auditor", Role.AUDITOR)
    html = crew.client("boss").get("/admin/users").get_data(as_text=True)
    assert 'href="/admin/users" aria-current="page"' in html
    assert 'href="/admin/sessions"' in html
    html = crew.client("auditor").get("/admin/rights").get_data(as_text=True)
    assert 'href="/admin/rights" aria-current="page"' in html
    assert 'href="/admin/sessions"' not in html
    assert "审计员" in html
    assert 'class="top-button" href="/inbox/copies"' in html, "the bell leads to what it counts"


def test_parts_of_pages_lead_to_the_door_by_htmx(app: Flask) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/admin/users?q=x"}
    answer = app.test_client().get("/admin/users?q=xy", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=%2Fadmin%2Fusers%3Fq%3Dx"
    answer = app.test_client().get("/me", headers={**headers, "HX-Current-URL": "https://evil.example//x"})
    assert answer.headers["HX-Redirect"] == "/sign-in"


@pytest.fixture
def failing(own_app: None, app: Flask) -> Flask:
    """The application with pages that raise what pages may raise."""
    two = [Problem("user.name_form", "/name", {"most": 3}), Problem("user.email_form", "/email")]
    errors: dict[str, Exception] = {
        "invalid": Invalid(two),
        "conflict": Conflict("row.changed_by", name="某某", by="王敏", at=app.extensions["credence"].clock()),
        "refused": Refused("conflict", "row.changed", {}),
        "refused403": Refused("forbidden", "access.unknown", {}),
        "refused422": Refused("invalid", "user.email_form", {}),
        "missing": Missing("customer", "4711"),
        "fault": RuntimeError("secret detail of ours"),
    }

    def fail(name: str) -> str:
        raise errors[name]

    for base in ("/fail", "/api/v1/fail"):
        app.add_url_rule(f"{base}/<name>", base, access(Open.PUBLIC)(fail))
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


EXPECTED = [
    ("invalid", 422, "user.name_form"),
    ("conflict", 409, "row.changed_by"),
    ("refused", 409, "row.changed"),
    ("refused403", 403, "access.unknown"),
    ("refused422", 422, "user.email_form"),
    ("missing", 404, "access.missing"),
    ("fault", 500, None),
]


@pytest.mark.parametrize(("name", "status", "code"), EXPECTED)
def test_errors_as_json(failing: Flask, name: str, status: int, code: str | None) -> None:
    client = failing.test_client()
    for address, headers in ((f"/api/v1/fail/{name}", {}), (f"/fail/{name}", {"Accept": "application/json"})):
        answer = client.get(address, headers=headers)
        body = answer.get_json()
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert body["status"] == status
        assert body["title"]
        assert body["request_id"] == answer.headers["X-Request-ID"]
        assert [each["code"] for each in body["problems"]][:1] == ([code] if code else [])
        assert all(each["message"] and each["message"] != each["code"] for each in body["problems"])
        assert "secret detail" not in json.dumps(body)
        assert "Traceback" not in json.dumps(body)


@pytest.mark.parametrize(("name", "status", "code"), EXPECTED)
def test_errors_as_pages_and_parts(failing: Flask, name: str, status: int, code: str | None) -> None:
    client = failing.test_client()
    page = client.get(f"/fail/{name}")
    html = page.get_data(as_text=True)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert page.headers["X-Request-ID"] in html
    assert "secret detail" not in html
    assert "Traceback" not in html
    part = client.get(f"/fail/{name}", headers={"HX-Request": "true"})
    assert part.status_code == status
    assert "<html" not in part.get_data(as_text=True)
    assert "secret detail" not in part.get_data(as_text=True)


def test_a_fault_of_the_fault_page_itself_still_answers(failing: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_more: object) -> str:
        raise RuntimeError("secret detail of templates")

    monkeypatch.setattr("app.edge.errors.render_template", broken)
    answer = failing.test_client().get("/fail/fault")
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert answer.get_data(as_text=True) == f"500 {answer.headers['X-Request-ID']}"
    assert answer.headers["Content-Security-Policy"]


def test_all_problems_are_told_with_their_places(failing: Flask) -> None:
    body = failing.test_client().get("/api/v1/fail/invalid", headers={"Accept-Language": "en"}).get_json()
    assert body["problems"] == [
        {
            "code": "user.name_form",
            "path": "/name",
            "params": {"most": 3},
            "message": "The name is required and may have at most 3 characters",
        },
        {
            "code": "user.email_form",
            "path": "/email",
            "params": {},
            "message": "The e-mail address is not well formed; check it",
        },
    ]


def test_a_conflict_says_who_and_when(failing: Flask) -> None:
    html = failing.test_client().get("/fail/conflict").get_data(as_text=True)
    assert "「某某」已由王敏于 2026年1月5日 09:00 修改" in html
    body = failing.test_client().get("/api/v1/fail/conflict").get_json()
    assert body["problems"][0]["params"] == {"name": "某某", "by": "王敏", "at": "2026-01-05T01:00:00+00:00"}


def test_unknown_addresses_and_methods(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/nowhere").status_code == 404
    assert client.get("/nowhere", headers={"Accept": "application/json"}).get_json()["status"] == 404
    answer = client.get("/sign-out")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")


def test_a_missing_right_is_named(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    html = crew.client("lin").get("/admin/settings").get_data(as_text=True)
    assert "您没有「查看设置」的权限" in html
    assert Right.SETTING_READ.value not in html


def test_assets_are_kept_for_ever_and_nothing_else_is_served(app: Flask) -> None:
    if not (DIST / "manifest.json").exists():
        pytest.fail("build the front end first: make build")
    names = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    client = app.test_client()
    answer = client.get(f"/static/dist/{names['app.js']}")
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
    for name in ("manifest.json", "app.js", "../package.json", "..%2Fpackage.json", "%2e%2e/build.mjs"):
        assert client.get(f"/static/dist/{name}").status_code == 404, name


def test_a_body_too_long_is_taken_from_the_line_and_answered(app: Flask) -> None:
    """A caller that sends before it listens must hear the answer, and how much is allowed."""
    long = io.BytesIO(b"x" * 5_000_000)
    with app.test_request_context(
        "/api/v1/x", method="POST", input_stream=long, content_length=5_000_000, headers={"Accept-Language": "en"}
    ) as context:
        context.request.max_content_length = 1024 * 1024
        told = app.make_response(app.handle_user_exception(RequestEntityTooLarge()))
        assert long.tell() == 5_000_000
    assert told.status_code == 413
    (problem,) = told.get_json()["problems"]
    assert (problem["code"], problem["message"][:18]) == ("body.too_large", "At most 1024 KB ar")
