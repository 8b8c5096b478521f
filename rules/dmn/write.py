"""Writes a tree as a DMN 1.5 document: only elements and attributes of the table, in the order of the schema."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .sift import REFERENCES, ordered
from .tree import (
    Bkm,
    Decision,
    Drg,
    DrgElement,
    FunctionItem,
    Import,
    InputData,
    Item,
    Requirement,
    Service,
    element_tag,
)
from .vocabulary import DIAGRAM, GEOMETRY, MODEL, SHAPES, SPACES
from .write_boxed import element, expression, reference, tests, text, variable
from .xml import Element, write_xml

PREFIXES: Mapping[str, str] = {MODEL: "", DIAGRAM: "dmndi", SHAPES: "di", GEOMETRY: "dc"}
REQUIRED = {"decision": "requiredDecision", "input": "requiredInput", "knowledge": "requiredKnowledge"}
FOREIGN = re.compile(r"\{(.*)\}(.*)")


def write_dmn(drg: Drg) -> bytes:
    """The document of a tree. Reading it gives the same tree.

    Raises Invalid `dmn.character` where a text holds a character that XML cannot.
    """
    root = ordered(_definitions(drg), "definitions")
    used = sorted({item.space for item in _walk(root)}, key=list(PREFIXES).index)
    spaces = {space: (PREFIXES[space], SPACES[space]) for space in used}
    foreign = sorted({m[1] for item in _walk(root) for m in _foreign(item)})
    prefixes = {address: f"m{number}" for number, address in enumerate(foreign, 1)}
    spaces |= {address: (prefix, address) for address, prefix in prefixes.items()}
    return write_xml(_named(root, prefixes) if foreign else root, spaces)


def _walk(item: Element) -> Iterator[Element]:
    yield item
    for child in item.children:
        yield from _walk(child)


def _foreign(item: Element) -> Iterator[re.Match[str]]:
    for name in REFERENCES:
        found = FOREIGN.fullmatch(item.attributes.get(name, ""))
        if found is not None:
            yield found


def _named(item: Element, prefixes: Mapping[str, str]) -> Element:
    """References of the diagram into other models, by the prefix of their namespace."""
    attributes = dict(item.attributes)
    for name in REFERENCES:
        found = FOREIGN.fullmatch(attributes.get(name, ""))
        if found is not None:
            attributes[name] = f"{prefixes[found[1]]}:{found[2]}"
    children = tuple(_named(child, prefixes) for child in item.children)
    return Element(item.name, attributes, children, item.text, item.space)


def _definitions(drg: Drg) -> Element:
    exporter, version = drg.exporter
    children = [
        *map(_import, drg.imports),
        *(_item(each, "itemDefinition") for each in drg.items),
        *map(_element, drg.elements),
        drg.layout,
    ]
    attributes = {
        "name": drg.name,
        "namespace": drg.namespace,
        "expressionLanguage": drg.language,
        "exporter": exporter,
        "exporterVersion": version,
    }
    return element("definitions", drg.about, children, **attributes)


def _import(found: Import) -> Element:
    attributes = {"namespace": found.namespace, "importType": found.kind, "locationURI": found.location}
    return element("import", found.about, name=found.name, **attributes)


def _item(item: Item, name: str) -> Element:
    children = [
        text("typeRef", item.type_ref),
        tests("allowedValues", item.allowed),
        tests("typeConstraint", item.constraint),
        *(_item(each, "itemComponent") for each in item.components),
        None if item.function is None else _function_item(item.function),
    ]
    collection = "true" if item.collection else None
    return element(name, item.about, children, name=item.name, typeLanguage=item.language, isCollection=collection)


def _function_item(item: FunctionItem) -> Element:
    parameters = [variable("parameters", each) for each in item.parameters]
    return element("functionItem", item.about, parameters, outputTypeRef=item.output)


def _element(found: DrgElement) -> Element:
    own = [variable("variable", found.variable)]
    match found:
        case InputData():
            return element(element_tag(found), found.about, own, name=found.name)
        case Decision():
            children = [*own, *map(_requirement, found.requirements), expression(found.expression)]
            return element(element_tag(found), found.about, children, name=found.name)
        case Bkm():
            logic = expression(found.logic, "encapsulatedLogic")
            children = [*own, logic, *map(_requirement, found.requirements)]
            return element(element_tag(found), found.about, children, name=found.name)
        case Service():
            hrefs = (
                ("outputDecision", found.outputs),
                ("encapsulatedDecision", found.encapsulated),
                ("inputDecision", found.input_decisions),
                ("inputData", found.input_data),
            )
            members = [reference(name, href) for name, each in hrefs for href in each]
            return element(element_tag(found), found.about, [*own, *members], name=found.name)


def _requirement(found: Requirement) -> Element:
    name = "knowledgeRequirement" if found.kind == "knowledge" else "informationRequirement"
    return element(name, found.about, [reference(REQUIRED[found.kind], found.href)])
