"""The table of built-in functions: one row a function, how its arguments are matched, checked and passed."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from ..cause import Fault, Null, is_null, join_nulls
from ..run import Run, fault
from ..types import kind_of
from ..values import Date, DateTime, DayDuration, Function, MonthDuration, OutOfRange, Range, Time


@dataclass(frozen=True, slots=True)
class Param:
    """names: the first is the usual one; kind: a key of KINDS; nullable: null is passed on to the function.

    variadic  several arguments become one list, as in ``sum(1, 2, 3)``
    by_name   may be left out where the arguments carry names
    rest      every further argument is passed on by itself, as in ``append(list, 1, 2)``
    blank     what the Excel dialect makes of a blank here: "zero", "text", "skip" (left out), or "" (it stays unknown)
    item      the kind of the items of a list, where they have to be of one
    """

    names: tuple[str, ...]
    kind: str
    optional: bool = False
    nullable: bool = False
    variadic: bool = False
    rest: bool = False
    by_name: bool = False
    blank: str = ""
    item: str = ""

    @property
    def type(self) -> str:
        """The kind as a type is written: ``list<number>``."""
        return f"{self.kind}<{self.item}>" if self.item else self.kind


Texts = str | tuple[str, ...]


class Example(NamedTuple):
    """A call and the value it has, both as text of the language."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Row:
    """A built-in: the one place its name, parameters, result, help and examples stand in; pages are made of it.

    result    a kind, or "same" as the first argument, "single" of its kind, "item" of the list given, "merged" of all
    help      {"zh-CN", "en"}: what it does, in one sentence
    examples  each holds: tests evaluate both sides
    dialect   "feel", or "excel" for the upper-case functions; either may be called in both
    group     of an Excel function logic, numbers, text, dates, lookup; of FEEL's the file it stands in
    differs   {"zh-CN", "en"}: where it does not do what Excel does; empty where it does
    """

    name: str
    params: tuple[Param, ...]
    result: str
    help: Mapping[str, str]
    examples: tuple[Example, ...]
    function: Callable[..., Any]
    dialect: str = "feel"
    group: str = ""
    differs: Mapping[str, str] = field(default_factory=dict)

    @property
    def least(self) -> int:
        return sum(not p.optional for p in self.params)

    @property
    def most(self) -> int:
        return 10_000 if self.params and (self.params[-1].variadic or self.params[-1].rest) else len(self.params)

    @property
    def signature(self) -> str:
        """As the help shows it: ``substring(string, start position, [length])``."""
        shown = []
        for param in self.params:
            name = param.names[0] + ("…" if param.variadic or param.rest else "")
            shown.append(f"[{name}]" if param.optional else name)
        return f"{self.name}({', '.join(shown)})"


KINDS: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "date": (Date,),
    "time": (Time,),
    "day": (Date, DateTime),
    "duration": (DayDuration, MonthDuration),
    "days": (DayDuration,),
    "amount": (Decimal, DayDuration, MonthDuration),
    "range": (Range,),
    "function": (Function,),
    "text": (str, Decimal, bool),
    "day or text": (Date, DateTime, str),
    "clock": (Time, DateTime, str),
    "any": (),
}
ROWS: dict[str, Row] = {}


BLANKS = {"#": "zero", "$": "text", "!": "skip"}


def _param(text: str) -> Param:
    names, _, kind = text.partition(":")
    kind = kind.strip()
    marks = {mark: mark in kind for mark in ("...", "*", "?", "~", "^", *BLANKS)}
    for mark in marks:
        kind = kind.replace(mark, "")
    nullable = marks["~"] or kind == "any"
    known = tuple(name.strip() for name in names.split("/"))
    blank = next((what for mark, what in BLANKS.items() if marks[mark]), "")
    kind, _, item = kind.partition(" of ")
    return Param(known, kind, marks["?"], nullable, marks["..."], marks["*"], marks["^"], blank, item)


FILES = {
    "conversion": "conversion", "logic": "logic", "text": "text", "number": "numbers", "list": "lists",
    "context": "contexts", "date": "dates", "range": "ranges", "excel": "blanks",
}  # fmt: skip
"""The group of a FEEL function by the file it stands in; blanks are what the Excel dialect writes by itself."""
GROUPS = ("logic", "numbers", "text", "dates", "lists", "lookup", "conversion", "contexts", "ranges", "blanks")
"""As the help orders them."""


def builtin(
    name: str, params: str, result: str, zh: str, en: str, examples: Texts,
    group: str = "", differs: tuple[str, str] | None = None,
) -> Callable[..., Any]:
    """Adds the decorated function to the table; `group` is given for Excel's functions only.

    Each example reads ``call = value``.
    `params` reads ``name/other name: kind`` between commas, ``list of kind`` where its items have to be of one;
    after the kind ``?`` optional, ``~`` takes null,
    ``...`` also takes its items as separate arguments, ``*`` any number more, ``^`` may be left out among named ones,
    ``#`` ``$`` ``!`` a blank counts as 0, counts as "", is left out in the Excel dialect.
    The function gets (run, n, arguments in order); an argument left out is None; it raises Fault where it has no value.
    """

    def enter(function: Callable[..., Any]) -> Callable[..., Any]:
        found = tuple(_param(p) for p in params.split(",")) if params else ()
        told = {"zh-CN": differs[0], "en": differs[1]} if differs else {}
        texts = (examples,) if isinstance(examples, str) else examples
        shown = tuple(Example(*text.rsplit(" = ", 1)) for text in texts)
        dialect = "excel" if group else "feel"
        place = group or FILES[function.__module__.rpartition(".")[2]]
        ROWS[name] = Row(name, found, result, {"zh-CN": zh, "en": en}, shown, function, dialect, place, told)
        return function

    return enter


