"""A field that a form wants unique is so: as it is typed, drafted, sent in, and after a return."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from threading import Barrier
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from app.models.customer import Customer
from app.queries import requests as queries
from app.services import customer_files, definitions, request_sheets, requests
from rules import Invalid
from tests.app.desk import answer, answers, apply_for, bring
from tests.builders import House

TELL = "春季订单增加，合同编号 HT-2026-001"


def ask_unique(house: House, form: str, **wanted: str) -> None:
    """Publish a version of the form in which these fields are unique within form or customer."""
    with house.work("zhoumin") as work:
        row = definitions.restore(work, definitions.find(work.session, "form", form))
        body: dict[str, Any] = deepcopy(dict(row.body))
        for section in body["sections"]:
            for field in section["fields"]:
                if field["key"] in wanted:
                    field["unique"] = wanted[field["key"]]
        definitions.save(work, row, row.row_version, body=body)
        definitions.publish(work, row, row.row_version, warnings_read=True)


def refused(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in error.value.problems]


def test_a_value_of_another_request_is_refused_whatever_its_version_of_the_form(house: House) -> None:
    apply_for(house, bring(house), reason=TELL)
    ask_unique(house, "credit_request", reason="form")
    other = bring(house, "C1", number="K-9")
    with pytest.raises(Invalid) as error:
        apply_for(house, other, reason=TELL)
    assert refused(error) == [("field.not_unique", "/reason")]
    with house.reading("lina") as view:
        what = request_sheets.asked(view, None)
        live = request_sheets.look_over(view, what, answers(other, reason=TELL), None)
    assert ("field.not_unique", "/reason") in {(each.code, each.path) for each in live.problems}
    apply_for(house, other, reason=TELL + " 补充")


def test_ones_own_value_and_those_of_drafts_are_no_others(house: House) -> None:
    ask_unique(house, "credit_request", reason="form")
    with house.work("zhangwei") as work:
        requests.draft(work, answers(bring(house, "C1", owner="zhangwei", number="K-9"), reason=TELL))
    case_id = apply_for(house, bring(house), reason=TELL)
    assert answer(house, case_id, "wangqiang", "return", "请补充", return_to="start") == "returned"
    with house.work("lina") as work:
        row = requests.own(work, _request_of(house, case_id))
        requests.save(work, row, row.row_version, {"limit": "180000"})
    with house.work("lina") as work:
        row = requests.own(work, _request_of(house, case_id))
        assert requests.submit(work, row, row.row_version, {}).status == "running"


def test_unique_within_the_customer_lets_another_customer_say_the_same(house: House) -> None:
    ask_unique(house, "credit_request", reason="customer")
    first = bring(house)
    case_id = apply_for(house, first, reason=TELL)
    answer(house, case_id, "wangqiang", "reject", "资料不实")
    apply_for(house, bring(house, "C1", number="K-9"), reason=TELL)
    with pytest.raises(Invalid) as error:
        apply_for(house, first, reason=TELL)
    assert refused(error) == [("field.not_unique", "/reason")]


@pytest.mark.parametrize(("key", "value"), [
    ("contact_email", "li@example.com"), ("employees", "321"), ("founded_on", "2001-02-03"), ("contact_name", "李明"),
])  # fmt: skip
def test_a_value_of_another_customer_is_refused(house: House, key: str, value: str) -> None:
    ask_unique(house, "customer", **{key: "form"})
    with house.work("lina") as work:
        first = customer_files.register(work, {**FILE, key: value}).id
    with house.work("lina") as work, pytest.raises(Invalid) as error:
        customer_files.register(work, {**FILE, "name": "另一家公司", "credit_code": OTHER, key: value})
    assert refused(error) == [("field.not_unique", f"/{key}")]
    with house.work("lina") as work:
        row = work.session.get_one(Customer, first)
        assert customer_files.update(work, first, row.row_version, {**FILE, key: value, "note": "改了备注"})


def test_the_page_says_so_while_it_is_typed(house: House) -> None:
    ask_unique(house, "customer", contact_email="form")
    with house.work("lina") as work:
        customer_files.register(work, {**FILE, "contact_email": "li@example.com"})
    typed = MultiDict({**FILE, "name": "另一家公司", "credit_code": OTHER, "contact_email": "LI@example.com"})
    with house.reading("lina") as view:
        found = customer_files.look_over(view, {**typed, "contact_email": "li@example.com"})
    assert [(each.code, each.path) for each in found.problems] == [("field.not_unique", "/contact_email")]


def test_of_two_who_send_the_same_value_at_one_time_one_is_refused(house: House) -> None:
    ask_unique(house, "customer", contact_email="form")
    together = Barrier(2)

    def send(file: dict[str, str]) -> str:
        try:
            with house.work("lina") as work:
                together.wait(10)
                customer_files.register(work, {**file, "contact_email": "li@example.com"})
        except Invalid as invalid:
            return invalid.problems[0].code
        return "stored"

    with ThreadPoolExecutor(2) as threads:
        found = sorted(threads.map(send, (FILE, {**FILE, "name": "另一家公司", "credit_code": OTHER})))
    assert found == ["field.not_unique", "stored"]


def _request_of(house: House, case_id: str) -> str:
    with house.reading("lina") as view:
        (line,) = [each for each in queries.page(view, queries.Place()).rows if each.case_id == case_id]
    return line.id


FILE = {"name": "宁波蓝海物流有限公司", "credit_code": "91330200MA2LHWL03A", "industry": "G54", "currency": "CNY"}
OTHER = "91320500MA1HDJG09C"
