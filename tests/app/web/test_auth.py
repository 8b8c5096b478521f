"""The door: in, out, the one-time password, and everything a stranger might try at it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from app.access import Role
from app.edge.pages import safe_next
from app.edge.runtime import Runtime
from app.models.people import User, UserSession
from app.services import people, sessions
from tests.app.crew import Crew, post
from tests.app.statements import statements
from tests.builders import Clock, csrf_of


def _token(client: object) -> str:
    cookie = client.get_cookie("session")  # type: ignore[attr-defined]
    assert cookie is not None
    return str(cookie.value)


def test_in_and_out(crew: Crew) -> None:
    client = crew.client("boss")
    assert client.get("/").location == "/admin/users"
    token = _token(client)
    answer = post(client, "/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert client.get_cookie("session") is None
    client.set_cookie("session", token)
    assert client.get("/me").location == "/sign-in?next=%2Fme", "the old token is dead, not only the cookie"
    assert crew.verbs(crew.ids["boss"])[-2:] == ["session.opened", "session.ended"]


def test_the_cookie_is_http_only_lax_and_without_domain(crew: Crew) -> None:
    answer = crew.sign_in(crew.app.test_client(), "boss")
    header = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("session="))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Domain" not in header


def test_a_new_token_at_each_sign_in_and_never_the_browsers_own(crew: Crew) -> None:
    client = crew.app.test_client()
    client.set_cookie("session", "chosen-by-somebody-else")
    crew.sign_in(client, "boss")
    first = _token(client)
    assert first != "chosen-by-somebody-else"
    again = crew.app.test_client()
    crew.sign_in(again, "boss")
    assert _token(again) != first
    with crew.work() as work:
        stored = list(work.session.scalars(select(UserSession.token_hash)))
    assert first not in stored
    assert sessions.hash_token(first) in stored


@pytest.mark.parametrize("username", ["boss", "nobody", "gone"])
def test_every_refusal_looks_the_same(crew: Crew, username: str) -> None:
    gone = crew.hire("gone", Role.SALES)
    with crew.work("boss") as work:
        people.disable_user(work, gone)
    password = crew.secrets["gone"] if username == "gone" else "wrong password"
    client = crew.app.test_client()
    answer = crew.sign_in(client, username, password)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "用户名或密码不正确，或账号已停用" in html
    assert password not in html
    assert client.get_cookie("session") is None


def test_the_time_of_a_refusal_does_not_tell_which_accounts_exist(crew: Crew, instance: Runtime) -> None:
    """The same statements until the answer is there; what an existing account's entry takes comes after it."""
    client = crew.app.test_client()
    token = csrf_of(client.get("/sign-in").get_data(as_text=True))
    told: dict[str, list[str]] = {}
    for username in ("boss", "nobody"):
        typed = {"username": username, "password": "wrong password", "csrf_token": token}
        with statements(instance.database.write, instance.database.read, every=True) as told[username]:
            answer = client.post("/sign-in", data=typed)
        answer.close()
        assert answer.status_code == 422
    assert told["boss"] == told["nobody"]
    assert len(told["boss"]) > 3
    assert crew.verbs(crew.ids["boss"])[-1] == "session.refused"


def test_blank_fields_are_named(crew: Crew) -> None:
    html = crew.sign_in(crew.app.test_client(), "boss", " ").get_data(as_text=True)
    assert "「密码」必填" in html


def test_guessing_is_slowed_and_says_for_how_long(crew: Crew, clock: Clock) -> None:
    client = crew.app.test_client()
    for _ in range(5):
        assert crew.sign_in(client, "boss", "wrong password", REMOTE_ADDR="203.0.113.9").status_code == 422
    answer = crew.sign_in(client, "boss", crew.secrets["boss"], REMOTE_ADDR="203.0.113.9")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert "请在 1 秒后重试" in answer.get_data(as_text=True)
    clock.forward(seconds=1)
    assert crew.sign_in(client, "boss", REMOTE_ADDR="203.0.113.9").status_code == 303
    assert crew.verbs(crew.ids["boss"]).count("session.refused") == 5


def test_back_to_where_one_was_going(crew: Crew) -> None:
    client = crew.app.test_client()
    answer = client.get("/admin/users?q=lin&status=all")
    assert answer.location == "/sign-in?next=%2Fadmin%2Fusers%3Fq%3Dlin%26status%3Dall"
    assert 'value="/admin/users?q=lin&amp;status=all"' in client.get(answer.location).get_data(as_text=True)
    answer = crew.sign_in(client, "boss", after="/admin/users?q=lin&status=all")
    assert answer.location == "/admin/users?q=lin&status=all"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n//evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/%0d%0aSet-Cookie:x\r\n",
        "/sign-out",
        "/api/v1/customers",
        "",
        None,
    ],
)
def test_next_never_leads_away(crew: Crew, address: str | None) -> None:
    assert safe_next(address) is None
    answer = crew.sign_in(crew.app.test_client(), "boss", after=address or "")
    assert answer.location == "/"


def test_signed_in_people_skip_the_door(crew: Crew) -> None:
    client = crew.client("boss")
    assert client.get("/sign-in").location == "/admin/users"
    assert client.get("/sign-in?next=/me").location == "/me"


