"""Flows and policies in words: who decides, by what rule, what comes after; what a Grade is worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.edge.locale import format_number, format_percent, has_text, label, t
from credit import Policy
from credit.policy import GradeMeasure
from forms import Form
from workflows import Flow
from workflows.model import (
    START,
    Acts,
    Approval,
    Assign,
    ByCommittee,
    ByDepartmentHead,
    ByField,
    ByPost,
    BySuperior,
    ByTier,
    ByUser,
    Cc,
    Choice,
    End,
    Handle,
    Limit,
    OnReject,
    Rate,
    ReturnRule,
    Start,
    Step,
)
from workflows.quorum import Quorum

DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of what a flow or policy points to by key: posts, people, fields of the form."""

    posts: Mapping[str, Any]
    people: Mapping[str, str]
    fields: Mapping[str, Any]

    def post(self, key: str) -> str:
        return label(self.posts.get(key)) or key

    def person(self, key: str) -> str:
        return self.people.get(key, key)

    def field(self, key: str) -> str:
        return label(self.fields.get(key)) or key

    def reference(self, text: str) -> str:
        """``post:x``, ``user:x``, ``committee:x`` or a plain word, as flows write fallbacks and recipients."""
        kind, _, key = text.partition(":")
        if kind == "user" and key:
            return self.person(key)
        if key:
            return t("studio.assign.post", post=self.post(key))
        return t("studio.assign.post", post=self.post(text)) if text == "flow_admin" else t(f"studio.assign.{text}")


def assign_words(assign: Assign, names: Names) -> str:
    match assign:
        case ByUser(user):
            return names.person(user)
        case ByPost(post, None):
            return t("studio.assign.post", post=names.post(post))
        case ByPost(post, _):
            return t("studio.assign.post_within", post=names.post(post))
        case BySuperior(1):
            return t("studio.assign.superior")
        case BySuperior(level):
            return t("studio.assign.superior_level", level=level)
        case ByDepartmentHead():
            return t("studio.assign.department_head")
        case ByCommittee(key):
            return t("studio.assign.committee", post=names.post(key))
        case ByTier():
            return t("studio.assign.tier")
        case ByField(field):
            return t("studio.assign.field", field=names.field(field))


def quorum_words(step: Approval | Handle, names: Names) -> list[str]:
    """How several people become one outcome."""
    quorum = step.quorum
    found = [_rule_words(quorum)]
    found.append(t(f"studio.order.{quorum.order}"))
    if isinstance(step, Approval):
        if quorum.rule == "any":
            found.append(t(f"studio.reject_when.{quorum.reject_when}"))
        if quorum.wait_for_all:
            found.append(t("studio.quorum.wait_for_all"))
        if quorum.abstain:
            found.append(t("studio.quorum.abstain"))
        if step.veto:
            found.append(t("studio.quorum.veto", names=[names.reference(each) for each in step.veto]))
        if step.weights:
            weights = [t("studio.quorum.weight_of", name=names.reference(w.of), weight=w.weight) for w in step.weights]
            found.append(t("studio.quorum.weights", names=weights))
    return found


def _rule_words(quorum: Quorum) -> str:
    sign = t("studio.quorum.at_least" if quorum.inclusive else "studio.quorum.above")
    match quorum.rule:
        case "ratio":
            return t("studio.quorum.ratio", sign=sign, share=format_percent(quorum.ratio))
        case "weight":
            return t("studio.quorum.weight", sign=sign, share=format_number(quorum.threshold))
        case "count" if quorum.reject_count:
            return t("studio.quorum.count_reject", count=quorum.count, rejects=quorum.reject_count)
        case "count":
            return t("studio.quorum.count", count=quorum.count)
        case rule:
            return t(f"studio.quorum.{rule}")


def reject_words(flow: Flow, rule: OnReject) -> str:
    if rule.do == "end" or rule.to is None:
        return t("studio.on_reject.end")
    resubmit = t(f"flow.resubmit.{rule.resubmit}")
    return t(f"studio.on_reject.{rule.do}", to=step_name(flow, rule.to), resubmit=resubmit)


def step_name(flow: Flow, step: str) -> str:
    """The label of a Step; the start is the applicant."""
    found = flow.steps.get(step)
    if step == START or (found is not None and found.id == flow.start.id):
        return t("studio.assign.applicant")
    return label(found.label) if found is not None else step


