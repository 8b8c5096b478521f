"""Item definitions as types of the language, with the tests of their values; and how a value is made to fit a type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..feel.cause import Cause, Null, is_null
from ..feel.formula import Formula, compile_unary
from ..feel.limits import LIMITS, Limits
from ..feel.run import Run, type_params
from ..feel.scope import Scope
from ..feel.types import ANY, NAMES, Type, UnknownType, coerce, kind_of, type_of_text
from ..problem import Invalid
from .expressions import Conditions
from .sift import Findings
from .tree import Item

MOST_ITEMS, MOST_REFS = 2_000, 500
"""Item definitions, and texts of types that are read."""
LARGEST = 20_000
"""Parts of one type with all it is made of: types that multiply by naming each other end here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A declared type as values are held against it.

    test    unary tests of the value; `base` what else it must fit, with tests of its own
    item    of each member of a list; `fields` of the entries of a context
    tested  whether there is a test anywhere inside
    """

    type: Type
    test: Formula | None = None
    base: Wanted | None = None
    item: Wanted | None = None
    fields: tuple[tuple[str, Wanted], ...] = ()
    tested: bool = False

    def holds(self, run: Run, value: Any) -> bool:
        """Whether the tests allow a value that has the type; null is left to the type."""
        if not self.tested or is_null(value):
            return True
        run.spend(4)
        if self.base is not None and not self.base.holds(run, value):
            return False
        if self.item is not None and not all(self.item.holds(run, each) for each in value):
            return False
        if not all(inner.holds(run, value.get(name)) for name, inner in self.fields):
            return False
        return self.test is None or self.test.within(run, {"?": value}) is True


UNTYPED = Wanted(ANY)


def fit(run: Run, wanted: Wanted | None, value: Any, name: str) -> Any:
    """The value as its declared type (DMN 1.5, 10.3.2.9.4): itself, a list of it, its item, or null with a cause."""
    if wanted is None or is_null(value):
        return value
    found, fits = coerce(value, wanted.type)
    if not fits:
        params = {"field": name, "op": name, **type_params(kind_of(value), wanted=wanted.type.kind)}
        return Null((Cause("type", name, None, params),))
    if not wanted.holds(run, found):
        return Null((Cause("domain", name, None, {"field": name}),))
    return found


class Types:
    """The types of one model; `imported` are those of other models by the name of their import."""

    def __init__(
        self,
        items: Iterable[Item],
        imported: Mapping[str, Types],
        findings: Findings,
        limits: Limits = LIMITS,
    ) -> None:
        items = iter(items)
        self.items = {item.name: item for item in islice(items, MOST_ITEMS)}
        self.parsed: dict[str, Wanted | None] = {}
        self.imported = imported
        self.findings = findings
        self.limits = limits
        self.named: dict[str, Type] = {}
        self.sizes: dict[str, int] = {}
        self.made: dict[str, Wanted] = {}
        for prefix, types in imported.items():
            self.named |= {f"{prefix}.{name}" if prefix else name: each for name, each in types.named.items()}
            self.sizes |= {f"{prefix}.{name}" if prefix else name: size for name, size in types.sizes.items()}
        for name in self.items:
            self._named(name, [])
        if next(items, None) is not None:
            findings.error("dmn.too_large", "/definitions/itemDefinition")
        self.scope = Scope({}, closed=False, named=self.named)
        for name in self.items:
            self._made(name)

    # ------------------------------------------------------------------ types of the language
    def _named(self, name: str, above: list[str]) -> tuple[Type, int]:
        """A named type and its size; a type that contains itself, or is too large, is any there."""
        if name in self.sizes and name in self.named:
            return self.named[name], self.sizes[name]
        item = self.items.get(name)
        if item is None:
            return NAMES.get(name, ANY), 1
        if name in above or len(above) > self.limits.depth:
            self.findings.warning("dmn.type_cycle", f"/definitions/itemDefinition[{above[0]}]", name=name)
            return ANY, 1
        found, size = self._type(item, [*above, name])
        if size > LARGEST:
            params = {"name": name, "max": LARGEST}
            self.findings.error("dmn.type_size", f"/definitions/itemDefinition[{name}]", **params)
            found, size = ANY, 1
        self.named[name], self.sizes[name] = found, size
        return found, size

    def _type(self, item: Item, above: list[str]) -> tuple[Type, int]:
        size = 1
        if item.function is not None:
            params = []
            for each in item.function.parameters:
                made, more = self._named(each.type_ref or "Any", above)
                params.append(made)
                size += more
            result, more = self._named(item.function.output or "Any", above)
            found, size = Type("function", item=result, params=tuple(params)), size + more
        elif item.components:
            fields = []
            for part in item.components:
                made, more = self._type(part, above)
                fields.append((part.name, made))
                size += more
            found = Type("context", fields=tuple(fields))
        else:
            found, size = self._named(item.type_ref, above) if item.type_ref is not None else (ANY, 1)
        return (Type("list", item=found), size + 1) if item.collection else (found, size)

    # ------------------------------------------------------------------ types with their tests
    def _made(self, name: str) -> Wanted:
        if name not in self.made:
            self.made[name] = Wanted(self.named.get(name, ANY))  # what a type that contains itself sees of itself
            if self.named.get(name, ANY) != ANY:
                self.made[name] = self._wanted(self.items[name], f"/definitions/itemDefinition[{name}]")
        return self.made[name]

    def _wanted(self, item: Item, path: str) -> Wanted:
        if item.language is not None:
            self.findings.error("dmn.language", path, language=item.language[:80])
        if item.components and item.function is None:
            inner = [(c.name, self._wanted(c, f"{path}/itemComponent[{c.name}]")) for c in item.components]
            made_type = Type("context", fields=tuple((name, each.type) for name, each in inner))
            found = Wanted(made_type, fields=tuple(inner), tested=any(each.tested for _, each in inner))
        elif item.function is None and item.type_ref is not None:
            found = self.wanted(item.type_ref, path) or UNTYPED
        else:
            found = Wanted(self._type(item, [item.name])[0]) if item.function is not None else UNTYPED
        test = self._test(item.allowed, f"{path}/allowedValues")
        if test is not None:
            found = Wanted(found.type, test, found, tested=True)
        if item.collection and item.function is None:
            found = Wanted(Type("list", item=found.type), item=found, tested=found.tested)
        test = self._test(item.constraint, f"{path}/typeConstraint")
        return found if test is None else Wanted(found.type, test, found, tested=True)

    def _test(self, tests: Conditions | None, path: str) -> Formula | None:
        if tests is None or not tests.text.strip():
            return None
        if tests.language is not None:
            self.findings.error("dmn.language", path, language=tests.language[:80])
            return None
        try:
            return compile_unary(tests.text, self.scope, limits=self.limits)
        except Invalid as invalid:
            for problem in invalid.problems:
                self.findings.add(problem.under(path))
            return None

    # ------------------------------------------------------------------ what the model asks
    def wanted(self, ref: str | None, path: str) -> Wanted | None:
        """What a type reference declares; None where it declares nothing or names no type, which is a finding."""
        if not ref:
            return None
        if ref in self.items:
            found = self._made(ref)
            return None if found.type == ANY else found
        for prefix, types in self.imported.items():
            if not prefix or ref.startswith(f"{prefix}."):
                local = ref[len(prefix) + 1 :] if prefix else ref
                if local in types.items:
                    return types.wanted(local, path)
        if ref not in self.parsed and len(self.parsed) < MOST_REFS:
            self.parsed[ref] = self._parsed(ref)
        found_wanted = self.parsed.get(ref, UNTYPED)
        if found_wanted is UNTYPED:
            self.findings.warning("dmn.unknown_type", path, name=ref[:80])
            return None
        return found_wanted

    def _parsed(self, ref: str) -> Wanted | None:
        """A type of the language by its text; UNTYPED where there is none of that name."""
        try:
            found = NAMES[ref] if ref in NAMES else type_of_text(ref, self.named) if "<" in ref else None
        except UnknownType:
            return UNTYPED
        return UNTYPED if found is None else None if found == ANY else Wanted(found)

    @property
    def members(self) -> frozenset[str]:
        """Names of components, also of imported types: what may follow a dot."""
        found: set[str] = set()
        stack = list(self.items.values())
        while stack:
            item = stack.pop()
            found.update(component.name for component in item.components)
            stack.extend(item.components)
        return frozenset(found).union(*(types.members for types in self.imported.values()))
