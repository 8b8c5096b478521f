"""Excel functions over text; numbers given to them count as their text."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..cause import Stop, is_null
from ..run import Run
from .excel import as_text, flat, is_blank, position
from .excel_format import formatted, number_of_text
from .table import Fault, Texts, Unknown, builtin
from .wildcards import Wildcards

DATES = ("日期转换为 2026-01-31 形式的文本，不是序列号", "A date becomes text such as 2026-01-31, not a serial number")


def _entry(
    name: str, params: str, zh: str, en: str, example: Texts,
    differs: tuple[str, str] | None = None, result: str = "string",
) -> Callable[..., Any]:
    return builtin(name, params, result, zh, en, example, "text", differs)


def _join(run: Run, values: list[Any], between: str = "", skip: bool = False) -> str:
    found = []
    size = 0
    for value in flat(run, values):
        if is_null(value):
            raise Unknown([value])
        text = as_text(value)
        if skip and not text:
            continue
        size += len(text) + len(between)
        if size > run.limits.string + len(between):
            raise Stop("string", run.limits.string)
        found.append(text)
    return run.text(between.join(found))


@_entry("CONCATENATE", "values: list...$", "连接文本", "Joins texts", 'CONCATENATE("a", 1) = "a1"', DATES)
def concatenate(run: Run, at: int, values: list[Any]) -> str:
    return _join(run, values)


@_entry(
    "CONCAT", "values: list...$", "连接文本，列表逐项连接", "Joins texts and the items of lists",
    'CONCAT("a", ["b", 1]) = "ab1"', DATES,
)
def concat(run: Run, at: int, values: list[Any]) -> str:
    return _join(run, values)


@_entry(
    "TEXTJOIN", "delimiter: text$, ignore empty: any, value: any$, more: any?*$", "用分隔符连接，可忽略空文本",
    "Joins with a delimiter, leaving out empty texts where asked", 'TEXTJOIN("-", true, "a", "", "b") = "a-b"',
    DATES,
)
def textjoin(run: Run, at: int, delimiter: Any, ignore: Any, *values: Any) -> str:
    if ignore is not True and ignore is not False and not is_blank(ignore):
        raise Fault("type", left="number" if ignore.__class__ is Decimal else "string", wanted="boolean")
    skip = ignore is True
    return _join(run, [list(values)], as_text(delimiter), skip)


def _count(value: Decimal | None) -> int:
    found = 1 if value is None else position(value, "count")
    if found < 0:
        raise Fault("domain")
    return found


@_entry(
    "LEFT", "text: text$, count: number?#", "左边若干字符", "Characters from the left",
    'LEFT("信用评级", 2) = "信用"',
)
def left(run: Run, at: int, text: Any, count: Decimal | None) -> str:
    return as_text(text)[: _count(count)]


@_entry(
    "RIGHT", "text: text$, count: number?#", "右边若干字符", "Characters from the right", 'RIGHT("abc", 2) = "bc"',
)
def right(run: Run, at: int, text: Any, count: Decimal | None) -> str:
    whole, size = as_text(text), _count(count)
    return whole[max(0, len(whole) - size) :]


@_entry(
    "MID", "text: text$, start: number#, count: number#", "从某一位置起的若干字符，位置从 1 起",
    "Characters from a position, the first is 1", 'MID("abcdef", 2, 3) = "bcd"',
)
def mid(run: Run, at: int, text: Any, start: Decimal, count: Decimal) -> str:
    first = position(start)
    if first < 1:
        raise Fault("domain")
    return as_text(text)[first - 1 : first - 1 + _count(count)]


@_entry(
    "LEN", "text: text$", "字符数", "Number of characters", 'LEN("信用") = 2',
    ("生僻字与表情符号按一个字符计", "A rare character or emoji counts as one"), "number",
)
def len_(run: Run, at: int, text: Any) -> Decimal:
    return Decimal(len(as_text(text)))


@_entry(
    "TRIM", "text: text$", "去除两端空格，中间只留一个", "Without spaces at the ends, one between words",
    'TRIM("  a   b ") = "a b"',
)
def trim(run: Run, at: int, text: Any) -> str:
    return re.sub(" +", " ", as_text(text)).strip(" ")


@_entry("UPPER", "text: text$", "转换为大写", "In capitals", 'UPPER("aB") = "AB"')
def upper(run: Run, at: int, text: Any) -> str:
    return run.text(as_text(text).upper())


@_entry("LOWER", "text: text$", "转换为小写", "In small letters", 'LOWER("aB") = "ab"')
def lower(run: Run, at: int, text: Any) -> str:
    return run.text(as_text(text).lower())


@_entry("PROPER", "text: text$", "每个单词首字母大写", "Each word with a capital", 'PROPER("acme co") = "Acme Co"')
def proper(run: Run, at: int, text: Any) -> str:
    return run.text(as_text(text).title())


@_entry(
    "SUBSTITUTE", "text: text$, old: text$, new: text$, instance: number?#", "替换文本，可指定第几处",
    "Replaces a text, everywhere or at its n-th place", 'SUBSTITUTE("a-b-c", "-", "/", 2) = "a-b/c"',
)
def substitute(run: Run, at: int, text: Any, old: Any, new: Any, instance: Decimal | None) -> str:
    whole, out, put = as_text(text), as_text(old), as_text(new)
    if not out:
        return whole
    pieces = whole.split(out)
    if len(whole) + (len(pieces) - 1) * len(put) > 2 * run.limits.string:
        raise Stop("string", run.limits.string)
    if instance is None:
        return run.text(put.join(pieces))
    place = position(instance)
    if place < 1:
        raise Fault("domain")
    if place >= len(pieces):
        return whole
    return run.text(out.join(pieces[:place]) + put + out.join(pieces[place:]))


@_entry(
    "REPLACE", "text: text$, start: number#, count: number#, new: text$", "从某一位置起替换若干字符",
    "Replaces characters from a position", 'REPLACE("abcdef", 2, 3, "*") = "a*ef"',
)
def replace(run: Run, at: int, text: Any, start: Decimal, count: Decimal, new: Any) -> str:
    first, size, whole = position(start), _count(count), as_text(text)
    if first < 1:
        raise Fault("domain")
    return run.text(whole[: first - 1] + as_text(new) + whole[first - 1 + size :])


def _start(value: Decimal | None, size: int) -> int:
    first = 1 if value is None else position(value)
    if not 1 <= first <= size + 1:
        raise Fault("domain")
    return first - 1


@_entry(
    "FIND", "find: text$, within: text$, start: number?#", "文本所在的位置，区分大小写",
    "Place of a text in another, with case", 'FIND("b", "abc") = 2', None, "number",
)
def find(run: Run, at: int, wanted: Any, within: Any, start: Decimal | None) -> Decimal:
    whole = as_text(within)
    place = whole.find(as_text(wanted), _start(start, len(whole)))
    if place < 0:
        raise Fault("domain")
    return Decimal(place + 1)


@_entry(
    "SEARCH", "find: text$, within: text$, start: number?#", "文本所在的位置，不分大小写，可用通配符 * 与 ?",
    "Place of a text in another, without case, with wildcards * and ?", 'SEARCH("B?", "abc") = 2', None, "number",
)
def search(run: Run, at: int, wanted: Any, within: Any, start: Decimal | None) -> Decimal:
    whole = as_text(within)
    place = Wildcards(as_text(wanted)).place(run, whole, _start(start, len(whole)))
    if place < 0:
        raise Fault("domain")
    return Decimal(place + 1)


@_entry(
    "EXACT", "text1: text$, text2: text$", "两个文本是否完全相同，区分大小写",
    "Whether two texts are the same, with case", 'EXACT("a", "A") = false', None, "boolean",
)
def exact(run: Run, at: int, one: Any, other: Any) -> bool:
    return as_text(one) == as_text(other)


@_entry("REPT", "text: text$, times: number#", "重复若干次", "A text several times", 'REPT("ab", 3) = "ababab"')
def rept(run: Run, at: int, text: Any, times: Decimal) -> str:
    whole, count = as_text(text), _count(times)
    if len(whole) * count > run.limits.string:
        raise Stop("string", run.limits.string)
    return run.text(whole * count)


@_entry(
    "TEXT", "value: any#, format: text$", "按格式转换为文本，如 \"#,##0.00\"、\"0.0%\"、\"yyyy-mm-dd\"",
    'A value as text in a format such as "#,##0.00", "0.0%" or "yyyy-mm-dd"',
    'TEXT(1234.5, "#,##0.00") = "1,234.50"',
    (
        "支持 0 # , . % 与 yyyy mm dd hh ss 及文字，不支持分段、颜色和月份名称",
        "Knows 0 # , . % and yyyy mm dd hh ss and plain words; no sections, colours or names of months",
    ),
)
def text_(run: Run, at: int, value: Any, pattern: Any) -> str:
    if is_null(value):
        raise Unknown([value])
    return run.text(formatted(value, as_text(pattern)))


@_entry(
    "VALUE", "text: text", "把文本转换为数字，可含千分位、货币符号和百分号",
    "A text as a number; it may have thousands separators, a currency sign and a percent sign",
    'VALUE("1,234.5") = 1234.5',
    ("日期文本不转换为序列号，空文本出错", "Text of a date is no number; empty text fails"), "number",
)
def value_(run: Run, at: int, text: Any) -> Decimal:
    return text if text.__class__ is Decimal else number_of_text(as_text(text))


@_entry(
    "SPLIT", "text: text$, delimiter: text$", "按分隔符拆分为列表", "Splits at a delimiter into a list",
    'SPLIT("a,b", ",") = ["a", "b"]', ("Excel 中为 TEXTSPLIT", "Excel calls it TEXTSPLIT"), "list",
)
def split(run: Run, at: int, text: Any, delimiter: Any) -> list[str]:
    mark = as_text(delimiter)
    if not mark:
        raise Fault("domain")
    return run.items(as_text(text).split(mark))
