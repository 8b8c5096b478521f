"""What every answer carries, what no request may do, and how a signed-in browser differs from a forged one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, g, request

from app import create_app
from app.access import Conflict, Right, Role
from app.edge.pages import Open, access
from app.edge.runtime import EXTENSION
from app.services import people, tokens
from app.work import Work
from tests.app.crew import Crew, post
from tests.builders import Clock, csrf_of


@pytest.fixture
def secure(app: Flask, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    """The same instance as it is set behind HTTPS."""
    settings = replace(app.extensions[EXTENSION].settings, cookie_secure=True)
    made = create_app(settings, clock)
    made.testing = True
    yield made
    made.extensions[EXTENSION].database.dispose()


def test_headers_of_every_page(crew: Crew) -> None:
    client = crew.client("boss")
    for address, status in (("/sign-in", 303), ("/me", 200), ("/admin/users", 200), ("/nowhere", 404)):
        answer = client.get(address)
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        nonce = re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", policy)
        assert nonce is not None
        assert policy == (
            f"default-src 'self'; script-src 'self' 'nonce-{nonce[1]}'; style-src 'self' 'nonce-{nonce[1]}'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
            "frame-ancestors 'none'; form-action 'self'"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers
        html = answer.get_data(as_text=True)
        if status != 303:
            assert f'nonce="{nonce[1]}"' in html
            assert " style=" not in html
            assert not re.search(r"\son\w+=", html)


def test_a_nonce_is_never_used_twice(crew: Crew) -> None:
    client = crew.client("boss")
    assert len({client.get("/me").headers["Content-Security-Policy"] for _ in range(5)}) == 5


def test_behind_https_the_cookie_is_host_bound_and_secure(crew: Crew, secure: Flask) -> None:
    client = secure.test_client()
    page = client.get("/sign-in", base_url="https://localhost")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=")
    data = {"username": "boss", "password": crew.secrets["boss"], "csrf_token": csrf_of(page.get_data(as_text=True))}
    answer = client.post("/sign-in", data=data, base_url="https://localhost")
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie") + page.headers.getlist("Set-Cookie")
    for name in ("__Host-session", "__Host-visitor"):
        header = next(line for line in cookies if line.startswith(name + "="))
        assert "; Secure" in header
        assert "; HttpOnly" in header
        assert "; Path=/" in header
        assert "Domain" not in header
    assert client.get("/me", base_url="https://localhost").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
    ],
)
def test_other_sites_are_refused_even_with_the_token(crew: Crew, headers: dict[str, str]) -> None:
    client = crew.client("boss")
    token = csrf_of(client.get("/password").get_data(as_text=True))
    answer = client.post("/me/sessions/end-others", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 403
    assert "页面已过期" in answer.get_data(as_text=True)
    good = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
    assert client.post("/me/sessions/end-others", data={"csrf_token": token}, headers=good).status_code == 303


def test_the_token_belongs_to_the_session(crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    client, other = crew.client("boss"), crew.client("lin")
    foreign = csrf_of(other.get("/password").get_data(as_text=True))
    for data in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}, {"csrf_token": "密"}, {"csrf_token": foreign}):
        assert client.post("/me/sessions/end-others", data=data).status_code == 403
    own = csrf_of(client.get("/password").get_data(as_text=True))
    assert client.post("/me/sessions/end-others", headers={"X-CSRF-Token": own}).status_code == 303
    assert csrf_of(client.get("/me/tokens").get_data(as_text=True)) == own, "one token serves all pages of a session"
    again = crew.client("boss")
    assert again.post("/me/sessions/end-others", data={"csrf_token": own}).status_code == 403


def test_every_unsafe_route_refuses_without_a_token(crew: Crew) -> None:
    """Generated from the route table: whatever comes later is covered, too."""
    client = crew.client("boss")
    seen = 0
    for rule in crew.app.url_map.iter_rules():
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            address = re.sub(r"<[^>]+>", "x", rule.rule)
            answer = client.open(address, method=method)
            assert answer.status_code == 403, f"{method} {address} answered {answer.status_code}"
            seen += 1
    assert seen >= 20
    assert crew.verbs(crew.ids["boss"])[-1] == "session.opened", "nothing was done"


def test_signing_in_cannot_be_forged(app: Flask, crew: Crew) -> None:
    data = {"username": "boss", "password": crew.secrets["boss"]}
    assert app.test_client().post("/sign-in", data=data).status_code == 403
    mine, theirs = app.test_client(), app.test_client()
    token = csrf_of(theirs.get("/sign-in").get_data(as_text=True))
    mine.get("/sign-in")
    assert mine.post("/sign-in", data={**data, "csrf_token": token}).status_code == 403


def test_a_strangers_post_leads_to_the_door(app: Flask) -> None:
    answer = app.test_client().post("/admin/users/new", data={"username": "x"})
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_get_changes_nothing(crew: Crew, clock: Clock) -> None:
    client = crew.client("boss")
    before = crew.verbs(crew.ids["boss"])
    for rule in crew.app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and "<" not in rule.rule and not rule.rule.startswith("/static"):
            client.get(rule.rule)
    assert crew.verbs(crew.ids["boss"]) == before


def test_idle_and_disabled_sessions_end_at_the_next_request(crew: Crew, clock: Clock) -> None:
    crew.hire("lin", Role.SALES)
    client, idle = crew.client("lin"), crew.client("boss")
    assert client.get("/me").status_code == 200
    with crew.work("boss") as work:
        people.disable_user(work, crew.ids["lin"])
    assert client.get("/me").status_code == 303
    clock.forward(minutes=479)
    assert idle.get("/me").status_code == 200
    clock.forward(minutes=479)
    assert idle.get("/me").status_code == 200, "being used keeps it open"
    clock.forward(minutes=481)
    assert idle.get("/me").status_code == 303


def test_a_role_taken_away_counts_at_the_next_request(crew: Crew) -> None:
    crew.hire("second", Role.SYSTEM_ADMIN)
    client = crew.client("second")
    assert client.get("/admin/users").status_code == 200
    with crew.work("boss") as work:
        people.set_roles(work, crew.ids["second"], [people.Grant(Role.SALES, people.Scope.ALL)])
    assert client.get("/admin/users").status_code == 403


def _with_api(app: Flask) -> None:
    """A route of the API's kind, to see how tokens fare there."""

    @app.route("/api/v1/probe", methods=["GET", "POST"])
    @access(Right.CUSTOMER_READ)
    def probe() -> dict[str, object]:
        return {"who": g.viewer.username, "method": request.method}

    @app.get("/api/v1/own")
    @access(Open.SIGNED_IN)
    def own() -> dict[str, object]:
        return {"who": g.viewer.username}


