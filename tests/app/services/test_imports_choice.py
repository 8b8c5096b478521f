"""Columns that no heading names: asked about, said by a person, remembered by field id, forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.access import Conflict, Missing
from app.jobs import drain, load_handlers
from app.models.ledger import Entry
from app.models.upload import ImportMapping, Upload
from app.services import definitions, imports, imports_choice, imports_memory
from app.services.definition_checks import published
from app.services.imports_survey import CUSTOMERS, RECORDS
from rules import Invalid
from tests.app.desk import bring
from tests.app.services.test_imports import customer, report, take, text
from tests.app.services.test_imports_records import kept, line, sheet
from tests.builders import House

HEAD = ("合同号", "甲方", "标的", "金额(万元)", "签订日期", "现状")
SAID = {0: "contract_no", 1: "customer", 2: "subject", 3: "amount", 4: "signed_on", 5: "status"}


def upload(house: House, content: bytes, kind: str = RECORDS, by: str = "lina", name: str = "c.csv") -> Upload:
    with house.reading(by) as view:
        found = imports.examine(view, kind, name, content, "contracts" if kind == RECORDS else None, asking=True)
    with house.work(by) as work:
        return imports.keep(work, found)


def say(
    house: House, upload_id: str, columns: dict[int, str], header: int = 1, by: str = "lina", remember: bool = True
) -> Upload:
    with house.reading(by) as view:
        found = imports_choice.answer(view, upload_id, 0, header, columns)
    with house.work(by) as work:
        return imports_choice.settle(work, upload_id, found, remember=remember)


@pytest.fixture(autouse=True)
def known(house: House) -> str:
    return bring(house, "C2", owner="lina")


def test_headings_nobody_knows_are_asked_about_and_remembered(house: House) -> None:
    first = upload(house, sheet(line("HT-1", amount="2.5"), head=HEAD))
    assert first.status == "matching"
    with house.reading("lina") as view:
        asked = imports_choice.question(view, first.id)
    assert [(each.heading, each.key) for each in asked.columns][4] == ("签订日期", "signed_on")
    assert {field.key for field in asked.missing} >= {"contract_no", "customer", "amount"}
    assert asked.columns[0].samples == ("HT-1",)
    assert say(house, first.id, SAID).status == "checked"
    take(house, first.id, by="lina")
    assert kept(house)["HT-1"]["amount"] == "25000", "the heading's unit counts, whoever named the field"
    with house.work() as work:
        [entry] = work.session.scalars(select(Entry).where(Entry.verb == "records.imported"))
        detail = json.loads(entry.body)["detail"]
    assert detail["matched_by"] == "person"
    assert detail["columns"]["甲方"] == "customer"
    again = upload(house, sheet(line("HT-2"), head=HEAD))
    assert again.status == "checked", "the same headings are not asked about twice"
    assert report(house, again.id)["by"] == "memory"
    turned = [HEAD[5], *HEAD[:5]]
    moved = upload(house, sheet(("履行中", *line("HT-3")[:5]), head=tuple(turned)))
    assert (moved.status, report(house, moved.id)["fates"]) == ("checked", {"good": 1}), "in any order"


def test_a_renamed_field_keeps_its_columns(house: House) -> None:
    say(house, upload(house, sheet(line("HT-1"), head=HEAD)).id, SAID)
    with house.work() as work:
        kept_columns = work.session.scalars(select(ImportMapping.columns)).one()
        assert set(kept_columns.values()) == {"f_01", "f_02", "f_03", "f_04", "f_05", "f_08"}
        row = published(work.session, "form", "contracts")
        assert row is not None
        body: dict[str, Any] = row.body
        for section in body["sections"]:
            for field in section["fields"]:
                if field["key"] == "subject":
                    field["key"] = "matter"
        body = {**body, "book": {**body["book"], "columns": [
            "matter" if key == "subject" else key for key in body["book"]["columns"]]}}  # fmt: skip
        draft = definitions.draft(work, "form", "contracts", row.title, body, based_on=row.version)
        definitions.publish(work, draft, draft.row_version, warnings_read=True, four_eyes=False)
    found = upload(house, sheet(line("HT-2"), head=HEAD))
    assert found.status == "checked"
    assert {each["heading"]: each["key"] for each in report(house, found.id)["columns"]}["标的"] == "matter"


def test_what_is_wrong_with_a_choice_is_told_and_nothing_changes(house: House) -> None:
    waiting = upload(house, sheet(line("HT-1"), head=HEAD))
    with pytest.raises(Invalid) as refused:
        say(house, waiting.id, {**SAID, 1: "contract_no"})
    codes = {each.code for each in refused.value.problems if each.severity == "error"}
    assert codes == {"import.column_twice", "import.column_missing"}
    with pytest.raises(Invalid) as foreign:
        head = (*HEAD[:3], "金额(美元)", *HEAD[4:])
        say(house, upload(house, sheet(line("HT-1"), head=head)).id, SAID)
    assert "import.column_unit" in {each.code for each in foreign.value.problems}
    with house.reading("lina") as view:
        assert imports.get(view.session, view.viewer, waiting.id).status == "matching"
    with pytest.raises(Conflict), house.work("lina") as work:
        imports.take(work, waiting.id, None, good_only=True)
    with pytest.raises(Missing), house.reading("sunli") as view:
        imports_choice.question(view, waiting.id)


def test_the_header_may_stand_lower_and_a_column_be_left_out(house: House) -> None:
    content = "合同台账,,\n编号,客户是,备注二\nHT-1,C2,x\n".encode()
    waiting = upload(house, content)
    with house.reading("lina") as view:
        assert imports_choice.question(view, waiting.id).header == 2
        top = imports_choice.question(view, waiting.id, 0, 1)
        assert (top.header, top.columns[0].heading) == (1, "合同台账")
    with pytest.raises(Invalid):
        say(house, waiting.id, {0: "contract_no", 1: "customer"}, header=2)
    done = say(house, upload(house, sheet((*line("HT-1"), "x"), head=(*HEAD, "杂项"))).id, SAID)
    assert [each["code"] for each in report(house, done.id)["file"]] == ["import.column_left_out"]


def test_a_choice_is_forgotten_and_only_then_asked_about_again(house: House) -> None:
    first = say(house, upload(house, sheet(line("HT-1"), head=HEAD)).id, SAID)
    with house.reading("lina") as view:
        asked = imports_choice.question(view, first.id)
        [mine] = asked.remembered
    assert asked.in_use == mine.id
    with house.work("lina") as work:
        imports_choice.forget(work, first.id, mine.id)
    assert upload(house, sheet(line("HT-2"), head=HEAD)).status == "matching"
    with pytest.raises(Missing), house.work("lina") as work:
        imports_choice.forget(work, first.id, mine.id)
    assert take(house, first.id, by="lina").stored == 1, "what was checked with it keeps its columns"


def test_nothing_is_remembered_that_was_not_asked_for(house: House) -> None:
    done = say(house, upload(house, sheet(line("HT-1"), head=HEAD)).id, SAID, remember=False)
    assert done.status == "checked"
    assert upload(house, sheet(line("HT-2"), head=HEAD)).status == "matching"


def test_a_large_list_is_asked_about_by_its_job(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LARGEST_AT_ONCE", 10)
    load_handlers()
    waiting = upload(house, sheet(line("HT-1"), head=HEAD))
    assert waiting.status == "checking"
    drain(house.instance)
    with house.reading("lina") as view:
        assert imports.get(view.session, view.viewer, waiting.id).status == "matching"
    assert say(house, waiting.id, SAID).status == "checking"
    drain(house.instance)
    assert report(house, waiting.id)["fates"] == {"good": 1}


def test_customers_too(house: House) -> None:
    head = ["客户代号", "企业全称", "信用代码", "行业门类名", "结算货币"]
    waiting = upload(house, text(customer(0), head=head), CUSTOMERS, "sunli")
    assert waiting.status == "matching"
    with house.reading("sunli") as view:
        fields = [field.key for field in imports_choice.question(view, waiting.id).fields]
    assert {"number", "name", "credit_code", "currency"} <= set(fields)
    done = say(house, waiting.id, {0: "number", 1: "name", 2: "credit_code", 3: "industry", 4: "currency"}, by="sunli")
    assert done.status == "checked", report(house, waiting.id)
    assert report(house, waiting.id)["by"] == "person"


def test_a_row_begins_with_whole_cells() -> None:
    short, long = [None, "甲", "", "乙"], ["甲" * 50, "乙" * 20, "丙" * 20]
    pages = [{"sheet": 0, "name": "表", "rows": [[3, short], [4, long], [5, ["丁" * 90]], [6, []]]}]
    told = [text for _, _, _, text in imports_memory.heads(pages)]
    assert told == ["甲 · 乙", "甲" * 50 + " · " + "乙" * 20 + " · …", "丁" * 80 + "…", ""]
