"""How many small faults, put into the engine one at a time, its tests notice: the survivors show what no test asks.

    python -m tests.rules.mutants [--each 40] [--seed 1] [--only table]

Tests are collected once. Each fault is tried in a fork of that process, where the code of the functions is exchanged,
with the tests that call its function, the quickest first. A survivor is a missing test, or a fault without effect.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import lru_cache, partial
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FORMULAS = ("feel_check", "feel_formulas", "feel_trace", "excel")
TABLES = ("table_cells", "table_compile", "table_decide", "table_draft", "table_spans", "table_properties",
          "scorecard_tables", "dmn_models")  # fmt: skip
CARDS = ("scorecard_compile", "scorecard_schema", "scorecard_draft", "scorecard_notes", "scorecard_bands",
         "scorecard_rate", "scorecard_trace", "scorecard_plan", "scorecard_tables")  # fmt: skip
TESTS = {"feel/check": FORMULAS, "feel/compile": FORMULAS, "scorecard": CARDS, "table": TABLES}
"""Beginnings of the names of modules below rules/, and the tests that should notice their faults."""
SLOW = 4
"""Seconds of one test; slower ones are left out, for every fault that lives so long meets each of them."""
OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Add, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.And: ast.Or, ast.Or: ast.And,
    ast.Continue: ast.Break,
}  # fmt: skip
CACHE = type(lru_cache(len))
NO_TYPES = {"annotation", "returns", "decorator_list", "type_params"}


def faults_of(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """What can be wrong with one node: a name for it, and the node as it then reads."""
    match node:
        case ast.Constant(value=bool() as truth):
            yield f"{truth} → {not truth}", lambda _: ast.Constant(not truth)
        case ast.Constant(value=int() as number):
            yield f"{number} → {number + 1}", lambda _: ast.Constant(number + 1)
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", lambda made: made.operand
        case ast.If() | ast.IfExp() | ast.While():
            yield "condition negated", lambda made: _with(made, test=ast.UnaryOp(ast.Not(), made.test))
        case ast.Return(value=value) if not isinstance(value, ast.Constant | None):
            yield "returns None", lambda _: ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()):
            yield "call left out", lambda _: ast.Pass()
        case ast.AugAssign():
            yield "assignment left out", lambda _: ast.Pass()
        case _ if type(node) in OTHER:
            other = OTHER[type(node)]
            yield f"{type(node).__name__} → {other.__name__}", lambda _: other()


def _with(node: Any, **fields: Any) -> Any:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def places(
    tree: ast.AST, within: range = range(0), line: int = 0
) -> Iterator[tuple[ast.AST, str, Any, str, int, range]]:
    """Each fault within functions: (parent, field, index, what, line, lines of the outermost function around it)."""
    for name, value in ast.iter_fields(tree):
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or name in NO_TYPES or isinstance(child, ast.Assert):
                continue
            if isinstance(child, ast.keyword) and child.arg == "strict":  # of zip: it guards what cannot happen
                continue
            at = getattr(child, "lineno", line)
            for what, _ in faults_of(child) if within else ():
                yield tree, name, index, what, at, within
            yield from places(child, within or _lines(child), at)


def _lines(node: ast.AST) -> range:
    """Those of a function with its decorators; none of anything else."""
    if not isinstance(node, ast.FunctionDef):
        return range(0)
    return range(min(each.lineno for each in (node, *node.decorator_list)), (node.end_lineno or 0) + 1)


def broken(tree: ast.Module, number: int) -> ast.Module:
    """A copy of a module with its fault of that number."""
    copy = deepcopy(tree)
    parent, name, index, what, *_ = list(places(copy))[number]
    held = getattr(parent, name)
    old = held if index is None else held[index]
    new = ast.copy_location(dict(faults_of(old))[what](old), old)
    if index is None:
        setattr(parent, name, new)
    else:
        held[index] = new
    return ast.fix_missing_locations(copy)


def codes(code: CodeType) -> Iterator[CodeType]:
    """A code object and all within it."""
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


def exchange(path: Path, tree: ast.Module) -> None:
    """Gives the living functions of a module the code of the tree, however they are held."""
    made = {(code.co_qualname, code.co_firstlineno): code for code in codes(compile(tree, str(path), "exec"))}
    for held in gc.get_objects():
        if isinstance(held, FunctionType) and held.__code__.co_filename == str(path):
            code = made.get((held.__code__.co_qualname, held.__code__.co_firstlineno))
            if code is not None:
                with suppress(ValueError):  # a closure that lost a variable: it keeps its code
                    held.__code__ = code


def forked(act: Callable[[], bytes], seconds: int) -> tuple[int, bytes]:
    """The exit status of a child process that does it, and what it answers; 0 where it answers at all."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
        status = 1
        with suppress(BaseException):
            os.write(into, act())
            status = 0
        os._exit(status)
    os.close(into)
    with os.fdopen(out, "rb") as answer:
        said = answer.read()
    return os.waitpid(child, 0)[1], said


