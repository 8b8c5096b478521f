"""Built-in functions over contexts."""

from __future__ import annotations

from typing import Any

from ..cause import Null
from ..run import Run, absent
from ..types import kind_of
from .table import Fault, Unknown, builtin


@builtin(
    "get value", "m/context: context, key/keys: any", "any",
    "按键取值",
    "The value of a key, or of a path of keys",
    ('get value({a: 1}, "a") = 1', 'get value({a: {b: 2}}, ["a", "b"]) = 2'),
)
def get_value(run: Run, at: int, m: dict[str, Any], key: Any) -> Any:
    keys = key if key.__class__ is list else [key]
    value: Any = m
    for name in keys:
        if name.__class__ is not str:
            raise Unknown([name]) if name.__class__ is Null else Fault("type", left=kind_of(name), wanted="string")
        if value.__class__ is not dict or name not in value:
            return absent(run, at, name)
        value = value[name]
    if not keys:
        raise Fault("range")
    return value


@builtin(
    "get entries", "m/context: context", "list",
    "列出全部键与值",
    "Keys and values as a list",
    ('get entries({a: 1}) = [{key: "a", value: 1}]', "count(get entries({a: 1, b: 2})) = 2"),
)
def get_entries(run: Run, at: int, m: dict[str, Any]) -> list[Any]:
    return run.items([{"key": key, "value": value} for key, value in m.items()])


@builtin(
    "context", "entries: list", "context",
    "由键与值组成上下文",
    "A context from keys and values",
    'context([{key: "a", value: 1}]) = {a: 1}',
)
def context(run: Run, at: int, entries: list[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for entry in entries:
        if entry.__class__ is not dict or entry.get("key").__class__ is not str or "value" not in entry:
            raise Fault("type", left=kind_of(entry), wanted="context")
        if entry["key"] in made:
            raise Fault("domain", key=entry["key"][:60])
        made[entry["key"]] = entry["value"]
    return made


@builtin(
    "context put", "context: context, key/keys: any, value: any", "context",
    "设置键的值",
    "A context with a key set, or a path of keys",
    ('context put({a: 1}, "b", 2) = {a: 1, b: 2}', 'context put({a: {b: 1}}, ["a", "b"], 2) = {a: {b: 2}}'),
)
def context_put(run: Run, at: int, m: dict[str, Any], key: Any, value: Any) -> dict[str, Any]:
    keys = key if key.__class__ is list else [key]
    if not keys or any(name.__class__ is not str for name in keys):
        absent_key = any(name.__class__ is Null for name in keys)
        raise Unknown(keys) if absent_key else Fault("type", left=kind_of(key), wanted="string")
    made = dict(m)
    inner = made
    for name in keys[:-1]:
        run.spend(1 + len(inner))
        if inner.get(name).__class__ is not dict:
            raise Fault("type", left=kind_of(inner.get(name)), wanted="context")
        inner[name] = dict(inner[name])
        inner = inner[name]
    inner[keys[-1]] = value
    return made


@builtin(
    "context merge", "contexts: list", "context",
    "合并上下文，后者优先",
    "Contexts as one, the later value wins",
    ("context merge([{a: 1}, {b: 2}]) = {a: 1, b: 2}", "context merge([{a: 1}, {a: 2}]) = {a: 2}"),
)
def context_merge(run: Run, at: int, contexts: list[Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for entry in contexts:
        if entry.__class__ is not dict:
            raise Fault("type", left=kind_of(entry), wanted="context")
        run.spend(len(entry))
        made.update(entry)
    return made
