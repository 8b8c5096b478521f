"""The elements and attributes of DMN 1.5 as a table of our own: what reading knows and what writing may use.

Source: OMG DMN 1.5 (formal/2024-01-01), chapters 6 to 13. Order and occurrence are those of its XML schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MODEL, DIAGRAM, SHAPES, GEOMETRY = "model", "diagram", "shapes", "geometry"
"""Short names of the four namespaces: the model, its diagram, and what diagrams are made of (DI and DC)."""

SPACES: Mapping[str, str] = {
    MODEL: "https://www.omg.org/spec/DMN/20230324/MODEL/",
    DIAGRAM: "https://www.omg.org/spec/DMN/20230324/DMNDI/",
    SHAPES: "http://www.omg.org/spec/DMN/20180521/DI/",
    GEOMETRY: "http://www.omg.org/spec/DMN/20180521/DC/",
}
"""What is written: DMN 1.5."""

VERSIONS: Mapping[str, str] = {
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    SPACES[MODEL]: "1.5",
}
"""The namespaces of models that are read."""

KNOWN: Mapping[str, str] = {
    **dict.fromkeys(VERSIONS, MODEL),
    "http://www.omg.org/spec/DMN/20180521/DMNDI/": DIAGRAM,
    "https://www.omg.org/spec/DMN/20191111/DMNDI/": DIAGRAM,
    "https://www.omg.org/spec/DMN/20211108/DMNDI/": DIAGRAM,
    SPACES[DIAGRAM]: DIAGRAM,
    SPACES[SHAPES]: SHAPES,
    SPACES[GEOMETRY]: GEOMETRY,
}

FEEL: frozenset[str] = frozenset(
    {
        "http://www.omg.org/spec/FEEL/20140401",
        "http://www.omg.org/spec/DMN/20180521/FEEL/",
        "https://www.omg.org/spec/DMN/20191111/FEEL/",
        "https://www.omg.org/spec/DMN/20211108/FEEL/",
        "https://www.omg.org/spec/DMN/20230324/FEEL/",
    }
)
"""Names of the formula language in the five versions."""


@dataclass(frozen=True, slots=True)
class Place:
    """A child an element may have. `kind` is the row of the table it follows; `order` counts as the schema does."""

    name: str
    kind: str
    order: int
    many: bool
    space: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A row: the attributes an element may have and its children; `text` says whether it holds characters."""

    attributes: tuple[str, ...]
    children: Mapping[str, Place]
    text: bool = False


_EXPRESSIONS = (
    "literalExpression invocation decisionTable context functionDefinition relation list for every some conditional "
    "filter"
)
_GROUPS = {
    "EXPRESSION": _EXPRESSIONS,
    "ELEMENT": "decision businessKnowledgeModel decisionService inputData knowledgeSource",
    "ARTIFACT": "group textAnnotation association",
    "BUSINESS": "performanceIndicator organizationUnit",
    "DRAWN": "dmndi.DMNShape dmndi.DMNEdge",
}
_ANY = "id label | description=string"
_NAMED = "id label name | description=string"
_TYPED = "id label typeRef | description=string"
_DRAWN = "id sharedStyle | dmndi.DMNStyle"

