"""What a draft of a form would do to answers given before, and who names its fields; nothing is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select

from app.models.case import CreditRequest
from app.models.customer import Customer
from app.models.definition import DRAFT, PUBLISHED, Definition
from app.models.record import Record
from app.services import customer_answers, definitions
from app.services.customer_answers import FORM as CUSTOMER_FORM
from app.work import Reading
from forms import compile_form
from forms.fields.choice import Choice
from forms.upgrade import preview
from rules import Invalid
from rules.feel.rename import places_of
from rules.feel.tokens import Broken

Body = Mapping[str, Any]
BATCH = 500
TRIED = 1_000
"""Answers of one version that are read under the draft; counts of values are over all of them."""


@dataclass(frozen=True, slots=True)
class Use:
    """One Definition that names a field. how: permission, condition, person, copy, fact."""

    kind: str
    key: str
    title: Mapping[str, str]
    how: str


@dataclass(slots=True)
class FieldImpact:
    """One change that answers or others feel.

    what     removed, renamed, retyped, options (some are gone), required, limits
    answers  how many stored answers hold a value it concerns; for `required` how many lack one
    detail   the new key, both types, or the codes that are gone
    lost     how many of those tried could not be read any more, `examples` the first of them as they read
    refused  how many of those tried break a limit the draft sets
    """

    id: str
    key: str
    label: Mapping[str, str]
    what: str
    detail: str = ""
    answers: int = 0
    gone: frozenset[str] = frozenset()
    uses: tuple[Use, ...] = ()
    lost: int = 0
    refused: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormImpact:
    """`version` is the one in force, None where there is none; `answers` are all that were given to any version.

    tried  how many of them were read under the draft to see what becomes of them; 0 while it does not compile
    """

    version: int | None
    answers: int
    tried: int = 0
    changes: tuple[FieldImpact, ...] = ()
    uses: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)


def impact(view: Reading, key: str, body: Body) -> FormImpact:
    """The draft `body` against the version in force; `uses` for each field of either, by the key in force."""
    row = definitions.published(view.session, "form", key)
    old: Body = {} if row is None else row.body
    names = dict.fromkeys(each["key"] for each in (*_outer(old), *_outer(body)))
    uses = {name: tuple(found) for name in names if (found := list(_uses(view, key, name)))}
    changes = list(_changes(old, body)) if row is not None else []
    total = _count(view, key, changes)
    tried = _try(view, key, row, body, changes) if row is not None else 0
    for each in changes:
        each.uses = uses.get(each.key.partition(".")[0], ()) if each.what != "required" else ()
    return FormImpact(row.version if row is not None else None, total, tried, tuple(changes), uses)


# what differs -------------------------------------------------------------------------------------------------


def _changes(old: Body, new: Body) -> Iterator[FieldImpact]:
    now = {each["id"]: (name, each) for name, each in _named(new)}
    for name, before in _named(old):
        about = before["id"], name, before.get("label", {})
        if before["id"] not in now:
            yield FieldImpact(*about, "removed")
            continue
        other, after = now[before["id"]]
        if before["type"] != after["type"]:
            yield FieldImpact(*about, "retyped", f"{before['type']} \u2192 {after['type']}")
        if name != other:
            yield FieldImpact(*about, "renamed", other)
        if gone := _codes(before) - _codes(after):
            yield FieldImpact(*about, "options", ", ".join(sorted(gone)), gone=frozenset(gone))
        if after.get("required") and not before.get("required") and "." not in name:
            yield FieldImpact(*about, "required")
        if any(before.get(limit) != after.get(limit) and limit in after for limit in LIMITS):
            yield FieldImpact(*about, "limits")


LIMITS = (
    "min", "max", "min_length", "max_length", "pattern", "min_items", "max_items", "min_rows", "max_rows", "scale",
)  # fmt: skip


def _outer(body: Body) -> Iterator[Body]:
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else ():
        fields = section.get("fields") if isinstance(section, Mapping) else None
        for each in fields if isinstance(fields, list) else ():
            if isinstance(each, Mapping) and all(isinstance(each.get(name), str) for name in ("id", "key", "type")):
                yield each


def _named(body: Body) -> Iterator[tuple[str, Body]]:
    """Every field under its name in rules, columns as `rows.column`; drafts may be unfinished."""
    for each in _outer(body):
        yield each["key"], each
        for column in each.get("fields") or ():
            if isinstance(column, Mapping) and all(isinstance(column.get(name), str) for name in ("id", "key", "type")):
                yield f"{each['key']}.{column['key']}", column


def _codes(setup: Body) -> set[str]:
    options = setup.get("options")
    found = [each.get("code") if isinstance(each, Mapping) else each for each in options or ()]
    return {each for each in found if isinstance(each, str)}


# answers ------------------------------------------------------------------------------------------------------


def _count(view: Reading, key: str, changes: Iterable[FieldImpact]) -> int:
    """All stored answers of the form, each change told how many of them it concerns."""
    changes = [each for each in changes if each.what != "limits"]
    total = 0
    for query in _answers(key):
        total += _counted(changes, view.session.scalars(query.execution_options(yield_per=BATCH)))
    if key == CUSTOMER_FORM:
        total += _counted(changes, _of_customers(view, {change.key for change in changes}))
    return total


def _counted(changes: Iterable[FieldImpact], given: Iterable[Any]) -> int:
    total = 0
    for answers in given:
        if isinstance(answers, Mapping):
            total += 1
            for change in changes:
                change.answers += _concerns(change, answers)
    return total


def _of_customers(view: Reading, keys: Collection[str]) -> Iterator[Body]:
    """Of every customer file what it holds under `keys`, most of which are columns of their own.

    Nothing else of them is read: there may be a hundred thousand.
    """
    row = definitions.published(view.session, "form", CUSTOMER_FORM)
    if row is None:
        return
    form = definitions.compiled(row)
    plain = [key for key in customer_answers.PLAIN if key in keys]
    named = [key for key in customer_answers.NAMED if key in keys and isinstance(form.fields.get(key), Choice)]
    columns = [getattr(Customer, name) for name in (*plain, *(customer_answers.NAMED[key] for key in named))]
    codes: dict[tuple[str, Any], Any] = {}
    query = select(Customer.answers, Customer.industry_code, *columns).execution_options(yield_per=BATCH)
    for answers, industry, *values in view.session.execute(query):
        found = dict(answers)
        found.update(zip(plain, values, strict=False))
        for key, words in zip(named, values[len(plain) :], strict=True):
            code = industry if key == "industry" else None
            if (key, code or words) not in codes:
                codes[key, code or words] = customer_answers.code_of(form, key, words, code)
            found[key] = codes[key, code or words]
        yield found


def _answers(key: str) -> Iterator[Select[Any]]:
    versions = select(Definition.id).where(Definition.kind == "form", Definition.key == key)
    yield select(CreditRequest.answers).where(CreditRequest.form_id.in_(versions))
    yield select(Record.answers).where(Record.book == key)


def _try(view: Reading, key: str, row: Definition, body: Body, changes: list[FieldImpact]) -> int:
    """Read the latest answers under the draft: what is lost or refused is told beside its change, or as one more."""
    try:
        new = compile_form(body)
    except Invalid:
        return 0
    known = {change.id: change for change in changes if change.what != "required"}
    tried = 0
    for form_row, answers in _latest(view, key, row):
        tried += len(answers)
        for each in preview(definitions.compiled(form_row), new, answers, now=view.now.astimezone(view.zone)):
            lost = each.counts.get("unreadable", 0)
            if not lost and not each.refused:
                continue
            change = known.get(each.id)
            if change is None:
                change = known[each.id] = FieldImpact(each.id, each.before[0], each.label, "limits")
                changes.append(change)
            change.lost, change.refused = change.lost + lost, change.refused + each.refused
            change.examples = (*change.examples, *(found.value for found in each.examples if found.value))[:3]
    return tried


def _latest(view: Reading, key: str, row: Definition) -> Iterator[tuple[Definition, list[Body]]]:
    """The last answers given to each version, with that version; those of customers are read under the one in force."""
    versions = select(Definition).where(Definition.kind == "form", Definition.key == key, Definition.status != DRAFT)
    for version in view.session.scalars(versions):
        requests = select(CreditRequest.answers).where(CreditRequest.form_id == version.id)
        records = select(Record.answers).where(Record.form_id == version.id)
        newest = (requests.order_by(CreditRequest.created_at.desc()), records.order_by(Record.changed_at.desc()))
        for query in newest:
            yield version, list(view.session.scalars(query.limit(TRIED)))
    if key == CUSTOMER_FORM:
        form = definitions.compiled(row)
        files = view.session.scalars(select(Customer).order_by(Customer.changed_at.desc()).limit(TRIED))
        yield row, [customer_answers.stored(form, each) for each in files]


def _concerns(change: FieldImpact, answers: Body) -> bool:
    outer, _, inner = change.key.partition(".")
    value = answers.get(outer)
    rows = value if isinstance(value, list) else []
    values = [row.get(inner) for row in rows if isinstance(row, Mapping)] if inner else [value]
    held = [each for each in values if each not in (None, "", [])]
    if change.what == "required":
        return not held
    if change.gone:
        codes = {code for each in held for code in (each if isinstance(each, list) else [each])}
        return any(isinstance(code, str) and code in change.gone for code in codes)
    return bool(held)


# who names it -------------------------------------------------------------------------------------------------


def _uses(view: Reading, form: str, name: str) -> Iterator[Use]:
    query = select(Definition).where(Definition.status == PUBLISHED).order_by(Definition.kind, Definition.key)
    for row in view.session.scalars(query):
        if (row.kind, row.key) == ("form", form):
            continue
        for how in dict.fromkeys(_ways(row.kind, row.body, form, name)):
            yield Use(row.kind, row.key, dict(row.title), how)


def _ways(kind: str, body: Body, form: str, name: str) -> Iterator[str]:
    if kind == "flow":
        if isinstance(body.get("form"), Mapping) and body["form"].get("key") == form:
            yield from _in_flow(body, name)
    elif kind == "form":
        for each in _outer(body):
            source = each.get("source")
            if not isinstance(source, Mapping) or source.get("of") != {"form": form}:
                continue
            if name in (*source.get("copy", ()), *source.get("live", ())):
                yield "copy"
    else:
        holder = body.get("limit") if kind == "policy" else body
        facts = holder.get("facts", ()) if isinstance(holder, Mapping) else ()
        if any((each.get("key") if isinstance(each, Mapping) else each) == name for each in facts):
            yield "fact"


def _in_flow(body: Body, name: str) -> Iterator[str]:
    for step in body.get("steps", ()):
        if name in step.get("fields", {}):
            yield "permission"
        if any(each.get("by") == "field" and each.get("field") == name for each in step.get("assign", ())):
            yield "person"
    texts = [body.get("settings", {}).get("title"), *(route.get("when") for route in body.get("routes", ()))]
    if any(isinstance(text, str) and _mentions(text, name) for text in texts):
        yield "condition"


def _mentions(text: str, name: str) -> bool:
    try:
        return bool(places_of(text, name))
    except Broken:
        return False
