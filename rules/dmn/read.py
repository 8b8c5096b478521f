"""Reads a DMN document (1.1 to 1.5) into its tree; what the standard does not know is named, never just dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..problem import Problem
from .read_boxed import BoxedReader
from .sift import Findings, root_version, sift
from .tree import Bkm, Decision, Drg, DrgElement, FunctionItem, Import, InputData, Item, Requirement, Service
from .vocabulary import FEEL
from .xml import Element, read_xml

USED: Mapping[str, frozenset[str]] = {
    "definitions": frozenset(
        {"import", "itemDefinition", "decision", "businessKnowledgeModel", "decisionService", "inputData", "DMNDI"}
    ),
    "decision": frozenset({"variable", "informationRequirement", "knowledgeRequirement"}),
    "businessKnowledgeModel": frozenset({"variable", "encapsulatedLogic", "knowledgeRequirement"}),
    "decisionService": frozenset({"variable", "outputDecision", "encapsulatedDecision", "inputDecision", "inputData"}),
    "inputData": frozenset({"variable"}),
    "itemDefinition": frozenset({"typeRef", "allowedValues", "typeConstraint", "itemComponent", "functionItem"}),
    "functionItem": frozenset({"parameters"}),
}
"""Children that become members of the tree; all others are kept as they are."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of a document: its tree, the version it was written in, and findings (warnings only)."""

    drg: Drg
    version: str
    problems: tuple[Problem, ...]


def read_dmn(data: bytes) -> Reading:
    """The tree of a document of at most 5 MB.

    Raises Invalid for what is no XML, not safe (a document type, an entity), too large or deep, or not DMN 1.1 to 1.5.
    """
    root = read_xml(data)
    version = root_version(root)
    findings = Findings()
    clean = sift(root, findings)
    return Reading(_Reader(clean).definitions(), version, findings.problems)


class _Reader(BoxedReader):
    def __init__(self, root: Element) -> None:
        self.root = root
        self.own = root.get("namespace") or ""
        self.imported = {}
        for each in root.all("import"):
            self.imported[each.get("namespace") or ""] = self.import_name(each)

    def import_name(self, item: Element) -> str:
        """The name of an import; DMN 1.1 has none, there the prefix of its namespace serves."""
        given = item.get("name")
        if given is not None:
            return self.name(given)
        space = item.get("namespace") or ""
        found = [prefix for prefix, address in item.prefixes.items() if address == space and prefix]
        return found[0] if found else space.rstrip("/#").rpartition("/")[2]

    def definitions(self) -> Drg:
        root, used = self.root, USED["definitions"]
        readers: dict[str, Callable[[Element], DrgElement]] = {
            "inputData": self.input_data,
            "decision": self.decision,
            "businessKnowledgeModel": self.bkm,
            "decisionService": self.service,
        }
        elements = [readers[c.name](c) for c in root.children if c.name in readers]
        language = root.get("expressionLanguage")
        return Drg(
            name=self.name(root.get("name")),
            namespace=self.own,
            elements=tuple(elements),
            items=tuple(map(self.item, root.all("itemDefinition"))),
            imports=tuple(map(self.imports, root.all("import"))),
            layout=root.one("DMNDI"),
            language=None if language is None or language in FEEL else language,
            exporter=(root.get("exporter"), root.get("exporterVersion")),
            about=self.about(root, used),
        )

    def imports(self, item: Element) -> Import:
        kind, location = item.get("importType") or "", item.get("locationURI")
        return Import(self.import_name(item), item.get("namespace") or "", kind, location, self.about(item))

    # ------------------------------------------------------------------ types
    def item(self, item: Element) -> Item:
        base = item.one("typeRef")
        function = item.one("functionItem")
        language = item.get("typeLanguage")
        return Item(
            name=self.name(item.get("name")),
            type_ref=self.type_ref(base.text.strip(), base) if base is not None else None,
            allowed=self.tests(item.one("allowedValues")),
            constraint=self.tests(item.one("typeConstraint")),
            components=tuple(map(self.item, item.all("itemComponent"))),
            function=None if function is None else self.function_item(function),
            collection=item.get("isCollection") in ("true", "1"),
            language=None if language is None or language in FEEL else language,
            about=self.about(item, USED["itemDefinition"]),
        )

    def function_item(self, item: Element) -> FunctionItem:
        output = item.get("outputTypeRef")
        return FunctionItem(
            tuple(map(self.variable, item.all("parameters"))),
            None if output is None else self.type_ref(output, item),
            self.about(item, USED["functionItem"]),
        )

    # ------------------------------------------------------------------ the graph
    def input_data(self, item: Element) -> InputData:
        about = self.about(item, USED["inputData"])
        return InputData(self.name(item.get("name")), self.variable_of(item), about)

    def decision(self, item: Element) -> Decision:
        return Decision(
            name=self.name(item.get("name")),
            expression=self.only(item),
            variable=self.variable_of(item),
            requirements=self.requirements(item),
            about=self.about(item, USED["decision"]),
        )

    def bkm(self, item: Element) -> Bkm:
        logic = item.one("encapsulatedLogic")
        return Bkm(
            name=self.name(item.get("name")),
            logic=None if logic is None else self.function(logic),
            variable=self.variable_of(item),
            requirements=self.requirements(item),
            about=self.about(item, USED["businessKnowledgeModel"]),
        )

    def service(self, item: Element) -> Service:
        def hrefs(name: str) -> tuple[str, ...]:
            return tuple(each.get("href") or "" for each in item.all(name))

        return Service(
            name=self.name(item.get("name")),
            outputs=hrefs("outputDecision"),
            encapsulated=hrefs("encapsulatedDecision"),
            input_decisions=hrefs("inputDecision"),
            input_data=hrefs("inputData"),
            variable=self.variable_of(item),
            about=self.about(item, USED["decisionService"]),
        )

    def requirements(self, item: Element) -> tuple[Requirement, ...]:
        kinds: dict[str, Literal["decision", "input", "knowledge"]] = {
            "requiredDecision": "decision", "requiredInput": "input", "requiredKnowledge": "knowledge",
        }  # fmt: skip
        found = []
        for each in (*item.all("informationRequirement"), *item.all("knowledgeRequirement")):
            for child in each.children:
                if child.name in kinds:
                    about = self.about(each, frozenset(kinds))
                    found.append(Requirement(kinds[child.name], child.get("href") or "", about))
        return tuple(found)
