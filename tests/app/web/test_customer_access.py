"""A formula of the customer form holds at every address: what it keeps from a reader is told nowhere."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.access import Right
from app.models.customer import Customer
from app.services import customers, tokens
from tests.app.desk import bring
from tests.app.queries.test_customer_reach import narrow, set_employees, write_values
from tests.app.web.test_matrix import address, sample
from tests.builders import House

# What in an address stands for a customer, or for something that goes with one.
THEIRS = frozenset({"customer_id", "case_id", "request_id", "rating_id", "record_id", "entry_id", "hash"})
NAME = "无人可及实业有限公司"  # stands in no ready-made definition
# Both read all customers, cases and records, and take no part; each has no right to one page.
READERS = {"hanxue": {"/board/cases"}, "heping": {"/trail"}}
# Where the customer must have been told of before, lest a page that shows nobody passes for one that keeps silent.
TOLD = {
    "/customers", "/ratings", "/trail", "/board/cases", "/customers/<customer_id>", "/requests/<request_id>",
    "/api/v1/customers", "/api/v1/customers/<key:key>", "/books/<book>",
}


def rules(app: Flask) -> list[Rule]:
    found = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]
    return sorted(found, key=lambda rule: (rule.rule, rule.endpoint))


def visit(house: House, client: FlaskClient, rule: Rule, values: dict[str, str], token: str) -> tuple[int, str]:
    """Status and text of an address; of what is no text only the status says anything."""
    if rule.rule.startswith("/api/v1/customers/"):
        values = {**values, "key": values["number"]}
    headers = {"Authorization": f"Bearer {token}"} if rule.rule.startswith("/api/") else {}
    asking = house.app.test_client(use_cookies=False) if headers else client
    with asking.get(address(house.app, rule, values), headers=headers) as answer:
        if answer.is_json:
            return answer.status_code, json.dumps(answer.get_json(), ensure_ascii=False)
        return answer.status_code, answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""


@pytest.mark.parametrize("reader", READERS)
def test_every_address_keeps_to_the_formula(house: House, reader: str) -> None:
    set_employees(house, bring(house, "C1"), 100)
    values = sample(house)
    with house.work() as work:
        row = work.session.get_one(Customer, values["customer_id"])
        customers.change(work, row, {"name": NAME}, row.row_version)
    with house.work(reader) as work:
        rights = [right.value for right in Right if work.viewer.may(right) and right is not Right.SELF]
        token, _ = tokens.create_token(work, "API", rights, 30)
    client = house.client(reader)
    before = [(rule, *visit(house, client, rule, values, token)) for rule in rules(house.app)]
    telling = {rule.rule for rule, _, text in before if NAME in text}
    exported = "/books/site_visits/export.csv"
    assert "王总" in client.get(exported).get_data(as_text=True)
    narrow(house, "employees >= 100", ("auditor", "manager"))
    write_values(house)
    found: list[tuple[str, int]] = []
    for rule, status, _ in before:
        now, text = visit(house, client, rule, values, token)
        theirs = THEIRS & rule.arguments or rule.rule.startswith("/api/v1/customers/<")
        if NAME in text or (theirs and status == 200 and now != 404):
            found.append((rule.rule, now))
    assert found == []
    assert "王总" not in client.get(exported).get_data(as_text=True)
    assert telling >= TOLD - READERS[reader]
