"""A draft lives through a new version of its form: what fits goes over by the field's id, what does not is told."""

from __future__ import annotations

import copy
from typing import Any

from sqlalchemy import select

from app.models.case import CreditRequest
from app.services import definitions, requests
from tests.app.desk import answers, bring
from tests.app.web.desk_browser import post, speak, text
from tests.builders import House

EXTRA: list[dict[str, Any]] = [
    {"id": "g_01", "key": "orders", "type": "text", "label": {"zh-CN": "订单数", "en": "Orders"}},
    {"id": "g_02", "key": "visits", "type": "text", "label": {"zh-CN": "拜访次数", "en": "Visits"}},
    {"id": "g_03", "key": "fax", "type": "text", "label": {"zh-CN": "传真", "en": "Fax"}},
    {"id": "g_04", "key": "area", "type": "choice", "label": {"zh-CN": "大区", "en": "Region"}, "options": ["E", "S"]},
]


def publish(house: House, fields: list[dict[str, Any]]) -> None:
    """The next version of the request's form with these fields in a section of their own."""
    with house.work() as work:
        row = definitions.published(work.session, "form", "credit_request")
        assert row is not None
        body = copy.deepcopy(row.body)
        body["sections"] = [each for each in body["sections"] if each["key"] != "more"]
        body["sections"].append({"key": "more", "title": {"zh-CN": "补充"}, "fields": fields})
        draft = definitions.draft(work, "form", "credit_request", row.title, body, based_on=row.version)
        definitions.publish(work, draft, draft.row_version)


def newer() -> list[dict[str, Any]]:
    """Orders and visits became numbers, orders under another key; several regions; fax is gone."""
    orders, visits, _, area = copy.deepcopy(EXTRA)
    return [
        {**orders, "key": "order_count", "type": "integer"}, {**visits, "type": "integer"},
        {**area, "type": "multi_choice"},
    ]  # fmt: skip


def drafted(house: House, customer: str) -> str:
    typed = answers(customer, orders="12", visits="好几次", fax="010-1234567", area="E")
    with house.work("lina") as work:
        return requests.draft(work, typed).id


def test_a_draft_goes_over_to_the_form_in_force(house: House) -> None:
    publish(house, EXTRA)
    customer = bring(house)
    draft, client = drafted(house, customer), house.client("lina")
    publish(house, newer())
    html = text(client.get(f"/requests/{draft}"))
    assert "草稿保存后表单已更新" in html
    for words in ("拜访次数：好几次", "不是有效的数字", "传真：010-1234567"):
        assert words in html, words
    assert 'name="order_count" type="text" value="12"' in html or 'value="12"' in html
    speak(house, "lina", "en")
    assert "The form has a new version" in text(client.get(f"/requests/{draft}"))
    sent = {**answers(customer), "visits": "3", "order_count": "12", "area": "E", "action": "draft"}
    assert post(client, f"/requests/{draft}", typed=sent).status_code == 303
    assert "The form has a new version" not in text(client.get(f"/requests/{draft}"))
    with house.work() as work:
        row = work.session.scalars(select(CreditRequest)).one()
        form = definitions.published(work.session, "form", "credit_request")
        assert form is not None
        assert row.form_id == form.id
        assert {key: row.answers.get(key) for key in ("order_count", "visits", "area", "fax", "orders")} == {
            "order_count": 12, "visits": 3, "area": ["E"], "fax": None, "orders": None,
        }  # fmt: skip


def test_a_draft_is_sent_in_under_the_form_in_force(house: House) -> None:
    publish(house, EXTRA)
    draft = drafted(house, bring(house))
    publish(house, newer())
    with house.work("lina") as work:
        row = requests.own(work, draft)
        assert requests.live_check(work, {}, row).answers.values["order_count"] == 12
        requests.submit(work, row, row.row_version, {})
    with house.work() as work:
        sent = work.session.get_one(CreditRequest, draft)
        assert sent.answers["order_count"] == 12
        assert sent.answers["area"] == ["E"]
        assert "fax" not in sent.answers
