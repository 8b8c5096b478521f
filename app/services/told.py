"""Answers as they stand in ledger entries: each under the key of its field, personal ones sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.work import Personal
from forms import Form
from forms.fields import Field, Subform

ANSWERS = "answers"  # where entries keep the fingerprint of all answers
PREFIX = "field."  # before the key of a field that would be taken for something else in an entry; no key holds a dot


def member(key: str, taken: Collection[str] = (ANSWERS,)) -> str:
    """Under which name an entry tells the answer `key`, where the names `taken` mean something else in it."""
    return PREFIX + key if key in taken else key


def key_of(name: str) -> str:
    """The key of the field that a member of an entry tells."""
    return name.removeprefix(PREFIX)


def told(
    form: Form, owner: str, answers: Mapping[str, Any], names: Iterable[str] | None = None, *, shut: bool = False,
    taken: Collection[str] = (ANSWERS,),
) -> dict[str, Any]:
    """Stored answers for an entry; without `names` all that are not empty.

    Personal ones are sealed under the key of `owner`, the id of a customer or of what is told about; with `shut` all
    are. What the form does not know is taken for personal.
    """
    out: dict[str, Any] = {}
    for key in form.fields if names is None else names:
        value, field = answers.get(key), form.fields.get(key)
        if (field is not None and not field.has_value) or (names is None and _nothing(value)):
            continue
        name = member(key, taken)
        if value is not None and (shut or field is None or is_personal(field)):
            value = Personal(owner, name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        out[name] = value
    return out


def is_personal(field: Field) -> bool:
    """Whether an answer, or a part of one, enters entries only sealed."""
    return field.personal or (isinstance(field, Subform) and any(column.personal for column in field.columns))


def altered(form: Form, before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Keys whose stored answers differ; one never given is as empty as one answered by nothing."""
    pairs = ((field.key, before.get(field.key), after.get(field.key)) for field in form.asked)
    return [key for key, one, other in pairs if one != other and not (_nothing(one) and _nothing(other))]


def _nothing(value: Any) -> bool:
    return value is None or value in ([], "")


def labels(form: Form, names: Iterable[str], taken: Collection[str] = (ANSWERS,)) -> dict[str, Any]:
    """What fields were called when they were written, so that an entry reads by itself."""
    return {member(key, taken): dict(form.fields[key].label) for key in names if key in form.fields}


def unsealed(field: Field | None, text: str) -> Any:
    """The stored answer that was sealed as `text`: lists, objects and yes or no as JSON, all else as it is."""
    if field is None or field.json_schema().get("type") not in ("array", "object", "boolean"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
