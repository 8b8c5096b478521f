"""Uploaded lists: every planned fault of the faulty sheet, all or nothing, known rows, open items."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select

from app.access import Conflict, Forbidden, Missing
from app.edge.locale import LANGUAGES, speaking
from app.jobs import drain, load_handlers
from app.models.credit import ExposureItem, FxRate
from app.models.customer import Customer
from app.models.ledger import Entry
from app.models.upload import Upload
from app.services import imports
from app.services.imports_survey import CUSTOMERS, ITEMS
from rules import Invalid, Problem
from tests.builders import House
from tests.shared import shared_path

# Our codes, each with the one of the expected list that it stands for.
EXPECTED_CODE = {
    "import.repaired_space": "SURROUNDING_SPACE",
    "import.repaired_width": "FULL_WIDTH",
    "import.repaired_number_text": "FULL_WIDTH",
    "import.repaired_thousands": "NUMBER_TEXT_THOUSANDS",
    "import.repaired_date": "DATE_TEXT",
    "import.repaired_serial": "DATE_SERIAL_NUMBER",
    "import.repaired_word": "ENUM_ALIAS",
    "import.repaired_case": "LOWER_CASE",
    "import.formula": "FORMULA_CELL",
    "import.formula_like": "FORMULA_LIKE_TEXT",
    "import.row_empty": "ROW_EMPTY",
    "import.credit_code_repeated": "CODE_DUPLICATE",
    "import.number_repeated": "CUSTOMER_ID_DUPLICATE",
    "number.invalid": "NUMBER_INVALID",
    "number.min": "NUMBER_NEGATIVE",
    "number.not_whole": "NUMBER_NOT_INTEGER",
    "credit_code.length": "CODE_LENGTH",
    "credit_code.character": "CODE_CHARACTER",
    "credit_code.check_digit": "CODE_CHECK_DIGIT",
    "choice.unknown": "ENUM_UNKNOWN",
    "date.invalid": "DATE_INVALID",
    "date.no_such_day": "DATE_INVALID",
    "date.future": "DATE_IN_FUTURE",
    "email.invalid": "EMAIL_INVALID",
    "field.required": "REQUIRED_MISSING",
    "text.too_long": "TEXT_TOO_LONG",
}
CODES = ("91320500MA8M8NM83A", "91610100MANDXLKD1F", "91340100MAA3179N83", "91210100MAD3125L8M")
HEAD = ("客户编号", "客户名称", "统一社会信用代码", "所属行业", "结算币种")


def upload(house: House, content: bytes, name: str, kind: str = CUSTOMERS, by: str = "sunli") -> str:
    """Upload as a page does; returns the upload's id."""
    with house.reading(by) as view:
        found = imports.examine(view, kind, name, content)
    with house.work(by) as work:
        return imports.keep(work, found).id


def report(house: House, upload_id: str) -> Mapping[str, Any]:
    with house.work() as work:
        return imports.get(work.session, None, upload_id).report


def take(house: House, upload_id: str, *, good_only: bool = False, by: str = "sunli") -> Upload:
    with house.reading(by) as view:
        ready = imports.prepare(view, upload_id)
    with house.work(by) as work:
        return imports.take(work, upload_id, ready, good_only=good_only)


