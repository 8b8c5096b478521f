"""Fields cut out of a form as a set that stands by itself, and a set put into another form as if written there.

A set is the body of a small form: one section, with the rules and checks that are about its fields and nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from forms import compile_form
from forms.compile import RESERVED
from forms.rename import rename
from rules import Invalid, Problem

Body = Mapping[str, Any]
PARTS = ("rules", "checks")


def is_whole(places: Sequence[Sequence[int]]) -> bool:
    """Whether a section is meant, not fields: ``[[1]]``, as against ``[[1, 0], [2, 3]]``."""
    return [len(at) for at in places] == [1]


def cut(body: Body, places: Sequence[Sequence[int]]) -> dict[str, Any]:
    """The set of the one section, or of all the fields, at `places`; fields keep the order they have in the form.

    Raises LookupError where nothing stands there, and Invalid where it needs what stays behind or does not compile.
    """
    if is_whole(places):
        section = deepcopy(dict(body["sections"][places[0][0]]))
    else:
        found_at = sorted({(outer, inner) for outer, inner in places})
        sections = [body["sections"][outer] for outer, _ in found_at]
        fields = [each["fields"][inner] for each, (_, inner) in zip(sections, found_at, strict=True)]
        section = {"key": sections[0]["key"], "fields": deepcopy(fields)}
    found: dict[str, Any] = {"sections": [section]}
    compile_form(found)
    keys = {field["key"] for field in section["fields"]}
    for name in PARTS:
        taken: list[Any] = []
        for item in body.get(name, ()):
            if _about(item, keys) and _stands({**found, name: [*taken, item]}):
                taken.append(deepcopy(item))
        if taken:
            found[name] = taken
    return found


def _about(item: Any, keys: set[str]) -> bool:
    """Whether a rule aims at one of these fields, or a check stands beside one."""
    if not isinstance(item, Mapping):
        return False
    named = str(item.get("target", "")).partition(".")[0] if "target" in item else item.get("field")
    return named in keys


def _stands(body: Body) -> bool:
    try:
        compile_form(body)
    except Invalid:
        return False
    return True


def put(
    body: Body, found: Body, at: Sequence[int], taken: Collection[str], *, whole: bool
) -> tuple[dict[str, Any], list[int]]:
    """The body with the set in it, and where its first part stands now.

    `at` is where that is wanted: [section] of a whole one, [section, field] of loose fields; whatever lies behind the
    last means its end. `taken` are ids given before, by whatever version: none is given again. A key that is there
    already gets a number, in every formula of the set as well. Raises LookupError where there is no such place.
    """
    made = deepcopy(dict(found))
    sections = [dict(each) for each in body["sections"]]
    if len(at) != (1 if whole else 2) or not (whole or at[0] < len(sections)):
        raise LookupError(at)
    made = _with_free_keys(made, {each["key"] for section in sections for each in section["fields"]})
    ids = set(taken) | {each["id"] for each in _fields(body)} | {each["id"] for each in body.get("removed", ())}
    for field in _fields(made):
        field["id"] = _fresh("f_", ids)
    (section,) = made["sections"]
    if whole:
        section["key"] = _free(section["key"], {each["key"] for each in sections})
        place = [min(at[0], len(sections))]
        sections.insert(place[0], section)
    else:
        fields = list(sections[at[0]]["fields"])
        place = [at[0], min(at[1], len(fields))]
        fields[place[1] : place[1]] = section["fields"]
        sections[at[0]]["fields"] = fields
    result = {**body, "sections": sections}
    for name in PARTS:
        if made.get(name):
            known = {each["id"] for each in body.get(name, ())}
            result[name] = [*body.get(name, ()), *({**each, "id": _free(each["id"], known)} for each in made[name])]
    return result, place


def _with_free_keys(found: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    for index, field in enumerate(found["sections"][0]["fields"]):
        others = {each["key"] for each in found["sections"][0]["fields"] if each["key"] != field["key"]}
        free = _free(field["key"], taken | others | RESERVED)
        if free != field["key"]:
            found = rename(found, (0, index), free)
    return found


def _fields(body: Body) -> Iterator[dict[str, Any]]:
    """Every field, columns behind their sub-form."""
    for section in body["sections"]:
        for field in section["fields"]:
            yield field
            yield from field.get("fields", ())


def _free(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, else with the first number that makes it new; `taken` learns of it where it can."""
    stem = wanted[:28]
    free = next(each for each in (wanted, *(f"{stem}_{n}" for n in range(2, 2000))) if each not in taken)
    if isinstance(taken, set):
        taken.add(free)
    return free


def _fresh(prefix: str, taken: set[str]) -> str:
    """The next id of a form, as its designer numbers them: behind the highest there ever was."""
    numbers = (each.removeprefix(prefix) for each in taken if each.startswith(prefix))
    id = f"{prefix}{max((int(each) for each in numbers if each.isdecimal() and each.isascii()), default=0) + 1:02d}"
    taken.add(id)
    return id


def problem_of_name(name: Mapping[str, Any]) -> Problem | None:
    """Chinese is required; both are short and printable."""
    zh, en = name.get("zh-CN"), name.get("en") or ""
    if not isinstance(zh, str) or not zh.strip():
        return Problem("library.name", "/name/zh-CN")
    for tag, text in (("zh-CN", zh), ("en", en)):
        if not isinstance(text, str) or len(text.strip()) > 60 or not text.strip().isprintable():
            return Problem("library.name_long", f"/name/{tag}", {"most": 60})
    return None
