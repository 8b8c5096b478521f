"""An entry of the ledger as one plain sentence, and the members it changed, in the reader's language."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from app.edge.locale import NOTHING, catalogue, format_date, format_money, format_number, has_text, label, language, t
from app.queries.trail import EntryRow
from app.work import Verb

Open = Callable[[str, str, Mapping[str, Any]], str | None]

AMOUNTS = frozenset({"amount", "registered_capital", "limit_amount", "formula_limit"})
DAYS = frozenset({"as_of", "valid_to", "valid_from", "founded_on", "customer_since", "expires_on"})
WORDS = {  # members whose values are words of a catalogue: member → beginning of the key
    "status": "flow.status.",
    "payment_mode": "trail.payment_mode.",
    "source": "trail.source.",
    "locale": "language.",
    "verdict": "ledger.verdict.",
}
SEALED = frozenset({"commitment", "cipher"})
LONGEST = 300
VERSION = re.compile(r"v[1-9][0-9]{0,8}")  # the status of one version of a Definition


@dataclass(frozen=True, slots=True)
class Change:
    """A member before and after; None where the entry does not tell."""

    words: str
    before: str | None
    after: str | None


def sentence(row: EntryRow) -> str:
    """What happened. Never fails: what an entry does not hold is a dash, what cannot be read is said to be so."""
    if not row.readable:
        return t("trail.unreadable")
    key = _key(row)
    if key is None:
        return t("trail.unknown_verb", verb=row.verb[:40])
    return catalogue(language())[key].format_map({name: _param(row, name) for name in _fields(language(), key)})


@cache
def _fields(tag: str, key: str) -> tuple[str, ...]:
    parsed = string.Formatter().parse(catalogue(tag)[key])
    return tuple(name for _, name, _, _ in parsed if name is not None)


def _key(row: EntryRow) -> str | None:
    """The sentence for this act, in the variant that suits what the entry holds."""
    variant = _VARIANTS.get(row.verb)
    suffix = variant(row) if variant is not None else None
    for key in (f"verb.{row.verb}.{suffix}" if suffix else "", f"verb.{row.verb}"):
        if key in catalogue(language()):
            return key
    return None


def _step(row: EntryRow) -> str | None:
    return "step" if row.detail.get("step_label") else None


def _rated(row: EntryRow) -> str | None:
    grade, before = row.detail.get("grade"), row.before.get("grade")
    if not grade:
        return "ungraded"
    return "moved" if before and before != grade else None


def _kept(row: EntryRow) -> str | None:
    return next((name for name in ("deleted", "new", "holders") if row.detail.get(name)), None)


_VARIANTS: Mapping[str, Callable[[EntryRow], str | None]] = {
    Verb.DEFINITION_CREATED: lambda row: "based" if row.detail.get("based_on") else None,
    Verb.DEFINITION_SAVED: lambda row: "unread" if row.detail.get("unread") else None,
    Verb.DEFINITION_RETIRED: lambda row: "replaced" if row.detail.get("by_version") else None,
    Verb.FILES_CHANGED: lambda row: None if row.detail.get("added") and row.detail.get("removed") else (
        "added" if row.detail.get("added") else "removed"
    ),
    Verb.REQUEST_CHANGED: lambda row: None if row.detail.get("number") else "draft",
    Verb.RATING_MADE: _rated,
    Verb.LIMIT_CHANGED: lambda row: None if row.before else "first",
    Verb.TASK_CLAIMED: _step,
    Verb.TASK_RELEASED: _step,
    Verb.TASK_NOT_REQUIRED: _step,
    Verb.DECISION_SUPERSEDED: _step,
    Verb.DECISION_MADE: lambda row: _plain(row.detail.get("answer")),
    Verb.CASE_RETURNED: lambda row: "marked" if row.detail.get("marked_labels") else None,
    Verb.ANSWERS_CHANGED: lambda row: "none" if row.detail.get("changed") == [] else None,
    Verb.POST_CHANGED: _kept,
    Verb.DEPARTMENT_CHANGED: _kept,
}


def _plain(value: object) -> str | None:
    return value if isinstance(value, str) and value.isidentifier() else None


def _param(row: EntryRow, name: str) -> str:
    make = _PARAMS.get(name)
    return make(row) if make is not None else value_text(name, row.detail.get(name))


def actor_words(row: EntryRow) -> str:
    """Who did it: the name at that time, or the system."""
    if row.actor == "system":
        return t("trail.system")
    return value_text("by", row.detail.get("by") or row.actor_name)


def role_words(row: EntryRow) -> str:
    """The roles in which somebody acted."""
    roles = (row.text("role") or "").split(",")
    return _join([t(f"role.{role}") if has_text(f"role.{role}") else role for role in roles if role])


def subject_words(row: EntryRow) -> str:
    """What the entry is about: kind of thing and its name."""
    kind = f"subject.{row.subject.type}"
    what = t(kind) if has_text(kind) else row.subject.type
    name = subject_name(row)
    return t("trail.subject_named", what=what, name=name) if name else what


def subject_name(row: EntryRow) -> str:
    """The name or number of what the entry is about, "" where none is known."""
    type_, id_ = row.subject.type, row.subject.id
    if type_ == "definition":
        return label(row.names.get("definition", id_)) or id_
    known = label(row.names.get(type_, id_))
    recorded = row.detail.get("number" if type_ in ("case", "credit_request") else "name")
    return known or (value_text("name", recorded) if recorded else "")


def _customer(row: EntryRow) -> str:
    found = row.detail.get("customer") or (row.detail.get("name") if row.subject.type == "customer" else None)
    return value_text("name", found or row.names.get("customer", row.customer_id))


def _money(row: EntryRow, value: object) -> str:
    currency = row.detail.get("currency")
    return _amount(value, currency if isinstance(currency, str) else "CNY")


def _amount(value: object, currency: str = "CNY") -> str:
    try:
        return format_money(Decimal(str(value)), currency) if value not in (None, "") else NOTHING
    except (InvalidOperation, ValueError):
        return str(value)[:LONGEST]


def _join(words: list[str]) -> str:
    return t("list.between").join(words) or NOTHING


def _list(row: EntryRow, name: str) -> list[Any]:
    found = row.detail.get(name)
    return found if isinstance(found, list) else []


def member_words(name: str, row: EntryRow | None = None) -> str:
    """What a member of before, after or a list of changes is called: as the entry itself says, where it does."""
    own = row.detail.get("labels") if row is not None else None
    if isinstance(own, Mapping) and isinstance(own.get(name), Mapping):
        return value_text("label", own[name])
    if VERSION.fullmatch(name):
        return t("studio.version_n", version=int(name[1:]))
    key = f"trail.member.{name}"
    return t(key) if has_text(key) else name[:60]


def _fields_words(row: EntryRow) -> str:
    return _join([member_words(str(name), row) for name in _list(row, "fields") or _list(row, "changed")])


def _kind(row: EntryRow) -> str:
    kind = row.subject.id.partition("/")[0]
    key = f"trail.kind.{kind}"
    return t(key) if has_text(key) else t("subject.definition")


def _title(row: EntryRow) -> str:
    found = row.detail.get("title") or row.detail.get("label") or row.detail.get("name")
    found = found or row.names.get(row.subject.type, row.subject.id) or row.subject.id
    return value_text("title", found)


def _problems(row: EntryRow) -> str:
    found = row.detail.get("problems")
    if not isinstance(found, list):
        found = [row.detail]
    return _join([_problem(each) for each in found[:3] if isinstance(each, Mapping)])


def _problem(found: Mapping[str, Any]) -> str:
    """The sentence of a stored problem, as far as its params were stored too."""
    code, params = str(found.get("code")), found.get("params")
    if not has_text(code):
        return code[:60]
    known = params if isinstance(params, Mapping) else {}
    texts = {name: value_text(name, known.get(name)) for name in _fields(language(), code)}
    return catalogue(language())[code].format_map(texts)


def _for(row: EntryRow) -> str:
    if row.detail.get("for_name"):
        return value_text("name", row.detail["for_name"])
    post = row.detail.get("post")
    return value_text("name", row.names.get("post_key", post) or post)


def _roles(row: EntryRow) -> str:
    return _join([_role(str(each)) for each in _list(row, "roles")])


def _role(text: str) -> str:
    role, _, scope = text.partition(":")
    if not has_text(f"role.{role}"):
        return text[:60]
    return t("trail.role_over", role=t(f"role.{role}"), scope=_word("scope.", scope)) if scope else t(f"role.{role}")


def _word(beginning: str, value: object) -> str:
    text = str(value)
    return t(beginning + text) if has_text(beginning + text) else text[:60]


_PARAMS: Mapping[str, Callable[[EntryRow], str]] = {
    "by": actor_words,
    "by_name": lambda row: value_text("name", row.detail.get("by_name") or actor_words(row)),
    "decider_name": lambda row: value_text("name", row.detail.get("decider_name") or actor_words(row)),
    "customer": _customer,
    "number": lambda row: value_text("number", row.detail.get("number") or row.names.get("case", row.case_id)),
    "title": _title,
    "book": lambda row: value_text("title", row.detail.get("book_title") or row.detail.get("book")),
    "kind_word": _kind,
    "name": lambda row: value_text("name", row.detail.get("name") or row.names.get(row.subject.type, row.subject.id)),
    "subject_words": lambda row: subject_name(row) if row.subject.type == "user" else subject_words(row),
    "amount_words": lambda row: _money(row, row.detail.get("amount")),
    "amount_before": lambda row: _money(row, row.before.get("amount")),
    "amount_after": lambda row: _money(row, row.after.get("amount")),
    "payment_days": lambda row: value_text("payment_days", row.after.get("payment_days")),
    "valid_to": lambda row: value_text("valid_to", row.after.get("valid_to")),
    "grade_before": lambda row: value_text("grade", row.before.get("grade")),
    "source_word": lambda row: value_text("source", row.detail.get("source")),
    "evidence_word": lambda row: _word("trail.evidence.", row.detail.get("kind")),
    "answer_word": lambda row: _word("flow.answer.", row.detail.get("answer")),
    "task_word": lambda row: _word("flow.task.", row.detail.get("status")),
    "session_word": lambda row: _word("trail.session.", row.detail.get("why")),
    "job_word": lambda row: _word("job.name.", row.detail.get("name")),
    "verdict_word": lambda row: _word("ledger.verdict.", row.detail.get("verdict")),
    "field_words": _fields_words,
    "problem_words": _problems,
    "for_words": _for,
    "to_words": lambda row: _join([value_text("name", each) for each in _list(row, "to")]),
    "holder_words": lambda row: _join([value_text("name", each) for each in _list(row, "holders")]),
    "role_words": _roles,
}


def is_sealed(value: object) -> bool:
    """A personal value as it stands in an entry: commitment and ciphertext."""
    return isinstance(value, Mapping) and value.keys() == SEALED


def value_text(name: str, value: object, row: EntryRow | None = None, open_value: Open | None = None) -> str:
    """A member's value as it is read. Sealed ones are told as such unless `open_value` opens them."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return t("ui.yes" if value else "ui.no")
    if isinstance(value, Mapping):
        return _mapping_text(name, value, row, open_value)
    if isinstance(value, list):
        return _join([value_text(name, each, row, open_value) for each in value])
    if name in WORDS:
        return _word(WORDS[name], value)
    if VERSION.fullmatch(name):
        return _word("studio.status.", value)
    if name in AMOUNTS:
        return _amount(value)
    if name in DAYS:
        return _day(str(value))
    if row is not None:
        named = label(row.names.get("user", value) or row.names.get("department", value))
        if named:
            return named
    if name == "roles":
        return _role(str(value))
    return format_number(value) if isinstance(value, int) and name != "version" else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _mapping_text(name: str, value: Mapping[str, Any], row: EntryRow | None, open_value: Open | None) -> str:
    if value.get("erased") is True:
        return t("trail.erased")
    if is_sealed(value):
        if row is None or row.customer_id is None or open_value is None or row.detail.get("private"):
            return t("trail.sealed")
        return open_value(row.customer_id, name, value) or t("trail.erased")
    texts = {key: each for key, each in value.items() if isinstance(each, str)}
    if "hash" in texts:  # a file, of which people know the name
        return _short(texts.get("name", texts["hash"]))
    return _short(label(texts)) if texts.keys() & {"zh-CN", "en"} else _short(_join(list(texts.values())))


def _day(text: str) -> str:
    try:
        return format_date(text)
    except ValueError:
        return _short(text)


def changes(row: EntryRow, open_value: Open | None = None) -> tuple[Change, ...]:
    """The members an entry says it changed, those of `after` first; what stayed the same is left out."""
    found = []
    for name in dict.fromkeys((*row.after, *row.before)):
        before, after = row.before.get(name), row.after.get(name)
        if name in row.before and name in row.after and _same(before, after):
            continue
        old = value_text(name, before, row, open_value) if name in row.before else None
        new = value_text(name, after, row, open_value) if name in row.after else None
        found.append(Change(member_words(name, row), old, new))
    return tuple(found)


def _same(before: object, after: object) -> bool:
    """Equal as values: 88.8000 stored and 88.80 computed are one number."""
    if before == after:
        return True
    try:
        return isinstance(before, str) and isinstance(after, str) and Decimal(before) == Decimal(after)
    except InvalidOperation:
        return False
