"""The members `book` and `access` of a form body become a Book and Access, or Problems at JSON Pointer paths."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from rules import Formula, Problem
from rules.problem import pointer

from .access import Access
from .book import ACTS, Book, BookFact, Grant, Of, Sort, sort_of
from .fields import Field, LookupField, Subform
from .reach import RECORD, USER, Where, read


@dataclass(slots=True)
class Making:
    """One `book` or `access` member being read against the fields of its Form; what is wrong goes to `problems`."""

    fields: Mapping[str, Field]
    loose: Collection[str]
    formula: Callable[[str, str], Formula | None]  # of a text at a path, its problems told
    reach: Callable[[str, str], Formula | None]  # the same over the record and the user
    problems: list[Problem]

    def book(self, raw: Mapping[str, Any]) -> Book:
        customer = self._customer(raw)
        columns = tuple(self._known(raw["columns"], "/book/columns"))
        filters = tuple(self._sorted(raw.get("filters", ()), "/book/filters"))
        order = raw.get("sort", {})
        by = next(self._sorted([order["by"]], "/book/sort/by", listed=False), None) if order else None
        key = self._key(raw)
        access = tuple(self._access(raw.get("access", ()), "book", "access"))
        for index, grant in enumerate(access):
            if columns and columns[0] in grant.hidden:  # it names the record wherever that is spoken of
                self.add("form.book_name_hidden", pointer("book", "access", index, "hidden"), key=columns[0])
        facts = tuple(self._facts(raw.get("facts", ()), customer))
        unique = [f.key for f in self.fields.values() if f.unique]
        wanted = [*columns, *filters, *unique, *([by] if by else []), *([key] if key else []), *_asked(access)]
        projected, ids = self._projected(wanted)
        several = frozenset(each for each in projected if self.fields[each].feel_type == "list<string>")
        descending = bool(order.get("descending"))
        return Book(columns, filters, by, descending, customer, key, access, facts, projected, ids, several)

    def access(self, raw: Sequence[Mapping[str, Any]]) -> Access:
        grants = tuple(self._access(raw, "access"))
        return Access(grants, *self._projected(_asked(grants)))

    def _projected(self, wanted: Iterable[str]) -> tuple[Mapping[str, Sort], Mapping[str, str]]:
        """How lists hold these fields, and the fields' ids, by key."""
        found = {each: sort_of(self.fields[each]) for each in dict.fromkeys(wanted)}
        projected = {each: sort for each, sort in found.items() if sort is not None}
        return MappingProxyType(projected), MappingProxyType({each: self.fields[each].id for each in projected})

    def add(self, code: str, path: str, **params: Any) -> None:
        self.problems.append(Problem(code, path, params))

    def _field(self, key: str, path: str) -> Field | None:
        field = self.fields.get(key)
        if field is None or not field.has_value:
            if key not in self.loose:
                self.add("form.book_field_unknown", path, key=key)
            return None
        return field

    def _known(self, keys: Sequence[str], path: str) -> Iterator[str]:
        for index, key in enumerate(keys):
            field = self._field(key, f"{path}/{index}")
            if isinstance(field, Subform):
                self.add("form.book_column_rows", f"{path}/{index}", key=key)
            elif field is not None:
                yield key

    def _sorted(self, keys: Iterable[str], path: str, listed: bool = True) -> Iterator[str]:
        for index, key in enumerate(keys):
            at = f"{path}/{index}" if listed else path
            field = self._field(key, at)
            if field is not None and sort_of(field) is None:
                self.add("form.book_not_sorted", at, key=key)
            elif field is not None:
                yield key

    def _customer(self, raw: Mapping[str, Any]) -> str | None:
        key = raw.get("customer")
        field = self._field(key, "/book/customer") if key is not None else None
        if field is None:
            return None
        if not isinstance(field, LookupField) or field.of != "customer":
            self.add("form.book_not_customer", "/book/customer", key=key)
            return None
        if not field.required:
            self.add("form.book_customer_required", "/book/customer", key=key)
        return field.key

    def _key(self, raw: Mapping[str, Any]) -> str | None:
        key = raw.get("key")
        field = self._field(key, "/book/key") if key is not None else None
        if field is not None and field.unique != "form":
            self.add("form.book_key_not_unique", "/book/key", key=key)
        return None if field is None else field.key

    def _access(self, raw: Sequence[Mapping[str, Any]], *place: str) -> Iterator[Grant]:
        seen: set[str] = set()
        for index, item in enumerate(raw):
            path = pointer(*place, index)
            if item["role"] in seen:
                self.add("form.book_role_twice", f"{path}/role", role=item["role"])
            seen.add(item["role"])
            hidden, locked = (
                frozenset(self._listed(item.get(name, ()), f"{path}/{name}")) for name in ("hidden", "locked")
            )
            where = self._where(item["where"], f"{path}/where") if "where" in item else None
            yield Grant(item["role"], {act: item[act] for act in ACTS if act in item}, hidden, locked, where)

    def _where(self, text: str, path: str) -> Where | None:
        """A condition of access, as far as lists can be narrowed by it."""
        for name in (USER, RECORD):
            if name in self.fields:
                self.add("form.reach_name", path, key=name)
                return None
        formula = self.reach(text, path)
        if formula is None:
            return None
        found = read(formula, self.fields, path)
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        return found

    def _listed(self, keys: Sequence[str], path: str) -> Iterator[str]:
        for index, key in enumerate(keys):
            if self._field(key, f"{path}/{index}") is not None:
                yield key

    def _facts(self, raw: Sequence[Mapping[str, Any]], customer: str | None) -> Iterator[BookFact]:
        if raw and customer is None:
            self.add("form.book_facts_need_customer", "/book/facts")
        seen: set[str] = set()
        for index, item in enumerate(raw):
            path = pointer("book", "facts", index)
            if item["key"] in seen:
                self.add("form.duplicate_key", f"{path}/key", key=item["key"])
            seen.add(item["key"])
            made = self._fact(item, path)
            if made is not None:
                yield made

    def _fact(self, item: Mapping[str, Any], path: str) -> BookFact | None:
        of, key = item["of"], item.get("field")
        field = self._field(key, f"{path}/field") if key is not None else None
        if (key is None) != (of == "count"):
            self.add("form.book_fact_field", path, of=of)
            return None
        type = "number" if field is None else "string" if isinstance(field, LookupField) else field.feel_type
        if field is not None and not _fits(of, type):
            self.add("form.book_fact_type", f"{path}/field", of=of, key=key)
            return None
        day = self._day(item.get("day"), f"{path}/day")
        text = item.get("when")
        when = self.formula(text, f"{path}/when") if text is not None else None
        if (text is not None and when is None) or (key is not None and field is None):
            return None
        return BookFact(item["key"], item["label"], of, key, day, item.get("months"), when, type)

    def _day(self, key: str | None, path: str) -> str | None:
        field = self._field(key, path) if key is not None else None
        if field is not None and field.feel_type != "date":
            self.add("form.book_not_a_day", path, key=key)
        return None if field is None else field.key


def _asked(access: Iterable[Grant]) -> list[str]:
    """The fields that formulas of access ask for."""
    return sorted(each for grant in access if grant.where is not None for each in grant.where.keys)


def _fits(of: Of, type: str) -> bool:
    if of == "last":
        return not type.startswith(("list", "context"))
    return type == "number" or (of in ("min", "max") and type == "date")
