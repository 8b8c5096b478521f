"""What a lookup shows as it is now, on the page of a request, in a task of the inbox and through the API."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

from app import gallery
from app.access import Right
from app.models.case import CreditRequest
from app.models.customer import Customer
from app.services import definitions, tokens
from app.work import SYSTEM_SUBJECT, Verb
from tests.app.desk import apply_for, bring, case_of, task_for
from tests.app.web import desk_browser
from tests.app.web.desk_browser import speak
from tests.builders import House


def live(house: House) -> None:
    """Requests show from now on what the customer owes and its number, as they are when somebody looks."""
    body = deepcopy(gallery.read("forms/credit_request")["body"])
    field = next(f for section in body["sections"] for f in section["fields"] if f["key"] == "customer")
    field["source"]["live"] = ["number", "exposure"]
    field["source"]["copy"] = [name for name in field["source"].get("copy", ()) if name not in ("number", "exposure")]
    with house.work("zhoumin") as work:
        row = definitions.draft(work, "form", "credit_request", {"zh-CN": "授信申请"}, body)
        definitions.publish(work, row, row.row_version)


def owes(house: House, customer: str, amount: str) -> None:
    with house.work() as work:
        work.session.get_one(Customer, customer).exposure = Decimal(amount)
        work.record(Verb.ITEMS_IMPORTED, SYSTEM_SUBJECT, {"rows": 1})


def test_it_is_shown_as_it_is_now_and_never_stored(house: House) -> None:
    live(house)
    customer = bring(house)
    owes(house, customer, "123400")
    case_id = apply_for(house, customer)
    request_id = case_of(house, case_id).request_id
    with house.work() as work:
        stored = work.session.get_one(CreditRequest, request_id).answers
    assert "123400" not in str(stored)
    owes(house, customer, "567800")
    task_id = task_for(house, case_id, "wangqiang").id
    for by, address in (("lina", f"/requests/{request_id}"), ("wangqiang", f"/inbox/tasks/{task_id}")):
        html = desk_browser.text(house.client(by).get(address))
        assert "¥567,800.00" in html, address
        assert "（现在）" in html
    speak(house, "lina", "en")
    assert "(now):" in desk_browser.text(house.client("lina").get(f"/requests/{request_id}"))
    with house.work("lina") as work:
        rights = [right.value for right in (Right.REQUEST_READ, Right.CUSTOMER_READ)]
        token = tokens.create_token(work, "test", rights, tokens.DAYS[0])[0]
    ask = house.app.test_client(use_cookies=False)
    for path in (f"/api/v1/credit-requests/{request_id}", f"/api/v1/cases/{case_id}"):
        found = ask.get(path, headers={"Authorization": f"Bearer {token}"}).get_json()
        assert found["live"] == {"customer": {"number": "C2", "exposure": "567800"}}, path