class Unmatched(Exception):
    """The arguments do not fit the parameters; `unknown` is a parameter name that does not exist."""

    def __init__(self, unknown: str | None = None) -> None:
        super().__init__(unknown)
        self.unknown = unknown


MISSING = object()


def arrange(row: Row, count: int, named: tuple[str, ...] | None) -> tuple[int | None, ...]:
    """For each parameter the index of its argument, None where it is left out. Raises Unmatched."""
    if named is None:
        if not row.least <= count <= row.most:
            raise Unmatched
        return tuple(i if i < count else None for i in range(len(row.params)))
    placed: list[int | None] = [None] * len(row.params)
    for index, name in enumerate(named):
        for at, param in enumerate(row.params):
            if placed[at] is None and name in param.names:
                placed[at] = index
                break
        else:
            raise Unmatched(name)
    if any(index is None and not (p.optional or p.by_name) for index, p in zip(placed, row.params, strict=True)):
        raise Unmatched
    return tuple(placed)


def accept(param: Param, value: Any) -> Any:
    """The argument as its parameter wants it: a list of one stands for its item, a single value for a list of it."""
    classes = KINDS[param.kind]
    if not classes or value.__class__ in classes:
        return value
    if param.kind == "list":
        return [value]
    if value.__class__ is list and len(value) == 1 and value[0].__class__ in classes:
        return value[0]
    return MISSING


def invoke(run: Run, n: int, row: Row, arguments: tuple[Any, ...], order: tuple[int | None, ...] | None) -> Any:
    """A call of a built-in with arguments already matched (`order`), or to be matched by position."""
    if row.params and row.params[-1].variadic and order is None:
        arguments = _gathered(arguments)
    ready: list[Any] = []
    for at, param in enumerate(_params(row, len(arguments), order)):
        index = (at if at < len(arguments) else None) if order is None else order[at]
        if index is None and param.rest:
            continue
        value = arguments[index] if index is not None else None
        if is_null(value):
            if param.nullable or index is None:
                ready.append(value)
                continue
            return join_nulls(value) or fault(run, n, "type", op=row.name, left="null", wanted=param.kind)
        accepted = accept(param, value)
        if accepted is MISSING:
            return fault(run, n, "type", op=row.name, left=kind_of(value), wanted=param.kind)
        ready.append(accepted)
    run.spend(1)
    try:
        return row.function(run, n, *ready)
    except Fault as error:
        return fault(run, n, error.code, **{"op": row.name, **error.params})
    except Unknown as error:
        return error.null
    except decimal.Overflow:
        return fault(run, n, "overflow", op=row.name)
    except decimal.DivisionByZero:
        return fault(run, n, "zero_division", op=row.name)
    except decimal.InvalidOperation:
        return fault(run, n, "domain", op=row.name)
    except OutOfRange:
        return fault(run, n, "range", op=row.name)


def _params(row: Row, count: int, order: tuple[int | None, ...] | None) -> tuple[Param, ...]:
    """The parameters, the last one as often as further arguments need."""
    if order is None and row.params and row.params[-1].rest and count > len(row.params):
        return row.params + (row.params[-1],) * (count - len(row.params))
    return row.params


def _gathered(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(arguments) == 1 and (arguments[0].__class__ is list or is_null(arguments[0])):
        return arguments
    return (list(arguments),)


def as_value(row: Row) -> Function:
    """The built-in as a function value."""

    def call(run: Run, n: int, arguments: tuple[Any, ...], named: tuple[str, ...] | None) -> Any:
        try:
            order = arrange(row, len(arguments), named)
        except Unmatched:
            return fault(run, n, "domain", op=row.name, wanted=len(row.params), given=len(arguments))
        return invoke(run, n, row, arguments, None if named is None else order)

    return Function(tuple(p.names[0] for p in row.params), (), call, row.name, None, (row.least, row.most))


def numbers(values: list[Any]) -> list[Decimal]:
    """The items as numbers. Raises Unknown where one is null with causes, Fault where one is no number."""
    for value in values:
        if is_null(value):
            raise Fault("type", left="null", wanted="number") if value is None else Unknown(values)
        if value.__class__ is not Decimal:
            raise Fault("type", left=kind_of(value), wanted="number")
    return values


class Unknown(Exception):
    """A function meets a null that has causes: they are its result's causes."""

    def __init__(self, values: list[Any]) -> None:
        super().__init__()
        self.null = join_nulls(*values)


def whole(value: Decimal, what: str = "number") -> int:
    """An argument as an integer, its fraction dropped."""
    if abs(value) > 10**9:
        raise Fault("range", **{what: str(value)[:20]})
    return int(value)


__all__ = [
    "GROUPS", "ROWS", "Example", "Fault", "Null", "Param", "Row", "Texts", "Unknown", "Unmatched", "arrange",
    "as_value", "builtin", "invoke", "numbers", "whole",
]  # fmt: skip
