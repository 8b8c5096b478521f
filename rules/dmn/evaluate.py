"""Evaluates decisions and services of a compiled model over given inputs, all on one fuel."""

from __future__ import annotations

import decimal
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..feel.cause import Cause, Null, Stop
from ..feel.convert import adopt, release
from ..feel.limits import limit_params
from ..feel.numbers import CONTEXT
from ..feel.run import Branch, Run
from ..feel.trace import Outcome, causes_of
from ..feel.types import Type
from ..feel.values import Function
from ..problem import Invalid, Problem
from .items import fit
from .model import Decided, Given, Model, Offered, Shared
from .names import Names
from .order import Key, Ref


def evaluate(model: Model, name: str, inputs: Mapping[str, Any], now: datetime) -> Outcome:
    """The value of a decision or service (by name, or by id) for these inputs at a moment (aware).

    inputs  by name; those of an imported model in a mapping under the name of the import

    Raises Invalid `dmn.unknown_decision`. What cannot be computed is null with its causes.
    """
    key = model.key(name)
    if key is None:
        raise Invalid([Problem("dmn.unknown_decision", params={"name": name[:80]})])
    return _outcomes(model, (key,), inputs, now)[key]


def evaluate_all(model: Model, inputs: Mapping[str, Any], now: datetime) -> dict[str, Outcome]:
    """The value of every decision of the model, by name."""
    keys = tuple(key for key in model.order if isinstance(model.nodes[key], Decided))
    return {model.nodes[key].name: each for key, each in _outcomes(model, keys, inputs, now).items()}


def _outcomes(model: Model, keys: tuple[Key, ...], inputs: Mapping[str, Any], now: datetime) -> dict[Key, Outcome]:
    before = decimal.getcontext()
    decimal.setcontext(CONTEXT)
    try:
        session = Session(model, inputs, Run((), model.limits, now))
        return {key: _outcome(session, key, model) for key in keys}
    finally:
        decimal.setcontext(before)


def _outcome(session: Session, key: Key, model: Model) -> Outcome:
    try:
        node = model.nodes[key]
        value = session.answer(node) if isinstance(node, Offered) else session.value(key)
        return Outcome(release(value), causes_of(value))
    except Stop as stop:
        limit, most = stop.limit, stop.most
    except RecursionError:  # boxes within boxes within calls: deeper than Python's own stack
        limit, most = "recursion", model.limits.recursion
    return Outcome(None, (Cause("limit", None, None, limit_params(limit, most)),))


class Session:
    """One evaluation of one model: what is known so far, and the functions its decisions share."""

    def __init__(self, model: Model, inputs: Mapping[str, Any], whole: Run) -> None:
        self.model = model
        self.run = Branch(model.places, whole)
        self.inputs = inputs
        self.known: dict[Key, Any] = {}
        self.imports: dict[str, Session] = {}
        for name, other in model.imports.items():
            own = inputs.get(name) if name else inputs
            self.imports[name] = Session(other, own if isinstance(own, Mapping) else {}, whole)
        self.functions: dict[Key, Any] = {}
        self._share()

    def _share(self) -> None:
        """The functions of the model: first made, each over names that are filled in when all are there."""
        frames: dict[Key, dict[str, Any]] = {}
        for key, node in self.model.nodes.items():
            if isinstance(node, Shared):
                frames[key] = {}
                self.functions[key] = node.function(self.run, Names(frames[key]))
            elif isinstance(node, Offered):
                self.functions[key] = self._service(node)
        for key, frame in frames.items():
            node = self.model.nodes[key]
            frame[node.name] = self.functions[key]
            if isinstance(node, Shared):
                frame.update(self._names(node.needs))

    # ------------------------------------------------------------------ values
    def value(self, key: Key) -> Any:
        """The value of an input, a decision or a function; what it needs is computed before it, without recursion."""
        for each in self._missing(key):
            node = self.model.nodes[each]
            if isinstance(node, Given):
                self.known[each] = self.input(node)
            elif isinstance(node, Decided):
                self.run.spend(4)
                found = node.value(self.run, Names(self._names(node.needs)))
                self.known[each] = fit(self.run, node.wanted, found, node.name)
        return self.known[key]

    def _missing(self, key: Key) -> list[Key]:
        """What has to be computed for an element, each behind its needs."""
        if key in self.functions:
            self.known[key] = self.functions[key]
        if key in self.known:
            return []
        wanted, stack = {key}, [key]
        while stack:
            node = self.model.nodes[stack.pop()]
            for ref in node.needs if isinstance(node, Decided) else ():
                if ref.through is None and ref.key not in self.known and ref.key not in wanted:
                    wanted.add(ref.key)
                    stack.append(ref.key)
        if len(wanted) == 1:
            return [key]
        return [each for each in self.model.order if each in wanted and each not in self.functions]

    def input(self, node: Given) -> Any:
        return fit(self.run, node.wanted, adopt(self.inputs.get(node.name), node.name), node.name)

    def _names(self, needs: tuple[Ref, ...]) -> dict[str, Any]:
        """Needs by their names, those of an import in a context under its name."""
        found: dict[str, Any] = {}
        for ref in needs:
            if ref.through is None:
                found[ref.name] = self.functions[ref.key] if ref.key in self.functions else self.known[ref.key]
            else:
                value = self.of_import(ref)
                if ref.through:
                    found.setdefault(ref.through, {})[ref.name] = value
                else:
                    found[ref.name] = value
        return found

    def of_import(self, ref: Ref) -> Any:
        return self.imports[ref.through or ""].value(ref.key)

    # ------------------------------------------------------------------ services
    def _service(self, node: Offered) -> Function:
        names = tuple(name for name, _, _ in node.params)
        types: tuple[Type | None, ...] = tuple(None if w is None else w.type for _, _, w in node.params)
        result = None if node.wanted is None else node.wanted.type
        return Function(names, types, lambda *given: self._called(node, given), node.name, result)

    def _called(self, node: Offered, given: tuple[Any, ...]) -> Any:
        """A service with its parameters: only these are known inside."""
        self.run.spend(16 + len(self.model.nodes))
        inner = self.inside()
        for (name, ref, wanted), value in zip(node.params, given, strict=True):
            fitted = fit(self.run, wanted, value, name)
            if ref.through is None:
                inner.known[ref.key] = fitted
            else:
                inner.imports[ref.through].known[ref.key] = fitted
        return inner.outputs(node)

    def inside(self) -> Session:
        """A session that shares the functions and knows nothing else."""
        made = object.__new__(Session)
        made.model, made.run, made.functions = self.model, self.run, self.functions
        made.inputs, made.known = {}, {}
        made.imports = {name: other.inside() for name, other in self.imports.items()}
        return made

    def answer(self, node: Offered) -> Any:
        """A service asked from outside: its parameters are inputs by name, of imported models under their import."""
        given = []
        for name, ref, _ in node.params:
            inputs = self.inputs
            if ref.through:
                inner = inputs.get(ref.through)
                inputs = inner if isinstance(inner, Mapping) else {}
            given.append(adopt(inputs.get(name), name))
        return self._called(node, tuple(given))

    def outputs(self, node: Offered) -> Any:
        """The only output decision's value, or a context of several."""
        found = {ref.name: self.value(ref.key) if ref.through is None else self.of_import(ref) for ref in node.outputs}
        if not found:
            return Null((Cause("dmn.broken", node.name, None, {"field": node.name, "path": node.name}),))
        whole = next(iter(found.values())) if len(node.outputs) == 1 else found
        return fit(self.run, node.wanted, whole, node.name)
