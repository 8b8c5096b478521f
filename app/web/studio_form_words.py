"""What the designer of forms starts from, and what only the server can say of the form in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from app.access import Role
from app.edge.assets import asset
from app.edge.formula_words import say
from app.edge.locale import has_text, label, t, translate
from app.models.definition import PUBLISHED, RETIRED, Definition
from app.services import definitions
from app.services.customer_answers import FORM as CUSTOMER_FORM
from app.services.pinyin import syllables
from app.web.studio_words import form_labels
from app.work import Reading
from forms import FIELD_TYPES, Field, Form, compile_form
from forms.compile import RESERVED
from forms.fields import Subform
from forms.schema import OUTER
from rules import Invalid
from workflows import Flow
from workflows.model import Approval, Handle, Start

Body = Mapping[str, Any]

# Under which heading the palette offers a type; what is listed nowhere stands under the last one.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "long_text", "tags", "email", "phone", "address", "credit_code", "bank_account", "bank_code"),
    "number": ("number", "integer", "money", "percent", "serial"),
    "time": ("date", "datetime", "date_range"),
    "choice": ("yes_no", "choice", "multi_choice", "lookup", "user", "department"),
    "file": ("attachment", "image", "signature"),
    "rows": ("subform", "rating", "note", "separator"),
    "other": (),
}


def form_words(body: Body) -> dict[str, Any]:
    """`formulas`: every condition and computation in words by its place; null while the form does not compile."""
    try:
        made = compile_form(body)
    except Invalid:
        return {"formulas": None}
    return {"formulas": {place: words for place, words in _said(body, made) if words}}


def _said(body: Body, form: Form) -> Iterator[tuple[str, str | None]]:
    labels = form_labels(form)
    for index, rule in enumerate(form.rules):
        inside = form.fields.get(rule.target.partition(".")[0]) if "." in rule.target else None
        yield f"/body/rules/{index}/when", say(rule.when, {**labels, **_columns(inside)})
    for index, check in enumerate(form.checks):
        yield f"/body/checks/{index}/formula", say(check.formula, labels)
    for outer, section in enumerate(body["sections"]):
        for index, setup in enumerate(section["fields"]):
            at = f"/body/sections/{outer}/fields/{index}"
            if setup["key"] in form.plan.computed:
                yield f"{at}/compute", say(form.plan.computed[setup["key"]], labels)
            rows = form.rows.get(setup["key"])
            own = {**labels, **_columns(form.fields.get(setup["key"]))}
            for inner, column in enumerate(setup.get("fields", ())):
                if rows is not None and column["key"] in rows.computed:
                    yield f"{at}/fields/{inner}/compute", say(rows.computed[column["key"]], own)


def _columns(field: Field | None) -> dict[str, Any]:
    return {column.key: column.label for column in field.columns} if isinstance(field, Subform) else {}


def form_page(view: Reading, key: str) -> dict[str, Any]:
    """The page's member `form`: types with the schema of their setup, ids and keys that are taken, who fills it in."""
    ever, published, version = _history(view, key)
    return {
        "types": list(types()),
        "reserved": sorted(RESERVED),
        "ever": ever,
        "published": published,
        "version": version,
        "customers": key == CUSTOMER_FORM,
        "roles": [{"value": role.value, "words": t(f"role.{role.value}")} for role in Role],
        "sources": list(_sources(view, key)),
        "views": list(_views(view, key)),
        "sorting": asset("sorting"),
        "zone": getattr(view.zone, "key", "UTC"),
        "names": {
            what: {tag: translate(tag, f"form.new.{what}", {"number": "{number}"}) for tag in ("zh-CN", "en")}
            for what in ("option", "section")
        },
    }


def types() -> Iterator[dict[str, Any]]:
    """Every field type as it stands: a new one appears by itself, its members drawn from its schema."""
    for name, cls in FIELD_TYPES.items():
        schema = cls.setup_schema()
        words = {tag: translate(tag, f"studio.type.{name}", {}) if has_text(f"studio.type.{name}") else name
                 for tag in ("zh-CN", "en")}  # fmt: skip
        yield {
            "type": name,
            "label": words,
            "sounds": _sounds(words["zh-CN"]),
            "group": next((group for group, members in GROUPS.items() if name in members), "other"),
            "feel": cls.feel, "outer": name in OUTER, "valued": cls.has_value,
            "members": schema["properties"], "needs": schema["required"],
            "order": list(schema["properties"]),
        }  # fmt: skip


def _sounds(words: str) -> str:
    """The initials and the whole of how Chinese words are read: `je jine`."""
    parts = syllables(words)
    return f"{''.join(part[0] for part in parts)} {''.join(parts)}".lower()


def _history(view: Reading, key: str) -> tuple[list[str], dict[str, Any], int | None]:
    """Ids any version ever used; fields of the versions that were in force, as the last of them had each."""
    query = select(Definition).where(Definition.kind == "form", Definition.key == key).order_by(Definition.version)
    ever: set[str] = set()
    published: dict[str, Any] = {}
    version = None
    for row in view.session.scalars(query):
        fields = [each for each in _setups(row.body) if isinstance(each.get("id"), str)]
        ever.update(each["id"] for each in fields)
        ever.update(str(each["id"]) for each in _objects(row.body.get("removed")) if "id" in each)
        if row.status in (PUBLISHED, RETIRED):
            version = row.version
            for each in fields:
                known = {name: each.get(name) for name in ("key", "type", "label")}
                published[each["id"]] = {**known, "version": row.version}
    return sorted(ever), published, version


def _objects(items: Any) -> Iterator[Body]:
    return (each for each in items if isinstance(each, Mapping)) if isinstance(items, list) else iter(())


def _setups(body: Body) -> Iterator[Body]:
    for section in _objects(body.get("sections")):
        for each in _objects(section.get("fields")):
            yield each
            yield from _objects(each.get("fields"))


def _sources(view: Reading, key: str) -> Iterator[dict[str, Any]]:
    """What a lookup may pick from: customers, and the records of published forms that keep a book."""
    names = ("name", "number", "credit_code", "industry", "currency", "grade", "score", "current_limit", "exposure")
    yield {
        "of": "customer", "words": t("form.source.customer"),
        "members": [{"value": name, "words": t(f"form.source.customer.{name}")} for name in names],
    }  # fmt: skip
    query = select(Definition).where(Definition.kind == "form", Definition.status == PUBLISHED)
    for row in view.session.scalars(query.order_by(Definition.key)):
        if row.key != key and isinstance(row.body.get("book"), Mapping):
            form = definitions.compiled(row)
            members = [{"value": each.key, "words": label(each.label)} for each in form.asked]
            yield {"of": {"form": row.key}, "words": label(row.title), "members": members}


def _views(view: Reading, key: str) -> Iterator[dict[str, str]]:
    """The Steps of published flows that ask this form: as what each of them shows it."""
    for row in flows_of(view, key):
        flow: Flow = definitions.compiled(row)
        for step in flow.steps.values():
            if isinstance(step, Start | Approval | Handle):
                yield {"value": f"flow:{row.key}:{step.id}", "words": label(step.label), "group": label(row.title)}


def flows_of(view: Reading, key: str) -> list[Definition]:
    query = select(Definition).where(Definition.kind == "flow", Definition.status == PUBLISHED)
    return [row for row in view.session.scalars(query.order_by(Definition.key)) if row.body["form"]["key"] == key]
