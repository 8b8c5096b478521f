"""What the formulas of a Definition may name, read from its body however unfinished: for whoever writes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import forms
from app.kinds import flows
from app.kinds.named import Body, parts, texts
from credit.policy import NET_WORTH, PURCHASE, TERMS
from forms import Form
from forms.plan import scope_of
from rules import Invalid, Scope, ScopeEntry
from rules.feel.types import UnknownType, type_of_text

MOST = 1_000
"""Names one formula is written with; more are left out, since nobody finds one among them."""
Entries = dict[str, ScopeEntry]


def scope(kind: str, body: Body, others: Mapping[str, Any] | None = None) -> Scope:
    """The names and types the formulas of a body may use; `others`: compiled Definitions by the place naming them."""
    if kind == "flow":
        form = (others or {}).get("/form")
        return flows.scope(form, flows.RATED) if isinstance(form, Form) else Scope.open()
    entries = {"form": _form, "policy": _policy}.get(kind, _facts)(body)
    return Scope(dict(list(entries.items())[:MOST]))


def _form(body: Body) -> Entries:
    try:
        return scope_of(forms.compile_form(body).asked)
    except Invalid:
        return {
            field["key"]: _entry({"label": field.get("label")}, "form")
            for _, section in parts(body, "sections")
            for _, field in parts(section, "fields")
            if isinstance(field.get("key"), str)
        }


def _policy(body: Body) -> Entries:
    limit = body.get("limit")
    facts = [name for _, name in texts(limit, "facts")]
    found = {name: ScopeEntry("number", origin="fact") for name in (PURCHASE, NET_WORTH, *facts)}
    return found | {name: ScopeEntry("number", origin="policy") for name in (*TERMS, "need")}


def _facts(body: Body) -> Entries:
    """Of a scorecard or a table: its Facts, and what its formulas and tables bring."""
    found: Entries = {}
    for key in (key for _, key in texts(body, "facts")):
        found[key] = ScopeEntry(origin="fact")
    for member, origin in (("facts", "fact"), ("formulas", "formula"), ("tables", "table")):
        for _, item in parts(body, member):
            if isinstance(item.get("key"), str):
                found.setdefault(item["key"], _entry(item, origin))
    return found


def named(items: Iterator[tuple[int, Body]]) -> Entries:
    """Names a page brings along itself: {name, type, unit, label, origin, allowed, choices, nullable}."""
    found: Entries = {}
    for _, item in items:
        if isinstance(item.get("name"), str) and item["name"] and len(found) < MOST:
            found[item["name"]] = _entry(item, str(item.get("origin") or ""))
    return found


def _entry(item: Body, origin: str) -> ScopeEntry:
    """One name, as far as its description can be read."""
    kind, unit, label, choices = (item.get(name) for name in ("type", "unit", "label", "choices"))
    return ScopeEntry(
        type=kind if isinstance(kind, str) and _is_type(kind) else "any",
        nullable=item.get("nullable") is not False,
        unit=unit if isinstance(unit, str) and unit else None,
        allowed=tuple(value for _, value in texts(item, "allowed")),
        labels=_label(label),
        origin=origin,
        choices={str(value): _label(words) for value, words in choices.items()} if isinstance(choices, Mapping) else {},
    )


def _label(value: object) -> dict[str, str]:
    found = value if isinstance(value, Mapping) else {}
    return {str(tag): text for tag, text in found.items() if isinstance(text, str)}


def _is_type(text: str) -> bool:
    try:
        type_of_text(text)
    except UnknownType:
        return False
    return True
