"""A field's key changed in a body as it is written: every formula, rule and list that names it follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rules.feel.rename import places_of, renamed
from rules.feel.tokens import Broken

Body = Mapping[str, Any]
CUSTOMER_LISTS = ("columns", "filters")


def rename(body: Body, at: tuple[int, ...], key: str) -> dict[str, Any]:
    """The body with the field at `at` (section, field, and column of a sub-form) under a new key.

    Texts that are no formula stay as they are, and so does everything that only looks like the name. Raises LookupError
    where there is no such field.
    """
    section, index, *column = at
    try:
        outer = body["sections"][section]["fields"][index]
        old = (outer["fields"][column[0]] if column else outer)["key"]
    except TypeError:
        raise LookupError(at) from None
    renaming = _Renaming(old, key, str(outer["key"]) if column else None, frozenset(_hiding(body, old)))
    found: dict[str, Any] = renaming.body(body)
    home = found["sections"][section]["fields"][index]
    (home["fields"][column[0]] if column else home)["key"] = key
    return found


def _hiding(body: Body, key: str) -> Iterator[str]:
    """The sub-forms with a column of this key: in their rows it stands before a field of the Form."""
    for section in body["sections"]:
        for field in section["fields"]:
            columns = field.get("fields") if isinstance(field, Mapping) else None
            if isinstance(columns, list | tuple) and any(_key(column) == key for column in columns):
                yield str(field["key"])


def _key(item: Any) -> Any:
    return item.get("key") if isinstance(item, Mapping) else None


class _Renaming:
    """One change of a name; `rows` is the sub-form whose column it is, `hidden` those whose rows hide a field's."""

    def __init__(self, old: str, new: str, rows: str | None, hidden: frozenset[str]) -> None:
        self.old, self.new, self.rows, self.hidden = old, new, rows, hidden

    def body(self, body: Body) -> dict[str, Any]:
        found = dict(body)
        found["sections"] = _each(body.get("sections"), self.section)
        for name, make in (("rules", self.rule), ("checks", self.check)):
            if name in body:
                found[name] = _each(body[name], make)
        if self.rows is None:
            if "summary" in body:
                found["summary"] = self.names(body["summary"])
            if isinstance(body.get("book"), Mapping):
                found["book"] = self.book(body["book"])
            if "access" in body:
                found["access"] = _each(body["access"], self.grant)
        return found

    def formula(self, text: Any, inside: bool) -> Any:
        """A formula with the name changed; `inside` says it is judged in a row of the sub-form `rows`."""
        if not isinstance(text, str):
            return text
        try:
            return renamed(text, places_of(text, self.old, self.rows, inside, self.hidden), self.new)
        except Broken:
            return text

    def name(self, value: Any) -> Any:
        return self.new if value == self.old else value

    def names(self, values: Any) -> Any:
        return [self.name(each) for each in values] if isinstance(values, list) else values

    def member(self, item: Body, names: tuple[str, ...], make: Callable[[Any], Any]) -> dict[str, Any]:
        return {**item, **{name: make(item[name]) for name in names if name in item}}

    def section(self, section: Body) -> dict[str, Any]:
        return {**section, "fields": _each(section.get("fields"), self.field)}

    def field(self, field: Body) -> dict[str, Any]:
        own = self.rows is None
        found = self.member(field, ("compute", "within"), lambda text: self.formula(text, False))
        if own:
            found = self.member(found, ("depends_on", "lookup"), self.name)
        if "fields" in field:
            inside = not own and field.get("key") == self.rows
            hides = own and field.get("key") in self.hidden
            found["fields"] = _each(field["fields"], lambda column: self.column(column, inside, hides))
        return found

    def column(self, column: Body, inside: bool, hides: bool) -> dict[str, Any]:
        """A column's formulas; a column of the same name stands before the Form's field inside its rows."""
        if hides:
            return dict(column)
        found = self.member(column, ("compute", "within"), lambda text: self.formula(text, inside))
        return self.member(found, ("depends_on",), self.name) if inside or self.rows is None else found

    def rule(self, rule: Body) -> dict[str, Any]:
        outer, _, inner = str(rule.get("target", "")).partition(".")
        inside = self.rows is not None and outer == self.rows and inner != ""
        hides = self.rows is None and inner != "" and outer in self.hidden
        found = dict(rule) if hides else self.member(rule, ("when",), lambda text: self.formula(text, inside))
        if self.rows is None and outer == self.old:
            found["target"] = f"{self.new}.{inner}" if inner else self.new
        elif inside and inner == self.old:
            found["target"] = f"{outer}.{self.new}"
        return found

    def check(self, check: Body) -> dict[str, Any]:
        found = self.member(check, ("formula",), lambda text: self.formula(text, False))
        return self.member(found, ("field",), self.name) if self.rows is None else found

    def book(self, book: Body) -> dict[str, Any]:
        found = self.member(book, CUSTOMER_LISTS, self.names)
        found = self.member(found, ("customer", "key"), self.name)
        if isinstance(book.get("sort"), Mapping):
            found["sort"] = self.member(book["sort"], ("by",), self.name)
        if "access" in book:
            found["access"] = _each(book["access"], self.grant)
        if "facts" in book:
            found["facts"] = _each(book["facts"], self.fact)
        return found

    def grant(self, grant: Body) -> dict[str, Any]:
        found = self.member(grant, ("hidden", "locked"), self.names)
        return self.member(found, ("where",), lambda text: self.formula(text, False))

    def fact(self, fact: Body) -> dict[str, Any]:
        found = self.member(fact, ("field", "day"), self.name)
        return self.member(found, ("when",), lambda text: self.formula(text, False))


def _each(items: Any, make: Callable[[Body], dict[str, Any]]) -> Any:
    """A list with its objects made anew; what is no list, and items that are no objects, stay as they are."""
    if not isinstance(items, list | tuple):
        return items
    return [make(item) if isinstance(item, Mapping) else item for item in items]
