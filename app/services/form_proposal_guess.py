"""What a column of a worksheet holds: tried with the very fields that would read it, with the cells that do not fit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from app.services.form_proposal_table import Table, TableColumn, text_of, unreadable
from app.services.imports_columns import folded, unit_shift
from app.services.imports_rows import scaled
from app.services.pinyin import syllables
from app.services.sheets import Cell
from forms import FIELD_TYPES, Field, Lookup
from forms.fields.field import At
from forms.fields.money import SIGNS, Money
from forms.raw import half_width, places, shown, trim
from rules import Invalid

MONEY = tuple(f"money.{currency}" for currency in SIGNS)
TYPES = (
    "text", "long_text", "integer", "number", "percent", *MONEY, "date", "datetime", "yes_no", "choice",
    "multi_choice", "phone", "email", "credit_code", "bank_account", "customer",
)  # fmt: skip
FITS = Decimal("0.95")  # of the filled cells, so many must be readable
FITS_NAMED = Decimal("0.8")  # where the heading says what they are, the others are faults
TRIED = 400  # different values a type is tried with before it is given a full look
MOST_OPTIONS = 12
LONG = 100  # characters beyond which a text is a long one
NAMED = 5  # misfits named by row
SEPARATORS = re.compile(r"[、,，;；]")
AMOUNTS = re.compile(
    r"金额|价款|价格|单价|总价|货款|额度|资本|资产|负债|收入|成本|费用|利润|余额|税额|租金|保证金|押金|工资|欠款|应收|应付|"
    r"amount|price|cost|revenue|profit|balance|\bfee|salary|deposit", re.IGNORECASE,
)  # fmt: skip
IDENTIFIERS = re.compile(
    r"编号|号码|单号|代码|工号|证号|账号|帐号|卡号|合同号|流水号|邮编|^id$|\bno\.?$|number$|code$", re.IGNORECASE
)
ACCOUNTS = re.compile(r"账号|帐号|账户|帐户|卡号|bank account|account (?:no|number)", re.IGNORECASE)
CALLS = re.compile(r"电话|手机|联系方式|传真|phone|mobile|\btel|fax", re.IGNORECASE)
CODES = re.compile(r"信用代码|credit code|USCC", re.IGNORECASE)
SHARES = re.compile(r"率$|比例|占比|百分|percent|\brate$|ratio|share$", re.IGNORECASE)
DAYS = re.compile(r"日期|时间|日$|\bdate|\bday$|\btime", re.IGNORECASE)
WHETHER = re.compile(r"^是否|^有无|^(?:is|has)\b|\?$|？$", re.IGNORECASE)
PARTIES = re.compile(r"客户|甲方|乙方|公司|企业|单位名称|往来|买方|customer|company|buyer|client", re.IGNORECASE)
LINE_NUMBERS = re.compile(r"序号|行号|^#$|^no\.?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a column reads as one type. `misfits` are the first cells that do not, by row; `why` names the evidence.

    setup  members of the field beyond key and label; shift the power of ten its numbers are written in
    """

    type: str
    setup: Mapping[str, Any]
    shift: int
    readable: int
    filled: int
    misfits: tuple[tuple[int, str], ...]
    why: str

    @property
    def unread(self) -> int:
        return self.filled - self.readable


@dataclass(frozen=True, slots=True)
class Guesser:
    """Guesses types under these circumstances: the time, and who may find which customers."""

    now: datetime
    lookups: Lookup

    def guess(self, column: TableColumn, table: Table) -> Verdict:
        """The type that fits the column best, text where none does."""
        for type_, why in self._candidates(column, table):
            found = self.judge(column, table, type_, why)
            if found.filled and Decimal(found.readable) / found.filled >= _bar(why):
                return found
        longest = max((len(text_of(cell)) for _, cell in column.cells), default=0)
        several = any("\n" in text_of(cell).strip() for _, cell in column.cells)
        why = "empty" if not column.cells else "text"
        return self.judge(column, table, "long_text" if longest > LONG or several else "text", why)

    def judge(self, column: TableColumn, table: Table, type_: str, why: str = "chosen") -> Verdict:
        """How the column reads as `type_`, cell by cell."""
        setup, shift = setup_of(column, table, type_)
        asked = built(type_, setup)
        known: dict[Any, bool] = {}
        readable = 0
        misfits: list[tuple[int, str]] = []
        for number, cell in column.cells:
            mark = (type(cell), cell)
            if mark not in known:
                known[mark] = self._fits(asked, cell, shift)
            if known[mark]:
                readable += 1
            elif len(misfits) < NAMED:
                misfits.append((number, shown(text_of(cell), 40)))
        return Verdict(type_, setup, shift, readable, len(column.cells), tuple(misfits), why)

    def _fits(self, asked: Field, cell: Cell, shift: int) -> bool:
        if unreadable(cell):
            return False
        at = At(self.now, self.lookups)
        try:
            value = asked.read(scaled(asked, asked.from_cell(cell), shift), at)
            return next(iter(asked.limits(value, at)), None) is None
        except Invalid:
            return False

    def _candidates(self, column: TableColumn, table: Table) -> list[tuple[str, str]]:
        """Types worth trying, the most particular first, each with why it is one."""
        cells = [cell for _, cell in column.cells if not unreadable(cell)]
        few = list({(type(cell), cell): cell for cell in cells}.values())[:TRIED]
        if not few:
            return []
        found: list[tuple[str, str]] = []
        for type_, worth in _WORTH:
            why = worth(column, table, few)
            if why and self._share(column, table, type_, few) >= _bar(why):
                found.append((type_, why))
        return found

    def _share(self, column: TableColumn, table: Table, type_: str, few: Sequence[Cell]) -> Decimal:
        setup, shift = setup_of(column, table, type_)
        asked = built(type_, setup)
        some = few[:40] if type_ == "customer" else few
        return Decimal(sum(self._fits(asked, cell, shift) for cell in some)) / len(some)


