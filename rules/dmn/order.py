"""The requirement graph: which element each href means, an order in which each stands behind its needs, and cycles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .sift import Findings
from .tree import Bkm, Decision, Drg, DrgElement, Import, InputData, Service, element_tag

Key = str
"""What an element is known by inside its model: its id, or its name where it has none."""


@dataclass(frozen=True, slots=True)
class Ref:
    """An element needed: of this model, or of the model imported under `through` (which may be the name "")."""

    key: Key
    name: str
    through: str | None = None


def key_of(element: DrgElement) -> Key:
    return element.about.id or f"name:{element.name}"


def path_of(element: DrgElement) -> str:
    return f"/definitions/{element_tag(element)}[{element.name}]"


class Graph:
    """Elements by key, what each needs, and what is wrong with that."""

    def __init__(self, drg: Drg, others: Mapping[str, Drg], findings: Findings) -> None:
        self.drg = drg
        self.findings = findings
        self.by_key: dict[Key, DrgElement] = {}
        self.names: set[str] = set()
        self.imports: dict[str, tuple[Import, dict[Key, DrgElement]]] = {}
        for each in drg.elements:
            self._enter(each)
        for found in drg.imports:
            other = others.get(found.namespace)
            if other is not None:
                self.imports[found.namespace] = (found, {key_of(e): e for e in other.elements})
        self.needs = {key: tuple(self._needs(each)) for key, each in self.by_key.items()}
        self.order, self.circular = strong_order({key: self._inner(key) for key in self.by_key})
        self._tell_cycles()

    def _enter(self, element: DrgElement) -> None:
        key = key_of(element)
        if key in self.by_key:
            self.findings.error("dmn.duplicate_id", path_of(element), id=element.about.id or element.name)
            return
        if element.name in self.names:
            self.findings.error("dmn.duplicate_name", path_of(element), name=element.name[:80])
        self.names.add(element.name)
        self.by_key[key] = element

    def _inner(self, key: Key) -> list[Key]:
        """Needs inside this model that can make a cycle; a function may call itself and others call it back."""
        function = isinstance(self.by_key[key], Bkm)
        found = [ref.key for ref in self.needs[key] if ref.through is None]
        return [each for each in found if not (function and isinstance(self.by_key[each], Bkm))]

    def _needs(self, element: DrgElement) -> Iterator[Ref]:
        path = path_of(element)
        if isinstance(element, InputData):
            return
        if isinstance(element, Service):
            for href in (*element.outputs, *element.encapsulated):
                yield from self.find(href, path, (Decision,))
            return
        for each in element.requirements:
            yield from self.find(each.href, path, _KINDS[each.kind])

    def find(self, href: str, path: str, kinds: tuple[type, ...] = (InputData, Decision)) -> Iterator[Ref]:
        """The element an href means; a finding where there is none, or one of another kind."""
        space, _, local = href.partition("#")
        if not space or space == self.drg.namespace:
            element, through = self.by_key.get(local), None
        elif space in self.imports:
            found, elements = self.imports[space]
            element, through = elements.get(local), found.name
        else:
            element, through = None, None
        if element is None or not isinstance(element, kinds):
            self.findings.error("dmn.reference", path, href=href[:200])
        else:
            yield Ref(local, element.name, through)

    def _tell_cycles(self) -> None:
        for group in self.circular:
            names = ", ".join(self.by_key[key].name for key in group)
            for key in group:
                self.findings.error("dmn.cycle", path_of(self.by_key[key]), names=names[:400])


_KINDS: Mapping[str, tuple[type, ...]] = {
    "decision": (Decision,), "input": (InputData,), "knowledge": (Bkm, Service),
}  # fmt: skip


def strong_order(needs: Mapping[Key, Sequence[Key]]) -> tuple[tuple[Key, ...], list[tuple[Key, ...]]]:
    """(each key behind its needs, the groups of keys that need each other); Tarjan's algorithm with its own stack."""
    number: dict[Key, int] = {}
    low: dict[Key, int] = {}
    waiting: list[Key] = []
    inside: set[Key] = set()
    order: list[Key] = []
    circular: list[tuple[Key, ...]] = []
    for root in needs:
        if root in number:
            continue
        stack: list[tuple[Key, Iterator[Key]]] = []
        _open(root, needs, number, low, waiting, inside, stack)
        while stack:
            key, rest = stack[-1]
            for other in rest:
                if other not in number:
                    _open(other, needs, number, low, waiting, inside, stack)
                    break
                if other in inside:
                    low[key] = min(low[key], number[other])
            else:
                stack.pop()
                if stack:
                    low[stack[-1][0]] = min(low[stack[-1][0]], low[key])
                if low[key] == number[key]:
                    group = [waiting.pop()]
                    while group[-1] != key:
                        group.append(waiting.pop())
                    inside.difference_update(group)
                    order.extend(group)
                    if len(group) > 1 or key in needs[key]:
                        circular.append(tuple(group))
    return tuple(order), circular


def _open(
    key: Key,
    needs: Mapping[Key, Sequence[Key]],
    number: dict[Key, int],
    low: dict[Key, int],
    waiting: list[Key],
    inside: set[Key],
    stack: list[tuple[Key, Iterator[Key]]],
) -> None:
    number[key] = low[key] = len(number)
    waiting.append(key)
    inside.add(key)
    stack.append((key, iter(needs[key])))
