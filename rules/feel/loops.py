"""Paths, filters, loops, quantifiers and calls at run time, each paid for in fuel and counted in depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from .calendar import NANO, ZONE_DAY
from .cause import Fault, Null, Stop, is_null, join_nulls
from .operate import conjunction, disjunction
from .operators import PROPERTIES
from .run import Run, absent, fault
from .types import Type, coerce, kind_of
from .values import Date, DateTime, DayDuration, Function, MonthDuration, Range, Time, date_from_days


# ---------------------------------------------------------------------- paths
def _date_part(value: Date, name: str) -> Any:
    return {"year": value.year, "month": value.month, "day": value.day, "weekday": value.weekday}.get(name)


def _time_part(value: Time, days: int | None, name: str) -> Any:
    if name in ("hour", "minute", "second"):
        return getattr(value, name)
    if name == "timezone":
        return value.zone
    if name == "time offset" and not value.local:
        return DayDuration(value.offset_on(ZONE_DAY if days is None else days) * NANO)
    return None


def part(value: Any, name: str) -> Any:
    """The property of a temporal value or a range; None where it has none of that name."""
    found: Any = None
    if isinstance(value, Date):
        found = _date_part(value, name)
    elif isinstance(value, Time):
        found = _time_part(value, None, name)
    elif isinstance(value, DateTime):
        found = _date_part(value.date, name)
        found = _time_part(value.time, value.date.days, name) if found is None else found
    elif isinstance(value, DayDuration):
        found = dict(zip(("days", "hours", "minutes", "seconds"), value.parts, strict=True)).get(name)
    elif isinstance(value, MonthDuration):
        years, months = divmod(abs(value.months), 12)
        sign = -1 if value.months < 0 else 1
        found = {"years": sign * years, "months": sign * months}.get(name)
    elif isinstance(value, Range):
        found = {
            "start": value.low,
            "end": value.high,
            "start included": value.low_closed,
            "end included": value.high_closed,
        }.get(name)
    return Decimal(found) if found.__class__ is int else found


def path(run: Run, n: int, value: Any, name: str) -> Any:
    """`value.name`; over a list the path of each item."""
    if value.__class__ is dict:
        return value[name] if name in value else absent(run, n, name)
    if is_null(value):
        return value
    if value.__class__ is list:
        run.spend(len(value))
        run.enter()
        found = [path(run, n, item, name) for item in value]
        run.leave()
        return found
    found = part(value, name)
    if found is None and name not in PROPERTIES.get(kind_of(value), {}):
        return fault(run, n, "type", op=f".{name}", left=kind_of(value))
    # A range may have no end on one side; a property that a temporal value has not is missing.
    return absent(run, n, name) if found is None and value.__class__ is not Range else found


# ---------------------------------------------------------------------- filters
def filtered(run: Run, n: int, source: Any, condition: Callable[[Any], Any]) -> Any:
    """`source[condition]`: by position where the condition is a number, else the items for which it is true."""
    if is_null(source):
        return source
    items = source if source.__class__ is list else [source]
    run.enter()
    run.spend(8)
    kept = []
    for item in items:
        run.spend(2)
        found = condition(item)
        if found is True:
            kept.append(item)
        elif found is not False and not is_null(found):
            run.leave()
            if found.__class__ is Decimal:
                return at_position(run, n, items, found)
            return fault(run, n, "type", op="[]", left=kind_of(found), wanted="boolean")
    if not items:
        found = condition(None)
        if found.__class__ is Decimal:
            kept_none: Any = absent(run, n, f"[{found:f}]" if abs(found) < 10**9 else "[…]")
            run.leave()
            return kept_none
    run.leave()
    return kept


def at_position(run: Run, n: int, items: list[Any], position: Decimal) -> Any:
    """The item at a position from 1, or from the end where it is negative."""
    size = len(items)
    if position == position.to_integral_value() and 1 <= abs(position) <= size:
        at = int(position)
        return items[at - 1 if at > 0 else at]
    if not position:
        return fault(run, n, "range", position="0", size=size)
    return absent(run, n, f"[{position:f}]" if abs(position) < 10**9 else "[…]")


def indexed(run: Run, n: int, source: Any, position: Any) -> Any:
    """`source[position]` where the position does not look at the items."""
    if is_null(source):
        return source
    if position.__class__ is Decimal:
        return at_position(run, n, source if source.__class__ is list else [source], position)
    return filtered(run, n, source, lambda _: position)


# ---------------------------------------------------------------------- loops
def _steps(run: Run, n: int, low: Any, high: Any) -> Any:
    """`low..high` of a `for`, up or down, as a list; whole numbers or dates."""
    if is_null(low) or is_null(high):
        return join_nulls(low, high)
    if low.__class__ is not high.__class__ or low.__class__ not in (Decimal, Date):
        return fault(run, n, "type", op="..", left=kind_of(low), right=kind_of(high))
    if isinstance(low, Date):
        first, last = low.days, high.days
    else:
        if low != low.to_integral_value() or high != high.to_integral_value():
            return fault(run, n, "range", op="..")
        if max(abs(low), abs(high)) > 10**30:
            raise Stop("list", run.limits.list)
        first, last = int(low), int(high)
    step = 1 if last >= first else -1
    if abs(last - first) >= run.limits.list:
        raise Stop("list", run.limits.list)
    numbers = range(first, last + step, step)
    return [date_from_days(x) for x in numbers] if isinstance(low, Date) else [Decimal(x) for x in numbers]


def _items(run: Run, n: int, source: Any) -> Any:
    """What a `for` or a quantifier goes over: a list, a closed range, or one value."""
    if source.__class__ is tuple:
        return _steps(run, n, source[0], source[1])
    if source.__class__ is Range:
        if source.low is None or source.high is None or source.op:
            return fault(run, n, "range", op="..")
        found = _steps(run, n, source.low, source.high)
        if found.__class__ is not list or not found:
            return found
        found = found if source.low_closed else found[1:]
        return found if source.high_closed else found[:-1]
    if is_null(source) or source.__class__ is list:
        return source
    return [source]


def _bindings(run: Run, n: int, sources: tuple[Callable[..., Any], ...], bad: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Each combination of values of the iterators, the last one fastest; stops at a source that is null."""
    stack: list[Any] = []
    values: list[Any] = []
    if len(sources) == 1:
        found = _items(run, n, sources[0]())
        if found.__class__ is list:
            for item in found:
                run.spend(2)
                yield (item,)
        else:
            bad.append(found)
        return
    deeper = True
    while stack or deeper:
        if deeper:
            found = _items(run, n, sources[len(stack)](*values))
            if found.__class__ is not list:
                bad.append(found)
                return
            stack.append(iter(found))
            values.append(None)
        try:
            values[-1] = next(stack[-1])
        except StopIteration:
            stack.pop()
            values.pop()
            deeper = False
            continue
        run.spend(2)
        deeper = len(stack) < len(sources)
        if not deeper:
            yield tuple(values)


