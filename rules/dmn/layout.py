"""Draws a requirement graph in layers, inputs at the bottom, so that other tools can show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .tree import Bkm, Decision, DrgElement
from .vocabulary import DIAGRAM, GEOMETRY, SHAPES
from .xml import Element

WIDTH, HEIGHT, ACROSS, DOWN, WRAP = 180, 60, 40, 80, 8
"""Sizes of a shape, the gaps between shapes and between layers, and how many stand beside each other."""
Place = tuple[int, int]


def drawn(elements: Sequence[DrgElement]) -> Element:
    """The DMNDI of elements that have ids; each stands above what it needs."""
    places = _places(elements)
    shapes = [_shape(each.about.id or "", places[each.about.id or ""]) for each in elements]
    edges = [
        _edge(need.about.id or "", places[need.href[1:]], places[each.about.id or ""])
        for each in elements
        if isinstance(each, Decision | Bkm)
        for need in each.requirements
    ]
    diagram = Element("DMNDiagram", {"id": "diagram"}, (*shapes, *edges), space=DIAGRAM)
    return Element("DMNDI", children=(diagram,), space=DIAGRAM)


def _places(elements: Iterable[DrgElement]) -> dict[str, Place]:
    """Corners by id. Elements stand in an order in which needs come first."""
    layers: dict[str, int] = {}
    for each in elements:
        needs = each.requirements if isinstance(each, Decision | Bkm) else ()
        layers[each.about.id or ""] = 1 + max((layers[need.href[1:]] for need in needs), default=-1)
    rows: list[list[str]] = []
    for layer in range(max(layers.values(), default=0) + 1):
        found = [key for key, own in layers.items() if own == layer]
        rows += [found[at : at + WRAP] for at in range(0, len(found), WRAP)]
    high = len(rows)
    return {
        key: (ACROSS + column * (WIDTH + ACROSS), DOWN + (high - 1 - row) * (HEIGHT + DOWN))
        for row, keys in enumerate(rows)
        for column, key in enumerate(keys)
    }


def _shape(key: str, at: Place) -> Element:
    bounds = {"x": at[0], "y": at[1], "width": WIDTH, "height": HEIGHT}
    inner = Element("Bounds", {name: str(value) for name, value in bounds.items()}, space=GEOMETRY)
    return Element("DMNShape", {"id": f"shape_{key}", "dmnElementRef": key}, (inner,), space=DIAGRAM)


def _edge(key: str, lower: Place, upper: Place) -> Element:
    ends = ((lower[0] + WIDTH // 2, lower[1]), (upper[0] + WIDTH // 2, upper[1] + HEIGHT))
    points = tuple(Element("waypoint", {"x": str(x), "y": str(y)}, space=SHAPES) for x, y in ends)
    attributes: Mapping[str, str] = {"id": f"edge_{key}", "dmnElementRef": key}
    return Element("DMNEdge", attributes, points, space=DIAGRAM)
