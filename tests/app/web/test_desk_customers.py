"""The list of customers with its filters and pages, and writing a customer file through its form."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.models.customer import Customer
from app.models.ledger import Entry
from app.services import customers
from tests.app.desk import apply_for, bring
from tests.app.web.desk_browser import post, rated, text
from tests.builders import House

CODE = "91330200MA2LHWL03A"
FILE = {"name": "宁波蓝海物流有限公司", "credit_code": CODE, "industry": "G54", "region": "33", "currency": "CNY",
        "registered_capital": "500万", "founded_on": "2021-12-31", "employees": "95", "payment_days": "30",
        "contact_name": "周建涛", "contact_phone": "13800138000", "contact_email": "zhou@example.com",
        "note": "老客户推荐"}
ID = re.compile(r"/customers/([0-9a-f]{32})")


def stored(house: House, customer_id: str) -> Customer:
    with house.work() as work:
        return work.session.get_one(Customer, customer_id)


def create(house: House, **more: str) -> str:
    answer = post(house.client("lina"), "/customers/new", typed={**FILE, **more})
    assert answer.status_code == 303, text(answer)
    found = ID.search(answer.location)
    assert found is not None
    return found[1]


def test_a_new_customer_belongs_to_whoever_entered_it(house: House) -> None:
    customer_id = create(house)
    row = stored(house, customer_id)
    assert (row.name, row.credit_code, row.industry_code, row.industry) == (FILE["name"], CODE, "G54", "道路运输业")
    assert (row.province, row.variant, row.registered_capital) == ("浙江省", "SVC", Decimal(5000000))
    assert (row.owner_id, row.source) == (house.ids["lina"], "desk")
    assert row.number == "KH2026000001"
    assert row.answers["contact_name"] == "周建涛"
    html = text(house.client("lina").get(f"/customers/{customer_id}/evidence"))
    for words in ("道路运输业", "浙江省", "周建涛", "¥5,000,000.00", "老客户推荐", "销售录入"):
        assert words in html
    with house.work() as work:
        body = work.session.scalars(select(Entry.body).where(Entry.subject_id == customer_id)).one().decode()
    assert "zhou@example.com" not in body, "personal values never enter the ledger in the clear"
    assert "周建涛" not in body


def test_mistakes_stand_at_their_fields(house: House) -> None:
    sent = {**FILE, "credit_code": "123", "currency": "", "name": "x"}
    answer = post(house.client("lina"), "/customers/new", typed=sent)
    html = text(answer)
    assert answer.status_code == 422
    for words in ("「统一社会信用代码」应为 18 位", "「结算币种」必填", "「客户名称」至少 2 个字"):
        assert words in html
    assert 'value="500万"' in html
    wrong = post(house.client("lina"), "/customers/new", typed={**FILE, "credit_code": "91330200MA2LHWL03B"})
    assert "校验不通过" in text(wrong)


def test_a_code_on_file_leads_to_the_customer_that_has_it(house: House) -> None:
    customer_id = create(house)
    again = post(house.client("lina"), "/customers/new", typed={**FILE, "name": "另一个名字"})
    html = text(again)
    assert again.status_code == 409
    assert f"/customers/{customer_id}" in html
    assert "已登记为客户「宁波蓝海物流有限公司」（KH2026000001）" in html
    assert 'value="另一个名字"' in html
    other = post(house.client("zhangwei"), "/customers/new", typed=FILE)
    assert other.status_code == 409
    assert "宁波蓝海物流有限公司" not in text(other).replace(f'value="{FILE["name"]}"', ""), "whose it is stays untold"
    assert "由其他同事负责" in text(other)


def test_changing_a_file(house: House) -> None:
    customer_id = create(house)
    client = house.client("lina")
    page = f"/customers/{customer_id}/edit"
    html = text(client.get(page))
    assert f'value="{CODE}"' in html
    assert '<option value="G54" selected>' in html
    assert '<option value="33" selected>' in html
    old = re.search(r'name="row_version" value="(\d+)"', html)
    assert old is not None
    assert "没有改动" in text(client.get(post(client, page, typed=FILE).location))
    renamed = {**FILE, "name": "宁波深蓝物流有限公司", "industry": "C34"}
    assert post(client, page, typed=renamed).status_code == 303
    row = stored(house, customer_id)
    assert (row.name, row.variant, row.industry_code) == ("宁波深蓝物流有限公司", "MFG", "C34")
    assert "曾用名：宁波蓝海物流有限公司" in text(client.get(f"/customers/{customer_id}"))
    late = client.post(page, data={**FILE, "note": "晚了一步", "row_version": old[1], "csrf_token": _token(html)})
    assert late.status_code == 409
    assert "已由李娜于" in text(late)
    assert "晚了一步" in text(late)


def _token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def test_a_file_from_elsewhere_can_be_written_on(house: House) -> None:
    """The demo's customers were never filled in here: their columns are the answers."""
    with house.work() as work:
        row = customers.create(
            work,
            {"number": "P1", "name": "杭州云栖贸易有限公司", "industry": "没有这个行业", "industry_code": "X99",
             "province": "浙江", "variant": "STD", "currency": "CNY", "credit_code": CODE},
            source="portfolio", owner_id=house.ids["lina"],
        )  # fmt: skip
        customer_id = row.id
    client = house.client("lina")
    page = f"/customers/{customer_id}/edit"
    assert '<option value="33" selected>' in text(client.get(page)), "an alias of the option"
    sent = {"name": row.name, "credit_code": CODE, "industry": "", "region": "33", "currency": "CNY", "note": "新备注"}
    assert post(client, page, typed=sent).status_code == 422, "an unknown industry must be chosen anew"
    assert post(client, page, typed={**sent, "industry": "F51"}).status_code == 303
    changed = stored(house, customer_id)
    assert (changed.industry, changed.province, changed.note) == ("批发业", "浙江", "新备注")


