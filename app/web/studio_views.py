"""What the read view of each kind is drawn from: the compiled object, and the names of all it points to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app import kinds
from app.edge import formula_words
from app.queries import definitions as queries
from app.services.table_trial import alone
from app.web import studio_flow_words, studio_words, table_trial, table_words
from app.web.flow_tree import tree_of
from app.work import Reading
from credit import Policy
from forms import Form
from rules import DecisionTable, Invalid, Problem, Scorecard, compile_table
from workflows import Flow
from workflows.model import Approval, ByUser, Cc, Handle

USER = re.compile(r"user:(.{1,64})")


def compiled(kind: str, body: Mapping[str, Any]) -> tuple[Any, tuple[Problem, ...]]:
    """The compiled body, or None and what is wrong with it."""
    try:
        return kinds.KINDS[kind].compile(body), ()
    except Invalid as invalid:
        return (_unsound(body) if kind == "table" else None), invalid.problems


def _unsound(body: Mapping[str, Any]) -> DecisionTable | None:
    """A table whose rows contradict each other can still be drawn, with what is wrong in its place."""
    try:
        return compile_table({**body, "examples": []}, analyse=False)
    except Invalid:
        return None


def context(
    view: Reading, detail: queries.Detail, made: Any, problems: tuple[Problem, ...] = (),
    asked: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything the template of this kind asks for beside the Definition itself; `asked` are values to be tried."""
    shared = {"words": studio_words, "flow_words": studio_flow_words, "fact": formula_words.name_words}
    match made:
        case Form():
            return {**shared, "form": made, "labels": studio_words.form_labels(made)}
        case Scorecard():
            labels = studio_words.scorecard_labels(made)
            tables = table_words.of_card(made)
            return {**shared, "card": made, "labels": labels, "variant": made.variant(None), "card_tables": tables,
                    "table_words": table_words}  # fmt: skip
        case DecisionTable():
            tried = table_trial.trial(alone(made), table_trial.typed_in(asked or {}), view.now)
            drawn = table_words.grid(made, problems or made.warnings, result=tried.result)
            labels = {key: fact.label for key, fact in made.facts.items() if fact.label}
            return {**shared, "table_words": table_words, "drawn": drawn, "trial": tried, "labels": labels}
        case Policy():
            return {**shared, **_policy(view, detail, made)}
        case Flow():
            return {**shared, **_flow(view, detail, made)}
    return shared


def _policy(view: Reading, detail: queries.Detail, policy: Policy) -> dict[str, Any]:
    card = _other(view, detail, "scorecard", policy.scorecard)
    order = card.ladder.keys if isinstance(card, Scorecard) else ()
    rows = list(studio_flow_words.measures(policy, order))
    posts = queries.posts(view, {post for tier in policy.tiers.tiers for post in tier.posts})
    labels = studio_words.scorecard_labels(card) if isinstance(card, Scorecard) else {}
    return {"policy": policy, "rows": rows, "labels": labels,
            "names": studio_flow_words.Names(posts, {}, {}), "scorecard": _named(detail, "scorecard")}  # fmt: skip


def _flow(view: Reading, detail: queries.Detail, flow: Flow) -> dict[str, Any]:
    form = _other(view, detail, "form", str(flow.form.get("key", "")))
    form = form if isinstance(form, Form) else None
    posts = queries.posts(view, {named.key for named in kinds.KINDS["flow"].posts(detail.body)})
    labels = {**_tier_labels(view, detail), **(studio_words.form_labels(form) if form else {})}
    fields = {key: field.label for key, field in form.fields.items()} if form else {}
    names = studio_flow_words.Names(posts, queries.people(view, _users(flow)), fields)
    return {"flow": flow, "items": tree_of(flow), "form": form, "labels": labels, "names": names,
            "kind_of": studio_flow_words.kind_of}  # fmt: skip


def _tier_labels(view: Reading, detail: queries.Detail) -> dict[str, Any]:
    """Names of the tiers that conditions compare with, from the policy the flow rates by."""
    for link in kinds.KINDS["flow"].links(detail.body):
        if link.kind == "policy":
            policy = _other(view, detail, "policy", link.key)
            if isinstance(policy, Policy):
                return {f"tier={tier.key}": tier.label for tier in policy.tiers.tiers if tier.label}
    return {}


def _users(flow: Flow) -> set[str]:
    """Ids of people a flow names."""
    found: set[str] = set()
    for step in flow.steps.values():
        texts: tuple[str, ...] = ()
        if isinstance(step, Approval | Handle):
            found |= {assign.user for assign in step.assign if isinstance(assign, ByUser)}
            texts = step.on_empty
        if isinstance(step, Approval):
            texts += (*step.veto, *(weight.of for weight in step.weights))
        if isinstance(step, Cc):
            texts = step.to
        found |= {match[1] for text in texts if (match := USER.fullmatch(text))}
    return found


def _named(detail: queries.Detail, kind: str) -> queries.Named | None:
    return next((each for each in detail.uses if each.kind == kind), None)


def _other(view: Reading, detail: queries.Detail, kind: str, key: str) -> Any:
    """The compiled Definition named: the version pinned at publishing, or for a draft the one in force."""
    pinned = _named(detail, kind)
    body = queries.body(view, kind, key, pinned.version if pinned else None)
    return None if body is None else compiled(kind, body)[0]
