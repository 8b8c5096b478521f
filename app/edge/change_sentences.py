"""Differences of two versions as sentences: where, what it was, what it is now."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app import kinds
from app.edge.formula_words import Labels, say
from app.edge.locale import format_number, has_text, label, t
from app.kinds.changes import Change, Part, changes, is_label
from app.queries import definitions as queries
from app.work import Reading

FORMULAS = frozenset({"when", "formula", "compute", "value", "need", "text"})
FIGURE = re.compile(r"-?[0-9]{4,15}(\.[0-9]+)?")
LONGEST = 160


@dataclass(frozen=True, slots=True)
class Line:
    """One change and how the reader is told of it."""

    words: str
    change: Change


def between(view: Reading, old: queries.Detail, new: queries.Detail) -> list[Line]:
    """What differs from one version to another, by the labels of both and of what they name."""
    return lines(changes(old.body, new.body), {**labels(view, old), **labels(view, new)})


def lines(found: Iterable[Change], labels: Labels) -> list[Line]:
    return [Line(sentence(each, labels), each) for each in found]


def sentence(change: Change, labels: Labels) -> str:
    """One change in the reader's language."""
    *outer, last = change.parts
    place = _place(outer, labels)
    if change.act == "reordered":
        return t("studio.change.reordered", place=place, what=_member(last, labels))
    if last.item is not None and change.act in ("added", "removed", "moved"):
        what = {"noun": _noun(last.name), "name": _name(last, labels)}
        if change.act == "moved":
            return t("studio.change.moved", origin=_place(change.before[:-1], labels), place=place, **what)
        key = f"studio.change.{change.act}_item" if place else f"studio.change.{change.act}_item_top"
        return t(key, place=place, **what)
    permission = bool(outer) and outer[-1].name == "fields" and outer[-1].item is None
    member = (_labelled(labels, last.name) or last.name) if permission and last.name != "*" else _member(last, labels)
    if last.name == "note" and outer and outer[0].name == "factors":  # pages call it otherwise than that of a row
        member = t("studio.member.factor_note")
    before, after = _value(change.before, last, labels), _value(change.after, last, labels)
    key = f"studio.change.{change.act}" if place else f"studio.change.{change.act}_top"
    return t(key, place=place, member=member, before=before, after=after)


def _place(parts: Any, labels: Labels) -> str:
    return t("studio.change.inside").join(_step(part, labels) for part in parts if part.name not in _SILENT)


# Containers that a reader need not hear of: their items name themselves.
_SILENT = ("bands", "settings", "permissions", "table")


def _step(part: Part, labels: Labels) -> str:
    if part.item is None:
        return _member(part, labels)
    return t("studio.change.named", noun=_noun(part.name), name=_name(part, labels))


def _noun(name: str) -> str:
    return t(f"studio.item.{name}") if has_text(f"studio.item.{name}") else name


def _member(part: Part, labels: Labels) -> str:
    """The word for a member; keys that an admin chose (fields, grades) by their label."""
    if labels.get(part.name):
        return label(labels[part.name])
    return t(f"studio.member.{part.name}") if has_text(f"studio.member.{part.name}") else part.name


def _name(part: Part, labels: Labels) -> str:
    """What an item of a list is called."""
    item, number = part.item, (part.index or 0) + 1
    if not isinstance(item, Mapping):
        return str(item)
    if part.name == "routes":
        ends = (_labelled(labels, f"step.{item.get(end)}") or str(item.get(end)) for end in ("from", "to"))
        return t("studio.change.route", **dict(zip(("origin", "target"), ends, strict=True)))
    if part.name == "access" and has_text(f"role.{item.get('role')}"):
        return t(f"role.{item['role']}")
    if part.name in ("rules", "assign", "limits", "cuts"):
        return t("studio.change.number", number=number)
    if part.name == "rows":
        return t("studio.change.row", number=number)
    for member in ("label", "title"):
        if is_label(item.get(member)):
            return label(item[member])
    for member in ("name", "key", "code", "value", "id", "of"):
        if isinstance(item.get(member), str):
            return str(item[member])
    return t("studio.change.number", number=number)


def _labelled(labels: Labels, key: str) -> str:
    return label(labels[key]) if key in labels else ""


def _value(value: Any, part: Part, labels: Labels) -> str:
    if value is None:
        return t("studio.change.nothing")
    if isinstance(value, bool):
        return t("ui.yes" if value else "ui.no")
    if is_label(value):
        return t("studio.words.text", text=label(value))
    if isinstance(value, str):
        return _text(value, part, labels)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return t("list.between").join(_text(each, part, labels) for each in value) or t("studio.change.nothing")
    if isinstance(value, Mapping) and part.name == "missing" and isinstance(value.get("points"), str):
        return t("studio.points", points=value["points"])
    if isinstance(value, Mapping) and part.name == "bands":
        return t(f"studio.value.{value.get('kind')}") if has_text(f"studio.value.{value.get('kind')}") else ""
    return _cut(json.dumps(value, ensure_ascii=False))


def _text(value: str, part: Part, labels: Labels) -> str:
    if part.name in FORMULAS:
        return t("studio.words.text", text=_cut(say(value, labels) or value))
    if FIGURE.fullmatch(value):
        return format_number(value)
    if labels.get(value) and part.name in ("summary", "field", "target", "dimension"):
        return label(labels[value])
    return t(f"studio.value.{value}") if has_text(f"studio.value.{value}") else _cut(value)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def labels(view: Reading, detail: queries.Detail) -> dict[str, Any]:
    """Labels for sentences about a version: its own, and for a flow or policy those of what it names."""
    found = labels_of(detail.body)
    for link in kinds.KINDS[detail.head.kind].links(detail.body):
        if link.kind in ("form", "scorecard"):
            other = queries.body(view, link.kind, link.key)
            found = {**labels_of(other or {}), **found}
    return found


def labels_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """The labels a body gives to its own keys, Steps under ``step.<id>``; broken parts are passed over."""
    found: dict[str, Any] = {}
    for section in _objects(body.get("sections")):
        for field in _objects(section.get("fields")):
            _note(found, field, "key")
            for column in _objects(field.get("fields")):
                _note(found, column, "key", weak=True)
    for name in ("facts", "formulas", "tables", "dimensions", "tiers"):
        for item in _objects(body.get(name)):
            _note(found, item, "key")
    for table in (body, *(each.get("table") for each in _objects(body.get("tables")))):
        for name in ("inputs", "outputs"):
            for item in _objects(table.get(name)) if isinstance(table, Mapping) else ():
                _note(found, item, "key", weak=True)
    for step in _objects(body.get("steps")):
        _note(found, {**step, "id": f"step.{step.get('id')}"}, "id")
    return found


def _note(found: dict[str, Any], item: Mapping[str, Any], member: str, weak: bool = False) -> None:
    key = item.get(member)
    if isinstance(key, str) and is_label(item.get("label")) and not (weak and key in found):
        found[key] = item["label"]


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
