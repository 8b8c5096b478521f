"""A 200-row import sheet with planned faults, and the list of what a reader of it must report.

Levels: an error rejects its row, a repair normalises the value to `clean`, a warning keeps it as text, skip is an
empty row. Codes are those of the expected list, in capitals. The workbook also carries a sheet of notes and a hidden
sheet of old customers that must not be imported.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.gallery.portfolio import codes, words
from forms.credit_code import ALPHABET

TITLE, NOTES_TITLE, HIDDEN_TITLE = "客户导入", "填写说明", "历史数据"
HEADERS = (
    "客户编号", "客户名称", "统一社会信用代码", "所属行业", "成立日期", "所在地区", "注册资本(万元)", "员工人数",
    "结算币种", "信用期限(天)", "申请额度(元)", "联系人", "电子邮箱", "备注",
)
REQUIRED = ("客户名称", "统一社会信用代码", "所属行业", "结算币种")
NOTES = (
    "带*为必填: 客户名称*、统一社会信用代码*、所属行业*、结算币种*",
    "结算币种: CNY / USD / EUR",
    "成立日期: YYYY-MM-DD",
)
ROWS, FAULTS = 200, 76

Cell = str | int | float | date | None
Change = Callable[[Any], Cell]


@dataclass(frozen=True, slots=True)
class Issue:
    """One planned fault: `row` is the Excel row (the header is row 1), `extra` what else a reader may report."""

    row: int
    column: str | None
    code: str
    level: str
    stored: Cell
    clean: Cell = None
    extra: tuple[tuple[str, Cell], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The issue as the expected list writes it; `clean_value` stands with repairs only."""
        out: dict[str, Any] = {
            "excel_row": self.row, "column": self.column, "code": self.code, "level": self.level,
            "stored": _iso(self.stored),
        }
        if self.level == "repair":
            out["clean_value"] = _iso(self.clean)
        return out | dict(self.extra)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of the visible sheet, the rows of the hidden one, and the issues in order of row and column."""

    rows: tuple[tuple[Cell, ...], ...]
    hidden: tuple[tuple[Cell, ...], ...]
    issues: tuple[Issue, ...]


def make_sheet(seed: int) -> Sheet:
    """The faulty sheet of `seed`: the same seed, the same cells and issues."""
    rng = random.Random(seed * 31 + 7)
    plan = _Plan(rng, _clean_rows(rng))
    _missing_and_dates(plan)
    _codes(plan)
    _numbers(plan)
    _spelling(plan)
    plan.blank_row()
    hidden = tuple(_old_row(rng, i) for i in range(5))
    issues = tuple(sorted(plan.issues, key=lambda issue: (issue.row, issue.column or "")))
    return Sheet(tuple(tuple(row) for row in plan.rows), hidden, issues)


def _iso(value: Cell) -> Cell:
    return value.isoformat() if isinstance(value, date) else value


def _clean_rows(rng: random.Random) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    names: set[str] = set()
    for i in range(ROWS):
        city = rng.choice(words.CITIES)
        industry = rng.choice(words.INDUSTRIES)
        name = words.company(rng, city, industry.words, "有限公司", names)
        founded = date(rng.randint(1995, 2023), rng.randint(1, 12), rng.randint(1, 28))
        rows.append([
            f"IMP{i + 1:04d}", name, codes.random_code(rng, city.district), industry.name, founded, city.province,
            rng.randint(5, 500) * 10, rng.randint(5, 900), rng.choices(["CNY", "USD", "EUR"], [9, 1, 1])[0],
            rng.choice([15, 30, 45, 60, 90]), rng.randint(5, 300) * 10000, words.person(rng),
            f"imp{i + 1:04d}@example.com", "",
        ])
    return rows


def _old_row(rng: random.Random, i: int) -> tuple[Cell, ...]:
    return (
        f"OLD{i + 1:04d}", f"历史客户{i + 1}有限公司", codes.random_code(rng, "310100"), "批发业", date(2010, 1, i + 1),
        "上海市", 100, 20, "CNY", 30, 100000, "旧数据", "old@example.com", "不得导入",
    )


class _Plan:
    """Rows being spoilt: each fault takes a row of its own, never one of the first three."""

    def __init__(self, rng: random.Random, rows: list[list[Cell]]) -> None:
        self.rng, self.rows = rng, rows
        self.issues: list[Issue] = []
        self._spots = rng.sample(range(3, ROWS), FAULTS)

    def spoil(self, header: str, change: Change, code: str, level: str = "error", **extra: Cell) -> None:
        """Change the cell under `header` in the next free row; a repair's clean value is the cell as it was."""
        self._spoil(header, change, code, level, None, tuple(extra.items()))

    def repairable(self, header: str, change: Change, code: str, clean: Cell = None) -> None:
        """As `spoil`, for a value a reader can put right; `clean` when that is not the value as it was."""
        self._spoil(header, change, code, "repair", clean, ())

    def wrong_check(self) -> None:
        """A credit code whose last character is wrong; the issue names the right one."""
        row = self._spots[-1]
        code = str(self.rows[row][HEADERS.index("统一社会信用代码")])
        wrong = code[:17] + self.rng.choice([c for c in ALPHABET if c != code[17]])
        self.spoil("统一社会信用代码", lambda _: wrong, "CODE_CHECK_DIGIT", expected_check_digit=code[17])

    def blank_row(self) -> None:
        """One row without any value."""
        row = self._spots.pop()
        self.rows[row] = [None] * len(HEADERS)
        self.issues.append(Issue(row + 2, None, "ROW_EMPTY", "skip", None))

    def _spoil(
        self, header: str, change: Change, code: str, level: str, clean: Cell, extra: tuple[tuple[str, Cell], ...]
    ) -> None:
        row, column = self._spots.pop(), HEADERS.index(header)
        was = self.rows[row][column]
        self.rows[row][column] = change(was)
        clean = clean if clean is not None else was
        self.issues.append(Issue(row + 2, header, code, level, self.rows[row][column], clean, extra))


