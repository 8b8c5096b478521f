"""The tree of a DMN model as frozen types: its types, inputs, decisions, functions and services, and its drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .expressions import NOTHING, About, Conditions, Expression, FunctionDefinition, Variable
from .xml import Element


# ---------------------------------------------------------------------- types
@dataclass(frozen=True, slots=True)
class FunctionItem:
    """The type of a function."""

    parameters: tuple[Variable, ...] = ()
    output: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Item:
    """An item definition: a named type over a base type, over components, or of a function.

    allowed     tests of one value, of each member where it is a collection
    constraint  tests of the whole value (DMN 1.5)
    """

    name: str
    type_ref: str | None = None
    allowed: Conditions | None = None
    constraint: Conditions | None = None
    components: tuple[Item, ...] = ()
    function: FunctionItem | None = None
    collection: bool = False
    language: str | None = None
    about: About = NOTHING


# ---------------------------------------------------------------------- the requirement graph
@dataclass(frozen=True, slots=True)
class Requirement:
    """What an element needs: a decision, an input, or knowledge (a function); `href` is ``#id`` or ``namespace#id``."""

    kind: Literal["decision", "input", "knowledge"]
    href: str
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Import:
    """Another document; its elements are named behind `name` and a dot. Not of DMN: kept, never used."""

    name: str
    namespace: str
    kind: str
    location: str | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class InputData:
    name: str
    variable: Variable | None = None
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Decision:
    name: str
    expression: Expression | None
    variable: Variable | None = None
    requirements: tuple[Requirement, ...] = ()
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Bkm:
    """A business knowledge model: a function that decisions share."""

    name: str
    logic: FunctionDefinition | None
    variable: Variable | None = None
    requirements: tuple[Requirement, ...] = ()
    about: About = NOTHING


@dataclass(frozen=True, slots=True)
class Service:
    """Decisions offered as one function; each member is a tuple of hrefs."""

    name: str
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...] = ()
    input_decisions: tuple[str, ...] = ()
    input_data: tuple[str, ...] = ()
    variable: Variable | None = None
    about: About = NOTHING


DrgElement = InputData | Decision | Bkm | Service
ELEMENT_TAGS: dict[type, str] = {
    InputData: "inputData",
    Decision: "decision",
    Bkm: "businessKnowledgeModel",
    Service: "decisionService",
}


def element_tag(element: DrgElement) -> str:
    """The XML element that writes an element of the graph."""
    return ELEMENT_TAGS[type(element)]


@dataclass(frozen=True, slots=True)
class Drg:
    """A whole model: a decision requirement graph with its types, imports and drawing.

    elements  inputs, decisions, knowledge and services as written; `layout` is the DMNDI
    """

    name: str
    namespace: str
    elements: tuple[DrgElement, ...] = ()
    items: tuple[Item, ...] = ()
    imports: tuple[Import, ...] = ()
    layout: Element | None = None
    language: str | None = None
    exporter: tuple[str | None, str | None] = (None, None)
    about: About = NOTHING

    @property
    def inputs(self) -> tuple[InputData, ...]:
        return tuple(each for each in self.elements if isinstance(each, InputData))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return tuple(each for each in self.elements if isinstance(each, Decision))

    @property
    def services(self) -> tuple[Service, ...]:
        return tuple(each for each in self.elements if isinstance(each, Service))