def loop(run: Run, n: int, sources: tuple[Callable[..., Any], ...], body: Callable[..., Any], partial: bool) -> Any:
    """`for`: the list of the body's values; `partial` in the body is a copy of what there is so far."""
    bad: list[Any] = []
    made: list[Any] = []
    run.enter()
    run.spend(16)
    for values in _bindings(run, n, sources, bad):
        if partial:
            run.spend(len(made))
            made.append(body(list(made), *values))
        else:
            made.append(body(None, *values))
        if len(made) > run.limits.list:
            raise Stop("list", run.limits.list)
    run.leave()
    return bad[0] if bad else made


def quantified(run: Run, n: int, every: bool, sources: tuple[Callable[..., Any], ...], body: Callable[..., Any]) -> Any:
    """`some` and `every`, three-valued; the first answer that decides ends it."""
    bad: list[Any] = []
    open_: list[Any] = []
    run.enter()
    run.spend(16)
    for values in _bindings(run, n, sources, bad):
        found = body(*values)
        if is_null(found):
            open_.append(found)
        elif found is not every:
            run.leave()
            if found is not True and found is not False:
                return fault(run, n, "type", op="every" if every else "some", left=kind_of(found), wanted="boolean")
            return found
    run.leave()
    if bad:
        return bad[0]
    return (conjunction if every else disjunction)(run, n, *open_) if open_ else every


# ---------------------------------------------------------------------- calls
def called(run: Run, n: int, function: Any, arguments: tuple[Any, ...], named: tuple[str, ...] | None) -> Any:
    """A call of a function value."""
    if function.__class__ is not Function:
        if is_null(function):
            return function
        return fault(run, n, "type", op="()", left=kind_of(function), wanted="function")
    if function.arity is not None:
        return function.call(run, n, arguments, named)
    if named is not None:
        if len(named) != len(function.params) or set(named) != set(function.params):
            return fault(run, n, "domain", wanted=len(function.params), given=len(arguments))
        by_name = dict(zip(named, arguments, strict=True))
        arguments = tuple(by_name[p] for p in function.params)
    if len(arguments) != len(function.params):
        return fault(run, n, "domain", wanted=len(function.params), given=len(arguments))
    return apply(run, n, function, arguments)


def apply(run: Run, n: int, function: Function, arguments: tuple[Any, ...]) -> Any:
    """A call of a defined function with as many arguments as it has parameters."""
    ready = []
    for value, wanted in zip(arguments, function.types, strict=True):
        if wanted is not None:
            coerced, fits = coerce(value, wanted, run.spend)
            if not fits:
                return fault(run, n, "type", op="()", left=kind_of(value), wanted=wanted.kind)
            value = coerced
        ready.append(value)
    run.spend(4)
    run.enter()
    run.recursion += 1
    if run.recursion > run.limits.recursion:
        raise Stop("recursion", run.limits.recursion)
    found = function.call(*ready)
    run.recursion -= 1
    run.leave()
    return found


def function_of(value: Any, built_in: Function) -> Function:
    """What a name that is both a variable and a built-in calls: the variable where it holds a function."""
    return value if value.__class__ is Function else built_in


def define(
    params: tuple[str, ...], types: tuple[Type | None, ...], result: Type | None, body: Callable[..., Any]
) -> Function:
    return Function(params, types, body, "", result)


def paid(run: Run, value: Any) -> Any:
    """A list or context written inside a loop or function: made again and again, it is paid for."""
    run.spend(1 + len(value))
    return value


def foreign(run: Run, n: int, name: str) -> Null:
    """What a function written in another language gives: it is known, never run."""
    return fault(run, n, "external", name=name)


def ask(run: Run, n: int, function: Any, *arguments: Any) -> Any:
    """A call by a built-in function of a function it was given; a wrong number of parameters is a fault."""
    if isinstance(function, Function) and function.arity is None and len(function.params) != len(arguments):
        raise Fault("domain", wanted=len(arguments), given=len(function.params))
    return called(run, n, function, arguments, None)