@pytest.fixture
def api(own_app: None, app: Flask) -> Flask:
    _with_api(app)
    return app


def _bearer(crew: Crew, username: str, *scopes: str) -> dict[str, str]:
    with crew.work(username) as work:
        text, _ = tokens.create_token(work, "probe", scopes, 30)
    return {"Authorization": f"Bearer {text}"}


def test_a_bearer_token_needs_no_csrf_and_no_cookie(api: Flask, crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    headers = _bearer(crew, "lin", "customer.read")
    client = api.test_client()
    for method in ("GET", "POST"):
        answer = client.open("/api/v1/probe", method=method, headers=headers)
        assert answer.get_json() == {"who": "lin", "method": method}
        assert "Set-Cookie" not in answer.headers
    assert client.get("/me", headers=headers).status_code == 303, "pages know no tokens"


def test_tokens_are_limited_and_revocable(api: Flask, crew: Crew, clock: Clock) -> None:
    crew.hire("lin", Role.SALES)
    client = api.test_client()
    headers = _bearer(crew, "lin", "rating.read")
    answer = client.get("/api/v1/probe", headers=headers)
    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert client.get("/api/v1/own", headers=headers).status_code == 200
    with crew.work("boss") as work:
        people.disable_user(work, crew.ids["lin"])
    answer = client.get("/api/v1/own", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_call_is_answered_although_its_use_cannot_be_noted_now(
    api: Flask, crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew.hire("lin", Role.SALES)
    headers = _bearer(crew, "lin", "customer.read")

    def busy(_work: Work, _token_id: str) -> None:
        raise Conflict("database.busy")

    monkeypatch.setattr(tokens, "touch", busy)
    assert api.test_client().get("/api/v1/own", headers=headers).status_code == 200


@pytest.mark.parametrize("value", ["Bearer nonsense", "Bearer crd_" + "x" * 43, "Basic Ym9zczpib3Nz", "Bearer", "x"])
def test_a_bad_token_is_refused_even_beside_a_good_cookie(api: Flask, crew: Crew, value: str) -> None:
    client = crew.client("boss")
    assert client.get("/api/v1/own").status_code == 200
    answer = client.get("/api/v1/own", headers={"Authorization": value})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_the_api_by_cookie_is_checked_for_forgery(api: Flask, crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    client = crew.client("lin")
    assert client.post("/api/v1/probe").status_code == 403
    token = csrf_of(client.get("/password").get_data(as_text=True))
    assert client.post("/api/v1/probe", headers={"X-CSRF-Token": token}).status_code == 200


def test_a_one_time_password_opens_no_api(api: Flask, crew: Crew) -> None:
    crew.hire("lin", Role.SALES)
    headers = _bearer(crew, "lin", "customer.read")
    with crew.work("boss") as work:
        people.reset_password(work, crew.ids["lin"], crew.hasher.one_time())
    assert api.test_client().get("/api/v1/own", headers=headers).status_code == 401


def test_one_session_is_ended_from_the_list(crew: Crew) -> None:
    here, there = crew.client("boss"), crew.client("boss")
    mine = re.findall(r"/me/sessions/([0-9a-f]{32})/end", there.get("/me/sessions").get_data(as_text=True))
    assert len(mine) == 2
    html = there.get("/me/sessions").get_data(as_text=True)
    current = html[: html.index("本设备")].count("<tr>") - 2  # rows before it, without the head
    own, other = mine[current], mine[1 - current]
    assert post(here, f"/me/sessions/{own}/end").location == "/me/sessions"
    assert there.get("/me").status_code == 303
    assert post(here, f"/me/sessions/{other}/end").location == "/sign-in", "ending one's own is signing out"
    assert here.get_cookie("session") is None
    assert here.get("/me").status_code == 303


def test_a_nul_in_an_address_is_refused_for_every_page(crew: Crew) -> None:
    """PostgreSQL cannot be asked about a NUL: without the refusal each list with a search box would be a fault."""
    client = crew.client("boss")
    for address in ("/admin/users?q=a%00b", "/me%00", "/admin/users?after=%00"):
        assert client.get(address).status_code == 400


def test_a_nul_in_what_was_typed_is_refused_for_every_page(crew: Crew, app: Flask) -> None:
    assert crew.sign_in(app.test_client(), "bo\0ss", "wrong").status_code == 400
    client = crew.client("boss")
    typed = {"key": "north", "name_zh": "华北\0", "name_en": ""}
    assert post(client, "/admin/departments/new", typed).status_code == 400
    assert "north" not in client.get("/admin/departments").get_data(as_text=True)
