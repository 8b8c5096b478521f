"""The planned faults of the import sheet come out of the field types, cell by cell."""

from __future__ import annotations

import json
from typing import Any

import openpyxl
import pytest

from forms import Form, compile_form
from rules import Invalid
from tests.forms.build import answer
from tests.forms.test_gallery import document
from tests.shared import shared_path

COLUMNS = {
    "客户名称": "name",
    "统一社会信用代码": "credit_code",
    "所属行业": "industry",
    "成立日期": "founded_on",
    "所在地区": "region",
    "注册资本(万元)": "registered_capital",
    "员工人数": "employees",
    "结算币种": "currency",
    "信用期限(天)": "payment_days",
    "联系人": "contact_name",
    "电子邮箱": "contact_email",
    "备注": "note",
}
PROBLEM = {
    "NUMBER_INVALID": "number.invalid",
    "NUMBER_NEGATIVE": "number.min",
    "NUMBER_NOT_INTEGER": "number.not_whole",
    "CODE_LENGTH": "credit_code.length",
    "CODE_CHARACTER": "credit_code.character",
    "CODE_CHECK_DIGIT": "credit_code.check_digit",
    "ENUM_UNKNOWN": "choice.unknown",
    "DATE_INVALID": ("date.invalid", "date.no_such_day"),
    "DATE_IN_FUTURE": "date.future",
    "REQUIRED_MISSING": "field.required",
    "TEXT_TOO_LONG": "text.too_long",
    "EMAIL_INVALID": "email.invalid",
}
# What only the importer can see: formulas of the worksheet, and rows compared with each other.
NOT_OURS = {"FORMULA_CELL", "CODE_DUPLICATE", "CUSTOMER_ID_DUPLICATE"}


@pytest.fixture(scope="module")
def sheet() -> Any:
    return openpyxl.load_workbook(shared_path("data/customers_import_bad.xlsx"))["客户导入"]


@pytest.fixture(scope="module")
def issues() -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(shared_path("data/customers_import_bad.expected.json").read_text("utf-8"))[
        "issues"
    ]
    return read


@pytest.fixture(scope="module")
def form() -> Form:
    return compile_form(document("customer")["body"])


def outcome(form: Form, cells: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    raw = {key: form.fields[key].from_cell(cells[title]) for title, key in COLUMNS.items()}
    try:
        return answer(form, raw).to_json(), {}
    except Invalid as invalid:
        wrong: dict[str, list[str]] = {}
        for problem in invalid.problems:
            wrong.setdefault(problem.path[1:], []).append(problem.code)
        return {}, wrong


def test_each_row_gives_its_planned_faults_and_no_other(form: Form, sheet: Any, issues: list[dict[str, Any]]) -> None:
    titles = [cell.value for cell in sheet[1]]
    by_row: dict[int, list[dict[str, Any]]] = {}
    for issue in issues:
        by_row.setdefault(issue["excel_row"], []).append(issue)
    for number, values in enumerate(sheet.iter_rows(min_row=2, values_only=True), start=2):
        planned = by_row.get(number, [])
        if any(issue["code"] in NOT_OURS | {"ROW_EMPTY"} for issue in planned):
            continue
        stored, wrong = outcome(form, dict(zip(titles, values, strict=True)))
        expected = {
            COLUMNS[i["column"]]: i["code"] for i in planned if i["level"] == "error" and i["column"] in COLUMNS
        }
        assert set(wrong) == set(expected), (number, wrong)
        for key, code in expected.items():
            want = PROBLEM[code]
            assert wrong[key][0] in ((want,) if isinstance(want, str) else want), (number, wrong)
        for issue in planned:
            if issue["level"] == "repair" and issue["column"] in COLUMNS and stored:
                clean = issue["clean_value"]
                assert str(stored[COLUMNS[issue["column"]]]) == str(clean), issue
