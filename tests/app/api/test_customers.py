"""Customers put by an ERP under its own number, found, paged, and asked for their credit; open items, one by one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.gallery.portfolio.codes import sealed
from app.models.credit import CreditLimit, ExposureItem, FxRate
from app.models.ledger import Entry
from app.services import customers
from app.work import Subject, Verb
from tests.app.api.conftest import Callers, Customers, codes
from tests.builders import Clock, House


def code(n: int) -> str:
    return sealed("91310000", f"MA1K{n:04d}")


def body(n: int = 1, **more: Any) -> dict[str, Any]:
    return {"name": f"华东精工{n}有限公司", "credit_code": code(n), "industry": "C34", "currency": "CNY", **more}


def test_put_creates_then_replaces(caller: Callers, house: House) -> None:
    ask = caller("lina")
    made = ask.expect("PUT", "/customers/ERP-1", body(employees=120, note="首单"), 201)
    assert (made["number"], made["name"], made["employees"], made["variant"]) == (
        "ERP-1", "华东精工1有限公司", 120, "MFG",
    )  # fmt: skip
    again = ask.expect("PUT", "/customers/ERP-1", body(registered_capital="5000000.50"), 200)
    assert again["id"] == made["id"]
    assert (again["employees"], again["registered_capital"]) == (None, "5000000.50")
    same = ask.expect("PUT", "/customers/ERP-1", body(registered_capital="5000000.50"), 200)
    assert same["row_version"] == again["row_version"]
    with house.work() as work:
        query = select(Entry.verb).where(Entry.customer_id == made["id"]).order_by(Entry.id)
        assert list(work.session.scalars(query)) == ["customer.created", "customer.changed"]
    assert ask.get(f"/customers/{made['id']}") == ask.get("/customers/ERP-1") == same


def test_put_tells_every_fault_of_the_form(caller: Callers) -> None:
    ask = caller("lina")
    wrong = {"credit_code": "91310000MA1K000010", "industry": "nonsense", "employees": "-1", "what": 1}
    found = codes(ask.expect("PUT", "/customers/ERP-1", wrong, 422))
    assert {path for _, path in found} == {"/name", "/credit_code", "/industry", "/employees", "/what", "/currency"}
    assert codes(ask.expect("PUT", "/customers/" + "a" * 32, body(), 422)) == [("customer.number_form", "")]
    bad = ask("PUT", "/customers/ERP-1", raw=b'{"name": "A\\u0000", "registered_capital": 1.5}')
    assert sorted(codes(bad.get_json())) == [("api.character", "/name"), ("api.float", "/registered_capital")]
    ask.get("/customers/ERP-1", 404)


def test_a_code_taken_and_a_customer_of_somebody_else(caller: Callers, customer: Customers) -> None:
    ask = caller("lina")
    ask.expect("PUT", "/customers/ERP-1", body(1), 201)
    taken = ask.expect("PUT", "/customers/ERP-2", body(1), 409)
    assert codes(taken) == [("customer.credit_code_taken", "")]
    assert taken["problems"][0]["params"]["number"] == "ERP-1"
    customer("ELSE", owner="zhangwei")
    assert codes(ask.get("/customers/ELSE", 404)) == [("access.missing", "")]
    assert codes(ask.expect("PUT", "/customers/ELSE", body(2), 404)) == [("access.missing", "")]
    assert [row["number"] for row in ask.get("/customers")["customers"]] == ["ERP-1"]
    theirs = caller("zhangwei").expect("PUT", "/customers/ERP-9", body(1), 409)
    assert codes(theirs) == [("customer.credit_code_elsewhere", "")]
    assert "ERP-1" not in str(theirs)


def test_a_token_does_only_what_it_was_made_for(caller: Callers, customer: Customers) -> None:
    customer("C-1")
    reader = caller("lina", "customer.read")
    reader.get("/customers/C-1")
    assert codes(reader.expect("PUT", "/customers/C-1", body(), 403)) == [("access.forbidden", "")]
    writer = caller("lina", "customer.write")
    writer.get("/customers/C-1", 403)
    assert writer.expect("PUT", "/customers/C-1", body(), 200)["name"] == "华东精工1有限公司"


def test_search_and_pages(caller: Callers, house: House) -> None:
    with house.work() as work:
        for number in range(120):
            values = {"number": f"P-{number:03d}", "name": f"苏州恒瑞{number:03d}有限公司"}
            customers.create(work, values, source="test", owner_id=house.ids["lina"])
    ask = caller("lina")
    seen: list[str] = []
    after = ""
    for _ in range(5):
        page = ask.get(f"/customers?after={after}")
        seen += [row["number"] for row in page["customers"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [f"P-{number:03d}" for number in range(120)]
    assert [row["number"] for row in ask.get("/customers?q=szhr119")["customers"]] == []
    assert len(ask.get("/customers?q=szhr")["customers"]) == 50
    assert [row["number"] for row in ask.get("/customers?q=P-007")["customers"]] == ["P-007"]
    assert codes(ask.get("/customers?q=a&q=b&page=2", 422)) == [("api.repeated_member", "/q")]
    assert codes(ask.get("/customers?page=2", 422)) == [("api.unknown_member", "/page")]


def item(number: str = "SO-1", **more: Any) -> dict[str, Any]:
    return {
        "source": "erp1", "type": "open_order", "number": number, "customer": "E1", "amount": "1200000.00",
        "currency": "CNY", "issued_on": "2026-01-02", **more,
    }  # fmt: skip


def outcomes(answer: Any) -> list[str]:
    return [each["outcome"] for each in answer["results"]]


def test_open_items_each_for_itself(caller: Callers, customer: Customers) -> None:
    customer("E1")
    ask = caller("sunli")
    items: list[Any] = [
        item("SO-1"),
        item("SO-2", amount=1.5),
        item("SO-3", amount="1e6", type="order", surprise=1),
        item("INV-1", type="open_receivable", amount="300000", due_on="2026-01-01"),
        item("SO-1"),
        item("SO-4", customer="nobody"),
        item("SO-5", currency="USD"),
        "nonsense",
        item("SO-6", issued_on="2026-02-30", currency="rmb"),
        item("SO-7", amount="100000000000"),
    ]
    answer = ask.post("/exposure-items", {"items": items})
    assert outcomes(answer) == ["created", "refused", "refused", "created", *["refused"] * 6]
    assert answer["counts"] == {"created": 2, "refused": 8}
    found = {each["index"]: codes(each) for each in answer["results"]}
    assert found[1] == [("api.float", "/items/1/amount")]
    assert sorted(found[2]) == [
        ("api.choice", "/items/2/type"),
        ("api.decimal", "/items/2/amount"),
        ("api.unknown_member", "/items/2/surprise"),
    ]
    assert found[4] == [("open_item.repeated", "/items/4/number")]
    assert found[5] == [("open_item.customer", "/items/5/customer")]
    assert found[6] == [("open_item.rate_missing", "/items/6/currency")]
    assert found[7] == [("api.type", "/items/7")]
    assert sorted(found[8]) == [("api.currency", "/items/8/currency"), ("api.date", "/items/8/issued_on")]
    assert found[9] == [("open_item.too_large", "/items/9/amount")]
    credit = ask.get("/customers/E1/credit")
    assert credit["exposure"] == "1500000.00"
    assert credit["exposure_by_category"] == {
        "open_order": "1200000.00", "delivered_not_invoiced": "0.00", "open_receivable": "300000.00",
        "special_liability": "0.00",
    }  # fmt: skip
    assert (credit["overdue"], credit["limit"], credit["headroom"]) == ("300000.00", None, None)


def test_the_same_document_again_replaces_itself(caller: Callers, customer: Customers, house: House) -> None:
    customer("E1")
    ask = caller("sunli")
    assert outcomes(ask.post("/exposure-items", {"items": [item()]})) == ["created"]
    assert outcomes(ask.post("/exposure-items", {"items": [item()]})) == ["unchanged"]
    assert outcomes(ask.post("/exposure-items", {"items": [item(amount="900000")]})) == ["changed"]
    assert ask.get("/customers/E1/credit")["exposure"] == "900000.00"
    assert outcomes(ask.post("/exposure-items", {"items": [item(amount="0")]})) == ["closed"]
    assert ask.get("/customers/E1/credit")["exposure"] == "0.00"
    with house.work() as work:
        assert len(work.session.scalars(select(ExposureItem)).all()) == 1
        verbs = list(work.session.scalars(select(Entry.verb).where(Entry.verb == "items.imported")))
    assert len(verbs) == 3, "what changed nothing is not recorded"


def test_amounts_in_another_currency_use_the_rate_of_the_month(
    caller: Callers, customer: Customers, house: House
) -> None:
    customer("E1")
    with house.work() as work:
        day = work.today.replace(day=1)
        work.session.add(FxRate(currency="USD", day=day, rate=Decimal("7.1234"), source="test"))
    ask = caller("sunli")
    ask.post("/exposure-items", {"items": [item(currency="USD", amount="1000.01")]})
    assert ask.get("/customers/E1/credit")["exposure"] == "7123.47"


def test_a_thousand_items_and_not_one_more(caller: Callers, customer: Customers) -> None:
    customer("E1")
    ask = caller("sunli")
    many = [item(f"SO-{number}", amount="10.00") for number in range(1000)]
    assert ask.post("/exposure-items", {"items": many})["counts"] == {"created": 1000}
    assert ask.get("/customers/E1/credit")["exposure"] == "10000.00"
    assert codes(ask.post("/exposure-items", {"items": [*many, item()]}, 422)) == [("api.items", "/items")]
    assert codes(ask.post("/exposure-items", {"items": []}, 422)) == [("api.items", "/items")]
    assert codes(caller("lina").post("/exposure-items", {"items": [item()]}, 403)) == [("access.forbidden", "")]


def test_moving_a_document_to_another_customer_moves_its_exposure(caller: Callers, customer: Customers) -> None:
    customer("E1")
    customer("E2")
    ask = caller("sunli")
    ask.post("/exposure-items", {"items": [item()]})
    ask.post("/exposure-items", {"items": [item(customer="E2")]})
    assert [ask.get(f"/customers/{key}/credit")["exposure"] for key in ("E1", "E2")] == ["0.00", "1200000.00"]


def test_credit_with_a_limit_and_after_its_last_day(
    caller: Callers, customer: Customers, house: House, clock: Clock
) -> None:
    key = customer("E1")
    with house.work() as work:
        work.session.add(
            CreditLimit(
                customer_id=key, amount=Decimal("1000000"), currency="CNY", payment_days=60,
                payment_mode="open_account", valid_from=work.now, valid_to=work.today,
            )
        )  # fmt: skip
        work.record(Verb.LIMIT_CHANGED, Subject("customer", key), {"name": "客户E1"})
    ask = caller("sunli")
    ask.post("/exposure-items", {"items": [item(amount="250000.50")]})
    credit = ask.get("/customers/E1/credit")
    assert (credit["limit"], credit["headroom"], credit["expired"]) == ("1000000.00", "749999.50", False)
    assert (credit["payment_days"], credit["payment_mode"], credit["valid_to"]) == (60, "open_account", "2026-01-05")
    clock.forward(days=1)
    credit = ask.get("/customers/E1/credit")
    assert (credit["limit"], credit["headroom"], credit["expired"]) == ("1000000.00", "-250000.50", True)