def test_a_one_time_password_opens_nothing_but_its_own_change(crew: Crew) -> None:
    crew.hire("lin", Role.SYSTEM_ADMIN, one_time=True)
    client = crew.client("lin")
    for address in ("/", "/me", "/admin/users", "/admin/settings"):
        answer = client.get(address, follow_redirects=True)
        assert answer.request.path == "/password", address
    part = client.get("/me", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/password")
    refused = post(client, "/admin/users/new", {"username": "evil", "name": "Evil"})
    assert (refused.status_code, refused.location) == (303, "/password")

    new = "我的新密码足够长了吧"
    before = _token(client)
    answer = post(client, "/password", {"current": crew.secrets["lin"], "new": new, "again": new})
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert _token(client) != before, "the token rotates"
    assert client.get("/admin/users").status_code == 200
    assert crew.sign_in(crew.app.test_client(), "lin").status_code == 422, "the one-time password is used up"
    assert crew.sign_in(crew.app.test_client(), "lin", new).status_code == 303


def test_changing_the_password_ends_all_other_sessions(crew: Crew) -> None:
    here, there = crew.client("boss"), crew.client("boss")
    new = "a whole new sentence"
    post(here, "/password", {"current": crew.secrets["boss"], "new": new, "again": new})
    assert here.get("/me").status_code == 200
    assert there.get("/me").status_code == 303
    assert "password.changed" in crew.verbs(crew.ids["boss"])


@pytest.mark.parametrize(
    ("current", "new", "again", "sentence"),
    [
        ("wrong", "a whole new sentence", "a whole new sentence", "当前密码不正确"),
        (None, "short", "short", "密码至少需要 8 个字符"),
        (None, "password1", "password1", "太常见"),
        (None, "boss 2026 boss", "boss 2026 boss", "容易被猜到"),
        (None, "a whole new sentence", "another sentence", "两次输入的新密码不一致"),
        (None, None, None, "新密码与当前密码相同"),
        ("", "a whole new sentence", "a whole new sentence", "「当前密码」必填"),
    ],
)
def test_passwords_refused(crew: Crew, current: str | None, new: str | None, again: str | None, sentence: str) -> None:
    client = crew.client("boss")
    own = crew.secrets["boss"]
    typed = {
        "current": own if current is None else current,
        "new": own if new is None else new,
        "again": own if again is None else again,
    }
    answer = post(client, "/password", dict(typed))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in html
    assert not any(text and f'value="{text}"' in html for text in typed.values())
    assert crew.sign_in(crew.app.test_client(), "boss").status_code == 303


def test_guessing_the_current_password_is_slowed_too(crew: Crew) -> None:
    client = crew.client("boss", REMOTE_ADDR="203.0.113.9")
    typed = {"current": "wrong", "new": "a whole new sentence", "again": "a whole new sentence"}
    answers = [post(client, "/password", dict(typed)).get_data(as_text=True) for _ in range(6)]
    assert "当前密码不正确" in answers[4]
    assert "尝试次数过多" in answers[5]


def test_weaker_hashes_are_made_again_at_sign_in(crew: Crew) -> None:
    from app.services.passwords import Hasher

    with crew.work() as work:
        user = people.get_user(work.session, crew.ids["boss"])
        user.password_hash = Hasher(32, 1).hash(crew.secrets["boss"])
        people.set_roles(work, user.id, [people.Grant(Role.SYSTEM_ADMIN, people.Scope.TREE)])
    assert crew.sign_in(crew.app.test_client(), "boss").status_code == 303
    with crew.work() as work:
        assert "$m=64," in work.session.get_one(User, crew.ids["boss"]).password_hash
    assert crew.sign_in(crew.app.test_client(), "boss").status_code == 303


def test_language_is_kept_for_strangers_and_for_people(crew: Crew, app: Flask) -> None:
    stranger = app.test_client()
    assert '<html lang="zh-CN">' in stranger.get("/sign-in").get_data(as_text=True)
    answer = post(stranger, "/language", {"lang": "en", "next": "/sign-in"}, page="/sign-in")
    assert answer.location == "/sign-in"
    assert '<html lang="en">' in stranger.get("/sign-in").get_data(as_text=True)

    client = crew.client("boss")
    post(client, "/language", {"lang": "en"}, page="/me")
    elsewhere = crew.client("boss")
    html = elsewhere.get("/me").get_data(as_text=True)
    assert '<html lang="en">' in html
    assert "My account" in html
    assert post(client, "/language", {"lang": "xx", "next": "//evil.example"}, page="/me").location == "/"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("en-GB,en;q=0.8", "en"),
        ("zh-TW,zh;q=0.8,en;q=0.5", "zh-CN"),
        ("fr", "zh-CN"),
        ("", "zh-CN"),
        ("de,en;q=0.1", "en"),
    ],
)
def test_language_as_the_browser_asks(app: Flask, header: str, expected: str) -> None:
    html = app.test_client().get("/sign-in", headers={"Accept-Language": header}).get_data(as_text=True)
    found = re.search(r'<html lang="([^"]+)"', html)
    assert found is not None
    assert found[1] == expected
