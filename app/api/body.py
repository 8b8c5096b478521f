"""The JSON of a request, read strictly: what JSON allows and we do not is kept as an `Unfit` at its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from rules import Invalid, Problem
from rules.problem import pointer

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 40
MAX_INTEGER = 2**53 - 1  # the largest whole number every JSON reader keeps exactly
MAX_PROBLEMS = 100
_UNSOUND = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Unfit:
    """A value no field may hold: a number with a fraction, NaN, a huge number, an object that names a member twice."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def at(self, path: str) -> Problem:
        return Problem(self.code, path, self.params)


def read_body(request: Request) -> Any:
    """The body as a value, `{}` where there is none. Raises Invalid where it is no JSON, 413 and 415 where it is
    too long or something else."""
    request.max_content_length = MAX_BYTES
    data = request.get_data(cache=True)
    if not data:
        return {}
    if request.mimetype != "application/json" and not request.mimetype.endswith("+json"):
        raise UnsupportedMediaType
    value = parse(data)
    if isinstance(value, Unfit):
        raise Invalid([value.at("")])
    return value


def parse(data: bytes) -> Any:
    """JSON in UTF-8. Raises Invalid with one Problem: it is no UTF-8, no JSON, or nested too deep."""
    try:
        value = json.loads(
            data.decode("utf-8"), parse_float=_fraction, parse_int=_whole, parse_constant=_constant,
            object_pairs_hook=_members,
        )  # fmt: skip
    except UnicodeDecodeError as error:
        raise Invalid([Problem("api.not_utf8", params={"byte": error.start})]) from None
    except json.JSONDecodeError as error:
        raise Invalid([Problem("api.not_json", params={"line": error.lineno, "column": error.colno})]) from None
    except RecursionError:
        raise Invalid([Problem("api.too_deep", params={"most": MAX_DEPTH})]) from None
    if _too_deep(value):
        raise Invalid([Problem("api.too_deep", params={"most": MAX_DEPTH})])
    return value


def faults(value: Any, *, deepest: int = MAX_DEPTH) -> Iterator[Problem]:
    """What keeps a whole JSON value from being used or stored, at paths inside it."""
    todo: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while todo:
        item, path = todo.pop()
        if isinstance(item, Unfit):
            yield item.at(pointer(*path))
        elif isinstance(item, str) and unsound(item):
            yield Problem("api.character", pointer(*path))
        elif isinstance(item, dict):
            for name, inner in item.items():
                if unsound(name):
                    yield Problem("api.character", pointer(*path))
                else:
                    todo.append((inner, (*path, name)))
        elif isinstance(item, list):
            todo += [(inner, (*path, index)) for index, inner in enumerate(item)]
        if len(path) > deepest:
            yield Problem("api.too_deep", "", {"most": deepest})
            return


def unsound(text: str) -> bool:
    """NUL can be stored by no database, a lone surrogate be written by no encoder."""
    return _UNSOUND.search(text) is not None


def plain(value: Any) -> Any:
    """The value as JSON again, for telling whether two requests are the same."""
    if isinstance(value, Unfit):
        return {"unfit": value.code, **{name: str(each) for name, each in value.params.items()}}
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def _fraction(digits: str) -> Unfit:
    return Unfit("api.float", {"number": digits[:40]})


def _constant(name: str) -> Unfit:
    return Unfit("api.not_a_number", {"number": name})


def _whole(digits: str) -> int | Unfit:
    if len(digits) > 17 or abs(int(digits)) > MAX_INTEGER:
        return Unfit("api.huge_number", {"number": digits[:40]})
    return int(digits)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Unfit:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        return Unfit("api.repeated_member", {"name": twice[:80]})
    return found


def _too_deep(value: Any) -> bool:
    todo = [(value, 1)]
    while todo:
        item, depth = todo.pop()
        if depth > MAX_DEPTH:
            return True
        if isinstance(item, dict):
            todo += [(each, depth + 1) for each in item.values()]
        elif isinstance(item, list):
            todo += [(each, depth + 1) for each in item]
    return False
