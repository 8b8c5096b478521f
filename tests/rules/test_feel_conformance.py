"""The formula language against the conformance cases beside the checkout; no case that passed may be lost."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.rules import conformance
from tests.shared import shared_path

PASSED = Path(__file__).with_name("tck.passed")
FULL_KINDS = {"literal", "inputs", "chain"}


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tck_score", shared_path("tck/score.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def verdicts() -> dict[str, tuple[dict[str, Any], str]]:
    """Case id -> (case, verdict), levels 2 and 3."""
    score = scorer()
    document = json.loads(shared_path("tck/feel_cases.json").read_text(encoding="utf-8"))
    run = score.runner(conformance.evaluate, document["types"], True)
    found = {}
    for case in document["cases"]:
        if case["level"]:
            verdict, _ = score.judge(case, "value", run(case), conformance.typed)
            found[case["id"]] = (case, verdict)
    return found


def test_no_case_is_lost(verdicts: dict[str, tuple[dict[str, Any], str]]) -> None:
    listed = [line for line in PASSED.read_text(encoding="utf-8").splitlines() if line]
    assert listed == sorted(set(listed))
    assert [case for case in listed if verdicts[case][1] != "pass"] == []


def test_passing_cases_are_listed(verdicts: dict[str, tuple[dict[str, Any], str]]) -> None:
    listed = set(PASSED.read_text(encoding="utf-8").splitlines())
    assert [case for case, (_, verdict) in verdicts.items() if verdict == "pass" and case not in listed] == []


@pytest.mark.parametrize("kind", sorted(FULL_KINDS))
def test_every_literal_case_passes(verdicts: dict[str, tuple[dict[str, Any], str]], kind: str) -> None:
    assert [c["id"] for c, verdict in verdicts.values() if c["kind"] == kind and verdict != "pass"] == []
