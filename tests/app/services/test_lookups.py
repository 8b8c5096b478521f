"""What forms may pick: by id, number or name, as far as the person may see it; nothing tells hidden from none."""

from __future__ import annotations

from typing import Any

import pytest

from app.services import people, picks, records
from app.services.lookups import Lookups
from tests.app.desk import bring
from tests.builders import House


def find(house: House, by: str, of: str, id: str) -> Any:
    with house.reading(by) as view:
        return Lookups(view.session, view.viewer).find(of, id)


def offered(house: House, by: str, of: str, search: str) -> list[str]:
    with house.reading(by) as view:
        return [each.name for each in picks.offered(view, of, search)]


def test_a_customer_is_found_by_id_number_code_and_name_within_reach(house: House) -> None:
    customer = bring(house, "C2", owner="lina")
    found = find(house, "lina", "customer", customer)
    for word in (found["number"], found["name"], found["credit_code"]):
        assert find(house, "lina", "customer", word)["id"] == customer
    # For a colleague of another region there is no such customer, whatever it is called.
    for word in (customer, found["number"], found["name"], "0" * 32):
        assert find(house, "zhangwei", "customer", word) is None
    assert offered(house, "lina", "customer", found["name"][:4]) == [found["name"]]
    assert offered(house, "zhangwei", "customer", found["name"][:4]) == []


def test_people_are_found_with_what_ranges_ask_for(house: House) -> None:
    found = find(house, "lina", "user", "lina")
    assert found["id"] == house.ids["lina"]
    assert found["active"] is True
    assert found["departments"][0] == found["department"]
    assert find(house, "lina", "user", found["name"])["id"] == found["id"]
    assert find(house, "lina", "user", "nobody") is None
    assert offered(house, "lina", "user", "lina") == [found["name"]]
    assert offered(house, "lina", "user", "%") == []


def test_a_leaver_is_offered_no_more_and_told_as_such(house: House) -> None:
    name = find(house, "lina", "user", "zhangwei")["name"]
    with house.work("chenan") as work:
        people.disable_user(work, house.ids["zhangwei"])
    assert find(house, "lina", "user", house.ids["zhangwei"])["active"] is False
    assert find(house, "lina", "user", name) is None
    assert offered(house, "lina", "user", name) == []


def test_departments_are_found_by_key_and_name(house: House) -> None:
    with house.reading("lina") as view:
        first = Lookups(view.session, view.viewer).departments.all[0]
        key, id, name = first.key, first.id, dict(first.name)
    for word in (id, key, name["zh-CN"]):
        assert find(house, "lina", "department", word)["id"] == id
    assert name["zh-CN"] in offered(house, "lina", "department", key)
    assert find(house, "lina", "department", "nowhere") is None


def test_records_of_a_book_are_found_within_its_reach(house: House) -> None:
    customer = bring(house, "C2", owner="lina")
    raw = {
        "contract_no": "HT-001", "customer": customer, "subject": "仓储服务", "amount": "120000", "status": "running",
        "signed_on": "2025-12-01",
    }  # fmt: skip
    with house.work("lina") as work:
        record = records.create(work, "contracts", raw).id
    found = find(house, "lina", "form:contracts", "HT-001")
    assert (found["id"], found["name"], str(found["amount"])) == (record, "HT-001", "120000")
    assert find(house, "zhangwei", "form:contracts", record) is None
    assert find(house, "zhangwei", "form:contracts", "HT-001") is None
    assert offered(house, "lina", "form:contracts", "ht-0") == ["HT-001"]
    assert offered(house, "zhangwei", "form:contracts", "HT") == []
    assert find(house, "lina", "form:nothing", record) is None
    assert offered(house, "lina", "form:nothing", "HT") == []
    with house.work("lina") as work:
        records.remove(work, "contracts", record, 1, "重复")
    assert find(house, "lina", "form:contracts", record) is None


@pytest.mark.parametrize("of", ["", "password", "form:", "customer "])
def test_of_any_other_kind_there_is_nothing(house: House, of: str) -> None:
    assert find(house, "lina", of, house.ids["lina"]) is None
    assert offered(house, "lina", of, "a") == []


def test_what_is_inside_a_division(house: House) -> None:
    assert "浙江省" in offered(house, "lina", "place", "")
    assert offered(house, "lina", "place", "330200")[0] == "海曙区"
    assert offered(house, "lina", "place", "000000") == []


def test_a_viewer_is_asked_for_each_search(house: House) -> None:
    client = house.client("lina")
    answer = client.get("/pick?of=user&search=lina")
    assert answer.status_code == 200
    assert [each["id"] for each in answer.get_json()] == [house.ids["lina"]]
    assert client.get("/pick").get_json() == []
    assert house.app.test_client().get("/pick?of=user&search=l").status_code == 303