def text(*rows: Sequence[object], head: Sequence[str] = HEAD, encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode(encoding)


def customer(place: int, **changes: Any) -> list[Any]:
    name = f"测试{place}有限公司"
    values = {"number": f"T{place}", "name": name, "code": CODES[place], "industry": "批发业", "currency": "CNY"}
    return list((values | changes).values())


def count(house: House, table: Any = Customer) -> int:
    with house.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def sentences(house: House, finding: Mapping[str, Any]) -> set[str]:
    from app.edge.locale import problem_text

    said = set()
    with house.app.test_request_context():
        for tag in LANGUAGES:
            with speaking(tag):
                said.add(problem_text(Problem(finding["code"], params=finding["params"])))
    return said


class TestFaultySheet:
    @pytest.fixture
    def content(self) -> bytes:
        return shared_path("data/customers_import_bad.xlsx").read_bytes()

    @pytest.fixture
    def expected(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(shared_path("data/customers_import_bad.expected.json").read_text("utf-8"))
        return found

    def test_every_planned_fault_is_found_and_nothing_else(
        self, house: House, content: bytes, expected: dict[str, Any]
    ) -> None:
        found = report(house, upload(house, content, "客户.xlsx"))
        told = {
            (each["row"], each["column"], EXPECTED_CODE[each["code"]], each["level"], each["clean"])
            for each in found["findings"]
        }
        planned = {
            (each["excel_row"], each["column"], each["code"], each["level"],
             str(each["clean_value"]) if "clean_value" in each else None)
            for each in expected["issues"]
        }  # fmt: skip
        assert told == planned
        assert len(found["findings"]) == len(expected["issues"])
        counts = expected["counts"]
        assert found["fates"] == {"good": 149, "bad": counts["rejected_rows"], "empty": counts["skipped_rows"]}
        assert found["levels"] == {level: counts[level] for level in ("error", "repair", "skip", "warning")}
        rejected = [each["row"] for each in found["findings"] if each["level"] == "error"]
        assert rejected == expected["rejected_excel_rows"]
        assert found["hidden"] == expected["hidden_sheets_not_to_import"]
        assert found["sheet"] == expected["sheet"]

    def test_every_reason_stands_in_both_languages(self, house: House, content: bytes) -> None:
        for finding in report(house, upload(house, content, "客户.xlsx"))["findings"]:
            assert len(sentences(house, finding)) == 2, finding["code"]

    def test_duplicates_name_the_first_row(self, house: House, content: bytes, expected: dict[str, Any]) -> None:
        found = report(house, upload(house, content, "客户.xlsx"))
        first = {each["row"]: each["params"]["first"] for each in found["findings"] if "repeated" in each["code"]}
        assert first == {e["excel_row"]: e["first_excel_row"] for e in expected["issues"] if "first_excel_row" in e}

    def test_nothing_is_imported_unless_asked(self, house: House, content: bytes) -> None:
        number = upload(house, content, "客户.xlsx")
        with pytest.raises(Invalid) as refused:
            take(house, number)
        assert [problem.code for problem in refused.value.problems] == ["import.has_errors"]
        assert count(house) == 0

    def test_good_rows_are_imported_with_their_entries_once(self, house: House, content: bytes) -> None:
        number = upload(house, content, "客户.xlsx")
        row = take(house, number, good_only=True)
        assert (row.status, row.stored) == ("imported", 149)
        with house.work() as work:
            verbs = Counter(work.session.scalars(select(Entry.verb)))
            assert verbs["customer.created"] == 149
            assert verbs["customers.imported"] == 1
            whole = work.session.scalars(select(Entry).where(Entry.verb == "customers.imported")).one()
            assert whole.subject_id == number
            found = work.session.scalars(select(Customer).where(Customer.number == "IMP0001")).one()
            assert found.credit_code == "91320500MA8M8NM83A"
            assert found.registered_capital == Decimal(1_500_000)
            assert found.founded_on == date(2000, 2, 11)
            assert (found.industry, found.province, found.currency) == ("零售业", "江苏省", "CNY")
            assert found.answers["requested_limit"] == "590000"
            assert found.source == "import"
            assert work.session.scalar(select(Customer.id).where(Customer.number == "OLD0001")) is None
        with pytest.raises(Conflict) as twice:
            take(house, number, good_only=True)
        assert twice.value.code == "import.done"
        assert count(house) == 149

    def test_the_same_file_again_reports_known_rows(self, house: House, content: bytes) -> None:
        take(house, upload(house, content, "客户.xlsx"), good_only=True)
        again = upload(house, content, "客户.xlsx")
        found = report(house, again)
        assert found["fates"] == {"known": 149, "bad": 50, "empty": 1}
        known = next(each for each in found["findings"] if each["level"] == "known")
        assert known["params"]["name"]
        assert len(sentences(house, known)) == 2
        with pytest.raises(Invalid) as nothing:
            take(house, again, good_only=True)
        assert [problem.code for problem in nothing.value.problems] == ["import.nothing_good"]
        assert count(house) == 149

    def test_entries_do_not_hold_personal_values(self, house: House, content: bytes) -> None:
        take(house, upload(house, content, "客户.xlsx"), good_only=True)
        with house.work() as work:
            bodies = [bytes(body).decode() for body in work.session.scalars(select(Entry.body))]
        assert not any("imp0001@example.com" in body or "卫海宁" in body for body in bodies)


class TestTables:
    @pytest.mark.parametrize(("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("gb18030", b"")])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_encodings_and_separators(self, house: House, encoding: str, mark: bytes, separator: str) -> None:
        content = text(customer(0), customer(1)).decode().replace(",", separator).encode(encoding)
        row = take(house, upload(house, mark + content, "客户.csv"))
        assert row.stored == 2

    def test_english_headings_with_units_and_other_orders(self, house: House) -> None:
        head = ("Settlement currency*", "Industry", "Unified social credit code", "Registered capital (万元)",
                "Customer name", "Nickname")  # fmt: skip
        number = upload(house, text(["CNY", "Wholesale", CODES[0], "50.5", "甲有限公司", "x"], head=head), "c.csv")
        assert [each["code"] for each in report(house, number)["file"]] == ["import.column_unknown"]
        assert take(house, number).stored == 1
        with house.work() as work:
            found = work.session.scalars(select(Customer)).one()
        assert found.registered_capital == Decimal(505_000)
        assert found.number  # given by us
        assert found.variant is None

    def test_a_heading_may_stand_below_a_title(self, house: House) -> None:
        book = openpyxl.Workbook()
        page = book.worksheets[0]
        page.append(["某某公司客户清单"])
        page.append([])
        page.append(list(HEAD))
        page.append(customer(0))
        stream = io.BytesIO()
        book.save(stream)
        found = report(house, upload(house, stream.getvalue(), "c.xlsx"))
        assert (found["header"], found["fates"]) == (3, {"good": 1})

    @pytest.mark.parametrize(
        ("head", "code"),
        [
            (("客户名称", "所属行业", "结算币种"), "import.column_missing"),
            ((*HEAD, "企业名称"), "import.column_twice"),
            (("a", "b"), "import.no_header"),
        ],
    )
    def test_columns_that_do_not_fit(self, house: House, head: Sequence[str], code: str) -> None:
        with pytest.raises(Invalid) as refused:
            upload(house, text(["1"] * len(head), head=head), "c.csv")
        assert code in [problem.code for problem in refused.value.problems]
        assert all(len(sentences(house, problem.to_json())) == 2 for problem in refused.value.problems)
        assert count(house, Upload) == 0

    def test_text_like_a_formula_stays_text(self, house: House) -> None:
        rows = [customer(0, name="=HYPERLINK(1)有限公司"), customer(1, name="+86 有限公司")]
        number = upload(house, text(*rows), "c.csv")
        assert report(house, number)["levels"] == {"warning": 2}
        take(house, number)
        with house.work() as work:
            names = set(work.session.scalars(select(Customer.name)))
        assert names == {"=HYPERLINK(1)有限公司", "+86 有限公司"}

    def test_control_characters_and_long_cells_are_errors_of_their_cell(self, house: House) -> None:
        rows = [customer(0, name="甲\x00有限公司"), customer(1, name="乙" * 40_000), customer(2)]
        found = report(house, upload(house, text(*rows), "c.csv"))
        assert found["fates"] == {"bad": 2, "good": 1}
        assert [each["code"] for each in found["findings"]] == ["text.character", "import.cell_too_long"]
        assert "\x00" not in json.dumps(found)

    def test_owner_by_name(self, house: House) -> None:
        rows = [[*customer(0), "lina"], [*customer(1), "nobody"], [*customer(2), ""]]
        number = upload(house, text(*rows, head=(*HEAD, "客户经理")), "c.csv")
        assert [each["code"] for each in report(house, number)["findings"]] == ["import.owner_unknown"]
        take(house, number, good_only=True)
        with house.work() as work:
            owners = {row.number: row.owner_id for row in work.session.scalars(select(Customer))}
        assert owners == {"T0": house.ids["lina"], "T2": None}

    def test_numbers_of_others_are_refused(self, house: House) -> None:
        take(house, upload(house, text(customer(0)), "c.csv"))
        found = report(house, upload(house, text(customer(1, number="T0"), customer(2)), "d.csv"))
        assert [(e["row"], e["code"], e["params"]["name"]) for e in found["findings"]] == [
            (2, "import.number_taken", "测试0有限公司")
        ]

    def test_what_appeared_in_between_is_left_out_not_overwritten(self, house: House) -> None:
        first = upload(house, text(customer(0), customer(1)), "a.csv")
        second = upload(house, text(customer(0)), "b.csv")
        take(house, second)
        assert take(house, first).stored == 1
        assert count(house) == 2


class TestRights:
    def test_only_who_may_import(self, house: House) -> None:
        with pytest.raises(Forbidden):
            upload(house, text(customer(0)), "c.csv", by="lina")

    def test_unknown_kind(self, house: House) -> None:
        with pytest.raises(Missing):
            upload(house, text(customer(0)), "c.csv", kind="nothing")

    def test_discarding(self, house: House) -> None:
        number = upload(house, text(customer(0)), "c.csv")
        with house.work("sunli") as work:
            imports.discard(work, number)
        assert count(house, Upload) == 0
        done = upload(house, text(customer(0)), "c.csv")
        take(house, done)
        with pytest.raises(Conflict), house.work("sunli") as work:
            imports.discard(work, done)


ITEM_HEAD = ("单据类型", "单据编号", "客户编号", "统一社会信用代码", "金额", "币种", "单据日期", "到期日", "预计发货日")


def item(number: str, who: str = "T0", amount: object = "1,000.50", **changes: Any) -> list[Any]:
    values = {
        "type": "应收未收", "number": number, "customer": who, "code": "", "amount": amount, "currency": "CNY",
        "issued": "2025-12-01", "due": "2025-12-31", "ships": "",
    }  # fmt: skip
    return list((values | changes).values())


class TestItems:
    @pytest.fixture
    def filled(self, house: House) -> House:
        take(house, upload(house, text(customer(0), customer(1)), "c.csv"))
        with house.work() as work:
            work.session.add(FxRate(currency="USD", day=date(2025, 12, 1), rate=Decimal("7.1"), source="test"))
        return house

    def items(self, house: House) -> dict[str, ExposureItem]:
        with house.work() as work:
            return {row.document: row for row in work.session.scalars(select(ExposureItem))}

    def test_items_one_by_one(self, filled: House) -> None:
        rows = [
            item("R1"),
            item("R2", "", code=CODES[1], amount="100", currency="USD", type="订单", due="", ships="2026-02-01"),
            item("R3", "X9"),
            item("R4", currency="EUR"),
            item("R1", amount="7"),
            item("R5", ""),
            item("R6", amount="abc"),
            item("R7", code=CODES[1]),
            item("R8", type="别的"),
        ]
        number = upload(filled, text(*rows, head=ITEM_HEAD), "items.csv", ITEMS)
        found = report(filled, number)
        assert [(each["row"], each["code"]) for each in found["findings"] if each["level"] == "error"] == [
            (4, "import.customer_unknown"),
            (5, "import.rate_missing"),
            (6, "import.document_repeated"),
            (7, "check.failed"),
            (8, "number.invalid"),
            (9, "import.customer_differs"),
            (10, "choice.unknown"),
        ]
        assert all(len(sentences(filled, each)) == 2 for each in found["findings"])
        assert take(filled, number, good_only=True).stored == 2
        stored = self.items(filled)
        assert stored["R1"].amount == stored["R1"].amount_cny == Decimal("1000.50")
        assert stored["R2"].amount_cny == Decimal(710)
        assert (stored["R2"].rate, stored["R2"].rate_on) == (Decimal("7.1"), date(2025, 12, 1))
        assert stored["R1"].rate is None
        assert (stored["R2"].category, stored["R2"].ships_on) == ("open_order", date(2026, 2, 1))
        with filled.work() as work:
            rows_now = work.session.execute(select(Customer.number, Customer.exposure, Customer.overdue)).all()
            verbs = Counter(work.session.scalars(select(Entry.verb)))
        assert [tuple(row) for row in sorted(rows_now)] == [
            ("T0", Decimal("1000.5"), Decimal("1000.5")),
            ("T1", Decimal(710), Decimal(0)),
        ]
        assert verbs["items.imported"] == 1

    def test_a_document_again_replaces_itself_and_leaves_the_others(self, filled: House) -> None:
        take(filled, upload(filled, text(item("R1"), item("R2"), head=ITEM_HEAD), "a.csv", ITEMS))
        take(filled, upload(filled, text(item("R1", amount="5"), head=ITEM_HEAD), "b.csv", ITEMS))
        amounts = {key: row.amount for key, row in self.items(filled).items()}
        assert amounts == {"R1": Decimal(5), "R2": Decimal("1000.5")}


class TestLarge:
    @pytest.fixture
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        load_handlers()
        monkeypatch.setattr(imports, "MOST_AT_ONCE", 2)
        monkeypatch.setattr("app.jobs.imports.BATCH", 2)

    @pytest.mark.usefixtures("few")
    def test_a_large_list_is_checked_and_taken_over_by_jobs(self, house: House) -> None:
        number = upload(house, text(*(customer(n) for n in range(4)), customer(0)), "big.csv")
        with pytest.raises(Conflict) as early:
            take(house, number)
        assert early.value.code == "import.busy"
        drain(house.instance)
        assert report(house, number)["fates"] == {"good": 4, "bad": 1}
        row = take(house, number, good_only=True)
        assert row.status == "importing"
        with pytest.raises(Conflict) as twice:
            take(house, number, good_only=True)
        assert twice.value.code == "import.under_way"
        drain(house.instance)
        with house.work() as work:
            done = imports.get(work.session, None, number)
            assert (done.status, done.stored) == ("imported", 4)
            verbs = Counter(work.session.scalars(select(Entry.verb)))
        assert (verbs["customer.created"], verbs["customers.imported"]) == (4, 1)

    @pytest.mark.usefixtures("few")
    def test_open_items_by_a_job_are_told_batch_by_batch(self, house: House) -> None:
        take(house, upload(house, text(customer(0), customer(1)), "c.csv"))
        rows = [item(f"R{n}", f"T{n % 2}", amount=str(n)) for n in range(1, 6)]
        number = upload(house, text(*rows, head=ITEM_HEAD), "items.csv", ITEMS)
        drain(house.instance)
        take(house, number)
        drain(house.instance)
        with house.work() as work:
            exposure = {row.number: row.exposure for row in work.session.scalars(select(Customer))}
            verbs = Counter(work.session.scalars(select(Entry.verb)))
            assert imports.get(work.session, None, number).stored == 5
        assert exposure == {"T0": Decimal(6), "T1": Decimal(9)}
        assert verbs["items.imported"] == 3

    @pytest.mark.usefixtures("few")
    def test_a_large_file_nobody_can_read_is_refused_by_the_job(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(imports, "LARGEST_AT_ONCE", 3)
        number = upload(house, b"a,b\n1,2\n", "big.csv")
        drain(house.instance)
        with house.work() as work:
            row = imports.get(work.session, None, number)
            assert row.status == "refused"
            assert [each["code"] for each in row.report["file"]] == ["import.no_header"]

    @pytest.mark.usefixtures("few")
    def test_a_lost_process_goes_on_where_it_was(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        number = upload(house, text(*(customer(n) for n in range(4))), "big.csv")
        drain(house.instance)
        take(house, number)
        real, calls = imports.store, []

        def failing(*args: Any) -> int:
            calls.append(1)
            if len(calls) == 2:
                raise OSError("gone")
            return real(*args)

        monkeypatch.setattr(imports, "store", failing)
        drain(house.instance)
        assert count(house) == 2
        clock: Any = house.instance.clock
        clock.forward(minutes=5)
        drain(house.instance)
        assert count(house) == 4
        with house.work() as work:
            assert imports.get(work.session, None, number).stored == 4
