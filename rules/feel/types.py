"""Types of the language: their text, whether a value has one, and the coercions DMN allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .cause import is_null
from .limits import Pay, budget
from .values import Date, DateTime, DayDuration, Function, MonthDuration, Range, Time


@dataclass(frozen=True, slots=True)
class Type:
    """kind: any null number string boolean list context range function date time "date and time", two durations."""

    kind: str
    item: Type | None = None
    fields: tuple[tuple[str, Type], ...] | None = None
    params: tuple[Type, ...] | None = None

    def field(self, name: str) -> Type | None:
        return dict(self.fields).get(name) if self.fields is not None else None


ANY = Type("any")
NULL = Type("null")
NUMBER = Type("number")
STRING = Type("string")
BOOLEAN = Type("boolean")
DATE = Type("date")
TIME = Type("time")
DATE_TIME = Type("date and time")
DAYS = Type("days and time duration")
MONTHS = Type("years and months duration")
LIST = Type("list")
CONTEXT = Type("context")
RANGE = Type("range")
FUNCTION = Type("function")

NAMES: dict[str, Type] = {
    "years and months duration": MONTHS,
    "days and time duration": DAYS,
    "yearMonthDuration": MONTHS,
    "dayTimeDuration": DAYS,
    "date and time": DATE_TIME,
    "dateTime": DATE_TIME,
    "function": FUNCTION,
    "boolean": BOOLEAN,
    "context": CONTEXT,
    "number": NUMBER,
    "string": STRING,
    "range": RANGE,
    "date": DATE,
    "list": LIST,
    "time": TIME,
    "Null": NULL,
    "Any": ANY,
    "any": ANY,
}

LABELS: dict[str, dict[str, str]] = {
    kind: {"zh-CN": zh, "en": en}
    for kind, zh, en in (
        ("any", "任意值", "any value"),
        ("null", "空值", "null"),
        ("number", "数字", "number"),
        ("string", "文本", "text"),
        ("boolean", "是或否", "true or false"),
        ("date", "日期", "date"),
        ("time", "时间", "time"),
        ("date and time", "日期时间", "date and time"),
        ("days and time duration", "天数时长", "days and time duration"),
        ("years and months duration", "年月时长", "years and months duration"),
        ("list", "列表", "list"),
        ("context", "上下文", "context"),
        ("range", "区间", "range"),
        ("function", "函数", "function"),
        ("day", "日期或日期时间", "date, or date and time"),
        ("duration", "时长", "duration"),
        ("days", "天数时长", "days and time duration"),
        ("amount", "数字或时长", "number, or duration"),
        ("text", "文本或数字", "text or a number"),
        ("day or text", "日期或日期文本", "date, or text of a date"),
        ("clock", "时间、日期时间或其文本", "time, date and time, or text of one"),
        ("argument", "参数", "argument"),
        ("Null", "空值", "null"),
        ("same", "与第一个参数相同", "as the first argument"),
        ("single", "与参数同类的值", "a value of the kind given"),
        ("item", "所给值之一", "one of the values given"),
        ("merged", "所给值之一", "one of the values given"),
    )
}
"""What people call each kind of value and of parameter."""


def kind_label(kind: str) -> Any:
    """The kind as a label for sentences; any other text as it is."""
    return LABELS.get(kind, kind)


_CLASSES: dict[type, Type] = {
    bool: BOOLEAN,
    Decimal: NUMBER,
    str: STRING,
    Date: DATE,
    Time: TIME,
    DateTime: DATE_TIME,
    DayDuration: DAYS,
    MonthDuration: MONTHS,
    list: LIST,
    dict: CONTEXT,
    Range: RANGE,
    Function: FUNCTION,
}
_KINDS: dict[type, str] = {cls: t.kind for cls, t in _CLASSES.items()}
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\W\d][\w.]*")
DEEPEST = 16


class UnknownType(ValueError):
    """Text that names no type; args: (position, text)."""


def kind_of(value: Any) -> str:
    """The kind of a run-time value, "null" for null."""
    return _KINDS.get(value.__class__, "null")


def type_of(value: Any) -> Type:
    return _CLASSES.get(value.__class__, NULL)


def read_type(text: str, at: int, named: Mapping[str, Type], depth: int = 0) -> tuple[Type, int]:
    """The type written at a position and where it ends; raises UnknownType."""
    at = _skip(text, at)
    if depth > DEEPEST:
        raise UnknownType(at, text[at : at + 20])
    near = [(n, t) for n, t in {**NAMES, **named}.items() if n and text.startswith(n.split(None, 1)[0], at)]
    for name, found in sorted(near, key=lambda pair: -len(pair[0])):
        m = re.compile(r"\s+".join(map(re.escape, name.split())) + r"(?![\w])").match(text, at)
        if m is None:
            continue
        at = m.end()
        if found is LIST and name not in named:
            return _one(text, at, named, depth, "list")
        if found is RANGE and name not in named:
            return _one(text, at, named, depth, "range")
        if found is CONTEXT and name not in named:
            return _fields(text, at, named, depth)
        if found is FUNCTION and name not in named:
            return _function(text, at, named, depth)
        return found, at
    word = _WORD.match(text, at)
    raise UnknownType(at, word[0] if word else text[at : at + 1])


def type_of_text(text: str, named: Mapping[str, Type] | None = None) -> Type:
    """The type a text such as ``list<number>`` names; raises UnknownType."""
    if not named and text in NAMES:
        return NAMES[text]
    found, at = read_type(text, 0, named or {})
    if _skip(text, at) != len(text):
        raise UnknownType(at, text[at:])
    return found


def _skip(text: str, at: int) -> int:
    m = _SPACE.match(text, at)
    return m.end() if m else at


def _expect(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if not text.startswith(mark, at):
        raise UnknownType(at, text[at : at + 1])
    return at + len(mark)


def _opens(text: str, at: int) -> int | None:
    at = _skip(text, at)
    return at + 1 if text.startswith("<", at) else None


def _one(text: str, at: int, named: Mapping[str, Type], depth: int, kind: str) -> tuple[Type, int]:
    inside = _opens(text, at)
    if inside is None:
        return (LIST if kind == "list" else RANGE), at
    item, at = read_type(text, inside, named, depth + 1)
    return Type(kind, item=item), _expect(text, at, ">")


def _fields(text: str, at: int, named: Mapping[str, Type], depth: int) -> tuple[Type, int]:
    inside = _opens(text, at)
    if inside is None:
        return CONTEXT, at
    at, fields = inside, []
    while True:
        colon = text.find(":", at)
        if colon < 0:
            raise UnknownType(at, text[at : at + 20])
        name = " ".join(text[at:colon].split()).strip("\"`")
        item, at = read_type(text, colon + 1, named, depth + 1)
        fields.append((name, item))
        at = _skip(text, at)
        if text.startswith(",", at):
            at += 1
            continue
        return Type("context", fields=tuple(fields)), _expect(text, at, ">")


def _function(text: str, at: int, named: Mapping[str, Type], depth: int) -> tuple[Type, int]:
    inside = _opens(text, at)
    if inside is None:
        return FUNCTION, at
    at, params = _skip(text, inside), []
    while not text.startswith(">", at):
        param, at = read_type(text, at, named, depth + 1)
        params.append(param)
        at = _skip(text, at)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith(">", at):
            raise UnknownType(at, text[at : at + 1])
    result, at = read_type(text, _expect(text, at + 1, "->"), named, depth + 1)
    return Type("function", item=result, params=tuple(params)), at


def type_text(found: Type) -> str:
    """The type as its author would write it."""
    if found.kind in ("list", "range") and found.item is not None:
        return f"{found.kind}<{type_text(found.item)}>"
    if found.kind == "context" and found.fields is not None:
        return "context<" + ", ".join(f"{name}: {type_text(t)}" for name, t in found.fields) + ">"
    return found.kind


def conforms(value: Any, wanted: Type, nulls: bool = True, pay: Pay | None = None) -> bool:
    """Whether a value has a type; inside lists and contexts null belongs to every type. Looking inside is paid for."""
    if is_null(value):
        return nulls
    if wanted.kind == "any":
        return True
    if kind_of(value) != wanted.kind:
        return False
    if wanted.kind in ("list", "context") and (wanted.item is not None or wanted.fields is not None):
        pay = pay or budget()
        pay(1 + len(value))
    if wanted.kind == "list" and wanted.item is not None:
        return wanted.item.kind == "any" or all(conforms(x, wanted.item, True, pay) for x in value)
    if wanted.kind == "context" and wanted.fields is not None:
        return all(k in value and conforms(value[k], t, True, pay) for k, t in wanted.fields)
    if wanted.kind == "range" and wanted.item is not None:
        return conforms(value.low, wanted.item) and conforms(value.high, wanted.item)
    if wanted.kind == "function" and wanted.params is not None:
        return _function_conforms(value, wanted)
    return True


def _function_conforms(value: Function, wanted: Type) -> bool:
    """Contravariant in the parameters, covariant in the result; what is not declared fits."""
    params = wanted.params or ()
    if value.arity is not None:
        return value.arity[0] <= len(params) <= value.arity[1]
    if len(value.params) != len(params):
        return False
    pairs = zip(value.types, params, strict=True)
    if not all(t is None or t.kind in ("any", p.kind) or p.kind == "any" for t, p in pairs):
        return False
    result = value.result
    return result is None or wanted.item is None or wanted.item.kind in ("any", result.kind) or result.kind == "any"


def coerce(value: Any, wanted: Type, pay: Pay | None = None) -> tuple[Any, bool]:
    """(the value as `wanted`, True), or (None, False) where it does not conform (DMN 1.5, 10.3.2.9.4)."""
    if is_null(value):
        return value, True
    if conforms(value, wanted, True, pay):
        return value, True
    if isinstance(value, list) and len(value) == 1 and wanted.kind != "list" and conforms(value[0], wanted, True, pay):
        return value[0], True
    if wanted.kind == "list" and not isinstance(value, list) and conforms([value], wanted, True, pay):
        return [value], True
    if wanted.kind == "date and time" and isinstance(value, Date):
        return DateTime(value, Time(0, 0)), True
    return None, False
