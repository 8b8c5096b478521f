"""Documents that import each other: compiled in an order in which each stands behind those it imports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..feel.limits import Limits
from ..problem import Problem
from .model import LIMITS, Model, compile_drg
from .order import strong_order
from .tree import Drg

MOST_DOCUMENTS = 50


def compile_documents(drgs: Iterable[Drg], limits: Limits = LIMITS) -> tuple[dict[str, Model], tuple[Problem, ...]]:
    """Models by namespace, and what is wrong between the documents.

    Two documents of one namespace, and documents that import each other in a circle, are Problems; of the first the
    earlier one stands, of the second the imports that would close the circle stay unknown.
    """
    trees: dict[str, Drg] = {}
    problems: list[Problem] = []
    for drg in drgs:
        if drg.namespace in trees:
            problems.append(Problem("dmn.namespace_twice", params={"namespace": drg.namespace[:200]}))
        elif len(trees) >= MOST_DOCUMENTS:
            problems.append(Problem("dmn.documents", params={"max": MOST_DOCUMENTS}))
            break
        else:
            trees[drg.namespace] = drg
    order, circular = strong_order({space: _imported(drg, trees) for space, drg in trees.items()})
    for group in circular:
        names = ", ".join(trees[space].name for space in group)
        problems.append(Problem("dmn.import_cycle", params={"names": names[:400]}))
    models: dict[str, Model] = {}
    for space in order:
        needed = {each: models[each] for each in _imported(trees[space], models)}
        models[space] = compile_drg(trees[space], needed, limits)
    return models, tuple(problems)


def _imported(drg: Drg, known: Mapping[str, object]) -> list[str]:
    return [each.namespace for each in drg.imports if each.namespace in known]
