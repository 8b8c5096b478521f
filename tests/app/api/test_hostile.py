"""Whatever is sent to whatever address: an answer as described or a Problem, never a fault of ours."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.access import Right
from tests.app.api.conftest import Caller, Callers, Customers
from tests.app.api.described import Described
from tests.app.api.test_ratings import example
from tests.app.api.test_requests import submitted, todo
from tests.proofs import Proof

PEOPLE = ("lina", "wangqiang", "sunli", "zhoumin", "hanxue")
SLICE = 12
LONG = int(os.environ.get("CREDENCE_FUZZ", "300"))

odd_text = st.sampled_from([
    "", " ", "x", "客户", "0", "-1", "1.50", "1e5", "NaN", "null", "true", "a" * 5000, "\x00", "\ud800", "\u202e",
    "\x7f\x1b", "' OR 1=1 --", "<script>", "{{7*7}}", "%00", "../..", "2026-02-30", "2026-01-31", "9" * 20, "😀" * 100,
    "0" * 32, "f" * 32, "$where", "a/b", "?", "\r\nX: y",
])  # fmt: skip
odd_number = st.sampled_from([
    0, 1, -1, 2, 50, 2**31, 2**53, 2**63, 10**40, 0.5, -0.0, 1e308, float("nan"), float("inf"),
])  # fmt: skip
scalar = st.one_of(st.none(), st.booleans(), odd_number, odd_text, st.text(max_size=12))
junk: SearchStrategy[Any] = st.recursive(
    scalar, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(odd_text, inner, max_size=3)),
    max_leaves=8,
)  # fmt: skip


class Attack:
    """Requests made from the document: mostly of the right shape, with something odd in them."""

    def __init__(self, described: Described, pool: list[str]) -> None:
        self.schemas = described.spec["components"]["schemas"]
        self.pool = pool

    def value(self, schema: dict[str, Any], depth: int = 0) -> SearchStrategy[Any]:
        return st.one_of(self.right(schema, depth), self.right(schema, depth), self.right(schema, depth), junk)

    def right(self, schema: dict[str, Any], depth: int) -> SearchStrategy[Any]:
        if "$ref" in schema:
            return self.right(self.schemas[schema["$ref"].rsplit("/", 1)[-1]], depth)
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            members = {name: self.value(each, depth + 1) for name, each in schema.get("properties", {}).items()}
            if not members:
                return st.one_of(
                    st.just({}),
                    st.dictionaries(st.sampled_from(["limit", "customer", "reason", "sections", "zh-CN"]), scalar),
                )
            required = {name: members[name] for name in schema.get("required", ())}
            return st.fixed_dictionaries(required, optional={k: v for k, v in members.items() if k not in required})
        if kind == "array":
            return st.lists(self.value(schema["items"], depth + 1) if depth < 3 else scalar, max_size=3)
        if kind == "integer":
            return st.one_of(st.sampled_from([0, 1, 2, 3]), odd_number)
        if kind == "boolean":
            return st.booleans()
        if schema.get("format") == "decimal":
            return st.sampled_from(["0", "1300000.00", "-5", "99999999999", "0.00001", "1e3", "９"])
        if schema.get("format") == "date":
            return st.sampled_from(["2026-01-31", "2026-02-30", "0001-01-01", "2026-1-1"])
        return st.one_of(st.sampled_from([*self.pool, "credit_approval", "CNY", "comment"]), odd_text)

    def part(self, parameter: dict[str, Any]) -> SearchStrategy[str]:
        named = st.sampled_from([*self.pool, "customer_rating", "credit_request"])
        return st.one_of(named, named, self.right(parameter["schema"], 0).map(str), odd_text)

    def call(self, path: str, operation: dict[str, Any]) -> SearchStrategy[tuple[str, bytes | None, str | None]]:
        """(address, body, key)"""
        places = {each["name"]: self.part(each) for each in operation["all"] if each["in"] == "path"}
        query = {each["name"]: self.part(each) for each in operation["all"] if each["in"] == "query"}
        wanted = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        body = self.value(wanted) if wanted is not None else st.none()
        return st.builds(
            _sent, st.just(path), st.fixed_dictionaries(places), st.fixed_dictionaries({}, optional=query),
            st.dictionaries(odd_text, odd_text, max_size=1), body, st.sampled_from(["new", "new", "new", None, "same"]),
        )  # fmt: skip


def _sent(
    path: str, places: dict[str, str], query: dict[str, str], more: dict[str, str], body: Any, key: str | None
) -> tuple[str, bytes | None, str | None]:
    for name, value in places.items():
        path = path.replace("{" + name + "}", _quoted(value) or "_")
    pairs = [f"{_quoted(name)}={_quoted(value)}" for name, value in (query | more).items()]
    return path + ("?" + "&".join(pairs) if pairs else ""), json.dumps(body).encode(), key


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


@pytest.fixture
def people(caller: Callers, customer: Customers) -> list[Caller]:
    """Everybody who may call something, with a customer, a rating and a running case to stumble upon."""
    key = customer("C2", name="蓝海物流", inputs=example()["C2"]["inputs"], variant="SVC")
    callers = [caller(name) for name in PEOPLE]
    submitted(callers[0], key)
    return callers


def _pool(people: list[Caller]) -> list[str]:
    (task,) = todo(people[1])
    (request,) = people[0].get("/credit-requests")["credit_requests"]
    (rating,) = people[2].get("/customers/C2/ratings")["ratings"]
    return ["C2", task["id"], task["case_id"], request["id"], rating["id"], rating["customer_id"]]


def _attack(people: list[Caller], examples: int, proof: Proof) -> None:
    described = Described(people[0].house.app)
    attack, proof.what = Attack(described, _pool(people)), "requests"
    mine = [set(each.get("/me")["rights"]) for each in people]
    for method, path, operation in described.operations():
        rights = set(operation["x-rights"]) or {Right.TASK_READ.value}
        ask = next(each for each, may in zip(people, mine, strict=True) if rights & may)
        calls = attack.call(path.removeprefix("/api/v1"), operation)
        _storm(ask, method.upper(), calls, examples, proof)


def _storm(
    ask: Caller, method: str, calls: SearchStrategy[tuple[str, bytes | None, str | None]], examples: int, proof: Proof
) -> None:
    @proof.over(examples, calls)
    def storm(call: tuple[str, bytes | None, str | None]) -> None:
        address, body, key = call
        answer = ask(method, address, raw=body if method != "GET" else None, key=key)
        assert answer.status_code < 500, (method, address, body, answer.get_data(as_text=True))
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json", (method, address)
            assert isinstance(answer.get_json()["problems"], list)


def test_a_seeded_slice_of_the_storm(people: list[Caller], proof: Proof) -> None:
    _attack(people, SLICE, proof)
    assert proof.tried > 200


@pytest.mark.long
def test_the_whole_storm(people: list[Caller], proof: Proof) -> None:
    _attack(people, LONG, proof)
    assert proof.tried > 3000
