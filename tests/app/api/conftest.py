"""Callers of the API: a token of a person with some or all of that person's rights, and customers to ask about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.access import Right
from app.services import customers, evidence, tokens
from tests.app.api.described import Described
from tests.builders import House

_KEYS = count(1)


@dataclass
class Caller:
    """A program that calls with a token; `language` is what it asks to be answered in."""

    house: House
    token: str
    described: Described
    language: str = "en"

    def __call__(
        self, method: str, path: str, body: Any = None, *, key: str | None = "new", raw: bytes | None = None,
        **headers: str,
    ) -> TestResponse:
        """`key`: "new" makes one up for each call, None sends none."""
        sent = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.language, **headers}
        if key is not None and method == "POST":
            sent["Idempotency-Key"] = f"k-{next(_KEYS)}" if key == "new" else key
        data = raw if raw is not None else None if body is None else json.dumps(body).encode()
        kind = {"content_type": "application/json"} if data is not None else {}
        client = self.house.app.test_client(use_cookies=False)
        answer = client.open("/api/v1" + path, method=method, data=data, headers=sent, **kind)  # type: ignore[arg-type]
        if answer.status_code < 500 and method not in ("HEAD", "OPTIONS"):
            self.described.check(method, answer.request.path, answer.status_code, answer.mimetype, answer.get_json())
        return answer

    def get(self, path: str, status: int = 200) -> Any:
        return self.expect("GET", path, None, status)

    def post(self, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        return self.expect("POST", path, body, status, **more)

    def expect(self, method: str, path: str, body: Any, status: int, **more: Any) -> Any:
        answer = self(method, path, body, **more)
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.get_json()


Callers = Callable[..., Caller]


@pytest.fixture
def described(house: House) -> Described:
    return Described(house.app)


@pytest.fixture
def caller(house: House, described: Described) -> Callers:
    """``caller("lina")`` may do all lina may, ``caller("lina", "customer.read")`` only that."""

    def make(username: str, *scopes: str, language: str = "en") -> Caller:
        with house.work(username) as work:
            mine = [right.value for right in Right if work.viewer.may(right) and right is not Right.SELF]
            text, _ = tokens.create_token(work, "test", scopes or mine, 30)
        return Caller(house, text, described, language)

    return make


Customers = Callable[..., str]


@pytest.fixture
def customer(house: House) -> Customers:
    """``customer("K1", owner="lina")`` with facts of the worked example where `inputs` are given; returns the id."""

    def make(number: str, owner: str = "lina", inputs: dict[str, Any] | None = None, **values: Any) -> str:
        with house.work(owner) as look:
            department = look.viewer.department_id
        with house.work() as work:
            row = customers.create(
                work, {"number": number, "name": values.pop("name", f"客户{number}"), "currency": "CNY", **values},
                source="test", owner_id=house.ids[owner], department_id=department,
            )  # fmt: skip
            if inputs is not None:
                facts = {**inputs["indicators"], **inputs["facts"]}
                facts |= {name: inputs[name] for name in ("monthly_purchase", "tangible_net_worth")}
                evidence.store(work, row.id, "profile", "test", work.now.date(), facts)
            return row.id

    return make


def codes(answer: Any) -> list[tuple[str, str]]:
    """(code, path) of every problem of a refusal, each with its sentence."""
    found = answer["problems"]
    assert all(each["message"] and isinstance(each["params"], dict) for each in found)
    return [(each["code"], each["path"]) for each in found]
