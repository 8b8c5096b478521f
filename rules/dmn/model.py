"""A compiled DMN model: each element ready to evaluate, in an order in which it stands behind what it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..feel.limits import Limits
from ..feel.run import Place
from ..feel.scope import name_parts
from ..problem import Problem
from .boxed import Boxes
from .expressions import Variable, inner_names
from .items import Types, Wanted
from .names import Evaluator, Visible, broken
from .order import Graph, Key, Ref, key_of, path_of
from .sift import Findings
from .tree import Bkm, Decision, Drg, DrgElement, InputData, Service

LIMITS = Limits(fuel=2_000_000)
"""Limits of one evaluation of a whole model; those of a formula's text and tree hold for each formula."""


@dataclass(frozen=True, slots=True)
class Given:
    """An input as declared."""

    name: str
    wanted: Wanted | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision: how it is computed, from what, and the type it declares."""

    name: str
    value: Evaluator
    wanted: Wanted | None
    needs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """A business knowledge model: an evaluator that gives its function."""

    name: str
    function: Evaluator
    needs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A decision service: parameters (inputs, then decisions handed in), the decisions it answers with, its type."""

    name: str
    params: tuple[tuple[str, Ref, Wanted | None], ...]
    outputs: tuple[Ref, ...]
    wanted: Wanted | None


Node = Given | Decided | Shared | Offered


@dataclass(frozen=True, slots=True)
class Model:
    """A model ready to evaluate.

    problems  everything found: errors (that part gives null with a cause) and warnings, each with its path
    imports   compiled models by the name of their import
    """

    drg: Drg
    problems: tuple[Problem, ...]
    limits: Limits
    nodes: Mapping[Key, Node]
    order: tuple[Key, ...]
    places: tuple[Place, ...]
    imports: Mapping[str, Model]
    types: Types

    def key(self, name: str) -> Key | None:
        """The key of a decision or service by its name, or else by its id; None where there is none."""
        asked = {key: node.name for key, node in self.nodes.items() if isinstance(node, Decided | Offered)}
        return next((key for key, each in asked.items() if each == name), name if name in asked else None)


def compile_drg(drg: Drg, others: Mapping[str, Model] | None = None, limits: Limits = LIMITS) -> Model:
    """The model of a tree; `others` are compiled models by namespace, for its imports.

    Nothing raises: a part that cannot be compiled is an error among `problems`, and gives null with its cause.
    """
    return _Compiler(drg, others or {}, limits).model()


class _Compiler:
    def __init__(self, drg: Drg, others: Mapping[str, Model], limits: Limits) -> None:
        self.drg = drg
        self.limits = limits
        self.findings = Findings()
        self.imports: dict[str, Model] = {}
        for found in drg.imports:
            other = others.get(found.namespace)
            if other is not None:
                self.imports[found.name] = other
            else:
                params = {"name": found.name or found.namespace, "namespace": found.namespace[:200]}
                self.findings.error("dmn.import", f"/definitions/import[{found.name}]", **params)
        trees = {space: model.drg for space, model in others.items()}
        if drg.language is not None:
            self.findings.error("dmn.language", "/definitions", language=drg.language[:80])
        self.graph = Graph(drg, trees, self.findings)
        self.types = Types(drg.items, {n: m.types for n, m in self.imports.items()}, self.findings, limits)
        self.boxes = Boxes(self.types, self.members(), self.findings, limits)
        self.circular = {key for group in self.graph.circular for key in group}

    def members(self) -> frozenset[str]:
        """Names of several words that may follow a dot: of components, entries, columns, outputs, and of elements."""
        found = set(self.types.members)
        for model in (self.drg, *(other.drg for other in self.imports.values())):
            for each in model.elements:
                found.add(each.name)
                logic = each.expression if isinstance(each, Decision) else each.logic if isinstance(each, Bkm) else None
                found.update(inner_names(logic))
        return frozenset(name for name in found if len(name_parts(name)) > 1)

    def model(self) -> Model:
        nodes = {key: self.node(key, self.graph.by_key[key]) for key in self.graph.order}
        problems = self.findings.problems
        places = tuple(self.boxes.places)
        return Model(self.drg, problems, self.limits, nodes, self.graph.order, places, self.imports, self.types)

    def node(self, key: Key, element: DrgElement) -> Node:
        path = path_of(element)
        match element:
            case InputData():
                return Given(element.name, self.declared(element.variable, path))
            case Decision():
                value = self.expression(key, element, path)
                needs = () if key in self.circular else self.graph.needs[key]
                return Decided(element.name, value, self.declared(element.variable, path), needs)
            case Bkm():
                return Shared(element.name, self.function(key, element, path), self.graph.needs[key])
            case Service():
                return self.service(element, path)

    def declared(self, variable: Variable | None, path: str) -> Wanted | None:
        return None if variable is None else self.types.wanted(variable.type_ref, f"{path}/variable")

    def visible(self, key: Key, element: DrgElement) -> Visible:
        """What an element may name: what it requires; elements of imports behind the name of the import."""
        names = {ref.through or ref.name for ref in self.graph.needs[key]}
        return Visible(frozenset(names), element.name)

    def expression(self, key: Key, element: Decision, path: str) -> Evaluator:
        if key in self.circular:
            return broken(path, element.name)
        if element.expression is None:
            self.findings.warning("dmn.no_logic", path)
            return broken(path, element.name)
        return self.boxes.expression(element.expression, self.visible(key, element), path)

    def function(self, key: Key, element: Bkm, path: str) -> Evaluator:
        """The function of a knowledge model, which also sees itself."""
        if element.logic is None or key in self.circular:
            self.findings.warning("dmn.no_logic", path)
            return broken(path, element.name)
        visible = self.visible(key, element).plus(element.name)
        ref = element.variable.type_ref if element.variable is not None else None
        return self.boxes.function(element.logic, visible, f"{path}/encapsulatedLogic", ref)

    def service(self, element: Service, path: str) -> Offered:
        params: list[tuple[str, Ref, Wanted | None]] = []
        for href in (*element.input_data, *element.input_decisions):
            for ref in self.graph.find(href, path):
                params.append((ref.name, ref, self.type_of(ref, path)))
        outputs = tuple(ref for href in element.outputs for ref in self.graph.find(href, path, (Decision,)))
        if not outputs:
            self.findings.error("dmn.no_output", path)
        wanted = None
        if element.variable is not None:
            wanted = self.boxes.result(element.variable.type_ref, f"{path}/variable")
        return Offered(element.name, tuple(params), outputs, wanted)

    def type_of(self, ref: Ref, path: str) -> Wanted | None:
        """The declared type of an input or a decision, here or in an imported model."""
        if ref.through is not None:
            node = self.imports[ref.through].nodes.get(ref.key) if ref.through in self.imports else None
            return node.wanted if isinstance(node, Given | Decided) else None
        element = self.graph.by_key[ref.key]
        return self.declared(element.variable, path)


__all__ = ["Decided", "Given", "Model", "Node", "Offered", "Shared", "compile_drg", "key_of"]
