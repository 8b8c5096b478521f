"""A flow against the Definitions it names: its form's fields, the values its rate Step brings, its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import workflows
from app.kinds.named import Body, Link, Named, parts, texts
from credit import Policy
from forms import Form
from rules import Invalid, Problem, Scope, ScopeEntry
from rules.problem import pointer

# What a rating brings to a Case, and what a Case knows of its customer; types as the formula language writes them.
RATED: Mapping[str, str] = {
    "score": "number",
    "grade": "string",
    "model_grade": "string",
    "coverage": "number",
    "decision": "string",
    "proposed_limit": "number",
    "payment_days": "number",
    "tier": "string",
}
CUSTOMER: Mapping[str, str] = {
    "id": "string",
    "name": "string",
    "number": "string",
    "industry": "string",
    "variant": "string",
    "grade": "string",
    "owner": "string",
    "current_limit": "number",
    "exposure": "number",
}
EFFECTS = ("credit_limit",)
# What the credit limit is read from when a case is approved, and the field types that can hold it.
NEEDED: Mapping[str, tuple[str, ...]] = {"customer": ("lookup",), "limit": ("money",)}
PEOPLE = ("string", "list<string>")


def links(body: Body) -> Iterator[Link]:
    """The form, and the scorecard and policy of each rate Step."""
    form = body.get("form")
    if isinstance(form, Mapping) and isinstance(form.get("key"), str):
        yield Link("form", form["key"], "/form")
    for index, step in parts(body, "steps"):
        if step.get("type") == "rate":
            for name in ("scorecard", "policy"):
                if isinstance(step.get(name), str):
                    yield Link(name, step[name], f"/steps/{index}/{name}")


def posts(body: Body) -> Iterator[Named]:
    """Posts and committees (a committee is the holders of the post of that key), wherever a flow names them."""
    for index, step in parts(body, "steps"):
        at = pointer("steps", index)
        for place, assign in parts(step, "assign"):
            for member in ("post", "key"):
                if isinstance(assign.get(member), str):
                    yield Named(assign[member], f"{at}/assign/{place}/{member}")
        for name in ("on_empty", "to"):
            yield from _references(step, name, at)
        quorum = step.get("quorum")
        if isinstance(quorum, Mapping):
            yield from _references(quorum, "veto", f"{at}/quorum")
            for place, weight in parts(quorum, "weights"):
                if isinstance(weight.get("of"), str):
                    yield from _reference(weight["of"], f"{at}/quorum/weights/{place}/of")


def _references(holder: Body, name: str, at: str) -> Iterator[Named]:
    for place, text in texts(holder, name):
        yield from _reference(text, f"{at}/{name}/{place}")


def _reference(text: str, place: str) -> Iterator[Named]:
    kind, _, key = text.partition(":")
    if kind in ("post", "committee") and key:
        yield Named(key, place)
    elif text == "flow_admin":
        yield Named(text, place)


def scope(form: Form, rated: Mapping[str, str]) -> Scope:
    """What a flow's formulas may name: the answers, the customer, and what was rated."""
    entries = {f.key: ScopeEntry(type=f.feel_type, labels=dict(f.label), origin="form") for f in form.asked}
    members = ", ".join(f"{name}: {kind}" for name, kind in CUSTOMER.items())
    entries["customer"] = ScopeEntry(type=f"context<{members}>", origin="customer")
    entries |= {name: ScopeEntry(type=kind, origin="rating") for name, kind in rated.items()}
    return Scope(entries)


def check_links(body: Body, flow: workflows.Flow, others: Mapping[str, Any]) -> Iterator[Problem]:
    """Every name in a flow that its form, scorecard or policy does not know, at its place."""
    yield from _rate_steps(body, others)
    yield from _ends(body)
    form = others.get("/form")
    if not isinstance(form, Form):
        yield Problem("flow.form.missing", "/form")
        return
    yield from _needed(form, body)
    for index, step in parts(body, "steps"):
        yield from _fields(form, step, pointer("steps", index))
        yield from _assigned(form, step, pointer("steps", index))
    yield from _editable(form, flow, body)
    yield from _readable(form, flow)
    rated = {name: RATED[name] for name in _rated(body) if name in RATED and name not in form.fields}
    try:
        workflows.compile_flow(body, scope(form, rated))
    except Invalid as invalid:
        yield from invalid.problems


