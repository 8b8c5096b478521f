"""What holds of every call: tokens, languages, keys, problems, bodies that are no JSON, and the description."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from app.api.noun import Noun
from app.edge.locale import catalogue
from tests.app.api.conftest import Callers, Customers, codes
from tests.app.api.test_customers import item
from tests.builders import Clock, House, csrf_of


def test_who_calls(caller: Callers) -> None:
    me = caller("lina").get("/me")
    assert (me["username"], me["roles"], me["posts"]) == ("lina", ["sales"], [])
    assert me["rights"]["customer.write"] == "own"
    assert list(caller("wangqiang", "task.read").get("/me")["rights"]) == ["task.read"]


def test_without_a_good_token(caller: Callers, app: Flask, clock: Clock) -> None:
    for headers in ({}, {"Authorization": "Bearer crd_no"}, {"Authorization": "Basic bGluYQ=="}):
        answer = app.test_client().get("/api/v1/me", headers=headers)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert codes(answer.get_json()) == [("access.unknown", "")]
    ask = caller("lina")
    clock.forward(days=31)
    assert codes(ask.get("/me", 401)) == [("access.unknown", "")]


def test_a_browser_may_call_with_its_session_and_the_token_of_its_page(house: House) -> None:
    client = house.client("lina")
    assert client.get("/api/v1/me").get_json()["username"] == "lina"
    body = {"answers": {}}
    assert client.post("/api/v1/credit-requests", json=body).status_code == 403
    token = csrf_of(client.get("/me").get_data(as_text=True))
    answer = client.post(
        "/api/v1/credit-requests", json=body, headers={"X-CSRF-Token": token, "Idempotency-Key": "b-1"}
    )
    assert answer.status_code == 201


def test_refusals_are_problems_in_the_language_asked_for(caller: Callers) -> None:
    for language, words in (("zh-CN", "找不到该客户"), ("en", "There is no such"), ("fr", "找不到该客户")):
        answer = caller("lina", language=language)("GET", "/customers/nobody")
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"
        body = answer.get_json()
        assert set(body) == {"type", "title", "status", "detail", "problems", "request_id"}
        assert body["problems"][0]["message"].startswith(words)
    for method, path, status in (("GET", "/nowhere", 404), ("DELETE", "/customers", 405), ("GET", "/ratings/x", 404)):
        answer = caller("lina")(method, path)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
        assert answer.get_json()["problems"] == []


def test_options_and_head(caller: Callers) -> None:
    ask = caller("lina")
    assert ask("HEAD", "/me").status_code == 200
    assert set(ask("OPTIONS", "/customers/x").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PUT"}


def test_keys(caller: Callers, customer: Customers, clock: Clock) -> None:
    customer("E1")
    ask = caller("sunli")
    body = {"items": [item()]}
    assert codes(ask.post("/exposure-items", body, 422, key=None)) == [("idempotency.required", "")]
    assert codes(ask.post("/exposure-items", body, 422, key="a b")) == [("idempotency.form", "")]
    first = ask("POST", "/exposure-items", body, key="sync-1")
    clock.forward(hours=23)
    again = ask("POST", "/exposure-items", {"items": [dict(reversed(item().items()))]}, key="sync-1")
    assert first.get_json() == again.get_json()
    assert first.get_json()["results"][0]["outcome"] == "created", "not changed: nothing was done the second time"
    assert again.headers["Idempotency-Replayed"] == "true"
    other = ask.post("/exposure-items", {"items": [item(amount="1")]}, 422, key="sync-1")
    assert codes(other) == [("idempotency.other_request", "")]
    elsewhere = ask.post("/customers/E1/ratings", {}, 422, key="sync-1")
    assert codes(elsewhere) == [("idempotency.other_request", "")]
    assert caller("hejing").post("/exposure-items", body, key="sync-1")["counts"] == {"unchanged": 1}


def test_a_refused_act_may_be_tried_again_under_its_key(caller: Callers, customer: Customers) -> None:
    ask = caller("lina")
    made = ask.post("/credit-requests", {"answers": {}}, 201)
    address = f"/credit-requests/{made['id']}/submit"
    for _ in range(2):
        ask.post(address, {"row_version": 1}, 422, key="send")


BODIES: list[tuple[bytes, int, str, str]] = [
    (b"", 422, "api.required", "/items"),
    (b"null", 422, "api.type", ""),
    (b"[]", 422, "api.type", ""),
    (b'"x"', 422, "api.type", ""),
    (b"{", 422, "api.not_json", ""),
    (b'{"items": [}', 422, "api.not_json", ""),
    (b'{"items": []} x', 422, "api.not_json", ""),
    (b"\xff\xfe", 422, "api.not_utf8", ""),
    (b'{"items": "\xc3"}', 422, "api.not_utf8", ""),
    (b"[" * 100_000, 422, "api.too_deep", ""),
    (b'{"items":' * 50 + b"1" + b"}" * 50, 422, "api.too_deep", ""),
    (b'{"items": 1.5}', 422, "api.float", "/items"),
    (b'{"items": NaN}', 422, "api.not_a_number", "/items"),
    (b'{"items": -Infinity}', 422, "api.not_a_number", "/items"),
    (b'{"items": ' + b"9" * 5000 + b"}", 422, "api.huge_number", "/items"),
    (b'{"items": [], "items": []}', 422, "api.repeated_member", ""),
    (b'{"items": {}}', 422, "api.type", "/items"),
    (b'{"items": null}', 422, "api.null", "/items"),
    (b'{"item": [1], "items": [1]}', 422, "api.unknown_member", "/item"),
    (b'{"a/b~c": 1, "items": [1]}', 422, "api.unknown_member", "/a~1b~0c"),
    (b'{"x": "' + b"y" * 5_000_000 + b'"}', 413, "body.too_large", ""),
]


@pytest.mark.parametrize(("raw", "status", "code", "path"), BODIES, ids=[str(n) for n in range(len(BODIES))])
def test_bodies_that_cannot_be_used(
    caller: Callers, raw: bytes, status: int, code: str, path: str
) -> None:
    answer = caller("sunli")("POST", "/exposure-items", raw=raw)
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    assert answer.mimetype == "application/problem+json"
    assert codes(answer.get_json()) == ([(code, path)] if code else [])


def test_other_kinds_of_bodies(caller: Callers) -> None:
    ask = caller("sunli")
    client = ask.house.app.test_client()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = client.post(
            "/api/v1/exposure-items", data=b'{"items": []}', content_type=kind,
            headers={"Authorization": f"Bearer {ask.token}", "Idempotency-Key": "x"},
        )  # fmt: skip
        assert (answer.status_code, answer.mimetype) == (415, "application/problem+json")


def test_every_operation_is_described_in_both_languages(app: Flask) -> None:
    for language, word in (("zh-CN", "查询客户"), ("en", "Find customers")):
        answer = app.test_client().get("/api/v1/openapi.json", headers={"Accept-Language": language})
        assert answer.status_code == 200
        spec = answer.get_json()
        assert spec["openapi"].startswith("3.")
        assert spec["paths"]["/api/v1/customers"]["get"]["summary"] == word
        text = answer.get_data(as_text=True)
        assert not re.search(r'"(description|summary)": ?"api\.', text)
        for path, entry in spec["paths"].items():
            for method, operation in entry.items():
                if method == "parameters":
                    continue
                assert operation["operationId"]
                assert {"401", "403", "404", "409", "422"} <= set(operation["responses"]), (method, path)
                assert any(code.startswith("2") for code in operation["responses"])
                names = {each["name"] for each in operation.get("parameters", ())}
                if method == "post" and not path.endswith(("/check", "/assess")):
                    assert "Idempotency-Key" in names, path


def test_the_description_knows_every_route(app: Flask) -> None:
    spec = app.test_client().get("/api/v1/openapi.json").get_json()
    described = {(method, path) for path, entry in spec["paths"].items() for method in entry if method != "parameters"}
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and isinstance(app.blueprints[rule.endpoint.partition(".")[0]], Noun)
    }
    assert described == routes
    assert len(routes) == 47


def test_the_page_for_people(app: Flask) -> None:
    for language, title in (("zh-CN", "接口文档"), ("en", "API description")):
        answer = app.test_client().get("/api/v1/docs", headers={"Accept-Language": language})
        html = answer.get_data(as_text=True)
        assert answer.status_code == 200
        assert title in html
        assert "POST /api/v1/tasks/{task_id}/decisions" in html
        assert "style=" not in html
        assert not re.search(r"""(src|href)=["'](https?:)?//""", html)
        assert html.count("<script") == len(re.findall(r"<script[^>]+nonce=", html))


def test_every_code_of_the_api_has_a_sentence() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in Path("app/api").rglob("*.py"))
    used = set(re.findall(r'(?:refuse|Problem|Unfit)\(\s*"(api\.[a-z_]+)"', source))
    assert len(used) > 15
    for language in ("zh-CN", "en"):
        assert sorted(used - set(catalogue(language))) == []


