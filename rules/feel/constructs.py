"""What a formula is made of beside functions: operators, conditions, loops, lists, dates; the help shows them first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .functions.table import Example, Texts

FEEL, EXCEL = ("feel",), ("excel",)
BOTH = (*FEEL, *EXCEL)


@dataclass(frozen=True, slots=True)
class Construct:
    """A way to write: `form` shows it with its parts named; each example holds, as tests try.

    form, help  {"zh-CN", "en"}; dialects: those that know it
    """

    key: str
    form: Mapping[str, str]
    help: Mapping[str, str]
    examples: tuple[Example, ...]
    dialects: tuple[str, ...]


def _of(key: str, dialects: tuple[str, ...], form: Texts, zh: str, en: str, *examples: str) -> Construct:
    forms = (form, form) if isinstance(form, str) else form
    shown = tuple(Example(*text.rsplit(" = ", 1)) for text in examples)
    return Construct(key, dict(zip(("zh-CN", "en"), forms, strict=True)), {"zh-CN": zh, "en": en}, shown, dialects)


CONSTRUCTS: tuple[Construct, ...] = (
    _of(
        "name", FEEL, ("资产负债率   `净利润/收入`", "debt ratio   `profit/sales`"),
        "字段直接写名称；名称中有运算符号时用反引号括起",
        "A field is written by its name; in backticks where the name holds a mark of an operator",
        "{`profit/sales`: 0.2, r: `profit/sales` * 100}.r = 20",
    ),
    _of(
        "arithmetic", BOTH, "a + b   a - b   a * b   a / b",
        "加减乘除，先乘除后加减；除数为 0 没有结果",
        "Adds, subtracts, multiplies, divides, the latter two first; divided by 0 there is no result",
        "1 + 2 * 3 = 7", "10 - 3 - 2 = 5", "0.1 + 0.2 = 0.3",
    ),
    _of(
        "power", FEEL, "a ** b",
        "乘幂，自左向右；负号先于乘幂，-3 ** 2 是 9",
        "Raises to a power from left to right; a minus sign binds tighter, so that -3 ** 2 is 9",
        "2 ** 10 = 1024", "-3 ** 2 = 9", "2 ** 3 ** 2 = 64",
    ),
    _of(
        "power_excel", EXCEL, "a ^ b",
        "乘幂，自左向右；负号先于乘幂，-3 ^ 2 是 9",
        "Raises to a power from left to right; a minus sign binds tighter, so that -3 ^ 2 is 9",
        "2 ^ 10 = 1024", "-3 ^ 2 = 9",
    ),
    _of("percent", EXCEL, "a%", "百分数，除以 100", "Per cent: divided by 100", "50% = 0.5", "200 * 15% = 30"),
    _of(
        "join_excel", EXCEL, "a & b",
        "连接文本；日期写成 2026-01-31",
        "Joins texts; a date is written 2026-01-31",
        '"A" & 1 = "A1"',
    ),
    _of(
        "join", FEEL, '"…" + "…"',
        "连接文本；数字须先用 string 转换",
        "Joins texts; a number has to be made text by string first",
        '"A" + "B" = "AB"', '"v" + string(2) = "v2"',
    ),
    _of(
        "comparison", FEEL, "a = b   a != b   a < b   a <= b   a > b   a >= b",
        "比较；一边没有值时，等于与不等于有结果，其余没有",
        "Compares; where a side has no value, only = and != have a result",
        "2 > 1 = true", '"A" != "B" = true', "null = null = true", "null > 1 = null",
    ),
    _of(
        "comparison_excel", EXCEL, "a = b   a <> b   a < b   a <= b   a > b   a >= b",
        "比较；文本不分大小写，空白与 0 和空文本相等",
        "Compares; text without case, a blank equals 0 and empty text",
        "2 > 1 = TRUE", '"a" = "A" = TRUE', '"a" <> "b" = TRUE',
    ),
    _of(
        "logic", FEEL, "a and b   a or b   not(a)",
        "且、或、非；无法得知时没有值，但 false and … 为 false，true or … 为 true",
        "And, or, not; what is not known has no value, yet false and … is false, and true or … is true",
        "true and false = false", "null or true = true", "not(1 > 2) = true",
    ),
    _of(
        "if", FEEL, ("if 条件 then a else b", "if condition then a else b"),
        "条件成立取前者，否则取后者；条件没有值时取后者",
        "One value where the condition holds, else the other; also where the condition is not known",
        'if 3 > 2 then "a" else "b" = "a"', "if null then 1 else 2 = 2",
    ),
    _of(
        "between", FEEL, "x between a and b",
        "在两者之间，两端包含在内",
        "Lies between two values, both included",
        "3 between 1 and 3 = true",
    ),
    _of(
        "range", FEEL, "[a..b]   (a..b]   [a..b)   (a..b)",
        "区间；方括号含端点，圆括号不含",
        "A range; a square bracket includes its end, a round one leaves it out",
        "50 in [30..50) = false", "30 in [30..50) = true",
    ),
    _of(
        "in", FEEL, ("x in (测试, …)", "x in (test, …)"),
        "符合其中之一：一个值、一个区间、一个比较或一个列表",
        "Fits one of several tests: a value, a range, a comparison or a list",
        '"A" in ("A", "B") = true', "95 in ([30..50), > 90) = true", "2 in [1, 2, 3] = true",
    ),
    _of(
        "cell", FEEL, "-   5   [30..50)   > 90   not(1, 2)   ? > 3 and ? < 6",
        "决策表的单元格：值、区间、比较、not(…)；? 代表被测的值，- 表示任意",
        "A cell of a decision table: a value, a range, a comparison, not(…); ? is the value tested, - takes any",
        "6 in (5, > 5) = true",
    ),
    _of(
        "list", FEEL, ("[a, b, …]   列表[位置]   列表[条件]", "[a, b, …]   list[position]   list[condition]"),
        "列表；方括号内为数字时取该位置的项，从 1 起，负数从末尾起；为条件时取符合的各项",
        "A list; a number in brackets takes the item there, from 1, negative from the end; a condition those that fit",
        "[10, 20, 30][2] = 20", "[10, 20, 30][-1] = 30", "[10, 20, 30][item > 10] = [20, 30]",
    ),
    _of(
        "context", FEEL, ("{名称: 值, …}   上下文.名称", "{name: value, …}   context.name"),
        "上下文：有名称的值；后面的项可以使用前面的项",
        "A context: values with names; an entry may use those before it",
        "{a: 1, b: a + 2}.b = 3",
    ),
    _of(
        "path", FEEL, ("列表.名称", "list.name"),
        "列表中各项的同名值",
        "The values of a name in each item of a list",
        "[{a: 1}, {a: 2}].a = [1, 2]",
    ),
    _of(
        "for", FEEL,
        ("for x in 列表 return …   for i in 1..n return …", "for x in list return …   for i in 1..n return …"),
        "逐项计算，得到列表；partial 为已得的部分",
        "Computes for each item and makes a list; partial is what there is so far",
        "for x in [1, 2, 3] return x * x = [1, 4, 9]", "for i in 1..3 return i = [1, 2, 3]",
        "for i in 0..4 return if i = 0 then 1 else i * partial[-1] = [1, 1, 2, 6, 24]",
    ),
    _of(
        "some", FEEL,
        ("some x in 列表 satisfies …   every x in …", "some x in list satisfies …   every x in …"),
        "至少一项符合、每一项都符合",
        "Whether at least one item fits, or every one does",
        "some x in [1, 5] satisfies x > 3 = true", "every x in [1, 5] satisfies x > 3 = false",
    ),
    _of(
        "date", FEEL, '@"2026-01-31"   @"10:30:00"   @"2026-01-31T10:30:00"',
        "日期、时间、日期时间；有 year、month、day、weekday、hour 等部分",
        "A date, a time, a date and time; they have parts such as year, month, day, weekday, hour",
        '@"2026-01-31".month = 1', '@"2026-01-31" < @"2026-02-01" = true',
    ),
    _of(
        "duration", FEEL, '@"P30D"   @"PT8H"   @"P1Y6M"',
        "时长：天、小时，或年、月；与日期相加减，没有这一天时取当月最后一天",
        "A duration of days and hours, or of years and months; a day that a month does not have becomes its last",
        '@"2026-01-31" + @"P1M" = @"2026-02-28"', '(@"2026-01-31" - @"2026-01-01").days = 30',
    ),
    _of(
        "date_excel", EXCEL, "DATE(…) + 30   DATE(…) - DATE(…)",
        "日期加减天数；两个日期相减得天数",
        "Days added to a date or taken from it; between two dates lie days",
        "DATE(2026, 1, 31) - DATE(2026, 1, 1) = 30",
    ),
    _of(
        "function", FEEL, "function(a, b) …",
        "自定义函数，供 sort、list replace 等使用，或在上下文中命名",
        "A function of one's own, for sort, list replace and others, or named in a context",
        "{f: function(x) x * 2, r: f(4)}.r = 8",
    ),
    _of(
        "instance_of", FEEL, ("x instance of 类型", "x instance of type"),
        "是否为某种类型：number、string、boolean、date、list<number> 等",
        "Whether a value has a type: number, string, boolean, date, list<number> and so on",
        "1 instance of number = true", '["a"] instance of list<number> = false',
    ),
    _of(
        "null", FEEL,
        ("null   is defined(x)   get or else(x, 默认值)", "null   is defined(x)   get or else(x, default)"),
        "没有值；可先判断，或给出默认值",
        "No value; test for it first, or give a default",
        "is defined(null) = false", "get or else(null, 5) = 5",
    ),
    _of("comment", FEEL, "// …   /* … */", "注释，不参与计算", "A comment; it is not computed", "1 + /* + 1 */ 2 = 3"),
)  # fmt: skip


def constructs(dialect: str) -> tuple[Construct, ...]:
    """What a dialect knows, in the order of the help."""
    return tuple(each for each in CONSTRUCTS if dialect in each.dialects)