def _rated(body: Body) -> list[str]:
    return [name for _, step in parts(body, "steps") if step.get("type") == "rate" for _, name in texts(step, "into")]


def _rate_steps(body: Body, others: Mapping[str, Any]) -> Iterator[Problem]:
    form = others.get("/form")
    for index, step in parts(body, "steps"):
        if step.get("type") != "rate":
            continue
        at = pointer("steps", index)
        for place, name in texts(step, "into"):
            if name not in RATED:
                known = ", ".join(RATED)
                yield Problem("flow.rate.into_unknown", f"{at}/into/{place}", {"name": name, "known": known})
            elif isinstance(form, Form) and name in form.fields:
                label = dict(form.fields[name].label)
                yield Problem("flow.rate.into_taken", f"{at}/into/{place}", {"name": name, "label": label})
        policy = others.get(f"{at}/policy")
        scorecard = step.get("scorecard")
        if isinstance(policy, Policy) and scorecard is not None and policy.scorecard != scorecard:
            params = {"scorecard": scorecard, "of_policy": policy.scorecard}
            yield Problem("flow.rate.policy_scorecard", f"{at}/scorecard", params)


def _ends(body: Body) -> Iterator[Problem]:
    for index, step in parts(body, "steps"):
        if step.get("type") == "end" and step.get("apply", EFFECTS[0]) not in EFFECTS:
            params = {"name": step["apply"], "known": ", ".join(EFFECTS)}
            yield Problem("flow.end.apply_unknown", pointer("steps", index, "apply"), params)


def _needed(form: Form, body: Body) -> Iterator[Problem]:
    """An approved limit needs a customer and an amount; without them nothing could be put in force."""
    for index, step in parts(body, "steps"):
        if step.get("type") == "end" and step.get("apply") == "credit_limit":
            for key, types in NEEDED.items():
                field = form.fields.get(key)
                if field is None or field.type not in types:
                    yield Problem("flow.form.needs", pointer("steps", index, "apply"), {"key": key, "type": types[0]})


def _fields(form: Form, step: Body, at: str) -> Iterator[Problem]:
    for name in step.get("fields") or ():
        if name != "*" and name not in form.fields:
            yield Problem("flow.fields.unknown", f"{at}/fields{pointer(name)}", {"key": name})


def _assigned(form: Form, step: Body, at: str) -> Iterator[Problem]:
    for index, assign in parts(step, "assign"):
        if assign.get("by") != "field":
            continue
        field = form.fields.get(assign["field"])
        if field is None:
            yield Problem("flow.assign.field_unknown", f"{at}/assign/{index}/field", {"key": assign["field"]})
        elif field.feel_type not in PEOPLE:
            params = {"label": dict(field.label), "type": field.type}
            yield Problem("flow.assign.field_type", f"{at}/assign/{index}/field", params)


def _editable(form: Form, flow: workflows.Flow, body: Body) -> Iterator[Problem]:
    """A required field that nobody may fill in would stay empty for ever (L12)."""
    start = flow.places[flow.start.id]
    for field in form.asked:
        computed = field.compute is not None and field.mode == "always"
        if field.required and not computed and not any(
            flow.permission(step["id"], field.key) == "edit" for _, step in parts(body, "steps")
        ):
            yield Problem("flow.fields.nowhere_editable", f"{start}/fields", {"label": dict(field.label)})


def _readable(form: Form, flow: workflows.Flow) -> Iterator[Problem]:
    """Who decides without seeing what is decided? (L13)"""
    for step in flow.steps.values():
        if not getattr(step, "decision", False) or getattr(step, "authority", False):
            continue
        for key in sorted(form.material):
            if flow.permission(step.id, key) == "hidden":
                params = {"label": dict(form.fields[key].label), "step": dict(step.label)}
                place = f"{flow.places[step.id]}/fields"
                yield Problem("flow.fields.material_hidden", place, params, severity="warning")