def _put(value: Cell) -> Change:
    return lambda _: value


def _dated(form: str) -> Change:
    return lambda day: day.strftime(form)


def _lettered(letter: str) -> Change:
    return lambda code: code[:10] + letter + code[11:]


def _missing_and_dates(plan: _Plan) -> None:
    for header in REQUIRED:
        plan.spoil(header, _put(None), "REQUIRED_MISSING")
    plan.spoil("客户名称", _put("   "), "REQUIRED_MISSING")
    plan.spoil("统一社会信用代码", _put("\u3000"), "REQUIRED_MISSING")
    for text in ("2023-02-30", "二〇二〇年五月", "2021/13/01", "待补", "0000-00-00"):
        plan.spoil("成立日期", _put(text), "DATE_INVALID")
    plan.spoil("成立日期", _put(date(2099, 1, 1)), "DATE_IN_FUTURE")
    plan.spoil("成立日期", _put("2088-08-08"), "DATE_IN_FUTURE")
    for form in ("%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"):
        plan.repairable("成立日期", _dated(form), "DATE_TEXT")
    plan.repairable("成立日期", lambda v: (v - date(1899, 12, 30)).days, "DATE_SERIAL_NUMBER")


def _codes(plan: _Plan) -> None:
    header = "统一社会信用代码"
    for _ in range(5):
        plan.wrong_check()
    plan.spoil(header, lambda v: v[:17], "CODE_LENGTH")
    plan.spoil(header, lambda v: v + "0", "CODE_LENGTH")
    for letter in "IOSVZ":
        plan.spoil(header, _lettered(letter), "CODE_CHARACTER")
    for first in (0, 1, 2):
        plan.spoil(header, _put(plan.rows[first][2]), "CODE_DUPLICATE", first_excel_row=first + 2)
    for first in (0, 1):
        plan.spoil("客户编号", _put(plan.rows[first][0]), "CUSTOMER_ID_DUPLICATE", first_excel_row=first + 2)


def _numbers(plan: _Plan) -> None:
    for header, text in (
        ("注册资本(万元)", "约五百万"), ("员工人数", "不详"), ("申请额度(元)", "N/A"), ("信用期限(天)", "月结"),
        ("申请额度(元)", "12O000"), ("注册资本(万元)", "1.2.3"), ("申请额度(元)", "#REF!"),
    ):
        plan.spoil(header, _put(text), "NUMBER_INVALID")
    for header, number in (("申请额度(元)", -50000), ("员工人数", -3), ("信用期限(天)", -30)):
        plan.spoil(header, _put(number), "NUMBER_NEGATIVE")
    plan.spoil("员工人数", _put(12.5), "NUMBER_NOT_INTEGER")
    for _ in range(2):
        plan.repairable("申请额度(元)", lambda v: f"{v:,}", "NUMBER_TEXT_THOUSANDS")
    for header in ("信用期限(天)", "注册资本(万元)"):  # digits typed as text
        plan.repairable(header, str, "FULL_WIDTH")


def _spelling(plan: _Plan) -> None:
    code = "统一社会信用代码"
    for _ in range(3):
        plan.repairable(code, lambda v: "".join(chr(ord(c) + 0xFEE0) for c in v), "FULL_WIDTH")
    plan.repairable(code, lambda v: v.lower(), "LOWER_CASE")
    for header, form in (
        ("客户名称", "{}  "), ("客户名称", "  {}"), ("客户名称", "{}\u3000"), (code, "{} "), (code, "\u00a0{}"),
        ("结算币种", "{} "), ("客户名称", "{}\n"),
    ):
        plan.repairable(header, form.format, "SURROUNDING_SPACE")
    for header, formula in (
        ("申请额度(元)", "=500000*2"), ("注册资本(万元)", "=SUM(G2:G3)"), ("客户名称", '=CONCATENATE("甲","乙")'),
        ("申请额度(元)", "=1/0"),
    ):
        plan.spoil(header, _put(formula), "FORMULA_CELL")
    for text in ("@SUM(1+1)*2", "+1+2", "-2+3"):
        plan.spoil("备注", _put(text), "FORMULA_LIKE_TEXT", "warning")
    for text in ("人民币", "RMB"):
        plan.repairable("结算币种", _put(text), "ENUM_ALIAS", "CNY")
    for text in ("XYZ", "元"):
        plan.spoil("结算币种", _put(text), "ENUM_UNKNOWN")
    for text in ("not-an-address", "a@@example.com"):
        plan.spoil("电子邮箱", _put(text), "EMAIL_INVALID")
    plan.spoil("客户名称", lambda v: v * 12, "TEXT_TOO_LONG", max_length=100)