def act_words(flow: Flow, acts: Acts) -> list[str]:
    """What may be done beside approving."""
    found = []
    if acts.returning is None:
        found.append(t("studio.acts.no_return"))
    else:
        found.append(_return_words(flow, acts.returning))
    for act, rule in (("approve", acts.approve_comment), ("reject", acts.reject_comment)):
        if rule != "optional":
            found.append(t(f"studio.acts.{act}_{rule}"))
    return found


def _return_words(flow: Flow, rule: ReturnRule) -> str:
    resubmit = t(f"studio.resubmit.{rule.resubmit}")
    if isinstance(rule.targets, tuple):
        return t("studio.acts.return_to", names=[step_name(flow, each) for each in rule.targets], resubmit=resubmit)
    return t(f"studio.acts.return_{rule.targets}", resubmit=resubmit)


def limit_words(limit: Limit, names: Names) -> str:
    """One time rule of a Step."""
    after = duration_words(limit.after, limit.clock)
    above = t("studio.assign.superior_of_approver")
    to = above if limit.to == "superior" else names.reference(limit.to) if limit.to else ""
    found = t(f"studio.limit.{limit.do}", after=after, to=to)
    if limit.repeat:
        found += t("studio.limit.repeat", every=duration_words(limit.repeat, limit.clock))
    return found + (t("studio.limit.max", max=limit.max) if limit.max else "")


def duration_words(text: str, clock: str = "wall") -> str:
    """PT8H as 8 小时; on the business clock hours of work."""
    found = DURATION.fullmatch(text)
    if found is None:
        return text
    pairs = zip(("days", "hours", "minutes"), found.groups(), strict=True)
    words = "".join(t(f"studio.time.{unit}", count=int(count)) for unit, count in pairs if count)
    return t("studio.time.business", time=words) if clock == "business" else words


def permission_words(flow: Flow, step: Step, form: Form | None) -> list[str]:
    """What the people of a Step may see and change, by the labels of the fields."""
    rights = getattr(step, "fields", {})
    rest = rights.get("*", "read")
    keys = [field.key for field in form.asked] if form else [key for key in rights if key != "*"]
    labels = {field.key: label(field.label) for field in form.asked} if form else {}
    found = []
    for permission in ("edit", "read", "hidden"):
        named = [labels.get(key, key) for key in keys if key in rights and rights[key] == permission != rest]
        if named:
            found.append(t(f"studio.permission.{permission}", names=named))
    rest_key = "studio.permission.rest" if found else "studio.permission.all"
    return [*found, t(f"{rest_key}_{rest}")]


# policies -----------------------------------------------------------------------------------------------------

_INTERVAL = re.compile(r"([1-9][0-9]*)([dm])")


def interval_words(text: str | None) -> str:
    """12m as 12 个月, event as 有事件时."""
    found = _INTERVAL.fullmatch(text or "")
    if found is None:
        return t(f"studio.interval.{text}") if text and has_text(f"studio.interval.{text}") else text or ""
    return t(f"studio.interval.{found[2]}", count=int(found[1]))


def measures(policy: Policy, order: Iterable[str]) -> Iterator[GradeMeasure]:
    """The rows of the Grades from best to worst: as the scorecard orders them, else by probability of default."""
    ranks = {key: rank for rank, key in enumerate(order)}
    yield from sorted(
        policy.grades.values(), key=lambda row: (ranks.get(row.grade, len(ranks)), row.pd, -row.limit_multiplier)
    )


def price_words(adjustment: Decimal | None) -> str:
    if adjustment is None:
        return t("studio.price.list")
    if not adjustment:
        return t("studio.price.same")
    kind = "discount" if adjustment < 0 else "surcharge"
    return t(f"studio.price.{kind}", share=format_percent(abs(adjustment)))


def days_words(days: int | None) -> str:
    return "—" if days is None else str(days)


def tier_words(policy: Policy, key: str) -> str:
    return label(policy.tiers.of(key).label) or key


_KINDS: dict[type, str] = {
    Start: "start", Approval: "approval", Handle: "handle", Cc: "cc", Choice: "choice", Rate: "rate", End: "end",
}  # fmt: skip


def kind_of(step: Step) -> str:
    """The type of a Step, as its definition names it."""
    return _KINDS[type(step)]
