"""Runs formulas each in a process of its own, under caps on memory and time, and tells what they cost.

``python -m tests.rules.cage`` answers one JSON line for each line it reads; `Cage` speaks to it. The processes are
forks of one that holds nothing but the formula language, so that what a formula costs is not lost in pytest's own cost.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rules import Formula, Invalid, Limits, Scope, ScopeEntry, compile_formula

NOW = datetime(2026, 1, 15, tzinfo=UTC)
MEMORY, SECONDS = 2 << 30, 10
FACTS: dict[str, Any] = {"x": Decimal(1), "l": ["a" * 60_000] * 3}
EXCEL = Scope(
    {"a": ScopeEntry("number"), "s": ScopeEntry("string"), "f": ScopeEntry("boolean"), "x": ScopeEntry(),
     "l": ScopeEntry("list<string>")}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """How a formula ended: the code of its Problem or cause, "" for a value, None where its process died.

    median  CPU seconds of one reading and evaluation; growth  the most memory it took, in MiB
    """

    code: str | None
    median: float
    growth: float
    died: int = 0


def end_of(text: str, dialect: str, limits: Limits) -> tuple[str, Formula | None]:
    scope = EXCEL if dialect == "excel" else Scope.open()
    try:
        formula = compile_formula(text, scope, dialect, limits=limits)
    except Invalid as error:
        return error.problems[0].code, None
    outcome = formula.evaluate(FACTS, NOW)
    return outcome.causes[0].code if outcome.causes else "", formula


def _memory(name: str) -> int:
    """KiB of a line of this process's status."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    return 0


def _inside(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What the process of one formula does."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    limits = Limits(**asked.get("limits", {}))
    before, taken, code, formula = _memory("VmRSS"), list[float](), "", None
    for _ in range(asked.get("runs", 1)):
        started = time.process_time()
        code, formula = end_of(asked["text"], asked.get("dialect", "feel"), limits)
        taken.append(time.process_time() - started)
    if formula is not None:
        formula.trace(FACTS, NOW)
        formula.shown("excel" if formula.dialect == "feel" else "feel")
    return {"code": code, "median": statistics.median(taken), "growth": (_memory("VmHWM") - before) / 1024}


def _answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Forks, and waits for what the child writes; one that died has no code."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            os.write(writer, json.dumps(_inside(asked)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    return dict(json.loads(told)) if told else {"code": None, "median": 0, "growth": 0, "died": status or -1}


class Cage:
    """A running `python -m tests.rules.cage`."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.rules.cage"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[2], text=True
        )

    def ask(
        self, formula: str, dialect: str = "feel", runs: int = 1, limits: Mapping[str, int] | None = None
    ) -> Ended:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = {"text": formula, "dialect": dialect, "runs": runs, "limits": limits or {}}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return Ended(**json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)