@contextmanager
def told(files: set[str], called: set[tuple[str, int]]) -> Iterator[None]:
    """Adds the functions of these files that are called within: file and first line."""

    def tell(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename in files:
            called.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

    sys.setprofile(tell)
    try:
        yield
    finally:
        sys.setprofile(None)


class Trial:
    """In place of the run of the collected tests: a run for each fault."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked, self.killed, self.total = asked, 0, 0
        self.caches: list[Any] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.caches = [held for held in gc.get_objects() if isinstance(held, CACHE)]
        for group, names in TESTS.items():
            paths = sorted((ROOT / "rules").glob(f"{group}*.py"))
            paths = [path for path in paths if path.relative_to(ROOT / "rules").as_posix().startswith(self.asked.only)]
            if not paths:
                continue
            chosen = {f"test_{name}.py" for name in names}
            items = [item for item in session.items if item.path.name in chosen]
            status, said = forked(partial(self.calls, items, set(map(str, paths))), 900)
            if status:
                raise pytest.UsageError(f"the tests of {group} fail without any fault")
            tests = sorted(zip(items, json.loads(said), strict=True), key=lambda test: test[1][0])
            tests = [test for test in tests if test[1][0] < SLOW]
            whole = sum(seconds for _, (seconds, _) in tests)
            print(f"{group}: {len(tests)} of {len(items)} tests, {whole:.1f} s", flush=True)
            for path in paths:
                reaching = [(item, {line for file, line in called if file == str(path)}) for item, (_, called) in tests]
                self.module(path, reaching, int(whole) + 10)
        return True

    def passes(self, item: pytest.Item) -> None:
        """Runs a test; AssertionError where it fails."""
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        assert not item.session.testsfailed, item.nodeid

    def forget(self) -> None:
        """Empties what functions keep of their answers, so that they are asked again."""
        for cache in self.caches:
            cache.cache_clear()

    def calls(self, items: list[pytest.Item], files: set[str]) -> bytes:
        """How long each test takes while it is watched, and the functions of the files it calls, as JSON."""
        found = []
        for item in items:
            called: set[tuple[str, int]] = set()
            self.forget()
            begun = time.process_time()
            with told(files, called):
                self.passes(item)
            found.append((time.process_time() - begun, sorted(called)))
        return json.dumps(found).encode()

    def module(self, path: Path, tests: list[tuple[pytest.Item, set[int]]], seconds: int) -> None:
        tree = ast.parse(path.read_text("utf-8"))
        found, where = list(places(tree)), path.relative_to(ROOT)
        draw = random.Random(f"{self.asked.seed} {path.stem}")
        chosen = sorted(draw.sample(range(len(found)), min(self.asked.each, len(found))))
        killed = 0
        for number in chosen:

            def run(number: int = number) -> bytes:
                exchange(path, broken(tree, number))
                self.forget()
                within = found[number][5]
                for item, lines in tests:
                    if any(line in within for line in lines):
                        self.passes(item)
                return b"survived"

            status, said = forked(run, seconds)
            if status or said != b"survived":
                killed += 1
            else:
                print(f"  survived {where}:{found[number][4]}: {found[number][3]}", flush=True)
        print(f"{where}: {killed} of {len(chosen)} noticed, {len(found)} possible", flush=True)
        self.killed, self.total = self.killed + killed, self.total + len(chosen)


class Unshrunk:
    """A failing example is not made small: nobody reads it."""

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self) -> None:
        from hypothesis import Phase, settings  # once pytest has prepared for its plugins

        settings.register_profile(
            "mutants", settings.get_profile("seeded"), database=None, phases=[Phase.explicit, Phase.generate]
        )
        settings.load_profile("mutants")


def main() -> int:
    """1 where fewer than four of five faults are noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=40, help="faults a module")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="modules whose name below rules/ begins so")
    asked = parser.parse_args()
    os.chdir(ROOT)
    trial = Trial(asked)
    names = {
        name
        for group, names in TESTS.items()
        if group.startswith(asked.only) or asked.only.startswith(group)
        for name in names
    }
    files = sorted(f"tests/rules/test_{name}.py" for name in names)
    status = pytest.main(["-q", "-s", "-p", "no:cacheprovider", *files], plugins=[Unshrunk(), trial])
    share = 100 * trial.killed / max(trial.total, 1)
    print(f"{trial.killed} of {trial.total} faults noticed: {share:.1f} %; seed {asked.seed}")
    return 1 if status not in (0, 5) or share < 80 else 0


if __name__ == "__main__":
    sys.exit(main())