def test_filters_narrow_and_stay_in_the_pages(house: House) -> None:
    rated(house, "C1")
    rated(house, "C2")
    rated(house, "C3", "zhangwei")
    client = house.client("sunli")

    def names(query: str) -> list[str]:
        return re.findall(r'class="row-link"[^>]*>([^<]+)</a>', text(client.get(f"/customers{query}")))

    assert names("") == ["恒通贸易", "华东精工", "蓝海物流"]
    assert names("?q=hdjg") == ["华东精工"]
    assert names("?q=蓝海") == ["蓝海物流"]
    assert names(f"?q={CODE}") == ["蓝海物流"]
    assert names("?q=C1") == ["华东精工"]
    assert names("?grade=D") == ["恒通贸易"]
    assert names("?grade=-") == []
    assert names(f"?owner={house.ids['zhangwei']}") == ["恒通贸易"]
    assert names("?owner=mine") == []
    assert names("?low=1") == []
    assert names("?over=1&overdue=1") == []
    assert names("?sort=score") == ["恒通贸易", "华东精工", "蓝海物流"]
    assert names("?sort=grade") == ["华东精工", "蓝海物流", "恒通贸易"]
    assert names("?sort=grade&way=down") == ["恒通贸易", "蓝海物流", "华东精工"]
    assert names("?sort=nonsense&after=nonsense&grade=&industry=zz&region=99") == []
    html = text(client.get("/customers?sort=score&grade=AA"))
    assert re.search(r'aria-sort="descending"><a class="sort" href="[^"]*way=up[^"]*grade=AA', html)


@pytest.mark.parametrize("who", ["lina", "wangqiang", "heping", "hanxue"])
def test_the_number_of_a_case_leads_to_the_case(house: House, who: str) -> None:
    case_id = apply_for(house, bring(house))
    client = house.client(who)
    answer = client.get("/customers?q=%20sx2026000001")
    assert (answer.status_code, answer.location) == (303, f"/inbox/cases/{case_id}")
    assert "SX2026000001" in text(client.get(answer.location))
    assert client.get("/customers?q=SX2026000009").status_code == 200
    assert client.get("/customers?q=SX2026000001", headers={"HX-Request": "true"}).status_code == 200


def test_the_number_of_a_case_out_of_reach_leads_nowhere(house: House) -> None:
    apply_for(house, bring(house))
    answer = house.client("zhangwei").get("/customers?q=SX2026000001")
    assert answer.status_code == 200
    assert "没有符合条件的客户" in text(answer)


def test_checking_while_typing(house: House) -> None:
    client = house.client("lina")
    token = _token(text(client.get("/customers/new")))
    part = text(client.post("/customers/check", data={"csrf_token": token, "credit_code": "123", "name": ""}))
    assert "应为 18 位" in part
    assert "「客户名称」必填" not in part