# attributes | children in order: name, =row where it has another name, * where several, a group in upper case
_ROWS = f"""
string: text
reference: href
definitions: {_NAMED} import* itemDefinition* ELEMENT* ARTIFACT* elementCollection* BUSINESS* dmndi.DMNDI
  + expressionLanguage typeLanguage namespace exporter exporterVersion
import: {_NAMED} + namespace locationURI importType
importedValues: {_NAMED} importedElement=string + namespace locationURI importType expressionLanguage
elementCollection: {_NAMED} drgElement=reference*
itemDefinition: {_NAMED} typeRef=string allowedValues=tests typeConstraint=tests itemComponent=itemDefinition*
  functionItem + typeLanguage isCollection
functionItem: {_ANY} parameters=variable* + outputTypeRef
variable: {_NAMED} + typeRef
tests: {_TYPED} text=string + expressionLanguage
inputData: {_NAMED} variable
decision: {_NAMED} question=string allowedAnswers=string variable informationRequirement* knowledgeRequirement*
  authorityRequirement* supportedObjective=reference* impactedPerformanceIndicator=reference* decisionMaker=reference*
  decisionOwner=reference* usingProcess=reference* usingTask=reference* EXPRESSION
businessKnowledgeModel: {_NAMED} variable encapsulatedLogic=functionDefinition knowledgeRequirement*
  authorityRequirement*
decisionService: {_NAMED} variable outputDecision=reference* encapsulatedDecision=reference* inputDecision=reference*
  inputData=reference*
knowledgeSource: {_NAMED} authorityRequirement* type=string owner=reference + locationURI
informationRequirement: {_ANY} requiredDecision=reference requiredInput=reference
knowledgeRequirement: {_ANY} requiredKnowledge=reference
authorityRequirement: {_ANY} requiredDecision=reference requiredInput=reference requiredAuthority=reference
performanceIndicator: {_NAMED} impactingDecision=reference* + URI
organizationUnit: {_NAMED} decisionMade=reference* decisionOwned=reference* + URI
group: {_NAMED}
textAnnotation: {_ANY} text=string + textFormat
association: {_ANY} sourceRef=reference targetRef=reference + associationDirection
literalExpression: {_TYPED} text=string importedValues + expressionLanguage
invocation: {_TYPED} EXPRESSION binding*
binding: | parameter=variable EXPRESSION
decisionTable: {_TYPED} input* output* annotation* rule* + hitPolicy aggregation preferredOrientation outputLabel
input: {_ANY} inputExpression=literalExpression inputValues=tests
output: {_ANY} outputValues=tests defaultOutputEntry=literalExpression + name typeRef
annotation: name
rule: {_ANY} inputEntry=tests* outputEntry=literalExpression* annotationEntry*
annotationEntry: | text=string
context: {_TYPED} contextEntry*
contextEntry: {_ANY} variable EXPRESSION
functionDefinition: {_TYPED} formalParameter=variable* EXPRESSION + kind
relation: {_TYPED} column=variable* row=list*
list: {_TYPED} EXPRESSION*
for: {_TYPED} in=typedChild return=child + iteratorVariable
every: {_TYPED} in=typedChild satisfies=child + iteratorVariable
some: {_TYPED} in=typedChild satisfies=child + iteratorVariable
conditional: {_TYPED} if=child then=child else=child
filter: {_TYPED} in=child match=child
child: id | EXPRESSION
typedChild: id typeRef | EXPRESSION
DMNDI: | dmndi.DMNDiagram* dmndi.DMNStyle*
DMNDiagram: {_DRAWN} dmndi.Size=size DRAWN* + name documentation resolution useAlternativeInputDataShape
DMNShape: {_DRAWN} dc.Bounds dmndi.DMNLabel dmndi.DMNDecisionServiceDividerLine
  + dmnElementRef isListedInputData isCollapsed
DMNEdge: {_DRAWN} di.waypoint=point* dmndi.DMNLabel + dmnElementRef sourceElement targetElement
DMNLabel: {_DRAWN} dc.Bounds dmndi.Text=string
DMNDecisionServiceDividerLine: {_DRAWN} di.waypoint=point*
DMNStyle: id | dmndi.FillColor=color dmndi.StrokeColor=color dmndi.FontColor=color
  + fontFamily fontSize fontItalic fontBold fontUnderline fontStrikeThrough labelHorizontalAlignement
  labelVerticalAlignment
Bounds: x y width height
size: width height
point: x y
color: red green blue
"""
_PREFIXES = {"": MODEL, "dmndi": DIAGRAM, "di": SHAPES, "dc": GEOMETRY}


def _places(words: str) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for order, word in enumerate(words.split()):
        many, word = word.endswith("*"), word.rstrip("*")
        for each in _GROUPS.get(word, word).split():
            path, _, kind = each.partition("=")
            prefix, _, name = path.rpartition(".")
            found[name] = Place(name, kind or name, order, many, _PREFIXES[prefix])
    return found


def _shape(row: str) -> Shape:
    if row == "text":
        return Shape((), {}, text=True)
    known, _, more = row.partition("+")
    attributes, _, children = known.partition("|")
    return Shape((*attributes.split(), *more.split()), _places(children))


def _table(text: str) -> dict[str, Shape]:
    lines = text.replace("\n  ", " ").strip().splitlines()
    return {name: _shape(row) for name, _, row in (line.partition(": ") for line in lines)}


TABLE: Mapping[str, Shape] = _table(_ROWS)
"""Each kind of element by its row."""
EXPRESSIONS = frozenset(_EXPRESSIONS.split())
"""The boxed expressions."""
