"""A form body becomes a Form, or Invalid with everything that is wrong with it at its JSON Pointer path."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as member
from types import MappingProxyType
from typing import Any

from rules import Formula, Invalid, Problem, Scope, ScopeEntry
from rules.problem import pointer

from .access import Access
from .book import Book
from .book_compile import Making
from .controls import PageForm
from .fields import FIELD_TYPES, Field, Subform
from .fields.choice import Choice
from .fields.people import CANDIDATE, Staff
from .model import Check, Form, Plan, Removed, Rule, Section
from .plan import feeds_of, formula, plan_of, scope_of
from .reach import NAMES
from .schema import MOST_REPORTED, shape_problems
from .ties import ranges_of, tie_problems

MOST_FIELDS = 300
MOST_RULES = 100
MOST_CHECKS = 100
MOST_COLUMNS = 30

_FEEL_WORDS = frozenset({
    "null", "true", "false", "and", "or", "not", "if", "then", "else", "for", "in", "return", "some", "every",
    "satisfies", "between", "instance", "of", "function", "external", "partial", "item",
})
# Names a page form has already, and the keyword arguments its rows are filled through.
_PAGE_WORDS = frozenset(n for n in dir(PageForm) if not n.startswith("_")) | {"formdata", "obj", "prefix", "row_id"}
RESERVED = _FEEL_WORDS | _PAGE_WORDS


def compile_form(body: object) -> Form:
    """The frozen Form of `body` (see `form.schema.json`); raises Invalid with all Problems."""
    work = _Work(list(shape_problems(body)))
    cut = len(work.problems) >= MOST_REPORTED or any(p.code == "form.too_large" for p in work.problems)
    if cut or not isinstance(body, Mapping) or not _items(body, "sections"):
        # Where the shape was not looked at to its end, nothing further can be read safely.
        raise Invalid(work.problems)
    sections = tuple(work.sections(body))
    work.names(body)
    computed, rows_computed = work.computed()
    rules = tuple(work.rules(body))
    checks = tuple(work.checks(body))
    rows, outer = work.row_plans(rules, rows_computed)
    outermost = [r for r in rules if "." not in r.target]
    plan = plan_of(tuple(work.fields.values()), computed, outermost, outer, work.paths, work.problems)
    summary = tuple(work.summary(body))
    book, access = work.book(body), work.access(body)
    plan, rows = work.tied(plan, rows)
    if work.problems:
        raise Invalid(work.problems)
    reads = {key: frozenset(names) for key, names in outer.items()}
    removed = tuple(Removed(**item) for item in _items(body, "removed"))
    return Form(
        sections, MappingProxyType(work.fields), rules, checks, summary, removed,
        plan, MappingProxyType(rows), tuple(work.warnings), feeds_of(plan, reads), book,
        body.get("arrangement") == "tabs", access,
    )


def _items(holder: Mapping[str, Any], name: str) -> list[Any] | tuple[Any, ...]:
    """A list of the body, empty where it is absent or no list at all."""
    found = holder.get(name)
    return found if isinstance(found, list | tuple) else ()


@dataclass
class _Work:
    """One compilation: what has been read so far, and every Problem found."""

    problems: list[Problem]
    warnings: list[Problem] = member(default_factory=list)
    fields: dict[str, Field] = member(default_factory=dict)
    paths: dict[str, str] = member(default_factory=dict)
    loose: set[str] = member(default_factory=set)
    seen: list[tuple[str, Mapping[str, Any]]] = member(default_factory=list)
    scopes: dict[str | None, Scope] = member(default_factory=dict)

    def __post_init__(self) -> None:
        self.broken = tuple(p.path for p in self.problems)

    def add(self, problem: str, path: str, **params: Any) -> None:
        self.problems.append(Problem(problem, path, params))

    def sound(self, path: str) -> bool:
        """Whether the shape at `path` and below is right, so that it can be read."""
        return not any(p == path or p.startswith(path + "/") for p in self.broken)

    # fields --------------------------------------------------------------------------------------------------

    def sections(self, body: Mapping[str, Any]) -> Iterator[Section]:
        keys: set[str] = set()
        for index, section in enumerate(_items(body, "sections")):
            path = pointer("sections", index)
            if not isinstance(section, Mapping):
                continue
            before = len(self.fields)
            for place, setup in enumerate(_items(section, "fields")):
                self.outer_field(setup, f"{path}/fields/{place}")
            key = section.get("key")
            if not isinstance(key, str):
                continue
            if key in keys:
                self.add("form.duplicate_key", f"{path}/key", key=key)
            keys.add(key)
            members = tuple(self.fields)[before:]
            yield Section(
                key, section.get("title"), section.get("help"), members,
                section.get("columns", 1), section.get("collapsed"),
            )

    def outer_field(self, setup: Any, path: str) -> None:
        if not isinstance(setup, Mapping):
            return
        self.seen.append((path, setup))
        columns: list[Field] = []
        for place, inner in enumerate(_items(setup, "fields")):
            if isinstance(inner, Mapping):
                self.seen.append((f"{path}/fields/{place}", inner))
        if self.sound(path) and setup["type"] == "subform":
            columns = [self.build(inner, f"{path}/fields/{n}") for n, inner in enumerate(setup["fields"])]
            self.column_names(setup, path)
        if not self.sound(path):
            if isinstance(setup.get("key"), str):
                self.loose.add(setup["key"])
            return
        field = self.build(setup, path, tuple(columns))
        if field.key in self.fields:
            self.add("form.duplicate_key", f"{path}/key", key=field.key)
            return
        self.fields[field.key] = field
        self.paths[field.key] = path

    def build(self, setup: Mapping[str, Any], path: str, columns: tuple[Field, ...] = ()) -> Field:
        found: list[Problem] = []
        field = FIELD_TYPES[setup["type"]].build(setup, found, columns)
        self.problems.extend(p.under(path) for p in found)
        if field.key in RESERVED:
            self.add("form.key_reserved", f"{path}/key", key=field.key)
        if field.compute is None and (field.on_hide == "recompute" or "mode" in setup):
            self.add("form.not_computed", f"{path}/{'mode' if 'mode' in setup else 'on_hide'}")
        if field.compute is not None and field.feel in ("context", "list"):
            self.add("form.compute_type", f"{path}/compute", type=field.type)
        return field

    def column_names(self, setup: Mapping[str, Any], path: str) -> None:
        keys: set[str] = set()
        for place, inner in enumerate(setup["fields"]):
            at = f"{path}/fields/{place}"
            if inner["key"] in keys:
                self.add("form.duplicate_key", f"{at}/key", key=inner["key"])
            keys.add(inner["key"])
            if "unique" in inner:
                self.add("form.unique_column", f"{at}/unique")
        if len(setup["fields"]) > MOST_COLUMNS:
            self.add("form.limit", f"{path}/fields", limit=MOST_COLUMNS, count=len(setup["fields"]))

    def names(self, body: Mapping[str, Any]) -> None:
        """Ids are unique for ever, removed ones included; the whole keeps within its limits."""
        ids: dict[str, str] = {}
        for index, gone in enumerate(_items(body, "removed")):
            if isinstance(gone, Mapping) and isinstance(gone.get("id"), str):
                if gone["id"] in ids:
                    self.add("form.duplicate_id", pointer("removed", index, "id"), id=gone["id"])
                ids[gone["id"]] = "removed"
        for path, setup in self.seen:
            id = setup.get("id")
            if not isinstance(id, str):
                continue
            if id in ids:
                code = "form.id_retired" if ids[id] == "removed" else "form.duplicate_id"
                self.add(code, f"{path}/id", id=id)
            ids.setdefault(id, path)
        for name, most in (("rules", MOST_RULES), ("checks", MOST_CHECKS)):
            seen: set[str] = set()
            for index, item in enumerate(_items(body, name)):
                id = item.get("id") if isinstance(item, Mapping) else None
                if not isinstance(id, str):
                    continue
                if id in seen:
                    self.add("form.duplicate_id", pointer(name, index, "id"), id=id)
                seen.add(id)
            if len(_items(body, name)) > most:
                self.add("form.limit", f"/{name}", limit=most, count=len(body[name]))
        if len(self.seen) > MOST_FIELDS:
            self.add("form.limit", "/sections", limit=MOST_FIELDS, count=len(self.seen))

    # formulas ------------------------------------------------------------------------------------------------

    def scope(self, inside: str | None = None) -> dict[str, ScopeEntry]:
        """The names a formula may use; inside a sub-form its columns come before the Form's own fields."""
        entries = scope_of(self.fields.values(), self.loose)
        owner = self.fields.get(inside or "")
        if isinstance(owner, Subform):
            entries.pop(owner.key)
            entries.update(scope_of(owner.columns))
        return entries

    def names_in(self, inside: str | None) -> Scope:
        """The same ready for formulas, made once: a form of three hundred fields has a hundred formulas."""
        if inside not in self.scopes:
            self.scopes[inside] = Scope(self.scope(inside))
        return self.scopes[inside]

    def formula(self, text: str, path: str, expect: str | None, inside: str | None = None) -> Formula | None:
        made = formula(text, self.names_in(inside), path, self.problems, expect)
        self.warnings.extend(p.under(path) for p in (made.warnings if made else ()))
        return made

    def computed(self) -> tuple[dict[str, Formula], dict[str, dict[str, Formula]]]:
        """Compiled formulas of computed fields, and of computed columns by sub-form."""
        outer: dict[str, Formula] = {}
        inner: dict[str, dict[str, Formula]] = {}
        for key, field in self.fields.items():
            if field.compute is not None and field.feel not in ("context", "list"):
                made = self.formula(field.compute, f"{self.paths[key]}/compute", field.feel)
                outer.update({key: made} if made else {})
            if not isinstance(field, Subform):
                continue
            inner[key] = {}
            for place, column in enumerate(field.columns):
                if column.compute is not None and column.feel not in ("context", "list"):
                    path = f"{self.paths[key]}/fields/{place}/compute"
                    made = self.formula(column.compute, path, column.feel, key)
                    inner[key].update({column.key: made} if made else {})
        return outer, inner

    def rules(self, body: Mapping[str, Any]) -> Iterator[Rule]:
        for index, raw in enumerate(_items(body, "rules")):
            path = pointer("rules", index)
            if not self.sound(path):
                continue
            outer, _, inner = raw["target"].partition(".")
            found = self.fields.get(outer)
            target = found.column(inner) if inner and isinstance(found, Subform) else None if inner else found
            if target is None and outer not in self.loose:
                self.add("form.target_unknown", f"{path}/target", target=raw["target"])
            if target is not None:
                self.rule_fits(raw, target, path)
            when = self.formula(raw["when"], f"{path}/when", "boolean", outer if inner else None)
            if target is not None and when is not None:
                yield Rule(raw["id"], raw["effect"], raw["target"], when, tuple(raw.get("options", ())))

    def rule_fits(self, raw: Mapping[str, Any], target: Field, path: str) -> None:
        """Whether the effect makes sense for the field it is aimed at."""
        effect = raw["effect"]
        computed = target.compute is not None and target.mode == "always"
        if effect != "show" and (not target.has_value or computed or target.assigned):
            self.add("form.rule_effect", f"{path}/effect", effect=effect, target=raw["target"])
        if (effect == "options") != ("options" in raw):
            self.add("form.rule_options", f"{path}/options", target=raw["target"])
        elif effect == "options":
            known = {o.code for o in target.options} if isinstance(target, Choice) else set()
            for place, code in enumerate(raw["options"]):
                if code not in known:
                    self.add("form.option_unknown", f"{path}/options/{place}", code=code, target=raw["target"])

    def checks(self, body: Mapping[str, Any]) -> Iterator[Check]:
        for index, raw in enumerate(_items(body, "checks")):
            path = pointer("checks", index)
            if not self.sound(path):
                continue
            if "field" in raw and raw["field"] not in self.fields and raw["field"] not in self.loose:
                self.add("form.target_unknown", f"{path}/field", target=raw["field"])
            made = self.formula(raw["formula"], f"{path}/formula", "boolean")
            if made is not None:
                yield Check(
                    raw["id"], made, raw.get("severity", "error"), raw.get("on_null", "problem"),
                    raw["message"], raw.get("field"),
                )

    def row_plans(
        self, rules: Collection[Rule], computed: Mapping[str, Mapping[str, Formula]]
    ) -> tuple[dict[str, Plan], dict[str, frozenset[str]]]:
        """The plan of each sub-form's columns, and what its rows read of the Form around them."""
        plans: dict[str, Plan] = {}
        outer: dict[str, frozenset[str]] = {}
        for field in self.fields.values():
            if not isinstance(field, Subform):
                continue
            own = [r for r in rules if r.target.startswith(field.key + ".")]
            at = {c.key: f"{self.paths[field.key]}/fields/{n}" for n, c in enumerate(field.columns)}
            plans[field.key] = plan_of(field.columns, computed[field.key], own, {}, at, self.problems)
            texts = [*computed[field.key].values(), *(r.when for r in own if r.effect == "show")]
            outer[field.key] = frozenset(name for f in texts for name in f.names) - set(at)
        return plans, outer

    def tied(self, plan: Plan, rows: Mapping[str, Plan]) -> tuple[Plan, dict[str, Plan]]:
        """The plans with the ranges of pickers; Problems of fields that name others wrongly."""

        def among(fields: Mapping[str, Field], paths: Mapping[str, str], plan: Plan, inside: str | None) -> Plan:
            around = self.fields if inside else {}
            self.problems.extend(tie_problems(fields, paths, around, self.loose))

            def compiled(text: str, path: str, field: Staff) -> Formula | None:
                scope = {**self.scope(inside), CANDIDATE: ScopeEntry(type=field.candidate, origin="form")}
                return formula(text, scope, path, self.problems, "boolean")

            return replace(plan, ranges=MappingProxyType(ranges_of(fields, paths, compiled)))

        made = among(self.fields, self.paths, plan, None)
        inner: dict[str, Plan] = {}
        for key, each in rows.items():
            owner = self.fields[key]
            columns = owner.columns if isinstance(owner, Subform) else ()
            at = {c.key: f"{self.paths[key]}/fields/{n}" for n, c in enumerate(columns)}
            inner[key] = among({c.key: c for c in columns}, at, each, key)
        return made, inner

    def summary(self, body: Mapping[str, Any]) -> Iterator[str]:
        for index, key in enumerate(_items(body, "summary")):
            if not self.sound(pointer("summary", index)):
                continue
            field = self.fields.get(key)
            if field is not None and field.has_value:
                yield key
            elif key not in self.loose:
                self.add("form.summary_unknown", pointer("summary", index), key=key)

    def book(self, body: Mapping[str, Any]) -> Book | None:
        """How the records of this Form are kept, where it keeps any."""
        raw = body.get("book")
        if not isinstance(raw, Mapping) or not self.sound("/book"):
            return None
        return self.making().book(raw)

    def access(self, body: Mapping[str, Any]) -> Access | None:
        """Who reaches what this Form is the file of, where it says so."""
        raw = body.get("access")
        return self.making().access(raw) if isinstance(raw, list | tuple) and self.sound("/access") else None

    def making(self) -> Making:
        return Making(
            self.fields, self.loose, lambda text, path: self.formula(text, path, "boolean"),
            lambda text, path: formula(text, {**self.scope(None), **NAMES}, path, self.problems, "boolean"),
            self.problems,
        )
