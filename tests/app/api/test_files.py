"""Files through the API: sent in, named in answers, read where a record in reach holds them."""

from __future__ import annotations

import io
from typing import Any

from werkzeug.test import TestResponse

from tests.app.api.conftest import Caller, Callers, Customers
from tests.app.services.filed import PDF, ask, image, setup
from tests.builders import House


def send(
    caller: Caller, content: bytes = PDF, name: str = "合同.pdf", key: str | None = "f-1", **parts: Any
) -> TestResponse:
    """As a program sends a file: one part of a multipart body."""
    client = caller.house.app.test_client(use_cookies=False)
    headers = {"Authorization": f"Bearer {caller.token}"} | ({"Idempotency-Key": key} if key else {})
    data = parts or {"file": (io.BytesIO(content), name)}
    answer = client.post("/api/v1/files", data=data, headers=headers)
    caller.described.check("POST", "/api/v1/files", answer.status_code, answer.mimetype, answer.get_json())
    return answer


def codes(answer: TestResponse) -> list[str]:
    return [problem["code"] for problem in answer.get_json()["problems"]]


def load(caller: Caller, hash: str) -> TestResponse:
    client = caller.house.app.test_client(use_cookies=False)
    return client.get(f"/api/v1/files/{hash}", headers={"Authorization": f"Bearer {caller.token}"}, buffered=True)


def test_a_file_is_sent_in_named_in_answers_and_read(caller: Callers, customer: Customers, house: House) -> None:
    ask(house, "credit_request", setup("attachment", "papers", "f_80", max_count=1))
    lina, other = caller("lina"), caller("zhangwei")
    reference = send(lina).get_json()
    assert (reference["name"], reference["size"], reference["width"]) == ("合同.pdf", len(PDF), None)
    assert load(lina, reference["hash"]).data == PDF
    assert load(other, reference["hash"]).status_code == 404
    answers = {"customer": customer("K1"), "limit": "200000", "papers": [{"hash": reference["hash"]}]}
    made = lina.post("/credit-requests", {"answers": answers}, 201)
    (kept,) = made["answers"]["papers"]
    assert kept == {each: reference[each] for each in ("hash", "name", "size", "type")}
    read = load(lina, reference["hash"])
    assert read.headers["Content-Disposition"].startswith("attachment")
    assert read.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert load(other, reference["hash"]).status_code == 404
    theirs = {"customer": answers["customer"], "papers": [reference["hash"]]}
    assert codes(other("POST", "/credit-requests", {"answers": theirs}))[-1] == "file.not_found"


def test_a_key_used_twice_is_one_upload(caller: Callers) -> None:
    lina = caller("lina")
    first, again = send(lina), send(lina)
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert codes(send(lina, image(), "照片.png")) == ["idempotency.other_request"]
    assert codes(send(lina, key=None)) == ["idempotency.required"]


def test_what_is_no_file_is_refused_with_its_reason(caller: Callers) -> None:
    lina = caller("lina")
    assert codes(send(lina, b"<html>", "报告.pdf")) == ["file.unlike"]
    assert codes(send(lina, b"", "空.pdf")) == ["file.empty"]
    assert codes(send(lina, other=(io.BytesIO(PDF), "a.pdf")))[-1] in ("api.unknown_member", "api.required")
    assert codes(lina("POST", "/files", {"file": "x"})) == ["api.required"]
    assert load(lina, "nothing").status_code == 404