# what makes a type worth trying: the name of the evidence, empty for none --------------------------------------------


def _bar(why: str) -> Decimal:
    return FITS_NAMED if why == "heading" else FITS


def _numeric(cell: Cell) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _texts(few: Sequence[Cell]) -> list[str]:
    return [half_width(trim(cell)) for cell in few if isinstance(cell, str)]


def _most(few: Sequence[Cell], test: Callable[[Any], bool]) -> bool:
    return sum(test(cell) for cell in few) >= FITS * len(few)


def _spelled(pattern: str) -> Callable[[TableColumn, Table, Sequence[Cell]], str]:
    form = re.compile(pattern)
    return lambda _column, _table, few: (
        "values" if _most(few, lambda cell: bool(form.fullmatch(half_width(trim(text_of(cell)))))) else ""
    )


def _codes(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    if CODES.search(column.heading):
        return "heading"
    return _spelled(r"[0-9A-Za-z]{18}")(column, _table, few)


def _accounts(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    digits = _most(few, lambda cell: bool(re.fullmatch(r"[\d \-]{10,40}", text_of(cell))))
    return "heading" if digits and ACCOUNTS.search(column.heading) else ""


def _calls(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    mobiles = _most(few, lambda cell: bool(re.fullmatch(r"1[3-9]\d{9}", text_of(cell))))
    return "heading" if CALLS.search(column.heading) else "values" if mobiles else ""


def _whether(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    if all(isinstance(cell, bool) for cell in few):
        return "values"
    if all(_numeric(cell) for cell in few) or len(few) == 1:  # 1 and 0 may count something
        return "heading" if WHETHER.search(column.label) else ""
    return "values" if len(few) <= 4 else ""


def _days(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    if any(isinstance(cell, datetime) and cell.time() != time() for cell in few):
        return ""
    return _dated(column, few)


def _dated(column: TableColumn, few: Sequence[Cell]) -> str:
    if any(_numeric(cell) for cell in few) or any(re.fullmatch(r"\d{8}", text) for text in _texts(few)):
        return "heading" if DAYS.search(column.label) else ""  # 20240101 and 45292 may be anything
    return "values"


def _shares(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    texts = _texts(few)
    if texts and len(texts) == len(few) and _most(few, lambda cell: half_width(trim(cell)).endswith("%")):
        return "values"
    small = _most(few, lambda cell: _numeric(cell) and abs(cell) <= 1)
    return "heading" if small and (SHARES.search(column.label) or column.unit == "%") else ""


def _amounts(currency: str) -> Callable[[TableColumn, Table, Sequence[Cell]], str]:
    asked = built(f"money.{currency}", {"currency": currency})
    signs = {folded(sign) for sign in SIGNS[currency]}

    def worth(column: TableColumn, table: Table, few: Sequence[Cell]) -> str:
        unit = folded(column.unit)
        if column.unit and unit_shift(asked, unit) is not None:
            return "unit"
        texts = [folded(text) for text in _texts(few)]
        if texts and sum(any(sign in text for sign in signs) for text in texts) * 2 > len(few):
            return "values"
        if currency != "CNY" or column.unit or not AMOUNTS.search(column.label) or SHARES.search(column.label):
            return ""
        return "heading"

    return worth


def _counted(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    zeros = any(re.match(r"0\d", text) for text in _texts(few))
    long = any(len(text_of(cell).strip("-")) > 15 for cell in few)
    return "" if zeros or long or (IDENTIFIERS.search(column.label) and not column.unit) else "values"


def _choices(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    filled, words = len(column.cells), {folded(text) for text in _texts(few)}
    short = all(len(text) <= 30 and "\n" not in text for text in _texts(few))
    plenty = filled >= max(6, 3 * len(words))
    return "values" if short and plenty and 2 <= len(words) <= MOST_OPTIONS and len(few) <= TRIED - 1 else ""


def _many_choices(column: TableColumn, _table: Table, few: Sequence[Cell]) -> str:
    texts = _texts(few)
    parts = Counter(part for text in texts for each in SEPARATORS.split(text) if (part := trim(each)))
    listed = sum(bool(SEPARATORS.search(text)) for text in texts)
    again = sum(count > 1 for count in parts.values()) * 2 >= len(parts)
    small = 2 <= len(parts) <= MOST_OPTIONS and all(len(part) <= 20 for part in parts)
    return "values" if len(texts) == len(few) and listed * 4 >= len(texts) and small and again else ""


def _parties(column: TableColumn, _table: Table, _few: Sequence[Cell]) -> str:
    return "customers" if PARTIES.search(column.heading) else ""


# setups --------------------------------------------------------------------------------------------------------------


def setup_of(column: TableColumn, table: Table, type_: str) -> tuple[dict[str, Any], int]:
    """What a field of this type needs to read the column, and the power of ten its numbers are written in."""
    if type_.startswith("money."):
        currency = type_.partition(".")[2]
        bare: Any = built(type_, {"currency": currency})
        shift = unit_shift(bare, folded(column.unit)) if column.unit else unit_shift(bare, folded(table.unit))
        scale = min(6, max(2, _places(column) - (shift or 0)))
        return {"currency": currency, **({"scale": scale} if scale != 2 else {})}, shift or 0
    if type_ == "number":
        unit = {"unit": {"zh-CN": column.unit}} if column.unit else {}
        return {**unit, **({"scale": most} if (most := min(12, _places(column))) > 6 else {})}, 0
    if type_ == "integer" and column.unit:
        return {"unit": {"zh-CN": column.unit}}, 0
    if type_ in ("choice", "multi_choice"):
        return {"options": options_of(column, several=type_ == "multi_choice")}, 0
    if type_ == "customer":
        return {"source": {"of": "customer", "copy": ["name"]}}, 0
    return {}, 0


def built(type_: str, setup: Mapping[str, Any]) -> Field:
    """A field to try values with."""
    kind = {"customer": "lookup"}.get(type_, type_.partition(".")[0])
    return FIELD_TYPES[kind].build({"id": "f", "key": "f", "label": {"zh-CN": "f"}, **setup}, [])


def _places(column: TableColumn) -> int:
    """The most decimal places of the first numbers."""
    found = 0
    asked = Money(id="f", key="f", label={"zh-CN": "f"})
    for _, cell in column.cells[:TRIED]:
        raw = asked.from_cell(cell)
        text = half_width(trim(str(raw))).strip("¥$€£元 ").replace(",", "")
        if re.fullmatch(r"-?\d+\.\d+", text):
            found = max(found, places(Decimal(text)))
    return found


def options_of(column: TableColumn, *, several: bool) -> list[dict[str, Any]]:
    """The different values of a column as options, the most frequent first, with codes of their own."""
    texts = (trim(text_of(cell)) for _, cell in column.cells if not unreadable(cell))
    parts = (trim(part) for text in texts for part in (SEPARATORS.split(text) if several else [text]))
    count = Counter(part for part in parts if part)
    words: dict[str, str] = {}
    for word, _ in count.most_common():
        words.setdefault(folded_option(word), word)
    found: list[dict[str, Any]] = []
    codes: set[str] = set()
    for word in list(words.values())[:500]:
        code = free(slug(word, "o"), codes)
        found.append({"code": code, "label": {"zh-CN": word[:200]}})
    return found or [{"code": "o_1", "label": {"zh-CN": "1"}}]


def folded_option(text: str) -> str:
    return half_width(trim(text)).casefold()


def slug(text: str, otherwise: str) -> str:
    """A name for programs: letters as they are, Chinese by its sounds, all small, at most forty characters."""
    said = " ".join(syllables(half_width(text)))
    name = re.sub(r"[^a-z0-9]+", "_", said.lower()).strip("_")[:40].strip("_")
    return name if re.match("[a-z]", name) else f"{otherwise}_{name}".strip("_")


def form_key(title: str) -> str:
    """A key for a form of this title, without its year: next year's list is the same form."""
    return slug(re.sub(r"^\s*\d{4}\s*年?度?", "", title), "form")[:50]


def free(name: str, taken: set[str]) -> str:
    """`name`, numbered where it is taken; it is taken then."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


_WORTH: tuple[tuple[str, Callable[[TableColumn, Table, Sequence[Cell]], str]], ...] = (
    ("customer", _parties),
    ("credit_code", _codes),
    ("email", _spelled(r"[^@\s]+@[^@\s]+")),
    ("bank_account", _accounts),
    ("phone", _calls),
    ("yes_no", _whether),
    ("date", _days),
    ("datetime", lambda column, _table, few: _dated(column, few)),
    ("percent", _shares),
    *((f"money.{currency}", _amounts(currency)) for currency in SIGNS),
    ("integer", _counted),
    ("number", _counted),
    ("multi_choice", _many_choices),
    ("choice", _choices),
)
